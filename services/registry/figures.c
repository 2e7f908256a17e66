/*
 * What hangs on a person's row besides its indexes: the counters, the committee's roster, those
 * whom no carer has; and all three as they were on a day that is past (S-06U, S-080, S-087).
 * Nothing here is a scan: a figure is a sum of rows, a past one the row that was kept.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "registry/registry.h"

typedef RegistryRows__Mark Mark;
typedef RegistryRows__Count Count;
typedef RegistryRows__Figures Figures;

#define S(state) REGISTRY_ROWS__PERSON_STATE__##state

void set_mark(struct turn *turn, unsigned table, const char *key, bool on)
{
    if (turn->outcome != 0)
        return;
    if (on) {
        Mark *row = turn_edit(turn, table, key);
        row->on = true;
    } else {
        turn_drop(turn, table, key);
    }
}

/* ---- figures of a past day ------------------------------------------------------------------------- */

struct keeping {
    struct turn *turn;
    Figures *figures;
    size_t room;
};

static bool keep_figure(void *context, const char *key, const void *row)
{
    struct keeping *keeping = context;
    Figures *figures = keeping->figures;
    RegistryRows__Figure *figure = turn_array(keeping->turn, 1, sizeof(*figure));

    if (figures->n_figures == keeping->room) {
        keeping->room = 2 * keeping->room + 32;
        RegistryRows__Figure **all =
            turn_array(keeping->turn, keeping->room, sizeof(RegistryRows__Figure *));
        for (size_t i = 0; i < figures->n_figures && all != NULL; i++)
            all[i] = figures->figures[i];
        figures->figures = all;
    }
    if (figure == NULL || keeping->turn->outcome != 0)
        return false;
    registry_rows__figure__init(figure);
    figure->key = turn_text(keeping->turn, "%s", strchr(key, '/') + 1);
    figure->count = ((const Count *)row)->count;
    figures->figures[figures->n_figures++] = figure;
    return true;
}

/* Before the first change of a day the counters are kept as those of the day before: they were right
 * from the last change until then. */
static void keep_figures(struct turn *turn, const char *where)
{
    int64_t today = clock_day(turn->now_ms);
    RegistryRows__Counted *counted = turn_edit(turn, COUNTED, where);

    if (turn->outcome != 0 || (counted->known && counted->day == today))
        return;
    struct keeping keeping = { .turn = turn,
                               .figures = turn_edit(
                                   turn, PAST_COUNTS,
                                   turn_key(turn, "%s/%06lld", where, (long long)today - 1)) };
    counted->known = true;
    counted->day = today;
    turn_each(turn, COUNTS, turn_text(turn, "%s/", where), keep_figure, &keeping);
}

/* ---- counters ---------------------------------------------------------------------------------------- */

static void count(struct turn *turn, const char *where, const Person *person, unsigned category,
                  int change)
{
    const char *key = turn_key(turn, "%s/%s/%02u/%d", where, state_name(person->state), category,
                               (int)person->class_);
    Count *row = turn_edit(turn, COUNTS, key);

    if (turn->outcome != 0)
        return;
    row->count = (uint32_t)((int)row->count + change);
    if (row->count == 0)
        turn_drop(turn, COUNTS, key);
}

/* Each person once under category 0, and once under each of theirs; by committee and for the town. */
static void recount(struct turn *turn, const Person *person, int change)
{
    const char *const places[] = { person->owner, "town" };

    if (person->state == S(PERSON_NONE))
        return;
    for (size_t i = 0; i < 2; i++) {
        keep_figures(turn, places[i]);
        count(turn, places[i], person, 0, change);
        for (size_t k = 0; k < person->n_categories; k++)
            count(turn, places[i], person, (unsigned)person->categories[k], change);
    }
}

/* ---- the roster, and since when -------------------------------------------------------------------- */

static const char *stint_key(struct turn *turn, const Person *person)
{
    return turn_key(turn, "%s/%s/%016llx", person->owner, person->person,
                    (unsigned long long)person->roster_since_ms);
}

static void leave_roster(struct turn *turn, const Person *person)
{
    set_mark(turn, ROSTER, turn_key(turn, "%s/%s", person->owner, person->person), false);
    RegistryRows__Stint *stint = turn_edit(turn, STINTS, stint_key(turn, person));
    stint->until_ms = turn->now_ms;
}

/* Who is back because a ruling was undone never left: the stint of before goes on. */
static void join_roster(struct turn *turn, Person *person)
{
    set_mark(turn, ROSTER, turn_key(turn, "%s/%s", person->owner, person->person), true);
    if (person->roster_since_ms == 0 || turn_load(turn, STINTS, stint_key(turn, person)) == NULL)
        person->roster_since_ms = turn->now_ms;
    RegistryRows__Stint *stint = turn_edit(turn, STINTS, stint_key(turn, person));
    stint->person = person->person;
    stint->until_ms = 0;
}

static bool is_listed(const Person *person)
{
    return person != NULL && person->owner[0] != '\0' && on_roster(person->state);
}

static void list(struct turn *turn, const Person *before, Person *after)
{
    bool was = is_listed(before);
    bool is = is_listed(after);

    if (was && is && strcmp(before->owner, after->owner) == 0)
        return;
    if (was) {
        leave_roster(turn, before);
        if (after != NULL && after->roster_since_ms == before->roster_since_ms)
            after->roster_since_ms = 0;
    }
    if (is)
        join_roster(turn, after);
}

/* ---- whom no carer has (S-095) ------------------------------------------------------------------- */

static void mark_unpaired(struct turn *turn, const Person *person, bool on)
{
    if (person->owner[0] != '\0' && is_served(person->state) && person->carer[0] == '\0')
        set_mark(turn, UNPAIRED, turn_key(turn, "%s/%s", person->owner, person->person), on);
}

void refigure(struct turn *turn, const Person *before, Person *after)
{
    recount(turn, before, -1);
    if (after != NULL)
        recount(turn, after, 1);
    list(turn, before, after);
    if (before != NULL)
        mark_unpaired(turn, before, false);
    if (after != NULL)
        mark_unpaired(turn, after, true);
}

void pair_person(struct turn *turn, Person *person, const char *carer)
{
    mark_unpaired(turn, person, false);
    person->carer = carer;
    mark_unpaired(turn, person, true);
}
