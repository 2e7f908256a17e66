/*
 * benefit: policies matched to people.
 */
#include "lib/story.h"

extern const struct service benefit_service;

START_TEST(a_policy_is_a_rule)
{
    struct story *story = story_open("2023-01-18T09:00", &benefit_service, NULL);

    story_say(story, "swc as swc.duty", "benefit.DefineBenefit.swc",
              "{'benefit': 'b1', 'rule': {'classes': ['RED']}}");
    EXPECT_TEXT(story_text(story), "swc/1/1 benefit.DefineBenefit\n"
                                   "    b1: NONE -> IN_FORCE\n"
                                   "    emits benefit.BenefitDefined.swc\n");
    story_say(story, "swc as swc.duty", "benefit.RetireBenefit.swc", "{'benefit': 'b1'}");
    story_close(story);
}
END_TEST

TESTS(a_policy_is_a_rule)
