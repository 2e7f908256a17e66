/*
 * lib/run.h - main() of a test program: libcheck, a fresh folder for each test.
 *
 *     START_TEST(a_sentence_that_is_true) { ... } END_TEST
 *     TESTS(a_sentence_that_is_true, ...)
 *
 * Each test runs in a process of its own and begins in an empty folder, test_folder(), which is
 * removed afterwards.  `test_x NAME` runs one test; CK_FORK=no is for the debugger.
 */
#pragma once

#include <check.h>
#include <stddef.h>

/* The running test's folder; lends it until the test ends. */
const char *test_folder(void);

/* A path in that folder. */
const char *test_path(const char *name);

/* Where the built programs are (CAREBUS_BIN), and the sources (CAREBUS_SOURCE). */
const char *test_program(const char *name);
const char *test_source(const char *name);

/* Compares texts of several lines, and shows the first that differs. */
void test_expect(const char *got, const char *wanted, const char *file, int line);
#define EXPECT_TEXT(got, wanted) test_expect(got, wanted, __FILE__, __LINE__)

int test_main(const char *name, const TTest *const *tests, size_t count, int argc, char **argv);

#define TESTS(...)                                                                                 \
    int main(int argc, char **argv)                                                                \
    {                                                                                              \
        const TTest *const tests[] = { __VA_ARGS__ };                                              \
        return test_main(__FILE__, tests, sizeof(tests) / sizeof(tests[0]), argc, argv);           \
    }
