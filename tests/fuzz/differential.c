/*
 * Messages, whole and mutated, and what our decoder makes of them, for another decoder to judge:
 * `fuzz-differential COUNT SEED` writes lines of type, bytes, and the bytes as packed again (or `-` when
 * the scan refused).  differential.py holds them against Python's protobuf.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "bus.pb-c.h"
#include "town.pb-c.h"
#include "wire/scan.h"

enum { BYTES_MOST = 4096, BUDGET_BYTES = 1 << 20 };

static uint64_t state;

static uint32_t random_below(uint32_t limit)
{
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (uint32_t)(state >> 33) % limit;
}

static const ProtobufCMessageDescriptor *const types[] = {
    &bus__envelope__descriptor, &bus__hello__descriptor,  &bus__subscribe__descriptor,
    &bus__query__descriptor,    &bus__peeked__descriptor, &bus__admin_answer__descriptor,
    &bus__lease__descriptor,    &town__card__descriptor,  &town__accessed__descriptor,
};

/* ---- making: any value in any field ---------------------------------------------------------------- */

struct writer {
    uint8_t bytes[BYTES_MOST];
    size_t size;
};

static void put(struct writer *writer, uint8_t byte)
{
    if (writer->size < BYTES_MOST)
        writer->bytes[writer->size++] = byte;
}

static void put_varint(struct writer *writer, uint64_t number)
{
    for (; number >= 0x80; number >>= 7)
        put(writer, (uint8_t)(number | 0x80));
    put(writer, (uint8_t)number);
}

static uint64_t some_number(void)
{
    uint64_t wide = (uint64_t)random_below(UINT32_MAX) << 32 | random_below(UINT32_MAX);

    return random_below(3) == 0 ? random_below(3) : wide >> random_below(64);
}

static void put_bytes(struct writer *writer, const void *data, size_t size)
{
    put_varint(writer, size);
    for (size_t i = 0; i < size; i++)
        put(writer, ((const uint8_t *)data)[i]);
}

static void put_message(struct writer *writer, const ProtobufCMessageDescriptor *type, int depth);

static void put_value(struct writer *writer, const ProtobufCFieldDescriptor *field, int depth)
{
    static const char *const texts[] = { "", "hcz", "陈家塘", "two words", "x\ny", "a\xff" };
    struct writer inner = { .size = 0 };
    uint32_t wire = 0;
    size_t fixed = 0;

    if (field->type == PROTOBUF_C_TYPE_STRING || field->type == PROTOBUF_C_TYPE_BYTES
        || field->type == PROTOBUF_C_TYPE_MESSAGE)
        wire = 2;
    else if (field->type == PROTOBUF_C_TYPE_FIXED64)
        wire = 1, fixed = 8;
    put_varint(writer, field->id << 3 | wire);
    if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
        put_message(&inner, field->descriptor, depth + 1);
        put_bytes(writer, inner.bytes, inner.size);
    } else if (wire == 2) {
        const char *text = texts[random_below(random_below(20) == 0 ? 6 : 3)];
        put_bytes(writer, text, strlen(text));
    } else if (fixed > 0) {
        for (size_t i = 0; i < fixed; i++)
            put(writer, (uint8_t)random_below(256));
    } else if (field->type == PROTOBUF_C_TYPE_BOOL) {
        put_varint(writer, random_below(2));
    } else if (field->type == PROTOBUF_C_TYPE_UINT32 || field->type == PROTOBUF_C_TYPE_ENUM) {
        put_varint(writer, some_number() & INT32_MAX);
    } else {
        put_varint(writer, some_number());
    }
}

static void put_message(struct writer *writer, const ProtobufCMessageDescriptor *type, int depth)
{
    for (unsigned i = 0; i < type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];
        uint32_t count = random_below(3) == 0 ? 0 : 1;
        if (field->label == PROTOBUF_C_LABEL_REPEATED)
            count = random_below(3);
        for (; count > 0 && depth < 4; count--)
            put_value(writer, field, depth);
    }
    if (random_below(20) == 0) { /* a field of tomorrow */
        put_varint(writer, (900 + random_below(50)) << 3);
        put_varint(writer, some_number());
    }
}

static void mutate(struct writer *writer)
{
    for (uint32_t i = random_below(4); i > 0 && writer->size > 0; i--) {
        uint32_t at = random_below((uint32_t)writer->size);
        switch (random_below(4)) {
        case 0:
            writer->bytes[at] ^= (uint8_t)(1u << random_below(8));
            break;
        case 1:
            writer->bytes[at] = (uint8_t)random_below(256);
            break;
        case 2:
            writer->size = at;
            break;
        default:
            put(writer, writer->bytes[at]);
        }
    }
}

/* ---- telling -------------------------------------------------------------------------------------- */

static void print_hex(const uint8_t *bytes, size_t size)
{
    putchar(' ');
    putchar('=');
    for (size_t i = 0; i < size; i++)
        printf("%02x", bytes[i]);
}

static void tell(const ProtobufCMessageDescriptor *type, const struct writer *writer,
                 struct arena *arena)
{
    static uint8_t packed[4 * BYTES_MOST];
    ProtobufCMessage *message;
    const char *reason;

    printf("%s", type->name);
    print_hex(writer->bytes, writer->size);
    arena_reset(arena);
    if (scan_unpack(type, slice_of(writer->bytes, writer->size), arena, &message, &reason) != 0)
        printf(" -");
    else if (protobuf_c_message_get_packed_size(message) <= sizeof(packed))
        print_hex(packed, protobuf_c_message_pack(message, packed));
    putchar('\n');
}

int main(int argc, char **argv)
{
    struct arena arena;

    long count = argc > 1 ? strtol(argv[1], NULL, 10) : 1000;
    state = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    arena_open(&arena, BUDGET_BYTES);
    for (long i = 0; i < count; i++) {
        const ProtobufCMessageDescriptor *type =
            types[random_below(sizeof(types) / sizeof(types[0]))];
        static struct writer writer;
        writer.size = 0;
        put_message(&writer, type, 1);
        if (i % 3 != 0)
            mutate(&writer);
        tell(type, &writer, &arena);
    }
    arena_close(&arena);
    return 0;
}
