#include "wire/caller.h"

#include <assert.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sodium.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "wire/curve.h"
#include "wire/inside.h"
#include "wire/limits.h"
#include "wire/zmtp.h"

enum {
    HANDSHAKE_MS = 5000,
    SILENCE_MS = 20000,    /* the broker's heartbeat comes every five seconds            */
    RETRY_MS = 200,        /* doubled each time, and as much again by chance:            */
    RETRY_MOST_MS = 10000, /* a fixed pause is a storm after each restart of the broker */
    FRAME_MOST = WIRE_FRAME_BYTES + (64 << 10),
    IN_FIRST_BYTES = 128 << 10,
    IN_LEAST_BYTES = 16 << 10, /* of room, or what there is moves to the front */
    OUT_FIRST_BYTES = 64 << 10,
    OUT_MOST_BYTES = 16 << 20, /* a fuse above the credit of a producer */
    COMMAND_BYTES = 64,
};

enum stage { STAGE_AWAY, STAGE_CONNECTING, STAGE_GREETING, STAGE_HANDSHAKE, STAGE_UP };

struct caller {
    char *endpoint;
    bool is_curve;
    struct curve curve;

    enum stage stage;
    int fd;
    uint64_t due_us;   /* away: when it is tried again; later: when it has taken too long */
    uint64_t heard_us; /* when bytes came last */
    uint32_t retry_ms;
    bool is_broken;  /* a send failed: it ends when what came has been received */
    bool is_lent;    /* a frame is in the caller's hands */
    bool is_dry;     /* the last read took all that there was */
    bool is_odd;     /* a message of more than one part is coming */
    int next_answer; /* SOCKET_EMPTY, or what the next receive gives: a wait found it */
    struct slice next;

    uint8_t *in;
    size_t in_room;
    size_t in_at;
    size_t in_end;
    uint8_t *out;
    size_t out_room;
    size_t out_at;
    size_t out_end;
};

/* ---- open and close -------------------------------------------------------------------------------- */

int caller_open(const char *endpoint, const uint8_t *server_key, const struct socket_keys *keys,
                struct caller **ret_caller)
{
    if (sodium_init() < 0)
        return FAULT(-EPROTO);
    struct caller *caller = calloc(1, sizeof(*caller));
    if (caller == NULL)
        return FAULT(-ENOMEM);
    caller->fd = -1;
    caller->retry_ms = RETRY_MS;
    caller->next_answer = SOCKET_EMPTY;
    caller->is_curve = server_key != NULL;
    if (caller->is_curve) {
        memcpy(caller->curve.server, server_key, SOCKET_KEY_BYTES);
        caller->curve.keys = *keys;
    }
    caller->endpoint = strdup(endpoint);
    caller->in = malloc(IN_FIRST_BYTES);
    caller->in_room = IN_FIRST_BYTES;
    caller->out = malloc(OUT_FIRST_BYTES);
    caller->out_room = OUT_FIRST_BYTES;
    if (caller->endpoint == NULL || caller->in == NULL || caller->out == NULL) {
        caller_close(caller, 0);
        return FAULT(-ENOMEM);
    }
    *ret_caller = caller;
    return 0;
}

static void flush(struct caller *caller);

/* What is not read when a connection is closed costs the other side what it has not read yet. */
static void linger(struct caller *caller, int linger_ms)
{
    struct pollfd event = { .fd = caller->fd, .events = POLLOUT };
    uint64_t end_us = clock_steady_us() + (uint64_t)linger_ms * 1000;

    flush(caller);
    while (caller->out_at < caller->out_end && !caller->is_broken && clock_steady_us() < end_us) {
        poll(&event, 1, 10);
        flush(caller);
    }
    shutdown(caller->fd, SHUT_WR);
    while (recv(caller->fd, caller->in, caller->in_room, MSG_DONTWAIT) > 0)
        ;
}

void caller_close(struct caller *caller, int linger_ms)
{
    if (caller == NULL)
        return;
    if (caller->stage == STAGE_UP && linger_ms > 0)
        linger(caller, linger_ms);
    if (caller->fd >= 0)
        close(caller->fd);
    sodium_memzero(&caller->curve, sizeof(caller->curve));
    free(caller->endpoint);
    free(caller->in);
    free(caller->out);
    free(caller);
}

/* ---- connecting ------------------------------------------------------------------------------------ */

/* It is over; tried again after a pause that grows until a handshake is through. */
static void drop(struct caller *caller)
{
    uint32_t pause_ms = caller->retry_ms + randombytes_uniform(caller->retry_ms);

    if (caller->fd >= 0)
        close(caller->fd);
    caller->fd = -1;
    caller->stage = STAGE_AWAY;
    caller->is_broken = caller->is_dry = caller->is_odd = false;
    caller->in_at = caller->in_end = caller->out_at = caller->out_end = 0;
    caller->due_us = clock_steady_us() + (uint64_t)pause_ms * 1000;
    if (caller->retry_ms < RETRY_MOST_MS)
        caller->retry_ms *= 2;
}

static bool local_address(const char *path, struct sockaddr_un *address, socklen_t *ret_size)
{
    size_t length = strlen(path);

    *address = (struct sockaddr_un){ .sun_family = AF_UNIX };
    if (length == 0 || length >= sizeof(address->sun_path))
        return false;
    memcpy(address->sun_path, path, length);
    *ret_size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + 1);
    if (path[0] == '@') { /* a name that is no file: it has no terminator */
        address->sun_path[0] = '\0';
        --*ret_size;
    }
    return true;
}

static bool connect_to(struct caller *caller, const struct sockaddr *address, socklen_t size)
{
    caller->fd = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    return caller->fd >= 0 && (connect(caller->fd, address, size) == 0 || errno == EINPROGRESS);
}

static bool connect_tcp(struct caller *caller, const char *where)
{
    struct addrinfo hints = { .ai_family = AF_INET, .ai_socktype = SOCK_STREAM };
    struct addrinfo *found = NULL;
    const char *colon = strrchr(where, ':');
    char host[256];
    int one = 1;

    if (colon == NULL || (size_t)(colon - where) >= sizeof(host))
        return false;
    snprintf(host, sizeof(host), "%.*s", (int)(colon - where), where);
    if (getaddrinfo(host, colon + 1, &hints, &found) != 0)
        return false;
    bool begun = connect_to(caller, found->ai_addr, found->ai_addrlen);
    freeaddrinfo(found);
    if (begun) {
        setsockopt(caller->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
        setsockopt(caller->fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one));
    }
    return begun;
}

static void begin(struct caller *caller)
{
    static const char ipc[] = "ipc://";
    const char *where = caller->endpoint + sizeof(ipc) - 1; /* as long as tcp:// */
    struct sockaddr_un address;
    socklen_t size = 0;
    bool begun;

    if (strncmp(caller->endpoint, ipc, sizeof(ipc) - 1) == 0)
        begun = local_address(where, &address, &size)
                && connect_to(caller, (const struct sockaddr *)&address, size);
    else
        begun = connect_tcp(caller, where);
    if (!begun) {
        drop(caller);
        return;
    }
    caller->stage = STAGE_CONNECTING;
    caller->heard_us = clock_steady_us();
    caller->due_us = caller->heard_us + HANDSHAKE_MS * UINT64_C(1000);
}

/* ---- bytes out ------------------------------------------------------------------------------------- */

static void flush(struct caller *caller)
{
    while (caller->out_at < caller->out_end && !caller->is_broken) {
        ssize_t sent = send(caller->fd, caller->out + caller->out_at,
                            caller->out_end - caller->out_at, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent > 0)
            caller->out_at += (size_t)sent;
        else if (errno == EAGAIN)
            return;
        else if (errno != EINTR)
            caller->is_broken = true;
    }
    caller->out_at = caller->out_end = 0;
}

/* Room at the end of what waits to be sent, or NULL. */
static uint8_t *out_room(struct caller *caller, size_t size)
{
    if (caller->out_end + size > caller->out_room) {
        memmove(caller->out, caller->out + caller->out_at, caller->out_end - caller->out_at);
        caller->out_end -= caller->out_at;
        caller->out_at = 0;
    }
    if (caller->out_end + size > caller->out_room) {
        size_t room = caller->out_room;
        while (room < caller->out_end + size)
            room *= 2;
        uint8_t *larger = realloc(caller->out, room);
        if (larger == NULL)
            return NULL;
        caller->out = larger;
        caller->out_room = room;
    }
    return caller->out + caller->out_end;
}

static int put(struct caller *caller, const void *bytes, size_t size)
{
    uint8_t *room = out_room(caller, size);

    if (room == NULL)
        return FAULT(-ENOMEM);
    memcpy(room, bytes, size);
    caller->out_end += size;
    return 0;
}

static int put_frame(struct caller *caller, uint8_t flags, const void *bytes, size_t size)
{
    uint8_t head[ZMTP_HEAD_BYTES];
    int r = put(caller, head, zmtp_head(flags, size, head));

    return r == 0 ? put(caller, bytes, size) : r;
}

static int put_sealed(struct caller *caller, uint8_t flags, struct slice bytes)
{
    size_t size = CURVE_IN_FRONT_BYTES + bytes.size;
    uint8_t *at = out_room(caller, ZMTP_HEAD_BYTES + size);

    if (at == NULL)
        return FAULT(-ENOMEM);
    size_t head = zmtp_head(0, size, at);
    if (bytes.size > 0)
        memcpy(at + head + CURVE_IN_FRONT_BYTES, bytes.data, bytes.size);
    curve_seal(&caller->curve, flags, at + head, bytes.size);
    caller->out_end += head + size;
    return 0;
}

/* Without encryption and with nothing in front of it, a message is not copied. */
static int send_plain(struct caller *caller, struct slice bytes)
{
    uint8_t head[ZMTP_HEAD_BYTES];
    size_t head_size = zmtp_head(0, bytes.size, head);
    struct iovec pieces[] = { { head, head_size }, { (void *)(uintptr_t)bytes.data, bytes.size } };
    struct msghdr message = { .msg_iov = pieces, .msg_iovlen = 2 };
    ssize_t sent = 0;

    if (caller->out_at == caller->out_end)
        sent = sendmsg(caller->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno != EAGAIN && errno != EINTR)
        caller->is_broken = true;
    size_t done = sent > 0 ? (size_t)sent : 0;
    if (done == head_size + bytes.size || caller->is_broken)
        return 0;
    int r = done < head_size ? put(caller, head + done, head_size - done) : 0;
    size_t from = done > head_size ? done - head_size : 0;
    return r == 0 ? put(caller, (const uint8_t *)bytes.data + from, bytes.size - from) : r;
}

/* ---- bytes in -------------------------------------------------------------------------------------- */

static int make_in_room(struct caller *caller, size_t wanted)
{
    if (caller->in_at == caller->in_end)
        caller->in_at = caller->in_end = 0;
    if (caller->in_room - caller->in_end < IN_LEAST_BYTES
        || caller->in_at + wanted > caller->in_room) {
        memmove(caller->in, caller->in + caller->in_at, caller->in_end - caller->in_at);
        caller->in_end -= caller->in_at;
        caller->in_at = 0;
    }
    size_t needed =
        wanted > caller->in_end + IN_LEAST_BYTES ? wanted : caller->in_end + IN_LEAST_BYTES;
    if (needed <= caller->in_room)
        return 0;
    uint8_t *larger = realloc(caller->in, needed);
    if (larger == NULL)
        return FAULT(-ENOMEM);
    caller->in = larger;
    caller->in_room = needed;
    return 0;
}

/* Reads on, until there may be `wanted` bytes.  SOCKET_EMPTY, SOCKET_GONE. */
static int fill(struct caller *caller, size_t wanted)
{
    if (caller->is_dry) {
        caller->is_dry = false;
        return SOCKET_EMPTY;
    }
    int r = make_in_room(caller, wanted);
    if (r < 0)
        return r;
    size_t room = caller->in_room - caller->in_end;
    ssize_t got;
    do
        got = recv(caller->fd, caller->in + caller->in_end, room, MSG_DONTWAIT);
    while (got < 0 && errno == EINTR);
    if (got <= 0)
        return got < 0 && errno == EAGAIN ? SOCKET_EMPTY : SOCKET_GONE;
    caller->in_end += (size_t)got;
    caller->is_dry = (size_t)got < room;
    caller->heard_us = clock_steady_us();
    return 0;
}

/* The next frame, read on for if need be. */
static int next_frame(struct caller *caller, struct zmtp_frame *ret_frame)
{
    while (true) {
        int r = zmtp_frame(caller->in + caller->in_at, caller->in_end - caller->in_at,
                           FRAME_MOST + CURVE_IN_FRONT_BYTES, ret_frame);
        if (r == 0) {
            caller->in_at += ret_frame->whole;
            return 0;
        }
        r = r == ZMTP_BAD ? SOCKET_GONE : fill(caller, ret_frame->whole);
        if (r != 0)
            return r;
    }
}

/* ---- the handshake --------------------------------------------------------------------------------- */

/* A listener's connection is there, or is not. */
static int connected(struct caller *caller)
{
    struct pollfd event = { .fd = caller->fd, .events = POLLOUT };
    uint8_t greeting[ZMTP_GREETING_BYTES];
    int error = 0;
    socklen_t size = sizeof(error);

    if (poll(&event, 1, 0) <= 0)
        return SOCKET_EMPTY;
    if (getsockopt(caller->fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0)
        return SOCKET_GONE;
    zmtp_greeting(caller->is_curve, greeting);
    caller->stage = STAGE_GREETING;
    return put(caller, greeting, sizeof(greeting));
}

static int greeted(struct caller *caller)
{
    uint8_t bytes[CURVE_HELLO_BYTES] = "\5READY";
    size_t size = CURVE_HELLO_BYTES;

    while (caller->in_end - caller->in_at < ZMTP_GREETING_BYTES) {
        int r = fill(caller, ZMTP_GREETING_BYTES);
        if (r != 0)
            return r;
    }
    if (!zmtp_greeting_good(caller->in + caller->in_at, caller->is_curve))
        return SOCKET_GONE;
    caller->in_at += ZMTP_GREETING_BYTES;
    caller->stage = STAGE_HANDSHAKE;
    if (caller->is_curve)
        curve_hello(&caller->curve, bytes);
    else
        size = 6 + zmtp_properties(bytes + 6);
    return put_frame(caller, ZMTP_COMMAND, bytes, size);
}

/* A command of the mechanism.  ERROR is one that none of ours expects. */
static int shake_hands(struct caller *caller)
{
    uint8_t bytes[CURVE_INITIATE_BYTES];
    struct zmtp_frame frame;
    size_t size;

    int r = next_frame(caller, &frame);
    if (r != 0)
        return r;
    struct slice body = slice_of(frame.body, frame.size);
    if ((frame.flags & ZMTP_COMMAND) == 0)
        return SOCKET_GONE;
    if (caller->is_curve && zmtp_is(body, "WELCOME"))
        return curve_initiate(&caller->curve, body, bytes, &size) == 0
                   ? put_frame(caller, ZMTP_COMMAND, bytes, size)
                   : SOCKET_GONE;
    if (!zmtp_is(body, "READY") || (caller->is_curve && curve_ready(&caller->curve, body) != 0))
        return SOCKET_GONE;
    caller->stage = STAGE_UP;
    caller->retry_ms = RETRY_MS;
    return 0;
}

/* As far as it goes now. */
static int advance(struct caller *caller)
{
    uint64_t now_us = clock_steady_us();
    int r = 0;

    if (caller->stage == STAGE_AWAY && now_us >= caller->due_us)
        begin(caller);
    while (r == 0 && caller->stage != STAGE_UP && caller->stage != STAGE_AWAY) {
        if (caller->stage == STAGE_CONNECTING)
            r = connected(caller);
        else if (caller->stage == STAGE_GREETING)
            r = greeted(caller);
        else
            r = shake_hands(caller);
        flush(caller);
        if (caller->is_broken)
            r = SOCKET_GONE;
    }
    if (r == SOCKET_GONE
        || (caller->stage != STAGE_UP && caller->stage != STAGE_AWAY && now_us >= caller->due_us))
        drop(caller);
    return r < 0 ? r : 0;
}

/* ---- messages -------------------------------------------------------------------------------------- */

static int put_command(struct caller *caller, struct slice command)
{
    return caller->is_curve ? put_sealed(caller, CURVE_COMMAND, command)
                            : put_frame(caller, ZMTP_COMMAND, command.data, command.size);
}

/* A heartbeat, or something of a later version. */
static int on_command(struct caller *caller, struct slice command)
{
    enum { NAME_BYTES = 5, TTL_BYTES = 2 };
    uint8_t pong[COMMAND_BYTES] = "\4PONG";

    if (!zmtp_is(command, "PING") || command.size < NAME_BYTES + TTL_BYTES
        || command.size > COMMAND_BYTES)
        return 0;
    size_t context = command.size - NAME_BYTES - TTL_BYTES;
    memcpy(pong + NAME_BYTES, (const uint8_t *)command.data + NAME_BYTES + TTL_BYTES, context);
    int r = put_command(caller, slice_of(pong, NAME_BYTES + context));
    flush(caller);
    return r;
}

static int unwrap(struct caller *caller, const struct zmtp_frame *frame, uint8_t *ret_flags,
                  struct slice *ret_bytes)
{
    uint8_t flags;

    if (!caller->is_curve) {
        *ret_flags = frame->flags & (ZMTP_MORE | ZMTP_COMMAND);
        *ret_bytes = slice_of(frame->body, frame->size);
        return 0;
    }
    if (curve_open(&caller->curve, frame->body, frame->size, &flags, ret_bytes) != 0)
        return SOCKET_GONE;
    *ret_flags = (uint8_t)((flags & CURVE_MORE) != 0 ? ZMTP_MORE : 0)
                 | (uint8_t)((flags & CURVE_COMMAND) != 0 ? ZMTP_COMMAND : 0);
    return 0;
}

/* The next message.  SOCKET_EMPTY, SOCKET_ODD; SOCKET_GONE: and no more will come. */
static int next_message(struct caller *caller, struct slice *ret_bytes)
{
    while (true) {
        struct zmtp_frame frame;
        uint8_t flags = 0;
        int r = next_frame(caller, &frame);
        if (r == 0)
            r = unwrap(caller, &frame, &flags, ret_bytes);
        if (r == 0 && (flags & ZMTP_COMMAND) != 0)
            r = on_command(caller, *ret_bytes);
        if (r != 0)
            return r;
        if ((flags & ZMTP_COMMAND) != 0)
            continue;
        bool was_odd = caller->is_odd;
        caller->is_odd = (flags & ZMTP_MORE) != 0;
        if (!caller->is_odd)
            return was_odd ? SOCKET_ODD : 0;
    }
}

static int receive(struct caller *caller, struct slice *ret_bytes)
{
    int r = caller->stage == STAGE_UP ? 0 : advance(caller);

    if (r < 0)
        return r;
    if (caller->stage != STAGE_UP)
        return SOCKET_EMPTY;
    r = next_message(caller, ret_bytes);
    bool is_silent =
        r == SOCKET_EMPTY && clock_steady_us() - caller->heard_us > SILENCE_MS * UINT64_C(1000);
    if (r == SOCKET_GONE || is_silent || (r == SOCKET_EMPTY && caller->is_broken)) {
        drop(caller);
        return SOCKET_EMPTY;
    }
    return r;
}

int caller_receive(struct caller *caller, struct slice *ret_bytes)
{
    int r = caller->next_answer;

    *ret_bytes = caller->next;
    caller->next_answer = SOCKET_EMPTY;
    if (r == SOCKET_EMPTY)
        r = receive(caller, ret_bytes);
    caller->is_lent = r == 0;
    return r;
}

int caller_send(struct caller *caller, struct slice bytes)
{
    int r = caller->stage == STAGE_UP || caller->is_lent ? 0 : advance(caller);

    if (r < 0)
        return r;
    if (caller->stage != STAGE_UP || caller->is_broken
        || caller->out_end - caller->out_at + bytes.size > OUT_MOST_BYTES)
        return SOCKET_FULL;
    if (!caller->is_curve)
        return send_plain(caller, bytes);
    r = put_sealed(caller, 0, bytes);
    flush(caller);
    return r;
}

/* ---- waiting --------------------------------------------------------------------------------------- */

/* Something that came with what was read before. */
static bool has_more(const struct caller *caller)
{
    struct zmtp_frame frame;

    return caller->next_answer != SOCKET_EMPTY
           || (caller->stage == STAGE_UP
               && zmtp_frame(caller->in + caller->in_at, caller->in_end - caller->in_at, FRAME_MOST,
                             &frame)
                      == 0);
}

void caller_wait(const struct caller *caller, struct caller_wait *ret_wait)
{
    bool is_writing = caller->stage == STAGE_CONNECTING || caller->out_at < caller->out_end;

    *ret_wait = (struct caller_wait){
        .fd = caller->fd,
        .events = (short)(POLLIN | (is_writing ? POLLOUT : 0)),
        .until_us = has_more(caller)            ? 0
                    : caller->stage == STAGE_UP ? caller->heard_us + SILENCE_MS * UINT64_C(1000)
                                                : caller->due_us,
    };
}

bool caller_turn(struct caller *caller)
{
    caller->is_lent = caller->is_dry = false;
    flush(caller);
    if (caller->next_answer == SOCKET_EMPTY)
        caller->next_answer = receive(caller, &caller->next);
    return caller->next_answer != SOCKET_EMPTY;
}
