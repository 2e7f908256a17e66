/*
 * Who is protected (S-020 the definition, S-036 the two umbrella groups): each kind of the plan is a
 * category of the roster, and those whom it calls silent are so at once (S-071).
 */
#include <string.h>

#include "stories/roster.h"

static const struct {
    const char *row; /* of the plan */
    const char *category;
    bool is_silent;
} kinds[] = {
    { "S-021", "ORPHAN_ELDER", false },       { "S-022", "VERY_OLD_UNCARED", false },
    { "S-023", "ALONE_UNCARED", true },       { "S-024", "ALL_ELDERLY_UNCARED", false },
    { "S-025", "SEVERELY_DISABLED", false },  { "S-026", "DEPENDENT", false },
    { "S-027", "GRAVELY_ILL", false },        { "S-028", "ORPHAN", false },
    { "S-029", "CHILD_IN_DIFFICULTY", true }, { "S-030", "LEFT_BEHIND_CHILD", false },
    { "S-031", "UNGUARDED_CHILD", false },    { "S-032", "OTHER_PROTECTED", false },
    { "S-033", "MENTAL_DISORDER", true },
};

START_TEST(each_kind_of_the_plan_is_a_category)
{
    struct story *story = open_roster(&registry_service);

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        char card[100];
        snprintf(card, sizeof(card), "'name': '甲', 'phones': [{'number': '139000000%02zu'}]", i);
        story_say(story, C41, "registry.Propose." C41,
                  "{'person': '%s', 'committee': '" C41 "', 'card': {%s}}", kinds[i].row, card);
        story_say(story, C41, "registry.Verify." C41,
                  "{'person': '%s', 'categories': ['%s'], 'class': 'GREEN', 'basis': 'notice',"
                  " 'otherReason': 'a carer who is ill herself'}",
                  kinds[i].row, kinds[i].category);
        const char *verified = story_last(story, "registry.Verified." C41);
        ck_assert_ptr_nonnull(strstr(verified, kinds[i].row));
        ck_assert_ptr_nonnull(strstr(verified, kinds[i].category));
        ck_assert_msg((strstr(verified, "\"silent\": true") != NULL) == kinds[i].is_silent, "%s",
                      verified);
    }
    ck_assert_ptr_nonnull(
        strstr(story_ask(story, C41, "registry.Counts." C41, "{'committee': '" C41 "'}"),
               "\"total\": 13"));
    story_close(story);
}
END_TEST

/* S-032: whoever else is protected is so for a reason that somebody wrote down. */
START_TEST(another_kind_wants_its_reason)
{
    struct story *story = open_roster(&registry_service);

    story_say(story, C41, "registry.Propose." C41,
              "{'person': 'r1', 'committee': '" C41 "',"
              " 'card': {'name': '甲', 'phones': [{'number': '13900000001'}]}}");
    story_forget(story);
    story_say(story, C41, "registry.Verify." C41,
              "{'person': 'r1', 'categories': ['OTHER_PROTECTED'], 'class': 'GREEN',"
              " 'basis': 'notice'}");
    EXPECT_TEXT(story_text(story), "310115125041/1/2 registry.Verify\n"
                                   "    refuses: other_reason: 其他 wants a text\n");
    story_close(story);
}
END_TEST

TESTS(each_kind_of_the_plan_is_a_category, another_kind_wants_its_reason)
