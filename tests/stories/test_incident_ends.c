/*
 * incident: who and what is an id, lists of more than a page, and what goes when the campaign is over
 * (domain.md 3.13, 4.11).
 */
#include "stories/incident_town.h"

extern const struct service incident_service;

START_TEST(who_was_found_ill_is_transferred_however_long_the_ids_are)
{
    struct story *story = town();
    char first[80];

    opens(story, LONG_ID "a", "HEALTH", "r1");
    opens(story, LONG_ID "b", "HEALTH", "r2");
    pab(story, "ConfirmIncident", "{'incident': '" LONG_ID "a'}");
    pab(story, "ConfirmIncident", "{'incident': '" LONG_ID "b'}");
    pab(story, "CallResponder", "{'incident': '" LONG_ID "a', 'responder': '120'}");
    pab(story, "CallResponder", "{'incident': '" LONG_ID "b', 'responder': '120'}");
    pab(story, "ControlIncident",
        "{'incident': '" LONG_ID "a', 'result': 'HOSPITAL', 'host': {'name': '区医院'}}");
    snprintf(first, sizeof(first), "%.72s", story_last(story, "referral.OpenNeed.*"));
    pab(story, "ControlIncident",
        "{'incident': '" LONG_ID "b', 'result': 'HOSPITAL', 'host': {'name': '区医院'}}");
    ck_assert_uint_eq(story_count(story, "referral.OpenNeed.*"), 2);
    ck_assert_int_ne(strncmp(first, story_last(story, "referral.OpenNeed.*"), strlen(first)), 0);
    ck_assert_uint_eq(story_count(story, "incident.Refused.*"), 0);
    story_close(story);
}
END_TEST

START_TEST(the_board_and_a_timeline_go_on_where_they_ended)
{
    struct story *story = town();
    const char *answer;

    opens(story, "i1", "DISPUTE", "");
    opens(story, "i2", "ORDER", "");
    opens(story, "i3", "MASS", "");
    answer = story_ask(story, "pab", "incident.IncidentBoard.pab", "{'limit': 2}");
    ck_assert_ptr_nonnull(strstr(answer, "\"i2\""));
    ck_assert_ptr_null(strstr(answer, "\"i3\""));
    answer = story_ask(story, "pab", "incident.IncidentBoard.pab", "{'limit': 2, 'after': '%s'}",
                       story_next(answer));
    ck_assert_ptr_nonnull(strstr(answer, "\"i3\""));
    ck_assert_ptr_null(strstr(answer, "\"i2\""));
    ck_assert_str_eq(story_next(answer), "");
    answer = story_ask(story, "pab", "incident.IncidentBoard.pab", "{'limit': 3}");
    ck_assert_str_eq(story_next(answer), ""); /* a full page, and nothing behind it */

    for (unsigned i = 0; i < 60; i++)
        pab(story, "CallResponder", "{'incident': 'i1', 'responder': '110'}");
    answer = story_ask(story, "pab", "incident.IncidentTimeline.pab", "{'incident': 'i1'}");
    ck_assert_str_ne(story_next(answer), "");
    answer = story_ask(story, "pab", "incident.IncidentTimeline.pab",
                       "{'incident': 'i1', 'after': '%s'}", story_next(answer));
    ck_assert_ptr_null(strstr(answer, "\"opened\""));
    ck_assert_ptr_nonnull(strstr(answer, "\"called\""));
    ck_assert_str_eq(story_next(answer), "");

    pab(story, "RegisterResponder",
        "{'responder': 'fire-1', 'kind': 'fire', 'number': '50000001'}");
    pab(story, "RegisterResponder",
        "{'responder': 'fire-2', 'kind': 'fire', 'number': '50000002'}");
    answer = story_ask(story, "pab", "incident.Responders.pab", "{'kind': 'fire', 'limit': 1}");
    ck_assert_str_eq(story_next(answer), "fire-1");
    answer = story_ask(story, "pab", "incident.Responders.pab",
                       "{'kind': 'fire', 'limit': 1, 'after': 'fire-1'}");
    ck_assert_ptr_nonnull(strstr(answer, "\"fire-2\""));
    ck_assert_str_eq(story_next(answer), "");
    story_close(story);
}
END_TEST

/* 30 reports of 6,000 bytes are no answer: a page ends early, and none is refused. */
START_TEST(long_reports_make_short_pages)
{
    struct story *story = town();
    char text[6001] = "";
    const char *answer;
    unsigned reports = 0;
    unsigned pages = 0;

    for (unsigned i = 0; i < 2000; i++)
        memcpy(text + 3 * i, "静", 4);
    opens(story, "i1", "DISPUTE", "");
    pab(story, "ConfirmIncident", "{'incident': 'i1'}");
    for (unsigned i = 0; i < 30; i++)
        story_say(story, "pab as pab.duty pab-s4", "incident.ReportSituation.pab",
                  "{'incident': 'i1', 'text': '%s'}", text);
    ck_assert_uint_eq(story_count(story, "incident.SituationReported.pab"), 30);
    answer = story_ask(story, "pab", "incident.IncidentTimeline.pab", "{'incident': 'i1'}");
    for (const char *next = ""; pages == 0 || next[0] != '\0'; pages++) {
        answer = story_ask(story, "pab", "incident.IncidentTimeline.pab",
                           "{'incident': 'i1', 'after': '%s'}", next);
        for (const char *at = answer; (at = strstr(at, "\"situation\"")) != NULL; at++)
            reports++;
        ck_assert_int_ne(strncmp(answer, "refused", 7), 0);
        next = story_next(answer);
    }
    ck_assert_uint_eq(reports, 30);
    ck_assert_uint_eq(pages, 3);
    story_close(story);
}
END_TEST

START_TEST(who_and_where_are_ids_and_never_names)
{
    struct story *story = town();

    story_say(story, C41 " as " C41 ".duty", "incident.OpenIncident." C41,
              "{'incident': 'i1', 'type': 'CHILD_UNGUARDED', 'person': 'k1', 'place': '" C41 "',"
              " 'reporter': '王阿姨'}");
    story_say(story, C41 " as " C41 ".duty", "incident.OpenIncident." C41,
              "{'incident': 'i1', 'type': 'CHILD_UNGUARDED', 'person': 'k1', 'place': '" C41 "',"
              " 'reporter': 'carer-7'}");
    ck_assert_ptr_nonnull(
        strstr(story_last(story, "incident.IncidentOpened.pab"), "\"reporter\": \"carer-7\""));
    story_say(story, "hotline as dzb.seat1", "incident.OpenIncident." C41,
              "{'incident': 'i2', 'type': 'HEALTH', 'place': '" C41 "', 'reporter': '王阿姨'}");
    ck_assert_ptr_nonnull(
        strstr(story_last(story, "incident.IncidentOpened.pab"), "\"reporter\": \"dzb.seat1\""));
    story_forget(story);
    story_say(story, C41 " as " C41 ".first", "incident.NameCaretaker." C41,
              "{'incident': 'i1', 'station': '儿童之家'}");
    pab(story, "MarkFalse", "{'incident': 'i1', 'reason': 'x', 'away': 'moon'}");
    EXPECT_TEXT(story_text(story),
                "310115125041/1/3 incident.NameCaretaker\n"
                "    refuses: a station is an id\n"
                "pab/1/1 incident.MarkFalse\n"
                "    refuses: away is relative, hospital, institution or travel\n");
    ck_assert_uint_eq(story_count(story, "incident.Refused.*"), 3);
    story_close(story);
}
END_TEST

START_TEST(what_is_done_is_closed_or_told_again_and_again)
{
    struct story *story = town();

    opens(story, "i1", "DISPUTE", "r1");
    pab(story, "ConfirmIncident", "{'incident': 'i1'}");
    pab(story, "ReportUpward", "{'incident': 'i1', 'to': 'lgo'}");
    helps(story, "i1", "pab");
    story_forget(story);
    story_later(story, "48 h");
    ck_assert_uint_eq(story_count(story, "incident.IncidentOverdue.pab"), 2);
    ck_assert_str_eq(story_last(story, "incident.IncidentOverdue.pab"),
                     "{\"incident\": \"i1\", \"clock\": \"close\", \"dueMs\": \"1674176400000\", "
                     "\"toPost\": \"lgo.duty\"}");
    pab(story, "ChaseClose", "{'incident': 'i1'}");
    ck_assert_ptr_nonnull(strstr(story_last(story, "incident.Refused.pab"), "NOT_ALLOWED"));
    pab(story, "ControlIncident", "{'incident': 'i1', 'result': 'SETTLED'}");
    pab(story, "CloseIncident", "{'incident': 'i1'}");
    story_later(story, "48 h");
    ck_assert_uint_eq(story_count(story, "incident.IncidentOverdue.pab"), 2);
    story_close(story);
}
END_TEST

START_TEST(who_has_another_id_by_now_is_transferred_under_that)
{
    struct story *story = town();

    opens(story, "i1", "HEALTH", "r1");
    story_say(story, "registry", "registry.Merged." C41, "{'survivor': 'r2', 'alias': 'r1'}");
    pab(story, "ConfirmIncident", "{'incident': 'i1'}");
    pab(story, "CallResponder", "{'incident': 'i1', 'responder': '120'}");
    pab(story, "ControlIncident",
        "{'incident': 'i1', 'result': 'HOSPITAL', 'host': {'name': '区医院'}}");
    ck_assert_ptr_nonnull(strstr(story_last(story, "referral.OpenNeed.*"), "\"person\": \"r2\""));
    ck_assert_ptr_nonnull(
        strstr(story_last(story, "registry.SuspendAway.*"), "\"person\": \"r2\""));
    story_close(story);
}
END_TEST

START_TEST(what_was_noted_goes_when_the_campaign_is_over)
{
    struct story *story = town();

    opens(story, "i1", "DISPUTE", "r1");
    opens(story, "i2", "DISPUTE", "r2"); /* nobody has closed that */
    for (unsigned i = 0; i < 60; i++)
        pab(story, "CallResponder", "{'incident': 'i1', 'responder': '110'}");
    pab(story, "MarkFalse", "{'incident': 'i1', 'reason': 'nothing was there'}");
    story_say(story, "organisation", "organisation.CampaignClosed.town", "{'campaign': 'c1'}");
    story_later(story, "1 d");
    story_say(story, "organisation", "organisation.CampaignOpened.town", "{'campaign': 'c2'}");
    story_say(story, "organisation", "organisation.CampaignClosed.town", "{'campaign': 'c2'}");
    story_later(story, "89 d");
    ck_assert_uint_eq(story_count(story, "incident.Erased.*"), 0);
    story_forget(story);
    story_later(story, "1 d");
    EXPECT_TEXT(story_text(story), "24 h later\n"
                                   "incident/1/99 incident.EraseNext\n"
                                   "    emits incident.Erased.town\n"
                                   "    reminds erase: incident.EraseNext in 0 s\n"
                                   "incident/1/101 incident.EraseNext\n"
                                   "    emits incident.Erased.town\n"
                                   "    reminds erase: incident.EraseNext in 0 s\n"
                                   "incident/1/103 incident.EraseNext\n"
                                   "    emits incident.Erased.town\n"
                                   "    reminds erase: incident.EraseNext in 0 s\n"
                                   "incident/1/105 incident.EraseNext\n"
                                   "    emits incident.Erased.town\n"
                                   "    reminds erase: incident.EraseNext in 0 s\n"
                                   "incident/1/107 incident.EraseNext\n"
                                   "    emits incident.Erased.town\n");
    ck_assert_str_eq(story_last(story, "incident.Erased.town"),
                     "{\"scope\": \"incidents\", \"count\": \"1\", \"policyKey\": "
                     "\"incident.retention\"}");
    ck_assert_str_eq(
        story_ask(story, "pab", "incident.IncidentTimeline.pab", "{'incident': 'i1'}"),
        "{\"incident\": {\"incident\": \"i1\", \"state\": \"FALSE\", \"type\": \"DISPUTE\", "
        "\"place\": \"310115125041\", \"openedMs\": \"1674003600000\", \"result\": "
        "\"FALSE_ALARM\", \"caseId\": \"I-20230118-0001-1\"}, \"needs\": [\"i1\"]}");
    story_close(story);
}
END_TEST

TESTS(who_was_found_ill_is_transferred_however_long_the_ids_are,
      the_board_and_a_timeline_go_on_where_they_ended, long_reports_make_short_pages,
      who_and_where_are_ids_and_never_names, what_is_done_is_closed_or_told_again_and_again,
      who_has_another_id_by_now_is_transferred_under_that,
      what_was_noted_goes_when_the_campaign_is_over)
