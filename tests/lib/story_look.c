/*
 * Questions in a story, what lies on its log, and what it leaves for the check of all stories.
 */
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/id.h"
#include "base/io.h"
#include "core/filter.h"
#include "kit/json.h"
#include "kit/words.h"
#include "lib/story_inside.h"
#include "town.pb-c.h"

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
    struct slice bytes = story_body(story, subject, body, arguments);
    va_end(arguments);
    query.asker = story_who(story, who, &actor);
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
        story->answer = story_copy(text);
    } else {
        const char *reason;
        ProtobufCMessage *message;
        const ProtobufCMessageDescriptor *type = kit_answer_type(kit, subject);
        ck_assert_int_eq(scan_unpack(type, answer.body, &story->arena, &message, &reason), 0);
        story->answer = json_text(message);
    }
    for (uint32_t i = 0; i < story->actor_count; i++)
        story_drain(story, &story->actors[i]);
    story_run(story);
    arena_reset(&story->arena);
    return story->answer;
}

const char *story_next(const char *answer)
{
    static char next[256];
    json_t *value = json_loads(answer, 0, NULL);
    ck_assert_ptr_nonnull(value); /* a refusal is no page */
    const char *found = json_string_value(json_object_get(value, "next"));

    snprintf(next, sizeof(next), "%s", found == NULL ? "" : found);
    json_decref(value);
    return next;
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
        return keep_last(story, story_copy(""));
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
    char *text = story_grow(NULL, found.size + 1);

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
    return keep_last(story, story_copy(text));
}

/* What its services have stated, for the check that every event and refusal is in some story. */
void story_cover(const struct story *story)
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
