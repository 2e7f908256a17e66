/*
 * The tables of the floor: names, numbers, heaps, records, and the moves of a message in a mailbox.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/inside.h"
#include "lib/run.h"

START_TEST(names_are_found_again_while_others_come_and_go)
{
    static int things[2000];
    struct map map = { 0 };
    char name[32];

    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 2000; i++) {
            snprintf(name, sizeof(name), "name-%d", i);
            ck_assert_int_eq(map_put(&map, slice_text(name), &things[i]), 0);
        }
        ck_assert_uint_eq(map.count, 2000);
        for (int i = round; i < 2000; i += 3) {
            snprintf(name, sizeof(name), "name-%d", i);
            map_drop(&map, slice_text(name));
            map_drop(&map, slice_text(name));
        }
        for (int i = 0; i < 2000; i++) {
            snprintf(name, sizeof(name), "name-%d", i);
            ck_assert_ptr_eq(map_get(&map, slice_text(name)),
                             i >= round && (i - round) % 3 == 0 ? NULL : &things[i]);
        }
    }
    map_close(&map, NULL);
    ck_assert_ptr_null(map_get(&map, slice_text("name-1")));
}
END_TEST

START_TEST(numbers_are_found_again_while_others_come_and_go)
{
    static int things[5000];
    struct ids ids = { 0 };

    ck_assert_ptr_null(ids_get(&ids, 7));
    ids_drop(&ids, 7);
    for (uint64_t i = 1; i < 5000; i++)
        ck_assert_int_eq(ids_put(&ids, i * i, &things[i]), 0);
    for (uint64_t i = 1; i < 5000; i += 2)
        ids_drop(&ids, i * i);
    for (uint64_t i = 1; i < 5000; i++)
        ck_assert_ptr_eq(ids_get(&ids, i * i), i % 2 == 1 ? NULL : &things[i]);
    ck_assert_uint_eq(ids.count, 2499);
    ck_assert_ptr_null(ids_get(&ids, 0));
    ids_close(&ids);
}
END_TEST

START_TEST(a_heap_gives_the_least_whoever_leaves_in_between)
{
    enum { COUNT = 500 };
    static struct entry entries[COUNT];
    struct heap heap = { 0 };
    uint64_t state = 1;

    for (uint64_t i = 0; i < COUNT; i++) {
        state = state * 6364136223846793005 + 1442695040888963407;
        entries[i].seq = i + 1;
        entries[i].heap_at = HEAP_OUT;
        ck_assert_int_eq(heap_push(&heap, &entries[i], state >> 60), 0);
    }
    for (uint32_t i = 0; i < COUNT; i += 3)
        heap_remove(&heap, &entries[i]);
    const struct entry *last = NULL;
    uint32_t count = 0;
    for (struct entry *top; (top = heap_top(&heap)) != NULL; count++) {
        ck_assert_uint_ne((top->seq - 1) % 3, 0);
        ck_assert(last == NULL || last->rank < top->rank
                  || (last->rank == top->rank && last->seq < top->seq));
        last = top;
        heap_remove(&heap, top);
    }
    ck_assert_uint_eq(count, COUNT - (COUNT + 2) / 3);
    free(heap.items);
}
END_TEST

START_TEST(a_record_is_read_as_it_was_written_and_nothing_else_is)
{
    uint8_t bytes[RECORD_BYTES_MAX];
    struct record record = { .kind = RECORD_RETURNED,
                             .lane = 5,
                             .mailbox = slice_text("441881000000"),
                             .seq = 0x0102030405060708,
                             .time_ms = 2,
                             .case_hash = 3,
                             .expires_ms = 4,
                             .token = 5,
                             .until_ms = 6,
                             .floor = 7,
                             .attempts = 8,
                             .lease_ms = 9,
                             .reason = slice_text("no car") };
    struct record read;

    uint32_t size = record_pack(&record, bytes);
    ck_assert_int_eq(record_unpack(slice_of(bytes, size), &read), 0);
    ck_assert(read.kind == record.kind && read.lane == 5 && read.seq == record.seq);
    ck_assert(slice_equal(read.mailbox, record.mailbox) && slice_equal(read.reason, record.reason));
    ck_assert(read.time_ms == 2 && read.case_hash == 3 && read.expires_ms == 4 && read.token == 5);
    ck_assert(read.until_ms == 6 && read.floor == 7 && read.attempts == 8 && read.lease_ms == 9);
    for (uint32_t shorter = 0; shorter < size; shorter++)
        ck_assert_int_eq(record_unpack(slice_of(bytes, shorter), &read), RECORD_BAD);
    bytes[0] = 0;
    ck_assert_int_eq(record_unpack(slice_of(bytes, size), &read), RECORD_BAD);
    bytes[0] = RECORD_REDRIVEN + 1;
    ck_assert_int_eq(record_unpack(slice_of(bytes, size), &read), RECORD_BAD);
    bytes[0] = RECORD_DONE;
    bytes[1] = 6;
    ck_assert_int_eq(record_unpack(slice_of(bytes, size), &read), RECORD_BAD);
}
END_TEST

START_TEST(the_longest_record_fits)
{
    uint8_t bytes[RECORD_BYTES_MAX];
    char name[RECORD_NAME_BYTES + 10];
    char reason[RECORD_REASON_BYTES + 10];
    struct record record = { .kind = RECORD_DEAD, .seq = 1 };
    struct record read;

    memset(name, 'n', sizeof(name));
    memset(reason, 'r', sizeof(reason));
    record.mailbox = slice_of(name, sizeof(name));
    record.reason = slice_of(reason, sizeof(reason));
    ck_assert_uint_eq(record_pack(&record, bytes), RECORD_BYTES_MAX);
    ck_assert_int_eq(record_unpack(slice_of(bytes, RECORD_BYTES_MAX), &read), 0);
    ck_assert_uint_eq(read.mailbox.size, RECORD_NAME_BYTES);
    ck_assert_uint_eq(read.reason.size, RECORD_REASON_BYTES);
}
END_TEST

START_TEST(the_moves_of_a_message_are_a_sound_table)
{
    ck_assert_ptr_null(machine_check(core_entry_moves));
    /* Only DONE has no way out. */
    for (int32_t state = ENTRY_READY; state <= ENTRY_DONE; state++) {
        bool out = false;
        for (const struct move *move = core_entry_moves; !move_ends(move); move++)
            out = out || move->from == state;
        ck_assert_int_eq(out, state != ENTRY_DONE);
    }
}
END_TEST

TESTS(names_are_found_again_while_others_come_and_go,
      numbers_are_found_again_while_others_come_and_go,
      a_heap_gives_the_least_whoever_leaves_in_between,
      a_record_is_read_as_it_was_written_and_nothing_else_is, the_longest_record_fits,
      the_moves_of_a_message_are_a_sound_table)
