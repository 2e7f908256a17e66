/*
 * supplies: from the shelf to the door, and the recipient's word.  A delivery is what goes to one door.
 */
#include <inttypes.h>
#include <string.h>

#include "care.pb-c.h"
#include "kit/directory.h"
#include "supplies/supplies.h"

enum { DELIVERY_LINES_MOST = 50 };

#define NEED_IS(need, name) ((need)->state == LOOP_ROWS__NEED__STATE__##name)

/* ---- common -------------------------------------------------------------------------------------- */

static const Delivery *delivery_load(struct turn *turn, const char *id)
{
    const Delivery *delivery = turn_is_id(id) ? turn_load(turn, DELIVERIES, id) : NULL;

    if (delivery == NULL)
        turn_refuse(turn, TOWN__REFUSAL__NOT_FOUND, "there is no such delivery");
    return delivery;
}

static int say(struct turn *turn, const Delivery *delivery, const ProtobufCMessage *event)
{
    const Need *need = loop_need(turn, delivery->need);
    const char *place = delivery->place[0] == '\0' ? "town" : delivery->place;

    return need == NULL ? turn_emit(turn, place, event) : loop_say(turn, need, place, event);
}

static const char *van_key(struct turn *turn, const char *id, const Delivery *delivery)
{
    return turn_key(turn, "%s/%06u/%s", delivery->van, delivery->stop, id);
}

static void on_van(struct turn *turn, const char *id, Delivery *delivery, const char *van,
                   uint32_t stop)
{
    if (delivery->van[0] != '\0')
        turn_drop(turn, VANS, van_key(turn, id, delivery));
    delivery->van = van;
    delivery->stop = stop;
    if (van[0] != '\0') {
        SuppliesRows__Entry *entry = turn_edit(turn, VANS, van_key(turn, id, delivery));
        entry->id = id;
    }
}

static const char *unconfirmed_key(struct turn *turn, const char *id, const Delivery *delivery)
{
    return turn_key(turn, "%s/%016" PRIx64 "/%s",
                    delivery->place[0] == '\0' ? "town" : delivery->place, delivery->due_ms, id);
}

/* It waits for the recipient's word no more, and is on no van. */
static void unlist(struct turn *turn, const char *id, Delivery *delivery)
{
    if (delivery->due_ms != 0) {
        turn_drop(turn, UNCONFIRMED, unconfirmed_key(turn, id, delivery));
        turn_forget(turn, id, &supplies__chase_confirmation__descriptor);
        delivery->due_ms = 0;
    }
    on_van(turn, id, delivery, "", 0);
}

/* Its lines, moved along the command in hand; those that left it do not stand in it any more. */
static void move_lines(struct turn *turn, const Delivery *delivery, int32_t word)
{
    for (size_t i = 0; i < delivery->n_lines && turn->outcome == 0; i++)
        line_move(turn, delivery->lines[i], word);
}

void delivery_left(struct turn *turn, const char *id)
{
    const Delivery *present = turn_load(turn, DELIVERIES, id);

    for (size_t i = 0; present != NULL && i < present->n_lines; i++) {
        const Line *line = line_peek(turn, present->lines[i]);
        if (strcmp(line->delivery, id) == 0
            && (LINE_IS(line, PICKED) || LINE_IS(line, SENT) || LINE_IS(line, DELIVERED)
                || LINE_IS(line, HELD)))
            return;
    }
    if (!turn_may_move(turn, DELIVERIES, id, END_DELIVERY))
        return;
    Delivery *delivery = turn_move_as(turn, DELIVERIES, id, END_DELIVERY);
    if (delivery != NULL)
        unlist(turn, id, delivery);
}

/* What was reserved in time may have expired on its shelf: nobody is given it. */
static bool is_good(struct turn *turn, const char *id)
{
    const Line *line = line_peek(turn, id);

    for (size_t i = 0; i < line->n_takes; i++)
        if (stock_is_past(turn, line->takes[i]->expiry))
            turn_refuse(turn, SUPPLIES__REFUSAL__NOT_IN_STOCK,
                        "lot %s has expired: it is to be reported lost", line->takes[i]->lot);
    return turn->outcome == 0;
}

/* ---- packed and sent ----------------------------------------------------------------------------- */

/* One need, one site; each line is reserved there. */
static bool are_of_one_door(struct turn *turn, const Supplies__Pick *pick)
{
    const Line *first = line_load(turn, pick->lines[0]);

    for (size_t i = 0; i < pick->n_lines && turn->outcome == 0; i++) {
        const Line *line = line_load(turn, pick->lines[i]);
        if (line == NULL)
            return false;
        if (!is_good(turn, pick->lines[i]))
            return false;
        if (strcmp(line->need, first->need) != 0
            || (line->n_takes > 0 && first->n_takes > 0
                && strcmp(line->takes[0]->site, first->takes[0]->site) != 0))
            turn_refuse(turn, SUPPLIES__REFUSAL__NOT_ONE_RECIPIENT,
                        "a delivery is of one need, from one site");
    }
    return turn->outcome == 0;
}

int on_pick(struct turn *turn, const void *message)
{
    const Supplies__Pick *pick = message;

    if (!turn_is_id(pick->delivery) || pick->n_lines == 0 || pick->n_lines > DELIVERY_LINES_MOST
        || (pick->van[0] != '\0' && !turn_is_id(pick->van)))
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "a delivery's id, its lines, its van");
    if (!are_of_one_door(turn, pick))
        return turn->outcome;
    const Line *first = line_peek(turn, pick->lines[0]);
    if (first->n_takes == 0 || !LINE_IS(first, ALLOCATED))
        return turn_refuse(turn, TOWN__REFUSAL__WRONG_STATE, "nothing is reserved for it");
    const char *site = first->takes[0]->site;
    if (!stock_keeper(turn, site))
        return turn->outcome;
    Delivery *delivery = turn_move(turn, DELIVERIES, pick->delivery);
    if (delivery == NULL)
        return turn->outcome;
    delivery->site = site;
    delivery->need = first->need;
    delivery->person = first->person;
    delivery->place = first->place;
    delivery->lines = pick->lines;
    delivery->n_lines = pick->n_lines;
    on_van(turn, pick->delivery, delivery, pick->van, pick->stop);
    for (size_t i = 0; i < pick->n_lines && turn->outcome == 0; i++) {
        Line *line = line_move(turn, pick->lines[i], PICK);
        if (line != NULL)
            line->delivery = pick->delivery;
    }
    Supplies__LinePicked event = { IS(supplies__line_picked),
                                   .delivery = pick->delivery,
                                   .n_lines = pick->n_lines,
                                   .lines = pick->lines,
                                   .site = site,
                                   .person = delivery->person,
                                   .van = pick->van };
    return say(turn, delivery, &event.base);
}

/* The goods of a line leave the site: from on hand to sent. */
static void send_goods(struct turn *turn, const char *id)
{
    Line *line = turn_edit(turn, LINES, id);

    for (size_t i = 0; i < line->n_takes; i++) {
        const Take *take = line->takes[i];
        struct lot lot = { take->site, line->item, take->expiry, take->lot };
        struct change change = { .on_hand = -(int64_t)take->qty,
                                 .reserved = -(int64_t)take->qty,
                                 .sent = take->qty };
        stock_used(turn, take->site, line->item, take->qty);
        stock_change(turn, &lot, &change);
    }
    line->out = true;
}

int on_send_out(struct turn *turn, const void *message)
{
    const Supplies__SendOut *out = message;
    const Delivery *present = delivery_load(turn, out->delivery);

    if (present == NULL || !stock_keeper(turn, present->site))
        return turn->outcome;
    if (out->van[0] != '\0' && !turn_is_id(out->van))
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "no van of that name");
    Delivery *delivery = turn_move(turn, DELIVERIES, out->delivery);
    if (delivery == NULL)
        return turn->outcome;
    if (out->van[0] != '\0')
        on_van(turn, out->delivery, delivery, out->van, out->stop);
    move_lines(turn, delivery, SEND_OUT);
    for (size_t i = 0; i < delivery->n_lines && turn->outcome == 0; i++)
        if (is_good(turn, delivery->lines[i]))
            send_goods(turn, delivery->lines[i]);
    need_begin(turn, delivery->need, true);
    Supplies__SentOut event = { IS(supplies__sent_out),       .delivery = out->delivery,
                                .n_lines = delivery->n_lines, .lines = delivery->lines,
                                .van = delivery->van,         .person = delivery->person };
    return say(turn, delivery, &event.base);
}

/* ---- at the door --------------------------------------------------------------------------------- */

static void await_word(struct turn *turn, const char *id, Delivery *delivery)
{
    const Need *need = loop_need(turn, delivery->need);
    Supplies__ChaseConfirmation chase = { IS(supplies__chase_confirmation), .delivery = id };
    struct turn_timer timer = { .key = id, .unit = "dzb", .command = &chase.base };

    delivery->due_ms = directory_due(turn, "supplies.confirm", "", turn->now_ms);
    timer.due_ms = delivery->due_ms;
    timer.case_id = need == NULL ? NULL : need->case_id;
    turn_time(turn, &timer);
    SuppliesRows__Entry *entry = turn_edit(turn, UNCONFIRMED, unconfirmed_key(turn, id, delivery));
    entry->id = id;
}

int on_deliver(struct turn *turn, const void *message)
{
    const Supplies__Deliver *deliver = message;
    const Supplies__Proof *proof = deliver->proof;
    const Delivery *present = delivery_load(turn, deliver->delivery);

    if (present == NULL || !stock_keeper(turn, present->site))
        return turn->outcome;
    if (proof == NULL || (proof->who[0] == '\0' && proof->photo_hash[0] == '\0')
        || proof->at_ms > turn->now_ms)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD,
                           "a delivery has a proof: who took it, or a photo");
    if (!turn_is_who(turn, "who", proof->who))
        return turn->outcome;
    if (proof->photo_hash[0] != '\0' && !turn_is_id(proof->photo_hash))
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "a photo is told by its hash");
    Delivery *delivery = turn_move(turn, DELIVERIES, deliver->delivery);
    if (delivery == NULL)
        return turn->outcome;
    delivery->proof_who = proof->who;
    delivery->proof_hash = proof->photo_hash;
    delivery->proof_ms = proof->at_ms == 0 ? turn->now_ms : proof->at_ms;
    delivery->delivered_ms = turn->now_ms;
    move_lines(turn, delivery, DELIVER);
    on_van(turn, deliver->delivery, delivery, "", 0);
    await_word(turn, deliver->delivery, delivery);
    Supplies__Proof shown = { IS(supplies__proof), .who = proof->who, .at_ms = delivery->proof_ms,
                              .photo_hash = proof->photo_hash };
    Supplies__Delivered event = { IS(supplies__delivered),
                                  .delivery = deliver->delivery,
                                  .n_lines = delivery->n_lines,
                                  .lines = delivery->lines,
                                  .proof = &shown,
                                  .person = delivery->person,
                                  .confirm_due_ms = delivery->due_ms,
                                  .need = delivery->need };
    say(turn, delivery, &event.base);
    need_settle(turn, delivery->need);
    return turn->outcome;
}

/* ---- the recipient's word ------------------------------------------------------------------------ */

void delivery_confirm(struct turn *turn, const char *id, const char *by_contact)
{
    Delivery *delivery = turn_move_as(turn, DELIVERIES, id, CONFIRM_DELIVERY);
    const char **lines;
    size_t count = 0;

    if (delivery == NULL)
        return;
    lines = turn_array(turn, delivery->n_lines, sizeof(lines[0]));
    for (size_t i = 0; i < delivery->n_lines && turn->outcome == 0; i++) {
        const Line *line = line_peek(turn, delivery->lines[i]);
        if (!LINE_IS(line, DELIVERED) || strcmp(line->delivery, id) != 0)
            continue; /* it came back, or went out again */
        line_move(turn, delivery->lines[i], CONFIRM_DELIVERY);
        lines[count++] = delivery->lines[i];
    }
    unlist(turn, id, delivery);
    Supplies__DeliveryConfirmed event = { IS(supplies__delivery_confirmed),
                                          .delivery = id,
                                          .n_lines = count,
                                          .lines = lines,
                                          .by_contact = by_contact,
                                          .person = delivery->person,
                                          .need = delivery->need,
                                          .by_post = turn_actor_post(turn) };
    say(turn, delivery, &event.base);
    need_settle(turn, delivery->need);
}

/* R7: the unit that brought it, and the office that gave it, do not confirm it. */
static bool is_handler(struct turn *turn, const Delivery *delivery)
{
    const Site *site = turn_load(turn, SITES, delivery->site);
    const char *unit = turn_actor_unit(turn);

    return site != NULL && strcmp(site->unit, unit) == 0
           && strcmp(turn->source_unit, "hotline") != 0 && strcmp(turn->source_unit, "care") != 0;
}

int on_confirm_delivery(struct turn *turn, const void *message)
{
    const Supplies__ConfirmDelivery *word = message;
    const Delivery *delivery = delivery_load(turn, word->delivery);
    const char *unit = turn_actor_unit(turn);

    if (delivery == NULL)
        return turn->outcome;
    if (is_handler(turn, delivery))
        return turn_refuse(turn, TOWN__REFUSAL__SAME_HANDLER, "who brought it does not confirm it");
    if (strcmp(turn->source_unit, "care") != 0 && strcmp(turn->source_unit, "hotline") != 0
        && strcmp(unit, delivery->place) != 0 && strcmp(unit, "dzb") != 0)
        return turn_refuse(turn, TOWN__REFUSAL__NOT_ALLOWED, "it is not for %s", unit);
    delivery_confirm(turn, word->delivery, word->by_contact);
    return turn->outcome;
}

/* The carer asked at the daily contact.  What is not ours, or was confirmed before, is passed over: it
 * is a fact of care's, not a command. */
int on_contact(struct turn *turn, const void *message)
{
    const Care__ContactRecorded *contact = message;

    for (size_t i = 0; i < contact->n_deliveries_confirmed && turn->outcome == 0; i++) {
        const char *id = contact->deliveries_confirmed[i];
        const Delivery *delivery = turn_is_id(id) ? turn_load(turn, DELIVERIES, id) : NULL;
        if (delivery != NULL
            && strcmp(loop_person(turn, delivery->person), loop_person(turn, contact->person)) == 0
            && turn_may_move(turn, DELIVERIES, id, CONFIRM_DELIVERY))
            delivery_confirm(turn, id, turn->id);
    }
    return turn->outcome;
}

/* Two days, and nobody has seen it arrive: whoever verifies the need is asked to call back. */
int on_chase_confirmation(struct turn *turn, const void *message)
{
    const Supplies__ChaseConfirmation *chase = message;

    if (!turn->is_timer)
        return turn_refuse(turn, TOWN__REFUSAL__NOT_ALLOWED, "only the clock says what is due");
    Delivery *delivery = turn_move(turn, DELIVERIES, chase->delivery);
    const Need *need = delivery == NULL ? NULL : loop_need(turn, delivery->need);
    if (need == NULL)
        return turn->outcome;
    if (!NEED_IS(need, VERIFYING)) { /* other goods of it are still on their way */
        turn_drop(turn, UNCONFIRMED, unconfirmed_key(turn, chase->delivery, delivery));
        await_word(turn, chase->delivery, delivery);
        return turn->outcome;
    }
    Town__VerificationDue event = { IS(town__verification_due),
                                    .need = delivery->need,
                                    .verifier_unit = need->verifier,
                                    .person = need->person,
                                    .due_ms = turn->now_ms,
                                    .handler_unit = need->handler_unit,
                                    .handler_post = need->handler_post,
                                    .handler_person = need->handler_person,
                                    .kind = need->kind };
    return loop_say(turn, need, need->verifier, &event.base);
}
