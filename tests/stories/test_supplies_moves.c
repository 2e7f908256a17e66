/*
 * supplies: between sites, and from donors (domain.md 3.10; S-0B1).  The town is supplies_town.h.
 */
#include "stories/supplies_town.h"

static void keeper(struct story *story, const char *command, const char *body)
{
    char subject[64];

    snprintf(subject, sizeof(subject), "supplies.%s.wlc", command);
    story_say(story, "wlc as wlc.duty", subject, "%s", body);
}

START_TEST(what_a_reserve_has_comes_by_transfer)
{
    struct story *story = supplies_story(&supplies_service);

    keeper(story, "ReceiveStock",
           "{'site': 'reserve', 'item': 'rice', 'lot': 'x', 'expiry': '2023-05-01', 'qty': 4}");
    keeper(story, "ReceiveStock", "{'site': 'reserve', 'item': 'rice', 'lot': 'y', 'qty': 4}");
    asks(story, "n1", "r1", C41, "rice", 4);
    story_forget(story);
    approves(story, "n1-l1"); /* nothing of the reserve is promised */
    office(story, "OpenTransfer",
           "{'transfer': 't1', 'fromSite': 'reserve', 'toSite': 'depot', 'lines': [{'item':"
           " 'rice', 'qty': 9}]}");
    office(story, "OpenTransfer",
           "{'transfer': 't1', 'fromSite': 'reserve', 'toSite': 'depot', 'lines': [{'item':"
           " 'rice', 'qty': 5}]}");
    office(story, "ReceiveTransfer", "{'transfer': 't1'}");
    story_say(story, "hcz", "supplies.ShipTransfer.hcz", "{'transfer': 't1'}");
    keeper(story, "ShipTransfer", "{'transfer': 't1', 'van': 'van2'}");
    ck_assert_str_eq(story_ask(story, "dzb", "supplies.Availability.dzb", "{'item': 'rice'}"),
                     "{\"rows\": [{\"site\": \"reserve\", \"item\": \"rice\", \"lot\": \"x\", "
                     "\"expiry\": \"2023-05-01\", \"received\": 4, \"shipped\": 4}, {\"site\": "
                     "\"reserve\", \"item\": \"rice\", \"lot\": \"y\", \"expiry\": \"9999-12-31\", "
                     "\"onHand\": 3, \"received\": 4, \"shipped\": 1}], \"balanced\": true}");
    office(story, "ReceiveTransfer",
           "{'transfer': 't1', 'lines': [{'item': 'rice', 'lot': 'x', 'qty': 3},"
           " {'item': 'rice', 'lot': 'y', 'qty': 1}]}");
    EXPECT_TEXT(story_text(story),
                "dzb/1/7 supplies.ApproveLine\n"
                "    forgets n1-l1: supplies.ChaseApproval\n"
                "    n1-l1: REQUESTED -> APPROVED\n"
                "    emits supplies.LineApproved.310115125041\n"
                "    n1-a1: REQUESTED -> ACCEPTED\n"
                "    emits supplies.Accepted.dzb\n"
                "    forgets n1/receive: supplies.Due\n"
                "    forgets n1/accept: supplies.Due\n"
                "    n1-l1: APPROVED -> BACKORDERED\n"
                "    emits supplies.LineBackordered.310115125041\n"
                "dzb/1/8 supplies.OpenTransfer\n"
                "    refuses: the giving site would be short itself\n"
                "dzb/1/9 supplies.OpenTransfer\n"
                "    t1: NONE -> OPEN\n"
                "    reminds t1: supplies.ChaseTransfer in 24 h\n"
                "    emits supplies.TransferOpened.dzb\n"
                "dzb/1/10 supplies.ReceiveTransfer\n"
                "    refuses: no ReceiveTransfer from OPEN\n"
                "hcz/1/1 supplies.ShipTransfer\n"
                "    refuses: hcz does not keep this site\n"
                "wlc/1/3 supplies.ShipTransfer\n"
                "    t1: OPEN -> SHIPPED\n"
                "    reminds t1: supplies.ChaseTransfer in 24 h\n"
                "    emits supplies.TransferShipped.dzb\n"
                "dzb/1/11 supplies.ReceiveTransfer\n"
                "    t1: SHIPPED -> RECEIVED\n"
                "    forgets t1: supplies.ChaseTransfer\n"
                "    reminds depot/rice/2023-05-01/x: supplies.NoticeExpiry in 73 d 15 h\n"
                "    emits supplies.TransferReceived.dzb\n"
                "    n1-l1: BACKORDERED -> ALLOCATED\n"
                "    reminds n1-l1: supplies.ChasePick in 8 h\n"
                "    emits supplies.StockLow.dzb\n"
                "    emits supplies.LineAllocated.310115125041 to dzb\n");
    ck_assert_str_eq(
        story_last(story, "supplies.TransferReceived.dzb"),
        "{\"transfer\": \"t1\", \"fromSite\": \"reserve\", \"toSite\": \"depot\", \"lines\": "
        "[{\"item\": \"rice\", \"lot\": \"x\", \"expiry\": \"2023-05-01\", \"qty\": 3}, {\"item\": "
        "\"rice\", \"lot\": \"y\", \"expiry\": \"9999-12-31\", \"qty\": 1}], \"missing\": 1}");
    ck_assert_str_eq(
        story_ask(story, "dzb", "supplies.Availability.dzb", "{'item': 'rice'}"),
        "{\"rows\": [{\"site\": \"depot\", \"item\": \"rice\", \"lot\": \"x\", \"expiry\": "
        "\"2023-05-01\", \"onHand\": 3, \"reserved\": 3, \"received\": 3}, {\"site\": \"depot\", "
        "\"item\": \"rice\", \"lot\": \"y\", \"expiry\": \"9999-12-31\", \"onHand\": 1, "
        "\"reserved\": 1, \"received\": 1}, {\"site\": \"reserve\", \"item\": \"rice\", \"lot\": "
        "\"x\", \"expiry\": \"2023-05-01\", \"received\": 4, \"lost\": 1, \"shipped\": 3}, "
        "{\"site\": \"reserve\", \"item\": \"rice\", \"lot\": \"y\", \"expiry\": \"9999-12-31\", "
        "\"onHand\": 3, \"received\": 4, \"shipped\": 1}], \"balanced\": true}");
    supplies_close(story);
}
END_TEST

START_TEST(a_gift_is_taken_or_declined_with_thanks)
{
    struct story *story = supplies_story(&supplies_service);

    asks(story, "n1", "r1", C41, "rice", 2);
    approves(story, "n1-l1");
    story_forget(story);
    story_say(
        story, "sjb", "supplies.OfferDonation.sjb",
        "{'donation': 'g1', 'donor': '某企业', 'lines': [{'item': 'rice', 'lot': 'g', 'qty': 3}]}");
    story_say(story, "sjb", "supplies.OfferDonation.sjb",
              "{'donation': 'g2', 'donor': '某商会', 'lines': [{'item': 'wine', 'qty': 3}]}");
    story_say(story, "sjb", "supplies.AcceptDonation.sjb", "{'donation': 'g1', 'site': 'depot'}");
    office(story, "AcceptDonation", "{'donation': 'g1', 'site': 'depot'}");
    office(story, "AcceptDonation", "{'donation': 'g2', 'site': 'depot'}");
    office(story, "DeclineDonation", "{'donation': 'g2'}");
    office(story, "DeclineDonation", "{'donation': 'g2', 'reason': 'no use for it'}");
    EXPECT_TEXT(story_text(story), "sjb/1/1 supplies.OfferDonation\n"
                                   "    g1: NONE -> OFFERED\n"
                                   "    reminds g1: supplies.ChaseDonation in 10 d 8 h\n"
                                   "    emits supplies.DonationOffered.dzb\n"
                                   "sjb/1/2 supplies.OfferDonation\n"
                                   "    g2: NONE -> OFFERED\n"
                                   "    reminds g2: supplies.ChaseDonation in 10 d 8 h\n"
                                   "    emits supplies.DonationOffered.dzb\n"
                                   "sjb/1/3 supplies.AcceptDonation\n"
                                   "    refuses: AcceptDonation is not for sjb\n"
                                   "dzb/1/8 supplies.AcceptDonation\n"
                                   "    g1: OFFERED -> ACCEPTED\n"
                                   "    forgets g1: supplies.ChaseDonation\n"
                                   "    emits supplies.DonationAccepted.dzb\n"
                                   "    n1-l1: BACKORDERED -> ALLOCATED\n"
                                   "    reminds n1-l1: supplies.ChasePick in 8 h\n"
                                   "    emits supplies.LineAllocated.310115125041 to dzb\n"
                                   "dzb/1/9 supplies.AcceptDonation\n"
                                   "    refuses: there is no such item\n"
                                   "dzb/1/10 supplies.DeclineDonation\n"
                                   "    refuses: a donor is told why\n"
                                   "dzb/1/11 supplies.DeclineDonation\n"
                                   "    g2: OFFERED -> DECLINED\n"
                                   "    forgets g2: supplies.ChaseDonation\n"
                                   "    emits supplies.DonationDeclined.dzb\n");
    ck_assert_str_eq(story_ask(story, "jcb", "supplies.DonationLedger.jcb", "{}"),
                     "{\"rows\": [{\"donation\": \"g1\", \"donor\": \"某企业\", \"state\": "
                     "\"ACCEPTED\", \"lines\": [{\"item\": \"rice\", \"lot\": \"g\", \"qty\": 3}], "
                     "\"site\": \"depot\"}, {\"donation\": \"g2\", \"donor\": \"某商会\", "
                     "\"state\": \"DECLINED\", \"lines\": [{\"item\": \"wine\", \"qty\": 3}]}]}");
    ck_assert_str_eq(story_ask(story, "hcz", "supplies.DonationLedger.hcz", "{}"),
                     "refused NOT_ALLOWED: it is not for hcz");
    supplies_close(story);
}
END_TEST

START_TEST(a_line_may_come_from_two_sites)
{
    struct story *story = supplies_story(&supplies_service);

    office(story, "DefineSite", "{'site': 'store', 'unit': 'wlc', 'name': '分库'}");
    office(story, "ReceiveStock", "{'site': 'depot', 'item': 'rice', 'lot': 'a', 'qty': 1}");
    keeper(story, "ReceiveStock", "{'site': 'store', 'item': 'rice', 'lot': 'b', 'qty': 2}");
    asks(story, "n1", "r1", C41, "rice", 3);
    story_forget(story);
    approves(story, "n1-l1");
    EXPECT_TEXT(story_text(story), "dzb/1/9 supplies.ApproveLine\n"
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
                                   "    emits supplies.LineAllocated.310115125041 to wlc\n"
                                   "    n1-l1.1: APPROVED -> ALLOCATED\n"
                                   "    reminds n1-l1.1: supplies.ChasePick in 8 h\n"
                                   "    emits supplies.StockLow.dzb\n"
                                   "    emits supplies.LineAllocated.310115125041 to dzb\n");
    supplies_close(story);
}
END_TEST

/* A count by item alone is of all its lots together. */
START_TEST(what_arrives_is_counted_once)
{
    struct story *story = supplies_story(&supplies_service);

    keeper(story, "ReceiveStock", "{'site': 'reserve', 'item': 'rice', 'lot': 'x', 'qty': 4}");
    keeper(story, "ReceiveStock", "{'site': 'reserve', 'item': 'rice', 'lot': 'y', 'qty': 4}");
    office(story, "OpenTransfer",
           "{'transfer': 't1', 'fromSite': 'reserve', 'toSite': 'depot', 'lines': [{'item':"
           " 'rice', 'qty': 6}]}");
    keeper(story, "ShipTransfer", "{'transfer': 't1'}");
    office(story, "ReceiveTransfer", "{'transfer': 't1', 'lines': [{'item': 'rice', 'qty': 5}]}");
    ck_assert_str_eq(
        story_last(story, "supplies.TransferReceived.dzb"),
        "{\"transfer\": \"t1\", \"fromSite\": \"reserve\", \"toSite\": \"depot\", \"lines\": "
        "[{\"item\": \"rice\", \"lot\": \"x\", \"expiry\": \"9999-12-31\", \"qty\": 4}, {\"item\": "
        "\"rice\", \"lot\": \"y\", \"expiry\": \"9999-12-31\", \"qty\": 1}], \"missing\": 1}");
    supplies_close(story);
}
END_TEST

START_TEST(after_the_campaign_nobody_is_named_but_who_still_waits)
{
    struct story *story = supplies_story(&supplies_service);

    rule_says(story, "supplies.retention", 1);
    office(story, "ReceiveStock", "{'site': 'depot', 'item': 'rice', 'qty': 9}");
    story_say(story, "registry", "registry.ClassSet." C41, "{'person': 'r1', 'to': 'RED'}");
    story_say(story, "homes", "homes.HomeStateChanged.sjb", "{'home': 'h1', 'to': 'CLUSTER'}");
    asks(story, "n1", "r1", C41, "rice", 2);
    approves(story, "n1-l1");
    office(story, "Pick", "{'delivery': 'd1', 'lines': ['n1-l1'], 'van': 'v1'}");
    office(story, "SendOut", "{'delivery': 'd1'}");
    story_say(story, "wlc", "supplies.OfferDonation.wlc",
              "{'donation': 'g1', 'donor': '某企业', 'lines': [{'item': 'rice', 'qty': 5}]}");
    organisation_says(story, "CampaignClosed", "{'campaign': 'c1'}");
    organisation_says(story, "CampaignOpened", "{'campaign': 'c2'}");
    story_later(story, "2 d");
    ck_assert_uint_eq(story_count(story, "supplies.Erased.*"), 0);
    organisation_says(story, "CampaignClosed", "{'campaign': 'c2'}");
    office(story, "EraseNext", "{'scope': 'lines'}");
    story_later(story, "2 d"); /* ... but who still waits is, and who is still to be answered */
    ck_assert_uint_eq(story_count(story, "supplies.Erased.*"), 0);
    ck_assert_ptr_nonnull(strstr(story_ask(story, "dzb", "supplies.VanList.dzb", "{'van': 'v1'}"),
                                 "\"person\": \"r1\", \"class\": \"RED\""));
    ck_assert_ptr_nonnull(
        strstr(story_ask(story, "dzb", "supplies.DonationLedger.dzb", "{}"), "某企业"));
    organisation_says(story, "CampaignOpened", "{'campaign': 'c3'}");
    office(story, "Deliver", "{'delivery': 'd1', 'proof': {'who': 'neighbour'}}");
    story_say(story, C41, "supplies.ConfirmDelivery." C41, "{'delivery': 'd1'}");
    office(story, "DeclineDonation", "{'donation': 'g1', 'reason': 'no use for it'}");
    organisation_says(story, "CampaignClosed", "{'campaign': 'c3'}");
    story_later(story, "2 d");
    ck_assert_uint_eq(story_count(story, "supplies.Erased.*"), 6);
    EXPECT_TEXT(story_last(story, "supplies.Erased.*"),
                "{\"scope\": \"assignments\", \"count\": \"1\", \"policyKey\": "
                "\"supplies.retention\"}");
    ck_assert_ptr_null(
        strstr(story_ask(story, "dzb", "supplies.DonationLedger.dzb", "{}"), "某企业"));
    supplies_close(story);
}
END_TEST

START_TEST(what_nobody_ships_is_asked_after_and_may_be_called_off)
{
    struct story *story = supplies_story(&supplies_service);

    keeper(story, "ReceiveStock", "{'site': 'reserve', 'item': 'rice', 'lot': 'y', 'qty': 4}");
    office(story, "OpenTransfer",
           "{'transfer': 't1', 'fromSite': 'reserve', 'toSite': 'depot', 'lines': [{'item':"
           " 'rice', 'qty': 3}]}");
    story_say(story, "wlc", "supplies.OfferDonation.wlc",
              "{'donation': 'g1', 'donor': '某企业', 'lines': [{'item': 'rice', 'qty': 5}]}");
    story_forget(story);
    story_later(story, "24 h");
    story_say(story, "hcz", "supplies.CancelTransfer.hcz", "{'transfer': 't1', 'reason': 'no'}");
    office(story, "CancelTransfer", "{'transfer': 't9', 'reason': 'no van'}");
    office(story, "CancelTransfer", "{'transfer': 't1'}");
    office(story, "CancelTransfer", "{'transfer': 't1', 'reason': 'no van'}");
    keeper(story, "ShipTransfer", "{'transfer': 't1'}");
    office(story, "ChaseTransfer", "{'transfer': 't1'}");
    office(story, "ChaseDonation", "{'donation': 'g1'}");
    EXPECT_TEXT(story_text(story), "24 h later\n"
                                   "supplies/1/10 supplies.ChaseTransfer\n"
                                   "    t1: OPEN -> OPEN\n"
                                   "    reminds t1: supplies.ChaseTransfer in 24 h\n"
                                   "    emits supplies.TransferOverdue.dzb\n"
                                   "hcz/1/1 supplies.CancelTransfer\n"
                                   "    refuses: CancelTransfer is not for hcz\n"
                                   "dzb/1/8 supplies.CancelTransfer\n"
                                   "    refuses: there is no such transfer\n"
                                   "dzb/1/9 supplies.CancelTransfer\n"
                                   "    refuses: who waits for it is told why\n"
                                   "dzb/1/10 supplies.CancelTransfer\n"
                                   "    t1: OPEN -> CANCELLED\n"
                                   "    forgets t1: supplies.ChaseTransfer\n"
                                   "    emits supplies.TransferCancelled.dzb\n"
                                   "wlc/1/3 supplies.ShipTransfer\n"
                                   "    refuses: no ShipTransfer from CANCELLED\n"
                                   "dzb/1/11 supplies.ChaseTransfer\n"
                                   "    refuses: only the clock says what is due\n"
                                   "dzb/1/12 supplies.ChaseDonation\n"
                                   "    refuses: only the clock says what is due\n");
    EXPECT_TEXT(story_last(story, "supplies.TransferOverdue.dzb"),
                "{\"transfer\": \"t1\", \"state\": \"OPEN\", \"fromSite\": \"reserve\", "
                "\"toSite\": \"depot\", \"dueMs\": \"1674090000000\"}");
    EXPECT_TEXT(story_last(story, "supplies.TransferCancelled.dzb"),
                "{\"transfer\": \"t1\", \"fromSite\": \"reserve\", \"toSite\": \"depot\", "
                "\"lines\": [{\"item\": \"rice\", \"lot\": \"y\", \"expiry\": \"9999-12-31\", "
                "\"qty\": 3}], \"reason\": \"no van\", \"byPost\": \"dzb.duty\"}");
    story_later(story, "11 d");
    ck_assert_uint_eq(story_count(story, "supplies.TransferOverdue.dzb"), 1);
    ck_assert_uint_eq(story_count(story, "supplies.DonationOverdue.dzb"), 1);
    supplies_close(story);
}
END_TEST

TESTS(what_nobody_ships_is_asked_after_and_may_be_called_off,
      after_the_campaign_nobody_is_named_but_who_still_waits, what_a_reserve_has_comes_by_transfer,
      a_gift_is_taken_or_declined_with_thanks, a_line_may_come_from_two_sites,
      what_arrives_is_counted_once)
