/*
 * A walk without a plan: whatever happens to a handful of people, in whatever order, the figures and
 * the lists say the same.  Both are kept change by change and never counted, so a change that forgets
 * one of them is seen here.  WALK_SEED and WALK_STEPS in the environment choose another walk.
 */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "stories/roster.h"

enum { STEPS = 150, PEOPLE = 6, FORMS = 26 };

static unsigned seed;

static unsigned below(unsigned limit)
{
    return (unsigned)rand_r(&seed) % limit;
}

static const char *committee(void)
{
    return below(2) == 0 ? C41 : C06;
}

/* ---- a step ---------------------------------------------------------------------------------------- */

static const char card[] = "'card': {'name': '张桂芳', 'idNumber': '31999919380214001X',"
                           " 'phones': [{'number': '13900000001'}]}";
static const char host[] = "'kind': 'travel', 'host': {'name': 'x'}";
static const char basis[] = "'categories': ['DEPENDENT', 'ALONE_UNCARED'], 'class': 'RED',"
                            " 'basis': 'notice'";

/* What may be said, by whom (NULL: some committee); $1 and $2 are people, $3 a committee, $4 a
 * moment to come. */
static const struct {
    const char *who;
    const char *what;
    const char *body;
} forms[FORMS] = {
    { NULL, "Propose", "'person': '$1', 'committee': '$3', " },
    { NULL, "Propose", "'person': '$1', 'committee': '$3', " },
    { NULL, "Verify", "'person': '$1', " },
    { NULL, "Verify", "'person': '$1', " },
    { NULL, "ProposeDismissal", "'person': '$1', 'reason': 'x'" },
    { "sjb", "Dismiss", "'person': '$1'" },
    { "sjb", "Keep", "'person': '$1'" },
    { NULL, "ProposeRemoval", "'person': '$1', 'reason': 'x'" },
    { "sjb", "Remove", "'person': '$1'" },
    { NULL, "UpdateFields", "'person': '$1', 'card': {'name': '王五'}" },
    { NULL, "UpdateFields", "'person': '$1', 'card': {'phones': [{'number': '清空'}]}" },
    { NULL, "SetCategories", "'person': '$1', 'categories': ['DEPENDENT'], 'expiresMs': '$4'" },
    { NULL, "SetClass", "'person': '$1', 'class': 'GREEN', 'expiresMs': '$4'" },
    { NULL, "SetSilent", "'person': '$1', 'silent': true, 'expiresMs': '$4'" },
    { NULL, "SuspendAway", "'person': '$1', 'untilMs': '$4', " },
    { NULL, "EndAway", "'person': '$1'" },
    { NULL, "RequestMove", "'person': '$1', 'to': '$3'" },
    { NULL, "AcceptMove", "'person': '$1'" },
    { NULL, "RefuseMove", "'person': '$1', 'reason': 'x'" },
    { "sjb", "RuleMove", "'person': '$1', 'owner': '$3'" },
    { "hcz", "ReportDeath", "'person': '$1'" },
    { NULL, "RefuteDeath", "'person': '$1'" },
    { NULL, "SetHousehold", "'household': 'h', 'members': ['$1', '$2']" },
    { "sjb", "ProposeMerge", "'persons': ['$1', '$2']" },
    { "sjb", "Merge", "'survivor': '$1', 'alias': '$2'" },
    { "sjb", "Unmerge", "'survivor': '$1', 'alias': '$2'" },
};

static const char *rest_of(const char *what)
{
    return strcmp(what, "Propose") == 0       ? card
           : strcmp(what, "Verify") == 0      ? basis
           : strcmp(what, "SuspendAway") == 0 ? host
                                              : "";
}

/* The form with $1 to $4 filled in. */
static void fill(char *out, size_t room, const char *form, const char *const values[4])
{
    size_t size = 0;

    for (; *form != '\0' && size + 1 < room; form++) {
        if (*form == '$')
            size += (size_t)snprintf(out + size, room - size, "%s", values[*++form - '1']);
        else
            out[size++] = *form;
    }
    out[size < room ? size : room - 1] = '\0';
}

static void say_something(struct story *story)
{
    const unsigned at = below(FORMS);
    const char *who = forms[at].who == NULL ? committee() : forms[at].who;
    char people[2][16];
    char moment[32];
    char subject[64];
    char body[256];

    for (int i = 0; i < 2; i++)
        snprintf(people[i], sizeof(people[i]), "r%u", below(PEOPLE));
    snprintf(moment, sizeof(moment), "%llu",
             (unsigned long long)story_now(story) + (1 + below(72)) * 3600ull * 1000);
    snprintf(subject, sizeof(subject), "registry.%s.%s", forms[at].what, who);
    fill(body, sizeof(body), forms[at].body,
         (const char *const[]){ people[0], people[1], committee(), moment });
    story_say(story, who, subject, "{%s%s}", body, rest_of(forms[at].what));
}

/* A sheet of two rows, perhaps of people who are here, perhaps taken back. */
static void import(struct story *story, unsigned number)
{
    static const char *const steps[] = { "ValidateImport", "CommitImport", "RollBackImport" };
    const char *who = committee();
    char subject[64];

    snprintf(subject, sizeof(subject), "registry.StartImport.%s", who);
    story_say(story, who, subject, "{'batch': 'b%u', 'fileHash': 'h%u', 'committee': '%s'}", number,
              number, who);
    snprintf(subject, sizeof(subject), "registry.AddImportRows.%s", who);
    story_say(story, who, subject,
              "{'batch': 'b%u', 'rows': [{'row': 2, %s, %s},"
              " {'row': 3, 'card': {'name': '孙八', 'phones': [{'number': '139000000%02u'}]}}]}",
              number, card, basis, below(90) + 10);
    for (unsigned i = 0; i < 2 + below(2); i++) {
        snprintf(subject, sizeof(subject), "registry.%s.%s", steps[i], who);
        story_say(story, who, subject, "{'batch': 'b%u'}", number);
    }
}

/* ---- figures and lists ------------------------------------------------------------------------------ */

static int listed(struct story *story, const char *owner)
{
    const char *at = story_ask(story, "sjb", "registry.RosterAt.sjb",
                               "{'committee': '%s', 'limit': 100}", owner);
    int count = 0;

    while ((at = strstr(at, "\"state\"")) != NULL) {
        count++;
        at++;
    }
    return count;
}

static int counted(struct story *story, const char *owner)
{
    const char *answer =
        story_ask(story, "dzb", "registry.Counts.town", "{'committee': '%s'}", owner);
    const char *total = strstr(answer, "\"total\": ");

    ck_assert_msg(strstr(answer, "42949") == NULL, "%s", answer); /* below nothing */
    return total == NULL ? 0 : atoi(total + strlen("\"total\": "));
}

static void compare(struct story *story)
{
    int lists = listed(story, C41) + listed(story, C06) + listed(story, "sjb");

    ck_assert_msg(listed(story, C41) == counted(story, C41) && lists == counted(story, ""),
                  "the figures and the lists part at\n%s", story_text(story));
}

static void walk(unsigned usual)
{
    const char *chosen = getenv("WALK_SEED");
    const char *long_walk = getenv("WALK_STEPS");
    unsigned steps = long_walk == NULL ? STEPS : (unsigned)strtoul(long_walk, NULL, 10);
    struct story *story;

    seed = chosen == NULL ? usual : (unsigned)strtoul(chosen, NULL, 10);
    say_set_level(SAY_SILENT);
    story = open_roster(&registry_service);
    for (unsigned i = 0; i < steps; i++) {
        if (below(12) == 0)
            import(story, i);
        else if (below(12) == 0)
            story_later(story, below(3) == 0 ? "2 d" : "3 h");
        else
            say_something(story);
        compare(story);
        story_forget(story);
    }
    story_close(story);
}

START_TEST(figures_and_lists_agree_after_every_step)
{
    walk(1);
}
END_TEST

START_TEST(and_after_every_other)
{
    walk(2);
}
END_TEST

/* Found by the walk: the survivor of a merge was dismissed, and proposed again by the alias' id. */
START_TEST(whoever_is_proposed_by_an_old_id_keeps_the_new_one)
{
    struct story *story = open_roster(&registry_service);

    story_say(story, C41, "registry.Propose." C41,
              "{'person': 'r1', 'committee': '" C41 "', 'card': {'name': '张桂芳'}}");
    story_say(story, C41, "registry.Propose." C41,
              "{'person': 'r2', 'committee': '" C41 "', 'card': {'name': '张桂芬'}}");
    story_say(story, C41, "registry.ProposeMerge." C41, "{'persons': ['r1', 'r2']}");
    story_say(story, "sjb", "registry.Merge.sjb", "{'survivor': 'r1', 'alias': 'r2'}");
    story_say(story, C41, "registry.ProposeDismissal." C41, "{'person': 'r1', 'reason': 'x'}");
    story_say(story, "sjb", "registry.Dismiss.sjb", "{'person': 'r1'}");
    story_say(story, C41, "registry.Propose." C41,
              "{'person': 'r2', 'committee': '" C41 "', 'card': {'name': '张桂芳'}}");
    ck_assert_str_eq(story_last(story, "registry.Proposed." C41),
                     "{\"person\": \"r1\", \"owner\": \"310115125041\", \"source\": "
                     "\"310115125041\", \"dueMs\": \"1674090000000\"}");
    compare(story);
    story_close(story);
}
END_TEST

TESTS(figures_and_lists_agree_after_every_step, and_after_every_other,
      whoever_is_proposed_by_an_old_id_keeps_the_new_one)
