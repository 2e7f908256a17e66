/*
 * What the example day leaves: timelines, worklists, the duty register, the bulletin, the summaries.
 */
#include <stdio.h>
#include <string.h>

#include "cli/day_inside.h"
#include "cli/day_scenes.h"
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
    cli->columns = NULL;
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
        if (cli->json)
            cli_print_json(json_pack("{s:s,s:s}", "case", day->cases[i].case_id, "scene",
                                     day->cases[i].scene));
        title(day, arena_print(&cli->arena, cli_text("case %s (scene %s)"), day->cases[i].case_id,
                               day->cases[i].scene));
        show(day, day_watcher, verb_trace, day->cases[i].case_id);
    }
}

static const char *number(struct day *day, const json_t *row, const char *name)
{
    return arena_print(&day->cli->arena, "%d", (int)json_integer_value(json_object_get(row, name)));
}

/* The 12345 columns of the units that were asked for anything: fifty lines of nothing tell nothing. */
static void show_bulletin(struct day *day)
{
    static const struct print_column columns[] = {
        { "unit", 0, true },   { "派遣", 0, true }, { "按时办结", 0, true },
        { "未办结", 0, true }, { "退单", 0, true }, { "超时收回", 0, true },
    };
    struct print_table table;
    size_t index;
    json_t *row;

    day->failed = false;
    const json_t *answer =
        day_ask(day, day_watcher, "supervision.BulletinOf.jcb", "{\"month\":\"2023-01\"}");
    const json_t *rows = json_object_get(answer, "rates");
    if (day->cli->json)
        cli_print_json(json_pack("{s:O}", "bulletin", rows));
    if (day->cli->quiet || day->cli->json)
        return;
    print_begin(&table, columns, 6);
    json_array_foreach(rows, index, row)
    {
        const char *cells[] = { json_string_value(json_object_get(row, "unit")),
                                number(day, row, "dispatched"),
                                number(day, row, "onTime"),
                                number(day, row, "open"),
                                number(day, row, "bounced"),
                                number(day, row, "expired") };
        if (strcmp(cells[1], "0") != 0)
            print_row(&table, cells);
    }
    print_end(&table, false, stdout);
}

/* What is open, and what is late. */
static void show_open(struct day *day)
{
    static const char *const units[] = { "sjb", "lgo", "dzb", "hcz", "hcs" };
    struct cli *cli = day->cli;

    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        title(day, arena_print(&cli->arena, cli_text("worklist of %s"), units[i]));
        show(day, units[i], verb_worklist, units[i]);
    }
    title(day, cli_text("supervision: what is late now"));
    show(day, day_watcher, verb_overdue, NULL);
}

/* The day's figures: the town's, those of a committee that called everybody, and of one that did not. */
static void show_summaries(struct day *day)
{
    title(day, cli_text("care: the day of the town"));
    show(day, "sjb", verb_query, "care Summary");
    title(day, cli_text("care: the day of a committee"));
    show(day, C41, verb_query, "care Summary committee=" C41);
    title(day, cli_text("care: the day of a committee where nobody is left"));
    show(day, "sjb", verb_query, "care Summary committee=" C50);
}

void day_report(struct day *day, bool whole)
{
    show_cases(day);
    if (!whole)
        return;
    show_open(day);
    title(day, cli_text("supervision: findings about the centres"));
    show(day, day_watcher, verb_findings, "--unit hcz");
    show(day, day_watcher, verb_findings, "--unit hcs");
    title(day, cli_text("supervision: the duties"));
    show(day, day_watcher, verb_duties, "--summary");
    title(day, cli_text("supervision: the duties, by unit"));
    show(day, day_watcher, verb_duties, "--units");
    title(day, cli_text("supervision: the bulletin"));
    show_bulletin(day);
    show_summaries(day);
}
