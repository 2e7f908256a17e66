/*
 * The invented roster: the same bytes on every machine, and no number of a living person.
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/csv_table.h"
#include "lib/run.h"

enum { TEXT_BYTES = 4 << 20, ROWS = 4500 + 45 };

static char *text_of(const char *arguments, size_t *ret_size)
{
    char command[512];
    char *text = malloc(TEXT_BYTES);

    snprintf(command, sizeof(command), "%s %s", test_program("carebus-roster"), arguments);
    FILE *pipe = popen(command, "r");
    ck_assert_ptr_nonnull(pipe);
    *ret_size = fread(text, 1, TEXT_BYTES, pipe);
    ck_assert_int_eq(pclose(pipe), 0);
    return text;
}

START_TEST(the_sheet_is_the_same_to_the_byte)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    char hex[2 * crypto_hash_sha256_BYTES + 1];
    size_t size;

    char *text = text_of("", &size);
    crypto_hash_sha256(hash, (unsigned char *)text, size);
    ck_assert_str_eq(sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash)),
                     "34214fa789eaedc5c2d7957bc261787635b828352787a4a90bdc85e6af9cf13b");
    free(text);
}
END_TEST

START_TEST(another_seed_is_another_town)
{
    size_t size;
    size_t other_size;

    char *text = text_of("4500 1", &size);
    char *other = text_of("4500 2", &other_size);
    ck_assert(size != other_size || memcmp(text, other, size) != 0);
    free(text);
    free(other);
}
END_TEST

START_TEST(every_number_is_of_no_area_and_no_telephone)
{
    struct csv_table table;
    struct arena arena;
    const char *error;
    size_t size;

    char *text = text_of("", &size);
    arena_open(&arena, 32 << 20);
    ck_assert_int_eq(csv_table_parse(text, size, &arena, &table, &error), 0);
    ck_assert_uint_eq(table.row_count, 2 + ROWS);
    for (uint32_t row = 2; row < table.row_count; row++) {
        const char *id = table.rows[row].cells[1];
        const char *phone = table.rows[row].cells[3];
        ck_assert_msg(strncmp(id, "319999", 6) == 0 || strcmp(id, "3.19999E+17") == 0, "row %u: %s",
                      row, id);
        ck_assert_msg(strncmp(phone, "1410", 4) == 0, "row %u: %s", row, phone);
    }
    arena_close(&arena);
    free(text);
}
END_TEST

TESTS(the_sheet_is_the_same_to_the_byte, another_seed_is_another_town,
      every_number_is_of_no_area_and_no_telephone)
