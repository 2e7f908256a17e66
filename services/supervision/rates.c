/*
 * The bulletin's numbers: counters for each unit and month, kept as the work is done and never
 * counted again from rows.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "supervision/fields.h"
#include "supervision/supervision.h"

/* Time to help as a histogram: bucket i holds what took less than its bound, each bound a quarter
 * more than the one before, from a minute to some months.  So a percentile is right to a quarter. */
enum { HELP_BUCKETS = 60, HELP_FIRST_MS = 60 * 1000, BULLETIN_UNITS = 512 };

static uint64_t bound_ms(size_t bucket)
{
    uint64_t ms = HELP_FIRST_MS;

    while (bucket-- > 0)
        ms += ms / 4;
    return ms;
}

const char *rates_month(struct turn *turn, uint64_t ms)
{
    struct clock_date date = clock_date(clock_day(ms));
    const char *text = turn_text(turn, "%04d-%02d", date.year, date.month);

    return text != NULL ? text : "";
}

Rates *rates_of(struct turn *turn, const char *month, const char *unit)
{
    return turn_edit(turn, RATES, turn_key(turn, "%s/%s", month, unit));
}

void rates_add_help(struct turn *turn, Rates *rates, uint64_t ms)
{
    size_t bucket = 0;
    uint32_t *help = turn_array(turn, HELP_BUCKETS, sizeof(*help));

    if (help == NULL)
        return;
    while (bucket < HELP_BUCKETS - 1 && ms >= bound_ms(bucket))
        bucket++;
    for (size_t i = 0; i < rates->n_help && i < HELP_BUCKETS; i++)
        help[i] = rates->help[i];
    help[bucket]++;
    rates->help = help;
    rates->n_help = HELP_BUCKETS;
}

/* The bound under which `percent` of them lie. */
static uint64_t percentile_ms(const Rates *rates, uint64_t percent)
{
    uint64_t total = 0;
    uint64_t seen = 0;

    for (size_t i = 0; i < rates->n_help; i++)
        total += rates->help[i];
    for (size_t i = 0; i < rates->n_help; i++) {
        seen += rates->help[i];
        if (seen > 0 && seen * 100 >= total * percent)
            return bound_ms(i);
    }
    return 0;
}

static uint32_t permille(uint32_t part, uint32_t whole)
{
    return whole == 0 ? 0 : (uint32_t)((uint64_t)part * 1000 / whole);
}

/* 12345 practice: what was sent back or taken back is not the unit's to close; what expired is. */
void rates_show(const Rates *rates, Supervision__Rates *ret_shown)
{
    uint32_t its_own =
        rates->dispatched > rates->returned ? rates->dispatched - rates->returned : 0;
    uint32_t closed = rates->on_time + rates->late;

    ret_shown->dispatched = rates->dispatched;
    ret_shown->on_time = rates->on_time;
    ret_shown->late = rates->late;
    ret_shown->open = rates->open;
    ret_shown->closed_permille = permille(closed, its_own);
    ret_shown->on_time_permille = permille(rates->on_time, closed);
    ret_shown->dissatisfied = rates->dissatisfied;
    ret_shown->dissatisfied_permille = permille(rates->dissatisfied, closed);
    ret_shown->bounced = rates->bounced;
    ret_shown->expired = rates->expired;
    ret_shown->rework = rates->rework;
    ret_shown->solved = rates->solved;
    ret_shown->response_permille = permille(rates->dispatched - rates->expired, rates->dispatched);
    ret_shown->solved_permille = permille(rates->solved, closed);
    ret_shown->satisfied_permille =
        permille(rates->satisfied, rates->satisfied + rates->dissatisfied);
    ret_shown->rerouted = rates->bounced + rates->expired;
    ret_shown->contacts = rates->contacts;
    ret_shown->missed = rates->missed;
    ret_shown->coverage_permille = permille(rates->made, rates->contacts);
    ret_shown->first_hand_permille = permille(rates->first_hand, rates->made);
    ret_shown->vacancies = rates->vacancies;
    ret_shown->silences = rates->silences;
    ret_shown->anomalies = rates->anomalies;
    ret_shown->help_p50_ms = percentile_ms(rates, 50);
    ret_shown->help_p90_ms = percentile_ms(rates, 90);
}

/* ---- the bulletin ----------------------------------------------------------------------------------- */

struct listing {
    struct turn *turn;
    Supervision__Rates **rates;
    size_t count;
};

static bool list_unit(void *context, const char *key, const void *row)
{
    struct listing *listing = context;
    Supervision__Rates *shown = turn_array(listing->turn, 1, sizeof(*shown));

    if (shown == NULL || listing->count >= BULLETIN_UNITS)
        return false;
    supervision__rates__init(shown);
    shown->unit = turn_text(listing->turn, "%s", strchr(key, '/') + 1);
    rates_show(row, shown);
    listing->rates[listing->count++] = shown;
    return true;
}

static bool is_month(const char *text)
{
    int year;
    int month;
    int end = 0;

    return sscanf(text, "%4d-%2d%n", &year, &month, &end) == 2 && end == 7 && text[end] == '\0'
           && month >= 1 && month <= 12;
}

int on_publish_bulletin(struct turn *turn, const void *message)
{
    const Supervision__PublishBulletin *publish = message;
    struct listing listing = { .turn = turn };

    if (!turn_from(turn, "jcb"))
        return turn->outcome;
    if (!is_month(publish->month))
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "a month is 2023-01");
    listing.rates = turn_array(turn, BULLETIN_UNITS, sizeof(*listing.rates));
    if (listing.rates == NULL)
        return turn->outcome;
    /* One row for each unit of the town. */
    turn_each(turn, RATES, turn_text(turn, "%s/", publish->month), list_unit, &listing);
    Bulletin *bulletin = turn_edit(turn, BULLETINS, publish->month);
    if (bulletin == NULL)
        return turn->outcome;
    bulletin->month = publish->month;
    bulletin->at_ms = turn->now_ms;
    bulletin->rates = listing.rates;
    bulletin->n_rates = listing.count;
    Supervision__BulletinPublished published = { IS(supervision__bulletin_published),
                                                 .month = publish->month, .n_rates = listing.count,
                                                 .rates = listing.rates };
    return turn_emit(turn, "lgo", &published.base);
}
