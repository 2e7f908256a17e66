/*
 * cli/morning_inside.h - what the files of the example day share, besides what a scene may use.
 */
#pragma once

#include "cli/morning.h"

/* The supervision office: its key reads everything. */
extern const char morning_watcher[];

/* From here on the program speaks as that post; a unit's code is a post, too. */
void morning_become(struct cli *cli, const char *post);

/* The scene has failed, for that reason; only the first is said. */
void morning_fail(struct morning *morning, const char *what);

/* Desks that are open are heard of by the broker; their links must not fall asleep. */
void morning_keep_desks(void *context);
void morning_wait_real_ms(struct morning *morning, uint64_t ms);

int morning_open_desks(struct morning *morning);
void morning_close_desks(struct morning *morning);
