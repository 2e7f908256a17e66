/*
 * benefit: what becomes of a match: screened, offered, answered, applied for, decided, delivered.
 */
#include <string.h>

#include "benefit/benefit.h"

#define M(state) BENEFIT_ROWS__MATCH__STATE__##state
#define WHY(code) BENEFIT__WHY_NOT_CODE__##code

/* ---- guards -------------------------------------------------------------------------------------- */

static const Match *find(struct turn *turn, const char *id)
{
    const Match *match = turn_is_id(id) ? turn_load(turn, MATCHES, id) : NULL;

    if (match == NULL)
        turn_refuse(turn, TOWN__REFUSAL__NOT_FOUND, "there is no such match");
    return match;
}

/* The unit that speaks with the person, or the office that decides. */
static bool by_side(struct turn *turn, const Match *match)
{
    const char *unit = turn_actor_unit(turn);

    if (strcmp(unit, "swc") == 0 || strcmp(unit, match->committee) == 0
        || (match->via_unit[0] != '\0' && strcmp(unit, match->via_unit) == 0))
        return true;
    turn_refuse(turn, TOWN__REFUSAL__NOT_OWNER, "the match is not %s's", unit);
    return false;
}

/* Alive as far as anybody knows, and has not had it. */
static bool may_have(struct turn *turn, const Match *match)
{
    const Person *person = turn_load(turn, PEOPLE, match->person);
    const Benefit *benefit = turn_load(turn, BENEFITS, match->benefit);

    if (person == NULL || person->standing != BENEFIT_ROWS__PERSON__STANDING__ON_ROSTER)
        turn_refuse(turn, BENEFIT__REFUSAL__DECEASED, "the person is not on the roster now");
    else if (is_granted(turn, match->person, series_of(match->benefit, benefit), benefit))
        turn_refuse(turn, BENEFIT__REFUSAL__DOUBLE_GRANT, "the person had it");
    return turn->outcome == 0;
}

static Match *move(struct turn *turn, const char *id, int32_t word)
{
    return turn->outcome != 0 ? NULL : turn_move_as(turn, MATCHES, id, word);
}

/* ---- screened ------------------------------------------------------------------------------------ */

int on_screen_match(struct turn *turn, const void *message)
{
    const Benefit__ScreenMatch *screen = message;
    const Match *present = find(turn, screen->match);

    if (present == NULL || !turn_from(turn, "swc"))
        return turn->outcome;
    if (screen->screening != BENEFIT__SCREENING__KEEP
        && screen->screening != BENEFIT__SCREENING__DROP)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "keep or drop?");
    if (screen->screening == BENEFIT__SCREENING__DROP && screen->reason[0] == '\0')
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "dropped without a reason");
    if (screen->screening == BENEFIT__SCREENING__DROP && present->state == M(PROPOSED)) {
        drop_match(turn, screen->match, WHY(SCREENED_OUT), screen->reason);
        return turn->outcome;
    }
    Match *match = turn_move(turn, MATCHES, screen->match);
    if (match == NULL)
        return turn->outcome;
    match->reason = screen->reason;
    match_clock(turn, screen->match, match);
    Benefit__MatchScreened event = { IS(benefit__match_screened), .match = screen->match,
                                     .person = match->person,     .benefit = match->benefit,
                                     .n_why = match->n_why,       .why = match->why,
                                     .reason = screen->reason };
    return turn_emit(turn, match->committee, &event.base);
}

/* ---- offered ------------------------------------------------------------------------------------- */

int on_offer_match(struct turn *turn, const void *message)
{
    const Benefit__OfferMatch *offer = message;
    const Match *present = find(turn, offer->match);

    if (present == NULL || !turn_from(turn, "swc") || !may_have(turn, present))
        return turn->outcome;
    const Benefit *benefit = turn_load(turn, BENEFITS, present->benefit);
    if (benefit == NULL || benefit->state != BENEFIT_ROWS__BENEFIT__STATE__IN_FORCE
        || (benefit->valid_until_ms != 0 && turn->now_ms >= benefit->valid_until_ms))
        return turn_refuse(turn, BENEFIT__REFUSAL__NOT_VALID, "the policy is not in force");
    Match *match = turn_move(turn, MATCHES, offer->match);
    if (match == NULL)
        return turn->outcome;
    match->via_unit = offer->via_unit[0] == '\0' ? match->committee : offer->via_unit;
    match_clock(turn, offer->match, match);
    Benefit__MatchOffered event = {
        IS(benefit__match_offered), .match = offer->match,       .person = match->person,
        .benefit = match->benefit,  .via_unit = match->via_unit, .due_ms = match->due_ms,
        .run = match->run
    };
    return turn_emit(turn, match->via_unit, &event.base);
}

static int32_t word_of(Benefit__Answer answer)
{
    switch ((int)answer) {
    case BENEFIT__ANSWER__ACCEPTED:
        return ACCEPT;
    case BENEFIT__ANSWER__DECLINED:
        return DECLINE;
    case BENEFIT__ANSWER__UNREACHABLE:
        return MISS;
    case BENEFIT__ANSWER__ANSWER_ABSENT:
    default:
        return -1;
    }
}

int on_answer_offer(struct turn *turn, const void *message)
{
    const Benefit__AnswerOffer *answer = message;
    const Match *present = find(turn, answer->match);
    int32_t word = word_of(answer->answer);

    if (present == NULL || !by_side(turn, present))
        return turn->outcome;
    if (word < 0)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "accepted, declined or unreachable?");
    Match *match = move(turn, answer->match, word);
    if (match == NULL)
        return turn->outcome;
    match->reason = answer->note;
    match_clock(turn, answer->match, match);
    Benefit__OfferAnswered event = { IS(benefit__offer_answered), .match = answer->match,
                                     .person = match->person,     .benefit = match->benefit,
                                     .answer = answer->answer,    .note = answer->note };
    turn_emit(turn, match->committee, &event.base);
    /* Not to be reached is no "no": somebody has to look after the person. */
    if (match->state == M(UNREACHABLE))
        ask_comfort(turn, match->person, match->committee, "an offer found nobody");
    return turn->outcome;
}

/* ---- applied for --------------------------------------------------------------------------------- */

int on_apply(struct turn *turn, const void *message)
{
    const Benefit__Apply *apply = message;
    const Match *present = find(turn, apply->match);

    if (present == NULL || !by_side(turn, present) || !may_have(turn, present))
        return turn->outcome;
    const Benefit *benefit = turn_load(turn, BENEFITS, present->benefit);
    if (benefit != NULL && apply->n_evidence_hashes < benefit->n_evidence)
        return turn_refuse(turn, BENEFIT__REFUSAL__MISSING_EVIDENCE, "documents wanted: %zu",
                           benefit->n_evidence);
    Match *match = turn_move(turn, MATCHES, apply->match);
    if (match == NULL)
        return turn->outcome;
    match->n_evidence_hashes = apply->n_evidence_hashes;
    match->evidence_hashes = apply->evidence_hashes;
    match->applied_by = turn_actor_post(turn);
    match_clock(turn, apply->match, match);
    Benefit__Applied event = { IS(benefit__applied),
                               .match = apply->match,
                               .person = match->person,
                               .benefit = match->benefit,
                               .n_evidence_hashes = apply->n_evidence_hashes,
                               .evidence_hashes = apply->evidence_hashes,
                               .due_ms = match->due_ms };
    return turn_emit(turn, match->committee, &event.base);
}

int on_decide_application(struct turn *turn, const void *message)
{
    const Benefit__DecideApplication *decide = message;
    const Match *present = find(turn, decide->match);
    bool approves = decide->decision == BENEFIT__DECISION__APPROVE;

    if (present == NULL || !turn_from(turn, "swc"))
        return turn->outcome;
    if (!approves && decide->decision != BENEFIT__DECISION__REFUSE)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "approved or refused?");
    if (!approves && decide->reason[0] == '\0')
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "refused without a reason");
    /* R7, in its spirit: whoever asked does not grant. */
    if (present->applied_by[0] != '\0' && strcmp(present->applied_by, turn_actor_post(turn)) == 0)
        return turn_refuse(turn, TOWN__REFUSAL__SAME_HANDLER, "whoever applied does not decide");
    Match *match = move(turn, decide->match, approves ? APPROVE_IT : REFUSE_IT);
    if (match == NULL)
        return turn->outcome;
    match->reason = decide->reason;
    match_clock(turn, decide->match, match);
    Benefit__ApplicationDecided event = {
        IS(benefit__application_decided), .match = decide->match,     .person = match->person,
        .benefit = match->benefit,        .result = decide->decision, .reason = decide->reason
    };
    return turn_emit(turn, match->committee, &event.base);
}

/* ---- in the person's hands ----------------------------------------------------------------------- */

int on_deliver_benefit(struct turn *turn, const void *message)
{
    const Benefit__DeliverBenefit *deliver = message;
    const Match *present = find(turn, deliver->match);
    uint64_t at_ms = deliver->at_ms == 0 ? turn->now_ms : deliver->at_ms;

    if (present == NULL || !by_side(turn, present) || !may_have(turn, present))
        return turn->outcome;
    if (at_ms > turn->now_ms)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "that hour is still to come");
    const Benefit *benefit = turn_load(turn, BENEFITS, present->benefit);
    if (present->state == M(ACCEPTED) && benefit != NULL && benefit->n_evidence > 0)
        return turn_refuse(turn, BENEFIT__REFUSAL__NEEDS_APPLICATION,
                           "it is decided on evidence first");
    Match *match = turn_move(turn, MATCHES, deliver->match);
    if (match == NULL)
        return turn->outcome;
    match->delivered_ms = at_ms;
    match->delivered_by = turn_actor_unit(turn);
    match_clock(turn, deliver->match, match);
    grant(turn, deliver->match, match, at_ms);
    Benefit__BenefitDelivered event = {
        IS(benefit__benefit_delivered), .match = deliver->match, .person = match->person,
        .benefit = match->benefit,      .at_ms = at_ms,          .proof = deliver->proof
    };
    return turn_emit(turn, match->committee, &event.base);
}

static void confirm(struct turn *turn, const char *id, Match *match, const char *by_contact)
{
    match_clock(turn, id, match);
    Benefit__BenefitConfirmed event = { IS(benefit__benefit_confirmed), .match = id,
                                        .person = match->person, .benefit = match->benefit,
                                        .by_contact = by_contact };
    turn_emit(turn, match->committee, &event.base);
}

/* By the person's word at a later contact: the committee asks, or the office.  R7: whichever of them
 * gave it does not confirm it. */
int on_confirm_benefit(struct turn *turn, const void *message)
{
    const Benefit__ConfirmBenefit *command = message;
    const Match *present = find(turn, command->match);

    if (present == NULL)
        return turn->outcome;
    bool by_care = strcmp(turn->source_unit, "care") == 0;
    const char *unit = turn_actor_unit(turn);
    if (!by_care && strcmp(unit, "swc") != 0 && !turn_from(turn, present->committee))
        return turn->outcome;
    if (!by_care && strcmp(unit, present->delivered_by) == 0)
        return turn_refuse(turn, TOWN__REFUSAL__SAME_HANDLER, "who gave it does not confirm it");
    Match *match = turn_move(turn, MATCHES, command->match);
    if (match != NULL)
        confirm(turn, command->match, match, command->by_contact);
    return turn->outcome;
}

/* The recipient's word in a contact: what was delivered to them, by the ids of the matches. */
void confirm_by_contact(struct turn *turn, const char *match_id, const char *person,
                        const char *contact)
{
    const Match *present = turn_is_id(match_id) ? turn_load(turn, MATCHES, match_id) : NULL;

    if (present == NULL || strcmp(present->person, person) != 0
        || !turn_may_move(turn, MATCHES, match_id, CONFIRM_BENEFIT))
        return;
    Match *match = turn_move_as(turn, MATCHES, match_id, CONFIRM_BENEFIT);
    if (match != NULL)
        confirm(turn, match_id, match, contact);
}

/* ---- nobody acts --------------------------------------------------------------------------------- */

static const char *who_waits(const Match *match)
{
    if (match->state == M(OFFERED) || match->state == M(ACCEPTED))
        return match->via_unit[0] == '\0' ? match->committee : match->via_unit;
    return match->state == M(DELIVERED) && strcmp(match->delivered_by, match->committee) != 0
               ? match->committee
               : "swc";
}

int on_chase_match(struct turn *turn, const void *message)
{
    const Benefit__ChaseMatch *chase = message;

    if (!turn->is_timer)
        return turn_refuse(turn, TOWN__REFUSAL__NOT_ALLOWED, "only the clock says what is due");
    Match *match = turn_move(turn, MATCHES, chase->match);
    if (match == NULL)
        return turn->outcome;
    const Benefit *benefit = turn_load(turn, BENEFITS, match->benefit);
    bool over = benefit == NULL || benefit->state != BENEFIT_ROWS__BENEFIT__STATE__IN_FORCE
                || (benefit->valid_until_ms != 0 && turn->now_ms >= benefit->valid_until_ms);
    if (over && (match->state == M(PROPOSED) || match->state == M(SCREENED))) {
        drop_match(turn, chase->match, WHY(OUT_OF_TIME), "the policy is not in force any more");
        return turn->outcome;
    }
    uint64_t due_ms = match->due_ms;
    match_clock(turn, chase->match, match);
    Benefit__MatchOverdue event = {
        IS(benefit__match_overdue),
        .match = chase->match,
        .person = match->person,
        .benefit = match->benefit,
        .state = protobuf_c_enum_descriptor_get_value(&benefit_rows__match__state__descriptor,
                                                      (int)match->state)
                     ->name,
        .due_ms = due_ms,
    };
    return turn_emit(turn, who_waits(match), &event.base);
}
