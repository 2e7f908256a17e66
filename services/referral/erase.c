/*
 * referral: what goes when a campaign is over (kit/erase.h): how people were, who saw to them,
 * where they went and with whom.
 */
#include "kit/erase.h"
#include "kit/loop.h"
#include "referral/referral.h"

static bool erase_assessment(struct turn *turn, const char *person)
{
    turn_forget(turn, person, &referral__ask_assessment__descriptor);
    turn_drop(turn, ASSESSMENTS, person);
    return true;
}

/* What a hospital has not told yet is still asked for. */
static bool erase_transfer(struct turn *turn, const char *key)
{
    const ReferralRows__Transfer *present = turn_load(turn, TRANSFERS, key);

    if (present == NULL || present->state != REFERRAL_ROWS__TRANSFER__STATE__REPORTED)
        return false;
    turn_drop(turn, TRANSFERS, key);
    return true;
}

static bool erase_appointment(struct turn *turn, const char *assignment)
{
    const ReferralRows__Appointment *present = turn_load(turn, APPOINTMENTS, assignment);

    if (present == NULL || present->state != REFERRAL_ROWS__APPOINTMENT__STATE__ENDED
        || (present->place[0] == '\0' && present->escort[0] == '\0'))
        return false;
    ReferralRows__Appointment *appointment = turn_edit(turn, APPOINTMENTS, assignment);
    appointment->place = "";
    appointment->escort = "";
    return true;
}

static const struct erased_table tables[] = {
    ERASE_NEEDS,
    { APPOINTMENTS, "appointments", erase_appointment },
    { ASSESSMENTS, "assessments", erase_assessment },
    { FOLLOW_UPS, "follow_ups", NULL },
    { TRANSFERS, "transfers", erase_transfer },
    { DOCTORS, "doctors", NULL },
    { 0 },
};

const struct erasing referral_erasing = { .policy = "referral.retention", .tables = tables };
