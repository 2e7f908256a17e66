/*
 * cli/day_inside.h - what the files of the example day share, besides what a scene may use.
 */
#pragma once

#include "cli/day.h"

/* The supervision office: its key reads everything. */
extern const char day_watcher[];

/* From here on the program speaks as that post; a unit's code is a post, too. */
void day_become(struct cli *cli, const char *post);

/* The scene has failed, for that reason; only the first is said. */
void day_fail(struct day *day, const char *what);

/* Desks that are open are heard of by the broker; their links must not fall asleep. */
void day_keep_desks(void *context);
void day_wait_real_ms(struct day *day, uint64_t ms);

/* day_report.c: what the day leaves, printed; a verb that fails is a failure of the day.  A scene alone
 * leaves its cases: the day's figures are of an evening that was not played. */
void day_report(struct day *day, bool whole);

int day_open_desks(struct day *day);
void day_close_desks(struct day *day);
