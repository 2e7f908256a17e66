/*
 * The kernel's router by the dispatch catalogue (SetResponsibility), and a service that dispatches,
 * serves and calls back itself: the hotline with its enquiries (domain.md 3.1, 3.2).  The town is
 * kernel_town.h.
 */
#include "stories/kernel_town.h"

extern const struct service hotline_service;

static struct story *with_catalogue(const char *first, const char *second)
{
    struct story *story = kernel_story(&hotline_service);
    char body[256];

    snprintf(body, sizeof(body),
             "{'category': 'GENERAL', 'kind': 'ENQUIRY', 'service': 'hotline', 'firstUnit': '%s',"
             " 'secondUnit': '%s', 'verifier': 'dzb'}",
             first, second);
    organisation_says(story, "ResponsibilitySet", body);
    story_forget(story);
    return story;
}

static void asks(struct story *story, const char *need, const char *kind)
{
    story_say(story, C41 " as " C41 ".desk", "hotline.OpenNeed." C41,
              "{'need': '%s', 'person': 'r1', 'place': '" C41 "', 'category': 'GENERAL',"
              " 'kind': '%s', 'priority': 'P4'}",
              need, kind);
}

START_TEST(the_committee_of_the_place_then_the_second_unit_then_the_arbiter)
{
    struct story *story = with_catalogue("committee", "sjb");

    asks(story, "n1", "ENQUIRY");
    story_say(story, C41, "hotline.Reject." C41, "{'assignment': 'n1-a1', 'code': 'NOT_OUR_DUTY'}");
    story_say(story, "sjb", "hotline.Accept.sjb", "{'assignment': 'n1-a2'}");
    story_say(story, "sjb", "hotline.Start.sjb", "{'assignment': 'n1-a2'}");
    story_say(story, "sjb", "hotline.Fail.sjb", "{'assignment': 'n1-a2', 'code': 'TECHNICAL'}");
    EXPECT_TEXT(story_text(story), "310115125041/1/1 hotline.OpenNeed\n"
                                   "    n1: NONE -> OPEN\n"
                                   "    emits hotline.NeedOpened.310115125041\n"
                                   "    n1: OPEN -> ASSIGNED\n"
                                   "    n1-a1: NONE -> REQUESTED\n"
                                   "    emits hotline.Dispatched.310115125041\n"
                                   "    reminds n1/done: hotline.Due in 28 h 42 min\n"
                                   "    reminds n1/receive: hotline.Due in 3 h 12 min\n"
                                   "    reminds n1/accept: hotline.Due in 4 h 48 min\n"
                                   "310115125041/1/2 hotline.Reject\n"
                                   "    n1-a1: REQUESTED -> REJECTED\n"
                                   "    emits hotline.Rejected.310115125041\n"
                                   "    n1: ASSIGNED -> OPEN\n"
                                   "    n1: OPEN -> ASSIGNED\n"
                                   "    n1-a2: NONE -> REQUESTED\n"
                                   "    emits hotline.Dispatched.sjb\n"
                                   "sjb/1/1 hotline.Accept\n"
                                   "    n1-a2: REQUESTED -> ACCEPTED\n"
                                   "    emits hotline.Accepted.sjb\n"
                                   "    forgets n1/receive: hotline.Due\n"
                                   "    forgets n1/accept: hotline.Due\n"
                                   "sjb/1/2 hotline.Start\n"
                                   "    n1-a2: ACCEPTED -> IN_PROGRESS\n"
                                   "    n1: ASSIGNED -> IN_SERVICE\n"
                                   "    emits hotline.Started.sjb\n"
                                   "sjb/1/3 hotline.Fail\n"
                                   "    n1-a2: IN_PROGRESS -> FAILED\n"
                                   "    emits hotline.Failed.sjb\n"
                                   "    n1: IN_SERVICE -> OPEN\n"
                                   "    n1: OPEN -> UNASSIGNABLE\n"
                                   "    emits hotline.Unassignable.lgo\n"
                                   "    reminds n1/arbiter: hotline.Due in 28 h 42 min\n");
    story_close(story);
}
END_TEST

START_TEST(centres_of_the_catalogue_are_those_of_the_place)
{
    struct story *story = with_catalogue("centre", "other-centre");

    asks(story, "n1", "ENQUIRY");
    story_say(story, "hcz", "hotline.Reject.hcz", "{'assignment': 'n1-a1', 'code': 'NO_CAPACITY'}");
    ck_assert_uint_eq(story_count(story, "hotline.Dispatched.hcz"), 1);
    ck_assert_uint_eq(story_count(story, "hotline.Dispatched.hcs"), 1);
    story_close(story);
}
END_TEST

START_TEST(what_the_catalogue_does_not_know_waits_for_the_dispatcher)
{
    struct story *story = with_catalogue("nobody", "");

    asks(story, "n1", "ENQUIRY");
    asks(story, "n2", "OTHER");
    EXPECT_TEXT(story_text(story), "310115125041/1/1 hotline.OpenNeed\n"
                                   "    n1: NONE -> OPEN\n"
                                   "    emits hotline.NeedOpened.310115125041\n"
                                   "    reminds n1/done: hotline.Due in 28 h 42 min\n"
                                   "    reminds n1/route: hotline.Due in 30 min\n"
                                   "310115125041/1/2 hotline.OpenNeed\n"
                                   "    n2: NONE -> OPEN\n"
                                   "    emits hotline.NeedOpened.310115125041\n"
                                   "    reminds n2/done: hotline.Due in 28 h 42 min\n"
                                   "    reminds n2/route: hotline.Due in 30 min\n");
    story_close(story);
}
END_TEST

START_TEST(who_serves_and_dispatches_is_confirmed_by_the_office)
{
    struct story *story = with_catalogue("dzb", "sjb");

    asks(story, "n1", "ENQUIRY");
    story_say(story, "dzb as dzb.seat1", "hotline.Accept.dzb", "{'assignment': 'n1-a1'}");
    story_say(story, "dzb as dzb.seat1", "hotline.Start.dzb", "{'assignment': 'n1-a1'}");
    story_say(story, "dzb as dzb.seat1", "hotline.Complete.dzb",
              "{'assignment': 'n1-a1', 'solved': 'SOLVED_YES'}");
    ck_assert_uint_eq(story_count(story, "hotline.VerificationDue.lgo"), 1);
    /* the same seat, which handled it */
    story_say(story, "dzb as dzb.seat1", "hotline.RecordCallback.dzb",
              "{'need': 'n1', 'result': 'SATISFIED'}");
    ck_assert_str_eq(story_last(story, "hotline.Refused.dzb"),
                     "{\"id\": \"dzb/1/4\", \"code\": \"SAME_HANDLER\", \"reason\": \"whoever did "
                     "the work does not confirm it\", \"command\": \"hotline.RecordCallback\"}");
    story_close(story);
}
END_TEST

START_TEST(a_need_is_of_one_service_and_its_words_are_its_own)
{
    struct story *story = with_catalogue("committee", "sjb");

    asks(story, "n1", "VISIT");
    ck_assert_str_eq(story_last(story, "hotline.Refused." C41),
                     "{\"id\": \"310115125041/1/1\", \"code\": \"BAD_FIELD\", \"reason\": "
                     "\"hotline serves no need of this kind\", \"command\": \"hotline.OpenNeed\"}");
    story_close(story);
}
END_TEST

TESTS(the_committee_of_the_place_then_the_second_unit_then_the_arbiter,
      centres_of_the_catalogue_are_those_of_the_place,
      what_the_catalogue_does_not_know_waits_for_the_dispatcher,
      who_serves_and_dispatches_is_confirmed_by_the_office,
      a_need_is_of_one_service_and_its_words_are_its_own)
