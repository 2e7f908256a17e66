#include "lib/run.h"

#include <ftw.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[PATH_MAX];

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *where)
{
    (void)status;
    (void)kind;
    (void)where;
    return remove(path);
}

static void make_folder(void)
{
    const char *parent = getenv("TMPDIR");

    snprintf(folder, sizeof(folder), "%s/carebus-test-XXXXXX", parent == NULL ? "/tmp" : parent);
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void remove_folder(void)
{
    nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

const char *test_folder(void)
{
    return folder;
}

/* A small ring of texts: enough for the paths of one call. */
static char *slot(void)
{
    static char paths[8][PATH_MAX + 256];
    static unsigned next;

    return paths[next++ % 8];
}

const char *test_path(const char *name)
{
    return strcat(strcat(strcpy(slot(), folder), "/"), name);
}

static const char *under(const char *variable, const char *usual, const char *name)
{
    const char *top = getenv(variable);
    char *path = slot();

    snprintf(path, PATH_MAX, "%s/%s", top == NULL ? usual : top, name);
    return path;
}

const char *test_program(const char *name)
{
    return under("CAREBUS_BIN", "build/debug/bin", name);
}

const char *test_source(const char *name)
{
    return under("CAREBUS_SOURCE", ".", name);
}

void test_expect(const char *got, const char *wanted, const char *file, int line)
{
    const char *a = got;
    const char *b = wanted;
    int at = 1;

    if (strcmp(got, wanted) == 0)
        return;
    while (true) {
        size_t a_length = strcspn(a, "\n");
        size_t b_length = strcspn(b, "\n");
        if (a_length != b_length || memcmp(a, b, a_length) != 0 || *a == '\0' || *b == '\0') {
            fprintf(stderr, "---- got\n%s---- end\n", got);
            ck_abort_msg("%s:%d: line %d\n  wanted: %.*s\n     got: %.*s", file, line, at,
                         (int)b_length, b, (int)a_length, a);
        }
        a += a_length + (a[a_length] == '\n');
        b += b_length + (b[b_length] == '\n');
        at++;
    }
}

int test_main(const char *name, const TTest *const *tests, size_t count, int argc, char **argv)
{
    const char *slash = strrchr(name, '/');
    Suite *suite = suite_create(slash == NULL ? name : slash + 1);
    int added = 0;

    for (size_t i = 0; i < count; i++) {
        if (argc > 1 && strcmp(argv[1], tests[i]->name) != 0)
            continue;
        TCase *tcase = tcase_create(tests[i]->name);
        /* Unchecked, so that a test's process may die and its folder still goes. */
        tcase_add_unchecked_fixture(tcase, make_folder, remove_folder);
        tcase_add_test(tcase, tests[i]);
        suite_add_tcase(suite, tcase);
        added++;
    }
    if (added == 0) {
        fprintf(stderr, "%s has no test of that name\n", name);
        return 64;
    }
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
