/*
 * bench/year.h - a generated year of a town, in fast-forward: the frame and what lives in it.
 *
 * All services run in one process over a log that is kept only as long as somebody has to take it;
 * the clock jumps from one thing that is due to the next.  So what is measured is the services
 * themselves: turns, rows, timers and their commits, without broker, sockets and disk.
 */
#pragma once

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stdint.h>

#include "wire/scan.h"

struct year;
struct life;
struct more;

/* ---- year.c: the frame --------------------------------------------------------------------------- */

uint64_t year_now(const struct year *year);

/* `unit` says it, from `post` (NULL: UNIT.duty): on the log at the present time. */
void year_say(struct year *year, const char *unit, const char *post, const char *subject,
              const ProtobufCMessage *message);

bool year_has(const struct year *year, const char *service);

/* ---- year_weigh.c, year_books.c: stores ---------------------------------------------------------- */

/* Prints the tables that a store is heavy with. */
struct kit;
void year_weigh(struct kit *kit);

/* Reads the books of a service and prints what does not balance: how many such. */
uint64_t year_books(struct kit *kit);

/* ---- year_life.c: people and desks --------------------------------------------------------------- */

/* The units' committees are read from `folder`. */
struct life *life_open(struct year *year, const char *folder, uint32_t people, uint64_t seed);

/* One of the committees. */
const char *life_committee(const struct life *life, uint32_t number);

/* The roster, its carers and who has whom; said at once. */
void life_begin(struct life *life);

/* Puts a day's work on the agenda. */
void life_plan_day(struct life *life, uint64_t day_start_ms);

/* When something is next to be done; UINT64_MAX: nothing. */
uint64_t life_next(const struct life *life);

/* Does what is due now. */
void life_do(struct life *life);

/* A message that is on the log: desks answer what is dispatched to them. */
void life_hear(struct life *life, const struct stored *stored);

/* ---- year_more.c: goods, trouble, homes, benefits: as life_*, which it stands on ------------------- */

struct more *more_open(struct year *year, const struct life *life, uint32_t people);
void more_begin(struct more *more);
void more_plan_day(struct more *more);
uint64_t more_next(const struct more *more);
void more_do(struct more *more);
void more_hear(struct more *more, const struct stored *stored);
