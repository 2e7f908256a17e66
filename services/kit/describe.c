/*
 * A service's page, printed from the tables that run.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "kit/inside.h"

/* A text that grows in an arena by doubling. */
struct text {
    struct arena *arena;
    char *bytes;
    size_t size;
    size_t room;
};

static void add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add(struct text *text, const char *format, ...)
{
    char line[512];
    va_list arguments;

    va_start(arguments, format);
    int length = vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    if (length < 0)
        return;
    size_t size = (size_t)length < sizeof(line) ? (size_t)length : sizeof(line) - 1;
    if (text->size + size + 1 > text->room) {
        size_t room = 2 * (text->room + size) + 1024;
        char *larger = arena_alloc(text->arena, room);
        if (larger == NULL) {
            text->room = 0;
            text->bytes = NULL;
            text->size = 0;
            return;
        }
        if (text->size > 0)
            memcpy(larger, text->bytes, text->size);
        text->bytes = larger;
        text->room = room;
    }
    memcpy(text->bytes + text->size, line, size + 1);
    text->size += size;
}

enum { NAMED_PARTS = PARTS - 1 }; /* all but the kit's own */

struct names {
    const struct service *service;
    const struct part *parts[NAMED_PARTS];
};

static struct names names_of(const struct service *service, struct part *own)
{
    *own = (struct part){ .name = service->name,
                          .tables = service->tables,
                          .commands = service->commands,
                          .machines = service->machines,
                          .events = service->events,
                          .questions = service->questions };
    return (struct names){ service,
                           { own, service->loop == NULL ? NULL : &loop_part,
                             service->erasing == NULL ? NULL : &erase_part, &directory_part } };
}

static const char *word_of(const struct names *names, const struct machine *machine, int32_t word)
{
    for (unsigned i = 0; i < NAMED_PARTS; i++) {
        const struct part *part = names->parts[i];
        if (part == NULL || part->commands == NULL || word < part->first_word)
            continue;
        for (int32_t at = part->first_word; part->commands[at - part->first_word].message != NULL;
             at++)
            if (at == word)
                return compose_short(part->commands[at - part->first_word].message);
    }
    int32_t at = machine->first_word;
    for (const char *const *name = machine->words; name != NULL && *name != NULL; name++, at++)
        if (at == word)
            return *name;
    return "?";
}

/* ---- --describe ---------------------------------------------------------------------------------- */

static void describe_part(struct text *text, const struct names *names, const struct part *part)
{
    add(text, "\n%s\n", part->name);
    for (const struct table *table = part->tables; table != NULL && table->name != NULL; table++)
        add(text, "  keeps    %-24s %s%s\n", table->name,
            table->row == NULL ? "bytes" : table->row->name, table->derived ? " (derived)" : "");
    for (const struct command *command = part->commands;
         command != NULL && command->message != NULL; command++) {
        const char *package = command->message->package_name;
        const char *of = command->of != NULL            ? command->of
                         : strcmp(package, "town") == 0 ? names->service->name
                                                        : package;
        add(text, "  hears    %s.%s\n", of, compose_short(command->message));
    }
    for (const ProtobufCMessageDescriptor *const *event = part->events;
         event != NULL && *event != NULL; event++)
        add(text, "  states   %s.%s\n", names->service->name, compose_short(*event));
    for (const struct question *question = part->questions;
         question != NULL && question->message != NULL; question++)
        add(text, "  answers  %s.%s with %s\n", names->service->name,
            compose_short(question->message), question->answer->name);
    for (const struct machine *machine = part->machines; machine != NULL && machine->moves != NULL;
         machine++) {
        add(text, "  moves    %s\n", machine->name);
        for (const struct move *move = machine->moves; !move_ends(move); move++)
            add(text, "    %-16s %-20s -> %s\n", compose_enum(machine->states, move->from),
                word_of(names, machine, move->command), compose_enum(machine->states, move->to));
    }
}

char *kit_describe(const struct service *service, struct arena *arena)
{
    struct text text = { .arena = arena };
    struct part own;
    struct names names = names_of(service, &own);

    add(&text, "%s, version %s, schema %d\n", service->name, CAREBUS_VERSION, KIT_SCHEMA);
    for (unsigned i = 0; i < NAMED_PARTS; i++)
        if (names.parts[i] != NULL)
            describe_part(&text, &names, names.parts[i]);
    return text.bytes;
}

/* ---- --dot --------------------------------------------------------------------------------------- */

char *kit_dot(const struct service *service, struct arena *arena)
{
    struct text text = { .arena = arena };
    struct part own;
    struct names names = names_of(service, &own);

    add(&text, "digraph %s {\n", service->name);
    for (unsigned i = 0; i < NAMED_PARTS; i++) {
        const struct machine *machine = names.parts[i] == NULL ? NULL : names.parts[i]->machines;
        for (; machine != NULL && machine->moves != NULL; machine++) {
            add(&text, "  subgraph cluster_%s {\n    label=\"%s\";\n", machine->name,
                machine->name);
            for (const struct move *move = machine->moves; !move_ends(move); move++)
                add(&text, "    %s -> %s [label=\"%s\"];\n",
                    compose_enum(machine->states, move->from),
                    compose_enum(machine->states, move->to),
                    word_of(&names, machine, move->command));
            add(&text, "  }\n");
        }
    }
    add(&text, "}\n");
    return text.bytes;
}
