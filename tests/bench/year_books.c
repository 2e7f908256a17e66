/*
 * What must be so when a year is over: goods add up, a day's contacts are its figures, a need has one
 * unit at most and somebody's clock runs while it is open.  Each book is read once from end to end.
 */
#include "year.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "care_rows.pb-c.h"
#include "kit/inside.h"
#include "kit/loop_inside.h"
#include "supplies_rows.pb-c.h"

enum { BOOKS_ARENA_BYTES = 1 << 20, SHOWN_WRONG = 10, KEY_SIZE = 256 };

/* So much of a lot is some line's, reserved or out; also, by its need, an assignment that runs. */
struct claim {
    char lot[KEY_SIZE];
    uint64_t reserved;
    uint64_t sent;
};

struct books {
    struct kit *kit;
    struct store_txn *txn;
    struct arena arena;
    struct claim *claims;
    size_t count;
    size_t room;
    uint64_t read;
    uint64_t wrong;
};

typedef void each_row(struct books *books, const char *key, const void *row);

static void wrong(struct books *books, const char *what, const char *key)
{
    if (books->wrong++ < SHOWN_WRONG)
        printf("  WRONG in %s: %s: %s\n", books->kit->service->name, key, what);
}

static void each(struct books *books, const char *table, each_row *call)
{
    struct store_cursor *cursor;
    struct slice key;
    struct slice value;
    unsigned at = 0;

    while (at < books->kit->table_count && strcmp(books->kit->table_names[at], table) != 0)
        at++;
    if (at == books->kit->table_count
        || store_cursor_open(books->txn, at, (struct slice){ 0 }, &cursor) != 0)
        abort();
    while (store_cursor_next(cursor, &key, &value) == 0) {
        char name[KEY_SIZE];
        arena_reset(&books->arena);
        const void *row = writes_unpack(books->kit->store_tables[at]->row, value, &books->arena);
        if (row == NULL)
            abort();
        snprintf(name, sizeof(name), "%.*s", (int)key.size, (const char *)key.data);
        books->read++;
        call(books, name, row);
    }
    store_cursor_close(cursor);
}

/* ---- goods ------------------------------------------------------------------------------------------- */

static void claim(struct books *books, const char *lot, uint64_t reserved, uint64_t sent)
{
    if (books->count == books->room) {
        books->room = 2 * books->room + 1024;
        books->claims = realloc(books->claims, books->room * sizeof(*books->claims));
        if (books->claims == NULL)
            abort();
    }
    struct claim *claim = &books->claims[books->count++];
    snprintf(claim->lot, sizeof(claim->lot), "%s", lot);
    claim->reserved = reserved;
    claim->sent = sent;
}

static void claim_line(struct books *books, const char *key, const void *row)
{
    const SuppliesRows__Line *line = row;
    char lot[KEY_SIZE];

    (void)key;
    for (size_t i = 0; i < line->n_takes; i++) {
        const SuppliesRows__Take *take = line->takes[i];
        snprintf(lot, sizeof(lot), "%s/%s/%s/%s", take->site, line->item, take->expiry, take->lot);
        claim(books, lot, line->out ? 0 : take->qty, line->out ? take->qty : 0);
    }
}

static int by_lot(const void *a, const void *b)
{
    return strcmp(((const struct claim *)a)->lot, ((const struct claim *)b)->lot);
}

/* All that ever came is on hand, at people's, lost or elsewhere; and what is promised is a line's. */
static void judge_stock(struct books *books, const char *key, const void *row)
{
    const SuppliesRows__Stock *stock = row;
    struct claim sought;
    uint64_t reserved = 0;
    uint64_t sent = 0;

    snprintf(sought.lot, sizeof(sought.lot), "%s", key);
    const struct claim *found =
        books->count == 0 ? NULL
                          : bsearch(&sought, books->claims, books->count, sizeof(sought), by_lot);
    while (found != NULL && found > books->claims && by_lot(found - 1, &sought) == 0)
        found--;
    for (; found != NULL && found < books->claims + books->count && by_lot(found, &sought) == 0;
         found++) {
        reserved += found->reserved;
        sent += found->sent;
    }
    if ((uint64_t)stock->on_hand + stock->sent + stock->lost + stock->shipped != stock->received
        || stock->reserved > stock->on_hand)
        wrong(books, "goods came or went without a word", key);
    if (reserved != stock->reserved || sent != stock->sent)
        wrong(books, "its lines have another sum", key);
}

/* ---- a day's contacts ----------------------------------------------------------------------------------- */

static void judge_contact(struct books *books, const char *key, const void *row)
{
    if (((const CareRows__Contact *)row)->state == CARE_ROWS__CONTACT__STATE__NONE)
        wrong(books, "a contact without a state", key);
}

static void judge_summary(struct books *books, const char *key, const void *row)
{
    const Care__Numbers *now = ((const CareRows__Summary *)row)->now;

    if (now != NULL
        && now->planned
               != now->untried + now->attempted + now->ok + now->via_other + now->need
                      + now->abnormal + now->refused + now->away + now->not_reached + now->missed
                      + now->cancelled + now->late)
        wrong(books, "a day's figures do not add up", key);
}

/* ---- needs ---------------------------------------------------------------------------------------------- */

static void claim_assignment(struct books *books, const char *key, const void *row)
{
    const Assignment *work = row;

    (void)key;
    if (loop_is_live(work))
        claim(books, work->need, 0, 0);
}

static void judge_need(struct books *books, const char *key, const void *row)
{
    const Need *need = row;
    bool is_over = NEED_IS(need, CLOSED) || NEED_IS(need, SEALED);

    if (!is_over && *need->work_unit == '\0')
        wrong(books, "an open need in nobody's worklist", key);
    if (!is_over && need->n_clocks == 0)
        wrong(books, "an open need without a clock", key);
}

static void judge_loop(struct books *books)
{
    each(books, "loop.assignments", claim_assignment);
    if (books->count > 0)
        qsort(books->claims, books->count, sizeof(*books->claims), by_lot);
    for (size_t i = 1; i < books->count; i++)
        if (by_lot(&books->claims[i - 1], &books->claims[i]) == 0)
            wrong(books, "a need of two units at once", books->claims[i].lot);
    each(books, "loop.needs", judge_need);
    books->count = 0;
}

/* ---- all of it ------------------------------------------------------------------------------------------ */

uint64_t year_books(struct kit *kit)
{
    struct books books = { .kit = kit };

    arena_open(&books.arena, BOOKS_ARENA_BYTES);
    if (store_begin_read(kit->store, &books.txn) != 0)
        abort();
    if (kit->service->loop != NULL)
        judge_loop(&books);
    if (strcmp(kit->service->name, "supplies") == 0) {
        each(&books, "lines", claim_line);
        if (books.count > 0)
            qsort(books.claims, books.count, sizeof(*books.claims), by_lot);
        each(&books, "stocks", judge_stock);
    } else if (strcmp(kit->service->name, "care") == 0) {
        each(&books, "contacts", judge_contact);
        each(&books, "summaries", judge_summary);
    }
    store_abort(books.txn);
    arena_close(&books.arena);
    free(books.claims);
    if (books.read > 0)
        printf("  books of %-12s %8llu rows read, %llu wrong\n", kit->service->name,
               (unsigned long long)books.read, (unsigned long long)books.wrong);
    return books.wrong;
}
