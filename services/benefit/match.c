/*
 * benefit: one policy and one person.  A match is proposed by the rule, and ends in the person's
 * hands or with a reason.
 */
#include <string.h>

#include "benefit/benefit.h"
#include "kit/directory.h"

#define M(state) BENEFIT_ROWS__MATCH__STATE__##state
#define WHY(code) BENEFIT__WHY_NOT_CODE__##code

enum { DAY_MS = 24 * 60 * 60 * 1000 };

const char *entry_key(struct turn *turn, const char *benefit, const char *committee,
                      const char *person)
{
    return turn_key(turn, "%s/%s/%s", benefit, committee, person);
}

const Match *latest_match(struct turn *turn, const char *person, const char *benefit,
                          const char **ret_id)
{
    const BenefitRows__Latest *latest =
        turn_load(turn, LATEST, turn_key(turn, "%s/%s", person, benefit));

    if (latest == NULL)
        return NULL;
    *ret_id = turn_text(turn, "%s", latest->match);
    return turn_load(turn, MATCHES, latest->match);
}

bool is_own_step(struct turn *turn)
{
    if (strcmp(turn->source, "benefit") == 0)
        return true;
    turn_refuse(turn, TOWN__REFUSAL__NOT_ALLOWED, "a walk is benefit's own");
    return false;
}

const char *series_of(const char *benefit_id, const Benefit *benefit)
{
    return benefit == NULL || benefit->series[0] == '\0' ? benefit_id : benefit->series;
}

/* ---- grants -------------------------------------------------------------------------------------- */

struct granted {
    uint64_t now_ms;
    uint32_t renew_days;
    bool is_granted;
};

static bool still_counts(void *context, const char *key, const void *row)
{
    struct granted *granted = context;
    const BenefitRows__Grant *given = row;

    (void)key;
    if (granted->renew_days == 0
        || given->at_ms + (uint64_t)granted->renew_days * DAY_MS > granted->now_ms)
        granted->is_granted = true;
    return !granted->is_granted;
}

bool is_granted(struct turn *turn, const char *person, const char *series, const Benefit *benefit)
{
    struct granted granted = { .now_ms = turn->now_ms,
                               .renew_days = benefit == NULL ? 0 : benefit->renew_days };

    turn_each(turn, GRANTS, turn_text(turn, "%s/%s/", person, series), still_counts, &granted);
    return granted.is_granted;
}

void grant(struct turn *turn, const char *match_id, const Match *match, uint64_t at_ms)
{
    const char *series = series_of(match->benefit, turn_load(turn, BENEFITS, match->benefit));
    BenefitRows__Grant *row =
        turn_edit(turn, GRANTS, turn_key(turn, "%s/%s/%s", match->person, series, match_id));

    row->benefit = match->benefit;
    row->run = match->run;
    row->at_ms = at_ms;
}

/* ---- the clock of a match ------------------------------------------------------------------------ */

/* On a run's frozen list it is the run's own clock that ends the wait for a visit. */
static const char *clock_of(const Match *match, const Benefit *benefit)
{
    bool by_visit = match->run[0] != '\0';
    bool by_application = benefit != NULL && benefit->n_evidence > 0;

    switch ((int)match->state) {
    case M(PROPOSED):
        return "benefit.screen";
    case M(SCREENED):
    case M(UNREACHABLE):
        return by_visit ? "" : "benefit.offer";
    case M(OFFERED):
        return "benefit.offer_answer";
    case M(ACCEPTED):
        return by_application ? "benefit.apply" : by_visit ? "" : "benefit.deliver";
    case M(APPLIED):
        return "benefit.decide";
    case M(APPROVED):
        return by_visit ? "" : "benefit.deliver";
    case M(DELIVERED):
        return "benefit.confirm";
    case M(NONE):
    case M(DROPPED):
    case M(DECLINED):
    case M(REFUSED):
    case M(CONFIRMED):
    case M(UNCONFIRMED):
    default:
        return "";
    }
}

void match_clock(struct turn *turn, const char *id, Match *match)
{
    const char *policy = clock_of(match, turn_load(turn, BENEFITS, match->benefit));

    if (policy[0] == '\0') {
        match->due_ms = 0;
        turn_forget(turn, id, &benefit__chase_match__descriptor);
        return;
    }
    Benefit__ChaseMatch chase = { IS(benefit__chase_match), .match = id };
    struct turn_timer timer = { .key = id,
                                .due_ms = directory_due(turn, policy, "", turn->now_ms),
                                .unit = match->committee,
                                .command = &chase.base };
    match->due_ms = timer.due_ms;
    turn_time(turn, &timer);
}

/* ---- a person's matches -------------------------------------------------------------------------- */

struct ids {
    struct turn *turn;
    const char *list[MOST_BENEFITS];
    size_t count;
};

static bool note_match(void *context, const char *key, const void *row)
{
    struct ids *ids = context;

    (void)key;
    ids->list[ids->count++] = turn_text(ids->turn, "%s", ((const BenefitRows__Latest *)row)->match);
    return ids->count < MOST_BENEFITS;
}

void each_match(struct turn *turn, const char *person,
                void (*each)(struct turn *turn, const char *id, void *context), void *context)
{
    struct ids ids = { .turn = turn };

    turn_each(turn, LATEST, turn_text(turn, "%s/", person), note_match, &ids);
    for (size_t i = 0; i < ids.count; i++)
        each(turn, ids.list[i], context);
}

void drop_match(struct turn *turn, const char *id, Benefit__WhyNotCode code, const char *why)
{
    if (!turn_may_move(turn, MATCHES, id, DROP))
        return;
    Match *match = turn_move_as(turn, MATCHES, id, DROP);
    if (match == NULL)
        return;
    match_clock(turn, id, match);
    match->code = code;
    match->reason = why;
    if (match->state != M(DROPPED))
        return; /* it was delivered: the grant stays */
    Benefit__MatchDropped event = {
        IS(benefit__match_dropped), .match = id,  .person = match->person,
        .benefit = match->benefit,  .code = code, .why = why
    };
    turn_emit(turn, match->committee, &event.base);
}

/* ---- by the rule --------------------------------------------------------------------------------- */

/* Of the two only the latest match is kept; what an earlier one gave stands among the grants. */
static void put_latest(struct turn *turn, const char *id, const Match *match)
{
    BenefitRows__Latest *latest =
        turn_edit(turn, LATEST, turn_key(turn, "%s/%s", match->person, match->benefit));
    BenefitRows__Entry *entry =
        turn_edit(turn, ENTRIES, entry_key(turn, match->benefit, match->committee, match->person));

    if (latest->match[0] != '\0')
        turn_drop(turn, MATCHES, latest->match);
    latest->match = id;
    entry->match = id;
}

static void propose(struct turn *turn, const char *benefit_id, const char *person_id,
                    const Person *person, const struct judgement *judgement)
{
    const char *id = turn_text(turn, "m%llu", (unsigned long long)turn_number(turn, "match"));
    Match *match = turn_move_as(turn, MATCHES, id, PROPOSE);

    if (match == NULL)
        return;
    const char **why = turn_array(turn, judgement->n_why, sizeof(*why));
    for (size_t i = 0; i < judgement->n_why; i++)
        why[i] = judgement->why[i];
    match->person = person_id;
    match->benefit = benefit_id;
    match->committee = person->owner;
    match->n_why = judgement->n_why;
    match->why = why;
    match_clock(turn, id, match);
    put_latest(turn, id, match);
    Benefit__MatchProposed event = { IS(benefit__match_proposed), .match = id,
                                     .person = person_id,         .benefit = benefit_id,
                                     .n_why = match->n_why,       .why = match->why,
                                     .due_ms = match->due_ms };
    turn_emit(turn, person->owner, &event.base);
}

/* A person who said no, was refused or screened out is not asked anew by the same policy; who had
 * it is, when it may be renewed. */
static bool may_come_anew(const Match *latest, bool granted)
{
    if (latest->state == M(DROPPED))
        return latest->code == WHY(ALREADY_GRANTED) ? !granted : latest->code != WHY(SCREENED_OUT);
    return (latest->state == M(CONFIRMED) || latest->state == M(UNCONFIRMED)) && !granted;
}

int match_person(struct turn *turn, const char *benefit_id, const Benefit *benefit,
                 const char *person_id, const Person *person, uint64_t at_ms)
{
    struct judgement judgement;
    const char *id = "";

    judge(benefit, person, at_ms, &judgement);
    if (!judgement.fits)
        return MATCH_NONE;
    const Match *match = latest_match(turn, person_id, benefit_id, &id);
    bool granted = is_granted(turn, person_id, series_of(benefit_id, benefit), benefit);
    if (match != NULL && !may_come_anew(match, granted))
        return MATCH_NONE;
    propose(turn, benefit_id, person_id, person, &judgement);
    if (!granted || latest_match(turn, person_id, benefit_id, &id) == NULL)
        return MATCH_PROPOSED;
    drop_match(turn, id, WHY(ALREADY_GRANTED), "already granted");
    return MATCH_DROPPED;
}

struct all {
    struct turn *turn;
    const char *ids[MOST_BENEFITS];
    size_t count;
};

static bool note_benefit(void *context, const char *key, const void *row)
{
    struct all *all = context;

    if (((const Benefit *)row)->state == BENEFIT_ROWS__BENEFIT__STATE__IN_FORCE)
        all->ids[all->count++] = turn_text(all->turn, "%s", key);
    return all->count < MOST_BENEFITS;
}

void match_all(struct turn *turn, const char *person_id)
{
    const Person *person = turn_load(turn, PEOPLE, person_id);
    struct all all = { .turn = turn };

    if (person == NULL || person->standing != BENEFIT_ROWS__PERSON__STANDING__ON_ROSTER)
        return;
    turn_each(turn, BENEFITS, "", note_benefit, &all);
    for (size_t i = 0; i < all.count; i++) {
        const Benefit *benefit = turn_load(turn, BENEFITS, all.ids[i]);
        if (benefit != NULL)
            match_person(turn, all.ids[i], benefit, person_id, person, turn->now_ms);
    }
}

void on_need_opened(struct turn *turn, const char *id, Need *need)
{
    (void)id;
    if (need->person[0] != '\0')
        match_all(turn, need->person);
}
