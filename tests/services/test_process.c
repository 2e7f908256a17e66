/*
 * Services as processes: real sockets, a real broker, kills, a lost store, a store put back.
 */
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "lib/place.h"
#include "lib/run.h"
#include "town.pb-c.h"

enum { MESSAGES_MOST = 20000, WAIT_MS = 20000 };

static const struct place_unit units[] = {
    { "toy", "service" }, { "boss", "service" }, { "vc", "vc" }, { "hcz", "centre" }, { 0 },
};

static const char rules[] = "*,publish,toy.>\n"
                            "*,query,toy.>\n"
                            "*,query,boss.>\n"
                            "*,subscribe,>\n"
                            "service,publish,>\n"
                            "service,answer,>\n";

/* ---- a town of two services -------------------------------------------------------------------------- */

static struct socket_context *context;
static pid_t broker;
static pid_t toy;
static pid_t boss;
static bool exercise; /* the town's log is an exercise's */

static const char *dir(void)
{
    return test_path("town");
}

static pid_t start_service(const char *name)
{
    return place_start(dir(), test_program(name), NULL);
}

static void start_broker(void)
{
    broker = place_start(dir(), test_program("carebus-broker"), NULL);
    place_ready(dir(), broker);
}

static void start_town(const char *conf)
{
    place_make(dir(), units, rules, conf);
    ck_assert_int_eq(socket_context_open(&context), 0);
    start_broker();
    toy = start_service("carebus-toy");
    boss = start_service("carebus-boss");
}

static void end(pid_t pid, int signal, int wanted)
{
    kill(pid, signal);
    int status = place_wait(pid, 10000);
    ck_assert_msg(status == wanted, "ended with %d: %s", status, place_said(dir()));
}

static void end_town(void)
{
    end(toy, SIGTERM, 0);
    end(boss, SIGTERM, 0);
    end(broker, SIGTERM, 0);
    socket_context_close(context);
}

static void replay_is_equal(const char *name)
{
    pid_t pid = place_start(dir(), test_program(name), "--replay", NULL);
    int status = place_wait(pid, 60000);
    ck_assert_msg(status == 0, "%s --replay: %d: %s", name, status, place_said(dir()));
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *where)
{
    (void)status;
    (void)kind;
    (void)where;
    return remove(path);
}

static const char *store_path(const char *name)
{
    static char path[4096];

    snprintf(path, sizeof(path), "%s/store/%s", dir(), name);
    return path;
}

static void remove_store(const char *name)
{
    nftw(store_path(name), remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

/* ---- somebody at the bus ----------------------------------------------------------------------------- */

struct person {
    struct client *client;
    uint64_t number;
    uint64_t acknowledged;
    uint32_t heard;
    char subjects[MESSAGES_MOST][48];
    char ids[MESSAGES_MOST][40];
    char causes[MESSAGES_MOST][40];
    uint64_t times[MESSAGES_MOST];
    uint32_t answers;
    uint32_t heard_at_answer;
    uint32_t refusal;
    char answer[512];
};

static void on_stored(void *who, uint64_t number, uint64_t seq)
{
    struct person *person = who;

    (void)seq;
    person->acknowledged = number;
}

static void on_deliver(void *who, uint64_t first, uint64_t last, const struct stored *messages,
                       uint32_t count)
{
    struct person *person = who;

    (void)first;
    (void)last;
    for (uint32_t i = 0; i < count && person->heard < MESSAGES_MOST; i++) {
        const struct envelope *envelope = &messages[i].envelope;
        snprintf(person->subjects[person->heard], sizeof(person->subjects[0]), "%.*s",
                 (int)envelope->subject.size, (const char *)envelope->subject.data);
        snprintf(person->ids[person->heard], sizeof(person->ids[0]), "%.*s/%u/%llu",
                 (int)messages[i].source.size, (const char *)messages[i].source.data,
                 envelope->epoch, (unsigned long long)envelope->number);
        snprintf(person->causes[person->heard], sizeof(person->causes[0]), "%.*s",
                 (int)envelope->cause.size, (const char *)envelope->cause.data);
        person->times[person->heard++] = messages[i].time_ms;
    }
}

static void on_answer(void *who, uint64_t request, const Bus__Answer *answer,
                      const Bus__Reject *reject)
{
    struct person *person = who;

    (void)request;
    person->answers++;
    person->heard_at_answer = person->heard;
    person->refusal = answer == NULL ? 9999 : answer->refusal;
    snprintf(person->answer, sizeof(person->answer), "%s",
             answer == NULL ? reject->reason : answer->reason);
}

static void on_refused(void *who, uint64_t number, const Bus__PublishRefused *refused)
{
    (void)who;
    ck_abort_msg("message %llu is refused: %s", (unsigned long long)number, refused->reason);
}

static void on_rejected(void *who, const Bus__Reject *reject)
{
    (void)who;
    ck_abort_msg("rejected: %s", reject->reason);
}

static const struct client_calls calls = {
    .refused = on_refused,
    .rejected = on_rejected,
    .stored = on_stored,
    .deliver = on_deliver,
    .answer = on_answer,
};

static struct person *person_open(const char *unit)
{
    static const char *const all[] = { ">" };
    struct person *person = calloc(1, sizeof(*person));

    ck_assert_ptr_nonnull(person);
    person->client = place_client(context, dir(), unit, "", &calls, person, false);
    ck_assert_int_eq(client_subscribe(person->client, all, 1, 1, 0), 0);
    return person;
}

static void person_close(struct person *person)
{
    client_close(person->client);
    free(person);
}

#define UNTIL(person, condition)                                                                   \
    do {                                                                                           \
        uint64_t begun_us = clock_steady_us();                                                     \
        while (!(condition) && clock_steady_us() - begun_us < WAIT_MS * 1000)                      \
            client_step((person)->client, 10);                                                     \
        ck_assert_msg((condition), "%s: it never came; %s", #condition, place_said(dir()));        \
    } while (0)

static void say(struct person *person, const char *subject, const ProtobufCMessage *message)
{
    Bus__Envelope envelope = BUS__ENVELOPE__INIT;
    uint8_t body[512];
    int r;

    envelope.epoch = 1;
    envelope.number = ++person->number;
    envelope.subject = subject;
    envelope.exercise = exercise;
    envelope.body.data = body;
    envelope.body.len = protobuf_c_message_pack(message, body);
    while ((r = client_publish(person->client, &envelope)) == 1)
        client_step(person->client, 10);
    ck_assert_int_eq(r, 0);
}

static void open_need(struct person *person, unsigned number)
{
    Town__OpenNeed open = TOWN__OPEN_NEED__INIT;
    char id[16];

    snprintf(id, sizeof(id), "Z%u", number);
    open.need = id;
    open.place = "c41";
    say(person, "toy.OpenNeed.c41", &open.base);
}

static uint32_t count(const struct person *person, const char *subject)
{
    uint32_t found = 0;

    for (uint32_t i = 0; i < person->heard; i++)
        found += strcmp(person->subjects[i], subject) == 0;
    return found;
}

/* No command has two outcomes: each event has a cause of its own. */
static void each_cause_once(const struct person *person, const char *subject)
{
    for (uint32_t i = 0; i < person->heard; i++)
        for (uint32_t k = i + 1; k < person->heard; k++)
            if (strcmp(person->subjects[i], subject) == 0
                && strcmp(person->subjects[k], subject) == 0)
                ck_assert_msg(strcmp(person->causes[i], person->causes[k]) != 0,
                              "%s has two outcomes: %s and %s", person->causes[i], person->ids[i],
                              person->ids[k]);
}

/* ---- the tests --------------------------------------------------------------------------------------- */

START_TEST(every_command_has_one_outcome_through_kills)
{
    enum { NEEDS = 1500, KILLS = 6 };

    start_town("[log]\nsegment_mib = 4\n");
    struct person *vc = person_open("vc");
    for (unsigned i = 0; i < NEEDS; i++) {
        open_need(vc, i);
        if (i % (NEEDS / KILLS) == NEEDS / KILLS - 1) {
            for (int k = 0; k < 20; k++)
                client_step(vc->client, 1);
            end(toy, SIGKILL, -SIGKILL);
            toy = start_service("carebus-toy");
        }
    }
    UNTIL(vc, count(vc, "toy.NeedOpened.c41") >= NEEDS);
    for (int i = 0; i < 20; i++)
        client_step(vc->client, 10);
    ck_assert_uint_eq(count(vc, "toy.NeedOpened.c41"), NEEDS);
    each_cause_once(vc, "toy.NeedOpened.c41");
    replay_is_equal("carebus-toy");
    replay_is_equal("carebus-boss");
    person_close(vc);
    end_town();
}
END_TEST

START_TEST(a_lost_store_is_rebuilt_and_says_nothing_twice)
{
    enum { NEEDS = 400 };

    start_town("[log]\nsegment_mib = 4\n");
    struct person *vc = person_open("vc");
    for (unsigned i = 0; i < NEEDS; i++)
        open_need(vc, i);
    UNTIL(vc, count(vc, "toy.NeedOpened.c41") == NEEDS);
    end(toy, SIGKILL, -SIGKILL);
    remove_store("toy");
    /* These find nobody: what the log has of them is answered after the restore. */
    for (unsigned i = NEEDS; i < 2 * NEEDS; i++)
        open_need(vc, i);
    UNTIL(vc, vc->acknowledged == vc->number);
    toy = start_service("carebus-toy");
    UNTIL(vc, count(vc, "toy.NeedOpened.c41") >= 2 * NEEDS);
    for (int i = 0; i < 20; i++)
        client_step(vc->client, 10);
    ck_assert_uint_eq(count(vc, "toy.NeedOpened.c41"), 2 * NEEDS);
    each_cause_once(vc, "toy.NeedOpened.c41");
    ck_assert_str_eq(vc->ids[vc->heard - 1], "toy/2/400");
    replay_is_equal("carebus-toy");
    person_close(vc);
    end_town();
}
END_TEST

START_TEST(a_store_put_back_from_a_copy_goes_on_in_a_new_epoch)
{
    char command[9000];

    start_town("[log]\nsegment_mib = 4\n");
    struct person *vc = person_open("vc");
    for (unsigned i = 0; i < 50; i++)
        open_need(vc, i);
    UNTIL(vc, count(vc, "toy.NeedOpened.c41") == 50);
    end(toy, SIGTERM, 0);
    snprintf(command, sizeof(command), "cp -r %s %s.copy", store_path("toy"), store_path("toy"));
    ck_assert_int_eq(system(command), 0);
    toy = start_service("carebus-toy");
    for (unsigned i = 50; i < 100; i++)
        open_need(vc, i);
    UNTIL(vc, count(vc, "toy.NeedOpened.c41") == 100);
    end(toy, SIGKILL, -SIGKILL);
    remove_store("toy");
    snprintf(command, sizeof(command), "mv %s.copy %s", store_path("toy"), store_path("toy"));
    ck_assert_int_eq(system(command), 0);
    toy = start_service("carebus-toy");
    for (unsigned i = 100; i < 150; i++)
        open_need(vc, i);
    UNTIL(vc, count(vc, "toy.NeedOpened.c41") >= 150);
    for (int i = 0; i < 20; i++)
        client_step(vc->client, 10);
    ck_assert_uint_eq(count(vc, "toy.NeedOpened.c41"), 150);
    each_cause_once(vc, "toy.NeedOpened.c41");
    replay_is_equal("carebus-toy");
    person_close(vc);
    end_town();
}
END_TEST

START_TEST(timers_fire_once_each_and_not_before_their_time)
{
    enum { NEEDS = 100 };

    /* An hour of the log is two seconds. */
    exercise = true;
    start_town("[town]\nexercise = yes\nrate = 1800\n[log]\nsegment_mib = 4\n");
    struct person *vc = person_open("vc");
    uint64_t opened_ms[NEEDS] = { 0 };
    for (unsigned i = 0; i < NEEDS; i++)
        open_need(vc, i);
    UNTIL(vc, count(vc, "toy.NeedOpened.c41") == NEEDS);
    end(toy, SIGKILL, -SIGKILL);
    toy = start_service("carebus-toy");
    UNTIL(vc, count(vc, "boss.NeedClosed.c41") >= NEEDS);
    for (int i = 0; i < 20; i++)
        client_step(vc->client, 10);
    ck_assert_uint_eq(count(vc, "boss.NeedClosed.c41"), NEEDS);
    ck_assert_uint_eq(count(vc, "toy.Expired.c41"), NEEDS);
    uint32_t next = 0;
    for (uint32_t i = 0; i < vc->heard; i++)
        if (strcmp(vc->subjects[i], "toy.OpenNeed.c41") == 0)
            opened_ms[next++] = vc->times[i];
    next = 0;
    for (uint32_t i = 0; i < vc->heard; i++)
        if (strcmp(vc->subjects[i], "toy.Due.c41") == 0)
            ck_assert_uint_ge(vc->times[i], opened_ms[next++] + 3600000);
    ck_assert_uint_eq(next, NEEDS);
    replay_is_equal("carebus-toy");
    person_close(vc);
    end_town();
}
END_TEST

/* What a process has spent so far, of a core. */
static uint64_t cpu_ms(pid_t pid)
{
    unsigned long user;
    unsigned long system;
    char path[64];
    char text[1024];

    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    size_t size = fread(text, 1, sizeof(text) - 1, file);
    fclose(file);
    text[size] = '\0';
    /* Behind the name come the state and ten numbers. */
    const char *rest = strrchr(text, ')');
    ck_assert_ptr_nonnull(rest);
    int found =
        sscanf(rest + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system);
    ck_assert_int_eq(found, 2);
    return (user + system) * 1000 / (uint64_t)sysconf(_SC_CLK_TCK);
}

START_TEST(a_service_is_quiet_while_the_broker_is_away)
{
    enum { NEEDS = 5, DUE_MS = 6000, AWAY_MS = 2000, CPU_MS = AWAY_MS / 20 };

    /* An hour of the log is six seconds: the timers are due when the link is known to be down. */
    exercise = true;
    start_town("[town]\nexercise = yes\nrate = 600\n[log]\nsegment_mib = 4\n");
    struct person *vc = person_open("vc");
    for (unsigned i = 0; i < NEEDS; i++)
        open_need(vc, i);
    UNTIL(vc, count(vc, "toy.NeedOpened.c41") == NEEDS);
    end(broker, SIGKILL, -SIGKILL);
    usleep((DUE_MS + 500) * 1000);
    uint64_t toy_ms = cpu_ms(toy);
    uint64_t boss_ms = cpu_ms(boss);
    usleep(AWAY_MS * 1000);
    ck_assert_uint_lt(cpu_ms(toy) - toy_ms, CPU_MS);
    ck_assert_uint_lt(cpu_ms(boss) - boss_ms, CPU_MS);
    start_broker();
    open_need(vc, NEEDS);
    UNTIL(vc, count(vc, "toy.NeedOpened.c41") == NEEDS + 1);
    person_close(vc);
    end_town();
}
END_TEST

START_TEST(an_answer_about_a_person_comes_after_its_trace)
{
    Town__Need need = TOWN__NEED__INIT;
    Bus__Actor actor = BUS__ACTOR__INIT;
    uint8_t body[64];

    start_town("[log]\nsegment_mib = 4\n");
    struct person *vc = person_open("vc");
    open_need(vc, 7);
    UNTIL(vc, count(vc, "toy.NeedOpened.c41") == 1);
    need.need = "Z7";
    actor.unit = "vc";
    size_t size = town__need__pack(&need, body);
    ck_assert_int_eq(
        client_query(vc->client, "toy.Need.c41", slice_of(body, size), 5000, &actor, NULL), 0);
    UNTIL(vc, vc->answers == 1);
    ck_assert_uint_eq(vc->refusal, 0);
    UNTIL(vc, count(vc, "toy.Accessed.vc") == 1);
    ck_assert_int_eq(
        client_query(vc->client, "toy.Nothing.c41", slice_of(body, size), 5000, &actor, NULL), 0);
    UNTIL(vc, vc->answers == 2);
    ck_assert_uint_eq(vc->refusal, TOWN__REFUSAL__NOT_FOUND);
    person_close(vc);
    end_town();
}
END_TEST

START_TEST(a_second_process_of_a_service_is_turned_away)
{
    start_town("[log]\nsegment_mib = 4\n");
    struct person *vc = person_open("vc");
    open_need(vc, 1);
    UNTIL(vc, count(vc, "toy.NeedOpened.c41") == 1);
    ck_assert_int_eq(place_wait(start_service("carebus-toy"), 10000), 79);
    person_close(vc);
    end_town();
}
END_TEST

TESTS(every_command_has_one_outcome_through_kills, a_lost_store_is_rebuilt_and_says_nothing_twice,
      a_store_put_back_from_a_copy_goes_on_in_a_new_epoch,
      timers_fire_once_each_and_not_before_their_time, a_service_is_quiet_while_the_broker_is_away,
      an_answer_about_a_person_comes_after_its_trace, a_second_process_of_a_service_is_turned_away)
