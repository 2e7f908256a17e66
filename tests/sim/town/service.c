/*
 * A service in the simulator: its real tables, turns and handlers; around them the life that
 * services/kit/service.c gives them, with frames of the simulator instead of sockets.  It may die at
 * any call of its store.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "core/filter.h"
#include "kit/inside.h"
#include "kit/loop.h"
#include "sim/town/books.h"
#include "sim/town/memory.h"
#include "sim/town/town.h"
#include "town.pb-c.h"

enum {
    CREDIT = 1 << 18,
    WINDOW = 60,
    TOGETHER = 16,
    RESEND_US = 1500 * MS,
    STALL_US = 2 * SECOND,
    CALLS_TO_DEATH = 400,
    DIGESTS = 64,
};

struct living {
    const struct service *service;
    char path[64];
    char earlier[64]; /* of a wrong build: what is really on the disk */
    struct kit *kit;
    bool dying; /* a call of its store will be the last */
    uint64_t stored;
    uint64_t sent;
    uint64_t hold_us;
    uint64_t heard_us;
    uint64_t subscribed_us;
    uint64_t log_ms; /* as the broker told it, at log_us */
    uint64_t log_us;
    uint64_t head; /* of the log, when the link came up */
};

static void must_be_done(int r, int line)
{
    if (r == 0)
        return;
    fprintf(stderr, "service.c:%d: answers %d\n", line, r);
    abort();
}
#define must(r) must_be_done((r), __LINE__)

/* What became of a call of the kit: when its store died under it, so does the process. */
static bool lives(struct sim *sim, struct node *node, int r)
{
    struct living *living = node->own;

    if (r >= 0)
        return true;
    if (!living->dying)
        sim_wrong(sim, "%s has a fault of its own: %d", node->source, r);
    node_kill(sim, node);
    return false;
}

/* The process will die within so many calls of its store, in a commit or between. */
static void doom(struct sim *sim, struct node *node)
{
    struct living *living = node->own;

    if (!node->doomed || living->dying)
        return;
    node->doomed = false;
    living->dying = true;
    memory_crash(kit_store(living->kit), 1 + (unsigned)sim_roll(sim, CALLS_TO_DEATH),
                 sim_roll(sim, 2) == 0);
}

/* ---- saying --------------------------------------------------------------------------------------------- */

struct sending {
    struct sim *sim;
    struct node *node;
    struct parcel *parcel;
    uint64_t last;
};

static int on_outgoing(void *context, uint64_t number, struct slice envelope)
{
    struct sending *sending = context;
    struct living *living = sending->node->own;
    uint64_t digest = sim_digest(envelope);
    struct said *said =
        sim_find_said(sending->sim, sending->node->index, sending->node->epoch, number);

    if (number > living->stored + WINDOW || sending->parcel->item_count == TOGETHER)
        return 1;
    if (said == NULL)
        sim_said(sending->sim, sending->node, number, digest);
    else if (said->digest != digest)
        sim_wrong(sending->sim, "H13: %s/%llu is said in two ways", sending->node->source,
                  (unsigned long long)number);
    parcel_add(sending->parcel, envelope);
    sending->last = number;
    return 0;
}

static void send(struct sim *sim, struct node *node)
{
    struct living *living = node->own;

    while (node->phase == NODE_UP && sim->now_us >= living->hold_us) {
        struct sending sending = { sim, node, parcel_new(), 0 };
        int r = kit_outbox(living->kit, living->sent + 1, on_outgoing, &sending);
        if (r < 0 || sending.parcel->item_count == 0) {
            parcel_free(sending.parcel);
            lives(sim, node, r);
            return;
        }
        sending.parcel->up = CORE_PUBLISH;
        sending.parcel->number = living->sent + 1;
        living->sent = sending.last;
        if (sim->wrong == WRONG_SENT_IS_DONE)
            kit_stored(living->kit, sending.last);
        net_up(sim, node, sending.parcel);
    }
}

static void on_stored(struct sim *sim, struct node *node, uint64_t number, bool gap)
{
    struct living *living = node->own;

    if (number > kit_state(living->kit).number) {
        sim_wrong(sim, "H5: the log has more of %s than it ever said", node->source);
        return;
    }
    for (uint64_t n = living->stored + 1; n <= number; n++) {
        struct said *said = sim_find_said(sim, node->index, node->epoch, n);
        if (said != NULL)
            said->acknowledged = true;
        living->heard_us = sim->now_us;
    }
    if (number > living->stored)
        living->stored = number;
    kit_stored(living->kit, number);
    if (living->sent < living->stored || (gap && living->sent > number))
        living->sent = living->stored;
    node->acknowledged = living->stored;
}

/* ---- hearing -------------------------------------------------------------------------------------------- */

static void subscribe(struct sim *sim, struct node *node)
{
    struct living *living = node->own;
    struct parcel *parcel = parcel_new();
    uint32_t count;
    const char *const *filters = kit_filters(living->kit, &count);

    parcel->up = CORE_SUBSCRIBE;
    parcel->seq = kit_state(living->kit).cursor + 1;
    parcel->count = CREDIT;
    for (uint32_t i = 0; i < count; i++)
        parcel_add(parcel, slice_of(filters[i], strlen(filters[i]) + 1));
    living->subscribed_us = sim->now_us;
    net_up(sim, node, parcel);
}

/* The messages as a frame brings them; lent until `bytes` is freed. */
static uint8_t *store_messages(const struct item *items, uint32_t count, struct stored *messages)
{
    size_t room = 1;
    size_t used = 0;

    for (uint32_t i = 0; i < count; i++)
        room +=
            scan_stored_size(slice_text(items[i].source), slice_of(items[i].bytes, items[i].size));
    uint8_t *bytes = malloc(room);
    if (bytes == NULL)
        abort();
    for (uint32_t i = 0; i < count; i++) {
        struct slice envelope = slice_of(items[i].bytes, items[i].size);
        struct slice source = slice_text(items[i].source);
        uint32_t size = scan_stored_size(source, envelope);
        scan_stored_pack(items[i].seq, items[i].time_ms, source, envelope, bytes + used);
        must(scan_stored(slice_of(bytes + used, size), &messages[i]));
        used += size;
    }
    return bytes;
}

static void on_deliver(struct sim *sim, struct node *node, const struct parcel *parcel)
{
    struct living *living = node->own;
    struct parcel *credit = parcel_new();

    credit->up = CORE_CREDIT;
    credit->count = parcel->count;
    net_up(sim, node, credit);
    living->heard_us = sim->now_us;
    if (parcel->first > kit_state(living->kit).cursor + 1) {
        if (sim->now_us - living->subscribed_us > 300 * MS)
            subscribe(sim, node); /* something is missing */
        return;
    }
    struct stored *messages = calloc(parcel->item_count + 1, sizeof(*messages));
    if (messages == NULL)
        abort();
    uint8_t *bytes = store_messages(parcel->items, parcel->item_count, messages);
    for (uint32_t i = 0; sim->wrong == WRONG_OWN_CLOCK && i < parcel->item_count; i++)
        messages[i].time_ms = sim_log_ms(sim);
    if (parcel->item_count > 0) {
        living->log_ms = parcel->items[parcel->item_count - 1].time_ms;
        living->log_us = sim->now_us;
    }
    doom(sim, node);
    int r = kit_take(living->kit, parcel->last, messages, parcel->item_count);
    free(messages);
    free(bytes);
    if (lives(sim, node, r))
        send(sim, node);
}

/* ---- the node ------------------------------------------------------------------------------------------- */

static void start(struct sim *sim, struct node *node)
{
    struct living *living = node->own;
    struct kit_options options = { .service = living->service, .path = living->path };

    must(kit_open(&options, &living->kit));
    struct kit_state state = kit_state(living->kit);
    living->dying = false;
    living->stored = 0;
    living->sent = 0;
    living->hold_us = 0;
    living->heard_us = sim->now_us;
    living->log_us = sim->now_us;
    living->log_ms = state.time_ms;
    living->head = UINT64_MAX;
    node->epoch = state.epoch;
    node->acknowledged = 0;
    node->seen_seq = state.cursor;
}

static void up(struct sim *sim, struct node *node, const struct parcel *welcome)
{
    struct living *living = node->own;

    kit_exercise(living->kit, false);
    living->log_ms = welcome->time_ms;
    living->log_us = sim->now_us;
    living->head = welcome->last;
    on_stored(sim, node, welcome->number, false);
    living->sent = living->stored;
    subscribe(sim, node);
    send(sim, node);
}

static void on_parcel(struct sim *sim, struct node *node, struct parcel *parcel)
{
    struct living *living = node->own;

    if (parcel->down == CORE_SEND_STORED) {
        on_stored(sim, node, parcel->number, parcel->flag);
        send(sim, node);
    } else if (parcel->down == CORE_SEND_REFUSED) {
        if (parcel->code != BUS__CODE__FULL && parcel->code != BUS__CODE__OVER_CREDIT)
            sim_wrong(sim, "the broker will never take %s/%llu: code %d", node->source,
                      (unsigned long long)parcel->number, (int)parcel->code);
        living->hold_us = sim->now_us + 200 * MS;
        if (parcel->number > living->stored && parcel->number <= living->sent)
            living->sent = parcel->number - 1;
    } else if (parcel->down == CORE_FEED) {
        on_deliver(sim, node, parcel);
    }
}

static void fire(struct sim *sim, struct node *node)
{
    struct living *living = node->own;
    uint64_t now_ms = living->log_ms + (sim->now_us - living->log_us) * sim->cast->rate / 1000;

    if (kit_state(living->kit).cursor < living->head || kit_next_due(living->kit) > now_ms)
        return;
    lives(sim, node, kit_fire(living->kit, now_ms));
}

static void tick(struct sim *sim, struct node *node)
{
    struct living *living = node->own;

    if (node->phase != NODE_UP)
        return;
    doom(sim, node);
    if (sim->wrong == WRONG_LOST_COMMIT && sim_roll(sim, 20) == 0)
        memory_copy(living->path, living->earlier);
    if (!sim->healing)
        fire(sim, node);
    if (node->phase == NODE_DEAD
        || (kit_untidy(living->kit) && !lives(sim, node, kit_tidy(living->kit))))
        return;
    if (living->sent > living->stored && sim->now_us - living->heard_us > RESEND_US) {
        living->sent = living->stored;
        living->heard_us = sim->now_us;
    }
    if (sim->now_us - living->heard_us > STALL_US && sim->now_us - living->subscribed_us > STALL_US)
        subscribe(sim, node);
    send(sim, node);
}

static void kill_service(struct sim *sim, struct node *node)
{
    struct living *living = node->own;

    kit_close(living->kit);
    living->kit = NULL;
    if (sim->wrong == WRONG_LOST_COMMIT)
        memory_copy(living->earlier, living->path);
}

static bool is_for(const struct living *living, struct slice subject)
{
    uint32_t count;
    const char *const *filters = kit_filters(living->kit, &count);

    for (uint32_t i = 0; i < count; i++)
        if (filter_match(slice_text(filters[i]), subject))
            return true;
    return false;
}

static bool quiet(struct sim *sim, const struct node *node)
{
    const struct living *living = node->own;
    struct world_message message;

    if (node->phase != NODE_UP || living->stored < kit_state(living->kit).number)
        return false;
    for (uint64_t seq = sim->world.durable; seq > kit_state(living->kit).cursor; seq--)
        if (core_world_message(&sim->world, seq, &message)
            && is_for(living, message.message.subject))
            return false;
    return true;
}

/* ---- H14: folding the log gives the same rows ------------------------------------------------------------- */

struct digests {
    struct {
        const char *table;
        uint8_t digest[STORE_DIGEST_SIZE];
    } rows[DIGESTS];
    unsigned count;
};

static void add_digest(void *context, const char *table, uint64_t count,
                       const uint8_t digest[STORE_DIGEST_SIZE])
{
    struct digests *digests = context;

    (void)count;
    if (digests->count == DIGESTS)
        abort();
    digests->rows[digests->count].table = table;
    memcpy(digests->rows[digests->count++].digest, digest, STORE_DIGEST_SIZE);
}

static void fold_one(struct kit *kit, const struct world_message *message)
{
    struct item item = { .bytes = (uint8_t *)(uintptr_t)message->message.bytes.data,
                         .size = (uint32_t)message->message.bytes.size,
                         .seq = message->seq,
                         .time_ms = message->time_ms };
    struct stored stored;

    snprintf(item.source, sizeof(item.source), "%s", message->source);
    uint8_t *bytes = store_messages(&item, 1, &stored);
    must(kit_take(kit, message->seq, &stored, 1));
    free(bytes);
}

static void on_wrong(void *context, const char *line)
{
    sim_wrong(context, "%s", line);
}

static void judge_service(struct sim *sim, struct node *node)
{
    struct living *living = node->own;
    struct digests live = { 0 };
    struct digests folded = { 0 };
    char image[64];
    struct kit *kit;

    memory_crash(kit_store(living->kit), 0, false); /* it need not die any more */
    town_image(living->service->name, image);
    memory_copy(image, "fold");
    struct kit_options options = { .service = living->service, .path = "fold", .scratch = true };
    must(kit_open(&options, &kit));
    for (uint64_t seq = kit_state(kit).cursor + 1; seq <= sim->world.durable; seq++) {
        struct world_message message;
        if (core_world_message(&sim->world, seq, &message)
            && is_for(living, message.message.subject))
            fold_one(kit, &message);
    }
    must(kit_digest(living->kit, add_digest, &live));
    must(kit_digest(kit, add_digest, &folded));
    for (unsigned i = 0; i < live.count; i++)
        if (memcmp(live.rows[i].digest, folded.rows[i].digest, STORE_DIGEST_SIZE) != 0)
            sim_wrong(sim, "H14: %s folds to another table %s", node->source, live.rows[i].table);
    kit_close(kit);
    memory_forget("fold");
    books_judge(living->kit, on_wrong, sim);
}

static void free_service(struct node *node)
{
    struct living *living = node->own;

    kit_close(living->kit);
    memory_forget(living->path);
    free(living);
}

void service_new(struct sim *sim, const struct service *service)
{
    static const struct node_calls calls = { start, up,    on_parcel,     tick,        kill_service,
                                             NULL,  quiet, judge_service, free_service };
    struct living *living = calloc(1, sizeof(*living));
    char image[64];

    if (living == NULL)
        abort();
    living->service = service;
    snprintf(living->path, sizeof(living->path), "live/%s", service->name);
    town_image(service->name, image);
    memory_copy(image, living->path);
    snprintf(living->earlier, sizeof(living->earlier), "earlier/%s", service->name);
    if (sim->wrong == WRONG_LOST_COMMIT)
        memory_copy(image, living->earlier);
    struct node *node = node_new(sim, service->name, "", service->name, &calls, living);
    for (uint64_t i = 0; i < sim->cast->log_count; i++)
        node->numbers_before += strcmp(sim->cast->log[i].source, service->name) == 0;
}
