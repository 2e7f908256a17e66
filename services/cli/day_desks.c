/*
 * The desks of the example day: a line to the broker each, their mailboxes, and the town's clock.
 */
#include <poll.h>
#include <string.h>

#include "base/clock.h"
#include "cli/day_inside.h"
#include "cli/town_files.h"
#include "cli/verbs.h"

enum { MAILBOX_MOST = 100, LEASE_MS = 60 * 1000, TAKE_MS = 300 };

/* ---- time ------------------------------------------------------------------------------------------ */

/* Desks that are open are heard of by the broker; their links must not fall asleep. */
void day_keep_desks(void *context)
{
    struct day *day = context;

    for (uint32_t i = 0; i < day->desk_count; i++)
        if (day->desks[i].link != NULL)
            link_idle(day->desks[i].link);
}

void day_wait_real_ms(struct day *day, uint64_t ms)
{
    uint64_t end_us = clock_steady_us() + ms * 1000;

    do {
        day_keep_desks(day);
        poll(NULL, 0, 20);
    } while (clock_steady_us() < end_us);
}

static Bus__Welcome welcome_now(struct day *day)
{
    Bus__Welcome welcome = BUS__WELCOME__INIT;
    struct link *link;

    day_become(day->cli, day_watcher);
    if (link_open(day->cli, &link) != 0) {
        day_fail(day, "the broker does not answer");
        return welcome;
    }
    welcome = *link_welcome(link);
    link_close(link);
    return welcome;
}

uint64_t day_now_ms(struct day *day)
{
    return welcome_now(day).time_ms;
}

uint64_t day_head(struct day *day)
{
    return welcome_now(day).head;
}

uint32_t day_empty_mailbox(struct day *day, const char *unit)
{
    struct link_lease leases[MAILBOX_MOST];
    struct link *link;
    uint32_t all = 0;
    uint32_t count = 1;

    if (day->failed)
        return 0;
    day_become(day->cli, unit);
    int status = link_open(day->cli, &link);
    if (status != 0) {
        day_fail(day, "the mailbox cannot be opened");
        return 0;
    }
    /* What belongs to one case is handed out one by one, in its order. */
    while (status == 0 && count > 0 && all < MAILBOX_MOST) {
        status = link_take(link, unit, 1, LEASE_MS, TAKE_MS, leases, &count);
        for (uint32_t i = 0; i < count && status == 0; i++)
            status = link_receipt(link, unit, leases[i].seq, leases[i].token);
        all += count;
    }
    link_close(link);
    if (status != 0)
        day_fail(day, arena_print(&day->cli->arena, "%s cannot empty its mailbox", unit));
    return all;
}

/* ---- the desks ------------------------------------------------------------------------------------- */

static int open_desk(struct day *day, struct day_desk *desk)
{
    struct cli *cli = day->cli;

    day_become(cli, desk->unit);
    int status = link_open(cli, &desk->link);
    if (status == 0)
        status = link_listen(desk->link, arena_print(&cli->arena, "*.Dispatched.%s", desk->unit));
    return status;
}

static struct day_desk *desk_of(struct day *day, const char *unit)
{
    for (uint32_t i = 0; i < day->desk_count; i++)
        if (strcmp(day->desks[i].unit, unit) == 0)
            return &day->desks[i];
    return NULL;
}

void day_cut(struct day *day, const char *unit)
{
    struct day_desk *desk = desk_of(day, unit);

    if (day->failed || desk == NULL)
        return;
    link_close(desk->link);
    desk->link = NULL;
}

void day_mend(struct day *day, const char *unit)
{
    struct day_desk *desk = desk_of(day, unit);

    if (desk != NULL && desk->link == NULL && open_desk(day, desk) != 0)
        day_fail(day, "a desk cannot be opened");
}

int day_open_desks(struct day *day)
{
    struct cli *cli = day->cli;
    const char *tables = cli_tables(cli, NULL);
    const struct town_unit *units;
    const char *error;
    uint32_t count;

    if (tables == NULL || town_files_units(tables, &cli->arena, &units, &count, &error) != 0)
        return cli_fail(EXIT_NO_INPUT, NULL, "the town's tables are not there");
    day_become(cli, day_watcher);
    int status = link_open(cli, &day->watch);
    for (uint32_t i = 0; i < count && i < DAY_DESKS && status == 0; i++) {
        day->desks[i].unit = units[i].unit;
        status = open_desk(day, &day->desks[i]);
        day->desk_count++;
    }
    cli->idle = day_keep_desks;
    cli->idle_context = day;
    if (status == 0 && !link_welcome(day->watch)->exercise)
        status = cli_fail(EXIT_REFUSED, "carebus init --exercise-rate 1 DIR",
                          "the example day is an exercise's, and this town is a real one");
    for (const struct service *const *service = cli_services; *service != NULL; service++)
        day->services++;
    return status;
}

void day_close_desks(struct day *day)
{
    day->cli->idle = NULL;
    for (uint32_t i = 0; i < day->desk_count; i++)
        link_close(day->desks[i].link);
    link_close(day->watch);
}
