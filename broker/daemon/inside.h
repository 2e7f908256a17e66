/*
 * daemon/inside.h - what the files of this floor share; nobody else includes it.
 *
 *     start.c    opens everything, replays what the index does not know
 *     broker.c   steps the core, commits, turns the loop, ends
 *     receive.c  a frame comes in: whose is it, what event is it
 *     effects.c  what the core answers is carried out, in order
 *     parts.c    parts of the log: for subscriptions, mailboxes, looks
 *     ticks.c    what time brings: saving the index, checkpoints, space, retention, links
 *     admin.c    what operators ask
 *     door.c     who may come in, and whether the door still holds
 *     watch.c    what a peer has sent that we have not been given
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/options.h"
#include "core/core.h"
#include "core/map.h"
#include "daemon/index.h"
#include "daemon/logger.h"
#include "daemon/town.h"
#include "log/checkpoint.h"
#include "log/log.h"
#include "wire/frame.h"
#include "wire/scan.h"
#include "wire/socket.h"

enum {
    FRAMES_A_ROUND = 256,   /* then the log and the clock have their turn              */
    GATHER_BYTES = 2 << 20, /* then the batch goes first; a frame more still fits      */
    READERS = 4,            /* parts of the log that are read side by side             */
    READER_BYTES = 256 << 10,
    ARENA_BYTES = 4 << 20, /* one frame, unpacked                                     */
    FEED_RECORDS = 8192,   /* looked at for one DELIVER frame                         */
    SCAN_RECORDS = 4096,   /* for one slice of a scan                                 */
    SCAN_SLICES = 2,       /* then others have their turn                             */
    ADMIN_RECORDS = 65536, /* for one answer                                          */
    LAZY_MS = 10,          /* what nobody waits for is on the disk so much later      */
    SELF_PEER = 1,         /* the session of the broker's own producer: a ROUTER's ids
                                   * are five bytes that begin with 0                        */
    LINKS_MOST = 256,      /* changes of links that wait to be published              */
    STATUS_BYTES = 512 << 10,
};

/* A connection that said HELLO. */
struct link {
    uint64_t peer;
    char user[TOWN_USER_BYTES]; /* unit/key, as the door gave it */
    char unit[TOWN_USER_BYTES];
    int fd;
    uint64_t heard_ms;
    uint64_t subscribe_request; /* named when its subscription meets damage          */
    bool parked;                /* it did: until it subscribes anew                  */
    struct link *next;
};

/* Work that needs another core_step, done when the effects of the present one are. */
enum part_kind { PART_FEED, PART_SCAN, PART_LEASE };
struct part {
    enum part_kind kind;
    union {
        struct {
            struct core_feed feed; /* its peers lie in part_peers, from `peers` on */
            uint32_t peers;
        } feed;
        struct core_scan scan;
        struct {
            uint32_t mailbox;
            uint64_t seq;
        } unreadable;
    };
};

/* Frames gather while they go to one peer and are of one type. */
struct out {
    struct frame_writer writer;
    uint8_t *buffer;
    uint64_t peer;
    enum frame_type type; /* FRAME_NONE: empty */
};

/* The clock of the log: the wall's, or an exercise's. */
struct log_clock {
    bool exercise;
    uint32_t rate;     /* now                                         */
    uint32_t own_rate; /* town.rate                                   */
    uint64_t until_ms; /* log time when it is its own again; 0: it is */
    uint64_t base_ms;
    uint64_t base_us; /* steady */
    uint64_t wall_ms; /* as last seen, for jumps */
};

struct reader {
    struct log_reader *log;
    uint64_t next; /* where it stands */
    uint64_t used; /* when, in rounds */
};

/* A change of a unit's link, until it is on the log. */
struct link_report {
    char unit[TOWN_USER_BYTES];
    bool up;
    uint64_t since_ms;
    uint32_t urgent;
};

/* The tree over the log; `tree.size` records are in it. */
struct sealer {
    struct log_reader *reader;
    struct merkle tree;
    uint8_t secret[CHECKPOINT_SECRET_SIZE];
    uint64_t sealed;  /* size of the last checkpoint              */
    uint64_t last_ms; /* when, steady                             */
    uint64_t target;  /* of the job that is under way             */
    bool broken;      /* a record is damaged: no tree beyond it   */
};

/* The door's own test: a stranger knocks. */
struct probe {
    struct socket *socket;
    struct socket_keys keys;
    uint64_t began_ms;
    uint64_t asked_ms; /* when the handler was asked about it; 0: not yet */
    uint64_t next_ms;
};

struct broker {
    const struct options *options;
    char dir[3072];
    char endpoint[OPTIONS_ENDPOINT_SIZE];
    bool plain; /* without CURVE: the bench's own build */
    int lock_fd;
    int signal_fd;

    struct town *town;
    struct log *log;
    struct index *index;
    struct logger *logger;
    struct core *core;
    struct socket_context *context;
    struct socket_zap *zap;
    struct socket *socket;
    struct loop loop;
    struct socket_keys keys;
    struct probe probe;
    struct sealer sealer;
    struct log_clock clock;
    uint32_t told_rate; /* as the sessions know it */

    uint32_t run;
    uint64_t started_ms;
    uint64_t started_head;
    uint64_t round;
    uint64_t now_ms;
    uint64_t steady_ms;
    uint64_t committed;            /* as told to the core */
    uint64_t lazy_ms;              /* since when records gather that nobody waits for; 0: none */
    const struct log_batch *batch; /* the last durable one, while it is in memory */
    int fault;
    bool stopping;
    uint32_t step_depth;

    struct map links; /* by peer */
    struct link *first_link;
    uint64_t gone[64]; /* peers that could not be reached while parts were being carried out */
    uint32_t gone_count;

    struct part *parts;
    uint32_t part_count;
    uint32_t part_room;
    uint64_t *part_peers;
    uint32_t part_peer_count;
    uint32_t part_peer_room;

    struct out out;
    struct arena arena;
    struct core_message messages[WIRE_FRAME_ITEMS];
    uint32_t message_count; /* of the frame that is being published */
    uint32_t message_next;  /* the core takes them in order         */
    struct reader readers[READERS];
    uint8_t *frame; /* scratch of one frame */
    char *status;

    /* ticks.c */
    bool saving; /* the index waits for `save_applied`, or is being committed */
    bool save_given;
    uint64_t save_applied;
    uint64_t saved_ms;
    uint64_t next_slow_ms;
    uint64_t next_space_ms;
    uint64_t cut_ms;
    bool reserve;
    uint64_t tick_head;
    bool sealing;
    struct link_report reports[LINKS_MOST];
    uint32_t report_count;
    uint32_t report_sent; /* of them, whether the first is on its way: 1 */
    uint64_t report_number;

    /* watch.c */
    uint64_t *delivered; /* bytes given to us, by descriptor */
    int watched;

    /* counted for status */
    uint64_t odd;
    uint64_t frames;
    uint64_t flushes;
    uint64_t refused;
};

/* broker.c */
int broker_step(struct broker *broker, struct core_event *event);
int broker_commit(struct broker *broker, bool here);
uint64_t broker_log_ms(struct broker *broker);

/* An exercise's clock runs at that rate until that log time, then at its own again. */
void broker_set_rate(struct broker *broker, uint32_t rate, uint64_t until_ms);
void broker_tell_time(struct broker *broker);

/* start.c: 0, or the exit status. */
int broker_start(struct broker *broker);

/* receive.c */
int receive_frames(struct broker *broker, bool *ret_drained);
struct link *link_of(const struct broker *broker, uint64_t peer);
void link_drop(struct broker *broker, uint64_t peer);

/* effects.c */
int effect_carry(struct broker *broker, const struct core_effect *effect);
int out_send(struct broker *broker, uint64_t peer, enum frame_type type,
             const ProtobufCMessage *message);
int out_flush(struct broker *broker);
void out_gone(struct broker *broker, uint64_t peer);

/* parts.c */
int parts_carry(struct broker *broker);
int part_lease(struct broker *broker, const struct core_effect *effect);
int part_peeked(struct broker *broker, const struct core_effect *effect);
int part_read(struct broker *broker, uint64_t seq, struct log_record *ret_record);
struct log_reader *part_reader(struct broker *broker, uint64_t seq);
void part_message(const struct envelope *envelope, struct core_message *ret_message);

/* ticks.c */
int ticks(struct broker *broker);
int tick_timeout_ms(struct broker *broker);
int tick_save(struct broker *broker, bool now);
void report_link(struct broker *broker, const struct core_effect *effect);
void report_stored(struct broker *broker, uint64_t number, bool refused);
int sealer_open(struct broker *broker);
int sealer_seal(struct broker *broker);

/* admin.c */
int admin_answer(struct broker *broker, const struct link *link, const Bus__Admin *admin);

/* door.c */
int door_answer(struct broker *broker);
int door_probe(struct broker *broker);
void door_reload(struct broker *broker);

/* watch.c */
void watch_note(struct broker *broker, int fd, size_t bytes);
void watch_look(struct broker *broker);
