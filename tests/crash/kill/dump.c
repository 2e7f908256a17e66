/*
 * What is there in the end: the log, told once more, folded into every service afresh; the stores.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/crc.h"
#include "crash/kill/kill.h"
#include "kit/inside.h"
#include "lib/place.h"
#include "toy/toy.h"
#include "toy_rows.pb-c.h"

#define SERVICE(name) extern const struct service name##_service;
#include "all_services.h"
#undef SERVICE
#define SERVICE(name) &name##_service,
static const struct service *const services[] = {
#include "all_services.h"
    &toy_service,
    &boss_service,
};
#undef SERVICE

enum { SERVICES = sizeof(services) / sizeof(services[0]), DIGESTS = 64, WAIT_US = 30 * 1000000 };

/* ---- the log ------------------------------------------------------------------------------------------ */

struct told {
    uint8_t *bytes;
    struct stored stored;
};

struct log_told {
    struct told *told;
    uint32_t count;
    uint32_t room;
    uint64_t head;
    uint64_t last;
};

static void on_welcome(void *context, const Bus__Welcome *welcome)
{
    ((struct log_told *)context)->head = welcome->head;
}

static void on_deliver(void *context, uint64_t first, uint64_t last, const struct stored *messages,
                       uint32_t count)
{
    struct log_told *log = context;

    (void)first;
    log->last = last;
    for (uint32_t i = 0; i < count; i++) {
        if (log->count == log->room) {
            log->room = 2 * log->room + 1024;
            log->told = realloc(log->told, log->room * sizeof(*log->told));
            if (log->told == NULL)
                give_up("no memory");
        }
        struct told *told = &log->told[log->count++];
        told->bytes = malloc(messages[i].bytes.size);
        if (told->bytes == NULL)
            give_up("no memory");
        memcpy(told->bytes, messages[i].bytes.data, messages[i].bytes.size);
        scan_stored(slice_of(told->bytes, messages[i].bytes.size), &told->stored);
    }
}

static const struct client_calls calls = { .welcome = on_welcome, .deliver = on_deliver };

static void read_log(struct socket_context *context, const char *dir, struct log_told *log)
{
    static const char *const all[] = { ">" };
    struct client *client = place_client(context, dir, "operator", "", &calls, log, false);
    uint64_t begun_us = clock_steady_us();

    client_subscribe(client, all, 1, 1, 0);
    while (log->head == 0 || log->last < log->head) {
        client_step(client, 10);
        if (clock_steady_us() - begun_us > WAIT_US)
            give_up("the log ends at %llu and was told up to %llu only",
                    (unsigned long long)log->head, (unsigned long long)log->last);
    }
    client_close(client);
}

static uint32_t digest_of(struct slice body)
{
    return crc32c(0, body.data, body.size);
}

static bool says(const struct stored *stored, const char *message)
{
    struct slice subject = stored->envelope.subject;
    const char *dot = memchr(subject.data, '.', subject.size);

    return dot != NULL && strncmp(dot + 1, message, strlen(message)) == 0;
}

static void write_log(const struct log_told *log, FILE *history)
{
    for (uint32_t i = 0; i < log->count; i++) {
        const struct stored *stored = &log->told[i].stored;
        const struct envelope *envelope = &stored->envelope;
        fprintf(history, "stored %llu %llu %.*s/%u/%llu %.*s %08x %.*s %llu\n",
                (unsigned long long)stored->seq, (unsigned long long)stored->time_ms,
                (int)stored->source.size, (const char *)stored->source.data, envelope->epoch,
                (unsigned long long)envelope->number, (int)envelope->subject.size,
                (const char *)envelope->subject.data, digest_of(envelope->body),
                envelope->cause.size == 0 ? 1 : (int)envelope->cause.size,
                envelope->cause.size == 0 ? "-" : (const char *)envelope->cause.data,
                (unsigned long long)envelope->not_before_ms);
    }
}

/* Whose data was read: what the question named. */
static void write_traces(const struct log_told *log, FILE *history)
{
    struct arena arena;
    ProtobufCMessage *message;
    const char *reason;

    arena_open(&arena, 1 << 20);
    for (uint32_t i = 0; i < log->count; i++) {
        const struct stored *stored = &log->told[i].stored;
        arena_reset(&arena);
        if (!slice_equal(stored->source, slice_text("toy")) || !says(stored, "Accessed.")
            || scan_unpack(&town__accessed__descriptor, stored->envelope.body, &arena, &message,
                           &reason)
                   != 0)
            continue;
        const Town__Accessed *accessed = (const Town__Accessed *)message;
        fprintf(history, "accessed %llu %s\n", (unsigned long long)stored->seq,
                accessed->n_persons > 0 ? accessed->persons[0] : "-");
    }
    arena_close(&arena);
}

/* ---- one service -------------------------------------------------------------------------------------- */

struct folding {
    const struct service *service;
    FILE *history;
    bool moves; /* its moves are told */
};

static void on_line(void *context, uint64_t seq, const char *line)
{
    struct folding *folding = context;
    const char *colon = strchr(line, ':');
    const char *arrow = strstr(line, " -> ");

    (void)seq;
    if (!folding->moves || colon == NULL || arrow == NULL)
        return;
    fprintf(folding->history, "move %s %.*s %.*s %s\n", folding->service->name, (int)(colon - line),
            line, (int)(arrow - colon - 2), colon + 2, arrow + 4);
}

static int on_derived(void *context, uint64_t number, struct slice bytes)
{
    struct folding *folding = context;
    struct envelope envelope;
    const char *reason;

    (void)number;
    if (scan_envelope(bytes, &envelope, &reason) != 0)
        give_up("%s derived what is no envelope: %s", folding->service->name, reason);
    fprintf(folding->history, "emit %s %.*s %08x\n", folding->service->name,
            (int)envelope.cause.size, (const char *)envelope.cause.data, digest_of(envelope.body));
    return 0;
}

static void fold(struct kit *kit, const struct log_told *log, uint64_t cursor)
{
    struct stored messages[512];
    struct arena arena;
    ProtobufCMessage *message;
    const char *reason;

    arena_open(&arena, 1 << 20);
    for (uint32_t i = 0; i < log->count; i++) {
        const struct stored *stored = &log->told[i].stored;
        arena_reset(&arena);
        if (slice_equal(stored->source, slice_text(kit->service->name)) && says(stored, "Parked.")
            && scan_unpack(&town__parked__descriptor, stored->envelope.body, &arena, &message,
                           &reason)
                   == 0
            && kit_skip(kit, ((const Town__Parked *)message)->seq) != 0)
            give_up("%s: a parked message cannot be skipped", kit->service->name);
    }
    arena_close(&arena);
    for (uint32_t at = 0; at < log->count && log->told[at].stored.seq <= cursor;) {
        uint32_t count = 0;
        while (count < 512 && at + count < log->count
               && log->told[at + count].stored.seq <= cursor) {
            messages[count] = log->told[at + count].stored;
            count++;
        }
        if (kit_take(kit, messages[count - 1].seq, messages, count) != 0)
            give_up("%s cannot fold the log", kit->service->name);
        at += count;
    }
}

struct digests {
    uint8_t digest[DIGESTS][STORE_DIGEST_SIZE];
    unsigned count;
};

static void add_digest(void *context, const char *table, uint64_t count,
                       const uint8_t digest[STORE_DIGEST_SIZE])
{
    struct digests *digests = context;

    (void)table;
    (void)count;
    if (digests->count < DIGESTS)
        memcpy(digests->digest[digests->count++], digest, STORE_DIGEST_SIZE);
}

static void write_replay(struct kit *live, struct kit *fresh, FILE *history)
{
    struct digests a = { 0 };
    struct digests b = { 0 };

    if (kit_digest(live, add_digest, &a) != 0 || kit_digest(fresh, add_digest, &b) != 0)
        give_up("no digest of %s", live->service->name);
    fprintf(history, "replay %s %s\n", live->service->name,
            memcmp(&a, &b, sizeof(a)) == 0 ? "equal" : "different");
}

struct unsent {
    uint64_t count;
};

static int on_unsent(void *context, uint64_t number, struct slice bytes)
{
    struct unsent *unsent = context;
    struct envelope envelope;
    const char *reason;

    (void)number;
    /* Timers and traces are no emits. */
    if (scan_envelope(bytes, &envelope, &reason) == 0 && envelope.not_before_ms == 0
        && memmem(envelope.subject.data, envelope.subject.size, ".Accessed.", 10) == NULL
        && memmem(envelope.subject.data, envelope.subject.size, ".Parked.", 8) == NULL)
        unsent->count++;
    return 0;
}

static void write_unsent(struct kit *live, const struct log_told *log, FILE *history)
{
    struct unsent unsent = { 0 };
    uint64_t last = 0;

    for (uint32_t i = 0; i < log->count; i++)
        if (slice_equal(log->told[i].stored.source, slice_text(live->service->name))
            && log->told[i].stored.envelope.epoch == kit_state(live).epoch)
            last = log->told[i].stored.envelope.number;
    if (kit_outbox(live, last + 1, on_unsent, &unsent) != 0)
        give_up("the outbox of %s cannot be read", live->service->name);
    fprintf(history, "unsent %s %llu\n", live->service->name, (unsigned long long)unsent.count);
}

/* Timers that wait and are not on their way. */
static void write_pending(struct kit *live, FILE *history)
{
    struct store_txn *txn;
    struct store_cursor *cursor;
    struct slice key;
    struct slice value;
    struct slice mark;

    if (store_begin_read(live->store, &txn) != 0
        || store_cursor_open(txn, compose_table(live, KIT_TIMERS), (struct slice){ 0 }, &cursor)
               != 0)
        give_up("the timers of %s cannot be read", live->service->name);
    while (store_cursor_next(cursor, &key, &value) == 0)
        if (store_get(txn, compose_table(live, KIT_FIRED), key, &mark) == STORE_ABSENT)
            fprintf(history, "pending %s %llu\n", live->service->name,
                    (unsigned long long)store_unpack_u64(key.data));
    store_cursor_close(cursor);
    store_abort(txn);
}

static void write_journal(struct kit *live, FILE *history)
{
    struct store_txn *txn;
    struct store_cursor *cursor;
    struct slice key;
    struct slice value;
    struct arena arena;

    arena_open(&arena, 1 << 20);
    if (store_begin_read(live->store, &txn) != 0
        || store_cursor_open(txn, compose_table(live, JOURNAL), (struct slice){ 0 }, &cursor) != 0)
        give_up("the journal cannot be read");
    while (store_cursor_next(cursor, &key, &value) == 0) {
        arena_reset(&arena);
        const ToyRows__Entry *entry =
            (const ToyRows__Entry *)writes_unpack(&toy_rows__entry__descriptor, value, &arena);
        if (entry == NULL)
            give_up("a line of the journal cannot be read");
        fprintf(
            history, "effect toy %llu %s %s\n",
            strtoull(arena_print(&arena, "%.*s", (int)key.size, (const char *)key.data), NULL, 10),
            entry->id, entry->digest);
    }
    store_cursor_close(cursor);
    store_abort(txn);
    arena_close(&arena);
}

static void write_arrows(const struct service *service, FILE *history)
{
    for (const struct machine *machine = service->machines;
         machine != NULL && machine->moves != NULL; machine++)
        for (const struct move *move = machine->moves; !move_ends(move); move++)
            fprintf(history, "arrow %s %s %s\n", service->name,
                    compose_enum(machine->states, move->from),
                    compose_enum(machine->states, move->to));
}

static void write_service(const char *dir, const struct service *service,
                          const struct log_told *log, FILE *history)
{
    struct folding folding = { .service = service,
                               .history = history,
                               .moves = service == &toy_service };
    char live_path[4096];
    char fresh_path[4096];
    struct kit *live;
    struct kit *fresh;

    snprintf(live_path, sizeof(live_path), "%s/store/%s", dir, service->name);
    snprintf(fresh_path, sizeof(fresh_path), "%s/store/%s.fresh", dir, service->name);
    struct kit_options live_options = { .service = service, .path = live_path };
    struct kit_options fresh_options = {
        .service = service, .path = fresh_path, .trace = on_line, .context = &folding
    };
    if (kit_open(&live_options, &live) != 0 || kit_open(&fresh_options, &fresh) != 0
        || kit_begin(fresh, kit_state(live).log_id, 1) != 0)
        give_up("the store of %s cannot be opened", service->name);
    if (folding.moves)
        write_arrows(service, history);
    fold(fresh, log, kit_state(live).cursor);
    fprintf(history, "emits %s\nupto %s %llu\n", service->name, service->name,
            (unsigned long long)kit_state(live).cursor);
    if (kit_outbox(fresh, 1, on_derived, &folding) != 0)
        give_up("the outbox of %s cannot be read", service->name);
    write_unsent(live, log, history);
    write_replay(live, fresh, history);
    write_pending(live, history);
    if (service == &toy_service)
        write_journal(live, history);
    kit_close(live);
    kit_close(fresh);
}

void dump_write(struct socket_context *context, const char *dir, uint64_t quiet_ms, FILE *history)
{
    struct log_told log = { 0 };

    read_log(context, dir, &log);
    write_log(&log, history);
    write_traces(&log, history);
    for (uint32_t i = 0; i < SERVICES; i++)
        write_service(dir, services[i], &log, history);
    fprintf(history, "end %llu\n", (unsigned long long)quiet_ms);
    for (uint32_t i = 0; i < log.count; i++)
        free(log.told[i].bytes);
    free(log.told);
}
