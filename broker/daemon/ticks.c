/*
 * What time brings, beside the core's own ticks: the index is saved, the tree grows and is signed,
 * the disk is looked at, old segments go, changes of links are told.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "daemon/inside.h"
#include "organisation.pb-c.h"

enum {
    SLOW_MS = 50,         /* between two looks of this file                             */
    SAVE_MS = 1000,       /* between two saves of the index, while anything changes     */
    SAVE_RECORDS = 65536, /* or sooner: a restart replays no more than this             */
    SPACE_MS = 1000,
    FULL_PERCENT = 90,           /* of the disk: publishes are refused                         */
    ROOM_PERCENT = 88,           /* and are taken again                                        */
    INDEX_ROOM_BYTES = 16 << 20, /* without so much left on the disk the index is not saved    */
    CUT_MS = 60 * 60 * 1000,
    SEAL_RECORDS = 10000, /* between two checkpoints, or                                */
    SEAL_MS = 10 * 60 * 1000,
    SEAL_SLICE = 4096,          /* hashed in one job                                          */
    SEAL_BUSY = 1000,           /* records in 50 ms: the tree waits for a calmer moment       */
    SEAL_LAG = 2000000,         /* but not for ever                                           */
    LINK_SILENT_MS = 60 * 1000, /* then nobody is behind it any more                          */
    JUMP_MS = 5 * 60 * 1000,
    REPORT_BYTES = 512,
};

/* ---- the index ------------------------------------------------------------------------------------- */

static uint64_t free_bytes(const struct broker *broker)
{
    struct statvfs status;

    return statvfs(broker->dir, &status) == 0 ? (uint64_t)status.f_bavail * status.f_frsize
                                              : UINT64_MAX;
}

/* The log thread has done its job: whose was it? */
static int end_job(struct broker *broker)
{
    int answer = 0;

    if (!logger_job_done(broker->logger, &answer))
        return 0;
    if (broker->save_given) {
        broker->save_given = broker->saving = false;
        if (answer == 0) {
            index_committed(broker->index);
            return 0;
        }
        say_error("index.not_saved", "answer=%d", answer);
        return answer < 0 ? answer : FAULT(-ENOSPC);
    }
    broker->sealing = false;
    if (answer > 0) {
        broker->sealer.broken = true;
        say_error("checkpoint.stopped", "reason=\"a record is damaged or gone\" seq=%" PRIu64,
                  broker->sealer.tree.size + 1);
    }
    return answer < 0 ? answer : 0;
}

/* Three steps: the core hands out what changed; that becomes durable in the log; then it may be
 * written by the log thread.  So the index is never ahead of the log. */
int tick_save(struct broker *broker, bool now)
{
    int r = end_job(broker);

    if (r < 0)
        return r;
    uint64_t behind = core_next_seq(broker->core) - 1 - index_applied(broker->index);
    bool waited = now || broker->steady_ms - broker->saved_ms >= SAVE_MS;
    bool due = behind >= SAVE_RECORDS || (behind > 0 && waited);
    if (!broker->saving && due && free_bytes(broker) > INDEX_ROOM_BYTES) {
        r = index_save(broker->index, broker->core, &broker->save_applied);
        if (r < 0)
            return r;
        broker->saving = true;
        broker->saved_ms = broker->steady_ms;
    }
    if (broker->saving && !broker->save_given && broker->committed >= broker->save_applied)
        broker->save_given = logger_give(broker->logger, index_commit, broker->index);
    return 0;
}

/* ---- the tree and its checkpoints ------------------------------------------------------------------ */

int sealer_open(struct broker *broker)
{
    struct sealer *sealer = &broker->sealer;
    struct checkpoint checkpoint;
    struct log_record record;
    uint64_t seq = index_checkpoint(broker->index);

    merkle_open(&sealer->tree);
    int r = log_reader_open(broker->log, 0, &sealer->reader);
    if (r < 0)
        return r;
    if (seq != 0) {
        log_reader_seek(sealer->reader, seq);
        r = log_reader_next(sealer->reader, &record);
        if (r == 0
            && (record.type != LOG_CHECKPOINT
                || checkpoint_unpack(record.payload, &checkpoint, &sealer->tree) != 0))
            r = 1;
    } else if (log_first(broker->log) != 1) {
        r = 1;
    }
    sealer->sealed = sealer->tree.size;
    sealer->last_ms = broker->steady_ms;
    log_reader_seek(sealer->reader, sealer->tree.size + 1);
    if (r > 0) {
        sealer->broken = true;
        say_error("checkpoint.none", "reason=\"the last one cannot be read\" seq=%" PRIu64, seq);
    }
    return r < 0 ? r : 0;
}

/* In the log thread, when it has nothing to append. */
static int grow_tree(void *context)
{
    struct sealer *sealer = context;
    struct log_record record;
    uint8_t hash[MERKLE_HASH_SIZE];

    while (sealer->tree.size < sealer->target) {
        int r = log_reader_next(sealer->reader, &record);
        if (r != 0)
            return r;
        log_record_hash(&record, hash);
        merkle_add(&sealer->tree, hash);
    }
    return 0;
}

int sealer_seal(struct broker *broker)
{
    struct sealer *sealer = &broker->sealer;
    uint8_t payload[CHECKPOINT_BYTES_MAX];
    uint32_t size;

    checkpoint_pack(log_identity(broker->log), broker->now_ms, &sealer->tree, sealer->secret,
                    payload, &size);
    sealer->sealed = sealer->tree.size + 1; /* the checkpoint itself asks for none */
    sealer->last_ms = broker->steady_ms;
    return broker_step(broker, &(struct core_event){ .kind = CORE_CHECKPOINT,
                                                     .checkpoint = slice_of(payload, size) });
}

static int tick_seal(struct broker *broker)
{
    struct sealer *sealer = &broker->sealer;
    uint64_t head = broker->committed;
    uint64_t appended = head - broker->tick_head;

    broker->tick_head = head;
    if (broker->sealing || sealer->broken || broker->saving)
        return 0;
    uint64_t grown = sealer->tree.size > sealer->sealed ? sealer->tree.size - sealer->sealed : 0;
    if (grown >= SEAL_RECORDS
        || (grown > 0 && broker->steady_ms - sealer->last_ms >= SEAL_MS
            && sealer->tree.size == head))
        return sealer_seal(broker);
    if (sealer->tree.size >= head || (appended > SEAL_BUSY && head - sealer->tree.size < SEAL_LAG))
        return 0;
    sealer->target = head - sealer->tree.size > SEAL_SLICE ? sealer->tree.size + SEAL_SLICE : head;
    broker->sealing = logger_give(broker->logger, grow_tree, sealer);
    return 0;
}

/* ---- the disk -------------------------------------------------------------------------------------- */

static bool disk_is_full(struct broker *broker)
{
    struct statvfs status;

    if (logger_disk_is_full(broker->logger))
        return true;
    if (statvfs(broker->dir, &status) != 0)
        return false;
    uint64_t used = status.f_blocks - status.f_bfree;
    uint64_t all = used + status.f_bavail;
    uint64_t percent = all == 0 ? 0 : 100 * used / all;
    return percent >= (broker->reserve ? ROOM_PERCENT : FULL_PERCENT);
}

static int tick_space(struct broker *broker)
{
    bool full = disk_is_full(broker);

    if (full == broker->reserve)
        return 0;
    broker->reserve = full;
    if (full)
        say_error("disk.full", "now=\"publishes are refused; mailboxes and reads go on\"");
    else
        say_info("disk.room", "now=\"publishes are taken again\"");
    return broker_step(broker, &(struct core_event){ .kind = CORE_SPACE,
                                                     .space = full ? CORE_RESERVE : CORE_ROOM });
}

/* What is old, in the index, hashed into the tree and wanted by no mailbox may go. */
static int tick_cut(struct broker *broker)
{
    uint64_t keep_ms = (uint64_t)options_number(broker->options, "log.keep_days") * CLOCK_DAY_MS;
    uint64_t seq = core_needs(broker->core);

    if (seq > index_applied(broker->index))
        seq = index_applied(broker->index);
    if (!broker->sealer.broken && seq > broker->sealer.tree.size)
        seq = broker->sealer.tree.size;
    if (seq > index_checkpoint(broker->index))
        seq = index_checkpoint(broker->index); /* the tree goes on from there */
    if (broker->now_ms < keep_ms || broker->sealing)
        return 0;
    uint64_t first = log_first(broker->log);
    int r = log_cut(broker->log, seq, broker->now_ms - keep_ms);
    if (r == 0 && log_first(broker->log) != first)
        say_info("log.cut", "first=%" PRIu64 " days=%" PRIi64, log_first(broker->log),
                 options_number(broker->options, "log.keep_days"));
    return r;
}

/* ---- links ----------------------------------------------------------------------------------------- */

void report_link(struct broker *broker, const struct core_effect *effect)
{
    struct link_report *report = NULL;

    /* What has not been told yet is told as it is now. */
    for (uint32_t i = broker->report_sent; i < broker->report_count; i++)
        if (strcmp(broker->reports[i].unit, effect->link.unit) == 0)
            report = &broker->reports[i];
    if (report == NULL && broker->report_count == LINKS_MOST)
        return;
    if (report == NULL)
        report = &broker->reports[broker->report_count++];
    snprintf(report->unit, sizeof(report->unit), "%s", effect->link.unit);
    report->up = effect->link.up;
    report->since_ms = effect->link.since_ms;
    report->urgent = effect->link.urgent;
}

/* A refused one is said again when the next tick comes. */
void report_stored(struct broker *broker, uint64_t number, bool refused)
{
    if (broker->report_sent == 0 || number < broker->report_number + 1)
        return;
    broker->report_sent = 0;
    if (refused)
        return;
    broker->report_number++;
    broker->report_count--;
    memmove(broker->reports, broker->reports + 1,
            broker->report_count * sizeof(broker->reports[0]));
}

/* The broker speaks as any producer does: numbered, one at a time, through the same door of the core. */
static int publish_report(struct broker *broker, const struct link_report *report)
{
    Organisation__ReportLink body = ORGANISATION__REPORT_LINK__INIT;
    Bus__Envelope envelope = BUS__ENVELOPE__INIT;
    uint8_t body_bytes[REPORT_BYTES];
    uint8_t bytes[REPORT_BYTES * 2];
    struct core_message message;
    struct envelope scanned;
    const char *reason;
    char subject[WIRE_SUBJECT_BYTES];

    body.unit = report->unit;
    body.up = report->up;
    body.since_ms = report->since_ms;
    body.open_urgent = report->urgent;
    snprintf(subject, sizeof(subject), "organisation.ReportLink.%.80s", report->unit);
    envelope.epoch = 1;
    envelope.number = broker->report_number + 1;
    envelope.subject = subject;
    envelope.exercise = broker->clock.exercise;
    envelope.body.data = body_bytes;
    envelope.body.len = organisation__report_link__pack(&body, body_bytes);
    size_t size = bus__envelope__pack(&envelope, bytes);
    if (scan_envelope(slice_of(bytes, size), &scanned, &reason) != 0)
        return FAULT(-EPROTO);
    part_message(&scanned, &message);
    broker->report_sent = 1;
    return broker_step(broker, &(struct core_event){ .kind = CORE_PUBLISH,
                                                     .peer = SELF_PEER,
                                                     .publish = { &message, 1 } });
}

static int tick_links(struct broker *broker)
{
    int r = broker_step(broker, &(struct core_event){ .kind = CORE_PING, .peer = SELF_PEER });

    if (r == 0 && broker->report_count > 0 && broker->report_sent == 0)
        r = publish_report(broker, &broker->reports[0]);
    for (struct link *link = broker->first_link; link != NULL;) {
        struct link *next = link->next;
        if (broker->steady_ms - link->heard_ms > LINK_SILENT_MS)
            link_drop(broker, link->peer);
        link = next;
    }
    return r;
}

/* ---- all ------------------------------------------------------------------------------------------- */

static void look_at_the_wall(struct broker *broker)
{
    uint64_t wall_ms = clock_wall_ms();
    uint64_t before_ms = broker->clock.wall_ms;

    if (before_ms != 0 && (wall_ms + JUMP_MS < before_ms || wall_ms > before_ms + JUMP_MS))
        say_error("clock.jump", "from_ms=%" PRIu64 " to_ms=%" PRIu64, before_ms, wall_ms);
    broker->clock.wall_ms = wall_ms;
}

int ticks(struct broker *broker)
{
    int r = tick_save(broker, false);

    if (r < 0 || broker->steady_ms < broker->next_slow_ms)
        return r;
    broker->next_slow_ms = broker->steady_ms + SLOW_MS;
    r = tick_seal(broker);
    if (r == 0)
        r = door_probe(broker);
    watch_look(broker);
    if (r == 0 && broker->report_count > broker->report_sent)
        r = tick_links(broker);
    if (r < 0 || broker->steady_ms < broker->next_space_ms)
        return r;
    broker->next_space_ms = broker->steady_ms + SPACE_MS;
    look_at_the_wall(broker);
    r = tick_space(broker);
    if (r == 0)
        r = tick_links(broker);
    if (r == 0 && broker->steady_ms >= broker->cut_ms) {
        broker->cut_ms = broker->steady_ms + CUT_MS;
        r = tick_cut(broker);
    }
    return r;
}

/* How long the loop may wait. */
int tick_timeout_ms(struct broker *broker)
{
    uint64_t steady_ms;
    uint64_t log_ms;
    uint64_t wait_ms = 1000;

    core_next_tick(broker->core, &steady_ms, &log_ms);
    if (steady_ms <= broker->steady_ms || log_ms <= broker->now_ms)
        return 0;
    if (steady_ms - broker->steady_ms < wait_ms)
        wait_ms = steady_ms - broker->steady_ms;
    if (broker->clock.until_ms != 0 && broker->clock.until_ms < log_ms)
        log_ms = broker->clock.until_ms;
    uint64_t until_log_ms =
        log_ms == UINT64_MAX ? UINT64_MAX : (log_ms - broker->now_ms) / broker->clock.rate + 1;
    if (until_log_ms < wait_ms)
        wait_ms = until_log_ms;
    bool something = broker->saving || broker->sealing || broker->report_count > 0
                     || (!broker->sealer.broken && broker->sealer.tree.size < broker->committed)
                     || broker->probe.socket != NULL || strncmp(broker->endpoint, "tcp://", 6) == 0;
    if (something && wait_ms > SLOW_MS)
        wait_ms = SLOW_MS;
    if (broker->lazy_ms != 0 && wait_ms > LAZY_MS)
        wait_ms = LAZY_MS;
    return (int)wait_ms;
}
