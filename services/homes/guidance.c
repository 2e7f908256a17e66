/*
 * homes: the centre's visits (S-06M).  A visit is a need of the kernel, so that a centre that is silent
 * or cannot come is seen; what it found is recorded here, and completes it.
 */
#include <string.h>

#include "homes/homes.h"
#include "kit/directory.h"
#include "town.pb-c.h"

#define WORK_IS(assignment, name) ((assignment)->state == LOOP_ROWS__ASSIGNMENT__STATE__##name)

static const char routine[] = "P3";
static const char urgent_visit[] = "P1";

/* The paired centre, then the other, then the team's own office. */
int homes_route(struct turn *turn, const Need *need, const char **ret_unit)
{
    const char *id = need->source == NULL ? "" : need->source->home;
    const Home *home = turn_is_id(id) ? turn_load(turn, HOMES, id) : NULL;
    const char *centre =
        home == NULL ? directory_centre(turn, need->place, need->kind) : home->centre;
    const char *units[] = { centre, centre[0] == '\0' ? "" : directory_other_centre(turn, centre),
                            "sjb" };

    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (units[i][0] != '\0' && directory_unit(turn, units[i]) && !loop_tried(need, units[i])) {
            *ret_unit = units[i];
            return LOOP_ROUTED;
        }
    }
    return LOOP_NOBODY;
}

/* ---- due ----------------------------------------------------------------------------------------- */

static void remind(struct turn *turn, const char *id, uint64_t due_ms)
{
    Homes__AskGuidance ask = { IS(homes__ask_guidance), .home = id };
    struct turn_timer timer = { .key = id, .due_ms = due_ms, .unit = "sjb", .command = &ask.base };

    turn_time(turn, &timer);
}

static void say_due(struct turn *turn, const char *id, const Home *home)
{
    const Need *need = loop_need(turn, home->guidance);
    Homes__GuidanceDue event = { IS(homes__guidance_due), .home = id, .centre = home->centre,
                                 .due_ms = home->guidance_due_ms, .need = home->guidance };
    const char *unit = home->centre[0] == '\0' ? "sjb" : home->centre;

    if (need != NULL)
        loop_say(turn, need, unit, &event.base);
    else
        turn_emit(turn, unit, &event.base);
}

static void hurry(struct turn *turn, const Home *home)
{
    const Need *need = loop_need(turn, home->guidance);
    Town__ChangePriority *change = turn_array(turn, 1, sizeof(*change));

    town__change_priority__init(change);
    change->need = home->guidance;
    change->to = urgent_visit;
    change->reason = "people fall ill there";
    if (need != NULL && need->priority > loop_priority(urgent_visit))
        loop_act(turn, "sjb", &change->base);
}

void guidance_open(struct turn *turn, const char *id, bool urgent)
{
    Home *home = turn_edit(turn, HOMES, id);
    const char *policy = urgent ? "homes.guidance_cluster" : "homes.guidance";
    Town__NeedSource source = TOWN__NEED_SOURCE__INIT;
    Town__OpenNeed open = TOWN__OPEN_NEED__INIT;

    source.home = id;
    open.place = home->committee;
    open.category = TOWN__CATEGORY__GENERAL;
    open.kind = "GUIDANCE";
    open.priority = urgent ? urgent_visit : routine;
    open.detail = urgent ? "people fall ill there" : "the next visit";
    open.source = &source;
    home->guidance_due_ms = directory_due(turn, policy, "", turn->now_ms);
    if (home->guidance[0] != '\0') {
        hurry(turn, home);
    } else {
        uint64_t number = turn_number(turn, turn_text(turn, "%s-guide", id));
        home->guidance = turn_text(turn, "%s-guide-%llu", id, (unsigned long long)number);
        open.need = home->guidance;
        loop_open(turn, &open);
    }
    remind(turn, id, home->guidance_due_ms);
    say_due(turn, id, home);
}

/* The visit was not made in its time; or the next one is due. */
int on_ask_guidance(struct turn *turn, const void *message)
{
    const Homes__AskGuidance *ask = message;
    const Home *home = home_load(turn, ask->home);

    if (home == NULL)
        return turn->outcome;
    if (!turn->is_timer)
        return turn_refuse(turn, TOWN__REFUSAL__NOT_ALLOWED, "only the clock says what is due");
    const Need *need = loop_need(turn, home->guidance);
    if (need == NULL) {
        guidance_open(turn, ask->home, false);
        return turn->outcome;
    }
    Town__DeadlineMissed event = { IS(town__deadline_missed), .need = home->guidance,
                                   .assignment = need->assignment, .clock = "guidance",
                                   .due_ms = home->guidance_due_ms };
    return loop_say(turn, need, loop_unit(turn, need), &event.base);
}

/* ---- made ---------------------------------------------------------------------------------------- */

/* Taken, begun and completed, as far as it is not yet. */
static void complete(struct turn *turn, const char *id)
{
    const Assignment *work = loop_assignment(turn, id);
    Town__Accept *accept = turn_array(turn, 1, sizeof(*accept));
    Town__Start *start = turn_array(turn, 1, sizeof(*start));
    Town__Complete *done = turn_array(turn, 1, sizeof(*done));

    if (work == NULL)
        return;
    town__accept__init(accept);
    town__start__init(start);
    town__complete__init(done);
    accept->assignment = start->assignment = done->assignment = id;
    start->mode = "visit";
    done->solved = TOWN__SOLVED__SOLVED_YES;
    done->output = "guidance was given";
    if (WORK_IS(work, REQUESTED) || WORK_IS(work, RECEIVED))
        loop_act(turn, work->unit, &accept->base);
    if (WORK_IS(work, ACCEPTED))
        loop_act(turn, work->unit, &start->base);
    loop_act(turn, work->unit, &done->base);
}

int on_record_guidance(struct turn *turn, const void *message)
{
    const Homes__RecordGuidance *record = message;
    const Home *present = home_load(turn, record->home);
    uint64_t at_ms = record->at_ms == 0 ? turn->now_ms : record->at_ms;

    if (present == NULL)
        return turn->outcome;
    if (present->centre[0] == '\0')
        return turn_refuse(turn, HOMES__REFUSAL__NOT_PAIRED, "the home has no centre");
    const Need *need = loop_need(turn, present->guidance);
    const Assignment *work = need == NULL ? NULL : loop_assignment(turn, need->assignment);
    const char *unit = work == NULL ? present->centre : work->unit;
    if (!turn_from(turn, unit))
        return turn->outcome;
    if (!turn_is_who(turn, "by", record->by))
        return turn->outcome;
    if (record->findings[0] == '\0' || at_ms > turn->now_ms)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "what was found, and when");
    Homes__GuidanceRecorded event = { IS(homes__guidance_recorded),
                                      .home = record->home,
                                      .centre = unit,
                                      .at_ms = at_ms,
                                      .by = record->by[0] == '\0' ? turn_actor_post(turn)
                                                                  : record->by,
                                      .findings = record->findings,
                                      .need = present->guidance };
    if (need != NULL)
        loop_say(turn, need, unit, &event.base);
    else
        turn_emit(turn, unit, &event.base);
    if (need != NULL && work == NULL)
        return turn->outcome; /* nobody has it: it stays open until the arbiter has ruled */
    if (work != NULL)
        complete(turn, need->assignment);
    Home *home = turn_edit(turn, HOMES, record->home);
    home->guidance = "";
    home->guidance_due_ms = directory_due(turn, "homes.guidance", "", turn->now_ms);
    remind(turn, record->home, home->guidance_due_ms);
    return turn->outcome;
}

/* A need that ended otherwise is no visit: the next one is asked for when it is due. */
void on_guidance_closed(struct turn *turn, const char *id, const Need *need)
{
    const char *home_id = need->source == NULL ? "" : need->source->home;
    const Home *present = turn_is_id(home_id) ? turn_load(turn, HOMES, home_id) : NULL;

    if (present == NULL || strcmp(present->guidance, id) != 0)
        return;
    Home *home = turn_edit(turn, HOMES, home_id);
    home->guidance = "";
    home->guidance_due_ms = directory_due(turn, "homes.guidance", "", turn->now_ms);
    remind(turn, home_id, home->guidance_due_ms);
}
