/*
 * daemon/logger.h - the log thread: group commit.
 *
 * One batch gathers while the other is in the flush; no timer, no waiting for more.  A broker that is
 * idle appends in the thread that received, because two wake-ups cost more than the flush; so does
 * one whose log thread is at something else: it fills the next segment ahead, and does the jobs that
 * it is given.  Bus loop and log thread meet under one mutex; the log has one owner at a time.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "log/log.h"

struct logger;

/* `batch_bytes`: how much may gather before logger_is_full.  Keeps the log.  Gives the logger: end it
 * with logger_close, which ends the thread (what is not appended by then is not). */
int logger_open(struct log *log, uint64_t batch_bytes, struct logger **ret_logger);
void logger_close(struct logger *logger);

/* Readable when the thread has finished something, until logger_heard; logger_poll tells what. */
int logger_fd(const struct logger *logger);
void logger_heard(struct logger *logger);

/* Room for a record in the batch that gathers, lent to be filled at once; as log_batch_add.  There is
 * always room while logger_is_full is false and one step adds no more than a MiB. */
void *logger_add(struct logger *logger, enum log_type type, uint64_t seq, uint64_t time_ms,
                 uint32_t size);
bool logger_is_full(const struct logger *logger);
uint32_t logger_gathered(const struct logger *logger);

/* Appends what has gathered, if anything has and nothing is in the flush: here (`here`, when the log
 * is free) or in the thread. */
int logger_push(struct logger *logger, bool here);

/* Whether a batch is on its way to the disk. */
bool logger_is_busy(const struct logger *logger);

/* The last durable sequence, and the batch that it ends (lent until the next one is durable; NULL: none
 * yet).  A fault of the thread comes out here: acknowledge nothing, and end. */
int logger_poll(struct logger *logger, uint64_t *ret_committed, const struct log_batch **ret_batch);

/* Waits until nothing is in the flush, `ms` at most. */
void logger_wait(struct logger *logger, uint32_t ms);

/* The disk has no room for a segment: the batch waits, and is tried again. */
bool logger_disk_is_full(struct logger *logger);

/* A job for the thread, when it has nothing to append.  False: it has one already.  Its answer is
 * given once by logger_job_done. */
typedef int logger_job(void *context);
bool logger_give(struct logger *logger, logger_job *job, void *context);
bool logger_job_done(struct logger *logger, int *ret_answer);
