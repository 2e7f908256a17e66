#include "crash/day/picture.h"

#include <ctype.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crash/day/log.h"
#include "crash/kill/kill.h"
#include "kit/inside.h"
#include "kit/json.h"
#include "kit/words.h"

#define SERVICE(name) extern const struct service name##_service;
#include "all_services.h"
#undef SERVICE
#define SERVICE(name) &name##_service,
const struct service *const picture_services[] = {
#include "all_services.h"
    NULL,
};
#undef SERVICE

enum { LINE_BYTES = 1 << 18, ARENA_BYTES = 4 << 20 };
enum lines_of { OF_ROWS, OF_TIMERS, OF_ENDS };

/* ---- lines ------------------------------------------------------------------------------------------- */

void picture_add(struct picture *picture, const char *format, ...)
{
    char *line = NULL;
    va_list arguments;

    if (picture->count == picture->room) {
        picture->room = 2 * picture->room + 1024;
        picture->lines = realloc(picture->lines, picture->room * sizeof(*picture->lines));
    }
    va_start(arguments, format);
    if (picture->lines == NULL || vasprintf(&line, format, arguments) < 0)
        give_up("no memory");
    va_end(arguments);
    picture->lines[picture->count++] = line;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void picture_sort(struct picture *picture)
{
    if (picture->count > 0)
        qsort(picture->lines, picture->count, sizeof(*picture->lines), by_text);
}

void picture_free(struct picture *picture)
{
    for (uint32_t i = 0; i < picture->count; i++)
        free(picture->lines[i]);
    free(picture->lines);
    *picture = (struct picture){ 0 };
}

void picture_write(const struct picture *picture, const char *dir, const char *name)
{
    char path[4096];

    snprintf(path, sizeof(path), "%s/%s", dir, name);
    FILE *out = fopen(path, "w");
    if (out == NULL)
        give_up("%s cannot be written", path);
    for (uint32_t i = 0; i < picture->count; i++)
        fprintf(out, "%s\n", picture->lines[i]);
    fclose(out);
}

uint32_t picture_compare(const struct picture *a, const struct picture *b, uint32_t most)
{
    uint32_t different = 0;
    uint32_t i = 0;
    uint32_t k = 0;

    while (i < a->count || k < b->count) {
        int order = i == a->count ? 1 : k == b->count ? -1 : strcmp(a->lines[i], b->lines[k]);
        if (order != 0 && different++ < most)
            printf("%c %s\n", order < 0 ? '-' : '+', order < 0 ? a->lines[i] : b->lines[k]);
        i += order <= 0;
        k += order >= 0;
    }
    return different;
}

/* ---- what is left out -------------------------------------------------------------------------------- */

/* A moment, or a place on the log, in a key: hexadecimal or decimal, with zeros in front. */
static bool is_moment(const char *text, size_t length)
{
    return (length == 16 || length == 20) && strncmp(text, "000", 3) == 0
           && strspn(text, "0123456789abcdef") >= length;
}

/* A sheet's batch has a name that is made up each time: imp-COMMITTEE-12345678; each of its people has
 * it in front of his own. */
static void plain_batches(char *text)
{
    static const char begin[] = "imp-310115125";

    for (char *at = text; (at = strstr(at, begin)) != NULL; at++)
        if (strlen(at) >= 25 && at[16] == '-')
            memset(at + 17, '#', 8);
}

/* `hcz.cli/1/12` is whatever hcz.cli has said. */
static size_t id_source(const char *text)
{
    size_t length = strcspn(text, "/");
    const char *at = text + length;

    for (int part = 0; part < 2; part++) {
        size_t digits = *at == '/' ? strspn(at + 1, "0123456789") : 0;
        if (digits == 0)
            return 0;
        at += 1 + digits;
    }
    return *at == '\0' && isalnum((unsigned char)text[0]) ? length : 0;
}

/* A key, part by part; in place, since what is left is shorter. */
static void plain_key(char *key)
{
    char *out = key;

    for (char *part = key; *part != '\0';) {
        size_t length = strcspn(part, "/");
        char end = part[length];
        if (is_moment(part, length)) {
            *out++ = 'T';
        } else {
            memmove(out, part, length);
            out += length;
        }
        part += length + (end != '\0');
        if (end != '\0')
            *out++ = '/';
    }
    *out = '\0';
}

/* Fields that depend on what came first, or on who was heard of. */
static bool is_left_out(const char *where, const char *name)
{
    static const char *const fields[][2] = {
        { "directory.units", "link" },
        { "directory.units", "linkSinceMs" },
        { "cases", "last" }, /* of the messages of all services */
    };

    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        if (strcmp(where, fields[i][0]) == 0 && strcmp(name, fields[i][1]) == 0)
            return true;
    return false;
}

/* A moment or a span, a place on the log. */
static bool is_measured(const char *name)
{
    size_t length = strlen(name);

    return strcmp(name, "ms") == 0 || (length > 2 && strcmp(name + length - 2, "Ms") == 0)
           || (length > 3 && strcmp(name + length - 3, "Seq") == 0);
}

static json_t *plain(const char *where, const char *name, json_t *value);

static json_t *plain_text(const char *name, const char *text)
{
    size_t source = id_source(text);
    char *copy = strdup(text);

    if (copy == NULL)
        give_up("no memory");
    if (is_measured(name))
        strcpy(copy, "T");
    else if (source > 0)
        strcpy(copy + source, "/#");
    else
        plain_key(copy);
    plain_batches(copy);
    json_t *result = json_string(copy);
    free(copy);
    return result;
}

static json_t *plain_object(const char *where, json_t *object)
{
    json_t *result = json_object();
    const char *key;
    json_t *value;

    json_object_foreach(object, key, value)
    {
        if (!is_left_out(where, key))
            json_object_set_new(result, key, plain(where, key, value));
    }
    return result;
}

static json_t *plain(const char *where, const char *name, json_t *value)
{
    if (json_is_object(value))
        return plain_object(where, value);
    if (json_is_string(value))
        return plain_text(name, json_string_value(value));
    if (!json_is_array(value))
        return json_incref(value);
    json_t *result = json_array();
    for (size_t i = 0; i < json_array_size(value); i++)
        json_array_append_new(result, plain(where, name, json_array_get(value, i)));
    return result;
}

/* The message as one line of JSON; to be freed. */
static char *plain_message(const char *where, const ProtobufCMessage *message)
{
    json_t *whole = json_from_message(message);
    json_t *what = whole == NULL ? NULL : plain(where, "", whole);
    char *text = what == NULL ? NULL : json_dumps(what, JSON_COMPACT | JSON_SORT_KEYS);

    if (text == NULL)
        give_up("%s cannot be written down", message->descriptor->name);
    json_decref(whole);
    json_decref(what);
    return text;
}

bool picture_is_told_by_kills(const char *service, const char *what)
{
    static const char *const told[] = {
        "organisation LinkChanged", "organisation ReportLink", "organisation SuspectLink",
        "organisation UnitSilent",  "organisation endpoints",  "supervision outages",
        "supervision kept",         "registry Accessed",
    };
    char text[256];

    snprintf(text, sizeof(text), "%s %s", service, what);
    for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++)
        if (strncmp(text, told[i], strlen(told[i])) == 0)
            return true;
    return false;
}

/* ---- ends -------------------------------------------------------------------------------------------- */

static const char *const end_fields[] = { "state",  "outcome", "solved", "unit",
                                          "holder", "why",     "duty",   NULL };

/* A row that has an end: a state, an outcome, or why somebody is it. */
static bool has_end(const ProtobufCMessageDescriptor *row)
{
    return protobuf_c_message_descriptor_get_field_by_name(row, "state") != NULL
           || protobuf_c_message_descriptor_get_field_by_name(row, "outcome") != NULL
           || protobuf_c_message_descriptor_get_field_by_name(row, "why") != NULL;
}

/* The same line, with those fields alone; to be freed. */
static char *end_of(char *text)
{
    json_t *whole = json_loads(text, 0, NULL);
    json_t *end = json_object();

    for (size_t i = 0; end_fields[i] != NULL; i++)
        json_object_set(end, end_fields[i], json_object_get(whole, end_fields[i]));
    free(text);
    char *result = json_dumps(end, JSON_COMPACT | JSON_SORT_KEYS);
    if (whole == NULL || result == NULL)
        give_up("a row's end cannot be written down");
    json_decref(whole);
    json_decref(end);
    return result;
}

/* ---- stores ------------------------------------------------------------------------------------------ */

static void add_timer(struct picture *picture, const char *service, const KitRows__Timer *timer,
                      struct arena *arena)
{
    const char *dot = strchr(timer->command, '.');
    char subject[128];
    ProtobufCMessage *message;
    const char *reason;

    if (dot != NULL && picture_is_told_by_kills(service, dot + 1))
        return;
    snprintf(subject, sizeof(subject), "%s.%s.x", service, dot == NULL ? "" : dot + 1);
    const ProtobufCMessageDescriptor *type = words_of_subject(slice_text(subject));
    if (type == NULL
        || scan_unpack(type, slice_of(timer->body.data, timer->body.len), arena, &message, &reason)
               != 0)
        give_up("a timer of %s cannot be read: %s", service, timer->command);
    char *text = plain_message("", message);
    picture_add(picture, "timer %s %s %s %s", service, timer->command, timer->unit, text);
    free(text);
}

static void add_table(struct picture *picture, struct kit *kit, unsigned table, enum lines_of what)
{
    const char *service = kit->service->name;
    struct store_cursor *cursor;
    struct store_txn *txn;
    struct arena arena;
    struct slice value;
    struct slice key;
    char name[KEY_BYTES + 1];

    arena_open(&arena, ARENA_BYTES);
    if (store_begin_read(kit->store, &txn) != 0
        || store_cursor_open(txn, table, (struct slice){ 0 }, &cursor) != 0)
        give_up("a table of %s cannot be read", service);
    while (store_cursor_next(cursor, &key, &value) == 0) {
        arena_reset(&arena);
        const ProtobufCMessage *row = writes_unpack(kit->store_tables[table]->row, value, &arena);
        if (row == NULL)
            give_up("a row of %s %s cannot be read", service, kit->table_names[table]);
        if (what == OF_TIMERS) {
            add_timer(picture, service, (const KitRows__Timer *)row, &arena);
            continue;
        }
        snprintf(name, sizeof(name), "%.*s", (int)key.size, (const char *)key.data);
        plain_key(name);
        plain_batches(name);
        if (what == OF_ENDS && strncmp(name, "S-0B4/", 6) == 0)
            continue; /* of a line, whose moment it is */
        char *text = plain_message(kit->table_names[table], row);
        if (what == OF_ENDS)
            text = end_of(text);
        picture_add(picture, "row %s %s %s %s", service, kit->table_names[table], name, text);
        free(text);
    }
    store_cursor_close(cursor);
    store_abort(txn);
    arena_close(&arena);
}

static void add_kit(struct picture *picture, struct kit *kit, enum picture_detail detail)
{
    unsigned own = compose_table(kit, KIT_STATE);
    unsigned last = compose_table(kit, KIT_PARKED);

    for (unsigned table = 0; table < kit->table_count; table++)
        if ((table < own || table > last)
            && !picture_is_told_by_kills(kit->service->name, kit->table_names[table])
            && (detail == PICTURE_ALL || has_end(kit->store_tables[table]->row)))
            add_table(picture, kit, table, detail == PICTURE_ALL ? OF_ROWS : OF_ENDS);
    if (detail == PICTURE_ALL)
        add_table(picture, kit, compose_table(kit, KIT_TIMERS), OF_TIMERS);
}

static struct kit *open_kit(const char *dir, const struct service *service, const char *more)
{
    char path[4096];
    struct kit *kit;

    snprintf(path, sizeof(path), "%s/store/%s%s", dir, service->name, more);
    struct kit_options options = { .service = service, .path = path };
    if (kit_open(&options, &kit) != 0)
        give_up("%s cannot be opened", path);
    return kit;
}

/* ---- the log ----------------------------------------------------------------------------------------- */

static void add_message(void *context, const struct stored *stored)
{
    struct picture *picture = context;
    const ProtobufCMessageDescriptor *type = words_of_subject(stored->envelope.subject);
    struct arena arena;
    ProtobufCMessage *message;
    const char *reason;
    char subject[128];
    char service[32];

    snprintf(subject, sizeof(subject), "%.*s", (int)stored->envelope.subject.size,
             (const char *)stored->envelope.subject.data);
    snprintf(service, sizeof(service), "%.*s", (int)strcspn(subject, "."), subject);
    if (type == NULL || picture_is_told_by_kills(service, strchr(subject, '.') + 1))
        return;
    arena_open(&arena, ARENA_BYTES);
    if (scan_unpack(type, stored->envelope.body, &arena, &message, &reason) != 0)
        give_up("seq %llu: %s", (unsigned long long)stored->seq, reason);
    char *text = plain_message("", message);
    picture_add(picture, "log %.*s %s %s", (int)stored->source.size,
                (const char *)stored->source.data, subject, text);
    free(text);
    arena_close(&arena);
}

void picture_add_stores(struct picture *picture, const char *dir, enum picture_detail detail)
{
    for (size_t i = 0; picture_services[i] != NULL; i++) {
        struct kit *kit = open_kit(dir, picture_services[i], "");
        add_kit(picture, kit, detail);
        kit_close(kit);
    }
}

void picture_of(const char *dir, const struct days_log *log, struct picture *ret_picture)
{
    *ret_picture = (struct picture){ 0 };
    picture_add_stores(ret_picture, dir, PICTURE_ALL);
    days_log_each(log, add_message, ret_picture);
    picture_sort(ret_picture);
}

void picture_of_fold(const char *dir, const struct service *service, enum picture_detail detail,
                     struct picture *ret_picture)
{
    struct kit *kit = open_kit(dir, service, PICTURE_FOLD);

    *ret_picture = (struct picture){ 0 };
    add_kit(ret_picture, kit, detail);
    kit_close(kit);
    picture_sort(ret_picture);
}
