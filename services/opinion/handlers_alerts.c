/*
 * opinion: an alert from its first word to the end of its watch (S-067, S-0B3).
 */
#include <inttypes.h>
#include <string.h>

#include "incident.pb-c.h"
#include "kit/directory.h"
#include "opinion/opinion.h"

enum { MOST_SIGNALS = 50 };

/* ---- board and clocks ------------------------------------------------------------------------ */

static void unlist(struct turn *turn, Alert *row)
{
    if (row->board_key[0] != '\0')
        turn_drop(turn, BOARD, row->board_key);
    row->board_key = "";
}

static void list(struct turn *turn, const char *id, Alert *row)
{
    unlist(turn, row);
    row->board_key = turn_key(turn, "%d/%016" PRIx64 "/%s", row->grade, row->raised_ms, id);
    OpinionRows__Open *open = turn_edit(turn, BOARD, row->board_key);
    open->alert = id;
}

/* The sooner of two times, of which 0 is none. */
static uint64_t sooner(uint64_t a, uint64_t b)
{
    return a == 0 || (b != 0 && b < a) ? b : a;
}

/* 5 h and 24 h for grades I and II, 48 h for III and IV: what they are is policy. */
void opinion_start_clocks(struct turn *turn, const char *id, Alert *row)
{
    const char *grade = opinion_grade_name(row->grade);
    bool briefed = directory_has(turn, "opinion.briefing", grade, turn->now_ms);

    row->clock_ms = turn->now_ms;
    row->answer_due_ms =
        sooner(row->answer_due_ms, directory_due(turn, "opinion.answer", grade, turn->now_ms));
    opinion_clock(turn, id, "answer", row->answer_due_ms);
    if (!briefed)
        return;
    row->briefing_due_ms =
        sooner(row->briefing_due_ms, directory_due(turn, "opinion.briefing", grade, turn->now_ms));
    opinion_clock(turn, id, "briefing", row->briefing_due_ms);
}

/* ---- signals of it --------------------------------------------------------------------------- */

void opinion_link(struct turn *turn, const char *signal, const char *alert)
{
    const Alert *present = turn_load(turn, ALERTS, alert);

    if (present == NULL || present->state == OPINION_ROWS__ALERT__STATE__CLOSED) {
        turn_refuse(turn, OPINION__REFUSAL__UNKNOWN_ALERT, "there is no such open alert");
        return;
    }
    const char *key = turn_key(turn, "%s/%s", alert, signal);
    if (turn_load(turn, ALERT_SIGNALS, key) != NULL)
        return;
    Signal *row = turn_edit(turn, SIGNALS, signal);
    OpinionRows__AlertSignal *of_alert = turn_edit(turn, ALERT_SIGNALS, key);
    Alert *edited = turn_edit(turn, ALERTS, alert);
    of_alert->signal = signal;
    row->alert = alert;
    edited->signals++;
    turn_forget(turn, turn_key(turn, "signal/%s", signal), &opinion__erase_texts__descriptor);
    if (row->place[0] != '\0') {
        OpinionRows__Topic *topic = turn_edit(turn, TOPICS, row->topic);
        topic->alert = alert;
    }
    opinion_hit_again(turn, alert, signal);
}

void opinion_hit_again(struct turn *turn, const char *alert, const char *signal)
{
    if (!turn_may_move(turn, ALERTS, alert, HIT_AGAIN))
        return;
    Alert *row = turn_move_as(turn, ALERTS, alert, HIT_AGAIN);
    if (row == NULL)
        return;
    turn_forget(turn, alert, &opinion__end_watch__descriptor);
    row->watch_until_ms = 0;
    row->hits_again++;
    opinion_start_clocks(turn, alert, row);
    Opinion__AlertHitAgain event = { IS(opinion__alert_hit_again),
                                     .alert = alert,
                                     .signal = signal,
                                     .n = row->hits_again,
                                     .grade = (Opinion__Grade)row->grade,
                                     .answer_due_ms = row->answer_due_ms };
    opinion_say(turn, row, "dqb", "", &event.base);
    opinion_ask_unit(turn, alert, row);
}

/* ---- raised and graded ----------------------------------------------------------------------- */

/* S-013: an event that offends the moral bottom line has a commander at once. */
static void send_incident(struct turn *turn, const char *id, Alert *row)
{
    Town__NeedSource source = TOWN__NEED_SOURCE__INIT;
    Incident__OpenIncident open = { IS(incident__open_incident), .type = INCIDENT__TYPE__MASS,
                                    .place = row->place,         .reporter = turn_actor_post(turn),
                                    .facts = row->title,         .source = &source };

    source.signal = id;
    row->incident = loop_id_of(turn, id, "i");
    open.incident = row->incident;
    const struct turn_post post = { .service = "incident",
                                    .unit = row->place[0] == '\0' ? "town" : row->place,
                                    .case_id = row->case_id,
                                    .priority = BUS__PRIORITY__P0,
                                    .message = &open.base };
    turn_post(turn, &post);
}

/* The need becomes more urgent with its alert. */
static void raise_need(struct turn *turn, const Alert *row)
{
    const Need *need = loop_need(turn, row->need);
    const char *priority = opinion_priority(row->grade);

    if (need == NULL || !loop_is_open(need) || loop_priority(priority) >= need->priority)
        return;
    Town__ChangePriority change = { IS(town__change_priority), .need = row->need, .to = priority,
                                    .reason = "the alert was graded up" };
    loop_act(turn, "dqb", &change.base);
}

static bool waits_for_answer(const Alert *row)
{
    return row->state == OPINION_ROWS__ALERT__STATE__RAISED
           || row->state == OPINION_ROWS__ALERT__STATE__ACKED
           || row->state == OPINION_ROWS__ALERT__STATE__HANDLING
           || row->state == OPINION_ROWS__ALERT__STATE__HELP_DONE;
}

static void grade(struct turn *turn, const char *id, Alert *row, int32_t to, const char *reason)
{
    int32_t from = row->grade;
    bool up = from == OPINION__GRADE__GRADE_ABSENT || to < from;

    row->grade = to;
    row->reason = reason;
    list(turn, id, row);
    if (up && waits_for_answer(row))
        opinion_start_clocks(turn, id, row);
    bool breaks_out = to == OPINION__GRADE__I && row->incident[0] == '\0';
    if (breaks_out)
        send_incident(turn, id, row);
    Opinion__AlertGraded event = { IS(opinion__alert_graded),
                                   .alert = id,
                                   .grade = (Opinion__Grade)to,
                                   .from = (Opinion__Grade)from,
                                   .reason = reason,
                                   .answer_due_ms = row->answer_due_ms,
                                   .briefing_due_ms = row->briefing_due_ms,
                                   .unit = row->unit,
                                   .incident = row->incident };
    opinion_say(turn, row, row->unit, to <= OPINION__GRADE__II ? "lgo" : "", &event.base);
    if (row->needs == 0)
        opinion_ask_unit(turn, id, row);
    else if (up)
        raise_need(turn, row);
}

static bool is_grade(Opinion__Grade grade)
{
    return opinion_grade_name((int32_t)grade)[0] != '\0';
}

/* The unit concerned says that it has it. */
static void await_ack(struct turn *turn, const char *id, Alert *row)
{
    row->ack_due_ms = directory_due(turn, "opinion.ack", "", turn->now_ms);
    opinion_clock(turn, id, "ack", row->ack_due_ms);
}

int on_raise_alert(struct turn *turn, const void *message)
{
    const Opinion__RaiseAlert *raise = message;
    const char *unit = raise->unit[0] != '\0' ? raise->unit : raise->place;
    int32_t hint = 0;

    if (!opinion_office(turn))
        return turn->outcome;
    if (!turn_is_id(raise->alert) || raise->n_signals > MOST_SIGNALS)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "an id, and 50 signals at most");
    if (!directory_unit(turn, unit)
        || (raise->place[0] != '\0' && !directory_unit(turn, raise->place)))
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "there is no unit %s", unit);
    if (is_grade(raise->grade) && raise->reason[0] == '\0')
        return turn_refuse(turn, OPINION__REFUSAL__NO_REASON, "a grade has a reason");
    Alert *row = turn_move(turn, ALERTS, raise->alert);
    if (row == NULL)
        return turn->outcome;
    row->unit = unit;
    row->place = raise->place;
    row->title = raise->title;
    row->raised_ms = turn->now_ms;
    row->case_id = turn->case_id[0] != '\0' ? turn->case_id : turn_new_case(turn);
    await_ack(turn, raise->alert, row);
    list(turn, raise->alert, row);
    for (size_t i = 0; i < raise->n_signals; i++) {
        const Signal *signal = turn_load(turn, SIGNALS, raise->signals[i]);
        if (signal == NULL || signal->state != OPINION_ROWS__SIGNAL__STATE__ASSESSED)
            return turn_refuse(turn, OPINION__REFUSAL__UNKNOWN_SIGNAL,
                               "an alert is of signals that were assessed");
        if (signal->grade_hint != 0 && (hint == 0 || signal->grade_hint < hint))
            hint = signal->grade_hint;
        opinion_link(turn, raise->signals[i], raise->alert);
    }
    Opinion__AlertRaised event = {
        IS(opinion__alert_raised),     .alert = raise->alert,     .unit = unit,
        .place = raise->place,         .title = raise->title,     .due_ms = row->ack_due_ms,
        .n_signals = raise->n_signals, .signals = raise->signals, .grade_hint = (Opinion__Grade)hint
    };
    opinion_say(turn, row, unit, "", &event.base);
    if (is_grade(raise->grade))
        grade(turn, raise->alert, row, (int32_t)raise->grade, raise->reason);
    return turn->outcome;
}

int on_grade_alert(struct turn *turn, const void *message)
{
    const Opinion__GradeAlert *set = message;

    if (!opinion_office(turn))
        return turn->outcome;
    if (!is_grade(set->grade))
        return turn_refuse(turn, OPINION__REFUSAL__NO_GRADE, "a grade is I to IV");
    if (set->reason[0] == '\0')
        return turn_refuse(turn, OPINION__REFUSAL__NO_REASON, "a grade has a reason");
    Alert *row = turn_move(turn, ALERTS, set->alert);
    if (row == NULL)
        return turn->outcome;
    if (row->grade == (int32_t)set->grade)
        return turn_refuse(turn, TOWN__REFUSAL__STALE, "it has that grade already");
    grade(turn, set->alert, row, (int32_t)set->grade, set->reason);
    return turn->outcome;
}

/* ---- answered and watched -------------------------------------------------------------------- */

void opinion_watch(struct turn *turn, const char *id, Alert *row)
{
    Opinion__EndWatch end = { IS(opinion__end_watch), .alert = id };

    row->watch_until_ms = directory_due(turn, "opinion.watch", "", turn->now_ms);
    turn_remind(turn, id, row->watch_until_ms, &end.base);
    Opinion__WatchStarted event = { IS(opinion__watch_started), .alert = id,
                                    .until_ms = row->watch_until_ms };
    opinion_say(turn, row, "dqb", "", &event.base);
}

static void end_clock(struct turn *turn, const char *id, Alert *row, bool briefing)
{
    opinion_clock(turn, id, briefing ? "briefing" : "answer", 0);
    if (briefing)
        row->briefing_due_ms = 0;
    else
        row->answer_due_ms = 0;
}

/* N10: the reply stands beside the deed. */
int on_publish_answer(struct turn *turn, const void *message)
{
    const Opinion__PublishAnswer *publish = message;

    if (!opinion_office(turn))
        return turn->outcome;
    if (publish->text[0] == '\0')
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "an answer says something");
    if (strlen(publish->text) > OPINION_TEXT_BYTES)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "a text of 16 KiB at most");
    if (publish->deed_ref[0] == '\0')
        return turn_refuse(turn, OPINION__REFUSAL__NO_DEED, "what was done about it?");
    const Alert *present = turn_load(turn, ALERTS, publish->alert);
    bool was_watched = present != NULL && present->state == OPINION_ROWS__ALERT__STATE__WATCH;
    Alert *row =
        turn_move_as(turn, ALERTS, publish->alert, publish->briefing ? BRIEF : PUBLISH_ANSWER);
    if (row == NULL)
        return turn->outcome;
    end_clock(turn, publish->alert, row, publish->briefing);
    const char *key = turn_key(turn, "%s/%04u", publish->alert, ++row->answers);
    OpinionRows__Answer *answer = turn_edit(turn, ANSWERS, key);
    answer->text = publish->text;
    answer->channel = publish->channel;
    answer->deed_ref = publish->deed_ref;
    answer->at_ms = turn->now_ms;
    answer->grade = row->grade;
    answer->briefing = publish->briefing;
    Opinion__AnswerPublished event = { IS(opinion__answer_published),
                                       .alert = publish->alert,
                                       .answer = key,
                                       .channel = publish->channel,
                                       .deed_ref = publish->deed_ref,
                                       .briefing = publish->briefing,
                                       .ms = turn->now_ms - row->clock_ms,
                                       .grade = (Opinion__Grade)row->grade };
    opinion_say(turn, row, "dqb", "", &event.base);
    if (row->state == OPINION_ROWS__ALERT__STATE__WATCH && !was_watched)
        opinion_watch(turn, publish->alert, row);
    return turn->outcome;
}

/* ---- the end --------------------------------------------------------------------------------- */

static int close_alert(struct turn *turn, const char *id, Alert *row, const char *reason)
{
    static const char *const clocks[] = { "ack", "answer", "briefing" };

    if (row == NULL)
        return turn->outcome;
    for (size_t i = 0; i < sizeof(clocks) / sizeof(clocks[0]); i++)
        opinion_clock(turn, id, clocks[i], 0);
    turn_forget(turn, id, &opinion__end_watch__descriptor);
    unlist(turn, row);
    Opinion__AlertClosed event = { IS(opinion__alert_closed), .alert = id, .reason = reason,
                                   .erase_ms = opinion_erase_later(turn, id, ""),
                                   .grade = (Opinion__Grade)row->grade };
    opinion_say(turn, row, "dqb", "", &event.base);
    return turn->outcome;
}

int on_close_alert(struct turn *turn, const void *message)
{
    const Opinion__CloseAlert *close = message;

    if (!opinion_office(turn))
        return turn->outcome;
    return close_alert(turn, close->alert, turn_move(turn, ALERTS, close->alert), close->reason);
}

int on_end_watch(struct turn *turn, const void *message)
{
    const Opinion__EndWatch *end = message;

    if (!opinion_by_clock(turn))
        return turn->outcome;
    return close_alert(turn, end->alert, turn_move(turn, ALERTS, end->alert), "the watch is over");
}

int on_chase_alert(struct turn *turn, const void *message)
{
    const Opinion__ChaseAlert *chase = message;
    const Alert *row = turn_load(turn, ALERTS, chase->alert);

    if (!opinion_by_clock(turn))
        return turn->outcome;
    if (row == NULL)
        return 0;
    /* the unit is late with its word; before it was asked, and with answers, the office is */
    bool unit_is_late = strcmp(chase->clock, "ack") == 0 && row->needs > 0;
    Opinion__AlertOverdue event = { IS(opinion__alert_overdue),
                                    .alert = chase->alert,
                                    .clock = chase->clock,
                                    .due_ms = turn->now_ms,
                                    .grade = (Opinion__Grade)row->grade,
                                    .to_post = opinion_post(turn, "lgo") };
    opinion_say(turn, row, unit_is_late ? row->unit : "dqb", "lgo", &event.base);
    /* one that nobody has graded is nobody's yet: it is told again and again */
    if (row->needs == 0 && row->state == OPINION_ROWS__ALERT__STATE__RAISED)
        await_ack(turn, chase->alert, turn_edit(turn, ALERTS, chase->alert));
    return turn->outcome;
}

/* ---- notices (S-064) ------------------------------------------------------------------------- */

int on_publish_notice(struct turn *turn, const void *message)
{
    const Opinion__PublishNotice *publish = message;

    if (!opinion_office(turn))
        return turn->outcome;
    if (!turn_is_id(publish->notice) || publish->text[0] == '\0' || publish->n_channels == 0)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "an id, a text, and where");
    OpinionRows__Notice *row = turn_edit(turn, NOTICES, publish->notice);
    row->title = publish->title;
    row->text = publish->text;
    row->channels = publish->channels;
    row->n_channels = publish->n_channels;
    row->at_ms = turn->now_ms;
    Opinion__NoticePublished event = { IS(opinion__notice_published), .notice = publish->notice,
                                       .title = publish->title, .n_channels = publish->n_channels,
                                       .channels = publish->channels };
    return turn_emit(turn, "dqb", &event.base);
}
