/*
 * What may be an id, and who may be named by one.
 */
#include <ctype.h>
#include <string.h>

#include "kit/inside.h"

enum {
    ID_LENGTH = 64,
    MOBILE_DIGITS = 11, /* 1xx xxxx xxxx */
    NUMBER_DIGITS = 17, /* of an ID number, before its check digit */
};

bool turn_is_id(const char *id)
{
    size_t length = strlen(id);

    if (length == 0 || length > ID_LENGTH)
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
