#include "core/filter.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"

struct filters {
    uint32_t count;
    struct slice texts[];
};

/* The next token of `text` from *at on; false: there is none. */
static bool token(struct slice text, size_t *at, struct slice *ret_token)
{
    const char *bytes = text.data;

    if (*at > text.size)
        return false;
    const char *dot = *at < text.size ? memchr(bytes + *at, '.', text.size - *at) : NULL;
    size_t end = dot == NULL ? text.size : (size_t)(dot - bytes);
    *ret_token = slice_of(bytes + *at, end - *at);
    *at = end + 1;
    return true;
}

static bool is(struct slice token, char mark)
{
    return token.size == 1 && *(const char *)token.data == mark;
}

/* Byte by byte: it is asked for every message that is looked at for somebody. */
bool filter_match(struct slice filter, struct slice subject)
{
    const char *wanted = filter.data;
    const char *wanted_end = wanted + filter.size;
    const char *found = subject.data;
    const char *found_end = found + subject.size;

    while (true) {
        size_t left = (size_t)(wanted_end - wanted);
        if (left == 1 && *wanted == '>')
            return true;
        if (left > 0 && *wanted == '*' && (left == 1 || wanted[1] == '.')) {
            wanted++;
            while (found < found_end && *found != '.')
                found++;
        } else {
            while (wanted < wanted_end && found < found_end && *wanted == *found
                   && *wanted != '.') {
                wanted++;
                found++;
            }
            if ((wanted < wanted_end && *wanted != '.') || (found < found_end && *found != '.'))
                return false;
        }
        if (wanted == wanted_end || found == found_end)
            return wanted == wanted_end && found == found_end;
        wanted++;
        found++;
    }
}

bool filter_valid(struct slice filter)
{
    size_t at = 0;
    unsigned count = 0;
    struct slice part;
    bool ended = false;

    if (filter.size == 0 || filter.size > 128)
        return false;
    while (token(filter, &at, &part)) {
        if (part.size == 0 || ended)
            return false;
        for (size_t i = 0; i < part.size; i++) {
            char byte = ((const char *)part.data)[i];
            bool name = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z')
                        || (byte >= '0' && byte <= '9') || byte == '-' || byte == '_';
            if (!name && !(part.size == 1 && (byte == '*' || byte == '>')))
                return false;
        }
        ended = is(part, '>');
        count++;
    }
    return count <= 3 && (count == 3 || ended);
}

bool filter_covers(struct slice outer, struct slice inner)
{
    size_t outer_at = 0;
    size_t inner_at = 0;
    struct slice wide;
    struct slice narrow;

    while (token(outer, &outer_at, &wide)) {
        if (!token(inner, &inner_at, &narrow))
            return false;
        if (is(wide, '>'))
            return true;
        if (is(narrow, '>') || (!is(wide, '*') && (is(narrow, '*') || !slice_equal(wide, narrow))))
            return false;
    }
    return inner_at > inner.size;
}

static int compare(const void *a, const void *b)
{
    return slice_compare(*(const struct slice *)a, *(const struct slice *)b);
}

int filters_open(const char *const *texts, uint32_t count, struct filters **ret_filters)
{
    struct filters *filters = calloc(1, sizeof(*filters) + count * sizeof(filters->texts[0]));
    if (filters == NULL)
        return FAULT(-ENOMEM);
    for (uint32_t i = 0; i < count; i++) {
        struct slice text = slice_text(texts[i]);
        bool covered = false;
        if (!filter_valid(text)) {
            filters_close(filters);
            return FILTER_BAD;
        }
        for (uint32_t other = 0; other < count && !covered; other++)
            covered = other != i && filter_covers(slice_text(texts[other]), text)
                      && (!slice_equal(text, slice_text(texts[other])) || other < i);
        if (covered)
            continue;
        char *copy = strdup(texts[i]);
        if (copy == NULL) {
            filters_close(filters);
            return FAULT(-ENOMEM);
        }
        filters->texts[filters->count++] = slice_text(copy);
    }
    qsort(filters->texts, filters->count, sizeof(filters->texts[0]), compare);
    *ret_filters = filters;
    return 0;
}

void filters_close(struct filters *filters)
{
    if (filters == NULL)
        return;
    for (uint32_t i = 0; i < filters->count; i++)
        free((void *)(uintptr_t)filters->texts[i].data);
    free(filters);
}

bool filters_match(const struct filters *filters, struct slice subject)
{
    for (uint32_t i = 0; i < filters->count; i++)
        if (filter_match(filters->texts[i], subject))
            return true;
    return false;
}

bool filters_equal(const struct filters *a, const struct filters *b)
{
    if (a->count != b->count)
        return false;
    for (uint32_t i = 0; i < a->count; i++)
        if (!slice_equal(a->texts[i], b->texts[i]))
            return false;
    return true;
}

uint32_t filters_count(const struct filters *filters)
{
    return filters->count;
}

struct slice filters_at(const struct filters *filters, uint32_t index)
{
    return filters->texts[index];
}
