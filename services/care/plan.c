/*
 * care: who is to be contacted today, by whom, until when, how often (S-097, S-09C).
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "care/care.h"

#define C(state) CARE_ROWS__CONTACT__STATE__##state

enum { TIMES_MOST = 6, MINUTE_MS = 60 * 1000 };

/* ---- how often ------------------------------------------------------------------------------------ */

static const char *const class_names[] = { "", "RED", "YELLOW", "GREEN" };

struct often {
    struct turn *turn;
    int64_t day;
    uint32_t times;
    uint32_t window_end_min;
};

static bool weigh_frequency(void *context, const char *key, const void *row)
{
    struct often *often = context;
    const CareRows__Frequency *frequency = row;

    (void)key;
    if (often->day < frequency->from_day || often->day > frequency->until_day)
        return true;
    if (frequency->times > often->times)
        often->times = frequency->times;
    if (frequency->window_end_min != 0
        && (often->window_end_min == 0 || frequency->window_end_min < often->window_end_min))
        often->window_end_min = frequency->window_end_min;
    return true;
}

/* Whichever asks for most: the plan's once a day is the least. */
static struct often often_of(struct turn *turn, const char *id, const Person *person, int64_t day)
{
    struct often often = { .turn = turn, .day = day };
    int32_t class = person->class_ > 0 && person->class_ <= 3 ? person->class_ : 0;

    often.times = (uint32_t)directory_number(turn, "care.frequency", "");
    const CareRows__Frequency *own = turn_load(turn, FREQUENCIES, turn_key(turn, "person/%s", id));
    if (own != NULL)
        weigh_frequency(&often, "", own);
    const CareRows__Frequency *all =
        class == 0 ? NULL
                   : turn_load(turn, FREQUENCIES, turn_key(turn, "class/%s", class_names[class]));
    if (all != NULL)
        weigh_frequency(&often, "", all);
    turn_each(turn, FREQUENCIES, "period/", weigh_frequency, &often);
    return often;
}

/* ---- how it is looked for --------------------------------------------------------------------------- */

static void judge(struct turn *turn, const char *id, const Person *person, int64_t day,
                  Contact *row)
{
    const struct often often = often_of(turn, id, person, day);
    bool strict = person->silent || person->class_ == CARE__CLASS__RED;

    row->times = often.times == 0 ? 1 : often.times;
    row->ladder = person->state == CARE_ROWS__PERSON__STATE__AWAY ? CARE__LADDER__HOST
                  : strict                                        ? CARE__LADDER__SILENT
                                                                  : CARE__LADDER__NORMAL;
    row->window_end_ms = hour_of(turn, "care.window_end",
                                 row->ladder == CARE__LADDER__SILENT ? "silent" : "normal", day);
    uint64_t own_ms = clock_day_start_ms(day) + (uint64_t)often.window_end_min * MINUTE_MS;
    if (often.window_end_min != 0 && own_ms < row->window_end_ms)
        row->window_end_ms = own_ms;
    row->rank = person->missed_days > 0 && person->missed_day == day - 1 ? 0
                : row->ladder == CARE__LADDER__SILENT                    ? 1
                : person->class_ == CARE__CLASS__YELLOW                  ? 2
                                                                         : 3;
}

/* ---- planned -------------------------------------------------------------------------------------------- */

static void say_planned(struct turn *turn, const struct contact *contact, bool again)
{
    const Contact *row = contact->row;
    Care__ContactPlanned event = {
        IS(care__contact_planned),
        .person = contact->person,
        .date = turn_date(turn, contact->day),
        .carer = row->carer,
        .window_end_ms = row->window_end_ms,
        .ladder = (Care__Ladder)row->ladder,
        .times = row->times,
        .again = again,
        .first = row->rank == 0,
    };

    say_of(turn, row, row->committee, &event.base);
}

struct olds {
    const char *keys[PEOPLE_A_TURN];
    const char *before;
    int64_t day;
    size_t count;
};

static bool take_old(void *context, const char *key, const void *row)
{
    struct olds *olds = context;

    (void)row;
    if (olds->count == PEOPLE_A_TURN || strcmp(key, olds->before) > 0)
        return false;
    olds->keys[olds->count++] = key;
    return true;
}

/* Keys are person/date.  Also those of days on which nothing was planned: a reported death, a merge. */
static void drop_old(struct turn *turn, const char *id, int64_t day)
{
    int64_t days = (int64_t)directory_number(turn, "care.keep_days", "");
    struct olds olds = { .before = contact_key(turn, id, day - days) };

    turn_each(turn, CONTACTS, turn_text(turn, "%s/", id), take_old, &olds);
    for (size_t i = 0; i < olds.count; i++)
        turn_drop(turn, CONTACTS, olds.keys[i]);
}

static void plan_as(struct turn *turn, const char *id, int64_t day, int32_t word)
{
    const Person *person = turn_load(turn, PERSONS, id);
    struct contact contact = { .person = id, .day = day, .key = contact_key(turn, id, day) };

    if (!on_roster(person) || turn_load(turn, CONTACTS, contact.key) != NULL)
        return;
    drop_old(turn, id, day);
    const char *carer = carer_today(turn, id, day);
    move_contact(turn, &contact, word);
    if (contact.row == NULL)
        return;
    contact.row->committee = person->committee;
    contact.row->carer = carer;
    judge(turn, id, person, day, contact.row);
    close_contact(turn, &contact);
    if (word == PLAN)
        say_planned(turn, &contact, false);
}

void plan_person(struct turn *turn, const char *id, int64_t day)
{
    plan_as(turn, id, day, PLAN);
}

void plan_newcomer(struct turn *turn, const char *id)
{
    int64_t day = today(turn);

    if (days_run(turn))
        plan_as(turn, id, day,
                turn->now_ms < hour_of(turn, "care.window_end", "normal", day) ? PLAN : PLAN_LATE);
}

void plan_again(struct turn *turn, const char *id)
{
    const Person *person = turn_load(turn, PERSONS, id);
    int64_t day = today(turn);
    const char *key = contact_key(turn, id, day);

    if (!on_roster(person) || !days_run(turn))
        return;
    if (turn_load(turn, CONTACTS, key) == NULL) {
        plan_person(turn, id, day);
        return;
    }
    if (!turn_may_move(turn, CONTACTS, key, PLAN_AGAIN)) {
        judge_again(turn, id);
        return;
    }
    struct contact contact = open_contact(turn, id, day);
    move_contact(turn, &contact, PLAN_AGAIN);
    if (contact.row == NULL)
        return;
    contact.row->committee = person->committee;
    contact.row->ended_ms = 0;
    /* A ladder that was broken off begins anew with its first try. */
    contact.row->first_try_ms = 0;
    contact.row->tries = 0;
    contact.row->rung = CARE__RUNG__RUNG_ABSENT;
    judge(turn, id, person, day, contact.row);
    if (contact.row->times <= contact.row->done)
        contact.row->times = contact.row->done + 1;
    close_contact(turn, &contact);
    say_planned(turn, &contact, true);
}

void judge_again(struct turn *turn, const char *id)
{
    const Person *person = turn_load(turn, PERSONS, id);

    if (!on_roster(person))
        return;
    struct contact contact = open_contact(turn, id, today(turn));
    if (is_open(contact.row)) {
        uint32_t times = contact.row->times;
        judge(turn, id, person, contact.day, contact.row);
        if (contact.row->times < times)
            contact.row->times = times;
    } else if (contact.row != NULL && person->state == CARE_ROWS__PERSON__STATE__AWAY
               && contact.row->state == C(NOT_REACHED)) {
        move_contact(turn, &contact, GO_AWAY); /* found at the daughter's: no blame */
    }
    close_contact(turn, &contact);
}

/* ---- SetFrequency ---------------------------------------------------------------------------------------- */

/* `HH:MM` in minutes; false: no such time. */
static bool read_clock(const char *text, uint32_t *ret_minutes)
{
    unsigned hour = 0;
    unsigned minute = 0;
    char end;

    if (text[0] != '\0'
        && (sscanf(text, "%2u:%2u%c", &hour, &minute, &end) != 2 || hour > 24 || minute > 59))
        return false;
    *ret_minutes = hour * 60 + minute;
    return true;
}

/* The key of a scope, and whose it is to set; NULL: refused. */
static const char *scope_of(struct turn *turn, const Care__SetFrequency *set, int64_t from,
                            int64_t until)
{
    const char *id;

    if (set->scope == CARE__SCOPE__PERSON) {
        const Person *person = person_to_care_for(turn, set->person, &id);
        return person == NULL || !may_act_for(turn, person) ? NULL
                                                            : turn_key(turn, "person/%s", id);
    }
    if (!turn_from(turn, "sjb"))
        return NULL;
    if (set->scope == CARE__SCOPE__CLASS && set->class_ >= CARE__CLASS__RED
        && set->class_ <= CARE__CLASS__GREEN)
        return turn_key(turn, "class/%s", class_names[set->class_]);
    if (set->scope == CARE__SCOPE__PERIOD && from <= until)
        return turn_key(turn, "period/%s.%s", turn_date(turn, from), turn_date(turn, until));
    turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "a person, a class, or a period");
    return NULL;
}

static bool take_ended(void *context, const char *key, const void *row)
{
    struct olds *olds = context;
    const CareRows__Frequency *frequency = row;

    if (frequency->until_day < olds->day)
        olds->keys[olds->count++] = key;
    return olds->count < PEOPLE_A_TURN;
}

/* Whoever sets a period clears away those that are over. */
static void drop_ended(struct turn *turn)
{
    struct olds olds = { .day = today(turn) };

    turn_each(turn, FREQUENCIES, "period/", take_ended, &olds);
    for (size_t i = 0; i < olds.count; i++)
        turn_drop(turn, FREQUENCIES, olds.keys[i]);
}

int on_set_frequency(struct turn *turn, const void *message)
{
    const Care__SetFrequency *set = message;
    uint32_t window_end_min;
    int64_t from;
    int64_t until;

    if (!read_date(turn, set->from, 0, &from) || !read_date(turn, set->until, INT32_MAX, &until))
        return turn->outcome;
    if (set->times_per_day > TIMES_MOST || !read_clock(set->window_end, &window_end_min))
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "at most %d times, by HH:MM",
                           TIMES_MOST);
    if (set->scope == CARE__SCOPE__PERIOD && (set->from[0] == '\0' || set->until[0] == '\0'))
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "a period has two dates");
    const char *key = scope_of(turn, set, from, until);
    if (key == NULL)
        return turn->outcome;
    if (set->times_per_day == 0 && set->window_end[0] == '\0') {
        turn_drop(turn, FREQUENCIES, key);
    } else {
        CareRows__Frequency *row = turn_edit(turn, FREQUENCIES, key);
        row->times = set->times_per_day;
        row->window_end_min = window_end_min;
        row->from_day = from;
        row->until_day = until;
    }
    Care__FrequencySet event = { IS(care__frequency_set),
                                 .scope = set->scope,
                                 .person = set->person,
                                 .class_ = set->class_,
                                 .from = set->from,
                                 .until = set->until,
                                 .times_per_day = set->times_per_day,
                                 .window_end = set->window_end };
    if (set->scope == CARE__SCOPE__PERIOD)
        drop_ended(turn);
    if (set->scope != CARE__SCOPE__PERSON)
        return turn_emit(turn, "town", &event.base);
    event.person = loop_person(turn, set->person);
    judge_again(turn, event.person);
    const Person *person = turn_load(turn, PERSONS, event.person);
    return turn_emit(turn, person == NULL ? turn->unit : person->committee, &event.base);
}
