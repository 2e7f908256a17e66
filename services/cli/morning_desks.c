/*
 * The desks of the example day: a line to the broker each, their mailboxes, and the town's clock.
 */
#include <poll.h>
#include <string.h>

#include "base/clock.h"
#include "cli/morning_inside.h"
#include "cli/town_files.h"

enum { MAILBOX_MOST = 100, LEASE_MS = 60 * 1000, TAKE_MS = 300 };

/* ---- time ------------------------------------------------------------------------------------------ */

/* Desks that are open are heard of by the broker; their links must not fall asleep. */
void morning_keep_desks(void *context)
{
    struct morning *morning = context;

    for (uint32_t i = 0; i < morning->desk_count; i++)
        if (morning->desks[i].link != NULL)
            link_idle(morning->desks[i].link);
}

void morning_wait_real_ms(struct morning *morning, uint64_t ms)
{
    uint64_t end_us = clock_steady_us() + ms * 1000;

    do {
        morning_keep_desks(morning);
        poll(NULL, 0, 20);
    } while (clock_steady_us() < end_us);
}

static Bus__Welcome welcome_now(struct morning *morning)
{
    Bus__Welcome welcome = BUS__WELCOME__INIT;
    struct link *link;

    morning_become(morning->cli, morning_watcher);
    if (link_open(morning->cli, &link) != 0) {
        morning_fail(morning, "the broker does not answer");
        return welcome;
    }
    welcome = *link_welcome(link);
    link_close(link);
    return welcome;
}

uint64_t morning_now_ms(struct morning *morning)
{
    return welcome_now(morning).time_ms;
}

uint64_t morning_head(struct morning *morning)
{
    return welcome_now(morning).head;
}

uint32_t morning_empty_mailbox(struct morning *morning, const char *unit)
{
    struct link_lease leases[MAILBOX_MOST];
    struct link *link;
    uint32_t all = 0;
    uint32_t count = 1;

    if (morning->failed)
        return 0;
    morning_become(morning->cli, unit);
    int status = link_open(morning->cli, &link);
    if (status != 0) {
        morning_fail(morning, "the mailbox cannot be opened");
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
        morning_fail(morning,
                     arena_print(&morning->cli->arena, "%s cannot empty its mailbox", unit));
    return all;
}

/* ---- the desks ------------------------------------------------------------------------------------- */

static int open_desk(struct morning *morning, struct morning_desk *desk)
{
    struct cli *cli = morning->cli;

    morning_become(cli, desk->unit);
    int status = link_open(cli, &desk->link);
    if (status == 0)
        status = link_listen(desk->link, arena_print(&cli->arena, "*.Dispatched.%s", desk->unit));
    return status;
}

static struct morning_desk *desk_of(struct morning *morning, const char *unit)
{
    for (uint32_t i = 0; i < morning->desk_count; i++)
        if (strcmp(morning->desks[i].unit, unit) == 0)
            return &morning->desks[i];
    return NULL;
}

void morning_cut(struct morning *morning, const char *unit)
{
    struct morning_desk *desk = desk_of(morning, unit);

    if (morning->failed || desk == NULL)
        return;
    link_close(desk->link);
    desk->link = NULL;
}

void morning_mend(struct morning *morning, const char *unit)
{
    struct morning_desk *desk = desk_of(morning, unit);

    if (desk != NULL && desk->link == NULL && open_desk(morning, desk) != 0)
        morning_fail(morning, "a desk cannot be opened");
}

int morning_open_desks(struct morning *morning)
{
    struct cli *cli = morning->cli;
    const char *tables = cli_tables(cli, NULL);
    const struct town_unit *units;
    const char *error;
    uint32_t count;

    if (tables == NULL || town_files_units(tables, &cli->arena, &units, &count, &error) != 0)
        return cli_fail(EXIT_NO_INPUT, NULL, "the town's tables are not there");
    morning_become(cli, morning_watcher);
    int status = link_open(cli, &morning->watch);
    for (uint32_t i = 0; i < count && i < MORNING_DESKS && status == 0; i++) {
        morning->desks[i].unit = units[i].unit;
        status = open_desk(morning, &morning->desks[i]);
        morning->desk_count++;
    }
    cli->idle = morning_keep_desks;
    cli->idle_context = morning;
    if (status == 0)
        morning->rate = link_welcome(morning->watch)->rate;
    if (morning->rate == 0)
        morning->rate = 1;
    return status;
}

void morning_close_desks(struct morning *morning)
{
    morning->cli->idle = NULL;
    for (uint32_t i = 0; i < morning->desk_count; i++)
        link_close(morning->desks[i].link);
    link_close(morning->watch);
}
