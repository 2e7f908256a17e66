/* One row of a sheet, carried out; and taken back. */
#include <string.h>

#include "registry/registry.h"

typedef RegistryRows__Import Import;
typedef RegistryRows__ImportRow Row;
typedef Town__Card Card;

#define S(state) REGISTRY_ROWS__PERSON_STATE__##state

const char *row_key(struct turn *turn, const char *batch, uint32_t ordinal)
{
    return turn_key(turn, "%s/%06u", batch, ordinal);
}

/* ---- what a sheet has one of and the roster many ------------------------------------------------------------ */

static bool has_phone(const Card *card, const char *number)
{
    for (size_t i = 0; i < card->n_phones; i++)
        if (strcmp(card->phones[i]->number, number) == 0)
            return true;
    return false;
}

/* A sheet has one cell for the telephone: it never strikes out the second number. */
static void join_phones(struct turn *turn, const Card *known, Card *news)
{
    size_t room = known->n_phones + news->n_phones;
    Town__Phone **all = turn_array(turn, room, sizeof(*all));
    Town__Phone *copies = turn_array(turn, room, sizeof(*copies));
    size_t count = 0;

    if (news->n_phones == 0 || strcmp(news->phones[0]->number, "清空") == 0)
        return;
    for (size_t i = 0; i < news->n_phones; i++)
        if (!has_phone(known, news->phones[i]->number))
            copies[count++] = *news->phones[i];
    news->n_phones = count == 0 ? 0 : count + known->n_phones;
    for (size_t i = 0; i < known->n_phones; i++)
        copies[count++] = *known->phones[i];
    for (size_t i = 0; i < count; i++) {
        copies[i].order = (uint32_t)i + 1;
        all[i] = &copies[i];
    }
    news->phones = all;
}

static void join_contacts(const Card *known, Card *news)
{
    for (size_t k = 0; k < known->n_emergency_contacts; k++)
        for (size_t i = 0; i < news->n_emergency_contacts; i++)
            if (strcmp(known->emergency_contacts[k]->phone, news->emergency_contacts[i]->phone) == 0
                && strcmp(known->emergency_contacts[k]->name, news->emergency_contacts[i]->name)
                       == 0)
                news->n_emergency_contacts = 0;
}

/* ---- commit ---------------------------------------------------------------------------------------------------- */

static bool can_verify(const Registry__ImportRow *told)
{
    return told->n_categories > 0 && told->class_ != REGISTRY__CLASS__CLASS_ABSENT
           && told->basis[0] != '\0';
}

/* The owning committee sends the sheet: a row that has category, class and basis is its word. */
static void verify(struct turn *turn, struct change *change, const Registry__ImportRow *told)
{
    const struct verification as = {
        .categories = { told->categories, told->n_categories },
        .other_reason = told->other_reason,
        .class = told->class_,
        .basis = told->basis,
    };

    Person *row = turn_move_as(turn, PERSONS, change->row->person, VERIFY);
    if (row != NULL)
        make_active(turn, change, &as);
}

static void add_person(struct turn *turn, Import *import, Row *row, uint32_t ordinal)
{
    const Registry__ImportRow *told = row->row;
    const char *id = row->person;
    struct change change;

    if (id[0] == '\0')
        id = told->card->person[0] != '\0' && turn_load(turn, PERSONS, told->card->person) == NULL
                 ? told->card->person
                 : turn_text(turn, "%s-%u", import->batch, ordinal);
    const struct candidate candidate = {
        .person = id,
        .owner = import->committee,
        .source = import->batch,
        .card = told->card,
        .categories = { told->categories, told->n_categories },
        .other_reason = told->other_reason,
    };
    make_candidate(turn, &candidate, &change);
    if (change.row == NULL)
        return;
    if (can_verify(told))
        verify(turn, &change, told);
    change.by_import = true;
    change.row->import_batch = import->batch;
    close_person(turn, &change, "Imported");
    if (turn->outcome == 0)
        look_for_double(turn, change.row);
    row->person = id;
    row->added = true;
    import->added++;
}

static bool put_values(struct turn *turn, struct change *change, const Registry__ImportRow *told)
{
    Person *row = change->row;
    Card *news = turn_array(turn, 1, sizeof(*news));
    struct paths paths = { 0 };
    bool changed = false;

    *news = *told->card;
    join_phones(turn, row->card, news);
    join_contacts(row->card, news);
    merge_cards(turn, row->card, news, NULL, 0, &paths);
    if (paths.count > 0) {
        put_fields(turn, change, news, NULL, 0);
        changed = true;
    }
    if (row->state == S(CANDIDATE) && can_verify(told)) {
        verify(turn, change, told);
        return true;
    }
    if (told->n_categories > 0
        && !same_categories(told->categories, told->n_categories, row->categories,
                            row->n_categories)) {
        put_categories(turn, change, (struct categories){ told->categories, told->n_categories }, 0,
                       "imported");
        changed = true;
    }
    if (told->class_ != REGISTRY__CLASS__CLASS_ABSENT && told->class_ != row->class_) {
        put_class(turn, change, told->class_, 0, "imported");
        changed = true;
    }
    return changed;
}

static void change_person(struct turn *turn, Import *import, Row *row)
{
    struct change change = open_person(turn, row->person);

    if (change.row == NULL)
        return;
    Person *before = keep_person(turn, &change.before);
    if (!put_values(turn, &change, row->row)) {
        import->unchanged++;
        return;
    }
    change.by_import = true;
    if (change.row->import_batch[0] != '\0'
        && strcmp(change.row->import_batch, import->batch) != 0) {
        RegistryRows__Import *earlier = turn_edit(turn, IMPORTS, change.row->import_batch);
        earlier->touched++;
    }
    change.row->import_batch = import->batch;
    close_person(turn, &change, "Imported");
    row->before = before;
    import->changed++;
}

/* Twice in the file, or perhaps somebody whom we have: not without a person's look at it. */
static bool is_left_out(const Row *row)
{
    return row->verdict == REGISTRY__VERDICT__REJECT || has_code(row, REGISTRY__CELL_CODE__DUP_FILE)
           || has_code(row, REGISTRY__CELL_CODE__DUP_ROSTER);
}

void commit_row(struct turn *turn, Import *import, Row *row, uint32_t ordinal)
{
    const Person *person;

    if (row->committed || is_left_out(row) || turn->outcome != 0)
        return;
    row->committed = true;
    person = row->person[0] == '\0' ? NULL : find_person(turn, row->person);
    if (person != NULL && on_roster(person->state)) {
        if (person->state != S(DECEASED_REPORTED) && strcmp(person->owner, import->committee) == 0)
            change_person(turn, import, row);
    } else if (person == NULL || turn_may_move(turn, PERSONS, person->person, PROPOSE)) {
        add_person(turn, import, row, ordinal);
    }
}

/* ---- roll back ------------------------------------------------------------------------------------------------- */

static void take_away(struct turn *turn, const Person *person)
{
    const char *reason = "the import was rolled back";

    if (person->state == S(CANDIDATE)) {
        Registry__Dismissed event = { IS(registry__dismissed), .person = person->person,
                                      .owner = person->owner, .reason = reason };
        turn_emit(turn, person->owner, &event.base);
    } else {
        Registry__Removed event = { IS(registry__removed), .person = person->person,
                                    .owner = person->owner, .reason = reason };
        turn_emit(turn, person->owner, &event.base);
    }
    turn_forget(turn, person->person, &registry__chase_candidate__descriptor);
    drop_person(turn, person->person);
}

/* The import had verified a candidate: those who have begun to care are told, and the candidate has
 * to be looked at again. */
static void unverify(struct turn *turn, const Person *row, const Person *was)
{
    uint64_t due_ms = directory_due(turn, "registry.verify", "", turn->now_ms);
    Registry__Removed removed = { IS(registry__removed), .person = row->person, .owner = row->owner,
                                  .reason = "the import was rolled back" };
    Registry__Proposed proposed = { IS(registry__proposed),
                                    .person = row->person,
                                    .owner = row->owner,
                                    .n_categories = was->n_categories,
                                    .categories = was->categories,
                                    .source = was->source,
                                    .due_ms = due_ms };
    Registry__ChaseCandidate chase = { IS(registry__chase_candidate), .person = row->person };

    turn_emit(turn, row->owner, &removed.base);
    turn_emit(turn, row->owner, &proposed.base);
    remind_person(turn, row, due_ms, &chase.base);
}

static void put_back(struct turn *turn, struct change *change, const Person *was)
{
    struct paths paths = { 0 };
    Person *row = change->row;

    diff_cards(turn, row->card, was->card, &paths);
    bool verified = was->state == S(CANDIDATE) && row->state != S(CANDIDATE);
    if (verified)
        unverify(turn, row, was);
    else if (!same_categories(was->categories, was->n_categories, row->categories,
                              row->n_categories))
        put_categories(turn, change, (struct categories){ was->categories, was->n_categories }, 0,
                       "the import was rolled back");
    if (!verified && was->class_ != row->class_)
        put_class(turn, change, was->class_, was->class_expires_ms, "the import was rolled back");
    if (paths.count > 0) {
        Registry__FieldsUpdated event = { IS(registry__fields_updated), .person = row->person,
                                          .n_paths = paths.count,       .paths = paths.items,
                                          .source = "rollback",         .owner = row->owner };
        turn_emit(turn, row->owner, &event.base);
    }
    stop_clocks(turn, row);
    restore_person(change, was);
    start_clocks(turn, row);
}

void roll_back_row(struct turn *turn, Import *import, Row *row)
{
    const Person *person = row->person[0] == '\0' ? NULL : turn_load(turn, PERSONS, row->person);

    if (!row->committed || person == NULL || turn->outcome != 0
        || strcmp(person->import_batch, import->batch) != 0)
        return;
    if (row->added) {
        take_away(turn, person);
        import->removed++;
    } else if (row->before != NULL) {
        struct change change = open_person(turn, row->person);
        put_back(turn, &change, row->before);
        change.by_import = true;
        close_person(turn, &change, "RolledBack");
        import->restored++;
    }
}
