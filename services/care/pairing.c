/*
 * care: 一对一结对帮扶 (S-095, S-096): one fixed carer a person, changed only with a reason; and what a
 * carer's own coming and going means for each whom they care for.
 */
#include <string.h>

#include "care/care.h"

#define R(state) CARE_ROWS__PAIRING__STATE__##state
#define K(state) CARE_ROWS__CARER__STATE__##state

/* ---- pair and unpair --------------------------------------------------------------------------------------- */

static void warn_of_load(struct turn *turn, const char *committee, bool over_load)
{
    if (over_load)
        say_gap(turn, committee);
}

static void pair(struct turn *turn, const char *id, const char *committee, const char *carer_id)
{
    Pairing *pairing = turn_move_as(turn, PAIRINGS, id, PAIR);

    if (pairing == NULL)
        return;
    pairing->carer = carer_id;
    pairing->stand_in = "";
    pairing->reason = "";
    pairing->since_ms = turn->now_ms;
    set_cared(turn, carer_id, id, CARE__ROLE__PRIMARY);
    settle_person(turn, id);
    const Carer *carer = turn_load(turn, CARERS, carer_id);
    uint32_t load = carer == NULL ? 0 : carer->load;
    bool over_load = load > directory_number(turn, "care.load", "");
    Care__Paired event = { IS(care__paired),  .person = id,
                           .carer = carer_id, .role = CARE__ROLE__PRIMARY,
                           .load = load,      .over_load = over_load };
    turn_emit(turn, committee, &event.base);
    warn_of_load(turn, committee, over_load);
}

/* A person who is known here: also a candidate is given somebody in time. */
static const Person *person_to_pair(struct turn *turn, const char *told, const char **ret_id)
{
    *ret_id = turn_is_id(told) ? loop_person(turn, told) : "-";
    const Person *person = turn_load(turn, PERSONS, *ret_id);

    if (person == NULL
        || (!on_roster(person) && person->state != CARE_ROWS__PERSON__STATE__CANDIDATE)) {
        turn_refuse(turn, CARE__REFUSAL__UNKNOWN_PERSON, "nobody of that id is on the roster");
        return NULL;
    }
    return may_act_for(turn, person) ? person : NULL;
}

/* A committee gives its people its own carers; only the office lends one from another (S-06P). */
static const Carer *carer_for(struct turn *turn, const Person *person, const char *id)
{
    const Carer *carer = person == NULL ? NULL : carer_of(turn, id);

    if (carer == NULL)
        return NULL;
    if (strcmp(carer->committee, person->committee) != 0
        && strcmp(turn_actor_unit(turn), "sjb") != 0)
        turn_refuse(turn, CARE__REFUSAL__NOT_THE_COMMITTEE, "the carer is another committee's");
    else if (carer->state != K(ACTIVE))
        turn_refuse(turn, CARE__REFUSAL__CARER_NOT_ACTIVE, "the carer is absent or retired");
    return turn->outcome == 0 ? carer : NULL;
}

static int set_deputy(struct turn *turn, const char *id, const Person *person, const char *carer)
{
    Pairing *pairing = turn_edit(turn, PAIRINGS, id);
    Care__Paired event = { IS(care__paired), .person = id, .carer = carer,
                           .role = CARE__ROLE__STAND_IN };

    if (!has_carer(pairing))
        return turn_refuse(turn, TOWN__REFUSAL__WRONG_STATE, "a deputy stands in for a carer");
    pairing->deputy = carer;
    return turn_emit(turn, person->committee, &event.base);
}

int on_pair(struct turn *turn, const void *message)
{
    const Care__Pair *told = message;
    const char *id;
    const Person *person = person_to_pair(turn, told->person, &id);
    const Carer *carer = carer_for(turn, person, told->carer);
    const Pairing *known = carer == NULL ? NULL : turn_load(turn, PAIRINGS, id);

    if (carer == NULL)
        return turn->outcome;
    if (told->role == CARE__ROLE__STAND_IN)
        return set_deputy(turn, id, person, told->carer);
    if (has_carer(known))
        return turn_refuse(turn, CARE__REFUSAL__PAIRED_ALREADY,
                           "a fixed carer is changed by Unpair, with a reason");
    pair(turn, id, person->committee, told->carer);
    return turn->outcome;
}

void end_pairing(struct turn *turn, const char *id, const char *committee, const char *reason)
{
    if (!turn_may_move(turn, PAIRINGS, id, UNPAIR))
        return;
    Pairing *pairing = turn_move_as(turn, PAIRINGS, id, UNPAIR);
    if (pairing == NULL)
        return;
    Care__Unpaired event = { IS(care__unpaired), .person = id, .carer = pairing->carer,
                             .role = CARE__ROLE__PRIMARY, .reason = reason };
    set_cared(turn, pairing->carer, id, CARE__ROLE__ROLE_ABSENT);
    unlist_stand_in(turn, pairing->stand_in, id);
    pairing->carer = "";
    pairing->stand_in = "";
    pairing->deputy = "";
    pairing->reason = reason;
    turn_emit(turn, committee, &event.base);
    settle_person(turn, id);
}

int on_unpair(struct turn *turn, const void *message)
{
    const Care__Unpair *told = message;
    const char *id;
    const Person *person = person_to_pair(turn, told->person, &id);

    if (person == NULL)
        return turn->outcome;
    if (told->reason[0] == '\0')
        return turn_refuse(turn, CARE__REFUSAL__NO_REASON, "why? (S-096: a fixed volunteer)");
    if (told->role == CARE__ROLE__STAND_IN) {
        Pairing *pairing = turn_edit(turn, PAIRINGS, id);
        Care__Unpaired event = { IS(care__unpaired), .person = id, .carer = pairing->deputy,
                                 .role = told->role, .reason = told->reason };
        if (pairing->deputy[0] == '\0')
            return turn_refuse(turn, TOWN__REFUSAL__NOT_FOUND, "there is no deputy");
        pairing->deputy = "";
        return turn_emit(turn, person->committee, &event.base);
    }
    if (!turn_may_move(turn, PAIRINGS, id, UNPAIR))
        return turn_refuse(turn, TOWN__REFUSAL__WRONG_STATE, "nobody is paired");
    end_pairing(turn, id, person->committee, told->reason);
    return turn->outcome;
}

/* By the committee, or by the office at care.stand_in_by_sjb: for today or for a day to come. */
int on_assign_stand_in(struct turn *turn, const void *message)
{
    const Care__AssignStandIn *told = message;
    const char *id;
    int64_t day;
    const Person *person = person_to_care_for(turn, told->person, &id);
    const Carer *carer =
        person == NULL || !may_act_for(turn, person) ? NULL : carer_for(turn, person, told->carer);

    if (carer == NULL || !read_date(turn, told->date, today(turn), &day))
        return turn->outcome;
    if (day < today(turn))
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "date: is past");
    if (day > today(turn)) {
        CareRows__Named *named = turn_edit(turn, NAMED, contact_key(turn, id, day));
        named->carer = told->carer;
        say_stand_in(turn, id, told->carer, "", day);
        return turn->outcome;
    }
    const Pairing *pairing = turn_load(turn, PAIRINGS, id);
    if (pairing != NULL && pairing->state == R(PAUSED)) {
        put_helper(turn, id, "", 0);
        put_stand_in(turn, id, turn_edit(turn, PAIRINGS, id), told->carer, day);
    } else {
        name_helper(turn, id, told->carer, day);
    }
    settle_person(turn, id);
    return turn->outcome;
}

/* ---- a carer goes, or comes back ------------------------------------------------------------------------- */

static void pause_person(struct turn *turn, const char *id, const char *committee)
{
    if (!turn_may_move(turn, PAIRINGS, id, PAUSE))
        return;
    Pairing *pairing = turn_move_as(turn, PAIRINGS, id, PAUSE);
    if (pairing == NULL)
        return;
    Care__PairingPaused event = { IS(care__pairing_paused), .person = id, .carer = pairing->carer,
                                  .role = CARE__ROLE__PRIMARY };
    turn_emit(turn, committee, &event.base);
    seek_stand_in(turn, id, today(turn));
    settle_person(turn, id);
}

static void resume_pairing(struct turn *turn, const char *id, const char *committee)
{
    if (!turn_may_move(turn, PAIRINGS, id, RESUME))
        return;
    Pairing *pairing = turn_move_as(turn, PAIRINGS, id, RESUME);
    if (pairing == NULL)
        return;
    put_stand_in(turn, id, pairing, "", today(turn));
    Care__PairingResumed event = { IS(care__pairing_resumed), .person = id, .carer = pairing->carer,
                                   .role = CARE__ROLE__PRIMARY };
    turn_emit(turn, committee, &event.base);
    settle_person(turn, id);
}

/* Whoever stood in is gone too: the next one, for the rest of the day and of the absence. */
static void replace_stand_in(struct turn *turn, const char *id, const char *carer)
{
    const Person *person = turn_load(turn, PERSONS, id);

    if (person != NULL && strcmp(person->helper, carer) == 0)
        put_helper(turn, id, "", 0);
    seek_stand_in(turn, id, today(turn));
    settle_person(turn, id);
}

static void settle_one(struct turn *turn, const char *id, const char *carer, int32_t state)
{
    const CareRows__Cared *cared = turn_load(turn, CARED, turn_key(turn, "%s/%s", carer, id));
    const Person *person = turn_load(turn, PERSONS, id);

    if (cared == NULL || person == NULL)
        return;
    if (cared->role == CARE__ROLE__STAND_IN && state != K(ACTIVE))
        replace_stand_in(turn, id, carer);
    else if (cared->role == CARE__ROLE__STAND_IN)
        return;
    else if (state == K(ABSENT))
        pause_person(turn, id, person->committee);
    else if (state == K(ACTIVE))
        resume_pairing(turn, id, person->committee);
    else
        end_pairing(turn, id, person->committee, "the carer has retired");
}

/* What a carer's state means for each whom they care for; some a turn. */
void settle_pairings(struct turn *turn, const char *carer, const char *after)
{
    const Carer *row = turn_load(turn, CARERS, carer);

    if (row == NULL)
        return;
    int32_t state = (int32_t)row->state;
    const struct turn_slice slice =
        turn_take(turn, CARED, turn_text(turn, "%s/", carer), after, PEOPLE_A_TURN);
    for (size_t i = 0; i < slice.count; i++)
        settle_one(turn, slice.keys[i], carer, state);
    if (!slice.more)
        return;
    Care__SettlePairings next = { IS(care__settle_pairings), .carer = carer, .after = slice.last };
    turn_remind(turn, carer, turn->now_ms, &next.base);
}

int on_settle_pairings(struct turn *turn, const void *message)
{
    const Care__SettlePairings *told = message;

    if (!turn->is_timer)
        return turn_refuse(turn, TOWN__REFUSAL__NOT_ALLOWED, "only the clock goes on");
    settle_pairings(turn, told->carer, told->after);
    return turn->outcome;
}

/* ---- what the roster says ----------------------------------------------------------------------------------- */

/* A move: the old committee's carer is thanked, and the new one names somebody at once. */
void hand_over_pairing(struct turn *turn, const char *id, const char *from, const char *to)
{
    end_pairing(turn, id, from, "moved to another committee");
    put_helper(turn, id, "", 0);
    const char *carer = neighbour_of(turn, to, "");
    if (carer[0] != '\0')
        pair(turn, id, to, carer);
    else
        settle_person(turn, id);
}

void unlist_pairing(struct turn *turn, const char *id)
{
    const Pairing *pairing = turn_load(turn, PAIRINGS, id);

    put_helper(turn, id, "", 0);
    if (!has_carer(pairing))
        return;
    set_cared(turn, pairing->carer, id, CARE__ROLE__ROLE_ABSENT);
    set_cared(turn, pairing->stand_in, id, CARE__ROLE__ROLE_ABSENT);
}

/* The carer may have fallen ill, come back or retired in the meantime. */
void relist_pairing(struct turn *turn, const char *id)
{
    const Pairing *pairing = turn_load(turn, PAIRINGS, id);
    const Person *person = turn_load(turn, PERSONS, id);
    const Carer *carer = has_carer(pairing) ? turn_load(turn, CARERS, pairing->carer) : NULL;

    if (person == NULL)
        return;
    if (carer == NULL || carer->state == K(RETIRED)) {
        end_pairing(turn, id, person->committee, "the carer has retired");
        set_unpaired(turn, id, person, true);
        return;
    }
    set_cared(turn, pairing->carer, id, CARE__ROLE__PRIMARY);
    if (carer->state == K(ABSENT))
        pause_person(turn, id, person->committee);
    else
        resume_pairing(turn, id, person->committee);
    pairing = turn_load(turn, PAIRINGS, id);
    if (pairing != NULL && pairing->state == R(PAUSED)) {
        set_cared(turn, pairing->stand_in, id, CARE__ROLE__STAND_IN);
        seek_stand_in(turn, id, today(turn));
    }
    settle_person(turn, id);
}
