/*
 * What the bulletin counts besides needs: contacts, vacant posts, units that do not answer.
 */
#include "supervision/fields.h"
#include "supervision/supervision.h"

static Rates *of_month(struct turn *turn, const char *unit)
{
    return fields_is_id(unit) ? rates_of(turn, rates_month(turn, turn->now_ms), unit) : NULL;
}

/* A contact that is planned again on its day was counted before. */
int saw_contact_planned(struct turn *turn, const void *message)
{
    const Care__ContactPlanned *planned = message;
    Rates *rates = planned->again ? NULL : of_month(turn, turn->unit);

    if (rates != NULL)
        rates->contacts++;
    return turn->outcome;
}

/* The first of a day is the one that was owed; the later ones of a raised frequency are more. */
int saw_contact_recorded(struct turn *turn, const void *message)
{
    const Care__ContactRecorded *recorded = message;
    Rates *rates = recorded->done > 1 ? NULL : of_month(turn, turn->unit);

    if (rates == NULL)
        return turn->outcome;
    rates->made++;
    if (recorded->first_hand)
        rates->first_hand++;
    return turn->outcome;
}

int saw_contact_missed(struct turn *turn, const void *message)
{
    const Care__ContactMissed *missed = message;
    Rates *rates = missed->done > 0 ? NULL : of_month(turn, turn->unit);

    if (rates != NULL)
        rates->missed++;
    return turn->outcome;
}

int saw_post_unfilled(struct turn *turn, const void *message)
{
    const Organisation__PostUnfilled *unfilled = message;
    Rates *rates = of_month(turn, unfilled->unit);

    if (rates != NULL)
        rates->vacancies++;
    return turn->outcome;
}

int saw_unit_silent(struct turn *turn, const void *message)
{
    const Organisation__UnitSilent *silent = message;
    Rates *rates = of_month(turn, silent->unit);

    if (rates != NULL)
        rates->silences++;
    return turn->outcome;
}
