/*
 * kit/loop: the clocks of a need.  Each has one timer at a time: its warning, its end, the next
 * rung of its ladder.  Which timers there must be follows from the rows; loop_settle sets them.
 *
 * 12345 practice: the clock starts at dispatch, not at signature.
 */
#include <string.h>

#include "kit/directory.h"
#include "kit/loop_inside.h"

typedef LoopRows__Clock Clock;
typedef LoopRows__Armed Armed;

/* ---- starting and stopping ----------------------------------------------------------------------- */

Clock *loop_clock(const Need *need, const char *name)
{
    for (size_t i = 0; i < need->n_clocks; i++)
        if (strcmp(need->clocks[i]->name, name) == 0)
            return need->clocks[i];
    return NULL;
}

uint64_t loop_due(const Need *need, const char *name)
{
    const Clock *clock = loop_clock(need, name);

    return clock == NULL ? 0 : clock->due_ms;
}

void loop_stop(Need *need, const char *name)
{
    size_t count = 0;

    for (size_t i = 0; i < need->n_clocks; i++)
        if (strcmp(need->clocks[i]->name, name) != 0)
            need->clocks[count++] = need->clocks[i];
    need->n_clocks = count;
}

void loop_stop_work(Need *need)
{
    static const char *const names[] = { "receive", "accept", "first_contact", "hold_answer",
                                         "hold" };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        loop_stop(need, names[i]);
}

/* A fresh clock of that name in the row. */
static Clock *put(struct turn *turn, Need *need, const char *name)
{
    Clock *clock = turn_array(turn, 1, sizeof(*clock));
    Clock **clocks = turn_array(turn, need->n_clocks + 1, sizeof(*clocks));

    loop_stop(need, name);
    for (size_t i = 0; i < need->n_clocks; i++)
        clocks[i] = need->clocks[i];
    loop_rows__clock__init(clock);
    clock->name = name;
    clocks[need->n_clocks++] = clock;
    need->clocks = clocks;
    return clock;
}

/* Whose end is worth a word before it comes: those that somebody is waited for. */
static bool is_warned_of(const char *name)
{
    return strcmp(name, "route") != 0 && strcmp(name, "hold_answer") != 0
           && strcmp(name, "reopen_window") != 0;
}

static void start(struct turn *turn, Need *need, const char *name, const char *policy,
                  uint64_t from_ms)
{
    const char *scope = loop_priority_name(need->priority);
    Clock *clock = put(turn, need, name);

    clock->policy = policy;
    clock->scope = scope;
    clock->from_ms = from_ms;
    clock->due_ms = directory_due(turn, policy, scope, from_ms);
    if (is_warned_of(name))
        clock->warn_ms = directory_share(turn, policy, scope, from_ms,
                                         (unsigned)directory_number(turn, "need.warn_at", scope));
}

void loop_start(struct turn *turn, Need *need, const char *name, uint64_t from_ms)
{
    const char *policy = turn_text(turn, "need.%s", name);

    /* An enquiry has no first contact; every other clock must have its record. */
    if (strcmp(name, "first_contact") == 0
        && !directory_has(turn, policy, loop_priority_name(need->priority), from_ms))
        return;
    start(turn, need, name, policy, from_ms);
}

void loop_start_at(struct turn *turn, Need *need, const char *name, uint64_t due_ms)
{
    Clock *clock = put(turn, need, name);

    clock->from_ms = turn->now_ms;
    clock->due_ms = due_ms;
}

void loop_clocks_of(const Need *need, Town__Clocks *ret_clocks)
{
    ret_clocks->receive_ms = loop_due(need, "receive");
    ret_clocks->accept_ms = loop_due(need, "accept");
    ret_clocks->first_contact_ms = loop_due(need, "first_contact");
    ret_clocks->done_ms = loop_due(need, "done");
}

/* ---- standing still ------------------------------------------------------------------------------ */

/* The clocks of the hold itself go on. */
static bool runs_in_hold(const Clock *clock)
{
    return strcmp(clock->name, "hold") == 0 || strcmp(clock->name, "held") == 0;
}

void loop_pause(struct turn *turn, Need *need)
{
    if (need->paused_ms == 0)
        need->paused_ms = turn->now_ms;
}

void loop_unpause(struct turn *turn, Need *need)
{
    uint64_t pause_ms = need->paused_ms;

    if (pause_ms == 0)
        return;
    for (size_t i = 0; i < need->n_clocks; i++) {
        Clock *clock = need->clocks[i];
        if (runs_in_hold(clock))
            continue;
        struct directory_pause pause = { .key = clock->policy,
                                         .scope = clock->scope,
                                         .from_ms = clock->from_ms,
                                         .pause_ms = pause_ms,
                                         .until_ms = turn->now_ms };
        if (clock->missed_ms != 0) { /* it is the ladder that stood still */
            clock->missed_ms += turn->now_ms - pause_ms;
        } else if (clock->policy[0] == '\0') {
            clock->due_ms += turn->now_ms - pause_ms;
        } else {
            clock->due_ms = directory_paused(turn, &pause, clock->due_ms);
            if (!clock->warned && clock->warn_ms != 0)
                clock->warn_ms = directory_paused(turn, &pause, clock->warn_ms);
        }
    }
    need->spans->held_ms += turn->now_ms - pause_ms;
    need->paused_ms = 0;
}

/* ---- another priority ---------------------------------------------------------------------------- */

/* The done clock is counted from the opening again, less what it stood still. */
static void restart_done(struct turn *turn, Need *need)
{
    Clock *old = loop_clock(need, "done");

    if (old == NULL)
        return;
    start(turn, need, "done", old->policy, old->from_ms);
    Clock *clock = loop_clock(need, "done");
    if (clock == NULL || need->spans->held_ms == 0)
        return;
    struct directory_pause pause = { .key = clock->policy,
                                     .scope = clock->scope,
                                     .from_ms = clock->from_ms,
                                     .pause_ms = clock->from_ms,
                                     .until_ms = clock->from_ms + need->spans->held_ms };
    clock->due_ms = directory_paused(turn, &pause, clock->due_ms);
    clock->warn_ms = directory_paused(turn, &pause, clock->warn_ms);
}

/* A state clock only gets shorter. */
static void shorten(struct turn *turn, Need *need, const char *name, uint64_t from_ms)
{
    Clock *old = loop_clock(need, name);
    Clock kept;

    if (old == NULL || old->missed_ms != 0)
        return;
    kept = *old;
    loop_start(turn, need, name, from_ms);
    Clock *clock = loop_clock(need, name);
    if (clock != NULL && clock->due_ms >= kept.due_ms)
        *clock = kept;
}

void loop_reprioritise(struct turn *turn, Need *need, uint32_t priority)
{
    static const char *const names[] = { "receive", "accept",  "first_contact",
                                         "route",   "arbiter", "verify" };
    const Assignment *assignment = loop_assignment(turn, need->assignment);

    need->priority = priority;
    restart_done(turn, need);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const Clock *clock = loop_clock(need, names[i]);
        if (clock != NULL)
            shorten(turn, need, names[i], clock->from_ms);
    }
    /* An enquiry that becomes more has a first contact now. */
    if (assignment != NULL && assignment->started_ms == 0 && loop_is_live(assignment)
        && loop_clock(need, "first_contact") == NULL)
        loop_start(turn, need, "first_contact", assignment->dispatched_ms);
}

/* ---- the ladder ---------------------------------------------------------------------------------- */

/* Which unit hears of rung 1, 2, 3, and which of its posts; NULL: there is no such rung. */
static const char *rung_unit(struct turn *turn, const Need *need, const Clock *clock, uint32_t rung,
                             const char **ret_post)
{
    bool verify = strcmp(clock->name, "verify") == 0;
    const char *unit = rung == 1   ? loop_work_unit(turn, need)
                       : rung == 2 ? "lgo"
                       : rung == 3 ? "lg"
                                   : NULL;
    const char *kind = rung == 1 && !verify ? "first_responsible" : rung == 2 ? "duty" : "head";

    if (unit == NULL || (verify && rung == 3))
        return NULL;
    /* who is late is the arbiter itself: it is for the leader */
    if (strcmp(clock->name, "arbiter") == 0) {
        if (rung != 1)
            return NULL;
        unit = "lg";
        kind = "head";
    }
    /* a held need is the owning committee's to ask after */
    if (strcmp(clock->name, "held") == 0) {
        if (rung != 1)
            return NULL;
        unit = loop_place(need);
    }
    *ret_post = directory_post(turn, unit, kind);
    if ((*ret_post)[0] == '\0')
        *ret_post = directory_post(turn, unit, "head");
    return unit;
}

static uint64_t rung_due(struct turn *turn, const Need *need, const Clock *clock)
{
    const char *scope = loop_priority_name(need->priority);
    const char *policy = turn_text(turn, "need.rung%u", clock->rung + 1);
    const char *post;

    if (rung_unit(turn, need, clock, clock->rung + 1, &post) == NULL
        || !directory_has(turn, policy, scope, clock->missed_ms))
        return 0;
    return directory_due(turn, policy, scope, clock->missed_ms);
}

static void climb(struct turn *turn, const char *id, const Need *need, Clock *clock)
{
    const char *post;

    clock->rung++;
    const char *unit = rung_unit(turn, need, clock, clock->rung, &post);
    if (unit == NULL)
        return;
    Town__Escalated event = { IS(town__escalated), .need = id,
                              .rung = strcmp(unit, "lg") == 0 ? 3 : clock->rung, .to_post = post,
                              .clock = clock->name };
    loop_say(turn, need, unit, &event.base);
}

static void climb_while_due(struct turn *turn, const char *id, const Need *need, Clock *clock)
{
    uint64_t due_ms = rung_due(turn, need, clock);

    while (turn->outcome == 0 && due_ms != 0 && due_ms <= turn->now_ms) {
        climb(turn, id, need, clock);
        due_ms = rung_due(turn, need, clock);
    }
}

static void miss(struct turn *turn, const char *id, const Need *need, Clock *clock)
{
    Town__DeadlineMissed event = { IS(town__deadline_missed), .need = id,
                                   .assignment = need->assignment, .clock = clock->name,
                                   .due_ms = clock->due_ms };

    clock->missed_ms = clock->due_ms;
    loop_say(turn, need, loop_work_unit(turn, need), &event.base);
    climb_while_due(turn, id, need, clock);
}

/* ---- a timer came back --------------------------------------------------------------------------- */

static void run_out(struct turn *turn, const char *id, Need *need, Clock *clock)
{
    struct hand hand = { .need_id = id, .need = need, .id = need->assignment };
    const char *name = clock->name;

    if (strcmp(name, "route") == 0) {
        loop_arbiter(turn, id, need, "nobody was asked in time");
    } else if (strcmp(name, "receive") == 0 || strcmp(name, "accept") == 0) {
        loop_expire(turn, id, need, name);
    } else if (strcmp(name, "reopen_window") == 0) {
        loop_stop(need, name);
        turn_move_as(turn, LOOP_NEEDS, id, LOOP_SEAL);
    } else if (strcmp(name, "hold_answer") == 0 || strcmp(name, "hold") == 0) {
        hand.assignment = turn_edit(turn, LOOP_ASSIGNMENTS, need->assignment);
        if (strcmp(name, "hold") == 0)
            loop_resume(turn, &hand);
        else
            loop_deny_hold(turn, &hand, "no answer in time");
    } else {
        miss(turn, id, need, clock);
    }
}

static void warn(struct turn *turn, const char *id, const Need *need, Clock *clock)
{
    Town__DeadlineWarned event = { IS(town__deadline_warned), .need = id,
                                   .assignment = need->assignment, .clock = clock->name,
                                   .due_ms = clock->due_ms };

    clock->warned = true;
    loop_say(turn, need, loop_work_unit(turn, need), &event.base);
}

static void disarm(Need *need, const char *timer)
{
    size_t count = 0;

    for (size_t i = 0; i < need->n_armed; i++)
        if (strcmp(need->armed[i]->timer, timer) != 0)
            need->armed[count++] = need->armed[i];
    need->n_armed = count;
}

int loop_on_due(struct turn *turn, const void *message)
{
    const Town__Due *due = message;

    if (!turn->is_timer)
        return turn_refuse(turn, TOWN__REFUSAL__NOT_ALLOWED, "only the clock says what is due");
    if (loop_need(turn, due->key) == NULL)
        return 0; /* another part's timer */
    Need *need = turn_edit(turn, LOOP_NEEDS, due->key);
    Clock *clock = loop_clock(need, due->timer);
    if (clock == NULL)
        return 0;
    const char *id = due->key;
    disarm(need, due->timer);
    if (clock->warn_ms != 0 && !clock->warned)
        warn(turn, id, need, clock);
    else if (clock->missed_ms == 0)
        run_out(turn, id, need, clock);
    else
        climb_while_due(turn, id, need, clock);
    loop_settle(turn, id, need);
    return turn->outcome;
}

/* ---- timers and worklist follow from the rows ---------------------------------------------------- */

/* When the clock has something to say next; 0: nothing. */
static uint64_t next_of(struct turn *turn, const Need *need, const Clock *clock)
{
    if (need->paused_ms != 0 && !runs_in_hold(clock))
        return 0;
    if (clock->warn_ms != 0 && !clock->warned && clock->missed_ms == 0)
        return clock->warn_ms;
    if (clock->missed_ms == 0)
        return clock->due_ms;
    return rung_due(turn, need, clock);
}

static const Armed *armed_of(const Need *need, const char *timer)
{
    for (size_t i = 0; i < need->n_armed; i++)
        if (strcmp(need->armed[i]->timer, timer) == 0)
            return need->armed[i];
    return NULL;
}

static const char *timer_key(struct turn *turn, const char *id, const char *timer)
{
    return turn_key(turn, "%s/%s", id, timer);
}

static void arm(struct turn *turn, const char *id, const Need *need, const char *timer,
                uint64_t due_ms)
{
    const char *unit = loop_work_unit(turn, need);
    Town__Due due = { IS(town__due), .timer = timer, .key = id, .due_ms = due_ms };
    struct turn_timer set = { .key = timer_key(turn, id, timer),
                              .due_ms = due_ms,
                              .unit = unit[0] == '\0' ? loop_place(need) : unit,
                              .case_id = need->case_id,
                              .priority = (Bus__Priority)(need->priority + 1),
                              .command = &due.base };

    turn_time(turn, &set);
}

void loop_settle(struct turn *turn, const char *id, Need *need)
{
    Armed *entries = turn_array(turn, need->n_clocks, sizeof(*entries));
    Armed **armed = turn_array(turn, need->n_clocks, sizeof(*armed));
    size_t count = 0;

    if (turn->outcome != 0)
        return;
    for (size_t i = 0; i < need->n_clocks; i++) {
        uint64_t due_ms = next_of(turn, need, need->clocks[i]);
        const char *timer = need->clocks[i]->name;
        const Armed *now = armed_of(need, timer);
        if (due_ms == 0)
            continue;
        loop_rows__armed__init(&entries[count]);
        entries[count].timer = timer;
        entries[count].due_ms = due_ms;
        armed[count] = &entries[count];
        count++;
        if (now == NULL || now->due_ms != due_ms)
            arm(turn, id, need, timer, due_ms);
    }
    for (size_t i = 0; i < need->n_armed; i++) {
        bool kept = false;
        for (size_t k = 0; k < count; k++)
            kept = kept || strcmp(armed[k]->timer, need->armed[i]->timer) == 0;
        if (!kept)
            turn_forget(turn, timer_key(turn, id, need->armed[i]->timer), &town__due__descriptor);
    }
    need->armed = armed;
    need->n_armed = count;
    loop_work(turn, id, need);
}
