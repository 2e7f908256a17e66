/*
 * cli/sheet.h - a committee's own sheet: bytes in whatever encoding, columns by whatever name.
 *
 * UTF-8 with or without BOM, or GB18030, decided on the whole file.  Rows above the header (titles)
 * are kept and passed over; columns that nobody knows are kept and ignored.  A cell is taken as a
 * person typed it: full-width digits and spaces, the apostrophe that makes Excel keep a text.
 * The sheet's side only reads; the registry judges.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "cli/csv_table.h"
#include "registry.pb-c.h"

enum sheet_column {
    SHEET_NAME,
    SHEET_NICKNAME,
    SHEET_ID,
    SHEET_SEX,
    SHEET_BIRTH,
    SHEET_PHONE,
    SHEET_ADDRESS,
    SHEET_COMMITTEE,
    SHEET_CATEGORY,
    SHEET_CLASS,
    SHEET_BASIS,
    SHEET_REASON,
    SHEET_LIVING,
    SHEET_HEALTH,
    SHEET_MENTAL,
    SHEET_DOCTOR,
    SHEET_CONTACT,
    SHEET_CONTACT_PHONE,
    SHEET_KEY_HOLDER,
    SHEET_REMARK,
    SHEET_COLUMNS,
};

struct sheet {
    struct csv_table table;
    uint32_t header;            /* index of the header row                     */
    int columns[SHEET_COLUMNS]; /* where each is; -1: the sheet has none       */
    const char *encoding;       /* `UTF-8`, `UTF-8 BOM`, `GB18030`             */
    char hash[65];              /* SHA-256 of the file's bytes, as hex         */
};

enum { SHEET_BAD = 1, SHEET_ABSENT = 2, SHEET_FILE_BYTES = 32 << 20 };

/* Reads the file; lends everything as long as the arena.  SHEET_ABSENT: no such file.  SHEET_BAD:
 * *ret_error says what is wrong with it. */
int sheet_load(const char *path, struct arena *arena, struct sheet *ret_sheet,
               const char **ret_error);

/* The title that the sheet has for a column; the usual one when it has none. */
const char *sheet_title(const struct sheet *sheet, enum sheet_column column);
const char *sheet_usual_title(enum sheet_column column);

/* The cell, tidied (spaces around it, full-width letters and digits, an apostrophe in front); lends
 * it as the arena. */
const char *sheet_cell(const struct sheet *sheet, struct arena *arena, uint32_t row,
                       enum sheet_column column);

/* A committee of the town, to read names by. */
struct sheet_committee {
    const char *unit;
    const char *name;
};

/* The committee whose code or name `text` is; NULL, and the nearest name in *ret_nearest (NULL:
 * nothing is near). */
const char *sheet_committee(const struct sheet_committee *committees, uint32_t count,
                            const char *text, const char **ret_nearest);

/* A category as a sheet says it (独居). */
const char *sheet_category(Registry__Category category);

/* The row as the registry takes it; `committee` is where it belongs ("" when its cell names none
 * that is known, and then the row carries OUTSIDE_COMMITTEE).  NULL: no memory. */
Registry__ImportRow *sheet_row(const struct sheet *sheet, struct arena *arena, uint32_t row,
                               const char *committee);
