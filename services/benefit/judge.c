/*
 * benefit: does a rule fit a person?  Both answers have their reasons, so that "why not" is never a
 * shrug.  What is asked is what registry's events say; health is not.
 */
#include <string.h>

#include "benefit/benefit.h"

#define M(state) BENEFIT_ROWS__MATCH__STATE__##state
#define WHY(code) BENEFIT__WHY_NOT_CODE__##code

/* S-06G asks for hardship, not for illness: health and mental notes are registry's alone. */
bool names_illness(Registry__Category category)
{
    return category == REGISTRY__CATEGORY__GRAVELY_ILL
           || category == REGISTRY__CATEGORY__MENTAL_DISORDER;
}

static void fits(struct judgement *judgement, const char *why)
{
    judgement->why[judgement->n_why++] = why;
}

static void fails(struct judgement *judgement, Benefit__WhyNotCode code)
{
    judgement->codes[judgement->n_codes++] = code;
}

static const char *category_name(Registry__Category category)
{
    const ProtobufCEnumValue *value =
        protobuf_c_enum_descriptor_get_value(&registry__category__descriptor, (int)category);

    return value == NULL ? "" : value->name;
}

static const char *class_name(Registry__Class class)
{
    const ProtobufCEnumValue *value =
        protobuf_c_enum_descriptor_get_value(&registry__class__descriptor, (int)class);

    return value == NULL ? "" : value->name;
}

static const char *common_category(const Benefit__Rule *rule, const Person *person)
{
    for (size_t i = 0; i < rule->n_categories; i++)
        for (size_t k = 0; k < person->n_categories; k++)
            if (rule->categories[i] == person->categories[k])
                return category_name(rule->categories[i]);
    return NULL;
}

static void judge_rule(const Benefit__Rule *rule, const Person *person, struct judgement *judgement)
{
    const char *common = common_category(rule, person);
    bool class_fits = false;
    bool place_fits = false;

    for (size_t i = 0; i < rule->n_classes; i++)
        class_fits = class_fits || rule->classes[i] == person->class_;
    for (size_t i = 0; i < rule->n_committees; i++)
        place_fits = place_fits || strcmp(rule->committees[i], person->owner) == 0;
    if (common != NULL)
        fits(judgement, common);
    else if (rule->n_categories > 0)
        fails(judgement, WHY(WRONG_CATEGORY));
    if (class_fits)
        fits(judgement, class_name(person->class_));
    else if (rule->n_classes > 0)
        fails(judgement, WHY(WRONG_CLASS));
    if (place_fits)
        fits(judgement, "COMMITTEE");
    else if (rule->n_committees > 0)
        fails(judgement, WHY(WRONG_COMMITTEE));
    if (rule->silent && person->silent)
        fits(judgement, "SILENT");
    else if (rule->silent)
        fails(judgement, WHY(NOT_SILENT));
}

void judge(const Benefit *benefit, const Person *person, uint64_t at_ms,
           struct judgement *ret_judgement)
{
    struct judgement judgement = { 0 };

    switch ((int)person->standing) {
    case BENEFIT_ROWS__PERSON__STANDING__ON_ROSTER:
        break;
    case BENEFIT_ROWS__PERSON__STANDING__DEATH_REPORTED:
    case BENEFIT_ROWS__PERSON__STANDING__DEAD:
        fails(&judgement, WHY(PERSON_DEAD));
        break;
    case BENEFIT_ROWS__PERSON__STANDING__UNKNOWN:
    case BENEFIT_ROWS__PERSON__STANDING__GONE:
    default:
        fails(&judgement, WHY(NOT_ON_ROSTER));
    }
    if (benefit->state != BENEFIT_ROWS__BENEFIT__STATE__IN_FORCE || at_ms < benefit->valid_from_ms
        || (benefit->valid_until_ms != 0 && at_ms >= benefit->valid_until_ms))
        fails(&judgement, WHY(OUT_OF_TIME));
    if (benefit->rule != NULL)
        judge_rule(benefit->rule, person, &judgement);
    judgement.fits = judgement.n_codes == 0;
    *ret_judgement = judgement;
}

bool match_is_open(const Match *match)
{
    return match->state != M(NONE) && match->state != M(DROPPED) && match->state != M(DECLINED)
           && match->state != M(REFUSED) && match->state != M(CONFIRMED)
           && match->state != M(UNCONFIRMED);
}

Benefit__WhyNotCode code_of(const Match *match)
{
    switch ((int)match->state) {
    case M(DROPPED):
        return match->code;
    case M(DECLINED):
        return WHY(PERSON_DECLINED);
    case M(REFUSED):
        return WHY(APPLICATION_REFUSED);
    case M(UNREACHABLE):
        return WHY(PERSON_NOT_REACHED);
    case M(DELIVERED):
    case M(CONFIRMED):
    case M(UNCONFIRMED):
        return WHY(ALREADY_GRANTED);
    case M(NONE):
    case M(PROPOSED):
    case M(SCREENED):
    case M(OFFERED):
    case M(ACCEPTED):
    case M(APPLIED):
    case M(APPROVED):
    default:
        return WHY(ALREADY_OPEN);
    }
}
