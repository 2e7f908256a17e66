/*
 * Tickets: from a draft to one need a problem in the service that serves it, and back again when
 * that service refuses (domain.md 3.8).
 */
#include "stories/hotline_town.h"

extern const struct service organisation_service;
extern const struct service hotline_service;
extern const struct service referral_service;

START_TEST(a_ticket_becomes_needs_and_closes_with_the_last_of_them)
{
    struct story *story = open_line();

    open_ticket(story, "t1", "c1",
                "{'problem': 'n1', " MEDICINE ", 'priority': 'P1', 'detail': 'insulin',"
                " 'daysLeft': 1, 'daysLeftKnown': true}, {" MEDICINE "}");
    submit_and_triage(story, "t1");
    tell(story, "referral.NeedOpened." C41, "{'need': 'n1'}");
    tell(story, "referral.NeedOpened." C41, "{'need': 't1-2'}");
    tell(story, "referral.NeedClosed." C41, "{'need': 'n1', 'outcome': 'MET'}");
    tell(story, "referral.NeedClosed." C41, "{'need': 'n0', 'outcome': 'MET'}");
    tell(story, "referral.NeedClosed." C41, "{'need': 't1-2', 'outcome': 'UNMET'}");
    EXPECT_TEXT(story_text(story), "dzb/1/4 hotline.OpenTicket\n"
                                   "    forgets c1: hotline.ChaseCall\n"
                                   "    c1: CLASSIFIED -> TICKETED\n"
                                   "    t1: NONE -> DRAFT\n"
                                   "    reminds t1: hotline.ChaseDraft in 30 min\n"
                                   "    emits hotline.TicketOpened.dzb\n"
                                   "dzb/1/5 hotline.SubmitTicket\n"
                                   "    t1: DRAFT -> SUBMITTED\n"
                                   "    forgets t1: hotline.ChaseDraft\n"
                                   "    reminds t1: hotline.ChaseTriage in 10 min\n"
                                   "    emits hotline.TicketSubmitted.dzb\n"
                                   "dzb/1/6 hotline.TriageTicket\n"
                                   "    t1: SUBMITTED -> TRIAGED\n"
                                   "    sends referral.OpenNeed.310115125041\n"
                                   "    sends referral.OpenNeed.310115125041\n"
                                   "    forgets t1: hotline.ChaseTriage\n"
                                   "    emits hotline.TicketTriaged.dzb\n"
                                   "referral/1/5 referral.NeedClosed at hotline\n"
                                   "    t1: TRIAGED -> DONE\n"
                                   "    emits hotline.TicketClosed.dzb\n");
    ck_assert_str_eq(story_last(story, "hotline.TicketOpened.dzb"),
                     "{\"ticket\": \"t1\", \"call\": \"c1\", \"person\": \"r2\", \"place\": "
                     "\"310115125041\", \"caseId\": \"H-20230118-0001-1\"}");
    ck_assert_str_eq(story_last(story, "hotline.TicketSubmitted.dzb"),
                     "{\"ticket\": \"t1\", \"priority\": \"P1\", \"dueMs\": \"1674004200000\"}");
    ck_assert_str_eq(story_last(story, "hotline.TicketTriaged.dzb"),
                     "{\"ticket\": \"t1\", \"needs\": [\"n1\", \"t1-2\"], \"priority\": \"P1\", "
                     "\"call\": \"c1\", \"person\": \"r2\"}");
    ck_assert_str_eq(story_last(story, "referral.OpenNeed." C41),
                     "{\"need\": \"t1-2\", \"person\": \"r2\", \"place\": \"310115125041\", "
                     "\"category\": \"MEDICAL\", \"kind\": \"MEDICINE\", \"priority\": \"P3\", "
                     "\"source\": {\"ticket\": \"t1\"}}");
    ck_assert_str_eq(
        story_last(story, "hotline.TicketClosed.dzb"),
        "{\"ticket\": \"t1\", \"needs\": [\"n1\", \"t1-2\"], \"outcome\": \"partly_met\"}");
    ck_assert_str_eq(story_last_case(story, "referral.OpenNeed.*"), "H-20230118-0001-1");
    story_close(story);
}
END_TEST

START_TEST(what_is_not_a_ticket_yet_is_refused)
{
    struct story *story = open_line();

    open_ticket(story, "t1", "c9", "");
    story_say(story, "hcz", "hotline.OpenTicket.dzb", "{'ticket': 't1', 'call': 'c1'}");
    open_ticket(story, "", "c1", "");
    open_ticket(story, "t1", "c1", "");
    open_ticket(story, "t2", "c1", "");
    story_say(story, "dzb", "hotline.SubmitTicket.dzb", "{'ticket': 't1'}");
    story_say(story, "dzb", "hotline.TriageTicket.dzb", "{'ticket': 't1'}");
    story_say(story, "dzb", "hotline.AmendTicket.dzb",
              "{'ticket': 't1', 'person': 'r3', 'place': '310115125006', 'problems': [{'kind':"
              " 'X', 'priority': 'P2'}], 'reason': 'told again'}");
    story_say(story, "dzb", "hotline.SubmitTicket.dzb", "{'ticket': 't1'}");
    story_say(story, "dzb", "hotline.TriageTicket.dzb", "{'ticket': 't1'}");
    story_say(story, "dzb", "hotline.TriageTicket.dzb",
              "{'ticket': 't1', 'problems': [{'service': 'hotline', 'category': 'MEDICAL',"
              " 'kind': 'MEDICINE'}, {'service': 'referral', 'category': 'LIVING', 'kind':"
              " 'GOODS'}]}");
    story_say(story, "dzb", "hotline.TriageTicket.dzb",
              "{'ticket': 't1', 'problems': [{'service': 'registry', 'kind': 'X'}]}");
    story_say(story, "dzb", "hotline.SubmitTicket.dzb", "{'ticket': 't1'}");
    EXPECT_TEXT(story_text(story),
                "dzb/1/4 hotline.OpenTicket\n"
                "    refuses: no call c9\n"
                "hcz/1/1 hotline.OpenTicket\n"
                "    refuses: OpenTicket is not for hcz\n"
                "dzb/1/5 hotline.OpenTicket\n"
                "    refuses: an id has 1 to 60 letters, digits, `-_.:`\n"
                "dzb/1/6 hotline.OpenTicket\n"
                "    forgets c1: hotline.ChaseCall\n"
                "    c1: CLASSIFIED -> TICKETED\n"
                "    t1: NONE -> DRAFT\n"
                "    reminds t1: hotline.ChaseDraft in 30 min\n"
                "    emits hotline.TicketOpened.dzb\n"
                "dzb/1/7 hotline.OpenTicket\n"
                "    refuses: no OpenTicket from TICKETED\n"
                "dzb/1/8 hotline.SubmitTicket\n"
                "    refuses: a ticket says what the trouble is\n"
                "dzb/1/9 hotline.TriageTicket\n"
                "    refuses: no TriageTicket from DRAFT\n"
                "dzb/1/10 hotline.AmendTicket\n"
                "    t1: DRAFT -> DRAFT\n"
                "    emits hotline.TicketAmended.dzb\n"
                "dzb/1/11 hotline.SubmitTicket\n"
                "    t1: DRAFT -> SUBMITTED\n"
                "    forgets t1: hotline.ChaseDraft\n"
                "    reminds t1: hotline.ChaseTriage in 10 min\n"
                "    emits hotline.TicketSubmitted.dzb\n"
                "dzb/1/12 hotline.TriageTicket\n"
                "    refuses: CATEGORY_ABSENT X: the dispatch catalogue has no service for it\n"
                "dzb/1/13 hotline.TriageTicket\n"
                "    refuses: LIVING GOODS: another service serves it\n"
                "dzb/1/14 hotline.TriageTicket\n"
                "    refuses: CATEGORY_ABSENT X: the dispatch catalogue has no service for it\n"
                "dzb/1/15 hotline.SubmitTicket\n"
                "    refuses: no SubmitTicket from SUBMITTED\n");
    story_close(story);
}
END_TEST

START_TEST(a_draft_and_a_triage_that_wait_are_told_to_the_leader)
{
    struct story *story = open_line();

    open_ticket(story, "t1", "c1", "{" MEDICINE "}");
    story_later(story, "31 min");
    story_say(story, "dzb", "hotline.AmendTicket.dzb", "{'ticket': 't1', 'reason': 'x'}");
    story_say(story, "dzb", "hotline.SubmitTicket.dzb", "{'ticket': 't1'}");
    ck_assert_str_eq(story_last(story, "hotline.TicketOverdue.dzb"),
                     "{\"ticket\": \"t1\", \"clock\": \"draft\", \"dueMs\": \"1674005400000\", "
                     "\"toPost\": \"dzb.duty\"}");
    story_later(story, "11 min");
    ck_assert_str_eq(story_last(story, "hotline.TicketOverdue.dzb"),
                     "{\"ticket\": \"t1\", \"clock\": \"triage\", \"dueMs\": \"1674006060000\", "
                     "\"toPost\": \"dzb.duty\"}");
    story_say(story, "dzb", "hotline.AmendTicket.dzb",
              "{'ticket': 't1', 'problems': [{" MEDICINE ", 'priority': 'P1'}]}");
    story_say(story, "dzb", "hotline.TriageTicket.dzb", "{'ticket': 't1'}");
    story_later(story, "1 h");
    EXPECT_TEXT(story_text(story), "dzb/1/4 hotline.OpenTicket\n"
                                   "    forgets c1: hotline.ChaseCall\n"
                                   "    c1: CLASSIFIED -> TICKETED\n"
                                   "    t1: NONE -> DRAFT\n"
                                   "    reminds t1: hotline.ChaseDraft in 30 min\n"
                                   "    emits hotline.TicketOpened.dzb\n"
                                   "30 min later\n"
                                   "hotline/1/5 hotline.ChaseDraft\n"
                                   "    t1: DRAFT -> DRAFT\n"
                                   "    reminds t1: hotline.ChaseDraft in 30 min\n"
                                   "    emits hotline.TicketOverdue.dzb\n"
                                   "1 min later\n"
                                   "dzb/1/5 hotline.AmendTicket\n"
                                   "    t1: DRAFT -> DRAFT\n"
                                   "    emits hotline.TicketAmended.dzb\n"
                                   "dzb/1/6 hotline.SubmitTicket\n"
                                   "    t1: DRAFT -> SUBMITTED\n"
                                   "    forgets t1: hotline.ChaseDraft\n"
                                   "    reminds t1: hotline.ChaseTriage in 10 min\n"
                                   "    emits hotline.TicketSubmitted.dzb\n"
                                   "10 min later\n"
                                   "hotline/1/9 hotline.ChaseTriage\n"
                                   "    t1: SUBMITTED -> SUBMITTED\n"
                                   "    reminds t1: hotline.ChaseTriage in 10 min\n"
                                   "    emits hotline.TicketOverdue.dzb\n"
                                   "1 min later\n"
                                   "dzb/1/7 hotline.AmendTicket\n"
                                   "    t1: SUBMITTED -> SUBMITTED\n"
                                   "    emits hotline.TicketAmended.dzb\n"
                                   "dzb/1/8 hotline.TriageTicket\n"
                                   "    t1: SUBMITTED -> TRIAGED\n"
                                   "    sends referral.OpenNeed.310115125041\n"
                                   "    forgets t1: hotline.ChaseTriage\n"
                                   "    emits hotline.TicketTriaged.dzb\n"
                                   "9 min later\n"
                                   "51 min later\n");
    story_close(story);
}
END_TEST

START_TEST(a_need_that_a_service_refuses_comes_back_to_the_leader)
{
    struct story *story = open_line();

    open_ticket(story, "t1", "c1",
                "{'problem': 'n1', " MEDICINE "}, {'problem': 'n2', " MEDICINE "}");
    submit_and_triage(story, "t1");
    story_forget(story);
    tell(story, "referral.NeedOpened." C41, "{'need': 'n1'}");
    tell(story, "referral.Refused.hotline",
         "{'code': 'UNKNOWN_KIND', 'reason': 'not here', 'command': 'referral.OpenNeed'}");
    tell(story, "referral.Refused.dzb", "{'code': 'X', 'command': 'referral.OpenNeed'}");
    tell(story, "referral.NeedClosed." C41, "{'need': 'n1', 'outcome': 'MET'}");
    ck_assert_str_eq(
        story_last(story, "hotline.TicketAmended.dzb"),
        "{\"ticket\": \"t1\", \"reason\": \"referral refused: UNKNOWN_KIND not here\"}");
    story_say(story, "dzb", "hotline.TriageTicket.dzb",
              "{'ticket': 't1', 'problems': [{'problem': 'n3', 'category': 'GENERAL', 'kind':"
              " 'OTHER'}]}");
    ck_assert_str_eq(story_last(story, "hotline.TicketTriaged.dzb"),
                     "{\"ticket\": \"t1\", \"needs\": [\"n1\", \"n3\"], \"priority\": \"P3\", "
                     "\"call\": \"c1\", \"person\": \"r2\"}");
    EXPECT_TEXT(story_text(story), "referral/1/2 referral.Refused at hotline\n"
                                   "    t1: TRIAGED -> SUBMITTED\n"
                                   "    reminds t1: hotline.ChaseTriage in 10 min\n"
                                   "    emits hotline.TicketAmended.dzb\n"
                                   "dzb/1/7 hotline.TriageTicket\n"
                                   "    t1: SUBMITTED -> TRIAGED\n"
                                   "    sends hotline.OpenNeed.310115125041\n"
                                   "    forgets t1: hotline.ChaseTriage\n"
                                   "    emits hotline.TicketTriaged.dzb\n"
                                   "hotline/1/10 hotline.OpenNeed\n"
                                   "    n3: NONE -> OPEN\n"
                                   "    emits hotline.NeedOpened.310115125041\n"
                                   "    n3: OPEN -> ASSIGNED\n"
                                   "    n3-a1: NONE -> REQUESTED\n"
                                   "    emits hotline.Dispatched.310115125041\n"
                                   "    reminds n3/done: hotline.Due in 11 d 6 h 24 min\n"
                                   "    reminds n3/receive: hotline.Due in 3 h 12 min\n"
                                   "    reminds n3/accept: hotline.Due in 28 h 42 min\n"
                                   "    reminds n3/first_contact: hotline.Due in 28 h 42 min\n");
    story_close(story);
}
END_TEST

/* S-011, S-070, S-077 生活照护, S-078 急难愁盼, S-07A 分类梳理: each problem to the service that serves
 * its kind, the most urgent first. */
START_TEST(each_problem_goes_to_the_service_that_serves_its_kind)
{
    static const struct {
        const char *problem;
        const char *sent;
    } cases[] = {
        { "'category': 'LIVING', 'kind': 'GOODS', 'goods': [{'item': 'rice', 'qty': 1}]",
          "supplies" },
        { "'category': 'LIVING', 'kind': 'REPAIR'", "care" },
        { "'category': 'LIVING', 'kind': 'MONEY'", "benefit" },
        { "'category': 'MEDICAL', 'kind': 'VISIT'", "referral" },
        { "'category': 'CARE', 'kind': 'HOME_CARE'", "care" },
        { "'category': 'PSYCH', 'kind': 'COUNSELLING'", "care" },
        { "'category': 'EMERGENCY', 'kind': 'DISPUTE', 'priority': 'P1'", "incident" },
        { "'category': 'VACCINE', 'kind': 'VACCINATE'", "referral" },
        { "'category': 'GENERAL', 'kind': 'HANDLE_OPINION'", "opinion" },
        { "'category': 'GENERAL', 'kind': 'APPLY_BENEFIT'", "benefit" },
        { "'category': 'GENERAL', 'kind': 'GUIDANCE'", "homes" },
        { "'category': 'GENERAL', 'kind': 'COMPLAINT'", "hotline" },
    };
    enum { COUNT = sizeof(cases) / sizeof(cases[0]) };
    struct story *story = open_line();
    char problems[2000] = "";

    for (size_t i = 0; i < COUNT; i++) {
        size_t length = strlen(problems);
        snprintf(problems + length, sizeof(problems) - length, "%s{%s}", i == 0 ? "" : ", ",
                 cases[i].problem);
    }
    open_ticket(story, "t1", "c1", problems);
    submit_and_triage(story, "t1");
    for (size_t i = 0; i < COUNT; i++) {
        char filter[64];
        unsigned count = 0;
        snprintf(filter, sizeof(filter), "%s.OpenNeed.*", cases[i].sent);
        for (size_t k = 0; k < COUNT; k++)
            count += strcmp(cases[k].sent, cases[i].sent) == 0;
        ck_assert_msg(story_count(story, filter) == count, "%s: %u of %s", cases[i].problem,
                      story_count(story, filter), cases[i].sent);
    }
    ck_assert_ptr_nonnull(
        strstr(story_last(story, "supplies.OpenNeed.*"), "{\"item\": \"rice\", \"qty\": 1}"));
    ck_assert_ptr_nonnull(strstr(story_last(story, "incident.OpenNeed.*"), "\"P1\""));
    story_close(story);
}
END_TEST

START_TEST(the_board_goes_on_where_it_ended)
{
    struct story *story = open_line();

    take(story, "c2");
    open_ticket(story, "t1", "c1", "");
    open_ticket(story, "t2", "c2", "{" MEDICINE "}");
    story_say(story, "dzb", "hotline.SubmitTicket.dzb", "{'ticket': 't2'}");
    ck_assert_str_eq(story_ask(story, "dzb", "hotline.TicketBoard.dzb", "{'limit': 1}"),
                     "{\"tickets\": [{\"ticket\": \"t1\", \"state\": \"DRAFT\", \"priority\": "
                     "\"P3\", \"person\": \"r2\", \"place\": \"310115125041\", \"openedMs\": "
                     "\"1674003600000\", \"caseId\": \"H-20230118-0001-1\", \"dueMs\": "
                     "\"1674005400000\"}], \"next\": \"DRAFT/t1\"}");
    ck_assert_str_eq(
        story_ask(story, "dzb", "hotline.TicketBoard.dzb", "{'limit': 1, 'after': 'DRAFT/t1'}"),
        "{\"tickets\": [{\"ticket\": \"t2\", \"state\": \"SUBMITTED\", \"priority\": \"P3\", "
        "\"person\": \"r2\", \"place\": \"310115125041\", \"openedMs\": \"1674003600000\", "
        "\"caseId\": \"H-20230118-0002-0\", \"dueMs\": \"1674004200000\"}]}");
    ck_assert_str_eq(
        story_ask(story, "dzb", "hotline.TicketBoard.dzb", "{'limit': 1, 'after': 'SUBMITTED/t2'}"),
        "{}");
    story_close(story);
}
END_TEST

TESTS(a_ticket_becomes_needs_and_closes_with_the_last_of_them, what_is_not_a_ticket_yet_is_refused,
      a_draft_and_a_triage_that_wait_are_told_to_the_leader,
      a_need_that_a_service_refuses_comes_back_to_the_leader,
      each_problem_goes_to_the_service_that_serves_its_kind, the_board_goes_on_where_it_ended)
