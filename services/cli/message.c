#include "cli/message.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "kit/json.h"
#include "kit/words.h"

enum { BODY_BYTES = 64 << 10 };

void message_split(struct slice subject, struct message_tokens *ret_tokens)
{
    char *const parts[] = { ret_tokens->service, ret_tokens->message, ret_tokens->unit };
    const char *at = subject.data;
    const char *end = at + subject.size;

    for (size_t i = 0; i < 3; i++) {
        const char *dot = at < end ? memchr(at, '.', (size_t)(end - at)) : NULL;
        const char *stop = dot == NULL || i == 2 ? end : dot;
        snprintf(parts[i], sizeof(ret_tokens->service), "%.*s", (int)(stop - at), at);
        at = stop < end ? stop + 1 : end;
    }
}

/* ---- types --------------------------------------------------------------------------------------- */

/* `record-callback`, `RecordCallback`, `recordcallback` are one name. */
static bool same_name(const char *a, const char *b)
{
    while (*a != '\0' || *b != '\0') {
        if (*a == '-' || *a == '_') {
            a++;
            continue;
        }
        if (tolower((unsigned char)*a++) != tolower((unsigned char)*b++))
            return false;
    }
    return true;
}

const ProtobufCMessageDescriptor *message_named(const char *service, const char *name,
                                                const char **ret_name)
{
    const char *packages[] = { service, "town" };
    const ProtobufCMessageDescriptor *type;

    for (size_t i = 0; i < 2; i++) {
        for (unsigned index = 0; (type = words_at(index)) != NULL; index++) {
            if (strcmp(type->package_name, packages[i]) == 0 && same_name(name, type->short_name)) {
                *ret_name = type->short_name;
                return type;
            }
        }
    }
    return NULL;
}

int message_type(struct cli *cli, const char *subject, const ProtobufCMessageDescriptor **ret_type)
{
    struct message_tokens tokens;
    const char *name;

    (void)cli;
    message_split(slice_text(subject), &tokens);
    if (tokens.unit[0] == '\0')
        return cli_fail(EXIT_BAD_USAGE, "referral.Accept.hcz",
                        "'%s' is no subject: service.Message.unit", subject);
    *ret_type = words_of(slice_text(tokens.service), slice_text(tokens.message));
    if (*ret_type != NULL)
        return 0;
    if (message_named(tokens.service, tokens.message, &name) != NULL)
        return cli_fail(EXIT_BAD_USAGE, NULL, "%s has no '%s'; did you mean '%s'?", tokens.service,
                        tokens.message, name);
    return cli_fail(EXIT_BAD_USAGE, "carebus describe SERVICE lists its messages",
                    "no message '%s' of '%s' is known", tokens.message, tokens.service);
}

/* ---- JSON in ------------------------------------------------------------------------------------- */

static int pack(struct cli *cli, const json_t *value, const ProtobufCMessageDescriptor *type,
                struct slice *ret_body)
{
    ProtobufCMessage *message;
    const char *error;

    int r = json_to_message(value, type, &cli->arena, &message, &error);
    if (r > 0)
        return cli_fail(EXIT_BAD_USAGE, NULL, "%s: %s", type->name, error);
    if (r < 0)
        return cli_fail(EXIT_IO, NULL, "%s: %s", type->name, strerror(-r));
    size_t size = protobuf_c_message_get_packed_size(message);
    if (size > BODY_BYTES)
        return cli_fail(EXIT_BAD_USAGE, NULL, "%s: %zu bytes are over the limit of %d", type->name,
                        size, (int)BODY_BYTES);
    uint8_t *bytes = arena_alloc(&cli->arena, size + 1);
    if (bytes == NULL)
        return cli_fail(EXIT_IO, NULL, "no memory");
    protobuf_c_message_pack(message, bytes);
    *ret_body = slice_of(bytes, size);
    return 0;
}

static int read_stdin(struct cli *cli, const char **ret_text, size_t *ret_size)
{
    size_t room = JSON_TEXT_BYTES + 1;
    char *text = arena_alloc(&cli->arena, room);
    if (text == NULL)
        return cli_fail(EXIT_IO, NULL, "no memory");
    size_t size = fread(text, 1, room - 1, stdin);
    if (ferror(stdin))
        return cli_fail(EXIT_NO_INPUT, NULL, "standard input cannot be read");
    *ret_text = text;
    *ret_size = size;
    return 0;
}

static int read_text(struct cli *cli, const char *text, const char **ret_text, size_t *ret_size)
{
    if (text[0] != '@') {
        *ret_text = text;
        *ret_size = strlen(text);
        return 0;
    }
    if (strcmp(text, "@-") == 0)
        return read_stdin(cli, ret_text, ret_size);

    char *bytes;
    int r = io_read_file(text + 1, JSON_TEXT_BYTES, &bytes, ret_size);
    if (r == IO_ABSENT)
        return cli_fail(EXIT_NO_INPUT, NULL, "%s is not there", text + 1);
    if (r == IO_TOO_LARGE)
        return cli_fail(EXIT_NO_INPUT, NULL, "%s is over %d bytes", text + 1, JSON_TEXT_BYTES);
    if (r < 0)
        return cli_fail(EXIT_NO_INPUT, NULL, "%s: %s", text + 1, strerror(-r));
    *ret_text = arena_copy(&cli->arena, bytes, *ret_size + 1);
    free(bytes);
    return *ret_text == NULL ? cli_fail(EXIT_IO, NULL, "no memory") : 0;
}

int message_from_text(struct cli *cli, const ProtobufCMessageDescriptor *type, const char *text,
                      struct slice *ret_body)
{
    const char *json_text;
    const char *error;
    size_t size;
    json_t *value;

    int status = read_text(cli, text, &json_text, &size);
    if (status != 0)
        return status;
    int r = json_parse(json_text, size, &cli->arena, &value, &error);
    if (r != 0)
        return cli_fail(EXIT_BAD_USAGE, NULL, "not JSON: %s", r > 0 ? error : strerror(-r));
    status = pack(cli, value, type, ret_body);
    json_decref(value);
    return status;
}

/* ---- field=value --------------------------------------------------------------------------------- */

static const ProtobufCFieldDescriptor *field_named(const ProtobufCMessageDescriptor *type,
                                                   const char *name, size_t length)
{
    for (unsigned i = 0; i < type->n_fields; i++) {
        const char *known = type->fields[i].name;
        if (strlen(known) == length && strncmp(known, name, length) == 0)
            return &type->fields[i];
    }
    return NULL;
}

static int no_field(struct cli *cli, const ProtobufCMessageDescriptor *type, const char *name,
                    size_t length)
{
    const char *names = "";

    for (unsigned i = 0; i < type->n_fields; i++)
        names = arena_print(&cli->arena, "%s%s%s", names, i == 0 ? "" : ", ", type->fields[i].name);
    return cli_fail(EXIT_BAD_USAGE, NULL, "%s has no field '%.*s'; it has %s", type->name,
                    (int)length, name, names);
}

static json_t *scalar(const ProtobufCFieldDescriptor *field, const char *text, uint64_t now_ms)
{
    size_t length = strlen(field->name);
    uint64_t ms;

    if (field->type == PROTOBUF_C_TYPE_BOOL)
        return strcmp(text, "true") == 0 || strcmp(text, "yes") == 0   ? json_true()
               : strcmp(text, "false") == 0 || strcmp(text, "no") == 0 ? json_false()
                                                                       : json_string(text);
    if (field->type == PROTOBUF_C_TYPE_UINT64 && length > 3
        && strcmp(field->name + length - 3, "_ms") == 0 && !cli_number(text, UINT64_MAX, &ms)
        && cli_time(text, now_ms, &ms))
        return json_integer((json_int_t)ms);
    if (field->type == PROTOBUF_C_TYPE_UINT32 && cli_number(text, UINT32_MAX, &ms))
        return json_integer((json_int_t)ms);
    return json_string(text);
}

/* One `a.b=value` into `object`. */
static int put(struct cli *cli, json_t *object, const ProtobufCMessageDescriptor *type,
               const char *argument, uint64_t now_ms)
{
    size_t length = strcspn(argument, ".=");
    const ProtobufCFieldDescriptor *field = field_named(type, argument, length);
    if (field == NULL)
        return no_field(cli, type, argument, length);
    const char *rest = argument + length;
    bool list = field->label == PROTOBUF_C_LABEL_REPEATED;

    if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
        if (*rest != '.')
            return cli_fail(EXIT_BAD_USAGE, NULL, "%s.%s wants a field of its own: %s.name=...",
                            type->name, field->name, field->name);
        json_t *below = json_object_get(object, field->name);
        if (below == NULL) {
            below = list ? json_array() : json_object();
            json_object_set_new(object, field->name, below);
        }
        if (list) {
            /* `problems.0.kind=...`; without a number, the first. */
            size_t digits = strspn(rest + 1, "0123456789");
            size_t at = digits > 0 ? (size_t)strtoul(rest + 1, NULL, 10) : 0;
            if (digits > 0)
                rest += digits + 1;
            if (at > json_array_size(below) || *rest != '.')
                return cli_fail(EXIT_BAD_USAGE, NULL, "%s: give item 0, then 1 ...", argument);
            if (at == json_array_size(below))
                json_array_append_new(below, json_object());
            below = json_array_get(below, at);
        }
        return put(cli, below, field->descriptor, rest + 1, now_ms);
    }
    if (*rest != '=')
        return cli_fail(EXIT_BAD_USAGE, NULL, "'%s': write field=value", argument);
    if (!list) {
        json_object_set_new(object, field->name, scalar(field, rest + 1, now_ms));
        return 0;
    }
    json_t *items = json_object_get(object, field->name);
    if (items == NULL) {
        items = json_array();
        json_object_set_new(object, field->name, items);
    }
    for (const char *at = rest + 1; *at != '\0';) {
        size_t size = strcspn(at, ",");
        const char *item = arena_print(&cli->arena, "%.*s", (int)size, at);
        json_array_append_new(items, scalar(field, item, now_ms));
        at += size + (at[size] == ',');
    }
    return 0;
}

int message_from_arguments(struct cli *cli, const ProtobufCMessageDescriptor *type, uint64_t now_ms,
                           struct slice *ret_body)
{
    json_t *object = json_object();
    const char *argument;
    int status = 0;

    while (status == 0 && (argument = cli_argument(cli)) != NULL)
        status = put(cli, object, type, argument, now_ms);
    if (status == 0)
        status = cli_no_more(cli);
    if (status == 0)
        status = pack(cli, object, type, ret_body);
    json_decref(object);
    return status;
}
