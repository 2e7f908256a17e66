/*
 * referral: which health centre is asked next (domain.md 3.9).  Capacity is looked up before any
 * person is named to anybody (R12).
 */
#include <string.h>

#include "kit/directory.h"
#include "referral/referral.h"

enum { WAITLIST_FROM = 3 }; /* a waiting list is for P3 and below */

typedef ReferralRows__Capacity Capacity;

static bool has_room(struct turn *turn, const char *centre, const Need *need)
{
    const Capacity *capacity =
        turn_load(turn, CAPACITIES, turn_text(turn, "%s/%s", centre, need->kind));

    if (capacity == NULL)
        return true; /* unknown: the dispatch itself asks */
    if (capacity->state == REFERRAL__CAPACITY_STATE__NO_CAPACITY)
        return false;
    /* What homes have reserved is not there for others. */
    if (capacity->state == REFERRAL__CAPACITY_STATE__CAPACITY && capacity->reserved > 0
        && capacity->reserved >= capacity->n)
        return false;
    return capacity->state != REFERRAL__CAPACITY_STATE__WAITLIST || need->priority >= WAITLIST_FROM;
}

static bool can_take(struct turn *turn, const char *unit, const Need *need)
{
    return directory_unit(turn, unit) && !loop_tried(need, unit)
           && directory_provides(turn, unit, need->kind) && has_room(turn, unit, need);
}

/* The district hospital, or whoever the dispatch catalogue names beyond the two centres. */
static const char *beyond(struct turn *turn, const Need *need)
{
    const ProtobufCEnumValue *category =
        protobuf_c_enum_descriptor_get_value(&town__category__descriptor, (int)need->category);
    const struct directory_responsibility *row =
        directory_responsible(turn, category == NULL ? "" : category->name, need->kind);

    return row == NULL ? "" : row->second_unit;
}

/* S-06K 家庭医生“健康守门人”: the family doctor's centre, then the one of the catchment, then the
 * other, then the hospital; then the arbiter. */
int referral_route(struct turn *turn, const Need *need, const char **ret_unit)
{
    const ReferralRows__Doctor *doctor = turn_load(turn, DOCTORS, need->person);
    const char *home = directory_centre(turn, need->place, need->kind);
    const char *candidates[] = {
        doctor == NULL ? "" : doctor->centre,
        home,
        home[0] == '\0' ? "" : directory_other_centre(turn, home),
        beyond(turn, need),
    };

    for (size_t i = 0; i < sizeof(candidates) / sizeof(candidates[0]); i++) {
        if (candidates[i][0] != '\0' && can_take(turn, candidates[i], need)) {
            *ret_unit = candidates[i];
            return LOOP_ROUTED;
        }
    }
    /* A need whose place has no centre is the dispatcher's to place. */
    return home[0] == '\0' && need->n_tried == 0 ? LOOP_WAITS : LOOP_NOBODY;
}
