/*
 * The line day and night: shifts, a handover that hides nothing, and nobody at the seat (S-061).
 */
#include "lib/story.h"

extern const struct service organisation_service;
extern const struct service hotline_service;

static struct story *open_town(void)
{
    struct story *story =
        story_open("2023-01-18T09:00", &organisation_service, &hotline_service, NULL);

    story_town(story);
    return story;
}

START_TEST(a_seat_is_taken_handed_over_and_left)
{
    struct story *story = open_town();

    story_say(story, "hcz as hcz.duty", "hotline.OpenShift.dzb",
              "{'seat': 's1', 'staff': 'dzb-s5'}");
    story_say(story, "dzb as dzb.seat1", "hotline.OpenShift.dzb", "{'seat': 's1'}");
    story_say(story, "dzb as dzb.seat1", "hotline.OpenShift.dzb",
              "{'seat': 's/1', 'staff': 'dzb-s5'}");
    story_say(story, "dzb as dzb.seat1", "hotline.HandOver.dzb",
              "{'seat': 's1', 'staff': 'dzb-s6'}");
    story_say(story, "dzb as dzb.seat1", "hotline.OpenShift.dzb",
              "{'seat': 's1', 'staff': 'dzb-s5'}");
    story_say(story, "dzb as dzb.seat1", "hotline.OpenShift.dzb",
              "{'seat': 's1', 'staff': 'dzb-s5'}");
    story_later(story, "8 h");
    story_say(story, "dzb as dzb.seat1", "hotline.HandOver.dzb", "{'seat': 's1'}");
    story_say(story, "dzb as dzb.seat1", "hotline.HandOver.dzb",
              "{'seat': 's1', 'staff': 'dzb-s6'}");
    story_say(story, "hcz", "hotline.CloseShift.dzb", "{'seat': 's1'}");
    story_say(story, "dzb as dzb.seat1", "hotline.CloseShift.dzb", "{'seat': 's1'}");
    story_say(story, "dzb as dzb.seat1", "hotline.CloseShift.dzb", "{'seat': 's1'}");
    EXPECT_TEXT(story_text(story), "hcz/1/1 hotline.OpenShift\n"
                                   "    refuses: OpenShift is not for hcz\n"
                                   "dzb/1/1 hotline.OpenShift\n"
                                   "    refuses: who takes the seat\n"
                                   "dzb/1/2 hotline.OpenShift\n"
                                   "    refuses: an id has 1 to 60 letters, digits, `-_.:`\n"
                                   "dzb/1/3 hotline.HandOver\n"
                                   "    refuses: no HandOver: there is no such row in shifts\n"
                                   "dzb/1/4 hotline.OpenShift\n"
                                   "    s1: NONE -> OPEN\n"
                                   "    forgets line: hotline.AlarmEmptySeat\n"
                                   "    reminds s1: hotline.ChaseShift in 8 h\n"
                                   "    emits hotline.ShiftOpened.dzb\n"
                                   "dzb/1/5 hotline.OpenShift\n"
                                   "    refuses: no OpenShift from OPEN\n"
                                   "8 h later\n"
                                   "hotline/1/7 hotline.ChaseShift\n"
                                   "    reminds s1: hotline.ChaseShift in 8 h\n"
                                   "    emits hotline.ShiftOverdue.dzb\n"
                                   "dzb/1/6 hotline.HandOver\n"
                                   "    refuses: who takes the seat\n"
                                   "dzb/1/7 hotline.HandOver\n"
                                   "    s1: OPEN -> OPEN\n"
                                   "    reminds s1: hotline.ChaseShift in 8 h\n"
                                   "    emits hotline.ShiftHandedOver.dzb\n"
                                   "hcz/1/2 hotline.CloseShift\n"
                                   "    refuses: CloseShift is not for hcz\n"
                                   "dzb/1/8 hotline.CloseShift\n"
                                   "    s1: OPEN -> OVER\n"
                                   "    reminds line: hotline.AlarmEmptySeat in 5 min\n"
                                   "    forgets s1: hotline.ChaseShift\n"
                                   "    emits hotline.ShiftClosed.dzb\n"
                                   "dzb/1/9 hotline.CloseShift\n"
                                   "    refuses: no CloseShift from OVER\n");
    ck_assert_str_eq(story_last(story, "hotline.ShiftHandedOver.dzb"),
                     "{\"seat\": \"s1\", \"fromStaff\": \"dzb-s5\", \"staff\": \"dzb-s6\"}");
    ck_assert_str_eq(story_last(story, "hotline.ShiftClosed.dzb"),
                     "{\"seat\": \"s1\", \"staff\": \"dzb-s6\"}");
    story_close(story);
}
END_TEST

START_TEST(a_handover_names_all_that_is_open_and_urgent)
{
    struct story *story = open_town();

    story_say(story, "dzb", "hotline.OpenShift.dzb", "{'seat': 's1', 'staff': 'dzb-s5'}");
    story_say(story, "dzb", "hotline.LogCall.dzb", "{'call': 'c1', 'seat': 's1', 'ringMs': 9000}");
    story_say(story, "dzb", "hotline.ClassifyCall.dzb",
              "{'call': 'c1', 'person': 'r2', 'timeMs': 1, 'cause': 'x', 'course': 'y',"
              " 'kind': 'MEDICINE', 'place': '310115125041'}");
    story_say(story, "dzb", "hotline.OpenTicket.dzb",
              "{'ticket': 't1', 'call': 'c1', 'problems': [{'category': 'MEDICAL',"
              " 'kind': 'MEDICINE', 'priority': 'P1'}]}");
    story_forget(story);
    story_say(story, "dzb", "hotline.HandOver.dzb", "{'seat': 's1', 'staff': 'dzb-s6'}");
    story_say(story, "dzb", "hotline.AmendTicket.dzb",
              "{'ticket': 't1', 'problems': [{'category': 'MEDICAL', 'kind': 'MEDICINE',"
              " 'priority': 'P3'}]}");
    story_say(story, "dzb", "hotline.HandOver.dzb", "{'seat': 's1', 'staff': 'dzb-s6'}");
    story_say(story, "dzb", "hotline.AmendTicket.dzb",
              "{'ticket': 't1', 'problems': [{'category': 'MEDICAL', 'kind': 'MEDICINE',"
              " 'priority': 'P2'}]}");
    story_say(story, "dzb", "hotline.HandOver.dzb",
              "{'seat': 's1', 'staff': 'dzb-s5', 'openUrgent': ['t0']}");
    story_say(story, "dzb", "hotline.HandOver.dzb",
              "{'seat': 's1', 'staff': 'dzb-s5', 'openUrgent': ['t0', 't1']}");
    EXPECT_TEXT(story_text(story), "dzb/1/5 hotline.HandOver\n"
                                   "    refuses: the list lacks t1, which is open and urgent\n"
                                   "dzb/1/6 hotline.AmendTicket\n"
                                   "    t1: DRAFT -> DRAFT\n"
                                   "    emits hotline.TicketAmended.dzb\n"
                                   "dzb/1/7 hotline.HandOver\n"
                                   "    s1: OPEN -> OPEN\n"
                                   "    reminds s1: hotline.ChaseShift in 8 h\n"
                                   "    emits hotline.ShiftHandedOver.dzb\n"
                                   "dzb/1/8 hotline.AmendTicket\n"
                                   "    t1: DRAFT -> DRAFT\n"
                                   "    emits hotline.TicketAmended.dzb\n"
                                   "dzb/1/9 hotline.HandOver\n"
                                   "    refuses: the list lacks t1, which is open and urgent\n"
                                   "dzb/1/10 hotline.HandOver\n"
                                   "    s1: OPEN -> OPEN\n"
                                   "    reminds s1: hotline.ChaseShift in 8 h\n"
                                   "    emits hotline.ShiftHandedOver.dzb\n");
    ck_assert_str_eq(story_last(story, "hotline.Refused.dzb"),
                     "{\"id\": \"dzb/1/9\", \"code\": \"NO_HANDOVER_LIST\", \"reason\": \"the list "
                     "lacks t1, which is open and urgent\", \"command\": \"hotline.HandOver\"}");
    story_close(story);
}
END_TEST

START_TEST(an_empty_line_is_heard_of)
{
    struct story *story = open_town();

    /* From the campaign's first minute. */
    story_later(story, "6 min");
    ck_assert_uint_eq(story_count(story, "hotline.SeatEmpty.lgo"), 1);
    story_say(story, "dzb", "hotline.OpenShift.dzb", "{'seat': 's1', 'staff': 'dzb-s5'}");
    story_say(story, "dzb", "hotline.OpenShift.dzb", "{'seat': 's2', 'staff': 'dzb-s6'}");
    story_forget(story);
    story_say(story, "dzb", "hotline.CloseShift.dzb", "{'seat': 's1'}");
    story_later(story, "10 min");
    story_say(story, "dzb", "hotline.CloseShift.dzb", "{'seat': 's2'}");
    story_later(story, "4 min");
    story_say(story, "dzb", "hotline.OpenShift.dzb", "{'seat': 's1', 'staff': 'dzb-s5'}");
    story_later(story, "10 min");
    story_say(story, "dzb", "hotline.CloseShift.dzb", "{'seat': 's1'}");
    story_later(story, "10 min");
    EXPECT_TEXT(story_text(story), "dzb/1/3 hotline.CloseShift\n"
                                   "    s1: OPEN -> OVER\n"
                                   "    forgets s1: hotline.ChaseShift\n"
                                   "    emits hotline.ShiftClosed.dzb\n"
                                   "10 min later\n"
                                   "dzb/1/4 hotline.CloseShift\n"
                                   "    s2: OPEN -> OVER\n"
                                   "    reminds line: hotline.AlarmEmptySeat in 5 min\n"
                                   "    forgets s2: hotline.ChaseShift\n"
                                   "    emits hotline.ShiftClosed.dzb\n"
                                   "4 min later\n"
                                   "dzb/1/5 hotline.OpenShift\n"
                                   "    s1: OVER -> OPEN\n"
                                   "    forgets line: hotline.AlarmEmptySeat\n"
                                   "    reminds s1: hotline.ChaseShift in 8 h\n"
                                   "    emits hotline.ShiftOpened.dzb\n"
                                   "1 min later\n"
                                   "9 min later\n"
                                   "dzb/1/6 hotline.CloseShift\n"
                                   "    s1: OPEN -> OVER\n"
                                   "    reminds line: hotline.AlarmEmptySeat in 5 min\n"
                                   "    forgets s1: hotline.ChaseShift\n"
                                   "    emits hotline.ShiftClosed.dzb\n"
                                   "5 min later\n"
                                   "hotline/1/9 hotline.AlarmEmptySeat\n"
                                   "    emits hotline.SeatEmpty.lgo\n"
                                   "5 min later\n");
    ck_assert_uint_eq(story_count(story, "hotline.SeatEmpty.lgo"), 2);
    story_close(story);
}
END_TEST

START_TEST(a_seats_figures_are_counted)
{
    struct story *story = open_town();

    story_say(story, "dzb", "hotline.LogCall.dzb", "{'call': 'c0', 'seat': 's1', 'ringMs': 9000}");
    ck_assert_str_eq(story_last(story, "hotline.Refused.dzb"),
                     "{\"id\": \"dzb/1/1\", \"code\": \"NO_SHIFT\", \"reason\": \"s1 has no open "
                     "shift\", \"command\": \"hotline.LogCall\"}");
    story_say(story, "dzb", "hotline.OpenShift.dzb", "{'seat': 's1', 'staff': 'dzb-s5'}");
    story_say(story, "dzb", "hotline.LogCall.dzb", "{'call': 'c1', 'seat': 's1', 'ringMs': 15000}");
    story_say(story, "dzb", "hotline.LogCall.dzb", "{'call': 'c2', 'seat': 's1', 'ringMs': 15001}");
    story_say(story, "dzb", "hotline.LogAbandoned.dzb",
              "{'call': 'c3', 'seat': 's1', 'ringMs': 40000}");
    ck_assert_str_eq(story_ask(story, "jcb", "hotline.SeatStats.dzb", "{'seat': 's1'}"),
                     "{\"seat\": \"s1\", \"staff\": \"dzb-s5\", \"answered\": 2, \"abandoned\": 1, "
                     "\"within15s\": 1, \"openSinceMs\": \"1674003600000\"}");
    ck_assert_str_eq(story_ask(story, "hcz", "hotline.SeatStats.dzb", "{'seat': 's1'}"),
                     "refused NOT_ALLOWED: the line's rows are for dzb, jcb and lgo");
    ck_assert_str_eq(story_ask(story, "dzb", "hotline.SeatStats.dzb", "{'seat': 's9'}"),
                     "refused NOT_FOUND: no seat s9");
    story_close(story);
}
END_TEST

static void policy_says(struct story *story, const char *key, const char *value, const char *unit)
{
    story_say(story, "organisation", "organisation.PolicyPublished.town",
              "{'set': 'default', 'records': [{'key': 'hotline.%s', 'scope': '*', 'value': '%s',"
              " 'unit': '%s', 'calendar': '24x7'}]}",
              key, value, unit);
}

/* One call is not answered of `calls` in all. */
static void a_day_with(struct story *story, char name, int calls)
{
    story_say(story, "dzb", "hotline.LogAbandoned.dzb", "{'call': '%c0', 'ringMs': 40000}", name);
    for (int i = 1; i < calls; i++)
        story_say(story, "dzb", "hotline.LogCall.dzb",
                  "{'call': '%c%d', 'seat': 's1', 'ringMs': %d}", name, i, i == 1 ? 15001 : 9000);
    story_until(story, "23:59");
    story_later(story, "2 min");
}

START_TEST(a_day_of_the_line_is_judged_when_it_is_over)
{
    struct story *story = story_open("2023-01-18T09:00", &hotline_service, NULL);

    policy_says(story, "answer", "15", "s");
    policy_says(story, "connect_rate", "95", "percent");
    policy_says(story, "draft", "30", "min");
    policy_says(story, "shift", "8", "h");
    policy_says(story, "return_call", "10", "min");
    story_say(story, "dzb", "hotline.OpenShift.dzb", "{'seat': 's1', 'staff': 'dzb-s5'}");
    a_day_with(story, 'a', 20);
    ck_assert_str_eq(story_last(story, "hotline.LineRated.dzb"),
                     "{\"date\": \"2023-01-18\", \"answered\": 19, \"abandoned\": 1, "
                     "\"inTime\": 18, \"wantedPercent\": 95}");
    a_day_with(story, 'b', 19);
    ck_assert_str_eq(story_last(story, "hotline.LineRated.dzb"),
                     "{\"date\": \"2023-01-19\", \"answered\": 18, \"abandoned\": 1, "
                     "\"inTime\": 17, \"wantedPercent\": 95, \"missed\": true}");
    story_later(story, "24 h"); /* nobody called: there is nothing to judge */
    ck_assert_uint_eq(story_count(story, "hotline.LineRated.*"), 2);
    story_close(story);
}
END_TEST

TESTS(a_seat_is_taken_handed_over_and_left, a_handover_names_all_that_is_open_and_urgent,
      an_empty_line_is_heard_of, a_seats_figures_are_counted,
      a_day_of_the_line_is_judged_when_it_is_over)
