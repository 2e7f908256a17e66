/*
 * benefit: policies, and the walk of the roster that matches them (S-06G).
 */
#include <string.h>

#include "benefit/benefit.h"

enum { PEOPLE_A_TURN = 64 }; /* so that nobody waits behind a walk of the whole roster */

/* ---- policies ------------------------------------------------------------------------------------ */

static bool is_sound(struct turn *turn, const Benefit__DefineBenefit *define)
{
    const Benefit__Rule *rule = define->rule;

    if (!turn_is_id(define->benefit))
        turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "no id of a benefit");
    else if (define->series[0] != '\0' && !turn_is_id(define->series))
        turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "no name of a series");
    else if (define->valid_until_ms != 0 && define->valid_until_ms <= define->valid_from_ms)
        turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "it would end before it begins");
    else if (rule == NULL)
        turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "for whom? the rule is wanted");
    for (size_t i = 0; rule != NULL && i < rule->n_categories; i++) {
        if (rule->categories[i] == REGISTRY__CATEGORY__CATEGORY_ABSENT
            || protobuf_c_enum_descriptor_get_value(&registry__category__descriptor,
                                                    (int)rule->categories[i])
                   == NULL)
            turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "no such category");
        else if (names_illness(rule->categories[i]))
            turn_refuse(turn, BENEFIT__REFUSAL__HEALTH_RULE,
                        "a policy is matched without health data");
    }
    return turn->outcome == 0;
}

int on_define_benefit(struct turn *turn, const void *message)
{
    const Benefit__DefineBenefit *define = message;

    if (!turn_from(turn, "swc") || !is_sound(turn, define))
        return turn->outcome;
    const Benefit *present = turn_load(turn, BENEFITS, define->benefit);
    if (present == NULL && turn_number(turn, "benefit") > MOST_BENEFITS)
        return turn_refuse(turn, TOWN__REFUSAL__OVER_LIMIT, "%d policies at most", MOST_BENEFITS);
    if (present != NULL && strcmp(present->series, define->series) != 0)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD,
                           "another series would forget who had it");
    Benefit *benefit = turn_move(turn, BENEFITS, define->benefit);
    if (benefit == NULL)
        return turn->outcome;
    benefit->name = define->name;
    benefit->rule = define->rule;
    benefit->valid_from_ms = define->valid_from_ms;
    benefit->valid_until_ms = define->valid_until_ms;
    benefit->amount_fen = define->amount_fen;
    benefit->goods = define->goods;
    benefit->n_evidence = define->n_evidence;
    benefit->evidence = define->evidence;
    benefit->series = define->series;
    benefit->renew_days = define->renew_days;
    Benefit__BenefitDefined event = { IS(benefit__benefit_defined),
                                      .benefit = define->benefit,
                                      .name = define->name,
                                      .rule = define->rule,
                                      .valid_from_ms = define->valid_from_ms,
                                      .valid_until_ms = define->valid_until_ms,
                                      .series = define->series };
    return turn_emit(turn, "swc", &event.base);
}

int on_retire_benefit(struct turn *turn, const void *message)
{
    const Benefit__RetireBenefit *retire = message;

    if (!turn_from(turn, "swc"))
        return turn->outcome;
    if (turn_move(turn, BENEFITS, retire->benefit) == NULL)
        return turn->outcome;
    Benefit__BenefitRetired event = { IS(benefit__benefit_retired), .benefit = retire->benefit,
                                      .reason = retire->reason };
    return turn_emit(turn, "swc", &event.base);
}

/* ---- the walk ------------------------------------------------------------------------------------ */

/* The walk goes on through the log, some people a turn. */
static void match_next(struct turn *turn, const Benefit__MatchNext *next)
{
    turn_send(turn, "benefit", "swc", &next->base);
}

int on_run_match(struct turn *turn, const void *message)
{
    const Benefit__RunMatch *run = message;
    const Benefit *benefit =
        turn_is_id(run->benefit) ? turn_load(turn, BENEFITS, run->benefit) : NULL;

    if (!turn_from(turn, "swc"))
        return turn->outcome;
    if (benefit == NULL)
        return turn_refuse(turn, TOWN__REFUSAL__NOT_FOUND, "there is no such benefit");
    if (benefit->state != BENEFIT_ROWS__BENEFIT__STATE__IN_FORCE)
        return turn_refuse(turn, BENEFIT__REFUSAL__NOT_VALID, "it was retired");
    Benefit__MatchNext next = { IS(benefit__match_next), .benefit = run->benefit, .from = 1,
                                .as_of_ms = run->as_of_ms == 0 ? turn->now_ms : run->as_of_ms };
    match_next(turn, &next);
    return turn->outcome;
}

int on_match_next(struct turn *turn, const void *message)
{
    const Benefit__MatchNext *step = message;
    const Benefit *benefit = turn_load(turn, BENEFITS, step->benefit);
    uint32_t number = step->from;
    bool more = true;

    if (!is_own_step(turn))
        return turn->outcome;
    Benefit__MatchNext next = { IS(benefit__match_next), .benefit = step->benefit,
                                .as_of_ms = step->as_of_ms, .proposed = step->proposed,
                                .dropped = step->dropped };
    for (; benefit != NULL && more && number < step->from + PEOPLE_A_TURN; number++) {
        const BenefitRows__Seat *seat = turn_load(turn, SEATS, turn_text(turn, "%08u", number));
        const Person *person = seat == NULL ? NULL : turn_load(turn, PEOPLE, seat->person);
        more = seat != NULL;
        if (person == NULL)
            continue;
        int did = match_person(turn, step->benefit, benefit, seat->person, person, step->as_of_ms);
        next.proposed += did != MATCH_NONE;
        next.dropped += did == MATCH_DROPPED;
    }
    next.from = number;
    if (more && benefit != NULL) {
        match_next(turn, &next);
        return turn->outcome;
    }
    Benefit__RosterMatched event = { IS(benefit__roster_matched), .benefit = step->benefit,
                                     .people = number - 2,        .proposed = next.proposed,
                                     .dropped = next.dropped,     .as_of_ms = step->as_of_ms };
    return turn_emit(turn, "swc", &event.base);
}
