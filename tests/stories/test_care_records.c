/*
 * care: what stands in a record, and what cannot be (S-0BA, S-075; N7; no name and no number stands where
 * an id is asked).
 */
#include "stories/care_town.h"

#define AN_ID "the id of a post, a carer or a member of staff, never a name or a number"

/* What was seen counts, whatever was ticked: no sign and no need is passed over (S-0BA). */
START_TEST(what_was_seen_counts_and_not_what_was_ticked)
{
    struct story *story = care_morning();

    vc_says(story, "RecordContact",
            "{'person': 'r2', 'outcome': 'OK', 'firstHand': true, 'mode': 'PHONE',"
            " 'signs': ['HIGH_FEVER']}");
    vc_says(story, "RecordContact",
            "{'person': 'r3', 'outcome': 'OK', 'firstHand': true, 'mode': 'PHONE',"
            " 'needs': [{'category': 'LIVING', 'kind': 'GOODS'}]}");
    vc_says(story, "RecordContact",
            "{'person': 'r1', 'outcome': 'REFUSED', 'firstHand': true, 'mode': 'VISIT',"
            " 'signs': ['MOOD'], 'needs': [{'category': 'LIVING', 'kind': 'GOODS'}]}");
    EXPECT_TEXT(story_text(story), "310115125041/1/5 care.RecordContact\n"
                                   "    r2/2023-01-18: PLANNED -> ABNORMAL\n"
                                   "    emits care.ContactRecorded.310115125041\n"
                                   "    sends referral.OpenNeed.310115125041\n"
                                   "    emits care.AbnormalFound.310115125041\n"
                                   "310115125041/1/6 care.RecordContact\n"
                                   "    r3/2023-01-18: PLANNED -> NEED\n"
                                   "    sends supplies.OpenNeed.310115125041\n"
                                   "    emits care.ContactRecorded.310115125041\n"
                                   "310115125041/1/7 care.RecordContact\n"
                                   "    r1/2023-01-18: PLANNED -> ABNORMAL\n"
                                   "    sends supplies.OpenNeed.310115125041\n"
                                   "    emits care.ContactRecorded.310115125041\n"
                                   "    care-n4: NONE -> OPEN\n"
                                   "    emits care.NeedOpened.310115125041\n"
                                   "    care-n4: OPEN -> ASSIGNED\n"
                                   "    care-n4-a1: NONE -> REQUESTED\n"
                                   "    emits care.Dispatched.hcz\n"
                                   "    reminds care-n4/done: care.Due in 9 h 36 min\n"
                                   "    reminds care-n4/receive: care.Due in 12 min\n"
                                   "    reminds care-n4/accept: care.Due in 16 min\n"
                                   "    reminds care-n4/first_contact: care.Due in 24 min\n"
                                   "    emits care.AbnormalFound.310115125041\n");
    organisation_says(story, "ResponsibilitySet",
                      "{'category': 'EMERGENCY', 'service': 'incident', 'firstUnit': 'pab'}");
    story_forget(story);
    vc_says(story, "RecordContact",
            "{'person': 'r1', 'outcome': 'AWAY', 'signs': ['MOOD'], 'awayKind': 'relative'}");
    vc_says(story, "RecordContact", "{'person': 'r1', 'outcome': 'AWAY', 'awayKind': 'moon'}");
    vc_says(
        story, "RecordContact",
        "{'person': 'r1', 'outcome': 'NEED', 'needs': [{'category': 'CARE', 'kind': 'MEALS'}]}");
    vc_says(story, "RecordContact",
            "{'person': 'r3', 'outcome': 'OK', 'firstHand': true, 'carer': '王秀英'}");
    vc_says(story, "RecordContact",
            "{'person': 'r3', 'outcome': 'OK', 'firstHand': true, 'carer': 'Wang 13900000001'}");
    vc_says(story, "RecordDoorVisit", "{'person': 'r3', 'result': 'SEEN', 'carer': '13900000001'}");
    vc_says(story, "AssignDoorVisit", "{'person': 'r3', 'toPost': '老王'}");
    vc_says(story, "RecordAttempt", "{'person': 'r3', 'mode': 'PHONE'}");
    vc_says(story, "RecordAttempt",
            "{'person': 'r3', 'mode': 'PHONE', 'result': 'BUSY', 'line': '13900000001'}");
    vc_says(story, "RecordContact",
            "{'person': 'r3', 'outcome': 'OK', 'firstHand': true, 'deliveriesConfirmed': ['1', '2',"
            " '3', '4', '5', '6', '7', '8', '9', '10', '11', '12', '13', '14', '15', '16', '17']}");
    vc_says(story, "RecordContact",
            "{'person': 'r3', 'outcome': 'NEED', 'firstHand': true,"
            " 'needs': [{'category': 'EMERGENCY', 'kind': 'ALIENS'}]}");
    EXPECT_TEXT(story_text(story),
                "310115125041/1/8 care.RecordContact\n"
                "    refuses: signs: of whom, when nobody was there?\n"
                "310115125041/1/9 care.RecordContact\n"
                "    refuses: away_kind: hospital, relative, institution or travel\n"
                "310115125041/1/10 care.RecordContact\n"
                "    refuses: a silent person is seen or heard, not asked after\n"
                "310115125041/1/11 care.RecordContact\n"
                "    refuses: carer: " AN_ID "\n"
                "310115125041/1/12 care.RecordContact\n"
                "    refuses: carer: " AN_ID "\n"
                "310115125041/1/13 care.RecordDoorVisit\n"
                "    refuses: carer: " AN_ID "\n"
                "310115125041/1/14 care.AssignDoorVisit\n"
                "    refuses: to_post: " AN_ID "\n"
                "310115125041/1/15 care.RecordAttempt\n"
                "    refuses: result: no_answer, busy or wrong_number\n"
                "310115125041/1/16 care.RecordAttempt\n"
                "    refuses: line: 1, 2 ..., or emergency:1; no number\n"
                "310115125041/1/17 care.RecordContact\n"
                "    refuses: 16 of a kind at most\n"
                "310115125041/1/18 care.RecordContact\n"
                "    refuses: need: no such kind of incident\n");
    story_close(story);
}
END_TEST

/* A danger sign does not wait for a dispatch catalogue that has no row for it. */
START_TEST(a_danger_sign_goes_somewhere_without_a_catalogue)
{
    struct story *story = story_open("2023-01-18T08:00", &care_service, NULL);

    offices_say(story);
    policy_says(story, care_policy);
    organisation_says(story, "CampaignOpened", "{'campaign': 'c1'}");
    person_of(story, C41, "r2", "");
    vc_says(story, "RecordContact",
            "{'person': 'r2', 'outcome': 'ABNORMAL', 'firstHand': true, 'signs': ['DYSPNOEA']}");
    ck_assert_str_eq(
        story_last(story, "care.AbnormalFound." C41),
        "{\"person\": \"r2\", \"signs\": [\"DYSPNOEA\"], \"to\": \"incident\", \"ref\": \"ca"
        "re-i1\", \"date\": \"2023-01-18\"}");
    ck_assert_uint_eq(story_count(story, "incident.OpenIncident." C41), 1);
    story_close(story);
}
END_TEST

/* As many tries as care.tries_most are kept of a day; the ladder goes on by itself. */
START_TEST(tries_without_end_are_not_kept)
{
    struct story *story = care_morning();

    for (int i = 0; i < 13; i++)
        vc_says(story, "RecordAttempt", "{'person': 'r2', 'mode': 'PHONE', 'result': 'BUSY'}");
    ck_assert_uint_eq(story_count(story, "care.ContactAttempted." C41), 12);
    ck_assert_ptr_nonnull(strstr(story_last(story, "care.Refused.*"), "OVER_LIMIT"));
    story_until(story, "11:00");
    ck_assert_uint_eq(story_count(story, "care.NotReached." C41), 1);
    story_close(story);
}
END_TEST

/* N7: shown with the carer's load, as help before blame. */
START_TEST(what_cannot_be_is_looked_at)
{
    struct story *story = care_story(&care_service, "2023-01-18T08:00");
    char body[160];

    carer_of(story, "v1", "VOLUNTEER");
    for (int i = 1; i <= 8; i++) {
        snprintf(body, sizeof(body), "r%d", i);
        person_of(story, i == 8 ? C06 : C41, body, "");
        if (i < 8)
            pair_of(story, body, "v1");
    }
    for (int i = 1; i <= 7; i++) {
        snprintf(body, sizeof(body),
                 "{'person': 'r%d', 'outcome': 'OK', 'firstHand': true, 'mode': 'VISIT',"
                 " 'note': 'well, ate, slept', 'carer': 'v1'}",
                 i);
        vc_says(story, "RecordContact", body);
    }
    ck_assert_uint_eq(story_count(story, "care.PlausibilityFlagged." C41), 2);
    ck_assert_str_eq(
        story_last(story, "care.PlausibilityFlagged." C41),
        "{\"carer\": \"v1\", \"rule\": \"burst\", \"sample\": [\"r1\", \"r2\", \"r3\", "
        "\"r4\", \"r5\", \"r6\", \"r7\"], \"load\": 7, \"date\": \"2023-01-18\"}");
    story_say(story, C06 " as " C06 ".duty", "care.RecordContact." C06,
              "{'person': 'r8', 'outcome': 'OK', 'firstHand': true, 'mode': 'VISIT',"
              " 'carer': 'v1'}");
    ck_assert_str_eq(
        story_last(story, "care.PlausibilityFlagged." C41),
        "{\"carer\": \"v1\", \"rule\": \"travel\", \"sample\": [\"r7\", \"r8\"], \"load"
        "\": 7, \"date\": \"2023-01-18\"}");
    story_close(story);
}
END_TEST

/* A need that is opened again is its person's again. */
START_TEST(a_need_that_is_reopened_knows_its_person)
{
    static const char person[] = "{'need': 'n1', 'person': 'r2', 'place': '" C41 "'}";
    struct story *story = care_morning();

    story_say(story, "supplies", "supplies.NeedOpened." C41, "%s", person);
    story_say(story, "supplies", "supplies.NeedClosed." C41, "{'need': 'n1', 'outcome': 'MET'}");
    ck_assert_ptr_null(strstr(story_ask(story, C41, "care.MyPeople." C41, "{}"), "\"openNeeds\""));
    story_say(story, "supplies", "supplies.NeedReopened." C41, "%s", person);
    ck_assert_ptr_nonnull(
        strstr(story_ask(story, C41, "care.MyPeople." C41, "{}"), "\"openNeeds\": 1"));
    story_say(story, "supplies", "supplies.NeedClosed." C41, "{'need': 'n1', 'outcome': 'MET'}");
    ck_assert_ptr_null(strstr(story_ask(story, C41, "care.MyPeople." C41, "{}"), "\"openNeeds\""));
    story_close(story);
}
END_TEST

/* Paper of yesterday says what was done yesterday; what is done today is today's. */
START_TEST(a_day_is_made_good_by_what_was_done_on_it)
{
    struct story *story = care_morning();

    story_until(story, "2023-01-20T08:30");
    ck_assert_uint_eq(story_count(story, "care.ContactMissed.*"), 6);
    story_forget(story);
    vc_says(story, "RecordContact",
            "{'person': 'r2', 'outcome': 'OK', 'firstHand': true, 'date': '2023-01-18',"
            " 'atMs': 1674172800000}");
    EXPECT_TEXT(story_text(story), "310115125041/1/5 care.RecordContact\n"
                                   "    refuses: at_ms: is not of that day\n");
    vc_says(story, "RecordContact",
            "{'person': 'r2', 'outcome': 'OK', 'firstHand': true, 'date': '2023-01-18'}");
    ck_assert_str_eq(
        story_last(story, "care.ContactRecorded." C41),
        "{\"person\": \"r2\", \"date\": \"2023-01-18\", \"outcome\": \"OK\", \"firstHan"
        "d\": true, \"by\": \"v1\", \"atMs\": \"1674057599999\", \"recordedAtMs\": \"16"
        "74174600000\", \"done\": 1, \"times\": 1, \"byPost\": \"310115125041.duty\"}");
    /* The day after it was missed all the same. */
    ck_assert_ptr_nonnull(strstr(story_ask(story, C41, "care.Streaks." C41, "{'after': 'r1'}"),
                                 "\"missedDays\": 2, \"allowed\""));
    ck_assert_str_eq(
        story_ask(story, C41, "care.NotYetContacted." C41, "{'limit': 1, 'after': '0/r1'}"),
        "{\"rows\": [{\"person\": \"r2\", \"carer\": \"v1\", \"state\": \"PLANNED\", \"l"
        "astSeenMs\": \"1674057599999\", \"lastSeenBy\": \"v1\", \"windowEndMs\": \"1674"
        "208800000\", \"missedDays\": 2, \"allowed\": [\"RecordContact\", \"RecordAttempt"
        "\", \"AssignDoorVisit\", \"RecordDoorVisit\"]}], \"count\": 3, \"next\": \"0/r2\""
        "}");
    story_close(story);
}
END_TEST

TESTS(a_day_is_made_good_by_what_was_done_on_it, a_need_that_is_reopened_knows_its_person,
      what_was_seen_counts_and_not_what_was_ticked,
      a_danger_sign_goes_somewhere_without_a_catalogue, tries_without_end_are_not_kept,
      what_cannot_be_is_looked_at)
