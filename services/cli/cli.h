/*
 * cli/cli.h - what every verb of `carebus` shares: who speaks, to which town, and how it prints.
 *
 * A verb is one function that returns an exit status of base/err.h.  Errors are one line and one
 * hint, on stderr: `carebus: 69 the broker does not answer. Hint: carebus up`.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/slice.h"

enum {
    CLI_PATH_BYTES = 4096,
    CLI_ARENA_BYTES = 64 << 20, /* of one call: a page of a log, an import            */
    CLI_TIMEOUT_MS = 10 * 1000,
    CLI_LIST_ROWS = 500, /* of one page of a list                              */
};

struct socket_context;

struct cli {
    const char *town; /* the town's directory: -c, else CAREBUS_TOWN, else ./var  */
    const char *unit; /* -u, or the part of --as before its dot, or "operator": whose key is used */
    const char *post; /* --as: who acts, `hcz.duty`, or "" */
    bool json;
    bool csv;
    bool quiet;
    bool color;
    const char *const *columns; /* of a printed list, ends with NULL; or NULL: all that it has */
    uint32_t timeout_ms;
    struct socket_context *context;   /* made by the first link; one a process */
    void (*idle)(void *idle_context); /* called now and then while a call waits; or NULL */
    void *idle_context;
    struct arena arena; /* of this call */
    int argc;           /* the arguments of the verb, without its name */
    char **argv;
};

struct verb {
    const char *name;
    const char *arguments;
    const char *summary;
    int (*run)(struct cli *cli);
    const char *help; /* more lines for `carebus VERB --help`, or NULL */
};

/* The table of verbs; ends with a row without a name. */
extern const struct verb cli_verbs[];

/* Prints `carebus: STATUS text` and, if there is one, a hint, in the language of the call; returns
 * `status`. */
int cli_fail(int status, const char *hint, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The text in the language of the call (--lang, CAREBUS_LANG, else that of the locale): texts.c has
 * the Chinese ones, by the English.  What it does not have stays English. */
const char *cli_text(const char *english) __attribute__((format_arg(1)));
bool cli_chinese(void);
struct text_pair {
    const char *english;
    const char *chinese;
};
extern const struct text_pair cli_texts[]; /* ends with NULL */

/* Takes the option `--name VALUE` (or `--name=VALUE`) out of the verb's arguments; NULL: it is not
 * there.  cli_flag: the option without a value. */
const char *cli_option(struct cli *cli, const char *name);
bool cli_flag(struct cli *cli, const char *name);

/* The next argument that is no option, taken out; NULL: no more. */
const char *cli_argument(struct cli *cli);

/* 0, or EXIT_BAD_USAGE with its line when arguments are left over. */
int cli_no_more(struct cli *cli);

/* A number, a duration (`90s`, `10m`, `2h`, `1d`) in ms, a point in time in ms (a date, a time of
 * clock_parse, `-1h` before `now_ms`, `+2h` after it). False: it is none. */
bool cli_number(const char *text, uint64_t limit, uint64_t *ret_number);
bool cli_duration(const char *text, uint64_t *ret_ms);
bool cli_time(const char *text, uint64_t now_ms, uint64_t *ret_ms);

/* A path below the town's directory, lent as the arena. */
const char *cli_path(struct cli *cli, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The path of a program of the house: beside this one. */
const char *cli_program(struct cli *cli, const char *name);

/* The folder of the town's tables: `folder` if not NULL, else services/town of the tree that this
 * program was built in.  NULL: there is none. */
const char *cli_tables(struct cli *cli, const char *folder);

/* carebus.conf of the town, read: 0, or the status printed.  Gives the options. */
struct options;
int cli_configuration(struct cli *cli, struct options **ret_options);

/* A number of an object, also one that is written as a text; 0: it is not there. */
uint64_t cli_json_number(const json_t *object, const char *name);

/* Prints a JSON value as one line and lets go of it; 0, or EXIT_IO. */
int cli_print_json(json_t *value);
