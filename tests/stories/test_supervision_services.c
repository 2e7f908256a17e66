/*
 * The register's rows of the services that serve people day by day: contacts, incidents, alerts,
 * lines, channels, visits, homes (duties.csv).  The other services are spoken for here.
 */
#include <string.h>

#include "lib/story.h"
#include "plain.h"

extern const struct service organisation_service;
extern const struct service supervision_service;

#define C41 "310115125041"

static struct story *open_town(void)
{
    struct story *story =
        story_open("2023-01-18T09:00", &organisation_service, &supervision_service, NULL);

    story_town(story);
    story_later(story, "1 min");
    return story;
}

static const char *counts(struct story *story, const char *unit, const char *duty)
{
    const char *text = plain(story_ask(story, "jcb as jcb.head", "supervision.DutyBoard.jcb",
                                       "{'unit': '%s', 'duty': '%s', 'limit': 1}", unit, duty));
    const char *rest = strstr(text, "}], ");
    static char figures[256];

    rest = rest != NULL ? rest + 4 : text;
    const char *next = strstr(rest, ", \"next\""); /* where there is more than the one row */
    size_t length = next != NULL ? (size_t)(next - rest) : strlen(rest);
    ck_assert_uint_lt(length + 2, sizeof(figures));
    memcpy(figures, rest, length);
    strcpy(figures + length, next != NULL ? "}" : "");
    return figures;
}

/* S-097 每天1次, S-099 每日记录, S-071 沉默对象, S-09C 特殊时期加强频次 */
START_TEST(each_day_s_contacts_are_counted_and_missed_ones_are_one_finding)
{
    struct story *story = open_town();

    for (int i = 1; i <= 3; i++)
        story_say(story, "care", "care.ContactPlanned." C41,
                  "{'person': 'r%d', 'date': '2023-01-18', 'ladder': 'NORMAL', 'times': 1}", i);
    story_say(story, "care", "care.ContactPlanned." C41,
              "{'person': 'r4', 'date': '2023-01-18', 'ladder': 'SILENT', 'times': 2,"
              " 'windowEndMs': '1674021600000'}");
    story_say(story, "care", "care.ContactPlanned." C41,
              "{'person': 'r5', 'date': '2023-01-18', 'ladder': 'HOST', 'times': 1}");
    ck_assert_str_eq(counts(story, C41, "S-097"), "\"pending\": 4}");
    story_say(story, "care", "care.ContactRecorded." C41,
              "{'person': 'r1', 'date': '2023-01-18', 'outcome': 'OK', 'firstHand': true,"
              " 'done': 1, 'times': 1}");
    story_say(story, "care", "care.ContactRecorded." C41,
              "{'person': 'r4', 'date': '2023-01-18', 'outcome': 'OK_VIA_OTHER', 'done': 1,"
              " 'times': 2}");
    story_say(story, "registry", "registry.DeathReported." C41, "{'person': 'r2'}");
    ck_assert_str_eq(counts(story, C41, "S-097"), "\"met\": 2, \"pending\": 1}");
    ck_assert_str_eq(counts(story, C41, "S-09C"), "\"pending\": 1}");
    story_until(story, "2023-01-18T14:01"); /* nobody saw the silent one with their own eyes */
    ck_assert_str_eq(counts(story, C41, "S-071"), "\"breached\": 1}");
    ck_assert_uint_eq(story_count(story, "supervision.DutyMet." C41), 2); /* at the opening */
    story_until(story, "2023-01-19T00:01");
    for (int i = 3; i <= 4; i++)
        story_say(story, "care", "care.ContactMissed." C41,
                  "{'person': 'r%d', 'date': '2023-01-18'}", i);
    ck_assert_str_eq(counts(story, C41, "S-097"), "\"met\": 2, \"breached\": 1}");
    ck_assert_str_eq(counts(story, C41, "S-099"), "\"met\": 2, \"breached\": 1, \"pending\": 1}");
    ck_assert_str_eq(counts(story, C41, "S-09C"), "\"breached\": 1}");
    /* A finding for each duty that was broken, not for each person. */
    ck_assert_uint_eq(story_count(story, "supervision.FindingOpened." C41), 4);
    story_say(story, "lgo", "organisation.PostUnfilled.lgo", "{'post': 'x', 'unit': '" C41 "'}");
    story_say(story, "lgo", "organisation.UnitSilent." C41, "{'unit': '" C41 "'}");
    ck_assert_str_eq(
        story_ask(story, "jcb", "supervision.BulletinOf.jcb", "{'month': '2023-01'}"),
        "{\"month\": \"2023-01\", \"rates\": [{\"unit\": \"310115125041\", \"contacts\": 5, "
        "\"missed\": 2, \"coveragePermille\": 400, \"firstHandPermille\": 500, \"vacancies\": 1, "
        "\"silences\": 1}]}");
    story_close(story);
}
END_TEST

/* S-054 固定帮扶志愿者, S-093 主动上门, S-095 一对一结对, S-09A 每日汇总, S-09D, S-068, S-087 */
START_TEST(pairings_visits_and_summaries_have_their_time)
{
    struct story *story = open_town();

    story_say(story, "registry", "registry.Verified." C41,
              "{'person': 'r1', 'owner': '" C41 "', 'class': 'GREEN'}");
    story_say(story, "care", "care.Paired." C41, "{'person': 'r1', 'carer': 'k1'}");
    ck_assert_str_eq(counts(story, C41, "S-054"), "\"met\": 1}");
    story_say(story, "care", "care.DoorVisitAssigned." C41,
              "{'person': 'r1', 'date': '2023-01-18', 'knockByMs': '1674010800000'}");
    story_say(story, "care", "care.NotReached." C41, "{'person': 'r1', 'date': '2023-01-18'}");
    ck_assert_str_eq(counts(story, C41, "S-093"), "{\"met\": 1}");
    story_say(story, "care", "care.UnpairedFound." C41,
              "{'person': 'r2', 'committee': '" C41 "', 'date': '2023-01-18'}");
    ck_assert_str_eq(counts(story, C41, "S-095"), "\"breached\": 1}");
    story_say(story, "care", "care.RecruitmentGap." C41,
              "{'committee': '" C41 "', 'people': 9, 'carers': 1, 'shortBy': 1}");
    story_until(story, "2023-01-18T20:00");
    story_say(story, "care", "care.SummaryFrozen." C41,
              "{'committee': '" C41 "', 'date': '2023-01-18'}");
    story_say(story, "care", "care.SummaryFrozen.310115125006",
              "{'committee': '310115125006', 'date': '2023-01-18'}");
    story_say(story, "care", "care.SummarySigned." C41,
              "{'committee': '" C41 "', 'date': '2023-01-18'}");
    story_until(story, "2023-01-18T20:31");
    ck_assert_str_eq(counts(story, C41, "S-09A"), "{\"met\": 1}");
    ck_assert_str_eq(counts(story, "310115125006", "S-09A"), "\"breached\": 1}");
    /* It is made at nine, and cannot be there before. */
    story_until(story, "2023-01-18T21:01");
    story_say(story, "care", "care.SummaryRolledUp.town", "{'date': '2023-01-18'}");
    ck_assert_str_eq(counts(story, "sjb", "S-068"), "{\"met\": 1}");
    ck_assert_str_eq(counts(story, "sjb", "S-087"), "{\"met\": 1}");
    story_later(story, "3 d");
    ck_assert_str_eq(counts(story, C41, "S-09D"), "\"breached\": 1}");
    story_close(story);
}
END_TEST

/* S-013 底线, S-031, S-063, S-06A to S-06D, S-06O, S-073, S-074, S-075, S-0B5 */
START_TEST(incidents_are_opened_told_commanded_and_controlled_in_time)
{
    struct story *story = open_town();

    story_say(story, "hotline", "hotline.CallClassified.dzb",
              "{'call': 'k1', 'kind': 'CHILD_UNGUARDED', 'incident': 'i1'}");
    story_say(story, "incident", "incident.IncidentOpened.pab",
              "{'incident': 'i1', 'type': 'CHILD_UNGUARDED', 'place': '" C41
              "', 'priority': 'P0'}");
    ck_assert_str_eq(counts(story, "dzb", "S-063"), "{\"met\": 1}");
    story_say(story, "incident", "incident.IncidentConfirmed.pab", "{'incident': 'i1'}");
    story_say(story, "incident", "incident.ReportedUpward.pab", "{'incident': 'i1'}");
    ck_assert_str_eq(counts(story, "pab", "S-075"), "{\"met\": 1}");
    ck_assert_str_eq(counts(story, "pab", "S-0B5"), "{\"met\": 1}");
    story_later(story, "121 min"); /* no caretaker */
    ck_assert_str_eq(counts(story, C41, "S-031"), "\"breached\": 1}");
    story_say(story, "incident", "incident.IncidentOpened.pab",
              "{'incident': 'i2', 'type': 'ORDER', 'place': '" C41 "', 'priority': 'P1'}");
    story_say(story, "incident", "incident.CommandTaken.pab", "{'incident': 'i2'}");
    ck_assert_str_eq(counts(story, "pab", "S-06B"), "{\"met\": 1}");
    story_say(story, "incident", "incident.IncidentOpened.pab",
              "{'incident': 'i3', 'type': 'HEALTH', 'place': '" C41 "', 'priority': 'P0'}");
    story_say(story, "incident", "incident.IncidentGraded.pab",
              "{'incident': 'i3', 'type': 'HEALTH', 'grade': 2}");
    ck_assert_str_eq(counts(story, "pab", "S-06A"), "\"pending\": 1}");
    story_say(story, "incident", "incident.ResponderCalled.pab",
              "{'incident': 'i3', 'responder': '120'}");
    ck_assert_str_eq(counts(story, "pab", "S-06A"), "{\"met\": 1}");
    story_say(story, "incident", "incident.SituationReported.pab",
              "{'incident': 'i3', 'grade': 2}");
    ck_assert_str_eq(counts(story, "pab", "S-06D"), "\"met\": 1, \"pending\": 1}");
    story_say(story, "incident", "incident.SituationOverdue.pab", "{'incident': 'i3'}");
    ck_assert_str_eq(counts(story, "pab", "S-06D"), "\"met\": 1, \"breached\": 1}");
    /* One of grade 3 is not reported on every half hour, and needs no responder. */
    story_say(story, "incident", "incident.IncidentOpened.pab",
              "{'incident': 'i4', 'type': 'MASS', 'place': '" C41 "', 'priority': 'P1'}");
    story_say(story, "incident", "incident.IncidentGraded.pab",
              "{'incident': 'i4', 'type': 'MASS', 'grade': 2}");
    ck_assert_str_eq(counts(story, "pab", "S-06D"), "\"met\": 1, \"breached\": 1, \"pending\": 1}");
    story_say(story, "incident", "incident.IncidentGraded.pab",
              "{'incident': 'i4', 'type': 'MASS', 'grade': 3, 'from': 2}");
    story_say(story, "incident", "incident.SituationReported.pab",
              "{'incident': 'i4', 'grade': 3}");
    ck_assert_str_eq(counts(story, "pab", "S-06D"), "\"met\": 1, \"breached\": 1}");
    ck_assert_str_eq(counts(story, "pab", "S-06A"), "{\"met\": 1}");
    story_say(story, "incident", "incident.IncidentControlled.pab", "{'incident': 'i3'}");
    ck_assert_str_eq(counts(story, "hcz", "S-06O"), "{\"met\": 1}");
    story_say(story, "care", "care.AbnormalFound." C41,
              "{'person': 'r1', 'signs': ['MOOD'], 'to': 'care', 'ref': 'n1'}");
    story_say(story, "care", "care.NeedOpened." C41, "{'need': 'n1', 'kind': 'COMFORT'}");
    ck_assert_str_eq(counts(story, C41, "S-073"), "{\"met\": 1}");
    ck_assert_str_eq(counts(story, C41, "S-074"), "{\"met\": 1}");
    /* A death is a never-event where something had been found before it. */
    story_say(story, "incident", "incident.IncidentClosed.pab",
              "{'incident': 'i2', 'result': 'DIED'}");
    ck_assert_str_eq(counts(story, "lg", "S-013"), "\"pending\": 1}");
    story_say(story, "opinion", "opinion.AlertGraded." C41, "{'alert': 'a1', 'grade': 'II'}");
    ck_assert_str_eq(counts(story, "lg", "S-013"), "\"pending\": 1}");
    story_say(story, "opinion", "opinion.AlertGraded." C41, "{'alert': 'a1', 'grade': 'I'}");
    ck_assert_str_eq(counts(story, "lg", "S-013"), "\"breached\": 1}");
    story_close(story);
}
END_TEST

/* S-064, S-065, S-066, S-067, S-0A0 to S-0A9, S-0B3 */
START_TEST(opinion_is_answered_and_its_channels_are_right)
{
    struct story *story = open_town();

    story_say(story, "opinion", "opinion.NoticePublished.dqb", "{'notice': 'n1'}");
    ck_assert_str_eq(counts(story, "dqb", "S-064"), "\"met\": 1, \"pending\": 1}");
    story_say(story, "opinion", "opinion.ChannelRegistered.dqb",
              "{'channel': 'k1', 'number': '58958808', 'ownerUnit': 'dzb'}");
    story_say(story, "opinion", "opinion.ChannelPublished.dqb", "{'channel': 'k1'}");
    ck_assert_str_eq(counts(story, "dqb", "S-065"), "{\"met\": 1}");
    story_say(story, "opinion", "opinion.ChannelChanged.dqb",
              "{'channel': 'k1', 'ownerUnit': 'dzb', 'dueMs': '1674014400000'}");
    ck_assert_str_eq(counts(story, "dqb", "S-0A8"), "\"pending\": 1}");
    story_say(story, "opinion", "opinion.ChannelVerified.dqb",
              "{'channel': 'k1', 'number': '58958808', 'ownerUnit': 'dzb'}");
    ck_assert_str_eq(counts(story, "dqb", "S-0A0"), "\"met\": 1, \"pending\": 1}");
    story_say(story, "opinion", "opinion.ChannelVerified.dqb",
              "{'channel': 'k2', 'ownerUnit': '" C41 "'}");
    ck_assert_str_eq(counts(story, C41, "S-0A1"), "\"met\": 1, \"pending\": 1}");
    story_say(story, "opinion", "opinion.ChannelVerified.dqb",
              "{'channel': 'k3', 'ownerUnit': 'wlc'}");
    ck_assert_str_eq(counts(story, "wlc", "S-0A6"), "\"met\": 1, \"pending\": 1}");
    ck_assert_str_eq(counts(story, "hcz", "S-0A2"), "\"pending\": 1}");
    story_say(story, "opinion", "opinion.ChannelFailed.dqb",
              "{'channel': 'k2', 'ownerUnit': '" C41 "'}");
    ck_assert_str_eq(counts(story, C41, "S-0A9"), "\"pending\": 1}");
    story_say(story, "opinion", "opinion.SignalReceived.dqb",
              "{'signal': 's1', 'dueMs': '1674010800000'}");
    story_say(story, "opinion", "opinion.SignalReceived.dqb",
              "{'signal': 's2', 'dueMs': '1674010800000'}");
    story_say(story, "opinion", "opinion.SignalMerged.dqb", "{'signal': 's2', 'into': 's1'}");
    story_say(story, "opinion", "opinion.SignalAssessed.dqb", "{'signal': 's1'}");
    ck_assert_str_eq(counts(story, "dqb", "S-066"), "{\"met\": 1}");
    story_say(story, "opinion", "opinion.AlertGraded." C41,
              "{'alert': 'a1', 'grade': 'III', 'answerDueMs': '1674180000000'}");
    story_say(story, "opinion", "opinion.HelpGiven.dqb", "{'alert': 'a1'}");
    ck_assert_str_eq(counts(story, "dqb", "S-067"), "\"pending\": 1}");
    story_say(story, "opinion", "opinion.AnswerPublished.dqb", "{'alert': 'a1'}");
    ck_assert_str_eq(counts(story, "dqb", "S-067"), "{\"met\": 1}");
    ck_assert_str_eq(counts(story, "dqb", "S-0B3"), "{\"met\": 1}");
    story_close(story);
}
END_TEST

/* S-060, S-06F, S-06G, S-06M */
START_TEST(goods_policies_runs_and_homes_are_seen_to)
{
    struct story *story = open_town();

    story_say(story, "supplies", "supplies.LineRequested." C41,
              "{'line': 'l1', 'need': 'n1', 'item': 'rice', 'qty': 1}");
    ck_assert_str_eq(counts(story, "dzb", "S-060"), "\"pending\": 1}");
    story_say(story, "supplies", "supplies.LineApproved." C41, "{'line': 'l1', 'need': 'n1'}");
    ck_assert_str_eq(counts(story, "dzb", "S-060"), "{\"met\": 1}");
    story_say(story, "benefit", "benefit.MatchProposed." C41,
              "{'match': 'm1', 'person': 'r1', 'dueMs': '1674262800000'}");
    story_say(story, "benefit", "benefit.MatchProposed." C41,
              "{'match': 'm2', 'person': 'r1', 'dueMs': '1674262800000'}");
    story_say(story, "benefit", "benefit.MatchDropped." C41, "{'match': 'm2', 'person': 'r1'}");
    ck_assert_str_eq(counts(story, "swc", "S-06G"), "\"met\": 1, \"pending\": 1}");
    story_say(story, "benefit", "benefit.RunPlanned.swc",
              "{'run': 'u1', 'untilMs': '1674262800000'}");
    story_say(story, "benefit", "benefit.RunClosed.swc", "{'run': 'u1'}");
    ck_assert_str_eq(counts(story, "swc", "S-06F"), "{\"met\": 1}");
    story_say(story, "homes", "homes.HomeRegistered.hcz", "{'home': 'H1', 'centre': 'hcz'}");
    story_say(story, "homes", "homes.HomePaired.hcz", "{'home': 'H1', 'centre': 'hcz'}");
    ck_assert_str_eq(counts(story, "hcz", "S-06M"), "\"pending\": 1}");
    story_later(story, "8 d");
    ck_assert_str_eq(counts(story, "hcz", "S-06M"), "\"breached\": 1}");
    story_close(story);
}
END_TEST

TESTS(each_day_s_contacts_are_counted_and_missed_ones_are_one_finding,
      pairings_visits_and_summaries_have_their_time,
      incidents_are_opened_told_commanded_and_controlled_in_time,
      opinion_is_answered_and_its_channels_are_right, goods_policies_runs_and_homes_are_seen_to)
