/*
 * What care and incidents tell the roster (S-031, S-085, S-095), and the roster as it was on a day
 * that is past (S-06U).
 */
#include "stories/roster.h"

static void ali(struct story *story, const char *id)
{
    add_person(story, C41, id, "'name': '张桂芳', 'phones': [{'number': '13800000041'}]");
}

/* What is asked of a number, a name or a date, between quotes. */
static bool tells(const char *answer, const char *what)
{
    return strstr(answer, what) != NULL;
}

START_TEST(whoever_was_seen_first_hand_was_seen_alive)
{
    struct story *story = open_roster(&registry_service);

    ali(story, "r1");
    story_forget(story);
    story_say(story, "care", "care.ContactRecorded." C41,
              "{'person': 'r1', 'outcome': 'OK', 'firstHand': true, 'by': 'v1', 'mode': 'VISIT',"
              " 'atMs': '1674000000000'}");
    /* Second hand, away, and earlier: no later sight. */
    story_say(story, "care", "care.ContactRecorded." C41,
              "{'person': 'r1', 'outcome': 'OK_VIA_OTHER', 'by': 'v2', 'mode': 'PHONE',"
              " 'atMs': '1674001000000'}");
    story_say(story, "care", "care.ContactRecorded." C41,
              "{'person': 'r1', 'outcome': 'OK', 'firstHand': true, 'by': 'v2', 'mode': 'VISIT',"
              " 'atMs': '1673000000000'}");
    story_say(story, "care", "care.ContactRecorded." C41,
              "{'person': 'r9', 'outcome': 'OK', 'firstHand': true, 'by': 'v2'}");
    EXPECT_TEXT(story_text(story), "");
    const char *card =
        story_ask(story, C41 " as " C41 ".first", "registry.Card." C41, "{'person': 'r1'}");
    ck_assert(tells(card, "\"lastSeenMs\": \"1674000000000\", \"lastSeenBy\": \"v1\", "
                          "\"lastSeenHow\": \"VISIT\""));
    story_close(story);
}
END_TEST

START_TEST(a_number_that_was_answered_is_no_old_number)
{
    struct story *story = open_roster(&registry_service);

    ali(story, "r1");
    story_later(story, "20 d");
    story_say(story, "care", "care.ContactRecorded." C41,
              "{'person': 'r1', 'outcome': 'OK', 'firstHand': true, 'by': 'v1', 'mode': 'PHONE',"
              " 'atMs': '%llu'}",
              (unsigned long long)story_now(story));
    story_later(story, "20 d");
    ck_assert(
        !tells(story_ask(story, C41, "registry.Stale." C41, "{'committee': '" C41 "'}"), "phones"));
    story_later(story, "11 d");
    ck_assert(
        tells(story_ask(story, C41, "registry.Stale." C41, "{'committee': '" C41 "'}"), "phones"));
    story_close(story);
}
END_TEST

START_TEST(who_has_no_carer_is_on_a_list)
{
    struct story *story = open_roster(&registry_service);

    ali(story, "r1");
    add_person(story, C41, "r2", "'name': '李桂英'");
    add_person(story, C41, "r3", "'name': '王桂英'");
    story_say(story, "care", "care.Paired." C41, "{'person': 'r1', 'carer': 'v1'}");
    story_say(story, "care", "care.Paired." C41,
              "{'person': 'r2', 'carer': 'v2', 'role': 'STAND_IN'}");
    ck_assert_str_eq(
        story_ask(story, C41, "registry.Unpaired." C41, "{'committee': '" C41 "', 'limit': 1}"),
        "{\"persons\": [\"r2\"], \"next\": \"r2\"}");
    ck_assert_str_eq(
        story_ask(story, "sjb", "registry.Unpaired.sjb", "{'committee': '" C41 "', 'after': 'r2'}"),
        "{\"persons\": [\"r3\"]}");
    ck_assert_str_eq(story_ask(story, C06, "registry.Unpaired." C06, "{'committee': '" C41 "'}"),
                     "refused NOT_ALLOWED: Unpaired is not for " C06);
    ck_assert_str_eq(story_ask(story, "sjb", "registry.Unpaired.sjb", "{}"),
                     "refused BAD_FIELD: committee: is missing");

    /* The other committee is told who comes with whom; the list goes where the person goes. */
    story_say(story, C41, "registry.RequestMove." C41, "{'person': 'r1', 'to': '" C06 "'}");
    story_say(story, C06, "registry.AcceptMove." C06, "{'person': 'r1'}");
    ck_assert(tells(story_last(story, "registry.Moved." C06), "\"pairing\": \"v1\""));
    story_say(story, "care", "care.Unpaired." C41, "{'person': 'r1', 'carer': 'v9'}");
    ck_assert_str_eq(story_ask(story, C06, "registry.Unpaired." C06, "{'committee': '" C06 "'}"),
                     "{}");
    story_say(story, "care", "care.Unpaired." C41, "{'person': 'r1', 'carer': 'v1'}");
    ck_assert_str_eq(story_ask(story, C06, "registry.Unpaired." C06, "{'committee': '" C06 "'}"),
                     "{\"persons\": [\"r1\"]}");
    story_close(story);
}
END_TEST

/* S-071: nobody has to think of saying so. */
START_TEST(who_will_not_ask_for_help_is_silent_by_the_category)
{
    struct story *story = open_roster(&registry_service);

    add_person(story, C41, "r1", "'name': '张桂芳', 'birth': '1940-01-01'");
    ck_assert(tells(story_last(story, "registry.Verified." C41), "\"silent\": true"));
    add_person(story, C41, "r2", "'name': '李国强', 'birth': '1990-01-01'");
    ck_assert(!tells(story_last(story, "registry.Verified." C41), "\"silent\""));
    story_say(story, C41, "registry.SetCategories." C41,
              "{'person': 'r2', 'categories': ['MENTAL_DISORDER']}");
    ck_assert(tells(story_last(story, "registry.SilentSet." C41), "\"to\": true"));
    story_say(story, C41, "registry.SetCategories." C41,
              "{'person': 'r2', 'categories': ['DEPENDENT']}");
    ck_assert(tells(story_last(story, "registry.SilentSet." C41), "\"from\": true"));
    /* What the committee says itself stays. */
    story_say(story, C41, "registry.SetSilent." C41,
              "{'person': 'r1', 'silent': false, 'reason': 'calls every day herself'}");
    story_say(story, C41, "registry.SetCategories." C41,
              "{'person': 'r1', 'categories': ['ALONE_UNCARED', 'DEPENDENT']}");
    ck_assert_uint_eq(story_count(story, "registry.SilentSet.*"), 3);
    story_close(story);
}
END_TEST

/* S-031: created by an incident, ended when the guardian is back. */
START_TEST(a_child_without_a_guardian_is_on_the_roster_until_the_guardian_is_back)
{
    struct story *story = open_roster(&registry_service);
    static const char named[] = "{'incident': 'i1', 'child': '%s', 'place': '" C41 "'}";

    add_person(story, C41, "k1", "'name': '小明', 'birth': '2015-05-01'");
    story_forget(story);
    story_say(story, "incident", "incident.CaretakerNamed." C41, named, "k1");
    story_say(story, "incident", "incident.CaretakerNamed." C41, named, "k1");
    story_say(story, "incident", "incident.CaretakerNamed." C41, named, "k2");
    story_say(story, "incident", "registry.UpdateFields." C41,
              "{'person': 'k1', 'card': {'emergencyContacts': [{'name': '周', 'phone':"
              " '13800000042'}]}}");
    story_say(story, "incident", "registry.UpdateFields." C41,
              "{'person': 'k1', 'card': {'name': '小红'}}");
    EXPECT_TEXT(story_text(story), "incident/1/1 incident.CaretakerNamed at registry\n"
                                   "    emits registry.CategoriesSet.310115125041\n"
                                   "incident/1/3 incident.CaretakerNamed at registry\n"
                                   "    k2: PERSON_NONE -> CANDIDATE\n"
                                   "    reminds k2: registry.ChaseCandidate in 24 h\n"
                                   "    emits registry.Proposed.310115125041\n"
                                   "incident/1/4 registry.UpdateFields\n"
                                   "    emits registry.FieldsUpdated.310115125041\n"
                                   "    reminds k1: registry.CheckStale in 14 d\n"
                                   "incident/1/5 registry.UpdateFields\n"
                                   "    refuses: name is not for incident\n");
    ck_assert(tells(story_last(story, "registry.Proposed." C41),
                    "\"categories\": [\"UNGUARDED_CHILD\"], \"source\": \"incident\""));
    story_say(story, "incident", "incident.IncidentClosed.pab",
              "{'incident': 'i1', 'type': 'CHILD_UNGUARDED', 'result': 'AT_HOME'}");
    ck_assert_uint_eq(story_count(story, "registry.CategoriesSet.*"), 1);
    story_say(story, "incident", "incident.IncidentClosed.pab",
              "{'incident': 'i1', 'type': 'CHILD_UNGUARDED', 'result': 'GUARDED'}");
    ck_assert_uint_eq(story_count(story, "registry.CategoriesSet.*"), 3);
    ck_assert(
        !tells(story_ask(story, C41, "registry.Card." C41, "{'person': 'k1', 'purpose': 'care'}"),
               "UNGUARDED"));
    story_close(story);
}
END_TEST

static void expect_figures(struct story *story, const char *date, const char *persons,
                           const char *total)
{
    const char *answer = story_ask(story, "sjb", "registry.Counts.sjb",
                                   "{'committee': '" C41 "', 'date': '%s'}", date);

    ck_assert_msg(strcmp(total, "0") == 0 ? strcmp(answer, "{}") == 0 : tells(answer, total),
                  "%s: %s", date, answer);
    answer = story_ask(story, "jcb", "registry.RosterAt.jcb",
                       "{'committee': '" C41 "', 'date': '%s'}", date);
    static const char *const ids[] = { "r1", "r2", "r3" };
    for (int i = 0; i < 3; i++) {
        char id[32];
        snprintf(id, sizeof(id), "{\"person\": \"%s\", \"card\"", ids[i]);
        ck_assert_msg(tells(answer, id) == tells(persons, ids[i]), "%s: %s", date, answer);
    }
}

START_TEST(the_roster_of_a_past_day_is_known)
{
    struct story *story = open_roster(&registry_service);

    ali(story, "r1");
    story_until(story, "2023-01-20T10:00");
    add_person(story, C41, "r2", "'name': '李桂英'");
    story_until(story, "2023-01-22T10:00");
    story_say(story, C41, "registry.RequestMove." C41, "{'person': 'r1', 'to': '" C06 "'}");
    story_say(story, C06, "registry.AcceptMove." C06, "{'person': 'r1'}");
    add_person(story, C41, "r3", "'name': '王桂英'");
    story_until(story, "2023-01-24T10:00");
    story_say(story, C06, "registry.RequestMove." C06, "{'person': 'r1', 'to': '" C41 "'}");
    story_say(story, C41, "registry.AcceptMove." C41, "{'person': 'r1'}");
    story_until(story, "2023-01-26T10:00");

    expect_figures(story, "2023-01-17", "", "0");
    expect_figures(story, "2023-01-18", "r1", "\"total\": 1");
    expect_figures(story, "2023-01-19", "r1", "\"total\": 1");
    expect_figures(story, "2023-01-20", "r1 r2", "\"total\": 2");
    expect_figures(story, "2023-01-22", "r2 r3", "\"total\": 2");
    expect_figures(story, "2023-01-23", "r2 r3", "\"total\": 2");
    expect_figures(story, "2023-01-24", "r1 r2 r3", "\"total\": 3");
    expect_figures(story, "2023-01-26", "r1 r2 r3", "\"total\": 3");
    ck_assert_str_eq(story_ask(story, "sjb", "registry.Counts.sjb", "{'date': 'Monday'}"),
                     "refused BAD_FIELD: date: YYYY-MM-DD");
    ck_assert_str_eq(story_ask(story, "sjb", "registry.RosterAt.sjb",
                               "{'committee': '" C41 "', 'date': '2023-02-30'}"),
                     "refused BAD_FIELD: date: YYYY-MM-DD");
    /* In pages: r1 was there twice. */
    ck_assert(tells(story_ask(story, "jcb", "registry.RosterAt.jcb",
                              "{'committee': '" C41 "', 'date': '2023-01-24', 'limit': 1,"
                              " 'after': 'r1'}"),
                    "\"next\": \"r2\""));
    story_close(story);
}
END_TEST

START_TEST(two_ids_that_are_one_person_have_the_needs_of_both)
{
    struct story *story = open_roster(&registry_service);

    ali(story, "r1");
    add_person(story, C41, "r2", "'name': '李桂英'");
    story_say(story, "referral", "referral.NeedOpened." C41,
              "{'need': 'n1', 'person': 'r2', 'priority': 'P1'}");
    story_say(story, "referral", "referral.Dispatched.hcz",
              "{'need': 'n1', 'assignment': 'n1-a1', 'person': 'r2', 'toUnit': 'hcz'}");
    story_say(story, "care", "care.ContactRecorded." C41,
              "{'person': 'r2', 'outcome': 'OK', 'firstHand': true, 'by': 'v1', 'mode': 'VISIT',"
              " 'atMs': '1674000000000'}");
    story_say(story, C41, "registry.ProposeMerge." C41,
              "{'persons': ['r1', 'r2'],"
              " 'evidence': 'the door'}");
    story_say(story, "sjb", "registry.Merge.sjb", "{'survivor': 'r1', 'alias': 'r2'}");
    ck_assert(tells(story_ask(story, "hcz", "registry.Card.hcz", "{'person': 'r1'}"),
                    "\"lastSeenBy\": \"v1\""));
    /* Nobody with an open P0 to P2 need is removed, whatever id it was opened for. */
    story_say(story, C41, "registry.ProposeRemoval." C41, "{'person': 'r1', 'reason': 'moved'}");
    ck_assert(tells(story_last(story, "registry.Refused.*"), "HAS_OPEN_NEED"));

    story_say(story, "sjb", "registry.Unmerge.sjb", "{'survivor': 'r1', 'alias': 'r2'}");
    ck_assert(
        tells(story_ask(story, "hcz", "registry.Card.hcz", "{'person': 'r1'}"), "NOT_ALLOWED"));
    ck_assert(tells(story_ask(story, "hcz", "registry.Card.hcz", "{'person': 'r2'}"),
                    "\"openNeeds\": [\"referral/n1\"]"));
    story_say(story, "referral", "referral.Completed.hcz", "{'need': 'n1', 'assignment': 'n1-a1'}");
    story_say(story, "referral", "referral.NeedClosed." C41, "{'need': 'n1', 'person': 'r2'}");
    ck_assert(
        tells(story_ask(story, "hcz", "registry.Card.hcz", "{'person': 'r2'}"), "NOT_ALLOWED"));
    story_close(story);
}
END_TEST

TESTS(whoever_was_seen_first_hand_was_seen_alive, a_number_that_was_answered_is_no_old_number,
      who_has_no_carer_is_on_a_list, who_will_not_ask_for_help_is_silent_by_the_category,
      a_child_without_a_guardian_is_on_the_roster_until_the_guardian_is_back,
      the_roster_of_a_past_day_is_known, two_ids_that_are_one_person_have_the_needs_of_both)
