/*
 * stories/posts_town.h - a town small enough to see each of its posts: the office, and a centre with
 * four people.
 */
#pragma once

#include "lib/story.h"

/* A small town: the office, a centre with four people, the policy that the alarms hang on. */
static inline struct story *open_small_town(const struct service *organisation)
{
    struct story *story = story_open("2023-01-18T07:00", organisation, NULL);

    story_say(story, "lgo", "organisation.PublishPolicy.lgo",
              "{'set': 'default', 'records': [{'key': 'org.post_unfilled', 'scope': '*',"
              " 'value': '1', 'unit': 'min', 'calendar': '24x7'}]}");
    story_say(story, "lgo", "organisation.RegisterUnit.lgo",
              "{'unit': 'lgo', 'kind': 'group-office'}");
    story_say(story, "lgo", "organisation.RegisterUnit.lgo", "{'unit': 'hcz', 'kind': 'member'}");
    for (int i = 1; i <= 4; i++)
        story_say(story, "hcz", "organisation.RegisterStaff.hcz",
                  "{'staff': 's%d', 'unit': 'hcz', 'name': 'n%d'}", i, i);
    story_say(story, "lgo", "organisation.RegisterStaff.lgo", "{'staff': 'o1', 'unit': 'lgo'}");
    return story;
}

/* The office's duty post is held; the centre has a head. */
static inline struct story *open_town_on_duty(const struct service *organisation)
{
    struct story *story = open_small_town(organisation);

    story_say(story, "lgo", "organisation.DefinePost.lgo",
              "{'post': 'lgo.duty', 'unit': 'lgo', 'kind': 'duty'}");
    story_say(story, "lgo", "organisation.StartTenure.lgo", "{'post': 'lgo.duty', 'staff': 'o1'}");
    story_say(story, "hcz", "organisation.DefinePost.hcz",
              "{'post': 'hcz.head', 'unit': 'hcz', 'kind': 'head'}");
    story_say(story, "hcz", "organisation.StartTenure.hcz", "{'post': 'hcz.head', 'staff': 's1'}");
    story_say(story, "hcz", "organisation.DefinePost.hcz",
              "{'post': 'hcz.desk', 'unit': 'hcz', 'kind': 'seat'}");
    return story;
}

static inline const char *who_is(struct story *story, const char *post)
{
    return story_ask(story, "hcz", "organisation.WhoIs.hcz", "{'post': '%s'}", post);
}
