/* Two rows that are one person (R13). */
#include "stories/roster.h"

static const char *card_of(struct story *story, const char *unit, const char *person)
{
    char subject[64];
    char who[64];

    snprintf(subject, sizeof(subject), "registry.Card.%s", unit);
    snprintf(who, sizeof(who), "%s", unit);
    return story_ask(story, who, subject, "{'person': '%s', 'purpose': 'story'}", person);
}

/* r1 of one committee, r2 of the other: the same number. */
static struct story *open_with_double(void)
{
    struct story *story = open_roster(&registry_service);

    add_person(story, C41, "r1", "'name': '张桂芳', 'idNumber': '31999919380214001X'");
    add_person(story, C06, "r2",
               "'name': '张桂芬', 'idNumber': '31999919380214001X', 'nickname': '张阿婆',"
               " 'phones': [{'number': '13900000001'}]");
    return story;
}

START_TEST(the_registry_finds_a_double_by_its_number)
{
    struct story *story = open_with_double();

    ck_assert_str_eq(story_last(story, "registry.ClaimConflicted.sjb"),
                     "{\"person\": \"r2\", \"committees\": [\"310115125041\", "
                     "\"310115125006\"], \"other\": \"r1\"}");
    ck_assert_str_eq(story_last(story, "registry.MergeProposed.sjb"),
                     "{\"survivor\": \"r1\", \"alias\": \"r2\", \"evidence\": \"the same "
                     "number\"}");
    ck_assert_str_eq(story_ask(story, C41, "registry.Duplicates." C41, "{'committee': '" C41 "'}"),
                     "{\"pairs\": [{\"survivor\": \"r1\", \"alias\": \"r2\", \"evidence\": "
                     "\"the same number\", \"state\": \"PROPOSED\"}]}");
    ck_assert_str_eq(story_ask(story, "sjb", "registry.Duplicates.sjb", "{}"),
                     "{\"pairs\": [{\"survivor\": \"r1\", \"alias\": \"r2\", \"evidence\": "
                     "\"the same number\", \"state\": \"PROPOSED\"}]}");
    ck_assert_str_eq(story_ask(story, "dzb", "registry.Duplicates.dzb", "{}"),
                     "refused NOT_ALLOWED: Duplicates is not for dzb");
    story_close(story);
}
END_TEST

START_TEST(the_registry_finds_a_double_by_name_and_phone)
{
    struct story *story = open_roster(&registry_service);

    add_person(story, C41, "r1", "'name': '张桂芳', 'phones': [{'number': '13900000001'}]");
    add_person(story, C41, "r2", "'name': '李国强', 'phones': [{'number': '13900000001'}]");
    ck_assert_uint_eq(story_count(story, "registry.MergeProposed.*"), 0);
    add_person(story, C41, "r3", "'name': '张 桂芳', 'phones': [{'number': '+86 13900000001'}]");
    ck_assert_uint_eq(story_count(story, "registry.ClaimConflicted.*"), 0);
    ck_assert_str_eq(story_last(story, "registry.MergeProposed.sjb"),
                     "{\"survivor\": \"r1\", \"alias\": \"r3\", \"evidence\": \"the same name "
                     "and phone\"}");
    story_close(story);
}
END_TEST

START_TEST(a_merge_fills_blanks_and_the_old_id_leads_to_the_survivor)
{
    struct story *story = open_with_double();

    story_say(story, C41, "registry.Merge." C41, "{'survivor': 'r1', 'alias': 'r2'}");
    story_say(story, "sjb", "registry.Merge.sjb", "{'survivor': 'r1', 'alias': 'r9'}");
    story_say(story, "sjb", "registry.Merge.sjb", "{'survivor': 'r1', 'alias': 'r2'}");
    ck_assert_str_eq(story_last(story, "registry.Merged." C41),
                     "{\"survivor\": \"r1\", \"alias\": \"r2\", \"owner\": \"310115125041\"}");
    ck_assert_str_eq(
        card_of(story, C41, "r2"),
        "{\"card\": {\"person\": \"r1\", \"idNumber\": \"31999919380214001X\", "
        "\"name\": \"张桂芳\", \"nickname\": \"张阿婆\", \"sex\": \"1\", \"birth\": "
        "\"1938-02-14\", \"phones\": [{\"number\": \"13900000001\", \"order\": "
        "1}], \"address\": {\"committee\": \"310115125041\"}}, \"state\": "
        "\"ACTIVE\", \"owner\": \"310115125041\", \"categories\": "
        "[\"ALONE_UNCARED\"], \"class\": \"YELLOW\", \"silent\": true, \"person\": \"r1\"}");
    story_say(story, C41, "registry.SetClass." C41, "{'person': 'r2', 'class': 'RED'}");
    story_say(story, "sjb", "registry.Merge.sjb", "{'survivor': 'r1', 'alias': 'r2'}");
    story_say(story, C41, "registry.ProposeMerge." C41, "{'persons': ['r1', 'r2']}");
    EXPECT_TEXT(story_text(story), "310115125041/1/3 registry.Merge\n"
                                   "    refuses: Merge is not for 310115125041\n"
                                   "sjb/1/1 registry.Merge\n"
                                   "    refuses: no Merge: there is no such row in merges\n"
                                   "sjb/1/2 registry.Merge\n"
                                   "    r1/r2: PROPOSED -> MERGED\n"
                                   "    r2: ACTIVE -> ALIAS\n"
                                   "    forgets r2: registry.CheckStale\n"
                                   "    reminds r1: registry.CheckStale in 14 d\n"
                                   "    emits registry.Merged.310115125041\n"
                                   "310115125041/1/4 registry.SetClass\n"
                                   "    emits registry.ClassSet.310115125041\n"
                                   "    reminds r1: registry.CheckStale in 14 d\n"
                                   "sjb/1/3 registry.Merge\n"
                                   "    refuses: no Merge from MERGED\n"
                                   "310115125041/1/5 registry.ProposeMerge\n"
                                   "    refuses: it is one row already\n");
    story_close(story);
}
END_TEST

START_TEST(an_unmerge_restores_both_as_they_were)
{
    struct story *story = open_with_double();
    char first[2048];
    char second[2048];

    snprintf(first, sizeof(first), "%s", card_of(story, C41, "r1"));
    snprintf(second, sizeof(second), "%s", card_of(story, C06, "r2"));
    story_say(story, "sjb", "registry.Merge.sjb", "{'survivor': 'r1', 'alias': 'r2'}");
    story_say(story, C41, "registry.Unmerge." C41, "{'survivor': 'r1', 'alias': 'r2'}");
    story_say(story, "sjb", "registry.Unmerge.sjb", "{'survivor': 'r1', 'alias': 'r2'}");
    ck_assert_str_eq(story_last(story, "registry.Unmerged." C06),
                     "{\"survivor\": \"r1\", \"alias\": \"r2\", \"owner\": \"310115125006\"}");
    EXPECT_TEXT(card_of(story, C41, "r1"), first);
    EXPECT_TEXT(card_of(story, C06, "r2"), second);
    story_say(story, "sjb", "registry.Unmerge.sjb", "{'survivor': 'r1', 'alias': 'r2'}");
    EXPECT_TEXT(story_text(story), "sjb/1/1 registry.Merge\n"
                                   "    r1/r2: PROPOSED -> MERGED\n"
                                   "    r2: ACTIVE -> ALIAS\n"
                                   "    forgets r2: registry.CheckStale\n"
                                   "    reminds r1: registry.CheckStale in 14 d\n"
                                   "    emits registry.Merged.310115125041\n"
                                   "310115125041/1/3 registry.Unmerge\n"
                                   "    refuses: Unmerge is not for 310115125041\n"
                                   "sjb/1/2 registry.Unmerge\n"
                                   "    r1/r2: MERGED -> UNMERGED\n"
                                   "    r2: ALIAS -> ACTIVE\n"
                                   "    reminds r2: registry.CheckStale in 14 d\n"
                                   "    reminds r1: registry.CheckStale in 14 d\n"
                                   "    emits registry.Unmerged.310115125006\n"
                                   "sjb/1/3 registry.Unmerge\n"
                                   "    refuses: no Unmerge from UNMERGED\n");
    story_close(story);
}
END_TEST

/* The mistake of the office costs the committee none of what it has done since. */
START_TEST(an_unmerge_after_a_change_takes_back_only_what_the_merge_filled)
{
    struct story *story = open_with_double();

    story_say(story, "sjb", "registry.Merge.sjb", "{'survivor': 'r1', 'alias': 'r2'}");
    story_say(story, C41, "registry.UpdateFields." C41,
              "{'person': 'r1', 'card': {'remark': 'deaf', 'nickname': '张婶'}}");
    story_say(story, "sjb", "registry.Unmerge.sjb", "{'survivor': 'r1', 'alias': 'r2'}");
    ck_assert_str_eq(card_of(story, C41, "r1"),
                     "{\"card\": {\"person\": \"r1\", \"idNumber\": \"31999919380214001X\", "
                     "\"name\": \"张桂芳\", \"nickname\": \"张婶\", \"sex\": \"1\", \"birth\": "
                     "\"1938-02-14\", \"address\": {\"committee\": \"310115125041\"}, "
                     "\"remark\": \"deaf\"}, \"state\": \"ACTIVE\", \"owner\": "
                     "\"310115125041\", \"categories\": [\"ALONE_UNCARED\"], \"class\": "
                     "\"YELLOW\", \"silent\": true, \"person\": \"r1\"}");
    ck_assert_str_eq(
        card_of(story, C06, "r2"),
        "{\"card\": {\"person\": \"r2\", \"idNumber\": \"31999919380214001X\", "
        "\"name\": \"张桂芬\", \"nickname\": \"张阿婆\", \"sex\": \"1\", \"birth\": "
        "\"1938-02-14\", \"phones\": [{\"number\": \"13900000001\", \"order\": "
        "1}], \"address\": {\"committee\": \"310115125006\"}}, \"state\": "
        "\"ACTIVE\", \"owner\": \"310115125006\", \"categories\": "
        "[\"ALONE_UNCARED\"], \"class\": \"YELLOW\", \"silent\": true, \"person\": \"r2\"}");
    story_close(story);
}
END_TEST

START_TEST(a_merge_is_rejected_and_may_be_proposed_again)
{
    struct story *story = open_with_double();

    story_say(story, C41, "registry.RejectMerge." C41, "{'survivor': 'r1', 'alias': 'r2'}");
    story_say(story, "sjb", "registry.RejectMerge.sjb",
              "{'survivor': 'r1', 'alias': 'r2', 'reason': 'twins'}");
    story_say(story, "sjb", "registry.Merge.sjb", "{'survivor': 'r1', 'alias': 'r2'}");
    story_say(story, "dzb", "registry.ProposeMerge.dzb", "{'persons': ['r1', 'r2']}");
    story_say(story, C06, "registry.ProposeMerge." C06,
              "{'persons': ['r1', 'r2'], 'evidence': 'same photograph'}");
    story_say(story, C41, "registry.ProposeMerge." C41, "{'persons': ['r1']}");
    story_say(story, C41, "registry.ProposeMerge." C41, "{'persons': ['r1', 'r1']}");
    story_say(story, C41, "registry.ProposeMerge." C41, "{'persons': ['r1', 'r9']}");
    EXPECT_TEXT(story_text(story), "310115125041/1/3 registry.RejectMerge\n"
                                   "    refuses: RejectMerge is not for 310115125041\n"
                                   "sjb/1/1 registry.RejectMerge\n"
                                   "    r1/r2: PROPOSED -> REJECTED\n"
                                   "    emits registry.MergeRejected.sjb\n"
                                   "sjb/1/2 registry.Merge\n"
                                   "    refuses: no Merge from REJECTED\n"
                                   "dzb/1/1 registry.ProposeMerge\n"
                                   "    refuses: ProposeMerge is not for dzb\n"
                                   "310115125006/1/3 registry.ProposeMerge\n"
                                   "    r1/r2: REJECTED -> PROPOSED\n"
                                   "    emits registry.MergeProposed.sjb\n"
                                   "310115125041/1/4 registry.ProposeMerge\n"
                                   "    refuses: persons: two are wanted\n"
                                   "310115125041/1/5 registry.ProposeMerge\n"
                                   "    refuses: it is one row already\n"
                                   "310115125041/1/6 registry.ProposeMerge\n"
                                   "    refuses: no such person\n");
    story_close(story);
}
END_TEST

/* An alias of an alias: the later merge is undone first. */
START_TEST(merges_are_undone_in_their_order)
{
    struct story *story = open_with_double();

    add_person(story, C41, "r3", "'name': '张桂芳', 'idNumber': '31999919380214001X'");
    story_say(story, "sjb", "registry.Merge.sjb", "{'survivor': 'r1', 'alias': 'r2'}");
    story_say(story, C41, "registry.ProposeMerge." C41, "{'persons': ['r3', 'r1']}");
    story_say(story, "sjb", "registry.Merge.sjb", "{'survivor': 'r3', 'alias': 'r1'}");
    ck_assert_str_eq(
        card_of(story, C41, "r2"),
        "{\"card\": {\"person\": \"r3\", \"idNumber\": \"31999919380214001X\", "
        "\"name\": \"张桂芳\", \"nickname\": \"张阿婆\", \"sex\": \"1\", \"birth\": "
        "\"1938-02-14\", \"phones\": [{\"number\": \"13900000001\", \"order\": "
        "1}], \"address\": {\"committee\": \"310115125041\"}}, \"state\": "
        "\"ACTIVE\", \"owner\": \"310115125041\", \"categories\": "
        "[\"ALONE_UNCARED\"], \"class\": \"YELLOW\", \"silent\": true, \"person\": \"r3\"}");
    story_forget(story);
    story_say(story, "sjb", "registry.Unmerge.sjb", "{'survivor': 'r1', 'alias': 'r2'}");
    story_say(story, "sjb", "registry.Unmerge.sjb", "{'survivor': 'r3', 'alias': 'r1'}");
    story_say(story, "sjb", "registry.Unmerge.sjb", "{'survivor': 'r1', 'alias': 'r2'}");
    EXPECT_TEXT(story_text(story), "sjb/1/3 registry.Unmerge\n"
                                   "    refuses: a later merge is to be undone first\n"
                                   "sjb/1/4 registry.Unmerge\n"
                                   "    r1/r3: MERGED -> UNMERGED\n"
                                   "    r1: ALIAS -> ACTIVE\n"
                                   "    reminds r1: registry.CheckStale in 14 d\n"
                                   "    reminds r3: registry.CheckStale in 14 d\n"
                                   "    emits registry.Unmerged.310115125041\n"
                                   "sjb/1/5 registry.Unmerge\n"
                                   "    r1/r2: MERGED -> UNMERGED\n"
                                   "    r2: ALIAS -> ACTIVE\n"
                                   "    reminds r2: registry.CheckStale in 14 d\n"
                                   "    reminds r1: registry.CheckStale in 14 d\n"
                                   "    emits registry.Unmerged.310115125006\n");
    story_close(story);
}
END_TEST

/* The clock of a row that is an alias now is nobody's; and it runs again when the merge is undone. */
START_TEST(a_clock_of_an_alias_does_not_touch_the_survivor)
{
    struct story *story = open_with_double();
    unsigned long long now = story_now(story);

    say_of(story, C41, "RequestMove", "r1", ", 'to': '" C06 "'");
    story_say(story, C06, "registry.SuspendAway." C06,
              "{'person': 'r2', 'kind': 'travel', 'host': {'name': 'x'}, 'untilMs': '%llu'}",
              now + 3600 * 1000);
    story_say(story, "sjb", "registry.Merge.sjb", "{'survivor': 'r2', 'alias': 'r1'}");
    story_forget(story);
    story_later(story, "24 h");
    ck_assert_uint_eq(story_count(story, "registry.MoveRefused.*"), 0);
    story_say(story, "sjb", "registry.Unmerge.sjb", "{'survivor': 'r2', 'alias': 'r1'}");
    story_later(story, "24 h");
    EXPECT_TEXT(story_text(story), "1 h later\n"
                                   "registry/1/10 registry.EndAwayDue\n"
                                   "    r2: AWAY -> ACTIVE\n"
                                   "    emits registry.AwayEnded.310115125006\n"
                                   "23 h later\n"
                                   "sjb/1/2 registry.Unmerge\n"
                                   "    r1/r2: MERGED -> UNMERGED\n"
                                   "    r1: ALIAS -> MOVING\n"
                                   "    reminds r1: registry.EndMoveDue in 24 h\n"
                                   "    reminds r1: registry.CheckStale in 13 d\n"
                                   "    reminds r2: registry.CheckStale in 13 d\n"
                                   "    emits registry.Unmerged.310115125041\n"
                                   "24 h later\n"
                                   "registry/1/14 registry.EndMoveDue\n"
                                   "    r1: MOVING -> MOVE_DISPUTED\n"
                                   "    emits registry.MoveRefused.310115125041 to sjb\n");
    story_close(story);
}
END_TEST

TESTS(the_registry_finds_a_double_by_its_number, the_registry_finds_a_double_by_name_and_phone,
      a_merge_fills_blanks_and_the_old_id_leads_to_the_survivor,
      an_unmerge_restores_both_as_they_were,
      an_unmerge_after_a_change_takes_back_only_what_the_merge_filled,
      a_merge_is_rejected_and_may_be_proposed_again, merges_are_undone_in_their_order,
      a_clock_of_an_alias_does_not_touch_the_survivor)
