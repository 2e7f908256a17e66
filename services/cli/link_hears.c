/*
 * What the broker says over a link: taken for the call that waits, or said as an error.
 */
#include <stdio.h>
#include <string.h>

#include "cli/link_inside.h"
#include "cli/verbs.h"
#include "town.pb-c.h"

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

int link_say_reject(Bus__Code code, const char *reason)
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

/* A code below 100 is the town's; the others are of the service that was asked. */
static const char *refusal_name(const char *subject, int code)
{
    char name[64] = "";

    if (subject != NULL)
        snprintf(name, sizeof(name), "%.*s", (int)strcspn(subject, "."), subject);
    const struct service *service = cli_service(name);
    const ProtobufCEnumDescriptor *codes =
        code < 100 || service == NULL ? &town__refusal__descriptor : service->refusals;
    const ProtobufCEnumValue *value =
        codes == NULL ? NULL : protobuf_c_enum_descriptor_get_value(codes, code);
    return value == NULL ? "UNKNOWN" : value->name;
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
        const char *hint = answer->refusal == TOWN__REFUSAL__NOT_ALLOWED
                               ? "--as another post: jcb.duty sees all units, hcz.duty its own"
                               : NULL;
        wait->status = cli_fail(EXIT_REFUSED, hint, "refused: %s, %s",
                                refusal_name(wait->subject, (int)answer->refusal), answer->reason);
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

const struct client_calls link_hears = {
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
