/*
 * base/io.h - files, written whole or not at all.
 *
 * The house writes files only through here.  Short writes and EINTR are finished; a failed sync
 * is never tried again (the kernel forgets the pages, and the second sync would lie).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/slice.h"

/* Writes all of `size` bytes at `offset`. */
int io_write_at(int fd, const void *data, size_t size, uint64_t offset);

/* Reads up to `size` bytes at `offset`; fewer only at the end of the file.  Bytes read in *ret. */
int io_read_at(int fd, void *data, size_t size, uint64_t offset, size_t *ret_size);

/* fdatasync, once. */
int io_sync(int fd);

/* Makes the names in `directory` durable (after a file was made, renamed or removed there). */
int io_sync_directory(const char *directory);

/* mkdir -p with mode 0700 for what is made. */
int io_make_directory(const char *path);

/* Replaces the file `path` by `bytes`: a new file beside it, synced, renamed, directory synced.
 * A crash leaves the old file or the new one.  `mode` as for open. */
int io_replace_file(const char *path, struct slice bytes, mode_t mode);

/* The whole file, at most `limit_bytes`, with a terminator behind it that is not counted.
 * Gives the bytes: end them with free().  IO_ABSENT: no such file.  IO_TOO_LARGE. */
enum { IO_ABSENT = 1, IO_TOO_LARGE = 2, IO_LOCKED = 3 };
int io_read_file(const char *path, size_t limit_bytes, char **ret_bytes, size_t *ret_size);

/* Locks `path` (made if absent) for this process until it dies; writes its pid into it.
 * IO_LOCKED: another process has it. */
int io_lock(const char *path, int *ret_fd);

/* Lets go of a lock of io_lock. */
void io_unlock(int fd);
