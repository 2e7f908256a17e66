/*
 * --replay: folds the log from its start into a scratch store and compares it, table by table, with
 * the live one.  The live service is asked for its digests first, and says at which seq they were
 * taken; the fold goes exactly so far.  When it is not running its store is read directly.
 */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "kit/inside.h"
#include "kit/process.h"
#include "town.pb-c.h"

enum { ASK_MS = 30 * 1000, STALL_US = 60 * 1000 * 1000, STEP_MS = 100, ARENA_BYTES = 8 << 20 };

struct table_digest {
    char table[80];
    uint64_t count;
    uint8_t digest[STORE_DIGEST_SIZE];
};

struct digests {
    uint64_t cursor;
    struct table_digest tables[STORE_TABLES];
    unsigned count;
};

enum replay_stage { ASK, PARKED, FOLD, DONE };

struct replay {
    struct process *process;
    struct client *client;
    struct kit *kit;
    struct arena arena;
    enum replay_stage stage;
    uint64_t log_id;
    uint64_t head;
    struct digests live;
    struct digests folded;
    uint64_t moved_us; /* when something came last */
    int status;        /* not 0: it failed, and that was said */
};

static void fail(struct replay *replay, int status, const char *reason)
{
    if (replay->status == 0)
        say_error("replay.failed", "service=%s reason=\"%s\"", replay->process->service->name,
                  reason);
    replay->status = status;
}

/* ---- digests ------------------------------------------------------------------------------------- */

static void add_digest(void *context, const char *table, uint64_t count,
                       const uint8_t digest[STORE_DIGEST_SIZE])
{
    struct digests *digests = context;
    struct table_digest *one = &digests->tables[digests->count++];

    snprintf(one->table, sizeof(one->table), "%s", table);
    one->count = count;
    memcpy(one->digest, digest, STORE_DIGEST_SIZE);
}

/* The store itself, when nobody serves it. */
static void read_live_store(struct replay *replay)
{
    char path[PROCESS_PATH];
    struct kit_options options = { .service = replay->process->service, .path = path };
    struct kit *kit;

    process_path(replay->process, path, "store/%s", replay->process->service->name);
    int r = access(path, F_OK) == 0 ? kit_open(&options, &kit) : STORE_ABSENT;
    if (r == 0) {
        replay->live.cursor = kit_state(kit).cursor;
        r = kit_digest(kit, add_digest, &replay->live);
        if (r == 0 && kit_state(kit).restore_head != 0)
            r = KIT_DIFFERS;
        kit_close(kit);
    }
    if (r == STORE_ABSENT)
        fail(replay, EXIT_NO_INPUT, "there is no store to compare with");
    else if (r == STORE_BUSY)
        fail(replay, EXIT_UNAVAILABLE, "the service runs but does not answer yet");
    else if (r == KIT_DIFFERS)
        fail(replay, EXIT_UNAVAILABLE, "the store is being rebuilt from the log");
    else if (r != 0)
        fail(replay, r < 0 ? err_exit_status(r) : EXIT_BAD_CONFIG, "the store cannot be read");
}

static void take_digests(struct replay *replay, const Bus__Answer *answer)
{
    ProtobufCMessage *message;
    const char *reason;

    arena_reset(&replay->arena);
    if (answer->refusal != 0
        || scan_unpack(&town__digest_answer__descriptor,
                       slice_of(answer->body.data, answer->body.len), &replay->arena, &message,
                       &reason)
               != 0) {
        fail(replay, EXIT_UNAVAILABLE, "the service does not tell its digests");
        return;
    }
    const Town__DigestAnswer *digests = (const Town__DigestAnswer *)message;
    replay->live.cursor = digests->cursor;
    for (size_t i = 0; i < digests->n_tables && i < STORE_TABLES; i++)
        if (digests->tables[i]->digest.len == STORE_DIGEST_SIZE)
            add_digest(&replay->live, digests->tables[i]->table, digests->tables[i]->count,
                       digests->tables[i]->digest.data);
}

/* ---- the fold ------------------------------------------------------------------------------------ */

static void scratch_path(const struct replay *replay, char path[PROCESS_PATH])
{
    process_path(replay->process, path, "store/%s.replay", replay->process->service->name);
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *where)
{
    (void)status;
    (void)kind;
    (void)where;
    return remove(path);
}

static void subscribe(struct replay *replay)
{
    char parked[128];
    const char *const parked_filter[] = { parked };
    uint32_t count;
    const char *const *filters = kit_filters(replay->kit, &count);
    int r;

    snprintf(parked, sizeof(parked), "%s.Parked.*", replay->process->service->name);
    r = replay->stage == PARKED ? client_subscribe(replay->client, parked_filter, 1, 1, 0)
                                : client_subscribe(replay->client, filters, count, 1, 0);
    if (r != 0)
        fail(replay, EXIT_IO, "the subscription is not accepted");
}

/* The digests are here: the fold begins. */
static void begin(struct replay *replay)
{
    char path[PROCESS_PATH];
    struct kit_options options = { .service = replay->process->service,
                                   .path = path,
                                   .scratch = true };

    if (replay->status != 0)
        return;
    scratch_path(replay, path);
    nftw(path, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
    int r = kit_open(&options, &replay->kit);
    if (r == 0)
        r = kit_begin(replay->kit, replay->log_id, 1);
    if (r != 0) {
        fail(replay, r < 0 ? err_exit_status(r) : EXIT_RUNNING, "no scratch store can be made");
        return;
    }
    replay->stage = replay->live.cursor == 0 ? DONE : PARKED;
    if (replay->stage == PARKED)
        subscribe(replay);
}

static void on_welcome(void *context, const Bus__Welcome *welcome)
{
    struct replay *replay = context;
    Bus__Actor actor = BUS__ACTOR__INIT;
    char subject[160];

    replay->moved_us = clock_steady_us();
    if (replay->stage != ASK)
        return;
    replay->log_id = welcome->log_id;
    replay->head = welcome->head;
    actor.unit = replay->process->service->name;
    snprintf(subject, sizeof(subject), "%s.Digest.%s", replay->process->service->name,
             replay->process->service->name);
    if (client_query(replay->client, subject, (struct slice){ 0 }, ASK_MS, &actor, NULL) != 0)
        fail(replay, EXIT_UNAVAILABLE, "the service cannot be asked");
}

static void on_answer(void *context, uint64_t request, const Bus__Answer *answer,
                      const Bus__Reject *reject)
{
    struct replay *replay = context;

    (void)request;
    replay->moved_us = clock_steady_us();
    if (answer != NULL)
        take_digests(replay, answer);
    else if (reject->code == BUS__CODE__NO_SERVICE)
        read_live_store(replay);
    else
        fail(replay,
             reject->code == BUS__CODE__NOT_PERMITTED ? EXIT_NOT_PERMITTED : EXIT_UNAVAILABLE,
             reject->reason);
    begin(replay);
}

static int skip_parked(struct replay *replay, const struct stored *message)
{
    ProtobufCMessage *parked;
    const char *reason;

    arena_reset(&replay->arena);
    if (!slice_equal(message->source, slice_text(replay->process->service->name))
        || scan_unpack(&town__parked__descriptor, message->envelope.body, &replay->arena, &parked,
                       &reason)
               != 0)
        return 0;
    return kit_skip(replay->kit, ((const Town__Parked *)parked)->seq);
}

static void on_deliver(void *context, uint64_t first, uint64_t last, const struct stored *messages,
                       uint32_t count)
{
    struct replay *replay = context;
    int r = 0;

    (void)first;
    replay->moved_us = clock_steady_us();
    if (replay->status != 0)
        return;
    if (replay->stage == PARKED) {
        for (uint32_t i = 0; r == 0 && i < count; i++)
            r = skip_parked(replay, &messages[i]);
        if (r == 0 && last >= replay->live.cursor) {
            replay->stage = FOLD;
            subscribe(replay);
        }
    } else if (replay->stage == FOLD) {
        while (count > 0 && messages[count - 1].seq > replay->live.cursor)
            count--;
        last = last < replay->live.cursor ? last : replay->live.cursor;
        r = kit_take(replay->kit, last, messages, count);
        if (r == 0 && last >= replay->live.cursor)
            replay->stage = DONE;
    }
    if (r != 0)
        fail(replay, err_exit_status(r), "the fold faulted");
}

static void on_rejected(void *context, const Bus__Reject *reject)
{
    struct replay *replay = context;

    fail(replay, reject->code == BUS__CODE__NOT_PERMITTED ? EXIT_NOT_PERMITTED : EXIT_UNAVAILABLE,
         reject->reason);
}

static const struct client_calls calls = {
    .welcome = on_welcome,
    .rejected = on_rejected,
    .deliver = on_deliver,
    .answer = on_answer,
};

/* ---- the verdict --------------------------------------------------------------------------------- */

static const struct table_digest *find(const struct digests *digests, const char *table)
{
    for (unsigned i = 0; i < digests->count; i++)
        if (strcmp(digests->tables[i].table, table) == 0)
            return &digests->tables[i];
    return NULL;
}

static int compare(struct replay *replay)
{
    unsigned differences = replay->live.count != replay->folded.count;

    for (unsigned i = 0; i < replay->folded.count; i++) {
        const struct table_digest *folded = &replay->folded.tables[i];
        const struct table_digest *live = find(&replay->live, folded->table);
        bool equal = live != NULL && live->count == folded->count
                     && memcmp(live->digest, folded->digest, STORE_DIGEST_SIZE) == 0;
        differences += !equal;
        printf("%-28s %10llu rows  %s\n", folded->table, (unsigned long long)folded->count,
               equal          ? "equal"
               : live == NULL ? "not in the live store"
                              : "DIFFERS");
    }
    printf("%s: %s at seq %llu\n", replay->process->service->name,
           differences == 0 ? "the replay equals the live store" : "the replay is another",
           (unsigned long long)replay->live.cursor);
    return differences == 0 ? 0 : EXIT_CORRUPT;
}

static int fold(struct replay *replay)
{
    struct client_options options = {
        .instance = "replay", .epoch = 1, .service = "", .calls = &calls, .context = replay
    };

    int r = process_client(replay->process, &options, &replay->client);
    replay->moved_us = clock_steady_us();
    while (r >= 0 && replay->status == 0 && replay->stage != DONE) {
        r = client_step(replay->client, STEP_MS);
        if (clock_steady_us() - replay->moved_us > STALL_US)
            fail(replay, EXIT_UNAVAILABLE, "the broker does not answer");
    }
    if (r >= 0 && replay->status == 0)
        r = kit_digest(replay->kit, add_digest, &replay->folded);
    if (r < 0)
        return err_exit_status(r);
    return replay->status != 0 ? replay->status : compare(replay);
}

int replay_run(struct process *process)
{
    char path[PROCESS_PATH];
    struct replay *replay = calloc(1, sizeof(*replay));

    if (replay == NULL)
        return err_exit_status(FAULT(-ENOMEM));
    replay->process = process;
    arena_open(&replay->arena, ARENA_BYTES);
    int status = fold(replay);
    client_close(replay->client);
    kit_close(replay->kit);
    scratch_path(replay, path);
    nftw(path, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
    arena_close(&replay->arena);
    free(replay);
    return status;
}
