#include "daemon/broker.h"

#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "daemon/inside.h"

enum { STOP_MS = 4000 };

/* ---- time ------------------------------------------------------------------------------------------ */

uint64_t broker_log_ms(struct broker *broker)
{
    struct log_clock *clock = &broker->clock;
    uint64_t now_us = clock_steady_us();

    if (!clock->exercise)
        return clock_wall_ms();
    uint64_t now_ms = clock->base_ms + (now_us - clock->base_us) * clock->rate / 1000;
    if (clock->until_ms == 0 || now_ms < clock->until_ms)
        return now_ms;
    /* The stretch ends where it was to end, not where it is noticed: what waits for a slow machine
     * must not lose hours by it. */
    clock->base_us = now_us;
    clock->base_ms = clock->until_ms;
    clock->rate = clock->own_rate;
    clock->until_ms = 0;
    return clock->base_ms;
}

void broker_set_rate(struct broker *broker, uint32_t rate, uint64_t until_ms)
{
    struct log_clock *clock = &broker->clock;

    clock->base_ms = broker_log_ms(broker);
    clock->base_us = clock_steady_us();
    clock->rate = until_ms > clock->base_ms ? rate : clock->own_rate;
    clock->until_ms = until_ms > clock->base_ms ? until_ms : 0;
}

/* Every session hears of it before it waits any further. */
static int tell_rate(struct broker *broker)
{
    if (broker->clock.rate == broker->told_rate)
        return 0;
    broker->told_rate = broker->clock.rate;
    say_info("clock.rate", "rate=%" PRIu32 " until_ms=%" PRIu64, broker->clock.rate,
             broker->clock.until_ms);
    return broker_step(broker,
                       &(struct core_event){ .kind = CORE_RATE, .rate = broker->told_rate });
}

void broker_tell_time(struct broker *broker)
{
    broker->steady_ms = clock_steady_us() / 1000;
    broker->now_ms = broker_log_ms(broker);
}

/* ---- a step ---------------------------------------------------------------------------------------- */

int broker_step(struct broker *broker, struct core_event *event)
{
    const struct core_effect *effects;
    uint32_t count;
    bool outermost = broker->step_depth == 0;

    event->now_ms = broker->now_ms;
    event->steady_ms = broker->steady_ms;
    broker->step_depth++;
    int r = core_step(broker->core, event, &effects, &count);
    for (uint32_t i = 0; r == 0 && i < count; i++)
        r = effect_carry(broker, &effects[i]);
    /* Parts of the log are read at once: the filters that they go by live until the next event. */
    if (r == 0 && outermost && (broker->part_count > 0 || broker->gone_count > 0))
        r = parts_carry(broker);
    broker->step_depth--;
    return r;
}

/* Whether a flush is worth it now.  Records that nobody waits for go with the next ones that somebody
 * does, or a little later by themselves: a lease's would else be a third flush for each message of a
 * mailbox, and its receipt would wait behind it. */
static bool is_due(struct broker *broker)
{
    if (core_awaits_commit(broker->core) || broker->stopping || broker->committed == 0
        || logger_is_full(broker->logger))
        return true;
    if (broker->lazy_ms == 0)
        broker->lazy_ms = broker->steady_ms;
    return broker->steady_ms - broker->lazy_ms >= LAZY_MS;
}

/* The next batch goes to the thread before the receipts of the last one are written, so that the disk
 * works meanwhile; and what is appended here blocks, so nothing that can be sent waits for it. */
static int push(struct broker *broker, bool here)
{
    if (logger_is_busy(broker->logger) || logger_gathered(broker->logger) == 0 || !is_due(broker))
        return 0;
    int r = here ? out_flush(broker) : 0;
    broker->lazy_ms = 0;
    broker->flushes++;
    return r == 0 ? logger_push(broker->logger, here) : r;
}

/* Hands what has gathered to the disk, and tells the core what is there: until nothing more happens
 * at once. */
int broker_commit(struct broker *broker, bool here)
{
    uint64_t committed;

    while (true) {
        int r = logger_poll(broker->logger, &committed, &broker->batch);
        if (r == 0)
            r = push(broker, here && committed == broker->committed);
        if (r == 0)
            r = logger_poll(broker->logger, &committed, &broker->batch);
        if (r < 0 || committed == broker->committed)
            return r;
        broker->committed = committed;
        r = broker_step(broker,
                        &(struct core_event){ .kind = CORE_COMMITTED, .committed_seq = committed });
        if (r < 0)
            return r;
    }
}

/* ---- the loop -------------------------------------------------------------------------------------- */

static int read_signals(struct broker *broker)
{
    for (int number = loop_signal_read(broker->signal_fd); number != 0;
         number = loop_signal_read(broker->signal_fd)) {
        if (number == SIGHUP) {
            door_reload(broker);
            continue;
        }
        say_info("stop.signal", "number=%d", number);
        broker->stopping = true;
    }
    return 0;
}

static int core_tick(struct broker *broker)
{
    uint64_t steady_ms;
    uint64_t log_ms;

    core_next_tick(broker->core, &steady_ms, &log_ms);
    if (steady_ms > broker->steady_ms && log_ms > broker->now_ms)
        return 0;
    return broker_step(broker, &(struct core_event){ .kind = CORE_TICK });
}

/* A full batch behind one that is in the flush: nothing more is taken in until the disk is done. */
static void wait_for_disk(struct broker *broker)
{
    struct pollfd event = { .fd = logger_fd(broker->logger), .events = POLLIN };

    if (logger_is_full(broker->logger) && logger_is_busy(broker->logger))
        poll(&event, 1, 10);
}

static int turn(struct broker *broker)
{
    uint32_t ready;
    bool drained = true;
    int timeout_ms = broker->part_count > 0 ? 0 : tick_timeout_ms(broker);

    wait_for_disk(broker);
    int r = loop_wait(&broker->loop, timeout_ms, &ready);
    broker_tell_time(broker);
    if (r == 0 && (ready & 2) != 0)
        r = door_answer(broker);
    if (r == 0 && (ready & 8) != 0)
        r = read_signals(broker);
    if ((ready & 4) != 0)
        logger_heard(broker->logger);
    if (r == 0)
        r = broker_commit(broker, false);
    if (r == 0 && (ready & 1) != 0)
        r = receive_frames(broker, &drained);
    if (r == 0 && broker->part_count > 0)
        r = parts_carry(broker);
    if (r == 0)
        r = core_tick(broker);
    if (r == 0)
        r = ticks(broker);
    if (r == 0)
        r = tell_rate(broker);
    if (r == 0)
        r = broker_commit(broker, drained);
    if (r == 0)
        r = out_flush(broker);
    return r;
}

/* ---- the end --------------------------------------------------------------------------------------- */

/* What was received becomes durable and is acknowledged; everybody hears that we go.  The context is
 * not taken down: the library may abort there, and there is nothing left to save. */
static int stop(struct broker *broker)
{
    char path[PATH_MAX];
    uint64_t until_ms = broker->steady_ms + STOP_MS;
    int r = 0;

    for (int i = 0; r == 0 && i < 2; i++) {
        logger_wait(broker->logger, STOP_MS / 4);
        r = broker_commit(broker, true);
    }
    while (r == 0 && broker->steady_ms < until_ms
           && (broker->saving || index_applied(broker->index) + 1 < core_next_seq(broker->core))) {
        r = tick_save(broker, true);
        if (r == 0)
            r = broker_commit(broker, true);
        usleep(1000);
        broker_tell_time(broker);
    }
    for (const struct link *link = broker->first_link; r == 0 && link != NULL; link = link->next)
        r = out_send(broker, link->peer, FRAME_BYE, NULL);
    usleep(20 * 1000); /* the library's own thread writes them */
    snprintf(path, sizeof(path), "%s/run/broker.pid", broker->dir);
    unlink(path);
    return r;
}

static int make_memory(struct broker *broker)
{
    broker->out.buffer = malloc(WIRE_FRAME_BYTES);
    broker->frame = malloc(WIRE_FRAME_BYTES);
    broker->status = malloc(STATUS_BYTES);
    arena_open(&broker->arena, ARENA_BYTES);
    return broker->out.buffer == NULL || broker->frame == NULL || broker->status == NULL
               ? FAULT(-ENOMEM)
               : loop_signals(&broker->signal_fd);
}

int broker_run(const struct options *options)
{
    struct broker *broker = calloc(1, sizeof(*broker));
    if (broker == NULL || sodium_init() < 0)
        return EXIT_UNAVAILABLE;
    broker->options = options;
    snprintf(broker->dir, sizeof(broker->dir), "%s", options_text(options, "dir"));
#ifdef CAREBUS_BENCH
    broker->plain = options_yes(options, "plain");
#endif
    int r = make_memory(broker);
    int status = r < 0 ? err_exit_status(r) : broker_start(broker);
    if (status == 0) {
        while (r == 0 && !broker->stopping)
            r = turn(broker);
        if (r == 0)
            r = stop(broker);
        status = r < 0 ? err_exit_status(r) : 0;
        if (r == -EPROTO)
            status = EXIT_UNAVAILABLE;
        say_info("stop", "status=%d head=%" PRIu64 " records=%" PRIu64 " flushes=%" PRIu64, status,
                 log_head(broker->log), log_head(broker->log) - broker->started_head,
                 broker->flushes);
    }
    fflush(NULL);
    _exit(status);
}
