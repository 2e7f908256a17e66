/*
 * care: what may be recorded of a contact: of whom and of which day, whether it is whole, and what it
 * comes to.
 */
#include <string.h>

#include "base/clock.h"
#include "care/record.h"

enum { ITEMS_MOST = 16 }; /* needs, signs, deliveries of one record */

/* When it was, and of which day: paper comes later, but not much (feature 32). */
bool read_time(struct turn *turn, struct record *record, uint64_t at_ms, const char *date)
{
    record->at_ms = at_ms == 0 ? turn->now_ms : at_ms;
    if (!read_date(turn, date, day_in_hand(turn, record->id, record->at_ms), &record->day))
        return false;
    if (record->at_ms > turn->now_ms || record->day > clock_day(record->at_ms)) {
        turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "that has not been yet");
        return false;
    }
    /* A day is made good by what was done on it; only a ladder goes on behind 24:00. */
    if (record->day < clock_day(record->at_ms)
        && !is_open(turn_load(turn, CONTACTS, contact_key(turn, record->id, record->day)))) {
        if (at_ms != 0)
            turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "at_ms: is not of that day");
        record->at_ms = clock_day_start_ms(record->day + 1) - 1;
    }
    uint64_t span_ms = span_of(turn, "care.back_entry");
    if (record->at_ms + span_ms < turn->now_ms
        || clock_day_start_ms(record->day + 1) + span_ms < turn->now_ms) {
        turn_refuse(turn, CARE__REFUSAL__TOO_LATE, "that day is closed");
        return false;
    }
    return turn->outcome == 0;
}

static bool is_asked(struct turn *turn, const struct record *record)
{
    const Care__RecordContact *told = record->told;
    bool strict = record->person->silent && on_roster(record->person)
                  && record->person->state != CARE_ROWS__PERSON__STATE__AWAY;
    uint64_t wanted = directory_number(turn, "care.required_answers", strict ? "silent" : "");
    uint32_t asked = 0;

    for (size_t i = 0; i < told->n_answers; i++)
        asked |= told->answers[i]->question > CARE__QUESTION__QUESTION_ABSENT
                         && told->answers[i]->question <= CARE__QUESTION__HOUSE
                     ? 1u << told->answers[i]->question
                     : 0;
    if (!told->first_hand || (uint64_t)__builtin_popcount(asked) >= wanted || turn->outcome != 0)
        return turn->outcome == 0;
    turn_refuse(turn, CARE__REFUSAL__QUESTIONS_NOT_ASKED, "%llu questions must be asked (S-072)",
                (unsigned long long)wanted);
    return false;
}

/* One that nobody knows would go to nobody. */
static bool knows_signs(const Care__RecordContact *told)
{
    for (size_t i = 0; i < told->n_signs; i++)
        if (told->signs[i] <= CARE__SIGN__SIGN_ABSENT || told->signs[i] > CARE__SIGN__DYSPNOEA)
            return false;
    return told->n_signs > 0;
}

/* Signs make a contact abnormal, and a need heard is a need, whatever was ticked (S-0BA). */
Care__Outcome outcome_of(const Care__RecordContact *told)
{
    bool seen_well = told->outcome == CARE__OUTCOME__OK && told->first_hand;

    if (told->n_signs > 0 && told->outcome != CARE__OUTCOME__AWAY)
        return CARE__OUTCOME__ABNORMAL;
    if (told->outcome == CARE__OUTCOME__OK && !told->first_hand)
        return CARE__OUTCOME__OK_VIA_OTHER;
    return seen_well && told->n_needs > 0 ? CARE__OUTCOME__NEED : told->outcome;
}

static bool is_away_kind(const char *kind)
{
    static const char *const kinds[] = { "", "hospital", "relative", "institution", "travel" };

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strcmp(kind, kinds[i]) == 0)
            return true;
    return false;
}

/* What the fields are, by themselves. */
static bool is_formed(struct turn *turn, const Care__RecordContact *told)
{
    if (told->outcome <= CARE__OUTCOME__OUTCOME_ABSENT || told->outcome > CARE__OUTCOME__AWAY)
        turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "outcome: what was it?");
    else if (told->n_needs > ITEMS_MOST || told->n_signs > ITEMS_MOST
             || told->n_deliveries_confirmed > ITEMS_MOST || told->n_answers > ITEMS_MOST)
        turn_refuse(turn, TOWN__REFUSAL__OVER_LIMIT, "%d of a kind at most", ITEMS_MOST);
    else if (!is_away_kind(told->away_kind))
        turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD,
                    "away_kind: hospital, relative, institution or travel");
    else
        turn_is_who(turn, "carer", told->carer);
    return turn->outcome == 0;
}

bool is_whole(struct turn *turn, const struct record *record, bool script)
{
    const Care__RecordContact *told = record->told;
    const bool away = record->person->state == CARE_ROWS__PERSON__STATE__AWAY;
    const bool abnormal = record->outcome == CARE__OUTCOME__ABNORMAL;

    if (!is_formed(turn, told))
        return false;
    if (told->outcome == CARE__OUTCOME__NEED && told->n_needs == 0)
        turn_refuse(turn, CARE__REFUSAL__NO_NEED, "which need?");
    else if (told->outcome == CARE__OUTCOME__AWAY && told->n_signs > 0)
        turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "signs: of whom, when nobody was there?");
    else if (abnormal && !knows_signs(told))
        turn_refuse(turn, CARE__REFUSAL__NO_SIGN, "which sign?");
    else if (counts_toward_day(record->outcome) && !told->first_hand && record->person->silent
             && !away)
        turn_refuse(turn, CARE__REFUSAL__FIRST_HAND_NEEDED,
                    "a silent person is seen or heard, not asked after");
    else if (script
             && (record->outcome == CARE__OUTCOME__OK || record->outcome == CARE__OUTCOME__NEED))
        is_asked(turn, record);
    return turn->outcome == 0;
}

/* The contact of the record's day; one of today is planned, if it was not. */
struct contact contact_of(struct turn *turn, const struct record *record)
{
    struct contact none = { 0 };

    if (turn_load(turn, CONTACTS, contact_key(turn, record->id, record->day)) == NULL
        && record->day == today(turn) && days_run(turn))
        plan_person(turn, record->id, record->day);
    if (turn_load(turn, CONTACTS, contact_key(turn, record->id, record->day)) == NULL) {
        turn_refuse(turn, CARE__REFUSAL__NOT_PLANNED, "no contact is planned of that day");
        return none;
    }
    return open_contact(turn, record->id, record->day);
}
