/*
 * A worker at a mailbox: takes, works for a while, and gives its receipt; or returns it, asks for
 * more time, or forgets it.  It remembers nothing over its death.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/sim.h"

enum { TAKE_AGAIN_US = 2 * SECOND, JOBS = 64 };

struct job {
    uint64_t seq; /* 0: none */
    uint64_t token;
    uint64_t done_us;
};

struct worker {
    struct job jobs[JOBS];
    uint64_t took_us;
    uint64_t heard_us;
};

static void start(struct sim *sim, struct node *node)
{
    struct worker *worker = node->own;

    (void)sim;
    memset(worker->jobs, 0, sizeof(worker->jobs));
}

static void take(struct sim *sim, struct node *node)
{
    struct worker *worker = node->own;
    struct parcel *parcel = parcel_new();

    parcel->up = CORE_TAKE;
    parcel->count = 1 + (uint32_t)sim_roll(sim, 6);
    parcel->lease_ms = 500 + (uint32_t)sim_roll(sim, 6000);
    snprintf(parcel->name, sizeof(parcel->name), "%s", node->unit);
    worker->took_us = sim->now_us;
    net_up(sim, node, parcel);
}

static void up(struct sim *sim, struct node *node, const struct parcel *welcome)
{
    (void)welcome;
    take(sim, node);
}

static void on_parcel(struct sim *sim, struct node *node, struct parcel *parcel)
{
    struct worker *worker = node->own;

    if (parcel->down != CORE_SEND_LEASE)
        return;
    worker->heard_us = sim->now_us;
    for (unsigned i = 0; i < JOBS; i++) {
        if (worker->jobs[i].seq != 0)
            continue;
        worker->jobs[i] =
            (struct job){ parcel->seq, parcel->token,
                          sim->now_us + sim_roll(sim, (sim->healing ? 1 : 6) * SECOND) };
        return;
    }
}

static struct parcel *about(const struct node *node, enum core_event_kind kind,
                            const struct job *job)
{
    struct parcel *parcel = parcel_new();

    parcel->up = kind;
    parcel->seq = job->seq;
    parcel->token = job->token;
    snprintf(parcel->name, sizeof(parcel->name), "%s", node->unit);
    return parcel;
}

static void finish(struct sim *sim, struct node *node, struct job *job)
{
    uint64_t dice = sim->healing ? 0 : sim_roll(sim, 20);
    struct parcel *parcel;

    if (dice < 13) {
        sim_handed(sim, (unsigned)sim_mailbox(sim, node->unit), job->seq)->receipt_sent = true;
        parcel = about(node, CORE_RECEIPT, job);
    } else if (dice < 16) {
        parcel = about(node, CORE_RETURN, job);
        parcel->lease_ms = (uint32_t)(sim_roll(sim, 2) * sim_roll(sim, 5000));
        parcel->flag = sim_roll(sim, 4) == 0;
    } else if (dice < 18) {
        parcel = about(node, CORE_EXTEND, job);
        parcel->lease_ms = 2000;
        job->done_us = sim->now_us + sim_roll(sim, 2 * SECOND);
        net_up(sim, node, parcel);
        return;
    } else {
        job->seq = 0; /* forgotten */
        return;
    }
    net_up(sim, node, parcel);
    job->seq = 0;
}

static void tick(struct sim *sim, struct node *node)
{
    struct worker *worker = node->own;

    if (node->phase != NODE_UP)
        return;
    for (unsigned i = 0; i < JOBS; i++)
        if (worker->jobs[i].seq != 0 && worker->jobs[i].done_us <= sim->now_us)
            finish(sim, node, &worker->jobs[i]);
    if (sim->now_us - worker->took_us > (sim->healing ? SECOND / 5 : TAKE_AGAIN_US))
        take(sim, node);
    /* What was set aside is looked at, now and then; in the end, so that all is done. */
    if (sim_roll(sim, sim->healing ? 20 : 200) == 0) {
        struct job none = { 0 };
        net_up(sim, node, about(node, CORE_REDRIVE, &none));
    }
}

static void kill_worker(struct sim *sim, struct node *node)
{
    (void)sim;
    (void)node;
}

static bool quiet(struct sim *sim, const struct node *node)
{
    (void)sim;
    (void)node;
    return true; /* the judge looks at the mailboxes */
}

static void judge_worker(struct sim *sim, struct node *node)
{
    (void)sim;
    (void)node;
}

static void free_worker(struct node *node)
{
    free(node->own);
}

void worker_new(struct sim *sim, const char *unit, const char *instance)
{
    static const struct node_calls calls = { start, up,    on_parcel,    tick,       kill_worker,
                                             NULL,  quiet, judge_worker, free_worker };
    struct worker *worker = calloc(1, sizeof(*worker));

    if (worker == NULL)
        abort();
    node_new(sim, unit, instance, "", &calls, worker);
}
