/*
 * crash/lib/images.h - the disks that a power cut may have left, played back from a recording.
 *
 * The model: what was written reaches the disk whole when its file is synced; before that, each
 * sector of 512 bytes may be there or not, whatever the order of the writes.  Names are kept in the
 * order in which they changed, up to any point at or behind the last sync of the folder.  After a
 * sync that failed, the kernel calls pages clean that the disk does not have: they stay uncertain
 * until their sectors are written and synced again.
 */
#pragma once

#include "crash/lib/recorder.h"

enum image_mode {
    IMAGE_LOST,   /* nothing that was not synced     */
    IMAGE_KEPT,   /* everything                      */
    IMAGE_SUBSET, /* some of the writes, each whole  */
    IMAGE_TORN,   /* some of the sectors             */
    IMAGE_MODES
};

/* Judges the folder of an image, in which `acknowledged` must be there and `begun` may be.  NULL:
 * all is well; else what is wrong. */
typedef const char *image_judge(void *context, const char *folder, uint64_t acknowledged,
                                uint64_t begun);

struct images {
    const struct recording *recording;
    image_judge *judge;
    void *context;
    const char *folder; /* where images are made                                             */
    unsigned random;
    size_t from;      /* images_make_one: not before so many events                          */
    unsigned tries;   /* of SUBSET and TORN each, where anything is uncertain              */
    uint64_t end_us;  /* stop then (clock_steady_us); 0: never                             */
    uint64_t already; /* acknowledged before the recording began, and begun                */
    uint64_t already_begun;
    bool stop_when_wrong; /* at the first image that is judged wrong                           */

    uint64_t made;
    uint64_t wrong;
    char first_wrong[512]; /* "at event 17 (SUBSET): head 4, acknowledged 5" */
};

/* Makes and judges the images of a power cut behind each event. */
void images_play(struct images *images);

/* One disk behind a random event, left in `folder`; what was acknowledged and begun by then. */
void images_make_one(struct images *images, uint64_t *ret_acknowledged, uint64_t *ret_begun);

/* An empty folder, whatever it held. */
void images_empty(const char *folder);
