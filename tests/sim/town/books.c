/*
 * Books that must balance (H7), read from the rows that a service is left with: needs, a depot's goods,
 * and a day's contacts.  What a turn keeps as a sum is counted again from what it is the sum of.
 */
#include "sim/town/books.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "care_rows.pb-c.h"
#include "kit/inside.h"
#include "kit/loop.h"
#include "supplies_rows.pb-c.h"

enum { BOOKS_ARENA_BYTES = 8 << 20, NAME_BYTES = 256 };

struct books {
    books_wrong *call;
    void *context;
    struct kit *kit;
    struct store_txn *txn;
    struct arena arena;
};

static void wrong(struct books *books, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void wrong(struct books *books, const char *format, ...)
{
    char line[4 * NAME_BYTES];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    books->call(books->context, line);
}

typedef void each_row(struct books *books, const char *key, const void *row, void *context);

static unsigned table_named(const struct service *service, const char *name)
{
    for (unsigned i = 0; service->tables[i].name != NULL; i++)
        if (strcmp(service->tables[i].name, name) == 0)
            return i;
    fprintf(stderr, "%s has no table %s\n", service->name, name);
    abort();
}

/* A row is lent until the next; what a call needs longer it copies. */
static void each_of(struct books *books, unsigned table, each_row *call, void *context)
{
    unsigned place = compose_table(books->kit, table);
    struct store_cursor *cursor;
    struct arena arena;
    struct slice key;
    struct slice value;

    arena_open(&arena, BOOKS_ARENA_BYTES);
    if (store_cursor_open(books->txn, place, (struct slice){ 0 }, &cursor) != 0)
        abort();
    while (store_cursor_next(cursor, &key, &value) == 0) {
        arena_reset(&arena);
        const void *row = writes_unpack(books->kit->store_tables[place]->row, value, &arena);
        const char *text = arena_print(&arena, "%.*s", (int)key.size, (const char *)key.data);
        if (row == NULL || text == NULL)
            abort();
        call(books, text, row, context);
    }
    arena_close(&arena);
    store_cursor_close(cursor);
}

static void each(struct books *books, const char *name, each_row *call, void *context)
{
    each_of(books, table_named(books->kit->service, name), call, context);
}

/* ---- needs ---------------------------------------------------------------------------------------------- */

static const LoopRows__Need *need_of(struct books *books, const char *id)
{
    struct slice value;

    if (store_get(books->txn, compose_table(books->kit, LOOP_NEEDS), slice_text(id), &value) != 0)
        return NULL;
    return (const LoopRows__Need *)writes_unpack(&loop_rows__need__descriptor, value,
                                                 &books->arena);
}

/* The need knows each that is open as its own: so there are no two.  And what a need takes for open is. */
static void judge_assignment(struct books *books, const char *key, const void *row, void *context)
{
    const LoopRows__Assignment *assignment = row;
    const LoopRows__Need *need = need_of(books, assignment->need);
    bool is_its = need != NULL && strcmp(need->assignment, key) == 0;

    (void)context;
    if (loop_is_live(assignment) != is_its)
        wrong(books, "H7: %s has %s of %s %s", books->kit->service->name, key, assignment->need,
              is_its ? "as open, and it has ended" : "open, and the need knows another");
}

/* Whatever is not over is somebody's, and a clock runs, or has run out and everybody on its ladder
 * knows. */
static void judge_need(struct books *books, const char *key, const void *row, void *context)
{
    const LoopRows__Need *need = row;
    bool runs = need->n_armed > 0;

    (void)context;
    if (!loop_is_open(need) || need->paused_ms != 0)
        return;
    for (size_t i = 0; i < need->n_clocks; i++)
        runs = runs || need->clocks[i]->missed_ms != 0;
    if (need->work_unit[0] == '\0')
        wrong(books, "H7: %s has %s open, and it is in nobody's list", books->kit->service->name,
              key);
    if (!runs)
        wrong(books, "H7: %s has %s open, and no clock runs", books->kit->service->name, key);
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
        wrong(books, "H7: %s: %u on hand, %u sent, %u lost, %u shipped of %u", key, stock->on_hand,
              stock->sent, stock->lost, stock->shipped, stock->received);
    each(books, "lines", count_line, &count);
    each(books, "transfers", count_transfer, &count);
    if (count.reserved != stock->reserved || count.sent != stock->sent)
        wrong(books, "H7: %s: %u reserved and %u sent, and lines have %llu and %llu", key,
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
        wrong(books, "H7: the contact %s has no state", key);
    else if (count.found != (open ? 1 : 0))
        wrong(books, "H7: the contact %s is %s, and waits %u times", key, open ? "open" : "over",
              count.found);
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
            wrong(books, "H7: %s states %u contacts in the state %u and has %u", key, stated[i], i,
                  count.in[i]);
    }
    if (now->planned != sum || sum > count.all + *gone)
        wrong(books, "H7: %s states %u contacts, %u by state, and has %u; %u are gone", key,
              now->planned, sum, count.all, *gone);
}

void books_judge(struct kit *kit, books_wrong *call, void *context)
{
    struct books books = { .call = call, .context = context, .kit = kit };
    uint32_t gone = 0;

    arena_open(&books.arena, BOOKS_ARENA_BYTES);
    if (store_begin_read(kit_store(kit), &books.txn) != 0)
        abort();
    if (kit->service->loop != NULL) {
        each_of(&books, LOOP_ASSIGNMENTS, judge_assignment, NULL);
        each_of(&books, LOOP_NEEDS, judge_need, NULL);
    }
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
