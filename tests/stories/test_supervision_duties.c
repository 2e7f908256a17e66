/*
 * Duties that are owed for one item: a call, a ticket, a need, a person, a post.  The services that
 * state the events are played by hand; who is who and by when are the town's own.
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

/* What became of a duty, all units: `met 1, breached 1: S-076 hcz referral:a1 BREACHED`. */
static const char *board(struct story *story, const char *duty)
{
    return story_ask(story, "jcb", "supervision.DutyBoard.jcb", "{'duty': '%s'}", duty);
}

static bool has(const char *text, const char *part)
{
    return strstr(text, part) != NULL;
}

static void open_need(struct story *story, const char *need, const char *more)
{
    story_case(story, "H-20230118-0001-1");
    story_say(story, "referral", "referral.NeedOpened." C41,
              "{'need': '%s', 'person': 'r2', 'place': '" C41 "', 'priority': 'P1', %s}", need,
              more);
}

/* At 09:00; receive 09:15, first contact 09:30, done 21:00. */
static void dispatch(struct story *story, const char *need, const char *assignment,
                     const char *unit, const char *more)
{
    char subject[64];

    snprintf(subject, sizeof(subject), "referral.Dispatched.%s", unit);
    story_case(story, "H-20230118-0001-1");
    story_say(story, "referral", subject,
              "{'need': '%s', 'assignment': '%s', 'toUnit': '%s', 'priority': 'P1', %s, 'due':"
              " {'receiveMs': 1674004500000, 'firstContactMs': 1674005400000,"
              " 'doneMs': 1674046800000}}",
              need, assignment, unit, more);
}

START_TEST(a_need_is_routed_received_done_and_called_back)
{
    struct story *story = open_town();

    open_need(story, "n1", "'category': 'MEDICAL', 'kind': 'MEDICINE', 'source': {'ticket': 't1'}");
    ck_assert(has(board(story, "S-070"), "\"referral:n1\", \"state\": \"PENDING\", \"dueMs\": "
                                         "\"1674003720000\""));
    dispatch(story, "n1", "a1", "hcz", "'kind': 'MEDICINE'");
    story_forget(story);
    story_say(story, "referral", "referral.Received.hcz", "{'need': 'n1', 'assignment': 'a1'}");
    story_say(story, "referral", "referral.Accepted.hcz", "{'need': 'n1', 'assignment': 'a1'}");
    story_say(story, "referral", "referral.Started.hcz", "{'need': 'n1', 'assignment': 'a1'}");
    story_say(story, "referral", "referral.Completed.hcz",
              "{'need': 'n1', 'assignment': 'a1', 'solved': 'SOLVED_YES'}");
    story_say(story, "referral", "referral.VerificationDue.dzb",
              "{'need': 'n1', 'verifierUnit': 'dzb', 'dueMs': 1674018000000}");
    story_say(story, "referral", "referral.CallbackRecorded.dzb",
              "{'need': 'n1', 'result': 'SATISFIED'}");
    story_say(story, "referral", "referral.NeedClosed." C41, "{'need': 'n1', 'outcome': 'MET'}");
    EXPECT_TEXT(plain(story_text(story)),
                "referral/1/3 referral.Received at supervision\n"
                "    S-076/referral:a1: PENDING -> MET\n"
                "    forgets S-076/referral:a1: supervision.ChaseDuty\n"
                "    emits supervision.DutyMet.hcz\n"
                "referral/1/6 referral.Completed at supervision\n"
                "    S-06I/referral:n1: PENDING -> MET\n"
                "    forgets S-06I/referral:n1: supervision.ChaseDuty\n"
                "    emits supervision.DutyMet.hcz\n"
                "referral/1/7 referral.VerificationDue at supervision\n"
                "    S-0B6/referral:n1: PENDING -> PENDING\n"
                "    reminds S-0B6/referral:n1: supervision.ChaseDuty in 3 h 12 min\n"
                "    S-0B7/referral:n1: DUTY_ABSENT -> PENDING\n"
                "    reminds S-0B7/referral:n1: supervision.ChaseDuty in 3 h 12 min\n"
                "referral/1/8 referral.CallbackRecorded at supervision\n"
                "    S-0B7/referral:n1: PENDING -> MET\n"
                "    forgets S-0B7/referral:n1: supervision.ChaseDuty\n"
                "    emits supervision.DutyMet.dzb\n"
                "referral/1/9 referral.NeedClosed at supervision\n"
                "    S-0AA/referral:n1: PENDING -> MET\n"
                "    forgets S-0AA/referral:n1: supervision.ChaseDuty\n"
                "    emits supervision.DutyMet.hcz\n"
                "    S-0B6/referral:n1: PENDING -> MET\n"
                "    forgets S-0B6/referral:n1: supervision.ChaseDuty\n"
                "    emits supervision.DutyMet.hcz\n");
    /* In the case of the need, to the unit that owed it. */
    ck_assert_str_eq(story_last_case(story, "supervision.DutyMet.hcz"), "H-20230118-0001-1");
    ck_assert_str_eq(plain(story_last(story, "supervision.DutyMet.dzb")),
                     "{\"duty\": \"S-0B7\", \"unit\": \"dzb\", \"period\": \"referral:n1\", "
                     "\"evidence\": \"referral/1/8\"}");
    ck_assert_str_eq(board(story, "S-076"), "{\"met\": 1}");
    ck_assert_str_eq(board(story, "S-0AA"), "{\"met\": 1}");
    ck_assert_str_eq(board(story, "S-0BA"), "{}"); /* it was no P0 */
    ck_assert_uint_eq(story_count(story, "supervision.FindingOpened.*"), 0);
    story_close(story);
}
END_TEST

START_TEST(time_that_passes_is_a_breach_and_one_finding_and_a_refusal_in_time_is_none)
{
    struct story *story = open_town();

    open_need(story, "n1", "'category': 'MEDICAL', 'kind': 'MEDICINE'");
    dispatch(story, "n1", "a1", "hcz", "'kind': 'MEDICINE'");
    story_later(story, "12 min");
    ck_assert(has(story_last(story, "supervision.DutyAtRisk.hcz"), "S-076"));
    story_later(story, "3 min");
    ck_assert_uint_eq(story_count(story, "supervision.DutyBreached.hcz"), 0);
    story_say(story, "referral", "referral.Expired.hcz",
              "{'need': 'n1', 'assignment': 'a1', 'clock': 'receive'}");
    ck_assert_str_eq(plain(story_last(story, "supervision.DutyBreached.hcz")),
                     "{\"duty\": \"S-008\", \"unit\": \"hcz\", \"period\": \"2023-01\", \"dueMs\": "
                     "\"1675180800000\", \"evidence\": \"supervision/*\"}");
    ck_assert_str_eq(plain(story_last(story, "supervision.FindingOpened.hcz")),
                     "{\"finding\": \"F-hcz-referral:a1\", \"unit\": \"hcz\", \"duty\": \"S-076\", "
                     "\"caseId\": \"H-20230118-0001-1\", \"evidence\": [\"referral/1/3\"], "
                     "\"dueMs\": \"1674118800000\", \"text\": \"第一时间协调解决\"}");
    ck_assert_uint_eq(story_count(story, "supervision.FindingOpened.hcz"), 1);
    ck_assert_str_eq(story_last_case(story, "supervision.FindingOpened.hcz"), "H-20230118-0001-1");
    /* The other centre refuses, honestly and in time: it owes nothing, and nobody finds anything. */
    dispatch(story, "n1", "a2", "hcs", "'kind': 'MEDICINE'");
    story_say(story, "referral", "referral.Rejected.hcs",
              "{'need': 'n1', 'assignment': 'a2', 'code': 'NO_CAPACITY', 'count': 2}");
    story_later(story, "1 h");
    ck_assert_uint_eq(story_count(story, "supervision.DutyBreached.hcs"), 0);
    ck_assert_uint_eq(story_count(story, "supervision.FindingOpened.hcs"), 0);
    story_close(story);
}
END_TEST

START_TEST(the_need_goes_on_with_its_own_clock_from_unit_to_unit)
{
    struct story *story = open_town();

    open_need(story, "n1", "'category': 'MEDICAL', 'kind': 'MEDICINE'");
    dispatch(story, "n1", "a1", "hcz", "'kind': 'MEDICINE'");
    ck_assert(has(board(story, "S-06I"), "\"unit\": \"hcz\""));
    story_say(story, "referral", "referral.Recalled.hcz", "{'need': 'n1', 'assignment': 'a1'}");
    ck_assert_str_eq(board(story, "S-06I"), "{}");
    dispatch(story, "n1", "a2", "hcs", "'kind': 'MEDICINE'");
    ck_assert_str_eq(plain(board(story, "S-06I")),
                     "{\"lines\": [{\"duty\": \"S-06I\", \"unit\": \"hcs\", \"period\": "
                     "\"referral:n1\", \"state\": \"PENDING\", \"dueMs\": \"1674046800000\", "
                     "\"evidence\": \"referral/1/4\"}], \"pending\": 1}");
    story_say(story, "referral", "referral.Received.hcs", "{'need': 'n1', 'assignment': 'a2'}");
    story_later(story, "13 h");
    ck_assert_str_eq(plain(board(story, "S-0B6")),
                     "{\"lines\": [{\"duty\": \"S-0B6\", \"unit\": \"hcs\", \"period\": "
                     "\"referral:n1\", \"state\": \"BREACHED\", \"dueMs\": \"1674046800000\", "
                     "\"evidence\": \"supervision/*\"}], \"breached\": 1}");
    ck_assert_str_eq(plain(board(story, "S-06I")),
                     "{\"lines\": [{\"duty\": \"S-06I\", \"unit\": \"hcs\", \"period\": "
                     "\"referral:n1\", \"state\": \"BREACHED\", \"dueMs\": \"1674046800000\", "
                     "\"evidence\": \"supervision/*\"}], \"breached\": 1}");
    /* One matter, one finding: the need that was not done in time. */
    ck_assert_str_eq(plain(story_last(story, "supervision.FindingOpened.hcs")),
                     "{\"finding\": \"F-hcs-referral:n1\", \"unit\": \"hcs\", \"duty\": \"S-06I\", "
                     "\"caseId\": \"H-20230118-0001-1\", \"evidence\": [\"supervision/*\"], "
                     "\"dueMs\": \"1674118800000\", \"text\": \"加强医疗服务保障\"}");
    ck_assert_uint_eq(story_count(story, "supervision.FindingOpened.hcs"), 1);
    /* Completed late: the breach stays, the call-back is owed in its own time. */
    story_say(story, "referral", "referral.Completed.hcs", "{'need': 'n1', 'assignment': 'a2'}");
    story_say(story, "referral", "referral.VerificationDue.dzb",
              "{'need': 'n1', 'verifierUnit': 'dzb', 'dueMs': %llu}",
              (unsigned long long)story_now(story) + 14400000);
    story_later(story, "5 h");
    ck_assert(has(board(story, "S-0B7"), "\"unit\": \"dzb\", \"period\": \"referral:n1\", "
                                         "\"state\": \"BREACHED\""));
    story_close(story);
}
END_TEST

START_TEST(a_need_is_done_in_time_and_its_verification_has_time_of_its_own)
{
    struct story *story = open_town();

    open_need(story, "n1", "'category': 'CARE', 'kind': 'MEALS'");
    dispatch(story, "n1", "a1", "wlc", "'kind': 'MEALS'");
    story_later(story, "11 h");
    story_say(story, "referral", "referral.VerificationDue.dzb",
              "{'need': 'n1', 'verifierUnit': 'dzb', 'dueMs': 1674050400000}");
    story_later(story, "2 h");
    ck_assert(has(board(story, "S-0B6"), "\"AT_RISK\""));
    story_say(story, "referral", "referral.NeedClosed." C41, "{'need': 'n1', 'outcome': 'MET'}");
    ck_assert_str_eq(board(story, "S-0B6"), "{\"met\": 1}");
    /* Closed, and nobody had asked the person. */
    ck_assert(has(board(story, "S-0B7"), "BREACHED"));
    story_close(story);
}
END_TEST

START_TEST(what_ended_by_itself_is_owed_by_nobody)
{
    struct story *story = open_town();

    open_need(story, "n1", "'category': 'MEDICAL', 'kind': 'MEDICINE', 'source': {'ticket': 't1'}");
    dispatch(story, "n1", "a1", "hcz", "'kind': 'ON_SITE'");
    ck_assert(has(board(story, "S-06N"), "\"dueMs\": \"1674005400000\""));
    story_say(story, "referral", "referral.VerificationDue.dzb",
              "{'need': 'n1', 'verifierUnit': 'dzb', 'dueMs': 1674050400000}");
    story_say(story, "referral", "referral.Recalled.hcz", "{'need': 'n1', 'assignment': 'a1'}");
    story_say(story, "referral", "referral.NeedClosed." C41, "{'need': 'n1', 'outcome': 'DIED'}");
    ck_assert_str_eq(board(story, "S-0B6"), "{}");
    ck_assert_str_eq(board(story, "S-0B7"), "{}");
    ck_assert_str_eq(board(story, "S-06N"), "{}");
    story_close(story);
}
END_TEST

START_TEST(a_need_that_closes_unmet_breaks_what_was_owed_to_the_caller)
{
    struct story *story = open_town();

    open_need(story, "n1", "'category': 'MEDICAL', 'kind': 'MEDICINE', 'source': {'ticket': 't1'}");
    dispatch(story, "n1", "a1", "hcz", "'kind': 'ON_SITE'");
    story_say(story, "referral", "referral.Started.hcz", "{'need': 'n1', 'assignment': 'a1'}");
    ck_assert_str_eq(board(story, "S-06N"), "{\"met\": 1}");
    story_say(story, "referral", "referral.NeedClosed." C41, "{'need': 'n1', 'outcome': 'UNMET'}");
    ck_assert(has(board(story, "S-0AA"), "BREACHED"));
    ck_assert_str_eq(board(story, "S-0B6"), "{\"met\": 1}");
    story_close(story);
}
END_TEST

START_TEST(life_first_has_a_duty_of_its_own)
{
    struct story *story = open_town();

    story_say(story, "referral", "referral.NeedOpened." C41, "{'need': 'n1', 'priority': 'P0'}");
    story_say(story, "referral", "referral.Dispatched.hcz",
              "{'need': 'n1', 'assignment': 'a1', 'toUnit': 'hcz', 'priority': 'P0',"
              " 'due': {'receiveMs': 1674003900000}}");
    story_later(story, "6 min");
    ck_assert(has(board(story, "S-0BA"), "BREACHED"));
    ck_assert(has(board(story, "S-076"), "BREACHED"));
    ck_assert_uint_eq(story_count(story, "supervision.FindingOpened.hcz"), 1);
    story_close(story);
}
END_TEST

START_TEST(what_nobody_accepts_is_ruled_in_time)
{
    struct story *story = open_town();

    open_need(story, "n1", "'category': 'MEDICAL'");
    story_say(story, "referral", "referral.Unassignable.lgo",
              "{'need': 'n1', 'dueMs': 1674005400000}");
    ck_assert_str_eq(plain(board(story, "S-044")),
                     "{\"lines\": [{\"duty\": \"S-044\", \"unit\": \"lgo\", \"period\": "
                     "\"referral:n1\", \"state\": \"PENDING\", \"dueMs\": \"1674005400000\", "
                     "\"evidence\": \"referral/1/2\"}], \"pending\": 1}");
    story_say(story, "referral", "referral.Ruled.hcs", "{'need': 'n1', 'toUnit': 'hcs'}");
    ck_assert_str_eq(board(story, "S-044"), "{\"met\": 1}");
    story_say(story, "referral", "referral.Unassignable.lgo",
              "{'need': 'n2', 'dueMs': 1674005400000}");
    story_later(story, "31 min");
    ck_assert(has(board(story, "S-044"), "\"unit\": \"lgo\", \"period\": \"referral:n2\", "
                                         "\"state\": \"BREACHED\""));
    story_close(story);
}
END_TEST

START_TEST(a_person_is_verified_classed_assessed_and_linked)
{
    struct story *story = open_town();

    story_say(story, "registry", "registry.Proposed." C41, "{'person': 'r1', 'owner': '" C41 "'}");
    story_say(story, "registry", "registry.Proposed." C41, "{'person': 'r2', 'owner': '" C41 "'}");
    story_say(story, "registry", "registry.Proposed." C41, "{'person': 'r3', 'owner': '" C41 "'}");
    story_say(story, "registry", "registry.Verified." C41,
              "{'person': 'r1', 'owner': '" C41 "', 'class': 'RED'}");
    story_say(story, "registry", "registry.Dismissed." C41, "{'person': 'r2', 'owner': '" C41 "'}");
    ck_assert_str_eq(plain(board(story, "S-020")),
                     "{\"lines\": [{\"duty\": \"S-020\", \"unit\": \"310115125041\", \"period\": "
                     "\"person:r3\", \"state\": \"PENDING\", \"dueMs\": \"1674090000000\", "
                     "\"evidence\": \"registry/1/3\"}], \"met\": 2, \"pending\": 1}");
    ck_assert_str_eq(plain(board(story, "S-034")),
                     "{\"lines\": [{\"duty\": \"S-034\", \"unit\": \"310115125041\", \"period\": "
                     "\"person:r1\", \"state\": \"PENDING\", \"dueMs\": \"1675213200000\", "
                     "\"evidence\": \"registry/1/4\"}], \"pending\": 1}");
    ck_assert_str_eq(plain(board(story, "S-06L")),
                     "{\"lines\": [{\"duty\": \"S-06L\", \"unit\": \"hcz\", \"period\": "
                     "\"person:r1\", \"state\": \"PENDING\", \"dueMs\": \"1674608400000\", "
                     "\"evidence\": \"registry/1/4\"}], \"pending\": 1}");
    ck_assert_str_eq(plain(board(story, "S-055")),
                     "{\"lines\": [{\"duty\": \"S-055\", \"unit\": \"hcz\", \"period\": "
                     "\"person:r1\", \"state\": \"PENDING\", \"dueMs\": \"1675213200000\", "
                     "\"evidence\": \"registry/1/4\"}], \"pending\": 1}");
    story_later(story, "25 h");
    ck_assert(has(board(story, "S-020"), "\"person:r3\", \"state\": \"BREACHED\""));

    /* Looked at again: the next time is in three days, since YELLOW. */
    story_say(story, "referral", "referral.Assessed.hcz",
              "{'person': 'r1', 'centre': 'hcz', 'class': 'YELLOW'}");
    ck_assert_str_eq(plain(board(story, "S-06L")),
                     "{\"lines\": [{\"duty\": \"S-06L\", \"unit\": \"hcz\", \"period\": "
                     "\"person:r1\", \"state\": \"PENDING\", \"dueMs\": \"1674352800000\", "
                     "\"evidence\": \"referral/1/1\"}], \"met\": 1, \"pending\": 1}");
    story_say(story, "registry", "registry.ClassSet." C41,
              "{'person': 'r1', 'owner': '" C41 "', 'from': 'RED', 'to': 'YELLOW'}");
    ck_assert_str_eq(plain(board(story, "S-034")),
                     "{\"lines\": [{\"duty\": \"S-034\", \"unit\": \"310115125041\", \"period\": "
                     "\"person:r1\", \"state\": \"PENDING\", \"dueMs\": \"1675303200000\", "
                     "\"evidence\": \"registry/1/6\"}], \"met\": 1, \"pending\": 1}");
    story_say(story, "referral", "referral.FamilyDoctorLinked.hcz",
              "{'person': 'r1', 'centre': 'hcz'}");
    ck_assert_str_eq(plain(board(story, "S-055")),
                     "{\"lines\": [{\"duty\": \"S-055\", \"unit\": \"hcz\", \"period\": "
                     "\"person:r1\", \"state\": \"MET\", \"dueMs\": \"1675213200000\", "
                     "\"evidence\": \"referral/1/2\"}], \"met\": 1}");
    /* GREEN asks for no assessment; a move takes the rest along. */
    story_say(story, "registry", "registry.ClassSet." C41,
              "{'person': 'r1', 'owner': '" C41 "', 'from': 'YELLOW', 'to': 'GREEN'}");
    ck_assert_str_eq(board(story, "S-06L"), "{\"met\": 1}");
    story_say(story, "registry", "registry.Moved." C06,
              "{'person': 'r1', 'from': '" C41 "', 'to': '" C06 "'}");
    ck_assert(has(board(story, "S-034"), C06));
    story_say(story, "registry", "registry.DeathReported." C06, "{'person': 'r1'}");
    ck_assert(!has(board(story, "S-034"), "r1"));
    story_say(story, "registry", "registry.DeathRefuted." C06,
              "{'person': 'r1', 'owner': '" C06 "'}");
    ck_assert(has(board(story, "S-034"), "r1"));
    story_later(story, "15 d");
    ck_assert(has(board(story, "S-034"), "\"unit\": \"" C06 "\", \"period\": \"person:r1\", "
                                         "\"state\": \"BREACHED\""));
    story_close(story);
}
END_TEST

START_TEST(a_doctor_who_was_known_before_is_enough)
{
    struct story *story = open_town();

    story_say(story, "referral", "referral.FamilyDoctorLinked.hcs",
              "{'person': 'r1', 'centre': 'hcs'}");
    story_say(story, "registry", "registry.Verified." C41,
              "{'person': 'r1', 'owner': '" C41 "', 'class': 'GREEN'}");
    ck_assert(has(board(story, "S-055"), "\"MET\""));
    ck_assert_str_eq(board(story, "S-06L"), "{}");
    story_close(story);
}
END_TEST

START_TEST(a_stale_field_is_renewed_and_a_survey_declared)
{
    struct story *story = open_town();

    story_say(story, "registry", "registry.FieldStale." C41,
              "{'person': 'r1', 'path': 'phones', 'owner': '" C41 "'}");
    story_say(story, "registry", "registry.FieldStale." C41,
              "{'person': 'r1', 'path': 'medicines', 'owner': '" C41 "'}");
    story_say(story, "registry", "registry.FieldsUpdated." C41,
              "{'person': 'r1', 'paths': ['name', 'medicines'], 'owner': '" C41 "'}");
    ck_assert(has(board(story, "S-06V"), "\"r1:phones\", \"state\": \"PENDING\""));
    ck_assert(has(board(story, "S-06V"), "\"met\": 1"));
    story_say(story, "registry", "registry.SurveyPlanned." C41,
              "{'survey': 's1', 'committee': '" C41 "', 'dueMs': 1674608400000}");
    story_say(story, "registry", "registry.SurveyPlanned." C06,
              "{'survey': 's1', 'committee': '" C06 "', 'dueMs': 1674608400000}");
    story_say(story, "registry", "registry.SurveyDeclared." C41,
              "{'survey': 's1', 'committee': '" C41 "', 'none': true}");
    ck_assert_str_eq(
        plain(board(story, "S-080")),
        "{\"lines\": [{\"duty\": \"S-080\", \"unit\": \"310115125006\", \"period\": \"survey:s1\", "
        "\"state\": \"PENDING\", \"dueMs\": \"1674608400000\", \"evidence\": \"registry/1/5\"}, "
        "{\"duty\": \"S-080\", \"unit\": \"310115125041\", \"period\": \"survey:s1\", \"state\": "
        "\"MET\", \"dueMs\": \"1674608400000\", \"evidence\": \"registry/1/6\"}], \"met\": 1, "
        "\"pending\": 1}");
    ck_assert_str_eq(
        plain(board(story, "S-06U")),
        "{\"lines\": [{\"duty\": \"S-06U\", \"unit\": \"310115125006\", \"period\": \"survey:s1\", "
        "\"state\": \"PENDING\", \"dueMs\": \"1674608400000\", \"evidence\": \"registry/1/5\"}, "
        "{\"duty\": \"S-06U\", \"unit\": \"310115125041\", \"period\": \"survey:s1\", \"state\": "
        "\"MET\", \"dueMs\": \"1674608400000\", \"evidence\": \"registry/1/6\"}], \"met\": 1, "
        "\"pending\": 1}");
    story_later(story, "73 h");
    ck_assert(has(board(story, "S-06V"), "\"r1:phones\", \"state\": \"BREACHED\""));
    story_close(story);
}
END_TEST

START_TEST(calls_are_answered_in_time_and_tickets_triaged)
{
    struct story *story = open_town();

    story_say(story, "hotline", "hotline.CallLogged.dzb", "{'call': 'c1', 'ringMs': 15000}");
    story_say(story, "hotline", "hotline.CallLogged.dzb", "{'call': 'c2', 'ringMs': 15001}");
    story_say(story, "hotline", "hotline.CallClassified.dzb", "{'call': 'c1'}");
    ck_assert_str_eq(
        plain(board(story, "S-062")),
        "{\"lines\": [{\"duty\": \"S-062\", \"unit\": \"dzb\", \"period\": \"call:c2\", \"state\": "
        "\"BREACHED\", \"evidence\": \"hotline/1/2\"}], \"met\": 1, \"breached\": 1}");
    story_say(story, "hotline", "hotline.TicketSubmitted.dzb",
              "{'ticket': 't1', 'dueMs': 1674004200000}");
    story_say(story, "hotline", "hotline.TicketSubmitted.dzb",
              "{'ticket': 't2', 'dueMs': 1674004200000}");
    story_say(story, "hotline", "hotline.TicketTriaged.dzb", "{'ticket': 't1'}");
    story_later(story, "11 min");
    ck_assert_str_eq(
        plain(board(story, "S-062")),
        "{\"lines\": [{\"duty\": \"S-062\", \"unit\": \"dzb\", \"period\": \"call:c2\", \"state\": "
        "\"BREACHED\", \"evidence\": \"hotline/1/2\"}, {\"duty\": \"S-062\", \"unit\": \"dzb\", "
        "\"period\": \"ticket:t2\", \"state\": \"BREACHED\", \"dueMs\": \"1674004200000\", "
        "\"evidence\": \"supervision/*\"}], \"met\": 2, \"breached\": 2}");

    /* Who is unknown and in difficulty is on the roster's list before the triage is over. */
    story_say(story, "hotline", "hotline.CallClassified.dzb", "{'call': 'c3', 'proposed': 'p3'}");
    story_say(story, "hotline", "hotline.CallClassified.dzb", "{'call': 'c4', 'proposed': 'p4'}");
    story_say(story, "registry", "registry.Proposed." C41, "{'person': 'p3', 'owner': '" C41 "'}");
    story_say(story, "hotline", "hotline.TicketTriaged.dzb", "{'ticket': 't3', 'person': 'p3'}");
    story_say(story, "hotline", "hotline.TicketTriaged.dzb", "{'ticket': 't4', 'person': 'p4'}");
    ck_assert_str_eq(
        plain(board(story, "S-035")),
        "{\"lines\": [{\"duty\": \"S-035\", \"unit\": \"dzb\", \"period\": \"person:p4\", "
        "\"state\": \"BREACHED\", \"evidence\": \"hotline/1/10\"}], \"met\": 1, \"breached\": 1}");
    story_close(story);
}
END_TEST

START_TEST(posts_are_filled_by_those_who_follow)
{
    struct story *story = open_town();

    story_say(story, "hcz as hcz.head", "organisation.DeclareAbsence.hcz",
              "{'staff': 'hcz-s1', 'fromMs': %llu, 'untilMs': %llu}",
              (unsigned long long)story_now(story),
              (unsigned long long)story_now(story) + 86400000);
    ck_assert_uint_gt(story_count(story, "organisation.PostResolved.hcz"), 0);
    ck_assert_str_eq(plain(board(story, "S-012")), "{\"met\": 2}");
    ck_assert_str_eq(plain(board(story, "S-046")), "{\"met\": 2}");
    story_close(story);
}
END_TEST

START_TEST(a_capacity_that_one_centre_tells_is_good_for_both)
{
    struct story *story = open_town();

    story_say(story, "referral", "referral.CapacitySet.hcz",
              "{'centre': 'hcz', 'kind': 'MEDICINE', 'state': 'CAPACITY', 'validUntilMs':"
              " 1674126000000}");
    ck_assert(has(board(story, "S-06J"), "\"met\": 1"));
    ck_assert(has(board(story, "S-06J"), "\"hcz:MEDICINE\", \"state\": \"PENDING\", \"dueMs\": "
                                         "\"1674126000000\""));
    story_later(story, "25 h");
    /* The others are unknown at both centres; this kind hcz still knows. */
    ck_assert(has(board(story, "S-06J"), "\"hcs:VISIT\", \"state\": \"BREACHED\""));
    ck_assert(has(board(story, "S-06J"), "\"hcs:MEDICINE\", \"state\": \"AT_RISK\""));
    story_later(story, "10 h");
    ck_assert(has(board(story, "S-06J"), "\"hcz:MEDICINE\", \"state\": \"BREACHED\""));
    ck_assert(has(board(story, "S-06J"), "\"hcs:MEDICINE\", \"state\": \"BREACHED\""));
    story_say(story, "referral", "referral.CapacitySet.hcz",
              "{'centre': 'hcz', 'kind': 'MEDICINE', 'state': 'CAPACITY', 'validUntilMs':"
              " 1674226000000}");
    ck_assert(has(board(story, "S-06J"), "\"hcz:MEDICINE\", \"state\": \"PENDING\""));
    story_close(story);
}
END_TEST

TESTS(a_need_is_routed_received_done_and_called_back,
      time_that_passes_is_a_breach_and_one_finding_and_a_refusal_in_time_is_none,
      the_need_goes_on_with_its_own_clock_from_unit_to_unit,
      a_need_is_done_in_time_and_its_verification_has_time_of_its_own,
      what_ended_by_itself_is_owed_by_nobody,
      a_need_that_closes_unmet_breaks_what_was_owed_to_the_caller, life_first_has_a_duty_of_its_own,
      what_nobody_accepts_is_ruled_in_time, a_person_is_verified_classed_assessed_and_linked,
      a_doctor_who_was_known_before_is_enough, a_stale_field_is_renewed_and_a_survey_declared,
      calls_are_answered_in_time_and_tickets_triaged, posts_are_filled_by_those_who_follow,
      a_capacity_that_one_centre_tells_is_good_for_both)
