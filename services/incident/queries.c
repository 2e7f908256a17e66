/*
 * incident: questions.  Persons appear by their ids.
 */
#include <string.h>

#include "incident/incident.h"

enum { MOST_ROWS = 200, USUAL_ROWS = 50 };

static bool may_ask(struct ask *ask, const char *commander_unit, const char *place)
{
    return ask_from(ask, ask_text(ask, "pab lgo lg jcb %s", commander_unit), place);
}

static Incident__IncidentLine *line_of(struct ask *ask, const char *id, const Incident *row)
{
    Incident__IncidentLine *line = ask_array(ask, 1, sizeof(*line));
    const ProtobufCEnumValue *state = protobuf_c_enum_descriptor_get_value(
        &incident_rows__incident__state__descriptor, (int)row->state);

    incident__incident_line__init(line);
    line->incident = ask_text(ask, "%s", id);
    line->state = state == NULL ? "" : state->name;
    line->type = (Incident__Type)row->type;
    line->grade = row->grade;
    line->place = row->place;
    line->person = row->person;
    line->commander = row->commander;
    line->opened_ms = row->opened_ms;
    line->situation_due_ms = row->situation_due_ms;
    line->result = (Incident__Result)row->result;
    line->case_id = row->case_id;
    line->reported_ms = row->reported_ms;
    return line;
}

/* ---- the board ------------------------------------------------------------------------------- */

/* Not yet graded first, then red to blue; the oldest first. */
static bool add_line(void *context, const char *key, const void *row)
{
    struct ask_page *page = context;
    Incident__IncidentBoardAnswer *answer = page->answer;
    const char *id = ((const IncidentRows__Open *)row)->incident;
    const Incident *incident = ask_load(page->ask, INCIDENTS, id);

    if (incident == NULL)
        return true;
    if (!ask_room(page))
        return false;
    Incident__IncidentLine *line = line_of(page->ask, id, incident);
    answer->rows[answer->n_rows++] = line;
    ask_took(page, key, &line->base);
    return true;
}

int ask_incident_board(struct ask *ask, const void *message)
{
    const Incident__IncidentBoard *question = message;
    Incident__IncidentBoardAnswer *answer = ask_array(ask, 1, sizeof(*answer));
    struct ask_page page = { .ask = ask,
                             .most = ask_limit(question->limit, USUAL_ROWS, MOST_ROWS),
                             .answer = answer };

    if (!may_ask(ask, "sjb", "dzb"))
        return ask->outcome;
    incident__incident_board_answer__init(answer);
    answer->rows = ask_array(ask, page.most, sizeof(answer->rows[0]));
    ask_read(&page, BOARD, question->grade == 0 ? "" : ask_text(ask, "%u/", question->grade),
             question->after, add_line);
    answer->next = ask_next(&page);
    return ask_answer(ask, &answer->base);
}

/* ---- responders ------------------------------------------------------------------------------ */

static bool add_responder(void *context, const char *key, const void *row)
{
    struct ask_page *page = context;
    Incident__RespondersAnswer *answer = page->answer;
    const IncidentRows__Responder *responder = row;
    const char *kind = ((const Incident__Responders *)page->question)->kind;

    if (kind[0] != '\0' && strcmp(kind, responder->kind) != 0)
        return true;
    if (!ask_room(page))
        return false;
    Incident__ResponderLine *line = ask_array(page->ask, 1, sizeof(*line));
    incident__responder_line__init(line);
    line->responder = ask_text(page->ask, "%s", key);
    line->kind = responder->kind;
    line->number = responder->number;
    line->unit = responder->unit;
    line->calls = responder->calls;
    answer->rows[answer->n_rows++] = line;
    ask_took(page, key, &line->base);
    return true;
}

int ask_responders(struct ask *ask, const void *message)
{
    const Incident__Responders *question = message;
    Incident__RespondersAnswer *answer = ask_array(ask, 1, sizeof(*answer));
    struct ask_page page = { .ask = ask,
                             .question = question,
                             .most = ask_limit(question->limit, USUAL_ROWS, MOST_ROWS),
                             .answer = answer };

    incident__responders_answer__init(answer);
    answer->rows = ask_array(ask, page.most, sizeof(answer->rows[0]));
    ask_read(&page, RESPONDERS, "", question->after, add_responder);
    answer->next = ask_next(&page);
    return ask_answer(ask, &answer->base);
}

/* ---- a timeline ------------------------------------------------------------------------------ */

static bool add_step(void *context, const char *key, const void *row)
{
    struct ask_page *page = context;
    Incident__IncidentTimelineAnswer *answer = page->answer;
    const IncidentRows__Step *step = row;

    if (!ask_room(page))
        return false;
    Incident__IncidentStep *line = ask_array(page->ask, 1, sizeof(*line));
    incident__incident_step__init(line);
    line->at_ms = step->at_ms;
    line->what = step->what;
    line->by_post = step->by_post;
    line->text = step->text;
    answer->steps[answer->n_steps++] = line;
    ask_took(page, key, &line->base);
    return true;
}

/* Its main need is the first. */
static bool add_child(void *context, const char *key, const void *row)
{
    struct ask_page *page = context;
    Incident__IncidentTimelineAnswer *answer = page->answer;

    (void)key;
    answer->needs[answer->n_needs++] =
        ask_text(page->ask, "%s", ((const LoopRows__Link *)row)->need);
    return answer->n_needs <= page->most;
}

int ask_incident_timeline(struct ask *ask, const void *message)
{
    const Incident__IncidentTimeline *question = message;
    Incident__IncidentTimelineAnswer *answer = ask_array(ask, 1, sizeof(*answer));
    struct ask_page page = { .ask = ask,
                             .most = ask_limit(question->limit, USUAL_ROWS, MOST_ROWS),
                             .answer = answer };

    if (!turn_is_id(question->incident))
        return ask_refuse(ask, TOWN__REFUSAL__BAD_FIELD, "no incident");
    const Incident *row = ask_load(ask, INCIDENTS, question->incident);
    if (row == NULL)
        return ask_refuse(ask, TOWN__REFUSAL__NOT_FOUND, "there is no such incident");
    if (!may_ask(ask, row->commander_unit, row->place))
        return ask->outcome;
    incident__incident_timeline_answer__init(answer);
    answer->incident = line_of(ask, question->incident, row);
    answer->steps = ask_array(ask, page.most, sizeof(answer->steps[0]));
    answer->needs = ask_array(ask, page.most + 1, sizeof(answer->needs[0]));
    const char *prefix = ask_text(ask, "%s/", question->incident);
    ask_read(&page, STEPS, prefix, question->after, add_step);
    answer->next = ask_next(&page);
    answer->needs[answer->n_needs++] = answer->incident->incident;
    ask_each(ask, LOOP_CHILDREN, prefix, add_child, &page);
    return ask_answer(ask, &answer->base);
}
