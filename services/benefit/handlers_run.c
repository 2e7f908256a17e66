/*
 * benefit: a run of festival visits 帮困慰问 (S-06F): its list is frozen under a hash, and when it is
 * closed, everybody in class RED whom it did not see is named with the reason.
 */
#include <sodium.h>
#include <string.h>

#include "benefit/benefit.h"
#include "kit/directory.h"

#define M(state) BENEFIT_ROWS__MATCH__STATE__##state
#define R(state) BENEFIT_ROWS__RUN__STATE__##state
#define V(state) BENEFIT_ROWS__VISIT__STATE__##state
#define WHY(code) BENEFIT__WHY_NOT_CODE__##code

/* ---- planned ------------------------------------------------------------------------------------- */

static void run_clock(struct turn *turn, const char *id, uint64_t due_ms)
{
    Benefit__ChaseRun chase = { IS(benefit__chase_run), .run = id };
    struct turn_timer timer = {
        .key = id, .due_ms = due_ms, .unit = "swc", .command = &chase.base
    };

    turn_time(turn, &timer);
}

static bool is_sound(struct turn *turn, const Benefit__PlanRun *plan)
{
    const Benefit *benefit =
        turn_is_id(plan->benefit) ? turn_load(turn, BENEFITS, plan->benefit) : NULL;

    if (!turn_is_id(plan->run))
        turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "no id of a run");
    else if (benefit == NULL)
        turn_refuse(turn, TOWN__REFUSAL__NOT_FOUND, "there is no such benefit");
    else if (benefit->state != BENEFIT_ROWS__BENEFIT__STATE__IN_FORCE)
        turn_refuse(turn, BENEFIT__REFUSAL__NOT_VALID, "it was retired");
    else if (plan->until_ms <= turn->now_ms || plan->until_ms <= plan->from_ms)
        turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "until when? it would be over at once");
    for (size_t i = 0; i < plan->n_committees; i++)
        if (!directory_committee(turn, plan->committees[i]))
            turn_refuse(turn, TOWN__REFUSAL__NOT_FOUND, "there is no such committee");
    return turn->outcome == 0;
}

int on_plan_run(struct turn *turn, const void *message)
{
    const Benefit__PlanRun *plan = message;

    if (!turn_from(turn, "swc") || !is_sound(turn, plan))
        return turn->outcome;
    Run *run = turn_move(turn, RUNS, plan->run);
    if (run == NULL)
        return turn->outcome;
    run->name = plan->name;
    run->benefit = plan->benefit;
    run->from_ms = plan->from_ms == 0 ? turn->now_ms : plan->from_ms;
    run->until_ms = plan->until_ms;
    run->n_committees = plan->n_committees;
    run->committees = plan->committees;
    run_clock(turn, plan->run, run->from_ms > turn->now_ms ? run->from_ms : run->until_ms);
    Benefit__RunPlanned event = { IS(benefit__run_planned), .run = plan->run,
                                  .name = plan->name,       .benefit = plan->benefit,
                                  .from_ms = run->from_ms,  .until_ms = plan->until_ms };
    return turn_emit(turn, "swc", &event.base);
}

/* ---- frozen -------------------------------------------------------------------------------------- */

/* Long work goes on through the log, some people a turn, so that nobody waits behind it. */
enum { PEOPLE_A_TURN = 64, COMMITTEES_MOST = 1000 };

static void freeze_from(struct turn *turn, const char *run, uint32_t index, const char *after)
{
    Benefit__FreezeNext next = { IS(benefit__freeze_next), .run = run, .index = index,
                                 .after = after };

    turn_send(turn, "benefit", "swc", &next.base);
}

int on_freeze_run(struct turn *turn, const void *message)
{
    const Benefit__FreezeRun *freeze = message;

    if (!turn_from(turn, "swc"))
        return turn->outcome;
    Run *run = turn_move(turn, RUNS, freeze->run);
    if (run == NULL)
        return turn->outcome;
    if (run->n_committees == 0) {
        struct turn_slice all = turn_take(turn, COMMITTEES, "", "", COMMITTEES_MOST);
        run->committees = all.keys;
        run->n_committees = all.count;
    }
    run->planned = (uint32_t)run->n_committees;
    freeze_from(turn, freeze->run, 0, "");
    return turn->outcome;
}

/* What may be brought to the door: screened or offered; after an application only what was approved. */
static bool is_for_list(struct turn *turn, const Match *match, const Benefit *benefit)
{
    const Person *person = turn_load(turn, PEOPLE, match->person);
    bool ready = benefit->n_evidence > 0
                     ? match->state == M(APPROVED)
                     : match->state == M(SCREENED) || match->state == M(OFFERED)
                           || match->state == M(ACCEPTED) || match->state == M(UNREACHABLE);

    return ready && match->run[0] == '\0' && person != NULL
           && person->standing == BENEFIT_ROWS__PERSON__STANDING__ON_ROSTER
           && !is_granted(turn, match->person, series_of(match->benefit, benefit), benefit);
}

/* A chain of hashes, a link a turn: of what came before, then each person and match in the order of the
 * ids. */
static void link_hash(crypto_hash_sha256_state *hash, const char *text)
{
    crypto_hash_sha256_update(hash, (const uint8_t *)text, strlen(text) + 1);
}

static const char *end_hash(struct turn *turn, crypto_hash_sha256_state *hash)
{
    uint8_t digest[crypto_hash_sha256_BYTES];
    char hex[2 * sizeof(digest) + 1];

    crypto_hash_sha256_final(hash, digest);
    sodium_bin2hex(hex, sizeof(hex), digest, sizeof(digest));
    return turn_text(turn, "%s", hex);
}

static struct turn_slice freeze_slice(struct turn *turn, const Benefit__FreezeNext *next, Run *run)
{
    const Benefit *benefit = turn_load(turn, BENEFITS, run->benefit);
    const char *prefix = turn_text(turn, "%s/%s/", run->benefit, run->committees[next->index]);
    struct turn_slice slice = turn_take(turn, ENTRIES, prefix, next->after, PEOPLE_A_TURN);
    crypto_hash_sha256_state hash;

    crypto_hash_sha256_init(&hash);
    link_hash(&hash, run->list_hash);
    for (size_t i = 0; benefit != NULL && i < slice.count; i++) {
        const BenefitRows__Entry *entry =
            turn_load(turn, ENTRIES, turn_text(turn, "%s%s", prefix, slice.keys[i]));
        const Match *present = entry == NULL ? NULL : turn_load(turn, MATCHES, entry->match);
        if (present == NULL || !is_for_list(turn, present, benefit))
            continue;
        list_visit(turn, next->run, entry->match, turn_edit(turn, MATCHES, entry->match));
        link_hash(&hash, slice.keys[i]);
        link_hash(&hash, entry->match);
        run->listed++;
        run->open++;
    }
    run->list_hash = end_hash(turn, &hash);
    return slice;
}

int on_freeze_next(struct turn *turn, const void *message)
{
    const Benefit__FreezeNext *next = message;

    if (!is_own_step(turn))
        return turn->outcome;
    Run *run = turn_move(turn, RUNS, next->run);
    if (run == NULL)
        return turn->outcome;
    if (next->index < run->planned) {
        struct turn_slice slice = freeze_slice(turn, next, run);
        if (slice.more)
            freeze_from(turn, next->run, next->index, slice.last);
        else
            freeze_from(turn, next->run, next->index + 1, "");
        return turn->outcome;
    }
    turn_move_as(turn, RUNS, next->run, FINISH);
    run_clock(turn, next->run, run->until_ms);
    Benefit__RunFrozen event = { IS(benefit__run_frozen), .run = next->run, .n = run->listed,
                                 .list_hash = run->list_hash };
    return turn_emit(turn, "swc", &event.base);
}

/* ---- closed -------------------------------------------------------------------------------------- */

static void close_from(struct turn *turn, const Benefit__CloseNext *next)
{
    turn_send(turn, "benefit", "swc", &next->base);
}

int on_close_run(struct turn *turn, const void *message)
{
    const Benefit__CloseRun *close = message;
    const Run *present = turn_is_id(close->run) ? turn_load(turn, RUNS, close->run) : NULL;

    if (!turn_from(turn, "swc"))
        return turn->outcome;
    if (present == NULL)
        return turn_refuse(turn, TOWN__REFUSAL__NOT_FOUND, "there is no such run");
    if (close->list_hash[0] != '\0' && strcmp(close->list_hash, present->list_hash) != 0)
        return turn_refuse(turn, BENEFIT__REFUSAL__LIST_CHANGED, "that is not the frozen list");
    if (present->open > 0 && close->reason[0] == '\0')
        return turn_refuse(turn, BENEFIT__REFUSAL__VISITS_OPEN, "%u were not visited: why?",
                           present->open);
    Run *run = turn_move(turn, RUNS, close->run);
    if (run == NULL)
        return turn->outcome;
    run->reason = close->reason;
    turn_forget(turn, close->run, &benefit__chase_run__descriptor);
    close_from(turn,
               &(Benefit__CloseNext){ IS(benefit__close_next), .run = close->run, .after = "" });
    return turn->outcome;
}

/* Why the run did not see a person; absent: it did. */
static Benefit__WhyNotCode why_not_seen(struct turn *turn, const char *run_id, const Run *run,
                                        const char *committee, const char *person_id)
{
    const Visit *visit = turn_load(turn, VISITS, visit_key(turn, run_id, committee, person_id));
    const Benefit *benefit = turn_load(turn, BENEFITS, run->benefit);
    const Person *person = turn_load(turn, PEOPLE, person_id);
    struct judgement judgement;
    const char *id;

    if (visit != NULL && visit->state == V(VISITED))
        return WHY(WHY_NOT_ABSENT);
    if (visit != NULL && visit->state == V(DECLINED))
        return WHY(PERSON_DECLINED);
    if (visit != NULL)
        return visit->at_ms != 0 ? WHY(PERSON_NOT_REACHED) : WHY(NOT_VISITED);
    const Match *match = latest_match(turn, person_id, run->benefit, &id);
    if (match != NULL)
        return code_of(match);
    if (benefit == NULL || person == NULL)
        return WHY(NOT_MATCHED_YET);
    judge(benefit, person, turn->now_ms, &judgement);
    return judgement.fits ? WHY(NOT_MATCHED_YET) : judgement.codes[0];
}

/* Where people only moved to while it ran, nobody else was to be visited. */
static struct turn_slice list_unmatched(struct turn *turn, const Benefit__CloseNext *now, Run *run,
                                        const char *after)
{
    const char *committee = run->committees[now->index];
    struct turn_slice reds =
        turn_take(turn, REDS, turn_text(turn, "%s/", committee), after, PEOPLE_A_TURN);
    Benefit__UnmatchedListed event = { IS(benefit__unmatched_listed), .run = now->run,
                                       .committee = committee };

    event.why_not = turn_array(turn, reds.count, sizeof(*event.why_not));
    for (size_t i = 0; i < reds.count; i++) {
        const char *visit = visit_key(turn, now->run, committee, reds.keys[i]);
        if (now->index >= run->planned && turn_load(turn, VISITS, visit) == NULL)
            continue;
        Benefit__WhyNotCode *code = turn_array(turn, 1, sizeof(*code));
        *code = why_not_seen(turn, now->run, run, committee, reds.keys[i]);
        if (*code == WHY(WHY_NOT_ABSENT))
            continue;
        Benefit__NotMatched *line = turn_array(turn, 1, sizeof(*line));
        benefit__not_matched__init(line);
        line->person = reds.keys[i];
        line->n_codes = 1;
        line->codes = code;
        event.why_not[event.n_why_not++] = line;
    }
    event.n = (uint32_t)event.n_why_not;
    run->unmatched += event.n;
    if (event.n > 0)
        turn_emit(turn, "lgo", &event.base);
    return reds;
}

static struct turn_slice close_visits(struct turn *turn, const char *run_id, Run *run,
                                      const char *committee, const char *after)
{
    const char *prefix = turn_text(turn, "%s/%s/", run_id, committee);
    struct turn_slice visits = turn_take(turn, VISITS, prefix, after, PEOPLE_A_TURN);

    for (size_t i = 0; i < visits.count; i++) {
        leave_out(turn, run, turn_text(turn, "%s%s", prefix, visits.keys[i]));
        turn_drop(turn, LISTED, turn_key(turn, "%s/%s", visits.keys[i], run_id));
    }
    return visits;
}

/* Some people of a committee: first its visits, then those in class RED whom no visit has seen. */
static void close_slice(struct turn *turn, const Benefit__CloseNext *now, Run *run)
{
    Benefit__CloseNext next = { IS(benefit__close_next), .run = now->run, .index = now->index,
                                .unmatched = now->unmatched };
    struct turn_slice slice = { .more = false };

    if (!now->unmatched)
        slice = close_visits(turn, now->run, run, run->committees[now->index], now->after);
    if (!slice.more) {
        next.unmatched = true;
        slice = list_unmatched(turn, now, run, now->unmatched ? now->after : "");
    }
    if (slice.more) {
        next.after = slice.last;
    } else {
        next.index++;
        next.unmatched = false;
        next.after = "";
    }
    close_from(turn, &next);
}

int on_close_next(struct turn *turn, const void *message)
{
    const Benefit__CloseNext *next = message;

    if (!is_own_step(turn))
        return turn->outcome;
    Run *run = turn_move(turn, RUNS, next->run);
    if (run == NULL)
        return turn->outcome;
    if (next->index < run->n_committees) {
        close_slice(turn, next, run);
        return turn->outcome;
    }
    turn_move_as(turn, RUNS, next->run, FINISH);
    Benefit__RunClosed event = { IS(benefit__run_closed),
                                 .run = next->run,
                                 .n = run->listed,
                                 .visited = run->visited,
                                 .not_reached = run->not_reached,
                                 .dropped = run->dropped,
                                 .not_visited = run->not_visited,
                                 .unmatched = run->unmatched,
                                 .reason = run->reason };
    return turn_emit(turn, "swc", &event.base);
}

/* ---- nobody acts --------------------------------------------------------------------------------- */

/* Before the first day of visits a list that is not frozen; at the end one that is not closed, and
 * from then on every benefit.run_late. */
int on_chase_run(struct turn *turn, const void *message)
{
    const Benefit__ChaseRun *chase = message;

    if (!turn->is_timer)
        return turn_refuse(turn, TOWN__REFUSAL__NOT_ALLOWED, "only the clock says what is due");
    Run *run = turn_move(turn, RUNS, chase->run);
    if (run == NULL)
        return turn->outcome;
    run_clock(turn, chase->run,
              turn->now_ms < run->until_ms
                  ? run->until_ms
                  : directory_due(turn, "benefit.run_late", "", turn->now_ms));
    Benefit__RunOverdue event = {
        IS(benefit__run_overdue),
        .run = chase->run,
        .state = protobuf_c_enum_descriptor_get_value(&benefit_rows__run__state__descriptor,
                                                      (int)run->state)
                     ->name,
        .open = run->open,
        .due_ms = turn->now_ms,
    };
    return turn_emit(turn, "swc", &event.base);
}
