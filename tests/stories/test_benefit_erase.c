/*
 * benefit: the end of a campaign (PIPL art. 19).  What was known of people goes; what they were given stays.
 */
#include "stories/benefit_town.h"

extern const struct service benefit_service;

START_TEST(after_the_campaign_no_reason_is_left_of_anybody)
{
    struct story *story = benefit_town(&benefit_service);

    rule_says(story, "benefit.retention", 30);
    spring_gift(story);
    verified(story, "r1", C41, "'ALONE_UNCARED'", "RED");
    verified(story, "r2", C41, "'ALONE_UNCARED'", "GREEN");
    story_say(story, SWC, "benefit.ScreenMatch." C41, "{'match': 'm1', 'screening': 'KEEP'}");
    story_say(story, SWC, "benefit.ScreenMatch." C41, "{'match': 'm2', 'screening': 'KEEP'}");
    story_say(story, SWC, "benefit.PlanRun.swc",
              "{'run': 's1', 'name': '春节慰问', 'benefit': 'gift', 'untilMs': '1674302400000'}");
    story_say(story, SWC, "benefit.FreezeRun.swc", "{'run': 's1'}");
    story_say(story, VC41, "benefit.RecordVisit." C41, "{'run': 's1', 'person': 'r1'}");
    organisation_says(story, "CampaignClosed", "{'campaign': 'c1'}");
    organisation_says(story, "CampaignOpened", "{'campaign': 'c2'}");
    organisation_says(story, "CampaignClosed", "{'campaign': 'c2'}");
    story_say(story, SWC, "benefit.EraseNext.swc", "{'scope': 'people'}");
    story_later(story, "29 d");
    ck_assert_uint_eq(story_count(story, "benefit.Erased.*"), 0);
    story_later(story, "2 d");
    ck_assert_uint_eq(story_count(story, "benefit.Erased.*"), 4);
    EXPECT_TEXT(story_last(story, "benefit.MatchDropped.*"),
                "{\"match\": \"m2\", \"person\": \"r2\", \"benefit\": \"gift\", \"code\": "
                "\"OUT_OF_TIME\", \"why\": \"the campaign is over\"}");
    EXPECT_TEXT(story_last(story, "benefit.VisitDropped.*"),
                "{\"run\": \"s1\", \"person\": \"r2\", \"match\": \"m2\", \"code\": "
                "\"OUT_OF_TIME\"}");
    ck_assert_str_eq(story_ask(story, SWC, "benefit.WhyNot.swc", "{'person': 'r1'}"),
                     "refused NOT_FOUND: no such person");
    EXPECT_TEXT(story_ask(story, SWC, "benefit.MatchList.swc", "{'benefit': 'gift', 'limit': 1}"),
                "{\"rows\": [{\"match\": \"m1\", \"person\": \"r1\", \"benefit\": \"gift\", "
                "\"committee\": \"310115125041\", \"state\": \"UNCONFIRMED\", \"run\": \"s1\"}], "
                "\"next\": \"310115125041/r1\"}");
    story_close(story);
}
END_TEST

TESTS(after_the_campaign_no_reason_is_left_of_anybody)
