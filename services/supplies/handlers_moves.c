/*
 * supplies: between sites, and from donors.
 */
#include <string.h>

#include "kit/directory.h"
#include "supplies/supplies.h"

enum { LOTS_MOST = 50 };

typedef SuppliesRows__Transfer Transfer;
typedef SuppliesRows__Donation Donation;
typedef SuppliesRows__Lot Lot;

/* ---- lots, as messages and as rows --------------------------------------------------------------- */

static Supplies__Lot **as_words(struct turn *turn, Lot *const *rows, size_t count)
{
    Supplies__Lot **words = turn_array(turn, count, sizeof(words[0]));

    for (size_t i = 0; i < count; i++) {
        words[i] = turn_array(turn, 1, sizeof(*words[i]));
        supplies__lot__init(words[i]);
        words[i]->item = rows[i]->item;
        words[i]->lot = rows[i]->lot;
        words[i]->expiry = rows[i]->expiry;
        words[i]->qty = rows[i]->qty;
    }
    return words;
}

static Lot *new_lot(struct turn *turn, const char *item, const char *lot, const char *expiry,
                    uint32_t qty)
{
    Lot *row = turn_array(turn, 1, sizeof(*row));

    supplies_rows__lot__init(row);
    row->item = item;
    row->lot = lot;
    row->expiry = expiry;
    row->qty = qty;
    return row;
}

static struct lot lot_at(const char *site, const Lot *row)
{
    return (struct lot){ site, row->item, row->expiry, row->lot };
}

/* ---- transfers ----------------------------------------------------------------------------------- */

static void add_lot(struct turn *turn, Transfer *transfer, Lot *lot)
{
    struct lot at = lot_at(transfer->from_site, lot);
    struct change change = { .reserved = lot->qty };

    if (transfer->n_lines == LOTS_MOST) {
        turn_refuse(turn, TOWN__REFUSAL__OVER_LIMIT, "too many lots at once");
        return;
    }
    stock_change(turn, &at, &change);
    transfer->lines[transfer->n_lines++] = lot;
}

/* The lots that are named, or those that expire first. */
static void take(struct turn *turn, Transfer *transfer, const Supplies__Lot *asked)
{
    const Shelf *shelf = stock_shelf(turn, transfer->from_site, asked->item);
    uint32_t left = asked->qty;
    Take **takes;

    if (stock_item(turn, asked->item) == NULL)
        return;
    if (asked->qty == 0 || (asked->expiry[0] != '\0' && !stock_is_date(asked->expiry))
        || (asked->lot[0] != '\0' && !turn_is_id(asked->lot))) {
        turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "how many, of which lot");
        return;
    }
    if (!stock_covers(turn, shelf, asked->qty)) {
        turn_refuse(turn, SUPPLIES__REFUSAL__NO_COVER, "the giving site would be short itself");
        return;
    }
    if (asked->lot[0] != '\0') {
        add_lot(turn, transfer, new_lot(turn, asked->item, asked->lot, asked->expiry, asked->qty));
        return;
    }
    size_t count = stock_choose(turn, transfer->from_site, asked->item, asked->qty, &takes);
    for (size_t i = 0; i < count && turn->outcome == 0; i++) {
        left -= takes[i]->qty;
        add_lot(turn, transfer,
                new_lot(turn, asked->item, takes[i]->lot, takes[i]->expiry, takes[i]->qty));
    }
    if (left > 0)
        turn_refuse(turn, SUPPLIES__REFUSAL__NOT_IN_STOCK, "there is not so much of it");
}

/* The office that allocates, or who keeps one of the two sites. */
static bool may_transfer(struct turn *turn, const char *from, const char *to)
{
    const Site *giver = stock_site(turn, from);
    const Site *taker = stock_site(turn, to);
    const char *unit = turn_actor_unit(turn);

    if (giver == NULL || taker == NULL)
        return false;
    return strcmp(unit, giver->unit) == 0 || strcmp(unit, taker->unit) == 0
           || turn_from(turn, "dzb");
}

/* R4: it is asked after until it has arrived. */
static void await_transfer(struct turn *turn, const char *id, Transfer *transfer)
{
    Supplies__ChaseTransfer chase = { IS(supplies__chase_transfer), .transfer = id };
    struct turn_timer timer = { .key = id,
                                .due_ms =
                                    directory_due(turn, "supplies.transfer", "", turn->now_ms),
                                .unit = "dzb",
                                .command = &chase.base };

    transfer->due_ms = timer.due_ms;
    turn_time(turn, &timer);
}

int on_open_transfer(struct turn *turn, const void *message)
{
    const Supplies__OpenTransfer *open = message;

    if (!may_transfer(turn, open->from_site, open->to_site))
        return turn->outcome;
    if (!turn_is_id(open->transfer) || open->n_lines == 0 || open->n_lines > LOTS_MOST
        || strcmp(open->from_site, open->to_site) == 0)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "from a site to another, and what");
    Transfer *transfer = turn_move(turn, TRANSFERS, open->transfer);
    if (transfer == NULL)
        return turn->outcome;
    transfer->from_site = open->from_site;
    transfer->to_site = open->to_site;
    transfer->lines = turn_array(turn, LOTS_MOST, sizeof(transfer->lines[0]));
    for (size_t i = 0; i < open->n_lines && turn->outcome == 0; i++)
        take(turn, transfer, open->lines[i]);
    await_transfer(turn, open->transfer, transfer);
    Supplies__TransferOpened event = {
        IS(supplies__transfer_opened), .transfer = open->transfer,
        .from_site = open->from_site,  .to_site = open->to_site,
        .n_lines = transfer->n_lines,  .lines = as_words(turn, transfer->lines, transfer->n_lines)
    };
    return turn_emit(turn, "dzb", &event.base);
}

static void in_transit(struct turn *turn, const Transfer *transfer, const Lot *lot, bool arrives)
{
    Shelf *shelf = turn_edit(turn, SHELVES, turn_key(turn, "%s/%s", transfer->to_site, lot->item));

    shelf->in_transit += arrives ? 0 - lot->qty : lot->qty;
}

int on_ship_transfer(struct turn *turn, const void *message)
{
    const Supplies__ShipTransfer *ship = message;
    const Transfer *present = turn_load(turn, TRANSFERS, ship->transfer);

    if (present == NULL)
        return turn_refuse(turn, TOWN__REFUSAL__NOT_FOUND, "there is no such transfer");
    if (!stock_keeper(turn, present->from_site))
        return turn->outcome;
    Transfer *transfer = turn_move(turn, TRANSFERS, ship->transfer);
    if (transfer == NULL)
        return turn->outcome;
    for (size_t i = 0; i < transfer->n_lines && turn->outcome == 0; i++) {
        struct lot lot = lot_at(transfer->from_site, transfer->lines[i]);
        int64_t qty = transfer->lines[i]->qty;
        struct change change = { .on_hand = -qty, .reserved = -qty, .shipped = qty };
        stock_change(turn, &lot, &change);
        in_transit(turn, transfer, transfer->lines[i], false);
    }
    await_transfer(turn, ship->transfer, transfer);
    Supplies__TransferShipped event = { IS(supplies__transfer_shipped),
                                        .transfer = ship->transfer,
                                        .from_site = transfer->from_site,
                                        .to_site = transfer->to_site,
                                        .n_lines = transfer->n_lines,
                                        .lines = as_words(turn, transfer->lines, transfer->n_lines),
                                        .van = ship->van };
    return turn_emit(turn, "dzb", &event.base);
}

/* How much of a shipped lot arrived; without a list all of it.  A line that names no lot is of all lots
 * of its item together: `left` is what the lots before have left of each line. */
static uint32_t arrived(const Supplies__ReceiveTransfer *receive, uint32_t *left,
                        const Lot *shipped)
{
    uint32_t sum = 0;

    if (receive->n_lines == 0)
        return shipped->qty;
    for (size_t i = 0; i < receive->n_lines; i++) {
        const Supplies__Lot *line = receive->lines[i];
        if (strcmp(line->item, shipped->item) != 0
            || (line->lot[0] != '\0' && strcmp(line->lot, shipped->lot) != 0))
            continue;
        uint32_t more = left[i] < shipped->qty - sum ? left[i] : shipped->qty - sum;
        left[i] -= more;
        sum += more;
    }
    return sum;
}

/* What did not arrive is lost at the site that sent it. */
static uint32_t receive_lot(struct turn *turn, const Transfer *transfer, Lot *row, uint32_t qty)
{
    struct lot from = lot_at(transfer->from_site, row);
    struct lot to = lot_at(transfer->to_site, row);
    uint32_t missing = row->qty - qty;
    struct change loss = { .shipped = -(int64_t)missing, .lost = missing };

    in_transit(turn, transfer, row, true);
    if (qty > 0)
        stock_receive(turn, &to, qty);
    if (missing > 0)
        stock_change(turn, &from, &loss);
    row->qty = qty;
    return missing;
}

int on_receive_transfer(struct turn *turn, const void *message)
{
    const Supplies__ReceiveTransfer *receive = message;
    const Transfer *present = turn_load(turn, TRANSFERS, receive->transfer);
    uint32_t missing = 0;

    if (present == NULL)
        return turn_refuse(turn, TOWN__REFUSAL__NOT_FOUND, "there is no such transfer");
    if (!stock_keeper(turn, present->to_site))
        return turn->outcome;
    Transfer *transfer = turn_move(turn, TRANSFERS, receive->transfer);
    if (transfer == NULL)
        return turn->outcome;
    turn_forget(turn, receive->transfer, &supplies__chase_transfer__descriptor);
    uint32_t *left = turn_array(turn, receive->n_lines, sizeof(*left));
    for (size_t i = 0; i < receive->n_lines; i++)
        left[i] = receive->lines[i]->qty;
    for (size_t i = 0; i < transfer->n_lines && turn->outcome == 0; i++)
        missing += receive_lot(turn, transfer, transfer->lines[i],
                               arrived(receive, left, transfer->lines[i]));
    Supplies__TransferReceived event = { IS(supplies__transfer_received),
                                         .transfer = receive->transfer,
                                         .from_site = transfer->from_site,
                                         .to_site = transfer->to_site,
                                         .n_lines = transfer->n_lines,
                                         .lines =
                                             as_words(turn, transfer->lines, transfer->n_lines),
                                         .missing = missing };
    turn_emit(turn, "dzb", &event.base);
    for (size_t i = 0; i < transfer->n_lines && turn->outcome == 0; i++)
        allot(turn, transfer->lines[i]->item);
    return turn->outcome;
}

int on_cancel_transfer(struct turn *turn, const void *message)
{
    const Supplies__CancelTransfer *cancel = message;
    const Transfer *present =
        turn_is_id(cancel->transfer) ? turn_load(turn, TRANSFERS, cancel->transfer) : NULL;

    if (present == NULL)
        return turn_refuse(turn, TOWN__REFUSAL__NOT_FOUND, "there is no such transfer");
    if (!may_transfer(turn, present->from_site, present->to_site))
        return turn->outcome;
    if (cancel->reason[0] == '\0')
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "who waits for it is told why");
    Transfer *transfer = turn_move(turn, TRANSFERS, cancel->transfer);
    if (transfer == NULL)
        return turn->outcome;
    turn_forget(turn, cancel->transfer, &supplies__chase_transfer__descriptor);
    for (size_t i = 0; i < transfer->n_lines && turn->outcome == 0; i++) {
        struct lot lot = lot_at(transfer->from_site, transfer->lines[i]);
        struct change change = { .reserved = -(int64_t)transfer->lines[i]->qty };
        stock_change(turn, &lot, &change);
    }
    Supplies__TransferCancelled event = {
        IS(supplies__transfer_cancelled),
        .transfer = cancel->transfer,
        .from_site = transfer->from_site,
        .to_site = transfer->to_site,
        .n_lines = transfer->n_lines,
        .lines = as_words(turn, transfer->lines, transfer->n_lines),
        .reason = cancel->reason,
        .by_post = turn_actor_post(turn),
    };
    turn_emit(turn, "dzb", &event.base);
    for (size_t i = 0; i < transfer->n_lines && turn->outcome == 0; i++)
        allot(turn, transfer->lines[i]->item);
    return turn->outcome;
}

int on_chase_transfer(struct turn *turn, const void *message)
{
    const Supplies__ChaseTransfer *chase = message;

    if (!turn->is_timer)
        return turn_refuse(turn, TOWN__REFUSAL__NOT_ALLOWED, "only the clock says what is due");
    Transfer *transfer = turn_move(turn, TRANSFERS, chase->transfer);
    if (transfer == NULL)
        return turn->outcome;
    Supplies__TransferOverdue event = {
        IS(supplies__transfer_overdue),
        .transfer = chase->transfer,
        .state = protobuf_c_enum_descriptor_get_value(&supplies_rows__transfer__state__descriptor,
                                                      (int)transfer->state)
                     ->name,
        .from_site = transfer->from_site,
        .to_site = transfer->to_site,
        .due_ms = transfer->due_ms,
    };
    await_transfer(turn, chase->transfer, transfer);
    return turn_emit(turn, "dzb", &event.base);
}

/* ---- donations ----------------------------------------------------------------------------------- */

/* A giver is answered. */
static void await_answer(struct turn *turn, const char *id)
{
    Supplies__ChaseDonation chase = { IS(supplies__chase_donation), .donation = id };
    struct turn_timer timer = { .key = id,
                                .due_ms =
                                    directory_due(turn, "supplies.donation", "", turn->now_ms),
                                .unit = "dzb",
                                .command = &chase.base };

    turn_time(turn, &timer);
}

int on_offer_donation(struct turn *turn, const void *message)
{
    const Supplies__OfferDonation *offer = message;

    if (!turn_is_id(offer->donation) || offer->donor[0] == '\0' || offer->n_lines == 0
        || offer->n_lines > LOTS_MOST)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "who gives, and what");
    Donation *donation = turn_move(turn, DONATIONS, offer->donation);
    if (donation == NULL)
        return turn->outcome;
    donation->donor = offer->donor;
    donation->lines = turn_array(turn, offer->n_lines, sizeof(donation->lines[0]));
    for (size_t i = 0; i < offer->n_lines; i++)
        donation->lines[donation->n_lines++] =
            new_lot(turn, offer->lines[i]->item, offer->lines[i]->lot, offer->lines[i]->expiry,
                    offer->lines[i]->qty);
    await_answer(turn, offer->donation);
    Supplies__DonationOffered event = { IS(supplies__donation_offered), .donation = offer->donation,
                                        .donor = offer->donor, .n_lines = offer->n_lines,
                                        .lines = offer->lines };
    return turn_emit(turn, "dzb", &event.base);
}

/* It is received as it was offered; what is not, is counted. */
int on_accept_donation(struct turn *turn, const void *message)
{
    const Supplies__AcceptDonation *accept = message;

    if (!turn_from(turn, "dzb"))
        return turn->outcome;
    Donation *donation = turn_move(turn, DONATIONS, accept->donation);
    if (donation == NULL)
        return turn->outcome;
    turn_forget(turn, accept->donation, &supplies__chase_donation__descriptor);
    donation->site = accept->site;
    for (size_t i = 0; i < donation->n_lines && turn->outcome == 0; i++) {
        struct lot lot = lot_at(accept->site, donation->lines[i]);
        if (stock_is_date(lot.expiry) && stock_is_past(turn, lot.expiry))
            return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "it has expired");
        stock_receive(turn, &lot, donation->lines[i]->qty);
    }
    Supplies__DonationAccepted event = { IS(supplies__donation_accepted),
                                         .donation = accept->donation,
                                         .donor = donation->donor,
                                         .n_lines = donation->n_lines,
                                         .lines =
                                             as_words(turn, donation->lines, donation->n_lines),
                                         .site = accept->site };
    turn_emit(turn, "dzb", &event.base);
    for (size_t i = 0; i < donation->n_lines && turn->outcome == 0; i++)
        allot(turn, donation->lines[i]->item);
    return turn->outcome;
}

int on_decline_donation(struct turn *turn, const void *message)
{
    const Supplies__DeclineDonation *decline = message;

    if (!turn_from(turn, "dzb"))
        return turn->outcome;
    if (decline->reason[0] == '\0')
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "a donor is told why");
    Donation *donation = turn_move(turn, DONATIONS, decline->donation);
    if (donation == NULL)
        return turn->outcome;
    turn_forget(turn, decline->donation, &supplies__chase_donation__descriptor);
    Supplies__DonationDeclined event = { IS(supplies__donation_declined),
                                         .donation = decline->donation, .donor = donation->donor,
                                         .reason = decline->reason };
    return turn_emit(turn, "dzb", &event.base);
}

int on_chase_donation(struct turn *turn, const void *message)
{
    const Supplies__ChaseDonation *chase = message;

    if (!turn->is_timer)
        return turn_refuse(turn, TOWN__REFUSAL__NOT_ALLOWED, "only the clock says what is due");
    if (turn_move(turn, DONATIONS, chase->donation) == NULL)
        return turn->outcome;
    await_answer(turn, chase->donation);
    Supplies__DonationOverdue event = { IS(supplies__donation_overdue), .donation = chase->donation,
                                        .due_ms = turn->now_ms };
    return turn_emit(turn, "dzb", &event.base);
}
