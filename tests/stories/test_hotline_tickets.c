/*
 * Tickets: from a draft to one need a problem in the service that serves it, and back again when
 * that service refuses (domain.md 3.8).
 */
#include <stdio.h>
#include <string.h>

#include "lib/story.h"

extern const struct service organisation_service;
extern const struct service hotline_service;
extern const struct service referral_service;

#define C41 "310115125041"
#define MEDICINE "'category': 'MEDICAL', 'kind': 'MEDICINE'"

/* The line with a classified call of r2. */
static void take(struct story *story, const char *call)
{
    story_say(story, "dzb", "hotline.LogCall.dzb", "{'call': '%s', 'seat': 's1', 'ringMs': 9000}",
              call);
    story_say(story, "dzb", "hotline.ClassifyCall.dzb",
              "{'call': '%s', 'person': 'r2', 'timeMs': 1674003000000, 'cause': 'x', 'course': 'y',"
              " 'kind': 'MEDICINE', 'place': '" C41 "'}",
              call);
}

static void set_up(struct story *story)
{
    story_town(story);
    story_say(story, "dzb", "hotline.OpenShift.dzb", "{'seat': 's1', 'staff': 'dzb-s5'}");
    take(story, "c1");
    story_forget(story);
}

static struct story *open_line(void)
{
    struct story *story =
        story_open("2023-01-18T09:00", &organisation_service, &hotline_service, NULL);

    set_up(story);
    return story;
}

static struct story *open_line_and_referral(void)
{
    struct story *story = story_open("2023-01-18T09:00", &organisation_service, &hotline_service,
                                     &referral_service, NULL);

    set_up(story);
    return story;
}

static void open_ticket(struct story *story, const char *ticket, const char *call,
                        const char *problems)
{
    story_say(story, "dzb", "hotline.OpenTicket.dzb",
              "{'ticket': '%s', 'call': '%s', 'problems': [%s]}", ticket, call, problems);
}

static void submit_and_triage(struct story *story, const char *ticket)
{
    story_say(story, "dzb", "hotline.SubmitTicket.dzb", "{'ticket': '%s'}", ticket);
    story_say(story, "dzb as dzb.duty", "hotline.TriageTicket.dzb", "{'ticket': '%s'}", ticket);
}

/* Says a kernel event of referral, in the case of the line's last ticket. */
static void tell(struct story *story, const char *subject, const char *body)
{
    story_case(story, story_last_case(story, "hotline.TicketOpened.dzb"));
    story_say(story, "referral", subject, "%s", body);
}

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
                "    refuses: an id has 1 to 60 characters and no '/'\n"
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

START_TEST(a_known_trouble_is_waited_for_and_a_third_call_raises_it)
{
    struct story *story = open_line_and_referral();

    for (int i = 1; i <= 4; i++) {
        char name[16];
        char ticket[16];
        snprintf(name, sizeof(name), "c%d", i % 10);
        snprintf(ticket, sizeof(ticket), "t%d", i % 10);
        if (i > 1)
            take(story, name);
        open_ticket(story, ticket, name, "{" MEDICINE ", 'priority': 'P2'}");
        submit_and_triage(story, ticket);
    }
    ck_assert_uint_eq(story_count(story, "referral.Dispatched.*"), 1);
    ck_assert_uint_eq(story_count(story, "referral.PriorityChanged.*"), 1);
    ck_assert_uint_eq(story_count(story, "hotline.TicketClosed.dzb"), 0);
    ck_assert_str_eq(
        story_ask(story, "dzb", "hotline.TicketBoard.dzb", "{'limit': 2}"),
        "{\"tickets\": [{\"ticket\": \"t1\", \"state\": \"TRIAGED\", \"priority\": \"P1\", "
        "\"person\": \"r2\", \"place\": \"310115125041\", \"needs\": [\"t1-1\"], \"openedMs\": "
        "\"1674003600000\", \"caseId\": \"H-20230118-0001-1\"}, {\"ticket\": \"t2\", \"state\": "
        "\"TRIAGED\", \"priority\": \"P1\", \"person\": \"r2\", \"place\": \"310115125041\", "
        "\"needs\": [\"t1-1\"], \"openedMs\": \"1674003600000\", \"caseId\": "
        "\"H-20230118-0002-0\"}], \"next\": \"TRIAGED/t2\"}");
    story_say(story, "hcz as hcz.duty hcz-s4", "referral.Accept.hcz", "{'assignment': 't1-1-a1'}");
    story_say(story, "hcz as hcz.duty hcz-s4", "referral.Start.hcz", "{'assignment': 't1-1-a1'}");
    story_say(story, "hcz as hcz.duty hcz-s4", "referral.Complete.hcz",
              "{'assignment': 't1-1-a1', 'solved': 'SOLVED_YES', 'publicText': 'brought'}");
    story_say(story, "dzb as dzb.seat1 dzb-s5", "referral.RecordCallback.dzb",
              "{'need': 't1-1', 'result': 'SATISFIED'}");
    ck_assert_uint_eq(story_count(story, "hotline.TicketClosed.dzb"), 4);
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

/* Three calls that came to one ticket are as loud as three that found its need open. */
START_TEST(three_calls_in_one_ticket_raise_what_is_triaged)
{
    struct story *story = open_line_and_referral();

    open_ticket(story, "t1", "c1", "{" MEDICINE ", 'priority': 'P3'}");
    for (int i = 2; i <= 3; i++) {
        char name[16];
        char ticket[16];
        snprintf(name, sizeof(name), "c%d", i % 10);
        snprintf(ticket, sizeof(ticket), "t%d", i % 10);
        take(story, name);
        open_ticket(story, ticket, name, "");
        story_say(story, "dzb", "hotline.MergeTickets.dzb", "{'kept': 't1', 'merged': '%s'}",
                  ticket);
    }
    submit_and_triage(story, "t1");
    ck_assert_uint_eq(story_count(story, "referral.Dispatched.*"), 1);
    ck_assert_str_eq(story_ask(story, "dzb", "hotline.TicketBoard.dzb", "{'person': 'r2'}"),
                     "{\"tickets\": [{\"ticket\": \"t1\", \"state\": \"TRIAGED\", \"priority\": "
                     "\"P2\", \"person\": \"r2\", \"place\": \"310115125041\", \"needs\": "
                     "[\"t1-1\"], \"openedMs\": \"1674003600000\", \"caseId\": "
                     "\"H-20230118-0001-1\"}]}");
    story_close(story);
}
END_TEST

/* S-06X: two ids of the roster that are one person have one list of open tickets, until they are
 * two again. */
START_TEST(what_is_open_follows_its_person_and_how_urgent_it_is)
{
    struct story *story = open_line();

    open_ticket(story, "t1", "c1", "{" MEDICINE ", 'priority': 'P1'}");
    submit_and_triage(story, "t1");
    story_forget(story);
    tell(story, "referral.NeedOpened." C41, "{'need': 't1-1', 'priority': 'P1'}");
    tell(story, "referral.PriorityChanged." C41, "{'need': 't1-1', 'from': 'P1', 'to': 'P3'}");
    ck_assert_str_eq(story_last(story, "hotline.TicketAmended.dzb"),
                     "{\"ticket\": \"t1\", \"reason\": \"P1 -> P3: t1-1\"}");
    story_say(story, "dzb", "hotline.HandOver.dzb", "{'seat': 's1', 'staff': 'dzb-s6'}");
    ck_assert_uint_eq(story_count(story, "hotline.ShiftHandedOver.dzb"), 1);
    take(story, "c2");
    story_say(story, "registry", "registry.Merged." C41, "{'survivor': 'r9', 'alias': 'r2'}");
    ck_assert_str_eq(story_ask(story, "dzb", "hotline.RepeatCallers.dzb", "{}"),
                     "{\"callers\": [{\"person\": \"r9\", \"calls\": 2}]}");
    take(story, "c3"); /* by its old id */
    open_ticket(story, "t3", "c3", "");
    ck_assert_str_eq(story_last(story, "hotline.TicketOpened.dzb"),
                     "{\"ticket\": \"t3\", \"call\": \"c3\", \"person\": \"r9\", \"place\": "
                     "\"310115125041\", \"caseId\": \"H-20230118-0002-0\"}");
    const char *board = story_ask(story, "dzb", "hotline.TicketBoard.dzb", "{'person': 'r9'}");
    ck_assert_ptr_nonnull(strstr(board, "\"t1\""));
    story_say(story, "registry", "registry.Unmerged." C41, "{'survivor': 'r9', 'alias': 'r2'}");
    board = story_ask(story, "dzb", "hotline.TicketBoard.dzb", "{'person': 'r2'}");
    ck_assert_ptr_nonnull(strstr(board, "\"t1\""));
    board = story_ask(story, "dzb", "hotline.TicketBoard.dzb", "{'person': 'r9'}");
    ck_assert_ptr_null(strstr(board, "\"t1\""));
    ck_assert_ptr_nonnull(strstr(board, "\"t3\""));
    ck_assert_str_eq(story_ask(story, "dzb", "hotline.RepeatCallers.dzb", "{}"),
                     "{\"callers\": [{\"person\": \"r2\", \"calls\": 2}]}");
    story_close(story);
}
END_TEST

START_TEST(two_tickets_of_one_trouble_become_one)
{
    struct story *story = open_line();

    take(story, "c2");
    take(story, "c3");
    take(story, "c4");
    story_forget(story);
    open_ticket(story, "t1", "c1", "{'problem': 'n1', " MEDICINE ", 'priority': 'P1'}");
    open_ticket(story, "t2", "c2", "{'problem': 'n2', " MEDICINE ", 'priority': 'P0'}");
    open_ticket(story, "t3", "c3", "{'problem': 'n3', " MEDICINE "}");
    open_ticket(story, "t4", "c4", "");
    story_say(story, "dzb", "hotline.MergeTickets.dzb", "{'kept': 't1', 'merged': 't1'}");
    story_say(story, "dzb", "hotline.MergeTickets.dzb", "{'kept': 't1', 'merged': 't9'}");
    /* Draft into draft, an empty one into it, a submitted one stays submitted. */
    story_say(story, "dzb", "hotline.MergeTickets.dzb", "{'kept': 't1', 'merged': 't2'}");
    story_say(story, "dzb", "hotline.MergeTickets.dzb", "{'kept': 't2', 'merged': 't1'}");
    story_say(story, "dzb", "hotline.SubmitTicket.dzb", "{'ticket': 't1'}");
    story_say(story, "dzb", "hotline.MergeTickets.dzb", "{'kept': 't1', 'merged': 't4'}");
    story_say(story, "dzb", "hotline.TriageTicket.dzb", "{'ticket': 't1'}");
    /* What nobody has triaged is triaged in the ticket that was. */
    story_say(story, "dzb", "hotline.SubmitTicket.dzb", "{'ticket': 't3'}");
    story_say(story, "dzb", "hotline.MergeTickets.dzb", "{'kept': 't1', 'merged': 't3'}");
    story_say(story, "dzb", "hotline.TriageTicket.dzb", "{'ticket': 't1'}");
    EXPECT_TEXT(story_text(story), "dzb/1/10 hotline.OpenTicket\n"
                                   "    forgets c1: hotline.ChaseCall\n"
                                   "    c1: CLASSIFIED -> TICKETED\n"
                                   "    t1: NONE -> DRAFT\n"
                                   "    reminds t1: hotline.ChaseDraft in 30 min\n"
                                   "    emits hotline.TicketOpened.dzb\n"
                                   "dzb/1/11 hotline.OpenTicket\n"
                                   "    forgets c2: hotline.ChaseCall\n"
                                   "    c2: CLASSIFIED -> TICKETED\n"
                                   "    t2: NONE -> DRAFT\n"
                                   "    reminds t2: hotline.ChaseDraft in 30 min\n"
                                   "    emits hotline.TicketOpened.dzb\n"
                                   "dzb/1/12 hotline.OpenTicket\n"
                                   "    forgets c3: hotline.ChaseCall\n"
                                   "    c3: CLASSIFIED -> TICKETED\n"
                                   "    t3: NONE -> DRAFT\n"
                                   "    reminds t3: hotline.ChaseDraft in 30 min\n"
                                   "    emits hotline.TicketOpened.dzb\n"
                                   "dzb/1/13 hotline.OpenTicket\n"
                                   "    forgets c4: hotline.ChaseCall\n"
                                   "    c4: CLASSIFIED -> TICKETED\n"
                                   "    t4: NONE -> DRAFT\n"
                                   "    reminds t4: hotline.ChaseDraft in 30 min\n"
                                   "    emits hotline.TicketOpened.dzb\n"
                                   "dzb/1/14 hotline.MergeTickets\n"
                                   "    refuses: it is the same ticket\n"
                                   "dzb/1/15 hotline.MergeTickets\n"
                                   "    refuses: no MergeTickets: there is no such row in tickets\n"
                                   "dzb/1/16 hotline.MergeTickets\n"
                                   "    t2: DRAFT -> MERGED\n"
                                   "    t1: DRAFT -> DRAFT\n"
                                   "    forgets t2: hotline.ChaseDraft\n"
                                   "    emits hotline.TicketsMerged.dzb\n"
                                   "dzb/1/17 hotline.MergeTickets\n"
                                   "    refuses: no Keep from MERGED\n"
                                   "dzb/1/18 hotline.SubmitTicket\n"
                                   "    t1: DRAFT -> SUBMITTED\n"
                                   "    forgets t1: hotline.ChaseDraft\n"
                                   "    reminds t1: hotline.ChaseTriage in 10 min\n"
                                   "    emits hotline.TicketSubmitted.dzb\n"
                                   "dzb/1/19 hotline.MergeTickets\n"
                                   "    t4: DRAFT -> MERGED\n"
                                   "    t1: SUBMITTED -> SUBMITTED\n"
                                   "    forgets t4: hotline.ChaseDraft\n"
                                   "    emits hotline.TicketsMerged.dzb\n"
                                   "dzb/1/20 hotline.TriageTicket\n"
                                   "    t1: SUBMITTED -> TRIAGED\n"
                                   "    sends referral.OpenNeed.310115125041\n"
                                   "    sends referral.OpenNeed.310115125041\n"
                                   "    forgets t1: hotline.ChaseTriage\n"
                                   "    emits hotline.TicketTriaged.dzb\n"
                                   "dzb/1/21 hotline.SubmitTicket\n"
                                   "    t3: DRAFT -> SUBMITTED\n"
                                   "    forgets t3: hotline.ChaseDraft\n"
                                   "    reminds t3: hotline.ChaseTriage in 10 min\n"
                                   "    emits hotline.TicketSubmitted.dzb\n"
                                   "dzb/1/22 hotline.MergeTickets\n"
                                   "    t3: SUBMITTED -> MERGED\n"
                                   "    t1: TRIAGED -> TRIAGED\n"
                                   "    forgets t3: hotline.ChaseTriage\n"
                                   "    t1: TRIAGED -> SUBMITTED\n"
                                   "    reminds t1: hotline.ChaseTriage in 10 min\n"
                                   "    emits hotline.TicketsMerged.dzb\n"
                                   "dzb/1/23 hotline.TriageTicket\n"
                                   "    t1: SUBMITTED -> TRIAGED\n"
                                   "    sends referral.OpenNeed.310115125041\n"
                                   "    forgets t1: hotline.ChaseTriage\n"
                                   "    emits hotline.TicketTriaged.dzb\n");
    ck_assert_str_eq(story_last(story, "hotline.TicketTriaged.dzb"),
                     "{\"ticket\": \"t1\", \"needs\": [\"n1\", \"n2\", \"n3\"], \"priority\": "
                     "\"P0\", \"call\": \"c1\", \"person\": \"r2\"}");
    story_close(story);
}
END_TEST

START_TEST(a_triaged_ticket_that_is_merged_takes_its_needs_along)
{
    struct story *story = open_line();

    take(story, "c2");
    open_ticket(story, "t1", "c1", "{'problem': 'n1', " MEDICINE "}");
    open_ticket(story, "t2", "c2", "{'problem': 'n2', " MEDICINE "}");
    submit_and_triage(story, "t1");
    submit_and_triage(story, "t2");
    story_say(story, "dzb", "hotline.MergeTickets.dzb", "{'kept': 't1', 'merged': 't2'}");
    story_forget(story);
    tell(story, "referral.NeedClosed." C41, "{'need': 'n1', 'outcome': 'MET'}");
    tell(story, "referral.NeedClosed." C41, "{'need': 'n2', 'outcome': 'MET'}");
    EXPECT_TEXT(story_text(story), "referral/1/2 referral.NeedClosed at hotline\n"
                                   "    t1: TRIAGED -> DONE\n"
                                   "    emits hotline.TicketClosed.dzb\n");
    ck_assert_str_eq(story_last(story, "hotline.TicketClosed.dzb"),
                     "{\"ticket\": \"t1\", \"needs\": [\"n1\", \"n2\"], \"outcome\": \"met\"}");
    story_close(story);
}
END_TEST

START_TEST(a_ticket_opens_again_with_its_need_and_says_when_nobody_was_helped)
{
    struct story *story = open_line();

    open_ticket(story, "t1", "c1", "{'problem': 'n1', " MEDICINE ", 'priority': 'P1'}");
    submit_and_triage(story, "t1");
    tell(story, "referral.NeedClosed." C41, "{'need': 'n1', 'outcome': 'UNMET'}");
    ck_assert_str_eq(
        story_ask(story, "lgo", "hotline.Unresolved.dzb", "{}"),
        "{\"tickets\": [{\"ticket\": \"t1\", \"state\": \"DONE\", \"priority\": \"P1\", "
        "\"person\": \"r2\", \"place\": \"310115125041\", \"needs\": [\"n1\"], \"openedMs\": "
        "\"1674003600000\", \"caseId\": \"H-20230118-0001-1\"}]}");
    story_forget(story);
    tell(story, "referral.NeedReopened." C41, "{'need': 'n1'}");
    tell(story, "referral.NeedReopened." C41, "{'need': 'n0'}");
    tell(story, "referral.NeedClosed." C41, "{'need': 'n1', 'outcome': 'WITHDRAWN'}");
    EXPECT_TEXT(story_text(story), "referral/1/2 referral.NeedReopened at hotline\n"
                                   "    t1: DONE -> TRIAGED\n"
                                   "referral/1/4 referral.NeedClosed at hotline\n"
                                   "    t1: TRIAGED -> DONE\n"
                                   "    emits hotline.TicketClosed.dzb\n");
    ck_assert_str_eq(story_ask(story, "hcz", "hotline.Unresolved.dzb", "{}"),
                     "refused NOT_ALLOWED: the line's rows are for dzb, jcb and lgo");
    ck_assert_str_eq(story_ask(story, "hcz", "hotline.TicketBoard.dzb", "{}"),
                     "refused NOT_ALLOWED: the line's rows are for dzb, jcb and lgo");
    ck_assert_str_eq(
        story_ask(story, "jcb", "hotline.TicketBoard.dzb", "{'state': 'DONE'}"),
        "{\"tickets\": [{\"ticket\": \"t1\", \"state\": \"DONE\", \"priority\": \"P1\", "
        "\"person\": \"r2\", \"place\": \"310115125041\", \"needs\": [\"n1\"], \"openedMs\": "
        "\"1674003600000\", \"caseId\": \"H-20230118-0001-1\"}]}");
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
      a_known_trouble_is_waited_for_and_a_third_call_raises_it,
      each_problem_goes_to_the_service_that_serves_its_kind,
      three_calls_in_one_ticket_raise_what_is_triaged,
      what_is_open_follows_its_person_and_how_urgent_it_is, two_tickets_of_one_trouble_become_one,
      a_triaged_ticket_that_is_merged_takes_its_needs_along,
      a_ticket_opens_again_with_its_need_and_says_when_nobody_was_helped,
      the_board_goes_on_where_it_ended)
