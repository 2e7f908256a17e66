/*
 * One table, three places to say it: who wins, and what is said to somebody who mistyped.
 */
#include "base/options.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/run.h"

static const struct option_row rows[] = {
    { .name = "dir", .value = "var", .variable = "CAREBUS_TOWN", .help = "the town" },
    { .name = "verify", .kind = OPTION_SWITCH, .help = "check the log and end" },
    { 0 }
};

static const struct options_program program = { .name = "carebus-test", .rows = rows };

static struct options *fresh(void)
{
    struct options *options;

    ck_assert_int_eq(options_open(&program, &options), 0);
    return options;
}

static const char *file(const char *text)
{
    const char *path = test_path("carebus.conf");
    FILE *out = fopen(path, "w");

    ck_assert_ptr_nonnull(out);
    fputs(text, out);
    fclose(out);
    return path;
}

/* Arguments as main() has them: a name, then these; the last is NULL. */
static char **line(int *ret_count, ...)
{
    static char *arguments[8];
    va_list list;
    int count = 0;

    va_start(list, ret_count);
    for (const char *text = "carebus-test"; text != NULL; text = va_arg(list, const char *))
        arguments[count++] = (char *)(uintptr_t)text;
    va_end(list);
    arguments[count] = NULL;
    *ret_count = count;
    return arguments;
}

/* What is said of this file, without the folder in front. */
static void expect_problem(const char *text, const char *wanted)
{
    struct options *options = fresh();

    ck_assert_int_eq(options_file(options, file(text)), OPTIONS_BAD);
    const char *said = options_problem(options);
    ck_assert_ptr_nonnull(strstr(said, "carebus.conf"));
    EXPECT_TEXT(strstr(said, "carebus.conf"), wanted);
    options_close(options);
}

START_TEST(a_file_is_read_and_says_where_each_value_comes_from)
{
    struct options *options = fresh();

    ck_assert_int_eq(options_file(options, file("[town]\nname = 青石镇 ; the market town\n\n"
                                                "exercise = yes\n[log]\nkeep_days = 200\n")),
                     0);
    ck_assert_str_eq(options_text(options, "town.name"), "青石镇");
    ck_assert(options_yes(options, "town.exercise"));
    ck_assert_int_eq(options_number(options, "log.keep_days"), 200);
    ck_assert_int_eq(options_number(options, "log.segment_mib"), 64);
    ck_assert_str_eq(options_origin(options, "log.segment_mib"), "default");
    ck_assert_ptr_nonnull(strstr(options_origin(options, "town.exercise"), "carebus.conf:4"));
    options_close(options);
}
END_TEST

START_TEST(an_argument_wins_over_the_environment_and_that_over_the_file)
{
    struct options *options = fresh();
    int count;
    char **arguments = line(&count, "--dir=/srv/town", "--town.rate", "60", "--verify", NULL);

    setenv("CAREBUS_TOWN_RATE", "30", 1);
    setenv("CAREBUS_TOWN_CODE", "319999000000", 1);
    ck_assert_int_eq(options_arguments(options, count, arguments), 0);
    ck_assert_int_eq(options_file(options, file("[town]\nrate = 2\ncode = 1\nname = x\n")), 0);
    ck_assert_int_eq(options_environment(options), 0);
    ck_assert_int_eq(options_number(options, "town.rate"), 60);
    ck_assert_str_eq(options_origin(options, "town.rate"), "--town.rate");
    ck_assert_str_eq(options_origin(options, "town.code"), "CAREBUS_TOWN_CODE");
    ck_assert_str_eq(options_text(options, "town.name"), "x");
    ck_assert_str_eq(options_text(options, "dir"), "/srv/town");
    ck_assert(options_yes(options, "verify"));
    options_close(options);
}
END_TEST

START_TEST(a_mistyped_key_is_told_the_nearest_name)
{
    expect_problem("[town]\nnmae = x\n",
                   "carebus.conf:2: town.nmae: there is no such key; did you mean `town.name'?");
    expect_problem("[weather]\nhail = yes\n", "carebus.conf:2: weather.hail: there is no such key");
}
END_TEST

START_TEST(a_value_out_of_its_range_is_refused_with_the_range)
{
    expect_problem("[log]\nkeep_days = 180\n",
                   "carebus.conf:2: log.keep_days: is a number from 184 to 36500, not `180'");
    expect_problem("[town]\nexercise = maybe\n",
                   "carebus.conf:2: town.exercise: is yes or no, not `maybe'");
    expect_problem("[town]\nrate = 6O\n",
                   "carebus.conf:2: town.rate: is a number from 1 to 86400, not `6O'");
    expect_problem("[town]\nstart = noon\n", "carebus.conf:2: town.start: is a time like "
                                             "2023-01-18T08:00:00+08:00, not `noon'");
}
END_TEST

START_TEST(what_inih_would_take_in_silence_is_refused)
{
    char text[512];

    expect_problem("[town]\nname = a\nname = b\n", "carebus.conf:3: town.name: is there a second "
                                                   "time (an indented line counts as one)");
    expect_problem("[town]\nname = a\n  rate = 2\n",
                   "carebus.conf:3: town.name: is there a "
                   "second time (an indented line counts as one)");
    snprintf(text, sizeof(text), "[town]\nname = %0200d\n", 0);
    expect_problem(text, "carebus.conf:2: the line is longer than 198 characters");
    expect_problem("[town]\nname\n", "carebus.conf:2: is neither `[section]' nor `key = value'");
}
END_TEST

START_TEST(a_mistyped_argument_is_told_the_nearest_name)
{
    struct options *options = fresh();
    int count;
    char **arguments = line(&count, "--verfy", NULL);

    ck_assert_int_eq(options_arguments(options, count, arguments), OPTIONS_BAD);
    EXPECT_TEXT(options_problem(options), "--verfy: there is no such argument; did you mean "
                                          "`--verify'?; --help tells more");
    arguments = line(&count, "--dir", NULL);
    ck_assert_int_eq(options_arguments(options, count, arguments), OPTIONS_BAD);
    EXPECT_TEXT(options_problem(options), "--dir: a value must follow");
    arguments = line(&count, "var", NULL);
    ck_assert_int_eq(options_arguments(options, count, arguments), OPTIONS_BAD);
    options_close(options);
}
END_TEST

START_TEST(a_missing_file_and_a_bad_one_have_their_exit_status)
{
    struct options *options;
    int status = 0;
    int count;

    char **arguments = line(&count, "--no-such", NULL);
    ck_assert_int_gt(options_read(&program, count, arguments, &options, &status), 0);
    ck_assert_int_eq(status, 64);
    arguments = line(&count, "--dir", test_folder(), NULL);
    ck_assert_int_gt(options_read(&program, count, arguments, &options, &status), 0);
    ck_assert_int_eq(status, 78);
    file("[town]\nname = x\n");
    ck_assert_int_eq(options_read(&program, count, arguments, &options, &status), 0);
    options_close(options);
}
END_TEST

START_TEST(an_endpoint_is_a_socket_of_the_folder_or_a_name_made_of_it)
{
    struct options *options = fresh();
    char endpoint[OPTIONS_ENDPOINT_SIZE];
    char other[OPTIONS_ENDPOINT_SIZE];
    char far[300];

    options_endpoint(options, "/srv/town", endpoint);
    ck_assert_str_eq(endpoint, "ipc:///srv/town/run/broker.ipc");
    snprintf(far, sizeof(far), "/srv/%0200d", 1);
    options_endpoint(options, far, endpoint);
    ck_assert_int_eq(strncmp(endpoint, "ipc://@carebus-", 15), 0);
    far[100] = '2';
    options_endpoint(options, far, other);
    ck_assert_str_ne(endpoint, other);
    options_close(options);
}
END_TEST

TESTS(a_file_is_read_and_says_where_each_value_comes_from,
      an_argument_wins_over_the_environment_and_that_over_the_file,
      a_mistyped_key_is_told_the_nearest_name, a_value_out_of_its_range_is_refused_with_the_range,
      what_inih_would_take_in_silence_is_refused, a_mistyped_argument_is_told_the_nearest_name,
      a_missing_file_and_a_bad_one_have_their_exit_status,
      an_endpoint_is_a_socket_of_the_folder_or_a_name_made_of_it)
