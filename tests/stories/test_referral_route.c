/*
 * referral: which centre is asked: family doctor, catchment, capacity (domain.md 3.9, 4.7).
 */
#include "stories/referral_town.h"

/* ---- which centre -------------------------------------------------------------------------------- */

/* S-06K 家庭医生“健康守门人”, S-055 */
START_TEST(the_family_doctors_centre_comes_first)
{
    struct story *story = kernel_story(&referral_service);

    story_say(story, "hcs as hcs.duty", "referral.LinkFamilyDoctor.hcs",
              "{'person': 'r1', 'doctorPost': 'hcs.fd2', 'centre': 'hcs'}");
    opens(story, "n1", "VISIT", "P2");
    story_say(story, "hcs as hcs.duty", "referral.Reject.hcs",
              "{'assignment': 'n1-a1', 'code': 'NO_CAPACITY'}");
    EXPECT_TEXT(story_text(story), "hcs/1/1 referral.LinkFamilyDoctor\n"
                                   "    emits referral.FamilyDoctorLinked.hcs\n"
                                   "dzb/1/1 referral.OpenNeed\n"
                                   "    n1: NONE -> OPEN\n"
                                   "    emits referral.NeedOpened.310115125041\n"
                                   "    n1: OPEN -> ASSIGNED\n"
                                   "    n1-a1: NONE -> REQUESTED\n"
                                   "    emits referral.Dispatched.hcs\n"
                                   "    reminds n1/done: referral.Due in 19 h 12 min\n"
                                   "    reminds n1/receive: referral.Due in 24 min\n"
                                   "    reminds n1/accept: referral.Due in 48 min\n"
                                   "    reminds n1/first_contact: referral.Due in 1 h 36 min\n"
                                   "hcs/1/2 referral.Reject\n"
                                   "    n1-a1: REQUESTED -> REJECTED\n"
                                   "    emits referral.Rejected.hcs\n"
                                   "    n1: ASSIGNED -> OPEN\n"
                                   "    n1: OPEN -> ASSIGNED\n"
                                   "    n1-a2: NONE -> REQUESTED\n"
                                   "    emits referral.Dispatched.hcz\n");
    ck_assert_str_eq(story_last(story, "referral.FamilyDoctorLinked.hcs"),
                     "{\"person\": \"r1\", \"centre\": \"hcs\", \"doctorPost\": \"hcs.fd2\"}");
    story_close(story);
}
END_TEST

START_TEST(a_centre_without_capacity_is_not_asked)
{
    struct story *story = kernel_story(&referral_service);

    desk(story, "SetCapacity", "{'centre': 'hcz', 'kind': 'VISIT', 'state': 'NO_CAPACITY'}");
    opens(story, "n1", "VISIT", "P2");
    EXPECT_TEXT(story_text(story), "hcz/1/1 referral.SetCapacity\n"
                                   "    reminds hcz/VISIT: referral.ExpireCapacity in 24 h\n"
                                   "    emits referral.CapacitySet.hcz\n"
                                   "dzb/1/1 referral.OpenNeed\n"
                                   "    n1: NONE -> OPEN\n"
                                   "    emits referral.NeedOpened.310115125041\n"
                                   "    n1: OPEN -> ASSIGNED\n"
                                   "    n1-a1: NONE -> REQUESTED\n"
                                   "    emits referral.Dispatched.hcs\n"
                                   "    reminds n1/done: referral.Due in 19 h 12 min\n"
                                   "    reminds n1/receive: referral.Due in 24 min\n"
                                   "    reminds n1/accept: referral.Due in 48 min\n"
                                   "    reminds n1/first_contact: referral.Due in 1 h 36 min\n");
    /* it is for another kind */
    opens(story, "n2", "MEDICINE", "P2");
    ck_assert_uint_eq(story_count(story, "referral.Dispatched.hcz"), 1);
    story_close(story);
}
END_TEST

START_TEST(a_waiting_list_is_for_p3_and_below)
{
    struct story *story = kernel_story(&referral_service);

    desk(story, "SetCapacity", "{'centre': 'hcz', 'kind': 'VISIT', 'state': 'WAITLIST', 'n': 4}");
    opens(story, "n1", "VISIT", "P2");
    ck_assert_uint_eq(story_count(story, "referral.Dispatched.hcs"), 1);
    story_say(story, C41, "referral.WithdrawNeed." C41, "{'need': 'n1', 'code': 'OTHER'}");
    opens(story, "n2", "VISIT", "P3");
    ck_assert_uint_eq(story_count(story, "referral.Dispatched.hcz"), 1);
    story_close(story);
}
END_TEST

START_TEST(when_no_centre_has_room_the_arbiter_rules_at_once)
{
    struct story *story = kernel_story(&referral_service);

    desk(story, "SetCapacity", "{'centre': 'hcz', 'kind': 'VISIT', 'state': 'NO_CAPACITY'}");
    story_say(story, "hcs", "referral.SetCapacity.hcs",
              "{'centre': 'hcs', 'kind': 'VISIT', 'state': 'NO_CAPACITY'}");
    opens(story, "n1", "VISIT", "P2");
    ck_assert_str_eq(
        story_last(story, "referral.Unassignable.lgo"),
        "{\"need\": \"n1\", \"reason\": \"no unit is left\", \"dueMs\": \"1674118800000\"}");
    story_close(story);
}
END_TEST

START_TEST(a_centre_that_offers_other_things_is_not_asked)
{
    struct story *story = kernel_story(&referral_service);

    organisation_says(
        story, "ProviderRegistered",
        "{'provider': 'hcz-clinic', 'unit': 'hcz', 'kinds': ['CONSULT', 'MEDICINE']}");
    opens(story, "n1", "VISIT", "P2");
    ck_assert_uint_eq(story_count(story, "referral.Dispatched.hcs"), 1);
    opens(story, "n2", "CONSULT", "P2");
    ck_assert_uint_eq(story_count(story, "referral.Dispatched.hcz"), 1);
    story_close(story);
}
END_TEST

START_TEST(after_both_centres_the_hospital_of_the_catalogue_is_asked)
{
    struct story *story = kernel_story(&referral_service);

    organisation_says(story, "UnitRegistered",
                      "{'unit': 'dh', 'nameZh': '区医院', 'kind': 'hospital'}");
    organisation_says(story, "ResponsibilitySet",
                      "{'category': 'MEDICAL', 'kind': 'VISIT', 'service': 'referral',"
                      " 'firstUnit': 'centre', 'secondUnit': 'dh', 'verifier': 'dzb'}");
    opens(story, "n1", "VISIT", "P2");
    desk(story, "Accept", "{'assignment': 'n1-a1'}");
    desk(story, "Start", "{'assignment': 'n1-a1'}");
    desk(story, "Fail", "{'assignment': 'n1-a1', 'code': 'TECHNICAL'}");
    story_say(story, "hcs", "referral.Reject.hcs",
              "{'assignment': 'n1-a2', 'code': 'NO_CAPACITY'}");
    ck_assert_uint_eq(story_count(story, "referral.Dispatched.dh"), 1);
    story_close(story);
}
END_TEST

/* ---- capacity ------------------------------------------------------------------------------------ */

START_TEST(capacity_is_the_centres_own_word_and_grows_old)
{
    struct story *story = kernel_story(&referral_service);

    story_say(story, "hcs", "referral.SetCapacity.hcs",
              "{'centre': 'hcz', 'kind': 'VISIT', 'state': 'CAPACITY'}");
    story_say(story, "dzb", "referral.SetCapacity.dzb",
              "{'centre': 'dzb', 'kind': 'VISIT', 'state': 'CAPACITY'}");
    desk(story, "SetCapacity", "{'centre': 'hcz', 'kind': '', 'state': 'CAPACITY'}");
    desk(story, "SetCapacity", "{'centre': 'hcz', 'kind': 'VISIT'}");
    desk(story, "SetCapacity",
         "{'centre': 'hcz', 'kind': 'VISIT', 'state': 'CAPACITY', 'validUntilMs': '1000'}");
    desk(story, "SetCapacity", "{'centre': 'hcz', 'kind': 'VISIT', 'state': 'CAPACITY', 'n': 3}");
    ck_assert_str_eq(
        story_ask(story, "dzb", "referral.CapacityOf.hcz", "{'centre': 'hcz', 'kind': 'VISIT'}"),
        "{\"centre\": \"hcz\", \"kind\": \"VISIT\", \"state\": \"CAPACITY\", \"n\": 3, "
        "\"validUntilMs\": \"1674090000000\"}");
    story_later(story, "12 h");
    desk(story, "SetCapacity", "{'centre': 'hcz', 'kind': 'VISIT', 'state': 'WAITLIST', 'n': 2}");
    EXPECT_TEXT(story_text(story), "hcs/1/1 referral.SetCapacity\n"
                                   "    refuses: SetCapacity is not for hcs\n"
                                   "dzb/1/1 referral.SetCapacity\n"
                                   "    refuses: dzb is no health centre\n"
                                   "hcz/1/1 referral.SetCapacity\n"
                                   "    refuses: no kind\n"
                                   "hcz/1/2 referral.SetCapacity\n"
                                   "    refuses: no state of capacity\n"
                                   "hcz/1/3 referral.SetCapacity\n"
                                   "    refuses: it would be old at once\n"
                                   "hcz/1/4 referral.SetCapacity\n"
                                   "    reminds hcz/VISIT: referral.ExpireCapacity in 24 h\n"
                                   "    emits referral.CapacitySet.hcz\n"
                                   "12 h later\n"
                                   "hcz/1/5 referral.SetCapacity\n"
                                   "    reminds hcz/VISIT: referral.ExpireCapacity in 24 h\n"
                                   "    emits referral.CapacitySet.hcz\n");
    story_later(story, "23 h");
    ck_assert_uint_eq(story_count(story, "referral.CapacityExpired.*"), 0);
    story_later(story, "1 h");
    ck_assert_str_eq(story_last(story, "referral.CapacityExpired.hcz"),
                     "{\"centre\": \"hcz\", \"kind\": \"VISIT\"}");
    ck_assert_str_eq(story_ask(story, "dzb", "referral.CapacityBoard.dzb", "{}"),
                     "{\"rows\": [{\"centre\": \"hcz\", \"kind\": \"VISIT\", \"validUntilMs\": "
                     "\"1674133200000\"}]}");
    ck_assert_str_eq(story_ask(story, "dzb", "referral.CapacityOf.hcz", "{'centre': 'hcz'}"),
                     "refused BAD_FIELD: a centre and a kind");
    story_close(story);
}
END_TEST

START_TEST(a_home_reserves_what_there_is_and_gives_it_back)
{
    struct story *story = kernel_story(&referral_service);

    desk(story, "SetCapacity", "{'centre': 'hcz', 'kind': 'oxygen', 'state': 'CAPACITY', 'n': 3}");
    story_forget(story);
    desk(story, "ReserveCapacity", "{'centre': 'hcz', 'kind': 'oxygen', 'n': 1, 'forHome': 'H1'}");
    story_say(story, "sjb", "referral.ReserveCapacity.hcz",
              "{'centre': 'hcz', 'kind': 'oxygen', 'n': 2}");
    story_say(story, "homes", "referral.ReserveCapacity.hcz",
              "{'centre': 'hcz', 'kind': 'oxygen', 'n': 2, 'forHome': 'H1'}");
    story_say(story, "sjb", "referral.ReserveCapacity.hcz",
              "{'centre': 'hcz', 'kind': 'oxygen', 'n': 2, 'forHome': 'H2'}");
    story_say(story, "sjb", "referral.ReserveCapacity.hcz",
              "{'centre': 'hcz', 'kind': 'VISIT', 'n': 1, 'forHome': 'H2'}");
    ck_assert_str_eq(
        story_ask(story, "dzb", "referral.CapacityOf.hcz", "{'centre': 'hcz', 'kind': 'oxygen'}"),
        "{\"centre\": \"hcz\", \"kind\": \"oxygen\", \"state\": \"CAPACITY\", \"n\": 3, "
        "\"validUntilMs\": \"1674090000000\", \"reserved\": 2}");
    story_say(story, "sjb", "referral.ReleaseCapacity.hcz",
              "{'centre': 'hcz', 'kind': 'oxygen', 'n': 3, 'forHome': 'H1'}");
    story_say(story, "sjb", "referral.ReleaseCapacity.hcz",
              "{'centre': 'hcz', 'kind': 'oxygen', 'n': 2, 'forHome': 'H2'}");
    story_say(story, "sjb", "referral.ReleaseCapacity.hcz",
              "{'centre': 'hcz', 'kind': 'oxygen', 'n': 0, 'forHome': 'H1'}");
    story_say(story, "homes", "referral.ReleaseCapacity.hcz",
              "{'centre': 'hcz', 'kind': 'oxygen', 'n': 2, 'forHome': 'H1'}");
    EXPECT_TEXT(story_text(story), "hcz/1/2 referral.ReserveCapacity\n"
                                   "    refuses: ReserveCapacity is not for hcz\n"
                                   "sjb/1/1 referral.ReserveCapacity\n"
                                   "    refuses: how many, for which home\n"
                                   "homes/1/1 referral.ReserveCapacity\n"
                                   "    emits referral.CapacityReserved.hcz\n"
                                   "sjb/1/2 referral.ReserveCapacity\n"
                                   "    refuses: more than there is\n"
                                   "sjb/1/3 referral.ReserveCapacity\n"
                                   "    refuses: more than there is\n"
                                   "sjb/1/4 referral.ReleaseCapacity\n"
                                   "    refuses: more than it holds\n"
                                   "sjb/1/5 referral.ReleaseCapacity\n"
                                   "    refuses: more than it holds\n"
                                   "sjb/1/6 referral.ReleaseCapacity\n"
                                   "    refuses: how many, for which home\n"
                                   "homes/1/2 referral.ReleaseCapacity\n"
                                   "    emits referral.CapacityReleased.hcz\n");
    ck_assert_str_eq(story_last(story, "referral.CapacityReserved.hcz"),
                     "{\"centre\": \"hcz\", \"kind\": \"oxygen\", \"n\": 2, \"forHome\": \"H1\"}");
    ck_assert_str_eq(story_last(story, "referral.CapacityReleased.hcz"),
                     "{\"centre\": \"hcz\", \"kind\": \"oxygen\", \"n\": 2, \"forHome\": \"H1\"}");
    ck_assert_str_eq(
        story_ask(story, "dzb", "referral.CapacityOf.hcz", "{'centre': 'hcz', 'kind': 'oxygen'}"),
        "{\"centre\": \"hcz\", \"kind\": \"oxygen\", \"state\": \"CAPACITY\", \"n\": 3, "
        "\"validUntilMs\": \"1674090000000\"}");
    story_close(story);
}
END_TEST

START_TEST(a_centre_that_takes_its_word_back_has_nothing_left_to_reserve)
{
    struct story *story = kernel_story(&referral_service);

    desk(story, "SetCapacity", "{'centre': 'hcz', 'kind': 'oxygen', 'state': 'CAPACITY', 'n': 3}");
    story_say(story, "sjb", "referral.ReserveCapacity.hcz",
              "{'centre': 'hcz', 'kind': 'oxygen', 'n': 2, 'forHome': 'H1'}");
    desk(story, "SetCapacity", "{'centre': 'hcz', 'kind': 'oxygen', 'state': 'CAPACITY', 'n': 1}");
    story_say(story, "sjb", "referral.ReserveCapacity.hcz",
              "{'centre': 'hcz', 'kind': 'oxygen', 'n': 1, 'forHome': 'H2'}");
    ck_assert_str_eq(story_last(story, "referral.Refused.sjb"),
                     "{\"id\": \"sjb/1/2\", \"code\": \"OVER_CAPACITY\", \"reason\": \"more than "
                     "there is\", \"command\": \"referral.ReserveCapacity\"}");
    story_close(story);
}
END_TEST

TESTS(the_family_doctors_centre_comes_first, a_centre_without_capacity_is_not_asked,
      a_waiting_list_is_for_p3_and_below, when_no_centre_has_room_the_arbiter_rules_at_once,
      a_centre_that_offers_other_things_is_not_asked,
      after_both_centres_the_hospital_of_the_catalogue_is_asked,
      capacity_is_the_centres_own_word_and_grows_old,
      a_home_reserves_what_there_is_and_gives_it_back,
      a_centre_that_takes_its_word_back_has_nothing_left_to_reserve)
