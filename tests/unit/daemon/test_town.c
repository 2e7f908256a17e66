/*
 * Who is there, with which key, and what is said of a bad row.
 */
#include "daemon/town.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/io.h"
#include "lib/run.h"

static char first_key[SOCKET_KEY_TEXT];
static char second_key[SOCKET_KEY_TEXT];
static uint8_t first_bytes[SOCKET_KEY_BYTES];

static void make_keys(void)
{
    struct socket_keys keys;

    ck_assert_int_eq(socket_keys_make(&keys), 0);
    socket_key_print(keys.public_key, first_key);
    memcpy(first_bytes, keys.public_key, sizeof(first_bytes));
    ck_assert_int_eq(socket_keys_make(&keys), 0);
    socket_key_print(keys.public_key, second_key);
}

static void put(const char *name, const char *text)
{
    ck_assert_int_eq(io_replace_file(test_path(name), slice_text(text), 0600), 0);
}

static void put_peers(const char *format_of_two)
{
    char text[1024];
    char *at = text;

    /* 1 and 2 stand for the keys. */
    for (; *format_of_two != '\0'; format_of_two++) {
        if (*format_of_two == '1' || *format_of_two == '2')
            at += sprintf(at, "%s", *format_of_two == '1' ? first_key : second_key);
        else
            *at++ = *format_of_two;
    }
    *at = '\0';
    put("peers.csv", text);
}

static void expect_problem(const char *wanted)
{
    char problem[TOWN_PROBLEM_BYTES];
    struct town *town;

    ck_assert_int_eq(town_open(test_folder(), &town, problem), TOWN_BAD);
    ck_assert_msg(strstr(problem, wanted) != NULL, "%s", problem);
}

START_TEST(a_key_comes_in_under_its_units_name)
{
    char problem[TOWN_PROBLEM_BYTES];
    char unit[TOWN_USER_BYTES];
    struct town *town;
    uint8_t stranger[SOCKET_KEY_BYTES] = { 0 };

    make_keys();
    put("permissions.csv", "who,verb,pattern\nhcz,publish,referral.*.@\n");
    put_peers("unit,group,key\nhcz,centre,1\nhcz,centre,2\nlg,lg,\n");
    expect_problem("peers.csv:4: the key is not 40 characters of Z85");
    put_peers("unit,group,key\nhcz,centre,1\nhcz,centre,2\n");
    ck_assert_int_eq(town_open(test_folder(), &town, problem), 0);
    const char *user = town_user(town, first_bytes);
    ck_assert_ptr_nonnull(user);
    town_unit(user, unit);
    ck_assert_str_eq(unit, "hcz");
    ck_assert(town_knows(town, user));
    ck_assert(!town_knows(town, "hcz/00000000"));
    ck_assert_ptr_null(town_user(town, stranger));
    ck_assert(
        permit_allows(town_permit(town), "hcz", PERMIT_PUBLISH, slice_text("referral.A.hcz")));
    ck_assert(permit_allows(town_permit(town), "broker", PERMIT_PUBLISH,
                            slice_text("organisation.ReportLink.hcz")));
    town_close(town);
}
END_TEST

START_TEST(a_bad_row_is_named_by_file_and_line)
{
    make_keys();
    put("permissions.csv", "who,verb,pattern\n");
    put_peers("unit,key\n");
    expect_problem("peers.csv:1: the first line is unit,group,key");
    put_peers("unit,group,key\nhcz,centre\n");
    expect_problem("peers.csv:2: a row is unit,group,key");
    put_peers("unit,group,key\nH C Z,centre,1\n");
    expect_problem("peers.csv:2: a unit and a group are made of");
    put_peers("unit,group,key\nhcz,centre,1\nlg,lg,1\n");
    expect_problem("peers.csv:3: the same key is there twice");
    put_peers("unit,group,key\nhcz,centre,1\n");
    put("permissions.csv", "who,verb,pattern\nhcz,publish\n");
    expect_problem("permissions.csv:2: ");
}
END_TEST

START_TEST(a_secret_that_others_can_read_is_refused)
{
    char problem[TOWN_PROBLEM_BYTES];
    struct socket_keys keys;
    uint8_t secret[64];

    make_keys();
    ck_assert_int_eq(io_make_directory(test_path("keys")), 0);
    ck_assert_int_eq(town_curve_keys(test_folder(), &keys, problem), TOWN_BAD);
    put("keys/broker.secret", first_key);
    ck_assert_int_eq(town_curve_keys(test_folder(), &keys, problem), 0);
    ck_assert_int_eq(chmod(test_path("keys/broker.secret"), 0640), 0);
    ck_assert_int_eq(town_curve_keys(test_folder(), &keys, problem), TOWN_BAD);
    ck_assert_ptr_nonnull(strstr(problem, "may be read by others"));
    put("keys/sign.secret", "00ff");
    ck_assert_int_eq(town_sign_key(test_folder(), secret, problem), TOWN_BAD);
    ck_assert_ptr_nonnull(strstr(problem, "is not 128 hex digits"));
}
END_TEST

TESTS(a_key_comes_in_under_its_units_name, a_bad_row_is_named_by_file_and_line,
      a_secret_that_others_can_read_is_refused)
