/*
 * Who stands in for whom (domain.md 3.5; S-046), and scenario J as far as organisation has a part in
 * it.  The town is posts_town.h.
 */
#include <stdio.h>

#include "organisation/organisation.h"
#include "stories/posts_town.h"

/* Named deputy, then succession order, then the unit's head, then the office's duty post. */
START_TEST(each_rung_stands_in_when_the_one_before_it_is_gone)
{
    struct story *story = open_town_on_duty(&organisation_service);

    ck_assert_str_eq(who_is(story, "hcz.desk"),
                     "{\"post\": \"hcz.desk\", \"unit\": \"hcz\", \"kind\": \"seat\", "
                     "\"holder\": \"s1\", \"why\": \"head\", \"state\": \"VACANT\"}");
    story_say(story, "hcz", "organisation.StartTenure.hcz", "{'post': 'hcz.desk', 'staff': 's2'}");
    ck_assert_str_eq(who_is(story, "hcz.desk"),
                     "{\"post\": \"hcz.desk\", \"unit\": \"hcz\", \"kind\": \"seat\", "
                     "\"holder\": \"s2\", \"why\": \"held\", \"state\": \"HELD\"}");
    story_say(story, "hcz", "organisation.SetSuccession.hcz",
              "{'post': 'hcz.desk', 'order': ['s4', 's1']}");
    story_say(story, "hcz", "organisation.DeclareAbsence.hcz",
              "{'staff': 's2', 'deputy': 's3', 'reasonClass': 'ill'}");
    ck_assert_str_eq(who_is(story, "hcz.desk"),
                     "{\"post\": \"hcz.desk\", \"unit\": \"hcz\", \"kind\": \"seat\", "
                     "\"holder\": \"s3\", \"why\": \"deputy\", \"state\": \"ABSENT\"}");
    story_forget(story);
    story_say(story, "hcz", "organisation.DeclareAbsence.hcz", "{'staff': 's3'}");
    story_say(story, "hcz", "organisation.DeclareAbsence.hcz", "{'staff': 's4'}");
    story_say(story, "hcz", "organisation.SetSuccession.hcz", "{'post': 'hcz.desk', 'order': []}");
    story_say(story, "hcz", "organisation.EndTenure.hcz", "{'post': 'hcz.head'}");
    ck_assert_str_eq(who_is(story, "hcz.desk"),
                     "{\"post\": \"hcz.desk\", \"unit\": \"hcz\", \"kind\": \"seat\", "
                     "\"holder\": \"o1\", \"why\": \"duty\", \"state\": \"ABSENT\"}");
    EXPECT_TEXT(story_text(story), "hcz/1/11 organisation.DeclareAbsence\n"
                                   "    emits organisation.AbsenceDeclared.hcz\n"
                                   "    emits organisation.PostResolved.hcz\n"
                                   "hcz/1/12 organisation.DeclareAbsence\n"
                                   "    emits organisation.AbsenceDeclared.hcz\n"
                                   "    emits organisation.PostResolved.hcz\n"
                                   "hcz/1/13 organisation.SetSuccession\n"
                                   "    emits organisation.SuccessionSet.hcz\n"
                                   "    emits organisation.PostResolved.hcz\n"
                                   "hcz/1/14 organisation.EndTenure\n"
                                   "    hcz.head: HELD -> VACANT\n"
                                   "    emits organisation.TenureEnded.hcz\n"
                                   "    emits organisation.PostResolved.hcz\n"
                                   "    emits organisation.PostResolved.hcz\n");
    story_close(story);
}
END_TEST

START_TEST(whoever_comes_back_takes_the_post_again)
{
    struct story *story = open_town_on_duty(&organisation_service);

    story_say(story, "hcz", "organisation.StartTenure.hcz", "{'post': 'hcz.desk', 'staff': 's2'}");
    story_forget(story);
    story_say(story, "hcz as hcz.desk s2", "organisation.DeclareAbsence.hcz",
              "{'staff': 's2', 'deputy': 's3', 'untilMs': '%llu'}",
              (unsigned long long)story_now(story) + 3 * 3600 * 1000);
    story_say(story, "hcz", "organisation.DeclareAbsence.hcz", "{'staff': 's2'}");
    story_later(story, "4 h");
    ck_assert_str_eq(who_is(story, "hcz.desk"),
                     "{\"post\": \"hcz.desk\", \"unit\": \"hcz\", \"kind\": \"seat\", "
                     "\"holder\": \"s2\", \"why\": \"held\", \"state\": \"HELD\"}");
    story_say(story, "hcz", "organisation.DeclareAbsence.hcz", "{'staff': 's2', 'deputy': 's3'}");
    story_say(story, "hcz", "organisation.EndAbsence.hcz", "{'staff': 's2'}");
    story_say(story, "hcz", "organisation.EndAbsence.hcz", "{'staff': 's2'}");
    EXPECT_TEXT(story_text(story), "hcz/1/9 organisation.DeclareAbsence\n"
                                   "    emits organisation.AbsenceDeclared.hcz\n"
                                   "    hcz.desk: HELD -> ABSENT\n"
                                   "    emits organisation.PostResolved.hcz\n"
                                   "    reminds s2: organisation.EndAbsenceDue in 3 h\n"
                                   "hcz/1/10 organisation.DeclareAbsence\n"
                                   "    refuses: is absent already\n"
                                   "3 h later\n"
                                   "organisation/1/23 organisation.EndAbsenceDue\n"
                                   "    emits organisation.AbsenceEnded.hcz\n"
                                   "    hcz.desk: ABSENT -> HELD\n"
                                   "    emits organisation.PostResolved.hcz\n"
                                   "1 h later\n"
                                   "hcz/1/11 organisation.DeclareAbsence\n"
                                   "    emits organisation.AbsenceDeclared.hcz\n"
                                   "    hcz.desk: HELD -> ABSENT\n"
                                   "    emits organisation.PostResolved.hcz\n"
                                   "hcz/1/12 organisation.EndAbsence\n"
                                   "    emits organisation.AbsenceEnded.hcz\n"
                                   "    hcz.desk: ABSENT -> HELD\n"
                                   "    emits organisation.PostResolved.hcz\n"
                                   "hcz/1/13 organisation.EndAbsence\n"
                                   "    refuses: is not absent\n");
    story_close(story);
}
END_TEST

START_TEST(an_absence_told_ahead_begins_on_its_day)
{
    struct story *story = open_town_on_duty(&organisation_service);
    unsigned long long now = story_now(story);

    story_say(story, "hcz", "organisation.StartTenure.hcz", "{'post': 'hcz.desk', 'staff': 's2'}");
    story_forget(story);
    story_say(story, "lgo", "organisation.DeclareAbsence.lgo",
              "{'staff': 's2', 'deputy': 's3', 'fromMs': '%llu', 'untilMs': '%llu'}",
              now + 24 * 3600 * 1000, now + 48 * 3600 * 1000);
    ck_assert_str_eq(who_is(story, "hcz.desk"),
                     "{\"post\": \"hcz.desk\", \"unit\": \"hcz\", \"kind\": \"seat\", "
                     "\"holder\": \"s2\", \"why\": \"held\", \"state\": \"HELD\"}");
    story_later(story, "24 h");
    ck_assert_str_eq(who_is(story, "hcz.desk"),
                     "{\"post\": \"hcz.desk\", \"unit\": \"hcz\", \"kind\": \"seat\", "
                     "\"holder\": \"s3\", \"why\": \"deputy\", \"state\": \"ABSENT\"}");
    story_later(story, "24 h");
    ck_assert_str_eq(who_is(story, "hcz.desk"),
                     "{\"post\": \"hcz.desk\", \"unit\": \"hcz\", \"kind\": \"seat\", "
                     "\"holder\": \"s2\", \"why\": \"held\", \"state\": \"HELD\"}");
    EXPECT_TEXT(story_text(story), "lgo/1/7 organisation.DeclareAbsence\n"
                                   "    emits organisation.AbsenceDeclared.hcz\n"
                                   "    reminds s2: organisation.BeginAbsence in 24 h\n"
                                   "24 h later\n"
                                   "organisation/1/21 organisation.BeginAbsence\n"
                                   "    hcz.desk: HELD -> ABSENT\n"
                                   "    emits organisation.PostResolved.hcz\n"
                                   "    reminds s2: organisation.EndAbsenceDue in 24 h\n"
                                   "24 h later\n"
                                   "organisation/1/23 organisation.EndAbsenceDue\n"
                                   "    emits organisation.AbsenceEnded.hcz\n"
                                   "    hcz.desk: ABSENT -> HELD\n"
                                   "    emits organisation.PostResolved.hcz\n");
    story_forget(story);
    story_say(story, "hcz", "organisation.DeclareAbsence.hcz", "{'staff': 's2', 'fromMs': '%llu'}",
              now + 72 * 3600 * 1000);
    story_say(story, "hcz", "organisation.EndAbsence.hcz", "{'staff': 's2'}");
    story_later(story, "3 d");
    EXPECT_TEXT(story_text(story), "hcz/1/9 organisation.DeclareAbsence\n"
                                   "    emits organisation.AbsenceDeclared.hcz\n"
                                   "    reminds s2: organisation.BeginAbsence in 24 h\n"
                                   "hcz/1/10 organisation.EndAbsence\n"
                                   "    forgets s2: organisation.BeginAbsence\n"
                                   "    emits organisation.AbsenceEnded.hcz\n"
                                   "24 h later\n"
                                   "2 d later\n");
    story_close(story);
}
END_TEST

/* The one on duty for the whole town falls ill: whatever hung on that post is looked at again. */
START_TEST(posts_that_lean_on_the_office_follow_its_duty_post)
{
    struct story *story = open_town_on_duty(&organisation_service);

    story_say(story, "hcz", "organisation.EndTenure.hcz", "{'post': 'hcz.head'}");
    story_forget(story);
    story_say(story, "lgo", "organisation.DeclareAbsence.lgo", "{'staff': 'o1'}");
    story_later(story, "2 min");
    story_say(story, "lgo", "organisation.EndAbsence.lgo", "{'staff': 'o1'}");
    EXPECT_TEXT(story_text(story), "lgo/1/7 organisation.DeclareAbsence\n"
                                   "    emits organisation.AbsenceDeclared.lgo\n"
                                   "    lgo.duty: HELD -> ABSENT\n"
                                   "    reminds lgo.duty: organisation.AlarmVacancy in 1 min\n"
                                   "    emits organisation.PostResolved.lgo\n"
                                   "    reminds hcz.desk: organisation.AlarmVacancy in 1 min\n"
                                   "    emits organisation.PostResolved.hcz\n"
                                   "    reminds hcz.head: organisation.AlarmVacancy in 1 min\n"
                                   "    emits organisation.PostResolved.hcz\n"
                                   "1 min later\n"
                                   "organisation/1/25 organisation.AlarmVacancy\n"
                                   "    emits organisation.PostUnfilled.lgo\n"
                                   "organisation/1/26 organisation.AlarmVacancy\n"
                                   "    emits organisation.PostUnfilled.lgo\n"
                                   "organisation/1/27 organisation.AlarmVacancy\n"
                                   "    emits organisation.PostUnfilled.lgo\n"
                                   "1 min later\n"
                                   "lgo/1/8 organisation.EndAbsence\n"
                                   "    emits organisation.AbsenceEnded.lgo\n"
                                   "    lgo.duty: ABSENT -> HELD\n"
                                   "    emits organisation.PostResolved.lgo\n"
                                   "    emits organisation.PostResolved.hcz\n"
                                   "    emits organisation.PostResolved.hcz\n");
    ck_assert_str_eq(story_last(story, "organisation.PostUnfilled.lgo"),
                     "{\"post\": \"hcz.head\", \"unit\": \"hcz\", \"sinceMs\": "
                     "\"1673996400000\"}");
    story_close(story);
}
END_TEST

START_TEST(somebody_appointed_while_ill_is_stood_in_for)
{
    struct story *story = open_town_on_duty(&organisation_service);

    story_say(story, "hcz", "organisation.DeclareAbsence.hcz", "{'staff': 's2', 'deputy': 's3'}");
    story_forget(story);
    story_say(story, "hcz", "organisation.StartTenure.hcz", "{'post': 'hcz.desk', 'staff': 's2'}");
    ck_assert_str_eq(who_is(story, "hcz.desk"),
                     "{\"post\": \"hcz.desk\", \"unit\": \"hcz\", \"kind\": \"seat\", "
                     "\"holder\": \"s3\", \"why\": \"deputy\", \"state\": \"ABSENT\"}");
    story_say(story, "hcz", "organisation.DeclareAbsence.hcz", "{'staff': 's3'}");
    ck_assert_str_eq(who_is(story, "hcz.desk"),
                     "{\"post\": \"hcz.desk\", \"unit\": \"hcz\", \"kind\": \"seat\", "
                     "\"holder\": \"s1\", \"why\": \"head\", \"state\": \"ABSENT\"}");
    story_say(story, "hcz", "organisation.EndAbsence.hcz", "{'staff': 's2'}");
    story_say(story, "hcz", "organisation.DeclareAbsence.hcz", "{'staff': 's2', 'deputy': 's4'}");
    story_say(story, "hcz", "organisation.EndTenure.hcz", "{'post': 'hcz.desk', 'staff': 's2'}");
    story_say(story, "hcz", "organisation.DeclareAbsence.hcz", "{'staff': 's4'}");
    EXPECT_TEXT(story_text(story), "hcz/1/9 organisation.StartTenure\n"
                                   "    hcz.desk: VACANT -> HELD\n"
                                   "    hcz.desk: HELD -> ABSENT\n"
                                   "    emits organisation.TenureStarted.hcz\n"
                                   "    emits organisation.PostResolved.hcz\n"
                                   "hcz/1/10 organisation.DeclareAbsence\n"
                                   "    emits organisation.AbsenceDeclared.hcz\n"
                                   "    emits organisation.PostResolved.hcz\n"
                                   "hcz/1/11 organisation.EndAbsence\n"
                                   "    emits organisation.AbsenceEnded.hcz\n"
                                   "    hcz.desk: ABSENT -> HELD\n"
                                   "    emits organisation.PostResolved.hcz\n"
                                   "hcz/1/12 organisation.DeclareAbsence\n"
                                   "    emits organisation.AbsenceDeclared.hcz\n"
                                   "    hcz.desk: HELD -> ABSENT\n"
                                   "    emits organisation.PostResolved.hcz\n"
                                   "hcz/1/13 organisation.EndTenure\n"
                                   "    hcz.desk: ABSENT -> VACANT\n"
                                   "    emits organisation.TenureEnded.hcz\n"
                                   "    emits organisation.PostResolved.hcz\n"
                                   "hcz/1/14 organisation.DeclareAbsence\n"
                                   "    emits organisation.AbsenceDeclared.hcz\n");
    story_close(story);
}
END_TEST

/* Who is on duty at the office acts for the post now. */
static void is_stood_in(struct story *story, const char *post, const char *holder)
{
    char want[64];

    snprintf(want, sizeof(want), "\"holder\": \"%s\", \"why\": \"duty\"", holder);
    ck_assert_ptr_nonnull(strstr(who_is(story, post), want));
}

START_TEST(the_offices_roster_moves_the_last_rung)
{
    struct story *story = open_town_on_duty(&organisation_service);
    unsigned long long now = story_now(story);

    story_say(story, "lgo", "organisation.RegisterStaff.lgo", "{'staff': 'o2', 'unit': 'lgo'}");
    story_say(story, "lgo", "organisation.DefinePost.lgo",
              "{'post': 'lgo.night', 'unit': 'lgo', 'kind': 'seat'}");
    story_say(story, "lgo", "organisation.StartTenure.lgo", "{'post': 'lgo.night', 'staff': 'o2'}");
    story_say(story, "hcz", "organisation.EndTenure.hcz", "{'post': 'hcz.head'}");
    is_stood_in(story, "hcz.head", "o1");
    story_say(story, "lgo", "organisation.PublishRoster.lgo",
              "{'unit': 'lgo', 'seat': 'night', 'slots': [{'fromMs': '%llu', 'untilMs': '%llu',"
              " 'post': 'lgo.night'}]}",
              now + 3600000, now + 7200000);
    story_forget(story);
    story_later(story, "1 h");
    EXPECT_TEXT(story_text(story), "1 h later\n"
                                   "organisation/1/27 organisation.ChangeDuty\n"
                                   "    reminds lgo: organisation.ChangeDuty in 1 h\n"
                                   "    emits organisation.PostResolved.hcz\n"
                                   "    emits organisation.PostResolved.hcz\n");
    is_stood_in(story, "hcz.head", "o2");
    story_later(story, "1 h");
    is_stood_in(story, "hcz.head", "o1");
    /* A roster that is withdrawn while it runs. */
    story_say(story, "lgo", "organisation.PublishRoster.lgo",
              "{'unit': 'lgo', 'seat': 'night', 'slots': [{'fromMs': '%llu', 'untilMs': '%llu',"
              " 'post': 'lgo.night'}]}",
              now, now + 72000000);
    is_stood_in(story, "hcz.desk", "o2");
    story_say(story, "lgo", "organisation.PublishRoster.lgo", "{'unit': 'lgo', 'seat': 'night'}");
    is_stood_in(story, "hcz.desk", "o1");
    story_say(story, "hcz", "organisation.ChangeDuty.lgo", "{'unit': 'lgo'}");
    ck_assert_uint_eq(story_count(story, "organisation.Refused.hcz"), 1);
    story_close(story);
}
END_TEST

START_TEST(who_holds_a_post_and_who_is_away_is_for_the_head)
{
    struct story *story = open_town_on_duty(&organisation_service);

    story_say(story, "hcz as hcz.desk s2", "organisation.StartTenure.hcz",
              "{'post': 'hcz.desk', 'staff': 's2'}");
    story_say(story, "hcz as hcz.desk s2", "organisation.DeclareAbsence.hcz", "{'staff': 's3'}");
    ck_assert_uint_eq(story_count(story, "organisation.Refused.hcz"), 2);
    story_say(story, "hcz as hcz.head s1", "organisation.StartTenure.hcz",
              "{'post': 'hcz.desk', 'staff': 's2'}");
    story_say(story, "hcz as hcz.desk s2", "organisation.DeclareAbsence.hcz", "{'staff': 's2'}");
    story_say(story, "hcz as hcz.desk s2", "organisation.EndTenure.hcz", "{'post': 'hcz.desk'}");
    ck_assert_uint_eq(story_count(story, "organisation.Refused.hcz"), 3);
    /* Who acts for the head decides as the head would; the first responsible person is the head. */
    story_say(story, "hcz as hcz.head s1", "organisation.DeclareAbsence.hcz",
              "{'staff': 's1', 'deputy': 's4'}");
    story_say(story, "hcz as hcz.desk s4", "organisation.EndAbsence.hcz", "{'staff': 's2'}");
    story_say(story, "hcz", "organisation.DefinePost.hcz",
              "{'post': 'hcz.first', 'unit': 'hcz', 'kind': 'first_responsible'}");
    story_say(story, "hcz as hcz.first s1", "organisation.EndTenure.hcz", "{'post': 'hcz.desk'}");
    ck_assert_uint_eq(story_count(story, "organisation.Refused.hcz"), 3);
    story_close(story);
}
END_TEST

TESTS(each_rung_stands_in_when_the_one_before_it_is_gone, whoever_comes_back_takes_the_post_again,
      an_absence_told_ahead_begins_on_its_day, posts_that_lean_on_the_office_follow_its_duty_post,
      somebody_appointed_while_ill_is_stood_in_for, the_offices_roster_moves_the_last_rung,
      who_holds_a_post_and_who_is_away_is_for_the_head)
