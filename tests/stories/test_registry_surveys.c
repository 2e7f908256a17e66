/* Whether a committee has counted everybody (S-080, S-08A). */
#include "stories/roster.h"

START_TEST(each_committee_counts_declares_and_is_audited)
{
    struct story *story = open_roster(&registry_service);

    add_person(story, C41, "r1", "'name': '张桂芳'");
    story_say(story, "sjb", "registry.PlanSurvey.sjb",
              "{'survey': 's1', 'committees': ['" C41 "', '" C06 "']}");
    story_say(story, C41, "registry.StartSurvey." C41, "{'survey': 's1', 'committee': '" C41 "'}");
    story_say(story, C41, "registry.DeclareSurvey." C41,
              "{'survey': 's1', 'committee': '" C41 "', 'none': true}");
    story_say(story, C41, "registry.DeclareSurvey." C41,
              "{'survey': 's1', 'committee': '" C41 "'}");
    story_say(story, C41, "registry.DeclareSurvey." C41,
              "{'survey': 's1', 'committee': '" C41 "', 'complete': true, 'count': 1}");
    ck_assert_str_eq(story_last(story, "registry.SurveyDeclared." C41),
                     "{\"survey\": \"s1\", \"committee\": \"310115125041\", \"count\": 1, "
                     "\"onRoster\": 1}");
    story_say(story, C06, "registry.StartSurvey." C06, "{'survey': 's1', 'committee': '" C06 "'}");
    story_later(story, "7 d");
    ck_assert_str_eq(story_last(story, "registry.SurveyOverdue." C06),
                     "{\"survey\": \"s1\", \"committee\": \"310115125006\", \"dueMs\": "
                     "\"1674608400000\"}");
    story_say(story, C06, "registry.DeclareSurvey." C06,
              "{'survey': 's1', 'committee': '" C06 "', 'none': true}");
    ck_assert_str_eq(story_last(story, "registry.SurveyDeclared." C06),
                     "{\"survey\": \"s1\", \"committee\": \"310115125006\", \"none\": true}");
    story_say(story, "sjb", "registry.AuditSurvey.sjb",
              "{'survey': 's1', 'committee': '" C41 "', 'result': 'ok'}");
    story_say(story, "jcb", "registry.AuditSurvey.jcb",
              "{'survey': 's1', 'committee': '" C41 "', 'result': 'ok'}");
    EXPECT_TEXT(story_text(story), "sjb/1/1 registry.PlanSurvey\n"
                                   "    s1/310115125041: SURVEY_NONE -> PLANNED\n"
                                   "    reminds s1/310115125041: registry.ChaseSurvey in 7 d\n"
                                   "    emits registry.SurveyPlanned.310115125041\n"
                                   "    s1/310115125006: SURVEY_NONE -> PLANNED\n"
                                   "    reminds s1/310115125006: registry.ChaseSurvey in 7 d\n"
                                   "    emits registry.SurveyPlanned.310115125006\n"
                                   "310115125041/1/3 registry.StartSurvey\n"
                                   "    s1/310115125041: PLANNED -> RUNNING\n"
                                   "    emits registry.SurveyStarted.310115125041\n"
                                   "310115125041/1/4 registry.DeclareSurvey\n"
                                   "    refuses: none: 1 are on the roster\n"
                                   "310115125041/1/5 registry.DeclareSurvey\n"
                                   "    refuses: complete, or none\n"
                                   "310115125041/1/6 registry.DeclareSurvey\n"
                                   "    s1/310115125041: RUNNING -> DECLARED\n"
                                   "    forgets s1/310115125041: registry.ChaseSurvey\n"
                                   "    emits registry.SurveyDeclared.310115125041\n"
                                   "310115125006/1/1 registry.StartSurvey\n"
                                   "    s1/310115125006: PLANNED -> RUNNING\n"
                                   "    emits registry.SurveyStarted.310115125006\n"
                                   "7 d later\n"
                                   "registry/1/10 registry.ChaseSurvey\n"
                                   "    s1/310115125006: RUNNING -> RUNNING\n"
                                   "    emits registry.SurveyOverdue.310115125006\n"
                                   "310115125006/1/2 registry.DeclareSurvey\n"
                                   "    s1/310115125006: RUNNING -> DECLARED\n"
                                   "    emits registry.SurveyDeclared.310115125006\n"
                                   "sjb/1/2 registry.AuditSurvey\n"
                                   "    refuses: AuditSurvey is not for sjb\n"
                                   "jcb/1/1 registry.AuditSurvey\n"
                                   "    s1/310115125041: DECLARED -> AUDITED\n"
                                   "    emits registry.SurveyAudited.310115125041\n");
    ck_assert_str_eq(story_ask(story, "dzb", "registry.Coverage.town", "{'survey': 's1'}"),
                     "{\"rows\": [{\"committee\": \"310115125006\", \"state\": \"DECLARED\"}, "
                     "{\"committee\": \"310115125041\", \"state\": \"AUDITED\", \"count\": 1}]}");
    ck_assert_str_eq(story_ask(story, "dzb", "registry.Coverage.town", "{'survey': 's2'}"),
                     "refused NOT_FOUND: no such survey");
    story_close(story);
}
END_TEST

START_TEST(what_is_wrong_with_a_survey_is_said)
{
    struct story *story = open_roster(&registry_service);

    story_say(story, C41, "registry.PlanSurvey." C41,
              "{'survey': 's1', 'committees': ['" C41 "']}");
    story_say(story, "sjb", "registry.PlanSurvey.sjb", "{'survey': 's1'}");
    story_say(story, "sjb", "registry.PlanSurvey.sjb", "{'survey': 's1', 'committees': ['x']}");
    story_say(story, "sjb", "registry.PlanSurvey.sjb",
              "{'survey': 's1', 'committees': ['" C41 "']}");
    story_say(story, "sjb", "registry.PlanSurvey.sjb",
              "{'survey': 's1', 'committees': ['" C41 "']}");
    story_say(story, C41, "registry.DeclareSurvey." C41,
              "{'survey': 's1', 'committee': '" C41 "', 'complete': true}");
    story_say(story, C06, "registry.StartSurvey." C06, "{'survey': 's1', 'committee': '" C41 "'}");
    story_say(story, C06, "registry.DeclareSurvey." C06,
              "{'survey': 's1', 'committee': '" C41 "', 'complete': true}");
    story_later(story, "7 d");
    story_say(story, C41, "registry.ChaseSurvey." C41, "{'survey': 's1', 'committee': '" C41 "'}");
    EXPECT_TEXT(story_text(story), "310115125041/1/1 registry.PlanSurvey\n"
                                   "    refuses: PlanSurvey is not for 310115125041\n"
                                   "sjb/1/1 registry.PlanSurvey\n"
                                   "    refuses: committees: 1 to 100\n"
                                   "sjb/1/2 registry.PlanSurvey\n"
                                   "    refuses: no such committee\n"
                                   "sjb/1/3 registry.PlanSurvey\n"
                                   "    s1/310115125041: SURVEY_NONE -> PLANNED\n"
                                   "    reminds s1/310115125041: registry.ChaseSurvey in 7 d\n"
                                   "    emits registry.SurveyPlanned.310115125041\n"
                                   "sjb/1/4 registry.PlanSurvey\n"
                                   "    refuses: no PlanSurvey from PLANNED\n"
                                   "310115125041/1/2 registry.DeclareSurvey\n"
                                   "    refuses: no DeclareSurvey from PLANNED\n"
                                   "310115125006/1/1 registry.StartSurvey\n"
                                   "    refuses: StartSurvey is not for 310115125006\n"
                                   "310115125006/1/2 registry.DeclareSurvey\n"
                                   "    refuses: DeclareSurvey is not for 310115125006\n"
                                   "7 d later\n"
                                   "registry/1/9 registry.ChaseSurvey\n"
                                   "    s1/310115125041: PLANNED -> PLANNED\n"
                                   "    emits registry.SurveyOverdue.310115125041\n"
                                   "310115125041/1/3 registry.ChaseSurvey\n"
                                   "    refuses: only the registry itself says that\n");
    story_close(story);
}
END_TEST

TESTS(each_committee_counts_declares_and_is_audited, what_is_wrong_with_a_survey_is_said)
