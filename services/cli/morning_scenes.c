/*
 * Scenes of the example day: domain.md 5, B C F G J K, and their deadlines; and all scenes in order.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cli/morning_scenes.h"
#include "cli/roster.h"

/* The people of the roster that we follow. */
static const char zhang_phone[] = "14100000001"; /* alone, insulin           */
static const char li_phone[] = "14100000002";    /* very old, a leg wound    */
static const char chen_phone[] = "14100000003";  /* married to wang          */
static const char wang_phone[] = "14100000004";
static const char zhou_phone[] = "14100000005"; /* of the other committee   */

/* Who it is that calls: the hotline may ask by number, and that leaves its trace on the log. */
static const char *person_of(struct morning *morning, const char *phone)
{
    const json_t *answer = morning_ask(morning, "dzb.seat1", "registry.FindPerson.dzb",
                                       "{\"phone\":\"%s\",\"purpose\":\"call\"}", phone);
    const struct morning_heard heard = { .body = answer };
    const char *person = morning_text(&heard, "found.0.person");

    morning_check(morning, person[0] != '\0', "nobody on the roster has that number");
    return person;
}

/* ---- the roster: who is who ------------------------------------------------------------------------ */

static void play_roster(struct morning *morning)
{
    static const char *const phones[] = { zhang_phone, li_phone, chen_phone, wang_phone,
                                          zhou_phone };

    for (size_t i = 0; i < sizeof(phones) / sizeof(phones[0]) && !morning->failed; i++) {
        morning->since = morning_head(morning);
        const char *person = person_of(morning, phones[i]);
        morning_hear(morning, "registry.Accessed.*",
                     "{\"persons\":[\"%s\"],\"readerUnit\":\"dzb\",\"result\":\"ok\"}", person);
    }
}

/* ---- help at a centre: what is the same in every scene ------------------------------------------------ */

static void serve(struct morning *morning, const char *unit, const char *case_id, const char *need,
                  const char *assignment, const char *public_text)
{
    char post[32];
    char subject[64];

    snprintf(post, sizeof(post), "%s.duty", unit);
    snprintf(subject, sizeof(subject), "referral.Start.%s", unit);
    morning_say(morning, post, subject, case_id,
                "{\"assignment\":\"%s\",\"mode\":\"visit\",\"proof\":\"call\"}", assignment);
    snprintf(subject, sizeof(subject), "referral.Started.%s", unit);
    morning_hear(morning, subject, "{\"assignment\":\"%s\"}", assignment);
    snprintf(subject, sizeof(subject), "referral.Complete.%s", unit);
    morning_say(morning, post, subject, case_id,
                "{\"assignment\":\"%s\",\"solved\":\"SOLVED_YES\",\"output\":\"done\","
                "\"public_text\":\"%s\"}",
                assignment, public_text);
    snprintf(subject, sizeof(subject), "referral.Completed.%s", unit);
    morning_hear(morning, subject, "{\"assignment\":\"%s\",\"solved\":\"SOLVED_YES\"}", assignment);
    morning_hear(morning, "referral.VerificationDue.dzb", "{\"need\":\"%s\"}", need);
}

static void accept(struct morning *morning, const char *unit, const char *case_id,
                   const char *assignment)
{
    char post[32];
    char subject[64];

    snprintf(post, sizeof(post), "%s.duty", unit);
    snprintf(subject, sizeof(subject), "referral.Receive.%s", unit);
    morning_say(morning, post, subject, case_id, "{\"assignment\":\"%s\"}", assignment);
    snprintf(subject, sizeof(subject), "referral.Received.%s", unit);
    morning_hear(morning, subject, "{\"assignment\":\"%s\"}", assignment);
    snprintf(subject, sizeof(subject), "referral.Accept.%s", unit);
    morning_say(morning, post, subject, case_id, "{\"assignment\":\"%s\",\"fill\":\"HIS-204\"}",
                assignment);
    snprintf(subject, sizeof(subject), "referral.Accepted.%s", unit);
    morning_hear(morning, subject, "{\"assignment\":\"%s\",\"fill\":\"HIS-204\"}", assignment);
}

static void refuse(struct morning *morning, const char *unit, const char *case_id,
                   const char *assignment, int count)
{
    char post[32];
    char subject[64];

    snprintf(post, sizeof(post), "%s.duty", unit);
    snprintf(subject, sizeof(subject), "referral.Reject.%s", unit);
    morning_say(morning, post, subject, case_id,
                "{\"assignment\":\"%s\",\"code\":\"NO_CAPACITY\",\"text\":\"no bed free today\"}",
                assignment);
    snprintf(subject, sizeof(subject), "referral.Rejected.%s", unit);
    morning_hear(morning, subject, "{\"assignment\":\"%s\",\"code\":\"NO_CAPACITY\",\"count\":%d}",
                 assignment, count);
}

static void call_back(struct morning *morning, const char *case_id, const char *need)
{
    morning_say(morning, "dzb.seat2", "referral.RecordCallback.dzb", case_id,
                "{\"need\":\"%s\",\"result\":\"SATISFIED\",\"by\":\"dzb.seat2\"}", need);
    morning_hear(morning, "referral.CallbackRecorded.*",
                 "{\"need\":\"%s\",\"result\":\"SATISFIED\"}", need);
    morning_hear(morning, "referral.NeedClosed." C41, "{\"need\":\"%s\",\"outcome\":\"MET\"}",
                 need);
}

static void set_capacity(struct morning *morning)
{
    static const char *const kinds[] = { "MEDICINE", "VISIT", "CONSULT" };

    for (size_t i = 0; i < 3; i++) {
        morning_say(morning, "hcz.duty", "referral.SetCapacity.hcz", NULL,
                    "{\"centre\":\"hcz\",\"kind\":\"%s\",\"state\":\"CAPACITY\",\"n\":20}",
                    kinds[i]);
        morning_hear(morning, "referral.CapacitySet.hcz", "{\"kind\":\"%s\"}", kinds[i]);
        morning_say(morning, "hcs.duty", "referral.SetCapacity.hcs", NULL,
                    "{\"centre\":\"hcs\",\"kind\":\"%s\",\"state\":\"CAPACITY\",\"n\":10}",
                    kinds[i]);
        morning_hear(morning, "referral.CapacitySet.hcs", "{\"kind\":\"%s\"}", kinds[i]);
    }
}

/* ---- B: a medicine call, closed loop ------------------------------------------------------------------ */

/* Her voice on the line, until it is a ticket; the case number. */
static const char *take_call(struct morning *morning, const char *person)
{
    morning_say(morning, "dzb.seat1", "hotline.OpenShift.dzb", NULL,
                "{\"seat\":\"dzb.seat1\",\"staff\":\"dzb-s5\"}");
    morning_hear(morning, "hotline.ShiftOpened.dzb", "{\"seat\":\"dzb.seat1\"}");
    morning_say(morning, "dzb.seat1", "hotline.LogCall.dzb", NULL,
                "{\"call\":\"call-b\",\"seat\":\"dzb.seat1\",\"staff\":\"dzb-s5\",\"ring_ms\":9000,"
                "\"card\":{\"phones\":[{\"number\":\"%s\"}]}}",
                zhang_phone);
    morning_hear(morning, "hotline.CallLogged.dzb", "{\"call\":\"call-b\",\"ringMs\":\"9000\"}");
    morning_say(morning, "dzb.seat1", "hotline.ClassifyCall.dzb", NULL,
                "{\"call\":\"call-b\",\"kind\":\"MEDICINE\",\"person\":\"%s\",\"place\":\"" C41
                "\",\"time_ms\":%" PRIu64
                ",\"cause\":\"insulin runs out\",\"course\":\"one day left\","
                "\"card\":{\"name\":\"张桂芳\",\"address\":{\"committee\":\"" C41 "\"}}}",
                person, morning_now_ms(morning));
    morning_hear(morning, "hotline.CallClassified.dzb", "{\"call\":\"call-b\",\"person\":\"%s\"}",
                 person);
    morning_say(morning, "dzb.seat1", "hotline.OpenTicket.dzb", NULL,
                "{\"ticket\":\"ticket-b\",\"call\":\"call-b\",\"person\":\"%s\",\"place\":\"" C41
                "\",\"problems\":[{\"problem\":\"need-b\",\"service\":\"referral\","
                "\"category\":\"MEDICAL\",\"kind\":\"MEDICINE\",\"priority\":\"P1\","
                "\"detail\":\"insulin\",\"days_left\":1,\"days_left_known\":true}]}",
                person);
    const struct morning_heard opened =
        morning_hear(morning, "hotline.TicketOpened.dzb", "{\"ticket\":\"ticket-b\"}");
    const char *in_body = morning_text(&opened, "caseId");
    return in_body[0] != '\0' ? in_body : opened.case_id;
}

static void play_medicine(struct morning *morning)
{
    set_capacity(morning);
    const char *person = person_of(morning, zhang_phone);
    const char *case_id = take_call(morning, person);
    morning_check(morning, case_id[0] != '\0', "the ticket has no case number");
    morning_case(morning, case_id);

    morning_say(morning, "dzb.seat1", "hotline.SubmitTicket.dzb", case_id,
                "{\"ticket\":\"ticket-b\"}");
    morning_hear(morning, "hotline.TicketSubmitted.dzb", "{\"ticket\":\"ticket-b\"}");
    morning_say(morning, "dzb.duty", "hotline.TriageTicket.dzb", case_id,
                "{\"ticket\":\"ticket-b\",\"problems\":[{\"problem\":\"need-b\","
                "\"service\":\"referral\",\"category\":\"MEDICAL\",\"kind\":\"MEDICINE\","
                "\"priority\":\"P1\",\"detail\":\"insulin\",\"days_left\":1,"
                "\"days_left_known\":true}]}");
    const struct morning_heard triaged =
        morning_hear(morning, "hotline.TicketTriaged.dzb", "{\"ticket\":\"ticket-b\"}");
    const char *need = morning_text(&triaged, "needs.0");

    morning_hear(morning, "referral.NeedOpened." C41,
                 "{\"need\":\"%s\",\"person\":\"%s\",\"kind\":\"MEDICINE\",\"priority\":\"P1\"}",
                 need, person);
    const struct morning_heard dispatched = morning_hear(
        morning, "referral.Dispatched.hcz", "{\"need\":\"%s\",\"toUnit\":\"hcz\"}", need);
    const char *assignment = morning_text(&dispatched, "assignment");
    morning_hear(morning, "registry.CardSent.hcz", "{\"person\":\"%s\",\"need\":\"%s\"}", person,
                 need);
    accept(morning, "hcz", case_id, assignment);
    morning_say(morning, "hcz.duty", "referral.Schedule.hcz", case_id,
                "{\"assignment\":\"%s\",\"at_ms\":%" PRIu64 ",\"place\":\"at home\"}", assignment,
                morning_now_ms(morning) + HOUR_MS);
    morning_hear(morning, "referral.Scheduled.hcz", "{\"assignment\":\"%s\"}", assignment);
    serve(morning, "hcz", case_id, need, assignment, "the medicine was brought to the door");

    /* R7: who did it does not confirm it. */
    morning_say(morning, "hcz.duty", "referral.RecordCallback.hcz", case_id,
                "{\"need\":\"%s\",\"result\":\"SATISFIED\",\"by\":\"hcz.duty\"}", need);
    morning_hear(morning, "referral.Refused.hcz", "{\"command\":\"referral.RecordCallback\"}");
    call_back(morning, case_id, need);
    morning_hear(morning, "hotline.TicketClosed.dzb", "{\"ticket\":\"ticket-b\"}");

    morning_say(
        morning, C41 ".duty", "registry.UpdateFields." C41, NULL,
        "{\"person\":\"%s\",\"card\":{\"medicines\":[{\"name\":\"insulin\",\"days_left\":30,"
        "\"as_of\":\"2023-01-18\"}],\"source\":\"visit\"}}",
        person);
    morning_hear(morning, "registry.FieldsUpdated." C41, "{\"person\":\"%s\"}", person);
}

/* ---- C: a centre refuses; the other; the arbiter ------------------------------------------------------ */

static void play_refusals(struct morning *morning)
{
    const char *person = person_of(morning, li_phone);

    morning_say(morning, C41 ".duty", "referral.OpenNeed." C41, NULL,
                "{\"need\":\"need-c\",\"person\":\"%s\",\"place\":\"" C41
                "\",\"category\":\"MEDICAL\",\"kind\":\"VISIT\",\"priority\":\"P2\","
                "\"detail\":\"dressing of a wound\",\"source\":{\"visit\":\"v1\"}}",
                person);
    const struct morning_heard opened =
        morning_hear(morning, "referral.NeedOpened." C41, "{\"need\":\"need-c\"}");
    const char *case_id = opened.case_id;
    morning_case(morning, case_id);
    const struct morning_heard first =
        morning_hear(morning, "referral.Dispatched.hcz", "{\"need\":\"need-c\"}");
    const char *first_assignment = morning_text(&first, "assignment");
    refuse(morning, "hcz", case_id, first_assignment, 1);

    const struct morning_heard second =
        morning_hear(morning, "referral.Dispatched.hcs", "{\"need\":\"need-c\"}");
    refuse(morning, "hcs", case_id, morning_text(&second, "assignment"), 2);
    morning_hear(morning, "referral.Unassignable.lgo", "{\"need\":\"need-c\"}");

    morning_say(morning, "lgo.head", "referral.Rule.lgo", case_id,
                "{\"need\":\"need-c\",\"to_unit\":\"hcs\",\"text\":\"hcs has the nearer nurse\"}");
    morning_hear(morning, "referral.Ruled.hcs", "{\"need\":\"need-c\",\"toUnit\":\"hcs\"}");
    const struct morning_heard third =
        morning_hear(morning, "referral.Dispatched.hcs", "{\"need\":\"need-c\",\"ruled\":true}");
    const char *assignment = morning_text(&third, "assignment");

    /* R6: a ruling cannot be refused. */
    morning_say(morning, "hcs.duty", "referral.Reject.hcs", case_id,
                "{\"assignment\":\"%s\",\"code\":\"NO_CAPACITY\",\"text\":\"still none\"}",
                assignment);
    morning_hear(morning, "referral.Refused.hcs", "{\"code\":\"RULED\"}");
    morning_say(morning, "hcz.duty", "referral.Accept.hcz", case_id, "{\"assignment\":\"%s\"}",
                first_assignment);
    morning_hear(morning, "referral.Refused.hcz", "{\"code\":\"WRONG_STATE\"}");

    accept(morning, "hcs", case_id, assignment);
    serve(morning, "hcs", case_id, "need-c", assignment, "the wound was dressed at home");
    call_back(morning, case_id, "need-c");
    /* An honest coded refusal makes no finding. */
    morning_hear_nothing(morning, opened.seq, "supervision.FindingOpened.hcz", "{}");
}

/* ---- F: moves, dies, is double -------------------------------------------------------------------------- */

static void play_move(struct morning *morning)
{
    const char *person = person_of(morning, li_phone);

    morning_say(morning, C41 ".duty", "registry.RequestMove." C41, NULL,
                "{\"person\":\"%s\",\"to\":\"" C06 "\",\"reason\":\"to his daughter\"}", person);
    morning_hear(morning, "registry.MoveRequested." C06, "{\"person\":\"%s\"}", person);
    morning_say(morning, C06 ".duty", "registry.AcceptMove." C06, NULL, "{\"person\":\"%s\"}",
                person);
    morning_hear(morning, "registry.Moved." C06,
                 "{\"person\":\"%s\",\"from\":\"" C41 "\",\"to\":\"" C06 "\"}", person);
}

static void play_death(struct morning *morning)
{
    const char *wang = person_of(morning, wang_phone);
    const char *chen = person_of(morning, chen_phone);

    morning_say(morning, C41 ".duty", "registry.SetHousehold." C41, NULL,
                "{\"household\":\"house-1\",\"members\":[\"%s\",\"%s\"],"
                "\"kin\":[{\"person\":\"%s\",\"of\":\"%s\",\"relation\":\"spouse\"}]}",
                chen, wang, chen, wang);
    morning_hear(morning, "registry.HouseholdSet." C41, "{\"household\":\"house-1\"}");
    morning_say(morning, C41 ".duty", "registry.ReportDeath." C41, NULL,
                "{\"person\":\"%s\",\"source\":\"family\",\"at_ms\":%" PRIu64 "}", wang,
                morning_now_ms(morning));
    morning_hear(morning, "registry.DeathReported." C41, "{\"person\":\"%s\"}", wang);
    morning_say(morning, C41 ".duty", "registry.ConfirmDeath." C41, NULL,
                "{\"person\":\"%s\",\"document_ref\":\"doc-1\"}", wang);
    morning_hear(morning, "registry.DeathConfirmed." C41, "{\"person\":\"%s\"}", wang);
    /* The newly alone spouse is silent for registry.bereaved_silent. */
    morning_hear(morning, "registry.SilentSet." C41, "{\"person\":\"%s\",\"to\":true}", chen);
}

static void play_double(struct morning *morning)
{
    const char *zhou = person_of(morning, zhou_phone);
    const json_t *answer = morning_ask(morning, C06 ".duty", "registry.Card." C06,
                                       "{\"person\":\"%s\",\"purpose\":\"double\"}", zhou);
    const struct morning_heard card = { .body = answer };

    morning_say(morning, C41 ".duty", "registry.Propose." C41, NULL,
                "{\"person\":\"double-1\",\"committee\":\"" C41 "\",\"source\":\"visit\","
                "\"categories\":[\"ALONE_UNCARED\"],\"card\":{\"name\":\"周玉兰\","
                "\"id_number\":\"%s\",\"address\":{\"committee\":\"" C41 "\"}}}",
                morning_text(&card, "card.idNumber"));
    morning_hear(morning, "registry.ClaimConflicted.sjb", "{}");
    const struct morning_heard proposed = morning_hear(morning, "registry.MergeProposed.sjb", "{}");
    const char *survivor = morning_text(&proposed, "survivor");
    const char *alias = morning_text(&proposed, "alias");
    morning_say(morning, "sjb.duty", "registry.Merge.sjb", NULL,
                "{\"survivor\":\"%s\",\"alias\":\"%s\"}", survivor, alias);
    morning_hear(morning, "registry.Merged.*", "{\"survivor\":\"%s\",\"alias\":\"%s\"}", survivor,
                 alias);
    morning_say(morning, "sjb.duty", "registry.Unmerge.sjb", NULL,
                "{\"survivor\":\"%s\",\"alias\":\"%s\",\"reason\":\"two people after all\"}",
                survivor, alias);
    morning_hear(morning, "registry.Unmerged.*", "{\"survivor\":\"%s\"}", survivor);
}

static void play_people(struct morning *morning)
{
    play_move(morning);
    play_death(morning);
    play_double(morning);
}

/* ---- G: a spreadsheet ---------------------------------------------------------------------------------- */

static const char sheet_text[] = "\xEF\xBB\xBF丹桂路居委会名单,,,,,,\n"
                                 "姓名,身份证号,性别,手机,住址,类别,依据\n"
                                 "示例,319999193802149014,男,14190000000,演练路1号,独居,告知\n"
                                 "赵玉珍,319999193802149014,男,14190000001,演练路2号,独居,告知\n"
                                 "钱根宝,319999193802140000,男,14190000002,演练路3号,独居,告知\n"
                                 "孙凤英,3.19999E+17,女,14190000003,演练路4号,独居,告知\n"
                                 "吴德康,319999193903159027,女,14190000004,演练路5号,高龄,告知\n";

static int import_sheet(struct morning *morning, const char *path)
{
    struct cli *cli = morning->cli;
    char *arguments[8] = { arena_text(&cli->arena, path) };
    char **argv = cli->argv;
    int argc = cli->argc;
    bool quiet = cli->quiet;

    cli->unit = "310115125012";
    cli->post = "310115125012.duty";
    cli->argv = arguments;
    cli->argc = 1;
    cli->quiet = true;
    int status = roster_import(cli);
    cli->argv = argv;
    cli->argc = argc;
    cli->quiet = quiet;
    return status;
}

static void play_sheet(struct morning *morning)
{
    struct cli *cli = morning->cli;
    const char *path = cli_path(cli, "run/morning.csv");
    FILE *out = fopen(path, "w");

    morning_check(morning, out != NULL && fputs(sheet_text, out) >= 0 && fclose(out) == 0,
                  "the sheet cannot be written");
    if (morning->failed)
        return;
    int first = import_sheet(morning, path);
    morning_check(morning, first == EXIT_BAD_ROWS, "two damaged rows were not refused");
    morning_hear(morning, "registry.ImportValidated.310115125012", "{\"ok\":2,\"reject\":2}");
    morning_hear(morning, "registry.ImportCommitted.310115125012", "{\"added\":2}");
    int second = import_sheet(morning, path);
    morning_check(morning, second == 0, "the same file again was not taken for what it is");
    morning_hear(morning, "registry.Refused.310115125012",
                 "{\"command\":\"registry.StartImport\"}");
    remove(path);
}

/* ---- J: someone is ill, someone resigns ------------------------------------------------------------------ */

static void play_absence(struct morning *morning)
{
    uint64_t now_ms = morning_now_ms(morning);

    morning_say(morning, C41 ".head", "organisation.DeclareAbsence." C41, NULL,
                "{\"staff\":\"" C41 "-s1\",\"from_ms\":%" PRIu64 ",\"until_ms\":%" PRIu64
                ",\"deputy\":\"" C41 "-s2\",\"reason_class\":\"ill\"}",
                now_ms, now_ms + 48 * (uint64_t)HOUR_MS);
    const struct morning_heard absent =
        morning_hear(morning, "organisation.AbsenceDeclared." C41, "{\"staff\":\"" C41 "-s1\"}");
    morning_hear(morning, "organisation.PostResolved." C41,
                 "{\"post\":\"" C41 ".head\",\"holder\":\"" C41 "-s2\",\"why\":\"deputy\"}");
    /* R9: nothing is dispatched anew because somebody is ill. */
    morning_hear_nothing(morning, absent.seq, "referral.Dispatched.*", "{}");

    morning_say(morning, C06 ".head", "organisation.EndTenure." C06, NULL,
                "{\"post\":\"" C06 ".head\",\"staff\":\"" C06 "-s1\",\"until_ms\":%" PRIu64
                ",\"reason\":\"resigned\"}",
                now_ms);
    morning_hear(morning, "organisation.TenureEnded." C06, "{\"post\":\"" C06 ".head\"}");
    morning_hear(morning, "organisation.PostResolved." C06,
                 "{\"post\":\"" C06 ".head\",\"why\":\"successor\"}");
}

/* ---- the centres' own systems ------------------------------------------------------------------------------ */

/* Everything that was dispatched, ruled and sent lies in the mailboxes until their owner has it. */
static void play_mailboxes(struct morning *morning)
{
    static const char *const units[] = { "hcz", "hcs" };

    for (size_t i = 0; i < 2; i++) {
        morning_check(morning, morning_empty_mailbox(morning, units[i]) >= 2,
                      "a centre's mailbox held less than a dispatch and its card");
        morning_check(morning, morning_empty_mailbox(morning, units[i]) == 0,
                      "what was receipted came again");
    }
}

/* ---- what the morning leaves open ------------------------------------------------------------------------ */

static const char *open_visit(struct morning *morning, const char *need, const char *person,
                              const char *kind, const char *priority)
{
    morning_say(morning, C41 ".duty", "referral.OpenNeed." C41, NULL,
                "{\"need\":\"%s\",\"person\":\"%s\",\"place\":\"" C41
                "\",\"category\":\"MEDICAL\",\"kind\":\"%s\",\"priority\":\"%s\","
                "\"detail\":\"asked at the door\",\"source\":{\"visit\":\"v2\"}}",
                need, person, kind, priority);
    morning_hear(morning, "referral.NeedOpened." C41, "{\"need\":\"%s\"}", need);
    const struct morning_heard dispatched =
        morning_hear(morning, "referral.Dispatched.hcz", "{\"need\":\"%s\"}", need);
    morning_case(morning, dispatched.case_id);
    return morning_text(&dispatched, "assignment");
}

/* One that waits at the centre, one that waits for its call-back. */
static void play_open(struct morning *morning)
{
    const char *chen = person_of(morning, chen_phone);
    const char *zhang = person_of(morning, zhang_phone);

    open_visit(morning, "need-o1", chen, "CONSULT", "P3");
    const char *assignment = open_visit(morning, "need-o2", zhang, "VISIT", "P2");
    accept(morning, "hcz", NULL, assignment);
    serve(morning, "hcz", NULL, "need-o2", assignment, "the doctor has been there");
}

/* ---- the deadlines: only where the clock runs fast --------------------------------------------------------- */

/* C, the variant: nobody at hcz opens it; 15 minutes later it goes to the other centre. */
static void play_expiry(struct morning *morning)
{
    const char *person = person_of(morning, zhang_phone);

    morning_say(morning, C41 ".duty", "referral.OpenNeed." C41, NULL,
                "{\"need\":\"need-x\",\"person\":\"%s\",\"place\":\"" C41
                "\",\"category\":\"MEDICAL\",\"kind\":\"CONSULT\",\"priority\":\"P1\","
                "\"detail\":\"fever\",\"source\":{\"contact\":\"c1\"}}",
                person);
    const struct morning_heard opened =
        morning_hear(morning, "referral.NeedOpened." C41, "{\"need\":\"need-x\"}");
    morning_case(morning, opened.case_id);
    morning_hear(morning, "referral.Dispatched.hcz", "{\"need\":\"need-x\"}");
    morning_hear_within(morning, 15 * MINUTE_MS, "referral.Expired.hcz",
                        "{\"need\":\"need-x\",\"clock\":\"receive\"}");
    const struct morning_heard other =
        morning_hear(morning, "referral.Dispatched.hcs", "{\"need\":\"need-x\"}");
    const char *assignment = morning_text(&other, "assignment");
    accept(morning, "hcs", opened.case_id, assignment);
    serve(morning, "hcs", opened.case_id, "need-x", assignment, "the doctor has called");
    call_back(morning, opened.case_id, "need-x");
    morning->since = opened.seq;
    morning_hear(morning, "supervision.FindingOpened.hcz", "{}");
}

/* K: a committee off line for long enough to be noticed. */
static void play_silence(struct morning *morning)
{
    static const char unit[] = "310115125050";

    morning_say(morning, C41 ".duty", "referral.OpenNeed." C41, NULL,
                "{\"need\":\"need-k\",\"place\":\"" C41 "\",\"category\":\"MEDICAL\","
                "\"kind\":\"CONSULT\",\"priority\":\"P3\",\"detail\":\"a question\","
                "\"source\":{\"desk\":\"d1\"}}");
    morning_hear(morning, "referral.NeedOpened." C41, "{\"need\":\"need-k\"}");
    morning_cut(morning, unit);
    morning_hear_within(morning, HOUR_MS, "organisation.LinkChanged.310115125050",
                        "{\"state\":\"suspect\"}");
    morning_hear_within(morning, HOUR_MS, "organisation.LinkChanged.310115125050",
                        "{\"state\":\"down\"}");
    morning_mend(morning, unit);
    morning_hear_within(morning, HOUR_MS, "organisation.LinkChanged.310115125050",
                        "{\"state\":\"up\"}");
}

/* J, the variant: a post that nobody holds and nobody can be found for. */
static void play_vacancy(struct morning *morning)
{
    uint64_t now_ms = morning_now_ms(morning);

    for (int staff = 1; staff <= 4; staff++)
        morning_say(morning, "lgo.head", "organisation.DeclareAbsence.lgo", NULL,
                    "{\"staff\":\"310115125050-s%d\",\"from_ms\":%" PRIu64 ",\"until_ms\":%" PRIu64
                    ",\"reason_class\":\"ill\"}",
                    staff, now_ms, now_ms + 48 * (uint64_t)HOUR_MS);
    morning_hear_within(morning, HOUR_MS, "organisation.PostResolved.310115125050",
                        "{\"post\":\"310115125050.duty\",\"why\":\"duty\"}");
}

const struct morning_scene morning_scenes[] = {
    { "0", "the roster knows its people by their numbers, and leaves a trace", play_roster, false },
    { "A", "a silent person: two phones, the door, the hospital", play_silent_person, false },
    { "B", "a medicine call, closed loop", play_medicine, false },
    { "C", "a centre refuses; the other; the arbiter", play_refusals, false },
    { "D", "goods run short: the rule, the leader, a donation", play_shortage, false },
    { "E", "an opinion hit: help first, then the answer", play_opinion, false },
    { "F", "moves, dies, is double", play_people, false },
    { "G", "a spreadsheet with two damaged rows", play_sheet, false },
    { "H", "festival visits are contacts", play_festival, false },
    { "I", "an outbreak in a home", play_outbreak, false },
    { "J", "someone is ill, someone resigns", play_absence, false },
    { "L", "a child without a guardian", play_child, false },
    { "M", "the centres' systems empty their mailboxes", play_mailboxes, false },
    { "O", "what the morning leaves open: a consultation, a call-back", play_open, false },
    { "A+", "nobody answers: the ladder climbs by itself", play_ladder, true },
    { "C+", "a centre is silent: the clock moves it on", play_expiry, true },
    { "J+", "nobody is left in a committee: the office's duty acts", play_vacancy, true },
    { "K", "a committee off line", play_silence, true },
    { NULL, NULL, NULL, false },
};
