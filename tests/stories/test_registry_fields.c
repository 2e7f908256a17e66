/* What is known of a person: fields, categories, class, silence, age (S-081 to S-089, S-06V). */
#include "stories/roster.h"

static const char *card_of(struct story *story, const char *person)
{
    return story_ask(story, C41 " as " C41 ".first", "registry.Card." C41,
                     "{'person': '%s', 'purpose': 'story'}", person);
}

static struct story *open_with_card(void)
{
    struct story *story = open_roster(&registry_service);

    add_person(story, C41, "r1",
               "'name': '张桂芳', 'phones': [{'number': '13900000001'}],"
               " 'address': {'road': '丹桂路12弄', 'room': '301'},"
               " 'health': {'text': 'heart'}, 'insulin': true,"
               " 'medicines': [{'name': 'm1', 'daysLeft': 9}]");
    return story;
}

/* R14, S-089: an absent field erases nothing; 清空 does, and so does a path that is named. */
START_TEST(fields_are_changed_one_by_one)
{
    struct story *story = open_with_card();

    story_say(story, C41, "registry.UpdateFields." C41,
              "{'person': 'r1', 'card': {'address': {'room': '302'}, 'nickname': '张阿婆',"
              " 'source': 'visit', 'asOf': '2023-01-18'}}");
    ck_assert_str_eq(story_last(story, "registry.FieldsUpdated." C41),
                     "{\"person\": \"r1\", \"paths\": [\"nickname\", \"address.room\"], "
                     "\"source\": \"visit\", \"owner\": \"310115125041\"}");
    story_say(story, C41, "registry.UpdateFields." C41,
              "{'person': 'r1', 'card': {'nickname': '清空', 'phones': [{'number': '清空'}],"
              " 'health': {'text': '清空'}, 'address': {'road': '清空'}}, 'clear': ['insulin']}");
    ck_assert_str_eq(story_last(story, "registry.FieldsUpdated." C41),
                     "{\"person\": \"r1\", \"paths\": [\"nickname\", \"phones\", \"health\", "
                     "\"insulin\", \"address.road\"], \"owner\": \"310115125041\"}");
    ck_assert_str_eq(card_of(story, "r1"),
                     "{\"card\": {\"person\": \"r1\", \"name\": \"张桂芳\", \"address\": "
                     "{\"committee\": \"310115125041\", \"room\": \"302\"}, \"medicines\": "
                     "[{\"name\": \"m1\", \"daysLeft\": 9}]}, \"state\": \"ACTIVE\", "
                     "\"owner\": \"310115125041\", \"categories\": [\"ALONE_UNCARED\"], "
                     "\"class\": \"YELLOW\", \"silent\": true, \"person\": \"r1\"}");
    story_say(story, C41, "registry.UpdateFields." C41,
              "{'person': 'r1', 'card': {'address': {'room': '302'}}}");
    story_say(story, C41, "registry.UpdateFields." C41, "{'person': 'r1', 'clear': ['person']}");
    story_say(story, C41, "registry.UpdateFields." C41, "{'person': 'r9'}");
    EXPECT_TEXT(story_text(story), "310115125041/1/3 registry.UpdateFields\n"
                                   "    emits registry.FieldsUpdated.310115125041\n"
                                   "    reminds r1: registry.CheckStale in 7 d\n"
                                   "310115125041/1/4 registry.UpdateFields\n"
                                   "    emits registry.FieldsUpdated.310115125041\n"
                                   "    reminds r1: registry.CheckStale in 7 d\n"
                                   "310115125041/1/5 registry.UpdateFields\n"
                                   "    refuses: nothing of it is new\n"
                                   "310115125041/1/6 registry.UpdateFields\n"
                                   "    refuses: clear: no such field\n"
                                   "310115125041/1/7 registry.UpdateFields\n"
                                   "    refuses: no such person\n");
    story_close(story);
}
END_TEST

START_TEST(a_centre_changes_what_it_treats_and_a_carer_what_it_hears)
{
    struct story *story = open_with_card();

    story_say(story, "hcz as hcz.duty", "registry.UpdateFields.hcz",
              "{'person': 'r1', 'card': {'health': {'text': 'better'}, 'oxygen': true,"
              " 'medicines': [{'name': 'm1', 'daysLeft': 30}]}}");
    story_say(story, "hcz", "registry.UpdateFields.hcz",
              "{'person': 'r1', 'card': {'mental': {'text': 'low'}}}");
    story_say(story, "hcz", "registry.UpdateFields.hcz", "{'person': 'r1', 'card': {'name': 'x'}}");
    story_say(story, "care", "registry.UpdateFields." C41,
              "{'person': 'r1', 'card': {'phones': [{'number': '13900000002'}]}}");
    story_say(story, "care", "registry.UpdateFields." C41,
              "{'person': 'r1', 'card': {'living': {'text': 'x'}}}");
    story_say(story, C06, "registry.UpdateFields." C06, "{'person': 'r1', 'card': {'name': 'x'}}");
    story_say(story, "referral", "referral.FamilyDoctorLinked." C41,
              "{'person': 'r1', 'centre': 'hcz', 'doctorPost': 'hcz.d1'}");
    story_say(story, "referral", "referral.FamilyDoctorLinked." C41,
              "{'person': 'r9', 'centre': 'hcz', 'doctorPost': 'hcz.d1'}");
    EXPECT_TEXT(story_text(story), "hcz/1/1 registry.UpdateFields\n"
                                   "    emits registry.FieldsUpdated.310115125041\n"
                                   "    reminds r1: registry.CheckStale in 7 d\n"
                                   "hcz/1/2 registry.UpdateFields\n"
                                   "    refuses: mental is not for hcz\n"
                                   "hcz/1/3 registry.UpdateFields\n"
                                   "    refuses: name is not for hcz\n"
                                   "care/1/1 registry.UpdateFields\n"
                                   "    emits registry.FieldsUpdated.310115125041\n"
                                   "    reminds r1: registry.CheckStale in 7 d\n"
                                   "care/1/2 registry.UpdateFields\n"
                                   "    refuses: living is not for care\n"
                                   "310115125006/1/1 registry.UpdateFields\n"
                                   "    refuses: name is not for 310115125006\n"
                                   "referral/1/1 referral.FamilyDoctorLinked at registry\n"
                                   "    emits registry.FieldsUpdated.310115125041\n"
                                   "    reminds r1: registry.CheckStale in 7 d\n");
    story_close(story);
}
END_TEST

START_TEST(a_category_that_ends_gives_back_those_before_it)
{
    struct story *story = open_with_card();
    unsigned long long now = story_now(story);

    story_say(story, C41, "registry.SetCategories." C41,
              "{'person': 'r1', 'categories': ['UNGUARDED_CHILD', 'ALONE_UNCARED'],"
              " 'expiresMs': '%llu', 'reason': 'mother in hospital'}",
              now + 3600 * 1000);
    ck_assert_str_eq(story_last(story, "registry.CategoriesSet." C41),
                     "{\"person\": \"r1\", \"from\": [\"ALONE_UNCARED\"], \"to\": "
                     "[\"ALONE_UNCARED\", \"UNGUARDED_CHILD\"], \"by\": \"310115125041\", "
                     "\"expiresMs\": \"1674007200000\", \"reason\": \"mother in hospital\", "
                     "\"owner\": \"310115125041\"}");
    story_later(story, "1 h");
    ck_assert_str_eq(story_last(story, "registry.CategoriesSet." C41),
                     "{\"person\": \"r1\", \"from\": [\"ALONE_UNCARED\", \"UNGUARDED_CHILD\"], "
                     "\"to\": [\"ALONE_UNCARED\"], \"by\": \"registry\", \"reason\": "
                     "\"expired\", \"owner\": \"310115125041\"}");
    story_say(story, C41, "registry.SetCategories." C41, "{'person': 'r1', 'categories': []}");
    story_say(story, C41, "registry.SetCategories." C41,
              "{'person': 'r1', 'categories': ['DEPENDENT'], 'expiresMs': '5'}");
    story_say(story, C06, "registry.SetCategories." C06,
              "{'person': 'r1', 'categories': ['DEPENDENT']}");
    EXPECT_TEXT(story_text(story), "310115125041/1/3 registry.SetCategories\n"
                                   "    reminds r1: registry.ExpireCategories in 1 h\n"
                                   "    emits registry.CategoriesSet.310115125041\n"
                                   "1 h later\n"
                                   "registry/1/4 registry.ExpireCategories\n"
                                   "    emits registry.CategoriesSet.310115125041\n"
                                   "310115125041/1/4 registry.SetCategories\n"
                                   "    refuses: a category is wanted\n"
                                   "310115125041/1/5 registry.SetCategories\n"
                                   "    refuses: expires_ms: is past\n"
                                   "310115125006/1/1 registry.SetCategories\n"
                                   "    refuses: SetCategories is not for 310115125006\n");
    story_close(story);
}
END_TEST

START_TEST(a_class_is_the_committees_and_the_centres_and_does_not_run_out_unseen)
{
    struct story *story = open_with_card();
    unsigned long long now = story_now(story);

    story_say(story, "referral", "referral.Assessed.hcz",
              "{'person': 'r1', 'centre': 'hcz', 'class': 'RED', 'nextDueMs': '%llu'}",
              now + 7ull * 24 * 3600 * 1000);
    ck_assert_str_eq(story_last(story, "registry.ClassSet." C41),
                     "{\"person\": \"r1\", \"from\": \"YELLOW\", \"to\": \"RED\", \"by\": "
                     "\"referral\", \"expiresMs\": \"1674608400000\", \"owner\": "
                     "\"310115125041\"}");
    story_later(story, "7 d");
    ck_assert_str_eq(story_last(story, "registry.FieldStale." C41),
                     "{\"person\": \"r1\", \"path\": \"class\", \"ageDays\": 7, \"owner\": "
                     "\"310115125041\"}");
    story_say(story, C41, "registry.SetClass." C41, "{'person': 'r1', 'class': 'GREEN'}");
    story_say(story, C41, "registry.SetClass." C41, "{'person': 'r1'}");
    story_say(story, C41, "registry.SetClass." C41,
              "{'person': 'r1', 'class': 'RED', 'expiresMs': '1'}");
    story_say(story, C06, "registry.SetClass." C06, "{'person': 'r1', 'class': 'RED'}");
    story_say(story, "referral", "referral.Assessed.hcz", "{'person': 'r9', 'class': 'RED'}");
    EXPECT_TEXT(story_text(story), "referral/1/1 referral.Assessed at registry\n"
                                   "    reminds r1: registry.ExpireClass in 7 d\n"
                                   "    emits registry.ClassSet.310115125041\n"
                                   "    reminds r1: registry.CheckStale in 7 d\n"
                                   "7 d later\n"
                                   "registry/1/4 registry.CheckStale\n"
                                   "    emits registry.FieldStale.310115125041\n"
                                   "    reminds r1: registry.CheckStale in 7 d\n"
                                   "registry/1/5 registry.ExpireClass\n"
                                   "    emits registry.FieldStale.310115125041\n"
                                   "310115125041/1/3 registry.SetClass\n"
                                   "    emits registry.ClassSet.310115125041\n"
                                   "    reminds r1: registry.CheckStale in 14 d\n"
                                   "310115125041/1/4 registry.SetClass\n"
                                   "    refuses: class: RED, YELLOW or GREEN\n"
                                   "310115125041/1/5 registry.SetClass\n"
                                   "    refuses: expires_ms: is past\n"
                                   "310115125006/1/1 registry.SetClass\n"
                                   "    refuses: SetClass is not for 310115125006\n");
    story_close(story);
}
END_TEST

START_TEST(silence_is_set_and_ends)
{
    struct story *story = open_with_card();
    unsigned long long now = story_now(story);

    story_say(story, C41, "registry.SetSilent." C41,
              "{'person': 'r1', 'silent': true, 'expiresMs': '%llu', 'reason': 'grief'}",
              now + 3600 * 1000);
    story_later(story, "1 h");
    ck_assert_str_eq(story_last(story, "registry.SilentSet." C41),
                     "{\"person\": \"r1\", \"from\": true, \"by\": \"registry\", \"owner\": "
                     "\"310115125041\"}");
    story_say(story, C41, "registry.SetSilent." C41, "{'person': 'r1', 'silent': true}");
    story_say(story, C41, "registry.SetSilent." C41, "{'person': 'r1', 'silent': false}");
    story_say(story, C06, "registry.SetSilent." C06, "{'person': 'r1', 'silent': true}");
    EXPECT_TEXT(story_text(story), "310115125041/1/3 registry.SetSilent\n"
                                   "    reminds r1: registry.ExpireSilent in 1 h\n"
                                   "    emits registry.SilentSet.310115125041\n"
                                   "1 h later\n"
                                   "registry/1/4 registry.ExpireSilent\n"
                                   "    emits registry.SilentSet.310115125041\n"
                                   "310115125041/1/4 registry.SetSilent\n"
                                   "    emits registry.SilentSet.310115125041\n"
                                   "310115125041/1/5 registry.SetSilent\n"
                                   "    emits registry.SilentSet.310115125041\n"
                                   "310115125006/1/1 registry.SetSilent\n"
                                   "    refuses: SetSilent is not for 310115125006\n");
    story_close(story);
}
END_TEST

/* S-06V: what grows old is said once, and struck off when it is fresh again. */
START_TEST(what_grows_old_is_told_to_the_owner)
{
    struct story *story = open_with_card();

    story_later(story, "7 d");
    ck_assert_str_eq(story_last(story, "registry.FieldStale." C41),
                     "{\"person\": \"r1\", \"path\": \"medicines\", \"ageDays\": 7, \"owner\": "
                     "\"310115125041\"}");
    ck_assert_str_eq(story_ask(story, C41, "registry.Stale." C41, "{'committee': '" C41 "'}"),
                     "{\"rows\": [{\"person\": \"r1\", \"path\": \"medicines\", \"ageDays\": "
                     "7}]}");
    story_say(story, "care", "registry.UpdateFields." C41,
              "{'person': 'r1', 'card': {'medicines': [{'name': 'm1', 'daysLeft': 30}]}}");
    ck_assert_str_eq(story_ask(story, C41, "registry.Stale." C41, "{'committee': '" C41 "'}"),
                     "{}");
    story_later(story, "30 d");
    ck_assert_str_eq(story_ask(story, "jcb", "registry.Stale.jcb", "{}"),
                     "{\"rows\": [{\"person\": \"r1\", \"path\": \"class\", \"ageDays\": 37}, "
                     "{\"person\": \"r1\", \"path\": \"medicines\", \"ageDays\": 30}, "
                     "{\"person\": \"r1\", \"path\": \"phones\", \"ageDays\": 37}]}");
    ck_assert_str_eq(story_ask(story, C06, "registry.Stale." C06, "{'committee': '" C41 "'}"),
                     "refused NOT_ALLOWED: Stale is not for 310115125006");
    EXPECT_TEXT(story_text(story), "7 d later\n"
                                   "registry/1/3 registry.CheckStale\n"
                                   "    emits registry.FieldStale.310115125041\n"
                                   "    reminds r1: registry.CheckStale in 7 d\n"
                                   "care/1/1 registry.UpdateFields\n"
                                   "    emits registry.FieldsUpdated.310115125041\n"
                                   "    reminds r1: registry.CheckStale in 7 d\n"
                                   "7 d later\n"
                                   "registry/1/6 registry.CheckStale\n"
                                   "    emits registry.FieldStale.310115125041\n"
                                   "    emits registry.FieldStale.310115125041\n"
                                   "    reminds r1: registry.CheckStale in 16 d\n"
                                   "16 d later\n"
                                   "registry/1/9 registry.CheckStale\n"
                                   "    emits registry.FieldStale.310115125041\n"
                                   "7 d later\n");
    story_close(story);
}
END_TEST

START_TEST(what_a_timer_says_is_the_registrys_alone)
{
    static const char *const timers[] = { "ChaseCandidate", "ChaseDecision", "ExpireCategories",
                                          "ExpireClass",    "ExpireSilent",  "CheckStale",
                                          "EndAwayDue",     "EndMoveDue" };
    struct story *story = open_with_card();

    for (size_t i = 0; i < sizeof(timers) / sizeof(timers[0]); i++) {
        char subject[64];
        snprintf(subject, sizeof(subject), "registry.%s." C41, timers[i]);
        story_say(story, C41, subject, "{'person': 'r1'}");
    }
    ck_assert_uint_eq(story_count(story, "registry.Refused." C41), 8);
    story_close(story);
}
END_TEST

TESTS(fields_are_changed_one_by_one, a_centre_changes_what_it_treats_and_a_carer_what_it_hears,
      a_category_that_ends_gives_back_those_before_it,
      a_class_is_the_committees_and_the_centres_and_does_not_run_out_unseen,
      silence_is_set_and_ends, what_grows_old_is_told_to_the_owner,
      what_a_timer_says_is_the_registrys_alone)
