/*
 * incident: who commands, who is called, how it stands.
 */
#include <string.h>

#include "incident/incident.h"
#include "kit/directory.h"

/* ---- grade and command ----------------------------------------------------------------------- */

static const char *unit_of_grade(uint32_t grade)
{
    return grade == 1 ? "lg" : "pab";
}

/* Grade 1 is the leading group's, the others the safety office's; the group may set any. */
static bool may_grade(struct turn *turn, uint32_t grade)
{
    const char *sender = turn_actor_unit(turn);

    if (strcmp(sender, "lg") == 0)
        return true;
    if (grade == 1 && strcmp(sender, "pab") == 0) {
        turn_refuse(turn, INCIDENT__REFUSAL__GRADE_ONE, "grade 1 is the leading group's");
        return false;
    }
    return turn_from(turn, "pab");
}

int on_grade_incident(struct turn *turn, const void *message)
{
    const Incident__GradeIncident *grade = message;

    if (grade->grade < 1 || grade->grade > 4)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "a grade is 1 red to 4 blue");
    if (!may_grade(turn, grade->grade))
        return turn->outcome;
    Incident *row = turn_move(turn, INCIDENTS, grade->incident);
    if (row == NULL)
        return turn->outcome;
    uint32_t from = row->grade;
    if (from == grade->grade)
        return turn_refuse(turn, TOWN__REFUSAL__STALE, "it has that grade already");
    row->grade = grade->grade;
    incident_list(turn, grade->incident, row);
    incident_note(turn, grade->incident, row, "graded",
                  turn_text(turn, "%u %s", grade->grade, grade->reason));
    Incident__IncidentGraded event = { IS(incident__incident_graded),
                                       .incident = grade->incident,
                                       .type = (Incident__Type)row->type,
                                       .place = row->place,
                                       .grade = row->grade,
                                       .from = from,
                                       .reason = grade->reason,
                                       .by_post = turn_actor_post(turn) };
    incident_say(turn, grade->incident, unit_of_grade(row->grade), &event.base);
    /* a report that is waited for already is not put off by another grade */
    if (row->situation_due_ms == 0 || row->grade > 2)
        incident_await_situation(turn, grade->incident, row);
    return turn->outcome;
}

/* Posts are UNIT.KIND; one of another form is of the sender's unit. */
static const char *unit_of_post(struct turn *turn, const char *post)
{
    const char *dot = strchr(post, '.');

    return dot == NULL ? turn_text(turn, "%s", turn_actor_unit(turn))
                       : turn_text(turn, "%.*s", (int)(dot - post), post);
}

int on_take_command(struct turn *turn, const void *message)
{
    const Incident__TakeCommand *take = message;
    const char *post = take->post[0] != '\0' ? take->post : turn_actor_post(turn);
    const Incident *present = turn_load(turn, INCIDENTS, take->incident);
    const char *why;

    if (!may_grade(turn, present == NULL ? 0 : present->grade))
        return turn->outcome;
    if (post[0] == '\0' || directory_holder(turn, post, &why) == NULL)
        return turn_refuse(turn, INCIDENT__REFUSAL__NOT_HELD, "nobody holds that post");
    Incident *row = turn_move(turn, INCIDENTS, take->incident);
    if (row == NULL)
        return turn->outcome;
    Incident__CommandTaken event = { IS(incident__command_taken),
                                     .incident = take->incident,
                                     .type = (Incident__Type)row->type,
                                     .place = row->place,
                                     .to_post = post,
                                     .from_post = row->commander,
                                     .grade = row->grade };
    row->commander = post;
    row->commander_unit = unit_of_post(turn, post);
    incident_note(turn, take->incident, row, "command", post);
    return incident_say(turn, take->incident, row->commander_unit, &event.base);
}

/* ---- responders (S-056, S-06A) --------------------------------------------------------------- */

static bool known_kind(const char *kind)
{
    static const char *const kinds[] = { "ambulance", "police",  "fire",     "enforcement",
                                         "security",  "medical", "community" };

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strcmp(kinds[i], kind) == 0)
            return true;
    return false;
}

int on_register_responder(struct turn *turn, const void *message)
{
    const Incident__RegisterResponder *registered = message;

    if (!turn_from(turn, "pab"))
        return turn->outcome;
    if (!turn_is_id(registered->responder) || !known_kind(registered->kind)
        || registered->number[0] == '\0')
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "a responder has an id, kind, number");
    if (registered->unit[0] != '\0' && !directory_unit(turn, registered->unit))
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "there is no unit %s", registered->unit);
    IncidentRows__Responder *row = turn_edit(turn, RESPONDERS, registered->responder);
    row->kind = registered->kind;
    row->number = registered->number;
    row->unit = registered->unit;
    Incident__ResponderRegistered event = { IS(incident__responder_registered),
                                            .responder = registered->responder,
                                            .kind = registered->kind, .unit = registered->unit };
    return turn_emit(turn, "pab", &event.base);
}

/* The country's emergency numbers are known to everybody. */
static const char *kind_of_number(const char *responder)
{
    static const struct {
        const char *number;
        const char *kind;
    } numbers[] = { { "120", "ambulance" }, { "110", "police" }, { "119", "fire" } };

    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        if (strcmp(numbers[i].number, responder) == 0)
            return numbers[i].kind;
    return NULL;
}

int on_call_responder(struct turn *turn, const void *message)
{
    const Incident__CallResponder *call = message;
    const char *kind = kind_of_number(call->responder);

    if (!turn_is_id(call->responder)
        || (kind == NULL && turn_load(turn, RESPONDERS, call->responder) == NULL))
        return turn_refuse(turn, INCIDENT__REFUSAL__UNKNOWN_RESPONDER, "nobody knows %s",
                           call->responder);
    if (call->told_at_ms > turn->now_ms)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "that hour is still to come");
    Incident *row = turn_move(turn, INCIDENTS, call->incident);
    if (row == NULL || !incident_commands(turn, row))
        return turn->outcome;
    if (kind == NULL) {
        IncidentRows__Responder *responder = turn_edit(turn, RESPONDERS, call->responder);
        responder->calls++;
        kind = responder->kind;
    }
    incident_note(turn, call->incident, row, "called", call->responder);
    Incident__ResponderCalled event = { IS(incident__responder_called),
                                        .incident = call->incident,
                                        .responder = call->responder,
                                        .at_ms =
                                            call->told_at_ms == 0 ? turn->now_ms : call->told_at_ms,
                                        .kind = kind,
                                        .place = row->place };
    return incident_say(turn, call->incident, "pab", &event.base);
}

/* The kernel's Start, of the main need or of one that was added: somebody is there. */
int on_started(struct turn *turn, const void *message)
{
    const Town__Start *start = message;
    const Assignment *assignment = loop_assignment(turn, start->assignment);
    const Need *need = assignment == NULL ? NULL : loop_need(turn, assignment->need);

    if (need == NULL)
        return 0;
    const char *id = need->parent[0] != '\0' ? need->parent : assignment->need;
    if (!turn_may_move(turn, INCIDENTS, id, HEAR_START))
        return 0;
    Incident *row = turn_move(turn, INCIDENTS, id);
    if (row != NULL)
        incident_note(turn, id, row, "started", assignment->unit);
    return turn->outcome;
}

/* ---- how it stands --------------------------------------------------------------------------- */

int on_report_situation(struct turn *turn, const void *message)
{
    const Incident__ReportSituation *report = message;

    if (report->text[0] == '\0' && report->n_figures == 0)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "a report says something");
    Incident *row = turn_move(turn, INCIDENTS, report->incident);
    if (row == NULL || !incident_commands(turn, row))
        return turn->outcome;
    row->situations++;
    incident_await_situation(turn, report->incident, row);
    incident_note(turn, report->incident, row, "situation", report->text);
    Incident__SituationReported event = { IS(incident__situation_reported),
                                          .incident = report->incident,
                                          .at_ms = turn->now_ms,
                                          .n = row->situations,
                                          .text = report->text,
                                          .n_figures = report->n_figures,
                                          .figures = report->figures,
                                          .grade = row->grade,
                                          .next_due_ms = row->situation_due_ms,
                                          .place = row->place };
    return incident_say(turn, report->incident, "pab", &event.base);
}

/* S-0B5 遇有突发情况迅速报告: the first word to the office, and what goes further up. */
int on_report_upward(struct turn *turn, const void *message)
{
    const Incident__ReportUpward *report = message;
    const Incident *present = turn_load(turn, INCIDENTS, report->incident);
    uint64_t at_ms = report->at_ms == 0 ? turn->now_ms : report->at_ms;

    if (strcmp(turn_actor_unit(turn), "lgo") != 0 && !turn_from(turn, "pab"))
        return turn->outcome;
    if (present == NULL || present->state == INCIDENT_ROWS__INCIDENT__STATE__LINKED)
        return turn_refuse(turn, TOWN__REFUSAL__NOT_FOUND, "there is no such incident");
    if (!turn_is_id(report->to) || at_ms > turn->now_ms || at_ms < present->opened_ms)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "to whom, and when");
    Incident *row = turn_edit(turn, INCIDENTS, report->incident);
    if (row->reported_ms == 0) {
        row->reported_ms = at_ms;
        turn_forget(turn, report->incident, &incident__chase_report__descriptor);
    }
    incident_note(turn, report->incident, row, "reported", report->to);
    Incident__ReportedUpward event = { IS(incident__reported_upward),
                                       .incident = report->incident,
                                       .to = report->to,
                                       .at_ms = at_ms,
                                       .ms = at_ms - row->opened_ms,
                                       .ack = report->ack,
                                       .by_post = turn_actor_post(turn) };
    return incident_say(turn, report->incident, "pab", &event.base);
}
