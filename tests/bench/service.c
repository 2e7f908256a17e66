/*
 * bench-service - commands through real services, from the hotline to referral and back.
 *
 *     bench-service DIR TICKETS_UNDER_WAY SECONDS
 *
 * DIR is a whole town that `carebus up` serves and `carebus load` has opened.  A seat logs a call,
 * classifies it, opens a ticket, submits and triages it; the hotline asks referral to open the need;
 * it is over when the seat hears that the need is open.  Six commands in two services, each a turn
 * with its own transaction, and all with CURVE: as deployed.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/inside.h"
#include "hotline.pb-c.h"
#include "lib/place.h"
#include "peers/load.h"
#include "town.pb-c.h"

enum { COMMANDS = 6, TICKETS_MOST = 4096, TICKET_MESSAGES = 5 };
#define COMMITTEE "310115125041"

struct seat {
    struct client *client;
    struct measure measure;
    bool exercise;
    uint64_t number;
    uint64_t run; /* in the names of tickets, so that a second run makes others */
    uint64_t asked;
    uint64_t done;
    uint64_t asked_us[TICKETS_MOST];
};

static void on_welcome(void *context, const Bus__Welcome *welcome)
{
    struct seat *seat = context;

    seat->number = welcome->number > seat->number ? welcome->number : seat->number;
    seat->exercise = welcome->exercise;
    seat->run = welcome->head;
}

static void stop(const char *what, const char *reason)
{
    fprintf(stderr, "bench-service: %s: %s\n", what, reason);
    exit(1);
}

static void on_rejected(void *context, const Bus__Reject *reject)
{
    (void)context;
    stop("the broker", reject->reason);
}

static void on_refused(void *context, uint64_t number, const Bus__PublishRefused *refused)
{
    (void)context;
    (void)number;
    stop("not stored", refused->reason);
}

/* Needs open in the order of their tickets: one producer, one order, all the way. */
static void on_deliver(void *context, uint64_t first, uint64_t last, const struct stored *messages,
                       uint32_t count)
{
    static const char wanted[] = "referral.NeedOpened.";
    struct seat *seat = context;

    (void)first;
    (void)last;
    for (uint32_t i = 0; i < count; i++) {
        struct slice subject = messages[i].envelope.subject;
        if (subject.size < sizeof(wanted) || memcmp(subject.data, wanted, sizeof(wanted) - 1) != 0)
            continue;
        if (seat->done < seat->asked)
            measure_span(&seat->measure, seat->asked_us[seat->done++ % TICKETS_MOST]);
    }
}

static const struct client_calls calls = {
    .welcome = on_welcome,
    .rejected = on_rejected,
    .refused = on_refused,
    .deliver = on_deliver,
};

static void say(struct seat *seat, const char *subject, const ProtobufCMessage *message)
{
    Bus__Envelope envelope = BUS__ENVELOPE__INIT;
    Bus__Actor actor = BUS__ACTOR__INIT;
    uint8_t body[1024];

    actor.unit = "dzb";
    actor.post = "dzb.seat1";
    actor.person = "dzb-s5";
    envelope.epoch = 1;
    envelope.number = seat->number + 1;
    envelope.subject = subject;
    envelope.actor = &actor;
    envelope.exercise = seat->exercise;
    envelope.body.data = body;
    envelope.body.len = protobuf_c_message_pack(message, body);
    while (client_publish(seat->client, &envelope) == CLIENT_WAIT)
        client_step(seat->client, 10);
    seat->number++;
}

static void open_shift(struct seat *seat)
{
    Hotline__OpenShift shift = HOTLINE__OPEN_SHIFT__INIT;

    shift.seat = "bench";
    shift.staff = "dzb-s5";
    say(seat, "hotline.OpenShift.dzb", &shift.base);
}

static void take_call(struct seat *seat, const char *call)
{
    Hotline__LogCall log = HOTLINE__LOG_CALL__INIT;
    Hotline__ClassifyCall classify = HOTLINE__CLASSIFY_CALL__INIT;

    log.call = call;
    log.seat = "bench";
    log.ring_ms = 9000;
    say(seat, "hotline.LogCall.dzb", &log.base);
    classify.call = call;
    classify.person = "r2";
    classify.time_ms = 1;
    classify.cause = "x";
    classify.course = "y";
    classify.kind = "MEDICINE";
    classify.place = COMMITTEE;
    say(seat, "hotline.ClassifyCall.dzb", &classify.base);
}

/* Five commands of the seat; the sixth is the hotline's own, to referral. */
static void ticket(struct seat *seat)
{
    Hotline__OpenTicket open = HOTLINE__OPEN_TICKET__INIT;
    Hotline__SubmitTicket submit = HOTLINE__SUBMIT_TICKET__INIT;
    Hotline__TriageTicket triage = HOTLINE__TRIAGE_TICKET__INIT;
    Hotline__Problem problem = HOTLINE__PROBLEM__INIT;
    Hotline__Problem *problems[] = { &problem };
    char call[48];
    char name[48];
    char need[48];

    snprintf(call, sizeof(call), "c%" PRIu64 "-%" PRIu64, seat->run, seat->asked);
    snprintf(name, sizeof(name), "t%" PRIu64 "-%" PRIu64, seat->run, seat->asked);
    snprintf(need, sizeof(need), "n%" PRIu64 "-%" PRIu64, seat->run, seat->asked);
    seat->asked_us[seat->asked++ % TICKETS_MOST] = now_us();
    take_call(seat, call);
    problem.problem = need;
    problem.category = TOWN__CATEGORY__MEDICAL;
    problem.kind = "MEDICINE";
    problem.priority = "P2";
    problem.detail = "a text of the usual length";
    open.ticket = name;
    open.call = call;
    open.problems = problems;
    open.n_problems = 1;
    say(seat, "hotline.OpenTicket.dzb", &open.base);
    submit.ticket = name;
    say(seat, "hotline.SubmitTicket.dzb", &submit.base);
    triage.ticket = name;
    say(seat, "hotline.TriageTicket.dzb", &triage.base);
}

static void wait_for_link(struct seat *seat)
{
    for (int tries = 0; !client_is_up(seat->client); tries++) {
        if (tries > 500)
            stop("no link", "nobody answers");
        client_step(seat->client, 20);
    }
}

int main(int argc, char **argv)
{
    static const char *const filters[] = { "referral.*.*" };
    static struct seat seat;
    struct socket_context *context;
    char shape[32];

    if (argc != 4) {
        fprintf(stderr, "usage: bench-service DIR TICKETS_UNDER_WAY SECONDS\n");
        return 64;
    }
    uint64_t most = strtoull(argv[2], NULL, 10);
    if (most == 0 || most > TICKETS_MOST || socket_context_open(&context) < 0)
        return 64;
    seat.client = place_client(context, argv[1], "dzb", "bench", &calls, &seat, false);
    wait_for_link(&seat);
    client_subscribe(seat.client, filters, 1, 0, 0);
    open_shift(&seat);
    client_step(seat.client, 200);
    uint64_t quiet_us = now_us();
    measure_begin(&seat.measure, atof(argv[3]));
    while (!measure_over(&seat.measure)) {
        uint64_t before = seat.done;
        while (seat.asked < seat.done + most)
            ticket(&seat);
        client_step(seat.client, 10);
        if (seat.done != before)
            quiet_us = now_us();
        if (now_us() - quiet_us > 10 * 1000 * 1000)
            stop("no need was opened", "see the log of the town's services");
    }
    seat.measure.done = seat.done * COMMANDS;
    snprintf(shape, sizeof(shape), "%sx%d", argv[2], TICKET_MESSAGES);
    measure_print(&seat.measure, "carebus", "service", shape);
    fflush(stdout);
    _Exit(0);
}
