/*
 * Scenario B: a medicine call, closed loop (domain.md 5; S-061, S-070, S-0B7), line by line, by all
 * services that have a part in it.  The town is services/town; r2 is an invented person.
 */
#include <stdio.h>

#include "lib/story.h"

extern const struct service organisation_service;
extern const struct service registry_service;
extern const struct service hotline_service;
extern const struct service referral_service;
extern const struct service supervision_service;

#define C41 "310115125041"

/* The town with r2 on its roster and a seat that is taken. */
static void story_begin(struct story *story)
{
    story_town(story);
    story_say(story, C41 " as " C41 ".head", "registry.Propose." C41,
              "{'person': 'r2', 'committee': '" C41 "', 'card': {'name': '王秀珍', 'phones':"
              " [{'number': '13900000002'}], 'medicines': [{'name': 'insulin', 'daysLeft': 1}],"
              " 'address': {'road': '碧波路', 'room': '301'}, 'living': {'text': 'stairs'}}}");
    story_say(story, C41 " as " C41 ".head", "registry.Verify." C41,
              "{'person': 'r2', 'categories': ['ALONE_UNCARED'], 'class': 'YELLOW',"
              " 'basis': 'notice'}");
    story_say(story, "dzb as dzb.seat1 dzb-s5", "hotline.OpenShift.dzb",
              "{'seat': 'dzb.seat1', 'staff': 'dzb-s5'}");
    story_forget(story);
}

/* Steps 1 to 3. */
static void the_call_becomes_a_need(struct story *story)
{
    story_say(story, "dzb as dzb.seat1 dzb-s5", "hotline.LogCall.dzb",
              "{'call': 'k1', 'seat': 'dzb.seat1', 'card': {'phones': [{'number':"
              " '13900000002'}]}, 'ringMs': 9000}");
    ck_assert_str_eq(story_ask(story, "dzb as dzb.seat1 dzb-s5", "registry.FindPerson." C41,
                               "{'phone': '13900000002', 'purpose': 'call k1'}"),
                     "{\"found\": [{\"person\": \"r2\", \"card\": {\"person\": \"r2\", \"name\": "
                     "\"王秀珍\", \"phones\": [{\"number\": \"13900000002\", \"order\": 1}], "
                     "\"address\": {\"committee\": \"310115125041\", \"road\": \"碧波路\", "
                     "\"room\": \"301\"}}, \"state\": \"ACTIVE\", \"owner\": \"310115125041\"}]}");
    ck_assert_str_eq(story_last(story, "registry.Accessed.*"),
                     "{\"readerUnit\": \"dzb\", \"readerPost\": \"dzb.seat1\", \"readerPerson\": "
                     "\"dzb-s5\", \"purpose\": \"call k1\", \"query\": \"FindPerson\", "
                     "\"persons\": [\"r2\"], \"fieldGroups\": [\"contact\"], \"result\": \"ok\"}");
    story_say(story, "dzb as dzb.seat1 dzb-s5", "hotline.ClassifyCall.dzb",
              "{'call': 'k1', 'person': 'r2', 'place': '" C41 "', 'kind': 'MEDICINE',"
              " 'timeMs': '1674003600000', 'cause': 'insulin runs out', 'course': 'calls at 9'}");
    story_say(story, "dzb as dzb.seat1 dzb-s5", "hotline.OpenTicket.dzb",
              "{'ticket': 't1', 'call': 'k1', 'problems': [{'problem': 'n1', 'category':"
              " 'MEDICAL', 'kind': 'MEDICINE', 'priority': 'P1', 'detail': 'insulin',"
              " 'daysLeft': 1, 'daysLeftKnown': true}]}");
    story_say(story, "dzb as dzb.seat1 dzb-s5", "hotline.SubmitTicket.dzb", "{'ticket': 't1'}");
    story_say(story, "hcz as hcz.duty hcz-s4", "referral.SetCapacity.hcz",
              "{'centre': 'hcz', 'kind': 'MEDICINE', 'state': 'CAPACITY', 'n': 5}");
    ck_assert_str_eq(
        story_ask(story, "dzb", "referral.CapacityOf.hcz", "{'centre': 'hcz', 'kind': 'MEDICINE'}"),
        "{\"centre\": \"hcz\", \"kind\": \"MEDICINE\", \"state\": \"CAPACITY\", \"n\": 5, "
        "\"validUntilMs\": \"1674090000000\"}");
    story_say(story, "dzb as dzb.duty dzb-s4", "hotline.TriageTicket.dzb",
              "{'ticket': 't1', 'problems': [{'problem': 'n1', 'category': 'MEDICAL',"
              " 'kind': 'MEDICINE', 'priority': 'P1', 'detail': 'insulin', 'daysLeft': 1,"
              " 'daysLeftKnown': true}]}");
}

/* Steps 4 and 5. */
static void the_centre_helps(struct story *story)
{
    story_later(story, "2 min");
    story_say(story, "hcz as hcz.duty hcz-s4", "referral.Receive.hcz", "{'assignment': 'n1-a1'}");
    story_say(story, "hcz as hcz.duty hcz-s4", "referral.Accept.hcz",
              "{'assignment': 'n1-a1', 'fill': 'HCZ-881'}");
    story_say(story, "hcz as hcz.duty hcz-s4", "referral.Start.hcz",
              "{'assignment': 'n1-a1', 'mode': 'phone'}");
    story_say(story, "hcz as hcz.duty hcz-s4", "referral.Schedule.hcz",
              "{'assignment': 'n1-a1', 'atMs': '1674010800000', 'place': 'delivery by carer'}");
    story_later(story, "1 h 58 min");
    story_say(story, "hcz as hcz.duty hcz-s4", "referral.Complete.hcz",
              "{'assignment': 'n1-a1', 'solved': 'SOLVED_YES', 'output': 'delivered',"
              " 'internalNote': 'by the carer', 'publicText': 'the medicine was brought'}");
}

START_TEST(a_medicine_call_is_a_closed_loop)
{
    struct story *story = story_open("2023-01-18T09:00", &organisation_service, &registry_service,
                                     &hotline_service, &referral_service, NULL);

    story_begin(story);
    the_call_becomes_a_need(story);
    the_centre_helps(story);
    ck_assert_str_eq(
        story_ask(story, "dzb as dzb.seat2 dzb-s6", "hotline.CallbackList.dzb", "{'unit': 'dzb'}"),
        "{\"lines\": [{\"need\": \"n1\", \"service\": \"referral\", \"person\": \"r2\", \"dueMs\": "
        "\"1674025200000\", \"handlerUnit\": \"hcz\", \"handlerPost\": \"hcz.duty\", \"caseId\": "
        "\"H-20230118-0001-1\"}]}");
    /* Negative: the seat that handled it, whoever sits there now; and whoever sat there. */
    story_say(story, "dzb as dzb.duty dzb-s6", "referral.RecordCallback.dzb",
              "{'need': 'n1', 'result': 'SATISFIED'}");
    ck_assert_str_eq(story_last(story, "referral.Refused.dzb"),
                     "{\"id\": \"dzb/1/7\", \"code\": \"SAME_HANDLER\", \"reason\": \"whoever did "
                     "the work does not confirm it\", \"command\": \"referral.RecordCallback\"}");
    story_say(story, "dzb as dzb.seat2 dzb-s4", "referral.RecordCallback.dzb",
              "{'need': 'n1', 'result': 'SATISFIED'}");
    /* 6 */
    story_say(story, "dzb as dzb.seat2 dzb-s6", "referral.RecordCallback.dzb",
              "{'need': 'n1', 'result': 'SATISFIED'}");
    /* 7 */
    story_say(story, C41 " as " C41 ".head", "registry.UpdateFields." C41,
              "{'person': 'r2', 'card': {'medicines': [{'name': 'insulin', 'daysLeft': 30}]}}");
    EXPECT_TEXT(story_text(story), "dzb/1/2 hotline.LogCall\n"
                                   "    k1: NONE -> ANSWERED\n"
                                   "    reminds 2023-01-18: hotline.RateLine in 15 h\n"
                                   "    reminds k1: hotline.ChaseCall in 30 min\n"
                                   "    emits hotline.CallLogged.dzb\n"
                                   "dzb/1/3 hotline.ClassifyCall\n"
                                   "    k1: ANSWERED -> CLASSIFIED\n"
                                   "    reminds k1: hotline.ChaseCall in 30 min\n"
                                   "    emits hotline.CallClassified.dzb\n"
                                   "dzb/1/4 hotline.OpenTicket\n"
                                   "    forgets k1: hotline.ChaseCall\n"
                                   "    k1: CLASSIFIED -> TICKETED\n"
                                   "    t1: NONE -> DRAFT\n"
                                   "    reminds t1: hotline.ChaseDraft in 30 min\n"
                                   "    emits hotline.TicketOpened.dzb\n"
                                   "dzb/1/5 hotline.SubmitTicket\n"
                                   "    t1: DRAFT -> SUBMITTED\n"
                                   "    forgets t1: hotline.ChaseDraft\n"
                                   "    reminds t1: hotline.ChaseTriage in 10 min\n"
                                   "    emits hotline.TicketSubmitted.dzb\n"
                                   "hcz/1/1 referral.SetCapacity\n"
                                   "    reminds hcz/MEDICINE: referral.ExpireCapacity in 24 h\n"
                                   "    emits referral.CapacitySet.hcz\n"
                                   "dzb/1/6 hotline.TriageTicket\n"
                                   "    t1: SUBMITTED -> TRIAGED\n"
                                   "    sends referral.OpenNeed.310115125041\n"
                                   "    forgets t1: hotline.ChaseTriage\n"
                                   "    emits hotline.TicketTriaged.dzb\n"
                                   "hotline/1/6 referral.OpenNeed\n"
                                   "    n1: NONE -> OPEN\n"
                                   "    emits referral.NeedOpened.310115125041\n"
                                   "    emits referral.RunOutNear.310115125041\n"
                                   "    reminds n1: referral.WatchMedicine in 24 h\n"
                                   "    n1: OPEN -> ASSIGNED\n"
                                   "    n1-a1: NONE -> REQUESTED\n"
                                   "    emits referral.Dispatched.hcz\n"
                                   "    reminds n1/done: referral.Due in 9 h 36 min\n"
                                   "    reminds n1/receive: referral.Due in 12 min\n"
                                   "    reminds n1/accept: referral.Due in 16 min\n"
                                   "    reminds n1/first_contact: referral.Due in 24 min\n"
                                   "referral/1/4 referral.Dispatched at registry\n"
                                   "    emits registry.CardSent.hcz\n"
                                   "2 min later\n"
                                   "hcz/1/2 referral.Receive\n"
                                   "    n1-a1: REQUESTED -> RECEIVED\n"
                                   "    emits referral.Received.hcz\n"
                                   "    forgets n1/receive: referral.Due\n"
                                   "hcz/1/3 referral.Accept\n"
                                   "    n1-a1: RECEIVED -> ACCEPTED\n"
                                   "    emits referral.Accepted.hcz\n"
                                   "    forgets n1/accept: referral.Due\n"
                                   "hcz/1/4 referral.Start\n"
                                   "    n1-a1: ACCEPTED -> IN_PROGRESS\n"
                                   "    n1: ASSIGNED -> IN_SERVICE\n"
                                   "    emits referral.Started.hcz\n"
                                   "    forgets n1/first_contact: referral.Due\n"
                                   "hcz/1/5 referral.Schedule\n"
                                   "    n1-a1: NONE -> SCHEDULED\n"
                                   "    emits referral.Scheduled.hcz\n"
                                   "10 min later\n"
                                   "1 h 48 min later\n"
                                   "hcz/1/6 referral.Complete\n"
                                   "    n1-a1: IN_PROGRESS -> COMPLETED\n"
                                   "    n1: IN_SERVICE -> VERIFYING\n"
                                   "    emits referral.Completed.hcz\n"
                                   "    emits referral.VerificationDue.dzb\n"
                                   "    reminds n1/verify: referral.Due in 3 h 12 min\n"
                                   "    forgets n1/done: referral.Due\n"
                                   "    n1-a1: SCHEDULED -> ENDED\n"
                                   "referral/1/10 referral.VerificationDue at registry\n"
                                   "    emits registry.CardSent.dzb\n"
                                   "dzb/1/7 referral.RecordCallback\n"
                                   "    refuses: whoever did the work does not confirm it\n"
                                   "dzb/1/8 referral.RecordCallback\n"
                                   "    refuses: whoever did the work does not confirm it\n"
                                   "dzb/1/9 referral.RecordCallback\n"
                                   "    n1: VERIFYING -> VERIFYING\n"
                                   "    emits referral.CallbackRecorded.dzb\n"
                                   "    n1: VERIFYING -> CLOSED\n"
                                   "    emits referral.NeedClosed.310115125041\n"
                                   "    reminds n1/reopen_window: referral.Due in 7 d\n"
                                   "    forgets n1/verify: referral.Due\n"
                                   "    forgets n1: referral.WatchMedicine\n"
                                   "referral/1/14 referral.NeedClosed at hotline\n"
                                   "    t1: TRIAGED -> DONE\n"
                                   "    emits hotline.TicketClosed.dzb\n"
                                   "310115125041/1/3 registry.UpdateFields\n"
                                   "    emits registry.FieldsUpdated.310115125041\n"
                                   "    reminds r2: registry.CheckStale in 7 d\n");
    ck_assert_str_eq(
        story_last(story, "registry.CardSent.hcz"),
        "{\"person\": \"r2\", \"need\": \"n1\", \"assignment\": \"n1-a1\", \"card\": {\"person\": "
        "\"r2\", \"name\": \"王秀珍\", \"phones\": [{\"number\": \"13900000002\", \"order\": 1}], "
        "\"address\": {\"committee\": \"310115125041\", \"road\": \"碧波路\", \"room\": \"301\"}, "
        "\"living\": {\"text\": \"stairs\"}, \"medicines\": [{\"name\": \"insulin\", \"daysLeft\": "
        "1}]}}");
    ck_assert_str_eq(story_last(story, "referral.Dispatched.hcz"),
                     "{\"need\": \"n1\", \"assignment\": \"n1-a1\", \"plac\": \"n1-a1\", "
                     "\"toUnit\": \"hcz\", \"toPost\": \"hcz.duty\", \"priority\": \"P1\", "
                     "\"due\": {\"receiveMs\": \"1674004500000\", \"acceptMs\": \"1674004800000\", "
                     "\"firstContactMs\": \"1674005400000\", \"doneMs\": \"1674046800000\"}, "
                     "\"person\": \"r2\", \"kind\": \"MEDICINE\", \"detail\": \"insulin\", "
                     "\"daysLeft\": 1, \"daysLeftKnown\": true, \"place\": \"310115125041\"}");
    ck_assert_str_eq(
        story_last(story, "referral.NeedClosed." C41),
        "{\"need\": \"n1\", \"outcome\": \"MET\", \"publicText\": \"the medicine was brought\", "
        "\"spans\": {\"receiveMs\": \"120000\", \"acceptMs\": \"120000\", \"firstContactMs\": "
        "\"120000\", \"doneMs\": \"7200000\"}, \"person\": \"r2\"}");
    ck_assert_str_eq(story_last(story, "hotline.TicketClosed.dzb"),
                     "{\"ticket\": \"t1\", \"needs\": [\"n1\"], \"outcome\": \"met\"}");
    ck_assert_str_eq(
        story_last(story, "registry.FieldsUpdated." C41),
        "{\"person\": \"r2\", \"paths\": [\"medicines\"], \"owner\": \"310115125041\"}");
    ck_assert_str_eq(story_last_case(story, "hotline.TicketOpened.dzb"), "H-20230118-0001-1");
    ck_assert_str_eq(story_last_case(story, "referral.NeedClosed." C41), "H-20230118-0001-1");
    ck_assert_str_eq(story_last_case(story, "hotline.TicketClosed.dzb"), "H-20230118-0001-1");
    story_close(story);
}
END_TEST

START_TEST(supervision_sees_the_duty_met)
{
    struct story *story =
        story_open("2023-01-18T09:00", &organisation_service, &registry_service, &hotline_service,
                   &referral_service, &supervision_service, NULL);

    story_begin(story);
    the_call_becomes_a_need(story);
    story_later(story, "2 min");
    story_say(story, "hcz as hcz.duty hcz-s4", "referral.Receive.hcz", "{'assignment': 'n1-a1'}");
    ck_assert_str_eq(story_last(story, "supervision.DutyMet.hcz"),
                     "{\"duty\": \"S-076\", \"unit\": \"hcz\", \"period\": \"referral:n1-a1\", "
                     "\"evidence\": \"referral/1/5\"}");
    ck_assert_uint_eq(story_count(story, "supervision.DutyBreached.hcz"), 0);
    story_close(story);
}
END_TEST

TESTS(a_medicine_call_is_a_closed_loop, supervision_sees_the_duty_met)
