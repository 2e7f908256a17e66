/*
 * Which committee a cell names, however it is written.
 */
#include <string.h>

#include "cli/sheet.h"

enum { DISTANCE_MOST = 2, NAME_CHARACTERS = 32 };

static uint32_t characters(const char *text, uint32_t out[NAME_CHARACTERS])
{
    uint32_t count = 0;

    while (*text != '\0' && count < NAME_CHARACTERS) {
        uint32_t code = (unsigned char)*text++;
        while (((unsigned char)*text & 0xC0) == 0x80)
            code = code << 8 | (unsigned char)*text++;
        out[count++] = code;
    }
    return count;
}

/* How many characters must be put in, taken out or changed. */
static uint32_t distance(const char *a, const char *b)
{
    uint32_t left[NAME_CHARACTERS];
    uint32_t right[NAME_CHARACTERS];
    uint32_t costs[NAME_CHARACTERS + 1];
    uint32_t left_count = characters(a, left);
    uint32_t right_count = characters(b, right);

    for (uint32_t i = 0; i <= right_count; i++)
        costs[i] = i;
    for (uint32_t row = 1; row <= left_count; row++) {
        uint32_t corner = costs[0];
        costs[0] = row;
        for (uint32_t i = 1; i <= right_count; i++) {
            uint32_t change = corner + (left[row - 1] != right[i - 1]);
            uint32_t other = (costs[i] < costs[i - 1] ? costs[i] : costs[i - 1]) + 1;
            corner = costs[i];
            costs[i] = change < other ? change : other;
        }
    }
    return costs[right_count];
}

/* The name as one says it: without 居委会 or 村委会 at its end. */
static size_t short_length(const char *name)
{
    static const char *const ends[] = { "居委会", "村委会", "居委", "村委" };
    size_t length = strlen(name);

    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        size_t end = strlen(ends[i]);
        if (length > end && strcmp(name + length - end, ends[i]) == 0)
            return length - end;
    }
    return length;
}

const char *sheet_committee(const struct sheet_committee *committees, uint32_t count,
                            const char *text, const char **ret_nearest)
{
    uint32_t least = DISTANCE_MOST + 1;
    size_t length = short_length(text);

    *ret_nearest = NULL;
    for (uint32_t i = 0; i < count; i++) {
        const char *name = committees[i].name;
        if (strcmp(text, committees[i].unit) == 0 || strcmp(text, name) == 0
            || (length > 0 && short_length(name) == length && strncmp(text, name, length) == 0))
            return committees[i].unit;
        uint32_t far = distance(text, name);
        if (far < least) {
            least = far;
            *ret_nearest = name;
        }
    }
    return NULL;
}
