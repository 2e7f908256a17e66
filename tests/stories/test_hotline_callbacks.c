/*
 * The call-back list of the line, and the needs that it serves itself (R7, domain.md 3.8).
 */
#include <stdio.h>

#include "lib/story.h"

extern const struct service organisation_service;
extern const struct service hotline_service;

#define C41 "310115125041"

static struct story *open_line(void)
{
    struct story *story =
        story_open("2023-01-18T09:00", &organisation_service, &hotline_service, NULL);

    story_town(story);
    return story;
}

static const char *list(struct story *story, const char *who)
{
    return story_ask(story, who, "hotline.CallbackList.dzb", "{'unit': 'dzb'}");
}

static void owe(struct story *story, const char *service, const char *need, const char *handler,
                unsigned due)
{
    char subject[64];

    snprintf(subject, sizeof(subject), "%s.VerificationDue.dzb", service);
    story_say(story, service, subject,
              "{'need': '%s', 'verifierUnit': 'dzb', 'person': 'r2', 'dueMs': %u, %s}", need, due,
              handler);
}

START_TEST(the_list_is_what_all_services_owe_the_soonest_first)
{
    struct story *story = open_line();

    owe(story, "referral", "n1", "'handlerUnit': 'hcz', 'handlerPost': 'hcz.duty'", 2000);
    owe(story, "supplies", "n1", "'handlerUnit': 'sjb'", 1000);
    ck_assert_str_eq(list(story, "dzb as dzb.seat1"),
                     "{\"lines\": [{\"need\": \"n1\", \"service\": \"supplies\", \"person\": "
                     "\"r2\", \"dueMs\": \"1000\", \"handlerUnit\": \"sjb\"}, {\"need\": \"n1\", "
                     "\"service\": \"referral\", \"person\": \"r2\", \"dueMs\": \"2000\", "
                     "\"handlerUnit\": \"hcz\", \"handlerPost\": \"hcz.duty\"}]}");
    /* Put off, called in vain, then reached. */
    owe(story, "supplies", "n1", "'handlerUnit': 'sjb'", 3000);
    story_say(story, "referral", "referral.CallbackRecorded.dzb",
              "{'need': 'n1', 'result': 'UNREACHABLE'}");
    ck_assert_str_eq(list(story, "dzb as dzb.seat1"),
                     "{\"lines\": [{\"need\": \"n1\", \"service\": \"referral\", \"person\": "
                     "\"r2\", \"dueMs\": \"2000\", \"handlerUnit\": \"hcz\", \"handlerPost\": "
                     "\"hcz.duty\"}, {\"need\": \"n1\", \"service\": \"supplies\", \"person\": "
                     "\"r2\", \"dueMs\": \"3000\", \"handlerUnit\": \"sjb\"}]}");
    story_say(story, "referral", "referral.CallbackRecorded.dzb",
              "{'need': 'n1', 'result': 'SATISFIED'}");
    story_say(story, "supplies", "supplies.ReworkOrdered.sjb", "{'need': 'n1'}");
    story_say(story, "supplies", "supplies.ReworkOrdered.sjb", "{'need': 'n1'}");
    ck_assert_str_eq(list(story, "dzb as dzb.seat1"), "{}");
    owe(story, "care", "n2", "'handlerUnit': 'wlc'", 1000);
    story_say(story, "care", "care.NeedClosed." C41, "{'need': 'n2', 'outcome': 'DIED'}");
    owe(story, "care", "n3", "'handlerUnit': 'wlc'", 1000);
    story_say(story, "care", "care.NeedReopened." C41, "{'need': 'n3'}");
    ck_assert_str_eq(list(story, "dzb as dzb.seat1"), "{}");
    story_close(story);
}
END_TEST

START_TEST(a_seat_does_not_see_what_it_handled_itself)
{
    struct story *story = open_line();

    owe(story, "referral", "n1", "'handlerUnit': 'dzb'", 1000);
    owe(story, "referral", "n2", "'handlerUnit': 'hcz', 'handlerPost': 'dzb.seat1'", 1000);
    owe(story, "referral", "n3", "'handlerUnit': 'hcz', 'handlerPerson': 'dzb-s5'", 1000);
    ck_assert_str_eq(list(story, "dzb as dzb.seat1 dzb-s5"), "{}");
    ck_assert_str_eq(list(story, "dzb as dzb.seat2 dzb-s6"),
                     "{\"lines\": [{\"need\": \"n2\", \"service\": \"referral\", \"person\": "
                     "\"r2\", \"dueMs\": \"1000\", \"handlerUnit\": \"hcz\", \"handlerPost\": "
                     "\"dzb.seat1\"}, {\"need\": \"n3\", \"service\": \"referral\", \"person\": "
                     "\"r2\", \"dueMs\": \"1000\", \"handlerUnit\": \"hcz\"}]}");
    ck_assert_str_eq(list(story, "hcz as hcz.duty"),
                     "refused NOT_ALLOWED: the line's rows are for dzb, jcb and lgo");
    ck_assert_str_eq(story_ask(story, "hcz", "hotline.CallbackList.hcz", "{}"), "{}");
    story_close(story);
}
END_TEST

START_TEST(a_complaint_is_served_here_and_called_back_by_another)
{
    struct story *story = open_line();

    story_say(story, "dzb as dzb.seat1 dzb-s5", "hotline.OpenNeed." C41,
              "{'need': 'n1', 'person': 'r2', 'place': '" C41 "', 'category': 'GENERAL', 'kind':"
              " 'COMPLAINT', 'priority': 'P3'}");
    story_say(story, "dzb", "hotline.OpenNeed." C41,
              "{'need': 'n2', 'place': '" C41 "', 'category': 'MEDICAL', 'kind': 'MEDICINE',"
              " 'priority': 'P3'}");
    story_say(story, C41 " as " C41 ".duty", "hotline.Accept." C41, "{'assignment': 'n1-a1'}");
    story_say(story, C41 " as " C41 ".duty", "hotline.Start." C41, "{'assignment': 'n1-a1'}");
    story_say(story, C41 " as " C41 ".duty", "hotline.Complete." C41,
              "{'assignment': 'n1-a1', 'solved': 'SOLVED_YES', 'publicText': 'mended'}");
    ck_assert_str_eq(
        list(story, "dzb as dzb.seat1 dzb-s5"),
        "{\"lines\": [{\"need\": \"n1\", \"service\": \"hotline\", \"person\": \"r2\", \"dueMs\": "
        "\"1674118800000\", \"handlerUnit\": \"310115125041\", \"handlerPost\": "
        "\"310115125041.duty\", \"caseId\": \"H-20230118-0001-1\"}]}");
    story_say(story, C41 " as " C41 ".duty", "hotline.RecordCallback." C41,
              "{'need': 'n1', 'result': 'SATISFIED'}");
    story_say(story, "dzb as dzb.seat1 dzb-s5", "hotline.RecordCallback.dzb",
              "{'need': 'n1', 'result': 'SATISFIED'}");
    ck_assert_str_eq(list(story, "dzb as dzb.seat1 dzb-s5"), "{}");
    EXPECT_TEXT(story_text(story), "dzb/1/1 hotline.OpenNeed\n"
                                   "    n1: NONE -> OPEN\n"
                                   "    emits hotline.NeedOpened.310115125041\n"
                                   "    n1: OPEN -> ASSIGNED\n"
                                   "    n1-a1: NONE -> REQUESTED\n"
                                   "    emits hotline.Dispatched.310115125041\n"
                                   "    reminds n1/done: hotline.Due in 11 d 6 h 24 min\n"
                                   "    reminds n1/receive: hotline.Due in 3 h 12 min\n"
                                   "    reminds n1/accept: hotline.Due in 28 h 42 min\n"
                                   "    reminds n1/first_contact: hotline.Due in 28 h 42 min\n"
                                   "dzb/1/2 hotline.OpenNeed\n"
                                   "    refuses: hotline serves no need of this kind\n"
                                   "310115125041/1/1 hotline.Accept\n"
                                   "    n1-a1: REQUESTED -> ACCEPTED\n"
                                   "    emits hotline.Accepted.310115125041\n"
                                   "    forgets n1/receive: hotline.Due\n"
                                   "    forgets n1/accept: hotline.Due\n"
                                   "310115125041/1/2 hotline.Start\n"
                                   "    n1-a1: ACCEPTED -> IN_PROGRESS\n"
                                   "    n1: ASSIGNED -> IN_SERVICE\n"
                                   "    emits hotline.Started.310115125041\n"
                                   "    forgets n1/first_contact: hotline.Due\n"
                                   "310115125041/1/3 hotline.Complete\n"
                                   "    n1-a1: IN_PROGRESS -> COMPLETED\n"
                                   "    n1: IN_SERVICE -> VERIFYING\n"
                                   "    emits hotline.Completed.310115125041\n"
                                   "    emits hotline.VerificationDue.dzb\n"
                                   "    reminds n1/verify: hotline.Due in 28 h 42 min\n"
                                   "    forgets n1/done: hotline.Due\n"
                                   "310115125041/1/4 hotline.RecordCallback\n"
                                   "    refuses: whoever did the work does not confirm it\n"
                                   "dzb/1/3 hotline.RecordCallback\n"
                                   "    n1: VERIFYING -> VERIFYING\n"
                                   "    emits hotline.CallbackRecorded.dzb\n"
                                   "    n1: VERIFYING -> CLOSED\n"
                                   "    emits hotline.NeedClosed.310115125041\n"
                                   "    reminds n1/reopen_window: hotline.Due in 7 d\n"
                                   "    forgets n1/verify: hotline.Due\n");
    story_close(story);
}
END_TEST

TESTS(the_list_is_what_all_services_owe_the_soonest_first,
      a_seat_does_not_see_what_it_handled_itself,
      a_complaint_is_served_here_and_called_back_by_another)
