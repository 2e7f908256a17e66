/* Away, and moved: never without an owner (domain.md 3.6).  Deaths are in test_registry_deaths.c. */
#include "stories/roster.h"

/* ---- away ------------------------------------------------------------------------------------- */

START_TEST(somebody_away_has_a_host_and_comes_back)
{
    struct story *story = open_with_person(&registry_service);
    unsigned long long now = story_now(story);

    story_say(story, C41, "registry.SuspendAway." C41,
              "{'person': 'r1', 'kind': 'relative', 'untilMs': '%llu',"
              " 'host': {'name': '女儿', 'phones': [{'number': '13900000009'}]}}",
              now + 24 * 3600 * 1000);
    ck_assert_str_eq(story_last(story, "registry.AwayStarted." C41),
                     "{\"person\": \"r1\", \"kind\": \"relative\", \"untilMs\": "
                     "\"1674090000000\", \"owner\": \"310115125041\"}");
    story_say(story, C41, "registry.SuspendAway." C41,
              "{'person': 'r1', 'kind': 'hospital', 'untilMs': '%llu', 'host': {'name': 'ward'}}",
              now + 48ull * 3600 * 1000);
    story_later(story, "2 d");
    ck_assert_str_eq(story_last(story, "registry.AwayEnded." C41),
                     "{\"person\": \"r1\", \"kind\": \"hospital\", \"owner\": \"310115125041\"}");
    story_say(story, "care", "registry.SuspendAway." C41,
              "{'person': 'r1', 'kind': 'travel', 'host': {'name': '儿子'}}");
    story_say(story, C06, "registry.EndAway." C06, "{'person': 'r1'}");
    story_say(story, C41, "registry.EndAway." C41, "{'person': 'r1'}");
    story_say(story, C41, "registry.EndAway." C41, "{'person': 'r1'}");
    EXPECT_TEXT(story_text(story), "310115125041/1/3 registry.SuspendAway\n"
                                   "    r1: ACTIVE -> AWAY\n"
                                   "    reminds r1: registry.EndAwayDue in 24 h\n"
                                   "    emits registry.AwayStarted.310115125041\n"
                                   "310115125041/1/4 registry.SuspendAway\n"
                                   "    r1: AWAY -> AWAY\n"
                                   "    reminds r1: registry.EndAwayDue in 2 d\n"
                                   "    emits registry.AwayStarted.310115125041\n"
                                   "2 d later\n"
                                   "registry/1/5 registry.EndAwayDue\n"
                                   "    r1: AWAY -> ACTIVE\n"
                                   "    emits registry.AwayEnded.310115125041\n"
                                   "care/1/1 registry.SuspendAway\n"
                                   "    r1: ACTIVE -> AWAY\n"
                                   "    reminds r1: registry.EndAwayDue in 30 d\n"
                                   "    emits registry.AwayStarted.310115125041\n"
                                   "310115125006/1/1 registry.EndAway\n"
                                   "    refuses: EndAway is not for 310115125006\n"
                                   "310115125041/1/5 registry.EndAway\n"
                                   "    r1: AWAY -> ACTIVE\n"
                                   "    forgets r1: registry.EndAwayDue\n"
                                   "    emits registry.AwayEnded.310115125041\n"
                                   "310115125041/1/6 registry.EndAway\n"
                                   "    refuses: no EndAway from ACTIVE\n");
    story_close(story);
}
END_TEST

START_TEST(an_absence_has_a_kind_a_host_and_an_end)
{
    struct story *story = open_with_person(&registry_service);
    unsigned long long now = story_now(story);

    story_say(story, C41, "registry.SuspendAway." C41,
              "{'person': 'r1', 'kind': 'moon', 'host': {'name': 'x'}}");
    story_say(story, C41, "registry.SuspendAway." C41, "{'person': 'r1', 'kind': 'travel'}");
    story_say(story, C41, "registry.SuspendAway." C41,
              "{'person': 'r1', 'kind': 'travel', 'host': {'name': 'x'}, 'untilMs': '5'}");
    story_say(story, C41, "registry.SuspendAway." C41,
              "{'person': 'r1', 'kind': 'travel', 'host': {'name': 'x'}, 'untilMs': '%llu'}",
              now + 31ull * 24 * 3600 * 1000);
    story_say(story, C06, "registry.SuspendAway." C06,
              "{'person': 'r1', 'kind': 'travel', 'host': {'name': 'x'}}");
    EXPECT_TEXT(story_text(story), "310115125041/1/3 registry.SuspendAway\n"
                                   "    refuses: kind: hospital, relative, institution or travel\n"
                                   "310115125041/1/4 registry.SuspendAway\n"
                                   "    refuses: who can be asked there?\n"
                                   "310115125041/1/5 registry.SuspendAway\n"
                                   "    refuses: until_ms: is past\n"
                                   "310115125041/1/6 registry.SuspendAway\n"
                                   "    refuses: longer than an absence may be without a new word\n"
                                   "310115125006/1/1 registry.SuspendAway\n"
                                   "    refuses: SuspendAway is not for 310115125006\n");
    story_close(story);
}
END_TEST

START_TEST(whom_the_hospital_keeps_is_away)
{
    struct story *story = open_with_person(&registry_service);

    story_say(story, "referral", "referral.HospitalFeedbackRecorded.hcz",
              "{'person': 'r1', 'hospital': 'H', 'admitted': false}");
    story_say(story, "referral", "referral.HospitalFeedbackRecorded.hcz",
              "{'person': 'r1', 'hospital': 'H', 'admitted': true}");
    story_say(story, "referral", "referral.HospitalFeedbackRecorded.hcz",
              "{'person': 'r9', 'hospital': 'H', 'admitted': true}");
    EXPECT_TEXT(story_text(story), "referral/1/2 referral.HospitalFeedbackRecorded at registry\n"
                                   "    r1: ACTIVE -> AWAY\n"
                                   "    reminds r1: registry.EndAwayDue in 30 d\n"
                                   "    emits registry.AwayStarted.310115125041\n");
    story_close(story);
}
END_TEST

/* ---- moves ------------------------------------------------------------------------------------ */

START_TEST(a_move_is_accepted_and_the_old_committee_owns_until_then)
{
    struct story *story = open_with_person(&registry_service);

    story_say(story, C41, "registry.RequestMove." C41,
              "{'person': 'r1', 'to': '" C06 "', 'reason': 'moved'}");
    ck_assert_str_eq(story_last(story, "registry.MoveRequested." C06),
                     "{\"person\": \"r1\", \"from\": \"310115125041\", \"to\": "
                     "\"310115125006\", \"dueMs\": \"1674090000000\"}");
    story_say(story, C06, "registry.SetClass." C06, "{'person': 'r1', 'class': 'RED'}");
    story_say(story, C41, "registry.SetClass." C41, "{'person': 'r1', 'class': 'RED'}");
    story_say(story, C41, "registry.AcceptMove." C41, "{'person': 'r1'}");
    story_say(story, C06, "registry.AcceptMove." C06, "{'person': 'r1'}");
    ck_assert_str_eq(story_last(story, "registry.Moved." C06),
                     "{\"person\": \"r1\", \"from\": \"310115125041\", \"to\": "
                     "\"310115125006\", \"by\": \"310115125006\"}");
    story_say(story, C41, "registry.SetClass." C41, "{'person': 'r1', 'class': 'RED'}");
    EXPECT_TEXT(story_text(story), "310115125041/1/3 registry.RequestMove\n"
                                   "    r1: ACTIVE -> MOVING\n"
                                   "    reminds r1: registry.EndMoveDue in 24 h\n"
                                   "    emits registry.MoveRequested.310115125006\n"
                                   "310115125006/1/1 registry.SetClass\n"
                                   "    refuses: SetClass is not for 310115125006\n"
                                   "310115125041/1/4 registry.SetClass\n"
                                   "    emits registry.ClassSet.310115125041\n"
                                   "    reminds r1: registry.CheckStale in 14 d\n"
                                   "310115125041/1/5 registry.AcceptMove\n"
                                   "    refuses: AcceptMove is not for 310115125041\n"
                                   "310115125006/1/2 registry.AcceptMove\n"
                                   "    r1: MOVING -> ACTIVE\n"
                                   "    forgets r1: registry.CheckStale\n"
                                   "    forgets r1: registry.EndMoveDue\n"
                                   "    reminds r1: registry.CheckStale in 14 d\n"
                                   "    emits registry.Moved.310115125006\n"
                                   "310115125041/1/6 registry.SetClass\n"
                                   "    refuses: SetClass is not for 310115125041\n");
    ck_assert_str_eq(
        story_ask(story, C06, "registry.RosterAt." C06, "{'committee': '" C06 "'}"),
        "{\"rows\": [{\"person\": \"r1\", \"card\": {\"person\": \"r1\", "
        "\"name\": \"张桂芳\", \"phones\": [{\"number\": \"13900000001\", \"order\": "
        "1}], \"address\": {\"committee\": \"310115125006\"}}, \"state\": "
        "\"ACTIVE\", \"categories\": [\"ALONE_UNCARED\"], \"class\": \"RED\", \"silent\": true}]}");
    ck_assert_str_eq(story_ask(story, C41, "registry.RosterAt." C41, "{'committee': '" C41 "'}"),
                     "{}");
    story_close(story);
}
END_TEST

START_TEST(a_move_that_is_refused_or_not_answered_is_the_offices_to_rule)
{
    struct story *story = open_with_person(&registry_service);

    story_say(story, C41, "registry.RequestMove." C41, "{'person': 'r1', 'to': '" C41 "'}");
    story_say(story, C41, "registry.RequestMove." C41, "{'person': 'r1', 'to': 'none'}");
    story_say(story, C06, "registry.RequestMove." C06, "{'person': 'r1', 'to': '" C06 "'}");
    story_say(story, C41, "registry.RequestMove." C41, "{'person': 'r1', 'to': '" C06 "'}");
    story_say(story, C41, "registry.RefuseMove." C41, "{'person': 'r1', 'reason': 'x'}");
    story_say(story, C06, "registry.RefuseMove." C06, "{'person': 'r1'}");
    story_say(story, C06, "registry.RefuseMove." C06, "{'person': 'r1', 'reason': 'lives there'}");
    ck_assert_str_eq(story_last(story, "registry.MoveRefused." C41),
                     "{\"person\": \"r1\", \"from\": \"310115125041\", \"to\": "
                     "\"310115125006\", \"reason\": \"lives there\"}");
    story_say(story, C41, "registry.RuleMove." C41, "{'person': 'r1', 'owner': '" C06 "'}");
    story_say(story, "sjb", "registry.RuleMove.sjb", "{'person': 'r1', 'owner': 'none'}");
    story_say(story, "sjb", "registry.RuleMove.sjb", "{'person': 'r1', 'owner': '" C41 "'}");
    ck_assert_str_eq(story_last(story, "registry.Moved." C41),
                     "{\"person\": \"r1\", \"from\": \"310115125041\", \"to\": "
                     "\"310115125041\", \"by\": \"sjb\"}");
    story_say(story, C41, "registry.RequestMove." C41, "{'person': 'r1', 'to': '" C06 "'}");
    story_later(story, "24 h");
    ck_assert_str_eq(story_last(story, "registry.MoveRefused." C41),
                     "{\"person\": \"r1\", \"from\": \"310115125041\", \"to\": "
                     "\"310115125006\", \"reason\": \"no answer in time\"}");
    story_say(story, "sjb", "registry.RuleMove.sjb", "{'person': 'r1', 'owner': '" C06 "'}");
    ck_assert_str_eq(story_last(story, "registry.Moved." C06),
                     "{\"person\": \"r1\", \"from\": \"310115125041\", \"to\": "
                     "\"310115125006\", \"by\": \"sjb\"}");
    EXPECT_TEXT(story_text(story), "310115125041/1/3 registry.RequestMove\n"
                                   "    refuses: to: is where the person is\n"
                                   "310115125041/1/4 registry.RequestMove\n"
                                   "    refuses: no such committee\n"
                                   "310115125006/1/1 registry.RequestMove\n"
                                   "    refuses: RequestMove is not for 310115125006\n"
                                   "310115125041/1/5 registry.RequestMove\n"
                                   "    r1: ACTIVE -> MOVING\n"
                                   "    reminds r1: registry.EndMoveDue in 24 h\n"
                                   "    emits registry.MoveRequested.310115125006\n"
                                   "310115125041/1/6 registry.RefuseMove\n"
                                   "    refuses: RefuseMove is not for 310115125041\n"
                                   "310115125006/1/2 registry.RefuseMove\n"
                                   "    refuses: reason: is missing\n"
                                   "310115125006/1/3 registry.RefuseMove\n"
                                   "    r1: MOVING -> MOVE_DISPUTED\n"
                                   "    forgets r1: registry.EndMoveDue\n"
                                   "    emits registry.MoveRefused.310115125041 to sjb\n"
                                   "310115125041/1/7 registry.RuleMove\n"
                                   "    refuses: RuleMove is not for 310115125041\n"
                                   "sjb/1/1 registry.RuleMove\n"
                                   "    refuses: no such committee\n"
                                   "sjb/1/2 registry.RuleMove\n"
                                   "    r1: MOVE_DISPUTED -> ACTIVE\n"
                                   "    forgets r1: registry.CheckStale\n"
                                   "    reminds r1: registry.CheckStale in 14 d\n"
                                   "    emits registry.Moved.310115125041\n"
                                   "310115125041/1/8 registry.RequestMove\n"
                                   "    r1: ACTIVE -> MOVING\n"
                                   "    reminds r1: registry.EndMoveDue in 24 h\n"
                                   "    emits registry.MoveRequested.310115125006\n"
                                   "24 h later\n"
                                   "registry/1/14 registry.EndMoveDue\n"
                                   "    r1: MOVING -> MOVE_DISPUTED\n"
                                   "    emits registry.MoveRefused.310115125041 to sjb\n"
                                   "sjb/1/3 registry.RuleMove\n"
                                   "    r1: MOVE_DISPUTED -> ACTIVE\n"
                                   "    forgets r1: registry.CheckStale\n"
                                   "    reminds r1: registry.CheckStale in 13 d\n"
                                   "    emits registry.Moved.310115125006\n");
    story_close(story);
}
END_TEST

START_TEST(whoever_leaves_the_town_is_handed_to_somebody)
{
    struct story *story = open_with_person(&registry_service);

    story_say(story, "sjb", "registry.MoveOutOfTown.sjb", "{'person': 'r1'}");
    story_say(story, "sjb", "registry.MoveOutOfTown.sjb", "{'person': 'r1', 'receiver': 'x'}");
    story_say(story, C41, "registry.MoveOutOfTown." C41,
              "{'person': 'r1', 'receiver': 'x', 'ackRef': 'y'}");
    story_say(story, C41, "registry.RequestMove." C41, "{'person': 'r1', 'to': '" C06 "'}");
    story_say(story, "sjb", "registry.MoveOutOfTown.sjb",
              "{'person': 'r1', 'receiver': '北蔡镇', 'ackRef': 'fax 12'}");
    ck_assert_str_eq(story_last(story, "registry.LeftTown." C41),
                     "{\"person\": \"r1\", \"from\": \"310115125041\", \"receiver\": \"北蔡镇\", "
                     "\"ackRef\": \"fax 12\"}");
    story_later(story, "2 d");
    story_say(story, C41, "registry.UpdateFields." C41, "{'person': 'r1', 'card': {'name': 'x'}}");
    story_say(story, C41, "registry.Propose." C41,
              "{'person': 'r1', 'committee': '" C41 "', 'card': {'name': '张桂芳'}}");
    EXPECT_TEXT(story_text(story), "sjb/1/1 registry.MoveOutOfTown\n"
                                   "    refuses: who has taken over, and by what paper?\n"
                                   "sjb/1/2 registry.MoveOutOfTown\n"
                                   "    refuses: who has taken over, and by what paper?\n"
                                   "310115125041/1/3 registry.MoveOutOfTown\n"
                                   "    refuses: MoveOutOfTown is not for 310115125041\n"
                                   "310115125041/1/4 registry.RequestMove\n"
                                   "    r1: ACTIVE -> MOVING\n"
                                   "    reminds r1: registry.EndMoveDue in 24 h\n"
                                   "    emits registry.MoveRequested.310115125006\n"
                                   "sjb/1/3 registry.MoveOutOfTown\n"
                                   "    r1: MOVING -> LEFT\n"
                                   "    forgets r1: registry.EndMoveDue\n"
                                   "    forgets r1: registry.CheckStale\n"
                                   "    emits registry.LeftTown.310115125041\n"
                                   "2 d later\n"
                                   "310115125041/1/5 registry.UpdateFields\n"
                                   "    refuses: no UpdateFields from LEFT\n"
                                   "310115125041/1/6 registry.Propose\n"
                                   "    r1: LEFT -> CANDIDATE\n"
                                   "    reminds r1: registry.ChaseCandidate in 24 h\n"
                                   "    emits registry.Proposed.310115125041\n");
    story_close(story);
}
END_TEST

START_TEST(somebody_who_is_not_moving_may_leave_too)
{
    struct story *story = open_with_person(&registry_service);

    story_say(story, "sjb", "registry.MoveOutOfTown.sjb",
              "{'person': 'r1', 'receiver': '北蔡镇', 'ackRef': 'fax 12'}");
    story_say(story, C41, "registry.ReportDeath." C41, "{'person': 'r1'}");
    EXPECT_TEXT(story_text(story), "sjb/1/1 registry.MoveOutOfTown\n"
                                   "    r1: ACTIVE -> LEFT\n"
                                   "    forgets r1: registry.CheckStale\n"
                                   "    emits registry.LeftTown.310115125041\n"
                                   "310115125041/1/3 registry.ReportDeath\n"
                                   "    refuses: no ReportDeath from LEFT\n");
    story_close(story);
}
END_TEST

TESTS(somebody_away_has_a_host_and_comes_back, an_absence_has_a_kind_a_host_and_an_end,
      whom_the_hospital_keeps_is_away, a_move_is_accepted_and_the_old_committee_owns_until_then,
      a_move_that_is_refused_or_not_answered_is_the_offices_to_rule,
      whoever_leaves_the_town_is_handed_to_somebody, somebody_who_is_not_moving_may_leave_too)
