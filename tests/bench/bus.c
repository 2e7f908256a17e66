/*
 * bench-bus - our own bus under the loads of bench-peer.
 *
 *     bench-bus DIR make
 *     bench-bus DIR publish|mailbox|subscribe|fanout|fill|drain|query LINKSxUNDER_WAY
 *               SECONDS|MESSAGES [plain]
 *
 * DIR is a town of one unit that `make` lays out; its broker runs already (scripts/bench starts
 * it).  `plain`: without CURVE, which only the bench's own build of the broker allows.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/client.h"
#include "lib/place.h"
#include "peers/load.h"

enum { UNDER_WAY_MOST = 4096, RECEIVERS_MOST = 64 };

/* A client with the times of what it has under way, by number. */
struct desk {
    struct client *client;
    struct measure *measure;
    uint64_t asked_us[UNDER_WAY_MOST];
    uint64_t asked;
    uint64_t answered;
    uint64_t number;  /* of its last message                 */
    uint64_t got;     /* delivered, leased, asked            */
    bool is_producer; /* its acknowledgements are measured   */
    uint32_t most;    /* publishes anew until so many are under way; 0: does not */
    uint64_t *left;   /* of all that are to be published     */
    struct desk *other;
};

/* Numbers go on from earlier runs of this producer. */
static void on_welcome(void *context, const Bus__Welcome *welcome)
{
    struct desk *desk = context;

    if (desk->asked == 0)
        desk->number = welcome->number;
}

static void publish(struct desk *desk);

static void keep_publishing(struct desk *desk)
{
    while (client_unacknowledged(desk->client) < desk->most && *desk->left > 0) {
        publish(desk);
        --*desk->left;
    }
}

static void on_stored(void *context, uint64_t number, uint64_t seq)
{
    struct desk *desk = context;

    (void)seq;
    while (desk->answered < desk->asked - (desk->number - number)) {
        if (desk->is_producer)
            measure_span(desk->measure, desk->asked_us[desk->answered % UNDER_WAY_MOST]);
        desk->answered++;
    }
    keep_publishing(desk);
}

static void on_refused(void *context, uint64_t number, const Bus__PublishRefused *refused)
{
    struct desk *desk = context;

    (void)refused;
    client_publish_again(desk->client, number);
}

static void on_deliver(void *context, uint64_t first, uint64_t last, const struct stored *messages,
                       uint32_t count)
{
    struct desk *desk = context;

    (void)first;
    (void)last;
    (void)messages;
    for (uint32_t i = 0; i < count && desk->other != NULL; i++)
        measure_span(desk->measure, desk->other->asked_us[(desk->got + i) % UNDER_WAY_MOST]);
    desk->got += count;
    if (desk->other == NULL && desk->measure != NULL)
        desk->measure->done += count;
}

static void on_leased(void *context, const Bus__Lease *lease, const struct stored *message)
{
    struct desk *desk = context;

    (void)message;
    desk->got++;
    client_receipt(desk->client, lease, NULL);
}

static void on_settled(void *context, uint64_t request, Bus__Code code, const char *reason)
{
    struct desk *desk = context;

    (void)request;
    if (code != BUS__CODE__CODE_ABSENT) {
        fprintf(stderr, "bench-bus: %s\n", reason);
        exit(1);
    }
    if (desk->answered < desk->got) {
        measure_span(desk->measure, desk->other->asked_us[desk->answered % UNDER_WAY_MOST]);
        desk->answered++;
    }
}

static void on_query(void *context, const Bus__Query *query)
{
    struct desk *desk = context;

    desk->got++;
    client_answer(desk->client, query->request, 0, "", slice_of(load_body, LOAD_BODY_BYTES));
}

static void on_answer(void *context, uint64_t request, const Bus__Answer *answer,
                      const Bus__Reject *reject)
{
    struct desk *desk = context;

    (void)request;
    if (answer == NULL) {
        fprintf(stderr, "bench-bus: %s\n", reject->reason);
        exit(1);
    }
    measure_span(desk->measure, desk->asked_us[desk->answered++ % UNDER_WAY_MOST]);
}

static void on_rejected(void *context, const Bus__Reject *reject)
{
    (void)context;
    fprintf(stderr, "bench-bus: the broker: %s\n", reject->reason);
    exit(1);
}

static const struct client_calls calls = {
    .welcome = on_welcome,
    .stored = on_stored,
    .refused = on_refused,
    .deliver = on_deliver,
    .leased = on_leased,
    .settled = on_settled,
    .query = on_query,
    .answer = on_answer,
    .rejected = on_rejected,
};

/* ---- what all works share ------------------------------------------------------------------------ */

struct bench {
    const char *dir;
    bool plain;
    char endpoint[256];
    uint8_t broker_key[SOCKET_KEY_BYTES];
    struct socket_context *context;
    struct desk desks[LOAD_LINKS];
    uint32_t count;
};

/* One round of every client, after a wait for any of them. */
static void step(struct bench *bench)
{
    struct pollfd items[LOAD_LINKS];
    int wait_ms = 100;

    for (uint32_t i = 0; i < bench->count; i++) {
        struct client *client = bench->desks[i].client;
        if (client_is_ready(client))
            client_step(client, 0);
        items[i] = (struct pollfd){ .fd = client_fd(client), .events = POLLIN };
        if (client_is_ready(client))
            wait_ms = 0;
    }
    int ready = poll(items, bench->count, wait_ms);
    for (uint32_t i = 0; i < bench->count; i++) {
        struct client *client = bench->desks[i].client;
        if (items[i].revents != 0 || ready == 0 || client_is_ready(client))
            client_step(client, 0);
    }
}

/* `service`: it answers questions to that service, or "". */
static struct desk *open_desk(struct bench *bench, const char *service, struct measure *measure)
{
    static char instances[LOAD_LINKS][16];
    struct desk *desk = &bench->desks[bench->count];

    snprintf(instances[bench->count], sizeof(instances[0]), "b%u", bench->count);
    *desk = (struct desk){ .measure = measure };
    struct client_options options = {
        .endpoint = bench->endpoint,
        .server_key = bench->plain ? NULL : bench->broker_key,
        .instance = instances[bench->count],
        .epoch = 1,
        .service = service,
        .calls = &calls,
        .context = desk,
    };
    place_keys(bench->dir, "bench", &options.keys);
    if (client_open(bench->context, &options, &desk->client) != 0)
        exit(69);
    bench->count++;
    for (int tries = 0; !client_is_up(desk->client); tries++) {
        if (tries > 500) {
            fprintf(stderr, "bench-bus: no broker answers at %s\n", bench->dir);
            exit(69);
        }
        client_step(desk->client, 20);
    }
    return desk;
}

static void publish(struct desk *desk)
{
    Bus__Envelope envelope = BUS__ENVELOPE__INIT;

    envelope.epoch = 1;
    envelope.number = desk->number + 1;
    envelope.subject = "bench.Made.bench";
    envelope.body.data = (uint8_t *)(uintptr_t)load_body;
    envelope.body.len = LOAD_BODY_BYTES;
    desk->asked_us[desk->asked % UNDER_WAY_MOST] = now_us();
    int r = client_publish(desk->client, &envelope);
    if (r < 0 || r > CLIENT_WAIT) {
        fprintf(stderr, "bench-bus: a message cannot be published: %d\n", r);
        exit(1);
    }
    desk->asked += r == 0;
    desk->number += r == 0;
}

static uint64_t under_way(const struct desk *desk)
{
    return client_unacknowledged(desk->client);
}

/* ---- the works ----------------------------------------------------------------------------------- */

static void work_publish(struct bench *bench, uint32_t links, uint32_t most, double seconds,
                         uint64_t messages, struct measure *measure)
{
    uint64_t left = messages == 0 ? UINT64_MAX : messages;

    for (uint32_t i = 0; i < links; i++)
        open_desk(bench, "", measure)->is_producer = true;
    measure_begin(measure, seconds);
    for (uint32_t i = 0; i < links; i++) {
        bench->desks[i].most = most;
        bench->desks[i].left = &left;
        keep_publishing(&bench->desks[i]);
    }
    while (!measure_over(measure) && (messages == 0 || measure->done < messages))
        step(bench);
}

/* From a publish to the settled receipt of who took it out of its mailbox. */
static void work_mailbox(struct bench *bench, uint32_t most, double seconds,
                         struct measure *measure)
{
    struct desk *maker = open_desk(bench, "", measure);
    struct desk *shelf = open_desk(bench, "", measure);

    uint64_t taken = 0; /* of what was answered, how much has been asked for anew */

    shelf->other = maker;
    client_take(shelf->client, "bench", most, 60 * 1000);
    measure_begin(measure, seconds);
    while (!measure_over(measure)) {
        while (maker->asked < shelf->answered + most)
            publish(maker);
        step(bench);
        if (shelf->answered > taken)
            client_take(shelf->client, "bench", (uint32_t)(shelf->answered - taken), 60 * 1000);
        taken = shelf->answered;
    }
}

/* From a publish to its delivery by a subscription. */
static void work_subscribe(struct bench *bench, uint32_t most, double seconds,
                           struct measure *measure)
{
    const char *const filters[] = { "bench.>" };
    struct desk *maker = open_desk(bench, "", measure);
    struct desk *reader = open_desk(bench, "", measure);

    reader->other = maker;
    client_subscribe(reader->client, filters, 1, 0, 0);
    client_step(reader->client, 50);
    measure_begin(measure, seconds);
    while (!measure_over(measure)) {
        while (maker->asked < reader->got + most)
            publish(maker);
        step(bench);
    }
}

static void work_fanout(struct bench *bench, uint32_t receivers, uint32_t most, double seconds,
                        struct measure *measure)
{
    const char *const filters[] = { "bench.>" };
    struct desk *maker = open_desk(bench, "", NULL);

    for (uint32_t i = 0; i < receivers; i++) {
        struct desk *reader = open_desk(bench, "", measure);
        client_subscribe(reader->client, filters, 1, 0, 0);
        client_step(reader->client, 50);
    }
    measure_begin(measure, seconds);
    while (!measure_over(measure)) {
        uint64_t slowest = UINT64_MAX;
        for (uint32_t i = 1; i <= receivers; i++)
            slowest = bench->desks[i].got < slowest ? bench->desks[i].got : slowest;
        while (under_way(maker) < most && maker->asked < slowest + 4096)
            publish(maker);
        step(bench);
    }
}

static void work_drain(struct bench *bench, uint64_t messages, struct measure *measure)
{
    const char *const filters[] = { "bench.>" };
    struct desk *reader = open_desk(bench, "", measure);

    measure_begin(measure, 0);
    client_subscribe(reader->client, filters, 1, 1, 0);
    while (reader->got < messages)
        step(bench);
}

static void work_query(struct bench *bench, uint32_t most, double seconds, struct measure *measure)
{
    struct desk *asker = open_desk(bench, "", measure);

    open_desk(bench, "bench", measure); /* it answers */
    measure_begin(measure, seconds);
    while (!measure_over(measure)) {
        while (asker->asked < asker->answered + most) {
            asker->asked_us[asker->asked++ % UNDER_WAY_MOST] = now_us();
            client_query(asker->client, "bench.Ask.bench", slice_of(load_body, LOAD_BODY_BYTES),
                         10 * 1000, NULL, NULL);
        }
        step(bench);
    }
}

static void make(const char *dir)
{
    static const struct place_unit units[] = { { "bench", "service" }, { NULL, NULL } };

    place_make(dir, units,
               "bench,publish,bench.>\nbench,subscribe,>\nbench,query,bench.>\n"
               "bench,answer,bench.>\nbench,collect,bench.*.@\nbench,take,>\n",
               "[town]\nname = bench\n");
}

static int usage(void)
{
    fprintf(stderr, "usage: bench-bus DIR make\n"
                    "       bench-bus DIR WORK LINKSxUNDER_WAY SECONDS|MESSAGES [plain]\n");
    return 64;
}

int main(int argc, char **argv)
{
    static struct bench bench;
    struct measure measure = { 0 };
    uint32_t links;
    uint32_t most;

    if (argc == 3 && strcmp(argv[2], "make") == 0) {
        make(argv[1]);
        return 0;
    }
    if (argc < 5 || sscanf(argv[3], "%ux%u", &links, &most) != 2 || links > RECEIVERS_MOST
        || most > UNDER_WAY_MOST)
        return usage();
    bench.dir = argv[1];
    bench.plain = argc > 5;
    snprintf(bench.endpoint, sizeof(bench.endpoint), "%s", place_endpoint(bench.dir));
    place_broker_key(bench.dir, bench.broker_key);
    double amount = atof(argv[4]);
    const char *work = argv[2];
    if (socket_context_open(&bench.context) < 0)
        return 69;
    if (strcmp(work, "publish") == 0)
        work_publish(&bench, links, most, amount, 0, &measure);
    else if (strcmp(work, "fill") == 0)
        work_publish(&bench, links, most, 0, (uint64_t)amount, &measure);
    else if (strcmp(work, "mailbox") == 0)
        work_mailbox(&bench, most, amount, &measure);
    else if (strcmp(work, "subscribe") == 0)
        work_subscribe(&bench, most, amount, &measure);
    else if (strcmp(work, "fanout") == 0)
        work_fanout(&bench, links, most, amount, &measure);
    else if (strcmp(work, "drain") == 0)
        work_drain(&bench, (uint64_t)amount, &measure);
    else if (strcmp(work, "query") == 0)
        work_query(&bench, most, amount, &measure);
    else
        return usage();
    measure_print(&measure, bench.plain ? "carebus plain" : "carebus", work, argv[3]);
    fflush(stdout);
    _Exit(0); /* sockets are not torn down under load */
}
