#include "supervision/fields.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "kit/turn.h"
#include "kit/words.h"

enum { FIELD_ID_LENGTH = 120, FIELD_KEY_BYTES = 200 };

const ProtobufCMessage *fields_unpack(struct turn *turn)
{
    const ProtobufCMessageDescriptor *type =
        words_of(slice_text(turn->service), slice_text(turn->message));

    if (type == NULL)
        return NULL;
    return protobuf_c_message_unpack(type, arena_allocator(turn->arena), turn->body.size,
                                     turn->body.data);
}

static const ProtobufCFieldDescriptor *find(const ProtobufCMessage *message, const char *name)
{
    if (message == NULL)
        return NULL;
    return protobuf_c_message_descriptor_get_field_by_name(message->descriptor, name);
}

static const void *at(const ProtobufCMessage *message, unsigned offset)
{
    return (const char *)message + offset;
}

/* A field's value as a number; false: it is none. */
static bool number_of(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
                      uint64_t *ret_value)
{
    if (field->label == PROTOBUF_C_LABEL_REPEATED)
        return false;
    const void *value = at(message, field->offset);
    switch ((int)field->type) {
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
        *ret_value = *(const uint64_t *)value;
        return true;
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
        *ret_value = *(const uint32_t *)value;
        return true;
    default:
        return false;
    }
}

const char *fields_text(struct turn *turn, const ProtobufCMessage *message, const char *name)
{
    const ProtobufCFieldDescriptor *field = find(message, name);
    uint64_t number;

    if (field == NULL || field->label == PROTOBUF_C_LABEL_REPEATED)
        return "";
    const void *value = at(message, field->offset);
    if (field->type == PROTOBUF_C_TYPE_STRING) {
        const char *text = *(const char *const *)value;
        return text != NULL ? text : "";
    }
    if (field->type == PROTOBUF_C_TYPE_BOOL)
        return *(const protobuf_c_boolean *)value ? "true" : "";
    if (field->type == PROTOBUF_C_TYPE_ENUM) {
        int code = *(const int *)value;
        const ProtobufCEnumValue *known =
            protobuf_c_enum_descriptor_get_value(field->descriptor, code);
        return code != 0 && known != NULL ? known->name : "";
    }
    if (number_of(message, field, &number) && number != 0) {
        const char *text = turn_text(turn, "%" PRIu64, number);
        return text != NULL ? text : "";
    }
    return "";
}

uint64_t fields_number(const ProtobufCMessage *message, const char *name)
{
    const ProtobufCFieldDescriptor *field = find(message, name);
    uint64_t number = 0;

    return field != NULL && number_of(message, field, &number) ? number : 0;
}

const ProtobufCMessage *fields_message(const ProtobufCMessage *message, const char *name)
{
    const ProtobufCFieldDescriptor *field = find(message, name);

    if (field == NULL || field->label == PROTOBUF_C_LABEL_REPEATED
        || field->type != PROTOBUF_C_TYPE_MESSAGE)
        return NULL;
    return *(ProtobufCMessage *const *)at(message, field->offset);
}

size_t fields_list(const ProtobufCMessage *message, const char *name, const char *const **ret)
{
    const ProtobufCFieldDescriptor *field = find(message, name);

    *ret = NULL;
    if (field == NULL || field->label != PROTOBUF_C_LABEL_REPEATED
        || field->type != PROTOBUF_C_TYPE_STRING)
        return 0;
    *ret = *(const char *const *const *)at(message, field->offset);
    return *(const size_t *)at(message, field->quantifier_offset);
}

bool fields_has(const ProtobufCMessageDescriptor *type, const char *name)
{
    return protobuf_c_message_descriptor_get_field_by_name(type, name) != NULL;
}

bool fields_is_id(const char *text)
{
    return *text != '\0' && strlen(text) <= FIELD_ID_LENGTH && strchr(text, '/') == NULL;
}

const char *fields_key(struct turn *turn, const char *format, ...)
{
    char key[FIELD_KEY_BYTES + 1];
    va_list arguments;

    va_start(arguments, format);
    int length = vsnprintf(key, sizeof(key), format, arguments);
    va_end(arguments);
    return length > 0 && length <= FIELD_KEY_BYTES ? turn_text(turn, "%s", key) : NULL;
}
