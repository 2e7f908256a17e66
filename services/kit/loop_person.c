/*
 * kit/loop: what the registry says of a person.  A death holds, then closes, what is open for them;
 * a move hands it to the new committee; a merge makes two ids one person.
 */
#include <string.h>

#include "kit/directory.h"
#include "kit/loop_inside.h"
#include "registry.pb-c.h"

enum { ALIAS_STEPS = 8 }; /* an alias of an alias of ...: each step is a ruling by somebody */

/* ---- a death ------------------------------------------------------------------------------------- */

static uint64_t confirmed_by(struct turn *turn)
{
    return directory_due(turn, "registry.death_confirm", "", turn->now_ms);
}

/* A reported death only holds: it may be refuted. */
int loop_on_death_reported(struct turn *turn, const void *message)
{
    const Registry__DeathReported *event = message;
    LoopRows__Death *death = turn_edit(turn, LOOP_DEATHS, event->person);
    struct loop_ids needs;

    death->reported_ms = turn->now_ms;
    loop_list_open(turn, LOOP_PERSONS, event->person, &needs);
    if (needs.count > 0)
        loop_hold_all(turn, &needs, "death", confirmed_by(turn), "a death was reported");
    return turn->outcome;
}

int loop_on_death_refuted(struct turn *turn, const void *message)
{
    const Registry__DeathRefuted *event = message;
    struct loop_ids needs;

    turn_drop(turn, LOOP_DEATHS, event->person);
    loop_list_open(turn, LOOP_PERSONS, event->person, &needs);
    loop_release_all(turn, &needs, "death");
    return turn->outcome;
}

static void close_all(struct turn *turn, const struct loop_ids *needs, Town__NeedOutcome outcome,
                      const char *reason)
{
    struct loop_end end = { .outcome = outcome, .public_text = "", .reason = reason };

    for (size_t i = 0; i < needs->count && turn->outcome == 0; i++) {
        Need *need = loop_edit(turn, needs->ids[i]);
        if (need != NULL)
            loop_close(turn, needs->ids[i], need, &end);
    }
}

static void close_as_died(struct turn *turn, const struct loop_ids *needs)
{
    close_all(turn, needs, TOWN__NEED_OUTCOME__DIED, "the person has died");
}

int loop_on_death_confirmed(struct turn *turn, const void *message)
{
    const Registry__DeathConfirmed *event = message;
    LoopRows__Death *death = turn_edit(turn, LOOP_DEATHS, event->person);
    struct loop_ids needs;

    death->confirmed_ms = turn->now_ms;
    loop_list_open(turn, LOOP_PERSONS, event->person, &needs);
    close_as_died(turn, &needs);
    return turn->outcome;
}

/* ---- a move -------------------------------------------------------------------------------------- */

int loop_on_left_town(struct turn *turn, const void *message)
{
    const Registry__LeftTown *event = message;
    struct loop_ids needs;

    loop_list_open(turn, LOOP_PERSONS, event->person, &needs);
    close_all(turn, &needs, TOWN__NEED_OUTCOME__MOVED, "the person has left the town");
    return turn->outcome;
}

/* What the old committee was asked to do and has not begun is the new one's; what it has begun it
 * ends, and a centre keeps what it was asked. */
static bool is_handed_over(const Assignment *assignment, const char *from)
{
    return assignment != NULL && strcmp(assignment->unit, from) == 0
           && (WORK_IS(assignment, REQUESTED) || WORK_IS(assignment, RECEIVED)
               || WORK_IS(assignment, ACCEPTED));
}

static void move_need(struct turn *turn, const char *id, const char *from, const char *to)
{
    static const char *fields[] = { "place" };
    static const char reason[] = "the person has moved";
    Need *need = loop_edit(turn, id);

    if (need == NULL || (need->place[0] != '\0' && strcmp(need->place, from) != 0))
        return; /* it is about another place */
    need->place = to;
    Town__NeedAmended event = { IS(town__need_amended), .need = id, .n_fields = 1, .fields = fields,
                                .reason = reason };
    loop_say(turn, need, loop_unit(turn, need), &event.base);
    if (strcmp(need->asked_verifier, from) == 0)
        need->asked_verifier = to;
    if (is_handed_over(loop_assignment(turn, need->assignment), from)) {
        loop_recall(turn, need, reason);
        loop_give_back(turn, id, need);
        loop_route(turn, id, need);
    } else if (NEED_IS(need, VERIFYING) && strcmp(need->verifier, from) == 0) {
        loop_verify(turn, id, need);
    } else {
        loop_settle(turn, id, need);
    }
}

int loop_on_moved(struct turn *turn, const void *message)
{
    const Registry__Moved *event = message;
    struct loop_ids needs;

    loop_list_open(turn, LOOP_PERSONS, event->person, &needs);
    for (size_t i = 0; i < needs.count && turn->outcome == 0; i++)
        move_need(turn, needs.ids[i], event->from, event->to);
    return turn->outcome;
}

/* ---- one person, two ids (R13) ------------------------------------------------------------------- */

static const char *merged_into(struct turn *turn, const char *id)
{
    const LoopRows__Alias *alias = turn_load(turn, LOOP_ALIASES, id);

    return alias == NULL ? NULL : alias->survivor;
}

const char *loop_person(struct turn *turn, const char *id)
{
    for (int step = 0; step < ALIAS_STEPS; step++) {
        const char *survivor = merged_into(turn, id);
        if (survivor == NULL)
            break;
        id = survivor;
    }
    return id;
}

static void push_alias(struct turn *turn, Need *need, const char *alias)
{
    const char **aliases = turn_array(turn, need->n_aliases + 1, sizeof(*aliases));

    for (size_t i = 0; i < need->n_aliases; i++)
        aliases[i] = need->aliases[i];
    aliases[need->n_aliases++] = alias;
    need->aliases = aliases;
}

void loop_name(struct turn *turn, Need *need, const char *asked)
{
    need->person = asked;
    for (int step = 0; step < ALIAS_STEPS; step++) {
        const char *survivor = merged_into(turn, need->person);
        if (survivor == NULL)
            break;
        push_alias(turn, need, need->person);
        need->person = survivor;
    }
}

/* The needs have another person than before, of whom something else may be known. */
static void agree_with_death(struct turn *turn, const char *person, const struct loop_ids *needs)
{
    const LoopRows__Death *death = turn_load(turn, LOOP_DEATHS, person);

    if (death == NULL)
        loop_release_all(turn, needs, "death");
    else if (death->confirmed_ms != 0)
        close_as_died(turn, needs);
    else if (needs->count > 0)
        loop_hold_all(turn, needs, "death", confirmed_by(turn), "a death was reported");
}

/* The alias's needs become the survivor's, those that are closed too: they may be reopened. */
int loop_on_merged(struct turn *turn, const void *message)
{
    const Registry__Merged *event = message;
    LoopRows__Alias *alias = turn_edit(turn, LOOP_ALIASES, event->alias);
    struct loop_ids open;
    struct loop_ids all;

    alias->survivor = event->survivor;
    loop_list_open(turn, LOOP_PERSONS, event->alias, &open);
    loop_list(turn, LOOP_PERSONS, event->alias, &all);
    for (size_t i = 0; i < all.count && turn->outcome == 0; i++) {
        Need *need = loop_edit(turn, all.ids[i]);
        if (need == NULL)
            continue;
        push_alias(turn, need, event->alias);
        loop_rename(turn, all.ids[i], need, event->survivor);
    }
    agree_with_death(turn, event->survivor, &open);
    return turn->outcome;
}

/* How many ids the need had before it came to be found under that one; all: never. */
static size_t names_before(const Need *need, const char *alias)
{
    size_t i = 0;

    while (i < need->n_aliases && strcmp(need->aliases[i], alias) != 0)
        i++;
    return i;
}

/* Those that were its own go back, and those that were opened under its name meanwhile, through
 * however many merges they have gone since. */
int loop_on_unmerged(struct turn *turn, const void *message)
{
    const Registry__Unmerged *event = message;
    struct loop_ids open;
    struct loop_ids all;

    turn_drop(turn, LOOP_ALIASES, event->alias);
    loop_list(turn, LOOP_PERSONS, loop_person(turn, event->survivor), &all);
    for (size_t i = 0; i < all.count && turn->outcome == 0; i++) {
        Need *need = loop_edit(turn, all.ids[i]);
        size_t before = need == NULL ? 0 : names_before(need, event->alias);
        if (need == NULL || before == need->n_aliases)
            continue;
        need->n_aliases = before;
        loop_rename(turn, all.ids[i], need, event->alias);
    }
    loop_list_open(turn, LOOP_PERSONS, event->alias, &open);
    agree_with_death(turn, event->alias, &open);
    return turn->outcome;
}
