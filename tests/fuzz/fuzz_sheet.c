/*
 * A committee's sheet: the bytes of a file as somebody saved it, in UTF-8, in GB18030 or in neither.
 *
 * It is taken whole or refused with a reason; what is taken is text that the bus would carry, in every
 * row, and the wire takes a row of it as it is.
 */
#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "cli/sheet.h"
#include "wire/scan.h"

enum { ARENA_BYTES = 32 << 20, ROWS_MOST = 200 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char path[64];

static void remove_file(void)
{
    unlink(path);
}

static void write_file(const uint8_t *data, size_t size)
{
    if (path[0] == '\0') {
        snprintf(path, sizeof(path), "%s/carebus-sheet-%d",
                 access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp", (int)getpid());
        atexit(remove_file);
    }
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert(fd >= 0);
    ssize_t written = write(fd, data, size);
    assert(written == (ssize_t)size);
    close(fd);
}

static void try_row(const struct sheet *sheet, struct arena *arena, uint32_t row)
{
    static const struct sheet_committee committees[] = { { "310115125041", "陈家塘居委会" },
                                                         { "310115125012", "丹桂路居委会" } };
    ProtobufCMessage *again;
    const char *reason = "";
    const char *nearest = NULL;

    for (int column = 0; column < SHEET_COLUMNS; column++) {
        const char *cell = sheet_cell(sheet, arena, row, (enum sheet_column)column);
        assert(cell != NULL);
        sheet_committee(committees, 2, cell, &nearest);
    }
    Registry__ImportRow *message = sheet_row(sheet, arena, row, "310115125041");
    if (message == NULL) {
        assert(arena->exhausted);
        return;
    }
    size_t size = registry__import_row__get_packed_size(message);
    uint8_t *bytes = malloc(size + 1);
    assert(bytes != NULL);
    registry__import_row__pack(message, bytes);
    int r = scan_unpack(&registry__import_row__descriptor, slice_of(bytes, size), arena, &again,
                        &reason);
    assert(r == 0 || arena->exhausted);
    free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sheet sheet;
    struct arena arena;
    const char *error = NULL;

    say_set_level(SAY_SILENT);
    write_file(data, size);
    arena_open(&arena, ARENA_BYTES);
    int r = sheet_load(path, &arena, &sheet, &error);
    assert(r == 0 || (r == SHEET_BAD && error != NULL));
    if (r == 0) {
        assert(sheet.encoding != NULL && sheet.header < sheet.table.row_count);
        for (uint32_t row = sheet.header + 1;
             row < sheet.table.row_count && row <= sheet.header + ROWS_MOST; row++)
            try_row(&sheet, &arena, row);
    }
    arena_close(&arena);
    return 0;
}
