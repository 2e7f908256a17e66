#include "cli/message.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/id.h"
#include "base/io.h"
#include "cli/print.h"
#include "cli/verbs.h"
#include "kit/json.h"
#include "kit/words.h"
#include "town.pb-c.h"

enum { BODY_BYTES = 64 << 10, BRIEF_BYTES = 240 };

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

/* ---- out ----------------------------------------------------------------------------------------- */

static const char *text_of(struct cli *cli, struct slice slice)
{
    return arena_print(&cli->arena, "%.*s", (int)slice.size, (const char *)slice.data);
}

const char *message_id(struct cli *cli, const struct stored *stored)
{
    return arena_print(&cli->arena, "%.*s/%" PRIu32 "/%" PRIu64, (int)stored->source.size,
                       (const char *)stored->source.data, stored->envelope.epoch,
                       stored->envelope.number);
}

static ProtobufCMessage *body_of(struct cli *cli, const struct stored *stored)
{
    struct message_tokens tokens;
    ProtobufCMessage *message;
    const char *reason;

    message_split(stored->envelope.subject, &tokens);
    const ProtobufCMessageDescriptor *type =
        words_of(slice_text(tokens.service), slice_text(tokens.message));
    if (type == NULL
        || scan_unpack(type, stored->envelope.body, &cli->arena, &message, &reason) != 0)
        return NULL;
    return message;
}

json_t *message_json(struct cli *cli, const struct stored *stored)
{
    const struct envelope *envelope = &stored->envelope;
    char time[CLOCK_TEXT_SIZE];
    json_t *object = json_object();
    ProtobufCMessage *body = body_of(cli, stored);

    clock_print(stored->time_ms, time);
    json_object_set_new(object, "seq", json_integer((json_int_t)stored->seq));
    json_object_set_new(object, "time", json_string(time));
    json_object_set_new(object, "id", json_string(message_id(cli, stored)));
    json_object_set_new(object, "subject", json_string(text_of(cli, envelope->subject)));
    if (envelope->case_id.size > 0)
        json_object_set_new(object, "case", json_string(text_of(cli, envelope->case_id)));
    if (envelope->cause.size > 0)
        json_object_set_new(object, "cause", json_string(text_of(cli, envelope->cause)));
    if (envelope->to.size > 0)
        json_object_set_new(object, "to", json_string(text_of(cli, envelope->to)));
    json_object_set_new(object, "priority",
                        json_string(arena_print(&cli->arena, "P%u", envelope->priority)));
    if (envelope->exercise)
        json_object_set_new(object, "exercise", json_true());
    json_object_set_new(object, "body", body == NULL ? json_null() : json_from_message(body));
    return object;
}

static bool is_among(const char *const *names, const char *name)
{
    for (; *names != NULL; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

/* What a line of a timeline shows: ids, codes, numbers and times, never a card. */
static void brief(const ProtobufCMessage *message, const char *const *skipped, char *text,
                  size_t room)
{
    json_t *object = json_from_message(message);
    const char *name;
    json_t *value;
    size_t used = strlen(text);

    json_object_foreach(object, name, value)
    {
        size_t length = strlen(name);
        const char *gap = used == 0 ? "" : " ";
        if (is_among(skipped, name))
            continue;
        if (strcmp(name, "card") == 0 || strcmp(name, "host") == 0 || json_is_false(value))
            continue;
        if (length > 2 && strcmp(name + length - 2, "Ms") == 0) {
            char time[CLOCK_TEXT_SIZE];
            clock_print((uint64_t)strtoull(json_is_string(value) ? json_string_value(value) : "0",
                                           NULL, 10),
                        time);
            used += (size_t)snprintf(text + used, room - used, "%s%.*s=%.5s", gap,
                                     (int)(length - 2), name, time + 11);
        } else if (json_is_string(value)) {
            used += (size_t)snprintf(text + used, room - used, "%s%s=%s", gap, name,
                                     json_string_value(value));
        } else if (json_is_integer(value)) {
            used += (size_t)snprintf(text + used, room - used, "%s%s=%lld", gap, name,
                                     (long long)json_integer_value(value));
        } else if (json_is_true(value)) {
            used += (size_t)snprintf(text + used, room - used, "%s%s", gap, name);
        } else if (json_is_array(value)) {
            used += (size_t)snprintf(text + used, room - used, "%s%s=%zu", gap, name,
                                     json_array_size(value));
        }
        if (used >= room - 1)
            break;
    }
    json_decref(object);
}

static const char *brief_without(struct cli *cli, const struct stored *stored,
                                 const char *const *skipped)
{
    char text[BRIEF_BYTES] = "";
    ProtobufCMessage *body = body_of(cli, stored);

    if (body != NULL)
        brief(body, skipped, text, sizeof(text));
    /* A text that was cut inside a character loses the rest of it. */
    size_t length = strlen(text);
    while (length > 0 && !scan_text(slice_of(text, length)))
        text[--length] = '\0';
    return arena_text(&cli->arena, text);
}

const char *message_brief(struct cli *cli, const struct stored *stored)
{
    static const char *const none[] = { NULL };
    return brief_without(cli, stored, none);
}

const char *message_telling(struct cli *cli, const struct stored *stored)
{
    /* What every message of one case repeats, and what only a program wants. */
    static const char *const skipped[] = {
        "need",        "assignment",  "person",       "plac",          "ticket",   "call",
        "toUnit",      "toPost",      "caseId",       "place",         "id",       "byPost",
        "unit",        "evidence",    "period",       "command",       "category", "seat",
        "handlerUnit", "handlerPost", "verifierUnit", "daysLeftKnown", NULL,
    };
    return brief_without(cli, stored, skipped);
}

int message_print_outcome(struct cli *cli, const struct stored *stored)
{
    struct message_tokens tokens;

    message_split(stored->envelope.subject, &tokens);
    bool refused = strcmp(tokens.message, "Refused") == 0;
    if (cli->json) {
        int status = cli_print_json(message_json(cli, stored));
        return status != 0 ? status : refused ? EXIT_REFUSED : 0;
    }
    if (refused) {
        const Town__Refused *body = (const Town__Refused *)body_of(cli, stored);
        if (body == NULL)
            return cli_fail(EXIT_REFUSED, NULL, "%s refuses", tokens.service);
        return cli_fail(EXIT_REFUSED, NULL, "%s refuses %s: %s, %s", tokens.service, body->command,
                        body->code, body->reason);
    }
    if (!cli->quiet)
        printf("%" PRIu64 "  %s.%s.%s  %s\n", stored->seq, tokens.service, tokens.message,
               tokens.unit, message_brief(cli, stored));
    return 0;
}

/* ---- answers ------------------------------------------------------------------------------------- */

static const char *cell_of(struct cli *cli, const char *name, const json_t *value)
{
    size_t length = strlen(name);

    if (value == NULL || json_is_null(value))
        return "";
    if (length > 2 && strcmp(name + length - 2, "Ms") == 0 && json_is_string(value)) {
        char time[CLOCK_TEXT_SIZE];
        clock_print(strtoull(json_string_value(value), NULL, 10), time);
        return arena_print(&cli->arena, "%.2s-%.2s %.5s", time + 5, time + 8, time + 11);
    }
    if (json_is_string(value))
        return arena_text(&cli->arena, json_string_value(value));
    if (json_is_integer(value))
        return arena_print(&cli->arena, "%lld", (long long)json_integer_value(value));
    if (json_is_boolean(value))
        return json_is_true(value) ? "yes" : "";
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    const char *copy = arena_text(&cli->arena, text == NULL ? "" : text);
    free(text);
    return copy;
}

static const char *json_name(struct cli *cli, const char *name)
{
    char text[128];
    size_t used = 0;

    for (const char *at = name; *at != '\0' && used + 1 < sizeof(text); at++) {
        if (*at == '_' && at[1] != '\0')
            text[used++] = (char)toupper((unsigned char)*++at);
        else
            text[used++] = *at;
    }
    text[used] = '\0';
    return arena_text(&cli->arena, text);
}

/* The columns of a list: what is flat, and not empty in every row. */
static void print_list(struct cli *cli, const ProtobufCMessageDescriptor *type, const json_t *rows)
{
    struct print_column columns[PRINT_COLUMNS];
    const char *names[PRINT_COLUMNS];
    const char *cells[PRINT_COLUMNS];
    struct print_table table;
    uint32_t count = 0;
    size_t index;
    json_t *row;

    for (unsigned i = 0; i < type->n_fields && count < PRINT_COLUMNS; i++) {
        const char *name = json_name(cli, type->fields[i].name);
        bool any = false;
        json_array_foreach(rows, index, row) any = any || json_object_get(row, name) != NULL;
        if (!any)
            continue;
        names[count] = name;
        columns[count++] = (struct print_column){ type->fields[i].name, 40 };
    }
    if (count == 0)
        return;
    print_begin(&table, columns, count);
    json_array_foreach(rows, index, row)
    {
        for (uint32_t i = 0; i < count; i++)
            cells[i] = cell_of(cli, names[i], json_object_get(row, names[i]));
        print_row(&table, cells);
    }
    print_end(&table, cli->csv, stdout);
}

static void print_fields(struct cli *cli, const ProtobufCMessageDescriptor *type,
                         const json_t *object, int indent)
{
    for (unsigned i = 0; i < type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];
        const char *name = json_name(cli, field->name);
        const json_t *value = json_object_get(object, name);
        if (value == NULL)
            continue;
        if (field->type != PROTOBUF_C_TYPE_MESSAGE) {
            printf("%*s%-18s %s\n", indent, "", field->name, cell_of(cli, name, value));
        } else if (field->label == PROTOBUF_C_LABEL_REPEATED) {
            print_list(cli, field->descriptor, value);
        } else {
            printf("%*s%s\n", indent, "", field->name);
            print_fields(cli, field->descriptor, value, indent + 2);
        }
    }
}

int message_print_answer(struct cli *cli, const ProtobufCMessage *answer)
{
    json_t *object = json_from_message(answer);

    if (object == NULL)
        return cli_fail(EXIT_IO, NULL, "an answer that is no text");
    if (cli->json)
        return cli_print_json(object);
    if (json_object_size(object) == 0)
        puts("nothing");
    else
        print_fields(cli, answer->descriptor, object, 0);
    json_decref(object);
    return 0;
}

json_t *message_answer(struct cli *cli, const char *subject, struct slice body)
{
    struct message_tokens tokens;
    ProtobufCMessage *answer;
    const char *reason;

    message_split(slice_text(subject), &tokens);
    const struct service *service = cli_service(tokens.service);
    const ProtobufCMessageDescriptor *question =
        words_of(slice_text(tokens.service), slice_text(tokens.message));
    const ProtobufCMessageDescriptor *type =
        service == NULL || question == NULL ? NULL : cli_answer_to(service, question);
    if (type == NULL || scan_unpack(type, body, &cli->arena, &answer, &reason) != 0)
        return NULL;
    return json_from_message(answer);
}
