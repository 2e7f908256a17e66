/* Whatever a double was before it was merged, it is again when it is parted (R13). */
#include "stories/roster.h"

static void merge_and_part(struct story *story, const char *person)
{
    story_say(story, C41, "registry.ProposeMerge." C41, "{'persons': ['r1', '%s']}", person);
    story_say(story, "sjb", "registry.Merge.sjb", "{'survivor': 'r1', 'alias': '%s'}", person);
    story_say(story, "sjb", "registry.Unmerge.sjb", "{'survivor': 'r1', 'alias': '%s'}", person);
}

/* In whatever state the loser is: it becomes an alias, and is what it was after the unmerge. */
START_TEST(whatever_state_a_double_is_in_it_is_given_back_to_it)
{
    static const char *const people[] = { "candidate", "proposed", "dismissed", "away",
                                          "moving",    "disputed", "removing",  "removed",
                                          "reported",  "deceased", "left" };
    struct story *story = open_roster(&registry_service);
    const char *host = ", 'kind': 'travel', 'host': {'name': 'x'}";
    const char *to = ", 'to': '" C06 "'";
    const char *why = ", 'reason': 'x'";

    add_person(story, C41, "r1", "'name': '张桂芳'");
    for (size_t i = 0; i < 3; i++)
        say_of(story, C41, "Propose", people[i], ", 'committee': '" C41 "', 'card': {'name': 'x'}");
    for (size_t i = 3; i < 11; i++)
        add_person(story, C41, people[i], "'name': 'x'");
    say_of(story, C41, "ProposeDismissal", "proposed", why);
    say_of(story, C41, "ProposeDismissal", "dismissed", why);
    say_of(story, "sjb", "Dismiss", "dismissed", why);
    say_of(story, C41, "SuspendAway", "away", host);
    say_of(story, C41, "RequestMove", "moving", to);
    say_of(story, C41, "RequestMove", "disputed", to);
    say_of(story, C06, "RefuseMove", "disputed", why);
    say_of(story, C41, "ProposeRemoval", "removing", why);
    say_of(story, C41, "ProposeRemoval", "removed", why);
    say_of(story, "sjb", "Remove", "removed", why);
    say_of(story, C41, "ReportDeath", "reported", "");
    say_of(story, C41, "ReportDeath", "deceased", "");
    say_of(story, C41, "ConfirmDeath", "deceased", ", 'documentRef': 'd'");
    say_of(story, "sjb", "MoveOutOfTown", "left", ", 'receiver': 'x', 'ackRef': 'y'");
    story_forget(story);
    for (size_t i = 0; i < 6; i++)
        merge_and_part(story, people[i]);
    EXPECT_TEXT(story_text(story), "310115125041/1/32 registry.ProposeMerge\n"
                                   "    candidate/r1: MERGE_NONE -> PROPOSED\n"
                                   "    emits registry.MergeProposed.sjb\n"
                                   "sjb/1/4 registry.Merge\n"
                                   "    candidate/r1: PROPOSED -> MERGED\n"
                                   "    candidate: CANDIDATE -> ALIAS\n"
                                   "    reminds r1: registry.CheckStale in 14 d\n"
                                   "    emits registry.Merged.310115125041\n"
                                   "sjb/1/5 registry.Unmerge\n"
                                   "    candidate/r1: MERGED -> UNMERGED\n"
                                   "    candidate: ALIAS -> CANDIDATE\n"
                                   "    reminds candidate: registry.ChaseCandidate in 24 h\n"
                                   "    reminds r1: registry.CheckStale in 14 d\n"
                                   "    emits registry.Unmerged.310115125041\n"
                                   "310115125041/1/33 registry.ProposeMerge\n"
                                   "    proposed/r1: MERGE_NONE -> PROPOSED\n"
                                   "    emits registry.MergeProposed.sjb\n"
                                   "sjb/1/6 registry.Merge\n"
                                   "    proposed/r1: PROPOSED -> MERGED\n"
                                   "    proposed: DISMISSAL_PROPOSED -> ALIAS\n"
                                   "    reminds r1: registry.CheckStale in 14 d\n"
                                   "    emits registry.Merged.310115125041\n"
                                   "sjb/1/7 registry.Unmerge\n"
                                   "    proposed/r1: MERGED -> UNMERGED\n"
                                   "    proposed: ALIAS -> DISMISSAL_PROPOSED\n"
                                   "    reminds proposed: registry.ChaseDecision in 24 h\n"
                                   "    reminds r1: registry.CheckStale in 14 d\n"
                                   "    emits registry.Unmerged.310115125041\n"
                                   "310115125041/1/34 registry.ProposeMerge\n"
                                   "    dismissed/r1: MERGE_NONE -> PROPOSED\n"
                                   "    emits registry.MergeProposed.sjb\n"
                                   "sjb/1/8 registry.Merge\n"
                                   "    dismissed/r1: PROPOSED -> MERGED\n"
                                   "    dismissed: DISMISSED -> ALIAS\n"
                                   "    reminds r1: registry.CheckStale in 14 d\n"
                                   "    emits registry.Merged.310115125041\n"
                                   "sjb/1/9 registry.Unmerge\n"
                                   "    dismissed/r1: MERGED -> UNMERGED\n"
                                   "    dismissed: ALIAS -> DISMISSED\n"
                                   "    reminds r1: registry.CheckStale in 14 d\n"
                                   "    emits registry.Unmerged.310115125041\n"
                                   "310115125041/1/35 registry.ProposeMerge\n"
                                   "    away/r1: MERGE_NONE -> PROPOSED\n"
                                   "    emits registry.MergeProposed.sjb\n"
                                   "sjb/1/10 registry.Merge\n"
                                   "    away/r1: PROPOSED -> MERGED\n"
                                   "    away: AWAY -> ALIAS\n"
                                   "    forgets away: registry.CheckStale\n"
                                   "    reminds r1: registry.CheckStale in 14 d\n"
                                   "    emits registry.Merged.310115125041\n"
                                   "sjb/1/11 registry.Unmerge\n"
                                   "    away/r1: MERGED -> UNMERGED\n"
                                   "    away: ALIAS -> AWAY\n"
                                   "    reminds away: registry.EndAwayDue in 30 d\n"
                                   "    reminds away: registry.CheckStale in 14 d\n"
                                   "    reminds r1: registry.CheckStale in 14 d\n"
                                   "    emits registry.Unmerged.310115125041\n"
                                   "310115125041/1/36 registry.ProposeMerge\n"
                                   "    moving/r1: MERGE_NONE -> PROPOSED\n"
                                   "    emits registry.MergeProposed.sjb\n"
                                   "sjb/1/12 registry.Merge\n"
                                   "    moving/r1: PROPOSED -> MERGED\n"
                                   "    moving: MOVING -> ALIAS\n"
                                   "    forgets moving: registry.CheckStale\n"
                                   "    reminds r1: registry.CheckStale in 14 d\n"
                                   "    emits registry.Merged.310115125041\n"
                                   "sjb/1/13 registry.Unmerge\n"
                                   "    moving/r1: MERGED -> UNMERGED\n"
                                   "    moving: ALIAS -> MOVING\n"
                                   "    reminds moving: registry.EndMoveDue in 24 h\n"
                                   "    reminds moving: registry.CheckStale in 14 d\n"
                                   "    reminds r1: registry.CheckStale in 14 d\n"
                                   "    emits registry.Unmerged.310115125041\n"
                                   "310115125041/1/37 registry.ProposeMerge\n"
                                   "    disputed/r1: MERGE_NONE -> PROPOSED\n"
                                   "    emits registry.MergeProposed.sjb\n"
                                   "sjb/1/14 registry.Merge\n"
                                   "    disputed/r1: PROPOSED -> MERGED\n"
                                   "    disputed: MOVE_DISPUTED -> ALIAS\n"
                                   "    forgets disputed: registry.CheckStale\n"
                                   "    reminds r1: registry.CheckStale in 14 d\n"
                                   "    emits registry.Merged.310115125041\n"
                                   "sjb/1/15 registry.Unmerge\n"
                                   "    disputed/r1: MERGED -> UNMERGED\n"
                                   "    disputed: ALIAS -> MOVE_DISPUTED\n"
                                   "    reminds disputed: registry.CheckStale in 14 d\n"
                                   "    reminds r1: registry.CheckStale in 14 d\n"
                                   "    emits registry.Unmerged.310115125041\n");
    story_forget(story);
    for (size_t i = 6; i < 11; i++)
        merge_and_part(story, people[i]);
    EXPECT_TEXT(story_text(story), "310115125041/1/38 registry.ProposeMerge\n"
                                   "    r1/removing: MERGE_NONE -> PROPOSED\n"
                                   "    emits registry.MergeProposed.sjb\n"
                                   "sjb/1/16 registry.Merge\n"
                                   "    r1/removing: PROPOSED -> MERGED\n"
                                   "    removing: REMOVAL_PROPOSED -> ALIAS\n"
                                   "    forgets removing: registry.CheckStale\n"
                                   "    reminds r1: registry.CheckStale in 14 d\n"
                                   "    emits registry.Merged.310115125041\n"
                                   "sjb/1/17 registry.Unmerge\n"
                                   "    r1/removing: MERGED -> UNMERGED\n"
                                   "    removing: ALIAS -> REMOVAL_PROPOSED\n"
                                   "    reminds removing: registry.ChaseDecision in 24 h\n"
                                   "    reminds removing: registry.CheckStale in 14 d\n"
                                   "    reminds r1: registry.CheckStale in 14 d\n"
                                   "    emits registry.Unmerged.310115125041\n"
                                   "310115125041/1/39 registry.ProposeMerge\n"
                                   "    r1/removed: MERGE_NONE -> PROPOSED\n"
                                   "    emits registry.MergeProposed.sjb\n"
                                   "sjb/1/18 registry.Merge\n"
                                   "    r1/removed: PROPOSED -> MERGED\n"
                                   "    removed: REMOVED -> ALIAS\n"
                                   "    reminds r1: registry.CheckStale in 14 d\n"
                                   "    emits registry.Merged.310115125041\n"
                                   "sjb/1/19 registry.Unmerge\n"
                                   "    r1/removed: MERGED -> UNMERGED\n"
                                   "    removed: ALIAS -> REMOVED\n"
                                   "    reminds r1: registry.CheckStale in 14 d\n"
                                   "    emits registry.Unmerged.310115125041\n"
                                   "310115125041/1/40 registry.ProposeMerge\n"
                                   "    r1/reported: MERGE_NONE -> PROPOSED\n"
                                   "    emits registry.MergeProposed.sjb\n"
                                   "sjb/1/20 registry.Merge\n"
                                   "    r1/reported: PROPOSED -> MERGED\n"
                                   "    reported: DECEASED_REPORTED -> ALIAS\n"
                                   "    forgets reported: registry.CheckStale\n"
                                   "    reminds r1: registry.CheckStale in 14 d\n"
                                   "    emits registry.Merged.310115125041\n"
                                   "sjb/1/21 registry.Unmerge\n"
                                   "    r1/reported: MERGED -> UNMERGED\n"
                                   "    reported: ALIAS -> DECEASED_REPORTED\n"
                                   "    reminds r1: registry.CheckStale in 14 d\n"
                                   "    emits registry.Unmerged.310115125041\n"
                                   "310115125041/1/41 registry.ProposeMerge\n"
                                   "    deceased/r1: MERGE_NONE -> PROPOSED\n"
                                   "    emits registry.MergeProposed.sjb\n"
                                   "sjb/1/22 registry.Merge\n"
                                   "    deceased/r1: PROPOSED -> MERGED\n"
                                   "    deceased: DECEASED -> ALIAS\n"
                                   "    reminds r1: registry.CheckStale in 14 d\n"
                                   "    emits registry.Merged.310115125041\n"
                                   "sjb/1/23 registry.Unmerge\n"
                                   "    deceased/r1: MERGED -> UNMERGED\n"
                                   "    deceased: ALIAS -> DECEASED\n"
                                   "    reminds r1: registry.CheckStale in 14 d\n"
                                   "    emits registry.Unmerged.310115125041\n"
                                   "310115125041/1/42 registry.ProposeMerge\n"
                                   "    left/r1: MERGE_NONE -> PROPOSED\n"
                                   "    emits registry.MergeProposed.sjb\n"
                                   "sjb/1/24 registry.Merge\n"
                                   "    left/r1: PROPOSED -> MERGED\n"
                                   "    left: LEFT -> ALIAS\n"
                                   "    reminds r1: registry.CheckStale in 14 d\n"
                                   "    emits registry.Merged.310115125041\n"
                                   "sjb/1/25 registry.Unmerge\n"
                                   "    left/r1: MERGED -> UNMERGED\n"
                                   "    left: ALIAS -> LEFT\n"
                                   "    reminds r1: registry.CheckStale in 14 d\n"
                                   "    emits registry.Unmerged.310115125041\n");
    /* Whoever was removed may come again. */
    story_forget(story);
    say_of(story, C41, "Propose", "removed", ", 'committee': '" C41 "', 'card': {'name': 'x'}");
    EXPECT_TEXT(story_text(story), "310115125041/1/43 registry.Propose\n"
                                   "    removed: REMOVED -> CANDIDATE\n"
                                   "    reminds removed: registry.ChaseCandidate in 24 h\n"
                                   "    emits registry.Proposed.310115125041\n");
    story_close(story);
}
END_TEST

TESTS(whatever_state_a_double_is_in_it_is_given_back_to_it)
