/*
 * What supervision answers: to its own office and the leading group everything, to a unit its own.
 */
#include <string.h>

#include "supervision/asked.h"
#include "supervision/fields.h"

/* ---- duties --------------------------------------------------------------------------------------------- */

struct board {
    struct asked list; /* first: ask_read gives it back */
    Supervision__DutyBoardAnswer *answer;
    const char *duty;
};

static Supervision__DutyLine *new_line(struct board *board)
{
    Supervision__DutyLine *line = ask_array(board->list.page.ask, 1, sizeof(*line));

    if (line == NULL || !ask_room(&board->list.page))
        return NULL;
    supervision__duty_line__init(line);
    return line;
}

static bool add_mark(struct board *board, const char *key, const Mark *mark)
{
    Supervision__DutyLine *line = new_line(board);

    if (line == NULL)
        return false;
    line->duty = mark->duty;
    line->unit = mark->unit;
    line->period = mark->period;
    line->state = mark->state;
    line->due_ms = mark->due_ms;
    line->evidence = mark->evidence;
    line->text = mark->note;
    asked_add(&board->list, key, &line->base);
    return true;
}

/* `MARKS` by their own keys, duty first. */
static bool show_mark(void *context, const char *key, const void *row)
{
    struct board *board = context;
    const Mark *mark = row;
    bool wanted = *board->list.unit == '\0' || strcmp(mark->unit, board->list.unit) == 0;

    return !wanted || add_mark(board, key, mark);
}

/* `BOARD`, by unit: the key goes on with the mark's own. */
static bool show_entry(void *context, const char *key, const void *row)
{
    struct board *board = context;
    const char *mark_key = strchr(key, '/');

    (void)row;
    if (mark_key == NULL)
        return true;
    const Mark *mark = ask_load(board->list.page.ask, MARKS, mark_key + 1);
    return mark == NULL || add_mark(board, key, mark);
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
    struct ask *ask = board->list.page.ask;
    const Duty *duty = row;

    (void)key;
    if (duty->n_parts > 0)
        return true;
    const char *wait = rules_wait_for(ask->arena, duty);
    Supervision__DutyLine *line = new_line(board);
    if (line == NULL)
        return false;
    line->duty = duty->duty;
    line->unit = duty->unit;
    line->state = SUPERVISION__DUTY_STATE__PENDING;
    line->text = *wait != '\0' ? ask_text(ask, "waits for %s", wait)
                               : "its service has come: define it again";
    board->answer->pending++;
    asked_add(&board->list, "", &line->base); /* the next page begins with the marks */
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
    if (*asked->unit == '\0' && *asked->after == '\0')
        ask_each(ask, DUTIES, asked->duty, show_duty, &board);
    if (*asked->unit != '\0' && *asked->duty == '\0')
        ask_read(&board.list.page, BOARD, ask_text(ask, "%s/", asked->unit), asked->after,
                 show_entry);
    else
        ask_read(&board.list.page, MARKS, prefix, asked->after, show_mark);
    answer.next = ask_next(&board.list.page);
    count_standings(ask, &board);
    ask_each(ask, TALLIES, prefix, count_tally, &board);
    answer.lines = (Supervision__DutyLine **)board.list.rows;
    answer.n_lines = board.list.page.count;
    return asked_give(ask, &answer.base);
}

/* ---- what is late -------------------------------------------------------------------------------------------- */

static bool show_late(void *context, const char *key, const void *row)
{
    struct asked *list = context;
    const Late *late = row;
    Supervision__LateLine *line = ask_array(list->page.ask, 1, sizeof(*line));

    if (line == NULL || !ask_room(&list->page))
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
    asked_add(list, key, &line->base);
    return true;
}

int ask_late_now(struct ask *ask, const void *message)
{
    const Supervision__LateNow *asked = message;
    Supervision__LateNowAnswer answer = { IS(supervision__late_now_answer) };
    struct asked list = asked_list(ask, asked->limit);

    if (!asked_may_see(ask, asked->unit))
        return ask->outcome;
    ask_read(&list.page, LATE, *asked->unit != '\0' ? ask_text(ask, "%s/", asked->unit) : "",
             asked->after, show_late);
    answer.next = ask_next(&list.page);
    answer.lines = (Supervision__LateLine **)list.rows;
    answer.n_lines = list.page.count;
    return asked_give(ask, &answer.base);
}

/* ---- the bulletin ------------------------------------------------------------------------------------------------ */

static bool show_rates(void *context, const char *key, const void *row)
{
    struct asked *list = context;
    Supervision__Rates *shown = ask_array(list->page.ask, 1, sizeof(*shown));
    const char *unit = strchr(key, '/');

    if (shown == NULL || unit == NULL || !ask_room(&list->page))
        return false;
    if (*list->unit != '\0' && strcmp(unit + 1, list->unit) != 0)
        return true;
    supervision__rates__init(shown);
    shown->unit = ask_text(list->page.ask, "%s", unit + 1);
    rates_show(row, shown);
    asked_add(list, key, &shown->base);
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
    answer.n_rates = list.page.count;
    return asked_give(ask, &answer.base);
}
