/*
 * What all peers have in common: a session that is begun again whenever the broker has lost it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/sim.h"

enum { TICK_US = 100 * MS, SILENCE_US = 5 * SECOND, PING_US = SECOND };

struct node *node_new(struct sim *sim, const char *unit, const char *instance, const char *service,
                      const struct node_calls *calls, void *own)
{
    struct node *node = calloc(1, sizeof(*node));

    if (node == NULL || sim->node_count == SIM_NODES)
        abort();
    node->index = sim->node_count;
    snprintf(node->unit, sizeof(node->unit), "%s", unit);
    snprintf(node->instance, sizeof(node->instance), "%s", instance);
    snprintf(node->source, sizeof(node->source), "%s%s%s", unit, instance[0] == '\0' ? "" : ".",
             instance);
    snprintf(node->service, sizeof(node->service), "%s", service);
    node->epoch = 1;
    node->calls = calls;
    node->own = own;
    sim->nodes[sim->node_count++] = node;
    return node;
}

static void say_hello(struct sim *sim, struct node *node)
{
    struct parcel *parcel = parcel_new();

    node->phase = NODE_HELLO;
    node->heard_us = sim->now_us;
    parcel->up = CORE_HELLO;
    parcel->number = node->acknowledged;
    parcel->seq = node->seen_seq;
    parcel->epoch = node->epoch;
    snprintf(parcel->name, sizeof(parcel->name), "%s", node->instance);
    snprintf(parcel->text, sizeof(parcel->text), "%s", node->service);
    net_up(sim, node, parcel);
}

void node_start(struct sim *sim, struct node *node)
{
    node->life++;
    net_connect(sim, node);
    sim_trace(sim, "%s starts", node->source);
    node->calls->start(sim, node);
    say_hello(sim, node);
    sim_at(sim, TICK_US, node_tick, node->index, node->life, NULL);
}

static void start_again(struct sim *sim, const struct happening *happening)
{
    struct node *node = sim->nodes[happening->a];

    if (node->phase == NODE_DEAD)
        node_start(sim, node);
}

void node_kill(struct sim *sim, struct node *node)
{
    uint64_t old = node->connection;

    if (node->phase == NODE_DEAD)
        return;
    sim_trace(sim, "%s is killed", node->source);
    node->calls->kill(sim, node);
    node->phase = NODE_DEAD;
    node->life++;
    node->connection = 0;
    broker_gone(sim, old);
    sim_at(sim, sim_roll(sim, 3 * SECOND), start_again, node->index, 0, NULL);
}

static void kill_now(struct sim *sim, const struct happening *happening)
{
    struct node *node = sim->nodes[happening->a];

    if (node->life == happening->b)
        node_kill(sim, node);
}

void node_kill_later(struct sim *sim, struct node *node, uint64_t most_us)
{
    node->doomed = false;
    sim_at(sim, sim_roll(sim, most_us), kill_now, node->index, node->life, NULL);
}

/* A session that the broker does not know, or that is silent, is begun again. */
void node_receive(struct sim *sim, struct node *node, struct parcel *parcel)
{
    node->heard_us = sim->now_us;
    if (parcel->down == CORE_SEND_RESET) {
        if (node->phase == NODE_UP)
            say_hello(sim, node);
    } else if (parcel->down == CORE_SEND_WELCOME) {
        node->phase = NODE_UP;
        node->calls->up(sim, node, parcel);
    } else if (parcel->down == CORE_SEND_REJECT && parcel->request == 0) {
        sim_wrong(sim, "%s was rejected: code %d", node->source, (int)parcel->code);
    } else if (node->phase == NODE_UP && parcel->down != CORE_SEND_PONG) {
        node->calls->parcel(sim, node, parcel);
    }
    parcel_free(parcel);
}

void node_tick(struct sim *sim, const struct happening *happening)
{
    struct node *node = sim->nodes[happening->a];

    if (node->life != happening->b || node->phase == NODE_DEAD)
        return;
    if (node->phase == NODE_UP && sim->now_us - node->heard_us > SILENCE_US)
        say_hello(sim, node);
    else if (node->phase == NODE_HELLO && sim->now_us - node->heard_us > SECOND)
        say_hello(sim, node);
    else if (node->phase == NODE_UP && sim->now_us - node->heard_us > PING_US) {
        struct parcel *ping = parcel_new();
        ping->up = CORE_PING;
        net_up(sim, node, ping);
    }
    node->calls->tick(sim, node);
    sim_at(sim, TICK_US, node_tick, node->index, node->life, NULL);
}
