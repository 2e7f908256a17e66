/*
 * benefit: the visits of a run.  One is that day's contact, the delivery, and an ear for what is
 * needed, in one turn.
 */
#include <string.h>

#include "benefit/benefit.h"

#define M(state) BENEFIT_ROWS__MATCH__STATE__##state
#define V(state) BENEFIT_ROWS__VISIT__STATE__##state
#define WHY(code) BENEFIT__WHY_NOT_CODE__##code

enum { NEEDS_MOST = 16, RUNS_MOST = 32 };

const char *visit_key(struct turn *turn, const char *run, const char *committee, const char *person)
{
    return turn_key(turn, "%s/%s/%s", run, committee, person);
}

/* ---- on the list --------------------------------------------------------------------------------- */

void list_visit(struct turn *turn, const char *run, const char *match_id, Match *match)
{
    const char *key = visit_key(turn, run, match->committee, match->person);
    Visit *visit = turn_move_as(turn, VISITS, key, LIST);

    if (visit == NULL)
        return;
    visit->match = match_id;
    BenefitRows__Listed *listed =
        turn_edit(turn, LISTED, turn_key(turn, "%s/%s", match->person, run));
    listed->committee = match->committee;
    match->run = run;
    match_clock(turn, match_id, match);
}

/* The match is free for another run, under its own clock again. */
static void release(struct turn *turn, const char *match_id)
{
    if (turn_load(turn, MATCHES, match_id) == NULL)
        return;
    Match *match = turn_edit(turn, MATCHES, match_id);
    match->run = "";
    match_clock(turn, match_id, match);
}

void leave_out(struct turn *turn, Run *run, const char *key)
{
    if (!turn_may_move(turn, VISITS, key, LEAVE_OUT))
        return;
    const Visit *present = turn_load(turn, VISITS, key);
    bool tried = present != NULL && present->state == V(NOT_REACHED);
    Visit *visit = turn_move_as(turn, VISITS, key, LEAVE_OUT);
    if (visit == NULL)
        return;
    run->open--;
    if (tried)
        run->not_reached++;
    else
        run->not_visited++;
    release(turn, visit->match);
}

struct runs {
    struct turn *turn;
    const char *runs[RUNS_MOST];
    const char *committees[RUNS_MOST];
    size_t count;
};

static bool note_run(void *context, const char *key, const void *row)
{
    struct runs *runs = context;

    runs->runs[runs->count] = turn_text(runs->turn, "%s", strchr(key, '/') + 1);
    runs->committees[runs->count++] =
        turn_text(runs->turn, "%s", ((const BenefitRows__Listed *)row)->committee);
    return runs->count < RUNS_MOST;
}

/* The lists that a person is on: of runs that are not closed. */
static struct runs runs_of(struct turn *turn, const char *person)
{
    struct runs runs = { .turn = turn };

    turn_each(turn, LISTED, turn_text(turn, "%s/", person), note_run, &runs);
    return runs;
}

static void say_moved(struct turn *turn, const char *run, const char *committee, const char *person,
                      const Visit *visit, Benefit__WhyNotCode code)
{
    Benefit__VisitDropped dropped = { IS(benefit__visit_dropped), .run = run, .person = person,
                                      .match = visit->match, .code = code };
    Benefit__VisitRestored restored = { IS(benefit__visit_restored), .run = run, .person = person,
                                        .match = visit->match };

    turn_emit(turn, committee, visit->state == V(LISTED) ? &restored.base : &dropped.base);
}

void move_visits(struct turn *turn, const char *person, int32_t word, Benefit__WhyNotCode code)
{
    struct runs runs = runs_of(turn, person);

    for (size_t i = 0; i < runs.count; i++) {
        const char *key = visit_key(turn, runs.runs[i], runs.committees[i], person);
        const Visit *present = turn_load(turn, VISITS, key);
        bool was_silent = present != NULL && present->state == V(SUSPENDED);
        if (!turn_may_move(turn, VISITS, key, word))
            continue;
        Visit *visit = turn_move_as(turn, VISITS, key, word);
        if (visit == NULL)
            return;
        if (visit->state == V(DROPPED)) {
            Run *run = turn_edit(turn, RUNS, runs.runs[i]);
            run->open--;
            run->dropped++;
        }
        if (visit->state != V(DROPPED) || !was_silent)
            say_moved(turn, runs.runs[i], runs.committees[i], person, visit, code);
    }
}

/* The run goes on in the committee where the person lives now. */
static void add_committee(struct turn *turn, Run *run, const char *committee)
{
    const char **list = turn_array(turn, run->n_committees + 1, sizeof(*list));

    for (size_t i = 0; i < run->n_committees; i++) {
        if (strcmp(run->committees[i], committee) == 0)
            return;
        list[i] = run->committees[i];
    }
    list[run->n_committees++] = committee;
    run->committees = list;
}

void carry_visits(struct turn *turn, const char *person, const char *committee)
{
    struct runs runs = runs_of(turn, person);

    for (size_t i = 0; i < runs.count; i++) {
        const char *from = visit_key(turn, runs.runs[i], runs.committees[i], person);
        const Visit *present = turn_load(turn, VISITS, from);
        const Run *run = turn_load(turn, RUNS, runs.runs[i]);
        bool is_over = run == NULL || run->state == BENEFIT_ROWS__RUN__STATE__CLOSING;
        if (present == NULL || is_over || strcmp(runs.committees[i], committee) == 0)
            continue; /* one that is being closed ends where it stands */
        Visit *visit = turn_edit(turn, VISITS, visit_key(turn, runs.runs[i], committee, person));
        visit->state = present->state;
        visit->match = turn_text(turn, "%s", present->match);
        visit->at_ms = present->at_ms;
        visit->by = turn_text(turn, "%s", present->by);
        turn_drop(turn, VISITS, from);
        BenefitRows__Listed *listed =
            turn_edit(turn, LISTED, turn_key(turn, "%s/%s", person, runs.runs[i]));
        listed->committee = committee;
        add_committee(turn, turn_edit(turn, RUNS, runs.runs[i]), committee);
    }
}

/* ---- at the door --------------------------------------------------------------------------------- */

/* What RecordVisit is about, once it may be recorded. */
struct call {
    const char *person;
    const char *committee;
    const char *key;
    const char *match_id;
};

static bool find_call(struct turn *turn, const Benefit__RecordVisit *record, struct call *ret_call)
{
    struct call call = { .person = "" };
    const Person *person = find_person(turn, record->person, &call.person);
    const BenefitRows__Listed *listed =
        turn_is_id(call.person) && turn_is_id(record->run)
            ? turn_load(turn, LISTED, turn_text(turn, "%s/%s", call.person, record->run))
            : NULL;

    if (listed == NULL || person == NULL) {
        turn_refuse(turn, BENEFIT__REFUSAL__NOT_LISTED, "not on the list of that run");
        return false;
    }
    call.committee = turn_text(turn, "%s", listed->committee);
    if (strcmp(turn_actor_unit(turn), "swc") != 0 && !turn_from(turn, call.committee))
        return false;
    if (person->standing != BENEFIT_ROWS__PERSON__STANDING__ON_ROSTER) {
        turn_refuse(turn, BENEFIT__REFUSAL__DECEASED, "the person is not on the roster now");
        return false;
    }
    call.key = visit_key(turn, record->run, call.committee, call.person);
    const Visit *visit = turn_load(turn, VISITS, call.key);
    if (visit != NULL)
        call.match_id = turn_text(turn, "%s", visit->match);
    *ret_call = call;
    return visit != NULL && turn->outcome == 0;
}

static bool is_sound(struct turn *turn, const Benefit__RecordVisit *record)
{
    if (!turn_is_who(turn, "by", record->by))
        return false;
    if (record->at_ms > turn->now_ms)
        turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "that hour is still to come");
    else if (record->n_needs > NEEDS_MOST)
        turn_refuse(turn, TOWN__REFUSAL__OVER_LIMIT, "%d needs at most", NEEDS_MOST);
    else if (record->n_needs > 0 && record->result != BENEFIT__VISIT_RESULT__SEEN
             && record->result != BENEFIT__VISIT_RESULT__RESULT_ABSENT)
        turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "a need is heard from a person");
    return turn->outcome == 0;
}

/* It is in their hands; the match is delivered, whichever way it had come until here. */
static void hand_over(struct turn *turn, const Benefit__RecordVisit *record, struct call *call)
{
    uint64_t at_ms = record->at_ms == 0 ? turn->now_ms : record->at_ms;
    const Match *present = turn_load(turn, MATCHES, call->match_id);
    const Benefit *benefit = present == NULL ? NULL : turn_load(turn, BENEFITS, present->benefit);

    if (present == NULL)
        return;
    if (is_granted(turn, call->person, series_of(present->benefit, benefit), benefit)) {
        turn_refuse(turn, BENEFIT__REFUSAL__DOUBLE_GRANT, "the person had it");
        return;
    }
    Match *match = turn_move_as(turn, MATCHES, call->match_id, VISIT);
    if (match == NULL)
        return;
    match->delivered_ms = at_ms;
    match->delivered_by = turn_actor_unit(turn);
    match_clock(turn, call->match_id, match);
    grant(turn, call->match_id, match, at_ms);
    Benefit__BenefitDelivered event = { IS(benefit__benefit_delivered),
                                        .match = call->match_id,
                                        .person = call->person,
                                        .benefit = match->benefit,
                                        .at_ms = at_ms,
                                        .proof = record->proof,
                                        .run = record->run };
    turn_emit(turn, call->committee, &event.base);
}

static void refuse_visit(struct turn *turn, const struct call *call)
{
    Match *match = turn_may_move(turn, MATCHES, call->match_id, DECLINE)
                       ? turn_move_as(turn, MATCHES, call->match_id, DECLINE)
                       : NULL;

    if (match == NULL)
        return;
    match_clock(turn, call->match_id, match);
    Benefit__OfferAnswered event = { IS(benefit__offer_answered), .match = call->match_id,
                                     .person = match->person, .benefit = match->benefit,
                                     .answer = BENEFIT__ANSWER__DECLINED };
    turn_emit(turn, call->committee, &event.base);
}

static int32_t word_of(Benefit__VisitResult result)
{
    switch ((int)result) {
    case BENEFIT__VISIT_RESULT__RESULT_ABSENT:
    case BENEFIT__VISIT_RESULT__SEEN:
        return VISIT;
    case BENEFIT__VISIT_RESULT__NO_REPLY:
        return MISS;
    case BENEFIT__VISIT_RESULT__REFUSED_VISIT:
        return DECLINE;
    default:
        return -1;
    }
}

static void count(Run *run, int32_t word)
{
    if (word == MISS)
        return;
    run->open--;
    if (word == VISIT)
        run->visited++;
    else
        run->dropped++;
}

int on_record_visit(struct turn *turn, const void *message)
{
    const Benefit__RecordVisit *record = message;
    int32_t word = word_of(record->result);
    struct call call;

    if (word < 0)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "seen, no reply or refused?");
    if (!is_sound(turn, record) || !find_call(turn, record, &call))
        return turn->outcome;
    Run *run = turn_move(turn, RUNS, record->run);
    Visit *visit = run == NULL ? NULL : turn_move_as(turn, VISITS, call.key, word);
    if (visit == NULL)
        return turn->outcome;
    visit->at_ms = record->at_ms == 0 ? turn->now_ms : record->at_ms;
    visit->by = record->by;
    count(run, word);
    Benefit__VisitRecorded event = {
        IS(benefit__visit_recorded),
        .run = record->run,
        .person = call.person,
        .at_ms = visit->at_ms,
        .by = record->by,
        .match = call.match_id,
        .result = word == VISIT ? BENEFIT__VISIT_RESULT__SEEN : record->result,
        .needs = (uint32_t)record->n_needs,
    };
    turn_emit(turn, call.committee, &event.base);
    tell_contact(turn, call.person, call.committee, record);
    if (word == VISIT)
        hand_over(turn, record, &call);
    else if (word == DECLINE)
        refuse_visit(turn, &call);
    else
        ask_comfort(turn, call.person, call.committee, "a festival visit found nobody");
    for (size_t i = 0; i < record->n_needs; i++)
        raise_need(turn, call.person, call.committee, record->run, record->needs[i]);
    return turn->outcome;
}
