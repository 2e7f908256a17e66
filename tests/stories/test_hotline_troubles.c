/*
 * Tickets of the same trouble: known, called about three times, merged, opened again (domain.md 3.8).
 */
#include "stories/hotline_town.h"

extern const struct service organisation_service;
extern const struct service hotline_service;
extern const struct service referral_service;

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

TESTS(a_known_trouble_is_waited_for_and_a_third_call_raises_it,
      three_calls_in_one_ticket_raise_what_is_triaged,
      what_is_open_follows_its_person_and_how_urgent_it_is, two_tickets_of_one_trouble_become_one,
      a_triaged_ticket_that_is_merged_takes_its_needs_along,
      a_ticket_opens_again_with_its_need_and_says_when_nobody_was_helped)
