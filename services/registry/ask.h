/*
 * registry/ask.h - what the registry's questions share: who asks, what they may see, and the
 * Accessed that goes on the log before an answer leaves - a denied one too.
 */
#pragma once

#include "registry/registry.h"

/* The person whom `id` names now; NULL: nobody. */
const Person *ask_person(struct ask *ask, const char *id);

/* The groups of this person's card that the asker may see; 0: none. */
unsigned ask_groups(struct ask *ask, const Person *person, const char *purpose);

/* The open needs of a person, as service/need. */
const char **ask_needs(struct ask *ask, const char *person, size_t *ret_count);

/* `2023-01-18` as the town's day; false: it is no date. */
bool ask_day(const char *date, int64_t *ret_day);

bool ask_is(struct ask *ask, const char *unit);

/* Whose data the answer holds; `persons` must live as long as the ask. */
struct ask_trace {
    const char *query;
    const char *purpose;
    const char **persons;
    size_t count;
    unsigned groups;
};
void ask_trace_read(struct ask *ask, const struct ask_trace *trace);

/* Leaves the trace of a denied reading and refuses NOT_ALLOWED. */
int ask_deny(struct ask *ask, const struct ask_trace *trace);

/* The categories that go with those groups: two of them are a diagnosis, which a carer never sees. */
struct categories ask_categories(struct ask *ask, const Person *person, unsigned groups);

/* A card that holds those groups. */
Town__Card *ask_trim(struct ask *ask, const Person *person, unsigned groups);
