/*
 * A unit's mailbox from the outside: peek never consumes; what is taken has a lease and a token.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cli/message.h"
#include "cli/print.h"
#include "cli/verbs.h"

enum { TAKE_MOST = 100, LEASE_MS = 5 * 60 * 1000, PEEK_ROWS = 100 };

/* `name VALUE` as a number of milliseconds or things; `usual` when it is not given. */
static int option_ms(struct cli *cli, const char *name, uint64_t usual, uint64_t *ret_ms)
{
    const char *text = cli_option(cli, name);

    *ret_ms = usual;
    if (text == NULL || cli_duration(text, ret_ms))
        return 0;
    return cli_fail(EXIT_BAD_USAGE, "90s, 10m, 2h", "%s: '%s' is no time", name, text);
}

static int option_count(struct cli *cli, const char *name, uint64_t usual, uint64_t most,
                        uint32_t *ret_count)
{
    const char *text = cli_option(cli, name);
    uint64_t count = usual;

    if (text != NULL && (!cli_number(text, most, &count) || count == 0))
        return cli_fail(EXIT_BAD_USAGE, NULL, "%s: 1 to %" PRIu64 ", not '%s'", name, most, text);
    *ret_count = (uint32_t)count;
    return 0;
}

/* ---- ls, peek, dead ------------------------------------------------------------------------------ */

static void list_row(struct cli *cli, struct print_table *table, const json_t *box)
{
    static const char *const names[] = { "depth", "urgent", "leased", "delayed", "dead" };
    const char *cells[6] = { json_string_value(json_object_get(box, "unit")) };

    for (size_t i = 0; i < 5; i++)
        cells[i + 1] = arena_print(&cli->arena, "%" JSON_INTEGER_FORMAT,
                                   json_integer_value(json_object_get(box, names[i])));
    print_row(table, cells);
}

static int list(struct cli *cli)
{
    const struct print_column columns[] = {
        { cli_text("mailbox"), 0 }, { cli_text("waiting"), 0 }, { cli_text("urgent"), 0 },
        { cli_text("leased"), 0 },  { cli_text("delayed"), 0 }, { cli_text("dead"), 0 },
    };
    struct print_table table;
    json_t *all;
    struct link *link;
    const json_t *box;
    size_t index;

    int status = cli_no_more(cli);
    if (status == 0)
        status = link_open(cli, &link);
    if (status != 0)
        return status;
    status = link_admin_json(link, "mailboxes", "", CLI_LIST_ROWS, &all);
    link_close(link);
    if (status != 0)
        return status;
    print_begin(&table, columns, 6);
    json_array_foreach(json_object_get(all, "mailboxes"), index, box)
    {
        if (cli->json)
            cli_print_json(json_incref((json_t *)(uintptr_t)box));
        else
            list_row(cli, &table, box);
    }
    if (!cli->json)
        print_end(&table, cli->csv, stdout);
    json_decref(all);
    return 0;
}

static void peek_row(struct cli *cli, struct print_table *table, const Bus__PeekItem *item)
{
    struct stored stored = { 0 };
    char until[CLOCK_TEXT_SIZE] = "";
    const char *subject = "";
    const char *brief = "";

    if (scan_stored(slice_of(item->stored.data, item->stored.len), &stored) == 0) {
        subject = arena_print(&cli->arena, "%.*s", (int)stored.envelope.subject.size,
                              (const char *)stored.envelope.subject.data);
        brief = message_brief(cli, &stored);
    }
    if (item->until_ms != 0)
        clock_print(item->until_ms, until);
    const char *cells[] = {
        arena_print(&cli->arena, "%" PRIu64, item->seq),
        item->state,
        arena_print(&cli->arena, "P%d",
                    item->priority == 0 ? 3 : (int)item->priority - BUS__PRIORITY__P0),
        arena_print(&cli->arena, "%u", item->attempts),
        until[0] == '\0' ? "" : arena_print(&cli->arena, "%.5s", until + 11),
        item->reason,
        subject,
        brief,
    };
    print_row(table, cells);
}

static int peek_json(struct cli *cli, const Bus__Peeked *peeked)
{
    for (size_t i = 0; i < peeked->n_items; i++) {
        const Bus__PeekItem *item = peeked->items[i];
        struct stored stored;
        json_t *object =
            json_pack("{s:I,s:s,s:i,s:s}", "seq", (json_int_t)item->seq, "state", item->state,
                      "attempts", (int)item->attempts, "reason", item->reason);
        if (scan_stored(slice_of(item->stored.data, item->stored.len), &stored) == 0)
            json_object_set_new(object, "message", message_json(cli, &stored));
        int status = cli_print_json(object);
        if (status != 0)
            return status;
    }
    return 0;
}

static int peek(struct cli *cli, const char *unit, bool dead)
{
    static const struct print_column columns[] = {
        { "seq", 0 },   { "state", 0 },   { "lane", 0 },     { "tries", 0 },
        { "until", 0 }, { "reason", 30 }, { "subject", 40 }, { "what", 60 },
    };
    const Bus__Peeked *peeked;
    struct print_table table;
    struct link *link;
    uint32_t limit;

    int status = option_count(cli, "--limit", PEEK_ROWS, CLI_LIST_ROWS, &limit);
    if (status == 0)
        status = cli_no_more(cli);
    if (status == 0)
        status = link_open(cli, &link);
    if (status != 0)
        return status;
    status = link_peek(link, unit, dead, limit, &peeked);
    if (status == 0 && cli->json) {
        status = peek_json(cli, peeked);
    } else if (status == 0) {
        if (peeked->n_items > 0) {
            print_begin(&table, columns, sizeof(columns) / sizeof(columns[0]));
            for (size_t i = 0; i < peeked->n_items; i++)
                peek_row(cli, &table, peeked->items[i]);
            print_end(&table, cli->csv, stdout);
        }
        printf("%s: %" PRIu64 " waiting, %" PRIu64 " dead\n", unit, peeked->waiting,
               peeked->dead_count);
    }
    link_close(link);
    return status;
}

/* ---- take, ack, return, redrive ------------------------------------------------------------------ */

static int take(struct cli *cli, const char *unit)
{
    struct link_lease leases[TAKE_MOST];
    struct link *link;
    uint32_t count;
    uint32_t taken = 0;
    uint64_t lease_ms;
    uint64_t wait_ms;

    int status = option_count(cli, "--count", 1, TAKE_MOST, &count);
    if (status == 0)
        status = option_ms(cli, "--lease", LEASE_MS, &lease_ms);
    if (status == 0)
        status = option_ms(cli, "--wait", 1000, &wait_ms);
    if (status == 0)
        status = cli_no_more(cli);
    if (status == 0)
        status = link_open(cli, &link);
    if (status != 0)
        return status;

    status = link_take(link, unit, count, (uint32_t)lease_ms, (uint32_t)wait_ms, leases, &taken);
    for (uint32_t i = 0; i < taken && status == 0; i++) {
        struct stored stored;
        if (scan_stored(leases[i].stored, &stored) != 0)
            status =
                cli_fail(EXIT_CORRUPT, NULL, "message %" PRIu64 " cannot be read", leases[i].seq);
        else if (cli->json)
            status = cli_print_json(
                json_pack("{s:I,s:s,s:i,s:o}", "seq", (json_int_t)leases[i].seq, "token",
                          arena_print(&cli->arena, "%" PRIu64, leases[i].token), "attempt",
                          (int)leases[i].attempt, "message", message_json(cli, &stored)));
        else
            printf("%" PRIu64 "  token %" PRIu64 "  try %u  %.*s  %s\n", leases[i].seq,
                   leases[i].token, leases[i].attempt, (int)stored.envelope.subject.size,
                   (const char *)stored.envelope.subject.data, message_brief(cli, &stored));
    }
    if (status == 0 && taken == 0 && !cli->quiet)
        fprintf(stderr, "%s: nothing is ready\n", unit);
    link_close(link);
    return status;
}

static int settle(struct cli *cli, const char *unit, bool back)
{
    const char *reason = cli_option(cli, "--reason");
    bool dead = cli_flag(cli, "--dead");
    struct link *link;
    uint64_t delay_ms;
    uint64_t seq;
    uint64_t token;

    int status = option_ms(cli, "--delay", 0, &delay_ms);
    if (status != 0)
        return status;
    const char *seq_text = cli_argument(cli);
    const char *token_text = cli_argument(cli);
    if (seq_text == NULL || token_text == NULL || !cli_number(seq_text, UINT64_MAX, &seq)
        || !cli_number(token_text, UINT64_MAX, &token))
        return cli_fail(EXIT_BAD_USAGE, "both are printed by take", "that wants a SEQ and a TOKEN");
    status = cli_no_more(cli);
    if (status == 0)
        status = link_open(cli, &link);
    if (status != 0)
        return status;
    status = back
                 ? link_return(link, unit, seq, token, delay_ms, reason == NULL ? "" : reason, dead)
                 : link_receipt(link, unit, seq, token);
    link_close(link);
    if (status == 0 && !cli->quiet)
        printf("%" PRIu64 "  %s\n", seq, !back ? "done" : dead ? "set aside" : "returned");
    return status;
}

static int redrive(struct cli *cli, const char *unit)
{
    const char *text = cli_argument(cli);
    struct link *link;
    uint64_t seq = 0;

    if (text != NULL && !cli_number(text, UINT64_MAX, &seq))
        return cli_fail(EXIT_BAD_USAGE, NULL, "'%s' is no sequence", text);
    int status = cli_no_more(cli);
    if (status == 0)
        status = link_open(cli, &link);
    if (status != 0)
        return status;
    status = link_redrive(link, unit, seq);
    link_close(link);
    return status;
}

int verb_mailbox(struct cli *cli)
{
    const char *what = cli_argument(cli);
    if (what == NULL)
        return cli_fail(EXIT_BAD_USAGE, "carebus mailbox --help",
                        "mailbox wants ls, peek, take, ack, return, dead or redrive");
    if (strcmp(what, "ls") == 0)
        return list(cli);

    const char *unit = cli_argument(cli);
    if (unit == NULL)
        return cli_fail(EXIT_BAD_USAGE, "carebus mailbox --help", "mailbox %s wants a UNIT", what);
    if (strcmp(what, "peek") == 0 || strcmp(what, "dead") == 0)
        return peek(cli, unit, what[0] == 'd');
    if (strcmp(what, "take") == 0)
        return take(cli, unit);
    if (strcmp(what, "ack") == 0 || strcmp(what, "return") == 0)
        return settle(cli, unit, what[0] == 'r');
    if (strcmp(what, "redrive") == 0)
        return redrive(cli, unit);
    return cli_fail(EXIT_BAD_USAGE, "carebus mailbox --help", "there is no mailbox '%s'", what);
}
