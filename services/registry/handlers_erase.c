/*
 * The end of a campaign (PIPL art. 19: the shortest retention).  registry.retention after it closed the
 * rows that hold particulars are dropped, some a turn; what is left are ids, figures and history.
 */
#include "organisation.pb-c.h"
#include "registry/registry.h"

enum { ERASE_ROWS = 50 }; /* a turn */

static const char clock_key[] = "erase";
static const char policy[] = "registry.retention";

/* People are cared for again: nothing of them goes. */
int on_campaign_opened(struct turn *turn, const void *message)
{
    (void)message;
    turn_forget(turn, clock_key, &registry__erase_next__descriptor);
    return turn->outcome;
}

static void erase_at(struct turn *turn, const char *campaign, uint64_t due_ms)
{
    Registry__EraseNext next = { IS(registry__erase_next), .campaign = campaign };
    const struct turn_timer timer = {
        .key = clock_key, .due_ms = due_ms, .unit = "town", .command = &next.base
    };

    turn_time(turn, &timer);
}

int on_campaign_closed(struct turn *turn, const void *message)
{
    const Organisation__CampaignClosed *event = message;

    /* A town that has said nothing of it keeps what it has. */
    if (directory_has(turn, policy, "", turn->now_ms))
        erase_at(turn, event->campaign, directory_due(turn, policy, "", turn->now_ms));
    return turn->outcome;
}

static void erase_person(struct turn *turn, const char *id)
{
    static const ProtobufCMessageDescriptor *const clocks[] = {
        &registry__chase_candidate__descriptor,
        &registry__chase_decision__descriptor,
        &registry__end_away_due__descriptor,
        &registry__end_move_due__descriptor,
    };

    for (size_t i = 0; i < sizeof(clocks) / sizeof(clocks[0]); i++)
        turn_forget(turn, id, clocks[i]);
    drop_person(turn, id);
}

static void erase_row(struct turn *turn, unsigned table, const char *key)
{
    if (table == PERSONS)
        erase_person(turn, key);
    else
        turn_drop(turn, table, key);
}

/* The tables that hold cards: the roster, the rows as they were before merges and imports. */
int on_erase_next(struct turn *turn, const void *message)
{
    static const struct {
        unsigned table;
        const char *scope;
    } holders[] = { { PERSONS, "persons" }, { MERGES, "merges" }, { IMPORT_ROWS, "import_rows" } };
    const Registry__EraseNext *next = message;

    if (!by_timer(turn))
        return turn->outcome;
    for (size_t i = 0; i < sizeof(holders) / sizeof(holders[0]); i++) {
        struct names keys = names_first(turn, holders[i].table, ERASE_ROWS);
        if (keys.count == 0)
            continue;
        for (size_t k = 0; k < keys.count; k++)
            erase_row(turn, holders[i].table, keys.items[k]);
        Town__Erased event = { IS(town__erased), .scope = holders[i].scope, .count = keys.count,
                               .policy_key = policy };
        turn_emit(turn, "town", &event.base);
        erase_at(turn, next->campaign, turn->now_ms);
        break;
    }
    return turn->outcome;
}
