/*
 * care: 一对一结对帮扶 (S-095, S-096).  One fixed carer a person; while that one is away somebody
 * stands in: the standing deputy, whoever cares for the household, the least loaded of the committee,
 * at last a cadre.
 */
#include <stdlib.h>
#include <string.h>

#include "care/care.h"

#define R(state) CARE_ROWS__PAIRING__STATE__##state
#define K(state) CARE_ROWS__CARER__STATE__##state

/* ---- a carer's list ------------------------------------------------------------------------------------ */

static bool is_active(struct turn *turn, const char *carer)
{
    const Carer *row = carer[0] == '\0' ? NULL : turn_load(turn, CARERS, carer);

    return row != NULL && row->state == K(ACTIVE);
}

/* The person is on the carer's list in that role; absent: not at all. */
static void set_cared(struct turn *turn, const char *carer, const char *person, Care__Role role)
{
    if (carer[0] == '\0' || turn_load(turn, CARERS, carer) == NULL)
        return;
    const char *key = turn_key(turn, "%s/%s", carer, person);
    const CareRows__Cared *known = turn_load(turn, CARED, key);
    Care__Role before = known == NULL ? CARE__ROLE__ROLE_ABSENT : (Care__Role)known->role;
    if (before == role || turn->outcome != 0)
        return;
    Carer *row = turn_edit(turn, CARERS, carer);
    row->load -= before == CARE__ROLE__PRIMARY && row->load > 0;
    row->stand_ins -= before == CARE__ROLE__STAND_IN && row->stand_ins > 0;
    row->load += role == CARE__ROLE__PRIMARY;
    row->stand_ins += role == CARE__ROLE__STAND_IN;
    list_spare(turn, carer, row);
    if (role == CARE__ROLE__ROLE_ABSENT) {
        turn_drop(turn, CARED, key);
        return;
    }
    CareRows__Cared *cared = turn_edit(turn, CARED, key);
    cared->role = (int32_t)role;
}

/* Today's contact goes with whoever cares now. */
static void give_today(struct turn *turn, const char *person, const char *carer)
{
    const char *key = contact_key(turn, person, today(turn));
    const Contact *known = turn_load(turn, CONTACTS, key);

    if (!is_open(known) || strcmp(known->carer, carer) == 0)
        return;
    Contact *row = turn_edit(turn, CONTACTS, key);
    row->carer = carer;
}

/* Who cares for the person from now on; "": nobody. */
static void settle_person(struct turn *turn, const char *id, const char *carer)
{
    const Person *person = turn_load(turn, PERSONS, id);

    if (!on_roster(person))
        return;
    set_unpaired(turn, id, person, carer[0] == '\0');
    give_today(turn, id, carer);
}

/* ---- who stands in --------------------------------------------------------------------------------------- */

struct choice {
    struct turn *turn;
    const char *not_this;
    const char *carer;
    uint32_t load;
};

/* Keys are committee/kind/load/carer. */
static bool take_least(void *context, const char *key, const void *row)
{
    struct choice *choice = context;
    const char *carer = strrchr(key, '/') + 1;
    uint32_t load = (uint32_t)strtoul(carer - 5, NULL, 10);

    (void)row;
    if (strcmp(carer, choice->not_this) == 0)
        return true;
    if (choice->carer[0] == '\0' || load < choice->load) {
        choice->carer = carer;
        choice->load = load;
    }
    return false;
}

static bool take_of_household(void *context, const char *key, const void *row)
{
    struct choice *choice = context;
    const Pairing *pairing = turn_load(choice->turn, PAIRINGS, strrchr(key, '/') + 1);

    (void)row;
    if (pairing != NULL && pairing->state == R(ACTIVE)
        && strcmp(pairing->carer, choice->not_this) != 0 && is_active(choice->turn, pairing->carer))
        choice->carer = pairing->carer;
    return choice->carer[0] == '\0';
}

static const char *least_of(struct turn *turn, const char *committee, const char *not_this,
                            const int *kinds)
{
    struct choice choice = { .turn = turn, .not_this = not_this, .carer = "" };

    for (size_t i = 0; kinds[i] != 0; i++)
        turn_each(turn, SPARE, turn_text(turn, "%s/%d/", committee, kinds[i]), take_least, &choice);
    return choice.carer;
}

static const char *neighbour_of(struct turn *turn, const char *committee, const char *not_this)
{
    static const int helpers[] = { CARE__CARER_KIND__VOLUNTEER, CARE__CARER_KIND__PARTY_MEMBER,
                                   CARE__CARER_KIND__BUILDING_LEADER, 0 };
    static const int cadres[] = { CARE__CARER_KIND__AGEING_CADRE, CARE__CARER_KIND__CADRE, 0 };
    const char *carer = least_of(turn, committee, not_this, helpers);

    return carer[0] != '\0' ? carer : least_of(turn, committee, not_this, cadres);
}

/* No address is known here: whoever cares for another of the household knows the door. */
static const char *stand_in_of(struct turn *turn, const char *id, const Pairing *pairing)
{
    const Person *person = turn_load(turn, PERSONS, id);
    struct choice choice = { .turn = turn, .not_this = pairing->carer, .carer = "" };

    if (is_active(turn, pairing->stand_in))
        return pairing->stand_in;
    if (is_active(turn, pairing->deputy))
        return pairing->deputy;
    if (person == NULL)
        return "";
    if (person->household[0] != '\0')
        turn_each(turn, HOUSEHOLDS, turn_text(turn, "%s/", person->household), take_of_household,
                  &choice);
    return choice.carer[0] != '\0' ? choice.carer
                                   : neighbour_of(turn, person->committee, pairing->carer);
}

static void say_stand_in(struct turn *turn, const char *id, const char *carer,
                         const char *for_carer, int64_t day)
{
    const Person *person = turn_load(turn, PERSONS, id);
    Care__StandInAssigned event = { IS(care__stand_in_assigned),
                                    .person = id,
                                    .carer = carer,
                                    .role = CARE__ROLE__STAND_IN,
                                    .date = date_text(turn, day),
                                    .for_carer = for_carer };

    turn_emit(turn, person == NULL ? turn->unit : person->committee, &event.base);
}

static void put_stand_in(struct turn *turn, const char *id, Pairing *pairing, const char *carer,
                         int64_t day)
{
    if (strcmp(pairing->stand_in, carer) == 0)
        return;
    set_cared(turn, pairing->stand_in, id, CARE__ROLE__ROLE_ABSENT);
    pairing->stand_in = carer;
    set_cared(turn, carer, id, CARE__ROLE__STAND_IN);
    if (carer[0] != '\0')
        say_stand_in(turn, id, carer, pairing->carer, day);
}

const char *carer_today(struct turn *turn, const char *id, int64_t day)
{
    const char *named_key = contact_key(turn, id, day);
    const CareRows__Named *named = turn_load(turn, NAMED, named_key);
    const Pairing *pairing = turn_load(turn, PAIRINGS, id);
    const Person *person = turn_load(turn, PERSONS, id);
    const char *carer = "";

    if (named != NULL)
        turn_drop(turn, NAMED, named_key);
    if (named != NULL && is_active(turn, named->carer)) {
        carer = named->carer;
        say_stand_in(turn, id, carer, pairing == NULL ? "" : pairing->carer, day);
    } else if (pairing != NULL && pairing->state == R(ACTIVE)) {
        carer = pairing->carer;
    } else if (pairing != NULL && pairing->state == R(PAUSED)) {
        carer = stand_in_of(turn, id, pairing);
        put_stand_in(turn, id, turn_edit(turn, PAIRINGS, id), carer, day);
    }
    if (on_roster(person))
        set_unpaired(turn, id, person, carer[0] == '\0');
    return carer;
}

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
    settle_person(turn, id, carer_id);
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
    *ret_id = loop_is_id(told) ? loop_person(turn, told) : "-";
    const Person *person = turn_load(turn, PERSONS, *ret_id);

    if (person == NULL
        || (!on_roster(person) && person->state != CARE_ROWS__PERSON__STATE__CANDIDATE)) {
        turn_refuse(turn, CARE__REFUSAL__UNKNOWN_PERSON, "nobody of that id is on the roster");
        return NULL;
    }
    return may_act_for(turn, person) ? person : NULL;
}

static int set_deputy(struct turn *turn, const char *id, const Person *person, const char *carer)
{
    Pairing *pairing = turn_edit(turn, PAIRINGS, id);
    Care__Paired event = { IS(care__paired), .person = id, .carer = carer,
                           .role = CARE__ROLE__STAND_IN };

    if (pairing->state != R(ACTIVE) && pairing->state != R(PAUSED))
        return turn_refuse(turn, TOWN__REFUSAL__WRONG_STATE, "a deputy stands in for a carer");
    pairing->deputy = carer;
    return turn_emit(turn, person->committee, &event.base);
}

int on_pair(struct turn *turn, const void *message)
{
    const Care__Pair *told = message;
    const char *id;
    const Person *person = person_to_pair(turn, told->person, &id);
    const Carer *carer = person == NULL ? NULL : carer_of(turn, told->carer);
    const Pairing *known = carer == NULL ? NULL : turn_load(turn, PAIRINGS, id);

    if (carer == NULL)
        return turn->outcome;
    if (carer->state != K(ACTIVE))
        return turn_refuse(turn, CARE__REFUSAL__CARER_NOT_ACTIVE, "the carer is absent or retired");
    if (told->role == CARE__ROLE__STAND_IN)
        return set_deputy(turn, id, person, told->carer);
    if (known != NULL && (known->state == R(ACTIVE) || known->state == R(PAUSED)))
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
    set_cared(turn, pairing->stand_in, id, CARE__ROLE__ROLE_ABSENT);
    pairing->carer = "";
    pairing->stand_in = "";
    pairing->deputy = "";
    pairing->reason = reason;
    turn_emit(turn, committee, &event.base);
    settle_person(turn, id, "");
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
        person == NULL || !may_act_for(turn, person) ? NULL : carer_of(turn, told->carer);

    if (carer == NULL || !read_date(turn, told->date, today(turn), &day))
        return turn->outcome;
    if (carer->state != K(ACTIVE))
        return turn_refuse(turn, CARE__REFUSAL__CARER_NOT_ACTIVE, "the carer is absent or retired");
    if (day < today(turn))
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "date: is past");
    if (day > today(turn)) {
        CareRows__Named *named = turn_edit(turn, NAMED, contact_key(turn, id, day));
        named->carer = told->carer;
        return turn->outcome == 0 ? (say_stand_in(turn, id, told->carer, "", day), turn->outcome)
                                  : turn->outcome;
    }
    const Pairing *pairing = turn_load(turn, PAIRINGS, id);
    if (pairing != NULL && pairing->state == R(PAUSED))
        put_stand_in(turn, id, turn_edit(turn, PAIRINGS, id), told->carer, day);
    else
        say_stand_in(turn, id, told->carer, pairing == NULL ? "" : pairing->carer, day);
    settle_person(turn, id, told->carer);
    return turn->outcome;
}

/* ---- a carer goes, or comes back ------------------------------------------------------------------------- */

struct cared_slice {
    const char *after;
    const char *people[PEOPLE_A_TURN];
    size_t prefix;
    size_t count;
    bool more;
};

static bool take_primary(void *context, const char *key, const void *row)
{
    struct cared_slice *slice = context;
    const CareRows__Cared *cared = row;
    const char *person = key + slice->prefix;

    if (strcmp(person, slice->after) <= 0 || cared->role != CARE__ROLE__PRIMARY)
        return true;
    slice->more = slice->count == PEOPLE_A_TURN;
    if (!slice->more)
        slice->people[slice->count++] = person;
    return !slice->more;
}

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
    put_stand_in(turn, id, pairing, stand_in_of(turn, id, pairing), today(turn));
    settle_person(turn, id, pairing->stand_in);
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
    settle_person(turn, id, pairing->carer);
}

/* What a carer's state means for each whom they care for; some a turn. */
void settle_pairings(struct turn *turn, const char *carer, const char *after)
{
    const Carer *row = turn_load(turn, CARERS, carer);
    const char *prefix = turn_text(turn, "%s/", carer);
    struct cared_slice slice = { .after = after, .prefix = strlen(prefix) };

    if (row == NULL)
        return;
    int32_t state = (int32_t)row->state;
    turn_each(turn, CARED, prefix, take_primary, &slice);
    for (size_t i = 0; i < slice.count; i++) {
        if (state == K(ABSENT))
            pause_person(turn, slice.people[i], row->committee);
        else if (state == K(ACTIVE))
            resume_pairing(turn, slice.people[i], row->committee);
        else
            end_pairing(turn, slice.people[i], row->committee, "the carer has retired");
    }
    if (!slice.more)
        return;
    Care__SettlePairings next = { IS(care__settle_pairings), .carer = carer,
                                  .after = slice.people[slice.count - 1] };
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
    const char *carer = neighbour_of(turn, to, "");
    if (carer[0] != '\0')
        pair(turn, id, to, carer);
    else
        settle_person(turn, id, "");
}

static bool has_carer(const Pairing *pairing)
{
    return pairing != NULL && (pairing->state == R(ACTIVE) || pairing->state == R(PAUSED));
}

void unlist_pairing(struct turn *turn, const char *id)
{
    const Pairing *pairing = turn_load(turn, PAIRINGS, id);

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
    if (pairing == NULL)
        return;
    bool active = pairing->state == R(ACTIVE);
    if (!active)
        set_cared(turn, pairing->stand_in, id, CARE__ROLE__STAND_IN);
    settle_person(turn, id, active ? pairing->carer : pairing->stand_in);
}
