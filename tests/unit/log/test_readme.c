/* The bytes that broker/log/README.md shows are those that the code writes. */
#include "base/io.h"
#include "unit/log/lab.h"

enum { SALT = 0x11223344, TEXT = 8192, PAGE_BYTES = 256 << 10 };

static char text[TEXT];

static void show(const char *name, const uint8_t *bytes, size_t size)
{
    size_t used = strlen(text);

    used += (size_t)snprintf(text + used, TEXT - used, "%s\n", name);
    for (size_t i = 0; i < size; i++)
        used += (size_t)snprintf(text + used, TEXT - used, "%s%02x%s", i % 16 == 0 ? "  " : " ",
                                 bytes[i], i % 16 == 15 || i + 1 == size ? "\n" : "");
}

/* A log whose identity and salt are known, with one batch of two records; its segment's first bytes. */
START_TEST(the_bytes_of_the_page_are_those_of_the_code)
{
    uint8_t previous[FORMAT_HASH_SIZE] = { 0 };
    uint8_t *header = calloc(1, LAB_SEGMENT);
    struct log_batch *batch;
    char *page;
    size_t size;

    format_segment(0x0102030405060708, SALT, 1, LAB_SEGMENT, previous, header);
    ck_assert_int_eq(mkdir(test_path("log"), 0700), 0);
    ck_assert_int_eq(io_replace_file(lab_segment(1), slice_of(header, LAB_SEGMENT), 0600), 0);
    free(header);
    struct log *log = lab_open(LAB_SEGMENT);
    ck_assert_uint_eq(log_identity(log), 0x0102030405060708);
    ck_assert_int_eq(log_batch_open(&batch), 0);
    memcpy(log_batch_add(batch, LOG_MESSAGE, 1, 1674007331120, 5), "hello", 5);
    memcpy(log_batch_add(batch, LOG_BOOKKEEPING, 2, 1674007331121, 8), "receipt!", 8);
    ck_assert_int_eq(log_append(log, batch), 0);
    log_batch_close(batch);
    log_close(log);

    uint8_t *bytes = lab_load(lab_segment(1), &size);
    size_t at = SEGMENT_HEADER_BYTES;
    show("segment header", bytes, at);
    show("record 1", bytes + at, 40);
    show("record 2", bytes + at + 40, 40);
    show("footer", bytes + at + 80, FOOTER_BYTES);
    ck_assert_uint_eq(bytes[at + 80 + FOOTER_BYTES], 0);
    free(bytes);
    ck_assert_int_eq(io_read_file(test_source("broker/log/README.md"), PAGE_BYTES, &page, &size),
                     0);
    char *shown = strstr(page, "```bytes\n");
    ck_assert_msg(shown != NULL, "the page shows no bytes; they are\n%s", text);
    shown += strlen("```bytes\n");
    char *end = strstr(shown, "```");
    ck_assert_ptr_nonnull(end);
    *end = '\0';
    EXPECT_TEXT(shown, text);
    free(page);
}
END_TEST

TESTS(the_bytes_of_the_page_are_those_of_the_code)
