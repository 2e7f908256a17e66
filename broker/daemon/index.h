/*
 * daemon/index.h - what the broker would otherwise have to read the whole log for.
 *
 * An LMDB store beside the log: the core's rows (producers, mailboxes), where each case and each
 * producer's numbers are, the last checkpoint, and up to which sequence all that is told.  It is
 * committed off the path of an acknowledgement, by the log thread, and is always behind the log and
 * never ahead of it: an index that is ahead proves that the log has lost its tail.  Deleting it loses
 * nothing; the next start reads the log instead.
 *
 * Cases and numbers are kept by blocks of sequences, so that a busy producer costs a row for
 * hundreds of messages; who looks one up reads the block in the log.
 *
 * Threads: the bus loop notes, saves and looks up; index_commit alone is of the log thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"
#include "core/core.h"

struct index;

enum {
    INDEX_AHEAD = 1,   /* it knows more than the log holds                */
    INDEX_FOREIGN = 2, /* it is of another log                            */
    INDEX_BUSY = 3,    /* another process has it                          */
    INDEX_ABSENT = 4,
    INDEX_BLOCK = 256, /* sequences                                       */
};

/* Gives the index: end it with index_close. */
int index_open(const char *path, uint64_t log_id, uint64_t head, struct index **ret_index);
void index_close(struct index *index);

/* Forgets everything: the next save begins from nothing. */
int index_clear(struct index *index);

/* What the last commit holds. */
uint64_t index_applied(const struct index *index);
uint32_t index_run(const struct index *index);        /* of the broker's last start */
uint64_t index_checkpoint(const struct index *index); /* sequence of the last one, 0: none */

/* Each of the core's rows; ends early with what `each` answers if that is not 0. */
int index_each(struct index *index, int (*each)(void *context, const struct core_row *row),
               void *context);

/* Notes a message that was given a sequence. */
int index_note(struct index *index, uint64_t seq, struct slice source, uint32_t epoch,
               uint64_t number, struct slice case_id);
void index_note_checkpoint(struct index *index, uint64_t seq);

/* Writes the number of this run down before anybody hears of it. */
int index_begin_run(struct index *index, uint32_t run);

/* Takes what was noted and the core's changed rows for the next commit; *ret_applied is the sequence
 * that must be durable before index_commit is called.  Nothing else is taken before that is done. */
int index_save(struct index *index, struct core *core, uint64_t *ret_applied);
uint64_t index_saved_bytes(const struct index *index);

/* A job for the log thread; context: the index. */
int index_commit(void *index);

/* In the bus loop, when the commit has come back. */
void index_committed(struct index *index);

/* The first block, at or after the one of `from`, that holds a message of that case: its first
 * sequence.  INDEX_ABSENT.  What was noted since the last commit is not in it. */
int index_case(struct index *index, const char *case_id, uint64_t from, uint64_t *ret_seq);

/* A sequence at or before that of the message.  INDEX_ABSENT. */
int index_number(struct index *index, const char *source, uint32_t epoch, uint64_t number,
                 uint64_t *ret_seq);
