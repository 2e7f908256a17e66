/* A caller's connection, against a listener that this test plays byte by byte; and the seals of CURVE.
 * That it understands libzmq, and libzmq it, is shown by test_socket.c. */
#include "wire/caller.h"

#include <poll.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "lib/run.h"
#include "wire/curve.h"
#include "wire/limits.h"
#include "wire/zmtp.h"

enum { LONG_MS = 5000 };

/* The listener's side of one connection, without encryption. */
static struct {
    struct caller *caller;
    int listener;
    int fd;
    char endpoint[256];
} lab;

static void open_lab(void)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };

    say_set_level(SAY_SILENT);
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", test_path("listener"));
    snprintf(lab.endpoint, sizeof(lab.endpoint), "ipc://%s", address.sun_path);
    lab.fd = -1;
    lab.listener = socket(AF_UNIX, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(lab.listener, (struct sockaddr *)&address, sizeof(address)), 0);
    ck_assert_int_eq(listen(lab.listener, 4), 0);
    ck_assert_int_eq(caller_open(lab.endpoint, NULL, NULL, &lab.caller), 0);
}

static void close_lab(void)
{
    caller_close(lab.caller, 0);
    close(lab.fd);
    close(lab.listener);
}

/* Reads exactly so much of what the caller sends, which goes on meanwhile. */
static void hear(void *bytes, size_t size)
{
    uint64_t end_us = clock_steady_us() + LONG_MS * UINT64_C(1000);
    size_t have = 0;

    while (have < size && clock_steady_us() < end_us) {
        caller_turn(lab.caller);
        ssize_t got = recv(lab.fd, (uint8_t *)bytes + have, size - have, MSG_DONTWAIT);
        have += got > 0 ? (size_t)got : 0;
    }
    ck_assert_uint_eq(have, size);
}

static void say(const void *bytes, size_t size)
{
    ck_assert_int_eq(send(lab.fd, bytes, size, MSG_NOSIGNAL), (ssize_t)size);
}

static void say_frame(uint8_t flags, const void *bytes, size_t size)
{
    uint8_t head[ZMTP_HEAD_BYTES];

    say(head, zmtp_head(flags, size, head));
    say(bytes, size);
}

/* Takes the connection and shakes hands. */
static void take_call(void)
{
    uint8_t greeting[ZMTP_GREETING_BYTES];
    uint8_t ready[6 + ZMTP_PROPERTIES_BYTES] = "\5READY";
    struct pollfd event = { .fd = lab.listener, .events = POLLIN };

    for (int i = 0; i < 500 && poll(&event, 1, 10) == 0; i++)
        caller_turn(lab.caller);
    lab.fd = accept(lab.listener, NULL, NULL);
    ck_assert_int_ge(lab.fd, 0);
    hear(greeting, sizeof(greeting));
    ck_assert(zmtp_greeting_good(greeting, false));
    say(greeting, sizeof(greeting));
    size_t size = 6 + zmtp_properties(ready + 6);
    uint8_t heard[2 + sizeof(ready)];
    hear(heard, 2 + size);
    ck_assert_uint_eq(heard[0], ZMTP_COMMAND);
    ck_assert_mem_eq(heard + 2, ready, size);
    ck_assert_int_eq(caller_send(lab.caller, slice_text("too soon")), SOCKET_FULL);
    say_frame(ZMTP_COMMAND, ready, size);
}

static int receive(struct slice *ret_bytes)
{
    uint64_t end_us = clock_steady_us() + LONG_MS * UINT64_C(1000);
    int r = SOCKET_EMPTY;

    while (r == SOCKET_EMPTY && clock_steady_us() < end_us) {
        struct caller_wait wait;
        caller_wait(lab.caller, &wait);
        struct pollfd event = { .fd = wait.fd, .events = wait.events };
        if (wait.until_us > clock_steady_us())
            poll(&event, 1, 5);
        if (caller_turn(lab.caller))
            r = caller_receive(lab.caller, ret_bytes);
    }
    return r;
}

static void expect(const char *text)
{
    struct slice bytes;

    ck_assert_int_eq(receive(&bytes), 0);
    ck_assert(slice_equal(bytes, slice_text(text)));
}

START_TEST(frames_come_whole_however_they_are_cut)
{
    static const uint8_t bytes[] = "\0\3one\0\0\2\0\0\0\0\0\0\0\5three\0\4four";

    open_lab();
    take_call();
    for (size_t i = 0; i + 1 < sizeof(bytes); i++) {
        say(bytes + i, 1);
        if (i == 4)
            expect("one");
        else
            caller_turn(lab.caller);
    }
    expect("");
    expect("three");
    expect("four");
    close_lab();
}
END_TEST

START_TEST(many_frames_of_one_read_are_each_received_without_waiting)
{
    struct caller_wait wait;
    uint8_t bytes[4 * 300];
    size_t size = 0;

    open_lab();
    take_call();
    for (int i = 0; i < 300; i++) {
        size += zmtp_head(0, 1, bytes + size);
        bytes[size++] = (uint8_t)('a' + i % 26);
    }
    say(bytes, size);
    for (int i = 0; i < 300; i++) {
        struct slice found;
        ck_assert_int_eq(receive(&found), 0);
        ck_assert_uint_eq(found.size, 1);
        ck_assert_int_eq(*(const uint8_t *)found.data, 'a' + i % 26);
        caller_wait(lab.caller, &wait);
        ck_assert(i == 299 ? wait.until_us > clock_steady_us() : wait.until_us == 0);
    }
    close_lab();
}
END_TEST

START_TEST(a_large_message_goes_both_ways)
{
    enum { LARGE = WIRE_FRAME_BYTES };
    uint8_t *bytes = malloc(LARGE + ZMTP_HEAD_BYTES);
    uint8_t *heard = malloc(LARGE + ZMTP_HEAD_BYTES);
    struct slice found;

    for (size_t i = 0; i < LARGE; i++)
        bytes[ZMTP_HEAD_BYTES + i] = (uint8_t)(i * 7 / 3);
    open_lab();
    take_call();
    say_frame(0, "up", 2);
    expect("up");
    ck_assert_int_eq(caller_send(lab.caller, slice_of(bytes + ZMTP_HEAD_BYTES, LARGE)), 0);
    ck_assert_int_eq(caller_send(lab.caller, slice_text("behind it")), 0);
    hear(heard, LARGE + ZMTP_HEAD_BYTES);
    ck_assert_mem_eq(heard + ZMTP_HEAD_BYTES, bytes + ZMTP_HEAD_BYTES, LARGE);
    hear(heard, 2 + strlen("behind it"));
    ck_assert_mem_eq(heard + 2, "behind it", strlen("behind it"));

    ck_assert_uint_eq(zmtp_head(0, LARGE, bytes), ZMTP_HEAD_BYTES);
    size_t said = 0;
    int r = SOCKET_EMPTY;
    while (r == SOCKET_EMPTY) {
        ssize_t sent = send(lab.fd, bytes + said, LARGE + ZMTP_HEAD_BYTES - said, MSG_DONTWAIT);
        said += sent > 0 ? (size_t)sent : 0;
        if (caller_turn(lab.caller))
            r = caller_receive(lab.caller, &found);
    }
    ck_assert_int_eq(r, 0);
    ck_assert_uint_eq(found.size, LARGE);
    ck_assert_mem_eq(found.data, bytes + ZMTP_HEAD_BYTES, LARGE);
    free(bytes);
    free(heard);
    close_lab();
}
END_TEST

START_TEST(what_nobody_reads_is_refused_and_not_kept_for_ever)
{
    static uint8_t bytes[WIRE_FRAME_BYTES];
    int taken = 0;

    open_lab();
    take_call();
    say_frame(0, "up", 2);
    expect("up");
    while (taken < 1000 && caller_send(lab.caller, slice_of(bytes, sizeof(bytes))) == 0)
        taken++;
    ck_assert_int_gt(taken, 8);
    ck_assert_int_lt(taken, 40);
    close_lab();
}
END_TEST

START_TEST(a_heartbeat_is_answered_and_is_no_message)
{
    uint8_t pong[2 + 5 + 3];

    open_lab();
    take_call();
    say_frame(ZMTP_COMMAND, "\4PING\0\24abc", 10);
    hear(pong, sizeof(pong));
    ck_assert_mem_eq(pong, "\4\10\4PONGabc", sizeof(pong));
    say_frame(ZMTP_COMMAND, "\4PING", 5);
    say_frame(ZMTP_COMMAND, "\7UNKNOWN", 8);
    say_frame(0, "next", 4);
    expect("next");
    close_lab();
}
END_TEST

START_TEST(a_message_of_several_parts_is_odd)
{
    struct slice bytes;

    open_lab();
    take_call();
    say_frame(ZMTP_MORE, "a", 1);
    caller_turn(lab.caller);
    say_frame(0, "b", 1);
    ck_assert_int_eq(receive(&bytes), SOCKET_ODD);
    say_frame(0, "alone", 5);
    expect("alone");
    close_lab();
}
END_TEST

START_TEST(a_frame_over_the_limit_ends_the_connection_and_another_begins)
{
    uint8_t head[ZMTP_HEAD_BYTES];
    uint8_t byte;

    open_lab();
    take_call();
    say(head, zmtp_head(0, 2 * WIRE_FRAME_BYTES, head));
    for (int i = 0; i < 100; i++) {
        caller_turn(lab.caller);
        if (recv(lab.fd, &byte, 1, MSG_DONTWAIT) == 0)
            break;
        usleep(1000);
    }
    close(lab.fd);
    take_call();
    say_frame(0, "again", 5);
    expect("again");
    close_lab();
}
END_TEST

START_TEST(what_came_before_the_end_of_a_connection_is_received)
{
    open_lab();
    take_call();
    say_frame(0, "one", 3);
    say_frame(0, "two", 3);
    say("\0\377cut", 5);
    close(lab.fd);
    expect("one");
    expect("two");
    take_call();
    say_frame(0, "three", 5);
    expect("three");
    close_lab();
}
END_TEST

START_TEST(who_is_no_listener_of_ours_is_left)
{
    static const char said[ZMTP_GREETING_BYTES] = "HTTP/1.1 400 Bad Request";
    struct slice bytes;
    uint8_t byte;

    open_lab();
    struct pollfd event = { .fd = lab.listener, .events = POLLIN };
    for (int i = 0; i < 500 && poll(&event, 1, 10) == 0; i++)
        caller_turn(lab.caller);
    lab.fd = accept(lab.listener, NULL, NULL);
    say(said, sizeof(said));
    int r = -1;
    for (int i = 0; i < 200 && r != 0; i++) {
        ck_assert_int_eq(caller_receive(lab.caller, &bytes), SOCKET_EMPTY);
        while ((r = (int)recv(lab.fd, &byte, 1, MSG_DONTWAIT)) > 0)
            ;
        usleep(1000);
    }
    ck_assert_int_eq(r, 0);
    close_lab();
}
END_TEST

/* ---- seals ----------------------------------------------------------------------------------------- */

/* Two ends with one secret; the other one's boxes bear the server's nonce. */
static void seal_as_server(struct curve *curve, uint64_t number, const char *text, uint8_t *bytes)
{
    uint8_t nonce[24];
    uint8_t *plain = bytes + CURVE_IN_FRONT_BYTES - 1;

    memcpy(bytes, "\7MESSAGE", 8);
    for (int i = 0; i < 8; i++)
        bytes[8 + i] = (uint8_t)(number >> (56 - 8 * i));
    memcpy(nonce, "CurveZMQMESSAGES", 16);
    memcpy(nonce + 16, bytes + 8, 8);
    plain[0] = 0;
    memcpy(plain + 1, text, strlen(text));
    crypto_box_detached_afternm(plain, bytes + 16, plain, strlen(text) + 1, nonce, curve->shared);
}

START_TEST(a_sealed_message_opens_once_and_unchanged_only)
{
    struct curve curve = { .heard = 5 };
    uint8_t bytes[CURVE_IN_FRONT_BYTES + 5];
    uint8_t flags;
    struct slice found;

    memset(curve.shared, 7, sizeof(curve.shared));
    for (size_t i = 0; i < sizeof(bytes); i++) {
        seal_as_server(&curve, 6, "hello", bytes);
        bytes[i] ^= 1;
        ck_assert_int_eq(curve_open(&curve, bytes, sizeof(bytes), &flags, &found), CURVE_BAD);
    }
    for (size_t size = 0; size < sizeof(bytes); size++) {
        seal_as_server(&curve, 6, "hello", bytes);
        ck_assert_int_eq(curve_open(&curve, bytes, size, &flags, &found), CURVE_BAD);
    }
    seal_as_server(&curve, 6, "hello", bytes);
    ck_assert_int_eq(curve_open(&curve, bytes, sizeof(bytes), &flags, &found), 0);
    ck_assert(slice_equal(found, slice_text("hello")));
    seal_as_server(&curve, 6, "hello", bytes);
    ck_assert_int_eq(curve_open(&curve, bytes, sizeof(bytes), &flags, &found), CURVE_BAD);
    seal_as_server(&curve, 5, "hello", bytes);
    ck_assert_int_eq(curve_open(&curve, bytes, sizeof(bytes), &flags, &found), CURVE_BAD);
}
END_TEST

START_TEST(no_two_boxes_have_one_nonce)
{
    struct curve curve = { 0 };
    uint8_t first[CURVE_IN_FRONT_BYTES + 1] = { 0 };
    uint8_t second[CURVE_IN_FRONT_BYTES + 1] = { 0 };

    curve_seal(&curve, 0, first, 1);
    curve_seal(&curve, 0, second, 1);
    ck_assert_mem_ne(first + 8, second + 8, 8);
}
END_TEST

TESTS(frames_come_whole_however_they_are_cut,
      many_frames_of_one_read_are_each_received_without_waiting, a_large_message_goes_both_ways,
      what_nobody_reads_is_refused_and_not_kept_for_ever, a_heartbeat_is_answered_and_is_no_message,
      a_message_of_several_parts_is_odd,
      a_frame_over_the_limit_ends_the_connection_and_another_begins,
      what_came_before_the_end_of_a_connection_is_received, who_is_no_listener_of_ours_is_left,
      a_sealed_message_opens_once_and_unchanged_only, no_two_boxes_have_one_nonce)
