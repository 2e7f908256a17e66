/* What becomes of the roster when the campaign is over (PIPL art. 19). */
#include "stories/roster.h"

static void policy_says(struct story *story)
{
    story_say(story, "organisation", "organisation.PolicyPublished.town",
              "{'set': 'default', 'records': [{'key': 'registry.retention', 'scope': '*',"
              " 'value': '90', 'unit': 'days', 'calendar': '24x7'}]}");
}

static struct story *open_with_double(void)
{
    struct story *story = open_roster(&registry_service);

    add_person(story, C41, "r1", "'name': '张桂芳'");
    add_person(story, C41, "r2", "'name': '张桂芳'");
    story_say(story, C41, "registry.ProposeMerge." C41,
              "{'persons': ['r1', 'r2'], 'evidence': 'the door'}");
    story_say(story, "sjb", "registry.Merge.sjb", "{'survivor': 'r1', 'alias': 'r2'}");
    story_forget(story);
    return story;
}

START_TEST(particulars_go_when_their_time_after_the_campaign_is_over)
{
    struct story *story = open_with_double();

    policy_says(story);
    story_say(story, "organisation", "organisation.CampaignClosed.town", "{'campaign': 'c1'}");
    story_later(story, "89 d");
    ck_assert_uint_eq(story_count(story, "registry.Erased.*"), 0);
    story_forget(story);
    story_later(story, "2 d");
    EXPECT_TEXT(story_text(story), "24 h later\n"
                                   "registry/1/9 registry.EraseNext\n"
                                   "    emits registry.Erased.town\n"
                                   "    reminds erase: registry.EraseNext in 0 s\n"
                                   "registry/1/11 registry.EraseNext\n"
                                   "    emits registry.Erased.town\n"
                                   "    reminds erase: registry.EraseNext in 0 s\n"
                                   "24 h later\n");
    ck_assert_str_eq(story_last(story, "registry.Erased.*"),
                     "{\"scope\": \"merges\", \"count\": \"1\", "
                     "\"policyKey\": \"registry.retention\"}");
    ck_assert_str_eq(story_ask(story, C41, "registry.Counts." C41, "{'committee': '" C41 "'}"),
                     "{}");
    ck_assert_str_eq(story_ask(story, C41, "registry.RosterAt." C41, "{'committee': '" C41 "'}"),
                     "{}");
    ck_assert_str_eq(story_ask(story, "sjb", "registry.FindPerson.sjb",
                               "{'name': '张桂芳', 'purpose': 'asked'}"),
                     "{}");
    story_close(story);
}
END_TEST

START_TEST(a_town_that_begins_anew_or_never_said_how_long_keeps_its_roster)
{
    struct story *story = open_with_double();

    story_say(story, "organisation", "organisation.CampaignClosed.town", "{'campaign': 'c1'}");
    policy_says(story);
    story_later(story, "91 d");
    ck_assert_uint_eq(story_count(story, "registry.Erased.*"), 0);
    story_say(story, "organisation", "organisation.CampaignClosed.town", "{'campaign': 'c2'}");
    story_later(story, "30 d");
    story_say(story, "organisation", "organisation.CampaignOpened.town", "{'campaign': 'c3'}");
    story_later(story, "91 d");
    ck_assert_uint_eq(story_count(story, "registry.Erased.*"), 0);
    story_say(story, "sjb", "registry.EraseNext.town", "{'scope': 'persons'}");
    ck_assert_ptr_nonnull(strstr(story_last(story, "registry.Refused.*"), "NOT_ALLOWED"));
    story_close(story);
}
END_TEST

TESTS(particulars_go_when_their_time_after_the_campaign_is_over,
      a_town_that_begins_anew_or_never_said_how_long_keeps_its_roster)
