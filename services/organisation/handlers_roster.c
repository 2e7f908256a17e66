/*
 * Duty rosters: which post is on duty at a moment.  The office's is the last rung of every
 * succession, so its changes are followed as they come (succession.c).
 */
#include <string.h>

#include "organisation/organisation.h"

typedef OrganisationRows__Unit Unit;
typedef OrganisationRows__Roster Roster;
typedef OrganisationRows__Slot Slot;

enum { ROSTER_SLOTS = 400 }; /* three a day for four months */

static Slot *slot_of(struct turn *turn, const Organisation__Slot *slot)
{
    Slot *row = turn_array(turn, 1, sizeof(*row));

    if (slot->until_ms <= slot->from_ms)
        turn_refuse(turn, ORGANISATION__REFUSAL__BAD_PERIOD, "a slot ends before it begins");
    else if (slot->post[0] == '\0' || turn_load(turn, POSTS, slot->post) == NULL)
        turn_refuse(turn, ORGANISATION__REFUSAL__UNKNOWN_POST, "a slot names no known post");
    if (turn->outcome != 0)
        return NULL;
    organisation_rows__slot__init(row);
    row->from_ms = slot->from_ms;
    row->until_ms = slot->until_ms;
    row->post = slot->post;
    return row;
}

/* ---- the office's duty ----------------------------------------------------------------------------- */

struct duty {
    uint64_t now_ms;
    uint64_t next_ms; /* when a slot begins or ends; UINT64_MAX: none does */
    const char *post; /* of the slot that runs; NULL: none does */
};

static bool look_at(void *context, const char *key, const void *row)
{
    const Roster *roster = row;
    struct duty *duty = context;

    (void)key;
    for (size_t i = 0; i < roster->n_slots; i++) {
        const Slot *slot = roster->slots[i];
        if (slot->from_ms > duty->now_ms && slot->from_ms < duty->next_ms)
            duty->next_ms = slot->from_ms;
        if (slot->until_ms > duty->now_ms && slot->until_ms < duty->next_ms)
            duty->next_ms = slot->until_ms;
        if (slot->from_ms <= duty->now_ms && duty->now_ms < slot->until_ms && duty->post == NULL)
            duty->post = slot->post;
    }
    return true;
}

static void follow_duty(struct turn *turn)
{
    struct duty duty = { .now_ms = turn->now_ms, .next_ms = UINT64_MAX };
    Organisation__ChangeDuty change = { IS(organisation__change_duty), .unit = "lgo" };

    turn_each(turn, ROSTERS, "lgo/", look_at, &duty);
    if (duty.next_ms == UINT64_MAX)
        turn_forget(turn, "lgo", &organisation__change_duty__descriptor);
    else
        turn_remind(turn, "lgo", duty.next_ms, &change.base);
    move_duty(turn, duty.post == NULL ? "" : duty.post);
}

/* ---- the commands ----------------------------------------------------------------------------------- */

int on_publish_roster(struct turn *turn, const void *message)
{
    const Organisation__PublishRoster *command = message;

    if (!is_name(turn, command->seat, "seat") || !by_unit_or_lgo(turn, command->unit)
        || known_unit(turn, command->unit) == NULL)
        return turn->outcome;
    if (command->n_slots > ROSTER_SLOTS)
        return turn_refuse(turn, TOWN__REFUSAL__OVER_LIMIT, "more than %d slots", ROSTER_SLOTS);
    Roster *roster =
        turn_edit(turn, ROSTERS, turn_key(turn, "%s/%s", command->unit, command->seat));
    Slot **slots = turn_array(turn, command->n_slots, sizeof(Slot *));
    for (size_t i = 0; i < command->n_slots; i++) {
        Slot *slot = slot_of(turn, command->slots[i]);
        if (slot == NULL)
            return turn->outcome;
        slots[i] = slot;
    }
    roster->unit = command->unit;
    roster->seat = command->seat;
    roster->slots = slots;
    roster->n_slots = command->n_slots;

    Organisation__RosterPublished event = { IS(organisation__roster_published),
                                            .unit = command->unit, .seat = command->seat };
    COPY_LIST(&event, command, slots);
    turn_emit(turn, command->unit, &event.base);
    if (strcmp(command->unit, "lgo") == 0)
        follow_duty(turn);
    return turn->outcome;
}

int on_change_duty(struct turn *turn, const void *message)
{
    (void)message;
    if (by_timer(turn))
        follow_duty(turn);
    return turn->outcome;
}
