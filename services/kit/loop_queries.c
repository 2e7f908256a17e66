/*
 * kit/loop: questions about needs.  Persons appear by their ids only.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kit/loop_inside.h"

enum { MOST_ITEMS = 200, USUAL_ITEMS = 50, MOST_NEEDS = 64, MOST_ALLOWED = 24, ALIAS_STEPS = 8 };

/* ---- who may ask --------------------------------------------------------------------------------- */

static bool asked_by(struct ask *ask, const char *const *units)
{
    for (; *units != NULL; units++)
        if ((*units)[0] != '\0' && strcmp(ask_actor_unit(ask), *units) == 0)
            return true;
    return false;
}

static bool sees(struct ask *ask, const Need *need)
{
    const Assignment *assignment = ask_load(ask, LOOP_ASSIGNMENTS, need->assignment);
    const char *units[] = { need->opener_unit,
                            need->opener_source,
                            need->place,
                            need->handler_unit,
                            need->verifier,
                            assignment == NULL ? "" : assignment->unit,
                            ask->kit->service->loop->dispatcher,
                            "lgo",
                            "jcb",
                            NULL };

    return asked_by(ask, units);
}

/* ---- a need with its assignments ----------------------------------------------------------------- */

static Town__AssignmentView *view_assignment(struct ask *ask, const char *id)
{
    const Assignment *row = ask_load(ask, LOOP_ASSIGNMENTS, id);
    Town__AssignmentView *view = ask_array(ask, 1, sizeof(*view));

    town__assignment_view__init(view);
    view->assignment = id;
    if (row == NULL)
        return view;
    view->state = loop_assignment_state((int32_t)row->state);
    view->unit = row->unit;
    view->post = row->post;
    view->plac = row->plac;
    view->fill = row->fill;
    view->ruled = row->ruled;
    view->code = row->code;
    view->text = row->text;
    view->due = row->due;
    return view;
}

static Town__Clocks *view_clocks(struct ask *ask, const Need *need)
{
    Town__Clocks *clocks = ask_array(ask, 1, sizeof(*clocks));

    town__clocks__init(clocks);
    loop_clocks_of(need, clocks);
    return clocks;
}

static Town__NeedView *view_need(struct ask *ask, const char *id, const Need *need)
{
    Town__NeedView *view = ask_array(ask, 1, sizeof(*view));

    town__need_view__init(view);
    view->need = id;
    view->state = loop_need_state((int32_t)need->state);
    view->person = need->person;
    view->place = need->place;
    view->category = need->category;
    view->kind = need->kind;
    view->priority = loop_priority_name(need->priority);
    view->detail = need->detail;
    view->opened_ms = need->opened_ms;
    view->due = view_clocks(ask, need);
    view->outcome = need->outcome;
    view->public_text = need->public_text;
    view->rework = need->rework;
    view->verifier = need->verifier;
    view->case_id = need->case_id;
    if (need->n_assignment_ids == 0)
        return view;
    view->assignments = ask_array(ask, need->n_assignment_ids, sizeof(view->assignments[0]));
    for (size_t i = 0; i < need->n_assignment_ids; i++)
        view->assignments[view->n_assignments++] = view_assignment(ask, need->assignment_ids[i]);
    return view;
}

int loop_ask_need(struct ask *ask, const void *message)
{
    const Town__Need *question = message;
    const Need *need = ask_load(ask, LOOP_NEEDS, question->need);
    Town__NeedsAnswer *answer = ask_array(ask, 1, sizeof(*answer));

    if (need == NULL)
        return ask_refuse(ask, TOWN__REFUSAL__NOT_FOUND, "there is no such need");
    if (!sees(ask, need))
        return ask_refuse(ask, TOWN__REFUSAL__NOT_ALLOWED, "the need is not %s's",
                          ask_actor_unit(ask));
    town__needs_answer__init(answer);
    answer->needs = ask_array(ask, 1, sizeof(answer->needs[0]));
    answer->needs[answer->n_needs++] = view_need(ask, question->need, need);
    return ask_answer(ask, &answer->base);
}

struct listing {
    struct ask *ask;
    Town__NeedsAnswer *answer;
};

static bool add_need(void *context, const char *key, const void *row)
{
    struct listing *listing = context;
    const LoopRows__Link *link = row;
    const Need *need = ask_load(listing->ask, LOOP_NEEDS, link->need);

    (void)key;
    if (need != NULL && sees(listing->ask, need))
        listing->answer->needs[listing->answer->n_needs++] =
            view_need(listing->ask, ask_text(listing->ask, "%s", link->need), need);
    return listing->answer->n_needs < MOST_NEEDS;
}

const char *loop_person_asked(struct ask *ask, const char *id)
{
    for (int step = 0; step < ALIAS_STEPS; step++) {
        const LoopRows__Alias *alias = ask_load(ask, LOOP_ALIASES, id);
        if (alias == NULL)
            break;
        id = alias->survivor;
    }
    return id;
}

int loop_ask_needs_of(struct ask *ask, const void *message)
{
    const Town__NeedsOf *question = message;
    Town__NeedsAnswer *answer = ask_array(ask, 1, sizeof(*answer));
    struct listing listing = { .ask = ask, .answer = answer };

    if (!turn_is_id(question->person))
        return ask_refuse(ask, TOWN__REFUSAL__BAD_FIELD, "no person");
    town__needs_answer__init(answer);
    answer->needs = ask_array(ask, MOST_NEEDS, sizeof(answer->needs[0]));
    ask_each(ask, LOOP_PERSONS, ask_text(ask, "%s/", loop_person_asked(ask, question->person)),
             add_need, &listing);
    return ask_answer(ask, &answer->base);
}

/* ---- worklists ----------------------------------------------------------------------------------- */

struct worklist {
    struct ask *ask;
    const Town__Worklist *question;
    Town__WorklistAnswer *answer;
    size_t most;
};

static bool is_among(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

/* The commands that leave the state and name `id` (their first field), each once: a need moves with
 * its assignment's commands too, which are not said to it. */
static void allow(struct ask *ask, Town__WorkItem *item, const struct machine *machine,
                  int32_t state, const char *id)
{
    const struct command *commands = loop_part.commands;
    const char **names = ask_array(ask, MOST_ALLOWED, sizeof(*names));

    for (size_t i = 0; i < item->n_allowed; i++)
        names[i] = item->allowed[i];
    for (const struct move *move = machine->moves; !move_ends(move); move++) {
        if (move->from != state || move->command >= LOOP_COMMANDS_END)
            continue;
        const ProtobufCMessageDescriptor *message = commands[move->command - LOOP_WORDS].message;
        const char *name = message->short_name;
        if (strcmp(message->fields[0].name, id) == 0 && !is_among(names, item->n_allowed, name)
            && item->n_allowed < MOST_ALLOWED)
            names[item->n_allowed++] = name;
    }
    item->allowed = names;
}

static bool add_item(void *context, const char *key, const void *row)
{
    struct worklist *list = context;
    const LoopRows__Work *work = row;
    const Need *need = ask_load(list->ask, LOOP_NEEDS, work->need);
    const Assignment *assignment = ask_load(list->ask, LOOP_ASSIGNMENTS, work->assignment);

    (void)key;
    if (need == NULL)
        return true;
    if (list->question->post[0] != '\0'
        && (assignment == NULL || strcmp(assignment->post, list->question->post) != 0))
        return true;
    if (list->answer->n_items == list->most) {
        const Town__WorkItem *last = list->answer->items[list->most - 1];
        list->answer->next = ask_text(list->ask, "%016" PRIx64 "/%s", last->due_ms, last->need);
        return false;
    }
    Town__WorkItem *item = ask_array(list->ask, 1, sizeof(*item));
    town__work_item__init(item);
    item->need = ask_text(list->ask, "%s", work->need);
    item->assignment = ask_text(list->ask, "%s", work->assignment);
    item->state = need->work_state;
    item->kind = need->kind;
    item->priority = loop_priority_name(need->priority);
    item->person = need->person;
    item->place = need->place;
    item->clock = ask_text(list->ask, "%s", work->clock);
    item->due_ms = work->due_ms;
    item->unit = need->work_unit;
    item->case_id = need->case_id;
    if (assignment != NULL)
        allow(list->ask, item, &loop_part.machines[1], (int32_t)assignment->state, "assignment");
    allow(list->ask, item, &loop_part.machines[0], (int32_t)need->state, "need");
    list->answer->items[list->answer->n_items++] = item;
    return true;
}

int loop_ask_worklist(struct ask *ask, const void *message)
{
    const Town__Worklist *question = message;
    const char *units[] = { question->unit, "lgo", NULL };
    Town__WorklistAnswer *answer = ask_array(ask, 1, sizeof(*answer));
    struct worklist list = { .ask = ask, .question = question, .answer = answer };

    if (!turn_is_id(question->unit))
        return ask_refuse(ask, TOWN__REFUSAL__BAD_FIELD, "no unit");
    if (!asked_by(ask, units))
        return ask_refuse(ask, TOWN__REFUSAL__NOT_ALLOWED, "the worklist is not %s's",
                          ask_actor_unit(ask));
    list.most = ask_limit(question->limit, USUAL_ITEMS, MOST_ITEMS);
    town__worklist_answer__init(answer);
    answer->items = ask_array(ask, list.most, sizeof(answer->items[0]));
    ask_each_after(ask, LOOP_WORK, ask_text(ask, "%s/", question->unit), question->after, add_item,
                   &list);
    return ask_answer(ask, &answer->base);
}

/* ---- the board ----------------------------------------------------------------------------------- */

enum { MOST_COUNTS = 1024 };

struct board {
    struct ask *ask;
    Town__BoardAnswer *answer;
};

static bool add_count(void *context, const char *key, const void *row)
{
    struct board *board = context;
    const LoopRows__Count *count = row;
    Town__BoardCount *line = ask_array(board->ask, 1, sizeof(*line));
    char *unit = ask_array(board->ask, strlen(key) + 1, 1);

    strcpy(unit, key);
    char *state = strchr(unit, '/');
    char *priority = state == NULL ? NULL : strchr(state + 1, '/');
    if (priority == NULL)
        return true;
    *state++ = '\0';
    *priority++ = '\0';
    town__board_count__init(line);
    line->unit = unit;
    line->state = state;
    line->priority = loop_priority_name((uint32_t)strtoul(priority, NULL, 10));
    line->count = count->count;
    board->answer->counts[board->answer->n_counts++] = line;
    return board->answer->n_counts < MOST_COUNTS;
}

/* What is overdue comes first in a worklist: as many rows are read as are late. */
static bool add_overdue(void *context, const char *key, const void *row)
{
    struct board *board = context;
    const LoopRows__Work *work = row;
    const Need *need;

    (void)key;
    if (work->due_ms > board->ask->now_ms)
        return false;
    need = ask_load(board->ask, LOOP_NEEDS, work->need);
    for (size_t i = 0; need != NULL && i < board->answer->n_counts; i++) {
        Town__BoardCount *line = board->answer->counts[i];
        if (strcmp(line->unit, need->work_unit) == 0 && strcmp(line->state, need->work_state) == 0
            && loop_priority(line->priority) == need->work_priority)
            line->overdue++;
    }
    return true;
}

int loop_ask_board(struct ask *ask, const void *message)
{
    const Town__Board *question = message;
    Town__BoardAnswer *answer = ask_array(ask, 1, sizeof(*answer));
    struct board board = { .ask = ask, .answer = answer };
    const char *last = "";

    town__board_answer__init(answer);
    answer->counts = ask_array(ask, MOST_COUNTS, sizeof(answer->counts[0]));
    ask_each(ask, LOOP_COUNTS,
             question->unit[0] == '\0' ? "" : ask_text(ask, "%s/", question->unit), add_count,
             &board);
    for (size_t i = 0; i < answer->n_counts; i++) {
        const char *unit = answer->counts[i]->unit;
        if (strcmp(unit, last) != 0)
            ask_each(ask, LOOP_WORK, ask_text(ask, "%s/", unit), add_overdue, &board);
        last = unit;
    }
    return ask_answer(ask, &answer->base);
}
