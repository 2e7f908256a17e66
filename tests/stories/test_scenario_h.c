/*
 * Scenario H: festival visits (domain.md 5; S-06F 结合近期节日帮困慰问工作, S-06G 积极匹配相关特殊困难政策,
 * S-06H, S-097), line by line, by all services that have a part in it.  The town is services/town; r1 to
 * r4 are invented people.
 */
#include <stdio.h>

#include "lib/story.h"
#include "stories/plain.h"

extern const struct service organisation_service;
extern const struct service registry_service;
extern const struct service care_service;
extern const struct service benefit_service;

#define C41 "310115125041"
#define SWC "swc as swc.duty"
#define VC C41 " as " C41 ".duty"

/* As plain.h does for the organisation: how many timers care has set by then is its own affair. */
static const char *bare(const char *text)
{
    static char out[PLAIN_SIZE];
    char *end = out;

    for (text = plain(text); *text != '\0';) {
        bool numbered = strncmp(text, "care/1/", 7) == 0;
        end += snprintf(end, 8, "%.*s", numbered ? 5 : 1, text);
        text += numbered ? 7 + strspn(text + 7, "0123456789") : 1;
        if (numbered)
            *end++ = '*';
    }
    *end = '\0';
    return out;
}

static void on_roster(struct story *story, const char *person, const char *category,
                      const char *class)
{
    story_say(story, VC, "registry.Propose." C41,
              "{'person': '%s', 'committee': '" C41 "', 'card': {'name': '居民%s',"
              " 'health': {'text': 'not for this office'}, 'address': {'room': '%s'}}}",
              person, person, person);
    story_say(story, VC, "registry.Verify." C41,
              "{'person': '%s', 'categories': ['%s'], 'class': '%s', 'basis': 'notice'}", person,
              category, class);
}

/* 1: a policy, its matches; r2 had it from the last run. */
static void the_policy_finds_its_people(struct story *story)
{
    story_say(story, SWC, "benefit.DefineBenefit.swc",
              "{'benefit': 'gift', 'name': '春节慰问', 'rule': {'categories': ['ALONE_UNCARED']},"
              " 'amountFen': 50000, 'series': 'festival-2023'}");
    story_say(story, SWC, "benefit.RunMatch.swc", "{'benefit': 'gift'}");
    story_say(story, SWC, "benefit.ScreenMatch." C41, "{'match': 'm1', 'screening': 'KEEP'}");
    story_say(story, SWC, "benefit.ScreenMatch." C41, "{'match': 'm2', 'screening': 'KEEP'}");
    story_say(story, SWC, "benefit.ScreenMatch." C41,
              "{'match': 'm3', 'screening': 'KEEP', 'reason': 'lives alone'}");
    story_say(story, SWC, "benefit.OfferMatch." C41, "{'match': 'm2'}");
    story_say(story, VC, "benefit.AnswerOffer." C41, "{'match': 'm2', 'answer': 'ACCEPTED'}");
    story_say(story, VC, "benefit.DeliverBenefit." C41, "{'match': 'm2', 'proof': 'receipt 7'}");
    story_forget(story);
    story_say(story, SWC, "benefit.DefineBenefit.swc",
              "{'benefit': 'oil', 'name': '慰问品', 'rule': {'categories': ['ALONE_UNCARED']},"
              " 'series': 'festival-2023', 'goods': 'oil'}");
    story_say(story, SWC, "benefit.RunMatch.swc", "{'benefit': 'oil'}");
}

START_TEST(festival_visits_are_contacts_and_the_unmatched_are_named)
{
    struct story *story = story_open("2023-01-19T08:00", &organisation_service, &registry_service,
                                     &care_service, &benefit_service, NULL);

    story_town(story);
    on_roster(story, "r1", "ALONE_UNCARED", "RED");
    on_roster(story, "r2", "ALONE_UNCARED", "YELLOW");
    on_roster(story, "r3", "ALONE_UNCARED", "RED");
    on_roster(story, "r4", "DEPENDENT", "RED");
    story_until(story, "2023-01-20T09:00");
    the_policy_finds_its_people(story);
    EXPECT_TEXT(bare(story_text(story)), "swc/1/7 benefit.DefineBenefit\n"
                                         "    oil: NONE -> IN_FORCE\n"
                                         "    emits benefit.BenefitDefined.swc\n"
                                         "swc/1/8 benefit.RunMatch\n"
                                         "    sends benefit.MatchNext.swc\n"
                                         "benefit/1/14 benefit.MatchNext\n"
                                         "    m4: NONE -> PROPOSED\n"
                                         "    reminds m4: benefit.ChaseMatch in 10 d 8 h\n"
                                         "    emits benefit.MatchProposed.310115125041\n"
                                         "    m5: NONE -> PROPOSED\n"
                                         "    reminds m5: benefit.ChaseMatch in 10 d 8 h\n"
                                         "    emits benefit.MatchProposed.310115125041\n"
                                         "    m5: PROPOSED -> DROPPED\n"
                                         "    forgets m5: benefit.ChaseMatch\n"
                                         "    emits benefit.MatchDropped.310115125041\n"
                                         "    m6: NONE -> PROPOSED\n"
                                         "    reminds m6: benefit.ChaseMatch in 10 d 8 h\n"
                                         "    emits benefit.MatchProposed.310115125041\n"
                                         "    emits benefit.RosterMatched.swc\n");
    EXPECT_TEXT(story_last(story, "benefit.MatchDropped." C41),
                "{\"match\": \"m5\", \"person\": \"r2\", \"benefit\": \"oil\", \"code\": "
                "\"ALREADY_GRANTED\", \"why\": \"already granted\"}");
    story_forget(story);

    /* 2 */
    story_say(story, SWC, "benefit.PlanRun.swc",
              "{'run': 's1', 'name': '春节慰问', 'benefit': 'gift', 'committees': ['" C41 "'],"
              " 'untilMs': '1674302400000'}");
    story_say(story, SWC, "benefit.FreezeRun.swc", "{'run': 's1'}");
    story_say(story, SWC, "benefit.OfferMatch." C41, "{'match': 'm1'}");
    story_say(story, VC, "benefit.AnswerOffer." C41, "{'match': 'm1', 'answer': 'ACCEPTED'}");
    /* 3 */
    story_say(story, VC, "benefit.RecordVisit." C41,
              "{'run': 's1', 'person': 'r1', 'by': '" C41
              ".duty', 'answers': [{'question': 'FOOD'},"
              " {'question': 'MEDICINE'}, {'question': 'HEALTH'}], 'needs': [{'need': 'n1', "
              "'category': 'CARE', 'kind': 'MEALS',"
              " 'detail': 'cannot cook'}]}");
    EXPECT_TEXT(bare(story_text(story)),
                "swc/1/9 benefit.PlanRun\n"
                "    s1: NONE -> PLANNED\n"
                "    reminds s1: benefit.ChaseRun in 35 h\n"
                "    emits benefit.RunPlanned.swc\n"
                "swc/1/10 benefit.FreezeRun\n"
                "    s1: PLANNED -> FREEZING\n"
                "    sends benefit.FreezeNext.swc\n"
                "benefit/1/21 benefit.FreezeNext\n"
                "    s1: FREEZING -> FREEZING\n"
                "    s1/310115125041/r1: NONE -> LISTED\n"
                "    forgets m1: benefit.ChaseMatch\n"
                "    s1/310115125041/r3: NONE -> LISTED\n"
                "    forgets m3: benefit.ChaseMatch\n"
                "    sends benefit.FreezeNext.swc\n"
                "benefit/1/22 benefit.FreezeNext\n"
                "    s1: FREEZING -> FREEZING\n"
                "    s1: FREEZING -> FROZEN\n"
                "    reminds s1: benefit.ChaseRun in 35 h\n"
                "    emits benefit.RunFrozen.swc\n"
                "swc/1/11 benefit.OfferMatch\n"
                "    m1: SCREENED -> OFFERED\n"
                "    reminds m1: benefit.ChaseMatch in 10 d 8 h\n"
                "    emits benefit.MatchOffered.310115125041\n"
                "310115125041/1/11 benefit.AnswerOffer\n"
                "    m1: OFFERED -> ACCEPTED\n"
                "    forgets m1: benefit.ChaseMatch\n"
                "    emits benefit.OfferAnswered.310115125041\n"
                "310115125041/1/12 benefit.RecordVisit\n"
                "    s1: FROZEN -> VISITING\n"
                "    s1/310115125041/r1: LISTED -> VISITED\n"
                "    emits benefit.VisitRecorded.310115125041\n"
                "    sends care.RecordContact.310115125041\n"
                "    m1: ACCEPTED -> DELIVERED\n"
                "    reminds m1: benefit.ChaseMatch in 7 d\n"
                "    emits benefit.BenefitDelivered.310115125041\n"
                "    sends care.OpenNeed.310115125041\n"
                "benefit/1/27 care.RecordContact\n"
                "    r1/2023-01-20: PLANNED -> OK\n"
                "    emits care.ContactRecorded.310115125041\n"
                "benefit/1/29 care.OpenNeed\n"
                "    n1: NONE -> OPEN\n"
                "    emits care.NeedOpened.310115125041\n"
                "    n1: OPEN -> ASSIGNED\n"
                "    n1-a1: NONE -> REQUESTED\n"
                "    emits care.Dispatched.wlc\n"
                "    reminds n1/done: care.Due in 11 d 6 h 24 min\n"
                "    reminds n1/receive: care.Due in 3 h 12 min\n"
                "    reminds n1/accept: care.Due in 8 d 4 h 42 min\n"
                "    reminds n1/first_contact: care.Due in 8 d 4 h 42 min\n"
                "care/* care.Dispatched at registry\n"
                "    emits registry.CardSent.wlc\n");
    EXPECT_TEXT(story_last(story, "benefit.RunFrozen.swc"),
                "{\"run\": \"s1\", \"n\": 2, \"listHash\": "
                "\"a0623c5cfdfc58048f8abc1b96d65f85132f3eb89af21dd0f4a93cf87afc467c\"}");
    EXPECT_TEXT(story_last(story, "care.ContactRecorded." C41),
                "{\"person\": \"r1\", \"date\": \"2023-01-20\", \"outcome\": \"OK\", "
                "\"firstHand\": true, \"atMs\": \"1674176400000\", \"recordedAtMs\": "
                "\"1674176400000\", \"mode\": \"VISIT\", \"done\": 1, \"times\": 1, "
                "\"byPost\": \"310115125041.duty\"}");
    story_forget(story);
    /* 4 */
    story_say(story, VC, "benefit.RecordVisit." C41,
              "{'run': 's1', 'person': 'r3', 'result': 'NO_REPLY'}");
    story_say(story, SWC, "benefit.CloseRun.swc", "{'run': 's1', 'reason': 'r3 was not at home'}");
    EXPECT_TEXT(bare(story_text(story)),
                "310115125041/1/13 benefit.RecordVisit\n"
                "    s1: VISITING -> VISITING\n"
                "    s1/310115125041/r3: LISTED -> NOT_REACHED\n"
                "    emits benefit.VisitRecorded.310115125041\n"
                "    sends care.RecordAttempt.310115125041\n"
                "    sends care.OpenNeed.310115125041\n"
                "benefit/1/31 care.RecordAttempt\n"
                "    r3/2023-01-20: PLANNED -> ATTEMPTED\n"
                "    emits care.ContactAttempted.310115125041\n"
                "    reminds r3/2023-01-20: care.ClimbLadder in 30 min\n"
                "benefit/1/32 care.OpenNeed\n"
                "    benefit-1: NONE -> OPEN\n"
                "    emits care.NeedOpened.310115125041\n"
                "    benefit-1: OPEN -> ASSIGNED\n"
                "    benefit-1-a1: NONE -> REQUESTED\n"
                "    emits care.Dispatched.310115125041\n"
                "    reminds benefit-1/done: care.Due in 19 h 12 min\n"
                "    reminds benefit-1/receive: care.Due in 24 min\n"
                "    reminds benefit-1/accept: care.Due in 48 min\n"
                "    reminds benefit-1/first_contact: care.Due in 1 h 36 min\n"
                "care/* care.Dispatched at registry\n"
                "    emits registry.CardSent.310115125041\n"
                "swc/1/12 benefit.CloseRun\n"
                "    s1: VISITING -> CLOSING\n"
                "    forgets s1: benefit.ChaseRun\n"
                "    sends benefit.CloseNext.swc\n"
                "benefit/1/33 benefit.CloseNext\n"
                "    s1: CLOSING -> CLOSING\n"
                "    s1/310115125041/r3: NOT_REACHED -> NOT_VISITED\n"
                "    reminds m3: benefit.ChaseMatch in 9 d 8 h\n"
                "    emits benefit.UnmatchedListed.lgo\n"
                "    sends benefit.CloseNext.swc\n"
                "benefit/1/35 benefit.CloseNext\n"
                "    s1: CLOSING -> CLOSING\n"
                "    s1: CLOSING -> CLOSED\n"
                "    emits benefit.RunClosed.swc\n");
    EXPECT_TEXT(story_last(story, "benefit.UnmatchedListed.lgo"),
                "{\"run\": \"s1\", \"committee\": \"310115125041\", \"n\": 2, \"whyNot\": "
                "[{\"person\": \"r3\", \"codes\": [\"PERSON_NOT_REACHED\"]}, {\"person\": "
                "\"r4\", \"codes\": [\"WRONG_CATEGORY\"]}]}");
    EXPECT_TEXT(story_last(story, "benefit.RunClosed.swc"),
                "{\"run\": \"s1\", \"n\": 2, \"visited\": 1, \"notReached\": 1, "
                "\"unmatched\": 2, \"reason\": \"r3 was not at home\"}");
    /* No health field was read: benefit heard what registry says, and asked it nothing. */
    ck_assert_uint_eq(story_count(story, "registry.Accessed.*"), 0);
    story_close(story);
}
END_TEST

TESTS(festival_visits_are_contacts_and_the_unmatched_are_named)
