/*
 * Findings: explained, put right, looked at again, closed; and what happens when they are not
 * (domain.md 3.12).  Times are working days: 2023-01-18 is a Wednesday, 21 to 27 are holidays.
 */
#include <stdio.h>
#include <string.h>

#include "lib/story.h"
#include "plain.h"

extern const struct service organisation_service;
extern const struct service supervision_service;

static struct story *open_town(void)
{
    struct story *story =
        story_open("2023-01-18T09:00", &organisation_service, &supervision_service, NULL);

    story_town(story);
    story_say(story, "hotline", "hotline.ShiftOpened.dzb", "{'seat': 's1', 'staff': 'dzb-s5'}");
    story_later(story, "1 min");
    story_forget(story);
    return story;
}

static void find(struct story *story, const char *finding)
{
    story_say(story, "jcb as jcb.duty", "supervision.OpenFinding.hcz",
              "{'finding': '%s', 'unit': 'hcz', 'duty': 'S-06I', 'caseId': 'H-20230118-0001-1',"
              " 'evidence': ['referral/1/7'], 'text': 'kept waiting'}",
              finding);
}

static void say(struct story *story, const char *who, const char *command, const char *more)
{
    char subject[64];

    snprintf(subject, sizeof(subject), "supervision.%s.hcz", command);
    story_say(story, who, subject, "{'finding': 'f1'%s}", more);
}

/* Lines of the trace that are about f1. */
static const char *lines_of(struct story *story)
{
    static char text[8192];
    const char *line = story_text(story);
    size_t length = 0;

    for (const char *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        const char *found = strstr(line, "f1: ");
        if (found == NULL || found > end)
            continue;
        memcpy(text + length, line, (size_t)(end - line) + 1);
        length += (size_t)(end - line) + 1;
    }
    text[length] = '\0';
    return text;
}

START_TEST(a_finding_is_explained_rectified_rechecked_and_closed)
{
    struct story *story = open_town();

    find(story, "f1");
    find(story, "f1");
    say(story, "hcs as hcs.head", "ExplainFinding", ", 'text': 'x'");
    say(story, "hcz as hcz.head", "PlanRectification", "");
    say(story, "hcz as hcz.head", "RecheckFinding", ", 'good': true");
    say(story, "hcz as hcz.head", "ExplainFinding", ", 'text': 'two doctors ill'");
    say(story, "hcz as hcz.head", "PlanRectification",
        ", 'text': 'a third', 'dueMs': 1674100800000");
    say(story, "hcz as hcz.head", "ReportRectified", ", 'text': 'came'");
    say(story, "jcb as jcb.duty", "RecheckFinding", ", 'good': true, 'result': 'seen'");
    say(story, "hcz as hcz.head", "CloseFinding", "");
    say(story, "jcb as jcb.duty", "CloseFinding", ", 'text': 'good'");
    say(story, "jcb as jcb.duty", "CloseFinding", "");
    EXPECT_TEXT(plain(story_text(story)),
                "jcb/1/1 supervision.OpenFinding\n"
                "    f1: NONE -> OPEN\n"
                "    reminds f1: supervision.ChaseFinding in 31 h 59 min\n"
                "    emits supervision.FindingOpened.hcz\n"
                "jcb/1/2 supervision.OpenFinding\n"
                "    refuses: no OpenFinding from OPEN\n"
                "hcs/1/1 supervision.ExplainFinding\n"
                "    refuses: f1 is a finding of hcz\n"
                "hcz/1/1 supervision.PlanRectification\n"
                "    refuses: no PlanRectification from OPEN\n"
                "hcz/1/2 supervision.RecheckFinding\n"
                "    refuses: RecheckFinding is not for hcz\n"
                "hcz/1/3 supervision.ExplainFinding\n"
                "    f1: OPEN -> EXPLAINED\n"
                "    reminds f1: supervision.ChaseFinding in 10 d 7 h 59 min\n"
                "    emits supervision.FindingExplained.hcz\n"
                "hcz/1/4 supervision.PlanRectification\n"
                "    f1: EXPLAINED -> RECTIFYING\n"
                "    reminds f1: supervision.ChaseFinding in 26 h 59 min\n"
                "    emits supervision.RectificationPlanned.hcz\n"
                "hcz/1/5 supervision.ReportRectified\n"
                "    f1: RECTIFYING -> RECTIFIED\n"
                "    reminds f1: supervision.ChaseFinding in 10 d 7 h 59 min\n"
                "    emits supervision.Rectified.hcz\n"
                "jcb/1/3 supervision.RecheckFinding\n"
                "    f1: RECTIFIED -> RECHECKED\n"
                "    emits supervision.FindingRechecked.hcz\n"
                "    reminds f1: supervision.ChaseFinding in 10 d 7 h 59 min\n"
                "hcz/1/6 supervision.CloseFinding\n"
                "    refuses: CloseFinding is not for hcz\n"
                "jcb/1/4 supervision.CloseFinding\n"
                "    f1: RECHECKED -> CLOSED\n"
                "    forgets f1: supervision.ChaseFinding\n"
                "    emits supervision.FindingClosed.hcz\n"
                "jcb/1/5 supervision.CloseFinding\n"
                "    refuses: no CloseFinding from CLOSED\n");
    ck_assert_str_eq(plain(story_last(story, "supervision.FindingOpened.hcz")),
                     "{\"finding\": \"f1\", \"unit\": \"hcz\", \"duty\": \"S-06I\", \"caseId\": "
                     "\"H-20230118-0001-1\", \"evidence\": [\"referral/1/7\"], \"dueMs\": "
                     "\"1674118800000\", \"text\": \"kept waiting\"}");
    ck_assert_str_eq(plain(story_last(story, "supervision.RectificationPlanned.hcz")),
                     "{\"finding\": \"f1\", \"unit\": \"hcz\", \"dueMs\": \"1674100800000\"}");
    ck_assert_str_eq(plain(story_last(story, "supervision.FindingRechecked.hcz")),
                     "{\"finding\": \"f1\", \"unit\": \"hcz\", \"good\": true}");
    ck_assert_str_eq(story_last_case(story, "supervision.FindingClosed.hcz"), "H-20230118-0001-1");
    ck_assert_str_eq(
        plain(story_ask(story, "hcz", "supervision.Findings.jcb", "{'unit': 'hcz'}")),
        "{\"lines\": [{\"finding\": \"f1\", \"unit\": \"hcz\", \"duty\": \"S-06I\", \"state\": "
        "\"CLOSED\", \"caseId\": \"H-20230118-0001-1\", \"text\": \"kept waiting\"}]}");
    ck_assert_str_eq(
        story_ask(story, "hcz", "supervision.Findings.jcb", "{'unit': 'hcz', 'openOnly': true}"),
        "{}");
    ck_assert_str_eq(story_ask(story, "hcz", "supervision.Findings.jcb", "{}"),
                     "refused NOT_ALLOWED: a unit sees its own rows");
    story_close(story);
}
END_TEST

START_TEST(a_finding_needs_a_unit_an_id_and_evidence)
{
    struct story *story = open_town();

    story_say(story, "hcz", "supervision.OpenFinding.hcz", "{'finding': 'f1'}");
    story_say(story, "jcb", "supervision.OpenFinding.hcz", "{'finding': 'f1', 'unit': 'x'}");
    story_say(story, "jcb", "supervision.OpenFinding.hcz", "{'finding': 'f1', 'unit': 'hcz'}");
    story_say(story, "jcb", "supervision.OpenFinding.hcz",
              "{'finding': 'f/1', 'unit': 'hcz', 'evidence': ['a/1/1']}");
    say(story, "jcb", "CloseFinding", "");
    story_say(story, "jcb", "supervision.EscalateFinding.hcz", "{'finding': 'f9'}");
    EXPECT_TEXT(plain(story_text(story)),
                "hcz/1/1 supervision.OpenFinding\n"
                "    refuses: OpenFinding is not for hcz\n"
                "jcb/1/1 supervision.OpenFinding\n"
                "    refuses: no unit x\n"
                "jcb/1/2 supervision.OpenFinding\n"
                "    refuses: 1 to 16 messages that show it\n"
                "jcb/1/3 supervision.OpenFinding\n"
                "    refuses: a finding has an id without '/'\n"
                "jcb/1/4 supervision.CloseFinding\n"
                "    refuses: no CloseFinding: there is no such row in findings\n"
                "jcb/1/5 supervision.EscalateFinding\n"
                "    refuses: no EscalateFinding: there is no such row in findings\n");
    story_close(story);
}
END_TEST

START_TEST(silence_escalates_to_the_office_then_to_the_leader)
{
    struct story *story = open_town();

    find(story, "f1");
    story_until(story, "2023-01-19T17:01"); /* one working day */
    ck_assert_str_eq(plain(story_last(story, "supervision.FindingEscalated.hcz")),
                     "{\"finding\": \"f1\", \"unit\": \"hcz\", \"toPost\": \"lgo.head\"}");
    story_until(story, "2023-01-30T17:01"); /* three more; 28 and 29 are made up */
    say(story, "hcz as hcz.head", "ExplainFinding", "");
    story_until(story, "2023-02-02T17:01");
    say(story, "hcz as hcz.head", "PlanRectification", "");
    story_until(story, "2023-02-07T17:01");
    say(story, "hcz as hcz.head", "ReportRectified", "");
    story_until(story, "2023-02-10T17:01"); /* the office itself is late */
    say(story, "jcb", "RecheckFinding", ", 'good': true");
    story_until(story, "2023-02-15T17:01"); /* nobody objects */
    EXPECT_TEXT(lines_of(story), "    f1: NONE -> OPEN\n"
                                 "    reminds f1: supervision.ChaseFinding in 31 h 59 min\n"
                                 "    f1: OPEN -> ESCALATED\n"
                                 "    reminds f1: supervision.ChaseFinding in 10 d\n"
                                 "    f1: ESCALATED -> ESCALATED\n"
                                 "    f1: ESCALATED -> EXPLAINED\n"
                                 "    f1: EXPLAINED -> RECTIFYING\n"
                                 "    f1: RECTIFYING -> RECTIFIED\n"
                                 "    f1: RECTIFIED -> RECHECKED\n"
                                 "    reminds f1: supervision.ChaseFinding in 4 d 23 h 59 min\n"
                                 "    f1: RECHECKED -> CLOSED\n");
    ck_assert_uint_eq(story_count(story, "supervision.FindingClosed.hcz"), 1);
    story_close(story);
}
END_TEST

START_TEST(what_was_not_put_right_is_opened_again)
{
    struct story *story = open_town();

    find(story, "f1");
    say(story, "hcz as hcz.head", "ExplainFinding", "");
    say(story, "hcz as hcz.head", "ReportRectified", "");
    say(story, "jcb", "RecheckFinding", ", 'result': 'as before'");
    ck_assert_str_eq(plain(story_last(story, "supervision.FindingReopened.hcz")),
                     "{\"finding\": \"f1\", \"unit\": \"hcz\", \"reason\": \"as before\"}");
    say(story, "hcz as hcz.head", "PlanRectification", "");
    say(story, "jcb", "EscalateFinding", ", 'reason': 'grave'");
    say(story, "hcz as hcz.head", "PlanRectification", "");
    say(story, "hcz as hcz.head", "ReportRectified", "");
    say(story, "jcb", "RecheckFinding", ", 'good': true");
    say(story, "jcb", "ReopenFinding", ", 'reason': 'seen again'");
    say(story, "hcz as hcz.head", "ReportRectified", "");
    say(story, "jcb", "RecheckFinding", ", 'good': true");
    say(story, "jcb", "CloseFinding", "");
    say(story, "jcb", "ReopenFinding", ", 'reason': 'and again'");
    say(story, "jcb", "EscalateFinding", "");
    ck_assert_str_eq(
        plain(story_last(story, "supervision.FindingEscalated.hcz")),
        "{\"finding\": \"f1\", \"unit\": \"hcz\", \"toPost\": \"lgo.head\"}"); /* opened anew: from the first rung */
    say(story, "jcb", "RecheckFinding", "");
    say(story, "hcz as hcz.head", "ExplainFinding", "");
    say(story, "jcb", "EscalateFinding", "");
    say(story, "hcz as hcz.head", "ReportRectified", "");
    say(story, "jcb", "RecheckFinding", ", 'good': true");
    EXPECT_TEXT(lines_of(story), "    f1: NONE -> OPEN\n"
                                 "    reminds f1: supervision.ChaseFinding in 31 h 59 min\n"
                                 "    f1: OPEN -> EXPLAINED\n"
                                 "    reminds f1: supervision.ChaseFinding in 10 d 7 h 59 min\n"
                                 "    f1: EXPLAINED -> RECTIFIED\n"
                                 "    reminds f1: supervision.ChaseFinding in 10 d 7 h 59 min\n"
                                 "    f1: RECTIFIED -> REOPENED\n"
                                 "    reminds f1: supervision.ChaseFinding in 31 h 59 min\n"
                                 "    f1: REOPENED -> RECTIFYING\n"
                                 "    reminds f1: supervision.ChaseFinding in 10 d 7 h 59 min\n"
                                 "    f1: RECTIFYING -> ESCALATED\n"
                                 "    reminds f1: supervision.ChaseFinding in 10 d 7 h 59 min\n"
                                 "    f1: ESCALATED -> RECTIFYING\n"
                                 "    reminds f1: supervision.ChaseFinding in 10 d 7 h 59 min\n"
                                 "    f1: RECTIFYING -> RECTIFIED\n"
                                 "    reminds f1: supervision.ChaseFinding in 10 d 7 h 59 min\n"
                                 "    f1: RECTIFIED -> RECHECKED\n"
                                 "    reminds f1: supervision.ChaseFinding in 10 d 7 h 59 min\n"
                                 "    f1: RECHECKED -> REOPENED\n"
                                 "    reminds f1: supervision.ChaseFinding in 31 h 59 min\n"
                                 "    f1: REOPENED -> RECTIFIED\n"
                                 "    reminds f1: supervision.ChaseFinding in 10 d 7 h 59 min\n"
                                 "    f1: RECTIFIED -> RECHECKED\n"
                                 "    reminds f1: supervision.ChaseFinding in 10 d 7 h 59 min\n"
                                 "    f1: RECHECKED -> CLOSED\n"
                                 "    forgets f1: supervision.ChaseFinding\n"
                                 "    f1: CLOSED -> REOPENED\n"
                                 "    reminds f1: supervision.ChaseFinding in 31 h 59 min\n"
                                 "    f1: REOPENED -> ESCALATED\n"
                                 "    reminds f1: supervision.ChaseFinding in 10 d 7 h 59 min\n"
                                 "    f1: ESCALATED -> REOPENED\n"
                                 "    reminds f1: supervision.ChaseFinding in 31 h 59 min\n"
                                 "    f1: REOPENED -> EXPLAINED\n"
                                 "    reminds f1: supervision.ChaseFinding in 10 d 7 h 59 min\n"
                                 "    f1: EXPLAINED -> ESCALATED\n"
                                 "    reminds f1: supervision.ChaseFinding in 10 d 7 h 59 min\n"
                                 "    f1: ESCALATED -> RECTIFIED\n"
                                 "    reminds f1: supervision.ChaseFinding in 10 d 7 h 59 min\n"
                                 "    f1: RECTIFIED -> RECHECKED\n"
                                 "    reminds f1: supervision.ChaseFinding in 10 d 7 h 59 min\n");
    story_close(story);
}
END_TEST

START_TEST(a_finding_may_be_closed_or_raised_where_it_stands)
{
    struct story *story = open_town();

    find(story, "f1");
    say(story, "jcb", "CloseFinding", "");
    say(story, "jcb", "ReopenFinding", "");
    say(story, "hcz as hcz.head", "ExplainFinding", "");
    say(story, "jcb", "CloseFinding", "");
    say(story, "jcb", "ReopenFinding", "");
    say(story, "jcb", "EscalateFinding", "");
    say(story, "hcz as hcz.head", "ReportRectified", "");
    story_later(story, "12 d");
    say(story, "jcb", "RecheckFinding", ", 'good': true");
    say(story, "jcb", "ReopenFinding", "");
    story_later(story, "4 d");
    say(story, "jcb", "CloseFinding", "");
    find(story, "f2");
    story_say(story, "jcb", "supervision.EscalateFinding.hcz", "{'finding': 'f2'}");
    EXPECT_TEXT(lines_of(story), "    f1: NONE -> OPEN\n"
                                 "    reminds f1: supervision.ChaseFinding in 31 h 59 min\n"
                                 "    f1: OPEN -> CLOSED\n"
                                 "    forgets f1: supervision.ChaseFinding\n"
                                 "    f1: CLOSED -> REOPENED\n"
                                 "    reminds f1: supervision.ChaseFinding in 31 h 59 min\n"
                                 "    f1: REOPENED -> EXPLAINED\n"
                                 "    reminds f1: supervision.ChaseFinding in 10 d 7 h 59 min\n"
                                 "    f1: EXPLAINED -> CLOSED\n"
                                 "    forgets f1: supervision.ChaseFinding\n"
                                 "    f1: CLOSED -> REOPENED\n"
                                 "    reminds f1: supervision.ChaseFinding in 31 h 59 min\n"
                                 "    f1: REOPENED -> ESCALATED\n"
                                 "    reminds f1: supervision.ChaseFinding in 10 d 7 h 59 min\n"
                                 "    f1: ESCALATED -> RECTIFIED\n"
                                 "    reminds f1: supervision.ChaseFinding in 10 d 7 h 59 min\n"
                                 "    f1: RECTIFIED -> ESCALATED\n"
                                 "    f1: ESCALATED -> RECHECKED\n"
                                 "    reminds f1: supervision.ChaseFinding in 3 d 7 h 59 min\n"
                                 "    f1: RECHECKED -> REOPENED\n"
                                 "    reminds f1: supervision.ChaseFinding in 31 h 59 min\n"
                                 "    f1: REOPENED -> ESCALATED\n"
                                 "    reminds f1: supervision.ChaseFinding in 3 d\n"
                                 "    f1: ESCALATED -> CLOSED\n"
                                 "    forgets f1: supervision.ChaseFinding\n");
    story_close(story);
}
END_TEST

/* A page after the other, each as long as wanted. */
START_TEST(a_long_list_goes_page_by_page)
{
    struct story *story = open_town();

    for (int i = 1; i <= 3; i++) {
        char finding[16];
        snprintf(finding, sizeof(finding), "f%d", i);
        find(story, finding);
    }
    for (int by_unit = 0; by_unit < 2; by_unit++) {
        const char *unit = by_unit ? "hcz" : "";
        const char *page =
            story_ask(story, "jcb", "supervision.Findings.jcb", "{'unit': '%s', 'limit': 2}", unit);
        ck_assert_str_eq(story_next(page), "f2");
        ck_assert(strstr(page, "\"f1\"") != NULL && strstr(page, "\"f3\"") == NULL);
        page = story_ask(story, "jcb", "supervision.Findings.jcb",
                         "{'unit': '%s', 'limit': 2, 'after': 'f2'}", unit);
        ck_assert_str_eq(story_next(page), "");
        ck_assert(strstr(page, "\"f1\"") == NULL && strstr(page, "\"f3\"") != NULL);
    }
    story_close(story);
}
END_TEST

/* What is too long for one answer ends a page early, and is not refused. */
START_TEST(long_texts_make_more_pages)
{
    enum { FINDINGS = 120, TEXT = 600 };
    struct story *story = open_town();
    char text[TEXT + 1] = "";
    char after[16] = "";
    unsigned count = 0;
    unsigned pages = 0;

    memset(text, 'x', TEXT);
    for (int i = 0; i < FINDINGS; i++)
        story_say(story, "jcb as jcb.duty", "supervision.OpenFinding.hcz",
                  "{'finding': 'f%03d', 'unit': 'hcz', 'evidence': ['referral/1/1'], 'text': '%s'}",
                  i, text);
    do {
        const char *page =
            story_ask(story, "jcb", "supervision.Findings.jcb", "{'after': '%s'}", after);
        for (const char *at = page; (at = strstr(at, "\"finding\": ")) != NULL; at++)
            count++;
        snprintf(after, sizeof(after), "%s", story_next(page));
        pages++;
    } while (*after != '\0');
    ck_assert_uint_eq(count, FINDINGS);
    ck_assert_uint_eq(pages, 2);
    story_close(story);
}
END_TEST

/* The next page of a board or a list of what is late begins behind the last line of this one. */
START_TEST(the_board_and_what_is_late_go_on_where_they_ended)
{
    static const char *const pages[][2] = {
        { "DutyBoard", "'unit': 'hcz'" },
        { "DutyBoard", "'duty': 'S-076'" },
        { "DutyBoard", "'unit': 'hcz', 'duty': 'S-076'" },
        { "LateNow", "'unit': 'hcz'" },
        { "LateNow", "'unit': ''" },
    };
    struct story *story = open_town();

    for (int i = 1; i <= 3; i++) {
        story_say(story, "referral", "referral.NeedOpened.hcz",
                  "{'need': 'n%d', 'place': '310115125041', 'priority': 'P2'}", i);
        story_say(story, "referral", "referral.Dispatched.hcz",
                  "{'need': 'n%d', 'assignment': 'n%d-a1', 'toUnit': 'hcz', 'priority': 'P2'}", i,
                  i);
        story_say(story, "referral", "referral.DeadlineMissed.hcz",
                  "{'need': 'n%d', 'assignment': 'n%d-a1', 'clock': 'accept', 'dueMs': %d}", i, i,
                  1000 + i);
    }
    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
        char subject[48];
        char after[200] = "";
        char all[1 << 14];
        unsigned count = 0;
        snprintf(subject, sizeof(subject), "supervision.%s.jcb", pages[i][0]);
        snprintf(all, sizeof(all), "%s",
                 story_ask(story, "jcb", subject, "{%s, 'limit': 100}", pages[i][1]));
        do {
            const char *page = story_ask(story, "jcb", subject, "{%s, 'limit': 1, 'after': '%s'}",
                                         pages[i][1], after);
            const char *line = strstr(page, "[{");
            const char *end = line != NULL ? strstr(line, "}]") : NULL;
            char one[1024];
            if (end == NULL)
                break;
            snprintf(one, sizeof(one), "%.*s", (int)(end - line - 1), line + 1);
            ck_assert_ptr_nonnull(strstr(all, one));
            snprintf(after, sizeof(after), "%s", story_next(page));
            ck_assert_uint_lt(++count, 100);
        } while (*after != '\0');
        unsigned lines = 0;
        for (const char *at = all; (at = strstr(at, "{\"duty\": \"")) != NULL; at++)
            lines++;
        for (const char *at = all; (at = strstr(at, "{\"service\": \"")) != NULL; at++)
            lines++;
        ck_assert_msg(lines > 1, "%s of {%s}: %s", pages[i][0], pages[i][1], all);
        ck_assert_uint_eq(count, lines);
    }
    story_close(story);
}
END_TEST

TESTS(a_finding_is_explained_rectified_rechecked_and_closed, a_long_list_goes_page_by_page,
      long_texts_make_more_pages, the_board_and_what_is_late_go_on_where_they_ended,
      a_finding_needs_a_unit_an_id_and_evidence, silence_escalates_to_the_office_then_to_the_leader,
      what_was_not_put_right_is_opened_again, a_finding_may_be_closed_or_raised_where_it_stands)
