/*
 * Two towns whose clock ran ahead: what must be the same of them although a kill has moved moments.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crash/day/log.h"
#include "crash/kill/kill.h"
#include "kit/kit.h"
#include "kit/words.h"
#include "organisation.pb-c.h"

enum { ARENA_BYTES = 4 << 20 };

/* Scene K cuts the line of this one. */
#define SILENT "310115125050"

/* What was said often is said once. */
static void make_set(struct picture *picture)
{
    uint32_t kept = 0;

    picture_sort(picture);
    for (uint32_t i = 0; i < picture->count; i++) {
        if (kept > 0 && strcmp(picture->lines[kept - 1], picture->lines[i]) == 0)
            free(picture->lines[i]);
        else
            picture->lines[kept++] = picture->lines[i];
    }
    picture->count = kept;
}

struct late {
    struct picture *picture;
    uint64_t behind;
    const char *deaf; /* to that state of a line; NULL: to none */
    uint32_t come;    /* so far on the silent unit's way */
};

static const char *const way[] = { "suspect", "down", "up" };

/* The line of one unit: what came of it in order, however often something came twice. */
static void add_step(struct late *late, const char *state)
{
    if (late->come == sizeof(way) / sizeof(way[0]) || strcmp(state, way[late->come]) != 0
        || (late->deaf != NULL && strcmp(state, late->deaf) == 0))
        return;
    picture_add(late->picture, "line " SILENT " %u %s", late->come, state);
    late->come++;
}

/* What a service reminds itself of: a clock that was overtaken may ring or not. */
static bool is_timers(const char *source, const char *service,
                      const ProtobufCMessageDescriptor *type)
{
    if (strcmp(source, service) != 0)
        return false;
    for (size_t i = 0; picture_services[i] != NULL; i++)
        if (strcmp(picture_services[i]->name, service) == 0)
            for (const struct command *command = picture_services[i]->commands;
                 command->message != NULL; command++)
                if (command->message == type)
                    return true;
    return strcmp(type->short_name, "Due") == 0; /* of the kernel's needs */
}

/* A broker that is killed while the clock runs ahead leaves others silent for a moment of their own:
 * they are back, and S-0B4, the duty to say so, is met. */
static bool is_of_another_line(const char *subject, const ProtobufCMessage *message)
{
    const ProtobufCFieldDescriptor *duty =
        protobuf_c_message_descriptor_get_field_by_name(message->descriptor, "duty");
    const char *unit = strrchr(subject, '.');

    if (unit != NULL && strcmp(unit + 1, SILENT) == 0)
        return false;
    if (strncmp(subject, "organisation.UnitBack.", 22) == 0)
        return true;
    return duty != NULL && duty->type == PROTOBUF_C_TYPE_STRING
           && duty->label != PROTOBUF_C_LABEL_REPEATED
           && strcmp(*(char *const *)((const char *)message + duty->offset), "S-0B4") == 0;
}

static void add_kind(void *context, const struct stored *stored)
{
    struct late *late = context;
    const ProtobufCMessageDescriptor *type = words_of_subject(stored->envelope.subject);
    struct arena arena;
    ProtobufCMessage *message;
    const char *reason;
    char subject[128];
    char service[32];
    char source[64];

    if (stored->seq <= late->behind || type == NULL)
        return;
    snprintf(subject, sizeof(subject), "%.*s", (int)stored->envelope.subject.size,
             (const char *)stored->envelope.subject.data);
    snprintf(service, sizeof(service), "%.*s", (int)strcspn(subject, "."), subject);
    snprintf(source, sizeof(source), "%.*s", (int)stored->source.size,
             (const char *)stored->source.data);
    arena_open(&arena, ARENA_BYTES);
    if (scan_unpack(type, stored->envelope.body, &arena, &message, &reason) != 0)
        give_up("seq %llu: %s", (unsigned long long)stored->seq, reason);
    if (strcmp(subject, "organisation.LinkChanged." SILENT) == 0)
        add_step(late, ((const Organisation__LinkChanged *)message)->state);
    if (!picture_is_told_by_kills(service, strchr(subject, '.') + 1)
        && !is_timers(source, service, type) && !is_of_another_line(subject, message))
        picture_add(late->picture, "told %s %s", source, subject);
    arena_close(&arena);
}

void picture_of_ends(const char *dir, const struct days_log *log, uint64_t behind, const char *deaf,
                     struct picture *ret_picture)
{
    struct picture told = { 0 };
    struct late late = { .picture = &told, .behind = behind, .deaf = deaf };

    *ret_picture = (struct picture){ 0 };
    days_log_each(log, add_kind, &late);
    make_set(&told);
    picture_add_stores(ret_picture, dir, PICTURE_ENDS);
    for (uint32_t i = 0; i < told.count; i++)
        picture_add(ret_picture, "%s", told.lines[i]);
    picture_free(&told);
    picture_sort(ret_picture);
}
