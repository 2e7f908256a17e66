/*
 * kit/loop: which unit is asked next, and what happens when none is left (R6).
 */
#include <string.h>

#include "kit/directory.h"
#include "kit/loop_inside.h"

/* ---- who had it ---------------------------------------------------------------------------------- */

bool loop_tried(const Need *need, const char *unit)
{
    for (size_t i = 0; i < need->n_tried; i++)
        if (strcmp(need->tried[i], unit) == 0)
            return true;
    return false;
}

void loop_had_it(struct turn *turn, Need *need, const char *unit)
{
    if (loop_tried(need, unit))
        return;
    const char **tried = turn_array(turn, need->n_tried + 1, sizeof(*tried));
    for (size_t i = 0; i < need->n_tried; i++)
        tried[i] = need->tried[i];
    tried[need->n_tried++] = unit;
    need->tried = tried;
}

void loop_bounced(struct turn *turn, Need *need, const Town__Refusing *refusing)
{
    Town__Refusing **list = turn_array(turn, need->n_refusals + 1, sizeof(Town__Refusing *));
    Town__Refusing *copy = turn_array(turn, 1, sizeof(*copy));

    for (size_t i = 0; i < need->n_refusals; i++)
        list[i] = need->refusals[i];
    *copy = *refusing;
    list[need->n_refusals++] = copy;
    need->refusals = list;
    loop_had_it(turn, need, refusing->unit);
}

void loop_give_back(struct turn *turn, const char *id, Need *need)
{
    need->assignment = "";
    need->ruled_unit = "";
    loop_stop_work(need);
    /* What is held for another reason than the unit's own stays so, but belongs to nobody now. */
    if (loop_held_for(need, "death") || loop_held_for(need, "parent")) {
        need->before_hold = LOOP_ROWS__NEED__STATE__OPEN;
        if (loop_held_for(need, "hold"))
            loop_release(turn, id, need, "hold");
        return;
    }
    need->n_held_for = 0;
    loop_unpause(turn, need);
    turn_move_as(turn, LOOP_NEEDS, id, LOOP_RETURN);
}

/* ---- to a unit ----------------------------------------------------------------------------------- */

static Town__Clocks *clocks_of(struct turn *turn, const Need *need)
{
    Town__Clocks *clocks = turn_array(turn, 1, sizeof(*clocks));

    town__clocks__init(clocks);
    loop_clocks_of(need, clocks);
    return clocks;
}

static void start_clocks(struct turn *turn, Need *need)
{
    loop_stop(need, "route");
    loop_stop(need, "arbiter");
    loop_start(turn, need, "receive", turn->now_ms);
    loop_start(turn, need, "accept", turn->now_ms);
    loop_start(turn, need, "first_contact", turn->now_ms);
}

static void say_dispatched(struct turn *turn, const char *id, const Need *need,
                           const Assignment *assignment)
{
    Town__Dispatched event = {
        IS(town__dispatched),
        .need = id,
        .assignment = need->assignment,
        .plac = assignment->plac,
        .to_unit = assignment->unit,
        .to_post = assignment->post,
        .priority = loop_priority_name(need->priority),
        .ruled = assignment->ruled,
        .due = assignment->due,
        .person = need->person,
        .kind = need->kind,
        .detail = need->detail,
        .days_left = need->days_left,
        .days_left_known = need->days_left_known,
        .n_refusals = need->n_refusals,
        .refusals = need->refusals,
        .place = need->place,
    };

    loop_say(turn, need, assignment->unit, &event.base);
}

static void add_assignment(struct turn *turn, Need *need, const char *name)
{
    const char **ids = turn_array(turn, need->n_assignment_ids + 1, sizeof(*ids));

    for (size_t i = 0; i < need->n_assignment_ids; i++)
        ids[i] = need->assignment_ids[i];
    ids[need->n_assignment_ids++] = name;
    need->assignment_ids = ids;
}

void loop_dispatch(struct turn *turn, const char *id, Need *need, const struct loop_to *to)
{
    const char *name = to->assignment;

    if (!directory_unit(turn, to->unit)) {
        turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "there is no unit %s", to->unit);
        return;
    }
    if (name[0] == '\0')
        name = turn_text(turn, "%s-a%zu", id, need->n_assignment_ids + 1);
    turn_move_as(turn, LOOP_NEEDS, id, to->word);
    Assignment *assignment = turn_move_as(turn, LOOP_ASSIGNMENTS, name, LOOP_DISPATCH);
    if (assignment == NULL)
        return;
    need->assignment = name;
    add_assignment(turn, need, name);
    need->spans->route_ms = turn->now_ms - need->open_since_ms;
    start_clocks(turn, need);
    const char *post = directory_post(turn, to->unit, "duty");
    assignment->need = id;
    assignment->unit = to->unit;
    assignment->post = post[0] != '\0' ? post : directory_post(turn, to->unit, "head");
    assignment->plac = to->plac[0] != '\0' ? to->plac : name;
    assignment->ruled = to->word == LOOP_RULE;
    assignment->dispatched_ms = turn->now_ms;
    assignment->due = clocks_of(turn, need);
    need->ruled_unit = assignment->ruled ? to->unit : "";
    say_dispatched(turn, id, need, assignment);
    loop_settle(turn, id, need);
    if (turn->outcome == 0 && loop_rules(turn)->on_dispatch != NULL)
        loop_rules(turn)->on_dispatch(turn, id, need, assignment);
}

int loop_on_dispatch(struct turn *turn, const void *message)
{
    const Town__Dispatch *dispatch = message;
    const char *units[] = { loop_rules(turn)->dispatcher, "lgo", NULL };
    Need *need = loop_edit(turn, dispatch->need);
    struct loop_to to = { .assignment = dispatch->assignment,
                          .unit = dispatch->to_unit,
                          .plac = dispatch->plac,
                          .word = LOOP_DISPATCH };

    if (need == NULL || !loop_sent_by(turn, units))
        return turn->outcome;
    if (dispatch->assignment[0] != '\0' && !turn_is_id(dispatch->assignment))
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "the assignment's id");
    loop_dispatch(turn, dispatch->need, need, &to);
    return turn->outcome;
}

/* ---- the router ---------------------------------------------------------------------------------- */

void loop_await(struct turn *turn, const char *id, Need *need)
{
    loop_start(turn, need, "route", turn->now_ms);
    loop_settle(turn, id, need);
}

void loop_route(struct turn *turn, const char *id, Need *need)
{
    const char *unit = "";
    int answer = LOOP_NOBODY;

    if (turn->outcome != 0)
        return;
    if (!NEED_IS(need, OPEN)) { /* held meanwhile: it is routed when it goes on */
        loop_settle(turn, id, need);
        return;
    }
    need->open_since_ms = turn->now_ms;
    if (need->n_refusals >= directory_number(turn, "need.bounce_cap", "")) {
        loop_arbiter(turn, id, need, "refused as often as may be");
        return;
    }
    answer = loop_rules(turn)->route == NULL ? loop_route_catalogue(turn, need, &unit)
                                             : loop_rules(turn)->route(turn, need, &unit);
    if (turn->outcome != 0)
        return;
    struct loop_to to = { .assignment = "", .unit = unit, .plac = "", .word = LOOP_DISPATCH };
    if (answer == LOOP_ROUTED)
        loop_dispatch(turn, id, need, &to);
    else if (answer == LOOP_WAITS)
        loop_await(turn, id, need);
    else
        loop_arbiter(turn, id, need, "no unit is left");
}

/* `committee`, `centre`, `other-centre`, or a unit's own code. */
static const char *unit_of(struct turn *turn, const Need *need, const char *name)
{
    const char *centre;

    if (strcmp(name, "committee") == 0)
        return need->place;
    if (strcmp(name, "centre") == 0)
        return directory_centre(turn, need->place, need->kind);
    if (strcmp(name, "other-centre") != 0)
        return name;
    centre = directory_centre(turn, need->place, need->kind);
    return directory_other_centre(turn, centre);
}

int loop_route_catalogue(struct turn *turn, const Need *need, const char **ret_unit)
{
    const ProtobufCEnumValue *category =
        protobuf_c_enum_descriptor_get_value(&town__category__descriptor, (int)need->category);
    const struct directory_responsibility *row =
        directory_responsible(turn, category == NULL ? "" : category->name, need->kind);

    if (row == NULL)
        return LOOP_WAITS;
    const char *names[] = { row->first_unit, row->second_unit };
    for (size_t i = 0; i < 2; i++) {
        const char *unit = unit_of(turn, need, names[i]);
        if (directory_unit(turn, unit) && !loop_tried(need, unit)) {
            *ret_unit = unit;
            return LOOP_ROUTED;
        }
    }
    return need->n_tried > 0 ? LOOP_NOBODY : LOOP_WAITS;
}

/* ---- the arbiter --------------------------------------------------------------------------------- */

void loop_arbiter(struct turn *turn, const char *id, Need *need, const char *reason)
{
    turn_move_as(turn, LOOP_NEEDS, id, LOOP_BOUNCE);
    loop_stop(need, "route");
    loop_start(turn, need, "arbiter", turn->now_ms);
    Town__Unassignable event = {
        IS(town__unassignable),     .need = id,       .n_refusals = need->n_refusals,
        .refusals = need->refusals, .reason = reason, .due_ms = loop_due(need, "arbiter")
    };
    loop_say(turn, need, "lgo", &event.base);
    loop_settle(turn, id, need);
}

/* Those who refused before see by whom it was decided, and for whom. */
static void say_ruled(struct turn *turn, const char *id, const Need *need, const Town__Rule *rule,
                      const char *to_unit)
{
    Town__Ruled event = { IS(town__ruled),      .need = id,
                          .to_unit = to_unit,   .upward = rule->upward,
                          .unmet = rule->unmet, .by_post = turn_actor_post(turn),
                          .text = rule->text };

    loop_say(turn, need, to_unit[0] == '\0' ? loop_place(need) : to_unit, &event.base);
    for (size_t i = 0; i < need->n_tried; i++)
        if (strcmp(need->tried[i], to_unit) != 0)
            loop_say(turn, need, need->tried[i], &event.base);
}

int loop_on_rule(struct turn *turn, const void *message)
{
    static const char *const units[] = { "lgo", NULL };
    const Town__Rule *rule = message;
    Need *need = loop_edit(turn, rule->need);
    int said = (rule->to_unit[0] != '\0') + rule->upward + rule->unmet;

    if (need == NULL || !loop_sent_by(turn, units))
        return turn->outcome;
    if (said != 1)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "a unit, upward or unmet: one of them");
    if (!NEED_IS(need, UNASSIGNABLE))
        return turn_refuse(turn, TOWN__REFUSAL__WRONG_STATE, "no Rule from %s",
                           loop_need_state((int32_t)need->state));
    if (rule->unmet) {
        struct loop_end end = { .outcome = TOWN__NEED_OUTCOME__UNMET, .public_text = rule->text };
        if (rule->text[0] == '\0')
            return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "unmet needs a public text");
        say_ruled(turn, rule->need, need, rule, "");
        loop_close(turn, rule->need, need, &end);
        return turn->outcome;
    }
    /* What goes upward stays in the office's own hands until the upper level has answered. */
    struct loop_to to = { .assignment = "",
                          .unit = rule->upward ? "lgo" : rule->to_unit,
                          .plac = "",
                          .word = LOOP_RULE };
    say_ruled(turn, rule->need, need, rule, to.unit);
    loop_dispatch(turn, rule->need, need, &to);
    return turn->outcome;
}
