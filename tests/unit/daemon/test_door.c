/*
 * The door is tried by a stranger: what must happen when it gets in, or when nobody asks about it.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "daemon/inside.h"
#include "lib/run.h"

static struct broker broker;

static void open_door(bool with_handler)
{
    ck_assert_int_eq(socket_context_open(&broker.context), 0);
    snprintf(broker.endpoint, sizeof(broker.endpoint), "ipc://%s", test_path("door"));
    ck_assert_int_eq(socket_keys_make(&broker.keys), 0);
    if (with_handler)
        ck_assert_int_eq(socket_zap_open(broker.context, &broker.zap), 0);
    ck_assert_int_eq(socket_listen(broker.context, broker.endpoint, &broker.keys, &broker.socket),
                     0);
    broker.steady_ms = 1000;
}

static void close_door(void)
{
    socket_close(broker.probe.socket);
    socket_close(broker.socket);
    socket_zap_close(broker.zap);
    socket_context_close(broker.context);
    town_close(broker.town);
}

static void make_town(void)
{
    char problem[TOWN_PROBLEM_BYTES];
    FILE *file = fopen(test_path("peers.csv"), "w");

    fputs("unit,group,key\n", file);
    fclose(file);
    file = fopen(test_path("permissions.csv"), "w");
    fputs("who,verb,pattern\n", file);
    fclose(file);
    ck_assert_int_eq(town_open(test_folder(), &broker.town, problem), 0);
}

static const char *anybody(void *context, const uint8_t key[SOCKET_KEY_BYTES], const char *address)
{
    (void)context;
    (void)key;
    (void)address;
    return "stranger/00000000";
}

START_TEST(a_stranger_that_gets_in_ends_the_process)
{
    int r = 0;

    open_door(true);
    for (int turns = 0; r == 0 && turns < 500; turns++) {
        r = door_probe(&broker);
        socket_zap_answer(broker.zap, anybody, NULL);
        usleep(10000);
    }
    ck_assert_int_eq(r, -EPROTO);
    close_door();
}
END_TEST

START_TEST(a_stranger_that_is_turned_away_is_the_rule)
{
    open_door(true);
    make_town();
    for (int turns = 0; turns < 100; turns++) {
        ck_assert_int_eq(door_probe(&broker), 0);
        ck_assert_int_eq(door_answer(&broker), 0);
        broker.steady_ms += 10;
        usleep(10000);
    }
    ck_assert_ptr_null(broker.probe.socket); /* it has knocked, was asked about, and has gone */
    ck_assert_uint_gt(broker.probe.next_ms, broker.steady_ms);
    close_door();
}
END_TEST

START_TEST(a_door_that_nobody_answers_for_ends_the_process)
{
    int r = 0;

    open_door(false);
    for (int turns = 0; r == 0 && turns < 50; turns++) {
        r = door_probe(&broker);
        broker.steady_ms += 1000;
        usleep(10000);
    }
    ck_assert_int_eq(r, -EPROTO);
    ck_assert_uint_gt(broker.steady_ms, 30000);
    close_door();
}
END_TEST

TESTS(a_stranger_that_gets_in_ends_the_process, a_stranger_that_is_turned_away_is_the_rule,
      a_door_that_nobody_answers_for_ends_the_process)
