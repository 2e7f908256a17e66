/*
 * incident: under control, closed, looked back on; and what the clock finds undone.
 */
#include <string.h>

#include "incident/incident.h"
#include "kit/directory.h"
#include "registry.pb-c.h"

/* ---- under control --------------------------------------------------------------------------- */

static void send_away(struct turn *turn, const Incident *row,
                      const Incident__ControlIncident *control, const char *kind)
{
    Registry__SuspendAway away = { IS(registry__suspend_away),
                                   .person = loop_person(turn, row->person), .kind = kind,
                                   .until_ms = control->until_ms, .host = control->host };

    incident_send(turn, control->incident, "registry", &away.base);
}

/* Who was found ill is a hospital's now: the way there is referral's to see through. */
static void send_transfer(struct turn *turn, const char *id, const Incident *row)
{
    Town__OpenNeed open = TOWN__OPEN_NEED__INIT;
    Town__NeedSource source = TOWN__NEED_SOURCE__INIT;

    source.visit = id;
    open.need = loop_id_of(turn, id, "transfer");
    open.person = loop_person(turn, row->person);
    open.place = row->place;
    open.category = TOWN__CATEGORY__MEDICAL;
    open.kind = "TRANSFER";
    open.priority = "P0";
    open.detail = "found ill";
    open.source = &source;
    incident_send(turn, id, "referral", &open.base);
}

static void send_death(struct turn *turn, const char *id, const Incident *row)
{
    Registry__ReportDeath death = { IS(registry__report_death),
                                    .person = loop_person(turn, row->person), .source = "incident",
                                    .at_ms = turn->now_ms };

    incident_send(turn, id, "registry", &death.base);
}

/* What was found at the door is told to those whose matter it is now. */
static void tell(struct turn *turn, const Incident__ControlIncident *control, const Incident *row)
{
    bool ill = row->type == INCIDENT__TYPE__WELFARE_CHECK || row->type == INCIDENT__TYPE__HEALTH;

    if (row->person[0] == '\0')
        return;
    if (control->result == INCIDENT__RESULT__HOSPITAL) {
        if (ill)
            send_transfer(turn, control->incident, row);
        send_away(turn, row, control, "hospital");
    } else if (control->result == INCIDENT__RESULT__AWAY) {
        send_away(turn, row, control, "relative");
    } else if (control->result == INCIDENT__RESULT__DIED) {
        send_death(turn, control->incident, row);
    }
}

static bool is_result(Incident__Result result)
{
    return result != INCIDENT__RESULT__RESULT_ABSENT
           && protobuf_c_enum_descriptor_get_value(&incident__result__descriptor, (int)result)
                  != NULL;
}

int on_control_incident(struct turn *turn, const void *message)
{
    const Incident__ControlIncident *control = message;

    if (!is_result(control->result))
        return turn_refuse(turn, INCIDENT__REFUSAL__NO_RESULT, "how did it end?");
    Incident *row = turn_move(turn, INCIDENTS, control->incident);
    if (row == NULL || !incident_commands(turn, row))
        return turn->outcome;
    if (control->host == NULL && row->person[0] != '\0'
        && (control->result == INCIDENT__RESULT__HOSPITAL
            || control->result == INCIDENT__RESULT__AWAY))
        return turn_refuse(turn, INCIDENT__REFUSAL__NO_HOST, "in which hospital, or with whom?");
    row->result = (int32_t)control->result;
    incident_await_situation(turn, control->incident, row);
    incident_note(turn, control->incident, row, "controlled", control->text);
    Incident__IncidentControlled event = { IS(incident__incident_controlled),
                                           .incident = control->incident,
                                           .type = (Incident__Type)row->type,
                                           .place = row->place,
                                           .person = row->person,
                                           .result = control->result,
                                           .by_post = turn_actor_post(turn),
                                           .ms = turn->now_ms - row->opened_ms,
                                           .text = control->text };
    incident_say(turn, control->incident, "pab", &event.base);
    tell(turn, control, row);
    return turn->outcome;
}

/* ---- closed ---------------------------------------------------------------------------------- */

enum { MOST_NEEDS = 64 };

struct needs {
    struct turn *turn;
    const char **ids;
    size_t count;
    const char *open; /* one that is not verified; "": none */
};

static bool add_need(void *context, const char *key, const void *row)
{
    struct needs *needs = context;
    const char *id = turn_text(needs->turn, "%s", ((const LoopRows__Link *)row)->need);
    const Need *need = loop_need(needs->turn, id);

    (void)key;
    if (need != NULL && loop_is_open(need))
        needs->open = id;
    if (needs->count < MOST_NEEDS)
        needs->ids[needs->count++] = id;
    return true;
}

static struct needs needs_of(struct turn *turn, const char *id)
{
    struct needs needs = { .turn = turn,
                           .ids = turn_array(turn, MOST_NEEDS, sizeof(*needs.ids)),
                           .open = "" };
    LoopRows__Link main_need = LOOP_ROWS__LINK__INIT;

    main_need.need = id;
    if (needs.ids == NULL)
        return needs;
    add_need(&needs, id, &main_need);
    turn_each(turn, LOOP_CHILDREN, turn_text(turn, "%s/", id), add_need, &needs);
    return needs;
}

static void await_review(struct turn *turn, const char *id)
{
    Incident__ChaseReview chase = { IS(incident__chase_review), .incident = id };

    turn_remind(turn, id, directory_due(turn, "incident.review", "", turn->now_ms), &chase.base);
}

int on_close_incident(struct turn *turn, const void *message)
{
    const Incident__CloseIncident *close = message;

    Incident *row = turn_move(turn, INCIDENTS, close->incident);
    if (row == NULL || !incident_commands(turn, row))
        return turn->outcome;
    struct needs needs = needs_of(turn, close->incident);
    if (needs.open[0] != '\0')
        return turn_refuse(turn, INCIDENT__REFUSAL__NEEDS_OPEN, "its need %s is not verified yet",
                           needs.open);
    if (is_result(close->result))
        row->result = (int32_t)close->result;
    incident_still(turn, close->incident);
    incident_unlist(turn, row);
    incident_note(turn, close->incident, row, "closed", close->text);
    await_review(turn, close->incident);
    Incident__IncidentClosed event = { IS(incident__incident_closed),
                                       .incident = close->incident,
                                       .type = (Incident__Type)row->type,
                                       .place = row->place,
                                       .person = row->child[0] != '\0' ? row->child : row->person,
                                       .result = (Incident__Result)row->result,
                                       .by_post = turn_actor_post(turn),
                                       .ms = turn->now_ms - row->opened_ms,
                                       .n_needs = needs.count,
                                       .needs = needs.ids,
                                       .grade = row->grade };
    return incident_say(turn, close->incident, "pab", &event.base);
}

int on_review_incident(struct turn *turn, const void *message)
{
    const Incident__ReviewIncident *review = message;

    if (review->lessons[0] == '\0')
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "what was learned?");
    Incident *row = turn_move(turn, INCIDENTS, review->incident);
    if (row == NULL || !incident_commands(turn, row))
        return turn->outcome;
    turn_forget(turn, review->incident, &incident__chase_review__descriptor);
    incident_note(turn, review->incident, row, "reviewed", review->lessons);
    Incident__IncidentReviewed event = { IS(incident__incident_reviewed),
                                         .incident = review->incident,
                                         .type = (Incident__Type)row->type,
                                         .place = row->place,
                                         .result = (Incident__Result)row->result,
                                         .lessons = review->lessons,
                                         .plan = review->plan,
                                         .by_post = turn_actor_post(turn) };
    return incident_say(turn, review->incident, "pab", &event.base);
}

/* ---- what the clock finds undone ------------------------------------------------------------- */

int on_chase_confirm(struct turn *turn, const void *message)
{
    const Incident__ChaseConfirm *chase = message;

    if (!incident_by_clock(turn) || turn_move(turn, INCIDENTS, chase->incident) == NULL)
        return turn->outcome;
    incident_overdue(turn, chase->incident, "confirm");
    return turn->outcome;
}

int on_chase_report(struct turn *turn, const void *message)
{
    const Incident__ChaseReport *chase = message;
    const Incident *row = turn_load(turn, INCIDENTS, chase->incident);

    if (!incident_by_clock(turn))
        return turn->outcome;
    if (row != NULL && row->reported_ms == 0)
        incident_overdue(turn, chase->incident, "first_report");
    return turn->outcome;
}

/* Nobody has said for too long how it stands; it is asked again and again. */
int on_chase_situation(struct turn *turn, const void *message)
{
    const Incident__ChaseSituation *chase = message;
    const Incident *present = turn_load(turn, INCIDENTS, chase->incident);

    if (!incident_by_clock(turn))
        return turn->outcome;
    if (present == NULL || present->situation_due_ms == 0)
        return 0;
    Incident *row = turn_edit(turn, INCIDENTS, chase->incident);
    const char *post = row->commander[0] != '\0' ? row->commander : incident_post(turn, "pab");
    Incident__SituationOverdue event = { IS(incident__situation_overdue),
                                         .incident = chase->incident,
                                         .at_ms = row->situation_due_ms, .grade = row->grade,
                                         .to_post = post };
    bool commanded = row->commander_unit[0] != '\0' && strcmp(row->commander_unit, "pab") != 0;
    incident_say_to(turn, chase->incident, "pab", commanded ? row->commander_unit : "lgo",
                    &event.base);
    incident_note(turn, chase->incident, row, "situation overdue", "");
    incident_await_situation(turn, chase->incident, row);
    return turn->outcome;
}

/* Nothing is left to be done, and nobody says that it is over; again and again. */
int on_chase_close(struct turn *turn, const void *message)
{
    const Incident__ChaseClose *chase = message;
    const Incident *row = turn_load(turn, INCIDENTS, chase->incident);
    const Need *need = loop_need(turn, chase->incident);

    if (!incident_by_clock(turn))
        return turn->outcome;
    /* A need that was opened again has clocks of its own. */
    if (row == NULL || !incident_is_open(row) || (need != NULL && loop_is_open(need)))
        return 0;
    incident_overdue(turn, chase->incident, "close");
    incident_await_close(turn, chase->incident);
    return turn->outcome;
}

int on_chase_review(struct turn *turn, const void *message)
{
    const Incident__ChaseReview *chase = message;

    if (!incident_by_clock(turn) || turn_move(turn, INCIDENTS, chase->incident) == NULL)
        return turn->outcome;
    incident_overdue(turn, chase->incident, "review");
    await_review(turn, chase->incident);
    return turn->outcome;
}
