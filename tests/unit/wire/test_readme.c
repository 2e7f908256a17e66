/* The frames that proto/README.md shows are those that the code makes. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "bus.pb-c.h"
#include "lib/run.h"
#include "wire/frame.h"
#include "wire/scan.h"

enum { EPOCH = 7, FRAMES_BYTES = 8192, README_BYTES = 256 << 10 };

static char text[FRAMES_BYTES];

/* As the page has it: the name, a line for the header, a line for each 16 bytes of an item. */
static void show(const struct slice *frame)
{
    const uint8_t *bytes = frame->data;
    size_t used = strlen(text);

    used += (size_t)snprintf(text + used, FRAMES_BYTES - used, "%s\n",
                             frame_type_name((enum frame_type)bytes[3]));
    for (size_t i = 0; i < frame->size; i++)
        used +=
            (size_t)snprintf(text + used, FRAMES_BYTES - used, "%s%02x%s", i % 16 == 0 ? "  " : " ",
                             bytes[i], i % 16 == 15 || i + 1 == frame->size ? "\n" : "");
}

static void show_one(enum frame_type type, uint32_t epoch, const ProtobufCMessage *message)
{
    struct frame_writer writer;
    uint8_t buffer[1024];

    frame_begin(&writer, buffer, sizeof(buffer), type, epoch);
    ck_assert_int_eq(frame_pack(&writer, message), 0);
    struct slice frame = frame_end(&writer);
    show(&frame);
}

static Bus__Envelope envelope(void)
{
    Bus__Envelope message = BUS__ENVELOPE__INIT;

    message.epoch = 1;
    message.number = 1;
    message.subject = "referral.Accept.hcz";
    message.case_id = "R-20230118-0042-5";
    message.body.data = (uint8_t *)(uintptr_t) "\x0a\x02"
                                               "A7";
    message.body.len = 4;
    return message;
}

static void begin_session(void)
{
    Bus__Hello hello = BUS__HELLO__INIT;
    Bus__Welcome welcome = BUS__WELCOME__INIT;

    hello.instance = "desk2";
    hello.epoch = 1;
    hello.version = 1;
    show_one(FRAME_HELLO, 0, &hello.base);
    welcome.source = "hcz.desk2";
    welcome.log_id = 4711;
    welcome.head = 41;
    welcome.time_ms = 1674007331120;
    welcome.rate = 1;
    welcome.publish_messages = 4096;
    welcome.publish_bytes = 8 << 20;
    welcome.frame_bytes = WIRE_FRAME_BYTES;
    welcome.body_bytes = WIRE_BODY_BYTES;
    show_one(FRAME_WELCOME, EPOCH, &welcome.base);
}

static void publish(void)
{
    Bus__Envelope message = envelope();
    Bus__Acknowledged stored = BUS__ACKNOWLEDGED__INIT;

    show_one(FRAME_PUBLISH, EPOCH, &message.base);
    stored.number = 1;
    stored.seq = 42;
    show_one(FRAME_STORED, EPOCH, &stored.base);
}

static void hear(void)
{
    const char *filters[] = { "referral.>" };
    Bus__Subscribe subscribe = BUS__SUBSCRIBE__INIT;
    Bus__Range range = BUS__RANGE__INIT;
    Bus__Credit credit = BUS__CREDIT__INIT;
    Bus__Envelope message = envelope();
    struct frame_writer writer;
    uint8_t buffer[1024];
    uint8_t packed[256];

    subscribe.filters = filters;
    subscribe.n_filters = 1;
    subscribe.from_seq = 42;
    subscribe.credit_bytes = 1 << 20;
    subscribe.request = 1;
    show_one(FRAME_SUBSCRIBE, EPOCH, &subscribe.base);

    frame_begin(&writer, buffer, sizeof(buffer), FRAME_DELIVER, EPOCH);
    range.first = 42;
    range.last = 42;
    ck_assert_int_eq(frame_pack(&writer, &range.base), 0);
    struct slice inner = slice_of(packed, bus__envelope__pack(&message, packed));
    struct slice source = slice_text("hcz.desk2");
    scan_stored_pack(42, 1674007331121, source, inner,
                     frame_item(&writer, scan_stored_size(source, inner)));
    struct slice frame = frame_end(&writer);
    show(&frame);
    credit.bytes = frame.size;
    show_one(FRAME_CREDIT, EPOCH, &credit.base);
}

START_TEST(the_frames_of_the_page_are_those_of_the_code)
{
    char *page;
    size_t size;

    begin_session();
    publish();
    hear();
    ck_assert_int_eq(io_read_file(test_source("proto/README.md"), README_BYTES, &page, &size), 0);
    char *shown = strstr(page, "```frames\n");
    ck_assert_msg(shown != NULL, "the page shows no frames; they are\n%s", text);
    shown += strlen("```frames\n");
    char *end = strstr(shown, "```");
    ck_assert_ptr_nonnull(end);
    *end = '\0';
    EXPECT_TEXT(shown, text);
    free(page);
}
END_TEST

/* Each limit that the page names is the code's, and each frame type has its row. */
START_TEST(the_numbers_of_the_page_are_those_of_the_code)
{
    char *page;
    char wanted[64];
    size_t size;

    ck_assert_int_eq(io_read_file(test_source("proto/README.md"), README_BYTES, &page, &size), 0);
    for (int type = 1; type < FRAME_TYPES; type++) {
        snprintf(wanted, sizeof(wanted), "| %d | %s |", type,
                 frame_type_name((enum frame_type)type));
        ck_assert_msg(strstr(page, wanted) != NULL, "%s", wanted);
    }
    static const struct {
        const char *name;
        int value;
    } limits[] = {
        { "bytes of a frame", WIRE_FRAME_BYTES },
        { "items in a frame", WIRE_FRAME_ITEMS },
        { "bytes of an envelope", WIRE_ENVELOPE_BYTES },
        { "bytes of a body", WIRE_BODY_BYTES },
        { "bytes of a subject", WIRE_SUBJECT_BYTES },
        { "filters of a subscription", WIRE_FILTERS },
        { "bytes of a unit, a case", WIRE_NAME_BYTES },
        { "bytes of a cause", WIRE_ID_BYTES },
        { "levels of messages", WIRE_DEPTH },
        { "fields of a message", WIRE_FIELDS },
        { "unknown fields", WIRE_UNKNOWN_FIELDS },
    };
    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        snprintf(wanted, sizeof(wanted), "| %s | %d |", limits[i].name, limits[i].value);
        ck_assert_msg(strstr(page, wanted) != NULL, "%s", wanted);
    }
    free(page);
}
END_TEST

TESTS(the_frames_of_the_page_are_those_of_the_code, the_numbers_of_the_page_are_those_of_the_code)
