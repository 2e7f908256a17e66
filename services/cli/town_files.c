#include "cli/town_files_inside.h"

#include <errno.h>
#include <string.h>

#include "base/err.h"

void walk_bad(struct walk *walk, const char *file, uint32_t line, const char *what)
{
    if (walk->outcome != 0)
        return;
    walk->outcome = TOWN_BAD;
    walk->error = line == 0 ? arena_print(walk->arena, "%s %s", file, what)
                            : arena_print(walk->arena, "%s:%u: %s", file, line, what);
}

/* The table, with every column of `columns` (names parted by spaces); an empty one after a fault. */
struct csv_table walk_load(struct walk *walk, const char *file, const char *columns)
{
    struct csv_table table = { 0 };
    const char *error;

    if (walk->outcome != 0)
        return table;
    const char *path = arena_print(walk->arena, "%s/%s", walk->folder, file);
    int r = csv_table_load(path, walk->arena, &table, &error);
    if (r < 0)
        walk->outcome = r;
    else if (r > 0)
        walk_bad(walk, file, 0, error);
    while (*columns != '\0' && walk->outcome == 0) {
        size_t length = strcspn(columns, " ");
        const char *name = arena_print(walk->arena, "%.*s", (int)length, columns);
        if (csv_table_column(&table, name) < 0)
            walk_bad(walk, file, 1, arena_print(walk->arena, "there is no column '%s'", name));
        columns += length + (columns[length] == ' ');
    }
    return walk->outcome == 0 ? table : (struct csv_table){ 0 };
}

/* ---- the speaker --------------------------------------------------------------------------------- */

void walk_speak_as(struct walk *walk, const char *unit, const char *post)
{
    walk->unit = unit;
    walk->post = arena_print(walk->arena, "%s.%s", unit, post);
}

void walk_say(struct walk *walk, const ProtobufCMessage *message)
{
    const ProtobufCMessageDescriptor *type = message->descriptor;

    if (walk->outcome != 0)
        return;
    const struct town_command command = {
        .unit = walk->unit,
        .post = walk->post,
        .subject =
            arena_print(walk->arena, "%s.%s.%s", type->package_name, type->short_name, walk->unit),
        .message = message,
    };
    walk->outcome = walk->each(walk->context, &command);
}

/* The words of `text` that `part` parts, as an array of texts, each behind `prefix`. */
const char **walk_words(struct walk *walk, const char *text, char part, const char *prefix,
                        size_t *ret_count)
{
    size_t room = 1;

    for (const char *at = text; *at != '\0'; at++)
        room += *at == part;
    const char **list = arena_alloc(walk->arena, room * sizeof(*list));
    *ret_count = 0;
    if (list == NULL) {
        walk->outcome = FAULT(-ENOMEM);
        return NULL;
    }
    while (*text != '\0') {
        size_t length = 0;
        while (text[length] != '\0' && text[length] != part)
            length++;
        if (length > 0)
            list[(*ret_count)++] = arena_print(walk->arena, "%s%.*s", prefix, (int)length, text);
        text += length + (text[length] != '\0');
    }
    return list;
}

void *walk_room(struct walk *walk, size_t count, size_t size)
{
    void *memory = walk->outcome == 0 ? arena_alloc(walk->arena, (count + 1) * size) : NULL;

    if (memory == NULL && walk->outcome == 0)
        walk->outcome = FAULT(-ENOMEM);
    return memory;
}

/* ---- all of it ----------------------------------------------------------------------------------- */

int town_files_each(const char *folder, uint64_t from_ms, struct arena *arena, town_each *each,
                    void *context, const char **ret_error)
{
    struct walk walk = { .folder = folder,
                         .arena = arena,
                         .from_ms = from_ms,
                         .each = each,
                         .context = context,
                         .error = "" };

    walk_read_units(&walk);
    /* Before what they speak of: a duty that is met by a team's founding must know it first. */
    walk_speak_as(&walk, "jcb", "head");
    walk_duties(&walk);
    walk_speak_as(&walk, "lgo", "head");
    walk_calendar(&walk);
    walk_policy(&walk);
    walk_register_units(&walk);
    walk_open_units(&walk);
    walk_speak_as(&walk, "lgo", "head");
    walk_responsibilities(&walk);
    walk_catchments(&walk);
    walk_teams(&walk);
    walk_mandate(&walk);
    walk_speak_as(&walk, "dqb", "head");
    walk_sources(&walk);
    walk_lexicon(&walk);
    walk_channels(&walk);
    walk_speak_as(&walk, "dzb", "head");
    walk_items(&walk);
    walk_sites(&walk);
    *ret_error = walk.error;
    return walk.outcome;
}

int town_files_units(const char *folder, struct arena *arena, const struct town_unit **ret_units,
                     uint32_t *ret_count, const char **ret_error)
{
    struct walk walk = { .folder = folder, .arena = arena, .error = "" };

    walk_read_units(&walk);
    *ret_units = walk.units;
    *ret_count = walk.unit_count;
    *ret_error = walk.error;
    return walk.outcome;
}
