/*
 * What a scene is made of: somebody says, somebody asks, and what must come of it is heard.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cli/day_inside.h"
#include "cli/message.h"
#include "kit/json.h"

enum {
    TEXT_BYTES = 4096,
    WAIT_MS = 5000, /* of a deadline that passes, as long as it is not too fast for the town */
    RATE_LEAST = 60,
    RATE_MOST = 720,
    ASKED_MOST = 20, /* times, and between them */
    ASK_AGAIN_MS = 500,
};

const char day_watcher[] = "jcb";

/* ---- speaking as somebody ---------------------------------------------------------------------------- */

void day_become(struct cli *cli, const char *post)
{
    cli->post = post;
    cli->unit = arena_print(&cli->arena, "%.*s", (int)strcspn(post, "."), post);
}

void day_fail(struct day *day, const char *what)
{
    if (day->failed)
        return;
    day->failed = true;
    day->failures++;
    cli_fail(EXIT_REFUSED, NULL, "scene %s: %s", day->scene, what);
}

/* Takes a value and lends it until the day ends. */
static json_t *keep(struct day *day, json_t *value)
{
    json_array_append_new(day->kept, value);
    return value;
}

static json_t *parse(struct day *day, const char *text)
{
    const char *error;
    json_t *value;

    if (json_parse(text, strlen(text), &day->cli->arena, &value, &error) != 0) {
        day_fail(day, arena_print(&day->cli->arena, "%s: %s", text, error));
        return NULL;
    }
    return keep(day, value);
}

void day_say(struct day *day, const char *post, const char *subject, const char *case_id,
             const char *format, ...)
{
    struct cli *cli = day->cli;
    const ProtobufCMessageDescriptor *type;
    struct link_message message = { .subject = subject, .case_id = case_id };
    char text[TEXT_BYTES];
    struct link *link;
    const char *id;
    va_list arguments;

    if (day->failed)
        return;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    day_become(cli, post);
    int status = message_type(cli, subject, &type);
    if (status == 0)
        status = message_from_text(cli, type, text, &message.body);
    if (status == 0)
        status = link_open_to_publish(cli, &link);
    if (status == 0) {
        status = link_publish(link, &message, &day->since, &id);
        link_close(link);
    }
    if (status != 0)
        day_fail(day, arena_print(&cli->arena, "%s cannot say %s", post, subject));
}

void day_say_all(struct day *day, const char *post, const char *subject, day_make *make,
                 void *context)
{
    struct cli *cli = day->cli;
    const ProtobufCMessageDescriptor *type;
    struct link_message message = { .subject = subject };
    char text[TEXT_BYTES];
    struct link *link;

    if (day->failed)
        return;
    day_become(cli, post);
    int status = message_type(cli, subject, &type);
    if (status == 0)
        status = link_open_to_publish(cli, &link);
    if (status == 0) {
        for (uint32_t n = 0; status == 0 && make(context, n, text, sizeof(text)); n++) {
            status = message_from_text(cli, type, text, &message.body);
            if (status == 0)
                status = link_send(link, &message);
        }
        if (status == 0)
            status = link_flush(link, &day->since);
        link_close(link);
    }
    if (status != 0)
        day_fail(day, arena_print(&cli->arena, "%s cannot say %s", post, subject));
}

const json_t *day_ask(struct day *day, const char *post, const char *subject, const char *format,
                      ...)
{
    struct cli *cli = day->cli;
    const ProtobufCMessageDescriptor *type;
    json_t *answer = NULL;
    char text[TEXT_BYTES];
    struct slice question;
    struct slice body;
    struct link *link;
    va_list arguments;

    if (day->failed)
        return NULL;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    day_become(cli, post);
    int status = message_type(cli, subject, &type);
    if (status == 0)
        status = message_from_text(cli, type, text, &question);
    /* A service that is just starting anew has no answer yet. */
    for (uint32_t n = 0; status == 0 && answer == NULL && n < ASKED_MOST; n++) {
        if (n > 0)
            day_wait_real_ms(day, ASK_AGAIN_MS);
        day_become(cli, post);
        if (link_open(cli, &link) != 0)
            continue;
        int r = link_query(link, subject, question, &body);
        link_close(link);
        if (r == 0)
            answer = keep(day, message_answer(cli, subject, body));
        else if (r != EXIT_UNAVAILABLE)
            break;
    }
    if (answer == NULL)
        day_fail(day, arena_print(&cli->arena, "%s has no answer to %s", post, subject));
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
    struct day *day;
    const char *subject;
    uint64_t since;
    const json_t *wanted;
    struct day_heard heard;
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
    struct cli *cli = search->day->cli;

    if (!is_meant(search, stored))
        return true;
    json_t *message = keep(search->day, message_json(cli, stored));
    const json_t *body = json_object_get(message, "body");

    if (!has_all(body, search->wanted)) {
        search->other = body;
        return true;
    }
    search->heard = (struct day_heard){
        .seq = stored->seq,
        .time_ms = stored->time_ms,
        .case_id = arena_print(&cli->arena, "%.*s", (int)stored->envelope.case_id.size,
                               (const char *)stored->envelope.case_id.data),
        .body = body,
    };
    return false;
}

static struct search look(struct day *day, uint64_t since, const char *subject, const char *text,
                          uint32_t wait_ms)
{
    struct cli *cli = day->cli;
    struct search search = { .day = day, .subject = subject, .since = since };
    const struct link_reading reading = {
        .filters = &subject,
        .filter_count = 1,
        .from_seq = since + 1,
        .live = true,
        .timeout_ms = wait_ms,
    };

    day_become(cli, day_watcher);
    search.wanted = parse(day, text);
    if (search.wanted != NULL && link_read(day->watch, &reading, search_each, &search) != 0)
        day_fail(day, "the log cannot be read");
    return search;
}

static struct day_heard hear(struct day *day, const char *subject, const char *text,
                             uint32_t wait_ms)
{
    struct cli *cli = day->cli;

    if (day->failed)
        return (struct day_heard){ .case_id = "" };
    struct search search = look(day, day->since, subject, text, wait_ms);
    if (search.heard.body != NULL) {
        day->checked++;
        return search.heard;
    }
    char *other = search.other == NULL ? NULL : json_dumps(search.other, JSON_COMPACT);
    day_fail(day, arena_print(&cli->arena, "%s %s did not come behind %" PRIu64 " within %u ms%s%s",
                              subject, text, day->since, wait_ms, other == NULL ? "" : "; but ",
                              other == NULL ? "" : other));
    free(other);
    return (struct day_heard){ .case_id = "" };
}

struct day_heard day_hear(struct day *day, const char *subject, const char *format, ...)
{
    char text[TEXT_BYTES];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    return hear(day, subject, text, DAY_WAIT_MS);
}

struct day_heard day_hear_within(struct day *day, uint64_t log_ms, const char *subject,
                                 const char *format, ...)
{
    char text[TEXT_BYTES];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    if (day->failed)
        return (struct day_heard){ .case_id = "" };
    uint64_t since = day->since;
    uint64_t rate = log_ms / WAIT_MS;
    day_run_to(day, day_now_ms(day) + log_ms,
               (uint32_t)(rate < RATE_LEAST  ? RATE_LEAST
                          : rate > RATE_MOST ? RATE_MOST
                                             : rate));
    day->since = since;
    return hear(day, subject, text, DAY_WAIT_MS);
}

void day_hear_nothing(struct day *day, uint64_t since, const char *subject, const char *format, ...)
{
    char text[TEXT_BYTES];
    va_list arguments;

    if (day->failed)
        return;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    struct search search = look(day, since, subject, text, 300);
    if (search.heard.body != NULL)
        day_fail(day,
                 arena_print(&day->cli->arena, "%s %s came, and should not have", subject, text));
    else
        day->checked++;
}

struct counted {
    const char *subject;
    uint32_t count;
};

static bool count_each(void *context, const struct stored *stored)
{
    struct counted *counted = context;
    const struct search meant = { .subject = counted->subject };

    counted->count += is_meant(&meant, stored);
    return true;
}

void day_hear_all(struct day *day, uint64_t from_seq, const char *subject, uint32_t count)
{
    uint64_t end_us = clock_steady_us() + (uint64_t)DAY_WAIT_MS * 1000;
    const struct link_reading reading = { .filters = &subject,
                                          .filter_count = 1,
                                          .from_seq = from_seq };
    struct counted counted = { .subject = subject };
    struct link *link;

    while (!day->failed && counted.count < count && clock_steady_us() < end_us) {
        day_settle(day);
        counted.count = 0;
        day_become(day->cli, day_watcher);
        if (link_open(day->cli, &link) != 0) /* whose head is that of now */
            continue;
        if (link_read(link, &reading, count_each, &counted) != 0)
            day_fail(day, "the log cannot be read");
        link_close(link);
    }
    day_check(
        day, counted.count == count,
        arena_print(&day->cli->arena, "%s came %u times, not %u", subject, counted.count, count));
}

const char *day_text(const struct day_heard *heard, const char *path)
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

void day_check(struct day *day, bool good, const char *what)
{
    if (day->failed)
        return;
    if (good)
        day->checked++;
    else
        day_fail(day, what);
}

void day_case(struct day *day, const char *case_id)
{
    if (day->failed || case_id[0] == '\0' || day->case_count == DAY_CASES)
        return;
    day->cases[day->case_count].scene = day->scene;
    day->cases[day->case_count++].case_id = case_id;
}
