/*
 * What supervision forgets: cases at rest after supervision.case_keep, evidence after
 * supervision.log_keep.  Here a town that keeps them two days and five.
 */
#include "directory_says.h"
#include "plain.h"

extern const struct service supervision_service;

static struct story *open_town(void)
{
    struct story *story = story_open("2023-01-18T09:00", &supervision_service, NULL);

    organisation_says(
        story, "PolicyPublished",
        "{'set': 'short', 'records': ["
        "{'key': 'supervision.case_keep', 'scope': '*', 'value': '2', 'unit': 'days'},"
        "{'key': 'supervision.log_keep', 'scope': '*', 'value': '5', 'unit': 'days'},"
        "{'key': 'supervision.explain', 'scope': '*', 'value': '9', 'unit': 'days'}]}");
    for (int i = 0; i < 3; i++) {
        static const char *const units[] = { "jcb", "hcz", "dzb" };
        char body[64];
        snprintf(body, sizeof(body), "{'unit': '%s', 'kind': 'member'}", units[i]);
        organisation_says(story, "UnitRegistered", body);
    }
    organisation_says(story, "CampaignOpened", "{'campaign': 'winter'}");
    story_forget(story);
    return story;
}

static void about(struct story *story, const char *case_id, const char *event, const char *body)
{
    char subject[64];

    snprintf(subject, sizeof(subject), "referral.%s.hcz", event);
    story_case(story, case_id);
    story_say(story, "referral", subject, "%s", body);
}

static const char *cases(struct story *story)
{
    return story_ask(story, "jcb", "supervision.Cases.jcb", "{'limit': 10}");
}

static const char *timeline(struct story *story, const char *case_id)
{
    return plain(
        story_ask(story, "jcb", "supervision.CaseTimeline.jcb", "{'caseId': '%s'}", case_id));
}

static bool has(struct story *story, const char *case_id)
{
    return strstr(cases(story), case_id) != NULL;
}

START_TEST(a_case_at_rest_is_forgotten_and_an_open_one_never)
{
    struct story *story = open_town();

    about(story, "R-closed", "NeedOpened", "{'need': 'n1', 'place': 'c41', 'priority': 'P2'}");
    about(story, "R-closed", "NeedClosed", "{'need': 'n1', 'outcome': 'MET'}");
    about(story, "R-open", "NeedOpened", "{'need': 'n2', 'place': 'c41', 'priority': 'P2'}");
    about(story, "R-again", "NeedOpened", "{'need': 'n3', 'place': 'c41', 'priority': 'P2'}");
    about(story, "R-again", "NeedClosed", "{'need': 'n3', 'outcome': 'MET'}");
    story_later(story, "1 d");
    about(story, "R-again", "NeedReopened", "{'need': 'n3', 'reason': 'worse'}");
    about(story, "R-again", "NeedClosed", "{'need': 'n3', 'outcome': 'MET'}");
    story_until(story, "2023-01-21T02:59");
    ck_assert(has(story, "R-closed"));
    story_until(story, "2023-01-21T03:01");
    ck_assert(!has(story, "R-closed"));
    ck_assert_str_eq(timeline(story, "R-closed"), "refused NOT_FOUND: no case R-closed");
    ck_assert(has(story, "R-open") && has(story, "R-again"));
    story_until(story, "2023-01-22T03:01");
    ck_assert(has(story, "R-open") && !has(story, "R-again"));

    /* The need went with it: what is said of it now is of a need that nobody knows. */
    about(story, "R-closed", "NeedReopened", "{'need': 'n1', 'reason': 'late'}");
    ck_assert_str_eq(timeline(story, "R-closed"),
                     "{\"caseId\": \"R-closed\", \"lines\": [{\"seq\": \"*\", \"timeMs\": "
                     "\"1674327660000\", \"subject\": \"referral.NeedReopened.hcz\", \"source\": "
                     "\"referral\", \"id\": \"referral/1/8\"}]}");
    story_later(story, "9 d");
    ck_assert(has(story, "R-open") && !has(story, "R-closed"));
    story_close(story);
}
END_TEST

/* domain.md 7: who looked is kept for half a year, and so is what was found. */
START_TEST(evidence_outlives_the_case_and_goes_in_its_time)
{
    struct story *story = open_town();

    about(story, "R-1", "NeedOpened", "{'need': 'n1', 'place': 'c41', 'priority': 'P2'}");
    about(story, "R-1", "NeedClosed", "{'need': 'n1', 'outcome': 'MET'}");
    for (int i = 1; i <= 2; i++)
        story_say(story, "jcb as jcb.duty", "supervision.OpenFinding.hcz",
                  "{'finding': 'f%d', 'unit': 'hcz', 'caseId': 'R-1', 'evidence': ['referral/1/1'],"
                  " 'text': 'late'}",
                  i);
    story_say(story, "jcb as jcb.duty", "supervision.CloseFinding.hcz", "{'finding': 'f1'}");
    story_say(
        story, "registry", "registry.Accessed.hcz",
        "{'persons': ['p1'], 'readerUnit': 'hcz', 'readerPost': 'hcz.duty', 'query': 'Person',"
        " 'result': 'ok', 'purpose': 'visit', 'caseId': 'R-1'}");
    story_until(story, "2023-01-21T03:01");
    ck_assert_str_eq(timeline(story, "R-1"), "{\"caseId\": \"R-1\", \"closed\": true}");
    ck_assert_ptr_nonnull(
        strstr(story_ask(story, "jcb", "supervision.WhoLooked.jcb", "{'person': 'p1'}"), "visit"));
    const char *findings = story_ask(story, "jcb", "supervision.Findings.jcb", "{'unit': 'hcz'}");
    ck_assert(strstr(findings, "f1") != NULL && strstr(findings, "f2") != NULL);
    story_until(story, "2023-01-24T03:01");
    ck_assert_str_eq(story_ask(story, "jcb", "supervision.WhoLooked.jcb", "{'person': 'p1'}"),
                     "{}");
    findings = story_ask(story, "jcb", "supervision.Findings.jcb", "{'unit': 'hcz'}");
    ck_assert(strstr(findings, "f1") == NULL && strstr(findings, "f2") != NULL);
    ck_assert_str_eq(timeline(story, "R-1"), "refused NOT_FOUND: no case R-1");
    story_close(story);
}
END_TEST

/* What met its time is counted for good; what was broken stands on the board for half a year. */
START_TEST(a_broken_duty_leaves_the_board_in_its_time)
{
    static const char kept[] = "{\"lines\": [{\"duty\": \"S-X\", \"unit\": \"hcz\", \"period\": "
                               "\"referral:a1\", \"state\": \"BREACHED\", \"evidence\": "
                               "\"referral/1/3\"}], \"breached\": 1}";
    struct story *story = open_town();

    story_say(story, "jcb as jcb.duty", "supervision.DefineDuty.jcb",
              "{'duty': 'S-X', 'unit': 'hcz', 'service': 'referral', 'rule': 'referral.Accepted', "
              "'forWhom': 'each need kind CONSULT', 'byWhen': 'within need.accept'}");
    ck_assert_str_eq(story_last(story, "supervision.Refused.*"), "");
    about(story, "R-1", "NeedOpened", "{'need': 'n1', 'place': 'c41', 'kind': 'CONSULT'}");
    about(story, "R-1", "Dispatched",
          "{'need': 'n1', 'assignment': 'a1', 'toUnit': 'hcz', 'kind': 'CONSULT'}");
    about(story, "R-1", "Expired", "{'need': 'n1', 'assignment': 'a1', 'clock': 'accept'}");
    story_until(story, "2023-01-24T02:59");
    const char *board = story_ask(story, "jcb", "supervision.DutyBoard.jcb", "{'duty': 'S-X'}");
    ck_assert_str_eq(plain(board), kept);
    story_until(story, "2023-01-24T03:01");
    ck_assert_str_eq(story_ask(story, "jcb", "supervision.DutyBoard.jcb", "{'duty': 'S-X'}"), "{}");
    story_close(story);
}
END_TEST

/* A case of many words goes in slices, so that no turn is long. */
START_TEST(a_long_case_is_forgotten_slice_by_slice)
{
    enum { LINES = 320 };
    struct story *story = open_town();

    for (int i = 0; i < LINES; i++)
        about(story, "R-long", "InterimReported", "{'assignment': 'a1', 'note': 'on it'}");
    story_until(story, "2023-01-21T02:59");
    story_forget(story);
    story_until(story, "2023-01-21T03:01");
    ck_assert_str_eq(plain(story_text(story)), "1 min later\n"
                                               "supervision/* supervision.ForgetOld\n"
                                               "    reminds old: supervision.ForgetOld in 0 s\n"
                                               "supervision/* supervision.ForgetOld\n"
                                               "    reminds old: supervision.ForgetOld in 24 h\n"
                                               "1 min later\n");
    ck_assert(!has(story, "R-long"));
    story_close(story);
}
END_TEST

TESTS(a_case_at_rest_is_forgotten_and_an_open_one_never,
      evidence_outlives_the_case_and_goes_in_its_time, a_broken_duty_leaves_the_board_in_its_time,
      a_long_case_is_forgotten_slice_by_slice)
