/*
 * client/client.h - what a process at the bus links: hello, publish, subscribe, mailbox, query.
 *
 * One socket, one thread, no callbacks from elsewhere: everything happens inside client_step.
 * The client says HELLO again whenever the broker lost it, publishes again what was not yet
 * acknowledged (in order, by number), resumes its subscription behind the last range that it
 * handed over, asks again for its leases, and keeps to the credit of both sides.
 * What is queued is gathered into frames of up to WIRE_GATHER_ITEMS when client_step is called.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"
#include "bus.pb-c.h"
#include "wire/scan.h"
#include "wire/socket.h"

struct client;

enum {
    CLIENT_WAIT = 1,      /* no credit, or too much is unacknowledged: after client_step again  */
    CLIENT_TOO_LARGE = 2, /* the body is over the limit                                        */
    CLIENT_DOWN = 3,      /* the broker does not answer                                         */
    CLIENT_TIMEOUT = 4,
    CLIENT_BAD = 5, /* the message breaks a rule of the wire                              */
};

/* What came.  Each may be NULL.  What is lent is lent until the callback returns. */
struct client_calls {
    /* The link is up (again).  A service compares log_id, head and number with its own store. */
    void (*welcome)(void *context, const Bus__Welcome *welcome);
    /* The log's time and rate, told while nothing else comes, and when the rate changes.  0: not said. */
    void (*time)(void *context, uint64_t time_ms, uint32_t rate);
    /* No answer for WIRE_SILENCE_MS; tried on and on. */
    void (*down)(void *context);
    /* The broker ended the session for good (not permitted, stale epoch, ahead ...). */
    void (*rejected)(void *context, const Bus__Reject *reject);
    /* Every message up to `number` is durable; `seq` is that of `number` if known, else 0. */
    void (*stored)(void *context, uint64_t number, uint64_t seq);
    /* `number` was not stored.  The client holds what follows; the caller calls
     * client_publish_again (same bytes, after retry_ms) or client_publish_instead. */
    void (*refused)(void *context, uint64_t number, const Bus__PublishRefused *refused);
    /* A part of the log, in order: `count` messages that matched, and nothing else did between
     * `first` and `last`.  Credit goes back when it returns. */
    void (*deliver)(void *context, uint64_t first, uint64_t last, const struct stored *messages,
                    uint32_t count);
    void (*leased)(void *context, const Bus__Lease *lease, const struct stored *message);
    /* Outcome of request `request`: code CODE_ABSENT when it was done. */
    void (*settled)(void *context, uint64_t request, Bus__Code code, const char *reason);
    void (*peeked)(void *context, const Bus__Peeked *peeked);
    /* Somebody asks this service; answered by client_answer, now or later. */
    void (*query)(void *context, const Bus__Query *query);
    /* The answer to client_query; `reject` instead of `answer` when none came. */
    void (*answer)(void *context, uint64_t request, const Bus__Answer *answer,
                   const Bus__Reject *reject);
    void (*admin)(void *context, const Bus__AdminAnswer *answer, const Bus__Reject *reject);
};

struct client_options {
    const char *endpoint;      /* tcp://127.0.0.1:5800 or ipc:///...; kept */
    const uint8_t *server_key; /* NULL: no CURVE, bench builds only */
    struct socket_keys keys;
    const char *instance; /* "" or a name; source = unit or unit.instance */
    uint32_t epoch;
    uint64_t acknowledged; /* for HELLO: what this peer has seen */
    uint64_t seen_seq;
    uint64_t log_id;
    const char *service; /* answers queries to this service, or "" */
    const struct client_calls *calls;
    void *context;
};

/* Gives the client; it connects in client_step.  Keeps the options' texts, copies the keys. */
int client_open(struct socket_context *context, const struct client_options *options,
                struct client **ret_client);
void client_close(struct client *client);

/* One round: sends what is gathered, waits up to `timeout_ms` (or until something comes, or one of
 * the descriptors of client_watch is readable), calls the callbacks.  CLIENT_DOWN: no link. */
int client_step(struct client *client, int timeout_ms);

/* For a loop of the caller's own, with many clients in it: client_step with 0 while client_is_ready
 * (something may have come, or waits to be sent), whenever the descriptor (another one after each
 * reconnect) is readable, and else twice a second, or each 10 ms while the link is not up. */
int client_fd(const struct client *client);
bool client_is_ready(const struct client *client);

/* Another descriptor to wait for; `ready` is called from client_step. */
int client_watch(struct client *client, int fd, void (*ready)(void *context), void *context);

bool client_is_up(const struct client *client);
const char *client_source(const struct client *client); /* from WELCOME; "" before */

/* Numbers rise by one; epoch as in the options.  Borrows the envelope (packs it at once).
 * CLIENT_WAIT, CLIENT_TOO_LARGE, CLIENT_BAD. */
int client_publish(struct client *client, const Bus__Envelope *envelope);
int client_publish_bytes(struct client *client, uint64_t number, struct slice envelope);
void client_publish_again(struct client *client, uint64_t number);
int client_publish_instead(struct client *client, const Bus__Envelope *envelope);
uint32_t client_unacknowledged(const struct client *client);

/* One subscription.  Another one replaces it, and begins a session of its own with the next round:
 * what was asked of the earlier session is answered as lost.  from_seq 0 and from_time_ms 0: from
 * now. */
int client_subscribe(struct client *client, const char *const *filters, uint32_t count,
                     uint64_t from_seq, uint64_t from_time_ms);

/* Mailboxes.  Each gives the number of the request in *ret_request (may be NULL). */
int client_take(struct client *client, const char *mailbox, uint32_t count, uint32_t lease_ms);
int client_receipt(struct client *client, const Bus__Lease *lease, uint64_t *ret_request);
int client_return(struct client *client, const Bus__Lease *lease, uint64_t delay_ms,
                  const char *reason, bool dead, uint64_t *ret_request);
int client_extend(struct client *client, const Bus__Lease *lease, uint32_t lease_ms,
                  uint64_t *ret_request);
int client_peek(struct client *client, const char *mailbox, bool dead, uint32_t limit,
                uint64_t *ret_request);
int client_redrive(struct client *client, const char *mailbox, uint64_t seq, uint64_t *ret_request);

int client_query(struct client *client, const char *subject, struct slice body,
                 uint32_t deadline_ms, const Bus__Actor *actor, uint64_t *ret_request);
int client_answer(struct client *client, uint64_t request, uint32_t refusal, const char *reason,
                  struct slice body);
int client_admin(struct client *client, const char *verb, const char *argument, uint64_t from_seq,
                 uint32_t limit, uint64_t *ret_request);
