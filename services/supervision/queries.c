/*
 * What supervision answers: to its own office and the leading group everything, to a unit its own.
 */
#include <string.h>

#include "supervision/asked.h"
#include "supervision/fields.h"

/* ---- duties --------------------------------------------------------------------------------------------- */

struct board {
    struct asked list;
    Supervision__DutyBoardAnswer *answer;
    const char *duty;
};

static Supervision__DutyLine *add_duty_line(struct board *board)
{
    Supervision__DutyLine *line = ask_array(board->list.ask, 1, sizeof(*line));

    if (line == NULL || asked_is_full(&board->list))
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

    if (*board->list.unit != '\0' && strcmp(mark->unit, board->list.unit) != 0)
        return true;
    Supervision__DutyLine *line = add_duty_line(board);
    if (line == NULL)
        return false;
    board->list.next = ask_text(board->list.ask, "%s", key);
    line->duty = mark->duty;
    line->unit = mark->unit;
    line->period = mark->period;
    line->state = mark->state;
    line->due_ms = mark->due_ms;
    line->evidence = mark->evidence;
    line->text = mark->note;
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

static void add_standing(Supervision__DutyBoardAnswer *answer, const Standing *standing)
{
    if (standing == NULL)
        return;
    answer->pending += standing->pending;
    answer->at_risk += standing->at_risk;
    answer->breached += standing->breached;
    answer->excused += standing->excused;
}

static bool count_standing(void *context, const char *key, const void *row)
{
    struct board *board = context;
    const char *duty = strchr(key, '/');

    if (*board->duty == '\0' || (duty != NULL && strcmp(duty + 1, board->duty) == 0))
        add_standing(board->answer, row);
    return true;
}

/* Of everything that is asked about, however few lines were wanted: a row for each unit and duty. */
static void count_standings(struct ask *ask, struct board *board)
{
    const char *unit = board->list.unit;

    if (*unit != '\0' && *board->duty != '\0')
        add_standing(board->answer,
                     ask_load(ask, STANDINGS, ask_text(ask, "%s/%s", unit, board->duty)));
    else
        ask_each(ask, STANDINGS, *unit != '\0' ? ask_text(ask, "%s/", unit) : "", count_standing,
                 board);
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
    struct board board = { .list = asked_list(ask, asked->limit), .answer = &answer };

    if (!asked_may_see(ask, asked->unit))
        return ask->outcome;
    board.list.unit = asked->unit;
    board.duty = asked->duty;
    const char *prefix = *asked->duty != '\0' ? ask_text(ask, "%s/", asked->duty) : "";
    if (prefix == NULL)
        return ask->outcome;
    /* A page goes on behind a mark's key, which begins with the duty's. */
    const char *after = asked->after;
    if (strncmp(after, prefix, strlen(prefix)) == 0)
        after += strlen(prefix);
    if (*asked->unit == '\0' && *after == '\0')
        ask_each(ask, DUTIES, asked->duty, show_duty, &board);
    if (*asked->unit != '\0' && *asked->duty == '\0')
        ask_each_after(ask, BOARD, ask_text(ask, "%s/", asked->unit), after, show_entry, &board);
    else
        ask_each_after(ask, MARKS, prefix, after, show_mark, &board);
    answer.next = board.list.more ? board.list.next : "";
    count_standings(ask, &board);
    ask_each(ask, TALLIES, prefix, count_tally, &board);
    answer.lines = (Supervision__DutyLine **)board.list.rows;
    answer.n_lines = board.list.count;
    return asked_give(ask, &answer.base);
}

/* ---- what is late -------------------------------------------------------------------------------------------- */

static bool show_late(void *context, const char *key, const void *row)
{
    struct asked *list = context;
    const Late *late = row;
    Supervision__LateLine *line = ask_array(list->ask, 1, sizeof(*line));

    if (line == NULL || asked_is_full(list))
        return false;
    /* The key, behind the unit that was asked about. */
    list->next =
        ask_text(list->ask, "%s", key + (*list->unit != '\0' ? strlen(list->unit) + 1 : 0));
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
    struct asked list = asked_list(ask, asked->limit);

    if (!asked_may_see(ask, asked->unit))
        return ask->outcome;
    list.unit = asked->unit;
    ask_each_after(ask, LATE, *asked->unit != '\0' ? ask_text(ask, "%s/", asked->unit) : "",
                   asked->after, show_late, &list);
    answer.next = list.more ? list.next : "";
    answer.lines = (Supervision__LateLine **)list.rows;
    answer.n_lines = list.count;
    return asked_give(ask, &answer.base);
}

/* ---- the bulletin ------------------------------------------------------------------------------------------------ */

static bool show_rates(void *context, const char *key, const void *row)
{
    struct asked *list = context;
    Supervision__Rates *shown = ask_array(list->ask, 1, sizeof(*shown));
    const char *unit = strchr(key, '/');

    if (shown == NULL || unit == NULL || asked_is_full(list))
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
    struct asked list = asked_list(ask, ASKED_ROWS_MOST);

    if (!fields_is_id(asked->month))
        return ask_refuse(ask, TOWN__REFUSAL__BAD_FIELD, "a month is 2023-01");
    const Bulletin *published = ask_load(ask, BULLETINS, asked->month);
    if (published != NULL && asked_by_office(ask)) {
        answer.rates = published->rates;
        answer.n_rates = published->n_rates;
        return asked_give(ask, &answer.base);
    }
    list.unit = asked_by_office(ask) ? "" : ask_actor_unit(ask);
    ask_each(ask, RATES, ask_text(ask, "%s/", asked->month), show_rates, &list);
    answer.rates = (Supervision__Rates **)list.rows;
    answer.n_rates = list.count;
    return asked_give(ask, &answer.base);
}
