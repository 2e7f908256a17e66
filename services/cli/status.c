/*
 * Health, for a person and for a monitor; the configuration and the version.
 */
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/options.h"
#include "cli/link.h"
#include "cli/print.h"
#include "cli/verbs.h"

static const char *text(const json_t *object, const char *name)
{
    const char *value = json_string_value(json_object_get(object, name));
    return value == NULL ? "" : value;
}

/* A session that answers for a service. */
static bool is_service(const json_t *session)
{
    return text(session, "service")[0] != '\0';
}

static const json_t *session_of(const json_t *status, const char *service)
{
    const json_t *session;
    size_t index;

    json_array_foreach(json_object_get(status, "sessions"), index, session)
    {
        if (strcmp(text(session, "service"), service) == 0)
            return session;
    }
    return NULL;
}

static const char *thousands(struct cli *cli, uint64_t value)
{
    if (value < 1000)
        return arena_print(&cli->arena, "%" PRIu64, value);
    return arena_print(&cli->arena, "%s,%03u", thousands(cli, value / 1000),
                       (unsigned)(value % 1000));
}

static void print_services(struct cli *cli, const json_t *status)
{
    const struct print_column columns[] = {
        { cli_text("service"), 0 },
        { cli_text("state"), 0 },
        { cli_text("behind"), 0 },
        { cli_text("to send"), 0 },
    };
    struct print_table table;

    print_begin(&table, columns, 4);
    for (const struct service *const *service = cli_services; *service != NULL; service++) {
        const json_t *session = session_of(status, (*service)->name);
        uint64_t behind = cli_json_number(session, "behind");
        const char *cells[] = {
            (*service)->name,
            session == NULL ? cli_text("AWAY") : cli_text("up"),
            session == NULL ? "-" : thousands(cli, behind),
            session == NULL ? "-" : thousands(cli, cli_json_number(session, "unacknowledged")),
        };
        print_row(&table, cells);
    }
    print_end(&table, cli->csv, stdout);
}

/* Only the mailboxes that somebody has to look at: something waits, or is dead. */
static void print_mailboxes(struct cli *cli, const json_t *status)
{
    const struct print_column columns[] = {
        { cli_text("mailbox"), 0 }, { cli_text("waiting"), 0 }, { cli_text("urgent"), 0 },
        { cli_text("leased"), 0 },  { cli_text("dead"), 0 },    { cli_text("link"), 0 },
    };
    struct print_table table;
    const json_t *row;
    size_t index;
    bool any = false;

    print_begin(&table, columns, 6);
    json_array_foreach(json_object_get(status, "mailboxes"), index, row)
    {
        if (cli_json_number(row, "depth") + cli_json_number(row, "dead") == 0)
            continue;
        const char *cells[] = {
            text(row, "unit"),
            thousands(cli, cli_json_number(row, "depth")),
            thousands(cli, cli_json_number(row, "urgent")),
            thousands(cli, cli_json_number(row, "leased")),
            thousands(cli, cli_json_number(row, "dead")),
            json_is_true(json_object_get(row, "up")) ? cli_text("up") : cli_text("silent"),
        };
        print_row(&table, cells);
        any = true;
    }
    if (any)
        putchar('\n');
    print_end(&table, cli->csv, stdout);
}

static void print_status(struct cli *cli, const Bus__Welcome *welcome, const json_t *status)
{
    char time[CLOCK_TEXT_SIZE];
    char span[PRINT_SPAN_SIZE];

    clock_print(welcome->time_ms, time);
    print_span(cli_json_number(status, "uptime_ms"), span);
    printf("carebus %s  %s  %.10s %.5s", text(status, "version"), text(status, "town"), time,
           time + 11);
    if (welcome->exercise)
        printf(cli_text("  EXERCISE (x%u)"), welcome->rate);
    printf(cli_text("  up for %s\n"), span);
    printf(cli_text("log  head %s   checked %s   disk free %u %%   sessions %u%s\n\n"),
           thousands(cli, cli_json_number(status, "committed")),
           thousands(cli, cli_json_number(status, "checkpoint")),
           (unsigned)cli_json_number(status, "free_percent"),
           (unsigned)json_array_size(json_object_get(status, "sessions")),
           json_is_true(json_object_get(status, "full"))
               ? cli_text("   FULL: publishes are refused")
               : "");
    print_services(cli, status);
    print_mailboxes(cli, status);
}

int verb_status(struct cli *cli)
{
    bool watch = cli_flag(cli, "--watch");
    json_t *status_json;

    int status = cli_no_more(cli);
    do {
        struct link *link;
        if (status == 0)
            status = link_open(cli, &link);
        if (status != 0)
            return status;
        status = link_admin_json(link, "status", "", CLI_LIST_ROWS, &status_json);
        if (status == 0 && watch && cli->color)
            printf("\033[H\033[2J");
        if (status == 0 && cli->json)
            status = cli_print_json(json_incref(status_json));
        else if (status == 0)
            print_status(cli, link_welcome(link), status_json);
        if (status == 0)
            json_decref(status_json);
        link_close(link);
        fflush(stdout);
        if (watch)
            poll(NULL, 0, 2000);
    } while (watch && status == 0);
    return status;
}

/* ---- check --------------------------------------------------------------------------------------- */

enum { CHECK_OK, CHECK_WARNING, CHECK_CRITICAL, CHECK_UNKNOWN };

static int judge(const char *what, uint64_t value, uint64_t warning, uint64_t critical,
                 const char *unit)
{
    static const char *const words[] = { "OK", "WARNING", "CRITICAL" };
    int level = value >= critical ? CHECK_CRITICAL : value >= warning ? CHECK_WARNING : CHECK_OK;

    printf("CAREBUS %s - %s %" PRIu64 "%s|%s=%" PRIu64 "%s;%" PRIu64 ";%" PRIu64 "\n", words[level],
           what, value, unit, what, value, unit, warning, critical);
    return level;
}

static uint64_t sum(const json_t *rows, const char *name)
{
    uint64_t total = 0;
    size_t index;
    json_t *row;

    json_array_foreach(rows, index, row) total += cli_json_number(row, name);
    return total;
}

static uint64_t most_behind(const json_t *status)
{
    const json_t *session;
    uint64_t largest = 0;
    size_t index;

    json_array_foreach(json_object_get(status, "sessions"), index, session)
    {
        if (is_service(session) && cli_json_number(session, "behind") > largest)
            largest = cli_json_number(session, "behind");
    }
    return largest;
}

static uint64_t missing_services(const json_t *status)
{
    uint64_t missing = 0;

    for (const struct service *const *service = cli_services; *service != NULL; service++)
        missing += session_of(status, (*service)->name) == NULL;
    return missing;
}

static int check_broker(struct cli *cli, const char *what, uint64_t warning, uint64_t critical)
{
    json_t *status;
    struct link *link;

    if (link_open(cli, &link) != 0) {
        printf("CAREBUS CRITICAL - the broker does not answer\n");
        return CHECK_CRITICAL;
    }
    int r = link_admin_json(link, "status", "", CLI_LIST_ROWS, &status);
    link_close(link);
    if (r != 0)
        return CHECK_UNKNOWN;
    const json_t *boxes = json_object_get(status, "mailboxes");
    int level;
    if (strcmp(what, "lag") == 0)
        level = judge("lag", most_behind(status), warning, critical, "");
    else if (strcmp(what, "dead") == 0)
        level = judge("dead", sum(boxes, "dead"), warning, critical, "");
    else if (strcmp(what, "disk") == 0)
        level = judge("disk_used", 100 - cli_json_number(status, "free_percent"), warning, critical,
                      "%");
    else
        level = judge("missing_services", missing_services(status), warning, critical, "");
    json_decref(status);
    return level;
}

int verb_check(struct cli *cli)
{
    static const struct {
        const char *what;
        uint64_t warning;
        uint64_t critical;
    } usual[] = {
        { "health", 1, 1 },
        { "lag", 1000, 10000 },
        { "dead", 1, 10 },
        { "disk", 80, 90 },
    };
    const char *warning = cli_option(cli, "-w");
    const char *critical = cli_option(cli, "-c");
    const char *what = cli_argument(cli);

    if (cli_no_more(cli) != 0)
        return CHECK_UNKNOWN;
    for (size_t i = 0; what != NULL && i < sizeof(usual) / sizeof(usual[0]); i++) {
        uint64_t warn = usual[i].warning;
        uint64_t crit = usual[i].critical;
        if (strcmp(what, usual[i].what) != 0)
            continue;
        if ((warning != NULL && !cli_number(warning, UINT64_MAX, &warn))
            || (critical != NULL && !cli_number(critical, UINT64_MAX, &crit))) {
            cli_fail(EXIT_BAD_USAGE, NULL, "-w and -c want numbers");
            return CHECK_UNKNOWN;
        }
        return check_broker(cli, what, warn, crit);
    }
    cli_fail(EXIT_BAD_USAGE, "health, lag, dead, disk", "check wants one thing to check");
    return CHECK_UNKNOWN;
}

/* ---- config, version ----------------------------------------------------------------------------- */

int verb_config(struct cli *cli)
{
    bool origin = cli_flag(cli, "--origin");
    const char *what = cli_argument(cli);
    struct options *options;
    const char *name;

    if (what == NULL || (strcmp(what, "check") != 0 && strcmp(what, "show") != 0))
        return cli_fail(EXIT_BAD_USAGE, "carebus config check; carebus config show --origin",
                        "config wants check or show");
    int status = cli_no_more(cli);
    if (status == 0)
        status = cli_configuration(cli, &options);
    if (status != 0)
        return status;
    for (uint32_t i = 0; what[0] == 's' && (name = options_name(options, i)) != NULL; i++) {
        const char *value = options_text(options, name);
        if (cli->json)
            cli_print_json(json_pack("{s:s,s:s,s:s}", "name", name, "value", value, "origin",
                                     options_origin(options, name)));
        else {
            printf("%-18s ", name);
            print_cell(stdout, value, origin ? 28 : print_width(value));
            printf("%s%s\n", origin ? " " : "", origin ? options_origin(options, name) : "");
        }
    }
    if (what[0] == 'c' && !cli->quiet && !cli->json)
        printf(cli_text("%s is good\n"), cli_path(cli, "carebus.conf"));
    options_close(options);
    return 0;
}

int verb_version(struct cli *cli)
{
    if (cli->json)
        return cli_print_json(json_pack("{s:s}", "version", CAREBUS_VERSION));
    printf("carebus %s\n", CAREBUS_VERSION);
    return 0;
}

/* ---- completion ------------------------------------------------------------------------------------ */

/* For `eval "$(carebus completion bash)"`: the verbs, else files. */
int verb_completion(struct cli *cli)
{
    const char *shell = cli_argument(cli);

    if (shell == NULL || strcmp(shell, "bash") != 0)
        return cli_fail(EXIT_BAD_USAGE, "eval \"$(carebus completion bash)\"",
                        "completion is there for bash");
    int status = cli_no_more(cli);
    if (status != 0)
        return status;
    printf("_carebus() {\n    local verbs='");
    for (const struct verb *verb = cli_verbs; verb->name != NULL; verb++)
        printf("%s%s", verb == cli_verbs ? "" : " ", verb->name);
    printf("'\n"
           "    COMPREPLY=($(compgen -W \"$verbs\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n"
           "    [ ${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "
           "\"${COMP_WORDS[COMP_CWORD]}\"))\n"
           "}\ncomplete -F _carebus carebus\n");
    return 0;
}
