/*
 * crash/lib/recorder.h - what a piece of code asks of its disk, written down.
 *
 * A program that links this file has its own open, pwrite, fdatasync, rename ...: they do what they
 * always do, and while a recording runs they note each call that concerns its folder.  liblmdb's
 * calls come through here too.  images.h plays such a recording back as the disks that a power cut
 * may have left.
 *
 * The knobs make builds that are wrong on purpose: whoever judges the images must find them out.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum event_kind {
    EVENT_WRITE,      /* bytes at an offset of a file, in the cache                       */
    EVENT_SYNC,       /* all of a file                                                    */
    EVENT_SYNC_RANGE, /* of what was written through a descriptor that is O_DSYNC         */
    EVENT_SYNC_FAIL,  /* EIO: the kernel calls the pages clean, the disk has what it has  */
    EVENT_TRUNCATE,   /* to `offset` bytes                                                */
    EVENT_CREATE,     /* a name                                                           */
    EVENT_RENAME,     /* to `name`                                                        */
    EVENT_UNLINK,
    EVENT_SYNC_NAMES, /* of the folder                                                    */
    EVENT_BEGIN,      /* from now on, up to `offset` may be there                         */
    EVENT_ACKNOWLEDGE /* from now on, up to `offset` must be there                        */
};

enum { NAME_SIZE = 64 };

struct event {
    enum event_kind kind;
    uint32_t file;
    uint32_t size;
    uint64_t offset;
    uint8_t *data;
    char name[NAME_SIZE];
};

struct recording {
    char folder[4096];
    struct event *events;
    size_t count;
    size_t room;
    size_t adopted; /* events that only tell what was in the folder before */
    uint32_t files; /* numbers given so far                                */
};

/* Begins to record; the folder's files, if it has any, are on the disk already and become the first
 * events.  One recording at a time.  Give it back with recorder_free. */
void recorder_start(struct recording *recording, const char *folder);
void recorder_stop(void);
void recorder_free(struct recording *recording);

void recorder_begin(uint64_t number);
void recorder_acknowledge(uint64_t number);

enum recorder_call { CALL_NONE, CALL_OPEN, CALL_WRITE, CALL_SYNC, CALL_NAME, CALL_KINDS };

struct recorder_knobs {
    bool no_sync; /* fdatasync and fsync say 0 and do nothing                          */
    bool early;   /* `early_number` is acknowledged before the sync that it waits for  */
    uint64_t early_number;
    unsigned fail_sync;   /* the nth sync from now answers EIO ...                             */
    bool retry_sync;      /* ... but the code tries again, and the kernel has forgotten        */
    unsigned store_flags; /* ored into mdb_env_open's flags                                    */

    /* Not a wrong build but a bad day: the nth call of a kind from now on answers `error`, once; a
     * short one writes only some of its bytes.  `calls` counts. */
    enum recorder_call fail_call;
    unsigned fail_nth;
    int error;
    bool is_short;
    unsigned calls[CALL_KINDS];
};
extern struct recorder_knobs recorder_knobs;
