/*
 * A walk without a plan through illness, leave, appointments and resignations: after every step each
 * post is held by whom the four rungs say (deputy, order, head, duty).  The service follows marks
 * from what changed; the test asks the rungs of everybody.  WALK_SEED and WALK_STEPS choose another.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "lib/story.h"
#include "organisation/organisation.h"

enum { STAFF_COUNT = 5, POST_COUNT = 6, ORDER = 2, STEPS = 400, NOBODY = -1 };

static const char *const staff[STAFF_COUNT] = { "s0", "s1", "s2", "s3", "s4" };
static const struct {
    const char *post;
    const char *unit;
    const char *kind;
    int head; /* the unit's, by its place here */
} posts[POST_COUNT] = {
    { "hcz.head", "hcz", "head", 0 }, { "hcz.desk", "hcz", "seat", 0 },
    { "hcz.duty", "hcz", "duty", 0 }, { "lgo.head", "lgo", "head", 3 },
    { "lgo.duty", "lgo", "duty", 3 }, { "lgo.desk", "lgo", "seat", 3 },
};
enum { DUTY = 4 }; /* of the office */

/* What the test knows. */
struct town {
    bool absent[STAFF_COUNT];
    int deputy[STAFF_COUNT];
    int holder[POST_COUNT];
    int order[POST_COUNT][ORDER];
};

static unsigned seed;

static int below(int limit)
{
    return rand_r(&seed) % limit;
}

/* ---- the four rungs ---------------------------------------------------------------------------------- */

static int by_itself(const struct town *town, int post)
{
    int holder = town->holder[post];

    if (holder != NOBODY && !town->absent[holder])
        return holder;
    if (holder != NOBODY && town->deputy[holder] != NOBODY && !town->absent[town->deputy[holder]])
        return town->deputy[holder];
    for (int i = 0; i < ORDER; i++)
        if (town->order[post][i] != NOBODY && !town->absent[town->order[post][i]])
            return town->order[post][i];
    return NOBODY;
}

static int who_acts(const struct town *town, int post)
{
    int acts = by_itself(town, post);

    if (acts == NOBODY && post != posts[post].head)
        acts = by_itself(town, posts[post].head);
    if (acts == NOBODY && post != DUTY)
        acts = who_acts(town, DUTY);
    return acts;
}

static void compare(struct story *story, const struct town *town)
{
    for (int i = 0; i < POST_COUNT; i++) {
        int acts = who_acts(town, i);
        char want[64] = "";
        if (acts != NOBODY)
            snprintf(want, sizeof(want), "\"holder\": \"%s\"", staff[acts]);
        const char *said =
            story_ask(story, "hcz", "organisation.WhoIs.hcz", "{'post': '%s'}", posts[i].post);
        bool right = acts == NOBODY ? strstr(said, "holder") == NULL : strstr(said, want) != NULL;
        ck_assert_msg(right, "%s, but %s\n%s", said, acts == NOBODY ? "nobody" : want,
                      story_text(story));
    }
}

/* ---- steps -------------------------------------------------------------------------------------------- */

static void be_absent(struct story *story, struct town *town, int who)
{
    int deputy = below(2) == 0 ? NOBODY : (who + 1 + below(STAFF_COUNT - 1)) % STAFF_COUNT;

    if (town->absent[who]) {
        story_say(story, "lgo", "organisation.EndAbsence.lgo", "{'staff': '%s'}", staff[who]);
        town->absent[who] = false;
        town->deputy[who] = NOBODY;
        return;
    }
    story_say(story, "lgo", "organisation.DeclareAbsence.lgo", "{'staff': '%s', 'deputy': '%s'}",
              staff[who], deputy == NOBODY ? "" : staff[deputy]);
    town->absent[who] = true;
    town->deputy[who] = deputy;
}

static void change_tenure(struct story *story, struct town *town, int post)
{
    int who = below(STAFF_COUNT);

    if (town->holder[post] != NOBODY) {
        story_say(story, "lgo", "organisation.EndTenure.lgo", "{'post': '%s'}", posts[post].post);
        town->holder[post] = NOBODY;
        return;
    }
    story_say(story, "lgo", "organisation.StartTenure.lgo", "{'post': '%s', 'staff': '%s'}",
              posts[post].post, staff[who]);
    town->holder[post] = who;
}

static void set_order(struct story *story, struct town *town, int post)
{
    int count = below(ORDER + 1);
    int first = below(STAFF_COUNT);
    int second = (first + 1 + below(STAFF_COUNT - 1)) % STAFF_COUNT;

    story_say(story, "lgo", "organisation.SetSuccession.lgo",
              count == 0   ? "{'post': '%s', 'order': []}"
              : count == 1 ? "{'post': '%s', 'order': ['%s']}"
                           : "{'post': '%s', 'order': ['%s', '%s']}",
              posts[post].post, staff[first], staff[second]);
    town->order[post][0] = count > 0 ? first : NOBODY;
    town->order[post][1] = count > 1 ? second : NOBODY;
}

static struct story *open_town(struct town *town)
{
    struct story *story = story_open("2023-01-18T07:00", &organisation_service, NULL);

    memset(town, 0xff, sizeof(*town)); /* nobody */
    memset(town->absent, 0, sizeof(town->absent));
    story_say(story, "lgo", "organisation.PublishPolicy.lgo",
              "{'set': 'default', 'records': [{'key': 'org.post_unfilled', 'scope': '*',"
              " 'value': '1', 'unit': 'min', 'calendar': '24x7'}]}");
    story_say(story, "lgo", "organisation.RegisterUnit.lgo", "{'unit': 'lgo', 'kind': 'office'}");
    story_say(story, "lgo", "organisation.RegisterUnit.lgo", "{'unit': 'hcz', 'kind': 'member'}");
    for (int i = 0; i < STAFF_COUNT; i++)
        story_say(story, "lgo", "organisation.RegisterStaff.lgo", "{'staff': '%s', 'unit': 'hcz'}",
                  staff[i]);
    for (int i = 0; i < POST_COUNT; i++)
        story_say(story, "lgo", "organisation.DefinePost.lgo",
                  "{'post': '%s', 'unit': '%s', 'kind': '%s'}", posts[i].post, posts[i].unit,
                  posts[i].kind);
    return story;
}

static void walk(unsigned usual)
{
    const char *chosen = getenv("WALK_SEED");
    const char *long_walk = getenv("WALK_STEPS");
    unsigned steps = long_walk == NULL ? STEPS : (unsigned)strtoul(long_walk, NULL, 10);
    struct town town;
    struct story *story;

    seed = chosen == NULL ? usual : (unsigned)strtoul(chosen, NULL, 10);
    say_set_level(SAY_SILENT);
    story = open_town(&town);
    for (unsigned i = 0; i < steps; i++) {
        int what = below(8);
        if (what < 4)
            be_absent(story, &town, below(STAFF_COUNT));
        else if (what < 6)
            change_tenure(story, &town, below(POST_COUNT));
        else if (what < 7)
            set_order(story, &town, below(POST_COUNT));
        else
            story_later(story, "2 min");
        compare(story, &town);
        story_forget(story);
    }
    ck_assert_uint_eq(story_count(story, "organisation.Refused.*"), 0);
    story_close(story);
}

START_TEST(each_post_is_held_by_whom_the_rungs_say)
{
    walk(1);
}
END_TEST

START_TEST(whatever_order_people_fall_ill_in)
{
    walk(2);
}
END_TEST

TESTS(each_post_is_held_by_whom_the_rungs_say, whatever_order_people_fall_ill_in)
