/*
 * A committee's sheet, in the encodings and shapes in which it comes.
 */
#include <iconv.h>
#include <stdio.h>
#include <string.h>

#include "cli/sheet.h"
#include "lib/run.h"

static const char text[] =
    "丹桂路居委会特殊困难群体名单,,,,,,\n"
    "序号,姓 名,身份证号码,联系电话,住址,人员类别,等级\n"
    "1,张桂芳,３１９９９９１９４２０２１４００１Ｘ,141-0000 0001,演练路1号,独居、失能,红\n"
    "2,\"王, 根福\",'319999194102140012,14100000004,,纯老,\n";

static struct arena arena;

static const char *write_file(const char *name, const void *bytes, size_t size)
{
    const char *path = test_path(name);
    FILE *out = fopen(path, "w");

    ck_assert_ptr_nonnull(out);
    ck_assert_uint_eq(fwrite(bytes, 1, size, out), size);
    ck_assert_int_eq(fclose(out), 0);
    return path;
}

static size_t as_gb18030(const char *utf8, char *out, size_t room)
{
    iconv_t conversion = iconv_open("GB18030", "UTF-8");
    char *in = (char *)(uintptr_t)utf8;
    size_t left = strlen(utf8);
    size_t out_left = room;

    ck_assert(conversion != (iconv_t)-1);
    ck_assert_uint_ne(iconv(conversion, &in, &left, &out, &out_left), (size_t)-1);
    iconv_close(conversion);
    return room - out_left;
}

static struct sheet load(const char *path)
{
    struct sheet sheet;
    const char *error = "";

    int r = sheet_load(path, &arena, &sheet, &error);
    ck_assert_msg(r == 0, "%s: %s", path, error);
    return sheet;
}

static size_t packed(const struct sheet *sheet, uint32_t row, uint8_t *bytes)
{
    Registry__ImportRow *message = sheet_row(sheet, &arena, row, "310115125012");
    ck_assert_ptr_nonnull(message);
    return registry__import_row__pack(message, bytes);
}

/* As Excel ends lines; the length of what is in `out`. */
static size_t with_returns(const char *in, char *out)
{
    char *at = out;

    for (; *in != '\0'; in++) {
        if (*in == '\n')
            *at++ = '\r';
        *at++ = *in;
    }
    *at = '\0';
    return (size_t)(at - out);
}

START_TEST(the_same_rows_in_three_encodings_are_the_same_to_the_byte)
{
    enum { SHEETS = 6 };
    char bom[sizeof(text) + 3] = "\xEF\xBB\xBF";
    char gb[2 * sizeof(text)];
    char lines[4 * sizeof(text)];
    uint8_t first[1024];
    uint8_t second[1024];
    struct sheet sheets[SHEETS];

    arena_open(&arena, 16 << 20);
    strcat(bom, text);
    sheets[0] = load(write_file("plain.csv", text, strlen(text)));
    sheets[1] = load(write_file("bom.csv", bom, strlen(bom)));
    sheets[2] = load(write_file("gb.csv", gb, as_gb18030(text, gb, sizeof(gb))));
    ck_assert_str_eq(sheets[0].encoding, "UTF-8");
    ck_assert_str_eq(sheets[1].encoding, "UTF-8 BOM");
    ck_assert_str_eq(sheets[2].encoding, "GB18030");
    sheets[3] = load(write_file("plain.r.csv", lines, with_returns(text, lines)));
    sheets[4] = load(write_file("bom.r.csv", lines, with_returns(bom, lines)));
    gb[as_gb18030(text, gb, sizeof(gb))] = '\0';
    sheets[5] = load(write_file("gb.r.csv", lines, with_returns(gb, lines)));
    for (int i = 1; i < SHEETS; i++) {
        ck_assert_str_eq(sheets[i].encoding, sheets[i % 3].encoding);
        ck_assert_uint_eq(sheets[i].table.row_count, sheets[0].table.row_count);
        for (uint32_t row = sheets[0].header + 1; row < sheets[0].table.row_count; row++) {
            size_t size = packed(&sheets[0], row, first);
            ck_assert_uint_eq(packed(&sheets[i], row, second), size);
            ck_assert_int_eq(memcmp(first, second, size), 0);
        }
    }
    arena_close(&arena);
}
END_TEST

/* What the bus would not carry is no text, in either encoding. */
START_TEST(a_sheet_with_a_control_character_is_refused)
{
    static const char bad[] = "姓名,身份证号,住址\n王某,,a\x06z\n";
    char gb[2 * sizeof(bad)];
    struct sheet sheet;
    const char *error = NULL;

    arena_open(&arena, 16 << 20);
    size_t size = as_gb18030(bad, gb, sizeof(gb));
    ck_assert_int_eq(sheet_load(write_file("gb.csv", gb, size), &arena, &sheet, &error), SHEET_BAD);
    ck_assert_str_eq(error, "it is neither UTF-8 nor GB18030");
    gb[size - 3] = '\0';
    ck_assert_int_eq(sheet_load(write_file("nul.csv", gb, size), &arena, &sheet, &error),
                     SHEET_BAD);
    ck_assert_int_eq(sheet_load(write_file("utf8.csv", bad, strlen(bad)), &arena, &sheet, &error),
                     SHEET_BAD);
    arena_close(&arena);
}
END_TEST

START_TEST(title_rows_are_passed_over_and_columns_found_by_what_people_call_them)
{
    arena_open(&arena, 16 << 20);
    struct sheet sheet = load(write_file("a.csv", text, strlen(text)));
    ck_assert_uint_eq(sheet.header, 1);
    ck_assert_str_eq(sheet_title(&sheet, SHEET_ID), "身份证号码");
    Registry__ImportRow *row = sheet_row(&sheet, &arena, 2, "310115125012");
    ck_assert_uint_eq(row->row, 3);
    ck_assert_str_eq(row->card->name, "张桂芳");
    ck_assert_str_eq(row->card->id_number, "31999919420214001X");
    ck_assert_str_eq(row->card->phones[0]->number, "14100000001");
    ck_assert_uint_eq(row->n_categories, 2);
    ck_assert_int_eq(row->class_, REGISTRY__CLASS__RED);
    arena_close(&arena);
}
END_TEST

START_TEST(the_apostrophe_that_keeps_a_text_in_excel_is_no_part_of_the_number)
{
    arena_open(&arena, 16 << 20);
    struct sheet sheet = load(write_file("a.csv", text, strlen(text)));
    Registry__ImportRow *row = sheet_row(&sheet, &arena, 3, "310115125012");
    ck_assert_str_eq(row->card->id_number, "319999194102140012");
    ck_assert_str_eq(row->card->name, "王, 根福");
    ck_assert_str_eq(row->card->address->road, "");
    arena_close(&arena);
}
END_TEST

START_TEST(a_misspelt_committee_is_none_and_the_nearest_is_named)
{
    static const struct sheet_committee town[] = { { "310115125012", "丹桂路居委会" },
                                                   { "310115125013", "古桐居委会" } };
    const char *nearest;

    ck_assert_str_eq(sheet_committee(town, 2, "丹桂路居委会", &nearest), "310115125012");
    ck_assert_str_eq(sheet_committee(town, 2, "丹桂路", &nearest), "310115125012");
    ck_assert_str_eq(sheet_committee(town, 2, "310115125013", &nearest), "310115125013");
    ck_assert_ptr_null(sheet_committee(town, 2, "丹挂路居委会", &nearest));
    ck_assert_str_eq(nearest, "丹桂路居委会");
    ck_assert_ptr_null(sheet_committee(town, 2, "别的镇的什么居委会", &nearest));
    ck_assert_ptr_null(nearest);
}
END_TEST

START_TEST(a_row_of_no_committee_carries_its_refusal)
{
    arena_open(&arena, 16 << 20);
    struct sheet sheet = load(write_file("a.csv", text, strlen(text)));
    Registry__ImportRow *row = sheet_row(&sheet, &arena, 2, "");
    ck_assert_uint_eq(row->n_codes, 1);
    ck_assert_int_eq(row->codes[0]->code, REGISTRY__CELL_CODE__OUTSIDE_COMMITTEE);
    arena_close(&arena);
}
END_TEST

START_TEST(a_file_without_a_header_is_refused)
{
    struct sheet sheet;
    const char *error = "";

    arena_open(&arena, 16 << 20);
    const char *path = write_file("a.csv", "a,b\n1,2\n", 8);
    ck_assert_int_eq(sheet_load(path, &arena, &sheet, &error), SHEET_BAD);
    ck_assert_ptr_nonnull(strstr(error, "姓名"));
    ck_assert_int_eq(sheet_load(test_path("absent.csv"), &arena, &sheet, &error), SHEET_ABSENT);
    arena_close(&arena);
}
END_TEST

START_TEST(a_formula_leaves_as_a_text)
{
    char out_text[256] = "";

    FILE *out = fmemopen(out_text, sizeof(out_text), "w");
    csv_table_write(out, "=1+1", false);
    csv_table_write(out, "@cmd", false);
    csv_table_write(out, "-2,3", false);
    csv_table_write(out, "plain", true);
    fclose(out);
    ck_assert_str_eq(out_text, "'=1+1,'@cmd,\"'-2,3\",plain\r\n");
}
END_TEST

TESTS(the_same_rows_in_three_encodings_are_the_same_to_the_byte,
      a_sheet_with_a_control_character_is_refused,
      title_rows_are_passed_over_and_columns_found_by_what_people_call_them,
      the_apostrophe_that_keeps_a_text_in_excel_is_no_part_of_the_number,
      a_misspelt_committee_is_none_and_the_nearest_is_named,
      a_row_of_no_committee_carries_its_refusal, a_file_without_a_header_is_refused,
      a_formula_leaves_as_a_text)
