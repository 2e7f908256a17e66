/*
 * wire/socket.h - a frame in, a frame out; the one place that sets a ZeroMQ option.
 *
 * Only tcp:// and ipc://, only CURVE (the bench's own build alone may switch it off).  A listener
 * is a ROUTER that makes its peers' ids and refuses to start unless every option reads back as it
 * was set; a caller is a DEALER.  One context a process; a socket belongs to one thread.
 * Nothing here blocks but loop_wait.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

enum {
    SOCKET_EMPTY = 1, /* nothing to receive now                                    */
    SOCKET_GONE = 2,  /* the peer is not there any more                            */
    SOCKET_FULL = 3,  /* the peer's pipe is full: our own credit is wrong          */
    SOCKET_ODD = 4,   /* more than one frame, or no User-Id: dropped and counted   */
    SOCKET_KEY_BYTES = 32,
    SOCKET_KEY_TEXT = 41,  /* Z85 with its terminator */
    SOCKET_PEER_BYTES = 8, /* a generated routing id, 5 bytes, padded with zeros */
};

struct socket_context;
int socket_context_open(struct socket_context **ret_context);
void socket_context_close(struct socket_context *context);

struct socket;
struct socket_keys {
    uint8_t public_key[SOCKET_KEY_BYTES];
    uint8_t secret_key[SOCKET_KEY_BYTES];
};

/* A new random pair; and keys as text (Z85). */
int socket_keys_make(struct socket_keys *ret_keys);
void socket_key_print(const uint8_t key[SOCKET_KEY_BYTES], char text[SOCKET_KEY_TEXT]);
int socket_key_parse(const char *text, uint8_t ret_key[SOCKET_KEY_BYTES]); /* > 0: not a key */

/* The broker's side.  `keys` NULL: no CURVE, which only a CAREBUS_BENCH build accepts (else
 * -EPERM).  The ZAP handler must be bound before (socket_zap_open). */
int socket_listen(struct socket_context *context, const char *endpoint,
                  const struct socket_keys *keys, struct socket **ret_socket);

/* A client's side.  `server_key` NULL as above. */
int socket_connect(struct socket_context *context, const char *endpoint, const uint8_t *server_key,
                   const struct socket_keys *keys, struct socket **ret_socket);
void socket_close(struct socket *socket);

/* Closes when what was sent is out, or after `linger_ms`. */
void socket_close_soon(struct socket *socket, int linger_ms);

/* The next frame; lends it until the next receive on this socket.  On a listener `ret_peer` gets
 * who sent it and ret_user (lent as the frame) the ZAP User-Id.  SOCKET_EMPTY, SOCKET_ODD. */
struct socket_frame {
    struct slice bytes;
    uint64_t peer;    /* the routing id as a number; 0 on a caller */
    const char *user; /* NULL on a caller, and without CURVE       */
    int fd;           /* of the connection, for socket_cut         */
};
int socket_receive(struct socket *socket, struct socket_frame *ret_frame);

/* A descriptor that is readable when something may have come; only an edge: receive until
 * SOCKET_EMPTY, after the last send, before waiting for it.  -1: there is none. */
int socket_fd(struct socket *socket);

/* Sends a copy.  To a peer of a listener; 0 on a caller.  SOCKET_GONE, SOCKET_FULL. */
int socket_send(struct socket *socket, uint64_t peer, struct slice bytes);

/* A frame that goes to many: made once, counted by reference. */
struct socket_shared;
int socket_share(uint32_t size, struct socket_shared **ret_shared, void **ret_data);
int socket_send_shared(struct socket *socket, uint64_t peer, struct socket_shared *shared);
void socket_shared_trim(struct socket_shared *shared, uint32_t size); /* before the first send */
void socket_shared_close(struct socket_shared *shared);

/* Ends the connection of that descriptor at once: that of the peer's last frame.  Should it have
 * become another peer's since, that one connects again and has lost nothing. */
void socket_cut(int fd);

/* ---- ZAP: who may come in ---------------------------------------------------------------------- */

/* Answers one waiting request: `decide` gets the 32-byte key and the address, and returns the
 * User-Id to give (lent until it returns) or NULL to refuse.  Anything odd is refused. */
typedef const char *socket_zap_decide(void *context, const uint8_t key[SOCKET_KEY_BYTES],
                                      const char *address);
struct socket_zap;
int socket_zap_open(struct socket_context *context, struct socket_zap **ret_zap);
int socket_zap_answer(struct socket_zap *zap, socket_zap_decide *decide, void *context);
void socket_zap_close(struct socket_zap *zap);

/* ---- waiting ------------------------------------------------------------------------------------- */

/* What a loop waits for: up to LOOP_SOURCES sockets, ZAP handlers and descriptors.  A source is
 * ready when its bit is set in *ret_ready (bit i = the i-th added). */
enum { LOOP_SOURCES = 16 };
struct loop {
    uint32_t count;
    void *sources[LOOP_SOURCES]; /* struct socket or zap, NULL for a descriptor */
    int fds[LOOP_SOURCES];
};
void loop_add_socket(struct loop *loop, struct socket *socket);
void loop_add_zap(struct loop *loop, struct socket_zap *zap);
void loop_add_fd(struct loop *loop, int fd);

/* Waits until something is ready or `timeout_ms` (-1: for ever) has passed. */
int loop_wait(struct loop *loop, int timeout_ms, uint32_t *ret_ready);

/* Blocks SIGINT, SIGTERM, SIGHUP in this process and gives a descriptor that reads them
 * (signalfd), to be made before any thread is. */
int loop_signals(int *ret_fd);
int loop_signal_read(int fd); /* the next signal's number, 0 if there is none */
