/*
 * cli/roster.h - a sheet's way into the roster and back.
 */
#pragma once

#include "cli/link.h"
#include "cli/sheet.h"

/* The town's committees, from its tables; 0 or a printed status. */
int roster_committees(struct cli *cli, const struct sheet_committee **ret_committees,
                      uint32_t *ret_count);

/* roster_import.c: `carebus roster import FILE ...`. */
int roster_import(struct cli *cli);

/* A code as people read it: 校验位不符; and what to do about it. */
const char *roster_code_text(Registry__CellCode code);
const char *roster_code_hint(Registry__CellCode code);

/* Hides what must not be on a screen: 3199************1X, 张*芳, 138****5678. */
const char *roster_masked(struct cli *cli, const char *text);
