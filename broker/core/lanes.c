/*
 * A lane as a window on the log: what comes goes into memory while the window has room; after that
 * the lane is behind, and is read on from the log when there is room again.  So a backlog of
 * millions costs as much as none.
 */
#include <stdlib.h>

#include "core/inside.h"

static struct entry *keep(struct core *core, struct mailbox *mailbox, uint64_t seq,
                          uint64_t time_ms, const struct core_message *message)
{
    struct entry *entry = entry_add(core, mailbox, seq, message->priority);

    if (entry == NULL)
        return NULL;
    entry->time_ms = time_ms;
    entry->until_ms = message->not_before_ms;
    entry->expires_ms = message->expires_ms;
    entry->case_hash = case_hash(message->case_id);
    entry_fresh(entry);
    entry_move(core, entry, ENTRY_ARRIVE);
    return entry;
}

void lane_arrive(struct core *core, struct mailbox *mailbox, uint64_t seq, uint64_t time_ms,
                 const struct core_message *message)
{
    struct lane *lane = &mailbox->lanes[message->priority];

    lane->open++;
    lane->last_seq = seq;
    mailbox->dirty = true;
    if (!lane->behind && lane->fresh_count < core->options.limits.lane_window) {
        keep(core, mailbox, seq, time_ms, message);
    } else if (!lane->behind) {
        lane->behind = true;
        lane->scan_next = seq;
    }
    if (mailbox->credit > 0)
        mailbox_want(core, mailbox);
}

/* ---- reading on ------------------------------------------------------------------------------------- */

bool core_scan_wants(const struct core_scan *scan, const struct core_message *message)
{
    return message->priority == scan->priority
           && (slice_equal(message->to, slice_text(scan->unit))
               || (scan->filters != NULL && filters_match(scan->filters, message->subject)));
}

/* One scan at a time of a mailbox, the most urgent lane that has room first. */
void lane_scan(struct core *core, struct mailbox *mailbox)
{
    uint32_t window = core->options.limits.lane_window;

    if (mailbox->scanning || (mailbox->credit == 0 && mailbox->look_count == 0))
        return;
    for (uint8_t number = 0; number < INSIDE_LANES; number++) {
        struct lane *lane = &mailbox->lanes[number];
        if (!lane->behind || lane->fresh_count > window / 2 || lane->scan_next > core->committed)
            continue;
        mailbox->scanning = true;
        mailbox->scan_lane = number;
        inside_effect(core, CORE_SCAN, 0)->scan = (struct core_scan){
            .mailbox = mailbox->index,
            .from = lane->scan_next,
            .to = core->committed,
            .limit = window - lane->fresh_count,
            .filters = mailbox->filters,
            .unit = mailbox->unit,
            .priority = number,
        };
        return;
    }
}

static struct lane *scanned_lane(struct core *core, uint32_t index, struct mailbox **ret_mailbox)
{
    struct mailbox *mailbox = index < core->mailbox_count ? core->mailboxes[index] : NULL;

    if (mailbox == NULL || !mailbox->scanning)
        return NULL;
    *ret_mailbox = mailbox;
    return &mailbox->lanes[mailbox->scan_lane];
}

void lane_scanned(struct core *core, const struct core_event *event)
{
    struct mailbox *mailbox;
    struct lane *lane = scanned_lane(core, event->scanned.mailbox, &mailbox);
    uint64_t seq = event->scanned.seq;

    if (lane == NULL || !lane->behind || seq < lane->scan_next
        || event->scanned.message->priority != mailbox->scan_lane)
        return;
    /* What is there already was touched, or settled, before a restart. */
    if (entry_find(mailbox, seq) == NULL) {
        keep(core, mailbox, seq, event->scanned.time_ms, event->scanned.message);
        lane->open += seq < mailbox->born;
    }
    lane->scan_next = seq + 1;
    mailbox->dirty = true;
    entry_passed(core, lane);
}

void lane_scan_done(struct core *core, const struct core_event *event)
{
    struct mailbox *mailbox;
    struct lane *lane = scanned_lane(core, event->scanned.mailbox, &mailbox);

    if (lane == NULL)
        return;
    mailbox->scanning = false;
    filters_close(mailbox->retired);
    mailbox->retired = NULL;
    if (event->scanned.next > lane->scan_next)
        lane->scan_next = event->scanned.next;
    if (lane->scan_next > lane->last_seq)
        lane->behind = false;
    mailbox->dirty = true;
    entry_passed(core, lane);
    mailbox_want(core, mailbox);
}
