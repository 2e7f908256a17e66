/*
 * The duty register of the town, read whole: what is evaluated, what waits for a service that is
 * not there, and what the opening of the town itself has met (duties.csv).
 */
#include <stdio.h>
#include <string.h>

#include "lib/story.h"
#include "plain.h"

extern const struct service organisation_service;
extern const struct service supervision_service;

#define C41 "310115125041"
#define C06 "310115125006"

static struct story *open_town(void)
{
    struct story *story =
        story_open("2023-01-18T09:00", &organisation_service, &supervision_service, NULL);

    story_town(story);
    return story;
}

static const char *board(struct story *story, const char *unit, const char *duty)
{
    return story_ask(story, "jcb as jcb.head", "supervision.DutyBoard.jcb",
                     "{'unit': '%s', 'duty': '%s'}", unit, duty);
}

static unsigned count(const char *text, const char *part)
{
    unsigned found = 0;

    while ((text = strstr(text, part)) != NULL) {
        found++;
        text += strlen(part);
    }
    return found;
}

START_TEST(every_row_of_the_register_is_evaluated)
{
    struct story *story = open_town();

    ck_assert_uint_eq(story_count(story, "supervision.DutyDefined.jcb"), 79);
    ck_assert_uint_eq(story_count(story, "supervision.Refused.*"), 0);
    const char *all = story_ask(story, "lgo", "supervision.DutyBoard.jcb", "{'limit': 500}");
    ck_assert_uint_eq(count(all, "waits for"), 0);
    story_close(story);
}
END_TEST

START_TEST(the_opening_of_the_town_meets_what_it_founds)
{
    struct story *story = open_town();

    ck_assert_str_eq(plain(board(story, "", "S-002")),
                     "{\"lines\": [{\"duty\": \"S-002\", \"unit\": \"lgo\", \"period\": \"once\", "
                     "\"state\": \"MET\", \"evidence\": \"organisation/*\"}], \"met\": 1}");
    ck_assert_str_eq(plain(board(story, "", "S-047")),
                     "{\"lines\": [{\"duty\": \"S-047\", \"unit\": \"sjb\", \"period\": \"once\", "
                     "\"state\": \"MET\", \"evidence\": \"organisation/*\"}], \"met\": 1}");
    /* S-069: three teams, S-040: a leading group whose posts are held */
    static const char *const founded[] = { "S-048", "S-049" };
    for (size_t i = 0; i < 2; i++)
        ck_assert_ptr_nonnull(strstr(board(story, "sjb", founded[i]), "\"state\": \"MET\""));
    static const char *const held[] = { "S-041", "S-042" };
    for (size_t i = 0; i < 2; i++)
        ck_assert_ptr_nonnull(strstr(board(story, "lg", held[i]), "\"state\": \"PENDING\""));
    ck_assert_str_eq(
        plain(board(story, C41, "S-051")),
        "{\"lines\": [{\"duty\": \"S-051\", \"unit\": \"310115125041\", \"period\": \"once\", "
        "\"state\": \"MET\", \"evidence\": \"organisation/*\"}], \"met\": 1}");
    ck_assert_str_eq(plain(board(story, "hcz", "S-052")),
                     "{\"lines\": [{\"duty\": \"S-052\", \"unit\": \"hcz\", \"period\": \"once\", "
                     "\"state\": \"MET\", \"evidence\": \"organisation/*\"}], \"met\": 1}");
    ck_assert_str_eq(plain(board(story, C41, "S-050")),
                     "{\"lines\": [{\"duty\": \"S-050\", \"unit\": \"310115125041\", \"period\": "
                     "\"once\", \"state\": \"PENDING\", \"dueMs\": \"1674262800000\", "
                     "\"evidence\": \"organisation/*\"}], \"pending\": 1}");
    /* A page of the board, and the counts of all of it. */
    const char *page = story_ask(story, "jcb as jcb.head", "supervision.DutyBoard.jcb",
                                 "{'unit': '" C41 "', 'limit': 2}");
    ck_assert_str_eq(
        plain(page),
        "{\"lines\": [{\"duty\": \"S-007\", \"unit\": \"310115125041\", \"period\": "
        "\"mandate:zpz-2023-3\", \"state\": \"PENDING\", \"dueMs\": \"1674118800000\", "
        "\"evidence\": \"organisation/*\"}, {\"duty\": \"S-008\", \"unit\": \"310115125041\", "
        "\"period\": \"2023-01\", \"state\": \"PENDING\", \"dueMs\": \"1675180800000\", "
        "\"evidence\": \"organisation/*\"}], \"met\": 2, \"pending\": 10, "
        "\"next\": \"S-008/2023-01@310115125041\"}");
    ck_assert_str_eq(story_ask(story, C41, "supervision.DutyBoard.jcb", "{'unit': '" C06 "'}"),
                     "refused NOT_ALLOWED: a unit sees its own rows");
    ck_assert_uint_eq(count(story_ask(story, C41, "supervision.DutyBoard.jcb",
                                      "{'unit': '" C41 "', 'duty': 'S-050'}"),
                            "PENDING"),
                      1);
    story_later(story, "1 min");
    /* The first policy was told after the register: it came into force, and no service missed it. */
    ck_assert_str_eq(plain(board(story, "", "S-0B9")), "{\"met\": 1}");
    story_close(story);
}
END_TEST

START_TEST(a_committee_that_founds_no_group_is_at_risk_then_late)
{
    struct story *story = open_town();

    story_say(story, C06, "organisation.RegisterTeam." C06,
              "{'team': 'group-06', 'name': 'G', 'leadUnit': '" C06 "', 'members': ['" C06 "']}");
    ck_assert_ptr_nonnull(strstr(story_last(story, "supervision.DutyMet." C06), "S-06Q"));
    ck_assert_uint_eq(story_count(story, "supervision.DutyMet." C06), 4);
    story_later(story, "2 d 12 h");
    ck_assert_uint_eq(story_count(story, "supervision.DutyAtRisk." C06), 4);
    ck_assert_uint_eq(story_count(story, "supervision.DutyAtRisk." C41), 6);
    ck_assert_str_eq(plain(story_last(story, "supervision.DutyAtRisk." C41)),
                     "{\"duty\": \"S-06S\", \"unit\": \"310115125041\", \"period\": \"once\", "
                     "\"dueMs\": \"1674262800000\"}");
    story_later(story, "13 h");
    ck_assert_str_eq(plain(story_last(story, "supervision.DutyBreached." C41)),
                     "{\"duty\": \"S-06S\", \"unit\": \"310115125041\", \"period\": \"once\", "
                     "\"dueMs\": \"1674262800000\", \"evidence\": \"supervision/*\"}");
    ck_assert_str_eq(plain(story_last(story, "supervision.FindingOpened." C41)),
                     "{\"finding\": \"F-310115125041-S-06S.once\", \"unit\": \"310115125041\", "
                     "\"duty\": \"S-06S\", \"evidence\": [\"supervision/*\"], \"dueMs\": "
                     "\"1674896400000\", \"text\": \"完善突发情况应急预案\"}");
    ck_assert_str_eq(plain(board(story, C41, "S-050")),
                     "{\"lines\": [{\"duty\": \"S-050\", \"unit\": \"310115125041\", \"period\": "
                     "\"once\", \"state\": \"BREACHED\", \"dueMs\": \"1674262800000\", "
                     "\"evidence\": \"supervision/*\"}], \"breached\": 1}");
    ck_assert_str_eq(plain(board(story, C06, "S-050")),
                     "{\"lines\": [{\"duty\": \"S-050\", \"unit\": \"310115125006\", \"period\": "
                     "\"once\", \"state\": \"MET\", \"dueMs\": \"1674262800000\", \"evidence\": "
                     "\"organisation/*\"}], \"met\": 1}");
    /* Founded too late: it stays what it was. */
    story_say(story, C41, "organisation.RegisterTeam." C41,
              "{'team': 'group-41', 'name': 'G', 'leadUnit': '" C41 "', 'members': ['" C41 "']}");
    ck_assert_uint_eq(count(board(story, C41, "S-050"), "BREACHED"), 1);
    story_close(story);
}
END_TEST

/* S-06T: a named person, and measures that are written down */
START_TEST(plans_meet_their_own_kind)
{
    struct story *story = open_town();

    story_say(story, C41 " as " C41 ".first", "organisation.SubmitPlan." C41,
              "{'plan': 'p1', 'kind': 'work', 'version': 1, 'fileHash': 'aa'}");
    story_say(story, "lgo as lgo.head", "organisation.ApprovePlan." C41,
              "{'plan': 'p1', 'version': 1}");
    ck_assert_uint_eq(story_count(story, "organisation.PlanApproved.*"), 1);
    ck_assert_uint_eq(count(board(story, C41, "S-06R"), "\"MET\""), 1);
    ck_assert_uint_eq(count(board(story, C41, "S-0B0"), "\"MET\""), 1);
    ck_assert_uint_eq(count(board(story, C41, "S-06S"), "PENDING"), 1);
    story_say(story, C41 " as " C41 ".first", "organisation.SubmitPlan." C41,
              "{'plan': 'p2', 'kind': 'contingency', 'version': 1, 'fileHash': 'bb'}");
    story_say(story, "lgo as lgo.head", "organisation.ApprovePlan." C41,
              "{'plan': 'p2', 'version': 1}");
    ck_assert_uint_eq(count(board(story, C41, "S-06S"), "\"MET\""), 1);
    story_close(story);
}
END_TEST

START_TEST(each_addressee_acknowledges_the_mandate)
{
    struct story *story = open_town();

    story_say(story, "pab as pab.head", "organisation.AcknowledgeMandate.pab",
              "{'mandate': 'zpz-2023-3', 'unit': 'pab'}");
    ck_assert_str_eq(plain(story_last(story, "supervision.DutyMet.pab")),
                     "{\"duty\": \"S-007\", \"unit\": \"pab\", \"period\": \"mandate:zpz-2023-3\", "
                     "\"evidence\": \"organisation/*\"}");
    story_until(story, "2023-01-19T17:01");
    ck_assert_str_eq(plain(board(story, "dqb", "S-007")),
                     "{\"lines\": [{\"duty\": \"S-007\", \"unit\": \"dqb\", \"period\": "
                     "\"mandate:zpz-2023-3\", \"state\": \"BREACHED\", \"dueMs\": "
                     "\"1674118800000\", \"evidence\": \"supervision/*\"}], \"breached\": 1}");
    ck_assert_str_eq(plain(board(story, "pab", "S-007")), "{\"met\": 1}");
    ck_assert_str_eq(board(story, "hcz", "S-007"), "{}"); /* is no addressee */
    story_close(story);
}
END_TEST

START_TEST(a_mark_is_excused_by_who_may_and_with_a_reason)
{
    struct story *story = open_town();

    story_say(story, C41, "supervision.ExcuseDuty." C41, "{'duty': 'S-050'}");
    story_say(story, "jcb", "supervision.ExcuseDuty." C41, "{'duty': 'S-999'}");
    story_say(story, "jcb", "supervision.ExcuseDuty." C41, "{'duty': 'S-050', 'unit': 'x'}");
    story_say(story, "jcb", "supervision.ExcuseDuty." C41,
              "{'duty': 'S-050', 'unit': '" C41 "', 'period': 'once', 'reason': 'flood'}");
    story_say(story, "jcb", "supervision.ExcuseDuty." C41,
              "{'duty': 'S-050', 'unit': '" C41 "', 'period': '2023-01', 'reason': 'flood',"
              " 'approver': 'lgo.head'}");
    story_say(story, "jcb", "supervision.ExcuseDuty." C41,
              "{'duty': 'S-050', 'unit': '" C41 "', 'period': 'once', 'reason': 'flood',"
              " 'approver': 'lgo.head'}");
    story_say(story, "jcb", "supervision.ExcuseDuty." C41,
              "{'duty': 'S-050', 'unit': '" C41 "', 'period': 'once', 'reason': 'flood',"
              " 'approver': 'lgo.head'}");
    story_later(story, "4 d");
    ck_assert_str_eq(plain(board(story, C41, "S-050")),
                     "{\"lines\": [{\"duty\": \"S-050\", \"unit\": \"310115125041\", \"period\": "
                     "\"once\", \"state\": \"EXCUSED\", \"dueMs\": \"1674262800000\", "
                     "\"evidence\": \"lgo.head\", \"text\": \"flood\"}], \"excused\": 1}");
    ck_assert_str_eq(plain(story_last(story, "supervision.DutyExcused." C41)),
                     "{\"duty\": \"S-050\", \"unit\": \"310115125041\", \"period\": \"once\", "
                     "\"reason\": \"flood\", \"approver\": \"lgo.head\"}");
    /* A breach may be excused after the fact too. */
    story_say(story, "jcb", "supervision.ExcuseDuty." C41,
              "{'duty': 'S-06Q', 'unit': '" C41 "', 'period': 'once', 'reason': 'flood',"
              " 'approver': 'lgo.head'}");
    ck_assert_uint_eq(count(board(story, C41, "S-06Q"), "EXCUSED"), 1);
    ck_assert_uint_eq(story_count(story, "supervision.Refused.jcb"), 5);
    story_close(story);
}
END_TEST

START_TEST(a_duty_is_defined_by_the_office_and_read_at_once)
{
    struct story *story = open_town();

    story_forget(story);
    story_say(story, "lgo", "supervision.DefineDuty.jcb", "{'duty': 'S-900', 'unit': 'vc'}");
    story_say(story, "jcb", "supervision.DefineDuty.jcb", "{'duty': 'S-900'}");
    story_say(story, "jcb", "supervision.DefineDuty.jcb", "{'duty': 'S 900', 'unit': 'vc'}");
    story_say(story, "jcb", "supervision.DefineDuty.jcb",
              "{'duty': 'S-900', 'unit': 'vc', 'rule': 'organisation.PlanApproved', 'forWhom':"
              " 'each dog', 'byWhen': 'within org.plan_due'}");
    story_say(story, "jcb", "supervision.DefineDuty.jcb",
              "{'duty': 'S-900', 'unit': 'dzb', 'rule': 'organisation.TeamRegistered', 'forWhom':"
              " 'group-x', 'byWhen': 'within org.team_due of organisation.CampaignOpened'}");
    EXPECT_TEXT(plain(story_text(story)),
                "lgo/1/1 supervision.DefineDuty\n"
                "    refuses: DefineDuty is not for lgo\n"
                "jcb/1/1 supervision.DefineDuty\n"
                "    refuses: a duty needs a short id and a unit\n"
                "jcb/1/2 supervision.DefineDuty\n"
                "    refuses: a duty needs a short id and a unit\n"
                "jcb/1/3 supervision.DefineDuty\n"
                "    refuses: no rule for whom: each dog\n"
                "jcb/1/4 supervision.DefineDuty\n"
                "    emits supervision.DutyDefined.jcb\n"
                "    S-900/once@dzb: DUTY_ABSENT -> PENDING\n"
                "    reminds S-900/once@dzb: supervision.ChaseDuty in 2 d 9 h 36 min\n");
    ck_assert_str_eq(
        plain(board(story, "", "S-900")),
        "{\"lines\": [{\"duty\": \"S-900\", \"unit\": \"dzb\", \"period\": \"once\", \"state\": "
        "\"PENDING\", \"dueMs\": \"1674262800000\", \"evidence\": \"jcb/1/4\"}], \"pending\": 1}");
    /* Defined anew when a service has come. */
    story_say(story, "jcb", "supervision.DefineDuty.jcb",
              "{'duty': 'S-031', 'unit': 'vc', 'rule': 'organisation.PlanApproved', 'forWhom':"
              " 'each committee', 'byWhen': 'within org.plan_due'}");
    ck_assert_uint_eq(count(board(story, "", "S-031"), "PENDING"), 50);
    story_close(story);
}
END_TEST

START_TEST(the_campaign_is_closed_in_its_time)
{
    struct story *story = open_town();

    story_say(story, "lgo as lgo.head", "organisation.CloseCampaign.lgo",
              "{'campaign': 'campaign-2023', 'reason': 'over'}");
    ck_assert_uint_eq(story_count(story, "organisation.CampaignClosing.*"), 1);
    ck_assert_str_eq(plain(board(story, "lgo", "S-004")),
                     "{\"lines\": [{\"duty\": \"S-004\", \"unit\": \"lgo\", \"period\": \"once\", "
                     "\"state\": \"PENDING\", \"dueMs\": \"1676595600000\", \"evidence\": "
                     "\"organisation/*\"}], \"pending\": 1}");
    story_later(story, "30 d");
    ck_assert_uint_eq(story_count(story, "organisation.CampaignClosed.*"), 1);
    ck_assert_uint_eq(count(board(story, "lgo", "S-004"), "\"MET\""), 1);
    /* With it the periods end. */
    unsigned hours = story_count(story, "supervision.OpenPeriod.*");
    story_later(story, "5 h");
    ck_assert_uint_le(story_count(story, "supervision.OpenPeriod.*"), hours + 1);
    story_close(story);
}
END_TEST

TESTS(every_row_of_the_register_is_evaluated, the_opening_of_the_town_meets_what_it_founds,
      a_committee_that_founds_no_group_is_at_risk_then_late, plans_meet_their_own_kind,
      each_addressee_acknowledges_the_mandate, a_mark_is_excused_by_who_may_and_with_a_reason,
      a_duty_is_defined_by_the_office_and_read_at_once, the_campaign_is_closed_in_its_time)
