/*
 * care: nobody is left out and nobody is counted twice.  Whoever is on the roster has exactly one state of
 * contact for each day (S-097, S-099), whatever happened to them that day; and whose death is reported is
 * left in peace, whatever was under way (N6).
 */
#include <stdlib.h>

#include "stories/care_town.h"

static unsigned count_of(const char *text, const char *what)
{
    unsigned count = 0;

    for (const char *at = strstr(text, what); at != NULL; at = strstr(at + 1, what))
        count++;
    return count;
}

static unsigned figure(const char *json, const char *name)
{
    char key[64];

    snprintf(key, sizeof(key), "\"%s\": ", name);
    const char *at = strstr(json, key);
    return at == NULL ? 0 : (unsigned)strtoul(at + strlen(key), NULL, 10);
}

/* Each person has a state, and the figures of the day add up.  Answers how many were planned. */
static unsigned judge_day(struct story *story, const char *committee, const char *date,
                          unsigned people)
{
    static const char *const boxes[] = { "untried",    "attempted", "ok",        "viaOther",
                                         "need",       "abnormal",  "refused",   "away",
                                         "notReached", "missed",    "cancelled", "late" };
    char subject[64];
    unsigned sum = 0;

    snprintf(subject, sizeof(subject), "care.MyPeople.%s", committee);
    const char *rows = story_ask(story, committee, subject, "{'date': '%s'}", date);
    ck_assert_uint_eq(count_of(rows, "\"person\": "), people);
    ck_assert_uint_eq(count_of(rows, "\"state\": "), people);
    snprintf(subject, sizeof(subject), "care.Summary.%s", committee);
    const char *summary =
        story_ask(story, committee, subject, "{'committee': '%s', 'date': '%s'}", committee, date);
    for (size_t i = 0; i < sizeof(boxes) / sizeof(boxes[0]); i++)
        sum += figure(summary, boxes[i]);
    ck_assert_uint_eq(figure(summary, "planned"), sum);
    return sum;
}

static void people_of(struct story *story, int first, int last)
{
    char id[16];

    for (int i = first; i <= last; i++) {
        snprintf(id, sizeof(id), "r%02d", i);
        person_of(story, C41, id, "");
    }
}

START_TEST(everybody_has_one_state_each_day)
{
    static const char ok[] = "{'person': '%s', 'outcome': 'OK', 'firstHand': true}";
    struct story *story = care_story(&care_service, "2023-01-18T08:00");
    char body[128];

    people_of(story, 1, 10);
    snprintf(body, sizeof(body), ok, "r01");
    vc_says(story, "RecordContact", body);
    snprintf(body, sizeof(body), ok, "r03");
    vc_says(story, "RecordContact", body);
    vc_says(story, "RecordAttempt", "{'person': 'r04', 'mode': 'PHONE', 'result': 'BUSY'}");
    /* Two move, one of them when the contact is over; doubles; a death; a death refuted; one leaves. */
    story_say(story, "registry", "registry.Moved." C06,
              "{'person': 'r03', 'from': '" C41 "', 'to': '" C06 "'}");
    story_say(story, "registry", "registry.Moved." C06,
              "{'person': 'r04', 'from': '" C41 "', 'to': '" C06 "'}");
    registry_says(story, "Merged", "{'survivor': 'r05', 'alias': 'r06'}");
    registry_says(story, "DeathReported", "{'person': 'r07', 'owner': '" C41 "'}");
    registry_says(story, "DeathConfirmed", "{'person': 'r07', 'owner': '" C41 "'}");
    registry_says(story, "DeathReported", "{'person': 'r08', 'owner': '" C41 "'}");
    registry_says(story, "DeathRefuted", "{'person': 'r08', 'owner': '" C41 "'}");
    registry_says(story, "LeftTown", "{'person': 'r09', 'from': '" C41 "'}");
    registry_says(story, "AwayStarted", "{'person': 'r10', 'kind': 'relative'}");
    /* Three come when the window is over; of one something is heard, another is tried in vain. */
    story_until(story, "18:30");
    people_of(story, 11, 13);
    snprintf(body, sizeof(body), ok, "r12");
    vc_says(story, "RecordContact", body);
    vc_says(story, "RecordAttempt", "{'person': 'r13', 'mode': 'PHONE', 'result': 'BUSY'}");
    ck_assert_str_eq(
        story_ask(story, C41, "care.Summary." C41, "{'committee': '" C41 "'}"),
        "{\"committee\": \"310115125041\", \"date\": \"2023-01-18\", \"state\": \"OPEN\", "
        "\"numbers\": {\"roster\": 8, \"planned\": 12, \"untried\": 4, \"ok\": 3, \"cancelled\": "
        "3, "
        "\"newPeople\": 13, \"left\": 1, \"died\": 1, \"unpaired\": 8, \"late\": 2}}");
    story_until(story, "2023-01-19T00:04");
    ck_assert_uint_eq(judge_day(story, C41, "2023-01-18", 8), 12);
    ck_assert_uint_eq(judge_day(story, C06, "2023-01-18", 2), 1);
    registry_says(story, "Unmerged", "{'survivor': 'r05', 'alias': 'r06'}");
    story_until(story, "2023-01-20T00:04");
    ck_assert_uint_eq(judge_day(story, C41, "2023-01-19", 9), 9);
    ck_assert_uint_eq(judge_day(story, C06, "2023-01-19", 2), 2);
    story_close(story);
}
END_TEST

/* A campaign that opens in the middle of a day finds people on the roster. */
START_TEST(a_day_that_begins_late_is_everybodys_too)
{
    struct story *story = story_open("2023-01-18T10:30", &care_service, NULL);

    offices_say(story);
    catalogue_says(story);
    policy_says(story, care_policy);
    people_of(story, 1, 3);
    story_forget(story);
    organisation_says(story, "CampaignOpened", "{'campaign': 'c1'}");
    story_later(story, "1 min");
    ck_assert_uint_eq(story_count(story, "care.ContactPlanned." C41), 3);
    ck_assert_uint_eq(judge_day(story, C41, "2023-01-18", 3), 3);
    ck_assert_uint_eq(story_count(story, "care.UnpairedFound.*"), 0);
    story_close(story);
}
END_TEST

/* One of each category, each in another state: nothing of them is under way a moment later. */
START_TEST(whatever_was_under_way_a_reported_death_ends_it)
{
    static const char *const categories[] = {
        "ORPHAN_ELDER",        "VERY_OLD_UNCARED",  "ALONE_UNCARED",   "ALL_ELDERLY_UNCARED",
        "SEVERELY_DISABLED",   "DEPENDENT",         "GRAVELY_ILL",     "ORPHAN",
        "CHILD_IN_DIFFICULTY", "LEFT_BEHIND_CHILD", "UNGUARDED_CHILD", "OTHER_PROTECTED",
        "MENTAL_DISORDER"
    };
    static const char *const said[][2] = {
        { "RecordAttempt", "'mode': 'PHONE', 'result': 'NO_ANSWER'" },
        { "RecordDoorVisit", "'result': 'NO_REPLY'" },
        { "AssignDoorVisit", "'toPost': ''" },
        { "RecordContact", "'outcome': 'OK', 'firstHand': true" },
        { "RecordContact", "'outcome': 'OK'" },
        { "RecordContact", "'outcome': 'NEED', 'firstHand': true, 'needs': [{'category': 'LIVING',"
                           " 'kind': 'GOODS'}]" },
        { "RecordContact", "'outcome': 'ABNORMAL', 'firstHand': true, 'signs': ['BEHAVIOUR']" },
        { "RecordContact", "'outcome': 'REFUSED', 'firstHand': true" },
        { "RecordContact", "'outcome': 'AWAY'" },
    };
    static const char *const quiet[] = { "care.ContactPlanned.*",   "care.ContactReminded.*",
                                         "care.ContactEscalated.*", "care.DoorVisitAssigned.*",
                                         "care.NotReached.*",       "care.ContactMissed.*",
                                         "care.UnpairedFound.*",    "incident.OpenIncident.*" };
    enum {
        KINDS = sizeof(categories) / sizeof(categories[0]),
        SAID = sizeof(said) / sizeof(said[0]),
        QUIET = sizeof(quiet) / sizeof(quiet[0])
    };
    struct story *story = care_story(&care_service, "2023-01-18T08:00");
    unsigned before[QUIET];
    char body[256];
    char id[16];

    for (int i = 0; i < KINDS; i++) {
        snprintf(id, sizeof(id), "p%d", i);
        snprintf(body, sizeof(body), ", 'categories': ['%s'], 'silent': %s", categories[i],
                 i >= SAID ? "true" : "false");
        person_of(story, C41, id, body);
        snprintf(body, sizeof(body), "{'person': 'p%d', %s}", i, said[i % SAID][1]);
        if (i < SAID)
            vc_says(story, said[i][0], body);
    }
    story_until(story, "08:45");
    vc_says(story, "RecordDoorVisit", "{'person': 'p1', 'result': 'NO_REPLY'}");
    ck_assert_uint_eq(story_count(story, "care.NotReached.*"), 1);
    for (int i = 0; i < KINDS; i++) {
        snprintf(body, sizeof(body), "{'person': 'p%d', 'owner': '" C41 "'}", i);
        registry_says(story, "DeathReported", body);
    }
    for (int i = 0; i < QUIET; i++)
        before[i] = story_count(story, quiet[i]);
    story_until(story, "2023-01-20T12:00");
    for (int i = 0; i < QUIET; i++)
        ck_assert_uint_eq(story_count(story, quiet[i]), before[i]);
    for (int i = 0; i < KINDS; i++) {
        snprintf(body, sizeof(body), "{'person': 'p%d', 'owner': '" C41 "'}", i);
        registry_says(story, "DeathRefuted", body);
    }
    ck_assert_uint_eq(story_count(story, "care.ContactPlanned.*"), before[0] + KINDS);
    story_close(story);
}
END_TEST

/* A list that is too long for one answer has pages, and nobody is on none of them. */
START_TEST(a_large_committee_is_read_page_by_page)
{
    struct story *story = care_story(&care_service, "2023-01-18T08:00");
    char after[64] = "";
    char person[80];
    unsigned people = 0;
    unsigned pages = 0;

    for (int i = 0; i < 400; i++) {
        snprintf(person, sizeof(person), "person-with-a-long-name-of-an-id-0123456789-%03d", i);
        person_of(story, C41, person, "");
    }
    do {
        const char *rows =
            story_ask(story, C41, "care.NotYetContacted." C41, "{'after': '%s'}", after);
        people += count_of(rows, "\"person\": ");
        snprintf(after, sizeof(after), "%s", story_next(rows));
        pages++;
    } while (after[0] != '\0' && pages < 10);
    ck_assert_uint_eq(people, 400);
    ck_assert_uint_eq(pages, 2);
    story_close(story);
}
END_TEST

TESTS(a_large_committee_is_read_page_by_page, everybody_has_one_state_each_day,
      a_day_that_begins_late_is_everybodys_too, whatever_was_under_way_a_reported_death_ends_it)
