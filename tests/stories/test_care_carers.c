/*
 * care: who cares for whom (S-053 working bodies, S-054 and S-096 fixed volunteers, S-091 programmes,
 * S-095 one to one, S-09D recruitment, S-046 for carers: scenario J, step 3).
 */
#include "stories/care_town.h"

extern const struct service care_service;

/* The last who stands in, on 18 January. */
static void stands_in_for_v1(struct story *story, const char *carer, const char *person)
{
    char event[160];

    snprintf(event, sizeof(event),
             "{\"person\": \"%s\", \"carer\": \"%s\", \"role\": \"STAND_IN\", \"date\": "
             "\"2023-01-18\", \"forCarer\": \"v1\"}",
             person, carer);
    ck_assert_str_eq(story_last(story, "care.StandInAssigned." C41), event);
}

START_TEST(a_carer_is_ill_and_somebody_stands_in)
{
    struct story *story = care_story(&care_service, "2023-01-18T06:00");

    vc_says(story, "RegisterCarer",
            "{'carer': 'v1', 'kind': 'VOLUNTEER', 'committee': '" C41
            "', 'programme': '老伙伴计划',"
            " 'card': {'name': '王秀英', 'phones': [{'number': '13900000001'}]}}");
    carer_of(story, "v2", "PARTY_MEMBER");
    carer_of(story, "k1", "CADRE");
    person_of(story, C41, "r1", "");
    person_of(story, C41, "r2", "");
    person_of(story, C41, "r3", ", 'household': 'h1'");
    person_of(story, C41, "r4", ", 'household': 'h1'");
    pair_of(story, "r1", "v1");
    pair_of(story, "r2", "v1");
    pair_of(story, "r3", "v1");
    pair_of(story, "r4", "k1");
    vc_says(story, "Pair", "{'person': 'r2', 'carer': 'k1', 'role': 'STAND_IN'}");
    ck_assert_str_eq(story_last(story, "care.Paired." C41),
                     "{\"person\": \"r2\", \"carer\": \"k1\", \"role\": \"STAND_IN\"}");
    story_forget(story);
    /* The deputy, the carer of the household, the least loaded: in this order. */
    vc_says(story, "DeclareCarerAbsent", "{'carer': 'v1'}");
    EXPECT_TEXT(story_text(story), "310115125041/1/9 care.DeclareCarerAbsent\n"
                                   "    v1: ACTIVE -> ACTIVE\n"
                                   "    v1: ACTIVE -> ABSENT\n"
                                   "    emits care.CarerAbsent.310115125041\n"
                                   "    r1: ACTIVE -> PAUSED\n"
                                   "    emits care.PairingPaused.310115125041\n"
                                   "    emits care.StandInAssigned.310115125041\n"
                                   "    r2: ACTIVE -> PAUSED\n"
                                   "    emits care.PairingPaused.310115125041\n"
                                   "    emits care.StandInAssigned.310115125041\n"
                                   "    r3: ACTIVE -> PAUSED\n"
                                   "    emits care.PairingPaused.310115125041\n"
                                   "    emits care.StandInAssigned.310115125041\n");
    stands_in_for_v1(story, "k1", "r3");
    ck_assert_str_eq(
        story_ask(story, C41, "care.MyPeople." C41, "{'carer': 'k1'}"),
        "{\"rows\": [{\"person\": \"r2\", \"carer\": \"k1\", \"role\": \"STAND_IN\", \""
        "state\": \"PLANNED\", \"windowEndMs\": \"1674036000000\", \"allowed\": [\"Reco"
        "rdContact\", \"RecordAttempt\", \"AssignDoorVisit\", \"RecordDoorVisit\"]}, {"
        "\"person\": \"r3\", \"carer\": \"k1\", \"role\": \"STAND_IN\", \"state\": \"PL"
        "ANNED\", \"windowEndMs\": \"1674036000000\", \"allowed\": [\"RecordContact\", "
        "\"RecordAttempt\", \"AssignDoorVisit\", \"RecordDoorVisit\"]}, {\"person\": \""
        "r4\", \"carer\": \"k1\", \"role\": \"PRIMARY\", \"state\": \"PLANNED\", \"wind"
        "owEndMs\": \"1674036000000\", \"allowed\": [\"RecordContact\", \"RecordAttempt"
        "\", \"AssignDoorVisit\", \"RecordDoorVisit\"]}]}");
    ck_assert_str_eq(
        story_ask(story, C41, "care.CarersAbsent." C41, "{}"),
        "{\"rows\": [{\"carer\": \"v1\", \"kind\": \"VOLUNTEER\", \"load\": 3, \"absent"
        "\": true, \"programme\": \"老伙伴计划\"}]}");
    ck_assert_uint_eq(story_count(story, "care.UnpairedFound.*"), 0);
    story_forget(story);
    vc_says(story, "EndCarerAbsence", "{'carer': 'v1'}");
    EXPECT_TEXT(story_text(story), "310115125041/1/10 care.EndCarerAbsence\n"
                                   "    v1: ABSENT -> ACTIVE\n"
                                   "    emits care.CarerReturned.310115125041\n"
                                   "    r1: PAUSED -> ACTIVE\n"
                                   "    emits care.PairingResumed.310115125041\n"
                                   "    r2: PAUSED -> ACTIVE\n"
                                   "    emits care.PairingResumed.310115125041\n"
                                   "    r3: PAUSED -> ACTIVE\n"
                                   "    emits care.PairingResumed.310115125041\n");
    ck_assert_str_eq(
        story_ask(story, C41, "care.Load." C41, "{}"),
        "{\"rows\": [{\"carer\": \"k1\", \"kind\": \"CADRE\", \"load\": 1}, {\"carer\":"
        " \"v1\", \"kind\": \"VOLUNTEER\", \"load\": 3, \"programme\": \"老伙伴计划\"}, {\"c"
        "arer\": \"v2\", \"kind\": \"PARTY_MEMBER\"}], \"people\": 4}");
    story_close(story);
}
END_TEST

START_TEST(an_absence_has_its_days)
{
    struct story *story = care_story(&care_service, "2023-01-18T06:00");

    carer_of(story, "v1", "VOLUNTEER");
    person_of(story, C41, "r1", "");
    pair_of(story, "r1", "v1");
    story_forget(story);
    /* From 10:00 today until 10:00 tomorrow; nobody else is there. */
    vc_says(story, "DeclareCarerAbsent",
            "{'carer': 'v1', 'fromMs': 1674007200000, 'untilMs': 1674093600000}");
    EXPECT_TEXT(story_text(story), "310115125041/1/3 care.DeclareCarerAbsent\n"
                                   "    v1: ACTIVE -> ACTIVE\n"
                                   "    reminds v1: care.EndCarerAbsenceDue in 28 h\n"
                                   "    reminds v1: care.BeginCarerAbsence in 4 h\n"
                                   "    emits care.CarerAbsent.310115125041\n");
    story_until(story, "09:59");
    story_forget(story);
    story_until(story, "10:01");
    EXPECT_TEXT(story_text(story), "1 min later\n"
                                   "care/1/7 care.BeginCarerAbsence\n"
                                   "    v1: ACTIVE -> ABSENT\n"
                                   "    emits care.CarerAbsent.310115125041\n"
                                   "    r1: ACTIVE -> PAUSED\n"
                                   "    emits care.PairingPaused.310115125041\n"
                                   "1 min later\n");
    vc_says(story, "AssignStandIn", "{'person': 'r1', 'carer': 'v1'}");
    vc_says(story, "Pair", "{'person': 'r1', 'carer': 'v1'}");
    carer_of(story, "v2", "VOLUNTEER");
    vc_says(story, "AssignStandIn", "{'person': 'r1', 'carer': 'v2'}");
    stands_in_for_v1(story, "v2", "r1");
    vc_says(story, "DeclareCarerAbsent", "{'carer': 'v1', 'untilMs': 1674097200000}");
    story_until(story, "2023-01-19T10:59");
    story_forget(story);
    story_until(story, "11:01");
    EXPECT_TEXT(story_text(story), "1 min later\n"
                                   "care/1/53 care.EndCarerAbsenceDue\n"
                                   "    v1: ABSENT -> ACTIVE\n"
                                   "    emits care.CarerReturned.310115125041\n"
                                   "    r1: PAUSED -> ACTIVE\n"
                                   "    emits care.PairingResumed.310115125041\n"
                                   "1 min later\n");
    /* A stand-in for a day to come, named by the office. */
    story_say(story, "sjb as sjb.duty", "care.AssignStandIn." C41,
              "{'person': 'r1', 'carer': 'v2', 'date': '2023-01-20'}");
    story_until(story, "2023-01-20T00:10");
    ck_assert_str_eq(
        story_last(story, "care.ContactPlanned." C41),
        "{\"person\": \"r1\", \"date\": \"2023-01-20\", \"carer\": \"v2\", \"windowEndM"
        "s\": \"1674208800000\", \"ladder\": \"NORMAL\", \"times\": 1, \"first\": true}");
    story_until(story, "2023-01-21T00:10");
    ck_assert_str_eq(
        story_last(story, "care.ContactPlanned." C41),
        "{\"person\": \"r1\", \"date\": \"2023-01-21\", \"carer\": \"v1\", \"windowEndM"
        "s\": \"1674295200000\", \"ladder\": \"NORMAL\", \"times\": 1, \"first\": true}");
    /* Ill before the days that were announced: what is so now takes their place. */
    vc_says(story, "DeclareCarerAbsent",
            "{'carer': 'v1', 'fromMs': 1674352800000, 'untilMs': 1674439200000}");
    vc_says(story, "DeclareCarerAbsent", "{'carer': 'v1', 'untilMs': 1674266400000}");
    story_until(story, "11:00");
    ck_assert_uint_eq(story_count(story, "care.CarerReturned." C41), 2);
    story_until(story, "2023-01-22T11:00");
    ck_assert_uint_eq(story_count(story, "care.CarerAbsent." C41), 4);
    story_close(story);
}
END_TEST

START_TEST(a_fixed_volunteer_is_changed_only_with_a_reason)
{
    struct story *story = care_story(&care_service, "2023-01-18T06:00");
    char body[64];

    carer_of(story, "v1", "VOLUNTEER");
    carer_of(story, "v1", "BUILDING_LEADER");
    carer_of(story, "v2", "VOLUNTEER");
    for (int i = 1; i <= 6; i++) {
        snprintf(body, sizeof(body), "r%d", i);
        person_of(story, C41, body, "");
        pair_of(story, body, "v2");
    }
    ck_assert_str_eq(
        story_last(story, "care.Paired." C41),
        "{\"person\": \"r6\", \"carer\": \"v2\", \"role\": \"PRIMARY\", \"load\": 6, \""
        "overLoad\": true}");
    vc_says(story, "RetireCarer", "{'carer': 'v1', 'reason': 'moved away'}");
    pair_of(story, "r9", "v2");
    pair_of(story, "r1", "v9");
    story_forget(story);
    pair_of(story, "r1", "v2");
    vc_says(story, "Unpair", "{'person': 'r1', 'carer': 'v2'}");
    vc_says(story, "Unpair", "{'person': 'r1', 'carer': 'v2', 'reason': 'he asked for it'}");
    vc_says(story, "Unpair", "{'person': 'r1', 'carer': 'v2', 'reason': 'again'}");
    pair_of(story, "r1", "v1");
    story_say(story, C06 " as " C06 ".duty", "care.Pair." C06, "{'person': 'r1', 'carer': 'v2'}");
    EXPECT_TEXT(story_text(story),
                "310115125041/1/13 care.Pair\n"
                "    refuses: a fixed carer is changed by Unpair, with a reason\n"
                "310115125041/1/14 care.Unpair\n"
                "    refuses: why? (S-096: a fixed volunteer)\n"
                "310115125041/1/15 care.Unpair\n"
                "    r1: ACTIVE -> ENDED\n"
                "    emits care.Unpaired.310115125041\n"
                "310115125041/1/16 care.Unpair\n"
                "    refuses: nobody is paired\n"
                "310115125041/1/17 care.Pair\n"
                "    refuses: the carer is absent or retired\n"
                "310115125006/1/1 care.Pair\n"
                "    refuses: the person is not 310115125006's\n");
    story_forget(story);
    vc_says(story, "RetireCarer", "{'carer': 'v2'}");
    vc_says(story, "RetireCarer", "{'carer': 'v2', 'reason': 'ill for long'}");
    EXPECT_TEXT(story_text(story), "310115125041/1/18 care.RetireCarer\n"
                                   "    refuses: why? (S-096: a fixed volunteer)\n"
                                   "310115125041/1/19 care.RetireCarer\n"
                                   "    v2: ACTIVE -> RETIRED\n"
                                   "    emits care.CarerRetired.310115125041\n"
                                   "    r2: ACTIVE -> ENDED\n"
                                   "    emits care.Unpaired.310115125041\n"
                                   "    r3: ACTIVE -> ENDED\n"
                                   "    emits care.Unpaired.310115125041\n"
                                   "    r4: ACTIVE -> ENDED\n"
                                   "    emits care.Unpaired.310115125041\n"
                                   "    r5: ACTIVE -> ENDED\n"
                                   "    emits care.Unpaired.310115125041\n"
                                   "    r6: ACTIVE -> ENDED\n"
                                   "    emits care.Unpaired.310115125041\n");
    story_until(story, "09:01");
    ck_assert_uint_eq(story_count(story, "care.UnpairedFound." C41), 6);
    ck_assert_str_eq(story_last(story, "care.RecruitmentGap." C41),
                     "{\"committee\": \"310115125041\", \"people\": 6, \"shortBy\": 2}");
    story_close(story);
}
END_TEST

/* Whoever stands in may fall ill as well: today's contact goes on to the next, and on the stand-in's own
 * list stands whom they care for. */
START_TEST(a_stand_in_is_ill_too)
{
    struct story *story = care_story(&care_service, "2023-01-18T06:00");

    carer_of(story, "v1", "VOLUNTEER");
    person_of(story, C41, "r1", "");
    person_of(story, C41, "r2", "");
    pair_of(story, "r1", "v1");
    carer_of(story, "v2", "VOLUNTEER");
    carer_of(story, "k1", "CADRE");
    vc_says(story, "DeclareCarerAbsent", "{'carer': 'v1'}");
    stands_in_for_v1(story, "v2", "r1");
    /* r2 has no carer: v2 is named for today. */
    vc_says(story, "AssignStandIn", "{'person': 'r2', 'carer': 'v2'}");
    ck_assert_ptr_nonnull(strstr(story_ask(story, C41, "care.MyPeople." C41, "{'carer': 'v2'}"),
                                 "\"r2\", \"carer\": \"v2\", \"role\": \"STAND_IN\""));
    story_forget(story);
    vc_says(story, "DeclareCarerAbsent", "{'carer': 'v2'}");
    EXPECT_TEXT(story_text(story), "310115125041/1/7 care.DeclareCarerAbsent\n"
                                   "    v2: ACTIVE -> ACTIVE\n"
                                   "    v2: ACTIVE -> ABSENT\n"
                                   "    emits care.CarerAbsent.310115125041\n"
                                   "    emits care.StandInAssigned.310115125041\n");
    ck_assert_ptr_nonnull(strstr(story_ask(story, C41, "care.MyPeople." C41, "{'carer': 'k1'}"),
                                 "\"person\": \"r1\", \"carer\": \"k1\", \"role\": \"STAND_IN\""));
    ck_assert_str_eq(story_ask(story, C41, "care.MyPeople." C41, "{'carer': 'v2'}"), "{}");
    story_until(story, "09:01");
    ck_assert_str_eq(
        story_last(story, "care.UnpairedFound." C41),
        "{\"person\": \"r2\", \"committee\": \"310115125041\", \"date\": \"2023-01-18\"}");
    /* Named for a day, and for that day alone. */
    vc_says(story, "AssignStandIn", "{'person': 'r2', 'carer': 'k1'}");
    vc_says(story, "EndCarerAbsence", "{'carer': 'v1'}");
    ck_assert_ptr_nonnull(strstr(story_ask(story, C41, "care.Load." C41, "{}"),
                                 "{\"carer\": \"k1\", \"kind\": \"CADRE\", \"standIns\": 1}"));
    story_until(story, "2023-01-19T00:10");
    ck_assert_ptr_nonnull(strstr(story_ask(story, C41, "care.Load." C41, "{}"),
                                 "{\"carer\": \"k1\", \"kind\": \"CADRE\"}"));
    story_close(story);
}
END_TEST

/* A committee's carers are its own (S-06P); the office lends one where a committee has nobody left. */
START_TEST(a_carer_of_another_committee)
{
    struct story *story = care_story(&care_service, "2023-01-18T06:00");

    story_say(story, C06 " as " C06 ".duty", "care.RegisterCarer." C06,
              "{'carer': 'v6', 'kind': 'VOLUNTEER', 'committee': '" C06 "'}");
    person_of(story, C41, "r1", "");
    story_forget(story);
    pair_of(story, "r1", "v6");
    vc_says(story, "AssignStandIn", "{'person': 'r1', 'carer': 'v6'}");
    carer_of(story, "v6", "CADRE");
    carer_of(story, "13900000001", "CADRE");
    story_say(story, "sjb as sjb.duty", "care.Pair." C41, "{'person': 'r1', 'carer': 'v6'}");
    story_say(story, "sjb as sjb.duty", "care.RegisterCarer." C41,
              "{'carer': 'v6', 'kind': 'VOLUNTEER', 'committee': '" C41 "'}");
    story_say(story, C06 " as " C06 ".duty", "care.DeclareCarerAbsent." C06, "{'carer': 'v6'}");
    EXPECT_TEXT(
        story_text(story),
        "310115125041/1/1 care.Pair\n"
        "    refuses: the carer is another committee's\n"
        "310115125041/1/2 care.AssignStandIn\n"
        "    refuses: the carer is another committee's\n"
        "310115125041/1/3 care.RegisterCarer\n"
        "    refuses: the carer is another committee's\n"
        "310115125041/1/4 care.RegisterCarer\n"
        "    refuses: carer: the id of a post, a carer or a member of staff, never a name or a "
        "number\n"
        "sjb/1/1 care.Pair\n"
        "    r1: NONE -> ACTIVE\n"
        "    emits care.Paired.310115125041\n"
        "sjb/1/2 care.RegisterCarer\n"
        "    refuses: the carer has people there\n"
        "310115125006/1/2 care.DeclareCarerAbsent\n"
        "    v6: ACTIVE -> ACTIVE\n"
        "    v6: ACTIVE -> ABSENT\n"
        "    emits care.CarerAbsent.310115125006\n"
        "    r1: ACTIVE -> PAUSED\n"
        "    emits care.PairingPaused.310115125041\n");
    /* Retired there, and nobody's any more: c41 takes them on. */
    story_say(story, C06 " as " C06 ".duty", "care.RetireCarer." C06,
              "{'carer': 'v6', 'reason': 'moved'}");
    ck_assert_uint_eq(story_count(story, "care.Unpaired." C41), 1);
    carer_of(story, "v6", "VOLUNTEER");
    ck_assert_uint_eq(story_count(story, "care.CarerRegistered." C41), 1);
    story_close(story);
}
END_TEST

START_TEST(an_announced_absence_is_cancelled)
{
    struct story *story = care_story(&care_service, "2023-01-18T06:00");

    carer_of(story, "v1", "VOLUNTEER");
    vc_says(story, "CancelCarerAbsence", "{'carer': 'v1'}");
    vc_says(story, "DeclareCarerAbsent",
            "{'carer': 'v1', 'fromMs': 1674007200000, 'untilMs': 1674093600000}");
    story_forget(story);
    vc_says(story, "CancelCarerAbsence", "{'carer': 'v1'}");
    vc_says(story, "CancelCarerAbsence", "{'carer': 'v1'}");
    EXPECT_TEXT(story_text(story), "310115125041/1/4 care.CancelCarerAbsence\n"
                                   "    v1: ACTIVE -> ACTIVE\n"
                                   "    forgets v1: care.EndCarerAbsenceDue\n"
                                   "    forgets v1: care.BeginCarerAbsence\n"
                                   "    emits care.CarerAbsenceCancelled.310115125041\n"
                                   "310115125041/1/5 care.CancelCarerAbsence\n"
                                   "    refuses: no absence is announced\n");
    story_until(story, "2023-01-19T12:00");
    ck_assert_uint_eq(story_count(story, "care.CarerReturned.*"), 0);
    ck_assert_uint_eq(story_count(story, "care.CarerAbsent.*"), 1);
    vc_says(story, "DeclareCarerAbsent", "{'carer': 'v1'}");
    vc_says(story, "CancelCarerAbsence", "{'carer': 'v1'}");
    ck_assert_ptr_nonnull(strstr(story_last(story, "care.Refused.*"), "WRONG_STATE"));
    story_close(story);
}
END_TEST

/* A cadre for a whole committee: what an absence means for each is done some a turn. */
START_TEST(a_carer_of_many_is_ill)
{
    struct story *story = care_story(&care_service, "2023-01-18T06:00");
    char id[16];

    carer_of(story, "k1", "CADRE");
    carer_of(story, "k2", "CADRE");
    for (int i = 0; i < 60; i++) {
        snprintf(id, sizeof(id), "r%02d", i);
        person_of(story, C41, id, "");
        pair_of(story, id, "k1");
    }
    vc_says(story, "DeclareCarerAbsent", "{'carer': 'k1'}");
    story_later(story, "1 min");
    ck_assert_uint_eq(story_count(story, "care.PairingPaused." C41), 60);
    ck_assert_uint_eq(story_count(story, "care.StandInAssigned." C41), 60);
    vc_says(story, "EndCarerAbsence", "{'carer': 'k1'}");
    story_later(story, "1 min");
    ck_assert_uint_eq(story_count(story, "care.PairingResumed." C41), 60);
    /* A day of more people than a turn takes: all are planned, reminded, missed. */
    story_until(story, "2023-01-19T00:10");
    ck_assert_uint_eq(story_count(story, "care.ContactReminded." C41), 61);
    ck_assert_uint_eq(story_count(story, "care.ContactMissed." C41), 60);
    ck_assert_uint_eq(story_count(story, "care.ContactPlanned." C41), 120);
    story_close(story);
}
END_TEST

TESTS(a_carer_is_ill_and_somebody_stands_in, an_absence_has_its_days,
      a_fixed_volunteer_is_changed_only_with_a_reason, a_stand_in_is_ill_too,
      a_carer_of_another_committee, an_announced_absence_is_cancelled, a_carer_of_many_is_ill)
