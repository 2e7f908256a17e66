/*
 * Scenes of the example day: a silent person whose door stays shut, a child without a guardian
 * (domain.md 5, A and L).
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli/morning_scenes.h"

/* ---- what scenes share ----------------------------------------------------------------------------- */

void scene_say(struct morning *morning, const char *post, const char *service, const char *message,
               const char *unit, const char *format, ...)
{
    char subject[96];
    char body[2048];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(body, sizeof(body), format, arguments);
    va_end(arguments);
    snprintf(subject, sizeof(subject), "%s.%s.%s", service, message, unit);
    morning_say(morning, post, subject, NULL, "%s", body);
}

static void hear(struct morning *morning, const char *service, const char *message,
                 const char *unit, const char *assignment)
{
    char subject[96];

    snprintf(subject, sizeof(subject), "%s.%s.%s", service, message, unit);
    morning_hear(morning, subject, "{\"assignment\":\"%s\"}", assignment);
}

void scene_person(struct morning *morning, const char *person, const char *category,
                  const char *class)
{
    morning_say(morning, C41 ".duty", "registry.Propose." C41, NULL,
                "{\"person\":\"%s\",\"committee\":\"" C41 "\",\"source\":\"door\",\"card\":"
                "{\"name\":\"居民%s\",\"address\":{\"committee\":\"" C41 "\",\"road\":\"演练路\","
                "\"room\":\"%s\"}}}",
                person, person, person);
    morning_hear(morning, "registry.Proposed." C41, "{\"person\":\"%s\"}", person);
    morning_say(morning, C41 ".duty", "registry.Verify." C41, NULL,
                "{\"person\":\"%s\",\"categories\":[\"%s\"],\"class\":\"%s\",\"basis\":\"notice\"}",
                person, category, class);
    morning_hear(morning, "registry.Verified." C41, "{\"person\":\"%s\"}", person);
}

void scene_accept(struct morning *morning, const char *service, const char *unit,
                  const char *assignment)
{
    static const char *const steps[][2] = { { "Receive", "Received" },
                                            { "Accept", "Accepted" },
                                            { "Start", "Started" } };
    char post[32];

    snprintf(post, sizeof(post), "%s.duty", unit);
    for (size_t i = 0; i < 3; i++) {
        scene_say(morning, post, service, steps[i][0], unit, "{\"assignment\":\"%s\"%s}",
                  assignment, i == 2 ? ",\"mode\":\"visit\"" : "");
        hear(morning, service, steps[i][1], unit, assignment);
    }
}

void scene_complete(struct morning *morning, const char *service, const char *unit,
                    const char *assignment)
{
    char post[32];

    snprintf(post, sizeof(post), "%s.duty", unit);
    scene_say(morning, post, service, "Complete", unit,
              "{\"assignment\":\"%s\",\"solved\":\"SOLVED_YES\",\"output\":\"done\","
              "\"public_text\":\"somebody came and helped\"}",
              assignment);
    hear(morning, service, "Completed", unit, assignment);
}

void scene_close(struct morning *morning, const char *service, const char *need)
{
    char subject[96];
    char post[64];

    snprintf(subject, sizeof(subject), "%s.VerificationDue.*", service);
    const struct morning_heard due = morning_hear(morning, subject, "{\"need\":\"%s\"}", need);
    const char *unit = morning_text(&due, "verifierUnit");
    snprintf(post, sizeof(post), "%s.%s", unit, strcmp(unit, "dzb") == 0 ? "seat2" : "head");
    scene_say(morning, post, service, "RecordCallback", unit,
              "{\"need\":\"%s\",\"result\":\"SATISFIED\",\"by\":\"%s\"}", need, post);
    snprintf(subject, sizeof(subject), "%s.NeedClosed.*", service);
    morning_hear(morning, subject, "{\"need\":\"%s\",\"outcome\":\"MET\"}", need);
}

/* ---- A: a silent person does not answer -------------------------------------------------------------- */

static void plan_contact(struct morning *morning, const char *person, const char *carer)
{
    scene_person(morning, person, "ALONE_UNCARED", "YELLOW");
    morning_hear(morning, "care.ContactPlanned." C41, "{\"person\":\"%s\"}", person);
    morning_say(morning, C41 ".duty", "registry.SetSilent." C41, NULL,
                "{\"person\":\"%s\",\"silent\":true,\"reason\":\"asks for nothing\"}", person);
    morning_hear(morning, "registry.SilentSet." C41, "{\"person\":\"%s\"}", person);
    morning_say(morning, C41 ".duty", "care.RegisterCarer." C41, NULL,
                "{\"carer\":\"%s\",\"kind\":\"VOLUNTEER\",\"committee\":\"" C41 "\"}", carer);
    morning_hear(morning, "care.CarerRegistered." C41, "{\"carer\":\"%s\"}", carer);
    morning_say(morning, C41 ".duty", "care.Pair." C41, NULL,
                "{\"person\":\"%s\",\"carer\":\"%s\"}", person, carer);
    morning_hear(morning, "care.Paired." C41, "{\"person\":\"%s\",\"carer\":\"%s\"}", person,
                 carer);
}

static void no_answer(struct morning *morning, const char *person, const char *mode,
                      const char *line, int n)
{
    morning_say(morning, C41 ".duty", "care.RecordAttempt." C41, NULL,
                "{\"person\":\"%s\",\"mode\":\"%s\",\"line\":\"%s\",\"result\":\"NO_ANSWER\"}",
                person, mode, line);
    morning_hear(morning, "care.ContactAttempted." C41, "{\"person\":\"%s\",\"n\":%d}", person, n);
}

/* The knock that nobody answers is an order to the safety office in the same second; its id. */
static const char *knock(struct morning *morning, const char *person)
{
    morning_say(morning, C41 ".duty", "care.RecordDoorVisit." C41, NULL,
                "{\"person\":\"%s\",\"result\":\"NO_REPLY\"}", person);
    morning_hear(morning, "care.NotReached." C41, "{\"person\":\"%s\"}", person);
    const struct morning_heard opened =
        morning_hear(morning, "incident.IncidentOpened.pab",
                     "{\"person\":\"%s\",\"type\":\"WELFARE_CHECK\",\"priority\":\"P0\"}", person);
    morning_case(morning, opened.case_id);
    return morning_text(&opened, "incident");
}

/* The safety office opens the door: found ill, to the hospital, and the roster knows it. */
static void open_the_door(struct morning *morning, const char *person, const char *incident)
{
    const struct morning_heard order =
        morning_hear(morning, "incident.Dispatched.pab", "{\"need\":\"%s\"}", incident);
    const char *assignment = morning_text(&order, "assignment");

    morning_say(morning, "pab.duty", "incident.ConfirmIncident.pab", NULL, "{\"incident\":\"%s\"}",
                incident);
    morning_hear(morning, "incident.IncidentConfirmed.pab", "{\"incident\":\"%s\"}", incident);
    morning_say(morning, "pab.duty", "incident.GradeIncident.pab", NULL,
                "{\"incident\":\"%s\",\"grade\":4,\"reason\":\"one person\"}", incident);
    morning_hear(morning, "incident.IncidentGraded.pab", "{\"incident\":\"%s\",\"grade\":4}",
                 incident);
    morning_say(morning, "pab.duty", "incident.TakeCommand.pab", NULL, "{\"incident\":\"%s\"}",
                incident);
    morning_hear(morning, "incident.CommandTaken.*", "{\"incident\":\"%s\"}", incident);
    morning_say(morning, "pab.duty", "incident.CallResponder.pab", NULL,
                "{\"incident\":\"%s\",\"responder\":\"120\"}", incident);
    morning_hear(morning, "incident.ResponderCalled.*", "{\"incident\":\"%s\"}", incident);
    scene_accept(morning, "incident", "pab", assignment);
    morning_say(morning, "pab.duty", "incident.ControlIncident.pab", NULL,
                "{\"incident\":\"%s\",\"result\":\"HOSPITAL\",\"host\":{\"name\":\"区医院\"}}",
                incident);
    morning_hear(morning, "incident.IncidentControlled.pab",
                 "{\"incident\":\"%s\",\"result\":\"HOSPITAL\"}", incident);
    morning_hear(morning, "referral.NeedOpened." C41,
                 "{\"person\":\"%s\",\"kind\":\"TRANSFER\",\"priority\":\"P0\"}", person);
    const struct morning_heard transfer = morning_hear(
        morning, "referral.Dispatched.hcz", "{\"person\":\"%s\",\"kind\":\"TRANSFER\"}", person);
    morning_hear(morning, "registry.AwayStarted." C41, "{\"person\":\"%s\",\"kind\":\"hospital\"}",
                 person);
    scene_accept(morning, "referral", "hcz", morning_text(&transfer, "assignment"));
    scene_complete(morning, "incident", "pab", assignment);
    scene_close(morning, "incident", incident);
    morning_say(morning, "pab.duty", "incident.CloseIncident.pab", NULL, "{\"incident\":\"%s\"}",
                incident);
    morning_hear(morning, "incident.IncidentClosed.pab", "{\"incident\":\"%s\"}", incident);
}

/* The committee goes to the door at once: how it goes where no clock runs fast. */
void play_silent_person(struct morning *morning)
{
    plan_contact(morning, "day-a", "carer-a");
    no_answer(morning, "day-a", "PHONE", "1", 1);
    no_answer(morning, "day-a", "PHONE", "2", 2);
    morning_say(morning, C41 ".duty", "care.AssignDoorVisit." C41, NULL,
                "{\"person\":\"day-a\",\"to_post\":\"" C41 ".duty\"}");
    morning_hear(morning, "care.DoorVisitAssigned." C41, "{\"person\":\"day-a\"}");
    const char *incident = knock(morning, "day-a");
    open_the_door(morning, "day-a", incident);
}

/* Nobody climbs it: the ladder itself sends somebody to the door. */
void play_ladder(struct morning *morning)
{
    plan_contact(morning, "day-a2", "carer-a2");
    no_answer(morning, "day-a2", "PHONE", "1", 1);
    morning_hear_within(morning, HOUR_MS, "care.ContactEscalated." C41, "{\"person\":\"day-a2\"}");
    morning_hear_within(morning, 2 * HOUR_MS, "care.DoorVisitAssigned." C41,
                        "{\"person\":\"day-a2\"}");
    morning_say(morning, C41 ".duty", "care.RecordDoorVisit." C41, NULL,
                "{\"person\":\"day-a2\",\"result\":\"SEEN\"}");
    morning_hear(morning, "care.ContactRecorded." C41,
                 "{\"person\":\"day-a2\",\"outcome\":\"OK\",\"firstHand\":true}");
}

/* ---- L: a child without a guardian -------------------------------------------------------------------- */

void play_child(struct morning *morning)
{
    morning_say(morning, "dzb.seat1", "hotline.LogCall.dzb", NULL,
                "{\"call\":\"call-l\",\"seat\":\"dzb.seat1\",\"staff\":\"dzb-s5\",\"ring_ms\":6000,"
                "\"card\":{\"phones\":[{\"number\":\"14100000091\"}]}}");
    morning_hear(morning, "hotline.CallLogged.dzb", "{\"call\":\"call-l\"}");
    morning_say(morning, "dzb.seat1", "hotline.ClassifyCall.dzb", NULL,
                "{\"call\":\"call-l\",\"kind\":\"CHILD_UNGUARDED\",\"place\":\"" C41
                "\",\"time_ms\":%" PRIu64 ",\"cause\":\"the mother is in hospital\","
                "\"course\":\"a neighbour "
                "calls\",\"card\":{\"name\":\"陈阿姨\",\"address\":{\"road\":\"演练路\"}}}",
                morning_now_ms(morning));
    const struct morning_heard opened =
        morning_hear(morning, "incident.IncidentOpened.pab",
                     "{\"type\":\"CHILD_UNGUARDED\",\"priority\":\"P0\"}");
    const char *incident = morning_text(&opened, "incident");
    morning_case(morning, opened.case_id);
    const struct morning_heard order =
        morning_hear(morning, "incident.Dispatched." C41, "{\"need\":\"%s\"}", incident);
    const char *assignment = morning_text(&order, "assignment");

    morning_say(morning, "pab.duty", "incident.ConfirmIncident.pab", NULL, "{\"incident\":\"%s\"}",
                incident);
    morning_hear(morning, "incident.IncidentConfirmed.pab", "{\"incident\":\"%s\"}", incident);
    morning_say(morning, "pab.duty", "incident.ReportUpward.pab", NULL,
                "{\"incident\":\"%s\",\"to\":\"lgo\"}", incident);
    morning_hear(morning, "incident.ReportedUpward.*", "{\"incident\":\"%s\"}", incident);
    scene_accept(morning, "incident", C41, assignment);
    morning_say(morning, C41 ".duty", "incident.NameCaretaker." C41, NULL,
                "{\"incident\":\"%s\",\"child\":\"day-l\",\"consent\":true,"
                "\"child_card\":{\"nickname\":\"小宝\",\"birth\":\"2017-05-01\"},"
                "\"caretaker\":{\"name\":\"陈阿姨\",\"phones\":[{\"number\":\"14100000092\"}]}}",
                incident);
    morning_hear(morning, "incident.CaretakerNamed.*", "{\"child\":\"day-l\",\"consent\":true}");
    morning_hear(morning, "registry.Proposed." C41, "{\"person\":\"day-l\"}");
    morning_say(morning, C41 ".duty", "registry.Verify." C41, NULL,
                "{\"person\":\"day-l\",\"categories\":[\"UNGUARDED_CHILD\"],\"class\":\"RED\","
                "\"basis\":\"notice\"}");
    morning_hear(morning, "registry.Verified." C41, "{\"person\":\"day-l\"}");
    morning_hear(morning, "care.ContactPlanned." C41, "{\"person\":\"day-l\"}");
    scene_complete(morning, "incident", C41, assignment);
    scene_close(morning, "incident", incident);
    morning_say(morning, "pab.duty", "incident.ControlIncident.pab", NULL,
                "{\"incident\":\"%s\",\"result\":\"GUARDED\"}", incident);
    morning_hear(morning, "incident.IncidentControlled.pab", "{\"result\":\"GUARDED\"}");
    morning_say(morning, "pab.duty", "incident.CloseIncident.pab", NULL, "{\"incident\":\"%s\"}",
                incident);
    morning_hear(morning, "incident.IncidentClosed.pab", "{\"incident\":\"%s\"}", incident);
    /* S-031 ends when the guardian is back. */
    morning_hear(morning, "registry.CategoriesSet." C41, "{\"person\":\"day-l\"}");
}
