/*
 * supervision/fields.h - a message of any service, read by the names of its fields.
 *
 * The duty register speaks of events that supervision does not know at compile time, so its rules
 * name fields, and what is read is found by the message's descriptor.  What is not there is "", 0
 * or NULL: a rule that names a field which an event does not have simply does not match it.
 */
#pragma once

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct turn;

/* The message in hand, unpacked in the turn's arena; NULL: no word of the house, or no such body. */
const ProtobufCMessage *fields_unpack(struct turn *turn);

/* A text, the name of an enum's value, or a number as text; `true` for a yes.  "": not there. */
const char *fields_text(struct turn *turn, const ProtobufCMessage *message, const char *name);
uint64_t fields_number(const ProtobufCMessage *message, const char *name);
const ProtobufCMessage *fields_message(const ProtobufCMessage *message, const char *name);

/* A repeated field of texts; 0: not there. */
size_t fields_list(const ProtobufCMessage *message, const char *name, const char *const **ret);

bool fields_has(const ProtobufCMessageDescriptor *type, const char *name);

/* True if `text` may stand in a key of ours: not empty, not long, without '/'. */
bool fields_is_id(const char *text);

/* A key made of what somebody else says.  NULL: too long to be one.  Unlike turn_key it refuses
 * nothing: an event is a fact, and is not refused for an id that we cannot keep. */
const char *fields_key(struct turn *turn, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
