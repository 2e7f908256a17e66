#include "lib/core_story.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char story_permissions[] = "who,verb,pattern\n"
                                 "centre,publish,*.*.@\n"
                                 "centre,subscribe,*.*.@\n"
                                 "centre,query,registry.>\n"
                                 "centre,collect,*.Dispatched.@\n"
                                 "centre,collect,*.Noted.@\n"
                                 "centre,take,@\n"
                                 "vc,publish,*.*.@\n"
                                 "vc,collect,*.Dispatched.@\n"
                                 "vc,take,@\n"
                                 "service,publish,@.>\n"
                                 "service,subscribe,>\n"
                                 "service,answer,@.>\n"
                                 "operator,take,*\n"
                                 "operator,admin,*\n"
                                 "operator,subscribe,>\n";

static const struct permit_unit units[] = {
    { "hcz", "centre" },
    { "hcs", "centre" },
    { "vc1", "vc" },
    { "vc2", "vc" },
    { "referral", "service" },
    { "registry", "service" },
    { "operator", "operator" },
    { "stranger", "nobody" },
};

/* ---- the text --------------------------------------------------------------------------------------- */

static void line(struct core_story *story, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void line(struct core_story *story, const char *format, ...)
{
    va_list arguments;

    if (story->quiet)
        return;
    va_start(arguments, format);
    int length =
        vsnprintf(story->text + story->used, STORY_TEXT - story->used - 1, format, arguments);
    va_end(arguments);
    story->used += (uint32_t)length;
    ck_assert_uint_lt(story->used + 1, STORY_TEXT);
    story->text[story->used++] = '\n';
    story->text[story->used] = '\0';
}

const char *told(struct core_story *story)
{
    static char text[STORY_TEXT];

    memcpy(text, story->text, story->used + 1);
    story->used = 0;
    story->text[0] = '\0';
    return text;
}

static void traced(void *context, const char *text)
{
    line(context, "%s", text);
}

static const char *name_of(const struct core_story *story, uint64_t peer)
{
    return peer < STORY_PEERS ? story->names[peer] : "nobody";
}

static const char *code_name(Bus__Code code)
{
    return protobuf_c_enum_descriptor_get_value(&bus__code__descriptor, (int)code)->name;
}

static void tell_peeked(struct core_story *story, const char *name, const Bus__Peeked *peeked)
{
    line(story, "  %s: %llu wait, %llu dead", name, (unsigned long long)peeked->waiting,
         (unsigned long long)peeked->dead_count);
    for (size_t i = 0; i < peeked->n_items; i++) {
        const Bus__PeekItem *item = peeked->items[i];
        line(story, "      %llu P%d %s, attempts %u%s%s", (unsigned long long)item->seq,
             (int)item->priority - 1, item->state, item->attempts,
             item->reason[0] == '\0' ? "" : ": ", item->reason);
    }
}

static void tell_delivered(struct core_story *story, const char *name,
                           const struct world_told *what)
{
    char list[2048] = "";
    size_t used = 0;

    story->frames++;
    story->delivered += what->count;
    for (uint32_t i = 0; i < what->count && used < 2000; i++)
        used += (size_t)snprintf(list + used, sizeof(list) - used, " %llu:%.*s",
                                 (unsigned long long)what->messages[i].seq,
                                 (int)what->messages[i].message.subject.size,
                                 (const char *)what->messages[i].message.subject.data);
    line(story, "  %s: %llu to %llu%s%s", name, (unsigned long long)what->first,
         (unsigned long long)what->last, what->count == 0 ? ", nothing" : ":", list);
}

static void tell(void *context, const struct world_told *what)
{
    struct core_story *story = context;
    const struct core_effect *effect = what->effect;
    const char *name = name_of(story, what->peer);

    if (effect->kind == CORE_SEND_WELCOME) {
        line(story, "  %s: welcome, head %llu, number %llu", name,
             (unsigned long long)effect->welcome.head, (unsigned long long)effect->welcome.number);
    } else if (effect->kind == CORE_SEND_STORED) {
        line(story, "  %s: stored up to %llu%s", name, (unsigned long long)effect->stored.number,
             effect->stored.gap ? ", a gap" : "");
    } else if (effect->kind == CORE_SEND_REFUSED) {
        line(story, "  %s: %llu refused, %s%s", name, (unsigned long long)effect->refused.number,
             code_name(effect->refused.code), effect->refused.retry_ms > 0 ? ", try again" : "");
    } else if (effect->kind == CORE_SEND_REJECT) {
        line(story, "  %s: rejected, %s: %s", name, code_name(effect->refused.code),
             effect->refused.reason);
    } else if (effect->kind == CORE_CUT) {
        line(story, "  %s: cut: %s", name, effect->refused.reason);
    } else if (effect->kind == CORE_SEND_RESET) {
        line(story, "  %s: say hello", name);
    } else if (effect->kind == CORE_SEND_PONG) {
        line(story, "  %s: pong", name);
    } else if (effect->kind == CORE_SEND_SETTLED) {
        line(story, "  %s: settled", name);
    } else if (effect->kind == CORE_SEND_LEASE) {
        story->leased++;
        if (effect->lease.seq < 1 << 16)
            story->tokens[effect->lease.seq] = effect->lease.token;
        line(story, "  %s: lease %llu of %s, attempt %u", name,
             (unsigned long long)effect->lease.seq, effect->lease.mailbox, effect->lease.attempt);
    } else if (effect->kind == CORE_SEND_PEEKED) {
        tell_peeked(story, name, effect->peeked);
    } else if (effect->kind == CORE_SEND_QUERY) {
        line(story, "  %s: %s asks %s (%llu)", name, effect->forward.asker,
             effect->forward.query->subject, (unsigned long long)effect->forward.id);
    } else if (effect->kind == CORE_SEND_ANSWER) {
        line(story, "  %s: answer to %llu", name, (unsigned long long)effect->forward.id);
    } else if (effect->kind == CORE_FEED) {
        tell_delivered(story, name, what);
    } else if (effect->kind == CORE_LINK) {
        line(story, "  link %s %s, %u urgent", effect->link.unit, effect->link.up ? "up" : "down",
             effect->link.urgent);
    }
}

/* ---- open, close ------------------------------------------------------------------------------------ */

void story_open(struct core_story *story, void (*change)(struct core_options *options))
{
    struct core_options options = { .log_id = 77, .rate = 1, .limits = core_limits_default() };

    memset(story, 0, sizeof(*story));
    if (change != NULL)
        change(&options);
    story->world.tell = tell;
    story->world.trace = traced;
    story->world.context = story;
    core_world_open(&story->world, &options, story_permissions, units,
                    sizeof(units) / sizeof(units[0]));
}

void story_close(struct core_story *story)
{
    core_world_close(&story->world);
}

/* ---- acts ------------------------------------------------------------------------------------------- */

static uint64_t peer_named(const struct core_story *story, const char *source)
{
    for (uint64_t id = story->peer_count; id > 0; id--)
        if (strcmp(story->names[id], source) == 0)
            return id;
    return 0;
}

static void act(struct core_story *story, const char *source, struct core_event event)
{
    event.peer = peer_named(story, source);
    core_world_step(&story->world, &event);
}

void hello_as(struct core_story *story, const char *source, struct greet greet)
{
    Bus__Hello hello = BUS__HELLO__INIT;
    char user[32];

    snprintf(user, sizeof(user), "%.*s", (int)strcspn(source, "."), source);
    hello.instance = source[strlen(user)] == '.' ? source + strlen(user) + 1 : "";
    hello.epoch = greet.epoch == 0 ? 1 : greet.epoch;
    hello.acknowledged = greet.acknowledged;
    hello.seen_seq = greet.seen_seq;
    hello.log_id = greet.log_id;
    hello.service = greet.service == NULL ? "" : greet.service;
    hello.version = greet.version == 0 ? 1 : greet.version;
    ck_assert_uint_lt(story->peer_count + 1, STORY_PEERS);
    snprintf(story->names[++story->peer_count], sizeof(story->names[0]), "%s", source);
    line(story, "%s HELLO", source);
    act(story, source, (struct core_event){ .kind = CORE_HELLO, .hello = { user, &hello } });
}

void hello(struct core_story *story, const char *source)
{
    hello_as(story, source, (struct greet){ 0 });
}

void gone(struct core_story *story, const char *source)
{
    line(story, "%s GONE", source);
    act(story, source, (struct core_event){ .kind = CORE_GONE });
}

void ping(struct core_story *story, const char *source)
{
    line(story, "%s PING", source);
    act(story, source, (struct core_event){ .kind = CORE_PING });
}

void publish(struct core_story *story, const char *source, uint64_t number, const char *subject,
             struct say say)
{
    Bus__Envelope envelope = BUS__ENVELOPE__INIT;
    Bus__Actor actor = BUS__ACTOR__INIT;
    struct core_message message;

    envelope.epoch = say.epoch == 0 ? 1 : say.epoch;
    envelope.number = number;
    envelope.subject = subject;
    envelope.to = say.to == NULL ? "" : say.to;
    envelope.case_id = say.case_id == NULL ? "" : say.case_id;
    envelope.priority = (Bus__Priority)say.priority;
    envelope.exercise = say.exercise;
    envelope.not_before_ms = say.not_before_ms;
    envelope.expires_ms = say.expires_ms;
    actor.unit = say.actor_unit == NULL ? "" : say.actor_unit;
    envelope.actor = say.actor_unit == NULL ? NULL : &actor;
    envelope.body.data = calloc(1, say.body + 1);
    envelope.body.len = say.body;
    uint8_t *bytes = malloc(bus__envelope__get_packed_size(&envelope) + 1);
    ck_assert(bytes != NULL && envelope.body.data != NULL);
    size_t size = bus__envelope__pack(&envelope, bytes);
    ck_assert(core_world_scan(slice_of(bytes, size), &message));
    line(story, "%s PUBLISH %llu", source, (unsigned long long)number);
    act(story, source, (struct core_event){ .kind = CORE_PUBLISH, .publish = { &message, 1 } });
    free(bytes);
    free(envelope.body.data);
}

void subscribe(struct core_story *story, const char *source, uint64_t from, uint64_t credit_bytes,
               const char *filter)
{
    Bus__Subscribe subscribe = BUS__SUBSCRIBE__INIT;

    subscribe.filters = &filter;
    subscribe.n_filters = 1;
    subscribe.from_seq = from;
    subscribe.credit_bytes = credit_bytes;
    line(story, "%s SUBSCRIBE %s from %llu", source, filter, (unsigned long long)from);
    act(story, source, (struct core_event){ .kind = CORE_SUBSCRIBE, .subscribe = &subscribe });
}

void credit(struct core_story *story, const char *source, uint64_t bytes)
{
    line(story, "%s CREDIT %llu", source, (unsigned long long)bytes);
    act(story, source, (struct core_event){ .kind = CORE_CREDIT, .credit_bytes = bytes });
}

void take(struct core_story *story, const char *source, const char *mailbox, uint32_t count,
          uint32_t lease_ms)
{
    Bus__Take take = BUS__TAKE__INIT;

    take.mailbox = mailbox;
    take.count = count;
    take.lease_ms = lease_ms;
    line(story, "%s TAKE %u", source, count);
    act(story, source, (struct core_event){ .kind = CORE_TAKE, .take = &take });
}

void receipt_with(struct core_story *story, const char *source, const char *mailbox, uint64_t seq,
                  uint64_t token)
{
    Bus__Receipt receipt = BUS__RECEIPT__INIT;

    receipt.mailbox = mailbox;
    receipt.seq = seq;
    receipt.token = token;
    line(story, "%s RECEIPT %llu", source, (unsigned long long)seq);
    act(story, source, (struct core_event){ .kind = CORE_RECEIPT, .receipt = &receipt });
}

void receipt(struct core_story *story, const char *source, const char *mailbox, uint64_t seq)
{
    receipt_with(story, source, mailbox, seq, story->tokens[seq]);
}

void give_back(struct core_story *story, const char *source, const char *mailbox, uint64_t seq,
               uint64_t delay_ms, const char *reason, bool dead)
{
    Bus__Return give_back = BUS__RETURN__INIT;

    give_back.mailbox = mailbox;
    give_back.seq = seq;
    give_back.token = story->tokens[seq];
    give_back.delay_ms = delay_ms;
    give_back.reason = reason;
    give_back.dead = dead;
    line(story, "%s RETURN %llu", source, (unsigned long long)seq);
    act(story, source, (struct core_event){ .kind = CORE_RETURN, .give_back = &give_back });
}

void extend(struct core_story *story, const char *source, const char *mailbox, uint64_t seq,
            uint32_t lease_ms)
{
    Bus__Extend extend = BUS__EXTEND__INIT;

    extend.mailbox = mailbox;
    extend.seq = seq;
    extend.token = story->tokens[seq];
    extend.lease_ms = lease_ms;
    line(story, "%s EXTEND %llu", source, (unsigned long long)seq);
    act(story, source, (struct core_event){ .kind = CORE_EXTEND, .extend = &extend });
}

void peek(struct core_story *story, const char *source, const char *mailbox, bool dead)
{
    Bus__Peek peek = BUS__PEEK__INIT;

    peek.mailbox = mailbox;
    peek.dead = dead;
    line(story, "%s PEEK %s%s", source, mailbox, dead ? ", the dead" : "");
    act(story, source, (struct core_event){ .kind = CORE_PEEK, .peek = &peek });
}

void redrive(struct core_story *story, const char *source, const char *mailbox, uint64_t seq)
{
    Bus__Redrive redrive = BUS__REDRIVE__INIT;

    redrive.mailbox = mailbox;
    redrive.seq = seq;
    line(story, "%s REDRIVE %llu", source, (unsigned long long)seq);
    act(story, source, (struct core_event){ .kind = CORE_REDRIVE, .redrive = &redrive });
}

void ask(struct core_story *story, const char *source, uint64_t request, const char *subject,
         uint32_t deadline_ms)
{
    Bus__Query query = BUS__QUERY__INIT;

    query.request = request;
    query.subject = subject;
    query.deadline_ms = deadline_ms;
    line(story, "%s QUERY %s", source, subject);
    act(story, source, (struct core_event){ .kind = CORE_QUERY, .query = &query });
}

void reply(struct core_story *story, const char *source, uint64_t request)
{
    Bus__Answer answer = BUS__ANSWER__INIT;

    answer.request = request;
    line(story, "%s ANSWER %llu", source, (unsigned long long)request);
    act(story, source, (struct core_event){ .kind = CORE_ANSWER, .answer = &answer });
}

void commit(struct core_story *story)
{
    line(story, "COMMIT");
    core_world_commit(&story->world, UINT64_MAX);
    /* What a feed leaves due is fed by the tick that the core asks for. */
    core_world_tick(&story->world);
}

void run_at(struct core_story *story, uint32_t rate)
{
    line(story, "x%u", rate);
    core_world_step(&story->world, &(struct core_event){ .kind = CORE_RATE, .rate = rate });
}

void pass(struct core_story *story, uint64_t ms)
{
    line(story, "%llu ms PASS", (unsigned long long)ms);
    while (ms > 0) {
        uint64_t step = ms < 1000 ? ms : 1000;
        story->world.now_ms += step;
        story->world.steady_ms += step;
        ms -= step;
        core_world_tick(&story->world);
    }
}

void save(struct core_story *story)
{
    core_world_save(&story->world);
}

void crash(struct core_story *story)
{
    line(story, "CRASH");
    core_world_crash(&story->world, 0);
}
