/*
 * kit/directory: which rule is in force, and when a clock runs out by it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "kit/directory.h"
#include "kit/directory_rows.h"
#include "kit/office.h"

typedef DirectoryRows__PolicyTerm Term;

/* ---- which record -------------------------------------------------------------------------------- */

/* Where a scope stands in its scale: `P0`..`P9`, or a grade `I`..`IV`; -1: in none. */
static int rank(const char *scope, size_t length)
{
    static const char *const grades[] = { "I", "II", "III", "IV" };

    if (length == 2 && scope[0] == 'P' && scope[1] >= '0' && scope[1] <= '9')
        return scope[1] - '0';
    for (int i = 0; i < 4; i++)
        if (strlen(grades[i]) == length && memcmp(grades[i], scope, length) == 0)
            return 100 + i;
    return -1;
}

static bool in_range(const char *range, const char *scope)
{
    const char *dash = strchr(range, '-');
    int at = rank(scope, strlen(scope));

    if (dash == NULL || at < 0)
        return false;
    int low = rank(range, (size_t)(dash - range));
    int high = rank(dash + 1, strlen(dash + 1));
    return low >= 0 && low <= at && at <= high;
}

static const Term *term_of(struct turn *turn, const char *key, const char *scope, uint64_t from_ms)
{
    const DirectoryRows__Policy *policy =
        turn_load(turn, DIRECTORY_POLICIES, turn_key(turn, "%s/%s", key, scope));
    const Term *found = NULL;

    for (size_t i = 0; policy != NULL && i < policy->n_terms; i++)
        if (policy->terms[i]->from_ms <= from_ms)
            found = policy->terms[i];
    return found;
}

/* The record in force: of the scope itself, of a range that holds it, of all. */
static const Term *in_force(struct turn *turn, const char *key, const char *scope, uint64_t from_ms)
{
    const Term *found = NULL;

    if (scope[0] != '\0')
        found = term_of(turn, key, scope, from_ms);
    if (found == NULL && scope[0] != '\0') {
        const DirectoryRows__PolicyScopes *ranges = turn_load(turn, DIRECTORY_RANGES, key);
        for (size_t i = 0; ranges != NULL && found == NULL && i < ranges->n_scopes; i++)
            if (in_range(ranges->scopes[i], scope))
                found = term_of(turn, key, ranges->scopes[i], from_ms);
    }
    return found != NULL ? found : term_of(turn, key, "*", from_ms);
}

static const Term *wanted(struct turn *turn, const char *key, const char *scope, uint64_t from_ms)
{
    const Term *term = in_force(turn, key, scope, from_ms);

    if (term == NULL)
        turn_refuse(turn, TOWN__REFUSAL__NOT_FOUND, "no policy %s%s%s is in force", key,
                    scope[0] == '\0' ? "" : " for ", scope);
    return term;
}

bool directory_has(struct turn *turn, const char *key, const char *scope, uint64_t from_ms)
{
    return in_force(turn, key, scope, from_ms) != NULL;
}

static uint64_t number_of(const Term *term)
{
    return strtoull(term->value, NULL, 10);
}

uint64_t directory_number(struct turn *turn, const char *key, const char *scope)
{
    const Term *term = wanted(turn, key, scope, turn->now_ms);

    return term == NULL ? 0 : number_of(term);
}

/* ---- two calendars ------------------------------------------------------------------------------- */

bool directory_workday(struct turn *turn, int64_t day)
{
    struct clock_date date = clock_date(day);
    const DirectoryRows__Calendar *calendar =
        turn_load(turn, DIRECTORY_CALENDARS, turn_key(turn, "%04d", date.year));

    for (size_t i = 0; calendar != NULL && i < calendar->n_days; i++)
        if (calendar->days[i]->day == day)
            return calendar->days[i]->working;
    return date.weekday != 0 && date.weekday != 6;
}

static bool is_workday(void *context, int64_t day)
{
    return directory_workday(context, day);
}

/* `08:30` as ms since midnight. */
static uint64_t time_of(const char *text)
{
    char *rest;
    uint64_t hours = strtoull(text, &rest, 10);
    uint64_t minutes = *rest == ':' ? strtoull(rest + 1, NULL, 10) : 0;

    return (hours * 60 + minutes) * 60 * 1000;
}

static struct office office_of(struct turn *turn, uint64_t from_ms)
{
    const Term *open = wanted(turn, "calendar.office_open", "", from_ms);
    const Term *close = wanted(turn, "calendar.office_close", "", from_ms);
    struct office office = { .is_workday = is_workday, .context = turn };

    if (open != NULL && close != NULL) {
        office.open_ms = time_of(open->value);
        office.close_ms = time_of(close->value);
    }
    return office;
}

static bool in_office_time(const Term *term)
{
    return strcmp(term->calendar, "workdays") == 0 && strcmp(term->unit, "clock") != 0;
}

/* One of the term's units in ms; 0: it is no length of time. */
static uint64_t unit_ms(const Term *term)
{
    static const struct {
        const char *name;
        uint64_t ms;
    } units[] = {
        { "s", 1000 },           { "min", 60 * 1000 },     { "h", 60 * 60 * 1000 },
        { "day", CLOCK_DAY_MS }, { "days", CLOCK_DAY_MS }, { "workday", CLOCK_DAY_MS },
    };

    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (strcmp(units[i].name, term->unit) == 0)
            return units[i].ms;
    return 0;
}

/* `24:00` is the next midnight. */
static uint64_t next_clock(const Term *term, uint64_t from_ms)
{
    int64_t day = clock_day(from_ms);
    uint64_t at_ms = clock_day_start_ms(day) + time_of(term->value);

    return at_ms > from_ms ? at_ms : at_ms + CLOCK_DAY_MS;
}

static uint64_t due_by(struct turn *turn, const Term *term, const char *key, uint64_t from_ms)
{
    if (strcmp(term->unit, "clock") == 0)
        return next_clock(term, from_ms);
    uint64_t ms = unit_ms(term);
    if (ms == 0) {
        turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "policy %s is no length of time", key);
        return 0;
    }
    if (!in_office_time(term))
        return from_ms + number_of(term) * ms;
    struct office office = office_of(turn, from_ms);
    if (turn->outcome != 0)
        return 0;
    if (strcmp(term->unit, "workday") == 0)
        return office_days_after(&office, from_ms, number_of(term));
    return office_after(&office, from_ms, number_of(term) * ms);
}

uint64_t directory_due(struct turn *turn, const char *key, const char *scope, uint64_t from_ms)
{
    const Term *term = wanted(turn, key, scope, from_ms);

    return term == NULL ? 0 : due_by(turn, term, key, from_ms);
}

uint64_t directory_share(struct turn *turn, const char *key, const char *scope, uint64_t from_ms,
                         unsigned part)
{
    const Term *term = wanted(turn, key, scope, from_ms);
    uint64_t due_ms = term == NULL ? 0 : due_by(turn, term, key, from_ms);

    if (term == NULL || turn->outcome != 0)
        return 0;
    if (!in_office_time(term))
        return from_ms + (due_ms - from_ms) * part / 100;
    struct office office = office_of(turn, from_ms);
    return office_after(&office, from_ms, office_between(&office, from_ms, due_ms) * part / 100);
}

uint64_t directory_paused(struct turn *turn, const struct directory_pause *pause, uint64_t due_ms)
{
    const Term *term = wanted(turn, pause->key, pause->scope, pause->from_ms);

    if (term == NULL)
        return due_ms;
    if (!in_office_time(term))
        return due_ms + (pause->until_ms - pause->pause_ms);
    struct office office = office_of(turn, pause->from_ms);
    if (turn->outcome != 0)
        return due_ms;
    /* What was left of it at the pause is left when it ends. */
    uint64_t left_ms = office_between(&office, pause->pause_ms, due_ms);
    return office_after(&office, pause->until_ms, left_ms);
}
