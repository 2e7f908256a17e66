/*
 * opinion: the numbers that people call, tried, published and tried again (domain.md 3.11); S-065,
 * S-090, S-0A0 to S-0A9, S-0B2.  The town is kernel_town.h.
 */
#include "stories/kernel_town.h"

extern const struct service opinion_service;

static void office(struct story *story, const char *command, const char *body)
{
    char subject[64];

    snprintf(subject, sizeof(subject), "opinion.%s.dqb", command);
    story_say(story, "dqb as dqb.duty dqb-s4", subject, "%s", body);
}

static void committee(struct story *story, const char *command, const char *body)
{
    char subject[64];

    snprintf(subject, sizeof(subject), "opinion.%s." C41, command);
    story_say(story, C41 " as " C41 ".first", subject, "%s", body);
}

static struct story *town(void)
{
    struct story *story = kernel_story(&opinion_service);

    organisation_says(story, "ResponsibilitySet",
                      "{'category': 'GENERAL', 'kind': 'HANDLE_OPINION', 'service': 'opinion',"
                      " 'firstUnit': 'dqb', 'secondUnit': 'sjb', 'verifier': 'dzb'}");
    office(story, "RegisterChannel",
           "{'channel': 'hotline', 'name': '服务热线', 'number': '58958808', 'hours': '24h',"
           " 'ownerUnit': 'dzb', 'seed': 'S-0A0'}");
    story_forget(story);
    return story;
}

START_TEST(a_number_is_tried_published_and_tried_again)
{
    struct story *story = town();

    ck_assert_str_eq(story_last(story, "opinion.ChannelRegistered.dzb"),
                     "{\"channel\": \"hotline\", \"number\": \"58958808\", \"ownerUnit\": \"dzb\", "
                     "\"dueMs\": \"1674018000000\", \"seed\": \"S-0A0\"}");
    office(story, "VerifyChannel", "{'channel': 'hotline', 'ok': true, 'answeredS': 8}");
    office(story, "PublishChannel", "{'channel': 'hotline', 'where': ['wechat', 'notice boards']}");
    story_later(story, "20 d");
    office(story, "RecordTestCall", "{'channel': 'hotline', 'ok': true, 'answeredS': 12}");
    story_later(story, "30 d");
    office(story, "RecordTestCall", "{'channel': 'hotline', 'ok': true, 'answeredS': 5}");
    EXPECT_TEXT(story_text(story), "dqb/1/2 opinion.VerifyChannel\n"
                                   "    hotline: REGISTERED -> VERIFIED\n"
                                   "    reminds hotline: opinion.ExpireChannel in 30 d\n"
                                   "    emits opinion.ChannelVerified.dzb\n"
                                   "dqb/1/3 opinion.PublishChannel\n"
                                   "    hotline: VERIFIED -> PUBLISHED\n"
                                   "    forgets hotline: opinion.ChaseChannel\n"
                                   "    emits opinion.ChannelPublished.dzb\n"
                                   "20 d later\n"
                                   "dqb/1/4 opinion.RecordTestCall\n"
                                   "    hotline: PUBLISHED -> PUBLISHED\n"
                                   "    reminds hotline: opinion.ExpireChannel in 30 d\n"
                                   "    emits opinion.ChannelVerified.dzb\n"
                                   "10 d later\n"
                                   "20 d later\n"
                                   "opinion/1/5 opinion.ExpireChannel\n"
                                   "    hotline: PUBLISHED -> STALE\n"
                                   "    emits opinion.ChannelStale.dzb\n"
                                   "dqb/1/5 opinion.RecordTestCall\n"
                                   "    hotline: STALE -> VERIFIED\n"
                                   "    reminds hotline: opinion.ExpireChannel in 30 d\n"
                                   "    emits opinion.ChannelVerified.dzb\n");
    ck_assert_str_eq(
        story_last(story, "opinion.ChannelVerified.dzb"),
        "{\"channel\": \"hotline\", \"number\": \"58958808\", \"verifiedAtMs\": \"1678323600000\", "
        "\"answeredS\": 5, \"ownerUnit\": \"dzb\", \"seed\": \"S-0A0\"}");
    ck_assert_str_eq(
        story_last(story, "opinion.ChannelPublished.dzb"),
        "{\"channel\": \"hotline\", \"number\": \"58958808\", \"verifiedAtMs\": \"1674003600000\", "
        "\"where\": [\"wechat\", \"notice boards\"], \"ownerUnit\": \"dzb\"}");
    ck_assert_str_eq(story_last(story, "opinion.ChannelStale.dzb"),
                     "{\"channel\": \"hotline\", \"number\": \"58958808\", \"verifiedAtMs\": "
                     "\"1675731600000\", \"ownerUnit\": \"dzb\"}");
    story_close(story);
}
END_TEST

START_TEST(a_line_that_does_not_answer_is_p1_for_its_owner)
{
    struct story *story = town();

    office(story, "RegisterChannel",
           "{'channel': 'city', 'name': 'city line', 'number': '12320', 'ownerUnit': 'city'}");
    story_forget(story);
    office(story, "VerifyChannel", "{'channel': 'hotline'}");
    office(story, "RecordTestCall", "{'channel': 'hotline'}");
    office(story, "RecordTestCall", "{'channel': 'city'}");
    EXPECT_TEXT(story_text(story), "dqb/1/3 opinion.VerifyChannel\n"
                                   "    hotline-t1: NONE -> OPEN\n"
                                   "    emits opinion.NeedOpened.dzb\n"
                                   "    hotline-t1: OPEN -> ASSIGNED\n"
                                   "    hotline-t1-a1: NONE -> REQUESTED\n"
                                   "    emits opinion.Dispatched.dzb\n"
                                   "    reminds hotline-t1/done: opinion.Due in 9 h 36 min\n"
                                   "    reminds hotline-t1/receive: opinion.Due in 12 min\n"
                                   "    reminds hotline-t1/accept: opinion.Due in 16 min\n"
                                   "    reminds hotline-t1/first_contact: opinion.Due in 24 min\n"
                                   "    emits opinion.ChannelFailed.dzb\n"
                                   "dqb/1/4 opinion.RecordTestCall\n"
                                   "    emits opinion.ChannelFailed.dzb\n"
                                   "dqb/1/5 opinion.RecordTestCall\n"
                                   "    city-t1: NONE -> OPEN\n"
                                   "    emits opinion.NeedOpened.dqb\n"
                                   "    city-t1: OPEN -> ASSIGNED\n"
                                   "    city-t1-a1: NONE -> REQUESTED\n"
                                   "    emits opinion.Dispatched.dqb\n"
                                   "    reminds city-t1/done: opinion.Due in 9 h 36 min\n"
                                   "    reminds city-t1/receive: opinion.Due in 12 min\n"
                                   "    reminds city-t1/accept: opinion.Due in 16 min\n"
                                   "    reminds city-t1/first_contact: opinion.Due in 24 min\n"
                                   "    emits opinion.ChannelFailed.dqb\n");
    ck_assert_str_eq(story_last(story, "opinion.ChannelFailed.dzb"),
                     "{\"channel\": \"hotline\", \"number\": \"58958808\", \"atMs\": "
                     "\"1674003600000\", \"need\": \"hotline-t1\", \"ownerUnit\": \"dzb\"}");
    ck_assert_str_eq(
        story_last(story, "opinion.Dispatched.dzb"),
        "{\"need\": \"hotline-t1\", \"assignment\": \"hotline-t1-a1\", \"plac\": "
        "\"hotline-t1-a1\", \"toUnit\": \"dzb\", \"toPost\": \"dzb.head\", \"priority\": \"P1\", "
        "\"due\": {\"receiveMs\": \"1674004500000\", \"acceptMs\": \"1674004800000\", "
        "\"firstContactMs\": \"1674005400000\", \"doneMs\": \"1674046800000\"}, \"kind\": "
        "\"HANDLE_OPINION\", \"detail\": \"the line does not answer\", \"place\": \"dzb\"}");
    ck_assert_str_eq(
        story_ask(story, "vc", "opinion.ChannelList.dqb", "{'all': true, 'ownerUnit': 'dzb'}"),
        "{\"rows\": [{\"channel\": \"hotline\", \"name\": \"服务热线\", \"number\": \"58958808\", "
        "\"hours\": \"24h\", \"ownerUnit\": \"dzb\", \"state\": \"REGISTERED\", \"failedAtMs\": "
        "\"1674003600000\"}]}");
    story_close(story);
}
END_TEST

START_TEST(what_people_are_told_is_what_was_published)
{
    struct story *story = town();

    office(story, "VerifyChannel", "{'channel': 'hotline', 'ok': true}");
    office(story, "RegisterChannel", "{'channel': 'v', 'name': 'line', 'ownerUnit': '" C41 "'}");
    ck_assert_str_eq(story_ask(story, "anybody", "opinion.ChannelList.town", "{}"), "{}");
    office(story, "PublishChannel", "{'channel': 'hotline', 'where': ['wechat']}");
    ck_assert_str_eq(
        story_ask(story, "anybody", "opinion.ChannelList.town", "{}"),
        "{\"rows\": [{\"channel\": \"hotline\", \"name\": \"服务热线\", \"number\": \"58958808\", "
        "\"hours\": \"24h\", \"ownerUnit\": \"dzb\", \"state\": \"PUBLISHED\", \"verifiedAtMs\": "
        "\"1674003600000\", \"where\": [\"wechat\"]}]}");
    story_later(story, "31 d");
    ck_assert_str_eq(story_ask(story, "anybody", "opinion.ChannelList.town", "{}"),
                     "{\"rows\": [{\"channel\": \"hotline\", \"name\": \"服务热线\", \"number\": "
                     "\"58958808\", \"hours\": \"24h\", \"ownerUnit\": \"dzb\", \"state\": "
                     "\"STALE\", \"verifiedAtMs\": \"1674003600000\", \"where\": [\"wechat\"]}]}");
    story_close(story);
}
END_TEST

START_TEST(a_number_is_its_owners_to_collect_and_change)
{
    struct story *story = town();

    committee(story, "RegisterChannel",
              "{'channel': 'v41', 'name': '健康咨询', 'ownerUnit': '" C41 "'}");
    office(story, "VerifyChannel", "{'channel': 'v41', 'ok': true}");
    story_later(story, "4 h");
    committee(story, "ChangeChannel", "{'channel': 'hotline', 'number': '1'}");
    committee(story, "ChangeChannel", "{'channel': 'v9', 'number': '1'}");
    committee(story, "ChangeChannel", "{'channel': 'v41'}");
    committee(story, "ChangeChannel", "{'channel': 'v41', 'number': '50000002', 'hours': '8-17'}");
    office(story, "VerifyChannel", "{'channel': 'v41', 'ok': true}");
    committee(story, "ChangeChannel", "{'channel': 'v41', 'name': '咨询', 'ownerUnit': 'sjb'}");
    committee(story, "WithdrawChannel", "{'channel': 'v41', 'reason': 'x'}");
    story_later(story, "4 h");
    office(story, "WithdrawChannel", "{'channel': 'v41'}");
    office(story, "WithdrawChannel", "{'channel': 'v41', 'reason': 'two lines were joined'}");
    office(story, "VerifyChannel", "{'channel': 'v41', 'ok': true}");
    EXPECT_TEXT(story_text(story), "310115125041/1/1 opinion.RegisterChannel\n"
                                   "    v41: NONE -> REGISTERED\n"
                                   "    reminds v41: opinion.ChaseChannel in 4 h\n"
                                   "    emits opinion.ChannelRegistered.310115125041\n"
                                   "dqb/1/2 opinion.VerifyChannel\n"
                                   "    refuses: its number is not collected yet\n"
                                   "4 h later\n"
                                   "opinion/1/4 opinion.ChaseChannel\n"
                                   "    emits opinion.ChannelOverdue.dqb\n"
                                   "opinion/1/5 opinion.ChaseChannel\n"
                                   "    emits opinion.ChannelOverdue.310115125041\n"
                                   "310115125041/1/2 opinion.ChangeChannel\n"
                                   "    refuses: ChangeChannel is not for 310115125041\n"
                                   "310115125041/1/3 opinion.ChangeChannel\n"
                                   "    refuses: there is no such channel\n"
                                   "310115125041/1/4 opinion.ChangeChannel\n"
                                   "    refuses: nothing to change\n"
                                   "310115125041/1/5 opinion.ChangeChannel\n"
                                   "    v41: REGISTERED -> REGISTERED\n"
                                   "    reminds v41: opinion.ChaseChannel in 4 h\n"
                                   "    emits opinion.ChannelChanged.310115125041\n"
                                   "dqb/1/3 opinion.VerifyChannel\n"
                                   "    v41: REGISTERED -> VERIFIED\n"
                                   "    reminds v41: opinion.ExpireChannel in 30 d\n"
                                   "    emits opinion.ChannelVerified.310115125041\n"
                                   "310115125041/1/6 opinion.ChangeChannel\n"
                                   "    v41: VERIFIED -> CHANGED\n"
                                   "    forgets v41: opinion.ExpireChannel\n"
                                   "    reminds v41: opinion.ChaseChannel in 4 h\n"
                                   "    emits opinion.ChannelChanged.sjb\n"
                                   "310115125041/1/7 opinion.WithdrawChannel\n"
                                   "    refuses: WithdrawChannel is not for 310115125041\n"
                                   "4 h later\n"
                                   "opinion/1/15 opinion.ChaseChannel\n"
                                   "    emits opinion.ChannelOverdue.dqb\n"
                                   "dqb/1/4 opinion.WithdrawChannel\n"
                                   "    refuses: why is it no more?\n"
                                   "dqb/1/5 opinion.WithdrawChannel\n"
                                   "    v41: CHANGED -> WITHDRAWN\n"
                                   "    emits opinion.ChannelWithdrawn.sjb\n"
                                   "dqb/1/6 opinion.VerifyChannel\n"
                                   "    refuses: it is withdrawn\n");
    ck_assert_str_eq(story_last(story, "opinion.ChannelOverdue." C41),
                     "{\"channel\": \"v41\", \"dueMs\": \"1674018000000\", \"state\": "
                     "\"REGISTERED\", \"ownerUnit\": \"310115125041\"}");
    ck_assert_str_eq(story_last(story, "opinion.ChannelOverdue.dqb"),
                     "{\"channel\": \"v41\", \"dueMs\": \"1674032400000\", \"state\": \"CHANGED\", "
                     "\"ownerUnit\": \"sjb\"}");
    ck_assert_str_eq(story_last(story, "opinion.ChannelChanged.sjb"),
                     "{\"channel\": \"v41\", \"number\": \"50000002\", \"ownerUnit\": \"sjb\", "
                     "\"dueMs\": \"1674032400000\"}");
    ck_assert_str_eq(story_last(story, "opinion.ChannelWithdrawn.sjb"),
                     "{\"channel\": \"v41\", \"number\": \"50000002\", \"reason\": \"two lines "
                     "were joined\", \"ownerUnit\": \"sjb\"}");
    story_close(story);
}
END_TEST

START_TEST(what_is_no_channel_is_refused)
{
    struct story *story = town();

    committee(story, "RegisterChannel", "{'channel': 'v', 'name': 'x', 'ownerUnit': 'dzb'}");
    office(story, "RegisterChannel", "{'channel': 'v', 'ownerUnit': 'dzb'}");
    office(story, "RegisterChannel", "{'channel': 'hotline', 'name': 'x', 'ownerUnit': 'dzb'}");
    committee(story, "VerifyChannel", "{'channel': 'hotline', 'ok': true}");
    office(story, "VerifyChannel", "{'channel': 'v9', 'ok': true}");
    office(story, "VerifyChannel", "{'channel': 'hotline', 'ok': true, 'atMs': '1999999999999'}");
    committee(story, "PublishChannel", "{'channel': 'hotline'}");
    office(story, "PublishChannel", "{'channel': 'hotline'}");
    office(story, "PublishChannel", "{'channel': 'hotline', 'where': ['x']}");
    office(story, "ExpireChannel", "{'channel': 'hotline'}");
    office(story, "ChaseChannel", "{'channel': 'hotline'}");
    EXPECT_TEXT(story_text(story), "310115125041/1/1 opinion.RegisterChannel\n"
                                   "    refuses: RegisterChannel is not for 310115125041\n"
                                   "dqb/1/2 opinion.RegisterChannel\n"
                                   "    refuses: a channel has an id, name, owner\n"
                                   "dqb/1/3 opinion.RegisterChannel\n"
                                   "    refuses: no RegisterChannel from REGISTERED\n"
                                   "310115125041/1/2 opinion.VerifyChannel\n"
                                   "    refuses: VerifyChannel is not for 310115125041\n"
                                   "dqb/1/4 opinion.VerifyChannel\n"
                                   "    refuses: there is no such channel\n"
                                   "dqb/1/5 opinion.VerifyChannel\n"
                                   "    refuses: that hour is still to come\n"
                                   "310115125041/1/3 opinion.PublishChannel\n"
                                   "    refuses: PublishChannel is not for 310115125041\n"
                                   "dqb/1/6 opinion.PublishChannel\n"
                                   "    refuses: where?\n"
                                   "dqb/1/7 opinion.PublishChannel\n"
                                   "    refuses: no PublishChannel from REGISTERED\n"
                                   "dqb/1/8 opinion.ExpireChannel\n"
                                   "    refuses: only the clock says what is due\n"
                                   "dqb/1/9 opinion.ChaseChannel\n"
                                   "    refuses: only the clock says what is due\n");
    story_close(story);
}
END_TEST

TESTS(a_number_is_tried_published_and_tried_again, a_line_that_does_not_answer_is_p1_for_its_owner,
      what_people_are_told_is_what_was_published, a_number_is_its_owners_to_collect_and_change,
      what_is_no_channel_is_refused)
