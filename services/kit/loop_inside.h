/*
 * kit/loop_inside.h - what the files of the kernel share; nobody else includes it.
 *
 * A handler changes rows and clocks, states its event, and calls loop_settle, which makes timers
 * and worklist agree with the rows.
 */
#pragma once

#include "kit/inside.h"
#include "kit/loop.h"

#define NEED_IS(need, name) ((need)->state == LOOP_ROWS__NEED__STATE__##name)
#define WORK_IS(assignment, name) ((assignment)->state == LOOP_ROWS__ASSIGNMENT__STATE__##name)

/* An assignment and its need, to be changed. */
struct hand {
    const char *id; /* of the assignment */
    Assignment *assignment;
    const char *need_id;
    Need *need;
};

static inline const struct loop_rules *loop_rules(const struct turn *turn)
{
    return turn->kit->service->loop;
}

/* ---- loop.c -------------------------------------------------------------------------------------- */

Need *loop_edit(struct turn *turn, const char *id);

/* The ids of rows whose keys are `first`/id: a person's needs, a need's children.  Lent as the
 * turn. */
struct loop_ids {
    struct turn *turn;
    const char **ids;
    size_t count;
    size_t room;
    bool open_only;
};
void loop_list(struct turn *turn, unsigned table, const char *first, struct loop_ids *ret_ids);
void loop_list_open(struct turn *turn, unsigned table, const char *first, struct loop_ids *ret_ids);

/* loop_say, with another mailbox that takes it too. */
int loop_say_to(struct turn *turn, const Need *need, const char *unit, const char *to,
                const ProtobufCMessage *event);

/* True if the sender (its actor's unit, or its own) is one of the units; a NULL ends them.  Else
 * refuses NOT_ALLOWED. */
bool loop_sent_by(struct turn *turn, const char *const *units);
bool loop_is_sender(const struct turn *turn, const char *unit);
const char *loop_place(const Need *need);
const char *loop_need_state(int32_t state);
const char *loop_assignment_state(int32_t state);

/* ---- loop_clocks.c ------------------------------------------------------------------------------- */

/* Starts clock need.`name` (again) at `from_ms`; nothing where no policy has it. */
void loop_start(struct turn *turn, Need *need, const char *name, uint64_t from_ms);
/* The same for one whose due time is told. */
void loop_start_at(struct turn *turn, Need *need, const char *name, uint64_t due_ms);
void loop_stop(Need *need, const char *name);
void loop_stop_work(Need *need); /* all that are a unit's: receive, accept, first contact, hold */
LoopRows__Clock *loop_clock(const Need *need, const char *name);
uint64_t loop_due(const Need *need, const char *name); /* 0: does not run */
void loop_clocks_of(const Need *need, Town__Clocks *ret_clocks);
void loop_pause(struct turn *turn, Need *need);
void loop_unpause(struct turn *turn, Need *need);
void loop_reprioritise(struct turn *turn, Need *need, uint32_t priority);

/* Makes timers, worklist and board agree with the rows. */
void loop_settle(struct turn *turn, const char *id, Need *need);
int loop_on_due(struct turn *turn, const void *message);

/* ---- loop_work.c: worklists and the board -------------------------------------------------------- */

void loop_work(struct turn *turn, const char *id, Need *need);

/* The unit in whose worklist it is; "": in none. */
const char *loop_work_unit(struct turn *turn, const Need *need);

/* ---- loop_route.c -------------------------------------------------------------------------------- */

/* Seeks the next unit for a need that is OPEN, and settles it. */
void loop_route(struct turn *turn, const char *id, Need *need);
/* It waits in the dispatcher's worklist. */
void loop_await(struct turn *turn, const char *id, Need *need);
void loop_arbiter(struct turn *turn, const char *id, Need *need, const char *reason);

struct loop_to {
    const char *assignment; /* "": the kernel names it */
    const char *unit;
    const char *plac;
    int32_t word; /* LOOP_DISPATCH, LOOP_RULE */
};
void loop_dispatch(struct turn *turn, const char *id, Need *need, const struct loop_to *to);

/* The unit is remembered as one that had it; with a code it has bounced the need. */
void loop_had_it(struct turn *turn, Need *need, const char *unit);
void loop_bounced(struct turn *turn, Need *need, const Town__Refusing *refusing);

/* The live assignment has ended: the need is OPEN, or held without one. */
void loop_give_back(struct turn *turn, const char *id, Need *need);

/* ---- loop_hold.c --------------------------------------------------------------------------------- */

void loop_hold(struct turn *turn, const char *id, Need *need, const char *why, uint64_t until_ms);
void loop_release(struct turn *turn, const char *id, Need *need, const char *why);
bool loop_held_for(const Need *need, const char *why);
void loop_say_held(struct turn *turn, const char *id, const Need *need, const char *reason);
/* Every open need of the list is held, or goes on; each says so. */
void loop_hold_all(struct turn *turn, const struct loop_ids *ids, const char *why,
                   uint64_t until_ms, const char *reason);
void loop_release_all(struct turn *turn, const struct loop_ids *ids, const char *why);
void loop_deny_hold(struct turn *turn, struct hand *hand, const char *reason);
void loop_resume(struct turn *turn, struct hand *hand);

/* ---- loop_need.c --------------------------------------------------------------------------------- */

struct loop_end {
    Town__NeedOutcome outcome;
    const char *public_text;
    const char *reason; /* of the recall, if a unit has it */
    bool flagged;
    int32_t word; /* 0: LOOP_CLOSE */
};
void loop_close(struct turn *turn, const char *id, Need *need, const struct loop_end *end);
void loop_raise(struct turn *turn, const char *id, Need *need, uint32_t priority,
                const char *reason);

/* The need is that person's from now on, and found among theirs. */
void loop_rename(struct turn *turn, const char *id, Need *need, const char *person);

/* ---- loop_person.c ------------------------------------------------------------------------------- */

/* A new need's person: whom `asked` names now, and the ids in between. */
void loop_name(struct turn *turn, Need *need, const char *asked);

/* ---- loop_assignment.c --------------------------------------------------------------------------- */

void loop_recall(struct turn *turn, Need *need, const char *reason);
void loop_expire(struct turn *turn, const char *id, Need *need, const char *clock);
bool loop_take(struct turn *turn, const char *assignment, int32_t word, struct hand *ret_hand);

/* ---- loop_verify.c ------------------------------------------------------------------------------- */

void loop_verify(struct turn *turn, const char *id, Need *need);

/* ---- loop_queries.c ------------------------------------------------------------------------------ */

int loop_ask_worklist(struct ask *ask, const void *message);
int loop_ask_need(struct ask *ask, const void *message);
int loop_ask_needs_of(struct ask *ask, const void *message);
int loop_ask_board(struct ask *ask, const void *message);

/* ---- handlers, in the order of the words --------------------------------------------------------- */

int loop_on_open(struct turn *turn, const void *message);
int loop_on_amend(struct turn *turn, const void *message);
int loop_on_change_priority(struct turn *turn, const void *message);
int loop_on_dispatch(struct turn *turn, const void *message);
int loop_on_receive(struct turn *turn, const void *message);
int loop_on_accept(struct turn *turn, const void *message);
int loop_on_reject(struct turn *turn, const void *message);
int loop_on_decline(struct turn *turn, const void *message);
int loop_on_start(struct turn *turn, const void *message);
int loop_on_request_hold(struct turn *turn, const void *message);
int loop_on_approve_hold(struct turn *turn, const void *message);
int loop_on_deny_hold(struct turn *turn, const void *message);
int loop_on_resume(struct turn *turn, const void *message);
int loop_on_interim(struct turn *turn, const void *message);
int loop_on_complete(struct turn *turn, const void *message);
int loop_on_fail(struct turn *turn, const void *message);
int loop_on_recall(struct turn *turn, const void *message);
int loop_on_mark_error(struct turn *turn, const void *message);
int loop_on_rule(struct turn *turn, const void *message);
int loop_on_callback(struct turn *turn, const void *message);
int loop_on_withdraw(struct turn *turn, const void *message);
int loop_on_reopen(struct turn *turn, const void *message);
int loop_on_death_reported(struct turn *turn, const void *message);
int loop_on_death_refuted(struct turn *turn, const void *message);
int loop_on_death_confirmed(struct turn *turn, const void *message);
int loop_on_left_town(struct turn *turn, const void *message);
int loop_on_moved(struct turn *turn, const void *message);
int loop_on_merged(struct turn *turn, const void *message);
int loop_on_unmerged(struct turn *turn, const void *message);
int loop_on_campaign_closing(struct turn *turn, const void *message);
