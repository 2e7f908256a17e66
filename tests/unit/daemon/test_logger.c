/*
 * Group commit: what gathers goes down in one flush, here or in the log thread, in order.
 */
#include "daemon/logger.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/run.h"

struct lab {
    struct log *log;
    struct logger *logger;
    uint64_t next;
    uint64_t committed;
    const struct log_batch *batch;
};

static struct lab lab_open(void)
{
    struct lab lab = { .next = 1 };
    struct log_options options = { .path = test_path("log"), .segment_bytes = 4 << 20 };

    ck_assert_int_eq(log_open(&options, &lab.log), 0);
    ck_assert_int_eq(logger_open(lab.log, 1 << 20, &lab.logger), 0);
    return lab;
}

static void lab_close(struct lab *lab)
{
    logger_close(lab->logger);
    log_close(lab->log);
}

static void gather(struct lab *lab, int count)
{
    for (; count > 0; count--) {
        void *room = logger_add(lab->logger, LOG_MESSAGE, lab->next, 1000 + lab->next, 200);
        ck_assert_ptr_nonnull(room);
        memset(room, (int)lab->next, 200);
        lab->next++;
    }
}

static void poll_once(struct lab *lab)
{
    ck_assert_int_eq(logger_poll(lab->logger, &lab->committed, &lab->batch), 0);
}

/* Until the thread is through with what it has. */
static void settle(struct lab *lab)
{
    do {
        struct pollfd event = { .fd = logger_fd(lab->logger), .events = POLLIN };
        poll(&event, 1, 10);
        logger_heard(lab->logger);
        poll_once(lab);
    } while (logger_is_busy(lab->logger));
}

static void expect_batches(struct lab *lab, uint64_t records, uint64_t batches)
{
    struct log_verdict verdict;

    lab_close(lab);
    ck_assert_int_eq(log_verify(test_path("log"), NULL, NULL, &verdict), 0);
    ck_assert_uint_eq(verdict.records, records);
    ck_assert_uint_eq(verdict.batches, batches);
}

START_TEST(what_has_gathered_goes_down_in_one_flush)
{
    struct lab lab = lab_open();

    gather(&lab, 10);
    ck_assert_int_eq(logger_push(lab.logger, true), 0);
    poll_once(&lab);
    ck_assert_uint_eq(lab.committed, 10);
    ck_assert(!logger_is_busy(lab.logger));
    ck_assert_uint_eq(log_batch_last(lab.batch), 10);
    ck_assert_int_eq(logger_push(lab.logger, true), 0); /* nothing: no flush */
    expect_batches(&lab, 10, 1);
}
END_TEST

START_TEST(while_one_batch_is_in_the_flush_the_next_gathers)
{
    struct lab lab = lab_open();

    gather(&lab, 3);
    ck_assert_int_eq(logger_push(lab.logger, false), 0);
    ck_assert(logger_is_busy(lab.logger));
    gather(&lab, 4);
    ck_assert_int_eq(logger_push(lab.logger, false), 0); /* waits for the first */
    gather(&lab, 5);
    settle(&lab);
    ck_assert_uint_eq(lab.committed, 3);
    ck_assert_uint_eq(logger_gathered(lab.logger), 9);
    ck_assert_int_eq(logger_push(lab.logger, false), 0);
    settle(&lab);
    ck_assert_uint_eq(lab.committed, 12);
    ck_assert_uint_eq(log_batch_first(lab.batch), 4);
    expect_batches(&lab, 12, 2);
}
END_TEST

/* The last durable batch is still there to be read while the next two are made. */
START_TEST(a_durable_batch_stays_in_memory_until_the_next_one_is_durable)
{
    struct lab lab = lab_open();
    struct log_record record;

    gather(&lab, 2);
    ck_assert_int_eq(logger_push(lab.logger, true), 0);
    poll_once(&lab);
    const struct log_batch *first = lab.batch;
    gather(&lab, 2);
    ck_assert_int_eq(logger_push(lab.logger, false), 0);
    gather(&lab, 2);
    log_batch_record(first, 1, &record);
    ck_assert_uint_eq(record.seq, 2);
    settle(&lab);
    ck_assert_uint_eq(log_batch_last(lab.batch), 4);
    lab_close(&lab);
}
END_TEST

static int count_up(void *context)
{
    ++*(int *)context;
    return 7;
}

START_TEST(a_job_is_done_beside_the_appends_and_answers_once)
{
    struct lab lab = lab_open();
    int count = 0;
    int answer = 0;

    for (int i = 0; i < 200; i++) {
        gather(&lab, 1 + i % 7);
        ck_assert_int_eq(logger_push(lab.logger, i % 3 == 0), 0);
        if (logger_give(lab.logger, count_up, &count)) {
            while (!logger_job_done(lab.logger, &answer))
                usleep(100);
            ck_assert_int_eq(answer, 7);
            ck_assert(!logger_job_done(lab.logger, &answer));
        }
        settle(&lab);
    }
    ck_assert_int_eq(count, 200);
    ck_assert_uint_eq(lab.committed, lab.next - 1);
    lab_close(&lab);
}
END_TEST

START_TEST(a_batch_is_full_at_its_limit_and_takes_one_step_more)
{
    struct lab lab = lab_open();

    while (!logger_is_full(lab.logger))
        gather(&lab, 1);
    ck_assert_uint_gt(lab.next, 4000);
    gather(&lab, 1000);
    ck_assert_int_eq(logger_push(lab.logger, true), 0);
    poll_once(&lab);
    ck_assert_uint_eq(lab.committed, lab.next - 1);
    lab_close(&lab);
}
END_TEST

TESTS(what_has_gathered_goes_down_in_one_flush, while_one_batch_is_in_the_flush_the_next_gathers,
      a_durable_batch_stays_in_memory_until_the_next_one_is_durable,
      a_job_is_done_beside_the_appends_and_answers_once,
      a_batch_is_full_at_its_limit_and_takes_one_step_more)
