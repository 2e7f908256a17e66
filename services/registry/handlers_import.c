/*
 * A sheet's way onto the roster (R14): started, filled, judged, looked at, committed some rows a
 * turn, and taken back while nobody has touched its people.
 */
#include <string.h>

#include "registry/registry.h"

typedef RegistryRows__Import Import;
typedef RegistryRows__ImportRow Row;

enum {
    ROWS_A_COMMAND = 200,
    ROWS_A_BATCH = 2000, /* a committee has 500 people at most; its sheet, some years of them */
    ROWS_A_TURN = 20,
    VERDICTS_TOLD = 600, /* in one event, which has 64 KiB; ImportOf tells the rest */
};

/* ---- start, fill ----------------------------------------------------------------------------------------- */

static void remind_preview(struct turn *turn, const Import *import, uint64_t due_ms)
{
    Registry__ExpireImport expire = { IS(registry__expire_import), .batch = import->batch };

    turn_remind(turn, import->batch, due_ms, &expire.base);
}

static const char *file_key(struct turn *turn, const Import *import)
{
    return turn_key(turn, "%s/%s", import->committee, import->file_hash);
}

static bool is_new_file(struct turn *turn, const Import *import)
{
    if (turn_load(turn, FILES, file_key(turn, import)) == NULL)
        return turn->outcome == 0;
    turn_refuse(turn, REGISTRY__REFUSAL__KNOWN_FILE, "this very file was committed already");
    return false;
}

int on_start_import(struct turn *turn, const void *message)
{
    const Registry__StartImport *start = message;

    if (!is_name(turn, start->batch, "batch") || !turn_from(turn, start->committee))
        return turn->outcome;
    if (!directory_committee(turn, start->committee))
        return turn_refuse(turn, REGISTRY__REFUSAL__UNKNOWN_COMMITTEE, "no such committee");
    if (start->file_hash[0] == '\0' || strchr(start->file_hash, '/') != NULL)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "file_hash: is missing");
    if (start->rows > ROWS_A_BATCH)
        return turn_refuse(turn, REGISTRY__REFUSAL__TOO_MANY_ROWS, "more than %d rows",
                           ROWS_A_BATCH);
    Import *import = turn_move(turn, IMPORTS, start->batch);
    if (import == NULL)
        return turn->outcome;
    import->batch = start->batch;
    import->committee = start->committee;
    import->file_hash = start->file_hash;
    import->header_map = start->header_map;
    import->n_header_map = start->n_header_map;
    import->rows = start->rows;
    if (!is_new_file(turn, import))
        return turn->outcome;
    uint64_t due_ms = directory_due(turn, "registry.import_preview", "", turn->now_ms);
    remind_preview(turn, import, due_ms);

    Registry__ImportStarted event = { IS(registry__import_started), .batch = import->batch,
                                      .committee = import->committee, .due_ms = due_ms };
    return turn_emit(turn, import->committee, &event.base);
}

/* The batch, moved along the command in hand; refuses NOT_ALLOWED for another committee. */
static Import *own_import(struct turn *turn, const char *batch)
{
    if (!is_name(turn, batch, "batch"))
        return NULL;
    Import *import = turn_move(turn, IMPORTS, batch);
    return import == NULL || !turn_from(turn, import->committee) ? NULL : import;
}

static void count_verdict(Import *import, Registry__Verdict verdict)
{
    import->total++;
    import->ok += verdict == REGISTRY__VERDICT__OK;
    import->warn += verdict == REGISTRY__VERDICT__WARN;
    import->dup += verdict == REGISTRY__VERDICT__DUP;
    import->reject += verdict == REGISTRY__VERDICT__REJECT;
}

/* A row whose number is here is not taken again: the desk may send what it is not sure of. */
static void add_row(struct turn *turn, Import *import, const Registry__ImportRow *told)
{
    const char *key = turn_key(turn, "%s/#%u", import->batch, told->row);
    uint32_t ordinal = import->total + 1;

    if (turn->outcome != 0 || turn_load(turn, IMPORT_KEYS, key) != NULL)
        return;
    RegistryRows__ImportKey *entry = turn_edit(turn, IMPORT_KEYS, key);
    Row *row = turn_edit(turn, IMPORT_ROWS, row_key(turn, import->batch, ordinal));
    Registry__ImportRow *copy = turn_array(turn, 1, sizeof(*copy));
    entry->ordinal = ordinal;
    *copy = *told;
    row->row = copy;
    judge_row(turn, import, row, ordinal);
    if (turn->outcome == 0)
        count_verdict(import, row->verdict);
}

int on_add_import_rows(struct turn *turn, const void *message)
{
    const Registry__AddImportRows *add = message;

    if (add->n_rows > ROWS_A_COMMAND)
        return turn_refuse(turn, REGISTRY__REFUSAL__TOO_MANY_ROWS, "more than %d rows",
                           ROWS_A_COMMAND);
    Import *import = own_import(turn, add->batch);
    if (import == NULL)
        return turn->outcome;
    if (import->total + add->n_rows > ROWS_A_BATCH)
        return turn_refuse(turn, REGISTRY__REFUSAL__TOO_MANY_ROWS, "more than %d rows in all",
                           ROWS_A_BATCH);
    for (size_t i = 0; i < add->n_rows; i++)
        add_row(turn, import, add->rows[i]);

    Registry__ImportRowsAdded event = { IS(registry__import_rows_added), .batch = import->batch,
                                        .rows = (uint32_t)add->n_rows, .total = import->total };
    return turn_emit(turn, import->committee, &event.base);
}

/* ---- validate ----------------------------------------------------------------------------------------------- */

static size_t gather_codes(struct turn *turn, const Import *import, Registry__RowCode **codes,
                           bool severe)
{
    size_t count = 0;

    for (uint32_t i = 1; i <= import->total && turn->outcome == 0; i++) {
        const Row *row = turn_load(turn, IMPORT_ROWS, row_key(turn, import->batch, i));
        for (size_t k = 0; row != NULL && k < row->n_codes && count < VERDICTS_TOLD; k++)
            if ((row->verdict >= REGISTRY__VERDICT__DUP) == severe)
                codes[count++] = row->codes[k];
    }
    return count;
}

int on_validate_import(struct turn *turn, const void *message)
{
    const Registry__ValidateImport *validate = message;

    Import *import = own_import(turn, validate->batch);
    if (import == NULL)
        return turn->outcome;
    if (import->rows != 0 && import->rows != import->total)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "%u of %u rows are here", import->total,
                           import->rows);
    remind_preview(turn, import, directory_due(turn, "registry.import_preview", "", turn->now_ms));
    Registry__RowCode **codes = turn_array(turn, 2 * VERDICTS_TOLD, sizeof(Registry__RowCode *));
    size_t count = gather_codes(turn, import, codes, true);
    count += gather_codes(turn, import, codes + count, false);

    Registry__ImportValidated event = { IS(registry__import_validated),
                                        .batch = import->batch,
                                        .ok = import->ok,
                                        .warn = import->warn,
                                        .dup = import->dup,
                                        .reject = import->reject,
                                        .n_verdicts = count < VERDICTS_TOLD ? count : VERDICTS_TOLD,
                                        .verdicts = codes,
                                        .committee = import->committee };
    return turn_emit(turn, import->committee, &event.base);
}

/* ---- commit --------------------------------------------------------------------------------------------------- */

static int go_on(struct turn *turn, const Import *import, uint32_t from)
{
    Registry__CommitNext next = { IS(registry__commit_next), .batch = import->batch,
                                  .from_row = from };

    return turn_send(turn, "registry", import->committee, &next.base);
}

int on_commit_import(struct turn *turn, const void *message)
{
    const Registry__CommitImport *commit = message;

    Import *import = own_import(turn, commit->batch);
    if (import == NULL || !is_new_file(turn, import))
        return turn->outcome;
    RegistryRows__File *file = turn_edit(turn, FILES, file_key(turn, import));
    file->batch = import->batch;
    turn_forget(turn, import->batch, &registry__expire_import__descriptor);
    return go_on(turn, import, 1);
}

int on_commit_next(struct turn *turn, const void *message)
{
    const Registry__CommitNext *next = message;

    if (!by_timer(turn))
        return turn->outcome;
    Import *import = turn_move(turn, IMPORTS, next->batch);
    if (import == NULL)
        return turn->outcome;
    uint32_t end = next->from_row + ROWS_A_TURN;
    for (uint32_t i = next->from_row; i < end && i <= import->total; i++) {
        Row *row = turn_edit(turn, IMPORT_ROWS, row_key(turn, import->batch, i));
        if (turn->outcome == 0)
            commit_row(turn, import, row, i);
    }
    if (end <= import->total)
        return go_on(turn, import, end);
    turn_move_as(turn, IMPORTS, next->batch, IMPORT_DONE);
    Registry__ImportCommitted event = {
        IS(registry__import_committed), .batch = import->batch,
        .added = import->added,         .changed = import->changed,
        .unchanged = import->unchanged, .committee = import->committee
    };
    return turn_emit(turn, import->committee, &event.base);
}

/* ---- never, or no more ------------------------------------------------------------------------------------------ */

/* What was not committed is nobody's: its particulars go at once. */
static int abandon(struct turn *turn, Import *import, const char *reason)
{
    struct turn_slice keys = turn_keys(turn, IMPORT_KEYS, turn_text(turn, "%s/", import->batch));

    for (uint32_t i = 1; i <= import->total && turn->outcome == 0; i++)
        turn_drop(turn, IMPORT_ROWS, row_key(turn, import->batch, i));
    for (size_t i = 0; i < keys.count && turn->outcome == 0; i++)
        turn_drop(turn, IMPORT_KEYS, turn_key(turn, "%s/%s", import->batch, keys.keys[i]));
    import->total = 0;
    turn_forget(turn, import->batch, &registry__expire_import__descriptor);

    Registry__ImportAbandoned event = { IS(registry__import_abandoned), .batch = import->batch,
                                        .reason = reason, .committee = import->committee };
    return turn_emit(turn, import->committee, &event.base);
}

int on_abandon_import(struct turn *turn, const void *message)
{
    const Registry__AbandonImport *command = message;

    Import *import = own_import(turn, command->batch);
    return import == NULL ? turn->outcome : abandon(turn, import, command->reason);
}

int on_expire_import(struct turn *turn, const void *message)
{
    const Registry__ExpireImport *expire = message;

    if (!by_timer(turn))
        return turn->outcome;
    Import *import = turn_move(turn, IMPORTS, expire->batch);
    return import == NULL ? turn->outcome : abandon(turn, import, "nobody has committed it");
}

static int go_back(struct turn *turn, const Import *import, uint32_t from)
{
    Registry__RollBackNext next = { IS(registry__roll_back_next), .batch = import->batch,
                                    .from_row = from };

    return turn_send(turn, "registry", import->committee, &next.base);
}

int on_roll_back_import(struct turn *turn, const void *message)
{
    const Registry__RollBackImport *command = message;

    Import *import = own_import(turn, command->batch);
    if (import == NULL)
        return turn->outcome;
    if (import->touched > 0)
        return turn_refuse(turn, REGISTRY__REFUSAL__NOT_UNTOUCHED,
                           "%u of its people were changed since", import->touched);
    return go_back(turn, import, 1);
}

int on_roll_back_next(struct turn *turn, const void *message)
{
    const Registry__RollBackNext *next = message;

    if (!by_timer(turn))
        return turn->outcome;
    Import *import = turn_move(turn, IMPORTS, next->batch);
    if (import == NULL)
        return turn->outcome;
    uint32_t end = next->from_row + ROWS_A_TURN;
    for (uint32_t i = next->from_row; i < end && i <= import->total; i++) {
        Row *row = turn_edit(turn, IMPORT_ROWS, row_key(turn, import->batch, i));
        if (turn->outcome == 0)
            roll_back_row(turn, import, row);
    }
    if (end <= import->total)
        return go_back(turn, import, end);
    turn_move_as(turn, IMPORTS, next->batch, ROLL_BACK_DONE);
    turn_drop(turn, FILES, file_key(turn, import)); /* the file may come again */
    Registry__ImportRolledBack event = { IS(registry__import_rolled_back), .batch = import->batch,
                                         .removed = import->removed, .restored = import->restored,
                                         .committee = import->committee };
    return turn_emit(turn, import->committee, &event.base);
}
