/*
 * registry/id_number.h - citizen numbers by GB 11643: what a cell holds, and what it should be.
 *
 * 17 digits and a check character (ISO 7064 MOD 11-2): six of the area, eight of the birth date,
 * three of the order, the last of which is odd for a man.  The old form has 15 digits: no century,
 * no check.  Excel keeps 15 digits of a number, so what was typed as one comes back ending in 000,
 * or as 3.1999E+17; one in eleven of those still passes the check, so a pattern is looked at too.
 * Knows nothing of the service: no turn, no rows.
 */
#pragma once

#include <stdbool.h>

enum { ID_NUMBER_SIZE = 19 }; /* 18 characters and a terminator */

enum id_number_state {
    ID_GOOD, /* 18 characters, the check fits                                     */
    ID_EMPTY,
    ID_UPGRADED_15,     /* 15 digits, made 18                                                */
    ID_TRUNCATED,       /* 15 digits and 000, and the check does not fit                     */
    ID_TRUNCATED_MAYBE, /* the same, but the check fits: a question                          */
    ID_SCIENTIFIC,      /* 3.1999E+17                                                        */
    ID_BAD_CHECK,       /* 18 characters, another check character                            */
    ID_BAD_DATE,        /* its birth date is none                                            */
    ID_BAD_FORM,        /* anything else                                                     */
};

/* Reads a cell: spaces, separators and full-width digits are passed over, x is X.  Writes the
 * number of 18 (of ID_GOOD, ID_UPGRADED_15, ID_TRUNCATED_MAYBE), else "". */
enum id_number_state id_number_read(const char *text, char number[ID_NUMBER_SIZE]);

/* The check character for 17 digits. */
char id_number_check(const char *digits);

/* What a number of 18 says: `1938-02-14` (11 bytes), and '1' a man, '2' a woman (GB/T 2261.1). */
void id_number_birth(const char *number, char birth[11]);
char id_number_sex(const char *number);
