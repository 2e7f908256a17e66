#include "cli/publish.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/message.h"

static int take_priority(struct cli *cli, Bus__Priority *ret_priority)
{
    const char *text = cli_option(cli, "--priority");

    *ret_priority = BUS__PRIORITY__PRIORITY_ABSENT;
    if (text == NULL)
        return 0;
    if ((text[0] == 'P' || text[0] == 'p') && text[1] >= '0' && text[1] <= '5' && text[2] == '\0') {
        *ret_priority = (Bus__Priority)(BUS__PRIORITY__P0 + text[1] - '0');
        return 0;
    }
    return cli_fail(EXIT_BAD_USAGE, "P0 P1 P2 P3 P4 P5", "'%s' is no priority", text);
}

static int take_time(struct cli *cli, const char *option, uint64_t *ret_ms)
{
    const char *text = cli_option(cli, option);

    *ret_ms = 0;
    if (text == NULL || cli_time(text, 0, ret_ms))
        return 0;
    return cli_fail(EXIT_BAD_USAGE, "2023-01-18T10:00", "%s: '%s' is no time", option, text);
}

int publish_take_options(struct cli *cli, struct publish_options *ret_options)
{
    *ret_options = (struct publish_options){
        .case_id = cli_option(cli, "--case"),
        .data = cli_option(cli, "--data"),
        .no_wait = cli_flag(cli, "--no-wait"),
    };
    int status = take_priority(cli, &ret_options->priority);
    if (status == 0)
        status = take_time(cli, "--not-before", &ret_options->not_before_ms);
    if (status == 0)
        status = take_time(cli, "--expires", &ret_options->expires_ms);
    return status;
}

struct telling {
    struct cli *cli;
    int status;
};

static bool tell(void *context, const struct stored *stored)
{
    struct telling *telling = context;
    int status = message_print_outcome(telling->cli, stored);

    if (status != 0)
        telling->status = status;
    return true;
}

int publish_and_tell(struct cli *cli, struct link *link, const char *subject, struct slice body,
                     const struct publish_options *options)
{
    struct link_message message = {
        .subject = subject,
        .case_id = options->case_id,
        .priority = options->priority,
        .not_before_ms = options->not_before_ms,
        .expires_ms = options->expires_ms,
        .body = body,
    };
    struct telling telling = { .cli = cli };
    struct message_tokens tokens;
    const char *id;
    uint64_t seq;

    int status = link_publish(link, &message, &seq, &id);
    if (status != 0)
        return status;
    if (options->no_wait) {
        if (cli->json)
            return cli_print_json(json_pack("{s:I,s:s}", "seq", (json_int_t)seq, "id", id));
        if (!cli->quiet)
            printf("%" PRIu64 "  %s\n", seq, id);
        return 0;
    }
    message_split(slice_text(subject), &tokens);
    status = link_outcome(link, tokens.service, tokens.unit, id, seq, tell, &telling);
    return status != 0 ? status : telling.status;
}
