/*
 * What a scene is made of: somebody says, somebody asks, and what must come of it is heard.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/message.h"
#include "cli/morning_inside.h"
#include "kit/json.h"

enum { TEXT_BYTES = 4096 };

const char morning_watcher[] = "jcb";

/* ---- speaking as somebody ---------------------------------------------------------------------------- */

void morning_become(struct cli *cli, const char *post)
{
    cli->post = post;
    cli->unit = arena_print(&cli->arena, "%.*s", (int)strcspn(post, "."), post);
}

void morning_fail(struct morning *morning, const char *what)
{
    if (morning->failed)
        return;
    morning->failed = true;
    morning->failures++;
    cli_fail(EXIT_REFUSED, NULL, "scene %s: %s", morning->scene, what);
}

/* Takes a value and lends it until the morning ends. */
static json_t *keep(struct morning *morning, json_t *value)
{
    json_array_append_new(morning->kept, value);
    return value;
}

static json_t *parse(struct morning *morning, const char *text)
{
    const char *error;
    json_t *value;

    if (json_parse(text, strlen(text), &morning->cli->arena, &value, &error) != 0) {
        morning_fail(morning, arena_print(&morning->cli->arena, "%s: %s", text, error));
        return NULL;
    }
    return keep(morning, value);
}

void morning_say(struct morning *morning, const char *post, const char *subject,
                 const char *case_id, const char *format, ...)
{
    struct cli *cli = morning->cli;
    const ProtobufCMessageDescriptor *type;
    struct link_message message = { .subject = subject, .case_id = case_id };
    char text[TEXT_BYTES];
    struct link *link;
    const char *id;
    va_list arguments;

    if (morning->failed)
        return;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    morning_become(cli, post);
    int status = message_type(cli, subject, &type);
    if (status == 0)
        status = message_from_text(cli, type, text, &message.body);
    if (status == 0)
        status = link_open_to_publish(cli, &link);
    if (status == 0) {
        status = link_publish(link, &message, &morning->since, &id);
        link_close(link);
    }
    if (status != 0)
        morning_fail(morning, arena_print(&cli->arena, "%s cannot say %s", post, subject));
}

const json_t *morning_ask(struct morning *morning, const char *post, const char *subject,
                          const char *format, ...)
{
    struct cli *cli = morning->cli;
    const ProtobufCMessageDescriptor *type;
    json_t *answer = NULL;
    char text[TEXT_BYTES];
    struct slice body;
    struct link *link;
    va_list arguments;

    if (morning->failed)
        return NULL;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    morning_become(cli, post);
    int status = message_type(cli, subject, &type);
    if (status == 0)
        status = message_from_text(cli, type, text, &body);
    if (status == 0)
        status = link_open(cli, &link);
    if (status == 0) {
        status = link_query(link, subject, body, &body);
        link_close(link);
    }
    if (status == 0)
        answer = keep(morning, message_answer(cli, subject, body));
    if (answer == NULL)
        morning_fail(morning, arena_print(&cli->arena, "%s has no answer to %s", post, subject));
    return answer;
}

/* ---- hearing --------------------------------------------------------------------------------------- */

/* Whether everything in `wanted` is in `got`. */
static bool has_all(const json_t *got, const json_t *wanted)
{
    const json_t *value;
    const char *name;

    if (!json_is_object(wanted))
        return json_equal(got, wanted) == 1;
    json_object_foreach((json_t *)(uintptr_t)wanted, name, value)
    {
        const json_t *found = json_object_get(got, name);
        if (found == NULL || !has_all(found, value))
            return false;
    }
    return true;
}

struct search {
    struct morning *morning;
    const char *subject;
    uint64_t since;
    const json_t *wanted;
    struct morning_heard heard;
    const json_t *other; /* the last of that subject with other fields */
};

/* What was on its way for the search before this one still comes. */
static bool is_meant(const struct search *search, const struct stored *stored)
{
    struct message_tokens tokens;
    struct message_tokens wanted;

    message_split(stored->envelope.subject, &tokens);
    message_split(slice_text(search->subject), &wanted);
    return stored->seq > search->since && strcmp(tokens.service, wanted.service) == 0
           && strcmp(tokens.message, wanted.message) == 0
           && (strcmp(wanted.unit, "*") == 0 || strcmp(tokens.unit, wanted.unit) == 0);
}

static bool search_each(void *context, const struct stored *stored)
{
    struct search *search = context;
    struct cli *cli = search->morning->cli;

    if (!is_meant(search, stored))
        return true;
    json_t *message = keep(search->morning, message_json(cli, stored));
    const json_t *body = json_object_get(message, "body");

    if (!has_all(body, search->wanted)) {
        search->other = body;
        return true;
    }
    search->heard = (struct morning_heard){
        .seq = stored->seq,
        .time_ms = stored->time_ms,
        .case_id = arena_print(&cli->arena, "%.*s", (int)stored->envelope.case_id.size,
                               (const char *)stored->envelope.case_id.data),
        .body = body,
    };
    return false;
}

static struct search look(struct morning *morning, uint64_t since, const char *subject,
                          const char *text, uint32_t wait_ms)
{
    struct cli *cli = morning->cli;
    struct search search = { .morning = morning, .subject = subject, .since = since };
    const struct link_reading reading = {
        .filters = &subject,
        .filter_count = 1,
        .from_seq = since + 1,
        .live = true,
        .timeout_ms = wait_ms,
    };

    morning_become(cli, morning_watcher);
    search.wanted = parse(morning, text);
    if (search.wanted != NULL && link_read(morning->watch, &reading, search_each, &search) != 0)
        morning_fail(morning, "the log cannot be read");
    return search;
}

static struct morning_heard hear(struct morning *morning, const char *subject, const char *text,
                                 uint32_t wait_ms)
{
    struct cli *cli = morning->cli;

    if (morning->failed)
        return (struct morning_heard){ .case_id = "" };
    struct search search = look(morning, morning->since, subject, text, wait_ms);
    if (search.heard.body != NULL) {
        morning->checked++;
        return search.heard;
    }
    char *other = search.other == NULL ? NULL : json_dumps(search.other, JSON_COMPACT);
    morning_fail(morning,
                 arena_print(&cli->arena, "%s %s did not come behind %" PRIu64 " within %u ms%s%s",
                             subject, text, morning->since, wait_ms, other == NULL ? "" : "; but ",
                             other == NULL ? "" : other));
    free(other);
    return (struct morning_heard){ .case_id = "" };
}

struct morning_heard morning_hear(struct morning *morning, const char *subject, const char *format,
                                  ...)
{
    char text[TEXT_BYTES];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    return hear(morning, subject, text, MORNING_WAIT_MS);
}

struct morning_heard morning_hear_within(struct morning *morning, uint64_t log_ms,
                                         const char *subject, const char *format, ...)
{
    char text[TEXT_BYTES];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    return hear(morning, subject, text, (uint32_t)(log_ms / morning->rate) + MORNING_WAIT_MS);
}

void morning_hear_nothing(struct morning *morning, uint64_t since, const char *subject,
                          const char *format, ...)
{
    char text[TEXT_BYTES];
    va_list arguments;

    if (morning->failed)
        return;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    struct search search = look(morning, since, subject, text, 300);
    if (search.heard.body != NULL)
        morning_fail(morning, arena_print(&morning->cli->arena, "%s %s came, and should not have",
                                          subject, text));
    else
        morning->checked++;
}

const char *morning_text(const struct morning_heard *heard, const char *path)
{
    const json_t *at = heard->body;

    while (at != NULL && *path != '\0') {
        size_t length = strcspn(path, ".");
        char part[64];
        snprintf(part, sizeof(part), "%.*s", (int)length, path);
        at = json_is_array(at) ? json_array_get(at, (size_t)strtoul(part, NULL, 10))
                               : json_object_get(at, part);
        path += length + (path[length] == '.');
    }
    const char *text = json_string_value(at);
    return text == NULL ? "" : text;
}

void morning_check(struct morning *morning, bool good, const char *what)
{
    if (morning->failed)
        return;
    if (good)
        morning->checked++;
    else
        morning_fail(morning, what);
}

void morning_case(struct morning *morning, const char *case_id)
{
    if (morning->failed || case_id[0] == '\0' || morning->case_count == MORNING_CASES)
        return;
    morning->cases[morning->case_count].scene = morning->scene;
    morning->cases[morning->case_count++].case_id = case_id;
}
