/*
 * lib/core_story.h - stories of the broker's core: peers say something, and a text says what
 * happened.
 *
 *     hello(&s, "hcz");
 *     publish(&s, "hcz", 1, "referral.Dispatch.hcz", (struct say){ .case_id = "R-1" });
 *     commit(&s);
 *     EXPECT_TEXT(told(&s), "...");
 *
 * Each act writes its line, the core's own trace follows indented by four, and what peers are told
 * indented by two.  A peer is named by its source; the latest session of that source is meant.
 */
#pragma once

#include "lib/core_world.h"
#include "lib/run.h"

enum { STORY_PEERS = 4096, STORY_TEXT = 1 << 18 };

struct core_story {
    struct core_world world;
    char names[STORY_PEERS][32]; /* by peer id */
    uint64_t peer_count;
    uint64_t tokens[1 << 16]; /* the last token told, by seq */
    uint64_t delivered;       /* messages in frames, and frames */
    uint64_t frames;
    uint64_t leased;
    bool quiet; /* nothing is written */
    char text[STORY_TEXT];
    uint32_t used;
    uint32_t told_from;
};

/* What the house's small town may do; units: hcz hcs (centre), vc1 vc2 (vc), referral registry
 * (service), operator (operator), stranger (no rows). */
extern const char story_permissions[];

/* `change` may be NULL; it changes the limits and options before the core opens. */
void story_open(struct core_story *story, void (*change)(struct core_options *options));
void story_close(struct core_story *story);

/* The text since the last call; lends it until the next act. */
const char *told(struct core_story *story);

struct say {
    const char *to;
    const char *case_id;
    const char *actor_unit;
    unsigned priority; /* 0: none, which is P3; 1..6: P0..P5 */
    uint64_t not_before_ms;
    uint64_t expires_ms;
    uint32_t epoch; /* 0: 1 */
    uint32_t body;  /* bytes */
    bool exercise;
};

struct greet {
    uint32_t epoch; /* 0: 1 */
    uint64_t acknowledged;
    uint64_t seen_seq;
    uint64_t log_id;
    const char *service;
    uint32_t version; /* 0: 1 */
};

void hello(struct core_story *story, const char *source);
void hello_as(struct core_story *story, const char *source, struct greet greet);
void gone(struct core_story *story, const char *source);
void ping(struct core_story *story, const char *source);
void publish(struct core_story *story, const char *source, uint64_t number, const char *subject,
             struct say say);
void subscribe(struct core_story *story, const char *source, uint64_t from, uint64_t credit,
               const char *filter);
void credit(struct core_story *story, const char *source, uint64_t bytes);
void take(struct core_story *story, const char *source, const char *mailbox, uint32_t count,
          uint32_t lease_ms);
/* With the last token that was told for `seq`, or with `token`. */
void receipt(struct core_story *story, const char *source, const char *mailbox, uint64_t seq);
void receipt_with(struct core_story *story, const char *source, const char *mailbox, uint64_t seq,
                  uint64_t token);
void give_back(struct core_story *story, const char *source, const char *mailbox, uint64_t seq,
               uint64_t delay_ms, const char *reason, bool dead);
void extend(struct core_story *story, const char *source, const char *mailbox, uint64_t seq,
            uint32_t lease_ms);
void peek(struct core_story *story, const char *source, const char *mailbox, bool dead);
void redrive(struct core_story *story, const char *source, const char *mailbox, uint64_t seq);
void ask(struct core_story *story, const char *source, uint64_t request, const char *subject,
         uint32_t deadline_ms);
void reply(struct core_story *story, const char *source, uint64_t request);

void commit(struct core_story *story);
/* The log's clock runs at that rate. */
void run_at(struct core_story *story, uint32_t rate);
/* Time passes, log time and elapsed time alike, in steps of a second at most. */
void pass(struct core_story *story, uint64_t ms);
void save(struct core_story *story);
void crash(struct core_story *story);
