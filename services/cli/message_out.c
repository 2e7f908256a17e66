/*
 * Messages for people and programs: as JSON, as one line, as a table.
 */
#include "cli/message.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/id.h"
#include "cli/print.h"
#include "cli/verbs.h"
#include "kit/json.h"
#include "kit/words.h"
#include "town.pb-c.h"

enum { BRIEF_BYTES = 240 };

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

/* HH:MM on the message's own day; with the date on another. */
static void brief_time(uint64_t ms, uint64_t message_ms, char text[CLOCK_TEXT_SIZE])
{
    char whole[CLOCK_TEXT_SIZE];
    bool same_day = clock_day(ms) == clock_day(message_ms);

    clock_print(ms, whole);
    snprintf(text, CLOCK_TEXT_SIZE, "%.*s%s%.5s", same_day ? 0 : 5, whole + 5, same_day ? "" : " ",
             whole + 11);
}

/* What a line of a timeline shows: ids, codes, numbers and times, never a card. */
static void brief(const ProtobufCMessage *message, uint64_t message_ms, const char *const *skipped,
                  char *text, size_t room)
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
            brief_time(strtoull(json_is_string(value) ? json_string_value(value) : "0", NULL, 10),
                       message_ms, time);
            used += (size_t)snprintf(text + used, room - used, "%s%.*s=%s", gap, (int)(length - 2),
                                     name, time);
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
        brief(body, stored->time_ms, skipped, text, sizeof(text));
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

static bool is_time(const char *name)
{
    size_t length = strlen(name);

    return length > 2 && strcmp(name + length - 2, "Ms") == 0;
}

static const char *cell_of(struct cli *cli, const char *name, const json_t *value)
{
    if (value == NULL || json_is_null(value))
        return "";
    if (is_time(name) && json_is_string(value)) {
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

/* A time is printed as one, so that its column needs no unit; a program's CSV keeps the field's name. */
static const char *title_of(struct cli *cli, const char *name)
{
    size_t length = strlen(name);

    if (cli->csv || length <= 3 || strcmp(name + length - 3, "_ms") != 0)
        return name;
    return arena_print(&cli->arena, "%.*s", (int)(length - 3), name);
}

/* What a person copies into the next call: no blank in any cell, and a digit in one. */
static bool is_copied(struct cli *cli, const char *name, const json_t *rows)
{
    bool digit = false;
    size_t index;
    json_t *row;

    json_array_foreach(rows, index, row)
    {
        const char *cell = cell_of(cli, name, json_object_get(row, name));
        if (strchr(cell, ' ') != NULL && !is_time(name))
            return false;
        digit = digit || strpbrk(cell, "0123456789") != NULL;
    }
    return digit;
}

static bool is_chosen(const char *const *chosen, const char *name)
{
    while (chosen != NULL && *chosen != NULL && strcmp(*chosen, name) != 0)
        chosen++;
    return chosen == NULL || *chosen != NULL;
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
        if (!any || (!cli->csv && !is_chosen(cli->columns, type->fields[i].name)))
            continue;
        names[count] = name;
        columns[count++] = (struct print_column){ title_of(cli, type->fields[i].name), 40,
                                                  is_copied(cli, name, rows) };
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
            printf("%*s%-18s %s\n", indent, "", title_of(cli, field->name),
                   cell_of(cli, name, value));
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
