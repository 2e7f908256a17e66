#include "crash/lib/recorder.h"

#include <assert.h>
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { DESCRIPTORS = 1024, FILES = 256, NO_FILE = 0, FOLDER = 1, FIRST_FILE = 2 };

struct recorder_knobs recorder_knobs;

static struct {
    struct recording *recording;
    char names[FILES][NAME_SIZE];  /* of each file now; "" when it has none     */
    uint32_t file_of[DESCRIPTORS]; /* NO_FILE, FOLDER, or a file + FIRST_FILE   */
    bool direct[DESCRIPTORS];      /* opened with O_DSYNC                       */
    unsigned syncs;
} now;

/* ---- events -------------------------------------------------------------------------------------- */

static struct event *add(enum event_kind kind, uint32_t file)
{
    struct recording *recording = now.recording;

    if (recording->count == recording->room) {
        recording->room = recording->room == 0 ? 1024 : 2 * recording->room;
        recording->events =
            realloc(recording->events, recording->room * sizeof(*recording->events));
        assert(recording->events != NULL);
    }
    struct event *event = &recording->events[recording->count++];
    *event = (struct event){ .kind = kind, .file = file };
    return event;
}

static void add_write(uint32_t file, const void *data, size_t size, uint64_t offset)
{
    struct event *event = add(EVENT_WRITE, file);

    event->offset = offset;
    event->size = (uint32_t)size;
    event->data = malloc(size + 1);
    assert(event->data != NULL);
    memcpy(event->data, data, size);
}

static void add_name(enum event_kind kind, uint32_t file, const char *name)
{
    struct event *event = add(kind, file);

    assert(strlen(name) < NAME_SIZE);
    snprintf(event->name, sizeof(event->name), "%s", name);
}

void recorder_begin(uint64_t number)
{
    if (now.recording != NULL)
        add(EVENT_BEGIN, 0)->offset = number;
}

void recorder_acknowledge(uint64_t number)
{
    if (now.recording != NULL)
        add(EVENT_ACKNOWLEDGE, 0)->offset = number;
}

/* ---- names --------------------------------------------------------------------------------------- */

/* The part of `path` behind the folder; NULL: it is not below it, or nobody's data. */
static const char *below(const char *path)
{
    if (now.recording == NULL)
        return NULL;
    size_t length = strlen(now.recording->folder);
    if (strncmp(path, now.recording->folder, length) != 0 || path[length] != '/')
        return NULL;
    const char *name = path + length + 1;
    return strstr(name, "lock") != NULL || strcmp(name, "..") == 0 ? NULL : name;
}

static uint32_t find(const char *name)
{
    for (uint32_t i = 0; i < now.recording->files; i++)
        if (strcmp(now.names[i], name) == 0)
            return i;
    return FILES;
}

static uint32_t make(const char *name)
{
    uint32_t file = now.recording->files++;

    assert(file < FILES);
    snprintf(now.names[file], NAME_SIZE, "%s", name);
    add_name(EVENT_CREATE, file, name);
    return file;
}

/* What lies in the folder already was there before, and is on the disk. */
static void adopt(const char *folder)
{
    DIR *entries = opendir(folder);
    struct dirent *entry;
    struct stat status;
    char path[8192];

    while (entries != NULL && (entry = readdir(entries)) != NULL) {
        snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        if (stat(path, &status) != 0 || !S_ISREG(status.st_mode) || below(path) == NULL)
            continue;
        uint32_t file = make(entry->d_name);
        uint8_t *bytes = malloc((size_t)status.st_size + 1);
        int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY, 0);
        ssize_t got = syscall(SYS_read, fd, bytes, (size_t)status.st_size);
        assert(got == status.st_size);
        syscall(SYS_close, fd);
        add_write(file, bytes, (size_t)got, 0);
        free(bytes);
        add(EVENT_SYNC, file);
    }
    if (entries != NULL)
        closedir(entries);
    add(EVENT_SYNC_NAMES, 0);
    now.recording->adopted = now.recording->count;
}

void recorder_start(struct recording *recording, const char *folder)
{
    assert(now.recording == NULL && strlen(folder) < sizeof(recording->folder));
    memset(&now, 0, sizeof(now));
    *recording = (struct recording){ 0 };
    snprintf(recording->folder, sizeof(recording->folder), "%s", folder);
    now.recording = recording;
    adopt(folder);
}

void recorder_stop(void)
{
    now.recording = NULL;
}

void recorder_free(struct recording *recording)
{
    for (size_t i = 0; i < recording->count; i++)
        free(recording->events[i].data);
    free(recording->events);
}

static uint32_t file_of(int fd)
{
    return now.recording == NULL || fd < 0 || fd >= DESCRIPTORS ? NO_FILE : now.file_of[fd];
}

/* Whether this call of that kind is the one that fails; errno is set. */
static bool fails(enum recorder_call call)
{
    if (now.recording == NULL)
        return false;
    unsigned count = ++recorder_knobs.calls[call];
    if (recorder_knobs.fail_call != call || recorder_knobs.fail_nth != count)
        return false;
    errno = recorder_knobs.error;
    return true;
}

/* ---- the calls ------------------------------------------------------------------------------------ */

static void opened(int fd, const char *path, int flags)
{
    const char *name = below(path);

    if (now.recording == NULL || fd < 0 || fd >= DESCRIPTORS)
        return;
    now.file_of[fd] = strcmp(path, now.recording->folder) == 0 ? FOLDER : NO_FILE;
    now.direct[fd] = (flags & O_DSYNC) != 0;
    if (name == NULL || (flags & O_DIRECTORY) != 0)
        return;
    uint32_t file = find(name);
    if (file == FILES)
        file = make(name);
    if ((flags & O_TRUNC) != 0)
        add(EVENT_TRUNCATE, file);
    now.file_of[fd] = file + FIRST_FILE;
}

int open(const char *path, int flags, ...)
{
    va_list arguments;

    va_start(arguments, flags);
    mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    if (below(path) != NULL && fails(CALL_OPEN))
        return -1;
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
    opened(fd, path, flags);
    return fd;
}

int open64(const char *path, int flags, ...) __attribute__((alias("open")));

int close(int fd)
{
    if (fd >= 0 && fd < DESCRIPTORS)
        now.file_of[fd] = NO_FILE;
    return (int)syscall(SYS_close, fd);
}

static void wrote(int fd, const void *data, ssize_t size, uint64_t offset)
{
    uint32_t file = file_of(fd);

    if (file < FIRST_FILE || size <= 0)
        return;
    add_write(file - FIRST_FILE, data, (size_t)size, offset);
    if (now.direct[fd] && !recorder_knobs.no_sync) {
        struct event *event = add(EVENT_SYNC_RANGE, file - FIRST_FILE);
        event->offset = offset;
        event->size = (uint32_t)size;
    }
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset)
{
    if (file_of(fd) >= FIRST_FILE && fails(CALL_WRITE)) {
        if (!recorder_knobs.is_short || size < 2)
            return -1;
        size /= 2;
    }
    ssize_t written = syscall(SYS_pwrite64, fd, data, size, offset);
    int error = errno;

    wrote(fd, data, written, (uint64_t)offset);
    errno = error;
    return written;
}

ssize_t pwrite64(int fd, const void *data, size_t size, off_t offset)
    __attribute__((alias("pwrite")));

ssize_t write(int fd, const void *data, size_t size)
{
    off_t offset = file_of(fd) < FIRST_FILE ? 0 : syscall(SYS_lseek, fd, 0, SEEK_CUR);
    ssize_t written = syscall(SYS_write, fd, data, size);
    int error = errno;

    wrote(fd, data, written, (uint64_t)offset);
    errno = error;
    return written;
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset)
{
    ssize_t sum = 0;

    /* Part by part: each is a write that the disk may have or not. */
    for (int i = 0; i < count; i++) {
        ssize_t written = pwrite(fd, parts[i].iov_base, parts[i].iov_len, offset + sum);
        if (written < 0)
            return sum > 0 ? sum : written;
        sum += written;
        if ((size_t)written < parts[i].iov_len)
            break;
    }
    return sum;
}

ssize_t pwritev64(int fd, const struct iovec *parts, int count, off_t offset)
    __attribute__((alias("pwritev")));

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    ssize_t sum = 0;

    for (int i = 0; i < count; i++) {
        ssize_t written = write(fd, parts[i].iov_base, parts[i].iov_len);
        if (written < 0)
            return sum > 0 ? sum : written;
        sum += written;
        if ((size_t)written < parts[i].iov_len)
            break;
    }
    return sum;
}

/* What is recorded lies in memory (or will be lost by the replay); nothing is flushed in truth. */
static int synced(int fd)
{
    uint32_t file = file_of(fd);

    if (file == NO_FILE || recorder_knobs.no_sync)
        return 0;
    if (fails(CALL_SYNC)) {
        if (file != FOLDER)
            add(EVENT_SYNC_FAIL, file - FIRST_FILE);
        errno = recorder_knobs.error;
        return -1;
    }
    if (recorder_knobs.early) {
        recorder_knobs.early = false;
        recorder_acknowledge(recorder_knobs.early_number);
    }
    if (recorder_knobs.fail_sync != 0 && --recorder_knobs.fail_sync == 0) {
        if (file != FOLDER) /* names stay as uncertain as they were */
            add(EVENT_SYNC_FAIL, file - FIRST_FILE);
        errno = EIO;
        return recorder_knobs.retry_sync ? 0 : -1;
    }
    add(file == FOLDER ? EVENT_SYNC_NAMES : EVENT_SYNC, file == FOLDER ? 0 : file - FIRST_FILE);
    return 0;
}

int fdatasync(int fd)
{
    return synced(fd);
}

int fsync(int fd)
{
    return synced(fd);
}

int ftruncate(int fd, off_t size)
{
    uint32_t file = file_of(fd);
    int r = (int)syscall(SYS_ftruncate, fd, size);

    if (r == 0 && file >= FIRST_FILE)
        add(EVENT_TRUNCATE, file - FIRST_FILE)->offset = (uint64_t)size;
    return r;
}

int ftruncate64(int fd, off_t size) __attribute__((alias("ftruncate")));

int rename(const char *from, const char *to)
{
    if (below(from) != NULL && fails(CALL_NAME))
        return -1;
    int r = (int)syscall(SYS_rename, from, to);
    const char *old = below(from);
    const char *fresh = below(to);

    if (r != 0 || old == NULL || fresh == NULL)
        return r;
    uint32_t replaced = find(fresh);
    if (replaced != FILES)
        now.names[replaced][0] = '\0';
    uint32_t file = find(old);
    assert(file != FILES);
    add_name(EVENT_RENAME, file, fresh);
    snprintf(now.names[file], NAME_SIZE, "%s", fresh);
    return 0;
}

int unlink(const char *path)
{
    if (below(path) != NULL && fails(CALL_NAME))
        return -1;
    int r = (int)syscall(SYS_unlink, path);
    const char *name = below(path);
    uint32_t file = r == 0 && name != NULL ? find(name) : FILES;

    if (file != FILES) {
        add_name(EVENT_UNLINK, file, name);
        now.names[file][0] = '\0';
    }
    return r;
}

int mdb_env_open(MDB_env *env, const char *path, unsigned flags, mdb_mode_t mode)
{
    int (*real)(MDB_env *, const char *, unsigned, mdb_mode_t);

    *(void **)&real = dlsym(RTLD_NEXT, "mdb_env_open");
    return real(env, path, flags | recorder_knobs.store_flags, mode);
}
