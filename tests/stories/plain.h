/*
 * plain.h - a text of a story without what depends on how many messages came before.
 *
 * The town's opening is thousands of messages, and grows.  So `organisation/1/1987` and
 * `"seq": "3641"` are compared by what stands before the numbers.
 */
#pragma once

#include <ctype.h>
#include <stddef.h>
#include <string.h>

enum { PLAIN_SIZE = 1 << 16 };

/* Lends a static text until the next call. */
static inline const char *plain(const char *text)
{
    static char out[PLAIN_SIZE];
    static const char *const counted[] = { "organisation/", "supplies/", "supervision/", "opinion/",
                                           "\"seq\": \"" };
    size_t length = 0;

    while (*text != '\0' && length + 32 < PLAIN_SIZE) {
        size_t skip = 0;
        for (size_t i = 0; i < sizeof(counted) / sizeof(counted[0]) && skip == 0; i++)
            if (strncmp(text, counted[i], strlen(counted[i])) == 0)
                skip = strlen(counted[i]);
        if (skip == 0) {
            out[length++] = *text++;
            continue;
        }
        memcpy(out + length, text, skip);
        length += skip;
        text += skip;
        out[length++] = '*';
        while (isdigit((unsigned char)*text) || *text == '/')
            text++;
    }
    out[length] = '\0';
    return out;
}
