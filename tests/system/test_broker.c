/*
 * A real broker, real sockets, CURVE: what is promised of messages.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "town.h"

START_TEST(what_is_published_is_stored_and_heard_in_order)
{
    struct peer hcz;
    struct peer referral;

    town_make("");
    town_start();
    peer_open(&hcz, "hcz", "", "");
    peer_open(&referral, "referral", "", "referral");
    peer_hear(&referral, "referral.>", 1);
    for (int i = 0; i < 500; i++)
        peer_say(&hcz, "referral.Accept.hcz", "", "");
    peer_all_stored(&hcz);
    PEER_UNTIL(&referral, referral.heard == 500);
    for (uint32_t i = 0; i < 500; i++) {
        char id[48];
        snprintf(id, sizeof(id), "hcz/%u", i + 1);
        ck_assert_str_eq(referral.ids[i], id);
    }
    town_end();
}
END_TEST

START_TEST(only_what_a_filter_asks_for_is_heard)
{
    struct peer service;
    struct peer one;
    struct peer two;

    town_make("");
    town_start();
    peer_open(&service, "referral", "", "");
    peer_open(&one, "registry", "", "");
    peer_open(&two, "supervision", "", "");
    peer_hear(&one, "referral.Dispatched.*", 1);
    peer_hear(&two, ">", 1);
    for (int i = 0; i < 30; i++) {
        peer_say(&service, "referral.Dispatched.hcz", "", "");
        peer_say(&service, "referral.Closed.hcz", "", "");
    }
    peer_all_stored(&service);
    PEER_UNTIL(&one, one.heard == 30);
    PEER_UNTIL(&two, two.heard == 60);
    for (uint32_t i = 0; i < 30; i++)
        ck_assert_str_eq(one.subjects[i], "referral.Dispatched.hcz");
    town_end();
}
END_TEST

START_TEST(a_unit_says_what_its_rules_allow_and_nothing_else)
{
    struct peer hcz;

    town_make("");
    town_start();
    peer_open(&hcz, "hcz", "", "");
    peer_say(&hcz, "referral.Accept.hcs", "", "");
    PEER_UNTIL(&hcz, hcz.code == BUS__CODE__NOT_PERMITTED);
    ck_assert_uint_eq(hcz.acknowledged, 0);
    peer_hear(&hcz, ">", 1);
    hcz.code = BUS__CODE__CODE_ABSENT;
    PEER_UNTIL(&hcz, hcz.code == BUS__CODE__NOT_PERMITTED);
    ck_assert_uint_eq(hcz.heard, 0);
    town_end();
}
END_TEST

/* Ten kills at odd moments; every acknowledged message is there once, in order. */
START_TEST(a_broker_that_is_killed_loses_nothing)
{
    struct peer hcz;
    struct peer referral;

    town_make("");
    town_start();
    peer_open(&hcz, "hcz", "", "");
    for (int round = 0; round < 10; round++) {
        for (int i = 0; i < 200; i++)
            peer_say(&hcz, "referral.Accept.hcz", "", "");
        for (int turns = 0; turns < round; turns++)
            client_step(hcz.client, 1);
        uint64_t promised = hcz.acknowledged;
        uint32_t welcomes = hcz.welcomes;
        town_kill(SIGKILL);
        town_start();
        PEER_UNTIL(&hcz, hcz.welcomes > welcomes);
        ck_assert_uint_ge(hcz.welcome_number, promised);
    }
    peer_all_stored(&hcz);
    peer_open(&referral, "referral", "", "");
    peer_hear(&referral, "referral.Accept.hcz", 1);
    PEER_UNTIL(&referral, referral.heard == 2000);
    for (uint32_t i = 0; i < 2000; i++) {
        char id[48];
        snprintf(id, sizeof(id), "hcz/%u", i + 1);
        ck_assert_str_eq(referral.ids[i], id);
    }
    for (int turns = 0; turns < 20; turns++)
        client_step(referral.client, 5);
    ck_assert_uint_eq(referral.heard, 2000);
    town_end();
    ck_assert_int_eq(
        place_wait(place_start(town_dir(), test_program("carebus-broker"), "--verify", NULL),
                   10000),
        0);
}
END_TEST

START_TEST(a_subscription_goes_on_where_it_was_after_a_restart)
{
    struct peer service;
    struct peer listener;

    town_make("");
    town_start();
    peer_open(&service, "referral", "", "");
    peer_open(&listener, "supervision", "", "");
    peer_hear(&listener, "referral.>", 1);
    for (int round = 1; round <= 3; round++) {
        for (int i = 0; i < 50; i++)
            peer_say(&service, "referral.Closed.hcz", "", "");
        peer_all_stored(&service);
        PEER_UNTIL(&listener, listener.heard == (uint32_t)round * 50);
        town_kill(round == 2 ? SIGTERM : SIGKILL);
        town_start();
    }
    for (uint32_t i = 1; i < 150; i++)
        ck_assert_uint_gt(listener.seqs[i], listener.seqs[i - 1]);
    town_end();
}
END_TEST

START_TEST(a_mailbox_hands_out_takes_receipts_and_keeps_dead_letters)
{
    struct peer service;
    struct peer hcz;
    struct peer operator;

    town_make("");
    town_start();
    peer_open(&service, "referral", "", "");
    peer_open(&hcz, "hcz", "", "");
    peer_open(&operator, "operator", "", "");
    peer_say(&service, "referral.Dispatched.hcz", "R-1", "");
    peer_say(&service, "referral.Dispatched.hcz", "R-2", "");
    peer_all_stored(&service);
    ck_assert_int_eq(client_take(hcz.client, "hcz", 1, 60000), 0);
    PEER_UNTIL(&hcz, hcz.leases == 1);
    ck_assert_str_eq(hcz.lease_subject, "referral.Dispatched.hcz");
    hcz.settled = 0;
    ck_assert_int_eq(client_receipt(hcz.client, &hcz.lease, NULL), 0);
    PEER_UNTIL(&hcz, hcz.settled == 1);
    ck_assert_int_eq(hcz.code, BUS__CODE__CODE_ABSENT);

    /* The same token a second time is no lease any more. */
    ck_assert_int_eq(client_receipt(hcz.client, &hcz.lease, NULL), 0);
    PEER_UNTIL(&hcz, hcz.settled == 2);
    ck_assert_int_ne(hcz.code, BUS__CODE__CODE_ABSENT);

    ck_assert_int_eq(client_take(hcz.client, "hcz", 1, 60000), 0);
    PEER_UNTIL(&hcz, hcz.leases == 2);
    hcz.settled = 0;
    ck_assert_int_eq(client_return(hcz.client, &hcz.lease, 0, "not ours", true, NULL), 0);
    PEER_UNTIL(&hcz, hcz.settled >= 1 && hcz.code == BUS__CODE__CODE_ABSENT);

    /* Receipts and dead letters outlive the broker. */
    town_kill(SIGKILL);
    town_start();
    PEER_UNTIL(&operator, operator.welcomes == 1);
    ck_assert_int_eq(client_peek(operator.client, "hcz", true, 10, NULL), 0);
    PEER_UNTIL(&operator, operator.answers == 1);
    ck_assert_str_eq(operator.answer, "1 dead 1");
    town_end();
}
END_TEST

/* More than the broker holds in memory of a mailbox: the log is read in slices, in order. */
START_TEST(a_long_backlog_of_a_mailbox_is_handed_out_in_order)
{
    enum { BACKLOG = 6000 };
    struct peer service;
    struct peer hcz;
    uint64_t before = 0;

    town_make("");
    town_start();
    peer_open(&service, "referral", "", "");
    for (int i = 0; i < BACKLOG; i++)
        peer_say(&service, i % 3 == 0 ? "referral.Dispatched.hcz" : "referral.Closed.lg", "", "");
    peer_all_stored(&service);
    town_kill(SIGKILL);
    town_start();
    peer_open(&hcz, "hcz", "", "");
    for (uint32_t i = 0; i < BACKLOG / 3; i++) {
        ck_assert_int_eq(client_take(hcz.client, "hcz", 1, 60000), 0);
        PEER_UNTIL(&hcz, hcz.leases == i + 1);
        ck_assert_uint_gt(hcz.lease.seq, before);
        before = hcz.lease.seq;
        ck_assert_int_eq(client_receipt(hcz.client, &hcz.lease, NULL), 0);
    }
    town_end();
}
END_TEST

START_TEST(a_question_is_answered_by_the_service_that_it_names)
{
    struct peer hcz;
    struct peer registry;

    town_make("");
    town_start();
    peer_open(&registry, "registry", "", "registry");
    registry.answers_queries = true;
    peer_open(&hcz, "hcz", "", "");
    PEER_UNTIL(&registry, registry.welcomes == 1);
    PEER_UNTIL(&hcz, hcz.welcomes == 1);
    ck_assert_int_eq(
        client_query(hcz.client, "registry.Card.c41", slice_text("?"), 5000, NULL, NULL), 0);
    for (int turns = 0; hcz.answers == 0 && turns < 500; turns++) {
        client_step(hcz.client, 5);
        client_step(registry.client, 5);
    }
    ck_assert_str_eq(hcz.answer, "hcz asked registry.Card.c41");

    /* Nobody there. */
    ck_assert_int_eq(
        client_query(hcz.client, "registry.Card.c41", slice_text("?"), 5000, NULL, NULL), 0);
    peer_close(&registry);
    PEER_UNTIL(&hcz, hcz.answers == 2);
    ck_assert_int_eq(hcz.code, BUS__CODE__NO_SERVICE);
    town_end();
}
END_TEST

START_TEST(operators_are_told_of_the_broker_its_log_a_case_and_a_cause)
{
    struct peer service;
    struct peer operator;
    struct peer hcz;

    town_make("");
    town_start();
    peer_open(&service, "referral", "", "");
    peer_open(&operator, "operator", "", "");
    for (int i = 0; i < 700; i++)
        peer_say(&service, i % 100 == 7 ? "referral.Closed.hcz" : "referral.Dispatched.lg",
                 i % 100 == 7 ? "R-7" : "R-0", "");
    peer_all_stored(&service);
    PEER_UNTIL(&operator, operator.welcomes == 1);
    ck_assert_int_eq(client_admin(operator.client, "status", "", 0, 0, NULL), 0);
    PEER_UNTIL(&operator, operator.answers == 1);
    ck_assert_ptr_nonnull(strstr(operator.answer, "\"town\":\"town\""));
    ck_assert_ptr_nonnull(strstr(operator.answer, "\"sessions\""));
    ck_assert_int_eq(client_admin(operator.client, "log", "referral.Closed.*", 0, 1000, NULL), 0);
    PEER_UNTIL(&operator, operator.answers == 2);
    ck_assert_uint_eq(operator.messages, 7);
    ck_assert_uint_eq(operator.next_seq, 0);
    ck_assert_int_eq(client_admin(operator.client, "log", "", 0, 50, NULL), 0);
    PEER_UNTIL(&operator, operator.answers == 3);
    ck_assert_uint_eq(operator.messages, 50);
    ck_assert_uint_gt(operator.next_seq, 50);
    /* From the log alone, then by the index. */
    for (int round = 0; round < 2; round++) {
        ck_assert_int_eq(client_admin(operator.client, "case", "R-7", 0, 1000, NULL), 0);
        PEER_UNTIL(&operator, operator.answers == 4 +(uint32_t) round * 2);
        ck_assert_uint_eq(operator.messages, 7);
        ck_assert_int_eq(client_admin(operator.client, "why", "referral/1/608", 0, 0, NULL), 0);
        PEER_UNTIL(&operator, operator.answers == 5 +(uint32_t) round * 2);
        ck_assert_ptr_nonnull(strstr(operator.answer, "\"id\":\"referral/1/608\""));
        town_kill(SIGTERM);
        town_start();
        PEER_UNTIL(&operator, operator.welcomes == 2 +(uint32_t) round);
    }
    peer_open(&hcz, "hcz", "", "");
    PEER_UNTIL(&hcz, hcz.welcomes == 1);
    ck_assert_int_eq(client_admin(hcz.client, "status", "", 0, 0, NULL), 0);
    PEER_UNTIL(&hcz, hcz.answers == 1);
    ck_assert_int_eq(hcz.code, BUS__CODE__NOT_PERMITTED);
    town_end();
}
END_TEST

START_TEST(links_of_units_that_come_and_go_are_on_the_log)
{
    struct peer hcz;
    struct peer listener;

    town_make("");
    town_start();
    peer_open(&listener, "supervision", "", "");
    peer_hear(&listener, "organisation.ReportLink.*", 1);
    peer_open(&hcz, "hcz", "", "");
    PEER_UNTIL(&hcz, hcz.welcomes == 1);
    PEER_UNTIL(&listener, listener.heard >= 1);
    ck_assert_str_eq(listener.subjects[0], "organisation.ReportLink.hcz");
    ck_assert_ptr_nonnull(strstr(listener.ids[0], "broker/"));
    town_end();
}
END_TEST

TESTS(what_is_published_is_stored_and_heard_in_order, only_what_a_filter_asks_for_is_heard,
      a_unit_says_what_its_rules_allow_and_nothing_else, a_broker_that_is_killed_loses_nothing,
      a_subscription_goes_on_where_it_was_after_a_restart,
      a_mailbox_hands_out_takes_receipts_and_keeps_dead_letters,
      a_long_backlog_of_a_mailbox_is_handed_out_in_order,
      a_question_is_answered_by_the_service_that_it_names,
      operators_are_told_of_the_broker_its_log_a_case_and_a_cause,
      links_of_units_that_come_and_go_are_on_the_log)
