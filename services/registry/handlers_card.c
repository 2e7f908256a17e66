/*
 * Needs and assignments of all services, as far as the registry minds them: who may see whose card,
 * and the card that follows each assignment to whoever serves it (domain.md 3.2).
 */
#include <string.h>

#include "registry/registry.h"

typedef RegistryRows__Need Need;
typedef RegistryRows__Assignment Assignment;
typedef Town__Card Card;

#define S(state) REGISTRY_ROWS__PERSON_STATE__##state

/* ---- needs ------------------------------------------------------------------------------------------------ */

static const char *of_service(struct turn *turn, const char *id)
{
    return turn_key(turn, "%s/%s", turn->service, id);
}

/* Whose it is now: rows keep the id that the need was opened for (R13). */
static const char *whose(struct turn *turn, const char *person)
{
    const Person *row = find_person(turn, person);

    return row == NULL ? person : row->person;
}

static void mark_need(struct turn *turn, const char *id, const Need *need, bool open)
{
    set_mark(turn, PERSON_NEEDS,
             turn_key(turn, "%s/%s/%s", whose(turn, need->person), turn->service, id), open);
}

int on_need_opened(struct turn *turn, const void *message)
{
    const Town__NeedOpened *event = message;

    if (event->person[0] == '\0' || event->duplicate_of[0] != '\0')
        return turn->outcome;
    Need *need = turn_edit(turn, NEEDS, of_service(turn, event->need));
    need->person = event->person;
    need->priority = event->priority;
    need->open = true;
    mark_need(turn, event->need, need, true);
    return turn->outcome;
}

int on_priority_changed(struct turn *turn, const void *message)
{
    const Town__PriorityChanged *event = message;
    const char *key = of_service(turn, event->need);

    if (turn->outcome == 0 && turn_load(turn, NEEDS, key) != NULL) {
        Need *need = turn_edit(turn, NEEDS, key);
        need->priority = event->to;
    }
    return turn->outcome;
}

/* Whoever was to call back has no more reason to see the card. */
static void end_access(struct turn *turn, const char *person, const char *unit, const char *what)
{
    if (unit[0] != '\0')
        turn_drop(turn, ACCESS,
                  turn_key(turn, "%s/%s/%s/%s", whose(turn, person), unit, turn->service, what));
}

int on_need_closed(struct turn *turn, const void *message)
{
    const Town__NeedClosed *event = message;
    const char *key = of_service(turn, event->need);

    if (turn->outcome != 0 || turn_load(turn, NEEDS, key) == NULL)
        return turn->outcome;
    Need *need = turn_edit(turn, NEEDS, key);
    mark_need(turn, event->need, need, false);
    end_access(turn, need->person, need->verifier, event->need);
    need->open = false;
    need->verifier = "";
    return turn->outcome;
}

int on_need_reopened(struct turn *turn, const void *message)
{
    const Town__NeedReopened *event = message;
    const char *key = of_service(turn, event->need);

    if (turn->outcome != 0 || turn_load(turn, NEEDS, key) == NULL)
        return turn->outcome;
    Need *need = turn_edit(turn, NEEDS, key);
    need->open = true;
    mark_need(turn, event->need, need, true);
    return turn->outcome;
}

struct urgent {
    struct turn *turn;
    bool found;
};

static bool is_urgent(void *context, const char *key, const void *row)
{
    struct urgent *search = context;
    const Need *need = turn_load(search->turn, NEEDS, strchr(key, '/') + 1);

    (void)row;
    search->found = need != NULL && need->priority[0] == 'P' && need->priority[1] >= '0'
                    && need->priority[1] <= '2';
    return !search->found;
}

bool has_urgent_need(struct turn *turn, const char *person)
{
    struct urgent search = { .turn = turn };

    turn_each(turn, PERSON_NEEDS, turn_text(turn, "%s/", person), is_urgent, &search);
    return search.found;
}

/* ---- two ids, one person (R13) ----------------------------------------------------------------------------- */

/* The marks of `table` under one person, put under another; those alone that are `of` that other by
 * their own row, where it is told. */
static void carry(struct turn *turn, unsigned table, const char *from, const char *to,
                  const char *(*of)(struct turn *turn, const char *rest))
{
    struct turn_slice rest = turn_keys(turn, table, turn_text(turn, "%s/", from));

    for (size_t i = 0; i < rest.count && turn->outcome == 0; i++) {
        const char *person = of == NULL ? to : of(turn, rest.keys[i]);
        if (strcmp(person, to) != 0)
            continue;
        set_mark(turn, table, turn_key(turn, "%s/%s", from, rest.keys[i]), false);
        set_mark(turn, table, turn_key(turn, "%s/%s", to, rest.keys[i]), true);
    }
}

void merge_needs(struct turn *turn, const char *alias, const char *survivor)
{
    carry(turn, PERSON_NEEDS, alias, survivor, NULL);
    carry(turn, ACCESS, alias, survivor, NULL);
}

/* service/need */
static const char *person_of_need(struct turn *turn, const char *key)
{
    const Need *need = turn_load(turn, NEEDS, key);

    return need == NULL ? "" : whose(turn, need->person);
}

/* unit/service/need or assignment */
static const char *person_of_access(struct turn *turn, const char *rest)
{
    const char *key = strchr(rest, '/') + 1;
    const Assignment *assignment = turn_load(turn, ASSIGNMENTS, key);

    return assignment == NULL ? person_of_need(turn, key) : whose(turn, assignment->person);
}

void part_needs(struct turn *turn, const char *survivor, const char *alias)
{
    carry(turn, PERSON_NEEDS, survivor, alias, person_of_need);
    carry(turn, ACCESS, survivor, alias, person_of_access);
}

/* ---- the card ----------------------------------------------------------------------------------------------- */

/* Who is away is to be looked for where they are. */
static void add_host(struct turn *turn, const Person *person, Card *card)
{
    const Card *host = person->host;

    if (person->state != S(AWAY) || host == NULL)
        return;
    Town__EmergencyContact *contact = turn_array(turn, 1, sizeof(*contact));
    Town__EmergencyContact **all =
        turn_array(turn, card->n_emergency_contacts + 1, sizeof(Town__EmergencyContact *));
    town__emergency_contact__init(contact);
    contact->name = host->name;
    contact->phone = host->n_phones == 0 ? "" : host->phones[0]->number;
    contact->relation = person->away_kind;
    all[0] = contact;
    for (size_t i = 0; i < card->n_emergency_contacts; i++)
        all[i + 1] = card->emergency_contacts[i];
    card->emergency_contacts = all;
    card->n_emergency_contacts++;
}

struct letter {
    const char *person;
    const char *unit;
    const char *need;
    const char *assignment; /* "": for a call-back */
};

static void send_card(struct turn *turn, const struct letter *letter)
{
    const Person *person = find_person(turn, letter->person);
    Card card;

    if (person == NULL || person->card == NULL || person->state == S(DECEASED)
        || letter->unit[0] == '\0')
        return;
    bool minor = is_minor(person->card, turn->now_ms);
    /* A call-back asks whether help came: it needs a name and a number, whoever makes it. */
    unsigned groups = letter->assignment[0] == '\0'
                          ? CONTACT
                          : groups_for_target(is_centre(turn, letter->unit), minor);
    trim_card(person->card, groups, &card);
    add_host(turn, person, &card);
    Registry__CardSent event = { IS(registry__card_sent), .person = person->person,
                                 .need = letter->need, .assignment = letter->assignment,
                                 .card = &card };
    turn_emit(turn, letter->unit, &event.base);
    set_mark(turn, ACCESS,
             turn_key(turn, "%s/%s/%s/%s", person->person, letter->unit, turn->service,
                      letter->assignment[0] == '\0' ? letter->need : letter->assignment),
             true);
}

int on_dispatched(struct turn *turn, const void *message)
{
    const Town__Dispatched *event = message;
    const Person *person = find_person(turn, event->person);

    if (person == NULL || turn->outcome != 0)
        return turn->outcome;
    Assignment *assignment = turn_edit(turn, ASSIGNMENTS, of_service(turn, event->assignment));
    assignment->person = event->person;
    assignment->unit = event->to_unit;
    assignment->need = event->need;
    const struct letter letter = { .person = event->person,
                                   .unit = event->to_unit,
                                   .need = event->need,
                                   .assignment = event->assignment };
    send_card(turn, &letter);
    return turn->outcome;
}

int on_verification_due(struct turn *turn, const void *message)
{
    const Town__VerificationDue *event = message;
    const char *key = of_service(turn, event->need);
    const Person *person = find_person(turn, event->person);

    if (person == NULL || turn->outcome != 0)
        return turn->outcome;
    Need *need = turn_edit(turn, NEEDS, key);
    if (need->person[0] == '\0')
        need->person = event->person;
    need->verifier = event->verifier_unit;
    const struct letter letter = {
        .person = event->person, .unit = event->verifier_unit, .need = event->need, .assignment = ""
    };
    send_card(turn, &letter);
    return turn->outcome;
}

/* ---- the end of an assignment: its unit sees the card no more ------------------------------------------- */

static int ended(struct turn *turn, const char *id)
{
    const char *key = of_service(turn, id);
    const Assignment *assignment = turn_load(turn, ASSIGNMENTS, key);

    if (assignment == NULL)
        return turn->outcome;
    end_access(turn, assignment->person, assignment->unit, id);
    turn_drop(turn, ASSIGNMENTS, key);
    return turn->outcome;
}

int on_rejected(struct turn *turn, const void *message)
{
    return ended(turn, ((const Town__Rejected *)message)->assignment);
}

int on_declined(struct turn *turn, const void *message)
{
    return ended(turn, ((const Town__Declined *)message)->assignment);
}

int on_expired(struct turn *turn, const void *message)
{
    return ended(turn, ((const Town__Expired *)message)->assignment);
}

int on_recalled(struct turn *turn, const void *message)
{
    return ended(turn, ((const Town__Recalled *)message)->assignment);
}

int on_marked_in_error(struct turn *turn, const void *message)
{
    return ended(turn, ((const Town__MarkedInError *)message)->assignment);
}

int on_completed(struct turn *turn, const void *message)
{
    return ended(turn, ((const Town__Completed *)message)->assignment);
}

int on_failed(struct turn *turn, const void *message)
{
    return ended(turn, ((const Town__Failed *)message)->assignment);
}
