/*
 * base/id.h - names of messages and numbers of cases.
 *
 * A message is named by its producer, the producer's epoch and its number: `referral/3/1042`.
 * A case number is read aloud over the telephone: `H-20230118-0042-7`, the opening service, the
 * log date, a running number, and a check digit (ISO 7064 MOD 11,10) over all digits before it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    ID_TEXT_SIZE = 96,     /* any id, printed, with its terminator */
    ID_SOURCE_LENGTH = 63, /* the longest source                   */
    ID_BAD = 1,
};

struct id {
    char source[ID_SOURCE_LENGTH + 1]; /* `referral`, `hcz`, `hcz.desk2` */
    uint32_t epoch;
    uint64_t number;
};

void id_print(const struct id *id, char text[ID_TEXT_SIZE]);

/* ID_BAD: not `source/epoch/number`. */
int id_parse(const char *text, struct id *ret_id);

/* `letter` is the service's (H hotline, C care, R referral, S supplies, O opinion, I incident,
 * B benefit, E homes, G registry); `day` as of clock_day(). */
enum { ID_CASE_SIZE = 24 };
void id_case_print(char letter, int64_t day, uint32_t running, char text[ID_CASE_SIZE]);
bool id_case_valid(const char *text);

/* ISO 7064 MOD 11,10 over the digits of `text` (others are passed over): '0'..'9'. */
char id_check_digit(const char *text);
