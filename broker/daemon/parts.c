/*
 * Parts of the log, read for those who want them.  What was just made durable is still in memory and
 * is taken from there; the rest is read by a few readers that each stand at one place.  All receivers
 * that stand at one place with one set of filters share one frame.
 *
 * What is damaged is refused by name: a subscription ends with GONE and the range, and its receiver
 * decides whether to go on behind it; a mailbox's message becomes a dead letter that says so.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "core/filter.h"
#include "daemon/inside.h"

enum { RANGE_BYTES = 18, TAG_FIRST = 0x09, TAG_LAST = 0x11 };

/* ---- where a record is read ------------------------------------------------------------------------ */

/* The reader that stands at `seq`, else the one that was used longest ago.  UINT64_MAX: any. */
static struct reader *choose(struct broker *broker, uint64_t seq)
{
    struct reader *oldest = &broker->readers[0];

    for (uint32_t i = 0; i < READERS; i++) {
        struct reader *reader = &broker->readers[i];
        if (reader->next == seq && seq != UINT64_MAX)
            return reader;
        if (reader->used < oldest->used)
            oldest = reader;
    }
    return oldest;
}

static struct reader *stand_at(struct broker *broker, uint64_t seq)
{
    struct reader *reader = choose(broker, seq);

    reader->used = ++broker->round;
    reader->next = seq;
    if (seq != UINT64_MAX)
        log_reader_seek(reader->log, seq);
    return reader;
}

struct log_reader *part_reader(struct broker *broker, uint64_t seq)
{
    return stand_at(broker, seq)->log;
}

/* Walks records from `seq` on: first those in memory, then by a reader. */
struct walk {
    struct broker *broker;
    struct reader *reader; /* NULL: in memory */
    uint64_t next;
};

static struct walk walk_from(struct broker *broker, uint64_t seq)
{
    return (struct walk){ .broker = broker, .next = seq };
}

static int walk_next(struct walk *walk, struct log_record *ret_record)
{
    const struct log_batch *batch = walk->broker->batch;

    if (batch != NULL && walk->next >= log_batch_first(batch)
        && walk->next <= log_batch_last(batch)) {
        log_batch_record(batch, (uint32_t)(walk->next - log_batch_first(batch)), ret_record);
        walk->next++;
        return 0;
    }
    if (walk->reader == NULL || walk->reader->next != walk->next)
        walk->reader = stand_at(walk->broker, walk->next);
    int r = log_reader_next(walk->reader->log, ret_record);
    if (r == 0)
        walk->reader->next = ++walk->next;
    return r;
}

/* Behind what cannot be read; its range. */
static void walk_skip(struct walk *walk, uint64_t *ret_first, uint64_t *ret_last)
{
    log_reader_skip(walk->reader->log, ret_first, ret_last);
    walk->next = walk->reader->next = *ret_last + 1;
}

int part_read(struct broker *broker, uint64_t seq, struct log_record *ret_record)
{
    struct walk walk = walk_from(broker, seq);
    int r = walk_next(&walk, ret_record);

    if (r > 0 && walk.reader != NULL)
        walk.reader->next = UINT64_MAX - 1;
    return r;
}

/* ---- subscriptions --------------------------------------------------------------------------------- */

static void put_range(uint8_t *bytes, uint64_t first, uint64_t last)
{
    bytes[0] = TAG_FIRST;
    memcpy(bytes + 1, &first, 8);
    bytes[9] = TAG_LAST;
    memcpy(bytes + 10, &last, 8);
}

static const uint8_t *varint(const uint8_t *at, uint64_t *ret_number)
{
    uint64_t number = 0;

    for (unsigned shift = 0; shift < 64; shift += 7) {
        number |= (uint64_t)(*at & 0x7f) << shift;
        if ((*at++ & 0x80) == 0)
            break;
    }
    *ret_number = number;
    return at;
}

/* The subject of a bus.Stored of ours.  It was scanned when it came in and its check is good, so its
 * fields are stepped over and not scanned again; producers put the subject third. */
static struct slice subject_of(struct slice payload)
{
    enum { HEAD_BYTES = 18, SUBJECT = 3 };
    const uint8_t *at = payload.data;
    const uint8_t *end = at + payload.size;
    uint64_t size;

    at = varint(at + HEAD_BYTES + 1, &size); /* the source */
    at = varint(at + size + 1, &size);       /* the envelope */
    while (at < end) {
        uint64_t tag;
        uint64_t number;
        at = varint(at, &tag);
        unsigned kind = (unsigned)tag & 7;
        if (kind == 1 || kind == 5) {
            at += kind == 1 ? 8 : 4;
            continue;
        }
        at = varint(at, &number);
        if (kind != 2)
            continue;
        if (tag >> 3 == SUBJECT)
            return slice_of(at, number);
        at += number;
    }
    return (struct slice){ 0 };
}

static bool wanted(const struct core_feed *feed, const struct log_record *record)
{
    return record->type == LOG_MESSAGE && filters_match(feed->filters, subject_of(record->payload));
}

/* Gathers what matches; *ret_next is the first sequence that was not looked at.  LOG_DAMAGED, LOG_CUT
 * when the very first one cannot be read. */
static int gather(struct broker *broker, const struct core_feed *feed, struct frame_writer *writer,
                  uint64_t *ret_next)
{
    struct walk walk = walk_from(broker, feed->from);
    struct log_record record;
    uint32_t looked = 0;

    for (; walk.next <= feed->to && looked < FEED_RECORDS; looked++) {
        uint64_t seq = walk.next;
        int r = walk_next(&walk, &record);
        if (r < 0)
            return r;
        if (r > 0) {
            if (walk.reader != NULL)
                walk.reader->next = UINT64_MAX - 1; /* it stands nowhere now */
            if (seq == feed->from)
                return r;
            walk.next = seq;
            break;
        }
        if (!wanted(feed, &record))
            continue;
        bool first = writer->count == 1;
        void *room = !first && writer->size + record.payload.size > feed->bytes
                         ? NULL
                         : frame_item(writer, (uint32_t)record.payload.size);
        if (room == NULL) {
            walk.next = seq;
            if (walk.reader != NULL)
                walk.reader->next = UINT64_MAX - 1;
            break;
        }
        memcpy(room, record.payload.data, record.payload.size);
    }
    *ret_next = walk.next;
    return 0;
}

static int refuse_range(struct broker *broker, const struct core_feed *feed, const uint64_t *peers,
                        int why)
{
    Bus__Reject reject = BUS__REJECT__INIT;
    struct log_record record;
    uint64_t first;
    uint64_t last;
    char reason[160];

    struct log_reader *reader = part_reader(broker, feed->from);
    int r = log_reader_next(reader, &record);
    if (r <= 0)
        return r;
    log_reader_skip(reader, &first, &last);
    snprintf(reason, sizeof(reason),
             why == LOG_CUT ? "%" PRIu64 " to %" PRIu64 " are no longer kept"
                            : "%" PRIu64 " to %" PRIu64 " are damaged on the disk",
             first, last);
    say_error("log.refused", "first=%" PRIu64 " last=%" PRIu64 " why=%s", first, last,
              why == LOG_CUT ? "cut" : "damaged");
    reject.code = BUS__CODE__GONE;
    reject.reason = reason;
    for (uint32_t i = 0; r >= 0 && i < feed->peer_count; i++) {
        struct link *link = link_of(broker, peers[i]);
        if (link == NULL)
            continue;
        link->parked = true;
        reject.request = link->subscribe_request;
        r = out_send(broker, peers[i], FRAME_REJECT, &reject.base);
    }
    return r < 0 ? r : 0;
}

static int send_shared(struct broker *broker, struct slice frame, const uint64_t *peers,
                       uint32_t count)
{
    struct socket_shared *shared;
    void *data;

    int r = out_flush(broker);
    if (r < 0)
        return r;
    if (count == 1) {
        r = socket_send(broker->socket, peers[0], frame);
        if (r > 0)
            out_gone(broker, peers[0]);
        return r < 0 ? r : 0;
    }
    r = socket_share((uint32_t)frame.size, &shared, &data);
    if (r < 0)
        return r;
    memcpy(data, frame.data, frame.size);
    for (uint32_t i = 0; r >= 0 && i < count; i++) {
        r = socket_send_shared(broker->socket, peers[i], shared);
        if (r > 0)
            out_gone(broker, peers[i]);
    }
    socket_shared_close(shared);
    return r < 0 ? r : 0;
}

static int carry_feed(struct broker *broker, const struct core_feed *feed, uint32_t at)
{
    struct frame_writer writer;
    uint32_t size = 0;
    uint64_t next;

    frame_begin(&writer, broker->frame, WIRE_FRAME_BYTES, FRAME_DELIVER, broker->run);
    uint8_t *range = frame_item(&writer, RANGE_BYTES);
    int r = gather(broker, feed, &writer, &next);
    if (r == LOG_DAMAGED || r == LOG_CUT)
        return refuse_range(broker, feed, broker->part_peers + at, r);
    if (r != 0)
        return r < 0 ? r : 0;
    put_range(range, feed->first, next - 1);
    if (writer.count > 1 || feed->always) {
        struct slice frame = frame_end(&writer);
        size = (uint32_t)frame.size;
        r = send_shared(broker, frame, broker->part_peers + at, feed->peer_count);
    }
    for (uint32_t i = 0; r == 0 && i < feed->peer_count; i++)
        r = broker_step(broker, &(struct core_event){ .kind = CORE_SENT,
                                                      .peer = broker->part_peers[at + i],
                                                      .sent = { next, size } });
    return r;
}

/* ---- mailboxes ------------------------------------------------------------------------------------- */

static int tell_scanned(struct broker *broker, const struct core_scan *scan,
                        const struct log_record *record, uint32_t *found)
{
    struct core_message message;
    struct stored stored;

    if (record->type != LOG_MESSAGE || scan_stored(record->payload, &stored) != 0)
        return 0;
    part_message(&stored.envelope, &message);
    if (!core_scan_wants(scan, &message))
        return 0;
    ++*found;
    return broker_step(broker, &(struct core_event){ .kind = CORE_SCANNED,
                                                     .scanned = { .mailbox = scan->mailbox,
                                                                  .seq = stored.seq,
                                                                  .time_ms = stored.time_ms,
                                                                  .message = &message } });
}

/* Broker_step puts new parts behind those in hand; readers are ours alone meanwhile. */
static int carry_scan(struct broker *broker, const struct core_scan *scan)
{
    struct walk walk = walk_from(broker, scan->from);
    struct log_record record;
    uint32_t looked = 0;
    uint32_t found = 0;
    int r = 0;

    while (r == 0 && walk.next <= scan->to && looked < SCAN_RECORDS && found < scan->limit) {
        uint64_t first;
        uint64_t last;
        r = walk_next(&walk, &record);
        looked++;
        if (r == 0)
            r = tell_scanned(broker, scan, &record, &found);
        else if (r == LOG_END)
            break;
        else if (r > 0) {
            walk_skip(&walk, &first, &last);
            say_error("log.passed_over", "first=%" PRIu64 " last=%" PRIu64, first, last);
            r = 0;
        }
    }
    if (r < 0)
        return r;
    return broker_step(
        broker, &(struct core_event){ .kind = CORE_SCAN_DONE,
                                      .scanned = { .mailbox = scan->mailbox, .next = walk.next } });
}

int part_lease(struct broker *broker, const struct core_effect *effect)
{
    Bus__Lease lease = BUS__LEASE__INIT;
    struct log_record record;

    int r = part_read(broker, effect->lease.seq, &record);
    if (r != 0 || record.type != LOG_MESSAGE) {
        say_error("log.unreadable", "seq=%" PRIu64 " mailbox=%s", effect->lease.seq,
                  effect->lease.mailbox);
        return r < 0 ? r : 1;
    }
    lease.token = effect->lease.token;
    lease.seq = effect->lease.seq;
    lease.mailbox = effect->lease.mailbox;
    lease.attempt = effect->lease.attempt;
    lease.lease_ms = effect->lease.lease_ms;
    lease.stored.data = (uint8_t *)(uintptr_t)record.payload.data;
    lease.stored.len = record.payload.size;
    return out_send(broker, effect->peer, FRAME_LEASED, &lease.base);
}

/* As many as a frame holds; the counts tell how many there are. */
int part_peeked(struct broker *broker, const struct core_effect *effect)
{
    Bus__Peeked peeked = *effect->peeked;
    uint32_t bytes = WIRE_FRAME_BYTES / 2;
    size_t count = 0;
    int r = 0;

    arena_reset(&broker->arena);
    Bus__PeekItem **items =
        arena_alloc(&broker->arena, (peeked.n_items + 1) * sizeof(Bus__PeekItem *));
    for (; items != NULL && r >= 0 && count < peeked.n_items; count++) {
        struct log_record record;
        Bus__PeekItem *item = arena_alloc(&broker->arena, sizeof(*item));
        if (item == NULL)
            break;
        *item = *peeked.items[count];
        r = part_read(broker, item->seq, &record);
        if (r == 0) {
            if (record.payload.size > bytes)
                break;
            bytes -= (uint32_t)record.payload.size;
            item->stored.data =
                arena_copy(&broker->arena, record.payload.data, record.payload.size);
            item->stored.len = item->stored.data == NULL ? 0 : record.payload.size;
        }
        items[count] = item;
    }
    if (r < 0)
        return r;
    peeked.items = items;
    peeked.n_items = items == NULL ? 0 : count;
    return out_send(broker, effect->peer, FRAME_PEEKED, &peeked.base);
}

/* ---- all that was put aside ------------------------------------------------------------------------ */

static int carry(struct broker *broker, const struct part *part)
{
    switch (part->kind) {
    case PART_FEED:
        return carry_feed(broker, &part->feed.feed, part->feed.peers);
    case PART_SCAN:
        return carry_scan(broker, &part->scan);
    case PART_LEASE:
        return broker_step(broker,
                           &(struct core_event){
                               .kind = CORE_UNREADABLE,
                               .unreadable = { part->unreadable.mailbox, part->unreadable.seq },
                           });
    }
    return 0;
}

/* Scans beyond the first few stay for the next round: a long backlog is read in slices. */
static void keep_scan(struct broker *broker, const struct part *part, uint32_t *kept)
{
    broker->parts[(*kept)++] = *part;
}

int parts_carry(struct broker *broker)
{
    uint32_t slices = 0;
    uint32_t kept = 0;
    int r = 0;

    broker->step_depth++;
    for (uint32_t i = 0; r == 0 && i < broker->part_count; i++) {
        struct part part = broker->parts[i]; /* the list may move while it is carried out */
        if (part.kind == PART_SCAN && slices++ >= SCAN_SLICES)
            keep_scan(broker, &part, &kept);
        else
            r = carry(broker, &part);
    }
    broker->part_count = kept;
    broker->part_peer_count = 0;
    while (r == 0 && broker->gone_count > 0) {
        uint64_t peer = broker->gone[--broker->gone_count];
        link_drop(broker, peer);
        r = broker_step(broker, &(struct core_event){ .kind = CORE_GONE, .peer = peer });
    }
    broker->step_depth--;
    return r;
}
