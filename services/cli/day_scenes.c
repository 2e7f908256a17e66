/*
 * Scenes of the example day: help at a centre (domain.md 5, B, C, K), its deadlines; and all scenes in
 * their order.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/day_scenes.h"

/* ---- help at a centre: what is the same in every scene ------------------------------------------------ */

static void serve(struct day *day, const char *unit, const char *case_id, const char *need,
                  const char *assignment, const char *public_text)
{
    char post[32];
    char subject[64];

    snprintf(post, sizeof(post), "%s.duty", unit);
    snprintf(subject, sizeof(subject), "referral.Start.%s", unit);
    day_say(day, post, subject, case_id,
            "{\"assignment\":\"%s\",\"mode\":\"visit\",\"proof\":\"call\"}", assignment);
    snprintf(subject, sizeof(subject), "referral.Started.%s", unit);
    day_hear(day, subject, "{\"assignment\":\"%s\"}", assignment);
    snprintf(subject, sizeof(subject), "referral.Complete.%s", unit);
    day_say(day, post, subject, case_id,
            "{\"assignment\":\"%s\",\"solved\":\"SOLVED_YES\",\"output\":\"done\","
            "\"public_text\":\"%s\"}",
            assignment, public_text);
    snprintf(subject, sizeof(subject), "referral.Completed.%s", unit);
    day_hear(day, subject, "{\"assignment\":\"%s\",\"solved\":\"SOLVED_YES\"}", assignment);
    day_hear(day, "referral.VerificationDue.dzb", "{\"need\":\"%s\"}", need);
}

static void accept(struct day *day, const char *unit, const char *case_id, const char *assignment)
{
    char post[32];
    char subject[64];

    snprintf(post, sizeof(post), "%s.duty", unit);
    snprintf(subject, sizeof(subject), "referral.Receive.%s", unit);
    day_say(day, post, subject, case_id, "{\"assignment\":\"%s\"}", assignment);
    snprintf(subject, sizeof(subject), "referral.Received.%s", unit);
    day_hear(day, subject, "{\"assignment\":\"%s\"}", assignment);
    snprintf(subject, sizeof(subject), "referral.Accept.%s", unit);
    day_say(day, post, subject, case_id, "{\"assignment\":\"%s\",\"fill\":\"HIS-204\"}",
            assignment);
    snprintf(subject, sizeof(subject), "referral.Accepted.%s", unit);
    day_hear(day, subject, "{\"assignment\":\"%s\",\"fill\":\"HIS-204\"}", assignment);
}

static void refuse(struct day *day, const char *unit, const char *case_id, const char *assignment,
                   int count)
{
    char post[32];
    char subject[64];

    snprintf(post, sizeof(post), "%s.duty", unit);
    snprintf(subject, sizeof(subject), "referral.Reject.%s", unit);
    day_say(day, post, subject, case_id,
            "{\"assignment\":\"%s\",\"code\":\"NO_CAPACITY\",\"text\":\"no bed free today\"}",
            assignment);
    snprintf(subject, sizeof(subject), "referral.Rejected.%s", unit);
    day_hear(day, subject, "{\"assignment\":\"%s\",\"code\":\"NO_CAPACITY\",\"count\":%d}",
             assignment, count);
}

static void call_back(struct day *day, const char *case_id, const char *need)
{
    day_say(day, "dzb.seat2", "referral.RecordCallback.dzb", case_id,
            "{\"need\":\"%s\",\"result\":\"SATISFIED\",\"by\":\"dzb.seat2\"}", need);
    day_hear(day, "referral.CallbackRecorded.*", "{\"need\":\"%s\",\"result\":\"SATISFIED\"}",
             need);
    day_hear(day, "referral.NeedClosed." C41, "{\"need\":\"%s\",\"outcome\":\"MET\"}", need);
}

static void set_capacity(struct day *day)
{
    static const char *const kinds[] = { "MEDICINE", "VISIT", "CONSULT" };

    for (size_t i = 0; i < 3; i++) {
        day_say(day, "hcz.duty", "referral.SetCapacity.hcz", NULL,
                "{\"centre\":\"hcz\",\"kind\":\"%s\",\"state\":\"CAPACITY\",\"n\":20}", kinds[i]);
        day_hear(day, "referral.CapacitySet.hcz", "{\"kind\":\"%s\"}", kinds[i]);
        day_say(day, "hcs.duty", "referral.SetCapacity.hcs", NULL,
                "{\"centre\":\"hcs\",\"kind\":\"%s\",\"state\":\"CAPACITY\",\"n\":10}", kinds[i]);
        day_hear(day, "referral.CapacitySet.hcs", "{\"kind\":\"%s\"}", kinds[i]);
    }
}

/* ---- B: a medicine call, closed loop ------------------------------------------------------------------ */

/* Her voice on the line, until it is a ticket; the case number. */
static const char *take_call(struct day *day, const char *person)
{
    day_say(day, "dzb.seat1", "hotline.OpenShift.dzb", NULL,
            "{\"seat\":\"dzb.seat1\",\"staff\":\"dzb-s5\"}");
    day_hear(day, "hotline.ShiftOpened.dzb", "{\"seat\":\"dzb.seat1\"}");
    day_say(day, "dzb.seat1", "hotline.LogCall.dzb", NULL,
            "{\"call\":\"call-b\",\"seat\":\"dzb.seat1\",\"staff\":\"dzb-s5\",\"ring_ms\":9000,"
            "\"card\":{\"phones\":[{\"number\":\"%s\"}]}}",
            ZHANG);
    day_hear(day, "hotline.CallLogged.dzb", "{\"call\":\"call-b\",\"ringMs\":\"9000\"}");
    day_say(day, "dzb.seat1", "hotline.ClassifyCall.dzb", NULL,
            "{\"call\":\"call-b\",\"kind\":\"MEDICINE\",\"person\":\"%s\",\"place\":\"" C41
            "\",\"time_ms\":%" PRIu64 ",\"cause\":\"insulin runs out\",\"course\":\"one day left\","
            "\"card\":{\"name\":\"张桂芳\",\"address\":{\"committee\":\"" C41 "\"}}}",
            person, day_now_ms(day));
    day_hear(day, "hotline.CallClassified.dzb", "{\"call\":\"call-b\",\"person\":\"%s\"}", person);
    day_say(day, "dzb.seat1", "hotline.OpenTicket.dzb", NULL,
            "{\"ticket\":\"ticket-b\",\"call\":\"call-b\",\"person\":\"%s\",\"place\":\"" C41
            "\",\"problems\":[{\"problem\":\"need-b\",\"service\":\"referral\","
            "\"category\":\"MEDICAL\",\"kind\":\"MEDICINE\",\"priority\":\"P1\","
            "\"detail\":\"insulin\",\"days_left\":1,\"days_left_known\":true}]}",
            person);
    const struct day_heard opened =
        day_hear(day, "hotline.TicketOpened.dzb", "{\"ticket\":\"ticket-b\"}");
    const char *in_body = day_text(&opened, "caseId");
    return in_body[0] != '\0' ? in_body : opened.case_id;
}

static void play_medicine(struct day *day)
{
    set_capacity(day);
    const char *person = scene_person_of(day, ZHANG);
    const char *case_id = take_call(day, person);
    day_check(day, case_id[0] != '\0', "the ticket has no case number");
    day_case(day, case_id);

    day_say(day, "dzb.seat1", "hotline.SubmitTicket.dzb", case_id, "{\"ticket\":\"ticket-b\"}");
    day_hear(day, "hotline.TicketSubmitted.dzb", "{\"ticket\":\"ticket-b\"}");
    day_say(day, "dzb.duty", "hotline.TriageTicket.dzb", case_id,
            "{\"ticket\":\"ticket-b\",\"problems\":[{\"problem\":\"need-b\","
            "\"service\":\"referral\",\"category\":\"MEDICAL\",\"kind\":\"MEDICINE\","
            "\"priority\":\"P1\",\"detail\":\"insulin\",\"days_left\":1,"
            "\"days_left_known\":true}]}");
    const struct day_heard triaged =
        day_hear(day, "hotline.TicketTriaged.dzb", "{\"ticket\":\"ticket-b\"}");
    const char *need = day_text(&triaged, "needs.0");

    day_hear(day, "referral.NeedOpened." C41,
             "{\"need\":\"%s\",\"person\":\"%s\",\"kind\":\"MEDICINE\",\"priority\":\"P1\"}", need,
             person);
    const struct day_heard dispatched =
        day_hear(day, "referral.Dispatched.hcz", "{\"need\":\"%s\",\"toUnit\":\"hcz\"}", need);
    const char *assignment = day_text(&dispatched, "assignment");
    day_hear(day, "registry.CardSent.hcz", "{\"person\":\"%s\",\"need\":\"%s\"}", person, need);
    accept(day, "hcz", case_id, assignment);
    day_say(day, "hcz.duty", "referral.Schedule.hcz", case_id,
            "{\"assignment\":\"%s\",\"at_ms\":%" PRIu64 ",\"place\":\"at home\"}", assignment,
            day_now_ms(day) + HOUR_MS);
    day_hear(day, "referral.Scheduled.hcz", "{\"assignment\":\"%s\"}", assignment);
    serve(day, "hcz", case_id, need, assignment, "the medicine was brought to the door");

    /* R7: who did it does not confirm it. */
    day_say(day, "hcz.duty", "referral.RecordCallback.hcz", case_id,
            "{\"need\":\"%s\",\"result\":\"SATISFIED\",\"by\":\"hcz.duty\"}", need);
    day_hear(day, "referral.Refused.hcz", "{\"command\":\"referral.RecordCallback\"}");
    call_back(day, case_id, need);
    day_hear(day, "hotline.TicketClosed.dzb", "{\"ticket\":\"ticket-b\"}");

    day_say(day, C41 ".duty", "registry.UpdateFields." C41, NULL,
            "{\"person\":\"%s\",\"card\":{\"medicines\":[{\"name\":\"insulin\",\"days_left\":30,"
            "\"as_of\":\"2023-01-18\"}],\"source\":\"visit\"}}",
            person);
    day_hear(day, "registry.FieldsUpdated." C41, "{\"person\":\"%s\"}", person);
}

/* ---- C: a centre refuses; the other; the arbiter ------------------------------------------------------ */

static void play_refusals(struct day *day)
{
    const char *person = scene_person_of(day, LI);

    day_say(day, C41 ".duty", "referral.OpenNeed." C41, NULL,
            "{\"need\":\"need-c\",\"person\":\"%s\",\"place\":\"" C41
            "\",\"category\":\"MEDICAL\",\"kind\":\"VISIT\",\"priority\":\"P2\","
            "\"detail\":\"dressing of a wound\",\"source\":{\"visit\":\"v1\"}}",
            person);
    const struct day_heard opened =
        day_hear(day, "referral.NeedOpened." C41, "{\"need\":\"need-c\"}");
    const char *case_id = opened.case_id;
    day_case(day, case_id);
    const struct day_heard first =
        day_hear(day, "referral.Dispatched.hcz", "{\"need\":\"need-c\"}");
    const char *first_assignment = day_text(&first, "assignment");
    refuse(day, "hcz", case_id, first_assignment, 1);

    const struct day_heard second =
        day_hear(day, "referral.Dispatched.hcs", "{\"need\":\"need-c\"}");
    refuse(day, "hcs", case_id, day_text(&second, "assignment"), 2);
    day_hear(day, "referral.Unassignable.lgo", "{\"need\":\"need-c\"}");

    day_say(day, "lgo.head", "referral.Rule.lgo", case_id,
            "{\"need\":\"need-c\",\"to_unit\":\"hcs\",\"text\":\"hcs has the nearer nurse\"}");
    day_hear(day, "referral.Ruled.hcs", "{\"need\":\"need-c\",\"toUnit\":\"hcs\"}");
    const struct day_heard third =
        day_hear(day, "referral.Dispatched.hcs", "{\"need\":\"need-c\",\"ruled\":true}");
    const char *assignment = day_text(&third, "assignment");

    /* R6: a ruling cannot be refused. */
    day_say(day, "hcs.duty", "referral.Reject.hcs", case_id,
            "{\"assignment\":\"%s\",\"code\":\"NO_CAPACITY\",\"text\":\"still none\"}", assignment);
    day_hear(day, "referral.Refused.hcs", "{\"code\":\"RULED\"}");
    day_say(day, "hcz.duty", "referral.Accept.hcz", case_id, "{\"assignment\":\"%s\"}",
            first_assignment);
    day_hear(day, "referral.Refused.hcz", "{\"code\":\"WRONG_STATE\"}");

    accept(day, "hcs", case_id, assignment);
    serve(day, "hcs", case_id, "need-c", assignment, "the wound was dressed at home");
    call_back(day, case_id, "need-c");
    /* An honest coded refusal makes no finding. */
    day_hear_nothing(day, opened.seq, "supervision.FindingOpened.hcz", "{}");
}

/* ---- the centres' own systems ------------------------------------------------------------------------------ */

/* Everything that was dispatched, ruled and sent lies in the mailboxes until their owner has it. */
static void play_mailboxes(struct day *day)
{
    static const char *const units[] = { "hcz", "hcs" };

    for (size_t i = 0; i < 2; i++) {
        day_check(day, day_empty_mailbox(day, units[i]) >= 2,
                  "a centre's mailbox held less than a dispatch and its card");
        day_check(day, day_empty_mailbox(day, units[i]) == 0, "what was receipted came again");
    }
}

/* ---- what the day leaves open ------------------------------------------------------------------------ */

static const char *open_visit(struct day *day, const char *need, const char *person,
                              const char *kind, const char *priority)
{
    day_say(day, C41 ".duty", "referral.OpenNeed." C41, NULL,
            "{\"need\":\"%s\",\"person\":\"%s\",\"place\":\"" C41
            "\",\"category\":\"MEDICAL\",\"kind\":\"%s\",\"priority\":\"%s\","
            "\"detail\":\"asked at the door\",\"source\":{\"visit\":\"v2\"}}",
            need, person, kind, priority);
    day_hear(day, "referral.NeedOpened." C41, "{\"need\":\"%s\"}", need);
    const struct day_heard dispatched =
        day_hear(day, "referral.Dispatched.hcz", "{\"need\":\"%s\"}", need);
    day_case(day, dispatched.case_id);
    return day_text(&dispatched, "assignment");
}

/* One that waits at the centre, one that waits for its call-back. */
static void play_open(struct day *day)
{
    const char *chen = scene_person_of(day, CHEN);
    const char *zhang = scene_person_of(day, ZHANG);

    open_visit(day, "need-o1", chen, "CONSULT", "P3");
    const char *assignment = open_visit(day, "need-o2", zhang, "VISIT", "P2");
    accept(day, "hcz", NULL, assignment);
    serve(day, "hcz", NULL, "need-o2", assignment, "the doctor has been there");
}

/* ---- the deadlines: only where the clock runs fast --------------------------------------------------------- */

/* C, the variant: nobody at hcz opens it; 15 minutes later it goes to the other centre. */
static void play_expiry(struct day *day)
{
    const char *person = scene_person_of(day, ZHANG);

    day_say(day, C41 ".duty", "referral.OpenNeed." C41, NULL,
            "{\"need\":\"need-x\",\"person\":\"%s\",\"place\":\"" C41
            "\",\"category\":\"MEDICAL\",\"kind\":\"CONSULT\",\"priority\":\"P1\","
            "\"detail\":\"fever\",\"source\":{\"contact\":\"c1\"}}",
            person);
    const struct day_heard opened =
        day_hear(day, "referral.NeedOpened." C41, "{\"need\":\"need-x\"}");
    day_case(day, opened.case_id);
    day_hear(day, "referral.Dispatched.hcz", "{\"need\":\"need-x\"}");
    day_hear_within(day, 15 * MINUTE_MS + MINUTE_MS, "referral.Expired.hcz",
                    "{\"need\":\"need-x\",\"clock\":\"receive\"}");
    const struct day_heard other =
        day_hear(day, "referral.Dispatched.hcs", "{\"need\":\"need-x\"}");
    const char *assignment = day_text(&other, "assignment");
    accept(day, "hcs", opened.case_id, assignment);
    serve(day, "hcs", opened.case_id, "need-x", assignment, "the doctor has called");
    call_back(day, opened.case_id, "need-x");
    day->since = opened.seq;
    day_hear(day, "supervision.FindingOpened.hcz", "{}");
}

/* K: a committee off line for long enough to be noticed. */
static void play_silence(struct day *day)
{
    day_say(day, C41 ".duty", "referral.OpenNeed." C41, NULL,
            "{\"need\":\"need-k\",\"place\":\"" C41 "\",\"category\":\"MEDICAL\","
            "\"kind\":\"CONSULT\",\"priority\":\"P3\",\"detail\":\"a question\","
            "\"source\":{\"desk\":\"d1\"}}");
    day_hear(day, "referral.NeedOpened." C41, "{\"need\":\"need-k\"}");
    day_cut(day, C50);
    day_hear_within(day, MINUTE_MS, "organisation.LinkChanged." C50, "{\"state\":\"suspect\"}");
    day_hear_within(day, 2 * MINUTE_MS, "organisation.LinkChanged." C50, "{\"state\":\"down\"}");
    day_mend(day, C50);
    day_hear_within(day, MINUTE_MS, "organisation.LinkChanged." C50, "{\"state\":\"up\"}");
}

/* The roster's own first; the clock runs ahead only behind what would be too late for it. */
const struct day_scene day_scenes[] = {
    { "0", "the roster knows its people by their numbers, and leaves a trace", play_roster },
    { "A", "a silent person: two phones, the door, the hospital", play_silent_person },
    { "B", "a medicine call, closed loop", play_medicine },
    { "C", "a centre refuses; the other; the arbiter", play_refusals },
    { "D", "goods run short: the rule, the leader, a donation", play_shortage },
    { "E", "an opinion hit: help first, then the answer", play_opinion },
    { "F", "moves, dies, is double", play_people },
    { "G", "a spreadsheet with two damaged rows", play_sheet },
    { "H", "festival visits are contacts", play_festival },
    { "I", "an outbreak in a home", play_outbreak },
    { "J", "someone is ill, someone resigns", play_absence },
    { "L", "a child without a guardian", play_child },
    { "M", "the centres' systems empty their mailboxes", play_mailboxes },
    { "N", "two committees call everybody of their day", play_calls },
    { "K", "a committee off line", play_silence },
    { "C+", "a centre is silent: the clock moves it on", play_expiry },
    { "A+", "nobody answers: the ladder climbs by itself", play_ladder },
    { "J+", "nobody is left in a committee: the office's duty acts", play_vacancy },
    { "O", "what the day leaves open: a consultation, a call-back", play_open },
    { "Z", "the evening: frozen, signed, the town's", play_evening },
    { NULL, NULL, NULL },
};
