/*
 * supplies/supplies.h - what the depot gives out: its words, tables and handlers.
 *
 * Needs and assignments are the kernel's (kit/loop); here is what a depot has besides: items, sites,
 * lots that expire, lines of a need, deliveries, transfers, donations, and the rule of shortage
 * (supplies/rule.h).  Stock is changed in one place, stock_change, which keeps it whole: on hand +
 * sent + lost + shipped = received, and nothing below zero.
 */
#pragma once

#include "kit/loop.h"
#include "kit/query.h"
#include "supplies.pb-c.h"
#include "supplies/rule.h"
#include "supplies_rows.pb-c.h"

/* The rows. */
enum {
    ITEMS,
    SITES,
    RULES,
    STOCKS,
    SHELVES,
    DEMANDS,
    PLACES,
    CLASSES, /* person, home/id */
    LINES,
    NEED_LINES,
    WANTS,
    ORDERS,
    DELIVERIES,
    VANS,
    UNCONFIRMED,
    TRANSFERS,
    DONATIONS,
    VARIANCES,
    RUNS,
};

/* The words, in the order of the commands; then the moves that are no commands. */
enum {
    DEFINE_ITEM,
    DEFINE_SITE,
    SET_RULE,
    RECEIVE_STOCK,
    COUNT_STOCK,
    OPEN_NEED,
    REQUEST_LINE,
    APPROVE_LINE,
    REJECT_LINE,
    OFFER_SUBSTITUTE,
    ANSWER_SUBSTITUTE,
    OVERRIDE_ALLOCATION,
    PICK,
    SEND_OUT,
    DELIVER,
    CONFIRM_DELIVERY,
    REPORT_RETURN,
    REPORT_LOSS,
    REPORT_WRONG,
    OPEN_TRANSFER,
    SHIP_TRANSFER,
    RECEIVE_TRANSFER,
    CANCEL_TRANSFER,
    OFFER_DONATION,
    ACCEPT_DONATION,
    DECLINE_DONATION,
    CHASE_APPROVAL,
    ALLOT,
    CHASE_PICK,
    CHASE_CONFIRMATION,
    NOTICE_EXPIRY,
    CHASE_TRANSFER,
    CHASE_DONATION,
    HEAR_CONTACT,
    HEAR_VERIFIED,
    HEAR_CLASS,
    HEAR_MOVED,
    HEAR_HOME,
    HEAR_DEATH_REPORTED,
    HEAR_DEATH_REFUTED,

    ALLOCATE = 100, /* of a line */
    BACKORDER,
    SUBSTITUTE,
    TRY_AGAIN, /* what was lost or wrong is sought anew */
    CANCEL,
    HOLD,
    RELEASE_REQUESTED,
    RELEASE_APPROVED,
    RELEASE_ALLOCATED,
    RELEASE_BACKORDERED,
    RELEASE_PICKED,
    RELEASE_SENT,
    PART_APPROVED, /* a part of another line */
    PART_SENT,
    PART_DELIVERED,
    END_DELIVERY, /* nothing of it is left to confirm */
};

typedef SuppliesRows__Item Item;
typedef SuppliesRows__Site Site;
typedef SuppliesRows__Stock Stock;
typedef SuppliesRows__Shelf Shelf;
typedef SuppliesRows__Demand Demand;
typedef SuppliesRows__Line Line;
typedef SuppliesRows__Take Take;
typedef SuppliesRows__Delivery Delivery;

#define LINE_IS(line, name) ((line)->state == SUPPLIES_ROWS__LINE__STATE__##name)

extern const struct service supplies_service;

/* erase.c: what goes after a campaign. */
extern const struct erasing supplies_erasing;

/* ---- stock.c ------------------------------------------------------------------------------------- */

/* One lot at one site.  `expiry` is a date, or "": it keeps. */
struct lot {
    const char *site;
    const char *item;
    const char *expiry;
    const char *lot;
};

/* What changes in it.  A sum of nothing: on_hand + sent + lost + shipped = received. */
struct change {
    int64_t on_hand;
    int64_t reserved;
    int64_t received;
    int64_t sent;
    int64_t lost;
    int64_t shipped;
};

/* Refuses NOT_IN_STOCK when anything would fall below zero. */
void stock_change(struct turn *turn, const struct lot *lot, const struct change *change);

/* The lots of a line or a transfer that are to be taken from a shelf, first expired first; fewer
 * than `qty` when there is not so much to promise.  Changes nothing. */
size_t stock_choose(struct turn *turn, const char *site, const char *item, uint32_t qty,
                    Take ***ret_takes);

/* Goods come in: a lot of an item that is defined, at a site that is.  Sets its timer of expiry. */
bool stock_receive(struct turn *turn, const struct lot *lot, uint32_t qty);

/* Guards: refuse by name. */
const Item *stock_item(struct turn *turn, const char *item);
const Site *stock_site(struct turn *turn, const char *site);
/* ... unless the sender keeps the site, or is the office that allocates. */
bool stock_keeper(struct turn *turn, const char *site);
bool stock_is_date(const char *text);
bool stock_is_past(struct turn *turn, const char *expiry);

uint32_t stock_on_hand(struct turn *turn, const struct lot *lot);
const Shelf *stock_shelf(struct turn *turn, const char *site, const char *item);
uint32_t stock_promise(struct turn *turn, const char *item);

/* Goods went out: the shelf's pace. */
void stock_used(struct turn *turn, const char *site, const char *item, uint32_t qty);
uint64_t stock_used_7_days(const Shelf *shelf, uint64_t now_ms);
/* True if the shelf would still cover supplies.cover_days after `qty` left it. */
bool stock_covers(struct turn *turn, const Shelf *shelf, uint32_t qty);

/* ---- lines.c ------------------------------------------------------------------------------------- */

/* A new line of the need, REQUESTED.  NULL: refused. */
Line *line_request(struct turn *turn, const char *id, const char *need, const Town__Goods *goods);

/* Moves it along `word`, with its places in the lists and its timers.  NULL: refused. */
Line *line_move(struct turn *turn, const char *id, int32_t word);

/* Takes `qty` out of a line; the part is a line of its own, in the state that `word` leads to.
 * Lends its id. */
const char *line_split(struct turn *turn, const char *id, uint32_t qty, int32_t word);

/* So much of it is asked for from now on. */
void line_reduce(struct turn *turn, const char *id, uint32_t qty);

/* Another item is asked for in its place. */
void line_swap(struct turn *turn, const char *id, const char *item);

/* Its recipient is another committee's now. */
void line_relocate(struct turn *turn, const char *id, const char *place);

const Line *line_load(struct turn *turn, const char *id); /* NULL: refused NOT_FOUND */
/* A line that one of our own lists names.  Never NULL: one in no state, after a fault. */
const Line *line_peek(struct turn *turn, const char *id);
const char *line_place(const Line *line);
int line_say(struct turn *turn, const Line *line, const ProtobufCMessage *event);
/* ... into the mailbox of whoever keeps the site, too. */
int line_tell_site(struct turn *turn, const Line *line, const char *site,
                   const ProtobufCMessage *event);

/* The reserved goods of a line go back to the shelf. */
void line_unreserve(struct turn *turn, const char *id);

/* The ids of a need's lines, and of all that was split from them.  Lent until the turn ends. */
size_t line_ids(struct turn *turn, const char *need, const char *const **ret_ids);

/* What the state of its lines means for the need: done, refused, or confirmed. */
void need_settle(struct turn *turn, const char *need);

/* The office has it in hand: accepted, or begun, if it is not yet. */
void need_begin(struct turn *turn, const char *need, bool start);

/* Hooks of the kernel. */
int supplies_route(struct turn *turn, const Need *need, const char **ret_unit);
void on_need_opened(struct turn *turn, const char *id, Need *need);
void on_need_dispatched(struct turn *turn, const char *id, const Need *need,
                        const Assignment *assignment);
void on_need_completed(struct turn *turn, const char *id, const Need *need,
                       const Assignment *assignment);
void on_need_closed(struct turn *turn, const char *id, const Need *need);

/* ---- allot.c ------------------------------------------------------------------------------------- */

/* Gives out what there is of an item by the rule in force; what gets nothing is back-ordered. */
void allot(struct turn *turn, const char *item);

/* After an approval: at once when there is enough for all; in a shortage when nothing is undecided
 * any more, or at supplies.allot. */
void allot_soon(struct turn *turn, const char *item);

/* ---- deliveries.c -------------------------------------------------------------------------------- */

/* The recipient's word: its lines are confirmed. */
void delivery_confirm(struct turn *turn, const char *id, const char *by_contact);

/* A line left it: ended when none is left that could be confirmed. */
void delivery_left(struct turn *turn, const char *id);

/* ---- handlers ------------------------------------------------------------------------------------ */

int on_define_item(struct turn *turn, const void *message);
int on_define_site(struct turn *turn, const void *message);
int on_set_rule(struct turn *turn, const void *message);
int on_receive_stock(struct turn *turn, const void *message);
int on_count_stock(struct turn *turn, const void *message);
int on_notice_expiry(struct turn *turn, const void *message);

int on_goods(struct turn *turn, const void *message);
int on_request_line(struct turn *turn, const void *message);
int on_approve_line(struct turn *turn, const void *message);
int on_reject_line(struct turn *turn, const void *message);
int on_offer_substitute(struct turn *turn, const void *message);
int on_answer_substitute(struct turn *turn, const void *message);
int on_override_allocation(struct turn *turn, const void *message);
int on_chase_approval(struct turn *turn, const void *message);
int on_allot(struct turn *turn, const void *message);

int on_pick(struct turn *turn, const void *message);
int on_send_out(struct turn *turn, const void *message);
int on_deliver(struct turn *turn, const void *message);
int on_confirm_delivery(struct turn *turn, const void *message);
int on_report_return(struct turn *turn, const void *message);
int on_report_loss(struct turn *turn, const void *message);
int on_report_wrong(struct turn *turn, const void *message);
int on_chase_pick(struct turn *turn, const void *message);
int on_chase_confirmation(struct turn *turn, const void *message);
int on_contact(struct turn *turn, const void *message);

int on_open_transfer(struct turn *turn, const void *message);
int on_ship_transfer(struct turn *turn, const void *message);
int on_receive_transfer(struct turn *turn, const void *message);
int on_cancel_transfer(struct turn *turn, const void *message);
int on_chase_transfer(struct turn *turn, const void *message);
int on_offer_donation(struct turn *turn, const void *message);
int on_accept_donation(struct turn *turn, const void *message);
int on_decline_donation(struct turn *turn, const void *message);
int on_chase_donation(struct turn *turn, const void *message);

int on_verified(struct turn *turn, const void *message);
int on_class_set(struct turn *turn, const void *message);
int on_moved(struct turn *turn, const void *message);
int on_home_changed(struct turn *turn, const void *message);
int on_death_reported(struct turn *turn, const void *message);
int on_death_refuted(struct turn *turn, const void *message);

/* Guard: the office that allocates, those above it, supervision; `also`: a unit that asks for its own. */
bool supplies_may_ask(struct ask *ask, const char *also);

int ask_availability(struct ask *ask, const void *message);
int ask_run_out_date(struct ask *ask, const void *message);
int ask_open_orders(struct ask *ask, const void *message);
int ask_van_list(struct ask *ask, const void *message);
int ask_unconfirmed(struct ask *ask, const void *message);
int ask_donation_ledger(struct ask *ask, const void *message);
int ask_variances(struct ask *ask, const void *message);
int ask_explain_allocation(struct ask *ask, const void *message);
