/*
 * homes: questions.  Numbers of a home are counts; nobody of its residents is named.
 */
#include <string.h>

#include "base/clock.h"
#include "homes/homes.h"

enum { HOMES_MOST = 200, DAYS_MOST = 366, USUAL_DAYS = 14 };

/* The team, the centres and those above; a committee for the home in its area. */
static bool may_ask(struct ask *ask, const char *committee, const char *centre)
{
    return ask_from(ask, ask_text(ask, "sjb hcz hcs lgo lg jcb %s", centre), committee);
}

struct board {
    struct ask *ask;
    Homes__HomeBoardAnswer *answer;
    int64_t today;
};

static bool add_home(void *context, const char *key, const void *row)
{
    struct board *board = context;
    struct ask *ask = board->ask;
    const Home *home = row;
    Homes__HomeRow *line = ask_array(ask, 1, sizeof(*line));
    const Day *day = ask_load(ask, DAYS, ask_text(ask, "%s/%s", key, ask_date(ask, board->today)));

    homes__home_row__init(line);
    line->home = ask_text(ask, "%s", key);
    line->name = ask_text(ask, "%s", home->name);
    line->centre = ask_text(ask, "%s", home->centre);
    line->committee = ask_text(ask, "%s", home->committee);
    line->state = (Homes__HomeState)home->state;
    line->cases = day == NULL ? 0 : day->cases;
    line->last_report = ask_text(ask, "%s", home->last_report);
    line->reported_today = day != NULL && day->reported;
    line->guidance_due_ms = home->guidance_due_ms;
    line->residents = home->residents;
    line->staff = home->staff;
    line->beds = home->beds;
    board->answer->missing += line->reported_today ? 0 : 1;
    board->answer->rows[board->answer->n_rows++] = line;
    return board->answer->n_rows < HOMES_MOST;
}

/* Today: a home that has not reported is seen as such, whatever its last numbers were. */
int ask_home_board(struct ask *ask, const void *message)
{
    Homes__HomeBoardAnswer *answer = ask_array(ask, 1, sizeof(*answer));
    struct board board = { .ask = ask, .answer = answer, .today = clock_day(ask->now_ms) };

    (void)message;
    if (!may_ask(ask, "", ""))
        return ask->outcome;
    homes__home_board_answer__init(answer);
    answer->rows = ask_array(ask, HOMES_MOST, sizeof(answer->rows[0]));
    ask_each(ask, HOMES, "", add_home, &board);
    return ask_answer(ask, &answer->base);
}

/* The last days, the latest first; a day without a report is a line, too. */
int ask_home_history(struct ask *ask, const void *message)
{
    const Homes__HomeHistory *question = message;
    const Home *home = turn_is_id(question->home) ? ask_load(ask, HOMES, question->home) : NULL;
    Homes__HomeHistoryAnswer *answer = ask_array(ask, 1, sizeof(*answer));
    size_t most = question->limit == 0          ? USUAL_DAYS
                  : question->limit > DAYS_MOST ? DAYS_MOST
                                                : question->limit;

    if (home == NULL)
        return ask_refuse(ask, HOMES__REFUSAL__NO_SUCH_HOME, "there is no such home");
    if (!may_ask(ask, home->committee, home->centre))
        return ask->outcome;
    homes__home_history_answer__init(answer);
    answer->home = question->home;
    answer->state = (Homes__HomeState)home->state;
    answer->days = ask_array(ask, most, sizeof(answer->days[0]));
    for (size_t back = 0; back < most; back++) {
        Homes__HomeDay *line = ask_array(ask, 1, sizeof(*line));
        homes__home_day__init(line);
        line->date = ask_date(ask, clock_day(ask->now_ms) - (int64_t)back);
        const Day *day = ask_load(ask, DAYS, ask_text(ask, "%s/%s", question->home, line->date));
        if (day != NULL) {
            line->reported = day->reported;
            line->cases = day->cases;
            line->residents = day->residents;
            line->staff = day->staff;
            line->deaths = day->deaths;
            line->n_short_of = day->n_short_of;
            line->short_of = day->short_of;
        }
        answer->days[answer->n_days++] = line;
    }
    return ask_answer(ask, &answer->base);
}
