/*
 * system/town.h - a broker in its own process, and peers of it in this one, for the tests beside it.
 */
#pragma once

#include <signal.h>

#include "lib/place.h"
#include "lib/run.h"

enum { HEARD_MOST = 4096 };

/* A peer of the town, and what it has heard. */
struct peer {
    struct client *client;
    uint64_t next_number;
    uint64_t acknowledged; /* the highest number */
    uint64_t welcome_number;
    uint64_t welcome_head;
    uint64_t welcome_time_ms;
    uint64_t told_time_ms; /* of the last PONG */
    uint32_t told_rate;
    uint32_t welcomes;
    uint32_t heard; /* messages of the subscription */
    uint64_t seqs[HEARD_MOST];
    char ids[HEARD_MOST][48];
    char subjects[HEARD_MOST][64];
    uint64_t last;  /* the end of the last range */
    Bus__Code code; /* of the last refusal, rejection or settlement */
    char reason[200];
    uint32_t settled;
    uint32_t leases;
    Bus__Lease lease;
    char lease_mailbox[64];
    char lease_subject[64];
    uint32_t answers;
    char answer[4096];
    uint32_t messages; /* of the last AdminAnswer */
    uint64_t next_seq;
    bool answers_queries;
};

extern struct socket_context *town_context;
extern pid_t town_broker;

/* The folder with its usual units and rules; then its broker, ready. */
const char *town_dir(void);
void town_make(const char *more_conf);
void town_start(void);
void town_kill(int signal); /* and waits for its end */

/* The broker ends cleanly, and so do all peers that are still open. */
void town_end(void);

void peer_open(struct peer *peer, const char *unit, const char *instance, const char *service);
/* The same, from a peer that remembers that `acknowledged` of its messages were stored. */
void peer_open_with(struct peer *peer, const char *unit, const char *instance, const char *service,
                    uint64_t acknowledged);
void peer_close(struct peer *peer);

/* Turns the client until `done` is not 0 any more, 10 s at most. */
#define PEER_UNTIL(peer, condition)                                                                \
    do {                                                                                           \
        for (int turns = 0; !(condition) && turns < 1000; turns++)                                 \
            client_step((peer)->client, 10);                                                       \
        ck_assert_msg((condition), "%s: it never came; broker: %s", #condition,                    \
                      place_said(town_dir()));                                                     \
    } while (0)

/* Publishes the next message; waits while there is no credit. */
void peer_say(struct peer *peer, const char *subject, const char *case_id, const char *to);
void peer_all_stored(struct peer *peer);
void peer_hear(struct peer *peer, const char *filter, uint64_t from_seq);
