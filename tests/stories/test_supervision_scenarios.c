/*
 * Supervision's lines of the town's scenarios (domain.md 5: C, J, K), with the services themselves.
 */
#include <stdio.h>
#include <string.h>

#include "lib/story.h"
#include "plain.h"

extern const struct service organisation_service;
extern const struct service hotline_service;
extern const struct service referral_service;
extern const struct service supervision_service;

#define C41 "310115125041"

static struct story *open_town(void)
{
    struct story *story = story_open("2023-01-18T09:00", &organisation_service, &hotline_service,
                                     &referral_service, &supervision_service, NULL);

    story_town(story);
    story_say(story, "dzb", "hotline.OpenShift.dzb", "{'seat': 's1', 'staff': 'dzb-s5'}");
    return story;
}

static void open_need(struct story *story, const char *service, const char *kind)
{
    char subject[64];

    snprintf(subject, sizeof(subject), "%s.OpenNeed." C41, service);
    story_say(story, "dzb as dzb.seat1 dzb-s5", subject,
              "{'need': 'n1', 'person': 'r2', 'place': '" C41 "', 'category': '%s', 'kind': '%s',"
              " 'priority': 'P1'}",
              strcmp(service, "referral") == 0 ? "MEDICAL" : "GENERAL", kind);
}

static bool has(const char *text, const char *part)
{
    return strstr(text, part) != NULL;
}

static const char *board(struct story *story, const char *duty)
{
    return story_ask(story, "jcb", "supervision.DutyBoard.jcb", "{'duty': '%s'}", duty);
}

START_TEST(scenario_c_an_honest_refusal_is_no_finding)
{
    struct story *story = open_town();

    open_need(story, "referral", "MEDICINE");
    story_say(story, "hcz as hcz.duty", "referral.Reject.hcz",
              "{'assignment': 'n1-a1', 'code': 'NO_CAPACITY'}");
    story_say(story, "hcs as hcs.duty", "referral.Reject.hcs",
              "{'assignment': 'n1-a2', 'code': 'NO_CAPACITY'}");
    story_say(story, "lgo as lgo.duty", "referral.Rule.lgo", "{'need': 'n1', 'toUnit': 'hcs'}");
    story_say(story, "hcs as hcs.duty", "referral.Accept.hcs", "{'assignment': 'n1-a3'}");
    story_say(story, "hcs as hcs.duty", "referral.Start.hcs", "{'assignment': 'n1-a3'}");
    story_say(story, "hcs as hcs.duty", "referral.Complete.hcs",
              "{'assignment': 'n1-a3', 'solved': 'SOLVED_YES', 'publicText': 'brought'}");
    story_say(story, "dzb as dzb.seat1 dzb-s5", "referral.RecordCallback.dzb",
              "{'need': 'n1', 'result': 'SATISFIED'}");
    story_later(story, "30 min");
    ck_assert_uint_eq(story_count(story, "supervision.FindingOpened.*"), 0);
    ck_assert_uint_eq(story_count(story, "supervision.DutyBreached.*"), 0);
    ck_assert_str_eq(plain(board(story, "S-044")), "{\"met\": 1}");
    ck_assert_str_eq(plain(board(story, "S-076")), "{\"met\": 1}");
    ck_assert_str_eq(
        plain(story_ask(story, "jcb", "supervision.BulletinOf.jcb", "{'month': '2023-01'}")),
        "{\"month\": \"2023-01\", \"rates\": [{\"unit\": \"hcs\", \"dispatched\": 2, \"onTime\": "
        "1, \"closedPermille\": 1000, \"onTimePermille\": 1000, \"bounced\": 1, \"solved\": 1, "
        "\"helpP50Ms\": \"60000\", \"helpP90Ms\": \"60000\", \"responsePermille\": 1000, "
        "\"solvedPermille\": 1000, \"satisfiedPermille\": 1000, \"rerouted\": 1}, {\"unit\": "
        "\"hcz\", \"dispatched\": "
        "1, \"bounced\": 1, \"responsePermille\": 1000, \"rerouted\": 1}]}");
    story_close(story);
}
END_TEST

START_TEST(scenario_c_silence_is_a_finding)
{
    struct story *story = open_town();

    open_need(story, "referral", "MEDICINE");
    story_later(story, "16 min");
    ck_assert_uint_eq(story_count(story, "referral.Expired.hcz"), 1);
    ck_assert_uint_eq(story_count(story, "supervision.FindingOpened.hcz"), 1);
    ck_assert_uint_eq(story_count(story, "supervision.FindingOpened.*"), 1);
    ck_assert_str_eq(
        plain(story_last(story, "supervision.FindingOpened.hcz")),
        "{\"finding\": \"F-hcz-referral:n1-a1\", \"unit\": \"hcz\", \"duty\": \"S-076\", "
        "\"caseId\": \"R-20230118-0001-1\", \"evidence\": [\"referral/1/6\"], \"dueMs\": "
        "\"1674118800000\", \"text\": \"第一时间协调解决\"}");
    ck_assert(has(board(story, "S-076"), "\"unit\": \"hcz\", \"period\": \"referral:n1-a1\", "
                                         "\"state\": \"BREACHED\""));
    ck_assert_str_eq(plain(story_ask(story, "hcs", "supervision.LateNow.jcb", "{'unit': 'hcs'}")),
                     "{}");
    story_close(story);
}
END_TEST

START_TEST(scenario_j_who_is_ill_is_stood_in_for)
{
    struct story *story = open_town();

    story_say(story, C41 " as " C41 ".head", "organisation.DeclareAbsence." C41,
              "{'staff': '" C41 "-s1', 'fromMs': %llu, 'untilMs': %llu}",
              (unsigned long long)story_now(story),
              (unsigned long long)story_now(story) + 86400000);
    ck_assert_uint_gt(story_count(story, "organisation.PostResolved." C41), 0);
    ck_assert(has(board(story, "S-012"), "\"met\""));
    ck_assert(!has(board(story, "S-012"), "PENDING"));
    story_say(story, C41 " as " C41 ".head", "organisation.EndTenure." C41,
              "{'post': '" C41 ".head', 'staff': '" C41 "-s1'}");
    story_later(story, "10 min");
    ck_assert(!has(board(story, "S-046"), "BREACHED"));
    ck_assert_uint_eq(story_count(story, "supervision.FindingOpened.*"), 0);
    story_close(story);
}
END_TEST

START_TEST(scenario_k_an_outage_excuses_and_a_long_one_is_found)
{
    struct story *story = open_town();

    open_need(story, "hotline", "COMPLAINT");
    ck_assert_uint_eq(story_count(story, "hotline.Dispatched." C41), 1);
    story_later(story, "5 min");
    story_say(story, "broker", "organisation.ReportLink." C41,
              "{'unit': '" C41 "', 'up': false, 'sinceMs': %llu}",
              (unsigned long long)story_now(story));
    story_later(story, "3 h");
    ck_assert_str_eq(
        plain(story_last(story, "supervision.DutyExcused." C41)),
        "{\"duty\": \"S-076\", \"unit\": \"310115125041\", \"period\": \"hotline:n1-a1\", "
        "\"reason\": \"outage\", \"approver\": \"organisation/*\"}");
    ck_assert_uint_eq(story_count(story, "supervision.FindingOpened." C41), 0);
    story_later(story, "1 h 5 min");
    ck_assert_uint_eq(story_count(story, "supervision.FindingOpened." C41), 1);
    ck_assert(has(story_last(story, "supervision.FindingOpened." C41), "S-0B4"));
    story_say(story, "broker", "organisation.ReportLink." C41, "{'unit': '" C41 "', 'up': true}");
    story_close(story);
}
END_TEST

TESTS(scenario_c_an_honest_refusal_is_no_finding, scenario_c_silence_is_a_finding,
      scenario_j_who_is_ill_is_stood_in_for, scenario_k_an_outage_excuses_and_a_long_one_is_found)
