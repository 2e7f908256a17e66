#include "cli/link.h"

#include <inttypes.h>
#include <poll.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/id.h"
#include "base/io.h"
#include "base/options.h"
#include "client/client.h"
#include "wire/limits.h"

enum { STEP_MS = 250 }; /* of one wait: signals and idle work come between */

/* What a call waits for; the callbacks fill it. */
struct wait {
    bool done;
    int status; /* of the call, printed already when not 0 */
    uint64_t request;
    uint64_t number;
    uint64_t seq;
    link_each *each;
    void *context;
    uint64_t until_seq;
    bool live;
    bool failed; /* a reject came; its words are below */
    Bus__Code code;
    const char *reason;
    struct slice body;
    const Bus__AdminAnswer *admin;
    const Bus__Peeked *peeked;
    struct link_lease *leases;
    uint32_t lease_count;
    uint32_t lease_room;
};

struct link {
    struct cli *cli;
    const char *unit; /* of this link: a caller with several links changes cli's */
    const char *post;
    struct client *client;
    char endpoint[OPTIONS_ENDPOINT_SIZE];
    int lock; /* < 0: it does not publish */
    char instance[24];
    uint8_t server_key[SOCKET_KEY_BYTES];
    bool welcomed;
    Bus__Welcome welcome;
    uint64_t number;
    struct wait wait;
};

/* ---- what the broker says, as an exit status ----------------------------------------------------- */

static int status_of(Bus__Code code)
{
    switch (code) {
    case BUS__CODE__NOT_PERMITTED:
        return EXIT_NOT_PERMITTED;
    case BUS__CODE__FULL:
    case BUS__CODE__OVER_CREDIT:
        return EXIT_TRY_AGAIN;
    case BUS__CODE__GONE:
        return EXIT_CORRUPT;
    case BUS__CODE__NO_SERVICE:
    case BUS__CODE__TIMED_OUT:
    case BUS__CODE__UNAVAILABLE:
    case BUS__CODE__AHEAD:
    case BUS__CODE__WRONG_LOG:
    case BUS__CODE__STALE_EPOCH:
        return EXIT_UNAVAILABLE;
    case BUS__CODE__NO_LEASE:
        return EXIT_REFUSED;
    case BUS__CODE__CODE_ABSENT:
    case BUS__CODE__BAD_FRAME:
    case BUS__CODE__BAD_MESSAGE:
    case BUS__CODE__TOO_LARGE:
    case BUS__CODE__NO_MAILBOX:
    case BUS__CODE__BAD_EXERCISE:
    case _BUS__CODE_IS_INT_SIZE:
        break;
    }
    return EXIT_BAD_USAGE;
}

static const char *name_of(Bus__Code code)
{
    const ProtobufCEnumValue *value =
        protobuf_c_enum_descriptor_get_value(&bus__code__descriptor, (int)code);
    return value == NULL ? "UNKNOWN" : value->name;
}

static const char *hint_of(Bus__Code code)
{
    if (code == BUS__CODE__NO_SERVICE)
        return "carebus status says which services run";
    if (code == BUS__CODE__NOT_PERMITTED)
        return "--as another post, or permissions.csv";
    if (code == BUS__CODE__FULL)
        return "carebus check disk";
    return NULL;
}

static int say_reject(Bus__Code code, const char *reason)
{
    return cli_fail(status_of(code), hint_of(code), "%s: %s", name_of(code),
                    reason == NULL || reason[0] == '\0' ? "the broker gives no reason" : reason);
}

/* ---- callbacks ----------------------------------------------------------------------------------- */

static void on_welcome(void *context, const Bus__Welcome *welcome)
{
    struct link *link = context;

    link->welcomed = true;
    link->welcome = *welcome;
    link->welcome.source = arena_text(&link->cli->arena, welcome->source);
}

static void fail(struct wait *wait, Bus__Code code, struct cli *cli, const char *reason)
{
    wait->done = true;
    wait->failed = true;
    wait->code = code;
    wait->reason = arena_text(&cli->arena, reason == NULL ? "" : reason);
}

static void on_rejected(void *context, const Bus__Reject *reject)
{
    struct link *link = context;
    fail(&link->wait, reject->code, link->cli, reject->reason);
}

static void on_stored(void *context, uint64_t number, uint64_t seq)
{
    struct link *link = context;

    if (link->wait.number != 0 && number >= link->wait.number) {
        link->wait.seq = seq;
        link->wait.done = true;
    }
}

static void on_refused(void *context, uint64_t number, const Bus__PublishRefused *refused)
{
    struct link *link = context;

    (void)number; /* the client holds what follows: none of it will be stored */
    fail(&link->wait, refused->code, link->cli, refused->reason);
}

static void on_deliver(void *context, uint64_t first, uint64_t last, const struct stored *messages,
                       uint32_t count)
{
    struct link *link = context;
    struct wait *wait = &link->wait;

    (void)first;
    for (uint32_t i = 0; i < count && !wait->done && wait->each != NULL; i++) {
        if (!wait->live && messages[i].seq > wait->until_seq)
            break;
        if (!wait->each(wait->context, &messages[i]))
            wait->done = true;
    }
    if (wait->each != NULL && !wait->live && last >= wait->until_seq)
        wait->done = true;
}

static void on_leased(void *context, const Bus__Lease *lease, const struct stored *message)
{
    struct link *link = context;
    struct wait *wait = &link->wait;

    if (wait->lease_count == wait->lease_room)
        return;
    void *copy = arena_copy(&link->cli->arena, message->bytes.data, message->bytes.size);
    wait->leases[wait->lease_count++] = (struct link_lease){
        .token = lease->token,
        .seq = lease->seq,
        .attempt = lease->attempt,
        .lease_ms = lease->lease_ms,
        .stored = slice_of(copy, message->bytes.size),
    };
    if (wait->lease_count == wait->lease_room)
        wait->done = true;
}

static void on_settled(void *context, uint64_t request, Bus__Code code, const char *reason)
{
    struct link *link = context;

    if (request != link->wait.request)
        return;
    if (code != BUS__CODE__CODE_ABSENT)
        fail(&link->wait, code, link->cli, reason);
    link->wait.done = true;
}

/* A message that outlives its callback: packed and unpacked into the call's arena. */
static const ProtobufCMessage *keep(struct link *link, const ProtobufCMessage *message)
{
    struct arena *arena = &link->cli->arena;
    size_t size = protobuf_c_message_get_packed_size(message);
    uint8_t *bytes = arena_alloc(arena, size + 1);
    if (bytes == NULL)
        return NULL;
    protobuf_c_message_pack(message, bytes);
    return protobuf_c_message_unpack(message->descriptor, arena_allocator(arena), size, bytes);
}

static void on_peeked(void *context, const Bus__Peeked *peeked)
{
    struct link *link = context;

    if (peeked->request == link->wait.request) {
        link->wait.peeked = (const Bus__Peeked *)keep(link, &peeked->base);
        link->wait.done = true;
    }
}

static void on_answer(void *context, uint64_t request, const Bus__Answer *answer,
                      const Bus__Reject *reject)
{
    struct link *link = context;
    struct wait *wait = &link->wait;

    if (request != wait->request)
        return;
    if (reject != NULL) {
        fail(wait, reject->code, link->cli, reject->reason);
    } else if (answer->refusal != 0) {
        wait->status =
            cli_fail(EXIT_REFUSED, NULL, "refused (%u): %s", answer->refusal, answer->reason);
    } else {
        size_t size = answer->body.len;
        wait->body = slice_of(arena_copy(&link->cli->arena, answer->body.data, size), size);
    }
    wait->done = true;
}

static void on_admin(void *context, const Bus__AdminAnswer *answer, const Bus__Reject *reject)
{
    struct link *link = context;

    if (reject != NULL)
        fail(&link->wait, reject->code, link->cli, reject->reason);
    else
        link->wait.admin = (const Bus__AdminAnswer *)keep(link, &answer->base);
    link->wait.done = true;
}

static const struct client_calls calls = {
    .welcome = on_welcome,
    .rejected = on_rejected,
    .stored = on_stored,
    .refused = on_refused,
    .deliver = on_deliver,
    .leased = on_leased,
    .settled = on_settled,
    .peeked = on_peeked,
    .answer = on_answer,
    .admin = on_admin,
};

/* ---- the wait ------------------------------------------------------------------------------------ */

static int say_down(struct link *link)
{
    return cli_fail(EXIT_UNAVAILABLE, "carebus up", "the broker at %s does not answer",
                    link->endpoint);
}

/* Steps until the call is done; 0, or the status that has been printed.  `timeout_ms` 0: for ever. */
static int wait_for(struct link *link, uint32_t timeout_ms, const char *what)
{
    struct wait *wait = &link->wait;
    uint64_t end_us = clock_steady_us() + (uint64_t)timeout_ms * 1000;

    while (!wait->done) {
        uint64_t now_us = clock_steady_us();
        if (timeout_ms > 0 && now_us >= end_us) {
            if (what == NULL)
                return 0;
            if (!client_is_up(link->client))
                return say_down(link);
            return cli_fail(EXIT_UNAVAILABLE, "--timeout gives it longer",
                            "no answer to %s within %u ms", what, timeout_ms);
        }
        int left_ms = timeout_ms > 0 ? (int)((end_us - now_us) / 1000 + 1) : STEP_MS;
        if (link->cli->idle != NULL)
            link->cli->idle(link->cli->idle_context);
        int r = client_step(link->client, left_ms < STEP_MS ? left_ms : STEP_MS);
        if (r < 0)
            return cli_fail(EXIT_IO, NULL, "the link failed: %s", strerror(-r));
    }
    if (wait->failed)
        return say_reject(wait->code, wait->reason);
    return wait->status;
}

static void begin(struct link *link)
{
    link->wait = (struct wait){ 0 };
}

static int sent(struct link *link, int r)
{
    if (r == 0)
        return 0;
    if (r == CLIENT_TOO_LARGE)
        return cli_fail(EXIT_BAD_USAGE, NULL, "the message is over the limit of %u bytes",
                        link->welcome.body_bytes);
    if (r == CLIENT_BAD)
        return cli_fail(EXIT_BAD_USAGE, NULL, "the message breaks a rule of the wire");
    if (r < 0)
        return cli_fail(EXIT_IO, NULL, "the link failed: %s", strerror(-r));
    return say_down(link);
}

/* ---- opening ------------------------------------------------------------------------------------- */

/* The first word of a small file; 0, or the status printed. */
static int read_word(struct cli *cli, const char *path, char *text, size_t room)
{
    char *bytes;
    size_t size;

    int r = io_read_file(path, 4096, &bytes, &size);
    if (r == IO_ABSENT)
        return cli_fail(EXIT_BAD_CONFIG, "carebus init makes a town; -c names another",
                        "%s is not there", path);
    if (r == -EACCES)
        return cli_fail(EXIT_NOT_PERMITTED, NULL, "%s: permission denied", path);
    if (r != 0)
        return cli_fail(EXIT_BAD_CONFIG, NULL, "%s cannot be read", path);
    (void)cli;
    size_t length = strcspn(bytes, " \t\r\n");
    snprintf(text, room, "%.*s", (int)length, bytes);
    free(bytes);
    return 0;
}

static int read_key(struct cli *cli, const char *name, uint8_t ret_key[SOCKET_KEY_BYTES])
{
    const char *path = cli_path(cli, "keys/%s", name);
    char text[128];

    int status = read_word(cli, path, text, sizeof(text));
    if (status == 0 && socket_key_parse(text, ret_key) != 0)
        status = cli_fail(EXIT_BAD_CONFIG, NULL, "%s holds no key", path);
    sodium_memzero(text, sizeof(text));
    return status;
}

static int read_keys(struct link *link, struct socket_keys *ret_keys)
{
    struct cli *cli = link->cli;
    const char *public_name = arena_print(&cli->arena, "%s.public", link->unit);
    const char *secret_name = arena_print(&cli->arena, "%s.secret", link->unit);

    int status = read_key(cli, "broker.public", link->server_key);
    if (status == 0)
        status = read_key(cli, public_name, ret_keys->public_key);
    if (status == 0)
        status = read_key(cli, secret_name, ret_keys->secret_key);
    return status;
}

static int read_endpoint(struct link *link)
{
    struct options *options;
    const char *told = getenv("CAREBUS_BROKER");

    if (told != NULL && told[0] != '\0') {
        snprintf(link->endpoint, sizeof(link->endpoint), "%s", told);
        return 0;
    }
    int status = cli_configuration(link->cli, &options);
    if (status != 0)
        return status;
    options_endpoint(options, link->cli->town, link->endpoint);
    options_close(options);
    return 0;
}

/* The numbers of `UNIT.cli` are one series: whoever goes on with it must be alone. */
static int wait_for_lock(struct link *link)
{
    struct cli *cli = link->cli;
    uint64_t end_us = clock_steady_us() + (uint64_t)cli->timeout_ms * 1000;
    const char *path = cli_path(cli, "run/cli-%s.lock", link->unit);
    int r;

    while ((r = io_lock(path, &link->lock)) == IO_LOCKED) {
        if (clock_steady_us() > end_us)
            return cli_fail(EXIT_TRY_AGAIN, NULL, "another carebus speaks as %s and does not end",
                            link->unit);
        poll(NULL, 0, 10);
    }
    if (r < 0) {
        link->lock = -1;
        return cli_fail(EXIT_NO_CREATE, NULL, "%s: %s", path, strerror(-r));
    }
    return 0;
}

static int connect_link(struct link *link)
{
    struct client_options options = {
        .endpoint = link->endpoint,
        .server_key = link->server_key,
        .instance = link->instance,
        .epoch = 1,
        .service = "",
        .calls = &calls,
        .context = link,
    };

    int status = read_endpoint(link);
    if (status == 0)
        status = read_keys(link, &options.keys);
    if (status != 0)
        return status;
    if (link->lock >= 0)
        snprintf(link->instance, sizeof(link->instance), "cli");
    else
        snprintf(link->instance, sizeof(link->instance), "look%08x%08x", randombytes_random(),
                 randombytes_random());

    int r = link->cli->context == NULL ? socket_context_open(&link->cli->context) : 0;
    if (r == 0)
        r = client_open(link->cli->context, &options, &link->client);
    sodium_memzero(&options.keys, sizeof(options.keys));
    if (r != 0)
        return cli_fail(EXIT_UNAVAILABLE, NULL, "no link to %s: %s", link->endpoint,
                        r < 0 ? strerror(-r) : "refused");

    uint64_t end_us = clock_steady_us() + (uint64_t)link->cli->timeout_ms * 1000;
    while (!link->welcomed && !link->wait.failed) {
        if (clock_steady_us() > end_us)
            return say_down(link);
        r = client_step(link->client, 100);
        if (r < 0)
            return cli_fail(EXIT_UNAVAILABLE, NULL, "the link failed: %s", strerror(-r));
    }
    if (link->wait.failed)
        return say_reject(link->wait.code, link->wait.reason);
    return 0;
}

static int open_link(struct cli *cli, bool publishes, struct link **ret_link)
{
    if (sodium_init() < 0)
        return cli_fail(EXIT_UNAVAILABLE, NULL, "libsodium does not start");
    struct link *link = calloc(1, sizeof(*link));
    if (link == NULL)
        return cli_fail(EXIT_IO, NULL, "no memory");
    link->cli = cli;
    link->unit = cli->unit;
    link->post = cli->post;
    link->lock = -1;

    int status = publishes ? wait_for_lock(link) : 0;
    if (status == 0)
        status = connect_link(link);
    if (status != 0) {
        link_close(link);
        return status;
    }
    link->number = link->welcome.number;
    *ret_link = link;
    return 0;
}

int link_open(struct cli *cli, struct link **ret_link)
{
    return open_link(cli, false, ret_link);
}

int link_open_to_publish(struct cli *cli, struct link **ret_link)
{
    return open_link(cli, true, ret_link);
}

void link_close(struct link *link)
{
    if (link == NULL)
        return;
    if (link->client != NULL)
        client_close(link->client);
    if (link->lock >= 0)
        io_unlock(link->lock);
    free(link);
}

int link_listen(struct link *link, const char *filter)
{
    begin(link);
    return sent(link, client_subscribe(link->client, &filter, 1, 0, 0));
}

void link_idle(struct link *link)
{
    link->wait = (struct wait){ 0 };
    client_step(link->client, 0);
}

const Bus__Welcome *link_welcome(const struct link *link)
{
    return &link->welcome;
}

/* ---- calls --------------------------------------------------------------------------------------- */

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

    begin(link);
    link->wait.number = link->number + 1;
    int status = sent(link, hand_over(link, message));
    if (status == 0)
        status = wait_for(link, link->cli->timeout_ms, message->subject);
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
    return sent(link, r);
}

int link_flush(struct link *link, uint64_t *ret_seq)
{
    begin(link);
    if (client_unacknowledged(link->client) == 0)
        return 0;
    link->wait.number = link->number;
    int status = wait_for(link, link->cli->timeout_ms, link->unit);
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
    begin(link);
    link->wait.each = each;
    link->wait.context = context;
    link->wait.live = reading->live;
    link->wait.until_seq = head;
    int status = sent(link, client_subscribe(link->client, reading->filters, reading->filter_count,
                                             from_seq, reading->from_time_ms));
    if (status != 0)
        return status;
    return wait_for(link, reading->live ? reading->timeout_ms : 0, NULL);
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
        begin(link);
        link->wait.each = outcome_each;
        link->wait.context = &outcome;
        link->wait.live = true;
        int r = client_subscribe(link->client, whole == 1 ? filters + 2 : filters,
                                 whole == 1 ? 1 : 2, seq + 1, 0);
        int status = sent(link, r);
        if (status != 0)
            return status;
        while (!link->wait.done && client_is_up(link->client) && !outcome.seen) {
            uint64_t before_us = clock_steady_us();
            r = client_step(link->client, (int)cli->timeout_ms);
            if (r < 0 || clock_steady_us() - before_us >= (uint64_t)cli->timeout_ms * 1000)
                break;
        }
        if (outcome.seen)
            return 0;
        if (!(link->wait.failed && link->wait.code == BUS__CODE__NOT_PERMITTED))
            break;
    }
    if (link->wait.failed)
        return say_reject(link->wait.code, link->wait.reason);
    return cli_fail(EXIT_UNAVAILABLE, "carebus status; carebus why ID",
                    "%s is stored as %" PRIu64 ", but %s has not answered within %u ms", id, seq,
                    service, cli->timeout_ms);
}

int link_query(struct link *link, const char *subject, struct slice body, struct slice *ret_body)
{
    Bus__Actor actor = actor_of(link);
    uint32_t deadline_ms = link->cli->timeout_ms;

    begin(link);
    if (deadline_ms > WIRE_QUERY_MS)
        deadline_ms = WIRE_QUERY_MS;
    int r = client_query(link->client, subject, body, deadline_ms, &actor, &link->wait.request);
    int status = sent(link, r);
    if (status == 0)
        status = wait_for(link, deadline_ms + 1000, subject);
    *ret_body = link->wait.body;
    return status;
}

int link_admin(struct link *link, const char *verb, const char *argument, uint64_t from_seq,
               uint32_t limit, const Bus__AdminAnswer **ret_answer)
{
    begin(link);
    int status = sent(
        link, client_admin(link->client, verb, argument, from_seq, limit, &link->wait.request));
    if (status == 0)
        status = wait_for(link, link->cli->timeout_ms, verb);
    *ret_answer = link->wait.admin;
    if (status == 0 && link->wait.admin == NULL)
        return cli_fail(EXIT_IO, NULL, "an answer that is too large");
    return status;
}

int link_take(struct link *link, const char *mailbox, uint32_t count, uint32_t lease_ms,
              uint32_t wait_ms, struct link_lease *ret_leases, uint32_t *ret_count)
{
    begin(link);
    link->wait.leases = ret_leases;
    link->wait.lease_room = count;
    int status = sent(link, client_take(link->client, mailbox, count, lease_ms));
    if (status == 0)
        status = wait_for(link, wait_ms, NULL);
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

    begin(link);
    int status = sent(link, client_receipt(link->client, &lease, &link->wait.request));
    return status != 0 ? status : wait_for(link, link->cli->timeout_ms, "the receipt");
}

int link_return(struct link *link, const char *mailbox, uint64_t seq, uint64_t token,
                uint64_t delay_ms, const char *reason, bool dead)
{
    Bus__Lease lease = lease_of(mailbox, seq, token);

    begin(link);
    int status = sent(
        link, client_return(link->client, &lease, delay_ms, reason, dead, &link->wait.request));
    return status != 0 ? status : wait_for(link, link->cli->timeout_ms, "the return");
}

int link_peek(struct link *link, const char *mailbox, bool dead, uint32_t limit,
              const Bus__Peeked **ret_peeked)
{
    begin(link);
    int status = sent(link, client_peek(link->client, mailbox, dead, limit, &link->wait.request));
    if (status == 0)
        status = wait_for(link, link->cli->timeout_ms, "peek");
    *ret_peeked = link->wait.peeked;
    if (status == 0 && link->wait.peeked == NULL)
        return cli_fail(EXIT_IO, NULL, "an answer that is too large");
    return status;
}

int link_redrive(struct link *link, const char *mailbox, uint64_t seq)
{
    begin(link);
    int status = sent(link, client_redrive(link->client, mailbox, seq, &link->wait.request));
    return status != 0 ? status : wait_for(link, link->cli->timeout_ms, "redrive");
}
