/*
 * A monkey at every desk: commands of all services with any value in any field, in an order that
 * nobody would choose, and time that passes in between.
 *
 * No handler may crash, fault or leave another state when the log is folded again (story_close asks
 * that); each command has its outcome.  MONKEY_SEED and MONKEY_MESSAGES in the environment choose
 * another run, or a longer one; an odd seed opens the town first.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "kit/service.h"
#include "lib/story.h"

extern const struct service organisation_service;
extern const struct service registry_service;
extern const struct service hotline_service;
extern const struct service referral_service;
extern const struct service supervision_service;

enum { MESSAGES = 120, DEPTH_MOST = 3, LIST_MOST = 3, ARENA_BYTES = 1 << 20 };

static const struct service *const services[] = { &organisation_service, &registry_service,
                                                  &hotline_service, &referral_service,
                                                  &supervision_service };
enum { SERVICES = sizeof(services) / sizeof(services[0]) };

static const char *const texts[] = {
    "",    "p1",  "p2",  "p3",       "a1",         "n1",       "n2",           "t1",
    "hcz", "hcs", "dqb", "hcz.desk", "vc.head",    "MEDICINE", "FOOD",         "p1/n1",
    "sjb", "lg",  "x",   "hcz-s4",   "2023-01-18", "RESCUE",   "319999000001", "陈家塘",
};

static const char *const people[] = {
    "hcz as hcz.desk hcz-s4",
    "hcs as hcs.head hcs-s1",
    "dqb as dqb.head dqb-s1",
    "lg as lg.duty lg-s1",
    "operator",
    "sjb as sjb.head sjb-s1",
    "lg as lg.head lg-s2",
    "hcz",
};

static unsigned state;

static uint32_t below(uint32_t limit)
{
    return (uint32_t)rand_r(&state) % limit;
}

/* ---- a body --------------------------------------------------------------------------------------- */

static ProtobufCMessage *make(struct arena *arena, const ProtobufCMessageDescriptor *type,
                              uint64_t now_ms, unsigned depth);

static size_t size_of(ProtobufCType type)
{
    switch (type) {
    case PROTOBUF_C_TYPE_STRING:
        return sizeof(const char *);
    case PROTOBUF_C_TYPE_BYTES:
        return sizeof(ProtobufCBinaryData);
    case PROTOBUF_C_TYPE_MESSAGE:
        return sizeof(ProtobufCMessage *);
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_DOUBLE:
        return 8;
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
    case PROTOBUF_C_TYPE_SFIXED32:
    case PROTOBUF_C_TYPE_FLOAT:
    case PROTOBUF_C_TYPE_BOOL:
    case PROTOBUF_C_TYPE_ENUM:
        break;
    }
    return 4;
}

static uint64_t some_number(const char *name, uint64_t now_ms)
{
    size_t length = strlen(name);

    if (below(20) == 0)
        return UINT64_MAX >> below(64);
    if (length > 3 && strcmp(name + length - 3, "_ms") == 0)
        return now_ms + ((uint64_t)below(200) << 20) - (100ULL << 20);
    return below(6);
}

static void put(struct arena *arena, const ProtobufCFieldDescriptor *field, void *place,
                uint64_t now_ms, unsigned depth)
{
    const ProtobufCEnumDescriptor *values = field->descriptor;
    uint64_t number = some_number(field->name, now_ms);

    if (field->type == PROTOBUF_C_TYPE_STRING)
        *(const char **)place = texts[below(sizeof(texts) / sizeof(texts[0]))];
    else if (field->type == PROTOBUF_C_TYPE_MESSAGE)
        *(ProtobufCMessage **)place = make(arena, field->descriptor, now_ms, depth + 1);
    else if (field->type == PROTOBUF_C_TYPE_ENUM)
        *(int *)place = (int)below(values->n_values + 1);
    else if (field->type == PROTOBUF_C_TYPE_BOOL)
        *(protobuf_c_boolean *)place = (protobuf_c_boolean)below(2);
    else if (field->type != PROTOBUF_C_TYPE_BYTES)
        memcpy(place, &number, size_of(field->type));
}

static void put_list(struct arena *arena, const ProtobufCFieldDescriptor *field,
                     ProtobufCMessage *message, uint64_t now_ms, unsigned depth)
{
    uint8_t *at = (uint8_t *)message;
    size_t count = below(LIST_MOST);
    uint8_t *list = arena_alloc(arena, count * size_of(field->type) + 1);

    for (size_t i = 0; i < count; i++)
        put(arena, field, list + i * size_of(field->type), now_ms, depth);
    memcpy(at + field->quantifier_offset, &count, sizeof(count));
    memcpy(at + field->offset, &list, sizeof(void *));
}

static ProtobufCMessage *make(struct arena *arena, const ProtobufCMessageDescriptor *type,
                              uint64_t now_ms, unsigned depth)
{
    ProtobufCMessage *message = arena_alloc(arena, type->sizeof_message);

    protobuf_c_message_init(type, message);
    for (unsigned i = 0; i < type->n_fields && depth <= DEPTH_MOST; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];
        if (below(5) == 0 || (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0)
            continue;
        if (field->label == PROTOBUF_C_LABEL_REPEATED)
            put_list(arena, field, message, now_ms, depth);
        else
            put(arena, field, (uint8_t *)message + field->offset, now_ms, depth);
    }
    return message;
}

/* ---- a message ------------------------------------------------------------------------------------- */

/* A command of the service's own, told to it. */
static const ProtobufCMessageDescriptor *command_of(const struct service *service)
{
    unsigned count = 0;

    while (service->commands[count].message != NULL)
        count++;
    while (true) {
        const struct command *command = &service->commands[below(count)];
        const char *package = command->message->package_name;
        if (command->of == NULL
            && (strcmp(package, service->name) == 0 || strcmp(package, "town") == 0))
            return command->message;
    }
}

static void say_something(struct story *story, struct arena *arena)
{
    static const char *const units[] = { "hcz", "hcs", "dqb", "lg", "town", "p1", "319999000001" };
    const struct service *service = services[below(SERVICES)];
    const ProtobufCMessageDescriptor *type = command_of(service);
    char subject[128];

    arena_reset(arena);
    ProtobufCMessage *message = make(arena, type, story_now(story), 1);
    size_t size = protobuf_c_message_get_packed_size(message);
    uint8_t *bytes = arena_alloc(arena, size + 1);
    protobuf_c_message_pack(message, bytes);
    if (below(15) == 0 && size > 0)
        bytes[below((uint32_t)size)] ^= (uint8_t)(1u << below(8));
    snprintf(subject, sizeof(subject), "%s.%s.%s", service->name, type->short_name,
             units[below(sizeof(units) / sizeof(units[0]))]);
    const char *who = people[below(sizeof(people) / sizeof(people[0]))];
    if (below(3) == 0)
        story_case(story, below(2) == 0 ? "H-20230118-0001-4" : "R-20230118-0002-1");
    if (below(8) == 0)
        story_priority(story, "P0");
    story_bytes(story, who, subject, slice_of(bytes, size));
}

static void run(unsigned seed, unsigned messages)
{
    static const char *const spans[] = { "1 s", "10 min", "2 h", "1 d", "3 d" };
    struct arena arena;

    state = seed;
    say_set_level(SAY_SILENT);
    printf("MONKEY_SEED=%u MONKEY_MESSAGES=%u\n", seed, messages);
    fflush(stdout);
    struct story *story =
        story_open("2023-01-18T09:00", &organisation_service, &registry_service, &hotline_service,
                   &referral_service, &supervision_service, NULL);
    if (seed % 2 == 1)
        story_town(story);
    arena_open(&arena, ARENA_BYTES);
    for (unsigned i = 0; i < messages; i++) {
        say_something(story, &arena);
        if (below(10) == 0)
            story_later(story, spans[below(sizeof(spans) / sizeof(spans[0]))]);
        story_forget(story);
    }
    printf("%u messages on the log, %u refusals, %u parked\n", story_count(story, ">"),
           story_count(story, "*.Refused.*"), story_count(story, "*.Parked.*"));
    fflush(stdout);
    arena_close(&arena);
    story_close(story);
}

static void run_seed(unsigned usual)
{
    const char *seed = getenv("MONKEY_SEED");
    const char *messages = getenv("MONKEY_MESSAGES");

    run(seed == NULL ? usual : (unsigned)strtoul(seed, NULL, 10),
        messages == NULL ? MESSAGES : (unsigned)strtoul(messages, NULL, 10));
}

START_TEST(no_order_of_messages_breaks_a_town)
{
    run_seed(1);
}
END_TEST

START_TEST(nor_a_town_that_has_not_opened)
{
    run_seed(2);
}
END_TEST

TESTS(no_order_of_messages_breaks_a_town, nor_a_town_that_has_not_opened)
