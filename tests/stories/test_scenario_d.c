/*
 * Scenario D: supplies run short (domain.md 5; S-060, S-0B1), line by line.  The town is services/town;
 * r1 to r20 are invented persons of five committees, care speaks by its event.
 */
#include <stdio.h>
#include <string.h>

#include "lib/story.h"
#include "stories/plain.h"

extern const struct service organisation_service;
extern const struct service registry_service;
extern const struct service supplies_service;

#define C41 "310115125041"
#define C06 "310115125006"

enum { PEOPLE = 20, LATE = 3 };

/* r1 is of c06, r3 and r8 of c41. */
static const char *const committees[] = { C06, "310115125010", C41, "310115125008",
                                          "310115125009" };

static const char *committee_of(unsigned n)
{
    return committees[(n - 1) % 5];
}

static const char *class_of(unsigned n)
{
    return n % 5 == 4 ? "RED" : n % 10 == 0 ? "YELLOW" : "GREEN";
}

static void office(struct story *story, const char *command, const char *body)
{
    char subject[64];

    snprintf(subject, sizeof(subject), "supplies.%s.dzb", command);
    story_say(story, "dzb as dzb.duty dzb-s4", subject, "%s", body);
}

static void is_on_the_roster(struct story *story, unsigned n)
{
    const char *place = committee_of(n);
    char who[64], subject[64];

    snprintf(who, sizeof(who), "%s as %s.head", place, place);
    snprintf(subject, sizeof(subject), "registry.Propose.%s", place);
    story_say(story, who, subject,
              "{'person': 'r%u', 'committee': '%s', 'card': {'name': '某%u', 'phones':"
              " [{'number': '139000001%02u'}], 'address': {'road': '碧波路', 'room': '%u'}}}",
              n, place, n, n, 100 + n);
    snprintf(subject, sizeof(subject), "registry.Verify.%s", place);
    story_say(story, who, subject,
              "{'person': 'r%u', 'categories': ['ALONE_UNCARED'], 'class': '%s', 'basis':"
              " 'notice'}",
              n, class_of(n));
}

static void asks(struct story *story, unsigned n)
{
    char subject[64];

    snprintf(subject, sizeof(subject), "supplies.OpenNeed.%s", committee_of(n));
    story_say(story, committee_of(n), subject,
              "{'need': 'n%u', 'person': 'r%u', 'place': '%s', 'category': 'LIVING', 'kind':"
              " 'GOODS', 'priority': 'P2', 'goods': [{'item': 'antipyretic', 'qty': 1}]}",
              n, n, committee_of(n));
}

static void begin(struct story *story)
{
    story_town(story);
    office(story, "DefineItem",
           "{'item': 'antipyretic', 'name': '退热药', 'unit': 'pack', 'maxPerNeed': 2}");
    office(story, "DefineSite", "{'site': 'a', 'unit': 'dzb', 'name': '甲库'}");
    office(story, "DefineSite", "{'site': 'b', 'unit': 'dzb', 'name': '乙库', 'reserve': true}");
    office(story, "ReceiveStock", "{'site': 'a', 'item': 'antipyretic', 'lot': 'k1', 'qty': 12}");
    office(story, "ReceiveStock", "{'site': 'b', 'item': 'antipyretic', 'lot': 'k2', 'qty': 9}");
    for (unsigned n = 1; n <= PEOPLE; n++)
        is_on_the_roster(story, n);
    story_forget(story);
}

/* N9: the order of claims, what each was given and why; and that the rule, told again, gives the same. */
static void the_allocation_is_explained(struct story *story)
{
    static const char *const pieces[] = {
        "\"order\": [\"BY_CLASS\", \"BY_DAYS_LEFT\", \"BY_WAITING\"], \"available\": 12, \"cap\": "
        "3",
        "{\"placeInOrder\": 1, \"line\": \"n1-l1\", \"committee\": \"310115125006\", \"class\": "
        "\"GREEN\", \"waitingSinceMs\": \"1674003600000\", \"asked\": 1, \"given\": 1, \"why\": "
        "\"the leader put it first\", \"overridden\": true}",
        "{\"placeInOrder\": 2, \"line\": \"n14-l1\", \"committee\": \"310115125008\", \"class\": "
        "\"RED\", \"waitingSinceMs\": \"1674003600000\", \"asked\": 1, \"given\": 1, \"why\": \"in "
        "its turn\"}",
        "{\"placeInOrder\": 5, \"line\": \"n9-l1\", \"committee\": \"310115125008\", \"class\": "
        "\"RED\", \"waitingSinceMs\": \"1674003600000\", \"asked\": 1, \"why\": \"its committee "
        "had "
        "its share\"}",
        "{\"placeInOrder\": 20, \"line\": \"n3-l1\", \"committee\": \"310115125041\", \"class\": "
        "\"GREEN\", \"waitingSinceMs\": \"1674003660000\", \"asked\": 1, \"why\": \"nothing was "
        "left\"}], \"replayed\": true}",
    };
    const char *answer =
        story_ask(story, "jcb", "supplies.ExplainAllocation.jcb", "{'run': 'antipyretic-1'}");

    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++)
        ck_assert_msg(strstr(answer, pieces[i]) != NULL, "%s\nis not in\n%s", pieces[i], answer);
}

/* Steps 1 and 2: 20 requests, 12 packs; the leader puts r1 first. */
static void twelve_are_given_and_eight_wait(struct story *story)
{
    for (unsigned n = 1; n <= PEOPLE; n++)
        if (n != LATE)
            asks(story, n);
    story_later(story, "1 min");
    asks(story, LATE);
    ck_assert_uint_eq(story_count(story, "supplies.LineRequested.*"), 20);
    story_say(story, "lg as lg.head lg-s1", "supplies.OverrideAllocation." C06,
              "{'line': 'n1-l1', 'reason': 'fever at night, alone'}");
    for (unsigned n = 1; n <= PEOPLE; n++) {
        char body[40];
        snprintf(body, sizeof(body), "{'line': 'n%u-l1'}", n);
        office(story, "ApproveLine", body);
    }
    ck_assert_uint_eq(story_count(story, "supplies.LineApproved.*"), 20);
    ck_assert_uint_eq(story_count(story, "supplies.LineAllocated.*"), 12);
    ck_assert_uint_eq(story_count(story, "supplies.LineBackordered.*"), 8);
    ck_assert_str_eq(story_last(story, "supplies.AllocationOverridden." C06),
                     "{\"line\": \"n1-l1\", \"qty\": 1, \"byPost\": \"lg.head\", \"reason\": "
                     "\"fever at night, alone\", \"need\": \"n1\", \"item\": \"antipyretic\"}");
    ck_assert_str_eq(story_last(story, "supplies.LineBackordered." C41),
                     "{\"line\": \"n3-l1\", \"need\": \"n3\", \"item\": \"antipyretic\", \"qty\": "
                     "1, \"rule\": \"class, days, waiting\", \"run\": \"antipyretic-1\", "
                     "\"reason\": \"nothing was left\", \"person\": \"r3\"}");
    the_allocation_is_explained(story);
}

/* Steps 3 and 4. */
static void seven_more_come(struct story *story)
{
    office(story, "OpenTransfer",
           "{'transfer': 't1', 'fromSite': 'b', 'toSite': 'a', 'lines': [{'item': 'antipyretic',"
           " 'qty': 5}]}");
    office(story, "ShipTransfer", "{'transfer': 't1'}");
    office(story, "ReceiveTransfer", "{'transfer': 't1'}");
    ck_assert_uint_eq(story_count(story, "supplies.LineAllocated.*"), 17);
    story_say(story, "sjb", "supplies.OfferDonation.sjb",
              "{'donation': 'g1', 'donor': '某企业', 'lines': [{'item': 'antipyretic', 'lot': 'g',"
              " 'qty': 2}]}");
    office(story, "AcceptDonation", "{'donation': 'g1', 'site': 'a'}");
    ck_assert_uint_eq(story_count(story, "supplies.LineAllocated.*"), 19);
}

/* Step 5: r3 was the last in the order. */
static void the_eighth_has_died(struct story *story)
{
    story_forget(story);
    story_say(story, C41 " as " C41 ".head", "registry.ReportDeath." C41,
              "{'person': 'r3', 'source': 'neighbour', 'atMs': '1674003600000'}");
    story_say(story, C41 " as " C41 ".head", "registry.ConfirmDeath." C41,
              "{'person': 'r3', 'documentRef': 'doc-1'}");
    EXPECT_TEXT(story_text(story), "310115125041/1/13 registry.ReportDeath\n"
                                   "    r3: ACTIVE -> DECEASED_REPORTED\n"
                                   "    reminds r3: registry.ChaseDecision in 3 d\n"
                                   "    emits registry.DeathReported.310115125041\n"
                                   "registry/1/61 registry.DeathReported at supplies\n"
                                   "    n3: ASSIGNED -> ON_HOLD\n"
                                   "    emits supplies.NeedHeld.dzb\n"
                                   "    reminds n3/held: supplies.Due in 3 d\n"
                                   "    forgets n3/done: supplies.Due\n"
                                   "    forgets n3/first_contact: supplies.Due\n"
                                   "    n3-l1: BACKORDERED -> HELD\n"
                                   "    emits supplies.DeliveryHeld.310115125041\n"
                                   "310115125041/1/14 registry.ConfirmDeath\n"
                                   "    r3: DECEASED_REPORTED -> DECEASED\n"
                                   "    forgets r3: registry.ChaseDecision\n"
                                   "    forgets r3: registry.CheckStale\n"
                                   "    emits registry.DeathConfirmed.310115125041\n"
                                   "registry/1/62 registry.DeathConfirmed at supplies\n"
                                   "    n3-a1: ACCEPTED -> RECALLED\n"
                                   "    emits supplies.Recalled.dzb\n"
                                   "    n3: ON_HOLD -> CLOSED\n"
                                   "    emits supplies.NeedClosed.310115125041\n"
                                   "    reminds n3/reopen_window: supplies.Due in 7 d\n"
                                   "    forgets n3/held: supplies.Due\n"
                                   "    n3-l1: HELD -> CANCELLED\n"
                                   "    emits supplies.BackorderCancelled.310115125041\n");
}

/* Step 6. */
static void one_is_delivered_and_confirmed(struct story *story)
{
    story_forget(story);
    office(story, "Pick", "{'delivery': 'd8', 'lines': ['n8-l1'], 'van': 'van1', 'stop': 1}");
    office(story, "SendOut", "{'delivery': 'd8'}");
    office(story, "Deliver", "{'delivery': 'd8', 'proof': {'who': 'r8', 'photoHash': 'ab12'}}");
    story_say(story, "care as " C41 ".duty", "care.ContactRecorded." C41,
              "{'person': 'r8', 'date': '2023-01-18', 'outcome': 'OK', 'deliveriesConfirmed':"
              " ['d8']}");
    EXPECT_TEXT(plain(story_text(story)),
                "dzb/1/30 supplies.Pick\n"
                "    d8: NONE -> PICKED\n"
                "    forgets n8-l1: supplies.ChasePick\n"
                "    n8-l1: ALLOCATED -> PICKED\n"
                "    emits supplies.LinePicked.310115125041\n"
                "dzb/1/31 supplies.SendOut\n"
                "    d8: PICKED -> SENT\n"
                "    n8-l1: PICKED -> SENT\n"
                "    n8-a1: ACCEPTED -> IN_PROGRESS\n"
                "    n8: ASSIGNED -> IN_SERVICE\n"
                "    emits supplies.Started.dzb\n"
                "    forgets n8/first_contact: supplies.Due\n"
                "    emits supplies.SentOut.310115125041\n"
                "dzb/1/32 supplies.Deliver\n"
                "    d8: SENT -> DELIVERED\n"
                "    n8-l1: SENT -> DELIVERED\n"
                "    reminds d8: supplies.ChaseConfirmation in 2 d\n"
                "    emits supplies.Delivered.310115125041\n"
                "    n8-a1: IN_PROGRESS -> COMPLETED\n"
                "    n8: IN_SERVICE -> VERIFYING\n"
                "    emits supplies.Completed.dzb\n"
                "    emits supplies.VerificationDue.310115125041\n"
                "    reminds n8/verify: supplies.Due in 28 h 41 min 12 s\n"
                "    forgets n8/done: supplies.Due\n"
                "supplies/* supplies.VerificationDue at registry\n"
                "    emits registry.CardSent.310115125041\n"
                "care/1/1 care.ContactRecorded at supplies\n"
                "    d8: DELIVERED -> CONFIRMED\n"
                "    n8-l1: DELIVERED -> CONFIRMED\n"
                "    forgets d8: supplies.ChaseConfirmation\n"
                "    emits supplies.DeliveryConfirmed.310115125041\n"
                "    n8: VERIFYING -> VERIFYING\n"
                "    emits supplies.CallbackRecorded.310115125041\n"
                "    n8: VERIFYING -> CLOSED\n"
                "    emits supplies.NeedClosed.310115125041\n"
                "    reminds n8/reopen_window: supplies.Due in 7 d\n"
                "    forgets n8/verify: supplies.Due\n");
    ck_assert_str_eq(story_last(story, "supplies.Delivered." C41),
                     "{\"delivery\": \"d8\", \"lines\": [\"n8-l1\"], \"proof\": {\"who\": \"r8\", "
                     "\"atMs\": \"1674003660000\", \"photoHash\": \"ab12\"}, \"person\": \"r8\", "
                     "\"confirmDueMs\": \"1674176460000\", \"need\": \"n8\"}");
    ck_assert_str_eq(story_last(story, "supplies.DeliveryConfirmed." C41),
                     "{\"delivery\": \"d8\", \"lines\": [\"n8-l1\"], \"byContact\": \"care/1/1\", "
                     "\"person\": \"r8\", \"need\": \"n8\", \"byPost\": \"310115125041.duty\"}");
    ck_assert_str_eq(
        story_last(story, "supplies.NeedClosed." C41),
        "{\"need\": \"n8\", \"outcome\": \"MET\", \"spans\": {\"acceptMs\": \"60000\", "
        "\"firstContactMs\": \"60000\", \"doneMs\": \"60000\"}, \"person\": \"r8\"}");
}

START_TEST(supplies_run_short)
{
    struct story *story = story_open("2023-01-18T09:00", &organisation_service, &registry_service,
                                     &supplies_service, NULL);

    begin(story);
    twelve_are_given_and_eight_wait(story);
    seven_more_come(story);
    the_eighth_has_died(story);
    one_is_delivered_and_confirmed(story);
    ck_assert_str_eq(
        story_ask(story, "dzb", "supplies.Availability.dzb", "{}"),
        "{\"rows\": [{\"site\": \"a\", \"item\": \"antipyretic\", \"lot\": \"g\", \"expiry\": "
        "\"9999-12-31\", \"onHand\": 1, \"reserved\": 1, \"received\": 2, \"sent\": 1}, {\"site\": "
        "\"a\", \"item\": \"antipyretic\", \"lot\": \"k1\", \"expiry\": \"9999-12-31\", "
        "\"onHand\": 12, \"reserved\": 12, \"received\": 12}, {\"site\": \"a\", \"item\": "
        "\"antipyretic\", \"lot\": \"k2\", \"expiry\": \"9999-12-31\", \"onHand\": 5, "
        "\"reserved\": 5, \"received\": 5}, {\"site\": \"b\", \"item\": \"antipyretic\", \"lot\": "
        "\"k2\", \"expiry\": \"9999-12-31\", \"onHand\": 4, \"received\": 9, \"shipped\": 5}], "
        "\"balanced\": true}");
    story_close(story);
}
END_TEST

TESTS(supplies_run_short)
