/*
 * opinion: what several of its handlers need.
 */
#include <string.h>

#include "kit/directory.h"
#include "opinion/opinion.h"

bool opinion_office(struct turn *turn)
{
    return turn_from(turn, "dqb");
}

bool opinion_by_clock(struct turn *turn)
{
    if (!turn->is_timer)
        turn_refuse(turn, TOWN__REFUSAL__NOT_ALLOWED, "only the clock says what is due");
    return turn->outcome == 0;
}

const char *opinion_grade_name(int32_t grade)
{
    const ProtobufCEnumValue *value =
        protobuf_c_enum_descriptor_get_value(&opinion__grade__descriptor, grade);

    return value == NULL || grade == OPINION__GRADE__GRADE_ABSENT ? "" : value->name;
}

/* The grade of an alert as the priority of its need. */
const char *opinion_priority(int32_t grade)
{
    static const char *const names[] = { "P2", "P0", "P1", "P2", "P3" };

    return grade >= OPINION__GRADE__GRADE_ABSENT && grade <= OPINION__GRADE__IV ? names[grade]
                                                                                : names[0];
}

const char *opinion_post(struct turn *turn, const char *unit)
{
    const char *post = directory_post(turn, unit, "duty");

    return post[0] != '\0' ? post : directory_post(turn, unit, "head");
}

void opinion_say(struct turn *turn, const Alert *row, const char *unit, const char *to,
                 const ProtobufCMessage *event)
{
    const struct turn_post post = {
        .unit = unit,
        .to = to,
        .case_id = row->case_id,
        .priority =
            (Bus__Priority)(BUS__PRIORITY__P0 + (int)loop_priority(opinion_priority(row->grade))),
        .message = event,
    };

    turn_post(turn, &post);
}

void opinion_clock(struct turn *turn, const char *alert, const char *name, uint64_t due_ms)
{
    const char *key = turn_key(turn, "%s/%s", alert, name);
    Opinion__ChaseAlert chase = { IS(opinion__chase_alert), .alert = alert, .clock = name };

    if (due_ms == 0)
        turn_forget(turn, key, &opinion__chase_alert__descriptor);
    else
        turn_remind(turn, key, due_ms, &chase.base);
}

uint64_t opinion_erase_later(struct turn *turn, const char *alert, const char *signal)
{
    uint64_t due_ms = directory_due(turn, "opinion.retention", "", turn->now_ms);
    Opinion__EraseTexts erase = { IS(opinion__erase_texts), .alert = alert, .signal = signal };

    turn_remind(turn,
                alert[0] != '\0' ? turn_key(turn, "alert/%s", alert)
                                 : turn_key(turn, "signal/%s", signal),
                due_ms, &erase.base);
    return due_ms;
}
