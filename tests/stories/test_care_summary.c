/*
 * care: 每日汇总 (S-09A, S-068, S-087, S-051; R16): derived, frozen, signed, rolled up, amended with a
 * difference; paper that comes later (scenario K, step 3); and that nobody is counted twice or lost.
 */
#include <stdlib.h>

#include "stories/care_town.h"

extern const struct service care_service;

static const char *const people[] = { "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8" };

static struct story *morning(void)
{
    struct story *story = care_story(&care_service, "2023-01-18T08:00");

    for (size_t i = 0; i < sizeof(people) / sizeof(people[0]); i++)
        person_of(story, C41, people[i], "");
    story_forget(story);
    return story;
}

static void records(struct story *story, const char *person, const char *what)
{
    char body[256];

    snprintf(body, sizeof(body), "{'person': '%s', %s}", person, what);
    vc_says(story, "RecordContact", body);
}

/* The number of that name in a text of JSON; 0 when it has none. */
static unsigned figure(const char *text, const char *name)
{
    char wanted[64];

    snprintf(wanted, sizeof(wanted), "\"%s\": ", name);
    const char *at = strstr(text, wanted);
    return at == NULL ? 0 : (unsigned)strtoul(at + strlen(wanted), NULL, 10);
}

static unsigned times(const char *text, const char *part)
{
    unsigned count = 0;

    for (const char *at = text; (at = strstr(at, part)) != NULL; at += strlen(part))
        count++;
    return count;
}

/* proof.md, conservation: each person of the roster is in exactly one state of each day, and the
 * summary has counted each of them once. */
static void is_conserved(struct story *story, const char *committee, const char *date)
{
    static const char *const boxes[] = { "untried",    "attempted", "ok",       "viaOther",
                                         "need",       "abnormal",  "refused",  "away",
                                         "notReached", "missed",    "cancelled" };
    char body[128];
    unsigned sum = 0;

    snprintf(body, sizeof(body), "{'committee': '%s', 'date': '%s'}", committee, date);
    const char *answer = story_ask(story, "sjb", "care.MyPeople.sjb", "%s", body);
    unsigned rows = times(answer, "\"person\": ");
    ck_assert_uint_eq(times(answer, "\"state\": \""), rows);
    answer = story_ask(story, "sjb", "care.Summary.sjb", "%s", body);
    for (size_t i = 0; i < sizeof(boxes) / sizeof(boxes[0]); i++)
        sum += figure(answer, boxes[i]);
    ck_assert_uint_eq(sum, figure(answer, "planned"));
    ck_assert_uint_eq(rows + figure(answer, "cancelled"), figure(answer, "planned"));
}

static void the_day(struct story *story)
{
    records(story, "r1", "'outcome': 'OK', 'firstHand': true, 'mode': 'VISIT'");
    records(story, "r2", "'outcome': 'OK', 'mode': 'PHONE'");
    records(story, "r3",
            "'outcome': 'NEED', 'firstHand': true,"
            " 'needs': [{'category': 'LIVING', 'kind': 'REPAIR'}]");
    records(story, "r4", "'outcome': 'REFUSED', 'firstHand': true");
    records(story, "r5", "'outcome': 'AWAY'");
    registry_says(story, "DeathReported", "{'person': 'r8', 'owner': '" C41 "'}");
    is_conserved(story, C41, "2023-01-18");
}

START_TEST(the_summary_is_derived_frozen_signed_and_amended)
{
    struct story *story = morning();

    the_day(story);
    story_say(story, HEAD, "care.SignSummary." C41, "{'committee': '" C41 "'}");
    story_until(story, "20:00");
    story_forget(story);
    ck_assert_str_eq(
        story_last(story, "care.SummaryFrozen." C41),
        "{\"committee\": \"310115125041\", \"date\": \"2023-01-18\", \"numbers\": {\"ro"
        "ster\": 7, \"planned\": 8, \"untried\": 2, \"ok\": 1, \"viaOther\": 1, \"need"
        "\": 1, \"refused\": 1, \"away\": 1, \"cancelled\": 1, \"newPeople\": 8, \"need"
        "sOpened\": 1, \"unpaired\": 7}}");
    story_say(story, DUTY, "care.SignSummary." C41, "{'committee': '" C41 "'}");
    story_say(story, HEAD, "care.AmendSummary." C41,
              "{'committee': '" C41 "', 'reason': 'a call that came in late'}");
    story_say(story, HEAD, "care.AmendSummary." C41, "{'committee': '" C41 "'}");
    records(story, "r6", "'outcome': 'OK', 'firstHand': true");
    story_say(story, HEAD, "care.AmendSummary." C41,
              "{'committee': '" C41 "', 'reason': 'a call that came in late'}");
    /* Acting for the first-responsible post, who is ill: the trace says for whom (S-046). */
    story_say(story, C41 " as " C41 ".deputy s2 for " C41 ".first", "care.SignSummary." C41,
              "{'committee': '" C41 "'}");
    story_say(story, HEAD, "care.SignSummary." C41, "{'committee': '" C41 "'}");
    EXPECT_TEXT(story_text(story),
                "310115125041/1/7 care.SignSummary\n"
                "    refuses: the first-responsible post of the committee signs\n"
                "310115125041/1/8 care.AmendSummary\n"
                "    refuses: nothing has changed\n"
                "310115125041/1/9 care.AmendSummary\n"
                "    refuses: why?\n"
                "310115125041/1/10 care.RecordContact\n"
                "    r6/2023-01-18: PLANNED -> OK\n"
                "    emits care.ContactRecorded.310115125041\n"
                "310115125041/1/11 care.AmendSummary\n"
                "    310115125041/2023-01-18: FROZEN -> FROZEN\n"
                "    emits care.SummaryAmended.310115125041\n"
                "310115125041/1/12 care.SignSummary\n"
                "    310115125041/2023-01-18: FROZEN -> SIGNED\n"
                "    forgets 310115125041: care.ChaseSummary\n"
                "    emits care.SummarySigned.310115125041\n"
                "310115125041/1/13 care.SignSummary\n"
                "    refuses: no SignSummary from SIGNED\n");
    ck_assert_str_eq(
        story_last(story, "care.SummaryAmended." C41),
        "{\"committee\": \"310115125041\", \"date\": \"2023-01-18\", \"numbers\": {\"ro"
        "ster\": 7, \"planned\": 8, \"untried\": 1, \"ok\": 2, \"viaOther\": 1, \"need"
        "\": 1, \"refused\": 1, \"away\": 1, \"cancelled\": 1, \"newPeople\": 8, \"need"
        "sOpened\": 1, \"unpaired\": 7}, \"diff\": [{\"name\": \"untried\", \"from\": 2"
        ", \"to\": 1}, {\"name\": \"ok\", \"from\": 1, \"to\": 2}], \"reason\": \"a cal"
        "l that came in late\", \"byPost\": \"310115125041.first\"}");
    ck_assert_str_eq(
        story_last(story, "care.SummarySigned." C41),
        "{\"committee\": \"310115125041\", \"date\": \"2023-01-18\", \"byPost\": \"3101"
        "15125041.deputy\", \"numbers\": {\"roster\": 7, \"planned\": 8, \"untried\": 1"
        ", \"ok\": 2, \"viaOther\": 1, \"need\": 1, \"refused\": 1, \"away\": 1, \"canc"
        "elled\": 1, \"newPeople\": 8, \"needsOpened\": 1, \"unpaired\": 7}}");
    story_until(story, "21:01");
    ck_assert_uint_eq(story_count(story, "care.SummaryOverdue." C41), 0);
    ck_assert_str_eq(
        story_last(story, "care.SummaryOverdue." C06),
        "{\"committee\": \"310115125006\", \"date\": \"2023-01-18\", \"dueMs\": \"16740"
        "45000000\", \"toPost\": \"310115125006.first\"}");
    ck_assert_str_eq(
        story_last(story, "care.SummaryRolledUp.town"),
        "{\"date\": \"2023-01-18\", \"numbers\": {\"roster\": 7, \"planned\": 8, \"untr"
        "ied\": 1, \"ok\": 2, \"viaOther\": 1, \"need\": 1, \"refused\": 1, \"away\": 1"
        ", \"cancelled\": 1, \"newPeople\": 8, \"needsOpened\": 1, \"unpaired\": 7}, \""
        "committees\": 2, \"unsigned\": [\"310115125006\"]}");
    /* `missed` is final at 24:00, and amends by itself. */
    story_until(story, "2023-01-19T00:10");
    ck_assert_str_eq(
        story_last(story, "care.SummaryAmended." C41),
        "{\"committee\": \"310115125041\", \"date\": \"2023-01-18\", \"numbers\": {\"ro"
        "ster\": 7, \"planned\": 8, \"ok\": 2, \"viaOther\": 1, \"need\": 1, \"refused"
        "\": 1, \"away\": 1, \"missed\": 1, \"cancelled\": 1, \"newPeople\": 8, \"needs"
        "Opened\": 1, \"unpaired\": 7}, \"diff\": [{\"name\": \"untried\", \"from\": 1}"
        ", {\"name\": \"missed\", \"to\": 1}], \"reason\": \"the day has ended\"}");
    ck_assert_str_eq(
        story_last(story, "care.SummaryAmended.town"),
        "{\"date\": \"2023-01-18\", \"numbers\": {\"roster\": 7, \"planned\": 8, \"ok\""
        ": 2, \"viaOther\": 1, \"need\": 1, \"refused\": 1, \"away\": 1, \"missed\": 1,"
        " \"cancelled\": 1, \"newPeople\": 8, \"needsOpened\": 1, \"unpaired\": 7}, \"d"
        "iff\": [{\"name\": \"untried\", \"from\": 1}, {\"name\": \"missed\", \"to\": 1"
        "}], \"reason\": \"the day has ended\"}");
    is_conserved(story, C41, "2023-01-18");
    is_conserved(story, C41, "2023-01-19");
    /* Signed late, it is signed. */
    story_say(story, C06 " as " C06 ".first", "care.SignSummary." C06,
              "{'committee': '" C06 "', 'date': '2023-01-18'}");
    ck_assert_uint_eq(story_count(story, "care.SummarySigned." C06), 1);
    story_close(story);
}
END_TEST

/* K3: the line was down; what was on paper comes with its own time, and the day is mended by it. */
START_TEST(paper_comes_later_with_its_own_time)
{
    struct story *story = morning();

    story_until(story, "13:40");
    records(story, "r1",
            "'outcome': 'OK', 'firstHand': true, 'mode': 'VISIT', 'onPaper': true,"
            " 'atMs': '1674008400000'");
    ck_assert_str_eq(
        story_last(story, "care.ContactRecorded." C41),
        "{\"person\": \"r1\", \"date\": \"2023-01-18\", \"outcome\": \"OK\", \"firstHan"
        "d\": true, \"atMs\": \"1674008400000\", \"recordedAtMs\": \"1674020400000\", "
        "\"mode\": \"VISIT\", \"onPaper\": true, \"done\": 1, \"times\": 1, \"byPost\":"
        " \"310115125041.duty\"}");
    story_until(story, "2023-01-19T09:00");
    ck_assert_uint_eq(story_count(story, "care.ContactMissed." C41), 7);
    story_forget(story);
    records(story, "r2",
            "'date': '2023-01-18', 'atMs': '1674036000000', 'onPaper': true,"
            " 'outcome': 'OK', 'firstHand': true");
    vc_says(story, "RecordAttempt",
            "{'person': 'r3', 'date': '2023-01-18', 'mode': 'VISIT',"
            " 'atMs': '1674036000000', 'result': 'NO_ANSWER'}");
    vc_says(story, "RecordAttempt",
            "{'person': 'r3', 'date': '2023-01-18', 'mode': 'VISIT',"
            " 'atMs': '1674036060000', 'result': 'NO_ANSWER'}");
    EXPECT_TEXT(story_text(story), "310115125041/1/2 care.RecordContact\n"
                                   "    r2/2023-01-18: MISSED -> OK\n"
                                   "    emits care.ContactRecorded.310115125041\n"
                                   "    310115125041/2023-01-18: AMENDED -> AMENDED\n"
                                   "    emits care.SummaryAmended.310115125041\n"
                                   "310115125041/1/3 care.RecordAttempt\n"
                                   "    r3/2023-01-18: MISSED -> NOT_REACHED\n"
                                   "    emits care.ContactAttempted.310115125041\n"
                                   "    310115125041/2023-01-18: AMENDED -> AMENDED\n"
                                   "    emits care.SummaryAmended.310115125041\n"
                                   "310115125041/1/4 care.RecordAttempt\n"
                                   "    r3/2023-01-18: NOT_REACHED -> NOT_REACHED\n"
                                   "    emits care.ContactAttempted.310115125041\n");
    ck_assert_str_eq(
        story_last(story, "care.SummaryAmended." C41),
        "{\"committee\": \"310115125041\", \"date\": \"2023-01-18\", \"numbers\": {\"ro"
        "ster\": 8, \"planned\": 8, \"ok\": 2, \"notReached\": 1, \"missed\": 5, \"newP"
        "eople\": 8, \"unpaired\": 8}, \"diff\": [{\"name\": \"not_reached\", \"to\": 1"
        "}, {\"name\": \"missed\", \"from\": 6, \"to\": 5}], \"reason\": \"recorded lat"
        "er\", \"byPost\": \"310115125041.duty\"}");
    /* Nothing is done of yesterday's ladder; today's list begins with those who were missed. */
    ck_assert_uint_eq(story_count(story, "incident.OpenIncident.*"), 0);
    is_conserved(story, C41, "2023-01-18");
    story_until(story, "2023-01-21T09:00");
    story_forget(story);
    records(story, "r4",
            "'date': '2023-01-18', 'atMs': '1674036000000', 'onPaper': true,"
            " 'outcome': 'OK', 'firstHand': true");
    EXPECT_TEXT(story_text(story), "310115125041/1/5 care.RecordContact\n"
                                   "    refuses: that day is closed\n");
    story_close(story);
}
END_TEST

/* Whatever days go by, a person has no more than care.keep_days contacts, and every day has its sum. */
START_TEST(a_fortnight_stays_as_small_as_a_week)
{
    struct story *story = morning();
    char date[32];

    for (int day = 19; day <= 31; day++) {
        snprintf(date, sizeof(date), "2023-01-%02dT10:00", day);
        story_until(story, date);
        records(story, people[day % 8], "'outcome': 'OK', 'firstHand': true");
        date[10] = '\0';
        is_conserved(story, C41, date);
    }
    ck_assert_str_eq(
        story_ask(story, C41, "care.MyPeople." C41, "{'date': '2023-01-22', 'limit': 1}"),
        "{\"rows\": [{\"person\": \"r1\", \"lastSeenMs\": \"1674525600000\", \"missedDa"
        "ys\": 6}], \"next\": \"r1\"}");
    ck_assert_str_eq(story_ask(story, C41, "care.Summary." C41,
                               "{'committee': '" C41 "', 'date': '2022-01-01'}"),
                     "refused NOT_FOUND: there is no summary of that day");
    story_close(story);
}
END_TEST

TESTS(the_summary_is_derived_frozen_signed_and_amended, paper_comes_later_with_its_own_time,
      a_fortnight_stays_as_small_as_a_week)
