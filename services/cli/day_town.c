/*
 * Scenes of the example day: goods run short, an opinion hit, festival visits, an outbreak in a
 * home (domain.md 5, D, E, H, I).
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cli/day_scenes.h"

/* ---- D: supplies run short ---------------------------------------------------------------------------- */

enum { ASKING = 5, PACKS = 3, MORE = 1 };

static void stock(struct day *day)
{
    day_say(day, "dzb.duty", "supplies.DefineItem.dzb", NULL,
            "{\"item\":\"antipyretic\",\"name\":\"退热药\",\"unit\":\"pack\","
            "\"max_per_need\":2}");
    day_hear(day, "supplies.ItemDefined.dzb", "{\"item\":\"antipyretic\"}");
    day_say(day, "dzb.duty", "supplies.DefineSite.dzb", NULL,
            "{\"site\":\"depot-a\",\"unit\":\"dzb\",\"name\":\"甲库\"}");
    day_hear(day, "supplies.SiteDefined.dzb", "{\"site\":\"depot-a\"}");
    day_say(day, "dzb.duty", "supplies.ReceiveStock.dzb", NULL,
            "{\"site\":\"depot-a\",\"item\":\"antipyretic\",\"lot\":\"k1\",\"qty\":%d}", PACKS);
    day_hear(day, "supplies.StockReceived.dzb", "{\"item\":\"antipyretic\"}");
}

static void ask_for_goods(struct day *day, int n)
{
    char person[24];

    snprintf(person, sizeof(person), "day-d%d", n);
    scene_person(day, person, "ALONE_UNCARED", n == ASKING ? "RED" : "GREEN");
    day_say(day, C41 ".duty", "supplies.OpenNeed." C41, NULL,
            "{\"need\":\"need-d%d\",\"person\":\"%s\",\"place\":\"" C41
            "\",\"category\":\"LIVING\",\"kind\":\"GOODS\",\"priority\":\"P2\","
            "\"source\":{\"desk\":\"d\"},"
            "\"goods\":[{\"item\":\"antipyretic\",\"qty\":1}]}",
            n, person);
    day_hear(day, "supplies.LineRequested.*", "{\"need\":\"need-d%d\"}", n);
}

/* Three packs, five who ask: the leader puts one first, the rest go by the rule; a donation comes. */
void play_shortage(struct day *day)
{
    stock(day);
    for (int n = 1; n <= ASKING && !day->failed; n++)
        ask_for_goods(day, n);
    day_say(day, "lg.head", "supplies.OverrideAllocation." C41, NULL,
            "{\"line\":\"need-d1-l1\",\"reason\":\"fever at night, alone\"}");
    day_hear(day, "supplies.AllocationOverridden.*", "{\"line\":\"need-d1-l1\"}");
    uint64_t before = day->since;
    for (int n = 1; n <= ASKING; n++)
        day_say(day, "dzb.duty", "supplies.ApproveLine.dzb", NULL, "{\"line\":\"need-d%d-l1\"}", n);
    day->since = before;
    day_hear(day, "supplies.LineAllocated.*", "{\"line\":\"need-d1-l1\"}");
    day_hear(day, "supplies.LineAllocated.*", "{\"line\":\"need-d5-l1\"}");
    day_hear(day, "supplies.LineBackordered.*", "{\"line\":\"need-d4-l1\"}");
    day_say(day, "sjb.duty", "supplies.OfferDonation.sjb", NULL,
            "{\"donation\":\"gift-d\",\"donor\":\"某企业\",\"lines\":[{\"item\":"
            "\"antipyretic\",\"lot\":\"g\",\"qty\":%d}]}",
            MORE);
    day_hear(day, "supplies.DonationOffered.*", "{\"donation\":\"gift-d\"}");
    day_say(day, "dzb.duty", "supplies.AcceptDonation.dzb", NULL,
            "{\"donation\":\"gift-d\",\"site\":\"depot-a\"}");
    day_hear(day, "supplies.DonationAccepted.*", "{\"donation\":\"gift-d\"}");
    day_hear(day, "supplies.LineAllocated.*", "{\"item\":\"antipyretic\"}");
    day_say(day, "dzb.duty", "supplies.Pick.dzb", NULL,
            "{\"delivery\":\"van-d\",\"lines\":[\"need-d1-l1\"],\"van\":\"van-1\",\"stop\":1}");
    day_hear(day, "supplies.LinePicked.*", "{\"delivery\":\"van-d\"}");
    day_say(day, "dzb.duty", "supplies.SendOut.dzb", NULL, "{\"delivery\":\"van-d\"}");
    day_hear(day, "supplies.SentOut.*", "{\"delivery\":\"van-d\"}");
    const struct day_heard sent =
        day_hear(day, "supplies.SentOut.*", "{\"delivery\":\"van-d\",\"person\":\"day-d1\"}");
    day_case(day, sent.case_id);
    day_say(day, "dzb.duty", "supplies.Deliver.dzb", NULL,
            "{\"delivery\":\"van-d\",\"proof\":{\"who\":\"day-d1\",\"photo_hash\":\"ab12\"}}");
    day_hear(day, "supplies.Delivered.*", "{\"delivery\":\"van-d\"}");
    /* The recipient's word at the day's contact closes the loop. */
    day_say(day, C41 ".duty", "care.RecordContact." C41, NULL,
            "{\"person\":\"day-d1\",\"outcome\":\"OK\",\"first_hand\":true,\"mode\":\"PHONE\","
            "\"answers\":[{\"question\":\"FOOD\",\"answer\":\"WELL\"},{\"question\":\"MEDICINE\","
            "\"answer\":\"WELL\"},{\"question\":\"HEALTH\",\"answer\":\"SO_SO\"}],"
            "\"deliveries_confirmed\":[\"van-d\"]}");
    day_hear(day, "care.ContactRecorded." C41, "{\"person\":\"day-d1\"}");
    day_hear(day, "supplies.DeliveryConfirmed.*", "{\"delivery\":\"van-d\"}");
}

/* ---- E: an opinion hit --------------------------------------------------------------------------------- */

static void submit(struct day *day, const char *signal, const char *text)
{
    day_say(day, "dqb.duty", "opinion.SubmitSignal.dqb", NULL,
            "{\"signal\":\"%s\",\"source\":\"weibo\",\"place\":\"" C41
            "\",\"text\":\"%s\",\"author_hash\":\"5f1d0c3a9b7e42d8\"}",
            signal, text);
}

void play_opinion(struct day *day)
{
    submit(day, "signal-e1", "独居老人没人管，谁去看看");
    day_hear(day, "opinion.SignalReceived.dqb", "{\"signal\":\"signal-e1\"}");
    submit(day, "signal-e2", "这里的独居老人没人管");
    day_hear(day, "opinion.SignalMerged.dqb",
             "{\"signal\":\"signal-e2\",\"into\":\"signal-e1\",\"count\":2}");
    /* The need first, whatever the grade. */
    day_say(day, "dqb.duty", "opinion.AssessSignal.dqb", NULL,
            "{\"signal\":\"signal-e1\",\"person_at_risk\":true,\"category\":\"MEDICAL\","
            "\"kind\":\"MEDICINE\",\"reason\":\"an elder without medicine\"}");
    day_hear(day, "referral.NeedOpened." C41,
             "{\"priority\":\"P1\",\"source\":{\"signal\":\"signal-e1\"}}");
    day_say(day, "dqb.duty", "opinion.RaiseAlert." C41, NULL,
            "{\"alert\":\"alert-e\",\"place\":\"" C41
            "\",\"title\":\"nobody comes\",\"signals\":[\"signal-e1\"]}");
    day_hear(day, "opinion.AlertRaised." C41, "{\"alert\":\"alert-e\"}");
    day_say(day, "dqb.duty", "opinion.GradeAlert." C41, NULL,
            "{\"alert\":\"alert-e\",\"grade\":\"III\",\"reason\":\"a person in need\"}");
    day_hear(day, "opinion.AlertGraded." C41, "{\"alert\":\"alert-e\",\"grade\":\"III\"}");
    const struct day_heard order =
        day_hear(day, "opinion.Dispatched." C41, "{\"kind\":\"HANDLE_OPINION\"}");
    const char *need = day_text(&order, "need");
    day_case(day, order.case_id);
    scene_accept(day, "opinion", C41, day_text(&order, "assignment"));
    scene_complete(day, "opinion", C41, day_text(&order, "assignment"));
    day_hear(day, "opinion.HelpGiven.dqb", "{\"alert\":\"alert-e\"}");
    day_say(day, "dqb.duty", "opinion.PublishAnswer.dqb", NULL,
            "{\"alert\":\"alert-e\",\"text\":\"the committee comes every day\","
            "\"channel\":\"wechat\",\"deed_ref\":\"%s\"}",
            need);
    day_hear(day, "opinion.AnswerPublished.dqb", "{\"alert\":\"alert-e\"}");
    day_hear(day, "opinion.WatchStarted.dqb", "{\"alert\":\"alert-e\"}");
}

/* ---- H: festival visits --------------------------------------------------------------------------------- */

/* Somebody on the roster, matched by the policy and screened; the match. */
static const char *match_of(struct day *day, const char *person, const char *class)
{
    scene_person(day, person, "ORPHAN_ELDER", class);
    const struct day_heard proposed = day_hear(
        day, "benefit.MatchProposed." C41, "{\"person\":\"%s\",\"benefit\":\"spring\"}", person);
    const char *match = day_text(&proposed, "match");

    day_say(day, "swc.duty", "benefit.ScreenMatch." C41, NULL,
            "{\"match\":\"%s\",\"screening\":\"KEEP\"}", match);
    day_hear(day, "benefit.MatchScreened." C41, "{\"match\":\"%s\"}", match);
    return match;
}

void play_festival(struct day *day)
{
    day_say(day, "swc.duty", "benefit.DefineBenefit.swc", NULL,
            "{\"benefit\":\"spring\",\"name\":\"春节慰问\",\"amount_fen\":50000,"
            "\"series\":\"festival-2023\",\"rule\":{\"categories\":[\"ORPHAN_ELDER\"],"
            "\"committees\":[\"" C41 "\"]}}");
    day_hear(day, "benefit.BenefitDefined.swc", "{\"benefit\":\"spring\"}");
    const char *match = match_of(day, "day-h1", "RED");
    match_of(day, "day-h2", "RED");
    day_say(day, "swc.duty", "benefit.PlanRun.swc", NULL,
            "{\"run\":\"run-h\",\"name\":\"春节慰问\",\"benefit\":\"spring\",\"committees\":"
            "[\"" C41 "\"],\"until_ms\":%" PRIu64 "}",
            day_now_ms(day) + 72 * (uint64_t)HOUR_MS);
    day_hear(day, "benefit.RunPlanned.swc", "{\"run\":\"run-h\"}");
    day_say(day, "swc.duty", "benefit.FreezeRun.swc", NULL, "{\"run\":\"run-h\"}");
    const struct day_heard frozen =
        day_hear(day, "benefit.RunFrozen.swc", "{\"run\":\"run-h\",\"n\":2}");
    day_check(day, strlen(day_text(&frozen, "listHash")) == 64, "the list has no hash");
    day_say(day, "swc.duty", "benefit.OfferMatch." C41, NULL, "{\"match\":\"%s\"}", match);
    day_hear(day, "benefit.MatchOffered." C41, "{\"match\":\"%s\"}", match);
    day_say(day, C41 ".duty", "benefit.AnswerOffer." C41, NULL,
            "{\"match\":\"%s\",\"answer\":\"ACCEPTED\"}", match);
    day_hear(day, "benefit.OfferAnswered." C41, "{\"match\":\"%s\"}", match);
    /* The visit is the day's contact; what is heard at the door is a need. */
    day_say(day, C41 ".duty", "benefit.RecordVisit." C41, NULL,
            "{\"run\":\"run-h\",\"person\":\"day-h1\",\"by\":\"" C41 ".duty\",\"needs\":"
            "[{\"need\":\"need-h\",\"category\":\"CARE\",\"kind\":\"MEALS\","
            "\"detail\":\"cannot cook\"}]}");
    day_hear(day, "benefit.VisitRecorded." C41, "{\"person\":\"day-h1\"}");
    day_hear(day, "care.ContactRecorded." C41,
             "{\"person\":\"day-h1\",\"outcome\":\"OK\",\"mode\":\"VISIT\"}");
    const struct day_heard need = day_hear(day, "care.NeedOpened." C41, "{\"need\":\"need-h\"}");
    day_case(day, need.case_id);
    day_say(day, C41 ".duty", "benefit.RecordVisit." C41, NULL,
            "{\"run\":\"run-h\",\"person\":\"day-h2\",\"result\":\"NO_REPLY\"}");
    day_hear(day, "care.NeedOpened." C41, "{\"person\":\"day-h2\",\"kind\":\"COMFORT\"}");
    day_say(day, "swc.duty", "benefit.CloseRun.swc", NULL,
            "{\"run\":\"run-h\",\"list_hash\":\"%s\",\"reason\":\"one was not at home\"}",
            day_text(&frozen, "listHash"));
    day_hear(day, "benefit.UnmatchedListed.lgo", "{\"run\":\"run-h\",\"committee\":\"" C41 "\"}");
    day_hear(day, "benefit.RunClosed.swc", "{\"run\":\"run-h\",\"visited\":1}");
}

/* ---- I: an outbreak in a home ---------------------------------------------------------------------------- */

static void pair_home(struct day *day)
{
    day_say(day, "sjb.duty", "homes.RegisterHome.sjb", NULL,
            "{\"home\":\"home-i\",\"name\":\"演练养老院\",\"beds\":100,\"committee\":\"" C41 "\"}");
    day_hear(day, "homes.HomeRegistered.*", "{\"home\":\"home-i\"}");
    day_say(day, "hcz.duty", "homes.PairHome.hcz", NULL,
            "{\"home\":\"home-i\",\"centre\":\"hcz\",\"doctor_post\":\"hcz.duty\"}");
    day_hear(day, "homes.HomePaired.*", "{\"home\":\"home-i\",\"centre\":\"hcz\"}");
    day_say(day, "hcz.duty", "referral.SetCapacity.hcz", NULL,
            "{\"centre\":\"hcz\",\"kind\":\"OXYGEN\",\"state\":\"CAPACITY\",\"n\":5}");
    day_hear(day, "referral.CapacitySet.hcz", "{\"kind\":\"OXYGEN\"}");
}

/* Three cases in a report: the centre, its oxygen, the depot and the safety office know at once. */
void play_outbreak(struct day *day)
{
    pair_home(day);
    struct clock_date today = clock_date(clock_day(day_now_ms(day)));
    day_say(day, C41 ".duty", "homes.SubmitDailyReport." C41, NULL,
            "{\"home\":\"home-i\",\"date\":\"%04d-%02d-%02d\",\"residents\":80,\"staff\":20,"
            "\"cases\":3}",
            today.year, today.month, today.day_of_month);
    day_hear(day, "homes.DailyReported.*", "{\"home\":\"home-i\",\"cases\":3}");
    const struct day_heard changed =
        day_hear(day, "homes.HomeStateChanged.*",
                 "{\"home\":\"home-i\",\"from\":\"NORMAL\",\"to\":\"CLUSTER\"}");
    day_case(day, changed.case_id);
    day_hear(day, "referral.CapacityReserved.hcz", "{\"kind\":\"OXYGEN\",\"forHome\":\"home-i\"}");
    const struct day_heard opened =
        day_hear(day, "incident.IncidentOpened.pab", "{\"type\":\"INSTITUTION_CLUSTER\"}");
    const char *incident = day_text(&opened, "incident");
    day_say(day, "hcz.duty", "homes.RecordGuidance.hcz", NULL,
            "{\"home\":\"home-i\",\"by\":\"hcz.duty\",\"findings\":\"two floors are apart\"}");
    day_hear(day, "homes.GuidanceRecorded.*", "{\"home\":\"home-i\"}");
    day_say(day, "pab.duty", "incident.ConfirmIncident.pab", NULL, "{\"incident\":\"%s\"}",
            incident);
    day_hear(day, "incident.IncidentConfirmed.pab", "{\"incident\":\"%s\"}", incident);
    day_say(day, "pab.duty", "incident.GradeIncident.pab", NULL,
            "{\"incident\":\"%s\",\"grade\":2,\"reason\":\"old people\"}", incident);
    day_hear(day, "incident.IncidentGraded.pab", "{\"incident\":\"%s\",\"grade\":2}", incident);
}
