/* From a word about somebody to a person on the roster, and off it again. */
#include <string.h>

#include "registry/registry.h"

typedef Town__Card Card;

#define S(state) REGISTRY_ROWS__PERSON_STATE__##state

/* ---- propose ------------------------------------------------------------------------------------------- */

/* Whoever knows no committee hands the person to the office, which rules (RuleMove): nobody is
 * without an owner for a moment. */
static const char *owner_of(struct turn *turn, const char *committee, const Card *card)
{
    if (committee[0] == '\0' && card->address != NULL)
        committee = card->address->committee;
    if (committee[0] == '\0')
        return "sjb";
    if (!directory_committee(turn, committee))
        turn_refuse(turn, REGISTRY__REFUSAL__UNKNOWN_COMMITTEE, "no such committee");
    return committee;
}

static bool has_place(const Card *card)
{
    const Town__Address *address = card->address;

    return address != NULL
           && (address->committee[0] != '\0' || address->road[0] != '\0' || address->lane[0] != '\0'
               || address->building[0] != '\0' || address->room[0] != '\0');
}

void make_candidate(struct turn *turn, const struct candidate *as, struct change *ret_change)
{
    struct paths paths = { 0 };
    struct change change = move_person_as(turn, as->person, PROPOSE);
    Person *row = change.row;

    *ret_change = change;
    if (row == NULL)
        return;
    if (row->person[0] == '\0') /* an alias leads to a row that has its own id */
        row->person = as->person;
    row->owner = as->owner;
    row->source = as->source;
    row->card = merge_cards(turn, row->card, as->card, NULL, 0, &paths);
    row->card->person = row->person;
    row->categories = as->categories.items;
    row->n_categories = as->categories.count;
    row->other_reason = as->other_reason;
    note_source(turn, row, &paths, as->card);
    uint64_t due_ms = directory_due(turn, "registry.verify", "", turn->now_ms);
    Registry__ChaseCandidate chase = { IS(registry__chase_candidate), .person = row->person };
    remind_person(turn, row, due_ms, &chase.base);

    Registry__Proposed event = { IS(registry__proposed),
                                 .person = row->person,
                                 .owner = row->owner,
                                 .class_ = row->class_,
                                 .n_categories = row->n_categories,
                                 .categories = row->categories,
                                 .source = row->source,
                                 .due_ms = due_ms };
    turn_emit(turn, row->owner, &event.base);
    *ret_change = change;
}

int on_propose(struct turn *turn, const void *message)
{
    const Registry__Propose *propose = message;
    struct change change;

    if (!is_name(turn, propose->person, "person"))
        return turn->outcome;
    Card *card = tidy_card(turn, propose->card);
    bool named = card->name[0] != '\0' || card->nickname[0] != '\0';
    bool found = card->n_phones > 0 || has_place(card) || propose->committee[0] != '\0';
    if (!named || !found)
        return turn_refuse(turn, REGISTRY__REFUSAL__NO_NAME_OR_PLACE,
                           "a name or nickname, and a place or phone are wanted");
    const char *owner = owner_of(turn, propose->committee, card);
    card->address->committee = strcmp(owner, "sjb") == 0 ? "" : owner;
    const struct candidate candidate = {
        .person = propose->person,
        .owner = owner,
        .source = propose->source[0] == '\0' ? turn_actor_unit(turn) : propose->source,
        .card = card,
        .categories = tidy_categories(turn, propose->categories, propose->n_categories,
                                      propose->other_reason),
        .other_reason = propose->other_reason,
    };
    if (turn->outcome != 0)
        return turn->outcome;
    make_candidate(turn, &candidate, &change);
    close_person(turn, &change, "Proposed");
    if (turn->outcome == 0)
        look_for_double(turn, change.row);
    return turn->outcome;
}

int on_chase_candidate(struct turn *turn, const void *message)
{
    const Registry__ChaseCandidate *chase = message;

    if (!by_timer(turn))
        return turn->outcome;
    const Person *person = row_of_timer(turn, chase->person);
    if (person == NULL || person->state != S(CANDIDATE))
        return turn->outcome;
    Registry__CandidateOverdue event = { IS(registry__candidate_overdue), .person = person->person,
                                         .owner = person->owner, .since_ms = person->since_ms };
    return turn_emit(turn, person->owner, &event.base);
}

/* ---- verify -------------------------------------------------------------------------------------------- */

void make_active(struct turn *turn, struct change *change, const struct verification *as)
{
    Person *row = change->row;

    if (row == NULL)
        return;
    if (as->categories.count == 0)
        turn_refuse(turn, REGISTRY__REFUSAL__NO_CATEGORY, "a category is wanted");
    else if (as->class < REGISTRY__CLASS__RED || as->class > REGISTRY__CLASS__GREEN)
        turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "class: RED, YELLOW or GREEN");
    else if (as->basis[0] == '\0')
        turn_refuse(turn, REGISTRY__REFUSAL__NO_BASIS, "a notice or a consent is wanted");
    if (turn->outcome != 0)
        return;
    row->categories = as->categories.items;
    row->n_categories = as->categories.count;
    row->other_reason = as->other_reason;
    row->class_ = as->class;
    row->class_by = who(turn);
    row->class_at_ms = turn->now_ms;
    row->basis = as->basis;
    if (!row->silent && makes_silent(row->categories, row->n_categories, age_of(turn, row))) {
        row->silent = true; /* said in Verified; the committee may say otherwise (SetSilent) */
        row->silent_by = row->class_by;
        row->silent_reason = SILENT_BY_CATEGORY;
    }
    turn_forget(turn, row->person, &registry__chase_candidate__descriptor);
    watch_age(turn, row);

    Registry__Verified event = { IS(registry__verified),
                                 .person = row->person,
                                 .owner = row->owner,
                                 .class_ = row->class_,
                                 .n_categories = row->n_categories,
                                 .categories = row->categories,
                                 .silent = row->silent,
                                 .household = row->household,
                                 .family_doctor = row->card->family_doctor };
    turn_emit(turn, row->owner, &event.base);
}

int on_verify(struct turn *turn, const void *message)
{
    const Registry__Verify *verify = message;

    struct change change = move_person(turn, verify->person);
    if (change.row == NULL || !by_owner(turn, change.row))
        return turn->outcome;
    if (verify->card != NULL)
        put_fields(turn, &change, tidy_card(turn, verify->card), NULL, 0);
    const struct verification as = {
        .categories =
            tidy_categories(turn, verify->categories, verify->n_categories, verify->other_reason),
        .other_reason = verify->other_reason,
        .class = verify->class_,
        .basis = verify->basis,
    };
    if (turn->outcome != 0)
        return turn->outcome;
    make_active(turn, &change, &as);
    return close_person(turn, &change, "Verified");
}

/* ---- off the roster: the committee proposes, the office decides ------------------------------------------ */

static void await_decision(struct turn *turn, Person *row, const char *reason, const char *policy)
{
    Registry__ChaseDecision chase = { IS(registry__chase_decision), .person = row->person };

    row->reason = reason;
    remind_person(turn, row, directory_due(turn, policy, "", turn->now_ms), &chase.base);
}

static void decided(struct turn *turn, Person *row)
{
    row->reason = "";
    turn_forget(turn, row->person, &registry__chase_decision__descriptor);
}

static bool has_reason(struct turn *turn, const char *reason)
{
    if (reason[0] != '\0')
        return turn->outcome == 0;
    turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "reason: is missing");
    return false;
}

int on_propose_dismissal(struct turn *turn, const void *message)
{
    const Registry__ProposeDismissal *propose = message;

    struct change change = move_person(turn, propose->person);
    if (change.row == NULL || !by_owner(turn, change.row) || !has_reason(turn, propose->reason))
        return turn->outcome;
    turn_forget(turn, change.row->person, &registry__chase_candidate__descriptor);
    await_decision(turn, change.row, propose->reason, "registry.confirm_dismissal");

    Registry__DismissalProposed event = { IS(registry__dismissal_proposed),
                                          .person = change.row->person, .owner = change.row->owner,
                                          .reason = propose->reason };
    turn_emit(turn, change.row->owner, &event.base);
    return close_person(turn, &change, "DismissalProposed");
}

int on_dismiss(struct turn *turn, const void *message)
{
    const Registry__Dismiss *dismiss = message;

    struct change change = move_person(turn, dismiss->person);
    if (change.row == NULL || !by_sjb(turn))
        return turn->outcome;
    decided(turn, change.row);

    Registry__Dismissed event = { IS(registry__dismissed), .person = change.row->person,
                                  .owner = change.row->owner, .reason = dismiss->reason };
    turn_emit(turn, change.row->owner, &event.base);
    return close_person(turn, &change, "Dismissed");
}

int on_propose_removal(struct turn *turn, const void *message)
{
    const Registry__ProposeRemoval *propose = message;

    struct change change = move_person(turn, propose->person);
    if (change.row == NULL || !by_owner(turn, change.row) || !has_reason(turn, propose->reason))
        return turn->outcome;
    if (has_urgent_need(turn, change.row->person))
        return turn_refuse(turn, REGISTRY__REFUSAL__HAS_OPEN_NEED, "a P0 to P2 need is open");
    await_decision(turn, change.row, propose->reason, "registry.confirm_dismissal");

    Registry__RemovalProposed event = { IS(registry__removal_proposed),
                                        .person = change.row->person, .owner = change.row->owner,
                                        .reason = propose->reason };
    turn_emit(turn, change.row->owner, &event.base);
    return close_person(turn, &change, "RemovalProposed");
}

int on_remove(struct turn *turn, const void *message)
{
    const Registry__Remove *command = message;

    struct change change = move_person(turn, command->person);
    if (change.row == NULL || !by_sjb(turn))
        return turn->outcome;
    if (has_urgent_need(turn, change.row->person))
        return turn_refuse(turn, REGISTRY__REFUSAL__HAS_OPEN_NEED, "a P0 to P2 need is open");
    decided(turn, change.row);
    stop_clocks(turn, change.row);

    Registry__Removed event = { IS(registry__removed), .person = change.row->person,
                                .owner = change.row->owner, .reason = command->reason };
    turn_emit(turn, change.row->owner, &event.base);
    return close_person(turn, &change, "Removed");
}

int on_keep(struct turn *turn, const void *message)
{
    const Registry__Keep *keep = message;

    struct change change = move_person(turn, keep->person);
    if (change.row == NULL || !by_sjb(turn))
        return turn->outcome;
    decided(turn, change.row);
    if (change.row->state == S(CANDIDATE)) { /* it still has to be looked at */
        Registry__ChaseCandidate chase = { IS(registry__chase_candidate),
                                           .person = change.row->person };
        remind_person(turn, change.row, directory_due(turn, "registry.verify", "", turn->now_ms),
                      &chase.base);
    }
    Registry__Kept event = { IS(registry__kept), .person = change.row->person,
                             .owner = change.row->owner, .reason = keep->reason };
    turn_emit(turn, change.row->owner, &event.base);
    return close_person(turn, &change, "Kept");
}

/* A dismissal, a removal or a death that nobody has decided is told to the office. */
int on_chase_decision(struct turn *turn, const void *message)
{
    const Registry__ChaseDecision *chase = message;

    if (!by_timer(turn))
        return turn->outcome;
    const Person *person = row_of_timer(turn, chase->person);
    if (person == NULL)
        return turn->outcome;
    const char *decision = person->state == S(DISMISSAL_PROPOSED)  ? "dismissal"
                           : person->state == S(REMOVAL_PROPOSED)  ? "removal"
                           : person->state == S(DECEASED_REPORTED) ? "death"
                                                                   : NULL;
    if (decision == NULL)
        return turn->outcome;
    /* The committee confirms a death; the office decides the rest. */
    const char *to = person->state == S(DECEASED_REPORTED) ? person->owner : "sjb";
    Registry__DecisionOverdue event = { IS(registry__decision_overdue), .person = person->person,
                                        .owner = person->owner, .decision = decision,
                                        .since_ms = person->since_ms };
    return turn_emit(turn, to, &event.base);
}
