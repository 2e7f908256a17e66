/*
 * `carebus morning`: the scenes in their order, then what they leave: timelines, worklists, duties.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cli/morning_inside.h"
#include "cli/print.h"
#include "cli/verbs.h"

enum { FAST_RATE = 10 };

/* ---- what is left at the end ----------------------------------------------------------------------- */

/* Another verb of this program, asked as `unit`; its arguments are the words of a text. */
static void show(struct morning *morning, const char *unit, int (*verb)(struct cli *cli),
                 const char *words)
{
    struct cli *cli = morning->cli;
    char *arguments[64] = { NULL };
    char **argv = cli->argv;
    int argc = cli->argc;

    morning_become(cli, unit);
    cli->argv = arguments;
    cli->argc = 0;
    char *rest = NULL;
    char *word = words == NULL ? NULL : strtok_r(arena_text(&cli->arena, words), " ", &rest);
    for (; word != NULL && cli->argc < 63; word = strtok_r(NULL, " ", &rest))
        arguments[cli->argc++] = word;
    if (verb(cli) != 0)
        morning->failures++;
    cli->argv = argv;
    cli->argc = argc;
    fflush(stdout);
}

static void title(struct morning *morning, const char *text)
{
    if (!morning->cli->json && !morning->cli->quiet)
        printf("\n== %s\n", text);
}

static void show_cases(struct morning *morning)
{
    struct cli *cli = morning->cli;

    for (uint32_t i = 0; i < morning->case_count; i++) {
        title(morning, arena_print(&cli->arena, cli_text("case %s (scene %s)"),
                                   morning->cases[i].case_id, morning->cases[i].scene));
        show(morning, morning_watcher, verb_trace, morning->cases[i].case_id);
    }
}

static int number(const json_t *row, const char *name)
{
    return (int)json_integer_value(json_object_get(row, name));
}

/* The 12345 columns of the units that were asked for anything: fifty lines of nothing tell nothing. */
static void show_bulletin(struct morning *morning)
{
    static const char *const columns[] = { "dispatched", "onTime", "open", "bounced", "expired" };
    static const char *const titles[] = { "派遣", "按时办结", "未办结", "退单", "超时收回" };
    morning->failed = false;
    const json_t *answer = morning_ask(morning, morning_watcher, "supervision.BulletinOf.jcb",
                                       "{\"month\":\"2023-01\"}");
    const json_t *rows = json_object_get(answer, "rates");

    if (morning->cli->quiet || morning->cli->json)
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

static void show_summary(struct morning *morning)
{
    static const char *const units[] = { "sjb", "lgo", "dzb", "hcz", "hcs" };
    struct cli *cli = morning->cli;

    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        title(morning, arena_print(&cli->arena, cli_text("worklist of %s"), units[i]));
        show(morning, units[i], verb_worklist, units[i]);
    }
    title(morning, cli_text("supervision: what is late now"));
    show(morning, morning_watcher, verb_overdue, NULL);
    title(morning, cli_text("supervision: findings"));
    show(morning, morning_watcher, verb_findings, NULL);
    title(morning, cli_text("care: the day of a committee"));
    show(morning, "310115125041", verb_query, "care Summary committee=310115125041");
    title(morning, cli_text("supervision: the duties"));
    show(morning, morning_watcher, verb_duties, "--summary");
    title(morning, cli_text("supervision: the bulletin"));
    show_bulletin(morning);
}

/* ---- the verb -------------------------------------------------------------------------------------- */

static void play(struct morning *morning, const struct morning_scene *scene)
{
    struct cli *cli = morning->cli;
    uint64_t began_us = clock_steady_us();
    uint32_t checked = morning->checked;

    morning->scene = scene->name;
    morning->failed = false;
    scene->play(morning);
    if (cli->json)
        cli_print_json(json_pack("{s:s,s:s,s:b,s:i}", "scene", scene->name, "title", scene->title,
                                 "passed", !morning->failed, "events",
                                 (int)(morning->checked - checked)));
    else if (!cli->quiet)
        printf("%s  %s  %s  %u  %.1f s\n", morning->failed ? "FAILED" : "passed", scene->name,
               scene->title, morning->checked - checked,
               (double)(clock_steady_us() - began_us) / 1e6);
    fflush(stdout);
}

/* The desks stay open until Ctrl-C: who reads on sees a town that is at work. */
static void stay(struct morning *morning)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    if (!morning->cli->quiet && !morning->cli->json)
        puts(cli_text("the desks stay open; Ctrl-C ends the town"));
    fflush(stdout);
    const struct timespec soon = { .tv_nsec = 200 * 1000 * 1000 };
    while (sigtimedwait(&set, NULL, &soon) < 0)
        morning_keep_desks(morning);
}

int verb_morning(struct cli *cli)
{
    struct morning morning = { .cli = cli, .kept = json_array() };
    bool stays = cli_flag(cli, "--stay");
    const char *only = cli_option(cli, "--scene");

    int status = cli_no_more(cli);
    if (status == 0)
        status = morning_open_desks(&morning);
    for (const struct morning_scene *scene = morning_scenes; status == 0 && scene->name != NULL;
         scene++) {
        if (scene->fast && morning.rate < FAST_RATE)
            continue;
        if (only == NULL || strcmp(only, scene->name) == 0)
            play(&morning, scene);
    }
    if (status == 0) {
        morning_wait_real_ms(&morning, 500); /* the last words of the services */
        show_cases(&morning);
        show_summary(&morning);
        if (!cli->quiet && !cli->json)
            printf(cli_text("\nthe morning: %u events came as they should, %u scenes failed\n"),
                   morning.checked, morning.failures);
        fflush(stdout);
        if (stays)
            stay(&morning);
    }
    morning_close_desks(&morning);
    json_decref(morning.kept);
    return status != 0 ? status : morning.failures > 0 ? EXIT_REFUSED : 0;
}
