#include "core/core.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "core/inside.h"

enum { EFFECTS_FIRST = 256, WAITING_FIRST = 1024, TRACE_BYTES = 256, QUESTIONS = 4096 };

/* ---- effects ------------------------------------------------------------------------------------- */

/* The one effect that a core without memory can still hand out. */
static struct core_effect nowhere;

struct core_effect *inside_effect(struct core *core, enum core_effect_kind kind, uint64_t peer)
{
    if (core->effect_count == core->effect_room) {
        uint32_t room = 2 * core->effect_room;
        void *larger = realloc(core->effects, room * sizeof(*core->effects));
        if (larger == NULL) {
            core->fault = FAULT(-ENOMEM);
            return &nowhere;
        }
        core->effects = larger;
        core->effect_room = room;
    }
    struct core_effect *effect = &core->effects[core->effect_count++];
    effect->kind = kind;
    effect->peer = peer;
    return effect;
}

void inside_reject(struct core *core, uint64_t peer, uint64_t request, Bus__Code code,
                   const char *reason, uint32_t retry_ms)
{
    struct core_effect *effect = inside_effect(core, CORE_SEND_REJECT, peer);

    effect->refused.number = request;
    effect->refused.code = code;
    effect->refused.reason = reason;
    effect->refused.retry_ms = retry_ms;
}

/* Log time never goes back, whatever the clock does. */
uint64_t inside_time(struct core *core)
{
    if (core->now_ms > core->last_time_ms)
        core->last_time_ms = core->now_ms;
    return core->last_time_ms;
}

void *inside_alloc(struct core *core, size_t size)
{
    void *memory = arena_alloc(&core->step, size);

    if (memory == NULL)
        core->fault = FAULT(-ENOMEM);
    return memory;
}

void inside_wait(struct core *core, struct waiting waiting)
{
    if (core->waiting_count == core->waiting_room) {
        uint32_t room = 2 * core->waiting_room;
        struct waiting *larger = malloc(room * sizeof(*larger));
        if (larger == NULL) {
            core->fault = FAULT(-ENOMEM);
            return;
        }
        for (uint32_t i = 0; i < core->waiting_count; i++)
            larger[i] = core->waiting[(core->waiting_first + i) % core->waiting_room];
        free(core->waiting);
        core->waiting = larger;
        core->waiting_first = 0;
        core->waiting_room = room;
    }
    uint32_t at = (core->waiting_first + core->waiting_count++) % core->waiting_room;
    core->waiting[at] = waiting;
}

void inside_trace(struct core *core, const char *format, ...)
{
    char line[TRACE_BYTES];
    va_list arguments;

    if (core->trace == NULL)
        return;
    va_start(arguments, format);
    vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    core->trace(core->trace_context, line);
}

void core_set_trace(struct core *core, core_trace *trace, void *context)
{
    core->trace = trace;
    core->trace_context = context;
}

/* ---- open and close ------------------------------------------------------------------------------ */

int core_open(const struct core_options *options, struct core **ret_core)
{
    struct core *core = calloc(1, sizeof(*core));
    if (core == NULL)
        return FAULT(-ENOMEM);
    core->options = *options;
    core->permit = options->permit;
    core->next_seq = options->head + 1;
    core->committed = options->head;
    core->last_time_ms = options->head_time_ms;
    core->effects = malloc(EFFECTS_FIRST * sizeof(*core->effects));
    core->effect_room = EFFECTS_FIRST;
    core->token = (uint64_t)options->run << 40;
    arena_open(&core->step, INSIDE_STEP_BYTES);
    core->waiting = malloc(WAITING_FIRST * sizeof(*core->waiting));
    core->waiting_room = WAITING_FIRST;
    core->questions = calloc(QUESTIONS, sizeof(*core->questions));
    core->question_room = QUESTIONS;
    int r = core->effects == NULL || core->waiting == NULL || core->questions == NULL
                ? FAULT(-ENOMEM)
                : mailbox_open_all(core);
    if (r < 0) {
        core_close(core);
        return r;
    }
    *ret_core = core;
    return 0;
}

static void close_spares(struct core *core)
{
    while (core->spare_entries != NULL) {
        struct entry *next = core->spare_entries->next;
        free(core->spare_entries);
        core->spare_entries = next;
    }
    while (core->spare_cases != NULL) {
        struct held_case *next = core->spare_cases->next_spare;
        free(core->spare_cases);
        core->spare_cases = next;
    }
}

void core_close(struct core *core)
{
    if (core == NULL)
        return;
    peers_close(core);
    mailbox_close_all(core);
    close_spares(core);
    arena_close(&core->step);
    free(core->dirty_entries);
    free(core->dropped);
    free(core->effects);
    free(core->waiting);
    free(core->questions);
    free(core->feed_order);
    free(core);
}

/* ---- a step -------------------------------------------------------------------------------------- */

static void committed(struct core *core, uint64_t seq)
{
    if (seq > core->committed)
        core->committed = seq;
    publish_committed(core, core->committed);
    subscribe_committed(core);
}

static int permits(struct core *core, const struct permit *permit)
{
    core->permit = permit;
    route_forget_all(core);
    int r = mailbox_open_all(core);
    peers_permits(core);
    return r;
}

static void tick(struct core *core)
{
    mailbox_tick(core);
    query_tick(core);
    link_tick(core);
    if (core->steady_ms < core->walk_ms)
        return;
    core->walk_ms = core->steady_ms + INSIDE_SESSION_MS / 4;
    peer_tick(core);
    subscribe_tick(core);
}

/* This run's clock is new to what was rebuilt. */
static void begin(struct core *core)
{
    core->begun = true;
    mailbox_begin(core);
    rebuild_leases(core);
    link_begin(core);
}

/* Events of a session: without one, RESET. */
static void step_peer(struct core *core, const struct core_event *event)
{
    struct peer *peer = peer_get(core, event->peer);

    if (peer == NULL) {
        inside_effect(core, CORE_SEND_RESET, event->peer);
        return;
    }
    peer->heard_ms = core->steady_ms;
    switch (event->kind) {
    case CORE_PUBLISH:
        publish_step(core, peer, event);
        break;
    case CORE_SUBSCRIBE:
        subscribe_step(core, peer, event->subscribe);
        break;
    case CORE_CREDIT:
        subscribe_credit(core, peer, event->credit_bytes);
        break;
    case CORE_TAKE:
        mailbox_take(core, peer, event->take);
        break;
    case CORE_RECEIPT:
        settle_receipt(core, peer, event->receipt);
        break;
    case CORE_RETURN:
        settle_return(core, peer, event->give_back);
        break;
    case CORE_EXTEND:
        settle_extend(core, peer, event->extend);
        break;
    case CORE_PEEK:
        settle_peek(core, peer, event->peek);
        break;
    case CORE_REDRIVE:
        settle_redrive(core, peer, event->redrive);
        break;
    case CORE_QUERY:
        query_step(core, peer, event->query);
        break;
    case CORE_ANSWER:
        query_answer(core, peer, event->answer);
        break;
    case CORE_PING:
        inside_effect(core, CORE_SEND_PONG, peer->id);
        break;
    case CORE_GONE:
        peer_gone(core, peer);
        break;
    case CORE_HELLO:
    case CORE_SENT:
    case CORE_SCANNED:
    case CORE_SCAN_DONE:
    case CORE_UNREADABLE:
    case CORE_COMMITTED:
    case CORE_TICK:
    case CORE_SPACE:
    case CORE_PERMITS:
    case CORE_CHECKPOINT:
    case CORE_RATE:
        break;
    }
}

static void checkpoint(struct core *core, struct slice payload)
{
    struct core_effect *effect = inside_effect(core, CORE_APPEND_CHECKPOINT, 0);

    effect->append.seq = core->next_seq++;
    effect->append.time_ms = inside_time(core);
    effect->append.source = (struct slice){ 0 };
    effect->append.payload = payload;
}

/* Who reckons the log's time between messages must know at once: its deadlines hang on it. */
static void rate(struct core *core, uint32_t rate)
{
    link_rate(core, rate);
    core->options.rate = rate;
    for (const struct peer *peer = core->first_peer; peer != NULL; peer = peer->next)
        inside_effect(core, CORE_SEND_PONG, peer->id);
}

static void step(struct core *core, const struct core_event *event)
{
    if (event->kind == CORE_HELLO)
        peer_hello(core, event);
    else if (event->kind == CORE_SENT)
        subscribe_sent(core, event);
    else if (event->kind == CORE_SCANNED)
        lane_scanned(core, event);
    else if (event->kind == CORE_SCAN_DONE)
        lane_scan_done(core, event);
    else if (event->kind == CORE_UNREADABLE)
        mailbox_unreadable(core, event->unreadable.mailbox, event->unreadable.seq);
    else if (event->kind == CORE_COMMITTED)
        committed(core, event->committed_seq);
    else if (event->kind == CORE_SPACE)
        core->space = event->space;
    else if (event->kind == CORE_PERMITS)
        core->fault = permits(core, event->permit);
    else if (event->kind == CORE_CHECKPOINT)
        checkpoint(core, event->checkpoint);
    else if (event->kind == CORE_RATE)
        rate(core, event->rate);
    else if (event->kind == CORE_TICK)
        tick(core);
    else if (event->kind == CORE_GONE && peer_get(core, event->peer) == NULL)
        ; /* it had no session */
    else
        step_peer(core, event);
}

int core_step(struct core *core, const struct core_event *event,
              const struct core_effect **ret_effects, uint32_t *ret_count)
{
    core->effect_count = 0;
    core->fault = 0;
    core->now_ms = event->now_ms;
    core->steady_ms = event->steady_ms;
    arena_reset(&core->step);
    if (!core->begun)
        begin(core);
    step(core, event);
    /* Mailboxes and subscriptions wait for the commit anyway; and what is sent for one event of many
     * would be many small frames. */
    if (event->kind != CORE_PUBLISH && event->kind != CORE_SCANNED)
        mailbox_serve_all(core);
    if (event->kind == CORE_COMMITTED || event->kind == CORE_TICK || event->kind == CORE_SUBSCRIBE
        || event->kind == CORE_CREDIT)
        subscribe_feed(core);
    *ret_effects = core->effects;
    *ret_count = core->effect_count;
    return core->fault;
}

void core_next_tick(const struct core *core, uint64_t *ret_steady_ms, uint64_t *ret_now_ms)
{
    uint64_t steady_ms = core->walk_ms;
    uint64_t now_ms = UINT64_MAX;
    uint64_t query_ms = query_next_ms(core);
    uint64_t link_ms = link_next_ms(core);

    if (core->due_count > 0)
        steady_ms = 0;
    steady_ms = query_ms < steady_ms ? query_ms : steady_ms;
    steady_ms = link_ms < steady_ms ? link_ms : steady_ms;
    for (uint32_t i = 0; i < core->mailbox_count; i++) {
        const struct entry *lease = heap_top(&core->mailboxes[i]->leased);
        const struct entry *delay = heap_top(&core->mailboxes[i]->delayed);
        if (lease != NULL && lease->until_ms < steady_ms)
            steady_ms = lease->until_ms;
        if (delay != NULL && delay->until_ms < now_ms)
            now_ms = delay->until_ms;
    }
    *ret_steady_ms = steady_ms;
    *ret_now_ms = now_ms;
}

bool core_awaits_commit(const struct core *core)
{
    return core->waiting_count > 0 || core->wanted != NULL;
}

uint64_t core_next_seq(const struct core *core)
{
    return core->next_seq;
}
