/*
 * kit/directory: who is who, and what is whose, at the time of the message in hand.
 */
#include "kit/directory.h"

#include <string.h>

#include "kit/directory_rows.h"

typedef DirectoryRows__Unit Unit;
typedef DirectoryRows__Post Post;

/* ---- units --------------------------------------------------------------------------------------- */

static const Unit *unit_of(struct turn *turn, const char *unit)
{
    return unit[0] == '\0' ? NULL : turn_load(turn, DIRECTORY_UNITS, unit);
}

bool directory_unit(struct turn *turn, const char *unit)
{
    const Unit *row = unit_of(turn, unit);

    /* A link may be told of before its unit is. */
    return row != NULL && row->kind[0] != '\0' && !row->retired;
}

bool directory_committee(struct turn *turn, const char *unit)
{
    const Unit *row = unit_of(turn, unit);

    return row != NULL && !row->retired
           && (strcmp(row->kind, "居委会") == 0 || strcmp(row->kind, "村委会") == 0);
}

const char *directory_unit_name(struct turn *turn, const char *unit)
{
    const Unit *row = unit_of(turn, unit);

    return row == NULL || row->name_zh[0] == '\0' ? unit : row->name_zh;
}

bool directory_down(struct turn *turn, const char *unit, uint64_t *ret_since_ms)
{
    const Unit *row = unit_of(turn, unit);

    if (row == NULL || strcmp(row->link, "down") != 0)
        return false;
    *ret_since_ms = row->link_since_ms;
    return true;
}

/* ---- posts --------------------------------------------------------------------------------------- */

struct duty {
    uint64_t now_ms;
    const char *post;
};

static bool slot_now(void *context, const char *key, const void *row)
{
    const DirectoryRows__Roster *roster = row;
    struct duty *duty = context;

    (void)key;
    for (size_t i = 0; i < roster->n_slots && duty->post == NULL; i++) {
        const DirectoryRows__Slot *slot = roster->slots[i];
        if (slot->from_ms <= duty->now_ms && duty->now_ms < slot->until_ms)
            duty->post = slot->post;
    }
    return duty->post == NULL;
}

static bool first_post(void *context, const char *key, const void *row)
{
    const DirectoryRows__UnitPost *entry = row;

    (void)key;
    *(const char **)context = entry->post;
    return false;
}

const char *directory_post(struct turn *turn, const char *unit, const char *kind)
{
    const char *post = "";

    if (unit[0] == '\0')
        return post;
    if (strcmp(kind, "duty") == 0) {
        struct duty duty = { .now_ms = turn->now_ms };
        turn_each(turn, DIRECTORY_ROSTERS, turn_text(turn, "%s/", unit), slot_now, &duty);
        if (duty.post != NULL)
            return duty.post;
    }
    if (strcmp(kind, "head") == 0) {
        const Unit *row = unit_of(turn, unit);
        if (row != NULL && row->head_post[0] != '\0')
            return row->head_post;
    }
    turn_each(turn, DIRECTORY_UNIT_POSTS, turn_text(turn, "%s/%s/", unit, kind), first_post, &post);
    return post;
}

/* The absence of a member of staff that runs now; NULL: present. */
static const DirectoryRows__AbsenceTerm *absent(struct turn *turn, const char *staff)
{
    const DirectoryRows__Absence *absence = turn_load(turn, DIRECTORY_ABSENCES, staff);

    for (size_t i = 0; absence != NULL && i < absence->n_terms; i++) {
        const DirectoryRows__AbsenceTerm *term = absence->terms[i];
        if (term->from_ms <= turn->now_ms && (term->until_ms == 0 || turn->now_ms < term->until_ms))
            return term;
    }
    return NULL;
}

static bool present(struct turn *turn, const char *staff)
{
    return staff[0] != '\0' && absent(turn, staff) == NULL;
}

/* Who acts for a post by what it says itself: its holder, the named deputy, the order of succession.
 * NULL: none of them is there. */
static const char *stands_in(struct turn *turn, const char *post, const char **ret_why)
{
    const Post *row = post[0] == '\0' ? NULL : turn_load(turn, DIRECTORY_POSTS, post);

    *ret_why = "";
    if (row == NULL)
        return NULL;
    *ret_why = "held";
    if (present(turn, row->holder))
        return row->holder;
    *ret_why = "deputy";
    const DirectoryRows__AbsenceTerm *term =
        row->holder[0] == '\0' ? NULL : absent(turn, row->holder);
    if (term != NULL && present(turn, term->deputy))
        return term->deputy;
    *ret_why = "successor";
    for (size_t i = 0; i < row->n_succession; i++)
        if (present(turn, row->succession[i]))
            return row->succession[i];
    return NULL;
}

/* S-046: 人员职务如有变动，由其所在单位（部门）接任者自然替补.  The named deputy, the order of
 * succession, the head of the unit, the office's duty post; each of these as whoever acts for it.
 * organisation finds the same (succession.c). */
const char *directory_holder(struct turn *turn, const char *post, const char **ret_why)
{
    const Post *row = post[0] == '\0' ? NULL : turn_load(turn, DIRECTORY_POSTS, post);
    const char *staff = stands_in(turn, post, ret_why);
    const char *why;

    if (staff != NULL || row == NULL)
        return staff;
    *ret_why = "head";
    staff = stands_in(turn, directory_post(turn, row->unit, "head"), &why);
    if (staff != NULL)
        return staff;
    *ret_why = "duty";
    const char *duty = directory_post(turn, "lgo", "duty");
    if (strcmp(duty, post) != 0)
        staff = directory_holder(turn, duty, &why);
    if (staff == NULL)
        *ret_why = "";
    return staff;
}

/* ---- what is whose ------------------------------------------------------------------------------- */

static const char *centre_by(struct turn *turn, const char *committee, const char *kind)
{
    const DirectoryRows__Catchment *catchment =
        turn_load(turn, DIRECTORY_CATCHMENTS, turn_key(turn, "%s/%s", committee, kind));
    const DirectoryRows__CatchmentTerm *found = NULL;

    for (size_t i = 0; catchment != NULL && i < catchment->n_terms; i++) {
        const DirectoryRows__CatchmentTerm *term = catchment->terms[i];
        if (term->from_ms <= turn->now_ms && (found == NULL || term->from_ms >= found->from_ms))
            found = term;
    }
    return found == NULL ? "" : found->centre;
}

const char *directory_centre(struct turn *turn, const char *committee, const char *kind)
{
    const char *centre = "";

    if (committee[0] == '\0')
        return centre;
    if (kind[0] != '\0')
        centre = centre_by(turn, committee, kind);
    return centre[0] != '\0' ? centre : centre_by(turn, committee, "*");
}

bool directory_is_centre(struct turn *turn, const char *unit)
{
    return turn_load(turn, DIRECTORY_CENTRES, unit) != NULL;
}

struct other {
    const char *not_this;
    const char *centre;
};

static bool other_centre(void *context, const char *key, const void *row)
{
    struct other *other = context;

    (void)row;
    if (strcmp(key, other->not_this) == 0)
        return true;
    other->centre = key;
    return false;
}

const char *directory_other_centre(struct turn *turn, const char *centre)
{
    struct other other = { .not_this = centre, .centre = "" };

    turn_each(turn, DIRECTORY_CENTRES, "", other_centre, &other);
    return turn_text(turn, "%s", other.centre);
}

struct offer {
    const char *kind;
    bool any;
    bool offered;
};

static bool offers(void *context, const char *key, const void *row)
{
    const DirectoryRows__Provider *provider = row;
    struct offer *offer = context;

    (void)key;
    offer->any = true;
    for (size_t i = 0; i < provider->n_kinds; i++)
        if (strcmp(provider->kinds[i], offer->kind) == 0)
            offer->offered = true;
    return !offer->offered;
}

bool directory_provides(struct turn *turn, const char *unit, const char *kind)
{
    struct offer offer = { .kind = kind };

    if (unit[0] == '\0')
        return false;
    turn_each(turn, DIRECTORY_PROVIDERS, turn_text(turn, "%s/", unit), offers, &offer);
    return !offer.any || offer.offered;
}

const struct directory_responsibility *directory_responsible(struct turn *turn,
                                                             const char *category, const char *kind)
{
    const DirectoryRows__Responsibility *row = NULL;

    if (category[0] != '\0' && kind[0] != '\0')
        row = turn_load(turn, DIRECTORY_RESPONSIBILITIES, turn_key(turn, "%s/%s", category, kind));
    if (row == NULL && category[0] != '\0')
        row = turn_load(turn, DIRECTORY_RESPONSIBILITIES, turn_key(turn, "%s/*", category));
    if (row == NULL)
        return NULL;
    struct directory_responsibility *found = turn_array(turn, 1, sizeof(*found));
    if (found != NULL)
        *found = (struct directory_responsibility){ row->service, row->first_unit, row->second_unit,
                                                    row->verifier };
    return found;
}
