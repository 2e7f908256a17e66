#include "cli/morning.h"

#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cli/message.h"
#include "cli/print.h"
#include "cli/town_files.h"
#include "cli/verbs.h"
#include "kit/json.h"

enum {
    TEXT_BYTES = 4096,
    FAST_RATE = 10,
    MAILBOX_MOST = 100,
    LEASE_MS = 60 * 1000,
    TAKE_MS = 300,
};

static const char watcher[] = "jcb";

/* ---- speaking as somebody ---------------------------------------------------------------------------- */

static void become(struct cli *cli, const char *post)
{
    cli->post = post;
    cli->unit = arena_print(&cli->arena, "%.*s", (int)strcspn(post, "."), post);
}

static void fail_scene(struct morning *morning, const char *what)
{
    if (morning->failed)
        return;
    morning->failed = true;
    morning->failures++;
    cli_fail(EXIT_REFUSED, NULL, "scene %s: %s", morning->scene, what);
}

/* Desks that are open are heard of by the broker; their links must not fall asleep. */
static void keep_desks(void *context)
{
    struct morning *morning = context;

    for (uint32_t i = 0; i < morning->desk_count; i++)
        if (morning->desks[i].link != NULL)
            link_idle(morning->desks[i].link);
}

static void wait_real_ms(struct morning *morning, uint64_t ms)
{
    uint64_t end_us = clock_steady_us() + ms * 1000;

    do {
        keep_desks(morning);
        poll(NULL, 0, 20);
    } while (clock_steady_us() < end_us);
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
        fail_scene(morning, arena_print(&morning->cli->arena, "%s: %s", text, error));
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
    become(cli, post);
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
        fail_scene(morning, arena_print(&cli->arena, "%s cannot say %s", post, subject));
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
    become(cli, post);
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
        fail_scene(morning, arena_print(&cli->arena, "%s has no answer to %s", post, subject));
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

    become(cli, watcher);
    search.wanted = parse(morning, text);
    if (search.wanted != NULL && link_read(morning->watch, &reading, search_each, &search) != 0)
        fail_scene(morning, "the log cannot be read");
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
    fail_scene(morning,
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
        fail_scene(morning, arena_print(&morning->cli->arena, "%s %s came, and should not have",
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
        fail_scene(morning, what);
}

void morning_case(struct morning *morning, const char *case_id)
{
    if (morning->failed || case_id[0] == '\0' || morning->case_count == MORNING_CASES)
        return;
    morning->cases[morning->case_count].scene = morning->scene;
    morning->cases[morning->case_count++].case_id = case_id;
}

static Bus__Welcome welcome_now(struct morning *morning)
{
    Bus__Welcome welcome = BUS__WELCOME__INIT;
    struct link *link;

    become(morning->cli, watcher);
    if (link_open(morning->cli, &link) != 0) {
        fail_scene(morning, "the broker does not answer");
        return welcome;
    }
    welcome = *link_welcome(link);
    link_close(link);
    return welcome;
}

uint64_t morning_now_ms(struct morning *morning)
{
    return welcome_now(morning).time_ms;
}

uint64_t morning_head(struct morning *morning)
{
    return welcome_now(morning).head;
}

uint32_t morning_empty_mailbox(struct morning *morning, const char *unit)
{
    struct link_lease leases[MAILBOX_MOST];
    struct link *link;
    uint32_t all = 0;
    uint32_t count = 1;

    if (morning->failed)
        return 0;
    become(morning->cli, unit);
    int status = link_open(morning->cli, &link);
    if (status != 0) {
        fail_scene(morning, "the mailbox cannot be opened");
        return 0;
    }
    /* What belongs to one case is handed out one by one, in its order. */
    while (status == 0 && count > 0 && all < MAILBOX_MOST) {
        status = link_take(link, unit, 1, LEASE_MS, TAKE_MS, leases, &count);
        for (uint32_t i = 0; i < count && status == 0; i++)
            status = link_receipt(link, unit, leases[i].seq, leases[i].token);
        all += count;
    }
    link_close(link);
    if (status != 0)
        fail_scene(morning, arena_print(&morning->cli->arena, "%s cannot empty its mailbox", unit));
    return all;
}

/* ---- the desks ------------------------------------------------------------------------------------- */

static int open_desk(struct morning *morning, struct morning_desk *desk)
{
    struct cli *cli = morning->cli;

    become(cli, desk->unit);
    int status = link_open(cli, &desk->link);
    if (status == 0)
        status = link_listen(desk->link, arena_print(&cli->arena, "*.Dispatched.%s", desk->unit));
    return status;
}

static struct morning_desk *desk_of(struct morning *morning, const char *unit)
{
    for (uint32_t i = 0; i < morning->desk_count; i++)
        if (strcmp(morning->desks[i].unit, unit) == 0)
            return &morning->desks[i];
    return NULL;
}

void morning_cut(struct morning *morning, const char *unit)
{
    struct morning_desk *desk = desk_of(morning, unit);

    if (morning->failed || desk == NULL)
        return;
    link_close(desk->link);
    desk->link = NULL;
}

void morning_mend(struct morning *morning, const char *unit)
{
    struct morning_desk *desk = desk_of(morning, unit);

    if (desk != NULL && desk->link == NULL && open_desk(morning, desk) != 0)
        fail_scene(morning, "a desk cannot be opened");
}

static int open_desks(struct morning *morning)
{
    struct cli *cli = morning->cli;
    const char *tables = cli_tables(cli, NULL);
    const struct town_unit *units;
    const char *error;
    uint32_t count;

    if (tables == NULL || town_files_units(tables, &cli->arena, &units, &count, &error) != 0)
        return cli_fail(EXIT_NO_INPUT, NULL, "the town's tables are not there");
    become(cli, watcher);
    int status = link_open(cli, &morning->watch);
    for (uint32_t i = 0; i < count && i < MORNING_DESKS && status == 0; i++) {
        morning->desks[i].unit = units[i].unit;
        status = open_desk(morning, &morning->desks[i]);
        morning->desk_count++;
    }
    cli->idle = keep_desks;
    cli->idle_context = morning;
    if (status == 0)
        morning->rate = link_welcome(morning->watch)->rate;
    if (morning->rate == 0)
        morning->rate = 1;
    return status;
}

static void close_desks(struct morning *morning)
{
    morning->cli->idle = NULL;
    for (uint32_t i = 0; i < morning->desk_count; i++)
        link_close(morning->desks[i].link);
    link_close(morning->watch);
}

/* ---- what is left at the end ----------------------------------------------------------------------- */

/* Another verb of this program, asked as `unit`. */
static void show(struct morning *morning, const char *unit, int (*verb)(struct cli *cli),
                 const char *argument)
{
    struct cli *cli = morning->cli;
    char *arguments[64] = { NULL };
    char **argv = cli->argv;
    int argc = cli->argc;

    become(cli, unit);
    cli->argv = arguments;
    cli->argc = 0;
    if (argument != NULL)
        arguments[cli->argc++] = arena_text(&cli->arena, argument);
    if (verb(cli) != 0)
        morning->failures++;
    cli->argv = argv;
    cli->argc = argc;
    fflush(stdout);
}

static void title(struct morning *morning, const char *text)
{
    if (!morning->cli->json && !morning->cli->quiet)
        printf("\n== %s\n", text);
}

static void show_cases(struct morning *morning)
{
    struct cli *cli = morning->cli;

    for (uint32_t i = 0; i < morning->case_count; i++) {
        title(morning, arena_print(&cli->arena, cli_text("case %s (scene %s)"),
                                   morning->cases[i].case_id, morning->cases[i].scene));
        show(morning, watcher, verb_trace, morning->cases[i].case_id);
    }
}

static void show_summary(struct morning *morning)
{
    static const char *const units[] = { "sjb", "lgo", "dzb", "hcz", "hcs" };
    struct cli *cli = morning->cli;

    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        title(morning, arena_print(&cli->arena, cli_text("worklist of %s"), units[i]));
        show(morning, units[i], verb_worklist, units[i]);
    }
    title(morning, cli_text("supervision: what is late now"));
    show(morning, watcher, verb_overdue, NULL);
    title(morning, cli_text("supervision: findings"));
    show(morning, watcher, verb_findings, NULL);
    title(morning, cli_text("supervision: the duties"));
    show(morning, watcher, verb_duties, "--summary");
}

/* ---- the verb -------------------------------------------------------------------------------------- */

static void play(struct morning *morning, const struct morning_scene *scene)
{
    struct cli *cli = morning->cli;
    uint64_t began_us = clock_steady_us();
    uint32_t checked = morning->checked;

    morning->scene = scene->name;
    morning->failed = false;
    scene->play(morning);
    if (cli->json)
        cli_print_json(json_pack("{s:s,s:s,s:b,s:i}", "scene", scene->name, "title", scene->title,
                                 "passed", !morning->failed, "events",
                                 (int)(morning->checked - checked)));
    else if (!cli->quiet)
        printf("%s  %s  %s  %u  %.1f s\n", morning->failed ? "FAILED" : "passed", scene->name,
               scene->title, morning->checked - checked,
               (double)(clock_steady_us() - began_us) / 1e6);
    fflush(stdout);
}

/* The desks stay open until Ctrl-C: who reads on sees a town that is at work. */
static void stay(struct morning *morning)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    if (!morning->cli->quiet && !morning->cli->json)
        puts(cli_text("the desks stay open; Ctrl-C ends the town"));
    fflush(stdout);
    const struct timespec soon = { .tv_nsec = 200 * 1000 * 1000 };
    while (sigtimedwait(&set, NULL, &soon) < 0)
        keep_desks(morning);
}

int verb_morning(struct cli *cli)
{
    struct morning morning = { .cli = cli, .kept = json_array() };
    bool stays = cli_flag(cli, "--stay");
    const char *only = cli_option(cli, "--scene");

    int status = cli_no_more(cli);
    if (status == 0)
        status = open_desks(&morning);
    for (const struct morning_scene *scene = morning_scenes; status == 0 && scene->name != NULL;
         scene++) {
        if (scene->fast && morning.rate < FAST_RATE)
            continue;
        if (only == NULL || strcmp(only, scene->name) == 0)
            play(&morning, scene);
    }
    if (status == 0) {
        wait_real_ms(&morning, 500); /* the last words of the services */
        show_cases(&morning);
        show_summary(&morning);
        if (!cli->quiet && !cli->json)
            printf(cli_text("\nthe morning: %u events came as they should, %u scenes failed\n"),
                   morning.checked, morning.failures);
        fflush(stdout);
        if (stays)
            stay(&morning);
    }
    close_desks(&morning);
    json_decref(morning.kept);
    return status != 0 ? status : morning.failures > 0 ? EXIT_REFUSED : 0;
}
