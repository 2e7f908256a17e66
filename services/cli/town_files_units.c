/*
 * A town's units with their posts, staff, tenures and endpoints, as the first commands of its log.
 */
#include "cli/town_files_inside.h"

#include <string.h>

#include "organisation.pb-c.h"

enum { UNITS = 512 };

/* ---- units --------------------------------------------------------------------------------------- */

static const char *group_of(const char *unit, const char *kind)
{
    if (strcmp(unit, "hcz") == 0 || strcmp(unit, "hcs") == 0)
        return "centre";
    if (strcmp(kind, "leading-group") == 0)
        return "lg";
    if (strcmp(kind, "group-office") == 0)
        return "lgo";
    return "member";
}

void walk_read_units(struct walk *walk)
{
    const struct csv_table town = walk_load(walk, "units.csv", "code name_zh name_en kind");
    const struct csv_table committees = walk_load(walk, "committees.csv", "code name kind");
    struct town_unit *units = walk_room(walk, UNITS, sizeof(*units));
    uint32_t count = 0;

    if (units == NULL)
        return;
    for (uint32_t row = 1; row < town.row_count && count < UNITS; row++) {
        const char *unit = csv_table_cell(&town, row, "code");
        units[count++] = (struct town_unit){
            .unit = unit,
            .name = csv_table_cell(&town, row, "name_zh"),
            .group = group_of(unit, csv_table_cell(&town, row, "kind")),
        };
    }
    for (uint32_t row = 1; row < committees.row_count && count < UNITS; row++)
        units[count++] = (struct town_unit){
            .unit = csv_table_cell(&committees, row, "code"),
            .name = csv_table_cell(&committees, row, "name"),
            .group = "vc",
        };
    for (uint32_t i = 0; i < count; i++)
        if (units[i].unit[0] == '\0')
            walk_bad(walk, "units.csv", 0, "has a unit without a code");
    walk->units = units;
    walk->unit_count = count;
}

void walk_register_units(struct walk *walk)
{
    const struct csv_table town = walk_load(walk, "units.csv", "code name_zh name_en kind");
    const struct csv_table committees = walk_load(walk, "committees.csv", "code name kind");

    for (uint32_t row = 1; row < town.row_count && walk->outcome == 0; row++) {
        Organisation__RegisterUnit unit = ORGANISATION__REGISTER_UNIT__INIT;
        unit.unit = csv_table_cell(&town, row, "code");
        unit.name_zh = csv_table_cell(&town, row, "name_zh");
        unit.name_en = csv_table_cell(&town, row, "name_en");
        unit.kind = csv_table_cell(&town, row, "kind");
        /* The office and the members belong to the leading group (part 二 of the plan). */
        unit.parent = strcmp(unit.unit, "lg") == 0 ? "" : "lg";
        unit.head_post = arena_print(walk->arena, "%s.head", unit.unit);
        walk_say(walk, &unit.base);
    }
    for (uint32_t row = 1; row < committees.row_count && walk->outcome == 0; row++) {
        Organisation__RegisterUnit unit = ORGANISATION__REGISTER_UNIT__INIT;
        unit.unit = csv_table_cell(&committees, row, "code");
        unit.name_zh = csv_table_cell(&committees, row, "name");
        unit.kind = csv_table_cell(&committees, row, "kind");
        unit.parent = "lg";
        unit.head_post = arena_print(walk->arena, "%s.head", unit.unit);
        walk_say(walk, &unit.base);
    }
}

/* ---- posts, staff, tenures: each unit for itself -------------------------------------------------- */

/* Whether this row of posts.csv is the one that counts for the unit: a unit's own row goes before
 * its group's, and that before everybody's. */
static bool counts(const struct csv_table *posts, uint32_t row, const struct town_unit *unit)
{
    const char *scopes[] = { unit->unit, unit->group, "*" };
    const char *post = csv_table_cell(posts, row, "post");

    for (size_t i = 0; i < 3; i++)
        for (uint32_t other = 1; other < posts->row_count; other++)
            if (strcmp(csv_table_cell(posts, other, "scope"), scopes[i]) == 0
                && strcmp(csv_table_cell(posts, other, "post"), post) == 0)
                return other == row;
    return false;
}

/* Staff `sN` of the rows that count, each once, in order. */
static void register_staff(struct walk *walk, const struct csv_table *posts,
                           const struct town_unit *unit)
{
    for (unsigned n = 1; n <= 9 && walk->outcome == 0; n++) {
        const char *staff = arena_print(walk->arena, "s%u", n);
        bool used = false;
        for (uint32_t row = 1; row < posts->row_count && !used; row++)
            used =
                counts(posts, row, unit) && strcmp(csv_table_cell(posts, row, "staff"), staff) == 0;
        if (!used)
            continue;
        Organisation__RegisterStaff person = ORGANISATION__REGISTER_STAFF__INIT;
        person.staff = arena_print(walk->arena, "%s-%s", unit->unit, staff);
        person.name = arena_print(walk->arena, "工作人员%u", n);
        person.unit = unit->unit;
        walk_say(walk, &person.base);
    }
}

static void define_posts(struct walk *walk, const struct csv_table *posts,
                         const struct town_unit *unit)
{
    const char *prefix = arena_print(walk->arena, "%s-", unit->unit);

    for (uint32_t row = 1; row < posts->row_count && walk->outcome == 0; row++) {
        if (!counts(posts, row, unit))
            continue;
        Organisation__DefinePost post = ORGANISATION__DEFINE_POST__INIT;
        Organisation__StartTenure tenure = ORGANISATION__START_TENURE__INIT;
        Organisation__SetSuccession succession = ORGANISATION__SET_SUCCESSION__INIT;
        const char *name =
            arena_print(walk->arena, "%s.%s", unit->unit, csv_table_cell(posts, row, "post"));
        post.post = name;
        post.unit = unit->unit;
        post.name = csv_table_cell(posts, row, "name_zh");
        post.kind = csv_table_cell(posts, row, "kind");
        walk_say(walk, &post.base);
        tenure.post = name;
        tenure.staff =
            arena_print(walk->arena, "%s%s", prefix, csv_table_cell(posts, row, "staff"));
        tenure.from_ms = walk->from_ms;
        walk_say(walk, &tenure.base);
        succession.post = name;
        succession.order = walk_words(walk, csv_table_cell(posts, row, "succession"), ' ', prefix,
                                      &succession.n_order);
        if (succession.n_order > 0)
            walk_say(walk, &succession.base);
    }
}

static void register_endpoint(struct walk *walk, const struct town_unit *unit)
{
    const char *tree[3];
    Organisation__RegisterEndpoint endpoint = ORGANISATION__REGISTER_ENDPOINT__INIT;

    /* Who is called by telephone when the unit's link is down: duty, liaison, head. */
    tree[0] = arena_print(walk->arena, "%s.duty", unit->unit);
    tree[1] = arena_print(walk->arena, "%s.liaison", unit->unit);
    tree[2] = arena_print(walk->arena, "%s.head", unit->unit);
    endpoint.unit = unit->unit;
    endpoint.endpoint = arena_print(walk->arena, "%s.desk", unit->unit);
    endpoint.kind = "desk";
    endpoint.phone_tree = tree;
    endpoint.n_phone_tree = 3;
    walk_say(walk, &endpoint.base);
}

void walk_open_units(struct walk *walk)
{
    const struct csv_table posts =
        walk_load(walk, "posts.csv", "scope post kind name_zh staff succession");

    for (uint32_t i = 0; i < walk->unit_count && walk->outcome == 0; i++) {
        walk_speak_as(walk, walk->units[i].unit, "head");
        register_staff(walk, &posts, &walk->units[i]);
        define_posts(walk, &posts, &walk->units[i]);
        register_endpoint(walk, &walk->units[i]);
    }
}
