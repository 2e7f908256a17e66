/*
 * lib/story_inside.h - what the files of the story harness share.
 */
#pragma once

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

/* The body of an envelope that a service has in its outbox, put on the log. */
void story_append(struct story *story, const char *source, struct slice envelope);

/* Copies a closed or idle store. */
void story_copy_store(struct kit *kit, const char *path);
void story_copy_file(const char *from, const char *to);

/* story_check.c */
void story_check(struct story *story);
