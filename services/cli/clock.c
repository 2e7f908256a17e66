/*
 * `carebus clock`: what time it is in the town, and an exercise's haste.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "cli/link.h"
#include "cli/verbs.h"

enum { RATE_MOST = 86400 };

static int print(struct cli *cli, json_t *clock)
{
    char time[CLOCK_TEXT_SIZE];

    if (cli->json)
        return cli_print_json(clock);
    clock_print(cli_json_number(clock, "time_ms"), time);
    printf("%.10s %.8s  x%" PRIu64, time, time + 11, cli_json_number(clock, "rate"));
    if (cli_json_number(clock, "until_ms") != 0) {
        clock_print(cli_json_number(clock, "until_ms"), time);
        printf(cli_text(" until %.10s %.8s"), time, time + 11);
    }
    putchar('\n');
    json_decref(clock);
    return 0;
}

/* An exercise's clock runs ahead: what the broker is told of it. */
struct haste {
    const char *until; /* NULL: it is only asked */
    uint64_t rate;
};

/* What can be known to be wrong before anybody is called. */
static int take_haste(struct cli *cli, struct haste *haste)
{
    const char *rate = cli_option(cli, "--rate");

    haste->until = cli_option(cli, "--until");
    int status = cli_no_more(cli);
    if (status != 0)
        return status;
    if ((rate == NULL) != (haste->until == NULL))
        return cli_fail(EXIT_BAD_USAGE, "carebus clock --rate 600 --until +2h",
                        "--rate and --until belong together");
    if (rate != NULL && (!cli_number(rate, RATE_MOST, &haste->rate) || haste->rate == 0))
        return cli_fail(EXIT_BAD_USAGE, "--rate 600", "--rate: 1 to 86400, not '%s'", rate);
    return 0;
}

/* The broker's argument; "" when it is only asked. */
static int say_haste(struct cli *cli, const struct haste *haste, uint64_t now_ms,
                     const char **ret_argument)
{
    uint64_t until_ms;

    *ret_argument = "";
    if (haste->until == NULL)
        return 0;
    if (!cli_time(haste->until, now_ms, &until_ms))
        return cli_fail(EXIT_BAD_USAGE, "--until +2h", "--until: '%s' is no time", haste->until);
    if (until_ms <= now_ms)
        return cli_fail(EXIT_BAD_USAGE, "carebus clock says what time it is",
                        "--until: '%s' is past in the town", haste->until);
    *ret_argument = arena_print(&cli->arena, "%" PRIu64 " %" PRIu64, haste->rate, until_ms);
    return 0;
}

int verb_clock(struct cli *cli)
{
    const char *argument;
    struct haste haste = { 0 };
    struct link *link;
    json_t *clock;

    int status = take_haste(cli, &haste);
    if (status == 0)
        status = link_open(cli, &link);
    if (status != 0)
        return status;
    status = say_haste(cli, &haste, link_welcome(link)->time_ms, &argument);
    if (status == 0)
        status = link_admin_json(link, "clock", argument, 0, &clock);
    link_close(link);
    return status != 0 ? status : print(cli, clock);
}
