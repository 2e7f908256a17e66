/*
 * Whom calls and tickets are about: how often they called, what is open of theirs, and two ids of
 * the roster that turn out to be one person (R13).
 */
#include <string.h>

#include "hotline/hotline.h"

enum { MOST_CALLS = 99999999, OPEN_TICKETS = 64 }; /* of one person at one time */

/* ---- how often they called ------------------------------------------------------------------------------ */

/* Who calls often stands first among those who call again. */
static void rank(struct turn *turn, const char *person, HotlineRows__Caller *caller)
{
    if (*caller->key != '\0')
        turn_drop(turn, REPEATS, caller->key);
    caller->key = "";
    if (caller->calls < 2)
        return;
    caller->key = turn_key(turn, "%08u/%s", MOST_CALLS - caller->calls, person);
    HotlineRows__Caller *repeat = turn_edit(turn, REPEATS, caller->key);
    if (repeat != NULL)
        repeat->calls = caller->calls;
}

void persons_count_call(struct turn *turn, const char *person)
{
    HotlineRows__Caller *caller = turn_edit(turn, CALLERS, hotline_id(turn, person));

    if (caller == NULL)
        return;
    caller->calls++;
    rank(turn, person, caller);
}

/* The calls of `from` count for `to`: lent, so that an unmerge can give them back. */
static void lend_calls(struct turn *turn, const char *from, const char *to)
{
    if (turn_load(turn, CALLERS, from) == NULL)
        return;
    HotlineRows__Caller *lender = turn_edit(turn, CALLERS, from);
    HotlineRows__Caller *caller = turn_edit(turn, CALLERS, to);
    if (lender == NULL || caller == NULL)
        return;
    lender->lent = lender->calls;
    lender->calls = 0;
    caller->calls += lender->lent;
    rank(turn, from, lender);
    rank(turn, to, caller);
}

static void give_back_calls(struct turn *turn, const char *from, const char *to)
{
    const HotlineRows__Caller *known = turn_load(turn, CALLERS, to);

    if (known == NULL || known->lent == 0)
        return;
    HotlineRows__Caller *caller = turn_edit(turn, CALLERS, from);
    HotlineRows__Caller *lender = turn_edit(turn, CALLERS, to);
    if (lender == NULL || caller == NULL)
        return;
    caller->calls -= lender->lent < caller->calls ? lender->lent : caller->calls;
    lender->calls += lender->lent;
    lender->lent = 0;
    rank(turn, from, caller);
    rank(turn, to, lender);
}

/* ---- what is open of theirs ------------------------------------------------------------------------------ */

static const char *place_of(struct turn *turn, const char *person, const char *id)
{
    return hotline_is_id(person) ? turn_key(turn, "%s/%s", person, id) : NULL;
}

void persons_list(struct turn *turn, const char *id, const Ticket *ticket)
{
    const char *place = place_of(turn, ticket->person, id);
    Ref *ref = place != NULL ? turn_edit(turn, PERSON_TICKETS, place) : NULL;

    if (ref != NULL)
        ref->id = ticket->person;
}

void persons_unlist(struct turn *turn, const char *id, const Ticket *ticket)
{
    const char *place = place_of(turn, ticket->person, id);

    if (place != NULL)
        turn_drop(turn, PERSON_TICKETS, place);
}

struct theirs {
    struct turn *turn;
    const char *came_as; /* only those that came under this id; NULL: all */
    const char *tickets[OPEN_TICKETS];
    const char *ids[OPEN_TICKETS];
    size_t count;
};

static bool add_theirs(void *context, const char *key, const void *row)
{
    struct theirs *theirs = context;
    const Ref *ref = row;

    if (theirs->came_as != NULL && strcmp(ref->id, theirs->came_as) != 0)
        return true;
    theirs->tickets[theirs->count] = turn_text(theirs->turn, "%s", strchr(key, '/') + 1);
    theirs->ids[theirs->count] = turn_text(theirs->turn, "%s", ref->id);
    return ++theirs->count < OPEN_TICKETS;
}

/* The open tickets of `from` are `to`'s; each remembers under which id it came. */
static void hand_over(struct turn *turn, const char *from, const char *to, const char *came_as)
{
    struct theirs theirs = { .turn = turn, .came_as = came_as };

    turn_each(turn, PERSON_TICKETS, turn_text(turn, "%s/", from), add_theirs, &theirs);
    for (size_t i = 0; turn->outcome == 0 && i < theirs.count; i++) {
        turn_drop(turn, PERSON_TICKETS, place_of(turn, from, theirs.tickets[i]));
        Ref *ref = turn_edit(turn, PERSON_TICKETS, place_of(turn, to, theirs.tickets[i]));
        Ticket *ticket = turn_edit(turn, TICKETS, theirs.tickets[i]);
        if (ref == NULL || ticket == NULL)
            return;
        ref->id = theirs.ids[i];
        ticket->person = to;
    }
}

static bool are_two(const char *survivor, const char *alias)
{
    return hotline_is_id(survivor) && hotline_is_id(alias) && strcmp(survivor, alias) != 0;
}

int ticket_persons_merged(struct turn *turn, const void *message)
{
    const Registry__Merged *merged = message;

    if (!are_two(merged->survivor, merged->alias))
        return turn->outcome;
    lend_calls(turn, merged->alias, merged->survivor);
    hand_over(turn, merged->alias, merged->survivor, NULL);
    return turn->outcome;
}

int ticket_persons_unmerged(struct turn *turn, const void *message)
{
    const Registry__Unmerged *unmerged = message;

    if (!are_two(unmerged->survivor, unmerged->alias))
        return turn->outcome;
    give_back_calls(turn, unmerged->survivor, unmerged->alias);
    hand_over(turn, unmerged->survivor, unmerged->alias, unmerged->alias);
    return turn->outcome;
}
