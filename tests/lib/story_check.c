/*
 * What every story proves besides its text: each service, told the same log afresh, comes to the
 * same rows and leaves the same messages; whatever is told twice, and whichever call of the store
 * fails on the way.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/log.h"
#include "lib/story_inside.h"
#include "town.pb-c.h"

enum { DIGEST_TABLES = 64, TELL_AT_ONCE = 512 };
enum { WHOLE_US = 4 * 1000 * 1000 }; /* so long each N is tried, for all services of a story */

/* ---- digests --------------------------------------------------------------------------------------- */

struct digests {
    struct {
        const char *table;
        uint64_t count;
        uint8_t digest[STORE_DIGEST_SIZE];
    } rows[DIGEST_TABLES];
    unsigned count;
};

static void add_digest(void *context, const char *table, uint64_t count,
                       const uint8_t digest[STORE_DIGEST_SIZE])
{
    struct digests *digests = context;

    ck_assert_uint_lt(digests->count, DIGEST_TABLES);
    digests->rows[digests->count].table = table;
    digests->rows[digests->count].count = count;
    memcpy(digests->rows[digests->count++].digest, digest, STORE_DIGEST_SIZE);
}

static void compare_digests(const struct actor_in_story *actor, struct kit *fresh, const char *how)
{
    struct digests a = { 0 };
    struct digests b = { 0 };

    ck_assert_int_eq(kit_digest(actor->kit, add_digest, &a), 0);
    ck_assert_int_eq(kit_digest(fresh, add_digest, &b), 0);
    ck_assert_uint_eq(a.count, b.count);
    for (unsigned i = 0; i < a.count; i++)
        ck_assert_msg(memcmp(a.rows[i].digest, b.rows[i].digest, STORE_DIGEST_SIZE) == 0,
                      "%s, %s: table %s is another (%llu rows live, %llu now)",
                      actor->service->name, how, a.rows[i].table,
                      (unsigned long long)a.rows[i].count, (unsigned long long)b.rows[i].count);
}

/* ---- one service, told the log ----------------------------------------------------------------------- */

struct telling {
    struct story *story;
    const struct actor_in_story *actor;
    const char *how;
    struct kit_options options;
    struct kit *kit;
    bool twice;
    struct fault_plan *plan; /* NULL: nothing fails, and nothing is counted          */
    unsigned fail_at;        /* where the plan says so; 0: calls are counted          */
    uint32_t at;             /* the message in hand                                   */
    uint64_t failed;         /* calls                                                 */
    uint64_t expected;       /* the last number that was met on the log               */
    const struct told *next_own;
};

static void open_kit(struct telling *telling)
{
    ck_assert_int_eq(kit_open(&telling->options, &telling->kit), 0);
}

static bool fails(const struct telling *telling, uint32_t at, enum fault_way way)
{
    return telling->plan != NULL && telling->fail_at != 0
           && fault_plan_fails(telling->plan, at, way);
}

/* Sets the trap for what comes now. */
static void arm(struct telling *telling, enum fault_way way)
{
    store_fail_at(kit_store(telling->kit), fails(telling, telling->at, way) ? telling->fail_at : 0);
}

/* How it went: a process that cannot go on is started again. */
static bool again(struct telling *telling, enum fault_way way, int r)
{
    unsigned calls = store_fail_at(kit_store(telling->kit), 0);

    if (telling->plan != NULL && telling->fail_at == 0)
        fault_plan_count(telling->plan, telling->at, way, calls);
    if (!fails(telling, telling->at, way)) {
        ck_assert_msg(r == 0, "%s, %s: fault %d", telling->actor->service->name, telling->how, r);
        return false;
    }
    telling->failed += calls >= telling->fail_at;
    if (r == 0)
        return false;
    kit_close(telling->kit);
    open_kit(telling);
    return true;
}

static void take(struct telling *telling, uint64_t last, const struct stored *messages,
                 uint32_t count)
{
    int r;

    arm(telling, FAULT_TAKE);
    do
        r = kit_take(telling->kit, last, messages, count);
    while (again(telling, FAULT_TAKE, r));
}

static void fire(struct telling *telling, uint64_t now_ms)
{
    int r;

    arm(telling, FAULT_FIRE);
    do
        r = kit_fire(telling->kit, now_ms);
    while (again(telling, FAULT_FIRE, r));
}

/* An envelope behind its epoch and number: a number may differ where a store was made anew. */
static struct slice behind_numbers(struct slice bytes)
{
    const uint8_t *at = bytes.data;
    const uint8_t *end = at + bytes.size;

    while (at < end && (*at == 0x08 || *at == 0x10)) {
        at++;
        while (at < end && *at >= 0x80)
            at++;
        at++;
    }
    return slice_of(at, (size_t)(end - at));
}

static int on_outgoing(void *context, uint64_t number, struct slice envelope)
{
    struct telling *telling = context;
    const struct stored *met = &telling->next_own->stored;

    ck_assert_msg(slice_equal(behind_numbers(envelope), behind_numbers(met->envelope.bytes)),
                  "%s, %s: message %llu is not what is on the log at seq %llu (%.*s)",
                  telling->actor->service->name, telling->how, (unsigned long long)number,
                  (unsigned long long)met->seq, (int)met->envelope.subject.size,
                  (const char *)met->envelope.subject.data);
    telling->expected = number;
    return 1;
}

/* One of its own messages is met on the log: its outbox has had it. */
static void meet(struct telling *telling, const struct told *told)
{
    int r;

    telling->next_own = told;
    arm(telling, FAULT_MEET);
    do
        r = kit_outbox(telling->kit, telling->expected + 1, on_outgoing, telling);
    while (again(telling, FAULT_MEET, r == 1 ? 0 : r < 0 ? r : 1000));
    kit_stored(telling->kit, telling->expected);
}

static bool is_of(const struct telling *telling, const struct told *told)
{
    return slice_equal(told->stored.source, slice_text(telling->actor->service->name));
}

static bool says(const struct told *told, const char *message)
{
    struct slice subject = told->stored.envelope.subject;
    const char *dot = memchr(subject.data, '.', subject.size);

    return dot != NULL && strncmp(dot + 1, message, strlen(message)) == 0;
}

/* What comes from outside of the turns happens again: a timer is due, a question is asked. */
static bool comes_from_outside(struct telling *telling, const struct told *told)
{
    uint64_t number;

    if (!is_of(telling, told))
        return false;
    if (says(told, "Accessed.") || says(told, "Parked.")) {
        struct slice bytes = behind_numbers(told->stored.envelope.bytes);
        ck_assert_int_eq(kit_accessed(telling->kit, &bytes, 1, &number), 0);
        return true;
    }
    if (told->stored.envelope.not_before_ms == 0)
        return false;
    fire(telling, told->stored.time_ms);
    return true;
}

static bool stands_alone(const struct telling *telling, const struct told *told)
{
    return is_of(telling, told)
           && (says(told, "Accessed.") || says(told, "Parked.")
               || told->stored.envelope.not_before_ms != 0);
}

/* What was parked is skipped by every fold. */
static void skip_parked(struct telling *telling, uint32_t from)
{
    struct arena arena;
    ProtobufCMessage *parked;
    const char *reason;

    arena_open(&arena, 64 << 10);
    for (uint32_t at = from; at < telling->story->count; at++) {
        const struct told *told = &telling->story->log[at];
        if (!is_of(telling, told) || !says(told, "Parked."))
            continue;
        arena_reset(&arena);
        ck_assert_int_eq(scan_unpack(&town__parked__descriptor, told->stored.envelope.body, &arena,
                                     &parked, &reason),
                         0);
        ck_assert_int_eq(kit_skip(telling->kit, ((const Town__Parked *)parked)->seq), 0);
    }
    arena_close(&arena);
}

/* Whether it is told by itself: it came from outside, or its calls are counted, or one fails. */
static bool alone(const struct telling *telling, uint32_t at)
{
    return stands_alone(telling, &telling->story->log[at])
           || (telling->plan != NULL && telling->fail_at == 0) || fails(telling, at, FAULT_TAKE);
}

static void tell(struct telling *telling, uint32_t from)
{
    const struct story *story = telling->story;
    struct stored *messages = calloc(2 * TELL_AT_ONCE, sizeof(*messages));

    ck_assert_ptr_nonnull(messages);
    skip_parked(telling, from);
    for (uint32_t at = from; at < story->count;) {
        uint32_t count = 0;
        uint32_t taken = 0;
        telling->at = at;
        comes_from_outside(telling, &story->log[at]);
        do {
            messages[count++] = story->log[at + taken].stored;
            if (telling->twice)
                messages[count++] = story->log[at + taken].stored;
            taken++;
        } while (taken < TELL_AT_ONCE && at + taken < story->count && !alone(telling, at)
                 && !alone(telling, at + taken));
        take(telling, at + taken, messages, count);
        if (telling->twice)
            take(telling, at + taken, messages, count);
        for (; taken > 0; taken--, at++) {
            telling->at = at;
            if (is_of(telling, &story->log[at]))
                meet(telling, &story->log[at]);
        }
    }
    free(messages);
}

static int on_left_over(void *context, uint64_t number, struct slice envelope)
{
    const struct telling *telling = context;

    (void)envelope;
    ck_abort_msg("%s, %s: message %llu was never on the log", telling->actor->service->name,
                 telling->how, (unsigned long long)number);
    return 1;
}

static void finish(struct telling *telling)
{
    ck_assert_int_eq(kit_outbox(telling->kit, telling->expected + 1, on_left_over, telling), 0);
    compare_digests(telling->actor, telling->kit, telling->how);
    kit_close(telling->kit);
}

/* ---- the checks -------------------------------------------------------------------------------------- */

static void tell_afresh(struct story *story, const struct actor_in_story *actor, const char *how,
                        bool twice)
{
    char name[128];
    struct telling telling = { .story = story, .actor = actor, .how = how, .twice = twice };

    snprintf(name, sizeof(name), "%s.%s", actor->service->name, how);
    telling.options = (struct kit_options){ .service = actor->service,
                                            .path = test_path(name),
                                            .map_bytes = 256 << 20 };
    open_kit(&telling);
    ck_assert_int_eq(kit_begin(telling.kit, 1, 1), 0);
    tell(&telling, 0);
    finish(&telling);
}

static void copy_file(const char *from, const char *to)
{
    char *bytes;
    size_t size;

    ck_assert_int_eq(io_read_file(from, 512 << 20, &bytes, &size), 0);
    ck_assert_int_eq(io_replace_file(to, slice_of(bytes, size), 0600), 0);
    free(bytes);
}

/* The store as it was when the town was open: its numbers go on from there. */
static void put_opened(const struct actor_in_story *actor, const char *path)
{
    char from[4096];
    char to[4096];

    ck_assert_int_eq(io_make_directory(path), 0);
    snprintf(from, sizeof(from), "%s/data.mdb", actor->opened_path);
    snprintf(to, sizeof(to), "%s/data.mdb", path);
    copy_file(from, to);
}

/* The Nth call fails where the plan says so; 0: none does, and they are counted.  How many failed. */
static uint64_t tell_with_fault(struct story *story, const struct actor_in_story *actor,
                                struct fault_plan *plan, unsigned nth)
{
    char name[128];
    char how[64];
    char file[4200];
    struct telling telling = { .story = story, .actor = actor, .plan = plan, .fail_at = nth };

    snprintf(how, sizeof(how), "when call %u of a message fails", nth);
    snprintf(name, sizeof(name), "%s.fault%u", actor->service->name, nth);
    telling.how = how;
    telling.options = (struct kit_options){ .service = actor->service,
                                            .path = test_path(name),
                                            .map_bytes = 256 << 20 };
    char *path = story_copy(telling.options.path);
    telling.options.path = path;
    if (actor->opened_path != NULL)
        put_opened(actor, path);
    open_kit(&telling);
    if (actor->opened_path == NULL)
        ck_assert_int_eq(kit_begin(telling.kit, 1, 1), 0);
    telling.expected = kit_state(telling.kit).number;
    tell(&telling, actor->opened_at);
    finish(&telling);
    snprintf(file, sizeof(file), "%s/data.mdb", path);
    unlink(file);
    free(path);
    return telling.failed;
}

/* Each N while there is time; then some of them, fewer the later it is. */
static unsigned next_fault(unsigned nth, bool all, uint64_t begun_us)
{
    uint64_t late = (clock_steady_us() - begun_us) / WHOLE_US;

    return nth + 1 + (unsigned)(all ? 0 : nth * late / 4);
}

static void tell_with_faults(struct story *story, const struct actor_in_story *actor, bool all,
                             uint64_t begun_us)
{
    struct fault_plan *plan = fault_plan_open(story, actor->opened_at, all);
    uint64_t failed = 0;

    say_set_level(SAY_SILENT);
    tell_with_fault(story, actor, plan, 0);
    for (unsigned nth = 1; fault_plan_choose(plan, nth); nth = next_fault(nth, all, begun_us))
        failed += tell_with_fault(story, actor, plan, nth);
    /* A story that only opens its town leaves nothing to fail. */
    ck_assert_msg(failed > 0 || story->count == actor->opened_at,
                  "no call of the store could be made to fail");
    say_set_level(SAY_INFO);
    say_info("story.faults", "service=%s messages=%u calls=%u failed=%llu", actor->service->name,
             story->count - actor->opened_at, fault_plan_most(plan), (unsigned long long)failed);
    fault_plan_close(plan);
}

void story_check(struct story *story)
{
    const char *faults = getenv("CAREBUS_FAULTS");

    for (uint32_t i = 0; i < story->actor_count; i++) {
        const struct actor_in_story *actor = &story->actors[i];
        tell_afresh(story, actor, "replay", false);
        tell_afresh(story, actor, "twice", true);
    }
    if (faults == NULL || (strcmp(faults, "yes") != 0 && strcmp(faults, "all") != 0))
        return;
    bool all = strcmp(faults, "all") == 0;
    uint64_t begun_us = clock_steady_us();
    for (uint32_t i = 0; i < story->actor_count; i++)
        tell_with_faults(story, &story->actors[i], all, begun_us);
}
