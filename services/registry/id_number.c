#include "registry/id_number.h"

#include <stddef.h>
#include <string.h>

#include "base/clock.h"

enum { RAW_SIZE = 40 };

/* GB 11643-1999, 5: the weights are 2^(17-i) mod 11. */
static const int weights[17] = { 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2 };

char id_number_check(const char *digits)
{
    int sum = 0;

    for (size_t i = 0; i < 17; i++)
        sum += (digits[i] - '0') * weights[i];
    return "10X98765432"[sum % 11];
}

/* U+FF10.. is EF BC 90..: the full-width forms of 0-9, and A-Z from EF BC A1. */
static char narrow(const unsigned char *at)
{
    if (at[0] == 0xef && at[1] == 0xbc && at[2] >= 0x81)
        return (char)(at[2] - 0x80 + 0x20);
    return '\0';
}

/* The characters that count, at most RAW_SIZE - 1 of them. */
static size_t gather(const char *text, char raw[RAW_SIZE])
{
    const unsigned char *at = (const unsigned char *)text;
    size_t size = 0;

    while (*at != '\0' && size < RAW_SIZE - 1) {
        char c = (char)*at;
        size_t step = 1;
        if (*at >= 0x80) {
            c = narrow(at);
            step = *at >= 0xf0 ? 4 : *at >= 0xe0 ? 3 : 2;
            for (size_t i = 1; i < step; i++)
                if (at[i] == '\0')
                    step = i;
            if (at[0] == 0xe3 && at[1] == 0x80 && at[2] == 0x80)
                c = ' '; /* the ideographic space */
        }
        at += step;
        if (c == ' ' || c == '-' || c == '\t' || c == '\'' || c == '\n')
            continue;
        raw[size++] = c == 'x' ? 'X' : c == 'e' ? 'E' : c;
    }
    raw[size] = '\0';
    return size;
}

static bool digits_only(const char *text, size_t count)
{
    return strspn(text, "0123456789") >= count;
}

static int number_at(const char *digits, size_t count)
{
    int number = 0;

    for (size_t i = 0; i < count; i++)
        number = 10 * number + digits[i] - '0';
    return number;
}

static bool good_birth(const char *number)
{
    int year = number_at(number + 6, 4);
    int month = number_at(number + 10, 2);
    int day = number_at(number + 12, 2);

    if (year < 1850 || year > 2150 || month < 1 || month > 12 || day < 1 || day > 31)
        return false;
    return clock_date(clock_day_of(year, month, day)).day_of_month == day;
}

static bool scientific(const char *raw)
{
    size_t digits = strspn(raw, "0123456789.");

    return digits > 0 && raw[digits] == 'E' && digits + 1 < strlen(raw);
}

static enum id_number_state read_18(const char *raw, char number[ID_NUMBER_SIZE])
{
    bool truncated = digits_only(raw, 18) && strcmp(raw + 15, "000") == 0;

    if (id_number_check(raw) != raw[17])
        return truncated ? ID_TRUNCATED : ID_BAD_CHECK;
    if (!good_birth(raw))
        return ID_BAD_DATE;
    memcpy(number, raw, ID_NUMBER_SIZE);
    return truncated ? ID_TRUNCATED_MAYBE : ID_GOOD;
}

/* 15 digits: everybody who has such a number was born in the last century. */
static enum id_number_state read_15(const char *raw, char number[ID_NUMBER_SIZE])
{
    char full[ID_NUMBER_SIZE] = "";

    memcpy(full, raw, 6);
    memcpy(full + 6, "19", 2);
    memcpy(full + 8, raw + 6, 9);
    full[17] = id_number_check(full);
    if (!good_birth(full))
        return ID_BAD_DATE;
    memcpy(number, full, ID_NUMBER_SIZE);
    return ID_UPGRADED_15;
}

enum id_number_state id_number_read(const char *text, char number[ID_NUMBER_SIZE])
{
    char raw[RAW_SIZE];
    size_t size = gather(text, raw);

    number[0] = '\0';
    if (size == 0)
        return ID_EMPTY;
    if (scientific(raw))
        return ID_SCIENTIFIC;
    if (size == 18 && digits_only(raw, 17) && (digits_only(raw + 17, 1) || raw[17] == 'X'))
        return read_18(raw, number);
    if (size == 15 && digits_only(raw, 15))
        return read_15(raw, number);
    return ID_BAD_FORM;
}

void id_number_birth(const char *number, char birth[11])
{
    memcpy(birth, number + 6, 4);
    birth[4] = '-';
    memcpy(birth + 5, number + 10, 2);
    birth[7] = '-';
    memcpy(birth + 8, number + 12, 2);
    birth[10] = '\0';
}

char id_number_sex(const char *number)
{
    return (number[16] - '0') % 2 == 1 ? '1' : '2';
}
