/*
 * `carebus day`: the scenes in their order, then what they leave.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cli/day_inside.h"
#include "cli/verbs.h"

/* ---- the verb -------------------------------------------------------------------------------------- */

static void play(struct day *day, const struct day_scene *scene)
{
    struct cli *cli = day->cli;
    uint64_t began_us = clock_steady_us();
    uint32_t checked = day->checked;

    day->scene = scene->name;
    day->failed = false;
    scene->play(day);
    if (cli->json)
        cli_print_json(json_pack("{s:s,s:s,s:b,s:i}", "scene", scene->name, "title", scene->title,
                                 "passed", !day->failed, "events", (int)(day->checked - checked)));
    else if (!cli->quiet)
        printf("%s  %s  %s  %u  %.1f s\n", day->failed ? "FAILED" : "passed", scene->name,
               scene->title, day->checked - checked, (double)(clock_steady_us() - began_us) / 1e6);
    fflush(stdout);
}

/* The desks stay open until Ctrl-C: who reads on sees a town that is at work. */
static void stay(struct day *day)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    if (!day->cli->quiet && !day->cli->json)
        puts(cli_text("the desks stay open; Ctrl-C ends the town"));
    fflush(stdout);
    const struct timespec soon = { .tv_nsec = 200 * 1000 * 1000 };
    while (sigtimedwait(&set, NULL, &soon) < 0)
        day_keep_desks(day);
}

static int check_scene(struct cli *cli, const char *name)
{
    const char *known = "";

    for (const struct day_scene *scene = day_scenes; scene->name != NULL; scene++) {
        if (name == NULL || strcmp(name, scene->name) == 0)
            return 0;
        known = arena_print(&cli->arena, "%s%s%s", known, known[0] == '\0' ? "" : " ", scene->name);
    }
    return cli_fail(EXIT_BAD_USAGE, known, "--scene: there is no '%s'", name);
}

int verb_day(struct cli *cli)
{
    struct day day = { .cli = cli, .kept = json_array() };
    bool stays = cli_flag(cli, "--stay");
    const char *only = cli_option(cli, "--scene");

    int status = cli_no_more(cli);
    if (status == 0)
        status = check_scene(cli, only);
    if (status == 0)
        status = day_open_desks(&day);
    for (const struct day_scene *scene = day_scenes; status == 0 && scene->name != NULL; scene++) {
        if (only == NULL || strcmp(only, scene->name) == 0)
            play(&day, scene);
    }
    if (status == 0) {
        day_wait_real_ms(&day, 500); /* the last words of the services */
        day_report(&day, only == NULL);
        if (cli->json)
            cli_print_json(
                json_pack("{s:i,s:i}", "events", (int)day.checked, "failures", (int)day.failures));
        else if (!cli->quiet)
            printf(cli_text("\nthe day: %u events came as they should, %u scenes failed\n"),
                   day.checked, day.failures);
        fflush(stdout);
        if (stays)
            stay(&day);
    }
    day_close_desks(&day);
    json_decref(day.kept);
    return status != 0 ? status : day.failures > 0 ? EXIT_REFUSED : 0;
}
