/*
 * kit/turn.h - one message, one turn, one transaction: all that a handler may do.
 *
 * A handler loads rows, changes them, emits.  What it does is a write set in the turn's arena; it
 * is applied when the handler has answered 0, and forgotten when it refused.  Outcomes stick:
 * after the first that is not 0 every call here does nothing (and lends NULL or a scratch row), so
 * a handler reads from top to bottom without error plumbing.  A handler never reads a clock, a
 * random source or a file: `now_ms` is the log time of its message, ids come from the message or
 * from turn_number.
 */
#pragma once

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/id.h"
#include "base/slice.h"
#include "bus.pb-c.h"
#include "kit/service.h"
#include "town.pb-c.h"

struct kit;
struct batch;
struct writes;
struct post;
struct line;

struct turn {
    /* The message, to be read by handlers. */
    uint64_t now_ms;
    uint64_t seq;
    const char *source;      /* the producer: `hotline`, `hcz`, `hcz.cli7f3a` */
    const char *source_unit; /* of it, without an instance: `hcz` */
    const char *id;          /* source/epoch/number */
    const char *service;     /* the three tokens of the subject */
    const char *message;
    const char *unit;
    const char *case_id; /* "" when it has none */
    const char *cause;
    const char *traceparent;
    const Bus__Actor *actor; /* never NULL; fields may be "" */
    Bus__Priority priority;
    bool exercise;
    uint64_t not_before_ms;
    struct slice body;

    /* The kit's. */
    struct kit *kit;
    struct batch *batch;
    struct writes *writes;
    struct arena *arena;
    int32_t command; /* the word in hand */
    int outcome;
    const char *reason;      /* of a refusal */
    struct post *first_post; /* what it leaves, in order */
    struct post **last_post;
    struct line *first_line; /* of its trace */
    struct line **last_line;
    const char *acts_for; /* the unit that loop_act speaks for, or NULL */
    uint32_t walked;      /* rows, by all its walks */
    bool is_timer;        /* the message is a timer of ours whose row was there */
    bool is_early;        /* ... but it came before its time */
};

/* A short name for initialising generated messages: { IS(supplies__chase), .id = x }. */
#define IS(type) .base = PROTOBUF_C_MESSAGE_INIT(&type##__descriptor)

/* ---- keys: parts joined by '/', each without '/' and not empty ----------------------------------- */

/* A text in the turn's arena; printf-like.  Refuses (BAD_FIELD) what is over 200 bytes. */
const char *turn_key(struct turn *turn, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A text that stays good until the turn ends. */
const char *turn_text(struct turn *turn, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* What may be an id: 1 to 64 letters, digits, `-_.:`; it is part of a key and is read aloud. */
enum { TURN_ID_LENGTH = 64 };
bool turn_is_id(const char *id);

/* Guard for the fields that say who did something (by, who, carer, staff): `text` is "" or the id of
 * a post, a carer or a member of staff.  Refuses BAD_FIELD what has no letter, holds a telephone
 * number or an ID number, or is a name in Chinese: particulars stand in the registry alone. */
bool turn_is_who(struct turn *turn, const char *field, const char *text);

/* A day of the town (clock_day), as it stands in messages and keys: "2023-01-18". */
const char *turn_date(struct turn *turn, int64_t day);

/* ---- rows ---------------------------------------------------------------------------------------- */

/* The row as the turns before and this one left it; NULL: there is none.  Lends it until the turn
 * ends; do not write to it. */
const void *turn_load(struct turn *turn, unsigned table, const char *key);

/* The row to be changed; a new one with every field absent if there is none.  It is saved as the
 * handler leaves it; the same key twice is the same row.  Pointers put into it (texts, repeated
 * fields from turn_array) must live as long as the turn: message fields and turn_text do. */
void *turn_edit(struct turn *turn, unsigned table, const char *key);

/* The row, moved along its machine's arrow for the command in hand; refuses WRONG_STATE when no
 * arrow leaves its state (NOT_FOUND when there is no row and none may be made) and lends NULL. */
void *turn_move(struct turn *turn, unsigned table, const char *key);

/* The same along the arrow of `word`: where one command has several outcomes, or moves several
 * rows. */
void *turn_move_as(struct turn *turn, unsigned table, const char *key, int32_t word);

/* True if an arrow for `word` leaves the row's present state. */
bool turn_may_move(struct turn *turn, unsigned table, const char *key, int32_t word);

void turn_drop(struct turn *turn, unsigned table, const char *key);

/* Calls `each` for the rows whose keys begin with `prefix`, in key order, those of this turn
 * included; stops when it returns false.  Rows are lent as by turn_load.  All walks of a turn
 * together see at most TURN_WALK_ROWS rows: a turn that wants more faults, and is parked.  So what
 * grows with the town is a table with a key, or is worked through in slices (turn_take). */
enum { TURN_WALK_ROWS = 20000 }; /* 0.05 s; a committee has at most 1,000 people */
void turn_each(struct turn *turn, unsigned table, const char *prefix,
               bool (*each)(void *context, const char *key, const void *row), void *context);

/* The same, of the keys behind prefix + `after`: the next slice costs no more than the first.  "":
 * from the beginning. */
void turn_each_after(struct turn *turn, unsigned table, const char *prefix, const char *after,
                     bool (*each)(void *context, const char *key, const void *row), void *context);

/* At most `most` keys behind prefix + `after`, each without the prefix.  Work on a list that grows
 * goes slice by slice, so that no turn holds up the others: while there are `more`, the handler
 * sends itself the same message with `after` = `last`, as a timer that is due at once
 * (turn_remind at now_ms, which comes back through the log behind what waits there).  Keys that
 * come or go meanwhile are seen or not, none twice. */
struct turn_slice {
    const char **keys;
    size_t count;
    const char *last; /* its last key; `after` when there is none */
    bool more;
};
struct turn_slice turn_take(struct turn *turn, unsigned table, const char *prefix,
                            const char *after, size_t most);

/* All of them, collected before anything is changed: of what does not grow. */
struct turn_slice turn_keys(struct turn *turn, unsigned table, const char *prefix);

/* Room for `count` pointers or numbers of a repeated field. */
void *turn_array(struct turn *turn, size_t count, size_t item_size);

/* ---- messages ------------------------------------------------------------------------------------ */

/* States an event of this service: subject service.Message.unit.  Case, priority, exercise and
 * trace pass on from the message in hand; the cause is its id. */
int turn_emit(struct turn *turn, const char *unit, const ProtobufCMessage *event);

/* Sends a command to another service (or to this one, through the log). */
int turn_send(struct turn *turn, const char *service, const char *unit,
              const ProtobufCMessage *command);

/* As the two above with other than the usual case or priority: what is "" or absent is the usual. */
struct turn_post {
    const char *service; /* NULL: this one */
    const char *unit;
    const char *to; /* a mailbox besides those that collect it */
    const char *case_id;
    Bus__Priority priority;
    uint64_t not_before_ms;
    uint64_t expires_ms;
    const ProtobufCMessage *message;
};
int turn_post(struct turn *turn, const struct turn_post *post);

/* ---- timers -------------------------------------------------------------------------------------- */

/* When log time reaches `due_ms`, this service publishes `command` to itself with this turn's case.
 * One timer for each (type of command, key): setting it again moves it. */
void turn_remind(struct turn *turn, const char *key, uint64_t due_ms,
                 const ProtobufCMessage *command);

/* As turn_remind, with other than the usual unit, case or priority: what is NULL, "" or absent is
 * that of the message in hand. */
struct turn_timer {
    const char *key;
    uint64_t due_ms;
    const char *unit; /* third token of its subject */
    const char *case_id;
    Bus__Priority priority;
    const ProtobufCMessage *command;
};
void turn_time(struct turn *turn, const struct turn_timer *timer);

/* Nothing, when there is no such timer. */
void turn_forget(struct turn *turn, const char *key, const ProtobufCMessageDescriptor *command);

/* ---- outcomes ------------------------------------------------------------------------------------ */

/* `code` is a town.Refusal or one of the service's own (from 100 on); the reason carries no
 * particulars.  Returns the outcome, for `return turn_refuse(...)`. */
int turn_refuse(struct turn *turn, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Guards: refuse NOT_ALLOWED unless the actor's (or, without an actor, the source's) unit is `unit`. */
bool turn_from(struct turn *turn, const char *unit);
const char *turn_actor_unit(const struct turn *turn);
const char *turn_actor_post(const struct turn *turn);

/* The next number of a series that this service keeps (1, 2, 3 ...), and a case number made of it.
 * A turn without a case has the new one from then on: what it emits carries it. */
uint64_t turn_number(struct turn *turn, const char *series);
const char *turn_new_case(struct turn *turn);
