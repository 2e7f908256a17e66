/*
 * sim/town/books.h - what a service is left with balances (H7).
 */
#pragma once

struct kit;

/* A depot's goods, a day's contacts, and of whatever has needs: a need has one assignment that is open,
 * or none, and one that is not over is in somebody's list and has a clock that runs or has run out.
 * Calls `wrong` with a line for each that does not. */
typedef void books_wrong(void *context, const char *line);
void books_judge(struct kit *kit, books_wrong *wrong, void *context);
