/*
 * opinion: words, signals and what becomes of them (domain.md 3.11, 4.9); S-013, S-064, S-066.
 */
#include "stories/opinion_town.h"

extern const struct service opinion_service;

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
                     "\"calls:2023-01-18T09|MEDICINE|310115125041\", \"place\": \"310115125041\", "
                     "\"atMs\": \"1674003600000\", \"dueMs\": \"1674007200000\"}");
    ck_assert_str_eq(
        story_ask(story, "dqb", "opinion.SignalsOf.dqb", "{}"),
        "{\"rows\": [{\"signal\": \"calls-1\", \"state\": \"NEW\", \"source\": \"hotline\", "
        "\"place\": \"310115125041\", \"text\": \"3 calls within the hour: MEDICINE\", \"count\": "
        "4, \"atMs\": \"1674003600000\", \"dueMs\": \"1674007200000\"}]}");
    story_close(story);
}
END_TEST

TESTS(words_are_found_however_they_are_written, the_office_keeps_sources_and_words,
      forty_of_the_same_are_one_signal, no_author_is_named_and_no_time_is_to_come,
      who_is_at_risk_is_a_need_at_once, what_many_call_about_is_one_signal_without_a_caller)
