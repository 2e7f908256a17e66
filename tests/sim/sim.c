#include "sim/sim.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_BYTES = 400, HEAL_SECONDS_MOST = 240 };

const char *fault_name(enum fault fault)
{
    static const char *const names[FAULTS] = {
        "broker-kill", "peer-kill", "cut",  "deaf",  "drop",  "twice",   "reorder",
        "slow",        "flush",     "full", "index", "clock", "restore", "late",
    };

    return names[fault];
}

const char *wrong_name(enum wrong wrong)
{
    static const char *const names[WRONGS] = {
        "nothing",    "ack-first",  "index-first", "forget",      "sent-is-done", "cursor-first",
        "send-first", "same-epoch", "old-token",   "lost-commit", "no-sync",      "own-clock",
    };

    return names[wrong];
}

/* ---- chance, and what is left of it --------------------------------------------------------------------- */

static uint64_t next_random(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

uint64_t sim_roll(struct sim *sim, uint64_t sides)
{
    return sides == 0 ? 0 : next_random(&sim->random) % sides;
}

bool sim_strikes(struct sim *sim, enum fault fault)
{
    if (sim->healing || sim->per_hour[fault] == 0 || sim_roll(sim, 10000) >= sim->per_hour[fault])
        return false;
    sim->faults[fault]++;
    return true;
}

uint64_t sim_digest(struct slice bytes)
{
    const uint8_t *at = bytes.data;
    uint64_t hash = 0xcbf29ce484222325;

    for (size_t i = 0; i < bytes.size; i++)
        hash = (hash ^ at[i]) * 0x100000001b3;
    return hash;
}

void sim_trace(struct sim *sim, const char *format, ...)
{
    char line[LINE_BYTES];
    va_list arguments;

    va_start(arguments, format);
    int length = vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    size_t size = length < 0                      ? 0
                  : (size_t)length < sizeof(line) ? (size_t)length
                                                  : sizeof(line) - 1;
    sim->hash = (sim->hash ^ sim->now_us ^ sim_digest(slice_of(line, size))) * 0x100000001b3;
    if (sim->tracing)
        printf("%10.3f %s\n", (double)sim->now_us / SECOND, line);
}

void sim_wrong(struct sim *sim, const char *format, ...)
{
    char text[SIM_TEXT];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    sim_trace(sim, "WRONG %s", text);
    if (sim->verdict[0] == '\0')
        memcpy(sim->verdict, text, sizeof(text));
}

void *sim_grow(void *old, uint32_t needed, uint32_t *room, size_t size)
{
    uint32_t larger = *room == 0 ? 64 : *room;

    while (larger < needed)
        larger *= 2;
    if (larger == *room)
        return old;
    char *memory = realloc(old, larger * size);
    if (memory == NULL)
        abort();
    memset(memory + *room * size, 0, (larger - *room) * size);
    *room = larger;
    return memory;
}

/* ---- what happens when ----------------------------------------------------------------------------------- */

static bool before(const struct happening *a, const struct happening *b)
{
    return a->at_us != b->at_us ? a->at_us < b->at_us : a->order < b->order;
}

void sim_at(struct sim *sim, uint64_t delay_us, happens *happen, uint64_t a, uint64_t b,
            struct parcel *parcel)
{
    struct happening happening = { sim->now_us + delay_us, ++sim->order, happen, a, b, parcel };

    sim->heap = sim_grow(sim->heap, sim->heap_count + 1, &sim->heap_room, sizeof(*sim->heap));
    uint32_t at = sim->heap_count++;
    while (at > 0 && before(&happening, &sim->heap[(at - 1) / 2])) {
        sim->heap[at] = sim->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    sim->heap[at] = happening;
}

static struct happening pop(struct sim *sim)
{
    struct happening first = sim->heap[0];
    struct happening last = sim->heap[--sim->heap_count];
    uint32_t at = 0;

    while (true) {
        uint32_t child = 2 * at + 1;
        if (child + 1 < sim->heap_count && before(&sim->heap[child + 1], &sim->heap[child]))
            child++;
        if (child >= sim->heap_count || !before(&sim->heap[child], &last))
            break;
        sim->heap[at] = sim->heap[child];
        at = child;
    }
    if (sim->heap_count > 0)
        sim->heap[at] = last;
    return first;
}

static void run_until(struct sim *sim, uint64_t end_us)
{
    while (sim->heap_count > 0 && sim->heap[0].at_us <= end_us && sim->verdict[0] == '\0') {
        struct happening happening = pop(sim);
        sim->now_us = happening.at_us;
        happening.happen(sim, &happening);
        parcel_free(happening.parcel);
    }
    sim->now_us = end_us;
}

/* ---- what was said, what was handed out ------------------------------------------------------------------- */

uint32_t sim_said(struct sim *sim, const struct node *node, uint64_t number, uint64_t digest)
{
    sim->said = sim_grow(sim->said, sim->said_count + 1, &sim->said_room, sizeof(*sim->said));
    sim->said[sim->said_count] = (struct said){
        .node = node->index, .epoch = node->epoch, .number = number, .digest = digest
    };
    return sim->said_count++;
}

/* The latest under this name. */
struct said *sim_find_said(struct sim *sim, unsigned node, uint32_t epoch, uint64_t number)
{
    for (uint32_t i = sim->said_count; i-- > 0;) {
        struct said *said = &sim->said[i];
        if (said->node == node && said->epoch == epoch && said->number == number)
            return said;
    }
    return NULL;
}

struct handed *sim_handed(struct sim *sim, unsigned mailbox, uint64_t seq)
{
    uint32_t room = (uint32_t)sim->handed_room[mailbox];

    sim->handed[mailbox] =
        sim_grow(sim->handed[mailbox], (uint32_t)seq + 1, &room, sizeof(struct handed));
    sim->handed_room[mailbox] = room;
    return &sim->handed[mailbox][seq];
}

/* ---- mischief ---------------------------------------------------------------------------------------------- */

static struct node *some_node(struct sim *sim)
{
    return sim->nodes[sim_roll(sim, sim->node_count)];
}

static void end_full(struct sim *sim, const struct happening *happening)
{
    (void)happening;
    broker_full(sim, false);
}

static void strike(struct sim *sim, enum fault fault)
{
    struct node *node = some_node(sim);

    sim->faults[fault]++;
    sim_trace(sim, "fault: %s (%s)", fault_name(fault), node->source);
    switch (fault) {
    case FAULT_BROKER_KILL:
        if (sim_roll(sim, 2) == 0)
            sim->broker_doomed = true;
        else
            broker_kill(sim);
        break;
    case FAULT_PEER_KILL:
        if (sim_roll(sim, 2) == 0)
            node->doomed = true;
        else
            node_kill(sim, node);
        break;
    case FAULT_CUT:
        if (node->phase != NODE_DEAD)
            net_cut(sim, node);
        break;
    case FAULT_DEAF:
        if (sim_roll(sim, 2) == 0)
            node->deaf_up_us = sim->now_us + sim_roll(sim, 12 * SECOND);
        else
            node->deaf_down_us = sim->now_us + sim_roll(sim, 12 * SECOND);
        break;
    case FAULT_FULL:
        broker_full(sim, true);
        sim_at(sim, sim_roll(sim, 5 * SECOND), end_full, 0, 0, NULL);
        break;
    case FAULT_CLOCK:
        sim->clock_ms = (int64_t)sim_roll(sim, 20000) - 10000;
        break;
    case FAULT_RESTORE:
        if (node->calls->restore == NULL)
            break;
        node_kill(sim, node);
        node->calls->restore(sim, node);
        break;
    case FAULT_DROP:
    case FAULT_TWICE:
    case FAULT_REORDER:
    case FAULT_SLOW:
    case FAULT_FLUSH:
    case FAULT_INDEX:
    case FAULT_LATE:
    case FAULTS:
        break;
    }
}

static void mischief(struct sim *sim, const struct happening *happening)
{
    enum fault fault = (enum fault)happening->a;

    if (sim->healing)
        return;
    strike(sim, fault);
    uint64_t mean_us = 3600 * (uint64_t)SECOND / sim->per_hour[fault];
    sim_at(sim, sim_roll(sim, 2 * mean_us), mischief, (uint64_t)fault, 0, NULL);
}

/* Some seeds have no partitions, some only those. */
static void choose_faults(struct sim *sim, uint32_t without)
{
    static const uint32_t usual[FAULTS] = {
        [FAULT_BROKER_KILL] = 240, [FAULT_PEER_KILL] = 900, [FAULT_CUT] = 900,
        [FAULT_DEAF] = 300,        [FAULT_FULL] = 120,      [FAULT_CLOCK] = 120,
        [FAULT_RESTORE] = 120,     [FAULT_DROP] = 100,      [FAULT_TWICE] = 100,
        [FAULT_REORDER] = 100,     [FAULT_SLOW] = 50,       [FAULT_FLUSH] = 200,
        [FAULT_INDEX] = 2500,      [FAULT_LATE] = 200,
    };

    for (int fault = 0; fault < FAULTS; fault++) {
        uint64_t dice = sim_roll(sim, 4);
        sim->per_hour[fault] =
            dice == 0 || (without & 1U << fault) != 0 ? 0 : usual[fault] * (uint32_t)dice / 2;
        bool of_frames = fault == FAULT_DROP || fault == FAULT_TWICE || fault == FAULT_REORDER
                         || fault == FAULT_SLOW || fault == FAULT_FLUSH || fault == FAULT_INDEX
                         || fault == FAULT_LATE;
        if (!of_frames && sim->per_hour[fault] > 0)
            sim_at(sim, sim_roll(sim, 60 * SECOND), mischief, (uint64_t)fault, 0, NULL);
    }
}

/* ---- a run -------------------------------------------------------------------------------------------------- */

static bool quiet(struct sim *sim)
{
    if (sim->broker_down || sim->world.appended != sim->world.durable)
        return false;
    for (unsigned i = 0; i < sim->node_count; i++)
        if (!sim->nodes[i]->calls->quiet(sim, sim->nodes[i]))
            return false;
    return !sim->cast->emptied || broker_empty(sim);
}

static void heal(struct sim *sim)
{
    sim->healing = true;
    sim->clock_ms = 0;
    broker_full(sim, false);
    for (unsigned i = 0; i < sim->node_count; i++)
        sim->nodes[i]->deaf_up_us = sim->nodes[i]->deaf_down_us = 0;
    for (unsigned second = 0; second < HEAL_SECONDS_MOST && sim->verdict[0] == '\0'; second++) {
        run_until(sim, sim->now_us + SECOND);
        if (quiet(sim))
            return;
    }
    for (unsigned i = 0; i < sim->node_count; i++)
        if (!sim->nodes[i]->calls->quiet(sim, sim->nodes[i]))
            sim_wrong(sim, "stuck: %s has not come to rest", sim->nodes[i]->source);
    sim_wrong(sim, "stuck: a mailbox has not come to rest");
}

int sim_run(const struct sim_options *options, struct sim **ret_sim)
{
    struct sim *sim = calloc(1, sizeof(*sim));

    if (sim == NULL)
        abort();
    sim->cast = options->cast;
    sim->seed = options->seed;
    sim->random = options->seed * 0x9e3779b97f4a7c15 + 12345;
    sim->wrong = options->wrong;
    sim->tracing = options->tracing;
    sim->hash = 1;
    broker_open(sim);
    /* A build that tells before it flushes has no disk to be judged by. */
    if ((sim->seed % SIM_DISK_EACH == 0 && sim->wrong != WRONG_ACK_FIRST)
        || sim->wrong == WRONG_NO_SYNC)
        disk_open(sim);
    sim->cast->enter(sim);
    choose_faults(sim, options->without);
    for (unsigned i = 0; i < sim->node_count; i++)
        node_start(sim, sim->nodes[i]);
    run_until(sim, options->seconds * (uint64_t)SECOND);
    if (sim->verdict[0] == '\0')
        heal(sim);
    if (sim->verdict[0] == '\0')
        judge(sim);
    *ret_sim = sim;
    return sim->verdict[0] == '\0' ? 0 : 1;
}

void sim_close(struct sim *sim)
{
    if (sim->disk != NULL)
        disk_close(sim);
    core_world_close(&sim->world);
    for (unsigned i = 0; i < sim->node_count; i++) {
        sim->nodes[i]->calls->free(sim->nodes[i]);
        free(sim->nodes[i]);
    }
    while (sim->heap_count > 0)
        parcel_free(sim->heap[--sim->heap_count].parcel);
    for (unsigned box = 0; box < SIM_MAILBOXES; box++) {
        free(sim->handed[box]);
        for (unsigned number = 0; number < SIM_CASES * SIM_LANES; number++)
            free(sim->rows[box][number / SIM_LANES][number % SIM_LANES].seqs);
    }
    free(sim->heap);
    free(sim->said);
    free(sim->node_of);
    free(sim->receipts);
    free(sim);
}
