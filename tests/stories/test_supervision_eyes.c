/*
 * What supervision sees: inspections that anybody can draw again, timelines, the month's figures,
 * what is late now, who looked at whom, and checkpoints.
 */
#include <stdio.h>
#include <string.h>

#include "lib/story.h"
#include "plain.h"

extern const struct service organisation_service;
extern const struct service supervision_service;

#define C41 "310115125041"
#define ROOT "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define OTHER_ROOT "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define SIGNATURE                                                                                  \
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=="

static struct story *open_town(void)
{
    struct story *story =
        story_open("2023-01-18T09:00", &organisation_service, &supervision_service, NULL);

    story_town(story);
    story_forget(story);
    return story;
}

START_TEST(a_sample_follows_from_the_seed)
{
    struct story *story = open_town();
    const char *population = "'population': ['a', 'b', 'c', 'd', 'e']";

    story_say(story, "hcz", "supervision.PlanInspection.hcz", "{'inspection': 'i1'}");
    story_say(story, "jcb", "supervision.PlanInspection.hcz", "{'inspection': 'i1', %s, 'n': 2}",
              population);
    story_say(story, "jcb", "supervision.PlanInspection.hcz",
              "{'inspection': '抽查', 'seed': '2023-01-18', %s, 'n': 2}", population);
    story_say(story, "jcb", "supervision.PlanInspection.hcz",
              "{'inspection': 'i1', 'seed': '2023-01-18', 'n': 2}");
    story_say(story, "jcb", "supervision.PlanInspection.hcz",
              "{'inspection': 'i1', 'seed': '2023-01-18', %s, 'n': 2, 'populationHash': 'x'}",
              population);
    story_say(story, "jcb", "supervision.StartInspection.hcz", "{'inspection': 'i1'}");
    story_say(story, "jcb", "supervision.PlanInspection.hcz",
              "{'inspection': 'i1', 'seed': '2023-01-18', %s, 'n': 2}", population);
    /* printf '2023-01-18|%s\n' a b c d e | while read x; do printf %s "$x" | sha256sum; done */
    ck_assert_str_eq(plain(story_last(story, "supervision.InspectionPlanned.hcz")),
                     "{\"inspection\": \"i1\", \"seed\": \"2023-01-18\", \"n\": 2, \"sample\": "
                     "[\"d\", \"a\"], \"populationHash\": "
                     "\"86dc03602dcf385217216784784a8ecf20e6400decc3208170b12fcb0afb6698\"}");
    story_say(story, "jcb", "supervision.ReportInspection.hcz", "{'inspection': 'i1'}");
    story_say(story, "hcz", "supervision.StartInspection.hcz", "{'inspection': 'i1'}");
    story_say(story, "jcb", "supervision.StartInspection.hcz", "{'inspection': 'i1'}");
    story_say(story, "jcb", "supervision.ReportInspection.hcz",
              "{'inspection': 'i1', 'result': 'well'}");
    story_say(story, "jcb", "supervision.PlanInspection.hcz",
              "{'inspection': 'i1', 'seed': '2023-01-18', %s, 'n': 2}", population);
    EXPECT_TEXT(plain(story_text(story)),
                "hcz/1/1 supervision.PlanInspection\n"
                "    refuses: PlanInspection is not for hcz\n"
                "jcb/1/1 supervision.PlanInspection\n"
                "    refuses: an inspection has an id and a seed\n"
                "jcb/1/2 supervision.PlanInspection\n"
                "    refuses: an inspection has an id and a seed\n"
                "jcb/1/3 supervision.PlanInspection\n"
                "    refuses: nobody to draw from\n"
                "jcb/1/4 supervision.PlanInspection\n"
                "    refuses: the population's hash is "
                "86dc03602dcf385217216784784a8ecf20e6400decc3208170b12fcb0afb6698\n"
                "jcb/1/5 supervision.StartInspection\n"
                "    refuses: no StartInspection: there is no such row in inspections\n"
                "jcb/1/6 supervision.PlanInspection\n"
                "    i1: NONE -> PLANNED\n"
                "    emits supervision.InspectionPlanned.hcz\n"
                "jcb/1/7 supervision.ReportInspection\n"
                "    refuses: no ReportInspection from PLANNED\n"
                "hcz/1/2 supervision.StartInspection\n"
                "    refuses: StartInspection is not for hcz\n"
                "jcb/1/8 supervision.StartInspection\n"
                "    i1: PLANNED -> RUNNING\n"
                "    emits supervision.InspectionStarted.hcz\n"
                "jcb/1/9 supervision.ReportInspection\n"
                "    i1: RUNNING -> REPORTED\n"
                "    emits supervision.InspectionReported.hcz\n"
                "supervision/* supervision.InspectionReported\n"
                "    S-06E/once@hcz: PENDING -> MET\n"
                "    emits supervision.DutyMet.hcz\n"
                "    S-06E/2023-01@jcb: PENDING -> MET\n"
                "    forgets S-06E/2023-01@jcb: supervision.ChaseDuty\n"
                "    emits supervision.DutyMet.jcb\n"
                "jcb/1/10 supervision.PlanInspection\n"
                "    refuses: no PlanInspection from REPORTED\n");
    ck_assert_str_eq(
        plain(story_ask(story, "hcz", "supervision.SampleOf.jcb", "{'inspection': 'i1'}")),
        "{\"inspection\": \"i1\", \"seed\": \"2023-01-18\", \"sample\": [\"d\", \"a\"], \"state\": "
        "\"REPORTED\"}");
    ck_assert_str_eq(story_ask(story, "hcz", "supervision.SampleOf.jcb", "{'inspection': 'i9'}"),
                     "refused NOT_FOUND: no such inspection");
    story_close(story);
}
END_TEST

static void tell(struct story *story, const char *subject, const char *body)
{
    story_case(story, "H-20230118-0001-1");
    story_say(story, "referral", subject, "%s", body);
}

/* A need of 09:00 that hcz returned, hcs lets expire, hcz then does, late and not well. */
static void a_hard_case(struct story *story)
{
    tell(story, "referral.NeedOpened." C41,
         "{'need': 'n1', 'person': 'r2', 'place': '" C41 "', 'priority': 'P1', 'kind': 'VISIT',"
         " 'category': 'MEDICAL', 'due': {'doneMs': 1674046800000}}");
    tell(story, "referral.Dispatched.hcz",
         "{'need': 'n1', 'assignment': 'a1', 'toUnit': 'hcz', 'priority': 'P1'}");
    tell(story, "referral.Rejected.hcz",
         "{'need': 'n1', 'assignment': 'a1', 'code': 'NO_CAPACITY', 'text': 'nobody here'}");
    tell(story, "referral.Dispatched.hcs",
         "{'need': 'n1', 'assignment': 'a2', 'toUnit': 'hcs', 'priority': 'P1'}");
    tell(story, "referral.DeadlineMissed.hcs",
         "{'need': 'n1', 'assignment': 'a2', 'clock': 'receive', 'dueMs': 1674004500000}");
    tell(story, "referral.Expired.hcs", "{'need': 'n1', 'assignment': 'a2', 'clock': 'receive'}");
    tell(story, "referral.Dispatched.hcz",
         "{'need': 'n1', 'assignment': 'a3', 'toUnit': 'hcz', 'priority': 'P1'}");
}

START_TEST(a_case_has_a_timeline_without_particulars)
{
    struct story *story = open_town();

    a_hard_case(story);
    ck_assert_str_eq(
        plain(story_ask(story, "hcz", "supervision.CaseTimeline.jcb",
                        "{'caseId': 'H-20230118-0001-1'}")),
        "{\"caseId\": \"H-20230118-0001-1\", \"lines\": [{\"seq\": \"*\", \"timeMs\": "
        "\"1674003600000\", \"subject\": \"referral.NeedOpened.310115125041\", \"source\": "
        "\"referral\", \"text\": \"kind VISIT, priority P1\", \"id\": \"referral/1/1\"}, {\"seq\": "
        "\"*\", \"timeMs\": \"1674003600000\", \"subject\": \"referral.Dispatched.hcz\", "
        "\"source\": \"referral\", \"text\": \"priority P1, to_unit hcz\", \"id\": "
        "\"referral/1/2\"}, {\"seq\": \"*\", \"timeMs\": \"1674003600000\", \"subject\": "
        "\"supervision.DutyMet.310115125041\", \"source\": \"supervision\", \"text\": \"duty "
        "S-070, period referral:n1\", \"id\": \"supervision/*\"}, {\"seq\": \"*\", \"timeMs\": "
        "\"1674003600000\", \"subject\": \"referral.Rejected.hcz\", \"source\": \"referral\", "
        "\"text\": \"code NO_CAPACITY\", \"id\": \"referral/1/3\"}, {\"seq\": \"*\", \"timeMs\": "
        "\"1674003600000\", \"subject\": \"referral.Dispatched.hcs\", \"source\": \"referral\", "
        "\"text\": \"priority P1, to_unit hcs\", \"id\": \"referral/1/4\"}, {\"seq\": \"*\", "
        "\"timeMs\": \"1674003600000\", \"subject\": \"referral.DeadlineMissed.hcs\", \"source\": "
        "\"referral\", \"text\": \"clock receive\", \"id\": \"referral/1/5\"}, {\"seq\": \"*\", "
        "\"timeMs\": \"1674003600000\", \"subject\": \"referral.Expired.hcs\", \"source\": "
        "\"referral\", \"text\": \"clock receive\", \"id\": \"referral/1/6\"}, {\"seq\": \"*\", "
        "\"timeMs\": \"1674003600000\", \"subject\": \"supervision.DutyBreached.hcs\", \"source\": "
        "\"supervision\", \"text\": \"duty S-076, period referral:a2\", \"id\": "
        "\"supervision/*\"}, {\"seq\": \"*\", \"timeMs\": \"1674003600000\", \"subject\": "
        "\"supervision.FindingOpened.hcs\", \"source\": \"supervision\", \"text\": \"duty S-076\", "
        "\"id\": \"supervision/*\"}, {\"seq\": \"*\", \"timeMs\": \"1674003600000\", \"subject\": "
        "\"supervision.DutyBreached.hcs\", \"source\": \"supervision\", \"text\": \"duty S-008, "
        "period 2023-01\", \"id\": \"supervision/*\"}, {\"seq\": \"*\", \"timeMs\": "
        "\"1674003600000\", \"subject\": \"referral.Dispatched.hcz\", \"source\": \"referral\", "
        "\"text\": \"priority P1, to_unit hcz\", \"id\": \"referral/1/7\"}]}");
    ck_assert_str_eq(
        story_ask(story, "pab", "supervision.CaseTimeline.jcb", "{'caseId': 'H-20230118-0001-1'}"),
        "refused NOT_ALLOWED: the unit has no part in this case");
    ck_assert_str_eq(story_ask(story, "jcb", "supervision.CaseTimeline.jcb", "{'caseId': 'H-2'}"),
                     "refused NOT_FOUND: no case H-2");
    ck_assert_str_eq(story_ask(story, "jcb", "supervision.CaseTimeline.jcb", "{}"),
                     "refused BAD_FIELD: which case");
    story_case(story, "H-20230118-0002-0");
    story_say(story, "hotline", "hotline.TicketOpened.dzb", "{'ticket': 't2'}");
    tell(story, "referral.NeedClosed." C41, "{'need': 'n1', 'outcome': 'MET'}");
    ck_assert_str_eq(plain(story_ask(story, "lg", "supervision.Cases.jcb", "{'openOnly': true}")),
                     "{\"cases\": [{\"caseId\": \"H-20230118-0002-0\", \"openedMs\": "
                     "\"1674003600000\", \"messages\": 1, \"last\": \"hotline.TicketOpened\"}]}");
    ck_assert_str_eq(plain(story_ask(story, "lg", "supervision.Cases.jcb", "{'limit': 1}")),
                     "{\"cases\": [{\"caseId\": \"H-20230118-0001-1\", \"openedMs\": "
                     "\"1674003600000\", \"messages\": 13, \"closed\": true, \"last\": "
                     "\"supervision.DutyMet\"}], \"next\": \"H-20230118-0001-1\"}");
    ck_assert_str_eq(plain(story_ask(story, "lg", "supervision.Cases.jcb",
                                     "{'limit': 1, 'after': 'H-20230118-0001-1'}")),
                     "{\"cases\": [{\"caseId\": \"H-20230118-0002-0\", \"openedMs\": "
                     "\"1674003600000\", \"messages\": 1, \"last\": \"hotline.TicketOpened\"}]}");
    ck_assert_str_eq(story_ask(story, "hcz", "supervision.Cases.jcb", "{}"),
                     "refused NOT_ALLOWED: a unit sees its own rows");
    story_close(story);
}
END_TEST

/* A case of years is read page by page, also by a unit that came to it last. */
START_TEST(a_long_case_is_read_to_its_end)
{
    enum { LINES = 510 };
    struct story *story = open_town();

    for (int i = 1; i <= LINES; i++) {
        story_case(story, "R-long");
        story_say(story, "referral",
                  i < LINES ? "referral.InterimReported.hcz" : "referral.InterimReported.hcs",
                  "{'assignment': 'a1'}");
    }
    const char *page =
        story_ask(story, "hcs", "supervision.CaseTimeline.jcb", "{'caseId': 'R-long'}");
    ck_assert(strstr(page, "\"referral/1/1\"") && !strstr(page, "InterimReported.hcs"));
    page = story_ask(story, "hcs", "supervision.CaseTimeline.jcb",
                     "{'caseId': 'R-long', 'after': '%s'}", story_next(page));
    ck_assert(!strstr(page, "\"referral/1/1\"") && strstr(page, "InterimReported.hcs"));
    ck_assert_str_eq(story_next(page), "");
    ck_assert_str_eq(
        story_ask(story, "dzb", "supervision.CaseTimeline.jcb", "{'caseId': 'R-long'}"),
        "refused NOT_ALLOWED: the unit has no part in this case");
    story_close(story);
}
END_TEST

START_TEST(what_is_late_is_late_until_it_is_done)
{
    struct story *story = open_town();

    a_hard_case(story);
    /* The clock of an assignment that ended is nobody's. */
    ck_assert_str_eq(story_ask(story, "jcb", "supervision.LateNow.jcb", "{}"), "{}");
    tell(story, "referral.DeadlineMissed.hcz",
         "{'need': 'n1', 'assignment': 'a3', 'clock': 'first_contact', 'dueMs': 1674005400000}");
    tell(story, "referral.DeadlineMissed.hcz",
         "{'need': 'n1', 'assignment': 'a3', 'clock': 'done', 'dueMs': 1674046800000}");
    tell(story, "referral.DeadlineMissed.hcz",
         "{'need': 'n1', 'assignment': 'a3', 'clock': 'done', 'dueMs': 1674046800000}");
    tell(story, "referral.PriorityChanged.hcz",
         "{'need': 'n1', 'to': 'P0', 'due': {'doneMs': 1674010800000}}");
    ck_assert_str_eq(
        plain(story_ask(story, "hcz", "supervision.LateNow.jcb", "{'unit': 'hcz'}")),
        "{\"lines\": [{\"service\": \"referral\", \"need\": \"n1\", \"assignment\": \"a3\", "
        "\"unit\": \"hcz\", \"clock\": \"first_contact\", \"dueMs\": \"1674005400000\", "
        "\"caseId\": \"H-20230118-0001-1\", \"priority\": \"P1\"}, {\"service\": \"referral\", "
        "\"need\": \"n1\", \"assignment\": \"a3\", \"unit\": \"hcz\", \"clock\": \"done\", "
        "\"dueMs\": \"1674046800000\", \"caseId\": \"H-20230118-0001-1\", \"priority\": \"P1\"}]}");
    tell(story, "referral.Started.hcz", "{'need': 'n1', 'assignment': 'a3'}");
    ck_assert_str_eq(
        plain(story_ask(story, "jcb", "supervision.LateNow.jcb", "{}")),
        "{\"lines\": [{\"service\": \"referral\", \"need\": \"n1\", \"assignment\": \"a3\", "
        "\"unit\": \"hcz\", \"clock\": \"done\", \"dueMs\": \"1674046800000\", \"caseId\": "
        "\"H-20230118-0001-1\", \"priority\": \"P1\"}]}");
    tell(story, "referral.Completed.hcz", "{'need': 'n1', 'assignment': 'a3'}");
    ck_assert_str_eq(story_ask(story, "jcb", "supervision.LateNow.jcb", "{}"), "{}");
    tell(story, "referral.DeadlineMissed.dzb", "{'need': 'n1', 'clock': 'verify', 'dueMs': 1}");
    tell(story, "referral.CallbackRecorded.dzb", "{'need': 'n1', 'result': 'UNREACHABLE'}");
    ck_assert_ptr_nonnull(
        strstr(story_ask(story, "dzb", "supervision.LateNow.jcb", "{'unit': 'dzb'}"), "verify"));
    tell(story, "referral.NeedClosed." C41, "{'need': 'n1', 'outcome': 'MET', 'flagged': true}");
    ck_assert_str_eq(story_ask(story, "jcb", "supervision.LateNow.jcb", "{}"), "{}");
    ck_assert_str_eq(story_ask(story, "pab", "supervision.LateNow.jcb", "{}"),
                     "refused NOT_ALLOWED: a unit sees its own rows");
    story_close(story);
}
END_TEST

START_TEST(the_bulletin_counts_by_the_columns_of_12345)
{
    struct story *story = open_town();

    a_hard_case(story);
    tell(story, "referral.NeedOpened." C41, "{'need': 'n2', 'due': {'doneMs': 1674090000000}}");
    tell(story, "referral.Dispatched.hcz", "{'need': 'n2', 'assignment': 'b1', 'toUnit': 'hcz'}");
    story_later(story, "30 min");
    tell(story, "referral.Completed.hcz", "{'need': 'n2', 'assignment': 'b1'}");
    tell(story, "referral.CallbackRecorded.dzb", "{'need': 'n2', 'result': 'SATISFIED'}");
    tell(story, "referral.NeedClosed." C41, "{'need': 'n2', 'outcome': 'MET'}");
    story_later(story, "13 h");
    tell(story, "referral.Completed.hcz", "{'need': 'n1', 'assignment': 'a3'}");
    tell(story, "referral.CallbackRecorded.dzb", "{'need': 'n1', 'result': 'UNSATISFIED'}");
    tell(story, "referral.ReworkOrdered.hcz", "{'need': 'n1', 'n': 1, 'dueMs': 1674320400000}");
    tell(story, "referral.Dispatched.hcz", "{'need': 'n1', 'assignment': 'a4', 'toUnit': 'hcz'}");
    ck_assert_str_eq(
        plain(story_ask(story, "hcz", "supervision.BulletinOf.jcb", "{'month': '2023-01'}")),
        "{\"month\": \"2023-01\", \"rates\": [{\"unit\": \"hcz\", \"dispatched\": 4, \"onTime\": "
        "1, \"late\": 1, \"open\": 1, \"closedPermille\": 666, \"onTimePermille\": 500, "
        "\"dissatisfied\": 1, \"dissatisfiedPermille\": 500, \"bounced\": 1, \"rework\": 1, "
        "\"solved\": 1, \"helpP50Ms\": \"2131581\", \"helpP90Ms\": \"60583135\", "
        "\"responsePermille\": 1000, \"solvedPermille\": 500, \"satisfiedPermille\": 500, "
        "\"rerouted\": 1}]}");
    tell(story, "referral.Completed.hcz", "{'need': 'n1', 'assignment': 'a4'}");
    tell(story, "referral.Completed.hcz", "{'need': 'n1', 'assignment': 'a4'}");
    tell(story, "referral.NeedClosed." C41, "{'need': 'n1', 'outcome': 'MET'}");
    tell(story, "referral.NeedReopened." C41, "{'need': 'n1', 'n': 1}");
    tell(story, "referral.Dispatched.hcs", "{'need': 'n1', 'assignment': 'a5', 'toUnit': 'hcs'}");
    tell(story, "referral.Recalled.hcs", "{'need': 'n1', 'assignment': 'a5'}");
    tell(story, "referral.Dispatched.hcs", "{'need': 'n1', 'assignment': 'a6', 'toUnit': 'hcs'}");
    tell(story, "referral.MarkedInError.hcs", "{'need': 'n1', 'assignment': 'a6'}");
    tell(story, "referral.Dispatched.hcs", "{'need': 'n1', 'assignment': 'a7', 'toUnit': 'hcs'}");
    tell(story, "referral.Failed.hcs", "{'need': 'n1', 'assignment': 'a7'}");
    tell(story, "referral.Dispatched.hcs", "{'need': 'n1', 'assignment': 'a8', 'toUnit': 'hcs'}");
    tell(story, "referral.Declined.hcs", "{'need': 'n1', 'assignment': 'a8'}");
    tell(story, "referral.Dispatched.hcs", "{'need': 'n1', 'assignment': 'a9', 'toUnit': 'hcs'}");
    tell(story, "referral.NeedClosed." C41, "{'need': 'n1', 'outcome': 'WITHDRAWN'}");
    story_say(story, "hcz", "supervision.PublishBulletin.jcb", "{'month': '2023-01'}");
    story_say(story, "jcb", "supervision.PublishBulletin.jcb", "{'month': '2023-13'}");
    story_say(story, "jcb", "supervision.PublishBulletin.jcb", "{'month': '2023-01'}");
    ck_assert_str_eq(
        plain(story_last(story, "supervision.BulletinPublished.lgo")),
        "{\"month\": \"2023-01\", \"rates\": [{\"unit\": \"hcs\", \"dispatched\": 6, \"bounced\": "
        "1, \"expired\": 1, \"responsePermille\": 833, \"rerouted\": 2}, {\"unit\": \"hcz\", "
        "\"dispatched\": 4, \"onTime\": 2, \"late\": 1, "
        "\"closedPermille\": 1000, \"onTimePermille\": 666, \"dissatisfied\": 1, "
        "\"dissatisfiedPermille\": 333, \"bounced\": 1, \"rework\": 1, \"solved\": 2, "
        "\"helpP50Ms\": \"60583135\", \"helpP90Ms\": \"60583135\", "
        "\"responsePermille\": 1000, \"solvedPermille\": 666, \"satisfiedPermille\": 500, "
        "\"rerouted\": 1}]}");
    ck_assert_str_eq(story_ask(story, "lgo", "supervision.BulletinOf.jcb", "{'month': '2023-01'}"),
                     story_last(story, "supervision.BulletinPublished.lgo"));
    ck_assert_uint_eq(story_count(story, "supervision.Refused.*"), 2);
    ck_assert_str_eq(story_ask(story, "lgo", "supervision.BulletinOf.jcb", "{}"),
                     "refused BAD_FIELD: a month is 2023-01");
    story_close(story);
}
END_TEST

START_TEST(a_closed_need_is_asked_for_again)
{
    struct story *story = open_town();

    a_hard_case(story);
    story_say(story, "hcz", "supervision.RequestReopen.jcb",
              "{'service': 'referral', 'need': 'n1'}");
    story_say(story, "jcb", "supervision.RequestReopen.jcb", "{'service': 'care', 'need': 'n1'}");
    story_say(story, "jcb", "supervision.RequestReopen.jcb",
              "{'service': 'referral', 'need': 'n1'}");
    story_say(story, "jcb", "supervision.RequestReopen.jcb",
              "{'service': 'referral', 'need': 'n1', 'reason': 'not helped'}");
    ck_assert_str_eq(story_last(story, "referral.ReopenNeed." C41),
                     "{\"need\": \"n1\", \"reason\": \"not helped\"}");
    ck_assert_str_eq(story_last_case(story, "referral.ReopenNeed.*"), "H-20230118-0001-1");
    ck_assert_uint_eq(story_count(story, "supervision.ReopenRequested.lgo"), 1);
    ck_assert_uint_eq(story_count(story, "supervision.Refused.*"), 3);
    story_close(story);
}
END_TEST

static void look(struct story *story, const char *persons, const char *result)
{
    story_say(story, "registry", "registry.Accessed." C41,
              "{'readerUnit': 'dzb', 'readerPost': 'dzb.seat1', 'query': 'Card', 'purpose': 'call',"
              " 'persons': [%s], 'result': '%s', 'caseId': 'H-20230118-0001-1'}",
              persons, result);
}

static unsigned lines_in(const char *text)
{
    unsigned count = 0;

    for (; (text = strstr(text, "\"seq\"")) != NULL; text++)
        count++;
    return count;
}

START_TEST(who_looked_at_whom_is_kept_denied_or_not)
{
    struct story *story = open_town();

    look(story, "'r1', 'r2'", "ok");
    look(story, "'r2'", "denied");
    look(story, "", "ok");
    ck_assert_str_eq(
        plain(story_ask(story, "jcb", "supervision.WhoLooked.jcb", "{'person': 'r2'}")),
        "{\"lines\": [{\"seq\": \"*\", \"timeMs\": \"1674003600000\", \"readerUnit\": \"dzb\", "
        "\"readerPost\": \"dzb.seat1\", \"query\": \"Card\", \"result\": \"ok\", \"purpose\": "
        "\"call\", \"caseId\": \"H-20230118-0001-1\"}, {\"seq\": \"*\", \"timeMs\": "
        "\"1674003600000\", \"readerUnit\": \"dzb\", \"readerPost\": \"dzb.seat1\", \"query\": "
        "\"Card\", \"result\": \"denied\", \"purpose\": \"call\", \"caseId\": "
        "\"H-20230118-0001-1\"}]}");
    ck_assert_ptr_nonnull(
        strstr(story_ask(story, "jcb", "supervision.WhoLooked.jcb", "{'person': '-'}"), "Card"));
    /* R13: under either id, until they are two again. */
    story_say(story, "registry", "registry.Merged.310115125041",
              "{'survivor': 'r1', 'alias': 'r2'}");
    char of_alias[2000];
    snprintf(of_alias, sizeof(of_alias), "%s",
             story_ask(story, "jcb", "supervision.WhoLooked.jcb", "{'person': 'r2'}"));
    ck_assert_str_eq(of_alias,
                     story_ask(story, "jcb", "supervision.WhoLooked.jcb", "{'person': 'r1'}"));
    ck_assert_uint_eq(lines_in(of_alias), 3);
    story_say(story, "registry", "registry.Unmerged.310115125041",
              "{'survivor': 'r1', 'alias': 'r2'}");
    ck_assert_uint_eq(
        lines_in(story_ask(story, "jcb", "supervision.WhoLooked.jcb", "{'person': 'r1'}")), 1);
    ck_assert_str_eq(story_ask(story, "hcz", "supervision.WhoLooked.jcb", "{'person': 'r2'}"),
                     "refused NOT_ALLOWED: a unit sees its own rows");
    ck_assert_str_eq(story_ask(story, "jcb", "supervision.WhoLooked.jcb", "{}"),
                     "refused BAD_FIELD: who was looked at");
    story_close(story);
}
END_TEST

START_TEST(many_doors_tried_in_a_day_are_an_anomaly_once)
{
    struct story *story = open_town();

    for (int i = 0; i < 8; i++)
        look(story, "'r2'", "denied");
    ck_assert_str_eq(plain(story_last(story, "supervision.AccessAnomaly.lgo")),
                     "{\"readerUnit\": \"dzb\", \"readerPost\": \"dzb.seat1\", \"why\": "
                     "\"denied\", \"count\": 6}");
    ck_assert_uint_eq(story_count(story, "supervision.AccessAnomaly.lgo"), 1);
    story_later(story, "24 h");
    for (int i = 0; i < 130; i++)
        look(story, "'r2', 'r3'", "ok");
    ck_assert_str_eq(plain(story_last(story, "supervision.AccessAnomaly.lgo")),
                     "{\"readerUnit\": \"dzb\", \"readerPost\": \"dzb.seat1\", \"why\": \"many "
                     "persons\", \"count\": 202}");
    ck_assert_uint_eq(story_count(story, "supervision.AccessAnomaly.lgo"), 2);
    story_close(story);
}
END_TEST

START_TEST(a_fact_is_not_refused_for_an_id_that_is_too_long)
{
    struct story *story = open_town();
    char id[121];

    memset(id, 'x', sizeof(id) - 1);
    id[sizeof(id) - 1] = '\0';
    story_say(story, "registry", "registry.Accessed." C41,
              "{'readerUnit': '%s', 'readerPost': '%s', 'persons': ['%s%s', 'a/b', '']}", id, id,
              id, id);
    story_say(story, "organisation_desk", "organisation.TenureStarted.pab",
              "{'post': '%s', 'staff': '%s', 'unit': 'pab'}", id, id);
    story_say(story, "organisation_desk", "organisation.TenureEnded.pab",
              "{'post': '%s', 'staff': '%s', 'unit': 'pab'}", id, id);
    story_say(story, "referral", "referral.NeedOpened." C41, "{'need': '%s'}", id);
    story_say(story, "referral", "referral.Dispatched.hcz",
              "{'need': '%s', 'assignment': '%s', 'toUnit': 'hcz'}", id, id);
    story_say(story, "referral", "referral.DeadlineMissed.hcz",
              "{'need': '%s', 'clock': '%s', 'dueMs': 1}", id, id);
    story_say(story, "referral", "referral.Expired.hcz",
              "{'need': '%s', 'assignment': '%s', 'clock': 'receive'}", id, id);
    story_say(story, "referral", "referral.NeedOpened." C41, "{'need': 'a/b'}");
    story_say(story, "registry", "registry.Proposed." C41, "{'person': '%s%s'}", id, id);
    ck_assert_uint_eq(story_count(story, "supervision.Refused.*"), 0);
    story_close(story);
}
END_TEST

START_TEST(a_history_that_was_seen_cannot_be_another)
{
    struct story *story = open_town();

    story_say(story, "hcz", "supervision.CosignCheckpoint.jcb",
              "{'size': 10, 'root': '" ROOT "', 'signature': '" SIGNATURE "'}");
    story_say(story, "jcb", "supervision.CosignCheckpoint.jcb", "{'size': 10, 'root': '" ROOT "'}");
    story_say(story, "jcb", "supervision.CosignCheckpoint.jcb",
              "{'size': 10, 'root': '" ROOT "', 'signature': '" SIGNATURE "'}");
    story_say(story, "jcb", "supervision.CosignCheckpoint.jcb",
              "{'size': 10, 'root': '" ROOT "', 'signature': '" SIGNATURE "'}");
    story_say(story, "jcb", "supervision.CosignCheckpoint.jcb",
              "{'size': 8, 'root': '" ROOT "', 'signature': '" SIGNATURE "'}");
    story_say(story, "jcb", "supervision.CosignCheckpoint.jcb",
              "{'size': 10, 'root': '" OTHER_ROOT "', 'signature': '" SIGNATURE "'}");
    EXPECT_TEXT(plain(story_text(story)), "hcz/1/1 supervision.CosignCheckpoint\n"
                                          "    refuses: CosignCheckpoint is not for hcz\n"
                                          "jcb/1/1 supervision.CosignCheckpoint\n"
                                          "    refuses: a root has 32 bytes, a signature 64\n"
                                          "jcb/1/2 supervision.CosignCheckpoint\n"
                                          "    reminds last: supervision.ChaseCosign in 24 h\n"
                                          "    emits supervision.CheckpointCosigned.jcb\n"
                                          "jcb/1/3 supervision.CosignCheckpoint\n"
                                          "    refuses: it is co-signed already\n"
                                          "jcb/1/4 supervision.CosignCheckpoint\n"
                                          "    reminds last: supervision.ChaseCosign in 24 h\n"
                                          "    emits supervision.CheckpointCosigned.jcb\n"
                                          "jcb/1/5 supervision.CosignCheckpoint\n"
                                          "    emits supervision.GapFound.lgo\n");
    ck_assert_str_eq(story_last(story, "supervision.GapFound.lgo"),
                     "{\"what\": \"checkpoint rewritten\", \"from\": \"10\", \"to\": \"10\"}");
    ck_assert_ptr_nonnull(strstr(story_ask(story, "jcb", "supervision.ProofOf.jcb", "{'seq': 8}"),
                                 "\"size\": \"8\""));
    ck_assert_ptr_nonnull(strstr(story_ask(story, "jcb", "supervision.ProofOf.jcb", "{'seq': 9}"),
                                 "\"size\": \"10\""));
    ck_assert_str_eq(story_ask(story, "jcb", "supervision.ProofOf.jcb", "{'seq': 11}"),
                     "{\"seq\": \"11\"}"); /* nobody has vouched for it yet */
    ck_assert_str_eq(story_ask(story, "jcb", "supervision.ProofOf.jcb", "{}"),
                     "refused BAD_FIELD: a place on the log is 1 or more");
    story_later(story, "25 h");
    ck_assert_ptr_nonnull(
        strstr(story_last(story, "supervision.GapFound.lgo"), "checkpoint not co-signed"));
    story_close(story);
}
END_TEST

TESTS(a_sample_follows_from_the_seed, a_case_has_a_timeline_without_particulars,
      a_long_case_is_read_to_its_end, what_is_late_is_late_until_it_is_done,
      the_bulletin_counts_by_the_columns_of_12345, a_closed_need_is_asked_for_again,
      who_looked_at_whom_is_kept_denied_or_not, many_doors_tried_in_a_day_are_an_anomaly_once,
      a_fact_is_not_refused_for_an_id_that_is_too_long, a_history_that_was_seen_cannot_be_another)
