/*
 * benefit: policies matched to people, with reasons both ways (domain.md 3.14; S-06G 积极匹配相关特殊
 * 困难政策, S-06H).
 */
#include "stories/benefit_town.h"

extern const struct service benefit_service;

START_TEST(a_policy_finds_its_people_and_says_why_not)
{
    struct story *story = benefit_town(&benefit_service);

    verified(story, "r1", C41, "'ALONE_UNCARED', 'MENTAL_DISORDER'", "RED");
    verified(story, "r2", C41, "'DEPENDENT'", "YELLOW");
    /* A policy that asks for an illness is none of this office's. */
    story_say(story, SWC, "benefit.DefineBenefit.swc",
              "{'benefit': 'ill', 'rule': {'categories': ['MENTAL_DISORDER']}}");
    story_say(story, "dzb as dzb.duty", "benefit.DefineBenefit.swc",
              "{'benefit': 'gift', 'rule': {}}");
    spring_gift(story);
    story_say(story, SWC, "benefit.RunMatch.swc", "{'benefit': 'gift'}");
    /* Whoever comes on the roster later is matched at once. */
    verified(story, "r3", C06, "'ORPHAN_ELDER'", "GREEN");
    EXPECT_TEXT(story_text(story), "swc/1/1 benefit.DefineBenefit\n"
                                   "    refuses: a policy is matched without health data\n"
                                   "dzb/1/1 benefit.DefineBenefit\n"
                                   "    refuses: DefineBenefit is not for dzb\n"
                                   "swc/1/2 benefit.DefineBenefit\n"
                                   "    gift: NONE -> IN_FORCE\n"
                                   "    emits benefit.BenefitDefined.swc\n"
                                   "swc/1/3 benefit.RunMatch\n"
                                   "    sends benefit.MatchNext.swc\n"
                                   "benefit/1/4 benefit.MatchNext\n"
                                   "    m1: NONE -> PROPOSED\n"
                                   "    reminds m1: benefit.ChaseMatch in 10 d 8 h\n"
                                   "    emits benefit.MatchProposed.310115125041\n"
                                   "    emits benefit.RosterMatched.swc\n"
                                   "registry/1/3 registry.Verified at benefit\n"
                                   "    m2: NONE -> PROPOSED\n"
                                   "    reminds m2: benefit.ChaseMatch in 10 d 8 h\n"
                                   "    emits benefit.MatchProposed.310115125006\n");
    EXPECT_TEXT(story_ask(story, SWC, "benefit.WhyNot.swc", "{'person': 'r2'}"),
                "{\"person\": \"r2\", \"rows\": [{\"benefit\": \"gift\", \"name\": \"春节慰问\", "
                "\"codes\": [\"WRONG_CATEGORY\"]}]}");
    EXPECT_TEXT(
        story_ask(story, VC41, "benefit.WhyNot." C41, "{'person': 'r1', 'purpose': 'asked'}"),
        "{\"person\": \"r1\", \"rows\": [{\"benefit\": \"gift\", \"name\": \"春节慰问\", "
        "\"matched\": true, \"why\": [\"ALONE_UNCARED\"], \"match\": \"m1\", "
        "\"state\": \"PROPOSED\"}]}");
    EXPECT_TEXT(story_ask(story, VC41, "benefit.WhyNot." C41, "{'person': 'r3'}"),
                "refused NOT_ALLOWED: it is not for 310115125041");
    EXPECT_TEXT(story_last(story, "benefit.Accessed.*"),
                "{\"readerUnit\": \"310115125041\", \"readerPost\": \"310115125041.duty\", "
                "\"query\": \"WhyNot\", \"persons\": [\"r3\"], \"fieldGroups\": "
                "[\"benefit\"], \"result\": \"denied\"}");
    EXPECT_TEXT(story_ask(story, SWC, "benefit.MatchList.swc", "{'benefit': 'gift', 'limit': 1}"),
                "{\"rows\": [{\"match\": \"m2\", \"person\": \"r3\", \"benefit\": \"gift\", "
                "\"committee\": \"310115125006\", \"state\": \"PROPOSED\", \"why\": "
                "[\"ORPHAN_ELDER\"], \"dueMs\": \"1674982800000\"}], \"next\": "
                "\"310115125006/r3\"}");
    EXPECT_TEXT(story_ask(story, SWC, "benefit.MatchList.swc",
                          "{'benefit': 'gift', 'limit': 1, 'after': '" C06 "/r3'}"),
                "{\"rows\": [{\"match\": \"m1\", \"person\": \"r1\", \"benefit\": \"gift\", "
                "\"committee\": \"310115125041\", \"state\": \"PROPOSED\", \"why\": "
                "[\"ALONE_UNCARED\"], \"dueMs\": \"1674982800000\"}]}");
    EXPECT_TEXT(story_ask(story, VC06, "benefit.MatchList." C06,
                          "{'benefit': 'gift', 'committee': '" C06 "', 'state': 'SCREENED'}"),
                "{}");
    EXPECT_TEXT(story_ask(story, VC06, "benefit.MatchList." C06,
                          "{'benefit': 'gift', 'committee': '" C41 "'}"),
                "refused NOT_ALLOWED: it is not for 310115125006");
    story_close(story);
}
END_TEST

START_TEST(a_match_ends_in_the_person_s_hands)
{
    struct story *story = benefit_town(&benefit_service);

    story_say(story, SWC, "benefit.DefineBenefit.swc",
              "{'benefit': 'care-fee', 'name': '护理补贴', 'rule': {'categories': ['DEPENDENT']},"
              " 'evidence': ['assessment'], 'renewDays': 30}");
    verified(story, "r1", C41, "'DEPENDENT'", "RED");
    story_say(story, SWC, "benefit.ScreenMatch." C41, "{'match': 'm1', 'screening': 'DROP'}");
    story_say(story, SWC, "benefit.ScreenMatch." C41, "{'match': 'm1', 'screening': 'KEEP'}");
    story_say(story, SWC, "benefit.OfferMatch." C41, "{'match': 'm1'}");
    story_say(story, VC06, "benefit.AnswerOffer." C06, "{'match': 'm1', 'answer': 'ACCEPTED'}");
    story_say(story, VC41, "benefit.AnswerOffer." C41, "{'match': 'm1', 'answer': 'UNREACHABLE'}");
    story_say(story, SWC, "benefit.OfferMatch." C41, "{'match': 'm1'}");
    story_say(story, VC41, "benefit.AnswerOffer." C41, "{'match': 'm1', 'answer': 'ACCEPTED'}");
    story_say(story, VC41, "benefit.DeliverBenefit." C41, "{'match': 'm1'}");
    story_say(story, VC41, "benefit.Apply." C41, "{'match': 'm1'}");
    story_say(story, SWC, "benefit.Apply." C41, "{'match': 'm1', 'evidenceHashes': ['sha256:1f']}");
    story_say(story, SWC, "benefit.DecideApplication." C41,
              "{'match': 'm1', 'decision': 'APPROVE'}");
    story_say(story, "swc as swc.head", "benefit.DecideApplication." C41,
              "{'match': 'm1', 'decision': 'APPROVE', 'reason': 'papers complete'}");
    story_say(story, SWC, "benefit.DeliverBenefit." C41, "{'match': 'm1', 'proof': 'receipt 7'}");
    /* The office does not confirm what it gave; the recipient's word does. */
    story_say(story, SWC, "benefit.ConfirmBenefit." C41, "{'match': 'm1'}");
    story_say(story, "care", "care.ContactRecorded." C41,
              "{'person': 'r9', 'date': '2023-01-19', 'deliveriesConfirmed': ['m1']}");
    story_say(story, "care", "care.ContactRecorded." C41,
              "{'person': 'r1', 'date': '2023-01-19', 'deliveriesConfirmed': ['m1', 'd7']}");
    EXPECT_TEXT(story_text(story), "swc/1/1 benefit.DefineBenefit\n"
                                   "    care-fee: NONE -> IN_FORCE\n"
                                   "    emits benefit.BenefitDefined.swc\n"
                                   "registry/1/1 registry.Verified at benefit\n"
                                   "    m1: NONE -> PROPOSED\n"
                                   "    reminds m1: benefit.ChaseMatch in 10 d 8 h\n"
                                   "    emits benefit.MatchProposed.310115125041\n"
                                   "swc/1/2 benefit.ScreenMatch\n"
                                   "    refuses: dropped without a reason\n"
                                   "swc/1/3 benefit.ScreenMatch\n"
                                   "    m1: PROPOSED -> SCREENED\n"
                                   "    reminds m1: benefit.ChaseMatch in 9 d 8 h\n"
                                   "    emits benefit.MatchScreened.310115125041\n"
                                   "swc/1/4 benefit.OfferMatch\n"
                                   "    m1: SCREENED -> OFFERED\n"
                                   "    reminds m1: benefit.ChaseMatch in 10 d 8 h\n"
                                   "    emits benefit.MatchOffered.310115125041\n"
                                   "310115125006/1/1 benefit.AnswerOffer\n"
                                   "    refuses: the match is not 310115125006's\n"
                                   "310115125041/1/1 benefit.AnswerOffer\n"
                                   "    m1: OFFERED -> UNREACHABLE\n"
                                   "    reminds m1: benefit.ChaseMatch in 9 d 8 h\n"
                                   "    emits benefit.OfferAnswered.310115125041\n"
                                   "    sends care.OpenNeed.310115125041\n"
                                   "swc/1/5 benefit.OfferMatch\n"
                                   "    m1: UNREACHABLE -> OFFERED\n"
                                   "    reminds m1: benefit.ChaseMatch in 10 d 8 h\n"
                                   "    emits benefit.MatchOffered.310115125041\n"
                                   "310115125041/1/2 benefit.AnswerOffer\n"
                                   "    m1: OFFERED -> ACCEPTED\n"
                                   "    reminds m1: benefit.ChaseMatch in 12 d 8 h\n"
                                   "    emits benefit.OfferAnswered.310115125041\n"
                                   "310115125041/1/3 benefit.DeliverBenefit\n"
                                   "    refuses: it is decided on evidence first\n"
                                   "310115125041/1/4 benefit.Apply\n"
                                   "    refuses: documents wanted: 1\n"
                                   "swc/1/6 benefit.Apply\n"
                                   "    m1: ACCEPTED -> APPLIED\n"
                                   "    reminds m1: benefit.ChaseMatch in 12 d 8 h\n"
                                   "    emits benefit.Applied.310115125041\n"
                                   "swc/1/7 benefit.DecideApplication\n"
                                   "    refuses: whoever applied does not decide\n"
                                   "swc/1/8 benefit.DecideApplication\n"
                                   "    m1: APPLIED -> APPROVED\n"
                                   "    reminds m1: benefit.ChaseMatch in 12 d 8 h\n"
                                   "    emits benefit.ApplicationDecided.310115125041\n"
                                   "swc/1/9 benefit.DeliverBenefit\n"
                                   "    m1: APPROVED -> DELIVERED\n"
                                   "    reminds m1: benefit.ChaseMatch in 7 d\n"
                                   "    emits benefit.BenefitDelivered.310115125041\n"
                                   "swc/1/10 benefit.ConfirmBenefit\n"
                                   "    refuses: who gave it does not confirm it\n"
                                   "care/1/2 care.ContactRecorded at benefit\n"
                                   "    m1: DELIVERED -> CONFIRMED\n"
                                   "    forgets m1: benefit.ChaseMatch\n"
                                   "    emits benefit.BenefitConfirmed.310115125041\n");
    story_forget(story);
    /* Twice is once, until it may be renewed. */
    story_say(story, SWC, "benefit.RunMatch.swc", "{'benefit': 'care-fee'}");
    story_later(story, "31 d");
    story_say(story, SWC, "benefit.RunMatch.swc", "{'benefit': 'care-fee'}");
    EXPECT_TEXT(story_text(story), "swc/1/11 benefit.RunMatch\n"
                                   "    sends benefit.MatchNext.swc\n"
                                   "benefit/1/19 benefit.MatchNext\n"
                                   "    emits benefit.RosterMatched.swc\n"
                                   "31 d later\n"
                                   "swc/1/12 benefit.RunMatch\n"
                                   "    sends benefit.MatchNext.swc\n"
                                   "benefit/1/21 benefit.MatchNext\n"
                                   "    m2: NONE -> PROPOSED\n"
                                   "    reminds m2: benefit.ChaseMatch in 3 d 8 h\n"
                                   "    emits benefit.MatchProposed.310115125041\n"
                                   "    emits benefit.RosterMatched.swc\n");
    EXPECT_TEXT(story_ask(story, SWC, "benefit.GrantsOf.swc", "{'person': 'r1'}"),
                "{\"person\": \"r1\", \"grants\": [{\"benefit\": \"care-fee\", \"match\": "
                "\"m1\", \"atMs\": \"1674090000000\", \"series\": \"care-fee\"}]}");
    story_close(story);
}
END_TEST

START_TEST(one_series_is_one_grant_and_no_is_no)
{
    struct story *story = benefit_town(&benefit_service);

    spring_gift(story);
    story_say(
        story, SWC, "benefit.DefineBenefit.swc",
        "{'benefit': 'parcel', 'name': '慰问品', 'rule': {'classes': ['RED'], 'silent': true},"
        " 'goods': 'rice', 'series': 'festival-2023'}");
    story_say(story, "registry", "registry.Verified." C41,
              "{'person': 'r1', 'owner': '" C41 "', 'categories': ['ALONE_UNCARED'],"
              " 'class': 'RED', 'silent': true}");
    story_say(story, SWC, "benefit.ScreenMatch." C41, "{'match': 'm1', 'screening': 'KEEP'}");
    story_say(story, SWC, "benefit.ScreenMatch." C41, "{'match': 'm2', 'screening': 'KEEP'}");
    story_say(story, SWC, "benefit.OfferMatch." C41, "{'match': 'm1'}");
    story_say(story, VC41, "benefit.AnswerOffer." C41, "{'match': 'm1', 'answer': 'ACCEPTED'}");
    story_say(story, VC41, "benefit.DeliverBenefit." C41, "{'match': 'm1'}");
    story_say(story, SWC, "benefit.OfferMatch." C41, "{'match': 'm2'}");
    /* The other policy of the series, matched anew: already granted. */
    verified(story, "r2", C41, "'ORPHAN_ELDER'", "GREEN");
    story_say(story, SWC, "benefit.ScreenMatch." C41, "{'match': 'm3', 'screening': 'KEEP'}");
    story_say(story, SWC, "benefit.OfferMatch." C41, "{'match': 'm3'}");
    story_say(story, VC41, "benefit.AnswerOffer." C41, "{'match': 'm3', 'answer': 'DECLINED'}");
    story_say(story, SWC, "benefit.RunMatch.swc", "{'benefit': 'gift'}");
    story_say(story, SWC, "benefit.DefineBenefit.swc",
              "{'benefit': 'gift', 'rule': {'classes': ['RED']}, 'series': 'other'}");
    story_say(story, SWC, "benefit.DefineBenefit.swc",
              "{'benefit': 'coal', 'name': '取暖补贴', 'rule': {'committees': ['" C41 "']},"
              " 'series': 'festival-2023'}");
    story_say(story, SWC, "benefit.RunMatch.swc", "{'benefit': 'coal'}");
    EXPECT_TEXT(story_text(story), "swc/1/1 benefit.DefineBenefit\n"
                                   "    gift: NONE -> IN_FORCE\n"
                                   "    emits benefit.BenefitDefined.swc\n"
                                   "swc/1/2 benefit.DefineBenefit\n"
                                   "    parcel: NONE -> IN_FORCE\n"
                                   "    emits benefit.BenefitDefined.swc\n"
                                   "registry/1/1 registry.Verified at benefit\n"
                                   "    m1: NONE -> PROPOSED\n"
                                   "    reminds m1: benefit.ChaseMatch in 10 d 8 h\n"
                                   "    emits benefit.MatchProposed.310115125041\n"
                                   "    m2: NONE -> PROPOSED\n"
                                   "    reminds m2: benefit.ChaseMatch in 10 d 8 h\n"
                                   "    emits benefit.MatchProposed.310115125041\n"
                                   "swc/1/3 benefit.ScreenMatch\n"
                                   "    m1: PROPOSED -> SCREENED\n"
                                   "    reminds m1: benefit.ChaseMatch in 9 d 8 h\n"
                                   "    emits benefit.MatchScreened.310115125041\n"
                                   "swc/1/4 benefit.ScreenMatch\n"
                                   "    m2: PROPOSED -> SCREENED\n"
                                   "    reminds m2: benefit.ChaseMatch in 9 d 8 h\n"
                                   "    emits benefit.MatchScreened.310115125041\n"
                                   "swc/1/5 benefit.OfferMatch\n"
                                   "    m1: SCREENED -> OFFERED\n"
                                   "    reminds m1: benefit.ChaseMatch in 10 d 8 h\n"
                                   "    emits benefit.MatchOffered.310115125041\n"
                                   "310115125041/1/1 benefit.AnswerOffer\n"
                                   "    m1: OFFERED -> ACCEPTED\n"
                                   "    reminds m1: benefit.ChaseMatch in 12 d 8 h\n"
                                   "    emits benefit.OfferAnswered.310115125041\n"
                                   "310115125041/1/2 benefit.DeliverBenefit\n"
                                   "    m1: ACCEPTED -> DELIVERED\n"
                                   "    reminds m1: benefit.ChaseMatch in 7 d\n"
                                   "    emits benefit.BenefitDelivered.310115125041\n"
                                   "swc/1/6 benefit.OfferMatch\n"
                                   "    refuses: the person had it\n"
                                   "registry/1/2 registry.Verified at benefit\n"
                                   "    m3: NONE -> PROPOSED\n"
                                   "    reminds m3: benefit.ChaseMatch in 10 d 8 h\n"
                                   "    emits benefit.MatchProposed.310115125041\n"
                                   "swc/1/7 benefit.ScreenMatch\n"
                                   "    m3: PROPOSED -> SCREENED\n"
                                   "    reminds m3: benefit.ChaseMatch in 9 d 8 h\n"
                                   "    emits benefit.MatchScreened.310115125041\n"
                                   "swc/1/8 benefit.OfferMatch\n"
                                   "    m3: SCREENED -> OFFERED\n"
                                   "    reminds m3: benefit.ChaseMatch in 10 d 8 h\n"
                                   "    emits benefit.MatchOffered.310115125041\n"
                                   "310115125041/1/3 benefit.AnswerOffer\n"
                                   "    m3: OFFERED -> DECLINED\n"
                                   "    forgets m3: benefit.ChaseMatch\n"
                                   "    emits benefit.OfferAnswered.310115125041\n"
                                   "swc/1/9 benefit.RunMatch\n"
                                   "    sends benefit.MatchNext.swc\n"
                                   "benefit/1/15 benefit.MatchNext\n"
                                   "    emits benefit.RosterMatched.swc\n"
                                   "swc/1/10 benefit.DefineBenefit\n"
                                   "    refuses: another series would forget who had it\n"
                                   "swc/1/11 benefit.DefineBenefit\n"
                                   "    coal: NONE -> IN_FORCE\n"
                                   "    emits benefit.BenefitDefined.swc\n"
                                   "swc/1/12 benefit.RunMatch\n"
                                   "    sends benefit.MatchNext.swc\n"
                                   "benefit/1/19 benefit.MatchNext\n"
                                   "    m4: NONE -> PROPOSED\n"
                                   "    reminds m4: benefit.ChaseMatch in 10 d 8 h\n"
                                   "    emits benefit.MatchProposed.310115125041\n"
                                   "    m4: PROPOSED -> DROPPED\n"
                                   "    forgets m4: benefit.ChaseMatch\n"
                                   "    emits benefit.MatchDropped.310115125041\n"
                                   "    m5: NONE -> PROPOSED\n"
                                   "    reminds m5: benefit.ChaseMatch in 10 d 8 h\n"
                                   "    emits benefit.MatchProposed.310115125041\n"
                                   "    emits benefit.RosterMatched.swc\n");
    EXPECT_TEXT(story_ask(story, VC41, "benefit.WhyNot." C41, "{'person': 'r2'}"),
                "{\"person\": \"r2\", \"rows\": [{\"benefit\": \"coal\", \"name\": \"取暖补贴\", "
                "\"matched\": true, \"why\": [\"COMMITTEE\"], \"match\": \"m5\", \"state\": "
                "\"PROPOSED\"}, {\"benefit\": \"gift\", \"name\": \"春节慰问\", \"why\": "
                "[\"ORPHAN_ELDER\"], \"codes\": [\"PERSON_DECLINED\"], \"match\": \"m3\", "
                "\"state\": \"DECLINED\"}, {\"benefit\": \"parcel\", \"name\": \"慰问品\", "
                "\"codes\": [\"WRONG_CLASS\", \"NOT_SILENT\"]}]}");
    story_close(story);
}
END_TEST

START_TEST(nobody_acts_and_it_is_said)
{
    struct story *story = benefit_town(&benefit_service);

    spring_gift(story);
    verified(story, "r1", C41, "'ALONE_UNCARED'", "RED");
    verified(story, "r2", C41, "'ORPHAN_ELDER'", "GREEN");
    story_say(story, SWC, "benefit.ScreenMatch." C41, "{'match': 'm1', 'screening': 'KEEP'}");
    story_say(story, SWC, "benefit.OfferMatch." C41, "{'match': 'm1'}");
    story_forget(story);
    /* Working days, and the Spring Festival in between. */
    story_later(story, "12 d");
    /* What registry says next: not alone any more, and another committee. */
    story_say(story, "registry", "registry.Moved." C06,
              "{'person': 'r1', 'from': '" C41 "', 'to': '" C06 "'}");
    story_say(story, VC41, "benefit.AnswerOffer." C41, "{'match': 'm1', 'answer': 'ACCEPTED'}");
    story_say(story, VC06, "benefit.AnswerOffer." C06, "{'match': 'm1', 'answer': 'ACCEPTED'}");
    story_say(story, "registry", "registry.CategoriesSet." C41,
              "{'person': 'r2', 'from': ['ORPHAN_ELDER'], 'to': ['DEPENDENT']}");
    story_say(story, SWC, "benefit.RetireBenefit.swc", "{'benefit': 'gift', 'reason': 'spent'}");
    story_say(story, SWC, "benefit.OfferMatch." C06, "{'match': 'm1'}");
    story_say(story, SWC, "benefit.RunMatch.swc", "{'benefit': 'gift'}");
    story_say(story, "registry", "registry.SilentSet." C41, "{'person': 'r2', 'to': true}");
    story_say(story, "registry", "registry.ClassSet." C41, "{'person': 'r2', 'to': 'RED'}");
    story_say(story, "registry", "registry.LeftTown." C06, "{'person': 'r1', 'from': '" C06 "'}");
    EXPECT_TEXT(story_text(story), "10 d 8 h later\n"
                                   "benefit/1/6 benefit.ChaseMatch\n"
                                   "    m1: OFFERED -> OFFERED\n"
                                   "    reminds m1: benefit.ChaseMatch in 3 d\n"
                                   "    emits benefit.MatchOverdue.310115125041\n"
                                   "benefit/1/7 benefit.ChaseMatch\n"
                                   "    m2: PROPOSED -> PROPOSED\n"
                                   "    reminds m2: benefit.ChaseMatch in 3 d\n"
                                   "    emits benefit.MatchOverdue.swc\n"
                                   "40 h later\n"
                                   "310115125041/1/1 benefit.AnswerOffer\n"
                                   "    refuses: the match is not 310115125041's\n"
                                   "310115125006/1/1 benefit.AnswerOffer\n"
                                   "    m1: OFFERED -> ACCEPTED\n"
                                   "    reminds m1: benefit.ChaseMatch in 7 d 8 h\n"
                                   "    emits benefit.OfferAnswered.310115125006\n"
                                   "registry/1/4 registry.CategoriesSet at benefit\n"
                                   "    m2: PROPOSED -> DROPPED\n"
                                   "    forgets m2: benefit.ChaseMatch\n"
                                   "    emits benefit.MatchDropped.310115125041\n"
                                   "swc/1/4 benefit.RetireBenefit\n"
                                   "    gift: IN_FORCE -> RETIRED\n"
                                   "    emits benefit.BenefitRetired.swc\n"
                                   "swc/1/5 benefit.OfferMatch\n"
                                   "    refuses: the policy is not in force\n"
                                   "swc/1/6 benefit.RunMatch\n"
                                   "    refuses: it was retired\n"
                                   "registry/1/7 registry.LeftTown at benefit\n"
                                   "    m1: ACCEPTED -> DROPPED\n"
                                   "    forgets m1: benefit.ChaseMatch\n"
                                   "    emits benefit.MatchDropped.310115125006\n");
    story_close(story);
}
END_TEST

START_TEST(who_asks_for_money_is_held_against_all_policies)
{
    struct story *story = benefit_town(&benefit_service);

    verified(story, "r1", C41, "'ALONE_UNCARED'", "RED");
    spring_gift(story);
    story_say(story, VC41, "benefit.OpenNeed." C41,
              "{'need': 'n1', 'person': 'r1', 'place': '" C41 "', 'category': 'LIVING',"
              " 'kind': 'MONEY', 'priority': 'P3', 'detail': 'heating'}");
    story_say(story, VC41, "benefit.OpenNeed." C41,
              "{'need': 'n2', 'person': 'r1', 'place': '" C41 "', 'category': 'MEDICAL',"
              " 'kind': 'MEDICINE', 'priority': 'P3', 'detail': 'not ours'}");
    EXPECT_TEXT(story_text(story), "swc/1/1 benefit.DefineBenefit\n"
                                   "    gift: NONE -> IN_FORCE\n"
                                   "    emits benefit.BenefitDefined.swc\n"
                                   "310115125041/1/1 benefit.OpenNeed\n"
                                   "    n1: NONE -> OPEN\n"
                                   "    emits benefit.NeedOpened.310115125041\n"
                                   "    m1: NONE -> PROPOSED\n"
                                   "    reminds m1: benefit.ChaseMatch in 10 d 8 h\n"
                                   "    emits benefit.MatchProposed.310115125041\n"
                                   "    n1: OPEN -> ASSIGNED\n"
                                   "    n1-a1: NONE -> REQUESTED\n"
                                   "    emits benefit.Dispatched.swc\n"
                                   "    reminds n1/done: benefit.Due in 11 d 6 h 24 min\n"
                                   "    reminds n1/receive: benefit.Due in 3 h 12 min\n"
                                   "    reminds n1/accept: benefit.Due in 28 h 42 min\n"
                                   "    reminds n1/first_contact: benefit.Due in 28 h 42 min\n"
                                   "310115125041/1/2 benefit.OpenNeed\n"
                                   "    refuses: benefit serves no need of this kind\n");
    story_close(story);
}
END_TEST

START_TEST(the_committee_that_gave_it_does_not_confirm_it)
{
    struct story *story = benefit_town(&benefit_service);

    spring_gift(story);
    verified(story, "r1", C41, "'ALONE_UNCARED'", "RED");
    story_say(story, SWC, "benefit.ScreenMatch." C41, "{'match': 'm1', 'screening': 'KEEP'}");
    story_say(story, SWC, "benefit.OfferMatch." C41, "{'match': 'm1'}");
    story_say(story, VC41, "benefit.AnswerOffer." C41, "{'match': 'm1', 'answer': 'ACCEPTED'}");
    story_say(story, VC41, "benefit.DeliverBenefit." C41, "{'match': 'm1'}");
    story_forget(story);
    story_say(story, VC41, "benefit.ConfirmBenefit." C41, "{'match': 'm1'}");
    story_say(story, VC06, "benefit.ConfirmBenefit." C06, "{'match': 'm1'}");
    story_later(story, "7 d"); /* nobody has asked: it is the office's */
    story_say(story, SWC, "benefit.ConfirmBenefit." C41, "{'match': 'm1'}");
    EXPECT_TEXT(story_text(story), "310115125041/1/3 benefit.ConfirmBenefit\n"
                                   "    refuses: who gave it does not confirm it\n"
                                   "310115125006/1/1 benefit.ConfirmBenefit\n"
                                   "    refuses: ConfirmBenefit is not for 310115125006\n"
                                   "7 d later\n"
                                   "benefit/1/9 benefit.ChaseMatch\n"
                                   "    m1: DELIVERED -> DELIVERED\n"
                                   "    reminds m1: benefit.ChaseMatch in 7 d\n"
                                   "    emits benefit.MatchOverdue.swc\n"
                                   "swc/1/4 benefit.ConfirmBenefit\n"
                                   "    m1: DELIVERED -> CONFIRMED\n"
                                   "    forgets m1: benefit.ChaseMatch\n"
                                   "    emits benefit.BenefitConfirmed.310115125041\n");
    story_close(story);
}
END_TEST

TESTS(the_committee_that_gave_it_does_not_confirm_it, a_policy_finds_its_people_and_says_why_not,
      a_match_ends_in_the_person_s_hands, one_series_is_one_grant_and_no_is_no,
      nobody_acts_and_it_is_said, who_asks_for_money_is_held_against_all_policies)
