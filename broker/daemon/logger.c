#include "daemon/logger.h"

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"

enum {
    BATCHES = 3,
    RETRY_MS = 200,
    IDLE_MS = 50,                   /* nothing was appended for so long             */
    PREPARE_EACH_BYTES = 512 << 10, /* of log: then a slice of the next segment     */
    PREPARE_EACH_US = 16000,        /* sooner than that, a slice would be in the way */
    PREPARE_LEAST_BYTES = 16 << 20, /* and all the same after so much               */
};

struct logger {
    struct log *log;
    uint64_t batch_bytes;
    int event;
    pthread_t thread;
    bool has_thread;

    /* The bus loop's own: one gathers, one is in the flush, one is the last that was. */
    struct log_batch *batches[BATCHES];
    struct log_batch *gathering;
    struct log_batch *flying_batch;
    struct log_batch *last;
    bool busy; /* flying_batch is in the flush */

    pthread_mutex_t mutex; /* guards all below */
    pthread_cond_t changed;
    bool owned;    /* somebody is inside log_append                */
    bool working;  /* the thread is at something else              */
    bool flying;   /* flying_batch is the thread's, until it is durable */
    bool prepare;  /* a slice of the next segment is wanted now    */
    bool unfilled; /* the next segment may want filling            */
    bool full;
    bool stop;
    uint64_t appended_us;
    uint64_t unprepared_bytes; /* appended since the last look at the next segment */
    uint64_t skipped_bytes;    /* appended since it was last filled               */
    uint64_t looked_us;
    int fault;
    logger_job *job;
    void *job_context;
    bool job_done;
    int job_answer;
};

/* ---- the thread ------------------------------------------------------------------------------------ */

static void tell(struct logger *logger)
{
    uint64_t one = 1;
    ssize_t written = write(logger->event, &one, sizeof(one));

    (void)written; /* the counter cannot be full: it is read each round */
}

static void wait_ms(struct logger *logger, int ms)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += (long)ms * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_cond_timedwait(&logger->changed, &logger->mutex, &until);
}

/* Zeros ahead spare a flush its metadata, which a small batch feels and a large one hardly does; at a
 * high rate they would only double what the disk has to write, and each flush would wait for all of
 * them.  So the next segment is filled when nothing is appended; at a low rate beside that, slice by
 * slice; at a high one hardly at all, but often enough that its room is taken long before it is needed.
 */
static void want_prepare(struct logger *logger, uint64_t bytes)
{
    uint64_t now_us = clock_steady_us();

    logger->appended_us = now_us;
    logger->unprepared_bytes += bytes;
    if (logger->unprepared_bytes < PREPARE_EACH_BYTES)
        return;
    bool fast = now_us - logger->looked_us < PREPARE_EACH_US;
    logger->looked_us = now_us;
    logger->skipped_bytes += logger->unprepared_bytes;
    logger->unprepared_bytes = 0;
    logger->unfilled = true;
    if (fast && logger->skipped_bytes < PREPARE_LEAST_BYTES)
        return;
    logger->skipped_bytes = 0;
    logger->prepare = true;
}

/* With the mutex held, and again on return; the log is ours in between. */
static void append(struct logger *logger)
{
    logger->owned = true;
    uint64_t bytes = log_batch_bytes(logger->flying_batch);
    pthread_mutex_unlock(&logger->mutex);
    int r = log_append(logger->log, logger->flying_batch);
    pthread_mutex_lock(&logger->mutex);
    logger->owned = false;
    logger->full = r == LOG_FULL;
    if (r == LOG_FULL) {
        wait_ms(logger, RETRY_MS);
        return;
    }
    logger->flying = false;
    want_prepare(logger, bytes);
    if (r < 0)
        logger->fault = r;
    tell(logger);
}

static void prepare(struct logger *logger)
{
    bool more = false;

    logger->working = true;
    logger->prepare = false;
    pthread_mutex_unlock(&logger->mutex);
    int r = log_prepare(logger->log, &more);
    pthread_mutex_lock(&logger->mutex);
    logger->working = false;
    logger->full = r == LOG_FULL;
    logger->unfilled = more || r == LOG_FULL;
    if (r < 0) {
        logger->fault = r;
        tell(logger);
    }
    if (r == LOG_FULL)
        wait_ms(logger, RETRY_MS);
}

static bool is_idle(const struct logger *logger)
{
    return clock_steady_us() - logger->appended_us >= IDLE_MS * UINT64_C(1000);
}

static void do_job(struct logger *logger)
{
    logger_job *job = logger->job;

    logger->working = true;
    pthread_mutex_unlock(&logger->mutex);
    int answer = job(logger->job_context);
    pthread_mutex_lock(&logger->mutex);
    logger->working = false;
    logger->job = NULL;
    logger->job_answer = answer;
    logger->job_done = true;
    tell(logger);
}

static void *run(void *context)
{
    struct logger *logger = context;

    pthread_mutex_lock(&logger->mutex);
    while (!logger->stop) {
        if (logger->flying && !logger->owned && logger->fault == 0)
            append(logger);
        else if (logger->job != NULL)
            do_job(logger);
        else if ((logger->prepare || (logger->unfilled && is_idle(logger))) && logger->fault == 0)
            prepare(logger);
        else if (logger->unfilled && logger->fault == 0)
            wait_ms(logger, IDLE_MS);
        else
            pthread_cond_wait(&logger->changed, &logger->mutex);
    }
    pthread_mutex_unlock(&logger->mutex);
    return NULL;
}

/* ---- open and close -------------------------------------------------------------------------------- */

static int start(struct logger *logger)
{
    pthread_condattr_t attributes;
    sigset_t all;
    sigset_t before;

    pthread_mutex_init(&logger->mutex, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&logger->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    /* Signals are the bus loop's. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int r = pthread_create(&logger->thread, NULL, run, logger);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    logger->has_thread = r == 0;
    return r == 0 ? 0 : FAULT(-r);
}

int logger_open(struct log *log, uint64_t batch_bytes, struct logger **ret_logger)
{
    struct logger *logger = calloc(1, sizeof(*logger));
    if (logger == NULL)
        return FAULT(-ENOMEM);
    logger->log = log;
    logger->batch_bytes = batch_bytes;
    logger->unfilled = true;
    logger->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int r = logger->event < 0 ? FAULT(-errno) : 0;
    for (int i = 0; r == 0 && i < BATCHES; i++)
        r = log_batch_open(&logger->batches[i]);
    logger->gathering = logger->batches[0];
    if (r == 0)
        r = start(logger);
    if (r < 0) {
        logger_close(logger);
        return r;
    }
    *ret_logger = logger;
    return 0;
}

void logger_close(struct logger *logger)
{
    if (logger == NULL)
        return;
    if (logger->has_thread) {
        pthread_mutex_lock(&logger->mutex);
        logger->stop = true;
        pthread_cond_broadcast(&logger->changed);
        pthread_mutex_unlock(&logger->mutex);
        pthread_join(logger->thread, NULL);
        pthread_cond_destroy(&logger->changed);
        pthread_mutex_destroy(&logger->mutex);
    }
    for (int i = 0; i < BATCHES; i++)
        log_batch_close(logger->batches[i]);
    if (logger->event >= 0)
        close(logger->event);
    free(logger);
}

int logger_fd(const struct logger *logger)
{
    return logger->event;
}

/* ---- the bus loop's side --------------------------------------------------------------------------- */

void *logger_add(struct logger *logger, enum log_type type, uint64_t seq, uint64_t time_ms,
                 uint32_t size)
{
    return log_batch_add(logger->gathering, type, seq, time_ms, size);
}

bool logger_is_full(const struct logger *logger)
{
    return log_batch_bytes(logger->gathering) >= logger->batch_bytes;
}

uint32_t logger_gathered(const struct logger *logger)
{
    return log_batch_count(logger->gathering);
}

bool logger_is_busy(const struct logger *logger)
{
    return logger->busy;
}

static void take_off(struct logger *logger)
{
    logger->flying_batch = logger->gathering;
    for (int i = 0; i < BATCHES; i++)
        if (logger->batches[i] != logger->flying_batch && logger->batches[i] != logger->last)
            logger->gathering = logger->batches[i];
    log_batch_reset(logger->gathering);
}

/* In this thread; the mutex is held, and again on return. */
static int append_here(struct logger *logger)
{
    logger->owned = true;
    pthread_mutex_unlock(&logger->mutex);
    uint64_t bytes = log_batch_bytes(logger->flying_batch);
    int r = log_append(logger->log, logger->flying_batch);
    pthread_mutex_lock(&logger->mutex);
    logger->owned = false;
    if (r < 0)
        logger->fault = r;
    if (r == LOG_FULL) { /* the thread tries again */
        logger->full = true;
        logger->flying = true;
    }
    want_prepare(logger, bytes);
    if (logger->flying || logger->prepare)
        pthread_cond_signal(&logger->changed);
    return r < 0 ? r : 0;
}

int logger_push(struct logger *logger, bool here)
{
    int r = 0;

    if (logger->busy || log_batch_count(logger->gathering) == 0)
        return 0;
    take_off(logger);
    logger->busy = true;
    pthread_mutex_lock(&logger->mutex);
    if (logger->fault != 0) {
        r = logger->fault;
    } else if ((here || logger->working) && !logger->owned) {
        r = append_here(logger);
    } else {
        logger->flying = true;
        pthread_cond_signal(&logger->changed);
    }
    pthread_mutex_unlock(&logger->mutex);
    return r;
}

void logger_heard(struct logger *logger)
{
    uint64_t count;
    ssize_t size = read(logger->event, &count, sizeof(count));

    (void)size;
}

int logger_poll(struct logger *logger, uint64_t *ret_committed, const struct log_batch **ret_batch)
{
    pthread_mutex_lock(&logger->mutex);
    int r = logger->fault;
    if (logger->busy && !logger->flying) {
        logger->busy = false;
        logger->last = logger->flying_batch;
    }
    pthread_mutex_unlock(&logger->mutex);
    *ret_committed = log_head(logger->log);
    *ret_batch = logger->last;
    return r;
}

void logger_wait(struct logger *logger, uint32_t ms)
{
    /* The thread tells by the eventfd only; this is for the end, where nobody counts wake-ups. */
    for (uint32_t waited = 0; waited < ms; waited++) {
        pthread_mutex_lock(&logger->mutex);
        bool over = !logger->flying || logger->fault != 0;
        pthread_mutex_unlock(&logger->mutex);
        if (over)
            return;
        usleep(1000);
    }
}

bool logger_disk_is_full(struct logger *logger)
{
    pthread_mutex_lock(&logger->mutex);
    bool full = logger->full;
    pthread_mutex_unlock(&logger->mutex);
    return full;
}

/* ---- jobs ------------------------------------------------------------------------------------------ */

bool logger_give(struct logger *logger, logger_job *job, void *context)
{
    pthread_mutex_lock(&logger->mutex);
    bool taken = logger->job == NULL && !logger->job_done;
    if (taken) {
        logger->job = job;
        logger->job_context = context;
        pthread_cond_signal(&logger->changed);
    }
    pthread_mutex_unlock(&logger->mutex);
    return taken;
}

bool logger_job_done(struct logger *logger, int *ret_answer)
{
    pthread_mutex_lock(&logger->mutex);
    bool done = logger->job_done;
    logger->job_done = false;
    *ret_answer = logger->job_answer;
    pthread_mutex_unlock(&logger->mutex);
    return done;
}
