/*
 * core/inside.h - what the files of this floor share; nobody else includes it.
 */
#pragma once

#include "base/machine.h"
#include "core/core.h"
#include "core/filter.h"
#include "core/map.h"
#include "core/records.h"

enum {
    INSIDE_NAME = 64,
    INSIDE_LANES = 6,
    INSIDE_TAKERS = 64,    /* sessions that take from one mailbox          */
    INSIDE_PEEKS = 8,      /* looks that wait for a scan of their mailbox  */
    INSIDE_SESSION_MS = 20 * 1000, /* without a word, a session is over    */
};

/* Who publishes: kept for ever, one row each. */
struct producer {
    char source[INSIDE_NAME * 2];
    uint32_t epoch;
    uint64_t number;    /* the last one that was given a sequence */
    bool dirty;
    struct producer *next_dirty;
};

struct subscription {
    bool active;
    bool feeding;       /* a CORE_FEED is under way */
    struct filters *filters;
    uint64_t next;
    uint64_t credit;
};

struct peer {
    uint64_t id;
    char unit[INSIDE_NAME + 1];
    char source[INSIDE_NAME * 2];
    char service[INSIDE_NAME + 1];
    bool is_service;    /* may speak for actors of other units */
    struct producer *producer;
    uint32_t epoch;
    uint64_t heard_ms;
    uint64_t acked;     /* the number told by the last STORED */
    uint64_t pending_seq; /* of the last append that waits; 0: none */
    char allowed[132];  /* the subject that was allowed last */
    struct subscription subscription;
    uint32_t queries;
    struct peer *next;  /* in the list of all, in order of HELLO */
    struct peer *previous;
};

/* What waits for the disk before somebody is told. */
enum waiting_kind { WAITING_STORED, WAITING_SETTLED };
struct waiting {
    enum waiting_kind kind;
    uint64_t seq;
    uint64_t peer;
    uint64_t number; /* of the message, or of the request */
};

/* A message of a mailbox that is in memory; states in tables.c. */
enum entry_state {
    ENTRY_NONE,
    ENTRY_READY,
    ENTRY_LEASED,
    ENTRY_DELAYED,
    ENTRY_DEAD,
    ENTRY_DONE,
};

enum entry_command { ENTRY_ARRIVE, ENTRY_LEASE, ENTRY_RECEIPT, ENTRY_RETURN, ENTRY_LATER,
                     ENTRY_EXPIRE, ENTRY_BURY, ENTRY_REDRIVE, ENTRY_DUE };

extern const struct move core_entry_moves[];

struct entry {
    uint64_t seq;
    uint64_t until_ms;  /* LEASED: steady; DELAYED: log time */
    uint64_t expires_ms; /* log time, 0: never */
    uint64_t token;
    uint64_t case_hash; /* 0: no case */
    uint64_t peer;      /* LEASED: whose lease */
    char *reason;       /* of its last return or death, or NULL */
    uint16_t attempts;
    uint8_t lane;
    uint8_t state;
    bool touched;       /* has, or wants, a row */
    bool saved;         /* the index has a row of it */
    bool dirty;
};

struct taker {
    uint64_t peer;
    uint32_t credit;
    uint32_t lease_ms;
};

struct look {
    uint64_t peer;
    uint64_t request;
    bool dead;
    uint32_t limit;
};

struct mailbox {
    char unit[INSIDE_NAME + 1];
    uint32_t index;
    struct filters *filters;
    struct entry *entries; /* by seq */
    uint32_t count;
    uint32_t room;
    uint32_t untouched;    /* READY entries that were never leased */
    uint32_t dead;
    uint32_t leased;
    uint32_t done;         /* entries that only wait to be taken out */
    uint64_t scan_next;    /* every message before it that matched is an entry, or settled */
    bool scanning;
    bool wants_serving;
    struct taker takers[INSIDE_TAKERS];
    uint32_t taker_count;
    uint32_t taker_turn;
    struct look looks[INSIDE_PEEKS];
    uint32_t look_count;
    uint64_t next_steady_ms; /* no lease ends before    */
    uint64_t next_log_ms;    /* no delay ends before    */
    bool dirty;
    uint64_t *dropped;     /* rows to be removed at the next save */
    uint32_t dropped_count;
    uint32_t dropped_room;
};

struct question_open {
    uint64_t id;        /* ours; 0: free */
    uint64_t asker;
    uint64_t request;   /* the asker's */
    uint64_t service;   /* the peer that answers */
    uint64_t deadline_ms;
};

struct core {
    struct core_options options;
    const struct permit *permit;
    uint64_t next_seq;
    uint64_t committed;
    uint64_t last_time_ms;
    uint64_t now_ms;
    uint64_t steady_ms;
    enum core_space space;

    struct map peers;      /* by id */
    struct peer *first_peer;
    struct peer *last_peer;
    struct map sources;    /* source -> peer */
    struct map producers;
    struct producer *dirty_producers;
    struct map services;   /* service -> peer */

    struct waiting *waiting; /* a ring, in order of seq */
    uint32_t waiting_first;
    uint32_t waiting_count;
    uint32_t waiting_room;

    bool feeds_due;
    uint64_t *feed_peers;
    uint32_t feed_peer_room;
    uint32_t feed_peer_used;

    struct mailbox *mailboxes;
    uint32_t mailbox_count;
    struct map mailbox_names;
    struct map routes;     /* subject -> struct route */
    uint64_t token;

    struct question_open *questions;
    uint32_t question_room;
    uint64_t question_last;
    uint32_t question_count;

    struct core_effect *effects;
    uint32_t effect_count;
    uint32_t effect_room;
    uint8_t *scratch;      /* bytes of records in the effects */
    uint32_t scratch_used;
    uint32_t scratch_room;
    Bus__Peeked *peeked;
    int fault;

    core_trace *trace;
    void *trace_context;
};

/* core.c */
struct core_effect *inside_effect(struct core *core, enum core_effect_kind kind, uint64_t peer);
void inside_reject(struct core *core, uint64_t peer, uint64_t request, Bus__Code code,
                   const char *reason, uint32_t retry_ms);
uint64_t inside_append_record(struct core *core, const struct record *record);
void inside_wait(struct core *core, enum waiting_kind kind, uint64_t seq, uint64_t peer,
                 uint64_t number);
uint64_t inside_time(struct core *core);
void inside_trace(struct core *core, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* peers.c */
struct peer *peer_get(const struct core *core, uint64_t id);
void peer_hello(struct core *core, const struct core_event *event);
void peer_gone(struct core *core, struct peer *peer);
void peer_tick(struct core *core);
struct producer *producer_get(struct core *core, const char *source, bool make);
void producer_dirty(struct core *core, struct producer *producer);
void peers_close(struct core *core);

/* publish.c */
void publish_step(struct core *core, struct peer *peer, const struct core_event *event);
void publish_committed(struct core *core, uint64_t seq);

/* subscribe.c */
void subscribe_step(struct core *core, struct peer *peer, const Bus__Subscribe *subscribe);
void subscribe_credit(struct core *core, struct peer *peer, uint64_t bytes);
void subscribe_sent(struct core *core, const struct core_event *event);
void subscribe_feed(struct core *core);
void subscribe_end(struct peer *peer);

/* mailbox.c, settle.c */
int mailbox_open_all(struct core *core);
void mailbox_close_all(struct core *core);
struct mailbox *mailbox_named(struct core *core, const char *unit);
void mailbox_message(struct core *core, uint64_t seq, const struct core_message *message);
void mailbox_take(struct core *core, struct peer *peer, const Bus__Take *take);
void mailbox_scanned(struct core *core, const struct core_event *event);
void mailbox_scan_done(struct core *core, const struct core_event *event);
void mailbox_serve(struct core *core, struct mailbox *mailbox);
void mailbox_serve_all(struct core *core);
void mailbox_forget(struct core *core, struct peer *peer);
void mailbox_tick(struct core *core);
void mailbox_record(struct core *core, const struct record *record);
void mailbox_receipt(struct core *core, struct peer *peer, const Bus__Receipt *receipt);
void mailbox_return(struct core *core, struct peer *peer, const Bus__Return *give_back);
void mailbox_extend(struct core *core, struct peer *peer, const Bus__Extend *extend);
void mailbox_peek(struct core *core, struct peer *peer, const Bus__Peek *peek);
void mailbox_redrive(struct core *core, struct peer *peer, const Bus__Redrive *redrive);
struct entry *entry_find(struct mailbox *mailbox, uint64_t seq);
struct entry *entry_add(struct core *core, struct mailbox *mailbox, uint64_t seq);
void entry_bury(struct core *core, struct mailbox *mailbox, struct entry *entry,
                const char *reason);
void entry_move(struct core *core, struct mailbox *mailbox, struct entry *entry,
                enum entry_command command);
void entry_touch(struct mailbox *mailbox, struct entry *entry);
void mailbox_compact(struct core *core, struct mailbox *mailbox);
void mailbox_want_scan(struct core *core, struct mailbox *mailbox);

/* query.c */
void query_step(struct core *core, struct peer *peer, const Bus__Query *query);
void query_answer(struct core *core, struct peer *peer, const Bus__Answer *answer);
void query_forget(struct core *core, struct peer *peer);
void query_tick(struct core *core);
uint64_t query_next_ms(const struct core *core);
