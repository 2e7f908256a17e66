/*
 * The nth call of the disk fails (T08): each open, write, flush and change of a name, with each error
 * that it may answer.  The work ends cleanly or goes on; nothing that was acknowledged is lost, on the
 * disk as it is and on the disks that a power cut right then may leave.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "crash/lib/subjects.h"
#include "lib/run.h"

enum { STEPS = 14, NTH_MOST = 400, CUTS = 3 };

static const struct {
    enum recorder_call call;
    int error;
    bool is_short;
} failures[] = {
    { CALL_OPEN, EIO, false },  { CALL_OPEN, EMFILE, false },  { CALL_OPEN, ENOSPC, false },
    { CALL_WRITE, EIO, false }, { CALL_WRITE, ENOSPC, false }, { CALL_WRITE, EINTR, false },
    { CALL_WRITE, EIO, true },  { CALL_SYNC, EIO, false },     { CALL_SYNC, ENOSPC, false },
    { CALL_NAME, EIO, false },  { CALL_NAME, ENOSPC, false },
};

/* A power cut anywhere behind the failure. */
static void cut(const struct subject *subject, const struct recording *recording, unsigned seed,
                const char *folder)
{
    struct images images = {
        .recording = recording, .judge = subject->judge, .folder = folder, .random = seed
    };
    uint64_t acknowledged;
    uint64_t begun;

    for (int i = 0; i < CUTS; i++) {
        images_make_one(&images, &acknowledged, &begun);
        const char *wrong = subject->judge(NULL, folder, acknowledged, begun);
        ck_assert_msg(wrong == NULL, "%s, seed %u, cut %d: %s", subject->name, seed, i, wrong);
    }
}

/* How many calls of the kind there are; each fails in a run of its own. */
static unsigned fail_each(const struct subject *subject, size_t failure)
{
    char folder[4096];
    char image[4096];
    unsigned stopped = 0;
    unsigned nth = 1;

    strcpy(folder, test_path("work"));
    strcpy(image, test_path("image"));
    for (; nth < NTH_MOST; nth++) {
        struct recording recording;
        unsigned random = 5; /* the same work each time */
        images_empty(folder);
        recorder_start(&recording, folder);
        recorder_knobs = (struct recorder_knobs){ .fail_call = failures[failure].call,
                                                  .fail_nth = nth,
                                                  .error = failures[failure].error,
                                                  .is_short = failures[failure].is_short };
        stopped += !subject->work(folder, STEPS, &random);
        bool over = recorder_knobs.calls[failures[failure].call] < nth;
        recorder_knobs = (struct recorder_knobs){ 0 };
        recorder_stop();
        uint64_t acknowledged = 0;
        uint64_t begun = 0;
        for (size_t i = 0; i < recording.count; i++) {
            if (recording.events[i].kind == EVENT_ACKNOWLEDGE)
                acknowledged = recording.events[i].offset;
            if (recording.events[i].kind == EVENT_BEGIN)
                begun = recording.events[i].offset;
        }
        cut(subject, &recording, nth, image);
        const char *wrong = subject->judge(NULL, folder, acknowledged, begun);
        ck_assert_msg(wrong == NULL, "%s: call %d, the %uth: %s", subject->name,
                      (int)failures[failure].call, nth, wrong);
        recorder_free(&recording);
        if (over)
            break;
    }
    printf("%s: kind %d, error %d%s: %u calls, %u stopped the work\n", subject->name,
           (int)failures[failure].call, failures[failure].error,
           failures[failure].is_short ? " (short)" : "", nth - 1, stopped);
    return nth - 1;
}

static void fail_all(const struct subject *subject)
{
    unsigned calls = 0;

    say_set_level(SAY_SILENT);
    for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++)
        calls += fail_each(subject, i);
    ck_assert_uint_gt(calls, 100);
}

START_TEST(the_segments_survive_each_failing_call)
{
    fail_all(&subject_log);
}
END_TEST

START_TEST(a_store_survives_each_failing_call)
{
    fail_all(&subject_service);
}
END_TEST

TESTS(the_segments_survive_each_failing_call, a_store_survives_each_failing_call)
