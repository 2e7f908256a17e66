/* Sockets with CURVE, and the door that fails closed.  Broker and peers are of one thread here. */
#include "wire/socket.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

#include "base/clock.h"
#include "base/log.h"
#include "lib/run.h"

enum { LONG_MS = 5000, SHORT_MS = 700 };

/* A broker's side, and whom it knows. */
struct door {
    struct socket_context *context;
    struct socket_zap *zap;
    struct socket *listener;
    struct socket_keys keys;
    struct socket_keys known;
    const char *unit; /* of `known` */
    int asked;
    char endpoint[256];
};

static const char *decide(void *context, const uint8_t key[SOCKET_KEY_BYTES], const char *address)
{
    struct door *door = context;

    door->asked++;
    ck_assert_ptr_nonnull(address);
    return memcmp(key, door->known.public_key, SOCKET_KEY_BYTES) == 0 ? door->unit : NULL;
}

static void open_door(struct door *door, bool with_zap)
{
    say_set_level(SAY_SILENT);
    *door = (struct door){ .unit = "hcz" };
    snprintf(door->endpoint, sizeof(door->endpoint), "ipc://%s", test_path("broker"));
    ck_assert_int_eq(socket_keys_make(&door->keys), 0);
    ck_assert_int_eq(socket_keys_make(&door->known), 0);
    ck_assert_int_eq(socket_context_open(&door->context), 0);
    if (with_zap)
        ck_assert_int_eq(socket_zap_open(door->context, &door->zap), 0);
    ck_assert_int_eq(socket_listen(door->context, door->endpoint, &door->keys, &door->listener), 0);
}

static struct socket *call(struct door *door, const struct socket_keys *keys)
{
    struct socket *caller;

    ck_assert_int_eq(
        socket_connect(door->context, door->endpoint, door->keys.public_key, keys, &caller), 0);
    return caller;
}

/* Answers the door until a frame comes to `socket`; SOCKET_EMPTY: none came. */
static int receive(struct door *door, struct socket *socket, int timeout_ms,
                   struct socket_frame *ret_frame)
{
    uint64_t end_us = clock_steady_us() + (uint64_t)timeout_ms * 1000;
    uint32_t ready;

    while (clock_steady_us() < end_us) {
        struct loop loop = { 0 };
        loop_add_socket(&loop, socket);
        if (door->zap != NULL)
            loop_add_zap(&loop, door->zap);
        ck_assert_int_eq(loop_wait(&loop, 20, &ready), 0);
        if (door->zap != NULL)
            socket_zap_answer(door->zap, decide, door);
        int r = socket_receive(socket, ret_frame);
        if (r != SOCKET_EMPTY)
            return r;
    }
    return SOCKET_EMPTY;
}

/* Sends as soon as there is a connection. */
static int send_soon(struct door *door, struct socket *caller, const char *text, int timeout_ms)
{
    uint64_t end_us = clock_steady_us() + (uint64_t)timeout_ms * 1000;
    int r;

    while ((r = socket_send(caller, 0, slice_text(text))) == SOCKET_FULL
           && clock_steady_us() < end_us) {
        if (door->zap != NULL)
            socket_zap_answer(door->zap, decide, door);
        usleep(5000);
    }
    return r;
}

static void close_door(struct door *door)
{
    socket_close(door->listener);
    socket_zap_close(door->zap);
    socket_context_close(door->context);
}

START_TEST(an_enrolled_peer_is_heard_under_its_unit_and_answered)
{
    struct door door;
    struct socket_frame frame;

    open_door(&door, true);
    struct socket *caller = call(&door, &door.known);
    ck_assert_int_eq(send_soon(&door, caller, "hello", LONG_MS), 0);
    ck_assert_int_eq(receive(&door, door.listener, LONG_MS, &frame), 0);
    ck_assert(slice_equal(frame.bytes, slice_text("hello")));
    ck_assert_str_eq(frame.user, "hcz");
    ck_assert_uint_ne(frame.peer, 0);
    ck_assert_int_ge(frame.fd, 0);
    ck_assert_int_eq(socket_send(door.listener, frame.peer, slice_text("welcome")), 0);
    ck_assert_int_eq(receive(&door, caller, LONG_MS, &frame), 0);
    ck_assert(slice_equal(frame.bytes, slice_text("welcome")));
    ck_assert_uint_eq(frame.peer, 0);
    socket_close(caller);
    close_door(&door);
}
END_TEST

START_TEST(a_strangers_key_gets_nothing_in)
{
    struct door door;
    struct socket_keys stranger;
    struct socket_frame frame;

    open_door(&door, true);
    ck_assert_int_eq(socket_keys_make(&stranger), 0);
    struct socket *caller = call(&door, &stranger);
    ck_assert_int_eq(send_soon(&door, caller, "let me in", SHORT_MS), SOCKET_FULL);
    ck_assert_int_eq(receive(&door, door.listener, SHORT_MS, &frame), SOCKET_EMPTY);
    ck_assert_int_gt(door.asked, 0);
    socket_close(caller);
    close_door(&door);
}
END_TEST

START_TEST(without_a_zap_handler_the_door_is_closed)
{
    struct door door;
    struct socket_frame frame;

    open_door(&door, false);
    struct socket *caller = call(&door, &door.known);
    ck_assert_int_eq(send_soon(&door, caller, "hello", SHORT_MS), SOCKET_FULL);
    ck_assert_int_eq(receive(&door, door.listener, SHORT_MS, &frame), SOCKET_EMPTY);
    socket_close(caller);
    close_door(&door);
}
END_TEST

START_TEST(a_dead_zap_handler_lets_nobody_new_in)
{
    struct door door;
    struct socket_frame frame;

    open_door(&door, true);
    struct socket *first = call(&door, &door.known);
    ck_assert_int_eq(send_soon(&door, first, "hello", LONG_MS), 0);
    ck_assert_int_eq(receive(&door, door.listener, LONG_MS, &frame), 0);
    socket_zap_close(door.zap);
    door.zap = NULL;
    struct socket *second = call(&door, &door.known);
    ck_assert_int_eq(send_soon(&door, second, "hello too", SHORT_MS), SOCKET_FULL);
    ck_assert_int_eq(receive(&door, door.listener, SHORT_MS, &frame), SOCKET_EMPTY);
    socket_close(first);
    socket_close(second);
    close_door(&door);
}
END_TEST

/* ---- peers that keep to nothing ------------------------------------------------------------------- */

/* A DEALER of its own make, with the right key. */
static void *raw(struct door *door, void *context, const char *routing_id)
{
    int linger = 0;
    void *dealer = zmq_socket(context, ZMQ_DEALER);

    zmq_setsockopt(dealer, ZMQ_LINGER, &linger, sizeof(linger));
    zmq_setsockopt(dealer, ZMQ_CURVE_SERVERKEY, door->keys.public_key, 32);
    zmq_setsockopt(dealer, ZMQ_CURVE_PUBLICKEY, door->known.public_key, 32);
    zmq_setsockopt(dealer, ZMQ_CURVE_SECRETKEY, door->known.secret_key, 32);
    if (routing_id != NULL)
        zmq_setsockopt(dealer, ZMQ_ROUTING_ID, routing_id, strlen(routing_id));
    ck_assert_int_eq(zmq_connect(dealer, door->endpoint), 0);
    return dealer;
}

START_TEST(more_than_one_frame_is_dropped_and_the_next_one_heard)
{
    struct door door;
    struct socket_frame frame;

    open_door(&door, true);
    void *context = zmq_ctx_new();
    void *dealer = raw(&door, context, NULL);
    zmq_send(dealer, "one", 3, ZMQ_SNDMORE);
    zmq_send(dealer, "two", 3, ZMQ_SNDMORE);
    zmq_send(dealer, "three", 5, 0);
    zmq_send(dealer, "alone", 5, 0);
    ck_assert_int_eq(receive(&door, door.listener, LONG_MS, &frame), SOCKET_ODD);
    ck_assert_int_eq(receive(&door, door.listener, LONG_MS, &frame), 0);
    ck_assert(slice_equal(frame.bytes, slice_text("alone")));
    zmq_close(dealer);
    zmq_ctx_term(context);
    close_door(&door);
}
END_TEST

START_TEST(a_routing_id_of_its_own_choice_gives_no_peer_anothers_mail)
{
    struct door door;
    struct socket_frame frame;

    open_door(&door, true);
    void *context = zmq_ctx_new();
    void *dealer = raw(&door, context, "a-name-that-is-long");
    zmq_send(dealer, "hello", 5, 0);
    ck_assert_int_eq(receive(&door, door.listener, LONG_MS, &frame), SOCKET_ODD);
    zmq_close(dealer);
    zmq_ctx_term(context);
    close_door(&door);
}
END_TEST

START_TEST(a_plain_client_gets_nothing_in)
{
    struct door door;
    struct socket_frame frame;
    int linger = 0;

    open_door(&door, true);
    void *context = zmq_ctx_new();
    void *dealer = zmq_socket(context, ZMQ_DEALER);
    zmq_setsockopt(dealer, ZMQ_LINGER, &linger, sizeof(linger));
    ck_assert_int_eq(zmq_connect(dealer, door.endpoint), 0);
    zmq_send(dealer, "hello", 5, ZMQ_DONTWAIT);
    ck_assert_int_eq(receive(&door, door.listener, SHORT_MS, &frame), SOCKET_EMPTY);
    zmq_close(dealer);
    zmq_ctx_term(context);
    close_door(&door);
}
END_TEST

START_TEST(a_peer_that_is_gone_is_an_answer)
{
    struct door door;
    struct socket_frame frame;

    open_door(&door, true);
    struct socket *caller = call(&door, &door.known);
    ck_assert_int_eq(send_soon(&door, caller, "hello", LONG_MS), 0);
    ck_assert_int_eq(receive(&door, door.listener, LONG_MS, &frame), 0);
    uint64_t peer = frame.peer;
    ck_assert_int_eq(socket_send(door.listener, peer + 1, slice_text("x")), SOCKET_GONE);
    socket_close(caller);
    int r = 0;
    for (int i = 0; i < 200 && r != SOCKET_GONE; i++) {
        usleep(10000);
        receive(&door, door.listener, 1, &frame);
        r = socket_send(door.listener, peer, slice_text("x"));
    }
    ck_assert_int_eq(r, SOCKET_GONE);
    close_door(&door);
}
END_TEST

START_TEST(a_connection_that_is_cut_is_gone_at_once)
{
    struct door door;
    struct socket_frame frame;

    open_door(&door, true);
    struct socket *caller = call(&door, &door.known);
    ck_assert_int_eq(send_soon(&door, caller, "hello", LONG_MS), 0);
    ck_assert_int_eq(receive(&door, door.listener, LONG_MS, &frame), 0);
    uint64_t peer = frame.peer;
    socket_cut(frame.fd);
    door.unit = NULL; /* its key was taken away */
    int r = 0;
    for (int i = 0; i < 100 && r != SOCKET_GONE; i++) {
        receive(&door, door.listener, 10, &frame);
        r = socket_send(door.listener, peer, slice_text("x"));
    }
    ck_assert_int_eq(r, SOCKET_GONE);
    ck_assert_int_eq(receive(&door, door.listener, SHORT_MS, &frame), SOCKET_EMPTY);
    socket_close(caller);
    close_door(&door);
}
END_TEST

START_TEST(one_frame_goes_to_many)
{
    static const uint32_t sizes[] = { 100, 100000 };
    struct door door;
    struct socket_frame frame;
    struct socket *callers[3];
    uint64_t peers[3];

    open_door(&door, true);
    for (int i = 0; i < 3; i++) {
        callers[i] = call(&door, &door.known);
        ck_assert_int_eq(send_soon(&door, callers[i], "hello", LONG_MS), 0);
        ck_assert_int_eq(receive(&door, door.listener, LONG_MS, &frame), 0);
        peers[i] = frame.peer;
    }
    for (int s = 0; s < 2; s++) {
        struct socket_shared *shared;
        void *data;
        ck_assert_int_eq(socket_share(sizes[s] + 50, &shared, &data), 0);
        memset(data, 7, sizes[s] + 50);
        socket_shared_trim(shared, sizes[s]);
        for (int i = 0; i < 3; i++)
            ck_assert_int_eq(socket_send_shared(door.listener, peers[i], shared), 0);
        socket_shared_close(shared);
        for (int i = 0; i < 3; i++) {
            ck_assert_int_eq(receive(&door, callers[i], LONG_MS, &frame), 0);
            ck_assert_uint_eq(frame.bytes.size, sizes[s]);
            ck_assert_uint_eq(((const uint8_t *)frame.bytes.data)[sizes[s] - 1], 7);
        }
    }
    for (int i = 0; i < 3; i++)
        socket_close(callers[i]);
    close_door(&door);
}
END_TEST

START_TEST(only_curve_and_only_tcp_and_ipc)
{
    struct door door;
    struct socket *socket;

    open_door(&door, true);
    ck_assert_int_eq(socket_listen(door.context, "inproc://x", &door.keys, &socket),
                     -EPROTONOSUPPORT);
    ck_assert_int_eq(socket_connect(door.context, "ws://127.0.0.1:1", door.keys.public_key,
                                    &door.known, &socket),
                     -EPROTONOSUPPORT);
#ifndef CAREBUS_BENCH
    ck_assert_int_eq(socket_listen(door.context, "tcp://127.0.0.1:*", NULL, &socket), -EPERM);
    ck_assert_int_eq(socket_connect(door.context, door.endpoint, NULL, &door.known, &socket),
                     -EPERM);
#endif
    ck_assert_int_eq(socket_listen(door.context, "tcp://127.0.0.1:*", &door.keys, &socket), 0);
    socket_close(socket);
    close_door(&door);
}
END_TEST

/* ---- keys, waiting -------------------------------------------------------------------------------- */

START_TEST(a_key_is_forty_characters)
{
    struct socket_keys keys;
    struct socket_keys others;
    char text[SOCKET_KEY_TEXT];
    uint8_t key[SOCKET_KEY_BYTES];

    ck_assert_int_eq(socket_keys_make(&keys), 0);
    ck_assert_int_eq(socket_keys_make(&others), 0);
    ck_assert_mem_ne(keys.public_key, others.public_key, SOCKET_KEY_BYTES);
    socket_key_print(keys.public_key, text);
    ck_assert_uint_eq(strlen(text), 40);
    ck_assert_int_eq(socket_key_parse(text, key), 0);
    ck_assert_mem_eq(key, keys.public_key, SOCKET_KEY_BYTES);
    ck_assert_int_gt(socket_key_parse("", key), 0);
    text[3] = ' ';
    ck_assert_int_gt(socket_key_parse(text, key), 0);
    text[39] = '\0';
    ck_assert_int_gt(socket_key_parse(text, key), 0);
}
END_TEST

START_TEST(a_loop_waits_for_descriptors_and_signals_too)
{
    struct loop loop = { 0 };
    int ends[2];
    int signals;
    uint32_t ready;

    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(loop_signals(&signals), 0);
    loop_add_fd(&loop, ends[0]);
    loop_add_fd(&loop, signals);
    ck_assert_int_eq(loop_wait(&loop, 0, &ready), 0);
    ck_assert_uint_eq(ready, 0);
    ck_assert_int_eq(loop_signal_read(signals), 0);
    ck_assert_int_eq(write(ends[1], "x", 1), 1);
    ck_assert_int_eq(loop_wait(&loop, LONG_MS, &ready), 0);
    ck_assert_uint_eq(ready, 1);
    raise(SIGTERM);
    ck_assert_int_eq(loop_wait(&loop, LONG_MS, &ready), 0);
    ck_assert_uint_eq(ready, 3);
    ck_assert_int_eq(loop_signal_read(signals), SIGTERM);
    ck_assert_int_eq(loop_signal_read(signals), 0);
    close(ends[0]);
    close(ends[1]);
    close(signals);
}
END_TEST

TESTS(an_enrolled_peer_is_heard_under_its_unit_and_answered, a_strangers_key_gets_nothing_in,
      without_a_zap_handler_the_door_is_closed, a_dead_zap_handler_lets_nobody_new_in,
      more_than_one_frame_is_dropped_and_the_next_one_heard,
      a_routing_id_of_its_own_choice_gives_no_peer_anothers_mail, a_plain_client_gets_nothing_in,
      a_peer_that_is_gone_is_an_answer, a_connection_that_is_cut_is_gone_at_once,
      one_frame_goes_to_many, only_curve_and_only_tcp_and_ipc, a_key_is_forty_characters,
      a_loop_waits_for_descriptors_and_signals_too)
