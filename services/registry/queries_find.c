/*
 * Finding somebody: by number, phone, name, initials or place, each a walk over one short stretch of
 * an index.  What else was asked for is compared on the cards that the walk finds.
 */
#include <string.h>

#include "registry/ask.h"
#include "registry/id_number.h"
#include "registry/text.h"

enum { FOUND_MOST = 20, LOOKED_AT_MOST = 200, PHONE_BEGINNING = 6 };

struct search {
    struct ask *ask;
    const Registry__FindPerson *question;
    char name[TEXT_FOLDED_SIZE]; /* "": any */
    char place[TEXT_FOLDED_SIZE];
    char phone[TEXT_PHONE_SIZE];
    bool own_only; /* a committee finds its own people */
    unsigned groups;
    struct ask_list found;
    const char *ids[FOUND_MOST];
    uint32_t looked_at;
    bool more;
};

/* ---- does a card fit -------------------------------------------------------------------------------------- */

static bool fits_name(const struct search *search, const Town__Card *card)
{
    char folded[TEXT_FOLDED_SIZE];
    char initials[TEXT_INITIALS_SIZE];

    if (search->name[0] == '\0')
        return true;
    const char *const names[] = { card->name, card->nickname };
    for (size_t i = 0; i < 2; i++) {
        text_fold(names[i], folded);
        if (folded[0] == '\0')
            continue;
        if (strstr(folded, search->name) != NULL)
            return true;
        for (int surname = 0; surname < 2; surname++) {
            text_initials(folded, surname != 0, initials);
            if (strncmp(initials, search->name, strlen(search->name)) == 0)
                return true;
        }
    }
    return false;
}

static bool fits_phone(const struct search *search, const Town__Card *card)
{
    char phone[TEXT_PHONE_SIZE];
    size_t length = strlen(search->phone);

    for (size_t i = 0; i < card->n_phones; i++)
        if (strncmp(card->phones[i]->number, search->phone, length) == 0)
            return true;
    for (size_t i = 0; i < card->n_emergency_contacts; i++) {
        text_phone(card->emergency_contacts[i]->phone, phone);
        if (strncmp(phone, search->phone, length) == 0)
            return true;
    }
    return length == 0;
}

static bool fits_place(struct search *search, const Town__Card *card)
{
    const Town__Address *address = card->address;
    char folded[TEXT_FOLDED_SIZE];

    if (search->place[0] == '\0' || address == NULL)
        return search->place[0] == '\0';
    text_fold(ask_text(search->ask, "%s%s%s%s", address->road, address->lane, address->building,
                       address->room),
              folded);
    return strstr(folded, search->place) != NULL;
}

static bool fits(struct search *search, const Person *person)
{
    const char *committee = search->question->committee;

    if (person->card == NULL || (committee[0] != '\0' && strcmp(committee, person->owner) != 0)
        || (search->own_only && !ask_is(search->ask, person->owner)))
        return false;
    return fits_name(search, person->card) && fits_phone(search, person->card)
           && fits_place(search, person->card);
}

/* ---- the walk ----------------------------------------------------------------------------------------------- */

static void add_found(struct search *search, const Person *person)
{
    Registry__FoundPerson *found = ask_push(&search->found, sizeof(*found));

    if (found == NULL)
        return;
    search->ids[search->found.count - 1] = person->person;
    registry__found_person__init(found);
    found->person = person->person;
    found->card = ask_trim(search->ask, person, search->groups);
    found->state = state_name(person->state);
    found->owner = person->owner;
    found->open_needs = (void *)ask_needs(search->ask, person->person, &found->n_open_needs);
}

static bool look_at(void *context, const char *key, const void *row)
{
    struct search *search = context;
    const Person *person = ask_person(search->ask, strrchr(key, '/') + 1);

    (void)row;
    if (person == NULL || search->ask->outcome != 0)
        return search->ask->outcome == 0;
    if (++search->looked_at > LOOKED_AT_MOST) {
        search->more = true;
        return false;
    }
    for (size_t i = 0; i < search->found.count; i++)
        if (strcmp(search->ids[i], person->person) == 0)
            return true; /* found by another end of the name, or by an alias */
    if (!fits(search, person))
        return true;
    if (search->found.count == FOUND_MOST) {
        search->more = true;
        return false;
    }
    add_found(search, person);
    return search->ask->outcome == 0;
}

static bool is_letters(const char *text)
{
    return text[strspn(text, "abcdefghijklmnopqrstuvwxyz")] == '\0';
}

/* The narrowest of what was asked for leads; false: nothing of it can. */
static bool walk(struct search *search)
{
    char number[ID_NUMBER_SIZE];

    id_number_read(search->question->id_number, number);
    if (number[0] != '\0')
        ask_each(search->ask, BY_ID, ask_text(search->ask, "%s/", number), look_at, search);
    else if (strlen(search->phone) >= PHONE_BEGINNING)
        ask_each(search->ask, BY_PHONE, search->phone, look_at, search);
    else if (search->name[0] != '\0')
        ask_each(search->ask, is_letters(search->name) ? BY_INITIALS : BY_NAME, search->name,
                 look_at, search);
    else if (search->place[0] != '\0')
        ask_each(search->ask, BY_PLACE, search->place, look_at, search);
    else
        return false;
    return true;
}

/* ---- who may ------------------------------------------------------------------------------------------------- */

static unsigned groups_for_search(struct ask *ask, bool *ret_own_only)
{
    static const char *const desks[] = { "dzb", "hotline", "care", NULL };

    *ret_own_only = false;
    for (size_t i = 0; desks[i] != NULL; i++)
        if (ask_is(ask, desks[i]))
            return CONTACT;
    if (ask_is(ask, "sjb") || ask_is(ask, "lgo"))
        return CONTACT | IDENTITY;
    /* A committee's code is its twelve digits. */
    const char *unit = ask_actor_unit(ask);
    *ret_own_only = strlen(unit) == 12 && strspn(unit, "0123456789") == 12;
    return *ret_own_only ? CONTACT : 0;
}

int ask_find_person(struct ask *ask, const void *message)
{
    const Registry__FindPerson *question = message;
    struct search *search = ask_array(ask, 1, sizeof(*search));
    struct ask_trace read = { .query = "FindPerson", .purpose = question->purpose };

    if (search == NULL)
        return ask->outcome;
    search->ask = ask;
    search->found.ask = ask;
    search->question = question;
    search->groups = groups_for_search(ask, &search->own_only);
    if (search->groups == 0)
        return ask_deny(ask, &read);
    text_fold(question->name, search->name);
    text_fold(question->address, search->place);
    text_phone(question->phone, search->phone);
    if (!walk(search))
        return ask_refuse(ask, TOWN__REFUSAL__BAD_FIELD,
                          "a number, a phone of 6 digits or more, a name or a place is wanted");
    Registry__FindPersonAnswer *answer = ask_new(ask, &registry__find_person_answer__descriptor);
    if (answer == NULL)
        return ask->outcome;
    answer->found = (Registry__FoundPerson **)search->found.items;
    answer->n_found = search->found.count;
    answer->more = search->more;
    read.persons = search->ids;
    read.count = search->found.count;
    read.groups = search->groups;
    ask_trace_read(ask, &read);
    return ask_give(ask, answer);
}
