/*
 * supplies: the books (H7).  Whatever is done, in whatever order, and however much of it is refused: what
 * came in is on hand, at somebody's, lost, or on its way; and nothing is ever below zero.
 */
#include <stdlib.h>

#include "stories/supplies_town.h"

enum { STEPS = 240, NEEDS = 12, DELIVERIES = 12, TRANSFERS = 6 };

/* A sequence that looks like chance, and is the same each time. */
static unsigned chance(uint32_t *state, unsigned below)
{
    *state = *state * 1664525u + 1013904223u;
    return (unsigned)((*state >> 8) % below);
}

/* The sum of all numbers of that name in an answer, or an event. */
static long sum(const char *json, const char *name)
{
    char key[32];
    long total = 0;

    snprintf(key, sizeof(key), "\"%s\": ", name);
    for (const char *at = strstr(json, key); at != NULL; at = strstr(at, key)) {
        at += strlen(key);
        total += strtol(*at == '"' ? at + 1 : at, NULL, 10);
    }
    return total;
}

/* What lies on all shelves, as it follows from what was said. */
struct books {
    struct story *story;
    uint32_t state;
    long on_hand;
    unsigned done; /* commands that had an effect */
};

static const char *const items[] = { "rice", "noodles", "syrup" };
static const char *const lots[] = { "a", "b", "" };
static const char *const sites[] = { "depot", "annex" };
static const char *const codes[] = { "DAMAGED", "WRONG", "LOST", "REFUSED" };

/* Says it; true if it left an event of that name. */
static bool did(struct books *books, const char *command, const char *event, const char *body)
{
    char filter[64];

    snprintf(filter, sizeof(filter), "supplies.%s.*", event);
    unsigned before = story_count(books->story, filter);
    office(books->story, command, body);
    bool done = story_count(books->story, filter) > before;
    books->done += done;
    return done;
}

static long last(struct books *books, const char *event, const char *name)
{
    char filter[64];

    snprintf(filter, sizeof(filter), "supplies.%s.*", event);
    return sum(story_last(books->story, filter), name);
}

static void comes_in(struct books *books)
{
    char body[200];
    unsigned qty = chance(&books->state, 6);

    snprintf(body, sizeof(body), "{'site': '%s', 'item': '%s', 'lot': '%s', 'qty': %u}",
             sites[chance(&books->state, 2)], items[chance(&books->state, 3)],
             lots[chance(&books->state, 3)], qty);
    if (did(books, "ReceiveStock", "StockReceived", body))
        books->on_hand += qty;
}

static void is_counted(struct books *books)
{
    char body[200];

    snprintf(body, sizeof(body),
             "{'site': '%s', 'item': '%s', 'lot': '%s', 'qty': %u, 'reason': 'counted'}",
             sites[chance(&books->state, 2)], items[chance(&books->state, 3)],
             lots[chance(&books->state, 3)], chance(&books->state, 8));
    if (did(books, "CountStock", "StockCounted", body))
        books->on_hand += last(books, "StockCounted", "variance");
}

static void is_asked_for(struct books *books)
{
    char need[16];
    char person[16];
    unsigned number = chance(&books->state, NEEDS);

    snprintf(need, sizeof(need), "n%u", number);
    snprintf(person, sizeof(person), "r%u", number);
    asks(books->story, need, person, number % 2 == 0 ? C41 : C06, items[chance(&books->state, 3)],
         1 + chance(&books->state, 5));
    snprintf(need, sizeof(need), "n%u-l1", number);
    approves(books->story, need);
}

static void leaves(struct books *books)
{
    char body[200];
    unsigned number = chance(&books->state, DELIVERIES);
    unsigned part = chance(&books->state, 4);

    snprintf(body, sizeof(body), "{'delivery': 'd%u', 'lines': ['n%u-l1%s'], 'van': 'v%u'}", number,
             number, part == 0 ? ".1" : "", number);
    did(books, "Pick", "LinePicked", body);
    if (chance(&books->state, 4) == 0)
        return;
    snprintf(body, sizeof(body), "{'van': 'v%u'}", number);
    long qty = sum(story_ask(books->story, "dzb", "supplies.VanList.dzb", "%s", body), "qty");
    snprintf(body, sizeof(body), "{'delivery': 'd%u'}", number);
    if (did(books, "SendOut", "SentOut", body))
        books->on_hand -= qty;
}

static void arrives(struct books *books)
{
    char body[200];
    unsigned number = chance(&books->state, DELIVERIES);

    snprintf(body, sizeof(body), "{'delivery': 'd%u', 'proof': {'who': 'neighbour'}}", number);
    did(books, "Deliver", "Delivered", body);
    if (chance(&books->state, 2) == 0)
        story_say(books->story, "care", "care.ContactRecorded." C41,
                  "{'person': 'r%u', 'deliveriesConfirmed': ['d%u']}", chance(&books->state, NEEDS),
                  number);
}

/* What was sent and comes back lies there again, unless it is spoilt; what is lost before it was sent
 * lies there no more. */
static void goes_wrong(struct books *books)
{
    static const char *const reports[][2] = { { "ReportReturn", "GoodsReturned" },
                                              { "ReportLoss", "GoodsLost" },
                                              { "ReportWrong", "WrongReported" } };
    char line[24];
    char delivery[16] = "";
    char body[200];
    unsigned which = chance(&books->state, 3);
    unsigned code = chance(&books->state, 4);
    unsigned number = chance(&books->state, DELIVERIES + 2);

    snprintf(line, sizeof(line), "n%u-l1", number < NEEDS ? number : chance(&books->state, NEEDS));
    if (number < DELIVERIES)
        snprintf(delivery, sizeof(delivery), "d%u", number);
    long before = sum(story_ask(books->story, "dzb", "supplies.Availability.dzb", "{}"), "sent");
    snprintf(body, sizeof(body), "{'delivery': '%s', 'line': '%s', 'qty': %u, 'code': '%s'}",
             delivery, line, chance(&books->state, 3), codes[code]);
    if (!did(books, reports[which][0], reports[which][1], body))
        return;
    long qty = last(books, reports[which][1], "qty");
    long after = sum(story_ask(books->story, "dzb", "supplies.Availability.dzb", "{}"), "sent");
    bool was_out = after < before;
    ck_assert_int_eq(before - after, was_out ? qty : 0);
    if (which == 0)
        books->on_hand += code == 0 ? 0 : qty;
    else
        books->on_hand -= was_out ? 0 : qty;
}

static void changes_its_place(struct books *books)
{
    char body[200];
    unsigned from = chance(&books->state, 2);

    snprintf(
        body, sizeof(body),
        "{'transfer': 't%u', 'fromSite': '%s', 'toSite': '%s', 'lines': [{'item': '%s', 'qty': "
        "%u}]}",
        chance(&books->state, TRANSFERS), sites[from], sites[1 - from],
        items[chance(&books->state, 3)], 1 + chance(&books->state, 3));
    did(books, "OpenTransfer", "TransferOpened", body);
    snprintf(body, sizeof(body), "{'transfer': 't%u'}", chance(&books->state, TRANSFERS));
    if (did(books, "ShipTransfer", "TransferShipped", body))
        books->on_hand -= last(books, "TransferShipped", "qty");
    snprintf(body, sizeof(body), "{'transfer': 't%u'}", chance(&books->state, TRANSFERS));
    if (did(books, "ReceiveTransfer", "TransferReceived", body))
        books->on_hand += last(books, "TransferReceived", "qty");
}

static void dies(struct books *books)
{
    unsigned number = chance(&books->state, NEEDS);
    const char *event = chance(&books->state, 2) == 0 ? "DeathReported" : "DeathRefuted";
    char subject[64];

    snprintf(subject, sizeof(subject), "registry.%s." C41, event);
    story_say(books->story, "registry", subject, "{'person': 'r%u'}", number);
}

static void step(struct books *books)
{
    static void (*const steps[])(struct books *) = {
        comes_in,   comes_in,          is_asked_for, is_asked_for, leaves,
        leaves,     arrives,           goes_wrong,   goes_wrong,   goes_wrong,
        is_counted, changes_its_place, dies,
    };

    steps[chance(&books->state, sizeof(steps) / sizeof(steps[0]))](books);
    const char *shelves = story_ask(books->story, "dzb", "supplies.Availability.dzb", "{}");
    ck_assert_ptr_nonnull(strstr(shelves, "\"balanced\": true"));
    ck_assert_int_eq(sum(shelves, "onHand"), books->on_hand);
    ck_assert_int_eq(sum(shelves, "reserved") + sum(shelves, "canPromise"), books->on_hand);
    ck_assert_int_eq(sum(shelves, "onHand") + sum(shelves, "sent") + sum(shelves, "lost")
                         + sum(shelves, "shipped"),
                     sum(shelves, "received"));
}

START_TEST(the_books_balance_whatever_is_done)
{
    struct story *story = supplies_story(&supplies_service);
    struct books books = { .story = story, .state = 2023 };

    office(story, "DefineSite", "{'site': 'annex', 'unit': 'dzb', 'name': '二号库'}");
    for (int i = 0; i < STEPS; i++) {
        step(&books);
        story_forget(story);
    }
    ck_assert_uint_gt(books.done, STEPS / 4);
    ck_assert_uint_gt(story_count(story, "supplies.SentOut.*"), 2);
    ck_assert_uint_gt(story_count(story, "supplies.GoodsReturned.*"), 0);
    ck_assert_uint_gt(story_count(story, "supplies.GoodsLost.*"), 0);
    ck_assert_uint_gt(story_count(story, "supplies.TransferReceived.*"), 0);
    supplies_close(story);
}
END_TEST

START_TEST(a_line_is_taken_from_as_many_lots_as_it_needs)
{
    struct story *story = supplies_story(&supplies_service);
    char body[120];

    for (int lot = 0; lot < 70; lot++) {
        snprintf(body, sizeof(body),
                 "{'site': 'depot', 'item': 'noodles', 'lot': 'a%02d', 'qty': 1}", lot);
        office(story, "ReceiveStock", body);
    }
    asks(story, "n1", "r1", C41, "noodles", 70);
    approves(story, "n1-l1");
    story_forget(story);
    ck_assert_int_eq(sum(story_ask(story, "dzb", "supplies.Availability.dzb", "{}"), "reserved"),
                     70);
    supplies_close(story);
}
END_TEST

TESTS(the_books_balance_whatever_is_done, a_line_is_taken_from_as_many_lots_as_it_needs)
