/*
 * One case from its first message to its last, and where one message is.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/id.h"
#include "cli/message.h"
#include "cli/print.h"
#include "cli/verbs.h"

enum {
    PAGE = 500,
    SUBJECT_WIDTH = 28,
    UNIT_WIDTH = 12,
    SPAN_LEAST_MS = 1000,
    WIDE_SCREEN = 110, /* from here on there is room for the sequence too */
};

struct timeline {
    struct cli *cli;
    uint64_t first_ms;
    uint64_t last_ms;
    uint64_t count;
};

static int timeline_row(struct timeline *timeline, const struct stored *stored)
{
    struct cli *cli = timeline->cli;
    struct message_tokens tokens;
    char time[CLOCK_TEXT_SIZE];
    char span[PRINT_SPAN_SIZE];

    bool wide = print_screen() >= WIDE_SCREEN;
    if (cli->json)
        return cli_print_json(message_json(cli, stored));
    message_split(stored->envelope.subject, &tokens);
    clock_print(stored->time_ms, time);
    if (timeline->count == 0) {
        printf("%.10s\n", time);
        timeline->first_ms = stored->time_ms;
    } else if (stored->time_ms - timeline->last_ms >= SPAN_LEAST_MS) {
        print_span(stored->time_ms - timeline->last_ms, span);
        printf(cli_text("          ... %s later\n"), span);
    }
    printf("%.8s ", time + 11);
    print_cell(stdout, arena_print(&cli->arena, "%s.%s", tokens.service, tokens.message),
               SUBJECT_WIDTH);
    printf(" ");
    print_cell(stdout, tokens.unit, UNIT_WIDTH);
    if (wide)
        printf(" %7" PRIu64, stored->seq);
    const char *telling = message_telling(cli, stored);
    const uint32_t used = 8 + 1 + SUBJECT_WIDTH + 1 + UNIT_WIDTH + 1;
    uint32_t room = print_screen() - used - (wide ? 8 : 0);
    uint32_t width = print_width(telling);
    printf("%s", width == 0 ? "" : " ");
    print_cell(stdout, telling, width < room ? width : room);
    printf("\n");
    timeline->last_ms = stored->time_ms;
    timeline->count++;
    return 0;
}

int verb_trace(struct cli *cli)
{
    const char *case_id = cli_argument(cli);
    struct timeline timeline = { .cli = cli };
    const Bus__AdminAnswer *answer;
    struct link *link;
    uint64_t from = 1;

    if (case_id == NULL)
        return cli_fail(EXIT_BAD_USAGE, "carebus case ls lists them", "trace wants a CASE");
    int status = cli_no_more(cli);
    if (status == 0)
        status = link_open(cli, &link);
    if (status != 0)
        return status;
    while (status == 0 && from != 0) {
        status = link_admin(link, "case", case_id, from, PAGE, &answer);
        if (status != 0)
            break;
        for (size_t i = 0; i < answer->n_stored && status == 0; i++) {
            struct stored stored;
            if (scan_stored(slice_of(answer->stored[i].data, answer->stored[i].len), &stored) == 0)
                status = timeline_row(&timeline, &stored);
        }
        from = answer->next_seq;
    }
    link_close(link);
    if (status == 0 && timeline.count == 0 && !cli->json)
        return cli_fail(EXIT_NO_INPUT, id_case_valid(case_id) ? NULL : "the number is mistyped",
                        "no message of case %s", case_id);
    if (status == 0 && !cli->json) {
        char span[PRINT_SPAN_SIZE];
        print_span(timeline.last_ms - timeline.first_ms, span);
        printf(cli_text("%u messages in %s\n"), (unsigned)timeline.count, span);
    }
    return status;
}

int verb_why(struct cli *cli)
{
    const char *id = cli_argument(cli);
    const Bus__AdminAnswer *answer;
    struct link *link;

    if (id == NULL)
        return cli_fail(EXIT_BAD_USAGE, "carebus why referral/1/42; carebus why 1042",
                        "why wants an ID or a SEQ");
    int status = cli_no_more(cli);
    if (status == 0)
        status = link_open(cli, &link);
    if (status != 0)
        return status;
    status = link_admin(link, "why", id, 0, 0, &answer);
    if (status == 0)
        printf("%.*s\n", (int)answer->json.len, (const char *)answer->json.data);
    link_close(link);
    return status;
}

int verb_case(struct cli *cli)
{
    const char *what = cli_argument(cli);

    if (what != NULL && strcmp(what, "show") == 0)
        return verb_trace(cli);
    if (what == NULL || strcmp(what, "ls") != 0)
        return cli_fail(EXIT_BAD_USAGE, "carebus case ls; carebus case show H-20230118-0042-7",
                        "case wants ls or show");
    static char cases[] = "cases";
    cli->argv[cli->argc++] = cases;
    /* The word must come first. */
    for (int i = cli->argc - 1; i > 0; i--) {
        char *moved = cli->argv[i];
        cli->argv[i] = cli->argv[i - 1];
        cli->argv[i - 1] = moved;
    }
    return cli_speak(cli, cli_service("supervision"));
}
