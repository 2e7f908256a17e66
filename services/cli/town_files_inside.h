/*
 * cli/town_files_inside.h - one walk through a town's tables: town_files.c has the walk and its order, the
 * other files say what each table becomes.
 */
#pragma once

#include <stdbool.h>

#include "cli/csv_table.h"
#include "cli/town_files.h"

/* One walk through the tables: the first outcome that is not 0 sticks, so that what follows needs
 * no plumbing. */
struct walk {
    const char *folder;
    struct arena *arena;
    uint64_t from_ms;
    town_each *each;
    void *context;
    const char *unit; /* who speaks now */
    const char *post;
    int outcome;
    const char *error;
    const struct town_unit *units;
    uint32_t unit_count;
};

/* The first fault, with its file and line (0: of the whole file). */
void walk_bad(struct walk *walk, const char *file, uint32_t line, const char *what);

/* The table, with every column of `columns` (names parted by spaces); an empty one after a fault. */
struct csv_table walk_load(struct walk *walk, const char *file, const char *columns);

/* Who says what follows; and says it. */
void walk_speak_as(struct walk *walk, const char *unit, const char *post);
void walk_say(struct walk *walk, const ProtobufCMessage *message);

/* The words of `text` that `part` parts, as an array of texts, each behind `prefix`; lent as the arena. */
const char **walk_words(struct walk *walk, const char *text, char part, const char *prefix,
                        size_t *ret_count);

/* Room for `count` things, lent as the arena; NULL after a fault. */
void *walk_room(struct walk *walk, size_t count, size_t size);

/* town_files_units.c: units, posts, staff, tenures, endpoints. */
void walk_read_units(struct walk *walk);
void walk_register_units(struct walk *walk);
void walk_open_units(struct walk *walk);

/* town_files_rules.c: calendar and policy, what the leading group's office sets, duties. */
void walk_calendar(struct walk *walk);
void walk_policy(struct walk *walk);
void walk_responsibilities(struct walk *walk);
void walk_catchments(struct walk *walk);
void walk_teams(struct walk *walk);
void walk_mandate(struct walk *walk);
void walk_duties(struct walk *walk);

/* town_files_desks.c: sources, words and numbers of the party-masses office; goods. */
void walk_sources(struct walk *walk);
void walk_lexicon(struct walk *walk);
void walk_channels(struct walk *walk);
void walk_items(struct walk *walk);
void walk_sites(struct walk *walk);
