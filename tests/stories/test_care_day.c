/*
 * care: a committee's day (S-097 每天1次, S-098 每日联系, S-099 每日记录; S-071 沉默对象): contacts are
 * planned and not waited for (S-009, S-06W), and what nobody does goes up from the carer to the office
 * of the town (S-0B8 上下联动).
 */
#include "stories/care_town.h"

extern const struct service care_service;

START_TEST(a_day_on_which_nobody_tries)
{
    struct story *story = care_story(&care_service, "2023-01-18T08:00");

    person_of(story, C41, "r1", ", 'silent': true");
    story_forget(story);
    story_until(story, "20:00");
    /* The carer, the duty post, the door of a silent person, the head, the office: nobody is left out,
     * and nobody is said to have been sought who was not (R15). */
    EXPECT_TEXT(story_text(story), "1 h later\n"
                                   "care/1/3 care.FindUnpaired\n"
                                   "    emits care.UnpairedFound.310115125041\n"
                                   "    emits care.RecruitmentGap.310115125041\n"
                                   "1 h later\n"
                                   "care/1/6 care.RemindUntried\n"
                                   "    emits care.ContactReminded.310115125041\n"
                                   "2 h later\n"
                                   "care/1/9 care.RemindUntried\n"
                                   "    emits care.ContactReminded.310115125041\n"
                                   "2 h later\n"
                                   "care/1/12 care.RemindUntried\n"
                                   "    310115125006/2023-01-18: NONE -> OPEN\n"
                                   "care/1/14 care.RemindUntried\n"
                                   "    emits care.ContactReminded.310115125041\n"
                                   "care/1/15 care.RemindUntried\n"
                                   "    emits care.DoorVisitAssigned.310115125041\n"
                                   "    reminds r1/2023-01-18: care.ClimbLadder in 2 h\n"
                                   "2 h later\n"
                                   "care/1/18 care.RemindUntried\n"
                                   "    emits care.ContactEscalated.310115125041\n"
                                   "care/1/20 care.ClimbLadder\n"
                                   "    emits care.ContactEscalated.sjb\n"
                                   "2 h later\n"
                                   "care/1/23 care.RemindUntried\n"
                                   "    emits care.ContactEscalated.sjb\n"
                                   "2 h later\n"
                                   "care/1/26 care.FreezeSummary\n"
                                   "    310115125041/2023-01-18: OPEN -> FROZEN\n"
                                   "    emits care.SummaryFrozen.310115125041\n"
                                   "care/1/27 care.FreezeSummary\n"
                                   "    310115125006/2023-01-18: OPEN -> FROZEN\n"
                                   "    emits care.SummaryFrozen.310115125006\n");
    story_forget(story);
    story_until(story, "2023-01-19T00:04");
    EXPECT_TEXT(story_text(story), "30 min later\n"
                                   "care/1/30 care.ChaseSummary\n"
                                   "    emits care.SummaryOverdue.310115125006\n"
                                   "care/1/31 care.ChaseSummary\n"
                                   "    emits care.SummaryOverdue.310115125041\n"
                                   "30 min later\n"
                                   "care/1/34 care.RollUpTown\n"
                                   "    310115125006/2023-01-18: FROZEN -> ROLLED_UP\n"
                                   "    310115125041/2023-01-18: FROZEN -> ROLLED_UP\n"
                                   "    town/2023-01-18: NONE -> ROLLED_UP\n"
                                   "    reminds town: care.RollUpTown in 24 h\n"
                                   "    reminds 2023-01-18: care.AmendTown in 3 h 5 min\n"
                                   "    emits care.SummaryRolledUp.town\n"
                                   "3 h later\n"
                                   "care/1/36 care.EndDay\n"
                                   "    r1/2023-01-18: PLANNED -> MISSED\n"
                                   "    emits care.ContactMissed.310115125041\n"
                                   "    310115125041/2023-01-18: ROLLED_UP -> AMENDED\n"
                                   "    emits care.SummaryAmended.310115125041\n"
                                   "4 min later\n");
    ck_assert_str_eq(
        story_last(story, "care.ContactMissed." C41),
        "{\"person\": \"r1\", \"date\": \"2023-01-18\", \"committee\": \"310115125041\""
        ", \"times\": 1, \"days\": 1}");
    ck_assert_str_eq(
        story_last(story, "care.SummaryAmended." C41),
        "{\"committee\": \"310115125041\", \"date\": \"2023-01-18\", \"numbers\": {\"ro"
        "ster\": 1, \"planned\": 1, \"missed\": 1, \"newPeople\": 1, \"unpaired\": 1}, "
        "\"diff\": [{\"name\": \"untried\", \"from\": 1}, {\"name\": \"missed\", \"to\""
        ": 1}], \"reason\": \"the day has ended\"}");
    /* The next day begins with whoever was missed. */
    story_until(story, "00:10");
    ck_assert_str_eq(
        story_last(story, "care.ContactPlanned." C41),
        "{\"person\": \"r1\", \"date\": \"2023-01-19\", \"windowEndMs\": \"167410800000"
        "0\", \"ladder\": \"SILENT\", \"times\": 1, \"first\": true}");
    ck_assert_str_eq(
        story_last(story, "care.SummaryAmended.town"),
        "{\"date\": \"2023-01-18\", \"numbers\": {\"roster\": 1, \"planned\": 1, \"miss"
        "ed\": 1, \"newPeople\": 1, \"unpaired\": 1}, \"diff\": [{\"name\": \"untried\""
        ", \"from\": 1}, {\"name\": \"missed\", \"to\": 1}], \"reason\": \"the day has "
        "ended\"}");
    story_close(story);
}
END_TEST

TESTS(a_day_on_which_nobody_tries)
