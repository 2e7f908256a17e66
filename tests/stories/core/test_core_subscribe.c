/*
 * Subscriptions, questions, and a table of permissions that changes.
 */
#include <stdio.h>
#include <string.h>

#include "lib/core_story.h"

static struct core_story s;

static void note(uint64_t number, const char *subject)
{
    publish(&s, "referral", number, subject, (struct say){ 0 });
}

static void begin(void (*change)(struct core_options *options))
{
    story_open(&s, change);
    hello(&s, "referral");
    hello(&s, "registry");
    hello(&s, "hcz");
    told(&s);
}

START_TEST(a_subscriber_gets_what_matches_from_where_it_stood_and_then_what_comes)
{
    begin(NULL);
    note(1, "referral.Noted.hcz");
    note(2, "referral.Noted.hcs");
    note(3, "referral.Noted.hcz");
    commit(&s);
    told(&s);
    subscribe(&s, "hcz", 2, 1 << 20, "*.*.hcz");
    subscribe(&s, "registry", 0, 1 << 20, "referral.>");
    note(4, "referral.Noted.hcs");
    commit(&s);
    note(5, "referral.Noted.hcz");
    note(6, "referral.Noted.hcs");
    commit(&s);
    EXPECT_TEXT(told(&s), "hcz SUBSCRIBE *.*.hcz from 2\n"
                          "  hcz: 2 to 3: 3:referral.Noted.hcz\n"
                          "registry SUBSCRIBE referral.> from 0\n"
                          "referral PUBLISH 4\n"
                          "    referral/1/4 is 4: referral.Noted.hcs\n"
                          "    hcs 4: NONE -> READY\n"
                          "COMMIT\n"
                          "  referral: stored up to 4\n"
                          "  registry: 4 to 4: 4:referral.Noted.hcs\n"
                          "referral PUBLISH 5\n"
                          "    referral/1/5 is 5: referral.Noted.hcz\n"
                          "    hcz 5: NONE -> READY\n"
                          "referral PUBLISH 6\n"
                          "    referral/1/6 is 6: referral.Noted.hcs\n"
                          "    hcs 6: NONE -> READY\n"
                          "COMMIT\n"
                          "  referral: stored up to 6\n"
                          "  hcz: 4 to 6: 5:referral.Noted.hcz\n"
                          "  registry: 5 to 6: 5:referral.Noted.hcz 6:referral.Noted.hcs\n");
    story_close(&s);
}
END_TEST

START_TEST(what_is_not_on_the_disk_is_not_delivered)
{
    begin(NULL);
    subscribe(&s, "hcz", 1, 1 << 20, "*.*.hcz");
    note(1, "referral.Noted.hcz");
    note(2, "referral.Noted.hcz");
    told(&s);
    core_world_commit(&s.world, 1);
    core_world_tick(&s.world);
    EXPECT_TEXT(told(&s), "  referral: stored up to 1\n"
                          "  hcz: 1 to 1: 1:referral.Noted.hcz\n");
    core_world_commit(&s.world, 2);
    core_world_tick(&s.world);
    EXPECT_TEXT(told(&s), "  referral: stored up to 2\n"
                          "  hcz: 2 to 2: 2:referral.Noted.hcz\n");
    story_close(&s);
}
END_TEST

START_TEST(a_receiver_without_credit_costs_a_cursor)
{
    begin(NULL);
    subscribe(&s, "hcz", 1, 10, "*.*.hcz");
    for (uint64_t number = 1; number <= 4; number++)
        note(number, "referral.Noted.hcz");
    commit(&s);
    told(&s);
    credit(&s, "hcz", 60);
    core_world_tick(&s.world);
    credit(&s, "hcz", 4000);
    core_world_tick(&s.world);
    EXPECT_TEXT(told(&s), "hcz CREDIT 60\n"
                          "  hcz: 2 to 2: 2:referral.Noted.hcz\n"
                          "hcz CREDIT 4000\n"
                          "  hcz: 3 to 4: 3:referral.Noted.hcz 4:referral.Noted.hcz\n");
    story_close(&s);
}
END_TEST

START_TEST(all_who_stand_at_one_place_share_a_frame)
{
    begin(NULL);
    hello(&s, "hcz.two");
    subscribe(&s, "hcz", 1, 1 << 20, "*.*.hcz");
    subscribe(&s, "hcz.two", 1, 1 << 20, "*.*.hcz");
    told(&s);
    note(1, "referral.Noted.hcz");
    core_world_commit(&s.world, 1);
    const struct core_effect *effects;
    uint32_t count;
    struct core_event event = { .kind = CORE_COMMITTED,
                                .committed_seq = 1,
                                .now_ms = s.world.now_ms,
                                .steady_ms = s.world.steady_ms };
    /* The world answered that commit already; a second message shows the effect itself. */
    note(2, "referral.Noted.hcz");
    s.world.durable = 2;
    event.committed_seq = 2;
    ck_assert_int_eq(core_step(s.world.core, &event, &effects, &count), 0);
    uint32_t feeds = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (effects[i].kind != CORE_FEED)
            continue;
        feeds++;
        ck_assert_uint_eq(effects[i].feed.peer_count, 2);
        ck_assert_uint_eq(effects[i].feed.first, 2);
        ck_assert_uint_eq(effects[i].feed.from, 2);
        ck_assert_uint_eq(effects[i].feed.to, 2);
    }
    ck_assert_uint_eq(feeds, 1);
    story_close(&s);
}
END_TEST

START_TEST(the_end_of_an_old_feed_moves_no_new_subscription)
{
    const struct core_effect *effects;
    uint32_t count;

    begin(NULL);
    for (uint64_t number = 1; number <= 5; number++)
        note(number, "referral.Noted.hcz");
    commit(&s);
    const char *filter = "*.*.hcz";
    Bus__Subscribe again = BUS__SUBSCRIBE__INIT;
    again.filters = &filter;
    again.n_filters = 1;
    again.from_seq = 4;
    again.credit_bytes = 1 << 20;
    struct core_event event = { .kind = CORE_SUBSCRIBE,
                                .peer = 3,
                                .subscribe = &again,
                                .now_ms = s.world.now_ms,
                                .steady_ms = s.world.steady_ms };
    ck_assert_int_eq(core_step(s.world.core, &event, &effects, &count), 0);
    ck_assert_uint_eq(count, 1); /* a feed from 4, which has not ended when ... */
    again.from_seq = 2;
    ck_assert_int_eq(core_step(s.world.core, &event, &effects, &count), 0);
    ck_assert_uint_eq(count, 0);
    told(&s);
    core_world_step(&s.world,
                    &(struct core_event){ .kind = CORE_SENT, .peer = 3, .sent = { 6, 500 } });
    core_world_tick(&s.world);
    EXPECT_TEXT(told(&s), "  hcz: 2 to 5: 2:referral.Noted.hcz 3:referral.Noted.hcz "
                          "4:referral.Noted.hcz 5:referral.Noted.hcz\n");
    story_close(&s);
}
END_TEST

START_TEST(a_cursor_follows_a_log_in_which_nothing_matches)
{
    begin(NULL);
    subscribe(&s, "hcz", 1, 1 << 20, "*.*.hcz");
    s.quiet = true;
    for (uint64_t number = 1; number <= 70000; number++) {
        note(number, "referral.Noted.hcs");
        if (number % 1000 == 0)
            core_world_commit(&s.world, UINT64_MAX);
    }
    s.quiet = false;
    ck_assert_uint_eq(s.frames, 0);
    ping(&s, "hcz");
    told(&s);
    pass(&s, 6000);
    EXPECT_TEXT(told(&s), "6000 ms PASS\n"
                          "  hcz: 1 to 70000, nothing\n");
    story_close(&s);
}
END_TEST

START_TEST(who_wants_nothing_of_a_message_costs_nothing)
{
    uint32_t count;
    const struct core_effect *effects;

    story_open(&s, NULL);
    hello(&s, "referral");
    s.quiet = true;
    for (int i = 0; i < 200; i++) {
        char source[32];
        char filter[64];
        snprintf(source, sizeof(source), "operator.d%d", i);
        snprintf(filter, sizeof(filter), "referral.Noted.x%d", i);
        hello(&s, source);
        subscribe(&s, source, 0, 1 << 20, filter);
    }
    note(1, "referral.Noted.x7");
    s.world.durable = 1;
    struct core_event event = { .kind = CORE_COMMITTED,
                                .committed_seq = 1,
                                .now_ms = s.world.now_ms,
                                .steady_ms = s.world.steady_ms };
    ck_assert_int_eq(core_step(s.world.core, &event, &effects, &count), 0);
    ck_assert_uint_eq(count, 2); /* STORED and one feed */
    story_close(&s);
}
END_TEST

START_TEST(nobody_hears_what_the_table_does_not_allow)
{
    begin(NULL);
    subscribe(&s, "hcz", 1, 1000, "*.*.hcs");
    subscribe(&s, "hcz", 1, 1000, ">");
    subscribe(&s, "hcz", 1, 1000, "referral");
    EXPECT_TEXT(
        told(&s),
        "hcz SUBSCRIBE *.*.hcs from 1\n"
        "    hcz may not subscribe: the unit may not hear all that this filter asks for\n"
        "  hcz: rejected, NOT_PERMITTED: the unit may not hear all that this filter asks for\n"
        "hcz SUBSCRIBE > from 1\n"
        "    hcz may not subscribe: the unit may not hear all that this filter asks for\n"
        "  hcz: rejected, NOT_PERMITTED: the unit may not hear all that this filter asks for\n"
        "hcz SUBSCRIBE referral from 1\n"
        "    hcz may not subscribe: a filter is service.Message.unit with * and >\n"
        "  hcz: rejected, BAD_MESSAGE: a filter is service.Message.unit with * and >\n");
    story_close(&s);
}
END_TEST

/* ---- questions -------------------------------------------------------------------------------------- */

START_TEST(a_question_is_answered_by_the_live_service_or_in_time_by_the_broker)
{
    begin(NULL);
    ask(&s, "hcz", 1, "registry.Card.hcz", 1000);
    hello_as(&s, "registry", (struct greet){ .service = "registry" });
    ask(&s, "hcz", 2, "registry.Card.hcz", 1000);
    reply(&s, "hcz", 1);
    reply(&s, "registry", 1);
    reply(&s, "registry", 1);
    ask(&s, "hcz", 3, "registry.Card.hcz", 1000);
    pass(&s, 1000);
    reply(&s, "registry", 2);
    ask(&s, "hcz", 4, "registry.Card.hcz", 1000);
    gone(&s, "registry");
    ask(&s, "hcz", 5, "referral.Case.hcz", 1000);
    EXPECT_TEXT(told(&s), "hcz QUERY registry.Card.hcz\n"
                          "  hcz: rejected, NO_SERVICE: nobody answers for that service now\n"
                          "registry HELLO\n"
                          "    registry is gone\n"
                          "  registry: say hello\n"
                          "  registry: welcome, head 0, number 0\n"
                          "hcz QUERY registry.Card.hcz\n"
                          "  registry: hcz asks registry.Card.hcz (1)\n"
                          "hcz ANSWER 1\n"
                          "registry ANSWER 1\n"
                          "  hcz: answer to 2\n"
                          "registry ANSWER 1\n"
                          "hcz QUERY registry.Card.hcz\n"
                          "  registry: hcz asks registry.Card.hcz (2)\n"
                          "1000 ms PASS\n"
                          "  hcz: rejected, TIMED_OUT: no answer came in time\n"
                          "registry ANSWER 2\n"
                          "hcz QUERY registry.Card.hcz\n"
                          "  registry: hcz asks registry.Card.hcz (3)\n"
                          "registry GONE\n"
                          "    registry is gone\n"
                          "  hcz: rejected, NO_SERVICE: the service is gone\n"
                          "hcz QUERY referral.Case.hcz\n"
                          "  hcz: rejected, NOT_PERMITTED: the unit may not ask this\n");
    story_close(&s);
}
END_TEST

static void few_questions(struct core_options *options)
{
    options->limits.queries_of_peer = 2;
}

START_TEST(one_slow_question_holds_up_no_others)
{
    begin(few_questions);
    hello_as(&s, "registry", (struct greet){ .service = "registry" });
    s.quiet = true;
    ask(&s, "hcz", 1, "registry.Card.hcz", 30000);
    for (uint64_t id = 2; id < 9000; id++) {
        ask(&s, "hcz", id, "registry.Card.hcz", 30000);
        reply(&s, "registry", id);
        if (id == 4097)
            reply(&s, "registry", id + 1); /* its own number was taken: it got the next */
    }
    s.quiet = false;
    ask(&s, "hcz", 9000, "registry.Card.hcz", 30000);
    ask(&s, "hcz", 9001, "registry.Card.hcz", 30000);
    EXPECT_TEXT(told(&s), "registry HELLO\n"
                          "    registry is gone\n"
                          "  registry: say hello\n"
                          "  registry: welcome, head 0, number 0\n"
                          "hcz QUERY registry.Card.hcz\n"
                          "  registry: hcz asks registry.Card.hcz (9000)\n"
                          "hcz QUERY registry.Card.hcz\n"
                          "  hcz: rejected, OVER_CREDIT: too many questions are open\n");
    story_close(&s);
}
END_TEST

/* ---- the table changes ------------------------------------------------------------------------------- */

START_TEST(what_is_no_longer_allowed_ends_at_once_and_the_rest_goes_on)
{
    static const struct permit_unit units[] = { { "hcz", "centre" },
                                                { "referral", "service" },
                                                { "hcs", "nobody" } };
    struct permit *permit;
    const char *reason;
    uint32_t line;

    begin(NULL);
    hello(&s, "hcs");
    subscribe(&s, "hcs", 0, 1000, "*.*.hcs");
    subscribe(&s, "hcz", 0, 1 << 20, "*.*.hcz");
    note(1, "referral.Noted.hcz");
    commit(&s);
    told(&s);
    ck_assert_int_eq(permit_parse(story_permissions, units, 3, &permit, &line, &reason), 0);
    core_world_step(&s.world, &(struct core_event){ .kind = CORE_PERMITS, .permit = permit });
    permit_close(s.world.permit);
    s.world.permit = permit;
    take(&s, "hcz", "hcz", 1, 1000);
    note(2, "referral.Noted.hcz");
    commit(&s);
    EXPECT_TEXT(told(&s), "    registry is gone\n"
                          "    hcs is gone\n"
                          "  registry: cut: the unit is not known any more\n"
                          "  hcs: cut: the unit may not hear all that it subscribed to any more\n"
                          "hcz TAKE 1\n"
                          "    hcz 1: READY -> LEASED\n"
                          "  hcz: lease 1 of hcz, attempt 1\n"
                          "referral PUBLISH 2\n"
                          "    referral/1/2 is 3: referral.Noted.hcz\n"
                          "    hcz 3: NONE -> READY\n"
                          "COMMIT\n"
                          "  referral: stored up to 2\n"
                          "  hcz: 2 to 3: 3:referral.Noted.hcz\n");
    story_close(&s);
}
END_TEST

/* ---- status ------------------------------------------------------------------------------------------- */

START_TEST(the_status_says_who_is_there_and_what_waits)
{
    char json[8192];

    begin(NULL);
    subscribe(&s, "hcz", 1, 1 << 20, "*.*.hcz");
    publish(&s, "referral", 1, "referral.Noted.hcz", (struct say){ .priority = 1 });
    publish(&s, "referral", 2, "referral.Noted.hcz", (struct say){ .case_id = "R-1" });
    publish(&s, "referral", 3, "referral.Noted.hcz", (struct say){ .case_id = "R-1" });
    commit(&s);
    take(&s, "hcz", "hcz", 2, 1000);
    give_back(&s, "hcz", "hcz", 1, 0, "a \"bad\" one", true);
    commit(&s);
    told(&s);
    uint32_t length = core_status(s.world.core, json, sizeof(json));
    ck_assert_uint_eq(length, strlen(json));
    ck_assert_ptr_nonnull(strstr(json,
                                 "{ \"unit\": \"hcz\", \"up\": true, \"since_ms\": 1000000, "
                                 "\"depth\": 2, \"urgent\": 0, \"leased\": 1, \"delayed\": 0, "
                                 "\"dead\": 1, \"takers\": 1, \"oldest_seq\": 2, "
                                 "\"oldest_ms\": 1000000, \"lanes\": [0, 0, 0, 2, 0, 0], "
                                 "\"blocked\": false }"));
    ck_assert_ptr_nonnull(strstr(json, "{ \"source\": \"hcz\", \"service\": \"\", \"epoch\": 1, "
                                       "\"unacknowledged\": 0, \"subscribed\": true, \"next\": 4, "
                                       "\"behind\": 0, "));
    /* Every size is safe, and says when something is missing. */
    for (uint32_t size = 512; size < length; size++) {
        uint32_t cut = core_status(s.world.core, json, size);
        ck_assert_uint_lt(cut, size);
        ck_assert_ptr_nonnull(strstr(json, "\"cut\": true\n}\n"));
    }
    struct world_message message;
    ck_assert(core_world_message(&s.world, 1, &message));
    core_why(s.world.core, 1, &message.message, json, sizeof(json));
    EXPECT_TEXT(json,
                "{\n"
                "  \"seq\": 1, \"committed\": 6,\n"
                "  \"mailboxes\": [\n"
                "    { \"unit\": \"hcz\", \"state\": \"dead\", \"attempts\": 1, \"until_ms\": "
                "0, \"reason\": \"a \\\"bad\\\" one\", \"holder\": \"\", \"behind\": 0 }],\n"
                "  \"subscriptions\": [\n"
                "    { \"source\": \"hcz\", \"sent\": true }]\n"
                "}\n");
    ck_assert(core_world_message(&s.world, 3, &message));
    core_why(s.world.core, 3, &message.message, json, sizeof(json));
    ck_assert_ptr_nonnull(strstr(json, "\"state\": \"held\", \"attempts\": 0, \"until_ms\": 0, "
                                       "\"reason\": \"\", \"holder\": \"\", \"behind\": 2"));
    ck_assert_uint_eq(core_needs(s.world.core), 1);
    story_close(&s);
}
END_TEST

TESTS(a_subscriber_gets_what_matches_from_where_it_stood_and_then_what_comes,
      what_is_not_on_the_disk_is_not_delivered, a_receiver_without_credit_costs_a_cursor,
      all_who_stand_at_one_place_share_a_frame, the_end_of_an_old_feed_moves_no_new_subscription,
      a_cursor_follows_a_log_in_which_nothing_matches, who_wants_nothing_of_a_message_costs_nothing,
      nobody_hears_what_the_table_does_not_allow,
      a_question_is_answered_by_the_live_service_or_in_time_by_the_broker,
      one_slow_question_holds_up_no_others,
      what_is_no_longer_allowed_ends_at_once_and_the_rest_goes_on,
      the_status_says_who_is_there_and_what_waits)
