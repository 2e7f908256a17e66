#include "cli/cli.h"

#include <ctype.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/options.h"

int cli_fail(int status, const char *hint, const char *format, ...)
{
    va_list arguments;

    fflush(stdout);
    fprintf(stderr, "carebus: %d ", status);
    va_start(arguments, format);
    vfprintf(stderr, cli_text(format), arguments);
    va_end(arguments);
    if (hint != NULL)
        fprintf(stderr, cli_chinese() ? "。提示：%s" : ". Hint: %s", cli_text(hint));
    fputc('\n', stderr);
    return status;
}

bool cli_chinese(void)
{
    static const char *const names[] = { "CAREBUS_LANG", "LC_ALL", "LC_MESSAGES", "LANG" };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *value = getenv(names[i]);
        if (value != NULL && value[0] != '\0')
            return strncmp(value, "zh", 2) == 0;
    }
    return false;
}

const char *cli_text(const char *english)
{
    if (!cli_chinese())
        return english;
    for (const struct text_pair *pair = cli_texts; pair->english != NULL; pair++)
        if (strcmp(pair->english, english) == 0)
            return pair->chinese;
    return english;
}

/* ---- arguments ----------------------------------------------------------------------------------- */

static void take_out(struct cli *cli, int at)
{
    for (int i = at; i + 1 < cli->argc; i++)
        cli->argv[i] = cli->argv[i + 1];
    cli->argc--;
}

const char *cli_option(struct cli *cli, const char *name)
{
    size_t length = strlen(name);

    for (int i = 0; i < cli->argc; i++) {
        const char *argument = cli->argv[i];
        if (strcmp(argument, "--") == 0)
            break;
        if (strncmp(argument, name, length) != 0)
            continue;
        if (argument[length] == '=' && name[1] == '-') {
            take_out(cli, i);
            return argument + length + 1;
        }
        if (argument[length] == '\0' && i + 1 < cli->argc) {
            const char *value = cli->argv[i + 1];
            take_out(cli, i);
            take_out(cli, i);
            return value;
        }
    }
    return NULL;
}

bool cli_flag(struct cli *cli, const char *name)
{
    for (int i = 0; i < cli->argc && strcmp(cli->argv[i], "--") != 0; i++) {
        if (strcmp(cli->argv[i], name) == 0) {
            take_out(cli, i);
            return true;
        }
    }
    return false;
}

const char *cli_argument(struct cli *cli)
{
    for (int i = 0; i < cli->argc; i++) {
        const char *argument = cli->argv[i];
        if (strcmp(argument, "--") == 0) {
            take_out(cli, i--);
            continue;
        }
        /* `-1h` is a time, not an option. */
        if (argument[0] == '-' && argument[1] != '\0' && !isdigit((unsigned char)argument[1]))
            continue;
        take_out(cli, i);
        return argument;
    }
    return NULL;
}

int cli_no_more(struct cli *cli)
{
    if (cli->argc == 0)
        return 0;
    return cli_fail(EXIT_BAD_USAGE, "carebus VERB --help", "'%s' is not understood here",
                    cli->argv[0]);
}

/* ---- values -------------------------------------------------------------------------------------- */

bool cli_number(const char *text, uint64_t limit, uint64_t *ret_number)
{
    char *end;

    if (!isdigit((unsigned char)text[0]))
        return false;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    if (errno != 0 || *end != '\0' || number > limit)
        return false;
    *ret_number = number;
    return true;
}

bool cli_duration(const char *text, uint64_t *ret_ms)
{
    static const struct {
        const char *unit;
        uint64_t ms;
    } units[] = {
        { "ms", 1 },      { "s", 1000 },    { "m", 60000 },
        { "min", 60000 }, { "h", 3600000 }, { "d", 86400000 },
    };
    char *end;

    if (!isdigit((unsigned char)text[0]))
        return false;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    if (errno != 0 || number > 100000000)
        return false;
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (strcmp(end, units[i].unit) == 0) {
            *ret_ms = number * units[i].ms;
            return true;
        }
    }
    return false;
}

bool cli_time(const char *text, uint64_t now_ms, uint64_t *ret_ms)
{
    uint64_t span_ms;

    if ((text[0] == '-' || text[0] == '+') && cli_duration(text + 1, &span_ms)) {
        if (text[0] == '+')
            *ret_ms = now_ms + span_ms;
        else
            *ret_ms = span_ms > now_ms ? 0 : now_ms - span_ms;
        return true;
    }
    return clock_parse(text, ret_ms) == 0;
}

/* ---- places -------------------------------------------------------------------------------------- */

const char *cli_path(struct cli *cli, const char *format, ...)
{
    char below[CLI_PATH_BYTES];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(below, sizeof(below), format, arguments);
    va_end(arguments);
    return arena_print(&cli->arena, "%s/%s", cli->town, below);
}

const char *cli_program(struct cli *cli, const char *name)
{
    char self[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
    if (length <= 0)
        return name;
    self[length] = '\0';
    char *slash = strrchr(self, '/');
    if (slash != NULL)
        *slash = '\0';
    return arena_print(&cli->arena, "%s/%s", self, name);
}

const char *cli_tables(struct cli *cli, const char *folder)
{
    const char *up = "/..";

    if (folder != NULL)
        return folder;
    /* build/KIND/bin/carebus: the tree is some steps above. */
    for (int step = 0; step < 5; step++) {
        const char *tables = cli_program(cli, arena_print(&cli->arena, "%s/services/town", up + 1));
        if (access(arena_print(&cli->arena, "%s/units.csv", tables), R_OK) == 0)
            return tables;
        up = arena_print(&cli->arena, "%s/..", up);
    }
    return NULL;
}

int cli_configuration(struct cli *cli, struct options **ret_options)
{
    static const struct option_row none[] = { { .name = NULL } };
    static const struct options_program program = { .name = "carebus",
                                                    .purpose = "the command line of the bus",
                                                    .rows = none };
    struct options *options;

    if (options_open(&program, &options) != 0)
        return cli_fail(EXIT_IO, NULL, "no memory");
    int r = options_file(options, cli_path(cli, "carebus.conf"));
    if (r == OPTIONS_ABSENT)
        cli_fail(EXIT_BAD_CONFIG, "carebus init makes a town; -c names another", "%s is not there",
                 cli_path(cli, "carebus.conf"));
    else if (r == OPTIONS_BAD)
        cli_fail(EXIT_BAD_CONFIG, NULL, "%s", options_problem(options));
    else if (r < 0)
        cli_fail(EXIT_BAD_CONFIG, NULL, "%s: %s", cli_path(cli, "carebus.conf"), strerror(-r));
    if (r == 0 && options_environment(options) != 0)
        r = cli_fail(EXIT_BAD_CONFIG, NULL, "%s", options_problem(options));
    if (r != 0) {
        options_close(options);
        return EXIT_BAD_CONFIG;
    }
    *ret_options = options;
    return 0;
}

uint64_t cli_json_number(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);

    if (json_is_string(value))
        return strtoull(json_string_value(value), NULL, 10);
    return (uint64_t)json_integer_value(value);
}

int cli_print_json(json_t *value)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_PRESERVE_ORDER);
    json_decref(value);
    if (text == NULL)
        return cli_fail(EXIT_IO, NULL, "an answer that is no text");
    int r = puts(text);
    free(text);
    return r < 0 ? EXIT_IO : 0;
}
