/*
 * kit/loop: a need from its opening to its end.
 */
#include <string.h>

#include "kit/directory.h"
#include "kit/loop_inside.h"

/* ---- where it is found --------------------------------------------------------------------------- */

static void link_to(struct turn *turn, unsigned table, const char *key, const char *id)
{
    LoopRows__Link *link = turn_edit(turn, table, key);

    link->need = id;
}

static const char *kind_key(struct turn *turn, const char *id, const Need *need)
{
    return turn_key(turn, "%s/%s/%s", need->person, need->kind, id);
}

static void list_as_open(struct turn *turn, const char *id, const Need *need)
{
    if (need->person[0] != '\0')
        link_to(turn, LOOP_KINDS, kind_key(turn, id, need), id);
}

static void unlist(struct turn *turn, const char *id, const Need *need)
{
    if (need->person[0] != '\0')
        turn_drop(turn, LOOP_KINDS, kind_key(turn, id, need));
}

void loop_rename(struct turn *turn, const char *id, Need *need, const char *person)
{
    unlist(turn, id, need);
    turn_drop(turn, LOOP_PERSONS, turn_key(turn, "%s/%s", need->person, id));
    need->person = person;
    link_to(turn, LOOP_PERSONS, turn_key(turn, "%s/%s", person, id), id);
    if (loop_is_open(need))
        list_as_open(turn, id, need);
}

/* ---- opening ------------------------------------------------------------------------------------- */

static bool serves(struct turn *turn, const char *kind)
{
    for (const char *const *served = loop_rules(turn)->kinds; *served != NULL; served++)
        if (strcmp(*served, kind) == 0)
            return true;
    return false;
}

static int check_kind(struct turn *turn, const char *kind)
{
    int code = loop_rules(turn)->unknown_kind;

    if (serves(turn, kind))
        return 0;
    return turn_refuse(turn, code == 0 ? (int)TOWN__REFUSAL__BAD_FIELD : code,
                       "%s serves no need of this kind", turn->kit->service->name);
}

static int check(struct turn *turn, const Town__OpenNeed *open)
{
    const char *units[] = { "lgo", NULL };
    const LoopRows__Death *death = turn_load(turn, LOOP_DEATHS, loop_person(turn, open->person));

    if (!turn_is_id(open->need) || (open->person[0] != '\0' && !turn_is_id(open->person))
        || (open->parent[0] != '\0' && !turn_is_id(open->parent)))
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "an id is empty, too long or no id");
    if (loop_priority(open->priority) == LOOP_NO_PRIORITY)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "a priority is P0 to P5");
    if (loop_priority(open->priority) == 5 && !loop_sent_by(turn, units))
        return turn->outcome;
    if (open->category == TOWN__CATEGORY__CATEGORY_ABSENT
        || protobuf_c_enum_descriptor_get_value(&town__category__descriptor, (int)open->category)
               == NULL)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "no category");
    if (check_kind(turn, open->kind) != 0)
        return turn->outcome;
    if (open->place[0] != '\0' && !directory_unit(turn, open->place))
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "there is no place %s", open->place);
    if (open->verifier[0] != '\0' && !directory_unit(turn, open->verifier))
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "there is no unit %s", open->verifier);
    if (death != NULL && death->confirmed_ms != 0)
        return turn_refuse(turn, TOWN__REFUSAL__WRONG_STATE, "the person has died");
    return 0;
}

/* A service that opens a need itself may have its parts on the stack. */
static Town__NeedSource *copy_of(struct turn *turn, const Town__NeedSource *source)
{
    Town__NeedSource *copy = source == NULL ? NULL : turn_array(turn, 1, sizeof(*copy));

    if (copy != NULL)
        *copy = *source;
    return copy;
}

static void fill(struct turn *turn, Need *need, const Town__OpenNeed *open)
{
    Town__Spans *spans = turn_array(turn, 1, sizeof(*spans));

    town__spans__init(spans);
    loop_name(turn, need, open->person);
    need->place = open->place;
    need->category = open->category;
    need->kind = open->kind;
    need->priority = loop_priority(open->priority);
    need->detail = open->detail;
    need->days_left = open->days_left;
    need->days_left_known = open->days_left_known;
    need->source = copy_of(turn, open->source);
    need->parent = open->parent;
    need->confidential = open->confidential;
    need->asked_verifier = open->verifier;
    need->case_id = turn->case_id[0] != '\0' ? turn->case_id : turn_new_case(turn);
    need->opener_unit = turn_actor_unit(turn);
    need->opener_post = turn_actor_post(turn);
    need->opener_person = turn->actor->person;
    need->opener_source = turn->source_unit;
    need->calls = 1;
    need->opened_ms = turn->now_ms;
    need->open_since_ms = turn->now_ms;
    need->spans = spans;
}

static void say_opened(struct turn *turn, const char *id, const Need *need)
{
    Town__Clocks due = TOWN__CLOCKS__INIT;
    Town__NeedOpened event = {
        IS(town__need_opened),
        .need = id,
        .person = need->person,
        .category = need->category,
        .kind = need->kind,
        .priority = loop_priority_name(need->priority),
        .source = need->source,
        .due = &due,
        .place = need->place,
        .parent = need->parent,
        .duplicate_of = need->duplicate_of,
        .verifier = need->asked_verifier,
    };

    loop_clocks_of(need, &due);
    loop_say(turn, need, loop_place(need), &event.base);
}

static void say_closed(struct turn *turn, const char *id, const Need *need)
{
    Town__NeedClosed event = { IS(town__need_closed),    .need = id,
                               .outcome = need->outcome, .public_text = need->public_text,
                               .spans = need->spans,     .flagged = need->flagged,
                               .person = need->person };

    loop_say(turn, need, loop_place(need), &event.base);
}

/* ---- duplicates ---------------------------------------------------------------------------------- */

/* The need that this one repeats: of the same person and kind, and open.  NULL: none.  What is added
 * to a parent on purpose (加派) repeats nothing. */
static const char *repeated(struct turn *turn, const Town__OpenNeed *open)
{
    const char *person = loop_person(turn, open->person);
    struct loop_ids same;

    if (person[0] == '\0' || open->parent[0] != '\0')
        return NULL;
    loop_list(turn, LOOP_KINDS, turn_text(turn, "%s/%s", person, open->kind), &same);
    return same.count == 0 ? NULL : same.ids[0];
}

/* Repeat calls raise its priority: P5 is no urgency, and nothing is above P0. */
static void count_call(struct turn *turn, const char *id)
{
    Need *need = loop_edit(turn, id);
    uint64_t step = directory_number(turn, "need.repeat_calls", "");

    if (need == NULL || turn->outcome != 0)
        return;
    need->calls++;
    if (step > 0 && need->calls % step == 0 && need->priority > 0 && need->priority < 5)
        loop_raise(turn, id, need, need->priority - 1,
                   turn_text(turn, "%u calls for it", need->calls));
}

static int link_duplicate(struct turn *turn, const Town__OpenNeed *open, const char *first)
{
    Need *need = turn_move_as(turn, LOOP_NEEDS, open->need, LOOP_LINK);

    if (need == NULL)
        return turn->outcome;
    fill(turn, need, open);
    need->duplicate_of = first;
    need->outcome = TOWN__NEED_OUTCOME__DUPLICATE;
    need->closed_ms = turn->now_ms;
    link_to(turn, LOOP_PERSONS, turn_key(turn, "%s/%s", need->person, open->need), open->need);
    say_opened(turn, open->need, need);
    say_closed(turn, open->need, need);
    count_call(turn, first);
    return turn->outcome;
}

/* What is opened for somebody whose death was reported, or under a parent on hold, stands still. */
static void hold_at_once(struct turn *turn, const char *id, Need *need)
{
    const Need *parent = loop_need(turn, need->parent);

    if (turn_load(turn, LOOP_DEATHS, need->person) != NULL) { /* reported, not yet confirmed */
        loop_hold(turn, id, need, "death",
                  directory_due(turn, "registry.death_confirm", "", turn->now_ms));
        loop_say_held(turn, id, need, "a death was reported");
    }
    if (parent != NULL && loop_held_for(parent, "hold")) {
        loop_hold(turn, id, need, "parent", loop_due(parent, "hold") + 1);
        loop_say_held(turn, id, need, "its parent is on hold");
    }
}

int loop_open(struct turn *turn, const Town__OpenNeed *open)
{
    if (check(turn, open) != 0)
        return turn->outcome;
    const char *first = repeated(turn, open);
    if (first != NULL && strcmp(first, open->need) != 0)
        return link_duplicate(turn, open, first);
    Need *need = turn_move_as(turn, LOOP_NEEDS, open->need, LOOP_OPEN_NEED);
    if (need == NULL)
        return turn->outcome;
    fill(turn, need, open);
    if (need->person[0] != '\0')
        link_to(turn, LOOP_PERSONS, turn_key(turn, "%s/%s", need->person, open->need), open->need);
    if (need->parent[0] != '\0')
        link_to(turn, LOOP_CHILDREN, turn_key(turn, "%s/%s", need->parent, open->need), open->need);
    list_as_open(turn, open->need, need);
    loop_start(turn, need, "done", turn->now_ms);
    say_opened(turn, open->need, need);
    if (loop_rules(turn)->on_open != NULL)
        loop_rules(turn)->on_open(turn, open->need, need);
    hold_at_once(turn, open->need, need);
    loop_route(turn, open->need, need);
    return turn->outcome;
}

int loop_on_open(struct turn *turn, const void *message)
{
    return loop_open(turn, message);
}

/* ---- changes ------------------------------------------------------------------------------------- */

int loop_on_amend(struct turn *turn, const void *message)
{
    const Town__AmendNeed *amend = message;
    Need *need = loop_edit(turn, amend->need);
    const char *fields[3];
    size_t count = 0;

    if (need == NULL)
        return turn->outcome;
    const char *units[] = { need->opener_unit, need->opener_source, loop_rules(turn)->dispatcher,
                            NULL };
    if (!loop_sent_by(turn, units)
        || turn_move_as(turn, LOOP_NEEDS, amend->need, LOOP_AMEND_NEED) == NULL)
        return turn->outcome;
    if (amend->detail[0] != '\0') {
        fields[count++] = "detail";
        need->detail = amend->detail;
    }
    if (amend->kind[0] != '\0') {
        if (check_kind(turn, amend->kind) != 0)
            return turn->outcome;
        fields[count++] = "kind";
        unlist(turn, amend->need, need);
        need->kind = amend->kind;
        list_as_open(turn, amend->need, need);
    }
    if (amend->place[0] != '\0') {
        if (!directory_unit(turn, amend->place))
            return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "there is no place %s",
                               amend->place);
        fields[count++] = "place";
        need->place = amend->place;
    }
    if (count == 0)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "nothing to amend");
    Town__NeedAmended event = { IS(town__need_amended), .need = amend->need, .n_fields = count,
                                .fields = fields, .reason = amend->reason };
    loop_say(turn, need, loop_unit(turn, need), &event.base);
    loop_settle(turn, amend->need, need);
    return turn->outcome;
}

void loop_raise(struct turn *turn, const char *id, Need *need, uint32_t priority,
                const char *reason)
{
    Town__Clocks due = TOWN__CLOCKS__INIT;
    Town__PriorityChanged event = { IS(town__priority_changed),
                                    .need = id,
                                    .from = loop_priority_name(need->priority),
                                    .to = loop_priority_name(priority),
                                    .reason = reason,
                                    .due = &due };

    if (turn_move_as(turn, LOOP_NEEDS, id, LOOP_CHANGE_PRIORITY) == NULL)
        return;
    loop_reprioritise(turn, need, priority);
    loop_clocks_of(need, &due);
    loop_say(turn, need, loop_unit(turn, need), &event.base);
    loop_settle(turn, id, need);
}

int loop_on_change_priority(struct turn *turn, const void *message)
{
    const Town__ChangePriority *change = message;
    Need *need = loop_edit(turn, change->need);
    uint32_t to = loop_priority(change->to);
    const char *units[] = { "lgo", to == 5 ? NULL : loop_rules(turn)->dispatcher, NULL };

    if (need == NULL || !loop_sent_by(turn, units))
        return turn->outcome;
    if (to == LOOP_NO_PRIORITY || to == need->priority)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "another priority, P0 to P5");
    loop_raise(turn, change->need, need, to, change->reason);
    return turn->outcome;
}

/* ---- the end ------------------------------------------------------------------------------------- */

void loop_close(struct turn *turn, const char *id, Need *need, const struct loop_end *end)
{
    if (need->assignment[0] != '\0')
        loop_recall(turn, need, end->reason == NULL ? "" : end->reason);
    loop_unpause(turn, need);
    turn_move_as(turn, LOOP_NEEDS, id, end->word == 0 ? LOOP_CLOSE : end->word);
    unlist(turn, id, need);
    need->assignment = "";
    need->n_held_for = 0;
    need->n_clocks = 0;
    need->outcome = end->outcome;
    need->flagged = end->flagged;
    need->closed_ms = turn->now_ms;
    if (end->public_text[0] != '\0')
        need->public_text = end->public_text;
    if (need->fulfilled_ms != 0)
        need->spans->verify_ms = turn->now_ms - need->fulfilled_ms;
    loop_start(turn, need, "reopen_window", turn->now_ms);
    say_closed(turn, id, need);
    loop_settle(turn, id, need);
    if (turn->outcome == 0 && loop_rules(turn)->on_close != NULL)
        loop_rules(turn)->on_close(turn, id, need);
}

void loop_end(struct turn *turn, const char *id, const struct loop_ending *ending)
{
    const Need *need = loop_need(turn, id);
    const struct loop_end end = { .outcome = ending->outcome,
                                  .public_text = ending->public_text,
                                  .reason = ending->reason,
                                  .word = LOOP_WITHDRAW_NEED };

    if (need != NULL && loop_is_open(need))
        loop_close(turn, id, loop_edit(turn, id), &end);
}

int loop_on_withdraw(struct turn *turn, const void *message)
{
    const Town__WithdrawNeed *withdraw = message;
    Need *need = loop_edit(turn, withdraw->need);
    struct loop_end end = { .outcome = TOWN__NEED_OUTCOME__WITHDRAWN,
                            .public_text = "",
                            .reason = "the need was withdrawn",
                            .word = LOOP_WITHDRAW_NEED };

    if (need == NULL)
        return turn->outcome;
    const char *units[] = { need->opener_unit, need->opener_source, need->place, NULL };
    if (!loop_sent_by(turn, units))
        return turn->outcome;
    if (!loop_is_open(need))
        return turn_refuse(turn, TOWN__REFUSAL__WRONG_STATE, "no WithdrawNeed from %s",
                           loop_need_state((int32_t)need->state));
    if (withdraw->code == TOWN__REASON__REASON_ABSENT)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "a withdrawal has a reason code");
    loop_close(turn, withdraw->need, need, &end);
    return turn->outcome;
}

/* The person's side, the carer, the hotline, supervision. */
static bool may_reopen(struct turn *turn, const Need *need)
{
    const char *units[] = { need->opener_unit,
                            need->opener_source,
                            need->place,
                            "dzb",
                            "hotline",
                            "care",
                            "jcb",
                            "supervision",
                            "lgo",
                            NULL };

    return loop_sent_by(turn, units);
}

int loop_on_reopen(struct turn *turn, const void *message)
{
    const Town__ReopenNeed *reopen = message;
    Need *need = loop_edit(turn, reopen->need);

    if (need == NULL || !may_reopen(turn, need))
        return turn->outcome;
    if (NEED_IS(need, SEALED))
        return turn_refuse(turn, TOWN__REFUSAL__REFUSED_EXPIRED, "it is closed for good");
    if (NEED_IS(need, CLOSED) && need->outcome == TOWN__NEED_OUTCOME__DIED)
        return turn_refuse(turn, TOWN__REFUSAL__WRONG_STATE, "the person has died");
    if (reopen->reason[0] == '\0')
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "a need is reopened for a reason");
    if (turn_move_as(turn, LOOP_NEEDS, reopen->need, LOOP_REOPEN_NEED) == NULL)
        return turn->outcome;
    loop_stop(need, "reopen_window");
    town__spans__init(need->spans);
    need->reopened++;
    need->opened_ms = turn->now_ms;
    need->open_since_ms = turn->now_ms;
    need->closed_ms = 0;
    need->fulfilled_ms = 0;
    need->outcome = TOWN__NEED_OUTCOME__OUTCOME_ABSENT;
    need->flagged = false;
    need->n_refusals = 0;
    need->n_tried = 0;
    need->callbacks = 0;
    need->n_callback_days = 0;
    list_as_open(turn, reopen->need, need);
    loop_start(turn, need, "done", turn->now_ms);
    Town__Clocks due = TOWN__CLOCKS__INIT;
    Town__NeedReopened event = { IS(town__need_reopened),     .need = reopen->need,
                                 .by = turn_actor_unit(turn), .reason = reopen->reason,
                                 .n = need->reopened,         .due = &due,
                                 .person = need->person,      .place = need->place };
    loop_clocks_of(need, &due);
    loop_say(turn, need, loop_place(need), &event.base);
    loop_route(turn, reopen->need, need);
    return turn->outcome;
}
