/*
 * incident: a child without a guardian (S-031), and what is over (domain.md 3.13, 4.11).
 */
#include "stories/incident_town.h"

extern const struct service incident_service;

/* ---- a child without a guardian (S-031) ---------------------------------------------------------- */

START_TEST(a_child_has_a_caretaker_or_the_office_hears_of_it)
{
    struct story *story = town();

    opens(story, "i1", "CHILD_UNGUARDED", "k1");
    EXPECT_TEXT(story_text(story), "310115125041/1/1 incident.OpenIncident\n"
                                   "    i1: NONE -> REPORTED\n"
                                   "    emits incident.IncidentOpened.pab\n"
                                   "    reminds i1: incident.ChaseConfirm in 10 min\n"
                                   "    reminds i1: incident.ChaseReport in 15 min\n"
                                   "    reminds i1: incident.ChaseCaretaker in 2 h\n"
                                   "    emits incident.CaretakerWanted.310115125041\n"
                                   "    emits incident.CaretakerWanted.sjb\n"
                                   "    i1: NONE -> OPEN\n"
                                   "    emits incident.NeedOpened.310115125041\n"
                                   "    i1: OPEN -> ASSIGNED\n"
                                   "    i1-a1: NONE -> REQUESTED\n"
                                   "    emits incident.Dispatched.310115125041\n"
                                   "    reminds i1/done: incident.Due in 1 h 36 min\n"
                                   "    reminds i1/receive: incident.Due in 4 min\n"
                                   "    reminds i1/accept: incident.Due in 5 min 36 s\n"
                                   "    reminds i1/first_contact: incident.Due in 8 min\n");
    ck_assert_str_eq(story_last(story, "incident.CaretakerWanted." C41),
                     "{\"incident\": \"i1\", \"child\": \"k1\", \"place\": \"310115125041\", "
                     "\"dueMs\": \"1674010800000\", \"toPost\": \"310115125041.first\"}");
    ck_assert_str_eq(story_last(story, "incident.CaretakerWanted.sjb"),
                     "{\"incident\": \"i1\", \"child\": \"k1\", \"place\": \"310115125041\", "
                     "\"dueMs\": \"1674010800000\", \"toPost\": \"sjb.first\"}");
    story_later(story, "2 h");
    ck_assert_str_eq(story_last(story, "incident.DeadlineMissed." C41),
                     "{\"need\": \"i1\", \"clock\": \"caretaker\", \"dueMs\": \"1674010800000\"}");
    ck_assert_str_eq(
        story_last(story, "incident.Escalated.lgo"),
        "{\"need\": \"i1\", \"rung\": 2, \"toPost\": \"lgo.duty\", \"clock\": \"caretaker\"}");
    story_forget(story);
    opens(story, "i2", "DISPUTE", "");
    story_forget(story);
    story_say(story, C41 " as " C41 ".first", "incident.NameCaretaker." C41,
              "{'incident': 'i2', 'station': 'sjb'}");
    story_say(story, C41 " as " C41 ".first", "incident.NameCaretaker." C41,
              "{'incident': 'i9', 'station': 'sjb'}");
    story_say(story, C41 " as " C41 ".first", "incident.NameCaretaker." C41,
              "{'incident': 'i1', 'child': 'a/b', 'station': 'sjb'}");
    story_say(story, C41 " as " C41 ".first", "incident.NameCaretaker." C41,
              "{'incident': 'i1', 'caretaker': {'name': '陈阿姨'}}");
    story_say(story, "hcz as hcz.duty", "incident.NameCaretaker.hcz",
              "{'incident': 'i1', 'station': 'hcz'}");
    story_say(story, C41 " as " C41 ".first", "incident.NameCaretaker." C41,
              "{'incident': 'i1', 'caretaker': {'name': '陈阿姨', 'phones': [{'number':"
              " '13900000009'}], 'remark': '邻居'}, 'consent': true,"
              " 'childCard': {'nickname': '小宝'}}");
    story_say(story, C41 " as " C41 ".first", "incident.NameCaretaker." C41,
              "{'incident': 'i1', 'caretaker': {'name': '外婆'}, 'consent': true}");
    story_say(story, "sjb as sjb.first", "incident.NameCaretaker.sjb",
              "{'incident': 'i1', 'station': 'sjb'}");
    EXPECT_TEXT(story_text(story), "310115125041/1/3 incident.NameCaretaker\n"
                                   "    refuses: which child?\n"
                                   "310115125041/1/4 incident.NameCaretaker\n"
                                   "    refuses: there is no such incident\n"
                                   "310115125041/1/5 incident.NameCaretaker\n"
                                   "    refuses: an id is empty, too long or no id\n"
                                   "310115125041/1/6 incident.NameCaretaker\n"
                                   "    refuses: a caretaker who has agreed, or a station\n"
                                   "hcz/1/1 incident.NameCaretaker\n"
                                   "    refuses: NameCaretaker is not for hcz\n"
                                   "310115125041/1/7 incident.NameCaretaker\n"
                                   "    sends registry.Propose.310115125041\n"
                                   "    emits incident.CaretakerNamed.310115125041\n"
                                   "310115125041/1/8 incident.NameCaretaker\n"
                                   "    sends registry.UpdateFields.310115125041\n"
                                   "    emits incident.CaretakerNamed.310115125041\n"
                                   "sjb/1/1 incident.NameCaretaker\n"
                                   "    emits incident.CaretakerNamed.310115125041\n");
    ck_assert_str_eq(story_last(story, "registry.Propose." C41),
                     "{\"person\": \"k1\", \"card\": {\"nickname\": \"小宝\", "
                     "\"emergencyContacts\": [{\"name\": \"陈阿姨\", \"phone\": \"13900000009\", "
                     "\"relation\": \"邻居\"}]}, \"source\": \"incident\", \"committee\": "
                     "\"310115125041\", \"categories\": [\"UNGUARDED_CHILD\"]}");
    ck_assert_str_eq(
        story_last(story, "registry.UpdateFields." C41),
        "{\"person\": \"k1\", \"card\": {\"emergencyContacts\": [{\"name\": \"外婆\"}]}}");
    ck_assert_str_eq(story_last(story, "incident.CaretakerNamed." C41),
                     "{\"incident\": \"i1\", \"child\": \"k1\", \"station\": \"sjb\", \"place\": "
                     "\"310115125041\", \"ms\": \"7200000\"}");
    story_close(story);
}
END_TEST

START_TEST(what_is_over_takes_no_more)
{
    struct story *story = town();

    opens(story, "i1", "CHILD_UNGUARDED", "k1");
    pab(story, "ConfirmIncident", "{'incident': 'i1'}");
    helps(story, "i1", C41);
    pab(story, "ControlIncident", "{'incident': 'i1', 'result': 'GUARDED'}");
    story_say(story, "hcz as hcz.duty", "incident.CloseIncident.hcz", "{'incident': 'i1'}");
    pab(story, "CloseIncident", "{'incident': 'i1', 'text': 'the mother is back'}");
    story_forget(story);
    story_say(story, C41 " as " C41 ".first", "incident.NameCaretaker." C41,
              "{'incident': 'i1', 'station': 'sjb'}");
    pab(story, "ReviewIncident", "{'incident': 'i1'}");
    story_say(story, "hcz as hcz.duty", "incident.ReviewIncident.hcz",
              "{'incident': 'i1', 'lessons': 'x'}");
    pab(story, "ChaseConfirm", "{'incident': 'i1'}");
    pab(story, "ChaseReport", "{'incident': 'i1'}");
    pab(story, "ChaseSituation", "{'incident': 'i1'}");
    pab(story, "ChaseCaretaker", "{'incident': 'i1'}");
    pab(story, "ChaseReview", "{'incident': 'i1'}");
    EXPECT_TEXT(story_text(story), "310115125041/1/5 incident.NameCaretaker\n"
                                   "    refuses: it is over\n"
                                   "pab/1/4 incident.ReviewIncident\n"
                                   "    refuses: what was learned?\n"
                                   "hcz/1/2 incident.ReviewIncident\n"
                                   "    refuses: hcz does not command it\n"
                                   "pab/1/5 incident.ChaseConfirm\n"
                                   "    refuses: only the clock says what is due\n"
                                   "pab/1/6 incident.ChaseReport\n"
                                   "    refuses: only the clock says what is due\n"
                                   "pab/1/7 incident.ChaseSituation\n"
                                   "    refuses: only the clock says what is due\n"
                                   "pab/1/8 incident.ChaseCaretaker\n"
                                   "    refuses: only the clock says what is due\n"
                                   "pab/1/9 incident.ChaseReview\n"
                                   "    refuses: only the clock says what is due\n");
    ck_assert_str_eq(story_last(story, "incident.IncidentClosed.pab"),
                     "{\"incident\": \"i1\", \"type\": \"CHILD_UNGUARDED\", \"place\": "
                     "\"310115125041\", \"person\": \"k1\", \"result\": \"GUARDED\", \"byPost\": "
                     "\"pab.duty\", \"needs\": [\"i1\"]}");
    story_close(story);
}
END_TEST

TESTS(a_child_has_a_caretaker_or_the_office_hears_of_it, what_is_over_takes_no_more)
