#include "registry/text.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

static const char *const initials_of[] = {
#include "registry/initials_table.h"
};

enum { HAN_FIRST = 0x4e00, HAN_LAST = 0x9fff, LINE_LETTERS = 82 };

/* Surnames that are not read like the word (ICU's Han-Latin/Names, where the letter differs). */
static const struct {
    uint32_t character;
    char letter;
} surnames[] = {
    { 0x4e50, 'y' }, { 0x4ec7, 'q' }, { 0x533a, 'o' }, { 0x5355, 's' }, { 0x53ec, 's' },
    { 0x5c09, 'y' }, { 0x5cd9, 's' }, { 0x6298, 's' }, { 0x66fe, 'z' }, { 0x67e5, 'z' },
    { 0x79cd, 'c' }, { 0x79d8, 'b' }, { 0x7b60, 'j' }, { 0x7c98, 'n' }, { 0x7e41, 'p' },
    { 0x7fdf, 'z' }, { 0x8398, 'x' }, { 0x89e3, 'x' }, { 0x91cd, 'c' }, { 0x957f, 'c' },
    { 0x9697, 'w' }, { 0x9753, 'l' },
};

enum { SURNAMES = sizeof(surnames) / sizeof(surnames[0]) };

size_t text_step(const char *text)
{
    unsigned char first = (unsigned char)text[0];
    size_t step = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;

    for (size_t i = 1; i < step; i++)
        if (text[i] == '\0')
            return i;
    return step;
}

static uint32_t character(const char *text, size_t step)
{
    static const unsigned char masks[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
    uint32_t value = (unsigned char)text[0] & masks[step];

    for (size_t i = 1; i < step; i++)
        value = value << 6 | ((unsigned char)text[i] & 0x3f);
    return value;
}

/* The same in ASCII, if it is a full-width form; else 0. */
static char narrow(uint32_t value)
{
    if (value == 0x3000)
        return ' ';
    return value >= 0xff01 && value <= 0xff5e ? (char)(value - 0xff01 + '!') : '\0';
}

/* ---- phones --------------------------------------------------------------------------------------- */

void text_phone(const char *text, char phone[TEXT_PHONE_SIZE])
{
    size_t size = 0;

    for (size_t step; *text != '\0' && size < TEXT_PHONE_SIZE - 1; text += step) {
        step = text_step(text);
        char c = step == 1 ? *text : narrow(character(text, step));
        if (isdigit((unsigned char)c))
            phone[size++] = c;
    }
    phone[size] = '\0';
    size_t skip = size == 13 && strncmp(phone, "86", 2) == 0     ? 2
                  : size == 15 && strncmp(phone, "0086", 4) == 0 ? 4
                  : size == 11 && strncmp(phone, "021", 3) == 0  ? 3
                                                                 : 0;
    memmove(phone, phone + skip, size - skip + 1);
}

bool text_phone_good(const char *phone)
{
    size_t size = strlen(phone);

    if (phone[0] == '1')
        return size == 11;
    return phone[0] == '0' ? size >= 10 && size <= 12 : size == 8;
}

/* ---- names and places ----------------------------------------------------------------------------- */

void text_fold(const char *text, char folded[TEXT_FOLDED_SIZE])
{
    size_t size = 0;

    for (size_t step; *text != '\0'; text += step) {
        step = text_step(text);
        uint32_t value = character(text, step);
        char c = step == 1 ? *text : narrow(value);
        if (c == ' ' || c == '/' || c == '\t' || c == '\n' || value == 0xb7 || value == 0x2022)
            continue;
        size_t take = c == '\0' ? step : 1;
        if (size + take > TEXT_FOLDED_SIZE - 1)
            break;
        if (c == '\0')
            memcpy(folded + size, text, step);
        else
            folded[size] = (char)tolower((unsigned char)c);
        size += take;
    }
    folded[size] = '\0';
}

static char letter_of(uint32_t value, bool as_surname)
{
    for (size_t i = 0; as_surname && i < SURNAMES; i++)
        if (surnames[i].character == value)
            return surnames[i].letter;
    if (value >= HAN_FIRST && value <= HAN_LAST)
        return initials_of[(value - HAN_FIRST) / LINE_LETTERS][(value - HAN_FIRST) % LINE_LETTERS];
    return value < 0x80 && isalnum((int)value) ? (char)value : '.';
}

void text_initials(const char *name, bool surname, char initials[TEXT_INITIALS_SIZE])
{
    size_t size = 0;
    bool first = true;

    for (size_t step; *name != '\0' && size < TEXT_INITIALS_SIZE - 1; name += step) {
        step = text_step(name);
        char letter = letter_of(character(name, step), surname && first);
        if (letter != '.')
            initials[size++] = letter;
        first = false;
    }
    initials[size] = '\0';
}

/* ---- ages ------------------------------------------------------------------------------------------- */

bool text_date(const char *text, long long *ret_day)
{
    int year = 0;
    int month = 0;
    int day = 0;
    char rest = 0;

    if (strlen(text) != 10 || sscanf(text, "%4d-%2d-%2d%c", &year, &month, &day, &rest) != 3
        || year < 1850 || month < 1 || month > 12 || day < 1 || day > 31)
        return false;
    *ret_day = clock_day_of(year, month, day);
    return clock_date(*ret_day).day_of_month == day;
}

bool text_date_loose(const char *text, char date[11])
{
    int parts[3] = { 0, 0, 0 };
    size_t digits[3] = { 0, 0, 0 };
    size_t part = 0;
    long long day;

    for (; *text != '\0'; text++) {
        bool digit = isdigit((unsigned char)*text);
        bool full = part == 0 && digits[0] == 4;
        if (digit && (full || (part == 1 && digits[1] == 2)))
            part++; /* 19380214 has no marks */
        if (digit && digits[part] < 4) {
            parts[part] = 10 * parts[part] + *text - '0';
            digits[part]++;
        } else if (!digit && digits[part] > 0 && part < 2) {
            part++;
        }
    }
    char longer[40];
    snprintf(longer, sizeof(longer), "%04d-%02d-%02d", parts[0], parts[1], parts[2]);
    if (digits[2] == 0 || !text_date(longer, &day))
        return false;
    memcpy(date, longer, 11);
    return true;
}

int text_age(const char *birth, long long day)
{
    long long born_day;

    if (!text_date(birth, &born_day))
        return -1;
    struct clock_date born = clock_date(born_day);
    struct clock_date now = clock_date(day);
    int before =
        now.month < born.month || (now.month == born.month && now.day_of_month < born.day_of_month);
    return now.year - born.year - before;
}
