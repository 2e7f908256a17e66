/*
 * What may be an id, and who may be named by one; how a day is written.
 */
#include <ctype.h>
#include <string.h>

#include "base/clock.h"
#include "kit/inside.h"

enum {
    MOBILE_DIGITS = 11, /* 1xx xxxx xxxx */
    NUMBER_DIGITS = 17, /* of an ID number, before its check digit */
};

bool turn_is_id(const char *id)
{
    size_t length = strlen(id);

    if (length == 0 || length > TURN_ID_LENGTH)
        return false;
    for (; *id != '\0'; id++)
        if (!isalnum((unsigned char)*id) && strchr("-_.:", *id) == NULL)
            return false;
    return true;
}

/* A text that somebody put where an id was asked: it reaches a person. */
static bool has_number_of_person(const char *text)
{
    while (*text != '\0') {
        size_t digits = strspn(text, "0123456789");
        if ((digits == MOBILE_DIGITS && *text == '1') || digits >= NUMBER_DIGITS)
            return true;
        text += digits == 0 ? 1 : digits;
    }
    return false;
}

bool turn_is_who(struct turn *turn, const char *field, const char *text)
{
    if (*text == '\0')
        return true;
    if (turn_is_id(text) && strpbrk(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
        && !has_number_of_person(text))
        return true;
    turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD,
                "%s: the id of a post, a carer or a member of staff, never a name or a number",
                field);
    return false;
}

const char *turn_date(struct turn *turn, int64_t day)
{
    struct clock_date date = clock_date(day);

    return turn_text(turn, "%04d-%02d-%02d", date.year, date.month, date.day_of_month);
}

const char *ask_date(struct ask *ask, int64_t day)
{
    struct clock_date date = clock_date(day);

    return ask_text(ask, "%04d-%02d-%02d", date.year, date.month, date.day_of_month);
}
