/*
 * lib/place.h - a minimal town for tests and benchmarks: its folder, its keys, its broker.
 *
 * No libcheck in here: what cannot be done ends the program with a line that says why.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "client/client.h"

struct place_unit {
    const char *unit;
    const char *group;
};

/* Makes the folder `dir` with keys for `units` (ends with a row without a unit), peers.csv,
 * permissions.csv (`permissions`: rows without the header) and carebus.conf (`conf`: its text). */
void place_make(const char *dir, const struct place_unit *units, const char *permissions,
                const char *conf);

/* Removes the folder with all that is in it; one that is not there is no fault. */
void place_remove(const char *folder);

/* A unit's keys, and the broker's public one. */
void place_keys(const char *dir, const char *unit, struct socket_keys *ret_keys);
void place_broker_key(const char *dir, uint8_t ret_key[SOCKET_KEY_BYTES]);

/* Where its broker listens; lends a static text. */
const char *place_endpoint(const char *dir);

/* Starts a program with up to four more arguments (NULL at the end); its stderr goes to
 * DIR/out/broker.log.  place_wait: its exit status, or minus the signal that ended it, or PLACE_RUNS
 * when it still runs after `ms`. */
enum { PLACE_RUNS = -1000 };
pid_t place_start(const char *dir, const char *program, ...) __attribute__((sentinel));
int place_wait(pid_t pid, uint32_t ms);

/* Waits until the broker's last start says that it is ready: how many milliseconds that took by its
 * own clock.  Ends the program when it does not within 10 s. */
uint32_t place_ready(const char *dir, pid_t pid);

/* What the broker has said since its last start; lends a static text. */
const char *place_said(const char *dir);

/* A client of that unit.  Keeps `instance`, `calls`. */
struct client *place_client(struct socket_context *context, const char *dir, const char *unit,
                            const char *instance, const struct client_calls *calls,
                            void *calls_context, bool plain);
