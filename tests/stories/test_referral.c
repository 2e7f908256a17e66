/*
 * referral: what it has besides the kernel: routing by family doctor, catchment and capacity,
 * appointments, hospitals, assessments (domain.md 3.9, 4.7).  The town is services/town.
 */
#include <stdio.h>

#include "lib/story.h"
#include "organisation/organisation.h"
#include "referral/referral.h"

#define C41 "310115125041"

static struct story *story_begin(void)
{
    struct story *story =
        story_open("2023-01-18T09:00", &organisation_service, &referral_service, NULL);

    story_town(story);
    return story;
}

static void opens(struct story *story, const char *need, const char *kind, const char *priority)
{
    story_say(story, "dzb as dzb.seat1 dzb-s5", "referral.OpenNeed." C41,
              "{'need': '%s', 'person': 'r1', 'place': '" C41 "', 'category': 'MEDICAL',"
              " 'kind': '%s', 'priority': '%s'}",
              need, kind, priority);
}

static void desk(struct story *story, const char *command, const char *body)
{
    char subject[64];

    snprintf(subject, sizeof(subject), "referral.%s.hcz", command);
    story_say(story, "hcz as hcz.duty hcz-s4", subject, "%s", body);
}

/* An assignment n1-a1 of hcz, in progress. */
static struct story *in_progress(void)
{
    struct story *story = story_begin();

    opens(story, "n1", "VISIT", "P2");
    desk(story, "Accept", "{'assignment': 'n1-a1'}");
    desk(story, "Start", "{'assignment': 'n1-a1'}");
    story_forget(story);
    return story;
}

/* ---- which centre -------------------------------------------------------------------------------- */

START_TEST(the_family_doctors_centre_comes_first)
{
    struct story *story = story_begin();

    story_say(story, "hcs as hcs.duty", "referral.LinkFamilyDoctor.hcs",
              "{'person': 'r1', 'doctorPost': 'hcs.fd2', 'centre': 'hcs'}");
    opens(story, "n1", "VISIT", "P2");
    story_say(story, "hcs as hcs.duty", "referral.Reject.hcs",
              "{'assignment': 'n1-a1', 'code': 'NO_CAPACITY'}");
    EXPECT_TEXT(story_text(story), GOLDEN);
    ck_assert_str_eq(story_last(story, "referral.FamilyDoctorLinked.hcs"), GOLDEN);
    story_close(story);
}
END_TEST

START_TEST(a_centre_without_capacity_is_not_asked)
{
    struct story *story = story_begin();

    desk(story, "SetCapacity", "{'centre': 'hcz', 'kind': 'VISIT', 'state': 'NO_CAPACITY'}");
    opens(story, "n1", "VISIT", "P2");
    EXPECT_TEXT(story_text(story), GOLDEN);
    /* it is for another kind */
    opens(story, "n2", "MEDICINE", "P2");
    ck_assert_uint_eq(story_count(story, "referral.Dispatched.hcz"), 1);
    story_close(story);
}
END_TEST

START_TEST(a_waiting_list_is_for_p3_and_below)
{
    struct story *story = story_begin();

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
    struct story *story = story_begin();

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
    struct story *story = story_begin();

    story_say(story, "lgo as lgo.head lgo-s1", "organisation.RegisterProvider.hcz",
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
    struct story *story = story_begin();

    story_say(story, "lgo as lgo.head lgo-s1", "organisation.RegisterUnit.lgo",
              "{'unit': 'dh', 'nameZh': '区医院', 'kind': 'hospital'}");
    story_say(story, "lgo as lgo.head lgo-s1", "organisation.SetResponsibility.lgo",
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
    struct story *story = story_begin();

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
    EXPECT_TEXT(story_text(story), GOLDEN);
    story_later(story, "23 h");
    ck_assert_uint_eq(story_count(story, "referral.CapacityExpired.*"), 0);
    story_later(story, "1 h");
    ck_assert_str_eq(story_last(story, "referral.CapacityExpired.hcz"), GOLDEN);
    ck_assert_str_eq(story_ask(story, "dzb", "referral.CapacityBoard.dzb", "{}"), GOLDEN);
    ck_assert_str_eq(story_ask(story, "dzb", "referral.CapacityOf.hcz", "{'centre': 'hcz'}"), GOLDEN);
    story_close(story);
}
END_TEST

START_TEST(a_home_reserves_what_there_is_and_gives_it_back)
{
    struct story *story = story_begin();

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
    EXPECT_TEXT(story_text(story), GOLDEN);
    ck_assert_str_eq(story_last(story, "referral.CapacityReserved.hcz"), GOLDEN);
    ck_assert_str_eq(story_last(story, "referral.CapacityReleased.hcz"), GOLDEN);
    ck_assert_str_eq(
        story_ask(story, "dzb", "referral.CapacityOf.hcz", "{'centre': 'hcz', 'kind': 'oxygen'}"),
        "{\"centre\": \"hcz\", \"kind\": \"oxygen\", \"state\": \"CAPACITY\", \"n\": 3, "
        "\"validUntilMs\": \"1674090000000\"}");
    story_close(story);
}
END_TEST

START_TEST(a_centre_that_takes_its_word_back_has_nothing_left_to_reserve)
{
    struct story *story = story_begin();

    desk(story, "SetCapacity", "{'centre': 'hcz', 'kind': 'oxygen', 'state': 'CAPACITY', 'n': 3}");
    story_say(story, "sjb", "referral.ReserveCapacity.hcz",
              "{'centre': 'hcz', 'kind': 'oxygen', 'n': 2, 'forHome': 'H1'}");
    desk(story, "SetCapacity", "{'centre': 'hcz', 'kind': 'oxygen', 'state': 'CAPACITY', 'n': 1}");
    story_say(story, "sjb", "referral.ReserveCapacity.hcz",
              "{'centre': 'hcz', 'kind': 'oxygen', 'n': 1, 'forHome': 'H2'}");
    ck_assert_str_eq(story_last(story, "referral.Refused.sjb"), GOLDEN);
    story_close(story);
}
END_TEST

START_TEST(a_green_person_whom_the_centre_wants_to_see_is_asked_for_too)
{
    struct story *story = story_begin();

    desk(story, "RecordAssessment",
         "{'person': 'r1', 'class': 'GREEN', 'nextDueMs': '1674090000000'}");
    story_later(story, "5 d");
    ck_assert_uint_eq(story_count(story, "referral.AssessmentDue.hcz"), 2);
    story_close(story);
}
END_TEST

START_TEST(a_family_doctor_is_linked_by_the_centre_itself)
{
    struct story *story = story_begin();

    story_say(story, "hcs", "referral.LinkFamilyDoctor.hcs",
              "{'person': 'r1', 'doctorPost': 'hcz.fd1', 'centre': 'hcz'}");
    story_say(story, "sjb", "referral.LinkFamilyDoctor.sjb", "{'person': 'r1', 'centre': 'sjb'}");
    story_say(story, "hcs", "referral.LinkFamilyDoctor.hcs", "{'centre': 'hcs'}");
    EXPECT_TEXT(story_text(story), GOLDEN);
    story_close(story);
}
END_TEST

START_TEST(medicine_that_runs_out_within_days_is_told)
{
    struct story *story = story_begin();

    story_say(story, "dzb", "referral.OpenNeed." C41,
              "{'need': 'n1', 'person': 'r1', 'place': '" C41 "', 'category': 'MEDICAL',"
              " 'kind': 'MEDICINE', 'priority': 'P2', 'detail': 'insulin', 'daysLeft': 3,"
              " 'daysLeftKnown': true}");
    ck_assert_str_eq(story_last(story, "referral.RunOutNear." C41), GOLDEN);
    story_say(story, "dzb", "referral.OpenNeed." C41,
              "{'need': 'n2', 'person': 'r2', 'place': '" C41 "', 'category': 'MEDICAL',"
              " 'kind': 'MEDICINE', 'priority': 'P2', 'daysLeft': 4, 'daysLeftKnown': true}");
    ck_assert_uint_eq(story_count(story, "referral.RunOutNear.*"), 1);
    story_close(story);
}
END_TEST

/* ---- appointments -------------------------------------------------------------------------------- */

START_TEST(an_appointment_is_made_missed_made_again_and_cancelled)
{
    struct story *story = in_progress();

    desk(story, "ReportNoShow", "{'assignment': 'n1-a1'}");
    desk(story, "Schedule", "{'assignment': 'n1-a1', 'atMs': '1000'}");
    desk(story, "Schedule",
         "{'assignment': 'n1-a1', 'atMs': '1674010800000', 'place': 'room 3', 'escort': 'carer'}");
    story_later(story, "3 h");
    desk(story, "ReportNoShow", "{'assignment': 'n1-a1'}");
    desk(story, "CancelAppointment", "{'assignment': 'n1-a1'}");
    desk(story, "Schedule", "{'assignment': 'n1-a1', 'atMs': '1674018000000'}");
    desk(story, "Schedule", "{'assignment': 'n1-a1', 'atMs': '1674019000000'}");
    desk(story, "CancelAppointment", "{'assignment': 'n1-a1', 'reason': 'snow'}");
    desk(story, "Complete", "{'assignment': 'n1-a1', 'solved': 'SOLVED_YES'}");
    desk(story, "Schedule", "{'assignment': 'n1-a1', 'atMs': '1674090000000'}");
    EXPECT_TEXT(story_text(story), GOLDEN);
    ck_assert_str_eq(story_last(story, "referral.Scheduled.hcz"), GOLDEN);
    ck_assert_str_eq(story_last(story, "referral.NoShow.hcz"), GOLDEN);
    ck_assert_str_eq(story_last(story, "referral.AppointmentCancelled.hcz"), GOLDEN);
    ck_assert_str_eq(story_last(story, "referral.Refused.hcz"), GOLDEN);
    story_close(story);
}
END_TEST

START_TEST(an_appointment_needs_an_accepted_assignment_and_ends_with_it)
{
    struct story *story = story_begin();

    opens(story, "n1", "VISIT", "P2");
    story_forget(story);
    desk(story, "Schedule", "{'assignment': 'n1-a1', 'atMs': '1674090000000'}");
    desk(story, "Schedule", "{'assignment': 'n7-a1', 'atMs': '1674090000000'}");
    desk(story, "Accept", "{'assignment': 'n1-a1'}");
    story_say(story, "hcs", "referral.Schedule.hcs",
              "{'assignment': 'n1-a1', 'atMs': '1674090000000'}");
    desk(story, "Schedule", "{'assignment': 'n1-a1', 'atMs': '1674090000000'}");
    story_say(story, "sjb", "referral.Recall.hcz", "{'assignment': 'n1-a1'}");
    EXPECT_TEXT(story_text(story), GOLDEN);
    story_close(story);
}
END_TEST

/* ---- hospitals ----------------------------------------------------------------------------------- */

START_TEST(a_hospital_is_asked_every_day_until_it_says_how_it_went)
{
    struct story *story = in_progress();

    desk(story, "RecordHospitalFeedback", "{'assignment': 'n1-a1'}");
    desk(story, "TransferUp", "{'assignment': 'n1-a1'}");
    desk(story, "TransferUp", "{'assignment': 'n1-a1', 'hospital': '东方医院'}");
    desk(story, "TransferUp", "{'assignment': 'n1-a1', 'hospital': '东方医院'}");
    EXPECT_TEXT(story_text(story), GOLDEN);
    ck_assert_str_eq(story_ask(story, "hcz", "referral.UpwardOutcomes.hcz", "{'centre': 'hcz'}"), GOLDEN);
    desk(story, "Complete", "{'assignment': 'n1-a1', 'solved': 'SOLVED_PARTLY'}");
    story_later(story, "49 h");
    ck_assert_uint_eq(story_count(story, "referral.AskFeedback.*"), 2);
    ck_assert_str_eq(story_last(story, "referral.AskFeedback.*"), GOLDEN);
    story_forget(story);
    story_say(story, "hcs", "referral.RecordHospitalFeedback.hcs", "{'assignment': 'n1-a1'}");
    story_say(story, "hcs", "referral.RecordHospitalFeedback.hcs", "{'assignment': 'x'}");
    story_say(story, "gateway", "referral.RecordHospitalFeedback.hcz",
              "{'assignment': 'n1-a1', 'admitted': true, 'untilMs': '1674600000000'}");
    EXPECT_TEXT(story_text(story), GOLDEN);
    ck_assert_str_eq(story_last(story, "referral.TransferredUp.hcz"), GOLDEN);
    ck_assert_str_eq(story_last(story, "referral.HospitalFeedbackRecorded.hcz"), GOLDEN);
    ck_assert_str_eq(story_ask(story, "sjb", "referral.UpwardOutcomes.hcz", "{'centre': 'hcz'}"), GOLDEN);
    ck_assert_str_eq(story_ask(story, "dzb", "referral.UpwardOutcomes.hcz", "{'centre': 'hcz'}"), GOLDEN);
    story_close(story);
}
END_TEST

/* ---- assessments --------------------------------------------------------------------------------- */

START_TEST(the_roster_says_whom_to_see_and_red_is_seen_again_after_a_week)
{
    struct story *story = story_begin();

    story_say(story, "registry", "registry.Verified." C41,
              "{'person': 'r1', 'owner': '" C41 "', 'class': 'YELLOW'}");
    story_say(story, "registry", "registry.Verified." C41,
              "{'person': 'r2', 'owner': '" C41 "', 'class': 'GREEN'}");
    ck_assert_str_eq(story_ask(story, "hcz", "referral.FollowUpsDue.hcz", "{'centre': 'hcz'}"), GOLDEN);
    desk(story, "RecordAssessment",
         "{'person': 'r1', 'class': 'RED', 'card': {'health': {'text': 'fever'}}}");
    story_say(story, "registry", "registry.ClassSet." C41,
              "{'person': 'r1', 'from': 'YELLOW', 'to': 'RED', 'owner': '" C41 "'}");
    EXPECT_TEXT(story_text(story), GOLDEN);
    ck_assert_str_eq(story_last(story, "referral.Assessed.hcz"), GOLDEN);
    ck_assert_str_eq(story_last(story, "registry.UpdateFields." C41), GOLDEN);
    story_later(story, "7 d");
    ck_assert_str_eq(story_last(story, "referral.AssessmentDue.hcz"), GOLDEN);
    /* not seen: asked again, and the place in the list stays */
    story_later(story, "7 d");
    ck_assert_uint_eq(story_count(story, "referral.AssessmentDue.hcz"), 2);
    ck_assert_str_eq(story_ask(story, "hcz", "referral.FollowUpsDue.hcz", "{'centre': 'hcz'}"),
                     GOLDEN);
    desk(story, "RecordAssessment", "{'person': 'r1', 'class': 'GREEN'}");
    story_later(story, "30 d");
    ck_assert_uint_eq(story_count(story, "referral.AssessmentDue.hcz"), 2);
    ck_assert_str_eq(story_ask(story, "hcz", "referral.FollowUpsDue.hcz", "{'centre': 'hcz'}"), GOLDEN);
    story_close(story);
}
END_TEST

START_TEST(a_danger_sign_is_a_transfer_at_once)
{
    struct story *story = story_begin();

    desk(story, "RecordAssessment",
         "{'person': 'r1', 'class': 'RED', 'dangerSign': true, 'place': '" C41 "'}");
    EXPECT_TEXT(story_text(story), GOLDEN);
    ck_assert_str_eq(story_last(story, "referral.NeedOpened." C41), GOLDEN);
    story_close(story);
}
END_TEST

START_TEST(only_a_centre_assesses_and_only_what_can_be)
{
    struct story *story = story_begin();

    story_say(story, "sjb", "referral.RecordAssessment.sjb", "{'person': 'r1', 'class': 'RED'}");
    desk(story, "RecordAssessment", "{'person': 'r1'}");
    desk(story, "RecordAssessment", "{'class': 'RED'}");
    desk(story, "RecordAssessment", "{'person': 'r1', 'class': 'RED', 'nextDueMs': '1000'}");
    desk(story, "RecordAssessment",
         "{'person': 'r1', 'class': 'RED', 'nextDueMs': '1674090000000'}");
    desk(story, "AskAssessment", "{'person': 'r1'}");
    desk(story, "ExpireCapacity", "{'centre': 'hcz', 'kind': 'VISIT'}");
    desk(story, "AskFeedback", "{'centre': 'hcz', 'assignment': 'n1-a1'}");
    EXPECT_TEXT(story_text(story), GOLDEN);
    ck_assert_str_eq(story_ask(story, "dzb", "referral.FollowUpsDue.hcz", "{'centre': 'hcz'}"), GOLDEN);
    ck_assert_str_eq(story_ask(story, "dzb", "referral.CentreLoad.hcz", "{}"), GOLDEN);
    story_close(story);
}
END_TEST

START_TEST(nobody_is_asked_after_who_died_left_or_moved_elsewhere)
{
    struct story *story = story_begin();

    story_say(story, "registry", "registry.Verified." C41,
              "{'person': 'r1', 'owner': '" C41 "', 'class': 'YELLOW'}");
    story_say(story, "registry", "registry.Verified." C41,
              "{'person': 'r2', 'owner': '" C41 "', 'class': 'YELLOW'}");
    story_say(story, "registry", "registry.Verified." C41,
              "{'person': 'r3', 'owner': '" C41 "', 'class': 'YELLOW'}");
    story_say(story, "registry", "registry.DeathReported." C41, "{'person': 'r1'}");
    story_say(story, "registry", "registry.LeftTown." C41, "{'person': 'r2'}");
    /* a village of the other centre */
    story_say(story, "registry", "registry.Moved.310115125211",
              "{'person': 'r3', 'from': '" C41 "', 'to': '310115125211'}");
    ck_assert_str_eq(story_ask(story, "hcz", "referral.FollowUpsDue.hcz", "{'centre': 'hcz'}"), GOLDEN);
    ck_assert_str_eq(story_ask(story, "hcs", "referral.FollowUpsDue.hcs", "{'centre': 'hcs'}"), GOLDEN);
    story_later(story, "4 d");
    ck_assert_uint_eq(story_count(story, "referral.AssessmentDue.*"), 1);
    /* it was a mistake: overdue at once */
    story_forget(story);
    story_say(story, "registry", "registry.DeathRefuted." C41, "{'person': 'r1'}");
    EXPECT_TEXT(story_text(story), GOLDEN);
    story_say(story, "registry", "registry.DeathConfirmed." C41, "{'person': 'r1'}");
    ck_assert_str_eq(story_ask(story, "hcz", "referral.FollowUpsDue.hcz", "{'centre': 'hcz'}"), GOLDEN);
    story_close(story);
}
END_TEST

TESTS(the_family_doctors_centre_comes_first, a_centre_without_capacity_is_not_asked,
      a_waiting_list_is_for_p3_and_below, when_no_centre_has_room_the_arbiter_rules_at_once,
      a_centre_that_offers_other_things_is_not_asked,
      after_both_centres_the_hospital_of_the_catalogue_is_asked,
      capacity_is_the_centres_own_word_and_grows_old,
      a_home_reserves_what_there_is_and_gives_it_back,
      a_centre_that_takes_its_word_back_has_nothing_left_to_reserve,
      a_green_person_whom_the_centre_wants_to_see_is_asked_for_too,
      a_family_doctor_is_linked_by_the_centre_itself, medicine_that_runs_out_within_days_is_told,
      an_appointment_is_made_missed_made_again_and_cancelled,
      an_appointment_needs_an_accepted_assignment_and_ends_with_it,
      a_hospital_is_asked_every_day_until_it_says_how_it_went,
      the_roster_says_whom_to_see_and_red_is_seen_again_after_a_week,
      a_danger_sign_is_a_transfer_at_once, only_a_centre_assesses_and_only_what_can_be,
      nobody_is_asked_after_who_died_left_or_moved_elsewhere)
