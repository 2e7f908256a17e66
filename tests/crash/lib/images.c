#include "crash/lib/images.h"

#include <assert.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"

enum { SECTOR = 512, FILES = 256, CHANGES = 8192, WRITES = 65536 };

enum { CLEAN, PENDING, DROPPED };

struct file {
    uint8_t *cache;
    uint8_t *disk;
    uint64_t cache_size;
    uint64_t disk_size;
    uint64_t room;
    uint8_t *sectors; /* CLEAN, PENDING or DROPPED: is the disk's what the cache has? */
    uint8_t *chosen;  /* of the image in the making */
};

/* Something about a name that the disk may not know yet. */
struct change {
    enum event_kind kind;
    uint32_t file;
    char name[NAME_SIZE];
};

struct write {
    uint32_t file;
    uint64_t offset;
    uint64_t size;
};

struct disk {
    struct file files[FILES];
    char names[FILES][NAME_SIZE]; /* on the disk */
    struct change changes[CHANGES];
    uint32_t change_count;
    struct write writes[WRITES]; /* not synced */
    uint32_t write_count;
    uint64_t acknowledged;
    uint64_t begun;
};

/* ---- playing the events --------------------------------------------------------------------------- */

static void make_room(struct file *file, uint64_t size)
{
    if (size <= file->room)
        return;
    uint64_t room = (size + (64 << 10)) & ~(uint64_t)((64 << 10) - 1);
    file->cache = realloc(file->cache, room);
    file->disk = realloc(file->disk, room);
    file->sectors = realloc(file->sectors, room / SECTOR);
    file->chosen = realloc(file->chosen, room / SECTOR);
    assert(file->cache != NULL && file->disk != NULL && file->sectors != NULL
           && file->chosen != NULL);
    memset(file->cache + file->room, 0, room - file->room);
    memset(file->disk + file->room, 0, room - file->room);
    memset(file->sectors + file->room / SECTOR, CLEAN, (room - file->room) / SECTOR);
    file->room = room;
}

static void play_write(struct disk *disk, const struct event *event)
{
    struct file *file = &disk->files[event->file];
    uint64_t end = event->offset + event->size;

    make_room(file, end + 1);
    memcpy(file->cache + event->offset, event->data, event->size);
    if (end > file->cache_size)
        file->cache_size = end;
    for (uint64_t i = event->offset / SECTOR; i * SECTOR < end; i++)
        file->sectors[i] = PENDING;
    assert(disk->write_count < WRITES);
    disk->writes[disk->write_count++] = (struct write){ event->file, event->offset, event->size };
}

/* The sectors of a range that are uncertain become `state`; CLEAN: the disk has them now. */
static void settle(struct disk *disk, uint32_t number, uint64_t offset, uint64_t size,
                   uint8_t state)
{
    struct file *file = &disk->files[number];
    uint64_t end = offset + size < file->cache_size ? offset + size : file->cache_size;

    for (uint64_t i = offset / SECTOR; i * SECTOR < end; i++) {
        if (file->sectors[i] != PENDING)
            continue;
        file->sectors[i] = state;
        if (state == CLEAN)
            memcpy(file->disk + i * SECTOR, file->cache + i * SECTOR, SECTOR);
    }
    if (state == CLEAN && end > file->disk_size)
        file->disk_size = end;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < disk->write_count; i++) {
        struct write write = disk->writes[i];
        if (write.file != number || write.offset < offset
            || write.offset + write.size > offset + size)
            disk->writes[kept++] = write;
    }
    disk->write_count = kept;
}

/* Truncation is taken to reach the disk at once; nothing of the house depends on its order. */
static void play_truncate(struct disk *disk, const struct event *event)
{
    struct file *file = &disk->files[event->file];
    uint64_t size = event->offset;

    make_room(file, size);
    if (size < file->cache_size) {
        memset(file->cache + size, 0, file->cache_size - size);
        memset(file->disk + size, 0, file->room - size);
    }
    file->cache_size = size;
    file->disk_size = size < file->disk_size ? size : file->disk_size;
}

static void apply_change(char names[FILES][NAME_SIZE], const struct change *change)
{
    if (change->kind == EVENT_UNLINK) {
        names[change->file][0] = '\0';
        return;
    }
    for (uint32_t i = 0; i < FILES; i++)
        if (strcmp(names[i], change->name) == 0)
            names[i][0] = '\0';
    memcpy(names[change->file], change->name, NAME_SIZE);
}

static void play(struct disk *disk, const struct event *event)
{
    switch (event->kind) {
    case EVENT_WRITE:
        play_write(disk, event);
        break;
    case EVENT_SYNC:
        settle(disk, event->file, 0, UINT64_MAX / 2, CLEAN);
        break;
    case EVENT_SYNC_RANGE:
        settle(disk, event->file, event->offset, event->size, CLEAN);
        break;
    case EVENT_SYNC_FAIL:
        settle(disk, event->file, 0, UINT64_MAX / 2, DROPPED);
        break;
    case EVENT_TRUNCATE:
        play_truncate(disk, event);
        break;
    case EVENT_CREATE:
    case EVENT_RENAME:
    case EVENT_UNLINK:
        assert(disk->change_count < CHANGES);
        disk->changes[disk->change_count] = (struct change){ event->kind, event->file, "" };
        memcpy(disk->changes[disk->change_count++].name, event->name, NAME_SIZE);
        break;
    case EVENT_SYNC_NAMES:
        for (uint32_t i = 0; i < disk->change_count; i++)
            apply_change(disk->names, &disk->changes[i]);
        disk->change_count = 0;
        break;
    case EVENT_BEGIN:
        disk->begun = event->offset;
        break;
    case EVENT_ACKNOWLEDGE:
        disk->acknowledged = event->offset;
        break;
    }
}

static void free_disk(struct disk *disk)
{
    for (uint32_t i = 0; i < FILES; i++) {
        free(disk->files[i].cache);
        free(disk->files[i].disk);
        free(disk->files[i].sectors);
        free(disk->files[i].chosen);
    }
    free(disk);
}

/* ---- making an image ------------------------------------------------------------------------------ */

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *where)
{
    (void)status;
    (void)kind;
    return where->level == 0 ? 0 : remove(path);
}

void images_empty(const char *folder)
{
    mkdir(folder, 0700);
    nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static bool coin(struct images *images)
{
    return rand_r(&images->random) % 2 == 0;
}

/* Which of the uncertain sectors this disk has. */
static void choose(struct images *images, struct disk *disk, enum image_mode mode)
{
    for (uint32_t number = 0; number < images->recording->files; number++) {
        struct file *file = &disk->files[number];
        for (uint64_t i = 0; i * SECTOR < file->cache_size; i++) {
            bool uncertain = file->sectors[i] != CLEAN;
            bool alone =
                mode == IMAGE_TORN || (mode == IMAGE_SUBSET && file->sectors[i] == DROPPED);
            file->chosen[i] = uncertain && (mode == IMAGE_KEPT || (alone && coin(images)));
        }
    }
    for (uint32_t w = 0; mode == IMAGE_SUBSET && w < disk->write_count; w++) {
        const struct write *write = &disk->writes[w];
        uint64_t end = write->offset + write->size;
        if (coin(images))
            continue;
        for (uint64_t i = write->offset / SECTOR; i * SECTOR < end; i++)
            disk->files[write->file].chosen[i] = 1;
    }
}

static void write_file(struct file *file, const char *path)
{
    make_room(file, 1);
    uint64_t size = file->disk_size;
    uint8_t *bytes = malloc(file->room);

    assert(bytes != NULL);
    memcpy(bytes, file->disk, file->room);
    for (uint64_t i = 0; i * SECTOR < file->cache_size; i++) {
        if (file->chosen[i] == 0)
            continue;
        memcpy(bytes + i * SECTOR, file->cache + i * SECTOR, SECTOR);
        uint64_t end = (i + 1) * SECTOR < file->cache_size ? (i + 1) * SECTOR : file->cache_size;
        size = end > size ? end : size;
    }
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ssize_t written = fd < 0 ? -1 : write(fd, bytes, size);
    assert(written == (ssize_t)size);
    close(fd);
    free(bytes);
}

static void make_image(struct images *images, struct disk *disk, enum image_mode mode)
{
    static char names[FILES][NAME_SIZE];
    char path[4096 + NAME_SIZE];

    images_empty(images->folder);
    choose(images, disk, mode);
    memcpy(names, disk->names, sizeof(names));
    uint32_t changes = mode == IMAGE_LOST ? 0
                       : mode == IMAGE_KEPT
                           ? disk->change_count
                           : (uint32_t)rand_r(&images->random) % (disk->change_count + 1);
    for (uint32_t i = 0; i < changes; i++)
        apply_change(names, &disk->changes[i]);
    for (uint32_t i = 0; i < images->recording->files; i++) {
        if (names[i][0] == '\0')
            continue;
        char *slash = strchr(names[i], '/');
        if (slash != NULL) {
            snprintf(path, sizeof(path), "%s/%.*s", images->folder, (int)(slash - names[i]),
                     names[i]);
            mkdir(path, 0700);
        }
        snprintf(path, sizeof(path), "%s/%.*s", images->folder, NAME_SIZE - 1, names[i]);
        write_file(&disk->files[i], path);
    }
}

static bool is_certain(const struct images *images, const struct disk *disk)
{
    if (disk->write_count > 0 || disk->change_count > 0)
        return false;
    for (uint32_t number = 0; number < images->recording->files; number++) {
        const struct file *file = &disk->files[number];
        if (file->cache_size > 0 && memchr(file->sectors, DROPPED, file->room / SECTOR) != NULL)
            return false;
    }
    return true;
}

static void judge_one(struct images *images, struct disk *disk, enum image_mode mode, size_t event)
{
    static const char *const names[IMAGE_MODES] = { "LOST", "KEPT", "SUBSET", "TORN" };

    make_image(images, disk, mode);
    const char *wrong =
        images->judge(images->context, images->folder, disk->acknowledged, disk->begun);
    images->made++;
    if (wrong == NULL)
        return;
    if (images->wrong++ == 0)
        snprintf(images->first_wrong, sizeof(images->first_wrong), "at event %zu (%s): %s", event,
                 names[mode], wrong);
}

static void judge_all(struct images *images, struct disk *disk, size_t event)
{
    judge_one(images, disk, IMAGE_KEPT, event);
    if (is_certain(images, disk))
        return;
    judge_one(images, disk, IMAGE_LOST, event);
    for (unsigned i = 0; i < images->tries; i++) {
        judge_one(images, disk, IMAGE_SUBSET, event);
        judge_one(images, disk, IMAGE_TORN, event);
    }
}

static bool is_over(const struct images *images)
{
    return (images->stop_when_wrong && images->wrong > 0)
           || (images->end_us != 0 && clock_steady_us() > images->end_us);
}

static struct disk *new_disk(const struct images *images)
{
    struct disk *disk = calloc(1, sizeof(*disk));

    assert(disk != NULL);
    disk->acknowledged = images->already;
    disk->begun = images->already_begun;
    return disk;
}

void images_play(struct images *images)
{
    struct disk *disk = new_disk(images);

    for (size_t i = 0; i < images->recording->count && !is_over(images); i++) {
        play(disk, &images->recording->events[i]);
        if (i + 1 >= images->recording->adopted)
            judge_all(images, disk, i);
    }
    free_disk(disk);
}

void images_make_one(struct images *images, uint64_t *ret_acknowledged, uint64_t *ret_begun)
{
    struct disk *disk = new_disk(images);
    size_t from =
        images->from > images->recording->adopted ? images->from : images->recording->adopted;
    size_t behind = images->recording->count - from + 1;
    size_t count = from + (size_t)rand_r(&images->random) % behind;

    for (size_t i = 0; i < count; i++)
        play(disk, &images->recording->events[i]);
    make_image(images, disk, (enum image_mode)((unsigned)rand_r(&images->random) % IMAGE_MODES));
    *ret_acknowledged = disk->acknowledged;
    *ret_begun = disk->begun;
    free_disk(disk);
}
