/*
 * client/inside.h - what the files of this floor share; nobody else includes it.
 */
#pragma once

#include "base/arena.h"
#include "client/client.h"
#include "wire/frame.h"

enum {
    CLIENT_WATCHES = 8,
    CLIENT_PENDING = 2048, /* requests without an answer: leases, queries, peeks  */
    CLIENT_BOXES = 16,     /* mailboxes that this peer takes from                 */
    CLIENT_ARENA_BYTES = 8 << 20,
    HELLO_RETRY_MS = 1000,
    CONNECT_RETRY_MS = 10, /* while there is no connection to say HELLO on        */
    REJECTED_RETRY_MS = 5000,
};

/* A message on its way: packed, until it is known to be stored. */
struct outgoing {
    uint64_t number;
    uint32_t size;
    uint8_t *bytes;
};

enum pending_kind { PENDING_NONE, PENDING_SETTLE, PENDING_QUERY, PENDING_PEEK, PENDING_ADMIN };

struct pending {
    enum pending_kind kind;
    uint64_t request;
};

struct box {
    char mailbox[WIRE_NAME_BYTES + 1];
    uint32_t count; /* leases still asked for */
    uint32_t lease_ms;
};

enum phase { PHASE_HELLO, PHASE_WAITING, PHASE_UP, PHASE_REJECTED };

struct client {
    struct client_options options;
    uint8_t server_key[SOCKET_KEY_BYTES];
    struct socket_context *context;
    struct socket *socket;
    struct arena arena;

    enum phase phase;
    uint32_t epoch;    /* of the broker's run */
    uint64_t retry_us; /* when HELLO is said (again) */
    uint64_t heard_us;
    uint64_t pinged_us;
    char source[WIRE_NAME_BYTES * 2];

    struct outgoing *queue; /* ring of `queue_room`, oldest first */
    uint32_t queue_room;
    uint32_t queue_first;
    uint32_t queue_count;
    uint32_t queue_sent; /* of them, how many were sent in this session */
    uint64_t queue_bytes;
    uint64_t held_number; /* refused: nothing from it on is sent; 0: none */
    uint32_t credit_messages;
    uint64_t credit_bytes;

    Bus__Subscribe subscribe;
    const char **filters;
    bool subscribed;
    bool renewing; /* a live subscription was replaced: the next round begins anew */
    uint64_t from_seq;
    uint64_t taken_bytes;  /* received, credit not yet given back */
    struct stored *stored; /* of the frame in hand */

    uint64_t request;
    struct pending pending[CLIENT_PENDING];
    struct box boxes[CLIENT_BOXES];
    uint32_t box_count;

    struct loop loop;
    struct {
        void (*ready)(void *context);
        void *context;
    } watches[CLIENT_WATCHES];
    uint8_t *buffer;              /* of a frame in the making */
    struct frame_writer gathered; /* calls of one type that leave as one frame */
    enum frame_type gathering;    /* FRAME_NONE: none wait */
    bool unsent;                  /* something was gathered or queued since the last try to send */
    bool more;                    /* something may have come that the descriptor does not tell of */
};

/* queue.c: what was published and is not known to be stored. */
void queue_flush(struct client *client);
void queue_stored(struct client *client, uint64_t number, uint64_t seq);
void queue_rewind(struct client *client, uint64_t number);
void queue_close(struct client *client);

/* receive.c: one frame from the broker. */
void receive_frame(struct client *client, struct slice bytes, uint64_t now_us);
void receive_lost(struct client *client);

/* client.c */
int client_send(struct client *client, enum frame_type type, const ProtobufCMessage *message);
int client_gather(struct client *client, enum frame_type type, const ProtobufCMessage *message);
int client_gathered(struct client *client);
int client_write(struct client *client, struct frame_writer *writer);

/* calls.c: what lives in a session is asked for again when one begins. */
uint64_t client_expect(struct client *client, enum pending_kind kind);
void client_resume(struct client *client);
void client_forget(struct client *client); /* what it has subscribed to */
