/*
 * The Chinese texts of the command line, by the English.  Codes, names and numbers stay as they are.
 */
#include <stddef.h>

#include "cli/cli.h"

const struct text_pair cli_texts[] = {
    { NULL, NULL },
};
