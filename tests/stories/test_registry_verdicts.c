/* What the registry says of each row of a sheet, cell by cell (R14; desk.md 5). */
#include "stories/sheet.h"

/* One row of a sheet, from start to validated: what the registry says of it. */
static const char *verdict(struct story *story, const char *row)
{
    static int number = 0;
    char batch[16];

    snprintf(batch, sizeof(batch), "v%d", ++number);
    start(story, batch, batch);
    add(story, batch, row);
    step(story, "ValidateImport", batch);
    return story_last(story, "registry.ImportValidated." C41);
}

START_TEST(every_row_gets_a_verdict_with_its_cell)
{
    static const struct {
        const char *row;
        const char *want; /* of the verdict, in the sheet's own titles */
    } rows[] = {
        { "'name': '甲', 'idNumber': '31999919380214001X'", "\"ok\": 1" },
        { "'name': '甲', 'idNumber': '319999193802140000'",
          "\"cell\": \"身份证号\", \"code\": \"EXCEL_TRUNCATED\", \"verdict\": \"REJECT\"" },
        { "'name': '甲', 'idNumber': '319999193802016000'",
          "\"code\": \"EXCEL_TRUNCATED\", \"verdict\": \"WARN\"" },
        { "'name': '甲', 'idNumber': '3.1999E+17'",
          "\"cell\": \"身份证号\", \"code\": \"SCI_NOTATION\", \"verdict\": \"REJECT\"" },
        { "'name': '甲', 'idNumber': '319999193802140019'",
          "\"code\": \"BAD_CHECK\", \"verdict\": \"REJECT\"" },
        { "'name': '甲', 'idNumber': '12345'", "\"code\": \"BAD_CHECK\", \"verdict\": \"REJECT\"" },
        { "'name': '甲', 'idNumber': '319999380214001'",
          "\"code\": \"UPGRADED_15\", \"verdict\": \"WARN\"" },
        { "'name': '甲', 'phones': [{'number': '1390000'}]",
          "\"cell\": \"手机\", \"code\": \"BAD_PHONE\", \"verdict\": \"WARN\"" },
        { "'name': '甲', 'address': {'committee': '" C06 "'}",
          "\"code\": \"OUTSIDE_COMMITTEE\", \"verdict\": \"WARN\"" },
        { "'phones': [{'number': '13900000001'}]",
          "\"cell\": \"名字\", \"code\": \"NO_NAME\", \"verdict\": \"REJECT\"" },
        { "'name': '甲', 'birth': '1938年2月30日'",
          "\"code\": \"BAD_DATE\", \"verdict\": \"WARN\"" },
        { "'name': '甲', 'birth': '1938年2月14日'", "\"ok\": 1" },
        { "'name': '甲', 'categoryText': '神仙'",
          "\"cell\": \"类别\", \"code\": \"UNKNOWN_CATEGORY\", \"verdict\": \"WARN\"" },
        { "'name': '甲', 'categoryText': '其他'",
          "\"code\": \"NO_REASON\", \"verdict\": \"WARN\"" },
        { "'name': '甲', 'categoryText': '独居、重残，困境儿童', 'birth': '1945-08-13'",
          "\"code\": \"AGE_CATEGORY\", \"verdict\": \"WARN\"" },
        { "'name': '甲', 'categoryText': '孤老', 'birth': '1990-08-13'",
          "\"code\": \"AGE_CATEGORY\", \"verdict\": \"WARN\"" },
        { "'name': '甲', 'categoryText': '独居、重残', 'birth': '1945-08-13'", "\"ok\": 1" },
    };
    struct story *story = open_roster(&registry_service);
    char row[512];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        snprintf(row, sizeof(row), "{'row': 2, 'card': {%s}}", rows[i].row);
        const char *said = verdict(story, row);
        ck_assert_msg(strstr(said, rows[i].want) != NULL, "%s\n%s", rows[i].row, said);
    }
    /* What the desk saw and the words no longer show: a cell typed as a number whose digit fits. */
    ck_assert_str_eq(verdict(story, "{'row': 2, 'card': {'name': '甲', 'idNumber':"
                                    " '319999193802016000'}, 'codes': [{'cell': '证件号',"
                                    " 'code': 'EXCEL_TRUNCATED', 'verdict': 'REJECT'}]}"),
                     "{\"batch\": \"v18\", \"reject\": 1, \"verdicts\": [{\"row\": 2, "
                     "\"cell\": \"证件号\", \"code\": \"EXCEL_TRUNCATED\", \"verdict\": "
                     "\"REJECT\"}], \"committee\": \"310115125041\"}");
    story_close(story);
}
END_TEST

START_TEST(rows_are_compared_with_their_file_and_with_the_roster)
{
    struct story *story = open_roster(&registry_service);

    add_person(story, C41, "r1",
               "'name': '张桂芳', 'idNumber': '31999919380214001X', 'remark': 'deaf',"
               " 'phones': [{'number': '13900000001'}]");
    add_person(story, C06, "r2",
               "'name': '李国强', 'idNumber': '11010519491231002X',"
               " 'phones': [{'number': '13900000002'}]");
    story_say(story, C41, "registry.Propose." C41,
              "{'person': 'r3', 'committee': '" C41 "', 'card': {'name': '王五',"
              " 'idNumber': '440524188001010014'}}");
    story_say(story, C41, "registry.ReportDeath." C41, "{'person': 'r3'}");
    ck_assert_str_eq(verdict(story, "{'row': 2, 'card': {'name': '赵六', 'phones':"
                                    " [{'number': '13900000009'}]}},"
                                    "{'row': 3, 'card': {'name': '赵 六', 'phones':"
                                    " [{'number': '139-0000-0009'}]}}"),
                     "{\"batch\": \"v1\", \"ok\": 1, \"dup\": 1, \"verdicts\": [{\"row\": 3, "
                     "\"cell\": \"名字\", \"code\": \"DUP_FILE\", \"verdict\": \"DUP\"}], "
                     "\"committee\": \"310115125041\"}");
    ck_assert_str_eq(verdict(story, "{'row': 2, 'card': {'idNumber': '31999919380214001x',"
                                    " 'name': '张桂芳', 'phones': [{'number': '13900000001'}]}}"),
                     "{\"batch\": \"v2\", \"warn\": 1, \"verdicts\": [{\"row\": 2, \"cell\": "
                     "\"备注\", \"code\": \"BLANK_KEPT\", \"verdict\": \"WARN\"}], "
                     "\"committee\": \"310115125041\"}");
    ck_assert_str_eq(verdict(story, "{'row': 2, 'card': {'name': '张桂芳',"
                                    " 'phones': [{'number': '13900000001'}], 'remark': 'x'}}"),
                     "{\"batch\": \"v3\", \"warn\": 1, \"verdicts\": [{\"row\": 2, \"cell\": "
                     "\"身份证号\", \"code\": \"BLANK_KEPT\", \"verdict\": \"WARN\"}], "
                     "\"committee\": \"310115125041\"}");
    ck_assert_str_eq(verdict(story, "{'row': 2, 'card': {'name': '张桂芳',"
                                    " 'phones': [{'number': '13900000001'}],"
                                    " 'idNumber': '440524188001010014'}}"),
                     "{\"batch\": \"v4\", \"dup\": 1, \"verdicts\": [{\"row\": 2, \"cell\": "
                     "\"身份证号\", \"code\": \"DUP_ROSTER\", \"verdict\": \"DUP\"}], "
                     "\"committee\": \"310115125041\"}");
    ck_assert_str_eq(verdict(story, "{'row': 2, 'card': {'name': '张桂芳',"
                                    " 'phones': [{'number': '13900000001'}],"
                                    " 'idNumber': '319999380215001'}}"),
                     "{\"batch\": \"v5\", \"dup\": 1, \"verdicts\": [{\"row\": 2, \"cell\": "
                     "\"身份证号\", \"code\": \"UPGRADED_15\", \"verdict\": \"WARN\"}, {\"row\": "
                     "2, \"cell\": \"手机\", \"code\": \"DUP_ROSTER\", \"verdict\": \"DUP\"}], "
                     "\"committee\": \"310115125041\"}");
    ck_assert_str_eq(verdict(story, "{'row': 2, 'card': {'name': '张桂芳'}}"),
                     "{\"batch\": \"v6\", \"dup\": 1, \"verdicts\": [{\"row\": 2, \"cell\": "
                     "\"名字\", \"code\": \"DUP_ROSTER\", \"verdict\": \"DUP\"}], \"committee\": "
                     "\"310115125041\"}");
    ck_assert_str_eq(verdict(story, "{'row': 2, 'card': {'name': '李国强',"
                                    " 'idNumber': '11010519491231002X'}}"),
                     "{\"batch\": \"v7\", \"dup\": 1, \"verdicts\": [{\"row\": 2, \"cell\": "
                     "\"身份证号\", \"code\": \"DUP_OTHER_COMMITTEE\", \"verdict\": \"DUP\"}], "
                     "\"committee\": \"310115125041\"}");
    ck_assert_str_eq(verdict(story, "{'row': 2, 'card': {'name': '李国强',"
                                    " 'phones': [{'number': '13900000002'}]}}"),
                     "{\"batch\": \"v8\", \"dup\": 1, \"verdicts\": [{\"row\": 2, \"cell\": "
                     "\"手机\", \"code\": \"DUP_OTHER_COMMITTEE\", \"verdict\": \"DUP\"}], "
                     "\"committee\": \"310115125041\"}");
    story_close(story);
}
END_TEST

TESTS(every_row_gets_a_verdict_with_its_cell, rows_are_compared_with_their_file_and_with_the_roster)
