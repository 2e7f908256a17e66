/*
 * The town, opened once: what services/town says becomes the first messages of a log, the
 * services take them, and what they say about it is on the log too.  Every seed begins there.
 */
#include "sim/town/town.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/io.h"
#include "cli/town_files.h"
#include "core/filter.h"
#include "sim/town/memory.h"

enum { AT_ONCE = 512, UNITS_MOST = 128, PERMISSIONS_BYTES = 1 << 20, CREDIT_EVERY = 1000 };

/* 2023-01-18T09:00 */
static const uint64_t begin_ms = 1674003600000;

/* Each service's own header has words in common with the others'; here only the tables count. */
#define SERVICE(name) extern const struct service name##_service;
#include "all_services.h"
#undef SERVICE
#define SERVICE(name) &name##_service,
static const struct service *const services[] = {
#include "all_services.h"
    NULL,
};
#undef SERVICE

enum { TOWN_SERVICES = sizeof(services) / sizeof(services[0]) - 1 };

static void narrow(struct sim *sim, struct core_limits *limits)
{
    limits->lane_window = 2 + (uint32_t)sim_roll(sim, 30);
    limits->feed_bytes = 2000 + (uint32_t)sim_roll(sim, 100000);
    limits->publish_messages = 8 + (uint32_t)sim_roll(sim, 100);
}

struct sim_cast town_cast = {
    .boxes = { "hcz", "hcs" },
    .begin_ms = begin_ms,
    .rate = TOWN_RATE,
    .wrongs = 1U << WRONG_ACK_FIRST | 1U << WRONG_INDEX_FIRST | 1U << WRONG_FORGET
              | 1U << WRONG_LOST_COMMIT | 1U << WRONG_NO_SYNC | 1U << WRONG_OWN_CLOCK
              | 1U << WRONG_SENT_IS_DONE,
    .limits = narrow,
    .enter = scenes_enter,
    .judge = scenes_judge,
};

const struct service *town_service(unsigned index)
{
    return services[index];
}

void town_image(const char *name, char path[64])
{
    snprintf(path, 64, "town/%s", name);
}

/* ---- what the town is made of ------------------------------------------------------------------------------ */

static struct arena arena;
static struct permit_unit units[UNITS_MOST];
static struct core_world world;
static struct kit *kits[TOWN_SERVICES];
static uint64_t published[TOWN_SERVICES];
static uint64_t sessions;

static const char *source_path(const char *name)
{
    const char *source = getenv("CAREBUS_SOURCE");

    return arena_print(&arena, "%s/%s", source == NULL ? "." : source, name);
}

static int read_units(void)
{
    const struct town_unit *found;
    const char *error;
    uint32_t count;
    size_t size;
    char *text;

    int r = town_files_units(source_path("services/town"), &arena, &found, &count, &error);
    if (r == 0)
        r = io_read_file(source_path("services/town/permissions.csv"), PERMISSIONS_BYTES, &text,
                         &size);
    if (r != 0 || count + TOWN_SERVICES > UNITS_MOST) {
        fprintf(stderr, "the town's tables cannot be read from %s\n", source_path("services/town"));
        return -1;
    }
    town_cast.permissions = text;
    for (uint32_t i = 0; i < count; i++)
        units[i] = (struct permit_unit){ found[i].unit, found[i].group };
    for (uint32_t i = 0; services[i] != NULL; i++)
        units[count++] = (struct permit_unit){ services[i]->name, "service" };
    town_cast.units = units;
    town_cast.unit_count = count;
    return 0;
}

/* ---- opening ------------------------------------------------------------------------------------------------ */

static void hello(const char *unit, const char *instance)
{
    Bus__Hello hello = BUS__HELLO__INIT;

    hello.instance = instance;
    hello.epoch = 1;
    hello.version = 1;
    core_world_step(
        &world,
        &(struct core_event){ .kind = CORE_HELLO, .peer = ++sessions, .hello = { unit, &hello } });
}

static void publish(struct slice bytes)
{
    struct core_message message;
    uint64_t before = world.appended;

    if (!core_world_scan(bytes, &message))
        abort();
    core_world_step(
        &world,
        &(struct core_event){ .kind = CORE_PUBLISH, .peer = sessions, .publish = { &message, 1 } });
    if (world.appended == before) {
        fprintf(stderr, "the broker does not take %.*s\n", (int)message.subject.size,
                (const char *)message.subject.data);
        abort();
    }
    if (world.appended - world.durable > CREDIT_EVERY)
        core_world_commit(&world, UINT64_MAX);
}

struct opening {
    char unit[64];
    uint64_t number;
};

static int on_command(void *context, const struct town_command *command)
{
    struct opening *opening = context;
    Bus__Envelope envelope = BUS__ENVELOPE__INIT;
    Bus__Actor actor = BUS__ACTOR__INIT;

    /* A unit may come twice: then its numbers go on. */
    if (strcmp(opening->unit, command->unit) != 0) {
        snprintf(opening->unit, sizeof(opening->unit), "%s", command->unit);
        hello(command->unit, "load");
        core_world_commit(&world, UINT64_MAX);
        opening->number = 0;
        char source[80];
        snprintf(source, sizeof(source), "%s.load", command->unit);
        for (uint64_t i = 0; i < world.appended; i++)
            opening->number += strcmp(world.log[i].source, source) == 0;
    }
    actor.unit = command->unit;
    actor.post = command->post == NULL ? "" : command->post;
    envelope.actor = &actor;
    envelope.epoch = 1;
    envelope.number = ++opening->number;
    envelope.subject = command->subject;
    envelope.body.len = protobuf_c_message_get_packed_size(command->message);
    envelope.body.data = malloc(envelope.body.len + 1);
    size_t size = bus__envelope__get_packed_size(&envelope);
    uint8_t *bytes = malloc(size + 1);
    if (bytes == NULL || envelope.body.data == NULL)
        abort();
    protobuf_c_message_pack(command->message, envelope.body.data);
    bus__envelope__pack(&envelope, bytes);
    publish(slice_of(bytes, size));
    free(bytes);
    free(envelope.body.data);
    return 0;
}

static int on_outgoing(void *context, uint64_t number, struct slice envelope)
{
    unsigned *index = context;

    publish(envelope);
    published[*index] = number;
    return 0;
}

static bool is_for(struct kit *kit, struct slice subject)
{
    uint32_t count;
    const char *const *filters = kit_filters(kit, &count);

    for (uint32_t i = 0; i < count; i++)
        if (filter_match(slice_text(filters[i]), subject))
            return true;
    return false;
}

/* A part of the log that is new to the service; false: there is nothing. */
static bool take_some(unsigned index)
{
    static struct stored messages[AT_ONCE];
    uint8_t *bytes[AT_ONCE];
    uint64_t seq = kit_state(kits[index]).cursor + 1;
    uint32_t count = 0;

    if (seq > world.durable)
        return false;
    for (; seq <= world.durable && count < AT_ONCE; seq++) {
        struct world_message message;
        if (!core_world_message(&world, seq, &message)
            || !is_for(kits[index], message.message.subject))
            continue;
        struct slice source = slice_text(message.source);
        uint32_t size = scan_stored_size(source, message.message.bytes);
        bytes[count] = malloc(size);
        if (bytes[count] == NULL)
            abort();
        scan_stored_pack(seq, message.time_ms, source, message.message.bytes, bytes[count]);
        if (scan_stored(slice_of(bytes[count], size), &messages[count]) != 0)
            abort();
        count++;
    }
    if (kit_take(kits[index], seq - 1, messages, count) != 0)
        abort();
    while (count > 0)
        free(bytes[--count]);
    return true;
}

static void run(void)
{
    bool any = true;

    while (any) {
        any = false;
        for (unsigned i = 0; i < TOWN_SERVICES; i++) {
            while (take_some(i))
                any = true;
            hello(services[i]->name, "");
            if (kit_outbox(kits[i], published[i] + 1, on_outgoing, &i) != 0)
                abort();
            core_world_commit(&world, UINT64_MAX);
            kit_stored(kits[i], published[i]);
        }
    }
}

int town_open(void)
{
    struct core_options options = { .log_id = 1, .rate = 1, .limits = core_limits_default() };
    struct opening opening = { .unit = "" };
    const char *error = "";
    char path[64];

    arena_open(&arena, TOWN_ARENA_BYTES);
    if (read_units() != 0 || scenes_open(source_path("tests/sim/town/scenes.txt")) != 0)
        return -1;
    core_world_open(&world, &options, town_cast.permissions, units, town_cast.unit_count);
    world.now_ms = begin_ms;
    for (unsigned i = 0; i < TOWN_SERVICES; i++) {
        town_image(services[i]->name, path);
        struct kit_options kit = { .service = services[i], .path = path };
        if (kit_open(&kit, &kits[i]) != 0 || kit_begin(kits[i], 1, 1) != 0)
            return -1;
    }
    if (town_files_each(source_path("services/town"), begin_ms, &arena, on_command, &opening,
                        &error)
        != 0) {
        fprintf(stderr, "services/town: %s\n", error);
        return -1;
    }
    core_world_commit(&world, UINT64_MAX);
    run();
    for (unsigned i = 0; i < TOWN_SERVICES; i++) {
        if (kit_tidy(kits[i]) != 0)
            return -1;
        kit_close(kits[i]);
    }
    core_world_save(&world);
    town_cast.rows = &world.rows;
    town_cast.log = world.log;
    town_cast.log_count = world.durable;
    return 0;
}

void town_close(void)
{
    scenes_close();
    core_world_close(&world);
    memory_free();
    free((void *)(uintptr_t)town_cast.permissions);
    arena_close(&arena);
}
