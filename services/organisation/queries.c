/* What units ask of the organisation.  Nothing here is about protected people. */
#include <string.h>

#include "organisation/organisation.h"

typedef OrganisationRows__Post Post;
typedef OrganisationRows__Unit Unit;
typedef OrganisationRows__Roster Roster;
typedef OrganisationRows__Catchment Catchment;
typedef OrganisationRows__Policy Policy;
typedef OrganisationRows__Endpoint Endpoint;
typedef Organisation__WhoIsAnswer WhoIs;

/* A list that grows while a table is walked. */
struct list {
    struct ask *ask;
    void **items;
    size_t count;
    size_t room;
};

static void *push(struct list *list, size_t size)
{
    if (list->count == list->room) {
        size_t room = list->room == 0 ? 16 : 2 * list->room;
        void **items = ask_array(list->ask, room, sizeof(void *));
        if (items == NULL)
            return NULL;
        if (list->count > 0)
            memcpy(items, list->items, list->count * sizeof(void *));
        list->items = items;
        list->room = room;
    }
    void *item = ask_array(list->ask, 1, size);
    if (item != NULL)
        list->items[list->count++] = item;
    return item;
}

/* An answer outlives the function that gives it. */
static void *new_answer(struct ask *ask, const ProtobufCMessageDescriptor *type)
{
    ProtobufCMessage *answer = ask_array(ask, 1, type->sizeof_message);

    if (answer != NULL)
        protobuf_c_message_init(type, answer);
    return answer;
}

static int give(struct ask *ask, const void *answer)
{
    return answer == NULL ? ask->outcome : ask_answer(ask, answer);
}

static const char *state_name(const ProtobufCEnumDescriptor *states, int state)
{
    const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(states, state);

    return value == NULL ? "" : value->name;
}

static void tell(WhoIs *answer, const Post *post)
{
    organisation__who_is_answer__init(answer);
    answer->post = post->post;
    answer->unit = post->unit;
    answer->kind = post->kind;
    answer->holder = post->holder;
    answer->why = post->why;
    answer->state = state_name(&organisation_rows__post_state__descriptor, (int)post->state);
}

/* The post that a key `unit/post` ends with, added to a list. */
static bool add_post(void *context, const char *key, const void *row)
{
    struct list *list = context;
    const Post *post = ask_load(list->ask, POSTS, strchr(key, '/') + 1);
    WhoIs *answer = post == NULL ? NULL : push(list, sizeof(*answer));

    (void)row;
    if (answer != NULL)
        tell(answer, post);
    return list->ask->outcome == 0;
}

int ask_who_is(struct ask *ask, const void *message)
{
    const Organisation__WhoIs *question = message;
    const Post *post = question->post[0] == '\0' ? NULL : ask_load(ask, POSTS, question->post);

    if (post == NULL)
        return ask_refuse(ask, TOWN__REFUSAL__NOT_FOUND, "no such post");
    WhoIs *answer = new_answer(ask, &organisation__who_is_answer__descriptor);
    if (answer != NULL)
        tell(answer, post);
    return give(ask, answer);
}

/* ---- who is on duty --------------------------------------------------------------------------------- */

struct duty {
    struct list list;
    uint64_t at_ms;
};

static bool add_slot(void *context, const char *key, const void *row)
{
    struct duty *duty = context;
    const Roster *roster = row;

    (void)key;
    for (size_t i = 0; i < roster->n_slots; i++) {
        if (duty->at_ms < roster->slots[i]->from_ms || duty->at_ms >= roster->slots[i]->until_ms)
            continue;
        const Post *post = ask_load(duty->list.ask, POSTS, roster->slots[i]->post);
        WhoIs *answer = post == NULL ? NULL : push(&duty->list, sizeof(*answer));
        if (answer != NULL)
            tell(answer, post);
    }
    return duty->list.ask->outcome == 0;
}

/* By the roster; where none covers the moment, the unit's duty post. */
int ask_on_duty(struct ask *ask, const void *message)
{
    const Organisation__OnDuty *question = message;
    struct duty duty = { .list = { .ask = ask },
                         .at_ms = question->at_ms == 0 ? ask->now_ms : question->at_ms };
    const Unit *unit = question->unit[0] == '\0' ? NULL : ask_load(ask, UNITS, question->unit);

    if (unit == NULL)
        return ask_refuse(ask, TOWN__REFUSAL__NOT_FOUND, "no such unit");
    ask_each(ask, ROSTERS, ask_text(ask, "%s/", question->unit), add_slot, &duty);
    if (duty.list.count == 0 && unit->duty_post[0] != '\0')
        add_post(&duty.list, ask_text(ask, "%s/%s", question->unit, unit->duty_post), NULL);

    Organisation__OnDutyAnswer *answer = new_answer(ask, &organisation__on_duty_answer__descriptor);
    if (answer != NULL) {
        answer->n_posts = duty.list.count;
        answer->posts = (WhoIs **)duty.list.items;
    }
    return give(ask, answer);
}

/* ---- the chart -------------------------------------------------------------------------------------- */

static bool add_unit(void *context, const char *key, const void *row)
{
    struct list *list = context;
    const Unit *unit = row;
    struct list posts = { .ask = list->ask };
    Organisation__ChartUnit *chart = push(list, sizeof(*chart));

    (void)key;
    if (chart == NULL)
        return false;
    ask_each(list->ask, UNIT_POSTS, ask_text(list->ask, "%s/", unit->unit), add_post, &posts);
    organisation__chart_unit__init(chart);
    chart->unit = unit->unit;
    chart->name_zh = unit->name_zh;
    chart->kind = unit->kind;
    chart->n_posts = posts.count;
    chart->posts = (WhoIs **)posts.items;
    return list->ask->outcome == 0;
}

int ask_chart(struct ask *ask, const void *message)
{
    const Organisation__Chart *question = message;
    struct list units = { .ask = ask };

    if (question->unit[0] == '\0') {
        ask_each(ask, UNITS, "", add_unit, &units);
    } else {
        const Unit *unit = ask_load(ask, UNITS, question->unit);
        if (unit == NULL)
            return ask_refuse(ask, TOWN__REFUSAL__NOT_FOUND, "no such unit");
        add_unit(&units, question->unit, unit);
    }
    Organisation__ChartAnswer *answer = new_answer(ask, &organisation__chart_answer__descriptor);
    if (answer != NULL) {
        answer->n_units = units.count;
        answer->units = (Organisation__ChartUnit **)units.items;
    }
    return give(ask, answer);
}

int ask_vacancies(struct ask *ask, const void *message)
{
    const Organisation__Vacancies *question = message;
    struct list posts = { .ask = ask };
    const char *prefix = question->unit[0] == '\0' ? "" : ask_text(ask, "%s/", question->unit);

    ask_each(ask, GAPS, prefix, add_post, &posts);
    Organisation__VacanciesAnswer *answer =
        new_answer(ask, &organisation__vacancies_answer__descriptor);
    if (answer != NULL) {
        answer->n_posts = posts.count;
        answer->posts = (WhoIs **)posts.items;
    }
    return give(ask, answer);
}

/* ---- catchments and policies, as of a moment --------------------------------------------------------- */

static const char *centre_at(const Catchment *row, uint64_t at_ms)
{
    const char *centre = "";
    uint64_t from_ms = 0;

    for (size_t i = 0; row != NULL && i < row->n_history; i++) {
        if (row->history[i]->from_ms <= at_ms && row->history[i]->from_ms >= from_ms) {
            centre = row->history[i]->centre;
            from_ms = row->history[i]->from_ms;
        }
    }
    return centre;
}

int ask_catchment_of(struct ask *ask, const void *message)
{
    const Organisation__CatchmentOf *question = message;
    const char *centre = "";

    if (question->committee[0] == '\0')
        return ask_refuse(ask, TOWN__REFUSAL__BAD_FIELD, "committee: is missing");
    if (question->kind[0] != '\0')
        centre = centre_at(
            ask_load(ask, CATCHMENTS, ask_text(ask, "%s/%s", question->committee, question->kind)),
            ask->now_ms);
    if (centre[0] == '\0')
        centre = centre_at(ask_load(ask, CATCHMENTS, ask_text(ask, "%s/any", question->committee)),
                           ask->now_ms);
    if (centre[0] == '\0')
        return ask_refuse(ask, TOWN__REFUSAL__NOT_FOUND, "no centre serves it");
    Organisation__CatchmentAnswer *answer =
        new_answer(ask, &organisation__catchment_answer__descriptor);
    if (answer != NULL) {
        answer->committee = question->committee;
        answer->centre = centre;
        answer->kind = question->kind;
    }
    return give(ask, answer);
}

struct policies {
    struct list list;
    uint64_t at_ms;
};

static bool add_policy(void *context, const char *key, const void *row)
{
    struct policies *policies = context;
    const Policy *policy = row;
    const OrganisationRows__PolicyValue *value = NULL;

    (void)key;
    for (size_t i = 0; i < policy->n_history; i++)
        if (policy->history[i]->from_ms <= policies->at_ms
            && (value == NULL || policy->history[i]->from_ms >= value->from_ms))
            value = policy->history[i];
    if (value == NULL)
        return true;
    Organisation__PolicyRecord *record = push(&policies->list, sizeof(*record));
    if (record == NULL)
        return false;
    organisation__policy_record__init(record);
    record->key = policy->key;
    record->scope = policy->scope;
    record->value = value->value;
    record->unit = value->unit;
    record->calendar = value->calendar;
    record->status = value->status;
    return policies->list.ask->outcome == 0;
}

/* `key` may be the beginning of keys that ends in a dot: `need.` asks for all of the kernel's. */
int ask_policy_at(struct ask *ask, const void *message)
{
    const Organisation__PolicyAt *question = message;
    struct policies policies = { .list = { .ask = ask },
                                 .at_ms = question->at_ms == 0 ? ask->now_ms : question->at_ms };
    size_t length = strlen(question->key);
    bool whole = length > 0 && question->key[length - 1] != '.';

    ask_each(ask, POLICIES, whole ? ask_text(ask, "%s/", question->key) : question->key, add_policy,
             &policies);
    if (whole && policies.list.count == 0)
        return ask_refuse(ask, TOWN__REFUSAL__NOT_FOUND, "no such policy");
    Organisation__PolicyAtAnswer *answer =
        new_answer(ask, &organisation__policy_at_answer__descriptor);
    if (answer != NULL) {
        answer->n_records = policies.list.count;
        answer->records = (Organisation__PolicyRecord **)policies.list.items;
    }
    return give(ask, answer);
}

/* ---- silence ------------------------------------------------------------------------------------------ */

struct silent {
    struct list list;
    uint32_t limit;
};

static bool add_silent(void *context, const char *key, const void *row)
{
    struct silent *silent = context;
    const Endpoint *endpoint = row;

    (void)key;
    if (endpoint->state <= ORGANISATION_ROWS__LINK_STATE__UP)
        return true;
    Organisation__SilentUnit *unit = push(&silent->list, sizeof(*unit));
    if (unit == NULL)
        return false;
    organisation__silent_unit__init(unit);
    unit->unit = endpoint->unit;
    unit->state = state_name(&organisation_rows__link_state__descriptor, (int)endpoint->state);
    unit->since_ms = endpoint->since_ms;
    return silent->list.count < silent->limit;
}

/* The endpoints are the town's units, some sixty: they are walked. */
int ask_silent_units(struct ask *ask, const void *message)
{
    const Organisation__SilentUnits *question = message;
    struct silent silent = { .list = { .ask = ask },
                             .limit = question->limit == 0 ? 100 : question->limit };

    ask_each(ask, ENDPOINTS, "", add_silent, &silent);
    Organisation__SilentUnitsAnswer *answer =
        new_answer(ask, &organisation__silent_units_answer__descriptor);
    if (answer != NULL) {
        answer->n_units = silent.list.count;
        answer->units = (Organisation__SilentUnit **)silent.list.items;
    }
    return give(ask, answer);
}
