/*
 * What was published and is not known to be stored, in order of number.  It is sent again whole when
 * a session begins, since a reconnect loses what sat in pipes; the broker drops what it has.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "client/inside.h"

enum { ROOM_FIRST = 256 };

static struct outgoing *at(struct client *client, uint32_t index)
{
    return &client->queue[(client->queue_first + index) % client->queue_room];
}

static int make_room(struct client *client)
{
    if (client->queue_count < client->queue_room)
        return 0;
    uint32_t room = client->queue_room == 0 ? ROOM_FIRST : 2 * client->queue_room;
    struct outgoing *larger = calloc(room, sizeof(*larger));
    if (larger == NULL)
        return FAULT(-ENOMEM);
    for (uint32_t i = 0; i < client->queue_count; i++)
        larger[i] = *at(client, i);
    free(client->queue);
    client->queue = larger;
    client->queue_room = room;
    client->queue_first = 0;
    return 0;
}

static int check(struct client *client, uint64_t number, size_t size)
{
    if (client->queue_count >= client->credit_messages
        || client->queue_bytes + size > client->credit_bytes)
        return CLIENT_WAIT;
    if (client->queue_count > 0 && number != at(client, client->queue_count - 1)->number + 1)
        return CLIENT_BAD;
    return 0;
}

/* Takes the bytes. */
static void append(struct client *client, uint64_t number, uint8_t *bytes, size_t size)
{
    *at(client, client->queue_count) = (struct outgoing){ number, (uint32_t)size, bytes };
    client->queue_count++;
    client->queue_bytes += size;
    client->unsent = true;
}

int client_publish_bytes(struct client *client, uint64_t number, struct slice envelope)
{
    if (envelope.size > WIRE_ENVELOPE_BYTES)
        return CLIENT_TOO_LARGE;
    int r = check(client, number, envelope.size);
    if (r == 0)
        r = make_room(client);
    if (r != 0)
        return r;
    uint8_t *bytes = malloc(envelope.size + 1);
    if (bytes == NULL)
        return FAULT(-ENOMEM);
    memcpy(bytes, envelope.data, envelope.size);
    append(client, number, bytes, envelope.size);
    return 0;
}

static int pack(const Bus__Envelope *envelope, uint8_t **ret_bytes, size_t *ret_size)
{
    struct envelope scanned;
    const char *reason;

    size_t size = bus__envelope__get_packed_size(envelope);
    if (size > WIRE_ENVELOPE_BYTES || envelope->body.len > WIRE_BODY_BYTES)
        return CLIENT_TOO_LARGE;
    uint8_t *bytes = malloc(size + 1);
    if (bytes == NULL)
        return FAULT(-ENOMEM);
    bus__envelope__pack(envelope, bytes);
    if (scan_envelope(slice_of(bytes, size), &scanned, &reason) != 0) {
        free(bytes);
        return CLIENT_BAD;
    }
    *ret_bytes = bytes;
    *ret_size = size;
    return 0;
}

int client_publish(struct client *client, const Bus__Envelope *envelope)
{
    uint8_t *bytes;
    size_t size;

    int r = pack(envelope, &bytes, &size);
    if (r != 0)
        return r;
    r = check(client, envelope->number, size);
    if (r == 0)
        r = make_room(client);
    if (r == 0)
        append(client, envelope->number, bytes, size);
    else
        free(bytes);
    return r;
}

void client_publish_again(struct client *client, uint64_t number)
{
    if (client->held_number == number)
        client->held_number = 0;
    client->unsent = true;
}

int client_publish_instead(struct client *client, const Bus__Envelope *envelope)
{
    uint8_t *bytes;
    size_t size;

    for (uint32_t i = 0; i < client->queue_count; i++) {
        struct outgoing *outgoing = at(client, i);
        if (outgoing->number != envelope->number)
            continue;
        int r = pack(envelope, &bytes, &size);
        if (r != 0)
            return r;
        client->queue_bytes += size - outgoing->size;
        free(outgoing->bytes);
        outgoing->bytes = bytes;
        outgoing->size = (uint32_t)size;
        client_publish_again(client, envelope->number);
        return 0;
    }
    return CLIENT_BAD;
}

uint32_t client_unacknowledged(const struct client *client)
{
    return client->queue_count;
}

/* Sends what has not been sent in this session, up to WIRE_GATHER_ITEMS in a frame. */
void queue_flush(struct client *client)
{
    client->unsent = false;
    if (client_gathered(client) != 0)
        return;
    while (client->phase == PHASE_UP && client->queue_sent < client->queue_count) {
        struct frame_writer writer;
        uint32_t next = client->queue_sent;

        frame_begin(&writer, client->buffer, WIRE_FRAME_BYTES, FRAME_PUBLISH, client->epoch);
        while (next < client->queue_count && writer.count < WIRE_GATHER_ITEMS) {
            const struct outgoing *outgoing = at(client, next);
            if (outgoing->number == client->held_number)
                break;
            void *item = frame_item(&writer, outgoing->size);
            if (item == NULL)
                break;
            memcpy(item, outgoing->bytes, outgoing->size);
            next++;
        }
        if (writer.count == 0 || client_write(client, &writer) != 0)
            return;
        client->queue_sent = next;
    }
}

void queue_stored(struct client *client, uint64_t number, uint64_t seq)
{
    bool any = false;

    while (client->queue_count > 0 && at(client, 0)->number <= number) {
        struct outgoing *oldest = at(client, 0);
        client->queue_bytes -= oldest->size;
        free(oldest->bytes);
        client->queue_first = (client->queue_first + 1) % client->queue_room;
        client->queue_count--;
        client->queue_sent -= client->queue_sent > 0;
        any = true;
    }
    if (any && client->options.calls->stored != NULL)
        client->options.calls->stored(client->options.context, number, seq);
}

/* The broker waits for `number`: what follows is sent again. */
void queue_rewind(struct client *client, uint64_t number)
{
    while (client->queue_sent > 0 && at(client, client->queue_sent - 1)->number >= number)
        client->queue_sent--;
}

void queue_close(struct client *client)
{
    for (uint32_t i = 0; i < client->queue_count; i++)
        free(at(client, i)->bytes);
    free(client->queue);
}
