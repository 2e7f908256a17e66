/*
 * wire/curve.h - CurveZMQ (ZeroMQ RFC 26), the client's side: four commands, then boxes.
 *
 *     client                       server
 *     HELLO   (a fresh key)    ->
 *                              <-  WELCOME  (its fresh key, a cookie)
 *     INITIATE (who we are)    ->
 *                              <-  READY
 *     MESSAGE                 <->  MESSAGE
 *
 * The fresh keys live as long as the connection, so what was recorded cannot be read later, whoever
 * loses which key.  The arithmetic is libsodium's.  Nothing here is sent or received.
 */
#pragma once

#include <stdint.h>

#include "wire/socket.h"

enum {
    CURVE_HELLO_BYTES = 200,
    CURVE_INITIATE_BYTES = 400, /* and less */
    CURVE_IN_FRONT_BYTES = 33,  /* of a message: its name, a nonce, the seal, flags */
    CURVE_MORE = 1,
    CURVE_COMMAND = 2,
    CURVE_BAD = 1,
};

struct curve {
    uint8_t server[SOCKET_KEY_BYTES];
    struct socket_keys keys;
    struct socket_keys fresh;
    uint8_t shared[32]; /* by the fresh keys of both sides */
    uint64_t nonce;     /* of the last box that we made    */
    uint64_t heard;     /* of the last one that we opened  */
};

/* Begins a connection: fresh keys.  The server's key and our pair were put in before. */
void curve_hello(struct curve *curve, uint8_t bytes[CURVE_HELLO_BYTES]);

/* What the server answers, and what we answer to that.  CURVE_BAD: it does not have the key that we
 * know it by. */
int curve_initiate(struct curve *curve, struct slice welcome, uint8_t bytes[CURVE_INITIATE_BYTES],
                   size_t *ret_size);
int curve_ready(struct curve *curve, struct slice ready);

/* Seals `size` bytes that stand CURVE_IN_FRONT_BYTES behind `bytes`, where they are. */
void curve_seal(struct curve *curve, uint8_t flags, uint8_t *bytes, size_t size);

/* Opens a sealed message where it is.  CURVE_BAD: it was changed, or comes a second time. */
int curve_open(struct curve *curve, uint8_t *bytes, size_t size, uint8_t *ret_flags,
               struct slice *ret_message);
