/*
 * incident: how one begins, and how it turns out to be none.
 */
#include <string.h>

#include "incident/incident.h"
#include "kit/directory.h"
#include "registry.pb-c.h"

/* ---- it is opened ---------------------------------------------------------------------------- */

static void start_clocks(struct turn *turn, const char *id)
{
    Incident__ChaseConfirm confirm = { IS(incident__chase_confirm), .incident = id };
    Incident__ChaseReport report = { IS(incident__chase_report), .incident = id };

    turn_remind(turn, id, directory_due(turn, "incident.confirm", "", turn->now_ms), &confirm.base);
    turn_remind(turn, id, directory_due(turn, "incident.first_report", "", turn->now_ms),
                &report.base);
}

/* 儿童主任 or 儿童督导员 where the unit has named one (`UNIT.child`); else who is responsible first. */
static const char *childrens_post(struct turn *turn, const char *unit)
{
    const char *post = turn_text(turn, "%s.child", unit);
    const char *why;

    if (directory_holder(turn, post, &why) != NULL)
        return post;
    post = directory_post(turn, unit, "first_responsible");
    return post[0] == '\0' ? directory_post(turn, unit, "head") : post;
}

/* S-031: 儿童主任 and 儿童督导员 at once, and a caretaker before the hours are over. */
static void want_caretaker(struct turn *turn, const char *id, const Incident *row)
{
    uint64_t due_ms = directory_due(turn, "incident.caretaker", "", turn->now_ms);
    Incident__ChaseCaretaker chase = { IS(incident__chase_caretaker), .incident = id };
    Incident__CaretakerWanted event = { IS(incident__caretaker_wanted),
                                        .incident = id,
                                        .child = row->person,
                                        .place = row->place,
                                        .due_ms = due_ms,
                                        .to_post = childrens_post(turn, row->place) };

    turn_remind(turn, id, due_ms, &chase.base);
    if (row->place[0] != '\0')
        incident_say(turn, id, row->place, &event.base);
    event.to_post = childrens_post(turn, "sjb");
    incident_say(turn, id, "sjb", &event.base);
}

static void fill(struct turn *turn, Incident *row, const Town__OpenNeed *open)
{
    row->type = (int32_t)incident_type(open->kind);
    row->place = open->place;
    row->person = loop_person(turn, open->person);
    row->child = row->person;
    row->case_id = turn->case_id;
    row->opened_ms = turn->now_ms;
}

/* A desk is told when it writes a name.  What a service passes on is an emergency whoever told it,
 * and is not lost for that. */
static bool may_name_reporter(struct turn *turn, const char *reporter)
{
    return !directory_unit(turn, turn->source_unit) || turn_is_who(turn, "reporter", reporter);
}

/* By whom it was told: whom the message names, else its sender. */
static const char *reporter_of(struct turn *turn, const char *reporter)
{
    return turn_is_id(reporter) ? reporter : turn_actor_post(turn);
}

static void say_opened(struct turn *turn, const char *id, Incident *row, const Town__OpenNeed *open,
                       const char *reporter, const char *linked_to)
{
    Incident__IncidentOpened event = {
        IS(incident__incident_opened),
        .incident = id,
        .type = (Incident__Type)row->type,
        .place = row->place,
        .person = row->person,
        .priority = open->priority,
        .to_post = incident_post(turn, "pab"),
        .source = open->source,
        .opened_ms = row->opened_ms,
        .linked_to = linked_to,
        .reporter = reporter,
    };
    const struct turn_post post = {
        .unit = "pab",
        .case_id = row->case_id,
        .priority = strcmp(open->priority, "P0") == 0 ? BUS__PRIORITY__P0 : BUS__PRIORITY__P1,
        .message = &event.base,
    };

    turn_post(turn, &post);
    incident_note(turn, id, row, linked_to[0] == '\0' ? "opened" : "linked",
                  linked_to[0] == '\0' ? open->detail : linked_to);
}

static void begin(struct turn *turn, const char *id, const Town__OpenNeed *open,
                  const char *reporter)
{
    Incident *row = turn_move_as(turn, INCIDENTS, id, OPEN_INCIDENT);

    if (row == NULL)
        return;
    fill(turn, row, open);
    say_opened(turn, id, row, open, reporter, "");
    incident_list(turn, id, row);
    start_clocks(turn, id);
    if (row->type == INCIDENT__TYPE__CHILD_UNGUARDED)
        want_caretaker(turn, id, row);
}

/* The need that the kernel will link a new one of that person and kind to: the first that is open. */
struct same {
    struct turn *turn;
    const char *need;
};

static bool take_first(void *context, const char *key, const void *row)
{
    struct same *same = context;

    (void)key;
    same->need = turn_text(same->turn, "%s", ((const LoopRows__Link *)row)->need);
    return false;
}

/* The open incident of the same person and type; "": none. */
static const char *same_incident(struct turn *turn, const Incident__OpenIncident *open)
{
    struct same same = { .turn = turn, .need = "" };

    if (!turn_is_id(open->person))
        return "";
    turn_each(turn, LOOP_KINDS,
              turn_text(turn, "%s/%s/", loop_person(turn, open->person),
                        incident_kind((int32_t)open->type)),
              take_first, &same);
    const Need *need = loop_need(turn, same.need);
    if (need == NULL || strcmp(same.need, open->incident) == 0)
        return "";
    return turn_load(turn, INCIDENTS, same.need) != NULL ? same.need : need->parent;
}

int on_open_incident(struct turn *turn, const void *message)
{
    const Incident__OpenIncident *open = message;
    const char *kind = incident_kind((int32_t)open->type);
    Town__OpenNeed need = TOWN__OPEN_NEED__INIT;

    if (kind[0] == '\0' || !turn_is_id(open->incident))
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "an incident has an id and a type");
    if (!may_name_reporter(turn, open->reporter))
        return turn->outcome;
    if (turn->case_id[0] == '\0')
        turn_new_case(turn);
    need.need = open->incident;
    need.person = open->person;
    need.place = open->place;
    need.category = TOWN__CATEGORY__EMERGENCY;
    need.kind = kind;
    need.priority = incident_priority(open->type);
    need.detail = open->facts;
    need.source = open->source;
    const char *first = same_incident(turn, open);
    if (first[0] == '\0') {
        begin(turn, open->incident, &need, reporter_of(turn, open->reporter));
    } else {
        Incident *row = turn_move_as(turn, INCIDENTS, open->incident, LINK_INCIDENT);
        if (row != NULL) {
            fill(turn, row, &need);
            say_opened(turn, open->incident, row, &need, reporter_of(turn, open->reporter), first);
        }
    }
    return loop_open(turn, &need);
}

/* An incident that comes as a need, from the hotline's triage or a desk. */
void on_need_opened(struct turn *turn, const char *id, Need *need)
{
    Town__OpenNeed open = TOWN__OPEN_NEED__INIT;

    if (turn_load(turn, INCIDENTS, id) != NULL || need->parent[0] != '\0')
        return;
    open.person = need->person;
    open.place = need->place;
    open.kind = need->kind;
    open.priority = loop_priority_name(need->priority);
    open.detail = need->detail;
    open.source = need->source;
    begin(turn, id, &open, turn_actor_post(turn));
}

/* ---- it is one, or none ---------------------------------------------------------------------- */

int on_confirm_incident(struct turn *turn, const void *message)
{
    const Incident__ConfirmIncident *confirm = message;

    if (!turn_from(turn, "pab"))
        return turn->outcome;
    Incident *row = turn_move(turn, INCIDENTS, confirm->incident);
    if (row == NULL)
        return turn->outcome;
    turn_forget(turn, confirm->incident, &incident__chase_confirm__descriptor);
    incident_note(turn, confirm->incident, row, "confirmed", confirm->reason);
    Incident__IncidentConfirmed event = { IS(incident__incident_confirmed),
                                          .incident = confirm->incident,
                                          .type = (Incident__Type)row->type,
                                          .place = row->place,
                                          .person = row->person,
                                          .by_post = turn_actor_post(turn),
                                          .ms = turn->now_ms - row->opened_ms };
    return incident_say(turn, confirm->incident, "pab", &event.base);
}

static void say_false(struct turn *turn, const char *id, const Incident *row, const char *reason,
                      const char *away)
{
    Incident__IncidentFalse event = { IS(incident__incident_false),
                                      .incident = id,
                                      .type = (Incident__Type)row->type,
                                      .place = row->place,
                                      .person = row->person,
                                      .reason = reason,
                                      .by_post = turn_actor_post(turn),
                                      .away = away };

    incident_say(turn, id, "pab", &event.base);
}

static void turn_false(struct turn *turn, const char *id, Incident *row, const char *reason)
{
    row->result = INCIDENT__RESULT__FALSE_ALARM;
    incident_still(turn, id);
    incident_unlist(turn, row);
    incident_note(turn, id, row, "false", reason);
}

struct ending {
    struct turn *turn;
    const char *reason;
};

static bool end_need(void *context, const char *key, const void *row)
{
    struct ending *ending = context;
    const struct loop_ending end = { .outcome = TOWN__NEED_OUTCOME__WITHDRAWN,
                                     .public_text = ending->reason,
                                     .reason = "it was a false alarm" };

    (void)key;
    loop_end(ending->turn, turn_text(ending->turn, "%s", ((const LoopRows__Link *)row)->need),
             &end);
    return true;
}

static void end_needs(struct turn *turn, const char *id, const char *reason)
{
    struct ending ending = { .turn = turn, .reason = reason };
    LoopRows__Link main_need = LOOP_ROWS__LINK__INIT;

    main_need.need = id;
    turn_each(turn, LOOP_CHILDREN, turn_text(turn, "%s/", id), end_need, &ending);
    end_need(&ending, id, &main_need);
}

/* As the roster knows absences. */
static bool is_away(const char *kind)
{
    static const char *const kinds[] = { "relative", "hospital", "institution", "travel" };

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strcmp(kinds[i], kind) == 0)
            return true;
    return false;
}

/* A false alarm is nobody's fault: who was at the daughter's is away, and the roster says so. */
int on_mark_false(struct turn *turn, const void *message)
{
    const Incident__MarkFalse *mark = message;

    if (!turn_from(turn, "pab"))
        return turn->outcome;
    if (mark->reason[0] == '\0')
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "a false alarm has a reason");
    if (mark->away[0] != '\0' && !is_away(mark->away))
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD,
                           "away is relative, hospital, institution or travel");
    if (mark->away[0] != '\0' && mark->host == NULL)
        return turn_refuse(turn, INCIDENT__REFUSAL__NO_HOST, "with whom?");
    Incident *row = turn_move(turn, INCIDENTS, mark->incident);
    if (row == NULL)
        return turn->outcome;
    turn_false(turn, mark->incident, row, mark->reason);
    say_false(turn, mark->incident, row, mark->reason, mark->away);
    if (mark->away[0] != '\0' && row->person[0] != '\0') {
        Registry__SuspendAway away = { IS(registry__suspend_away),
                                       .person = loop_person(turn, row->person), .kind = mark->away,
                                       .until_ms = mark->until_ms, .host = mark->host };
        incident_send(turn, mark->incident, "registry", &away.base);
    }
    end_needs(turn, mark->incident, mark->reason);
    return turn->outcome;
}

/* Whoever opened it took it back before anybody had confirmed it; else it waits for its own end. */
void on_need_closed(struct turn *turn, const char *id, const Need *need)
{
    const Incident *present = turn_load(turn, INCIDENTS, id);

    if (need->outcome != TOWN__NEED_OUTCOME__WITHDRAWN
        || !turn_may_move(turn, INCIDENTS, id, LAPSE)) {
        if (present != NULL && incident_is_open(present))
            incident_await_close(turn, id);
        return;
    }
    Incident *row = turn_move_as(turn, INCIDENTS, id, LAPSE);
    if (row == NULL)
        return;
    turn_false(turn, id, row, "withdrawn");
    say_false(turn, id, row, "withdrawn", "");
}
