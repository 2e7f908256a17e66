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
#include "cli/link.h"
#include "cli/print.h"
#include "cli/verbs.h"

/* What the broker says of itself; gives the JSON. */
static int ask_status(struct cli *cli, struct link *link, const char *verb, json_t **ret_status)
{
    const Bus__AdminAnswer *answer;

    (void)cli;
    int status = link_admin(link, verb, "", 0, CLI_LIST_ROWS, &answer);
    if (status != 0)
        return status;
    *ret_status = json_loadb((const char *)answer->json.data, answer->json.len, 0, NULL);
    if (*ret_status == NULL)
        return cli_fail(EXIT_IO, NULL, "the broker's answer is no JSON");
    return 0;
}

static uint64_t number(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);

    if (json_is_string(value))
        return strtoull(json_string_value(value), NULL, 10);
    return (uint64_t)json_integer_value(value);
}

static const char *text(const json_t *object, const char *name)
{
    const char *value = json_string_value(json_object_get(object, name));
    return value == NULL ? "" : value;
}

static void print_status(struct cli *cli, const Bus__Welcome *welcome, const json_t *status)
{
    static const struct print_column service_columns[] = {
        { "service", 0 },
        { "link", 0 },
        { "behind", 0 },
        { "cursor", 0 },
    };
    static const struct print_column box_columns[] = {
        { "mailbox", 0 },
        { "waiting", 0 },
        { "leased", 0 },
        { "dead", 0 },
    };
    char time[CLOCK_TEXT_SIZE];
    struct print_table table;
    size_t index;
    json_t *row;

    clock_print(welcome->time_ms, time);
    printf("carebus %s   log time %.16s%s", CAREBUS_VERSION, time,
           welcome->exercise ? "   EXERCISE 演练" : "");
    if (welcome->exercise && welcome->rate > 1)
        printf(" (%u times faster)", welcome->rate);
    printf("\nlog  head %" PRIu64 "   free %" PRIu64 " %%   sessions %" PRIu64 "\n\n",
           welcome->head, number(status, "free_percent"), number(status, "sessions"));

    print_begin(&table, service_columns, 4);
    json_array_foreach(json_object_get(status, "services"), index, row)
    {
        const char *cells[] = {
            text(row, "service"),
            text(row, "state"),
            arena_print(&cli->arena, "%" PRIu64, number(row, "behind")),
            arena_print(&cli->arena, "%" PRIu64, number(row, "cursor")),
        };
        print_row(&table, cells);
    }
    print_end(&table, stdout);

    bool any = false;
    print_begin(&table, box_columns, 4);
    json_array_foreach(json_object_get(status, "mailboxes"), index, row)
    {
        if (number(row, "waiting") + number(row, "leased") + number(row, "dead") == 0)
            continue;
        const char *cells[] = {
            text(row, "unit"),
            arena_print(&cli->arena, "%" PRIu64, number(row, "waiting")),
            arena_print(&cli->arena, "%" PRIu64, number(row, "leased")),
            arena_print(&cli->arena, "%" PRIu64, number(row, "dead")),
        };
        print_row(&table, cells);
        any = true;
    }
    if (any)
        putchar('\n');
    print_end(&table, stdout);
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
        status = ask_status(cli, link, "status", &status_json);
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

    json_array_foreach(rows, index, row) total += number(row, name);
    return total;
}

static uint64_t most(const json_t *rows, const char *name)
{
    uint64_t largest = 0;
    size_t index;
    json_t *row;

    json_array_foreach(rows, index, row) largest =
        number(row, name) > largest ? number(row, name) : largest;
    return largest;
}

static int check_broker(struct cli *cli, const char *what, uint64_t warning, uint64_t critical)
{
    json_t *status;
    struct link *link;

    if (link_open(cli, &link) != 0) {
        printf("CAREBUS CRITICAL - the broker does not answer\n");
        return CHECK_CRITICAL;
    }
    int r = ask_status(cli, link, "status", &status);
    link_close(link);
    if (r != 0)
        return CHECK_UNKNOWN;
    const json_t *services = json_object_get(status, "services");
    const json_t *boxes = json_object_get(status, "mailboxes");
    int level = CHECK_UNKNOWN;
    if (strcmp(what, "lag") == 0)
        level = judge("lag", most(services, "behind"), warning, critical, "");
    else if (strcmp(what, "dead") == 0)
        level = judge("dead", sum(boxes, "dead"), warning, critical, "");
    else if (strcmp(what, "disk") == 0)
        level = judge("disk_used", 100 - number(status, "free_percent"), warning, critical, "%");
    else {
        size_t missing = 0;
        for (const struct service *const *s = cli_services; *s != NULL; s++)
            missing++;
        size_t linked = json_array_size(services);
        level = judge("missing_services", linked < missing ? missing - linked : 0, warning,
                      critical, "");
    }
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
    const char *what = cli_argument(cli);

    if (what == NULL || (strcmp(what, "check") != 0 && strcmp(what, "show") != 0))
        return cli_fail(EXIT_BAD_USAGE, NULL, "config wants check or show");
    const char *flag = what[0] == 'c' ? "--check-config" : "--show-config";
    const char *program = cli_program(cli, "carebus-broker");
    fflush(stdout);
    execl(program, program, "--dir", cli->town, flag, (char *)NULL);
    return cli_fail(EXIT_UNAVAILABLE, NULL, "%s does not start: %s", program, strerror(errno));
}

int verb_version(struct cli *cli)
{
    if (cli->json)
        return cli_print_json(json_pack("{s:s}", "version", CAREBUS_VERSION));
    printf("carebus %s\n", CAREBUS_VERSION);
    return 0;
}
