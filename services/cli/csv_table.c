#include "cli/csv_table.h"

#include <csv.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/io.h"

enum { FILE_BYTES = 16 << 20 };

/* The libcsv calls back cell by cell; a row is copied out when it ends. */
struct reading {
    struct arena *arena;
    struct csv_table *table;
    uint32_t room;
    uint32_t line;
    uint32_t cell_count;
    bool any; /* a cell of this row is not empty */
    bool full;
    const char *cells[CSV_TABLE_CELLS];
};

static void on_cell(void *data, size_t size, void *context)
{
    struct reading *reading = context;

    if (reading->cell_count == CSV_TABLE_CELLS) {
        reading->full = true;
        return;
    }
    char *text = arena_alloc(reading->arena, size + 1);
    if (text == NULL) {
        reading->full = true;
        return;
    }
    memcpy(text, data == NULL ? "" : data, size);
    /* A zero byte would end the text early and hide what follows it. */
    for (size_t i = 0; i < size; i++)
        if (text[i] == '\0')
            text[i] = '?';
    reading->any = reading->any || size > 0;
    reading->cells[reading->cell_count++] = text;
}

static bool grow(struct reading *reading)
{
    struct csv_table *table = reading->table;
    uint32_t room = reading->room == 0 ? 64 : 2 * reading->room;

    if (table->row_count < reading->room)
        return true;
    if (table->row_count >= CSV_TABLE_ROWS)
        return false;
    struct csv_row *larger = arena_alloc(reading->arena, room * sizeof(*larger));
    if (larger == NULL)
        return false;
    if (table->row_count > 0)
        memcpy(larger, table->rows, table->row_count * sizeof(*larger));
    table->rows = larger;
    reading->room = room;
    return true;
}

static void on_row(int terminator, void *context)
{
    struct reading *reading = context;
    struct csv_table *table = reading->table;

    (void)terminator;
    reading->line++;
    if (reading->any && !reading->full) {
        size_t size = reading->cell_count * sizeof(*reading->cells);
        const char **cells = arena_copy(reading->arena, reading->cells, size);
        if (cells == NULL || !grow(reading))
            reading->full = true;
        else
            table->rows[table->row_count++] = (struct csv_row){
                .line = reading->line,
                .cell_count = reading->cell_count,
                .cells = cells,
            };
    }
    reading->cell_count = 0;
    reading->any = false;
}

/* A copy with every line end as one character, so that a row is counted once. */
static const char *with_plain_ends(const char *text, size_t size, struct arena *arena,
                                   size_t *ret_size)
{
    char *copy = arena_alloc(arena, size + 1);
    size_t used = 0;

    for (size_t i = 0; copy != NULL && i < size; i++) {
        if (text[i] == '\r' && i + 1 < size && text[i + 1] == '\n')
            continue;
        copy[used++] = text[i] == '\r' ? '\n' : text[i];
    }
    *ret_size = used;
    return copy;
}

int csv_table_parse(const char *text, size_t size, struct arena *arena, struct csv_table *ret_table,
                    const char **ret_error)
{
    struct reading reading = { .arena = arena, .table = ret_table };
    struct csv_parser parser;

    *ret_table = (struct csv_table){ 0 };
    text = with_plain_ends(text, size, arena, &size);
    if (text == NULL)
        return FAULT(-ENOMEM);
    if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_REPALL_NL) != 0)
        return FAULT(-ENOMEM);
    size_t used = csv_parse(&parser, text, size, on_cell, on_row, &reading);
    bool whole = used == size && csv_fini(&parser, on_cell, on_row, &reading) == 0;
    int error = csv_error(&parser);
    csv_free(&parser);
    if (!whole) {
        *ret_error = arena_print(arena, "row %u: %s", reading.line + 1, csv_strerror(error));
        return CSV_TABLE_BAD;
    }
    if (reading.full) {
        *ret_error = arena_print(arena, "row %u: more than %d rows or %d cells in a row",
                                 reading.line, CSV_TABLE_ROWS, CSV_TABLE_CELLS);
        return CSV_TABLE_BAD;
    }
    return 0;
}

int csv_table_load(const char *path, struct arena *arena, struct csv_table *ret_table,
                   const char **ret_error)
{
    char *bytes;
    size_t size;

    int r = io_read_file(path, FILE_BYTES, &bytes, &size);
    if (r < 0)
        return r;
    if (r > 0) {
        *ret_error = r == IO_ABSENT ? "is not there" : "is too large";
        return CSV_TABLE_BAD;
    }
    r = csv_table_parse(bytes, size, arena, ret_table, ret_error);
    free(bytes);
    return r;
}

int csv_table_column(const struct csv_table *table, const char *name)
{
    for (uint32_t i = 0; table->row_count > 0 && i < table->rows[0].cell_count; i++)
        if (strcmp(table->rows[0].cells[i], name) == 0)
            return (int)i;
    return -1;
}

const char *csv_table_cell(const struct csv_table *table, uint32_t row, const char *name)
{
    int column = csv_table_column(table, name);

    if (column < 0 || (uint32_t)column >= table->rows[row].cell_count)
        return "";
    return table->rows[row].cells[column];
}

/* ---- out ------------------------------------------------------------------------------------------- */

void csv_table_write(FILE *out, const char *text, bool last)
{
    bool formula = text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL;

    if (strpbrk(text, ",\"\r\n") == NULL) {
        fprintf(out, "%s%s", formula ? "'" : "", text);
    } else {
        fputs(formula ? "\"'" : "\"", out);
        for (; *text != '\0'; text++) {
            if (*text == '"')
                fputc('"', out);
            fputc(*text, out);
        }
        fputc('"', out);
    }
    fputs(last ? "\r\n" : ",", out);
}
