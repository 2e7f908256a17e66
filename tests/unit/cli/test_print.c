/*
 * What is printed on a terminal 80 columns wide, with Chinese names in it.
 */
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/print.h"
#include "cli/roster.h"
#include "lib/run.h"

static const struct print_column columns[] = { { "name", 8 }, { "n", 0 }, { "note", 10 } };

static const char *table_text(bool csv)
{
    static char text[4096];
    struct print_table table;
    const char *rows[][3] = { { "张桂芳", "81", "door" },
                              { "欧阳桂芳珍", "7", "says \"yes\", a lot" } };

    FILE *out = fmemopen(text, sizeof(text), "w");
    print_begin(&table, columns, 3);
    print_row(&table, rows[0]);
    print_row(&table, rows[1]);
    print_end(&table, csv, out);
    fclose(out);
    return text;
}

START_TEST(a_chinese_character_takes_two_columns)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    ck_assert_uint_eq(print_width("张桂芳"), 6);
    ck_assert_uint_eq(print_width("abc"), 3);
    ck_assert_uint_eq(print_width("（一）"), 6);
    ck_assert_uint_eq(print_width("\xFF\xFE"), 2);
}
END_TEST

START_TEST(a_column_of_names_lines_up_and_a_long_one_is_cut)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    EXPECT_TEXT(table_text(false), "name      n   note\n"
                                   "张桂芳    81  door\n"
                                   "欧阳桂…   7   says \"yes…\n");
}
END_TEST

START_TEST(a_table_as_csv_keeps_every_cell_whole)
{
    EXPECT_TEXT(table_text(true), "name,n,note\r\n"
                                  "张桂芳,81,door\r\n"
                                  "欧阳桂芳珍,7,\"says \"\"yes\"\", a lot\"\r\n");
}
END_TEST

/* What it prints when its third cell holds a long text. */
static const char *wide_text(const struct print_column *wide)
{
    static char text[4096];
    struct print_table table;
    const char *cells[] = { "R-20230118-0002-0", "张桂芳",
                            "somebody has asked at the door whether the doctor will come today" };

    FILE *out = fmemopen(text, sizeof(text), "w");
    print_begin(&table, wide, 3);
    print_row(&table, cells);
    print_end(&table, false, out);
    fclose(out);
    return text;
}

START_TEST(what_is_copied_stays_whole_and_another_cell_gives_way)
{
    static const struct print_column wide[] = { { "case", 6, true }, { "name" }, { "text" } };

    setlocale(LC_CTYPE, "C.UTF-8");
    ck_assert_str_eq(
        wide_text(wide),
        "case               name    text\n"
        "R-20230118-0002-0  张桂芳  somebody has asked at the door whether the doctor wi…\n");
}
END_TEST

START_TEST(a_row_that_does_not_fit_is_a_record)
{
    static const struct print_column wide[] = { { "case", 0, true },
                                                { "name" },
                                                { "what was asked", 0, true } };

    setlocale(LC_CTYPE, "C.UTF-8");
    ck_assert_str_eq(
        wide_text(wide),
        "case            R-20230118-0002-0\n"
        "name            张桂芳\n"
        "what was asked  somebody has asked at the door whether the doctor will come today\n");
}
END_TEST

START_TEST(a_table_without_rows_prints_nothing)
{
    char text[64] = "";
    struct print_table table;

    FILE *out = fmemopen(text, sizeof(text), "w");
    print_begin(&table, columns, 3);
    print_end(&table, false, out);
    fclose(out);
    ck_assert_str_eq(text, "");
}
END_TEST

START_TEST(an_interval_reads_as_a_person_says_it)
{
    char text[PRINT_SPAN_SIZE];

    print_span(3720, text);
    ck_assert_str_eq(text, "3.7 s");
    print_span(145 * 1000, text);
    ck_assert_str_eq(text, "2 min 25 s");
    print_span(74 * 60 * 1000, text);
    ck_assert_str_eq(text, "1 h 14 min");
}
END_TEST

START_TEST(names_numbers_and_telephones_are_masked)
{
    struct cli cli = { 0 };

    arena_open(&cli.arena, 1 << 20);
    ck_assert_str_eq(roster_masked(&cli, "张桂芳"), "张*芳");
    ck_assert_str_eq(roster_masked(&cli, "李国"), "李*");
    ck_assert_str_eq(roster_masked(&cli, "31999919380214001X"), "3199************1X");
    ck_assert_str_eq(roster_masked(&cli, "14100000001"), "141****0001");
    arena_close(&cli.arena);
}
END_TEST

START_TEST(every_chinese_text_takes_the_arguments_of_its_english)
{
    for (const struct text_pair *pair = cli_texts; pair->english != NULL; pair++) {
        const char *english = pair->english;
        const char *chinese = pair->chinese;
        while (true) {
            english = strchr(english, '%');
            chinese = strchr(chinese, '%');
            if (english == NULL || chinese == NULL)
                break;
            size_t length = strcspn(english, "sudixXc%") + 1;
            if (english[1] == '%')
                length = 2;
            ck_assert_msg(strncmp(english, chinese, length) == 0, "%s", pair->english);
            english += length;
            chinese += length;
        }
        ck_assert_msg(english == NULL && chinese == NULL, "%s", pair->english);
    }
}
END_TEST

START_TEST(a_time_is_a_date_a_span_before_or_after_now_or_nothing)
{
    uint64_t ms;

    ck_assert(cli_time("-1h", 7200000, &ms));
    ck_assert_uint_eq(ms, 3600000);
    ck_assert(cli_time("+2m", 1000, &ms));
    ck_assert_uint_eq(ms, 121000);
    ck_assert(cli_time("1970-01-02T08:00:00+08:00", 0, &ms));
    ck_assert_uint_eq(ms, 86400000);
    ck_assert(!cli_time("tomorrow", 0, &ms));
    ck_assert(!cli_duration("10 apples", &ms));
}
END_TEST

TESTS(what_is_copied_stays_whole_and_another_cell_gives_way, a_row_that_does_not_fit_is_a_record,
      a_chinese_character_takes_two_columns, a_column_of_names_lines_up_and_a_long_one_is_cut,
      a_table_as_csv_keeps_every_cell_whole, a_table_without_rows_prints_nothing,
      an_interval_reads_as_a_person_says_it, names_numbers_and_telephones_are_masked,
      every_chinese_text_takes_the_arguments_of_its_english,
      a_time_is_a_date_a_span_before_or_after_now_or_nothing)
