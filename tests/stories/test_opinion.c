/*
 * opinion: signals, alerts and answers (domain.md 3.11, 4.9); S-013, S-064, S-066, S-067, S-0B3.
 * The town is kernel_town.h.
 */
#include "stories/kernel_town.h"

extern const struct service opinion_service;

static void office(struct story *story, const char *command, const char *body)
{
    char subject[64];

    snprintf(subject, sizeof(subject), "opinion.%s.dqb", command);
    story_say(story, "dqb as dqb.duty dqb-s4", subject, "%s", body);
}

static void submits(struct story *story, const char *signal, const char *text)
{
    story_say(story, "dqb as dqb.duty dqb-s4", "opinion.SubmitSignal.dqb",
              "{'signal': '%s', 'source': 'weibo', 'place': '" C41 "', 'text': '%s'}", signal,
              text);
}

static struct story *town(void)
{
    struct story *story = kernel_story(&opinion_service);

    organisation_says(story, "ResponsibilitySet",
                      "{'category': 'GENERAL', 'kind': 'HANDLE_OPINION', 'service': 'opinion',"
                      " 'firstUnit': 'dqb', 'secondUnit': 'sjb', 'verifier': 'dzb'}");
    organisation_says(story, "ResponsibilitySet",
                      "{'category': 'MEDICAL', 'kind': 'MEDICINE', 'service': 'referral',"
                      " 'firstUnit': 'centre', 'secondUnit': 'other-centre', 'verifier': 'dzb'}");
    organisation_says(story, "ResponsibilitySet",
                      "{'category': 'EMERGENCY', 'service': 'incident', 'firstUnit': 'pab',"
                      " 'secondUnit': 'lgo', 'verifier': 'dzb'}");
    office(story, "DefineSource", "{'source': 'weibo', 'kind': 'public', 'name': '微博'}");
    office(story, "PublishLexicon",
           "{'version': 'v1', 'rows': ["
           "{'term': '没人管', 'group': 'nobody comes', 'gradeHint': 'III'},"
           "{'term': '独居老人', 'group': 'alone', 'gradeHint': 'IV'},"
           "{'term': 'SOS', 'group': 'asks for help', 'gradeHint': 'IV'},"
           "{'term': '叫不醒', 'group': 'collapse or danger', 'gradeHint': 'II'},"
           "{'term': '饿死', 'group': 'moral bottom line', 'gradeHint': 'I'}]}");
    story_forget(story);
    return story;
}

/* The unit concerned takes the alert's need, and helps. */
static void unit_helps(struct story *story, const char *need)
{
    static const char *const commands[] = { "Receive", "Accept", "Start", "Complete" };
    char subject[64];

    for (size_t i = 0; i < 4; i++) {
        snprintf(subject, sizeof(subject), "opinion.%s." C41, commands[i]);
        story_say(story, C41 " as " C41 ".first", subject, "{'assignment': '%s-a1'%s}", need,
                  i < 3 ? "" : ", 'solved': 'SOLVED_YES', 'publicText': 'somebody came'");
    }
}

static void raises(struct story *story, const char *alert, const char *grade)
{
    story_say(story, "dqb as dqb.duty dqb-s4", "opinion.RaiseAlert." C41,
              "{'alert': '%s', 'place': '" C41 "', 'title': 'an elder alone', 'grade': '%s',"
              " 'reason': 'as it was read'}",
              alert, grade);
}

/* ---- words --------------------------------------------------------------------------------------- */

START_TEST(words_are_found_however_they_are_written)
{
    struct story *story = town();

    submits(story, "s1", "沒 人　管");
    ck_assert_str_eq(story_last(story, "opinion.SignalReceived.dqb"),
                     "{\"signal\": \"s1\", \"source\": \"weibo\", \"fingerprint\": \"nobody "
                     "comes|weibo|2023-01-18T09|310115125041\", \"hits\": [{\"term\": \"没人管\", "
                     "\"group\": \"nobody comes\", \"gradeHint\": \"III\"}], \"gradeHint\": "
                     "\"III\", \"place\": \"310115125041\", \"atMs\": \"1674003600000\", "
                     "\"dueMs\": \"1674007200000\", \"lexicon\": \"v1\"}");
    submits(story, "s2", "獨居老人 ＳＯＳ");
    ck_assert_str_eq(
        story_last(story, "opinion.SignalReceived.dqb"),
        "{\"signal\": \"s2\", \"source\": \"weibo\", \"fingerprint\": "
        "\"alone|weibo|2023-01-18T09|310115125041\", \"hits\": [{\"term\": \"独居老人\", "
        "\"group\": \"alone\", \"gradeHint\": \"IV\"}, {\"term\": \"SOS\", \"group\": \"asks for "
        "help\", \"gradeHint\": \"IV\"}], \"gradeHint\": \"IV\", \"place\": \"310115125041\", "
        "\"atMs\": \"1674003600000\", \"dueMs\": \"1674007200000\", \"lexicon\": \"v1\"}");
    submits(story, "s3", "s​os, 叫不醒");
    ck_assert_str_eq(
        story_last(story, "opinion.SignalReceived.dqb"),
        "{\"signal\": \"s3\", \"source\": \"weibo\", \"fingerprint\": \"collapse or "
        "danger|weibo|2023-01-18T09|310115125041\", \"hits\": [{\"term\": \"SOS\", \"group\": "
        "\"asks for help\", \"gradeHint\": \"IV\"}, {\"term\": \"叫不醒\", \"group\": \"collapse "
        "or danger\", \"gradeHint\": \"II\"}], \"gradeHint\": \"II\", \"place\": \"310115125041\", "
        "\"atMs\": \"1674003600000\", \"dueMs\": \"1674007200000\", \"lexicon\": \"v1\"}");
    submits(story, "s4", "今天天气好");
    ck_assert_str_eq(
        story_last(story, "opinion.SignalReceived.dqb"),
        "{\"signal\": \"s4\", \"source\": \"weibo\", \"fingerprint\": "
        "\"text:8d66a9f5e02714b5|weibo|2023-01-18T09|310115125041\", \"place\": \"310115125041\", "
        "\"atMs\": \"1674003600000\", \"dueMs\": \"1674007200000\", \"lexicon\": \"v1\"}");
    story_close(story);
}
END_TEST

START_TEST(the_office_keeps_sources_and_words)
{
    struct story *story = town();

    story_say(story, "hcz", "opinion.DefineSource.hcz", "{'source': 'x', 'kind': 'public'}");
    office(story, "DefineSource", "{'source': 'x'}");
    story_say(story, "hcz", "opinion.PublishLexicon.hcz", "{}");
    office(story, "PublishLexicon", "{'version': 'v1'}");
    office(story, "PublishLexicon",
           "{'version': 'v1', 'rows': [{'term': 'a', 'group': 'g', 'gradeHint': 'IV'}]}");
    office(story, "PublishLexicon",
           "{'version': 'v2', 'rows': [{'term': 'a', 'group': 'g|h', 'gradeHint': 'IV'}]}");
    office(story, "PublishLexicon", "{'version': 'v2', 'rows': [{'term': 'a', 'group': 'g'}]}");
    office(story, "PublishLexicon",
           "{'version': 'v2', 'rows': [{'term': 'a', 'group': 'g', 'gradeHint': 'IV'}]}");
    office(story, "PublishNotice", "{'notice': 'w1', 'text': 'stay warm'}");
    story_say(story, "hcz", "opinion.PublishNotice.hcz", "{}");
    office(story, "PublishNotice",
           "{'notice': 'w1', 'title': 'cold', 'text': 'stay warm', 'channels': ['wechat']}");
    EXPECT_TEXT(story_text(story), "hcz/1/1 opinion.DefineSource\n"
                                   "    refuses: DefineSource is not for hcz\n"
                                   "dqb/1/3 opinion.DefineSource\n"
                                   "    refuses: a source has an id and a kind\n"
                                   "hcz/1/2 opinion.PublishLexicon\n"
                                   "    refuses: PublishLexicon is not for hcz\n"
                                   "dqb/1/4 opinion.PublishLexicon\n"
                                   "    refuses: a version, and words\n"
                                   "dqb/1/5 opinion.PublishLexicon\n"
                                   "    refuses: version v1 is in force\n"
                                   "dqb/1/6 opinion.PublishLexicon\n"
                                   "    refuses: a word has a group, and a hint I to IV\n"
                                   "dqb/1/7 opinion.PublishLexicon\n"
                                   "    refuses: a word has a group, and a hint I to IV\n"
                                   "dqb/1/8 opinion.PublishLexicon\n"
                                   "    emits opinion.LexiconPublished.dqb\n"
                                   "dqb/1/9 opinion.PublishNotice\n"
                                   "    refuses: an id, a text, and where\n"
                                   "hcz/1/3 opinion.PublishNotice\n"
                                   "    refuses: PublishNotice is not for hcz\n"
                                   "dqb/1/10 opinion.PublishNotice\n"
                                   "    emits opinion.NoticePublished.dqb\n");
    ck_assert_str_eq(story_last(story, "opinion.NoticePublished.dqb"),
                     "{\"notice\": \"w1\", \"title\": \"cold\", \"channels\": [\"wechat\"]}");
    ck_assert_str_eq(story_last(story, "opinion.SourceDefined.dqb"),
                     "{\"source\": \"weibo\", \"kind\": \"public\"}");
    ck_assert_str_eq(story_last(story, "opinion.LexiconPublished.dqb"),
                     "{\"version\": \"v2\", \"terms\": 1}");
    story_close(story);
}
END_TEST

/* ---- signals ------------------------------------------------------------------------------------- */

START_TEST(forty_of_the_same_are_one_signal)
{
    struct story *story = town();

    submits(story, "s1", "没人管");
    submits(story, "s2", "这里没人管啊");
    submits(story, "s3", "真没人管");
    story_later(story, "59 min");
    submits(story, "s4", "没人管");
    story_later(story, "1 min");
    submits(story, "s5", "没人管");
    EXPECT_TEXT(story_text(story), "dqb/1/3 opinion.SubmitSignal\n"
                                   "    s1: NONE -> NEW\n"
                                   "    reminds s1: opinion.ChaseSignal in 1 h\n"
                                   "    emits opinion.SignalReceived.dqb\n"
                                   "dqb/1/4 opinion.SubmitSignal\n"
                                   "    s2: NONE -> MERGED\n"
                                   "    emits opinion.SignalMerged.dqb\n"
                                   "dqb/1/5 opinion.SubmitSignal\n"
                                   "    s3: NONE -> MERGED\n"
                                   "    emits opinion.SignalMerged.dqb\n"
                                   "59 min later\n"
                                   "dqb/1/6 opinion.SubmitSignal\n"
                                   "    s4: NONE -> MERGED\n"
                                   "    emits opinion.SignalMerged.dqb\n"
                                   "1 min later\n"
                                   "opinion/1/7 opinion.ChaseSignal\n"
                                   "    s1: NEW -> NEW\n"
                                   "    emits opinion.SignalOverdue.dqb\n"
                                   "dqb/1/7 opinion.SubmitSignal\n"
                                   "    s5: NONE -> NEW\n"
                                   "    reminds s5: opinion.ChaseSignal in 1 h\n"
                                   "    emits opinion.SignalReceived.dqb\n");
    ck_assert_str_eq(
        story_last(story, "opinion.SignalMerged.dqb"),
        "{\"signal\": \"s4\", \"into\": \"s1\", \"fingerprint\": \"nobody "
        "comes|weibo|2023-01-18T09|310115125041\", \"count\": 4, \"hits\": [{\"term\": \"没人管\", "
        "\"group\": \"nobody comes\", \"gradeHint\": \"III\"}]}");
    ck_assert_str_eq(story_last(story, "opinion.SignalOverdue.dqb"),
                     "{\"signal\": \"s1\", \"dueMs\": \"1674007200000\", \"gradeHint\": \"III\", "
                     "\"toPost\": \"dqb.duty\"}");
    ck_assert_str_eq(
        story_ask(story, "dqb as dqb.duty", "opinion.SignalsOf.dqb", "{'limit': 1}"),
        "{\"rows\": [{\"signal\": \"s1\", \"state\": \"NEW\", \"source\": \"weibo\", \"place\": "
        "\"310115125041\", \"text\": \"没人管\", \"hits\": [{\"term\": \"没人管\", \"group\": "
        "\"nobody comes\", \"gradeHint\": \"III\"}], \"count\": 4, \"atMs\": \"1674003600000\", "
        "\"dueMs\": \"1674007200000\"}], \"next\": \"00000185c29ac100/s1\"}");
    ck_assert_str_eq(
        story_last(story, "opinion.Accessed.*"),
        "{\"readerUnit\": \"dqb\", \"readerPost\": \"dqb.duty\", \"purpose\": \"assessment\", "
        "\"query\": \"SignalsOf\", \"fieldGroups\": [\"signal text\"], \"result\": \"ok\"}");
    ck_assert_str_eq(story_ask(story, "hcz", "opinion.SignalsOf.hcz", "{}"),
                     "refused NOT_ALLOWED: it is not for hcz");
    story_close(story);
}
END_TEST

START_TEST(no_author_is_named_and_no_time_is_to_come)
{
    struct story *story = town();

    office(story, "SubmitSignal", "{'signal': 's1', 'source': 'weibo'}");
    office(story, "SubmitSignal",
           "{'signal': 's1', 'source': 'weibo', 'text': 'x', 'atMs': '1999999999999'}");
    office(story, "SubmitSignal", "{'signal': 's1', 'source': 'qq', 'text': 'x'}");
    office(story, "SubmitSignal",
           "{'signal': 's1', 'source': 'weibo', 'text': 'x', 'place': 'moon'}");
    office(story, "SubmitSignal",
           "{'signal': 's1', 'source': 'weibo', 'text': 'x', 'authorHash': '张三'}");
    office(story, "SubmitSignal",
           "{'signal': 's1', 'source': 'weibo', 'text': 'x', 'authorHash': 'abc'}");
    office(story, "SubmitSignal",
           "{'signal': 's1', 'source': 'weibo', 'url': 'https://example.org/1',"
           " 'authorHash': '0123456789abcdef'}");
    office(story, "SubmitSignal", "{'signal': 's1', 'source': 'weibo', 'text': 'y'}");
    EXPECT_TEXT(story_text(story), "dqb/1/3 opinion.SubmitSignal\n"
                                   "    refuses: an id, a text, a time that has been\n"
                                   "dqb/1/4 opinion.SubmitSignal\n"
                                   "    refuses: an id, a text, a time that has been\n"
                                   "dqb/1/5 opinion.SubmitSignal\n"
                                   "    refuses: nobody has defined it\n"
                                   "dqb/1/6 opinion.SubmitSignal\n"
                                   "    refuses: there is no place moon\n"
                                   "dqb/1/7 opinion.SubmitSignal\n"
                                   "    refuses: a salted hash in hex, or nothing\n"
                                   "dqb/1/8 opinion.SubmitSignal\n"
                                   "    refuses: a salted hash in hex, or nothing\n"
                                   "dqb/1/9 opinion.SubmitSignal\n"
                                   "    s1: NONE -> NEW\n"
                                   "    reminds s1: opinion.ChaseSignal in 1 h\n"
                                   "    emits opinion.SignalReceived.dqb\n"
                                   "dqb/1/10 opinion.SubmitSignal\n"
                                   "    refuses: no SubmitSignal from NEW\n");
    story_close(story);
}
END_TEST

START_TEST(who_is_at_risk_is_a_need_at_once)
{
    struct story *story = town();

    submits(story, "s1", "独居老人没人管");
    submits(story, "s2", "叫不醒");
    submits(story, "s3", "没有药 SOS");
    office(story, "SubmitSignal", "{'signal': 's4', 'source': 'weibo', 'text': '饿死'}");
    story_forget(story);
    story_say(story, "hcz", "opinion.AssessSignal.hcz", "{'signal': 's1'}");
    office(story, "AssessSignal", "{'signal': 's9'}");
    office(story, "AssessSignal", "{'signal': 's1', 'place': 'moon'}");
    office(story, "AssessSignal", "{'signal': 's4', 'personAtRisk': true}");
    office(
        story, "AssessSignal",
        "{'signal': 's1', 'personAtRisk': true, 'category': 'GENERAL', 'kind': 'HANDLE_OPINION'}");
    office(story, "AssessSignal", "{'signal': 's1', 'personAtRisk': true, 'reason': 'alone'}");
    office(story, "AssessSignal",
           "{'signal': 's2', 'personAtRisk': true, 'person': 'r1', 'category': 'EMERGENCY',"
           " 'kind': 'HEALTH'}");
    office(story, "AssessSignal",
           "{'signal': 's3', 'personAtRisk': true, 'category': 'MEDICAL', 'kind': 'MEDICINE',"
           " 'need': 'med-7'}");
    office(story, "AssessSignal",
           "{'signal': 's4', 'personAtRisk': true, 'person': 'r2', 'place': '" C41 "',"
           " 'category': 'EMERGENCY', 'kind': 'UNHEARD_OF', 'alert': ''}");
    EXPECT_TEXT(story_text(story), "hcz/1/1 opinion.AssessSignal\n"
                                   "    refuses: AssessSignal is not for hcz\n"
                                   "dqb/1/7 opinion.AssessSignal\n"
                                   "    refuses: no AssessSignal: there is no such row in signals\n"
                                   "dqb/1/8 opinion.AssessSignal\n"
                                   "    refuses: there is no place moon\n"
                                   "dqb/1/9 opinion.AssessSignal\n"
                                   "    refuses: who, or where?\n"
                                   "dqb/1/10 opinion.AssessSignal\n"
                                   "    refuses: a kind of need that helps somebody\n"
                                   "dqb/1/11 opinion.AssessSignal\n"
                                   "    s1: NEW -> ASSESSED\n"
                                   "    forgets s1: opinion.ChaseSignal\n"
                                   "    sends care.OpenNeed.310115125041\n"
                                   "    emits opinion.SignalAssessed.dqb\n"
                                   "    reminds signal/s1: opinion.EraseTexts in 30 d\n"
                                   "dqb/1/12 opinion.AssessSignal\n"
                                   "    s2: NEW -> ASSESSED\n"
                                   "    forgets s2: opinion.ChaseSignal\n"
                                   "    sends incident.OpenIncident.310115125041\n"
                                   "    emits opinion.SignalAssessed.dqb\n"
                                   "    reminds signal/s2: opinion.EraseTexts in 30 d\n"
                                   "dqb/1/13 opinion.AssessSignal\n"
                                   "    s3: NEW -> ASSESSED\n"
                                   "    forgets s3: opinion.ChaseSignal\n"
                                   "    sends referral.OpenNeed.310115125041\n"
                                   "    emits opinion.SignalAssessed.dqb\n"
                                   "    reminds signal/s3: opinion.EraseTexts in 30 d\n"
                                   "dqb/1/14 opinion.AssessSignal\n"
                                   "    s4: NEW -> ASSESSED\n"
                                   "    forgets s4: opinion.ChaseSignal\n"
                                   "    sends incident.OpenIncident.310115125041\n"
                                   "    emits opinion.SignalAssessed.dqb\n"
                                   "    reminds signal/s4: opinion.EraseTexts in 30 d\n");
    ck_assert_str_eq(story_last(story, "care.OpenNeed." C41),
                     "{\"need\": \"s1-n\", \"place\": \"310115125041\", \"category\": \"PSYCH\", "
                     "\"kind\": \"COMFORT\", \"priority\": \"P1\", \"detail\": \"somebody at risk, "
                     "read in public\", \"source\": {\"signal\": \"s1\"}}");
    ck_assert_str_eq(story_last(story, "referral.OpenNeed." C41),
                     "{\"need\": \"med-7\", \"place\": \"310115125041\", \"category\": "
                     "\"MEDICAL\", \"kind\": \"MEDICINE\", \"priority\": \"P1\", \"detail\": "
                     "\"somebody at risk, read in public\", \"source\": {\"signal\": \"s3\"}}");
    ck_assert_str_eq(story_last(story, "incident.OpenIncident." C41),
                     "{\"incident\": \"s4-n\", \"type\": \"EMERGENCY\", \"place\": "
                     "\"310115125041\", \"person\": \"r2\", \"reporter\": \"dqb.duty\", \"facts\": "
                     "\"read in public\", \"source\": {\"signal\": \"s4\"}}");
    ck_assert_str_eq(story_last(story, "opinion.SignalAssessed.dqb"),
                     "{\"signal\": \"s4\", \"personAtRisk\": true, \"need\": \"s4-n\", "
                     "\"service\": \"incident\", \"place\": \"310115125041\"}");
    story_close(story);
}
END_TEST

START_TEST(what_is_nothing_is_dismissed_and_its_text_erased)
{
    struct story *story = town();

    submits(story, "s1", "今天天气好");
    story_forget(story);
    story_say(story, "hcz", "opinion.DismissSignal.hcz", "{'signal': 's1', 'reason': 'x'}");
    office(story, "DismissSignal", "{'signal': 's1'}");
    office(story, "DismissSignal", "{'signal': 's1', 'reason': 'weather'}");
    office(story, "DismissSignal", "{'signal': 's1', 'reason': 'weather'}");
    office(story, "EraseTexts", "{'signal': 's1'}");
    office(story, "ChaseSignal", "{'signal': 's1'}");
    story_later(story, "30 d");
    EXPECT_TEXT(story_text(story), "hcz/1/1 opinion.DismissSignal\n"
                                   "    refuses: DismissSignal is not for hcz\n"
                                   "dqb/1/4 opinion.DismissSignal\n"
                                   "    refuses: why is it nothing?\n"
                                   "dqb/1/5 opinion.DismissSignal\n"
                                   "    s1: NEW -> DISMISSED\n"
                                   "    forgets s1: opinion.ChaseSignal\n"
                                   "    reminds signal/s1: opinion.EraseTexts in 30 d\n"
                                   "    emits opinion.SignalDismissed.dqb\n"
                                   "dqb/1/6 opinion.DismissSignal\n"
                                   "    refuses: no DismissSignal from DISMISSED\n"
                                   "dqb/1/7 opinion.EraseTexts\n"
                                   "    refuses: only the clock says what is due\n"
                                   "dqb/1/8 opinion.ChaseSignal\n"
                                   "    refuses: only the clock says what is due\n"
                                   "30 d later\n"
                                   "opinion/1/10 opinion.EraseTexts\n"
                                   "    emits opinion.Erased.dqb\n");
    ck_assert_str_eq(story_last(story, "opinion.Erased.dqb"),
                     "{\"scope\": \"text of signal s1\", \"count\": \"1\", \"policyKey\": "
                     "\"opinion.retention\"}");
    story_close(story);
}
END_TEST

START_TEST(what_many_call_about_is_one_signal_without_a_caller)
{
    struct story *story = town();
    static const char *const calls[] = {
        "'kind': 'MEDICINE', 'person': 'r1'",
        "'kind': 'MEDICINE', 'nuisance': true",
        "'kind': 'MEDICINE', 'confidential': true",
        "'kind': 'HEALTH', 'incident': 'hl-k4'",
        "'kind': 'ENQUIRY'",
        "'kind': 'MEDICINE'",
        "'kind': 'MEDICINE'",
        "'kind': 'MEDICINE'",
    };

    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
        story_say(story, "hotline", "hotline.CallClassified.dzb",
                  "{'call': 'k%zu', 'place': '" C41 "', %s}", i + 1, calls[i]);
    story_say(story, "hotline", "hotline.CallClassified.dzb", "{'call': 'k9', 'kind': 'MEDICINE'}");
    EXPECT_TEXT(story_text(story), "hotline/1/7 hotline.CallClassified at opinion\n"
                                   "    calls-1: NONE -> NEW\n"
                                   "    reminds calls-1: opinion.ChaseSignal in 1 h\n"
                                   "    emits opinion.SignalReceived.dqb\n");
    ck_assert_str_eq(story_last(story, "opinion.SignalReceived.dqb"),
                     "{\"signal\": \"calls-1\", \"source\": \"hotline\", \"fingerprint\": "
                     "\"calls:MEDICINE|310115125041|2023-01-18T09\", \"place\": \"310115125041\", "
                     "\"atMs\": \"1674003600000\", \"dueMs\": \"1674007200000\"}");
    ck_assert_str_eq(
        story_ask(story, "dqb", "opinion.SignalsOf.dqb", "{}"),
        "{\"rows\": [{\"signal\": \"calls-1\", \"state\": \"NEW\", \"source\": \"hotline\", "
        "\"place\": \"310115125041\", \"text\": \"3 calls within the hour: MEDICINE\", \"count\": "
        "4, \"atMs\": \"1674003600000\", \"dueMs\": \"1674007200000\"}]}");
    story_close(story);
}
END_TEST

/* ---- alerts -------------------------------------------------------------------------------------- */

START_TEST(an_alert_ends_by_help_and_an_answer_and_is_watched)
{
    struct story *story = town();

    submits(story, "s1", "独居老人没人管");
    office(story, "AssessSignal", "{'signal': 's1'}");
    story_forget(story);
    office(story, "RaiseAlert",
           "{'alert': 'a1', 'unit': '" C41 "', 'place': '" C41 "', 'signals': ['s1'],"
           " 'title': 'an elder alone'}");
    office(story, "GradeAlert", "{'alert': 'a1', 'grade': 'III', 'reason': 'a named person'}");
    unit_helps(story, "a1-n1");
    office(story, "PublishAnswer", "{'alert': 'a1', 'text': 'somebody comes every day'}");
    office(story, "PublishAnswer",
           "{'alert': 'a1', 'text': 'somebody comes every day', 'channel': 'wechat',"
           " 'deedRef': 'a1-n1'}");
    story_later(story, "72 h");
    EXPECT_TEXT(story_text(story), "dqb/1/5 opinion.RaiseAlert\n"
                                   "    a1: NONE -> RAISED\n"
                                   "    reminds a1/ack: opinion.ChaseAlert in 30 min\n"
                                   "    forgets signal/s1: opinion.EraseTexts\n"
                                   "    emits opinion.AlertRaised.310115125041\n"
                                   "dqb/1/6 opinion.GradeAlert\n"
                                   "    a1: RAISED -> RAISED\n"
                                   "    reminds a1/answer: opinion.ChaseAlert in 2 d\n"
                                   "    emits opinion.AlertGraded.310115125041\n"
                                   "    a1-n1: NONE -> OPEN\n"
                                   "    emits opinion.NeedOpened.310115125041\n"
                                   "    a1-n1: OPEN -> ASSIGNED\n"
                                   "    a1-n1-a1: NONE -> REQUESTED\n"
                                   "    emits opinion.Dispatched.310115125041\n"
                                   "    reminds a1-n1/done: opinion.Due in 19 h 12 min\n"
                                   "    reminds a1-n1/receive: opinion.Due in 24 min\n"
                                   "    reminds a1-n1/accept: opinion.Due in 48 min\n"
                                   "    reminds a1-n1/first_contact: opinion.Due in 1 h 36 min\n"
                                   "310115125041/1/1 opinion.Receive\n"
                                   "    a1-n1-a1: REQUESTED -> RECEIVED\n"
                                   "    emits opinion.Received.310115125041\n"
                                   "    forgets a1-n1/receive: opinion.Due\n"
                                   "    a1: RAISED -> ACKED\n"
                                   "    forgets a1/ack: opinion.ChaseAlert\n"
                                   "310115125041/1/2 opinion.Accept\n"
                                   "    a1-n1-a1: RECEIVED -> ACCEPTED\n"
                                   "    emits opinion.Accepted.310115125041\n"
                                   "    forgets a1-n1/accept: opinion.Due\n"
                                   "310115125041/1/3 opinion.Start\n"
                                   "    a1-n1-a1: ACCEPTED -> IN_PROGRESS\n"
                                   "    a1-n1: ASSIGNED -> IN_SERVICE\n"
                                   "    emits opinion.Started.310115125041\n"
                                   "    forgets a1-n1/first_contact: opinion.Due\n"
                                   "    a1: ACKED -> HANDLING\n"
                                   "310115125041/1/4 opinion.Complete\n"
                                   "    a1-n1-a1: IN_PROGRESS -> COMPLETED\n"
                                   "    a1-n1: IN_SERVICE -> VERIFYING\n"
                                   "    emits opinion.Completed.310115125041\n"
                                   "    emits opinion.VerificationDue.dqb\n"
                                   "    reminds a1-n1/verify: opinion.Due in 28 h 42 min\n"
                                   "    forgets a1-n1/done: opinion.Due\n"
                                   "    a1: HANDLING -> HELP_DONE\n"
                                   "    emits opinion.HelpGiven.dqb\n"
                                   "dqb/1/7 opinion.PublishAnswer\n"
                                   "    refuses: what was done about it?\n"
                                   "dqb/1/8 opinion.PublishAnswer\n"
                                   "    a1: HELP_DONE -> WATCH\n"
                                   "    forgets a1/answer: opinion.ChaseAlert\n"
                                   "    emits opinion.AnswerPublished.dqb\n"
                                   "    reminds a1: opinion.EndWatch in 3 d\n"
                                   "    emits opinion.WatchStarted.dqb\n"
                                   "28 h 42 min later\n"
                                   "opinion/1/18 opinion.Due\n"
                                   "    emits opinion.DeadlineWarned.dqb\n"
                                   "    reminds a1-n1/verify: opinion.Due in 3 h 18 min\n"
                                   "3 h 18 min later\n"
                                   "opinion/1/20 opinion.Due\n"
                                   "    emits opinion.DeadlineMissed.dqb\n"
                                   "    emits opinion.Escalated.dqb\n"
                                   "    reminds a1-n1/verify: opinion.Due in 1 h\n"
                                   "1 h later\n"
                                   "opinion/1/23 opinion.Due\n"
                                   "    emits opinion.Escalated.lgo\n"
                                   "39 h later\n"
                                   "opinion/1/25 opinion.EndWatch\n"
                                   "    a1: WATCH -> CLOSED\n"
                                   "    reminds alert/a1: opinion.EraseTexts in 30 d\n"
                                   "    emits opinion.AlertClosed.dqb\n");
    ck_assert_str_eq(story_last(story, "opinion.AlertRaised." C41),
                     "{\"alert\": \"a1\", \"unit\": \"310115125041\", \"place\": \"310115125041\", "
                     "\"title\": \"an elder alone\", \"dueMs\": \"1674005400000\", \"signals\": "
                     "[\"s1\"], \"gradeHint\": \"III\"}");
    ck_assert_str_eq(story_last(story, "opinion.AlertGraded." C41),
                     "{\"alert\": \"a1\", \"grade\": \"III\", \"reason\": \"a named person\", "
                     "\"answerDueMs\": \"1674176400000\", \"unit\": \"310115125041\"}");
    ck_assert_str_eq(story_last(story, "opinion.HelpGiven.dqb"),
                     "{\"alert\": \"a1\", \"need\": \"a1-n1\", \"unit\": \"310115125041\", "
                     "\"solved\": \"SOLVED_YES\"}");
    ck_assert_str_eq(story_last(story, "opinion.AnswerPublished.dqb"),
                     "{\"alert\": \"a1\", \"answer\": \"a1/0001\", \"channel\": \"wechat\", "
                     "\"deedRef\": \"a1-n1\", \"grade\": \"III\"}");
    ck_assert_str_eq(story_last(story, "opinion.WatchStarted.dqb"),
                     "{\"alert\": \"a1\", \"untilMs\": \"1674262800000\"}");
    ck_assert_str_eq(story_last(story, "opinion.AlertClosed.dqb"),
                     "{\"alert\": \"a1\", \"reason\": \"the watch is over\", \"eraseMs\": "
                     "\"1676854800000\", \"grade\": \"III\"}");
    ck_assert_str_eq(story_last_case(story, "opinion.AlertClosed.dqb"), "O-20230118-0002-0");
    ck_assert_str_eq(story_ask(story, "lgo", "opinion.AnswerLibrary.lgo", "{'alert': 'a1'}"),
                     "{\"rows\": [{\"answer\": \"a1/0001\", \"alert\": \"a1\", \"text\": "
                     "\"somebody comes every day\", \"channel\": \"wechat\", \"deedRef\": "
                     "\"a1-n1\", \"atMs\": \"1674003600000\", \"grade\": \"III\"}]}");
    ck_assert_str_eq(story_ask(story, "hcz", "opinion.AnswerLibrary.hcz", "{}"),
                     "refused NOT_ALLOWED: it is not for hcz");
    ck_assert_str_eq(story_ask(story, "lgo", "opinion.AlertBoard.lgo", "{}"), "{}");
    ck_assert_str_eq(story_ask(story, "hcz", "opinion.AlertBoard.hcz", "{}"),
                     "refused NOT_ALLOWED: it is not for hcz");
    story_later(story, "30 d");
    ck_assert_str_eq(story_last(story, "opinion.Erased.dqb"),
                     "{\"scope\": \"texts of alert a1\", \"count\": \"1\", \"policyKey\": "
                     "\"opinion.retention\"}");
    ck_assert_str_eq(
        story_ask(story, "dqb", "opinion.SignalsOf.dqb", "{'alert': 'a1'}"),
        "{\"rows\": [{\"signal\": \"s1\", \"state\": \"ASSESSED\", \"source\": \"weibo\", "
        "\"place\": \"310115125041\", \"hits\": [{\"term\": \"没人管\", \"group\": \"nobody "
        "comes\", \"gradeHint\": \"III\"}, {\"term\": \"独居老人\", \"group\": \"alone\", "
        "\"gradeHint\": \"IV\"}], \"count\": 1, \"atMs\": \"1674003600000\", \"dueMs\": "
        "\"1674007200000\", \"erased\": true}]}");
    story_close(story);
}
END_TEST

START_TEST(a_new_hit_in_the_watch_opens_it_again)
{
    struct story *story = town();

    submits(story, "s1", "没人管");
    office(story, "AssessSignal", "{'signal': 's1'}");
    office(story, "RaiseAlert",
           "{'alert': 'a1', 'place': '" C41
           "', 'signals': ['s1'], 'grade': 'III', 'reason': 'one'}");
    unit_helps(story, "a1-n1");
    office(story, "PublishAnswer", "{'alert': 'a1', 'text': 'done', 'deedRef': 'a1-n1'}");
    story_later(story, "2 h");
    story_forget(story);
    submits(story, "s2", "还是没人管");
    office(story, "GradeAlert", "{'alert': 'a1', 'grade': 'II', 'reason': 'spreading'}");
    office(story, "AssessSignal", "{'signal': 's2', 'alert': 'a1'}");
    EXPECT_TEXT(story_text(story), "dqb/1/7 opinion.SubmitSignal\n"
                                   "    s2: NONE -> NEW\n"
                                   "    reminds s2: opinion.ChaseSignal in 1 h\n"
                                   "    emits opinion.SignalReceived.dqb\n"
                                   "    a1: WATCH -> HANDLING\n"
                                   "    forgets a1: opinion.EndWatch\n"
                                   "    reminds a1/answer: opinion.ChaseAlert in 2 d\n"
                                   "    emits opinion.AlertHitAgain.dqb\n"
                                   "    a1-n2: NONE -> OPEN\n"
                                   "    emits opinion.NeedOpened.310115125041\n"
                                   "    a1-n2: OPEN -> ASSIGNED\n"
                                   "    a1-n2-a1: NONE -> REQUESTED\n"
                                   "    emits opinion.Dispatched.310115125041\n"
                                   "    reminds a1-n2/done: opinion.Due in 19 h 12 min\n"
                                   "    reminds a1-n2/receive: opinion.Due in 24 min\n"
                                   "    reminds a1-n2/accept: opinion.Due in 48 min\n"
                                   "    reminds a1-n2/first_contact: opinion.Due in 1 h 36 min\n"
                                   "dqb/1/8 opinion.GradeAlert\n"
                                   "    a1: HANDLING -> HANDLING\n"
                                   "    reminds a1/answer: opinion.ChaseAlert in 5 h\n"
                                   "    reminds a1/briefing: opinion.ChaseAlert in 24 h\n"
                                   "    emits opinion.AlertGraded.310115125041 to lgo\n"
                                   "    a1-n2: ASSIGNED -> ASSIGNED\n"
                                   "    emits opinion.PriorityChanged.310115125041\n"
                                   "    reminds a1-n2/done: opinion.Due in 9 h 36 min\n"
                                   "    reminds a1-n2/receive: opinion.Due in 12 min\n"
                                   "    reminds a1-n2/accept: opinion.Due in 16 min\n"
                                   "    reminds a1-n2/first_contact: opinion.Due in 24 min\n"
                                   "dqb/1/9 opinion.AssessSignal\n"
                                   "    s2: NEW -> ASSESSED\n"
                                   "    forgets s2: opinion.ChaseSignal\n"
                                   "    emits opinion.SignalAssessed.dqb\n");
    ck_assert_str_eq(story_last(story, "opinion.AlertHitAgain.dqb"),
                     "{\"alert\": \"a1\", \"signal\": \"s2\", \"n\": 1, \"grade\": \"III\", "
                     "\"answerDueMs\": \"1674183600000\"}");
    ck_assert_str_eq(story_last(story, "opinion.AlertGraded." C41),
                     "{\"alert\": \"a1\", \"grade\": \"II\", \"from\": \"III\", \"reason\": "
                     "\"spreading\", \"answerDueMs\": \"1674028800000\", \"briefingDueMs\": "
                     "\"1674097200000\", \"unit\": \"310115125041\"}");
    ck_assert_str_eq(
        story_ask(story, "dqb", "opinion.AlertBoard.dqb", "{'grade': 'II'}"),
        "{\"rows\": [{\"alert\": \"a1\", \"state\": \"HANDLING\", \"grade\": \"II\", \"unit\": "
        "\"310115125041\", \"place\": \"310115125041\", \"raisedMs\": \"1674003600000\", "
        "\"answerDueMs\": \"1674028800000\", \"briefingDueMs\": \"1674097200000\", \"signals\": 2, "
        "\"hitsAgain\": 1, \"need\": \"a1-n2\", \"caseId\": \"O-20230118-0002-0\"}]}");
    story_close(story);
}
END_TEST

START_TEST(clocks_restart_only_upward)
{
    struct story *story = town();

    raises(story, "a1", "IV");
    ck_assert_str_eq(story_last(story, "opinion.AlertGraded." C41),
                     "{\"alert\": \"a1\", \"grade\": \"IV\", \"reason\": \"as it was read\", "
                     "\"answerDueMs\": \"1674176400000\", \"unit\": \"310115125041\"}");
    story_later(story, "1 h");
    office(story, "GradeAlert", "{'alert': 'a1', 'grade': 'III', 'reason': 'again'}");
    ck_assert_str_eq(story_last(story, "opinion.AlertGraded." C41),
                     "{\"alert\": \"a1\", \"grade\": \"III\", \"from\": \"IV\", \"reason\": "
                     "\"again\", \"answerDueMs\": \"1674176400000\", \"unit\": \"310115125041\"}");
    office(story, "GradeAlert", "{'alert': 'a1', 'grade': 'II', 'reason': 'spreads'}");
    ck_assert_str_eq(story_last(story, "opinion.AlertGraded." C41),
                     "{\"alert\": \"a1\", \"grade\": \"II\", \"from\": \"III\", \"reason\": "
                     "\"spreads\", \"answerDueMs\": \"1674025200000\", \"briefingDueMs\": "
                     "\"1674093600000\", \"unit\": \"310115125041\"}");
    office(story, "GradeAlert", "{'alert': 'a1', 'grade': 'IV', 'reason': 'was nothing'}");
    ck_assert_str_eq(story_last(story, "opinion.AlertGraded." C41),
                     "{\"alert\": \"a1\", \"grade\": \"IV\", \"from\": \"II\", \"reason\": \"was "
                     "nothing\", \"answerDueMs\": \"1674025200000\", \"briefingDueMs\": "
                     "\"1674093600000\", \"unit\": \"310115125041\"}");
    ck_assert_str_eq(
        story_last(story, "opinion.PriorityChanged." C41),
        "{\"need\": \"a1-n1\", \"from\": \"P2\", \"to\": \"P1\", \"reason\": \"the alert was "
        "graded up\", \"due\": {\"receiveMs\": \"1674004500000\", \"acceptMs\": \"1674004800000\", "
        "\"firstContactMs\": \"1674005400000\", \"doneMs\": \"1674046800000\"}}");
    story_close(story);
}
END_TEST

START_TEST(grade_one_has_a_commander_at_once)
{
    struct story *story = town();

    raises(story, "a1", "GRADE_ABSENT");
    story_forget(story);
    office(story, "GradeAlert", "{'alert': 'a1', 'grade': 'I', 'reason': 'S-013'}");
    office(story, "GradeAlert", "{'alert': 'a1', 'grade': 'II', 'reason': 'less'}");
    office(story, "GradeAlert", "{'alert': 'a1', 'grade': 'I', 'reason': 'S-013 all the same'}");
    EXPECT_TEXT(story_text(story), "dqb/1/4 opinion.GradeAlert\n"
                                   "    a1: RAISED -> RAISED\n"
                                   "    reminds a1/answer: opinion.ChaseAlert in 5 h\n"
                                   "    reminds a1/briefing: opinion.ChaseAlert in 24 h\n"
                                   "    sends incident.OpenIncident.310115125041\n"
                                   "    emits opinion.AlertGraded.310115125041 to lgo\n"
                                   "    a1-n1: NONE -> OPEN\n"
                                   "    emits opinion.NeedOpened.310115125041\n"
                                   "    a1-n1: OPEN -> ASSIGNED\n"
                                   "    a1-n1-a1: NONE -> REQUESTED\n"
                                   "    emits opinion.Dispatched.310115125041\n"
                                   "    reminds a1-n1/done: opinion.Due in 1 h 36 min\n"
                                   "    reminds a1-n1/receive: opinion.Due in 4 min\n"
                                   "    reminds a1-n1/accept: opinion.Due in 5 min 36 s\n"
                                   "    reminds a1-n1/first_contact: opinion.Due in 8 min\n"
                                   "dqb/1/5 opinion.GradeAlert\n"
                                   "    a1: RAISED -> RAISED\n"
                                   "    emits opinion.AlertGraded.310115125041 to lgo\n"
                                   "dqb/1/6 opinion.GradeAlert\n"
                                   "    a1: RAISED -> RAISED\n"
                                   "    reminds a1/answer: opinion.ChaseAlert in 5 h\n"
                                   "    reminds a1/briefing: opinion.ChaseAlert in 24 h\n"
                                   "    emits opinion.AlertGraded.310115125041 to lgo\n");
    ck_assert_str_eq(
        story_last(story, "incident.OpenIncident." C41),
        "{\"incident\": \"a1-i\", \"type\": \"MASS\", \"place\": \"310115125041\", \"reporter\": "
        "\"dqb.duty\", \"facts\": \"an elder alone\", \"source\": {\"signal\": \"a1\"}}");
    ck_assert_uint_eq(story_count(story, "incident.OpenIncident.*"), 1);
    story_close(story);
}
END_TEST

START_TEST(what_is_late_is_told_to_the_office_of_the_group)
{
    struct story *story = town();

    raises(story, "a1", "IV");
    story_later(story, "30 min");
    ck_assert_str_eq(story_last(story, "opinion.AlertOverdue." C41),
                     "{\"alert\": \"a1\", \"clock\": \"ack\", \"dueMs\": \"1674005400000\", "
                     "\"grade\": \"IV\", \"toPost\": \"lgo.duty\"}");
    unit_helps(story, "a1-n1");
    office(story, "GradeAlert", "{'alert': 'a1', 'grade': 'II', 'reason': 'spreads'}");
    story_later(story, "5 h");
    ck_assert_str_eq(story_last(story, "opinion.AlertOverdue.dqb"),
                     "{\"alert\": \"a1\", \"clock\": \"answer\", \"dueMs\": \"1674023400000\", "
                     "\"grade\": \"II\", \"toPost\": \"lgo.duty\"}");
    office(story, "PublishAnswer", "{'alert': 'a1', 'text': 'x', 'deedRef': 'a1-n1'}");
    story_later(story, "18 h");
    ck_assert_uint_eq(story_count(story, "opinion.AlertOverdue.*"), 2);
    office(story, "PublishAnswer",
           "{'alert': 'a1', 'text': 'briefed', 'deedRef': 'a1-n1', 'briefing': true}");
    story_later(story, "2 h");
    ck_assert_uint_eq(story_count(story, "opinion.AlertOverdue.*"), 2);
    office(story, "CloseAlert", "{'alert': 'a1', 'reason': 'quiet'}");
    ck_assert_uint_eq(story_count(story, "opinion.AlertClosed.dqb"), 1);
    story_close(story);
}
END_TEST

START_TEST(an_answer_may_come_before_the_help_but_ends_nothing)
{
    struct story *story = town();

    raises(story, "a1", "III");
    story_say(story, C41 " as " C41 ".first", "opinion.Accept." C41, "{'assignment': 'a1-n1-a1'}");
    story_say(story, C41 " as " C41 ".first", "opinion.Start." C41, "{'assignment': 'a1-n1-a1'}");
    story_forget(story);
    office(story, "PublishAnswer",
           "{'alert': 'a1', 'text': 'somebody is on the way', 'deedRef': 'a1-n1'}");
    office(story, "CloseAlert", "{'alert': 'a1'}");
    story_say(story, C41 " as " C41 ".first", "opinion.Complete." C41,
              "{'assignment': 'a1-n1-a1', 'solved': 'SOLVED_YES'}");
    story_say(story, "sjb as sjb.first", "opinion.RecordCallback.sjb",
              "{'need': 'a1-n1', 'result': 'UNSATISFIED'}");
    story_say(story, "dqb as dqb.duty", "opinion.RecordCallback.dqb",
              "{'need': 'a1-n1', 'result': 'UNSATISFIED'}");
    EXPECT_TEXT(story_text(story), "dqb/1/4 opinion.PublishAnswer\n"
                                   "    a1: HANDLING -> ANSWERED\n"
                                   "    forgets a1/answer: opinion.ChaseAlert\n"
                                   "    emits opinion.AnswerPublished.dqb\n"
                                   "dqb/1/5 opinion.CloseAlert\n"
                                   "    refuses: no CloseAlert from ANSWERED\n"
                                   "310115125041/1/3 opinion.Complete\n"
                                   "    a1-n1-a1: IN_PROGRESS -> COMPLETED\n"
                                   "    a1-n1: IN_SERVICE -> VERIFYING\n"
                                   "    emits opinion.Completed.310115125041\n"
                                   "    emits opinion.VerificationDue.dqb\n"
                                   "    reminds a1-n1/verify: opinion.Due in 28 h 42 min\n"
                                   "    forgets a1-n1/done: opinion.Due\n"
                                   "    a1: ANSWERED -> WATCH\n"
                                   "    emits opinion.HelpGiven.dqb\n"
                                   "    reminds a1: opinion.EndWatch in 3 d\n"
                                   "    emits opinion.WatchStarted.dqb\n"
                                   "sjb/1/1 opinion.RecordCallback\n"
                                   "    refuses: RecordCallback is not for sjb\n"
                                   "dqb/1/6 opinion.RecordCallback\n"
                                   "    a1-n1: VERIFYING -> VERIFYING\n"
                                   "    emits opinion.CallbackRecorded.dqb\n"
                                   "    a1-n1: VERIFYING -> OPEN\n"
                                   "    emits opinion.ReworkOrdered.310115125041\n"
                                   "    a1-n1: OPEN -> ASSIGNED\n"
                                   "    a1-n1-a2: NONE -> REQUESTED\n"
                                   "    emits opinion.Dispatched.310115125041\n"
                                   "    reminds a1-n1/done: opinion.Due in 19 h 12 min\n"
                                   "    reminds a1-n1/receive: opinion.Due in 24 min\n"
                                   "    reminds a1-n1/accept: opinion.Due in 48 min\n"
                                   "    reminds a1-n1/first_contact: opinion.Due in 1 h 36 min\n"
                                   "    forgets a1-n1/verify: opinion.Due\n"
                                   "    a1: WATCH -> ANSWERED\n"
                                   "    forgets a1: opinion.EndWatch\n");
    story_close(story);
}
END_TEST

START_TEST(help_that_cannot_be_given_is_said_in_the_answer)
{
    struct story *story = town();

    raises(story, "a1", "III");
    story_say(story, C41 " as " C41 ".first", "opinion.Reject." C41,
              "{'assignment': 'a1-n1-a1', 'code': 'NOT_OUR_DUTY'}");
    story_say(story, "sjb as sjb.first", "opinion.Reject.sjb",
              "{'assignment': 'a1-n1-a2', 'code': 'NOT_OUR_DUTY'}");
    story_forget(story);
    story_say(story, "lgo as lgo.head", "opinion.Rule.lgo",
              "{'need': 'a1-n1', 'unmet': true, 'text': 'it is beyond the town'}");
    office(story, "PublishAnswer",
           "{'alert': 'a1', 'text': 'it is beyond the town', 'deedRef': 'ruling'}");
    EXPECT_TEXT(story_text(story), "lgo/1/1 opinion.Rule\n"
                                   "    emits opinion.Ruled.310115125041\n"
                                   "    emits opinion.Ruled.310115125041\n"
                                   "    emits opinion.Ruled.sjb\n"
                                   "    a1-n1: UNASSIGNABLE -> CLOSED\n"
                                   "    emits opinion.NeedClosed.310115125041\n"
                                   "    reminds a1-n1/reopen_window: opinion.Due in 7 d\n"
                                   "    forgets a1-n1/done: opinion.Due\n"
                                   "    forgets a1-n1/arbiter: opinion.Due\n"
                                   "    a1: RAISED -> HELP_DONE\n"
                                   "    emits opinion.HelpGiven.dqb\n"
                                   "dqb/1/4 opinion.PublishAnswer\n"
                                   "    a1: HELP_DONE -> WATCH\n"
                                   "    forgets a1/answer: opinion.ChaseAlert\n"
                                   "    emits opinion.AnswerPublished.dqb\n"
                                   "    reminds a1: opinion.EndWatch in 3 d\n"
                                   "    emits opinion.WatchStarted.dqb\n");
    ck_assert_str_eq(story_last(story, "opinion.HelpGiven.dqb"),
                     "{\"alert\": \"a1\", \"need\": \"a1-n1\", \"solved\": \"SOLVED_NO\"}");
    story_close(story);
}
END_TEST

START_TEST(what_is_no_alert_is_refused)
{
    struct story *story = town();

    submits(story, "s1", "没人管");
    raises(story, "a2", "GRADE_ABSENT");
    story_forget(story);
    story_say(story, "hcz", "opinion.RaiseAlert.hcz", "{}");
    office(story, "RaiseAlert", "{'alert': '', 'place': '" C41 "'}");
    office(story, "RaiseAlert", "{'alert': 'a1', 'place': 'moon'}");
    office(story, "RaiseAlert", "{'alert': 'a1', 'place': '" C41 "', 'grade': 'I'}");
    office(story, "RaiseAlert", "{'alert': 'a1', 'place': '" C41 "', 'signals': ['s1']}");
    story_say(story, "hcz", "opinion.GradeAlert.hcz", "{}");
    office(story, "GradeAlert", "{'alert': 'a2'}");
    office(story, "GradeAlert", "{'alert': 'a2', 'grade': 'I'}");
    office(story, "GradeAlert", "{'alert': 'a9', 'grade': 'I', 'reason': 'x'}");
    office(story, "GradeAlert", "{'alert': 'a2', 'grade': 'IV', 'reason': 'x'}");
    office(story, "GradeAlert", "{'alert': 'a2', 'grade': 'IV', 'reason': 'x'}");
    story_say(story, "hcz", "opinion.PublishAnswer.hcz", "{}");
    office(story, "PublishAnswer", "{'alert': 'a2'}");
    office(story, "PublishAnswer", "{'alert': 'a2', 'text': 'x', 'deedRef': 'y'}");
    office(story, "AssessSignal", "{'signal': 's1', 'alert': 'a9'}");
    story_say(story, "hcz", "opinion.CloseAlert.hcz", "{}");
    office(story, "EndWatch", "{'alert': 'a2'}");
    office(story, "ChaseAlert", "{'alert': 'a2', 'clock': 'ack'}");
    EXPECT_TEXT(story_text(story), "hcz/1/1 opinion.RaiseAlert\n"
                                   "    refuses: RaiseAlert is not for hcz\n"
                                   "dqb/1/5 opinion.RaiseAlert\n"
                                   "    refuses: an id, of 50 characters at most\n"
                                   "dqb/1/6 opinion.RaiseAlert\n"
                                   "    refuses: there is no unit moon\n"
                                   "dqb/1/7 opinion.RaiseAlert\n"
                                   "    refuses: a grade has a reason\n"
                                   "dqb/1/8 opinion.RaiseAlert\n"
                                   "    refuses: an alert is of signals that were assessed\n"
                                   "hcz/1/2 opinion.GradeAlert\n"
                                   "    refuses: GradeAlert is not for hcz\n"
                                   "dqb/1/9 opinion.GradeAlert\n"
                                   "    refuses: a grade is I to IV\n"
                                   "dqb/1/10 opinion.GradeAlert\n"
                                   "    refuses: a grade has a reason\n"
                                   "dqb/1/11 opinion.GradeAlert\n"
                                   "    refuses: no GradeAlert: there is no such row in alerts\n"
                                   "dqb/1/12 opinion.GradeAlert\n"
                                   "    a2: RAISED -> RAISED\n"
                                   "    reminds a2/answer: opinion.ChaseAlert in 2 d\n"
                                   "    emits opinion.AlertGraded.310115125041\n"
                                   "    a2-n1: NONE -> OPEN\n"
                                   "    emits opinion.NeedOpened.310115125041\n"
                                   "    a2-n1: OPEN -> ASSIGNED\n"
                                   "    a2-n1-a1: NONE -> REQUESTED\n"
                                   "    emits opinion.Dispatched.310115125041\n"
                                   "    reminds a2-n1/done: opinion.Due in 11 d 6 h 24 min\n"
                                   "    reminds a2-n1/receive: opinion.Due in 3 h 12 min\n"
                                   "    reminds a2-n1/accept: opinion.Due in 28 h 42 min\n"
                                   "    reminds a2-n1/first_contact: opinion.Due in 28 h 42 min\n"
                                   "dqb/1/13 opinion.GradeAlert\n"
                                   "    refuses: it has that grade already\n"
                                   "hcz/1/3 opinion.PublishAnswer\n"
                                   "    refuses: PublishAnswer is not for hcz\n"
                                   "dqb/1/14 opinion.PublishAnswer\n"
                                   "    refuses: an answer says something\n"
                                   "dqb/1/15 opinion.PublishAnswer\n"
                                   "    refuses: no PublishAnswer from RAISED\n"
                                   "dqb/1/16 opinion.AssessSignal\n"
                                   "    refuses: there is no such open alert\n"
                                   "hcz/1/4 opinion.CloseAlert\n"
                                   "    refuses: CloseAlert is not for hcz\n"
                                   "dqb/1/17 opinion.EndWatch\n"
                                   "    refuses: only the clock says what is due\n"
                                   "dqb/1/18 opinion.ChaseAlert\n"
                                   "    refuses: only the clock says what is due\n");
    story_close(story);
}
END_TEST

TESTS(words_are_found_however_they_are_written, the_office_keeps_sources_and_words,
      forty_of_the_same_are_one_signal, no_author_is_named_and_no_time_is_to_come,
      who_is_at_risk_is_a_need_at_once, what_many_call_about_is_one_signal_without_a_caller,
      what_is_nothing_is_dismissed_and_its_text_erased,
      an_alert_ends_by_help_and_an_answer_and_is_watched, a_new_hit_in_the_watch_opens_it_again,
      clocks_restart_only_upward, grade_one_has_a_commander_at_once,
      what_is_late_is_told_to_the_office_of_the_group,
      an_answer_may_come_before_the_help_but_ends_nothing,
      help_that_cannot_be_given_is_said_in_the_answer, what_is_no_alert_is_refused)
