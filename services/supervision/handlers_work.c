/*
 * The kernel's events of all services: who has which need, what is late, and the counts of the
 * bulletin.  A need is known by its service and its id.
 */
#include <inttypes.h>
#include <string.h>

#include "supervision/fields.h"
#include "supervision/supervision.h"

enum { LATE_CLOCKS = 8 }; /* of one need at once: it has seven clocks */

static const char *need_key(struct turn *turn, const char *service, const char *need)
{
    return fields_is_id(need) ? fields_key(turn, "%s/%s", service, need) : NULL;
}

const Need *work_need(struct turn *turn, const char *service, const char *need)
{
    const char *key = need_key(turn, service, need);

    return key != NULL ? turn_load(turn, NEEDS, key) : NULL;
}

/* The row of a need that we know, to be changed; NULL: not one of ours. */
static Need *edit(struct turn *turn, const char *need)
{
    if (work_need(turn, turn->service, need) == NULL)
        return NULL;
    return turn_edit(turn, NEEDS, need_key(turn, turn->service, need));
}

/* The same, if `assignment` is the one that the need has now. */
static Need *edit_work(struct turn *turn, const char *need, const char *assignment)
{
    Need *row = edit(turn, need);

    return row != NULL && row->running && strcmp(row->assignment, assignment) == 0 ? row : NULL;
}

static Rates *rates_of_need(struct turn *turn, const Need *need)
{
    return *need->month != '\0' ? rates_of(turn, need->month, need->unit) : NULL;
}

/* ---- what is late ---------------------------------------------------------------------------------- */

/* The clocks in `done` (or all of them) are late no more. */
static void settle_late(struct turn *turn, Need *need, const char *done)
{
    size_t kept = 0;
    SupervisionRows__LateClock **list = turn_array(turn, LATE_CLOCKS, sizeof(*list));

    for (size_t i = 0; list != NULL && i < need->n_late; i++) {
        SupervisionRows__LateClock *late = need->late[i];
        if (done == NULL || strstr(done, late->clock) != NULL)
            turn_drop(turn, LATE, late->key);
        else if (kept < LATE_CLOCKS)
            list[kept++] = late;
    }
    need->late = list;
    need->n_late = list != NULL ? kept : 0;
}

int saw_deadline_missed(struct turn *turn, const void *message)
{
    const Town__DeadlineMissed *missed = message;
    Need *need = edit(turn, missed->need);

    if (need == NULL || !fields_is_id(missed->clock) || need->n_late >= LATE_CLOCKS)
        return turn->outcome;
    for (size_t i = 0; i < need->n_late; i++)
        if (strcmp(need->late[i]->clock, missed->clock) == 0)
            return turn->outcome;
    const char *key = fields_key(turn, "%s/%016" PRIu64 "/%s/%s/%s", turn->unit, missed->due_ms,
                                 turn->service, missed->need, missed->clock);
    SupervisionRows__LateClock **list = turn_array(turn, LATE_CLOCKS, sizeof(*list));
    SupervisionRows__LateClock *clock = turn_array(turn, 1, sizeof(*clock));
    Late *late = key != NULL ? turn_edit(turn, LATE, key) : NULL;
    if (list == NULL || clock == NULL || late == NULL)
        return turn->outcome;
    supervision_rows__late_clock__init(clock);
    clock->clock = missed->clock;
    clock->key = key;
    for (size_t i = 0; i < need->n_late; i++)
        list[i] = need->late[i];
    list[need->n_late++] = clock;
    need->late = list;
    late->service = turn->service;
    late->need = missed->need;
    late->assignment = missed->assignment;
    late->unit = turn->unit;
    late->clock = missed->clock;
    late->due_ms = missed->due_ms;
    late->case_id = need->case_id;
    late->priority = need->priority;
    return turn->outcome;
}

/* ---- a need -------------------------------------------------------------------------------------------- */

static Case *case_of(struct turn *turn, const char *case_id)
{
    return fields_is_id(case_id) ? turn_edit(turn, CASES, case_id) : NULL;
}

static const char *category_name(Town__Category category)
{
    const ProtobufCEnumValue *value =
        protobuf_c_enum_descriptor_get_value(&town__category__descriptor, (int)category);

    return value != NULL && category != 0 ? value->name : "";
}

int saw_need_opened(struct turn *turn, const void *message)
{
    const Town__NeedOpened *opened = message;
    const char *key = need_key(turn, turn->service, opened->need);

    if (key == NULL || *opened->duplicate_of != '\0')
        return turn->outcome;
    Need *need = turn_edit(turn, NEEDS, key);
    Case *row = case_of(turn, turn->case_id);
    if (need == NULL)
        return turn->outcome;
    need->case_id = turn->case_id;
    need->place = opened->place;
    need->category = category_name(opened->category);
    need->kind = opened->kind;
    need->priority = opened->priority;
    need->ticket = opened->source != NULL ? opened->source->ticket : "";
    need->opened_ms = turn->now_ms;
    need->done_ms = opened->due != NULL ? opened->due->done_ms : 0;
    if (row != NULL) {
        row->needs++;
        row->open_needs++;
    }
    return turn->outcome;
}

int saw_priority_changed(struct turn *turn, const void *message)
{
    const Town__PriorityChanged *changed = message;
    Need *need = edit(turn, changed->need);

    if (need == NULL)
        return turn->outcome;
    need->priority = changed->to;
    if (changed->due != NULL && changed->due->done_ms != 0)
        need->done_ms = changed->due->done_ms;
    return turn->outcome;
}

int saw_dispatched(struct turn *turn, const void *message)
{
    const Town__Dispatched *dispatched = message;
    Need *need = edit(turn, dispatched->need);

    if (need == NULL || !fields_is_id(dispatched->to_unit))
        return turn->outcome;
    settle_late(turn, need, "route arbiter receive accept first_contact");
    need->unit = dispatched->to_unit;
    need->assignment = dispatched->assignment;
    need->priority = dispatched->priority;
    need->month = rates_month(turn, turn->now_ms);
    need->running = true;
    if (dispatched->due != NULL && dispatched->due->done_ms != 0)
        need->done_ms = dispatched->due->done_ms;
    Rates *rates = rates_of_need(turn, need);
    if (rates != NULL) {
        rates->dispatched++;
        rates->open++;
    }
    return turn->outcome;
}

static int clocks_done(struct turn *turn, const char *need, const char *assignment,
                       const char *done)
{
    Need *row = edit_work(turn, need, assignment);

    if (row != NULL)
        settle_late(turn, row, done);
    return turn->outcome;
}

int saw_received(struct turn *turn, const void *message)
{
    const Town__Received *received = message;

    return clocks_done(turn, received->need, received->assignment, "receive");
}

int saw_accepted(struct turn *turn, const void *message)
{
    const Town__Accepted *accepted = message;

    return clocks_done(turn, accepted->need, accepted->assignment, "receive accept");
}

int saw_started(struct turn *turn, const void *message)
{
    const Town__Started *started = message;

    return clocks_done(turn, started->need, started->assignment, "receive accept first_contact");
}

/* ---- an assignment's end ------------------------------------------------------------------------------- */

/* The unit has it no more.  NULL: it had ended before. */
static Rates *leave(struct turn *turn, const char *need, const char *assignment)
{
    Need *row = edit_work(turn, need, assignment);

    if (row == NULL)
        return NULL;
    row->running = false;
    settle_late(turn, row, "receive accept first_contact");
    Rates *rates = rates_of_need(turn, row);
    if (rates != NULL && rates->open > 0)
        rates->open--;
    return rates;
}

static int bounce(struct turn *turn, const char *need, const char *assignment)
{
    Rates *rates = leave(turn, need, assignment);

    if (rates != NULL) {
        rates->bounced++;
        rates->returned++;
    }
    return turn->outcome;
}

static int take_back(struct turn *turn, const char *need, const char *assignment)
{
    Rates *rates = leave(turn, need, assignment);

    if (rates != NULL)
        rates->returned++;
    return turn->outcome;
}

int saw_rejected(struct turn *turn, const void *message)
{
    const Town__Rejected *rejected = message;

    return bounce(turn, rejected->need, rejected->assignment);
}

int saw_declined(struct turn *turn, const void *message)
{
    const Town__Declined *declined = message;

    return bounce(turn, declined->need, declined->assignment);
}

int saw_recalled(struct turn *turn, const void *message)
{
    const Town__Recalled *recalled = message;

    return take_back(turn, recalled->need, recalled->assignment);
}

int saw_marked_in_error(struct turn *turn, const void *message)
{
    const Town__MarkedInError *marked = message;

    return take_back(turn, marked->need, marked->assignment);
}

int saw_failed(struct turn *turn, const void *message)
{
    const Town__Failed *failed = message;

    leave(turn, failed->need, failed->assignment);
    return turn->outcome;
}

/* domain.md 3.2: a finding is due for time that passed; a refusal in time is none. */
int saw_expired(struct turn *turn, const void *message)
{
    const Town__Expired *expired = message;
    const char *evidence;
    const Need *need = work_need(turn, turn->service, expired->need);

    if (need == NULL || !fields_is_id(expired->assignment))
        return turn->outcome;
    const char *unit = need->unit;
    Rates *rates = leave(turn, expired->need, expired->assignment);
    if (rates == NULL)
        return turn->outcome;
    rates->expired++;
    if (town_was_down(turn, unit, turn->now_ms, turn->now_ms, &evidence))
        return turn->outcome;
    struct found found = { .unit = unit, .duty = "S-076", .case_id = turn->case_id };
    found.matter = turn_text(turn, "%s:%s", turn->service, expired->assignment);
    found.text = turn_text(turn, "expired: %s", expired->clock);
    findings_found(turn, &found);
    return turn->outcome;
}

int saw_completed(struct turn *turn, const void *message)
{
    const Town__Completed *completed = message;
    Need *need = edit_work(turn, completed->need, completed->assignment);

    if (need == NULL)
        return turn->outcome;
    need->running = false;
    settle_late(turn, need, "receive accept first_contact done");
    Rates *rates = rates_of_need(turn, need);
    if (rates == NULL)
        return turn->outcome;
    if (rates->open > 0)
        rates->open--;
    if (need->done_ms == 0 || turn->now_ms <= need->done_ms)
        rates->on_time++;
    else
        rates->late++;
    rates_add_help(turn, rates, turn->now_ms - need->opened_ms);
    return turn->outcome;
}

/* ---- what the person says of it ------------------------------------------------------------------------- */

int saw_callback_recorded(struct turn *turn, const void *message)
{
    const Town__CallbackRecorded *recorded = message;
    Need *need = edit(turn, recorded->need);

    if (need == NULL)
        return turn->outcome;
    if (recorded->result != TOWN__CALLBACK_RESULT__UNREACHABLE)
        settle_late(turn, need, "verify");
    Rates *rates = rates_of_need(turn, need);
    if (rates != NULL && recorded->result == TOWN__CALLBACK_RESULT__UNSATISFIED)
        rates->dissatisfied++;
    if (rates != NULL && recorded->result == TOWN__CALLBACK_RESULT__SATISFIED)
        rates->satisfied++;
    return turn->outcome;
}

int saw_rework_ordered(struct turn *turn, const void *message)
{
    const Town__ReworkOrdered *ordered = message;
    Need *need = edit(turn, ordered->need);

    if (need == NULL)
        return turn->outcome;
    Rates *rates = rates_of_need(turn, need);
    if (rates != NULL)
        rates->rework++;
    if (ordered->due_ms != 0)
        need->done_ms = ordered->due_ms;
    return turn->outcome;
}

int saw_need_closed(struct turn *turn, const void *message)
{
    const Town__NeedClosed *closed = message;
    Need *need = edit(turn, closed->need);
    bool is_met = closed->outcome == TOWN__NEED_OUTCOME__MET
                  || closed->outcome == TOWN__NEED_OUTCOME__PARTLY_MET;

    if (need == NULL || need->closed)
        return turn->outcome;
    settle_late(turn, need, NULL);
    need->closed = true;
    need->closed_ms = turn->now_ms;
    keeping_since(turn, KEPT_NEED, need_key(turn, turn->service, closed->need), turn->now_ms);
    Case *row = case_of(turn, need->case_id);
    if (row != NULL && row->open_needs > 0)
        row->open_needs--;
    Rates *rates = rates_of_need(turn, need);
    if (rates == NULL)
        return turn->outcome;
    if (is_met)
        rates->solved++;
    if (need->running && rates->open > 0) {
        rates->open--;
        rates->returned++;
    }
    need->running = false;
    return turn->outcome;
}

int saw_need_reopened(struct turn *turn, const void *message)
{
    const Town__NeedReopened *reopened = message;
    Need *need = edit(turn, reopened->need);

    if (need == NULL || !need->closed)
        return turn->outcome;
    need->closed = false;
    need->opened_ms = turn->now_ms; /* a new business clock, linked to the old */
    if (reopened->due != NULL)
        need->done_ms = reopened->due->done_ms;
    Case *row = case_of(turn, need->case_id);
    if (row != NULL)
        row->open_needs++;
    return turn->outcome;
}
