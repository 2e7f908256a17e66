/*
 * A service's door: messages of anybody, with any body, into the real turns of a town that is open.
 *
 * The first byte chooses the service.  Then messages: a byte and so many of who says it (`dzb as
 * dzb.seat1 dzb-s5`), a byte and so many of the subject, two bytes and so many of the body.  Where
 * nobody says anything, a byte of hours passes.
 *
 * A command is refused or takes effect, and never neither; no handler faults (a parked message is a
 * fault); and the log, folded afresh, gives the same rows.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "cli/town_files.h"
#include "core/filter.h"
#include "kit/kit.h"
#include "kit/words.h"
#include "sim/town/memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

extern const struct service organisation_service, registry_service, hotline_service,
    referral_service, supervision_service;

static const struct service *const services[] = { &registry_service, &hotline_service,
                                                  &referral_service, &supervision_service,
                                                  &organisation_service };
enum {
    SERVICES = sizeof(services) / sizeof(services[0]),
    LOG_MOST = 1 << 14,
    AT_ONCE = 256,
    DIGESTS = 64,
    MESSAGES_MOST = 40,
    ENVELOPE_BYTES = 70 << 10
};
static const uint64_t hour_ms = 60 * 60 * 1000;

/* 2023-01-18T09:00 */
static const uint64_t begin_ms = 1674003600000;

/* ---- a log ------------------------------------------------------------------------------------------ */

static struct {
    struct stored at[LOG_MOST]; /* at[i].seq == i + 1 */
    uint64_t count;
    uint64_t opened; /* so many are the town's opening */
    uint64_t now_ms;
} town;

/* False: the wire would not take it, or there is no room. */
static bool append(const char *source, struct slice envelope)
{
    uint32_t size = scan_stored_size(slice_text(source), envelope);
    struct envelope seen;
    const char *reason;

    if (town.count == LOG_MOST || scan_envelope(envelope, &seen, &reason) != 0)
        return false;
    uint8_t *bytes = malloc(size);
    assert(bytes != NULL);
    scan_stored_pack(town.count + 1, town.now_ms, slice_text(source), envelope, bytes);
    int r = scan_stored(slice_of(bytes, size), &town.at[town.count]);
    assert(r == 0);
    town.count++;
    return true;
}

static void forget_down_to(uint64_t count)
{
    while (town.count > count)
        free((void *)(uintptr_t)town.at[--town.count].bytes.data);
}

static bool hears(struct kit *kit, const struct stored *stored)
{
    uint32_t count;
    const char *const *filters = kit_filters(kit, &count);

    for (uint32_t i = 0; i < count; i++)
        if (filter_match(slice_text(filters[i]), stored->envelope.subject))
            return true;
    return false;
}

/* What is new on the log; false: nothing is. */
static bool take(struct kit *kit)
{
    struct stored messages[AT_ONCE];
    uint64_t seq = kit_state(kit).cursor;
    uint32_t count = 0;

    if (seq == town.count)
        return false;
    for (; seq < town.count && count < AT_ONCE; seq++)
        if (hears(kit, &town.at[seq]))
            messages[count++] = town.at[seq];
    int r = kit_take(kit, seq, messages, count);
    assert(r == 0);
    return true;
}

struct draining {
    const char *source;
    uint64_t number;
};

static int on_outgoing(void *context, uint64_t number, struct slice envelope)
{
    struct draining *draining = context;

    if (!append(draining->source, envelope)) {
        assert(town.count == LOG_MOST);
        return 1;
    }
    struct slice subject = town.at[town.count - 1].envelope.subject;
    assert(memmem(subject.data, subject.size, ".Parked.", 8) == NULL);
    draining->number = number;
    return 0;
}

static void drain(struct kit *kit, const char *source, uint64_t *published)
{
    struct draining draining = { source, *published };

    int r = kit_outbox(kit, *published + 1, on_outgoing, &draining);
    assert(r >= 0);
    *published = draining.number;
    kit_stored(kit, *published);
}

/* ---- the town opens once ------------------------------------------------------------------------------ */

static void image(const struct service *service, const char *kind, char path[64])
{
    snprintf(path, 64, "%s/%s", kind, service->name);
}

/* `dzb as dzb.seat1 dzb-s5`; ret_source lends static text. */
static void read_who(const char *who, const char **ret_source, Bus__Actor *actor)
{
    static char source[64], post[64], person[64], unit[64];
    char as[8];

    source[0] = post[0] = person[0] = '\0';
    if (sscanf(who, "%63s %7s %63s %63s", source, as, post, person) < 1)
        source[0] = '\0';
    snprintf(unit, sizeof(unit), "%.*s", (int)strcspn(source, "."), source);
    actor->unit = unit;
    actor->post = post;
    actor->person = person;
    *ret_source = source;
}

static bool say(const char *who, uint64_t number, const char *subject, struct slice body)
{
    static uint8_t bytes[ENVELOPE_BYTES];
    Bus__Envelope envelope = BUS__ENVELOPE__INIT;
    Bus__Actor actor = BUS__ACTOR__INIT;
    const char *source;

    read_who(who, &source, &actor);
    envelope.actor = &actor;
    envelope.epoch = 1;
    envelope.number = number;
    envelope.subject = subject;
    envelope.body.data = (uint8_t *)(uintptr_t)body.data;
    envelope.body.len = body.size;
    if (source[0] == '\0' || bus__envelope__get_packed_size(&envelope) > sizeof(bytes))
        return false;
    return append(source, slice_of(bytes, bus__envelope__pack(&envelope, bytes)));
}

static int on_command(void *context, const struct town_command *command)
{
    uint64_t *number = context;
    char who[128];
    size_t size = protobuf_c_message_get_packed_size(command->message);
    uint8_t *body = malloc(size + 1);

    assert(body != NULL);
    protobuf_c_message_pack(command->message, body);
    snprintf(who, sizeof(who), "%s as %s", command->unit,
             command->post == NULL ? "" : command->post);
    bool said = say(who, ++*number, command->subject, slice_of(body, size));
    assert(said);
    free(body);
    return 0;
}

static void open_town(void)
{
    const char *source = getenv("CAREBUS_SOURCE");
    const char *error = "";
    struct kit *kits[SERVICES];
    uint64_t published[SERVICES] = { 0 };
    uint64_t number = 0;
    struct arena arena;
    char path[4096];
    bool any = true;

    town.now_ms = begin_ms;
    arena_open(&arena, TOWN_ARENA_BYTES);
    snprintf(path, sizeof(path), "%s/services/town", source == NULL ? "." : source);
    int r = town_files_each(path, begin_ms, &arena, on_command, &number, &error);
    if (r != 0) {
        fprintf(stderr, "%s: %s\n", path, error);
        abort();
    }
    arena_close(&arena);
    for (int i = 0; i < SERVICES; i++) {
        image(services[i], "opened", path);
        struct kit_options options = { .service = services[i], .path = path };
        r = kit_open(&options, &kits[i]);
        assert(r == 0);
        r = kit_begin(kits[i], 1, 1);
        assert(r == 0);
    }
    while (any) {
        any = false;
        for (int i = 0; i < SERVICES; i++) {
            while (take(kits[i]))
                any = true;
            drain(kits[i], services[i]->name, &published[i]);
        }
    }
    for (int i = 0; i < SERVICES; i++) {
        r = kit_tidy(kits[i]);
        assert(r == 0);
        kit_close(kits[i]);
    }
    town.opened = town.count;
}

static void close_town(void)
{
    forget_down_to(0);
    memory_free();
}

/* ---- an input ----------------------------------------------------------------------------------------- */

struct input {
    const uint8_t *at;
    size_t left;
};

static size_t take_number(struct input *input, unsigned bytes)
{
    size_t number = 0;

    for (; bytes > 0 && input->left > 0; bytes--, input->left--)
        number = number << 8 | *input->at++;
    return number;
}

static struct slice take_bytes(struct input *input, size_t size)
{
    struct slice bytes = slice_of(input->at, size < input->left ? size : input->left);

    input->at += bytes.size;
    input->left -= bytes.size;
    return bytes;
}

static void take_text(struct input *input, char text[256])
{
    struct slice bytes = take_bytes(input, take_number(input, 1));

    snprintf(text, 256, "%.*s", (int)bytes.size, (const char *)bytes.data);
}

/* Whether it is a command of the service's own: then it has an outcome. */
static bool is_command(const struct service *service, const struct stored *stored)
{
    const ProtobufCMessageDescriptor *type = words_of_subject(stored->envelope.subject);
    size_t length = strlen(service->name);

    if (type == NULL || stored->envelope.subject.size <= length
        || memcmp(stored->envelope.subject.data, service->name, length) != 0
        || ((const char *)stored->envelope.subject.data)[length] != '.')
        return false;
    for (const struct command *command = service->commands; command->message != NULL; command++)
        if (command->message == type && command->of == NULL)
            return true;
    return false;
}

static void take_new(struct kit *kit, const struct service *service, uint64_t *published)
{
    while (kit_state(kit).cursor < town.count) {
        uint64_t before = kit_state(kit).number;
        const struct stored *stored = &town.at[kit_state(kit).cursor];
        bool heard = hears(kit, stored);
        int r = kit_take(kit, stored->seq, stored, heard ? 1 : 0);
        assert(r == 0);
        /* Whatever was said has an outcome; a timer that comes twice is let be. */
        assert(!heard || !is_command(service, stored) || kit_state(kit).number > before
               || stored->envelope.not_before_ms != 0);
        drain(kit, service->name, published);
    }
}

static void one_message(struct input *input, uint64_t number)
{
    char who[256];
    char subject[256];

    take_text(input, who);
    if (who[0] == '\0') {
        town.now_ms += take_number(input, 1) * hour_ms;
        return;
    }
    take_text(input, subject);
    say(who, number, subject, take_bytes(input, take_number(input, 2)));
}

/* ---- folded afresh ------------------------------------------------------------------------------------ */

struct digests {
    uint8_t at[DIGESTS][STORE_DIGEST_SIZE];
    unsigned count;
};

static void add_digest(void *context, const char *table, uint64_t count,
                       const uint8_t digest[STORE_DIGEST_SIZE])
{
    struct digests *digests = context;

    (void)table;
    (void)count;
    assert(digests->count < DIGESTS);
    memcpy(digests->at[digests->count++], digest, STORE_DIGEST_SIZE);
}

static void compare(struct kit *live, const struct service *service)
{
    struct digests ours = { 0 };
    struct digests folded = { 0 };
    struct kit *kit;
    char from[64];

    image(service, "opened", from);
    memory_copy(from, "fold");
    struct kit_options options = { .service = service, .path = "fold", .scratch = true };
    int r = kit_open(&options, &kit);
    assert(r == 0);
    while (take(kit))
        ;
    r = kit_digest(live, add_digest, &ours);
    assert(r == 0);
    r = kit_digest(kit, add_digest, &folded);
    assert(r == 0);
    assert(ours.count == folded.count
           && memcmp(ours.at, folded.at, ours.count * sizeof(ours.at[0])) == 0);
    kit_close(kit);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = { data, size };
    struct kit *kit;
    char from[64];

    say_set_level(SAY_SILENT);
    if (town.opened == 0) {
        open_town();
        atexit(close_town);
    }
    const struct service *service = services[take_number(&input, 1) % SERVICES];
    image(service, "opened", from);
    memory_copy(from, "live");
    struct kit_options options = { .service = service, .path = "live" };
    int r = kit_open(&options, &kit);
    assert(r == 0);
    uint64_t published = kit_state(kit).number;
    town.now_ms = town.at[town.opened - 1].time_ms;
    for (unsigned i = 0; i < MESSAGES_MOST && input.left > 0 && town.count < LOG_MOST / 2; i++) {
        one_message(&input, town.count + 1);
        take_new(kit, service, &published);
        if (kit_next_due(kit) <= town.now_ms) {
            r = kit_fire(kit, town.now_ms);
            assert(r == 0);
            drain(kit, service->name, &published);
            take_new(kit, service, &published);
        }
    }
    compare(kit, service);
    kit_close(kit);
    forget_down_to(town.opened);
    return 0;
}
