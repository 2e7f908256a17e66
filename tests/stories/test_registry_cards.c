/*
 * Who sees what of whom (domain.md 4, 4.4; R10): the card that follows an assignment, trimmed to its
 * receiver; questions that leave Accessed, denied ones too; finding somebody without a scan.
 */
#include <string.h>

#include "stories/roster.h"

static struct story *open_with_full_card(void)
{
    struct story *story = open_roster(&registry_service);

    add_person(story, C41, "r1",
               "'name': '张桂芳', 'idNumber': '31999919380214001X',"
               " 'phones': [{'number': '13900000001'}],"
               " 'address': {'road': '丹桂路12弄', 'room': '301'},"
               " 'living': {'text': 'alone'}, 'health': {'text': 'heart'},"
               " 'mental': {'text': 'low'}, 'medicines': [{'name': 'm1', 'daysLeft': 3}],"
               " 'remark': 'deaf'");
    return story;
}

static void dispatch(struct story *story, const char *id, const char *unit)
{
    char subject[64];

    snprintf(subject, sizeof(subject), "referral.Dispatched.%s", unit);
    story_say(story, "referral", subject,
              "{'need': 'n%s', 'assignment': 'a%s', 'toUnit': '%s', 'person': 'r1',"
              " 'priority': 'P1'}",
              id, id, unit);
}

static const char *card(struct story *story, const char *who, const char *unit)
{
    char subject[64];

    snprintf(subject, sizeof(subject), "registry.Card.%s", unit);
    return story_ask(story, who, subject, "{'person': 'r1', 'purpose': 'help'}");
}

START_TEST(a_centre_gets_health_and_nobody_else_a_diagnosis)
{
    struct story *story = open_with_full_card();

    dispatch(story, "1", "hcz");
    ck_assert_str_eq(story_last(story, "registry.CardSent.hcz"),
                     "{\"person\": \"r1\", \"need\": \"n1\", \"assignment\": \"a1\", \"card\": "
                     "{\"person\": \"r1\", \"idNumber\": \"31999919380214001X\", \"name\": "
                     "\"张桂芳\", \"sex\": \"1\", \"birth\": \"1938-02-14\", \"phones\": "
                     "[{\"number\": \"13900000001\", \"order\": 1}], \"address\": "
                     "{\"committee\": \"310115125041\", \"road\": \"丹桂路12弄\", \"room\": "
                     "\"301\"}, \"living\": {\"text\": \"alone\"}, \"health\": {\"text\": "
                     "\"heart\"}, \"medicines\": [{\"name\": \"m1\", \"daysLeft\": 3}], "
                     "\"remark\": \"deaf\"}}");
    dispatch(story, "2", C06);
    ck_assert_str_eq(story_last(story, "registry.CardSent." C06),
                     "{\"person\": \"r1\", \"need\": \"n2\", \"assignment\": \"a2\", \"card\": "
                     "{\"person\": \"r1\", \"name\": \"张桂芳\", \"sex\": \"1\", \"phones\": "
                     "[{\"number\": \"13900000001\", \"order\": 1}], \"address\": "
                     "{\"committee\": \"310115125041\", \"road\": \"丹桂路12弄\", \"room\": "
                     "\"301\"}, \"living\": {\"text\": \"alone\"}, \"remark\": \"deaf\"}}");
    story_say(story, "referral", "referral.VerificationDue.dzb",
              "{'need': 'n1', 'verifierUnit': 'dzb', 'person': 'r1'}");
    ck_assert_str_eq(story_last(story, "registry.CardSent.dzb"),
                     "{\"person\": \"r1\", \"need\": \"n1\", \"card\": {\"person\": \"r1\", "
                     "\"name\": \"张桂芳\", \"sex\": \"1\", \"phones\": [{\"number\": "
                     "\"13900000001\", \"order\": 1}], \"address\": {\"committee\": "
                     "\"310115125041\", \"road\": \"丹桂路12弄\", \"room\": \"301\"}, \"remark\": "
                     "\"deaf\"}}");
    story_say(story, "referral", "referral.Dispatched.hcz",
              "{'need': 'n3', 'assignment': 'a3', 'toUnit': 'hcz', 'person': 'r9'}");
    EXPECT_TEXT(story_text(story), "referral/1/1 referral.Dispatched at registry\n"
                                   "    emits registry.CardSent.hcz\n"
                                   "referral/1/2 referral.Dispatched at registry\n"
                                   "    emits registry.CardSent.310115125006\n"
                                   "referral/1/3 referral.VerificationDue at registry\n"
                                   "    emits registry.CardSent.dzb\n");
    story_close(story);
}
END_TEST

START_TEST(somebody_away_is_looked_for_where_they_are)
{
    struct story *story = open_with_full_card();

    story_say(story, C41, "registry.SuspendAway." C41,
              "{'person': 'r1', 'kind': 'relative',"
              " 'host': {'name': '女儿', 'phones': [{'number': '13900000009'}]}}");
    dispatch(story, "1", C06);
    ck_assert_str_eq(story_last(story, "registry.CardSent." C06),
                     "{\"person\": \"r1\", \"need\": \"n1\", \"assignment\": \"a1\", \"card\": "
                     "{\"person\": \"r1\", \"name\": \"张桂芳\", \"sex\": \"1\", \"phones\": "
                     "[{\"number\": \"13900000001\", \"order\": 1}], \"address\": "
                     "{\"committee\": \"310115125041\", \"road\": \"丹桂路12弄\", \"room\": "
                     "\"301\"}, \"living\": {\"text\": \"alone\"}, \"emergencyContacts\": "
                     "[{\"name\": \"女儿\", \"phone\": \"13900000009\", \"relation\": "
                     "\"relative\"}], \"remark\": \"deaf\"}}");
    story_close(story);
}
END_TEST

/* The reason to see a card ends with the assignment, and with the need for whoever calls back. */
START_TEST(a_card_is_open_to_a_target_until_its_work_ends)
{
    static const char *const ends[] = { "Rejected",      "Declined",  "Expired", "Recalled",
                                        "MarkedInError", "Completed", "Failed" };
    struct story *story = open_with_full_card();

    ck_assert_str_eq(card(story, "hcz", "hcz"), "refused NOT_ALLOWED: Card is not for hcz");
    for (int i = 0; i < 7; i++) {
        char id[16];
        char subject[64];
        snprintf(id, sizeof(id), "%d", i);
        snprintf(subject, sizeof(subject), "referral.%s.hcz", ends[i]);
        dispatch(story, id, "hcz");
        ck_assert_ptr_nonnull(strstr(card(story, "hcz", "hcz"), "heart"));
        story_say(story, "referral", subject, "{'assignment': 'a%d'}", i);
        ck_assert_ptr_nonnull(strstr(card(story, "hcz", "hcz"), "refused NOT_ALLOWED"));
    }
    story_say(story, "referral", "referral.NeedOpened." C41,
              "{'need': 'n1', 'person': 'r1', 'priority': 'P1'}");
    story_say(story, "referral", "referral.VerificationDue.dzb",
              "{'need': 'n1', 'verifierUnit': 'dzb', 'person': 'r1'}");
    ck_assert_str_eq(
        card(story, "dzb", "dzb"),
        "{\"card\": {\"person\": \"r1\", \"name\": \"张桂芳\", \"sex\": \"1\", "
        "\"phones\": [{\"number\": \"13900000001\", \"order\": 1}], \"address\": "
        "{\"committee\": \"310115125041\", \"road\": \"丹桂路12弄\", \"room\": "
        "\"301\"}, \"living\": {\"text\": \"alone\"}, \"remark\": \"deaf\"}, "
        "\"state\": \"ACTIVE\", \"owner\": \"310115125041\", \"categories\": "
        "[\"ALONE_UNCARED\"], \"class\": \"YELLOW\", \"silent\": true, \"person\": \"r1\"}");
    story_say(story, "referral", "referral.NeedClosed." C41,
              "{'need': 'n1', 'outcome': 'MET', 'person': 'r1'}");
    ck_assert_str_eq(card(story, "dzb", "dzb"), "refused NOT_ALLOWED: Card is not for dzb");
    story_close(story);
}
END_TEST

/* The committee's first responsible sees all; its desk keeps the list; a carer never a diagnosis. */
START_TEST(a_card_is_trimmed_to_the_asker_and_every_look_is_traced)
{
    struct story *story = open_with_full_card();

    story_say(story, "organisation", "organisation.PostDefined." C41,
              "{'post': '" C41 ".carer', 'unit': '" C41 "', 'kind': 'seat'}");
    ck_assert_str_eq(card(story, C41 " as " C41 ".first s1", C41),
                     "{\"card\": {\"person\": \"r1\", \"idNumber\": \"31999919380214001X\", "
                     "\"name\": \"张桂芳\", \"sex\": \"1\", \"birth\": \"1938-02-14\", "
                     "\"phones\": [{\"number\": \"13900000001\", \"order\": 1}], \"address\": "
                     "{\"committee\": \"310115125041\", \"road\": \"丹桂路12弄\", \"room\": "
                     "\"301\"}, \"living\": {\"text\": \"alone\"}, \"health\": {\"text\": "
                     "\"heart\"}, \"mental\": {\"text\": \"low\"}, \"medicines\": [{\"name\": "
                     "\"m1\", \"daysLeft\": 3}], \"remark\": \"deaf\"}, \"state\": \"ACTIVE\", "
                     "\"owner\": \"310115125041\", \"categories\": [\"ALONE_UNCARED\"], "
                     "\"class\": \"YELLOW\", \"silent\": true, \"person\": \"r1\"}");
    ck_assert_str_eq(story_last(story, "registry.Accessed.*"),
                     "{\"readerUnit\": \"310115125041\", \"readerPost\": "
                     "\"310115125041.first\", \"readerPerson\": \"s1\", \"purpose\": \"help\", "
                     "\"query\": \"Card\", \"persons\": [\"r1\"], \"fieldGroups\": "
                     "[\"identity\", \"contact\", \"living\", \"health\", \"mental\"], "
                     "\"result\": \"ok\"}");
    ck_assert_str_eq(
        card(story, C41, C41),
        "{\"card\": {\"person\": \"r1\", \"idNumber\": \"31999919380214001X\", "
        "\"name\": \"张桂芳\", \"sex\": \"1\", \"birth\": \"1938-02-14\", "
        "\"phones\": [{\"number\": \"13900000001\", \"order\": 1}], \"address\": "
        "{\"committee\": \"310115125041\", \"road\": \"丹桂路12弄\", \"room\": "
        "\"301\"}, \"living\": {\"text\": \"alone\"}, \"remark\": \"deaf\"}, "
        "\"state\": \"ACTIVE\", \"owner\": \"310115125041\", \"categories\": "
        "[\"ALONE_UNCARED\"], \"class\": \"YELLOW\", \"silent\": true, \"person\": \"r1\"}");
    ck_assert_str_eq(
        card(story, C41 " as " C41 ".carer", C41),
        "{\"card\": {\"person\": \"r1\", \"name\": \"张桂芳\", \"sex\": \"1\", "
        "\"phones\": [{\"number\": \"13900000001\", \"order\": 1}], \"address\": "
        "{\"committee\": \"310115125041\", \"road\": \"丹桂路12弄\", \"room\": "
        "\"301\"}, \"living\": {\"text\": \"alone\"}, \"remark\": \"deaf\"}, "
        "\"state\": \"ACTIVE\", \"owner\": \"310115125041\", \"categories\": "
        "[\"ALONE_UNCARED\"], \"class\": \"YELLOW\", \"silent\": true, \"person\": \"r1\"}");
    ck_assert_str_eq(
        card(story, "lgo", "lgo"),
        "{\"card\": {\"person\": \"r1\", \"idNumber\": \"31999919380214001X\", "
        "\"name\": \"张桂芳\", \"sex\": \"1\", \"birth\": \"1938-02-14\", "
        "\"phones\": [{\"number\": \"13900000001\", \"order\": 1}], \"address\": "
        "{\"committee\": \"310115125041\", \"road\": \"丹桂路12弄\", \"room\": "
        "\"301\"}, \"living\": {\"text\": \"alone\"}, \"remark\": \"deaf\"}, "
        "\"state\": \"ACTIVE\", \"owner\": \"310115125041\", \"categories\": "
        "[\"ALONE_UNCARED\"], \"class\": \"YELLOW\", \"silent\": true, \"person\": \"r1\"}");
    ck_assert_str_eq(card(story, C06 " as " C41 ".first", C06),
                     "refused NOT_ALLOWED: Card is not for 310115125006");
    ck_assert_str_eq(story_last(story, "registry.Accessed.*"),
                     "{\"readerUnit\": \"310115125006\", \"readerPost\": "
                     "\"310115125041.first\", \"purpose\": \"help\", \"query\": \"Card\", "
                     "\"persons\": [\"r1\"], \"result\": \"denied\"}");
    ck_assert_str_eq(card(story, "swc", "swc"), "refused NOT_ALLOWED: Card is not for swc");
    ck_assert_str_eq(story_ask(story, "lgo", "registry.Card.lgo", "{'person': 'r9'}"),
                     "refused NOT_ALLOWED: Card is not for lgo");
    ck_assert_uint_eq(story_count(story, "registry.Accessed.*"), 7);
    story_close(story);
}
END_TEST

/* Two of the categories are a diagnosis by themselves. */
START_TEST(a_carer_does_not_read_a_diagnosis_from_the_categories)
{
    struct story *story = open_with_full_card();

    story_say(story, C41, "registry.SetCategories." C41,
              "{'person': 'r1', 'categories': ['ALONE_UNCARED', 'GRAVELY_ILL',"
              " 'MENTAL_DISORDER']}");
    ck_assert_ptr_nonnull(strstr(card(story, C41, C41), "MENTAL_DISORDER"));
    ck_assert_ptr_nonnull(strstr(card(story, C41 " as " C41 ".x", C41), "[\"ALONE_UNCARED\"]"));
    dispatch(story, "1", C06);
    ck_assert_ptr_nonnull(strstr(card(story, C06, C06), "[\"ALONE_UNCARED\"]"));
    story_close(story);
}
END_TEST

/* PIPL art. 28: everything about a child under 14 is sensitive. */
START_TEST(a_childs_card_is_opened_only_for_a_purpose)
{
    struct story *story = open_roster(&registry_service);

    add_person(story, C41, "r1",
               "'name': '小明', 'birth': '2012-05-06', 'idNumber': '319999201205060019'");
    ck_assert_str_eq(story_ask(story, "lgo", "registry.Card.lgo", "{'person': 'r1'}"),
                     "refused NOT_ALLOWED: Card is not for lgo");
    ck_assert_str_eq(card(story, "lgo", "lgo"),
                     "{\"card\": {\"person\": \"r1\", \"name\": \"小明\", \"sex\": \"1\", "
                     "\"address\": {\"committee\": \"310115125041\"}}, \"state\": \"ACTIVE\", "
                     "\"owner\": \"310115125041\", \"categories\": [\"ALONE_UNCARED\"], "
                     "\"class\": \"YELLOW\", \"person\": \"r1\"}");
    dispatch(story, "1", "hcz");
    ck_assert_str_eq(story_last(story, "registry.CardSent.hcz"),
                     "{\"person\": \"r1\", \"need\": \"n1\", \"assignment\": \"a1\", \"card\": "
                     "{\"person\": \"r1\", \"name\": \"小明\", \"sex\": \"1\", \"address\": "
                     "{\"committee\": \"310115125041\"}}}");
    story_close(story);
}
END_TEST

static const char *find(struct story *story, const char *who, const char *what)
{
    char subject[80];

    snprintf(subject, sizeof(subject), "registry.FindPerson.%s", who);
    return story_ask(story, who, subject, "{%s}", what);
}

START_TEST(somebody_is_found_by_phone_name_initials_number_and_place)
{
    struct story *story = open_with_full_card();
    const char *one = NULL;

    add_person(story, C06, "r2",
               "'name': '单田芳', 'nickname': '单老', 'phones':"
               " [{'number': '13900000002'}, {'number': '58958801'}],"
               " 'emergencyContacts': [{'name': 'x', 'phone': '13900000001'}]");
    story_say(story, "referral", "referral.NeedOpened." C41,
              "{'need': 'n1', 'person': 'r1', 'priority': 'P3'}");
    one = find(story, "dzb", "'idNumber': '31999919380214001x'");
    ck_assert_str_eq(one,
                     "{\"found\": [{\"person\": \"r1\", \"card\": {\"person\": \"r1\", "
                     "\"name\": \"张桂芳\", \"sex\": \"1\", \"phones\": [{\"number\": "
                     "\"13900000001\", \"order\": 1}], \"address\": {\"committee\": "
                     "\"310115125041\", \"road\": \"丹桂路12弄\", \"room\": \"301\"}, \"remark\": "
                     "\"deaf\"}, \"state\": \"ACTIVE\", \"owner\": \"310115125041\", "
                     "\"openNeeds\": [\"referral/n1\"]}]}");
    ck_assert_str_eq(story_last(story, "registry.Accessed.*"),
                     "{\"readerUnit\": \"dzb\", \"query\": \"FindPerson\", \"persons\": "
                     "[\"r1\"], \"fieldGroups\": [\"contact\"], \"result\": \"ok\"}");
    ck_assert_str_eq(find(story, "dzb", "'phone': '139 0000 0001'"),
                     "{\"found\": [{\"person\": \"r1\", \"card\": {\"person\": \"r1\", "
                     "\"name\": \"张桂芳\", \"sex\": \"1\", \"phones\": [{\"number\": "
                     "\"13900000001\", \"order\": 1}], \"address\": {\"committee\": "
                     "\"310115125041\", \"road\": \"丹桂路12弄\", \"room\": \"301\"}, \"remark\": "
                     "\"deaf\"}, \"state\": \"ACTIVE\", \"owner\": \"310115125041\", "
                     "\"openNeeds\": [\"referral/n1\"]}, {\"person\": \"r2\", \"card\": "
                     "{\"person\": \"r2\", \"name\": \"单田芳\", \"nickname\": \"单老\", "
                     "\"phones\": [{\"number\": \"13900000002\", \"order\": 1}, {\"number\": "
                     "\"58958801\", \"order\": 2}], \"address\": {\"committee\": "
                     "\"310115125006\"}, \"emergencyContacts\": [{\"name\": \"x\", \"phone\": "
                     "\"13900000001\"}]}, \"state\": \"ACTIVE\", \"owner\": \"310115125006\"}]}");
    static const char *const r1[] = { "'name': '张桂芳'",
                                      "'name': '桂芳'",
                                      "'name': 'zgf'",
                                      "'name': 'ZG'",
                                      "'address': '丹桂路１２弄'",
                                      "'phone': '13900000001', 'name': '张'",
                                      "'name': '芳', 'committee': '" C41 "'",
                                      "'name': '芳', 'address': '12弄301'" };
    static const char *const r2[] = {
        "'name': '单老'",     "'name': 'stf'",           "'name': 'dtf'",
        "'phone': '5895880'", "'phone': '021-58958801'", "'name': '田芳', 'phone': '13900000002'"
    };
    for (size_t i = 0; i < sizeof(r1) / sizeof(r1[0]); i++) {
        one = find(story, "sjb", r1[i]);
        ck_assert_msg(strstr(one, "\"person\": \"r1\"") != NULL && strstr(one, "r2") == NULL,
                      "%s: %s", r1[i], one);
    }
    for (size_t i = 0; i < sizeof(r2) / sizeof(r2[0]); i++) {
        one = find(story, "sjb", r2[i]);
        ck_assert_msg(strstr(one, "\"person\": \"r2\"") != NULL && strstr(one, "r1") == NULL,
                      "%s: %s", r2[i], one);
    }
    ck_assert_str_eq(find(story, "dzb", "'name': '王'"), "{}");
    ck_assert_str_eq(find(story, "dzb", "'phone': '139'"),
                     "refused BAD_FIELD: a number, a phone of 6 digits or more, a name or a "
                     "place is wanted");
    ck_assert_str_eq(find(story, "dzb", ""),
                     "refused BAD_FIELD: a number, a phone of 6 digits or more, a name or a "
                     "place is wanted");
    story_close(story);
}
END_TEST

START_TEST(a_committee_finds_its_own_people_and_a_changed_name_is_found_anew)
{
    struct story *story = open_with_full_card();

    ck_assert_str_eq(find(story, C06, "'name': '张桂芳'"), "{}");
    ck_assert_str_eq(find(story, "swc", "'name': '张桂芳'"),
                     "refused NOT_ALLOWED: FindPerson is not for swc");
    ck_assert_str_eq(story_last(story, "registry.Accessed.*"),
                     "{\"readerUnit\": \"swc\", \"query\": \"FindPerson\", \"result\": "
                     "\"denied\"}");
    story_say(story, C41, "registry.UpdateFields." C41,
              "{'person': 'r1', 'card': {'name': '章桂方', 'phones': [{'number': '清空'}]}}");
    ck_assert_str_eq(find(story, C41, "'name': '张桂芳'"), "{}");
    ck_assert_str_eq(find(story, C41, "'phone': '13900000001'"), "{}");
    ck_assert_str_eq(find(story, C41, "'name': 'zgf'"),
                     "{\"found\": [{\"person\": \"r1\", \"card\": {\"person\": \"r1\", "
                     "\"name\": \"章桂方\", \"sex\": \"1\", \"address\": {\"committee\": "
                     "\"310115125041\", \"road\": \"丹桂路12弄\", \"room\": \"301\"}, \"remark\": "
                     "\"deaf\"}, \"state\": \"ACTIVE\", \"owner\": \"310115125041\"}]}");
    story_close(story);
}
END_TEST

START_TEST(a_roster_comes_in_pages)
{
    struct story *story = open_roster(&registry_service);

    for (int i = 1; i <= 3; i++) {
        char id[16];
        snprintf(id, sizeof(id), "r%d", i);
        add_person(story, C41, id, "'name': '张桂芳', 'health': {'text': 'heart'}");
    }
    ck_assert_str_eq(
        story_ask(story, C41, "registry.RosterAt." C41, "{'committee': '" C41 "', 'limit': 2}"),
        "{\"rows\": [{\"person\": \"r1\", \"card\": {\"person\": \"r1\", \"name\": \"张桂芳\", "
        "\"address\": {\"committee\": \"310115125041\"}}, \"state\": \"ACTIVE\", "
        "\"categories\": [\"ALONE_UNCARED\"], \"class\": \"YELLOW\", \"silent\": true}, "
        "{\"person\": \"r2\", "
        "\"card\": {\"person\": \"r2\", \"name\": \"张桂芳\", \"address\": {\"committee\": "
        "\"310115125041\"}}, \"state\": \"ACTIVE\", \"categories\": [\"ALONE_UNCARED\"], "
        "\"class\": \"YELLOW\", \"silent\": true}], \"next\": \"r2\"}");
    ck_assert_str_eq(story_ask(story, "jcb", "registry.RosterAt.jcb",
                               "{'committee': '" C41 "', 'limit': 2, 'after': 'r2'}"),
                     "{\"rows\": [{\"person\": \"r3\", \"card\": {\"person\": \"r3\", "
                     "\"name\": \"张桂芳\", \"address\": {\"committee\": \"310115125041\"}}, "
                     "\"state\": \"ACTIVE\", \"categories\": [\"ALONE_UNCARED\"], \"class\": "
                     "\"YELLOW\", \"silent\": true}]}");
    ck_assert_str_eq(story_ask(story, C06, "registry.RosterAt." C06, "{'committee': '" C41 "'}"),
                     "refused NOT_ALLOWED: RosterAt is not for 310115125006");
    ck_assert_str_eq(story_ask(story, "sjb", "registry.RosterAt.sjb", "{}"),
                     "refused BAD_FIELD: committee: is missing");
    ck_assert_str_eq(story_last(story, "registry.Accessed.*"),
                     "{\"readerUnit\": \"310115125006\", \"query\": \"RosterAt\", \"result\": "
                     "\"denied\"}");
    story_close(story);
}
END_TEST

START_TEST(the_history_tells_who_changed_what)
{
    struct story *story = open_with_full_card();

    story_say(story, C41 " as " C41 ".first", "registry.SetClass." C41,
              "{'person': 'r1', 'class': 'RED'}");
    ck_assert_str_eq(story_ask(story, C41, "registry.History." C41, "{'person': 'r1'}"),
                     "{\"lines\": [{\"atMs\": \"1674003600000\", \"what\": \"Proposed\", "
                     "\"by\": \"310115125041\", \"seq\": \"310115125041/1/1\"}, {\"atMs\": "
                     "\"1674003600000\", \"what\": \"Verified\", \"by\": \"310115125041\", "
                     "\"seq\": \"310115125041/1/2\"}, {\"atMs\": \"1674003600000\", \"what\": "
                     "\"ClassSet\", \"by\": \"310115125041.first\", \"seq\": "
                     "\"310115125041/1/3\"}]}");
    ck_assert_str_eq(story_ask(story, "dzb", "registry.History.dzb", "{'person': 'r1'}"),
                     "refused NOT_ALLOWED: History is not for dzb");
    story_close(story);
}
END_TEST

TESTS(a_centre_gets_health_and_nobody_else_a_diagnosis, somebody_away_is_looked_for_where_they_are,
      a_card_is_open_to_a_target_until_its_work_ends,
      a_card_is_trimmed_to_the_asker_and_every_look_is_traced,
      a_carer_does_not_read_a_diagnosis_from_the_categories,
      a_childs_card_is_opened_only_for_a_purpose,
      somebody_is_found_by_phone_name_initials_number_and_place,
      a_committee_finds_its_own_people_and_a_changed_name_is_found_anew, a_roster_comes_in_pages,
      the_history_tells_who_changed_what)
