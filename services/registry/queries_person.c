/* A card, a history, a committee's roster. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
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
    answer->carer = person->carer;
    answer->last_seen_ms = person->last_seen_ms;
    answer->last_seen_by = person->last_seen_by;
    answer->last_seen_how = person->last_seen_how;
    if (read.groups & IDENTITY) /* a carer does not learn from here what else is asked for */
        answer->open_needs = (void *)ask_needs(ask, person->person, &answer->n_open_needs);
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
    uint64_t end_ms; /* of the day that is asked for */
    bool more;
};

static bool add_person(struct page *page, const char *id)
{
    struct ask *ask = page->rows.ask;
    const Person *person = ask_load(ask, PERSONS, id);

    if (person == NULL)
        return ask->outcome == 0;
    if (page->rows.count == page->limit) {
        page->more = true;
        return false;
    }
    unsigned groups =
        ask_is(ask, "jcb") ? CONTACT : ask_groups(ask, person, page->question->purpose);
    Registry__RosterRow *row = ask_push(&page->rows, sizeof(*row));
    if (row == NULL)
        return false;
    registry__roster_row__init(row);
    row->person = person->person;
    row->card = ask_trim(ask, person, groups);
    row->state = state_name(person->state);
    struct categories categories = ask_categories(ask, person, groups);
    row->categories = categories.items;
    row->n_categories = categories.count;
    row->class_ = person->class_;
    row->silent = person->silent;
    row->carer = person->carer;
    row->last_seen_ms = person->last_seen_ms;
    page->groups |= groups;
    return ask->outcome == 0;
}

static bool add_row(void *context, const char *key, const void *mark)
{
    (void)mark;
    return add_person(context, strchr(key, '/') + 1);
}

/* owner/person/since: a stint that covers the end of the day. */
static bool add_stint(void *context, const char *key, const void *row)
{
    struct page *page = context;
    const RegistryRows__Stint *stint = row;
    uint64_t since_ms = strtoull(strrchr(key, '/') + 1, NULL, 16);

    if (since_ms >= page->end_ms || (stint->until_ms != 0 && stint->until_ms < page->end_ms))
        return true;
    return add_person(page, stint->person);
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
    const char *prefix = ask_text(ask, "%s/", question->committee);
    int64_t day = 0;
    if (question->date[0] == '\0')
        ask_each_after(ask, ROSTER, prefix, question->after, add_row, &page);
    else if (!ask_day(question->date, &day))
        return ask_refuse(ask, TOWN__REFUSAL__BAD_FIELD, "date: YYYY-MM-DD");
    page.end_ms = clock_day_start_ms(day + 1);
    if (question->date[0] != '\0') /* behind all stints of the last that was shown */
        ask_each_after(ask, STINTS, prefix,
                       question->after[0] == '\0' ? "" : ask_text(ask, "%s/g", question->after),
                       add_stint, &page);

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
