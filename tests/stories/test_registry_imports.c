/* A sheet's way onto the roster, and back (R14; desk.md 5).  What is said of its rows is in
 * test_registry_verdicts.c. */
#include "stories/sheet.h"

START_TEST(a_commit_adds_changes_and_leaves)
{
    struct story *story = open_roster(&registry_service);

    add_person(story, C41, "r1",
               "'name': '张桂芳', 'idNumber': '31999919380214001X',"
               " 'phones': [{'number': '13900000001'}, {'number': '58958801'}],"
               " 'emergencyContacts': [{'name': '女儿', 'phone': '13900000009'}]");
    start(story, "b1", "h1");
    add(story, "b1",
        "{'row': 2, 'card': {'name': '赵六', 'phones': [{'number': '13900000003'}],"
        " 'address': {'road': '丹桂路3号'}, 'categoryText': '独居'}, 'class': 'RED',"
        " 'basis': 'notice'},"
        "{'row': 3, 'card': {'name': '钱七', 'phones': [{'number': '13900000004'}]}},"
        "{'row': 4, 'card': {'name': '张桂芳', 'idNumber': '31999919380214001X', 'phones':"
        " [{'number': '13900000005'}], 'emergencyContacts': [{'name': '女儿',"
        " 'phone': '13900000009'}], 'remark': 'deaf', 'categoryText': '重残'}, 'class': 'RED'}");
    step(story, "ValidateImport", "b1");
    story_forget(story);
    step(story, "CommitImport", "b1");
    EXPECT_TEXT(story_text(story), "310115125041/1/6 registry.CommitImport\n"
                                   "    b1: VALIDATED -> COMMITTING\n"
                                   "    forgets b1: registry.ExpireImport\n"
                                   "    sends registry.CommitNext.310115125041\n"
                                   "registry/1/6 registry.CommitNext\n"
                                   "    b1: COMMITTING -> COMMITTING\n"
                                   "    b1-1: PERSON_NONE -> CANDIDATE\n"
                                   "    reminds b1-1: registry.ChaseCandidate in 24 h\n"
                                   "    emits registry.Proposed.310115125041\n"
                                   "    b1-1: CANDIDATE -> ACTIVE\n"
                                   "    forgets b1-1: registry.ChaseCandidate\n"
                                   "    reminds b1-1: registry.CheckStale in 14 d\n"
                                   "    emits registry.Verified.310115125041\n"
                                   "    b1-2: PERSON_NONE -> CANDIDATE\n"
                                   "    reminds b1-2: registry.ChaseCandidate in 24 h\n"
                                   "    emits registry.Proposed.310115125041\n"
                                   "    emits registry.FieldsUpdated.310115125041\n"
                                   "    reminds r1: registry.CheckStale in 14 d\n"
                                   "    emits registry.CategoriesSet.310115125041\n"
                                   "    emits registry.ClassSet.310115125041\n"
                                   "    reminds r1: registry.CheckStale in 14 d\n"
                                   "    b1: COMMITTING -> COMMITTED\n"
                                   "    emits registry.ImportCommitted.310115125041\n");
    ck_assert_str_eq(story_last(story, "registry.ImportCommitted." C41),
                     "{\"batch\": \"b1\", \"added\": 2, \"changed\": 1, \"committee\": "
                     "\"310115125041\"}");
    ck_assert_str_eq(story_ask(story, C41 " as " C41 ".first", "registry.Card." C41,
                               "{'person': 'r1', 'purpose': 'x'}"),
                     "{\"card\": {\"person\": \"r1\", \"idNumber\": \"31999919380214001X\", "
                     "\"name\": \"张桂芳\", \"sex\": \"1\", \"birth\": \"1938-02-14\", "
                     "\"phones\": [{\"number\": \"13900000005\", \"order\": 1}, {\"number\": "
                     "\"13900000001\", \"order\": 2}, {\"number\": \"58958801\", \"order\": "
                     "3}], \"address\": {\"committee\": \"310115125041\"}, "
                     "\"emergencyContacts\": [{\"name\": \"女儿\", \"phone\": \"13900000009\"}], "
                     "\"remark\": \"deaf\"}, \"state\": \"ACTIVE\", \"owner\": "
                     "\"310115125041\", \"categories\": [\"SEVERELY_DISABLED\"], \"class\": "
                     "\"RED\", \"silent\": true, \"person\": \"r1\"}");
    ck_assert_str_eq(story_ask(story, C41, "registry.ImportOf." C41, "{'batch': 'b1'}"),
                     "{\"batch\": \"b1\", \"state\": \"COMMITTED\", \"rows\": 3, \"ok\": 3, "
                     "\"committee\": \"310115125041\"}");

    /* The mended sheet: only what is new in it acts. */
    start(story, "b2", "h2");
    add(story, "b2",
        "{'row': 2, 'card': {'name': '赵六', 'phones': [{'number': '13900000003'}],"
        " 'address': {'road': '丹桂路3号'}, 'categoryText': '独居'}, 'class': 'RED',"
        " 'basis': 'notice'},"
        "{'row': 3, 'card': {'name': '钱七', 'phones': [{'number': '13900000004'}],"
        " 'categoryText': '失能'}, 'class': 'YELLOW', 'basis': 'notice'},"
        "{'row': 4, 'card': {'name': '张桂芳', 'idNumber': '31999919380214001X',"
        " 'remark': '清空'}}");
    step(story, "ValidateImport", "b2");
    step(story, "CommitImport", "b2");
    ck_assert_str_eq(story_last(story, "registry.ImportCommitted." C41),
                     "{\"batch\": \"b2\", \"changed\": 2, \"unchanged\": 1, \"committee\": "
                     "\"310115125041\"}");
    /* The first batch has been written over: it is not taken back any more. */
    story_forget(story);
    step(story, "RollBackImport", "b1");
    step(story, "RollBackImport", "b2");
    EXPECT_TEXT(story_text(story), "310115125041/1/11 registry.RollBackImport\n"
                                   "    refuses: 2 of its people were changed since\n"
                                   "310115125041/1/12 registry.RollBackImport\n"
                                   "    b2: COMMITTED -> ROLLING_BACK\n"
                                   "    sends registry.RollBackNext.310115125041\n"
                                   "registry/1/23 registry.RollBackNext\n"
                                   "    b2: ROLLING_BACK -> ROLLING_BACK\n"
                                   "    emits registry.Removed.310115125041\n"
                                   "    emits registry.Proposed.310115125041\n"
                                   "    reminds b1-2: registry.ChaseCandidate in 24 h\n"
                                   "    forgets b1-2: registry.CheckStale\n"
                                   "    emits registry.FieldsUpdated.310115125041\n"
                                   "    forgets r1: registry.CheckStale\n"
                                   "    reminds r1: registry.CheckStale in 14 d\n"
                                   "    b2: ROLLING_BACK -> ROLLED_BACK\n"
                                   "    emits registry.ImportRolledBack.310115125041\n");
    ck_assert_str_eq(story_ask(story, C41 " as " C41 ".first", "registry.Card." C41,
                               "{'person': 'r1', 'purpose': 'x'}"),
                     "{\"card\": {\"person\": \"r1\", \"idNumber\": \"31999919380214001X\", "
                     "\"name\": \"张桂芳\", \"sex\": \"1\", \"birth\": \"1938-02-14\", "
                     "\"phones\": [{\"number\": \"13900000005\", \"order\": 1}, {\"number\": "
                     "\"13900000001\", \"order\": 2}, {\"number\": \"58958801\", \"order\": "
                     "3}], \"address\": {\"committee\": \"310115125041\"}, "
                     "\"emergencyContacts\": [{\"name\": \"女儿\", \"phone\": \"13900000009\"}], "
                     "\"remark\": \"deaf\"}, \"state\": \"ACTIVE\", \"owner\": "
                     "\"310115125041\", \"categories\": [\"SEVERELY_DISABLED\"], \"class\": "
                     "\"RED\", \"silent\": true, \"person\": \"r1\"}");
    story_close(story);
}
END_TEST

START_TEST(an_import_is_taken_back_while_nobody_has_touched_its_people)
{
    struct story *story = open_roster(&registry_service);

    start(story, "b1", "h1");
    add(story, "b1",
        "{'row': 2, 'card': {'name': '赵六', 'phones': [{'number': '13900000003'}],"
        " 'categoryText': '独居'}, 'class': 'RED', 'basis': 'notice'}");
    step(story, "ValidateImport", "b1");
    step(story, "CommitImport", "b1");
    start(story, "b2", "h1");
    step(story, "RollBackImport", "b1");
    ck_assert_str_eq(story_last(story, "registry.ImportRolledBack." C41),
                     "{\"batch\": \"b1\", \"removed\": 1, \"committee\": \"310115125041\"}");
    ck_assert_str_eq(story_last(story, "registry.Removed." C41),
                     "{\"person\": \"b1-1\", \"owner\": \"310115125041\", \"reason\": \"the "
                     "import was rolled back\"}");
    ck_assert_str_eq(story_ask(story, "dzb", "registry.Counts.town", "{}"), "{}");
    ck_assert_str_eq(story_ask(story, C41, "registry.FindPerson." C41, "{'name': '赵六'}"), "{}");
    start(story, "b3", "h1"); /* the file may come again */
    add(story, "b3", "{'row': 2, 'card': {'name': '赵六', 'phones': [{'number': '13900000003'}]}}");
    step(story, "ValidateImport", "b3");
    step(story, "CommitImport", "b3");
    story_say(story, C41, "registry.UpdateFields." C41,
              "{'person': 'b3-1', 'card': {'remark': 'x'}}");
    story_forget(story);
    step(story, "RollBackImport", "b3");
    EXPECT_TEXT(story_text(story), "310115125041/1/12 registry.RollBackImport\n"
                                   "    refuses: 1 of its people were changed since\n");
    story_close(story);
}
END_TEST

START_TEST(a_batch_that_nobody_commits_is_abandoned_and_its_particulars_go)
{
    struct story *story = open_roster(&registry_service);

    start(story, "b1", "h1");
    add(story, "b1", "{'row': 2, 'card': {'name': '赵六'}}");
    step(story, "ValidateImport", "b1");
    start(story, "b2", "h2");
    start(story, "b3", "h3");
    add(story, "b3", "{'row': 2, 'card': {'name': '赵六'}}");
    step(story, "ValidateImport", "b3");
    start(story, "b4", "h4");
    add(story, "b4", "{'row': 2, 'card': {'name': '赵六'}}");
    start(story, "b5", "h5");
    start(story, "b6", "h6");
    add(story, "b6", "{'row': 2, 'card': {'name': '赵六'}}");
    story_forget(story);
    step(story, "AbandonImport", "b2");
    step(story, "AbandonImport", "b3");
    step(story, "AbandonImport", "b4");
    story_later(story, "7 d");
    step(story, "CommitImport", "b1");
    EXPECT_TEXT(story_text(story), "310115125041/1/13 registry.AbandonImport\n"
                                   "    b2: STARTED -> ABANDONED\n"
                                   "    forgets b2: registry.ExpireImport\n"
                                   "    emits registry.ImportAbandoned.310115125041\n"
                                   "310115125041/1/14 registry.AbandonImport\n"
                                   "    b3: VALIDATED -> ABANDONED\n"
                                   "    forgets b3: registry.ExpireImport\n"
                                   "    emits registry.ImportAbandoned.310115125041\n"
                                   "310115125041/1/15 registry.AbandonImport\n"
                                   "    b4: FILLING -> ABANDONED\n"
                                   "    forgets b4: registry.ExpireImport\n"
                                   "    emits registry.ImportAbandoned.310115125041\n"
                                   "7 d later\n"
                                   "registry/1/16 registry.ExpireImport\n"
                                   "    b5: STARTED -> ABANDONED\n"
                                   "    emits registry.ImportAbandoned.310115125041\n"
                                   "registry/1/17 registry.ExpireImport\n"
                                   "    b6: FILLING -> ABANDONED\n"
                                   "    emits registry.ImportAbandoned.310115125041\n"
                                   "registry/1/18 registry.ExpireImport\n"
                                   "    b1: VALIDATED -> ABANDONED\n"
                                   "    emits registry.ImportAbandoned.310115125041\n"
                                   "310115125041/1/16 registry.CommitImport\n"
                                   "    refuses: no CommitImport from ABANDONED\n");
    ck_assert_str_eq(story_ask(story, C41, "registry.ImportOf." C41, "{'batch': 'b1'}"),
                     "{\"batch\": \"b1\", \"state\": \"ABANDONED\", \"ok\": 1, \"committee\": "
                     "\"310115125041\"}");
    story_close(story);
}
END_TEST

START_TEST(what_is_wrong_with_a_batch_is_said)
{
    struct story *story = open_roster(&registry_service);

    story_say(story, C06, "registry.StartImport." C06,
              "{'batch': 'b1', 'fileHash': 'h', 'committee': '" C41 "'}");
    story_say(story, "sjb", "registry.StartImport.sjb",
              "{'batch': 'b1', 'fileHash': 'h', 'committee': 'sjb'}");
    story_say(story, C41, "registry.StartImport." C41, "{'batch': 'b1', 'committee': '" C41 "'}");
    story_say(story, C41, "registry.StartImport." C41,
              "{'batch': 'b1', 'fileHash': 'h', 'committee': '" C41 "', 'rows': 2001}");
    story_say(story, C41, "registry.StartImport." C41,
              "{'batch': 'b1', 'fileHash': 'h', 'committee': '" C41 "', 'rows': 2}");
    step(story, "ValidateImport", "b1");
    add(story, "b1", "{'row': 2, 'card': {'name': '赵六'}}");
    add(story, "b1", "{'row': 2, 'card': {'name': '赵六'}}");
    step(story, "ValidateImport", "b1");
    story_say(story, C06, "registry.AddImportRows." C06, "{'batch': 'b1'}");
    add(story, "b1", "{'row': 3, 'card': {'name': '钱七'}}");
    step(story, "CommitImport", "b1");
    step(story, "ValidateImport", "b1");
    add(story, "b1", "{'row': 4, 'card': {'name': '孙八'}}");
    step(story, "RollBackImport", "b1");
    step(story, "CommitImport", "b1");
    step(story, "CommitImport", "b1");
    step(story, "CommitNext", "b1");
    step(story, "RollBackNext", "b1");
    step(story, "ExpireImport", "b1");
    start(story, "b2", "h");
    step(story, "ValidateImport", "none");
    EXPECT_TEXT(story_text(story),
                "310115125006/1/1 registry.StartImport\n"
                "    refuses: StartImport is not for 310115125006\n"
                "sjb/1/1 registry.StartImport\n"
                "    refuses: no such committee\n"
                "310115125041/1/1 registry.StartImport\n"
                "    refuses: file_hash: is missing\n"
                "310115125041/1/2 registry.StartImport\n"
                "    refuses: more than 2000 rows\n"
                "310115125041/1/3 registry.StartImport\n"
                "    b1: IMPORT_NONE -> STARTED\n"
                "    reminds b1: registry.ExpireImport in 7 d\n"
                "    emits registry.ImportStarted.310115125041\n"
                "310115125041/1/4 registry.ValidateImport\n"
                "    refuses: no ValidateImport from STARTED\n"
                "310115125041/1/5 registry.AddImportRows\n"
                "    b1: STARTED -> FILLING\n"
                "    emits registry.ImportRowsAdded.310115125041\n"
                "310115125041/1/6 registry.AddImportRows\n"
                "    b1: FILLING -> FILLING\n"
                "    emits registry.ImportRowsAdded.310115125041\n"
                "310115125041/1/7 registry.ValidateImport\n"
                "    refuses: 1 of 2 rows are here\n"
                "310115125006/1/2 registry.AddImportRows\n"
                "    refuses: AddImportRows is not for 310115125006\n"
                "310115125041/1/8 registry.AddImportRows\n"
                "    b1: FILLING -> FILLING\n"
                "    emits registry.ImportRowsAdded.310115125041\n"
                "310115125041/1/9 registry.CommitImport\n"
                "    refuses: no CommitImport from FILLING\n"
                "310115125041/1/10 registry.ValidateImport\n"
                "    b1: FILLING -> VALIDATED\n"
                "    reminds b1: registry.ExpireImport in 7 d\n"
                "    emits registry.ImportValidated.310115125041\n"
                "310115125041/1/11 registry.AddImportRows\n"
                "    refuses: no AddImportRows from VALIDATED\n"
                "310115125041/1/12 registry.RollBackImport\n"
                "    refuses: no RollBackImport from VALIDATED\n"
                "310115125041/1/13 registry.CommitImport\n"
                "    b1: VALIDATED -> COMMITTING\n"
                "    forgets b1: registry.ExpireImport\n"
                "    sends registry.CommitNext.310115125041\n"
                "registry/1/16 registry.CommitNext\n"
                "    b1: COMMITTING -> COMMITTING\n"
                "    b1-1: PERSON_NONE -> CANDIDATE\n"
                "    reminds b1-1: registry.ChaseCandidate in 24 h\n"
                "    emits registry.Proposed.310115125041\n"
                "    b1-2: PERSON_NONE -> CANDIDATE\n"
                "    reminds b1-2: registry.ChaseCandidate in 24 h\n"
                "    emits registry.Proposed.310115125041\n"
                "    b1: COMMITTING -> COMMITTED\n"
                "    emits registry.ImportCommitted.310115125041\n"
                "310115125041/1/14 registry.CommitImport\n"
                "    refuses: no CommitImport from COMMITTED\n"
                "310115125041/1/15 registry.CommitNext\n"
                "    refuses: only the registry itself says that\n"
                "310115125041/1/16 registry.RollBackNext\n"
                "    refuses: only the registry itself says that\n"
                "310115125041/1/17 registry.ExpireImport\n"
                "    refuses: only the registry itself says that\n"
                "310115125041/1/18 registry.StartImport\n"
                "    refuses: this very file was committed already\n"
                "310115125041/1/19 registry.ValidateImport\n"
                "    refuses: no ValidateImport: there is no such row in imports\n");
    ck_assert_str_eq(story_ask(story, "dzb", "registry.ImportOf.dzb", "{'batch': 'b1'}"),
                     "refused NOT_ALLOWED: ImportOf is not for dzb");
    ck_assert_str_eq(story_ask(story, "sjb", "registry.ImportOf.sjb", "{'batch': 'b9'}"),
                     "refused NOT_FOUND: no such batch");
    story_close(story);
}
END_TEST

/* Rows with numbers from 2 on. */
static const char *rows_of(int count)
{
    static char rows[40000];
    size_t size = 0;

    for (int i = 0; i < count; i++)
        size += (size_t)snprintf(rows + size, sizeof(rows) - size,
                                 "%s{'row': %d, 'card': {'name': 'n%d', 'phones': [{'number':"
                                 " '1390000%04d'}]}}",
                                 i == 0 ? "" : ",", i + 2, i, i);
    return rows;
}

START_TEST(a_command_holds_two_hundred_rows)
{
    struct story *story = open_roster(&registry_service);

    start(story, "b1", "h1");
    add(story, "b1", rows_of(201));
    ck_assert_uint_eq(story_count(story, "registry.ImportRowsAdded." C41), 0);
    add(story, "b1", rows_of(200));
    ck_assert_str_eq(story_last(story, "registry.ImportRowsAdded." C41),
                     "{\"batch\": \"b1\", \"rows\": 200, \"total\": 200}");
    story_close(story);
}
END_TEST

/* Twenty rows a turn, so that a call for somebody else is never kept waiting by a sheet. */
START_TEST(a_commit_goes_on_turn_by_turn)
{
    struct story *story = open_roster(&registry_service);

    start(story, "b1", "h1");
    add(story, "b1", rows_of(45));
    step(story, "ValidateImport", "b1");
    step(story, "CommitImport", "b1");
    ck_assert_str_eq(story_last(story, "registry.ImportCommitted." C41),
                     "{\"batch\": \"b1\", \"added\": 45, \"committee\": \"310115125041\"}");
    ck_assert_uint_eq(story_count(story, "registry.CommitNext." C41), 3);
    step(story, "RollBackImport", "b1");
    ck_assert_str_eq(story_last(story, "registry.ImportRolledBack." C41),
                     "{\"batch\": \"b1\", \"removed\": 45, \"committee\": \"310115125041\"}");
    ck_assert_uint_eq(story_count(story, "registry.RollBackNext." C41), 3);
    story_close(story);
}
END_TEST

TESTS(a_commit_adds_changes_and_leaves, an_import_is_taken_back_while_nobody_has_touched_its_people,
      a_batch_that_nobody_commits_is_abandoned_and_its_particulars_go,
      what_is_wrong_with_a_batch_is_said, a_command_holds_two_hundred_rows,
      a_commit_goes_on_turn_by_turn)
