/*
 * Calls: taken or missed, classified with the five elements, and what became of each (S-0A0,
 * S-035, desk.md 2.16).
 */
#include <stdio.h>

#include "lib/story.h"

extern const struct service organisation_service;
extern const struct service hotline_service;

#define C41 "310115125041"

static struct story *open_line(void)
{
    struct story *story =
        story_open("2023-01-18T09:00", &organisation_service, &hotline_service, NULL);

    story_town(story);
    story_say(story, "dzb", "hotline.OpenShift.dzb", "{'seat': 's1', 'staff': 'dzb-s5'}");
    story_forget(story);
    return story;
}

static void take(struct story *story, const char *call)
{
    story_say(story, "dzb", "hotline.LogCall.dzb",
              "{'call': '%s', 'seat': 's1', 'ringMs': 9000,"
              " 'card': {'phones': [{'number': '13900000000'}]}}",
              call);
}

static void classify(struct story *story, const char *call, const char *more)
{
    story_say(story, "dzb", "hotline.ClassifyCall.dzb",
              "{'call': '%s', 'timeMs': 1674003000000, 'cause': 'out of tablets', 'course': 'since"
              " yesterday', 'kind': 'MEDICINE', 'place': '" C41 "', %s}",
              call, more);
}

START_TEST(a_call_is_taken_classified_and_answered)
{
    struct story *story = open_line();

    story_say(story, "hcz", "hotline.LogCall.dzb", "{'call': 'c1', 'seat': 's1'}");
    take(story, "c1");
    take(story, "c1");
    story_say(story, "dzb", "hotline.AnswerOnline.dzb", "{'call': 'c1', 'text': 'told'}");
    story_say(
        story, "dzb", "hotline.ClassifyCall.dzb",
        "{'call': 'c1', 'card': {'name': 'A'}, 'timeMs': 1, 'cause': 'x', 'kind': 'ENQUIRY'}");
    story_say(story, "dzb", "hotline.ClassifyCall.dzb",
              "{'call': 'c1', 'card': {'name': 'A'}, 'timeMs': 1, 'cause': 'x', 'course': 'y',"
              " 'place': '" C41 "'}");
    classify(story, "c1", "'person': 'r2'");
    story_say(story, "dzb", "hotline.AnswerOnline.dzb", "{'call': 'c1'}");
    story_say(story, "dzb", "hotline.AnswerOnline.dzb", "{'call': 'c1', 'knowledge': 'k1'}");
    story_say(story, "dzb", "hotline.AnswerOnline.dzb", "{'call': 'c1', 'text': 'told'}");
    story_say(story, "dzb", "hotline.LogTransfer.dzb", "{'call': 'c1', 'to': '120'}");
    story_later(story, "1 h");
    EXPECT_TEXT(story_text(story), "hcz/1/1 hotline.LogCall\n"
                                   "    refuses: LogCall is not for hcz\n"
                                   "dzb/1/2 hotline.LogCall\n"
                                   "    c1: NONE -> ANSWERED\n"
                                   "    reminds 2023-01-18: hotline.RateLine in 15 h\n"
                                   "    reminds c1: hotline.ChaseCall in 30 min\n"
                                   "    emits hotline.CallLogged.dzb\n"
                                   "dzb/1/3 hotline.LogCall\n"
                                   "    refuses: no LogCall from ANSWERED\n"
                                   "dzb/1/4 hotline.AnswerOnline\n"
                                   "    refuses: no AnswerOnline from ANSWERED\n"
                                   "dzb/1/5 hotline.ClassifyCall\n"
                                   "    refuses: 姓名 时间 地点 原因 经过: all five\n"
                                   "dzb/1/6 hotline.ClassifyCall\n"
                                   "    refuses: what kind of call it is\n"
                                   "dzb/1/7 hotline.ClassifyCall\n"
                                   "    c1: ANSWERED -> CLASSIFIED\n"
                                   "    reminds c1: hotline.ChaseCall in 30 min\n"
                                   "    emits hotline.CallClassified.dzb\n"
                                   "dzb/1/8 hotline.AnswerOnline\n"
                                   "    refuses: what was answered\n"
                                   "dzb/1/9 hotline.AnswerOnline\n"
                                   "    refuses: no answer k1 that still stands\n"
                                   "dzb/1/10 hotline.AnswerOnline\n"
                                   "    c1: CLASSIFIED -> ANSWERED_ONLINE\n"
                                   "    forgets c1: hotline.ChaseCall\n"
                                   "    emits hotline.AnsweredOnline.dzb\n"
                                   "dzb/1/11 hotline.LogTransfer\n"
                                   "    refuses: no LogTransfer from ANSWERED_ONLINE\n"
                                   "1 h later\n");
    ck_assert_str_eq(story_last(story, "hotline.CallClassified.dzb"),
                     "{\"call\": \"c1\", \"kind\": \"MEDICINE\", \"person\": \"r2\", \"place\": "
                     "\"310115125041\"}");
    story_close(story);
}
END_TEST

START_TEST(a_missed_call_is_called_back_by_itself_until_somebody_did)
{
    struct story *story = open_line();

    story_say(story, "dzb", "hotline.LogAbandoned.dzb",
              "{'call': 'c1', 'seat': 's1', 'ringMs': 30000,"
              " 'card': {'phones': [{'number': '13900000000'}]}}");
    story_later(story, "20 min");
    story_say(story, "dzb", "hotline.RecordReturnCall.dzb", "{'call': 'c1', 'result': 'maybe'}");
    story_say(story, "dzb", "hotline.RecordReturnCall.dzb",
              "{'call': 'c1', 'result': 'answered', 'newCall': 'c2'}");
    story_say(story, "dzb", "hotline.RecordReturnCall.dzb", "{'call': 'c1', 'result': 'answered'}");
    classify(story, "c2", "'person': 'r2'");
    story_say(story, "dzb", "hotline.LogAbandoned.dzb", "{'call': 'c3', 'seat': 's9'}");
    story_say(story, "dzb", "hotline.RecordReturnCall.dzb",
              "{'call': 'c3', 'result': 'unreachable', 'newCall': 'c4'}");
    story_say(story, "dzb", "hotline.AnswerOnline.dzb", "{'call': 'c2', 'text': 'told'}");
    story_later(story, "1 h");
    EXPECT_TEXT(story_text(story), "dzb/1/2 hotline.LogAbandoned\n"
                                   "    c1: NONE -> ABANDONED\n"
                                   "    reminds 2023-01-18: hotline.RateLine in 15 h\n"
                                   "    emits hotline.CallAbandoned.dzb\n"
                                   "    reminds c1: hotline.ChaseReturnCall in 15 min\n"
                                   "    emits hotline.ReturnCallDue.dzb\n"
                                   "15 min later\n"
                                   "hotline/1/4 hotline.ChaseReturnCall\n"
                                   "    c1: ABANDONED -> ABANDONED\n"
                                   "    reminds c1: hotline.ChaseReturnCall in 15 min\n"
                                   "    emits hotline.ReturnCallDue.dzb\n"
                                   "5 min later\n"
                                   "dzb/1/3 hotline.RecordReturnCall\n"
                                   "    refuses: the result is answered or unreachable\n"
                                   "dzb/1/4 hotline.RecordReturnCall\n"
                                   "    c1: ABANDONED -> CLOSED\n"
                                   "    forgets c1: hotline.ChaseReturnCall\n"
                                   "    emits hotline.ReturnCallRecorded.dzb\n"
                                   "    c2: NONE -> ANSWERED\n"
                                   "    reminds c2: hotline.ChaseCall in 30 min\n"
                                   "    emits hotline.CallLogged.dzb\n"
                                   "dzb/1/5 hotline.RecordReturnCall\n"
                                   "    refuses: no RecordReturnCall from CLOSED\n"
                                   "dzb/1/6 hotline.ClassifyCall\n"
                                   "    c2: ANSWERED -> CLASSIFIED\n"
                                   "    reminds c2: hotline.ChaseCall in 30 min\n"
                                   "    emits hotline.CallClassified.dzb\n"
                                   "dzb/1/7 hotline.LogAbandoned\n"
                                   "    c3: NONE -> ABANDONED\n"
                                   "    emits hotline.CallAbandoned.dzb\n"
                                   "    reminds c3: hotline.ChaseReturnCall in 15 min\n"
                                   "    emits hotline.ReturnCallDue.dzb\n"
                                   "dzb/1/8 hotline.RecordReturnCall\n"
                                   "    c3: ABANDONED -> CLOSED\n"
                                   "    forgets c3: hotline.ChaseReturnCall\n"
                                   "    emits hotline.ReturnCallRecorded.dzb\n"
                                   "dzb/1/9 hotline.AnswerOnline\n"
                                   "    c2: CLASSIFIED -> ANSWERED_ONLINE\n"
                                   "    forgets c2: hotline.ChaseCall\n"
                                   "    emits hotline.AnsweredOnline.dzb\n"
                                   "10 min later\n"
                                   "50 min later\n");
    ck_assert_str_eq(story_last(story, "hotline.ReturnCallRecorded.dzb"),
                     "{\"call\": \"c3\", \"result\": \"unreachable\"}");
    story_close(story);
}
END_TEST

START_TEST(life_at_risk_is_transferred_first_and_recorded_after)
{
    struct story *story = open_line();

    take(story, "c1");
    story_say(story, "dzb", "hotline.LogThreeWay.dzb", "{'call': 'c1'}");
    story_say(story, "dzb", "hotline.LogThreeWay.dzb",
              "{'call': 'c1', 'to': '120', 'outcome': 'on the way'}");
    story_say(story, "dzb", "hotline.LogTransfer.dzb", "{'call': 'c1'}");
    story_say(story, "dzb", "hotline.LogTransfer.dzb", "{'call': 'c1', 'to': '120'}");
    story_say(story, "dzb", "hotline.RecordTransferOutcome.dzb", "{'call': 'c1', 'to': '120'}");
    classify(story, "c1", "'person': 'r2'");
    story_say(story, "dzb", "hotline.LogThreeWay.dzb", "{'call': 'c1', 'to': '110'}");
    ck_assert_str_eq(
        story_ask(story, "lgo", "hotline.TransferOutcomes.dzb", "{}"),
        "{\"lines\": [{\"call\": \"c1\", \"to\": \"120\", \"atMs\": \"1674003600000\"}, {\"call\": "
        "\"c1\", \"to\": \"120\", \"atMs\": \"1674003600000\", \"outcome\": \"on the way\"}, "
        "{\"call\": \"c1\", \"to\": \"110\", \"atMs\": \"1674003600000\"}]}");
    story_say(story, "dzb", "hotline.OpenTicket.dzb", "{'ticket': 't1', 'call': 'c1'}");
    story_later(story, "20 min");
    story_say(story, "dzb", "hotline.RecordTransferOutcome.dzb",
              "{'call': 'c1', 'to': '120', 'outcome': 'in hospital'}");
    story_say(story, "dzb", "hotline.RecordTransferOutcome.dzb",
              "{'call': 'c1', 'to': '120', 'outcome': 'in hospital'}");
    EXPECT_TEXT(story_text(story), "dzb/1/2 hotline.LogCall\n"
                                   "    c1: NONE -> ANSWERED\n"
                                   "    reminds 2023-01-18: hotline.RateLine in 15 h\n"
                                   "    reminds c1: hotline.ChaseCall in 30 min\n"
                                   "    emits hotline.CallLogged.dzb\n"
                                   "dzb/1/3 hotline.LogThreeWay\n"
                                   "    refuses: who was called in\n"
                                   "dzb/1/4 hotline.LogThreeWay\n"
                                   "    c1: ANSWERED -> ANSWERED\n"
                                   "    emits hotline.ThreeWayLogged.dzb\n"
                                   "dzb/1/5 hotline.LogTransfer\n"
                                   "    refuses: where to\n"
                                   "dzb/1/6 hotline.LogTransfer\n"
                                   "    c1: ANSWERED -> TRANSFERRED\n"
                                   "    forgets c1: hotline.ChaseCall\n"
                                   "    emits hotline.TransferLogged.dzb\n"
                                   "dzb/1/7 hotline.RecordTransferOutcome\n"
                                   "    refuses: what came of it\n"
                                   "dzb/1/8 hotline.ClassifyCall\n"
                                   "    c1: TRANSFERRED -> TRANSFERRED\n"
                                   "    emits hotline.CallClassified.dzb\n"
                                   "dzb/1/9 hotline.LogThreeWay\n"
                                   "    c1: TRANSFERRED -> TRANSFERRED\n"
                                   "    emits hotline.ThreeWayLogged.dzb\n"
                                   "dzb/1/10 hotline.OpenTicket\n"
                                   "    c1: TRANSFERRED -> TRANSFERRED\n"
                                   "    t1: NONE -> DRAFT\n"
                                   "    reminds t1: hotline.ChaseDraft in 30 min\n"
                                   "    emits hotline.TicketOpened.dzb\n"
                                   "20 min later\n"
                                   "dzb/1/11 hotline.RecordTransferOutcome\n"
                                   "    c1: TRANSFERRED -> CLOSED\n"
                                   "    emits hotline.TransferOutcomeRecorded.dzb\n"
                                   "dzb/1/12 hotline.RecordTransferOutcome\n"
                                   "    refuses: no RecordTransferOutcome from CLOSED\n");
    ck_assert_str_eq(story_ask(story, "lgo", "hotline.TransferOutcomes.dzb", "{}"),
                     "{\"lines\": [{\"call\": \"c1\", \"to\": \"120\", \"atMs\": "
                     "\"1674003600000\", \"outcome\": \"on the way\"}, {\"call\": \"c1\", \"to\": "
                     "\"120\", \"atMs\": \"1674003600000\", \"outcome\": \"in hospital\"}, "
                     "{\"call\": \"c1\", \"to\": \"110\", \"atMs\": \"1674003600000\"}]}");
    ck_assert_str_eq(story_ask(story, "hcz", "hotline.TransferOutcomes.dzb", "{}"),
                     "refused NOT_ALLOWED: the line's rows are for dzb, jcb and lgo");
    story_close(story);
}
END_TEST

START_TEST(a_classified_call_may_go_to_another_line)
{
    struct story *story = open_line();

    take(story, "c1");
    classify(story, "c1", "'person': 'r2'");
    story_say(story, "dzb", "hotline.LogThreeWay.dzb", "{'call': 'c1', 'to': 'hcz'}");
    story_say(story, "dzb", "hotline.LogTransfer.dzb", "{'call': 'c1', 'to': '12320'}");
    ck_assert_str_eq(story_last(story, "hotline.TransferLogged.dzb"),
                     "{\"call\": \"c1\", \"to\": \"12320\", \"atMs\": \"1674003600000\"}");
    story_close(story);
}
END_TEST

START_TEST(a_nuisance_ends_at_once_without_the_five_elements)
{
    struct story *story = open_line();

    take(story, "c1");
    story_say(story, "dzb", "hotline.ClassifyCall.dzb", "{'call': 'c1', 'nuisance': true}");
    story_later(story, "1 h");
    EXPECT_TEXT(story_text(story), "dzb/1/2 hotline.LogCall\n"
                                   "    c1: NONE -> ANSWERED\n"
                                   "    reminds 2023-01-18: hotline.RateLine in 15 h\n"
                                   "    reminds c1: hotline.ChaseCall in 30 min\n"
                                   "    emits hotline.CallLogged.dzb\n"
                                   "dzb/1/3 hotline.ClassifyCall\n"
                                   "    c1: ANSWERED -> CLASSIFIED\n"
                                   "    c1: CLASSIFIED -> CLOSED\n"
                                   "    forgets c1: hotline.ChaseCall\n"
                                   "    emits hotline.CallClassified.dzb\n"
                                   "1 h later\n");
    story_close(story);
}
END_TEST

START_TEST(a_call_of_which_nothing_came_is_told_to_the_leader)
{
    struct story *story = open_line();

    take(story, "c1");
    story_later(story, "31 min");
    classify(story, "c1", "'person': 'r2'");
    story_later(story, "31 min");
    story_say(story, "dzb", "hotline.AnswerOnline.dzb", "{'call': 'c1', 'text': 'told'}");
    story_later(story, "2 h");
    EXPECT_TEXT(story_text(story), "dzb/1/2 hotline.LogCall\n"
                                   "    c1: NONE -> ANSWERED\n"
                                   "    reminds 2023-01-18: hotline.RateLine in 15 h\n"
                                   "    reminds c1: hotline.ChaseCall in 30 min\n"
                                   "    emits hotline.CallLogged.dzb\n"
                                   "30 min later\n"
                                   "hotline/1/3 hotline.ChaseCall\n"
                                   "    c1: ANSWERED -> ANSWERED\n"
                                   "    reminds c1: hotline.ChaseCall in 30 min\n"
                                   "    emits hotline.CallOverdue.dzb\n"
                                   "1 min later\n"
                                   "dzb/1/3 hotline.ClassifyCall\n"
                                   "    c1: ANSWERED -> CLASSIFIED\n"
                                   "    reminds c1: hotline.ChaseCall in 30 min\n"
                                   "    emits hotline.CallClassified.dzb\n"
                                   "29 min later\n"
                                   "1 min later\n"
                                   "hotline/1/6 hotline.ChaseCall\n"
                                   "    c1: CLASSIFIED -> CLASSIFIED\n"
                                   "    reminds c1: hotline.ChaseCall in 30 min\n"
                                   "    emits hotline.CallOverdue.dzb\n"
                                   "1 min later\n"
                                   "dzb/1/4 hotline.AnswerOnline\n"
                                   "    c1: CLASSIFIED -> ANSWERED_ONLINE\n"
                                   "    forgets c1: hotline.ChaseCall\n"
                                   "    emits hotline.AnsweredOnline.dzb\n"
                                   "29 min later\n"
                                   "1 h 31 min later\n");
    ck_assert_str_eq(story_last(story, "hotline.CallOverdue.dzb"),
                     "{\"call\": \"c1\", \"state\": \"CLASSIFIED\", \"toPost\": \"dzb.duty\"}");
    story_close(story);
}
END_TEST

START_TEST(an_unknown_caller_in_difficulty_is_proposed_to_the_registry)
{
    struct story *story = open_line();

    take(story, "c1");
    classify(story, "c1", "'card': {'name': 'A'}, 'inDifficulty': true");
    ck_assert_str_eq(story_last(story, "registry.Propose." C41),
                     "{\"person\": \"hl-c1\", \"card\": {\"person\": \"hl-c1\", \"name\": \"A\", "
                     "\"phones\": [{\"number\": \"13900000000\"}]}, \"source\": \"hotline\", "
                     "\"committee\": \"310115125041\"}");
    ck_assert_str_eq(story_last_case(story, "registry.Propose.*"), "H-20230118-0001-1");
    ck_assert_str_eq(story_last(story, "hotline.CallClassified.dzb"),
                     "{\"call\": \"c1\", \"kind\": \"MEDICINE\", \"place\": \"310115125041\", "
                     "\"proposed\": \"hl-c1\"}");
    story_say(story, "registry", "registry.Proposed." C41, "{'person': 'hl-c1'}");
    story_say(story, "registry", "registry.Proposed." C41, "{'person': 'r77'}");
    story_say(story, "dzb", "hotline.OpenTicket.dzb", "{'ticket': 't1', 'call': 'c1'}");
    ck_assert_str_eq(story_last(story, "hotline.TicketOpened.dzb"),
                     "{\"ticket\": \"t1\", \"call\": \"c1\", \"person\": \"hl-c1\", \"place\": "
                     "\"310115125041\", \"caseId\": \"H-20230118-0001-1\"}");

    /* The registry does not take it: somebody must look. */
    take(story, "c2");
    classify(story, "c2", "'card': {'name': 'B', 'person': 'px'}, 'inDifficulty': true");
    story_case(story, story_last_case(story, "registry.Propose.*"));
    story_say(story, "registry", "registry.Refused.hotline",
              "{'code': 'NO_NAME_OR_PLACE', 'command': 'registry.Propose'}");
    ck_assert_str_eq(story_last(story, "hotline.CallOverdue.dzb"),
                     "{\"call\": \"c2\", \"state\": \"registry: NO_NAME_OR_PLACE\", \"toPost\": "
                     "\"dzb.duty\"}");
    /* A refusal of somebody else's case is none of ours. */
    story_case(story, "H-20230118-0009-9");
    story_say(story, "registry", "registry.Refused.hotline",
              "{'code': 'NO_NAME_OR_PLACE', 'command': 'registry.Propose'}");
    ck_assert_uint_eq(story_count(story, "hotline.CallOverdue.dzb"), 1);
    story_close(story);
}
END_TEST

/* S-063 应对突发事件: in the turn that hears of it, whatever becomes of the call. */
START_TEST(an_emergency_is_opened_with_the_word_that_names_it)
{
    struct story *story = open_line();

    take(story, "c1");
    story_forget(story);
    story_say(story, "dzb as dzb.seat1", "hotline.ClassifyCall.dzb",
              "{'call': 'c1', 'card': {'name': 'A'}, 'timeMs': 1, 'cause': 'a child alone',"
              " 'course': 'y', 'place': '" C41 "', 'kind': 'CHILD_UNGUARDED'}");
    ck_assert_str_eq(story_last(story, "incident.OpenIncident." C41),
                     "{\"incident\": \"hl-c1\", \"type\": \"CHILD_UNGUARDED\", \"place\": "
                     "\"310115125041\", \"reporter\": \"dzb.seat1\", \"facts\": \"a child alone\", "
                     "\"source\": {\"call\": \"c1\"}}");
    ck_assert_str_eq(story_last(story, "hotline.CallClassified.dzb"),
                     "{\"call\": \"c1\", \"kind\": \"CHILD_UNGUARDED\", \"place\": "
                     "\"310115125041\", \"incident\": \"hl-c1\"}");
    /* Refused: the leader hears of it at once. */
    story_case(story, story_last_case(story, "hotline.CallClassified.dzb"));
    story_say(story, "incident", "incident.Refused.hotline",
              "{'command': 'incident.OpenIncident', 'code': 'BAD_FIELD', 'reason': 'no'}");
    ck_assert_str_eq(story_last(story, "hotline.CallOverdue.dzb"),
                     "{\"call\": \"c1\", \"state\": \"incident: BAD_FIELD\", \"toPost\": "
                     "\"dzb.duty\"}");
    story_say(story, "dzb", "hotline.LogTransfer.dzb", "{'call': 'c1', 'to': '110'}");
    ck_assert_uint_eq(story_count(story, "hotline.TransferLogged.dzb"), 1);
    story_close(story);
}
END_TEST

START_TEST(who_calls_often_stands_first)
{
    struct story *story = open_line();
    static const char *const persons[] = { "r2", "r3", "r3", "r2", "r3", "r4" };
    char call[16];

    for (size_t i = 0; i < 6; i++) {
        snprintf(call, sizeof(call), "c%zu", i);
        take(story, call);
        story_say(story, "dzb", "hotline.ClassifyCall.dzb",
                  "{'call': '%s', 'person': '%s', 'timeMs': 1, 'cause': 'x', 'course': 'y',"
                  " 'kind': 'ENQUIRY', 'place': '" C41 "'}",
                  call, persons[i]);
    }
    ck_assert_str_eq(story_ask(story, "dzb", "hotline.RepeatCallers.dzb", "{}"),
                     "{\"callers\": [{\"person\": \"r3\", \"calls\": 3}, {\"person\": \"r2\", "
                     "\"calls\": 2}]}");
    ck_assert_str_eq(story_ask(story, "dzb", "hotline.RepeatCallers.dzb", "{'limit': 1}"),
                     "{\"callers\": [{\"person\": \"r3\", \"calls\": 3}]}");
    ck_assert_str_eq(story_ask(story, "hcz", "hotline.RepeatCallers.dzb", "{}"),
                     "refused NOT_ALLOWED: the line's rows are for dzb, jcb and lgo");
    story_close(story);
}
END_TEST

START_TEST(an_answer_stands_until_its_unit_withdraws_it)
{
    struct story *story = open_line();

    story_say(story, "hcz", "hotline.PublishKnowledge.hcz", "{'item': 'k1', 'title': 'T'}");
    story_say(story, "hcz", "hotline.PublishKnowledge.hcz",
              "{'item': 'k1', 'title': 'T', 'text': 'X', 'untilMs': 1674003600000}");
    story_say(story, "hcz", "hotline.PublishKnowledge.hcz",
              "{'item': 'k1', 'title': 'T', 'text': 'X', 'untilMs': 1674005400000}");
    story_say(story, "hcs", "hotline.PublishKnowledge.hcs",
              "{'item': 'k1', 'title': 'T', 'text': 'X'}");
    story_say(story, "hcs", "hotline.WithdrawKnowledge.hcs", "{'item': 'k1'}");
    for (int i = 1; i <= 3; i++) {
        char call[16];
        snprintf(call, sizeof(call), "c%d", i % 10);
        take(story, call);
        classify(story, call, "'person': 'r2'");
    }
    story_forget(story);
    story_say(story, "dzb", "hotline.AnswerOnline.dzb", "{'call': 'c1', 'knowledge': 'k1'}");
    ck_assert_str_eq(story_last(story, "hotline.AnsweredOnline.dzb"),
                     "{\"call\": \"c1\", \"knowledge\": \"k1\"}");
    story_later(story, "30 min"); /* its time is over */
    story_say(story, "dzb", "hotline.AnswerOnline.dzb", "{'call': 'c2', 'knowledge': 'k1'}");
    story_say(story, "hcz", "hotline.PublishKnowledge.hcz",
              "{'item': 'k1', 'title': 'T2', 'text': 'X2'}");
    story_say(story, "dzb", "hotline.AnswerOnline.dzb", "{'call': 'c2', 'knowledge': 'k1'}");
    story_say(story, "hcz", "hotline.WithdrawKnowledge.hcz", "{'item': 'k1', 'reason': 'old'}");
    story_say(story, "hcz", "hotline.WithdrawKnowledge.hcz", "{'item': 'k1'}");
    story_say(story, "dzb", "hotline.AnswerOnline.dzb", "{'call': 'c3', 'knowledge': 'k1'}");
    story_say(story, "hcz", "hotline.PublishKnowledge.hcz",
              "{'item': 'k1', 'title': 'T3', 'text': 'X3'}");
    EXPECT_TEXT(story_text(story), "dzb/1/8 hotline.AnswerOnline\n"
                                   "    c1: CLASSIFIED -> ANSWERED_ONLINE\n"
                                   "    forgets c1: hotline.ChaseCall\n"
                                   "    emits hotline.AnsweredOnline.dzb\n"
                                   "30 min later\n"
                                   "hotline/1/14 hotline.ChaseCall\n"
                                   "    c3: CLASSIFIED -> CLASSIFIED\n"
                                   "    reminds c3: hotline.ChaseCall in 30 min\n"
                                   "    emits hotline.CallOverdue.dzb\n"
                                   "hotline/1/15 hotline.ChaseCall\n"
                                   "    c2: CLASSIFIED -> CLASSIFIED\n"
                                   "    reminds c2: hotline.ChaseCall in 30 min\n"
                                   "    emits hotline.CallOverdue.dzb\n"
                                   "dzb/1/9 hotline.AnswerOnline\n"
                                   "    refuses: no answer k1 that still stands\n"
                                   "hcz/1/4 hotline.PublishKnowledge\n"
                                   "    k1: PUBLISHED -> PUBLISHED\n"
                                   "    emits hotline.KnowledgePublished.dzb\n"
                                   "dzb/1/10 hotline.AnswerOnline\n"
                                   "    c2: CLASSIFIED -> ANSWERED_ONLINE\n"
                                   "    forgets c2: hotline.ChaseCall\n"
                                   "    emits hotline.AnsweredOnline.dzb\n"
                                   "hcz/1/5 hotline.WithdrawKnowledge\n"
                                   "    k1: PUBLISHED -> WITHDRAWN\n"
                                   "    emits hotline.KnowledgeWithdrawn.dzb\n"
                                   "hcz/1/6 hotline.WithdrawKnowledge\n"
                                   "    refuses: no WithdrawKnowledge from WITHDRAWN\n"
                                   "dzb/1/11 hotline.AnswerOnline\n"
                                   "    refuses: no answer k1 that still stands\n"
                                   "hcz/1/7 hotline.PublishKnowledge\n"
                                   "    k1: WITHDRAWN -> PUBLISHED\n"
                                   "    emits hotline.KnowledgePublished.dzb\n");
    ck_assert_uint_eq(story_count(story, "hotline.KnowledgePublished.dzb"), 3);
    ck_assert_uint_eq(story_count(story, "hotline.Refused.hcs"), 2);
    story_close(story);
}
END_TEST

TESTS(a_call_is_taken_classified_and_answered,
      a_missed_call_is_called_back_by_itself_until_somebody_did,
      life_at_risk_is_transferred_first_and_recorded_after,
      a_classified_call_may_go_to_another_line, a_nuisance_ends_at_once_without_the_five_elements,
      a_call_of_which_nothing_came_is_told_to_the_leader,
      an_unknown_caller_in_difficulty_is_proposed_to_the_registry,
      an_emergency_is_opened_with_the_word_that_names_it, who_calls_often_stands_first,
      an_answer_stands_until_its_unit_withdraws_it)
