/*
 * kit/erase: a part of every service that has something to forget.
 */
#include "kit/erase.h"

#include <string.h>

#include "kit/directory.h"
#include "kit/inside.h"
#include "organisation.pb-c.h"

enum { ERASE_ROWS = 50 }; /* a turn */
enum { STOP = ERASE_WORDS, START, NEXT };

static const char timer_key[] = "erase";

static const struct erasing *erasing_of(const struct turn *turn)
{
    return turn->kit->service->erasing;
}

static int on_campaign_opened(struct turn *turn, const void *message)
{
    (void)message;
    turn_forget(turn, timer_key, &town__erase_next__descriptor);
    return turn->outcome;
}

static void go_on(struct turn *turn, const char *scope, const char *after, uint64_t due_ms)
{
    Town__EraseNext next = { IS(town__erase_next), .scope = scope, .after = after };
    const struct turn_timer timer = {
        .key = timer_key, .due_ms = due_ms, .unit = "town", .command = &next.base
    };

    turn_time(turn, &timer);
}

static int on_campaign_closed(struct turn *turn, const void *message)
{
    const struct erasing *erasing = erasing_of(turn);

    (void)message;
    if (directory_has(turn, erasing->policy, "", turn->now_ms))
        go_on(turn, erasing->tables->scope, "",
              directory_due(turn, erasing->policy, "", turn->now_ms));
    return turn->outcome;
}

static const struct erased_table *table_of(const struct turn *turn, const char *scope)
{
    const struct erased_table *table = erasing_of(turn)->tables;

    while (table->scope != NULL && strcmp(table->scope, scope) != 0)
        table++;
    return table->scope == NULL ? NULL : table;
}

/* A row that goes is not there any more, and one that stays is passed by: both go on behind it. */
static uint64_t erase_slice(struct turn *turn, const struct erased_table *table,
                            const struct turn_slice *slice)
{
    uint64_t count = 0;

    for (size_t i = 0; i < slice->count && turn->outcome == 0; i++) {
        if (table->erase != NULL) {
            count += table->erase(turn, slice->keys[i]);
        } else {
            turn_drop(turn, table->table, slice->keys[i]);
            count++;
        }
    }
    return count;
}

static int on_erase_next(struct turn *turn, const void *message)
{
    const Town__EraseNext *next = message;
    const struct erased_table *table = table_of(turn, next->scope);

    if (!turn->is_timer)
        return turn_refuse(turn, TOWN__REFUSAL__NOT_ALLOWED, "only the clock erases");
    if (table == NULL)
        return 0;
    struct turn_slice slice = turn_take(turn, table->table, "", next->after, ERASE_ROWS);
    uint64_t count = erase_slice(turn, table, &slice);
    if (count > 0) {
        Town__Erased event = { IS(town__erased), .scope = table->scope, .count = count,
                               .policy_key = erasing_of(turn)->policy };
        turn_emit(turn, "town", &event.base);
    }
    if (slice.more)
        go_on(turn, table->scope, slice.last, turn->now_ms);
    else if (table[1].scope != NULL)
        go_on(turn, table[1].scope, "", turn->now_ms);
    return turn->outcome;
}

static const struct command commands[] = {
    [STOP - ERASE_WORDS] = { &organisation__campaign_opened__descriptor, on_campaign_opened, NULL,
                             true },
    [START - ERASE_WORDS] = { &organisation__campaign_closed__descriptor, on_campaign_closed, NULL,
                              true },
    [NEXT - ERASE_WORDS] = { &town__erase_next__descriptor, on_erase_next, NULL, true },
    { 0 },
};

static const ProtobufCMessageDescriptor *const events[] = { &town__erased__descriptor, NULL };

const struct part erase_part = {
    .name = "erase",
    .commands = commands,
    .first_word = ERASE_WORDS,
    .events = events,
};
