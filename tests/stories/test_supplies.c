/*
 * supplies at work.
 */
#include "supplies/supplies.h"
#include "lib/story.h"

START_TEST(what_is_defined_is_stated)
{
    struct story *story = story_open("2023-01-18T09:00", &supplies_service, NULL);

    story_say(story, "dzb as dzb.duty", "supplies.DefineItem.dzb", "{'item': 'i1', 'name': 'rice'}");
    EXPECT_TEXT(story_text(story), "dzb/1/1 supplies.DefineItem\n"
                                   "    i1: STATE_NONE -> DEFINED\n"
                                   "    emits supplies.ItemDefined.dzb\n");
    story_close(story);
}
END_TEST

TESTS(what_is_defined_is_stated)
