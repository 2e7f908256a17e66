/*
 * What operators ask the broker about itself and its log.  Verbs: status and mailboxes (JSON), log
 * and case (messages, page by page), why (JSON: what caused a message, and what became of it),
 * clock (JSON: an exercise's clock, which may be let run faster for a while).
 * permissions.csv names the verb: `operator,admin,*`.
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "base/err.h"
#include "base/id.h"
#include "core/filter.h"
#include "daemon/inside.h"

enum {
    PAGE_MOST = 1000,
    PAGE_USUAL = 100,
    PAGE_BYTES = 768 << 10, /* of messages in one answer */
    CAUSES_MOST = 32,       /* links of a chain of causes */
    RATE_MOST = 86400,
};

/* ---- answering ------------------------------------------------------------------------------------- */

static int refuse(struct broker *broker, const struct link *link, const Bus__Admin *admin,
                  Bus__Code code, const char *reason)
{
    Bus__Reject reject = BUS__REJECT__INIT;

    reject.code = code;
    reject.reason = reason;
    reject.request = admin->request;
    return out_send(broker, link->peer, FRAME_REJECT, &reject.base);
}

static int send_json(struct broker *broker, const struct link *link, const Bus__Admin *admin,
                     const char *text, uint32_t length)
{
    Bus__AdminAnswer answer = BUS__ADMIN_ANSWER__INIT;

    answer.request = admin->request;
    answer.json.data = (uint8_t *)(uintptr_t)text;
    answer.json.len = length;
    return out_send(broker, link->peer, FRAME_ADMIN_ANSWER, &answer.base);
}

/* Text that grows in a buffer of STATUS_BYTES; what does not fit is left out at its end. */
struct text {
    char *bytes;
    uint32_t length;
};

__attribute__((format(printf, 2, 3))) static void add(struct text *text, const char *format, ...)
{
    va_list arguments;
    uint32_t room = STATUS_BYTES - text->length;

    va_start(arguments, format);
    int length = vsnprintf(text->bytes + text->length, room, format, arguments);
    va_end(arguments);
    if (length > 0)
        text->length += (uint32_t)length < room ? (uint32_t)length : room - 1;
}

/* A JSON string. */
static void add_string(struct text *text, struct slice string)
{
    const uint8_t *bytes = string.data;

    add(text, "\"");
    for (size_t i = 0; i < string.size; i++) {
        if (bytes[i] == '"' || bytes[i] == '\\')
            add(text, "\\%c", bytes[i]);
        else if (bytes[i] < ' ')
            add(text, "\\u%04x", bytes[i]);
        else
            add(text, "%c", bytes[i]);
    }
    add(text, "\"");
}

/* ---- status ---------------------------------------------------------------------------------------- */

static unsigned free_percent(const struct broker *broker)
{
    struct statvfs status;

    if (statvfs(broker->dir, &status) != 0)
        return 0;
    uint64_t all = status.f_blocks - status.f_bfree + status.f_bavail;
    return all == 0 ? 0 : (unsigned)(100 * status.f_bavail / all);
}

/* The core's own object goes on where ours begins. */
static int status(struct broker *broker, const struct link *link, const Bus__Admin *admin)
{
    struct text text = { .bytes = broker->status };

    add(&text, "{\"version\":\"%s\",\"town\":", CAREBUS_VERSION);
    add_string(&text, slice_text(options_text(broker->options, "town.name")));
    add(&text,
        ",\"run\":%" PRIu32 ",\"uptime_ms\":%" PRIu64 ",\"rate\":%" PRIu32
        ",\"log_id\":\"%016" PRIx64 "\",\"first\":%" PRIu64 ",\"indexed\":%" PRIu64
        ",\"hashed\":%" PRIu64 ",\"checkpoint\":%" PRIu64 ",\"free_percent\":%u"
        ",\"frames\":%" PRIu64 ",\"flushes\":%" PRIu64 ",\"refused\":%" PRIu64 ",\"odd\":%" PRIu64
        ",",
        broker->run, broker->steady_ms - broker->started_ms, broker->clock.rate,
        log_identity(broker->log), log_first(broker->log), index_applied(broker->index),
        broker->sealing ? broker->sealer.target : broker->sealer.tree.size,
        index_checkpoint(broker->index), free_percent(broker), broker->frames, broker->flushes,
        broker->refused, broker->odd);
    char *core = broker->status + text.length - 1;
    char comma = *core;
    uint32_t length = core_status(broker->core, core, STATUS_BYTES - text.length);
    *core = comma == ',' ? ',' : *core; /* its `{` */
    return send_json(broker, link, admin, broker->status, text.length - 1 + length);
}

/* ---- log and case ---------------------------------------------------------------------------------- */

/* A page of stored messages in the making. */
struct page {
    Bus__AdminAnswer answer;
    struct broker *broker;
    ProtobufCBinaryData *items;
    uint32_t limit;
    uint32_t bytes;
    uint32_t looked;
    struct slice filter;  /* of log  */
    struct slice case_id; /* of case */
};

static bool fits(const struct page *page, const struct stored *stored)
{
    if (page->case_id.size > 0)
        return slice_equal(stored->envelope.case_id, page->case_id);
    return page->filter.size == 0 || filter_match(page->filter, stored->envelope.subject);
}

/* Reads [seq, to] into the page.  True: it is full, or enough was looked at; next_seq says where to
 * go on. */
static bool read_range(struct page *page, uint64_t seq, uint64_t to, int *ret_fault)
{
    struct log_record record;
    struct stored stored;

    for (; seq <= to; seq++) {
        page->answer.next_seq = seq;
        if (++page->looked > ADMIN_RECORDS || page->answer.n_stored == page->limit)
            return true;
        int r = part_read(page->broker, seq, &record);
        if (r < 0) {
            *ret_fault = r;
            return true;
        }
        if (r > 0 || record.type != LOG_MESSAGE || scan_stored(record.payload, &stored) != 0
            || !fits(page, &stored))
            continue;
        if (page->bytes + record.payload.size > PAGE_BYTES)
            return true;
        void *copy = arena_copy(&page->broker->arena, record.payload.data, record.payload.size);
        if (copy == NULL)
            return true;
        page->items[page->answer.n_stored].data = copy;
        page->items[page->answer.n_stored++].len = record.payload.size;
        page->bytes += (uint32_t)record.payload.size;
    }
    page->answer.next_seq = seq;
    return false;
}

/* A case's blocks by the index, then what the index does not have yet. */
static bool read_case(struct page *page, const char *case_id, uint64_t seq, int *ret_fault)
{
    struct broker *broker = page->broker;
    uint64_t block;

    while (true) {
        int r = index_case(broker->index, case_id, seq, &block);
        if (r < 0) {
            *ret_fault = r;
            return true;
        }
        if (r > 0)
            break;
        uint64_t to = block + INDEX_BLOCK - 1;
        if (read_range(page, block > seq ? block : seq,
                       to < broker->committed ? to : broker->committed, ret_fault))
            return true;
        seq = to + 1;
    }
    if (seq <= index_applied(broker->index))
        seq = index_applied(broker->index) + 1;
    return read_range(page, seq, broker->committed, ret_fault);
}

static int pages(struct broker *broker, const struct link *link, const Bus__Admin *admin)
{
    bool is_case = strcmp(admin->verb, "case") == 0;
    uint64_t from =
        admin->from_seq < log_first(broker->log) ? log_first(broker->log) : admin->from_seq;
    struct page page = { .answer = BUS__ADMIN_ANSWER__INIT, .broker = broker };
    char text[WIRE_SUBJECT_BYTES];
    int fault = 0;

    /* The request lies in the arena that the page is about to take. */
    snprintf(text, sizeof(text), "%s", admin->argument);
    Bus__Admin asked = { .request = admin->request };
    page.limit = admin->limit == 0          ? PAGE_USUAL
                 : admin->limit < PAGE_MOST ? admin->limit
                                            : PAGE_MOST;
    if (is_case && text[0] == '\0')
        return refuse(broker, link, admin, BUS__CODE__BAD_MESSAGE, "which case?");
    if (!is_case && text[0] != '\0' && !filter_valid(slice_text(text)))
        return refuse(broker, link, admin, BUS__CODE__BAD_MESSAGE,
                      "a filter is service.Message.unit with * and >");
    page.answer.request = admin->request;
    if (is_case)
        page.case_id = slice_text(text);
    else
        page.filter = slice_text(text);
    arena_reset(&broker->arena);
    page.items = arena_alloc(&broker->arena, page.limit * sizeof(*page.items));
    if (page.items == NULL)
        return refuse(broker, link, &asked, BUS__CODE__TOO_LARGE, "the page is too large");
    page.answer.stored = page.items;
    bool more = is_case ? read_case(&page, text, from, &fault)
                        : read_range(&page, from, broker->committed, &fault);
    if (fault < 0)
        return fault;
    if (!more)
        page.answer.next_seq = 0;
    return out_send(broker, link->peer, FRAME_ADMIN_ANSWER, &page.answer.base);
}

/* ---- why ------------------------------------------------------------------------------------------- */

/* The message of that id: its sequence, 0 if it is not found among what may be looked at. */
static int find(struct broker *broker, const char *text, uint64_t *ret_seq)
{
    struct log_record record;
    struct stored stored;
    struct id id;
    uint64_t seq;
    char *end;

    *ret_seq = 0;
    uint64_t number = strtoull(text, &end, 10);
    if (text[0] >= '0' && text[0] <= '9' && *end == '\0') {
        *ret_seq = number;
        return 0;
    }
    if (id_parse(text, &id) != 0)
        return 0;
    int r = index_number(broker->index, id.source, id.epoch, id.number, &seq);
    if (r < 0)
        return r;
    if (r > 0)
        seq = index_applied(broker->index) + 1;
    for (uint32_t looked = 0; seq <= broker->committed && looked < ADMIN_RECORDS; seq++, looked++) {
        r = part_read(broker, seq, &record);
        if (r < 0)
            return r;
        if (r == 0 && record.type == LOG_MESSAGE && scan_stored(record.payload, &stored) == 0
            && stored.envelope.number == id.number && stored.envelope.epoch == id.epoch
            && slice_equal(stored.source, slice_text(id.source))) {
            *ret_seq = seq;
            return 0;
        }
    }
    return 0;
}

static void add_message(struct text *text, const struct stored *stored)
{
    add(text,
        "{\"seq\":%" PRIu64 ",\"time_ms\":%" PRIu64 ",\"id\":\"%.*s/%" PRIu32 "/%" PRIu64 "\"",
        stored->seq, stored->time_ms, (int)stored->source.size, (const char *)stored->source.data,
        stored->envelope.epoch, stored->envelope.number);
    add(text, ",\"subject\":");
    add_string(text, stored->envelope.subject);
    add(text, ",\"case_id\":");
    add_string(text, stored->envelope.case_id);
    add(text, ",\"cause\":");
    add_string(text, stored->envelope.cause);
    add(text, "}");
}

/* The message, what caused it, what caused that ...; and what became of it. */
static int why(struct broker *broker, const struct link *link, const Bus__Admin *admin)
{
    struct text text = { .bytes = broker->status };
    struct core_message message;
    struct log_record record;
    struct stored stored;
    uint64_t seq;
    uint64_t first_seq;
    char cause[ID_TEXT_SIZE];

    int r = find(broker, admin->argument, &seq);
    if (r < 0)
        return r;
    first_seq = seq;
    add(&text, "{\"messages\":[");
    for (int i = 0; seq != 0 && i < CAUSES_MOST; i++) {
        r = seq > broker->committed ? LOG_END : part_read(broker, seq, &record);
        if (r < 0)
            return r;
        if (r > 0 || record.type != LOG_MESSAGE || scan_stored(record.payload, &stored) != 0)
            break;
        add(&text, i == 0 ? "" : ",");
        add_message(&text, &stored);
        snprintf(cause, sizeof(cause), "%.*s", (int)stored.envelope.cause.size,
                 (const char *)stored.envelope.cause.data);
        r = find(broker, cause, &seq);
        if (r < 0)
            return r;
    }
    r = first_seq == 0 || first_seq > broker->committed ? LOG_END
                                                        : part_read(broker, first_seq, &record);
    if (r < 0)
        return r;
    if (r > 0 || record.type != LOG_MESSAGE || scan_stored(record.payload, &stored) != 0)
        return refuse(broker, link, admin, BUS__CODE__GONE, "there is no such message");
    part_message(&stored.envelope, &message);
    add(&text, "],\"now\":");
    text.length += core_why(broker->core, first_seq, &message, text.bytes + text.length,
                            STATUS_BYTES - text.length - 2);
    add(&text, "}");
    return send_json(broker, link, admin, text.bytes, text.length);
}

/* ---- clock ----------------------------------------------------------------------------------------- */

static bool read_number(const char **text, uint64_t *ret_number)
{
    char *end;

    if (!isdigit((unsigned char)**text))
        return false;
    errno = 0;
    *ret_number = strtoull(*text, &end, 10);
    *text = end;
    return errno == 0;
}

static bool read_clock(const char *text, uint64_t *ret_rate, uint64_t *ret_until_ms)
{
    return read_number(&text, ret_rate) && *ret_rate >= 1 && *ret_rate <= RATE_MOST
           && *text++ == ' ' && read_number(&text, ret_until_ms) && *text == '\0';
}

/* `RATE UNTIL_MS`, or "" to be told only. */
static int clock(struct broker *broker, const struct link *link, const Bus__Admin *admin)
{
    struct text text = { .bytes = broker->status };

    if (admin->argument[0] != '\0') {
        uint64_t until_ms;
        uint64_t rate;
        if (!read_clock(admin->argument, &rate, &until_ms))
            return refuse(broker, link, admin, BUS__CODE__BAD_MESSAGE,
                          "a clock's argument is RATE UNTIL_MS, and RATE is 1 to 86400");
        if (!broker->clock.exercise)
            return refuse(broker, link, admin, BUS__CODE__BAD_EXERCISE,
                          "a real town's clock is the wall's");
        broker_set_rate(broker, (uint32_t)rate, until_ms);
    }
    add(&text,
        "{\"time_ms\":%" PRIu64 ",\"rate\":%" PRIu32 ",\"until_ms\":%" PRIu64 ",\"exercise\":%s}",
        broker_log_ms(broker), broker->clock.rate, broker->clock.until_ms,
        broker->clock.exercise ? "true" : "false");
    return send_json(broker, link, admin, text.bytes, text.length);
}

/* ---- verbs ----------------------------------------------------------------------------------------- */

int admin_answer(struct broker *broker, const struct link *link, const Bus__Admin *admin)
{
    static const struct {
        const char *verb;
        int (*answer)(struct broker *broker, const struct link *link, const Bus__Admin *admin);
    } verbs[] = {
        { "status", status }, { "mailboxes", status }, { "log", pages },
        { "case", pages },    { "why", why },          { "clock", clock },
    };

    if (!permit_allows(town_permit(broker->town), link->unit, PERMIT_ADMIN,
                       slice_text(admin->verb)))
        return refuse(broker, link, admin, BUS__CODE__NOT_PERMITTED, "the unit may not ask this");
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
        if (strcmp(verbs[i].verb, admin->verb) == 0)
            return verbs[i].answer(broker, link, admin);
    return refuse(broker, link, admin, BUS__CODE__BAD_MESSAGE,
                  "the verbs are status, mailboxes, log, case, why, clock");
}
