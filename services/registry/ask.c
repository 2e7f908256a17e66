#include "registry/ask.h"

#include <string.h>

#include "base/clock.h"
#include "kit/directory_rows.h"

#define S(state) REGISTRY_ROWS__PERSON_STATE__##state

enum { ALIAS_STEPS = 8 };

const Person *ask_person(struct ask *ask, const char *id)
{
    const Person *person = NULL;

    for (int step = 0; step < ALIAS_STEPS && id[0] != '\0' && strlen(id) <= 64; step++) {
        person = ask_load(ask, PERSONS, id);
        if (person == NULL || person->state != S(ALIAS))
            return person;
        id = person->alias_of;
    }
    return person;
}

static bool add_need(void *context, const char *key, const void *row)
{
    struct ask_list *list = context;
    const char *need = ask_text(list->ask, "%s", strchr(key, '/') + 1);
    const char **item = ask_push(list, sizeof(char *));

    (void)row;
    if (item != NULL)
        list->items[list->count - 1] = (void *)(uintptr_t)need;
    return list->ask->outcome == 0;
}

const char **ask_needs(struct ask *ask, const char *person, size_t *ret_count)
{
    struct ask_list needs = { .ask = ask };

    ask_each(ask, PERSON_NEEDS, ask_text(ask, "%s/", person), add_need, &needs);
    *ret_count = needs.count;
    return (void *)needs.items;
}

bool ask_day(const char *date, int64_t *ret_day)
{
    uint64_t ms;

    if (strlen(date) != sizeof("YYYY-MM-DD") - 1 || clock_parse(date, &ms) != 0)
        return false;
    *ret_day = clock_day(ms);
    return true;
}

bool ask_is(struct ask *ask, const char *unit)
{
    return strcmp(ask_actor_unit(ask), unit) == 0;
}

/* ---- what may be seen --------------------------------------------------------------------------------- */

/* The post is one that answers for the unit's roster: a carer's is not. */
static bool answers_for(struct ask *ask, const char *unit)
{
    static const char *const kinds[] = { "head", "first_responsible", "deputy", "liaison", "duty",
                                         NULL };
    const char *id = ask->actor->post;
    const DirectoryRows__Post *post = id[0] == '\0' ? NULL : ask_load(ask, DIRECTORY_POSTS, id);

    for (size_t i = 0; post != NULL && kinds[i] != NULL; i++)
        if (strcmp(post->kind, kinds[i]) == 0)
            return strcmp(post->unit, unit) == 0;
    return false;
}

static unsigned groups_for_owner(struct ask *ask, const Person *person, const char *purpose)
{
    if (answers_for(ask, person->owner))
        return purpose[0] == '\0' ? IDENTITY | CONTACT | LIVING : EVERYTHING;
    /* The unit's own desk keeps the list; another post of the unit is a carer's. */
    return ask->actor->post[0] == '\0' ? IDENTITY | CONTACT | LIVING : CONTACT | LIVING;
}

struct reason {
    bool found;
};

static bool is_reason(void *context, const char *key, const void *row)
{
    (void)key;
    (void)row;
    ((struct reason *)context)->found = true;
    return false;
}

/* An assignment that is open, or a call-back that is due. */
static bool has_reason(struct ask *ask, const char *person)
{
    struct reason reason = { 0 };

    ask_each(ask, ACCESS, ask_text(ask, "%s/%s/", person, ask_actor_unit(ask)), is_reason, &reason);
    return reason.found;
}

unsigned ask_groups(struct ask *ask, const Person *person, const char *purpose)
{
    const char *unit = ask_actor_unit(ask);
    bool minor = is_minor(person->card, ask->now_ms);
    unsigned groups = 0;

    /* Everything about a child is sensitive: nobody looks without saying why. */
    if (minor && purpose[0] == '\0')
        return 0;
    if (strcmp(unit, person->owner) == 0)
        return groups_for_owner(ask, person, purpose);
    if (strcmp(unit, "lgo") == 0 || strcmp(unit, "sjb") == 0)
        groups = IDENTITY | CONTACT | LIVING;
    else if (has_reason(ask, person->person))
        groups = groups_for_target(ask_load(ask, DIRECTORY_CENTRES, unit) != NULL, minor);
    else if (strcmp(unit, "care") == 0 || strcmp(unit, person->move_to) == 0)
        groups = CONTACT;
    return minor ? groups & ~(unsigned)IDENTITY : groups;
}

struct categories ask_categories(struct ask *ask, const Person *person, unsigned groups)
{
    struct categories seen = { person->categories, person->n_categories };

    /* Whoever sees the number keeps the roster, decides on it, or treats the person. */
    if (groups & IDENTITY)
        return seen;
    seen = (struct categories){ ask_array(ask, person->n_categories, sizeof(*seen.items)), 0 };
    for (size_t i = 0; seen.items != NULL && i < person->n_categories; i++)
        if (person->categories[i] != REGISTRY__CATEGORY__GRAVELY_ILL
            && person->categories[i] != REGISTRY__CATEGORY__MENTAL_DISORDER)
            seen.items[seen.count++] = person->categories[i];
    return seen;
}

Town__Card *ask_trim(struct ask *ask, const Person *person, unsigned groups)
{
    Town__Card *card = ask_array(ask, 1, sizeof(*card));

    if (card != NULL && person->card != NULL)
        trim_card(person->card, groups, card);
    return card;
}

/* ---- the trace ------------------------------------------------------------------------------------------ */

static const char **group_names(struct ask *ask, unsigned groups, size_t *ret_count)
{
    static const char *const names[] = { "identity", "contact", "living", "health", "mental" };
    const char **list = ask_array(ask, 5, sizeof(char *));

    *ret_count = 0;
    for (unsigned i = 0; list != NULL && i < 5; i++)
        if (groups & 1u << i)
            list[(*ret_count)++] = names[i];
    return list;
}

static void trace(struct ask *ask, const struct ask_trace *read, const char *result)
{
    Town__Accessed *accessed = ask_new(ask, &town__accessed__descriptor);
    size_t count;
    const char **groups = group_names(ask, read->groups, &count);

    if (accessed == NULL || groups == NULL)
        return;
    accessed->reader_unit = ask_actor_unit(ask);
    accessed->reader_post = ask->actor->post;
    accessed->reader_person = ask->actor->person;
    accessed->acting_for = ask->actor->acting_for;
    accessed->purpose = read->purpose;
    accessed->query = read->query;
    accessed->persons = read->persons;
    accessed->n_persons = read->count;
    accessed->field_groups = groups;
    accessed->n_field_groups = count;
    accessed->result = result;
    ask_accessed(ask, accessed);
}

void ask_trace_read(struct ask *ask, const struct ask_trace *read)
{
    trace(ask, read, "ok");
}

int ask_deny(struct ask *ask, const struct ask_trace *read)
{
    trace(ask, read, "denied");
    return ask_refuse(ask, TOWN__REFUSAL__NOT_ALLOWED, "%s is not for %s", read->query,
                      ask_actor_unit(ask));
}
