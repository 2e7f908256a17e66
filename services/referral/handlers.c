/*
 * referral: what a health centre does with an accepted assignment, and what it can take.
 */
#include <string.h>

#include "kit/directory.h"
#include "referral/referral.h"

typedef ReferralRows__Capacity Capacity;
typedef ReferralRows__Appointment Appointment;
typedef ReferralRows__Transfer Transfer;

/* The need of an assignment that the sender has accepted and not ended; NULL: refused. */
static const Need *accepted(struct turn *turn, const char *id, const Assignment **ret_assignment)
{
    const Assignment *assignment = loop_assignment(turn, id);

    if (assignment == NULL) {
        turn_refuse(turn, TOWN__REFUSAL__NOT_FOUND, "there is no such assignment");
        return NULL;
    }
    if (strcmp(turn_actor_unit(turn), assignment->unit) != 0) {
        turn_refuse(turn, TOWN__REFUSAL__NOT_OWNER, "the assignment is not %s's",
                    turn_actor_unit(turn));
        return NULL;
    }
    if (assignment->state != LOOP_ROWS__ASSIGNMENT__STATE__ACCEPTED
        && assignment->state != LOOP_ROWS__ASSIGNMENT__STATE__IN_PROGRESS) {
        turn_refuse(turn, REFERRAL__REFUSAL__NOT_ACCEPTED, "only what was accepted, and not ended");
        return NULL;
    }
    *ret_assignment = assignment;
    return loop_need(turn, assignment->need);
}

/* ---- appointments -------------------------------------------------------------------------------- */

int on_schedule(struct turn *turn, const void *message)
{
    const Referral__Schedule *schedule = message;
    const Assignment *assignment;
    const Need *need = accepted(turn, schedule->assignment, &assignment);

    if (need == NULL)
        return turn->outcome;
    if (schedule->at_ms < turn->now_ms)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "that hour has passed");
    Appointment *appointment = turn_move(turn, APPOINTMENTS, schedule->assignment);
    if (appointment == NULL)
        return turn->outcome;
    appointment->at_ms = schedule->at_ms;
    appointment->place = schedule->place;
    appointment->escort = schedule->escort;
    Referral__Scheduled event = { IS(referral__scheduled), .assignment = schedule->assignment,
                                  .at_ms = schedule->at_ms, .need = assignment->need,
                                  .place = schedule->place };
    return loop_say(turn, need, assignment->unit, &event.base);
}

/* The appointment of an accepted assignment, moved by the command in hand. */
static Appointment *scheduled(struct turn *turn, const char *id)
{
    if (!turn_may_move(turn, APPOINTMENTS, id, turn->command)) {
        turn_refuse(turn, REFERRAL__REFUSAL__NO_APPOINTMENT, "there is no appointment");
        return NULL;
    }
    return turn_move(turn, APPOINTMENTS, id);
}

int on_cancel_appointment(struct turn *turn, const void *message)
{
    const Referral__CancelAppointment *cancel = message;
    const Assignment *assignment;
    const Need *need = accepted(turn, cancel->assignment, &assignment);

    if (need == NULL || scheduled(turn, cancel->assignment) == NULL)
        return turn->outcome;
    Referral__AppointmentCancelled event = { IS(referral__appointment_cancelled),
                                             .assignment = cancel->assignment,
                                             .reason = cancel->reason, .need = assignment->need };
    return loop_say(turn, need, assignment->unit, &event.base);
}

/* Care hears it and asks after the person the same day. */
int on_report_no_show(struct turn *turn, const void *message)
{
    const Referral__ReportNoShow *report = message;
    const Assignment *assignment;
    const Need *need = accepted(turn, report->assignment, &assignment);

    if (need == NULL || scheduled(turn, report->assignment) == NULL)
        return turn->outcome;
    Referral__NoShow event = { IS(referral__no_show), .assignment = report->assignment,
                               .at_ms = report->at_ms == 0 ? turn->now_ms : report->at_ms,
                               .need = assignment->need, .person = need->person };
    return loop_say(turn, need, assignment->unit, &event.base);
}

static void end_appointment(struct turn *turn, const char *assignment)
{
    if (turn_may_move(turn, APPOINTMENTS, assignment, END_APPOINTMENT))
        turn_move_as(turn, APPOINTMENTS, assignment, END_APPOINTMENT);
}

void on_assignment_ended(struct turn *turn, const char *assignment_id, const Need *need,
                         const Assignment *assignment)
{
    (void)need;
    (void)assignment;
    end_appointment(turn, assignment_id);
}

void on_assignment_completed(struct turn *turn, const char *id, const Need *need,
                             const Assignment *assignment)
{
    (void)id;
    (void)assignment;
    if (need->n_assignment_ids > 0)
        end_appointment(turn, need->assignment_ids[need->n_assignment_ids - 1]);
}

/* ---- to a hospital and back ---------------------------------------------------------------------- */

static const char *transfer_key(struct turn *turn, const char *centre, const char *assignment)
{
    return turn_key(turn, "%s/%s", centre, assignment);
}

static void ask_feedback(struct turn *turn, const char *centre, const char *assignment)
{
    Referral__AskFeedback ask = { IS(referral__ask_feedback), .centre = centre,
                                  .assignment = assignment };

    turn_remind(turn, assignment, directory_due(turn, "referral.upward_feedback", "", turn->now_ms),
                &ask.base);
}

int on_transfer_up(struct turn *turn, const void *message)
{
    const Referral__TransferUp *up = message;
    const Assignment *assignment;
    const Need *need = accepted(turn, up->assignment, &assignment);

    if (need == NULL)
        return turn->outcome;
    if (up->hospital[0] == '\0' || up->sent_at_ms > turn->now_ms)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "which hospital, and when");
    Transfer *transfer =
        turn_move(turn, TRANSFERS, transfer_key(turn, assignment->unit, up->assignment));
    if (transfer == NULL)
        return turn->outcome;
    transfer->hospital = up->hospital;
    transfer->sent_at_ms = up->sent_at_ms == 0 ? turn->now_ms : up->sent_at_ms;
    transfer->need = assignment->need;
    transfer->person = need->person;
    ask_feedback(turn, assignment->unit, up->assignment);
    Referral__TransferredUp event = { IS(referral__transferred_up), .assignment = up->assignment,
                                      .hospital = up->hospital, .need = assignment->need,
                                      .person = need->person };
    return loop_say(turn, need, assignment->unit, &event.base);
}

/* The hospital has not said how it went. */
int on_ask_feedback(struct turn *turn, const void *message)
{
    const Referral__AskFeedback *ask = message;

    if (!turn->is_timer)
        return turn_refuse(turn, TOWN__REFUSAL__NOT_ALLOWED, "only the clock says what is due");
    Transfer *transfer =
        turn_move(turn, TRANSFERS, transfer_key(turn, ask->centre, ask->assignment));

    if (transfer == NULL)
        return turn->outcome;
    const Need *need = loop_need(turn, transfer->need);
    if (need == NULL)
        return 0;
    ask_feedback(turn, ask->centre, ask->assignment);
    Town__DeadlineMissed event = { IS(town__deadline_missed), .need = transfer->need,
                                   .assignment = ask->assignment, .clock = "upward_feedback",
                                   .due_ms = turn->now_ms };
    return loop_say(turn, need, ask->centre, &event.base);
}

int on_record_feedback(struct turn *turn, const void *message)
{
    const Referral__RecordHospitalFeedback *feedback = message;
    const Assignment *assignment = loop_assignment(turn, feedback->assignment);
    const char *sender = turn_actor_unit(turn);

    if (assignment == NULL)
        return turn_refuse(turn, TOWN__REFUSAL__NOT_FOUND, "there is no such assignment");
    if (strcmp(sender, assignment->unit) != 0 && strcmp(turn->source_unit, "gateway") != 0)
        return turn_refuse(turn, TOWN__REFUSAL__NOT_OWNER, "the assignment is not %s's", sender);
    const char *key = transfer_key(turn, assignment->unit, feedback->assignment);
    if (!turn_may_move(turn, TRANSFERS, key, RECORD_FEEDBACK))
        return turn_refuse(turn, REFERRAL__REFUSAL__NOT_TRANSFERRED, "nobody waits for it");
    Transfer *transfer = turn_move(turn, TRANSFERS, key);
    if (transfer == NULL)
        return turn->outcome;
    transfer->feedback = feedback->feedback;
    transfer->admitted = feedback->admitted;
    turn_forget(turn, feedback->assignment, &referral__ask_feedback__descriptor);
    Referral__HospitalFeedbackRecorded event = {
        IS(referral__hospital_feedback_recorded),
        .assignment = feedback->assignment,
        .hospital = feedback->hospital[0] == '\0' ? transfer->hospital : feedback->hospital,
        .need = transfer->need,
        .person = transfer->person,
        .admitted = feedback->admitted,
        .until_ms = feedback->until_ms,
    };
    const Need *need = loop_need(turn, transfer->need);
    return need == NULL ? turn_emit(turn, assignment->unit, &event.base)
                        : loop_say(turn, need, assignment->unit, &event.base);
}

/* ---- capacity ------------------------------------------------------------------------------------ */

/* The key of a centre's capacity for a kind; NULL: refused. */
static const char *capacity_key(struct turn *turn, const char *centre, const char *kind)
{
    if (!directory_is_centre(turn, centre)) {
        turn_refuse(turn, REFERRAL__REFUSAL__NOT_A_CENTRE, "%s is no health centre", centre);
        return NULL;
    }
    if (kind[0] == '\0' || strchr(kind, '/') != NULL) {
        turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "no kind");
        return NULL;
    }
    return turn_key(turn, "%s/%s", centre, kind);
}

int on_set_capacity(struct turn *turn, const void *message)
{
    const Referral__SetCapacity *set = message;
    const char *key = capacity_key(turn, set->centre, set->kind);

    if (key == NULL || !turn_from(turn, set->centre))
        return turn->outcome;
    if (protobuf_c_enum_descriptor_get_value(&referral__capacity_state__descriptor, (int)set->state)
            == NULL
        || set->state == REFERRAL__CAPACITY_STATE__CAPACITY_ABSENT)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "no state of capacity");
    uint64_t until_ms = set->valid_until_ms != 0
                            ? set->valid_until_ms
                            : directory_due(turn, "referral.capacity_ttl", "", turn->now_ms);
    if (turn->outcome == 0 && until_ms <= turn->now_ms)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "it would be old at once");
    Capacity *capacity = turn_edit(turn, CAPACITIES, key);
    capacity->state = (int32_t)set->state;
    capacity->n = set->n;
    capacity->eta_ms = set->eta_ms;
    capacity->valid_until_ms = until_ms;
    capacity->set_ms = turn->now_ms;
    Referral__ExpireCapacity expire = { IS(referral__expire_capacity), .centre = set->centre,
                                        .kind = set->kind, .set_ms = turn->now_ms };
    turn_remind(turn, key, until_ms, &expire.base);
    Referral__CapacitySet event = {
        IS(referral__capacity_set), .centre = set->centre, .kind = set->kind,
        .state = set->state,        .n = set->n,           .eta_ms = set->eta_ms,
        .valid_until_ms = until_ms
    };
    return turn_emit(turn, set->centre, &event.base);
}

/* Nobody has said for long how it is there: unknown, which is not "none". */
int on_expire_capacity(struct turn *turn, const void *message)
{
    const Referral__ExpireCapacity *expire = message;
    const char *key = turn_key(turn, "%s/%s", expire->centre, expire->kind);
    const Capacity *present = turn_load(turn, CAPACITIES, key);

    if (!turn->is_timer)
        return turn_refuse(turn, TOWN__REFUSAL__NOT_ALLOWED, "only the clock says what is due");
    if (present == NULL || present->set_ms != expire->set_ms)
        return 0;
    Capacity *capacity = turn_edit(turn, CAPACITIES, key);
    capacity->state = REFERRAL__CAPACITY_STATE__CAPACITY_ABSENT;
    capacity->n = 0;
    capacity->eta_ms = 0;
    Referral__CapacityExpired event = { IS(referral__capacity_expired), .centre = expire->centre,
                                        .kind = expire->kind };
    return turn_emit(turn, expire->centre, &event.base);
}

/* Homes are S-049's: the service, or the team that speaks for it. */
static bool from_homes(struct turn *turn)
{
    return strcmp(turn->source_unit, "homes") == 0 || turn_from(turn, "sjb");
}

int on_reserve_capacity(struct turn *turn, const void *message)
{
    const Referral__ReserveCapacity *reserve = message;
    const char *key = capacity_key(turn, reserve->centre, reserve->kind);

    if (key == NULL || !from_homes(turn))
        return turn->outcome;
    if (reserve->n == 0 || !turn_is_id(reserve->for_home))
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "how many, for which home");
    Capacity *capacity = turn_edit(turn, CAPACITIES, key);
    if (capacity->state != REFERRAL__CAPACITY_STATE__CAPACITY
        || (uint64_t)capacity->reserved + reserve->n > capacity->n)
        return turn_refuse(turn, REFERRAL__REFUSAL__OVER_CAPACITY, "more than there is");
    capacity->reserved += reserve->n;
    ReferralRows__Reservation *held =
        turn_edit(turn, RESERVATIONS, turn_key(turn, "%s/%s", key, reserve->for_home));
    held->n += reserve->n;
    Referral__CapacityReserved event = { IS(referral__capacity_reserved), .centre = reserve->centre,
                                         .kind = reserve->kind, .n = reserve->n,
                                         .for_home = reserve->for_home };
    return turn_emit(turn, reserve->centre, &event.base);
}

int on_release_capacity(struct turn *turn, const void *message)
{
    const Referral__ReleaseCapacity *release = message;
    const char *key = capacity_key(turn, release->centre, release->kind);

    if (key == NULL || !from_homes(turn))
        return turn->outcome;
    if (release->n == 0 || !turn_is_id(release->for_home))
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "how many, for which home");
    const char *held_key = turn_key(turn, "%s/%s", key, release->for_home);
    ReferralRows__Reservation *held = turn_edit(turn, RESERVATIONS, held_key);
    if (release->n > held->n)
        return turn_refuse(turn, REFERRAL__REFUSAL__OVER_CAPACITY, "more than it holds");
    Capacity *capacity = turn_edit(turn, CAPACITIES, key);
    capacity->reserved -= release->n;
    held->n -= release->n;
    if (held->n == 0)
        turn_drop(turn, RESERVATIONS, held_key);
    Referral__CapacityReleased event = { IS(referral__capacity_released), .centre = release->centre,
                                         .kind = release->kind, .n = release->n,
                                         .for_home = release->for_home };
    return turn_emit(turn, release->centre, &event.base);
}

/* ---- family doctors ------------------------------------------------------------------------------ */

int on_link_family_doctor(struct turn *turn, const void *message)
{
    const Referral__LinkFamilyDoctor *link = message;

    if (!directory_is_centre(turn, link->centre))
        return turn_refuse(turn, REFERRAL__REFUSAL__NOT_A_CENTRE, "%s is no health centre",
                           link->centre);
    if (!turn_from(turn, link->centre) || !turn_is_who(turn, "doctor_post", link->doctor_post))
        return turn->outcome;
    if (!turn_is_id(link->person))
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "no person");
    const char *person = loop_person(turn, link->person);
    ReferralRows__Doctor *doctor = turn_edit(turn, DOCTORS, person);
    doctor->lent_by = "";
    doctor->centre = link->centre;
    doctor->doctor_post = link->doctor_post;
    Referral__FamilyDoctorLinked event = { IS(referral__family_doctor_linked), .person = person,
                                           .centre = link->centre,
                                           .doctor_post = link->doctor_post };
    return turn_emit(turn, link->centre, &event.base);
}
