/*
 * Posts, tenures, units, duty rosters (domain.md 3.5; S-041 to S-046, S-051, S-052).  The town is
 * posts_town.h.
 */
#include "organisation/organisation.h"
#include "stories/posts_town.h"

START_TEST(a_post_is_defined_held_and_let_go)
{
    struct story *story = open_small_town(&organisation_service);

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

START_TEST(what_is_wrong_with_a_post_or_an_absence_is_said)
{
    struct story *story = open_town_on_duty(&organisation_service);
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
    struct story *story = open_town_on_duty(&organisation_service);
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
    struct story *story = open_town_on_duty(&organisation_service);

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
    struct story *story = open_town_on_duty(&organisation_service);

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

TESTS(a_post_is_defined_held_and_let_go, what_is_wrong_with_a_post_or_an_absence_is_said,
      a_roster_says_who_is_on_duty_at_a_moment, a_unit_is_renamed_retired_and_comes_back,
      the_chart_and_its_gaps_are_told)
