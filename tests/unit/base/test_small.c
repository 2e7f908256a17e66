/* CRC32C, ids, machines, slices, exit codes: the small things that everything stands on. */
#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/crc.h"
#include "base/err.h"
#include "base/id.h"
#include "base/log.h"
#include "base/machine.h"
#include "base/slice.h"
#include "lib/run.h"

/* RFC 3720, B.4, and the check value of the catalogue of CRCs. */
START_TEST(the_crc_is_that_of_the_rfc)
{
    static const uint8_t iscsi[48] = { 0x01, 0xc0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,    0, 0, 0, 0,
                                       0x14, 0,    0, 0, 0, 0, 4, 0, 0, 0, 0, 0x14, 0, 0, 0, 0x18,
                                       0x28, 0,    0, 0, 0, 0, 0, 0, 2, 0, 0, 0,    0, 0, 0, 0 };
    uint8_t bytes[32];

    uint32_t (*const ways[])(uint32_t, const void *, size_t) = { crc32c, crc32c_portable };
    for (int way = 0; way < 2; way++) {
        memset(bytes, 0, 32);
        ck_assert_uint_eq(ways[way](0, bytes, 32), 0x8a9136aa);
        memset(bytes, 0xff, 32);
        ck_assert_uint_eq(ways[way](0, bytes, 32), 0x62a8ab43);
        for (uint8_t i = 0; i < 32; i++)
            bytes[i] = i;
        ck_assert_uint_eq(ways[way](0, bytes, 32), 0x46dd794e);
        for (uint8_t i = 0; i < 32; i++)
            bytes[i] = (uint8_t)(31 - i);
        ck_assert_uint_eq(ways[way](0, bytes, 32), 0x113fdb5c);
        ck_assert_uint_eq(ways[way](0, iscsi, 48), 0xd9963a56);
        ck_assert_uint_eq(ways[way](0, "123456789", 9), 0xe3069283);
        ck_assert_uint_eq(ways[way](0, "", 0), 0);
    }
}
END_TEST

START_TEST(both_ways_to_compute_a_crc_agree_in_any_pieces)
{
    uint8_t bytes[300];

    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)(i * 167 + i / 3);
    uint32_t whole = crc32c(0, bytes, sizeof(bytes));
    for (size_t cut = 0; cut <= sizeof(bytes); cut++) {
        ck_assert_uint_eq(crc32c(crc32c(0, bytes, cut), bytes + cut, sizeof(bytes) - cut), whole);
        ck_assert_uint_eq(crc32c(0, bytes + cut, sizeof(bytes) - cut),
                          crc32c_portable(0, bytes + cut, sizeof(bytes) - cut));
    }
}
END_TEST

/* ---- ids ----------------------------------------------------------------------------------------- */

START_TEST(an_id_is_printed_and_read)
{
    static const struct id ids[] = { { "referral", 3, 1042 },
                                     { "hcz.desk2", 1, 1 },
                                     { "a", UINT32_MAX, UINT64_MAX } };
    char text[ID_TEXT_SIZE];
    struct id again;

    for (size_t i = 0; i < 3; i++) {
        id_print(&ids[i], text);
        ck_assert_int_eq(id_parse(text, &again), 0);
        ck_assert_str_eq(again.source, ids[i].source);
        ck_assert_uint_eq(again.epoch, ids[i].epoch);
        ck_assert_uint_eq(again.number, ids[i].number);
    }
    id_print(&ids[0], text);
    ck_assert_str_eq(text, "referral/3/1042");
    struct id longest = { .epoch = UINT32_MAX, .number = UINT64_MAX };
    memset(longest.source, 's', ID_SOURCE_LENGTH);
    id_print(&longest, text);
    ck_assert_int_eq(id_parse(text, &again), 0);
    ck_assert_str_eq(again.source, longest.source);
}
END_TEST

START_TEST(what_is_no_id_is_refused)
{
    static const char *const bad[] = {
        "",
        "referral",
        "referral/3",
        "/3/1",
        "referral//1",
        "r/0/1",
        "r/1/0",
        "r/01/1",
        "r/1/01",
        "r/-1/1",
        "r/+1/1",
        "r/1/1x",
        "r/1/1/1",
        "r/1 /1",
        "r/4294967296/1",
        "r/1/18446744073709551616",
        "r/1/",
        "a-source-that-is-longer-than-any-source-may-be-in-this-house-of-ours/1/1",
    };
    struct id id;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ck_assert_msg(id_parse(bad[i], &id) == ID_BAD, "%s", bad[i]);
}
END_TEST

/* ISO/IEC 7064 gives 0794 with the check digit 5 as its example of MOD 11,10. */
START_TEST(the_check_digit_is_that_of_the_standard)
{
    ck_assert_int_eq(id_check_digit("0794"), '5');
    ck_assert_int_eq(id_check_digit("07-94"), '5');
    ck_assert_int_eq(id_check_digit("13669597"), '6'); /* DE136695976, a VAT number often shown */
    ck_assert_int_eq(id_check_digit(""), '1');
}
END_TEST

START_TEST(a_case_number_finds_each_wrong_digit_and_each_swap)
{
    char text[ID_CASE_SIZE];
    int swaps = 0;
    int found = 0;

    id_case_print('H', clock_day_of(2023, 1, 18), 42, text);
    ck_assert_uint_eq(strlen(text), 17);
    ck_assert_int_eq(strncmp(text, "H-20230118-0042-", 16), 0);
    ck_assert(id_case_valid(text));
    for (uint32_t running = 0; running < 300; running++) {
        id_case_print('R', clock_day_of(2023, 1, 18 + (int)running % 10), running * 37, text);
        ck_assert(id_case_valid(text));
        for (size_t i = 0; text[i] != '\0'; i++) {
            char kept = text[i];
            for (char digit = '0'; kept >= '0' && kept <= '9' && digit <= '9'; digit++) {
                text[i] = digit;
                ck_assert_msg(id_case_valid(text) == (digit == kept), "%s", text);
            }
            text[i] = kept;
            char next = text[i + 1];
            if (kept < '0' || kept > '9' || next < '0' || next > '9' || kept == next)
                continue;
            text[i] = next;
            text[i + 1] = kept;
            swaps++;
            found += !id_case_valid(text);
            text[i] = kept;
            text[i + 1] = next;
        }
    }
    ck_assert_int_gt(found * 100, swaps * 97); /* the standard's scheme misses about one in 90 */
}
END_TEST

START_TEST(a_case_number_has_one_form)
{
    static const char *const bad[] = {
        "",
        "H",
        "H-20230118-0042",
        "X-20230118-0042-7",
        "H20230118-0042-7-",
        "H-2023011a-0042-7",
        "H-20230118-004200042-7",
        "h-20230118-0042-7",
    };
    char text[ID_CASE_SIZE];

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ck_assert_msg(!id_case_valid(bad[i]), "%s", bad[i]);
    id_case_print('H', clock_day_of(2023, 1, 18), 123456, text);
    ck_assert_int_eq(strncmp(text, "H-20230118-123456-", 18), 0);
    ck_assert(id_case_valid(text));
}
END_TEST

/* ---- machines ------------------------------------------------------------------------------------ */

enum { NONE, REQUESTED, DELIVERED, CONFIRMED };
enum { REQUEST, DELIVER, CONFIRM };

START_TEST(a_machine_goes_along_its_arrows_only)
{
    static const struct move moves[] = { { NONE, REQUEST, REQUESTED },
                                         { REQUESTED, DELIVER, DELIVERED },
                                         { DELIVERED, CONFIRM, CONFIRMED },
                                         { 0, 0, 0 } };
    int32_t to = -1;

    ck_assert_int_eq(machine_next(moves, NONE, REQUEST, &to), 0);
    ck_assert_int_eq(to, REQUESTED);
    ck_assert_int_eq(machine_next(moves, REQUESTED, DELIVER, &to), 0);
    ck_assert_int_eq(machine_next(moves, REQUESTED, REQUEST, &to), MACHINE_REFUSED);
    ck_assert_int_eq(machine_next(moves, CONFIRMED, CONFIRM, &to), MACHINE_REFUSED);
    ck_assert_int_eq(machine_next(moves, 99, REQUEST, &to), MACHINE_REFUSED);
    ck_assert_int_eq(to, DELIVERED);
    ck_assert_ptr_null(machine_check(moves));
}
END_TEST

START_TEST(a_table_that_cannot_be_meant_is_told)
{
    static const struct move twice[] = { { NONE, REQUEST, REQUESTED },
                                         { NONE, REQUEST, DELIVERED },
                                         { 0, 0, 0 } };
    static const struct move island[] = { { NONE, REQUEST, REQUESTED },
                                          { DELIVERED, CONFIRM, CONFIRMED },
                                          { 0, 0, 0 } };
    static const struct move itself[] = { { NONE, REQUEST, REQUESTED },
                                          { DELIVERED, CONFIRM, DELIVERED },
                                          { 0, 0, 0 } };

    ck_assert_ptr_nonnull(machine_check(twice));
    ck_assert_ptr_nonnull(machine_check(island));
    ck_assert_ptr_nonnull(machine_check(itself));
}
END_TEST

/* ---- slices, faults ------------------------------------------------------------------------------- */

START_TEST(slices_are_ordered_as_a_store_orders_its_keys)
{
    ck_assert(slice_equal(slice_text(""), slice_of(NULL, 0)));
    ck_assert(!slice_equal(slice_text("a"), slice_text("b")));
    ck_assert(!slice_equal(slice_text("a"), slice_text("aa")));
    ck_assert_int_lt(slice_compare(slice_text("a"), slice_text("aa")), 0);
    ck_assert_int_lt(slice_compare(slice_text("ab"), slice_text("b")), 0);
    ck_assert_int_gt(slice_compare(slice_text("\xff"), slice_text("a")), 0);
    ck_assert_int_eq(slice_compare(slice_text("a"), slice_text("a")), 0);
    ck_assert_int_lt(slice_compare(slice_of(NULL, 0), slice_text("a")), 0);
}
END_TEST

START_TEST(a_fault_keeps_its_number_and_tells_the_supervisor_its_kind)
{
    say_set_level(SAY_SILENT);
    ck_assert_int_eq(FAULT(-EIO), -EIO);
    ck_assert_int_eq(err_exit_status(-EIO), EXIT_IO);
    ck_assert_int_eq(err_exit_status(-ENOSPC), EXIT_IO);
    ck_assert_int_eq(err_exit_status(-EBADMSG), EXIT_CORRUPT);
    ck_assert_int_eq(err_exit_status(-EACCES), EXIT_NOT_PERMITTED);
    ck_assert_int_eq(err_exit_status(-EBUSY), EXIT_RUNNING);
    ck_assert_int_eq(err_exit_status(-ENOMEM), EXIT_UNAVAILABLE);
}
END_TEST

TESTS(the_crc_is_that_of_the_rfc, both_ways_to_compute_a_crc_agree_in_any_pieces,
      an_id_is_printed_and_read, what_is_no_id_is_refused, the_check_digit_is_that_of_the_standard,
      a_case_number_finds_each_wrong_digit_and_each_swap, a_case_number_has_one_form,
      a_machine_goes_along_its_arrows_only, a_table_that_cannot_be_meant_is_told,
      slices_are_ordered_as_a_store_orders_its_keys,
      a_fault_keeps_its_number_and_tells_the_supervisor_its_kind)
