/*
 * Scenario F: moves, dies, is double (domain.md 5; S-089, R13).  What care, supplies and benefit do
 * in it comes with those services; referral is here, and keeps its centre and falls silent.
 */
#include "stories/roster.h"

extern const struct service organisation_service;
extern const struct service referral_service;

static struct story *open_town(void)
{
    struct story *story = story_open("2023-01-18T08:00", &organisation_service, &registry_service,
                                     &referral_service, NULL);

    story_town(story);
    story_later(story, "1 h");
    story_forget(story);
    return story;
}

static void open_need(struct story *story, const char *need, const char *person)
{
    story_say(story, "dzb as dzb.seat1 dzb-s5", "referral.OpenNeed." C41,
              "{'need': '%s', 'person': '%s', 'place': '" C41 "', 'category': 'MEDICAL',"
              " 'kind': 'MEDICINE', 'priority': 'P2'}",
              need, person);
}

/* 2. Every service falls silent; the paper closes the needs; the spouse is alone and silent. */
static void somebody_dies(struct story *story)
{
    add_person(story, C41, "r5", "'name': '赵六', 'birth': '1938-02-14'");
    add_person(story, C41, "r6", "'name': '李国强', 'birth': '1936-05-01'");
    story_say(story, C41, "registry.SetCategories." C41,
              "{'person': 'r6', 'categories': ['ALL_ELDERLY_UNCARED']}");
    story_say(story, C41, "registry.SetHousehold." C41,
              "{'household': 'h1', 'members': ['r5', 'r6'],"
              " 'kin': [{'person': 'r6', 'of': 'r5', 'relation': 'spouse'}]}");
    open_need(story, "n5", "r5");
    story_say(story, "hcz as hcz.duty", "registry.ReportDeath.hcz", "{'person': 'r5'}");
    ck_assert_str_eq(story_last(story, "registry.DeathReported." C41),
                     "{\"person\": \"r5\", \"atMs\": \"1674003600000\", \"owner\": "
                     "\"310115125041\", \"source\": \"hcz.duty\"}");
    /* Held, not closed: nothing of it falls due any more. */
    story_later(story, "2 h");
    ck_assert_uint_eq(story_count(story, "referral.NeedClosed.*"), 0);
    ck_assert_uint_eq(story_count(story, "referral.DeadlineMissed.*"), 0);
    story_say(story, C41, "registry.ConfirmDeath." C41, "{'person': 'r5', 'documentRef': 'd1'}");
    ck_assert_str_eq(story_last(story, "referral.NeedClosed." C41),
                     "{\"need\": \"n5\", \"outcome\": \"DIED\", \"spans\": {\"heldMs\": "
                     "\"7200000\"}, \"person\": \"r5\"}");
    ck_assert_str_eq(story_last(story, "registry.CategoriesSet." C41),
                     "{\"person\": \"r6\", \"from\": [\"ALL_ELDERLY_UNCARED\"], \"to\": "
                     "[\"ALONE_UNCARED\", \"ALL_ELDERLY_UNCARED\"], \"by\": \"310115125041\", "
                     "\"reason\": \"bereaved\", \"owner\": \"310115125041\"}");
    ck_assert_str_eq(story_last(story, "registry.SilentSet." C41),
                     "{\"person\": \"r6\", \"to\": true, \"by\": \"310115125041\", "
                     "\"expiresMs\": \"1675220400000\", \"owner\": \"310115125041\"}");
}

static void a_death_was_a_mistake_and_everything_resumes(struct story *story)
{
    add_person(story, C41, "r7", "'name': '王五'");
    open_need(story, "n7", "r7");
    story_say(story, "hcz as hcz.duty", "registry.ReportDeath.hcz", "{'person': 'r7'}");
    story_say(story, C41, "registry.RefuteDeath." C41, "{'person': 'r7', 'reason': 'a neighbour'}");
    ck_assert_str_eq(story_last(story, "registry.DeathRefuted." C41),
                     "{\"person\": \"r7\", \"atMs\": \"1674010800000\", \"owner\": "
                     "\"310115125041\"}");
    story_say(story, "hcz as hcz.duty hcz-s4", "referral.Accept.hcz", "{'assignment': 'n7-a1'}");
    ck_assert_uint_eq(story_count(story, "referral.Accepted.hcz"), 1);
}

/* 1. c41 owns and contacts until c06 has said yes; the open referral keeps its centre. */
static void somebody_moves(struct story *story)
{
    add_person(story, C41, "r4", "'name': '张桂芳'");
    open_need(story, "n4", "r4");
    unsigned dispatched = story_count(story, "referral.Dispatched.*");
    unsigned accepted = story_count(story, "referral.Accepted.hcz");
    ck_assert_str_eq(story_last(story, "registry.CardSent.hcz"),
                     "{\"person\": \"r4\", \"need\": \"n4\", \"assignment\": \"n4-a1\", "
                     "\"card\": {\"person\": \"r4\", \"name\": \"张桂芳\", \"address\": "
                     "{\"committee\": \"310115125041\"}}}");
    story_say(story, C41, "registry.RequestMove." C41, "{'person': 'r4', 'to': '" C06 "'}");
    ck_assert_str_eq(story_last(story, "registry.MoveRequested." C06),
                     "{\"person\": \"r4\", \"from\": \"310115125041\", \"to\": "
                     "\"310115125006\", \"dueMs\": \"1674097200000\"}");
    story_say(story, C41, "registry.UpdateFields." C41,
              "{'person': 'r4', 'card': {'remark': 'seen today'}}");
    story_say(story, C06, "registry.AcceptMove." C06, "{'person': 'r4'}");
    ck_assert_str_eq(story_last(story, "registry.Moved." C06),
                     "{\"person\": \"r4\", \"from\": \"310115125041\", \"to\": "
                     "\"310115125006\", \"by\": \"310115125006\"}");
    story_say(story, "hcz as hcz.duty hcz-s4", "referral.Accept.hcz", "{'assignment': 'n4-a1'}");
    ck_assert_uint_eq(story_count(story, "referral.Dispatched.*"), dispatched);
    ck_assert_uint_eq(story_count(story, "referral.Accepted.hcz"), accepted + 1);
}

START_TEST(somebody_dies_another_does_not_and_a_third_moves)
{
    struct story *story = open_town();

    somebody_dies(story);
    a_death_was_a_mistake_and_everything_resumes(story);
    somebody_moves(story);
    story_close(story);
}
END_TEST

static void import_one(struct story *story, const char *committee, const char *batch,
                       const char *card)
{
    static const char *const steps[] = { "ValidateImport", "CommitImport" };
    char subject[64];

    snprintf(subject, sizeof(subject), "registry.StartImport.%s", committee);
    story_say(story, committee, subject,
              "{'batch': '%s', 'fileHash': 'hash-%s', 'committee': '%s', 'rows': 1}", batch, batch,
              committee);
    snprintf(subject, sizeof(subject), "registry.AddImportRows.%s", committee);
    story_say(story, committee, subject, "{'batch': '%s', 'rows': [{'row': 2, 'card': {%s}}]}",
              batch, card);
    for (size_t i = 0; i < 2; i++) {
        snprintf(subject, sizeof(subject), "registry.%s.%s", steps[i], committee);
        story_say(story, committee, subject, "{'batch': '%s'}", batch);
    }
}

/* 3. Two imports with one number: both contact until the office has decided. */
START_TEST(somebody_is_double)
{
    struct story *story = open_roster(&registry_service);
    char first[1024];
    char second[1024];

    import_one(story, C41, "b1", "'name': '张桂芳', 'idNumber': '31999919380214001X'");
    import_one(story, C06, "b2",
               "'name': '张桂芬', 'idNumber': '31999919380214001X',"
               " 'phones': [{'number': '13900000001'}]");
    ck_assert_str_eq(story_last(story, "registry.ImportValidated." C06),
                     "{\"batch\": \"b2\", \"dup\": 1, \"verdicts\": [{\"row\": 2, \"cell\": "
                     "\"身份证号\", \"code\": \"DUP_OTHER_COMMITTEE\", \"verdict\": \"DUP\"}], "
                     "\"committee\": \"310115125006\"}");
    ck_assert_str_eq(story_last(story, "registry.ClaimConflicted.sjb"),
                     "{\"person\": \"b2-1\", \"committees\": [\"310115125041\", "
                     "\"310115125006\"], \"other\": \"b1-1\"}");
    ck_assert_str_eq(story_last(story, "registry.MergeProposed.sjb"),
                     "{\"survivor\": \"b1-1\", \"alias\": \"b2-1\", \"evidence\": \"the same "
                     "number\"}");
    ck_assert_uint_eq(story_count(story, "registry.Proposed.*"), 2);
    snprintf(first, sizeof(first), "%s",
             story_ask(story, C41, "registry.Card." C41, "{'person': 'b1-1', 'purpose': 's'}"));
    snprintf(second, sizeof(second), "%s",
             story_ask(story, C06, "registry.Card." C06, "{'person': 'b2-1', 'purpose': 's'}"));
    story_say(story, "sjb", "registry.Merge.sjb", "{'survivor': 'b1-1', 'alias': 'b2-1'}");
    ck_assert_str_eq(story_last(story, "registry.Merged." C41),
                     "{\"survivor\": \"b1-1\", \"alias\": \"b2-1\", \"owner\": "
                     "\"310115125041\"}");
    ck_assert_str_eq(
        story_ask(story, C41, "registry.Card." C41, "{'person': 'b2-1', 'purpose': 's'}"),
        "{\"card\": {\"person\": \"b1-1\", \"idNumber\": \"31999919380214001X\", \"name\": "
        "\"张桂芳\", \"sex\": \"1\", \"birth\": \"1938-02-14\", \"phones\": [{\"number\": "
        "\"13900000001\", \"order\": 1}], \"address\": {\"committee\": \"310115125041\"}}, "
        "\"state\": \"CANDIDATE\", \"owner\": \"310115125041\", \"person\": \"b1-1\"}");
    story_say(story, "sjb", "registry.Unmerge.sjb", "{'survivor': 'b1-1', 'alias': 'b2-1'}");
    ck_assert_str_eq(story_last(story, "registry.Unmerged." C06),
                     "{\"survivor\": \"b1-1\", \"alias\": \"b2-1\", \"owner\": "
                     "\"310115125006\"}");
    EXPECT_TEXT(story_ask(story, C41, "registry.Card." C41, "{'person': 'b1-1', 'purpose': 's'}"),
                first);
    EXPECT_TEXT(story_ask(story, C06, "registry.Card." C06, "{'person': 'b2-1', 'purpose': 's'}"),
                second);
    story_close(story);
}
END_TEST

TESTS(somebody_dies_another_does_not_and_a_third_moves, somebody_is_double)
