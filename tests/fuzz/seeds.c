/*
 * Writes the first inputs of each fuzz target: `fuzz-seeds tests/fuzz/corpus tests/sim/town/scenes.txt`.  What a fuzzer finds
 * besides is added to the same folders by hand, one file for each fault that was mended.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crc.h"
#include "base/io.h"
#include "bus.pb-c.h"
#include "fuzz/seeds.h"
#include "log/format.h"
#include "town.pb-c.h"
#include "wire/frame.h"
#include "wire/scan.h"

static const char *top;

void write_seed(const char *target, const char *name, struct slice bytes)
{
    char path[4096];

    snprintf(path, sizeof(path), "%s/%s", top, target);
    if (io_make_directory(path) != 0)
        exit(73);
    snprintf(path, sizeof(path), "%s/%s/%s", top, target, name);
    if (io_replace_file(path, bytes, 0644) != 0)
        exit(73);
}

/* ---- frames --------------------------------------------------------------------------------------- */

static uint8_t buffer[8192];

static void frame_of(enum frame_type type, const char *name,
                     const ProtobufCMessage *const *messages)
{
    struct frame_writer writer;

    frame_begin(&writer, buffer, sizeof(buffer), type, 7);
    for (; messages != NULL && *messages != NULL; messages++)
        if (frame_pack(&writer, *messages) != 0)
            exit(70);
    write_seed("fuzz_frame", name, frame_end(&writer));
}

#define FRAME(type, name, ...)                                                                     \
    frame_of(FRAME_##type, name, (const ProtobufCMessage *const[]){ __VA_ARGS__, NULL })

static Bus__Envelope usual(void)
{
    Bus__Envelope envelope = BUS__ENVELOPE__INIT;

    envelope.epoch = 1;
    envelope.number = 1;
    envelope.subject = "referral.Accept.hcz";
    return envelope;
}

static void publishes(void)
{
    Bus__Envelope small = usual();
    Bus__Envelope full = usual();
    Bus__Actor actor = BUS__ACTOR__INIT;
    uint8_t body[] = { 0x0a, 0x02, 'A', '7' };

    actor.unit = "hcz";
    actor.post = "hcz.desk";
    actor.person = "s7";
    actor.acting_for = "hcz.head";
    full.number = 300;
    full.to = "sjb";
    full.case_id = "R-20230118-0042-5";
    full.cause = "hotline/1/7";
    full.priority = BUS__PRIORITY__P0;
    full.exercise = 1;
    full.not_before_ms = 1674007331120;
    full.expires_ms = 1674007331121;
    full.actor = &actor;
    full.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    full.body.data = body;
    full.body.len = sizeof(body);
    FRAME(PUBLISH, "publish", &small.base);
    FRAME(PUBLISH, "publish_full", &full.base);
    FRAME(PUBLISH, "publish_two", &small.base, &full.base);

    struct frame_writer writer;
    Bus__Range range = BUS__RANGE__INIT;
    uint8_t packed[512];
    struct slice inner = slice_of(packed, bus__envelope__pack(&full, packed));
    struct slice source = slice_text("hcz.desk2");
    range.first = 40;
    range.last = 42;
    frame_begin(&writer, buffer, sizeof(buffer), FRAME_DELIVER, 7);
    frame_pack(&writer, &range.base);
    scan_stored_pack(42, 1674007331121, source, inner,
                     frame_item(&writer, scan_stored_size(source, inner)));
    write_seed("fuzz_frame", "deliver", frame_end(&writer));
}

static void calls(void)
{
    const char *filters[] = { "referral.>", "*.Dispatched.*" };
    Bus__Hello hello = BUS__HELLO__INIT;
    Bus__Welcome welcome = BUS__WELCOME__INIT;
    Bus__Subscribe subscribe = BUS__SUBSCRIBE__INIT;
    Bus__Take take = BUS__TAKE__INIT;
    Bus__Receipt receipt = BUS__RECEIPT__INIT;
    Bus__Return back = BUS__RETURN__INIT;
    Bus__Query query = BUS__QUERY__INIT;
    Bus__Actor actor = BUS__ACTOR__INIT;
    Bus__Admin admin = BUS__ADMIN__INIT;

    hello.instance = "desk2";
    hello.epoch = 1;
    hello.version = 1;
    hello.log_id = UINT64_MAX;
    FRAME(HELLO, "hello", &hello.base);
    welcome.source = "hcz.desk2";
    welcome.head = 41;
    welcome.rate = 60;
    FRAME(WELCOME, "welcome", &welcome.base);
    subscribe.filters = filters;
    subscribe.n_filters = 2;
    subscribe.credit_bytes = 1 << 20;
    FRAME(SUBSCRIBE, "subscribe", &subscribe.base);
    take.mailbox = "hcz";
    take.count = 5;
    FRAME(TAKE, "take", &take.base);
    receipt.mailbox = "hcz";
    receipt.token = UINT64_MAX;
    FRAME(RECEIPT, "receipts", &receipt.base, &receipt.base);
    back.mailbox = "hcz";
    back.reason = "没有车";
    back.dead = 1;
    FRAME(RETURN, "return", &back.base);
    actor.unit = "hcz";
    query.subject = "registry.Card.c41";
    query.actor = &actor;
    query.body.data = (uint8_t *)(uintptr_t) "x";
    query.body.len = 1;
    FRAME(QUERY, "query", &query.base);
    admin.verb = "log";
    admin.argument = "referral.>";
    FRAME(ADMIN, "admin", &admin.base);
    frame_of(FRAME_PING, "ping", NULL);
}

static void answers(void)
{
    Bus__Lease lease = BUS__LEASE__INIT;
    Bus__PeekItem item = BUS__PEEK_ITEM__INIT;
    Bus__PeekItem *items[] = { &item, &item };
    Bus__Peeked peeked = BUS__PEEKED__INIT;
    Bus__AdminAnswer admin = BUS__ADMIN_ANSWER__INIT;
    ProtobufCBinaryData stored[] = { { 3, (uint8_t *)(uintptr_t) "abc" }, { 0, NULL } };
    Town__Card card = TOWN__CARD__INIT;
    Town__Medicine medicine = TOWN__MEDICINE__INIT;
    Town__Medicine *medicines[] = { &medicine };

    lease.mailbox = "hcz";
    lease.seq = 7;
    lease.token = 9;
    FRAME(LEASED, "leased", &lease.base);
    item.seq = 7;
    item.state = "dead";
    item.reason = "no ambulance";
    peeked.items = items;
    peeked.n_items = 2;
    FRAME(PEEKED, "peeked", &peeked.base);
    admin.stored = stored;
    admin.n_stored = 2;
    FRAME(ADMIN_ANSWER, "admin_answer", &admin.base);
    card.person = "p1";
    card.name = "陈某";
    medicine.name = "m";
    medicine.days_left = 3;
    card.medicines = medicines;
    card.n_medicines = 1;
    card.oxygen = 1;
    FRAME(BYE, "card", &card.base);
}

/* ---- segments ------------------------------------------------------------------------------------- */

static size_t put_record(uint8_t *at, uint8_t type, uint64_t seq, const void *payload,
                         uint32_t size)
{
    struct record_header header = { .size = size, .type = type, .seq = seq, .time_ms = seq };
    struct record_header *record = (void *)at;

    memcpy(at, &header, sizeof(header));
    memcpy(at + sizeof(header), payload, size);
    record->crc = format_record_crc(record, 0);
    return (size_t)format_record_bytes(size);
}

/* A whole batch as the log writes it with the salt 0; its size. */
static size_t put_batch(uint8_t *at, uint64_t first, uint32_t count,
                        uint8_t previous[FORMAT_HASH_SIZE])
{
    struct footer_payload footer = { .count = count, .first = first, .last = first + count - 1 };
    size_t size = 0;

    for (uint32_t i = 0; i < count; i++) {
        const struct record_header *record = (const void *)(at + size);
        size += put_record(at + size, LOG_MESSAGE, first + i, "a record's payload", 5 + i % 13);
        footer.crc = crc32c(footer.crc, &record->crc, sizeof(record->crc));
    }
    footer.bytes = (uint32_t)size;
    memcpy(footer.previous, previous, FORMAT_HASH_SIZE);
    put_record(at + size, FOOTER_TYPE, footer.last, &footer, sizeof(footer));
    format_footer_hash(at + size, previous);
    return size + FOOTER_BYTES;
}

static void segments(void)
{
    static const uint8_t wounds[] = { 1, 9, 3, 1, 2, 5, 7, 1, 1, 1, 0, 200, 4, 0xff, 0xff, 0, 0 };
    uint8_t previous[FORMAT_HASH_SIZE] = { 0 };
    static uint8_t bytes[8192]; /* the first byte is even: as it is */
    _Alignas(8) static uint8_t batches[8192];
    size_t size = 0;

    for (uint32_t i = 0; i < 3; i++)
        size += put_batch(batches + size, 1 + 4 * i, 4, previous);
    memcpy(bytes + 1, batches, size);
    write_seed("fuzz_segment", "three_batches", slice_of(bytes, size + 1 + 64));
    write_seed("fuzz_segment", "torn", slice_of(bytes, size + 1 - 20));
    bytes[300] ^= 1;
    write_seed("fuzz_segment", "damaged", slice_of(bytes, size + 1));
    write_seed("fuzz_segment", "wounded", slice_of(wounds, sizeof(wounds)));
    write_seed("fuzz_segment", "whole", slice_of("\x01\x0c\x05\x06\x01", 5));
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: fuzz-seeds FOLDER SCENES\n");
        return 64;
    }
    top = argv[1];
    publishes();
    calls();
    answers();
    segments();
    seeds_doors();
    seeds_turns(argv[2]);
    return 0;
}
