/*
 * supplies: what lies where (domain.md 3.10; S-060).  The town is supplies_town.h.
 */
#include "stories/supplies_town.h"

static void receives(struct story *story, const char *item, const char *lot, const char *expiry,
                     unsigned qty)
{
    char body[200];

    snprintf(body, sizeof(body),
             "{'site': 'depot', 'item': '%s', 'lot': '%s', 'expiry': '%s', 'qty': %u}", item, lot,
             expiry, qty);
    office(story, "ReceiveStock", body);
}

START_TEST(what_expires_first_goes_out_first)
{
    struct story *story = supplies_story(&supplies_service);

    receives(story, "rice", "late", "2023-12-31", 3);
    receives(story, "rice", "soon", "2023-06-30", 2);
    receives(story, "rice", "keeps", "", 5);
    asks(story, "n1", "r1", C41, "rice", 4);
    approves(story, "n1-l1");
    ck_assert_str_eq(
        story_ask(story, "dzb", "supplies.Availability.dzb", "{'site': 'depot', 'item': 'rice'}"),
        "{\"rows\": [{\"site\": \"depot\", \"item\": \"rice\", \"lot\": \"soon\", \"expiry\": "
        "\"2023-06-30\", \"onHand\": 2, \"reserved\": 2, \"received\": 2}, {\"site\": \"depot\", "
        "\"item\": \"rice\", \"lot\": \"late\", \"expiry\": \"2023-12-31\", \"onHand\": 3, "
        "\"reserved\": 2, \"canPromise\": 1, \"received\": 3}, {\"site\": \"depot\", \"item\": "
        "\"rice\", \"lot\": \"keeps\", \"expiry\": \"9999-12-31\", \"onHand\": 5, \"canPromise\": "
        "5, \"received\": 5}], \"balanced\": true}");
    supplies_close(story);
}
END_TEST

START_TEST(a_lot_is_warned_of_and_then_no_more_promised)
{
    struct story *story = supplies_story(&supplies_service);

    receives(story, "rice", "soon", "2023-02-20", 2);
    story_forget(story);
    story_later(story, "4 d");
    story_later(story, "30 d");
    asks(story, "n1", "r1", C41, "rice", 1);
    approves(story, "n1-l1");
    receives(story, "rice", "gone", "2023-02-20", 2);
    EXPECT_TEXT(story_text(story),
                "3 d 15 h later\n"
                "supplies/1/8 supplies.NoticeExpiry\n"
                "    reminds depot/rice/2023-02-20/soon: supplies.NoticeExpiry in 30 d\n"
                "    emits supplies.StockExpiring.dzb\n"
                "9 h later\n"
                "29 d 15 h later\n"
                "supplies/1/10 supplies.NoticeExpiry\n"
                "    emits supplies.StockLow.dzb\n"
                "    emits supplies.StockExpiring.dzb\n"
                "9 h later\n"
                "310115125041/1/1 supplies.OpenNeed\n"
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
                "dzb/1/8 supplies.ApproveLine\n"
                "    forgets n1-l1: supplies.ChaseApproval\n"
                "    n1-l1: REQUESTED -> APPROVED\n"
                "    emits supplies.LineApproved.310115125041\n"
                "    n1-a1: REQUESTED -> ACCEPTED\n"
                "    emits supplies.Accepted.dzb\n"
                "    forgets n1/receive: supplies.Due\n"
                "    forgets n1/accept: supplies.Due\n"
                "    n1-l1: APPROVED -> BACKORDERED\n"
                "    emits supplies.LineBackordered.310115125041\n"
                "dzb/1/9 supplies.ReceiveStock\n"
                "    refuses: it has expired\n");
    supplies_close(story);
}
END_TEST

START_TEST(a_count_that_differs_has_a_reason_and_is_kept)
{
    struct story *story = supplies_story(&supplies_service);

    receives(story, "rice", "a", "", 10);
    asks(story, "n1", "r1", C41, "rice", 4);
    approves(story, "n1-l1");
    story_forget(story);
    office(story, "CountStock", "{'site': 'depot', 'item': 'rice', 'lot': 'a', 'qty': 9}");
    office(story, "CountStock",
           "{'site': 'depot', 'item': 'rice', 'lot': 'a', 'qty': 8, 'reason': 'two bags torn'}");
    office(story, "CountStock",
           "{'site': 'depot', 'item': 'rice', 'lot': 'a', 'qty': 3, 'reason': 'not found'}");
    office(story, "CountStock",
           "{'site': 'depot', 'item': 'rice', 'lot': 'b', 'qty': 1, 'reason': 'behind the door'}");
    story_say(story, "hcz as hcz.duty", "supplies.CountStock.hcz",
              "{'site': 'depot', 'item': 'rice', 'qty': 1}");
    EXPECT_TEXT(story_text(story), "dzb/1/9 supplies.CountStock\n"
                                   "    refuses: another count than the book's has a reason\n"
                                   "dzb/1/10 supplies.CountStock\n"
                                   "    emits supplies.StockCounted.dzb\n"
                                   "dzb/1/11 supplies.CountStock\n"
                                   "    refuses: there is not so much of it\n"
                                   "dzb/1/12 supplies.CountStock\n"
                                   "    emits supplies.StockCounted.dzb\n"
                                   "hcz/1/1 supplies.CountStock\n"
                                   "    refuses: hcz does not keep this site\n");
    ck_assert_str_eq(
        story_ask(story, "jcb", "supplies.Variances.jcb", "{'site': 'depot'}"),
        "{\"rows\": [{\"site\": \"depot\", \"item\": \"rice\", \"lot\": \"a\", \"variance\": "
        "\"-2\", \"reason\": \"two bags torn\", \"byPost\": \"dzb.duty\", \"atMs\": "
        "\"1674003600000\"}, {\"site\": \"depot\", \"item\": \"rice\", \"lot\": \"b\", "
        "\"variance\": \"1\", \"reason\": \"behind the door\", \"byPost\": \"dzb.duty\", \"atMs\": "
        "\"1674003600000\"}], \"sum\": \"-1\"}");
    supplies_close(story);
}
END_TEST

START_TEST(a_shelf_that_runs_low_says_so_once_and_who_could_help)
{
    struct story *story = supplies_story(&supplies_service);

    office(story, "ReceiveStock", "{'site': 'reserve', 'item': 'rice', 'lot': 'r', 'qty': 40}");
    receives(story, "rice", "a", "", 3);
    story_forget(story);
    asks(story, "n1", "r1", C41, "rice", 2);
    approves(story, "n1-l1");
    office(story, "Pick", "{'delivery': 'd1', 'lines': ['n1-l1'], 'van': 'van1', 'stop': 1}");
    office(story, "SendOut", "{'delivery': 'd1'}");
    asks(story, "n2", "r2", C41, "rice", 1);
    approves(story, "n2-l1");
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
                                   "dzb/1/9 supplies.ApproveLine\n"
                                   "    forgets n1-l1: supplies.ChaseApproval\n"
                                   "    n1-l1: REQUESTED -> APPROVED\n"
                                   "    emits supplies.LineApproved.310115125041\n"
                                   "    n1-a1: REQUESTED -> ACCEPTED\n"
                                   "    emits supplies.Accepted.dzb\n"
                                   "    forgets n1/receive: supplies.Due\n"
                                   "    forgets n1/accept: supplies.Due\n"
                                   "    n1-l1: APPROVED -> ALLOCATED\n"
                                   "    reminds n1-l1: supplies.ChasePick in 8 h\n"
                                   "    emits supplies.LineAllocated.310115125041 to dzb\n"
                                   "dzb/1/10 supplies.Pick\n"
                                   "    d1: NONE -> PICKED\n"
                                   "    forgets n1-l1: supplies.ChasePick\n"
                                   "    n1-l1: ALLOCATED -> PICKED\n"
                                   "    emits supplies.LinePicked.310115125041\n"
                                   "dzb/1/11 supplies.SendOut\n"
                                   "    d1: PICKED -> SENT\n"
                                   "    n1-l1: PICKED -> SENT\n"
                                   "    n1-a1: ACCEPTED -> IN_PROGRESS\n"
                                   "    n1: ASSIGNED -> IN_SERVICE\n"
                                   "    emits supplies.Started.dzb\n"
                                   "    forgets n1/first_contact: supplies.Due\n"
                                   "    emits supplies.SentOut.310115125041\n"
                                   "310115125041/1/2 supplies.OpenNeed\n"
                                   "    n2: NONE -> OPEN\n"
                                   "    emits supplies.NeedOpened.310115125041\n"
                                   "    n2: OPEN -> ASSIGNED\n"
                                   "    n2-a1: NONE -> REQUESTED\n"
                                   "    emits supplies.Dispatched.dzb\n"
                                   "    reminds n2/done: supplies.Due in 19 h 12 min\n"
                                   "    reminds n2/receive: supplies.Due in 24 min\n"
                                   "    reminds n2/accept: supplies.Due in 48 min\n"
                                   "    reminds n2/first_contact: supplies.Due in 1 h 36 min\n"
                                   "    n2-l1: NONE -> REQUESTED\n"
                                   "    reminds n2-l1: supplies.ChaseApproval in 4 h\n"
                                   "    emits supplies.LineRequested.310115125041\n"
                                   "dzb/1/12 supplies.ApproveLine\n"
                                   "    forgets n2-l1: supplies.ChaseApproval\n"
                                   "    n2-l1: REQUESTED -> APPROVED\n"
                                   "    emits supplies.LineApproved.310115125041\n"
                                   "    n2-a1: REQUESTED -> ACCEPTED\n"
                                   "    emits supplies.Accepted.dzb\n"
                                   "    forgets n2/receive: supplies.Due\n"
                                   "    forgets n2/accept: supplies.Due\n"
                                   "    n2-l1: APPROVED -> ALLOCATED\n"
                                   "    reminds n2-l1: supplies.ChasePick in 8 h\n"
                                   "    emits supplies.StockLow.dzb\n"
                                   "    emits supplies.LineAllocated.310115125041 to dzb\n");
    ck_assert_uint_eq(story_count(story, "supplies.StockLow.*"), 1);
    ck_assert_str_eq(story_last(story, "supplies.StockLow.dzb"),
                     "{\"site\": \"depot\", \"item\": \"rice\", \"helpSite\": \"reserve\"}");
    ck_assert_str_eq(
        story_ask(story, "dzb", "supplies.RunOutDate.dzb", "{'site': 'depot', 'item': 'rice'}"),
        "{\"site\": \"depot\", \"item\": \"rice\", \"used7Days\": 2, \"date\": \"2023-01-18\"}");
    supplies_close(story);
}
END_TEST

START_TEST(what_is_not_defined_is_not_received)
{
    struct story *story = supplies_story(&supplies_service);

    receives(story, "caviar", "", "", 1);
    receives(story, "rice", "", "soon", 1);
    receives(story, "rice", "", "", 0);
    office(story, "ReceiveStock", "{'site': 'moon', 'item': 'rice', 'qty': 1}");
    story_say(story, "sjb as sjb.duty", "supplies.DefineItem.sjb",
              "{'item': 'soap', 'name': 'soap', 'unit': 'piece'}");
    office(story, "DefineItem", "{'item': 'soap'}");
    office(story, "DefineSite", "{'site': 'depot', 'unit': 'dzb', 'reserve': true}");
    office(story, "SetRule", "{'rule': 'none'}");
    EXPECT_TEXT(story_text(story), "dzb/1/7 supplies.ReceiveStock\n"
                                   "    refuses: there is no such item\n"
                                   "dzb/1/8 supplies.ReceiveStock\n"
                                   "    refuses: how many, of which lot, until which date\n"
                                   "dzb/1/9 supplies.ReceiveStock\n"
                                   "    refuses: how many, of which lot, until which date\n"
                                   "dzb/1/10 supplies.ReceiveStock\n"
                                   "    refuses: there is no such site\n"
                                   "sjb/1/1 supplies.DefineItem\n"
                                   "    refuses: DefineItem is not for sjb\n"
                                   "dzb/1/11 supplies.DefineItem\n"
                                   "    refuses: an item has an id, a name, a unit\n"
                                   "dzb/1/12 supplies.DefineSite\n"
                                   "    refuses: what lies there was promised by what it was\n"
                                   "dzb/1/13 supplies.SetRule\n"
                                   "    refuses: a rule has a name, an order, a reason\n");
    supplies_close(story);
}
END_TEST

START_TEST(what_expires_while_it_is_reserved_is_given_to_nobody)
{
    struct story *story = supplies_story(&supplies_service);

    receives(story, "rice", "soon", "2023-01-19", 3);
    receives(story, "rice", "keeps", "", 1);
    asks(story, "n1", "r1", C41, "rice", 3);
    approves(story, "n1-l1");
    asks(story, "n2", "r2", C41, "rice", 1);
    approves(story, "n2-l1");
    office(story, "Pick", "{'delivery': 'd2', 'lines': ['n2-l1']}");
    story_until(story, "2023-01-20T09:00");
    story_forget(story);
    office(story, "Pick", "{'delivery': 'd1', 'lines': ['n1-l1']}");
    office(story, "SendOut", "{'delivery': 'd2'}");
    office(story, "ReportLoss", "{'line': 'n1-l1', 'code': 'DAMAGED'}");
    EXPECT_TEXT(story_text(story), "dzb/1/12 supplies.Pick\n"
                                   "    refuses: lot soon has expired: it is to be reported lost\n"
                                   "dzb/1/13 supplies.SendOut\n"
                                   "    d2: PICKED -> SENT\n"
                                   "    n2-l1: PICKED -> SENT\n"
                                   "    n2-a1: ACCEPTED -> IN_PROGRESS\n"
                                   "    n2: ASSIGNED -> IN_SERVICE\n"
                                   "    emits supplies.Started.dzb\n"
                                   "    emits supplies.SentOut.310115125041\n"
                                   "dzb/1/14 supplies.ReportLoss\n"
                                   "    n1-l1: ALLOCATED -> LOST\n"
                                   "    emits supplies.GoodsLost.dzb\n"
                                   "    n1-l1: LOST -> APPROVED\n"
                                   "    n1-l1: APPROVED -> BACKORDERED\n"
                                   "    emits supplies.LineBackordered.310115125041\n");
    supplies_close(story);
}
END_TEST

START_TEST(how_it_was_shared_out_is_kept_for_its_time)
{
    struct story *story = supplies_story(&supplies_service);

    rule_says(story, "supplies.run_keep", 2);
    asks(story, "n1", "r1", C41, "rice", 1);
    approves(story, "n1-l1");
    ck_assert_ptr_nonnull(strstr(
        story_ask(story, "dzb", "supplies.ExplainAllocation.dzb", "{'line': 'n1-l1'}"), "rice-1"));
    story_later(story, "3 d");
    asks(story, "n2", "r2", C41, "rice", 1);
    approves(story, "n2-l1");
    EXPECT_TEXT(story_ask(story, "dzb", "supplies.ExplainAllocation.dzb", "{'line': 'n1-l1'}"),
                "refused NOT_FOUND: no allocation has heard of it");
    supplies_close(story);
}
END_TEST

START_TEST(a_list_goes_on_where_the_page_before_ended)
{
    struct story *story = supplies_story(&supplies_service);
    char need[16];

    for (int i = 1; i <= 5; i++) {
        snprintf(need, sizeof(need), "n%d", i);
        asks(story, need, i % 2 == 0 ? "r1" : "r2", C41, i < 3 ? "rice" : "noodles", 1);
    }
    const char *page = story_ask(story, "dzb", "supplies.OpenOrders.dzb",
                                 "{'place': '" C41 "', 'item': 'noodles', 'limit': 2}");
    ck_assert_ptr_nonnull(strstr(page, "n3-l1"));
    ck_assert_ptr_nonnull(strstr(page, "\"next\": \"n4-l1\"}"));
    page = story_ask(story, "dzb", "supplies.OpenOrders.dzb",
                     "{'place': '" C41 "', 'item': 'noodles', 'limit': 2, 'after': 'n4-l1'}");
    ck_assert_ptr_nonnull(strstr(page, "n5-l1"));
    ck_assert_ptr_null(strstr(page, "n4-l1"));
    ck_assert_ptr_null(strstr(page, "\"next\""));
    supplies_close(story);
}
END_TEST

TESTS(a_list_goes_on_where_the_page_before_ended,
      what_expires_while_it_is_reserved_is_given_to_nobody,
      how_it_was_shared_out_is_kept_for_its_time, what_expires_first_goes_out_first,
      a_lot_is_warned_of_and_then_no_more_promised, a_count_that_differs_has_a_reason_and_is_kept,
      a_shelf_that_runs_low_says_so_once_and_who_could_help, what_is_not_defined_is_not_received)
