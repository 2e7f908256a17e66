/*
 * Cases, findings, samples, and who looked at whom.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "supervision/asked.h"
#include "supervision/fields.h"

/* ---- cases ----------------------------------------------------------------------------------------------------------- */

/* A key's last part is its place on the log. */
static uint64_t seq_of(const char *key)
{
    const char *slash = strrchr(key, '/');

    return slash != NULL ? strtoull(slash + 1, NULL, 10) : 0;
}

/* An id is source/epoch/number. */
static const char *source_of(struct ask *ask, const Line *line)
{
    const char *text = ask_text(ask, "%.*s", (int)strcspn(line->id, "/"), line->id);

    return text != NULL ? text : "";
}

static bool is_unit_of(const Line *line, const char *unit)
{
    const char *third = strrchr(line->subject, '.');
    size_t length = strlen(unit);
    bool sent = strncmp(line->id, unit, length) == 0
                && (line->id[length] == '/' || line->id[length] == '.');

    return sent || (third != NULL && strcmp(third + 1, unit) == 0);
}

struct part_of_case {
    const char *unit;
    bool found;
};

static bool find_part(void *context, const char *key, const void *row)
{
    struct part_of_case *part = context;

    (void)key;
    part->found = is_unit_of(row, part->unit);
    return !part->found;
}

/* On whichever page of the case. */
static bool has_part(struct ask *ask, const char *lines)
{
    struct part_of_case part = { .unit = ask_actor_unit(ask) };

    ask_each(ask, LINES, lines, find_part, &part);
    return part.found;
}

static bool show_line(void *context, const char *key, const void *row)
{
    struct asked *list = context;
    const Line *line = row;
    Supervision__TimelineLine *shown = ask_array(list->page.ask, 1, sizeof(*shown));

    if (shown == NULL || !ask_room(&list->page))
        return false;
    supervision__timeline_line__init(shown);
    shown->seq = seq_of(key);
    shown->time_ms = line->time_ms;
    shown->subject = line->subject;
    shown->source = source_of(list->page.ask, line);
    shown->post = line->post;
    shown->text = line->text;
    shown->id = line->id;
    asked_add(list, key, &shown->base);
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
    struct asked list = asked_list(ask, ASKED_ROWS_MOST);

    if (!fields_is_id(asked->case_id))
        return ask_refuse(ask, TOWN__REFUSAL__BAD_FIELD, "which case");
    const Case *row = ask_load(ask, CASES, asked->case_id);
    if (row == NULL)
        return ask_refuse(ask, TOWN__REFUSAL__NOT_FOUND, "no case %s", asked->case_id);
    const char *lines = ask_text(ask, "%s/", asked->case_id);
    if (!asked_by_office(ask) && !has_part(ask, lines))
        return ask_refuse(ask, TOWN__REFUSAL__NOT_ALLOWED, "the unit has no part in this case");
    ask_read(&list.page, LINES, lines, asked->after, show_line);
    answer.lines = (Supervision__TimelineLine **)list.rows;
    answer.n_lines = list.page.count;
    answer.next = ask_next(&list.page);
    answer.closed = is_closed(row);
    return asked_give(ask, &answer.base);
}

static bool show_case(void *context, const char *key, const void *row)
{
    struct asked *list = context;
    const Case *found = row;

    if (list->open_only && is_closed(found))
        return true;
    Supervision__CaseLine *line = ask_array(list->page.ask, 1, sizeof(*line));
    if (line == NULL || !ask_room(&list->page))
        return false;
    supervision__case_line__init(line);
    line->case_id = ask_text(list->page.ask, "%s", key);
    line->opened_ms = found->opened_ms;
    line->messages = found->messages;
    line->closed = is_closed(found);
    line->last = found->last;
    asked_add(list, key, &line->base);
    return true;
}

int ask_cases(struct ask *ask, const void *message)
{
    const Supervision__Cases *asked = message;
    Supervision__CasesAnswer answer = { IS(supervision__cases_answer) };
    struct asked list = asked_list(ask, asked->limit);

    if (!asked_may_see(ask, ""))
        return ask->outcome;
    list.open_only = asked->open_only;
    ask_read(&list.page, CASES, "", asked->after, show_case);
    answer.cases = (Supervision__CaseLine **)list.rows;
    answer.n_cases = list.page.count;
    answer.next = ask_next(&list.page);
    return asked_give(ask, &answer.base);
}

/* ---- access, findings, samples ------------------------------------------------------------------------------------------ */

static bool show_look(void *context, const char *key, const void *row)
{
    struct asked *list = context;
    const Look *look = row;
    struct ask_page *page = &list->page;
    Supervision__LookLine *line = ask_array(page->ask, 1, sizeof(*line));

    /* There is no next page of it: what is too long to answer is refused, and nobody left out. */
    page->more = page->count == page->most;
    if (line == NULL || page->more)
        return false;
    supervision__look_line__init(line);
    line->seq = seq_of(key);
    line->time_ms = look->time_ms;
    line->reader_unit = look->reader_unit;
    line->reader_post = look->reader_post;
    line->query = look->query;
    line->result = look->result;
    line->purpose = look->purpose;
    line->case_id = look->case_id;
    asked_add(list, key, &line->base);
    return true;
}

static bool show_looks_of(void *context, const char *key, const void *row)
{
    struct asked *list = context;

    (void)row;
    struct ask *ask = list->page.ask;
    ask_each(ask, LOOKS, ask_text(ask, "%s/", strrchr(key, '/') + 1), show_look, list);
    return !list->page.more;
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
    /* By its old id a person is found too, with all that was looked at under either. */
    const Alias *alias = ask_load(ask, ALIASES, ask_text(ask, "of/%s", asked->person));
    const char *person = alias != NULL ? alias->survivor : asked->person;
    ask_each(ask, LOOKS, ask_text(ask, "%s/", person), show_look, &list);
    ask_each(ask, ALIASES, ask_text(ask, "has/%s/", person), show_looks_of, &list);
    answer.lines = (Supervision__LookLine **)list.rows;
    answer.n_lines = list.page.count;
    return asked_give(ask, &answer.base);
}

static const char *state_name(const ProtobufCEnumDescriptor *states, int state)
{
    const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(states, state);

    return value != NULL && state != 0 ? value->name : "";
}

static bool add_finding(struct asked *list, const char *key, const char *id, const Finding *finding)
{
    bool is_open = finding->state != SUPERVISION_ROWS__FINDING__STATE__CLOSED;

    if (list->open_only && !is_open)
        return true;
    Supervision__FindingLine *line = ask_array(list->page.ask, 1, sizeof(*line));
    if (line == NULL || !ask_room(&list->page))
        return false;
    supervision__finding_line__init(line);
    line->finding = ask_text(list->page.ask, "%s", id);
    line->unit = finding->unit;
    line->duty = finding->duty;
    line->state = state_name(&supervision_rows__finding__state__descriptor, (int)finding->state);
    line->due_ms = finding->due_ms;
    line->case_id = finding->case_id;
    line->text = finding->text;
    asked_add(list, key, &line->base);
    return true;
}

static bool show_finding(void *context, const char *key, const void *row)
{
    return add_finding(context, key, key, row);
}

static bool show_unit_finding(void *context, const char *key, const void *row)
{
    struct asked *list = context;
    const char *id = strchr(key, '/');

    (void)row;
    const Finding *finding = id != NULL ? ask_load(list->page.ask, FINDINGS, id + 1) : NULL;
    return finding == NULL || add_finding(list, key, id + 1, finding);
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
        ask_read(&list.page, UNIT_FINDINGS, ask_text(ask, "%s/", asked->unit), asked->after,
                 show_unit_finding);
    else
        ask_read(&list.page, FINDINGS, "", asked->after, show_finding);
    answer.next = ask_next(&list.page);
    answer.lines = (Supervision__FindingLine **)list.rows;
    answer.n_lines = list.page.count;
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

/* ---- proofs ------------------------------------------------------------------------------------------- */

static bool show_checkpoint(void *context, const char *key, const void *row)
{
    Supervision__ProofAnswer *answer = context;
    const Checkpoint *checkpoint = row;

    if (strcmp(key, "last") == 0)
        return false;
    answer->size = checkpoint->size;
    answer->root = checkpoint->root;
    answer->signature = checkpoint->signature;
    answer->at_ms = checkpoint->at_ms;
    return false;
}

/* Which co-signed checkpoint holds that place: with the broker's path to its root nobody can say
 * that it was otherwise. */
int ask_proof_of(struct ask *ask, const void *message)
{
    const Supervision__ProofOf *asked = message;
    Supervision__ProofAnswer answer = { IS(supervision__proof_answer), .seq = asked->seq };

    if (!asked_may_see(ask, ""))
        return ask->outcome;
    if (asked->seq == 0)
        return ask_refuse(ask, TOWN__REFUSAL__BAD_FIELD, "a place on the log is 1 or more");
    ask_each_after(ask, CHECKPOINTS, "", ask_text(ask, "%020" PRIu64, asked->seq - 1),
                   show_checkpoint, &answer);
    return asked_give(ask, &answer.base);
}
