/*
 * fuzz/seeds.h - what the files that write the first inputs share.
 */
#pragma once

#include "base/slice.h"

/* Writes an input of a target under a name; ends the program when it cannot. */
void write_seed(const char *target, const char *name, struct slice bytes);

/* seeds_doors.c: sheets, files, JSON, rows, ZAP; and turns, from the scenes of the simulator. */
void seeds_doors(void);
void seeds_turns(const char *scenes);
