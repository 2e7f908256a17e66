/*
 * What peers say, as events of the core.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/broker.h"

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

void broker_said(struct sim *sim, const struct parcel *parcel)
{
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
}
