/*
 * What is said and asked over a link, and waited for.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/id.h"
#include "cli/link_inside.h"
#include "wire/limits.h"

enum { AWAY_MS = 2000, AWAY_STEPS = 5, AWAY_STEP_MS = 20 };

static Bus__Actor actor_of(const struct link *link)
{
    Bus__Actor actor = BUS__ACTOR__INIT;

    actor.unit = link->unit;
    actor.post = strchr(link->post, '.') == NULL ? "" : link->post;
    return actor;
}

/* Hands the next message of this producer to the client. */
static int hand_over(struct link *link, const struct link_message *message)
{
    Bus__Actor actor = actor_of(link);
    Bus__Envelope envelope = BUS__ENVELOPE__INIT;

    envelope.epoch = 1;
    envelope.number = link->number + 1;
    envelope.subject = message->subject;
    envelope.case_id = message->case_id == NULL ? "" : message->case_id;
    envelope.cause = message->cause == NULL ? "" : message->cause;
    envelope.priority = message->priority;
    envelope.exercise = link->welcome.exercise;
    envelope.not_before_ms = message->not_before_ms;
    envelope.expires_ms = message->expires_ms;
    envelope.actor = &actor;
    envelope.body.data = (uint8_t *)(uintptr_t)message->body.data;
    envelope.body.len = message->body.size;
    int r = client_publish(link->client, &envelope);
    if (r == 0)
        link->number++;
    return r;
}

int link_publish(struct link *link, const struct link_message *message, uint64_t *ret_seq,
                 const char **ret_id)
{
    struct id id = { .epoch = 1, .number = link->number + 1 };
    char text[ID_TEXT_SIZE];

    link_begin(link);
    link->wait.number = link->number + 1;
    int status = link_sent(link, hand_over(link, message));
    if (status == 0)
        status = link_wait(link, link->cli->timeout_ms, message->subject);
    if (status != 0)
        return status;
    snprintf(id.source, sizeof(id.source), "%s", link->welcome.source);
    id_print(&id, text);
    *ret_id = arena_text(&link->cli->arena, text);
    *ret_seq = link->wait.seq;
    return 0;
}

int link_send(struct link *link, const struct link_message *message)
{
    int r;

    /* The broker's credit is the bound: what does not fit waits for what is on its way. */
    while ((r = hand_over(link, message)) == CLIENT_WAIT) {
        int status = link_flush(link, &(uint64_t){ 0 });
        if (status != 0)
            return status;
    }
    return link_sent(link, r);
}

int link_flush(struct link *link, uint64_t *ret_seq)
{
    link_begin(link);
    if (client_unacknowledged(link->client) == 0)
        return 0;
    link->wait.number = link->number;
    int status = link_wait(link, link->cli->timeout_ms, link->unit);
    if (status == 0)
        *ret_seq = link->wait.seq;
    return status;
}

int link_read(struct link *link, const struct link_reading *reading, link_each *each, void *context)
{
    uint64_t head = link->welcome.head;
    uint64_t from_seq = reading->from_seq;

    if (!reading->live && (head == 0 || from_seq > head))
        return 0;
    link_begin(link);
    link->wait.each = each;
    link->wait.context = context;
    link->wait.live = reading->live;
    link->wait.until_seq = head;
    int status = link_subscribe(link, reading->filters, reading->filter_count, from_seq,
                                reading->from_time_ms);
    if (status != 0)
        return status;
    return link_wait(link, reading->live ? reading->timeout_ms : 0, NULL);
}

/* The messages of one turn: they name the command as their cause. */
struct outcome {
    const char *id;
    const char *service;
    link_each *each;
    void *context;
    bool seen;
};

static bool starts_with(struct slice text, const char *start)
{
    size_t length = strlen(start);
    return text.size > length && memcmp(text.data, start, length) == 0;
}

static bool outcome_each(void *context, const struct stored *stored)
{
    struct outcome *outcome = context;

    if (!slice_equal(stored->envelope.cause, slice_text(outcome->id))
        || !slice_equal(stored->source, slice_text(outcome->service)))
        return true;
    outcome->seen = true;
    /* A turn's messages leave in one frame; the first that the service states itself tells. */
    bool own = starts_with(stored->envelope.subject, outcome->service);
    return outcome->each(outcome->context, stored) && !own;
}

int link_outcome(struct link *link, const char *service, const char *unit, const char *id,
                 uint64_t seq, link_each *each, void *context)
{
    struct cli *cli = link->cli;
    const char *filters[] = {
        arena_print(&cli->arena, "%s.*.%s", service, unit),
        arena_print(&cli->arena, "%s.*.%s", service, link->unit),
        arena_print(&cli->arena, "%s.*.*", service),
    };
    struct outcome outcome = { .id = id, .service = service, .each = each, .context = context };
    /* The whole service where the unit may hear it; else what concerns these two units. */
    for (int whole = 1; whole >= 0; whole--) {
        link_begin(link);
        link->wait.each = outcome_each;
        link->wait.context = &outcome;
        link->wait.live = true;
        int status = link_subscribe(link, whole == 1 ? filters + 2 : filters, whole == 1 ? 1 : 2,
                                    seq + 1, 0);
        if (status != 0)
            return status;
        while (!link->wait.done && client_is_up(link->client) && !outcome.seen) {
            uint64_t before_us = clock_steady_us();
            int r = client_step(link->client, (int)cli->timeout_ms);
            if (r < 0 || clock_steady_us() - before_us >= (uint64_t)cli->timeout_ms * 1000)
                break;
        }
        if (outcome.seen)
            return 0;
        if (!(link->wait.failed && link->wait.code == BUS__CODE__NOT_PERMITTED))
            break;
    }
    if (link->wait.failed)
        return link_say_reject(link->wait.code, link->wait.reason);
    return cli_fail(EXIT_UNAVAILABLE, "carebus status; carebus why ID",
                    "%s is stored as %" PRIu64 ", but %s has not answered within %u ms", id, seq,
                    service, cli->timeout_ms);
}

/* One try; LINK_AWAY: nobody was there to answer, and it is not the last. */
static int ask(struct link *link, const char *subject, struct slice body, bool last)
{
    Bus__Actor actor = actor_of(link);
    uint32_t deadline_ms = link->cli->timeout_ms;

    link_begin(link);
    link->wait.subject = subject;
    link->wait.may_be_away = !last;
    if (!last && !client_is_up(link->client))
        return LINK_AWAY;
    if (deadline_ms > WIRE_QUERY_MS)
        deadline_ms = WIRE_QUERY_MS;
    int r = client_query(link->client, subject, body, deadline_ms, &actor, &link->wait.request);
    int status = link_sent(link, r);
    return status != 0 ? status : link_wait(link, deadline_ms + 1000, subject);
}

int link_query(struct link *link, const char *subject, struct slice body, struct slice *ret_body)
{
    uint32_t away_ms = link->cli->timeout_ms < AWAY_MS ? link->cli->timeout_ms : AWAY_MS;
    uint64_t end_us = clock_steady_us() + (uint64_t)away_ms * 1000;
    int status = ask(link, subject, body, false);

    /* A service that has ended is started again at once: who asks just then need not know. */
    while (status == LINK_AWAY) {
        for (int i = 0; i < AWAY_STEPS; i++) {
            if (link->cli->idle != NULL)
                link->cli->idle(link->cli->idle_context);
            client_step(link->client, AWAY_STEP_MS);
        }
        status = ask(link, subject, body, clock_steady_us() >= end_us);
    }
    *ret_body = link->wait.body;
    return status;
}

int link_admin(struct link *link, const char *verb, const char *argument, uint64_t from_seq,
               uint32_t limit, const Bus__AdminAnswer **ret_answer)
{
    link_begin(link);
    int status = link_sent(
        link, client_admin(link->client, verb, argument, from_seq, limit, &link->wait.request));
    if (status == 0)
        status = link_wait(link, link->cli->timeout_ms, verb);
    *ret_answer = link->wait.admin;
    if (status == 0 && link->wait.admin == NULL)
        return cli_fail(EXIT_IO, NULL, "an answer that is too large");
    return status;
}

int link_admin_json(struct link *link, const char *verb, const char *argument, uint32_t limit,
                    json_t **ret_answer)
{
    const Bus__AdminAnswer *answer;

    int status = link_admin(link, verb, argument, 0, limit, &answer);
    if (status != 0)
        return status;
    *ret_answer = json_loadb((const char *)answer->json.data, answer->json.len, 0, NULL);
    if (*ret_answer == NULL)
        return cli_fail(EXIT_IO, NULL, "the broker's answer is no JSON");
    return 0;
}

int link_take(struct link *link, const char *mailbox, uint32_t count, uint32_t lease_ms,
              uint32_t wait_ms, struct link_lease *ret_leases, uint32_t *ret_count)
{
    link_begin(link);
    link->wait.leases = ret_leases;
    link->wait.lease_room = count;
    int status = link_sent(link, client_take(link->client, mailbox, count, lease_ms));
    if (status == 0)
        status = link_wait(link, wait_ms, NULL);
    *ret_count = link->wait.lease_count;
    return status;
}

static Bus__Lease lease_of(const char *mailbox, uint64_t seq, uint64_t token)
{
    Bus__Lease lease = BUS__LEASE__INIT;

    lease.mailbox = mailbox;
    lease.seq = seq;
    lease.token = token;
    return lease;
}

int link_receipt(struct link *link, const char *mailbox, uint64_t seq, uint64_t token)
{
    Bus__Lease lease = lease_of(mailbox, seq, token);

    link_begin(link);
    int status = link_sent(link, client_receipt(link->client, &lease, &link->wait.request));
    return status != 0 ? status : link_wait(link, link->cli->timeout_ms, "the receipt");
}

int link_return(struct link *link, const char *mailbox, uint64_t seq, uint64_t token,
                uint64_t delay_ms, const char *reason, bool dead)
{
    Bus__Lease lease = lease_of(mailbox, seq, token);

    link_begin(link);
    int status = link_sent(
        link, client_return(link->client, &lease, delay_ms, reason, dead, &link->wait.request));
    return status != 0 ? status : link_wait(link, link->cli->timeout_ms, "the return");
}

int link_peek(struct link *link, const char *mailbox, bool dead, uint32_t limit,
              const Bus__Peeked **ret_peeked)
{
    link_begin(link);
    int status =
        link_sent(link, client_peek(link->client, mailbox, dead, limit, &link->wait.request));
    if (status == 0)
        status = link_wait(link, link->cli->timeout_ms, "peek");
    *ret_peeked = link->wait.peeked;
    if (status == 0 && link->wait.peeked == NULL)
        return cli_fail(EXIT_IO, NULL, "an answer that is too large");
    return status;
}

int link_redrive(struct link *link, const char *mailbox, uint64_t seq)
{
    link_begin(link);
    int status = link_sent(link, client_redrive(link->client, mailbox, seq, &link->wait.request));
    return status != 0 ? status : link_wait(link, link->cli->timeout_ms, "redrive");
}
