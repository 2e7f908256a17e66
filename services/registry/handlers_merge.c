/*
 * Two rows that are one person (R13).  The loser stays as an alias that leads to the survivor; both
 * rows are kept as they were, so that a mistake can be undone.
 */
#include <string.h>

#include "registry/id_number.h"
#include "registry/registry.h"
#include "registry/text.h"

typedef RegistryRows__Merge Merge;
typedef Town__Card Card;

#define S(state) REGISTRY_ROWS__PERSON_STATE__##state

/* ---- which two, and whose ------------------------------------------------------------------------------ */

static const char *pair_key(struct turn *turn, const char *a, const char *b)
{
    bool ordered = strcmp(a, b) < 0;

    return turn_key(turn, "%s/%s", ordered ? a : b, ordered ? b : a);
}

/* The open cases of each committee, and of the office. */
static void list_case(struct turn *turn, const Merge *merge, bool open)
{
    for (size_t i = 0; i <= merge->n_committees && turn->outcome == 0; i++) {
        const char *unit = i == merge->n_committees ? "sjb" : merge->committees[i];
        const char *key = turn_key(turn, "%s/%s~%s", unit, merge->first, merge->second);
        if (open) {
            RegistryRows__Mark *mark = turn_edit(turn, OPEN_MERGES, key);
            mark->on = true;
        } else {
            turn_drop(turn, OPEN_MERGES, key);
        }
    }
}

static void note_committees(struct turn *turn, Merge *merge, const Person *a, const Person *b)
{
    const char **units = turn_array(turn, 2, sizeof(char *));

    units[0] = a->owner;
    units[1] = b->owner;
    merge->committees = units;
    merge->n_committees = strcmp(a->owner, b->owner) == 0 ? 1 : 2;
}

/* ---- propose --------------------------------------------------------------------------------------------- */

static int propose(struct turn *turn, const Person *a, const Person *b, const char *evidence)
{
    if (a == b || strcmp(a->person, b->person) == 0)
        return turn_refuse(turn, REGISTRY__REFUSAL__SAME_PERSON, "it is one row already");
    Merge *merge = turn_move_as(turn, MERGES, pair_key(turn, a->person, b->person), PROPOSE_MERGE);
    if (merge == NULL)
        return turn->outcome;
    merge->first = a->person;
    merge->second = b->person;
    merge->evidence = evidence;
    note_committees(turn, merge, a, b);
    list_case(turn, merge, true);

    Registry__MergeProposed event = { IS(registry__merge_proposed), .survivor = a->person,
                                      .alias = b->person, .evidence = evidence };
    return turn_emit(turn, "sjb", &event.base);
}

int on_propose_merge(struct turn *turn, const void *message)
{
    const Registry__ProposeMerge *command = message;

    if (command->n_persons != 2)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "persons: two are wanted");
    const Person *a = find_person(turn, command->persons[0]);
    const Person *b = find_person(turn, command->persons[1]);
    if (a == NULL || b == NULL)
        return turn_refuse(turn, TOWN__REFUSAL__NOT_FOUND, "no such person");
    if (strcmp(turn_actor_unit(turn), "sjb") != 0 && strcmp(turn_actor_unit(turn), b->owner) != 0
        && !by_owner(turn, a))
        return turn->outcome;
    return propose(turn, a, b, command->evidence);
}

void propose_merge(struct turn *turn, const char *a, const char *b, const char *evidence)
{
    const Person *first = find_person(turn, a);
    const Person *second = find_person(turn, b);
    bool open = turn_may_move(turn, MERGES, pair_key(turn, a, b), PROPOSE_MERGE);

    if (first != NULL && second != NULL && open && strcmp(first->person, second->person) != 0)
        propose(turn, first, second, evidence);
}

/* ---- doubles, found by the registry itself ------------------------------------------------------------- */

struct double_of {
    struct turn *turn;
    const Person *person;
    const char *name; /* NULL: any */
    const char *found;
};

static bool is_double(void *context, const char *key, const void *row)
{
    struct double_of *search = context;
    const char *id = strrchr(key, '/') + 1;
    const Person *other =
        strcmp(id, search->person->person) == 0 ? NULL : turn_load(search->turn, PERSONS, id);
    char name[TEXT_FOLDED_SIZE];

    (void)row;
    if (other == NULL || !on_roster(other->state))
        return true;
    text_fold(other->card->name, name);
    if (search->name == NULL || strcmp(search->name, name) == 0)
        search->found = other->person;
    return search->found == NULL;
}

static const char *double_by(struct turn *turn, unsigned table, const char *term,
                             struct double_of *search)
{
    if (term[0] != '\0')
        turn_each(turn, table, turn_text(turn, "%s/", term), is_double, search);
    return search->found;
}

/* The same number; or the same name and one phone.  A committee that finds somebody who is another's
 * is told to go on caring, and the office decides. */
void look_for_double(struct turn *turn, const Person *person)
{
    char name[TEXT_FOLDED_SIZE];
    struct double_of search = { .turn = turn, .person = person };
    const char *found = double_by(turn, BY_ID, person->card->id_number, &search);
    const char *evidence = "the same number";

    text_fold(person->card->name, name);
    search.name = name;
    for (size_t i = 0; found == NULL && name[0] != '\0' && i < person->card->n_phones; i++) {
        found = double_by(turn, BY_PHONE, person->card->phones[i]->number, &search);
        evidence = "the same name and phone";
    }
    const Person *other = found == NULL ? NULL : turn_load(turn, PERSONS, found);
    if (other == NULL || turn->outcome != 0)
        return;
    if (strcmp(other->owner, person->owner) != 0) {
        const char *committees[] = { other->owner, person->owner };
        Registry__ClaimConflicted event = { IS(registry__claim_conflicted),
                                            .person = person->person, .n_committees = 2,
                                            .committees = committees, .other = other->person };
        turn_emit(turn, "sjb", &event.base);
    }
    propose_merge(turn, other->person, person->person, evidence);
}

/* ---- decide ------------------------------------------------------------------------------------------------ */

/* Whoever saw the one has seen the other. */
static void keep_seen(Person *row, const Person *as)
{
    if (as->last_seen_ms <= row->last_seen_ms)
        return;
    row->last_seen_ms = as->last_seen_ms;
    row->last_seen_by = as->last_seen_by;
    row->last_seen_how = as->last_seen_how;
}

int on_merge(struct turn *turn, const void *message)
{
    const Registry__Merge *command = message;
    struct paths filled = { 0 };

    if (!by_sjb(turn) || !is_name(turn, command->survivor, "survivor")
        || !is_name(turn, command->alias, "alias"))
        return turn->outcome;
    Merge *merge = turn_move(turn, MERGES, pair_key(turn, command->survivor, command->alias));
    if (merge == NULL)
        return turn->outcome;
    struct change survivor = open_person(turn, command->survivor);
    struct change alias = move_person(turn, command->alias);
    if (survivor.row == NULL || alias.row == NULL)
        return turn->outcome;
    if (strcmp(survivor.row->person, alias.row->person) == 0 || survivor.row->state == S(ALIAS))
        return turn_refuse(turn, REGISTRY__REFUSAL__SAME_PERSON, "it is one row already");
    merge->survivor = survivor.row->person;
    merge->alias = alias.row->person;
    merge->survivor_before = keep_person(turn, &survivor.before);
    merge->alias_before = keep_person(turn, &alias.before);
    merge->merged_seq = turn->seq;
    survivor.row->card = fill_blanks(turn, survivor.row->card, alias.row->card, &filled);
    merge->filled = filled.items;
    merge->n_filled = filled.count;
    note_source(turn, survivor.row, &filled, alias.row->card);
    stop_clocks(turn, alias.row);
    alias.row->alias_of = survivor.row->person;
    watch_age(turn, survivor.row);
    list_case(turn, merge, false);

    merge_needs(turn, merge->alias, merge->survivor);
    keep_seen(survivor.row, alias.row);

    Registry__Merged event = { IS(registry__merged), .survivor = merge->survivor,
                               .alias = merge->alias, .owner = survivor.row->owner };
    turn_emit(turn, survivor.row->owner, &event.base);
    close_person(turn, &alias, "Merged");
    return close_person(turn, &survivor, "Merged");
}

int on_reject_merge(struct turn *turn, const void *message)
{
    const Registry__RejectMerge *reject = message;

    if (!by_sjb(turn) || !is_name(turn, reject->survivor, "survivor")
        || !is_name(turn, reject->alias, "alias"))
        return turn->outcome;
    Merge *merge = turn_move(turn, MERGES, pair_key(turn, reject->survivor, reject->alias));
    if (merge == NULL)
        return turn->outcome;
    list_case(turn, merge, false);

    Registry__MergeRejected event = { IS(registry__merge_rejected), .survivor = reject->survivor,
                                      .alias = reject->alias, .reason = reject->reason };
    return turn_emit(turn, "sjb", &event.base);
}

/* Untouched since, the survivor goes back whole; else only what the merge had filled and nobody has
 * written over, so that a mistake of the office costs the committee none of its work. */
static void part_survivor(struct turn *turn, struct change *survivor, const Merge *merge)
{
    const Card *now = survivor->row->card;
    char **undo = turn_array(turn, merge->n_filled, sizeof(char *));
    size_t count = 0;

    if (survivor->row->changed_seq == merge->merged_seq) {
        const Person *present = keep_person(turn, survivor->row);
        restore_person(survivor, merge->survivor_before);
        if (present->last_seen_ms > merge->alias_before->last_seen_ms) /* seen since */
            keep_seen(survivor->row, present);
        survivor->row->carer = present->carer;
        return;
    }
    for (size_t i = 0; i < merge->n_filled; i++)
        if (same_at(turn, now, merge->alias_before->card, merge->filled[i]))
            undo[count++] = (char *)(uintptr_t)merge->filled[i];
    survivor->row->card = set_back(turn, now, merge->survivor_before->card, undo, count);
}

int on_unmerge(struct turn *turn, const void *message)
{
    const Registry__Unmerge *command = message;

    if (!by_sjb(turn) || !is_name(turn, command->survivor, "survivor")
        || !is_name(turn, command->alias, "alias"))
        return turn->outcome;
    Merge *merge = turn_move(turn, MERGES, pair_key(turn, command->survivor, command->alias));
    if (merge == NULL)
        return turn->outcome;
    const Person *was = merge->alias_before;
    Person *row = turn_move_as(turn, PERSONS, merge->alias, BACK + (int32_t)was->state);
    struct change survivor = open_person(turn, merge->survivor);
    if (row == NULL || survivor.row == NULL)
        return turn->outcome;
    if (strcmp(survivor.row->person, merge->survivor) != 0)
        return turn_refuse(turn, TOWN__REFUSAL__WRONG_STATE, "a later merge is to be undone first");
    struct change alias = { .row = row, .before = *row, .by_import = true };
    alias.before.state = S(ALIAS);
    survivor.by_import = true;
    restore_person(&alias, was);
    part_survivor(turn, &survivor, merge);
    part_needs(turn, merge->survivor, merge->alias);
    resume_person(turn, alias.row);
    watch_age(turn, survivor.row);

    Registry__Unmerged event = { IS(registry__unmerged), .survivor = merge->survivor,
                                 .alias = merge->alias, .owner = alias.row->owner };
    turn_emit(turn, alias.row->owner, &event.base);
    uint64_t alias_seq = alias.row->changed_seq;
    uint64_t survivor_seq = survivor.row->changed_seq;
    close_person(turn, &alias, "Unmerged");
    close_person(turn, &survivor, "Unmerged");
    /* Byte for byte: also when they were changed last. */
    if (turn->outcome == 0) {
        alias.row->changed_seq = alias_seq;
        survivor.row->changed_seq = survivor_seq;
    }
    return turn->outcome;
}
