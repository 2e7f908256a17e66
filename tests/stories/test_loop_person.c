/*
 * The kernel, when the registry says something of a person: a move, a merge (domain.md 3.2, 3.6,
 * R13).  What a death does is in test_loop_hold.c.  The town is kernel_town.h.
 */
#include "stories/kernel_town.h"

#define C06 "310115125006"

static void opens(struct story *story, const char *need, const char *person, const char *kind)
{
    story_say(story, "dzb as dzb.seat1 dzb-s5", "referral.OpenNeed." C41,
              "{'need': '%s', 'person': '%s', 'place': '" C41 "', 'category': 'MEDICAL',"
              " 'kind': '%s', 'priority': 'P2'}",
              need, person, kind);
}

static void registry_says(struct story *story, const char *event, const char *survivor,
                          const char *alias)
{
    char subject[64];

    snprintf(subject, sizeof(subject), "registry.%s." C41, event);
    story_say(story, "registry", subject, "{'survivor': '%s', 'alias': '%s'}", survivor, alias);
}

static void moves(struct story *story)
{
    story_say(story, "registry", "registry.Moved." C06,
              "{'person': 'r1', 'from': '" C41 "', 'to': '" C06 "'}");
}

/* How many needs the office sees of that id. */
static unsigned needs_of(struct story *story, const char *person)
{
    const char *text = story_ask(story, "lgo", "referral.NeedsOf.lgo", "{'person': '%s'}", person);
    unsigned count = 0;

    while ((text = strstr(text, "\"need\": ")) != NULL) {
        count++;
        text++;
    }
    return count;
}

START_TEST(who_moves_keeps_the_centre_and_gets_another_committee)
{
    struct story *story = kernel_story(&referral_service);

    opens(story, "n1", "r1", "VISIT");
    opens(story, "n2", "r2", "VISIT");
    story_forget(story);
    moves(story);
    EXPECT_TEXT(story_text(story), "registry/1/1 registry.Moved at referral\n"
                                   "    emits referral.NeedAmended.hcz\n");
    ck_assert_str_eq(story_last(story, "referral.NeedAmended.*"),
                     "{\"need\": \"n1\", \"fields\": [\"place\"], "
                     "\"reason\": \"the person has moved\"}");
    /* The new committee may say that the need is no more; the old one may not. */
    story_say(story, C41 " as " C41 ".first", "referral.WithdrawNeed." C41,
              "{'need': 'n1', 'code': 'PERSON_REFUSED'}");
    ck_assert_uint_eq(story_count(story, "referral.Refused.*"), 1);
    story_say(story, C06 " as " C06 ".first", "referral.WithdrawNeed." C06,
              "{'need': 'n1', 'code': 'PERSON_REFUSED'}");
    ck_assert_uint_eq(story_count(story, "referral.NeedClosed." C06), 1);
    story_close(story);
}
END_TEST

START_TEST(what_the_old_committee_has_not_begun_is_taken_from_it)
{
    struct story *story = kernel_story(&referral_service);
    static const char *const needs[] = { "n1", "n2" };
    static const char *const kinds[] = { "VISIT", "CONSULT" };

    for (int i = 0; i < 2; i++) {
        opens(story, needs[i], "r1", kinds[i]);
        story_say(story, "sjb as sjb.duty", "referral.Recall.hcz",
                  "{'assignment': '%s-a1', 'reason': 'the committee sees to it'}", needs[i]);
        story_say(story, "sjb as sjb.duty", "referral.Dispatch." C41,
                  "{'need': '%s', 'toUnit': '" C41 "'}", needs[i]);
        story_say(story, C41 " as " C41 ".first", "referral.Accept." C41, "{'assignment': '%s-a2'}",
                  needs[i]);
    }
    story_say(story, C41 " as " C41 ".first", "referral.Start." C41, "{'assignment': 'n2-a2'}");
    organisation_says(story, "CatchmentSet", "{'committee': '" C06 "', 'centre': 'hcs'}");
    story_forget(story);
    moves(story);
    EXPECT_TEXT(story_text(story), "registry/1/1 registry.Moved at referral\n"
                                   "    emits referral.NeedAmended.310115125041\n"
                                   "    n1-a2: ACCEPTED -> RECALLED\n"
                                   "    emits referral.Recalled.310115125041\n"
                                   "    n1: ASSIGNED -> OPEN\n"
                                   "    n1: OPEN -> ASSIGNED\n"
                                   "    n1-a3: NONE -> REQUESTED\n"
                                   "    emits referral.Dispatched.hcs\n"
                                   "    reminds n1/receive: referral.Due in 24 min\n"
                                   "    reminds n1/accept: referral.Due in 48 min\n"
                                   "    emits referral.NeedAmended.310115125041\n");
    story_close(story);
}
END_TEST

START_TEST(a_merged_person_is_one_person)
{
    struct story *story = kernel_story(&referral_service);

    opens(story, "n1", "r1", "VISIT");
    opens(story, "n2", "r7", "CONSULT");
    registry_says(story, "Merged", "r7", "r1");
    ck_assert_uint_eq(needs_of(story, "r7"), 2);
    ck_assert_uint_eq(needs_of(story, "r1"), 2);

    /* Who asks again under either id asks for what is open. */
    opens(story, "n3", "r7", "VISIT");
    opens(story, "n4", "r1", "CONSULT");
    ck_assert_uint_eq(story_count(story, "referral.NeedClosed.*"), 2);
    opens(story, "n5", "r1", "MEDICINE");
    ck_assert_ptr_nonnull(
        strstr(story_last(story, "referral.Dispatched.hcz"), "\"person\": \"r7\""));
    story_close(story);
}
END_TEST

START_TEST(an_unmerge_gives_each_what_was_theirs)
{
    struct story *story = kernel_story(&referral_service);

    opens(story, "n1", "r1", "VISIT");
    opens(story, "n2", "r7", "CONSULT");
    registry_says(story, "Merged", "r7", "r1");
    registry_says(story, "Merged", "r9", "r7");
    opens(story, "n3", "r1", "MEDICINE");
    ck_assert_uint_eq(needs_of(story, "r9"), 3);
    registry_says(story, "Unmerged", "r9", "r7");
    ck_assert_uint_eq(needs_of(story, "r9"), 0);
    ck_assert_uint_eq(needs_of(story, "r7"), 3);
    registry_says(story, "Unmerged", "r7", "r1");
    ck_assert_uint_eq(needs_of(story, "r7"), 1);
    ck_assert_uint_eq(needs_of(story, "r1"), 2);
    story_close(story);
}
END_TEST

START_TEST(the_first_of_a_chain_is_parted_from_its_end)
{
    struct story *story = kernel_story(&referral_service);

    opens(story, "n1", "r1", "VISIT");
    opens(story, "n2", "r7", "CONSULT");
    registry_says(story, "Merged", "r7", "r1");
    registry_says(story, "Merged", "r9", "r7");
    opens(story, "n3", "r1", "MEDICINE");
    registry_says(story, "Unmerged", "r7", "r1");
    ck_assert_uint_eq(needs_of(story, "r1"), 2);
    ck_assert_uint_eq(needs_of(story, "r9"), 1);
    registry_says(story, "Unmerged", "r9", "r7");
    ck_assert_uint_eq(needs_of(story, "r1"), 2);
    ck_assert_uint_eq(needs_of(story, "r7"), 1);
    ck_assert_uint_eq(needs_of(story, "r9"), 0);
    story_close(story);
}
END_TEST

START_TEST(a_death_of_the_one_is_a_death_of_both)
{
    struct story *story = kernel_story(&referral_service);

    opens(story, "n1", "r1", "VISIT");
    story_say(story, "registry", "registry.DeathReported." C41, "{'person': 'r1'}");
    ck_assert_uint_eq(story_count(story, "referral.NeedHeld.*"), 1);
    /* The office says that it is somebody who lives; then that it was wrong. */
    registry_says(story, "Merged", "r7", "r1");
    ck_assert_uint_eq(story_count(story, "referral.NeedResumed.*"), 1);
    registry_says(story, "Unmerged", "r7", "r1");
    ck_assert_uint_eq(story_count(story, "referral.NeedHeld.*"), 2);

    story_say(story, "registry", "registry.DeathRefuted." C41, "{'person': 'r1'}");
    story_say(story, "registry", "registry.DeathConfirmed." C41, "{'person': 'r7'}");
    registry_says(story, "Merged", "r7", "r1");
    ck_assert_uint_eq(story_count(story, "referral.NeedClosed.*"), 1);
    opens(story, "n2", "r1", "VISIT");
    ck_assert_str_eq(story_last(story, "referral.Refused.*"),
                     "{\"id\": \"dzb/1/2\", \"code\": \"WRONG_STATE\", \"reason\": "
                     "\"the person has died\", \"command\": \"referral.OpenNeed\"}");
    story_close(story);
}
END_TEST

TESTS(who_moves_keeps_the_centre_and_gets_another_committee,
      what_the_old_committee_has_not_begun_is_taken_from_it, a_merged_person_is_one_person,
      an_unmerge_gives_each_what_was_theirs, the_first_of_a_chain_is_parted_from_its_end,
      a_death_of_the_one_is_a_death_of_both)
