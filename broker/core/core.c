#include "core/core.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "core/inside.h"

enum { EFFECTS_FIRST = 256, SCRATCH_FIRST = 16 << 10, WAITING_FIRST = 1024, TRACE_BYTES = 256,
       QUESTIONS_FIRST = 1024 };

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

uint64_t inside_append_record(struct core *core, const struct record *record)
{
    if (core->scratch_used + RECORD_BYTES_MAX > core->scratch_room) {
        /* A step writes few records; a redrive of all is cut into steps by its caller. */
        core->fault = FAULT(-ENOMEM);
        return core->next_seq;
    }
    uint8_t *bytes = core->scratch + core->scratch_used;
    uint32_t size = record_pack(record, bytes);
    core->scratch_used += size;
    struct core_effect *effect = inside_effect(core, CORE_APPEND_RECORD, 0);
    effect->append.seq = core->next_seq;
    effect->append.time_ms = inside_time(core);
    effect->append.source = (struct slice){ 0 };
    effect->append.payload = slice_of(bytes, size);
    return core->next_seq++;
}

void inside_wait(struct core *core, enum waiting_kind kind, uint64_t seq, uint64_t peer,
                 uint64_t number)
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
    core->waiting[at] = (struct waiting){ kind, seq, peer, number };
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
    core->scratch_room = options->limits.leases * RECORD_BYTES_MAX + SCRATCH_FIRST;
    core->scratch = malloc(core->scratch_room);
    core->waiting = malloc(WAITING_FIRST * sizeof(*core->waiting));
    core->waiting_room = WAITING_FIRST;
    core->questions = calloc(QUESTIONS_FIRST, sizeof(*core->questions));
    core->question_room = QUESTIONS_FIRST;
    int r = core->effects == NULL || core->scratch == NULL || core->waiting == NULL ||
                    core->questions == NULL
                ? FAULT(-ENOMEM)
                : mailbox_open_all(core);
    if (r < 0) {
        core_close(core);
        return r;
    }
    *ret_core = core;
    return 0;
}

static void forget_peeked(struct core *core)
{
    if (core->peeked == NULL)
        return;
    for (size_t i = 0; i < core->peeked->n_items; i++)
        free(core->peeked->items[i]);
    free(core->peeked->items);
    free(core->peeked);
    core->peeked = NULL;
}

void core_close(struct core *core)
{
    if (core == NULL)
        return;
    forget_peeked(core);
    peers_close(core);
    mailbox_close_all(core);
    free(core->effects);
    free(core->scratch);
    free(core->waiting);
    free(core->questions);
    free(core->feed_peers);
    free(core);
}

/* ---- a step -------------------------------------------------------------------------------------- */

static void committed(struct core *core, uint64_t seq)
{
    if (seq > core->committed)
        core->committed = seq;
    publish_committed(core, core->committed);
    core->feeds_due = true;
}

static int permits(struct core *core, const struct permit *permit)
{
    core->permit = permit;
    mailbox_close_all(core);
    int r = mailbox_open_all(core);
    for (struct peer *peer = core->first_peer; peer != NULL;) {
        struct peer *next = peer->next;
        peer->allowed[0] = '\0';
        if (!permit_knows(permit, peer->unit)) {
            inside_effect(core, CORE_CUT, peer->id)->refused.reason = "the unit is not known any more";
            peer_gone(core, peer);
        }
        peer = next;
    }
    return r;
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
        mailbox_receipt(core, peer, event->receipt);
        break;
    case CORE_RETURN:
        mailbox_return(core, peer, event->give_back);
        break;
    case CORE_EXTEND:
        mailbox_extend(core, peer, event->extend);
        break;
    case CORE_PEEK:
        mailbox_peek(core, peer, event->peek);
        break;
    case CORE_REDRIVE:
        mailbox_redrive(core, peer, event->redrive);
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
    case CORE_COMMITTED:
    case CORE_TICK:
    case CORE_SPACE:
    case CORE_PERMITS:
    case CORE_CHECKPOINT:
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

int core_step(struct core *core, const struct core_event *event,
              const struct core_effect **ret_effects, uint32_t *ret_count)
{
    forget_peeked(core);
    core->effect_count = 0;
    core->scratch_used = 0;
    core->feed_peer_used = 0;
    core->fault = 0;
    core->now_ms = event->now_ms;
    core->steady_ms = event->steady_ms;

    if (event->kind == CORE_HELLO)
        peer_hello(core, event);
    else if (event->kind == CORE_SENT)
        subscribe_sent(core, event);
    else if (event->kind == CORE_SCANNED)
        mailbox_scanned(core, event);
    else if (event->kind == CORE_SCAN_DONE)
        mailbox_scan_done(core, event);
    else if (event->kind == CORE_COMMITTED)
        committed(core, event->committed_seq);
    else if (event->kind == CORE_SPACE)
        core->space = event->space;
    else if (event->kind == CORE_PERMITS)
        core->fault = permits(core, event->permit);
    else if (event->kind == CORE_CHECKPOINT)
        checkpoint(core, event->checkpoint);
    else if (event->kind == CORE_TICK) {
        peer_tick(core);
        mailbox_tick(core);
        query_tick(core);
    } else if (event->kind == CORE_GONE && peer_get(core, event->peer) == NULL)
        ; /* it had no session */
    else
        step_peer(core, event);

    mailbox_serve_all(core);
    if (event->kind == CORE_COMMITTED || event->kind == CORE_TICK || event->kind == CORE_SUBSCRIBE ||
        event->kind == CORE_CREDIT)
        subscribe_feed(core);
    *ret_effects = core->effects;
    *ret_count = core->effect_count;
    return core->fault;
}

void core_next_tick(const struct core *core, uint64_t *ret_steady_ms, uint64_t *ret_now_ms)
{
    uint64_t steady_ms = core->steady_ms + INSIDE_SESSION_MS / 4;
    uint64_t now_ms = UINT64_MAX;

    if (core->feeds_due)
        steady_ms = 0;
    for (uint32_t i = 0; i < core->mailbox_count; i++) {
        const struct mailbox *mailbox = &core->mailboxes[i];
        if (mailbox->next_steady_ms < steady_ms)
            steady_ms = mailbox->next_steady_ms;
        if (mailbox->next_log_ms < now_ms)
            now_ms = mailbox->next_log_ms;
    }
    uint64_t query_ms = query_next_ms(core);
    *ret_steady_ms = query_ms < steady_ms ? query_ms : steady_ms;
    *ret_now_ms = now_ms;
}

uint64_t core_next_seq(const struct core *core)
{
    return core->next_seq;
}
