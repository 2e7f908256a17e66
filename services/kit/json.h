/*
 * kit/json.h - protobuf messages to JSON and back, by their descriptors (ProtoJSON).
 *
 * One mapper for the command line and, later, the gateway.  lowerCamelCase out, both spellings in;
 * 64-bit numbers are strings out, strings or numbers in; enums by name (or number in); bytes in
 * base64; absent fields are left out.  What does not fit is one line that names the path:
 * `lines[2].qty: not a number`.
 */
#pragma once

#include <jansson.h>
#include <protobuf-c/protobuf-c.h>

#include "base/arena.h"

enum { JSON_BAD = 1, JSON_DEPTH = 32, JSON_TEXT_BYTES = 256 << 10 };

/* Gives a JSON value: json_decref it.  NULL: no memory, or text that is not UTF-8. */
json_t *json_from_message(const ProtobufCMessage *message);

/* Builds the message in the arena, lent until its reset.  JSON_BAD: ret_error (lent as the arena)
 * is the line. */
int json_to_message(const json_t *value, const ProtobufCMessageDescriptor *descriptor,
                    struct arena *arena, ProtobufCMessage **ret_message, const char **ret_error);

/* Parses text with the limits above and rejected duplicates; JSON_BAD with line and column. */
int json_parse(const char *text, size_t size, struct arena *arena, json_t **ret_value,
               const char **ret_error);
