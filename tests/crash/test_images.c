/*
 * The segments of the log, and two stores, through tens of thousands of power cuts (T05).
 *
 *     crash_test_images [--images N] [--seconds N] [--seed N]
 *
 * Each round records some work and plays back what a cut behind each call may have left; then the
 * same for a start from such a disk (a cut during recovery), and for a start after a flush that
 * failed.  Without --seconds it ends when N images were judged (50,000).
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "crash/lib/subjects.h"

enum { WORKERS = 2, STEPS = 25, STEPS_AGAIN = 4, TRIES = 4, PROGRESS_US = 5000000, PATH = 4096 };

static const struct subject *const subjects[] = { &subject_log, &subject_index, &subject_service };
enum { SUBJECTS = sizeof(subjects) / sizeof(subjects[0]) };

/* The segments are ours alone: they get half of the rounds. */
static const int turns[] = { 0, 1, 0, 2 };
enum { TURNS = sizeof(turns) / sizeof(turns[0]) };

struct progress {
    _Atomic uint64_t made[SUBJECTS];
    _Atomic bool failed;
};

struct campaign {
    struct progress *progress;
    uint64_t images;
    uint64_t end_us;
    char folder[PATH / 2]; /* the work's, images beside it */
};

static uint64_t all(const struct progress *progress)
{
    uint64_t sum = 0;

    for (int i = 0; i < SUBJECTS; i++)
        sum += progress->made[i];
    return sum;
}

static bool is_over(const struct campaign *campaign)
{
    return campaign->progress->failed
           || (campaign->end_us == 0 ? all(campaign->progress) >= campaign->images
                                     : clock_steady_us() >= campaign->end_us);
}

static struct images images_of(const struct campaign *campaign, const struct subject *subject,
                               const struct recording *recording, unsigned random,
                               const char *folder)
{
    return (struct images){ .recording = recording,
                            .judge = subject->judge,
                            .folder = folder,
                            .random = random,
                            .tries = TRIES,
                            .end_us = campaign->end_us };
}

static void play(struct campaign *campaign, int number, struct images *images, const char *what,
                 unsigned seed)
{
    images->stop_when_wrong = true;
    images_play(images);
    campaign->progress->made[number] += images->made;
    if (images->wrong == 0)
        return;
    campaign->progress->failed = true;
    fprintf(stderr, "%s, %s, --seed %u: %s\nthe disk is kept in %s\n", subjects[number]->name, what,
            seed, images->first_wrong, images->folder);
}

static void fail(struct campaign *campaign, int number, const char *what, unsigned seed)
{
    campaign->progress->failed = true;
    fprintf(stderr, "%s, --seed %u: %s\n", subjects[number]->name, seed, what);
}

/* Work on a good disk; then a start from what a cut left of it. */
static void round_of_cuts(struct campaign *campaign, int number, unsigned seed)
{
    const struct subject *subject = subjects[number];
    struct recording recording;
    struct recording again;
    unsigned random = seed;
    char image[PATH];

    snprintf(image, sizeof(image), "%s.image", campaign->folder);
    images_empty(campaign->folder);
    recorder_start(&recording, campaign->folder);
    bool good = subject->work(campaign->folder, STEPS, &random);
    recorder_stop();
    if (!good)
        fail(campaign, number, "the work itself failed", seed);
    struct images images = images_of(campaign, subject, &recording, random, image);
    play(campaign, number, &images, "work", seed);
    if (is_over(campaign)) {
        recorder_free(&recording);
        return;
    }

    struct images second = images_of(campaign, subject, &again, random, image);
    images.folder = campaign->folder;
    images_make_one(&images, &second.already, &second.already_begun);
    recorder_start(&again, campaign->folder);
    good = subject->work(campaign->folder, STEPS_AGAIN, &random);
    recorder_stop();
    if (!good)
        fail(campaign, number, "the work after a cut failed", seed);
    play(campaign, number, &second, "start after a cut", seed);
    recorder_free(&again);
    recorder_free(&recording);
}

/* A flush fails, the process ends; the next one sees in the cache what the disk does not have. */
static void round_of_failed_sync(struct campaign *campaign, int number, unsigned seed)
{
    const struct subject *subject = subjects[number];
    struct recording recording;
    unsigned random = seed;
    char image[PATH];

    snprintf(image, sizeof(image), "%s.image", campaign->folder);
    images_empty(campaign->folder);
    recorder_start(&recording, campaign->folder);
    recorder_knobs = (struct recorder_knobs){ .fail_sync = 1 + (unsigned)rand_r(&random) % STEPS };
    bool failed = !subject->work(campaign->folder, STEPS, &random) || recorder_knobs.fail_sync != 0;
    recorder_knobs = (struct recorder_knobs){ 0 };
    bool good = subject->work(campaign->folder, STEPS_AGAIN, &random);
    recorder_stop();
    if (!failed || !good)
        fail(campaign, number, failed ? "no start after a failed flush" : "a failed flush went by",
             seed);
    struct images images = images_of(campaign, subject, &recording, random, image);
    play(campaign, number, &images, "failed flush", seed);
    recorder_free(&recording);
}

static int worker(struct campaign *campaign, unsigned seed, unsigned number)
{
    say_set_level(SAY_SILENT);
    for (unsigned i = number; !is_over(campaign); i += WORKERS) {
        int subject = turns[i / WORKERS % TURNS];
        round_of_cuts(campaign, subject, seed + i);
        if (!is_over(campaign))
            round_of_failed_sync(campaign, subject, seed + i);
    }
    return campaign->progress->failed ? 1 : 0;
}

static void print(const struct campaign *campaign, uint64_t begun_us)
{
    printf("%5.0f s:", (double)(clock_steady_us() - begun_us) / 1e6);
    for (int i = 0; i < SUBJECTS; i++)
        printf("  %s %" PRIu64, subjects[i]->name, campaign->progress->made[i]);
    printf("  images %" PRIu64 "\n", all(campaign->progress));
    fflush(stdout);
}

static int watch(const struct campaign *campaign, uint64_t begun_us)
{
    uint64_t said_us = begun_us;
    int running = WORKERS;
    int failed = 0;
    int status;

    while (running > 0) {
        if (waitpid(-1, &status, WNOHANG) > 0) {
            running--;
            failed += status != 0;
            if (status != 0)
                campaign->progress->failed = true;
            continue;
        }
        usleep(20000);
        if (clock_steady_us() - said_us > PROGRESS_US) {
            said_us = clock_steady_us();
            print(campaign, begun_us);
        }
    }
    print(campaign, begun_us);
    return failed;
}

int main(int argc, char **argv)
{
    uint64_t begun_us = clock_steady_us();
    struct campaign campaign = { .images = 50000 };
    unsigned long seed = 1;
    char top[64];

    for (int i = 1; i + 1 < argc; i += 2) {
        unsigned long value = strtoul(argv[i + 1], NULL, 10);
        if (strcmp(argv[i], "--seconds") == 0)
            campaign.end_us = begun_us + value * 1000000;
        else if (strcmp(argv[i], "--seed") == 0)
            seed = value;
        else if (strcmp(argv[i], "--images") == 0)
            campaign.images = value;
    }
    campaign.progress = mmap(NULL, sizeof(*campaign.progress), PROT_READ | PROT_WRITE,
                             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    /* In memory: what is flushed and what is not is the recording's to say. */
    snprintf(top, sizeof(top), "%s/carebus-images-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    if (campaign.progress == MAP_FAILED || mkdtemp(top) == NULL)
        return 1;
    for (unsigned i = 0; i < WORKERS; i++) {
        snprintf(campaign.folder, sizeof(campaign.folder), "%s/%u", top, i);
        if (fork() == 0)
            exit(worker(&campaign, (unsigned)seed * 1000, i));
    }
    int failed = watch(&campaign, begun_us);
    if (failed != 0 || campaign.progress->failed)
        return 1;
    images_empty(top);
    rmdir(top);
    printf("0 lost, 0 wrong\n");
    return 0;
}
