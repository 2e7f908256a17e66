/*
 * referral: whose medicine runs out, and when (S-06J 配药).  Care and the centre are told of it whatever
 * the need's priority, once the days of referral.run_out are reached and on each day after that,
 * until the need is closed; which medicine it is stands on the card only.
 */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "kit/directory.h"
#include "referral/referral.h"

typedef ReferralRows__Medicine Medicine;

enum { MOST_ROWS = 200, USUAL_ROWS = 50 };

static uint32_t days_left(uint64_t run_out_ms, uint64_t now_ms)
{
    return run_out_ms > now_ms ? (uint32_t)((run_out_ms - now_ms) / CLOCK_DAY_MS) : 0;
}

static void say_near(struct turn *turn, const char *id, const Need *need, uint32_t days)
{
    Referral__RunOutNear event = { IS(referral__run_out_near), .person = need->person, .need = id,
                                   .days_left = days };

    loop_say(turn, need, need->place[0] == '\0' ? "town" : need->place, &event.base);
}

/* The family doctor's centre has it on its list, or the one of the place. */
static void list(struct turn *turn, const char *id, const Need *need, Medicine *row)
{
    const ReferralRows__Doctor *doctor = turn_load(turn, DOCTORS, need->person);
    const char *centre =
        doctor != NULL ? doctor->centre : directory_centre(turn, need->place, "MEDICINE");

    if (row->list_key[0] != '\0')
        turn_drop(turn, RUN_OUTS, row->list_key);
    row->list_key = "";
    if (centre[0] == '\0')
        return;
    row->list_key = turn_key(turn, "%s/%016" PRIx64 "/%s", centre, row->run_out_ms, id);
    ReferralRows__RunOut *entry = turn_edit(turn, RUN_OUTS, row->list_key);
    entry->need = id;
}

static void watch(struct turn *turn, const char *id, uint64_t at_ms)
{
    Referral__WatchMedicine again = { IS(referral__watch_medicine), .need = id };

    turn_remind(turn, id, at_ms, &again.base);
}

/* Says it if it is near; comes again when it will be nearer. */
static void look(struct turn *turn, const char *id, const Need *need, const Medicine *row)
{
    uint64_t near_ms = directory_number(turn, "referral.run_out", "") * CLOCK_DAY_MS;

    if (turn->outcome != 0)
        return;
    if (row->run_out_ms > turn->now_ms + near_ms) {
        watch(turn, id, row->run_out_ms - near_ms);
        return;
    }
    /* A reported death holds the need: nobody is to be asked about the medicine of the dead. */
    if (turn_load(turn, LOOP_DEATHS, need->person) == NULL)
        say_near(turn, id, need, days_left(row->run_out_ms, turn->now_ms));
    if (row->run_out_ms > turn->now_ms)
        watch(turn, id, turn->now_ms + CLOCK_DAY_MS);
}

void on_need_opened(struct turn *turn, const char *id, Need *need)
{
    if (strcmp(need->kind, "MEDICINE") != 0 || !need->days_left_known || need->person[0] == '\0')
        return;
    Medicine *row = turn_edit(turn, MEDICINES, id);
    if (row == NULL)
        return;
    row->run_out_ms = turn->now_ms + need->days_left * CLOCK_DAY_MS;
    list(turn, id, need, row);
    look(turn, id, need, row);
}

int on_watch_medicine(struct turn *turn, const void *message)
{
    const Referral__WatchMedicine *again = message;
    const Need *need = loop_need(turn, again->need);

    if (!turn->is_timer)
        return turn_refuse(turn, TOWN__REFUSAL__NOT_ALLOWED, "only the clock says what is due");
    if (need == NULL || turn_load(turn, MEDICINES, again->need) == NULL)
        return 0;
    Medicine *row = turn_edit(turn, MEDICINES, again->need);
    list(turn, again->need, need, row); /* the person may have moved */
    look(turn, again->need, need, row);
    return turn->outcome;
}

void on_need_closed(struct turn *turn, const char *id, const Need *need)
{
    const Medicine *row = turn_load(turn, MEDICINES, id);

    (void)need;
    if (row == NULL)
        return;
    if (row->list_key[0] != '\0')
        turn_drop(turn, RUN_OUTS, row->list_key);
    turn_drop(turn, MEDICINES, id);
    turn_forget(turn, id, &referral__watch_medicine__descriptor);
}

/* ---- the question --------------------------------------------------------------------------------- */

struct run_outs {
    struct ask *ask;
    Referral__RunOutAnswer *answer;
    size_t most;
};

static bool add_run_out(void *context, const char *key, const void *row)
{
    struct run_outs *list = context;
    const char *id = ((const ReferralRows__RunOut *)row)->need;
    const Need *need = ask_load(list->ask, LOOP_NEEDS, id);
    const Medicine *medicine = ask_load(list->ask, MEDICINES, id);
    Referral__RunOutLine *line = ask_array(list->ask, 1, sizeof(*line));

    (void)key;
    if (need == NULL || medicine == NULL)
        return true;
    referral__run_out_line__init(line);
    line->person = need->person;
    line->need = ask_text(list->ask, "%s", id);
    line->run_out_ms = medicine->run_out_ms;
    line->days_left = days_left(medicine->run_out_ms, list->ask->now_ms);
    line->place = need->place;
    list->answer->rows[list->answer->n_rows++] = line;
    return list->answer->n_rows < list->most;
}

int ask_run_out(struct ask *ask, const void *message)
{
    const Referral__RunOut *question = message;
    Referral__RunOutAnswer *answer = ask_array(ask, 1, sizeof(*answer));
    struct run_outs list = { .ask = ask, .answer = answer, .most = question->limit };

    if (!referral_may_ask(ask, question->centre))
        return ask->outcome;
    if (list.most == 0)
        list.most = USUAL_ROWS;
    else if (list.most > MOST_ROWS)
        list.most = MOST_ROWS;
    referral__run_out_answer__init(answer);
    answer->rows = ask_array(ask, list.most, sizeof(answer->rows[0]));
    ask_each(ask, RUN_OUTS, ask_text(ask, "%s/", question->centre), add_run_out, &list);
    return ask_answer(ask, &answer->base);
}
