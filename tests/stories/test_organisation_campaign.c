/* The campaign, its mandates, and how it ends with proof (S-001 to S-008, N12). */
#include "lib/story.h"
#include "organisation/organisation.h"

static void publish(struct story *story, const char *key, const char *value, const char *unit,
                    const char *calendar)
{
    story_say(story, "lgo", "organisation.PublishPolicy.lgo",
              "{'set': 'default', 'records': [{'key': '%s', 'scope': '*', 'value': '%s',"
              " 'unit': '%s', 'calendar': '%s'}]}",
              key, value, unit, calendar);
}

static struct story *open_office(void)
{
    struct story *story = story_open("2023-01-18T09:00", &organisation_service, NULL);

    publish(story, "org.mandate_ack", "1", "workday", "workdays");
    publish(story, "org.wind_down", "30", "days", "24x7");
    publish(story, "calendar.office_open", "08:30", "clock", "workdays");
    publish(story, "calendar.office_close", "17:00", "clock", "workdays");
    story_say(story, "lgo", "organisation.RegisterUnit.lgo",
              "{'unit': 'lgo', 'kind': 'group-office'}");
    story_say(story, "lgo", "organisation.RegisterUnit.lgo", "{'unit': 'dzb', 'kind': 'member'}");
    story_say(story, "lgo", "organisation.RegisterUnit.lgo", "{'unit': 'pab', 'kind': 'member'}");
    return story;
}

static void issue(struct story *story)
{
    story_say(story, "lgo", "organisation.IssueMandate.lgo",
              "{'mandate': 'm1', 'number': '浦张府〔2023〕3号', 'title': 'plan',"
              " 'addressees': ['dzb', 'pab']}");
}

START_TEST(each_addressee_acknowledges_or_is_overdue)
{
    struct story *story = open_office();

    story_forget(story);
    issue(story);
    ck_assert_str_eq(
        story_last(story, "organisation.MandateIssued.town"),
        "{\"mandate\": \"m1\", \"number\": \"浦张府〔2023〕3号\", \"title\": \"plan\", "
        "\"addressees\": [\"dzb\", \"pab\"], \"dueMs\": \"1674118800000\"}");
    story_say(story, "dzb", "organisation.AcknowledgeMandate.dzb",
              "{'mandate': 'm1', 'unit': 'dzb'}");
    story_say(story, "dzb", "organisation.AcknowledgeMandate.dzb",
              "{'mandate': 'm1', 'unit': 'dzb'}");
    story_say(story, "dzb", "organisation.AcknowledgeMandate.dzb",
              "{'mandate': 'm1', 'unit': 'pab'}");
    story_say(story, "hcz", "organisation.AcknowledgeMandate.hcz",
              "{'mandate': 'm1', 'unit': 'hcz'}");
    story_later(story, "2 d");
    story_say(story, "pab", "organisation.AcknowledgeMandate.pab",
              "{'mandate': 'm1', 'unit': 'pab'}");
    EXPECT_TEXT(story_text(story),
                "lgo/1/8 organisation.IssueMandate\n"
                "    m1/dzb: DELIVERY_NONE -> SENT\n"
                "    reminds m1/dzb: organisation.ChaseMandate in 32 h\n"
                "    m1/pab: DELIVERY_NONE -> SENT\n"
                "    reminds m1/pab: organisation.ChaseMandate in 32 h\n"
                "    emits organisation.MandateIssued.town\n"
                "dzb/1/1 organisation.AcknowledgeMandate\n"
                "    m1/dzb: SENT -> ACKNOWLEDGED\n"
                "    forgets m1/dzb: organisation.ChaseMandate\n"
                "    emits organisation.MandateAcknowledged.dzb\n"
                "dzb/1/2 organisation.AcknowledgeMandate\n"
                "    refuses: no AcknowledgeMandate from ACKNOWLEDGED\n"
                "dzb/1/3 organisation.AcknowledgeMandate\n"
                "    refuses: AcknowledgeMandate is not for dzb\n"
                "hcz/1/1 organisation.AcknowledgeMandate\n"
                "    refuses: no such mandate, or the unit is no addressee of it\n"
                "32 h later\n"
                "organisation/1/13 organisation.ChaseMandate\n"
                "    m1/pab: SENT -> SENT\n"
                "    emits organisation.InstructionOverdue.pab\n"
                "16 h later\n"
                "pab/1/1 organisation.AcknowledgeMandate\n"
                "    m1/pab: SENT -> ACKNOWLEDGED\n"
                "    emits organisation.MandateAcknowledged.pab\n");
    ck_assert_str_eq(story_last(story, "organisation.InstructionOverdue.pab"),
                     "{\"mandate\": \"m1\", \"unit\": \"pab\", \"dueMs\": \"1674118800000\"}");
    story_close(story);
}
END_TEST

START_TEST(a_campaign_stands_on_an_issued_mandate)
{
    struct story *story = open_office();

    story_forget(story);
    story_say(story, "lgo", "organisation.OpenCampaign.lgo", "{'campaign': 'c1', 'mandate': 'm1'}");
    issue(story);
    issue(story);
    story_say(story, "dzb", "organisation.IssueMandate.dzb", "{'mandate': 'm2'}");
    story_say(story, "lgo", "organisation.IssueMandate.lgo",
              "{'mandate': 'm2', 'addressees': ['none']}");
    story_say(story, "lgo", "organisation.IssueMandate.lgo", "{'mandate': 'm2', 'upper': 'm2'}");
    story_say(story, "lgo", "organisation.OpenCampaign.lgo",
              "{'campaign': 'c1', 'mandate': 'm1', 'fromMs': '2', 'untilMs': '1'}");
    story_say(story, "dzb", "organisation.OpenCampaign.dzb", "{'campaign': 'c1', 'mandate': 'm1'}");
    story_say(story, "lgo", "organisation.CloseCampaign.lgo", "{'campaign': 'c1'}");
    story_say(story, "lgo", "organisation.OpenCampaign.lgo",
              "{'campaign': 'c1', 'mandate': 'm1', 'windDownDays': 2}");
    story_say(story, "lgo", "organisation.OpenCampaign.lgo", "{'campaign': 'c1', 'mandate': 'm1'}");
    story_say(story, "lgo", "organisation.FinishCampaign.lgo", "{'campaign': 'c1'}");
    EXPECT_TEXT(story_text(story),
                "lgo/1/8 organisation.OpenCampaign\n"
                "    refuses: a campaign stands on an issued mandate\n"
                "lgo/1/9 organisation.IssueMandate\n"
                "    m1/dzb: DELIVERY_NONE -> SENT\n"
                "    reminds m1/dzb: organisation.ChaseMandate in 32 h\n"
                "    m1/pab: DELIVERY_NONE -> SENT\n"
                "    reminds m1/pab: organisation.ChaseMandate in 32 h\n"
                "    emits organisation.MandateIssued.town\n"
                "lgo/1/10 organisation.IssueMandate\n"
                "    refuses: the mandate has been issued\n"
                "dzb/1/1 organisation.IssueMandate\n"
                "    refuses: IssueMandate is not for dzb\n"
                "lgo/1/11 organisation.IssueMandate\n"
                "    refuses: no such unit: none\n"
                "lgo/1/12 organisation.IssueMandate\n"
                "    refuses: upper: a mandate is not its own\n"
                "lgo/1/13 organisation.OpenCampaign\n"
                "    refuses: it ends before it begins\n"
                "dzb/1/2 organisation.OpenCampaign\n"
                "    refuses: OpenCampaign is not for dzb\n"
                "lgo/1/14 organisation.CloseCampaign\n"
                "    refuses: no CloseCampaign: there is no such row in campaigns\n"
                "lgo/1/15 organisation.OpenCampaign\n"
                "    c1: CAMPAIGN_NONE -> OPEN\n"
                "    emits organisation.CampaignOpened.town\n"
                "lgo/1/16 organisation.OpenCampaign\n"
                "    refuses: no OpenCampaign from OPEN\n"
                "lgo/1/17 organisation.FinishCampaign\n"
                "    refuses: FinishCampaign is not for lgo\n");
    story_close(story);
}
END_TEST

static struct story *open_campaign(int wind_down_days)
{
    struct story *story = open_office();

    issue(story);
    story_say(story, "lgo", "organisation.OpenCampaign.lgo",
              "{'campaign': 'c1', 'mandate': 'm1', 'windDownDays': %d}", wind_down_days);
    story_say(story, "referral", "referral.Dispatched.pab",
              "{'need': 'n1', 'assignment': 'a1', 'toUnit': 'pab', 'priority': 'P3'}");
    story_say(story, "hotline", "hotline.Dispatched.dzb",
              "{'need': 'n2', 'assignment': 'a2', 'toUnit': 'dzb', 'priority': 'P4'}");
    story_say(story, "dzb", "organisation.SubmitPlan.dzb",
              "{'plan': 'p1', 'kind': 'work', 'version': 1, 'fileHash': 'h'}");
    story_say(story, "lgo", "organisation.ApprovePlan.lgo", "{'plan': 'p1', 'version': 1}");
    return story;
}

/* Its time is over, and every service that serves needs has handed back what was open. */
START_TEST(a_campaign_closes_when_its_time_is_over_and_all_have_handed_back)
{
    struct story *story = open_campaign(2);

    story_forget(story);
    story_say(story, "lgo", "organisation.CloseCampaign.lgo", "{'campaign': 'c1'}");
    ck_assert_str_eq(story_last(story, "organisation.CampaignClosing.town"),
                     "{\"campaign\": \"c1\", \"untilMs\": \"1674176400000\"}");
    story_say(story, "referral", "referral.HandedBack.town",
              "{'campaign': 'c1', 'openItems': 0, 'listHash': 'a'}");
    story_later(story, "2 d");
    story_say(story, "referral", "referral.HandedBack.town", "{'campaign': 'c1'}");
    story_say(story, "hotline", "hotline.HandedBack.town",
              "{'campaign': 'c1', 'openItems': 3, 'listHash': 'b'}");
    story_say(story, "hotline", "hotline.HandedBack.town", "{'campaign': 'c1'}");
    EXPECT_TEXT(story_text(story), "lgo/1/11 organisation.CloseCampaign\n"
                                   "    c1: OPEN -> CLOSING\n"
                                   "    reminds c1: organisation.FinishCampaign in 2 d\n"
                                   "    emits organisation.CampaignClosing.town\n"
                                   "32 h later\n"
                                   "organisation/1/13 organisation.ChaseMandate\n"
                                   "    m1/pab: SENT -> SENT\n"
                                   "    emits organisation.InstructionOverdue.pab\n"
                                   "organisation/1/14 organisation.ChaseMandate\n"
                                   "    m1/dzb: SENT -> SENT\n"
                                   "    emits organisation.InstructionOverdue.dzb\n"
                                   "16 h later\n"
                                   "hotline/1/2 hotline.HandedBack at organisation\n"
                                   "    c1: CLOSING -> CLOSED\n"
                                   "    emits organisation.CampaignClosed.town\n"
                                   "    p1/000001: APPROVED -> EXPIRED\n"
                                   "    emits organisation.PlanExpired.dzb\n");
    story_close(story);
}
END_TEST

START_TEST(a_campaign_that_was_handed_back_in_time_closes_with_its_time)
{
    struct story *story = open_campaign(0);

    story_forget(story);
    story_say(story, "lgo", "organisation.CloseCampaign.lgo", "{'campaign': 'c1'}");
    story_say(story, "referral", "referral.HandedBack.town", "{'campaign': 'c1'}");
    story_say(story, "hotline", "hotline.HandedBack.town", "{'campaign': 'c1'}");
    story_say(story, "hotline", "hotline.HandedBack.town", "{'campaign': 'other'}");
    story_later(story, "30 d");
    EXPECT_TEXT(story_text(story), "lgo/1/11 organisation.CloseCampaign\n"
                                   "    c1: OPEN -> CLOSING\n"
                                   "    reminds c1: organisation.FinishCampaign in 30 d\n"
                                   "    emits organisation.CampaignClosing.town\n"
                                   "32 h later\n"
                                   "organisation/1/13 organisation.ChaseMandate\n"
                                   "    m1/pab: SENT -> SENT\n"
                                   "    emits organisation.InstructionOverdue.pab\n"
                                   "organisation/1/14 organisation.ChaseMandate\n"
                                   "    m1/dzb: SENT -> SENT\n"
                                   "    emits organisation.InstructionOverdue.dzb\n"
                                   "28 d 16 h later\n"
                                   "organisation/1/17 organisation.FinishCampaign\n"
                                   "    c1: CLOSING -> CLOSED\n"
                                   "    emits organisation.CampaignClosed.town\n"
                                   "    p1/000001: APPROVED -> EXPIRED\n"
                                   "    emits organisation.PlanExpired.dzb\n");
    story_close(story);
}
END_TEST

TESTS(each_addressee_acknowledges_or_is_overdue, a_campaign_stands_on_an_issued_mandate,
      a_campaign_closes_when_its_time_is_over_and_all_have_handed_back,
      a_campaign_that_was_handed_back_in_time_closes_with_its_time)
