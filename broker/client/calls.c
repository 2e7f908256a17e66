/*
 * What a caller asks of the broker: a subscription, what lies in a mailbox, questions.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "client/inside.h"

/* ---- subscription -------------------------------------------------------------------------------- */

void client_forget(struct client *client)
{
    for (size_t i = 0; i < client->subscribe.n_filters; i++)
        free((void *)(uintptr_t)client->filters[i]);
    free((void *)(uintptr_t)client->filters);
    client->filters = NULL;
    client->subscribe.n_filters = 0;
}

static int send_subscribe(struct client *client)
{
    client->subscribe.from_seq = client->from_seq;
    client->subscribe.credit_bytes = WIRE_DELIVER_BYTES;
    client->subscribe.request = ++client->request;
    client->taken_bytes = 0;
    return client_send(client, FRAME_SUBSCRIBE, &client->subscribe.base);
}

int client_subscribe(struct client *client, const char *const *filters, uint32_t count,
                     uint64_t from_seq, uint64_t from_time_ms)
{
    if (count == 0 || count > WIRE_FILTERS)
        return CLIENT_BAD;
    client_forget(client);
    client->subscribe = (Bus__Subscribe)BUS__SUBSCRIBE__INIT;
    client->filters = calloc(count, sizeof(*client->filters));
    if (client->filters == NULL)
        return FAULT(-ENOMEM);
    for (uint32_t i = 0; i < count; i++) {
        char *copy = strdup(filters[i]);
        client->filters[i] = copy;
        if (copy == NULL)
            return FAULT(-ENOMEM);
        client->subscribe.n_filters++;
    }
    client->subscribe.filters = client->filters;
    client->subscribe.from_time_ms = from_time_ms;
    client->from_seq = from_seq;
    client->renewing = client->subscribed && client->phase == PHASE_UP;
    client->subscribed = true;
    return client->phase == PHASE_UP && !client->renewing ? send_subscribe(client) : 0;
}

/* ---- requests ------------------------------------------------------------------------------------ */

uint64_t client_expect(struct client *client, enum pending_kind kind)
{
    uint64_t request = ++client->request;

    /* The oldest makes room: whoever asks that much has given up on it. */
    client->pending[request % CLIENT_PENDING] = (struct pending){ kind, request };
    return request;
}

static int request(struct client *client, enum frame_type type, const ProtobufCMessage *message,
                   uint64_t number, uint64_t *ret_request)
{
    if (ret_request != NULL)
        *ret_request = number;
    if (client->phase != PHASE_UP)
        return CLIENT_DOWN;
    return client_gather(client, type, message);
}

static int send_take(struct client *client, const struct box *box)
{
    Bus__Take take = BUS__TAKE__INIT;

    take.request = client_expect(client, PENDING_SETTLE);
    take.mailbox = box->mailbox;
    take.count = box->count;
    take.lease_ms = box->lease_ms;
    return client_gather(client, FRAME_TAKE, &take.base);
}

int client_take(struct client *client, const char *mailbox, uint32_t count, uint32_t lease_ms)
{
    uint32_t index = 0;

    while (index < client->box_count && strcmp(client->boxes[index].mailbox, mailbox) != 0)
        index++;
    if (index == CLIENT_BOXES || strlen(mailbox) > WIRE_NAME_BYTES)
        return CLIENT_BAD;
    struct box *box = &client->boxes[index];
    if (index == client->box_count) {
        client->box_count++;
        *box = (struct box){ .count = 0 };
        snprintf(box->mailbox, sizeof(box->mailbox), "%s", mailbox);
    }
    struct box asked = *box;
    asked.count = count;
    asked.lease_ms = lease_ms;
    box->count += count;
    box->lease_ms = lease_ms;
    return client->phase == PHASE_UP ? send_take(client, &asked) : 0;
}

/* A session has begun: what lives in sessions is asked for again. */
void client_resume(struct client *client)
{
    client->heard_us = clock_steady_us();
    if (client->subscribed)
        send_subscribe(client);
    for (uint32_t i = 0; i < client->box_count; i++)
        if (client->boxes[i].count > 0)
            send_take(client, &client->boxes[i]);
    queue_flush(client);
}

int client_receipt(struct client *client, const Bus__Lease *lease, uint64_t *ret_request)
{
    Bus__Receipt receipt = BUS__RECEIPT__INIT;

    receipt.request = client_expect(client, PENDING_SETTLE);
    receipt.mailbox = lease->mailbox;
    receipt.seq = lease->seq;
    receipt.token = lease->token;
    return request(client, FRAME_RECEIPT, &receipt.base, receipt.request, ret_request);
}

int client_return(struct client *client, const Bus__Lease *lease, uint64_t delay_ms,
                  const char *reason, bool dead, uint64_t *ret_request)
{
    Bus__Return give_back = BUS__RETURN__INIT;

    give_back.request = client_expect(client, PENDING_SETTLE);
    give_back.mailbox = lease->mailbox;
    give_back.seq = lease->seq;
    give_back.token = lease->token;
    give_back.delay_ms = delay_ms;
    give_back.reason = reason == NULL ? "" : reason;
    give_back.dead = dead;
    return request(client, FRAME_RETURN, &give_back.base, give_back.request, ret_request);
}

int client_extend(struct client *client, const Bus__Lease *lease, uint32_t lease_ms,
                  uint64_t *ret_request)
{
    Bus__Extend extend = BUS__EXTEND__INIT;

    extend.request = client_expect(client, PENDING_SETTLE);
    extend.mailbox = lease->mailbox;
    extend.seq = lease->seq;
    extend.token = lease->token;
    extend.lease_ms = lease_ms;
    return request(client, FRAME_EXTEND, &extend.base, extend.request, ret_request);
}

int client_peek(struct client *client, const char *mailbox, bool dead, uint32_t limit,
                uint64_t *ret_request)
{
    Bus__Peek peek = BUS__PEEK__INIT;

    peek.request = client_expect(client, PENDING_PEEK);
    peek.mailbox = mailbox;
    peek.dead = dead;
    peek.limit = limit;
    return request(client, FRAME_PEEK, &peek.base, peek.request, ret_request);
}

int client_redrive(struct client *client, const char *mailbox, uint64_t seq, uint64_t *ret_request)
{
    Bus__Redrive redrive = BUS__REDRIVE__INIT;

    redrive.request = client_expect(client, PENDING_SETTLE);
    redrive.mailbox = mailbox;
    redrive.seq = seq;
    return request(client, FRAME_REDRIVE, &redrive.base, redrive.request, ret_request);
}

int client_query(struct client *client, const char *subject, struct slice body,
                 uint32_t deadline_ms, const Bus__Actor *actor, uint64_t *ret_request)
{
    Bus__Query query = BUS__QUERY__INIT;

    if (body.size > WIRE_BODY_BYTES)
        return CLIENT_TOO_LARGE;
    query.request = client_expect(client, PENDING_QUERY);
    query.subject = subject;
    query.body.data = (uint8_t *)(uintptr_t)body.data;
    query.body.len = body.size;
    query.deadline_ms = deadline_ms;
    query.actor = (Bus__Actor *)(uintptr_t)actor;
    return request(client, FRAME_QUERY, &query.base, query.request, ret_request);
}

int client_answer(struct client *client, uint64_t number, uint32_t refusal, const char *reason,
                  struct slice body)
{
    Bus__Answer answer = BUS__ANSWER__INIT;

    answer.request = number;
    answer.refusal = refusal;
    answer.reason = reason == NULL ? "" : reason;
    answer.body.data = (uint8_t *)(uintptr_t)body.data;
    answer.body.len = body.size;
    return request(client, FRAME_ANSWER, &answer.base, number, NULL);
}

int client_admin(struct client *client, const char *verb, const char *argument, uint64_t from_seq,
                 uint32_t limit, uint64_t *ret_request)
{
    Bus__Admin admin = BUS__ADMIN__INIT;

    admin.request = client_expect(client, PENDING_ADMIN);
    admin.verb = verb;
    admin.argument = argument;
    admin.from_seq = from_seq;
    admin.limit = limit;
    return request(client, FRAME_ADMIN, &admin.base, admin.request, ret_request);
}
