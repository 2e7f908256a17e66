/*
 * benefit: questions.  Persons appear by their ids; what is asked of one person leaves its trace.
 */
#include <string.h>

#include "benefit/benefit.h"

enum { MOST_ROWS = 500, USUAL_ROWS = 100, MOST_GRANTS = 200 };

#define WHY(code) BENEFIT__WHY_NOT_CODE__##code

/* The office, a committee for its own people, and the office of the group. */
static bool may_ask(struct ask *ask, const char *committee)
{
    return ask_from(ask, "swc lgo", committee);
}

static const char *enum_name(const ProtobufCEnumDescriptor *type, int value)
{
    const ProtobufCEnumValue *found = protobuf_c_enum_descriptor_get_value(type, value);

    return found == NULL ? "" : found->name;
}

/* ---- matches ------------------------------------------------------------------------------------- */

struct matches {
    struct ask *ask;
    const Benefit__MatchList *question;
    Benefit__MatchListAnswer *answer;
    size_t most;
    bool more;
};

static const char **copy_texts(struct ask *ask, size_t count, const char *const *texts)
{
    const char **copy = ask_array(ask, count, sizeof(*copy));

    for (size_t i = 0; i < count; i++)
        copy[i] = ask_text(ask, "%s", texts[i]);
    return copy;
}

static bool add_match(void *context, const char *key, const void *row)
{
    struct matches *list = context;
    const char *id = ((const BenefitRows__Entry *)row)->match;
    const Match *match = ask_load(list->ask, MATCHES, id);
    const char *rest = list->question->committee[0] == '\0' ? strchr(key, '/') : strrchr(key, '/');

    if (match == NULL)
        return true;
    const char *state = enum_name(&benefit_rows__match__state__descriptor, (int)match->state);
    if (list->question->state[0] != '\0' && strcmp(state, list->question->state) != 0)
        return true;
    if (list->answer->n_rows == list->most) {
        list->more = true;
        return false;
    }
    Benefit__MatchRow *line = ask_array(list->ask, 1, sizeof(*line));
    benefit__match_row__init(line);
    line->match = ask_text(list->ask, "%s", id);
    line->person = ask_text(list->ask, "%s", match->person);
    line->benefit = ask_text(list->ask, "%s", match->benefit);
    line->committee = ask_text(list->ask, "%s", match->committee);
    line->state = state;
    line->n_why = match->n_why;
    line->why = copy_texts(list->ask, match->n_why, match->why);
    line->run = ask_text(list->ask, "%s", match->run);
    line->due_ms = match->due_ms;
    line->reason = ask_text(list->ask, "%s", match->reason);
    list->answer->next = ask_text(list->ask, "%s", rest + 1);
    list->answer->rows[list->answer->n_rows++] = line;
    return true;
}

int ask_match_list(struct ask *ask, const void *message)
{
    const Benefit__MatchList *question = message;
    Benefit__MatchListAnswer *answer = ask_array(ask, 1, sizeof(*answer));
    struct matches list = { .ask = ask, .question = question, .answer = answer };

    if (!may_ask(ask, question->committee))
        return ask->outcome;
    if (!turn_is_id(question->benefit))
        return ask_refuse(ask, TOWN__REFUSAL__BAD_FIELD, "which benefit?");
    list.most = question->limit == 0          ? USUAL_ROWS
                : question->limit > MOST_ROWS ? MOST_ROWS
                                              : question->limit;
    benefit__match_list_answer__init(answer);
    answer->rows = ask_array(ask, list.most, sizeof(answer->rows[0]));
    ask_each_after(ask, ENTRIES,
                   question->committee[0] == '\0'
                       ? ask_text(ask, "%s/", question->benefit)
                       : ask_text(ask, "%s/%s/", question->benefit, question->committee),
                   question->after, add_match, &list);
    if (!list.more)
        answer->next = "";
    return ask_answer(ask, &answer->base);
}

/* ---- one person ---------------------------------------------------------------------------------- */

/* Who it is, if the asker may know; the trace goes before the answer. */
static const Person *open_person(struct ask *ask, const char *id, const char *query,
                                 const char *purpose)
{
    const Person *person = turn_is_id(id) ? ask_load(ask, PEOPLE, id) : NULL;
    Town__Accessed *accessed = ask_array(ask, 1, sizeof(*accessed));
    const char **texts = ask_array(ask, 2, sizeof(*texts));

    town__accessed__init(accessed);
    texts[0] = id;
    texts[1] = "benefit";
    accessed->reader_unit = ask_actor_unit(ask);
    accessed->reader_post = ask->actor->post;
    accessed->reader_person = ask->actor->person;
    accessed->acting_for = ask->actor->acting_for;
    accessed->purpose = purpose;
    accessed->query = query;
    accessed->n_persons = 1;
    accessed->persons = texts;
    accessed->n_field_groups = 1;
    accessed->field_groups = texts + 1;
    accessed->result = may_ask(ask, person == NULL ? "" : person->owner) ? "ok" : "denied";
    ask_accessed(ask, accessed);
    if (ask->outcome == 0 && person == NULL)
        ask_refuse(ask, TOWN__REFUSAL__NOT_FOUND, "no such person");
    return ask->outcome == 0 ? person : NULL;
}

struct granted {
    struct ask *ask;
    Benefit__GrantsOfAnswer *answer;
};

static bool add_grant(void *context, const char *key, const void *row)
{
    struct granted *list = context;
    const BenefitRows__Grant *grant = row;
    const char *series = strchr(key, '/') + 1;
    const char *match = strrchr(key, '/') + 1;
    Benefit__Grant *line = ask_array(list->ask, 1, sizeof(*line));

    benefit__grant__init(line);
    line->benefit = ask_text(list->ask, "%s", grant->benefit);
    line->match = ask_text(list->ask, "%s", match);
    line->run = ask_text(list->ask, "%s", grant->run);
    line->at_ms = grant->at_ms;
    line->series = ask_text(list->ask, "%.*s", (int)(match - 1 - series), series);
    line->as_person = ask_text(list->ask, "%s", grant->as_person);
    list->answer->grants[list->answer->n_grants++] = line;
    return list->answer->n_grants < MOST_GRANTS;
}

int ask_grants_of(struct ask *ask, const void *message)
{
    const Benefit__GrantsOf *question = message;
    Benefit__GrantsOfAnswer *answer = ask_array(ask, 1, sizeof(*answer));
    struct granted list = { .ask = ask, .answer = answer };

    if (open_person(ask, question->person, "GrantsOf", question->purpose) == NULL)
        return ask->outcome;
    benefit__grants_of_answer__init(answer);
    answer->person = question->person;
    answer->grants = ask_array(ask, MOST_GRANTS, sizeof(answer->grants[0]));
    ask_each(ask, GRANTS, ask_text(ask, "%s/", question->person), add_grant, &list);
    return ask_answer(ask, &answer->base);
}

struct why_not {
    struct ask *ask;
    const char *person_id;
    const Person *person;
    Benefit__WhyNotAnswer *answer;
};

static const Match *match_of(struct ask *ask, const char *person, const char *benefit,
                             const char **ret_id)
{
    const BenefitRows__Latest *latest =
        ask_load(ask, LATEST, ask_text(ask, "%s/%s", person, benefit));

    if (latest == NULL)
        return NULL;
    *ret_id = ask_text(ask, "%s", latest->match);
    return ask_load(ask, MATCHES, latest->match);
}

static void fill_match(struct ask *ask, Benefit__WhyNotRow *line, const char *id,
                       const Match *match)
{
    line->match = id;
    line->state = enum_name(&benefit_rows__match__state__descriptor, (int)match->state);
    line->matched = match_is_open(match);
    line->text = ask_text(ask, "%s", match->reason);
    line->n_why = match->n_why;
    line->why = copy_texts(ask, match->n_why, match->why);
    if (!line->matched) {
        line->codes = ask_array(ask, 1, sizeof(line->codes[0]));
        line->codes[line->n_codes++] = code_of(match);
    }
}

/* A match, with its reasons; or the rule's reasons why there is none. */
static void add_why(struct why_not *list, const char *benefit_id, const Benefit *benefit)
{
    struct ask *ask = list->ask;
    Benefit__WhyNotRow *line = ask_array(ask, 1, sizeof(*line));
    struct judgement judgement;
    const char *id = "";
    const Match *match = match_of(ask, list->person_id, benefit_id, &id);

    benefit__why_not_row__init(line);
    line->benefit = ask_text(ask, "%s", benefit_id);
    line->name = ask_text(ask, "%s", benefit->name);
    list->answer->rows[list->answer->n_rows++] = line;
    if (match != NULL) {
        fill_match(ask, line, id, match);
        return;
    }
    judge(benefit, list->person, ask->now_ms, &judgement);
    if (judgement.fits)
        judgement.codes[judgement.n_codes++] = WHY(NOT_MATCHED_YET);
    line->codes = ask_array(ask, judgement.n_codes, sizeof(line->codes[0]));
    for (size_t i = 0; i < judgement.n_codes; i++)
        line->codes[line->n_codes++] = judgement.codes[i];
    line->n_why = judgement.n_why;
    line->why = copy_texts(ask, judgement.n_why, judgement.why);
}

static bool add_benefit(void *context, const char *key, const void *row)
{
    struct why_not *list = context;
    const Benefit *benefit = row;

    if (benefit->state == BENEFIT_ROWS__BENEFIT__STATE__IN_FORCE)
        add_why(list, key, benefit);
    return list->answer->n_rows < MOST_BENEFITS;
}

int ask_why_not(struct ask *ask, const void *message)
{
    const Benefit__WhyNot *question = message;
    Benefit__WhyNotAnswer *answer = ask_array(ask, 1, sizeof(*answer));
    const Person *person = open_person(ask, question->person, "WhyNot", question->purpose);
    struct why_not list = {
        .ask = ask, .person_id = question->person, .person = person, .answer = answer
    };

    if (person == NULL)
        return ask->outcome;
    benefit__why_not_answer__init(answer);
    answer->person = question->person;
    answer->rows = ask_array(ask, MOST_BENEFITS, sizeof(answer->rows[0]));
    if (question->benefit[0] == '\0') {
        ask_each(ask, BENEFITS, "", add_benefit, &list);
        return ask_answer(ask, &answer->base);
    }
    const Benefit *benefit =
        turn_is_id(question->benefit) ? ask_load(ask, BENEFITS, question->benefit) : NULL;
    if (benefit == NULL)
        return ask_refuse(ask, TOWN__REFUSAL__NOT_FOUND, "there is no such benefit");
    add_why(&list, question->benefit, benefit);
    return ask_answer(ask, &answer->base);
}

/* ---- a run --------------------------------------------------------------------------------------- */

static bool add_visit(void *context, const char *key, const void *row)
{
    struct ask_page *page = context;
    Benefit__RunSheetAnswer *answer = page->answer;
    const Visit *visit = row;
    const char *id = strrchr(key, '/') + 1;
    const Person *person = ask_load(page->ask, PEOPLE, id);

    /* A reported death: the name is on no sheet, from that second. */
    if (visit->state == BENEFIT_ROWS__VISIT__STATE__SUSPENDED
        || visit->state == BENEFIT_ROWS__VISIT__STATE__DROPPED)
        return true;
    if (!ask_room(page))
        return false;
    Benefit__RunRow *line = ask_array(page->ask, 1, sizeof(*line));
    benefit__run_row__init(line);
    line->person = ask_text(page->ask, "%s", id);
    line->match = ask_text(page->ask, "%s", visit->match);
    line->state = enum_name(&benefit_rows__visit__state__descriptor, (int)visit->state);
    line->away = person != NULL && person->away;
    line->at_ms = visit->at_ms;
    answer->rows[answer->n_rows++] = line;
    ask_took(page, key, &line->base);
    return true;
}

int ask_run_sheet(struct ask *ask, const void *message)
{
    const Benefit__RunSheet *question = message;
    Benefit__RunSheetAnswer *answer = ask_array(ask, 1, sizeof(*answer));
    struct ask_page page = { .ask = ask, .most = MOST_ROWS, .answer = answer };

    if (!may_ask(ask, question->committee))
        return ask->outcome;
    const Run *run = turn_is_id(question->run) ? ask_load(ask, RUNS, question->run) : NULL;
    if (run == NULL)
        return ask_refuse(ask, TOWN__REFUSAL__NOT_FOUND, "there is no such run");
    benefit__run_sheet_answer__init(answer);
    answer->run = question->run;
    answer->committee = question->committee;
    answer->name = ask_text(ask, "%s", run->name);
    answer->state = enum_name(&benefit_rows__run__state__descriptor, (int)run->state);
    answer->list_hash = ask_text(ask, "%s", run->list_hash);
    answer->rows = ask_array(ask, MOST_ROWS, sizeof(answer->rows[0]));
    const char *prefix = question->committee[0] == '\0'
                             ? ask_text(ask, "%s/", question->run)
                             : ask_text(ask, "%s/%s/", question->run, question->committee);
    ask_read(&page, VISITS, prefix, question->after, add_visit);
    answer->next = ask_next(&page);
    return ask_answer(ask, &answer->base);
}
