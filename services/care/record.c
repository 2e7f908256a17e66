/*
 * care: what is recorded of a contact.  Nobody answered, nobody tried, refused, away: four facts (R15),
 * each a state of its own; what was seen is acted on, whatever was ticked.
 */
#include <string.h>

#include "base/clock.h"
#include "care/record.h"

/* What each outcome is for the day's row. */
static const struct heard {
    int32_t word;
    uint32_t gravity;
    bool counts; /* toward the times of the day */
} heard[] = {
    [CARE__OUTCOME__OK] = { SEE, 2, true },
    [CARE__OUTCOME__OK_VIA_OTHER] = { SEE_BY_OTHER, 1, true },
    [CARE__OUTCOME__NEED] = { FIND_NEED, 3, true },
    [CARE__OUTCOME__ABNORMAL] = { FIND_ABNORMAL, 4, false },
    [CARE__OUTCOME__REFUSED] = { TURN_AWAY, 0, false },
    [CARE__OUTCOME__AWAY] = { GO_AWAY, 0, false },
};

bool counts_toward_day(Care__Outcome outcome)
{
    return heard[outcome].counts;
}

/* ---- what is known of the person since --------------------------------------------------------------- */

static void note_seen(struct turn *turn, const struct record *record)
{
    Person *person = record->person;

    /* Paper of an earlier day does not undo what came after it. */
    if (record->day >= person->missed_day)
        person->missed_days = 0;
    if (record->told->first_hand) {
        if (record->day >= person->second_hand_day)
            person->second_hand_days = 0;
        if (record->at_ms >= person->last_seen_ms) {
            person->last_seen_ms = record->at_ms;
            person->last_seen_by = record->by;
            person->last_seen_mode = (int32_t)record->told->mode;
        }
    } else if (counts_toward_day(record->outcome) && person->second_hand_day != record->day
               && person->state != CARE_ROWS__PERSON__STATE__AWAY) {
        person->second_hand_days++;
        person->second_hand_day = record->day;
    }
    turn_forget(turn, record->id, &care__review_refusal__descriptor);
}

/* N1: second-hand days add up, and force a visit before a limit. */
static bool is_second_hand_too_long(struct turn *turn, const struct record *record)
{
    const Person *person = record->person;
    uint64_t limit = directory_number(turn, "care.second_hand_max", "");
    uint32_t days = person->second_hand_days + (person->second_hand_day != record->day);

    return counts_toward_day(record->outcome) && !record->told->first_hand
           && person->state != CARE_ROWS__PERSON__STATE__AWAY && days > limit;
}

/* To the services that serve them; their ids. */
static const char **open_needs(struct turn *turn, struct contact *contact,
                               const struct record *record)
{
    const Care__RecordContact *told = record->told;
    const char **needs = turn_array(turn, told->n_needs, sizeof(*needs));

    if (contact->row->case_id[0] == '\0' && (told->n_needs > 0 || told->n_signs > 0))
        contact->row->case_id = turn->case_id[0] != '\0' ? turn->case_id : turn_new_case(turn);
    for (size_t i = 0; i < told->n_needs && turn->outcome == 0; i++)
        needs[i] = open_heard(turn, record->id, contact->row->committee, told->needs[i]);
    return needs;
}

/* True when the day's tries of this person are as many as are kept: the ladder goes on by itself. */
static bool is_tried_enough(struct turn *turn, const Contact *row)
{
    return directory_has(turn, "care.tries_most", "", turn->now_ms)
           && row->n_attempts >= directory_number(turn, "care.tries_most", "");
}

static int seek_first_hand(struct turn *turn, struct contact *contact, const struct record *record)
{
    const struct try try = { .mode = CARE__MODE__EMERGENCY_CONTACT,
                             .at_ms = record->at_ms,
                             .by = record->by };
    Care__FirstHandOverdue event = { IS(care__first_hand_overdue), .person = record->id,
                                     .days = record->person->second_hand_days };

    open_needs(turn, contact, record);
    turn_emit(turn, contact->row->committee, &event.base);
    if (!is_tried_enough(turn, contact->row))
        add_try(turn, contact, &try);
    if (is_open(contact->row))
        send_to_door(turn, contact, "");
    close_contact(turn, contact);
    return turn->outcome;
}

static void ask_review(struct turn *turn, const struct contact *contact)
{
    const Contact *row = contact->row;
    const char *date = turn_date(turn, contact->day);
    Care__ContactEscalated event = {
        IS(care__contact_escalated),        .person = contact->person,
        .committee = row->committee,        .date = date,
        .rung = CARE__RUNG__REFUSED_REVIEW, .to_post = directory_post(turn, row->committee, "duty")
    };
    Care__ReviewRefusal review = { IS(care__review_refusal), .person = contact->person,
                                   .date = date };

    say_of(turn, row, row->committee, &event.base);
    turn_remind(turn, contact->person, directory_due(turn, "care.refused_review", "", turn->now_ms),
                &review.base);
}

/* Nobody has spoken with the person since: the head of the committee does (S-051). */
int on_review_refusal(struct turn *turn, const void *message)
{
    const Care__ReviewRefusal *review = message;
    const Person *person = turn_load(turn, PERSONS, review->person);

    if (!turn->is_timer)
        return turn_refuse(turn, TOWN__REFUSAL__NOT_ALLOWED, "only the clock asks");
    if (!on_roster(person))
        return turn->outcome;
    Care__ContactEscalated event = { IS(care__contact_escalated),
                                     .person = review->person,
                                     .committee = person->committee,
                                     .date = review->date,
                                     .rung = CARE__RUNG__HEAD,
                                     .to_post = directory_post(turn, person->committee,
                                                               "first_responsible") };
    return turn_emit(turn, person->committee, &event.base);
}

/* ---- recorded ------------------------------------------------------------------------------------------- */

/* The word for the row: the gravest of the day, or that once more is wanted. */
static int32_t word_of(const Contact *row, Care__Outcome outcome)
{
    if (heard[outcome].counts && is_open(row) && row->done < row->times)
        return ONE_OF_MORE;
    if (!heard[outcome].counts || heard[outcome].gravity >= heard[row->outcome].gravity)
        return heard[outcome].word;
    return heard[row->outcome].word;
}

static void move_by(struct turn *turn, struct contact *contact, Care__Outcome outcome)
{
    Contact *row = contact->row;

    row->done += heard[outcome].counts;
    int32_t word = word_of(row, outcome);
    if (heard[outcome].gravity > heard[row->outcome].gravity)
        row->outcome = (int32_t)outcome;
    row->first_try_ms = 0;
    row->tries = 0;
    row->rung = CARE__RUNG__RUNG_ABSENT;
    turn_forget(turn, contact->key, &care__climb_ladder__descriptor);
    move_contact(turn, contact, word);
}

static void say_recorded(struct turn *turn, const struct contact *contact,
                         const struct record *record, const char *const *needs, size_t n_needs)
{
    const Care__RecordContact *told = record->told;
    Care__ContactRecorded event = {
        IS(care__contact_recorded),
        .person = record->id,
        .date = turn_date(turn, record->day),
        .outcome = record->outcome,
        .first_hand = told->first_hand,
        .by = record->by,
        .at_ms = record->at_ms,
        .recorded_at_ms = turn->now_ms,
        .mode = told->mode,
        .on_paper = told->on_paper,
        .n_deliveries_confirmed = told->n_deliveries_confirmed,
        .deliveries_confirmed = told->deliveries_confirmed,
        .n_needs = n_needs,
        .needs = (const char **)(uintptr_t)needs,
        .done = contact->row->done,
        .times = contact->row->times,
        .by_post = turn_actor_post(turn),
    };

    say_of(turn, contact->row, contact->row->committee, &event.base);
}

static void suspend(struct turn *turn, const struct record *record)
{
    Registry__SuspendAway away = { IS(registry__suspend_away), .person = record->id,
                                   .kind = record->told->away_kind,
                                   .until_ms = record->told->away_until_ms,
                                   .host = record->told->host };

    /* Nobody there can be asked: away for this day, and planned again tomorrow. */
    if (record->told->host != NULL && record->told->away_kind[0] != '\0')
        turn_send(turn, "registry", record->person->committee, &away.base);
}

static void follow_up(struct turn *turn, struct contact *contact, const struct record *record)
{
    const Care__RecordContact *told = record->told;
    const char **needs = open_needs(turn, contact, record);

    say_recorded(turn, contact, record, needs, told->n_needs);
    if (record->outcome == CARE__OUTCOME__ABNORMAL)
        open_abnormal(turn, record->id, record->day, told);
    if (record->outcome == CARE__OUTCOME__AWAY)
        suspend(turn, record);
    if (record->outcome == CARE__OUTCOME__REFUSED)
        ask_review(turn, contact);
}

int take_contact(struct turn *turn, const Care__RecordContact *told, bool script)
{
    struct record record = { .told = told, .outcome = outcome_of(told) };

    record.person = person_to_care_for(turn, told->person, &record.id);
    if (record.person == NULL || !may_act_for(turn, record.person)
        || !read_time(turn, &record, told->at_ms, told->date))
        return turn->outcome;
    if (!is_whole(turn, &record, script))
        return turn->outcome;
    struct contact contact = contact_of(turn, &record);
    if (contact.row == NULL)
        return turn->outcome;
    record.by = told->carer[0] != '\0' ? told->carer : contact.row->carer;
    if (is_second_hand_too_long(turn, &record) && is_open(contact.row))
        return seek_first_hand(turn, &contact, &record);
    move_by(turn, &contact, record.outcome);
    if (contact.row == NULL)
        return turn->outcome;
    if (record.outcome != CARE__OUTCOME__AWAY)
        note_seen(turn, &record);
    follow_up(turn, &contact, &record);
    close_contact(turn, &contact);
    if (record.day < today(turn))
        amend(turn, contact.row->committee, record.day, "recorded later");
    weigh(turn, record.by, record.id, told, record.at_ms);
    return turn->outcome;
}

/* A festival visit is that day's contact, whatever was asked at the door (S-06F): benefit says it. */
int on_record_contact(struct turn *turn, const void *message)
{
    return take_contact(turn, message, strcmp(turn->source_unit, "benefit") != 0);
}

/* ---- a try ------------------------------------------------------------------------------------------------ */

/* `1`, `emergency:2`: which of the card's phones, never the number itself. */
static bool is_line(const char *line)
{
    static const char emergency[] = "emergency:";
    const char *n =
        strncmp(line, emergency, sizeof(emergency) - 1) == 0 ? line + sizeof(emergency) - 1 : line;

    return line[0] == '\0' || (n[0] >= '1' && n[0] <= '9' && n[1] == '\0');
}

static bool is_try(struct turn *turn, const Care__RecordAttempt *told)
{
    if (told->result <= CARE__ATTEMPT_RESULT__ATTEMPT_ABSENT
        || told->result > CARE__ATTEMPT_RESULT__WRONG_NUMBER)
        turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "result: no_answer, busy or wrong_number");
    else if (!is_line(told->line))
        turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "line: 1, 2 ..., or emergency:1; no number");
    else
        turn_is_who(turn, "carer", told->carer);
    return turn->outcome == 0;
}

int on_record_attempt(struct turn *turn, const void *message)
{
    const Care__RecordAttempt *told = message;
    Care__RecordContact none = CARE__RECORD_CONTACT__INIT;
    struct record record = { .told = &none };

    record.person = person_to_care_for(turn, told->person, &record.id);
    if (record.person == NULL || !may_act_for(turn, record.person) || !is_try(turn, told)
        || !read_time(turn, &record, told->at_ms, told->date))
        return turn->outcome;
    struct contact contact = contact_of(turn, &record);
    if (contact.row == NULL)
        return turn->outcome;
    if (is_tried_enough(turn, contact.row))
        return turn_refuse(turn, TOWN__REFUSAL__OVER_LIMIT,
                           "tried often enough today: somebody goes to the door");
    const struct try try = { .mode = told->mode,
                             .at_ms = record.at_ms,
                             .result = told->result,
                             .by = told->carer[0] != '\0' ? told->carer : contact.row->carer };
    if (told->result == CARE__ATTEMPT_RESULT__WRONG_NUMBER)
        record.person->wrong_number = true;
    add_try(turn, &contact, &try);
    close_contact(turn, &contact);
    if (record.day < today(turn) && contact.row != NULL)
        amend(turn, contact.row->committee, record.day, "recorded later");
    return turn->outcome;
}

/* ---- what others have seen ---------------------------------------------------------------------------------- */

/* A record of an event, which is never refused: it has no place when nothing is planned. */
static bool has_place(struct turn *turn, const char *person, uint64_t at_ms, int32_t word)
{
    const char *id = loop_person(turn, person);
    int64_t day = clock_day(at_ms);
    const Contact *row = turn_load(turn, CONTACTS, contact_key(turn, id, day));

    return on_roster(turn_load(turn, PERSONS, id)) && at_ms <= turn->now_ms
           && day + 1 >= today(turn) && row != NULL
           && turn_may_move(turn, CONTACTS, contact_key(turn, id, day), word);
}

/* The door was opened after all. */
int on_incident_controlled(struct turn *turn, const void *message)
{
    const Incident__IncidentControlled *event = message;
    Care__RecordContact record = CARE__RECORD_CONTACT__INIT;

    record.person = event->person;
    record.outcome = CARE__OUTCOME__OK;
    record.first_hand = true;
    record.mode = CARE__MODE__VISIT;
    record.carer = event->by_post;
    if (event->type == INCIDENT__TYPE__WELFARE_CHECK && event->result == INCIDENT__RESULT__AT_HOME
        && turn_is_id(event->person) && has_place(turn, event->person, turn->now_ms, SEE))
        return take_contact(turn, &record, false);
    return turn->outcome;
}

int on_no_show(struct turn *turn, const void *message)
{
    const Referral__NoShow *event = message;

    if (turn_is_id(event->person))
        plan_again(turn, loop_person(turn, event->person));
    return turn->outcome;
}
