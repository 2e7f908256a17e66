#include "cli/print.h"

#include <assert.h>
#include <inttypes.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "cli/csv_table.h"

enum { SCREEN_COLUMNS = 80, CELL_LEAST = 6 };

uint32_t print_screen(void)
{
    struct winsize size;

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= SCREEN_COLUMNS)
        return size.ws_col;
    return SCREEN_COLUMNS;
}

/* The width of the character at `text`, and its bytes. */
static uint32_t measure(const char *text, size_t left, mbstate_t *state, size_t *ret_bytes)
{
    wchar_t wide;
    size_t bytes = mbrtowc(&wide, text, left, state);
    if (bytes == 0 || bytes == (size_t)-1 || bytes == (size_t)-2) {
        memset(state, 0, sizeof(*state));
        *ret_bytes = 1;
        return 1;
    }

    *ret_bytes = bytes;
    int width = wcwidth(wide);
    return width < 0 ? 0 : (uint32_t)width;
}

uint32_t print_width(const char *text)
{
    mbstate_t state = { 0 };
    size_t left = strlen(text);
    uint32_t width = 0;

    while (left > 0) {
        size_t bytes;
        width += measure(text, left, &state, &bytes);
        text += bytes;
        left -= bytes;
    }
    return width;
}

void print_cell(FILE *out, const char *text, uint32_t width)
{
    mbstate_t state = { 0 };
    uint32_t whole = print_width(text);
    uint32_t room = whole > width && width > 0 ? width - 1 : width;
    uint32_t used = 0;
    size_t left = strlen(text);

    while (left > 0) {
        size_t bytes;
        uint32_t wide = measure(text, left, &state, &bytes);
        if (used + wide > room)
            break;
        fwrite(text, 1, bytes, out);
        used += wide;
        text += bytes;
        left -= bytes;
    }
    if (left > 0) {
        fputs("…", out);
        used++;
    }
    for (; used < width; used++)
        fputc(' ', out);
}

void print_begin(struct print_table *table, const struct print_column *columns, uint32_t count)
{
    assert(count <= PRINT_COLUMNS);
    *table = (struct print_table){ .columns = columns, .column_count = count };
}

void print_row(struct print_table *table, const char *const *cells)
{
    if (table->cell_count + table->column_count > table->room) {
        uint32_t room = table->room == 0 ? 256 : 2 * table->room;
        void *larger = realloc(table->cells, room * sizeof(*table->cells));
        assert(larger != NULL);
        table->cells = larger;
        table->room = room;
    }
    for (uint32_t i = 0; i < table->column_count; i++)
        table->cells[table->cell_count++] = strdup(cells[i] == NULL ? "" : cells[i]);
}

static void line(const struct print_table *table, const char *const *cells, const uint32_t *widths,
                 FILE *out)
{
    for (uint32_t i = 0; i < table->column_count; i++) {
        bool last = i + 1 == table->column_count;
        uint32_t width = print_width(cells[i]);
        print_cell(out, cells[i], last && width < widths[i] ? width : widths[i]);
        if (!last)
            fputs("  ", out);
    }
    fputc('\n', out);
}

/* A row is never wider than the terminal: the widest cells give way first, down to `least`.  False:
 * that does not do. */
static bool fit(uint32_t *widths, const uint32_t *least, uint32_t count)
{
    uint32_t screen = print_screen();
    uint32_t total = 2 * (count - 1);

    for (uint32_t i = 0; i < count; i++)
        total += widths[i];
    while (total > screen) {
        uint32_t widest = count;
        for (uint32_t i = 0; i < count; i++)
            if (widths[i] > least[i] && (widest == count || widths[i] > widths[widest]))
                widest = i;
        if (widest == count)
            return false;
        widths[widest]--;
        total--;
    }
    return true;
}

/* A line for each field that says something, an empty one between rows. */
static void records(const struct print_table *table, const char *const *titles, FILE *out)
{
    uint32_t widest = 0;

    for (uint32_t i = 0; i < table->column_count; i++)
        if (print_width(titles[i]) > widest)
            widest = print_width(titles[i]);
    for (uint32_t i = 0; i < table->cell_count; i++) {
        uint32_t column = i % table->column_count;
        if (column == 0 && i > 0)
            fputc('\n', out);
        if (table->cells[i][0] == '\0')
            continue;
        print_cell(out, titles[column], widest);
        fprintf(out, "  %s\n", table->cells[i]);
    }
}

static void csv_line(const struct print_table *table, const char *const *cells, FILE *out)
{
    for (uint32_t i = 0; i < table->column_count; i++)
        csv_table_write(out, cells[i], i + 1 == table->column_count);
}

static void measure_columns(const struct print_table *table, const char *const *titles,
                            uint32_t *widths, uint32_t *least)
{
    for (uint32_t i = 0; i < table->column_count; i++)
        widths[i] = print_width(titles[i]);
    for (uint32_t i = 0; i < table->cell_count; i++) {
        uint32_t column = i % table->column_count;
        uint32_t most = table->columns[column].whole ? 0 : table->columns[column].most;
        uint32_t width = print_width(table->cells[i]);
        if (width > widths[column])
            widths[column] = width;
        if (most > 0 && widths[column] > most)
            widths[column] = most;
    }
    for (uint32_t i = 0; i < table->column_count; i++) {
        uint32_t head = print_width(titles[i]);
        least[i] = table->columns[i].whole ? widths[i] : head < CELL_LEAST ? CELL_LEAST : head;
    }
}

static void print_rows(const struct print_table *table, bool csv, FILE *out)
{
    uint32_t widths[PRINT_COLUMNS] = { 0 };
    uint32_t least[PRINT_COLUMNS] = { 0 };
    const char *titles[PRINT_COLUMNS] = { NULL };

    for (uint32_t i = 0; i < table->column_count; i++)
        titles[i] = table->columns[i].title;
    measure_columns(table, titles, widths, least);
    if (csv)
        csv_line(table, titles, out);
    else if (!fit(widths, least, table->column_count)) {
        records(table, titles, out);
        return;
    } else
        line(table, titles, widths, out);
    for (uint32_t i = 0; i < table->cell_count; i += table->column_count) {
        if (csv)
            csv_line(table, table->cells + i, out);
        else
            line(table, table->cells + i, widths, out);
    }
}

void print_end(struct print_table *table, bool csv, FILE *out)
{
    if (table->cell_count > 0)
        print_rows(table, csv, out);
    for (uint32_t i = 0; i < table->cell_count; i++)
        free((void *)(uintptr_t)table->cells[i]);
    free(table->cells);
    *table = (struct print_table){ 0 };
}

void print_span(uint64_t ms, char text[PRINT_SPAN_SIZE])
{
    if (ms < 60 * 1000)
        snprintf(text, PRINT_SPAN_SIZE, "%" PRIu64 ".%" PRIu64 " s", ms / 1000, ms % 1000 / 100);
    else if (ms < 60 * 60 * 1000)
        snprintf(text, PRINT_SPAN_SIZE, "%" PRIu64 " min %" PRIu64 " s", ms / 60000,
                 ms / 1000 % 60);
    else
        snprintf(text, PRINT_SPAN_SIZE, "%" PRIu64 " h %" PRIu64 " min", ms / 3600000,
                 ms / 60000 % 60);
}
