/*
 * Who sees what of a card.  The classes are those of domain.md 3.6; what no class names is seen by
 * nobody.
 */
#include <string.h>

#include "base/clock.h"
#include "registry/registry.h"
#include "registry/text.h"

typedef Town__Card Card;

enum { MINOR_AGE = 14 }; /* PIPL art. 28: everything about those under 14 is sensitive */

static const struct {
    const char *path;
    enum group group;
} groups[] = {
    { "id_number", IDENTITY }, { "no_id_reason", IDENTITY }, { "birth", IDENTITY },
    { "name", CONTACT },       { "nickname", CONTACT },      { "sex", CONTACT },
    { "phones", CONTACT },     { "address", CONTACT },       { "emergency_contacts", CONTACT },
    { "key_holder", CONTACT }, { "languages", CONTACT },     { "hearing", CONTACT },
    { "remark", CONTACT },     { "living", LIVING },         { "health", HEALTH },
    { "medicines", HEALTH },   { "oxygen", HEALTH },         { "dialysis", HEALTH },
    { "insulin", HEALTH },     { "vaccination", HEALTH },    { "family_doctor", HEALTH },
    { "mental", MENTAL },
};

enum { GROUPED = sizeof(groups) / sizeof(groups[0]) };

enum group group_of(const char *path)
{
    for (size_t i = 0; i < GROUPED; i++) {
        size_t length = strlen(groups[i].path);
        if (strncmp(path, groups[i].path, length) == 0
            && (path[length] == '\0' || path[length] == '.'))
            return groups[i].group;
    }
    return 0;
}

bool is_minor(const Card *card, uint64_t now_ms)
{
    int age = card == NULL ? -1 : text_age(card->birth, clock_day(now_ms));

    return age >= 0 && age < MINOR_AGE;
}

unsigned groups_for_target(bool centre, bool minor)
{
    if (!centre)
        return CONTACT | LIVING;
    return CONTACT | LIVING | HEALTH | (minor ? 0 : IDENTITY);
}

/* Each line names the fields of one class; a field that is on none stays blank. */
void trim_card(const Card *full, unsigned seen, Card *card)
{
    town__card__init(card);
    card->person = full->person;
    if (seen & IDENTITY) {
        card->id_number = full->id_number;
        card->no_id_reason = full->no_id_reason;
        card->birth = full->birth;
        card->household = full->household;
    }
    if (seen & CONTACT) {
        card->name = full->name;
        card->nickname = full->nickname;
        card->sex = full->sex;
        card->n_phones = full->n_phones;
        card->phones = full->phones;
        card->address = full->address;
        card->n_emergency_contacts = full->n_emergency_contacts;
        card->emergency_contacts = full->emergency_contacts;
        card->key_holder = full->key_holder;
        card->n_languages = full->n_languages;
        card->languages = full->languages;
        card->hearing = full->hearing;
        card->remark = full->remark;
    }
    if (seen & LIVING)
        card->living = full->living;
    if (seen & HEALTH) {
        card->health = full->health;
        card->n_medicines = full->n_medicines;
        card->medicines = full->medicines;
        card->oxygen = full->oxygen;
        card->dialysis = full->dialysis;
        card->insulin = full->insulin;
        card->vaccination = full->vaccination;
        card->family_doctor = full->family_doctor;
    }
    if (seen & MENTAL)
        card->mental = full->mental;
}
