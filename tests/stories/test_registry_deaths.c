/* Dead, or said to be; and who is left (domain.md 3.6; N6). */
#include "stories/roster.h"

START_TEST(a_death_is_reported_by_those_who_see_it)
{
    struct story *story = open_with_person(&registry_service);

    story_say(story, "dzb", "registry.ReportDeath.dzb", "{'person': 'r1'}");
    story_say(story, "hcz", "registry.ReportDeath.hcz", "{'person': 'r9'}");
    story_say(story, "hcz as hcz.duty", "registry.ReportDeath.hcz",
              "{'person': 'r1', 'atMs': '1674000000000'}");
    ck_assert_str_eq(story_last(story, "registry.DeathReported." C41),
                     "{\"person\": \"r1\", \"atMs\": \"1674000000000\", \"owner\": "
                     "\"310115125041\", \"source\": \"hcz.duty\"}");
    story_say(story, "hcz", "registry.ReportDeath.hcz", "{'person': 'r1'}");
    story_say(story, C41, "registry.SetSilent." C41, "{'person': 'r1', 'silent': true}");
    story_later(story, "3 d");
    ck_assert_str_eq(story_last(story, "registry.DecisionOverdue." C41),
                     "{\"person\": \"r1\", \"owner\": \"310115125041\", \"decision\": "
                     "\"death\", \"sinceMs\": \"1674003600000\"}");
    story_say(story, C41, "registry.ConfirmDeath." C41, "{'person': 'r1'}");
    story_say(story, C06, "registry.ConfirmDeath." C06, "{'person': 'r1', 'documentRef': 'd'}");
    story_say(story, C41, "registry.ConfirmDeath." C41, "{'person': 'r1', 'documentRef': 'd'}");
    story_say(story, C41, "registry.RefuteDeath." C41, "{'person': 'r1'}");
    EXPECT_TEXT(story_text(story), "dzb/1/1 registry.ReportDeath\n"
                                   "    refuses: ReportDeath is not for dzb\n"
                                   "hcz/1/1 registry.ReportDeath\n"
                                   "    refuses: no ReportDeath: there is no such row in persons\n"
                                   "hcz/1/2 registry.ReportDeath\n"
                                   "    r1: ACTIVE -> DECEASED_REPORTED\n"
                                   "    reminds r1: registry.ChaseDecision in 3 d\n"
                                   "    emits registry.DeathReported.310115125041\n"
                                   "hcz/1/3 registry.ReportDeath\n"
                                   "    refuses: no ReportDeath from DECEASED_REPORTED\n"
                                   "310115125041/1/3 registry.SetSilent\n"
                                   "    refuses: no SetSilent from DECEASED_REPORTED\n"
                                   "3 d later\n"
                                   "registry/1/8 registry.ChaseDecision\n"
                                   "    emits registry.DecisionOverdue.310115125041\n"
                                   "310115125041/1/4 registry.ConfirmDeath\n"
                                   "    refuses: by what paper?\n"
                                   "310115125006/1/1 registry.ConfirmDeath\n"
                                   "    refuses: ConfirmDeath is not for 310115125006\n"
                                   "310115125041/1/5 registry.ConfirmDeath\n"
                                   "    r1: DECEASED_REPORTED -> DECEASED\n"
                                   "    forgets r1: registry.CheckStale\n"
                                   "    emits registry.DeathConfirmed.310115125041\n"
                                   "310115125041/1/6 registry.RefuteDeath\n"
                                   "    refuses: no RefuteDeath from DECEASED\n");
    story_close(story);
}
END_TEST

/* A mistake: everything goes on where it was, whatever state that was. */
START_TEST(a_death_that_was_a_mistake_is_taken_back_to_the_state_before)
{
    struct story *story = open_with_person(&registry_service);

    story_say(story, "hotline", "registry.Propose." C41,
              "{'person': 'r2', 'committee': '" C41 "', 'card': {'name': '王五'}}");
    story_say(story, "hotline", "registry.Propose." C41,
              "{'person': 'r3', 'committee': '" C41 "', 'card': {'name': '李四'}}");
    story_say(story, C41, "registry.ProposeDismissal." C41, "{'person': 'r3', 'reason': 'x'}");
    add_person(story, C41, "r4", "'name': '赵六'");
    add_person(story, C41, "r5", "'name': '钱七'");
    add_person(story, C41, "r6", "'name': '孙八'");
    add_person(story, C41, "r7", "'name': '周九'");
    story_say(story, C41, "registry.SuspendAway." C41,
              "{'person': 'r4', 'kind': 'travel', 'host': {'name': 'x'}, 'untilMs': '%llu'}",
              (unsigned long long)story_now(story) + 3600 * 1000);
    story_say(story, C41, "registry.RequestMove." C41, "{'person': 'r5', 'to': '" C06 "'}");
    story_say(story, C41, "registry.RequestMove." C41, "{'person': 'r6', 'to': '" C06 "'}");
    story_say(story, C06, "registry.RefuseMove." C06, "{'person': 'r6', 'reason': 'x'}");
    story_say(story, C41, "registry.ProposeRemoval." C41, "{'person': 'r7', 'reason': 'x'}");
    for (int i = 1; i <= 7; i++)
        story_say(story, "hcz", "registry.ReportDeath.hcz", "{'person': 'r%d'}", i);
    story_later(story, "2 h");
    story_forget(story);
    for (int i = 1; i <= 7; i++)
        story_say(story, C41, "registry.RefuteDeath." C41, "{'person': 'r%d'}", i);
    story_say(story, C41, "registry.RefuteDeath." C41, "{'person': 'r1'}");
    story_say(story, C41, "registry.RefuteDeath." C41, "{'person': 'r9'}");
    EXPECT_TEXT(story_text(story), "310115125041/1/16 registry.RefuteDeath\n"
                                   "    r1: DECEASED_REPORTED -> ACTIVE\n"
                                   "    forgets r1: registry.ChaseDecision\n"
                                   "    reminds r1: registry.CheckStale in 13 d 22 h\n"
                                   "    emits registry.DeathRefuted.310115125041\n"
                                   "310115125041/1/17 registry.RefuteDeath\n"
                                   "    r2: DECEASED_REPORTED -> CANDIDATE\n"
                                   "    forgets r2: registry.ChaseDecision\n"
                                   "    reminds r2: registry.ChaseCandidate in 24 h\n"
                                   "    emits registry.DeathRefuted.310115125041\n"
                                   "310115125041/1/18 registry.RefuteDeath\n"
                                   "    r3: DECEASED_REPORTED -> DISMISSAL_PROPOSED\n"
                                   "    forgets r3: registry.ChaseDecision\n"
                                   "    reminds r3: registry.ChaseDecision in 24 h\n"
                                   "    emits registry.DeathRefuted.310115125041\n"
                                   "310115125041/1/19 registry.RefuteDeath\n"
                                   "    r4: DECEASED_REPORTED -> AWAY\n"
                                   "    forgets r4: registry.ChaseDecision\n"
                                   "    reminds r4: registry.EndAwayDue in 0 s\n"
                                   "    reminds r4: registry.CheckStale in 13 d 22 h\n"
                                   "    emits registry.DeathRefuted.310115125041\n"
                                   "310115125041/1/20 registry.RefuteDeath\n"
                                   "    r5: DECEASED_REPORTED -> MOVING\n"
                                   "    forgets r5: registry.ChaseDecision\n"
                                   "    reminds r5: registry.EndMoveDue in 24 h\n"
                                   "    reminds r5: registry.CheckStale in 13 d 22 h\n"
                                   "    emits registry.DeathRefuted.310115125041\n"
                                   "310115125041/1/21 registry.RefuteDeath\n"
                                   "    r6: DECEASED_REPORTED -> MOVE_DISPUTED\n"
                                   "    forgets r6: registry.ChaseDecision\n"
                                   "    reminds r6: registry.CheckStale in 13 d 22 h\n"
                                   "    emits registry.DeathRefuted.310115125041\n"
                                   "310115125041/1/22 registry.RefuteDeath\n"
                                   "    r7: DECEASED_REPORTED -> REMOVAL_PROPOSED\n"
                                   "    forgets r7: registry.ChaseDecision\n"
                                   "    reminds r7: registry.ChaseDecision in 24 h\n"
                                   "    reminds r7: registry.CheckStale in 13 d 22 h\n"
                                   "    emits registry.DeathRefuted.310115125041\n"
                                   "310115125041/1/23 registry.RefuteDeath\n"
                                   "    refuses: no RefuteDeath from ACTIVE\n"
                                   "310115125041/1/24 registry.RefuteDeath\n"
                                   "    refuses: no such person\n");
    ck_assert_str_eq(story_last(story, "registry.DeathRefuted." C41),
                     "{\"person\": \"r7\", \"atMs\": \"1674010800000\", \"owner\": "
                     "\"310115125041\"}");
    story_close(story);
}
END_TEST

/* N6: whoever is left alone is silent for a while, and somebody knocks. */
START_TEST(the_one_who_is_left_alone_is_silent_for_a_fortnight)
{
    struct story *story = open_with_person(&registry_service);

    add_person(story, C41, "r2", "'name': '李国强', 'birth': '1940-03-04'");
    story_say(story, C41, "registry.SetCategories." C41,
              "{'person': 'r2', 'categories': ['DEPENDENT']}");
    story_say(story, C41, "registry.SetHousehold." C41,
              "{'household': 'h1', 'members': ['r1', 'r2'],"
              " 'kin': [{'person': 'r1', 'of': 'r2', 'relation': 'spouse'}]}");
    story_say(story, C41, "registry.ReportDeath." C41, "{'person': 'r1'}");
    story_forget(story);
    story_say(story, C41, "registry.ConfirmDeath." C41, "{'person': 'r1', 'documentRef': 'd'}");
    ck_assert_str_eq(story_last(story, "registry.CategoriesSet." C41),
                     "{\"person\": \"r2\", \"from\": [\"DEPENDENT\"], \"to\": "
                     "[\"ALONE_UNCARED\", \"DEPENDENT\"], \"by\": \"310115125041\", "
                     "\"reason\": \"bereaved\", \"owner\": \"310115125041\"}");
    ck_assert_str_eq(story_last(story, "registry.SilentSet." C41),
                     "{\"person\": \"r2\", \"to\": true, \"by\": \"310115125041\", "
                     "\"expiresMs\": \"1675213200000\", \"owner\": \"310115125041\"}");
    story_later(story, "14 d");
    ck_assert_str_eq(story_last(story, "registry.SilentSet." C41),
                     "{\"person\": \"r2\", \"from\": true, \"by\": \"registry\", \"owner\": "
                     "\"310115125041\"}");
    EXPECT_TEXT(story_text(story), "310115125041/1/8 registry.ConfirmDeath\n"
                                   "    r1: DECEASED_REPORTED -> DECEASED\n"
                                   "    forgets r1: registry.ChaseDecision\n"
                                   "    forgets r1: registry.CheckStale\n"
                                   "    emits registry.DeathConfirmed.310115125041\n"
                                   "    emits registry.CategoriesSet.310115125041\n"
                                   "    reminds r2: registry.ExpireSilent in 14 d\n"
                                   "    emits registry.SilentSet.310115125041\n"
                                   "14 d later\n"
                                   "registry/1/12 registry.CheckStale\n"
                                   "    emits registry.FieldStale.310115125041\n"
                                   "registry/1/13 registry.ExpireSilent\n"
                                   "    emits registry.SilentSet.310115125041\n");
    story_close(story);
}
END_TEST

START_TEST(a_child_who_is_left_alone_has_no_guardian_and_three_are_not_alone)
{
    struct story *story = open_with_person(&registry_service);

    add_person(story, C41, "r2", "'name': '小明', 'birth': '2012-03-04'");
    add_person(story, C41, "r3", "'name': '李国强', 'birth': '1940-03-04'");
    story_say(story, C41, "registry.SetHousehold." C41,
              "{'household': 'h1', 'members': ['r1', 'r2', 'r3']}");
    story_say(story, C41, "registry.ReportDeath." C41, "{'person': 'r1'}");
    story_say(story, C41, "registry.ConfirmDeath." C41, "{'person': 'r1', 'documentRef': 'd'}");
    ck_assert_uint_eq(story_count(story, "registry.SilentSet.*"), 0);
    story_say(story, C41, "registry.ReportDeath." C41, "{'person': 'r3'}");
    story_say(story, C41, "registry.ConfirmDeath." C41, "{'person': 'r3', 'documentRef': 'd'}");
    ck_assert_str_eq(story_last(story, "registry.CategoriesSet." C41),
                     "{\"person\": \"r2\", \"from\": [\"ALONE_UNCARED\"], \"to\": "
                     "[\"ALONE_UNCARED\", \"UNGUARDED_CHILD\"], \"by\": \"310115125041\", "
                     "\"reason\": \"bereaved\", \"owner\": \"310115125041\"}");
    story_close(story);
}
END_TEST

START_TEST(a_household_is_of_people_whom_the_committee_owns)
{
    struct story *story = open_with_person(&registry_service);

    add_person(story, C41, "r2", "'name': '李国强'");
    add_person(story, C06, "r3", "'name': '王五'");
    story_say(story, C41, "registry.SetHousehold." C41,
              "{'household': 'h1', 'members': ['r1', 'r2']}");
    story_say(story, C41, "registry.SetHousehold." C41, "{'household': 'h1', 'members': ['r1']}");
    story_say(story, C41, "registry.SetHousehold." C41, "{'household': 'h1', 'members': ['r3']}");
    story_say(story, C41, "registry.SetHousehold." C41, "{'household': 'h1', 'members': ['r9']}");
    story_say(story, C41, "registry.SetHousehold." C41, "{'household': 'h1', 'members': []}");
    story_say(story, C41, "registry.SetHousehold." C41,
              "{'household': 'h1', 'members': ['r1'], 'kin': [{'person': 'r1', 'of': 'r2'}]}");
    story_say(story, C41, "registry.SetHousehold." C41, "{'household': '', 'members': ['r1']}");
    EXPECT_TEXT(story_text(story), "310115125041/1/5 registry.SetHousehold\n"
                                   "    emits registry.HouseholdSet.310115125041\n"
                                   "310115125041/1/6 registry.SetHousehold\n"
                                   "    emits registry.HouseholdSet.310115125041\n"
                                   "310115125041/1/7 registry.SetHousehold\n"
                                   "    refuses: SetHousehold is not for 310115125041\n"
                                   "310115125041/1/8 registry.SetHousehold\n"
                                   "    refuses: no such person\n"
                                   "310115125041/1/9 registry.SetHousehold\n"
                                   "    refuses: members: 1 to 20\n"
                                   "310115125041/1/10 registry.SetHousehold\n"
                                   "    refuses: kin: of no member\n"
                                   "310115125041/1/11 registry.SetHousehold\n"
                                   "    refuses: household: a name is wanted\n");
    story_close(story);
}
END_TEST

TESTS(a_death_is_reported_by_those_who_see_it,
      a_death_that_was_a_mistake_is_taken_back_to_the_state_before,
      the_one_who_is_left_alone_is_silent_for_a_fortnight,
      a_child_who_is_left_alone_has_no_guardian_and_three_are_not_alone,
      a_household_is_of_people_whom_the_committee_owns)
