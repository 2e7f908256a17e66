/*
 * The worker at a mailbox: leases, receipts, and at times neither; and what it was told of each.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crash/kill/driver.h"

enum { BOX_LEASES = 16, BOX_LEASE_MS = 1000, BOX_EVENTS = 1 << 20 };

enum box_state { BOX_UNSEEN, BOX_OPEN, BOX_DONE };
enum box_kind { LEASED, RECEIPT_OK, RECEIPT_REFUSED, RECEIPT_UNKNOWN };

struct box_event {
    enum box_kind kind;
    uint64_t seq;
    uint64_t token;
    uint64_t request; /* of a receipt that is not answered yet */
};

static void box_is(struct driver *driver, uint64_t seq, enum box_state state)
{
    if (seq >= SEQS_MOST)
        give_up("the log grew longer than can be written down");
    /* A mailbox may be quicker than the subscription. */
    if (driver->box_state[seq] == BOX_DONE)
        return;
    if (state == BOX_OPEN && driver->box_state[seq] == BOX_UNSEEN)
        driver->box_open++;
    if (state == BOX_DONE && driver->box_state[seq] == BOX_OPEN)
        driver->box_open--;
    driver->box_state[seq] = (uint8_t)state;
}

void box_hear(struct driver *driver, const struct stored *stored)
{
    static const char opened[] = "toy.NeedOpened.";
    struct slice subject = stored->envelope.subject;

    if (subject.size > sizeof(opened) && memcmp(subject.data, opened, sizeof(opened) - 1) == 0)
        box_is(driver, stored->seq, BOX_OPEN);
}

static struct box_event *add_event(struct driver *driver, enum box_kind kind, uint64_t seq,
                                   uint64_t token)
{
    if (driver->event_count == BOX_EVENTS)
        give_up("the mailbox was busier than can be written down");
    struct box_event *event = &driver->events[driver->event_count++];
    *event = (struct box_event){ .kind = kind, .seq = seq, .token = token };
    return event;
}

static void on_leased(void *context, const Bus__Lease *lease, const struct stored *message)
{
    struct driver *driver = context;
    uint64_t request;

    (void)message;
    add_event(driver, LEASED, lease->seq, lease->token);
    /* One in twenty is left lying until its lease is over. */
    if (driver_some(driver, 20) == 0) {
        client_take(driver->box, "box", 1, BOX_LEASE_MS);
        return;
    }
    int r = client_receipt(driver->box, lease, &request);
    struct box_event *event = add_event(driver, RECEIPT_UNKNOWN, lease->seq, lease->token);
    event->request = r == 0 ? request : 0;
    if (r != 0) {
        event->kind = RECEIPT_REFUSED; /* it never left */
        client_take(driver->box, "box", 1, BOX_LEASE_MS);
    }
}

static void on_settled(void *context, uint64_t request, Bus__Code code, const char *reason)
{
    struct driver *driver = context;

    (void)reason;
    for (uint32_t i = driver->event_count; i > 0 && i + 4096 > driver->event_count; i--) {
        struct box_event *event = &driver->events[i - 1];
        if (event->kind != RECEIPT_UNKNOWN || event->request != request)
            continue;
        event->request = 0;
        if (code == BUS__CODE__CODE_ABSENT) {
            event->kind = RECEIPT_OK;
            driver->done_count++;
            box_is(driver, event->seq, BOX_DONE);
        } else if (code != BUS__CODE__UNAVAILABLE) {
            event->kind = RECEIPT_REFUSED;
        } else {
            /* It may be done: then it never comes again. */
            box_is(driver, event->seq, BOX_DONE);
        }
        /* A take is settled too, and is no reason for another. */
        client_take(driver->box, "box", 1, BOX_LEASE_MS);
        break;
    }
}

static const struct client_calls calls = {
    .leased = on_leased,
    .settled = on_settled,
};

void box_open(struct driver *driver, struct socket_context *context, const char *dir)
{
    driver->events = calloc(BOX_EVENTS, sizeof(*driver->events));
    driver->box_state = calloc(SEQS_MOST, 1);
    if (driver->events == NULL || driver->box_state == NULL)
        give_up("no memory");
    driver->box = place_client(context, dir, "box", "", &calls, driver, false);
    client_take(driver->box, "box", BOX_LEASES, BOX_LEASE_MS);
}

void box_close(struct driver *driver)
{
    client_close(driver->box);
    free(driver->events);
    free(driver->box_state);
}

void box_write(const struct driver *driver, FILE *history)
{
    static const char *const receipt_names[] = { "", "ok", "refused", "unknown" };

    for (uint32_t i = 0; i < driver->event_count; i++) {
        const struct box_event *event = &driver->events[i];
        if (event->kind == LEASED)
            fprintf(history, "leased box %llu %llu\n", (unsigned long long)event->seq,
                    (unsigned long long)event->token);
        else
            fprintf(history, "receipt box %llu %llu %s\n", (unsigned long long)event->seq,
                    (unsigned long long)event->token, receipt_names[event->kind]);
    }
    fprintf(history, "collects box toy.NeedOpened.*\n");
}
