/* The chart: units, who acts for their posts, the teams they lead, what serves them, their plans. */
#include <string.h>

#include "organisation/organisation.h"

typedef OrganisationRows__Post Post;
typedef OrganisationRows__Unit Unit;
typedef OrganisationRows__Plan Plan;
typedef OrganisationRows__Version Version;
typedef Organisation__WhoIsAnswer WhoIs;
typedef Organisation__ChartUnit ChartUnit;

const char *row_state(const ProtobufCEnumDescriptor *states, int state)
{
    const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(states, state);

    return value == NULL ? "" : value->name;
}

void tell_post(WhoIs *answer, const Post *post)
{
    organisation__who_is_answer__init(answer);
    answer->post = post->post;
    answer->unit = post->unit;
    answer->kind = post->kind;
    answer->holder = post->holder;
    answer->why = post->why;
    answer->state = row_state(&organisation_rows__post_state__descriptor, (int)post->state);
}

bool add_post(void *context, const char *key, const void *row)
{
    struct ask_list *list = context;
    const Post *post = ask_load(list->ask, POSTS, strchr(key, '/') + 1);
    WhoIs *answer = post == NULL ? NULL : ask_push(list, sizeof(*answer));

    (void)row;
    if (answer != NULL)
        tell_post(answer, post);
    return list->ask->outcome == 0;
}

/* ---- units and their posts ---------------------------------------------------------------------------- */

static bool add_unit(void *context, const char *key, const void *row)
{
    struct ask_list *list = context;
    const Unit *unit = row;
    struct ask_list posts = { .ask = list->ask };
    ChartUnit *chart = ask_push(list, sizeof(*chart));

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

/* ---- what hangs on them: each table is walked once ------------------------------------------------------ */

static ChartUnit *unit_of(const struct ask_list *units, const char *unit)
{
    for (size_t i = 0; i < units->count; i++)
        if (strcmp(((const ChartUnit *)units->items[i])->unit, unit) == 0)
            return units->items[i];
    return NULL;
}

/* One more in a list that is short. */
static void *grow(struct ask *ask, void ***items, size_t *count, size_t size)
{
    void **more = ask_array(ask, *count + 1, sizeof(void *));
    void *item = ask_array(ask, 1, size);

    if (more == NULL || item == NULL)
        return NULL;
    if (*count > 0)
        memcpy(more, *items, *count * sizeof(void *));
    more[(*count)++] = item;
    *items = more;
    return item;
}

#define GROW(ask, unit, field)                                                                     \
    grow(ask, (void ***)&(unit)->field, &(unit)->n_##field, sizeof(*(unit)->field[0]))

static bool add_team(void *context, const char *key, const void *row)
{
    struct ask_list *units = context;
    const OrganisationRows__Team *team = row;
    ChartUnit *unit = unit_of(units, team->lead_unit);
    Organisation__ChartTeam *out = unit == NULL ? NULL : GROW(units->ask, unit, teams);

    (void)key;
    if (out == NULL)
        return units->ask->outcome == 0;
    organisation__chart_team__init(out);
    out->team = team->team;
    out->name = team->name;
    out->lead_unit = team->lead_unit;
    out->service = team->service;
    COPY_LIST(out, team, members);
    return true;
}

static bool add_provider(void *context, const char *key, const void *row)
{
    struct ask_list *units = context;
    const OrganisationRows__Provider *provider = row;
    ChartUnit *unit = unit_of(units, provider->unit);
    Organisation__ChartProvider *out = unit == NULL ? NULL : GROW(units->ask, unit, providers);

    (void)key;
    if (out == NULL)
        return units->ask->outcome == 0;
    organisation__chart_provider__init(out);
    out->provider = provider->provider;
    out->unit = provider->unit;
    out->hours = provider->hours;
    out->phone = provider->phone;
    COPY_LIST(out, provider, kinds);
    return true;
}

static const Version *version_of(struct ask *ask, const char *plan, uint32_t version)
{
    return version == 0 ? NULL : ask_load(ask, VERSIONS, ask_text(ask, "%s/%06u", plan, version));
}

/* Who commands in an emergency looks up the contingency plan that is in force (S-06S). */
static bool add_plan(void *context, const char *key, const void *row)
{
    struct ask_list *units = context;
    const Plan *plan = row;
    ChartUnit *unit = unit_of(units, plan->unit);
    Organisation__ChartPlan *out = unit == NULL ? NULL : GROW(units->ask, unit, plans);

    if (out == NULL)
        return units->ask->outcome == 0;
    const Version *approved = version_of(units->ask, key, plan->approved);
    const Version *latest = version_of(units->ask, key, plan->latest);
    organisation__chart_plan__init(out);
    out->plan = key;
    out->kind = plan->kind;
    out->approved = plan->approved;
    out->file_hash = approved == NULL ? "" : approved->file_hash;
    out->until_ms = approved == NULL ? 0 : approved->until_ms;
    out->latest = plan->latest;
    out->latest_state =
        latest == NULL ? ""
                       : row_state(&organisation_rows__plan_state__descriptor, (int)latest->state);
    return units->ask->outcome == 0;
}

int ask_chart(struct ask *ask, const void *message)
{
    const Organisation__Chart *question = message;
    struct ask_list units = { .ask = ask };

    if (question->unit[0] == '\0') {
        ask_each(ask, UNITS, "", add_unit, &units);
    } else {
        const Unit *unit = ask_load(ask, UNITS, question->unit);
        if (unit == NULL)
            return ask_refuse(ask, TOWN__REFUSAL__NOT_FOUND, "no such unit");
        add_unit(&units, question->unit, unit);
    }
    ask_each(ask, TEAMS, "", add_team, &units);
    ask_each(ask, PROVIDERS, "", add_provider, &units);
    ask_each(ask, PLANS, "", add_plan, &units);
    Organisation__ChartAnswer *answer = ask_new(ask, &organisation__chart_answer__descriptor);
    if (answer != NULL) {
        answer->n_units = units.count;
        answer->units = (Organisation__ChartUnit **)units.items;
    }
    return ask_give(ask, answer);
}

int ask_vacancies(struct ask *ask, const void *message)
{
    const Organisation__Vacancies *question = message;
    struct ask_list posts = { .ask = ask };
    const char *prefix = question->unit[0] == '\0' ? "" : ask_text(ask, "%s/", question->unit);

    ask_each(ask, GAPS, prefix, add_post, &posts);
    Organisation__VacanciesAnswer *answer =
        ask_new(ask, &organisation__vacancies_answer__descriptor);
    if (answer != NULL) {
        answer->n_posts = posts.count;
        answer->posts = (WhoIs **)posts.items;
    }
    return ask_give(ask, answer);
}
