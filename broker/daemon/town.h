/*
 * daemon/town.h - the files of a town's directory that the broker reads: who is there, with which
 * key, and who may do what.
 *
 *     keys/broker.secret, keys/broker.public    CURVE, Z85 text
 *     keys/sign.secret                          Ed25519, hex text
 *     peers.csv                                 unit,group,key: two rows of a unit are two valid keys
 *     permissions.csv                           core/permit.h
 *
 * The tables are made anew as a whole when a file has changed; a bad file changes nothing.
 */
#pragma once

#include <stdint.h>

#include "core/permit.h"
#include "wire/socket.h"

enum { TOWN_BAD = 1, TOWN_USER_BYTES = 80, TOWN_PROBLEM_BYTES = 512 };

struct town;

/* TOWN_BAD: `problem` says `file:line: what`.  Gives the tables: end them with town_close. */
int town_open(const char *dir, struct town **ret_town, char problem[TOWN_PROBLEM_BYTES]);
void town_close(struct town *town);

const struct permit *town_permit(const struct town *town);

/* The name under which a key comes in, `unit/0a1b2c3d` (the key's first digits), lent as long as
 * the tables; NULL: nobody's. */
const char *town_user(const struct town *town, const uint8_t key[SOCKET_KEY_BYTES]);

/* Whether that name still stands for a valid key. */
bool town_knows(const struct town *town, const char *user);

/* The unit in such a name. */
void town_unit(const char *user, char unit[TOWN_USER_BYTES]);

/* The broker's own keys.  TOWN_BAD: absent, open to others, or not a key. */
int town_curve_keys(const char *dir, struct socket_keys *ret_keys,
                    char problem[TOWN_PROBLEM_BYTES]);
int town_sign_key(const char *dir, uint8_t ret_secret[64], char problem[TOWN_PROBLEM_BYTES]);
