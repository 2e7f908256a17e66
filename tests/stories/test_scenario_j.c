/*
 * Scenario J: someone is ill, someone resigns (domain.md 5; S-046, R9).  Nothing in any other service
 * changes: a worklist asks the directory who holds the post.  Step 3, the carers, is care's.
 */
#include "lib/story.h"
#include "organisation/organisation.h"
#include "referral/referral.h"

static const char *who_is(struct story *story, const char *post)
{
    return story_ask(story, "310115125041", "organisation.WhoIs.310115125041", "{'post': '%s'}",
                     post);
}

START_TEST(someone_is_ill_and_someone_resigns)
{
    struct story *story =
        story_open("2023-01-18T06:00", &organisation_service, &referral_service, NULL);

    story_town(story);
    story_say(story, "dzb as dzb.seat1 dzb-s5", "referral.OpenNeed.310115125041",
              "{'need': 'n1', 'person': 'r2', 'place': '310115125041', 'category': 'MEDICAL',"
              " 'kind': 'MEDICINE', 'priority': 'P3'}");
    story_until(story, "07:10");
    story_forget(story);

    /* 1: the deputy acts at once. */
    story_say(story, "310115125041", "organisation.DeclareAbsence.310115125041",
              "{'staff': '310115125041-s4', 'deputy': '310115125041-s2', 'reasonClass': 'ill'}");
    ck_assert_str_eq(story_last(story, "organisation.PostResolved.310115125041"),
                     "{\"post\": \"310115125041.duty\", \"holder\": \"310115125041-s2\", "
                     "\"why\": \"deputy\", \"unit\": \"310115125041\"}");
    ck_assert_str_eq(who_is(story, "310115125041.duty"),
                     "{\"post\": \"310115125041.duty\", \"unit\": \"310115125041\", \"kind\": "
                     "\"duty\", \"holder\": \"310115125041-s2\", \"why\": \"deputy\", "
                     "\"state\": \"ABSENT\"}");
    /* The same at the centre that has the item: its worklist is one and the same, whoever acts. */
    ck_assert_str_eq(story_ask(story, "hcz", "referral.Worklist.hcz", "{'unit': 'hcz'}"),
                     "{\"items\": [{\"need\": \"n1\", \"assignment\": \"n1-a1\", \"state\": "
                     "\"REQUESTED\", \"kind\": \"MEDICINE\", \"priority\": \"P3\", \"person\": "
                     "\"r2\", \"place\": \"310115125041\", \"clock\": \"receive\", \"dueMs\": "
                     "\"1674016200000\", \"unit\": \"hcz\", \"caseId\": \"R-20230118-0001-1\", "
                     "\"allowed\": [\"Receive\", \"Accept\", \"Reject\", \"Recall\", "
                     "\"MarkError\", \"AmendNeed\", \"ChangePriority\", \"WithdrawNeed\"]}]}");
    story_say(story, "hcz", "organisation.DeclareAbsence.hcz",
              "{'staff': 'hcz-s4', 'deputy': 'hcz-s2', 'reasonClass': 'ill'}");
    ck_assert_str_eq(story_ask(story, "hcz", "referral.Worklist.hcz", "{'unit': 'hcz'}"),
                     "{\"items\": [{\"need\": \"n1\", \"assignment\": \"n1-a1\", \"state\": "
                     "\"REQUESTED\", \"kind\": \"MEDICINE\", \"priority\": \"P3\", \"person\": "
                     "\"r2\", \"place\": \"310115125041\", \"clock\": \"receive\", \"dueMs\": "
                     "\"1674016200000\", \"unit\": \"hcz\", \"caseId\": \"R-20230118-0001-1\", "
                     "\"allowed\": [\"Receive\", \"Accept\", \"Reject\", \"Recall\", "
                     "\"MarkError\", \"AmendNeed\", \"ChangePriority\", \"WithdrawNeed\"]}]}");
    /* 2: nothing is sent out again. */
    ck_assert_uint_eq(story_count(story, "referral.Dispatched.*"), 1);
    story_say(story, "hcz as hcz.deputy hcz-s2 for hcz.duty", "referral.Receive.hcz",
              "{'assignment': 'n1-a1'}");
    /* 4: the head resigns; the successor in the unit fills in by himself (S-046). */
    story_say(story, "310115125041", "organisation.EndTenure.310115125041",
              "{'post': '310115125041.head', 'reason': 'resigned'}");
    ck_assert_str_eq(story_last(story, "organisation.PostResolved.310115125041"),
                     "{\"post\": \"310115125041.head\", \"holder\": \"310115125041-s2\", "
                     "\"why\": \"successor\", \"unit\": \"310115125041\"}");
    EXPECT_TEXT(story_text(story), "310115125041/1/1 organisation.DeclareAbsence\n"
                                   "    emits organisation.AbsenceDeclared.310115125041\n"
                                   "    310115125041.duty: HELD -> ABSENT\n"
                                   "    emits organisation.PostResolved.310115125041\n"
                                   "hcz/1/1 organisation.DeclareAbsence\n"
                                   "    emits organisation.AbsenceDeclared.hcz\n"
                                   "    hcz.duty: HELD -> ABSENT\n"
                                   "    emits organisation.PostResolved.hcz\n"
                                   "hcz/1/2 referral.Receive\n"
                                   "    n1-a1: REQUESTED -> RECEIVED\n"
                                   "    emits referral.Received.hcz\n"
                                   "    forgets n1/receive: referral.Due\n"
                                   "310115125041/1/2 organisation.EndTenure\n"
                                   "    310115125041.head: HELD -> VACANT\n"
                                   "    emits organisation.TenureEnded.310115125041\n"
                                   "    emits organisation.PostResolved.310115125041\n");
    story_close(story);
}
END_TEST

/* 4, the other end: nobody at all, and the office hears of it within a minute. */
START_TEST(a_post_that_nobody_can_fill_is_an_alarm_within_a_minute)
{
    struct story *story = story_open("2023-01-18T06:00", &organisation_service, NULL);

    story_town(story);
    story_later(story, "5 min");
    story_forget(story);
    story_say(story, "lgo", "organisation.SetSuccession.lgo", "{'post': 'lgo.duty'}");
    story_say(story, "lgo", "organisation.SetSuccession.lgo", "{'post': 'lgo.head'}");
    story_say(story, "lgo", "organisation.EndTenure.lgo", "{'post': 'lgo.head'}");
    ck_assert_str_eq(who_is(story, "lgo.head"),
                     "{\"post\": \"lgo.head\", \"unit\": \"lgo\", \"kind\": \"head\", "
                     "\"holder\": \"lgo-s4\", \"why\": \"duty\", \"state\": \"VACANT\"}");
    story_say(story, "lgo", "organisation.EndTenure.lgo", "{'post': 'lgo.duty'}");
    EXPECT_TEXT(story_text(story), "lgo/1/1 organisation.SetSuccession\n"
                                   "    emits organisation.SuccessionSet.lgo\n"
                                   "lgo/1/2 organisation.SetSuccession\n"
                                   "    emits organisation.SuccessionSet.lgo\n"
                                   "lgo/1/3 organisation.EndTenure\n"
                                   "    lgo.head: HELD -> VACANT\n"
                                   "    emits organisation.TenureEnded.lgo\n"
                                   "    emits organisation.PostResolved.lgo\n"
                                   "lgo/1/4 organisation.EndTenure\n"
                                   "    lgo.duty: HELD -> VACANT\n"
                                   "    emits organisation.TenureEnded.lgo\n"
                                   "    reminds lgo.duty: organisation.AlarmVacancy in 1 min\n"
                                   "    emits organisation.PostResolved.lgo\n"
                                   "    reminds lgo.head: organisation.AlarmVacancy in 1 min\n"
                                   "    emits organisation.PostResolved.lgo\n");
    story_later(story, "1 min");
    ck_assert_uint_eq(story_count(story, "organisation.PostUnfilled.lgo"), 2);
    ck_assert_str_eq(story_last(story, "organisation.PostUnfilled.lgo"),
                     "{\"post\": \"lgo.duty\", \"unit\": \"lgo\", \"sinceMs\": "
                     "\"1673993100000\"}");
    story_close(story);
}
END_TEST

TESTS(someone_is_ill_and_someone_resigns, a_post_that_nobody_can_fill_is_an_alarm_within_a_minute)
