/*
 * Who may come in (RFC 27/ZAP).  The request's frames come from the peer as it wishes: what is odd
 * in any way is answered with 400.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "base/err.h"
#include "wire/inside.h"
#include "wire/socket.h"

/* Before the credentials: routing id, empty, version, request, domain, address, identity, mechanism. */
enum {
    ROUTING,
    EMPTY,
    VERSION,
    REQUEST,
    DOMAIN,
    ADDRESS,
    IDENTITY,
    MECHANISM,
    KEY,
    PARTS,
    PART_BYTES = 256
};

struct part {
    char bytes[PART_BYTES];
    size_t size;
};

int socket_zap_open(struct socket_context *context, struct socket_zap **ret_zap)
{
    int linger = 0;

    struct socket_zap *zap = calloc(1, sizeof(*zap));
    if (zap == NULL)
        return FAULT(-ENOMEM);
    zap->zmq = zmq_socket(context->zmq, ZMQ_ROUTER);
    if (zap->zmq == NULL || zmq_setsockopt(zap->zmq, ZMQ_LINGER, &linger, sizeof(linger)) != 0
        || zmq_bind(zap->zmq, "inproc://zeromq.zap.01") != 0) {
        int r = FAULT(-errno);
        socket_zap_close(zap);
        return r;
    }
    *ret_zap = zap;
    return 0;
}

void socket_zap_close(struct socket_zap *zap)
{
    if (zap == NULL)
        return;
    if (zap->zmq != NULL)
        zmq_close(zap->zmq);
    free(zap);
}

/* Reads all parts, keeps the first nine; 0 when there are exactly these. */
static int read_request(struct socket_zap *zap, struct part parts[PARTS])
{
    zmq_msg_t message;
    int count = 0;
    bool more = true;
    bool odd = false;

    zmq_msg_init(&message);
    while (more) {
        if (zmq_msg_recv(&message, zap->zmq, ZMQ_DONTWAIT) < 0) {
            int error = errno;
            if (error == EINTR)
                continue; /* in the middle of a request, or before it */
            zmq_msg_close(&message);
            return error == EAGAIN ? SOCKET_EMPTY : FAULT(-error);
        }
        size_t size = zmq_msg_size(&message);
        if (count < PARTS && size < PART_BYTES) {
            memcpy(parts[count].bytes, zmq_msg_data(&message), size);
            parts[count].bytes[size] = '\0';
            parts[count].size = size;
        } else {
            odd = true;
        }
        count++;
        more = zmq_msg_more(&message) != 0;
    }
    zmq_msg_close(&message);
    return odd || count != PARTS ? SOCKET_ODD : 0;
}

static bool is_text(const struct part *part, const char *text)
{
    return part->size == strlen(text) && memcmp(part->bytes, text, part->size) == 0;
}

static void reply(struct socket_zap *zap, const struct part parts[PARTS], const char *user)
{
    const char *status = user == NULL ? "400" : "200";
    const char *texts[] = {
        "1.0", NULL, status, user == NULL ? "no" : "OK", user == NULL ? "" : user, ""
    };

    zmq_send(zap->zmq, parts[ROUTING].bytes, parts[ROUTING].size, ZMQ_SNDMORE);
    zmq_send(zap->zmq, "", 0, ZMQ_SNDMORE);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        int flags = i + 1 < sizeof(texts) / sizeof(texts[0]) ? ZMQ_SNDMORE : 0;
        if (texts[i] == NULL)
            zmq_send(zap->zmq, parts[REQUEST].bytes, parts[REQUEST].size, flags);
        else
            zmq_send(zap->zmq, texts[i], strlen(texts[i]), flags);
    }
}

int socket_zap_answer(struct socket_zap *zap, socket_zap_decide *decide, void *context)
{
    struct part parts[PARTS] = { 0 };

    int r = read_request(zap, parts);
    if (r < 0 || r == SOCKET_EMPTY)
        return r;
    const char *user = NULL;
    if (r == 0 && is_text(&parts[VERSION], "1.0") && is_text(&parts[MECHANISM], "CURVE")
        && parts[KEY].size == SOCKET_KEY_BYTES)
        user = decide(context, (const uint8_t *)parts[KEY].bytes, parts[ADDRESS].bytes);
    reply(zap, parts, user);
    return 0;
}
