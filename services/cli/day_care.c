/*
 * Scenes of the example day: a silent person whose door stays shut, a child without a guardian
 * (domain.md 5, A and L).
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli/day_scenes.h"

/* ---- what scenes share ----------------------------------------------------------------------------- */

void scene_say(struct day *day, const char *post, const char *service, const char *message,
               const char *unit, const char *format, ...)
{
    char subject[96];
    char body[2048];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(body, sizeof(body), format, arguments);
    va_end(arguments);
    snprintf(subject, sizeof(subject), "%s.%s.%s", service, message, unit);
    day_say(day, post, subject, NULL, "%s", body);
}

static void hear(struct day *day, const char *service, const char *message, const char *unit,
                 const char *assignment)
{
    char subject[96];

    snprintf(subject, sizeof(subject), "%s.%s.%s", service, message, unit);
    day_hear(day, subject, "{\"assignment\":\"%s\"}", assignment);
}

void scene_person(struct day *day, const char *person, const char *category, const char *class)
{
    day_say(day, C41 ".duty", "registry.Propose." C41, NULL,
            "{\"person\":\"%s\",\"committee\":\"" C41 "\",\"source\":\"door\",\"card\":"
            "{\"name\":\"居民%s\",\"address\":{\"committee\":\"" C41 "\",\"road\":\"演练路\","
            "\"room\":\"%s\"}}}",
            person, person, person);
    day_hear(day, "registry.Proposed." C41, "{\"person\":\"%s\"}", person);
    day_say(day, C41 ".duty", "registry.Verify." C41, NULL,
            "{\"person\":\"%s\",\"categories\":[\"%s\"],\"class\":\"%s\",\"basis\":\"notice\"}",
            person, category, class);
    day_hear(day, "registry.Verified." C41, "{\"person\":\"%s\"}", person);
}

void scene_accept(struct day *day, const char *service, const char *unit, const char *assignment)
{
    static const char *const steps[][2] = { { "Receive", "Received" },
                                            { "Accept", "Accepted" },
                                            { "Start", "Started" } };
    char post[32];

    snprintf(post, sizeof(post), "%s.duty", unit);
    for (size_t i = 0; i < 3; i++) {
        scene_say(day, post, service, steps[i][0], unit, "{\"assignment\":\"%s\"%s}", assignment,
                  i == 2 ? ",\"mode\":\"visit\"" : "");
        hear(day, service, steps[i][1], unit, assignment);
    }
}

void scene_complete(struct day *day, const char *service, const char *unit, const char *assignment)
{
    char post[32];

    snprintf(post, sizeof(post), "%s.duty", unit);
    scene_say(day, post, service, "Complete", unit,
              "{\"assignment\":\"%s\",\"solved\":\"SOLVED_YES\",\"output\":\"done\","
              "\"public_text\":\"somebody came and helped\"}",
              assignment);
    hear(day, service, "Completed", unit, assignment);
}

void scene_close(struct day *day, const char *service, const char *need)
{
    char subject[96];
    char post[64];

    snprintf(subject, sizeof(subject), "%s.VerificationDue.*", service);
    const struct day_heard due = day_hear(day, subject, "{\"need\":\"%s\"}", need);
    const char *unit = day_text(&due, "verifierUnit");
    snprintf(post, sizeof(post), "%s.%s", unit, strcmp(unit, "dzb") == 0 ? "seat2" : "head");
    scene_say(day, post, service, "RecordCallback", unit,
              "{\"need\":\"%s\",\"result\":\"SATISFIED\",\"by\":\"%s\"}", need, post);
    snprintf(subject, sizeof(subject), "%s.NeedClosed.*", service);
    day_hear(day, subject, "{\"need\":\"%s\",\"outcome\":\"MET\"}", need);
}

/* ---- A: a silent person does not answer -------------------------------------------------------------- */

static void plan_contact(struct day *day, const char *person, const char *carer)
{
    scene_person(day, person, "ALONE_UNCARED", "YELLOW");
    day_hear(day, "care.ContactPlanned." C41, "{\"person\":\"%s\"}", person);
    day_say(day, C41 ".duty", "registry.SetSilent." C41, NULL,
            "{\"person\":\"%s\",\"silent\":true,\"reason\":\"asks for nothing\"}", person);
    day_hear(day, "registry.SilentSet." C41, "{\"person\":\"%s\"}", person);
    day_say(day, C41 ".duty", "care.RegisterCarer." C41, NULL,
            "{\"carer\":\"%s\",\"kind\":\"VOLUNTEER\",\"committee\":\"" C41 "\"}", carer);
    day_hear(day, "care.CarerRegistered." C41, "{\"carer\":\"%s\"}", carer);
    day_say(day, C41 ".duty", "care.Pair." C41, NULL, "{\"person\":\"%s\",\"carer\":\"%s\"}",
            person, carer);
    day_hear(day, "care.Paired." C41, "{\"person\":\"%s\",\"carer\":\"%s\"}", person, carer);
}

static void no_answer(struct day *day, const char *person, const char *mode, const char *line,
                      int n)
{
    day_say(day, C41 ".duty", "care.RecordAttempt." C41, NULL,
            "{\"person\":\"%s\",\"mode\":\"%s\",\"line\":\"%s\",\"result\":\"NO_ANSWER\"}", person,
            mode, line);
    day_hear(day, "care.ContactAttempted." C41, "{\"person\":\"%s\",\"n\":%d}", person, n);
}

/* The knock that nobody answers is an order to the safety office in the same second; its id. */
static const char *knock(struct day *day, const char *person)
{
    day_say(day, C41 ".duty", "care.RecordDoorVisit." C41, NULL,
            "{\"person\":\"%s\",\"result\":\"NO_REPLY\"}", person);
    day_hear(day, "care.NotReached." C41, "{\"person\":\"%s\"}", person);
    const struct day_heard opened =
        day_hear(day, "incident.IncidentOpened.pab",
                 "{\"person\":\"%s\",\"type\":\"WELFARE_CHECK\",\"priority\":\"P0\"}", person);
    day_case(day, opened.case_id);
    return day_text(&opened, "incident");
}

/* The safety office opens the door: found ill, to the hospital, and the roster knows it. */
static void open_the_door(struct day *day, const char *person, const char *incident)
{
    const struct day_heard order =
        day_hear(day, "incident.Dispatched.pab", "{\"need\":\"%s\"}", incident);
    const char *assignment = day_text(&order, "assignment");

    day_say(day, "pab.duty", "incident.ConfirmIncident.pab", NULL, "{\"incident\":\"%s\"}",
            incident);
    day_hear(day, "incident.IncidentConfirmed.pab", "{\"incident\":\"%s\"}", incident);
    day_say(day, "pab.duty", "incident.GradeIncident.pab", NULL,
            "{\"incident\":\"%s\",\"grade\":4,\"reason\":\"one person\"}", incident);
    day_hear(day, "incident.IncidentGraded.pab", "{\"incident\":\"%s\",\"grade\":4}", incident);
    day_say(day, "pab.duty", "incident.TakeCommand.pab", NULL, "{\"incident\":\"%s\"}", incident);
    day_hear(day, "incident.CommandTaken.*", "{\"incident\":\"%s\"}", incident);
    day_say(day, "pab.duty", "incident.CallResponder.pab", NULL,
            "{\"incident\":\"%s\",\"responder\":\"120\"}", incident);
    day_hear(day, "incident.ResponderCalled.*", "{\"incident\":\"%s\"}", incident);
    scene_accept(day, "incident", "pab", assignment);
    day_say(day, "pab.duty", "incident.ControlIncident.pab", NULL,
            "{\"incident\":\"%s\",\"result\":\"HOSPITAL\",\"host\":{\"name\":\"区医院\"}}",
            incident);
    day_hear(day, "incident.IncidentControlled.pab",
             "{\"incident\":\"%s\",\"result\":\"HOSPITAL\"}", incident);
    day_hear(day, "referral.NeedOpened." C41,
             "{\"person\":\"%s\",\"kind\":\"TRANSFER\",\"priority\":\"P0\"}", person);
    const struct day_heard transfer = day_hear(day, "referral.Dispatched.hcz",
                                               "{\"person\":\"%s\",\"kind\":\"TRANSFER\"}", person);
    day_hear(day, "registry.AwayStarted." C41, "{\"person\":\"%s\",\"kind\":\"hospital\"}", person);
    scene_accept(day, "referral", "hcz", day_text(&transfer, "assignment"));
    scene_complete(day, "incident", "pab", assignment);
    scene_close(day, "incident", incident);
    day_say(day, "pab.duty", "incident.CloseIncident.pab", NULL, "{\"incident\":\"%s\"}", incident);
    day_hear(day, "incident.IncidentClosed.pab", "{\"incident\":\"%s\"}", incident);
}

/* The committee goes to the door at once: how it goes where no clock runs fast. */
void play_silent_person(struct day *day)
{
    plan_contact(day, "day-a", "carer-a");
    no_answer(day, "day-a", "PHONE", "1", 1);
    no_answer(day, "day-a", "PHONE", "2", 2);
    day_say(day, C41 ".duty", "care.AssignDoorVisit." C41, NULL,
            "{\"person\":\"day-a\",\"to_post\":\"" C41 ".duty\"}");
    day_hear(day, "care.DoorVisitAssigned." C41, "{\"person\":\"day-a\"}");
    const char *incident = knock(day, "day-a");
    open_the_door(day, "day-a", incident);
}

/* Nobody climbs it: the ladder itself sends somebody to the door. */
void play_ladder(struct day *day)
{
    plan_contact(day, "day-a2", "carer-a2");
    no_answer(day, "day-a2", "PHONE", "1", 1);
    day_hear_within(day, 62 * MINUTE_MS, "care.ContactEscalated." C41, "{\"person\":\"day-a2\"}");
    day_hear_within(day, 31 * MINUTE_MS, "care.DoorVisitAssigned." C41, "{\"person\":\"day-a2\"}");
    day_say(day, C41 ".duty", "care.RecordDoorVisit." C41, NULL,
            "{\"person\":\"day-a2\",\"result\":\"SEEN\"}");
    day_hear(day, "care.ContactRecorded." C41,
             "{\"person\":\"day-a2\",\"outcome\":\"OK\",\"firstHand\":true}");
}

/* ---- L: a child without a guardian -------------------------------------------------------------------- */

void play_child(struct day *day)
{
    day_say(day, "dzb.seat1", "hotline.LogCall.dzb", NULL,
            "{\"call\":\"call-l\",\"seat\":\"dzb.seat1\",\"staff\":\"dzb-s5\",\"ring_ms\":6000,"
            "\"card\":{\"phones\":[{\"number\":\"14100000091\"}]}}");
    day_hear(day, "hotline.CallLogged.dzb", "{\"call\":\"call-l\"}");
    day_say(day, "dzb.seat1", "hotline.ClassifyCall.dzb", NULL,
            "{\"call\":\"call-l\",\"kind\":\"CHILD_UNGUARDED\",\"place\":\"" C41
            "\",\"time_ms\":%" PRIu64 ",\"cause\":\"the mother is in hospital\","
            "\"course\":\"a neighbour "
            "calls\",\"card\":{\"name\":\"陈阿姨\",\"address\":{\"road\":\"演练路\"}}}",
            day_now_ms(day));
    const struct day_heard opened = day_hear(day, "incident.IncidentOpened.pab",
                                             "{\"type\":\"CHILD_UNGUARDED\",\"priority\":\"P0\"}");
    const char *incident = day_text(&opened, "incident");
    day_case(day, opened.case_id);
    const struct day_heard order =
        day_hear(day, "incident.Dispatched." C41, "{\"need\":\"%s\"}", incident);
    const char *assignment = day_text(&order, "assignment");

    day_say(day, "pab.duty", "incident.ConfirmIncident.pab", NULL, "{\"incident\":\"%s\"}",
            incident);
    day_hear(day, "incident.IncidentConfirmed.pab", "{\"incident\":\"%s\"}", incident);
    day_say(day, "pab.duty", "incident.ReportUpward.pab", NULL,
            "{\"incident\":\"%s\",\"to\":\"lgo\"}", incident);
    day_hear(day, "incident.ReportedUpward.*", "{\"incident\":\"%s\"}", incident);
    scene_accept(day, "incident", C41, assignment);
    day_say(day, C41 ".duty", "incident.NameCaretaker." C41, NULL,
            "{\"incident\":\"%s\",\"child\":\"day-l\",\"consent\":true,"
            "\"child_card\":{\"nickname\":\"小宝\",\"birth\":\"2017-05-01\"},"
            "\"caretaker\":{\"name\":\"陈阿姨\",\"phones\":[{\"number\":\"14100000092\"}]}}",
            incident);
    day_hear(day, "incident.CaretakerNamed.*", "{\"child\":\"day-l\",\"consent\":true}");
    day_hear(day, "registry.Proposed." C41, "{\"person\":\"day-l\"}");
    day_say(day, C41 ".duty", "registry.Verify." C41, NULL,
            "{\"person\":\"day-l\",\"categories\":[\"UNGUARDED_CHILD\"],\"class\":\"RED\","
            "\"basis\":\"notice\"}");
    day_hear(day, "registry.Verified." C41, "{\"person\":\"day-l\"}");
    day_hear(day, "care.ContactPlanned." C41, "{\"person\":\"day-l\"}");
    scene_complete(day, "incident", C41, assignment);
    scene_close(day, "incident", incident);
    day_say(day, "pab.duty", "incident.ControlIncident.pab", NULL,
            "{\"incident\":\"%s\",\"result\":\"GUARDED\"}", incident);
    day_hear(day, "incident.IncidentControlled.pab", "{\"result\":\"GUARDED\"}");
    day_say(day, "pab.duty", "incident.CloseIncident.pab", NULL, "{\"incident\":\"%s\"}", incident);
    day_hear(day, "incident.IncidentClosed.pab", "{\"incident\":\"%s\"}", incident);
    /* S-031 ends when the guardian is back. */
    day_hear(day, "registry.CategoriesSet." C41, "{\"person\":\"day-l\"}");
}
