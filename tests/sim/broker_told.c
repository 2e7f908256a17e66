/*
 * What the broker tells its peers, on its way into the net; and its leases, judged as they are given.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/broker.h"

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

void broker_tell(void *context, const struct world_told *told)
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
