/*
 * cli/town_files.h - a town's tables as the commands that open it.
 *
 * The folder (services/town) holds what is real in a town: its units and committees, posts, teams,
 * the plan, policy, calendar, catchments, the dispatch catalogue and the duty register.  Read here,
 * they become the first commands on a new log, in an order in which each stands on those before it:
 * supervision's duties, calendar and policy, units, each unit's staff, posts and tenures, then the
 * leading group's responsibilities, catchments, teams, the mandate and the campaign; last what the
 * party-masses office watches and publishes: sources, the lexicon, the help lines.
 * `carebus load` sends them under each unit's own key; a story feeds them to its services.
 *
 * Ids that a story may count on: posts are UNIT.KIND (`hcz.head`, `hcz.deputy`, `hcz.first`,
 * `hcz.liaison`, `hcz.duty`, `dzb.seat1`, `dzb.seat2`; 310115125041.first ...); staff are UNIT-sN
 * (`hcz-s1` holds head and first, s2 deputy, s3 liaison, s4 duty, s5 and s6 the seats); the mandate
 * is `zpz-2023-3`, the campaign `campaign-2023`; a channel is SEED-NUMBER (`S-0A0-58958808`), or
 * SEED-OWNER while its number is not collected.
 *
 * A responsibility's units are codes, or one of these words: `centre` (the catchment centre of the
 * place), `other-centre`, `committee` (the owner of the place).  A duty's events are full names;
 * `*.Message` is that event of whichever service holds the need, and `!` in front means that it
 * must not occur.
 */
#pragma once

#include <protobuf-c/protobuf-c.h>
#include <stdint.h>

#include "base/arena.h"

struct town_command {
    const char *unit;    /* who says it; commands of one unit stand together */
    const char *post;    /* the post that it acts from                       */
    const char *subject; /* organisation.RegisterUnit.lgo                    */
    const ProtobufCMessage *message;
};

enum { TOWN_BAD = 1, TOWN_ARENA_BYTES = 16 << 20 };

/* Everything is lent until the arena's reset; what `each` answers other than 0 ends the walk and is
 * passed on. */
typedef int town_each(void *context, const struct town_command *command);

/* Calls `each` for every command in order.  `from_ms` is the moment from which tenures, policy and
 * catchments hold.  TOWN_BAD: a table is wrong; *ret_error (lent) is `posts.csv:3: ...`. */
int town_files_each(const char *folder, uint64_t from_ms, struct arena *arena, town_each *each,
                    void *context, const char **ret_error);

/* The units of the town, in the order of the tables. */
struct town_unit {
    const char *unit;
    const char *name;
    const char *group; /* of peers.csv: member centre vc lg lgo */
};
int town_files_units(const char *folder, struct arena *arena, const struct town_unit **ret_units,
                     uint32_t *ret_count, const char **ret_error);
