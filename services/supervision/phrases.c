/*
 * The vocabulary of the duty register's column `for_whom`, and what each phrase means on the log.
 */
#include "supervision/phrases.h"

#include <stddef.h>
#include <string.h>

#define OPENED "organisation.CampaignOpened"

/* An assignment that ended otherwise is owed no more: another unit has the need, or nobody. */
#define LEFT_WORK                                                                                  \
    "*.Rejected", "*.Declined", "*.Expired", "*.Recalled", "*.MarkedInError", "*.Failed"
#define LEFT_ROSTER                                                                                \
    "registry.Removed", "registry.Dismissed", "registry.LeftTown", "registry.DeathReported",       \
        "registry.Merged"

/* clang-format off */
static const struct phrase phrases[] = {
    { .text = "the campaign",        .span = SPAN_ONCE,  .own = true },
    { .text = "the town",            .span = SPAN_ONCE,  .own = true },
    { .text = "(one thing)",         .span = SPAN_ONCE,  .own = true, .starts = { OPENED } },
    { .text = "each unit",           .span = SPAN_ONCE,  .units = "all", .starts = { OPENED } },
    { .text = "each committee",      .span = SPAN_ONCE,  .units = "vc", .starts = { OPENED } },
    { .text = "each of the 50 committees", .span = SPAN_ONCE, .units = "vc", .starts = { OPENED } },
    { .text = "each committee and unit",   .span = SPAN_ONCE, .units = "all",
      .starts = { OPENED }, .clock = "until_ms" },
    { .text = "(each month)",        .span = SPAN_MONTH, .own = true, .starts = { OPENED } },
    /* S-008: met by the month in which none of its duties was broken; with the first of them it is
     * broken too, before the month is over. */
    { .text = "(its own duties)",    .span = SPAN_MONTH, .starts = { OPENED }, .holds = true,
      .breaks = { "supervision.DutyBreached" }, .breaks_only = "!duty=S-008",
      .no_outage = true, .quiet = true },
    { .text = "the leader's post",   .span = SPAN_MONTH, .own = true, .starts = { OPENED },
      .holds = true, .only = "@post=head" },
    { .text = "the deputy leader's post", .span = SPAN_MONTH, .own = true, .starts = { OPENED },
      .holds = true, .only = "@post=deputy" },
    { .text = "each hour of each day", .span = SPAN_HOUR, .own = true, .starts = { OPENED },
      .holds = true },
    { .text = "each endpoint",       .span = SPAN_ITEM,
      .starts = { "organisation.LinkChanged" }, .only = "state=down", .item = "unit",
      .meets = "organisation.UnitBack", .no_outage = true },
    { .text = "each addressee",      .span = SPAN_ITEM,
      .starts = { "organisation.MandateIssued" }, .item = "mandate", .list = "addressees",
      .by_unit = true },
    { .text = "each post",           .span = SPAN_ITEM,
      .starts = { "organisation.AbsenceDeclared" }, .item = "post" },
    /* In force everywhere: every service folds it in the log's order, unless it set it aside. */
    { .text = "each policy set",     .span = SPAN_ITEM, .own = true,
      .starts = { "organisation.PolicyPublished" }, .item = "set", .clock = "effective_from_ms",
      .breaks = { "*.Parked" }, .holds = true },
    { .text = "each person on the roster", .span = SPAN_ITEM,
      .starts = { "registry.Verified", "registry.DeathRefuted", "registry.Unmerged" }, .item = "person",
      .ends = { LEFT_ROSTER }, .moves = "registry.Moved", .kept = true },
    { .text = "each RED and YELLOW person", .span = SPAN_ITEM,
      .starts = { "registry.ClassSet", "registry.Verified", "referral.Assessed" },
      .only = "class|to=RED|YELLOW", .item = "person", .who = "@centre", .key_by = "class|to",
      .ends = { LEFT_ROSTER, "registry.ClassSet" } },
    { .text = "each call about an unknown person in difficulty", .span = SPAN_ITEM, .own = true,
      .starts = { "hotline.CallClassified" }, .only = "proposed=", .item = "proposed|person" },
    { .text = "each call",           .span = SPAN_ITEM, .own = true,
      .starts = { "hotline.CallLogged" }, .item = "call", .slow = "ring_ms" },
    { .text = "each ticket",         .span = SPAN_ITEM, .own = true,
      .starts = { "hotline.TicketSubmitted" }, .item = "ticket" },
    { .text = "each ticket's needs", .span = SPAN_ITEM, .starts = { "*.Dispatched" },
      .only = "need.ticket=", .item = "need", .who = "to_unit", .ends = { LEFT_WORK } },
    { .text = "each need",           .span = SPAN_ITEM, .starts = { "*.Dispatched" },
      .item = "need", .who = "to_unit", .ends = { LEFT_WORK }, .extends = "*.VerificationDue" },
    { .text = "each medical need",   .span = SPAN_ITEM, .starts = { "*.Dispatched" },
      .only = "need.category=MEDICAL", .item = "need", .who = "to_unit", .ends = { LEFT_WORK } },
    { .text = "each need kind",      .span = SPAN_ITEM, .starts = { "*.Dispatched" },
      .item = "assignment", .who = "to_unit" },
    { .text = "each completed need", .span = SPAN_ITEM, .starts = { "*.VerificationDue" },
      .item = "need", .who = "verifier_unit" },
    { .text = "each centre and kind", .span = SPAN_ITEM,
      .starts = { "organisation.ResponsibilitySet", "referral.CapacitySet" },
      .only = "?category=MEDICAL", .item = "centre,kind", .who = "centre", .for_each_unit = true,
      .clock = "valid_until_ms", .all_fail = true },
    { .text = "(each event)",        .span = SPAN_ITEM, .single = true },

    /* A never-event: each month in which it did not happen is met. */
    { .text = "(always)",            .span = SPAN_MONTH, .own = true, .starts = { OPENED },
      .holds = true },
    { .text = "each committee's people", .span = SPAN_MONTH, .units = "vc", .starts = { OPENED },
      .holds = true },

    /* The day's contacts, which care plans, and of which it says at 24:00 which were missed. */
    { .text = "each person on the roster who is not away", .span = SPAN_ITEM,
      .starts = { "care.ContactPlanned" }, .only = "!ladder=HOST", .item = "person",
      .ends = { LEFT_ROSTER, "registry.AwayStarted", "care.NotReached" },
      .breaks = { "care.ContactMissed" }, .counted = true },
    { .text = "each planned contact", .span = SPAN_ITEM,
      .starts = { "care.ContactPlanned" }, .item = "person",
      .ends = { LEFT_ROSTER, "care.NotReached" }, .breaks = { "care.ContactMissed" },
      .counted = true },
    { .text = "each person in scope", .span = SPAN_ITEM,
      .starts = { "care.ContactPlanned" }, .only = "!times=1", .item = "person",
      .meets = "care.ContactRecorded", .meets_only = "done=@times",
      .ends = { LEFT_ROSTER, "registry.AwayStarted", "care.NotReached" },
      .breaks = { "care.ContactMissed" }, .counted = true },
    { .text = "each silent person, each day", .span = SPAN_ITEM,
      .starts = { "care.ContactPlanned" }, .only = "ladder=SILENT", .item = "person",
      .clock = "window_end_ms", .ends = { LEFT_ROSTER, "registry.AwayStarted", "care.NotReached" },
      .breaks = { "care.ContactMissed" }, .counted = true },
    { .text = "each ladder",         .span = SPAN_ITEM, .starts = { "care.DoorVisitAssigned" },
      .item = "person", .clock = "knock_by_ms", .ends = { LEFT_ROSTER, "registry.AwayStarted" } },
    { .text = "each abnormal finding", .span = SPAN_ITEM, .starts = { "care.AbnormalFound" },
      .item = "incident|need|ref" },
    { .text = "each gap",            .span = SPAN_ITEM, .starts = { "care.RecruitmentGap" },
      .item = "committee", .meets = "care.CarerRegistered" },
    { .text = "each day",            .span = SPAN_ITEM, .own = true,
      .starts = { "care.SummaryFrozen" }, .item = "date" },
    { .text = "each committee, each day", .span = SPAN_ITEM,
      .starts = { "care.SummaryFrozen" }, .item = "committee,date",
      .breaks = { "care.SummaryOverdue" } },

    { .text = "each call classified as emergency", .span = SPAN_ITEM, .own = true,
      .starts = { "hotline.CallClassified" }, .only = "incident=", .item = "incident",
      .scope = "P0" },
    { .text = "each incident type",  .span = SPAN_ITEM, .single = true,
      .starts = { "incident.IncidentOpened" }, .only = "!linked_to=", .item = "incident" },
    { .text = "each incident",       .span = SPAN_ITEM, .single = true,
      .starts = { "incident.IncidentOpened" }, .only = "!linked_to=", .item = "incident" },
    { .text = "each graded incident that needs one", .span = SPAN_ITEM, .own = true,
      .starts = { "incident.IncidentGraded" }, .only = "grade=1|2", .item = "incident",
      .ends = { "incident.IncidentGraded" }, .ends_only = "grade=3|4", .scope = "P0" },
    { .text = "each incident of grade 1 or 2", .span = SPAN_ITEM, .own = true,
      .starts = { "incident.IncidentGraded" }, .only = "grade=1|2", .item = "incident",
      .clock = "next_due_ms", .meets_only = "grade=1|2",
      .ends = { "incident.IncidentControlled", "incident.IncidentGraded" }, .ends_only = "?grade=3|4",
      .breaks = { "incident.SituationOverdue" } },

    { .text = "the public",          .span = SPAN_ONCE, .own = true, .starts = { OPENED } },
    { .text = "each alert",          .span = SPAN_ITEM, .own = true,
      .starts = { "opinion.AlertGraded" }, .item = "alert", .clock = "answer_due_ms" },
    { .text = "each changed channel", .span = SPAN_ITEM, .own = true,
      .starts = { "opinion.ChannelChanged" }, .item = "channel" },
    { .text = "each channel",        .span = SPAN_ITEM, .who = "owner_unit",
      .starts = { "opinion.ChannelFailed" }, .item = "channel",
      .meets = "opinion.ChannelVerified", .scope = "P1" },
    { .text = "each of the 50 lines", .span = SPAN_ONCE, .units = "vc", .who = "owner_unit",
      .starts = { OPENED } },
    { .text = "2 lines",             .span = SPAN_ONCE, .who = "owner_unit", .starts = { OPENED } },
    { .text = "1 line",              .span = SPAN_ONCE, .who = "owner_unit", .starts = { OPENED } },

    { .text = "each run",            .span = SPAN_ITEM, .own = true,
      .starts = { "benefit.RunPlanned" }, .item = "run", .clock = "until_ms" },
    { .text = "each home",           .span = SPAN_ITEM, .who = "centre",
      .starts = { "homes.HomeRegistered" }, .item = "home" },
};

static const struct { const char *item; const char *const ends[8]; } item_ends[] = {
    { "assignment", { "*.Rejected", "*.Declined", "*.Recalled", "*.MarkedInError", "*.Failed" } },
    { "need",       { "*.NeedClosed" } },
    { "person",     { LEFT_ROSTER } },
    { "incident",   { "incident.IncidentFalse", "incident.IncidentClosed" } },
    { "signal",     { "opinion.SignalMerged" } },
    { "alert",      { "opinion.AlertClosed" } },
    { "channel",    { "opinion.ChannelWithdrawn" } },
    { "",           { NULL } },
};

static const struct { const char *key; const char *event; } clocks[] = {
    { "org.team_due",          OPENED                             },
    { "org.plan_due",          OPENED                             },
    { "org.mandate_ack",       "organisation.MandateIssued"       },
    { "registry.survey_due",   "registry.SurveyPlanned"           },
    { "registry.verify",       "registry.Proposed"                },
};
/* clang-format on */

int phrases_find(const char *text)
{
    for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++)
        if (strcmp(phrases[i].text, text) == 0)
            return (int)i;
    return PHRASES_NONE;
}

const struct phrase *phrases_at(uint32_t place)
{
    return &phrases[place < sizeof(phrases) / sizeof(phrases[0]) ? place : 0];
}

const char *const *phrases_ends(const char *item)
{
    size_t i = 0;

    while (item_ends[i].item[0] != '\0' && strcmp(item_ends[i].item, item) != 0)
        i++;
    return item_ends[i].ends;
}

const char *phrases_clock(const char *key)
{
    for (size_t i = 0; i < sizeof(clocks) / sizeof(clocks[0]); i++)
        if (strcmp(clocks[i].key, key) == 0)
            return clocks[i].event;
    return NULL;
}
