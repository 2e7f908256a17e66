#include "wire/curve.h"

#include <endian.h>
#include <sodium.h>
#include <string.h>

#include "wire/zmtp.h"

enum {
    SHORT_NONCE_BYTES = 8,
    LONG_NONCE_BYTES = 16,
    COOKIE_BYTES = 96,
    SEAL_BYTES = crypto_box_MACBYTES,
    WELCOME_BYTES = 8 + LONG_NONCE_BYTES + SEAL_BYTES + SOCKET_KEY_BYTES + COOKIE_BYTES,
    VOUCH_BYTES = SEAL_BYTES + 2 * SOCKET_KEY_BYTES,
    MESSAGE_NAME_BYTES = 8,
};

_Static_assert(CURVE_IN_FRONT_BYTES == MESSAGE_NAME_BYTES + SHORT_NONCE_BYTES + SEAL_BYTES + 1,
               "what stands in front of a message");
_Static_assert(CURVE_INITIATE_BYTES >= 9 + COOKIE_BYTES + SHORT_NONCE_BYTES + SEAL_BYTES
                                           + SOCKET_KEY_BYTES + LONG_NONCE_BYTES + VOUCH_BYTES
                                           + ZMTP_PROPERTIES_BYTES,
               "an INITIATE");

/* A nonce is a text of 16 bytes that says what it is for, and a number: no two are ever the same. */
static void counted(uint8_t nonce[crypto_box_NONCEBYTES], const char *purpose, uint64_t number)
{
    uint64_t big = htobe64(number);

    memcpy(nonce, purpose, crypto_box_NONCEBYTES - SHORT_NONCE_BYTES);
    memcpy(nonce + crypto_box_NONCEBYTES - SHORT_NONCE_BYTES, &big, sizeof(big));
}

/* Or a text of 8 bytes, and 16 random ones. */
static void drawn(uint8_t nonce[crypto_box_NONCEBYTES], const char *purpose,
                  const uint8_t random[LONG_NONCE_BYTES])
{
    memcpy(nonce, purpose, crypto_box_NONCEBYTES - LONG_NONCE_BYTES);
    memcpy(nonce + crypto_box_NONCEBYTES - LONG_NONCE_BYTES, random, LONG_NONCE_BYTES);
}

static uint64_t number_at(const uint8_t *bytes)
{
    uint64_t big;

    memcpy(&big, bytes, sizeof(big));
    return be64toh(big);
}

static void put_number(uint8_t *bytes, uint64_t number)
{
    uint64_t big = htobe64(number);

    memcpy(bytes, &big, sizeof(big));
}

void curve_hello(struct curve *curve, uint8_t bytes[CURVE_HELLO_BYTES])
{
    static const uint8_t zeros[64];
    uint8_t nonce[crypto_box_NONCEBYTES];

    curve->nonce = 1;
    curve->heard = 0;
    crypto_box_keypair(curve->fresh.public_key, curve->fresh.secret_key);
    memset(bytes, 0, CURVE_HELLO_BYTES);
    memcpy(bytes, "\5HELLO\1\0", 8);
    memcpy(bytes + 80, curve->fresh.public_key, SOCKET_KEY_BYTES);
    put_number(bytes + 112, curve->nonce);
    counted(nonce, "CurveZMQHELLO---", curve->nonce);
    /* It fails only for a key of low order; then the server's answer does not open. */
    if (crypto_box_easy(bytes + 120, zeros, sizeof(zeros), nonce, curve->server,
                        curve->fresh.secret_key)
        != 0)
        memset(bytes + 120, 0, sizeof(zeros) + SEAL_BYTES);
}

/* That the long-lived key and the fresh one are of one owner, said to this server only. */
static int vouch(const struct curve *curve, const uint8_t *server_fresh,
                 uint8_t bytes[LONG_NONCE_BYTES + VOUCH_BYTES])
{
    uint8_t plain[2 * SOCKET_KEY_BYTES];
    uint8_t nonce[crypto_box_NONCEBYTES];

    randombytes_buf(bytes, LONG_NONCE_BYTES);
    drawn(nonce, "VOUCH---", bytes);
    memcpy(plain, curve->fresh.public_key, SOCKET_KEY_BYTES);
    memcpy(plain + SOCKET_KEY_BYTES, curve->server, SOCKET_KEY_BYTES);
    return crypto_box_easy(bytes + LONG_NONCE_BYTES, plain, sizeof(plain), nonce, server_fresh,
                           curve->keys.secret_key);
}

int curve_initiate(struct curve *curve, struct slice welcome, uint8_t bytes[CURVE_INITIATE_BYTES],
                   size_t *ret_size)
{
    uint8_t plain[SOCKET_KEY_BYTES + COOKIE_BYTES];
    uint8_t nonce[crypto_box_NONCEBYTES];
    const uint8_t *from = welcome.data;

    if (welcome.size != WELCOME_BYTES || !zmtp_is(welcome, "WELCOME"))
        return CURVE_BAD;
    drawn(nonce, "WELCOME-", from + 8);
    if (crypto_box_open_easy(plain, from + 8 + LONG_NONCE_BYTES, sizeof(plain) + SEAL_BYTES, nonce,
                             curve->server, curve->fresh.secret_key)
            != 0
        || crypto_box_beforenm(curve->shared, plain, curve->fresh.secret_key) != 0)
        return CURVE_BAD;

    uint8_t said[SOCKET_KEY_BYTES + LONG_NONCE_BYTES + VOUCH_BYTES + ZMTP_PROPERTIES_BYTES];
    memcpy(said, curve->keys.public_key, SOCKET_KEY_BYTES);
    if (vouch(curve, plain, said + SOCKET_KEY_BYTES) != 0)
        return CURVE_BAD;
    size_t size = SOCKET_KEY_BYTES + LONG_NONCE_BYTES + VOUCH_BYTES;
    size += zmtp_properties(said + size);

    uint8_t *at = bytes;
    memcpy(at, "\10INITIATE", 9);
    memcpy(at + 9, plain + SOCKET_KEY_BYTES, COOKIE_BYTES);
    at += 9 + COOKIE_BYTES;
    put_number(at, ++curve->nonce);
    counted(nonce, "CurveZMQINITIATE", curve->nonce);
    crypto_box_easy_afternm(at + SHORT_NONCE_BYTES, said, size, nonce, curve->shared);
    *ret_size = (size_t)(at - bytes) + SHORT_NONCE_BYTES + SEAL_BYTES + size;
    return 0;
}

int curve_ready(struct curve *curve, struct slice ready)
{
    enum { NAME_BYTES = 6, MOST = 512 };
    uint8_t plain[MOST];
    uint8_t nonce[crypto_box_NONCEBYTES];
    const uint8_t *from = ready.data;
    size_t front = NAME_BYTES + SHORT_NONCE_BYTES;

    if (ready.size < front + SEAL_BYTES || ready.size > MOST || !zmtp_is(ready, "READY"))
        return CURVE_BAD;
    curve->heard = number_at(from + NAME_BYTES);
    counted(nonce, "CurveZMQREADY---", curve->heard);
    return crypto_box_open_easy_afternm(plain, from + front, ready.size - front, nonce,
                                        curve->shared)
                   == 0
               ? 0
               : CURVE_BAD;
}

void curve_seal(struct curve *curve, uint8_t flags, uint8_t *bytes, size_t size)
{
    uint8_t nonce[crypto_box_NONCEBYTES];
    uint8_t *seal = bytes + MESSAGE_NAME_BYTES + SHORT_NONCE_BYTES;
    uint8_t *plain = seal + SEAL_BYTES;

    memcpy(bytes, "\7MESSAGE", MESSAGE_NAME_BYTES);
    put_number(bytes + MESSAGE_NAME_BYTES, ++curve->nonce);
    counted(nonce, "CurveZMQMESSAGEC", curve->nonce);
    plain[0] = flags;
    crypto_box_detached_afternm(plain, seal, plain, size + 1, nonce, curve->shared);
}

int curve_open(struct curve *curve, uint8_t *bytes, size_t size, uint8_t *ret_flags,
               struct slice *ret_message)
{
    uint8_t nonce[crypto_box_NONCEBYTES];
    uint8_t *seal = bytes + MESSAGE_NAME_BYTES + SHORT_NONCE_BYTES;
    uint8_t *plain = seal + SEAL_BYTES;

    if (size < CURVE_IN_FRONT_BYTES || !zmtp_is(slice_of(bytes, size), "MESSAGE"))
        return CURVE_BAD;
    uint64_t number = number_at(bytes + MESSAGE_NAME_BYTES);
    if (number <= curve->heard)
        return CURVE_BAD;
    counted(nonce, "CurveZMQMESSAGES", number);
    size_t plain_size = size - CURVE_IN_FRONT_BYTES + 1;
    if (crypto_box_open_detached_afternm(plain, plain, seal, plain_size, nonce, curve->shared) != 0)
        return CURVE_BAD;
    curve->heard = number;
    *ret_flags = plain[0];
    *ret_message = slice_of(plain + 1, plain_size - 1);
    return 0;
}
