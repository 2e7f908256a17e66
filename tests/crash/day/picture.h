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
void picture_write(const struct picture *picture, const char *dir, const char *name); /* DIR/NAME */

/* What ends.c needs of it.  Told by kills: who was heard of when, and what was looked at twice. */
enum picture_detail { PICTURE_ALL, PICTURE_ENDS };
void picture_add(struct picture *picture, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void picture_sort(struct picture *picture);
void picture_add_stores(struct picture *picture, const char *dir, enum picture_detail detail);
bool picture_is_told_by_kills(const char *service, const char *what);

/* One service alone, out of the store that control.c has folded: STORE/NAME PICTURE_FOLD. */
#define PICTURE_FOLD ".fold"
struct service;
extern const struct service *const picture_services[]; /* ends with NULL */
void picture_of_fold(const char *dir, const struct service *service, enum picture_detail detail,
                     struct picture *ret_picture);

/* ---- ends.c ------------------------------------------------------------------------------------------ */

/* Where the clock runs ahead a kill moves moments, and with them what was told twice.  This picture
 * keeps what must be the same nevertheless: of each row that has a state or an outcome, its key, that
 * end and whose it is (needs, assignments, contacts, findings, who holds a post); each kind of message
 * that was told behind that place on the log, and by whom; and that the line of scene K's committee
 * was suspect, then down, then up.  `deaf` is a state of the line that it does not hear of: the proof
 * that it would be missed; or NULL. */
void picture_of_ends(const char *dir, const struct days_log *log, uint64_t behind, const char *deaf,
                     struct picture *ret_picture);

/* ---- control.c --------------------------------------------------------------------------------------- */

/* A command that the log is without is missed in every service: how many miss none, each said. */
uint32_t control_misses(const char *dir, const struct days_log *log);

/* The same of the ends, in the services that the scenes behind that place on the log speak to, and of
 * a line that was never down. */
uint32_t control_misses_ends(const char *dir, const struct days_log *log, uint64_t behind);

/* How much does not balance (sim/town/books.h) or is refused without a code, each said. */
uint32_t control_books(const char *dir, const struct days_log *log);
