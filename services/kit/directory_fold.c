/*
 * kit/directory: what the organisation says, folded into the service's store.
 */
#include <string.h>

#include "base/clock.h"
#include "kit/directory.h"
#include "kit/directory_rows.h"
#include "organisation.pb-c.h"

typedef DirectoryRows__Unit Unit;
typedef DirectoryRows__Post Post;
typedef DirectoryRows__AbsenceTerm AbsenceTerm;

/* An array of pointers with one more; the old one stays as it is. */
static void *grown(struct turn *turn, void *const *items, size_t count, void *item)
{
    void **list = turn_array(turn, count + 1, sizeof(*list));

    if (list == NULL)
        return NULL;
    if (count > 0)
        memcpy(list, items, count * sizeof(*list));
    list[count] = item;
    return list;
}

/* ---- units, posts, staff ------------------------------------------------------------------------- */

static int on_unit_registered(struct turn *turn, const void *message)
{
    const Organisation__UnitRegistered *event = message;
    Unit *unit = turn_edit(turn, DIRECTORY_UNITS, event->unit);

    if (unit == NULL)
        return turn->outcome;
    unit->name_zh = event->name_zh;
    unit->kind = event->kind;
    unit->head_post = event->head_post;
    unit->retired = false;
    return 0;
}

static int on_unit_retired(struct turn *turn, const void *message)
{
    const Organisation__UnitRetired *event = message;
    Unit *unit = turn_edit(turn, DIRECTORY_UNITS, event->unit);

    if (unit != NULL)
        unit->retired = true;
    return turn->outcome;
}

static int on_staff_registered(struct turn *turn, const void *message)
{
    const Organisation__StaffRegistered *event = message;
    DirectoryRows__Staff *staff = turn_edit(turn, DIRECTORY_STAFF, event->staff);

    if (staff != NULL)
        staff->unit = event->unit;
    return turn->outcome;
}

static int on_post_defined(struct turn *turn, const void *message)
{
    const Organisation__PostDefined *event = message;
    Post *post = turn_edit(turn, DIRECTORY_POSTS, event->post);

    if (post == NULL)
        return turn->outcome;
    if (post->unit[0] != '\0')
        turn_drop(turn, DIRECTORY_UNIT_POSTS,
                  turn_key(turn, "%s/%s/%s", post->unit, post->kind, event->post));
    post->unit = event->unit;
    post->kind = event->kind;
    DirectoryRows__UnitPost *entry =
        turn_edit(turn, DIRECTORY_UNIT_POSTS,
                  turn_key(turn, "%s/%s/%s", event->unit, event->kind, event->post));
    if (entry != NULL)
        entry->post = event->post;
    return turn->outcome;
}

static int on_tenure_started(struct turn *turn, const void *message)
{
    const Organisation__TenureStarted *event = message;
    Post *post = turn_edit(turn, DIRECTORY_POSTS, event->post);

    if (post != NULL)
        post->holder = event->staff;
    return turn->outcome;
}

static int on_tenure_ended(struct turn *turn, const void *message)
{
    const Organisation__TenureEnded *event = message;
    Post *post = turn_edit(turn, DIRECTORY_POSTS, event->post);

    if (post != NULL && strcmp(post->holder, event->staff) == 0)
        post->holder = "";
    return turn->outcome;
}

static int on_succession_set(struct turn *turn, const void *message)
{
    const Organisation__SuccessionSet *event = message;
    Post *post = turn_edit(turn, DIRECTORY_POSTS, event->post);

    if (post == NULL)
        return turn->outcome;
    post->n_succession = event->n_order;
    post->succession = event->order;
    return 0;
}

static int on_absence_declared(struct turn *turn, const void *message)
{
    const Organisation__AbsenceDeclared *event = message;
    DirectoryRows__Absence *absence = turn_edit(turn, DIRECTORY_ABSENCES, event->staff);
    AbsenceTerm *term = turn_array(turn, 1, sizeof(*term));

    if (absence == NULL || term == NULL)
        return turn->outcome;
    *term = (AbsenceTerm){ IS(directory_rows__absence_term),
                           .from_ms = event->from_ms == 0 ? turn->now_ms : event->from_ms,
                           .until_ms = event->until_ms, .deputy = event->deputy };
    AbsenceTerm **terms = grown(turn, (void *const *)absence->terms, absence->n_terms, term);
    if (terms == NULL)
        return turn->outcome;
    absence->terms = terms;
    absence->n_terms++;
    return 0;
}

/* Ends what has begun; an absence that was told ahead stays. */
static int on_absence_ended(struct turn *turn, const void *message)
{
    const Organisation__AbsenceEnded *event = message;
    DirectoryRows__Absence *absence = turn_edit(turn, DIRECTORY_ABSENCES, event->staff);

    if (absence == NULL)
        return turn->outcome;
    AbsenceTerm **later = turn_array(turn, absence->n_terms, sizeof(*later));
    size_t count = 0;
    for (size_t i = 0; later != NULL && i < absence->n_terms; i++)
        if (absence->terms[i]->from_ms > turn->now_ms)
            later[count++] = absence->terms[i];
    absence->terms = later;
    absence->n_terms = later == NULL ? 0 : count;
    if (absence->n_terms == 0)
        turn_drop(turn, DIRECTORY_ABSENCES, event->staff);
    return turn->outcome;
}

static int on_roster_published(struct turn *turn, const void *message)
{
    const Organisation__RosterPublished *event = message;
    DirectoryRows__Roster *roster =
        turn_edit(turn, DIRECTORY_ROSTERS, turn_key(turn, "%s/%s", event->unit, event->seat));
    DirectoryRows__Slot *slots = turn_array(turn, event->n_slots, sizeof(*slots));
    DirectoryRows__Slot **list = turn_array(turn, event->n_slots, sizeof(*list));

    if (roster == NULL || slots == NULL || list == NULL)
        return turn->outcome;
    for (size_t i = 0; i < event->n_slots; i++) {
        slots[i] =
            (DirectoryRows__Slot){ IS(directory_rows__slot), .from_ms = event->slots[i]->from_ms,
                                   .until_ms = event->slots[i]->until_ms,
                                   .post = event->slots[i]->post };
        list[i] = &slots[i];
    }
    roster->slots = list;
    roster->n_slots = event->n_slots;
    return 0;
}

static int on_link_changed(struct turn *turn, const void *message)
{
    const Organisation__LinkChanged *event = message;
    Unit *unit = turn_edit(turn, DIRECTORY_UNITS, event->unit);

    if (unit == NULL)
        return turn->outcome;
    unit->link = event->state;
    unit->link_since_ms = event->since_ms;
    return 0;
}

/* ---- what is whose ------------------------------------------------------------------------------- */

static int on_catchment_set(struct turn *turn, const void *message)
{
    const Organisation__CatchmentSet *event = message;
    const char *kind = event->kind[0] == '\0' ? "*" : event->kind;
    DirectoryRows__Catchment *catchment =
        turn_edit(turn, DIRECTORY_CATCHMENTS, turn_key(turn, "%s/%s", event->committee, kind));
    DirectoryRows__CatchmentTerm *term = turn_array(turn, 1, sizeof(*term));
    DirectoryRows__Centre *centre = turn_edit(turn, DIRECTORY_CENTRES, event->centre);

    if (catchment == NULL || term == NULL || centre == NULL)
        return turn->outcome;
    centre->known = true;
    *term = (DirectoryRows__CatchmentTerm){ IS(directory_rows__catchment_term),
                                            .from_ms =
                                                event->from_ms == 0 ? turn->now_ms : event->from_ms,
                                            .centre = event->centre };
    void *terms = grown(turn, (void *const *)catchment->terms, catchment->n_terms, term);
    if (terms == NULL)
        return turn->outcome;
    catchment->terms = terms;
    catchment->n_terms++;
    return 0;
}

static int on_responsibility_set(struct turn *turn, const void *message)
{
    const Organisation__ResponsibilitySet *event = message;
    const char *kind = event->kind[0] == '\0' ? "*" : event->kind;
    DirectoryRows__Responsibility *row =
        turn_edit(turn, DIRECTORY_RESPONSIBILITIES, turn_key(turn, "%s/%s", event->category, kind));

    if (row == NULL)
        return turn->outcome;
    row->service = event->service;
    row->first_unit = event->first_unit;
    row->second_unit = event->second_unit;
    row->verifier = event->verifier;
    return 0;
}

static int on_provider_registered(struct turn *turn, const void *message)
{
    const Organisation__ProviderRegistered *event = message;
    DirectoryRows__Provider *row =
        turn_edit(turn, DIRECTORY_PROVIDERS, turn_key(turn, "%s/%s", event->unit, event->provider));

    if (row == NULL)
        return turn->outcome;
    row->kinds = event->kinds;
    row->n_kinds = event->n_kinds;
    return 0;
}

/* ---- by when ------------------------------------------------------------------------------------- */

/* Puts the term where its time belongs; one that starts at the same instant replaces it. */
static void put_term(struct turn *turn, DirectoryRows__Policy *policy,
                     DirectoryRows__PolicyTerm *term)
{
    DirectoryRows__PolicyTerm **terms = turn_array(turn, policy->n_terms + 1, sizeof(*terms));
    size_t count = 0;
    size_t i = 0;

    if (terms == NULL)
        return;
    for (; i < policy->n_terms && policy->terms[i]->from_ms < term->from_ms; i++)
        terms[count++] = policy->terms[i];
    if (i < policy->n_terms && policy->terms[i]->from_ms == term->from_ms)
        i++;
    terms[count++] = term;
    for (; i < policy->n_terms; i++)
        terms[count++] = policy->terms[i];
    policy->terms = terms;
    policy->n_terms = count;
}

/* `P0-P1`, `III-IV`: remembered with the key, so that a look-up finds them without a search. */
static void put_range(struct turn *turn, const char *key, const char *scope)
{
    DirectoryRows__PolicyScopes *ranges;

    if (strchr(scope, '-') == NULL)
        return;
    ranges = turn_edit(turn, DIRECTORY_RANGES, key);
    if (ranges == NULL)
        return;
    for (size_t i = 0; i < ranges->n_scopes; i++)
        if (strcmp(ranges->scopes[i], scope) == 0)
            return;
    const char **scopes = turn_array(turn, ranges->n_scopes + 1, sizeof(*scopes));
    if (scopes == NULL)
        return;
    for (size_t i = 0; i < ranges->n_scopes; i++)
        scopes[i] = ranges->scopes[i];
    scopes[ranges->n_scopes] = scope;
    ranges->scopes = scopes;
    ranges->n_scopes++;
}

static int on_policy_published(struct turn *turn, const void *message)
{
    const Organisation__PolicyPublished *event = message;

    for (size_t i = 0; i < event->n_records; i++) {
        const Organisation__PolicyRecord *record = event->records[i];
        const char *scope = record->scope[0] == '\0' ? "*" : record->scope;
        DirectoryRows__Policy *policy =
            turn_edit(turn, DIRECTORY_POLICIES, turn_key(turn, "%s/%s", record->key, scope));
        DirectoryRows__PolicyTerm *term = turn_array(turn, 1, sizeof(*term));
        if (policy == NULL || term == NULL)
            return turn->outcome;
        *term = (DirectoryRows__PolicyTerm){
            IS(directory_rows__policy_term),
            .from_ms = event->effective_from_ms == 0 ? turn->now_ms : event->effective_from_ms,
            .value = record->value,
            .unit = record->unit,
            .calendar = record->calendar,
        };
        put_term(turn, policy, term);
        put_range(turn, record->key, scope);
    }
    return turn->outcome;
}

/* `2023-01-21`; -1: no date. */
static int64_t day_of(const char *date)
{
    uint64_t ms;

    return strlen(date) == 10 && clock_parse(date, &ms) == 0 ? clock_day(ms) : -1;
}

static int on_calendar_published(struct turn *turn, const void *message)
{
    const Organisation__CalendarPublished *event = message;
    DirectoryRows__Calendar *calendar =
        turn_edit(turn, DIRECTORY_CALENDARS, turn_key(turn, "%04u", event->year));
    DirectoryRows__Day *days = turn_array(turn, event->n_days, sizeof(*days));
    DirectoryRows__Day **list = turn_array(turn, event->n_days, sizeof(*list));
    size_t count = 0;

    if (calendar == NULL || days == NULL || list == NULL)
        return turn->outcome;
    for (size_t i = 0; i < event->n_days; i++) {
        int64_t day = day_of(event->days[i]->date);
        if (day < 0)
            continue;
        days[count] =
            (DirectoryRows__Day){ IS(directory_rows__day), .day = day,
                                  .working = strcmp(event->days[i]->kind, "workday") == 0 };
        list[count] = &days[count];
        count++;
    }
    calendar->days = list;
    calendar->n_days = count;
    return 0;
}

/* ---- the part ------------------------------------------------------------------------------------ */

static const struct table tables[] = {
    [DIRECTORY_UNITS - DIRECTORY_TABLES] = { .name = "units",
                                             .row = &directory_rows__unit__descriptor },
    [DIRECTORY_POSTS -
        DIRECTORY_TABLES] = { .name = "posts", .row = &directory_rows__post__descriptor },
    [DIRECTORY_UNIT_POSTS -
        DIRECTORY_TABLES] = { .name = "unit_posts", .row = &directory_rows__unit_post__descriptor },
    [DIRECTORY_STAFF -
        DIRECTORY_TABLES] = { .name = "staff", .row = &directory_rows__staff__descriptor },
    [DIRECTORY_ABSENCES -
        DIRECTORY_TABLES] = { .name = "absences", .row = &directory_rows__absence__descriptor },
    [DIRECTORY_ROSTERS -
        DIRECTORY_TABLES] = { .name = "rosters", .row = &directory_rows__roster__descriptor },
    [DIRECTORY_CATCHMENTS -
        DIRECTORY_TABLES] = { .name = "catchments", .row = &directory_rows__catchment__descriptor },
    [DIRECTORY_CENTRES -
        DIRECTORY_TABLES] = { .name = "centres", .row = &directory_rows__centre__descriptor },
    [DIRECTORY_RESPONSIBILITIES -
        DIRECTORY_TABLES] = { .name = "responsibilities",
                              .row = &directory_rows__responsibility__descriptor },
    [DIRECTORY_POLICIES -
        DIRECTORY_TABLES] = { .name = "policies", .row = &directory_rows__policy__descriptor },
    [DIRECTORY_RANGES -
        DIRECTORY_TABLES] = { .name = "ranges", .row = &directory_rows__policy_scopes__descriptor },
    [DIRECTORY_CALENDARS -
        DIRECTORY_TABLES] = { .name = "calendars", .row = &directory_rows__calendar__descriptor },
    [DIRECTORY_PROVIDERS -
        DIRECTORY_TABLES] = { .name = "providers", .row = &directory_rows__provider__descriptor },
    { 0 },
};

static const struct command commands[] = {
    { &organisation__unit_registered__descriptor, on_unit_registered, NULL, true },
    { &organisation__unit_retired__descriptor, on_unit_retired, NULL, true },
    { &organisation__staff_registered__descriptor, on_staff_registered, NULL, true },
    { &organisation__post_defined__descriptor, on_post_defined, NULL, true },
    { &organisation__tenure_started__descriptor, on_tenure_started, NULL, true },
    { &organisation__tenure_ended__descriptor, on_tenure_ended, NULL, true },
    { &organisation__succession_set__descriptor, on_succession_set, NULL, true },
    { &organisation__absence_declared__descriptor, on_absence_declared, NULL, true },
    { &organisation__absence_ended__descriptor, on_absence_ended, NULL, true },
    { &organisation__roster_published__descriptor, on_roster_published, NULL, true },
    { &organisation__link_changed__descriptor, on_link_changed, NULL, true },
    { &organisation__catchment_set__descriptor, on_catchment_set, NULL, true },
    { &organisation__responsibility_set__descriptor, on_responsibility_set, NULL, true },
    { &organisation__provider_registered__descriptor, on_provider_registered, NULL, true },
    { &organisation__policy_published__descriptor, on_policy_published, NULL, true },
    { &organisation__calendar_published__descriptor, on_calendar_published, NULL, true },
    { 0 },
};

const struct part directory_part = {
    .name = "directory",
    .tables = tables,
    .first_table = DIRECTORY_TABLES,
    .commands = commands,
    .first_word = DIRECTORY_WORDS,
};
