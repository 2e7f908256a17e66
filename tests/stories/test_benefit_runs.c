/*
 * benefit: runs of festival visits 帮困慰问 (S-06F): the frozen list, the visit that is the day's
 * contact, the death that takes a name off every sheet, and the reason for each one not seen.
 */
#include "stories/benefit_town.h"

extern const struct service benefit_service;

static void screen(struct story *story, int first, int last)
{
    for (int i = first; i <= last; i++)
        story_say(story, SWC, "benefit.ScreenMatch." C41, "{'match': 'm%d', 'screening': 'KEEP'}",
                  i);
}

/* Five people, four of them on the list of run s1. */
static struct story *frozen_run(void)
{
    struct story *story = benefit_town(&benefit_service);

    spring_gift(story);
    verified(story, "r1", C41, "'ALONE_UNCARED'", "RED");
    verified(story, "r2", C41, "'ALONE_UNCARED'", "RED");
    verified(story, "r3", C41, "'ORPHAN_ELDER'", "GREEN");
    verified(story, "r4", C06, "'ORPHAN_ELDER'", "RED");
    verified(story, "r5", C06, "'DEPENDENT'", "RED");
    screen(story, 1, 4);
    story_forget(story);
    story_say(story, SWC, "benefit.PlanRun.swc",
              "{'run': 's1', 'name': '春节慰问', 'benefit': 'gift', 'untilMs': '1674302400000'}");
    story_say(story, SWC, "benefit.FreezeRun.swc", "{'run': 's1'}");
    return story;
}

START_TEST(a_visit_is_the_day_s_contact_and_the_gift)
{
    struct story *story = frozen_run();

    story_say(story, VC41, "benefit.RecordVisit." C41,
              "{'run': 's1', 'person': 'r1', 'by': '" C41 ".duty', 'proof': 'photo 3', 'needs':"
              " [{'need': 'n1', 'category': 'CARE', 'kind': 'MEALS', 'detail': 'cannot cook'},"
              " {'category': 'LIVING', 'kind': 'MONEY', 'priority': 'P2', 'detail': 'rent'}]}");
    story_say(story, VC41, "benefit.RecordVisit." C41, "{'run': 's1', 'person': 'r1'}");
    story_say(story, VC06, "benefit.RecordVisit." C06, "{'run': 's1', 'person': 'r2'}");
    story_say(story, VC41, "benefit.RecordVisit." C41,
              "{'run': 's1', 'person': 'r2', 'result': 'NO_REPLY'}");
    story_say(story, VC41, "benefit.RecordVisit." C41,
              "{'run': 's1', 'person': 'r3', 'result': 'REFUSED_VISIT'}");
    story_say(story, VC06, "benefit.RecordVisit." C06, "{'run': 's1', 'person': 'r5'}");
    EXPECT_TEXT(story_text(story),
                "swc/1/6 benefit.PlanRun\n"
                "    s1: NONE -> PLANNED\n"
                "    reminds s1: benefit.ChaseRun in 2 d 11 h\n"
                "    emits benefit.RunPlanned.swc\n"
                "swc/1/7 benefit.FreezeRun\n"
                "    s1: PLANNED -> FREEZING\n"
                "    sends benefit.FreezeNext.swc\n"
                "benefit/1/11 benefit.FreezeNext\n"
                "    s1: FREEZING -> FREEZING\n"
                "    s1/310115125006/r4: NONE -> LISTED\n"
                "    forgets m4: benefit.ChaseMatch\n"
                "    sends benefit.FreezeNext.swc\n"
                "benefit/1/12 benefit.FreezeNext\n"
                "    s1: FREEZING -> FREEZING\n"
                "    s1/310115125041/r1: NONE -> LISTED\n"
                "    forgets m1: benefit.ChaseMatch\n"
                "    s1/310115125041/r2: NONE -> LISTED\n"
                "    forgets m2: benefit.ChaseMatch\n"
                "    s1/310115125041/r3: NONE -> LISTED\n"
                "    forgets m3: benefit.ChaseMatch\n"
                "    sends benefit.FreezeNext.swc\n"
                "benefit/1/13 benefit.FreezeNext\n"
                "    s1: FREEZING -> FREEZING\n"
                "    s1: FREEZING -> FROZEN\n"
                "    reminds s1: benefit.ChaseRun in 2 d 11 h\n"
                "    emits benefit.RunFrozen.swc\n"
                "310115125041/1/1 benefit.RecordVisit\n"
                "    s1: FROZEN -> VISITING\n"
                "    s1/310115125041/r1: LISTED -> VISITED\n"
                "    emits benefit.VisitRecorded.310115125041\n"
                "    sends care.RecordContact.310115125041\n"
                "    m1: SCREENED -> DELIVERED\n"
                "    reminds m1: benefit.ChaseMatch in 7 d\n"
                "    emits benefit.BenefitDelivered.310115125041\n"
                "    sends care.OpenNeed.310115125041\n"
                "    benefit-1: NONE -> OPEN\n"
                "    emits benefit.NeedOpened.310115125041\n"
                "    benefit-1: OPEN -> ASSIGNED\n"
                "    benefit-1-a1: NONE -> REQUESTED\n"
                "    emits benefit.Dispatched.swc\n"
                "    reminds benefit-1/done: benefit.Due in 19 h 12 min\n"
                "    reminds benefit-1/receive: benefit.Due in 24 min\n"
                "    reminds benefit-1/accept: benefit.Due in 48 min\n"
                "    reminds benefit-1/first_contact: benefit.Due in 1 h 36 min\n"
                "310115125041/1/2 benefit.RecordVisit\n"
                "    refuses: no Visit from VISITED\n"
                "310115125006/1/1 benefit.RecordVisit\n"
                "    refuses: RecordVisit is not for 310115125006\n"
                "310115125041/1/3 benefit.RecordVisit\n"
                "    s1: VISITING -> VISITING\n"
                "    s1/310115125041/r2: LISTED -> NOT_REACHED\n"
                "    emits benefit.VisitRecorded.310115125041\n"
                "    sends care.RecordAttempt.310115125041\n"
                "    sends care.OpenNeed.310115125041\n"
                "310115125041/1/4 benefit.RecordVisit\n"
                "    s1: VISITING -> VISITING\n"
                "    s1/310115125041/r3: LISTED -> DECLINED\n"
                "    emits benefit.VisitRecorded.310115125041\n"
                "    sends care.RecordContact.310115125041\n"
                "    m3: SCREENED -> DECLINED\n"
                "    emits benefit.OfferAnswered.310115125041\n"
                "310115125006/1/2 benefit.RecordVisit\n"
                "    refuses: not on the list of that run\n");
    EXPECT_TEXT(story_last(story, "care.RecordContact." C41),
                "{\"person\": \"r3\", \"date\": \"2023-01-19\", \"outcome\": \"REFUSED\", "
                "\"firstHand\": true, \"mode\": \"VISIT\", \"atMs\": \"1674090000000\"}");
    EXPECT_TEXT(story_last(story, "benefit.RunFrozen.swc"),
                "{\"run\": \"s1\", \"n\": 4, \"listHash\": "
                "\"bf0a4c54efdb1f6fb629bdd5897395c628bf21aa61538344ed32889b81d1b403\"}");
    story_forget(story);
    /* The list is what it was; and who was not seen is named, if RED, with the reason. */
    story_say(story, SWC, "benefit.CloseRun.swc", "{'run': 's1'}");
    story_say(story, SWC, "benefit.CloseRun.swc", "{'run': 's1', 'listHash': 'ab', 'reason': 'x'}");
    story_later(story, "4 d");
    story_say(story, SWC, "benefit.CloseRun.swc",
              "{'run': 's1', 'reason': 'the festival is over'}");
    EXPECT_TEXT(story_text(story), "swc/1/8 benefit.CloseRun\n"
                                   "    refuses: 2 were not visited: why?\n"
                                   "swc/1/9 benefit.CloseRun\n"
                                   "    refuses: that is not the frozen list\n"
                                   "24 min later\n"
                                   "benefit/1/32 benefit.Due\n"
                                   "    emits benefit.DeadlineWarned.swc\n"
                                   "    reminds benefit-1/receive: benefit.Due in 6 min\n"
                                   "6 min later\n"
                                   "benefit/1/34 benefit.Due\n"
                                   "    benefit-1-a1: REQUESTED -> EXPIRED\n"
                                   "    emits benefit.Expired.swc\n"
                                   "    benefit-1: ASSIGNED -> OPEN\n"
                                   "    benefit-1: OPEN -> UNASSIGNABLE\n"
                                   "    emits benefit.Unassignable.lgo\n"
                                   "    reminds benefit-1/arbiter: benefit.Due in 28 h 18 min\n"
                                   "    forgets benefit-1/accept: benefit.Due\n"
                                   "    forgets benefit-1/first_contact: benefit.Due\n"
                                   "18 min later\n"
                                   "18 h 24 min later\n"
                                   "benefit/1/37 benefit.Due\n"
                                   "    emits benefit.DeadlineWarned.lgo\n"
                                   "    reminds benefit-1/done: benefit.Due in 4 h 48 min\n"
                                   "4 h 48 min later\n"
                                   "benefit/1/39 benefit.Due\n"
                                   "    emits benefit.DeadlineMissed.lgo\n"
                                   "    emits benefit.Escalated.lgo\n"
                                   "    reminds benefit-1/done: benefit.Due in 1 h\n"
                                   "1 h later\n"
                                   "benefit/1/42 benefit.Due\n"
                                   "    emits benefit.Escalated.lgo\n"
                                   "3 h 48 min later\n"
                                   "benefit/1/44 benefit.Due\n"
                                   "    emits benefit.DeadlineWarned.lgo\n"
                                   "    reminds benefit-1/arbiter: benefit.Due in 3 h 12 min\n"
                                   "3 h 12 min later\n"
                                   "benefit/1/46 benefit.Due\n"
                                   "    emits benefit.DeadlineMissed.lgo\n"
                                   "    emits benefit.Escalated.lg\n"
                                   "27 h later\n"
                                   "benefit/1/49 benefit.ChaseRun\n"
                                   "    s1: VISITING -> VISITING\n"
                                   "    reminds s1: benefit.ChaseRun in 24 h\n"
                                   "    emits benefit.RunOverdue.swc\n"
                                   "24 h later\n"
                                   "benefit/1/51 benefit.ChaseRun\n"
                                   "    s1: VISITING -> VISITING\n"
                                   "    reminds s1: benefit.ChaseRun in 24 h\n"
                                   "    emits benefit.RunOverdue.swc\n"
                                   "13 h later\n"
                                   "swc/1/10 benefit.CloseRun\n"
                                   "    s1: VISITING -> CLOSING\n"
                                   "    forgets s1: benefit.ChaseRun\n"
                                   "    sends benefit.CloseNext.swc\n"
                                   "benefit/1/53 benefit.CloseNext\n"
                                   "    s1: CLOSING -> CLOSING\n"
                                   "    s1/310115125006/r4: LISTED -> NOT_VISITED\n"
                                   "    reminds m4: benefit.ChaseMatch in 6 d 8 h\n"
                                   "    emits benefit.UnmatchedListed.lgo\n"
                                   "    sends benefit.CloseNext.swc\n"
                                   "benefit/1/55 benefit.CloseNext\n"
                                   "    s1: CLOSING -> CLOSING\n"
                                   "    s1/310115125041/r2: NOT_REACHED -> NOT_VISITED\n"
                                   "    reminds m2: benefit.ChaseMatch in 6 d 8 h\n"
                                   "    emits benefit.UnmatchedListed.lgo\n"
                                   "    sends benefit.CloseNext.swc\n"
                                   "benefit/1/57 benefit.CloseNext\n"
                                   "    s1: CLOSING -> CLOSING\n"
                                   "    s1: CLOSING -> CLOSED\n"
                                   "    emits benefit.RunClosed.swc\n");
    EXPECT_TEXT(story_last(story, "benefit.RunClosed.swc"),
                "{\"run\": \"s1\", \"n\": 4, \"visited\": 1, \"notReached\": 1, \"dropped\": "
                "1, \"notVisited\": 1, \"unmatched\": 3, \"reason\": \"the festival is "
                "over\"}");
    EXPECT_TEXT(story_last(story, "benefit.UnmatchedListed.lgo"),
                "{\"run\": \"s1\", \"committee\": \"310115125041\", \"n\": 1, \"whyNot\": "
                "[{\"person\": \"r2\", \"codes\": [\"PERSON_NOT_REACHED\"]}]}");
    EXPECT_TEXT(
        story_ask(story, VC41, "benefit.RunSheet." C41, "{'run': 's1', 'committee': '" C41 "'}"),
        "{\"run\": \"s1\", \"name\": \"春节慰问\", \"state\": \"CLOSED\", \"listHash\": "
        "\"bf0a4c54efdb1f6fb629bdd5897395c628bf21aa61538344ed32889b81d1b403\", "
        "\"committee\": \"310115125041\", \"rows\": [{\"person\": \"r1\", \"match\": "
        "\"m1\", \"state\": \"VISITED\", \"atMs\": \"1674090000000\"}, {\"person\": "
        "\"r2\", \"match\": \"m2\", \"state\": \"NOT_VISITED\", \"atMs\": "
        "\"1674090000000\"}, {\"person\": \"r3\", \"match\": \"m3\", \"state\": "
        "\"DECLINED\", \"atMs\": \"1674090000000\"}]}");
    story_close(story);
}
END_TEST

START_TEST(a_second_run_gives_nobody_a_second_gift)
{
    struct story *story = frozen_run();

    story_say(story, VC41, "benefit.RecordVisit." C41, "{'run': 's1', 'person': 'r1'}");
    story_say(story, SWC, "benefit.DefineBenefit.swc",
              "{'benefit': 'oil', 'name': '元宵慰问', 'rule': {'categories': ['ALONE_UNCARED']},"
              " 'series': 'festival-2023'}");
    story_say(story, SWC, "benefit.RunMatch.swc", "{'benefit': 'oil'}");
    story_say(story, SWC, "benefit.ScreenMatch." C41, "{'match': 'm6', 'screening': 'KEEP'}");
    story_say(story, SWC, "benefit.PlanRun.swc",
              "{'run': 's2', 'benefit': 'oil', 'fromMs': '1674190000000',"
              " 'untilMs': '1674302400000', 'committees': ['" C41 "']}");
    story_say(story, SWC, "benefit.FreezeRun.swc", "{'run': 's2'}");
    /* r2 is on both lists; what the first run brings, the second cannot bring again. */
    story_say(story, VC41, "benefit.RecordVisit." C41, "{'run': 's2', 'person': 'r1'}");
    story_say(story, VC41, "benefit.RecordVisit." C41, "{'run': 's1', 'person': 'r2'}");
    story_forget(story);
    story_say(story, VC41, "benefit.RecordVisit." C41, "{'run': 's2', 'person': 'r2'}");
    EXPECT_TEXT(story_text(story), "310115125041/1/4 benefit.RecordVisit\n"
                                   "    refuses: the person had it\n");
    EXPECT_TEXT(story_last(story, "benefit.Refused." C41),
                "{\"id\": \"310115125041/1/4\", \"code\": \"DOUBLE_GRANT\", \"reason\": "
                "\"the person had it\", \"command\": \"benefit.RecordVisit\"}");
    EXPECT_TEXT(story_last(story, "benefit.MatchDropped." C41),
                "{\"match\": \"m5\", \"person\": \"r1\", \"benefit\": \"oil\", \"code\": "
                "\"ALREADY_GRANTED\", \"why\": \"already granted\"}");
    /* What stands on a frozen list is promised, whatever the roster says of r3 meanwhile. */
    story_say(story, "registry", "registry.CategoriesSet." C41,
              "{'person': 'r3', 'to': ['DEPENDENT']}");
    story_say(story, VC41, "benefit.RecordVisit." C41, "{'run': 's1', 'person': 'r3'}");
    ck_assert_uint_eq(story_count(story, "benefit.BenefitDelivered." C41), 3);
    story_close(story);
}
END_TEST

/* N6, and scenario F.2: bereavement is silence in every service, within the second. */
START_TEST(a_death_drops_the_visit_and_a_mistake_restores_it)
{
    struct story *story = frozen_run();

    story_forget(story);
    story_say(story, "registry", "registry.DeathReported." C41,
              "{'person': 'r1', 'owner': '" C41 "'}");
    story_say(story, VC41, "benefit.RecordVisit." C41, "{'run': 's1', 'person': 'r1'}");
    story_say(story, SWC, "benefit.OfferMatch." C41, "{'match': 'm1'}");
    EXPECT_TEXT(
        story_ask(story, VC41, "benefit.RunSheet." C41, "{'run': 's1', 'committee': '" C41 "'}"),
        "{\"run\": \"s1\", \"name\": \"春节慰问\", \"state\": \"FROZEN\", \"listHash\": "
        "\"bf0a4c54efdb1f6fb629bdd5897395c628bf21aa61538344ed32889b81d1b403\", "
        "\"committee\": \"310115125041\", \"rows\": [{\"person\": \"r2\", \"match\": "
        "\"m2\", \"state\": \"LISTED\"}, {\"person\": \"r3\", \"match\": \"m3\", "
        "\"state\": \"LISTED\"}]}");
    story_say(story, "registry", "registry.DeathRefuted." C41,
              "{'person': 'r1', 'owner': '" C41 "'}");
    story_say(story, "registry", "registry.DeathReported." C41,
              "{'person': 'r2', 'owner': '" C41 "'}");
    story_say(story, "registry", "registry.DeathConfirmed." C41,
              "{'person': 'r2', 'owner': '" C41 "'}");
    /* r3 moves with the visit; r4 was known under another id. */
    story_say(story, "registry", "registry.Moved." C06,
              "{'person': 'r3', 'from': '" C41 "', 'to': '" C06 "'}");
    story_say(story, "registry", "registry.AwayStarted." C06, "{'person': 'r3', 'kind': 'travel'}");
    EXPECT_TEXT(
        story_ask(story, VC06, "benefit.RunSheet." C06, "{'run': 's1', 'committee': '" C06 "'}"),
        "{\"run\": \"s1\", \"name\": \"春节慰问\", \"state\": \"FROZEN\", \"listHash\": "
        "\"bf0a4c54efdb1f6fb629bdd5897395c628bf21aa61538344ed32889b81d1b403\", "
        "\"committee\": \"310115125006\", \"rows\": [{\"person\": \"r3\", \"match\": "
        "\"m3\", \"state\": \"LISTED\", \"away\": true}, {\"person\": \"r4\", "
        "\"match\": \"m4\", \"state\": \"LISTED\"}]}");
    story_say(story, "registry", "registry.AwayEnded." C06, "{'person': 'r3', 'kind': 'travel'}");
    story_say(story, VC06, "benefit.RecordVisit." C06, "{'run': 's1', 'person': 'r3'}");
    story_say(story, VC06, "benefit.RecordVisit." C06, "{'run': 's1', 'person': 'r4'}");
    story_say(story, "registry", "registry.Merged." C06,
              "{'survivor': 'r5', 'alias': 'r4', 'owner': '" C06 "'}");
    story_say(story, "registry", "registry.CategoriesSet." C06,
              "{'person': 'r5', 'to': ['ORPHAN_ELDER']}");
    EXPECT_TEXT(story_ask(story, SWC, "benefit.GrantsOf.swc", "{'person': 'r5'}"),
                "{\"person\": \"r5\", \"grants\": [{\"benefit\": \"gift\", \"match\": "
                "\"m4\", \"run\": \"s1\", \"atMs\": \"1674090000000\", \"series\": "
                "\"festival-2023\", \"asPerson\": \"r4\"}]}");
    story_say(story, "registry", "registry.Unmerged." C06,
              "{'survivor': 'r5', 'alias': 'r4', 'owner': '" C06 "'}");
    EXPECT_TEXT(story_ask(story, SWC, "benefit.GrantsOf.swc", "{'person': 'r5'}"),
                "{\"person\": \"r5\"}");
    story_say(story, "registry", "registry.Removed." C06, "{'person': 'r5', 'owner': '" C06 "'}");
    EXPECT_TEXT(story_text(story), "registry/1/6 registry.DeathReported at benefit\n"
                                   "    s1/310115125041/r1: LISTED -> SUSPENDED\n"
                                   "    emits benefit.VisitDropped.310115125041\n"
                                   "310115125041/1/1 benefit.RecordVisit\n"
                                   "    refuses: the person is not on the roster now\n"
                                   "swc/1/8 benefit.OfferMatch\n"
                                   "    refuses: the person is not on the roster now\n"
                                   "registry/1/7 registry.DeathRefuted at benefit\n"
                                   "    s1/310115125041/r1: SUSPENDED -> LISTED\n"
                                   "    emits benefit.VisitRestored.310115125041\n"
                                   "registry/1/8 registry.DeathReported at benefit\n"
                                   "    s1/310115125041/r2: LISTED -> SUSPENDED\n"
                                   "    emits benefit.VisitDropped.310115125041\n"
                                   "registry/1/9 registry.DeathConfirmed at benefit\n"
                                   "    m2: SCREENED -> DROPPED\n"
                                   "    emits benefit.MatchDropped.310115125041\n"
                                   "    s1/310115125041/r2: SUSPENDED -> DROPPED\n"
                                   "310115125006/1/1 benefit.RecordVisit\n"
                                   "    s1: FROZEN -> VISITING\n"
                                   "    s1/310115125006/r3: LISTED -> VISITED\n"
                                   "    emits benefit.VisitRecorded.310115125006\n"
                                   "    sends care.RecordContact.310115125006\n"
                                   "    m3: SCREENED -> DELIVERED\n"
                                   "    reminds m3: benefit.ChaseMatch in 7 d\n"
                                   "    emits benefit.BenefitDelivered.310115125006\n"
                                   "310115125006/1/2 benefit.RecordVisit\n"
                                   "    s1: VISITING -> VISITING\n"
                                   "    s1/310115125006/r4: LISTED -> VISITED\n"
                                   "    emits benefit.VisitRecorded.310115125006\n"
                                   "    sends care.RecordContact.310115125006\n"
                                   "    m4: SCREENED -> DELIVERED\n"
                                   "    reminds m4: benefit.ChaseMatch in 7 d\n"
                                   "    emits benefit.BenefitDelivered.310115125006\n"
                                   "registry/1/13 registry.Merged at benefit\n"
                                   "    m4: DELIVERED -> UNCONFIRMED\n"
                                   "    forgets m4: benefit.ChaseMatch\n"
                                   "registry/1/14 registry.CategoriesSet at benefit\n"
                                   "    m5: NONE -> PROPOSED\n"
                                   "    reminds m5: benefit.ChaseMatch in 10 d 8 h\n"
                                   "    emits benefit.MatchProposed.310115125006\n"
                                   "    m5: PROPOSED -> DROPPED\n"
                                   "    forgets m5: benefit.ChaseMatch\n"
                                   "    emits benefit.MatchDropped.310115125006\n");
    /* Whoever was dead is not back on the roster for having been a double. */
    story_say(story, "registry", "registry.Merged." C41, "{'survivor': 'r1', 'alias': 'r2'}");
    story_say(story, "registry", "registry.Unmerged." C41, "{'survivor': 'r1', 'alias': 'r2'}");
    ck_assert_uint_eq(story_count(story, "benefit.MatchProposed." C41), 3);
    story_close(story);
}
END_TEST

START_TEST(a_run_of_many_is_worked_through_in_slices)
{
    struct story *story = benefit_town(&benefit_service);
    char person[16];

    spring_gift(story);
    for (int i = 1; i <= 70; i++) {
        snprintf(person, sizeof(person), "r%02d", i);
        verified(story, person, C41, "'ALONE_UNCARED'", "RED");
    }
    screen(story, 1, 66);
    story_say(story, SWC, "benefit.PlanRun.swc",
              "{'run': 's1', 'name': '春节慰问', 'benefit': 'gift', 'untilMs': '1674302400000',"
              " 'committees': ['" C41 "']}");
    story_say(story, SWC, "benefit.FreezeRun.swc", "{'run': 's1'}");
    ck_assert_uint_eq(story_count(story, "benefit.FreezeNext.*"), 3);
    ck_assert_ptr_nonnull(strstr(story_last(story, "benefit.RunFrozen.swc"), "\"n\": 66,"));
    story_say(story, VC41, "benefit.RecordVisit." C41, "{'run': 's1', 'person': 'r01'}");
    story_forget(story);
    story_say(story, SWC, "benefit.CloseRun.swc", "{'run': 's1', 'reason': 'the end'}");
    ck_assert_uint_eq(story_count(story, "benefit.CloseNext.*"), 4);
    ck_assert_uint_eq(story_count(story, "benefit.UnmatchedListed.lgo"), 2);
    EXPECT_TEXT(story_last(story, "benefit.RunClosed.swc"),
                "{\"run\": \"s1\", \"n\": 66, \"visited\": 1, \"notVisited\": 65, "
                "\"unmatched\": 69, \"reason\": \"the end\"}");
    story_close(story);
}
END_TEST

START_TEST(who_moves_takes_the_visit_along_and_nobody_else_s)
{
    struct story *story = benefit_town(&benefit_service);

    spring_gift(story);
    verified(story, "r1", C41, "'ALONE_UNCARED'", "RED");
    verified(story, "r2", C41, "'ALONE_UNCARED'", "RED");
    verified(story, "r5", C06, "'DEPENDENT'", "RED");
    screen(story, 1, 2);
    story_say(story, SWC, "benefit.PlanRun.swc",
              "{'run': 's1', 'name': '春节慰问', 'benefit': 'gift', 'untilMs': '1674302400000',"
              " 'committees': ['" C41 "']}");
    story_say(story, SWC, "benefit.FreezeRun.swc", "{'run': 's1'}");
    story_say(story, "registry", "registry.Moved." C06,
              "{'person': 'r1', 'from': '" C41 "', 'to': '" C06 "'}");
    story_forget(story);
    story_say(story, VC41, "benefit.RecordVisit." C41,
              "{'run': 's1', 'person': 'r1', 'by': '13800138000'}");
    story_say(story, VC41, "benefit.RecordVisit." C41, "{'run': 's1', 'person': 'r1'}");
    story_say(story, VC06, "benefit.RecordVisit." C06,
              "{'run': 's1', 'person': 'r1', 'result': 'NO_REPLY'}");
    story_say(story, SWC, "benefit.CloseRun.swc", "{'run': 's1', 'reason': 'the end'}");
    EXPECT_TEXT(story_text(story), "310115125041/1/1 benefit.RecordVisit\n"
                                   "    refuses: by: the id of a post, a carer or a member of "
                                   "staff, never a name or a number\n"
                                   "310115125041/1/2 benefit.RecordVisit\n"
                                   "    refuses: RecordVisit is not for 310115125041\n"
                                   "310115125006/1/1 benefit.RecordVisit\n"
                                   "    s1: FROZEN -> VISITING\n"
                                   "    s1/310115125006/r1: LISTED -> NOT_REACHED\n"
                                   "    emits benefit.VisitRecorded.310115125006\n"
                                   "    sends care.RecordAttempt.310115125006\n"
                                   "    sends care.OpenNeed.310115125006\n"
                                   "swc/1/6 benefit.CloseRun\n"
                                   "    s1: VISITING -> CLOSING\n"
                                   "    forgets s1: benefit.ChaseRun\n"
                                   "    sends benefit.CloseNext.swc\n"
                                   "benefit/1/15 benefit.CloseNext\n"
                                   "    s1: CLOSING -> CLOSING\n"
                                   "    s1/310115125041/r2: LISTED -> NOT_VISITED\n"
                                   "    reminds m2: benefit.ChaseMatch in 9 d 8 h\n"
                                   "    emits benefit.UnmatchedListed.lgo\n"
                                   "    sends benefit.CloseNext.swc\n"
                                   "benefit/1/17 benefit.CloseNext\n"
                                   "    s1: CLOSING -> CLOSING\n"
                                   "    s1/310115125006/r1: NOT_REACHED -> NOT_VISITED\n"
                                   "    reminds m1: benefit.ChaseMatch in 9 d 8 h\n"
                                   "    emits benefit.UnmatchedListed.lgo\n"
                                   "    sends benefit.CloseNext.swc\n"
                                   "benefit/1/19 benefit.CloseNext\n"
                                   "    s1: CLOSING -> CLOSING\n"
                                   "    s1: CLOSING -> CLOSED\n"
                                   "    emits benefit.RunClosed.swc\n");
    EXPECT_TEXT(story_last(story, "benefit.UnmatchedListed.lgo"),
                "{\"run\": \"s1\", \"committee\": \"310115125006\", \"n\": 1, \"whyNot\": "
                "[{\"person\": \"r1\", \"codes\": [\"PERSON_NOT_REACHED\"]}]}");
    EXPECT_TEXT(story_last(story, "benefit.RunClosed.swc"),
                "{\"run\": \"s1\", \"n\": 2, \"notReached\": 1, \"notVisited\": 1, "
                "\"unmatched\": 2, \"reason\": \"the end\"}");
    story_close(story);
}
END_TEST

TESTS(a_run_of_many_is_worked_through_in_slices, who_moves_takes_the_visit_along_and_nobody_else_s,
      a_visit_is_the_day_s_contact_and_the_gift, a_second_run_gives_nobody_a_second_gift,
      a_death_drops_the_visit_and_a_mistake_restores_it)
