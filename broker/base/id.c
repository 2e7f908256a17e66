#include "base/id.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

void id_print(const struct id *id, char text[ID_TEXT_SIZE])
{
    snprintf(text, ID_TEXT_SIZE, "%s/%" PRIu32 "/%" PRIu64, id->source, id->epoch, id->number);
}

/* A number without a sign or a leading zero, 1 to `most`, that ends at `end`. */
static bool number(const char *text, char end, uint64_t most, uint64_t *ret_number,
                   const char **ret_rest)
{
    uint64_t value = 0;

    if (*text == '0')
        return false;
    const char *at = text;
    for (; isdigit((unsigned char)*at); at++) {
        if (value > (most - (uint64_t)(*at - '0')) / 10)
            return false;
        value = value * 10 + (uint64_t)(*at - '0');
    }
    if (at == text || *at != end)
        return false;
    *ret_number = value;
    *ret_rest = at + 1;
    return true;
}

int id_parse(const char *text, struct id *ret_id)
{
    const char *slash = strchr(text, '/');
    uint64_t epoch;
    uint64_t value;
    const char *rest;

    if (slash == NULL || slash == text || slash - text > ID_SOURCE_LENGTH)
        return ID_BAD;
    if (!number(slash + 1, '/', UINT32_MAX, &epoch, &rest)
        || !number(rest, '\0', UINT64_MAX, &value, &rest))
        return ID_BAD;
    *ret_id = (struct id){ .epoch = (uint32_t)epoch, .number = value };
    memcpy(ret_id->source, text, (size_t)(slash - text));
    return 0;
}

char id_check_digit(const char *text)
{
    int product = 10;

    for (; *text != '\0'; text++) {
        if (!isdigit((unsigned char)*text))
            continue;
        int sum = (product + (*text - '0')) % 10;
        product = (sum == 0 ? 10 : sum) * 2 % 11;
    }
    return (char)('0' + (11 - product) % 10);
}

void id_case_print(char letter, int64_t day, uint32_t running, char text[ID_CASE_SIZE])
{
    struct clock_date date = clock_date(day);
    char digits[ID_CASE_SIZE];

    snprintf(digits, sizeof(digits), "%04u%02u%02u-%04" PRIu32, (unsigned)date.year % 10000,
             (unsigned)date.month % 100, (unsigned)date.day_of_month % 100, running % 1000000);
    snprintf(text, ID_CASE_SIZE, "%c-%.15s-%c", letter, digits, id_check_digit(digits));
}

bool id_case_valid(const char *text)
{
    size_t length = strlen(text);
    char body[ID_CASE_SIZE];

    if (length < 17 || length >= ID_CASE_SIZE || text[1] != '-' || text[10] != '-'
        || text[length - 2] != '-' || strchr("HCRSOIBEG", text[0]) == NULL)
        return false;
    for (size_t i = 2; i < length; i++)
        if (i != 10 && i != length - 2 && !isdigit((unsigned char)text[i]))
            return false;
    snprintf(body, sizeof(body), "%.*s", (int)(length - 4), text + 2);
    return id_check_digit(body) == text[length - 1];
}
