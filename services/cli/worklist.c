/*
 * What a unit has to do now, soonest first, whichever service holds it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cli/link.h"
#include "cli/print.h"
#include "cli/verbs.h"
#include "kit/json.h"
#include "town.pb-c.h"

enum { ITEMS = 500 };

struct item {
    const char *service;
    const Town__WorkItem *work;
};

struct list {
    struct item items[ITEMS];
    uint32_t count;
};

/* The items of one service, behind those that are there. */
static int ask(struct cli *cli, struct link *link, const char *service, const char *unit,
               struct list *list)
{
    Town__Worklist question = TOWN__WORKLIST__INIT;
    uint8_t bytes[256];
    ProtobufCMessage *message;
    struct slice body;
    const char *reason;

    if (strlen(unit) > 64)
        return cli_fail(EXIT_BAD_USAGE, NULL, "'%s' is no unit", unit);
    question.unit = unit;
    question.limit = ITEMS;
    size_t size = town__worklist__pack(&question, bytes);
    const char *subject = arena_print(&cli->arena, "%s.Worklist.%s", service, unit);
    int status = link_query(link, subject, slice_of(bytes, size), &body);
    if (status != 0)
        return status;
    if (scan_unpack(&town__worklist_answer__descriptor, body, &cli->arena, &message, &reason) != 0)
        return cli_fail(EXIT_IO, NULL, "%s: an answer that cannot be read: %s", subject, reason);
    const Town__WorklistAnswer *answer = (const Town__WorklistAnswer *)message;
    for (size_t i = 0; i < answer->n_items && list->count < ITEMS; i++)
        list->items[list->count++] = (struct item){ service, answer->items[i] };
    return 0;
}

static int sooner(const void *a, const void *b)
{
    const struct item *left = a;
    const struct item *right = b;

    return (left->work->due_ms > right->work->due_ms) - (left->work->due_ms < right->work->due_ms);
}

/* Overdue is said with a word and a sign, not by colour alone. */
static const char *due_text(struct cli *cli, const Town__WorkItem *work, uint64_t now_ms)
{
    char time[CLOCK_TEXT_SIZE];

    if (work->due_ms == 0)
        return "";
    clock_print(work->due_ms, time);
    return arena_print(&cli->arena, "%s%.2s-%.2s %.5s", work->due_ms < now_ms ? "! " : "", time + 5,
                       time + 8, time + 11);
}

static void print_items(struct cli *cli, const struct list *list, uint64_t now_ms)
{
    const struct print_column columns[] = {
        { cli_text("due"), 0, true },  { cli_text("clock"), 14 }, { "P", 2, true },
        { cli_text("state"), 12 },     { cli_text("kind"), 12 },  { cli_text("case"), 0, true },
        { cli_text("need"), 0, true },
    };
    struct print_table table;

    print_begin(&table, columns, 7);
    for (uint32_t i = 0; i < list->count; i++) {
        const Town__WorkItem *work = list->items[i].work;
        const char *cells[] = { due_text(cli, work, now_ms),
                                work->clock,
                                work->priority,
                                work->state,
                                work->kind,
                                work->case_id,
                                work->need };
        print_row(&table, cells);
    }
    print_end(&table, cli->csv, stdout);
    if (list->count == 0 && !cli->csv && !cli->quiet)
        puts(cli_text("nothing is open"));
}

int worklist_print(struct cli *cli, const char *unit)
{
    struct list *list = arena_alloc(&cli->arena, sizeof(*list));
    struct link *link;

    if (list == NULL)
        return cli_fail(EXIT_IO, NULL, "no memory");
    int status = link_open(cli, &link);
    if (status != 0)
        return status;
    uint64_t now_ms = link_welcome(link)->time_ms;
    for (const struct service *const *service = cli_services; *service != NULL && status == 0;
         service++)
        if ((*service)->loop != NULL)
            status = ask(cli, link, (*service)->name, unit, list);
    link_close(link);
    if (status != 0)
        return status;
    qsort(list->items, list->count, sizeof(list->items[0]), sooner);
    if (!cli->json)
        print_items(cli, list, now_ms);
    for (uint32_t i = 0; cli->json && i < list->count && status == 0; i++) {
        json_t *object = json_from_message(&list->items[i].work->base);
        json_object_set_new(object, "service", json_string(list->items[i].service));
        status = cli_print_json(object);
    }
    return status;
}
