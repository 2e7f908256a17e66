/*
 * care: who goes today.  The fixed carer; while that one is away whoever stands in: the standing deputy,
 * whoever cares for the household, the least loaded of the committee, at last a cadre; or somebody who
 * was named for the day.  What stands on a carer's own list follows.
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
void set_cared(struct turn *turn, const char *carer, const char *person, Care__Role role)
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

bool has_carer(const Pairing *pairing)
{
    return pairing != NULL && (pairing->state == R(ACTIVE) || pairing->state == R(PAUSED));
}

/* Who stands in for this one day; "" when nobody was named. */
static const char *helper_of(const Person *person, int64_t day)
{
    return person != NULL && person->helper_day == day ? person->helper : "";
}

static const char *carer_now(struct turn *turn, const char *id)
{
    const Person *person = turn_load(turn, PERSONS, id);
    const Pairing *pairing = turn_load(turn, PAIRINGS, id);
    const char *helper = helper_of(person, today(turn));

    if (is_active(turn, helper))
        return helper;
    return !has_carer(pairing)           ? ""
           : pairing->state == R(ACTIVE) ? pairing->carer
                                         : pairing->stand_in;
}

/* Today's contact and the committee's list of the unpaired follow who cares now. */
void settle_person(struct turn *turn, const char *id)
{
    const Person *person = turn_load(turn, PERSONS, id);

    if (!on_roster(person))
        return;
    const char *carer = carer_now(turn, id);
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

const char *neighbour_of(struct turn *turn, const char *committee, const char *not_this)
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

void say_stand_in(struct turn *turn, const char *id, const char *carer, const char *for_carer,
                  int64_t day)
{
    const Person *person = turn_load(turn, PERSONS, id);
    Care__StandInAssigned event = { IS(care__stand_in_assigned),
                                    .person = id,
                                    .carer = carer,
                                    .role = CARE__ROLE__STAND_IN,
                                    .date = turn_date(turn, day),
                                    .for_carer = for_carer };

    turn_emit(turn, person == NULL ? turn->unit : person->committee, &event.base);
}

/* Off the list of somebody who stood in, unless they still do, for the day or for an absence. */
void unlist_stand_in(struct turn *turn, const char *carer, const char *id)
{
    const Person *person = turn_load(turn, PERSONS, id);
    const Pairing *pairing = turn_load(turn, PAIRINGS, id);

    if (strcmp(helper_of(person, today(turn)), carer) == 0
        || (has_carer(pairing)
            && (strcmp(pairing->stand_in, carer) == 0 || strcmp(pairing->carer, carer) == 0)))
        return;
    set_cared(turn, carer, id, CARE__ROLE__ROLE_ABSENT);
}

void put_stand_in(struct turn *turn, const char *id, Pairing *pairing, const char *carer,
                  int64_t day)
{
    const char *before = pairing->stand_in;

    if (strcmp(before, carer) == 0)
        return;
    pairing->stand_in = carer;
    unlist_stand_in(turn, before, id);
    set_cared(turn, carer, id, CARE__ROLE__STAND_IN);
    if (carer[0] != '\0')
        say_stand_in(turn, id, carer, pairing->carer, day);
}

/* Somebody for this one day, or no longer anybody; the fixed carer needs no naming. */
void put_helper(struct turn *turn, const char *id, const char *carer, int64_t day)
{
    const Person *known = turn_load(turn, PERSONS, id);
    const Pairing *pairing = turn_load(turn, PAIRINGS, id);
    bool fixed = has_carer(pairing) && strcmp(pairing->carer, carer) == 0;
    const char *before = known == NULL ? "" : known->helper;

    if (known == NULL || (before[0] == '\0' && carer[0] == '\0'))
        return;
    Person *person = turn_edit(turn, PERSONS, id);
    person->helper = fixed ? "" : carer;
    person->helper_day = fixed || carer[0] == '\0' ? 0 : day;
    if (strcmp(before, carer) != 0 || fixed)
        unlist_stand_in(turn, before, id);
    if (!fixed)
        set_cared(turn, carer, id, CARE__ROLE__STAND_IN);
}

void name_helper(struct turn *turn, const char *id, const char *carer, int64_t day)
{
    const Pairing *pairing = turn_load(turn, PAIRINGS, id);

    put_helper(turn, id, carer, day);
    say_stand_in(turn, id, carer, pairing == NULL ? "" : pairing->carer, day);
}

/* A carer who is still absent, and whose stand-in is no longer there: somebody else. */
void seek_stand_in(struct turn *turn, const char *id, int64_t day)
{
    const Pairing *pairing = turn_load(turn, PAIRINGS, id);

    if (pairing != NULL && pairing->state == R(PAUSED)
        && !is_active(turn, helper_of(turn_load(turn, PERSONS, id), day)))
        put_stand_in(turn, id, turn_edit(turn, PAIRINGS, id), stand_in_of(turn, id, pairing), day);
}

const char *carer_today(struct turn *turn, const char *id, int64_t day)
{
    const char *named_key = contact_key(turn, id, day);
    const CareRows__Named *named = turn_load(turn, NAMED, named_key);
    const Person *person = turn_load(turn, PERSONS, id);

    if (person != NULL && person->helper_day != day)
        put_helper(turn, id, "", 0);
    if (named != NULL) {
        turn_drop(turn, NAMED, named_key);
        if (is_active(turn, named->carer))
            name_helper(turn, id, named->carer, day);
    }
    seek_stand_in(turn, id, day);
    settle_person(turn, id);
    return carer_now(turn, id);
}
