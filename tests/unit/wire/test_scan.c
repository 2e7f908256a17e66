/* What is refused before anybody unpacks it, and what is not. */
#include "wire/scan.h"

#include <stdlib.h>

#include "bus.pb-c.h"
#include "lib/run.h"
#include "scan_words.pb-c.h"
#include "wire/limits.h"

/* A message in the making, byte by byte. */
struct bytes {
    uint8_t data[70000];
    size_t size;
};

static void put(struct bytes *bytes, const void *data, size_t size)
{
    memcpy(bytes->data + bytes->size, data, size);
    bytes->size += size;
}

static void put_varint(struct bytes *bytes, uint64_t number)
{
    for (; number >= 0x80; number >>= 7)
        bytes->data[bytes->size++] = (uint8_t)(number | 0x80);
    bytes->data[bytes->size++] = (uint8_t)number;
}

static void put_number(struct bytes *bytes, uint32_t id, uint64_t number)
{
    put_varint(bytes, id << 3);
    put_varint(bytes, number);
}

static void put_bytes(struct bytes *bytes, uint32_t id, const void *data, size_t size)
{
    put_varint(bytes, id << 3 | 2);
    put_varint(bytes, size);
    put(bytes, data, size);
}

static void put_text(struct bytes *bytes, uint32_t id, const char *text)
{
    put_bytes(bytes, id, text, strlen(text));
}

/* NULL when the scan lets it pass; from memory that ends where the message does. */
static const char *scan(const struct bytes *bytes)
{
    const char *reason = NULL;
    uint8_t *exact = malloc(bytes->size + 1);
    uint8_t *at = exact + 1; /* and is not aligned */

    memcpy(at, bytes->data, bytes->size);
    int r = scan_message(&scan_words__all__descriptor, slice_of(at, bytes->size), &reason);
    free(exact);
    ck_assert_int_eq(r, reason == NULL ? 0 : SCAN_BAD);
    return reason;
}

#define RAW(...)                                                                                   \
    (struct bytes)                                                                                 \
    {                                                                                              \
        .data = { __VA_ARGS__ }, .size = sizeof((const uint8_t[]){ __VA_ARGS__ })                  \
    }

static void expect(const struct bytes *bytes, const char *wanted)
{
    const char *reason = scan(bytes);

    if (wanted == NULL)
        ck_assert_msg(reason == NULL, "%s", reason);
    else
        ck_assert_str_eq(reason == NULL ? "it passes" : reason, wanted);
}

static void expect_number(uint32_t id, uint64_t number, const char *wanted)
{
    static struct bytes bytes;

    bytes.size = 0;
    put_number(&bytes, id, number);
    expect(&bytes, wanted);
}

START_TEST(a_good_message_passes_and_is_unpacked)
{
    ScanWords__All all = SCAN_WORDS__ALL__INIT;
    ScanWords__Deep deep = SCAN_WORDS__DEEP__INIT;
    uint32_t numbers[] = { 1, 300, UINT32_MAX };
    const char *texts[] = { "a", "陈家塘\n" };
    static uint8_t data[1024];
    ProtobufCMessage *message;
    struct arena arena;
    const char *reason;

    all.yes = 1;
    all.i32 = -5;
    all.s64 = INT64_MIN;
    all.u64 = UINT64_MAX;
    all.f64 = 7;
    all.text = "温姐姐";
    all.deep = &deep;
    all.numbers = numbers;
    all.n_numbers = 3;
    all.texts = texts;
    all.n_texts = 2;
    all.choice_case = SCAN_WORDS__ALL__CHOICE_RIGHT;
    all.right = "r";
    size_t size = protobuf_c_message_pack(&all.base, data);
    arena_open(&arena, 64 << 10);
    ck_assert_int_eq(
        scan_unpack(&scan_words__all__descriptor, slice_of(data, size), &arena, &message, &reason),
        0);
    const ScanWords__All *again = (const ScanWords__All *)message;
    ck_assert_int_eq(again->i32, -5);
    ck_assert_int_eq(again->s64, INT64_MIN);
    ck_assert_str_eq(again->texts[1], texts[1]);
    ck_assert_uint_eq(again->numbers[2], UINT32_MAX);
    ck_assert_str_eq(again->right, "r");
    arena_close(&arena);
    expect(&(struct bytes){ .size = 0 }, NULL);
}
END_TEST

START_TEST(numbers_are_short_and_fit_their_types)
{
    static const char *const wide = "a number has more than 32 bits";

    expect(&RAW(0x10, 0x81, 0x00), "a number is longer than it need be");
    expect(&RAW(0x10, 0x80, 0x00), "a number is longer than it need be");
    expect(&RAW(0x90, 0x00, 0x01), "a number is longer than it need be"); /* the tag */
    expect(&RAW(0x30, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01), NULL);
    expect(&RAW(0x30, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02),
           "a number has more than 64 bits");
    expect(&RAW(0x30, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x80, 0x01),
           "a number has more than 64 bits");
    expect(&RAW(0x30, 0xff), "a number is cut short");
    expect(&RAW(0x30), "a number is cut short");
    expect_number(3, UINT32_MAX, NULL);
    expect_number(3, (uint64_t)UINT32_MAX + 1, wide);
    expect_number(2, INT32_MAX, NULL);
    expect_number(2, (uint64_t)INT32_MAX + 1, wide);
    expect_number(2, (uint64_t)INT64_C(-5), NULL);
    expect_number(2, (uint64_t)((int64_t)INT32_MIN - 1), wide);
    expect_number(12, (uint64_t)UINT32_MAX, wide);
    expect_number(4, UINT32_MAX, NULL);
    expect_number(4, (uint64_t)UINT32_MAX + 1, wide);
    expect_number(1, 1, NULL);
    expect_number(1, 2, "a yes or no is neither");
    expect(&RAW(0x72, 0x05, 0x80, 0x80, 0x80, 0x80, 0x10), wide);         /* packed */
    expect(&RAW(0x8a, 0x01, 0x02, 0x01, 0x02), "a yes or no is neither"); /* packed */
}
END_TEST

START_TEST(lengths_and_kinds_add_up)
{
    expect(&RAW(0x52, 0x02, 'a'), "a length goes past the end");
    expect(&RAW(0x52, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01),
           "a length goes past the end");
    expect(&RAW(0x45, 1, 2, 3), "a length goes past the end");
    expect(&RAW(0x49, 1, 2, 3, 4, 5, 6, 7), "a length goes past the end");
    expect(&RAW(0x00, 0x01), "a field has no number");
    expect(&RAW(0x0b, 0x0c), "a field is of a kind that is not used"); /* a group */
    expect(&RAW(0x0e), "a field is of a kind that is not used");
    expect(&RAW(0x0d, 0, 0, 0, 0), "a field is not of its kind");
    expect(&RAW(0x50, 0x01), "a field is not of its kind");
    expect(&RAW(0x82, 0x01, 0x01, 'a', 0x7a, 0x03, 1, 2, 3), "a packed list is cut short");
    expect(&RAW(0x6a, 0x02, 0x0a, 0x05), "a length goes past the end"); /* within a message */
    expect(&RAW(0x72, 0x01, 0x80), "a number is cut short");
}
END_TEST

START_TEST(what_may_be_there_once_is_there_once)
{
    expect(&RAW(0x10, 0x01, 0x18, 0x01, 0x10, 0x01), "a field is there twice");
    expect(&RAW(0x52, 0x00, 0x52, 0x00), "a field is there twice");
    expect(&RAW(0x6a, 0x00, 0x6a, 0x00), "a field is there twice");
    expect(&RAW(0x90, 0x01, 0x01, 0x9a, 0x01, 0x00), "a field is there twice"); /* of a oneof */
    expect(&RAW(0x9a, 0x01, 0x00, 0x90, 0x01, 0x01), "a field is there twice");
    expect(&RAW(0x82, 0x01, 0x00, 0x82, 0x01, 0x00), NULL); /* a list */
    expect(&RAW(0xa2, 0x01, 0x00, 0xa2, 0x01, 0x00), NULL);
    expect(&RAW(0x70, 0x01, 0x72, 0x01, 0x02, 0x70, 0x03), NULL); /* a list, packed or not */
}
END_TEST

static void nest(struct bytes *bytes, int depth)
{
    uint8_t inner[4096];
    size_t size = 0;

    for (int i = 0; i < depth; i++) {
        struct bytes *outer = calloc(1, sizeof(*outer));
        put_bytes(outer, 1, inner, size);
        size = outer->size;
        memcpy(inner, outer->data, size);
        free(outer);
    }
    put_bytes(bytes, 13, inner, size);
}

START_TEST(depth_and_number_have_limits)
{
    static struct bytes bytes;

    nest(&bytes, WIRE_DEPTH - 2); /* All, Deep and what nests below it */
    expect(&bytes, NULL);
    bytes.size = 0;
    nest(&bytes, WIRE_DEPTH - 1);
    expect(&bytes, "messages are nested too deep");
    bytes.size = 0;
    nest(&bytes, 800);
    expect(&bytes, "messages are nested too deep");

    bytes.size = 0;
    for (int i = 0; i < WIRE_FIELDS; i++)
        put_text(&bytes, 16, "");
    expect(&bytes, NULL);
    put_text(&bytes, 16, "");
    expect(&bytes, "there are too many fields");

    static uint8_t words[4 * (WIRE_FIELDS + 1)];
    bytes.size = 0;
    put_bytes(&bytes, 15, words, 4 * (WIRE_FIELDS - 1));
    expect(&bytes, NULL);
    bytes.size = 0;
    put_bytes(&bytes, 15, words, 4 * WIRE_FIELDS);
    expect(&bytes, "there are too many fields");
    bytes.size = 0;
    put_bytes(&bytes, 14, words, WIRE_FIELDS);
    expect(&bytes, "there are too many fields");

    bytes.size = 0;
    for (int i = 0; i < WIRE_UNKNOWN_FIELDS; i++)
        put_number(&bytes, 1000 + (uint32_t)i, 1);
    expect(&bytes, NULL);
    put_number(&bytes, 99, 1);
    expect(&bytes, "there are too many unknown fields");
}
END_TEST

static bool text(const char *bytes)
{
    return scan_text(slice_text(bytes));
}

START_TEST(a_text_is_strict_utf8_without_what_nobody_sees)
{
    static const char *const good[] = {
        "",
        "hello",
        "tab\tand\nline",
        "\xc2\xa0",
        "陈家塘",
        "\xdf\xbf",
        "\xe0\xa0\x80",
        "\xed\x9f\xbf",
        "\xee\x80\x80",
        "\xf0\x90\x80\x80",
        "\xf4\x8f\xbf\xbf",
        "é ü 中",
    };
    static const char *const bad[] = {
        "\x01",
        "\x0d",
        "\x1b[0m",
        "\x7f",
        "\xc2\x80",
        "\xc2\x9f", /* C0, C1 */
        "\x80",
        "\xbf",
        "\xc0\x80",
        "\xc1\xbf",
        "\xc2",
        "\xc2\x20",
        "\xfe",
        "\xff",
        "\xe0\x80\x80",
        "\xe0\x9f\xbf",
        "\xe4\xb8",
        "\xf0\x80\x80\x80",
        "\xf0\x8f\xbf\xbf", /* overlong */
        "\xed\xa0\x80",
        "\xed\xbf\xbf", /* surrogates */
        "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80", /* behind the last */
        "\xe2\x80\xaa",
        "\xe2\x80\xae",
        "\xe2\x81\xa6",
        "\xe2\x81\xa9",
        "\xe2\x80\x8e",
        "\xe2\x80\x8f",
        "\xd8\x9c", /* bidi marks */
        "good until \xe2\x80\xae here",
    };

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        ck_assert_msg(text(good[i]), "good %zu", i);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ck_assert_msg(!text(bad[i]), "bad %zu", i);
    ck_assert(!scan_text(slice_of("a\0b", 3)));
    expect(&RAW(0x52, 0x01, 0x00), "a text is not clean UTF-8");
    expect(&RAW(0x82, 0x01, 0x02, 0xc3, 0x28), "a text is not clean UTF-8");
    expect(&RAW(0x9a, 0x01, 0x01, 0xff), "a text is not clean UTF-8");
    expect(&RAW(0x5a, 0x02, 0x00, 0xff), NULL); /* bytes may be anything */
}
END_TEST

/* A message of 1 MB that libprotobuf-c would make 88 MB of. */
START_TEST(memory_meets_the_budget)
{
    static struct bytes bytes;
    ProtobufCMessage *message;
    struct arena arena;
    const char *reason;

    for (int i = 0; i < WIRE_FIELDS; i++)
        put_bytes(&bytes, 20, "", 0);
    arena_open(&arena, 8 * bytes.size);
    int r = scan_unpack(&scan_words__all__descriptor, slice_of(bytes.data, bytes.size), &arena,
                        &message, &reason);
    ck_assert_int_eq(r, SCAN_TOO_LARGE);
    ck_assert_uint_le(arena.used_bytes, 8 * bytes.size);
    arena_close(&arena);
}
END_TEST

/* ---- envelopes ----------------------------------------------------------------------------------- */

static size_t pack(const Bus__Envelope *envelope, uint8_t *data)
{
    return bus__envelope__pack(envelope, data);
}

static Bus__Envelope usual(void)
{
    Bus__Envelope envelope = BUS__ENVELOPE__INIT;

    envelope.epoch = 3;
    envelope.number = 1042;
    envelope.subject = "referral.Dispatch.hcz";
    return envelope;
}

static void expect_envelope(const Bus__Envelope *message, const char *wanted)
{
    static uint8_t data[WIRE_ENVELOPE_BYTES + 4096];
    struct envelope envelope;
    const char *reason = "it passes";

    size_t size = pack(message, data);
    int r = scan_envelope(slice_of(data, size), &envelope, &reason);
    ck_assert_str_eq(r == 0 ? "it passes" : reason, wanted);
}

START_TEST(an_envelope_is_taken_apart_where_it_lies)
{
    Bus__Envelope message = usual();
    Bus__Actor actor = BUS__ACTOR__INIT;
    uint8_t body[] = { 1, 2, 3 };
    uint8_t data[512];
    struct envelope envelope;
    const char *reason;

    actor.unit = "hcz";
    actor.post = "hcz.desk";
    message.to = "sjb";
    message.case_id = "H-20230118-0042-7";
    message.cause = "hotline/1/7";
    message.priority = BUS__PRIORITY__P0;
    message.exercise = 1;
    message.not_before_ms = 5;
    message.expires_ms = 6;
    message.actor = &actor;
    message.traceparent = "00-0af7-b7ad-01";
    message.body.data = body;
    message.body.len = 3;
    size_t size = pack(&message, data);
    ck_assert_int_eq(scan_envelope(slice_of(data, size), &envelope, &reason), 0);
    ck_assert_uint_eq(envelope.epoch, 3);
    ck_assert_uint_eq(envelope.number, 1042);
    ck_assert(slice_equal(envelope.subject, slice_text(message.subject)));
    ck_assert(slice_equal(envelope.to, slice_text("sjb")));
    ck_assert(slice_equal(envelope.case_id, slice_text(message.case_id)));
    ck_assert(slice_equal(envelope.cause, slice_text(message.cause)));
    ck_assert_uint_eq(envelope.priority, 0);
    ck_assert(envelope.exercise);
    ck_assert_uint_eq(envelope.not_before_ms, 5);
    ck_assert_uint_eq(envelope.expires_ms, 6);
    ck_assert(slice_equal(envelope.actor_unit, slice_text("hcz")));
    ck_assert(slice_equal(envelope.body, slice_of(body, 3)));
    ck_assert_uint_eq(envelope.bytes.size, size);
    for (size_t cut = 0; cut + 5 < size; cut++) { /* without its body it is another envelope */
        uint8_t *exact = malloc(cut + 1);
        memcpy(exact, data, cut);
        int r = scan_envelope(slice_of(exact, cut), &envelope, &reason);
        ck_assert(r == 0 || r == SCAN_BAD);
        free(exact);
    }
}
END_TEST

START_TEST(an_envelope_that_breaks_a_rule_is_refused_by_name)
{
    static uint8_t body[WIRE_BODY_BYTES + 1];
    static const char *const subjects[] = { "",
                                            "referral",
                                            "referral.Dispatch",
                                            "a.b.c.d",
                                            ".Dispatch.hcz",
                                            "referral..hcz",
                                            "referral.D.",
                                            "referral.D.h z",
                                            "referral.D.*",
                                            "referral.>",
                                            "referral.D.\xe9" };
    Bus__Envelope message = usual();
    Bus__Actor actor = BUS__ACTOR__INIT;

    expect_envelope(&message, "it passes");
    for (size_t i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++) {
        message.subject = subjects[i];
        expect_envelope(&message, "the subject is not service.Message.unit");
    }
    char longest[WIRE_SUBJECT_BYTES + 2] = "a.b.";
    memset(longest + 4, 'c', WIRE_SUBJECT_BYTES - 4);
    message.subject = longest;
    expect_envelope(&message, "it passes");
    longest[WIRE_SUBJECT_BYTES] = 'c';
    expect_envelope(&message, "the subject is not service.Message.unit");
    message = usual();
    message.number = 0;
    expect_envelope(&message, "the number is 0");
    message = usual();
    message.epoch = 0;
    expect_envelope(&message, "the epoch is 0");
    message = usual();
    message.to = "two words";
    expect_envelope(&message, "to is no name");
    message = usual();
    message.case_id = "line\n";
    expect_envelope(&message, "the case id is no name");
    message = usual();
    message.priority = (Bus__Priority)7;
    expect_envelope(&message, "the priority is not P0 to P5");
    message = usual();
    message.actor = &actor;
    actor.unit = "no name";
    expect_envelope(&message, "the actor is not made of names");
    message = usual();
    message.body.data = body;
    message.body.len = WIRE_BODY_BYTES;
    expect_envelope(&message, "it passes");
    message.body.len++;
    expect_envelope(&message, "the message is over the limit");
}
END_TEST

static const char *scan_raw_envelope(const struct bytes *bytes)
{
    struct envelope envelope;
    const char *reason = "it passes";

    scan_envelope(slice_of(bytes->data, bytes->size), &envelope, &reason);
    return reason;
}

START_TEST(an_envelope_says_nothing_twice)
{
    static struct bytes bytes;
    uint8_t data[256];
    Bus__Envelope message = usual();

    put(&bytes, data, pack(&message, data));
    put_number(&bytes, 2, 9);
    ck_assert_str_eq(scan_raw_envelope(&bytes), "a field is there twice");
    bytes.size = 0;
    put(&bytes, data, pack(&message, data));
    put_bytes(&bytes, 11,
              "\x0a\x01"
              "a"
              "\x0a\x01"
              "b",
              6); /* an actor of two units */
    ck_assert_str_eq(scan_raw_envelope(&bytes), "the actor is not made of names");
    bytes.size = 0;
    put(&bytes, data, pack(&message, data));
    for (uint32_t i = 0; i < WIRE_UNKNOWN_FIELDS; i++)
        put_number(&bytes, 100 + i, 1);
    ck_assert_str_eq(scan_raw_envelope(&bytes), "it passes");
    put_number(&bytes, 200, 1);
    ck_assert_str_eq(scan_raw_envelope(&bytes), "there are too many unknown fields");
    bytes.size = 0;
    put(&bytes, data, pack(&message, data));
    put_number(&bytes, 13, 1); /* a body that is a number */
    ck_assert_str_eq(scan_raw_envelope(&bytes), "the body is not bytes");
}
END_TEST

START_TEST(a_stored_message_comes_back)
{
    static const size_t bodies[] = { 0, 1, 100, 20000 };
    static uint8_t body[20000];
    static uint8_t data[WIRE_ENVELOPE_BYTES];
    static uint8_t stored_bytes[WIRE_ENVELOPE_BYTES + 256];
    Bus__Envelope message = usual();
    struct stored stored;

    for (size_t i = 0; i < 4; i++) {
        message.body.data = body;
        message.body.len = bodies[i];
        struct slice envelope = slice_of(data, pack(&message, data));
        struct slice source = slice_text("hcz.desk2");
        uint32_t size = scan_stored_size(source, envelope);
        scan_stored_pack(77, 1674000000000, source, envelope, stored_bytes);
        ck_assert_int_eq(scan_stored(slice_of(stored_bytes, size), &stored), 0);
        ck_assert_uint_eq(stored.seq, 77);
        ck_assert_uint_eq(stored.time_ms, 1674000000000);
        ck_assert(slice_equal(stored.source, source));
        ck_assert(slice_equal(stored.envelope.bytes, envelope));
        ck_assert_int_eq(scan_stored(slice_of(stored_bytes, size - 1), &stored), SCAN_BAD);
        Bus__Stored *again = bus__stored__unpack(NULL, size, stored_bytes); /* and is protobuf */
        ck_assert_ptr_nonnull(again);
        ck_assert_uint_eq(again->seq, 77);
        ck_assert_str_eq(again->source, "hcz.desk2");
        ck_assert_uint_eq(again->envelope.len, envelope.size);
        bus__stored__free_unpacked(again, NULL);
    }
}
END_TEST

TESTS(a_good_message_passes_and_is_unpacked, numbers_are_short_and_fit_their_types,
      lengths_and_kinds_add_up, what_may_be_there_once_is_there_once, depth_and_number_have_limits,
      a_text_is_strict_utf8_without_what_nobody_sees, memory_meets_the_budget,
      an_envelope_is_taken_apart_where_it_lies, an_envelope_that_breaks_a_rule_is_refused_by_name,
      an_envelope_says_nothing_twice, a_stored_message_comes_back)
