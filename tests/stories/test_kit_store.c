/*
 * What the kit promises of a store: rebuilt, put back, filled; timers too early and too late; a
 * fault among many.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "core/filter.h"
#include "kit/inside.h"
#include "lib/run.h"
#include "toy/toy.h"

enum { MESSAGES = 64, BYTES = 1024, HOUR_MS = 3600000 };

/* A log in memory, as a broker would tell it. */
static struct {
    uint8_t bytes[MESSAGES][BYTES];
    struct stored stored[MESSAGES];
    uint32_t count;
} town;

static void append(const char *source, uint64_t time_ms, struct slice envelope)
{
    uint32_t size = scan_stored_size(slice_text(source), envelope);

    ck_assert_uint_lt(town.count, MESSAGES);
    ck_assert_uint_le(size, BYTES);
    scan_stored_pack(town.count + 1, time_ms, slice_text(source), envelope, town.bytes[town.count]);
    ck_assert_int_eq(scan_stored(slice_of(town.bytes[town.count], size), &town.stored[town.count]),
                     0);
    town.count++;
}

static void say(const char *source, uint32_t epoch, uint64_t number, uint64_t time_ms,
                const char *subject, const ProtobufCMessage *message)
{
    Bus__Envelope envelope = BUS__ENVELOPE__INIT;
    uint8_t body[BYTES];
    uint8_t bytes[BYTES];

    envelope.epoch = epoch;
    envelope.number = number;
    envelope.subject = subject;
    envelope.body.data = body;
    envelope.body.len = protobuf_c_message_pack(message, body);
    append(source, time_ms, slice_of(bytes, bus__envelope__pack(&envelope, bytes)));
}

static void open_need(uint64_t number, const char *need, uint64_t time_ms)
{
    Town__OpenNeed open = TOWN__OPEN_NEED__INIT;

    open.need = need;
    open.place = "c41";
    say("vc", 1, number, time_ms, "toy.OpenNeed.c41", &open.base);
}

static void mark_error(uint64_t number, const char *name)
{
    Town__MarkError error = TOWN__MARK_ERROR__INIT;

    error.assignment = name;
    say("vc", 1, number, 1000, "toy.MarkError.c41", &error.base);
}

/* Lines of the trace, one after another. */
static char trace[4096];

static void on_line(void *context, uint64_t seq, const char *line)
{
    size_t length = strlen(trace);

    (void)context;
    snprintf(trace + length, sizeof(trace) - length, "%llu %s\n", (unsigned long long)seq, line);
}

static struct kit *open_kit(const char *name)
{
    struct kit_options options = {
        .service = &toy_service, .path = test_path(name), .map_bytes = 16 << 20, .trace = on_line
    };
    struct kit *kit;

    say_set_level(SAY_SILENT);
    ck_assert_int_eq(kit_open(&options, &kit), 0);
    ck_assert_int_eq(kit_begin(kit, 7, 1), 0);
    return kit;
}

static int take_all(struct kit *kit)
{
    uint64_t cursor = kit_state(kit).cursor;

    return kit_take(kit, town.count, town.stored + cursor, town.count - (uint32_t)cursor);
}

/* The outbox as text: numbers and subjects; *ret_last gets the last envelope's bytes. */
static char outbox[2048];
static uint8_t last_bytes[BYTES];
static struct slice last_envelope;

static int on_outgoing(void *context, uint64_t number, struct slice bytes)
{
    struct envelope envelope;
    const char *reason;
    size_t length = strlen(outbox);

    (void)context;
    ck_assert_int_eq(scan_envelope(bytes, &envelope, &reason), 0);
    ck_assert_uint_eq(envelope.number, number);
    snprintf(outbox + length, sizeof(outbox) - length, "%u/%llu %.*s\n", envelope.epoch,
             (unsigned long long)number, (int)envelope.subject.size,
             (const char *)envelope.subject.data);
    memcpy(last_bytes, bytes.data, bytes.size);
    last_envelope = slice_of(last_bytes, bytes.size);
    return 0;
}

static const char *outbox_text(struct kit *kit)
{
    outbox[0] = '\0';
    ck_assert_int_eq(kit_outbox(kit, 1, on_outgoing, NULL), 0);
    return outbox;
}

static int on_first(void *context, uint64_t number, struct slice bytes)
{
    on_outgoing(context, number, bytes);
    return 1;
}

/* ---- rebuilt ------------------------------------------------------------------------------------------ */

START_TEST(what_was_never_sent_goes_out_in_a_new_epoch)
{
    struct kit *kit = open_kit("a");

    open_need(1, "Z1", 1000);
    open_need(2, "Z2", 1000);
    ck_assert_int_eq(take_all(kit), 0);
    EXPECT_TEXT(outbox_text(kit), "1/1 toy.NeedOpened.c41\n1/2 toy.NeedOpened.c41\n");
    kit_close(kit);

    /* Only the first of them is on the log when the store is lost. */
    kit = open_kit("b");
    struct kit *lost = open_kit("c");
    ck_assert_int_eq(kit_take(kit, 1, town.stored, 1), 0);
    outbox_text(kit);
    append("toy", 1001, last_envelope);
    kit_close(kit);
    ck_assert_int_eq(kit_restore(lost, town.count), 0);
    ck_assert_uint_eq(kit_next_due(lost), UINT64_MAX);
    ck_assert_int_eq(take_all(lost), 0);
    ck_assert_str_eq(outbox_text(lost), "");
    ck_assert_int_eq(kit_restored(lost), 0);
    EXPECT_TEXT(outbox_text(lost), "2/1 toy.NeedOpened.c41\n");
    ck_assert_uint_eq(kit_state(lost).epoch, 2);
    kit_close(lost);
}
END_TEST

START_TEST(a_fold_that_derives_another_message_stops)
{
    Town__NeedOpened other = TOWN__NEED_OPENED__INIT;
    struct kit *kit = open_kit("a");

    open_need(1, "Z1", 1000);
    other.need = "Z9";
    say("toy", 1, 1, 1001, "toy.NeedOpened.c41", &other.base);
    ck_assert_int_eq(kit_restore(kit, town.count), 0);
    ck_assert_int_eq(take_all(kit), KIT_DIFFERS);
    ck_assert_uint_eq(kit_state(kit).cursor, 0);
    kit_close(kit);
}
END_TEST

START_TEST(a_fold_that_derives_nothing_where_the_log_has_something_stops)
{
    Town__NeedOpened other = TOWN__NEED_OPENED__INIT;
    struct kit *kit = open_kit("a");

    other.need = "Z9";
    say("toy", 1, 1, 1001, "toy.NeedOpened.c41", &other.base);
    ck_assert_int_eq(kit_restore(kit, town.count), 0);
    ck_assert_int_eq(take_all(kit), KIT_DIFFERS);
    kit_close(kit);
}
END_TEST

/* ---- the outbox ---------------------------------------------------------------------------------------- */

START_TEST(a_row_stays_until_it_is_stored_and_the_next_commit)
{
    struct kit *kit = open_kit("a");

    open_need(1, "Z1", 1000);
    open_need(2, "Z2", 1000);
    ck_assert_int_eq(take_all(kit), 0);
    ck_assert(!kit_untidy(kit));
    kit_stored(kit, 1);
    ck_assert(kit_untidy(kit));
    ck_assert_int_eq(kit_tidy(kit), 0);
    EXPECT_TEXT(outbox_text(kit), "1/2 toy.NeedOpened.c41\n");
    ck_assert(!kit_untidy(kit));
    kit_stored(kit, 99); /* no more than was ever given */
    open_need(3, "Z3", 1000);
    ck_assert_int_eq(take_all(kit), 0);
    EXPECT_TEXT(outbox_text(kit), "1/3 toy.NeedOpened.c41\n");
    kit_close(kit);

    struct kit_options options = { .service = &toy_service,
                                   .path = test_path("a"),
                                   .map_bytes = 16 << 20 };
    ck_assert_int_eq(kit_open(&options, &kit), 0);
    ck_assert_uint_eq(kit_state(kit).number, 3);
    ck_assert_uint_eq(kit_state(kit).cursor, 3);
    EXPECT_TEXT(outbox_text(kit), "1/3 toy.NeedOpened.c41\n");
    kit_close(kit);
}
END_TEST

START_TEST(a_number_that_is_refused_for_good_is_filled)
{
    struct kit *kit = open_kit("a");

    open_need(1, "Z1", 1000);
    open_need(2, "Z2", 1000);
    ck_assert_int_eq(take_all(kit), 0);
    ck_assert_int_eq(kit_fill(kit, 1, "TOO_LARGE", "the body is over the limit"), 0);
    EXPECT_TEXT(outbox_text(kit), "1/1 toy.Refused.toy\n1/2 toy.NeedOpened.c41\n");

    /* It stands for that message when a store is rebuilt, too. */
    struct kit *lost = open_kit("b");
    ck_assert_int_eq(kit_outbox(kit, 1, on_first, NULL), 1);
    append("toy", 1001, last_envelope);
    ck_assert_int_eq(kit_restore(lost, town.count), 0);
    ck_assert_int_eq(take_all(lost), 0);
    ck_assert_int_eq(kit_restored(lost), 0);
    EXPECT_TEXT(outbox_text(lost), "2/1 toy.NeedOpened.c41\n");
    kit_close(lost);
    kit_close(kit);
}
END_TEST

/* ---- timers -------------------------------------------------------------------------------------------- */

START_TEST(a_timer_that_came_too_early_waits_and_leaves_again)
{
    struct kit *kit = open_kit("a");

    open_need(1, "Z1", 1000);
    ck_assert_int_eq(take_all(kit), 0);
    kit_stored(kit, 1);
    ck_assert_uint_le(kit_next_due(kit), 1000 + HOUR_MS);
    ck_assert_int_eq(kit_fire(kit, 999 + HOUR_MS), 0);
    ck_assert_uint_eq(kit_next_due(kit), 1000 + HOUR_MS);
    ck_assert_int_eq(kit_fire(kit, 1000 + HOUR_MS), 0);
    ck_assert_uint_eq(kit_next_due(kit), UINT64_MAX);
    EXPECT_TEXT(outbox_text(kit), "1/2 toy.Due.c41\n");

    /* The log's clock was behind: the message has no effect yet. */
    trace[0] = '\0';
    append("toy", 1000, last_envelope);
    ck_assert_int_eq(take_all(kit), 0);
    EXPECT_TEXT(trace, "2 waits: its time has not come\n");
    ck_assert_uint_eq(kit_next_due(kit), 1000 + HOUR_MS);
    kit_stored(kit, 2);
    ck_assert_int_eq(kit_fire(kit, 1000 + HOUR_MS), 0);
    EXPECT_TEXT(outbox_text(kit), "1/3 toy.Due.c41\n");
    append("toy", 1000 + HOUR_MS, last_envelope);
    trace[0] = '\0';
    ck_assert_int_eq(take_all(kit), 0);
    EXPECT_TEXT(trace, "3 Z1: OPEN -> LATE\n3 emits toy.Expired.c41\n");
    ck_assert_int_eq(kit_fire(kit, 9000 + HOUR_MS), 0);
    ck_assert_uint_eq(kit_next_due(kit), UINT64_MAX);
    kit_close(kit);
}
END_TEST

START_TEST(a_timer_that_was_cleared_on_its_way_is_refused)
{
    Town__Accept accept = TOWN__ACCEPT__INIT;
    Town__Complete complete = TOWN__COMPLETE__INIT;
    struct kit *kit = open_kit("a");

    open_need(1, "Z1", 1000);
    ck_assert_int_eq(take_all(kit), 0);
    ck_assert_int_eq(kit_fire(kit, 1000 + HOUR_MS), 0);
    outbox_text(kit);
    accept.assignment = "Z1";
    complete.assignment = "Z1";
    say("hcz", 1, 1, 999 + HOUR_MS, "toy.Accept.hcz", &accept.base);
    say("hcz", 1, 2, 999 + HOUR_MS, "toy.Complete.hcz", &complete.base);
    append("toy", 1000 + HOUR_MS, last_envelope);
    trace[0] = '\0';
    ck_assert_int_eq(take_all(kit), 0);
    EXPECT_TEXT(trace, "2 Z1: OPEN -> TAKEN\n2 emits toy.Accepted.c41\n"
                       "3 Z1: TAKEN -> DONE\n3 forgets Z1: toy.Due\n3 emits toy.NeedClosed.c41\n"
                       "4 refuses: the timer was cleared or moved\n");
    kit_close(kit);
}
END_TEST

/* ---- faults -------------------------------------------------------------------------------------------- */

START_TEST(one_that_faults_among_many_is_parked_alone)
{
    struct kit *kit = open_kit("a");

    for (uint64_t i = 0; i < 5; i++)
        mark_error(i + 1, i == 2 ? "bad" : "good");
    for (uint32_t i = 0; i < 5; i++)
        town.stored[i].time_ms = 1000 + i;
    /* The first try of the whole batch takes the third message's first fault. */
    toy_faults = 0;
    toy_bad = "bad";
    trace[0] = '\0';
    ck_assert_int_eq(take_all(kit), 0);
    toy_bad = NULL;
    EXPECT_TEXT(trace, "1 emits toy.MarkedInError.town\n"
                       "2 emits toy.MarkedInError.town\n"
                       "3 parks: Invalid or incomplete multibyte or wide character\n"
                       "4 emits toy.MarkedInError.town\n"
                       "5 emits toy.MarkedInError.town\n");
    ck_assert_uint_eq(kit_state(kit).cursor, 5);
    EXPECT_TEXT(outbox_text(kit), "1/1 toy.MarkedInError.town\n1/2 toy.MarkedInError.town\n"
                                  "1/3 toy.Parked.vc\n1/4 toy.MarkedInError.town\n"
                                  "1/5 toy.MarkedInError.town\n");
    kit_close(kit);
}
END_TEST

START_TEST(a_failed_commit_ends_the_kit)
{
    struct kit *kit = open_kit("a");
    unsigned calls;

    open_need(1, "Z1", 1000);
    store_fail_at(kit_store(kit), 1000);
    ck_assert_int_eq(take_all(kit), 0);
    calls = store_fail_at(kit_store(kit), 0);
    open_need(2, "Z2", 1000);
    /* The same turn again makes as many calls: the last of them is the commit. */
    store_fail_at(kit_store(kit), calls);
    ck_assert_int_lt(take_all(kit), 0);
    store_fail_at(kit_store(kit), 0);
    ck_assert_int_lt(take_all(kit), 0);
    ck_assert_int_lt(kit_outbox(kit, 1, on_outgoing, NULL), 0);
    ck_assert_uint_eq(kit_state(kit).cursor, 1);
    kit_close(kit);
}
END_TEST

/* ---- the page ------------------------------------------------------------------------------------------ */

START_TEST(everything_that_is_heard_is_subscribed)
{
    struct kit *kit = open_kit("a");
    uint32_t count;
    const char *const *filters = kit_filters(kit, &count);
    static const char *const subjects[] = { "toy.OpenNeed.c41", "toy.Due.c41", "boss.NeedClosed.x",
                                            "organisation.UnitRegistered.lgo" };

    ck_assert_uint_le(count, WIRE_FILTERS);
    for (size_t i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++) {
        bool found = false;
        for (uint32_t k = 0; k < count; k++)
            found = found || filter_match(slice_text(filters[k]), slice_text(subjects[i]));
        ck_assert_msg(found, "%s is not subscribed", subjects[i]);
    }
    kit_close(kit);
}
END_TEST

START_TEST(the_moves_are_drawn_from_the_tables_that_run)
{
    struct arena arena;

    arena_open(&arena, 1 << 20);
    EXPECT_TEXT(kit_dot(&toy_service, &arena), "digraph toy {\n"
                                               "  subgraph cluster_job {\n"
                                               "    label=\"job\";\n"
                                               "    NONE -> OPEN [label=\"OpenNeed\"];\n"
                                               "    OPEN -> TAKEN [label=\"Accept\"];\n"
                                               "    OPEN -> LATE [label=\"Due\"];\n"
                                               "    TAKEN -> DONE [label=\"Complete\"];\n"
                                               "    TAKEN -> LATE [label=\"Due\"];\n"
                                               "    LATE -> DONE [label=\"Complete\"];\n"
                                               "  }\n"
                                               "}\n");
    ck_assert_ptr_nonnull(strstr(kit_describe(&toy_service, &arena),
                                 "  hears    toy.OpenNeed\n  hears    toy.Accept\n"));
    arena_close(&arena);
}
END_TEST

TESTS(what_was_never_sent_goes_out_in_a_new_epoch, a_fold_that_derives_another_message_stops,
      a_fold_that_derives_nothing_where_the_log_has_something_stops,
      a_row_stays_until_it_is_stored_and_the_next_commit,
      a_number_that_is_refused_for_good_is_filled,
      a_timer_that_came_too_early_waits_and_leaves_again,
      a_timer_that_was_cleared_on_its_way_is_refused, one_that_faults_among_many_is_parked_alone,
      a_failed_commit_ends_the_kit, everything_that_is_heard_is_subscribed,
      the_moves_are_drawn_from_the_tables_that_run)
