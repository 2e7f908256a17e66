/*
 * cli/print.h - tables for a terminal 80 wide, with Chinese names in it.
 *
 * A cell is as wide as the terminal shows it: a Chinese character takes two columns, and so a
 * column of names lines up.  What is to be copied (an id, a case, a time) and the heads stay whole; other
 * cells are cut at their column's width with an ellipsis.  Where even that does not fit, each row
 * is a record of its own: a line for each field.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* How wide the terminal is; 80 where there is none. */
uint32_t print_screen(void);

/* Columns that `text` takes on a terminal; what is not UTF-8 counts one a byte. */
uint32_t print_width(const char *text);

/* Writes `text` cut or padded to `width` columns. */
void print_cell(FILE *out, const char *text, uint32_t width);

enum { PRINT_COLUMNS = 10 };
struct print_column {
    const char *title;
    uint32_t most; /* columns; 0: as wide as the widest cell */
    bool whole;    /* never cut */
};

/* Rows of cells (texts, lent until print_end), printed by print_end with a header and widths that fit. */
struct print_table {
    const struct print_column *columns;
    uint32_t column_count;
    const char **cells;
    uint32_t cell_count;
    uint32_t room;
};
void print_begin(struct print_table *table, const struct print_column *columns, uint32_t count);
void print_row(struct print_table *table, const char *const *cells);
/* `csv`: comma-separated with a header instead, each cell whole, for programs.  A table without rows
 * prints nothing. */
void print_end(struct print_table *table, bool csv, FILE *out);

/* `3.7 s`, `2 min 25 s`, `1 h 14 min`: an interval as a person says it. */
enum { PRINT_SPAN_SIZE = 32 };
void print_span(uint64_t ms, char text[PRINT_SPAN_SIZE]);
