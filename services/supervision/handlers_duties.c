/*
 * The duty register's own commands and timers.
 */
#include <string.h>

#include "supervision/duties.h"
#include "supervision/fields.h"

enum { DUTY_LENGTH = 20 }; /* of an id: it stands in keys beside longer ones */

int on_define_duty(struct turn *turn, const void *message)
{
    const Supervision__DefineDuty *define = message;

    if (!turn_from(turn, "jcb"))
        return turn->outcome;
    if (!turn_is_id(define->duty) || strlen(define->duty) > DUTY_LENGTH || *define->unit == '\0')
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "a duty needs a short id and a unit");
    Duty *duty = turn_edit(turn, DUTIES, define->duty);
    if (duty == NULL)
        return turn->outcome;
    duty->duty = define->duty;
    duty->unit = define->unit;
    duty->service = define->service;
    duty->event_text = define->rule;
    duty->for_whom = define->for_whom;
    duty->by_when = define->by_when;
    duty->duty_zh = define->duty_zh;
    duty->duty_en = define->duty_en;
    rules_compile(turn, duty);

    Supervision__DutyDefined defined = { IS(supervision__duty_defined), .duty = duty->duty,
                                         .unit = duty->unit, .n_events = duty->n_events,
                                         .events = duty->events };
    turn_emit(turn, "jcb", &defined.base);
    const Campaign *campaign = turn_load(turn, CAMPAIGNS, "now");
    if (campaign != NULL && campaign->open)
        duties_adopt(turn, duty, campaign);
    return turn->outcome;
}

int on_excuse_duty(struct turn *turn, const void *message)
{
    const Supervision__ExcuseDuty *excuse = message;

    if (!turn_from(turn, "jcb"))
        return turn->outcome;
    const Duty *duty = turn_load(turn, DUTIES, excuse->duty);
    if (duty == NULL)
        return turn_refuse(turn, SUPERVISION__REFUSAL__UNKNOWN_DUTY, "no duty %s", excuse->duty);
    if (!directory_unit(turn, excuse->unit))
        return turn_refuse(turn, SUPERVISION__REFUSAL__UNKNOWN_UNIT, "no unit %s", excuse->unit);
    if (*excuse->approver == '\0' || *excuse->reason == '\0')
        return turn_refuse(turn, SUPERVISION__REFUSAL__NO_APPROVER, "who approved it, and why");
    /* A mark of an item is found by it; one of a period by the unit too. */
    const char *key = duties_key(turn, duty, excuse->period);
    const Mark *mark = turn_load(turn, MARKS, key);
    if (mark == NULL) {
        key = turn_key(turn, "%s/%s@%s", duty->duty, excuse->period, excuse->unit);
        mark = turn_load(turn, MARKS, key);
    }
    if (mark == NULL || strcmp(mark->unit, excuse->unit) != 0)
        return turn_refuse(turn, TOWN__REFUSAL__NOT_FOUND, "%s owes no %s in %s", excuse->unit,
                           excuse->duty, excuse->period);
    duties_excuse(turn, key, excuse->reason, excuse->approver);
    return turn->outcome;
}

int on_chase_duty(struct turn *turn, const void *message)
{
    const Supervision__ChaseDuty *chase = message;
    const Mark *mark = turn_load(turn, MARKS, chase->key);

    if (mark == NULL || !turn_may_move(turn, MARKS, chase->key, BREAK))
        return turn->outcome; /* settled meanwhile */
    if (chase->final)
        duties_settle(turn, chase->key);
    else
        duties_warn(turn, chase->key);
    return turn->outcome;
}

int on_open_period(struct turn *turn, const void *message)
{
    const Supervision__OpenPeriod *open = message;
    const Campaign *campaign = turn_load(turn, CAMPAIGNS, "now");
    const Duty *duty = turn_load(turn, DUTIES, open->duty);

    if (campaign == NULL || !campaign->open || duty == NULL)
        return turn->outcome;
    for (uint32_t i = 0; i < duty->n_parts; i++)
        if (rules_is_periodic(duty->parts[i]))
            duties_open_period(turn, duty, i);
    return turn->outcome;
}
