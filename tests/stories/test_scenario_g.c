/*
 * Scenario G: a spreadsheet (domain.md 5; S-08A, S-06V, R14).  The desk's side reads the file
 * (FileReceived) and writes the rows back with their reasons; UnpairedFound is care's.
 */
#include <string.h>

#include "stories/roster.h"

enum { ROWS = 100, ROW_BYTES = 320 };

/* GB 11643: 17 digits and their check character. */
static const char *number_of(int order)
{
    static const int weights[17] = { 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2 };
    static char number[19];
    int sum = 0;

    snprintf(number, sizeof(number), "31999919400303%03d", order % 1000);
    for (int i = 0; i < 17; i++)
        sum += (number[i] - '0') * weights[i];
    number[17] = "10X98765432"[sum % 11];
    number[18] = '\0';
    return number;
}

/* The twelve that are not in order; NULL: the rest, which are. */
static const char *special(int row)
{
    switch (row) {
    case 88: /* 15 digits, of the last century */
        return "'name': '周一', 'idNumber': '319999400303888'";
    case 89: /* a child of 77 */
        return "'name': '周二', 'birth': '1945-08-13', 'categoryText': '困境儿童'";
    case 90:
        return "'name': '周三', 'phones': [{'number': '13911110090'}],"
               " 'address': {'committee': '" C06 "'}";
    case 91: /* on the roster with a remark; the cell is empty here */
        return "'name': '张桂芳', 'phones': [{'number': '13900000001'}]";
    case 92:
        return "'name': '周五', 'phones': [{'number': '1391111'}]";
    case 93:
    case 94: /* twice more */
        return "'name': '居民0', 'idNumber': '%s'";
    case 95: /* ours, with another number: perhaps another person */
        return "'name': '张桂芳', 'phones': [{'number': '13900000001'}],"
               " 'idNumber': '440524188001010014'";
    case 96: /* the other committee's */
        return "'name': '李国强', 'idNumber': '11010519491231002X'";
    case 97:
        return "'name': '吴一', 'idNumber': '319999193802140000'";
    case 98:
        return "'name': '吴二', 'idNumber': '3.1999E+17'";
    case 99:
        return "'name': '吴三', 'idNumber': '319999193802140019'";
    default:
        return NULL;
    }
}

static size_t write_row(char *out, size_t room, int row)
{
    const char *card = special(row);
    char text[ROW_BYTES];

    if (card == NULL)
        snprintf(text, sizeof(text),
                 "'name': '居民%d', 'idNumber': '%s', 'phones': [{'number': '1391111%04d'}],"
                 " 'address': {'road': '丹桂路%d号'}, 'categoryText': '独居', 'remark': 'x'",
                 row, number_of(row), row, row);
    else
        snprintf(text, sizeof(text), "%s", card);
    char *mark = strstr(text, "%s");
    if (mark != NULL)
        snprintf(mark, sizeof(text) - (size_t)(mark - text), "%s'", number_of(0));
    return (size_t)snprintf(out, room,
                            "{'row': %d, 'card': {%s}, 'class': 'YELLOW', 'basis': 'notice'}",
                            row + 2, text);
}

static void add_rows(struct story *story, int from, int to)
{
    static char rows[ROWS * ROW_BYTES];
    size_t size = 0;

    for (int row = from; row < to; row++) {
        if (row > from)
            rows[size++] = ',';
        size += write_row(rows + size, sizeof(rows) - size, row);
    }
    story_say(story, C41, "registry.AddImportRows." C41, "{'batch': 'b1', 'rows': [%s]}", rows);
}

static void start(struct story *story, const char *batch)
{
    story_say(story, C41, "registry.StartImport." C41,
              "{'batch': '%s', 'fileHash': 'sha', 'committee': '" C41 "', 'rows': 100,"
              " 'headerMap': ['姓名=姓名', '身份证号=身份证号', '电话=电话', '住址=住址',"
              " '类别=类别', '备注=备注']}",
              batch);
}

START_TEST(a_sheet_of_a_hundred_rows_goes_in_and_out_again)
{
    struct story *story = open_roster(&registry_service);

    add_person(story, C41, "r1",
               "'name': '张桂芳', 'phones': [{'number': '13900000001'}], 'remark': 'deaf',"
               " 'idNumber': '31999919380214001X'");
    add_person(story, C06, "r2", "'name': '李国强', 'idNumber': '11010519491231002X'");
    /* 1 */
    start(story, "b1");
    add_rows(story, 0, 40);
    add_rows(story, 40, 80);
    add_rows(story, 80, 100);
    ck_assert_uint_eq(story_count(story, "registry.ImportRowsAdded." C41), 3);
    /* 2 */
    story_say(story, C41, "registry.ValidateImport." C41, "{'batch': 'b1'}");
    ck_assert_str_eq(story_last(story, "registry.ImportValidated." C41),
                     "{\"batch\": \"b1\", \"ok\": 88, \"warn\": 5, \"dup\": 4, \"reject\": 3, "
                     "\"verdicts\": [{\"row\": 95, \"cell\": \"身份证号\", \"code\": \"DUP_FILE\", "
                     "\"verdict\": \"DUP\"}, {\"row\": 96, \"cell\": \"身份证号\", \"code\": "
                     "\"DUP_FILE\", \"verdict\": \"DUP\"}, {\"row\": 97, \"cell\": \"电话\", "
                     "\"code\": \"DUP_ROSTER\", \"verdict\": \"DUP\"}, {\"row\": 98, \"cell\": "
                     "\"身份证号\", \"code\": \"DUP_OTHER_COMMITTEE\", \"verdict\": \"DUP\"}, "
                     "{\"row\": 99, \"cell\": \"身份证号\", \"code\": \"EXCEL_TRUNCATED\", "
                     "\"verdict\": \"REJECT\"}, {\"row\": 100, \"cell\": \"身份证号\", \"code\": "
                     "\"SCI_NOTATION\", \"verdict\": \"REJECT\"}, {\"row\": 101, \"cell\": "
                     "\"身份证号\", \"code\": \"BAD_CHECK\", \"verdict\": \"REJECT\"}, {\"row\": "
                     "90, \"cell\": \"身份证号\", \"code\": \"UPGRADED_15\", \"verdict\": "
                     "\"WARN\"}, {\"row\": 91, \"cell\": \"类别\", \"code\": \"AGE_CATEGORY\", "
                     "\"verdict\": \"WARN\"}, {\"row\": 92, \"cell\": \"居委\", \"code\": "
                     "\"OUTSIDE_COMMITTEE\", \"verdict\": \"WARN\"}, {\"row\": 93, \"cell\": "
                     "\"身份证号\", \"code\": \"BLANK_KEPT\", \"verdict\": \"WARN\"}, {\"row\": "
                     "93, \"cell\": \"备注\", \"code\": \"BLANK_KEPT\", \"verdict\": \"WARN\"}, "
                     "{\"row\": 94, \"cell\": \"电话\", \"code\": \"BAD_PHONE\", \"verdict\": "
                     "\"WARN\"}], \"committee\": \"310115125041\"}");
    /* 3: one event a row, and the three that were refused are nobody. */
    story_say(story, C41, "registry.CommitImport." C41, "{'batch': 'b1'}");
    ck_assert_str_eq(story_last(story, "registry.ImportCommitted." C41),
                     "{\"batch\": \"b1\", \"added\": 93, \"unchanged\": 1, \"committee\": "
                     "\"310115125041\"}");
    ck_assert_uint_eq(story_count(story, "registry.Proposed." C41), 1 + 93);
    ck_assert_str_eq(story_last(story, "registry.ClaimConflicted.sjb"),
                     "{\"person\": \"b1-97\", \"committees\": [\"310115125006\", "
                     "\"310115125041\"], \"other\": \"r2\"}");
    ck_assert_str_eq(story_ask(story, C41, "registry.FindPerson." C41, "{'name': '吴二'}"), "{}");
    ck_assert_str_eq(story_ask(story, C41, "registry.FindPerson." C41, "{'name': '居民17'}"),
                     "{\"found\": [{\"person\": \"b1-18\", \"card\": {\"person\": \"b1-18\", "
                     "\"name\": \"居民17\", \"sex\": \"1\", \"phones\": [{\"number\": "
                     "\"13911110017\", \"order\": 1}], \"address\": {\"committee\": "
                     "\"310115125041\", \"road\": \"丹桂路17号\"}, \"remark\": \"x\"}, \"state\": "
                     "\"ACTIVE\", \"owner\": \"310115125041\"}]}");
    /* 4: the same file again is nothing; and the batch is taken back while untouched. */
    start(story, "b2");
    ck_assert_str_eq(story_last(story, "registry.Refused." C41),
                     "{\"id\": \"310115125041/1/9\", \"code\": \"KNOWN_FILE\", \"reason\": "
                     "\"this very file was committed already\", \"command\": "
                     "\"registry.StartImport\"}");
    story_say(story, C41, "registry.RollBackImport." C41, "{'batch': 'b1'}");
    ck_assert_str_eq(story_last(story, "registry.ImportRolledBack." C41),
                     "{\"batch\": \"b1\", \"removed\": 93, \"committee\": \"310115125041\"}");
    ck_assert_str_eq(story_ask(story, "dzb", "registry.Counts.town", "{'committee': '" C41 "'}"),
                     "{\"counts\": [{\"committee\": \"310115125041\", \"state\": \"ACTIVE\", "
                     "\"class\": \"YELLOW\", \"count\": 1}, {\"committee\": \"310115125041\", "
                     "\"state\": \"ACTIVE\", \"category\": \"ALONE_UNCARED\", \"class\": "
                     "\"YELLOW\", \"count\": 1}], \"total\": 1}");
    story_close(story);
}
END_TEST

TESTS(a_sheet_of_a_hundred_rows_goes_in_and_out_again)
