/*
 * A sheet into the roster: read here, judged by the registry, committed under the committee's own key.
 */
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/message.h"
#include "cli/roster.h"

enum {
    ROWS_A_MESSAGE = 100,    /* of at most 200 (registry.AddImportRows)             */
    BYTES_A_MESSAGE = 40000, /* a body has at most 64 KiB                          */
    NAMED_ROWS = 200,        /* rows that are named on the screen, for each committee */
};

/* One import: the sheet, and what became of it over all committees. */
struct import {
    struct cli *cli;
    struct sheet sheet;
    const char *file;
    const char *file_name; /* without its folder */
    bool dry_run;
    const struct sheet_committee *committees;
    uint32_t committee_count;
    const char **owners; /* of each row of the table: the committee that sends it; NULL: nobody */
    const char **notes;  /* of each row: why it was refused; NULL: it was not                   */
    uint32_t rows, ok, warn, dup, reject, added, changed, unchanged, known;
    uint32_t named;
};

/* ---- one committee's batch --------------------------------------------------------------------------- */

struct batch {
    struct import *import;
    const char *committee;
    const char *id;
    struct link *link;
    uint64_t seq; /* behind this the outcomes stand */
    bool refused;
    bool known_file;
    bool done;
    const char *wanted; /* the event that ends the wait */
};

static int pack(struct cli *cli, const ProtobufCMessage *message, struct slice *ret_body)
{
    size_t size = protobuf_c_message_get_packed_size(message);
    uint8_t *bytes = arena_alloc(&cli->arena, size + 1);
    if (bytes == NULL)
        return cli_fail(EXIT_IO, NULL, "no memory");
    protobuf_c_message_pack(message, bytes);
    *ret_body = slice_of(bytes, size);
    return 0;
}

static int send(struct batch *batch, const ProtobufCMessage *message)
{
    struct cli *cli = batch->import->cli;
    struct link_message out = {
        .subject = arena_print(&cli->arena, "registry.%s.%s", message->descriptor->short_name,
                               batch->committee),
    };

    int status = pack(cli, message, &out.body);
    return status != 0 ? status : link_send(batch->link, &out);
}

static const ProtobufCMessage *unpack(struct cli *cli, const ProtobufCMessageDescriptor *type,
                                      struct slice body)
{
    ProtobufCMessage *message;
    const char *reason;
    return scan_unpack(type, body, &cli->arena, &message, &reason) == 0 ? message : NULL;
}

static void note_verdict(struct import *import, const Registry__RowCode *verdict)
{
    struct cli *cli = import->cli;
    const struct csv_table *table = &import->sheet.table;
    bool refused = verdict->verdict == REGISTRY__VERDICT__REJECT;
    const char *hint = roster_code_hint(verdict->code);

    for (uint32_t row = 0; refused && row < table->row_count; row++)
        if (table->rows[row].line == verdict->row)
            import->notes[row] = arena_print(
                &cli->arena, "%s%s%s：%s", import->notes[row] == NULL ? "" : import->notes[row],
                import->notes[row] == NULL ? "" : "；", verdict->cell, hint);
    if (cli->json) {
        cli_print_json(
            json_pack("{s:i,s:s,s:s,s:s}", "row", (int)verdict->row, "cell", verdict->cell, "code",
                      protobuf_c_enum_descriptor_get_value(&registry__cell_code__descriptor,
                                                           (int)verdict->code)
                          ->name,
                      "verdict",
                      protobuf_c_enum_descriptor_get_value(&registry__verdict__descriptor,
                                                           (int)verdict->verdict)
                          ->name));
    } else if (!cli->quiet && refused && import->named++ < NAMED_ROWS) {
        const char *code = protobuf_c_enum_descriptor_get_value(&registry__cell_code__descriptor,
                                                                (int)verdict->code)
                               ->name;
        const char *why = !cli_chinese() ? code
                                         : arena_print(&cli->arena, "%s：%s",
                                                       roster_code_text(verdict->code), hint);
        printf(cli_text("  row %u  %s  %s\n"), verdict->row, verdict->cell, why);
    }
}

static void on_validated(struct batch *batch, struct slice body)
{
    struct import *import = batch->import;
    const Registry__ImportValidated *validated = (const Registry__ImportValidated *)unpack(
        import->cli, &registry__import_validated__descriptor, body);

    if (validated == NULL || strcmp(validated->batch, batch->id) != 0)
        return;
    import->ok += validated->ok;
    import->warn += validated->warn;
    import->dup += validated->dup;
    import->reject += validated->reject;
    for (size_t i = 0; i < validated->n_verdicts; i++)
        note_verdict(import, validated->verdicts[i]);
    batch->done = true;
}

static void on_committed(struct batch *batch, struct slice body)
{
    struct import *import = batch->import;
    const Registry__ImportCommitted *committed = (const Registry__ImportCommitted *)unpack(
        import->cli, &registry__import_committed__descriptor, body);

    if (committed == NULL || strcmp(committed->batch, batch->id) != 0)
        return;
    import->added += committed->added;
    import->changed += committed->changed;
    import->unchanged += committed->unchanged;
    batch->done = true;
}

static void on_refused(struct batch *batch, const struct stored *stored)
{
    struct cli *cli = batch->import->cli;
    const Town__Refused *refused =
        (const Town__Refused *)unpack(cli, &town__refused__descriptor, stored->envelope.body);

    const char *source = link_welcome(batch->link)->source;
    size_t length = strlen(source);
    if (refused == NULL || strncmp(refused->id, source, length) != 0 || refused->id[length] != '/')
        return;
    batch->refused = true;
    batch->done = true;
    /* The same file again: its rows are on the roster as they are. */
    batch->known_file =
        strcmp(refused->code, "KNOWN_FILE") == 0 || strcmp(refused->code, "STALE") == 0;
    if (!batch->known_file)
        cli_fail(EXIT_REFUSED, NULL, "%s refuses %s: %s, %s", "registry", refused->command,
                 refused->code, refused->reason);
}

static bool hear(void *context, const struct stored *stored)
{
    struct batch *batch = context;
    struct message_tokens tokens;

    message_split(stored->envelope.subject, &tokens);
    if (strcmp(tokens.message, "Refused") == 0)
        on_refused(batch, stored);
    else if (strcmp(tokens.message, batch->wanted) != 0)
        return true;
    else if (strcmp(tokens.message, "ImportValidated") == 0)
        on_validated(batch, stored->envelope.body);
    else if (strcmp(tokens.message, "ImportCommitted") == 0)
        on_committed(batch, stored->envelope.body);
    else
        batch->done = true;
    return !batch->done;
}

/* Waits for `wanted`, or a refusal, behind what was sent last. */
static int wait_for_event(struct batch *batch, const char *wanted)
{
    struct cli *cli = batch->import->cli;
    const char *filters[] = {
        arena_print(&cli->arena, "registry.%s.%s", wanted, batch->committee),
        arena_print(&cli->arena, "registry.Refused.%s", batch->committee),
    };
    const struct link_reading reading = {
        .filters = filters,
        .filter_count = 2,
        .from_seq = batch->seq + 1,
        .live = true,
        .timeout_ms = cli->timeout_ms,
    };

    batch->wanted = wanted;
    batch->done = false;
    int status = link_read(batch->link, &reading, hear, batch);
    if (status != 0)
        return status;
    if (!batch->done)
        return cli_fail(EXIT_UNAVAILABLE, "carebus status", "%s has not answered within %u ms",
                        "registry", cli->timeout_ms);
    return batch->refused && !batch->known_file ? EXIT_REFUSED : 0;
}

static const char **header_map(struct import *import, size_t *ret_count)
{
    struct sheet *sheet = &import->sheet;
    const char **map = arena_alloc(&import->cli->arena, SHEET_COLUMNS * sizeof(*map));

    *ret_count = 0;
    for (int column = 0; map != NULL && column < SHEET_COLUMNS; column++)
        if (sheet->columns[column] >= 0)
            map[(*ret_count)++] = arena_print(&import->cli->arena, "%s=%s",
                                              sheet_usual_title((enum sheet_column)column),
                                              sheet_title(sheet, (enum sheet_column)column));
    return map;
}

static int start_batch(struct batch *batch, uint32_t rows)
{
    struct import *import = batch->import;
    Registry__StartImport start = REGISTRY__START_IMPORT__INIT;

    start.batch = batch->id;
    start.file_hash = import->sheet.hash;
    start.committee = batch->committee;
    start.header_map = header_map(import, &start.n_header_map);
    start.file_name = import->file_name;
    start.rows = rows;
    uint64_t last;
    int status = send(batch, &start.base);
    if (status == 0)
        status = link_flush(batch->link, &last);
    return status == 0 ? wait_for_event(batch, "ImportStarted") : status;
}

/* The rows of this committee, in messages that fit the wire. */
static int add_rows(struct batch *batch)
{
    struct import *import = batch->import;
    struct cli *cli = import->cli;
    Registry__ImportRow *rows[ROWS_A_MESSAGE];
    Registry__AddImportRows add = REGISTRY__ADD_IMPORT_ROWS__INIT;
    size_t bytes = 0;
    int status = 0;

    add.batch = batch->id;
    add.rows = rows;
    for (uint32_t row = 0; row < import->sheet.table.row_count && status == 0; row++) {
        if (import->owners[row] == NULL || strcmp(import->owners[row], batch->committee) != 0)
            continue;
        const char *text = sheet_cell(&import->sheet, &cli->arena, row, SHEET_COMMITTEE);
        const char *nearest;
        const char *place =
            text[0] == '\0'
                ? batch->committee
                : sheet_committee(import->committees, import->committee_count, text, &nearest);
        rows[add.n_rows] = sheet_row(&import->sheet, &cli->arena, row, place == NULL ? "" : place);
        if (rows[add.n_rows] == NULL)
            return cli_fail(EXIT_IO, NULL, "no memory");
        bytes += protobuf_c_message_get_packed_size(&rows[add.n_rows]->base);
        if (++add.n_rows == ROWS_A_MESSAGE || bytes > BYTES_A_MESSAGE) {
            status = send(batch, &add.base);
            add.n_rows = 0;
            bytes = 0;
        }
    }
    return status == 0 && add.n_rows > 0 ? send(batch, &add.base) : status;
}

static int validate_batch(struct batch *batch)
{
    Registry__ValidateImport validate = REGISTRY__VALIDATE_IMPORT__INIT;
    uint64_t last;

    validate.batch = batch->id;
    int status = send(batch, &validate.base);
    if (status == 0)
        status = link_flush(batch->link, &last);
    return status == 0 ? wait_for_event(batch, "ImportValidated") : status;
}

static int finish_batch(struct batch *batch)
{
    Registry__CommitImport commit = REGISTRY__COMMIT_IMPORT__INIT;
    Registry__AbandonImport abandon = REGISTRY__ABANDON_IMPORT__INIT;
    bool dry_run = batch->import->dry_run;
    uint64_t last;

    commit.batch = batch->id;
    abandon.batch = batch->id;
    abandon.reason = "dry run";
    int status = send(batch, dry_run ? &abandon.base : &commit.base);
    if (status == 0)
        status = link_flush(batch->link, &last);
    return status == 0 ? wait_for_event(batch, dry_run ? "ImportAbandoned" : "ImportCommitted")
                       : status;
}

/* Each try is a batch of its own, so that one that was broken off stands in nobody's way; that a file
 * is on the roster already is known by its hash. */
static const char *batch_id(struct import *import, const char *committee)
{
    return arena_print(&import->cli->arena, "%s-%s-%08x", import->dry_run ? "try" : "imp",
                       committee, randombytes_random());
}

static int import_committee(struct import *import, const char *committee, uint32_t rows)
{
    struct cli *cli = import->cli;
    struct batch batch = { .import = import,
                           .committee = committee,
                           .id = batch_id(import, committee) };
    const char *unit = cli->unit;
    const char *post = cli->post;

    cli->unit = committee;
    cli->post = arena_print(&cli->arena, "%s.duty", committee);
    int status = link_open_to_publish(cli, &batch.link);
    cli->unit = unit;
    cli->post = post;
    if (status != 0)
        return status;
    batch.seq = link_welcome(batch.link)->head;
    status = start_batch(&batch, rows);
    if (status == 0 && !batch.known_file)
        status = add_rows(&batch);
    if (status == 0 && !batch.known_file)
        status = validate_batch(&batch);
    if (status == 0 && !batch.known_file)
        status = finish_batch(&batch);
    link_close(batch.link);
    if (status == 0 && batch.known_file)
        import->known += rows;
    return status;
}

/* ---- the sheet as a whole -------------------------------------------------------------------------- */

static bool is_example(const struct csv_row *row)
{
    for (uint32_t i = 0; i < row->cell_count; i++)
        if (row->cells[i][0] != '\0')
            return strstr(row->cells[i], "示例") != NULL;
    return false;
}

/* Whose each row is: `only`, or the committee that its own cell names. */
static void find_owners(struct import *import, const char *only)
{
    struct cli *cli = import->cli;
    const struct sheet *sheet = &import->sheet;

    for (uint32_t row = sheet->header + 1; row < sheet->table.row_count; row++) {
        const char *nearest = NULL;
        if (is_example(&sheet->table.rows[row]))
            continue;
        import->rows++;
        const char *text = sheet_cell(sheet, &cli->arena, row, SHEET_COMMITTEE);
        import->owners[row] =
            only != NULL
                ? only
                : sheet_committee(import->committees, import->committee_count, text, &nearest);
        if (import->owners[row] != NULL)
            continue;
        /* Nobody to send it to: it is refused here, with the name that it may have meant. */
        import->reject++;
        import->notes[row] = nearest == NULL
                                 ? arena_print(&cli->arena, "没有“%s”", text)
                                 : arena_print(&cli->arena, "没有“%s”，是否“%s”？", text, nearest);
        if (!cli->quiet && !cli->json && import->named++ < NAMED_ROWS)
            printf(cli_text("  row %u  %s  %s\n"), sheet->table.rows[row].line,
                   sheet_title(sheet, SHEET_COMMITTEE), import->notes[row]);
    }
}

static int import_all(struct import *import)
{
    int status = 0;

    for (uint32_t i = 0; i < import->committee_count && status == 0; i++) {
        uint32_t rows = 0;
        for (uint32_t row = 0; row < import->sheet.table.row_count; row++)
            rows += import->owners[row] != NULL
                    && strcmp(import->owners[row], import->committees[i].unit) == 0;
        if (rows > 0)
            status = import_committee(import, import->committees[i].unit, rows);
    }
    return status;
}

/* The refused rows in their own layout, with two columns more. */
static int write_errors(struct import *import, const char *path)
{
    const struct csv_table *table = &import->sheet.table;
    FILE *out = fopen(path, "w");
    if (out == NULL)
        return cli_fail(EXIT_NO_CREATE, NULL, "%s: %s", path, strerror(errno));

    fputs("\xEF\xBB\xBF", out);
    for (uint32_t row = 0; row < table->row_count; row++) {
        bool title = row <= import->sheet.header;
        if (!title && import->notes[row] == NULL)
            continue;
        for (uint32_t cell = 0; cell < table->rows[row].cell_count; cell++)
            csv_table_write(out, table->rows[row].cells[cell], false);
        bool header = row == import->sheet.header;
        csv_table_write(out, header ? "处理结果" : title ? "" : "退回", false);
        csv_table_write(out, header ? "原因" : title ? "" : import->notes[row], true);
    }
    if (fclose(out) != 0)
        return cli_fail(EXIT_IO, NULL, "%s: %s", path, strerror(errno));
    return 0;
}

static int tell(struct import *import)
{
    struct cli *cli = import->cli;

    if (cli->json)
        return cli_print_json(json_pack(
            "{s:s,s:s,s:b,s:i,s:i,s:i,s:i,s:i,s:i,s:i,s:i,s:i}", "file", import->file, "encoding",
            import->sheet.encoding, "dryRun", (int)import->dry_run, "rows", (int)import->rows, "ok",
            (int)import->ok, "warn", (int)import->warn, "dup", (int)import->dup, "reject",
            (int)import->reject, "added", (int)import->added, "changed", (int)import->changed,
            "unchanged", (int)import->unchanged, "knownFile", (int)import->known));
    if (cli->quiet)
        return 0;
    printf(cli_text("%u rows read (%s)\n"), import->rows, import->sheet.encoding);
    if (import->known > 0)
        printf(cli_text("  %u rows of a file that is on the roster already: nothing changed\n"),
               import->known);
    printf(cli_text("  ok %u   warn %u   double %u   refused %u\n"), import->ok, import->warn,
           import->dup, import->reject);
    if (!import->dry_run)
        printf(cli_text("  added %u   changed %u   unchanged %u\n"), import->added, import->changed,
               import->unchanged);
    return 0;
}

static int load(struct import *import)
{
    struct cli *cli = import->cli;
    const char *error = "";

    int r = sheet_load(import->file, &cli->arena, &import->sheet, &error);
    if (r == SHEET_ABSENT)
        return cli_fail(EXIT_NO_INPUT, NULL, "%s is not there", import->file);
    if (r == SHEET_BAD)
        return cli_fail(EXIT_BAD_ROWS, "UTF-8 or GB18030, one row of titles", "%s: %s",
                        import->file, error);
    if (r < 0)
        return cli_fail(EXIT_NO_INPUT, NULL, "%s: %s", import->file, strerror(-r));
    size_t size = (import->sheet.table.row_count + 1) * sizeof(char *);
    import->owners = arena_alloc(&cli->arena, size);
    import->notes = arena_alloc(&cli->arena, size);
    if (import->owners == NULL || import->notes == NULL)
        return cli_fail(EXIT_IO, NULL, "no memory");
    return roster_committees(cli, &import->committees, &import->committee_count);
}

int roster_import(struct cli *cli)
{
    struct import import = { .cli = cli, .dry_run = cli_flag(cli, "--dry-run") };
    const char *errors = cli_option(cli, "--errors");
    const char *only = cli_option(cli, "--committee");

    /* A committee that speaks for itself sends its own sheet. */
    if (only == NULL && cli->unit[0] >= '0' && cli->unit[0] <= '9')
        only = cli->unit;
    import.file = cli_argument(cli);
    if (import.file == NULL)
        return cli_fail(EXIT_BAD_USAGE, "carebus roster import FILE", "import wants a FILE");
    const char *slash = strrchr(import.file, '/');
    import.file_name = slash == NULL ? import.file : slash + 1;
    int status = cli_no_more(cli);
    if (status == 0)
        status = load(&import);
    if (status != 0)
        return status;

    find_owners(&import, only);
    status = import_all(&import);
    if (status == 0)
        status = tell(&import);
    if (status == 0 && errors != NULL)
        status = write_errors(&import, errors);
    return status == 0 && import.reject > 0 ? EXIT_BAD_ROWS : status;
}
