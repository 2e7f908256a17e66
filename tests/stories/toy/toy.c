#include "toy/toy.h"

#include <string.h>

#include "base/crc.h"
#include "base/err.h"
#include "kit/query.h"
#include "kit/turn.h"
#include "toy_rows.pb-c.h"

#define S(state) TOY_ROWS__STATE__##state

typedef ToyRows__Job Job;
typedef ToyRows__Tally Tally;

unsigned toy_faults;
const char *toy_bad;

/* Each message that takes effect, and what it was. */
static int on_any(struct turn *turn)
{
    ToyRows__Entry *entry =
        turn_edit(turn, JOURNAL, turn_key(turn, "%020llu", (unsigned long long)turn->seq));

    entry->id = turn->id;
    entry->digest = turn_text(turn, "%08x", crc32c(0, turn->body.data, turn->body.size));
    return 0;
}

static int on_open(struct turn *turn, const void *message)
{
    const Town__OpenNeed *open = message;

    Job *job = turn_move(turn, JOBS, open->need);
    if (job == NULL)
        return turn->outcome;
    job->id = open->need;
    job->place = open->place;
    job->opened_ms = turn->now_ms;
    Tally *tally = turn_edit(turn, TALLIES, open->place);
    tally->open++;
    if (turn->case_id[0] == '\0')
        turn_new_case(turn);

    Town__Due due = { IS(town__due), .timer = "late", .key = job->id };
    turn_remind(turn, job->id, turn->now_ms + 3600000, &due.base);
    Town__NeedOpened opened = { IS(town__need_opened), .need = job->id, .place = job->place };
    return turn_emit(turn, job->place, &opened.base);
}

static int on_accept(struct turn *turn, const void *message)
{
    const Town__Accept *accept = message;

    Job *job = turn_move(turn, JOBS, accept->assignment);
    if (job == NULL)
        return turn->outcome;
    job->taken_by = turn_text(turn, "%s", turn_actor_unit(turn));
    Town__Accepted accepted = { IS(town__accepted), .assignment = job->id };
    return turn_emit(turn, job->place, &accepted.base);
}

static int on_complete(struct turn *turn, const void *message)
{
    const Town__Complete *complete = message;

    const Job *before = turn_load(turn, JOBS, complete->assignment);
    if (before != NULL && strcmp(before->taken_by, turn_actor_unit(turn)) != 0)
        return turn_refuse(turn, TOWN__REFUSAL__NOT_OWNER, "another unit has taken it");
    Job *job = turn_move(turn, JOBS, complete->assignment);
    if (job == NULL)
        return turn->outcome;
    Tally *tally = turn_edit(turn, TALLIES, job->place);
    tally->open--;
    tally->done++;
    turn_forget(turn, job->id, &town__due__descriptor);
    Town__NeedClosed closed = { IS(town__need_closed), .need = job->id };
    return turn_emit(turn, job->place, &closed.base);
}

static int on_due(struct turn *turn, const void *message)
{
    const Town__Due *due = message;

    Job *job = turn_move(turn, JOBS, due->key);
    if (job == NULL)
        return turn->outcome;
    Town__Expired expired = { IS(town__expired), .need = job->id, .clock = "late" };
    return turn_emit(turn, job->place, &expired.base);
}

/* Everything of one place is dropped. */
static bool drop_each(void *context, const char *key, const void *row)
{
    struct turn *turn = context;

    (void)row;
    turn_drop(turn, JOBS, key);
    turn_forget(turn, key, &town__due__descriptor);
    return true;
}

static int on_rule(struct turn *turn, const void *message)
{
    const Town__Rule *rule = message;

    turn_each_after(turn, JOBS, rule->need, rule->text, drop_each, turn);
    return turn_send(turn, "boss", "lgo", message);
}

static bool look_each(void *context, const char *key, const void *row)
{
    (void)context;
    (void)key;
    return row != NULL;
}

struct list {
    struct turn *turn;
    const char *text;
};

static bool list_each(void *context, const char *key, const void *row)
{
    struct list *list = context;
    const Job *job = row;

    list->text = turn_text(list->turn, "%s %s(%zu)", list->text, key, job->n_notes);
    return true;
}

/* Adds a note to one job, makes another, and says what a walk sees then. */
static int on_interim(struct turn *turn, const void *message)
{
    const Town__ReportInterim *interim = message;
    struct list list = { turn, "" };

    Job *job = turn_edit(turn, JOBS, interim->assignment);
    const char **notes = turn_array(turn, job->n_notes + 1, sizeof(*notes));
    for (size_t i = 0; i < job->n_notes; i++)
        notes[i] = job->notes[i];
    notes[job->n_notes++] = interim->note;
    job->notes = notes;
    if (turn_edit(turn, JOBS, interim->assignment) != job)
        return turn_refuse(turn, TOWN__REFUSAL__STALE, "the same row is another");
    Job *second = turn_edit(turn, JOBS, turn_key(turn, "%s/b", interim->assignment));
    second->state = S(OPEN);
    turn_each(turn, JOBS, "", list_each, &list);
    Town__InterimReported reported = { IS(town__interim_reported), .note = list.text };
    return turn_emit(turn, "town", &reported.base);
}

/* What is open, some keys at a time: the rest in a turn of its own. */
static int on_withdraw(struct turn *turn, const void *message)
{
    const Town__WithdrawNeed *withdraw = message;
    struct turn_slice slice = turn_take(turn, JOBS, withdraw->need, withdraw->text, TAKE_MOST);
    const char *text = "";

    for (size_t i = 0; i < slice.count; i++)
        text = turn_text(turn, "%s %s", text, slice.keys[i]);
    if (slice.more) {
        Town__WithdrawNeed rest = { IS(town__withdraw_need), .need = withdraw->need,
                                    .text = slice.last };
        turn_remind(turn, "slice", turn->now_ms, &rest.base);
    }
    Town__InterimReported reported = { IS(town__interim_reported), .note = text };
    return turn_emit(turn, "town", &reported.base);
}

/* Somebody is named in a field; and the walk that never ends. */
static int on_record_callback(struct turn *turn, const void *message)
{
    const Town__RecordCallback *record = message;

    if (!turn_is_who(turn, "by", record->by))
        return turn->outcome;
    for (uint64_t i = 0; i < record->at_ms; i++)
        turn_each(turn, JOBS, "", look_each, NULL);
    return 0;
}

static int on_told_closed(struct turn *turn, const void *message)
{
    const Town__NeedClosed *closed = message;

    if (turn_load(turn, JOBS, closed->need) == NULL)
        return turn_refuse(turn, TOWN__REFUSAL__NOT_FOUND, "not one of ours");
    turn_move_as(turn, JOBS, closed->need, COMPLETE);
    return 0;
}

static int on_mark_error(struct turn *turn, const void *message)
{
    const Town__MarkError *error = message;

    Tally *tally = turn_edit(turn, TALLIES, error->assignment);
    tally->done = 1;
    if (error->assignment[0] == 'r') {
        /* Everything that a turn can do, and then it thinks better of it. */
        Town__Due due = { IS(town__due), .key = error->assignment };
        turn_edit(turn, JOBS, error->assignment);
        turn_number(turn, "errors");
        turn_remind(turn, error->assignment, turn->now_ms + 1000, &due.base);
        turn_send(turn, "boss", "town", &due.base);
        return turn_refuse(turn, TOWN__REFUSAL__STALE, "on second thoughts");
    }
    if (toy_bad != NULL && strcmp(error->assignment, toy_bad) == 0)
        return FAULT(-EILSEQ);
    if (toy_faults > 0) {
        toy_faults--;
        return FAULT(-EILSEQ);
    }
    Town__MarkedInError marked = { IS(town__marked_in_error), .assignment = error->assignment };
    return turn_emit(turn, "town", &marked.base);
}

/* ---- questions --------------------------------------------------------------------------------------- */

static int on_ask(struct ask *ask, const void *message)
{
    const Town__Need *need = message;
    Town__NeedView *view = ask_array(ask, 1, sizeof(*view));
    Town__Accessed *accessed = ask_array(ask, 1, sizeof(*accessed));
    const char **persons = ask_array(ask, 1, sizeof(*persons));

    const Job *job = ask_load(ask, JOBS, need->need);
    town__need_view__init(view);
    town__accessed__init(accessed);
    persons[0] = need->need;
    accessed->persons = persons;
    accessed->n_persons = 1;
    ask_accessed(ask, accessed);
    if (job == NULL)
        return ask_refuse(ask, TOWN__REFUSAL__NOT_FOUND, "there is no such job");
    view->need = job->id;
    view->place = job->place;
    return ask_answer(ask, &view->base);
}

/* ---- the pages --------------------------------------------------------------------------------------- */

static const struct table tables[] = {
    [JOBS] = { .name = "jobs", .row = &toy_rows__job__descriptor },
    [TALLIES] = { .name = "tallies", .row = &toy_rows__tally__descriptor },
    [JOURNAL] = { .name = "journal", .row = &toy_rows__entry__descriptor },
    { 0 }
};

static const struct command commands[] = {
    [OPEN_NEED] = { &town__open_need__descriptor, on_open, NULL, false },
    [ACCEPT] = { &town__accept__descriptor, on_accept, NULL, false },
    [COMPLETE] = { &town__complete__descriptor, on_complete, NULL, false },
    [DUE] = { &town__due__descriptor, on_due, NULL, false },
    [RULE] = { &town__rule__descriptor, on_rule, NULL, true },
    [REPORT_INTERIM] = { &town__report_interim__descriptor, on_interim, NULL, true },
    [TOLD_CLOSED] = { &town__need_closed__descriptor, on_told_closed, "boss", true },
    [WITHDRAW] = { &town__withdraw_need__descriptor, on_withdraw, NULL, true },
    [RECORD_CALLBACK] = { &town__record_callback__descriptor, on_record_callback, NULL, true },
    [MARK_ERROR] = { &town__mark_error__descriptor, on_mark_error, NULL, true },
    { 0 }
};

static const ProtobufCMessageDescriptor *const events[] = { &town__need_opened__descriptor,
                                                            &town__accepted__descriptor,
                                                            &town__need_closed__descriptor,
                                                            &town__expired__descriptor,
                                                            &town__interim_reported__descriptor,
                                                            &town__marked_in_error__descriptor,
                                                            NULL };

static const struct move moves[] = { { S(NONE), OPEN_NEED, S(OPEN) },
                                     { S(OPEN), ACCEPT, S(TAKEN) },
                                     { S(OPEN), DUE, S(LATE) },
                                     { S(TAKEN), COMPLETE, S(DONE) },
                                     { S(TAKEN), DUE, S(LATE) },
                                     { S(LATE), COMPLETE, S(DONE) },
                                     { 0, 0, 0 } };

static const struct machine machines[] = { { .name = "job",
                                             .table = JOBS,
                                             .state_offset = offsetof(Job, state),
                                             .states = &toy_rows__state__descriptor,
                                             .moves = moves },
                                           { 0 } };

static const struct question questions[] = {
    { &town__need__descriptor, &town__need_view__descriptor, on_ask }, { 0 }
};

const struct service toy_service = {
    .name = "toy",
    .letter = 'R',
    .tables = tables,
    .commands = commands,
    .events = events,
    .machines = machines,
    .questions = questions,
    .any = on_any,
};

/* ---- the other one ------------------------------------------------------------------------------------ */

static int on_expired(struct turn *turn, const void *message)
{
    const Town__Expired *expired = message;

    Tally *tally = turn_edit(turn, 0, "late");
    tally->done++;
    Town__NeedClosed closed = { IS(town__need_closed), .need = expired->need };
    return turn_emit(turn, turn->unit, &closed.base);
}

static const struct table boss_tables[] = { { .name = "late", .row = &toy_rows__tally__descriptor },
                                            { 0 } };

static const struct command boss_commands[] = {
    { &town__expired__descriptor, on_expired, "toy", true }, { 0 }
};

static const ProtobufCMessageDescriptor *const boss_events[] = { &town__need_closed__descriptor,
                                                                 NULL };

const struct service boss_service = {
    .name = "boss",
    .letter = 'O',
    .tables = boss_tables,
    .commands = boss_commands,
    .events = boss_events,
};
