/*
 * homes at work.
 */
#include "homes/homes.h"
#include "lib/story.h"

START_TEST(what_is_registered_is_stated)
{
    struct story *story = story_open("2023-01-18T09:00", &homes_service, NULL);

    story_say(story, "sjb as sjb.duty", "homes.RegisterHome.sjb", "{'home': 'i1', 'name': 'x'}");
    EXPECT_TEXT(story_text(story), "sjb/1/1 homes.RegisterHome\n"
                                   "    i1: STATE_NONE -> REGISTERED\n"
                                   "    emits homes.HomeRegistered.sjb\n");
    story_close(story);
}
END_TEST

TESTS(what_is_registered_is_stated)
