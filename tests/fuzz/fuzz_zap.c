/*
 * The lock of the door: a ZAP request, whose frames come from the peer as it wishes.
 *
 * A byte and so many of a frame, again and again.  Whoever gets in has asked in exactly the one way
 * that there is, with the one key that is known; and every request has one answer, or none.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "wire/inside.h"
#include "wire/socket.h"

enum { FRAMES_MOST = 16, WAIT_MS = 1000, FRAME_BYTES = 300 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t known[SOCKET_KEY_BYTES] = "the only key that is known here";

static struct {
    struct socket_context *context;
    struct socket_zap *zap;
    void *peer;
} door;

static void open_door(void)
{
    int wait_ms = WAIT_MS;
    int linger = 0;

    int r = socket_context_open(&door.context);
    assert(r == 0);
    r = socket_zap_open(door.context, &door.zap);
    assert(r == 0);
    door.peer = zmq_socket(door.context->zmq, ZMQ_DEALER);
    assert(door.peer != NULL);
    zmq_setsockopt(door.peer, ZMQ_RCVTIMEO, &wait_ms, sizeof(wait_ms));
    zmq_setsockopt(door.peer, ZMQ_LINGER, &linger, sizeof(linger));
    r = zmq_connect(door.peer, "inproc://zeromq.zap.01");
    assert(r == 0);
}

static const char *decide(void *context, const uint8_t key[SOCKET_KEY_BYTES], const char *address)
{
    int *asked = context;

    ++*asked;
    assert(strlen(address) < FRAME_BYTES);
    return memcmp(key, known, sizeof(known)) == 0 ? "hcz/00000000" : NULL;
}

struct frames {
    struct slice at[FRAMES_MOST];
    int count;
};

static struct frames split(const uint8_t *data, size_t size)
{
    struct frames frames = { 0 };

    while (size > 0 && frames.count < FRAMES_MOST) {
        size_t length = *data++;
        size--;
        if (length > size)
            length = size;
        frames.at[frames.count++] = slice_of(data, length);
        data += length;
        size -= length;
    }
    return frames;
}

static bool is(struct slice frame, const char *text)
{
    return slice_equal(frame, slice_text(text));
}

/* Empty, version, request, domain, address, identity, mechanism, key. */
static bool may_come_in(const struct frames *frames)
{
    return frames->count == 8 && is(frames->at[1], "1.0") && is(frames->at[6], "CURVE")
           && slice_equal(frames->at[7], slice_of(known, sizeof(known)));
}

static void read_answer(bool wanted)
{
    char parts[8][FRAME_BYTES] = { 0 };
    int more = 1;
    size_t size = sizeof(more);
    int count = 0;

    while (more) {
        assert(count < 8);
        int length = zmq_recv(door.peer, parts[count++], FRAME_BYTES - 1, 0);
        assert(length >= 0);
        zmq_getsockopt(door.peer, ZMQ_RCVMORE, &more, &size);
    }
    assert(count == 7 && strcmp(parts[1], "1.0") == 0);
    assert(strcmp(parts[3], wanted ? "200" : "400") == 0);
    assert((parts[5][0] != '\0') == wanted);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct frames frames = split(data, size);
    int asked = 0;

    say_set_level(SAY_SILENT);
    if (door.peer == NULL)
        open_door();
    if (frames.count == 0)
        return 0;
    for (int i = 0; i < frames.count; i++) {
        int flags = i + 1 < frames.count ? ZMQ_SNDMORE : 0;
        int sent = zmq_send(door.peer, frames.at[i].data, frames.at[i].size, flags);
        assert(sent == (int)frames.at[i].size);
    }
    int r = socket_zap_answer(door.zap, decide, &asked);
    assert(r == 0 && asked <= 1);
    assert(asked == 1 || !may_come_in(&frames));
    read_answer(may_come_in(&frames));
    r = socket_zap_answer(door.zap, decide, &asked);
    assert(r == SOCKET_EMPTY);
    return 0;
}
