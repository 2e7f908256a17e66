/*
 * `carebus day`: the scenes in their order, then what they leave: timelines, worklists, duties.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cli/day_inside.h"
#include "cli/print.h"
#include "cli/verbs.h"

/* ---- what is left at the end ----------------------------------------------------------------------- */

/* Another verb of this program, asked as `unit`; its arguments are the words of a text. */
static void show(struct day *day, const char *unit, int (*verb)(struct cli *cli), const char *words)
{
    struct cli *cli = day->cli;
    char *arguments[64] = { NULL };
    char **argv = cli->argv;
    int argc = cli->argc;

    day_become(cli, unit);
    cli->argv = arguments;
    cli->argc = 0;
    char *rest = NULL;
    char *word = words == NULL ? NULL : strtok_r(arena_text(&cli->arena, words), " ", &rest);
    for (; word != NULL && cli->argc < 63; word = strtok_r(NULL, " ", &rest))
        arguments[cli->argc++] = word;
    if (verb(cli) != 0)
        day->failures++;
    cli->argv = argv;
    cli->argc = argc;
    fflush(stdout);
}

static void title(struct day *day, const char *text)
{
    if (!day->cli->json && !day->cli->quiet)
        printf("\n== %s\n", text);
}

static void show_cases(struct day *day)
{
    struct cli *cli = day->cli;

    for (uint32_t i = 0; i < day->case_count; i++) {
        title(day, arena_print(&cli->arena, cli_text("case %s (scene %s)"), day->cases[i].case_id,
                               day->cases[i].scene));
        show(day, day_watcher, verb_trace, day->cases[i].case_id);
    }
}

static int number(const json_t *row, const char *name)
{
    return (int)json_integer_value(json_object_get(row, name));
}

/* The 12345 columns of the units that were asked for anything: fifty lines of nothing tell nothing. */
static void show_bulletin(struct day *day)
{
    static const char *const columns[] = { "dispatched", "onTime", "open", "bounced", "expired" };
    static const char *const titles[] = { "派遣", "按时办结", "未办结", "退单", "超时收回" };
    day->failed = false;
    const json_t *answer =
        day_ask(day, day_watcher, "supervision.BulletinOf.jcb", "{\"month\":\"2023-01\"}");
    const json_t *rows = json_object_get(answer, "rates");

    if (day->cli->quiet || day->cli->json)
        return;
    printf("%-14s", "unit");
    for (size_t i = 0; i < 5; i++)
        printf("  %s", titles[i]);
    putchar('\n');
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        if (number(row, "dispatched") == 0)
            continue;
        printf("%-14s", json_string_value(json_object_get(row, "unit")));
        /* A Chinese sign is two columns wide and three bytes long. */
        for (size_t k = 0; k < 5; k++)
            printf("  %*d", (int)(strlen(titles[k]) / 3 * 2), number(row, columns[k]));
        putchar('\n');
    }
}

static void show_summary(struct day *day)
{
    static const char *const units[] = { "sjb", "lgo", "dzb", "hcz", "hcs" };
    struct cli *cli = day->cli;

    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        title(day, arena_print(&cli->arena, cli_text("worklist of %s"), units[i]));
        show(day, units[i], verb_worklist, units[i]);
    }
    title(day, cli_text("supervision: what is late now"));
    show(day, day_watcher, verb_overdue, NULL);
    title(day, cli_text("supervision: findings"));
    show(day, day_watcher, verb_findings, NULL);
    title(day, cli_text("care: the day of a committee"));
    show(day, "310115125041", verb_query, "care Summary committee=310115125041");
    title(day, cli_text("supervision: the duties"));
    show(day, day_watcher, verb_duties, "--summary");
    title(day, cli_text("supervision: the bulletin"));
    show_bulletin(day);
}

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

int verb_day(struct cli *cli)
{
    struct day day = { .cli = cli, .kept = json_array() };
    bool stays = cli_flag(cli, "--stay");
    const char *only = cli_option(cli, "--scene");

    int status = cli_no_more(cli);
    if (status == 0)
        status = day_open_desks(&day);
    for (const struct day_scene *scene = day_scenes; status == 0 && scene->name != NULL; scene++) {
        if (only == NULL || strcmp(only, scene->name) == 0)
            play(&day, scene);
    }
    if (status == 0) {
        day_wait_real_ms(&day, 500); /* the last words of the services */
        show_cases(&day);
        show_summary(&day);
        if (!cli->quiet && !cli->json)
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
