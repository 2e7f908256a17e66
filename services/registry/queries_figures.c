/* Figures and lists that hold no particulars: counts, coverage, age of fields, doubles, imports. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "registry/ask.h"

enum { LIST_MOST = 500, LIST_USUAL = 100, CODES_MOST = 2000 };

static const char *enum_name(const ProtobufCEnumDescriptor *type, int value)
{
    const ProtobufCEnumValue *found = protobuf_c_enum_descriptor_get_value(type, value);

    return found == NULL ? "" : found->name;
}

/* ---- counts --------------------------------------------------------------------------------------------------- */

struct counting {
    struct ask_list list;
    const char *committee;
    uint32_t total;
    bool found; /* the day's row */
};

/* state/category/class */
static bool add_figure(struct counting *counting, const char *key, uint32_t number)
{
    const char *category = strchr(key, '/') + 1;
    const char *class = strchr(category, '/') + 1;
    Registry__Count *count = ask_push(&counting->list, sizeof(*count));

    if (count == NULL)
        return false;
    registry__count__init(count);
    count->committee = counting->committee;
    count->state = ask_text(counting->list.ask, "%.*s", (int)(category - 1 - key), key);
    count->category = (Registry__Category)strtol(category, NULL, 10);
    count->class_ = (Registry__Class)strtol(class, NULL, 10);
    count->count = number;
    const ProtobufCEnumValue *known = protobuf_c_enum_descriptor_get_value_by_name(
        &registry_rows__person_state__descriptor, count->state);
    if (known != NULL && on_roster((RegistryRows__PersonState)known->value)
        && count->category == REGISTRY__CATEGORY__CATEGORY_ABSENT)
        counting->total += count->count;
    return counting->list.ask->outcome == 0;
}

static bool add_count(void *context, const char *key, const void *row)
{
    return add_figure(context, strchr(key, '/') + 1, ((const RegistryRows__Count *)row)->count);
}

static bool add_past(void *context, const char *key, const void *row)
{
    struct counting *counting = context;
    const RegistryRows__Figures *figures = row;

    (void)key;
    counting->found = true;
    for (size_t i = 0; i < figures->n_figures; i++)
        if (!add_figure(counting, figures->figures[i]->key, figures->figures[i]->count))
            break;
    return false;
}

/* As a day closed: by the first row that was kept for it or a later one; nothing changed between. */
int ask_counts(struct ask *ask, const void *message)
{
    const Registry__Counts *question = message;
    const char *where = question->committee[0] == '\0' ? "town" : question->committee;
    struct counting counting = { .list = { .ask = ask }, .committee = question->committee };
    int64_t day = clock_day(ask->now_ms);

    if (question->date[0] != '\0' && !ask_day(question->date, &day))
        return ask_refuse(ask, TOWN__REFUSAL__BAD_FIELD, "date: YYYY-MM-DD");
    if (day < clock_day(ask->now_ms))
        ask_each_after(ask, PAST_COUNTS, ask_text(ask, "%s/", where),
                       ask_text(ask, "%06lld", (long long)day - 1), add_past, &counting);
    if (!counting.found)
        ask_each(ask, COUNTS, ask_text(ask, "%s/", where), add_count, &counting);
    Registry__CountsAnswer *answer = ask_new(ask, &registry__counts_answer__descriptor);
    if (answer == NULL)
        return ask->outcome;
    answer->counts = (Registry__Count **)counting.list.items;
    answer->n_counts = counting.list.count;
    answer->total = counting.total;
    return ask_give(ask, answer);
}

static bool add_coverage(void *context, const char *key, const void *row)
{
    struct ask_list *list = context;
    const RegistryRows__Survey *survey = row;
    Registry__CoverageRow *out = ask_push(list, sizeof(*out));

    (void)key;
    if (out == NULL)
        return false;
    registry__coverage_row__init(out);
    out->committee = survey->committee;
    out->state = enum_name(&registry_rows__survey_state__descriptor, (int)survey->state);
    out->count = survey->count;
    return list->ask->outcome == 0;
}

int ask_coverage(struct ask *ask, const void *message)
{
    const Registry__Coverage *question = message;
    struct ask_list rows = { .ask = ask };

    if (question->survey[0] == '\0')
        return ask_refuse(ask, TOWN__REFUSAL__BAD_FIELD, "survey: is missing");
    ask_each(ask, SURVEYS, ask_text(ask, "%s/", question->survey), add_coverage, &rows);
    if (rows.count == 0)
        return ask_refuse(ask, TOWN__REFUSAL__NOT_FOUND, "no such survey");
    Registry__CoverageAnswer *answer = ask_new(ask, &registry__coverage_answer__descriptor);
    if (answer == NULL)
        return ask->outcome;
    answer->rows = (Registry__CoverageRow **)rows.items;
    answer->n_rows = rows.count;
    return ask_give(ask, answer);
}

/* ---- what is to be looked at ------------------------------------------------------------------------------ */

static bool may_list(struct ask *ask, const char *committee)
{
    return (committee[0] != '\0' && ask_is(ask, committee)) || ask_is(ask, "sjb")
           || ask_is(ask, "jcb");
}

/* ---- whom no carer has (S-095) ----------------------------------------------------------------------------- */

struct unpaired {
    struct ask_list list;
    uint32_t limit;
    bool more;
};

static bool add_unpaired(void *context, const char *key, const void *row)
{
    struct unpaired *unpaired = context;
    struct ask *ask = unpaired->list.ask;

    (void)row;
    if (unpaired->list.count == unpaired->limit) {
        unpaired->more = true;
        return false;
    }
    const char *person = ask_text(ask, "%s", strchr(key, '/') + 1);
    if (ask_push(&unpaired->list, sizeof(char *)) != NULL)
        unpaired->list.items[unpaired->list.count - 1] = (void *)(uintptr_t)person;
    return ask->outcome == 0;
}

int ask_unpaired(struct ask *ask, const void *message)
{
    const Registry__Unpaired *question = message;
    struct unpaired unpaired = { .list = { .ask = ask },
                                 .limit = ask_limit(question->limit, LIST_USUAL, LIST_MOST) };

    if (question->committee[0] == '\0')
        return ask_refuse(ask, TOWN__REFUSAL__BAD_FIELD, "committee: is missing");
    if (!may_list(ask, question->committee))
        return ask_deny(ask, &(struct ask_trace){ .query = "Unpaired", .purpose = "" });
    ask_each_after(ask, UNPAIRED, ask_text(ask, "%s/", question->committee), question->after,
                   add_unpaired, &unpaired);
    Registry__UnpairedAnswer *answer = ask_new(ask, &registry__unpaired_answer__descriptor);
    if (answer == NULL)
        return ask->outcome;
    answer->persons = (void *)unpaired.list.items;
    answer->n_persons = unpaired.list.count;
    if (unpaired.more)
        answer->next = answer->persons[answer->n_persons - 1];
    return ask_give(ask, answer);
}

struct listing {
    struct ask_list list;
    uint32_t limit;
};

static bool add_stale(void *context, const char *key, const void *row)
{
    struct listing *listing = context;
    const RegistryRows__Stale *stale = row;
    Registry__StaleRow *out = ask_push(&listing->list, sizeof(*out));

    (void)key;
    if (out == NULL)
        return false;
    registry__stale_row__init(out);
    out->person = stale->person;
    out->path = stale->path;
    out->age_days =
        (uint32_t)((listing->list.ask->now_ms - stale->since_ms) / (24 * 60 * 60 * 1000));
    return listing->list.count < listing->limit;
}

int ask_stale(struct ask *ask, const void *message)
{
    const Registry__Stale *question = message;
    struct listing listing = { .list = { .ask = ask },
                               .limit = ask_limit(question->limit, LIST_USUAL, LIST_MOST) };

    if (!may_list(ask, question->committee))
        return ask_deny(ask, &(struct ask_trace){ .query = "Stale", .purpose = "" });
    ask_each(ask, STALE,
             question->committee[0] == '\0' ? "" : ask_text(ask, "%s/", question->committee),
             add_stale, &listing);
    Registry__StaleAnswer *answer = ask_new(ask, &registry__stale_answer__descriptor);
    if (answer == NULL)
        return ask->outcome;
    answer->rows = (Registry__StaleRow **)listing.list.items;
    answer->n_rows = listing.list.count;
    return ask_give(ask, answer);
}

/* unit/a~b */
static bool add_pair(void *context, const char *key, const void *row)
{
    struct listing *listing = context;
    struct ask *ask = listing->list.ask;
    const char *pair = strchr(key, '/') + 1;
    const char *second = strchr(pair, '~') + 1;
    const RegistryRows__Merge *merge =
        ask_load(ask, MERGES, ask_text(ask, "%.*s/%s", (int)(second - 1 - pair), pair, second));
    if (merge == NULL)
        merge =
            ask_load(ask, MERGES, ask_text(ask, "%s/%.*s", second, (int)(second - 1 - pair), pair));
    Registry__DuplicatePair *out = merge == NULL ? NULL : ask_push(&listing->list, sizeof(*out));

    (void)row;
    if (out == NULL)
        return ask->outcome == 0;
    registry__duplicate_pair__init(out);
    out->survivor = merge->first;
    out->alias = merge->second;
    out->evidence = merge->evidence;
    out->state = enum_name(&registry_rows__merge_state__descriptor, (int)merge->state);
    return listing->list.count < listing->limit;
}

int ask_duplicates(struct ask *ask, const void *message)
{
    const Registry__Duplicates *question = message;
    struct listing listing = { .list = { .ask = ask },
                               .limit = ask_limit(question->limit, LIST_USUAL, LIST_MOST) };
    const char *unit = question->committee[0] == '\0' ? "sjb" : question->committee;

    if (!may_list(ask, question->committee))
        return ask_deny(ask, &(struct ask_trace){ .query = "Duplicates", .purpose = "" });
    ask_each(ask, OPEN_MERGES, ask_text(ask, "%s/", unit), add_pair, &listing);
    Registry__DuplicatesAnswer *answer = ask_new(ask, &registry__duplicates_answer__descriptor);
    if (answer == NULL)
        return ask->outcome;
    answer->pairs = (Registry__DuplicatePair **)listing.list.items;
    answer->n_pairs = listing.list.count;
    return ask_give(ask, answer);
}

/* ---- imports ------------------------------------------------------------------------------------------------- */

static bool add_codes(void *context, const char *key, const void *row)
{
    struct ask_list *list = context;
    const RegistryRows__ImportRow *import_row = row;

    (void)key;
    for (size_t i = 0; i < import_row->n_codes && list->count < CODES_MOST; i++) {
        Registry__RowCode *code = ask_push(list, sizeof(*code));
        if (code == NULL)
            return false;
        *code = *import_row->codes[i];
        code->person = import_row->person;
    }
    return list->count < CODES_MOST && list->ask->outcome == 0;
}

int ask_import_of(struct ask *ask, const void *message)
{
    const Registry__ImportOf *question = message;
    const RegistryRows__Import *import =
        question->batch[0] == '\0' ? NULL : ask_load(ask, IMPORTS, question->batch);
    struct ask_list codes = { .ask = ask };

    if (import == NULL)
        return ask_refuse(ask, TOWN__REFUSAL__NOT_FOUND, "no such batch");
    if (!may_list(ask, import->committee))
        return ask_deny(ask, &(struct ask_trace){ .query = "ImportOf", .purpose = "" });
    ask_each(ask, IMPORT_ROWS, ask_text(ask, "%s/", question->batch), add_codes, &codes);
    Registry__ImportAnswer *answer = ask_new(ask, &registry__import_answer__descriptor);
    if (answer == NULL)
        return ask->outcome;
    answer->batch = import->batch;
    answer->state = enum_name(&registry_rows__import_state__descriptor, (int)import->state);
    answer->rows = import->total;
    answer->ok = import->ok;
    answer->warn = import->warn;
    answer->dup = import->dup;
    answer->reject = import->reject;
    answer->verdicts = (Registry__RowCode **)codes.items;
    answer->n_verdicts = codes.count;
    answer->committee = import->committee;
    return ask_give(ask, answer);
}
