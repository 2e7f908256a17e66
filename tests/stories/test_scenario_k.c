/*
 * Scenario K: a committee off line for three hours (domain.md 5; S-0B4, N11).  Its contacts on paper
 * are care's, the phone tree is the gateway's; that the mailbox keeps the order, the broker's.
 */
#include "lib/story.h"

extern const struct service organisation_service;
extern const struct service registry_service;

#define C41 "310115125041"

static void report(struct story *story, const char *up)
{
    story_say(story, "broker", "organisation.ReportLink.town", "{'unit': '" C41 "', 'up': %s}", up);
}

START_TEST(a_committee_is_off_line_for_three_hours)
{
    struct story *story =
        story_open("2023-01-18T10:00", &organisation_service, &registry_service, NULL);

    story_town(story);
    story_say(story, C41 " as " C41 ".head", "organisation.RegisterEndpoint." C41,
              "{'unit': '" C41 "', 'endpoint': 'desk', 'kind': 'desk',"
              " 'phoneTree': ['" C41 ".first', '" C41 ".duty']}");
    story_later(story, "5 min");
    report(story, "true");
    story_say(story, "care", "care.Dispatched." C41,
              "{'need': 'n1', 'assignment': 'a1', 'toUnit': '" C41 "', 'priority': 'P1'}");
    story_forget(story);

    /* 1: suspect, down, and with an open P1 silent after a quarter of an hour. */
    report(story, "false");
    ck_assert_str_eq(story_last(story, "organisation.LinkChanged." C41),
                     "{\"unit\": \"310115125041\", \"state\": \"suspect\", \"sinceMs\": "
                     "\"1674007500000\"}");
    story_later(story, "2 min");
    ck_assert_str_eq(story_last(story, "organisation.LinkChanged." C41),
                     "{\"unit\": \"310115125041\", \"state\": \"down\", \"sinceMs\": "
                     "\"1674007500000\"}");
    story_later(story, "12 min");
    ck_assert_uint_eq(story_count(story, "organisation.UnitSilent.*"), 0);
    story_later(story, "1 min");
    ck_assert_str_eq(story_last(story, "organisation.UnitSilent." C41),
                     "{\"unit\": \"310115125041\", \"sinceMs\": \"1674007500000\", "
                     "\"openUrgent\": 1, \"phoneTree\": [\"310115125041.first\", "
                     "\"310115125041.duty\"]}");
    ck_assert_str_eq(story_ask(story, "lgo", "organisation.SilentUnits.lgo", "{}"),
                     "{\"units\": [{\"unit\": \"310115125041\", \"state\": \"SILENT\", "
                     "\"sinceMs\": \"1674007500000\"}]}");

    /* 2: back after three hours; what was told meanwhile is there, and nothing is told twice. */
    story_later(story, "2 h 45 min");
    report(story, "true");
    ck_assert_str_eq(story_last(story, "organisation.UnitBack." C41),
                     "{\"unit\": \"310115125041\", \"sinceMs\": \"1674007500000\", \"atMs\": "
                     "\"1674018300000\"}");
    ck_assert_str_eq(story_last(story, "organisation.LinkChanged." C41),
                     "{\"unit\": \"310115125041\", \"state\": \"up\", \"sinceMs\": "
                     "\"1674018300000\"}");
    ck_assert_uint_eq(story_count(story, "organisation.UnitSilent.*"), 1);
    story_later(story, "1 h");
    ck_assert_uint_eq(story_count(story, "organisation.UnitSilent.*"), 1);
    ck_assert_uint_eq(story_count(story, "organisation.LinkChanged." C41), 4);
    story_close(story);
}
END_TEST

TESTS(a_committee_is_off_line_for_three_hours)
