/* From a word about somebody to a person on the roster, and off it again (domain.md 3.6). */
#include "stories/roster.h"

static const char *card_of(struct story *story, const char *person)
{
    return story_ask(story, C41 " as " C41 ".first", "registry.Card." C41,
                     "{'person': '%s', 'purpose': 'story'}", person);
}

START_TEST(a_candidate_is_proposed_and_verified)
{
    struct story *story = open_roster(&registry_service);

    story_say(story, "hotline", "registry.Propose." C41,
              "{'person': 'r1', 'source': 'call', 'committee': '" C41 "', 'card': {"
              "'name': '张桂芳', 'idNumber': '31999919380214001x',"
              " 'phones': [{'number': '139 0000 0001'}]}}");
    ck_assert_str_eq(story_last(story, "registry.Proposed." C41),
                     "{\"person\": \"r1\", \"owner\": \"310115125041\", \"source\": \"call\", "
                     "\"dueMs\": \"1674090000000\"}");
    story_say(story, C41, "registry.Verify." C41,
              "{'person': 'r1', 'categories': ['GRAVELY_ILL', 'ALONE_UNCARED', 'GRAVELY_ILL'],"
              " 'class': 'RED', 'basis': 'consent', 'card': {'address': {'road': '丹桂路12弄'}}}");
    story_say(story, C41, "registry.Verify." C41, "{'person': 'r1'}");
    ck_assert_str_eq(story_last(story, "registry.Verified." C41),
                     "{\"person\": \"r1\", \"owner\": \"310115125041\", \"categories\": "
                     "[\"ALONE_UNCARED\", \"GRAVELY_ILL\"], \"class\": \"RED\", \"silent\": true}");
    EXPECT_TEXT(story_text(story), "hotline/1/1 registry.Propose\n"
                                   "    r1: PERSON_NONE -> CANDIDATE\n"
                                   "    reminds r1: registry.ChaseCandidate in 24 h\n"
                                   "    emits registry.Proposed.310115125041\n"
                                   "310115125041/1/1 registry.Verify\n"
                                   "    r1: CANDIDATE -> ACTIVE\n"
                                   "    emits registry.FieldsUpdated.310115125041\n"
                                   "    reminds r1: registry.CheckStale in 30 d\n"
                                   "    forgets r1: registry.ChaseCandidate\n"
                                   "    reminds r1: registry.CheckStale in 14 d\n"
                                   "    emits registry.Verified.310115125041\n"
                                   "310115125041/1/2 registry.Verify\n"
                                   "    refuses: no Verify from ACTIVE\n");
    ck_assert_str_eq(
        card_of(story, "r1"),
        "{\"card\": {\"person\": \"r1\", \"idNumber\": \"31999919380214001X\", "
        "\"name\": \"张桂芳\", \"sex\": \"1\", \"birth\": \"1938-02-14\", "
        "\"phones\": [{\"number\": \"13900000001\", \"order\": 1}], \"address\": "
        "{\"committee\": \"310115125041\", \"road\": \"丹桂路12弄\"}}, \"state\": "
        "\"ACTIVE\", \"owner\": \"310115125041\", \"categories\": "
        "[\"ALONE_UNCARED\", \"GRAVELY_ILL\"], \"class\": \"RED\", \"silent\": true, \"person\": "
        "\"r1\"}");
    story_close(story);
}
END_TEST

START_TEST(a_candidate_needs_a_name_and_a_place_or_phone)
{
    struct story *story = open_roster(&registry_service);

    story_say(story, "hotline", "registry.Propose.town", "{'person': 'r1'}");
    story_say(story, "hotline", "registry.Propose.town", "{'person': 'r1', 'card': {'name': 'a'}}");
    story_say(story, "hotline", "registry.Propose.town",
              "{'person': 'r1', 'card': {'phones': [{'number': '13900000001'}]}}");
    story_say(story, "hotline", "registry.Propose.town",
              "{'person': 'a/b', 'committee': '" C41 "', 'card': {'nickname': 'a'}}");
    story_say(story, "hotline", "registry.Propose.town",
              "{'person': 'r1', 'committee': 'nowhere', 'card': {'nickname': 'a'}}");
    story_say(story, "hotline", "registry.Propose.town",
              "{'person': 'r1', 'committee': '" C41 "', 'card': {'nickname': 'a',"
              " 'idNumber': '319999193802140019'}}");
    story_say(story, "hotline", "registry.Propose.town",
              "{'person': 'r1', 'committee': '" C41 "', 'card': {'nickname': 'a',"
              " 'birth': '1938-02-30'}}");
    story_say(story, "hotline", "registry.Propose.town",
              "{'person': 'r1', 'committee': '" C41 "', 'categories': ['OTHER_PROTECTED'],"
              " 'card': {'nickname': 'a'}}");
    story_say(story, "hotline", "registry.Propose." C41,
              "{'person': 'r1', 'card': {'nickname': 'a', 'address': {'committee': '" C41 "'}}}");
    story_say(story, "hotline", "registry.Propose." C41,
              "{'person': 'r1', 'card': {'nickname': 'a', 'address': {'committee': '" C41 "'}}}");
    EXPECT_TEXT(story_text(story),
                "hotline/1/1 registry.Propose\n"
                "    refuses: a name or nickname, and a place or phone are wanted\n"
                "hotline/1/2 registry.Propose\n"
                "    refuses: a name or nickname, and a place or phone are wanted\n"
                "hotline/1/3 registry.Propose\n"
                "    refuses: a name or nickname, and a place or phone are wanted\n"
                "hotline/1/4 registry.Propose\n"
                "    refuses: person: a name is wanted\n"
                "hotline/1/5 registry.Propose\n"
                "    refuses: no such committee\n"
                "hotline/1/6 registry.Propose\n"
                "    refuses: id_number: is no citizen number\n"
                "hotline/1/7 registry.Propose\n"
                "    refuses: birth: is no date\n"
                "hotline/1/8 registry.Propose\n"
                "    refuses: other_reason: 其他 wants a text\n"
                "hotline/1/9 registry.Propose\n"
                "    r1: PERSON_NONE -> CANDIDATE\n"
                "    reminds r1: registry.ChaseCandidate in 24 h\n"
                "    emits registry.Proposed.310115125041\n"
                "hotline/1/10 registry.Propose\n"
                "    refuses: no Propose from CANDIDATE\n");
    story_close(story);
}
END_TEST

/* Nobody is without an owner: the office keeps whom no committee is known for, and rules. */
START_TEST(a_candidate_of_no_known_place_is_the_offices_to_rule)
{
    struct story *story = open_roster(&registry_service);

    story_say(story, "hotline", "registry.Propose.town",
              "{'person': 'r1', 'card': {'name': '王五', 'phones': [{'number': '58958808'}]}}");
    story_say(story, C41, "registry.RuleMove." C41, "{'person': 'r1', 'owner': '" C41 "'}");
    story_say(story, "sjb", "registry.RuleMove.sjb", "{'person': 'r1', 'owner': 'none'}");
    story_say(story, "sjb", "registry.RuleMove.sjb", "{'person': 'r1', 'owner': '" C41 "'}");
    EXPECT_TEXT(story_text(story), "hotline/1/1 registry.Propose\n"
                                   "    r1: PERSON_NONE -> CANDIDATE\n"
                                   "    reminds r1: registry.ChaseCandidate in 24 h\n"
                                   "    emits registry.Proposed.sjb\n"
                                   "310115125041/1/1 registry.RuleMove\n"
                                   "    refuses: RuleMove is not for 310115125041\n"
                                   "sjb/1/1 registry.RuleMove\n"
                                   "    refuses: no such committee\n"
                                   "sjb/1/2 registry.RuleMove\n"
                                   "    r1: CANDIDATE -> CANDIDATE\n"
                                   "    emits registry.Moved.310115125041\n");
    story_close(story);
}
END_TEST

START_TEST(a_candidate_that_nobody_verifies_is_overdue)
{
    struct story *story = open_roster(&registry_service);

    story_say(story, "hotline", "registry.Propose." C41,
              "{'person': 'r1', 'committee': '" C41 "', 'card': {'name': '王五'}}");
    story_later(story, "24 h");
    EXPECT_TEXT(story_text(story), "hotline/1/1 registry.Propose\n"
                                   "    r1: PERSON_NONE -> CANDIDATE\n"
                                   "    reminds r1: registry.ChaseCandidate in 24 h\n"
                                   "    emits registry.Proposed.310115125041\n"
                                   "24 h later\n"
                                   "registry/1/2 registry.ChaseCandidate\n"
                                   "    emits registry.CandidateOverdue.310115125041\n");
    ck_assert_str_eq(story_last(story, "registry.CandidateOverdue." C41),
                     "{\"person\": \"r1\", \"owner\": \"310115125041\", \"sinceMs\": "
                     "\"1674003600000\"}");
    story_close(story);
}
END_TEST

START_TEST(a_verification_is_the_owners_and_has_category_class_and_basis)
{
    struct story *story = open_roster(&registry_service);

    story_say(story, "hotline", "registry.Propose." C41,
              "{'person': 'r1', 'committee': '" C41 "', 'card': {'name': '王五'}}");
    story_forget(story);
    story_say(story, C06, "registry.Verify." C06,
              "{'person': 'r1', 'categories': ['DEPENDENT'], 'class': 'RED', 'basis': 'x'}");
    story_say(story, C41, "registry.Verify." C41, "{'person': 'r1', 'class': 'RED', 'basis': 'x'}");
    story_say(story, C41, "registry.Verify." C41,
              "{'person': 'r1', 'categories': ['DEPENDENT'], 'basis': 'x'}");
    story_say(story, C41, "registry.Verify." C41,
              "{'person': 'r1', 'categories': ['DEPENDENT'], 'class': 'RED'}");
    story_say(story, C41, "registry.Verify." C41,
              "{'person': 'r9', 'categories': ['DEPENDENT'], 'class': 'RED', 'basis': 'x'}");
    EXPECT_TEXT(story_text(story), "310115125006/1/1 registry.Verify\n"
                                   "    refuses: Verify is not for 310115125006\n"
                                   "310115125041/1/1 registry.Verify\n"
                                   "    refuses: a category is wanted\n"
                                   "310115125041/1/2 registry.Verify\n"
                                   "    refuses: class: RED, YELLOW or GREEN\n"
                                   "310115125041/1/3 registry.Verify\n"
                                   "    refuses: a notice or a consent is wanted\n"
                                   "310115125041/1/4 registry.Verify\n"
                                   "    refuses: no Verify: there is no such row in persons\n");
    story_close(story);
}
END_TEST

START_TEST(a_dismissal_is_proposed_kept_dismissed_and_the_person_may_come_again)
{
    struct story *story = open_roster(&registry_service);

    story_say(story, "hotline", "registry.Propose." C41,
              "{'person': 'r1', 'committee': '" C41 "', 'card': {'name': '王五'}}");
    story_forget(story);
    story_say(story, C41, "registry.ProposeDismissal." C41, "{'person': 'r1'}");
    story_say(story, C06, "registry.ProposeDismissal." C06, "{'person': 'r1', 'reason': 'x'}");
    story_say(story, C41, "registry.ProposeDismissal." C41,
              "{'person': 'r1', 'reason': 'lives with family'}");
    story_say(story, C41, "registry.Keep." C41, "{'person': 'r1', 'reason': 'look again'}");
    story_later(story, "24 h");
    story_say(story, "sjb", "registry.Keep.sjb", "{'person': 'r1', 'reason': 'look again'}");
    story_say(story, C41, "registry.ProposeDismissal." C41,
              "{'person': 'r1', 'reason': 'lives with family'}");
    story_say(story, C41, "registry.Dismiss." C41, "{'person': 'r1'}");
    story_say(story, "sjb", "registry.Dismiss.sjb", "{'person': 'r1', 'reason': 'agreed'}");
    story_say(story, "hotline", "registry.Propose." C41,
              "{'person': 'r1', 'committee': '" C41 "', 'card': {'nickname': '王伯'}}");
    EXPECT_TEXT(story_text(story), "310115125041/1/1 registry.ProposeDismissal\n"
                                   "    refuses: reason: is missing\n"
                                   "310115125006/1/1 registry.ProposeDismissal\n"
                                   "    refuses: ProposeDismissal is not for 310115125006\n"
                                   "310115125041/1/2 registry.ProposeDismissal\n"
                                   "    r1: CANDIDATE -> DISMISSAL_PROPOSED\n"
                                   "    forgets r1: registry.ChaseCandidate\n"
                                   "    reminds r1: registry.ChaseDecision in 24 h\n"
                                   "    emits registry.DismissalProposed.310115125041\n"
                                   "310115125041/1/3 registry.Keep\n"
                                   "    refuses: Keep is not for 310115125041\n"
                                   "24 h later\n"
                                   "registry/1/6 registry.ChaseDecision\n"
                                   "    emits registry.DecisionOverdue.sjb\n"
                                   "sjb/1/1 registry.Keep\n"
                                   "    r1: DISMISSAL_PROPOSED -> CANDIDATE\n"
                                   "    reminds r1: registry.ChaseCandidate in 24 h\n"
                                   "    emits registry.Kept.310115125041\n"
                                   "310115125041/1/4 registry.ProposeDismissal\n"
                                   "    r1: CANDIDATE -> DISMISSAL_PROPOSED\n"
                                   "    forgets r1: registry.ChaseCandidate\n"
                                   "    reminds r1: registry.ChaseDecision in 24 h\n"
                                   "    emits registry.DismissalProposed.310115125041\n"
                                   "310115125041/1/5 registry.Dismiss\n"
                                   "    refuses: Dismiss is not for 310115125041\n"
                                   "sjb/1/2 registry.Dismiss\n"
                                   "    r1: DISMISSAL_PROPOSED -> DISMISSED\n"
                                   "    forgets r1: registry.ChaseDecision\n"
                                   "    emits registry.Dismissed.310115125041\n"
                                   "hotline/1/2 registry.Propose\n"
                                   "    r1: DISMISSED -> CANDIDATE\n"
                                   "    reminds r1: registry.ChaseCandidate in 24 h\n"
                                   "    emits registry.Proposed.310115125041\n");
    ck_assert_str_eq(story_last(story, "registry.DecisionOverdue.sjb"),
                     "{\"person\": \"r1\", \"owner\": \"310115125041\", \"decision\": "
                     "\"dismissal\", \"sinceMs\": \"1674003600000\"}");
    ck_assert_str_eq(card_of(story, "r1"),
                     "{\"card\": {\"person\": \"r1\", \"name\": \"王五\", \"nickname\": \"王伯\", "
                     "\"address\": {\"committee\": \"310115125041\"}}, \"state\": "
                     "\"CANDIDATE\", \"owner\": \"310115125041\", \"person\": \"r1\"}");
    story_close(story);
}
END_TEST

START_TEST(nobody_with_an_urgent_need_is_removed)
{
    struct story *story = open_roster(&registry_service);

    add_person(story, C41, "r1", "'name': '王五'");
    story_say(story, "referral", "referral.NeedOpened." C41,
              "{'need': 'n1', 'person': 'r1', 'priority': 'P3'}");
    story_say(story, C41, "registry.ProposeRemoval." C41, "{'person': 'r1', 'reason': 'well'}");
    story_say(story, "referral", "referral.PriorityChanged." C41,
              "{'need': 'n1', 'from': 'P3', 'to': 'P2'}");
    story_say(story, "sjb", "registry.Remove.sjb", "{'person': 'r1'}");
    story_later(story, "24 h");
    story_say(story, "sjb", "registry.Keep.sjb", "{'person': 'r1'}");
    story_say(story, C41, "registry.ProposeRemoval." C41, "{'person': 'r1', 'reason': 'well'}");
    story_say(story, "referral", "referral.NeedClosed." C41,
              "{'need': 'n1', 'outcome': 'MET', 'person': 'r1'}");
    story_say(story, C41, "registry.ProposeRemoval." C41, "{'person': 'r1', 'reason': 'well'}");
    story_say(story, "referral", "referral.NeedReopened." C41, "{'need': 'n1'}");
    story_say(story, "sjb", "registry.Remove.sjb", "{'person': 'r1'}");
    story_say(story, "referral", "referral.NeedClosed." C41,
              "{'need': 'n1', 'outcome': 'MET', 'person': 'r1'}");
    story_say(story, C41, "registry.Remove." C41, "{'person': 'r1'}");
    story_say(story, "sjb", "registry.Remove.sjb", "{'person': 'r1', 'reason': 'agreed'}");
    EXPECT_TEXT(story_text(story), "310115125041/1/3 registry.ProposeRemoval\n"
                                   "    r1: ACTIVE -> REMOVAL_PROPOSED\n"
                                   "    reminds r1: registry.ChaseDecision in 24 h\n"
                                   "    emits registry.RemovalProposed.310115125041\n"
                                   "sjb/1/1 registry.Remove\n"
                                   "    refuses: a P0 to P2 need is open\n"
                                   "24 h later\n"
                                   "registry/1/5 registry.ChaseDecision\n"
                                   "    emits registry.DecisionOverdue.sjb\n"
                                   "sjb/1/2 registry.Keep\n"
                                   "    r1: REMOVAL_PROPOSED -> ACTIVE\n"
                                   "    emits registry.Kept.310115125041\n"
                                   "310115125041/1/4 registry.ProposeRemoval\n"
                                   "    refuses: a P0 to P2 need is open\n"
                                   "310115125041/1/5 registry.ProposeRemoval\n"
                                   "    r1: ACTIVE -> REMOVAL_PROPOSED\n"
                                   "    reminds r1: registry.ChaseDecision in 24 h\n"
                                   "    emits registry.RemovalProposed.310115125041\n"
                                   "sjb/1/3 registry.Remove\n"
                                   "    refuses: a P0 to P2 need is open\n"
                                   "310115125041/1/6 registry.Remove\n"
                                   "    refuses: Remove is not for 310115125041\n"
                                   "sjb/1/4 registry.Remove\n"
                                   "    r1: REMOVAL_PROPOSED -> REMOVED\n"
                                   "    forgets r1: registry.ChaseDecision\n"
                                   "    forgets r1: registry.CheckStale\n"
                                   "    emits registry.Removed.310115125041\n");
    ck_assert_str_eq(story_last(story, "registry.DecisionOverdue.sjb"),
                     "{\"person\": \"r1\", \"owner\": \"310115125041\", \"decision\": "
                     "\"removal\", \"sinceMs\": \"1674003600000\"}");
    story_close(story);
}
END_TEST

/* S-06U: the number of people is known at every moment, by committee, state, category and class. */
START_TEST(the_figures_follow_every_change)
{
    struct story *story = open_roster(&registry_service);

    ck_assert_str_eq(story_ask(story, "dzb", "registry.Counts.town", "{}"), "{}");
    add_person(story, C41, "r1", "'name': '王五'");
    add_person(story, C06, "r2", "'name': '赵六'");
    story_say(story, C41, "registry.SetClass." C41, "{'person': 'r1', 'class': 'RED'}");
    story_say(story, C41, "registry.SetCategories." C41,
              "{'person': 'r1', 'categories': ['ALONE_UNCARED', 'DEPENDENT']}");
    ck_assert_str_eq(story_ask(story, "dzb", "registry.Counts.town", "{'committee': '" C41 "'}"),
                     "{\"counts\": [{\"committee\": \"310115125041\", \"state\": \"ACTIVE\", "
                     "\"class\": \"RED\", \"count\": 1}, {\"committee\": \"310115125041\", "
                     "\"state\": \"ACTIVE\", \"category\": \"ALONE_UNCARED\", \"class\": "
                     "\"RED\", \"count\": 1}, {\"committee\": \"310115125041\", \"state\": "
                     "\"ACTIVE\", \"category\": \"DEPENDENT\", \"class\": \"RED\", \"count\": "
                     "1}], \"total\": 1}");
    ck_assert_str_eq(story_ask(story, "dzb", "registry.Counts.town", "{}"),
                     "{\"counts\": [{\"state\": \"ACTIVE\", \"class\": \"RED\", \"count\": 1}, "
                     "{\"state\": \"ACTIVE\", \"class\": \"YELLOW\", \"count\": 1}, "
                     "{\"state\": \"ACTIVE\", \"category\": \"ALONE_UNCARED\", \"class\": "
                     "\"RED\", \"count\": 1}, {\"state\": \"ACTIVE\", \"category\": "
                     "\"ALONE_UNCARED\", \"class\": \"YELLOW\", \"count\": 1}, {\"state\": "
                     "\"ACTIVE\", \"category\": \"DEPENDENT\", \"class\": \"RED\", \"count\": "
                     "1}], \"total\": 2}");
    story_close(story);
}
END_TEST

TESTS(a_candidate_is_proposed_and_verified, a_candidate_needs_a_name_and_a_place_or_phone,
      a_candidate_of_no_known_place_is_the_offices_to_rule,
      a_candidate_that_nobody_verifies_is_overdue,
      a_verification_is_the_owners_and_has_category_class_and_basis,
      a_dismissal_is_proposed_kept_dismissed_and_the_person_may_come_again,
      nobody_with_an_urgent_need_is_removed, the_figures_follow_every_change)
