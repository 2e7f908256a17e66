/*
 * Books that must balance (H7), read from the rows that a service is left with: a depot's goods, and
 * a day's contacts.  What a turn keeps as a sum is counted again from what it is the sum of.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "care_rows.pb-c.h"
#include "kit/inside.h"
#include "sim/town/town.h"
#include "supplies_rows.pb-c.h"

enum { BOOKS_ARENA_BYTES = 8 << 20, NAME_BYTES = 256 };

struct books {
    struct sim *sim;
    struct kit *kit;
    struct store_txn *txn;
    struct arena arena;
};

typedef void each_row(struct books *books, const char *key, const void *row, void *context);

static unsigned table_named(const struct service *service, const char *name)
{
    for (unsigned i = 0; service->tables[i].name != NULL; i++)
        if (strcmp(service->tables[i].name, name) == 0)
            return i;
    fprintf(stderr, "%s has no table %s\n", service->name, name);
    abort();
}

/* Rows are lent until all books are closed. */
static void each(struct books *books, const char *name, each_row *call, void *context)
{
    unsigned own = table_named(books->kit->service, name);
    struct store_cursor *cursor;
    struct slice key;
    struct slice value;

    if (store_cursor_open(books->txn, compose_table(books->kit, own), (struct slice){ 0 }, &cursor)
        != 0)
        abort();
    while (store_cursor_next(cursor, &key, &value) == 0) {
        const void *row = writes_unpack(books->kit->service->tables[own].row, value, &books->arena);
        const char *text =
            arena_print(&books->arena, "%.*s", (int)key.size, (const char *)key.data);
        if (row == NULL)
            abort();
        call(books, text, row, context);
    }
    store_cursor_close(cursor);
}

/* ---- supplies ------------------------------------------------------------------------------------------- */

/* What lines and transfers have of one lot, counted again. */
struct lot_count {
    const char *key;
    uint64_t reserved;
    uint64_t sent;
};

static void count_lot(struct lot_count *count, const char *at, uint32_t qty, bool out)
{
    if (strcmp(count->key, at) != 0)
        return;
    if (out)
        count->sent += qty;
    else
        count->reserved += qty;
}

static void count_line(struct books *books, const char *key, const void *row, void *context)
{
    const SuppliesRows__Line *line = row;
    char at[NAME_BYTES];

    (void)books;
    (void)key;
    for (size_t i = 0; i < line->n_takes; i++) {
        const SuppliesRows__Take *take = line->takes[i];
        snprintf(at, sizeof(at), "%s/%s/%s/%s", take->site, line->item, take->expiry, take->lot);
        count_lot(context, at, take->qty, line->out);
    }
}

static void count_transfer(struct books *books, const char *key, const void *row, void *context)
{
    const SuppliesRows__Transfer *transfer = row;
    char at[NAME_BYTES];

    (void)books;
    (void)key;
    if (transfer->state != SUPPLIES_ROWS__TRANSFER__STATE__OPEN)
        return;
    for (size_t i = 0; i < transfer->n_lines; i++) {
        const SuppliesRows__Lot *lot = transfer->lines[i];
        snprintf(at, sizeof(at), "%s/%s/%s/%s", transfer->from_site, lot->item, lot->expiry,
                 lot->lot);
        count_lot(context, at, lot->qty, false);
    }
}

/* On hand, at people's, lost and elsewhere: together all that ever came, and nothing below zero.  What
 * is reserved is some line's or transfer's, and what was sent out is some line's. */
static void judge_lot(struct books *books, const char *key, const void *row, void *context)
{
    const SuppliesRows__Stock *stock = row;
    struct lot_count count = { .key = key };

    (void)context;
    if ((uint64_t)stock->on_hand + stock->sent + stock->lost + stock->shipped != stock->received
        || stock->reserved > stock->on_hand)
        sim_wrong(books->sim, "H7: %s: %u on hand, %u sent, %u lost, %u shipped of %u", key,
                  stock->on_hand, stock->sent, stock->lost, stock->shipped, stock->received);
    each(books, "lines", count_line, &count);
    each(books, "transfers", count_transfer, &count);
    if (count.reserved != stock->reserved || count.sent != stock->sent)
        sim_wrong(books->sim, "H7: %s: %u reserved and %u sent, and lines have %llu and %llu", key,
                  stock->reserved, stock->sent, (unsigned long long)count.reserved,
                  (unsigned long long)count.sent);
}

/* ---- care ------------------------------------------------------------------------------------------------ */

enum { CONTACT_STATES = CARE_ROWS__CONTACT__STATE__LATE + 1 };

/* The contacts of one committee on one day, by state; one that was seen and will be again is no more
 * untried. */
struct day_count {
    const char *key; /* committee/date */
    uint32_t in[CONTACT_STATES];
    uint32_t all;
};

/* How often a person stands in the list of a day: another place than the row's counts double. */
struct waiting_count {
    const char *committee, *person, *date, *key;
    unsigned found;
};

static void count_waiting(struct books *books, const char *key, const void *row, void *context)
{
    struct waiting_count *count = context;
    char begin[NAME_BYTES];
    const char *person = strrchr(key, '/') + 1;

    (void)books;
    (void)row;
    snprintf(begin, sizeof(begin), "%s/%s/", count->committee, count->date);
    if (strncmp(key, begin, strlen(begin)) == 0 && strcmp(person, count->person) == 0)
        count->found += strcmp(key, count->key) == 0 ? 1 : 2;
}

/* A person's day has one state.  Whoever is waited for stands in the day's list once, where the row
 * says; whoever is not, nowhere. */
static void judge_contact(struct books *books, const char *key, const void *row, void *context)
{
    const CareRows__Contact *contact = row;
    const char *slash = strrchr(key, '/');
    struct waiting_count count = { .committee = contact->committee, .key = contact->waiting };
    bool open = contact->state == CARE_ROWS__CONTACT__STATE__PLANNED
                || contact->state == CARE_ROWS__CONTACT__STATE__ATTEMPTED;

    (void)context;
    count.person = arena_print(&books->arena, "%.*s", (int)(slash - key), key);
    count.date = slash + 1;
    each(books, "waiting", count_waiting, &count);
    if (contact->state == CARE_ROWS__CONTACT__STATE__NONE
        || (unsigned)contact->state >= CONTACT_STATES)
        sim_wrong(books->sim, "H7: the contact %s has no state", key);
    else if (count.found != (open ? 1 : 0))
        sim_wrong(books->sim, "H7: the contact %s is %s, and waits %u times", key,
                  open ? "open" : "over", count.found);
}

static void count_contact(struct books *books, const char *key, const void *row, void *context)
{
    const CareRows__Contact *contact = row;
    struct day_count *count = context;
    char day[NAME_BYTES];
    unsigned state = (unsigned)contact->state;

    (void)books;
    snprintf(day, sizeof(day), "%s%s", contact->committee, strrchr(key, '/'));
    if (strcmp(day, count->key) != 0 || state >= CONTACT_STATES)
        return;
    if (state == CARE_ROWS__CONTACT__STATE__PLANNED && contact->done > 0)
        state = CARE_ROWS__CONTACT__STATE__ATTEMPTED;
    count->in[state]++;
    count->all++;
}

/* People who left the town, or died: what there was of their days is dropped, and the figures stay. */
static void count_gone(struct books *books, const char *key, const void *row, void *context)
{
    const Care__Numbers *now = ((const CareRows__Summary *)row)->now;

    (void)books;
    (void)key;
    if (now != NULL)
        *(uint32_t *)context += now->left + now->died;
}

static void judge_day(struct books *books, const char *key, const void *row, void *context)
{
    const Care__Numbers *now = ((const CareRows__Summary *)row)->now;
    const uint32_t *gone = context;
    struct day_count count = { .key = key };
    uint32_t sum = 0;

    if (now == NULL || strncmp(key, "town/", 5) == 0)
        return;
    each(books, "contacts", count_contact, &count);
    const uint32_t stated[CONTACT_STATES] = {
        [CARE_ROWS__CONTACT__STATE__PLANNED] = now->untried,
        [CARE_ROWS__CONTACT__STATE__ATTEMPTED] = now->attempted,
        [CARE_ROWS__CONTACT__STATE__OK] = now->ok,
        [CARE_ROWS__CONTACT__STATE__OK_VIA_OTHER] = now->via_other,
        [CARE_ROWS__CONTACT__STATE__NEED] = now->need,
        [CARE_ROWS__CONTACT__STATE__ABNORMAL] = now->abnormal,
        [CARE_ROWS__CONTACT__STATE__REFUSED] = now->refused,
        [CARE_ROWS__CONTACT__STATE__AWAY] = now->away,
        [CARE_ROWS__CONTACT__STATE__NOT_REACHED] = now->not_reached,
        [CARE_ROWS__CONTACT__STATE__MISSED] = now->missed,
        [CARE_ROWS__CONTACT__STATE__CANCELLED] = now->cancelled,
        [CARE_ROWS__CONTACT__STATE__LATE] = now->late,
    };
    for (unsigned i = 0; i < CONTACT_STATES; i++) {
        bool open = i <= CARE_ROWS__CONTACT__STATE__ATTEMPTED;
        sum += stated[i];
        if (stated[i] < count.in[i] || (open && stated[i] > count.in[i]))
            sim_wrong(books->sim, "H7: %s states %u contacts in the state %u and has %u", key,
                      stated[i], i, count.in[i]);
    }
    if (now->planned != sum || sum > count.all + *gone)
        sim_wrong(books->sim, "H7: %s states %u contacts, %u by state, and has %u; %u are gone",
                  key, now->planned, sum, count.all, *gone);
}

void books_judge(struct sim *sim, struct kit *kit)
{
    struct books books = { .sim = sim, .kit = kit };
    uint32_t gone = 0;

    arena_open(&books.arena, BOOKS_ARENA_BYTES);
    if (store_begin_read(kit_store(kit), &books.txn) != 0)
        abort();
    if (strcmp(kit->service->name, "supplies") == 0) {
        each(&books, "stocks", judge_lot, NULL);
    } else if (strcmp(kit->service->name, "care") == 0) {
        each(&books, "contacts", judge_contact, NULL);
        each(&books, "summaries", count_gone, &gone);
        each(&books, "summaries", judge_day, &gone);
    }
    store_abort(books.txn);
    arena_close(&books.arena);
}
