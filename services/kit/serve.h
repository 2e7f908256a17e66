/*
 * kit/serve.h - what the files of a running service share: service.c (the loop, the process),
 * serve_link.c (what the broker says), serve_answers.c (questions).
 */
#pragma once

#include "base/arena.h"
#include "kit/inside.h"
#include "kit/process.h"

enum {
    ANSWERS = 256,          /* that wait for their Accessed            */
    ANSWER_BYTES = 8 << 20, /* of memory for one answer in the making  */
};

enum way { LIVE, RESTORING };
enum stage { HEAD, PARKED, FOLD };

/* An answer that waits until its Accessed is durable. */
struct waiting {
    uint64_t request;
    uint64_t number; /* 0: its Accessed is not in the outbox yet */
    uint32_t refusal;
    char *reason;
    uint8_t *body;
    size_t body_size;
    uint8_t *accessed;
    size_t accessed_size;
};

struct running {
    struct process *process;
    struct kit *kit;
    struct client *client;
    struct arena arena; /* of a question */
    int signals;
    bool stopping;
    int status;

    enum way way;
    enum way next_way;
    enum stage stage; /* of restoring */
    uint64_t head;    /* the log's, when the link came up */
    uint64_t scanned; /* how far the parked ones were looked for */
    bool caught_up;

    uint64_t log_ms; /* log time at `steady_us` */
    uint64_t steady_us;
    uint32_t rate;

    uint64_t sent;         /* the last number that the client has */
    uint64_t retry_number; /* refused, to be sent again at retry_us; 0: none */
    uint64_t retry_us;
    uint64_t idle_us; /* since when nothing was committed */

    struct waiting waiting[ANSWERS]; /* a ring, in order of number */
    uint32_t waiting_first;
    uint32_t waiting_count;
};

/* ---- service.c ----------------------------------------------------------------------------------- */

/* The process is to end with that status: the first one counts. */
void serve_stop(struct running *running, int status);

/* A fault of the kit ends the process: the next start goes on from what the disk says. */
void serve_fail(struct running *running, int r);

/* Looks whether the process is asked to end: between frames too, of which there may be many. */
void serve_signals(struct running *running);

/* Hands what is in the outbox to the client, as far as its credit goes. */
void serve_send(struct running *running);

/* ---- serve_link.c -------------------------------------------------------------------------------- */

extern const struct client_calls serve_calls;

/* What the present way and stage of living want to hear. */
void serve_subscribe(struct running *running);

/* What the log's clock shows now, or a little less: it was read before its word came here. */
uint64_t serve_now(const struct running *running);

/* ---- serve_answers.c ----------------------------------------------------------------------------- */

/* Asks the kit; answers at once, or when the trace that the answer leaves is durable. */
void answers_ask(struct running *running, const Bus__Query *query);

/* The traces of all questions of this round share one commit. */
void answers_commit(struct running *running);

/* The log has everything up to `number`: what waited for it is answered. */
void answers_stored(struct running *running, uint64_t number);

/* The link is gone, and who asked with it. */
void answers_drop(struct running *running);
