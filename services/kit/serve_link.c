/*
 * What the broker says to a running service, and the log's clock as it is known from there.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "kit/serve.h"
#include "town.pb-c.h"

enum { REFUSED_RETRY_MS = 1000 };

/* ---- the log's clock ----------------------------------------------------------------------------- */

static void tell_time(struct running *running, uint64_t log_ms)
{
    running->log_ms = log_ms;
    running->steady_us = clock_steady_us();
}

uint64_t serve_now(const struct running *running)
{
    uint64_t passed_us = clock_steady_us() - running->steady_us;

    return running->log_ms + passed_us * (running->rate == 0 ? 1 : running->rate) / 1000;
}

/* A message shows that it is later, or, where a timer of ours came too early, that it is not yet. */
static void correct_clock(struct running *running, const struct stored *messages, uint32_t count)
{
    struct slice name = slice_text(running->process->service->name);

    if (count > 0 && messages[count - 1].time_ms > serve_now(running))
        tell_time(running, messages[count - 1].time_ms);
    for (uint32_t i = 0; i < count; i++)
        if (messages[i].envelope.not_before_ms > messages[i].time_ms
            && slice_equal(messages[i].source, name))
            tell_time(running, messages[count - 1].time_ms);
}

/* The broker's clock may have been set, and no message has shown it. */
static void on_time(void *context, uint64_t time_ms, uint32_t rate)
{
    struct running *running = context;

    if (time_ms != 0)
        tell_time(running, time_ms);
    if (rate != 0)
        running->rate = rate;
}

/* ---- what the broker says ------------------------------------------------------------------------ */

static void restore(struct running *running, const char *why)
{
    say_warn("service.restores", "service=%s reason=\"%s\"", running->process->service->name, why);
    running->next_way = RESTORING;
}

void serve_subscribe(struct running *running)
{
    static const char *const all[] = { ">" };
    struct kit_state state = kit_state(running->kit);
    char parked[128];
    const char *const parked_filter[] = { parked };
    uint32_t count;
    int r;

    if (running->way == LIVE) {
        const char *const *filters = kit_filters(running->kit, &count);
        r = client_subscribe(running->client, filters, count, state.cursor + 1, 0);
    } else if (running->stage != FOLD) {
        snprintf(parked, sizeof(parked), "%s.Parked.*", running->process->service->name);
        r = client_subscribe(running->client, parked_filter, 1, running->scanned + 1, 0);
    } else {
        r = client_subscribe(running->client, all, 1, state.cursor + 1, 0);
    }
    if (r != 0)
        serve_fail(running, r < 0 ? r : FAULT(-EPROTO));
}

static void on_welcome_restoring(struct running *running, const Bus__Welcome *welcome)
{
    struct kit_state state = kit_state(running->kit);
    int r = 0;

    if (running->stage != HEAD)
        return; /* the subscription goes on by itself */
    if (state.log_id == 0)
        r = kit_begin(running->kit, welcome->log_id, state.epoch);
    running->head = state.restore_head != 0 ? state.restore_head : welcome->head;
    if (r == 0 && running->head == 0) {
        r = kit_begin(running->kit, welcome->log_id, 1);
        running->next_way = LIVE;
    } else if (r == 0 && state.restore_head == 0) {
        r = kit_restore(running->kit, running->head);
    }
    if (r < 0) {
        serve_fail(running, r);
        return;
    }
    running->stage = PARKED;
}

static void on_welcome(void *context, const Bus__Welcome *welcome)
{
    struct running *running = context;
    struct kit_state state = kit_state(running->kit);

    running->rate = welcome->rate;
    tell_time(running, welcome->time_ms);
    kit_exercise(running->kit, welcome->exercise);
    say_info("service.linked", "service=%s head=%llu cursor=%llu epoch=%u number=%llu stored=%llu",
             running->process->service->name, (unsigned long long)welcome->head,
             (unsigned long long)state.cursor, state.epoch, (unsigned long long)state.number,
             (unsigned long long)welcome->number);
    if (running->way == RESTORING) {
        on_welcome_restoring(running, welcome);
        return;
    }
    if (welcome->number > state.number) {
        restore(running, "the log has more of ours than this store has sent");
        return;
    }
    running->head = welcome->head;
    kit_stored(running->kit, welcome->number);
    if (running->sent < welcome->number)
        running->sent = welcome->number;
}

static void on_rejected(void *context, const Bus__Reject *reject)
{
    struct running *running = context;

    if (reject->request != 0 && reject->code != BUS__CODE__NOT_PERMITTED
        && reject->code != BUS__CODE__GONE)
        return;
    if (reject->code == BUS__CODE__STALE_EPOCH && running->way == LIVE) {
        restore(running, "the log has messages of a later epoch of ours");
        return;
    }
    int status = reject->code == BUS__CODE__NOT_PERMITTED ? EXIT_NOT_PERMITTED
                 : reject->code == BUS__CODE__AHEAD || reject->code == BUS__CODE__GONE
                     ? EXIT_CORRUPT
                 : reject->code == BUS__CODE__WRONG_LOG ? EXIT_BAD_CONFIG
                                                        : 0;
    say_error("service.rejected", "service=%s code=%d reason=\"%s\"",
              running->process->service->name, (int)reject->code, reject->reason);
    if (status != 0)
        serve_stop(running, status);
}

static void on_stored(void *context, uint64_t number, uint64_t seq)
{
    struct running *running = context;

    (void)seq;
    if (running->way != LIVE)
        return;
    if (number > kit_state(running->kit).number) {
        restore(running, "the log has more of ours than this store has sent");
        return;
    }
    kit_stored(running->kit, number);
    running->idle_us = clock_steady_us();
    answers_stored(running, number);
}

struct one {
    uint64_t number;
    struct arena *arena;
    Bus__Envelope *envelope;
};

static int on_one(void *context, uint64_t number, struct slice envelope)
{
    struct one *one = context;
    ProtobufCMessage *message;
    const char *reason;

    if (number == one->number
        && scan_unpack(&bus__envelope__descriptor, envelope, one->arena, &message, &reason) == 0)
        one->envelope = (Bus__Envelope *)message;
    return 1;
}

/* What is refused for good is filled, so that its number holds up nothing. */
static void fill(struct running *running, uint64_t number, const Bus__PublishRefused *refused)
{
    struct one one = { .number = number, .arena = &running->arena };

    arena_reset(&running->arena);
    int r = kit_fill(running->kit, number,
                     refused->code == BUS__CODE__TOO_LARGE ? "TOO_LARGE" : "BAD_MESSAGE",
                     refused->reason);
    if (r == 0)
        r = kit_outbox(running->kit, number, on_one, &one);
    if (r >= 0 && one.envelope != NULL)
        r = client_publish_instead(running->client, one.envelope);
    if (r != 0 || one.envelope == NULL)
        serve_fail(running, r < 0 ? r : FAULT(-EPROTO));
}

static void on_refused(void *context, uint64_t number, const Bus__PublishRefused *refused)
{
    struct running *running = context;
    uint32_t retry_ms = refused->retry_ms > REFUSED_RETRY_MS ? refused->retry_ms : REFUSED_RETRY_MS;

    say_error("service.refused", "service=%s number=%llu code=%d reason=\"%s\"",
              running->process->service->name, (unsigned long long)number, (int)refused->code,
              refused->reason);
    if (refused->code == BUS__CODE__BAD_MESSAGE || refused->code == BUS__CODE__TOO_LARGE) {
        fill(running, number, refused);
        return;
    }
    running->retry_number = number;
    running->retry_us = clock_steady_us() + (uint64_t)retry_ms * 1000;
}

/* ---- what is delivered --------------------------------------------------------------------------- */

static void take_live(struct running *running, uint64_t last, const struct stored *messages,
                      uint32_t count)
{
    int r = kit_take(running->kit, last, messages, count);
    if (r != 0) {
        serve_fail(running, r);
        return;
    }
    correct_clock(running, messages, count);
    running->idle_us = clock_steady_us();
    serve_send(running);
}

static void take_parked(struct running *running, uint64_t last, const struct stored *messages,
                        uint32_t count)
{
    ProtobufCMessage *message;
    const char *reason;
    int r = 0;

    for (uint32_t i = 0; r == 0 && i < count; i++) {
        arena_reset(&running->arena);
        if (!slice_equal(messages[i].source, slice_text(running->process->service->name))
            || scan_unpack(&town__parked__descriptor, messages[i].envelope.body, &running->arena,
                           &message, &reason)
                   != 0)
            continue;
        const Town__Parked *parked = (const Town__Parked *)message;
        if (parked->seq > kit_state(running->kit).cursor)
            r = kit_skip(running->kit, parked->seq);
    }
    if (r < 0) {
        serve_fail(running, r);
        return;
    }
    running->scanned = last;
    if (last >= running->head) {
        running->stage = FOLD;
        serve_subscribe(running);
    }
}

static void take_restoring(struct running *running, uint64_t last, const struct stored *messages,
                           uint32_t count)
{
    while (count > 0 && messages[count - 1].seq > running->head)
        count--;
    if (last > running->head)
        last = running->head;
    int r = kit_take(running->kit, last, messages, count);
    if (r == 0 && kit_state(running->kit).cursor >= running->head) {
        r = kit_restored(running->kit);
        running->next_way = LIVE;
        say_info("service.restored", "service=%s head=%llu epoch=%u unsent=%llu",
                 running->process->service->name, (unsigned long long)running->head,
                 kit_state(running->kit).epoch, (unsigned long long)kit_state(running->kit).number);
    }
    if (r != 0)
        serve_fail(running, r);
}

static void on_deliver(void *context, uint64_t first, uint64_t last, const struct stored *messages,
                       uint32_t count)
{
    struct running *running = context;

    (void)first;
    serve_signals(running);
    if (running->stopping || running->way != running->next_way)
        return;
    if (running->way == LIVE)
        take_live(running, last, messages, count);
    else if (running->stage == PARKED)
        take_parked(running, last, messages, count);
    else if (running->stage == FOLD)
        take_restoring(running, last, messages, count);
}

static void on_query(void *context, const Bus__Query *query)
{
    answers_ask(context, query);
}

const struct client_calls serve_calls = {
    .welcome = on_welcome,
    .time = on_time,
    .rejected = on_rejected,
    .stored = on_stored,
    .refused = on_refused,
    .deliver = on_deliver,
    .query = on_query,
};
