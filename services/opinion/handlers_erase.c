/*
 * opinion: texts go (PIPL art. 19).  opinion.retention after a signal was found to be nothing, or its
 * alert was closed, or the campaign was; and with a text goes what only served to compare others with
 * it.  What is left of a signal are figures.  The town's own words, its answers and notices, stay.
 */
#include <string.h>

#include "kit/erase.h"
#include "opinion/opinion.h"

enum { ERASE_ROWS = 50 }; /* a turn */

static const char policy[] = "opinion.retention";

/* What comes from now on is not compared with it. */
static void forget_like(struct turn *turn, const char *id, const Signal *row)
{
    const OpinionRows__Print *print =
        row->fingerprint[0] == '\0' ? NULL : turn_load(turn, PRINTS, row->fingerprint);
    const OpinionRows__Topic *topic =
        row->topic[0] == '\0' ? NULL : turn_load(turn, TOPICS, row->topic);

    if (print != NULL && strcmp(print->signal, id) == 0)
        turn_drop(turn, PRINTS, row->fingerprint);
    if (topic != NULL && strcmp(topic->alert, row->alert) == 0)
        turn_drop(turn, TOPICS, row->topic);
}

/* 1 for a text that was there. */
static uint64_t erase(struct turn *turn, const char *id)
{
    Signal *row = turn_edit(turn, SIGNALS, id);

    forget_like(turn, id, row);
    if (row->erased)
        return 0;
    row->text = "";
    row->author_hash = "";
    row->url = "";
    row->erased = true;
    return row->into[0] == '\0';
}

static void say_erased(struct turn *turn, const char *scope, uint64_t count)
{
    Town__Erased event = { IS(town__erased), .scope = scope, .count = count, .policy_key = policy };

    turn_emit(turn, "dqb", &event.base);
}

/* ---- of a signal, of an alert ---------------------------------------------------------------- */

/* One that is another alert's by now goes with that. */
static uint64_t erase_of_alert(struct turn *turn, const Opinion__EraseTexts *texts)
{
    struct turn_slice slice = turn_take(turn, ALERT_SIGNALS, turn_text(turn, "%s/", texts->alert),
                                        texts->after, ERASE_ROWS);
    uint64_t count = 0;

    for (size_t i = 0; i < slice.count; i++) {
        const Signal *row = turn_load(turn, SIGNALS, slice.keys[i]);
        if (row != NULL && strcmp(row->alert, texts->alert) == 0)
            count += erase(turn, slice.keys[i]);
    }
    if (slice.more) {
        Opinion__EraseTexts rest = { IS(opinion__erase_texts), .alert = texts->alert,
                                     .after = slice.last };
        turn_remind(turn, turn_key(turn, "alert/%s", texts->alert), turn->now_ms, &rest.base);
    }
    return count;
}

int on_erase_texts(struct turn *turn, const void *message)
{
    const Opinion__EraseTexts *texts = message;
    uint64_t count = 0;

    if (!opinion_by_clock(turn))
        return turn->outcome;
    if (texts->alert[0] != '\0')
        count = erase_of_alert(turn, texts);
    else if (turn_load(turn, SIGNALS, texts->signal) != NULL)
        count = erase(turn, texts->signal);
    say_erased(turn,
               texts->alert[0] != '\0' ? turn_text(turn, "texts of alert %s", texts->alert)
                                       : turn_text(turn, "text of signal %s", texts->signal),
               count);
    return turn->outcome;
}

/* ---- of a campaign --------------------------------------------------------------------------- */

/* Every text, whatever became of its signal. */
static bool erase_text(struct turn *turn, const char *id)
{
    return erase(turn, id) > 0;
}

static const struct erased_table tables[] = {
    ERASE_NEEDS,
    { SIGNALS, "texts of signals", erase_text },
    { 0 },
};

const struct erasing opinion_erasing = { .policy = policy, .tables = tables };
