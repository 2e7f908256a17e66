/*
 * lib/story_inside.h - what the files of the story harness share.
 */
#pragma once

#include <stdarg.h>

#include "base/arena.h"
#include "lib/story.h"

enum { STORY_SERVICES = 12, STORY_PRODUCERS = 256 };

/* A message on the log, and the case in hand of whoever asks for it. */
struct told {
    uint8_t *bytes;
    struct stored stored;
};

struct teller {
    char source[64];
    uint64_t number;
};

struct actor_in_story {
    const struct service *service;
    struct kit *kit;
    uint32_t taken;     /* how many messages of the log it has been told */
    uint64_t published; /* the last of its numbers that is on the log    */
    char *opened_path;  /* a copy of its store when the town was open    */
    uint32_t opened_at; /* ... and how much of the log that was          */
};

struct story_line {
    uint64_t seq;
    unsigned actor;
    char *text;
};

struct story {
    uint64_t now_ms;
    struct told *log;
    uint32_t count;
    uint32_t room;
    struct teller tellers[STORY_PRODUCERS];
    uint32_t teller_count;
    struct actor_in_story actors[STORY_SERVICES];
    uint32_t actor_count;

    struct story_line *lines; /* of the message in hand */
    uint32_t line_count;
    uint32_t line_room;
    unsigned tracing; /* which actor takes its turn */
    bool quiet;
    char *text;
    size_t text_size;
    size_t text_room;

    struct arena arena; /* of the call in hand */
    char *answer;
    char *last;
    const char *next_case;
    const char *next_priority;
};

/* An envelope is put on the log at the present time. */
void story_append(struct story *story, const char *source, struct slice envelope);

/* Message by message, each at every service, until nothing new is on the log. */
void story_run(struct story *story);

/* What a service has in its outbox goes on the log. */
void story_drain(struct story *story, struct actor_in_story *actor);

/* A line of the trace. */
void story_write(struct story *story, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* `hcz.cli as hcz.deputy hcz-s2 for hcz.head`: the source, and the actor; lent until the arena's reset. */
const char *story_who(struct story *story, const char *who, Bus__Actor *actor);
struct slice story_body(struct story *story, const char *subject, const char *format,
                        va_list arguments) __attribute__((format(printf, 3, 0)));
uint64_t story_time(const char *text);

/* Memory of the harness: a story that lacks it has failed. */
void *story_grow(void *old, size_t size);
char *story_copy(const char *text);

/* story_look.c: what its services have stated, for the check that every event and refusal is in some
 * story. */
void story_cover(const struct story *story);

/* story_faults.c: what fails when.  A message is taken, a timer fires before it, or the service's own
 * message is met.  Gives the plan for the log from `from` on; `all`: nothing is left out. */
struct fault_plan;
enum fault_way { FAULT_TAKE, FAULT_FIRE, FAULT_MEET, FAULT_WAYS };
struct fault_plan *fault_plan_open(const struct story *story, uint32_t from, bool all);
void fault_plan_close(struct fault_plan *plan);

/* So many calls of the store were made there when none failed. */
void fault_plan_count(struct fault_plan *plan, uint32_t at, enum fault_way way, unsigned calls);

/* Chooses where the `nth` call fails; false: there are nowhere so many.  And the most that there are. */
bool fault_plan_choose(struct fault_plan *plan, unsigned nth);
unsigned fault_plan_most(const struct fault_plan *plan);
bool fault_plan_fails(const struct fault_plan *plan, uint32_t at, enum fault_way way);

/* story_check.c */
void story_check(struct story *story);
