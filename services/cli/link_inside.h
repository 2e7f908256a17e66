/*
 * cli/link_inside.h - a link's own parts: link.c opens it and waits, link_calls.c are the calls,
 * link_hears.c what the broker says.
 */
#pragma once

#include "base/options.h"
#include "cli/link.h"
#include "client/client.h"

enum { LINK_AWAY = -1 }; /* of link_wait: nobody is there to answer, and nothing was printed */

/* What a call waits for; the callbacks fill it. */
struct wait {
    bool done;
    int status; /* of the call, printed already when not 0 */
    uint64_t request;
    const char *subject; /* of a question: whose refusal codes are meant */
    uint64_t number;
    uint64_t seq;
    link_each *each;
    void *context;
    uint64_t until_seq;
    bool live;
    bool may_be_away; /* whoever is to answer is asked again: LINK_AWAY */
    bool failed;      /* a reject came; its words are below */
    Bus__Code code;
    const char *reason;
    struct slice body;
    const Bus__AdminAnswer *admin;
    const Bus__Peeked *peeked;
    struct link_lease *leases;
    uint32_t lease_count;
    uint32_t lease_room;
};

struct link {
    struct cli *cli;
    const char *unit; /* of this link: a caller with several links changes cli's */
    const char *post;
    struct client *client;
    char endpoint[OPTIONS_ENDPOINT_SIZE];
    int lock; /* < 0: it does not publish */
    char instance[24];
    uint8_t server_key[SOCKET_KEY_BYTES];
    bool welcomed;
    bool listened; /* there was a subscription */
    Bus__Welcome welcome;
    uint64_t number;
    struct wait wait;
};

/* Subscribes; where there was a subscription before, over a new session, since what that one still
 * had on its way would be taken for the new one's. */
int link_subscribe(struct link *link, const char *const *filters, uint32_t count, uint64_t from_seq,
                   uint64_t from_time_ms);

/* A new call: nothing of the one before is left. */
void link_begin(struct link *link);

/* What client_* answered, as an exit status; printed when it is not 0. */
int link_sent(struct link *link, int r);

/* Steps until the call is done; 0, or the status that has been printed.  `timeout_ms` 0: for ever;
 * `what` NULL: silence is no fault. */
int link_wait(struct link *link, uint32_t timeout_ms, const char *what);

/* ---- link_hears.c -------------------------------------------------------------------------------- */

extern const struct client_calls link_hears;

/* Prints a rejection with its hint; its status. */
int link_say_reject(Bus__Code code, const char *reason);
