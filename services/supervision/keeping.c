/*
 * What supervision forgets, and when.  The log keeps everything for half a year; here stay a case
 * as long as anybody works on it and supervision.case_keep after that, and what is evidence
 * (findings that are closed, duties that were broken, who looked at whom) supervision.log_keep.
 *
 * Each row that will go one day has an entry under the day on which to look at it again.  Looking is
 * cheap and may find that its time has not come: so nothing is moved while a row is in use.
 */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "supervision/duties.h"
#include "supervision/fields.h"

enum {
    FORGET_HOUR_MS = 3 * 60 * 60 * 1000, /* of the night                                       */
    FORGET_ENTRIES = 100,                /* looked at in one turn ...                          */
    FORGET_ROWS = 300, /* ... and rows that go in it: a case may have 2,000 lines */
};

typedef SupervisionRows__Kept Kept;

static const char *const policies[] = {
    [KEPT_CASE] = "supervision.case_keep",   [KEPT_NEED] = "supervision.case_keep",
    [KEPT_READER] = "supervision.case_keep", [KEPT_LOOK] = "supervision.log_keep",
    [KEPT_FINDING] = "supervision.log_keep", [KEPT_MARK] = "supervision.log_keep",
};

/* Until when what rests since `from_ms` is kept; 0: nothing says so, and it stays. */
static uint64_t until(struct turn *turn, const char *policy, uint64_t from_ms)
{
    return directory_has(turn, policy, "", from_ms) ? directory_due(turn, policy, "", from_ms) : 0;
}

static bool is_over(struct turn *turn, const char *policy, uint64_t from_ms)
{
    uint64_t until_ms = until(turn, policy, from_ms);

    return until_ms != 0 && until_ms <= turn->now_ms;
}

void keeping_since(struct turn *turn, enum keeping kind, const char *key, uint64_t from_ms)
{
    uint64_t until_ms = key != NULL ? until(turn, policies[kind], from_ms) : 0;

    if (until_ms == 0)
        return;
    /* In the night after: what ended in the evening is over then. */
    const char *place = turn_key(turn, "%06" PRId64 "/%020" PRIu64, clock_day(until_ms) + 1,
                                 turn_number(turn, "kept"));
    Kept *kept = turn_edit(turn, KEPT, place);
    if (kept == NULL)
        return;
    kept->kind = kind;
    kept->key = key;
}

/* ---- what is looked at ------------------------------------------------------------------------------ */

/* Drops the lines of a case, at most `room` of them; false: there are more. */
static bool forget_lines(struct turn *turn, const char *case_id, size_t *room)
{
    const char *prefix = turn_text(turn, "%s/", case_id);
    struct turn_slice lines = turn_take(turn, LINES, prefix, "", *room);

    for (size_t i = 0; i < lines.count; i++)
        turn_drop(turn, LINES, turn_key(turn, "%s%s", prefix, lines.keys[i]));
    *room -= lines.count;
    return !lines.more;
}

/* A case rests when no need of it is open.  One that had a finding is remembered by its row as long
 * as the finding: the next one is not the first. */
static bool forget_case(struct turn *turn, const char *key, size_t *room)
{
    const Case *row = turn_load(turn, CASES, key);

    if (row == NULL)
        return true;
    bool rests = row->open_needs == 0;
    if (!rests || !is_over(turn, policies[KEPT_CASE], row->last_ms)) {
        keeping_since(turn, KEPT_CASE, key, rests ? row->last_ms : turn->now_ms);
        return true;
    }
    if (!forget_lines(turn, key, room))
        return false;
    if (row->findings == 0 || is_over(turn, policies[KEPT_FINDING], row->last_ms))
        turn_drop(turn, CASES, key);
    else
        keeping_since(turn, KEPT_CASE, key, turn->now_ms);
    return true;
}

static void forget_need(struct turn *turn, const char *key)
{
    const Need *need = turn_load(turn, NEEDS, key);

    if (need != NULL && need->closed && is_over(turn, policies[KEPT_NEED], need->closed_ms))
        turn_drop(turn, NEEDS, key);
}

static void forget_finding(struct turn *turn, const char *key)
{
    const Finding *finding = turn_load(turn, FINDINGS, key);

    if (finding == NULL || finding->state != SUPERVISION_ROWS__FINDING__STATE__CLOSED
        || !is_over(turn, policies[KEPT_FINDING], finding->closed_ms))
        return;
    turn_drop(turn, UNIT_FINDINGS, turn_key(turn, "%s/%s", finding->unit, key));
    turn_drop(turn, FINDINGS, key);
}

static void forget_mark(struct turn *turn, const char *key)
{
    const Mark *mark = turn_load(turn, MARKS, key);

    if (mark != NULL && mark->settled_ms != 0
        && is_over(turn, policies[KEPT_MARK], mark->settled_ms))
        duties_drop(turn, key);
}

/* False: it takes another turn. */
static bool look_at(struct turn *turn, const Kept *kept, size_t *room)
{
    switch (kept->kind) {
    case KEPT_CASE:
        return forget_case(turn, kept->key, room);
    case KEPT_NEED:
        forget_need(turn, kept->key);
        break;
    case KEPT_FINDING:
        forget_finding(turn, kept->key);
        break;
    case KEPT_MARK:
        forget_mark(turn, kept->key);
        break;
    case KEPT_LOOK:
        turn_drop(turn, LOOKS, kept->key);
        break;
    case KEPT_READER:
        turn_drop(turn, READERS, kept->key);
        break;
    default:
        break;
    }
    return true;
}

/* ---- night after night ------------------------------------------------------------------------------- */

static void forget_at(struct turn *turn, uint64_t at_ms)
{
    Supervision__ForgetOld forget = { IS(supervision__forget_old) };

    turn_remind(turn, "old", at_ms, &forget.base);
}

void keeping_begin(struct turn *turn)
{
    forget_at(turn, clock_day_start_ms(clock_day(turn->now_ms) + 1) + FORGET_HOUR_MS);
}

/* Its keys are days: what is in front is due first. */
int on_forget_old(struct turn *turn, const void *message)
{
    const char *today = turn_text(turn, "%06" PRId64 "/~", clock_day(turn->now_ms));
    struct turn_slice old = turn_take(turn, KEPT, "", "", FORGET_ENTRIES);
    size_t room = FORGET_ROWS;
    size_t done = 0;

    (void)message;
    for (; done < old.count && strcmp(old.keys[done], today) < 0; done++) {
        const Kept *kept = turn_load(turn, KEPT, old.keys[done]);
        if (kept == NULL || room == 0 || !look_at(turn, kept, &room))
            break;
        turn_drop(turn, KEPT, old.keys[done]);
        room -= room > 0;
    }
    bool more = done < old.count ? strcmp(old.keys[done], today) < 0 : old.more;
    if (more)
        forget_at(turn, turn->now_ms);
    else
        keeping_begin(turn);
    return turn->outcome;
}
