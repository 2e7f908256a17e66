/*
 * What supervision answers: to its own office and the leading group everything, to a unit its own.
 */
#include <inttypes.h>
#include <string.h>

#include "supervision/fields.h"
#include "supervision/rules.h"
#include "supervision/supervision.h"

enum { LIMIT = 200, LIMIT_MOST = 500 };

/* One list in the making. */
struct list {
    struct ask *ask;
    void **rows;
    size_t count;
    size_t limit;
    const char *after;
    bool more;
    const char *unit; /* "": any */
    bool open_only;
    const char *next;
    void *context;
};

static bool is_office(const struct ask *ask)
{
    const char *unit = ask_actor_unit(ask);

    return strcmp(unit, "jcb") == 0 || strcmp(unit, "lg") == 0 || strcmp(unit, "lgo") == 0;
}

/* The answer outlives its handler. */
static int give(struct ask *ask, const ProtobufCMessage *answer)
{
    size_t size = answer->descriptor->sizeof_message;
    void *copy = ask_array(ask, 1, size);

    if (copy == NULL)
        return ask->outcome;
    memcpy(copy, answer, size);
    return ask_answer(ask, copy);
}

/* Refuses unless the asker may see the unit's rows. */
static bool may_see(struct ask *ask, const char *unit)
{
    if (is_office(ask) || (*unit != '\0' && strcmp(ask_actor_unit(ask), unit) == 0))
        return true;
    ask_refuse(ask, TOWN__REFUSAL__NOT_ALLOWED, "a unit sees its own rows");
    return false;
}

static struct list list_open(struct ask *ask, uint32_t limit)
{
    struct list list = { .ask = ask, .after = "", .unit = "", .next = "" };

    list.limit = limit == 0 ? LIMIT : limit > LIMIT_MOST ? LIMIT_MOST : limit;
    list.rows = ask_array(ask, list.limit, sizeof(void *));
    return list;
}

static bool list_is_full(struct list *list)
{
    list->more = list->rows == NULL || list->count >= list->limit;
    return list->more;
}

/* ---- duties --------------------------------------------------------------------------------------------- */

struct board {
    struct list list;
    Supervision__DutyBoardAnswer *answer;
    const char *duty;
};

static void count_state(Supervision__DutyBoardAnswer *answer, Supervision__DutyState state)
{
    answer->pending += state == SUPERVISION__DUTY_STATE__PENDING;
    answer->at_risk += state == SUPERVISION__DUTY_STATE__AT_RISK;
    answer->met += state == SUPERVISION__DUTY_STATE__MET;
    answer->breached += state == SUPERVISION__DUTY_STATE__BREACHED;
    answer->excused += state == SUPERVISION__DUTY_STATE__EXCUSED;
}

static Supervision__DutyLine *add_duty_line(struct board *board)
{
    Supervision__DutyLine *line = ask_array(board->list.ask, 1, sizeof(*line));

    if (line == NULL || list_is_full(&board->list))
        return NULL;
    supervision__duty_line__init(line);
    board->list.rows[board->list.count++] = line;
    return line;
}

/* `MARKS` by their own keys, duty first. */
static bool show_mark(void *context, const char *key, const void *row)
{
    struct board *board = context;
    const Mark *mark = row;

    (void)key;
    if (*board->list.unit != '\0' && strcmp(mark->unit, board->list.unit) != 0)
        return true;
    Supervision__DutyLine *line = add_duty_line(board);
    if (line == NULL)
        return false;
    line->duty = mark->duty;
    line->unit = mark->unit;
    line->period = mark->period;
    line->state = mark->state;
    line->due_ms = mark->due_ms;
    line->evidence = mark->evidence;
    line->text = mark->note;
    count_state(board->answer, mark->state);
    return true;
}

/* `BOARD`, by unit: the key goes on with the mark's own. */
static bool show_entry(void *context, const char *key, const void *row)
{
    struct board *board = context;
    const char *mark_key = strchr(key, '/');

    (void)row;
    if (mark_key == NULL)
        return true;
    const Mark *mark = ask_load(board->list.ask, MARKS, mark_key + 1);
    return mark == NULL || show_mark(context, mark_key + 1, mark);
}

static bool count_tally(void *context, const char *key, const void *row)
{
    struct board *board = context;
    const Tally *tally = row;
    const char *unit = strchr(key, '/');
    size_t length = strlen(board->list.unit);

    if (length > 0
        && (unit == NULL || strncmp(unit + 1, board->list.unit, length) != 0
            || unit[1 + length] != '/'))
        return true;
    board->answer->met += tally->met;
    return true;
}

/* The register's own row: a duty that nothing is owed of yet is pending, and says what it waits for. */
static bool show_duty(void *context, const char *key, const void *row)
{
    struct board *board = context;
    struct ask *ask = board->list.ask;
    const Duty *duty = row;

    (void)key;
    if (duty->n_parts > 0)
        return true;
    const char *wait = rules_wait_for(ask->arena, duty);
    Supervision__DutyLine *line = add_duty_line(board);
    if (line == NULL)
        return false;
    line->duty = duty->duty;
    line->unit = duty->unit;
    line->state = SUPERVISION__DUTY_STATE__PENDING;
    line->text = *wait != '\0' ? ask_text(ask, "waits for %s", wait)
                               : "its service has come: define it again";
    board->answer->pending++;
    return true;
}

int ask_duty_board(struct ask *ask, const void *message)
{
    const Supervision__DutyBoard *asked = message;
    Supervision__DutyBoardAnswer answer = { IS(supervision__duty_board_answer) };
    struct board board = { .list = list_open(ask, asked->limit), .answer = &answer };

    if (!may_see(ask, asked->unit))
        return ask->outcome;
    board.list.unit = asked->unit;
    board.duty = asked->duty;
    const char *prefix = *asked->duty != '\0' ? ask_text(ask, "%s/", asked->duty) : "";
    if (prefix == NULL)
        return ask->outcome;
    if (*asked->unit == '\0')
        ask_each(ask, DUTIES, asked->duty, show_duty, &board);
    if (*asked->unit != '\0' && *asked->duty == '\0')
        ask_each(ask, BOARD, ask_text(ask, "%s/", asked->unit), show_entry, &board);
    else
        ask_each(ask, MARKS, prefix, show_mark, &board);
    answer.met = 0; /* what was met for an item is in the tallies alone */
    ask_each(ask, TALLIES, prefix, count_tally, &board);
    answer.lines = (Supervision__DutyLine **)board.list.rows;
    answer.n_lines = board.list.count;
    return give(ask, &answer.base);
}

/* ---- what is late -------------------------------------------------------------------------------------------- */

static bool show_late(void *context, const char *key, const void *row)
{
    struct list *list = context;
    const Late *late = row;
    Supervision__LateLine *line = ask_array(list->ask, 1, sizeof(*line));

    (void)key;
    if (line == NULL || list_is_full(list))
        return false;
    supervision__late_line__init(line);
    line->service = late->service;
    line->need = late->need;
    line->assignment = late->assignment;
    line->unit = late->unit;
    line->clock = late->clock;
    line->due_ms = late->due_ms;
    line->case_id = late->case_id;
    line->priority = late->priority;
    list->rows[list->count++] = line;
    return true;
}

int ask_late_now(struct ask *ask, const void *message)
{
    const Supervision__LateNow *asked = message;
    Supervision__LateNowAnswer answer = { IS(supervision__late_now_answer) };
    struct list list = list_open(ask, asked->limit);

    if (!may_see(ask, asked->unit))
        return ask->outcome;
    ask_each(ask, LATE, *asked->unit != '\0' ? ask_text(ask, "%s/", asked->unit) : "", show_late,
             &list);
    answer.lines = (Supervision__LateLine **)list.rows;
    answer.n_lines = list.count;
    return give(ask, &answer.base);
}

/* ---- the bulletin ------------------------------------------------------------------------------------------------ */

static bool show_rates(void *context, const char *key, const void *row)
{
    struct list *list = context;
    Supervision__Rates *shown = ask_array(list->ask, 1, sizeof(*shown));
    const char *unit = strchr(key, '/');

    if (shown == NULL || unit == NULL || list_is_full(list))
        return false;
    if (*list->unit != '\0' && strcmp(unit + 1, list->unit) != 0)
        return true;
    supervision__rates__init(shown);
    shown->unit = ask_text(list->ask, "%s", unit + 1);
    rates_show(row, shown);
    list->rows[list->count++] = shown;
    return true;
}

/* As published; before that, as it stands now. */
int ask_bulletin_of(struct ask *ask, const void *message)
{
    const Supervision__BulletinOf *asked = message;
    Supervision__BulletinAnswer answer = { IS(supervision__bulletin_answer),
                                           .month = asked->month };
    struct list list = list_open(ask, LIMIT_MOST);

    if (!fields_is_id(asked->month))
        return ask_refuse(ask, TOWN__REFUSAL__BAD_FIELD, "a month is 2023-01");
    const Bulletin *published = ask_load(ask, BULLETINS, asked->month);
    if (published != NULL && is_office(ask)) {
        answer.rates = published->rates;
        answer.n_rates = published->n_rates;
        return give(ask, &answer.base);
    }
    list.unit = is_office(ask) ? "" : ask_actor_unit(ask);
    ask_each(ask, RATES, ask_text(ask, "%s/", asked->month), show_rates, &list);
    answer.rates = (Supervision__Rates **)list.rows;
    answer.n_rates = list.count;
    return give(ask, &answer.base);
}

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
    struct list list;
    bool is_its_own;
};

static bool show_line(void *context, const char *key, const void *row)
{
    struct timeline *timeline = context;
    struct list *list = &timeline->list;
    const Line *line = row;
    Supervision__TimelineLine *shown = ask_array(list->ask, 1, sizeof(*shown));

    (void)key;
    timeline->is_its_own = timeline->is_its_own || is_unit_of(line, ask_actor_unit(list->ask));
    if (shown == NULL || list_is_full(list))
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
    struct timeline timeline = { .list = list_open(ask, LIMIT_MOST) };

    timeline.is_its_own = is_office(ask);
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
    return give(ask, &answer.base);
}

static bool show_case(void *context, const char *key, const void *row)
{
    struct list *list = context;
    const Case *found = row;

    if (strcmp(key, list->after) <= 0 || (list->open_only && is_closed(found)))
        return true;
    if (list_is_full(list))
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
    struct list list = list_open(ask, asked->limit);

    if (!may_see(ask, ""))
        return ask->outcome;
    list.after = asked->after;
    list.open_only = asked->open_only;
    ask_each(ask, CASES, "", show_case, &list);
    answer.cases = (Supervision__CaseLine **)list.rows;
    answer.n_cases = list.count;
    answer.next = list.more ? list.next : "";
    return give(ask, &answer.base);
}

/* ---- access, findings, samples ------------------------------------------------------------------------------------------ */

static bool show_look(void *context, const char *key, const void *row)
{
    struct list *list = context;
    const Look *look = row;
    Supervision__LookLine *line = ask_array(list->ask, 1, sizeof(*line));

    (void)key;
    if (line == NULL || list_is_full(list))
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
    struct list list = list_open(ask, asked->limit);

    if (!may_see(ask, ""))
        return ask->outcome;
    if (!fields_is_id(asked->person))
        return ask_refuse(ask, TOWN__REFUSAL__BAD_FIELD, "who was looked at");
    ask_each(ask, LOOKS, ask_text(ask, "%s/", asked->person), show_look, &list);
    answer.lines = (Supervision__LookLine **)list.rows;
    answer.n_lines = list.count;
    return give(ask, &answer.base);
}

static const char *state_name(const ProtobufCEnumDescriptor *states, int state)
{
    const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(states, state);

    return value != NULL && state != 0 ? value->name : "";
}

static bool add_finding(struct list *list, const char *id, const Finding *finding)
{
    bool is_open = finding->state != SUPERVISION_ROWS__FINDING__STATE__CLOSED;

    if (list->open_only && !is_open)
        return true;
    Supervision__FindingLine *line = ask_array(list->ask, 1, sizeof(*line));
    if (line == NULL || list_is_full(list))
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
    struct list *list = context;
    const char *id = strchr(key, '/');

    (void)row;
    const Finding *finding = id != NULL ? ask_load(list->ask, FINDINGS, id + 1) : NULL;
    return finding == NULL || add_finding(list, id + 1, finding);
}

int ask_findings(struct ask *ask, const void *message)
{
    const Supervision__Findings *asked = message;
    Supervision__FindingsAnswer answer = { IS(supervision__findings_answer) };
    struct list list = list_open(ask, asked->limit);

    if (!may_see(ask, asked->unit))
        return ask->outcome;
    list.open_only = asked->open_only;
    if (*asked->unit != '\0')
        ask_each(ask, UNIT_FINDINGS, ask_text(ask, "%s/", asked->unit), show_unit_finding, &list);
    else
        ask_each(ask, FINDINGS, "", show_finding, &list);
    answer.lines = (Supervision__FindingLine **)list.rows;
    answer.n_lines = list.count;
    return give(ask, &answer.base);
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
    return give(ask, &answer.base);
}
