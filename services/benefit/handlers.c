/*
 * benefit: what a policy is.
 */
#include "benefit/benefit.h"

int on_define_benefit(struct turn *turn, const void *message)
{
    const Benefit__DefineBenefit *define = message;
    BenefitRows__Benefit *benefit = turn_move(turn, BENEFITS, define->benefit);

    if (benefit == NULL)
        return turn->outcome;
    benefit->name = define->name;
    benefit->rule = define->rule;
    Benefit__BenefitDefined event = { IS(benefit__benefit_defined), .benefit = define->benefit,
                                      .name = define->name, .rule = define->rule };
    return turn_emit(turn, "swc", &event.base);
}

int on_retire_benefit(struct turn *turn, const void *message)
{
    const Benefit__RetireBenefit *retire = message;

    if (turn_move(turn, BENEFITS, retire->benefit) == NULL)
        return turn->outcome;
    Benefit__BenefitRetired event = { IS(benefit__benefit_retired), .benefit = retire->benefit,
                                      .reason = retire->reason };
    return turn_emit(turn, "swc", &event.base);
}
