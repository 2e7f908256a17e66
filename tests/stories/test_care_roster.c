/*
 * care: what the roster says (S-088, S-089; scenario F: moves, dies, is double; L3: a child).
 */
#include "stories/care_town.h"

extern const struct service care_service;

static struct story *morning(void)
{
    struct story *story = care_story(&care_service, "2023-01-18T08:00");

    carer_of(story, "v1", "VOLUNTEER");
    person_of(story, C41, "r5", ", 'household': 'h1'");
    pair_of(story, "r5", "v1");
    story_forget(story);
    return story;
}

/* F2 and N6: before any later timer of r5, everything is silent; refuted, everything resumes. */
START_TEST(a_reported_death_silences_everything_in_that_turn)
{
    struct story *story = morning();

    vc_says(story, "RecordAttempt", "{'person': 'r5', 'mode': 'PHONE', 'result': 'NO_ANSWER'}");
    story_forget(story);
    registry_says(story, "DeathReported", "{'person': 'r5', 'owner': '" C41 "'}");
    EXPECT_TEXT(story_text(story), "registry/1/2 registry.DeathReported at care\n"
                                   "    r5: ACTIVE -> SILENCED\n"
                                   "    r5/2023-01-18: ATTEMPTED -> CANCELLED\n"
                                   "    forgets r5/2023-01-18: care.ClimbLadder\n");
    vc_says(story, "RecordContact", "{'person': 'r5', 'outcome': 'OK', 'firstHand': true}");
    story_until(story, "2023-01-19T08:00");
    ck_assert_uint_eq(story_count(story, "care.ContactPlanned." C41), 1);
    ck_assert_uint_eq(story_count(story, "care.ContactReminded.*"), 0);
    ck_assert_uint_eq(story_count(story, "incident.OpenIncident.*"), 0);
    story_forget(story);
    registry_says(story, "DeathRefuted", "{'person': 'r5', 'owner': '" C41 "'}");
    EXPECT_TEXT(story_text(story), "registry/1/3 registry.DeathRefuted at care\n"
                                   "    r5: SILENCED -> ACTIVE\n"
                                   "    r5/2023-01-19: NONE -> PLANNED\n"
                                   "    emits care.ContactPlanned.310115125041\n");
    story_forget(story);
    registry_says(story, "DeathReported", "{'person': 'r5', 'owner': '" C41 "'}");
    registry_says(story, "DeathRefuted", "{'person': 'r5', 'owner': '" C41 "'}");
    ck_assert_str_eq(
        story_last(story, "care.ContactPlanned." C41),
        "{\"person\": \"r5\", \"date\": \"2023-01-19\", \"carer\": \"v1\", \"windowEndM"
        "s\": \"1674122400000\", \"ladder\": \"NORMAL\", \"times\": 1, \"again\": true}");
    story_forget(story);
    registry_says(story, "DeathReported", "{'person': 'r5', 'owner': '" C41 "'}");
    registry_says(story, "DeathConfirmed", "{'person': 'r5', 'owner': '" C41 "'}");
    EXPECT_TEXT(story_text(story), "registry/1/6 registry.DeathReported at care\n"
                                   "    r5: ACTIVE -> SILENCED\n"
                                   "    r5/2023-01-19: PLANNED -> CANCELLED\n"
                                   "registry/1/7 registry.DeathConfirmed at care\n"
                                   "    r5: ACTIVE -> ENDED\n"
                                   "    emits care.Unpaired.310115125041\n");
    ck_assert_str_eq(story_ask(story, C41, "care.Summary." C41, "{'committee': '" C41 "'}"),
                     "{\"committee\": \"310115125041\", \"date\": \"2023-01-19\", \"state\": \"OPEN"
                     "\", \"numbers\": {\"planned\": 1, \"cancelled\": 1, \"died\": 1}}");
    story_close(story);
}
END_TEST

/* F1: contacted by the old committee until the new one has said yes; paired there at once. */
START_TEST(a_move_goes_with_what_is_open)
{
    struct story *story = morning();

    person_of(story, C41, "r4", "");
    pair_of(story, "r4", "v1");
    story_say(story, C06 " as " C06 ".duty", "care.RegisterCarer." C06,
              "{'carer': 'v6', 'kind': 'VOLUNTEER', 'committee': '" C06 "'}");
    vc_says(story, "RecordContact", "{'person': 'r4', 'outcome': 'OK', 'firstHand': true}");
    story_forget(story);
    story_say(story, "registry", "registry.Moved." C06,
              "{'person': 'r4', 'from': '" C41 "', 'to': '" C06 "'}");
    story_say(story, "registry", "registry.Moved." C06,
              "{'person': 'r5', 'from': '" C41 "', 'to': '" C06 "'}");
    EXPECT_TEXT(story_text(story), "registry/1/3 registry.Moved at care\n"
                                   "    310115125006/2023-01-18: NONE -> OPEN\n"
                                   "    r4: ACTIVE -> ENDED\n"
                                   "    emits care.Unpaired.310115125041\n"
                                   "    r4: ENDED -> ACTIVE\n"
                                   "    emits care.Paired.310115125006\n"
                                   "registry/1/4 registry.Moved at care\n"
                                   "    r5: ACTIVE -> ENDED\n"
                                   "    emits care.Unpaired.310115125041\n"
                                   "    r5: ENDED -> ACTIVE\n"
                                   "    emits care.Paired.310115125006\n");
    vc_says(story, "RecordContact", "{'person': 'r5', 'outcome': 'OK', 'firstHand': true}");
    story_say(story, C06 " as " C06 ".duty", "care.RecordContact." C06,
              "{'person': 'r5', 'outcome': 'OK', 'firstHand': true}");
    ck_assert_str_eq(story_ask(story, C41, "care.Summary." C41, "{'committee': '" C41 "'}"),
                     "{\"committee\": \"310115125041\", \"date\": \"2023-01-18\", \"state\": \"OPEN"
                     "\", \"numbers\": {\"planned\": 1, \"ok\": 1, \"newPeople\": 2}}");
    ck_assert_str_eq(story_ask(story, C06, "care.Summary." C06, "{'committee': '" C06 "'}"),
                     "{\"committee\": \"310115125006\", \"date\": \"2023-01-18\", \"state\": \"OPEN"
                     "\", \"numbers\": {\"roster\": 2, \"planned\": 1, \"ok\": 1}}");
    /* Nobody is there to be paired with. */
    registry_says(story, "Moved", "{'person': 'r5', 'from': '" C06 "', 'to': '" C41 "'}");
    vc_says(story, "RetireCarer", "{'carer': 'v1', 'reason': 'ill'}");
    story_say(story, "registry", "registry.LeftTown." C06, "{'person': 'r4', 'from': '" C06 "'}");
    registry_says(story, "Removed", "{'person': 'r5', 'owner': '" C41 "'}");
    registry_says(story, "Removed", "{'person': 'r5', 'owner': '" C41 "'}");
    ck_assert_str_eq(story_ask(story, C41, "care.Load." C41, "{}"), "{}");
    story_close(story);
}
END_TEST

/* F3, R13: the old id finds the survivor; undone, both are as they were. */
START_TEST(a_double_is_merged_and_parted)
{
    struct story *story = morning();

    person_of(story, C41, "r6", "");
    pair_of(story, "r6", "v1");
    story_forget(story);
    registry_says(story, "Merged", "{'survivor': 'r5', 'alias': 'r6'}");
    EXPECT_TEXT(story_text(story), "registry/1/3 registry.Merged at care\n"
                                   "    r6: ACTIVE -> ALIAS\n"
                                   "    r6/2023-01-18: PLANNED -> CANCELLED\n");
    vc_says(story, "RecordContact", "{'person': 'r6', 'outcome': 'OK', 'firstHand': true}");
    ck_assert_str_eq(
        story_last(story, "care.ContactRecorded." C41),
        "{\"person\": \"r5\", \"date\": \"2023-01-18\", \"outcome\": \"OK\", \"firstHan"
        "d\": true, \"by\": \"v1\", \"atMs\": \"1674000000000\", \"recordedAtMs\": \"16"
        "74000000000\", \"done\": 1, \"times\": 1, \"byPost\": \"310115125041.duty\"}");
    ck_assert_str_eq(
        story_ask(story, C41, "care.Load." C41, "{}"),
        "{\"rows\": [{\"carer\": \"v1\", \"kind\": \"VOLUNTEER\", \"load\": 1}], \"peop"
        "le\": 1}");
    story_forget(story);
    registry_says(story, "Unmerged", "{'survivor': 'r5', 'alias': 'r6'}");
    EXPECT_TEXT(story_text(story), "registry/1/4 registry.Unmerged at care\n"
                                   "    r6: ALIAS -> ACTIVE\n"
                                   "    r6/2023-01-18: CANCELLED -> PLANNED\n"
                                   "    emits care.ContactPlanned.310115125041\n");
    ck_assert_str_eq(
        story_ask(story, C41, "care.Load." C41, "{}"),
        "{\"rows\": [{\"carer\": \"v1\", \"kind\": \"VOLUNTEER\", \"load\": 2}], \"peop"
        "le\": 2}");
    /* A double of whom a death is reported: parted it is silent, refuted it is back. */
    registry_says(story, "DeathReported", "{'person': 'r6', 'owner': '" C41 "'}");
    registry_says(story, "Merged", "{'survivor': 'r5', 'alias': 'r6'}");
    story_forget(story);
    registry_says(story, "Unmerged", "{'survivor': 'r5', 'alias': 'r6'}");
    registry_says(story, "DeathRefuted", "{'person': 'r6', 'owner': '" C41 "'}");
    EXPECT_TEXT(story_text(story), "registry/1/7 registry.Unmerged at care\n"
                                   "    r6: ALIAS -> SILENCED\n"
                                   "registry/1/8 registry.DeathRefuted at care\n"
                                   "    r6: SILENCED -> ACTIVE\n"
                                   "    r6/2023-01-18: CANCELLED -> PLANNED\n"
                                   "    emits care.ContactPlanned.310115125041\n");
    story_close(story);
}
END_TEST

/* A candidate is given somebody in time; what changes of a person changes how they are sought. */
START_TEST(a_person_comes_and_changes)
{
    struct story *story = morning();

    registry_says(story, "Proposed", "{'person': 'k1', 'owner': '" C41 "', 'class': 'YELLOW'}");
    pair_of(story, "k1", "v1");
    vc_says(story, "RecordContact", "{'person': 'k1', 'outcome': 'OK', 'firstHand': true}");
    /* L3: the child is verified, and contacted every day. */
    person_of(story, C41, "k1", ", 'class': 'YELLOW', 'categories': ['UNGUARDED_CHILD']");
    EXPECT_TEXT(story_text(story), "registry/1/2 registry.Proposed at care\n"
                                   "    k1: NONE -> CANDIDATE\n"
                                   "310115125041/1/3 care.Pair\n"
                                   "    k1: NONE -> ACTIVE\n"
                                   "    emits care.Paired.310115125041\n"
                                   "310115125041/1/4 care.RecordContact\n"
                                   "    refuses: nobody of that id is on the roster\n"
                                   "registry/1/3 registry.Verified at care\n"
                                   "    k1: CANDIDATE -> ACTIVE\n"
                                   "    k1/2023-01-18: NONE -> PLANNED\n"
                                   "    emits care.ContactPlanned.310115125041\n");
    registry_says(story, "SilentSet", "{'person': 'k1', 'to': true}");
    registry_says(story, "ClassSet", "{'person': 'k1', 'to': 'RED'}");
    registry_says(story, "CategoriesSet", "{'person': 'k1', 'to': ['ORPHAN']}");
    registry_says(story, "HouseholdSet", "{'household': 'h1', 'members': ['k1']}");
    ck_assert_str_eq(
        story_ask(story, C41, "care.NotYetContacted." C41, "{}"),
        "{\"rows\": [{\"person\": \"k1\", \"carer\": \"v1\", \"state\": \"PLANNED\", \""
        "silent\": true, \"class\": \"RED\", \"windowEndMs\": \"1674021600000\", \"allo"
        "wed\": [\"RecordContact\", \"RecordAttempt\", \"AssignDoorVisit\", \"RecordDoo"
        "rVisit\"]}, {\"person\": \"r5\", \"carer\": \"v1\", \"state\": \"PLANNED\", \""
        "windowEndMs\": \"1674036000000\", \"allowed\": [\"RecordContact\", \"RecordAtt"
        "empt\", \"AssignDoorVisit\", \"RecordDoorVisit\"]}], \"count\": 2}");
    registry_says(story, "Proposed", "{'person': 'k2', 'owner': '" C41 "'}");
    registry_says(story, "DeathReported", "{'person': 'k2', 'owner': '" C41 "'}");
    registry_says(story, "Merged", "{'survivor': 'k1', 'alias': 'k2'}");
    registry_says(story, "Unmerged", "{'survivor': 'k1', 'alias': 'k2'}");
    registry_says(story, "DeathRefuted", "{'person': 'k2', 'owner': '" C41 "'}");
    registry_says(story, "Dismissed", "{'person': 'k2', 'owner': '" C41 "'}");
    /* Whoever comes in the evening is first called the next day. */
    story_until(story, "18:30");
    person_of(story, C41, "r9", "");
    ck_assert_str_eq(
        story_ask(story, "sjb", "care.MyPeople." C41, "{'carer': 'v1'}"),
        "{\"rows\": [{\"person\": \"k1\", \"carer\": \"v1\", \"role\": \"PRIMARY\", \"s"
        "tate\": \"PLANNED\", \"silent\": true, \"class\": \"RED\", \"windowEndMs\": \""
        "1674021600000\", \"rung\": \"LADDER_END\", \"allowed\": [\"RecordContact\", \""
        "RecordAttempt\", \"AssignDoorVisit\", \"RecordDoorVisit\"]}, {\"person\": \"r5"
        "\", \"carer\": \"v1\", \"role\": \"PRIMARY\", \"state\": \"PLANNED\", \"window"
        "EndMs\": \"1674036000000\", \"allowed\": [\"RecordContact\", \"RecordAttempt\""
        ", \"AssignDoorVisit\", \"RecordDoorVisit\"]}]}");
    ck_assert_str_eq(story_ask(story, C06, "care.MyPeople." C41, "{'committee': '" C41 "'}"),
                     "refused NOT_ALLOWED: it is not for " C06);
    ck_assert_str_eq(story_ask(story, C41, "care.CarerOf." C41, "{'carer': 'v1'}"),
                     "{\"row\": {\"carer\": \"v1\", \"kind\": \"VOLUNTEER\", \"load\": 2}}");
    ck_assert_str_eq(story_ask(story, "hcz", "care.CarerOf.hcz", "{'carer': 'v1'}"),
                     "refused NOT_ALLOWED: it is not for hcz");
    /* The campaign is over (S-004), and nobody is called any more. */
    organisation_says(story, "CampaignClosed", "{'campaign': 'c1'}");
    unsigned planned = story_count(story, "care.ContactPlanned.*");
    story_until(story, "2023-01-20T08:00");
    ck_assert_uint_eq(story_count(story, "care.ContactPlanned.*"), planned);
    story_close(story);
}
END_TEST

/* PIPL art. 19: when its time after the campaign is over, nobody is left here but in figures. */
START_TEST(people_and_volunteers_go_after_the_campaign)
{
    struct story *story = morning();

    vc_says(story, "RegisterCarer",
            "{'carer': 'v2', 'kind': 'VOLUNTEER', 'committee': '" C41
            "', 'card': {'name': '王秀英', 'phones': [{'number': '13900000001'}]}}");
    vc_says(story, "DeclareCarerAbsent", "{'carer': 'v2', 'untilMs': 1704067200000}");
    vc_says(story, "SetFrequency", "{'scope': 'PERSON', 'person': 'r5', 'timesPerDay': 2}");
    vc_says(story, "AssignStandIn", "{'person': 'r5', 'carer': 'v1', 'date': '2023-01-25'}");
    vc_says(story, "RecordAttempt", "{'person': 'r5', 'mode': 'PHONE', 'result': 'NO_ANSWER'}");
    organisation_says(story, "CampaignClosed", "{'campaign': 'c1'}");
    story_until(story, "2023-04-18T07:00");
    ck_assert_uint_eq(story_count(story, "care.Erased.*"), 0);
    story_forget(story);
    story_until(story, "2023-04-18T09:00");
    ck_assert_uint_eq(story_count(story, "care.Erased.*"), 2);
    ck_assert_str_eq(story_ask(story, C41, "care.Load." C41, "{}"), "{}");
    ck_assert_str_eq(story_ask(story, C41, "care.MyPeople." C41, "{'date': '2023-01-18'}"), "{}");
    ck_assert_str_eq(story_ask(story, C41, "care.NotYetContacted." C41, "{'date': '2023-01-18'}"),
                     "{}");
    ck_assert_str_eq(
        story_ask(story, C41, "care.CarerOf." C41, "{'carer': 'v2', 'purpose': 'asked'}"),
        "refused NOT_FOUND: no such carer");
    story_until(story, "2024-01-02T09:00");
    story_close(story);
}
END_TEST

TESTS(a_reported_death_silences_everything_in_that_turn, a_move_goes_with_what_is_open,
      a_double_is_merged_and_parted, a_person_comes_and_changes,
      people_and_volunteers_go_after_the_campaign)
