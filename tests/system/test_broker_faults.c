/*
 * A real broker whose disk, folder or neighbours are not as they should be.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "town.h"

/* Starts a broker that is expected to end by itself: its exit status. */
static int end_of(const char *argument)
{
    pid_t pid = place_start(town_dir(), test_program("carebus-broker"), argument, NULL);
    int status = place_wait(pid, 10000);

    if (status == PLACE_RUNS) {
        kill(pid, SIGKILL);
        place_wait(pid, 1000);
    }
    return status;
}

static const char *file(const char *name)
{
    char text[256];

    snprintf(text, sizeof(text), "town/%s", name);
    return test_path(text);
}

/* The only segment of a small log. */
static const char *segment(void)
{
    return file("log/00000000000000000001.log");
}

static void run_shell(const char *before, const char *path, const char *after)
{
    char command[5000];

    snprintf(command, sizeof(command), "%s%s%s", before, path, after);
    ck_assert_int_eq(system(command), 0);
}

static void fill(struct peer *peer, int count)
{
    for (int i = 0; i < count; i++)
        peer_say(peer, "referral.Closed.hcz", "R-1", "");
    peer_all_stored(peer);
}

/* One bit of the `nth` message's subject. */
static void flip_message(int nth)
{
    char *bytes;
    size_t size;
    const char *at = NULL;

    ck_assert_int_eq(io_read_file(segment(), 8 << 20, &bytes, &size), 0);
    for (int i = 0; i < nth; i++) {
        const char *from = at == NULL ? bytes : at + 1;
        at = memmem(from, size - (size_t)(from - bytes), "referral.Closed.hcz", 19);
        ck_assert_ptr_nonnull(at);
    }
    int fd = open(segment(), O_RDWR);
    char byte = (char)(at[3] ^ 0x10);
    ck_assert_int_eq(pwrite(fd, &byte, 1, at + 3 - bytes), 1);
    close(fd);
    free(bytes);
}

START_TEST(a_second_broker_of_a_town_ends_with_79)
{
    town_make("");
    town_start();
    pid_t second = place_start(town_dir(), test_program("carebus-broker"), NULL);
    ck_assert_int_eq(place_wait(second, 10000), 79);
    town_end();
}
END_TEST

START_TEST(a_bad_configuration_ends_with_78_and_one_clear_line)
{
    town_make("[town]\nrate = fast\n");
    ck_assert_int_eq(end_of(NULL), 78);
    ck_assert_ptr_nonnull(strstr(place_said(town_dir()), "carebus.conf:4: town.rate:"));
    io_replace_file(file("carebus.conf"), slice_text("[log]\nsegment_mib = 4\n"), 0600);
    io_replace_file(file("permissions.csv"), slice_text("who,verb,pattern\nhcz,shout,>\n"), 0600);
    ck_assert_int_eq(end_of(NULL), 78);
    ck_assert_ptr_nonnull(strstr(place_said(town_dir()), "permissions.csv:2:"));
    io_replace_file(file("permissions.csv"), slice_text("who,verb,pattern\n"), 0600);
    io_replace_file(file("peers.csv"), slice_text("unit,group,key\nhcz,centre,short\n"), 0600);
    ck_assert_int_eq(end_of(NULL), 78);
    ck_assert_ptr_nonnull(strstr(place_said(town_dir()), "peers.csv:2: the key is not"));
    io_replace_file(file("peers.csv"), slice_text("unit,group,key\n"), 0600);
    ck_assert_int_eq(end_of("--no-such-thing"), 64);
    ck_assert_int_eq(access(file("log"), F_OK), -1); /* nothing was written */
    chmod(file("keys/broker.secret"), 0644);
    ck_assert_int_eq(end_of(NULL), 77);
    unlink(file("keys/broker.secret"));
    ck_assert_int_eq(end_of(NULL), 78);
    ck_assert_int_eq(end_of("--help"), 0);
    socket_context_close(town_context);
}
END_TEST

/* Its frames are swallowed by the door: no WELCOME, no message on the log. */
START_TEST(an_unknown_key_gets_nothing)
{
    struct peer stranger;
    struct peer service;

    town_make("");
    town_start();
    peer_open(&stranger, "hcz", "", "");
    client_close(stranger.client);
    struct socket_keys keys;
    uint8_t broker_key[SOCKET_KEY_BYTES];
    struct socket *socket;
    struct socket_frame frame;
    socket_keys_make(&keys);
    place_broker_key(town_dir(), broker_key);
    ck_assert_int_eq(
        socket_connect(town_context, place_endpoint(town_dir()), broker_key, &keys, &socket), 0);
    for (int i = 0; i < 100; i++) {
        ck_assert_int_ne(socket_send(socket, 0, slice_text("CB")), 0);
        ck_assert_int_eq(socket_receive(socket, &frame), SOCKET_EMPTY);
        usleep(10000);
    }
    ck_assert_ptr_nonnull(strstr(place_said(town_dir()), "door.unknown_key"));
    socket_close(socket);

    /* Whoever is known is served all the same. */
    peer_open(&stranger, "hcz", "", "");
    PEER_UNTIL(&stranger, stranger.welcomes == 1);
    peer_open(&service, "referral", "", "");
    fill(&service, 1);
    town_end();
}
END_TEST

START_TEST(a_key_that_is_taken_away_is_cut_off_within_a_second)
{
    struct peer hcz;
    struct peer service;
    char *text;
    size_t size;

    town_make("");
    town_start();
    peer_open(&hcz, "hcz", "", "");
    peer_open(&service, "referral", "", "");
    peer_say(&hcz, "referral.Accept.hcz", "", "");
    peer_all_stored(&hcz);
    ck_assert_int_eq(io_read_file(file("peers.csv"), 65536, &text, &size), 0);
    struct socket_keys fresh; /* the unit has another key now */
    char key[SOCKET_KEY_TEXT];
    socket_keys_make(&fresh);
    socket_key_print(fresh.public_key, key);
    memcpy(strstr(text, "hcz,centre,") + strlen("hcz,centre,"), key, SOCKET_KEY_TEXT - 1);
    io_replace_file(file("peers.csv"), slice_text(text), 0600);
    free(text);
    kill(town_broker, SIGHUP);
    for (int turns = 0; turns < 100; turns++)
        client_step(service.client, 10);
    ck_assert_ptr_nonnull(strstr(place_said(town_dir()), "door.revoked"));
    peer_say(&hcz, "referral.Accept.hcz", "", "");
    for (int turns = 0; turns < 50; turns++)
        client_step(hcz.client, 10);
    ck_assert_uint_eq(hcz.acknowledged, 1);
    fill(&service, 10); /* the neighbour is not disturbed */
    town_end();
}
END_TEST

START_TEST(a_bad_table_changes_nothing)
{
    struct peer service;

    town_make("");
    town_start();
    peer_open(&service, "referral", "", "");
    fill(&service, 1);
    io_replace_file(file("permissions.csv"), slice_text("nonsense"), 0600);
    kill(town_broker, SIGHUP);
    fill(&service, 5);
    ck_assert_ptr_nonnull(strstr(place_said(town_dir()), "door.not_reloaded"));
    town_end();
}
END_TEST

START_TEST(a_deleted_index_loses_nothing)
{
    struct peer service;
    struct peer listener;

    town_make("");
    town_start();
    peer_open(&service, "referral", "", "");
    fill(&service, 300);
    town_kill(SIGTERM);
    run_shell("rm -r ", file("index"), "");
    town_start();
    PEER_UNTIL(&service, service.welcomes == 2);
    ck_assert_uint_eq(service.welcome_number, 300);
    fill(&service, 10);
    peer_open(&listener, "supervision", "", "");
    peer_hear(&listener, "referral.>", 1);
    PEER_UNTIL(&listener, listener.heard == 310);
    town_end();
}
END_TEST

/* Zeros where the second half was: the log's own recovery takes them for a tail that was never there,
 * and only the index knows better. */
START_TEST(a_log_that_lost_its_tail_is_not_served)
{
    struct peer service;
    struct stat status;

    town_make("");
    town_start();
    peer_open(&service, "referral", "", "");
    for (int i = 0; i < 20; i++)
        fill(&service, 10);
    town_kill(SIGTERM);
    ck_assert_int_eq(stat(segment(), &status), 0);
    ck_assert_int_eq(truncate(segment(), 20000), 0);
    ck_assert_int_eq(truncate(segment(), status.st_size), 0);
    ck_assert_int_eq(end_of(NULL), 76);
    ck_assert_ptr_nonnull(strstr(place_said(town_dir()), "lost its tail"));
    peer_close(&service);
    socket_context_close(town_context);
}
END_TEST

/* Without an index, a peer's HELLO tells: it was promised more than is there. */
START_TEST(a_peer_that_was_promised_more_is_told_of_the_lost_tail)
{
    struct peer service;
    struct peer again;
    struct stat status;

    town_make("");
    town_start();
    peer_open(&service, "referral", "", "");
    for (int i = 0; i < 20; i++)
        fill(&service, 10);
    town_kill(SIGTERM);
    ck_assert_int_eq(stat(segment(), &status), 0);
    ck_assert_int_eq(truncate(segment(), 20000), 0);
    ck_assert_int_eq(truncate(segment(), status.st_size), 0);
    run_shell("rm -r ", file("index"), "");
    town_start();
    peer_open_with(&again, "referral", "", "", 200);
    PEER_UNTIL(&again, again.code == BUS__CODE__AHEAD);
    town_end();
}
END_TEST

START_TEST(a_torn_tail_is_cut_and_nothing_that_was_promised_goes_with_it)
{
    struct peer service;
    struct stat status;

    town_make("");
    town_start();
    peer_open(&service, "referral", "", "");
    fill(&service, 100);
    town_kill(SIGKILL);
    /* Half a record behind the last whole batch, as a power cut would leave it. */
    ck_assert_int_eq(stat(segment(), &status), 0);
    char *bytes;
    size_t size;
    ck_assert_int_eq(io_read_file(segment(), 8 << 20, &bytes, &size), 0);
    size_t end = size;
    while (end > 0 && bytes[end - 1] == 0)
        end--;
    end = (end + 7) / 8 * 8;
    int fd = open(segment(), O_RDWR);
    ck_assert_int_eq(pwrite(fd, bytes + 128, 100, (off_t)end), 100);
    close(fd);
    free(bytes);
    town_start();
    ck_assert_ptr_nonnull(strstr(place_said(town_dir()), "log.torn_tail"));
    fill(&service, 50);
    ck_assert_uint_eq(service.welcome_number, 100);
    town_end();
    ck_assert_int_eq(end_of("--verify"), 0);
}
END_TEST

/* Batches of one message each, a flip in the middle. */
START_TEST(a_damaged_range_is_refused_by_name_and_the_rest_is_served)
{
    struct peer service;
    struct peer listener;
    unsigned first = 0;
    unsigned last = 0;

    town_make("");
    town_start();
    peer_open(&service, "referral", "", "");
    for (int i = 0; i < 100; i++)
        fill(&service, 1);
    town_kill(SIGTERM);
    flip_message(50);
    ck_assert_int_eq(end_of("--verify"), 76);
    town_start();
    peer_open(&listener, "supervision", "", "");
    peer_hear(&listener, "referral.>", 1);
    PEER_UNTIL(&listener, listener.code == BUS__CODE__GONE);
    ck_assert_int_eq(sscanf(listener.reason, "%u to %u are damaged", &first, &last), 2);
    ck_assert_uint_eq(listener.last + 1, first);
    ck_assert_uint_ge(last, first);
    ck_assert_uint_lt(last - first, 3);
    uint32_t before = listener.heard;
    ck_assert_uint_gt(before, 10);
    /* Nothing more comes by itself; knowing of the range, one goes on behind it. */
    for (int turns = 0; turns < 20; turns++)
        client_step(listener.client, 5);
    ck_assert_uint_eq(listener.heard, before);
    listener.last = 0;
    peer_hear(&listener, "referral.>", last + 1);
    PEER_UNTIL(&listener, listener.last >= 101);
    ck_assert_uint_lt(listener.heard, 100);
    ck_assert_uint_ge(listener.heard, 97);
    town_end();
}
END_TEST

START_TEST(an_exercise_runs_on_its_own_clock_and_stays_one)
{
    struct peer service;
    Bus__Envelope envelope = BUS__ENVELOPE__INIT;

    town_make("[town]\nexercise = yes\nrate = 3600\nstart = 2023-01-18T08:00:00+08:00\n");
    town_start();
    peer_open(&service, "referral", "", "");
    PEER_UNTIL(&service, service.welcomes == 1);
    uint64_t start_ms = service.welcome_time_ms;
    ck_assert_uint_ge(start_ms, UINT64_C(1674000000000));
    ck_assert_uint_lt(start_ms, UINT64_C(1674000000000) + 10 * 3600 * 1000);
    peer_say(&service, "referral.Closed.hcz", "", "");
    PEER_UNTIL(&service, service.code == BUS__CODE__BAD_EXERCISE);
    envelope.epoch = 1;
    envelope.number = 1;
    envelope.subject = "referral.Closed.hcz";
    envelope.exercise = true;
    ck_assert_int_eq(client_publish_instead(service.client, &envelope), 0);
    peer_all_stored(&service);
    town_kill(SIGKILL);
    town_start(); /* and goes on from where it was */
    PEER_UNTIL(&service, service.welcomes == 2);
    ck_assert_uint_ge(service.welcome_time_ms, start_ms);
    ck_assert_uint_lt(service.welcome_time_ms, start_ms + UINT64_C(24) * 3600 * 1000);
    town_kill(SIGTERM);
    io_replace_file(file("carebus.conf"), slice_text("[log]\nsegment_mib = 4\n"), 0600);
    ck_assert_int_eq(end_of(NULL), 78);
    peer_close(&service);
    socket_context_close(town_context);
}
END_TEST

/* The stretch ends at the moment that it was given, and everybody hears of both its ends unasked. */
START_TEST(an_exercise_s_clock_runs_ahead_as_far_as_it_is_told)
{
    static const uint64_t start_ms = UINT64_C(1674000000000);
    struct peer service;
    struct peer boss;

    town_make("[town]\nexercise = yes\nrate = 1\nstart = 2023-01-18T08:00:00+08:00\n");
    town_start();
    peer_open(&service, "referral", "", "");
    peer_open(&boss, "operator", "", "");
    PEER_UNTIL(&service, service.welcomes == 1);
    PEER_UNTIL(&boss, boss.welcomes == 1);
    client_admin(boss.client, "clock", "36000 1674007200000", 0, 0, NULL); /* two hours: 0.2 s */
    PEER_UNTIL(&boss, boss.answers == 1);
    PEER_UNTIL(&service, service.told_rate == 36000);
    PEER_UNTIL(&service, service.told_rate == 1);
    ck_assert_uint_ge(service.told_time_ms, start_ms + 2 * 3600 * 1000);
    ck_assert_uint_lt(service.told_time_ms, start_ms + 3 * 3600 * 1000);
    client_admin(boss.client, "clock", "0 1", 0, 0, NULL);
    PEER_UNTIL(&boss, boss.code == BUS__CODE__BAD_MESSAGE);
    boss.code = BUS__CODE__CODE_ABSENT;
    client_admin(boss.client, "clock", "600", 0, 0, NULL);
    PEER_UNTIL(&boss, boss.code == BUS__CODE__BAD_MESSAGE);
    client_admin(service.client, "clock", "", 0, 0, NULL);
    PEER_UNTIL(&service, service.code == BUS__CODE__NOT_PERMITTED);
    peer_close(&boss);
    peer_close(&service);
    town_end();
}
END_TEST

/* A small disk, filled by somebody else and freed again. */
START_TEST(a_full_disk_refuses_publishes_and_resumes_by_itself)
{
    struct peer service;
    struct peer hcz;

    mkdir(town_dir(), 0700);
    if (mount("tmpfs", town_dir(), "tmpfs", 0, "size=48m") != 0) {
        fprintf(stderr, "skipped: a tmpfs needs root\n");
        return;
    }
    town_make("");
    town_start();
    peer_open(&service, "referral", "", "");
    peer_open(&hcz, "hcz", "", "");
    peer_say(&service, "referral.Dispatched.hcz", "", "");
    peer_all_stored(&service);
    ck_assert_int_eq(client_take(hcz.client, "hcz", 1, 60000), 0);
    PEER_UNTIL(&hcz, hcz.leases == 1);
    run_shell("dd if=/dev/zero of=", file("filler"), " bs=1M 2>/dev/null || true");
    for (int turns = 0; turns < 40 && strstr(place_said(town_dir()), "disk.full") == NULL; turns++)
        usleep(100 * 1000);
    ck_assert_ptr_nonnull(strstr(place_said(town_dir()), "disk.full"));
    peer_say(&service, "referral.Closed.hcz", "", "");
    PEER_UNTIL(&service, service.code == BUS__CODE__FULL);
    ck_assert_uint_eq(service.acknowledged, 1);
    hcz.settled = 0;
    ck_assert_int_eq(client_receipt(hcz.client, &hcz.lease, NULL), 0);
    PEER_UNTIL(&hcz, hcz.settled >= 1 && hcz.code == BUS__CODE__CODE_ABSENT);
    run_shell("rm ", file("filler"), "");
    for (int turns = 0; turns < 100 && service.acknowledged != 2; turns++) {
        client_publish_again(service.client, 2);
        client_step(service.client, 10);
        usleep(50 * 1000);
    }
    ck_assert_msg(service.acknowledged == 2, "%s: %s", service.reason, place_said(town_dir()));
    town_end();
    umount(town_dir());
}
END_TEST

START_TEST(a_clean_end_takes_less_than_a_second_under_load)
{
    struct peer service;

    town_make("");
    town_start();
    peer_open(&service, "referral", "", "");
    for (int round = 0; round < 5; round++) {
        for (int i = 0; i < 1000; i++)
            peer_say(&service, "referral.Closed.hcz", "", "");
        client_step(service.client, 1);
        kill(town_broker, SIGTERM);
        ck_assert_int_eq(place_wait(town_broker, 2000), 0);
        town_start();
    }
    peer_all_stored(&service);
    ck_assert_uint_eq(service.acknowledged, 5000);
    town_end();
}
END_TEST

TESTS(a_second_broker_of_a_town_ends_with_79, a_bad_configuration_ends_with_78_and_one_clear_line,
      an_unknown_key_gets_nothing, a_key_that_is_taken_away_is_cut_off_within_a_second,
      a_bad_table_changes_nothing, a_deleted_index_loses_nothing,
      a_log_that_lost_its_tail_is_not_served,
      a_peer_that_was_promised_more_is_told_of_the_lost_tail,
      a_torn_tail_is_cut_and_nothing_that_was_promised_goes_with_it,
      a_damaged_range_is_refused_by_name_and_the_rest_is_served,
      an_exercise_runs_on_its_own_clock_and_stays_one,
      an_exercise_s_clock_runs_ahead_as_far_as_it_is_told,
      a_full_disk_refuses_publishes_and_resumes_by_itself,
      a_clean_end_takes_less_than_a_second_under_load)
