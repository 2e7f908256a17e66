/*
 * A start is always a recovery: what a clean end would have left is never counted on.
 *
 * Lock, tables, the log (a torn tail is cut, damage is named), the index (refused when it is ahead of
 * the log), the core from saved rows and from the records behind them, the door last.
 */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/io.h"
#include "base/log.h"
#include "daemon/inside.h"

enum { DESCRIPTORS = 65536, RUN_EPOCH_S = 1577836800 };

/* ---- time ------------------------------------------------------------------------------------------ */

/* An exercise's clock begins where it was told to, or goes on where the log ends, and runs at its
 * rate; a real town's is the wall's.  The core keeps it from going back. */
static void set_clock(struct broker *broker)
{
    struct log_clock *clock = &broker->clock;
    uint64_t start_ms = options_time_ms(broker->options, "town.start");

    clock->exercise = options_yes(broker->options, "town.exercise");
    clock->rate = clock->exercise ? (uint32_t)options_number(broker->options, "town.rate") : 1;
    clock->own_rate = clock->rate;
    broker->told_rate = clock->rate;
    clock->base_us = clock_steady_us();
    clock->base_ms = start_ms != 0 ? start_ms : clock_wall_ms();
    if (log_head(broker->log) > 0 && log_head_time_ms(broker->log) > 0)
        clock->base_ms = log_head_time_ms(broker->log);
}

/* ---- start ----------------------------------------------------------------------------------------- */

static int say_bad(int status, const char *problem)
{
    say_error("start.refused", "%s", problem);
    return status;
}

/* Locks, limits, folders: what must be so before any file is opened. */
static int take_place(struct broker *broker)
{
    struct rlimit limit = { DESCRIPTORS, DESCRIPTORS };
    char path[PATH_MAX];

    umask(077);
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0 && getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
        say_warn("start.descriptors", "limit=%llu wanted=%d", (unsigned long long)limit.rlim_cur,
                 DESCRIPTORS);
    }
    snprintf(path, sizeof(path), "%s/run", broker->dir);
    int r = io_make_directory(path);
    if (r == 0) {
        snprintf(path, sizeof(path), "%s/run/broker.lock", broker->dir);
        r = io_lock(path, &broker->lock_fd);
    }
    if (r == IO_LOCKED)
        return say_bad(EXIT_RUNNING, "reason=\"another broker serves this folder\"");
    if (r < 0)
        return err_exit_status(r);
    snprintf(path, sizeof(path), "%s/run/broker.pid", broker->dir);
    char text[16];
    snprintf(text, sizeof(text), "%d\n", (int)getpid());
    r = io_replace_file(path, slice_text(text), 0600);
    return r < 0 ? err_exit_status(r) : 0;
}

static int read_town(struct broker *broker)
{
    char problem[TOWN_PROBLEM_BYTES] = "";

    int r = town_open(broker->dir, &broker->town, problem);
    if (r == 0)
        r = town_curve_keys(broker->dir, &broker->keys, problem);
    if (r == 0)
        r = town_sign_key(broker->dir, broker->sealer.secret, problem);
    if (r > 0) {
        fprintf(stderr, "carebus-broker: %s\n", problem);
        return strstr(problem, "may be read by others") != NULL ? EXIT_NOT_PERMITTED
                                                                : EXIT_BAD_CONFIG;
    }
    return r < 0 ? err_exit_status(r) : 0;
}

static int open_log(struct broker *broker)
{
    char path[PATH_MAX];
    uint64_t mib = (uint64_t)options_number(broker->options, "log.segment_mib");

    snprintf(path, sizeof(path), "%s/log", broker->dir);
    struct log_options options = { .path = path, .segment_bytes = mib << 20 };
    int r = log_open(&options, &broker->log);
    if (r == LOG_BUSY)
        return say_bad(EXIT_RUNNING, "reason=\"another process has this log\"");
    if (r == -EBADMSG)
        return say_bad(EXIT_CORRUPT, "reason=\"the end of the log cannot be told from damage; "
                                     "nothing was changed\"");
    if (r < 0)
        return err_exit_status(r);
    for (uint32_t i = 0; r == 0 && i < READERS; i++)
        r = log_reader_open(broker->log, READER_BYTES, &broker->readers[i].log);
    return r < 0 ? err_exit_status(r) : 0;
}

static int open_index(struct broker *broker)
{
    char path[PATH_MAX];

    snprintf(path, sizeof(path), "%s/index", broker->dir);
    int r = index_open(path, log_identity(broker->log), log_head(broker->log), &broker->index);
    if (r == INDEX_BUSY)
        return say_bad(EXIT_RUNNING, "reason=\"another process has this index\"");
    if (r == INDEX_FOREIGN)
        return say_bad(EXIT_CORRUPT,
                       "reason=\"the index is of another log: if DIR/log was put there "
                       "on purpose, delete DIR/index\"");
    if (r == INDEX_AHEAD)
        return say_bad(EXIT_CORRUPT,
                       "reason=\"the index knows more than the log holds: the log has "
                       "lost its tail; put the whole log back\"");
    if (r == -EBADMSG)
        return say_bad(EXIT_CORRUPT,
                       "reason=\"the index is damaged: delete DIR/index, the next start "
                       "reads the log instead\"");
    return r < 0 ? err_exit_status(r) : 0;
}

/* ---- what the index does not know ------------------------------------------------------------------ */

static int load_row(void *context, const struct core_row *row)
{
    return core_load(((struct broker *)context)->core, row);
}

static int replay_record(struct broker *broker, const struct log_record *record)
{
    struct core_message message;
    struct stored stored;

    if (record->type == LOG_BOOKKEEPING)
        return core_replay_record(broker->core, record->seq, record->time_ms, record->payload);
    if (record->type == LOG_CHECKPOINT)
        index_note_checkpoint(broker->index, record->seq);
    if (record->type != LOG_MESSAGE)
        return 0;
    if (scan_stored(record->payload, &stored) != 0) {
        say_error("log.no_message", "seq=%" PRIu64, record->seq);
        return 0;
    }
    part_message(&stored.envelope, &message);
    int r = index_note(broker->index, record->seq, stored.source, stored.envelope.epoch,
                       stored.envelope.number, stored.envelope.case_id);
    return r == 0 ? core_replay_message(broker->core, record->seq, record->time_ms, stored.source,
                                        &message)
                  : r;
}

static int replay(struct broker *broker)
{
    struct log_reader *reader = broker->readers[0].log;
    struct log_record record;
    uint64_t count = 0;

    log_reader_seek(reader, index_applied(broker->index) + 1);
    while (true) {
        uint64_t first;
        uint64_t last;
        int r = log_reader_next(reader, &record);
        if (r == LOG_END)
            break;
        if (r == LOG_DAMAGED || r == LOG_CUT) {
            log_reader_skip(reader, &first, &last);
            say_error("start.passed_over", "first=%" PRIu64 " last=%" PRIu64 " why=%s", first, last,
                      r == LOG_CUT ? "cut" : "damaged");
            continue;
        }
        if (r == 0)
            r = replay_record(broker, &record);
        if (r < 0)
            return r;
        count++;
    }
    broker->readers[0].next = UINT64_MAX - 1;
    say_info("start.replayed", "indexed=%" PRIu64 " records=%" PRIu64, index_applied(broker->index),
             count);
    return 0;
}

static int make_core(struct broker *broker)
{
    struct core_options options = {
        .log_id = log_identity(broker->log),
        .head = log_head(broker->log),
        .head_time_ms = log_head_time_ms(broker->log),
        .run = broker->run,
        .exercise = broker->clock.exercise,
        .rate = broker->clock.rate,
        .limits = core_limits_default(),
        .permit = town_permit(broker->town),
    };

    int r = core_open(&options, &broker->core);
    if (r == 0)
        r = index_each(broker->index, load_row, broker);
    return r;
}

/* A number that no earlier run had: by the clock, and by the index where the clock went back. */
static uint32_t next_run(const struct broker *broker)
{
    uint32_t by_clock = (uint32_t)(clock_wall_ms() / 1000 - RUN_EPOCH_S);
    uint32_t by_index = index_run(broker->index) + 1;

    return by_clock > by_index ? by_clock : by_index;
}

static int rebuild(struct broker *broker)
{
    broker->run = next_run(broker);
    int r = index_begin_run(broker->index, broker->run);
    if (r == 0)
        r = make_core(broker);
    if (r == CORE_BAD_ROW) {
        say_warn("index.unknown_rows", "now=\"the log is read instead\"");
        core_close(broker->core);
        broker->core = NULL;
        r = index_clear(broker->index);
        if (r == 0)
            r = index_begin_run(broker->index, broker->run);
        if (r == 0)
            r = make_core(broker);
    }
    if (r == 0)
        r = replay(broker);
    broker->committed = log_head(broker->log);
    return r == 0 ? sealer_open(broker) : r;
}

/* A log is a drill's or real, never both: its first message tells which. */
static int check_kind(struct broker *broker)
{
    struct log_record record;
    struct stored stored;

    for (uint64_t seq = log_first(broker->log), i = 0; i < 1000; seq++, i++) {
        int r = part_read(broker, seq, &record);
        if (r == LOG_END)
            return 0;
        if (r < 0)
            return err_exit_status(r);
        if (r > 0 || record.type != LOG_MESSAGE || scan_stored(record.payload, &stored) != 0)
            continue;
        if (stored.envelope.exercise == broker->clock.exercise)
            return 0;
        return say_bad(EXIT_BAD_CONFIG,
                       stored.envelope.exercise
                           ? "reason=\"this log is an exercise's, and carebus.conf "
                             "says that the town is real\""
                           : "reason=\"this log is real, and carebus.conf says "
                             "town.exercise = yes\"");
    }
    return 0;
}

/* ---- the door -------------------------------------------------------------------------------------- */

/* The handler first: without one the library would let everybody in. */
static int open_door(struct broker *broker)
{
    options_endpoint(broker->options, broker->dir, broker->endpoint);
    int r = socket_context_open(&broker->context);
    if (r == 0)
        r = socket_zap_open(broker->context, &broker->zap);
    if (r == 0)
        r = socket_listen(broker->context, broker->endpoint, broker->plain ? NULL : &broker->keys,
                          &broker->socket);
    if (r < 0) {
        say_error("start.no_endpoint", "endpoint=%s error=\"%s\"", broker->endpoint, strerror(-r));
        return r == -EADDRINUSE ? EXIT_RUNNING : EXIT_UNAVAILABLE;
    }
    loop_add_socket(&broker->loop, broker->socket);
    loop_add_zap(&broker->loop, broker->zap);
    loop_add_fd(&broker->loop, logger_fd(broker->logger));
    loop_add_fd(&broker->loop, broker->signal_fd);
    return 0;
}

/* The broker's own producer: what it says of links goes the way of every message. */
static int say_hello(struct broker *broker)
{
    Bus__Hello hello = BUS__HELLO__INIT;

    hello.epoch = 1;
    hello.version = WIRE_VERSION;
    return broker_step(broker, &(struct core_event){ .kind = CORE_HELLO,
                                                     .peer = SELF_PEER,
                                                     .hello = { "broker", &hello } });
}

/* ---- all of it ------------------------------------------------------------------------------------- */

/* A new log begins with a checkpoint of nothing: so it has its name on the disk before any peer is
 * told of it. */
static int name_log(struct broker *broker)
{
    int r = broker->committed > 0 ? 0 : sealer_seal(broker);

    while (r == 0 && broker->committed == 0) {
        r = broker_commit(broker, true);
        if (r == 0 && logger_disk_is_full(broker->logger))
            return say_bad(EXIT_TRY_AGAIN, "reason=\"the disk has no room for a log\"");
        usleep(1000);
    }
    return r < 0 ? err_exit_status(r) : 0;
}

int broker_start(struct broker *broker)
{
    uint64_t began_us = clock_steady_us();

    int status = take_place(broker);
    if (status == 0)
        status = read_town(broker);
    if (status == 0)
        status = open_log(broker);
    if (status != 0)
        return status;
    set_clock(broker);
    status = open_index(broker);
    if (status == 0)
        status = check_kind(broker);
    if (status != 0)
        return status;
    broker_tell_time(broker);
    broker->started_ms = broker->saved_ms = broker->steady_ms;
    broker->tick_head = broker->started_head = log_head(broker->log);
    int r = rebuild(broker);
    if (r == 0)
        r = logger_open(broker->log,
                        options_number(broker->options, "log.segment_mib") < 8 ? GATHER_BYTES / 2
                                                                               : GATHER_BYTES,
                        &broker->logger);
    if (r < 0)
        return err_exit_status(r);
    status = name_log(broker);
    if (status == 0)
        status = open_door(broker);
    if (status != 0)
        return status;
    r = say_hello(broker);
    say_info("start.ready", "endpoint=%s head=%" PRIu64 " run=%" PRIu32 " ms=%" PRIu64,
             broker->endpoint, log_head(broker->log), broker->run,
             (clock_steady_us() - began_us) / 1000);
    return r < 0 ? err_exit_status(r) : 0;
}
