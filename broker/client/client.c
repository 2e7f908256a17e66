#include "client/client.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "client/inside.h"

enum { FRAMES_A_STEP = 64, CLOSE_LINGER_MS = 100 };

/* ---- open and close ------------------------------------------------------------------------------ */

static int connect_again(struct client *client)
{
    struct socket *socket;

    int r = socket_connect(client->context, client->options.endpoint, client->options.server_key,
                           &client->options.keys, &socket);
    if (r < 0)
        return r;
    if (client->socket != NULL) {
        client->loop.sources[0] = NULL;
        socket_close(client->socket);
    }
    client->socket = socket;
    client->more = true;
    client->gathering = FRAME_NONE;
    struct loop fresh = { 0 };
    loop_add_socket(&fresh, socket);
    for (uint32_t i = 1; i < client->loop.count; i++)
        loop_add_fd(&fresh, client->loop.fds[i]);
    client->loop = fresh;
    return 0;
}

int client_open(struct socket_context *context, const struct client_options *options,
                struct client **ret_client)
{
    assert(options->calls != NULL);
    struct client *client = calloc(1, sizeof(*client));
    if (client == NULL)
        return FAULT(-ENOMEM);
    client->options = *options;
    if (options->server_key != NULL) {
        memcpy(client->server_key, options->server_key, SOCKET_KEY_BYTES);
        client->options.server_key = client->server_key;
    }
    client->context = context;
    client->credit_messages = WIRE_PUBLISH_MESSAGES;
    client->credit_bytes = WIRE_PUBLISH_BYTES;
    client->buffer = malloc(WIRE_FRAME_BYTES);
    client->stored = calloc(WIRE_FRAME_ITEMS, sizeof(*client->stored));
    arena_open(&client->arena, CLIENT_ARENA_BYTES);
    int r =
        client->buffer == NULL || client->stored == NULL ? FAULT(-ENOMEM) : connect_again(client);
    if (r < 0) {
        client_close(client);
        return r;
    }
    *ret_client = client;
    return 0;
}

void client_close(struct client *client)
{
    if (client == NULL)
        return;
    if (client->socket != NULL) {
        if (client->phase == PHASE_UP)
            client_send(client, FRAME_BYE, NULL);
        socket_close_soon(client->socket, CLOSE_LINGER_MS);
    }
    queue_close(client);
    client_forget(client);
    arena_close(&client->arena);
    sodium_memzero(&client->options.keys, sizeof(client->options.keys));
    free(client->buffer);
    free(client->stored);
    free(client);
}

bool client_is_up(const struct client *client)
{
    return client->phase == PHASE_UP;
}

const char *client_source(const struct client *client)
{
    return client->source;
}

/* ---- sending ------------------------------------------------------------------------------------- */

/* A send may take from the descriptor the news that something has come: so a look for it is due. */
int client_write(struct client *client, struct frame_writer *writer)
{
    client->more = true;
    return socket_send(client->socket, 0, frame_end(writer));
}

/* What was gathered leaves; it stays when the pipe has no room for it now. */
int client_gathered(struct client *client)
{
    if (client->gathering == FRAME_NONE)
        return 0;
    int r = client_write(client, &client->gathered);
    if (r == 0)
        client->gathering = FRAME_NONE;
    return r > 0 ? CLIENT_DOWN : r;
}

/* One message of many that leave as one frame: with the next one of another type, or at the end of
 * the round. */
int client_gather(struct client *client, enum frame_type type, const ProtobufCMessage *message)
{
    struct frame_writer *writer = &client->gathered;

    client->unsent = true;
    if (client->gathering == type && writer->count < WIRE_GATHER_ITEMS
        && frame_pack(writer, message) == 0)
        return 0;
    int r = client_gathered(client);
    if (r != 0)
        return r;
    frame_begin(writer, client->buffer, WIRE_FRAME_BYTES, type, client->epoch);
    if (frame_pack(writer, message) != 0)
        return CLIENT_TOO_LARGE;
    client->gathering = type;
    return 0;
}

int client_send(struct client *client, enum frame_type type, const ProtobufCMessage *message)
{
    struct frame_writer writer;
    uint32_t epoch = type == FRAME_HELLO ? 0 : client->epoch;

    int r = client_gathered(client);
    if (r != 0)
        return r;
    frame_begin(&writer, client->buffer, WIRE_FRAME_BYTES, type, epoch);
    if (message != NULL && frame_pack(&writer, message) != 0)
        return CLIENT_TOO_LARGE;
    r = client_write(client, &writer);
    return r > 0 ? CLIENT_DOWN : r;
}

static int say_hello(struct client *client)
{
    Bus__Hello hello = BUS__HELLO__INIT;

    hello.instance = client->options.instance == NULL ? "" : client->options.instance;
    hello.epoch = client->options.epoch;
    hello.acknowledged = client->options.acknowledged;
    hello.seen_seq = client->options.seen_seq;
    hello.log_id = client->options.log_id;
    hello.service = client->options.service == NULL ? "" : client->options.service;
    hello.version = WIRE_VERSION;
    return client_send(client, FRAME_HELLO, &hello.base);
}

/* What an earlier subscription still has on its way looks like the later one's, and would move it past
 * what only that one asked for.  On another connection none of it can arrive. */
static void renew(struct client *client, uint64_t now_us)
{
    client->renewing = false;
    if (client->phase != PHASE_UP || connect_again(client) < 0)
        return;
    receive_lost(client);
    client->phase = PHASE_HELLO;
    client->retry_us = now_us;
}

/* Says HELLO when it is time to. */
static void drive_session(struct client *client, uint64_t now_us)
{
    if (client->renewing)
        renew(client, now_us);
    if (client->phase == PHASE_UP) {
        if (now_us - client->heard_us > WIRE_SILENCE_MS * 1000) {
            receive_lost(client);
            client->phase = PHASE_HELLO;
            client->retry_us = now_us;
            if (client->options.calls->down != NULL)
                client->options.calls->down(client->options.context);
            connect_again(client);
        } else if (now_us - client->heard_us > WIRE_PING_MS * 1000
                   && now_us - client->pinged_us > WIRE_PING_MS * 1000) {
            client->pinged_us = now_us;
            client_send(client, FRAME_PING, NULL);
        }
        return;
    }
    if (now_us < client->retry_us)
        return;
    bool sent = say_hello(client) == 0;
    client->phase = sent ? PHASE_WAITING : PHASE_HELLO;
    client->retry_us = now_us + (uint64_t)(sent ? HELLO_RETRY_MS : CONNECT_RETRY_MS) * 1000;
}

static void give_credit(struct client *client, bool idle)
{
    Bus__Credit credit = BUS__CREDIT__INIT;

    if (client->taken_bytes == 0 || client->phase != PHASE_UP
        || (!idle && client->taken_bytes < WIRE_DELIVER_BYTES / 4))
        return;
    credit.bytes = client->taken_bytes;
    if (client_send(client, FRAME_CREDIT, &credit.base) == 0)
        client->taken_bytes = 0;
}

/* ---- a round ------------------------------------------------------------------------------------- */

static int time_left(const struct client *client, int timeout_ms, uint64_t now_us)
{
    uint64_t due_us =
        client->phase == PHASE_UP ? now_us + WIRE_PING_MS * 1000 / 2 : client->retry_us;
    int due_ms = due_us > now_us ? (int)((due_us - now_us + 999) / 1000) : 0;

    return timeout_ms < 0 || timeout_ms > due_ms ? due_ms : timeout_ms;
}

/* What has come; `more` stays true when it is not all.  What a frame made the caller send leaves before
 * the next look, which is then the last. */
static int receive_all(struct client *client)
{
    struct socket_frame frame;

    client->more = true;
    for (int i = 0; i < FRAMES_A_STEP; i++) {
        int r = socket_receive(client->socket, &frame);
        if (r == SOCKET_EMPTY) {
            client->more = false;
            return 0;
        }
        if (r < 0)
            return r;
        if (r == 0)
            receive_frame(client, frame.bytes, clock_steady_us());
        if (client->unsent)
            queue_flush(client);
    }
    return 0;
}

/* Timers of our own must not end the caller's wait early. */
static int wait(struct client *client, int timeout_ms, uint32_t *ret_ready)
{
    uint64_t now_us = clock_steady_us();
    uint64_t end_us = timeout_ms < 0 ? UINT64_MAX : now_us + (uint64_t)timeout_ms * 1000;

    do {
        drive_session(client, now_us);
        queue_flush(client);
        int left_ms = timeout_ms < 0    ? -1
                      : end_us > now_us ? (int)((end_us - now_us + 999) / 1000)
                                        : 0;
        int r = loop_wait(&client->loop, time_left(client, left_ms, now_us), ret_ready);
        if (r < 0)
            return r;
        now_us = clock_steady_us();
    } while (*ret_ready == 0 && now_us < end_us);
    return 0;
}

/* Without descriptors to watch, a round that waits for nothing asks nobody what is ready. */
int client_step(struct client *client, int timeout_ms)
{
    uint32_t ready = 1;
    int r = 0;

    if (timeout_ms == 0 && client->loop.count == 1) {
        drive_session(client, clock_steady_us());
        queue_flush(client);
    } else {
        r = wait(client, timeout_ms, &ready);
    }
    if (r == 0 && (ready & 1) != 0)
        r = receive_all(client);
    if (r < 0)
        return r;
    for (uint32_t i = 1; i < client->loop.count; i++)
        if ((ready >> i & 1) != 0)
            client->watches[i - 1].ready(client->watches[i - 1].context);
    queue_flush(client);
    give_credit(client, (ready & 1) != 0);
    if (timeout_ms == 0 && client->more)
        r = receive_all(client);
    return r < 0 ? r : client->phase == PHASE_UP ? 0 : CLIENT_DOWN;
}

int client_fd(const struct client *client)
{
    return socket_fd(client->socket);
}

bool client_is_ready(const struct client *client)
{
    return client->more || client->unsent;
}

int client_watch(struct client *client, int fd, void (*ready)(void *context), void *context)
{
    uint32_t index = client->loop.count - 1;

    assert(index < CLIENT_WATCHES);
    loop_add_fd(&client->loop, fd);
    client->watches[index].ready = ready;
    client->watches[index].context = context;
    return 0;
}
