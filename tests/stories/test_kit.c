/*
 * The kit, by the smallest service that there is (toy/toy.h).
 */
#include "base/log.h"
#include "kit/turn.h"
#include "lib/story.h"
#include "toy/toy.h"

START_TEST(a_job_is_opened_taken_and_done)
{
    struct story *story = story_open("2023-01-18T09:00", &toy_service, NULL);

    story_say(story, "vc.hx as vc.desk", "toy.OpenNeed.c41", "{'need': 'Z7', 'place': 'c41'}");
    story_say(story, "hcz", "toy.Complete.hcz", "{'assignment': 'Z8'}");
    story_say(story, "hcz", "toy.Accept.hcz", "{'assignment': 'Z7'}");
    story_say(story, "hcs", "toy.Complete.hcs", "{'assignment': 'Z7'}");
    story_say(story, "hcz", "toy.Complete.hcz", "{'assignment': 'Z7'}");
    story_say(story, "hcz", "toy.Accept.hcz", "{'assignment': 'Z7'}");
    story_later(story, "24 h");
    EXPECT_TEXT(story_text(story), "vc.hx/1/1 toy.OpenNeed\n"
                                   "    Z7: NONE -> OPEN\n"
                                   "    reminds Z7: toy.Due in 1 h\n"
                                   "    emits toy.NeedOpened.c41\n"
                                   "hcz/1/1 toy.Complete\n"
                                   "    refuses: no Complete: there is no such row in jobs\n"
                                   "hcz/1/2 toy.Accept\n"
                                   "    Z7: OPEN -> TAKEN\n"
                                   "    emits toy.Accepted.c41\n"
                                   "hcs/1/1 toy.Complete\n"
                                   "    refuses: another unit has taken it\n"
                                   "hcz/1/3 toy.Complete\n"
                                   "    Z7: TAKEN -> DONE\n"
                                   "    forgets Z7: toy.Due\n"
                                   "    emits toy.NeedClosed.c41\n"
                                   "hcz/1/4 toy.Accept\n"
                                   "    refuses: no Accept from DONE\n"
                                   "24 h later\n");
    ck_assert_str_eq(story_last(story, "toy.Refused.hcs"),
                     "{\"id\": \"hcs/1/1\", \"code\": \"NOT_OWNER\", "
                     "\"reason\": \"another unit has taken it\", \"command\": \"toy.Complete\"}");
    ck_assert_str_eq(story_last_case(story, "toy.NeedOpened.*"), "R-20230118-0001-1");
    story_close(story);
}
END_TEST

START_TEST(a_timer_comes_back_through_the_log)
{
    struct story *story = story_open("2023-01-18T09:00", &toy_service, &boss_service, NULL);

    story_say(story, "vc", "toy.OpenNeed.c41", "{'need': 'Z7', 'place': 'c41'}");
    story_later(story, "30 min");
    story_say(story, "vc", "toy.OpenNeed.c41", "{'need': 'Z8', 'place': 'c41'}");
    story_forget(story);
    story_until(story, "12:00");
    EXPECT_TEXT(story_text(story), "30 min later\n"
                                   "toy/1/3 toy.Due\n"
                                   "    Z7: OPEN -> LATE\n"
                                   "    emits toy.Expired.c41\n"
                                   "toy/1/4 toy.Expired at boss\n"
                                   "    emits boss.NeedClosed.c41\n"
                                   "boss/1/1 boss.NeedClosed at toy\n"
                                   "    Z7: LATE -> DONE\n"
                                   "30 min later\n"
                                   "toy/1/5 toy.Due\n"
                                   "    Z8: OPEN -> LATE\n"
                                   "    emits toy.Expired.c41\n"
                                   "toy/1/6 toy.Expired at boss\n"
                                   "    emits boss.NeedClosed.c41\n"
                                   "boss/1/2 boss.NeedClosed at toy\n"
                                   "    Z8: LATE -> DONE\n"
                                   "1 h 30 min later\n");
    story_close(story);
}
END_TEST

START_TEST(a_walk_sees_what_the_turn_has_touched)
{
    struct story *story = story_open("2023-01-18T09:00", &toy_service, NULL);

    story_say(story, "vc", "toy.OpenNeed.c41", "{'need': 'Z7', 'place': 'c41'}");
    story_say(story, "vc", "toy.OpenNeed.c41", "{'need': 'A1', 'place': 'c41'}");
    story_say(story, "vc", "toy.ReportInterim.c41", "{'assignment': 'Z7', 'note': 'x'}");
    ck_assert_str_eq(story_last(story, "toy.InterimReported.*"),
                     "{\"note\": \" A1(0) Z7(1) Z7/b(0)\"}");
    story_say(story, "vc", "toy.Rule.c41", "{'need': 'Z'}");
    story_say(story, "vc", "toy.ReportInterim.c41", "{'assignment': 'B1', 'note': 'x'}");
    ck_assert_str_eq(story_last(story, "toy.InterimReported.*"),
                     "{\"note\": \" A1(0) B1(1) B1/b(0)\"}");
    ck_assert_uint_eq(story_count(story, "boss.Rule.lgo"), 1);
    story_close(story);
}
END_TEST

START_TEST(a_walk_begins_behind_a_key)
{
    struct story *story = story_open("2023-01-18T09:00", &toy_service, NULL);

    for (int i = 0; i < 5; i++)
        story_say(story, "vc", "toy.OpenNeed.c41", "{'need': 'Z%d', 'place': 'c41'}", i);
    story_say(story, "vc", "toy.Rule.c41", "{'need': 'Z', 'text': '2'}"); /* drops Z3 and Z4 */
    story_say(story, "vc", "toy.Rule.c41", "{'need': 'Z', 'text': '7'}");
    story_say(story, "vc", "toy.ReportInterim.c41", "{'assignment': 'Y', 'note': 'x'}");
    ck_assert_str_eq(story_last(story, "toy.InterimReported.*"),
                     "{\"note\": \" Y(1) Y/b(0) Z0(0) Z1(0) Z2(0)\"}");
    story_close(story);
}
END_TEST

START_TEST(a_list_is_worked_through_in_slices)
{
    struct story *story = story_open("2023-01-18T09:00", &toy_service, NULL);

    for (int i = 0; i < 5; i++)
        story_say(story, "vc", "toy.OpenNeed.c41", "{'need': 'Z%d', 'place': 'c41'}", i);
    story_forget(story);
    story_say(story, "vc", "toy.WithdrawNeed.c41", "{'need': 'Z'}");
    ck_assert_str_eq(story_last(story, "toy.InterimReported.*"), "{\"note\": \" 0 1\"}");
    story_later(story, "1 s");
    ck_assert_str_eq(story_last(story, "toy.InterimReported.*"), "{\"note\": \" 4\"}");
    ck_assert_uint_eq(story_count(story, "toy.InterimReported.*"), 3);
    story_say(story, "vc", "toy.WithdrawNeed.c41", "{'need': 'Z', 'text': '2'}");
    ck_assert_str_eq(story_last(story, "toy.InterimReported.*"), "{\"note\": \" 3 4\"}");
    story_say(story, "vc", "toy.WithdrawNeed.c41", "{'need': 'Z', 'text': '4'}");
    ck_assert_str_eq(story_last(story, "toy.InterimReported.*"), "{}");
    story_later(story, "1 s");
    ck_assert_uint_eq(story_count(story, "toy.InterimReported.*"), 5);
    story_close(story);
}
END_TEST

START_TEST(a_turn_that_walks_without_end_is_parked)
{
    enum { ROWS = 50 };
    struct story *story = story_open("2023-01-18T09:00", &toy_service, NULL);

    say_set_level(SAY_SILENT);
    for (int i = 0; i < ROWS; i++)
        story_say(story, "vc", "toy.OpenNeed.c41", "{'need': 'Z%d', 'place': 'c41'}", i);
    story_say(story, "vc", "toy.RecordCallback.c41", "{'atMs': '%d'}", TURN_WALK_ROWS / ROWS);
    ck_assert_uint_eq(story_count(story, "toy.Parked.*"), 0);
    story_say(story, "vc", "toy.RecordCallback.c41", "{'atMs': '%d'}", TURN_WALK_ROWS / ROWS + 1);
    ck_assert_uint_eq(story_count(story, "toy.Parked.*"), 1);
    story_close(story);
}
END_TEST

START_TEST(who_did_it_is_named_by_an_id)
{
    static const char *const good[] = { "", "hcz.duty", "310115125041.first", "w-12", "c7:2" };
    static const char *const bad[] = { "王伟",         "wang wei", "13812345678",        "12",
                                       "w13812345678", "a/b",      "x31999919400101001X" };
    struct story *story = story_open("2023-01-18T09:00", &toy_service, NULL);

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        story_say(story, "vc", "toy.RecordCallback.c41", "{'by': '%s'}", good[i]);
    ck_assert_uint_eq(story_count(story, "toy.Refused.*"), 0);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        story_say(story, "vc", "toy.RecordCallback.c41", "{'by': '%s'}", bad[i]);
        ck_assert_uint_eq(story_count(story, "toy.Refused.*"), i + 1);
    }
    ck_assert(turn_is_id("R-20230118-0001-1") && turn_is_id("a:b_c.d"));
    ck_assert(!turn_is_id("") && !turn_is_id("a b"));
    story_close(story);
}
END_TEST

START_TEST(a_refusal_leaves_nothing_of_what_its_turn_did)
{
    struct story *story = story_open("2023-01-18T09:00", &toy_service, NULL);

    story_say(story, "vc", "toy.MarkError.c41", "{'assignment': 'r1'}");
    ck_assert_uint_eq(kit_state(story_kit(story, "toy")).number, 1);
    story_later(story, "1 min");
    EXPECT_TEXT(story_text(story), "vc/1/1 toy.MarkError\n"
                                   "    refuses: on second thoughts\n"
                                   "1 min later\n");
    ck_assert_uint_eq(story_count(story, ">"), 2);
    ck_assert_str_eq(story_ask(story, "hcz", "toy.Need.c41", "{'need': 'r1'}"),
                     "refused NOT_FOUND: there is no such job");
    story_close(story);
}
END_TEST

START_TEST(a_bad_body_is_refused)
{
    struct story *story = story_open("2023-01-18T09:00", &toy_service, NULL);

    story_bytes(story, "vc", "toy.OpenNeed.c41", slice_text("\x0a\x05Z"));
    story_say(story, "vc", "toy.OpenNeed.c41", "{}");
    EXPECT_TEXT(story_text(story), "vc/1/1 toy.OpenNeed\n"
                                   "    refuses: the body: a length goes past the end\n"
                                   "vc/1/2 toy.OpenNeed\n"
                                   "    refuses: an id is empty or too long\n");
    story_close(story);
}
END_TEST

START_TEST(a_question_about_a_person_leaves_a_trace)
{
    struct story *story = story_open("2023-01-18T09:00", &toy_service, NULL);

    story_say(story, "vc", "toy.OpenNeed.c41", "{'need': 'Z7', 'place': 'c41'}");
    ck_assert_str_eq(story_ask(story, "hcz as hcz.desk hcz-s4", "toy.Need.c41", "{'need': 'Z7'}"),
                     "{\"need\": \"Z7\", \"place\": \"c41\"}");
    ck_assert_str_eq(story_last(story, "toy.Accessed.*"),
                     "{\"readerUnit\": \"hcz\", \"readerPost\": \"hcz.desk\", "
                     "\"readerPerson\": \"hcz-s4\", \"query\": \"Need\", \"persons\": [\"Z7\"], "
                     "\"result\": \"ok\"}");
    ck_assert_str_eq(story_ask(story, "hcz", "toy.Need.c41", "{'need': 'Z9'}"),
                     "refused NOT_FOUND: there is no such job");
    ck_assert_uint_eq(story_count(story, "toy.Accessed.hcz"), 2);
    story_close(story);
}
END_TEST

START_TEST(a_message_that_faults_is_tried_again_then_parked)
{
    struct story *story = story_open("2023-01-18T09:00", &toy_service, NULL);

    say_set_level(SAY_SILENT);
    toy_faults = 4; /* the fifth try does it */
    story_say(story, "vc", "toy.MarkError.c41", "{'assignment': 'A1'}");
    toy_faults = 5;
    story_say(story, "vc", "toy.MarkError.c41", "{'assignment': 'A2'}");
    ck_assert_uint_eq(toy_faults, 0);
    story_say(story, "vc", "toy.MarkError.c41", "{'assignment': 'A3'}");
    EXPECT_TEXT(story_text(story), "vc/1/1 toy.MarkError\n"
                                   "    emits toy.MarkedInError.town\n"
                                   "vc/1/2 toy.MarkError\n"
                                   "    parks: Invalid or incomplete multibyte or wide character\n"
                                   "vc/1/3 toy.MarkError\n"
                                   "    emits toy.MarkedInError.town\n");
    ck_assert_str_eq(story_last(story, "toy.Parked.vc"),
                     "{\"seq\": \"3\", "
                     "\"reason\": \"Invalid or incomplete multibyte or wide character\", "
                     "\"tries\": 5}");
    story_close(story);
}
END_TEST

TESTS(a_job_is_opened_taken_and_done, a_timer_comes_back_through_the_log,
      a_walk_sees_what_the_turn_has_touched, a_walk_begins_behind_a_key,
      a_list_is_worked_through_in_slices, a_turn_that_walks_without_end_is_parked,
      who_did_it_is_named_by_an_id, a_refusal_leaves_nothing_of_what_its_turn_did,
      a_bad_body_is_refused, a_question_about_a_person_leaves_a_trace,
      a_message_that_faults_is_tried_again_then_parked)
