/*
 * core/inside.h - what the files of this floor share; nobody else includes it.
 */
#pragma once

#include "base/arena.h"
#include "base/machine.h"
#include "core/core.h"
#include "core/filter.h"
#include "core/ids.h"
#include "core/map.h"
#include "core/records.h"

enum {
    INSIDE_NAME = 64,
    INSIDE_LANES = 6,
    INSIDE_TAKERS = 64,            /* sessions that take from one mailbox                       */
    INSIDE_LOOKS = 8,              /* looks that wait until their mailbox has been read          */
    INSIDE_SESSION_MS = 20 * 1000, /* without a word, a session is over                         */
    INSIDE_ROUTES = 1 << 16,       /* subjects whose receivers are remembered                   */
    INSIDE_STEP_BYTES = 16 << 20,  /* of records and lists that one step may leave              */
};

/* ---- who is there ---------------------------------------------------------------------------------- */

enum link { LINK_UNKNOWN, LINK_UP, LINK_DOWN };

/* A unit of the town that was ever heard of. */
struct unit_seen {
    char name[INSIDE_NAME + 1];
    uint32_t sessions;
    uint32_t producers;
    uint32_t receivers; /* sessions that subscribe or take: somebody is listening */
    struct mailbox *mailbox;
    enum link told; /* by the last CORE_LINK */
    uint32_t told_urgent;
    uint64_t since_ms;      /* log time of the last change of `receivers` to or from 0 */
    uint64_t due_steady_ms; /* when that change counts; 0: nothing is due */
};

/* Who publishes: kept for ever, one row each. */
struct producer {
    char source[INSIDE_NAME * 2];
    uint32_t epoch;
    uint64_t number;  /* the last one that was given a sequence                    */
    uint64_t durable; /* the last one of this epoch that is on the disk            */
    uint64_t durable_seq;
    struct peer *peer; /* its session, or NULL                                      */
    bool dirty;
    bool acking; /* in the list of those that hear of this commit             */
    struct producer *next_dirty;
    struct producer *next_acking;
};

/* All subscriptions with the same filters. */
struct filter_set {
    uint32_t number; /* in order of making                                      */
    uint32_t members;
    char *key;
    struct filters *filters;
    uint64_t last_match;  /* no message behind it matches                            */
    uint64_t first_match; /* the first one since nobody in it had anything to get    */
    struct subscription *idle;
    bool stirred; /* in the list of sets that await a commit                 */
    struct filter_set *next_stirred;
    struct filter_set *next;
    struct filter_set *previous;
};

enum subscription_place { PLACE_NONE, PLACE_IDLE, PLACE_DUE };

struct subscription {
    struct peer *peer;
    struct filter_set *set; /* NULL: there is no subscription                        */
    bool feeding;           /* a CORE_FEED is under way                              */
    bool stale;             /* ... of a subscription that was replaced meanwhile     */
    uint64_t told;          /* the receiver has heard of everything before it        */
    uint64_t head;          /* ... and is to hear that it has come so far            */
    uint64_t next;          /* and this is where something may match                 */
    uint64_t credit;
    enum subscription_place place;
    struct subscription *next_here;
    struct subscription *previous_here;
};

struct peer {
    uint64_t id;
    uint64_t ordinal; /* in order of HELLO */
    char source[INSIDE_NAME * 2];
    char service[INSIDE_NAME + 1];
    struct unit_seen *unit;
    bool is_service; /* may speak for actors of other units */
    bool receives;
    struct producer *producer; /* NULL: has not published in this epoch */
    uint32_t epoch;
    uint64_t heard_ms;
    uint64_t pending_bytes; /* of what is not on the disk yet */
    uint64_t gap_number;    /* the number that a gap was told for last ... */
    uint64_t gap_ms;        /* ... and when (steady) */
    char allowed[132];      /* the subject that was allowed last */
    struct subscription subscription;
    uint32_t takes; /* mailboxes that it takes from */
    uint32_t queries;
    struct peer *next; /* in the list of all, in order of HELLO */
    struct peer *previous;
};

/* What waits for the disk before somebody is told. */
enum waiting_kind { WAITING_STORED, WAITING_SETTLED, WAITING_WELCOME };
struct waiting {
    enum waiting_kind kind;
    uint32_t epoch;
    uint32_t bytes;
    uint64_t seq;
    uint64_t peer;
    uint64_t number; /* of the message, or of the request */
    struct producer *producer;
};

/* Who hears of a subject: found once, remembered until somebody subscribes anew. */
struct route {
    struct mailbox **boxes;
    uint32_t box_count;
    struct filter_set **sets;
    uint32_t set_count;
};

/* ---- mailboxes ------------------------------------------------------------------------------------- */

/* A message of a mailbox that is in memory; moves in tables.c. */
enum entry_state {
    ENTRY_NONE,
    ENTRY_READY, /* in its lane, or held there by one of its case */
    ENTRY_LEASED,
    ENTRY_DELAYED,
    ENTRY_DEAD,
    ENTRY_DONE, /* only kept while its lane has not been read that far */
};

enum entry_command {
    ENTRY_ARRIVE,
    ENTRY_LEASE,
    ENTRY_RECEIPT,
    ENTRY_RETURN,
    ENTRY_LATER,
    ENTRY_EXPIRE,
    ENTRY_BURY,
    ENTRY_REDRIVE,
    ENTRY_DUE
};

extern const struct move core_entry_moves[];
extern const char *const core_entry_states[];

#define HEAP_OUT UINT32_MAX  /* in no heap */
#define DIRTY_OUT UINT32_MAX /* not in the list of dirty ones */

struct entry {
    uint64_t seq;
    uint64_t time_ms;    /* log time at which the message came                        */
    uint64_t until_ms;   /* READY, DELAYED: not before, log time; LEASED: steady      */
    uint64_t expires_ms; /* log time, 0: never                                        */
    uint64_t token;
    uint64_t after;     /* its last return; until that is durable no other gets it   */
    uint64_t case_hash; /* 0: no case                                                */
    uint64_t holder;    /* LEASED: the session, 0 after a restart                    */
    uint64_t rank;      /* in its heap, then by seq                                  */
    char *reason;       /* of its last return or death, or NULL                      */
    struct mailbox *mailbox;
    struct entry *next; /* in the list of untouched ones of its lane, by seq         */
    struct entry *previous;
    struct entry *case_next; /* in its case, of its lane, by seq                      */
    struct entry *case_previous;
    uint32_t lease_ms;
    uint32_t attempts;
    uint32_t heap_at;
    uint32_t dirty_at; /* in core->dirty_entries                                    */
    uint8_t lane;
    uint8_t state;
    bool fresh; /* untouched: no record speaks of it                         */
    bool in_case;
    bool saved; /* the index has a row of it                                 */
};

struct heap {
    struct entry **items;
    uint32_t count;
    uint32_t room;
};

/* The open messages of one case in one mailbox.  One is held while an earlier one of a lane as
 * urgent or more is open: so order is kept, and an urgent message waits for no other. */
struct held_case {
    struct held_case *next_spare;
    uint64_t hash;
    uint32_t count;
    struct entry *first[INSIDE_LANES];
    struct entry *last[INSIDE_LANES];
};

/* A lane is a window on the log: what lies before scan_next and is open is an entry.  A lane that
 * is not behind has all of its open messages in memory. */
struct lane {
    bool behind;
    uint64_t scan_next;
    uint64_t last_seq;   /* of the last message that came for it */
    uint64_t open;       /* messages with no receipt that are not dead, in memory or not */
    struct entry *first; /* untouched entries */
    struct entry *last;
    uint32_t fresh_count;
    struct heap ready;
    struct heap gone; /* settled entries that a lane behind has not passed yet */
};

struct taker {
    uint64_t peer;
    uint32_t credit;
    uint32_t lease_ms;
};

struct look {
    uint64_t peer;
    uint64_t request;
    uint32_t limit;
};

struct mailbox {
    char unit[INSIDE_NAME + 1];
    uint32_t index;
    struct unit_seen *seen;
    struct filters *filters; /* NULL: it collects nothing (any more)                 */
    struct filters *retired; /* that a scan under way still looks at                 */
    struct ids entries;      /* by seq                                               */
    struct ids cases;        /* by hash                                              */
    struct lane lanes[INSIDE_LANES];
    struct heap leased;
    struct heap delayed;
    uint32_t dead;
    uint64_t born; /* messages from here on were counted when they came    */
    bool known;    /* `born` is set                                        */
    bool scanning;
    uint8_t scan_lane;
    struct taker takers[INSIDE_TAKERS];
    uint32_t taker_count;
    uint32_t taker_turn;
    uint64_t credit; /* of all takers                                        */
    struct look looks[INSIDE_LOOKS];
    uint32_t look_count;
    bool dirty;
    bool wanted; /* in the list of those to be served                    */
    struct mailbox *next_wanted;
};

struct dropped {
    struct mailbox *mailbox;
    uint64_t seq;
};

/* ---- questions ------------------------------------------------------------------------------------- */

struct question_open {
    uint64_t id; /* ours; 0: free */
    uint64_t asker;
    uint64_t request; /* the asker's */
    uint64_t service; /* the peer that answers */
    uint64_t deadline_ms;
};

/* ---- all of it ------------------------------------------------------------------------------------- */

struct core {
    struct core_options options;
    const struct permit *permit;
    uint64_t next_seq;
    uint64_t committed;
    uint64_t last_time_ms;
    uint64_t now_ms;
    uint64_t steady_ms;
    enum core_space space;
    bool begun; /* the first step was taken                               */
    bool replaying;
    uint64_t walk_ms; /* when all sessions are looked at next (steady)          */

    struct map units; /* name -> struct unit_seen */
    struct map peers; /* by id */
    struct peer *first_peer;
    struct peer *last_peer;
    uint64_t peer_ordinal;
    struct map sources; /* source -> peer */
    struct map producers;
    struct producer *dirty_producers;
    struct map services; /* service -> peer */

    struct waiting *waiting; /* a ring, in order of seq */
    uint32_t waiting_first;
    uint32_t waiting_count;
    uint32_t waiting_room;

    struct map routes; /* subject -> struct route */
    struct map sets;   /* filters as text -> struct filter_set */
    struct filter_set *first_set;
    uint32_t set_last;
    struct filter_set *stirred;
    struct subscription *due;
    uint32_t due_count;
    struct subscription **feed_order;
    uint32_t feed_room;

    struct mailbox **mailboxes;
    uint32_t mailbox_count;
    struct map mailbox_names;
    struct mailbox *wanted;
    uint64_t token;
    struct entry *spare_entries;
    struct held_case *spare_cases;
    struct entry **dirty_entries;
    uint32_t dirty_count;
    uint32_t dirty_room;
    struct dropped *dropped; /* rows to be removed by the next save */
    uint32_t dropped_count;
    uint32_t dropped_room;

    struct question_open *questions;
    uint32_t question_room;
    uint64_t question_last;
    uint32_t question_count;

    struct core_effect *effects;
    uint32_t effect_count;
    uint32_t effect_room;
    struct arena step; /* what the effects of a step point at */
    int fault;

    core_trace *trace;
    void *trace_context;
};

/* core.c */
struct core_effect *inside_effect(struct core *core, enum core_effect_kind kind, uint64_t peer);
void inside_reject(struct core *core, uint64_t peer, uint64_t request, Bus__Code code,
                   const char *reason, uint32_t retry_ms);
void *inside_alloc(struct core *core, size_t size); /* until the next step; NULL: a fault */
void inside_wait(struct core *core, struct waiting waiting);
uint64_t inside_time(struct core *core);
void inside_trace(struct core *core, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* peers.c */
struct peer *peer_get(const struct core *core, uint64_t id);
void peer_hello(struct core *core, const struct core_event *event);
void peer_welcome(struct core *core, struct peer *peer);
void peer_gone(struct core *core, struct peer *peer);
void peer_tick(struct core *core);
void peers_permits(struct core *core);
void peers_close(struct core *core);

/* producers.c */
struct producer *producer_get(struct core *core, const char *source, bool make);
void producer_dirty(struct core *core, struct producer *producer);

/* links.c */
struct unit_seen *unit_seen_get(struct core *core, struct slice name);
void link_receives(struct core *core, struct peer *peer);
void link_gone(struct core *core, struct peer *peer);
void link_begin(struct core *core);
void link_rate(struct core *core, uint32_t rate); /* before core->options.rate is that */
void link_tick(struct core *core);
uint64_t link_next_ms(const struct core *core);

/* publish.c */
void publish_step(struct core *core, struct peer *peer, const struct core_event *event);
void publish_committed(struct core *core, uint64_t seq);

/* routes.c */
const struct route *route_of(struct core *core, struct slice subject);
void route_forget_all(struct core *core);

/* subscribe.c */
void subscribe_step(struct core *core, struct peer *peer, const Bus__Subscribe *subscribe);
void subscribe_credit(struct core *core, struct peer *peer, uint64_t bytes);
void subscribe_sent(struct core *core, const struct core_event *event);
void subscribe_message(struct core *core, const struct route *route, uint64_t seq);
void subscribe_committed(struct core *core);
void subscribe_feed(struct core *core);
void subscribe_tick(struct core *core);
void subscribe_end(struct core *core, struct peer *peer);

/* heap.c */
int heap_push(struct heap *heap, struct entry *entry, uint64_t rank);
void heap_remove(struct heap *heap, struct entry *entry);
struct entry *heap_top(const struct heap *heap); /* NULL: it is empty */

/* entries.c: what is kept of a message, and where it is found */
struct entry *entry_find(const struct mailbox *mailbox, uint64_t seq);
struct entry *entry_add(struct core *core, struct mailbox *mailbox, uint64_t seq, uint8_t lane);
void entry_fresh(struct entry *entry);
void entry_move(struct core *core, struct entry *entry, enum entry_command command);
void entry_set(struct core *core, struct entry *entry, enum entry_state state);
void entry_restore(struct core *core, struct entry *entry, enum entry_state state);
void entry_reason(struct core *core, struct entry *entry, struct slice reason);
void entry_dirty(struct core *core, struct entry *entry);
void entry_passed(struct core *core, struct lane *lane);
uint64_t entry_held_by(const struct entry *entry); /* seq of the one in front of it; 0: none */
void entries_forget(struct mailbox *mailbox);
uint64_t case_hash(struct slice case_id);

/* mailbox.c */
int mailbox_open_all(struct core *core);
int mailbox_open(struct core *core, const char *unit, struct mailbox **ret_mailbox);
void mailbox_close_all(struct core *core);
struct mailbox *mailbox_named(const struct core *core, struct slice unit);
void mailbox_message(struct core *core, const struct route *route, uint64_t seq, uint64_t time_ms,
                     const struct core_message *message);
void mailbox_take(struct core *core, struct peer *peer, const Bus__Take *take);
void mailbox_want(struct core *core, struct mailbox *mailbox);
void mailbox_serve_all(struct core *core);
void mailbox_forget(struct core *core, struct peer *peer);
void mailbox_begin(struct core *core);
void mailbox_tick(struct core *core);
uint64_t mailbox_floor(const struct core *core, const struct lane *lane);
uint64_t mailbox_record(struct core *core, struct entry *entry, enum record_kind kind);
void mailbox_unreadable(struct core *core, uint32_t index, uint64_t seq);

/* lanes.c */
void lane_scan(struct core *core, struct mailbox *mailbox);
void lane_scanned(struct core *core, const struct core_event *event);
void lane_scan_done(struct core *core, const struct core_event *event);
void lane_arrive(struct core *core, struct mailbox *mailbox, uint64_t seq, uint64_t time_ms,
                 const struct core_message *message);

/* settle.c */
void settle_receipt(struct core *core, struct peer *peer, const Bus__Receipt *receipt);
void settle_return(struct core *core, struct peer *peer, const Bus__Return *give_back);
void settle_extend(struct core *core, struct peer *peer, const Bus__Extend *extend);
void settle_peek(struct core *core, struct peer *peer, const Bus__Peek *peek);
void settle_looks(struct core *core, struct mailbox *mailbox);
void settle_redrive(struct core *core, struct peer *peer, const Bus__Redrive *redrive);
void settle_failed(struct core *core, struct entry *entry, enum entry_command command,
                   uint64_t until_ms, const char *reason);

/* rebuild.c */
void rebuild_leases(struct core *core);

/* query.c */
void query_step(struct core *core, struct peer *peer, const Bus__Query *query);
void query_answer(struct core *core, struct peer *peer, const Bus__Answer *answer);
void query_forget(struct core *core, struct peer *peer);
void query_tick(struct core *core);
uint64_t query_next_ms(const struct core *core);
