/*
 * cli/message.h - messages between JSON, arguments and the bus.
 */
#pragma once

#include <jansson.h>
#include <protobuf-c/protobuf-c.h>

#include "cli/link.h"

/* The type that a subject names; 0, or EXIT_BAD_USAGE with its line and the nearest name. */
int message_type(struct cli *cli, const char *subject, const ProtobufCMessageDescriptor **ret_type);

/* The service's message of that name, however it is written: `accept`, `Accept`, `record-callback`.
 * NULL: there is none. */
const ProtobufCMessageDescriptor *message_named(const char *service, const char *name,
                                                const char **ret_name);

/* Packs JSON text (`@FILE` reads a file, `@-` standard input) as the type; 0 or a printed status. */
int message_from_text(struct cli *cli, const ProtobufCMessageDescriptor *type, const char *text,
                      struct slice *ret_body);

/* Packs `field=value` arguments, all that are left, as the type.  Nested fields by dots, lists by
 * repeating or by commas; a field in `_ms` takes a time (`10:30` of no day, a date, `+2h`). */
int message_from_arguments(struct cli *cli, const ProtobufCMessageDescriptor *type, uint64_t now_ms,
                           struct slice *ret_body);

/* A stored message as JSON: seq, time, id, subject ..., body (an object, or base64 of what this
 * program does not know).  Gives it. */
json_t *message_json(struct cli *cli, const struct stored *stored);

/* The body as one short line of `field=value` for people, without particulars of a card. */
const char *message_brief(struct cli *cli, const struct stored *stored);

/* The same without the ids that all messages of one case have in common. */
const char *message_telling(struct cli *cli, const struct stored *stored);

/* `referral/1/42` of a stored message, and the three tokens of its subject. */
const char *message_id(struct cli *cli, const struct stored *stored);
struct message_tokens {
    char service[128];
    char message[128];
    char unit[128];
};
void message_split(struct slice subject, struct message_tokens *ret_tokens);

/* Prints one message of an outcome: an event on stdout; a refusal on stderr.  Returns 0, or
 * EXIT_REFUSED. */
int message_print_outcome(struct cli *cli, const struct stored *stored);

/* Prints an answer: JSON, or a table of its one list, or field by field. */
int message_print_answer(struct cli *cli, const ProtobufCMessage *answer);

/* The answer to a question of that subject as JSON; NULL: it cannot be read.  Gives it. */
json_t *message_answer(struct cli *cli, const char *subject, struct slice body);
