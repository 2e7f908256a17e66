/*
 * Who acts for a post.  S-046: when a post changes hands, the successor in the unit fills in by
 * himself.  Named deputy, then the order of succession, then the unit's head, then the duty post
 * of the leading group's office; nobody at all is an alarm.
 *
 * The duty post is that of the roster's slot that runs, else the one that the office named first.
 *
 * A holder is found from four facts only: the post, its staff, the head's post and the office's
 * duty post.  So a change is followed outwards from the fact that changed, through the marks in
 * CANDIDATES and GAPS, and no other post is looked at.
 */
#include <string.h>

#include "organisation/organisation.h"

typedef OrganisationRows__Post Post;
typedef OrganisationRows__Staff Staff;
typedef OrganisationRows__Unit Unit;
typedef OrganisationRows__Candidate Candidate;
typedef OrganisationRows__Mark Mark;

#define P(state) ORGANISATION_ROWS__POST_STATE__##state

struct stand_in {
    const char *holder; /* "": nobody */
    const char *why;
};

static bool present(struct turn *turn, const char *staff)
{
    const Staff *row = staff[0] == '\0' ? NULL : turn_load(turn, STAFF, staff);

    return row != NULL && !row->begun;
}

/* What the post and its staff say by themselves. */
static struct stand_in own(struct turn *turn, const Post *post)
{
    if (post->state == P(HELD))
        return (struct stand_in){ post->staff, "held" };
    if (post->state == P(ABSENT)) {
        const Staff *absent = turn_load(turn, STAFF, post->staff);
        if (absent != NULL && present(turn, absent->deputy))
            return (struct stand_in){ absent->deputy, "deputy" };
    }
    for (size_t i = 0; i < post->n_order; i++)
        if (present(turn, post->order[i]))
            return (struct stand_in){ post->order[i], "successor" };
    return (struct stand_in){ "", "" };
}

static const char *duty_post(struct turn *turn)
{
    const Unit *office = turn_load(turn, UNITS, "lgo");

    if (office == NULL)
        return "";
    return office->roster_post[0] != '\0' ? office->roster_post : office->duty_post;
}

static struct stand_in find(struct turn *turn, const Post *post)
{
    struct stand_in found = own(turn, post);
    const Unit *unit = turn_load(turn, UNITS, post->unit);

    if (found.holder[0] == '\0' && unit != NULL && strcmp(unit->head_post, post->post) != 0
        && unit->head_post[0] != '\0') {
        const Post *head = turn_load(turn, POSTS, unit->head_post);
        if (head != NULL)
            found = (struct stand_in){ own(turn, head).holder, "head" };
    }
    const char *duty = duty_post(turn);
    if (found.holder[0] == '\0' && duty[0] != '\0' && strcmp(duty, post->post) != 0) {
        const Post *on_duty = turn_load(turn, POSTS, duty);
        if (on_duty != NULL)
            found = (struct stand_in){ on_duty->holder, "duty" };
    }
    return found;
}

static void mark_gap(struct turn *turn, const Post *post)
{
    const char *key = turn_key(turn, "%s/%s", post->unit, post->post);

    if (post->state == P(HELD)) {
        turn_drop(turn, GAPS, key);
    } else {
        Mark *mark = turn_edit(turn, GAPS, key);
        mark->on = true;
    }
}

/* Nobody acts: the minute until the alarm runs from the first moment of it. */
static void leave_unfilled(struct turn *turn, Post *post)
{
    if (post->unfilled_ms != 0)
        return;
    post->unfilled_ms = turn->now_ms;
    Organisation__AlarmVacancy alarm = { IS(organisation__alarm_vacancy), .post = post->post,
                                         .since_ms = post->unfilled_ms };
    turn_remind(turn, post->post, directory_due(turn, "org.post_unfilled", "", turn->now_ms),
                &alarm.base);
}

static void fill(struct turn *turn, Post *post)
{
    if (post->unfilled_ms == 0)
        return;
    post->unfilled_ms = 0;
    post->alarmed = false;
    turn_forget(turn, post->post, &organisation__alarm_vacancy__descriptor);
}

static void resolve_gaps(struct turn *turn)
{
    struct turn_slice gaps = turn_keys(turn, GAPS, "");

    for (size_t i = 0; i < gaps.count; i++)
        resolve(turn, strchr(gaps.keys[i], '/') + 1);
}

/* The posts that lean on this one, since it is a head's or the office's duty post. */
static void resolve_leaning(struct turn *turn, const Post *post)
{
    const Unit *unit = turn_load(turn, UNITS, post->unit);
    bool all = strcmp(duty_post(turn), post->post) == 0;

    if (all) {
        resolve_gaps(turn);
    } else if (unit != NULL && strcmp(unit->head_post, post->post) == 0) {
        struct turn_slice gaps = turn_keys(turn, GAPS, turn_text(turn, "%s/", post->unit));
        for (size_t i = 0; i < gaps.count; i++)
            resolve(turn, gaps.keys[i]);
    }
}

void resolve(struct turn *turn, const char *post_id)
{
    if (turn->outcome != 0 || turn_load(turn, POSTS, post_id) == NULL)
        return;
    Post *post = turn_edit(turn, POSTS, post_id);
    struct stand_in found = find(turn, post);

    mark_gap(turn, post);
    if (found.holder[0] == '\0')
        leave_unfilled(turn, post);
    else
        fill(turn, post);
    bool same = strcmp(found.holder, post->holder) == 0
                && (found.holder[0] == '\0' || strcmp(found.why, post->why) == 0);
    if (same || turn->outcome != 0)
        return;
    post->holder = found.holder;
    post->why = found.holder[0] == '\0' ? "" : found.why;

    OrganisationRows__Holder *since = turn_edit(
        turn, HOLDERS, turn_key(turn, "%s/%016llx", post->post, (unsigned long long)turn->now_ms));
    since->holder = post->holder;
    since->why = post->why;
    since->since_ms = turn->now_ms;

    /* An empty holder is said too: nobody may go on believing in the one before. */
    Organisation__PostResolved event = { IS(organisation__post_resolved), .post = post->post,
                                         .holder = post->holder, .why = post->why,
                                         .unit = post->unit };
    turn_emit(turn, post->unit, &event.base);
    resolve_leaning(turn, post);
}

void move_duty(struct turn *turn, const char *post)
{
    const Unit *row = turn_load(turn, UNITS, "lgo");

    if (row == NULL || strcmp(row->roster_post, post) == 0)
        return;
    const char *before = duty_post(turn);
    Unit *office = turn_edit(turn, UNITS, "lgo");
    office->roster_post = post;
    if (strcmp(before, duty_post(turn)) != 0)
        resolve_gaps(turn);
}

void resolve_for(struct turn *turn, const char *staff)
{
    struct turn_slice posts = turn_keys(turn, CANDIDATES, turn_text(turn, "%s/", staff));

    for (size_t i = 0; i < posts.count; i++)
        resolve(turn, posts.keys[i]);
}

void set_candidate(struct turn *turn, const char *staff, const char *post, enum candidate as,
                   bool on)
{
    if (staff[0] == '\0')
        return;
    const char *key = turn_key(turn, "%s/%s", staff, post);
    Candidate *row = turn_edit(turn, CANDIDATES, key);

    if (as == HOLDS)
        row->holds = on;
    else if (as == ORDERED)
        row->ordered = on;
    else
        row->deputises = on;
    if (!row->holds && !row->ordered && !row->deputises)
        turn_drop(turn, CANDIDATES, key);
}

int on_alarm_vacancy(struct turn *turn, const void *message)
{
    const Organisation__AlarmVacancy *alarm = message;

    if (!by_timer(turn))
        return turn->outcome;
    const Post *row = turn_load(turn, POSTS, alarm->post);
    if (row == NULL || row->unfilled_ms != alarm->since_ms || row->alarmed)
        return 0;
    Post *post = turn_edit(turn, POSTS, alarm->post);
    post->alarmed = true;

    Organisation__PostUnfilled event = { IS(organisation__post_unfilled), .post = post->post,
                                         .unit = post->unit, .since_ms = post->unfilled_ms };
    return turn_emit(turn, "lgo", &event.base);
}
