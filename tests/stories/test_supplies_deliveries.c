/*
 * supplies: from the shelf to the door and the recipient's word (domain.md 3.10; S-060, S-0B7).  The town
 * is supplies_town.h; persons are invented.
 */
#include "stories/supplies_town.h"

/* One line, reserved for r1. */
static struct story *reserved(unsigned qty)
{
    struct story *story = supplies_story(&supplies_service);

    office(story, "ReceiveStock", "{'site': 'depot', 'item': 'rice', 'lot': 'a', 'qty': 10}");
    asks(story, "n1", "r1", C41, "rice", qty);
    approves(story, "n1-l1");
    story_forget(story);
    return story;
}

static void goes_out(struct story *story, const char *delivery, const char *line)
{
    char body[160];

    snprintf(body, sizeof(body), "{'delivery': '%s', 'lines': ['%s'], 'van': 'van1', 'stop': 3}",
             delivery, line);
    office(story, "Pick", body);
    snprintf(body, sizeof(body), "{'delivery': '%s'}", delivery);
    office(story, "SendOut", body);
}

static void arrives(struct story *story, const char *delivery)
{
    char body[160];

    snprintf(body, sizeof(body), "{'delivery': '%s', 'proof': {'who': 'daughter'}}", delivery);
    office(story, "Deliver", body);
}

static const char *stock(struct story *story)
{
    return story_ask(story, "dzb", "supplies.Availability.dzb", "{}");
}

START_TEST(goods_are_delivered_and_the_carer_hears_that_they_came)
{
    struct story *story = reserved(2);

    goes_out(story, "d1", "n1-l1");
    ck_assert_str_eq(
        story_ask(story, "dzb", "supplies.VanList.dzb", "{'van': 'van1'}"),
        "{\"stops\": [{\"delivery\": \"d1\", \"stop\": 3, \"place\": \"310115125041\", \"person\": "
        "\"r1\", \"state\": \"SENT\", \"lines\": [{\"line\": \"n1-l1\", \"need\": \"n1\", "
        "\"item\": \"rice\", \"qty\": 2, \"state\": \"SENT\", \"place\": \"310115125041\", "
        "\"person\": \"r1\", \"delivery\": \"d1\", \"site\": \"depot\", \"sinceMs\": "
        "\"1674003600000\"}]}]}");
    office(story, "Deliver", "{'delivery': 'd1'}");
    office(story, "Deliver", "{'delivery': 'd1', 'proof': {'who': '13800138000'}}");
    office(story, "Deliver", "{'delivery': 'd1', 'proof': {'photoHash': 'her door'}}");
    arrives(story, "d1");
    ck_assert_str_eq(
        story_ask(story, C41, "supplies.Unconfirmed." C41, "{'place': '" C41 "'}"),
        "{\"rows\": [{\"delivery\": \"d1\", \"person\": \"r1\", \"place\": \"310115125041\", "
        "\"deliveredMs\": \"1674003600000\", \"dueMs\": \"1674176400000\"}]}");
    office(story, "ConfirmDelivery", "{'delivery': 'd1'}");
    story_say(story, "care", "care.ContactRecorded." C41,
              "{'person': 'r2', 'deliveriesConfirmed': ['d1', 'd9']}");
    story_say(story, "care as " C41 ".duty", "care.ContactRecorded." C41,
              "{'person': 'r1', 'deliveriesConfirmed': ['d1']}");
    story_say(story, C41, "supplies.ConfirmDelivery." C41, "{'delivery': 'd1'}");
    EXPECT_TEXT(story_text(story), "dzb/1/9 supplies.Pick\n"
                                   "    d1: NONE -> PICKED\n"
                                   "    forgets n1-l1: supplies.ChasePick\n"
                                   "    n1-l1: ALLOCATED -> PICKED\n"
                                   "    emits supplies.LinePicked.310115125041\n"
                                   "dzb/1/10 supplies.SendOut\n"
                                   "    d1: PICKED -> SENT\n"
                                   "    n1-l1: PICKED -> SENT\n"
                                   "    n1-a1: ACCEPTED -> IN_PROGRESS\n"
                                   "    n1: ASSIGNED -> IN_SERVICE\n"
                                   "    emits supplies.Started.dzb\n"
                                   "    forgets n1/first_contact: supplies.Due\n"
                                   "    emits supplies.SentOut.310115125041\n"
                                   "dzb/1/11 supplies.Deliver\n"
                                   "    refuses: a delivery has a proof: who took it, or a photo\n"
                                   "dzb/1/12 supplies.Deliver\n"
                                   "    refuses: who: the id of a post, a carer or a member of "
                                   "staff, never a name or a number\n"
                                   "dzb/1/13 supplies.Deliver\n"
                                   "    refuses: a photo is told by its hash\n"
                                   "dzb/1/14 supplies.Deliver\n"
                                   "    d1: SENT -> DELIVERED\n"
                                   "    n1-l1: SENT -> DELIVERED\n"
                                   "    reminds d1: supplies.ChaseConfirmation in 2 d\n"
                                   "    emits supplies.Delivered.310115125041\n"
                                   "    n1-a1: IN_PROGRESS -> COMPLETED\n"
                                   "    n1: IN_SERVICE -> VERIFYING\n"
                                   "    emits supplies.Completed.dzb\n"
                                   "    emits supplies.VerificationDue.310115125041\n"
                                   "    reminds n1/verify: supplies.Due in 28 h 42 min\n"
                                   "    forgets n1/done: supplies.Due\n"
                                   "dzb/1/15 supplies.ConfirmDelivery\n"
                                   "    refuses: who brought it does not confirm it\n"
                                   "care/1/2 care.ContactRecorded at supplies\n"
                                   "    d1: DELIVERED -> CONFIRMED\n"
                                   "    n1-l1: DELIVERED -> CONFIRMED\n"
                                   "    forgets d1: supplies.ChaseConfirmation\n"
                                   "    emits supplies.DeliveryConfirmed.310115125041\n"
                                   "    n1: VERIFYING -> VERIFYING\n"
                                   "    emits supplies.CallbackRecorded.310115125041\n"
                                   "    n1: VERIFYING -> CLOSED\n"
                                   "    emits supplies.NeedClosed.310115125041\n"
                                   "    reminds n1/reopen_window: supplies.Due in 7 d\n"
                                   "    forgets n1/verify: supplies.Due\n"
                                   "310115125041/1/2 supplies.ConfirmDelivery\n"
                                   "    refuses: no ConfirmDelivery from CONFIRMED\n");
    ck_assert_str_eq(story_last(story, "supplies.DeliveryConfirmed." C41),
                     "{\"delivery\": \"d1\", \"lines\": [\"n1-l1\"], \"byContact\": \"care/1/2\", "
                     "\"person\": \"r1\", \"need\": \"n1\", \"byPost\": \"310115125041.duty\"}");
    ck_assert_str_eq(story_last(story, "supplies.NeedClosed." C41),
                     "{\"need\": \"n1\", \"outcome\": \"MET\", \"spans\": {}, \"person\": \"r1\"}");
    ck_assert_str_eq(stock(story),
                     "{\"rows\": [{\"site\": \"depot\", \"item\": \"rice\", \"lot\": \"a\", "
                     "\"expiry\": \"9999-12-31\", \"onHand\": 8, \"canPromise\": 8, \"received\": "
                     "10, \"sent\": 2}], \"balanced\": true}");
    supplies_close(story);
}
END_TEST

START_TEST(nobody_has_seen_it_arrive)
{
    struct story *story = reserved(1);

    goes_out(story, "d1", "n1-l1");
    arrives(story, "d1");
    story_forget(story);
    story_later(story, "2 d");
    ck_assert_str_eq(story_last(story, "supplies.VerificationDue." C41),
                     "{\"need\": \"n1\", \"verifierUnit\": \"310115125041\", \"person\": \"r1\", "
                     "\"dueMs\": \"1674176400000\", \"handlerUnit\": \"dzb\", \"handlerPost\": "
                     "\"dzb.duty\", \"handlerPerson\": \"dzb-s4\", \"kind\": \"GOODS\"}");
    story_say(story, C41 " as " C41 ".first", "supplies.RecordCallback." C41,
              "{'need': 'n1', 'result': 'SATISFIED', 'solved': 'SOLVED_YES'}");
    ck_assert_str_eq(story_last(story, "supplies.DeliveryConfirmed." C41),
                     "{\"delivery\": \"d1\", \"lines\": [\"n1-l1\"], \"byContact\": \"call-back\", "
                     "\"person\": \"r1\", \"need\": \"n1\", \"byPost\": \"310115125041.first\"}");
    supplies_close(story);
}
END_TEST

START_TEST(nobody_completes_what_is_still_on_its_way)
{
    struct story *story = reserved(1);

    goes_out(story, "d1", "n1-l1");
    story_forget(story);
    office(story, "Complete", "{'assignment': 'n1-a1', 'solved': 'SOLVED_YES'}");
    EXPECT_TEXT(story_text(story), "dzb/1/11 supplies.Complete\n"
                                   "    refuses: goods of it are not yet handed over\n");
    supplies_close(story);
}
END_TEST

START_TEST(what_is_lost_or_wrong_is_sought_anew_and_what_comes_back_lies_there_again)
{
    struct story *story = reserved(4);

    goes_out(story, "d1", "n1-l1");
    story_forget(story);
    story_say(story, C06, "supplies.ReportLoss." C06,
              "{'delivery': 'd1', 'line': 'n1-l1', 'qty': 1, 'code': 'LOST'}");
    office(story, "ReportLoss", "{'delivery': 'd1', 'line': 'n1-l1', 'qty': 1, 'code': 'LOST'}");
    office(story, "ReportReturn",
           "{'delivery': 'd1', 'line': 'n1-l1', 'qty': 1, 'code': 'REFUSED'}");
    arrives(story, "d1");
    story_say(story, C41, "supplies.ReportWrong." C41,
              "{'delivery': 'd1', 'line': 'n1-l1', 'code': 'WRONG'}");
    office(story, "ReportReturn", "{'delivery': 'd1', 'line': 'n1-l1', 'code': 'REFUSED'}");
    EXPECT_TEXT(story_text(story), "310115125006/1/1 supplies.ReportLoss\n"
                                   "    refuses: ReportLoss is not for 310115125006\n"
                                   "dzb/1/11 supplies.ReportLoss\n"
                                   "    n1-l1.1: NONE -> SENT\n"
                                   "    n1-l1.1: SENT -> LOST\n"
                                   "    emits supplies.GoodsLost.dzb\n"
                                   "    n1-l1.1: LOST -> APPROVED\n"
                                   "    n1-l1.1: APPROVED -> ALLOCATED\n"
                                   "    reminds n1-l1.1: supplies.ChasePick in 8 h\n"
                                   "    emits supplies.LineAllocated.310115125041 to dzb\n"
                                   "dzb/1/12 supplies.ReportReturn\n"
                                   "    n1-l1.2: NONE -> SENT\n"
                                   "    n1-l1.2: SENT -> RETURNED\n"
                                   "    emits supplies.GoodsReturned.dzb\n"
                                   "dzb/1/13 supplies.Deliver\n"
                                   "    d1: SENT -> DELIVERED\n"
                                   "    n1-l1: SENT -> DELIVERED\n"
                                   "    reminds d1: supplies.ChaseConfirmation in 2 d\n"
                                   "    emits supplies.Delivered.310115125041\n"
                                   "310115125041/1/2 supplies.ReportWrong\n"
                                   "    n1-l1: DELIVERED -> WRONG\n"
                                   "    emits supplies.WrongReported.dzb\n"
                                   "    d1: DELIVERED -> ENDED\n"
                                   "    forgets d1: supplies.ChaseConfirmation\n"
                                   "    n1-l1: WRONG -> APPROVED\n"
                                   "    n1-l1: APPROVED -> ALLOCATED\n"
                                   "    reminds n1-l1: supplies.ChasePick in 8 h\n"
                                   "    emits supplies.LineAllocated.310115125041 to dzb\n"
                                   "dzb/1/14 supplies.ReportReturn\n"
                                   "    refuses: which delivery and line, how many, and why\n");
    ck_assert_str_eq(stock(story),
                     "{\"rows\": [{\"site\": \"depot\", \"item\": \"rice\", \"lot\": \"a\", "
                     "\"expiry\": \"9999-12-31\", \"onHand\": 7, \"reserved\": 3, \"canPromise\": "
                     "4, \"received\": 10, \"lost\": 3}], \"balanced\": true}");
    ck_assert_str_eq(story_ask(story, "dzb", "supplies.OpenOrders.dzb", "{'item': 'rice'}"),
                     "{\"lines\": [{\"line\": \"n1-l1\", \"need\": \"n1\", \"item\": \"rice\", "
                     "\"qty\": 2, \"state\": \"ALLOCATED\", \"place\": \"310115125041\", "
                     "\"person\": \"r1\", \"site\": \"depot\", \"sinceMs\": \"1674003600000\"}, "
                     "{\"line\": \"n1-l1.1\", \"need\": \"n1\", \"item\": \"rice\", \"qty\": 1, "
                     "\"state\": \"ALLOCATED\", \"place\": \"310115125041\", \"person\": \"r1\", "
                     "\"of\": \"n1-l1\", \"site\": \"depot\", \"sinceMs\": \"1674003600000\"}]}");
    goes_out(story, "d2", "n1-l1");
    goes_out(story, "d3", "n1-l1.1");
    arrives(story, "d2");
    arrives(story, "d3");
    story_say(story, "hotline as dzb.seat1", "supplies.ConfirmDelivery." C41, "{'delivery': 'd2'}");
    story_say(story, "hotline as dzb.seat1", "supplies.ConfirmDelivery." C41, "{'delivery': 'd3'}");
    ck_assert_str_eq(
        story_last(story, "supplies.NeedClosed." C41),
        "{\"need\": \"n1\", \"outcome\": \"PARTLY_MET\", \"spans\": {}, \"person\": \"r1\"}");
    supplies_close(story);
}
END_TEST

START_TEST(a_reported_death_stops_the_van_and_a_refuted_one_lets_it_go_on)
{
    struct story *story = reserved(2);

    goes_out(story, "d1", "n1-l1");
    story_forget(story);
    story_say(story, "registry", "registry.DeathReported." C41, "{'person': 'r1'}");
    arrives(story, "d1");
    story_say(story, "registry", "registry.DeathRefuted." C41, "{'person': 'r1'}");
    arrives(story, "d1");
    EXPECT_TEXT(story_text(story), "registry/1/1 registry.DeathReported at supplies\n"
                                   "    n1: IN_SERVICE -> ON_HOLD\n"
                                   "    emits supplies.NeedHeld.dzb\n"
                                   "    reminds n1/held: supplies.Due in 3 d\n"
                                   "    forgets n1/done: supplies.Due\n"
                                   "    n1-l1: SENT -> HELD\n"
                                   "    emits supplies.DeliveryHeld.310115125041 to dzb\n"
                                   "dzb/1/11 supplies.Deliver\n"
                                   "    refuses: no Deliver from HELD\n"
                                   "registry/1/2 registry.DeathRefuted at supplies\n"
                                   "    n1: ON_HOLD -> IN_SERVICE\n"
                                   "    emits supplies.NeedResumed.dzb\n"
                                   "    reminds n1/done: supplies.Due in 19 h 12 min\n"
                                   "    forgets n1/held: supplies.Due\n"
                                   "    n1-l1: HELD -> SENT\n"
                                   "dzb/1/12 supplies.Deliver\n"
                                   "    d1: SENT -> DELIVERED\n"
                                   "    n1-l1: SENT -> DELIVERED\n"
                                   "    reminds d1: supplies.ChaseConfirmation in 2 d\n"
                                   "    emits supplies.Delivered.310115125041\n"
                                   "    n1-a1: IN_PROGRESS -> COMPLETED\n"
                                   "    n1: IN_SERVICE -> VERIFYING\n"
                                   "    emits supplies.Completed.dzb\n"
                                   "    emits supplies.VerificationDue.310115125041\n"
                                   "    reminds n1/verify: supplies.Due in 28 h 42 min\n"
                                   "    forgets n1/done: supplies.Due\n");
    ck_assert_str_eq(story_last(story, "supplies.DeliveryHeld." C41),
                     "{\"delivery\": \"d1\", \"lines\": [\"n1-l1\"], \"person\": \"r1\", "
                     "\"reason\": \"a death was reported\"}");
    supplies_close(story);
}
END_TEST

START_TEST(a_confirmed_death_cancels_and_the_goods_come_back)
{
    struct story *story = reserved(2);

    goes_out(story, "d1", "n1-l1");
    story_forget(story);
    story_say(story, "registry", "registry.DeathReported." C41, "{'person': 'r1'}");
    story_say(story, "registry", "registry.DeathConfirmed." C41, "{'person': 'r1'}");
    office(story, "ReportReturn", "{'delivery': 'd1', 'line': 'n1-l1', 'code': 'DAMAGED'}");
    EXPECT_TEXT(story_text(story), "registry/1/1 registry.DeathReported at supplies\n"
                                   "    n1: IN_SERVICE -> ON_HOLD\n"
                                   "    emits supplies.NeedHeld.dzb\n"
                                   "    reminds n1/held: supplies.Due in 3 d\n"
                                   "    forgets n1/done: supplies.Due\n"
                                   "    n1-l1: SENT -> HELD\n"
                                   "    emits supplies.DeliveryHeld.310115125041 to dzb\n"
                                   "registry/1/2 registry.DeathConfirmed at supplies\n"
                                   "    n1-a1: IN_PROGRESS -> RECALLED\n"
                                   "    emits supplies.Recalled.dzb\n"
                                   "    n1: ON_HOLD -> CLOSED\n"
                                   "    emits supplies.NeedClosed.310115125041\n"
                                   "    reminds n1/reopen_window: supplies.Due in 7 d\n"
                                   "    forgets n1/held: supplies.Due\n"
                                   "    n1-l1: HELD -> CANCELLED\n"
                                   "    emits supplies.BackorderCancelled.310115125041\n"
                                   "    d1: SENT -> ENDED\n"
                                   "dzb/1/11 supplies.ReportReturn\n"
                                   "    n1-l1: CANCELLED -> RETURNED\n"
                                   "    emits supplies.GoodsReturned.dzb\n");
    ck_assert_str_eq(stock(story),
                     "{\"rows\": [{\"site\": \"depot\", \"item\": \"rice\", \"lot\": \"a\", "
                     "\"expiry\": \"9999-12-31\", \"onHand\": 8, \"canPromise\": 8, \"received\": "
                     "10, \"lost\": 2}], \"balanced\": true}");
    supplies_close(story);
}
END_TEST

START_TEST(a_delivery_has_one_door)
{
    struct story *story = reserved(1);

    asks(story, "n2", "r2", C06, "rice", 1);
    approves(story, "n2-l1");
    story_forget(story);
    office(story, "Pick", "{'delivery': 'd1', 'lines': ['n1-l1', 'n2-l1']}");
    office(story, "Pick", "{'delivery': 'd1', 'lines': []}");
    office(story, "SendOut", "{'delivery': 'd1'}");
    story_say(story, "hcz", "supplies.Pick.hcz", "{'delivery': 'd1', 'lines': ['n1-l1']}");
    office(story, "ReportLoss", "{'line': 'n1-l1', 'code': 'DAMAGED'}"); /* torn on the shelf */
    story_say(story, "registry", "registry.Moved." C06,
              "{'person': 'r1', 'from': '" C41 "', 'to': '" C06 "'}");
    office(story, "Pick", "{'delivery': 'd2', 'lines': ['n1-l1']}");
    story_later(story, "9 h");
    EXPECT_TEXT(story_text(story), "dzb/1/10 supplies.Pick\n"
                                   "    refuses: a delivery is of one need, from one site\n"
                                   "dzb/1/11 supplies.Pick\n"
                                   "    refuses: a delivery's id, its lines, its van\n"
                                   "dzb/1/12 supplies.SendOut\n"
                                   "    refuses: there is no such delivery\n"
                                   "hcz/1/1 supplies.Pick\n"
                                   "    refuses: hcz does not keep this site\n"
                                   "dzb/1/13 supplies.ReportLoss\n"
                                   "    forgets n1-l1: supplies.ChasePick\n"
                                   "    n1-l1: ALLOCATED -> LOST\n"
                                   "    emits supplies.GoodsLost.dzb\n"
                                   "    n1-l1: LOST -> APPROVED\n"
                                   "    n1-l1: APPROVED -> ALLOCATED\n"
                                   "    reminds n1-l1: supplies.ChasePick in 8 h\n"
                                   "    emits supplies.LineAllocated.310115125041 to dzb\n"
                                   "registry/1/1 registry.Moved at supplies\n"
                                   "    emits supplies.NeedAmended.dzb\n"
                                   "dzb/1/14 supplies.Pick\n"
                                   "    d2: NONE -> PICKED\n"
                                   "    forgets n1-l1: supplies.ChasePick\n"
                                   "    n1-l1: ALLOCATED -> PICKED\n"
                                   "    emits supplies.LinePicked.310115125006\n"
                                   "1 h 36 min later\n"
                                   "supplies/1/28 supplies.Due\n"
                                   "    emits supplies.DeadlineWarned.dzb\n"
                                   "    reminds n1/first_contact: supplies.Due in 24 min\n"
                                   "supplies/1/29 supplies.Due\n"
                                   "    emits supplies.DeadlineWarned.dzb\n"
                                   "    reminds n2/first_contact: supplies.Due in 24 min\n"
                                   "24 min later\n"
                                   "supplies/1/32 supplies.Due\n"
                                   "    emits supplies.DeadlineMissed.dzb\n"
                                   "    emits supplies.Escalated.dzb\n"
                                   "    reminds n1/first_contact: supplies.Due in 1 h\n"
                                   "supplies/1/33 supplies.Due\n"
                                   "    emits supplies.DeadlineMissed.dzb\n"
                                   "    emits supplies.Escalated.dzb\n"
                                   "    reminds n2/first_contact: supplies.Due in 1 h\n"
                                   "1 h later\n"
                                   "supplies/1/38 supplies.Due\n"
                                   "    emits supplies.Escalated.lgo\n"
                                   "supplies/1/39 supplies.Due\n"
                                   "    emits supplies.Escalated.lgo\n"
                                   "5 h later\n"
                                   "supplies/1/42 supplies.ChasePick\n"
                                   "    n2-l1: ALLOCATED -> ALLOCATED\n"
                                   "    emits supplies.DeadlineMissed.dzb\n"
                                   "1 h later\n");
    supplies_close(story);
}
END_TEST

START_TEST(a_merged_id_s_delivery_is_confirmed_by_whom_it_names_now)
{
    struct story *story = reserved(2);

    goes_out(story, "d1", "n1-l1");
    arrives(story, "d1");
    story_say(story, "registry", "registry.ClassSet." C41, "{'person': 'r9', 'to': 'RED'}");
    story_say(story, "registry", "registry.Merged." C41, "{'survivor': 'r9', 'alias': 'r1'}");
    ck_assert_ptr_nonnull(strstr(story_ask(story, "dzb", "supplies.OpenOrders.dzb", "{}"),
                                 "\"person\": \"r1\", \"class\": \"RED\""));
    story_say(story, "care", "care.ContactRecorded." C41,
              "{'person': 'r9', 'deliveriesConfirmed': ['d1']}");
    ck_assert_uint_eq(story_count(story, "supplies.DeliveryConfirmed." C41), 1);
    supplies_close(story);
}
END_TEST

TESTS(a_merged_id_s_delivery_is_confirmed_by_whom_it_names_now,
      goods_are_delivered_and_the_carer_hears_that_they_came, nobody_has_seen_it_arrive,
      nobody_completes_what_is_still_on_its_way,
      what_is_lost_or_wrong_is_sought_anew_and_what_comes_back_lies_there_again,
      a_reported_death_stops_the_van_and_a_refuted_one_lets_it_go_on,
      a_confirmed_death_cancels_and_the_goods_come_back, a_delivery_has_one_door)
