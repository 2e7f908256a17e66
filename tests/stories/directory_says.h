/*
 * stories/directory_says.h - what the organisation has said before a story begins, told by hand, so
 * that the story has one service.
 */
#pragma once

#include <stdio.h>
#include <string.h>

#include "lib/story.h"

static inline void organisation_says(struct story *story, const char *event, const char *body)
{
    char subject[64];

    snprintf(subject, sizeof(subject), "organisation.%s.town", event);
    story_say(story, "organisation", subject, "%s", body);
}

/* The rows of services/town/policy.csv whose keys begin so (the last prefix is NULL), as one event. */
static inline void policy_says(struct story *story, const char *const *prefixes)
{
    static char body[64 << 10];
    char line[1024];
    FILE *file = fopen(test_source("services/town/policy.csv"), "r");
    size_t length = (size_t)snprintf(body, sizeof(body), "{'set': 'default', 'records': [");

    ck_assert_ptr_nonnull(file);
    for (const char *comma = ""; fgets(line, sizeof(line), file) != NULL;) {
        char *rest = line;
        const char *cells[5];
        const char *const *prefix = prefixes;
        for (int i = 0; i < 5; i++)
            cells[i] = strsep(&rest, ",");
        while (*prefix != NULL && strncmp(line, *prefix, strlen(*prefix)) != 0)
            prefix++;
        if (*prefix == NULL)
            continue;
        length += (size_t)snprintf(body + length, sizeof(body) - length,
                                   "%s{'key': '%s', 'scope': '%s', 'value': '%s', 'unit': '%s',"
                                   " 'calendar': '%s'}",
                                   comma, cells[0], cells[1], cells[2], cells[3], cells[4]);
        comma = ", ";
    }
    fclose(file);
    ck_assert_uint_lt(length + 3, sizeof(body));
    strcpy(body + length, "]}");
    organisation_says(story, "PolicyPublished", body);
}

/* A rule of the town's own, in days, in force from now on. */
static inline void rule_says(struct story *story, const char *key, unsigned days)
{
    char body[256];

    snprintf(body, sizeof(body),
             "{'set': 'short', 'effectiveFromMs': '%llu', 'records': [{'key': '%s', 'scope': '*',"
             " 'value': '%u', 'unit': 'days', 'calendar': '24x7', 'status': 'default'}]}",
             (unsigned long long)story_now(story), key, days);
    organisation_says(story, "PolicyPublished", body);
}
