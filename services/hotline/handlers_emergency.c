/*
 * Emergencies: what cannot wait for a ticket (S-063 应对突发事件).
 */
#include "hotline/hotline.h"
#include "incident.pb-c.h"

static Incident__Type type_of(const char *kind)
{
    const ProtobufCEnumValue *value =
        protobuf_c_enum_descriptor_get_value_by_name(&incident__type__descriptor, kind);

    return value != NULL ? (Incident__Type)value->value : INCIDENT__TYPE__TYPE_ABSENT;
}

/* By its case the call is found when the service refuses the incident; a ticket of that case may
 * stand there already. */
static void name_case(struct turn *turn, const char *id, Call *call)
{
    if (*call->case_id == '\0')
        call->case_id = *turn->case_id != '\0' ? turn->case_id : turn_new_case(turn);
    if (turn_load(turn, TICKET_CASES, hotline_id(turn, call->case_id)) != NULL)
        return;
    Ref *of_case = turn_edit(turn, TICKET_CASES, call->case_id);
    if (of_case == NULL)
        return;
    of_case->id = id;
    of_case->kind = "call";
}

void call_open_incident(struct turn *turn, const char *id, Call *call)
{
    Incident__Type type = type_of(call->kind);
    Town__NeedSource source = TOWN__NEED_SOURCE__INIT;

    if (type == INCIDENT__TYPE__TYPE_ABSENT || *call->incident != '\0')
        return;
    call->incident = turn_text(turn, "hl-%s", id);
    name_case(turn, id, call);
    source.call = id;
    Incident__OpenIncident open = { IS(incident__open_incident),
                                    .incident = call->incident,
                                    .type = type,
                                    .place = call->place,
                                    .person = *call->person != '\0' ? call->person : call->proposed,
                                    .reporter = turn_actor_post(turn),
                                    .facts = call->cause,
                                    .source = &source };
    struct turn_post post = { .service = "incident",
                              .unit = *call->place != '\0' ? call->place : "town",
                              .case_id = call->case_id,
                              .priority = BUS__PRIORITY__P0,
                              .message = &open.base };
    turn_post(turn, &post);
}
