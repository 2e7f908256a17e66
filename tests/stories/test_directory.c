/*
 * kit/directory: the organisation as a service knows it.  A probe of a service answers one question
 * a message, as of the message's log time; the organisation is told by hand.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "kit/directory.h"
#include "lib/story.h"

/* ---- the probe ----------------------------------------------------------------------------------- */

static const char *time_text(struct turn *turn, uint64_t ms)
{
    char text[CLOCK_TEXT_SIZE];

    clock_print(ms, text);
    return turn_text(turn, "%.16s", text);
}

static const char *holder(struct turn *turn, const char *post)
{
    const char *why;
    const char *staff = directory_holder(turn, post, &why);

    return staff == NULL ? "nobody" : turn_text(turn, "%s (%s)", staff, why);
}

static const char *responsible(struct turn *turn, const char *category, const char *kind)
{
    const struct directory_responsibility *row = directory_responsible(turn, category, kind);

    return row == NULL ? "nobody"
                       : turn_text(turn, "%s %s %s %s", row->service, row->first_unit,
                                   row->second_unit, row->verifier);
}

static const char *clock_answer(struct turn *turn, const char *what, const char *key,
                                const char *scope)
{
    struct directory_pause pause = { .key = key,
                                     .scope = scope,
                                     .from_ms = turn->now_ms,
                                     .pause_ms = turn->now_ms + 3600000,
                                     .until_ms = turn->now_ms + 86400000 };

    if (strcmp(what, "due") == 0)
        return time_text(turn, directory_due(turn, key, scope, turn->now_ms));
    if (strcmp(what, "warn") == 0)
        return time_text(turn, directory_share(turn, key, scope, turn->now_ms, 80));
    if (strcmp(what, "paused") == 0)
        return time_text(
            turn, directory_paused(turn, &pause, directory_due(turn, key, scope, turn->now_ms)));
    if (strcmp(what, "has") == 0)
        return directory_has(turn, key, scope, turn->now_ms) ? "yes" : "no";
    if (strcmp(what, "number") == 0)
        return turn_text(turn, "%llu", (unsigned long long)directory_number(turn, key, scope));
    return NULL;
}

static const char *unit_answer(struct turn *turn, const char *what, const char *a, const char *b)
{
    uint64_t since_ms;

    if (strcmp(what, "unit") == 0)
        return directory_committee(turn, a) ? "committee" : directory_unit(turn, a) ? "yes" : "no";
    if (strcmp(what, "name") == 0)
        return directory_unit_name(turn, a);
    if (strcmp(what, "post") == 0)
        return directory_post(turn, a, b);
    if (strcmp(what, "holder") == 0)
        return holder(turn, a);
    if (strcmp(what, "centre") == 0)
        return directory_centre(turn, a, b);
    if (strcmp(what, "other") == 0)
        return directory_other_centre(turn, a);
    if (strcmp(what, "is_centre") == 0)
        return directory_is_centre(turn, a) ? "yes" : "no";
    if (strcmp(what, "provides") == 0)
        return directory_provides(turn, a, b) ? "yes" : "no";
    if (strcmp(what, "responsible") == 0)
        return responsible(turn, a, b);
    return directory_down(turn, a, &since_ms) ? time_text(turn, since_ms) : "up";
}

/* The note: a word and up to two arguments, `-` for an empty one. */
static int on_question(struct turn *turn, const void *message)
{
    const Town__ReportInterim *question = message;
    char what[32];
    char a[64] = "";
    char b[64] = "";

    sscanf(question->note, "%31s %63s %63s", what, a, b);
    if (strcmp(b, "-") == 0)
        b[0] = '\0';
    const char *answer = clock_answer(turn, what, a, b);
    Town__InterimReported event = { IS(town__interim_reported) };
    event.note = answer != NULL ? answer : unit_answer(turn, what, a, b);
    return turn->outcome != 0 ? turn->outcome : turn_emit(turn, "town", &event.base);
}

static const struct table tables[] = { { 0 } };
static const struct command commands[] = {
    { .message = &town__report_interim__descriptor, .handle = on_question, .free = true },
    { 0 },
};
static const ProtobufCMessageDescriptor *const events[] = { &town__interim_reported__descriptor,
                                                            NULL };
static const struct service probe = {
    .name = "probe", .letter = 'R', .tables = tables, .commands = commands, .events = events
};

/* The answer at the story's present time. */
static const char *ask(struct story *story, const char *question)
{
    static char note[256];
    unsigned refused = story_count(story, "probe.Refused.*");

    story_say(story, "hcz", "probe.ReportInterim.town", "{'note': '%s'}", question);
    if (story_count(story, "probe.Refused.*") != refused)
        return "refused";
    const char *body = story_last(story, "probe.InterimReported.*");
    const char *at = strstr(body, "\"note\": \"");
    snprintf(note, sizeof(note), "%.*s", at == NULL ? 0 : (int)strcspn(at + 9, "\""),
             at == NULL ? "" : at + 9);
    return note;
}

#define EXPECT(question, answer) ck_assert_str_eq(ask(story, question), answer)

static void tell(struct story *story, const char *event, const char *body)
{
    char subject[64];

    snprintf(subject, sizeof(subject), "organisation.%s.town", event);
    story_say(story, "organisation", subject, "%s", body);
}

/* ---- clocks -------------------------------------------------------------------------------------- */

static struct story *with_policies(const char *start)
{
    struct story *story = story_open(start, &probe, NULL);

    tell(
        story, "PolicyPublished",
        "{'set': 's1', 'effectiveFromMs': '1672500000000', 'records': ["
        "{'key': 'calendar.office_open', 'scope': '*', 'value': '08:30', 'unit': 'clock'},"
        "{'key': 'calendar.office_close', 'scope': '*', 'value': '17:00', 'unit': 'clock'},"
        "{'key': 'need.receive', 'scope': 'P1', 'value': '15', 'unit': 'min', 'calendar': '24x7'},"
        "{'key': 'need.receive', 'scope': 'P3', 'value': '4', 'unit': 'h', 'calendar': 'workdays'},"
        "{'key': 'need.done', 'scope': 'P3', 'value': '5', 'unit': 'workday',"
        " 'calendar': 'workdays'},"
        "{'key': 'need.route', 'scope': 'P0-P1', 'value': '2', 'unit': 'min', 'calendar': '24x7'},"
        "{'key': 'need.route', 'scope': 'P2-P5', 'value': '30', 'unit': 'min',"
        " 'calendar': '24x7'},"
        "{'key': 'need.verify', 'scope': '*', 'value': '1', 'unit': 'workday',"
        " 'calendar': 'workdays'},"
        "{'key': 'need.verify', 'scope': 'P0-P1', 'value': '4', 'unit': 'h', 'calendar': '24x7'},"
        "{'key': 'opinion.answer', 'scope': 'I-II', 'value': '5', 'unit': 'h',"
        " 'calendar': '24x7'},"
        "{'key': 'opinion.answer', 'scope': 'III-IV', 'value': '48', 'unit': 'h',"
        " 'calendar': '24x7'},"
        "{'key': 'need.bounce_cap', 'scope': '*', 'value': '2', 'unit': 'refusals'},"
        "{'key': 'care.window_end', 'scope': 'silent', 'value': '14:00', 'unit': 'clock'},"
        "{'key': 'care.missed', 'scope': '*', 'value': '24:00', 'unit': 'clock'},"
        "{'key': 'need.reopen_window', 'scope': '*', 'value': '7', 'unit': 'days',"
        " 'calendar': '24x7'}]}");
    tell(story, "CalendarPublished",
         "{'year': 2023, 'days': ["
         "{'date': '2023-01-21', 'kind': 'holiday'}, {'date': '2023-01-22', 'kind': 'holiday'},"
         "{'date': '2023-01-23', 'kind': 'holiday'}, {'date': '2023-01-24', 'kind': 'holiday'},"
         "{'date': '2023-01-25', 'kind': 'holiday'}, {'date': '2023-01-26', 'kind': 'holiday'},"
         "{'date': '2023-01-27', 'kind': 'holiday'}, {'date': '2023-01-28', 'kind': 'workday'},"
         "{'date': '2023-01-29', 'kind': 'workday'}]}");
    return story;
}

START_TEST(two_calendars_one_engine)
{
    struct story *story = with_policies("2023-01-18T09:00");

    EXPECT("due need.receive P1", "2023-01-18T09:15");
    EXPECT("warn need.receive P1", "2023-01-18T09:12");
    EXPECT("due need.receive P3", "2023-01-18T13:00");
    EXPECT("warn need.receive P3", "2023-01-18T12:12");
    EXPECT("due need.done P3", "2023-01-30T17:00");
    /* 80 % of 8 + 8.5 + 8.5 + 8.5 + 8.5 + 8.5 hours: 40.4 */
    EXPECT("warn need.done P3", "2023-01-29T15:24");
    EXPECT("due need.reopen_window -", "2023-01-25T09:00");
    story_until(story, "2023-01-20T16:00");
    /* Friday: the festival is between, and the Saturday and Sunday after it are working days */
    EXPECT("due need.receive P3", "2023-01-28T11:30");
    EXPECT("due need.verify P3", "2023-01-28T17:00");
    EXPECT("due need.receive P1", "2023-01-20T16:15");
    story_until(story, "2023-01-28T16:00");
    EXPECT("due need.verify P3", "2023-01-29T17:00");
    story_close(story);
}
END_TEST

START_TEST(a_scope_is_its_own_then_a_range_then_all)
{
    struct story *story = with_policies("2023-01-18T09:00");

    EXPECT("due need.route P0", "2023-01-18T09:02");
    EXPECT("due need.route P5", "2023-01-18T09:30");
    EXPECT("due need.verify P1", "2023-01-18T13:00");
    EXPECT("due need.verify P2", "2023-01-19T17:00");
    EXPECT("due opinion.answer II", "2023-01-18T14:00");
    EXPECT("due opinion.answer III", "2023-01-20T09:00");
    EXPECT("number need.bounce_cap P1", "2");
    EXPECT("has need.receive P4", "no");
    EXPECT("has need.verify P4", "yes");
    EXPECT("due need.receive P4", "refused");
    ck_assert_str_eq(story_last(story, "probe.Refused.*"),
                     "{\"id\": \"hcz/1/10\", \"code\": \"NOT_FOUND\", \"reason\": \"no policy "
                     "need.receive for P4 is in force\", \"command\": \"probe.ReportInterim\"}");
    EXPECT("due need.bounce_cap -", "refused");
    EXPECT("number need.nothing -", "refused");
    story_close(story);
}
END_TEST

START_TEST(a_time_of_day_is_the_next_one)
{
    struct story *story = with_policies("2023-01-18T09:00");

    EXPECT("due care.window_end silent", "2023-01-18T14:00");
    EXPECT("due care.missed -", "2023-01-19T00:00");
    story_until(story, "2023-01-18T14:00");
    EXPECT("due care.window_end silent", "2023-01-19T14:00");
    story_close(story);
}
END_TEST

START_TEST(a_pause_gives_back_what_was_left)
{
    struct story *story = with_policies("2023-01-18T09:00");

    /* from 10:00 to the next morning at 9:00 */
    EXPECT("paused need.verify P1", "2023-01-19T12:00");
    EXPECT("paused need.receive P3", "2023-01-19T12:00");
    story_close(story);
}
END_TEST

START_TEST(a_year_without_a_calendar_has_its_weeks)
{
    struct story *story = with_policies("2024-01-05T09:00");

    EXPECT("due need.verify P3", "2024-01-08T17:00");
    story_close(story);
}
END_TEST

START_TEST(a_policy_is_in_force_from_its_time)
{
    struct story *story = with_policies("2023-01-18T09:00");

    /* told out of order: from 20 January, then from 19 January, then that one again */
    tell(story, "PolicyPublished",
         "{'effectiveFromMs': '1674144000000', 'records': [{'key': 'need.receive', 'scope': 'P1',"
         " 'value': '30', 'unit': 'min', 'calendar': '24x7'}]}");
    tell(story, "PolicyPublished",
         "{'effectiveFromMs': '1674057600000', 'records': [{'key': 'need.receive', 'scope': 'P1',"
         " 'value': '20', 'unit': 'min', 'calendar': '24x7'}]}");
    tell(story, "PolicyPublished",
         "{'effectiveFromMs': '1674057600000', 'records': [{'key': 'need.receive', 'scope': 'P1',"
         " 'value': '25', 'unit': 'min', 'calendar': '24x7'}]}");
    EXPECT("due need.receive P1", "2023-01-18T09:15");
    story_until(story, "2023-01-19T09:00");
    EXPECT("due need.receive P1", "2023-01-19T09:25");
    story_until(story, "2023-01-20T09:00");
    EXPECT("due need.receive P1", "2023-01-20T09:30");
    story_close(story);
}
END_TEST

/* ---- who ----------------------------------------------------------------------------------------- */

static struct story *with_people(void)
{
    struct story *story = story_open("2023-01-18T09:00", &probe, NULL);

    tell(story, "UnitRegistered", "{'unit': 'hcz', 'nameZh': '张江', 'kind': 'member'}");
    tell(story, "UnitRegistered", "{'unit': 'lgo', 'kind': 'group-office'}");
    tell(story, "UnitRegistered", "{'unit': 'c41', 'nameZh': '某居委', 'kind': '居委会'}");
    tell(story, "PostDefined", "{'post': 'hcz.head', 'unit': 'hcz', 'kind': 'head'}");
    tell(story, "PostDefined", "{'post': 'hcz.desk', 'unit': 'hcz', 'kind': 'duty'}");
    tell(story, "PostDefined", "{'post': 'hcz.night', 'unit': 'hcz', 'kind': 'seat'}");
    tell(story, "PostDefined", "{'post': 'lgo.duty', 'unit': 'lgo', 'kind': 'duty'}");
    tell(story, "TenureStarted", "{'post': 'hcz.head', 'staff': 'h1'}");
    tell(story, "TenureStarted", "{'post': 'hcz.desk', 'staff': 'd1'}");
    tell(story, "TenureStarted", "{'post': 'lgo.duty', 'staff': 'l1'}");
    tell(story, "SuccessionSet", "{'post': 'hcz.desk', 'order': ['d2', 'd3']}");
    return story;
}

START_TEST(units_are_known_by_their_registration)
{
    struct story *story = with_people();

    EXPECT("unit hcz", "yes");
    EXPECT("unit c41", "committee");
    EXPECT("unit x", "no");
    EXPECT("name hcz", "张江");
    EXPECT("name x", "x");
    tell(story, "LinkChanged", "{'unit': 'x', 'state': 'up'}");
    EXPECT("unit x", "no");
    tell(story, "UnitRetired", "{'unit': 'c41'}");
    EXPECT("unit c41", "no");
    EXPECT("down hcz", "up");
    tell(story, "LinkChanged", "{'unit': 'hcz', 'state': 'suspect', 'sinceMs': '1674003600000'}");
    EXPECT("down hcz", "up");
    tell(story, "LinkChanged", "{'unit': 'hcz', 'state': 'down', 'sinceMs': '1674003600000'}");
    EXPECT("down hcz", "2023-01-18T09:00");
    story_close(story);
}
END_TEST

START_TEST(a_post_is_never_without_somebody_who_acts_for_it)
{
    struct story *story = with_people();

    EXPECT("holder hcz.desk", "d1 (held)");
    tell(story, "AbsenceDeclared", "{'staff': 'd1', 'deputy': 'd9'}");
    EXPECT("holder hcz.desk", "d9 (deputy)");
    tell(story, "AbsenceDeclared", "{'staff': 'd9'}");
    EXPECT("holder hcz.desk", "d2 (successor)");
    tell(story, "AbsenceDeclared", "{'staff': 'd2'}");
    EXPECT("holder hcz.desk", "d3 (successor)");
    tell(story, "AbsenceDeclared", "{'staff': 'd3'}");
    EXPECT("holder hcz.desk", "h1 (head)");
    /* Who acts for the head, and for the office's duty, acts here too. */
    tell(story, "AbsenceDeclared", "{'staff': 'h1', 'deputy': 'h2'}");
    EXPECT("holder hcz.desk", "h2 (head)");
    tell(story, "AbsenceDeclared", "{'staff': 'h2'}");
    EXPECT("holder hcz.desk", "l1 (duty)");
    tell(story, "AbsenceDeclared", "{'staff': 'l1', 'deputy': 'l2'}");
    EXPECT("holder hcz.desk", "l2 (duty)");
    tell(story, "AbsenceDeclared", "{'staff': 'l2'}");
    EXPECT("holder hcz.desk", "nobody");
    /* The slot that runs may be another unit's: then that unit's head is the last. */
    tell(story, "PostDefined", "{'post': 'sjb.head', 'unit': 'sjb', 'kind': 'head'}");
    tell(story, "PostDefined", "{'post': 'sjb.desk', 'unit': 'sjb', 'kind': 'duty'}");
    tell(story, "TenureStarted", "{'post': 'sjb.head', 'staff': 's1'}");
    tell(story, "RosterPublished",
         "{'unit': 'lgo', 'seat': 'night', 'slots': [{'fromMs': '1674003600000',"
         " 'untilMs': '1674007200000', 'post': 'sjb.desk'}]}");
    EXPECT("holder hcz.desk", "s1 (duty)");
    tell(story, "AbsenceEnded", "{'staff': 'd1'}");
    EXPECT("holder hcz.desk", "d1 (held)");
    tell(story, "TenureEnded", "{'post': 'hcz.desk', 'staff': 'd7'}");
    EXPECT("holder hcz.desk", "d1 (held)");
    tell(story, "AbsenceEnded", "{'staff': 'd2'}");
    tell(story, "TenureEnded", "{'post': 'hcz.desk', 'staff': 'd1'}");
    EXPECT("holder hcz.desk", "d2 (successor)");
    EXPECT("holder nowhere", "nobody");
    story_close(story);
}
END_TEST

START_TEST(an_absence_has_its_time)
{
    struct story *story = with_people();

    /* 10:00 to 12:00, told ahead; and another one from 14:00 */
    tell(story, "AbsenceDeclared",
         "{'staff': 'd1', 'fromMs': '1674007200000', 'untilMs': '1674014400000'}");
    tell(story, "AbsenceDeclared", "{'staff': 'd1', 'fromMs': '1674021600000'}");
    EXPECT("holder hcz.desk", "d1 (held)");
    story_until(story, "10:00");
    EXPECT("holder hcz.desk", "d2 (successor)");
    story_until(story, "11:00");
    tell(story, "AbsenceEnded", "{'staff': 'd1'}");
    EXPECT("holder hcz.desk", "d1 (held)");
    story_until(story, "15:00");
    EXPECT("holder hcz.desk", "d2 (successor)");
    story_close(story);
}
END_TEST

START_TEST(a_duty_post_is_the_one_of_the_slot_that_runs)
{
    struct story *story = with_people();

    EXPECT("post hcz head", "hcz.head");
    EXPECT("post hcz duty", "hcz.desk");
    EXPECT("post hcz liaison", "");
    tell(story, "RosterPublished",
         "{'unit': 'hcz', 'seat': 's1', 'slots': [{'fromMs': '1674007200000',"
         " 'untilMs': '1674014400000', 'post': 'hcz.night'}]}");
    EXPECT("post hcz duty", "hcz.desk");
    story_until(story, "10:00");
    EXPECT("post hcz duty", "hcz.night");
    story_until(story, "12:00");
    EXPECT("post hcz duty", "hcz.desk");
    tell(story, "UnitRegistered",
         "{'unit': 'hcz', 'nameZh': '张江', 'kind': 'member', 'headPost': 'hcz.director'}");
    EXPECT("post hcz head", "hcz.director");
    /* a post that changes its kind is found under the new one only */
    tell(story, "PostDefined", "{'post': 'hcz.desk', 'unit': 'hcz', 'kind': 'liaison'}");
    EXPECT("post hcz duty", "");
    EXPECT("post hcz liaison", "hcz.desk");
    story_close(story);
}
END_TEST

/* ---- what is whose ------------------------------------------------------------------------------- */

START_TEST(a_catchment_is_by_kind_and_from_a_time)
{
    struct story *story = with_people();

    EXPECT("centre c41 VISIT", "");
    tell(story, "CatchmentSet", "{'committee': 'c41', 'centre': 'hcz'}");
    tell(story, "CatchmentSet", "{'committee': 'c41', 'centre': 'hcs', 'kind': 'VACCINATE'}");
    tell(story, "CatchmentSet", "{'committee': 'c41', 'centre': 'hcs', 'fromMs': '1674057600000'}");
    EXPECT("centre c41 VISIT", "hcz");
    EXPECT("centre c41 VACCINATE", "hcs");
    EXPECT("other hcz", "hcs");
    EXPECT("other hcs", "hcz");
    EXPECT("is_centre hcs", "yes");
    EXPECT("is_centre lgo", "no");
    story_until(story, "2023-01-19T09:00");
    EXPECT("centre c41 VISIT", "hcs");
    story_close(story);
}
END_TEST

START_TEST(the_catalogue_and_the_providers_say_who_serves_what)
{
    struct story *story = with_people();

    EXPECT("responsible MEDICAL VISIT", "nobody");
    tell(story, "ResponsibilitySet",
         "{'category': 'MEDICAL', 'service': 'referral', 'firstUnit': 'centre',"
         " 'secondUnit': 'sjb', 'verifier': 'dzb'}");
    tell(story, "ResponsibilitySet",
         "{'category': 'MEDICAL', 'kind': 'VISIT', 'service': 'referral', 'firstUnit': 'hcz'}");
    EXPECT("responsible MEDICAL VISIT", "referral hcz  ");
    EXPECT("responsible MEDICAL CONSULT", "referral centre sjb dzb");
    EXPECT("responsible LIVING GOODS", "nobody");
    EXPECT("provides hcz VISIT", "yes");
    tell(story, "ProviderRegistered", "{'provider': 'p1', 'unit': 'hcz', 'kinds': ['CONSULT']}");
    EXPECT("provides hcz VISIT", "no");
    tell(story, "ProviderRegistered", "{'provider': 'p2', 'unit': 'hcz', 'kinds': ['VISIT']}");
    EXPECT("provides hcz VISIT", "yes");
    story_close(story);
}
END_TEST

TESTS(two_calendars_one_engine, a_scope_is_its_own_then_a_range_then_all,
      a_time_of_day_is_the_next_one, a_pause_gives_back_what_was_left,
      a_year_without_a_calendar_has_its_weeks, a_policy_is_in_force_from_its_time,
      units_are_known_by_their_registration, a_post_is_never_without_somebody_who_acts_for_it,
      an_absence_has_its_time, a_duty_post_is_the_one_of_the_slot_that_runs,
      a_catchment_is_by_kind_and_from_a_time, the_catalogue_and_the_providers_say_who_serves_what)
