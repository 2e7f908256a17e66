/*
 * The bus as it is: publish, follow, read, ask.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cli/message.h"
#include "cli/publish.h"
#include "cli/verbs.h"

/* ---- pub ----------------------------------------------------------------------------------------- */

int verb_pub(struct cli *cli)
{
    const ProtobufCMessageDescriptor *type;
    struct publish_options options;
    struct slice body;
    struct link *link;

    const char *wait = cli_option(cli, "--wait");
    int status = publish_take_options(cli, &options);
    if (status != 0)
        return status;
    if (wait != NULL && strcmp(wait, "stored") != 0 && strcmp(wait, "outcome") != 0)
        return cli_fail(EXIT_BAD_USAGE, NULL, "--wait is stored or outcome, not '%s'", wait);
    options.no_wait = wait == NULL || strcmp(wait, "stored") == 0;
    const char *subject = cli_argument(cli);
    if (subject == NULL || options.data == NULL)
        return cli_fail(EXIT_BAD_USAGE, "carebus pub referral.Accept.hcz --data '{...}'",
                        "pub wants a subject and --data");

    status = cli_no_more(cli);
    if (status == 0)
        status = message_type(cli, subject, &type);
    if (status == 0)
        status = message_from_text(cli, type, options.data, &body);
    if (status == 0)
        status = link_open_to_publish(cli, &link);
    if (status != 0)
        return status;
    status = publish_and_tell(cli, link, subject, body, &options);
    link_close(link);
    return status;
}

/* ---- sub, log ------------------------------------------------------------------------------------ */

struct follow {
    struct cli *cli;
    const char *grep;
    const char *case_id;
    uint64_t limit;
    uint64_t count;
    int status;
};

static int print_message(struct cli *cli, const struct stored *stored)
{
    char time[CLOCK_TEXT_SIZE];

    if (cli->json) {
        int status = cli_print_json(message_json(cli, stored));
        fflush(stdout);
        return status;
    }
    clock_print(stored->time_ms, time);
    printf("%7" PRIu64 "  %.5s %.12s  %.*s  %s\n", stored->seq, time + 5, time + 11,
           (int)stored->envelope.subject.size, (const char *)stored->envelope.subject.data,
           message_brief(cli, stored));
    return 0;
}

static bool follow_each(void *context, const struct stored *stored)
{
    struct follow *follow = context;
    struct arena *arena = &follow->cli->arena;

    if (follow->case_id != NULL
        && !slice_equal(stored->envelope.case_id, slice_text(follow->case_id)))
        return true;
    if (follow->grep != NULL) {
        json_t *value = message_json(follow->cli, stored);
        char *text = json_dumps(value, JSON_COMPACT);
        json_decref(value);
        bool found = text != NULL && strstr(text, follow->grep) != NULL;
        free(text);
        if (!found)
            return true;
    }
    follow->status = print_message(follow->cli, stored);
    if (arena->used_bytes > arena->budget_bytes / 2)
        arena_reset(arena);
    follow->count++;
    return follow->status == 0 && (follow->limit == 0 || follow->count < follow->limit);
}

static int take_from(struct cli *cli, const char *text, const Bus__Welcome *welcome,
                     struct link_reading *reading)
{
    (void)cli;
    if (strcmp(text, "first") == 0)
        reading->from_seq = 1;
    else if (strcmp(text, "now") == 0)
        reading->from_seq = welcome->head + 1;
    else if (!cli_number(text, UINT64_MAX, &reading->from_seq)
             && !cli_time(text, welcome->time_ms, &reading->from_time_ms))
        return cli_fail(EXIT_BAD_USAGE, "first, now, 1042, -1h, 2023-01-18T08:00",
                        "--from: '%s' is no place in the log", text);
    return 0;
}

static int follow(struct cli *cli, bool live)
{
    struct follow state = { .cli = cli,
                            .case_id = cli_option(cli, "--case"),
                            .grep = cli_option(cli, "--grep") };
    struct link_reading reading = { .live = live };
    const char *from = cli_option(cli, "--from");
    const char *limit = cli_option(cli, "--limit");
    const char *unit = cli_option(cli, "--unit");
    const char *filter = cli_option(cli, "--filter");
    const char *filters[16];
    struct link *link;

    if (limit != NULL && !cli_number(limit, UINT32_MAX, &state.limit))
        return cli_fail(EXIT_BAD_USAGE, NULL, "--limit: '%s' is no number", limit);
    if (filter != NULL)
        filters[reading.filter_count++] = filter;
    if (unit != NULL)
        filters[reading.filter_count++] = arena_print(&cli->arena, "*.*.%s", unit);
    for (const char *more; reading.filter_count < 16 && (more = cli_argument(cli)) != NULL;)
        filters[reading.filter_count++] = more;
    if (reading.filter_count == 0)
        filters[reading.filter_count++] = ">";
    reading.filters = filters;
    int status = cli_no_more(cli);
    if (status == 0)
        status = link_open(cli, &link);
    if (status != 0)
        return status;

    status = take_from(cli,
                       from != NULL ? from
                       : live       ? "now"
                                    : "first",
                       link_welcome(link), &reading);
    if (status == 0)
        status = link_read(link, &reading, follow_each, &state);
    link_close(link);
    return status != 0 ? status : state.status;
}

int verb_sub(struct cli *cli)
{
    return follow(cli, true);
}

int verb_log(struct cli *cli)
{
    return follow(cli, false);
}

/* ---- query --------------------------------------------------------------------------------------- */

int verb_query(struct cli *cli)
{
    const char *service = cli_argument(cli);

    if (service == NULL || cli_service(service) == NULL)
        return cli_fail(EXIT_BAD_USAGE,
                        "carebus query referral CapacityOf centre=hcz kind=MEDICINE",
                        "query wants a service and a question");
    return cli_speak(cli, cli_service(service));
}
