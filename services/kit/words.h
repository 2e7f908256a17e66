/*
 * kit/words.h - every message type of the house by its name.
 *
 * A subject names its body: `referral.Dispatch.hcz` is referral.Dispatch, or, where that package
 * has none, town.Dispatch (the kernel's words are defined once).
 */
#pragma once

#include <protobuf-c/protobuf-c.h>

#include "base/slice.h"

/* NULL: there is no such word. */
const ProtobufCMessageDescriptor *words_of(struct slice service, struct slice message);

/* The type that a subject names; NULL as above. */
const ProtobufCMessageDescriptor *words_of_subject(struct slice subject);

/* All types, in order of their full names; NULL: no more. */
const ProtobufCMessageDescriptor *words_at(unsigned index);
