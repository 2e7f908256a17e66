/*
 * The broker: its real core in the world of lib/core_world, with flushes that take their time, an
 * index that is saved now and then, and an end at any moment.  broker_told.c is what it tells its
 * peers, broker_said.c what they say.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/broker.h"

int sim_mailbox(const struct sim *sim, const char *unit)
{
    for (int box = 0; box < SIM_MAILBOXES; box++)
        if (strcmp(unit, sim->cast->boxes[box]) == 0)
            return box;
    return -1;
}

uint64_t sim_log_ms(const struct sim *sim)
{
    return sim->cast->begin_ms + sim->now_us * sim->cast->rate / 1000;
}
static void traced(void *context, const char *line)
{
    sim_trace(context, "%s", line);
}

/* ---- time, flushes, saves ------------------------------------------------------------------------------ */

static void set_time(struct sim *sim)
{
    sim->world.steady_ms = 1000 + (sim->now_us - sim->broker_start_us) / 1000;
    sim->world.now_ms = (uint64_t)((int64_t)sim_log_ms(sim) + sim->clock_ms * sim->cast->rate);
}

static void after_step(struct sim *sim);

static void flushed(struct sim *sim, const struct happening *happening)
{
    if (sim->broker_down || happening->b != sim->broker_life)
        return;
    sim->flushing = false;
    if (sim->disk != NULL)
        disk_flushed(sim);
    set_time(sim);
    sim_trace(sim, "flushed up to %llu", (unsigned long long)happening->a);
    core_world_commit(&sim->world, happening->a);
    after_step(sim);
}

static void kill_now(struct sim *sim, const struct happening *happening)
{
    if (happening->b == sim->broker_life)
        broker_kill(sim);
}

static void start_flush(struct sim *sim)
{
    uint64_t waiting = sim->world.appended - sim->world.durable;
    uint64_t to = sim->world.appended;
    uint64_t takes_us = 200 + sim_roll(sim, 3 * MS);

    if (sim->flushing || waiting == 0)
        return;
    if (sim_strikes(sim, FAULT_FLUSH)) {
        takes_us += sim_roll(sim, SECOND);
        to = sim->world.durable + 1 + sim_roll(sim, waiting);
    }
    sim->flushing = true;
    if (sim->disk != NULL)
        disk_flush(sim, to);
    if (sim->broker_doomed) {
        sim->broker_doomed = false;
        if (sim_roll(sim, 2) == 0)
            core_world_save(&sim->world);
        sim_at(sim, sim_roll(sim, takes_us), kill_now, 0, sim->broker_life, NULL);
    }
    sim_at(sim, takes_us, flushed, to, sim->broker_life, NULL);
}

static void tick(struct sim *sim, const struct happening *happening)
{
    if (sim->broker_down || happening->b != sim->broker_life || happening->a != sim->tick_at_us)
        return;
    sim->tick_at_us = UINT64_MAX;
    set_time(sim);
    core_world_step(&sim->world, &(struct core_event){ .kind = CORE_TICK });
    after_step(sim);
}

static void plan_tick(struct sim *sim)
{
    uint64_t steady_ms;
    uint64_t now_ms;
    uint64_t wait_ms = 1000;

    core_next_tick(sim->world.core, &steady_ms, &now_ms);
    if (steady_ms != UINT64_MAX && steady_ms < sim->world.steady_ms + wait_ms)
        wait_ms = steady_ms > sim->world.steady_ms ? steady_ms - sim->world.steady_ms : 0;
    if (now_ms != UINT64_MAX && now_ms < sim->world.now_ms + wait_ms * sim->cast->rate)
        wait_ms = now_ms > sim->world.now_ms ? (now_ms - sim->world.now_ms) / sim->cast->rate : 0;
    uint64_t at_us = sim->now_us + wait_ms * MS + (wait_ms == 0 ? 10 : 0);
    if (sim_strikes(sim, FAULT_LATE))
        at_us += sim_roll(sim, 2 * SECOND);
    if (sim->tick_at_us <= at_us)
        return;
    sim->tick_at_us = at_us;
    sim_at(sim, at_us - sim->now_us, tick, at_us, sim->broker_life, NULL);
}

static void after_step(struct sim *sim)
{
    if (sim->wrong == WRONG_ACK_FIRST)
        core_world_commit(&sim->world, UINT64_MAX);
    start_flush(sim);
    plan_tick(sim);
}

static void save(struct sim *sim, const struct happening *happening)
{
    if (happening->b != sim->broker_life || sim->broker_down)
        return;
    core_world_save(&sim->world);
    sim_trace(sim, "saved");
    sim_at(sim, 50 * MS + sim_roll(sim, SECOND), save, 0, sim->broker_life, NULL);
}

/* ---- beginning and end ---------------------------------------------------------------------------------- */

static void begin(struct sim *sim)
{
    sim->broker_life++;
    sim->broker_start_us = sim->now_us;
    sim->broker_down = false;
    sim->flushing = false;
    sim->tick_at_us = UINT64_MAX;
    sim_at(sim, sim_roll(sim, SECOND), save, 0, sim->broker_life, NULL);
    set_time(sim);
    if (sim->full) {
        struct core_event full = { .kind = CORE_SPACE, .space = CORE_RESERVE };
        core_world_step(&sim->world, &full);
    }
    plan_tick(sim);
}

void broker_open(struct sim *sim)
{
    struct core_options options = { .log_id = 1 + sim_roll(sim, 1000000),
                                    .rate = sim->cast->rate,
                                    .limits = core_limits_default() };

    sim->cast->limits(sim, &options.limits);
    sim->world.tell = broker_tell;
    sim->world.trace = traced;
    sim->world.context = sim;
    sim->world.early_rows = sim->wrong == WRONG_INDEX_FIRST;
    sim->world.log_before = sim->cast->log;
    sim->world.log_before_count = sim->cast->log_count;
    sim->world.rows_before = sim->cast->rows;
    core_world_open(&sim->world, &options, sim->cast->permissions, sim->cast->units,
                    sim->cast->unit_count);
    begin(sim);
}

static void start(struct sim *sim, const struct happening *happening)
{
    (void)happening;
    sim_trace(sim, "broker starts, head %llu", (unsigned long long)sim->world.durable);
    begin(sim);
}

/* The core is opened again at once, but speaks to nobody until it is up. */
void broker_kill(struct sim *sim)
{
    uint64_t waiting = sim->world.appended - sim->world.durable;

    if (sim->broker_down)
        return;
    uint64_t kept = sim->disk != NULL ? disk_cut(sim)
                    : waiting == 0    ? 0
                                      : sim_roll(sim, waiting + 1);
    if (sim->wrong == WRONG_ACK_FIRST && sim->world.durable > 0)
        sim->world.durable -= sim_roll(sim, sim->world.durable < 4 ? sim->world.durable : 4);
    if (sim_strikes(sim, FAULT_INDEX))
        core_world_lose_index(&sim->world);
    if (sim->wrong == WRONG_FORGET)
        core_world_forget_producers(&sim->world);
    sim_trace(sim, "broker is killed, %llu of %llu kept", (unsigned long long)kept,
              (unsigned long long)waiting);
    sim->broker_down = true;
    core_world_crash(&sim->world, kept);
    for (unsigned i = 0; i < sim->node_count; i++)
        if (sim->nodes[i]->phase != NODE_DEAD)
            net_connect(sim, sim->nodes[i]);
    sim_at(sim, 10 * MS + sim_roll(sim, 3 * SECOND), start, 0, 0, NULL);
}

void broker_gone(struct sim *sim, uint64_t connection)
{
    if (sim->broker_down || connection == 0)
        return;
    set_time(sim);
    core_world_step(&sim->world, &(struct core_event){ .kind = CORE_GONE, .peer = connection });
    after_step(sim);
}

void broker_full(struct sim *sim, bool full)
{
    struct core_event event = { .kind = CORE_SPACE, .space = full ? CORE_RESERVE : CORE_ROOM };

    sim->full = full;
    if (sim->broker_down)
        return;
    set_time(sim);
    core_world_step(&sim->world, &event);
    after_step(sim);
}

bool broker_empty(struct sim *sim)
{
    static char json[1 << 16];

    core_status(sim->world.core, json, sizeof(json));
    for (const char *at = json; (at = strstr(at, "\"depth\": ")) != NULL; at++)
        if (at[9] != '0')
            return false;
    for (const char *at = json; (at = strstr(at, "\"dead\": ")) != NULL; at++)
        if (at[8] != '0')
            return false;
    return true;
}

void broker_receive(struct sim *sim, struct parcel *parcel)
{
    const struct node *node = sim->nodes[parcel->node];

    if (sim->broker_down || node->connection != parcel->connection) {
        parcel_free(parcel);
        return;
    }
    set_time(sim);
    sim_trace(sim, "%s (%llu) says %d %s %llu %llu", node->source,
              (unsigned long long)parcel->connection, (int)parcel->up, parcel->name,
              (unsigned long long)parcel->number, (unsigned long long)parcel->seq);
    broker_said(sim, parcel);
    parcel_free(parcel);
    after_step(sim);
}
