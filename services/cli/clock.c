/*
 * `carebus clock`: what time it is in the town, and an exercise's haste.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "cli/link.h"
#include "cli/verbs.h"

static uint64_t number(const json_t *object, const char *name)
{
    return (uint64_t)json_integer_value(json_object_get(object, name));
}

static int print(struct cli *cli, json_t *clock)
{
    char time[CLOCK_TEXT_SIZE];

    if (cli->json)
        return cli_print_json(clock);
    clock_print(number(clock, "time_ms"), time);
    printf("%.10s %.8s  x%" PRIu64, time, time + 11, number(clock, "rate"));
    if (number(clock, "until_ms") != 0) {
        clock_print(number(clock, "until_ms"), time);
        printf(cli_text(" until %.10s %.8s"), time, time + 11);
    }
    putchar('\n');
    json_decref(clock);
    return 0;
}

/* What the broker is to be told; "" when it is only asked. */
static int read_haste(struct cli *cli, uint64_t now_ms, const char *rate, const char *until,
                      const char **ret_argument)
{
    uint64_t times;
    uint64_t until_ms;

    *ret_argument = "";
    if (rate == NULL && until == NULL)
        return 0;
    if (rate == NULL || until == NULL)
        return cli_fail(EXIT_BAD_USAGE, "carebus clock --rate 600 --until +2h",
                        "--rate and --until belong together");
    if (!cli_number(rate, 86400, &times) || times == 0)
        return cli_fail(EXIT_BAD_USAGE, "--rate 600", "--rate: 1 to 86400, not '%s'", rate);
    if (!cli_time(until, now_ms, &until_ms))
        return cli_fail(EXIT_BAD_USAGE, "--until +2h", "--until: '%s' is no time", until);
    *ret_argument = arena_print(&cli->arena, "%" PRIu64 " %" PRIu64, times, until_ms);
    return 0;
}

int verb_clock(struct cli *cli)
{
    const char *rate = cli_option(cli, "--rate");
    const char *until = cli_option(cli, "--until");
    const Bus__AdminAnswer *answer;
    const char *argument;
    struct link *link;

    int status = cli_no_more(cli);
    if (status == 0)
        status = link_open(cli, &link);
    if (status != 0)
        return status;
    status = read_haste(cli, link_welcome(link)->time_ms, rate, until, &argument);
    if (status == 0)
        status = link_admin(link, "clock", argument, 0, 0, &answer);
    link_close(link);
    if (status != 0)
        return status;
    return print(cli, json_loadb((const char *)answer->json.data, answer->json.len, 0, NULL));
}
