/*
 * care: nobody answered (N2).  The other phone, the emergency contact, the door, and then somebody who
 * may open it: one chain of durable timers, which no missing carer and no missing post can break.
 */
#include <string.h>

#include "care/care.h"

#define C(state) CARE_ROWS__CONTACT__STATE__##state

/* ---- the chain ------------------------------------------------------------------------------------- */

static void set_rung(struct turn *turn, const struct contact *contact, Care__Rung rung,
                     uint64_t due_ms)
{
    const Contact *row = contact->row;
    Care__ClimbLadder climb = { IS(care__climb_ladder), .person = contact->person,
                                .date = turn_date(turn, contact->day), .rung = rung };
    struct turn_timer timer = { .key = contact->key,
                                .due_ms = due_ms,
                                .unit = row->committee,
                                .case_id = row->case_id,
                                .command = &climb.base };

    turn_time(turn, &timer);
}

/* A clock of the ladder runs from the first try; the normal one must have ended by its hour. */
static uint64_t rung_due(struct turn *turn, const struct contact *contact, const char *key)
{
    const Contact *row = contact->row;
    uint64_t due_ms = row->first_try_ms + span_of(turn, key);
    const char *scope = row->ladder == CARE__LADDER__SILENT ? "silent" : "normal";

    if (!directory_has(turn, "care.ladder_end", scope, turn->now_ms))
        return due_ms;
    uint64_t end_ms = hour_of(turn, "care.ladder_end", scope, contact->day);
    return row->first_try_ms < end_ms && due_ms > end_ms ? end_ms : due_ms;
}

static const char *leader_of(struct turn *turn, const char *committee);

/* To the door, and who knocks: a building leader where there is one, and the committee's duty post. */
void send_to_door(struct turn *turn, struct contact *contact, const char *to_post)
{
    Contact *row = contact->row;
    uint64_t soonest_ms = directory_due(turn, "care.retry", "", turn->now_ms);
    uint64_t by_ms = row->first_try_ms != 0
                         ? rung_due(turn, contact, "care.door_visit")
                         : directory_due(turn, "care.door_visit", "", turn->now_ms);

    if (by_ms < soonest_ms)
        by_ms = soonest_ms;
    row->rung = CARE__RUNG__DOOR;
    Care__DoorVisitAssigned event = {
        IS(care__door_visit_assigned),
        .person = contact->person,
        .date = turn_date(turn, contact->day),
        .rung = CARE__RUNG__DOOR,
        .to_post = to_post[0] != '\0' ? to_post : directory_post(turn, row->committee, "duty"),
        .to_carer = leader_of(turn, row->committee),
        .knock_by_ms = by_ms,
    };
    say_of(turn, row, row->committee, &event.base);
    set_rung(turn, contact, CARE__RUNG__LADDER_END, by_ms);
}

static void note_try(struct turn *turn, struct contact *contact, const struct try *try)
{
    Contact *row = contact->row;
    Care__Attempt **attempts = turn_array(turn, row->n_attempts + 1, sizeof(*attempts));
    Care__Attempt *attempt = turn_array(turn, 1, sizeof(*attempt));

    if (turn->outcome != 0)
        return;
    for (size_t i = 0; i < row->n_attempts; i++)
        attempts[i] = row->attempts[i];
    care__attempt__init(attempt);
    attempt->n = (uint32_t)row->n_attempts + 1;
    attempt->mode = try->mode;
    attempt->at_ms = try->at_ms;
    attempt->result = try->result;
    attempt->by = try->by;
    attempts[row->n_attempts++] = attempt;
    row->attempts = attempts;
}

static void say_tried(struct turn *turn, const struct contact *contact, const struct try *try)
{
    Care__ContactAttempted event = { IS(care__contact_attempted),
                                     .person = contact->person,
                                     .date = turn_date(turn, contact->day),
                                     .n = (uint32_t)contact->row->n_attempts,
                                     .mode = try->mode,
                                     .at_ms = try->at_ms,
                                     .result = try->result,
                                     .by = try->by,
                                     .recorded_at_ms = turn->now_ms };

    say_of(turn, contact->row, contact->row->committee, &event.base);
}

/* A try that is over is on paper only: nobody climbs a ladder of yesterday. */
static bool add_late_try(struct turn *turn, struct contact *contact, const struct try *try)
{
    if (is_open(contact->row))
        return false;
    move_contact(turn, contact, TRY_LATE);
    if (contact->row == NULL)
        return true;
    note_try(turn, contact, try);
    say_tried(turn, contact, try);
    return true;
}

void add_try(struct turn *turn, struct contact *contact, const struct try *try)
{
    if (add_late_try(turn, contact, try))
        return;
    Contact *row = contact->row;
    if (row->case_id[0] == '\0')
        row->case_id = turn->case_id[0] != '\0' ? turn->case_id : turn_new_case(turn);
    move_contact(turn, contact, TRY);
    if (contact->row == NULL)
        return;
    note_try(turn, contact, try);
    row->tries++;
    say_tried(turn, contact, try);
    if (row->first_try_ms == 0) {
        row->first_try_ms = try->at_ms;
        if (row->rung != CARE__RUNG__DOOR)
            set_rung(turn, contact, CARE__RUNG__OTHER_PHONE, rung_due(turn, contact, "care.retry"));
    } else if (row->rung == CARE__RUNG__EMERGENCY && row->ladder != CARE__LADDER__HOST) {
        send_to_door(turn, contact, "");
    }
}

/* ---- the end -------------------------------------------------------------------------------------------- */

static const char *incident_of(struct turn *turn, const struct contact *contact)
{
    /* Whoever is away is at nobody's door: the office asks where they are. */
    return contact->row->ladder == CARE__LADDER__HOST
               ? ""
               : open_incident(turn, contact->person, contact->row->committee,
                               INCIDENT__TYPE__WELFARE_CHECK, "nobody answers, nobody opens");
}

/* NotReached and the welfare check, in one turn. */
void end_ladder(struct turn *turn, struct contact *contact)
{
    move_contact(turn, contact, GIVE_UP);
    if (contact->row == NULL)
        return;
    Contact *row = contact->row;
    if (turn->case_id[0] == '\0')
        turn->case_id = row->case_id;
    Care__NotReached event = { IS(care__not_reached), .person = contact->person,
                               .date = turn_date(turn, contact->day), .n_attempts = row->n_attempts,
                               .attempts = row->attempts };
    event.incident = incident_of(turn, contact);
    say_of(turn, row, row->committee, &event.base);
}

static void escalate(struct turn *turn, const struct contact *contact, Care__Rung rung,
                     const char *unit, const char *kind)
{
    const Contact *row = contact->row;
    Care__ContactEscalated event = { IS(care__contact_escalated),
                                     .person = contact->person,
                                     .committee = row->committee,
                                     .date = turn_date(turn, contact->day),
                                     .rung = rung,
                                     .to_post = directory_post(turn, unit, kind) };

    say_of(turn, row, unit, &event.base);
}

static void remind_other_phone(struct turn *turn, const struct contact *contact)
{
    const Contact *row = contact->row;
    Care__ContactReminded event = {
        IS(care__contact_reminded),      .person = contact->person,
        .committee = row->committee,     .date = turn_date(turn, contact->day),
        .rung = CARE__RUNG__OTHER_PHONE, .to_carer = row->carer
    };

    if (row->tries < 2)
        say_of(turn, row, row->committee, &event.base);
}

static void climb(struct turn *turn, struct contact *contact, Care__Rung rung)
{
    Contact *row = contact->row;

    row->rung = (int32_t)rung;
    if (rung == CARE__RUNG__OTHER_PHONE) {
        remind_other_phone(turn, contact);
        set_rung(turn, contact, CARE__RUNG__EMERGENCY,
                 rung_due(turn, contact, "care.emergency_contact"));
    } else if (rung == CARE__RUNG__EMERGENCY) {
        escalate(turn, contact, rung, row->committee, "duty");
        /* Nobody asked the emergency contact either: the door does not wait for it. */
        if (row->ladder == CARE__LADDER__HOST)
            set_rung(turn, contact, CARE__RUNG__LADDER_END,
                     rung_due(turn, contact, "care.door_visit"));
        else
            set_rung(turn, contact, CARE__RUNG__DOOR,
                     directory_due(turn, "care.retry", "", turn->now_ms));
    } else if (rung == CARE__RUNG__DOOR) {
        send_to_door(turn, contact, "");
    } else if (row->state == C(ATTEMPTED)) {
        end_ladder(turn, contact);
    } else {
        /* Nobody tried, so nobody knows: that is the office's to settle, and no incident (R15). */
        escalate(turn, contact, CARE__RUNG__OFFICE, "sjb", "duty");
    }
}

int on_climb_ladder(struct turn *turn, const void *message)
{
    const Care__ClimbLadder *told = message;
    int64_t day;

    if (!turn->is_timer)
        return turn_refuse(turn, TOWN__REFUSAL__NOT_ALLOWED, "only the clock climbs");
    if (!read_date(turn, told->date, 0, &day))
        return turn->outcome;
    struct contact contact = open_contact(turn, told->person, day);
    if (is_open(contact.row))
        climb(turn, &contact, told->rung);
    close_contact(turn, &contact);
    return turn->outcome;
}

/* ---- the door --------------------------------------------------------------------------------------------- */

static bool first_key(void *context, const char *key, const void *row)
{
    const char **ret_carer = context;

    (void)row;
    *ret_carer = strrchr(key, '/') + 1;
    return false;
}

static const char *leader_of(struct turn *turn, const char *committee)
{
    const char *carer = "";

    turn_each(turn, SPARE, turn_text(turn, "%s/%d/", committee, CARE__CARER_KIND__BUILDING_LEADER),
              first_key, &carer);
    return carer;
}

/* The contact of a door; row NULL: refused. */
static struct contact at_door(struct turn *turn, const char *told_person, const char *date)
{
    struct contact contact = { 0 };
    const char *id;
    int64_t day;
    const Person *person = person_to_care_for(turn, told_person, &id);

    if (person == NULL || !may_act_for(turn, person)
        || !read_date(turn, date, day_in_hand(turn, id, turn->now_ms), &day))
        return contact;
    if (turn_load(turn, CONTACTS, contact_key(turn, id, day)) == NULL) {
        turn_refuse(turn, CARE__REFUSAL__NOT_PLANNED, "no contact is planned of that day");
        return contact;
    }
    return open_contact(turn, id, day);
}

int on_assign_door_visit(struct turn *turn, const void *message)
{
    const Care__AssignDoorVisit *assign = message;

    if (!turn_is_who(turn, "to_post", assign->to_post))
        return turn->outcome;
    struct contact contact = at_door(turn, assign->person, assign->date);
    if (contact.row == NULL)
        return turn->outcome;
    if (!is_open(contact.row))
        return turn_refuse(turn, TOWN__REFUSAL__WRONG_STATE, "the day's contact is over");
    send_to_door(turn, &contact, assign->to_post);
    close_contact(turn, &contact);
    return turn->outcome;
}

/* A knock that nobody heard ends the ladder; as the first try of all it begins one. */
static int knock_in_vain(struct turn *turn, const Care__RecordDoorVisit *told)
{
    struct contact contact = at_door(turn, told->person, told->date);
    const struct try try = { .mode = CARE__MODE__VISIT,
                             .at_ms = told->at_ms == 0 ? turn->now_ms : told->at_ms,
                             .result = CARE__ATTEMPT_RESULT__NO_ANSWER,
                             .by = told->carer };

    if (contact.row == NULL)
        return turn->outcome;
    if (try.at_ms > turn->now_ms)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "that has not been yet");
    if (!is_open(contact.row))
        return turn_refuse(turn, TOWN__REFUSAL__WRONG_STATE, "the day's contact is over");
    bool last = contact.row->state == C(ATTEMPTED) || contact.row->rung == CARE__RUNG__DOOR;
    if (contact.row->rung == CARE__RUNG__EMERGENCY)
        contact.row->rung = CARE__RUNG__DOOR;
    add_try(turn, &contact, &try);
    if (last && contact.row != NULL)
        end_ladder(turn, &contact);
    close_contact(turn, &contact);
    return turn->outcome;
}

int on_record_door_visit(struct turn *turn, const void *message)
{
    const Care__RecordDoorVisit *told = message;
    Care__RecordContact record = CARE__RECORD_CONTACT__INIT;

    if (!turn_is_who(turn, "carer", told->carer))
        return turn->outcome;
    if (told->result == CARE__DOOR_RESULT__NO_REPLY)
        return knock_in_vain(turn, told);
    if (told->result != CARE__DOOR_RESULT__SEEN && told->result != CARE__DOOR_RESULT__DOOR_AWAY)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "result: what was it?");
    record.person = told->person;
    record.date = told->date;
    record.mode = CARE__MODE__VISIT;
    record.at_ms = told->at_ms;
    record.carer = told->carer;
    record.away_kind = told->away_kind;
    record.away_until_ms = told->away_until_ms;
    record.host = told->host;
    record.first_hand = told->result == CARE__DOOR_RESULT__SEEN;
    record.outcome = record.first_hand ? CARE__OUTCOME__OK : CARE__OUTCOME__AWAY;
    return take_contact(turn, &record, false);
}

/* ---- nobody tried -------------------------------------------------------------------------------------------- */

static void remind_one(struct turn *turn, struct contact *contact, Care__Rung rung)
{
    const Contact *row = contact->row;
    Care__ContactReminded event = { IS(care__contact_reminded),
                                    .person = contact->person,
                                    .committee = row->committee,
                                    .date = turn_date(turn, contact->day),
                                    .rung = rung,
                                    .to_post = directory_post(turn, row->committee, "duty"),
                                    .to_carer = row->carer };

    if (rung == CARE__RUNG__DOOR)
        send_to_door(turn, contact, "");
    else
        say_of(turn, row, row->committee, &event.base);
}

static void sweep_one(struct turn *turn, const char *rest, int64_t day, Care__Rung rung)
{
    struct contact contact = open_contact(turn, strchr(rest, '/') + 1, day);
    bool untried =
        contact.row != NULL && contact.row->state == C(PLANNED) && contact.row->done == 0;
    bool strict = contact.row != NULL && contact.row->ladder == CARE__LADDER__SILENT;

    if (untried && (rung == CARE__RUNG__CARER || strict) && contact.row->rung != CARE__RUNG__DOOR)
        remind_one(turn, &contact, rung);
    close_contact(turn, &contact);
}

/* Keys are rank/person: those at risk come first, and of the others only the carer is reminded. */
static void sweep_each(struct turn *turn, const Care__RemindUntried *told, int64_t day)
{
    const char *most_rank = told->rung == CARE__RUNG__CARER ? "9" : "1";
    const struct turn_slice slice =
        turn_take(turn, WAITING, turn_text(turn, "%s/%s/", told->committee, told->date),
                  told->after, PEOPLE_A_TURN);
    bool more = slice.more && slice.last[0] <= most_rank[0];

    for (size_t i = 0; i < slice.count && slice.keys[i][0] <= most_rank[0]; i++)
        sweep_one(turn, slice.keys[i], day, told->rung);
    if (!more)
        return;
    Care__RemindUntried next = { IS(care__remind_untried), .committee = told->committee,
                                 .date = told->date, .rung = told->rung, .after = slice.last };
    turn_remind(turn, turn_key(turn, "%s/%d", told->committee, (int)told->rung), turn->now_ms,
                &next.base);
}

/* The committee as a whole: how many nobody has tried, to the next post up. */
static void remind_committee(struct turn *turn, const Care__RemindUntried *told, uint32_t untried)
{
    bool office = told->rung == CARE__RUNG__OFFICE;
    const char *unit = office ? "sjb" : told->committee;
    const char *kind = told->rung == CARE__RUNG__HEAD ? "first_responsible" : "duty";
    Care__ContactReminded reminded = { IS(care__contact_reminded),
                                       .committee = told->committee,
                                       .date = told->date,
                                       .rung = told->rung,
                                       .to_post = directory_post(turn, unit, kind),
                                       .untried = untried };
    Care__ContactEscalated escalated = { IS(care__contact_escalated),
                                         .committee = told->committee,
                                         .date = told->date,
                                         .rung = told->rung,
                                         .to_post = directory_post(turn, unit, kind),
                                         .untried = untried };

    turn_emit(turn, unit, told->rung == CARE__RUNG__DUTY ? &reminded.base : &escalated.base);
}

int on_remind_untried(struct turn *turn, const void *message)
{
    const Care__RemindUntried *told = message;
    int64_t day;

    if (!turn->is_timer)
        return turn_refuse(turn, TOWN__REFUSAL__NOT_ALLOWED, "only the clock reminds");
    if (!read_date(turn, told->date, 0, &day))
        return turn->outcome;
    if (told->rung == CARE__RUNG__FIRST_TRY || told->rung == CARE__RUNG__CARER
        || told->rung == CARE__RUNG__DOOR) {
        sweep_each(turn, told, day);
        return turn->outcome;
    }
    const Numbers *numbers = numbers_of(turn, told->committee, day);
    if (numbers != NULL && numbers->untried > 0)
        remind_committee(turn, told, numbers->untried);
    return turn->outcome;
}
