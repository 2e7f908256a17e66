/*
 * The command line of a simulator (T01).
 *
 *     carebus-sim --seed N [--trace] [--seconds S] [--wrong NAME] [--without FAULT ...] [--shrink]
 *     carebus-sim --seeds COUNT [--from N] [--seconds S]              many, with progress
 *     carebus-sim --controls                                          builds that are wrong on purpose
 *
 * A seed that fails is made smaller, as --shrink does: the fewest kinds of faults and the least time
 * with which it still fails; and the one line is printed that shows it again.  1 % of the seeds run
 * twice: another trace is a hidden input.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "sim/sim.h"

enum { TRIES_OF_A_CONTROL = 60, SECONDS = 600 };

struct totals {
    uint64_t faults[FAULTS];
    uint64_t messages;
    uint64_t records;
};

static void add_up(struct totals *totals, const struct sim *sim)
{
    for (int fault = 0; fault < FAULTS; fault++)
        totals->faults[fault] += sim->faults[fault];
    totals->messages += sim->said_count;
    totals->records += sim->world.durable;
}

static int one(const struct sim_options *options, struct totals *totals, uint64_t *ret_hash,
               char verdict[SIM_TEXT])
{
    struct sim *sim;

    int r = sim_run(options, &sim);
    add_up(totals, sim);
    *ret_hash = sim->hash;
    memcpy(verdict, sim->verdict, SIM_TEXT);
    sim_close(sim);
    return r;
}

static double now_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void print_totals(const struct totals *totals, uint64_t seeds, double seconds)
{
    printf("%llu seeds in %.1f s: %llu messages, %llu records;", (unsigned long long)seeds, seconds,
           (unsigned long long)totals->messages, (unsigned long long)totals->records);
    for (int fault = 0; fault < FAULTS; fault++)
        printf(" %s %llu", fault_name((enum fault)fault),
               (unsigned long long)totals->faults[fault]);
    printf("\n");
}

/* ---- smaller ---------------------------------------------------------------------------------------------- */

static bool fails(const struct sim_options *options)
{
    struct totals totals = { 0 };
    char verdict[SIM_TEXT];
    uint64_t hash;

    return one(options, &totals, &hash, verdict) != 0;
}

/* Without each kind of fault that it does not need, then in as little time as it needs.  A seed without a
 * kind of fault is another play, which fails or not by itself: so each is tried. */
static void shrink(struct sim_options *options)
{
    for (int fault = 0; fault < FAULTS; fault++) {
        struct sim_options smaller = *options;
        smaller.without |= 1U << fault;
        if (fails(&smaller))
            *options = smaller;
    }
    for (uint32_t step = options->seconds / 2; step > 0; step /= 2) {
        struct sim_options smaller = *options;
        smaller.seconds -= step < options->seconds ? step : options->seconds - 1;
        if (fails(&smaller))
            *options = smaller;
    }
}

static void print_again(const char *program, const struct sim_options *options)
{
    printf("%s --seed %llu --seconds %u", program, (unsigned long long)options->seed,
           options->seconds);
    if (options->wrong != WRONG_NOTHING)
        printf(" --wrong %s", wrong_name(options->wrong));
    for (int fault = 0; fault < FAULTS; fault++)
        if ((options->without & 1U << fault) != 0)
            printf(" --without %s", fault_name((enum fault)fault));
    printf(" --trace\n");
}

/* ---- many ------------------------------------------------------------------------------------------------- */

static int many(const char *program, const struct sim_cast *cast, uint64_t from, uint64_t count,
                uint32_t seconds)
{
    struct totals totals = { 0 };
    char verdict[SIM_TEXT];
    double begun = now_s();
    uint64_t hash;
    uint64_t again;

    for (uint64_t seed = from; seed < from + count; seed++) {
        struct sim_options options = { .cast = cast, .seed = seed, .seconds = seconds };
        if (one(&options, &totals, &hash, verdict) != 0) {
            printf("%s\n", verdict);
            print_again(program, &options);
            shrink(&options);
            print_again(program, &options);
            return 1;
        }
        if (seed % 100 == 0 && (one(&options, &totals, &again, verdict) != 0 || again != hash)) {
            printf("a hidden input: seed %llu gives two traces\n", (unsigned long long)seed);
            return 1;
        }
        if ((seed - from + 1) % 50 == 0)
            print_totals(&totals, seed - from + 1, now_s() - begun);
        fflush(stdout);
    }
    return 0;
}

/* The judge is worth something only if it finds what is wrong. */
static int controls(const struct sim_cast *cast, uint32_t seconds)
{
    struct totals totals = { 0 };
    int missed = 0;

    for (int wrong = WRONG_NOTHING + 1; wrong < WRONGS; wrong++) {
        if (cast->wrongs != 0 && (cast->wrongs & 1U << wrong) == 0)
            continue;
        char verdict[SIM_TEXT] = "";
        uint64_t hash;
        uint64_t seed = 1;
        struct sim_options options = { .cast = cast,
                                       .seconds = seconds,
                                       .wrong = (enum wrong)wrong };
        for (; seed <= TRIES_OF_A_CONTROL; seed++) {
            options.seed = seed;
            if (one(&options, &totals, &hash, verdict) != 0)
                break;
        }
        if (verdict[0] == '\0')
            missed++;
        printf("%-14s %s%s (seed %llu)\n", wrong_name((enum wrong)wrong),
               verdict[0] == '\0' ? "NOT FOUND" : "found: ", verdict, (unsigned long long)seed);
        fflush(stdout);
    }
    return missed == 0 ? 0 : 1;
}

static enum wrong wrong_named(const char *name)
{
    for (int wrong = 0; wrong < WRONGS; wrong++)
        if (strcmp(name, wrong_name((enum wrong)wrong)) == 0)
            return (enum wrong)wrong;
    fprintf(stderr, "carebus-sim: no build is wrong in the way of %s\n", name);
    exit(64);
}

static enum fault fault_named(const char *name)
{
    for (int fault = 0; fault < FAULTS; fault++)
        if (strcmp(name, fault_name((enum fault)fault)) == 0)
            return (enum fault)fault;
    fprintf(stderr, "carebus-sim: there is no fault %s\n", name);
    exit(64);
}

int sim_main(const struct sim_cast *cast, int argc, char **argv)
{
    struct sim_options options = { .cast = cast, .seconds = SECONDS };
    uint64_t seeds = 0;
    uint64_t from = 1;
    bool check = false;
    bool smaller = false;

    say_set_level(SAY_SILENT);
    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : "0";
        if (strcmp(argv[i], "--trace") == 0)
            options.tracing = true;
        else if (strcmp(argv[i], "--shrink") == 0)
            smaller = true;
        else if (strcmp(argv[i], "--without") == 0 && ++i)
            options.without |= 1U << fault_named(value);
        else if (strcmp(argv[i], "--controls") == 0)
            check = true;
        else if (strcmp(argv[i], "--seed") == 0 && ++i)
            options.seed = strtoull(value, NULL, 10);
        else if (strcmp(argv[i], "--seeds") == 0 && ++i)
            seeds = strtoull(value, NULL, 10);
        else if (strcmp(argv[i], "--from") == 0 && ++i)
            from = strtoull(value, NULL, 10);
        else if (strcmp(argv[i], "--seconds") == 0 && ++i)
            options.seconds = (uint32_t)strtoul(value, NULL, 10);
        else if (strcmp(argv[i], "--wrong") == 0 && ++i)
            options.wrong = wrong_named(value);
        else {
            fprintf(stderr, "usage: carebus-sim --seed N [--trace] [--seconds S] [--wrong NAME]\n"
                            "                   [--without FAULT ...] [--shrink]\n"
                            "       carebus-sim --seeds COUNT [--from N] [--seconds S]\n"
                            "       carebus-sim --controls [--seconds S]\n");
            return 64;
        }
    }
    if (check)
        return controls(cast, options.seconds);
    if (seeds > 0)
        return many(argv[0], cast, from, seeds, options.seconds);
    struct totals totals = { 0 };
    char verdict[SIM_TEXT];
    uint64_t hash;
    int r = one(&options, &totals, &hash, verdict);
    printf("seed %llu trace %016llx %s\n", (unsigned long long)options.seed,
           (unsigned long long)hash, r == 0 ? "clean" : verdict);
    print_totals(&totals, 1, 0);
    if (r != 0 && smaller) {
        options.tracing = false;
        shrink(&options);
        print_again(argv[0], &options);
    }
    return r;
}
