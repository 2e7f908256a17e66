/*
 * carebus-check-history FILE... - judges histories (checker.h); 0: clean, 1: not, 66: not there.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/io.h"
#include "crash/checker/checker.h"

int main(int argc, char **argv)
{
    int status = 0;

    for (int i = 1; i < argc; i++) {
        struct verdict verdict;
        char *text;
        size_t size;
        if (io_read_file(argv[i], (size_t)1 << 32, &text, &size) != 0) {
            fprintf(stderr, "%s: cannot be read\n", argv[i]);
            return 66;
        }
        checker_judge(text, &verdict);
        free(text);
        printf("%s: %u lines, %u violations%s%s\n", argv[i], verdict.lines, verdict.violations,
               verdict.violations == 0 ? "" : "; ", verdict.first);
        status = verdict.violations > 0 ? 1 : status;
    }
    return status;
}
