/*
 * Scenes of the example day: goods run short, an opinion hit, festival visits, an outbreak in a
 * home (domain.md 5, D, E, H, I).
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cli/morning_scenes.h"

/* ---- D: supplies run short ---------------------------------------------------------------------------- */

enum { ASKING = 5, PACKS = 3, MORE = 1 };

static void stock(struct morning *morning)
{
    morning_say(morning, "dzb.duty", "supplies.DefineItem.dzb", NULL,
                "{\"item\":\"antipyretic\",\"name\":\"退热药\",\"unit\":\"pack\","
                "\"max_per_need\":2}");
    morning_hear(morning, "supplies.ItemDefined.dzb", "{\"item\":\"antipyretic\"}");
    morning_say(morning, "dzb.duty", "supplies.DefineSite.dzb", NULL,
                "{\"site\":\"depot-a\",\"unit\":\"dzb\",\"name\":\"甲库\"}");
    morning_hear(morning, "supplies.SiteDefined.dzb", "{\"site\":\"depot-a\"}");
    morning_say(morning, "dzb.duty", "supplies.ReceiveStock.dzb", NULL,
                "{\"site\":\"depot-a\",\"item\":\"antipyretic\",\"lot\":\"k1\",\"qty\":%d}", PACKS);
    morning_hear(morning, "supplies.StockReceived.dzb", "{\"item\":\"antipyretic\"}");
}

static void ask_for_goods(struct morning *morning, int n)
{
    char person[24];

    snprintf(person, sizeof(person), "day-d%d", n);
    scene_person(morning, person, "ALONE_UNCARED", n == ASKING ? "RED" : "GREEN");
    morning_say(morning, C41 ".duty", "supplies.OpenNeed." C41, NULL,
                "{\"need\":\"need-d%d\",\"person\":\"%s\",\"place\":\"" C41
                "\",\"category\":\"LIVING\",\"kind\":\"GOODS\",\"priority\":\"P2\","
                "\"source\":{\"desk\":\"d\"},"
                "\"goods\":[{\"item\":\"antipyretic\",\"qty\":1}]}",
                n, person);
    morning_hear(morning, "supplies.LineRequested.*", "{\"need\":\"need-d%d\"}", n);
}

/* Three packs, five who ask: the leader puts one first, the rest go by the rule; a donation comes. */
void play_shortage(struct morning *morning)
{
    stock(morning);
    for (int n = 1; n <= ASKING && !morning->failed; n++)
        ask_for_goods(morning, n);
    morning_say(morning, "lg.head", "supplies.OverrideAllocation." C41, NULL,
                "{\"line\":\"need-d1-l1\",\"reason\":\"fever at night, alone\"}");
    morning_hear(morning, "supplies.AllocationOverridden.*", "{\"line\":\"need-d1-l1\"}");
    uint64_t before = morning->since;
    for (int n = 1; n <= ASKING; n++)
        morning_say(morning, "dzb.duty", "supplies.ApproveLine.dzb", NULL,
                    "{\"line\":\"need-d%d-l1\"}", n);
    morning->since = before;
    morning_hear(morning, "supplies.LineAllocated.*", "{\"line\":\"need-d1-l1\"}");
    morning_hear(morning, "supplies.LineAllocated.*", "{\"line\":\"need-d5-l1\"}");
    morning_hear(morning, "supplies.LineBackordered.*", "{\"line\":\"need-d4-l1\"}");
    morning_say(morning, "sjb.duty", "supplies.OfferDonation.sjb", NULL,
                "{\"donation\":\"gift-d\",\"donor\":\"某企业\",\"lines\":[{\"item\":"
                "\"antipyretic\",\"lot\":\"g\",\"qty\":%d}]}",
                MORE);
    morning_hear(morning, "supplies.DonationOffered.*", "{\"donation\":\"gift-d\"}");
    morning_say(morning, "dzb.duty", "supplies.AcceptDonation.dzb", NULL,
                "{\"donation\":\"gift-d\",\"site\":\"depot-a\"}");
    morning_hear(morning, "supplies.DonationAccepted.*", "{\"donation\":\"gift-d\"}");
    morning_hear(morning, "supplies.LineAllocated.*", "{\"item\":\"antipyretic\"}");
    morning_say(morning, "dzb.duty", "supplies.Pick.dzb", NULL,
                "{\"delivery\":\"van-d\",\"lines\":[\"need-d1-l1\"],\"van\":\"van-1\",\"stop\":1}");
    morning_hear(morning, "supplies.LinePicked.*", "{\"delivery\":\"van-d\"}");
    morning_say(morning, "dzb.duty", "supplies.SendOut.dzb", NULL, "{\"delivery\":\"van-d\"}");
    morning_hear(morning, "supplies.SentOut.*", "{\"delivery\":\"van-d\"}");
    const struct morning_heard sent = morning_hear(
        morning, "supplies.SentOut.*", "{\"delivery\":\"van-d\",\"person\":\"day-d1\"}");
    morning_case(morning, sent.case_id);
    morning_say(morning, "dzb.duty", "supplies.Deliver.dzb", NULL,
                "{\"delivery\":\"van-d\",\"proof\":{\"who\":\"day-d1\",\"photo_hash\":\"ab12\"}}");
    morning_hear(morning, "supplies.Delivered.*", "{\"delivery\":\"van-d\"}");
    /* The recipient's word at the day's contact closes the loop. */
    morning_say(
        morning, C41 ".duty", "care.RecordContact." C41, NULL,
        "{\"person\":\"day-d1\",\"outcome\":\"OK\",\"first_hand\":true,\"mode\":\"PHONE\","
        "\"answers\":[{\"question\":\"FOOD\",\"answer\":\"WELL\"},{\"question\":\"MEDICINE\","
        "\"answer\":\"WELL\"},{\"question\":\"HEALTH\",\"answer\":\"SO_SO\"}],"
        "\"deliveries_confirmed\":[\"van-d\"]}");
    morning_hear(morning, "care.ContactRecorded." C41, "{\"person\":\"day-d1\"}");
    morning_hear(morning, "supplies.DeliveryConfirmed.*", "{\"delivery\":\"van-d\"}");
}

/* ---- E: an opinion hit --------------------------------------------------------------------------------- */

static void submit(struct morning *morning, const char *signal, const char *text)
{
    morning_say(morning, "dqb.duty", "opinion.SubmitSignal.dqb", NULL,
                "{\"signal\":\"%s\",\"source\":\"weibo\",\"place\":\"" C41
                "\",\"text\":\"%s\",\"author_hash\":\"5f1d0c3a9b7e42d8\"}",
                signal, text);
}

void play_opinion(struct morning *morning)
{
    submit(morning, "signal-e1", "独居老人没人管，谁去看看");
    morning_hear(morning, "opinion.SignalReceived.dqb", "{\"signal\":\"signal-e1\"}");
    submit(morning, "signal-e2", "这里的独居老人没人管");
    morning_hear(morning, "opinion.SignalMerged.dqb",
                 "{\"signal\":\"signal-e2\",\"into\":\"signal-e1\",\"count\":2}");
    /* The need first, whatever the grade. */
    morning_say(morning, "dqb.duty", "opinion.AssessSignal.dqb", NULL,
                "{\"signal\":\"signal-e1\",\"person_at_risk\":true,\"category\":\"MEDICAL\","
                "\"kind\":\"MEDICINE\",\"reason\":\"an elder without medicine\"}");
    morning_hear(morning, "referral.NeedOpened." C41,
                 "{\"priority\":\"P1\",\"source\":{\"signal\":\"signal-e1\"}}");
    morning_say(morning, "dqb.duty", "opinion.RaiseAlert." C41, NULL,
                "{\"alert\":\"alert-e\",\"place\":\"" C41
                "\",\"title\":\"nobody comes\",\"signals\":[\"signal-e1\"]}");
    morning_hear(morning, "opinion.AlertRaised." C41, "{\"alert\":\"alert-e\"}");
    morning_say(morning, "dqb.duty", "opinion.GradeAlert." C41, NULL,
                "{\"alert\":\"alert-e\",\"grade\":\"III\",\"reason\":\"a person in need\"}");
    morning_hear(morning, "opinion.AlertGraded." C41, "{\"alert\":\"alert-e\",\"grade\":\"III\"}");
    const struct morning_heard order =
        morning_hear(morning, "opinion.Dispatched." C41, "{\"kind\":\"HANDLE_OPINION\"}");
    const char *need = morning_text(&order, "need");
    morning_case(morning, order.case_id);
    scene_accept(morning, "opinion", C41, morning_text(&order, "assignment"));
    scene_complete(morning, "opinion", C41, morning_text(&order, "assignment"));
    morning_hear(morning, "opinion.HelpGiven.dqb", "{\"alert\":\"alert-e\"}");
    morning_say(morning, "dqb.duty", "opinion.PublishAnswer.dqb", NULL,
                "{\"alert\":\"alert-e\",\"text\":\"the committee comes every day\","
                "\"channel\":\"wechat\",\"deed_ref\":\"%s\"}",
                need);
    morning_hear(morning, "opinion.AnswerPublished.dqb", "{\"alert\":\"alert-e\"}");
    morning_hear(morning, "opinion.WatchStarted.dqb", "{\"alert\":\"alert-e\"}");
}

/* ---- H: festival visits --------------------------------------------------------------------------------- */

/* Somebody on the roster, matched by the policy and screened; the match. */
static const char *match_of(struct morning *morning, const char *person, const char *class)
{
    scene_person(morning, person, "ORPHAN_ELDER", class);
    const struct morning_heard proposed =
        morning_hear(morning, "benefit.MatchProposed." C41,
                     "{\"person\":\"%s\",\"benefit\":\"spring\"}", person);
    const char *match = morning_text(&proposed, "match");

    morning_say(morning, "swc.duty", "benefit.ScreenMatch." C41, NULL,
                "{\"match\":\"%s\",\"screening\":\"KEEP\"}", match);
    morning_hear(morning, "benefit.MatchScreened." C41, "{\"match\":\"%s\"}", match);
    return match;
}

void play_festival(struct morning *morning)
{
    morning_say(morning, "swc.duty", "benefit.DefineBenefit.swc", NULL,
                "{\"benefit\":\"spring\",\"name\":\"春节慰问\",\"amount_fen\":50000,"
                "\"series\":\"festival-2023\",\"rule\":{\"categories\":[\"ORPHAN_ELDER\"],"
                "\"committees\":[\"" C41 "\"]}}");
    morning_hear(morning, "benefit.BenefitDefined.swc", "{\"benefit\":\"spring\"}");
    const char *match = match_of(morning, "day-h1", "RED");
    match_of(morning, "day-h2", "RED");
    morning_say(morning, "swc.duty", "benefit.PlanRun.swc", NULL,
                "{\"run\":\"run-h\",\"name\":\"春节慰问\",\"benefit\":\"spring\",\"committees\":"
                "[\"" C41 "\"],\"until_ms\":%" PRIu64 "}",
                morning_now_ms(morning) + 72 * (uint64_t)HOUR_MS);
    morning_hear(morning, "benefit.RunPlanned.swc", "{\"run\":\"run-h\"}");
    morning_say(morning, "swc.duty", "benefit.FreezeRun.swc", NULL, "{\"run\":\"run-h\"}");
    const struct morning_heard frozen =
        morning_hear(morning, "benefit.RunFrozen.swc", "{\"run\":\"run-h\",\"n\":2}");
    morning_check(morning, strlen(morning_text(&frozen, "listHash")) == 64, "the list has no hash");
    morning_say(morning, "swc.duty", "benefit.OfferMatch." C41, NULL, "{\"match\":\"%s\"}", match);
    morning_hear(morning, "benefit.MatchOffered." C41, "{\"match\":\"%s\"}", match);
    morning_say(morning, C41 ".duty", "benefit.AnswerOffer." C41, NULL,
                "{\"match\":\"%s\",\"answer\":\"ACCEPTED\"}", match);
    morning_hear(morning, "benefit.OfferAnswered." C41, "{\"match\":\"%s\"}", match);
    /* The visit is the day's contact; what is heard at the door is a need. */
    morning_say(morning, C41 ".duty", "benefit.RecordVisit." C41, NULL,
                "{\"run\":\"run-h\",\"person\":\"day-h1\",\"by\":\"" C41 ".duty\",\"needs\":"
                "[{\"need\":\"need-h\",\"category\":\"CARE\",\"kind\":\"MEALS\","
                "\"detail\":\"cannot cook\"}]}");
    morning_hear(morning, "benefit.VisitRecorded." C41, "{\"person\":\"day-h1\"}");
    morning_hear(morning, "care.ContactRecorded." C41,
                 "{\"person\":\"day-h1\",\"outcome\":\"OK\",\"mode\":\"VISIT\"}");
    const struct morning_heard need =
        morning_hear(morning, "care.NeedOpened." C41, "{\"need\":\"need-h\"}");
    morning_case(morning, need.case_id);
    morning_say(morning, C41 ".duty", "benefit.RecordVisit." C41, NULL,
                "{\"run\":\"run-h\",\"person\":\"day-h2\",\"result\":\"NO_REPLY\"}");
    morning_hear(morning, "care.NeedOpened." C41, "{\"person\":\"day-h2\",\"kind\":\"COMFORT\"}");
    morning_say(morning, "swc.duty", "benefit.CloseRun.swc", NULL,
                "{\"run\":\"run-h\",\"list_hash\":\"%s\",\"reason\":\"one was not at home\"}",
                morning_text(&frozen, "listHash"));
    morning_hear(morning, "benefit.UnmatchedListed.lgo",
                 "{\"run\":\"run-h\",\"committee\":\"" C41 "\"}");
    morning_hear(morning, "benefit.RunClosed.swc", "{\"run\":\"run-h\",\"visited\":1}");
}

/* ---- I: an outbreak in a home ---------------------------------------------------------------------------- */

static void pair_home(struct morning *morning)
{
    morning_say(morning, "sjb.duty", "homes.RegisterHome.sjb", NULL,
                "{\"home\":\"home-i\",\"name\":\"演练养老院\",\"beds\":100,\"committee\":\"" C41
                "\"}");
    morning_hear(morning, "homes.HomeRegistered.*", "{\"home\":\"home-i\"}");
    morning_say(morning, "hcz.duty", "homes.PairHome.hcz", NULL,
                "{\"home\":\"home-i\",\"centre\":\"hcz\",\"doctor_post\":\"hcz.duty\"}");
    morning_hear(morning, "homes.HomePaired.*", "{\"home\":\"home-i\",\"centre\":\"hcz\"}");
    morning_say(morning, "hcz.duty", "referral.SetCapacity.hcz", NULL,
                "{\"centre\":\"hcz\",\"kind\":\"OXYGEN\",\"state\":\"CAPACITY\",\"n\":5}");
    morning_hear(morning, "referral.CapacitySet.hcz", "{\"kind\":\"OXYGEN\"}");
}

/* Three cases in a report: the centre, its oxygen, the depot and the safety office know at once. */
void play_outbreak(struct morning *morning)
{
    pair_home(morning);
    struct clock_date today = clock_date(clock_day(morning_now_ms(morning)));
    morning_say(morning, C41 ".duty", "homes.SubmitDailyReport." C41, NULL,
                "{\"home\":\"home-i\",\"date\":\"%04d-%02d-%02d\",\"residents\":80,\"staff\":20,"
                "\"cases\":3}",
                today.year, today.month, today.day_of_month);
    morning_hear(morning, "homes.DailyReported.*", "{\"home\":\"home-i\",\"cases\":3}");
    const struct morning_heard changed =
        morning_hear(morning, "homes.HomeStateChanged.*",
                     "{\"home\":\"home-i\",\"from\":\"NORMAL\",\"to\":\"CLUSTER\"}");
    morning_case(morning, changed.case_id);
    morning_hear(morning, "referral.CapacityReserved.hcz",
                 "{\"kind\":\"OXYGEN\",\"forHome\":\"home-i\"}");
    const struct morning_heard opened =
        morning_hear(morning, "incident.IncidentOpened.pab", "{\"type\":\"INSTITUTION_CLUSTER\"}");
    const char *incident = morning_text(&opened, "incident");
    morning_say(morning, "hcz.duty", "homes.RecordGuidance.hcz", NULL,
                "{\"home\":\"home-i\",\"by\":\"hcz.duty\",\"findings\":\"two floors are apart\"}");
    morning_hear(morning, "homes.GuidanceRecorded.*", "{\"home\":\"home-i\"}");
    morning_say(morning, "pab.duty", "incident.ConfirmIncident.pab", NULL, "{\"incident\":\"%s\"}",
                incident);
    morning_hear(morning, "incident.IncidentConfirmed.pab", "{\"incident\":\"%s\"}", incident);
    morning_say(morning, "pab.duty", "incident.GradeIncident.pab", NULL,
                "{\"incident\":\"%s\",\"grade\":2,\"reason\":\"old people\"}", incident);
    morning_hear(morning, "incident.IncidentGraded.pab", "{\"incident\":\"%s\",\"grade\":2}",
                 incident);
}
