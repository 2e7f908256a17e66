/*
 * crash/day/picture.h - what a town is left with, as lines that two towns can have in common.
 *
 * Two plays of one day are never the same bytes: messages come in another order, at other times, under
 * other numbers.  A picture leaves that out and keeps all else: each row of each service's store, each
 * timer that runs, each message of the log, as sorted lines of JSON in which a moment is `T`, a message
 * is `SOURCE/#`, and everything else is as it is.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct picture {
    char **lines; /* sorted */
    uint32_t count;
    uint32_t room;
};

struct days_log; /* the log of a town whose broker has ended */
struct days_log *days_log_open(const char *dir);
void days_log_close(struct days_log *log);

/* The stores of a town whose services have ended, and its log. */
void picture_of(const char *dir, const struct days_log *log, struct picture *ret_picture);
void picture_free(struct picture *picture);

/* How many lines the one has and the other has not; prints the first `most` of them. */
uint32_t picture_compare(const struct picture *a, const struct picture *b, uint32_t most);
void picture_write(const struct picture *picture, const char *dir); /* DIR/picture */

/* One service alone, out of the store that control.c has folded: STORE/NAME PICTURE_FOLD. */
#define PICTURE_FOLD ".fold"
struct service;
extern const struct service *const picture_services[]; /* ends with NULL */
void picture_of_fold(const char *dir, const struct service *service, struct picture *ret_picture);

/* ---- control.c --------------------------------------------------------------------------------------- */

/* A command that the log is without is missed in every service: how many miss none, each said. */
uint32_t control_misses(const char *dir, const struct days_log *log);

/* How much does not balance (sim/town/books.h) or is refused without a code, each said. */
uint32_t control_books(const char *dir, const struct days_log *log);
