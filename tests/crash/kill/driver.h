/*
 * crash/kill/driver.h - what the driver's files share: driver.c speaks and listens, load.c knows what
 * there is to say, box.c works off the mailbox.
 */
#pragma once

#include <stdio.h>

#include "base/arena.h"
#include "client/client.h"
#include "crash/kill/kill.h"

enum {
    LETTERS = 26,
    SEQS_MOST = 1 << 23,
    STEP_MS = 2,
};

struct box_event;

struct driver {
    struct client *client;
    struct client *box;
    struct arena arena;
    unsigned seed;
    struct command_said *said; /* by number, from 1 */
    uint32_t said_count;
    uint32_t outcomes;
    uint32_t checked; /* those before it have an outcome */
    uint64_t acknowledged;
    uint64_t slowest_us;
    uint64_t log_ms;
    uint64_t heard_seq;
    uint32_t *heard; /* all that it was told, in order */
    uint32_t heard_count;
    uint32_t ids[LETTERS]; /* how many ids of each letter were made up */
    /* what the town opens with */
    struct opening {
        char unit[24];
        char post[40];
        const char *subject;
        uint8_t *body;
        size_t size;
    } * opening;
    uint32_t opening_count;
    uint32_t opening_next;
    /* the mailbox */
    struct box_event *events;
    uint32_t event_count;
    uint8_t *box_state; /* by seq */
    uint32_t box_open;
    uint32_t done_count;
    /* questions */
    uint64_t *queries; /* by request % QUERIES: the number of the question */
    uint32_t asked;
    uint32_t *answered;
    uint32_t answer_count;
};

uint32_t driver_some(struct driver *driver, uint32_t below);

/* `post` of `unit` says it; nothing when there is no credit. */
void driver_say(struct driver *driver, const char *unit, const char *post, const char *subject,
                struct slice body);
void driver_ask(struct driver *driver);

/* ---- load.c ------------------------------------------------------------------------------------------ */

/* What the town opens with is read; one more command, or question; what the asked units do when they
 * hear of it. */
void load_open(struct driver *driver);
void load_close(struct driver *driver);
void load_say(struct driver *driver);
void load_react(struct driver *driver, const struct stored *stored);

/* ---- box.c ------------------------------------------------------------------------------------------- */

/* The worker at the mailbox of `box`, to which toy.NeedOpened goes. */
void box_open(struct driver *driver, struct socket_context *context, const char *dir);
void box_close(struct driver *driver);
void box_hear(struct driver *driver, const struct stored *stored);
void box_write(const struct driver *driver, FILE *history);
