/*
 * sim/sim.h - a town in one thread (T01): the broker's real core, peers of a few lines or the real
 * services, and everything that can go wrong between them.
 *
 * A seed decides everything: what is said, which kinds of faults there are and how often.  Nothing
 * here reads a clock, a random source or an address, so that a seed gives the same trace twice; the
 * trace's hash says so.  A run is some minutes of mischief, then healing, then quiet, then the
 * judge (judge.c), who looks at the log and at what each peer remembers.
 *
 * `wrong` names a build that is wrong on purpose: the judge must find it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "lib/core_world.h"

enum {
    SIM_NODES = 96,
    SIM_TEXT = 200,
    SIM_MAILBOXES = 2,
    SIM_CASES = 8,
    SIM_LANES = 6,
    MS = 1000, /* of the simulator's microseconds */
    SECOND = 1000 * MS,
};

/* ---- mischief ---------------------------------------------------------------------------------------- */

enum fault {
    FAULT_BROKER_KILL,
    FAULT_PEER_KILL,
    FAULT_CUT,     /* a connection ends; what was on its way is lost         */
    FAULT_DEAF,    /* one direction loses everything for a while            */
    FAULT_DROP,    /* a frame                                               */
    FAULT_TWICE,   /* a frame                                               */
    FAULT_REORDER, /* a frame overtakes others                              */
    FAULT_SLOW,    /* a frame takes up to a second                          */
    FAULT_FLUSH,   /* a flush takes long, or holds a part of what waits     */
    FAULT_FULL,    /* the disk                                              */
    FAULT_INDEX,   /* the broker's index is gone                            */
    FAULT_CLOCK,   /* the broker's clock jumps                              */
    FAULT_RESTORE, /* a producer is put back to an old copy, in a new epoch */
    FAULT_LATE,    /* a tick comes late                                     */
    FAULTS,
};
const char *fault_name(enum fault fault);

enum wrong {
    WRONG_NOTHING,
    WRONG_ACK_FIRST,    /* told before the flush                              */
    WRONG_INDEX_FIRST,  /* the index is saved ahead of the log                */
    WRONG_FORGET,       /* a restarted broker knows no producers              */
    WRONG_SENT_IS_DONE, /* an outbox row goes when it is sent                 */
    WRONG_CURSOR_FIRST, /* the cursor is committed before the effect          */
    WRONG_SEND_FIRST,   /* what a turn says leaves before its commit          */
    WRONG_SAME_EPOCH,   /* a restored producer keeps its epoch                */
    WRONG_OLD_TOKEN,    /* a receipt is taken with whatever token             */
    WRONG_LOST_COMMIT,  /* a service forgets what it committed (town only)     */
    WRONG_NO_SYNC,      /* the log's flush does nothing                        */
    WRONG_OWN_CLOCK,    /* a handler's now is the reader's clock (town only)   */
    WRONGS,
};
const char *wrong_name(enum wrong wrong);

/* ---- what happens when ------------------------------------------------------------------------------- */

struct sim;
struct happening;
struct parcel;
typedef void happens(struct sim *sim, const struct happening *happening);

struct happening {
    uint64_t at_us;
    uint64_t order;
    happens *happen;
    uint64_t a, b;
    struct parcel *parcel; /* taken by `happen`, or freed when nobody does */
};

/* ---- frames ------------------------------------------------------------------------------------------ */

struct item {
    uint8_t *bytes;
    uint32_t size;
    uint64_t seq;
    uint64_t time_ms;
    char source[64];
};

/* A frame between a node and the broker, either way. */
struct parcel {
    enum core_event_kind up;
    enum core_effect_kind down;
    uint64_t connection;
    unsigned node;
    uint64_t request, number, seq, token, first, last, time_ms;
    uint32_t count, lease_ms, epoch;
    Bus__Code code;
    bool flag;
    char name[64];
    char text[64];
    struct item *items; /* messages; of a subscription: its filters, with a terminator */
    uint32_t item_count;
};
struct parcel *parcel_new(void);
struct parcel *parcel_copy(const struct parcel *parcel);
void parcel_add(struct parcel *parcel, struct slice bytes);
void parcel_free(struct parcel *parcel);

/* ---- nodes ------------------------------------------------------------------------------------------- */

enum phase { NODE_DEAD, NODE_HELLO, NODE_UP };

struct node {
    unsigned index;
    char unit[32];
    char instance[24];
    char source[64];
    char service[32];
    uint32_t epoch;
    enum phase phase;
    uint64_t life;       /* rises with each start; what was meant for an earlier one is void */
    uint64_t connection; /* as the broker knows it */
    uint64_t heard_us;
    bool doomed;                       /* will be killed in the midst of its next commit */
    uint64_t deaf_up_us, deaf_down_us; /* until when */
    uint64_t last_up_us, last_down_us; /* frames keep their order */
    uint64_t acknowledged, seen_seq;
    uint64_t numbers_before; /* of its messages, on the log when the play begins */
    const struct node_calls *calls;
    void *own;
};

struct node_calls {
    void (*start)(struct sim *sim, struct node *node); /* the process begins                     */
    void (*up)(struct sim *sim, struct node *node, const struct parcel *welcome);
    void (*parcel)(struct sim *sim, struct node *node, struct parcel *parcel);
    void (*tick)(struct sim *sim, struct node *node); /* every 100 ms or so                     */
    void (*kill)(struct sim *sim, struct node *node); /* what was not committed is gone         */
    void (*restore)(struct sim *sim,
                    struct node *node); /* back to an old copy; may be NULL       */
    bool (*quiet)(struct sim *sim,
                  const struct node *node); /* has nothing left to do             */
    void (*judge)(struct sim *sim, struct node *node);
    void (*free)(struct node *node);
};

/* Every message that anybody ever meant to say. */
struct said {
    unsigned node;
    uint32_t epoch;
    uint64_t number;
    uint64_t digest;
    bool acknowledged;
    bool void_number; /* refused for good: another took its number */
    uint32_t stored;  /* how often it is on the log */
};

/* What is known of a message of a mailbox from outside. */
struct handed {
    uint64_t token; /* of its last lease, as the broker told it       */
    uint32_t leases;
    bool receipt_sent; /* some worker was done with it                   */
    bool settled;      /* the broker said so                             */
};

/* Messages of one case and lane of a mailbox, by seq, as the log has them. */
struct row {
    uint64_t *seqs;
    uint32_t count;
    uint32_t room;
    uint32_t done; /* so many are done with */
};

/* Who is in the play.  The toys (toy.c, worker.c), or a real town (town/). */
struct sim_cast {
    const char *permissions; /* CSV text */
    const struct permit_unit *units;
    uint32_t unit_count;
    const char *boxes[SIM_MAILBOXES]; /* units whose mailboxes have workers      */
    bool emptied;                     /* in the end, every mailbox is empty      */
    uint64_t begin_ms;                /* log time of the beginning               */
    uint32_t rate;                    /* of the log's clock                      */
    const struct world_record *log;   /* what is on the log already              */
    uint64_t log_count;
    const struct world_rows *rows; /* the broker's index of it, or NULL        */
    void (*limits)(struct sim *sim, struct core_limits *limits);
    uint32_t wrongs;                /* bits: which wrong builds make sense; 0: all */
    void (*enter)(struct sim *sim); /* makes the nodes                         */
    void (*judge)(struct sim *sim); /* beside the rules that hold for all; or NULL */
};
extern const struct sim_cast sim_toys;

struct sim {
    const struct sim_cast *cast;
    uint64_t seed;
    uint64_t random;
    uint64_t now_us;
    uint64_t mischief_end_us;
    bool healing;
    enum wrong wrong;
    bool tracing;
    uint64_t hash;
    char verdict[SIM_TEXT]; /* the first thing that was wrong; "": nothing */

    struct happening *heap;
    uint32_t heap_count;
    uint32_t heap_room;
    uint64_t order;

    uint32_t per_hour[FAULTS]; /* how often; of frames: per 10,000 */
    uint32_t faults[FAULTS];   /* how many there were              */

    struct core_world world;
    bool broker_down;
    bool broker_doomed; /* will be killed in the midst of its next flush */
    bool flushing;
    struct sim_disk *disk; /* the log's segments, in some of the seeds; or NULL */
    uint64_t broker_life;
    uint64_t broker_start_us;
    int64_t clock_ms; /* off by */
    bool full;
    uint64_t said_alone; /* digest of the message in hand, when its frame has no other */
    uint64_t tick_at_us;

    struct node *nodes[SIM_NODES];
    unsigned node_count;
    uint64_t connections;
    unsigned *node_of; /* by connection */
    uint32_t node_of_room;

    struct said *said;
    uint32_t said_count;
    uint32_t said_room;
    struct handed *handed[SIM_MAILBOXES]; /* by seq */
    uint64_t handed_room[SIM_MAILBOXES];
    struct row rows[SIM_MAILBOXES][SIM_CASES][SIM_LANES];
    uint64_t rows_seq; /* the log was read so far */

    struct receipt_due {
        uint64_t request, seq, token;
        unsigned mailbox;
        bool right; /* it was the last token when it came in */
    } * receipts;
    uint32_t receipt_count;
    uint32_t receipt_room;
};

/* ---- play.c ------------------------------------------------------------------------------------------ */

int sim_main(const struct sim_cast *cast, int argc, char **argv);

/* ---- sim.c ------------------------------------------------------------------------------------------- */

enum { SIM_DISK_EACH = 5 }; /* of so many seeds, one has the log's segments */

/* Runs the seed; 0: the judge found nothing. */
struct sim_options {
    const struct sim_cast *cast;
    uint64_t seed;
    uint32_t seconds; /* of mischief */
    enum wrong wrong;
    uint32_t without; /* bits: faults that there are none of */
    bool tracing;
};
int sim_run(const struct sim_options *options, struct sim **ret_sim);
void sim_close(struct sim *sim);

uint64_t sim_roll(struct sim *sim, uint64_t sides); /* 0 .. sides - 1 */
void sim_at(struct sim *sim, uint64_t delay_us, happens *happen, uint64_t a, uint64_t b,
            struct parcel *parcel);
void sim_trace(struct sim *sim, const char *format, ...) __attribute__((format(printf, 2, 3)));
void sim_wrong(struct sim *sim, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool sim_strikes(struct sim *sim, enum fault fault); /* a fault of frames, now? */
void *sim_grow(void *old, uint32_t needed, uint32_t *room, size_t size);

/* Remembers what will be said; its place in sim->said. */
uint32_t sim_said(struct sim *sim, const struct node *node, uint64_t number, uint64_t digest);
struct said *sim_find_said(struct sim *sim, unsigned node, uint32_t epoch, uint64_t number);
struct handed *sim_handed(struct sim *sim, unsigned mailbox, uint64_t seq);
int sim_mailbox(const struct sim *sim, const char *unit);
uint64_t sim_log_ms(const struct sim *sim); /* what the log's clock shows, when it is right */
uint64_t sim_digest(struct slice bytes);

/* ---- net.c ------------------------------------------------------------------------------------------- */

void net_up(struct sim *sim, struct node *node, struct parcel *parcel);
void net_down(struct sim *sim, uint64_t connection, struct parcel *parcel);
void net_connect(struct sim *sim, struct node *node);
void net_cut(struct sim *sim, struct node *node);

/* ---- broker.c ---------------------------------------------------------------------------------------- */

void broker_open(struct sim *sim);
void broker_receive(struct sim *sim, struct parcel *parcel);
void broker_kill(struct sim *sim);
void broker_gone(struct sim *sim, uint64_t connection);
void broker_full(struct sim *sim, bool full);
bool broker_empty(struct sim *sim); /* no mailbox has anything */

/* ---- disk.c ------------------------------------------------------------------------------------------- */

/* The log in memory is on the disk, too. */
void disk_open(struct sim *sim);
void disk_close(struct sim *sim);

/* What is appended up to `to` is written and flushed; it is promised when disk_flushed is called. */
void disk_flush(struct sim *sim, uint64_t to);
void disk_flushed(struct sim *sim);

/* The power is cut, and the log recovers: how many records behind the durable ones are there. */
uint64_t disk_cut(struct sim *sim);
void disk_judge(struct sim *sim);

/* ---- node.c ------------------------------------------------------------------------------------------ */

struct node *node_new(struct sim *sim, const char *unit, const char *instance, const char *service,
                      const struct node_calls *calls, void *own);
void node_start(struct sim *sim, struct node *node);
void node_kill(struct sim *sim, struct node *node);
void node_kill_later(struct sim *sim, struct node *node, uint64_t most_us);
void node_receive(struct sim *sim, struct node *node, struct parcel *parcel);
void node_tick(struct sim *sim, const struct happening *happening);

/* ---- toy.c, worker.c ---------------------------------------------------------------------------------- */

/* A producer with a store of its own; with `filter` a service too, that takes messages in turns and
 * says something about each. */
void toy_new(struct sim *sim, const char *unit, const char *instance, const char *filter);
void worker_new(struct sim *sim, const char *unit, const char *instance);

/* ---- judge.c ------------------------------------------------------------------------------------------ */

void judge(struct sim *sim);
