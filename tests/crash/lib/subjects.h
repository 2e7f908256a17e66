/*
 * crash/lib/subjects.h - what is put through a power cut: the segments of the log, and two stores
 * in the shape of the broker's index and of a service's rows.
 *
 * A subject works in a folder while a recorder looks on, telling it what it begins and what it has
 * acknowledged; and it judges a folder that a power cut left: it must open, hold everything that was
 * acknowledged, nothing that was never written, nothing wrong, and take new work.
 */
#pragma once

#include "crash/lib/images.h"

struct subject {
    const char *name;
    /* `steps` pieces of work, from the state that the folder is in.  True: all went well; false: a
     * call failed, and the process would have ended. */
    bool (*work)(const char *folder, unsigned steps, unsigned *random);
    image_judge *judge;
};

extern const struct subject subject_log;
extern const struct subject subject_index;
extern const struct subject subject_service;
