/*
 * supplies: who got what, and why.  The claims of a run were kept as the rule was told them; here the
 * rule is told them once more, and the answer says whether it gives the same.
 */
#include <string.h>

#include "supplies/supplies.h"

typedef SuppliesRows__Run Run;

/* The last run of a line: the one that gave it its goods, or left it waiting. */
static const Run *run_of(struct ask *ask, const Supplies__ExplainAllocation *question,
                         const char **ret_id)
{
    const Line *line = turn_is_id(question->line) ? ask_load(ask, LINES, question->line) : NULL;
    const char *id = line != NULL ? line->run : question->run;
    const Run *run = id[0] == '\0' || strlen(id) > 100 ? NULL : ask_load(ask, RUNS, id);

    if (run == NULL)
        ask_refuse(ask, TOWN__REFUSAL__NOT_FOUND, "no allocation has heard of it");
    *ret_id = ask_text(ask, "%s", id);
    return run;
}

/* A committee asks for a line of its own. */
static bool may_explain(struct ask *ask, const Supplies__ExplainAllocation *question)
{
    const Line *line = turn_is_id(question->line) ? ask_load(ask, LINES, question->line) : NULL;

    return supplies_may_ask(ask, line == NULL ? "" : line->place);
}

static struct claim claim_of(const SuppliesRows__Claimed *kept)
{
    return (struct claim){
        .line = kept->line,
        .committee = kept->committee,
        .class = kept->class_,
        .days_left = kept->days_left,
        .days_left_known = kept->days_left_known,
        .since_ms = kept->since_ms,
        .overridden_ms = kept->overridden_ms,
        .asked = kept->asked,
    };
}

/* The same lines in the same order, each with the same. */
static bool gives_the_same(struct ask *ask, const Run *run)
{
    struct claim *claims = ask_array(ask, run->n_claims, sizeof(claims[0]));
    struct rule rule = { .order = run->order,
                         .order_count = run->n_order,
                         .available = run->available,
                         .cap = run->cap };
    bool same = true;

    for (size_t i = 0; i < run->n_claims; i++) /* in another order than the one they were put in */
        claims[i] = claim_of(run->claims[run->n_claims - 1 - i]);
    rule_allot(&rule, claims, run->n_claims);
    for (size_t i = 0; i < run->n_claims; i++)
        same = same && strcmp(claims[i].line, run->claims[i]->line) == 0
               && claims[i].given == run->claims[i]->given
               && (int32_t)claims[i].why == run->claims[i]->why;
    return same;
}

static Supplies__ClaimRow *row_of(struct ask *ask, const SuppliesRows__Claimed *kept, size_t place)
{
    Supplies__ClaimRow *row = ask_array(ask, 1, sizeof(*row));

    supplies__claim_row__init(row);
    row->place_in_order = (uint32_t)place;
    row->line = kept->line;
    row->committee = kept->committee;
    row->class_ = (Supplies__Class)kept->class_;
    row->days_left = kept->days_left;
    row->days_left_known = kept->days_left_known;
    row->waiting_since_ms = kept->since_ms;
    row->asked = kept->asked;
    row->given = kept->given;
    row->why = rule_why((enum why)kept->why);
    row->overridden = kept->overridden_ms != 0;
    return row;
}

int ask_explain_allocation(struct ask *ask, const void *message)
{
    const Supplies__ExplainAllocation *question = message;
    Supplies__ExplainAllocationAnswer *answer = ask_array(ask, 1, sizeof(*answer));
    const char *id;

    if (!may_explain(ask, question))
        return ask->outcome;
    const Run *run = run_of(ask, question, &id);
    if (run == NULL)
        return ask->outcome;
    supplies__explain_allocation_answer__init(answer);
    answer->run = id;
    answer->item = run->item;
    answer->at_ms = run->at_ms;
    answer->rule = run->rule;
    answer->order = ask_array(ask, run->n_order, sizeof(answer->order[0]));
    for (size_t i = 0; i < run->n_order; i++)
        answer->order[answer->n_order++] = (Supplies__Claim)run->order[i];
    answer->available = run->available;
    answer->cap = run->cap;
    answer->claims = ask_array(ask, run->n_claims, sizeof(answer->claims[0]));
    for (size_t i = 0; i < run->n_claims; i++)
        answer->claims[answer->n_claims++] = row_of(ask, run->claims[i], i + 1);
    answer->replayed = gives_the_same(ask, run);
    return ask_answer(ask, &answer->base);
}
