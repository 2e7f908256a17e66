#include "lib/story.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/id.h"
#include "base/io.h"
#include "base/log.h"
#include "cli/town_files.h"
#include "core/filter.h"
#include "kit/json.h"
#include "kit/words.h"
#include "lib/story_inside.h"
#include "town.pb-c.h"
#include "wire/limits.h"

enum { ARENA_BYTES = 64 << 20, SPAN_TEXT = 64, ROUNDS = 10000 };

/* ---- memory of the harness: a story that lacks it has failed --------------------------------------- */

static void *grow(void *old, size_t size)
{
    void *larger = realloc(old, size);

    ck_assert_ptr_nonnull(larger);
    return larger;
}

static char *copy_text(const char *text)
{
    char *copy = strdup(text);

    ck_assert_ptr_nonnull(copy);
    return copy;
}

/* ---- the trace ------------------------------------------------------------------------------------- */

static void write_line(struct story *story, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void write_line(struct story *story, const char *format, ...)
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
        story->text = grow(story->text, story->text_room);
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
        story->lines = grow(story->lines, story->line_room * sizeof(*story->lines));
    }
    story->lines[story->line_count++] =
        (struct story_line){ .seq = seq, .actor = story->tracing, .text = copy_text(text) };
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

    write_line(story, "%.*s/%u/%llu %.*s%s%s", (int)stored->source.size,
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
            write_line(story, "    %s", story->lines[k].text);
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
        story->log = grow(story->log, story->room * sizeof(*story->log));
    }
    struct told *told = &story->log[story->count++];
    told->bytes = grow(NULL, scan_stored_size(slice_text(source), envelope));
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

static void drain_outbox(struct story *story, struct actor_in_story *actor)
{
    struct drain drain = { story, actor };

    ck_assert_int_eq(kit_outbox(actor->kit, actor->published + 1, on_outgoing, &drain), 0);
    kit_stored(actor->kit, actor->published);
}

static void take_some(struct story *story, unsigned index, uint32_t count)
{
    struct actor_in_story *actor = &story->actors[index];
    struct stored *messages = grow(NULL, (count + 1) * sizeof(*messages));

    story->tracing = index;
    for (uint32_t i = 0; i < count; i++)
        messages[i] = story->log[actor->taken + i].stored;
    actor->taken += count;
    ck_assert_int_eq(kit_take(actor->kit, actor->taken, messages, count), 0);
    free(messages);
}

/* Message by message, each at every service, until nothing new is on the log. */
static void run(struct story *story)
{
    uint32_t rounds = 0;

    while (story->actor_count > 0 && story->actors[0].taken < story->count) {
        const struct told *told = &story->log[story->actors[0].taken];
        for (unsigned i = 0; i < story->actor_count; i++)
            take_some(story, i, 1);
        write_turns(story, told);
        drop_lines(story);
        for (unsigned i = 0; i < story->actor_count; i++)
            drain_outbox(story, &story->actors[i]);
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
            drain_outbox(story, &story->actors[i]);
        }
    }
}

/* ---- open and close -------------------------------------------------------------------------------- */

static uint64_t time_of(const char *text)
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
    story->now_ms = time_of(start);
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

/* What its services have stated, for the check that every event and refusal is in some story. */
static void write_cover(const struct story *story)
{
    const char *folder = getenv("CAREBUS_COVER");
    struct arena arena;
    char path[4096];

    if (folder == NULL || io_make_directory(folder) != 0)
        return;
    snprintf(path, sizeof(path), "%s/%d", folder, (int)getpid());
    FILE *file = fopen(path, "a");
    ck_assert_ptr_nonnull(file);
    arena_open(&arena, 1 << 20);
    for (uint32_t i = 0; i < story->count; i++) {
        const struct stored *stored = &story->log[i].stored;
        ProtobufCMessage *message;
        const char *reason;
        fprintf(file, "%.*s %.*s\n", (int)stored->source.size, (const char *)stored->source.data,
                (int)stored->envelope.subject.size, (const char *)stored->envelope.subject.data);
        arena_reset(&arena);
        if (filter_match(slice_text("*.Refused.*"), stored->envelope.subject)
            && scan_unpack(&town__refused__descriptor, stored->envelope.body, &arena, &message,
                           &reason)
                   == 0)
            fprintf(file, "%.*s refusal %s\n", (int)stored->source.size,
                    (const char *)stored->source.data, ((const Town__Refused *)message)->code);
    }
    arena_close(&arena);
    fclose(file);
}

void story_close(struct story *story)
{
    write_cover(story);
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
static const char *read_who(struct story *story, const char *who, Bus__Actor *actor)
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

__attribute__((format(printf, 3, 0))) static struct slice
read_body(struct story *story, const char *subject, const char *format, va_list arguments)
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

    publish(story, read_who(story, who, &actor), &actor, subject, body);
    run(story);
    arena_reset(&story->arena);
}

void story_say(struct story *story, const char *who, const char *subject, const char *body, ...)
{
    Bus__Actor actor = BUS__ACTOR__INIT;
    va_list arguments;

    va_start(arguments, body);
    struct slice bytes = read_body(story, subject, body, arguments);
    va_end(arguments);
    publish(story, read_who(story, who, &actor), &actor, subject, bytes);
    run(story);
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
        actor->opened_path = copy_text(test_path(name));
        actor->opened_at = actor->taken;
        ck_assert_int_eq(kit_tidy(actor->kit), 0);
        ck_assert_int_eq(store_copy(kit_store(actor->kit), actor->opened_path), 0);
    }
}

/* ---- time ------------------------------------------------------------------------------------------ */

static const struct {
    const char *name;
    uint64_t ms;
} units[] = {
    { "d", 86400000 }, { "h", 3600000 }, { "min", 60000 }, { "s", 1000 }, { "ms", 1 },
};
enum { UNITS = sizeof(units) / sizeof(units[0]) };

static void print_span(uint64_t ms, char text[SPAN_TEXT])
{
    size_t size = 0;

    text[0] = '\0';
    for (size_t i = ms < 2 * units[0].ms ? 1 : 0; i < UNITS; i++) {
        if (ms / units[i].ms > 0)
            size +=
                (size_t)snprintf(text + size, SPAN_TEXT - size, "%s%llu %s", size == 0 ? "" : " ",
                                 (unsigned long long)(ms / units[i].ms), units[i].name);
        ms %= units[i].ms;
    }
}

static uint64_t read_span(const char *text)
{
    uint64_t ms = 0;

    while (*text != '\0') {
        char *rest;
        uint64_t count = strtoull(text, &rest, 10);
        size_t length;
        size_t unit = 0;
        ck_assert_msg(rest != text, "%s is no span of time", text);
        while (*rest == ' ')
            rest++;
        length = strcspn(rest, " ");
        while (unit < UNITS
               && !(strlen(units[unit].name) == length && !memcmp(units[unit].name, rest, length)))
            unit++;
        ck_assert_msg(unit < UNITS, "%s is no span of time", text);
        ms += count * units[unit].ms;
        text = rest + length;
        while (*text == ' ')
            text++;
    }
    return ms;
}

uint64_t story_now(const struct story *story)
{
    return story->now_ms;
}

static uint64_t next_due(const struct story *story)
{
    uint64_t due_ms = UINT64_MAX;

    for (uint32_t i = 0; i < story->actor_count; i++)
        if (kit_next_due(story->actors[i].kit) < due_ms)
            due_ms = kit_next_due(story->actors[i].kit);
    return due_ms;
}

/* Tells the time, and what is due then. */
static void pass_to(struct story *story, uint64_t ms)
{
    char text[SPAN_TEXT];
    uint32_t before = story->count;

    if (ms > story->now_ms) {
        print_span(ms - story->now_ms, text);
        story->now_ms = ms;
        write_line(story, "%s later", text);
    }
    for (uint32_t i = 0; i < story->actor_count; i++) {
        ck_assert_int_eq(kit_fire(story->actors[i].kit, story->now_ms), 0);
        drain_outbox(story, &story->actors[i]);
    }
    if (story->count > before)
        run(story);
}

static void pass_until(struct story *story, uint64_t end_ms)
{
    /* What a new store says is due is a guess until it has looked. */
    pass_to(story, story->now_ms);
    for (uint64_t due_ms = next_due(story); due_ms <= end_ms; due_ms = next_due(story))
        pass_to(story, due_ms);
    pass_to(story, end_ms);
    arena_reset(&story->arena);
}

void story_later(struct story *story, const char *span)
{
    pass_until(story, story->now_ms + read_span(span));
}

void story_until(struct story *story, const char *time)
{
    uint64_t end_ms;

    if (strlen(time) == 5 && time[2] == ':') {
        uint64_t of_day = (uint64_t)(strtoul(time, NULL, 10) * 60 + strtoul(time + 3, NULL, 10));
        end_ms = clock_day_start_ms(clock_day(story->now_ms)) + of_day * 60000;
        if (end_ms <= story->now_ms)
            end_ms += CLOCK_DAY_MS;
    } else {
        end_ms = time_of(time);
    }
    ck_assert_msg(end_ms >= story->now_ms, "%s has passed", time);
    pass_until(story, end_ms);
}

/* ---- questions ------------------------------------------------------------------------------------- */

static char *json_text(const ProtobufCMessage *message)
{
    json_t *value = json_from_message(message);
    ck_assert_ptr_nonnull(value);
    char *text = json_dumps(value, JSON_PRESERVE_ORDER);
    json_decref(value);
    ck_assert_ptr_nonnull(text);
    return text;
}

const char *story_ask(struct story *story, const char *who, const char *subject, const char *body,
                      ...)
{
    Bus__Actor actor = BUS__ACTOR__INIT;
    Bus__Query query = BUS__QUERY__INIT;
    struct kit_answer answer;
    va_list arguments;
    char service[64];
    uint64_t number;

    snprintf(service, sizeof(service), "%.*s", (int)strcspn(subject, "."), subject);
    struct kit *kit = story_kit(story, service);
    va_start(arguments, body);
    struct slice bytes = read_body(story, subject, body, arguments);
    va_end(arguments);
    query.asker = read_who(story, who, &actor);
    query.subject = subject;
    query.actor = &actor;
    query.body.data = (uint8_t *)(uintptr_t)bytes.data;
    query.body.len = bytes.size;
    ck_assert_int_eq(kit_ask(kit, &query, story->now_ms, &story->arena, &answer), 0);
    if (answer.accessed.size > 0)
        ck_assert_int_eq(kit_accessed(kit, &answer.accessed, 1, &number), 0);
    free(story->answer);
    if (answer.refusal != 0) {
        char text[512];
        snprintf(text, sizeof(text), "refused %s: %s", kit_refusal(kit, answer.refusal),
                 answer.reason);
        story->answer = copy_text(text);
    } else {
        const char *reason;
        ProtobufCMessage *message;
        const ProtobufCMessageDescriptor *type = kit_answer_type(kit, subject);
        ck_assert_int_eq(scan_unpack(type, answer.body, &story->arena, &message, &reason), 0);
        story->answer = json_text(message);
    }
    for (uint32_t i = 0; i < story->actor_count; i++)
        drain_outbox(story, &story->actors[i]);
    run(story);
    arena_reset(&story->arena);
    return story->answer;
}

/* ---- looking at the log ---------------------------------------------------------------------------- */

unsigned story_count(const struct story *story, const char *filter)
{
    unsigned count = 0;

    for (uint32_t i = 0; i < story->count; i++)
        count += filter_match(slice_text(filter), story->log[i].stored.envelope.subject);
    return count;
}

static const struct told *last_of(const struct story *story, const char *filter)
{
    for (uint32_t i = story->count; i > 0; i--)
        if (filter_match(slice_text(filter), story->log[i - 1].stored.envelope.subject))
            return &story->log[i - 1];
    return NULL;
}

static const char *keep_last(struct story *story, char *text)
{
    free(story->last);
    story->last = text;
    return text;
}

const char *story_last(struct story *story, const char *filter)
{
    const struct told *told = last_of(story, filter);
    ProtobufCMessage *message;
    const char *reason;

    if (told == NULL)
        return keep_last(story, copy_text(""));
    const ProtobufCMessageDescriptor *type = words_of_subject(told->stored.envelope.subject);
    ck_assert_ptr_nonnull(type);
    ck_assert_int_eq(
        scan_unpack(type, told->stored.envelope.body, &story->arena, &message, &reason), 0);
    char *text = json_text(message);
    arena_reset(&story->arena);
    return keep_last(story, text);
}

const char *story_last_case(struct story *story, const char *filter)
{
    const struct told *told = last_of(story, filter);
    struct slice found = told == NULL ? slice_text("") : told->stored.envelope.case_id;
    char *text = grow(NULL, found.size + 1);

    if (found.size > 0)
        memcpy(text, found.data, found.size);
    text[found.size] = '\0';
    return keep_last(story, text);
}

const char *story_last_id(struct story *story, const char *filter)
{
    const struct told *told = last_of(story, filter);
    char text[ID_TEXT_SIZE + 64] = "";

    if (told != NULL)
        snprintf(text, sizeof(text), "%.*s/%u/%llu", (int)told->stored.source.size,
                 (const char *)told->stored.source.data, told->stored.envelope.epoch,
                 (unsigned long long)told->stored.envelope.number);
    return keep_last(story, copy_text(text));
}
