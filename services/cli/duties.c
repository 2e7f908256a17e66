/*
 * What supervision sees: the duty register, what is late now, the findings.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/csv_table.h"
#include "cli/link.h"
#include "cli/print.h"
#include "cli/town_files.h"
#include "cli/verbs.h"
#include "supervision.pb-c.h"

static const char *unit_argument(struct cli *cli)
{
    const char *unit = cli_option(cli, "--unit");
    return unit == NULL ? NULL : arena_print(&cli->arena, "unit=%s", unit);
}

/* ---- lists of 80 columns: a program gets all fields -------------------------------------------------- */

int verb_overdue(struct cli *cli)
{
    static const char *const columns[] = { "due_ms",  "unit", "priority", "clock",
                                           "case_id", "need", NULL };

    cli->columns = columns;
    return cli_ask(cli, "supervision", "LateNow", unit_argument(cli));
}

int verb_findings(struct cli *cli)
{
    static const char *const columns[] = { "finding", "state", "due_ms", "text", NULL };
    const char *unit = unit_argument(cli);

    if (cli_flag(cli, "--open"))
        cli->argv[cli->argc++] = arena_text(&cli->arena, "open_only=yes");
    cli->columns = columns;
    return cli_ask(cli, "supervision", "Findings", unit);
}

/* ---- the register, counted --------------------------------------------------------------------------- */

typedef Supervision__DutyBoardAnswer Counts;

static void add(Counts *sum, const Counts *more)
{
    sum->met += more->met;
    sum->at_risk += more->at_risk;
    sum->breached += more->breached;
    sum->excused += more->excused;
    sum->pending += more->pending;
}

/* How many periods of a duty, or of a unit, stand where; the rows themselves are left out. */
static int count(struct cli *cli, struct link *link, const char *duty, const char *unit,
                 Counts *ret_counts)
{
    Supervision__DutyBoard question = SUPERVISION__DUTY_BOARD__INIT;
    ProtobufCMessage *message;
    struct slice body;
    const char *reason;

    question.duty = duty;
    question.unit = unit;
    question.limit = 1;
    uint8_t *bytes =
        arena_alloc(&cli->arena, supervision__duty_board__get_packed_size(&question) + 1);
    if (bytes == NULL)
        return cli_fail(EXIT_IO, NULL, "no memory");
    size_t size = supervision__duty_board__pack(&question, bytes);
    int status = link_query(link, arena_print(&cli->arena, "supervision.DutyBoard.%s", cli->unit),
                            slice_of(bytes, size), &body);
    if (status != 0)
        return status;
    if (scan_unpack(&supervision__duty_board_answer__descriptor, body, &cli->arena, &message,
                    &reason)
        != 0)
        return cli_fail(EXIT_IO, NULL, "%s: an answer that cannot be read: %s", "DutyBoard",
                        reason);
    *ret_counts = *(const Counts *)message;
    return 0;
}

/* By duty or by unit; a row that only waits is left out. */
struct register_ {
    struct cli *cli;
    json_t *rows;
    Counts total;
};

static void row(struct register_ *list, const char *name, const char *text, const Counts *counts)
{
    if (counts->met + counts->at_risk + counts->breached + counts->excused == 0)
        return;
    json_array_append_new(list->rows,
                          json_pack("{s:s,s:s,s:i,s:i,s:i,s:i,s:i}", "name", name, "text", text,
                                    "met", (int)counts->met, "atRisk", (int)counts->at_risk,
                                    "breached", (int)counts->breached, "excused",
                                    (int)counts->excused, "pending", (int)counts->pending));
}

static int each_duty(struct register_ *list, struct link *link, const char *folder)
{
    struct cli *cli = list->cli;
    struct csv_table duties;
    const char *error = "";
    Counts counts;
    int status = 0;

    if (csv_table_load(arena_print(&cli->arena, "%s/duties.csv", folder), &cli->arena, &duties,
                       &error)
        != 0)
        return cli_fail(EXIT_NO_INPUT, NULL, "the town's tables are not there");
    for (uint32_t i = 1; i < duties.row_count && status == 0; i++) {
        const char *duty = csv_table_cell(&duties, i, "id");
        status = count(cli, link, duty, "", &counts);
        if (status != 0)
            break;
        row(list, duty, csv_table_cell(&duties, i, "duty_zh"), &counts);
        add(&list->total, &counts);
    }
    return status;
}

static int each_unit(struct register_ *list, struct link *link, const char *folder)
{
    struct cli *cli = list->cli;
    const struct town_unit *units;
    const char *error;
    uint32_t unit_count;
    Counts counts;
    int status = 0;

    if (town_files_units(folder, &cli->arena, &units, &unit_count, &error) != 0)
        return cli_fail(EXIT_NO_INPUT, NULL, "the town's tables are not there");
    for (uint32_t i = 0; i < unit_count && status == 0; i++) {
        status = count(cli, link, "", units[i].unit, &counts);
        if (status != 0)
            break;
        row(list, units[i].unit, units[i].name, &counts);
        add(&list->total, &counts);
    }
    return status;
}

static void print_register(const struct register_ *list, bool by_unit)
{
    static const char *const names[] = { "name",    "met",     "atRisk", "breached",
                                         "excused", "pending", "text" };
    const struct print_column columns[] = {
        { cli_text(by_unit ? "unit" : "duty"), 0, true },
        { cli_text("met"), 0, true },
        { cli_text("at risk"), 0, true },
        { cli_text("breached"), 0, true },
        { cli_text("excused"), 0, true },
        { cli_text("pending"), 0, true },
        { "", 0 },
    };
    const char *cells[sizeof(columns) / sizeof(columns[0])];
    struct cli *cli = list->cli;
    struct print_table table;
    size_t index;
    json_t *row;

    print_begin(&table, columns, sizeof(columns) / sizeof(columns[0]));
    json_array_foreach(list->rows, index, row)
    {
        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
            const json_t *value = json_object_get(row, names[i]);
            uint64_t number = cli_json_number(row, names[i]);
            cells[i] = json_is_string(value) ? json_string_value(value)
                       : number == 0         ? ""
                                             : arena_print(&cli->arena, "%" PRIu64, number);
        }
        print_row(&table, cells);
    }
    print_end(&table, cli->csv, stdout);
    if (!cli->csv)
        printf(cli_text("met %u   at risk %u   breached %u   excused %u   pending %u\n"),
               list->total.met, list->total.at_risk, list->total.breached, list->total.excused,
               list->total.pending);
}

static int duty_register(struct cli *cli, bool by_unit)
{
    struct register_ list = { .cli = cli, .total = SUPERVISION__DUTY_BOARD_ANSWER__INIT };
    const char *folder = cli_tables(cli, NULL);
    struct link *link;

    int status = cli_no_more(cli);
    if (status == 0 && folder == NULL)
        status = cli_fail(EXIT_NO_INPUT, NULL, "the town's tables are not there");
    if (status == 0)
        status = link_open(cli, &link);
    if (status != 0)
        return status;
    list.rows = json_array();
    status = by_unit ? each_unit(&list, link, folder) : each_duty(&list, link, folder);
    link_close(link);
    if (status == 0 && cli->json)
        status = cli_print_json(json_pack(
            "{s:i,s:i,s:i,s:i,s:i,s:O}", "met", (int)list.total.met, "atRisk",
            (int)list.total.at_risk, "breached", (int)list.total.breached, "excused",
            (int)list.total.excused, "pending", (int)list.total.pending, "rows", list.rows));
    else if (status == 0)
        print_register(&list, by_unit);
    json_decref(list.rows);
    return status;
}

int verb_duties(struct cli *cli)
{
    static const char *const columns[] = {
        "duty", "unit", "period", "state", "due_ms", "text", NULL
    };
    bool by_duty = cli_flag(cli, "--summary");
    bool by_unit = cli_flag(cli, "--units");

    if (by_duty && by_unit)
        return cli_fail(EXIT_BAD_USAGE, "carebus duties --summary",
                        "--summary and --units are two registers");
    if (by_duty || by_unit)
        return duty_register(cli, by_unit);
    cli->columns = columns;
    return cli_ask(cli, "supervision", "DutyBoard", unit_argument(cli));
}
