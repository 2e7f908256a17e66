/*
 * referral: appointments, hospitals, and whom a centre looks after: family doctor, medicine, assessments
 * (domain.md 3.9, 4.7).
 */
#include "stories/referral_town.h"

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
    EXPECT_TEXT(story_text(story), "hcz/1/3 referral.ReportNoShow\n"
                                   "    refuses: there is no appointment\n"
                                   "hcz/1/4 referral.Schedule\n"
                                   "    refuses: that hour has passed\n"
                                   "hcz/1/5 referral.Schedule\n"
                                   "    n1-a1: NONE -> SCHEDULED\n"
                                   "    emits referral.Scheduled.hcz\n"
                                   "3 h later\n"
                                   "hcz/1/6 referral.ReportNoShow\n"
                                   "    n1-a1: SCHEDULED -> NO_SHOW\n"
                                   "    emits referral.NoShow.hcz\n"
                                   "hcz/1/7 referral.CancelAppointment\n"
                                   "    refuses: there is no appointment\n"
                                   "hcz/1/8 referral.Schedule\n"
                                   "    n1-a1: NO_SHOW -> SCHEDULED\n"
                                   "    emits referral.Scheduled.hcz\n"
                                   "hcz/1/9 referral.Schedule\n"
                                   "    n1-a1: SCHEDULED -> SCHEDULED\n"
                                   "    emits referral.Scheduled.hcz\n"
                                   "hcz/1/10 referral.CancelAppointment\n"
                                   "    n1-a1: SCHEDULED -> CANCELLED\n"
                                   "    emits referral.AppointmentCancelled.hcz\n"
                                   "hcz/1/11 referral.Complete\n"
                                   "    n1-a1: IN_PROGRESS -> COMPLETED\n"
                                   "    n1: IN_SERVICE -> VERIFYING\n"
                                   "    emits referral.Completed.hcz\n"
                                   "    emits referral.VerificationDue.dzb\n"
                                   "    reminds n1/verify: referral.Due in 26 h 18 min\n"
                                   "    forgets n1/done: referral.Due\n"
                                   "    n1-a1: CANCELLED -> ENDED\n"
                                   "hcz/1/12 referral.Schedule\n"
                                   "    refuses: only what was accepted, and not ended\n");
    ck_assert_str_eq(story_last(story, "referral.Scheduled.hcz"),
                     "{\"assignment\": \"n1-a1\", \"atMs\": \"1674019000000\", \"need\": \"n1\"}");
    ck_assert_str_eq(story_last(story, "referral.NoShow.hcz"),
                     "{\"assignment\": \"n1-a1\", \"atMs\": \"1674014400000\", \"need\": \"n1\", "
                     "\"person\": \"r1\"}");
    ck_assert_str_eq(story_last(story, "referral.AppointmentCancelled.hcz"),
                     "{\"assignment\": \"n1-a1\", \"reason\": \"snow\", \"need\": \"n1\"}");
    ck_assert_str_eq(story_last(story, "referral.Refused.hcz"),
                     "{\"id\": \"hcz/1/12\", \"code\": \"NOT_ACCEPTED\", \"reason\": \"only what "
                     "was accepted, and not ended\", \"command\": \"referral.Schedule\"}");
    story_close(story);
}
END_TEST

START_TEST(an_appointment_needs_an_accepted_assignment_and_ends_with_it)
{
    struct story *story = kernel_story(&referral_service);

    opens(story, "n1", "VISIT", "P2");
    story_forget(story);
    desk(story, "Schedule", "{'assignment': 'n1-a1', 'atMs': '1674090000000'}");
    desk(story, "Schedule", "{'assignment': 'n7-a1', 'atMs': '1674090000000'}");
    desk(story, "Accept", "{'assignment': 'n1-a1'}");
    story_say(story, "hcs", "referral.Schedule.hcs",
              "{'assignment': 'n1-a1', 'atMs': '1674090000000'}");
    desk(story, "Schedule", "{'assignment': 'n1-a1', 'atMs': '1674090000000'}");
    story_say(story, "sjb", "referral.Recall.hcz", "{'assignment': 'n1-a1'}");
    EXPECT_TEXT(story_text(story), "hcz/1/1 referral.Schedule\n"
                                   "    refuses: only what was accepted, and not ended\n"
                                   "hcz/1/2 referral.Schedule\n"
                                   "    refuses: there is no such assignment\n"
                                   "hcz/1/3 referral.Accept\n"
                                   "    n1-a1: REQUESTED -> ACCEPTED\n"
                                   "    emits referral.Accepted.hcz\n"
                                   "    forgets n1/receive: referral.Due\n"
                                   "    forgets n1/accept: referral.Due\n"
                                   "hcs/1/1 referral.Schedule\n"
                                   "    refuses: the assignment is not hcs's\n"
                                   "hcz/1/4 referral.Schedule\n"
                                   "    n1-a1: NONE -> SCHEDULED\n"
                                   "    emits referral.Scheduled.hcz\n"
                                   "sjb/1/1 referral.Recall\n"
                                   "    n1-a1: ACCEPTED -> RECALLED\n"
                                   "    emits referral.Recalled.hcz\n"
                                   "    n1-a1: SCHEDULED -> ENDED\n"
                                   "    n1: ASSIGNED -> OPEN\n"
                                   "    reminds n1/route: referral.Due in 30 min\n"
                                   "    forgets n1/first_contact: referral.Due\n");
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
    EXPECT_TEXT(story_text(story), "hcz/1/3 referral.RecordHospitalFeedback\n"
                                   "    refuses: nobody waits for it\n"
                                   "hcz/1/4 referral.TransferUp\n"
                                   "    refuses: which hospital, and when\n"
                                   "hcz/1/5 referral.TransferUp\n"
                                   "    hcz/n1-a1: NONE -> AT_HOSPITAL\n"
                                   "    reminds n1-a1: referral.AskFeedback in 24 h\n"
                                   "    emits referral.TransferredUp.hcz\n"
                                   "hcz/1/6 referral.TransferUp\n"
                                   "    refuses: no TransferUp from AT_HOSPITAL\n");
    ck_assert_str_eq(story_ask(story, "hcz", "referral.UpwardOutcomes.hcz", "{'centre': 'hcz'}"),
                     "{\"rows\": [{\"assignment\": \"n1-a1\", \"hospital\": \"东方医院\", "
                     "\"sentAtMs\": \"1674003600000\", \"state\": \"AT_HOSPITAL\"}]}");
    desk(story, "Complete", "{'assignment': 'n1-a1', 'solved': 'SOLVED_PARTLY'}");
    story_later(story, "49 h");
    ck_assert_uint_eq(story_count(story, "referral.AskFeedback.*"), 2);
    ck_assert_str_eq(story_last(story, "referral.AskFeedback.*"),
                     "{\"centre\": \"hcz\", \"assignment\": \"n1-a1\"}");
    story_forget(story);
    story_say(story, "hcs", "referral.RecordHospitalFeedback.hcs", "{'assignment': 'n1-a1'}");
    story_say(story, "hcs", "referral.RecordHospitalFeedback.hcs", "{'assignment': 'x'}");
    story_say(story, "gateway", "referral.RecordHospitalFeedback.hcz",
              "{'assignment': 'n1-a1', 'admitted': true, 'untilMs': '1674600000000'}");
    EXPECT_TEXT(story_text(story), "hcs/1/1 referral.RecordHospitalFeedback\n"
                                   "    refuses: the assignment is not hcs's\n"
                                   "hcs/1/2 referral.RecordHospitalFeedback\n"
                                   "    refuses: there is no such assignment\n"
                                   "gateway/1/1 referral.RecordHospitalFeedback\n"
                                   "    hcz/n1-a1: AT_HOSPITAL -> REPORTED\n"
                                   "    forgets n1-a1: referral.AskFeedback\n"
                                   "    emits referral.HospitalFeedbackRecorded.hcz\n");
    ck_assert_str_eq(story_last(story, "referral.TransferredUp.hcz"),
                     "{\"assignment\": \"n1-a1\", \"hospital\": \"东方医院\", \"need\": \"n1\", "
                     "\"person\": \"r1\"}");
    ck_assert_str_eq(story_last(story, "referral.HospitalFeedbackRecorded.hcz"),
                     "{\"assignment\": \"n1-a1\", \"hospital\": \"东方医院\", \"need\": \"n1\", "
                     "\"person\": \"r1\", \"admitted\": true, \"untilMs\": \"1674600000000\"}");
    ck_assert_str_eq(story_ask(story, "sjb", "referral.UpwardOutcomes.hcz", "{'centre': 'hcz'}"),
                     "{\"rows\": [{\"assignment\": \"n1-a1\", \"hospital\": \"东方医院\", "
                     "\"sentAtMs\": \"1674003600000\", \"state\": \"REPORTED\"}]}");
    ck_assert_str_eq(story_ask(story, "dzb", "referral.UpwardOutcomes.hcz", "{'centre': 'hcz'}"),
                     "refused NOT_ALLOWED: it is not for dzb");
    story_close(story);
}
END_TEST

START_TEST(a_green_person_whom_the_centre_wants_to_see_is_asked_for_too)
{
    struct story *story = kernel_story(&referral_service);

    desk(story, "RecordAssessment",
         "{'person': 'r1', 'class': 'GREEN', 'nextDueMs': '1674090000000'}");
    story_later(story, "5 d");
    ck_assert_uint_eq(story_count(story, "referral.AssessmentDue.hcz"), 2);
    story_close(story);
}
END_TEST

START_TEST(a_family_doctor_is_linked_by_the_centre_itself)
{
    struct story *story = kernel_story(&referral_service);

    story_say(story, "hcs", "referral.LinkFamilyDoctor.hcs",
              "{'person': 'r1', 'doctorPost': 'hcz.fd1', 'centre': 'hcz'}");
    story_say(story, "sjb", "referral.LinkFamilyDoctor.sjb", "{'person': 'r1', 'centre': 'sjb'}");
    story_say(story, "hcs", "referral.LinkFamilyDoctor.hcs", "{'centre': 'hcs'}");
    EXPECT_TEXT(story_text(story), "hcs/1/1 referral.LinkFamilyDoctor\n"
                                   "    refuses: LinkFamilyDoctor is not for hcs\n"
                                   "sjb/1/1 referral.LinkFamilyDoctor\n"
                                   "    refuses: sjb is no health centre\n"
                                   "hcs/1/2 referral.LinkFamilyDoctor\n"
                                   "    refuses: no person\n");
    story_close(story);
}
END_TEST

START_TEST(medicine_that_runs_out_within_days_is_told)
{
    struct story *story = kernel_story(&referral_service);

    story_say(story, "dzb", "referral.OpenNeed." C41,
              "{'need': 'n1', 'person': 'r1', 'place': '" C41 "', 'category': 'MEDICAL',"
              " 'kind': 'MEDICINE', 'priority': 'P2', 'detail': 'insulin', 'daysLeft': 3,"
              " 'daysLeftKnown': true}");
    ck_assert_str_eq(story_last(story, "referral.RunOutNear." C41),
                     "{\"person\": \"r1\", \"daysLeft\": 3, \"need\": \"n1\"}");
    story_say(story, "dzb", "referral.OpenNeed." C41,
              "{'need': 'n2', 'person': 'r2', 'place': '" C41 "', 'category': 'MEDICAL',"
              " 'kind': 'MEDICINE', 'priority': 'P2', 'daysLeft': 5, 'daysLeftKnown': true}");
    ck_assert_uint_eq(story_count(story, "referral.RunOutNear.*"), 1);
    ck_assert_str_eq(
        story_ask(story, "hcz", "referral.RunOut.hcz", "{'centre': 'hcz'}"),
        "{\"rows\": [{\"person\": \"r1\", \"need\": \"n1\", \"daysLeft\": 3, \"runOutMs\": "
        "\"1674262800000\", \"place\": \"310115125041\"}, {\"person\": \"r2\", \"need\": "
        "\"n2\", \"daysLeft\": 5, \"runOutMs\": \"1674435600000\", \"place\": "
        "\"310115125041\"}]}");
    /* As the days pass: n1 again with 2 and 1, n2 for the first time with 3. */
    story_later(story, "49 h");
    ck_assert_uint_eq(story_count(story, "referral.RunOutNear.*"), 4);
    ck_assert_str_eq(story_last(story, "referral.RunOutNear." C41),
                     "{\"person\": \"r1\", \"daysLeft\": 1, \"need\": \"n1\"}");
    story_say(story, "dzb", "referral.WithdrawNeed." C41,
              "{'need': 'n1', 'code': 'OTHER',"
              " 'text': 'bought'}");
    story_say(story, "registry", "registry.DeathReported." C41, "{'person': 'r2'}");
    story_later(story, "6 d"); /* closed; and nobody is asked about the dead */
    ck_assert_uint_eq(story_count(story, "referral.RunOutNear.*"), 4);
    ck_assert_str_eq(story_ask(story, "hcs", "referral.RunOut.hcz", "{'centre': 'hcz'}"),
                     "refused NOT_ALLOWED: it is not for hcs");
    story_close(story);
}
END_TEST

/* R13: the alias is followed no more, the survivor from its day on, and both as before when they are
 * two again. */
START_TEST(a_merged_id_is_followed_under_the_other)
{
    struct story *story = kernel_story(&referral_service);

    story_say(story, "hcz", "referral.LinkFamilyDoctor.hcz",
              "{'person': 'r1', 'doctorPost': 'hcz.fd1', 'centre': 'hcz'}");
    story_say(story, "hcz", "referral.RecordAssessment.hcz",
              "{'person': 'r1', 'class': 'RED', 'place': '" C41 "'}");
    story_say(story, "registry", "registry.Merged." C41, "{'survivor': 'r9', 'alias': 'r1'}");
    ck_assert_str_eq(story_ask(story, "hcz", "referral.FollowUpsDue.hcz", "{'centre': 'hcz'}"),
                     "{\"rows\": [{\"person\": \"r9\", \"class\": \"RED\", \"dueMs\": "
                     "\"1674608400000\", \"place\": \"310115125041\"}]}");
    story_later(story, "169 h");
    ck_assert_uint_eq(story_count(story, "referral.AssessmentDue.hcz"), 1);
    ck_assert_str_eq(story_last(story, "referral.AssessmentDue.hcz"),
                     "{\"person\": \"r9\", \"centre\": \"hcz\", \"dueMs\": \"1674608400000\"}");
    story_say(story, "registry", "registry.Unmerged." C41, "{'survivor': 'r9', 'alias': 'r1'}");
    ck_assert_str_eq(story_ask(story, "hcz", "referral.FollowUpsDue.hcz", "{'centre': 'hcz'}"),
                     "{\"rows\": [{\"person\": \"r1\", \"class\": \"RED\", \"dueMs\": "
                     "\"1674608400000\", \"place\": \"310115125041\"}]}");
    story_say(story, "registry", "registry.Merged." C41, "{'survivor': 'r9', 'alias': 'r1'}");
    story_say(story, "hcz", "referral.RecordAssessment.hcz", "{'person': 'r1', 'class': 'GREEN'}");
    ck_assert_str_eq(story_last(story, "referral.Assessed.hcz"),
                     "{\"person\": \"r9\", \"centre\": \"hcz\", \"class\": \"GREEN\"}");
    story_close(story);
}
END_TEST

/* ---- assessments --------------------------------------------------------------------------------- */

START_TEST(the_roster_says_whom_to_see_and_red_is_seen_again_after_a_week)
{
    struct story *story = kernel_story(&referral_service);

    story_say(story, "registry", "registry.Verified." C41,
              "{'person': 'r1', 'owner': '" C41 "', 'class': 'YELLOW'}");
    story_say(story, "registry", "registry.Verified." C41,
              "{'person': 'r2', 'owner': '" C41 "', 'class': 'GREEN'}");
    ck_assert_str_eq(story_ask(story, "hcz", "referral.FollowUpsDue.hcz", "{'centre': 'hcz'}"),
                     "{\"rows\": [{\"person\": \"r1\", \"class\": \"YELLOW\", \"dueMs\": "
                     "\"1674262800000\", \"place\": \"310115125041\"}]}");
    desk(story, "RecordAssessment",
         "{'person': 'r1', 'class': 'RED', 'card': {'health': {'text': 'fever'}}}");
    story_say(story, "registry", "registry.ClassSet." C41,
              "{'person': 'r1', 'from': 'YELLOW', 'to': 'RED', 'owner': '" C41 "'}");
    EXPECT_TEXT(story_text(story), "registry/1/1 registry.Verified at referral\n"
                                   "    r1: NONE -> DONE\n"
                                   "    reminds r1: referral.AskAssessment in 3 d\n"
                                   "hcz/1/1 referral.RecordAssessment\n"
                                   "    r1: DONE -> DONE\n"
                                   "    reminds r1: referral.AskAssessment in 7 d\n"
                                   "    emits referral.Assessed.hcz\n"
                                   "    sends registry.UpdateFields.310115125041\n");
    ck_assert_str_eq(story_last(story, "referral.Assessed.hcz"),
                     "{\"person\": \"r1\", \"centre\": \"hcz\", \"class\": \"RED\", \"nextDueMs\": "
                     "\"1674608400000\"}");
    ck_assert_str_eq(story_last(story, "registry.UpdateFields." C41),
                     "{\"person\": \"r1\", \"card\": {\"health\": {\"text\": \"fever\"}}}");
    story_later(story, "7 d");
    ck_assert_str_eq(story_last(story, "referral.AssessmentDue.hcz"),
                     "{\"person\": \"r1\", \"centre\": \"hcz\", \"dueMs\": \"1674608400000\"}");
    /* not seen: asked again, and the place in the list stays */
    story_later(story, "7 d");
    ck_assert_uint_eq(story_count(story, "referral.AssessmentDue.hcz"), 2);
    ck_assert_str_eq(story_ask(story, "hcz", "referral.FollowUpsDue.hcz", "{'centre': 'hcz'}"),
                     "{\"rows\": [{\"person\": \"r1\", \"class\": \"RED\", \"dueMs\": "
                     "\"1674608400000\", \"place\": \"310115125041\"}]}");
    desk(story, "RecordAssessment", "{'person': 'r1', 'class': 'GREEN'}");
    story_later(story, "30 d");
    ck_assert_uint_eq(story_count(story, "referral.AssessmentDue.hcz"), 2);
    ck_assert_str_eq(story_ask(story, "hcz", "referral.FollowUpsDue.hcz", "{'centre': 'hcz'}"),
                     "{}");
    story_close(story);
}
END_TEST

START_TEST(a_danger_sign_is_a_transfer_at_once)
{
    struct story *story = kernel_story(&referral_service);

    desk(story, "RecordAssessment",
         "{'person': 'r1', 'class': 'RED', 'dangerSign': true, 'place': '" C41 "'}");
    EXPECT_TEXT(story_text(story), "hcz/1/1 referral.RecordAssessment\n"
                                   "    r1: NONE -> DONE\n"
                                   "    reminds r1: referral.AskAssessment in 7 d\n"
                                   "    emits referral.Assessed.hcz\n"
                                   "    transfer-1: NONE -> OPEN\n"
                                   "    emits referral.NeedOpened.310115125041\n"
                                   "    transfer-1: OPEN -> ASSIGNED\n"
                                   "    transfer-1-a1: NONE -> REQUESTED\n"
                                   "    emits referral.Dispatched.hcz\n"
                                   "    reminds transfer-1/done: referral.Due in 1 h 36 min\n"
                                   "    reminds transfer-1/receive: referral.Due in 4 min\n"
                                   "    reminds transfer-1/accept: referral.Due in 5 min 36 s\n"
                                   "    reminds transfer-1/first_contact: referral.Due in 8 min\n");
    ck_assert_str_eq(
        story_last(story, "referral.NeedOpened." C41),
        "{\"need\": \"transfer-1\", \"person\": \"r1\", \"category\": \"MEDICAL\", \"kind\": "
        "\"TRANSFER\", \"priority\": \"P0\", \"source\": {\"visit\": \"hcz/1/1\"}, \"due\": "
        "{\"doneMs\": \"1674010800000\"}, \"place\": \"310115125041\"}");
    story_close(story);
}
END_TEST

START_TEST(only_a_centre_assesses_and_only_what_can_be)
{
    struct story *story = kernel_story(&referral_service);

    story_say(story, "sjb", "referral.RecordAssessment.sjb", "{'person': 'r1', 'class': 'RED'}");
    desk(story, "RecordAssessment", "{'person': 'r1'}");
    desk(story, "RecordAssessment", "{'class': 'RED'}");
    desk(story, "RecordAssessment", "{'person': 'r1', 'class': 'RED', 'nextDueMs': '1000'}");
    desk(story, "RecordAssessment",
         "{'person': 'r1', 'class': 'RED', 'nextDueMs': '1674090000000'}");
    desk(story, "AskAssessment", "{'person': 'r1'}");
    desk(story, "ExpireCapacity", "{'centre': 'hcz', 'kind': 'VISIT'}");
    desk(story, "AskFeedback", "{'centre': 'hcz', 'assignment': 'n1-a1'}");
    EXPECT_TEXT(story_text(story), "sjb/1/1 referral.RecordAssessment\n"
                                   "    refuses: sjb is no health centre\n"
                                   "hcz/1/1 referral.RecordAssessment\n"
                                   "    refuses: a person, a class, a day to come\n"
                                   "hcz/1/2 referral.RecordAssessment\n"
                                   "    refuses: a person, a class, a day to come\n"
                                   "hcz/1/3 referral.RecordAssessment\n"
                                   "    refuses: a person, a class, a day to come\n"
                                   "hcz/1/4 referral.RecordAssessment\n"
                                   "    r1: NONE -> DONE\n"
                                   "    reminds r1: referral.AskAssessment in 24 h\n"
                                   "    emits referral.Assessed.hcz\n"
                                   "hcz/1/5 referral.AskAssessment\n"
                                   "    refuses: only the clock says what is due\n"
                                   "hcz/1/6 referral.ExpireCapacity\n"
                                   "    refuses: only the clock says what is due\n"
                                   "hcz/1/7 referral.AskFeedback\n"
                                   "    refuses: only the clock says what is due\n");
    ck_assert_str_eq(story_ask(story, "dzb", "referral.FollowUpsDue.hcz", "{'centre': 'hcz'}"),
                     "refused NOT_ALLOWED: it is not for dzb");
    ck_assert_str_eq(story_ask(story, "dzb", "referral.CentreLoad.hcz", "{}"),
                     "refused BAD_FIELD: no centre");
    story_close(story);
}
END_TEST

START_TEST(nobody_is_asked_after_who_died_left_or_moved_elsewhere)
{
    struct story *story = kernel_story(&referral_service);

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
    ck_assert_str_eq(story_ask(story, "hcz", "referral.FollowUpsDue.hcz", "{'centre': 'hcz'}"),
                     "{}");
    ck_assert_str_eq(story_ask(story, "hcs", "referral.FollowUpsDue.hcs", "{'centre': 'hcs'}"),
                     "{\"rows\": [{\"person\": \"r3\", \"class\": \"YELLOW\", \"dueMs\": "
                     "\"1674262800000\", \"place\": \"310115125211\"}]}");
    story_later(story, "4 d");
    ck_assert_uint_eq(story_count(story, "referral.AssessmentDue.*"), 1);
    /* it was a mistake: overdue at once */
    story_forget(story);
    story_say(story, "registry", "registry.DeathRefuted." C41, "{'person': 'r1'}");
    EXPECT_TEXT(story_text(story), "registry/1/7 registry.DeathRefuted at referral\n"
                                   "    r1: SILENT -> DONE\n"
                                   "    reminds r1: referral.AskAssessment in 0 s\n");
    story_say(story, "registry", "registry.DeathConfirmed." C41, "{'person': 'r1'}");
    ck_assert_str_eq(story_ask(story, "hcz", "referral.FollowUpsDue.hcz", "{'centre': 'hcz'}"),
                     "{}");
    story_close(story);
}
END_TEST

TESTS(an_appointment_is_made_missed_made_again_and_cancelled,
      an_appointment_needs_an_accepted_assignment_and_ends_with_it,
      a_hospital_is_asked_every_day_until_it_says_how_it_went,
      a_green_person_whom_the_centre_wants_to_see_is_asked_for_too,
      a_family_doctor_is_linked_by_the_centre_itself, medicine_that_runs_out_within_days_is_told,
      a_merged_id_is_followed_under_the_other,
      the_roster_says_whom_to_see_and_red_is_seen_again_after_a_week,
      a_danger_sign_is_a_transfer_at_once, only_a_centre_assesses_and_only_what_can_be,
      nobody_is_asked_after_who_died_left_or_moved_elsewhere)
