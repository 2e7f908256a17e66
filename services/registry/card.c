/*
 * The card: how what is told joins what is known.  Fields are walked by their descriptors, so a
 * field that is added to town.Card is merged, compared and traced like the others; only its class
 * of access must be said (group_of), and what is not named there is nobody's.
 */
#include <stddef.h>
#include <string.h>

#include "registry/id_number.h"
#include "registry/registry.h"
#include "registry/text.h"

typedef Town__Card Card;
typedef Town__Address Address;

/* To erase, a cell or a field says so (desk.md 5). */
#define ERASE "清空"

/* A field of the card, or of its address: where it lies, and its path. */
struct field {
    const ProtobufCFieldDescriptor *type;
    const char *path;
    bool in_address;
};

/* ---- the fields, by descriptor --------------------------------------------------------------------- */

static bool is_particular(const char *name)
{
    static const char *const others[] = { "person",    "source",  "as_of", "category_text",
                                          "household", "address", NULL };

    for (size_t i = 0; others[i] != NULL; i++)
        if (strcmp(others[i], name) == 0)
            return false;
    return true;
}

/* The i-th field; false: no more.  Addresses are told apart leaf by leaf: a room is corrected
 * without the road. */
static bool field_at(struct turn *turn, size_t i, struct field *ret_field)
{
    const ProtobufCMessageDescriptor *card = &town__card__descriptor;
    const ProtobufCMessageDescriptor *address = &town__address__descriptor;

    if (i < card->n_fields) {
        *ret_field = (struct field){ &card->fields[i], card->fields[i].name, false };
        return true;
    }
    i -= card->n_fields;
    if (i >= address->n_fields || turn->outcome != 0)
        return false;
    *ret_field = (struct field){ &address->fields[i],
                                 turn_text(turn, "address.%s", address->fields[i].name), true };
    return true;
}

static const char *place_in(const Card *card, const struct field *field)
{
    static const Address nowhere = TOWN__ADDRESS__INIT;
    const void *base = card;

    if (field->in_address)
        base = card->address == NULL ? &nowhere : card->address;
    return (const char *)base + field->type->offset;
}

static char *place_to_write(Card *card, const struct field *field)
{
    return (field->in_address ? (char *)card->address : (char *)card) + field->type->offset;
}

static size_t count_in(const Card *card, const struct field *field)
{
    return *(const size_t *)(const void *)((const char *)card + field->type->quantifier_offset);
}

static bool is_repeated(const struct field *field)
{
    return field->type->label == PROTOBUF_C_LABEL_REPEATED;
}

static const char *text_at(const char *place)
{
    return *(const char *const *)(const void *)place;
}

static const ProtobufCMessage *message_at(const char *place)
{
    return *(const ProtobufCMessage *const *)(const void *)place;
}

/* The first text of a message: a phone's number, a medicine's name, a group's text. */
static const char *first_text(const ProtobufCMessage *message)
{
    const ProtobufCFieldDescriptor *first = &message->descriptor->fields[0];

    return first->type == PROTOBUF_C_TYPE_STRING ? text_at((const char *)message + first->offset)
                                                 : "";
}

static bool is_blank(const Card *card, const struct field *field)
{
    const char *place = place_in(card, field);

    if (is_repeated(field))
        return count_in(card, field) == 0;
    if (field->type->type == PROTOBUF_C_TYPE_STRING)
        return text_at(place)[0] == '\0';
    if (field->type->type == PROTOBUF_C_TYPE_MESSAGE)
        return message_at(place) == NULL || first_text(message_at(place))[0] == '\0';
    return *(const protobuf_c_boolean *)(const void *)place == 0;
}

static bool erases(const Card *card, const struct field *field)
{
    const char *place = place_in(card, field);
    const char *text = "";

    if (is_repeated(field)) {
        const void *const *items = *(const void *const *const *)(const void *)place;
        if (count_in(card, field) > 0)
            text = field->type->type == PROTOBUF_C_TYPE_STRING ? items[0] : first_text(items[0]);
    } else if (field->type->type == PROTOBUF_C_TYPE_STRING) {
        text = text_at(place);
    } else if (field->type->type == PROTOBUF_C_TYPE_MESSAGE && message_at(place) != NULL) {
        text = first_text(message_at(place));
    }
    return strcmp(text, ERASE) == 0;
}

/* Copies the field as it is: what it points to is lent. */
static void set(Card *to, const struct field *field, const Card *from)
{
    size_t size = is_repeated(field) || field->type->type != PROTOBUF_C_TYPE_BOOL
                      ? sizeof(void *)
                      : sizeof(protobuf_c_boolean);

    memcpy(place_to_write(to, field), place_in(from, field), size);
    if (is_repeated(field))
        memcpy((char *)to + field->type->quantifier_offset,
               (const char *)from + field->type->quantifier_offset, sizeof(size_t));
}

static bool same_message(struct turn *turn, const ProtobufCMessage *a, const ProtobufCMessage *b)
{
    size_t size = protobuf_c_message_get_packed_size(a);

    if (size != protobuf_c_message_get_packed_size(b))
        return false;
    uint8_t *bytes = turn_array(turn, 2 * size + 1, 1);
    if (turn->outcome != 0)
        return true;
    protobuf_c_message_pack(a, bytes);
    protobuf_c_message_pack(b, bytes + size);
    return memcmp(bytes, bytes + size, size) == 0;
}

static bool same_item(struct turn *turn, const struct field *field, const void *a, const void *b)
{
    if (field->type->type == PROTOBUF_C_TYPE_STRING)
        return strcmp(a, b) == 0;
    return same_message(turn, a, b);
}

static bool same(struct turn *turn, const Card *a, const Card *b, const struct field *field)
{
    const char *left = place_in(a, field);
    const char *right = place_in(b, field);

    if (is_blank(a, field) || is_blank(b, field))
        return is_blank(a, field) && is_blank(b, field);
    if (!is_repeated(field)) {
        if (field->type->type == PROTOBUF_C_TYPE_BOOL)
            return true; /* both are set */
        return same_item(turn, field, *(const void *const *)(const void *)left,
                         *(const void *const *)(const void *)right);
    }
    const void *const *some = *(const void *const *const *)(const void *)left;
    const void *const *others = *(const void *const *const *)(const void *)right;
    if (count_in(a, field) != count_in(b, field))
        return false;
    for (size_t i = 0; i < count_in(a, field); i++)
        if (!same_item(turn, field, some[i], others[i]))
            return false;
    return true;
}

/* ---- cards ------------------------------------------------------------------------------------------- */

static Card *new_card(struct turn *turn, const Card *from)
{
    Card *card = turn_array(turn, 1, sizeof(*card));
    Address *address = turn_array(turn, 1, sizeof(*address));

    town__card__init(card);
    town__address__init(address);
    if (from != NULL) {
        *card = *from;
        if (from->address != NULL)
            *address = *from->address;
    }
    card->address = address;
    return card;
}

static void add_path(struct turn *turn, struct paths *paths, const char *path)
{
    if (paths == NULL)
        return;
    if (paths->count == paths->room) {
        paths->room = paths->room == 0 ? 16 : 2 * paths->room;
        const char **items = turn_array(turn, paths->room, sizeof(char *));
        if (paths->count > 0)
            memcpy(items, paths->items, paths->count * sizeof(char *));
        paths->items = items;
    }
    paths->items[paths->count++] = path;
}

static bool is_among(char *const *list, size_t count, const char *path)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i], path) == 0)
            return true;
    return false;
}

static bool counts(const struct field *field)
{
    return field->in_address || is_particular(field->type->name);
}

Card *merge_cards(struct turn *turn, const Card *old, const Card *news, char *const *clear,
                  size_t clear_count, struct paths *ret_paths)
{
    static const Card blank = TOWN__CARD__INIT;
    Card *card = new_card(turn, old);
    struct field field;

    for (size_t i = 0; field_at(turn, i, &field); i++) {
        if (!counts(&field))
            continue;
        bool erase = is_among(clear, clear_count, field.path) || erases(news, &field);
        if (erase ? is_blank(card, &field)
                  : is_blank(news, &field) || same(turn, card, news, &field))
            continue;
        set(card, &field, erase ? &blank : news);
        add_path(turn, ret_paths, field.path);
    }
    return card;
}

Card *fill_blanks(struct turn *turn, const Card *old, const Card *news, struct paths *ret_paths)
{
    Card *card = new_card(turn, old);
    struct field field;

    for (size_t i = 0; field_at(turn, i, &field); i++) {
        if (!counts(&field) || !is_blank(card, &field) || is_blank(news, &field))
            continue;
        set(card, &field, news);
        add_path(turn, ret_paths, field.path);
    }
    return card;
}

Card *set_back(struct turn *turn, const Card *card, const Card *as, char *const *paths,
               size_t count)
{
    Card *back = new_card(turn, card);
    struct field field;

    for (size_t i = 0; field_at(turn, i, &field); i++)
        if (counts(&field) && is_among(paths, count, field.path))
            set(back, &field, as);
    return back;
}

void diff_cards(struct turn *turn, const Card *a, const Card *b, struct paths *ret_paths)
{
    struct field field;

    for (size_t i = 0; field_at(turn, i, &field); i++)
        if (counts(&field) && !same(turn, a, b, &field))
            add_path(turn, ret_paths, field.path);
}

bool same_at(struct turn *turn, const Card *a, const Card *b, const char *path)
{
    struct field field;

    for (size_t i = 0; field_at(turn, i, &field); i++)
        if (strcmp(field.path, path) == 0)
            return same(turn, a, b, &field);
    return true;
}

bool blank_at(const Card *card, const char *path)
{
    bool in_address = strncmp(path, "address.", 8) == 0;
    const ProtobufCMessageDescriptor *type =
        in_address ? &town__address__descriptor : &town__card__descriptor;
    const struct field field = { protobuf_c_message_descriptor_get_field_by_name(
                                     type, in_address ? path + 8 : path),
                                 path, in_address };

    return field.type == NULL || is_blank(card, &field);
}

/* ---- one form for what is stored --------------------------------------------------------------------- */

static void tidy_number(struct turn *turn, Card *card)
{
    char number[ID_NUMBER_SIZE];
    char birth[11];

    if (card->id_number[0] == '\0' || strcmp(card->id_number, ERASE) == 0)
        return;
    id_number_read(card->id_number, number);
    if (number[0] == '\0') {
        turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "id_number: is no citizen number");
        return;
    }
    card->id_number = turn_text(turn, "%s", number);
    id_number_birth(number, birth);
    if (card->birth[0] == '\0')
        card->birth = turn_text(turn, "%s", birth);
    if (card->sex[0] == '\0')
        card->sex = turn_text(turn, "%c", id_number_sex(number));
}

static void tidy_phones(struct turn *turn, Card *card)
{
    Town__Phone **phones = turn_array(turn, card->n_phones, sizeof(*phones));
    Town__Phone *copies = turn_array(turn, card->n_phones, sizeof(*copies));
    size_t count = 0;

    for (size_t i = 0; i < card->n_phones && turn->outcome == 0; i++) {
        char number[TEXT_PHONE_SIZE];
        const Town__Phone *phone = card->phones[i];
        text_phone(phone->number, number);
        bool erase = strcmp(phone->number, ERASE) == 0;
        if (number[0] == '\0' && !erase)
            continue;
        copies[count] = *phone;
        if (!erase)
            copies[count].number = turn_text(turn, "%s", number);
        if (copies[count].order == 0)
            copies[count].order = (uint32_t)count + 1;
        phones[count] = &copies[count];
        count++;
    }
    card->phones = phones;
    card->n_phones = count;
}

Card *tidy_card(struct turn *turn, const Card *card)
{
    static const Card blank = TOWN__CARD__INIT;
    Card *tidy = new_card(turn, card == NULL ? &blank : card);
    long long day;

    tidy_number(turn, tidy);
    tidy_phones(turn, tidy);
    if (tidy->birth[0] != '\0' && strcmp(tidy->birth, ERASE) != 0 && !text_date(tidy->birth, &day))
        turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "birth: is no date");
    return tidy;
}

/* ---- where values come from ---------------------------------------------------------------------------- */

static RegistryRows__Provenance *provenance_of(struct turn *turn, Person *person, const char *path)
{
    RegistryRows__Provenance **all;
    RegistryRows__Provenance *entry = turn_array(turn, 1, sizeof(*entry));

    registry_rows__provenance__init(entry);
    entry->path = path;
    all = turn_array(turn, person->n_provenance + 1, sizeof(*all));
    if (person->n_provenance > 0)
        memcpy(all, person->provenance, person->n_provenance * sizeof(*all));
    size_t at = 0;
    while (at < person->n_provenance && strcmp(all[at]->path, path) != 0)
        at++;
    all[at] = entry;
    if (at == person->n_provenance)
        person->n_provenance++;
    person->provenance = all;
    return entry;
}

void note_source(struct turn *turn, Person *person, const struct paths *paths, const Card *from)
{
    for (size_t i = 0; i < paths->count; i++) {
        RegistryRows__Provenance *entry = provenance_of(turn, person, paths->items[i]);
        if (turn->outcome != 0)
            return;
        entry->source = from == NULL ? "" : from->source;
        entry->as_of = from == NULL ? "" : from->as_of;
        entry->by = who(turn);
        entry->at_ms = turn->now_ms;
    }
}

uint64_t changed_at(const Person *person, const char *path)
{
    for (size_t i = 0; i < person->n_provenance; i++)
        if (strcmp(person->provenance[i]->path, path) == 0)
            return person->provenance[i]->at_ms;
    return 0;
}
