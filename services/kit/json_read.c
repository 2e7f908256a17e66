/* Messages from JSON, and JSON from text. */
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kit/json.h"
#include "kit/json_inside.h"
#include "wire/scan.h"

/* Where we are: a chain on the stack, written out only when something is wrong. */
struct path {
    const struct path *above;
    const char *name; /* of a field, or NULL: an item of a list */
    size_t index;
};

struct reader {
    struct arena *arena;
    const char *error; /* the first that was found */
};

static char *path_text(struct arena *arena, const struct path *path)
{
    if (path == NULL)
        return arena_text(arena, "");
    char *above = path_text(arena, path->above);
    if (above == NULL)
        return NULL;
    if (path->name == NULL)
        return arena_print(arena, "%s[%zu]", above, path->index);
    return arena_print(arena, "%s%s%s", above, above[0] == '\0' ? "" : ".", path->name);
}

static bool bad(struct reader *reader, const struct path *path, const char *what)
{
    char *where = path_text(reader->arena, path);
    char *line = where == NULL ? NULL
                               : arena_print(reader->arena, "%s%s%s", where,
                                             where[0] == '\0' ? "" : ": ", what);

    reader->error = line == NULL ? "larger than there is room for" : line;
    return false;
}

/* A whole number within the bounds, from a number or from its text. */
static bool whole(const json_t *value, int64_t least, uint64_t most, uint64_t *ret_bits)
{
    if (json_is_integer(value)) {
        json_int_t number = json_integer_value(value);
        *ret_bits = (uint64_t)number;
        return number < 0 ? number >= least : (uint64_t)number <= most;
    }
    if (json_is_real(value)) { /* 1e3 and 5.0 are whole numbers too, as far as they are exact */
        double number = json_real_value(value);
        if (number < -9007199254740992.0 || number > 9007199254740992.0
            || number != (double)(int64_t)number)
            return false;
        *ret_bits = (uint64_t)(int64_t)number;
        return number < 0 ? (int64_t)number >= least : (uint64_t)number <= most;
    }
    if (!json_is_string(value))
        return false;
    const char *text = json_string_value(value);
    bool negative = text[0] == '-';
    uint64_t number = 0;
    const char *at = text + negative;
    if (*at == '\0' || (at[0] == '0' && at[1] != '\0'))
        return false;
    for (; *at != '\0'; at++) {
        if (*at < '0' || *at > '9' || number > (UINT64_MAX - (uint64_t)(*at - '0')) / 10)
            return false;
        number = number * 10 + (uint64_t)(*at - '0');
    }
    *ret_bits = negative ? (uint64_t)0 - number : number;
    return negative ? number <= (uint64_t)0 - (uint64_t)least : number <= most;
}

static bool signed_in(struct reader *reader, const struct path *path, const json_t *value,
                      int64_t least, uint64_t most, void *at, size_t size)
{
    uint64_t bits;

    if (!whole(value, least, most, &bits))
        return bad(reader, path,
                   json_is_string(value) || json_is_number(value) ? "not a whole number of its size"
                                                                  : "not a number");
    if (size == 4)
        *(uint32_t *)at = (uint32_t)bits;
    else
        *(uint64_t *)at = bits;
    return true;
}

static bool enum_in(struct reader *reader, const struct path *path,
                    const ProtobufCFieldDescriptor *field, const json_t *value, void *at)
{
    uint64_t bits;

    if (json_is_string(value)) {
        const ProtobufCEnumValue *named = protobuf_c_enum_descriptor_get_value_by_name(
            field->descriptor, json_string_value(value));
        if (named != NULL) {
            *(int *)at = named->value;
            return true;
        }
        return bad(reader, path, "none of the names of its list");
    }
    if (!json_is_integer(value) || !whole(value, INT32_MIN, INT32_MAX, &bits)
        || protobuf_c_enum_descriptor_get_value(field->descriptor, (int)(uint32_t)bits) == NULL)
        return bad(reader, path, "none of the numbers of its list");
    *(int *)at = (int)(uint32_t)bits;
    return true;
}

static bool text_in(struct reader *reader, const struct path *path, const json_t *value, void *at)
{
    if (!json_is_string(value))
        return bad(reader, path, "not a text");
    struct slice text = slice_of(json_string_value(value), json_string_length(value));
    if (!scan_text(text))
        return bad(reader, path, "holds characters that no text may hold");
    char *copy = arena_text(reader->arena, text.data);
    if (copy == NULL)
        return bad(reader, path, "larger than there is room for");
    *(const char **)at = copy;
    return true;
}

static bool bytes_in(struct reader *reader, const struct path *path, const json_t *value, void *at)
{
    static const int variants[] = { sodium_base64_VARIANT_ORIGINAL,
                                    sodium_base64_VARIANT_ORIGINAL_NO_PADDING,
                                    sodium_base64_VARIANT_URLSAFE,
                                    sodium_base64_VARIANT_URLSAFE_NO_PADDING };

    if (!json_is_string(value))
        return bad(reader, path, "not base64");
    const char *text = json_string_value(value);
    size_t length = json_string_length(value);
    uint8_t *data = arena_alloc(reader->arena, length / 4 * 3 + 3);
    if (data == NULL)
        return bad(reader, path, "larger than there is room for");
    for (size_t i = 0; i < sizeof(variants) / sizeof(variants[0]); i++) {
        size_t size;
        if (sodium_base642bin(data, length / 4 * 3 + 3, text, length, NULL, &size, NULL,
                              variants[i])
            == 0) {
            *(ProtobufCBinaryData *)at = (ProtobufCBinaryData){ .len = size, .data = data };
            return true;
        }
    }
    return bad(reader, path, "not base64");
}

static ProtobufCMessage *message_in(struct reader *reader, const struct path *path,
                                    const json_t *value,
                                    const ProtobufCMessageDescriptor *descriptor, unsigned depth);

static bool real_in(struct reader *reader, const struct path *path,
                    const ProtobufCFieldDescriptor *field, const json_t *value, void *at)
{
    if (!json_is_number(value))
        return bad(reader, path, "not a number");
    if (field->type == PROTOBUF_C_TYPE_FLOAT)
        *(float *)at = (float)json_number_value(value);
    else
        *(double *)at = json_number_value(value);
    return true;
}

static bool value_in(struct reader *reader, const struct path *path,
                     const ProtobufCFieldDescriptor *field, const json_t *value, void *at,
                     unsigned depth)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
        return signed_in(reader, path, value, INT32_MIN, INT32_MAX, at, 4);
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
        return signed_in(reader, path, value, 0, UINT32_MAX, at, 4);
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
        return signed_in(reader, path, value, INT64_MIN, INT64_MAX, at, 8);
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
        return signed_in(reader, path, value, 0, UINT64_MAX, at, 8);
    case PROTOBUF_C_TYPE_FLOAT:
    case PROTOBUF_C_TYPE_DOUBLE:
        return real_in(reader, path, field, value, at);
    case PROTOBUF_C_TYPE_BOOL:
        if (!json_is_boolean(value))
            return bad(reader, path, "neither true nor false");
        *(protobuf_c_boolean *)at = json_is_true(value);
        return true;
    case PROTOBUF_C_TYPE_ENUM:
        return enum_in(reader, path, field, value, at);
    case PROTOBUF_C_TYPE_STRING:
        return text_in(reader, path, value, at);
    case PROTOBUF_C_TYPE_BYTES:
        return bytes_in(reader, path, value, at);
    case PROTOBUF_C_TYPE_MESSAGE:
        *(ProtobufCMessage **)at = message_in(reader, path, value, field->descriptor, depth + 1);
        return *(ProtobufCMessage **)at != NULL;
    default:
        return bad(reader, path, "of a type that this mapping does not know");
    }
}

static bool list_in(struct reader *reader, const struct path *path,
                    const ProtobufCFieldDescriptor *field, const json_t *value,
                    ProtobufCMessage *message, unsigned depth)
{
    if (!json_is_array(value))
        return bad(reader, path, "not a list");
    size_t size = json_value_size(field->type);
    size_t count = json_array_size(value);
    if (count == 0)
        return true;
    uint8_t *items = arena_alloc(reader->arena, count * size);
    if (items == NULL)
        return bad(reader, path, "larger than there is room for");
    for (size_t i = 0; i < count; i++) {
        struct path item = { .above = path, .index = i };
        if (!value_in(reader, &item, field, json_array_get(value, i), items + i * size, depth))
            return false;
    }
    *(size_t *)((uint8_t *)message + field->quantifier_offset) = count;
    *(uint8_t **)((uint8_t *)message + field->offset) = items;
    return true;
}

static const ProtobufCFieldDescriptor *field_named(const ProtobufCMessageDescriptor *descriptor,
                                                   const char *key)
{
    for (unsigned i = 0; i < descriptor->n_fields; i++) {
        char name[JSON_NAME_SIZE];
        json_name(descriptor->fields[i].name, name);
        if (strcmp(name, key) == 0 || strcmp(descriptor->fields[i].name, key) == 0)
            return &descriptor->fields[i];
    }
    return NULL;
}

static bool field_in(struct reader *reader, const struct path *path,
                     const ProtobufCFieldDescriptor *field, const json_t *value,
                     ProtobufCMessage *message, unsigned depth)
{
    uint8_t *base = (uint8_t *)message;

    /* Given before under its other spelling, or as another member of the same oneof. */
    if (json_is_present(message, field))
        return bad(reader, path, "given twice");
    if (field->label == PROTOBUF_C_LABEL_REPEATED)
        return list_in(reader, path, field, value, message, depth);
    if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0) {
        uint32_t *chosen = (uint32_t *)(base + field->quantifier_offset);
        if (*chosen != 0)
            return bad(reader, path, "a second one of which only one may be given");
        *chosen = field->id;
    }
    return value_in(reader, path, field, value, base + field->offset, depth);
}

static ProtobufCMessage *message_in(struct reader *reader, const struct path *path,
                                    const json_t *value,
                                    const ProtobufCMessageDescriptor *descriptor, unsigned depth)
{
    if (!json_is_object(value)) {
        bad(reader, path, "not an object");
        return NULL;
    }
    if (depth > JSON_DEPTH) {
        bad(reader, path, "nested too deep");
        return NULL;
    }
    ProtobufCMessage *message = arena_alloc(reader->arena, descriptor->sizeof_message);
    if (message == NULL) {
        bad(reader, path, "larger than there is room for");
        return NULL;
    }
    protobuf_c_message_init(descriptor, message);
    for (void *at = json_object_iter((json_t *)(uintptr_t)value); at != NULL;
         at = json_object_iter_next((json_t *)(uintptr_t)value, at)) {
        struct path here = { .above = path, .name = json_object_iter_key(at) };
        const json_t *item = json_object_iter_value(at);
        const ProtobufCFieldDescriptor *field = field_named(descriptor, here.name);
        if (field == NULL) {
            bad(reader, &here, "no such field");
            return NULL;
        }
        if (!json_is_null(item) && !field_in(reader, &here, field, item, message, depth))
            return NULL;
    }
    return message;
}

int json_to_message(const json_t *value, const ProtobufCMessageDescriptor *descriptor,
                    struct arena *arena, ProtobufCMessage **ret_message, const char **ret_error)
{
    struct reader reader = { .arena = arena };
    ProtobufCMessage *message = message_in(&reader, NULL, value, descriptor, 1);

    if (message == NULL) {
        *ret_error = reader.error;
        return JSON_BAD;
    }
    *ret_message = message;
    return 0;
}

/* ---- text ---------------------------------------------------------------------------------------- */

static bool within_depth(const json_t *value, unsigned left)
{
    json_t *mine = (json_t *)(uintptr_t)value;

    if (!json_is_array(value) && !json_is_object(value))
        return true;
    if (left == 0)
        return false;
    for (size_t i = 0; i < json_array_size(value); i++)
        if (!within_depth(json_array_get(value, i), left - 1))
            return false;
    for (void *at = json_object_iter(mine); at != NULL; at = json_object_iter_next(mine, at))
        if (!within_depth(json_object_iter_value(at), left - 1))
            return false;
    return true;
}

int json_parse(const char *text, size_t size, struct arena *arena, json_t **ret_value,
               const char **ret_error)
{
    json_error_t error;

    if (size > JSON_TEXT_BYTES) {
        *ret_error = "larger than 256 KiB";
        return JSON_BAD;
    }
    json_t *value = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
    if (value == NULL) {
        char *line =
            arena_print(arena, "line %d, column %d: %s", error.line, error.column, error.text);
        *ret_error = line == NULL ? "not JSON" : line;
        return JSON_BAD;
    }
    if (!within_depth(value, JSON_DEPTH)) {
        json_decref(value);
        *ret_error = "nested deeper than 32";
        return JSON_BAD;
    }
    *ret_value = value;
    return 0;
}
