/*
 * supplies: questions.  Persons appear by their ids; stock names nobody.
 */
#include <string.h>

#include "base/clock.h"
#include "supplies/supplies.h"

enum { MOST_ROWS = 200, USUAL_ROWS = 50, MOST_LOTS = 1000, WEEK_DAYS = 7 };

bool supplies_may_ask(struct ask *ask, const char *also)
{
    return ask_from(ask, "dzb jcb lgo lg sjb", also);
}

/* ... and who keeps the site. */
static bool may_ask_site(struct ask *ask, const char *site)
{
    const Site *row = turn_is_id(site) ? ask_load(ask, SITES, site) : NULL;

    return supplies_may_ask(ask, row == NULL ? "" : row->unit);
}

static const char *name_of(const ProtobufCEnumDescriptor *type, int32_t value)
{
    const ProtobufCEnumValue *found = protobuf_c_enum_descriptor_get_value(type, value);

    return found == NULL ? "" : found->name;
}

/* ---- stock --------------------------------------------------------------------------------------- */

/* The `part`-th of a key's parts. */
static const char *part_of(struct ask *ask, const char *key, unsigned part)
{
    for (; part > 0; part--)
        key = strchr(key, '/') + 1;
    const char *end = strchr(key, '/');
    return end == NULL ? ask_text(ask, "%s", key) : ask_text(ask, "%.*s", (int)(end - key), key);
}

static bool add_stock(void *context, const char *key, const void *row)
{
    struct ask_page *page = context;
    Supplies__AvailabilityAnswer *answer = page->answer;
    const char *wanted = ((const Supplies__Availability *)page->question)->item;
    const Stock *stock = row;
    const char *item = part_of(page->ask, key, 1);

    if (wanted[0] != '\0' && strcmp(item, wanted) != 0)
        return true;
    if (!ask_room(page))
        return false;
    Supplies__AvailabilityRow *line = ask_array(page->ask, 1, sizeof(*line));
    supplies__availability_row__init(line);
    line->site = part_of(page->ask, key, 0);
    line->item = item;
    line->expiry = part_of(page->ask, key, 2);
    line->lot = part_of(page->ask, key, 3);
    const Site *site = ask_load(page->ask, SITES, line->site);
    const Shelf *shelf =
        ask_load(page->ask, SHELVES, ask_text(page->ask, "%s/%s", line->site, item));
    line->on_hand = stock->on_hand;
    line->reserved = stock->reserved;
    line->can_promise =
        stock->expired || site == NULL || site->reserve ? 0 : stock->on_hand - stock->reserved;
    line->in_transit = shelf == NULL ? 0 : shelf->in_transit;
    line->received = stock->received;
    line->sent = stock->sent;
    line->lost = stock->lost;
    line->shipped = stock->shipped;
    answer->balanced =
        answer->balanced && stock->reserved <= stock->on_hand
        && (uint64_t)line->on_hand + line->sent + line->lost + line->shipped == line->received;
    answer->rows[answer->n_rows++] = line;
    ask_took(page, key, &line->base);
    return true;
}

/* What can be promised is no secret in the town: it names nobody. */
int ask_availability(struct ask *ask, const void *message)
{
    const Supplies__Availability *question = message;
    Supplies__AvailabilityAnswer *answer = ask_array(ask, 1, sizeof(*answer));
    struct ask_page page = {
        .ask = ask, .question = question, .most = MOST_LOTS, .answer = answer
    };

    if ((question->site[0] != '\0' && !turn_is_id(question->site))
        || (question->item[0] != '\0' && !turn_is_id(question->item)))
        return ask_refuse(ask, TOWN__REFUSAL__BAD_FIELD, "no such id");
    supplies__availability_answer__init(answer);
    answer->rows = ask_array(ask, MOST_LOTS, sizeof(answer->rows[0]));
    answer->balanced = true;
    const char *prefix = question->site[0] == '\0' ? ""
                         : question->item[0] == '\0'
                             ? ask_text(ask, "%s/", question->site)
                             : ask_text(ask, "%s/%s/", question->site, question->item);
    ask_read(&page, STOCKS, prefix, question->after, add_stock);
    answer->next = ask_next(&page);
    return ask_answer(ask, &answer->base);
}

/* At the pace of the last seven days. */
int ask_run_out_date(struct ask *ask, const void *message)
{
    const Supplies__RunOutDate *question = message;
    Supplies__RunOutDateAnswer *answer = ask_array(ask, 1, sizeof(*answer));

    if (!turn_is_id(question->site) || !turn_is_id(question->item))
        return ask_refuse(ask, TOWN__REFUSAL__BAD_FIELD, "a site and an item");
    if (!may_ask_site(ask, question->site))
        return ask->outcome;
    const Shelf *shelf =
        ask_load(ask, SHELVES, ask_text(ask, "%s/%s", question->site, question->item));
    supplies__run_out_date_answer__init(answer);
    answer->site = question->site;
    answer->item = question->item;
    uint64_t use = shelf == NULL ? 0 : stock_used_7_days(shelf, ask->now_ms);
    answer->used_7_days = (uint32_t)use;
    answer->can_promise = shelf == NULL ? 0 : shelf->can_promise;
    if (use > 0) {
        int64_t day = clock_day(ask->now_ms) + (int64_t)(answer->can_promise * WEEK_DAYS / use);
        answer->date = ask_date(ask, day);
    }
    return ask_answer(ask, &answer->base);
}

/* ---- orders -------------------------------------------------------------------------------------- */

static Supplies__OrderLine *order_of(struct ask *ask, const char *id, const Line *line)
{
    Supplies__OrderLine *order = ask_array(ask, 1, sizeof(*order));
    const SuppliesRows__Class *class =
        line->person[0] == '\0' ? NULL
                                : ask_load(ask, CLASSES, loop_person_asked(ask, line->person));

    supplies__order_line__init(order);
    order->line = ask_text(ask, "%s", id);
    order->need = line->need;
    order->item = line->item;
    order->qty = line->qty;
    order->state = name_of(&supplies_rows__line__state__descriptor, (int32_t)line->state);
    order->place = line->place;
    order->person = line->person;
    order->class_ = class == NULL ? SUPPLIES__CLASS__CLASS_ABSENT : (Supplies__Class) class->class_;
    order->of = line->of;
    order->delivery = line->delivery;
    order->site = line->n_takes == 0 ? "" : line->takes[0]->site;
    order->since_ms = line->requested_ms;
    return order;
}

static bool add_order(void *context, const char *key, const void *row)
{
    struct ask_page *page = context;
    Supplies__OpenOrdersAnswer *answer = page->answer;
    const char *wanted = ((const Supplies__OpenOrders *)page->question)->item;
    const char *id = ((const SuppliesRows__Entry *)row)->id;
    const Line *line = ask_load(page->ask, LINES, id);

    if (line == NULL || (wanted[0] != '\0' && strcmp(line->item, wanted) != 0))
        return true;
    if (!ask_room(page))
        return false;
    Supplies__OrderLine *order = order_of(page->ask, id, line);
    answer->lines[answer->n_lines++] = order;
    ask_took(page, key, &order->base);
    return true;
}

int ask_open_orders(struct ask *ask, const void *message)
{
    const Supplies__OpenOrders *question = message;
    Supplies__OpenOrdersAnswer *answer = ask_array(ask, 1, sizeof(*answer));
    struct ask_page page = { .ask = ask,
                             .question = question,
                             .most = ask_limit(question->limit, USUAL_ROWS, MOST_ROWS),
                             .answer = answer };

    if (question->place[0] != '\0' && !turn_is_id(question->place))
        return ask_refuse(ask, TOWN__REFUSAL__BAD_FIELD, "no such place");
    if (!supplies_may_ask(ask, question->place))
        return ask->outcome;
    supplies__open_orders_answer__init(answer);
    answer->lines = ask_array(ask, page.most, sizeof(answer->lines[0]));
    const char *prefix = question->place[0] == '\0' ? "" : ask_text(ask, "%s/", question->place);
    ask_read(&page, ORDERS, prefix, question->after, add_order);
    answer->next = ask_next(&page);
    return ask_answer(ask, &answer->base);
}

/* ---- deliveries ---------------------------------------------------------------------------------- */

struct stops {
    struct ask *ask;
    Supplies__VanListAnswer *answer;
};

static bool add_stop(void *context, const char *key, const void *row)
{
    struct stops *list = context;
    const char *id = ((const SuppliesRows__Entry *)row)->id;
    const Delivery *delivery = ask_load(list->ask, DELIVERIES, id);

    (void)key;
    if (delivery == NULL)
        return true;
    Supplies__VanStop *stop = ask_array(list->ask, 1, sizeof(*stop));
    supplies__van_stop__init(stop);
    stop->delivery = ask_text(list->ask, "%s", id);
    stop->stop = delivery->stop;
    stop->place = delivery->place;
    stop->person = delivery->person;
    stop->state = name_of(&supplies_rows__delivery__state__descriptor, (int32_t)delivery->state);
    stop->lines = ask_array(list->ask, delivery->n_lines, sizeof(stop->lines[0]));
    for (size_t i = 0; i < delivery->n_lines; i++) {
        const Line *line = ask_load(list->ask, LINES, delivery->lines[i]);
        if (line != NULL)
            stop->lines[stop->n_lines++] = order_of(list->ask, delivery->lines[i], line);
    }
    list->answer->stops[list->answer->n_stops++] = stop;
    return list->answer->n_stops < MOST_ROWS;
}

/* In the order of its round. */
int ask_van_list(struct ask *ask, const void *message)
{
    const Supplies__VanList *question = message;
    Supplies__VanListAnswer *answer = ask_array(ask, 1, sizeof(*answer));
    struct stops list = { .ask = ask, .answer = answer };

    if (!turn_is_id(question->van))
        return ask_refuse(ask, TOWN__REFUSAL__BAD_FIELD, "which van");
    if (!supplies_may_ask(ask, ask->unit)) /* who drives it asks under its own code */
        return ask->outcome;
    supplies__van_list_answer__init(answer);
    answer->stops = ask_array(ask, MOST_ROWS, sizeof(answer->stops[0]));
    ask_each(ask, VANS, ask_text(ask, "%s/", question->van), add_stop, &list);
    return ask_answer(ask, &answer->base);
}

static bool add_unconfirmed(void *context, const char *key, const void *row)
{
    struct ask_page *page = context;
    Supplies__UnconfirmedAnswer *answer = page->answer;
    const char *id = ((const SuppliesRows__Entry *)row)->id;
    const Delivery *delivery = ask_load(page->ask, DELIVERIES, id);

    if (delivery == NULL)
        return true;
    if (!ask_room(page))
        return false;
    Supplies__UnconfirmedRow *line = ask_array(page->ask, 1, sizeof(*line));
    supplies__unconfirmed_row__init(line);
    line->delivery = ask_text(page->ask, "%s", id);
    line->person = delivery->person;
    line->place = delivery->place;
    line->delivered_ms = delivery->delivered_ms;
    line->due_ms = delivery->due_ms;
    answer->rows[answer->n_rows++] = line;
    ask_took(page, key, &line->base);
    return true;
}

int ask_unconfirmed(struct ask *ask, const void *message)
{
    const Supplies__Unconfirmed *question = message;
    Supplies__UnconfirmedAnswer *answer = ask_array(ask, 1, sizeof(*answer));
    struct ask_page page = { .ask = ask,
                             .most = ask_limit(question->limit, USUAL_ROWS, MOST_ROWS),
                             .answer = answer };

    if (question->place[0] != '\0' && !turn_is_id(question->place))
        return ask_refuse(ask, TOWN__REFUSAL__BAD_FIELD, "no such place");
    if (!supplies_may_ask(ask, question->place))
        return ask->outcome;
    supplies__unconfirmed_answer__init(answer);
    answer->rows = ask_array(ask, page.most, sizeof(answer->rows[0]));
    const char *prefix = question->place[0] == '\0' ? "" : ask_text(ask, "%s/", question->place);
    ask_read(&page, UNCONFIRMED, prefix, question->after, add_unconfirmed);
    answer->next = ask_next(&page);
    return ask_answer(ask, &answer->base);
}

/* ---- donations and counts ------------------------------------------------------------------------ */

static bool add_donation(void *context, const char *key, const void *row)
{
    struct ask_page *page = context;
    Supplies__DonationLedgerAnswer *answer = page->answer;
    const SuppliesRows__Donation *donation = row;
    Supplies__DonationRow *line = ask_array(page->ask, 1, sizeof(*line));

    if (!ask_room(page))
        return false;
    supplies__donation_row__init(line);
    line->donation = ask_text(page->ask, "%s", key);
    line->donor = ask_text(page->ask, "%s", donation->donor);
    line->state = name_of(&supplies_rows__donation__state__descriptor, (int32_t)donation->state);
    line->site = ask_text(page->ask, "%s", donation->site);
    line->lines = ask_array(page->ask, donation->n_lines, sizeof(line->lines[0]));
    for (size_t i = 0; i < donation->n_lines; i++) {
        Supplies__Lot *lot = ask_array(page->ask, 1, sizeof(*lot));
        supplies__lot__init(lot);
        lot->item = ask_text(page->ask, "%s", donation->lines[i]->item);
        lot->lot = ask_text(page->ask, "%s", donation->lines[i]->lot);
        lot->expiry = ask_text(page->ask, "%s", donation->lines[i]->expiry);
        lot->qty = donation->lines[i]->qty;
        line->lines[line->n_lines++] = lot;
    }
    answer->rows[answer->n_rows++] = line;
    ask_took(page, key, &line->base);
    return true;
}

int ask_donation_ledger(struct ask *ask, const void *message)
{
    const Supplies__DonationLedger *question = message;
    Supplies__DonationLedgerAnswer *answer = ask_array(ask, 1, sizeof(*answer));
    struct ask_page page = { .ask = ask,
                             .most = ask_limit(question->limit, USUAL_ROWS, MOST_ROWS),
                             .answer = answer };

    if (!supplies_may_ask(ask, ""))
        return ask->outcome;
    supplies__donation_ledger_answer__init(answer);
    answer->rows = ask_array(ask, page.most, sizeof(answer->rows[0]));
    ask_read(&page, DONATIONS, "", question->after, add_donation);
    answer->next = ask_next(&page);
    return ask_answer(ask, &answer->base);
}

static bool add_variance(void *context, const char *key, const void *row)
{
    struct ask_page *page = context;
    Supplies__VariancesAnswer *answer = page->answer;
    const SuppliesRows__Variance *variance = row;
    Supplies__VarianceRow *line = ask_array(page->ask, 1, sizeof(*line));

    if (!ask_room(page))
        return false;
    supplies__variance_row__init(line);
    line->site = part_of(page->ask, key, 0);
    line->item = ask_text(page->ask, "%s", variance->item);
    line->lot = ask_text(page->ask, "%s", variance->lot);
    line->variance = variance->variance;
    line->reason = ask_text(page->ask, "%s", variance->reason);
    line->by_post = ask_text(page->ask, "%s", variance->by_post);
    line->at_ms = variance->at_ms;
    answer->sum += variance->variance;
    answer->rows[answer->n_rows++] = line;
    ask_took(page, key, &line->base);
    return true;
}

int ask_variances(struct ask *ask, const void *message)
{
    const Supplies__Variances *question = message;
    Supplies__VariancesAnswer *answer = ask_array(ask, 1, sizeof(*answer));
    struct ask_page page = { .ask = ask,
                             .most = ask_limit(question->limit, USUAL_ROWS, MOST_ROWS),
                             .answer = answer };

    if (!turn_is_id(question->site))
        return ask_refuse(ask, TOWN__REFUSAL__BAD_FIELD, "which site");
    if (!may_ask_site(ask, question->site))
        return ask->outcome;
    supplies__variances_answer__init(answer);
    answer->rows = ask_array(ask, page.most, sizeof(answer->rows[0]));
    const char *prefix = ask_text(ask, "%s/", question->site);
    ask_read(&page, VARIANCES, prefix, question->after, add_variance);
    answer->next = ask_next(&page);
    return ask_answer(ask, &answer->base);
}
