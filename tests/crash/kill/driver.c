/*
 * A client of the town: it says what load.c has for it, and writes down what it was told.
 */
#include "crash/kill/driver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/crc.h"
#include "town.pb-c.h"

enum { ARENA_BYTES = 32 << 20, QUERIES = 1 << 16, QUERY_MS = 3000 };

/* ---- saying things ----------------------------------------------------------------------------------- */

static bool may_say(const struct driver *driver)
{
    return driver->said_count - driver->acknowledged < IN_FLIGHT
           && driver->said_count - driver->outcomes < 4 * IN_FLIGHT
           && driver->said_count + 1 < COMMANDS_MOST;
}

void driver_say(struct driver *driver, const char *unit, const char *post, const char *subject,
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

uint32_t driver_some(struct driver *driver, uint32_t below)
{
    return below == 0 ? 0 : (uint32_t)rand_r(&driver->seed) % below;
}

void driver_ask(struct driver *driver)
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

static void on_deliver(void *context, uint64_t first, uint64_t last, const struct stored *messages,
                       uint32_t count)
{
    struct driver *driver = context;

    (void)first;
    (void)last;
    for (uint32_t i = 0; i < count; i++) {
        if (messages[i].seq <= driver->heard_seq)
            give_up("seq %llu is delivered again", (unsigned long long)messages[i].seq);
        driver->heard_seq = messages[i].seq;
        if (driver->heard_count == SEQS_MOST)
            give_up("the log grew longer than can be written down");
        driver->heard[driver->heard_count++] = (uint32_t)messages[i].seq;
        driver->log_ms = messages[i].time_ms;
        note_outcome(driver, &messages[i]);
        box_hear(driver, &messages[i]);
        load_react(driver, &messages[i]);
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

/* ---- open, step, close --------------------------------------------------------------------------------- */

struct driver *driver_open(struct socket_context *context, const char *dir, unsigned seed)
{
    static const char *const all[] = { ">" };
    struct driver *driver = calloc(1, sizeof(*driver));

    if (driver == NULL)
        give_up("no memory");
    driver->seed = seed;
    driver->said = calloc(COMMANDS_MOST, sizeof(*driver->said));
    driver->heard = calloc(SEQS_MOST, sizeof(*driver->heard));
    driver->queries = calloc(QUERIES, sizeof(*driver->queries));
    driver->answered = calloc(QUERIES, sizeof(*driver->answered));
    if (driver->said == NULL || driver->queries == NULL || driver->answered == NULL
        || driver->heard == NULL)
        give_up("no memory");
    arena_open(&driver->arena, ARENA_BYTES);
    load_open(driver);
    driver->client = place_client(context, dir, "driver", "", &calls, driver, false);
    client_subscribe(driver->client, all, 1, 1, 0);
    box_open(driver, context, dir);
    return driver;
}

void driver_close(struct driver *driver)
{
    client_close(driver->client);
    box_close(driver);
    load_close(driver);
    free(driver->said);
    free(driver->heard);
    free(driver->queries);
    free(driver->answered);
    arena_close(&driver->arena);
    free(driver);
}

void driver_step(struct driver *driver, bool busy)
{
    for (int i = 0; busy && i < 3 && may_say(driver); i++)
        load_say(driver);
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

/* Whatever it has said, somebody must have answered: its words, each once. */
static void write_words(const struct driver *driver, FILE *history)
{
    const char *words[256];
    uint32_t count = 0;

    for (uint32_t i = 1; i <= driver->said_count; i++) {
        const char *subject = driver->said[i].subject;
        size_t length = (size_t)(strrchr(subject, '.') - subject);
        uint32_t k = 0;
        while (k < count && (strncmp(words[k], subject, length) != 0 || words[k][length] != '.'))
            k++;
        if (k < count)
            continue;
        if (count == sizeof(words) / sizeof(words[0]))
            give_up("the driver knows more words than can be written down");
        words[count++] = subject;
        fprintf(history, "answers %.*s.*\n", (int)length, subject);
    }
}

void driver_write(const struct driver *driver, FILE *history)
{
    for (uint32_t i = 1; i <= driver->said_count; i++) {
        const struct command_said *said = &driver->said[i];
        fprintf(history, "invoke driver/1/%u %s %08x\n", i, said->subject, said->digest);
        if (said->stored_us != 0)
            fprintf(history, "ok driver/1/%u 0\n", i);
        else
            fprintf(history, "unknown driver/1/%u\n", i);
    }
    box_write(driver, history);
    for (uint32_t i = 0; i < driver->heard_count; i++)
        fprintf(history, "heard driver %u\n", driver->heard[i]);
    for (uint32_t i = 0; i < driver->answer_count; i++)
        fprintf(history, "answer q%u\n", driver->answered[i]);
    fprintf(history, "serves toy toy.OpenNeed.*\nserves toy toy.Accept.*\n"
                     "serves toy toy.Complete.*\nserves toy toy.MarkError.*\n"
                     "serves toy toy.Due.*\nserves toy boss.NeedClosed.*\n");
    write_words(driver, history);
}
