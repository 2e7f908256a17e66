/*
 * What a store is heavy with: its largest tables.
 */
#include "year.h"

#include <stdio.h>
#include <stdlib.h>

#include "kit/inside.h"

enum { SHOWN_TABLES = 4, SHOWN_BYTES = 1 << 20 };

struct weight {
    const char *name;
    uint64_t rows;
    uint64_t bytes;
};

static void weigh_table(struct store_txn *txn, unsigned table, struct weight *weight)
{
    struct store_cursor *cursor;
    struct slice key;
    struct slice value;

    if (store_cursor_open(txn, table, (struct slice){ 0 }, &cursor) != 0)
        abort();
    while (store_cursor_next(cursor, &key, &value) == 0) {
        weight->rows++;
        weight->bytes += key.size + value.size;
    }
    store_cursor_close(cursor);
}

static int heavier_first(const void *a, const void *b)
{
    const struct weight *one = a;
    const struct weight *other = b;

    return one->bytes < other->bytes ? 1 : one->bytes > other->bytes ? -1 : 0;
}

void year_weigh(struct kit *kit)
{
    struct weight weights[STORE_TABLES] = { 0 };
    struct store_txn *txn;

    if (store_begin_read(kit->store, &txn) != 0)
        abort();
    for (unsigned i = 0; i < kit->table_count; i++) {
        weights[i].name = kit->table_names[i];
        weigh_table(txn, i, &weights[i]);
    }
    store_abort(txn);
    qsort(weights, kit->table_count, sizeof(weights[0]), heavier_first);
    for (unsigned i = 0; i < SHOWN_TABLES && weights[i].bytes >= SHOWN_BYTES; i++)
        printf("    %-28s %10llu rows %8.1f MiB\n", weights[i].name,
               (unsigned long long)weights[i].rows, (double)weights[i].bytes / (1 << 20));
}
