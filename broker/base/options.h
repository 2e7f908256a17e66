/*
 * base/options.h - one table for arguments, environment and file.
 *
 * A row names a setting once; from it come its argument (`--town.rate 60`), its variable
 * (CAREBUS_TOWN_RATE), its key in the file (`rate` under `[town]`), its check, its line in --help
 * and, if a name is mistyped, the nearest one.  An argument wins over the environment, that over
 * the file, that over the row's own value.  options_town has the rows of carebus.conf, which every
 * program of the house accepts, so that one file serves all of them.
 *
 * What is wrong is said as `file:line: key: what` (or `--name: what`) and ends the program: 64 for
 * the command line, 78 for file and environment.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum option_kind {
    OPTION_TEXT,
    OPTION_SWITCH, /* an argument without a value; yes when it is there */
    OPTION_YES_NO,
    OPTION_NUMBER, /* least .. most                                     */
    OPTION_TIME,   /* as clock_parse reads it, or empty                 */
};

/* A name with a dot is a key of the file too; one without is an argument and a variable only. */
struct option_row {
    const char *name;
    enum option_kind kind;
    const char *value;    /* what holds when nobody says otherwise             */
    int64_t least, most;  /* of a number                                       */
    const char *argument; /* what stands for the value in --help: DIR          */
    const char *help;     /* one or several lines                              */
    const char *variable; /* NULL: CAREBUS_ and the name in capitals           */
};

/* The rows of carebus.conf; ends with a row without a name. */
extern const struct option_row options_town[];

struct options_program {
    const char *name;              /* carebus-broker                          */
    const char *purpose;           /* in one line                             */
    const struct option_row *rows; /* its own; ends with a row without a name */
    const char *teaching;          /* behind the table in --help; or NULL     */
};

struct options;

/* Every row at its own value.  Keeps `program`.  Gives the options: end them with options_close. */
int options_open(const struct options_program *program, struct options **ret_options);
void options_close(struct options *options);

/* Each takes what its place says.  OPTIONS_HELP: --help was there and is printed.  OPTIONS_BAD:
 * options_problem says what.  options_file: OPTIONS_ABSENT: there is no such file.  The order in
 * which they are called does not matter. */
enum { OPTIONS_HELP = 1, OPTIONS_BAD = 2, OPTIONS_ABSENT = 3 };
int options_arguments(struct options *options, int argc, char **argv);
int options_environment(struct options *options);
int options_file(struct options *options, const char *path);

/* The last thing that was wrong, in one line; lends it until the next call. */
const char *options_problem(const struct options *options);

/* What most programs do: arguments, environment, then carebus.conf in the folder that `dir` names
 * (a row that the program must have).  0: go on.  > 0: what was wrong has been said on stderr, or
 * help on stdout, and *ret_status is what to exit with. */
int options_read(const struct options_program *program, int argc, char **argv,
                 struct options **ret_options, int *ret_status);

/* Prints the table with what it teaches on stdout. */
void options_help(const struct options_program *program);

/* The value as text, and read as its kind; the name must be one of the table.  Lent until
 * options_close. */
const char *options_text(const struct options *options, const char *name);
int64_t options_number(const struct options *options, const char *name);
bool options_yes(const struct options *options, const char *name);
uint64_t options_time_ms(const struct options *options, const char *name); /* 0: empty */

/* Where the value comes from: `default`, `carebus.conf:3`, `CAREBUS_TOWN_RATE`, `--town.rate`. */
const char *options_origin(const struct options *options, const char *name);

/* Every name that can be set, in the table's order: NULL behind the last. */
const char *options_name(const struct options *options, uint32_t index);

/* Where the broker listens: broker.endpoint, or, when that is empty, ipc:// in DIR/run if the path
 * is short enough for a socket, else a name made of it.  Writes at most OPTIONS_ENDPOINT_SIZE. */
enum { OPTIONS_ENDPOINT_SIZE = 256 };
void options_endpoint(const struct options *options, const char *dir,
                      char endpoint[OPTIONS_ENDPOINT_SIZE]);
