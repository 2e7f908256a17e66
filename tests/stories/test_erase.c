/*
 * What goes when a campaign is over, in services that know persons by their ids alone (kit/erase.h;
 * PIPL art. 19).  The roster's own is in test_registry_erase.c.
 */
#include "stories/hotline_town.h"

extern const struct service organisation_service;
extern const struct service hotline_service;
extern const struct service referral_service;

/* A call of r2, its ticket, the need that came of it and is over, how r2 was found to be. */
static struct story *open_with_a_case(void)
{
    struct story *story = open_line_and_referral();

    open_ticket(story, "t1", "c1",
                "{'problem': 'n1', " MEDICINE ", 'priority': 'P1', 'detail': 'insulin'}");
    submit_and_triage(story, "t1");
    story_say(story, "hcz as hcz.duty", "referral.Reject.hcz",
              "{'assignment': 'n1-a1', 'code': 'OTHER', 'text': 'not today'}");
    story_say(story, "hcs as hcs.duty", "referral.Accept.hcs", "{'assignment': 'n1-a2'}");
    story_say(story, "hcs as hcs.duty", "referral.Schedule.hcs",
              "{'assignment': 'n1-a2', 'atMs': '1674010800000', 'escort': 'his neighbour'}");
    story_say(story, "dzb as dzb.duty", "referral.WithdrawNeed." C41,
              "{'need': 'n1', 'code': 'PERSON_REFUSED', 'text': 'he has some'}");
    story_say(story, "hcz as hcz.duty", "referral.RecordAssessment.hcz",
              "{'person': 'r2', 'class': 'YELLOW'}");
    story_say(story, "dzb", "hotline.CloseShift.dzb",
              "{'seat': 's1', 'staff': 'dzb-s5', 'note': 'r2 was in tears'}");
    ck_assert_uint_eq(story_count(story, "*.Refused.*"), 0);
    return story;
}

static const char *needs_of(struct story *story)
{
    return story_ask(story, "lgo", "referral.NeedsOf.lgo", "{'person': 'r2'}");
}

/* ... and its wind-down is over. */
static void closes(struct story *story)
{
    story_say(story, "lgo as lgo.head", "organisation.CloseCampaign.lgo",
              "{'campaign': 'campaign-2023', 'reason': 'the winter is over'}");
    story_later(story, "30 d");
    ck_assert_uint_eq(story_count(story, "organisation.CampaignClosed.*"), 1);
}

START_TEST(what_was_said_and_of_whom_goes_with_the_campaign)
{
    struct story *story = open_with_a_case();

    closes(story);
    story_later(story, "89 d");
    ck_assert_uint_eq(story_count(story, "*.Erased.*"), 0);
    ck_assert_ptr_nonnull(strstr(needs_of(story), "\"need\": \"n1\""));
    story_later(story, "2 d");
    ck_assert_str_eq(story_last(story, "hotline.Erased.*"),
                     "{\"scope\": \"callers\", \"count\": \"1\", "
                     "\"policyKey\": \"hotline.retention\"}");
    ck_assert_uint_eq(story_count(story, "hotline.Erased.*"), 4); /* and shifts, calls, tickets */
    ck_assert_str_eq(story_last(story, "referral.Erased.*"),
                     "{\"scope\": \"follow_ups\", \"count\": \"1\", "
                     "\"policyKey\": \"referral.retention\"}");
    ck_assert_uint_eq(story_count(story, "referral.Erased.*"),
                      5); /* needs, assignments, appointments, ... */
    ck_assert_uint_gt(story_count(story, "organisation.Erased.*"), 2);
    ck_assert_str_eq(needs_of(story), "{}");
    const char *need = story_ask(story, "lgo", "referral.Need.lgo", "{'need': 'n1'}");
    ck_assert_ptr_nonnull(strstr(need, "\"outcome\": \"WITHDRAWN\""));
    ck_assert(strstr(need, "r2") == NULL && strstr(need, "insulin") == NULL
              && strstr(need, "today") == NULL && strstr(need, "he has some") == NULL);
    /* Nobody is asked after any more. */
    story_forget(story);
    story_later(story, "9 d");
    ck_assert_ptr_null(strstr(story_text(story), "AssessmentDue"));
    story_close(story);
}
END_TEST

START_TEST(a_campaign_that_begins_anew_or_no_policy_keeps_what_there_is)
{
    struct story *story = story_open("2023-01-18T09:00", &hotline_service, NULL);

    story_say(story, "organisation", "organisation.CampaignClosed.town", "{'campaign': 'c1'}");
    story_say(story, "organisation", "organisation.PolicyPublished.town",
              "{'set': 'default', 'records': [{'key': 'hotline.retention', 'scope': '*',"
              " 'value': '90', 'unit': 'days', 'calendar': '24x7'},"
              " {'key': 'hotline.seat_empty', 'scope': '*', 'value': '5', 'unit': 'min',"
              " 'calendar': '24x7'}]}");
    story_later(story, "99 d");
    story_say(story, "organisation", "organisation.CampaignClosed.town", "{'campaign': 'c2'}");
    story_say(story, "organisation", "organisation.CampaignOpened.town", "{'campaign': 'c3'}");
    story_later(story, "99 d");
    story_say(story, "dzb", "hotline.EraseNext.town", "{'scope': 'calls'}");
    EXPECT_TEXT(story_text(story), "99 d later\n"
                                   "organisation/1/3 organisation.CampaignClosed at hotline\n"
                                   "    reminds erase: hotline.EraseNext in 90 d\n"
                                   "organisation/1/4 organisation.CampaignOpened at hotline\n"
                                   "    forgets erase: hotline.EraseNext\n"
                                   "    reminds line: hotline.AlarmEmptySeat in 5 min\n"
                                   "5 min later\n"
                                   "hotline/1/1 hotline.AlarmEmptySeat\n"
                                   "    emits hotline.SeatEmpty.lgo\n"
                                   "98 d 23 h 55 min later\n"
                                   "dzb/1/1 hotline.EraseNext\n"
                                   "    refuses: only the clock erases\n");
    story_close(story);
}
END_TEST

TESTS(what_was_said_and_of_whom_goes_with_the_campaign,
      a_campaign_that_begins_anew_or_no_policy_keeps_what_there_is)
