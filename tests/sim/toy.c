/*
 * A producer of a few lines: its messages lie in an outbox, leave after their commit, and are sent
 * again until they are stored.  With a filter it is a service: it takes messages in turns, and the
 * cursor, the effect and what it says go down in one commit.  When it is killed, what was not
 * committed is gone; a commit that was under way is there whole, or not at all.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/sim.h"

enum { CREDIT = 6000, WINDOW = 40, TOGETHER = 8, RESEND_US = 1500 * MS, STALL_US = 2 * SECOND };

struct out {
    uint8_t *bytes;
    uint32_t size;
    uint64_t digest;
    bool wrong; /* the broker will refuse it */
};

struct effect {
    uint64_t seq;
    uint64_t digest;
};

/* What one commit holds. */
struct mark {
    uint32_t outs;
    uint32_t effects;
    uint64_t cursor;
};

struct toy {
    char filter[32]; /* "": it hears nothing */
    struct out *outs;
    uint32_t out_room;
    struct effect *effects;
    uint32_t effect_room;
    struct mark now;     /* in memory  */
    struct mark durable; /* on the disk */
    struct mark landing; /* the commit under way */
    bool committing;
    uint32_t base;          /* outs before it are of earlier epochs */
    uint64_t durable_first; /* numbers up to it need not be sent    */

    uint64_t stored;
    uint64_t sent;
    uint64_t hold_us;
    uint64_t heard_us; /* the last STORED or DELIVER */
    uint64_t subscribed_us;
};

static uint64_t number_of(const struct toy *toy, uint32_t outs)
{
    return outs - toy->base;
}

/* ---- what it says ---------------------------------------------------------------------------------------- */

static void pack(struct sim *sim, const struct node *node, uint64_t number, bool wrong,
                 struct out *out)
{
    static const char *const boxes[] = { "boxa", "boxb", "nobody" };
    Bus__Envelope envelope = BUS__ENVELOPE__INIT;
    char subject[64];
    char case_id[16];
    uint8_t body[200];
    uint64_t now_ms = sim_log_ms(sim);

    snprintf(subject, sizeof(subject), "%s.Sent.%s", node->unit, boxes[sim_roll(sim, 3)]);
    snprintf(case_id, sizeof(case_id), "K%d", (int)sim_roll(sim, 8));
    envelope.epoch = node->epoch;
    envelope.number = number;
    envelope.subject = subject;
    envelope.case_id = sim_roll(sim, 4) == 0 ? "" : case_id;
    envelope.priority = (Bus__Priority)sim_roll(sim, 7);
    envelope.exercise = wrong;
    envelope.not_before_ms = sim_roll(sim, 15) == 0 ? now_ms + sim_roll(sim, 20000) : 0;
    envelope.expires_ms = sim_roll(sim, 15) == 0 ? now_ms + sim_roll(sim, 20000) : 0;
    envelope.body.len = 16 + sim_roll(sim, sizeof(body) - 16);
    for (size_t i = 0; i < envelope.body.len; i++)
        body[i] = (uint8_t)sim_roll(sim, 256);
    envelope.body.data = body;
    out->wrong = wrong;
    out->size = (uint32_t)bus__envelope__get_packed_size(&envelope);
    free(out->bytes);
    out->bytes = malloc(out->size + 1);
    if (out->bytes == NULL)
        abort();
    bus__envelope__pack(&envelope, out->bytes);
    out->digest = sim_digest(slice_of(out->bytes, out->size));
}

static void say(struct sim *sim, struct node *node)
{
    struct toy *toy = node->own;

    toy->outs = sim_grow(toy->outs, toy->now.outs + 1, &toy->out_room, sizeof(*toy->outs));
    struct out *out = &toy->outs[toy->now.outs++];
    *out = (struct out){ 0 };
    pack(sim, node, number_of(toy, toy->now.outs), toy->filter[0] == '\0' && sim_roll(sim, 40) == 0,
         out);
}

/* ---- commits ---------------------------------------------------------------------------------------------- */

static void land(struct sim *sim, struct node *node, struct mark mark)
{
    struct toy *toy = node->own;

    for (uint32_t i = toy->durable.outs; i < mark.outs; i++)
        sim_said(sim, node, number_of(toy, i + 1), toy->outs[i].digest);
    toy->durable = mark;
    if (toy->stored > toy->durable_first)
        toy->durable_first = toy->stored;
    toy->committing = false;
}

static void send(struct sim *sim, struct node *node);

static void committed(struct sim *sim, const struct happening *happening)
{
    struct node *node = sim->nodes[happening->a];
    struct toy *toy = node->own;

    if (node->life != happening->b || !toy->committing)
        return;
    land(sim, node, toy->landing);
    send(sim, node);
}

static void commit(struct sim *sim, struct node *node)
{
    struct toy *toy = node->own;

    if (toy->committing || memcmp(&toy->now, &toy->durable, sizeof(toy->now)) == 0)
        return;
    toy->committing = true;
    toy->landing = toy->now;
    if (sim->wrong == WRONG_CURSOR_FIRST)
        toy->durable.cursor = toy->now.cursor;
    sim_at(sim, 200 + sim_roll(sim, 10 * MS), committed, node->index, node->life, NULL);
    if (node->doomed)
        node_kill_later(sim, node, 5 * MS);
}

/* ---- sending ---------------------------------------------------------------------------------------------- */

static void send(struct sim *sim, struct node *node)
{
    struct toy *toy = node->own;
    uint64_t last = number_of(toy, toy->durable.outs);

    if (sim->wrong == WRONG_SEND_FIRST)
        last = number_of(toy, toy->now.outs);
    if (node->phase != NODE_UP || sim->now_us < toy->hold_us)
        return;
    while (toy->sent < last && toy->sent < toy->stored + WINDOW) {
        struct parcel *parcel = parcel_new();
        parcel->up = CORE_PUBLISH;
        parcel->number = toy->sent + 1;
        while (toy->sent < last && parcel->item_count < TOGETHER) {
            const struct out *out = &toy->outs[toy->base + toy->sent];
            parcel_add(parcel, slice_of(out->bytes, out->size));
            toy->sent++;
        }
        net_up(sim, node, parcel);
    }
    if (sim->wrong == WRONG_SENT_IS_DONE)
        toy->durable_first = toy->sent;
}

static void on_stored(struct sim *sim, struct node *node, uint64_t number, bool gap)
{
    struct toy *toy = node->own;

    if (number > toy->stored) {
        for (uint64_t n = toy->stored + 1; n <= number; n++) {
            struct said *said = sim_find_said(sim, node->index, node->epoch, n);
            if (said != NULL)
                said->acknowledged = true;
            else
                sim_wrong(sim, "H3: %s/%u/%llu was acknowledged and never said", node->source,
                          node->epoch, (unsigned long long)n);
        }
        toy->stored = number;
        toy->heard_us = sim->now_us;
    }
    if (toy->sent < toy->stored || (gap && toy->sent > number))
        toy->sent = toy->stored > number ? toy->stored : number;
    node->acknowledged = toy->stored;
}

static void on_refused(struct sim *sim, struct node *node, const struct parcel *parcel)
{
    struct toy *toy = node->own;
    uint64_t number = parcel->number;

    if (number <= toy->stored || number > number_of(toy, toy->durable.outs))
        return;
    if (parcel->code != BUS__CODE__FULL && parcel->code != BUS__CODE__OVER_CREDIT) {
        struct said *said = sim_find_said(sim, node->index, node->epoch, number);
        struct out *out = &toy->outs[toy->base + number - 1];
        if (!out->wrong)
            return; /* that was about the one before */
        if (said != NULL)
            said->void_number = true;
        pack(sim, node, number, false, out);
        sim_said(sim, node, number, out->digest);
    } else {
        toy->hold_us = sim->now_us + 200 * MS;
    }
    toy->sent = number - 1;
    send(sim, node);
}

/* ---- hearing ---------------------------------------------------------------------------------------------- */

static void subscribe(struct sim *sim, struct node *node)
{
    struct toy *toy = node->own;
    struct parcel *parcel = parcel_new();

    parcel->up = CORE_SUBSCRIBE;
    parcel->seq = toy->now.cursor + 1;
    parcel->count = CREDIT;
    parcel_add(parcel, slice_of(toy->filter, strlen(toy->filter) + 1));
    toy->subscribed_us = sim->now_us;
    net_up(sim, node, parcel);
}

static void turn(struct sim *sim, struct node *node, const struct item *item)
{
    struct toy *toy = node->own;

    toy->effects =
        sim_grow(toy->effects, toy->now.effects + 1, &toy->effect_room, sizeof(*toy->effects));
    toy->effects[toy->now.effects++] =
        (struct effect){ item->seq, sim_digest(slice_of(item->bytes, item->size)) };
    if (sim_roll(sim, 3) == 0)
        say(sim, node);
}

static void on_deliver(struct sim *sim, struct node *node, const struct parcel *parcel)
{
    struct toy *toy = node->own;
    struct parcel *credit = parcel_new();

    credit->up = CORE_CREDIT;
    credit->count = parcel->count;
    net_up(sim, node, credit);
    toy->heard_us = sim->now_us;
    if (parcel->first > toy->now.cursor + 1) {
        if (sim->now_us - toy->subscribed_us > 300 * MS)
            subscribe(sim, node); /* something is missing */
        return;
    }
    for (uint32_t i = 0; i < parcel->item_count; i++)
        if (parcel->items[i].seq > toy->now.cursor)
            turn(sim, node, &parcel->items[i]);
    if (parcel->last > toy->now.cursor)
        toy->now.cursor = parcel->last;
    node->seen_seq = toy->durable.cursor;
    commit(sim, node);
}

/* ---- the node --------------------------------------------------------------------------------------------- */

static void start(struct sim *sim, struct node *node)
{
    struct toy *toy = node->own;

    (void)sim;
    toy->stored = toy->durable_first;
    toy->sent = toy->stored;
    toy->hold_us = 0;
    node->acknowledged = toy->stored;
    node->seen_seq = toy->durable.cursor;
}

static void up(struct sim *sim, struct node *node, const struct parcel *welcome)
{
    struct toy *toy = node->own;

    on_stored(sim, node, welcome->number, false);
    toy->sent = toy->stored;
    toy->heard_us = sim->now_us;
    if (toy->filter[0] != '\0')
        subscribe(sim, node);
    send(sim, node);
}

static void on_parcel(struct sim *sim, struct node *node, struct parcel *parcel)
{
    if (parcel->down == CORE_SEND_STORED) {
        on_stored(sim, node, parcel->number, parcel->flag);
        send(sim, node);
    } else if (parcel->down == CORE_SEND_REFUSED) {
        on_refused(sim, node, parcel);
    } else if (parcel->down == CORE_FEED) {
        on_deliver(sim, node, parcel);
    }
}

static void tick(struct sim *sim, struct node *node)
{
    struct toy *toy = node->own;

    if (!sim->healing && toy->filter[0] == '\0' && sim_roll(sim, 4) == 0)
        for (uint64_t i = 1 + sim_roll(sim, 4); i > 0; i--)
            say(sim, node);
    commit(sim, node);
    if (toy->sent > toy->stored && sim->now_us - toy->heard_us > RESEND_US) {
        toy->sent = toy->stored;
        toy->heard_us = sim->now_us;
    }
    if (node->phase == NODE_UP && toy->filter[0] != '\0' && sim->now_us - toy->heard_us > STALL_US
        && sim->now_us - toy->subscribed_us > STALL_US)
        subscribe(sim, node);
    send(sim, node);
}

static void forget(struct toy *toy, struct mark mark)
{
    for (uint32_t i = mark.outs; i < toy->now.outs; i++)
        free(toy->outs[i].bytes);
    toy->now = mark;
}

static void kill_toy(struct sim *sim, struct node *node)
{
    struct toy *toy = node->own;

    if (toy->committing && sim_roll(sim, 2) == 0)
        land(sim, node, toy->landing);
    toy->committing = false;
    forget(toy, toy->durable);
}

/* Back to a copy of some time ago.  What it had said since then is not known to it any more; it
 * goes on in a new epoch, so that nothing new is taken for something old. */
static void restore(struct sim *sim, struct node *node)
{
    struct toy *toy = node->own;
    uint32_t lost = (uint32_t)sim_roll(sim, 20);

    if (toy->durable.outs - toy->base < lost)
        lost = toy->durable.outs - toy->base;
    sim_trace(sim, "%s is restored, %u messages back", node->source, lost);
    if (sim->wrong == WRONG_SAME_EPOCH) {
        toy->durable.outs -= lost;
        forget(toy, toy->durable);
        uint64_t last = number_of(toy, toy->durable.outs);
        if (toy->durable_first > last)
            toy->durable_first = last;
        return;
    }
    node->epoch++;
    toy->base = toy->durable.outs;
    toy->durable_first = 0;
}

static bool quiet(struct sim *sim, const struct node *node)
{
    const struct toy *toy = node->own;
    uint64_t seq = sim->world.durable;
    struct world_message message;

    if (node->phase != NODE_UP || toy->committing
        || memcmp(&toy->now, &toy->durable, sizeof(toy->now)) != 0
        || toy->stored < number_of(toy, toy->durable.outs))
        return false;
    while (toy->filter[0] != '\0' && seq > toy->durable.cursor)
        if (core_world_message(&sim->world, seq--, &message)
            && memcmp(message.message.subject.data, "toy.", 4) != 0)
            return false;
    return true;
}

/* H1, H4, H12: its effects are those messages of the log that it asked for, each once, in order. */
static void judge_toy(struct sim *sim, struct node *node)
{
    const struct toy *toy = node->own;
    uint32_t at = 0;

    for (uint64_t seq = 1; toy->filter[0] != '\0' && seq <= sim->world.durable; seq++) {
        struct world_message message;
        if (!core_world_message(&sim->world, seq, &message)
            || memcmp(message.message.subject.data, toy->filter, strcspn(toy->filter, ".")) != 0)
            continue;
        if (at >= toy->durable.effects || toy->effects[at].seq != seq
            || toy->effects[at].digest != sim_digest(message.message.bytes)) {
            sim_wrong(sim, "H1: %s has no effect of %llu, or not in its place", node->source,
                      (unsigned long long)seq);
            return;
        }
        at++;
    }
    if (at != toy->durable.effects)
        sim_wrong(sim, "H3: %s has effects of what is not on the log", node->source);
}

static void free_toy(struct node *node)
{
    struct toy *toy = node->own;

    for (uint32_t i = 0; i < toy->now.outs; i++)
        free(toy->outs[i].bytes);
    free(toy->outs);
    free(toy->effects);
    free(toy);
}

void toy_new(struct sim *sim, const char *unit, const char *instance, const char *filter)
{
    static const struct node_calls calls = { start,   up,    on_parcel, tick,    kill_toy,
                                             restore, quiet, judge_toy, free_toy };
    static const struct node_calls service_calls = { start, up,    on_parcel, tick,    kill_toy,
                                                     NULL,  quiet, judge_toy, free_toy };
    struct toy *toy = calloc(1, sizeof(*toy));

    if (toy == NULL)
        abort();
    snprintf(toy->filter, sizeof(toy->filter), "%s", filter);
    node_new(sim, unit, instance, "", filter[0] == '\0' ? &calls : &service_calls, toy);
}

/* ---- all of them -------------------------------------------------------------------------------------------- */

static void enter(struct sim *sim)
{
    toy_new(sim, "pa", "", "");
    toy_new(sim, "pb", "desk", "");
    toy_new(sim, "pc", "", "");
    toy_new(sim, "toy", "", "pa.>");
    toy_new(sim, "toy", "second", "pb.>");
    worker_new(sim, "boxa", "one");
    worker_new(sim, "boxa", "two");
    worker_new(sim, "boxb", "one");
}

/* Small, so that every limit is met. */
static void narrow(struct sim *sim, struct core_limits *limits)
{
    limits->lane_window = 2 + (uint32_t)sim_roll(sim, 30);
    limits->attempts = 3 + (uint32_t)sim_roll(sim, 5);
    limits->leases = 3 + (uint32_t)sim_roll(sim, 20);
    limits->feed_bytes = 200 + (uint32_t)sim_roll(sim, 4000);
    limits->publish_messages = 8 + (uint32_t)sim_roll(sim, 100);
}

static const struct permit_unit units[] = {
    { "pa", "member" },   { "pb", "member" }, { "pc", "member" },
    { "toy", "service" }, { "boxa", "box" },  { "boxb", "box" },
};

const struct sim_cast sim_toys = {
    .permissions = "who,verb,pattern\n"
                   "member,publish,*.*.*\n"
                   "service,publish,@.>\n"
                   "service,subscribe,>\n"
                   "box,collect,*.Sent.@\n"
                   "box,take,@\n",
    .units = units,
    .unit_count = sizeof(units) / sizeof(units[0]),
    .boxes = { "boxa", "boxb" },
    .emptied = true,
    .begin_ms = 1000000000,
    .rate = 1,
    .wrongs = (1U << WRONGS) - 1 - (1U << WRONG_LOST_COMMIT) - (1U << WRONG_OWN_CLOCK),
    .limits = narrow,
    .enter = enter,
};
