/*
 * core/core.h - the broker without sockets, clock or disk.
 *
 * core_step takes one event with its time and leaves effects, in order, which the daemon carries
 * out: bytes to append to the log, frames to send, parts of the log to read.  Everything that
 * anybody is told about a message leaves only after CORE_COMMITTED says that it is durable; the
 * core keeps that order itself.  Same events, same effects, always: there is no clock, no random
 * source and no iteration over addresses in here.
 *
 * What the core knows is a projection of the log: producers (high-water marks), mailboxes (lanes,
 * leases, dead letters).  core_load and core_replay rebuild it at the start from saved rows and the
 * records behind them; core_save hands out the rows that changed.  Sessions, subscriptions and
 * queries live in memory only: a peer says HELLO again.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"
#include "bus.pb-c.h"
#include "core/permit.h"

struct core;

/* ---- a message, as far as routing sees it (the daemon fills it from wire/scan.h) --------------- */

struct core_message {
    uint32_t epoch;
    uint64_t number;
    struct slice subject;
    struct slice to;
    struct slice case_id;
    uint8_t priority; /* 0..5 */
    bool exercise;
    uint64_t not_before_ms;
    uint64_t expires_ms;
    struct slice actor_unit;
    struct slice body;
    struct slice bytes; /* the envelope as received */
};

/* ---- events ------------------------------------------------------------------------------------ */

enum core_event_kind {
    CORE_HELLO,     /* hello, user: a peer begins, or begins anew                               */
    CORE_PUBLISH,   /* messages, count: in the order of the frame                               */
    CORE_SUBSCRIBE, /* subscribe                                                                */
    CORE_CREDIT,    /* bytes                                                                    */
    CORE_TAKE,      /* take                                                                     */
    CORE_RECEIPT,   /* receipt                                                                  */
    CORE_RETURN,    /* give_back                                                                */
    CORE_EXTEND,    /* extend                                                                   */
    CORE_PEEK,      /* peek                                                                     */
    CORE_REDRIVE,   /* redrive                                                                  */
    CORE_QUERY,     /* query                                                                    */
    CORE_ANSWER,    /* answer                                                                   */
    CORE_PING,
    CORE_GONE,       /* the peer's pipe has ended                                                */
    CORE_SENT,       /* sent: how far a CORE_FEED came                                           */
    CORE_SCANNED,    /* scanned: one message that a CORE_SCAN wants                              */
    CORE_SCAN_DONE,  /* scanned.next: where that scan stopped                                    */
    CORE_UNREADABLE, /* unreadable: the message of a CORE_SEND_LEASE is damaged or cut away      */
    CORE_COMMITTED,  /* seq: everything up to it is durable                                      */
    CORE_TICK,       /* time has passed                                                          */
    CORE_SPACE,      /* space: what the disk allows                                              */
    CORE_PERMITS,    /* permit: a new table                                                      */
    CORE_CHECKPOINT, /* checkpoint: a payload of the daemon's that wants a place in the log      */
    CORE_RATE,       /* rate: the log's clock runs at another one; every session is told         */
};

enum core_space {
    CORE_ROOM,    /* everything is taken                                             */
    CORE_RESERVE, /* publishes are refused with FULL; mailboxes go on                */
};

struct core_event {
    enum core_event_kind kind;
    uint64_t peer;      /* of which session; 0: none                                  */
    uint64_t now_ms;    /* log time: the town's clock, may run fast in an exercise     */
    uint64_t steady_ms; /* time elapsed: leases and deadlines of queries               */
    union {
        struct {
            const char *user; /* the ZAP User-Id: unit, as the key says                */
            const Bus__Hello *hello;
        } hello;
        struct {
            const struct core_message *messages;
            uint32_t count;
        } publish;
        const Bus__Subscribe *subscribe; /* from_time_ms: the daemon has put the seq of that time
                                          * into from_seq before                            */
        uint64_t credit_bytes;
        const Bus__Take *take;
        const Bus__Receipt *receipt;
        const Bus__Return *give_back;
        const Bus__Extend *extend;
        const Bus__Peek *peek;
        const Bus__Redrive *redrive;
        const Bus__Query *query;
        const Bus__Answer *answer;
        struct {
            uint64_t next;  /* the subscriptions of that feed now want this seq       */
            uint32_t bytes; /* of the frame, 0: nothing matched and none was sent     */
        } sent;             /* peer: of the feed; see CORE_FEED                       */
        struct {
            uint32_t mailbox; /* as in CORE_SCAN                                       */
            uint64_t seq;
            uint64_t time_ms;
            uint64_t next;
            const struct core_message *message;
        } scanned;
        struct {
            uint32_t mailbox; /* lease.mailbox_index                                   */
            uint64_t seq;
        } unreadable;
        uint64_t committed_seq;
        enum core_space space;
        const struct permit *permit;
        struct slice checkpoint;
        uint32_t rate;
    };
};

/* ---- effects ----------------------------------------------------------------------------------- */

enum core_effect_kind {
    CORE_APPEND_MESSAGE, /* a bus.Stored: seq, time_ms, source, message.bytes                     */
    CORE_APPEND_RECORD,  /* bookkeeping: seq, time_ms, record                                     */
    CORE_APPEND_CHECKPOINT, /* seq, time_ms, the payload of CORE_CHECKPOINT                        */
    CORE_SEND_WELCOME, /* welcome, to peer                                                      */
    CORE_SEND_STORED,  /* number, seq, gap                                                      */
    CORE_SEND_REFUSED, /* number, code, reason, retry_ms                                        */
    CORE_SEND_REJECT,  /* request, code, reason, retry_ms                                       */
    CORE_SEND_RESET,   /* say HELLO                                                             */
    CORE_SEND_PONG,
    CORE_SEND_SETTLED, /* request                                                               */
    CORE_SEND_LEASE,   /* lease: the daemon reads the message `seq` from the log and sends both */
    CORE_SEND_PEEKED,  /* peeked: the daemon adds the messages                                  */
    CORE_SEND_QUERY,   /* forward, to peer                                                       */
    CORE_SEND_ANSWER,  /* forward, to peer                                                      */
    CORE_FEED,         /* feed: send a part of the log to these peers                           */
    CORE_SCAN,         /* scan: read the log and tell each message by CORE_SCANNED              */
    CORE_CUT,          /* end this peer's connection; code, reason for the operator             */
    CORE_LINK,         /* link: a unit with a mailbox came or went; to be published by the daemon */
};

/* One frame for all `peers`: the messages in [from, to] that match `filters`, as many as fit into
 * `bytes` (at least one).  Its Range begins at `first` (nothing in [first, from) is new to any of
 * the peers and matches) and ends at the last seq that was looked at, `to` or less.  When nothing
 * matched, no frame is sent unless `always` says so.  The daemon answers with CORE_SENT for each of
 * the peers: next = the end of the Range + 1, also when no frame was sent. */
struct core_feed {
    const uint64_t *peers; /* lent until the next core_step */
    uint32_t peer_count;
    const struct filters *filters;
    uint64_t first;
    uint64_t from;
    uint64_t to;
    uint64_t bytes;
    bool always;
};

/* Tells the messages of [from, to] for which core_scan_wants is true by CORE_SCANNED, `limit` of
 * them at most, and then by CORE_SCAN_DONE the seq where it goes on: behind the last one that was
 * looked at.  It may stop earlier, so that a long scan is cut into slices: the core asks again.
 * What cannot be read is passed over. */
struct core_scan {
    uint32_t mailbox;
    uint64_t from;
    uint64_t to;
    uint32_t limit;
    const struct filters *filters; /* NULL: by name only                       */
    const char *unit;              /* Envelope.to                              */
    uint8_t priority;              /* of this lane only                        */
};
bool core_scan_wants(const struct core_scan *scan, const struct core_message *message);

struct core_effect {
    enum core_effect_kind kind;
    uint64_t peer;
    union {
        struct {
            uint64_t seq;
            uint64_t time_ms;
            struct slice source;  /* of a message      */
            struct slice payload; /* envelope or record: lent until the next core_step */
        } append;
        Bus__Welcome welcome;
        struct {
            uint64_t number;
            uint64_t seq;
            bool gap;
        } stored;
        struct {
            uint64_t number; /* of a message, or the request of a call */
            Bus__Code code;
            const char *reason;
            uint32_t retry_ms;
        } refused; /* of SEND_REFUSED, SEND_REJECT and CUT */
        uint64_t request;
        struct {
            uint64_t seq;
            uint64_t token;
            const char *mailbox;
            uint32_t mailbox_index; /* goes back in CORE_UNREADABLE                         */
            uint32_t attempt;
            uint32_t lease_ms;
        } lease;
        const Bus__Peeked *peeked;
        struct {
            uint64_t id;               /* takes the place of `request`                          */
            const Bus__Query *query;   /* of SEND_QUERY; its asker is `asker`                   */
            const Bus__Answer *answer; /* of SEND_ANSWER                                       */
            const char *asker;
        } forward;
        struct core_feed feed;
        struct core_scan scan;
        struct {
            const char *unit; /* lent until the next core_step                                 */
            bool up;          /* it has a session; `down` is told after link_grace_ms without one */
            uint64_t since_ms; /* log time                                                     */
            uint32_t urgent;   /* messages of P0 and P1 that wait in its mailbox                */
        } link; /* a unit's first one comes after the start of the broker, up or down          */
    };
};

/* ---- the core ---------------------------------------------------------------------------------- */

/* Every limit of the core, with its unit; core_limits_default has the house's values. */
struct core_limits {
    uint32_t peers; /* sessions                                                      */
    uint32_t peers_of_unit;
    uint32_t publish_messages; /* credit, unacknowledged, of one session                        */
    uint64_t publish_bytes;
    uint32_t frame_bytes;
    uint32_t body_bytes;
    uint32_t feed_bytes; /* of one DELIVER frame                                          */
    uint32_t attempts;   /* leases of a message before it is a dead letter                */
    uint32_t lease_ms_max;
    uint32_t leases;          /* open in one mailbox                                           */
    uint32_t lane_window;     /* untouched messages of a lane held in memory                   */
    uint32_t set_aside;       /* delayed and dead of a mailbox: then it hands out nothing more */
    uint32_t sources_of_unit; /* producers that one unit may make                              */
    uint32_t queries_of_peer;
    uint32_t retry_ms;      /* told with FULL                                                */
    uint32_t link_grace_ms; /* a unit without a session for so long is down                  */
};
struct core_limits core_limits_default(void);

struct core_options {
    uint64_t log_id;
    uint64_t head; /* of the log when the core begins                                   */
    uint64_t head_time_ms;
    uint32_t run; /* of this broker: rises with each start; part of fencing tokens     */
    bool exercise;
    uint32_t rate;
    struct core_limits limits;
    const struct permit *permit; /* kept until CORE_PERMITS brings another */
};

/* Gives the core: end it with core_close. */
int core_open(const struct core_options *options, struct core **ret_core);
void core_close(struct core *core);

/* One event in; its effects out: *ret_effects, *ret_count, lent until the next core_step.
 * A peer that breaks a rule is an effect, not a fault; < 0 only for no memory. */
int core_step(struct core *core, const struct core_event *event,
              const struct core_effect **ret_effects, uint32_t *ret_count);

/* When the next CORE_TICK has something to do, in steady_ms and now_ms; UINT64_MAX: never. */
void core_next_tick(const struct core *core, uint64_t *ret_steady_ms, uint64_t *ret_now_ms);

/* Whether anybody waits until what was appended is on the disk: to be told so, or to be handed it.
 * A lease's record alone waits for nobody: it went out before, and a crash that forgets it costs a
 * second delivery, as a worker that dies does. */
bool core_awaits_commit(const struct core *core);

/* The sequence that the next appended record gets. */
uint64_t core_next_seq(const struct core *core);

/* ---- rebuilding -------------------------------------------------------------------------------- */

/* Rows for the index: opaque to the daemon, keyed so that a later save replaces an earlier one. */
struct core_row {
    struct slice key;   /* first byte: the kind */
    struct slice value; /* empty: drop the row  */
};
typedef int core_save_row(void *context, const struct core_row *row);

/* Hands out the rows that changed since the last save, then forgets that they changed.  They hold
 * everything up to *ret_applied, the last sequence that was given out: the caller makes them
 * durable, all at once, only after CORE_COMMITTED has come that far.  Costs what changed. */
int core_save(struct core *core, core_save_row *save, void *context, uint64_t *ret_applied);

/* Before the first step: each saved row in any order, then each record behind `applied` in order.
 * CORE_BAD_ROW: it is none of ours; the index is to be deleted and the whole log replayed. */
enum { CORE_BAD_ROW = 1 };
int core_load(struct core *core, const struct core_row *row);
int core_replay_message(struct core *core, uint64_t seq, uint64_t time_ms, struct slice source,
                        const struct core_message *message);
int core_replay_record(struct core *core, uint64_t seq, uint64_t time_ms, struct slice record);

/* ---- looking ------------------------------------------------------------------------------------ */

/* For `carebus status`: writes JSON text and a terminator, at most `size` bytes; never a body.
 * Returns the text's length; a list that does not fit ends early and `"cut": true` says so.
 *
 *     { "head", "committed", "time_ms", "exercise", "full", "producers", "waiting", "queries",
 *       "sessions":  [{ "source", "service", "epoch", "unacknowledged", "subscribed", "next",
 *                       "behind", "credit" }],
 *       "mailboxes": [{ "unit", "up", "since_ms", "depth", "urgent", "leased", "delayed", "dead",
 *                       "takers", "oldest_seq", "oldest_ms", "lanes": [P0 .. P5], "blocked" }] }
 */
uint32_t core_status(const struct core *core, char *text, uint32_t size);

/* For `carebus why`: what became of the message `seq` behind the door.
 *
 *     { "seq", "committed",
 *       "mailboxes":     [{ "unit", "state", "attempts", "until_ms", "reason", "holder", "behind" }],
 *       "subscriptions": [{ "source", "sent" }] }
 *
 * state: ready, held (`behind`: the seq of its case in front of it), leased (`holder`), delayed,
 * dead, unread (the backlog reaches back before it), settled. */
uint32_t core_why(const struct core *core, uint64_t seq, const struct core_message *message,
                  char *text, uint32_t size);

/* The lowest sequence that a mailbox still needs; next_seq if none does.  The log is not cut from
 * there on. */
uint64_t core_needs(const struct core *core);

/* The trace, for stories: one line for each thing that happened, in words. */
typedef void core_trace(void *context, const char *line);
void core_set_trace(struct core *core, core_trace *trace, void *context);
