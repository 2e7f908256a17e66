/*
 * The broker: its real core in the world of lib/core_world, with flushes that take their time, an
 * index that is saved now and then, and an end at any moment.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/sim.h"

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

/* ---- what peers are told ------------------------------------------------------------------------------- */

static struct row *row_of(struct sim *sim, const struct core_message *message)
{
    const char *subject = message->subject.data;
    const char *last = memrchr(subject, '.', message->subject.size);
    const char *case_id = message->case_id.data;
    char unit[64] = "";

    if (last == NULL || message->case_id.size != 2 || case_id[0] != 'K')
        return NULL;
    memcpy(unit, last + 1, (size_t)(subject + message->subject.size - last - 1));
    int mailbox = sim_mailbox(sim, unit);
    return mailbox < 0 ? NULL : &sim->rows[mailbox][case_id[1] - '0'][message->priority];
}

/* What has become durable since the last time. */
static void read_rows(struct sim *sim)
{
    for (; sim->rows_seq < sim->world.durable; sim->rows_seq++) {
        struct world_message message;
        if (!core_world_message(&sim->world, sim->rows_seq + 1, &message))
            continue;
        struct row *row = row_of(sim, &message.message);
        if (row == NULL)
            continue;
        row->seqs = sim_grow(row->seqs, row->count + 1, &row->room, sizeof(*row->seqs));
        row->seqs[row->count++] = message.seq;
    }
}

/* Done with, in the broker's eyes; or set aside, as a dead letter or until its time comes. */
static bool is_aside(struct sim *sim, uint64_t seq)
{
    struct world_message message;
    char json[2048];

    if (!core_world_message(&sim->world, seq, &message))
        return true;
    core_why(sim->world.core, seq, &message.message, json, sizeof(json));
    return strstr(json, "\"settled\"") != NULL || strstr(json, "\"dead\"") != NULL
           || strstr(json, "not before its time") != NULL;
}

/* H10: the first time that one is handed out, all before it of its case and lane are done with. */
static void judge_order(struct sim *sim, unsigned mailbox, uint64_t seq, struct row *row)
{
    for (uint32_t i = row->done; i < row->count && row->seqs[i] < seq; i++) {
        const struct handed *earlier = sim_handed(sim, mailbox, row->seqs[i]);
        if (earlier->settled && i == row->done)
            row->done++;
        if (!earlier->settled && !is_aside(sim, row->seqs[i]))
            sim_wrong(sim, "H10: %llu goes before %llu of its case", (unsigned long long)seq,
                      (unsigned long long)row->seqs[i]);
    }
}

static void remember_lease(struct sim *sim, const struct world_told *told)
{
    const struct core_effect *effect = told->effect;
    uint64_t seq = effect->lease.seq;
    unsigned mailbox = (unsigned)sim_mailbox(sim, effect->lease.mailbox);
    struct handed *handed = sim_handed(sim, mailbox, seq);
    struct row *row = row_of(sim, &told->messages[0].message);

    if (handed->settled)
        sim_wrong(sim, "H10: %s %llu is handed out after its receipt was settled",
                  effect->lease.mailbox, (unsigned long long)seq);
    if (effect->lease.token <= handed->token)
        sim_wrong(sim, "H10: %s %llu: a token that is not new", effect->lease.mailbox,
                  (unsigned long long)seq);
    handed->token = effect->lease.token;
    bool first = handed->leases++ == 0;
    read_rows(sim);
    if (first && row != NULL)
        judge_order(sim, mailbox, seq, row);
}

static void add_messages(struct parcel *parcel, const struct world_told *told)
{
    for (uint32_t i = 0; i < told->count; i++) {
        const struct world_message *message = &told->messages[i];
        parcel_add(parcel, message->message.bytes);
        struct item *item = &parcel->items[i];
        item->seq = message->seq;
        item->time_ms = message->time_ms;
        snprintf(item->source, sizeof(item->source), "%s", message->source);
    }
}

static void note_settled(struct sim *sim, uint64_t request)
{
    struct receipt_due *due =
        request > 0 && request <= sim->receipt_count ? &sim->receipts[request - 1] : NULL;

    if (due == NULL)
        return;
    if (!due->right)
        sim_wrong(sim, "H10: a receipt with an old token was taken for %llu",
                  (unsigned long long)due->seq);
    sim_handed(sim, due->mailbox, due->seq)->settled = true;
}

static void tell(void *context, const struct world_told *told)
{
    struct sim *sim = context;
    const struct core_effect *effect = told->effect;
    struct parcel *parcel;

    if (effect->kind == CORE_LINK) {
        sim_trace(sim, "link %s %s", effect->link.unit, effect->link.up ? "up" : "down");
        return;
    }
    parcel = parcel_new();
    parcel->down = effect->kind;
    if (effect->kind == CORE_SEND_WELCOME) {
        parcel->number = effect->welcome.number;
        parcel->last = effect->welcome.head;
        parcel->time_ms = effect->welcome.time_ms;
    } else if (effect->kind == CORE_SEND_STORED) {
        parcel->number = effect->stored.number;
        parcel->flag = effect->stored.gap;
    } else if (effect->kind == CORE_SEND_REFUSED || effect->kind == CORE_SEND_REJECT) {
        parcel->number = effect->refused.number;
        parcel->request = effect->refused.number;
        parcel->code = effect->refused.code;
        parcel->seq = sim->said_alone;
    } else if (effect->kind == CORE_SEND_SETTLED) {
        parcel->request = effect->request;
        note_settled(sim, effect->request);
    } else if (effect->kind == CORE_SEND_LEASE) {
        remember_lease(sim, told);
        parcel->seq = effect->lease.seq;
        parcel->token = effect->lease.token;
        parcel->lease_ms = effect->lease.lease_ms;
        snprintf(parcel->name, sizeof(parcel->name), "%s", effect->lease.mailbox);
        add_messages(parcel, told);
    } else if (effect->kind == CORE_FEED) {
        parcel->first = told->first;
        parcel->last = told->last;
        parcel->count = told->bytes;
        add_messages(parcel, told);
    }
    sim_trace(sim, "broker tells %llu: %d %llu %llu..%llu", (unsigned long long)told->peer,
              (int)effect->kind, (unsigned long long)parcel->number,
              (unsigned long long)parcel->first, (unsigned long long)parcel->last);
    net_down(sim, told->peer, parcel);
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
    sim->world.tell = tell;
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

/* ---- what peers say -------------------------------------------------------------------------------------- */

static void publish(struct sim *sim, const struct parcel *parcel)
{
    struct core_message messages[64];
    uint32_t count = 0;

    for (uint32_t i = 0; i < parcel->item_count && count < 64; i++) {
        struct item *item = &parcel->items[i];
        if (!core_world_scan(slice_of(item->bytes, item->size), &messages[count++]))
            abort();
    }
    sim->said_alone = count == 1 ? sim_digest(messages[0].bytes) : 0;
    core_world_step(&sim->world, &(struct core_event){ .kind = CORE_PUBLISH,
                                                       .peer = parcel->connection,
                                                       .publish = { messages, count } });
    sim->said_alone = 0;
}

static void hello(struct sim *sim, const struct parcel *parcel)
{
    Bus__Hello hello = BUS__HELLO__INIT;

    hello.instance = parcel->name;
    hello.service = parcel->text;
    hello.epoch = parcel->epoch;
    hello.acknowledged = parcel->number;
    hello.seen_seq = parcel->seq;
    hello.version = 1;
    core_world_step(&sim->world,
                    &(struct core_event){ .kind = CORE_HELLO,
                                          .peer = parcel->connection,
                                          .hello = { sim->nodes[parcel->node]->unit, &hello } });
}

static void subscribe(struct sim *sim, const struct parcel *parcel)
{
    Bus__Subscribe subscribe = BUS__SUBSCRIBE__INIT;
    const char *filters[64];

    for (uint32_t i = 0; i < parcel->item_count; i++)
        filters[i] = (const char *)parcel->items[i].bytes;
    subscribe.request = UINT32_MAX;
    subscribe.filters = filters;
    subscribe.n_filters = parcel->item_count;
    subscribe.from_seq = parcel->seq;
    subscribe.credit_bytes = parcel->count;
    core_world_step(&sim->world, &(struct core_event){ .kind = CORE_SUBSCRIBE,
                                                       .peer = parcel->connection,
                                                       .subscribe = &subscribe });
}

static void take(struct sim *sim, const struct parcel *parcel)
{
    Bus__Take take = BUS__TAKE__INIT;

    take.request = UINT32_MAX;
    take.mailbox = parcel->name;
    take.count = parcel->count;
    take.lease_ms = parcel->lease_ms;
    core_world_step(
        &sim->world,
        &(struct core_event){ .kind = CORE_TAKE, .peer = parcel->connection, .take = &take });
}

static uint64_t token_of(struct sim *sim, const struct parcel *parcel)
{
    if (sim->wrong == WRONG_OLD_TOKEN)
        return sim_handed(sim, (unsigned)sim_mailbox(sim, parcel->name), parcel->seq)->token;
    return parcel->token;
}

static void receipt(struct sim *sim, const struct parcel *parcel)
{
    Bus__Receipt receipt = BUS__RECEIPT__INIT;
    unsigned mailbox = (unsigned)sim_mailbox(sim, parcel->name);
    bool right = parcel->token == sim_handed(sim, mailbox, parcel->seq)->token;

    sim->receipts =
        sim_grow(sim->receipts, sim->receipt_count + 1, &sim->receipt_room, sizeof(*sim->receipts));
    sim->receipts[sim->receipt_count++] =
        (struct receipt_due){ sim->receipt_count + 1, parcel->seq, parcel->token, mailbox, right };
    receipt.request = sim->receipt_count;
    receipt.mailbox = parcel->name;
    receipt.seq = parcel->seq;
    receipt.token = token_of(sim, parcel);
    core_world_step(&sim->world, &(struct core_event){ .kind = CORE_RECEIPT,
                                                       .peer = parcel->connection,
                                                       .receipt = &receipt });
}

static void give_back(struct sim *sim, const struct parcel *parcel)
{
    Bus__Return back = BUS__RETURN__INIT;

    back.request = UINT32_MAX;
    back.mailbox = parcel->name;
    back.seq = parcel->seq;
    back.token = token_of(sim, parcel);
    back.delay_ms = parcel->lease_ms;
    back.dead = parcel->flag;
    back.reason = "not today";
    core_world_step(&sim->world, &(struct core_event){ .kind = CORE_RETURN,
                                                       .peer = parcel->connection,
                                                       .give_back = &back });
}

static void extend(struct sim *sim, const struct parcel *parcel)
{
    Bus__Extend extend = BUS__EXTEND__INIT;

    extend.request = UINT32_MAX;
    extend.mailbox = parcel->name;
    extend.seq = parcel->seq;
    extend.token = token_of(sim, parcel);
    extend.lease_ms = parcel->lease_ms;
    core_world_step(
        &sim->world,
        &(struct core_event){ .kind = CORE_EXTEND, .peer = parcel->connection, .extend = &extend });
}

static void redrive(struct sim *sim, const struct parcel *parcel)
{
    Bus__Redrive redrive = BUS__REDRIVE__INIT;

    redrive.request = UINT32_MAX;
    redrive.mailbox = parcel->name;
    core_world_step(&sim->world, &(struct core_event){ .kind = CORE_REDRIVE,
                                                       .peer = parcel->connection,
                                                       .redrive = &redrive });
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
    if (parcel->up == CORE_PUBLISH)
        publish(sim, parcel);
    else if (parcel->up == CORE_HELLO)
        hello(sim, parcel);
    else if (parcel->up == CORE_SUBSCRIBE)
        subscribe(sim, parcel);
    else if (parcel->up == CORE_TAKE)
        take(sim, parcel);
    else if (parcel->up == CORE_RECEIPT)
        receipt(sim, parcel);
    else if (parcel->up == CORE_RETURN)
        give_back(sim, parcel);
    else if (parcel->up == CORE_EXTEND)
        extend(sim, parcel);
    else if (parcel->up == CORE_REDRIVE)
        redrive(sim, parcel);
    else
        core_world_step(&sim->world, &(struct core_event){ .kind = parcel->up,
                                                           .peer = parcel->connection,
                                                           .credit_bytes = parcel->count });
    parcel_free(parcel);
    after_step(sim);
}
