/*
 * bench/peers/load.h - a client that keeps so many requests of a peer under way, and measures.
 *
 * A peer is what a user would take instead of our bus.  All that a peer needs is a few lines: how a
 * request looks, and how many whole answers lie at the front of some bytes.  Answers come in the
 * order of the requests, so each one's time is known without an id.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LOAD_BODY_BYTES = 512, LOAD_LINKS = 128 };

extern const char load_body[LOAD_BODY_BYTES + 1]; /* printable, no line end */

/* One TCP connection with what is not yet sent and not yet understood. */
struct link {
    int fd;
    uint8_t *out;
    size_t out_size, out_room;
    uint8_t *in;
    size_t in_size, in_room;
    uint64_t *asked_us; /* when each request under way was written: a ring */
    uint32_t ring, first, under_way;
};

/* Connects to 127.0.0.1; ends the program when nobody listens. */
void link_open(struct link *link, int port, uint32_t most_under_way);
void link_close(struct link *link);

/* Adds bytes to be sent. */
void link_say(struct link *link, const void *bytes, size_t size);
void link_print(struct link *link, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Sends what it can, waits up to `wait_ms` on all links for more, receives. */
void link_step(struct link *links, uint32_t count, int wait_ms);

/* Waits for a whole line and takes it away; lends it until the next call. */
const char *link_line(struct link *link);

/* Takes `size` understood bytes away from the front. */
void link_used(struct link *link, size_t size);

/* ---- measuring ----------------------------------------------------------------------------------- */

struct measure {
    uint64_t begin_us;
    uint64_t end_us; /* not before: 0 is never               */
    uint64_t done;
    uint32_t *spans_us; /* of up to MEASURE_SPANS requests       */
    uint32_t span_count;
};

uint64_t now_us(void);
void measure_begin(struct measure *measure, double seconds);
bool measure_over(const struct measure *measure);
void measure_span(struct measure *measure, uint64_t asked_us);

/* One line of JSON: {"peer":..., "work":..., "shape":..., "rate":..., "p50_us":..., "p99_us":...}. */
void measure_print(struct measure *measure, const char *peer, const char *work, const char *shape);

/* Notes that a request goes out now, and that the oldest has been answered. */
void link_asks(struct link *link);
void link_answered(struct link *link, struct measure *measure);

/* ---- what a peer is ------------------------------------------------------------------------------- */

struct peer {
    const char *name;
    void (*greet)(struct link *link); /* once, before the first request  */
    void (*ask)(struct link *link);   /* one durable publish             */
    uint32_t (*answers)(const uint8_t *bytes, size_t size, size_t *ret_used);
    void (*end_to_end)(int port, uint32_t under_way, double seconds, struct measure *measure);
    void (*fan_out)(int port, uint32_t receivers, double seconds, struct measure *measure);
    void (*drain)(int port, uint64_t messages, struct measure *measure);
    void (*query)(int port, uint32_t under_way, double seconds, struct measure *measure);
};

extern const struct peer redis_peer, beanstalk_peer, nats_peer;

/* `links` connections with `under_way` requests each, for `seconds` or `messages` (0: no end). */
void load_publish(const struct peer *peer, int port, uint32_t links, uint32_t under_way,
                  double seconds, uint64_t messages, struct measure *measure);

/* postgres.c: libpq speaks for itself. */
void postgres_publish(int port, uint32_t links, uint32_t under_way, double seconds,
                      uint64_t messages, struct measure *measure);
void postgres_drain(int port, uint64_t messages, struct measure *measure);
