/*
 * referral: questions.  Persons appear by their ids; capacity names none at all.
 */
#include "referral/referral.h"

enum { MOST_ROWS = 200, USUAL_ROWS = 50, MOST_CAPACITIES = 128 };

/* The centre's own questions: for itself, the medical team's office, the office of the group. */
bool referral_may_ask(struct ask *ask, const char *centre)
{
    if (turn_is_id(centre))
        return ask_from(ask, "sjb lgo", centre);
    ask_refuse(ask, TOWN__REFUSAL__BAD_FIELD, "no centre");
    return false;
}

/* ---- capacity ------------------------------------------------------------------------------------ */

static void fill(Referral__CapacityAnswer *answer, const ReferralRows__Capacity *row)
{
    if (row == NULL)
        return;
    answer->state = (Referral__CapacityState)row->state;
    answer->n = row->n;
    answer->eta_ms = row->eta_ms;
    answer->valid_until_ms = row->valid_until_ms;
    answer->reserved = row->reserved;
}

int ask_capacity_of(struct ask *ask, const void *message)
{
    const Referral__CapacityOf *question = message;
    Referral__CapacityAnswer *answer = ask_array(ask, 1, sizeof(*answer));

    if (!turn_is_id(question->centre) || !turn_is_id(question->kind))
        return ask_refuse(ask, TOWN__REFUSAL__BAD_FIELD, "a centre and a kind");
    referral__capacity_answer__init(answer);
    answer->centre = question->centre;
    answer->kind = question->kind;
    fill(answer,
         ask_load(ask, CAPACITIES, ask_text(ask, "%s/%s", question->centre, question->kind)));
    return ask_answer(ask, &answer->base);
}

struct capacities {
    struct ask *ask;
    Referral__CapacityBoardAnswer *answer;
};

static bool add_capacity(void *context, const char *key, const void *row)
{
    struct capacities *list = context;
    Referral__CapacityAnswer *line = ask_array(list->ask, 1, sizeof(*line));
    const char *slash = strchr(key, '/');

    referral__capacity_answer__init(line);
    line->centre = ask_text(list->ask, "%.*s", (int)(slash - key), key);
    line->kind = ask_text(list->ask, "%s", slash + 1);
    fill(line, row);
    list->answer->rows[list->answer->n_rows++] = line;
    return list->answer->n_rows < MOST_CAPACITIES;
}

int ask_capacity_board(struct ask *ask, const void *message)
{
    const Referral__CapacityBoard *question = message;
    Referral__CapacityBoardAnswer *answer = ask_array(ask, 1, sizeof(*answer));
    struct capacities list = { .ask = ask, .answer = answer };

    referral__capacity_board_answer__init(answer);
    answer->rows = ask_array(ask, MOST_CAPACITIES, sizeof(answer->rows[0]));
    ask_each(ask, CAPACITIES,
             question->centre[0] == '\0' ? "" : ask_text(ask, "%s/", question->centre),
             add_capacity, &list);
    return ask_answer(ask, &answer->base);
}

/* ---- load ---------------------------------------------------------------------------------------- */

static bool add_count(void *context, const char *key, const void *row)
{
    Referral__CentreLoadAnswer *answer = context;
    const LoopRows__Count *count = row;
    const char *state = strchr(key, '/') + 1;

    if (strncmp(state, "REQUESTED/", 10) == 0 || strncmp(state, "RECEIVED/", 9) == 0)
        answer->requested += count->count;
    else if (strncmp(state, "ACCEPTED/", 9) == 0)
        answer->accepted += count->count;
    else
        answer->in_progress += count->count;
    return true;
}

struct overdue {
    uint64_t now_ms;
    uint32_t count;
};

/* What is late comes first in the worklist. */
static bool add_late(void *context, const char *key, const void *row)
{
    struct overdue *overdue = context;

    (void)key;
    if (((const LoopRows__Work *)row)->due_ms > overdue->now_ms)
        return false;
    overdue->count++;
    return true;
}

int ask_centre_load(struct ask *ask, const void *message)
{
    const Referral__CentreLoad *question = message;
    Referral__CentreLoadAnswer *answer = ask_array(ask, 1, sizeof(*answer));
    struct overdue overdue = { .now_ms = ask->now_ms };
    const char *prefix = ask_text(ask, "%s/", question->centre);

    if (!referral_may_ask(ask, question->centre))
        return ask->outcome;
    referral__centre_load_answer__init(answer);
    answer->centre = question->centre;
    ask_each(ask, LOOP_COUNTS, prefix, add_count, answer);
    ask_each(ask, LOOP_WORK, prefix, add_late, &overdue);
    answer->overdue = overdue.count;
    return ask_answer(ask, &answer->base);
}

/* ---- follow-ups ---------------------------------------------------------------------------------- */

struct follow_ups {
    struct ask *ask;
    Referral__FollowUpsDueAnswer *answer;
    size_t most;
};

/* The list is in order of due times: what is due, and what comes next. */
static bool add_follow_up(void *context, const char *key, const void *row)
{
    struct follow_ups *list = context;
    const ReferralRows__FollowUp *entry = row;
    const ReferralRows__Assessment *assessment = ask_load(list->ask, ASSESSMENTS, entry->person);
    Referral__FollowUp *line = ask_array(list->ask, 1, sizeof(*line));

    (void)key;
    if (assessment == NULL)
        return true;
    referral__follow_up__init(line);
    line->person = ask_text(list->ask, "%s", entry->person);
    line->class_ = (Referral__Class)assessment->class_;
    line->due_ms = assessment->due_ms;
    line->place = assessment->place;
    list->answer->rows[list->answer->n_rows++] = line;
    return list->answer->n_rows < list->most;
}

int ask_follow_ups_due(struct ask *ask, const void *message)
{
    const Referral__FollowUpsDue *question = message;
    Referral__FollowUpsDueAnswer *answer = ask_array(ask, 1, sizeof(*answer));
    struct follow_ups list = { .ask = ask,
                               .answer = answer,
                               .most = ask_limit(question->limit, USUAL_ROWS, MOST_ROWS) };

    if (!referral_may_ask(ask, question->centre))
        return ask->outcome;
    referral__follow_ups_due_answer__init(answer);
    answer->rows = ask_array(ask, list.most, sizeof(answer->rows[0]));
    ask_each(ask, FOLLOW_UPS, ask_text(ask, "%s/", question->centre), add_follow_up, &list);
    return ask_answer(ask, &answer->base);
}

/* ---- hospitals ----------------------------------------------------------------------------------- */

struct outcomes {
    struct ask *ask;
    Referral__UpwardOutcomesAnswer *answer;
    size_t most;
};

static bool add_outcome(void *context, const char *key, const void *row)
{
    struct outcomes *list = context;
    const ReferralRows__Transfer *transfer = row;
    Referral__UpwardOutcome *line = ask_array(list->ask, 1, sizeof(*line));
    const ProtobufCEnumValue *state = protobuf_c_enum_descriptor_get_value(
        &referral_rows__transfer__state__descriptor, (int)transfer->state);

    referral__upward_outcome__init(line);
    line->assignment = ask_text(list->ask, "%s", strchr(key, '/') + 1);
    line->hospital = ask_text(list->ask, "%s", transfer->hospital);
    line->sent_at_ms = transfer->sent_at_ms;
    line->state = state == NULL ? "" : state->name;
    list->answer->rows[list->answer->n_rows++] = line;
    return list->answer->n_rows < list->most;
}

int ask_upward_outcomes(struct ask *ask, const void *message)
{
    const Referral__UpwardOutcomes *question = message;
    Referral__UpwardOutcomesAnswer *answer = ask_array(ask, 1, sizeof(*answer));
    struct outcomes list = { .ask = ask,
                             .answer = answer,
                             .most = ask_limit(question->limit, USUAL_ROWS, MOST_ROWS) };

    if (!referral_may_ask(ask, question->centre))
        return ask->outcome;
    referral__upward_outcomes_answer__init(answer);
    answer->rows = ask_array(ask, list.most, sizeof(answer->rows[0]));
    ask_each(ask, TRANSFERS, ask_text(ask, "%s/", question->centre), add_outcome, &list);
    return ask_answer(ask, &answer->base);
}
