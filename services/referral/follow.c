/*
 * referral: who is to be seen again, and when (S-06L 及时评估重点对象健康状况).  RED is assessed again
 * after referral.red_reassess, YELLOW followed up after referral.yellow_followup, GREEN not.
 */
#include <inttypes.h>
#include <string.h>

#include "kit/directory.h"
#include "referral/referral.h"
#include "registry.pb-c.h"

typedef ReferralRows__Assessment Assessment;

/* ---- the list ------------------------------------------------------------------------------------ */

/* The centre that is to see the person: the family doctor's, or the one of the place. */
static const char *centre_of(struct turn *turn, const char *person, const char *place)
{
    const ReferralRows__Doctor *doctor = turn_load(turn, DOCTORS, person);

    return doctor != NULL ? doctor->centre : directory_centre(turn, place, "ASSESS");
}

static void unlist(struct turn *turn, Assessment *row)
{
    if (row->list_key[0] != '\0')
        turn_drop(turn, FOLLOW_UPS, row->list_key);
    row->list_key = "";
}

/* Sets the timer and the place in the centre's list for `due_ms`; 0: no more. */
static void set_due(struct turn *turn, const char *person, Assessment *row, uint64_t due_ms)
{
    Referral__AskAssessment ask = { IS(referral__ask_assessment), .person = person };

    unlist(turn, row);
    row->due_ms = due_ms;
    if (due_ms == 0) {
        turn_forget(turn, person, &referral__ask_assessment__descriptor);
        return;
    }
    turn_remind(turn, person, due_ms > turn->now_ms ? due_ms : turn->now_ms, &ask.base);
    if (row->centre[0] == '\0')
        return;
    row->list_key = turn_key(turn, "%s/%016" PRIx64 "/%s", row->centre, due_ms, person);
    ReferralRows__FollowUp *entry = turn_edit(turn, FOLLOW_UPS, row->list_key);
    entry->person = person;
}

static uint64_t due_by_class(struct turn *turn, int32_t class)
{
    if (class == REFERRAL__CLASS__RED)
        return directory_due(turn, "referral.red_reassess", "", turn->now_ms);
    if (class == REFERRAL__CLASS__YELLOW)
        return directory_due(turn, "referral.yellow_followup", "", turn->now_ms);
    return 0;
}

/* ---- assessments --------------------------------------------------------------------------------- */

/* SpO2 < 93 %, continuous high fever or dyspnoea: to a hospital, at once. */
static void open_transfer(struct turn *turn, const Referral__RecordAssessment *record,
                          const char *place)
{
    Town__NeedSource source = TOWN__NEED_SOURCE__INIT;
    Town__OpenNeed open = TOWN__OPEN_NEED__INIT;

    source.visit = turn->id;
    open.need =
        turn_text(turn, "transfer-%llu", (unsigned long long)turn_number(turn, "transfers"));
    open.person = record->person;
    open.place = place;
    open.category = TOWN__CATEGORY__MEDICAL;
    open.kind = "TRANSFER";
    open.priority = "P0";
    open.detail = "danger sign at an assessment";
    open.source = &source;
    loop_open(turn, &open);
}

/* What was found is the registry's to keep. */
static void send_findings(struct turn *turn, const Referral__RecordAssessment *record,
                          const char *place)
{
    Registry__UpdateFields update = { IS(registry__update_fields), .person = record->person,
                                      .card = record->card };

    if (record->card != NULL)
        turn_send(turn, "registry", place[0] == '\0' ? "town" : place, &update.base);
}

int on_record_assessment(struct turn *turn, const void *message)
{
    const Referral__RecordAssessment *record = message;
    const char *centre = turn_actor_unit(turn);

    if (!directory_is_centre(turn, centre))
        return turn_refuse(turn, REFERRAL__REFUSAL__NOT_A_CENTRE, "%s is no health centre", centre);
    if (!turn_is_id(record->person) || record->class_ < REFERRAL__CLASS__RED
        || record->class_ > REFERRAL__CLASS__GREEN
        || (record->next_due_ms != 0 && record->next_due_ms <= turn->now_ms))
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "a person, a class, a day to come");
    const char *person = loop_person(turn, record->person);
    Assessment *row = turn_move(turn, ASSESSMENTS, person);
    if (row == NULL)
        return turn->outcome;
    row->lent_by = "";
    row->class_ = (int32_t)record->class_;
    row->centre = centre;
    row->done_ms = turn->now_ms;
    if (record->place[0] != '\0')
        row->place = record->place;
    set_due(turn, person, row,
            record->next_due_ms != 0 ? record->next_due_ms : due_by_class(turn, row->class_));
    Referral__Assessed event = { IS(referral__assessed), .person = person, .centre = centre,
                                 .class_ = record->class_, .next_due_ms = row->due_ms };
    turn_emit(turn, centre, &event.base);
    send_findings(turn, record, row->place);
    if (record->danger_sign)
        open_transfer(turn, record, row->place);
    return turn->outcome;
}

int on_ask_assessment(struct turn *turn, const void *message)
{
    const Referral__AskAssessment *ask = message;

    if (!turn->is_timer)
        return turn_refuse(turn, TOWN__REFUSAL__NOT_ALLOWED, "only the clock says what is due");
    Assessment *row = turn_move(turn, ASSESSMENTS, ask->person);
    if (row == NULL)
        return turn->outcome;
    Referral__AssessmentDue event = { IS(referral__assessment_due), .person = ask->person,
                                      .centre = row->centre, .due_ms = row->due_ms };
    turn_emit(turn, row->centre[0] == '\0' ? "sjb" : row->centre, &event.base);
    /* still nobody has seen the person: the place in the list stays, the question comes again */
    Referral__AskAssessment again = { IS(referral__ask_assessment), .person = ask->person };
    int32_t class = row->class_ == REFERRAL__CLASS__RED ? row->class_ : REFERRAL__CLASS__YELLOW;
    turn_remind(turn, ask->person, due_by_class(turn, class), &again.base);
    return turn->outcome;
}

/* ---- what the roster says ------------------------------------------------------------------------ */

/* Begins to follow a person of that class, or ends it for GREEN. */
static void follow(struct turn *turn, const char *person, const char *place, int32_t class)
{
    const Assessment *present = turn_load(turn, ASSESSMENTS, person);
    uint64_t due_ms = due_by_class(turn, class);

    if (present != NULL && present->class_ == class)
        return; /* our own assessment, come back as a class of the roster */
    if (present == NULL && due_ms == 0)
        return;
    Assessment *row = turn_move_as(turn, ASSESSMENTS, person, FOLLOW);
    if (row == NULL)
        return;
    row->class_ = class;
    if (place[0] != '\0')
        row->place = place;
    row->centre = centre_of(turn, person, row->place);
    set_due(turn, person, row, due_ms);
}

int on_verified(struct turn *turn, const void *message)
{
    const Registry__Verified *event = message;

    follow(turn, event->person, event->owner, (int32_t)event->class_);
    return turn->outcome;
}

int on_class_set(struct turn *turn, const void *message)
{
    const Registry__ClassSet *event = message;
    const Assessment *present = turn_load(turn, ASSESSMENTS, event->person);

    if (present == NULL || present->state != REFERRAL_ROWS__ASSESSMENT__STATE__SILENT)
        follow(turn, event->person, event->owner, (int32_t)event->to);
    return turn->outcome;
}

int on_moved(struct turn *turn, const void *message)
{
    const Registry__Moved *event = message;

    if (turn_load(turn, ASSESSMENTS, event->person) == NULL)
        return 0;
    Assessment *row = turn_edit(turn, ASSESSMENTS, event->person);
    row->place = event->to;
    row->centre = centre_of(turn, event->person, event->to);
    if (row->due_ms != 0 && row->state != REFERRAL_ROWS__ASSESSMENT__STATE__SILENT)
        set_due(turn, event->person, row, row->due_ms);
    return turn->outcome;
}

int on_death_reported(struct turn *turn, const void *message)
{
    const Registry__DeathReported *event = message;

    if (!turn_may_move(turn, ASSESSMENTS, event->person, SILENCE))
        return 0;
    Assessment *row = turn_move_as(turn, ASSESSMENTS, event->person, SILENCE);
    uint64_t due_ms = row == NULL ? 0 : row->due_ms;
    if (row == NULL)
        return turn->outcome;
    set_due(turn, event->person, row, 0);
    row->due_ms = due_ms;
    return turn->outcome;
}

int on_death_refuted(struct turn *turn, const void *message)
{
    const Registry__DeathRefuted *event = message;

    if (!turn_may_move(turn, ASSESSMENTS, event->person, RESUME_FOLLOWING))
        return 0;
    Assessment *row = turn_move_as(turn, ASSESSMENTS, event->person, RESUME_FOLLOWING);
    if (row != NULL)
        set_due(turn, event->person, row, row->due_ms);
    return turn->outcome;
}

static int forget_person(struct turn *turn, const char *person)
{
    if (turn_load(turn, ASSESSMENTS, person) != NULL) {
        set_due(turn, person, turn_edit(turn, ASSESSMENTS, person), 0);
        turn_drop(turn, ASSESSMENTS, person);
    }
    if (turn_load(turn, DOCTORS, person) != NULL)
        turn_drop(turn, DOCTORS, person);
    return turn->outcome;
}

int on_death_confirmed(struct turn *turn, const void *message)
{
    return forget_person(turn, ((const Registry__DeathConfirmed *)message)->person);
}

int on_left_town(struct turn *turn, const void *message)
{
    return forget_person(turn, ((const Registry__LeftTown *)message)->person);
}

/* ---- two that are one (R13) ------------------------------------------------------------------------ */

/* The alias's row sleeps; the survivor has its class and its day, if it had none of its own. */
static void lend_assessment(struct turn *turn, const char *alias, const char *survivor)
{
    const Assessment *lender = turn_load(turn, ASSESSMENTS, alias);
    const Assessment *known = turn_load(turn, ASSESSMENTS, survivor);

    if (lender == NULL || !turn_may_move(turn, ASSESSMENTS, alias, SILENCE))
        return;
    Assessment lent = *lender;
    if (known == NULL) {
        Assessment *row = turn_move_as(turn, ASSESSMENTS, survivor, FOLLOW);
        if (row == NULL)
            return;
        row->class_ = lent.class_;
        row->place = lent.place;
        row->centre = lent.centre;
        row->done_ms = lent.done_ms;
        row->lent_by = alias;
        set_due(turn, survivor, row, lent.due_ms);
    }
    Assessment *row = turn_move_as(turn, ASSESSMENTS, alias, SILENCE);
    if (row == NULL)
        return;
    set_due(turn, alias, row, 0);
    row->due_ms = lent.due_ms;
}

static void lend_doctor(struct turn *turn, const char *alias, const char *survivor)
{
    const ReferralRows__Doctor *lender = turn_load(turn, DOCTORS, alias);

    if (lender == NULL || turn_load(turn, DOCTORS, survivor) != NULL)
        return;
    ReferralRows__Doctor *doctor = turn_edit(turn, DOCTORS, survivor);
    doctor->centre = lender->centre;
    doctor->doctor_post = lender->doctor_post;
    doctor->lent_by = alias;
}

int on_merged(struct turn *turn, const void *message)
{
    const Registry__Merged *event = message;

    if (!turn_is_id(event->alias) || !turn_is_id(event->survivor))
        return 0;
    lend_doctor(turn, event->alias, event->survivor);
    lend_assessment(turn, event->alias, event->survivor);
    return turn->outcome;
}

int on_unmerged(struct turn *turn, const void *message)
{
    const Registry__Unmerged *event = message;

    if (!turn_is_id(event->alias) || !turn_is_id(event->survivor))
        return 0;
    const ReferralRows__Doctor *doctor = turn_load(turn, DOCTORS, event->survivor);
    if (doctor != NULL && strcmp(doctor->lent_by, event->alias) == 0)
        turn_drop(turn, DOCTORS, event->survivor);
    const Assessment *row = turn_load(turn, ASSESSMENTS, event->survivor);
    if (row != NULL && strcmp(row->lent_by, event->alias) == 0) {
        set_due(turn, event->survivor, turn_edit(turn, ASSESSMENTS, event->survivor), 0);
        turn_drop(turn, ASSESSMENTS, event->survivor);
    }
    if (!turn_may_move(turn, ASSESSMENTS, event->alias, RESUME_FOLLOWING))
        return turn->outcome;
    Assessment *alias = turn_move_as(turn, ASSESSMENTS, event->alias, RESUME_FOLLOWING);
    if (alias != NULL)
        set_due(turn, event->alias, alias, alias->due_ms);
    return turn->outcome;
}
