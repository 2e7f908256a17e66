/*
 * Cases, findings, samples, and who looked at whom.
 */
#include <string.h>

#include "supervision/asked.h"
#include "supervision/fields.h"

/* ---- cases ----------------------------------------------------------------------------------------------------------- */

static bool is_unit_of(const Line *line, const char *unit)
{
    const char *third = strrchr(line->subject, '.');
    size_t length = strlen(unit);
    bool sent = strncmp(line->source, unit, length) == 0
                && (line->source[length] == '\0' || line->source[length] == '.');

    return sent || (third != NULL && strcmp(third + 1, unit) == 0);
}

struct timeline {
    struct asked list;
    bool is_its_own;
};

static bool show_line(void *context, const char *key, const void *row)
{
    struct timeline *timeline = context;
    struct asked *list = &timeline->list;
    const Line *line = row;
    Supervision__TimelineLine *shown = ask_array(list->ask, 1, sizeof(*shown));

    (void)key;
    timeline->is_its_own = timeline->is_its_own || is_unit_of(line, ask_actor_unit(list->ask));
    if (shown == NULL || asked_is_full(list))
        return false;
    supervision__timeline_line__init(shown);
    shown->seq = line->seq;
    shown->time_ms = line->time_ms;
    shown->subject = line->subject;
    shown->source = line->source;
    shown->post = line->post;
    shown->text = line->text;
    shown->id = line->id;
    list->rows[list->count++] = shown;
    return true;
}

static bool is_closed(const Case *row)
{
    return row->needs > 0 && row->open_needs == 0;
}

int ask_case_timeline(struct ask *ask, const void *message)
{
    const Supervision__CaseTimeline *asked = message;
    Supervision__CaseTimelineAnswer answer = { IS(supervision__case_timeline_answer),
                                               .case_id = asked->case_id };
    struct timeline timeline = { .list = asked_list(ask, ASKED_ROWS_MOST) };

    timeline.is_its_own = asked_by_office(ask);
    if (!fields_is_id(asked->case_id))
        return ask_refuse(ask, TOWN__REFUSAL__BAD_FIELD, "which case");
    const Case *row = ask_load(ask, CASES, asked->case_id);
    if (row == NULL)
        return ask_refuse(ask, TOWN__REFUSAL__NOT_FOUND, "no case %s", asked->case_id);
    ask_each(ask, LINES, ask_text(ask, "%s/", asked->case_id), show_line, &timeline);
    if (!timeline.is_its_own)
        return ask_refuse(ask, TOWN__REFUSAL__NOT_ALLOWED, "the unit has no part in this case");
    answer.lines = (Supervision__TimelineLine **)timeline.list.rows;
    answer.n_lines = timeline.list.count;
    answer.closed = is_closed(row);
    return asked_give(ask, &answer.base);
}

static bool show_case(void *context, const char *key, const void *row)
{
    struct asked *list = context;
    const Case *found = row;

    if (strcmp(key, list->after) <= 0 || (list->open_only && is_closed(found)))
        return true;
    if (asked_is_full(list))
        return false;
    Supervision__CaseLine *line = ask_array(list->ask, 1, sizeof(*line));
    if (line == NULL)
        return false;
    supervision__case_line__init(line);
    line->case_id = list->next = ask_text(list->ask, "%s", key);
    line->opened_ms = found->opened_ms;
    line->messages = found->messages;
    line->closed = is_closed(found);
    line->last = found->last;
    list->rows[list->count++] = line;
    return true;
}

int ask_cases(struct ask *ask, const void *message)
{
    const Supervision__Cases *asked = message;
    Supervision__CasesAnswer answer = { IS(supervision__cases_answer) };
    struct asked list = asked_list(ask, asked->limit);

    if (!asked_may_see(ask, ""))
        return ask->outcome;
    list.after = asked->after;
    list.open_only = asked->open_only;
    ask_each(ask, CASES, "", show_case, &list);
    answer.cases = (Supervision__CaseLine **)list.rows;
    answer.n_cases = list.count;
    answer.next = list.more ? list.next : "";
    return asked_give(ask, &answer.base);
}

/* ---- access, findings, samples ------------------------------------------------------------------------------------------ */

static bool show_look(void *context, const char *key, const void *row)
{
    struct asked *list = context;
    const Look *look = row;
    Supervision__LookLine *line = ask_array(list->ask, 1, sizeof(*line));

    (void)key;
    if (line == NULL || asked_is_full(list))
        return false;
    supervision__look_line__init(line);
    line->seq = look->seq;
    line->time_ms = look->time_ms;
    line->reader_unit = look->reader_unit;
    line->reader_post = look->reader_post;
    line->query = look->query;
    line->result = look->result;
    line->purpose = look->purpose;
    line->case_id = look->case_id;
    list->rows[list->count++] = line;
    return true;
}

int ask_who_looked(struct ask *ask, const void *message)
{
    const Supervision__WhoLooked *asked = message;
    Supervision__WhoLookedAnswer answer = { IS(supervision__who_looked_answer) };
    struct asked list = asked_list(ask, asked->limit);

    if (!asked_may_see(ask, ""))
        return ask->outcome;
    if (!fields_is_id(asked->person))
        return ask_refuse(ask, TOWN__REFUSAL__BAD_FIELD, "who was looked at");
    ask_each(ask, LOOKS, ask_text(ask, "%s/", asked->person), show_look, &list);
    answer.lines = (Supervision__LookLine **)list.rows;
    answer.n_lines = list.count;
    return asked_give(ask, &answer.base);
}

static const char *state_name(const ProtobufCEnumDescriptor *states, int state)
{
    const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(states, state);

    return value != NULL && state != 0 ? value->name : "";
}

static bool add_finding(struct asked *list, const char *id, const Finding *finding)
{
    bool is_open = finding->state != SUPERVISION_ROWS__FINDING__STATE__CLOSED;

    if (list->open_only && !is_open)
        return true;
    Supervision__FindingLine *line = ask_array(list->ask, 1, sizeof(*line));
    if (line == NULL || asked_is_full(list))
        return false;
    supervision__finding_line__init(line);
    line->finding = ask_text(list->ask, "%s", id);
    line->unit = finding->unit;
    line->duty = finding->duty;
    line->state = state_name(&supervision_rows__finding__state__descriptor, (int)finding->state);
    line->due_ms = finding->due_ms;
    line->case_id = finding->case_id;
    line->text = finding->text;
    list->rows[list->count++] = line;
    return true;
}

static bool show_finding(void *context, const char *key, const void *row)
{
    return add_finding(context, key, row);
}

static bool show_unit_finding(void *context, const char *key, const void *row)
{
    struct asked *list = context;
    const char *id = strchr(key, '/');

    (void)row;
    const Finding *finding = id != NULL ? ask_load(list->ask, FINDINGS, id + 1) : NULL;
    return finding == NULL || add_finding(list, id + 1, finding);
}

int ask_findings(struct ask *ask, const void *message)
{
    const Supervision__Findings *asked = message;
    Supervision__FindingsAnswer answer = { IS(supervision__findings_answer) };
    struct asked list = asked_list(ask, asked->limit);

    if (!asked_may_see(ask, asked->unit))
        return ask->outcome;
    list.open_only = asked->open_only;
    if (*asked->unit != '\0')
        ask_each(ask, UNIT_FINDINGS, ask_text(ask, "%s/", asked->unit), show_unit_finding, &list);
    else
        ask_each(ask, FINDINGS, "", show_finding, &list);
    answer.lines = (Supervision__FindingLine **)list.rows;
    answer.n_lines = list.count;
    return asked_give(ask, &answer.base);
}

/* The seed and the sample are public: whoever may ask may draw it again. */
int ask_sample_of(struct ask *ask, const void *message)
{
    const Supervision__SampleOf *asked = message;
    Supervision__SampleAnswer answer = { IS(supervision__sample_answer),
                                         .inspection = asked->inspection };
    const Inspection *inspection =
        fields_is_id(asked->inspection) ? ask_load(ask, INSPECTIONS, asked->inspection) : NULL;

    if (inspection == NULL)
        return ask_refuse(ask, TOWN__REFUSAL__NOT_FOUND, "no such inspection");
    answer.seed = inspection->seed;
    answer.sample = inspection->sample;
    answer.n_sample = inspection->n_sample;
    answer.state =
        state_name(&supervision_rows__inspection__state__descriptor, (int)inspection->state);
    return asked_give(ask, &answer.base);
}
