/*
 * wire/caller.h - a caller's connection: it speaks ZMTP itself, without a thread of its own.
 *
 * libzmq gives every process a thread that does its sockets, so a message wakes two threads more on
 * its way there and back; with one message under way that is a third of the time.  A listener needs
 * libzmq's; a caller has one connection and a loop that waits for it anyway.  Nothing moves but in
 * these calls: the connection is made, the handshake goes on, a heartbeat is answered when
 * caller_turn, caller_send or caller_receive is called.  It connects again by itself, later and later;
 * what was under way on a connection that is lost is lost with it.
 */
#pragma once

#include "wire/socket.h"

struct caller;

/* `server_key` NULL: no CURVE. */
int caller_open(const char *endpoint, const uint8_t *server_key, const struct socket_keys *keys,
                struct caller **ret_caller);

/* Closes when what was sent is out, or after `linger_ms`. */
void caller_close(struct caller *caller, int linger_ms);

/* As socket_send and socket_receive.  SOCKET_FULL: no connection now, or too much is not yet out. */
int caller_send(struct caller *caller, struct slice bytes);
int caller_receive(struct caller *caller, struct slice *ret_bytes);

/* What a wait has to look at: a descriptor (-1: none now), for what (POLLIN, POLLOUT), and until when
 * (steady) at the latest; then caller_turn. */
struct caller_wait {
    int fd;
    short events;
    uint64_t until_us;
};
void caller_wait(const struct caller *caller, struct caller_wait *ret_wait);

/* Moves what can be moved.  True: there is something to receive. */
bool caller_turn(struct caller *caller);
