#include "town.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

struct socket_context *town_context;
pid_t town_broker;

enum { PEERS = 16 };
static struct peer *open_peers[PEERS];

static const struct place_unit units[] = {
    { "hcz", "centre" },          { "lg", "lg" },
    { "referral", "service" },    { "registry", "service" },
    { "dqb", "member" },          { "operator", "operator" },
    { "supervision", "service" }, { 0 },
};

static const char rules[] = "hcz,publish,referral.*.@\n"
                            "hcz,collect,*.Dispatched.@\n"
                            "hcz,take,hcz\n"
                            "hcz,query,registry.>\n"
                            "service,publish,>\n"
                            "service,subscribe,>\n"
                            "service,answer,>\n"
                            "dqb,publish,supplies.*.@\n"
                            "operator,admin,*\n"
                            "operator,take,*\n"
                            "operator,publish,>\n";

const char *town_dir(void)
{
    return test_path("town");
}

void town_make(const char *more_conf)
{
    char conf[1024];

    snprintf(conf, sizeof(conf), "[log]\nsegment_mib = 4\n%s", more_conf);
    place_make(town_dir(), units, rules, conf);
    ck_assert_int_eq(socket_context_open(&town_context), 0);
}

void town_start(void)
{
    town_broker = place_start(town_dir(), test_program("carebus-broker"), NULL);
    place_ready(town_dir(), town_broker);
}

void town_kill(int number)
{
    kill(town_broker, number);
    int status = place_wait(town_broker, 10000);
    ck_assert_msg(status == (number == SIGTERM ? 0 : -number), "ended with %d: %s", status,
                  place_said(town_dir()));
}

/* ---- what a peer hears ----------------------------------------------------------------------------- */

static void on_welcome(void *context, const Bus__Welcome *welcome)
{
    struct peer *peer = context;

    peer->welcomes++;
    peer->welcome_number = welcome->number;
    peer->welcome_head = welcome->head;
    peer->welcome_time_ms = welcome->time_ms;
}

static void note(struct peer *peer, Bus__Code code, const char *reason)
{
    peer->code = code;
    snprintf(peer->reason, sizeof(peer->reason), "%s", reason);
}

static void on_rejected(void *context, const Bus__Reject *reject)
{
    note(context, reject->code, reject->reason);
}

static void on_stored(void *context, uint64_t number, uint64_t seq)
{
    (void)seq;
    ((struct peer *)context)->acknowledged = number;
}

static void on_refused(void *context, uint64_t number, const Bus__PublishRefused *refused)
{
    (void)number;
    note(context, refused->code, refused->reason);
}

static void on_deliver(void *context, uint64_t first, uint64_t last, const struct stored *messages,
                       uint32_t count)
{
    struct peer *peer = context;

    ck_assert_msg(peer->last == 0 || first <= peer->last + 1, "a hole before %" PRIu64, first);
    peer->last = last;
    for (uint32_t i = 0; i < count; i++, peer->heard++) {
        uint32_t at = peer->heard % HEARD_MOST;
        peer->seqs[at] = messages[i].seq;
        snprintf(peer->ids[at], sizeof(peer->ids[at]), "%.*s/%" PRIu64,
                 (int)messages[i].source.size, (const char *)messages[i].source.data,
                 messages[i].envelope.number);
        snprintf(peer->subjects[at], sizeof(peer->subjects[at]), "%.*s",
                 (int)messages[i].envelope.subject.size,
                 (const char *)messages[i].envelope.subject.data);
    }
}

static void on_leased(void *context, const Bus__Lease *lease, const struct stored *message)
{
    struct peer *peer = context;

    peer->leases++;
    peer->lease = *lease;
    snprintf(peer->lease_mailbox, sizeof(peer->lease_mailbox), "%s", lease->mailbox);
    peer->lease.mailbox = peer->lease_mailbox;
    snprintf(peer->lease_subject, sizeof(peer->lease_subject), "%.*s",
             (int)message->envelope.subject.size, (const char *)message->envelope.subject.data);
}

static void on_settled(void *context, uint64_t request, Bus__Code code, const char *reason)
{
    (void)request;
    ((struct peer *)context)->settled++;
    note(context, code, reason);
}

static void on_peeked(void *context, const Bus__Peeked *peeked)
{
    struct peer *peer = context;

    peer->answers++;
    snprintf(peer->answer, sizeof(peer->answer), "%zu %s %" PRIu64, peeked->n_items,
             peeked->n_items == 0 ? "" : peeked->items[0]->state, peeked->dead_count);
}

static void on_query(void *context, const Bus__Query *query)
{
    struct peer *peer = context;
    char text[128];

    int length = snprintf(text, sizeof(text), "%s asked %s", query->asker, query->subject);
    if (peer->answers_queries)
        client_answer(peer->client, query->request, 0, "", slice_of(text, (size_t)length));
}

static void on_answer(void *context, uint64_t request, const Bus__Answer *answer,
                      const Bus__Reject *reject)
{
    struct peer *peer = context;

    (void)request;
    peer->answers++;
    if (reject != NULL)
        note(peer, reject->code, reject->reason);
    else
        snprintf(peer->answer, sizeof(peer->answer), "%.*s", (int)answer->body.len,
                 (const char *)answer->body.data);
}

static void on_admin(void *context, const Bus__AdminAnswer *answer, const Bus__Reject *reject)
{
    struct peer *peer = context;

    peer->answers++;
    if (reject != NULL) {
        note(peer, reject->code, reject->reason);
        return;
    }
    snprintf(peer->answer, sizeof(peer->answer), "%.*s", (int)answer->json.len,
             (const char *)answer->json.data);
    peer->messages = (uint32_t)answer->n_stored;
    peer->next_seq = answer->next_seq;
}

static void on_time(void *context, uint64_t time_ms, uint32_t rate)
{
    struct peer *peer = context;

    peer->told_time_ms = time_ms;
    peer->told_rate = rate;
}

static const struct client_calls calls = {
    .welcome = on_welcome,
    .time = on_time,
    .rejected = on_rejected,
    .stored = on_stored,
    .refused = on_refused,
    .deliver = on_deliver,
    .leased = on_leased,
    .settled = on_settled,
    .peeked = on_peeked,
    .query = on_query,
    .answer = on_answer,
    .admin = on_admin,
};

void peer_open(struct peer *peer, const char *unit, const char *instance, const char *service)
{
    peer_open_with(peer, unit, instance, service, 0);
}

void peer_open_with(struct peer *peer, const char *unit, const char *instance, const char *service,
                    uint64_t acknowledged)
{
    static uint8_t broker_key[SOCKET_KEY_BYTES];
    static char endpoint[256];
    struct client_options options = {
        .endpoint = endpoint,
        .server_key = broker_key,
        .instance = instance,
        .epoch = 1,
        .acknowledged = acknowledged,
        .service = service,
        .calls = &calls,
        .context = peer,
    };

    *peer = (struct peer){ .next_number = 1 };
    snprintf(endpoint, sizeof(endpoint), "%s", place_endpoint(town_dir()));
    place_broker_key(town_dir(), broker_key);
    place_keys(town_dir(), unit, &options.keys);
    ck_assert_int_eq(client_open(town_context, &options, &peer->client), 0);
    for (int i = 0; i < PEERS; i++) {
        if (open_peers[i] == NULL) {
            open_peers[i] = peer;
            return;
        }
    }
    ck_abort_msg("too many peers");
}

void peer_close(struct peer *peer)
{
    client_close(peer->client);
    peer->client = NULL;
    for (int i = 0; i < PEERS; i++)
        if (open_peers[i] == peer)
            open_peers[i] = NULL;
}

void town_end(void)
{
    town_kill(SIGTERM);
    for (int i = 0; i < PEERS; i++)
        if (open_peers[i] != NULL)
            peer_close(open_peers[i]);
    socket_context_close(town_context);
}

void peer_say(struct peer *peer, const char *subject, const char *case_id, const char *to)
{
    Bus__Envelope envelope = BUS__ENVELOPE__INIT;
    static uint8_t body[100];

    envelope.epoch = 1;
    envelope.number = peer->next_number++;
    envelope.subject = subject;
    envelope.case_id = case_id;
    envelope.to = to;
    envelope.body.data = body;
    envelope.body.len = sizeof(body);
    int r = client_publish(peer->client, &envelope);
    while (r == CLIENT_WAIT) {
        client_step(peer->client, 10);
        r = client_publish(peer->client, &envelope);
    }
    ck_assert_int_eq(r, 0);
}

void peer_all_stored(struct peer *peer)
{
    PEER_UNTIL(peer, peer->acknowledged == peer->next_number - 1);
}

void peer_hear(struct peer *peer, const char *filter, uint64_t from_seq)
{
    ck_assert_int_eq(client_subscribe(peer->client, &filter, 1, from_seq, 0), 0);
}
