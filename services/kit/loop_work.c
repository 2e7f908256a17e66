/*
 * kit/loop: in whose worklist a need is, under which clock, and what the board counts (R4).
 */
#include <inttypes.h>
#include <sodium.h>
#include <string.h>

#include "kit/loop_inside.h"
#include "organisation.pb-c.h"

/* Where it belongs: the unit, the clock that it waits under, its state for a reader. */
struct work {
    const char *unit;
    const char *clock;
    const char *state;
};

static struct work at_target(struct turn *turn, const Need *need)
{
    const Assignment *assignment = loop_assignment(turn, need->assignment);
    struct work work = { .unit = "", .clock = "done", .state = "" };

    if (assignment == NULL)
        return work;
    work.unit = assignment->unit;
    work.state = loop_assignment_state((int32_t)assignment->state);
    if (WORK_IS(assignment, REQUESTED))
        work.clock = "receive";
    else if (WORK_IS(assignment, RECEIVED))
        work.clock = "accept";
    else if (WORK_IS(assignment, ACCEPTED) && loop_clock(need, "first_contact") != NULL)
        work.clock = "first_contact";
    return work;
}

static struct work of_state(struct turn *turn, const Need *need, int32_t state)
{
    struct work work = { .unit = "", .clock = "", .state = loop_need_state(state) };

    switch ((LoopRows__Need__State)state) {
    case LOOP_ROWS__NEED__STATE__OPEN:
        work.unit = loop_rules(turn)->dispatcher;
        work.clock = "route";
        break;
    case LOOP_ROWS__NEED__STATE__ASSIGNED:
    case LOOP_ROWS__NEED__STATE__IN_SERVICE:
        return at_target(turn, need);
    case LOOP_ROWS__NEED__STATE__VERIFYING:
        work.unit = need->verifier;
        work.clock = "verify";
        break;
    case LOOP_ROWS__NEED__STATE__UNASSIGNABLE:
        work.unit = "lgo";
        work.clock = "arbiter";
        break;
    case LOOP_ROWS__NEED__STATE__ON_HOLD:
        work = of_state(turn, need, (int32_t)need->before_hold);
        work.state = loop_need_state(state);
        work.clock = loop_clock(need, "hold") != NULL ? "hold" : "held";
        break;
    case LOOP_ROWS__NEED__STATE__NONE:
    case LOOP_ROWS__NEED__STATE__CLOSED:
    case LOOP_ROWS__NEED__STATE__SEALED:
    case _LOOP_ROWS__NEED__STATE_IS_INT_SIZE:
    default:
        break;
    }
    return work;
}

const char *loop_work_unit(struct turn *turn, const Need *need)
{
    return of_state(turn, need, (int32_t)need->state).unit;
}

static void count(struct turn *turn, const char *unit, const char *state, uint32_t priority,
                  int step)
{
    const char *key = turn_key(turn, "%s/%s/%u", unit, state, priority);
    LoopRows__Count *row = turn_edit(turn, LOOP_COUNTS, key);

    row->count = step > 0 ? row->count + 1 : row->count - 1;
    if (row->count == 0)
        turn_drop(turn, LOOP_COUNTS, key);
}

void loop_work(struct turn *turn, const char *id, Need *need)
{
    struct work work = of_state(turn, need, (int32_t)need->state);
    uint64_t due_ms = loop_due(need, work.clock);
    const char *key =
        work.unit[0] == '\0' ? "" : turn_key(turn, "%s/%016" PRIx64 "/%s", work.unit, due_ms, id);

    if (strcmp(need->work_unit, work.unit) != 0 || strcmp(need->work_state, work.state) != 0
        || need->work_priority != need->priority) {
        if (need->work_unit[0] != '\0')
            count(turn, need->work_unit, need->work_state, need->work_priority, -1);
        if (work.unit[0] != '\0')
            count(turn, work.unit, work.state, need->priority, 1);
    }
    if (need->work_key[0] != '\0' && strcmp(need->work_key, key) != 0)
        turn_drop(turn, LOOP_WORK, need->work_key);
    if (key[0] != '\0') {
        LoopRows__Work *row = turn_edit(turn, LOOP_WORK, key);
        row->need = id;
        row->assignment = need->assignment;
        row->clock = work.clock;
        row->due_ms = due_ms;
    }
    need->work_key = key;
    need->work_unit = work.unit;
    need->work_state = work.unit[0] == '\0' ? "" : work.state;
    need->work_priority = need->priority;
}

/* ---- the end of a campaign ------------------------------------------------------------------------ */

struct handing {
    crypto_hash_sha256_state hash;
    uint32_t count;
};

static bool add_open(void *context, const char *key, const void *row)
{
    struct handing *handing = context;
    const LoopRows__Work *work = row;

    (void)key;
    crypto_hash_sha256_update(&handing->hash, (const uint8_t *)work->need, strlen(work->need) + 1);
    handing->count++;
    return true;
}

/* What is still open is counted, and sealed by a hash over the needs in the order of the worklists.
 * Once in a campaign every worklist is read. */
int loop_on_campaign_closing(struct turn *turn, const void *message)
{
    const Organisation__CampaignClosing *event = message;
    struct handing handing = { .count = 0 };
    uint8_t digest[crypto_hash_sha256_BYTES];
    char hex[2 * sizeof(digest) + 1];

    crypto_hash_sha256_init(&handing.hash);
    turn_each(turn, LOOP_WORK, "", add_open, &handing);
    crypto_hash_sha256_final(&handing.hash, digest);
    sodium_bin2hex(hex, sizeof(hex), digest, sizeof(digest));
    Town__HandedBack back = { IS(town__handed_back), .campaign = event->campaign,
                              .open_items = handing.count,
                              .list_hash = turn_text(turn, "%s", hex) };
    return turn_emit(turn, "town", &back.base);
}
