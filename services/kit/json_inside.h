/*
 * kit/json_inside.h - what the two directions of kit/json share; nobody else includes it.
 */
#pragma once

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>

enum { JSON_NAME_SIZE = 128 };

/* snake_case to lowerCamelCase, as protobuf's own mapping does it. */
void json_name(const char *name, char text[JSON_NAME_SIZE]);

/* Bytes of one value in a message's struct. */
size_t json_value_size(ProtobufCType type);

/* The field says something: it is not empty, not zero, of no other case of its oneof. */
bool json_is_present(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field);
