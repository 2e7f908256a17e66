#include "base/io.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"

int io_write_at(int fd, const void *data, size_t size, uint64_t offset)
{
    const uint8_t *bytes = data;

    while (size > 0) {
        ssize_t written = pwrite(fd, bytes, size, (off_t)offset);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return FAULT(-errno);
        if (written == 0)
            return FAULT(-EIO);
        bytes += written;
        offset += (uint64_t)written;
        size -= (size_t)written;
    }
    return 0;
}

int io_read_at(int fd, void *data, size_t size, uint64_t offset, size_t *ret_size)
{
    uint8_t *bytes = data;
    size_t done = 0;

    while (done < size) {
        ssize_t got = pread(fd, bytes + done, size - done, (off_t)(offset + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return FAULT(-errno);
        if (got == 0)
            break;
        done += (size_t)got;
    }
    *ret_size = done;
    return 0;
}

int io_sync(int fd)
{
    return fdatasync(fd) == 0 ? 0 : FAULT(-errno);
}

int io_sync_directory(const char *directory)
{
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return FAULT(-errno);
    int r = fsync(fd) == 0 ? 0 : FAULT(-errno);
    close(fd);
    return r;
}

static int parent_of(const char *path, char parent[PATH_MAX])
{
    if (strlen(path) >= PATH_MAX)
        return FAULT(-ENAMETOOLONG);
    const char *slash = strrchr(path, '/');
    if (slash == NULL)
        snprintf(parent, PATH_MAX, ".");
    else if (slash == path)
        snprintf(parent, PATH_MAX, "/");
    else
        snprintf(parent, PATH_MAX, "%.*s", (int)(slash - path), path);
    return 0;
}

int io_make_directory(const char *path)
{
    char part[PATH_MAX];
    size_t length = strlen(path);

    if (length == 0 || length >= sizeof(part))
        return FAULT(-ENAMETOOLONG);
    memcpy(part, path, length + 1);
    for (size_t i = 1; i <= length; i++) {
        if (part[i] != '/' && part[i] != '\0')
            continue;
        char kept = part[i];
        part[i] = '\0';
        if (mkdir(part, 0700) != 0 && errno != EEXIST)
            return FAULT(-errno);
        part[i] = kept;
    }
    struct stat status;
    if (stat(path, &status) != 0)
        return FAULT(-errno);
    return S_ISDIR(status.st_mode) ? 0 : FAULT(-ENOTDIR);
}

static int write_new(const char *path, struct slice bytes, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    if (fd < 0)
        return FAULT(-errno);
    int r = io_write_at(fd, bytes.data, bytes.size, 0);
    if (r == 0)
        r = fsync(fd) == 0 ? 0 : FAULT(-errno);
    if (close(fd) != 0 && r == 0)
        r = FAULT(-errno);
    return r;
}

int io_replace_file(const char *path, struct slice bytes, mode_t mode)
{
    char fresh[PATH_MAX];
    char parent[PATH_MAX];

    int r = parent_of(path, parent);
    if (r < 0)
        return r;
    if ((size_t)snprintf(fresh, sizeof(fresh), "%s.new", path) >= sizeof(fresh))
        return FAULT(-ENAMETOOLONG);
    r = write_new(fresh, bytes, mode);
    if (r == 0 && rename(fresh, path) != 0)
        r = FAULT(-errno);
    if (r < 0) {
        unlink(fresh);
        return r;
    }
    return io_sync_directory(parent);
}

/* As much as a file says that it has is taken at first: a limit is not a cost. */
static size_t first_room(int fd, size_t limit_bytes)
{
    enum { LEAST = 4096 };
    struct stat status;
    size_t size = fstat(fd, &status) == 0 ? (size_t)status.st_size : 0;

    if (size < LEAST)
        size = LEAST;
    return size < limit_bytes ? size : limit_bytes;
}

/* Twice as much, up to the limit, for what says less than it has. */
static int grow(char **bytes, size_t *room, size_t limit_bytes)
{
    size_t larger = *room < limit_bytes / 2 ? 2 * *room : limit_bytes;
    char *moved = realloc(*bytes, larger + 2);

    if (moved == NULL)
        return FAULT(-ENOMEM);
    *bytes = moved;
    *room = larger;
    return 0;
}

int io_read_file(const char *path, size_t limit_bytes, char **ret_bytes, size_t *ret_size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT || errno == ENOTDIR ? IO_ABSENT : FAULT(-errno);

    size_t room = first_room(fd, limit_bytes);
    char *bytes = malloc(room + 2); /* one more is read, to see the end; and the terminator */
    int r = bytes == NULL ? FAULT(-ENOMEM) : 0;
    size_t size = 0;
    while (r == 0 && size <= limit_bytes) {
        if (size > room && (r = grow(&bytes, &room, limit_bytes)) < 0)
            break;
        ssize_t got = read(fd, bytes + size, room + 1 - size);
        if (got < 0 && errno != EINTR)
            r = FAULT(-errno);
        if (got == 0)
            break;
        size += got > 0 ? (size_t)got : 0;
    }
    close(fd);
    if (r == 0 && size > limit_bytes)
        r = IO_TOO_LARGE;
    if (r != 0) {
        free(bytes);
        return r;
    }
    bytes[size] = '\0';
    *ret_bytes = bytes;
    *ret_size = size;
    return 0;
}

int io_lock(const char *path, int *ret_fd)
{
    char text[32];

    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return FAULT(-errno);
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        int r = errno == EWOULDBLOCK ? IO_LOCKED : FAULT(-errno);
        close(fd);
        return r;
    }
    int length = snprintf(text, sizeof(text), "%d\n", (int)getpid());
    int r = ftruncate(fd, 0) == 0 ? io_write_at(fd, text, (size_t)length, 0) : FAULT(-errno);
    if (r < 0) {
        close(fd);
        return r;
    }
    *ret_fd = fd;
    return 0;
}

void io_unlock(int fd)
{
    close(fd);
}
