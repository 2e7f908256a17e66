/*
 * Every command and question of every service, from its own tables.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/csv_table.h"
#include "cli/message.h"
#include "cli/print.h"
#include "cli/publish.h"
#include "cli/verbs.h"
#include "kit/part.h"
#include "supervision.pb-c.h"

/* `RecordCallback` as it is typed: `record-callback`. */
static const char *typed(struct cli *cli, const char *name)
{
    char text[128];
    size_t used = 0;

    for (const char *at = name; *at != '\0' && used + 2 < sizeof(text); at++) {
        if (isupper((unsigned char)*at) && at != name)
            text[used++] = '-';
        text[used++] = (char)tolower((unsigned char)*at);
    }
    text[used] = '\0';
    return arena_text(&cli->arena, text);
}

/* The kernel's questions and commands, where the service serves needs. */
static const struct question *loop_questions(const struct service *service)
{
    return service->loop != NULL ? loop_part.questions : NULL;
}

/* ---- help ---------------------------------------------------------------------------------------- */

static void fields_of(const ProtobufCMessageDescriptor *type)
{
    for (unsigned i = 0; i < type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];
        bool list = field->label == PROTOBUF_C_LABEL_REPEATED;
        printf(" %s=%s", field->name, list ? "...,..." : "");
    }
    putchar('\n');
}

static const char *state_name(const ProtobufCEnumDescriptor *states, int value)
{
    const ProtobufCEnumValue *found = protobuf_c_enum_descriptor_get_value(states, value);
    return found == NULL ? "?" : found->name;
}

/* From which states the command leads where, as the tables that run have it. */
static void list_moves(const struct machine *machines, int32_t word)
{
    for (const struct machine *machine = machines; machine != NULL && machine->moves != NULL;
         machine++)
        for (const struct move *move = machine->moves; !move_ends(move); move++)
            if (move->command == word)
                printf("%s: %s -> %s\n", machine->name, state_name(machine->states, move->from),
                       state_name(machine->states, move->to));
}

static void list_states(const struct service *service, const ProtobufCMessageDescriptor *type)
{
    int32_t word = 0;

    putchar('\n');
    for (const struct command *command = service->commands; command->message != NULL; command++) {
        if (command->message == type)
            list_moves(service->machines, word);
        word++;
    }
    word = loop_part.first_word;
    if (service->loop == NULL)
        return;
    for (const struct command *command = loop_part.commands; command->message != NULL; command++) {
        if (command->message == type)
            list_moves(loop_part.machines, word);
        word++;
    }
}

static int help_message(struct cli *cli, const struct service *service,
                        const ProtobufCMessageDescriptor *type)
{
    printf("usage: carebus %s %s", service->name, typed(cli, type->short_name));
    fields_of(type);
    for (unsigned i = 0; i < type->n_fields; i++) {
        if (type->fields[i].type != PROTOBUF_C_TYPE_ENUM)
            continue;
        const ProtobufCEnumDescriptor *values = type->fields[i].descriptor;
        printf("\n%s is one of", type->fields[i].name);
        for (unsigned at = 0; at < values->n_values; at++)
            if (values->values[at].value != 0)
                printf(" %s", values->values[at].name);
        putchar('\n');
    }
    list_states(service, type);
    return 0;
}

static bool is_own(const struct service *service, const struct command *command)
{
    const char *package = command->message->package_name;

    if (command->of != NULL)
        return strcmp(command->of, service->name) == 0;
    return strcmp(package, service->name) == 0 || strcmp(package, "town") == 0;
}

static void list_commands(struct cli *cli, const struct service *service,
                          const struct command *commands)
{
    for (const struct command *command = commands; command->message != NULL; command++) {
        if (!is_own(service, command))
            continue;
        printf("  %-24s", typed(cli, command->message->short_name));
        fields_of(command->message);
    }
}

static void list_questions(struct cli *cli, const struct question *questions)
{
    for (const struct question *q = questions; q != NULL && q->message != NULL; q++) {
        printf("  %-24s", typed(cli, q->message->short_name));
        fields_of(q->message);
    }
}

static int help_service(struct cli *cli, const struct service *service)
{
    printf("usage: carebus --as POST %s COMMAND|QUESTION field=value...\n\n"
           "  carebus --as hcz.duty referral accept assignment=need-1-a1 fill=HIS-204\n"
           "  carebus -u dzb hotline callback-list\n\n"
           "--for UNIT (the subject's last token; else the own unit), --case ID, --priority P1,\n"
           "--data JSON|@FILE instead of fields, --no-wait (stored is enough).\n\ncommands\n",
           service->name);
    list_commands(cli, service, service->commands);
    if (service->loop != NULL) {
        puts("\ncommands of every service that serves needs");
        list_commands(cli, service, loop_part.commands);
    }
    puts("\nquestions");
    list_questions(cli, service->questions);
    list_questions(cli, loop_questions(service));
    printf(
        "\ncarebus %s COMMAND --help says its fields and codes; carebus describe %s its states.\n",
        service->name, service->name);
    return 0;
}

/* ---- questions ----------------------------------------------------------------------------------- */

const ProtobufCMessageDescriptor *cli_answer_to(const struct service *service,
                                                const ProtobufCMessageDescriptor *type)
{
    for (const struct question *q = service->questions; q != NULL && q->message != NULL; q++)
        if (q->message == type)
            return q->answer;
    for (const struct question *q = loop_questions(service); q != NULL && q->message != NULL; q++)
        if (q->message == type)
            return q->answer;
    return NULL;
}

static int ask(struct cli *cli, struct link *link, const char *subject, struct slice body,
               const ProtobufCMessageDescriptor *type)
{
    ProtobufCMessage *answer;
    const char *reason;
    struct slice bytes;

    int status = link_query(link, subject, body, &bytes);
    if (status != 0)
        return status;
    if (scan_unpack(type, bytes, &cli->arena, &answer, &reason) != 0)
        return cli_fail(EXIT_IO, NULL, "%s: an answer that cannot be read: %s", subject, reason);
    return message_print_answer(cli, answer);
}

/* ---- a command or a question --------------------------------------------------------------------- */

/* What is wrong with the arguments is said before anybody is called. */
static int check_arguments(struct cli *cli, const ProtobufCMessageDescriptor *type)
{
    char **argv = cli->argv;
    int argc = cli->argc;
    struct slice body;

    cli->argv = arena_alloc(&cli->arena, ((size_t)argc + 1) * sizeof(*argv));
    if (cli->argv == NULL)
        return cli_fail(EXIT_IO, NULL, "no memory");
    memcpy(cli->argv, argv, (size_t)argc * sizeof(*argv));
    int status = message_from_arguments(cli, type, 0, &body);
    cli->argv = argv;
    cli->argc = argc;
    return status;
}

static int carry_out(struct cli *cli, const struct service *service, const char *name,
                     const ProtobufCMessageDescriptor *type)
{
    const ProtobufCMessageDescriptor *answer = cli_answer_to(service, type);
    const char *unit = cli_option(cli, "--for");
    struct publish_options options;
    struct link *link;
    struct slice body;

    const char *subject =
        arena_print(&cli->arena, "%s.%s.%s", service->name, name, unit == NULL ? cli->unit : unit);
    int status = publish_take_options(cli, &options);
    if (status == 0 && options.data == NULL)
        status = check_arguments(cli, type);
    if (status == 0)
        status = answer != NULL ? link_open(cli, &link) : link_open_to_publish(cli, &link);
    if (status != 0)
        return status;

    status = options.data != NULL
                 ? message_from_text(cli, type, options.data, &body)
                 : message_from_arguments(cli, type, link_welcome(link)->time_ms, &body);
    if (status == 0 && answer != NULL)
        status = ask(cli, link, subject, body, answer);
    else if (status == 0)
        status = publish_and_tell(cli, link, subject, body, &options);
    link_close(link);
    return status;
}

int cli_speak(struct cli *cli, const struct service *service)
{
    bool wants_help = cli_flag(cli, "--help");
    const char *word = cli_argument(cli);
    const char *name;

    if (word == NULL)
        return help_service(cli, service);
    const ProtobufCMessageDescriptor *type = message_named(service->name, word, &name);
    if (type == NULL)
        return cli_fail(
            EXIT_BAD_USAGE,
            arena_print(&cli->arena, cli_text("carebus %s --help lists them"), service->name),
            "%s has no command or question '%s'", service->name, word);
    if (wants_help)
        return help_message(cli, service, type);
    return carry_out(cli, service, name, type);
}

int verb_organisation(struct cli *cli)
{
    return cli_speak(cli, cli_service("organisation"));
}

int verb_registry(struct cli *cli)
{
    return cli_speak(cli, cli_service("registry"));
}

int verb_hotline(struct cli *cli)
{
    return cli_speak(cli, cli_service("hotline"));
}

int verb_referral(struct cli *cli)
{
    return cli_speak(cli, cli_service("referral"));
}

int verb_opinion(struct cli *cli)
{
    return cli_speak(cli, cli_service("opinion"));
}

int verb_care(struct cli *cli)
{
    return cli_speak(cli, cli_service("care"));
}

int verb_incident(struct cli *cli)
{
    return cli_speak(cli, cli_service("incident"));
}

int verb_supervision(struct cli *cli)
{
    return cli_speak(cli, cli_service("supervision"));
}

int verb_benefit(struct cli *cli)
{
    return cli_speak(cli, cli_service("benefit"));
}

int verb_supplies(struct cli *cli)
{
    return cli_speak(cli, cli_service("supplies"));
}

int verb_homes(struct cli *cli)
{
    return cli_speak(cli, cli_service("homes"));
}

/* ---- questions that the desk asks every day ------------------------------------------------------ */

int cli_ask(struct cli *cli, const char *service, const char *question, const char *argument)
{
    if (argument != NULL)
        cli->argv[cli->argc++] = (char *)(uintptr_t)argument;
    const char *name;
    const ProtobufCMessageDescriptor *type = message_named(service, question, &name);
    if (type == NULL)
        return cli_fail(EXIT_UNAVAILABLE, NULL, "%s has no question '%s'", service, question);
    return carry_out(cli, cli_service(service), name, type);
}

/* The desk's first look in the morning; with a word, what was found. */
int verb_contact(struct cli *cli)
{
    if (cli->argc > 0 && strcmp(cli->argv[0], "ls") != 0)
        return cli_speak(cli, cli_service("care"));
    cli_argument(cli);
    return cli_ask(cli, "care", "NotYetContacted", NULL);
}

int verb_worklist(struct cli *cli)
{
    const char *unit = cli_argument(cli);
    int status = cli_no_more(cli);

    return status != 0 ? status : worklist_print(cli, unit == NULL ? cli->unit : unit);
}

int verb_describe(struct cli *cli)
{
    bool dot = cli_flag(cli, "--dot");
    const char *name = cli_argument(cli);

    if (name == NULL || cli_service(name) == NULL)
        return cli_fail(EXIT_BAD_USAGE, cli_service_names(cli), "describe wants a service");
    const char *program = cli_program(cli, arena_print(&cli->arena, "carebus-%s", name));
    fflush(stdout);
    execl(program, program, dot ? "--dot" : "--describe", (char *)NULL);
    return cli_fail(EXIT_UNAVAILABLE, NULL, "%s does not start: %s", program, strerror(errno));
}
