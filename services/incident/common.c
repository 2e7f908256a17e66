/*
 * incident: what several of its handlers need.
 */
#include <inttypes.h>
#include <string.h>

#include "incident/incident.h"
#include "kit/directory.h"

/* ---- types ----------------------------------------------------------------------------------- */

const char *incident_kind(int32_t type)
{
    const ProtobufCEnumValue *value =
        protobuf_c_enum_descriptor_get_value(&incident__type__descriptor, type);

    return value == NULL || type == INCIDENT__TYPE__TYPE_ABSENT ? "" : value->name;
}

Incident__Type incident_type(const char *kind)
{
    const ProtobufCEnumValue *value =
        protobuf_c_enum_descriptor_get_value_by_name(&incident__type__descriptor, kind);

    return value == NULL ? INCIDENT__TYPE__TYPE_ABSENT : (Incident__Type)value->value;
}

/* domain.md 3.13: life is at stake in these. */
const char *incident_priority(Incident__Type type)
{
    static const Incident__Type urgent[] = { INCIDENT__TYPE__WELFARE_CHECK, INCIDENT__TYPE__HEALTH,
                                             INCIDENT__TYPE__FIRE_SAFETY,
                                             INCIDENT__TYPE__CHILD_UNGUARDED };

    for (size_t i = 0; i < sizeof(urgent) / sizeof(urgent[0]); i++)
        if (urgent[i] == type)
            return "P0";
    return "P1";
}

/* ---- what it says ---------------------------------------------------------------------------- */

static Bus__Priority priority_of(struct turn *turn, const char *id)
{
    const Need *need = loop_need(turn, id);

    return need == NULL ? turn->priority : (Bus__Priority)(BUS__PRIORITY__P0 + (int)need->priority);
}

static int post_it(struct turn *turn, const char *id, struct turn_post *post)
{
    const Incident *row = turn_load(turn, INCIDENTS, id);

    post->case_id = row == NULL ? "" : row->case_id;
    post->priority = priority_of(turn, id);
    return turn_post(turn, post);
}

int incident_say(struct turn *turn, const char *id, const char *unit, const ProtobufCMessage *event)
{
    struct turn_post post = { .unit = unit, .message = event };

    return post_it(turn, id, &post);
}

void incident_say_to(struct turn *turn, const char *id, const char *unit, const char *to,
                     const ProtobufCMessage *event)
{
    struct turn_post post = { .unit = unit, .to = to, .message = event };

    post_it(turn, id, &post);
}

void incident_send(struct turn *turn, const char *id, const char *service,
                   const ProtobufCMessage *command)
{
    const Incident *row = turn_load(turn, INCIDENTS, id);
    const char *place = row == NULL || row->place[0] == '\0' ? "town" : row->place;
    struct turn_post post = { .service = service, .unit = place, .message = command };

    post_it(turn, id, &post);
}

/* ---- timeline and board ---------------------------------------------------------------------- */

enum { NOTE_BYTES = 4000 }; /* of a note: some 1,300 characters */

/* How many of the first `most` bytes are whole characters. */
static size_t whole_bytes(const char *text, size_t most)
{
    size_t length = strnlen(text, most + 1);

    if (length <= most)
        return length;
    for (length = most; length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80;)
        length--;
    return length;
}

void incident_note(struct turn *turn, const char *id, Incident *row, const char *what,
                   const char *text)
{
    const char *key = turn_key(turn, "%s/%06u", id, ++row->steps);
    IncidentRows__Step *step = turn_edit(turn, STEPS, key);

    step->at_ms = turn->now_ms;
    step->what = what;
    step->by_post = turn_actor_post(turn);
    /* what is longer stands in the log */
    step->text = turn_text(turn, "%.*s", (int)whole_bytes(text, NOTE_BYTES), text);
}

void incident_unlist(struct turn *turn, Incident *row)
{
    if (incident_is_open(row))
        turn_drop(turn, BOARD, row->board_key);
    row->board_key = "";
}

void incident_list(struct turn *turn, const char *id, Incident *row)
{
    incident_unlist(turn, row);
    row->board_key = turn_key(turn, "%u/%016" PRIx64 "/%s", row->grade, row->opened_ms, id);
    IncidentRows__Open *open = turn_edit(turn, BOARD, row->board_key);
    open->incident = id;
}

bool incident_is_open(const Incident *row)
{
    return row->board_key[0] != '\0';
}

/* ---- clocks ---------------------------------------------------------------------------------- */

void incident_still(struct turn *turn, const char *id)
{
    turn_forget(turn, id, &incident__chase_confirm__descriptor);
    turn_forget(turn, id, &incident__chase_report__descriptor);
    turn_forget(turn, id, &incident__chase_situation__descriptor);
    turn_forget(turn, id, &incident__chase_caretaker__descriptor);
    turn_forget(turn, id, &incident__chase_close__descriptor);
}

void incident_await_close(struct turn *turn, const char *id)
{
    Incident__ChaseClose chase = { IS(incident__chase_close), .incident = id };

    if (directory_has(turn, "incident.close", "", turn->now_ms))
        turn_remind(turn, id, directory_due(turn, "incident.close", "", turn->now_ms), &chase.base);
}

bool incident_by_clock(struct turn *turn)
{
    if (!turn->is_timer)
        turn_refuse(turn, TOWN__REFUSAL__NOT_ALLOWED, "only the clock says what is due");
    return turn->outcome == 0;
}

void incident_overdue(struct turn *turn, const char *id, const char *clock)
{
    Incident__IncidentOverdue event = { IS(incident__incident_overdue), .incident = id,
                                        .clock = clock, .due_ms = turn->now_ms,
                                        .to_post = incident_post(turn, "lgo") };

    incident_say_to(turn, id, "pab", "lgo", &event.base);
}

static bool is_under_way(const Incident *row)
{
    return row->state == INCIDENT_ROWS__INCIDENT__STATE__GRADED
           || row->state == INCIDENT_ROWS__INCIDENT__STATE__COMMANDED
           || row->state == INCIDENT_ROWS__INCIDENT__STATE__RESPONDING;
}

/* Grades 1 and 2 are reported on again and again until they are under control. */
void incident_await_situation(struct turn *turn, const char *id, Incident *row)
{
    Incident__ChaseSituation chase = { IS(incident__chase_situation), .incident = id };

    if (row->grade == 0 || row->grade > 2 || !is_under_way(row)) {
        row->situation_due_ms = 0;
        turn_forget(turn, id, &incident__chase_situation__descriptor);
        return;
    }
    row->situation_due_ms = directory_due(turn, "incident.sitrep", "", turn->now_ms);
    turn_remind(turn, id, row->situation_due_ms, &chase.base);
}

/* ---- who ------------------------------------------------------------------------------------- */

const char *incident_post(struct turn *turn, const char *unit)
{
    const char *post = directory_post(turn, unit, "duty");

    return post[0] != '\0' ? post : directory_post(turn, unit, "head");
}

bool incident_commands(struct turn *turn, const Incident *row)
{
    const char *units[] = { "pab", "lgo", row->commander_unit };
    const char *sender = turn_actor_unit(turn);

    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (strcmp(sender, units[i]) == 0)
            return true;
    turn_refuse(turn, INCIDENT__REFUSAL__NOT_IN_COMMAND, "%s does not command it", sender);
    return false;
}
