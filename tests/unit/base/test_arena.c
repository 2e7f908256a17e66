/* Memory with a budget. */
#include "base/arena.h"

#include <stdint.h>
#include <string.h>

#include "lib/run.h"

START_TEST(what_is_given_is_aligned_zeroed_and_apart)
{
    struct arena arena;
    uint8_t *pieces[200];

    arena_open(&arena, 1 << 20);
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < 200; i++) {
            size_t size = i * i % 700;
            pieces[i] = arena_alloc(&arena, size);
            ck_assert_ptr_nonnull(pieces[i]);
            ck_assert_uint_eq((uintptr_t)pieces[i] % 16, 0);
            for (size_t j = 0; j < size; j++)
                ck_assert_uint_eq(pieces[i][j], 0);
            memset(pieces[i], (int)i, size);
        }
        for (size_t i = 0; i < 200; i++)
            for (size_t j = 0; j < i * i % 700; j++)
                ck_assert_uint_eq(pieces[i][j], (uint8_t)i);
        arena_reset(&arena);
        ck_assert_uint_eq(arena.used_bytes, 0);
    }
    arena_close(&arena);
}
END_TEST

START_TEST(the_budget_is_kept_to_the_byte)
{
    struct arena arena;

    arena_open(&arena, 64);
    ck_assert_ptr_nonnull(arena_alloc(&arena, 48));
    ck_assert(!arena.exhausted);
    ck_assert_ptr_null(arena_alloc(&arena, 17));
    ck_assert(arena.exhausted);
    ck_assert_ptr_nonnull(arena_alloc(&arena, 16)); /* what fits is still given */
    ck_assert_ptr_null(arena_alloc(&arena, 1));
    arena_reset(&arena);
    ck_assert(!arena.exhausted);
    ck_assert_ptr_nonnull(arena_alloc(&arena, 64));
    arena_close(&arena);
}
END_TEST

START_TEST(a_size_beyond_reason_is_refused)
{
    struct arena arena;

    arena_open(&arena, SIZE_MAX);
    ck_assert_ptr_null(arena_alloc(&arena, SIZE_MAX));
    ck_assert_ptr_null(arena_alloc(&arena, SIZE_MAX - 8));
    ck_assert(arena.exhausted);
    arena_close(&arena);
}
END_TEST

START_TEST(a_large_piece_does_not_waste_the_block_in_use)
{
    struct arena arena;

    arena_open(&arena, 1 << 20);
    uint8_t *first = arena_alloc(&arena, 100);
    ck_assert_ptr_nonnull(arena_alloc(&arena, 100000));
    uint8_t *second = arena_alloc(&arena, 100);
    ck_assert_ptr_eq(second, first + 112);
    arena_reset(&arena);
    ck_assert_ptr_eq(arena_alloc(&arena, 100), first); /* the block is kept for the next user */
    arena_close(&arena);
}
END_TEST

START_TEST(texts_are_copied_and_printed)
{
    struct arena arena;
    char text[] = "unit";

    arena_open(&arena, 4096);
    char *copy = arena_text(&arena, text);
    text[0] = 'X';
    ck_assert_str_eq(copy, "unit");
    ck_assert_str_eq(arena_print(&arena, "%s/%d/%s", "referral", 3, "x"), "referral/3/x");
    ck_assert_mem_eq(arena_copy(&arena, "abc", 3), "abc", 3);
    ck_assert_ptr_nonnull(arena_copy(&arena, NULL, 0));
    ck_assert_ptr_null(arena_print(&arena, "%5000d", 1));
    arena_close(&arena);
}
END_TEST

START_TEST(the_allocator_of_protobuf_comes_from_the_arena)
{
    struct arena arena;
    struct arena moved;

    arena_open(&arena, 256);
    moved = arena; /* as part of a struct that was copied */
    ProtobufCAllocator *allocator = arena_allocator(&moved);
    void *piece = allocator->alloc(allocator->allocator_data, 100);
    ck_assert_ptr_nonnull(piece);
    allocator->free(allocator->allocator_data, piece);
    ck_assert_uint_eq(moved.used_bytes, 112);
    ck_assert_uint_eq(arena.used_bytes, 0);
    ck_assert_ptr_null(allocator->alloc(allocator->allocator_data, 200));
    ck_assert(moved.exhausted);
    arena_close(&moved);
}
END_TEST

TESTS(what_is_given_is_aligned_zeroed_and_apart, the_budget_is_kept_to_the_byte,
      a_size_beyond_reason_is_refused, a_large_piece_does_not_waste_the_block_in_use,
      texts_are_copied_and_printed, the_allocator_of_protobuf_comes_from_the_arena)
