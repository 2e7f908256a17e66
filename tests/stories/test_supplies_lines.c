/*
 * supplies: lines of a need, and who gets what when there is not enough (domain.md 3.10; S-060, S-0B1,
 * S-0BA).  The town is supplies_town.h; persons are invented.
 */
#include "stories/supplies_town.h"

static void received(struct story *story, const char *item, unsigned qty)
{
    char body[120];

    snprintf(body, sizeof(body), "{'site': 'depot', 'item': '%s', 'lot': 'a', 'qty': %u}", item,
             qty);
    office(story, "ReceiveStock", body);
}

static void is_of_class(struct story *story, const char *person, const char *class)
{
    story_say(story, "registry", "registry.ClassSet." C41, "{'person': '%s', 'to': '%s'}", person,
              class);
}

static void leader(struct story *story, const char *post, const char *body)
{
    char who[40];

    snprintf(who, sizeof(who), "lg as %s", post);
    story_say(story, who, "supplies.OverrideAllocation." C06, "%s", body);
}

START_TEST(a_line_is_given_at_once_while_there_is_enough_for_all)
{
    struct story *story = supplies_story(&supplies_service);

    received(story, "rice", 10);
    story_forget(story);
    asks(story, "n1", "r1", C41, "rice", 2);
    asks(story, "n2", "r2", C06, "rice", 2);
    approves(story, "n1-l1");
    EXPECT_TEXT(story_text(story), "310115125041/1/1 supplies.OpenNeed\n"
                                   "    n1: NONE -> OPEN\n"
                                   "    emits supplies.NeedOpened.310115125041\n"
                                   "    n1: OPEN -> ASSIGNED\n"
                                   "    n1-a1: NONE -> REQUESTED\n"
                                   "    emits supplies.Dispatched.dzb\n"
                                   "    reminds n1/done: supplies.Due in 19 h 12 min\n"
                                   "    reminds n1/receive: supplies.Due in 24 min\n"
                                   "    reminds n1/accept: supplies.Due in 48 min\n"
                                   "    reminds n1/first_contact: supplies.Due in 1 h 36 min\n"
                                   "    n1-l1: NONE -> REQUESTED\n"
                                   "    reminds n1-l1: supplies.ChaseApproval in 4 h\n"
                                   "    emits supplies.LineRequested.310115125041\n"
                                   "310115125006/1/1 supplies.OpenNeed\n"
                                   "    n2: NONE -> OPEN\n"
                                   "    emits supplies.NeedOpened.310115125006\n"
                                   "    n2: OPEN -> ASSIGNED\n"
                                   "    n2-a1: NONE -> REQUESTED\n"
                                   "    emits supplies.Dispatched.dzb\n"
                                   "    reminds n2/done: supplies.Due in 19 h 12 min\n"
                                   "    reminds n2/receive: supplies.Due in 24 min\n"
                                   "    reminds n2/accept: supplies.Due in 48 min\n"
                                   "    reminds n2/first_contact: supplies.Due in 1 h 36 min\n"
                                   "    n2-l1: NONE -> REQUESTED\n"
                                   "    reminds n2-l1: supplies.ChaseApproval in 4 h\n"
                                   "    emits supplies.LineRequested.310115125006\n"
                                   "dzb/1/8 supplies.ApproveLine\n"
                                   "    forgets n1-l1: supplies.ChaseApproval\n"
                                   "    n1-l1: REQUESTED -> APPROVED\n"
                                   "    emits supplies.LineApproved.310115125041\n"
                                   "    n1-a1: REQUESTED -> ACCEPTED\n"
                                   "    emits supplies.Accepted.dzb\n"
                                   "    forgets n1/receive: supplies.Due\n"
                                   "    forgets n1/accept: supplies.Due\n"
                                   "    n1-l1: APPROVED -> ALLOCATED\n"
                                   "    reminds n1-l1: supplies.ChasePick in 8 h\n"
                                   "    emits supplies.LineAllocated.310115125041 to dzb\n");
    ck_assert_str_eq(story_last(story, "supplies.LineAllocated." C41),
                     "{\"line\": \"n1-l1\", \"need\": \"n1\", \"item\": \"rice\", \"qty\": 2, "
                     "\"rule\": \"class, days, waiting\", \"site\": \"depot\", \"run\": "
                     "\"rice-1\", \"person\": \"r1\", \"place\": \"310115125041\"}");
    supplies_close(story);
}
END_TEST

START_TEST(in_a_shortage_nothing_is_given_before_all_are_heard)
{
    struct story *story = supplies_story(&supplies_service);

    received(story, "rice", 3);
    is_of_class(story, "r2", "RED");
    asks(story, "n1", "r1", C41, "rice", 2);
    asks(story, "n2", "r2", C06, "rice", 2);
    asks(story, "n3", "r3", C06, "rice", 1);
    story_forget(story);
    approves(story, "n1-l1"); /* the first to be approved is not the first to be served */
    approves(story, "n2-l1");
    story_later(story, "30 min"); /* n3 is undecided still: they wait no longer for it */
    ck_assert_uint_eq(story_count(story, "supplies.LineAllocated.*"), 2);
    EXPECT_TEXT(story_text(story), "dzb/1/8 supplies.ApproveLine\n"
                                   "    forgets n1-l1: supplies.ChaseApproval\n"
                                   "    n1-l1: REQUESTED -> APPROVED\n"
                                   "    emits supplies.LineApproved.310115125041\n"
                                   "    n1-a1: REQUESTED -> ACCEPTED\n"
                                   "    emits supplies.Accepted.dzb\n"
                                   "    forgets n1/receive: supplies.Due\n"
                                   "    forgets n1/accept: supplies.Due\n"
                                   "    reminds rice: supplies.Allot in 30 min\n"
                                   "dzb/1/9 supplies.ApproveLine\n"
                                   "    forgets n2-l1: supplies.ChaseApproval\n"
                                   "    n2-l1: REQUESTED -> APPROVED\n"
                                   "    emits supplies.LineApproved.310115125006\n"
                                   "    n2-a1: REQUESTED -> ACCEPTED\n"
                                   "    emits supplies.Accepted.dzb\n"
                                   "    forgets n2/receive: supplies.Due\n"
                                   "    forgets n2/accept: supplies.Due\n"
                                   "24 min later\n"
                                   "supplies/1/21 supplies.Due\n"
                                   "    emits supplies.DeadlineWarned.dzb\n"
                                   "    reminds n3/receive: supplies.Due in 6 min\n"
                                   "6 min later\n"
                                   "supplies/1/23 supplies.Due\n"
                                   "    n3-a1: REQUESTED -> EXPIRED\n"
                                   "    emits supplies.Expired.dzb\n"
                                   "    n3: ASSIGNED -> OPEN\n"
                                   "    n3: OPEN -> UNASSIGNABLE\n"
                                   "    emits supplies.Unassignable.lgo\n"
                                   "    reminds n3/arbiter: supplies.Due in 28 h 18 min\n"
                                   "    forgets n3/accept: supplies.Due\n"
                                   "    forgets n3/first_contact: supplies.Due\n"
                                   "supplies/1/24 supplies.Allot\n"
                                   "    n2-l1: APPROVED -> ALLOCATED\n"
                                   "    reminds n2-l1: supplies.ChasePick in 8 h\n"
                                   "    emits supplies.LineAllocated.310115125006 to dzb\n"
                                   "    n1-l1.1: NONE -> APPROVED\n"
                                   "    n1-l1: APPROVED -> ALLOCATED\n"
                                   "    reminds n1-l1: supplies.ChasePick in 8 h\n"
                                   "    emits supplies.StockLow.dzb\n"
                                   "    emits supplies.LineAllocated.310115125041 to dzb\n"
                                   "    n1-l1.1: APPROVED -> BACKORDERED\n"
                                   "    emits supplies.LineBackordered.310115125041\n");
    ck_assert_str_eq(
        story_ask(story, "jcb", "supplies.ExplainAllocation.jcb", "{'line': 'n1-l1'}"),
        "{\"run\": \"rice-1\", \"item\": \"rice\", \"atMs\": \"1674005400000\", \"rule\": \"class, "
        "days, waiting\", \"order\": [\"BY_CLASS\", \"BY_DAYS_LEFT\", \"BY_WAITING\"], "
        "\"available\": 3, \"cap\": 1, \"claims\": [{\"placeInOrder\": 1, \"line\": \"n2-l1\", "
        "\"committee\": \"310115125006\", \"class\": \"RED\", \"waitingSinceMs\": "
        "\"1674003600000\", \"asked\": 2, \"given\": 2, \"why\": \"over its committee's share: "
        "nobody else within theirs was left\"}, {\"placeInOrder\": 2, \"line\": \"n1-l1\", "
        "\"committee\": \"310115125041\", \"waitingSinceMs\": \"1674003600000\", \"asked\": 2, "
        "\"given\": 1, \"why\": \"its committee had its share\"}], \"replayed\": true}");
    ck_assert_str_eq(story_ask(story, C41, "supplies.ExplainAllocation." C41, "{'line': 'n2-l1'}"),
                     "refused NOT_ALLOWED: it is not for 310115125041");
    supplies_close(story);
}
END_TEST

START_TEST(the_rule_is_data_and_what_was_given_stays_explained)
{
    struct story *story = supplies_story(&supplies_service);

    is_of_class(story, "r2", "RED");
    asks(story, "n1", "r1", C41, "rice", 1);
    story_later(story, "1 min");
    asks(story, "n2", "r2", C06, "rice", 1);
    approves(story, "n1-l1");
    approves(story, "n2-l1");
    office(story, "SetRule",
           "{'rule': 'first come', 'order': ['BY_WAITING'], 'reason': 'the queue is at the door'}");
    story_forget(story);
    received(story, "rice", 1);
    EXPECT_TEXT(story_text(story), "dzb/1/10 supplies.ReceiveStock\n"
                                   "    emits supplies.StockReceived.dzb\n"
                                   "    n1-l1: BACKORDERED -> ALLOCATED\n"
                                   "    reminds n1-l1: supplies.ChasePick in 8 h\n"
                                   "    emits supplies.StockLow.dzb\n"
                                   "    emits supplies.LineAllocated.310115125041 to dzb\n");
    office(story, "SetRule", "{'rule': 'risk', 'order': ['BY_CLASS'], 'reason': 'as before'}");
    ck_assert_str_eq(
        story_ask(story, "jcb", "supplies.ExplainAllocation.jcb", "{'line': 'n1-l1'}"),
        "{\"run\": \"rice-3\", \"item\": \"rice\", \"atMs\": \"1674003660000\", \"rule\": \"first "
        "come\", \"order\": [\"BY_WAITING\"], \"available\": 1, \"cap\": 1, \"claims\": "
        "[{\"placeInOrder\": 1, \"line\": \"n1-l1\", \"committee\": \"310115125041\", "
        "\"waitingSinceMs\": \"1674003600000\", \"asked\": 1, \"given\": 1, \"why\": \"in its "
        "turn\"}, {\"placeInOrder\": 2, \"line\": \"n2-l1\", \"committee\": \"310115125006\", "
        "\"class\": \"RED\", \"waitingSinceMs\": \"1674003660000\", \"asked\": 1, \"why\": "
        "\"nothing was left\"}], \"replayed\": true}");
    ck_assert_str_eq(story_ask(story, "jcb", "supplies.ExplainAllocation.jcb", "{'run': 'none'}"),
                     "refused NOT_FOUND: no allocation has heard of it");
    supplies_close(story);
}
END_TEST

START_TEST(an_override_is_the_leaders_and_says_why)
{
    struct story *story = supplies_story(&supplies_service);

    is_of_class(story, "r1", "RED");
    asks(story, "n1", "r1", C41, "rice", 1);
    asks(story, "n2", "r2", C06, "rice", 1);
    approves(story, "n1-l1");
    approves(story, "n2-l1");
    story_forget(story);
    leader(story, "lg.deputy", "{'line': 'n2-l1', 'reason': 'a new-born child'}");
    leader(story, "lg.head", "{'line': 'n2-l1'}");
    story_say(story, "dzb as dzb.head", "supplies.OverrideAllocation." C06,
              "{'line': 'n2-l1', 'reason': 'a friend'}");
    leader(story, "lg.head", "{'line': 'n2-l1', 'reason': 'a new-born child'}");
    received(story, "rice", 1);
    EXPECT_TEXT(story_text(story), "lg/1/1 supplies.OverrideAllocation\n"
                                   "    refuses: an override is the leader's\n"
                                   "lg/1/2 supplies.OverrideAllocation\n"
                                   "    refuses: an override has a reason\n"
                                   "dzb/1/9 supplies.OverrideAllocation\n"
                                   "    refuses: OverrideAllocation is not for dzb\n"
                                   "lg/1/3 supplies.OverrideAllocation\n"
                                   "    n2-l1: BACKORDERED -> BACKORDERED\n"
                                   "    emits supplies.AllocationOverridden.310115125006\n"
                                   "dzb/1/10 supplies.ReceiveStock\n"
                                   "    emits supplies.StockReceived.dzb\n"
                                   "    n2-l1: BACKORDERED -> ALLOCATED\n"
                                   "    reminds n2-l1: supplies.ChasePick in 8 h\n"
                                   "    emits supplies.StockLow.dzb\n"
                                   "    emits supplies.LineAllocated.310115125006 to dzb\n");
    ck_assert_str_eq(story_last(story, "supplies.AllocationOverridden." C06),
                     "{\"line\": \"n2-l1\", \"qty\": 1, \"byPost\": \"lg.head\", \"reason\": \"a "
                     "new-born child\", \"need\": \"n2\", \"item\": \"rice\"}");
    supplies_close(story);
}
END_TEST

START_TEST(a_line_is_given_in_parts_and_a_substitute_is_asked_for)
{
    struct story *story = supplies_story(&supplies_service);

    received(story, "antipyretic", 1);
    received(story, "syrup", 5);
    received(story, "noodles", 1);
    asks(story, "n1", "r1", C41, "antipyretic", 3);
    story_forget(story);
    approves(story, "n1-l1");
    office(story, "OfferSubstitute", "{'line': 'n1-l1.1', 'item': 'rice'}");
    office(story, "AnswerSubstitute", "{'line': 'n1-l1.1', 'consent': true}");
    office(story, "OfferSubstitute", "{'line': 'n1-l1.1', 'item': 'syrup'}");
    story_say(story, C06, "supplies.AnswerSubstitute." C06, "{'line': 'n1-l1.1', 'consent': true}");
    story_say(story, C41, "supplies.AnswerSubstitute." C41, "{'line': 'n1-l1.1'}");
    office(story, "OfferSubstitute", "{'line': 'n1-l1.1', 'item': 'syrup'}");
    story_say(story, C41, "supplies.AnswerSubstitute." C41, "{'line': 'n1-l1.1', 'consent': true}");
    asks(story, "n2", "r2", C06, "rice", 2);
    approves(story, "n2-l1"); /* diet and medicine are asked about; noodles for rice are not */
    office(story, "OfferSubstitute", "{'line': 'n2-l1', 'item': 'noodles'}");
    received(story, "noodles", 4);
    office(story, "OfferSubstitute", "{'line': 'n2-l1', 'item': 'noodles'}");
    EXPECT_TEXT(story_text(story), "dzb/1/10 supplies.ApproveLine\n"
                                   "    forgets n1-l1: supplies.ChaseApproval\n"
                                   "    n1-l1: REQUESTED -> APPROVED\n"
                                   "    emits supplies.LineApproved.310115125041\n"
                                   "    n1-a1: REQUESTED -> ACCEPTED\n"
                                   "    emits supplies.Accepted.dzb\n"
                                   "    forgets n1/receive: supplies.Due\n"
                                   "    forgets n1/accept: supplies.Due\n"
                                   "    n1-l1.1: NONE -> APPROVED\n"
                                   "    n1-l1: APPROVED -> ALLOCATED\n"
                                   "    reminds n1-l1: supplies.ChasePick in 8 h\n"
                                   "    emits supplies.StockLow.dzb\n"
                                   "    emits supplies.LineAllocated.310115125041 to dzb\n"
                                   "    n1-l1.1: APPROVED -> BACKORDERED\n"
                                   "    emits supplies.LineBackordered.310115125041\n"
                                   "dzb/1/11 supplies.OfferSubstitute\n"
                                   "    refuses: it is no substitute of the item\n"
                                   "dzb/1/12 supplies.AnswerSubstitute\n"
                                   "    refuses: nothing was offered\n"
                                   "dzb/1/13 supplies.OfferSubstitute\n"
                                   "    n1-l1.1: BACKORDERED -> BACKORDERED\n"
                                   "    emits supplies.SubstituteOffered.310115125041\n"
                                   "310115125006/1/1 supplies.AnswerSubstitute\n"
                                   "    refuses: AnswerSubstitute is not for 310115125006\n"
                                   "310115125041/1/2 supplies.AnswerSubstitute\n"
                                   "    n1-l1.1: BACKORDERED -> BACKORDERED\n"
                                   "    emits supplies.SubstituteAnswered.310115125041\n"
                                   "dzb/1/14 supplies.OfferSubstitute\n"
                                   "    n1-l1.1: BACKORDERED -> BACKORDERED\n"
                                   "    emits supplies.SubstituteOffered.310115125041\n"
                                   "310115125041/1/3 supplies.AnswerSubstitute\n"
                                   "    n1-l1.1: BACKORDERED -> BACKORDERED\n"
                                   "    emits supplies.SubstituteAnswered.310115125041\n"
                                   "    n1-l1.1: BACKORDERED -> SUBSTITUTED\n"
                                   "    n1-l1.1: SUBSTITUTED -> ALLOCATED\n"
                                   "    reminds n1-l1.1: supplies.ChasePick in 8 h\n"
                                   "    emits supplies.LineAllocated.310115125041 to dzb\n"
                                   "310115125006/1/2 supplies.OpenNeed\n"
                                   "    n2: NONE -> OPEN\n"
                                   "    emits supplies.NeedOpened.310115125006\n"
                                   "    n2: OPEN -> ASSIGNED\n"
                                   "    n2-a1: NONE -> REQUESTED\n"
                                   "    emits supplies.Dispatched.dzb\n"
                                   "    reminds n2/done: supplies.Due in 19 h 12 min\n"
                                   "    reminds n2/receive: supplies.Due in 24 min\n"
                                   "    reminds n2/accept: supplies.Due in 48 min\n"
                                   "    reminds n2/first_contact: supplies.Due in 1 h 36 min\n"
                                   "    n2-l1: NONE -> REQUESTED\n"
                                   "    reminds n2-l1: supplies.ChaseApproval in 4 h\n"
                                   "    emits supplies.LineRequested.310115125006\n"
                                   "dzb/1/15 supplies.ApproveLine\n"
                                   "    forgets n2-l1: supplies.ChaseApproval\n"
                                   "    n2-l1: REQUESTED -> APPROVED\n"
                                   "    emits supplies.LineApproved.310115125006\n"
                                   "    n2-a1: REQUESTED -> ACCEPTED\n"
                                   "    emits supplies.Accepted.dzb\n"
                                   "    forgets n2/receive: supplies.Due\n"
                                   "    forgets n2/accept: supplies.Due\n"
                                   "    n2-l1: APPROVED -> BACKORDERED\n"
                                   "    emits supplies.LineBackordered.310115125006\n"
                                   "dzb/1/16 supplies.OfferSubstitute\n"
                                   "    refuses: the substitute is short, too\n"
                                   "dzb/1/17 supplies.ReceiveStock\n"
                                   "    emits supplies.StockReceived.dzb\n"
                                   "dzb/1/18 supplies.OfferSubstitute\n"
                                   "    n2-l1: BACKORDERED -> BACKORDERED\n"
                                   "    emits supplies.SubstituteOffered.310115125006\n"
                                   "    n2-l1: BACKORDERED -> SUBSTITUTED\n"
                                   "    n2-l1: SUBSTITUTED -> ALLOCATED\n"
                                   "    reminds n2-l1: supplies.ChasePick in 8 h\n"
                                   "    emits supplies.LineAllocated.310115125006 to dzb\n");
    ck_assert_str_eq(
        story_ask(story, C41, "supplies.OpenOrders." C41, "{'place': '" C41 "'}"),
        "{\"lines\": [{\"line\": \"n1-l1\", \"need\": \"n1\", \"item\": \"antipyretic\", \"qty\": "
        "1, \"state\": \"ALLOCATED\", \"place\": \"310115125041\", \"person\": \"r1\", \"site\": "
        "\"depot\", \"sinceMs\": \"1674003600000\"}, {\"line\": \"n1-l1.1\", \"need\": \"n1\", "
        "\"item\": \"syrup\", \"qty\": 2, \"state\": \"ALLOCATED\", \"place\": \"310115125041\", "
        "\"person\": \"r1\", \"of\": \"n1-l1\", \"site\": \"depot\", \"sinceMs\": "
        "\"1674003600000\"}]}");
    ck_assert_str_eq(story_ask(story, C06, "supplies.OpenOrders." C06, "{'place': '" C41 "'}"),
                     "refused NOT_ALLOWED: it is not for 310115125006");
    supplies_close(story);
}
END_TEST

START_TEST(what_is_refused_goes_to_the_arbiter_and_a_ruling_asks_again)
{
    struct story *story = supplies_story(&supplies_service);

    asks(story, "n1", "r1", C41, "rice", 9);
    story_forget(story);
    approves(story, "n1-l1");
    office(story, "ApproveLine", "{'line': 'n1-l1', 'qty': 10}");
    office(story, "RejectLine", "{'line': 'n1-l1'}");
    office(story, "RejectLine", "{'line': 'n1-l1', 'code': 'OUTSIDE_POLICY', 'text': 'too much'}");
    story_say(story, "lgo as lgo.head", "supplies.Rule.lgo", "{'need': 'n1', 'toUnit': 'dzb'}");
    office(story, "RejectLine", "{'line': 'n1-l2', 'code': 'OUTSIDE_POLICY'}");
    office(story, "ApproveLine", "{'line': 'n1-l2', 'qty': 4}");
    story_later(story, "5 h");
    EXPECT_TEXT(story_text(story), "dzb/1/7 supplies.ApproveLine\n"
                                   "    refuses: at most 4 bag of it for one need\n"
                                   "dzb/1/8 supplies.ApproveLine\n"
                                   "    refuses: more than was asked for\n"
                                   "dzb/1/9 supplies.RejectLine\n"
                                   "    refuses: a rejection has a code of the list\n"
                                   "dzb/1/10 supplies.RejectLine\n"
                                   "    forgets n1-l1: supplies.ChaseApproval\n"
                                   "    n1-l1: REQUESTED -> REJECTED\n"
                                   "    emits supplies.LineRejected.310115125041\n"
                                   "    n1-a1: REQUESTED -> REJECTED\n"
                                   "    emits supplies.Rejected.dzb\n"
                                   "    n1: ASSIGNED -> OPEN\n"
                                   "    n1: OPEN -> UNASSIGNABLE\n"
                                   "    emits supplies.Unassignable.lgo\n"
                                   "    reminds n1/arbiter: supplies.Due in 28 h 42 min\n"
                                   "    forgets n1/receive: supplies.Due\n"
                                   "    forgets n1/accept: supplies.Due\n"
                                   "    forgets n1/first_contact: supplies.Due\n"
                                   "lgo/1/1 supplies.Rule\n"
                                   "    emits supplies.Ruled.dzb\n"
                                   "    n1: UNASSIGNABLE -> ASSIGNED\n"
                                   "    n1-a2: NONE -> REQUESTED\n"
                                   "    emits supplies.Dispatched.dzb\n"
                                   "    reminds n1/receive: supplies.Due in 24 min\n"
                                   "    reminds n1/accept: supplies.Due in 48 min\n"
                                   "    reminds n1/first_contact: supplies.Due in 1 h 36 min\n"
                                   "    forgets n1/arbiter: supplies.Due\n"
                                   "    n1-l2: NONE -> REQUESTED\n"
                                   "    reminds n1-l2: supplies.ChaseApproval in 4 h\n"
                                   "    emits supplies.LineRequested.310115125041\n"
                                   "dzb/1/11 supplies.RejectLine\n"
                                   "    refuses: the arbiter ruled: it cannot be refused\n"
                                   "dzb/1/12 supplies.ApproveLine\n"
                                   "    forgets n1-l2: supplies.ChaseApproval\n"
                                   "    n1-l2: REQUESTED -> APPROVED\n"
                                   "    emits supplies.LineApproved.310115125041\n"
                                   "    n1-a2: REQUESTED -> ACCEPTED\n"
                                   "    emits supplies.Accepted.dzb\n"
                                   "    forgets n1/receive: supplies.Due\n"
                                   "    forgets n1/accept: supplies.Due\n"
                                   "    n1-l2: APPROVED -> BACKORDERED\n"
                                   "    emits supplies.LineBackordered.310115125041\n"
                                   "1 h 36 min later\n"
                                   "supplies/1/23 supplies.Due\n"
                                   "    emits supplies.DeadlineWarned.dzb\n"
                                   "    reminds n1/first_contact: supplies.Due in 24 min\n"
                                   "24 min later\n"
                                   "supplies/1/25 supplies.Due\n"
                                   "    emits supplies.DeadlineMissed.dzb\n"
                                   "    emits supplies.Escalated.dzb\n"
                                   "    reminds n1/first_contact: supplies.Due in 1 h\n"
                                   "1 h later\n"
                                   "supplies/1/28 supplies.Due\n"
                                   "    emits supplies.Escalated.lgo\n"
                                   "2 h later\n");
    supplies_close(story);
}
END_TEST

START_TEST(a_need_in_words_becomes_lines_and_a_second_one_adds_to_the_first)
{
    struct story *story = supplies_story(&supplies_service);

    story_say(story, "dzb as dzb.seat1", "supplies.OpenNeed." C41,
              "{'need': 'n1', 'person': 'r1', 'place': '" C41 "', 'category': 'LIVING', 'kind':"
              " 'GOODS', 'priority': 'P1', 'detail': 'nothing to eat at home'}");
    office(story, "RequestLine", "{'line': 'x1', 'need': 'n1', 'item': 'rice', 'qty': 1}");
    story_say(story, C41, "supplies.RequestLine." C41,
              "{'line': 'x2', 'need': 'n1', 'item': 'rice', 'qty': 1}");
    office(story, "RequestLine", "{'line': 'x2', 'need': 'n9', 'item': 'rice', 'qty': 1}");
    story_forget(story);
    asks(story, "n2", "r1", C41, "noodles", 1);
    EXPECT_TEXT(story_text(story), "310115125041/1/2 supplies.OpenNeed\n"
                                   "    n2: NONE -> SEALED\n"
                                   "    emits supplies.NeedOpened.310115125041\n"
                                   "    emits supplies.NeedClosed.310115125041\n"
                                   "    n2-l1: NONE -> REQUESTED\n"
                                   "    reminds n2-l1: supplies.ChaseApproval in 4 h\n"
                                   "    emits supplies.LineRequested.310115125041\n");
    ck_assert_str_eq(story_last(story, "supplies.LineRequested." C41),
                     "{\"line\": \"n2-l1\", \"need\": \"n1\", \"item\": \"noodles\", \"qty\": 1, "
                     "\"person\": \"r1\", \"dueMs\": \"1674018000000\"}");
    story_later(story, "5 h"); /* nobody has decided */
    ck_assert_str_eq(story_last(story, "supplies.DeadlineMissed.dzb"),
                     "{\"need\": \"n1\", \"clock\": \"approve\", \"dueMs\": \"1674018000000\"}");
    supplies_close(story);
}
END_TEST

TESTS(a_line_is_given_at_once_while_there_is_enough_for_all,
      in_a_shortage_nothing_is_given_before_all_are_heard,
      the_rule_is_data_and_what_was_given_stays_explained, an_override_is_the_leaders_and_says_why,
      a_line_is_given_in_parts_and_a_substitute_is_asked_for,
      what_is_refused_goes_to_the_arbiter_and_a_ruling_asks_again,
      a_need_in_words_becomes_lines_and_a_second_one_adds_to_the_first)
