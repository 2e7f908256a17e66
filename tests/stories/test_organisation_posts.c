/*
 * Posts, tenures, absences, succession (domain.md 3.5; S-041 to S-046, S-051, S-052), and scenario J
 * as far as organisation has a part in it.
 */
#include "lib/story.h"
#include "organisation/organisation.h"

/* A small town: the office, a centre with four people, the policy that the alarms hang on. */
static struct story *open_small_town(void)
{
    struct story *story = story_open("2023-01-18T07:00", &organisation_service, NULL);

    story_say(story, "lgo", "organisation.PublishPolicy.lgo",
              "{'set': 'default', 'records': [{'key': 'org.post_unfilled', 'scope': '*',"
              " 'value': '1', 'unit': 'min', 'calendar': '24x7'}]}");
    story_say(story, "lgo", "organisation.RegisterUnit.lgo",
              "{'unit': 'lgo', 'kind': 'group-office'}");
    story_say(story, "lgo", "organisation.RegisterUnit.lgo", "{'unit': 'hcz', 'kind': 'member'}");
    for (int i = 1; i <= 4; i++)
        story_say(story, "hcz", "organisation.RegisterStaff.hcz",
                  "{'staff': 's%d', 'unit': 'hcz', 'name': 'n%d'}", i, i);
    story_say(story, "lgo", "organisation.RegisterStaff.lgo", "{'staff': 'o1', 'unit': 'lgo'}");
    return story;
}

START_TEST(a_post_is_defined_held_and_let_go)
{
    struct story *story = open_small_town();

    /* The name stays here: the event that all services hear has the id only. */
    ck_assert_str_eq(story_last(story, "organisation.StaffRegistered.hcz"),
                     "{\"staff\": \"s4\", \"unit\": \"hcz\"}");
    story_forget(story);
    story_say(story, "hcz", "organisation.DefinePost.hcz",
              "{'post': 'hcz.head', 'unit': 'hcz', 'kind': 'head', 'name': 'head'}");
    story_say(story, "hcz", "organisation.StartTenure.hcz", "{'post': 'hcz.head', 'staff': 's1'}");
    story_say(story, "hcz", "organisation.StartTenure.hcz", "{'post': 'hcz.head', 'staff': 's2'}");
    story_say(story, "hcz", "organisation.EndTenure.hcz", "{'post': 'hcz.head', 'staff': 's2'}");
    story_say(story, "hcz", "organisation.EndTenure.hcz", "{'post': 'hcz.head', 'staff': 's1'}");
    story_later(story, "2 min");
    EXPECT_TEXT(story_text(story), "hcz/1/5 organisation.DefinePost\n"
                                   "    hcz.head: POST_NONE -> VACANT\n"
                                   "    emits organisation.PostDefined.hcz\n"
                                   "    reminds hcz.head: organisation.AlarmVacancy in 1 min\n"
                                   "hcz/1/6 organisation.StartTenure\n"
                                   "    hcz.head: VACANT -> HELD\n"
                                   "    emits organisation.TenureStarted.hcz\n"
                                   "    forgets hcz.head: organisation.AlarmVacancy\n"
                                   "    emits organisation.PostResolved.hcz\n"
                                   "hcz/1/7 organisation.StartTenure\n"
                                   "    refuses: no StartTenure from HELD\n"
                                   "hcz/1/8 organisation.EndTenure\n"
                                   "    refuses: staff: does not hold this post\n"
                                   "hcz/1/9 organisation.EndTenure\n"
                                   "    hcz.head: HELD -> VACANT\n"
                                   "    emits organisation.TenureEnded.hcz\n"
                                   "    reminds hcz.head: organisation.AlarmVacancy in 1 min\n"
                                   "    emits organisation.PostResolved.hcz\n"
                                   "1 min later\n"
                                   "organisation/1/16 organisation.AlarmVacancy\n"
                                   "    emits organisation.PostUnfilled.lgo\n"
                                   "1 min later\n");
    story_close(story);
}
END_TEST

/* The office's duty post is held; the centre has a head. */
static struct story *open_town_on_duty(void)
{
    struct story *story = open_small_town();

    story_say(story, "lgo", "organisation.DefinePost.lgo",
              "{'post': 'lgo.duty', 'unit': 'lgo', 'kind': 'duty'}");
    story_say(story, "lgo", "organisation.StartTenure.lgo", "{'post': 'lgo.duty', 'staff': 'o1'}");
    story_say(story, "hcz", "organisation.DefinePost.hcz",
              "{'post': 'hcz.head', 'unit': 'hcz', 'kind': 'head'}");
    story_say(story, "hcz", "organisation.StartTenure.hcz", "{'post': 'hcz.head', 'staff': 's1'}");
    story_say(story, "hcz", "organisation.DefinePost.hcz",
              "{'post': 'hcz.desk', 'unit': 'hcz', 'kind': 'seat'}");
    return story;
}

static const char *who_is(struct story *story, const char *post)
{
    return story_ask(story, "hcz", "organisation.WhoIs.hcz", "{'post': '%s'}", post);
}

/* Named deputy, then succession order, then the unit's head, then the office's duty post. */
START_TEST(each_rung_stands_in_when_the_one_before_it_is_gone)
{
    struct story *story = open_town_on_duty();

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
    struct story *story = open_town_on_duty();

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
    struct story *story = open_town_on_duty();
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
    struct story *story = open_town_on_duty();

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
    struct story *story = open_town_on_duty();

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

START_TEST(what_is_wrong_with_a_post_or_an_absence_is_said)
{
    struct story *story = open_town_on_duty();
    unsigned long long now = story_now(story);

    story_forget(story);
    story_say(story, "hcs", "organisation.DefinePost.hcs",
              "{'post': 'hcz.x', 'unit': 'hcz', 'kind': 'seat'}");
    story_say(story, "hcz", "organisation.DefinePost.hcz",
              "{'post': 'hcz.x', 'unit': 'hcz', 'kind': 'king'}");
    story_say(story, "hcz", "organisation.DefinePost.hcz",
              "{'post': 'lgo.duty', 'unit': 'hcz', 'kind': 'duty'}");
    story_say(story, "lgo", "organisation.DefinePost.lgo",
              "{'post': 'x', 'unit': 'nowhere', 'kind': 'duty'}");
    story_say(story, "hcz", "organisation.DefinePost.hcz", "{'post': '', 'unit': 'hcz'}");
    story_say(story, "hcz", "organisation.StartTenure.hcz", "{'post': 'none', 'staff': 's1'}");
    story_say(story, "hcz", "organisation.StartTenure.hcz", "{'post': 'hcz.desk', 'staff': 's9'}");
    story_say(story, "hcz", "organisation.StartTenure.hcz",
              "{'post': 'hcz.desk', 'staff': 's2', 'fromMs': '%llu'}", now + 1000);
    story_say(story, "hcs", "organisation.StartTenure.hcs", "{'post': 'hcz.desk', 'staff': 's2'}");
    story_say(story, "hcz", "organisation.EndTenure.hcz", "{'post': 'hcz.desk'}");
    story_say(story, "hcz", "organisation.EndTenure.hcz", "{'post': 'hcz.head', 'untilMs': '%llu'}",
              now + 1000);
    story_say(story, "hcz", "organisation.SetSuccession.hcz",
              "{'post': 'hcz.desk', 'order': ['s9']}");
    story_say(story, "hcz", "organisation.DeclareAbsence.hcz", "{'staff': 's9'}");
    story_say(story, "hcs", "organisation.DeclareAbsence.hcs", "{'staff': 's1'}");
    story_say(story, "hcz", "organisation.DeclareAbsence.hcz", "{'staff': 's1', 'untilMs': '%llu'}",
              now - 1000);
    story_say(story, "hcz", "organisation.DeclareAbsence.hcz", "{'staff': 's1', 'deputy': 's1'}");
    story_say(story, "hcz", "organisation.DeclareAbsence.hcz", "{'staff': 's1', 'deputy': 's9'}");
    story_say(story, "hcz", "organisation.RegisterStaff.hcz", "{'staff': 'x', 'unit': 'lgo'}");
    story_say(story, "hcz", "organisation.RegisterStaff.hcz", "{'staff': 'o1', 'unit': 'hcz'}");
    story_say(story, "hcz", "organisation.AlarmVacancy.hcz", "{'post': 'hcz.desk'}");
    EXPECT_TEXT(story_text(story), "hcs/1/1 organisation.DefinePost\n"
                                   "    refuses: DefinePost is not for hcs\n"
                                   "hcz/1/8 organisation.DefinePost\n"
                                   "    refuses: kind: no such kind of post\n"
                                   "hcz/1/9 organisation.DefinePost\n"
                                   "    refuses: unit: the post is another unit's\n"
                                   "lgo/1/7 organisation.DefinePost\n"
                                   "    refuses: no such unit: nowhere\n"
                                   "hcz/1/10 organisation.DefinePost\n"
                                   "    refuses: post: a name is wanted\n"
                                   "hcz/1/11 organisation.StartTenure\n"
                                   "    refuses: no such post\n"
                                   "hcz/1/12 organisation.StartTenure\n"
                                   "    refuses: no such staff\n"
                                   "hcz/1/13 organisation.StartTenure\n"
                                   "    refuses: it has not begun\n"
                                   "hcs/1/2 organisation.StartTenure\n"
                                   "    refuses: StartTenure is not for hcs\n"
                                   "hcz/1/14 organisation.EndTenure\n"
                                   "    refuses: no EndTenure from VACANT\n"
                                   "hcz/1/15 organisation.EndTenure\n"
                                   "    refuses: it has not ended\n"
                                   "hcz/1/16 organisation.SetSuccession\n"
                                   "    refuses: no such staff\n"
                                   "hcz/1/17 organisation.DeclareAbsence\n"
                                   "    refuses: no such staff\n"
                                   "hcs/1/3 organisation.DeclareAbsence\n"
                                   "    refuses: DeclareAbsence is not for hcs\n"
                                   "hcz/1/18 organisation.DeclareAbsence\n"
                                   "    refuses: it ends before it begins\n"
                                   "hcz/1/19 organisation.DeclareAbsence\n"
                                   "    refuses: deputy: nobody deputises himself\n"
                                   "hcz/1/20 organisation.DeclareAbsence\n"
                                   "    refuses: no such staff\n"
                                   "hcz/1/21 organisation.RegisterStaff\n"
                                   "    refuses: RegisterStaff is not for hcz\n"
                                   "hcz/1/22 organisation.RegisterStaff\n"
                                   "    refuses: RegisterStaff is not for hcz\n"
                                   "hcz/1/23 organisation.AlarmVacancy\n"
                                   "    refuses: AlarmVacancy is not for hcz\n");
    story_close(story);
}
END_TEST

START_TEST(a_roster_says_who_is_on_duty_at_a_moment)
{
    struct story *story = open_town_on_duty();
    unsigned long long now = story_now(story);

    story_say(story, "hcz", "organisation.StartTenure.hcz", "{'post': 'hcz.desk', 'staff': 's2'}");
    story_say(story, "hcz", "organisation.DefinePost.hcz",
              "{'post': 'hcz.duty', 'unit': 'hcz', 'kind': 'duty'}");
    story_say(story, "hcz", "organisation.StartTenure.hcz", "{'post': 'hcz.duty', 'staff': 's3'}");
    story_forget(story);
    story_say(story, "hcz", "organisation.PublishRoster.hcz",
              "{'unit': 'hcz', 'seat': 'night', 'slots': [{'fromMs': '%llu', 'untilMs': '%llu',"
              " 'post': 'hcz.desk'}]}",
              now + 1000, now + 9000);
    story_say(story, "hcz", "organisation.PublishRoster.hcz",
              "{'unit': 'hcz', 'seat': 'night', 'slots': [{'fromMs': '9', 'untilMs': '9',"
              " 'post': 'hcz.desk'}]}");
    story_say(story, "hcz", "organisation.PublishRoster.hcz",
              "{'unit': 'hcz', 'seat': 'night', 'slots': [{'fromMs': '9', 'untilMs': '10',"
              " 'post': 'none'}]}");
    EXPECT_TEXT(story_text(story), "hcz/1/11 organisation.PublishRoster\n"
                                   "    emits organisation.RosterPublished.hcz\n"
                                   "hcz/1/12 organisation.PublishRoster\n"
                                   "    refuses: a slot ends before it begins\n"
                                   "hcz/1/13 organisation.PublishRoster\n"
                                   "    refuses: a slot names no known post\n");
    ck_assert_str_eq(story_ask(story, "dzb", "organisation.OnDuty.hcz",
                               "{'unit': 'hcz', 'atMs': '%llu'}", now + 5000),
                     "{\"posts\": [{\"post\": \"hcz.desk\", \"unit\": \"hcz\", \"kind\": "
                     "\"seat\", \"holder\": \"s2\", \"why\": \"held\", \"state\": \"HELD\"}]}");
    ck_assert_str_eq(story_ask(story, "dzb", "organisation.OnDuty.hcz", "{'unit': 'hcz'}"),
                     "{\"posts\": [{\"post\": \"hcz.duty\", \"unit\": \"hcz\", \"kind\": "
                     "\"duty\", \"holder\": \"s3\", \"why\": \"held\", \"state\": \"HELD\"}]}");
    ck_assert_str_eq(story_ask(story, "dzb", "organisation.OnDuty.hcz", "{'unit': 'none'}"),
                     "refused NOT_FOUND: no such unit");
    story_close(story);
}
END_TEST

START_TEST(a_unit_is_renamed_retired_and_comes_back)
{
    struct story *story = open_town_on_duty();

    story_forget(story);
    story_say(story, "lgo", "organisation.RegisterUnit.lgo",
              "{'unit': 'hcz', 'nameZh': '张江', 'kind': 'member', 'parent': 'lgo'}");
    story_say(story, "lgo", "organisation.RetireUnit.lgo", "{'unit': 'hcz', 'reason': 'merged'}");
    story_say(story, "hcz", "organisation.EndTenure.hcz", "{'post': 'hcz.head'}");
    story_say(story, "hcz", "organisation.RetireUnit.hcz", "{'unit': 'hcz'}");
    story_say(story, "lgo", "organisation.RetireUnit.lgo", "{'unit': 'hcz', 'reason': 'merged'}");
    story_say(story, "lgo", "organisation.RetireUnit.lgo", "{'unit': 'hcz'}");
    story_say(story, "hcz", "organisation.DefinePost.hcz",
              "{'post': 'hcz.y', 'unit': 'hcz', 'kind': 'seat'}");
    story_say(story, "lgo", "organisation.RegisterUnit.lgo", "{'unit': 'hcz', 'kind': 'member'}");
    story_say(story, "lgo", "organisation.RegisterUnit.lgo",
              "{'unit': 'x', 'parent': 'none', 'kind': 'member'}");
    story_say(story, "lgo", "organisation.RegisterUnit.lgo", "{'unit': 'x'}");
    EXPECT_TEXT(story_text(story), "lgo/1/7 organisation.RegisterUnit\n"
                                   "    hcz: REGISTERED -> REGISTERED\n"
                                   "    emits organisation.UnitRegistered.hcz\n"
                                   "lgo/1/8 organisation.RetireUnit\n"
                                   "    refuses: 1 of its posts are held\n"
                                   "hcz/1/8 organisation.EndTenure\n"
                                   "    hcz.head: HELD -> VACANT\n"
                                   "    emits organisation.TenureEnded.hcz\n"
                                   "    emits organisation.PostResolved.hcz\n"
                                   "    emits organisation.PostResolved.hcz\n"
                                   "hcz/1/9 organisation.RetireUnit\n"
                                   "    refuses: RetireUnit is not for hcz\n"
                                   "lgo/1/9 organisation.RetireUnit\n"
                                   "    hcz: REGISTERED -> RETIRED\n"
                                   "    emits organisation.UnitRetired.hcz\n"
                                   "lgo/1/10 organisation.RetireUnit\n"
                                   "    refuses: no RetireUnit from RETIRED\n"
                                   "hcz/1/10 organisation.DefinePost\n"
                                   "    refuses: no such unit: hcz\n"
                                   "lgo/1/11 organisation.RegisterUnit\n"
                                   "    hcz: RETIRED -> REGISTERED\n"
                                   "    emits organisation.UnitRegistered.hcz\n"
                                   "lgo/1/12 organisation.RegisterUnit\n"
                                   "    refuses: no such unit: none\n"
                                   "lgo/1/13 organisation.RegisterUnit\n"
                                   "    refuses: kind: is missing\n");
    story_close(story);
}
END_TEST

START_TEST(the_chart_and_its_gaps_are_told)
{
    struct story *story = open_town_on_duty();

    ck_assert_str_eq(story_ask(story, "dzb", "organisation.Chart.town", "{}"),
                     "{\"units\": [{\"unit\": \"hcz\", \"kind\": \"member\", \"posts\": "
                     "[{\"post\": \"hcz.desk\", \"unit\": \"hcz\", \"kind\": \"seat\", "
                     "\"holder\": \"s1\", \"why\": \"head\", \"state\": \"VACANT\"}, "
                     "{\"post\": \"hcz.head\", \"unit\": \"hcz\", \"kind\": \"head\", "
                     "\"holder\": \"s1\", \"why\": \"held\", \"state\": \"HELD\"}]}, "
                     "{\"unit\": \"lgo\", \"kind\": \"group-office\", \"posts\": [{\"post\": "
                     "\"lgo.duty\", \"unit\": \"lgo\", \"kind\": \"duty\", \"holder\": \"o1\", "
                     "\"why\": \"held\", \"state\": \"HELD\"}]}]}");
    ck_assert_str_eq(story_ask(story, "dzb", "organisation.Chart.town", "{'unit': 'lgo'}"),
                     "{\"units\": [{\"unit\": \"lgo\", \"kind\": \"group-office\", \"posts\": "
                     "[{\"post\": \"lgo.duty\", \"unit\": \"lgo\", \"kind\": \"duty\", "
                     "\"holder\": \"o1\", \"why\": \"held\", \"state\": \"HELD\"}]}]}");
    ck_assert_str_eq(story_ask(story, "dzb", "organisation.Chart.town", "{'unit': 'none'}"),
                     "refused NOT_FOUND: no such unit");
    ck_assert_str_eq(story_ask(story, "dzb", "organisation.Vacancies.town", "{}"),
                     "{\"posts\": [{\"post\": \"hcz.desk\", \"unit\": \"hcz\", \"kind\": "
                     "\"seat\", \"holder\": \"s1\", \"why\": \"head\", \"state\": \"VACANT\"}]}");
    ck_assert_str_eq(story_ask(story, "dzb", "organisation.Vacancies.town", "{'unit': 'lgo'}"),
                     "{}");
    ck_assert_str_eq(story_ask(story, "dzb", "organisation.WhoIs.town", "{'post': 'none'}"),
                     "refused NOT_FOUND: no such post");
    story_close(story);
}
END_TEST

TESTS(a_post_is_defined_held_and_let_go, each_rung_stands_in_when_the_one_before_it_is_gone,
      whoever_comes_back_takes_the_post_again, an_absence_told_ahead_begins_on_its_day,
      posts_that_lean_on_the_office_follow_its_duty_post,
      somebody_appointed_while_ill_is_stood_in_for, what_is_wrong_with_a_post_or_an_absence_is_said,
      a_roster_says_who_is_on_duty_at_a_moment, a_unit_is_renamed_retired_and_comes_back,
      the_chart_and_its_gaps_are_told)
