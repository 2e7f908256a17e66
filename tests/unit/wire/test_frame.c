/* Frames: written and read back; what says of itself anything that is not so is refused. */
#include "wire/frame.h"

#include <stdlib.h>

#include "bus.pb-c.h"
#include "lib/run.h"

static uint8_t buffer[WIRE_FRAME_BYTES];

static struct slice write_frame(uint32_t count)
{
    struct frame_writer writer;

    frame_begin(&writer, buffer, sizeof(buffer), FRAME_PUBLISH, 0x01020304);
    for (uint32_t i = 0; i < count; i++) {
        uint8_t *item = frame_item(&writer, i);
        ck_assert_ptr_nonnull(item);
        memset(item, (int)i, i);
    }
    return frame_end(&writer);
}

static const char *refuse(const uint8_t *bytes, size_t size)
{
    struct frame frame;
    const char *reason = NULL;

    return frame_open(slice_of(bytes, size), &frame, &reason) == FRAME_BAD ? reason : NULL;
}

START_TEST(what_was_written_is_read)
{
    struct frame frame;
    struct slice item;
    const char *reason;

    struct slice bytes = write_frame(20);
    ck_assert_int_eq(frame_open(bytes, &frame, &reason), 0);
    ck_assert_int_eq((int)frame.type, FRAME_PUBLISH);
    ck_assert_uint_eq(frame.epoch, 0x01020304);
    ck_assert_uint_eq(frame.count, 20);
    for (uint32_t i = 0; i < 20; i++) {
        ck_assert_int_eq(frame_next(&frame, &item), 0);
        ck_assert_uint_eq(item.size, i);
        for (uint32_t j = 0; j < i; j++)
            ck_assert_uint_eq(((const uint8_t *)item.data)[j], i);
    }
    ck_assert_int_eq(frame_next(&frame, &item), FRAME_END);
}
END_TEST

START_TEST(the_bytes_are_those_of_the_manual)
{
    struct frame_writer writer;
    static const uint8_t wanted[] = { 'C', 'B', 1, 12, 7, 0, 0, 0, 1, 0,    0, 0,
                                      7,   0,   0, 0,  3, 0, 0, 0, 8, 0x80, 1 };
    Bus__Credit credit = BUS__CREDIT__INIT;

    credit.bytes = 128;
    frame_begin(&writer, buffer, sizeof(buffer), FRAME_CREDIT, 7);
    ck_assert_int_eq(frame_pack(&writer, &credit.base), 0);
    struct slice bytes = frame_end(&writer);
    ck_assert_uint_eq(bytes.size, sizeof(wanted));
    ck_assert_mem_eq(bytes.data, wanted, sizeof(wanted));
}
END_TEST

START_TEST(a_frame_cut_anywhere_is_refused)
{
    struct slice bytes = write_frame(9);

    for (size_t size = 0; size < bytes.size; size++) {
        uint8_t *cut = malloc(size + 1); /* so that a byte too far is seen */
        memcpy(cut, bytes.data, size);
        ck_assert_ptr_nonnull(refuse(cut, size));
        free(cut);
    }
}
END_TEST

START_TEST(each_field_of_the_header_is_believed_only_when_it_is_so)
{
    struct slice bytes = write_frame(3);
    uint8_t copy[128];

    memcpy(copy, bytes.data, bytes.size);
    ck_assert_ptr_null(refuse(copy, bytes.size));
    static const struct {
        size_t at;
        uint8_t value;
        const char *reason;
    } wrongs[] = {
        { 0, 'X', "the frame does not begin with CB" },
        { 1, 'X', "the frame does not begin with CB" },
        { 2, 2, "the version is not known" },
        { 2, 0, "the version is not known" },
        { 3, 0, "the type is not known" },
        { 3, FRAME_TYPES, "the type is not known" },
        { 3, 255, "the type is not known" },
        { 8, 2, "the items do not fill the frame" },
        { 8, 4, "the items do not fill the frame" },
        { 11, 1, "the count is over the limit" },
        { 12, 0, "the size is not that of the frame" },
        { 16, 1, "the items do not fill the frame" },
        { 19, 0xff, "the items do not fill the frame" },
    };
    for (size_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
        uint8_t kept = copy[wrongs[i].at];
        copy[wrongs[i].at] = wrongs[i].value;
        const char *reason = refuse(copy, bytes.size);
        ck_assert_ptr_nonnull(reason);
        ck_assert_str_eq(reason, wrongs[i].reason);
        copy[wrongs[i].at] = kept;
    }
    copy[bytes.size] = 0; /* a byte more than it says */
    ck_assert_ptr_nonnull(refuse(copy, bytes.size + 1));
}
END_TEST

START_TEST(a_frame_has_limits)
{
    struct frame_writer writer;
    uint8_t *large = calloc(1, WIRE_FRAME_BYTES + 1);

    ck_assert_str_eq(refuse(large, WIRE_FRAME_BYTES + 1), "the frame is over the limit");
    free(large);
    frame_begin(&writer, buffer, sizeof(buffer), FRAME_PUBLISH, 1);
    for (uint32_t i = 0; i < WIRE_FRAME_ITEMS; i++)
        ck_assert_ptr_nonnull(frame_item(&writer, 0));
    ck_assert_ptr_null(frame_item(&writer, 0));
    struct frame frame;
    const char *reason;
    ck_assert_int_eq(frame_open(frame_end(&writer), &frame, &reason), 0);
    frame_begin(&writer, buffer, 64, FRAME_PUBLISH, 1);
    ck_assert_ptr_null(frame_item(&writer, 64 - FRAME_HEADER_BYTES - 3));
    ck_assert_ptr_null(frame_item(&writer, UINT32_MAX));
    ck_assert_ptr_nonnull(frame_item(&writer, 64 - FRAME_HEADER_BYTES - 4));
    ck_assert_ptr_null(frame_item(&writer, 0));
    Bus__Credit credit = BUS__CREDIT__INIT;
    ck_assert_int_eq(frame_pack(&writer, &credit.base), FRAME_NO_ROOM);
}
END_TEST

START_TEST(each_type_has_a_name_of_its_own)
{
    for (int a = 0; a < FRAME_TYPES; a++)
        for (int b = 0; b < a; b++)
            ck_assert_str_ne(frame_type_name((enum frame_type)a),
                             frame_type_name((enum frame_type)b));
    ck_assert_str_eq(frame_type_name((enum frame_type)200), "UNKNOWN");
}
END_TEST

TESTS(what_was_written_is_read, the_bytes_are_those_of_the_manual, a_frame_cut_anywhere_is_refused,
      each_field_of_the_header_is_believed_only_when_it_is_so, a_frame_has_limits,
      each_type_has_a_name_of_its_own)
