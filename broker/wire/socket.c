#include "wire/socket.h"

#include <assert.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <zmq.h>

#include "base/err.h"
#include "wire/inside.h"
#include "wire/limits.h"

/* The reasons for each value are measured: a ROUTER that is not MANDATORY throws away what does not
 * fit and says that it was sent; with HANDOVER a peer can take another's mail; without option 93 a
 * dead ZAP handler lets everybody in.  The header hides its name behind drafts, the library has it. */
enum {
    ZAP_ENFORCE_DOMAIN = 93,
    SEND_MARK = 4096,          /* fuses above the largest credit, never the flow control */
    LISTEN_RECEIVE_MARK = 256, /* times a frame is what a peer can fill that ignores credit */
    CALL_RECEIVE_MARK = 4096,
    FRAME_MOST = WIRE_FRAME_BYTES + (64 << 10),
    HANDSHAKE_MS = 2000,
    CALL_HANDSHAKE_MS = 5000,
    HEARTBEAT_MS = 5000,
    HEARTBEAT_TIMEOUT_MS = 15000,
    HEARTBEAT_TTL_MS = 20000,
    RECONNECT_MS = 200,
    RECONNECT_MOST_MS = 10000,
    BACKLOG = 1024,
    SOCKETS = 65536,
};

static const char zap_domain[] = "carebus";

/* ---- context ------------------------------------------------------------------------------------- */

int socket_context_open(struct socket_context **ret_context)
{
    struct socket_context *context = calloc(1, sizeof(*context));
    if (context == NULL)
        return FAULT(-ENOMEM);
    context->zmq = zmq_ctx_new();
    if (context->zmq == NULL) {
        free(context);
        return FAULT(-ENOMEM);
    }
    zmq_ctx_set(context->zmq, ZMQ_MAX_SOCKETS, SOCKETS);
    zmq_ctx_set(context->zmq, ZMQ_IO_THREADS, 1);
    *ret_context = context;
    return 0;
}

void socket_context_close(struct socket_context *context)
{
    if (context == NULL)
        return;
    zmq_ctx_term(context->zmq);
    free(context);
}

/* ---- options: set, then read back ---------------------------------------------------------------- */

static int set_number(void *zmq, int option, int value)
{
    int found = ~value;
    size_t size = sizeof(found);

    if (zmq_setsockopt(zmq, option, &value, sizeof(value)) != 0)
        return FAULT(-errno);
    /* A few can only be set. */
    if (option == ZMQ_ROUTER_MANDATORY || option == ZMQ_ROUTER_HANDOVER
        || option == ZAP_ENFORCE_DOMAIN)
        return 0;
    if (zmq_getsockopt(zmq, option, &found, &size) != 0)
        return FAULT(-errno);
    return found == value ? 0 : FAULT(-EPROTO);
}

static int set_int64(void *zmq, int option, int64_t value)
{
    return zmq_setsockopt(zmq, option, &value, sizeof(value)) == 0 ? 0 : FAULT(-errno);
}

struct setting {
    int option;
    int value;
};

static int set_all(void *zmq, const struct setting *settings, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int r = set_number(zmq, settings[i].option, settings[i].value);
        if (r < 0)
            return r;
    }
    return set_int64(zmq, ZMQ_MAXMSGSIZE, FRAME_MOST);
}

static const struct setting common[] = {
    { ZMQ_LINGER, 0 },
    { ZMQ_SNDHWM, SEND_MARK },
    { ZMQ_SNDTIMEO, 0 },
    { ZMQ_HEARTBEAT_IVL, HEARTBEAT_MS },
    { ZMQ_HEARTBEAT_TIMEOUT, HEARTBEAT_TIMEOUT_MS },
    { ZMQ_HEARTBEAT_TTL, HEARTBEAT_TTL_MS },
    { ZMQ_TCP_KEEPALIVE, 1 },
    { ZMQ_IPV6, 0 },
};

static const struct setting listener[] = {
    { ZMQ_ROUTER_MANDATORY, 1 },
    { ZMQ_ROUTER_HANDOVER, 0 },
    { ZMQ_RCVHWM, LISTEN_RECEIVE_MARK },
    { ZMQ_HANDSHAKE_IVL, HANDSHAKE_MS },
    { ZMQ_BACKLOG, BACKLOG },
};

static const struct setting caller[] = {
    { ZMQ_IMMEDIATE, 1 },
    { ZMQ_RCVHWM, CALL_RECEIVE_MARK },
    { ZMQ_HANDSHAKE_IVL, CALL_HANDSHAKE_MS },
    { ZMQ_RECONNECT_IVL, RECONNECT_MS },
    { ZMQ_RECONNECT_IVL_MAX, RECONNECT_MOST_MS },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int set_key(void *zmq, int option, const uint8_t key[SOCKET_KEY_BYTES])
{
    return zmq_setsockopt(zmq, option, key, SOCKET_KEY_BYTES) == 0 ? 0 : FAULT(-errno);
}

static int plaintext_allowed(void)
{
#ifdef CAREBUS_BENCH
    return 0;
#else
    return FAULT(-EPERM);
#endif
}

/* ---- making -------------------------------------------------------------------------------------- */

static bool good_endpoint(const char *endpoint)
{
    return strncmp(endpoint, "tcp://", 6) == 0 || strncmp(endpoint, "ipc://", 6) == 0;
}

static struct socket *make(struct socket_context *context, int type)
{
    struct socket *socket = calloc(1, sizeof(*socket));

    if (socket == NULL)
        return NULL;
    socket->zmq = zmq_socket(context->zmq, type);
    if (socket->zmq == NULL) {
        free(socket);
        return NULL;
    }
    socket->is_listener = type == ZMQ_ROUTER;
    zmq_msg_init(&socket->message);
    return socket;
}

int socket_listen(struct socket_context *context, const char *endpoint,
                  const struct socket_keys *keys, struct socket **ret_socket)
{
    if (!good_endpoint(endpoint))
        return FAULT(-EPROTONOSUPPORT);
    struct socket *socket = make(context, ZMQ_ROUTER);
    if (socket == NULL)
        return FAULT(-ENOMEM);
    socket->is_plain = keys == NULL;
    int r = set_all(socket->zmq, common, COUNT(common));
    if (r == 0)
        r = set_all(socket->zmq, listener, COUNT(listener));
    if (r == 0 && keys == NULL)
        r = plaintext_allowed();
    if (r == 0 && keys != NULL) {
        r = set_number(socket->zmq, ZMQ_CURVE_SERVER, 1);
        if (r == 0)
            r = set_key(socket->zmq, ZMQ_CURVE_SECRETKEY, keys->secret_key);
        if (r == 0
            && zmq_setsockopt(socket->zmq, ZMQ_ZAP_DOMAIN, zap_domain, sizeof(zap_domain) - 1) != 0)
            r = FAULT(-errno);
        if (r == 0)
            r = set_number(socket->zmq, ZAP_ENFORCE_DOMAIN, 1);
    }
    if (r == 0 && zmq_bind(socket->zmq, endpoint) != 0)
        r = -errno;
    if (r < 0) {
        socket_close(socket);
        return r;
    }
    *ret_socket = socket;
    return 0;
}

int socket_connect(struct socket_context *context, const char *endpoint, const uint8_t *server_key,
                   const struct socket_keys *keys, struct socket **ret_socket)
{
    if (!good_endpoint(endpoint))
        return FAULT(-EPROTONOSUPPORT);
    struct socket *socket = make(context, ZMQ_DEALER);
    if (socket == NULL)
        return FAULT(-ENOMEM);
    socket->is_plain = server_key == NULL;
    int r = set_all(socket->zmq, common, COUNT(common));
    if (r == 0)
        r = set_all(socket->zmq, caller, COUNT(caller));
    if (r == 0 && server_key == NULL)
        r = plaintext_allowed();
    if (r == 0 && server_key != NULL) {
        r = set_key(socket->zmq, ZMQ_CURVE_SERVERKEY, server_key);
        if (r == 0)
            r = set_key(socket->zmq, ZMQ_CURVE_PUBLICKEY, keys->public_key);
        if (r == 0)
            r = set_key(socket->zmq, ZMQ_CURVE_SECRETKEY, keys->secret_key);
    }
    if (r == 0 && zmq_connect(socket->zmq, endpoint) != 0)
        r = -errno;
    if (r < 0) {
        socket_close(socket);
        return r;
    }
    *ret_socket = socket;
    return 0;
}

void socket_close(struct socket *socket)
{
    if (socket == NULL)
        return;
    zmq_msg_close(&socket->message);
    zmq_close(socket->zmq);
    free(socket);
}

void socket_close_soon(struct socket *socket, int linger_ms)
{
    zmq_setsockopt(socket->zmq, ZMQ_LINGER, &linger_ms, sizeof(linger_ms));
    socket_close(socket);
}

/* ---- receiving ----------------------------------------------------------------------------------- */

static int receive_part(struct socket *socket)
{
    int r;

    do
        r = zmq_msg_recv(&socket->message, socket->zmq, ZMQ_DONTWAIT);
    while (r < 0 && errno == EINTR);
    if (r >= 0)
        return 0;
    return errno == EAGAIN ? SOCKET_EMPTY : FAULT(-errno);
}

/* What follows of a message that has more parts than it may have. */
static int drain(struct socket *socket)
{
    while (zmq_msg_more(&socket->message)) {
        int r = receive_part(socket);
        if (r != 0)
            return r < 0 ? r : SOCKET_ODD;
    }
    return SOCKET_ODD;
}

int socket_receive(struct socket *socket, struct socket_frame *ret_frame)
{
    int r = receive_part(socket);
    if (r != 0)
        return r;

    *ret_frame = (struct socket_frame){ .fd = -1 };
    if (socket->is_listener) {
        size_t size = zmq_msg_size(&socket->message);
        if (size > SOCKET_PEER_BYTES || !zmq_msg_more(&socket->message))
            return drain(socket);
        memcpy(&ret_frame->peer, zmq_msg_data(&socket->message), size);
        r = receive_part(socket);
        if (r != 0)
            return r < 0 ? r : SOCKET_ODD;
    }
    if (zmq_msg_more(&socket->message))
        return drain(socket);
    if (socket->is_listener) {
        ret_frame->fd = zmq_msg_get(&socket->message, ZMQ_SRCFD);
        ret_frame->user = zmq_msg_gets(&socket->message, "User-Id");
        if (!socket->is_plain && (ret_frame->user == NULL || ret_frame->user[0] == '\0'))
            return SOCKET_ODD;
    }
    ret_frame->bytes = slice_of(zmq_msg_data(&socket->message), zmq_msg_size(&socket->message));
    return 0;
}

int socket_fd(struct socket *socket)
{
    int fd = -1;
    size_t size = sizeof(fd);

    return zmq_getsockopt(socket->zmq, ZMQ_FD, &fd, &size) == 0 ? fd : -1;
}

/* ---- sending ------------------------------------------------------------------------------------- */

static int answer_of(int error)
{
    if (error == EHOSTUNREACH)
        return SOCKET_GONE;
    if (error == EAGAIN)
        return SOCKET_FULL;
    return FAULT(-error);
}

/* The routing id in front: five bytes that the ROUTER made. */
static int send_peer(struct socket *socket, uint64_t peer)
{
    enum { ROUTING_BYTES = 5 };

    if (!socket->is_listener)
        return 0;
    while (zmq_send(socket->zmq, &peer, ROUTING_BYTES, ZMQ_DONTWAIT | ZMQ_SNDMORE) < 0)
        if (errno != EINTR)
            return answer_of(errno);
    return 0;
}

static int send_message(struct socket *socket, uint64_t peer, zmq_msg_t *message)
{
    int r = send_peer(socket, peer);

    while (r == 0 && zmq_msg_send(message, socket->zmq, ZMQ_DONTWAIT) < 0)
        if (errno != EINTR)
            r = answer_of(errno);
    if (r != 0)
        zmq_msg_close(message);
    return r;
}

int socket_send(struct socket *socket, uint64_t peer, struct slice bytes)
{
    zmq_msg_t message;

    if (zmq_msg_init_size(&message, bytes.size) != 0)
        return FAULT(-ENOMEM);
    memcpy(zmq_msg_data(&message), bytes.data, bytes.size);
    return send_message(socket, peer, &message);
}

/* ---- one frame for many -------------------------------------------------------------------------- */

struct socket_shared {
    _Atomic uint32_t holders;
    uint32_t size;
    _Alignas(16) uint8_t data[];
};

static void let_go(void *data, void *hint)
{
    struct socket_shared *shared = hint;

    (void)data;
    if (atomic_fetch_sub_explicit(&shared->holders, 1, memory_order_acq_rel) == 1)
        free(shared);
}

int socket_share(uint32_t size, struct socket_shared **ret_shared, void **ret_data)
{
    struct socket_shared *shared = malloc(sizeof(*shared) + size);

    if (shared == NULL)
        return FAULT(-ENOMEM);
    atomic_init(&shared->holders, 1);
    shared->size = size;
    *ret_shared = shared;
    *ret_data = shared->data;
    return 0;
}

void socket_shared_trim(struct socket_shared *shared, uint32_t size)
{
    assert(size <= shared->size);
    shared->size = size;
}

int socket_send_shared(struct socket *socket, uint64_t peer, struct socket_shared *shared)
{
    enum { COPY_BYTES = 4096 }; /* below this a copy is cheaper than the count */
    zmq_msg_t message;

    if (shared->size < COPY_BYTES)
        return socket_send(socket, peer, slice_of(shared->data, shared->size));
    atomic_fetch_add_explicit(&shared->holders, 1, memory_order_relaxed);
    if (zmq_msg_init_data(&message, shared->data, shared->size, let_go, shared) != 0) {
        let_go(NULL, shared);
        return FAULT(-ENOMEM);
    }
    return send_message(socket, peer, &message);
}

void socket_shared_close(struct socket_shared *shared)
{
    if (shared != NULL)
        let_go(NULL, shared);
}

void socket_cut(int fd)
{
    if (fd >= 0)
        shutdown(fd, SHUT_RDWR);
}
