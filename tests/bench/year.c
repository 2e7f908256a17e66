/*
 * bench-year FOLDER --town FOLDER [--people N] [--days N] [--marks 1,30,180,365] [--at-once N]
 * [--json FILE] - what a turn costs and what a store weighs, as a town's year goes by (domain.md 8:
 * 4,500 people, 38,000 messages a day).  One line a service at each mark, as JSON too if wanted; a
 * line of progress each ten days on stderr.  With one message at once the longest batch is the
 * longest turn.  At the end the books are read: 1, when they do not balance or a message was parked.
 */
#include "year.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/log.h"
#include "cli/town_files.h"
#include "kit/kit.h"
#include "town.pb-c.h"

#define SERVICE(name) extern const struct service name##_service;
#include "all_services.h"
#undef SERVICE

static const struct service *const services[] = {
#define SERVICE(name) &name##_service,
#include "all_services.h"
#undef SERVICE
};

enum {
    SERVICES = sizeof(services) / sizeof(services[0]),
    PRODUCERS = 256,
    AT_ONCE = 512,
    MARKS = 16,
    REFUSALS = 64, /* kinds */
    STORE_BYTES = 1 << 30,
};

struct told {
    uint8_t *bytes;
    struct stored stored;
};

struct part_of_year {
    struct kit *kit;
    const char *path;
    uint64_t taken;     /* seq                          */
    uint64_t published; /* of its own numbers           */
    uint64_t us;        /* of turns, since the last mark */
    uint64_t turns;
    uint64_t fired_us;
    uint64_t longest_us; /* of a batch                    */
};

struct year {
    uint64_t now_ms;
    uint64_t first_seq; /* of log[0] */
    struct told *log;
    size_t count;
    size_t room;
    struct part_of_year parts[SERVICES];
    struct producer {
        char name[64];
        uint64_t number;
    } producers[PRODUCERS];
    uint32_t producer_count;
    uint32_t at_once; /* messages of a batch */
    FILE *json;       /* or NULL             */
    struct life *life;
    struct more *more;
    uint64_t refused;
    struct refusal {
        char name[160];
        uint64_t count;
    } refusals[REFUSALS]; /* since the last mark */
    uint32_t refusal_count;
    uint64_t all_parked; /* of all days */
};

static void die(const char *what)
{
    fprintf(stderr, "bench-year: %s\n", what);
    exit(1);
}

static void *room_for(void *old, size_t size)
{
    void *room = realloc(old, size);

    if (room == NULL)
        die("no memory");
    return room;
}

/* ---- the log ------------------------------------------------------------------------------------- */

uint64_t year_now(const struct year *year)
{
    return year->now_ms;
}

bool year_has(const struct year *year, const char *service)
{
    (void)year;
    for (size_t i = 0; i < SERVICES; i++)
        if (strcmp(services[i]->name, service) == 0)
            return true;
    return false;
}

static uint64_t head(const struct year *year)
{
    return year->first_seq + year->count - 1;
}

static bool says(const struct stored *stored, const char *message)
{
    const char *text = stored->envelope.subject.data;
    const char *dot = memchr(text, '.', stored->envelope.subject.size);
    size_t length = strlen(message);

    return dot != NULL && strncmp(dot + 1, message, length) == 0 && dot[1 + length] == '.';
}

/* By service, message and code: where a bench says what the town does not take, its figures lie. */
static void count_refusal(struct year *year, const struct stored *stored)
{
    struct slice body = stored->envelope.body;
    Town__Refused *refused = town__refused__unpack(NULL, body.size, body.data);
    char name[sizeof(year->refusals[0].name)];
    uint32_t at = 0;

    year->refused++;
    if (refused == NULL)
        return;
    snprintf(name, sizeof(name), "%s %s: %.60s", refused->command, refused->code, refused->reason);
    while (at < year->refusal_count && strcmp(year->refusals[at].name, name) != 0)
        at++;
    if (at == year->refusal_count && at < REFUSALS)
        snprintf(year->refusals[year->refusal_count++].name, sizeof(name), "%s", name);
    if (at < REFUSALS)
        year->refusals[at].count++;
    town__refused__free_unpacked(refused, NULL);
}

static void append(struct year *year, const char *source, struct slice envelope)
{
    if (year->count == year->room) {
        year->room = 2 * year->room + 1024;
        year->log = room_for(year->log, year->room * sizeof(*year->log));
    }
    struct told *told = &year->log[year->count++];
    size_t size = scan_stored_size(slice_text(source), envelope);
    told->bytes = room_for(NULL, size);
    scan_stored_pack(head(year), year->now_ms, slice_text(source), envelope, told->bytes);
    if (scan_stored(slice_of(told->bytes, size), &told->stored) != 0)
        die("a message is no message");
    if (says(&told->stored, "Refused"))
        count_refusal(year, &told->stored);
    year->all_parked += says(&told->stored, "Parked");
}

static struct producer *producer_of(struct year *year, const char *name)
{
    for (uint32_t i = 0; i < year->producer_count; i++)
        if (strcmp(year->producers[i].name, name) == 0)
            return &year->producers[i];
    if (year->producer_count == PRODUCERS)
        die("too many producers");
    struct producer *producer = &year->producers[year->producer_count++];
    snprintf(producer->name, sizeof(producer->name), "%s", name);
    return producer;
}

void year_say(struct year *year, const char *unit, const char *post, const char *subject,
              const ProtobufCMessage *message)
{
    Bus__Envelope envelope = BUS__ENVELOPE__INIT;
    Bus__Actor actor = BUS__ACTOR__INIT;
    char duty[80];

    snprintf(duty, sizeof(duty), "%s.duty", unit);
    actor.unit = unit;
    actor.post = post == NULL ? duty : post;
    envelope.epoch = 1;
    envelope.number = ++producer_of(year, unit)->number;
    envelope.subject = subject;
    envelope.actor = &actor;
    envelope.body.len = protobuf_c_message_get_packed_size(message);
    envelope.body.data = room_for(NULL, envelope.body.len + 1);
    protobuf_c_message_pack(message, envelope.body.data);
    size_t size = bus__envelope__get_packed_size(&envelope);
    uint8_t *bytes = room_for(NULL, size + 1);
    bus__envelope__pack(&envelope, bytes);
    append(year, unit, slice_of(bytes, size));
    free(bytes);
    free(envelope.body.data);
}

/* ---- the services -------------------------------------------------------------------------------- */

struct drain {
    struct year *year;
    struct part_of_year *part;
    const char *name;
};

static int on_outgoing(void *context, uint64_t number, struct slice envelope)
{
    struct drain *drain = context;

    append(drain->year, drain->name, envelope);
    drain->part->published = number;
    return 0;
}

static void drain(struct year *year, size_t index)
{
    struct part_of_year *part = &year->parts[index];
    struct drain drain = { year, part, services[index]->name };

    if (kit_state(part->kit).number > part->published
        && kit_outbox(part->kit, part->published + 1, on_outgoing, &drain) != 0)
        die("an outbox cannot be read");
    kit_stored(part->kit, part->published);
}

static void take(struct year *year, size_t index)
{
    struct part_of_year *part = &year->parts[index];
    struct stored messages[AT_ONCE];
    uint32_t count = 0;

    for (uint64_t seq = part->taken + 1; seq <= head(year) && count < year->at_once; seq++)
        messages[count++] = year->log[seq - year->first_seq].stored;
    uint64_t began_us = clock_steady_us();
    if (kit_take(part->kit, part->taken + count, messages, count) != 0)
        die("a service failed");
    uint64_t took_us = clock_steady_us() - began_us;
    part->us += took_us;
    if (took_us > part->longest_us)
        part->longest_us = took_us;
    part->turns += count;
    part->taken += count;
    drain(year, index);
}

static void hear(struct year *year, const struct stored *stored)
{
    life_hear(year->life, stored);
    more_hear(year->more, stored);
}

/* Desks hear what services say, once; then what everybody has is forgotten. */
static void settle(struct year *year)
{
    uint64_t heard = year->first_seq - 1;
    bool any = true;

    while (any) {
        any = false;
        for (size_t i = 0; i < SERVICES; i++)
            for (; year->parts[i].taken < head(year); any = true)
                take(year, i);
        for (; heard < head(year); heard++)
            hear(year, &year->log[heard + 1 - year->first_seq].stored);
    }
    for (size_t i = 0; i < year->count; i++)
        free(year->log[i].bytes);
    year->first_seq += year->count;
    year->count = 0;
}

static uint64_t next_due(const struct year *year)
{
    uint64_t due_ms = life_next(year->life);

    if (more_next(year->more) < due_ms)
        due_ms = more_next(year->more);
    for (size_t i = 0; i < SERVICES; i++)
        if (kit_next_due(year->parts[i].kit) < due_ms)
            due_ms = kit_next_due(year->parts[i].kit);
    return due_ms;
}

static void pass_until(struct year *year, uint64_t end_ms)
{
    for (uint64_t due_ms = next_due(year); due_ms < end_ms; due_ms = next_due(year)) {
        if (due_ms > year->now_ms)
            year->now_ms = due_ms;
        for (size_t i = 0; i < SERVICES; i++) {
            uint64_t began_us = clock_steady_us();
            if (kit_fire(year->parts[i].kit, year->now_ms) != 0)
                die("timers cannot be fired");
            year->parts[i].fired_us += clock_steady_us() - began_us;
            drain(year, i);
        }
        life_do(year->life);
        more_do(year->more);
        settle(year);
    }
    year->now_ms = end_ms;
}

/* ---- what is measured ---------------------------------------------------------------------------- */

static double mib_of(const char *path)
{
    char file[4096];
    struct stat status;

    snprintf(file, sizeof(file), "%s/data.mdb", path);
    return stat(file, &status) != 0 ? 0 : (double)status.st_blocks * 512 / (1 << 20);
}

static double resident_mib(void)
{
    char line[256];
    double kib = 0;
    FILE *status = fopen("/proc/self/status", "r");

    while (status != NULL && fgets(line, sizeof(line), status) != NULL)
        if (strncmp(line, "RssAnon:", 8) == 0)
            kib = strtod(line + 8, NULL);
    if (status != NULL)
        fclose(status);
    return kib / 1024;
}

static double us_each(const struct part_of_year *part)
{
    return part->turns == 0 ? 0 : (double)part->us / (double)part->turns;
}

/* One object a line. */
static void note(const struct year *year, uint32_t day, uint64_t messages, double seconds)
{
    if (year->json == NULL)
        return;
    fprintf(year->json,
            "{\"work\": \"year\", \"day\": %u, \"messages\": %llu, \"seconds\": %.2f, \"refused\": "
            "%llu, \"parked\": %llu, \"own_mib\": %.0f, \"services\": {",
            day, (unsigned long long)messages, seconds, (unsigned long long)year->refused,
            (unsigned long long)year->all_parked, resident_mib());
    for (size_t i = 0; i < SERVICES; i++)
        fprintf(year->json,
                "%s\"%s\": {\"us\": %.2f, \"longest_ms\": %.1f, \"timers_ms\": %.1f, "
                "\"store_mib\": %.1f}",
                i == 0 ? "" : ", ", services[i]->name, us_each(&year->parts[i]),
                (double)year->parts[i].longest_us / 1000, (double)year->parts[i].fired_us / 1000,
                mib_of(year->parts[i].path));
    fprintf(year->json, "}}\n");
    fflush(year->json);
}

static void mark(struct year *year, uint32_t day, uint64_t messages, double seconds)
{
    printf("day %-4u %8llu messages  %6.1f s  %llu refused  %llu parked  %.0f MiB of memory of its "
           "own\n",
           day, (unsigned long long)messages, seconds, (unsigned long long)year->refused,
           (unsigned long long)year->all_parked, resident_mib());
    printf("  %-14s %12s %16s %10s %10s\n", "service", "us a message", "longest batch ms",
           "timers ms", "store MiB");
    for (size_t i = 0; i < SERVICES; i++) {
        struct part_of_year *part = &year->parts[i];
        printf("  %-14s %12.1f %16.1f %10.1f %10.1f\n", services[i]->name, us_each(part),
               (double)part->longest_us / 1000, (double)part->fired_us / 1000, mib_of(part->path));
        year_weigh(part->kit);
    }
    for (uint32_t i = 0; i < year->refusal_count; i++)
        printf("  refused %6llu x %s\n", (unsigned long long)year->refusals[i].count,
               year->refusals[i].name);
    fflush(stdout);
    note(year, day, messages, seconds);
}

static void forget_figures(struct year *year)
{
    for (size_t i = 0; i < SERVICES; i++)
        year->parts[i].us = year->parts[i].turns = year->parts[i].fired_us =
            year->parts[i].longest_us = 0;
    year->refused = 0;
    year->refusal_count = 0;
    memset(year->refusals, 0, sizeof(year->refusals));
}

/* ---- the year ------------------------------------------------------------------------------------ */

static void open_services(struct year *year, const char *folder)
{
    for (size_t i = 0; i < SERVICES; i++) {
        struct part_of_year *part = &year->parts[i];
        char path[4096];
        snprintf(path, sizeof(path), "%s/%s", folder, services[i]->name);
        part->path = strdup(path);
        struct kit_options options = { .service = services[i],
                                       .path = part->path,
                                       .map_bytes = STORE_BYTES };
        if (part->path == NULL || (mkdir(path, 0700) != 0 && errno != EEXIST)
            || kit_open(&options, &part->kit) != 0 || kit_begin(part->kit, 1, 1) != 0)
            die("a store cannot be opened: is the folder empty?");
    }
}

/* As `carebus load` waits for what the organisation answers before others stand on it. */
static int on_command(void *context, const struct town_command *command)
{
    if (strncmp(command->subject, "organisation.", 13) != 0)
        settle(context);
    year_say(context, command->unit, command->post, command->subject, command->message);
    return 0;
}

static void open_town(struct year *year, const char *town)
{
    struct arena arena;
    const char *error;

    arena_open(&arena, TOWN_ARENA_BYTES);
    if (town_files_each(town, year->now_ms, &arena, on_command, year, &error) != 0)
        die(error);
    arena_close(&arena);
    settle(year);
    life_begin(year->life);
    more_begin(year->more);
    settle(year);
}

static void run(struct year *year, uint32_t days, const uint32_t *marks, uint32_t mark_count)
{
    for (uint32_t day = 1; day <= days; day++) {
        uint64_t began_us = clock_steady_us();
        uint64_t before = head(year);
        bool marked = day == days;
        for (uint32_t i = 0; i < mark_count; i++)
            marked = marked || marks[i] == day;
        forget_figures(year);
        life_plan_day(year->life, year->now_ms);
        more_plan_day(year->more);
        pass_until(year, year->now_ms + CLOCK_DAY_MS);
        double seconds = (double)(clock_steady_us() - began_us) / 1e6;
        if (marked)
            mark(year, day, head(year) - before, seconds);
        else if (day % 10 == 0)
            fprintf(stderr, "bench-year: day %u, %llu messages in %.1f s\n", day,
                    (unsigned long long)(head(year) - before), seconds);
    }
}

static const char *option(int argc, char **argv, const char *name, const char *usual)
{
    for (int i = 2; i + 1 < argc; i++)
        if (strcmp(argv[i], name) == 0)
            return argv[i + 1];
    return usual;
}

int main(int argc, char **argv)
{
    static struct year year = { .first_seq = 1 };
    uint32_t marks[MARKS];
    uint32_t mark_count = 0;

    if (argc < 2 || argv[1][0] == '-') {
        fprintf(stderr, "usage: bench-year FOLDER --town FOLDER [--people N] [--days N]"
                        " [--marks 1,30,180,365] [--at-once N] [--json FILE]\n");
        return 64;
    }
    const char *town = option(argc, argv, "--town", "services/town");
    char *list = strdup(option(argc, argv, "--marks", "1,30,180,365"));
    for (char *rest = NULL, *word = strtok_r(list, ",", &rest); word != NULL && mark_count < MARKS;
         word = strtok_r(NULL, ",", &rest))
        marks[mark_count++] = (uint32_t)strtoul(word, NULL, 10);
    free(list);
    year.at_once = (uint32_t)strtoul(option(argc, argv, "--at-once", "512"), NULL, 10);
    if (year.at_once < 1 || year.at_once > AT_ONCE)
        die("--at-once is 1 to 512");
    const char *json = option(argc, argv, "--json", NULL);
    if (json != NULL && (year.json = fopen(json, "w")) == NULL)
        die("the file for the figures cannot be written");
    say_setup("bench-year");
    if (clock_parse("2023-01-18", &year.now_ms) != 0)
        return 1;
    open_services(&year, argv[1]);
    uint32_t people = (uint32_t)strtoul(option(argc, argv, "--people", "4500"), NULL, 10);
    year.life = life_open(&year, town, people, 1);
    year.more = more_open(&year, year.life, people);
    open_town(&year, town);
    run(&year, (uint32_t)strtoul(option(argc, argv, "--days", "365"), NULL, 10), marks, mark_count);
    uint64_t wrong = year.all_parked;
    for (size_t i = 0; i < SERVICES; i++) {
        wrong += year_books(year.parts[i].kit);
        kit_close(year.parts[i].kit);
    }
    return wrong == 0 ? 0 : 1;
}
