#include "lib/story.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "cli/town_files.h"
#include "kit/json.h"
#include "kit/words.h"
#include "lib/story_inside.h"
#include "wire/limits.h"

enum { ARENA_BYTES = 64 << 20, ROUNDS = 10000 };

/* ---- memory of the harness: a story that lacks it has failed --------------------------------------- */

void *story_grow(void *old, size_t size)
{
    void *larger = realloc(old, size);

    ck_assert_ptr_nonnull(larger);
    return larger;
}

char *story_copy(const char *text)
{
    char *copy = strdup(text);

    ck_assert_ptr_nonnull(copy);
    return copy;
}

/* ---- the trace ------------------------------------------------------------------------------------- */

void story_write(struct story *story, const char *format, ...)
{
    char line[1024];
    va_list arguments;

    if (story->quiet)
        return;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof(line) - 1, format, arguments);
    va_end(arguments);
    size_t size = (size_t)length < sizeof(line) - 1 ? (size_t)length : sizeof(line) - 2;
    line[size] = '\n';
    if (story->text_size + size + 2 > story->text_room) {
        story->text_room = 2 * story->text_room + size + 4096;
        story->text = story_grow(story->text, story->text_room);
    }
    memcpy(story->text + story->text_size, line, size + 1);
    story->text_size += size + 1;
    story->text[story->text_size] = '\0';
}

/* A service says what its turn did: kept until the message is everywhere. */
static void on_line(void *context, uint64_t seq, const char *text)
{
    struct story *story = context;

    if (story->quiet)
        return;
    if (story->line_count == story->line_room) {
        story->line_room = 2 * story->line_room + 64;
        story->lines = story_grow(story->lines, story->line_room * sizeof(*story->lines));
    }
    story->lines[story->line_count++] =
        (struct story_line){ .seq = seq, .actor = story->tracing, .text = story_copy(text) };
}

static bool is_subjects_service(const struct story *story, unsigned actor, const struct told *told)
{
    const char *name = story->actors[actor].service->name;
    struct slice subject = told->stored.envelope.subject;
    size_t length = strlen(name);

    return subject.size > length && memcmp(subject.data, name, length) == 0
           && ((const char *)subject.data)[length] == '.';
}

static void write_message(struct story *story, const struct told *told, unsigned actor, bool own)
{
    const struct stored *stored = &told->stored;
    struct slice subject = stored->envelope.subject;
    const char *text = subject.data;
    const char *last = memrchr(text, '.', subject.size);

    story_write(story, "%.*s/%u/%llu %.*s%s%s", (int)stored->source.size,
                (const char *)stored->source.data, stored->envelope.epoch,
                (unsigned long long)stored->envelope.number, (int)(last - text), text,
                own ? "" : " at ", own ? "" : story->actors[actor].service->name);
}

static void write_turns(struct story *story, const struct told *told)
{
    for (unsigned i = 0; i < story->actor_count; i++) {
        bool own = is_subjects_service(story, i, told);
        bool said = false;
        for (uint32_t k = 0; k < story->line_count; k++) {
            if (story->lines[k].actor != i || story->lines[k].seq != told->stored.seq)
                continue;
            if (!said)
                write_message(story, told, i, own);
            said = true;
            story_write(story, "    %s", story->lines[k].text);
        }
    }
}

static void drop_lines(struct story *story)
{
    for (uint32_t i = 0; i < story->line_count; i++)
        free(story->lines[i].text);
    story->line_count = 0;
}

const char *story_text(struct story *story)
{
    return story->text == NULL ? "" : story->text;
}

void story_forget(struct story *story)
{
    story->text_size = 0;
    if (story->text != NULL)
        story->text[0] = '\0';
}

/* ---- the log --------------------------------------------------------------------------------------- */

void story_append(struct story *story, const char *source, struct slice envelope)
{
    if (story->count == story->room) {
        story->room = 2 * story->room + 256;
        story->log = story_grow(story->log, story->room * sizeof(*story->log));
    }
    struct told *told = &story->log[story->count++];
    told->bytes = story_grow(NULL, scan_stored_size(slice_text(source), envelope));
    scan_stored_pack(story->count, story->now_ms, slice_text(source), envelope, told->bytes);
    ck_assert_int_eq(
        scan_stored(slice_of(told->bytes, scan_stored_size(slice_text(source), envelope)),
                    &told->stored),
        0);
}

static struct teller *teller_of(struct story *story, const char *source)
{
    for (uint32_t i = 0; i < story->teller_count; i++)
        if (strcmp(story->tellers[i].source, source) == 0)
            return &story->tellers[i];
    ck_assert_uint_lt(story->teller_count, STORY_PRODUCERS);
    struct teller *teller = &story->tellers[story->teller_count++];
    snprintf(teller->source, sizeof(teller->source), "%s", source);
    return teller;
}

struct drain {
    struct story *story;
    struct actor_in_story *actor;
};

static int on_outgoing(void *context, uint64_t number, struct slice envelope)
{
    struct drain *drain = context;

    ck_assert_uint_eq(number, drain->actor->published + 1);
    story_append(drain->story, drain->actor->service->name, envelope);
    drain->actor->published = number;
    return 0;
}

void story_drain(struct story *story, struct actor_in_story *actor)
{
    struct drain drain = { story, actor };

    ck_assert_int_eq(kit_outbox(actor->kit, actor->published + 1, on_outgoing, &drain), 0);
    kit_stored(actor->kit, actor->published);
}

static void take_some(struct story *story, unsigned index, uint32_t count)
{
    struct actor_in_story *actor = &story->actors[index];
    struct stored *messages = story_grow(NULL, (count + 1) * sizeof(*messages));

    story->tracing = index;
    for (uint32_t i = 0; i < count; i++)
        messages[i] = story->log[actor->taken + i].stored;
    actor->taken += count;
    ck_assert_int_eq(kit_take(actor->kit, actor->taken, messages, count), 0);
    free(messages);
}

/* Message by message, each at every service, until nothing new is on the log. */
void story_run(struct story *story)
{
    uint32_t rounds = 0;

    while (story->actor_count > 0 && story->actors[0].taken < story->count) {
        const struct told *told = &story->log[story->actors[0].taken];
        for (unsigned i = 0; i < story->actor_count; i++)
            take_some(story, i, 1);
        write_turns(story, told);
        drop_lines(story);
        for (unsigned i = 0; i < story->actor_count; i++)
            story_drain(story, &story->actors[i]);
        ck_assert_msg(rounds++ < ROUNDS, "the services never come to rest");
    }
}

/* All that is there in one go: for the opening of the town. */
static void run_fast(struct story *story)
{
    bool any = true;

    while (any) {
        any = false;
        for (unsigned i = 0; i < story->actor_count; i++) {
            if (story->actors[i].taken < story->count) {
                take_some(story, i, story->count - story->actors[i].taken);
                any = true;
            }
            story_drain(story, &story->actors[i]);
        }
    }
}

/* ---- open and close -------------------------------------------------------------------------------- */

uint64_t story_time(const char *text)
{
    uint64_t ms;

    ck_assert_msg(clock_parse(text, &ms) == 0, "%s is no time", text);
    return ms;
}

struct story *story_open(const char *start, ...)
{
    struct story *story = calloc(1, sizeof(*story));
    const struct service *service;
    va_list services;

    ck_assert_ptr_nonnull(story);
    say_setup("story");
    arena_open(&story->arena, ARENA_BYTES);
    story->now_ms = story_time(start);
    va_start(services, start);
    while ((service = va_arg(services, const struct service *)) != NULL) {
        struct actor_in_story *actor = &story->actors[story->actor_count++];
        struct kit_options options = { .service = service,
                                       .path = test_path(service->name),
                                       .map_bytes = 256 << 20,
                                       .trace = on_line,
                                       .context = story };
        ck_assert_uint_le(story->actor_count, STORY_SERVICES);
        actor->service = service;
        ck_assert_int_eq(kit_open(&options, &actor->kit), 0);
        ck_assert_int_eq(kit_begin(actor->kit, 1, 1), 0);
    }
    va_end(services);
    return story;
}

void story_close(struct story *story)
{
    story_cover(story);
    story_check(story);
    for (uint32_t i = 0; i < story->actor_count; i++) {
        kit_close(story->actors[i].kit);
        free(story->actors[i].opened_path);
    }
    for (uint32_t i = 0; i < story->count; i++)
        free(story->log[i].bytes);
    drop_lines(story);
    free(story->lines);
    free(story->log);
    free(story->text);
    free(story->answer);
    free(story->last);
    arena_close(&story->arena);
    free(story);
}

struct kit *story_kit(struct story *story, const char *service)
{
    for (uint32_t i = 0; i < story->actor_count; i++)
        if (strcmp(story->actors[i].service->name, service) == 0)
            return story->actors[i].kit;
    ck_abort_msg("%s is not in this story", service);
    return NULL;
}

/* ---- who says what --------------------------------------------------------------------------------- */

/* `hcz.cli as hcz.deputy hcz-s2 for hcz.head` */
const char *story_who(struct story *story, const char *who, Bus__Actor *actor)
{
    char *text = arena_text(&story->arena, who);
    char *rest = NULL;
    const char *source = strtok_r(text, " ", &rest);
    const char *word = strtok_r(NULL, " ", &rest);

    actor->unit = arena_print(&story->arena, "%.*s", (int)strcspn(source, "."), source);
    if (word == NULL)
        return source;
    ck_assert_msg(strcmp(word, "as") == 0, "%s: not `SOURCE as POST PERSON for POST`", who);
    actor->post = strtok_r(NULL, " ", &rest);
    ck_assert_ptr_nonnull(actor->post);
    while ((word = strtok_r(NULL, " ", &rest)) != NULL) {
        if (strcmp(word, "for") == 0)
            actor->acting_for = strtok_r(NULL, " ", &rest);
        else
            actor->person = word;
    }
    return source;
}

static struct slice pack(struct story *story, const ProtobufCMessage *message)
{
    size_t size = protobuf_c_message_get_packed_size(message);
    uint8_t *bytes = arena_alloc(&story->arena, size + 1);

    ck_assert_ptr_nonnull(bytes);
    protobuf_c_message_pack(message, bytes);
    return slice_of(bytes, size);
}

struct slice story_body(struct story *story, const char *subject, const char *format,
                        va_list arguments)
{
    char text[64 << 10];
    ProtobufCMessage *message;
    const char *error;
    json_t *value;

    const ProtobufCMessageDescriptor *type = words_of_subject(slice_text(subject));
    ck_assert_msg(type != NULL, "%s names no message", subject);
    int length = vsnprintf(text, sizeof(text), format, arguments);
    ck_assert_uint_lt((size_t)length, sizeof(text));
    for (char *at = text; *at != '\0'; at++)
        if (*at == '\'')
            *at = '"';
    ck_assert_msg(json_parse(text, (size_t)length, &story->arena, &value, &error) == 0, "%s: %s",
                  text, error);
    ck_assert_msg(json_to_message(value, type, &story->arena, &message, &error) == 0, "%s: %s",
                  subject, error);
    struct slice body = pack(story, message);
    json_decref(value);
    return body;
}

static Bus__Priority priority_of(const char *name)
{
    if (name == NULL)
        return BUS__PRIORITY__PRIORITY_ABSENT;
    const ProtobufCEnumValue *value =
        protobuf_c_enum_descriptor_get_value_by_name(&bus__priority__descriptor, name);
    ck_assert_msg(value != NULL, "%s is no priority", name);
    return (Bus__Priority)value->value;
}

static void publish(struct story *story, const char *source, const Bus__Actor *actor,
                    const char *subject, struct slice body)
{
    Bus__Envelope envelope = BUS__ENVELOPE__INIT;
    struct envelope scanned;
    const char *reason;

    envelope.epoch = 1;
    envelope.number = ++teller_of(story, source)->number;
    envelope.subject = subject;
    envelope.case_id = story->next_case == NULL ? "" : story->next_case;
    envelope.priority = priority_of(story->next_priority);
    envelope.actor = (Bus__Actor *)(uintptr_t)actor;
    envelope.body.data = (uint8_t *)(uintptr_t)body.data;
    envelope.body.len = body.size;
    struct slice bytes = pack(story, &envelope.base);
    int r = scan_envelope(bytes, &scanned, &reason);
    ck_assert_msg(r == 0, "%s: %s", subject, reason);
    story_append(story, source, bytes);
    story->next_case = NULL;
    story->next_priority = NULL;
}

void story_bytes(struct story *story, const char *who, const char *subject, struct slice body)
{
    Bus__Actor actor = BUS__ACTOR__INIT;

    publish(story, story_who(story, who, &actor), &actor, subject, body);
    story_run(story);
    arena_reset(&story->arena);
}

void story_say(struct story *story, const char *who, const char *subject, const char *body, ...)
{
    Bus__Actor actor = BUS__ACTOR__INIT;
    va_list arguments;

    va_start(arguments, body);
    struct slice bytes = story_body(story, subject, body, arguments);
    va_end(arguments);
    publish(story, story_who(story, who, &actor), &actor, subject, bytes);
    story_run(story);
    arena_reset(&story->arena);
}

void story_case(struct story *story, const char *case_id)
{
    story->next_case = arena_text(&story->arena, case_id);
}

void story_priority(struct story *story, const char *priority)
{
    story->next_priority = priority;
}

/* ---- the town -------------------------------------------------------------------------------------- */

static int on_town_command(void *context, const struct town_command *command)
{
    struct story *story = context;
    Bus__Actor actor = BUS__ACTOR__INIT;
    char source[80];

    actor.unit = command->unit;
    actor.post = command->post == NULL ? "" : command->post;
    snprintf(source, sizeof(source), "%s.load", command->unit);
    publish(story, source, &actor, command->subject, pack(story, command->message));
    return 0;
}

void story_town(struct story *story)
{
    struct arena arena;
    const char *error = "";

    bool was_quiet = story->quiet;
    story->quiet = true;
    arena_open(&arena, TOWN_ARENA_BYTES);
    int r = town_files_each(test_source("services/town"), story->now_ms, &arena, on_town_command,
                            story, &error);
    ck_assert_msg(r == 0, "services/town: %s", error);
    arena_close(&arena);
    arena_reset(&story->arena);
    run_fast(story);
    drop_lines(story);
    story->quiet = was_quiet;
    for (uint32_t i = 0; i < story->actor_count; i++) {
        struct actor_in_story *actor = &story->actors[i];
        char name[80];
        snprintf(name, sizeof(name), "%s.opened", actor->service->name);
        actor->opened_path = story_copy(test_path(name));
        actor->opened_at = actor->taken;
        ck_assert_int_eq(kit_tidy(actor->kit), 0);
        ck_assert_int_eq(store_copy(kit_store(actor->kit), actor->opened_path), 0);
    }
}
