/*
 * JSON through the descriptors of all words: two bytes choose the word, the rest is the text.
 *
 * What is taken is said again as JSON and taken again: the same message, byte for byte.  What is not
 * has one line that says why.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "kit/json.h"
#include "kit/words.h"

enum { ARENA_BYTES = 8 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned word_count(void)
{
    static unsigned count;

    while (words_at(count) != NULL)
        count++;
    return count;
}

static bool read_text(const char *text, size_t size, const ProtobufCMessageDescriptor *type,
                      struct arena *arena, ProtobufCMessage **ret_message)
{
    const char *error = NULL;
    json_t *value = NULL;

    int r = json_parse(text, size, arena, &value, &error);
    assert(r == 0 || (r == JSON_BAD && error != NULL));
    if (r != 0)
        return false;
    r = json_to_message(value, type, arena, ret_message, &error);
    assert(r == 0 || (r == JSON_BAD && error != NULL && strchr(error, '\n') == NULL)
           || arena->exhausted);
    json_decref(value);
    return r == 0;
}

static uint8_t *pack(const ProtobufCMessage *message, size_t *ret_size)
{
    *ret_size = protobuf_c_message_get_packed_size(message);
    uint8_t *bytes = malloc(*ret_size + 1);
    assert(bytes != NULL);
    protobuf_c_message_pack(message, bytes);
    return bytes;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ProtobufCMessage *message;
    ProtobufCMessage *again;
    struct arena arena;
    size_t first_size;
    size_t second_size;

    if (size < 2)
        return 0;
    const ProtobufCMessageDescriptor *type =
        words_at((unsigned)(data[0] << 8 | data[1]) % word_count());
    arena_open(&arena, ARENA_BYTES);
    if (read_text((const char *)data + 2, size - 2, type, &arena, &message)) {
        json_t *value = json_from_message(message);
        assert(value != NULL);
        char *text = json_dumps(value, JSON_COMPACT);
        json_decref(value);
        assert(text != NULL);
        if (read_text(text, strlen(text), type, &arena, &again)) {
            uint8_t *first = pack(message, &first_size);
            uint8_t *second = pack(again, &second_size);
            assert(first_size == second_size && memcmp(first, second, first_size) == 0);
            free(first);
            free(second);
        } else {
            /* Only what grew in the saying: numbers as text, bytes as base64. */
            assert(arena.exhausted || strlen(text) > JSON_TEXT_BYTES);
        }
        free(text);
    }
    arena_close(&arena);
    return 0;
}
