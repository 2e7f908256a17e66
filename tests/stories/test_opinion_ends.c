/*
 * opinion: what is no signal or alert, what is erased and when, and lists of more than a page
 * (domain.md 3.11, 4.9).
 */
#include "stories/opinion_town.h"

extern const struct service opinion_service;

struct rows {
    const char *table;
    uint64_t count;
};

static void count_rows(void *context, const char *table, uint64_t count,
                       const uint8_t digest[STORE_DIGEST_SIZE])
{
    struct rows *rows = context;

    (void)digest;
    if (strcmp(table, rows->table) == 0)
        rows->count = count;
}

/* How many rows a table of the service has. */
static uint64_t rows_of(struct story *story, const char *table)
{
    struct rows rows = { .table = table, .count = UINT64_MAX };

    ck_assert_int_eq(kit_digest(story_kit(story, "opinion"), count_rows, &rows), 0);
    ck_assert_uint_ne(rows.count, UINT64_MAX);
    return rows.count;
}

START_TEST(what_is_nothing_is_dismissed_and_its_text_erased)
{
    struct story *story = town();

    submits(story, "s1", "今天天气好");
    story_forget(story);
    story_say(story, "hcz", "opinion.DismissSignal.hcz", "{'signal': 's1', 'reason': 'x'}");
    office(story, "DismissSignal", "{'signal': 's1'}");
    office(story, "DismissSignal", "{'signal': 's1', 'reason': 'weather'}");
    office(story, "DismissSignal", "{'signal': 's1', 'reason': 'weather'}");
    office(story, "EraseTexts", "{'signal': 's1'}");
    office(story, "ChaseSignal", "{'signal': 's1'}");
    story_later(story, "30 d");
    EXPECT_TEXT(story_text(story), "hcz/1/1 opinion.DismissSignal\n"
                                   "    refuses: DismissSignal is not for hcz\n"
                                   "dqb/1/4 opinion.DismissSignal\n"
                                   "    refuses: why is it nothing?\n"
                                   "dqb/1/5 opinion.DismissSignal\n"
                                   "    s1: NEW -> DISMISSED\n"
                                   "    forgets s1: opinion.ChaseSignal\n"
                                   "    reminds signal/s1: opinion.EraseTexts in 30 d\n"
                                   "    emits opinion.SignalDismissed.dqb\n"
                                   "dqb/1/6 opinion.DismissSignal\n"
                                   "    refuses: no DismissSignal from DISMISSED\n"
                                   "dqb/1/7 opinion.EraseTexts\n"
                                   "    refuses: only the clock says what is due\n"
                                   "dqb/1/8 opinion.ChaseSignal\n"
                                   "    refuses: only the clock says what is due\n"
                                   "30 d later\n"
                                   "opinion/1/10 opinion.EraseTexts\n"
                                   "    emits opinion.Erased.dqb\n");
    ck_assert_str_eq(story_last(story, "opinion.Erased.dqb"),
                     "{\"scope\": \"text of signal s1\", \"count\": \"1\", \"policyKey\": "
                     "\"opinion.retention\"}");
    story_close(story);
}
END_TEST

START_TEST(what_is_no_alert_is_refused)
{
    struct story *story = town();

    submits(story, "s1", "没人管");
    raises(story, "a2", "GRADE_ABSENT");
    story_forget(story);
    story_say(story, "hcz", "opinion.RaiseAlert.hcz", "{}");
    office(story, "RaiseAlert", "{'alert': '', 'place': '" C41 "'}");
    office(story, "RaiseAlert", "{'alert': 'a1', 'place': 'moon'}");
    office(story, "RaiseAlert", "{'alert': 'a1', 'place': '" C41 "', 'grade': 'I'}");
    office(story, "RaiseAlert", "{'alert': 'a1', 'place': '" C41 "', 'signals': ['s1']}");
    story_say(story, "hcz", "opinion.GradeAlert.hcz", "{}");
    office(story, "GradeAlert", "{'alert': 'a2'}");
    office(story, "GradeAlert", "{'alert': 'a2', 'grade': 'I'}");
    office(story, "GradeAlert", "{'alert': 'a9', 'grade': 'I', 'reason': 'x'}");
    office(story, "GradeAlert", "{'alert': 'a2', 'grade': 'IV', 'reason': 'x'}");
    office(story, "GradeAlert", "{'alert': 'a2', 'grade': 'IV', 'reason': 'x'}");
    story_say(story, "hcz", "opinion.PublishAnswer.hcz", "{}");
    office(story, "PublishAnswer", "{'alert': 'a2'}");
    office(story, "PublishAnswer", "{'alert': 'a2', 'text': 'x', 'deedRef': 'y'}");
    office(story, "AssessSignal", "{'signal': 's1', 'alert': 'a9'}");
    story_say(story, "hcz", "opinion.CloseAlert.hcz", "{}");
    office(story, "EndWatch", "{'alert': 'a2'}");
    office(story, "ChaseAlert", "{'alert': 'a2', 'clock': 'ack'}");
    EXPECT_TEXT(story_text(story), "hcz/1/1 opinion.RaiseAlert\n"
                                   "    refuses: RaiseAlert is not for hcz\n"
                                   "dqb/1/5 opinion.RaiseAlert\n"
                                   "    refuses: an id, and 50 signals at most\n"
                                   "dqb/1/6 opinion.RaiseAlert\n"
                                   "    refuses: there is no unit moon\n"
                                   "dqb/1/7 opinion.RaiseAlert\n"
                                   "    refuses: a grade has a reason\n"
                                   "dqb/1/8 opinion.RaiseAlert\n"
                                   "    refuses: an alert is of signals that were assessed\n"
                                   "hcz/1/2 opinion.GradeAlert\n"
                                   "    refuses: GradeAlert is not for hcz\n"
                                   "dqb/1/9 opinion.GradeAlert\n"
                                   "    refuses: a grade is I to IV\n"
                                   "dqb/1/10 opinion.GradeAlert\n"
                                   "    refuses: a grade has a reason\n"
                                   "dqb/1/11 opinion.GradeAlert\n"
                                   "    refuses: no GradeAlert: there is no such row in alerts\n"
                                   "dqb/1/12 opinion.GradeAlert\n"
                                   "    a2: RAISED -> RAISED\n"
                                   "    reminds a2/answer: opinion.ChaseAlert in 2 d\n"
                                   "    emits opinion.AlertGraded.310115125041\n"
                                   "    a2-n1: NONE -> OPEN\n"
                                   "    emits opinion.NeedOpened.310115125041\n"
                                   "    a2-n1: OPEN -> ASSIGNED\n"
                                   "    a2-n1-a1: NONE -> REQUESTED\n"
                                   "    emits opinion.Dispatched.310115125041\n"
                                   "    reminds a2-n1/done: opinion.Due in 11 d 6 h 24 min\n"
                                   "    reminds a2-n1/receive: opinion.Due in 3 h 12 min\n"
                                   "    reminds a2-n1/accept: opinion.Due in 28 h 42 min\n"
                                   "    reminds a2-n1/first_contact: opinion.Due in 28 h 42 min\n"
                                   "dqb/1/13 opinion.GradeAlert\n"
                                   "    refuses: it has that grade already\n"
                                   "hcz/1/3 opinion.PublishAnswer\n"
                                   "    refuses: PublishAnswer is not for hcz\n"
                                   "dqb/1/14 opinion.PublishAnswer\n"
                                   "    refuses: an answer says something\n"
                                   "dqb/1/15 opinion.PublishAnswer\n"
                                   "    refuses: no PublishAnswer from RAISED\n"
                                   "dqb/1/16 opinion.AssessSignal\n"
                                   "    refuses: there is no such open alert\n"
                                   "hcz/1/4 opinion.CloseAlert\n"
                                   "    refuses: CloseAlert is not for hcz\n"
                                   "dqb/1/17 opinion.EndWatch\n"
                                   "    refuses: only the clock says what is due\n"
                                   "dqb/1/18 opinion.ChaseAlert\n"
                                   "    refuses: only the clock says what is due\n");
    story_close(story);
}
END_TEST

/* Ids may have 64 characters; what is made of two of them is never the same. */
START_TEST(long_ids_make_as_many_needs_and_incidents)
{
    struct story *story = town();
    char first[80];

    submits(story, LONG_ID "a", "独居老人没人管");
    submits(story, LONG_ID "b", "叫不醒");
    office(story, "AssessSignal", "{'signal': '" LONG_ID "a', 'personAtRisk': true}");
    snprintf(first, sizeof(first), "%.72s", story_last(story, "care.OpenNeed.*"));
    office(story, "AssessSignal", "{'signal': '" LONG_ID "b', 'personAtRisk': true}");
    ck_assert_uint_eq(story_count(story, "care.OpenNeed.*"), 2);
    ck_assert_str_ne(first, "");
    ck_assert_int_ne(strncmp(first, story_last(story, "care.OpenNeed.*"), strlen(first)), 0);
    raises(story, LONG_ID "a", "I");
    snprintf(first, sizeof(first), "%.76s", story_last(story, "incident.OpenIncident.*"));
    raises(story, LONG_ID "b", "I");
    ck_assert_uint_eq(story_count(story, "incident.OpenIncident.*"), 2);
    ck_assert_int_ne(strncmp(first, story_last(story, "incident.OpenIncident.*"), strlen(first)),
                     0);
    ck_assert_uint_eq(story_count(story, "opinion.NeedOpened.*"), 2);
    ck_assert_uint_eq(story_count(story, "opinion.Refused.*"), 0);
    story_close(story);
}
END_TEST

START_TEST(a_text_has_an_end)
{
    struct story *story = town();
    static char text[(16 << 10) + 2];

    memset(text, 'x', sizeof(text) - 1);
    submits(story, "s1", text);
    raises(story, "a1", "IV");
    story_say(story, "dqb as dqb.duty", "opinion.PublishAnswer.dqb",
              "{'alert': 'a1', 'text': '%s', 'deedRef': 'x'}", text);
    ck_assert_uint_eq(story_count(story, "opinion.Refused.dqb"), 2);
    ck_assert_ptr_nonnull(strstr(story_last(story, "opinion.Refused.dqb"), "16 KiB"));
    text[16 << 10] = '\0';
    submits(story, "s1", text);
    ck_assert_uint_eq(story_count(story, "opinion.SignalReceived.dqb"), 1);
    story_close(story);
}
END_TEST

START_TEST(a_list_goes_on_where_it_ended_and_ends_where_it_does)
{
    struct story *story = town();
    const char *answer;

    raises(story, "a1", "III");
    raises(story, "a2", "III");
    raises(story, "a3", "III");
    raises(story, "a4", "IV");
    answer = story_ask(story, "lgo", "opinion.AlertBoard.lgo", "{'grade': 'III', 'limit': 2}");
    ck_assert_ptr_nonnull(strstr(answer, "\"a2\""));
    ck_assert_ptr_null(strstr(answer, "\"a3\""));
    ck_assert_str_eq(story_next(answer), "00000185c263d280/a2");
    answer = story_ask(story, "lgo", "opinion.AlertBoard.lgo",
                       "{'grade': 'III', 'limit': 2, 'after': '%s'}", story_next(answer));
    ck_assert_ptr_nonnull(strstr(answer, "\"a3\""));
    ck_assert_ptr_null(strstr(answer, "\"a2\""));
    ck_assert_ptr_null(strstr(answer, "\"a4\""));
    ck_assert_str_eq(story_next(answer), "");
    answer = story_ask(story, "lgo", "opinion.AlertBoard.lgo", "{'grade': 'III', 'limit': 3}");
    ck_assert_str_eq(story_next(answer), ""); /* a full page, and nothing behind it */
    story_close(story);
}
END_TEST

START_TEST(every_text_goes_when_the_campaign_is_over)
{
    struct story *story = town();
    char id[16];
    char text[32];

    for (unsigned i = 0; i < 60; i++) {
        snprintf(id, sizeof(id), "s%02u", i);
        snprintf(text, sizeof(text), "word %u", i);
        submits(story, id, text);
    }
    submits(story, "merged", "word 59");
    ck_assert_uint_eq(story_count(story, "opinion.SignalMerged.dqb"), 1);
    ck_assert_uint_eq(rows_of(story, "prints"), 60);
    story_say(story, "organisation", "organisation.CampaignClosed.town", "{'campaign': 'c1'}");
    story_later(story, "29 d");
    story_say(story, "organisation", "organisation.CampaignOpened.town", "{'campaign': 'c2'}");
    story_later(story, "2 d");
    ck_assert_uint_eq(story_count(story, "opinion.Erased.*"), 0);
    story_say(story, "organisation", "organisation.CampaignClosed.town", "{'campaign': 'c2'}");
    story_later(story, "29 d");
    story_forget(story);
    story_later(story, "1 d");
    EXPECT_TEXT(story_text(story), "24 h later\n"
                                   "opinion/1/184 opinion.EraseNext\n"
                                   "    reminds erase: opinion.EraseNext in 0 s\n"
                                   "opinion/1/185 opinion.EraseNext\n"
                                   "    reminds erase: opinion.EraseNext in 0 s\n"
                                   "opinion/1/186 opinion.EraseNext\n"
                                   "    emits opinion.Erased.town\n"
                                   "    reminds erase: opinion.EraseNext in 0 s\n"
                                   "opinion/1/188 opinion.EraseNext\n"
                                   "    emits opinion.Erased.town\n");
    ck_assert_str_eq(story_last(story, "opinion.Erased.town"),
                     "{\"scope\": \"texts of signals\", \"count\": \"11\", \"policyKey\": "
                     "\"opinion.retention\"}");
    ck_assert_uint_eq(rows_of(story, "prints"), 0);
    ck_assert_ptr_null(strstr(story_ask(story, "dqb", "opinion.SignalsOf.dqb", "{}"), "word"));
    story_close(story);
}
END_TEST

START_TEST(the_texts_of_a_large_alert_go_in_slices)
{
    struct story *story = town();
    char id[16];
    char text[64];

    raises(story, "a1", "IV");
    for (unsigned i = 0; i < 60; i++) {
        snprintf(id, sizeof(id), "s%02u", i);
        snprintf(text, sizeof(text), "word %u", i);
        submits(story, id, text);
        snprintf(text, sizeof(text), "{'signal': '%s', 'alert': 'a1'}", id);
        office(story, "AssessSignal", text);
    }
    unit_helps(story, "a1-n1");
    office(story, "PublishAnswer", "{'alert': 'a1', 'text': 'x', 'deedRef': 'a1-n1'}");
    raises(story, "a2", "IV"); /* ... of which one is another alert's by now */
    office(story, "AssessSignal", "{'signal': 's00', 'alert': 'a2'}");
    office(story, "CloseAlert", "{'alert': 'a1', 'reason': 'quiet'}");
    story_later(story, "30 d");
    ck_assert_uint_eq(story_count(story, "opinion.Erased.dqb"), 2);
    ck_assert_str_eq(story_last(story, "opinion.Erased.dqb"),
                     "{\"scope\": \"texts of alert a1\", \"count\": \"10\", \"policyKey\": "
                     "\"opinion.retention\"}");
    ck_assert_ptr_nonnull(
        strstr(story_ask(story, "dqb", "opinion.SignalsOf.dqb", "{'alert': 'a2'}"), "word 0"));
    ck_assert_uint_eq(rows_of(story, "prints"), 1);
    story_close(story);
}
END_TEST

START_TEST(what_nobody_grades_is_told_again_and_again)
{
    struct story *story = town();

    raises(story, "a1", "GRADE_ABSENT");
    story_later(story, "95 min");
    ck_assert_uint_eq(story_count(story, "opinion.AlertOverdue.dqb"), 3);
    office(story, "GradeAlert", "{'alert': 'a1', 'grade': 'IV', 'reason': 'one voice'}");
    unit_helps(story, "a1-n1");
    story_later(story, "95 min");
    ck_assert_uint_eq(story_count(story, "opinion.AlertOverdue.dqb"), 3);
    story_close(story);
}
END_TEST

START_TEST(what_others_are_compared_with_does_not_grow_for_ever)
{
    struct story *story = town();

    submits(story, "s1", "没人管");
    office(story, "AssessSignal", "{'signal': 's1', 'alert': ''}");
    raises(story, "a1", "IV");
    office(story, "AssessSignal", "{'signal': 's1', 'alert': 'a1'}");
    ck_assert_uint_eq(rows_of(story, "topics"), 1);
    unit_helps(story, "a1-n1");
    office(story, "PublishAnswer", "{'alert': 'a1', 'text': 'x', 'deedRef': 'a1-n1'}");
    office(story, "CloseAlert", "{'alert': 'a1', 'reason': 'quiet'}");
    for (unsigned i = 0; i < 3; i++) {
        story_say(story, "hotline", "hotline.CallClassified.dzb",
                  "{'call': 'c%u', 'kind': 'MEDICINE', 'place': '" C41 "'}", i);
        story_later(story, "1 h");
        ck_assert_uint_eq(rows_of(story, "clusters"), 1);
    }
    story_later(story, "30 d");
    ck_assert_uint_eq(rows_of(story, "prints"), 0);
    ck_assert_uint_eq(rows_of(story, "topics"), 0);
    story_close(story);
}
END_TEST

TESTS(a_text_has_an_end, what_is_nothing_is_dismissed_and_its_text_erased,
      what_is_no_alert_is_refused, long_ids_make_as_many_needs_and_incidents,
      a_list_goes_on_where_it_ended_and_ends_where_it_does,
      every_text_goes_when_the_campaign_is_over, the_texts_of_a_large_alert_go_in_slices,
      what_nobody_grades_is_told_again_and_again,
      what_others_are_compared_with_does_not_grow_for_ever)
