/*
 * What a service is composed of: the tables of its parts in one store, the subjects that it hears,
 * the subscription that follows from them.  All of it is made once, at the start.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "kit/inside.h"

static const struct table kit_tables[] = {
    [KIT_STATE - KIT_TABLES] = { .name = "state", .row = &kit_rows__state__descriptor },
    [KIT_OUTBOX - KIT_TABLES] = { .name = "outbox" },
    [KIT_TIMERS - KIT_TABLES] = { .name = "timers", .row = &kit_rows__timer__descriptor },
    [KIT_TIMER_NAMES -
        KIT_TABLES] = { .name = "timer_names", .row = &kit_rows__timer_name__descriptor },
    [KIT_FIRED - KIT_TABLES] = { .name = "fired" },
    [KIT_SERIES - KIT_TABLES] = { .name = "series", .row = &kit_rows__series__descriptor },
    [KIT_PARKED - KIT_TABLES] = { .name = "parked", .row = &kit_rows__dead_letter__descriptor },
    { 0 }
};

static const ProtobufCMessageDescriptor *const kit_events[] = { &town__refused__descriptor,
                                                                &town__accessed__descriptor,
                                                                &town__parked__descriptor, NULL };

static const struct part kit_part = {
    .name = "kit",
    .tables = kit_tables,
    .first_table = KIT_TABLES,
    .first_word = KIT_WORDS,
    .events = kit_events,
};

/* ---- names --------------------------------------------------------------------------------------- */

const char *compose_short(const ProtobufCMessageDescriptor *type)
{
    return type->short_name;
}

const char *compose_enum(const ProtobufCEnumDescriptor *type, int value)
{
    const ProtobufCEnumValue *named =
        type == NULL ? NULL : protobuf_c_enum_descriptor_get_value(type, value);

    return named == NULL ? "?" : named->name;
}

const char *compose_word(const struct kit *kit, const struct machine *machine, int32_t word)
{
    for (unsigned i = 0; i < PARTS; i++) {
        const struct part *part = kit->parts[i];
        if (part == NULL || part->commands == NULL || word < part->first_word)
            continue;
        for (int32_t at = part->first_word; part->commands[at - part->first_word].message != NULL;
             at++)
            if (at == word)
                return compose_short(part->commands[at - part->first_word].message);
    }
    if (machine != NULL && machine->words != NULL && word >= machine->first_word) {
        int32_t at = machine->first_word;
        for (const char *const *name = machine->words; *name != NULL; name++, at++)
            if (at == word)
                return *name;
    }
    return "?";
}

/* ---- tables -------------------------------------------------------------------------------------- */

unsigned compose_table(const struct kit *kit, unsigned table)
{
    unsigned part = table >= KIT_TABLES         ? PART_KIT
                    : table >= LOOP_TABLES      ? PART_LOOP
                    : table >= DIRECTORY_TABLES ? PART_DIRECTORY
                                                : PART_OWN;

    assert(kit->parts[part] != NULL);
    unsigned place = kit->first_store_table[part] + table - kit->parts[part]->first_table;
    assert(place < kit->table_count);
    return place;
}

static int open_tables(struct kit *kit)
{
    for (unsigned i = 0; i < PARTS; i++) {
        const struct part *part = kit->parts[i];
        kit->first_store_table[i] = kit->table_count;
        for (const struct table *table = part == NULL ? NULL : part->tables;
             table != NULL && table->name != NULL; table++) {
            assert(kit->table_count < STORE_TABLES);
            kit->store_tables[kit->table_count] = table;
            kit->table_names[kit->table_count] =
                i == PART_OWN ? table->name
                              : arena_print(&kit->forever, "%s.%s", part->name, table->name);
            if (kit->table_names[kit->table_count++] == NULL)
                return FAULT(-ENOMEM);
        }
    }
    for (unsigned i = 0; i < PARTS; i++)
        for (const struct machine *machine = kit->parts[i] == NULL ? NULL : kit->parts[i]->machines;
             machine != NULL && machine->moves != NULL; machine++)
            kit->machine_of[compose_table(kit, machine->table)] = machine;
    return 0;
}

/* ---- what is heard ------------------------------------------------------------------------------- */

static uint32_t hash_of(struct slice service, struct slice message)
{
    const uint8_t *at = service.data;
    uint32_t hash = 2166136261u;

    for (size_t i = 0; i < service.size; i++)
        hash = (hash ^ at[i]) * 16777619u;
    at = message.data;
    hash = (hash ^ '.') * 16777619u;
    for (size_t i = 0; i < message.size; i++)
        hash = (hash ^ at[i]) * 16777619u;
    return hash ^ hash >> 15;
}

static struct heard *slot_of(const struct kit *kit, struct slice service, struct slice message)
{
    uint32_t at = hash_of(service, message) & (kit->heard_room - 1);

    while (kit->heard[at].type != NULL
           && !(slice_equal(kit->heard[at].service, service)
                && slice_equal(kit->heard[at].message, message)))
        at = (at + 1) & (kit->heard_room - 1);
    return &kit->heard[at];
}

const struct heard *compose_heard(const struct kit *kit, struct slice service, struct slice message)
{
    const struct heard *heard = slot_of(kit, service, message);

    if (heard->type == NULL)
        heard = slot_of(kit, slice_text("*"), message);
    return heard->type == NULL ? NULL : heard;
}

static const char *spoken_by(const struct kit *kit, const struct command *command)
{
    const char *package = command->message->package_name;

    if (command->of != NULL)
        return command->of;
    return strcmp(package, "town") == 0 ? kit->service->name : package;
}

static void hear(struct kit *kit, const struct command *command, int32_t word)
{
    struct slice service = slice_text(spoken_by(kit, command));
    struct slice message = slice_text(compose_short(command->message));
    struct heard *heard = slot_of(kit, service, message);

    heard->service = service;
    heard->message = message;
    heard->type = command->message;
    assert(heard->count < HEARD_HANDLERS);
    heard->handlers[heard->count].handle = command->handle;
    heard->handlers[heard->count++].word = word;
}

static uint32_t count_commands(const struct kit *kit)
{
    uint32_t count = 0;

    for (unsigned i = 0; i < PARTS; i++)
        for (const struct command *command = kit->parts[i] == NULL ? NULL : kit->parts[i]->commands;
             command != NULL && command->message != NULL; command++)
            count++;
    return count;
}

static int open_heard(struct kit *kit)
{
    uint32_t count = count_commands(kit);

    kit->heard_room = 16;
    while (kit->heard_room < 3 * count)
        kit->heard_room *= 2;
    kit->heard = arena_alloc(&kit->forever, kit->heard_room * sizeof(*kit->heard));
    if (kit->heard == NULL)
        return FAULT(-ENOMEM);
    for (unsigned i = 0; i < PARTS; i++) {
        const struct part *part = kit->parts[i];
        int32_t word = part == NULL ? 0 : part->first_word;
        for (const struct command *command = part == NULL ? NULL : part->commands;
             command != NULL && command->message != NULL; command++)
            hear(kit, command, word++);
    }
    return 0;
}

/* ---- the subscription ---------------------------------------------------------------------------- */

static bool token_matches(const char **filter, const char **subject, const char *end)
{
    size_t wanted = strcspn(*filter, ".");
    size_t size = 0;

    while (*subject + size < end && (*subject)[size] != '.')
        size++;
    bool matches = (wanted == 1 && **filter == '*')
                   || (wanted == size && memcmp(*filter, *subject, size) == 0);
    *filter += wanted + ((*filter)[wanted] == '.');
    *subject += size + (*subject + size < end);
    return matches;
}

static bool matches(const char *filter, struct slice subject)
{
    const char *at = subject.data;
    const char *end = at + subject.size;

    while (*filter != '\0' && at < end) {
        if (strcmp(filter, ">") == 0)
            return true;
        if (!token_matches(&filter, &at, end))
            return false;
    }
    return *filter == '\0' && at == end;
}

bool compose_is_heard_anyway(const struct kit *kit, struct slice subject)
{
    const char *const *filter = kit->service->extra_filters;

    for (; filter != NULL && *filter != NULL; filter++)
        if (matches(*filter, subject))
            return true;
    return false;
}

/* The service that is named in most filters hears all of its subjects instead: a message too many
 * costs one look-up, a filter too many the whole subscription. */
static int collapse(struct kit *kit)
{
    const char *most = NULL;
    uint32_t most_count = 0;

    for (uint32_t i = 0; i < kit->filter_count; i++) {
        size_t length = strcspn(kit->filters[i], ".");
        uint32_t count = 0;
        for (uint32_t k = 0; k < kit->filter_count; k++)
            count += strncmp(kit->filters[k], kit->filters[i], length + 1) == 0;
        if (count > most_count && kit->filters[i][0] != '*') {
            most_count = count;
            most = kit->filters[i];
        }
    }
    if (most_count < 2)
        return FAULT(-E2BIG);
    size_t length = strcspn(most, ".");
    const char *whole = arena_print(&kit->forever, "%.*s.>", (int)length, most);
    if (whole == NULL)
        return FAULT(-ENOMEM);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < kit->filter_count; i++)
        if (strncmp(kit->filters[i], whole, length + 1) != 0)
            kit->filters[kept++] = kit->filters[i];
    kit->filters[kept++] = whole;
    kit->filter_count = kept;
    return 0;
}

static int open_filters(struct kit *kit)
{
    const char *const *extra = kit->service->extra_filters;
    uint32_t extra_count = 0;
    int r = 0;

    while (extra != NULL && extra[extra_count] != NULL)
        extra_count++;
    kit->filters =
        arena_alloc(&kit->forever, (count_commands(kit) + extra_count) * sizeof(*kit->filters));
    if (kit->filters == NULL)
        return FAULT(-ENOMEM);
    for (uint32_t i = 0; i < extra_count; i++)
        kit->filters[kit->filter_count++] = extra[i];
    for (uint32_t i = 0; i < kit->heard_room; i++) {
        const struct heard *heard = &kit->heard[i];
        if (heard->type == NULL)
            continue;
        const char *filter =
            arena_print(&kit->forever, "%.*s.%.*s.*", (int)heard->service.size,
                        (const char *)heard->service.data, (int)heard->message.size,
                        (const char *)heard->message.data);
        if (filter == NULL)
            return FAULT(-ENOMEM);
        kit->filters[kit->filter_count++] = filter;
    }
    while (r == 0 && kit->filter_count > WIRE_FILTERS)
        r = collapse(kit);
    return r;
}

const char *const *kit_filters(const struct kit *kit, uint32_t *ret_count)
{
    *ret_count = kit->filter_count;
    return (const char *const *)kit->filters;
}

int compose_open(struct kit *kit)
{
    const struct service *service = kit->service;

    kit->own = (struct part){ .name = service->name,
                              .tables = service->tables,
                              .commands = service->commands,
                              .machines = service->machines,
                              .events = service->events,
                              .questions = service->questions };
    kit->parts[PART_KIT] = &kit_part;
    kit->parts[PART_DIRECTORY] = &directory_part;
    kit->parts[PART_LOOP] = service->loop == NULL ? NULL : &loop_part;
    kit->parts[PART_ERASE] = service->erasing == NULL ? NULL : &erase_part;
    kit->parts[PART_OWN] = &kit->own;
    int r = open_tables(kit);
    if (r == 0)
        r = open_heard(kit);
    if (r == 0)
        r = open_filters(kit);
    return r;
}
