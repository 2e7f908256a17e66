#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "crash/kill/kill.h"

enum { END_MS = 10 * 1000 };

#define SERVICE(name) #name,
static const char *const names[PROCESSES] = {
    "broker",
#include "all_services.h"
    "toy",
    "boss",
};
#undef SERVICE

static const char rules[] = "service,publish,>\n"
                            "service,subscribe,>\n"
                            "service,answer,>\n"
                            "service,query,>\n"
                            "operator,subscribe,>\n"
                            "box,collect,toy.NeedOpened.*\n"
                            "box,take,box\n";

static const char conf[] = "[town]\nexercise = yes\nrate = 120\nstart = 2023-01-18T08:00\n"
                           "[log]\nsegment_mib = 16\n";

void give_up(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, "\n");
    exit(1);
}

/* The units of the town: a key for each service, and for those who speak and look. */
static void make_place(const char *dir)
{
    struct place_unit units[PROCESSES + 4];
    uint32_t count = 0;

    for (uint32_t i = 1; i < PROCESSES && names[i] != NULL; i++)
        units[count++] = (struct place_unit){ names[i], "service" };
    units[count++] = (struct place_unit){ "driver", "service" };
    units[count++] = (struct place_unit){ "box", "member" };
    units[count++] = (struct place_unit){ "operator", "operator" };
    units[count] = (struct place_unit){ 0 };
    place_make(dir, units, rules, conf);
}

void town_processes(struct town *town, bool toys)
{
    for (uint32_t i = 0; i < PROCESSES && names[i] != NULL; i++) {
        if (!toys && (strcmp(names[i], "toy") == 0 || strcmp(names[i], "boss") == 0))
            continue;
        char *program = malloc(strlen(town->bin) + 64);
        if (program == NULL)
            give_up("no memory");
        sprintf(program, "%s/carebus-%s", town->bin, names[i]);
        town->processes[town->count++] = (struct process){ .name = names[i], .program = program };
    }
}

void town_make(struct town *town)
{
    make_place(town->dir);
    town_processes(town, true);
}

void town_forget(struct town *town)
{
    while (town->count > 0)
        free((void *)(uintptr_t)town->processes[--town->count].program);
}

static void start(struct town *town, struct process *process)
{
    process->pid = place_start(town->dir, process->program, NULL);
}

static uint64_t next_pause_us(struct town *town)
{
    unsigned span = town->pause_most_ms - town->pause_least_ms;

    return (uint64_t)(town->pause_least_ms + (unsigned)rand_r(&town->seed) % span) * 1000;
}

void town_start(struct town *town)
{
    start(town, &town->processes[0]);
    place_ready(town->dir, town->processes[0].pid);
    for (uint32_t i = 1; i < town->count; i++)
        start(town, &town->processes[i]);
    town->next_kill_us = clock_steady_us() + next_pause_us(town);
}

static void watch(struct town *town)
{
    int status;

    for (uint32_t i = 0; i < town->count; i++) {
        struct process *process = &town->processes[i];
        if (process->pid > 0 && waitpid(process->pid, &status, WNOHANG) == process->pid)
            give_up("%s has ended by itself: %s %d; see %s/out", process->name,
                    WIFEXITED(status) ? "exit" : "signal",
                    WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status), town->dir);
    }
}

/* Its disk is gone: the next start has the log alone. */
static void lose_store(struct town *town, const struct process *process)
{
    char path[4096];

    snprintf(path, sizeof(path), "%s/store/%s", town->dir, process->name);
    place_remove(path);
    town->lost++;
}

void town_kill_some(struct town *town)
{
    uint64_t now_us = clock_steady_us();

    watch(town);
    if (now_us < town->next_kill_us)
        return;
    struct process *process = &town->processes[(unsigned)rand_r(&town->seed) % town->count];
    kill(process->pid, SIGKILL);
    int status = place_wait(process->pid, END_MS);
    if (status != -SIGKILL)
        give_up("%s ended with %d when it was killed", process->name, status);
    process->kills++;
    town->kills++;
    if (town->lose != 0 && town->kills % town->lose == 0 && process != &town->processes[0])
        lose_store(town, process);
    start(town, process);
    town->next_kill_us = now_us + next_pause_us(town);
}

static void stop(struct process *process)
{
    kill(process->pid, SIGTERM);
    int status = place_wait(process->pid, END_MS);
    if (status != 0)
        give_up("%s ended with %d instead of cleanly", process->name, status);
    process->pid = 0;
}

void town_stop_services(struct town *town)
{
    for (uint32_t i = 1; i < town->count; i++)
        stop(&town->processes[i]);
}

void town_stop_broker(struct town *town)
{
    stop(&town->processes[0]);
}
