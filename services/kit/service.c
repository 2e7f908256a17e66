/*
 * The process around a kit: a link to the broker, signals, the clock.
 *
 * It lives in one of two ways.  LIVE: what comes is taken in turns, what is in the outbox leaves,
 * timers fire, questions are answered.  RESTORING: the store is new on a log that is not, or older
 * than what the log has of this service; then the log is folded up to its head without sending
 * anything (kit/restore.c), under a name of its own, so that no old number is in the way.
 */
#include "kit/service.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/io.h"
#include "base/log.h"
#include "kit/inside.h"
#include "kit/process.h"
#include "town.pb-c.h"

enum {
    ANSWERS = 256,          /* that wait for their Accessed                           */
    ANSWER_BYTES = 8 << 20, /* of memory for one answer in the making                 */
    IDLE_MS = 1000,
    TIDY_MS = 200,   /* without a commit: acknowledged rows go by themselves   */
    SETTLE_MS = 200, /* what an earlier life had sent has reached the log then */
    REFUSED_RETRY_MS = 1000,
};

enum way { LIVE, RESTORING };
enum stage { HEAD, PARKED, FOLD };

/* An answer that waits until its Accessed is durable. */
struct waiting {
    uint64_t request;
    uint64_t number; /* 0: its Accessed is not in the outbox yet */
    uint32_t refusal;
    char *reason;
    uint8_t *body;
    size_t body_size;
    uint8_t *accessed;
    size_t accessed_size;
};

struct running {
    struct process *process;
    struct kit *kit;
    struct client *client;
    struct arena arena; /* of a question */
    int signals;
    bool stopping;
    int status;

    enum way way;
    enum way next_way;
    enum stage stage; /* of restoring */
    uint64_t head;    /* the log's, when the link came up */
    uint64_t scanned; /* how far the parked ones were looked for */
    bool caught_up;

    uint64_t log_ms; /* log time at `steady_us` */
    uint64_t steady_us;
    uint32_t rate;

    uint64_t sent;         /* the last number that the client has */
    uint64_t retry_number; /* refused, to be sent again at retry_us; 0: none */
    uint64_t retry_us;
    uint64_t idle_us; /* since when nothing was committed */

    struct waiting waiting[ANSWERS]; /* a ring, in order of number */
    uint32_t waiting_first;
    uint32_t waiting_count;
};

/* ---- ends ---------------------------------------------------------------------------------------- */

static void stop(struct running *running, int status)
{
    if (!running->stopping)
        running->status = status;
    running->stopping = true;
}

/* A fault of the kit ends the process: the next start goes on from what the disk says. */
static void fail(struct running *running, int r)
{
    say_error("service.stops", "service=%s fault=%d reason=\"%s\"", running->process->service->name,
              -r, r < 0 ? strerror(-r) : "the log differs");
    stop(running, r == KIT_DIFFERS ? EXIT_CORRUPT : err_exit_status(r));
}

static void on_signal(void *context)
{
    struct running *running = context;
    int signal;

    while ((signal = loop_signal_read(running->signals)) != 0) {
        say_info("service.signal", "signal=%d", signal);
        stop(running, 0);
    }
}

static void wait_ms(void *context, unsigned ms)
{
    struct timespec span = { .tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000 };

    (void)context;
    nanosleep(&span, NULL);
}

/* ---- the outbox ---------------------------------------------------------------------------------- */

static int on_outgoing(void *context, uint64_t number, struct slice envelope)
{
    struct running *running = context;

    int r = client_publish_bytes(running->client, number, envelope);
    if (r == 0)
        running->sent = number;
    return r;
}

static void send_outbox(struct running *running)
{
    if (running->way != LIVE || running->stopping)
        return;
    int r = kit_outbox(running->kit, running->sent + 1, on_outgoing, running);
    if (r < 0)
        fail(running, r);
    else if (r == CLIENT_BAD || r == CLIENT_TOO_LARGE)
        fail(running, FAULT(-EPROTO));
}

/* ---- answers ------------------------------------------------------------------------------------- */

static struct waiting *waiting_at(struct running *running, uint32_t index)
{
    return &running->waiting[(running->waiting_first + index) % ANSWERS];
}

static void *copy_of(struct slice bytes)
{
    void *copy = malloc(bytes.size + 1);

    if (copy != NULL && bytes.size > 0)
        memcpy(copy, bytes.data, bytes.size);
    return copy;
}

static void forget_first(struct running *running)
{
    struct waiting *waiting = waiting_at(running, 0);

    free(waiting->reason);
    free(waiting->body);
    free(waiting->accessed);
    *waiting = (struct waiting){ 0 };
    running->waiting_first = (running->waiting_first + 1) % ANSWERS;
    running->waiting_count--;
}

/* Those whose Accessed is on the disk of the log. */
static void answer_waiting(struct running *running, uint64_t number)
{
    while (running->waiting_count > 0) {
        struct waiting *waiting = waiting_at(running, 0);
        if (waiting->number == 0 || waiting->number > number)
            return;
        client_answer(running->client, waiting->request, waiting->refusal, waiting->reason,
                      slice_of(waiting->body, waiting->body_size));
        forget_first(running);
    }
}

static void keep_waiting(struct running *running, uint64_t request, const struct kit_answer *answer)
{
    if (running->waiting_count == ANSWERS) {
        client_answer(running->client, request, TOWN__REFUSAL__OVER_LIMIT,
                      "too many questions wait for their trace", (struct slice){ 0 });
        return;
    }
    struct waiting *waiting = waiting_at(running, running->waiting_count);
    *waiting = (struct waiting){ .request = request,
                                 .refusal = answer->refusal,
                                 .reason = strdup(answer->reason),
                                 .body = copy_of(answer->body),
                                 .body_size = answer->body.size,
                                 .accessed = copy_of(answer->accessed),
                                 .accessed_size = answer->accessed.size };
    running->waiting_count++;
    if (waiting->reason == NULL || waiting->body == NULL || waiting->accessed == NULL)
        fail(running, FAULT(-ENOMEM));
}

/* The traces of all questions of this round share one commit. */
static void commit_accessed(struct running *running)
{
    struct slice accessed[ANSWERS];
    uint32_t first = running->waiting_count;
    uint64_t number;

    while (first > 0 && waiting_at(running, first - 1)->number == 0)
        first--;
    uint32_t count = running->waiting_count - first;
    if (count == 0 || running->stopping)
        return;
    for (uint32_t i = 0; i < count; i++) {
        const struct waiting *waiting = waiting_at(running, first + i);
        accessed[i] = slice_of(waiting->accessed, waiting->accessed_size);
    }
    int r = kit_accessed(running->kit, accessed, count, &number);
    if (r < 0) {
        fail(running, r);
        return;
    }
    for (uint32_t i = 0; i < count; i++)
        waiting_at(running, first + i)->number = number - (count - 1 - i);
}

/* ---- the log's clock ----------------------------------------------------------------------------- */

static void tell_time(struct running *running, uint64_t log_ms)
{
    running->log_ms = log_ms;
    running->steady_us = clock_steady_us();
}

/* What the log's clock shows now, or a little less: it was read before its word came here. */
static uint64_t log_now(const struct running *running)
{
    uint64_t passed_us = clock_steady_us() - running->steady_us;

    return running->log_ms + passed_us * (running->rate == 0 ? 1 : running->rate) / 1000;
}

/* A message shows that it is later, or, where a timer of ours came too early, that it is not yet. */
static void correct_clock(struct running *running, const struct stored *messages, uint32_t count)
{
    struct slice name = slice_text(running->process->service->name);

    if (count > 0 && messages[count - 1].time_ms > log_now(running))
        tell_time(running, messages[count - 1].time_ms);
    for (uint32_t i = 0; i < count; i++)
        if (messages[i].envelope.not_before_ms > messages[i].time_ms
            && slice_equal(messages[i].source, name))
            tell_time(running, messages[count - 1].time_ms);
}

/* ---- what the broker says ------------------------------------------------------------------------ */

static void restore(struct running *running, const char *why)
{
    say_warn("service.restores", "service=%s reason=\"%s\"", running->process->service->name, why);
    running->next_way = RESTORING;
}

static void subscribe(struct running *running)
{
    static const char *const all[] = { ">" };
    struct kit_state state = kit_state(running->kit);
    char parked[128];
    const char *const parked_filter[] = { parked };
    uint32_t count;
    int r;

    if (running->way == LIVE) {
        const char *const *filters = kit_filters(running->kit, &count);
        r = client_subscribe(running->client, filters, count, state.cursor + 1, 0);
    } else if (running->stage != FOLD) {
        snprintf(parked, sizeof(parked), "%s.Parked.*", running->process->service->name);
        r = client_subscribe(running->client, parked_filter, 1, running->scanned + 1, 0);
    } else {
        r = client_subscribe(running->client, all, 1, state.cursor + 1, 0);
    }
    if (r != 0)
        fail(running, r < 0 ? r : FAULT(-EPROTO));
}

static void on_welcome_restoring(struct running *running, const Bus__Welcome *welcome)
{
    struct kit_state state = kit_state(running->kit);
    int r = 0;

    if (running->stage != HEAD)
        return; /* the subscription goes on by itself */
    if (state.log_id == 0)
        r = kit_begin(running->kit, welcome->log_id, state.epoch);
    running->head = state.restore_head != 0 ? state.restore_head : welcome->head;
    if (r == 0 && running->head == 0) {
        r = kit_begin(running->kit, welcome->log_id, 1);
        running->next_way = LIVE;
    } else if (r == 0 && state.restore_head == 0) {
        r = kit_restore(running->kit, running->head);
    }
    if (r < 0) {
        fail(running, r);
        return;
    }
    running->stage = PARKED;
}

static void on_welcome(void *context, const Bus__Welcome *welcome)
{
    struct running *running = context;
    struct kit_state state = kit_state(running->kit);

    running->rate = welcome->rate;
    tell_time(running, welcome->time_ms);
    kit_exercise(running->kit, welcome->exercise);
    say_info("service.linked", "service=%s head=%llu cursor=%llu epoch=%u number=%llu stored=%llu",
             running->process->service->name, (unsigned long long)welcome->head,
             (unsigned long long)state.cursor, state.epoch, (unsigned long long)state.number,
             (unsigned long long)welcome->number);
    if (running->way == RESTORING) {
        on_welcome_restoring(running, welcome);
        return;
    }
    if (welcome->number > state.number) {
        restore(running, "the log has more of ours than this store has sent");
        return;
    }
    running->head = welcome->head;
    kit_stored(running->kit, welcome->number);
    if (running->sent < welcome->number)
        running->sent = welcome->number;
}

static void on_rejected(void *context, const Bus__Reject *reject)
{
    struct running *running = context;

    if (reject->request != 0 && reject->code != BUS__CODE__NOT_PERMITTED
        && reject->code != BUS__CODE__GONE)
        return;
    if (reject->code == BUS__CODE__STALE_EPOCH && running->way == LIVE) {
        restore(running, "the log has messages of a later epoch of ours");
        return;
    }
    int status = reject->code == BUS__CODE__NOT_PERMITTED ? EXIT_NOT_PERMITTED
                 : reject->code == BUS__CODE__AHEAD || reject->code == BUS__CODE__GONE
                     ? EXIT_CORRUPT
                 : reject->code == BUS__CODE__WRONG_LOG ? EXIT_BAD_CONFIG
                                                        : 0;
    say_error("service.rejected", "service=%s code=%d reason=\"%s\"",
              running->process->service->name, (int)reject->code, reject->reason);
    if (status != 0)
        stop(running, status);
}

static void on_stored(void *context, uint64_t number, uint64_t seq)
{
    struct running *running = context;

    (void)seq;
    if (running->way != LIVE)
        return;
    if (number > kit_state(running->kit).number) {
        restore(running, "the log has more of ours than this store has sent");
        return;
    }
    kit_stored(running->kit, number);
    running->idle_us = clock_steady_us();
    answer_waiting(running, number);
}

/* What is refused for good is filled, so that its number holds up nothing. */
static void fill(struct running *running, uint64_t number, const Bus__PublishRefused *refused);

static void on_refused(void *context, uint64_t number, const Bus__PublishRefused *refused)
{
    struct running *running = context;
    uint32_t retry_ms = refused->retry_ms > REFUSED_RETRY_MS ? refused->retry_ms : REFUSED_RETRY_MS;

    say_error("service.refused", "service=%s number=%llu code=%d reason=\"%s\"",
              running->process->service->name, (unsigned long long)number, (int)refused->code,
              refused->reason);
    if (refused->code == BUS__CODE__BAD_MESSAGE || refused->code == BUS__CODE__TOO_LARGE) {
        fill(running, number, refused);
        return;
    }
    running->retry_number = number;
    running->retry_us = clock_steady_us() + (uint64_t)retry_ms * 1000;
}

struct one {
    uint64_t number;
    struct arena *arena;
    Bus__Envelope *envelope;
};

static int on_one(void *context, uint64_t number, struct slice envelope)
{
    struct one *one = context;
    ProtobufCMessage *message;
    const char *reason;

    if (number == one->number
        && scan_unpack(&bus__envelope__descriptor, envelope, one->arena, &message, &reason) == 0)
        one->envelope = (Bus__Envelope *)message;
    return 1;
}

static void fill(struct running *running, uint64_t number, const Bus__PublishRefused *refused)
{
    struct one one = { .number = number, .arena = &running->arena };

    arena_reset(&running->arena);
    int r = kit_fill(running->kit, number,
                     refused->code == BUS__CODE__TOO_LARGE ? "TOO_LARGE" : "BAD_MESSAGE",
                     refused->reason);
    if (r == 0)
        r = kit_outbox(running->kit, number, on_one, &one);
    if (r >= 0 && one.envelope != NULL)
        r = client_publish_instead(running->client, one.envelope);
    if (r != 0 || one.envelope == NULL)
        fail(running, r < 0 ? r : FAULT(-EPROTO));
}

/* ---- what is delivered --------------------------------------------------------------------------- */

static void take_live(struct running *running, uint64_t last, const struct stored *messages,
                      uint32_t count)
{
    int r = kit_take(running->kit, last, messages, count);
    if (r != 0) {
        fail(running, r);
        return;
    }
    correct_clock(running, messages, count);
    running->idle_us = clock_steady_us();
    send_outbox(running);
}

static void take_parked(struct running *running, uint64_t last, const struct stored *messages,
                        uint32_t count)
{
    ProtobufCMessage *message;
    const char *reason;
    int r = 0;

    for (uint32_t i = 0; r == 0 && i < count; i++) {
        arena_reset(&running->arena);
        if (!slice_equal(messages[i].source, slice_text(running->process->service->name))
            || scan_unpack(&town__parked__descriptor, messages[i].envelope.body, &running->arena,
                           &message, &reason)
                   != 0)
            continue;
        const Town__Parked *parked = (const Town__Parked *)message;
        if (parked->seq > kit_state(running->kit).cursor)
            r = kit_skip(running->kit, parked->seq);
    }
    if (r < 0) {
        fail(running, r);
        return;
    }
    running->scanned = last;
    if (last >= running->head) {
        running->stage = FOLD;
        subscribe(running);
    }
}

static void take_restoring(struct running *running, uint64_t last, const struct stored *messages,
                           uint32_t count)
{
    while (count > 0 && messages[count - 1].seq > running->head)
        count--;
    if (last > running->head)
        last = running->head;
    int r = kit_take(running->kit, last, messages, count);
    if (r == 0 && kit_state(running->kit).cursor >= running->head) {
        r = kit_restored(running->kit);
        running->next_way = LIVE;
        say_info("service.restored", "service=%s head=%llu epoch=%u unsent=%llu",
                 running->process->service->name, (unsigned long long)running->head,
                 kit_state(running->kit).epoch, (unsigned long long)kit_state(running->kit).number);
    }
    if (r != 0)
        fail(running, r);
}

static void on_deliver(void *context, uint64_t first, uint64_t last, const struct stored *messages,
                       uint32_t count)
{
    struct running *running = context;

    (void)first;
    if (running->stopping || running->way != running->next_way)
        return;
    if (running->way == LIVE)
        take_live(running, last, messages, count);
    else if (running->stage == PARKED)
        take_parked(running, last, messages, count);
    else if (running->stage == FOLD)
        take_restoring(running, last, messages, count);
}

static void on_query(void *context, const Bus__Query *query)
{
    struct running *running = context;
    struct kit_answer answer;

    arena_reset(&running->arena);
    running->arena.budget_bytes = ANSWER_BYTES;
    int r = kit_ask(running->kit, query, log_now(running), &running->arena, &answer);
    if (r == -ENOMEM) {
        client_answer(running->client, query->request, TOWN__REFUSAL__REFUSED_TOO_LARGE,
                      "the answer is too long: ask for less", (struct slice){ 0 });
    } else if (r < 0) {
        fail(running, r);
    } else if (answer.accessed.size > 0) {
        keep_waiting(running, query->request, &answer);
    } else {
        client_answer(running->client, query->request, answer.refusal, answer.reason, answer.body);
    }
}

static const struct client_calls calls = {
    .welcome = on_welcome,
    .rejected = on_rejected,
    .stored = on_stored,
    .refused = on_refused,
    .deliver = on_deliver,
    .query = on_query,
};

/* ---- the loop ------------------------------------------------------------------------------------ */

static void drop_link(struct running *running)
{
    client_close(running->client);
    running->client = NULL;
    while (running->waiting_count > 0)
        forget_first(running);
}

/* Begins the next way of living with a link of its own. */
static int make_link(struct running *running)
{
    struct kit_state state = kit_state(running->kit);
    bool live = running->next_way == LIVE;
    struct client_options options = {
        .instance = live ? "" : "restore",
        .epoch = live ? state.epoch : 1,
        .acknowledged = live ? running->kit->outbox_first - 1 : 0,
        .seen_seq = state.cursor,
        .log_id = state.log_id,
        .service = live ? running->process->service->name : "",
        .calls = &calls,
        .context = running,
    };

    running->way = running->next_way;
    running->stage = HEAD;
    running->scanned = 0;
    running->caught_up = false;
    running->sent = running->kit->outbox_first - 1;
    running->retry_number = 0;
    if (!live)
        wait_ms(NULL, SETTLE_MS);
    int r = process_client(running->process, &options, &running->client);
    if (r < 0)
        return r;
    client_watch(running->client, running->signals, on_signal, running);
    subscribe(running);
    return 0;
}

static void fire(struct running *running)
{
    if (running->way != LIVE || running->stopping || !client_is_up(running->client))
        return;
    if (!running->caught_up && kit_state(running->kit).cursor < running->head)
        return;
    if (!running->caught_up)
        say_info("service.ready", "service=%s cursor=%llu", running->process->service->name,
                 (unsigned long long)kit_state(running->kit).cursor);
    running->caught_up = true;
    uint64_t now_ms = log_now(running);
    if (kit_next_due(running->kit) > now_ms)
        return;
    int r = kit_fire(running->kit, now_ms);
    if (r < 0)
        fail(running, r);
}

static void tidy(struct running *running)
{
    if (running->stopping || running->way != LIVE || !kit_untidy(running->kit)
        || clock_steady_us() - running->idle_us < TIDY_MS * 1000)
        return;
    int r = kit_tidy(running->kit);
    if (r < 0)
        fail(running, r);
}

static int next_wait_ms(struct running *running)
{
    uint64_t wait = IDLE_MS;
    uint64_t now_us = clock_steady_us();

    if (running->way != running->next_way)
        return 0;
    if (kit_untidy(running->kit))
        wait = TIDY_MS;
    if (running->retry_number != 0) {
        uint64_t left_ms = running->retry_us > now_us ? (running->retry_us - now_us) / 1000 + 1 : 0;
        wait = left_ms < wait ? left_ms : wait;
    }
    uint64_t due_ms = kit_next_due(running->kit);
    uint64_t log_ms = log_now(running);
    if (running->caught_up && due_ms != UINT64_MAX) {
        uint64_t rate = running->rate == 0 ? 1 : running->rate;
        uint64_t left_ms = due_ms > log_ms ? (due_ms - log_ms + rate - 1) / rate : 0;
        wait = left_ms < wait ? left_ms : wait;
    }
    return (int)wait;
}

static void step(struct running *running)
{
    int r = client_step(running->client, next_wait_ms(running));
    if (r < 0) {
        fail(running, r);
        return;
    }
    if (running->way != running->next_way)
        return;
    if (running->retry_number != 0 && clock_steady_us() >= running->retry_us) {
        client_publish_again(running->client, running->retry_number);
        running->retry_number = 0;
    }
    commit_accessed(running);
    fire(running);
    send_outbox(running);
    tidy(running);
}

static int live(struct running *running)
{
    struct kit_state state = kit_state(running->kit);
    int r = 0;

    running->next_way =
        state.log_id == 0 || state.restore_head != 0 || state.epoch == 0 ? RESTORING : LIVE;
    while (r == 0 && !running->stopping) {
        r = make_link(running);
        if (r < 0)
            break;
        do
            step(running);
        while (!running->stopping && running->way == running->next_way);
        drop_link(running);
    }
    return r < 0 ? err_exit_status(r) : running->status;
}

/* ---- the process --------------------------------------------------------------------------------- */

static int open_store(struct running *running)
{
    char path[PROCESS_PATH];
    struct kit_options options = {
        .service = running->process->service, .path = path, .wait = wait_ms, .context = running
    };

    process_path(running->process, path, "store/%s", running->process->service->name);
    int r = kit_open(&options, &running->kit);
    if (r == STORE_BUSY) {
        say_error("service.running", "store=%s reason=\"another process has it\"", path);
        return EXIT_RUNNING;
    }
    if (r == KIT_NEWER) {
        say_error("service.newer", "store=%s reason=\"a later version wrote it\"", path);
        return EXIT_BAD_CONFIG;
    }
    return r < 0 ? err_exit_status(r) : 0;
}

static void write_pid(struct running *running)
{
    char path[PROCESS_PATH];
    char text[32];

    process_path(running->process, path, "run/%s.pid", running->process->service->name);
    int length = snprintf(text, sizeof(text), "%d\n", (int)getpid());
    io_replace_file(path, slice_of(text, (size_t)length), 0600);
}

static int serve(struct process *process)
{
    struct running *running = calloc(1, sizeof(*running));
    int status = EXIT_IO;

    if (running == NULL)
        return err_exit_status(FAULT(-ENOMEM));
    running->process = process;
    arena_open(&running->arena, ANSWER_BYTES);
    if (loop_signals(&running->signals) == 0)
        status = open_store(running);
    if (status == 0) {
        write_pid(running);
        status = live(running);
        say_info("service.ends", "service=%s status=%d", process->service->name, status);
    }
    kit_close(running->kit);
    if (running->signals > 0)
        close(running->signals);
    arena_close(&running->arena);
    free(running);
    return status;
}

static int print(const struct service *service, bool dot)
{
    struct arena arena;

    arena_open(&arena, ANSWER_BYTES);
    const char *text = dot ? kit_dot(service, &arena) : kit_describe(service, &arena);
    int status = text != NULL && fputs(text, stdout) >= 0 && fflush(stdout) == 0 ? 0 : EXIT_IO;
    arena_close(&arena);
    return status;
}

int service_main(const struct service *service, int argc, char **argv)
{
    struct process process;
    int status = 0;

    say_setup(service->name);
    /* Its tables need no town. */
    if (argc == 2 && (strcmp(argv[1], "--describe") == 0 || strcmp(argv[1], "--dot") == 0))
        return print(service, strcmp(argv[1], "--dot") == 0);
    int r = process_open(&process, service, argc, argv, &status);
    if (r < 0)
        return err_exit_status(r);
    if (r > 0)
        return status;
    if (options_yes(process.options, "describe") || options_yes(process.options, "dot")) {
        status = print(service, options_yes(process.options, "dot"));
        process_close(&process);
        return status;
    }
    r = process_prepare(&process);
    if (r > 0)
        say_error("service.keys", "reason=\"%s\"", process.problem);
    status = r > 0                                    ? EXIT_BAD_CONFIG
             : r < 0                                  ? err_exit_status(r)
             : options_yes(process.options, "replay") ? replay_run(&process)
                                                      : serve(&process);
    process_close(&process);
    return status;
}
