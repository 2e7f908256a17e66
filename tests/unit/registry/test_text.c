#include <string.h>

#include "base/clock.h"
#include "lib/run.h"
#include "registry/text.h"

START_TEST(a_phone_is_the_same_however_it_is_written)
{
    static const struct {
        const char *written;
        const char *phone;
    } rows[] = {
        { "13900000001", "13900000001" },
        { "139-0000-0001", "13900000001" },
        { "+86 139 0000 0001", "13900000001" },
        { "0086 13900000001", "13900000001" },
        { "１３９００００００01", "13900000001" },
        { "021-58958808", "58958808" },
        { "(021) 5895 8808", "58958808" },
        { "0512-66660000", "051266660000" },
        { "无", "" },
        { "", "" },
    };
    char phone[TEXT_PHONE_SIZE];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        text_phone(rows[i].written, phone);
        ck_assert_msg(strcmp(phone, rows[i].phone) == 0, "%s: %s", rows[i].written, phone);
    }
}
END_TEST

START_TEST(a_phone_of_the_wrong_length_is_no_phone)
{
    ck_assert(text_phone_good("13900000001"));
    ck_assert(text_phone_good("58958808"));
    ck_assert(text_phone_good("051266660000"));
    ck_assert(!text_phone_good("1390000000"));
    ck_assert(!text_phone_good("139000000012"));
    ck_assert(!text_phone_good("5895880"));
    ck_assert(!text_phone_good(""));
}
END_TEST

START_TEST(a_name_is_folded_to_what_one_compares)
{
    char folded[TEXT_FOLDED_SIZE];

    text_fold(" 张 桂芳　", folded);
    ck_assert_str_eq(folded, "张桂芳");
    text_fold("阿依古丽·买买提", folded);
    ck_assert_str_eq(folded, "阿依古丽买买提");
    text_fold("丹桂路１２弄/3Ａ室", folded);
    ck_assert_str_eq(folded, "丹桂路12弄3a室");
}
END_TEST

START_TEST(a_long_name_is_cut_at_a_whole_character)
{
    char text[400] = "";
    char folded[TEXT_FOLDED_SIZE];

    for (int i = 0; i < 40; i++)
        strcat(text, "a字");
    text_fold(text, folded);
    ck_assert_uint_eq(strlen(folded) % 4, 0);
    ck_assert_uint_le(strlen(folded), TEXT_FOLDED_SIZE - 1);
}
END_TEST

START_TEST(initials_read_surnames_as_surnames)
{
    static const struct {
        const char *name;
        const char *surname;
        const char *word;
    } rows[] = {
        { "张桂芳", "zgf", "zgf" },     { "单田芳", "stf", "dtf" },
        { "解晓东", "xxd", "jxd" },     { "仇英", "qy", "cy" },
        { "曾国", "zg", "cg" },         { "尉迟恭", "ycg", "wcg" },
        { "mary李", "maryl", "maryl" }, { "", "", "" },
    };
    char initials[TEXT_INITIALS_SIZE];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        text_initials(rows[i].name, true, initials);
        ck_assert_msg(strcmp(initials, rows[i].surname) == 0, "%s: %s", rows[i].name, initials);
        text_initials(rows[i].name, false, initials);
        ck_assert_msg(strcmp(initials, rows[i].word) == 0, "%s: %s", rows[i].name, initials);
    }
}
END_TEST

START_TEST(an_age_counts_whole_years)
{
    long long day = clock_day_of(2023, 1, 18);

    ck_assert_int_eq(text_age("1945-08-13", day), 77);
    ck_assert_int_eq(text_age("2009-01-18", day), 14);
    ck_assert_int_eq(text_age("2009-01-19", day), 13);
    ck_assert_int_eq(text_age("2009", day), -1);
    ck_assert_int_eq(text_age("", day), -1);
}
END_TEST

TESTS(a_phone_is_the_same_however_it_is_written, a_phone_of_the_wrong_length_is_no_phone,
      a_name_is_folded_to_what_one_compares, a_long_name_is_cut_at_a_whole_character,
      initials_read_surnames_as_surnames, an_age_counts_whole_years)
