/*
 * bench-limit - what the disk itself can do: one write and one fdatasync a batch, nothing else.
 *
 *     bench-limit FOLDER MESSAGES SECONDS       MESSAGES of 640 bytes in each batch
 *
 * The file is filled ahead, as our segments are.  640 bytes: a message of 512 with what stands
 * around it.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "peers/load.h"

enum { MESSAGE_BYTES = 640, FILE_BYTES = 64 << 20, PIECE_BYTES = 1 << 20 };

static int give_up(const char *what)
{
    perror(what);
    return 74;
}

int main(int argc, char **argv)
{
    static char bytes[PIECE_BYTES];
    char path[4096];
    char shape[32];
    struct measure measure;

    size_t size = argc == 4 ? (size_t)atoi(argv[2]) * MESSAGE_BYTES : 0;
    if (size == 0 || size > PIECE_BYTES) {
        fprintf(stderr, "usage: bench-limit FOLDER MESSAGES SECONDS\n");
        return 64;
    }
    snprintf(path, sizeof(path), "%s/limit", argv[1]);
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (fd < 0)
        return give_up(path);
    for (off_t at = 0; at < FILE_BYTES; at += PIECE_BYTES)
        if (pwrite(fd, bytes, PIECE_BYTES, at) != PIECE_BYTES)
            return give_up(path);
    if (fsync(fd) != 0)
        return give_up(path);
    measure_begin(&measure, atof(argv[3]));
    for (off_t at = 0; !measure_over(&measure); at += (off_t)size) {
        uint64_t asked_us = now_us();
        if (at + (off_t)size > FILE_BYTES)
            at = 0;
        if (pwrite(fd, bytes, size, at) != (ssize_t)size || fdatasync(fd) != 0)
            return give_up(path);
        measure_span(&measure, asked_us);
        measure.done += size / MESSAGE_BYTES - 1;
    }
    snprintf(shape, sizeof(shape), "1x%zu", size / MESSAGE_BYTES);
    measure_print(&measure, "limit", "publish", shape);
    close(fd);
    return unlink(path) == 0 ? 0 : give_up(path);
}
