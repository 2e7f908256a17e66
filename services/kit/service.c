/*
 * The process around a kit: a link to the broker, signals, the clock.
 *
 * It lives in one of two ways.  LIVE: what comes is taken in turns, what is in the outbox leaves,
 * timers fire, questions are answered.  RESTORING: the store is new on a log that is not, or older
 * than what the log has of this service; then the log is folded up to its head without sending
 * anything (kit/restore.c), under a name of its own, so that no old number is in the way.
 */
#include "kit/service.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/io.h"
#include "base/log.h"
#include "kit/serve.h"

enum {
    IDLE_MS = 1000,
    TIDY_MS = 200,   /* without a commit: acknowledged rows go by themselves   */
    SETTLE_MS = 200, /* what an earlier life had sent has reached the log then */
};

/* ---- ends ---------------------------------------------------------------------------------------- */

void serve_stop(struct running *running, int status)
{
    if (!running->stopping)
        running->status = status;
    running->stopping = true;
}

void serve_fail(struct running *running, int r)
{
    say_error("service.stops", "service=%s fault=%d reason=\"%s\"", running->process->service->name,
              -r, r < 0 ? strerror(-r) : "the log differs");
    serve_stop(running, r == KIT_DIFFERS ? EXIT_CORRUPT : err_exit_status(r));
}

void serve_signals(struct running *running)
{
    int signal;

    while ((signal = loop_signal_read(running->signals)) != 0) {
        say_info("service.signal", "signal=%d", signal);
        serve_stop(running, 0);
    }
}

static void on_signal(void *context)
{
    serve_signals(context);
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

void serve_send(struct running *running)
{
    if (running->way != LIVE || running->stopping)
        return;
    int r = kit_outbox(running->kit, running->sent + 1, on_outgoing, running);
    if (r < 0)
        serve_fail(running, r);
    else if (r == CLIENT_BAD || r == CLIENT_TOO_LARGE)
        serve_fail(running, FAULT(-EPROTO));
}

/* ---- the loop ------------------------------------------------------------------------------------ */

static void drop_link(struct running *running)
{
    client_close(running->client);
    running->client = NULL;
    answers_drop(running);
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
        .calls = &serve_calls,
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
    serve_subscribe(running);
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
    uint64_t now_ms = serve_now(running);
    if (kit_next_due(running->kit) > now_ms)
        return;
    int r = kit_fire(running->kit, now_ms);
    if (r < 0)
        serve_fail(running, r);
}

static void tidy(struct running *running)
{
    if (running->stopping || running->way != LIVE || !kit_untidy(running->kit)
        || clock_steady_us() - running->idle_us < TIDY_MS * 1000)
        return;
    int r = kit_tidy(running->kit);
    if (r < 0)
        serve_fail(running, r);
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
    uint64_t log_ms = serve_now(running);
    /* Without a broker nothing can come due: the link wakes us. */
    if (running->caught_up && due_ms != UINT64_MAX && client_is_up(running->client)) {
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
        serve_fail(running, r);
        return;
    }
    if (running->way != running->next_way)
        return;
    if (running->retry_number != 0 && clock_steady_us() >= running->retry_us) {
        client_publish_again(running->client, running->retry_number);
        running->retry_number = 0;
    }
    answers_commit(running);
    fire(running);
    serve_send(running);
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
