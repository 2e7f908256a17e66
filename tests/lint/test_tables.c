/*
 * The tables of all services: what nobody checks rots.
 */
#include <stdio.h>
#include <string.h>

#include "base/machine.h"
#include "kit/part.h"
#include "kit/words.h"
#include "lib/run.h"
#include "town.pb-c.h"

/* Made by CMake of the list of services: SERVICE(name) ... */
#define SERVICE(name) extern const struct service name##_service;
#include "all_services.h"
#undef SERVICE
#define SERVICE(name) &name##_service,
static const struct service *const services[] = {
#include "all_services.h"
};
#undef SERVICE

enum {
    SERVICES = sizeof(services) / sizeof(services[0]),
    WORDS_MOST = 200,
    NAMED_PARTS = PARTS - 1, /* all but the kit's own */
};

static unsigned complaints;

#define COMPLAIN(...)                                                                              \
    do {                                                                                           \
        fprintf(stderr, "    " __VA_ARGS__);                                                       \
        fprintf(stderr, "\n");                                                                     \
        complaints++;                                                                              \
    } while (0)

static void parts_of(const struct service *service, struct part *own,
                     const struct part *parts[NAMED_PARTS])
{
    *own = (struct part){ .name = service->name,
                          .tables = service->tables,
                          .commands = service->commands,
                          .machines = service->machines,
                          .events = service->events,
                          .questions = service->questions };
    parts[0] = own;
    parts[1] = &directory_part;
    parts[2] = service->loop == NULL ? NULL : &loop_part;
    parts[3] = service->erasing == NULL ? NULL : &erase_part;
}

static const struct command *command_of(const struct part *const parts[NAMED_PARTS], int32_t word)
{
    for (unsigned i = 0; i < NAMED_PARTS; i++) {
        if (parts[i] == NULL || word < parts[i]->first_word)
            continue;
        int32_t at = parts[i]->first_word;
        for (const struct command *command = parts[i]->commands; command->message != NULL;
             command++, at++)
            if (at == word)
                return command;
    }
    return NULL;
}

static bool is_named(const struct part *const parts[NAMED_PARTS], const struct machine *machine,
                     int32_t word)
{
    int32_t at = machine->first_word;

    if (command_of(parts, word) != NULL)
        return true;
    for (const char *const *name = machine->words; name != NULL && *name != NULL; name++, at++)
        if (at == word)
            return true;
    return false;
}

/* ---- machines ---------------------------------------------------------------------------------------- */

static void check_states(const char *service, const struct machine *machine)
{
    for (unsigned i = 0; i < machine->states->n_values; i++) {
        const ProtobufCEnumValue *state = &machine->states->values[i];
        bool in = state->value == 0;
        for (const struct move *move = machine->moves; !move_ends(move); move++)
            in = in || (move->to == state->value && move->from != state->value);
        if (!in)
            COMPLAIN("%s, %s: nothing leads to %s", service, machine->name, state->name);
    }
}

static const ProtobufCFieldDescriptor *field_at(const ProtobufCMessageDescriptor *row,
                                                size_t offset)
{
    for (unsigned i = 0; i < row->n_fields; i++)
        if (row->fields[i].offset == offset)
            return &row->fields[i];
    return NULL;
}

static void check_machine(const char *service, const struct part *const parts[NAMED_PARTS],
                          const struct part *part, const struct machine *machine)
{
    const char *wrong = machine_check(machine->moves);
    if (wrong != NULL)
        COMPLAIN("%s, %s: %s", service, machine->name, wrong);
    check_states(service, machine);
    for (const struct move *move = machine->moves; !move_ends(move); move++)
        if (!is_named(parts, machine, move->command))
            COMPLAIN("%s, %s: word %d has no name", service, machine->name, move->command);
    const ProtobufCMessageDescriptor *row = part->tables[machine->table - part->first_table].row;
    const ProtobufCFieldDescriptor *field = field_at(row, machine->state_offset);
    if (field == NULL || field->type != PROTOBUF_C_TYPE_ENUM
        || field->descriptor != machine->states)
        COMPLAIN("%s, %s: the state is no field of %s", service, machine->name, row->name);
}

START_TEST(every_machine_is_whole)
{
    for (unsigned i = 0; i < SERVICES; i++) {
        struct part own;
        const struct part *parts[NAMED_PARTS];
        parts_of(services[i], &own, parts);
        for (unsigned k = 0; k < 3; k++)
            for (const struct machine *machine = parts[k] == NULL ? NULL : parts[k]->machines;
                 machine != NULL && machine->moves != NULL; machine++)
                check_machine(services[i]->name, parts, parts[k], machine);
    }
    ck_assert_uint_eq(complaints, 0);
}
END_TEST

/* ---- commands ---------------------------------------------------------------------------------------- */

static bool moves_something(const struct part *const parts[NAMED_PARTS], int32_t word)
{
    for (unsigned i = 0; i < NAMED_PARTS; i++)
        for (const struct machine *machine = parts[i] == NULL ? NULL : parts[i]->machines;
             machine != NULL && machine->moves != NULL; machine++)
            for (const struct move *move = machine->moves; !move_ends(move); move++)
                if (move->command == word)
                    return true;
    return false;
}

START_TEST(every_command_moves_something_or_is_marked_free)
{
    for (unsigned i = 0; i < SERVICES; i++) {
        struct part own;
        const struct part *parts[NAMED_PARTS];
        parts_of(services[i], &own, parts);
        int32_t word = 0;
        for (const struct command *command = own.commands; command->message != NULL;
             command++, word++) {
            bool moves = moves_something(parts, word);
            if (!moves && !command->free)
                COMPLAIN("%s: %s moves nothing and is not marked free", services[i]->name,
                         command->message->name);
            if (command->handle == NULL)
                COMPLAIN("%s: nobody handles %s", services[i]->name, command->message->name);
        }
    }
    ck_assert_uint_eq(complaints, 0);
}
END_TEST

START_TEST(every_command_is_a_word_of_the_house_and_stands_once)
{
    for (unsigned i = 0; i < SERVICES; i++) {
        const struct service *service = services[i];
        for (const struct command *command = service->commands; command->message != NULL;
             command++) {
            const char *package = command->message->package_name;
            const char *of = command->of != NULL            ? command->of
                             : strcmp(package, "town") == 0 ? service->name
                                                            : package;
            const char *name = command->message->short_name;
            const char *speaker = strcmp(of, "*") == 0 ? "town" : of;
            if (words_of(slice_text(speaker), slice_text(name)) != command->message)
                COMPLAIN("%s: %s.%s names another message", service->name, of, name);
            for (const struct command *other = command + 1; other->message != NULL; other++)
                if (other->message == command->message
                    && (other->of == command->of
                        || (other->of != NULL && command->of != NULL
                            && strcmp(other->of, command->of) == 0)))
                    COMPLAIN("%s: hears %s twice", service->name, command->message->name);
        }
    }
    ck_assert_uint_eq(complaints, 0);
}
END_TEST

/* ---- the rest ---------------------------------------------------------------------------------------- */

START_TEST(every_event_and_refusal_is_its_own_services)
{
    for (unsigned i = 0; i < SERVICES; i++) {
        const struct service *service = services[i];
        for (const ProtobufCMessageDescriptor *const *event = service->events;
             event != NULL && *event != NULL; event++)
            if (strcmp((*event)->package_name, service->name) != 0
                && strcmp((*event)->package_name, "town") != 0)
                COMPLAIN("%s states %s", service->name, (*event)->name);
        const ProtobufCEnumDescriptor *refusals = service->refusals;
        for (unsigned k = 0; refusals != NULL && k < refusals->n_values; k++)
            if (refusals->values[k].value != 0 && refusals->values[k].value < 100)
                COMPLAIN("%s: %s is below 100", service->name, refusals->values[k].name);
        if (service->letter == '\0')
            COMPLAIN("%s: its cases have no letter", service->name);
    }
    ck_assert_uint_eq(complaints, 0);
}
END_TEST

START_TEST(no_table_has_a_name_twice)
{
    for (unsigned i = 0; i < SERVICES; i++) {
        for (const struct table *table = services[i]->tables; table->name != NULL; table++) {
            if (table->row == NULL)
                COMPLAIN("%s: %s has no row", services[i]->name, table->name);
            for (const struct table *other = table + 1; other->name != NULL; other++)
                if (strcmp(other->name, table->name) == 0)
                    COMPLAIN("%s: two tables are called %s", services[i]->name, table->name);
        }
    }
    ck_assert_uint_eq(complaints, 0);
}
END_TEST

TESTS(every_machine_is_whole, every_command_moves_something_or_is_marked_free,
      every_command_is_a_word_of_the_house_and_stands_once,
      every_event_and_refusal_is_its_own_services, no_table_has_a_name_twice)
