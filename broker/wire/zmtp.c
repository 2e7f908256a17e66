#include "wire/zmtp.h"

#include <endian.h>
#include <string.h>

enum { SIGNATURE_FIRST = 0xff, SIGNATURE_LAST = 0x7f, VERSION = 3, REVISION = 1, TEXT = 12 };

static const char *mechanism(bool curve)
{
    return curve ? "CURVE" : "NULL";
}

void zmtp_greeting(bool curve, uint8_t bytes[ZMTP_GREETING_BYTES])
{
    memset(bytes, 0, ZMTP_GREETING_BYTES);
    bytes[0] = SIGNATURE_FIRST;
    bytes[8] = 1;
    bytes[9] = SIGNATURE_LAST;
    bytes[10] = VERSION;
    bytes[11] = REVISION;
    memcpy(bytes + TEXT, mechanism(curve), strlen(mechanism(curve)));
}

bool zmtp_greeting_good(const uint8_t bytes[ZMTP_GREETING_BYTES], bool curve)
{
    char name[20] = { 0 };

    memcpy(name, mechanism(curve), strlen(mechanism(curve)));
    return bytes[0] == SIGNATURE_FIRST && bytes[9] == SIGNATURE_LAST && bytes[10] >= VERSION
           && memcmp(bytes + TEXT, name, sizeof(name)) == 0;
}

size_t zmtp_head(uint8_t flags, uint64_t size, uint8_t bytes[ZMTP_HEAD_BYTES])
{
    uint64_t big = htobe64(size);

    if (size <= UINT8_MAX) {
        bytes[0] = flags;
        bytes[1] = (uint8_t)size;
        return 2;
    }
    bytes[0] = flags | ZMTP_LONG;
    memcpy(bytes + 1, &big, sizeof(big));
    return ZMTP_HEAD_BYTES;
}

int zmtp_frame(uint8_t *bytes, size_t size, size_t most, struct zmtp_frame *ret_frame)
{
    bool is_long = size > 0 && (bytes[0] & ZMTP_LONG) != 0;
    size_t head = is_long ? ZMTP_HEAD_BYTES : 2;
    uint64_t body;

    ret_frame->whole = head;
    if (size < head)
        return ZMTP_SHORT;
    memcpy(&body, bytes + 1, is_long ? sizeof(body) : 1);
    body = is_long ? be64toh(body) : bytes[1];
    if (body > most)
        return ZMTP_BAD;
    *ret_frame = (struct zmtp_frame){
        .flags = bytes[0], .body = bytes + head, .size = (size_t)body, .whole = head + (size_t)body
    };
    return size < ret_frame->whole ? ZMTP_SHORT : 0;
}

bool zmtp_is(struct slice body, const char *name)
{
    size_t length = strlen(name);
    const uint8_t *bytes = body.data;

    return body.size > length && bytes[0] == length && memcmp(bytes + 1, name, length) == 0;
}

static size_t property(uint8_t *bytes, const char *name, const char *value)
{
    size_t name_size = strlen(name);
    uint32_t value_size = (uint32_t)strlen(value);
    uint32_t big = htobe32(value_size);

    bytes[0] = (uint8_t)name_size;
    memcpy(bytes + 1, name, name_size);
    memcpy(bytes + 1 + name_size, &big, sizeof(big));
    memcpy(bytes + 1 + name_size + sizeof(big), value, value_size);
    return 1 + name_size + sizeof(big) + value_size;
}

size_t zmtp_properties(uint8_t bytes[ZMTP_PROPERTIES_BYTES])
{
    size_t size = property(bytes, "Socket-Type", "DEALER");

    return size + property(bytes + size, "Identity", "");
}
