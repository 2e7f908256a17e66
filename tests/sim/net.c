/*
 * Between a node and the broker: frames that are late, lost, doubled, or overtake each other, and
 * connections that end without anybody being told.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/sim.h"

/* ---- frames ------------------------------------------------------------------------------------------- */

struct parcel *parcel_new(void)
{
    struct parcel *parcel = calloc(1, sizeof(*parcel));

    if (parcel == NULL)
        abort();
    return parcel;
}

void parcel_add(struct parcel *parcel, struct slice bytes)
{
    parcel->items = realloc(parcel->items, (parcel->item_count + 1) * sizeof(*parcel->items));
    if (parcel->items == NULL)
        abort();
    struct item *item = &parcel->items[parcel->item_count++];
    *item = (struct item){ .bytes = malloc(bytes.size + 1), .size = (uint32_t)bytes.size };
    if (item->bytes == NULL)
        abort();
    memcpy(item->bytes, bytes.data, bytes.size);
}

struct parcel *parcel_copy(const struct parcel *parcel)
{
    struct parcel *copy = parcel_new();

    *copy = *parcel;
    copy->items = NULL;
    copy->item_count = 0;
    for (uint32_t i = 0; i < parcel->item_count; i++) {
        const struct item *item = &parcel->items[i];
        parcel_add(copy, slice_of(item->bytes, item->size));
        copy->items[i].seq = item->seq;
        copy->items[i].time_ms = item->time_ms;
        memcpy(copy->items[i].source, item->source, sizeof(item->source));
    }
    return copy;
}

void parcel_free(struct parcel *parcel)
{
    if (parcel == NULL)
        return;
    for (uint32_t i = 0; i < parcel->item_count; i++)
        free(parcel->items[i].bytes);
    free(parcel->items);
    free(parcel);
}

/* ---- the way ------------------------------------------------------------------------------------------ */

/* In order behind what was sent before, unless it overtakes. */
static uint64_t delay(struct sim *sim, uint64_t *last_us)
{
    uint64_t at_us = sim->now_us + 50 + sim_roll(sim, 3 * MS);

    if (sim_strikes(sim, FAULT_SLOW))
        at_us += sim_roll(sim, SECOND);
    if (sim_strikes(sim, FAULT_REORDER))
        return sim_roll(sim, 20 * MS);
    if (at_us <= *last_us)
        at_us = *last_us + 1;
    *last_us = at_us;
    return at_us - sim->now_us;
}

static void arrive_up(struct sim *sim, const struct happening *happening)
{
    broker_receive(sim, parcel_copy(happening->parcel));
}

static void arrive_down(struct sim *sim, const struct happening *happening)
{
    struct node *node = sim->nodes[happening->a];

    if (node->connection == happening->parcel->connection && node->phase != NODE_DEAD)
        node_receive(sim, node, parcel_copy(happening->parcel));
}

void net_up(struct sim *sim, struct node *node, struct parcel *parcel)
{
    parcel->node = node->index;
    parcel->connection = node->connection;
    if (sim->now_us < node->deaf_up_us || sim_strikes(sim, FAULT_DROP)) {
        parcel_free(parcel);
        return;
    }
    if (sim_strikes(sim, FAULT_TWICE))
        sim_at(sim, delay(sim, &node->last_up_us), arrive_up, 0, 0, parcel_copy(parcel));
    sim_at(sim, delay(sim, &node->last_up_us), arrive_up, 0, 0, parcel);
}

void net_down(struct sim *sim, uint64_t connection, struct parcel *parcel)
{
    struct node *node =
        connection < sim->node_of_room ? sim->nodes[sim->node_of[connection]] : NULL;

    if (node == NULL || node->connection != connection || sim->now_us < node->deaf_down_us
        || sim_strikes(sim, FAULT_DROP)) {
        parcel_free(parcel);
        return;
    }
    parcel->connection = connection;
    if (sim_strikes(sim, FAULT_TWICE))
        sim_at(sim, delay(sim, &node->last_down_us), arrive_down, node->index, 0,
               parcel_copy(parcel));
    sim_at(sim, delay(sim, &node->last_down_us), arrive_down, node->index, 0, parcel);
}

/* A new connection, of which the process is told nothing: that is how sockets behave. */
void net_connect(struct sim *sim, struct node *node)
{
    uint64_t connection = ++sim->connections;

    sim->node_of =
        sim_grow(sim->node_of, (uint32_t)connection + 1, &sim->node_of_room, sizeof(*sim->node_of));
    sim->node_of[connection] = node->index;
    node->connection = connection;
}

static void notice(struct sim *sim, const struct happening *happening)
{
    broker_gone(sim, happening->a);
}

/* The broker hears of it at once, late, or only by silence. */
void net_cut(struct sim *sim, struct node *node)
{
    uint64_t old = node->connection;

    net_connect(sim, node);
    if (sim_roll(sim, 3) > 0)
        sim_at(sim, sim_roll(sim, 2 * SECOND), notice, old, 0, NULL);
}
