/* A card, a history, a committee's roster. */
#include <stdio.h>
#include <string.h>

#include "registry/ask.h"

enum { PAGE = 50, PAGE_MOST = 100, LINES_MOST = 200 };

int ask_card(struct ask *ask, const void *message)
{
    const Registry__Card *question = message;
    const Person *person = ask_person(ask, question->person);
    const char **persons = ask_array(ask, 1, sizeof(char *));

    if (persons == NULL || ask->outcome != 0)
        return ask->outcome;
    persons[0] = person == NULL ? question->person : person->person;
    struct ask_trace read = {
        .query = "Card", .purpose = question->purpose, .persons = persons, .count = 1
    };
    /* Whether there is such a person is a fact about a person: it is not told to everybody. */
    read.groups = person == NULL ? 0 : ask_groups(ask, person, question->purpose);
    if (read.groups == 0)
        return ask_deny(ask, &read);
    Registry__CardAnswer *answer = ask_new(ask, &registry__card_answer__descriptor);
    if (answer == NULL)
        return ask->outcome;
    answer->card = ask_trim(ask, person, read.groups);
    answer->person = person->person;
    answer->state = state_name(person->state);
    answer->owner = person->owner;
    struct categories categories = ask_categories(ask, person, read.groups);
    answer->categories = categories.items;
    answer->n_categories = categories.count;
    answer->class_ = person->class_;
    answer->silent = person->silent;
    ask_trace_read(ask, &read);
    return ask_give(ask, answer);
}

/* ---- the roster ------------------------------------------------------------------------------------------- */

struct page {
    struct ask_list rows;
    struct ask_list persons;
    const Registry__RosterAt *question;
    uint32_t limit;
    unsigned groups; /* of all cards together */
    bool more;
};

static bool add_row(void *context, const char *key, const void *mark)
{
    struct page *page = context;
    const char *id = strchr(key, '/') + 1;

    (void)mark;
    if (page->rows.count == page->limit) {
        page->more = true;
        return false;
    }
    const Person *person = ask_load(page->rows.ask, PERSONS, id);
    if (person == NULL)
        return page->rows.ask->outcome == 0;
    unsigned groups = ask_is(page->rows.ask, "jcb")
                          ? CONTACT
                          : ask_groups(page->rows.ask, person, page->question->purpose);
    Registry__RosterRow *row = ask_push(&page->rows, sizeof(*row));
    if (row == NULL)
        return false;
    registry__roster_row__init(row);
    row->person = person->person;
    row->card = ask_trim(page->rows.ask, person, groups);
    row->state = state_name(person->state);
    struct categories categories = ask_categories(page->rows.ask, person, groups);
    row->categories = categories.items;
    row->n_categories = categories.count;
    row->class_ = person->class_;
    row->silent = person->silent;
    page->groups |= groups;
    return page->rows.ask->outcome == 0;
}

static bool may_list(struct ask *ask, const char *committee)
{
    return ask_is(ask, committee) || ask_is(ask, "sjb") || ask_is(ask, "jcb");
}

int ask_roster_at(struct ask *ask, const void *message)
{
    const Registry__RosterAt *question = message;
    struct ask_trace read = { .query = "RosterAt", .purpose = question->purpose };
    struct page page = { .rows = { .ask = ask }, .question = question, .limit = PAGE };

    if (question->committee[0] == '\0')
        return ask_refuse(ask, TOWN__REFUSAL__BAD_FIELD, "committee: is missing");
    if (!may_list(ask, question->committee))
        return ask_deny(ask, &read);
    if (question->limit != 0)
        page.limit = question->limit < PAGE_MOST ? question->limit : PAGE_MOST;
    ask_each_after(ask, ROSTER, ask_text(ask, "%s/", question->committee), question->after, add_row,
                   &page);

    Registry__RosterAtAnswer *answer = ask_new(ask, &registry__roster_at_answer__descriptor);
    const char **persons = ask_array(ask, page.rows.count, sizeof(char *));
    if (answer == NULL || persons == NULL)
        return ask->outcome;
    answer->rows = (Registry__RosterRow **)page.rows.items;
    answer->n_rows = page.rows.count;
    for (size_t i = 0; i < page.rows.count; i++)
        persons[i] = answer->rows[i]->person;
    if (page.more)
        answer->next = persons[page.rows.count - 1];
    read.persons = persons;
    read.count = page.rows.count;
    read.groups = page.groups;
    ask_trace_read(ask, &read);
    return ask_give(ask, answer);
}

/* ---- history ------------------------------------------------------------------------------------------------ */

static bool add_line(void *context, const char *key, const void *row)
{
    struct ask_list *list = context;
    const RegistryRows__Line *line = row;
    Registry__HistoryLine *out = ask_push(list, sizeof(*out));

    (void)key;
    if (out == NULL)
        return false;
    registry__history_line__init(out);
    out->at_ms = line->at_ms;
    out->what = line->what;
    out->by = line->by;
    out->seq = line->id;
    return list->count < LINES_MOST && list->ask->outcome == 0;
}

int ask_history(struct ask *ask, const void *message)
{
    const Registry__History *question = message;
    const Person *person = ask_person(ask, question->person);
    struct ask_list lines = { .ask = ask };
    const char **persons = ask_array(ask, 1, sizeof(char *));

    if (persons == NULL || ask->outcome != 0)
        return ask->outcome;
    persons[0] = person == NULL ? question->person : person->person;
    const struct ask_trace read = {
        .query = "History", .purpose = question->purpose, .persons = persons, .count = 1
    };
    if (person == NULL || !(ask_is(ask, person->owner) || ask_is(ask, "jcb")))
        return ask_deny(ask, &read);
    ask_each(ask, HISTORY, ask_text(ask, "%s/", person->person), add_line, &lines);
    Registry__HistoryAnswer *answer = ask_new(ask, &registry__history_answer__descriptor);
    if (answer == NULL)
        return ask->outcome;
    answer->lines = (Registry__HistoryLine **)lines.items;
    answer->n_lines = lines.count;
    ask_trace_read(ask, &read);
    return ask_give(ask, answer);
}
