/*
 * care: a person's contact of a day (S-097 确保落实每天 1 次的关心关爱): the row, where it is counted, in
 * which list it waits, and that it stops.
 */
#include <string.h>

#include "base/clock.h"
#include "care/care.h"

#define C(state) CARE_ROWS__CONTACT__STATE__##state

/* ---- the row in hand ------------------------------------------------------------------------------ */

const char *contact_key(struct turn *turn, const char *person, int64_t day)
{
    return turn_key(turn, "%s/%s", person, turn_date(turn, day));
}

bool is_open(const Contact *row)
{
    return row != NULL && (row->state == C(PLANNED) || row->state == C(ATTEMPTED));
}

int64_t day_in_hand(struct turn *turn, const char *person, uint64_t at_ms)
{
    int64_t day = clock_day(at_ms);
    const Contact *before = turn_load(turn, CONTACTS, contact_key(turn, person, day - 1));

    return before != NULL && before->state == C(ATTEMPTED) ? day - 1 : day;
}

/* Where a contact stands among the day's numbers; NULL: nowhere yet. */
static uint32_t *box_of(Numbers *numbers, const Contact *row)
{
    uint32_t *const boxes[] = {
        [C(PLANNED)] = row->done == 0 ? &numbers->untried : &numbers->attempted,
        [C(ATTEMPTED)] = &numbers->attempted,
        [C(OK)] = &numbers->ok,
        [C(OK_VIA_OTHER)] = &numbers->via_other,
        [C(NEED)] = &numbers->need,
        [C(ABNORMAL)] = &numbers->abnormal,
        [C(REFUSED)] = &numbers->refused,
        [C(AWAY)] = &numbers->away,
        [C(NOT_REACHED)] = &numbers->not_reached,
        [C(MISSED)] = &numbers->missed,
        [C(CANCELLED)] = &numbers->cancelled,
        [C(LATE)] = &numbers->late,
    };

    return (size_t)row->state < sizeof(boxes) / sizeof(boxes[0]) ? boxes[row->state] : NULL;
}

static void count(struct turn *turn, const struct contact *contact, bool in)
{
    Numbers *numbers = numbers_of(turn, contact->row->committee, contact->day);
    uint32_t *box = numbers == NULL ? NULL : box_of(numbers, contact->row);

    if (box == NULL)
        return;
    *box = in ? *box + 1 : *box - (*box > 0);
    numbers->planned = in ? numbers->planned + 1 : numbers->planned - (numbers->planned > 0);
}

struct contact open_contact(struct turn *turn, const char *person, int64_t day)
{
    struct contact contact = { .person = person,
                               .day = day,
                               .key = contact_key(turn, person, day) };

    if (turn_load(turn, CONTACTS, contact.key) == NULL)
        return contact;
    contact.row = turn_edit(turn, CONTACTS, contact.key);
    count(turn, &contact, false);
    return contact;
}

/* Whoever waits stands in one list, the most at risk first. */
static void set_waiting(struct turn *turn, const struct contact *contact)
{
    Contact *row = contact->row;
    const char *key = is_open(row)
                          ? turn_key(turn, "%s/%s/%u/%s", row->committee,
                                     turn_date(turn, contact->day), row->rank, contact->person)
                          : "";

    if (strcmp(row->waiting, key) == 0)
        return;
    if (row->waiting[0] != '\0')
        turn_drop(turn, WAITING, row->waiting);
    if (key[0] != '\0') {
        CareRows__Mark *mark = turn_edit(turn, WAITING, key);
        mark->on = true;
    }
    row->waiting = key;
}

void close_contact(struct turn *turn, struct contact *contact)
{
    if (contact->row == NULL || turn->outcome != 0)
        return;
    count(turn, contact, true);
    set_waiting(turn, contact);
    if (!is_open(contact->row))
        turn_forget(turn, contact->key, &care__climb_ladder__descriptor);
}

void move_contact(struct turn *turn, struct contact *contact, int32_t word)
{
    contact->row = turn_move_as(turn, CONTACTS, contact->key, word);
    if (contact->row != NULL && !is_open(contact->row))
        contact->row->ended_ms = turn->now_ms;
}

int say_of(struct turn *turn, const Contact *row, const char *unit, const ProtobufCMessage *event)
{
    struct turn_post post = { .unit = unit, .case_id = row->case_id, .message = event };

    return turn_post(turn, &post);
}

/* ---- silence --------------------------------------------------------------------------------------- */

struct days {
    int64_t items[PEOPLE_A_TURN];
    size_t count;
    size_t prefix;
    bool open_only;
};

static bool take_day(void *context, const char *key, const void *row)
{
    struct days *days = context;
    uint64_t ms = 0;

    if ((!days->open_only || is_open(row)) && clock_parse(key + days->prefix, &ms) == 0)
        days->items[days->count++] = clock_day(ms);
    return days->count < PEOPLE_A_TURN;
}

static struct days days_of(struct turn *turn, const char *person, bool open_only)
{
    struct days days = { .open_only = open_only };
    const char *prefix = turn_text(turn, "%s/", person);

    days.prefix = strlen(prefix);
    turn_each(turn, CONTACTS, prefix, take_day, &days);
    return days;
}

void cancel_contacts(struct turn *turn, const char *person)
{
    struct days days = days_of(turn, person, true);

    for (size_t i = 0; i < days.count; i++) {
        struct contact contact = open_contact(turn, person, days.items[i]);
        move_contact(turn, &contact, CANCEL);
        close_contact(turn, &contact);
    }
    turn_forget(turn, person, &care__review_refusal__descriptor);
}

void drop_contacts(struct turn *turn, const char *person)
{
    struct days days = days_of(turn, person, false);

    for (size_t i = 0; i < days.count; i++)
        turn_drop(turn, CONTACTS, contact_key(turn, person, days.items[i]));
}
