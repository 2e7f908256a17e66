/*
 * Questions: one read transaction each.  An answer that holds data of persons waits, outside of
 * here, until its Accessed is durable on the log.
 */
#include "kit/query.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "kit/inside.h"

enum { LAST_RESORT_BYTES = 4096 };

/* ---- what a handler may do ----------------------------------------------------------------------- */

static void *room(struct ask *ask, size_t size)
{
    void *bytes = arena_alloc(ask->arena, size);

    if (bytes != NULL)
        return bytes;
    if (ask->outcome == 0)
        ask->outcome = FAULT(-ENOMEM);
    /* The handler runs to its end; what it made is thrown away. */
    ask->arena->budget_bytes = ask->arena->used_bytes + size + LAST_RESORT_BYTES;
    return arena_alloc(ask->arena, size);
}

static const void *unpack(struct ask *ask, unsigned place, struct slice value)
{
    const void *row = writes_unpack(ask->kit->store_tables[place]->row, value, ask->arena);

    if (row == NULL && ask->outcome == 0)
        ask->outcome = FAULT(ask->arena->exhausted ? -ENOMEM : -EBADMSG);
    return row;
}

const void *ask_load(struct ask *ask, unsigned table, const char *key)
{
    unsigned place = compose_table(ask->kit, table);
    struct slice value;

    if (ask->outcome != 0)
        return NULL;
    int r = store_get(ask->txn, place, slice_text(key), &value);
    if (r < 0)
        ask->outcome = r;
    return r == 0 ? unpack(ask, place, value) : NULL;
}

static bool begins_with(struct slice key, struct slice prefix)
{
    return key.size >= prefix.size && memcmp(key.data, prefix.data, prefix.size) == 0;
}

static bool is_same(struct slice a, struct slice b)
{
    return a.size == b.size && memcmp(a.data, b.data, a.size) == 0;
}

/* The rows under `prefix` from the key `from` on, without that key itself if it is longer. */
static void walk(struct ask *ask, unsigned table, struct slice prefix, struct slice from,
                 bool (*each)(void *context, const char *key, const void *row), void *context)
{
    unsigned place = compose_table(ask->kit, table);
    struct store_cursor *cursor;
    struct slice key;
    struct slice value;

    if (ask->outcome != 0 || from.size > STORE_KEY_BYTES)
        return;
    int r = store_cursor_open(ask->txn, place, from, &cursor);
    if (r < 0) {
        ask->outcome = r;
        return;
    }
    while (ask->outcome == 0 && (r = store_cursor_next(cursor, &key, &value)) == 0
           && begins_with(key, prefix)) {
        if (from.size > prefix.size && is_same(key, from))
            continue;
        char *text = room(ask, key.size + 1);
        const void *row = unpack(ask, place, value);
        if (text == NULL || row == NULL)
            break;
        memcpy(text, key.data, key.size);
        if (!each(context, text, row))
            break;
    }
    store_cursor_close(cursor);
    if (r < 0 && ask->outcome == 0)
        ask->outcome = r;
}

void ask_each(struct ask *ask, unsigned table, const char *prefix,
              bool (*each)(void *context, const char *key, const void *row), void *context)
{
    walk(ask, table, slice_text(prefix), slice_text(prefix), each, context);
}

void ask_each_after(struct ask *ask, unsigned table, const char *prefix, const char *after,
                    bool (*each)(void *context, const char *key, const void *row), void *context)
{
    const char *from = ask_text(ask, "%s%s", prefix, after);

    walk(ask, table, slice_text(prefix), slice_text(from), each, context);
}

__attribute__((format(printf, 2, 0))) static const char *print(struct ask *ask, const char *format,
                                                               va_list arguments)
{
    va_list again;

    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    char *text = room(ask, (size_t)(length < 0 ? 0 : length) + 1);
    if (text == NULL)
        return "";
    if (length > 0)
        vsnprintf(text, (size_t)length + 1, format, arguments);
    return text;
}

const char *ask_text(struct ask *ask, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    const char *text = print(ask, format, arguments);
    va_end(arguments);
    return text;
}

void *ask_array(struct ask *ask, size_t count, size_t item_size)
{
    return room(ask, count * item_size);
}

void *ask_push(struct ask_list *list, size_t size)
{
    if (list->count == list->room) {
        size_t room_for = list->room == 0 ? 16 : 2 * list->room;
        void **items = ask_array(list->ask, room_for, sizeof(void *));
        if (items == NULL)
            return NULL;
        if (list->count > 0)
            memcpy(items, list->items, list->count * sizeof(void *));
        list->items = items;
        list->room = room_for;
    }
    void *item = ask_array(list->ask, 1, size);
    if (item != NULL)
        list->items[list->count++] = item;
    return item;
}

void *ask_new(struct ask *ask, const ProtobufCMessageDescriptor *type)
{
    ProtobufCMessage *answer = ask_array(ask, 1, type->sizeof_message);

    if (answer != NULL)
        protobuf_c_message_init(type, answer);
    return answer;
}

int ask_give(struct ask *ask, const void *answer)
{
    return answer == NULL ? ask->outcome : ask_answer(ask, answer);
}

int ask_answer(struct ask *ask, const ProtobufCMessage *answer)
{
    if (ask->outcome == 0)
        ask->answer = answer;
    return ask->outcome;
}

int ask_refuse(struct ask *ask, int code, const char *format, ...)
{
    va_list arguments;

    if (ask->outcome != 0)
        return ask->outcome;
    va_start(arguments, format);
    ask->reason = print(ask, format, arguments);
    va_end(arguments);
    ask->outcome = code;
    return code;
}

void ask_accessed(struct ask *ask, const Town__Accessed *accessed)
{
    ask->accessed = accessed;
}

const char *ask_actor_unit(const struct ask *ask)
{
    return ask->actor->unit[0] != '\0' ? ask->actor->unit : ask->asker_unit;
}

/* ---- the kit's own questions --------------------------------------------------------------------- */

static int on_describe(struct ask *ask, const void *message)
{
    const Town__Describe *describe = message;
    Town__DescribeAnswer *answer = ask_array(ask, 1, sizeof(*answer));

    town__describe_answer__init(answer);
    answer->text = describe->dot ? kit_dot(ask->kit->service, ask->arena)
                                 : kit_describe(ask->kit->service, ask->arena);
    if (answer->text == NULL)
        return FAULT(-ENOMEM);
    return ask_answer(ask, &answer->base);
}

struct digests {
    struct ask *ask;
    Town__DigestAnswer *answer;
};

static void add_digest(void *context, const char *table, uint64_t count,
                       const uint8_t digest[STORE_DIGEST_SIZE])
{
    struct digests *digests = context;
    Town__TableDigest *one = ask_array(digests->ask, 1, sizeof(*one));

    town__table_digest__init(one);
    one->table = table;
    one->count = count;
    one->digest.data = arena_copy(digests->ask->arena, digest, STORE_DIGEST_SIZE);
    one->digest.len = one->digest.data == NULL ? 0 : STORE_DIGEST_SIZE;
    digests->answer->tables[digests->answer->n_tables++] = one;
}

static int on_digest(struct ask *ask, const void *message)
{
    Town__DigestAnswer *answer = ask_array(ask, 1, sizeof(*answer));
    struct digests digests = { ask, answer };

    (void)message;
    town__digest_answer__init(answer);
    answer->tables = ask_array(ask, STORE_TABLES, sizeof(*answer->tables));
    answer->cursor = ask->kit->state.cursor;
    answer->log_id = ask->kit->state.log_id;
    if (ask->outcome != 0)
        return ask->outcome;
    int r = kit_digest(ask->kit, add_digest, &digests);
    return r < 0 ? r : ask_answer(ask, &answer->base);
}

static const struct question kit_questions[] = {
    { &town__describe__descriptor, &town__describe_answer__descriptor, on_describe },
    { &town__digest__descriptor, &town__digest_answer__descriptor, on_digest },
    { 0 }
};

/* ---- one question -------------------------------------------------------------------------------- */

static const struct question *find(const struct kit *kit, const char *name)
{
    for (int i = PARTS - 1; i >= 0; i--) {
        const struct question *question = i == PART_KIT           ? kit_questions
                                          : kit->parts[i] == NULL ? NULL
                                                                  : kit->parts[i]->questions;
        for (; question != NULL && question->message != NULL; question++)
            if (strcmp(compose_short(question->message), name) == 0)
                return question;
    }
    return NULL;
}

const ProtobufCMessageDescriptor *kit_answer_type(const struct kit *kit, const char *subject)
{
    char name[WIRE_NAME_BYTES + 1];

    const char *dot = strchr(subject, '.');
    snprintf(name, sizeof(name), "%.*s", dot == NULL ? 0 : (int)strcspn(dot + 1, "."),
             dot == NULL ? "" : dot + 1);
    const struct question *question = find(kit, name);
    return question == NULL ? NULL : question->answer;
}

const char *kit_refusal(const struct kit *kit, uint32_t code)
{
    const ProtobufCEnumDescriptor *own = kit->service->refusals;

    return compose_enum(code < 100 || own == NULL ? &town__refusal__descriptor : own, (int)code);
}

static struct slice pack(struct ask *ask, const ProtobufCMessage *message)
{
    size_t size = protobuf_c_message_get_packed_size(message);
    uint8_t *bytes = room(ask, size + 1);

    if (bytes == NULL)
        return (struct slice){ 0 };
    protobuf_c_message_pack(message, bytes);
    return slice_of(bytes, size);
}

/* What goes on the log before the answer: what the handler named, completed by who asked. */
static struct slice pack_accessed(struct ask *ask, const char *name)
{
    Town__Accessed accessed = *ask->accessed;
    Bus__Envelope envelope = BUS__ENVELOPE__INIT;
    struct slice bytes = { 0 };

    if (accessed.reader_unit[0] == '\0')
        accessed.reader_unit = ask_actor_unit(ask);
    if (accessed.reader_post[0] == '\0')
        accessed.reader_post = ask->actor->post;
    if (accessed.reader_person[0] == '\0')
        accessed.reader_person = ask->actor->person;
    if (accessed.acting_for[0] == '\0')
        accessed.acting_for = ask->actor->acting_for;
    if (accessed.query[0] == '\0')
        accessed.query = name;
    if (accessed.result[0] == '\0')
        accessed.result = ask->outcome == 0 ? "ok" : ask->outcome > 0 ? "denied" : "failed";
    struct slice body = pack(ask, &accessed.base);
    envelope.subject =
        ask_text(ask, "%s.Accessed.%s", ask->kit->service->name, accessed.reader_unit);
    envelope.case_id = accessed.case_id;
    envelope.actor = (Bus__Actor *)(uintptr_t)ask->actor;
    envelope.exercise = ask->kit->exercise;
    envelope.body.data = (uint8_t *)(uintptr_t)body.data;
    envelope.body.len = body.size;
    int r = outbox_pack(ask->arena, &envelope, &bytes);
    if (r < 0)
        ask->outcome = r;
    return bytes;
}

static void refuse(struct kit_answer *answer, int code, const char *reason)
{
    *answer = (struct kit_answer){ .refusal = (uint32_t)code,
                                   .reason = reason,
                                   .accessed = answer->accessed };
}

static int answer_with(struct ask *ask, const struct question *question, struct slice body,
                       struct kit_answer *ret_answer)
{
    ProtobufCMessage *message;
    const char *reason;

    int r = scan_unpack(question->message, body, ask->arena, &message, &reason);
    if (r != 0) {
        refuse(ret_answer, TOWN__REFUSAL__BAD_FIELD, reason);
        return 0;
    }
    r = question->handle(ask, message);
    if (ask->outcome == 0)
        ask->outcome = r;
    if (ask->outcome == 0 && ask->answer != NULL)
        ret_answer->body = pack(ask, ask->answer);
    if (ask->outcome == 0 && ret_answer->body.size > WIRE_BODY_BYTES)
        ask_refuse(ask, TOWN__REFUSAL__REFUSED_TOO_LARGE, "the answer is too long: ask for less");
    if (ask->accessed != NULL)
        ret_answer->accessed = pack_accessed(ask, compose_short(question->message));
    if (ask->outcome > 0)
        refuse(ret_answer, ask->outcome, ask->reason == NULL ? "" : ask->reason);
    return ask->outcome < 0 ? ask->outcome : 0;
}

int kit_ask(struct kit *kit, const Bus__Query *query, uint64_t now_ms, struct arena *arena,
            struct kit_answer *ret_answer)
{
    static const Bus__Actor nobody = BUS__ACTOR__INIT;
    struct ask ask = { .now_ms = now_ms,
                       .kit = kit,
                       .arena = arena,
                       .asker = query->asker,
                       .actor = query->actor == NULL ? &nobody : query->actor };

    *ret_answer = (struct kit_answer){ .reason = "" };
    const char *dot = strchr(query->subject, '.');
    const char *last = dot == NULL ? NULL : strchr(dot + 1, '.');
    if (last == NULL) {
        refuse(ret_answer, TOWN__REFUSAL__BAD_FIELD, "the subject is not of three parts");
        return 0;
    }
    ask.unit = last + 1;
    ask.asker_unit = ask_text(&ask, "%.*s", (int)strcspn(query->asker, "."), query->asker);
    const char *name = ask_text(&ask, "%.*s", (int)(last - dot - 1), dot + 1);
    const struct question *question = find(kit, name);
    if (question == NULL) {
        refuse(ret_answer, TOWN__REFUSAL__NOT_FOUND, "there is no such question");
        return 0;
    }
    int r = store_begin_read(kit->store, &ask.txn);
    if (r < 0)
        return r;
    r = answer_with(&ask, question, slice_of(query->body.data, query->body.len), ret_answer);
    store_abort(ask.txn);
    return r;
}

int kit_accessed(struct kit *kit, const struct slice *accessed, uint32_t count,
                 uint64_t *ret_number)
{
    struct batch batch;

    int r = batch_begin(kit, &batch);
    if (r < 0)
        return r;
    for (uint32_t i = 0; r == 0 && i < count; i++)
        r = outbox_put(&batch, SENT_BY_QUESTION, accessed[i]);
    if (r < 0) {
        batch_abort(&batch);
        return r;
    }
    *ret_number = batch.state.number;
    return batch_commit(&batch);
}
