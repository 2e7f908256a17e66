/*
 * Scenes (scenes.txt): what desks say, as the stories of the services have it, several at once and
 * among faults.  A line is `ms since the scene began, who as post person, subject, priority, JSON`.
 * What a fault has put out of order is refused by a service, and that is an outcome too.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/id.h"
#include "base/io.h"
#include "sim/town/memory.h"
#include "sim/town/town.h"

enum {
    FILE_BYTES = 4 << 20,
    JSON_BYTES = 8192,
    GAP_MOST_MS = 60 * 60 * 1000,
    GAP_LEAST_MS = 20000
};

static char *text;
static const char **starts;
static uint32_t start_count;

int scenes_open(const char *path)
{
    size_t size;
    uint32_t room = 0;

    if (io_read_file(path, FILE_BYTES, &text, &size) != 0)
        return -1;
    for (char *at = text; at != NULL; at = strchr(at + 1, '\n')) {
        const char *line = *at == '\n' ? at + 1 : at;
        if (*line != '#')
            continue;
        starts = sim_grow(starts, start_count + 1, &room, sizeof(*starts));
        starts[start_count++] = line;
    }
    return start_count > 0 ? 0 : -1;
}

void scenes_close(void)
{
    free(starts);
    free(text);
}

/* Needs of two scenes are two: their names get the scene's number. */
static void rename_needs(const char *json, size_t size, unsigned number, char out[JSON_BYTES])
{
    size_t used = 0;

    for (size_t i = 0; i < size && used < JSON_BYTES - 16; i++) {
        bool is_need = i + 2 < size && json[i] == '"' && json[i + 1] == 'n' && json[i + 2] >= '0'
                       && json[i + 2] <= '9';
        out[used++] = json[i];
        if (is_need)
            used += (size_t)snprintf(out + used, 16, "s%u-", number);
    }
    out[used] = '\0';
}

/* `dzb.cli as dzb.seat1 dzb-s5 for ...` */
static void read_who(const char *who, char source[64], char post[48], char person[32])
{
    char as[8] = "";

    source[0] = post[0] = person[0] = '\0';
    if (sscanf(who, "%63s %7s %47s %31s", source, as, post, person) < 4)
        person[0] = '\0';
    if (strcmp(person, "for") == 0)
        person[0] = '\0';
}

static uint64_t play_line(struct sim *sim, const char *line, size_t length, unsigned number,
                          uint64_t began_us, uint64_t *last_ms, uint64_t spent_ms)
{
    const char *fields[5];
    const char *at = line;
    char who[128];
    char subject[96];
    char priority[8];
    char source[64];
    char post[48];
    char person[32];
    char json[JSON_BYTES];

    for (int i = 0; i < 5; i++) {
        fields[i] = at;
        at = i == 4 ? at : memchr(at, '\t', (size_t)(line + length - at));
        if (at == NULL)
            return spent_ms;
        at++;
    }
    uint64_t ms = strtoull(fields[0], NULL, 10);
    uint64_t gap_ms = ms - *last_ms < GAP_MOST_MS ? ms - *last_ms : GAP_MOST_MS;
    *last_ms = ms;
    spent_ms += gap_ms < GAP_LEAST_MS ? GAP_LEAST_MS : gap_ms;
    snprintf(who, sizeof(who), "%.*s", (int)(fields[2] - fields[1] - 1), fields[1]);
    snprintf(subject, sizeof(subject), "%.*s", (int)(fields[3] - fields[2] - 1), fields[2]);
    snprintf(priority, sizeof(priority), "%.*s", (int)(fields[4] - fields[3] - 1), fields[3]);
    read_who(who, source, post, person);
    rename_needs(fields[4], (size_t)(line + length - fields[4]), number, json);
    speaker_line(sim, speaker_new(sim, source), began_us + spent_ms * 1000 / TOWN_RATE, post,
                 person, subject, priority, json);
    return spent_ms;
}

static void play(struct sim *sim, const char *scene, unsigned number)
{
    uint64_t began_us = sim_roll(sim, 20 * SECOND);
    const char *line = strchr(scene, '\n');
    uint64_t last_ms = 0;
    uint64_t spent_ms = 0;

    sim_trace(sim, "scene %u: %.*s", number, (int)strcspn(scene, "\n"), scene);
    while (line != NULL && line[1] != '#' && line[1] != '\0') {
        line++;
        size_t length = strcspn(line, "\n");
        spent_ms = play_line(sim, line, length, number, began_us, &last_ms, spent_ms);
        line = strchr(line, '\n');
    }
}

void scenes_enter(struct sim *sim)
{
    for (unsigned i = 0; town_service(i) != NULL; i++)
        service_new(sim, town_service(i));
    for (uint64_t i = 2 + sim_roll(sim, TOWN_SCENES_AT_ONCE - 1); i > 0; i--)
        play(sim, starts[sim_roll(sim, start_count)], (unsigned)i);
    worker_new(sim, "hcz", "post");
    worker_new(sim, "hcs", "post");
}

/* ---- the judge ------------------------------------------------------------------------------------------------ */

static bool is_of_a_service(const char *source)
{
    for (unsigned i = 0; town_service(i) != NULL; i++)
        if (strcmp(source, town_service(i)->name) == 0)
            return true;
    return false;
}

static bool has_outcome(struct sim *sim, uint64_t from, const char *id)
{
    for (uint64_t seq = from; seq <= sim->world.durable; seq++) {
        struct world_message message;
        struct envelope envelope;
        const char *reason;
        if (core_world_message(&sim->world, seq, &message) && is_of_a_service(message.source)
            && scan_envelope(message.message.bytes, &envelope, &reason) == 0
            && slice_equal(envelope.cause, slice_text(id)))
            return true;
    }
    return false;
}

/* H6: every command has an outcome.  H8: no timer was fired before its time; when the broker's clock
 * was set back, services that reckon from its last word are ahead of it, and that is not judged. */
void scenes_judge(struct sim *sim)
{
    for (uint64_t seq = sim->cast->log_count + 1; seq <= sim->world.durable; seq++) {
        struct world_message message;
        if (!core_world_message(&sim->world, seq, &message))
            continue;
        if (is_of_a_service(message.source)) {
            if (message.message.not_before_ms > message.time_ms && sim->faults[FAULT_CLOCK] == 0)
                sim_wrong(sim, "H8: %s fired %llu before its time", message.source,
                          (unsigned long long)seq);
            continue;
        }
        struct id id = { .epoch = message.message.epoch, .number = message.message.number };
        char name[ID_TEXT_SIZE];
        snprintf(id.source, sizeof(id.source), "%s", message.source);
        id_print(&id, name);
        if (!has_outcome(sim, seq + 1, name))
            sim_wrong(sim, "H6: %s (%.*s) has no outcome", name, (int)message.message.subject.size,
                      (const char *)message.message.subject.data);
    }
}
