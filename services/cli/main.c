/*
 * carebus - the operator's and the desk's command line.
 */
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "cli/cli.h"
#include "cli/print.h"
#include "wire/socket.h"

static int help(void)
{
    printf("carebus %s - the bus of a town in which nobody is forgotten\n\n"
           "usage: carebus [-c TOWN] [--as POST] [--json] VERB [arguments]\n\n",
           CAREBUS_VERSION);
    for (const struct verb *verb = cli_verbs; verb->name != NULL; verb++) {
        char left[64];
        snprintf(left, sizeof(left), "%s %s", verb->name, verb->arguments);
        printf("  %-38s %s\n", left, verb->summary);
    }
    printf("\n"
           "  -c, --context TOWN   the town's directory (CAREBUS_TOWN, else ./var)\n"
           "  -u UNIT              whose key is used (hcz); operator, if neither -u nor --as is "
           "given\n"
           "      --as POST        who acts: a post (hcz.duty); its unit's key is used\n"
           "      --json, --csv    for programs: JSON, one value a line; a table as CSV\n"
           "      --lang zh|en     the language of messages (else that of the locale)\n"
           "      --no-color       as NO_COLOR in the environment\n"
           "      --timeout TIME   how long to wait for an answer (10s)\n"
           "  -q, --quiet          no notes, only answers\n"
           "\n"
           "carebus VERB --help says more.  Exit codes: 0 done, 1 refused by a service, 64 usage,\n"
           "65 rows refused, 66 no input, 69 broker away, 73/74 cannot write, 75 try again,\n"
           "76 damage found, 77 not permitted, 78 configuration.\n");
    return 0;
}

static const struct verb *verb_named(const char *name)
{
    for (const struct verb *verb = cli_verbs; verb->name != NULL; verb++)
        if (strcmp(verb->name, name) == 0)
            return verb;
    return NULL;
}

static int verb_help(const struct verb *verb)
{
    printf("usage: carebus %s %s\n\n%s.\n", verb->name, verb->arguments, verb->summary);
    if (verb->help != NULL)
        printf("\n%s", verb->help);
    return 0;
}

/* A unit's code becomes part of a path. */
static bool good_unit(const char *unit)
{
    size_t length = strspn(unit, "abcdefghijklmnopqrstuvwxyz0123456789-");
    return length > 0 && length < 64 && unit[length] == '\0';
}

static bool set_in_environment(const char *name)
{
    const char *value = getenv(name);
    return value != NULL && value[0] != '\0';
}

/* Behind the verb, `-c` is the verb's own: `carebus check lag -w 10 -c 100`. */
static const char *option_before_verb(struct cli *cli, const char *name)
{
    static const char *const valued[] = { "-c", "-u", "--as", "--lang", "--timeout" };

    for (int i = 0; i < cli->argc && cli->argv[i][0] == '-'; i++) {
        if (strcmp(cli->argv[i], name) == 0)
            return cli_option(cli, name);
        for (size_t at = 0; at < sizeof(valued) / sizeof(valued[0]); at++)
            if (strcmp(cli->argv[i], valued[at]) == 0) {
                i++;
                break;
            }
    }
    return NULL;
}

/* Before anything is said. */
static int take_language(struct cli *cli)
{
    const char *language = cli_option(cli, "--lang");

    if (language == NULL)
        return 0;
    setenv("CAREBUS_LANG", language, 1);
    if (strcmp(language, "zh") != 0 && strcmp(language, "en") != 0)
        return cli_fail(EXIT_BAD_USAGE, "zh, en", "--lang: there is no '%s'", language);
    return 0;
}

/* The global flags, wherever they stand. */
static int take_globals(struct cli *cli)
{
    const char *town = cli_option(cli, "--context");
    if (town == NULL)
        town = option_before_verb(cli, "-c");
    if (town == NULL)
        town = getenv("CAREBUS_TOWN");
    cli->town = town == NULL || town[0] == '\0' ? "var" : town;

    const char *post = cli_option(cli, "--as");
    if (post == NULL)
        post = getenv("CAREBUS_AS");
    cli->post = post == NULL ? "" : post;
    const char *unit = cli_option(cli, "-u");
    if (unit == NULL && cli->post[0] != '\0')
        unit = arena_print(&cli->arena, "%.*s", (int)strcspn(cli->post, "."), cli->post);
    cli->unit = unit == NULL ? "operator" : unit;
    if (!good_unit(cli->unit))
        return cli_fail(EXIT_BAD_USAGE, "-u hcz; --as hcz.duty", "'%s' is no unit", cli->unit);

    cli->json = cli_flag(cli, "--json");
    cli->quiet = cli_flag(cli, "--quiet") || cli_flag(cli, "-q");
    cli->csv = cli_flag(cli, "--csv");
    bool plain = cli_flag(cli, "--no-color") || set_in_environment("NO_COLOR");
    cli->color = !plain && isatty(STDOUT_FILENO) != 0;

    uint64_t timeout_ms = CLI_TIMEOUT_MS;
    const char *timeout = cli_option(cli, "--timeout");
    if (timeout != NULL && (!cli_duration(timeout, &timeout_ms) || timeout_ms > 3600 * 1000))
        return cli_fail(EXIT_BAD_USAGE, "--timeout 30s", "--timeout: '%s' is no time", timeout);
    cli->timeout_ms = (uint32_t)timeout_ms;
    return 0;
}

static int run(struct cli *cli)
{
    int status = take_language(cli);
    if (status == 0)
        status = take_globals(cli);
    if (status != 0)
        return status;
    if (cli_flag(cli, "--version")) {
        printf("carebus %s\n", CAREBUS_VERSION);
        return 0;
    }

    bool wants_help = cli_flag(cli, "--help") || cli_flag(cli, "-h");
    const char *name = cli_argument(cli);
    if (name == NULL || strcmp(name, "help") == 0)
        return help();
    const struct verb *verb = verb_named(name);
    if (verb == NULL)
        return cli_fail(EXIT_BAD_USAGE, "carebus --help lists the verbs", "there is no verb '%s'",
                        name);
    if (wants_help && verb->help != NULL)
        return verb_help(verb);
    if (wants_help) {
        /* The verbs of a service teach from its own tables. */
        static char flag[] = "--help";
        cli->argv[cli->argc++] = flag;
    }
    return verb->run(cli);
}

int main(int argc, char **argv)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    setvbuf(stdout, NULL, isatty(STDOUT_FILENO) ? _IOLBF : _IOFBF, 0);
    say_setup("carebus");
    if (getenv("CAREBUS_LOG") == NULL)
        say_set_level(SAY_ERROR);

    char *arguments[256] = { NULL };
    struct cli cli = { .argv = arguments };
    if (argc > 250)
        return cli_fail(EXIT_BAD_USAGE, NULL, "more than 250 arguments");
    for (int i = 1; i < argc; i++)
        arguments[cli.argc++] = argv[i];
    arena_open(&cli.arena, CLI_ARENA_BYTES);

    int status = run(&cli);
    if (fflush(stdout) != 0 && status == 0)
        status = cli_fail(EXIT_IO, NULL, "the output cannot be written");
    if (cli.context != NULL)
        socket_context_close(cli.context);
    arena_close(&cli.arena);
    return status;
}
