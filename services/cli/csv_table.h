/*
 * cli/csv_table.h - a CSV text as rows of cells.
 *
 * UTF-8 in; quoted cells, empty cells and blank lines as RFC 4180 has them.  A cell that is absent
 * at the end of a short row is "".  Everything lies in the caller's arena.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"

struct csv_table {
    uint32_t row_count;
    struct csv_row {
        uint32_t line; /* its row in the sheet, 1 the first, blank lines counted */
        uint32_t cell_count;
        const char **cells;
    } * rows;
};

enum { CSV_TABLE_BAD = 1, CSV_TABLE_ROWS = 20000, CSV_TABLE_CELLS = 256 };

/* Lends the table as long as the arena.  CSV_TABLE_BAD: *ret_error (lent) says where and why. */
int csv_table_parse(const char *text, size_t size, struct arena *arena, struct csv_table *ret_table,
                    const char **ret_error);

/* The same of a file; -errno when it cannot be read, and CSV_TABLE_BAD when it is absent. */
int csv_table_load(const char *path, struct arena *arena, struct csv_table *ret_table,
                   const char **ret_error);

/* The cell of `row` in the column that the first row calls `name`; "" when there is none. */
const char *csv_table_cell(const struct csv_table *table, uint32_t row, const char *name);

/* The column of that name; -1: none. */
int csv_table_column(const struct csv_table *table, const char *name);

/* Writes one cell of a CSV line, quoted where it must be; what a spreadsheet would take for a
 * formula is defused by an apostrophe. */
void csv_table_write(FILE *out, const char *text, bool last);
