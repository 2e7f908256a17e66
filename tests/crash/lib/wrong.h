/*
 * crash/lib/wrong.h - a build that is wrong on purpose must be found out by the same images.
 */
#pragma once

#include <check.h>
#include <string.h>

#include "base/log.h"
#include "crash/lib/subjects.h"
#include "lib/run.h"

enum { RIGHT_ROUNDS = 2, WRONG_ROUNDS = 10, WRONG_STEPS = 12 };

/* Records the subject's work with `knobs` and judges the images of up to `rounds` recordings, with
 * `around_judging` (or NULL) called before and after; how many were judged wrong up to the first. */
static inline uint64_t wrong_images(const struct subject *subject, struct recorder_knobs knobs,
                                    void (*around_judging)(bool begins), unsigned rounds)
{
    char folder[4096];
    char image[4096];
    uint64_t wrong = 0;

    say_set_level(SAY_SILENT);
    strcpy(folder, test_path("work"));
    strcpy(image, test_path("image"));
    for (unsigned seed = 1; seed <= rounds && wrong == 0; seed++) {
        struct recording recording;
        unsigned random = seed;
        images_empty(folder);
        recorder_start(&recording, folder);
        recorder_knobs = knobs;
        if (knobs.fail_sync != 0)
            recorder_knobs.fail_sync = 1 + seed;
        subject->work(folder, WRONG_STEPS, &random);
        recorder_knobs = (struct recorder_knobs){ 0 };
        recorder_stop();
        struct images images = { .recording = &recording,
                                 .judge = subject->judge,
                                 .folder = image,
                                 .random = seed,
                                 .tries = 8,
                                 .stop_when_wrong = true };
        if (around_judging != NULL)
            around_judging(true);
        images_play(&images);
        if (around_judging != NULL)
            around_judging(false);
        wrong += images.wrong;
        recorder_free(&recording);
    }
    return wrong;
}
