/*
 * One message, one turn.  What a turn does is in its arena until apply(); so a refusal is a turn
 * whose write set was forgotten and in whose place one Refused leaves.
 */
#include "kit/turn.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "kit/inside.h"

struct line {
    struct line *next;
    const char *text;
};

/* ---- memory, outcomes, trace --------------------------------------------------------------------- */

void turn_fault(struct turn *turn, int fault)
{
    if (turn->outcome == 0)
        turn->outcome = fault;
}

void *turn_room(struct turn *turn, size_t size)
{
    void *room = arena_alloc(turn->arena, size);

    if (room != NULL)
        return room;
    turn_fault(turn, FAULT(-ENOMEM));
    /* The handler runs to its end on borrowed memory; nothing of it will be kept. */
    turn->arena->budget_bytes = turn->arena->used_bytes + size + TURN_ARENA_BYTES;
    room = arena_alloc(turn->arena, size);
    assert(room != NULL);
    return room;
}

struct slice turn_pack(struct turn *turn, const ProtobufCMessage *message)
{
    size_t size = protobuf_c_message_get_packed_size(message);
    uint8_t *bytes = turn_room(turn, size + 1);

    protobuf_c_message_pack(message, bytes);
    return slice_of(bytes, size);
}

__attribute__((format(printf, 2, 0))) static const char *
print(struct turn *turn, const char *format, va_list arguments)
{
    va_list again;

    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    char *text = turn_room(turn, (size_t)(length < 0 ? 0 : length) + 1);
    if (length > 0)
        vsnprintf(text, (size_t)length + 1, format, arguments);
    return text;
}

const char *turn_text(struct turn *turn, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    const char *text = print(turn, format, arguments);
    va_end(arguments);
    return text;
}

static bool good_key(const char *key)
{
    size_t length = strlen(key);

    return length > 0 && length <= KEY_BYTES && key[0] != '/' && key[length - 1] != '/'
           && strstr(key, "//") == NULL;
}

const char *turn_key(struct turn *turn, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    const char *key = print(turn, format, arguments);
    va_end(arguments);
    if (!good_key(key))
        turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "an id is empty or too long");
    return key;
}

void turn_trace(struct turn *turn, const char *format, ...)
{
    va_list arguments;

    if (turn->kit->options.trace == NULL || turn->outcome != 0)
        return;
    struct line *line = turn_room(turn, sizeof(*line));
    va_start(arguments, format);
    line->text = print(turn, format, arguments);
    va_end(arguments);
    *turn->last_line = line;
    turn->last_line = &line->next;
}

int turn_refuse(struct turn *turn, int code, const char *format, ...)
{
    va_list arguments;

    if (turn->outcome != 0)
        return turn->outcome;
    assert(code > 0);
    va_start(arguments, format);
    turn->reason = print(turn, format, arguments);
    va_end(arguments);
    if (turn->outcome == 0)
        turn->outcome = code;
    return turn->outcome;
}

/* ---- who ----------------------------------------------------------------------------------------- */

/* The unit of a source: what stands before its instance. */
static const char *unit_of(struct turn *turn, const char *source)
{
    return turn_text(turn, "%.*s", (int)strcspn(source, "."), source);
}

const char *turn_actor_unit(const struct turn *turn)
{
    if (turn->actor->unit[0] != '\0')
        return turn->actor->unit;
    return turn->source_unit;
}

const char *turn_actor_post(const struct turn *turn)
{
    return turn->actor->post;
}

bool turn_from(struct turn *turn, const char *unit)
{
    if (strcmp(turn_actor_unit(turn), unit) == 0)
        return true;
    turn_refuse(turn, TOWN__REFUSAL__NOT_ALLOWED, "%s is not for %s", turn->message,
                turn_actor_unit(turn));
    return false;
}

/* ---- series -------------------------------------------------------------------------------------- */

uint64_t turn_number(struct turn *turn, const char *series)
{
    if (!good_key(series)) {
        turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "an id is empty or too long");
        return 0;
    }
    KitRows__Series *row =
        writes_edit(turn, compose_table(turn->kit, KIT_SERIES), slice_text(series));
    return ++row->last;
}

const char *turn_new_case(struct turn *turn)
{
    int64_t day = clock_day(turn->now_ms);
    char *text = turn_room(turn, ID_CASE_SIZE);

    uint64_t running = turn_number(turn, turn_text(turn, "case %lld", (long long)day));
    if (turn->outcome != 0)
        return "";
    id_case_print(turn->kit->service->letter, day, (uint32_t)running, text);
    if (turn->case_id[0] == '\0')
        turn->case_id = text;
    return text;
}

/* ---- the message --------------------------------------------------------------------------------- */

static const char *text_of(struct turn *turn, struct slice bytes)
{
    char *text = turn_room(turn, bytes.size + 1);

    if (bytes.size > 0)
        memcpy(text, bytes.data, bytes.size);
    return text;
}

static void read_actor(struct turn *turn, struct slice bytes)
{
    static const Bus__Actor nobody = BUS__ACTOR__INIT;
    ProtobufCMessage *actor;
    const char *reason;

    turn->actor = &nobody;
    if (bytes.size == 0)
        return;
    int r = scan_unpack(&bus__actor__descriptor, bytes, turn->arena, &actor, &reason);
    if (r == 0)
        turn->actor = (const Bus__Actor *)actor;
    else
        turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "the actor: %s", reason);
}

static void read_subject(struct turn *turn, struct slice subject)
{
    char *text = turn_room(turn, subject.size + 1);

    memcpy(text, subject.data, subject.size);
    turn->service = text;
    text += strcspn(text, ".");
    *text++ = '\0';
    turn->message = text;
    text += strcspn(text, ".");
    *text++ = '\0';
    turn->unit = text;
}

static void clear(struct turn *turn)
{
    writes_reset(turn);
    turn->first_post = NULL;
    turn->last_post = &turn->first_post;
    turn->first_line = NULL;
    turn->last_line = &turn->first_line;
}

static void begin(struct turn *turn, const struct stored *stored)
{
    const struct envelope *envelope = &stored->envelope;

    clear(turn);
    turn->now_ms = stored->time_ms;
    turn->seq = stored->seq;
    turn->source = text_of(turn, stored->source);
    turn->source_unit = unit_of(turn, turn->source);
    turn->id = turn_text(turn, "%s/%u/%llu", turn->source, envelope->epoch,
                         (unsigned long long)envelope->number);
    read_subject(turn, envelope->subject);
    turn->case_id = text_of(turn, envelope->case_id);
    turn->cause = text_of(turn, envelope->cause);
    turn->traceparent = text_of(turn, envelope->traceparent);
    turn->priority = (Bus__Priority)(envelope->priority + 1);
    turn->exercise = envelope->exercise;
    turn->not_before_ms = envelope->not_before_ms;
    turn->body = envelope->body;
    read_actor(turn, envelope->actor);
}

/* ---- the turn ------------------------------------------------------------------------------------ */

static bool is_own(const struct turn *turn)
{
    return strcmp(turn->source, turn->kit->service->name) == 0;
}

static void handle(struct turn *turn, const struct heard *heard, const struct envelope *envelope)
{
    ProtobufCMessage *message = NULL;
    const char *reason;

    if (heard != NULL && is_own(turn) && turn->not_before_ms != 0
        && strcmp(turn->service, turn->kit->service->name) == 0)
        timers_consume(turn, heard);
    else if (envelope->expires_ms != 0 && envelope->expires_ms < turn->now_ms)
        turn_refuse(turn, TOWN__REFUSAL__REFUSED_EXPIRED, "it came after it expired");
    if (turn->is_early)
        return;
    if (turn->kit->service->any != NULL && turn->outcome == 0) {
        int r = turn->kit->service->any(turn);
        if (turn->outcome == 0)
            turn->outcome = r;
    }
    if (heard == NULL || turn->outcome != 0)
        return;
    size_t budget = turn->arena->budget_bytes;
    size_t left = 64 * turn->body.size + 4096;
    turn->arena->budget_bytes =
        turn->arena->used_bytes + (left < WIRE_UNPACK_BYTES ? left : WIRE_UNPACK_BYTES);
    int r = scan_unpack(heard->type, turn->body, turn->arena, &message, &reason);
    turn->arena->budget_bytes = budget;
    turn->arena->exhausted = false;
    if (r != 0) {
        turn_refuse(
            turn, r == SCAN_TOO_LARGE ? TOWN__REFUSAL__REFUSED_TOO_LARGE : TOWN__REFUSAL__BAD_FIELD,
            "the body: %s", reason);
        return;
    }
    for (uint32_t i = 0; i < heard->count && turn->outcome == 0; i++) {
        turn->command = heard->handlers[i].word;
        r = heard->handlers[i].handle(turn, message);
        if (turn->outcome == 0)
            turn->outcome = r;
    }
}

/* Everything that the turn did is forgotten, but that a timer has come; one Refused leaves. */
static void refuse(struct turn *turn, const struct heard *heard)
{
    Town__Refused refused = TOWN__REFUSED__INIT;

    refused.id = turn->id;
    refused.code = kit_refusal(turn->kit, (uint32_t)turn->outcome);
    refused.reason = turn->reason == NULL ? "" : turn->reason;
    refused.command = turn_text(turn, "%s.%s", turn->service, turn->message);
    turn->outcome = 0;
    clear(turn);
    if (turn->is_timer)
        timers_consume(turn, heard);
    turn_emit(turn, turn->source_unit, &refused.base);
    turn->first_line = NULL;
    turn->last_line = &turn->first_line;
    turn_trace(turn, "refuses: %s", refused.reason[0] == '\0' ? refused.code : refused.reason);
}

static int apply(struct turn *turn)
{
    struct batch *batch = turn->batch;

    int r = writes_apply(turn);
    if (r == 0)
        r = outbox_apply(turn);
    if (r < 0)
        return r;
    for (const struct line *line = turn->first_line; line != NULL; line = line->next)
        batch_line(batch, turn->seq, line->text);
    batch->state.cursor = turn->seq;
    if (turn->now_ms > batch->state.time_ms)
        batch->state.time_ms = turn->now_ms;
    return 0;
}

static struct turn turn_of(struct kit *kit, struct batch *batch, struct writes *writes)
{
    arena_reset(&kit->arena);
    kit->arena.budget_bytes = TURN_ARENA_BYTES;
    return (struct turn){ .kit = kit, .batch = batch, .arena = &kit->arena, .writes = writes };
}

static int is_parked(struct kit *kit, struct batch *batch, uint64_t seq)
{
    uint8_t key[8];
    struct slice value;

    if (batch->parked_count == 0)
        return 0;
    store_pack_u64(key, seq);
    int r =
        store_get(batch->txn, compose_table(kit, KIT_PARKED), slice_of(key, sizeof(key)), &value);
    return r < 0 ? r : r == 0;
}

static void split(struct slice subject, struct slice *ret_service, struct slice *ret_message)
{
    const char *text = subject.data;
    const char *dot = memchr(text, '.', subject.size);
    size_t first = dot == NULL ? subject.size : (size_t)(dot - text);
    size_t rest = dot == NULL ? 0 : subject.size - first - 1;

    *ret_service = slice_of(text, first);
    const char *second = dot == NULL ? "" : dot + 1;
    dot = memchr(second, '.', rest);
    *ret_message = slice_of(second, dot == NULL ? rest : (size_t)(dot - second));
}

int turn_run(struct kit *kit, struct batch *batch, const struct stored *stored)
{
    struct slice service;
    struct slice message;
    struct writes writes;

    if (stored->seq <= batch->state.cursor)
        return 0; /* its effect is here already */
    if (batch->state.restore_head != 0
        && slice_equal(stored->source, slice_text(kit->service->name))) {
        int r = restore_meet(kit, batch, stored);
        if (r != 0)
            return r;
    }
    split(stored->envelope.subject, &service, &message);
    const struct heard *heard = compose_heard(kit, service, message);
    bool anyway = kit->service->any != NULL
                  && (heard != NULL || compose_is_heard_anyway(kit, stored->envelope.subject));
    int r = heard == NULL && !anyway ? 1 : is_parked(kit, batch, stored->seq);
    if (r != 0) {
        batch->state.cursor = stored->seq;
        return r < 0 ? r : 0;
    }
    struct turn turn = turn_of(kit, batch, &writes);
    begin(&turn, stored);
    if (turn.outcome == 0)
        handle(&turn, heard, &stored->envelope);
    if (turn.outcome > 0)
        refuse(&turn, heard);
    return turn.outcome == 0 ? apply(&turn) : turn.outcome;
}

int turn_park(struct kit *kit, struct batch *batch, const struct stored *stored, const char *reason,
              uint32_t tries)
{
    KitRows__DeadLetter letter = KIT_ROWS__DEAD_LETTER__INIT;
    Town__Parked parked = TOWN__PARKED__INIT;
    struct writes writes;
    struct slice service;
    struct slice message;
    uint8_t key[8];

    struct turn turn = turn_of(kit, batch, &writes);
    begin(&turn, stored);
    turn.outcome = 0;
    split(stored->envelope.subject, &service, &message);
    const struct heard *heard = compose_heard(kit, service, message);
    if (heard != NULL && is_own(&turn) && turn.not_before_ms != 0)
        timers_consume(&turn, heard);
    turn.outcome = 0;
    store_pack_u64(key, stored->seq);
    letter.id = turn.id;
    letter.subject = text_of(&turn, stored->envelope.subject);
    letter.reason = reason;
    letter.tries = tries;
    struct slice row = turn_pack(&turn, &letter.base);
    parked.seq = stored->seq;
    parked.reason = reason;
    parked.tries = tries;
    turn_emit(&turn, turn.source_unit, &parked.base);
    turn.first_line = NULL;
    turn.last_line = &turn.first_line;
    turn_trace(&turn, "parks: %s", reason);
    if (turn.outcome < 0)
        return turn.outcome;
    int r = batch_put(batch, compose_table(kit, KIT_PARKED), slice_of(key, sizeof(key)), row);
    batch->parked_count++;
    return r < 0 ? r : apply(&turn);
}
