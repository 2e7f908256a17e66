/*
 * registry/text.h - texts as people write them, made comparable: phones, names, places, initials.
 *
 * What is searched for and what is stored go through the same function, so a full-width digit or a
 * space in a sheet hides nobody.  Knows nothing of the service: no turn, no rows.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum {
    TEXT_PHONE_SIZE = 24,
    TEXT_FOLDED_SIZE = 97, /* of a name or a place as a key: 96 bytes at most */
    TEXT_INITIALS_SIZE = 33,
};

/* Digits only, without +86 and without Shanghai's 021; cut at TEXT_PHONE_SIZE - 1. */
void text_phone(const char *text, char phone[TEXT_PHONE_SIZE]);

/* A mobile number (11 digits from 1), one of this town (8 digits), or one with an area code. */
bool text_phone_good(const char *phone);

/* Full width made narrow, capitals small, blanks, middle dots and '/' left out; cut at a whole
 * character. */
void text_fold(const char *text, char folded[TEXT_FOLDED_SIZE]);

/* The first letters of the readings of a folded name: `zgf` for 张桂芳.  The surname is read as a
 * surname when `surname` (单 s, 解 x, 仇 q, 尉迟 yc), else like any word.  What has no reading is
 * left out. */
void text_initials(const char *name, bool surname, char initials[TEXT_INITIALS_SIZE]);

/* Bytes of the character that begins at `text`, at least 1. */
size_t text_step(const char *text);

/* A day (as of clock_day) from YYYY-MM-DD; false: no date.  Also long before 1970. */
bool text_date(const char *text, long long *ret_day);

/* The same from what a sheet holds: 1938/2/14, 1938.02.14, 1938年2月14日, 19380214.  Writes
 * YYYY-MM-DD; false: no date. */
bool text_date_loose(const char *text, char date[11]);

/* Whole years from `birth` (YYYY-MM-DD) to a day of the town; -1: no date. */
int text_age(const char *birth, long long day);
