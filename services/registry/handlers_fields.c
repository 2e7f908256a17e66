/* What is known of a person: fields, categories, class, silence, and how old each of it is. */
#include <string.h>

#include "referral.pb-c.h"
#include "registry/registry.h"

typedef Town__Card Card;

#define S(state) REGISTRY_ROWS__PERSON_STATE__##state

/* ---- fields ---------------------------------------------------------------------------------------------- */

void put_fields(struct turn *turn, struct change *change, const Card *card, char *const *clear,
                size_t clear_count)
{
    struct paths paths = { 0 };
    Person *row = change->row;

    if (row == NULL || turn->outcome != 0)
        return;
    row->card = merge_cards(turn, row->card, card, clear, clear_count, &paths);
    row->card->person = row->person;
    note_source(turn, row, &paths, card);
    if (paths.count == 0)
        return;
    /* No values: whoever needs them asks for the card. */
    Registry__FieldsUpdated event = { IS(registry__fields_updated), .person = row->person,
                                      .n_paths = paths.count,       .paths = paths.items,
                                      .source = card->source,       .owner = row->owner };
    turn_emit(turn, row->owner, &event.base);
    watch_age(turn, row);
}

/* The committee may change everything, a centre what it treats, care what carers hear; whoever found
 * a child says who has it now. */
static bool may_change(struct turn *turn, const Person *person, const char *path)
{
    const char *unit = turn_actor_unit(turn);

    if (strcmp(unit, person->owner) == 0)
        return true;
    if (from_service(turn, "care"))
        return strcmp(path, "phones") == 0 || strcmp(path, "medicines") == 0;
    if (from_service(turn, "incident"))
        return strcmp(path, "emergency_contacts") == 0;
    return (from_service(turn, "referral") || is_centre(turn, unit)) && group_of(path) == HEALTH;
}

static bool may_change_all(struct turn *turn, const Person *person, const struct paths *paths)
{
    for (size_t i = 0; i < paths->count; i++)
        if (!may_change(turn, person, paths->items[i])) {
            turn_refuse(turn, TOWN__REFUSAL__NOT_ALLOWED, "%s is not for %s", paths->items[i],
                        turn_actor_unit(turn));
            return false;
        }
    return turn->outcome == 0;
}

static bool known_paths(struct turn *turn, char *const *paths, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (group_of(paths[i]) == 0) {
            turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "clear: no such field");
            return false;
        }
    return true;
}

int on_update_fields(struct turn *turn, const void *message)
{
    const Registry__UpdateFields *update = message;
    char *const *clear = (char *const *)(uintptr_t)update->clear;
    struct paths paths = { 0 };

    struct change change = open_living(turn, update->person);
    if (change.row == NULL || !known_paths(turn, clear, update->n_clear))
        return turn->outcome;
    const Card *card = tidy_card(turn, update->card);
    merge_cards(turn, change.row->card, card, clear, update->n_clear, &paths);
    if (!may_change_all(turn, change.row, &paths))
        return turn->outcome;
    if (paths.count == 0)
        return turn_refuse(turn, TOWN__REFUSAL__STALE, "nothing of it is new");
    put_fields(turn, &change, card, clear, update->n_clear);
    return close_person(turn, &change, "FieldsUpdated");
}

int on_family_doctor_linked(struct turn *turn, const void *message)
{
    const Referral__FamilyDoctorLinked *event = message;
    Card *card = turn_array(turn, 1, sizeof(*card));

    if (find_person(turn, event->person) == NULL || turn->outcome != 0)
        return turn->outcome;
    town__card__init(card);
    card->family_doctor = event->doctor_post;
    card->source = "referral";
    struct change change = open_person(turn, event->person);
    put_fields(turn, &change, card, NULL, 0);
    return close_person(turn, &change, "FamilyDoctorLinked");
}

/* ---- categories ------------------------------------------------------------------------------------------ */

void put_categories(struct turn *turn, struct change *change, struct categories categories,
                    uint64_t expires_ms, const char *reason)
{
    Person *row = change->row;

    if (row == NULL || turn->outcome != 0)
        return;
    Registry__CategoriesSet event = { IS(registry__categories_set),
                                      .person = row->person,
                                      .n_from = row->n_categories,
                                      .from = row->categories,
                                      .n_to = categories.count,
                                      .to = categories.items,
                                      .by = who(turn),
                                      .expires_ms = expires_ms,
                                      .reason = reason,
                                      .owner = row->owner };
    row->n_categories_before = 0;
    if (expires_ms != 0) {
        row->n_categories_before = row->n_categories;
        row->categories_before = row->categories;
        Registry__ExpireCategories expire = { IS(registry__expire_categories),
                                              .person = row->person };
        remind_person(turn, row, expires_ms, &expire.base);
    } else {
        turn_forget(turn, row->person, &registry__expire_categories__descriptor);
    }
    row->categories = categories.items;
    row->n_categories = categories.count;
    row->categories_expire_ms = expires_ms;
    turn_emit(turn, row->owner, &event.base);
}

static bool good_expiry(struct turn *turn, uint64_t expires_ms)
{
    if (expires_ms == 0 || expires_ms > turn->now_ms)
        return turn->outcome == 0;
    turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "expires_ms: is past");
    return false;
}

/* Silence comes with a category that gives a cause (S-071), and goes with the last of them; what the
 * committee has said of it itself stays. */
static void follow_silence(struct turn *turn, struct change *change, bool was)
{
    const Person *row = change->row;
    bool is = makes_silent(row->categories, row->n_categories, age_of(turn, row));

    if (!was && is && !row->silent)
        put_silent(turn, change, true, row->categories_expire_ms, SILENT_BY_CATEGORY);
    else if (was && !is && row->silent && strcmp(row->silent_reason, SILENT_BY_CATEGORY) == 0)
        put_silent(turn, change, false, 0, "");
}

int on_set_categories(struct turn *turn, const void *message)
{
    const Registry__SetCategories *set = message;

    struct change change = open_living(turn, set->person);
    if (change.row == NULL || !by_owner(turn, change.row) || !good_expiry(turn, set->expires_ms))
        return turn->outcome;
    const struct categories categories =
        tidy_categories(turn, set->categories, set->n_categories, set->reason);
    if (turn->outcome == 0 && categories.count == 0)
        return turn_refuse(turn, REGISTRY__REFUSAL__NO_CATEGORY, "a category is wanted");
    bool was =
        makes_silent(change.row->categories, change.row->n_categories, age_of(turn, change.row));
    put_categories(turn, &change, categories, set->expires_ms, set->reason);
    follow_silence(turn, &change, was);
    return close_person(turn, &change, "CategoriesSet");
}

/* S-031: a child without a guardian is one until the guardian is back. */
int on_expire_categories(struct turn *turn, const void *message)
{
    const Registry__ExpireCategories *expire = message;

    if (!by_timer(turn))
        return turn->outcome;
    const Person *person = row_of_timer(turn, expire->person);
    if (person == NULL || person->categories_expire_ms == 0
        || person->categories_expire_ms > turn->now_ms)
        return turn->outcome;
    struct change change = open_person(turn, expire->person);
    const struct categories before = { change.row->categories_before,
                                       change.row->n_categories_before };
    put_categories(turn, &change, before, 0, "expired");
    return close_person(turn, &change, "CategoriesSet");
}

/* ---- class ------------------------------------------------------------------------------------------------ */

void put_class(struct turn *turn, struct change *change, Registry__Class class, uint64_t expires_ms,
               const char *reason)
{
    Person *row = change->row;

    if (row == NULL || turn->outcome != 0)
        return;
    Registry__ClassSet event = { IS(registry__class_set), .person = row->person,
                                 .from = row->class_,     .to = class,
                                 .by = who(turn),         .expires_ms = expires_ms,
                                 .owner = row->owner };
    row->class_ = class;
    row->class_by = event.by;
    row->class_at_ms = turn->now_ms;
    row->class_expires_ms = expires_ms;
    row->class_reason = reason;
    if (expires_ms != 0) {
        Registry__ExpireClass expire = { IS(registry__expire_class), .person = row->person };
        remind_person(turn, row, expires_ms, &expire.base);
    } else {
        turn_forget(turn, row->person, &registry__expire_class__descriptor);
    }
    turn_emit(turn, row->owner, &event.base);
    watch_age(turn, row);
}

static bool good_class(struct turn *turn, Registry__Class class)
{
    if (class >= REGISTRY__CLASS__RED && class <= REGISTRY__CLASS__GREEN)
        return turn->outcome == 0;
    turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "class: RED, YELLOW or GREEN");
    return false;
}

int on_set_class(struct turn *turn, const void *message)
{
    const Registry__SetClass *set = message;

    struct change change = open_living(turn, set->person);
    if (change.row == NULL || !by_owner(turn, change.row) || !good_class(turn, set->class_)
        || !good_expiry(turn, set->expires_ms))
        return turn->outcome;
    put_class(turn, &change, set->class_, set->expires_ms, set->reason);
    return close_person(turn, &change, "ClassSet");
}

/* The two scales have the same words and are two enums: a centre's finding becomes our class. */
int on_assessed(struct turn *turn, const void *message)
{
    const Referral__Assessed *event = message;
    const Person *person = find_person(turn, event->person);

    if (person == NULL || !is_served(person->state)
        || event->class_ == REFERRAL__CLASS__CLASS_ABSENT)
        return turn->outcome;
    struct change change = open_person(turn, event->person);
    put_class(turn, &change, (Registry__Class)event->class_, event->next_due_ms, "assessed");
    return close_person(turn, &change, "ClassSet");
}

/* A class that ran out stays: nobody loses care because nobody looked.  The committee is told. */
int on_expire_class(struct turn *turn, const void *message)
{
    const Registry__ExpireClass *expire = message;

    if (!by_timer(turn))
        return turn->outcome;
    const Person *person = row_of_timer(turn, expire->person);
    if (person == NULL || person->class_expires_ms == 0 || person->class_expires_ms > turn->now_ms
        || !on_roster(person->state))
        return turn->outcome;
    Registry__FieldStale event = {
        IS(registry__field_stale), .person = person->person, .path = "class",
        .age_days = (uint32_t)((turn->now_ms - person->class_at_ms) / (24 * 60 * 60 * 1000)),
        .owner = person->owner
    };
    return turn_emit(turn, person->owner, &event.base);
}

/* ---- silence ---------------------------------------------------------------------------------------------- */

void put_silent(struct turn *turn, struct change *change, bool silent, uint64_t expires_ms,
                const char *reason)
{
    Person *row = change->row;

    if (row == NULL || turn->outcome != 0)
        return;
    Registry__SilentSet event = { IS(registry__silent_set), .person = row->person,
                                  .from = row->silent,      .to = silent,
                                  .by = who(turn),          .expires_ms = expires_ms,
                                  .owner = row->owner };
    row->silent = silent;
    row->silent_by = event.by;
    row->silent_expires_ms = expires_ms;
    row->silent_reason = reason;
    if (expires_ms != 0) {
        Registry__ExpireSilent expire = { IS(registry__expire_silent), .person = row->person };
        remind_person(turn, row, expires_ms, &expire.base);
    } else {
        turn_forget(turn, row->person, &registry__expire_silent__descriptor);
    }
    turn_emit(turn, row->owner, &event.base);
}

int on_set_silent(struct turn *turn, const void *message)
{
    const Registry__SetSilent *set = message;

    struct change change = open_living(turn, set->person);
    if (change.row == NULL || !by_owner(turn, change.row) || !good_expiry(turn, set->expires_ms))
        return turn->outcome;
    put_silent(turn, &change, set->silent, set->silent ? set->expires_ms : 0, set->reason);
    return close_person(turn, &change, "SilentSet");
}

int on_expire_silent(struct turn *turn, const void *message)
{
    const Registry__ExpireSilent *expire = message;

    if (!by_timer(turn))
        return turn->outcome;
    const Person *person = row_of_timer(turn, expire->person);
    if (person == NULL || !person->silent || person->silent_expires_ms == 0
        || person->silent_expires_ms > turn->now_ms)
        return turn->outcome;
    struct change change = open_person(turn, expire->person);
    put_silent(turn, &change, false, 0, "expired");
    return close_person(turn, &change, "SilentSet");
}

/* ---- age (S-06V) ------------------------------------------------------------------------------------------- */

static const struct {
    const char *path;
    const char *policy;
} aging[] = {
    { "phones", "registry.stale_phone" },
    { "medicines", "registry.stale_medicines" },
    { "class", "registry.stale_class" },
};

enum { AGING = sizeof(aging) / sizeof(aging[0]) };

/* When the value was last known to be so; 0: there is none to grow old. */
static uint64_t known_at(const Person *person, size_t i)
{
    const Card *card = person->card;
    uint64_t at_ms = changed_at(person, aging[i].path);

    if (i == 2)
        return person->class_ == REGISTRY__CLASS__CLASS_ABSENT ? 0 : person->class_at_ms;
    if (card == NULL || blank_at(card, aging[i].path))
        return 0;
    for (size_t k = 0; i == 0 && k < card->n_phones; k++)
        if (card->phones[k]->verified_at_ms > at_ms)
            at_ms = card->phones[k]->verified_at_ms;
    if (i == 0 && person->phoned_ms > at_ms)
        at_ms = person->phoned_ms;
    return at_ms;
}

/* When it is too old: by the span that is in force now, since a number may have been checked long
 * before there was a policy. */
static uint64_t old_at(struct turn *turn, const Person *person, size_t i)
{
    uint64_t at_ms = known_at(person, i);

    return at_ms == 0
               ? 0
               : at_ms + directory_due(turn, aging[i].policy, "", turn->now_ms) - turn->now_ms;
}

static const char *stale_key(struct turn *turn, const Person *person, size_t i)
{
    return turn_key(turn, "%s/%s/%s", person->owner, person->person, aging[i].path);
}

/* What was said to be stale and is fresh again is struck off; the timer is set to what grows old
 * next. */
void watch_age(struct turn *turn, Person *person)
{
    uint64_t next_ms = 0;

    if (!is_served(person->state))
        return;
    for (size_t i = 0; i < AGING && turn->outcome == 0; i++) {
        uint64_t due_ms = old_at(turn, person, i);
        bool told = turn_load(turn, STALE, stale_key(turn, person, i)) != NULL;
        if (told && (due_ms == 0 || due_ms > turn->now_ms)) {
            turn_drop(turn, STALE, stale_key(turn, person, i));
            told = false;
        }
        if (due_ms != 0 && !told && (next_ms == 0 || due_ms < next_ms))
            next_ms = due_ms;
    }
    Registry__CheckStale check = { IS(registry__check_stale), .person = person->person };
    if (next_ms != 0)
        remind_person(turn, person, next_ms < turn->now_ms ? turn->now_ms : next_ms, &check.base);
    else
        turn_forget(turn, person->person, &registry__check_stale__descriptor);
}

void forget_age(struct turn *turn, const Person *person)
{
    for (size_t i = 0; i < AGING; i++)
        if (turn_load(turn, STALE, stale_key(turn, person, i)) != NULL)
            turn_drop(turn, STALE, stale_key(turn, person, i));
    turn_forget(turn, person->person, &registry__check_stale__descriptor);
}

void stop_clocks(struct turn *turn, const Person *person)
{
    forget_age(turn, person);
    turn_forget(turn, person->person, &registry__expire_categories__descriptor);
    turn_forget(turn, person->person, &registry__expire_class__descriptor);
    turn_forget(turn, person->person, &registry__expire_silent__descriptor);
}

void start_clocks(struct turn *turn, Person *person)
{
    Registry__ExpireCategories categories = { IS(registry__expire_categories),
                                              .person = person->person };
    Registry__ExpireClass class = { IS(registry__expire_class), .person = person->person };
    Registry__ExpireSilent silent = { IS(registry__expire_silent), .person = person->person };

    watch_age(turn, person);
    if (person->categories_expire_ms != 0)
        remind_person(turn, person, person->categories_expire_ms, &categories.base);
    if (person->class_expires_ms != 0)
        remind_person(turn, person, person->class_expires_ms, &class.base);
    if (person->silent_expires_ms != 0)
        remind_person(turn, person, person->silent_expires_ms, &silent.base);
}

static void tell_stale(struct turn *turn, const Person *person, size_t i)
{
    uint64_t at_ms = known_at(person, i);

    if (at_ms == 0 || old_at(turn, person, i) > turn->now_ms
        || turn_load(turn, STALE, stale_key(turn, person, i)) != NULL)
        return;
    RegistryRows__Stale *row = turn_edit(turn, STALE, stale_key(turn, person, i));
    row->person = person->person;
    row->path = aging[i].path;
    row->since_ms = at_ms;
    Registry__FieldStale event = { IS(registry__field_stale), .person = person->person,
                                   .path = aging[i].path,
                                   .age_days =
                                       (uint32_t)((turn->now_ms - at_ms) / (24 * 60 * 60 * 1000)),
                                   .owner = person->owner };
    turn_emit(turn, person->owner, &event.base);
}

int on_check_stale(struct turn *turn, const void *message)
{
    const Registry__CheckStale *check = message;

    if (!by_timer(turn))
        return turn->outcome;
    const Person *person = row_of_timer(turn, check->person);
    if (person == NULL || !is_served(person->state))
        return turn->outcome;
    for (size_t i = 0; i < AGING; i++)
        tell_stale(turn, person, i);
    Person *row = turn_edit(turn, PERSONS, person->person);
    watch_age(turn, row);
    return turn->outcome;
}
