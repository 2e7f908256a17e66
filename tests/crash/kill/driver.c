/*
 * One client that keeps all services busy, another that works off a mailbox, and what they were told.
 */
#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/crc.h"
#include "cli/town_files.h"
#include "crash/kill/kill.h"
#include "kit/json.h"
#include "kit/words.h"
#include "town.pb-c.h"

enum {
    ARENA_BYTES = 32 << 20,
    BOX_LEASES = 16,
    BOX_LEASE_MS = 1000,
    BOX_EVENTS = 1 << 20,
    QUERIES = 1 << 16,
    QUERY_MS = 3000,
    STEP_MS = 2,
    SEQS_MOST = 1 << 23,
    NEEDS = 40, /* that are played with at a time */
};

static const char committee[] = "310115125041";

enum box_state { BOX_UNSEEN, BOX_OPEN, BOX_DONE };
enum box_kind { LEASED, RECEIPT_OK, RECEIPT_REFUSED, RECEIPT_UNKNOWN };

struct box_event {
    enum box_kind kind;
    uint64_t seq;
    uint64_t token;
    uint64_t request; /* of a receipt that is not answered yet */
};

struct driver {
    struct client *client;
    struct client *box;
    struct arena arena;
    unsigned seed;
    struct command_said *said; /* by number, from 1 */
    uint32_t said_count;
    uint32_t outcomes;
    uint32_t checked; /* those before it have an outcome */
    uint64_t acknowledged;
    uint64_t slowest_us;
    uint64_t log_ms;
    uint64_t heard_seq;
    uint32_t *heard; /* all that it was told, in order */
    uint32_t heard_count;
    uint32_t jobs;
    uint32_t needs;
    /* what the town opens with */
    struct opening {
        char unit[24];
        char post[40];
        const char *subject;
        uint8_t *body;
        size_t size;
    } * opening;
    uint32_t opening_count;
    uint32_t opening_next;
    /* the mailbox */
    struct box_event *events;
    uint32_t event_count;
    uint8_t *box_state; /* by seq */
    uint32_t box_open;
    uint32_t done_count;
    /* questions */
    uint64_t *queries; /* by request % QUERIES: the number of the question */
    uint32_t asked;
    uint32_t *answered;
    uint32_t answer_count;
};

/* ---- saying things ----------------------------------------------------------------------------------- */

static bool may_say(const struct driver *driver)
{
    return driver->said_count - driver->acknowledged < IN_FLIGHT
           && driver->said_count - driver->outcomes < 4 * IN_FLIGHT
           && driver->said_count + 1 < COMMANDS_MOST;
}

static void say(struct driver *driver, const char *unit, const char *post, const char *subject,
                struct slice body)
{
    Bus__Envelope envelope = BUS__ENVELOPE__INIT;
    Bus__Actor actor = BUS__ACTOR__INIT;

    actor.unit = unit;
    actor.post = post;
    envelope.epoch = 1;
    envelope.number = driver->said_count + 1;
    envelope.subject = subject;
    envelope.exercise = true;
    envelope.actor = &actor;
    envelope.body.data = (uint8_t *)(uintptr_t)body.data;
    envelope.body.len = body.size;
    int r = client_publish(driver->client, &envelope);
    if (r == CLIENT_WAIT)
        return;
    if (r != 0)
        give_up("%s cannot be published: %d", subject, r);
    struct command_said *said = &driver->said[++driver->said_count];
    snprintf(said->subject, sizeof(said->subject), "%s", subject);
    said->digest = crc32c(0, body.data, body.size);
    said->said_us = clock_steady_us();
}

static void say_json(struct driver *driver, const char *unit, const char *subject,
                     const char *format, ...) __attribute__((format(printf, 4, 5)));
static void say_json(struct driver *driver, const char *unit, const char *subject,
                     const char *format, ...)
{
    const ProtobufCMessageDescriptor *type = words_of_subject(slice_text(subject));
    ProtobufCMessage *message;
    const char *error = "no such word";
    char text[1024];
    char post[64];
    json_t *value = NULL;
    va_list arguments;

    va_start(arguments, format);
    int length = vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    for (char *at = text; *at != '\0'; at++)
        if (*at == '\'')
            *at = '"';
    arena_reset(&driver->arena);
    if (type == NULL || json_parse(text, (size_t)length, &driver->arena, &value, &error) != 0
        || json_to_message(value, type, &driver->arena, &message, &error) != 0)
        give_up("%s %s: %s", subject, text, error);
    json_decref(value);
    size_t size = protobuf_c_message_get_packed_size(message);
    uint8_t *body = arena_alloc(&driver->arena, size + 1);
    if (body == NULL)
        give_up("no memory");
    protobuf_c_message_pack(message, body);
    snprintf(post, sizeof(post), "%s.duty", unit);
    say(driver, unit, post, subject, slice_of(body, size));
}

static uint32_t some(struct driver *driver, uint32_t below)
{
    return below == 0 ? 0 : (uint32_t)rand_r(&driver->seed) % below;
}

/* One of the jobs that were opened of late. */
static uint32_t late_job(struct driver *driver)
{
    uint32_t back = some(driver, driver->jobs < NEEDS ? driver->jobs : NEEDS);

    return driver->jobs - back;
}

static void ask(struct driver *driver)
{
    Town__Need need = TOWN__NEED__INIT;
    Bus__Actor actor = BUS__ACTOR__INIT;
    char name[32];
    uint8_t body[64];
    uint64_t request;

    if (driver->asked + 1 >= QUERIES)
        return;
    snprintf(name, sizeof(name), "q%u", driver->asked + 1);
    need.need = name;
    actor.unit = "driver";
    size_t size = town__need__pack(&need, body);
    if (client_query(driver->client, "toy.Need.town", slice_of(body, size), QUERY_MS, &actor,
                     &request)
        == 0)
        driver->queries[request % QUERIES] = ++driver->asked;
}

static void say_something(struct driver *driver)
{
    static const char *const kinds[] = { "MEDICINE", "CONSULT", "VISIT" };
    uint32_t what = some(driver, 100);

    if (driver->opening_next < driver->opening_count && what < 70) {
        const struct opening *opening = &driver->opening[driver->opening_next++];
        say(driver, opening->unit, opening->post, opening->subject,
            slice_of(opening->body, opening->size));
    } else if (what < 35 || driver->jobs == 0) {
        say_json(driver, "vc", "toy.OpenNeed.c41", "{'need': 'Z%u', 'place': 'c%u'}",
                 driver->jobs + 1, some(driver, 5));
        driver->jobs++;
    } else if (what < 55) {
        say_json(driver, "hcz", "toy.Accept.hcz", "{'assignment': 'Z%u'}", late_job(driver));
    } else if (what < 75) {
        say_json(driver, "hcz", "toy.Complete.hcz", "{'assignment': 'Z%u'}", late_job(driver));
    } else if (what < 80) {
        say_json(driver, "hcz", "toy.MarkError.hcz", "{'assignment': 'E%u'}", some(driver, 50));
    } else if (what < 90) {
        ask(driver);
    } else if (driver->opening_next == driver->opening_count) {
        say_json(driver, committee, "referral.OpenNeed.310115125041",
                 "{'need': 'N%u', 'place': '%s', 'category': 'MEDICAL', 'kind': '%s',"
                 " 'priority': 'P1', 'detail': 'exercise', 'source': {'contact': 'x'}}",
                 ++driver->needs, committee, kinds[some(driver, 3)]);
    }
}

/* ---- the units that answer --------------------------------------------------------------------------- */

static const char *text_field(const ProtobufCMessage *message, const char *name)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(message->descriptor, name);
    const char *const *text;

    if (field == NULL || field->type != PROTOBUF_C_TYPE_STRING)
        return "";
    text = (const char *const *)(const void *)((const uint8_t *)message + field->offset);
    return *text;
}

/* What the asked unit does when it hears of it: usually the next step, at times a refusal, at times
 * nothing, so that a clock runs out. */
static void react(struct driver *driver, const struct stored *stored)
{
    struct slice subject = stored->envelope.subject;
    const ProtobufCMessageDescriptor *type = words_of_subject(subject);
    ProtobufCMessage *message;
    const char *reason;
    char unit[64];
    char assignment[128];
    char need[128];
    const char *next = NULL;
    char next_subject[128];

    const char *last = (const char *)memrchr(subject.data, '.', subject.size) + 1;
    snprintf(unit, sizeof(unit), "%.*s", (int)((const char *)subject.data + subject.size - last),
             last);
    if (memcmp(subject.data, "referral.", 9) != 0 || type == NULL)
        return;
    arena_reset(&driver->arena);
    if (scan_unpack(type, stored->envelope.body, &driver->arena, &message, &reason) != 0)
        give_up("seq %llu: %s", (unsigned long long)stored->seq, reason);
    snprintf(assignment, sizeof(assignment), "%s", text_field(message, "assignment"));
    snprintf(need, sizeof(need), "%s", text_field(message, "need"));
    uint32_t mood = some(driver, 100);
    if (type == &town__dispatched__descriptor)
        next = mood < 75 ? "Receive" : mood < 90 ? "Reject" : NULL;
    else if (type == &town__received__descriptor)
        next = mood < 90 ? "Accept" : NULL;
    else if (type == &town__accepted__descriptor)
        next = mood < 90 ? "Start" : NULL;
    else if (type == &town__started__descriptor)
        next = mood < 90 ? "Complete" : NULL;
    if (next != NULL) {
        snprintf(next_subject, sizeof(next_subject), "referral.%s.%s", next, unit);
        if (strcmp(next, "Reject") == 0)
            say_json(driver, unit, next_subject, "{'assignment': '%s', 'code': 'NO_CAPACITY'}",
                     assignment);
        else
            say_json(driver, unit, next_subject, "{'assignment': '%s'}", assignment);
    } else if (type == &town__verification_due__descriptor && mood < 95) {
        snprintf(next_subject, sizeof(next_subject), "referral.RecordCallback.%s", unit);
        say_json(driver, unit, next_subject,
                 "{'need': '%s', 'result': 'SATISFIED', 'by': '%s.seat1'}", need, unit);
    }
}

/* ---- what it is told ---------------------------------------------------------------------------------- */

static void on_stored(void *context, uint64_t number, uint64_t seq)
{
    struct driver *driver = context;
    uint64_t now_us = clock_steady_us();

    (void)seq;
    for (uint64_t i = driver->acknowledged + 1; i <= number; i++)
        driver->said[i].stored_us = now_us;
    driver->acknowledged = number;
}

static void on_refused(void *context, uint64_t number, const Bus__PublishRefused *refused)
{
    struct driver *driver = context;

    give_up("%s (%llu) is refused: %s", driver->said[number].subject, (unsigned long long)number,
            refused->reason);
}

static void on_rejected(void *context, const Bus__Reject *reject)
{
    (void)context;
    if (reject->request == 0)
        give_up("the driver is rejected: %s", reject->reason);
}

static void note_outcome(struct driver *driver, const struct stored *stored)
{
    struct slice cause = stored->envelope.cause;
    static const char own[] = "driver/1/";
    uint64_t number;
    char text[64];

    if (cause.size <= sizeof(own) - 1 || cause.size >= sizeof(text)
        || memcmp(cause.data, own, sizeof(own) - 1) != 0)
        return;
    memcpy(text, cause.data, cause.size);
    text[cause.size] = '\0';
    number = strtoull(text + sizeof(own) - 1, NULL, 10);
    if (number == 0 || number > driver->said_count)
        give_up("an outcome of %s, which was never said", text);
    struct command_said *said = &driver->said[number];
    /* It is its own service that answers for a command. */
    size_t length = strcspn(said->subject, ".");
    if (said->outcome_us != 0 || stored->source.size != length
        || memcmp(stored->source.data, said->subject, length) != 0)
        return;
    said->outcome_us = clock_steady_us();
    driver->outcomes++;
    if (said->outcome_us - said->said_us > driver->slowest_us)
        driver->slowest_us = said->outcome_us - said->said_us;
}

static void box_is(struct driver *driver, uint64_t seq, enum box_state state)
{
    if (seq >= SEQS_MOST)
        give_up("the log grew longer than can be written down");
    /* A mailbox may be quicker than the subscription. */
    if (driver->box_state[seq] == BOX_DONE)
        return;
    if (state == BOX_OPEN && driver->box_state[seq] == BOX_UNSEEN)
        driver->box_open++;
    if (state == BOX_DONE && driver->box_state[seq] == BOX_OPEN)
        driver->box_open--;
    driver->box_state[seq] = (uint8_t)state;
}

static void on_deliver(void *context, uint64_t first, uint64_t last, const struct stored *messages,
                       uint32_t count)
{
    struct driver *driver = context;
    static const char opened[] = "toy.NeedOpened.";

    (void)first;
    (void)last;
    for (uint32_t i = 0; i < count; i++) {
        struct slice subject = messages[i].envelope.subject;
        if (messages[i].seq <= driver->heard_seq)
            give_up("seq %llu is delivered again", (unsigned long long)messages[i].seq);
        driver->heard_seq = messages[i].seq;
        if (driver->heard_count == SEQS_MOST)
            give_up("the log grew longer than can be written down");
        driver->heard[driver->heard_count++] = (uint32_t)messages[i].seq;
        driver->log_ms = messages[i].time_ms;
        note_outcome(driver, &messages[i]);
        if (subject.size > sizeof(opened) && memcmp(subject.data, opened, sizeof(opened) - 1) == 0)
            box_is(driver, messages[i].seq, BOX_OPEN);
        react(driver, &messages[i]);
    }
}

static void on_answer(void *context, uint64_t request, const Bus__Answer *answer,
                      const Bus__Reject *reject)
{
    struct driver *driver = context;

    (void)reject;
    if (answer != NULL)
        driver->answered[driver->answer_count++] = (uint32_t)driver->queries[request % QUERIES];
}

static const struct client_calls calls = {
    .stored = on_stored,
    .refused = on_refused,
    .rejected = on_rejected,
    .deliver = on_deliver,
    .answer = on_answer,
};

/* ---- the mailbox -------------------------------------------------------------------------------------- */

static struct box_event *add_event(struct driver *driver, enum box_kind kind, uint64_t seq,
                                   uint64_t token)
{
    if (driver->event_count == BOX_EVENTS)
        give_up("the mailbox was busier than can be written down");
    struct box_event *event = &driver->events[driver->event_count++];
    *event = (struct box_event){ .kind = kind, .seq = seq, .token = token };
    return event;
}

static void on_leased(void *context, const Bus__Lease *lease, const struct stored *message)
{
    struct driver *driver = context;
    uint64_t request;

    (void)message;
    add_event(driver, LEASED, lease->seq, lease->token);
    /* One in twenty is left lying until its lease is over. */
    if (some(driver, 20) == 0) {
        client_take(driver->box, "box", 1, BOX_LEASE_MS);
        return;
    }
    int r = client_receipt(driver->box, lease, &request);
    struct box_event *event = add_event(driver, RECEIPT_UNKNOWN, lease->seq, lease->token);
    event->request = r == 0 ? request : 0;
    if (r != 0) {
        event->kind = RECEIPT_REFUSED; /* it never left */
        client_take(driver->box, "box", 1, BOX_LEASE_MS);
    }
}

static void on_settled(void *context, uint64_t request, Bus__Code code, const char *reason)
{
    struct driver *driver = context;

    (void)reason;
    for (uint32_t i = driver->event_count; i > 0 && i + 4096 > driver->event_count; i--) {
        struct box_event *event = &driver->events[i - 1];
        if (event->kind != RECEIPT_UNKNOWN || event->request != request)
            continue;
        event->request = 0;
        if (code == BUS__CODE__CODE_ABSENT) {
            event->kind = RECEIPT_OK;
            driver->done_count++;
            box_is(driver, event->seq, BOX_DONE);
        } else if (code != BUS__CODE__UNAVAILABLE) {
            event->kind = RECEIPT_REFUSED;
        } else {
            /* It may be done: then it never comes again. */
            box_is(driver, event->seq, BOX_DONE);
        }
        /* A take is settled too, and is no reason for another. */
        client_take(driver->box, "box", 1, BOX_LEASE_MS);
        break;
    }
}

static const struct client_calls box_calls = {
    .leased = on_leased,
    .settled = on_settled,
};

/* ---- open, step, close --------------------------------------------------------------------------------- */

/* Not every service of the town is started here: who is not has no outcome for anybody. */
static bool is_started(const char *subject)
{
    static const char *const started[] = { "organisation.", "registry.", "hotline.", "referral.",
                                           "supervision." };

    for (size_t i = 0; i < sizeof(started) / sizeof(started[0]); i++)
        if (strncmp(subject, started[i], strlen(started[i])) == 0)
            return true;
    return false;
}

static int on_town(void *context, const struct town_command *command)
{
    struct driver *driver = context;

    if (!is_started(command->subject))
        return 0;
    driver->opening =
        realloc(driver->opening, (driver->opening_count + 1) * sizeof(*driver->opening));
    if (driver->opening == NULL)
        give_up("no memory");
    struct opening *opening = &driver->opening[driver->opening_count++];
    snprintf(opening->unit, sizeof(opening->unit), "%s", command->unit);
    snprintf(opening->post, sizeof(opening->post), "%s",
             command->post == NULL ? "" : command->post);
    opening->subject = strdup(command->subject);
    opening->size = protobuf_c_message_get_packed_size(command->message);
    opening->body = malloc(opening->size + 1);
    if (opening->body == NULL || opening->subject == NULL)
        give_up("no memory");
    protobuf_c_message_pack(command->message, opening->body);
    return 0;
}

struct driver *driver_open(struct socket_context *context, const char *dir, unsigned seed)
{
    static const char *const all[] = { ">" };
    struct driver *driver = calloc(1, sizeof(*driver));
    const char *source = getenv("CAREBUS_SOURCE");
    const char *error = "";
    char folder[4096];
    struct arena arena;
    uint64_t start_ms;

    if (driver == NULL)
        give_up("no memory");
    driver->seed = seed;
    driver->said = calloc(COMMANDS_MOST, sizeof(*driver->said));
    driver->events = calloc(BOX_EVENTS, sizeof(*driver->events));
    driver->box_state = calloc(SEQS_MOST, 1);
    driver->heard = calloc(SEQS_MOST, sizeof(*driver->heard));
    driver->queries = calloc(QUERIES, sizeof(*driver->queries));
    driver->answered = calloc(QUERIES, sizeof(*driver->answered));
    if (driver->said == NULL || driver->events == NULL || driver->queries == NULL
        || driver->answered == NULL || driver->box_state == NULL || driver->heard == NULL)
        give_up("no memory");
    arena_open(&driver->arena, ARENA_BYTES);
    arena_open(&arena, TOWN_ARENA_BYTES);
    snprintf(folder, sizeof(folder), "%s/services/town", source == NULL ? "." : source);
    clock_parse("2023-01-18T08:00", &start_ms);
    if (town_files_each(folder, start_ms, &arena, on_town, driver, &error) != 0)
        give_up("%s: %s", folder, error);
    arena_close(&arena);
    driver->client = place_client(context, dir, "driver", "", &calls, driver, false);
    driver->box = place_client(context, dir, "box", "", &box_calls, driver, false);
    client_subscribe(driver->client, all, 1, 1, 0);
    client_take(driver->box, "box", BOX_LEASES, BOX_LEASE_MS);
    return driver;
}

void driver_close(struct driver *driver)
{
    client_close(driver->client);
    client_close(driver->box);
    for (uint32_t i = 0; i < driver->opening_count; i++) {
        free((void *)(uintptr_t)driver->opening[i].subject);
        free(driver->opening[i].body);
    }
    free(driver->opening);
    free(driver->said);
    free(driver->events);
    free(driver->box_state);
    free(driver->heard);
    free(driver->queries);
    free(driver->answered);
    arena_close(&driver->arena);
    free(driver);
}

void driver_step(struct driver *driver, bool busy)
{
    for (int i = 0; busy && i < 8 && may_say(driver); i++)
        say_something(driver);
    client_step(driver->client, STEP_MS);
    client_step(driver->box, 0);
    while (driver->checked < driver->said_count
           && driver->said[driver->checked + 1].outcome_us != 0)
        driver->checked++;
}

struct driver_state driver_look(const struct driver *driver)
{
    struct driver_state state = { .said = driver->said_count,
                                  .outcomes = driver->outcomes,
                                  .open = driver->said_count - driver->outcomes,
                                  .undelivered = driver->box_open,
                                  .answers = driver->answer_count,
                                  .receipts = driver->done_count,
                                  .slowest_us = driver->slowest_us,
                                  .log_ms = driver->log_ms,
                                  .oldest = "" };

    if (driver->checked < driver->said_count) {
        const struct command_said *oldest = &driver->said[driver->checked + 1];
        state.oldest = oldest->subject;
        state.waiting_us = clock_steady_us() - oldest->said_us;
    }
    return state;
}

/* ---- the history ---------------------------------------------------------------------------------------- */

void driver_write(const struct driver *driver, FILE *history)
{
    static const char *const receipt_names[] = { "", "ok", "refused", "unknown" };

    for (uint32_t i = 1; i <= driver->said_count; i++) {
        const struct command_said *said = &driver->said[i];
        fprintf(history, "invoke driver/1/%u %s %08x\n", i, said->subject, said->digest);
        if (said->stored_us != 0)
            fprintf(history, "ok driver/1/%u 0\n", i);
        else
            fprintf(history, "unknown driver/1/%u\n", i);
    }
    for (uint32_t i = 0; i < driver->event_count; i++) {
        const struct box_event *event = &driver->events[i];
        if (event->kind == LEASED)
            fprintf(history, "leased box %llu %llu\n", (unsigned long long)event->seq,
                    (unsigned long long)event->token);
        else
            fprintf(history, "receipt box %llu %llu %s\n", (unsigned long long)event->seq,
                    (unsigned long long)event->token, receipt_names[event->kind]);
    }
    for (uint32_t i = 0; i < driver->heard_count; i++)
        fprintf(history, "heard driver %u\n", driver->heard[i]);
    for (uint32_t i = 0; i < driver->answer_count; i++)
        fprintf(history, "answer q%u\n", driver->answered[i]);
    fprintf(history, "collects box toy.NeedOpened.*\n"
                     "serves toy toy.OpenNeed.*\nserves toy toy.Accept.*\n"
                     "serves toy toy.Complete.*\nserves toy toy.MarkError.*\n"
                     "serves toy toy.Due.*\nserves toy boss.NeedClosed.*\n");
    static const char *const services[] = { "toy", "organisation", "referral", "supervision" };
    for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++)
        fprintf(history, "answers %s.OpenNeed.*\n", services[i]);
    fprintf(history, "answers toy.Accept.*\nanswers toy.Complete.*\nanswers toy.MarkError.*\n"
                     "answers referral.Receive.*\nanswers referral.Accept.*\n"
                     "answers referral.Start.*\nanswers referral.Complete.*\n"
                     "answers referral.Reject.*\nanswers referral.RecordCallback.*\n"
                     "answers organisation.RegisterUnit.*\nanswers organisation.DefinePost.*\n"
                     "answers organisation.StartTenure.*\nanswers organisation.SetPolicy.*\n"
                     "answers supervision.DefineDuty.*\n");
}
