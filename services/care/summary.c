/*
 * care: 每日汇总 (S-09A).  Derived, never typed (R16): each contact is counted where it stands, as it
 * moves.  Frozen in the evening, signed by the first-responsible post, rolled up for the night brief
 * (N14); what changes after that is an amendment with its difference.
 */
#include <string.h>

#include "base/clock.h"
#include "care/care.h"

#define D(state) CARE_ROWS__SUMMARY__STATE__##state

static const char *summary_key(struct turn *turn, const char *committee, int64_t day)
{
    return turn_key(turn, "%s/%s", committee, turn_date(turn, day));
}

/* ---- counting ------------------------------------------------------------------------------------------ */

static Numbers *new_numbers(struct turn *turn)
{
    Numbers *numbers = turn_array(turn, 1, sizeof(*numbers));

    if (numbers != NULL)
        care__numbers__init(numbers);
    return numbers;
}

static void note_roster(struct turn *turn, const char *committee, Numbers *numbers)
{
    const Committee *row = turn_load(turn, COMMITTEES, committee);

    numbers->roster = row == NULL ? 0 : row->people;
    numbers->unpaired = row == NULL ? 0 : row->unpaired;
}

Numbers *numbers_of(struct turn *turn, const char *committee, int64_t day)
{
    const char *key = summary_key(turn, committee, day);
    const Summary *known = turn_load(turn, SUMMARIES, key);

    if (known == NULL && (!days_run(turn) || turn_load(turn, COMMITTEES, committee) == NULL))
        return NULL;
    Summary *row = known != NULL ? turn_edit(turn, SUMMARIES, key)
                                 : turn_move_as(turn, SUMMARIES, key, OPEN_DAY);
    if (row == NULL || turn->outcome != 0)
        return NULL;
    if (row->now == NULL) {
        row->now = new_numbers(turn);
        if (row->now != NULL)
            note_roster(turn, committee, row->now);
    }
    return row->now;
}

void count_people(struct turn *turn, const char *committee)
{
    Numbers *numbers = numbers_of(turn, committee, today(turn));

    if (numbers != NULL)
        note_roster(turn, committee, numbers);
}

/* ---- arithmetic over the fields, which are all uint32 --------------------------------------------------- */

static uint32_t *figure(Numbers *numbers, unsigned i)
{
    return (uint32_t *)(void *)((char *)numbers + care__numbers__descriptor.fields[i].offset);
}

static uint32_t figure_of(const Numbers *numbers, unsigned i)
{
    uint32_t value;

    if (numbers == NULL)
        return 0;
    memcpy(&value, (const char *)numbers + care__numbers__descriptor.fields[i].offset,
           sizeof(value));
    return value;
}

static void add_numbers(Numbers *sum, const Numbers *more)
{
    for (unsigned i = 0; i < care__numbers__descriptor.n_fields; i++)
        *figure(sum, i) += figure_of(more, i);
}

static Numbers *copy_of(struct turn *turn, const Numbers *numbers)
{
    Numbers *copy = new_numbers(turn);

    if (copy != NULL)
        add_numbers(copy, numbers);
    return copy;
}

/* What differs; room for all of them. */
static size_t diff_of(struct turn *turn, const Numbers *from, const Numbers *to,
                      Care__Change ***ret_diff)
{
    unsigned fields = care__numbers__descriptor.n_fields;
    Care__Change **diff = turn_array(turn, fields, sizeof(*diff));
    Care__Change *changes = turn_array(turn, fields, sizeof(*changes));
    size_t count = 0;

    *ret_diff = diff;
    for (unsigned i = 0; i < fields && turn->outcome == 0; i++) {
        if (figure_of(from, i) == figure_of(to, i))
            continue;
        care__change__init(&changes[count]);
        changes[count].name = care__numbers__descriptor.fields[i].name;
        changes[count].from = figure_of(from, i);
        changes[count].to = figure_of(to, i);
        diff[count] = &changes[count];
        count++;
    }
    return count;
}

/* ---- frozen and signed ------------------------------------------------------------------------------------ */

void freeze(struct turn *turn, const char *committee, int64_t day)
{
    const char *key = summary_key(turn, committee, day);

    if (numbers_of(turn, committee, day) == NULL
        || !turn_may_move(turn, SUMMARIES, key, FREEZE_SUMMARY))
        return;
    Summary *row = turn_move_as(turn, SUMMARIES, key, FREEZE_SUMMARY);
    if (row == NULL)
        return;
    row->frozen = copy_of(turn, row->now);
    Care__SummaryFrozen event = { IS(care__summary_frozen), .committee = committee,
                                  .date = turn_date(turn, day), .numbers = row->frozen };
    turn_emit(turn, committee, &event.base);
}

int on_freeze_summary(struct turn *turn, const void *message)
{
    const Care__FreezeSummary *told = message;
    int64_t day;

    if (!turn->is_timer)
        return turn_refuse(turn, TOWN__REFUSAL__NOT_ALLOWED, "only the clock freezes");
    if (read_date(turn, told->date, 0, &day))
        freeze(turn, told->committee, day);
    return turn->outcome;
}

/* The post itself, or whoever acts for it (S-051 第一责任人). */
static bool is_first_responsible(struct turn *turn, const char *committee)
{
    const char *post = directory_post(turn, committee, "first_responsible");
    const Bus__Actor *actor = turn->actor;

    if (strcmp(turn_actor_unit(turn), committee) == 0 && post[0] != '\0'
        && (strcmp(actor->post, post) == 0 || strcmp(actor->acting_for, post) == 0))
        return true;
    turn_refuse(turn, CARE__REFUSAL__NOT_FIRST_RESPONSIBLE,
                "the first-responsible post of the committee signs");
    return false;
}

/* The summary of a committee that is frozen; NULL: refused. */
static const Summary *frozen_summary(struct turn *turn, const char *committee, const char *date,
                                     int64_t *ret_day)
{
    if (!directory_committee(turn, committee)) {
        turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "committee: which one?");
        return NULL;
    }
    if (!is_first_responsible(turn, committee) || !read_date(turn, date, today(turn), ret_day))
        return NULL;
    const Summary *row = turn_load(turn, SUMMARIES, summary_key(turn, committee, *ret_day));
    if (row == NULL || row->state == D(OPEN)) {
        turn_refuse(turn, CARE__REFUSAL__NOT_FROZEN, "that day is not frozen");
        return NULL;
    }
    return row;
}

int on_sign_summary(struct turn *turn, const void *message)
{
    const Care__SignSummary *told = message;
    int64_t day;

    if (frozen_summary(turn, told->committee, told->date, &day) == NULL)
        return turn->outcome;
    Summary *row = turn_move(turn, SUMMARIES, summary_key(turn, told->committee, day));
    if (row == NULL)
        return turn->outcome;
    if (row->signed_ms != 0)
        return turn_refuse(turn, TOWN__REFUSAL__STALE, "it is signed already");
    row->signed_by = turn_actor_post(turn);
    row->signed_ms = turn->now_ms;
    turn_forget(turn, told->committee, &care__chase_summary__descriptor);
    Care__SummarySigned event = { IS(care__summary_signed), .committee = told->committee,
                                  .date = turn_date(turn, day), .by_post = row->signed_by,
                                  .numbers = row->frozen };
    return turn_emit(turn, told->committee, &event.base);
}

int on_chase_summary(struct turn *turn, const void *message)
{
    const Care__ChaseSummary *told = message;
    int64_t day;

    if (!turn->is_timer)
        return turn_refuse(turn, TOWN__REFUSAL__NOT_ALLOWED, "only the clock chases");
    if (!read_date(turn, told->date, 0, &day))
        return turn->outcome;
    const Summary *row = turn_load(turn, SUMMARIES, summary_key(turn, told->committee, day));
    if (row == NULL || row->signed_ms != 0)
        return turn->outcome;
    Care__SummaryOverdue event = { IS(care__summary_overdue), .committee = told->committee,
                                   .date = told->date,
                                   .due_ms = hour_of(turn, "care.summary_sign", "", day),
                                   .to_post =
                                       directory_post(turn, told->committee, "first_responsible") };
    return turn_emit(turn, told->committee, &event.base);
}

/* ---- amended ------------------------------------------------------------------------------------------------ */

static bool amend_row(struct turn *turn, const char *unit, const char *committee, int64_t day,
                      const char *reason)
{
    const char *key = summary_key(turn, unit, day);
    Care__Change **diff;
    const Summary *known = turn_load(turn, SUMMARIES, key);

    if (known == NULL || !turn_may_move(turn, SUMMARIES, key, AMEND_SUMMARY))
        return false;
    size_t count = diff_of(turn, known->frozen, known->now, &diff);
    if (count == 0)
        return false;
    Summary *row = turn_move_as(turn, SUMMARIES, key, AMEND_SUMMARY);
    if (row == NULL)
        return false;
    row->frozen = copy_of(turn, row->now);
    Care__SummaryAmended event = { IS(care__summary_amended),
                                   .committee = committee,
                                   .date = turn_date(turn, day),
                                   .numbers = row->frozen,
                                   .n_diff = count,
                                   .diff = diff,
                                   .reason = reason,
                                   .by_post = turn_actor_post(turn) };
    turn_emit(turn, unit, &event.base);
    return true;
}

void amend(struct turn *turn, const char *committee, int64_t day, const char *reason)
{
    amend_row(turn, committee, committee, day, reason);
}

/* Nothing is typed: the figures are taken as they are now, and the reason is said. */
int on_amend_summary(struct turn *turn, const void *message)
{
    const Care__AmendSummary *told = message;
    int64_t day;

    if (frozen_summary(turn, told->committee, told->date, &day) == NULL)
        return turn->outcome;
    if (told->reason[0] == '\0')
        return turn_refuse(turn, CARE__REFUSAL__NO_REASON, "why?");
    if (!amend_row(turn, told->committee, told->committee, day, told->reason))
        return turn_refuse(turn, CARE__REFUSAL__NOTHING_TO_AMEND, "nothing has changed");
    return turn->outcome;
}

/* ---- 24:00 --------------------------------------------------------------------------------------------------- */

/* Nobody tried: MISSED.  Seen, but not as often as was wanted: the day is what it was, and said. */
static void miss(struct turn *turn, const char *id, int64_t day)
{
    static const int32_t words[] = { [CARE__OUTCOME__OK] = SEE,
                                     [CARE__OUTCOME__OK_VIA_OTHER] = SEE_BY_OTHER,
                                     [CARE__OUTCOME__NEED] = FIND_NEED };
    struct contact contact = open_contact(turn, id, day);
    Contact *row = contact.row;

    if (row == NULL)
        return;
    if (row->state != CARE_ROWS__CONTACT__STATE__PLANNED) {
        close_contact(turn, &contact);
        return; /* somebody is on the ladder, and goes on */
    }
    bool seen = row->done > 0 && (size_t)row->outcome < sizeof(words) / sizeof(words[0]);
    move_contact(turn, &contact, seen ? words[row->outcome] : MISS);
    close_contact(turn, &contact);
    if (contact.row == NULL || turn_load(turn, PERSONS, id) == NULL)
        return;
    Person *person = turn_edit(turn, PERSONS, id);
    if (!seen) {
        person->missed_days++;
        person->missed_day = day;
    }
    Care__ContactMissed event = {
        IS(care__contact_missed),    .person = id,      .date = turn_date(turn, day),
        .committee = row->committee, .done = row->done, .times = row->times,
        .days = person->missed_days
    };
    say_of(turn, row, row->committee, &event.base);
}

/* Keys are rank/person.  Some a turn, and on from where the last turn ended: whoever is still on the
 * ladder waits there too. */
int on_end_day(struct turn *turn, const void *message)
{
    const Care__EndDay *told = message;
    int64_t day;

    if (!turn->is_timer)
        return turn_refuse(turn, TOWN__REFUSAL__NOT_ALLOWED, "only the clock ends a day");
    if (!read_date(turn, told->date, 0, &day))
        return turn->outcome;
    const struct turn_slice slice =
        turn_take(turn, WAITING, turn_text(turn, "%s/%s/", told->committee, told->date),
                  told->after, PEOPLE_A_TURN);
    for (size_t i = 0; i < slice.count; i++)
        miss(turn, strchr(slice.keys[i], '/') + 1, day);
    if (slice.more) {
        Care__EndDay next = { IS(care__end_day), .committee = told->committee, .date = told->date,
                              .after = slice.last };
        turn_remind(turn, turn_key(turn, "%s/%s", told->committee, told->date), turn->now_ms,
                    &next.base);
        return turn->outcome;
    }
    freeze(turn, told->committee, day);
    amend(turn, told->committee, day, "the day has ended");
    return turn->outcome;
}

/* ---- the town -------------------------------------------------------------------------------------------------- */

struct town_sum {
    struct turn *turn;
    int64_t day;
    bool roll;
    Numbers *sum;
    uint32_t committees;
    const char **unsigned_ones;
    uint32_t n_unsigned;
};

enum { COMMITTEES_MOST = 512 };

static bool add_committee(void *context, const char *key, const void *row)
{
    struct town_sum *town = context;
    const char *summary = summary_key(town->turn, key, town->day);
    const Summary *known = turn_load(town->turn, SUMMARIES, summary);

    (void)row;
    if (known == NULL || town->committees == COMMITTEES_MOST)
        return true;
    town->committees++;
    add_numbers(town->sum, town->roll && known->frozen != NULL ? known->frozen : known->now);
    if (known->signed_ms == 0)
        town->unsigned_ones[town->n_unsigned++] = key;
    if (town->roll && turn_may_move(town->turn, SUMMARIES, summary, ROLL_UP_TOWN))
        turn_move_as(town->turn, SUMMARIES, summary, ROLL_UP_TOWN);
    return true;
}

static struct town_sum sum_town(struct turn *turn, int64_t day, bool roll)
{
    struct town_sum town = { .turn = turn, .day = day, .roll = roll };

    town.sum = new_numbers(turn);
    town.unsigned_ones = turn_array(turn, COMMITTEES_MOST, sizeof(*town.unsigned_ones));
    if (turn->outcome == 0)
        turn_each(turn, COMMITTEES, "", add_committee, &town);
    return town;
}

static void set_next(struct turn *turn, int64_t day)
{
    Care__RollUpTown roll = { IS(care__roll_up_town), .date = turn_date(turn, day + 1) };
    Care__AmendTown later = { IS(care__amend_town), .date = turn_date(turn, day) };
    struct turn_timer next = { .key = "town",
                               .unit = "town",
                               .command = &roll.base,
                               .due_ms = hour_of(turn, "care.summary_town", "", day + 1) };
    struct turn_timer amended = { .key = later.date,
                                  .unit = "town",
                                  .command = &later.base,
                                  .due_ms = hour_of(turn, "care.plan_at", "", day + 1) };

    turn_time(turn, &next);
    turn_time(turn, &amended);
}

int on_roll_up_town(struct turn *turn, const void *message)
{
    const Care__RollUpTown *told = message;
    int64_t day;

    if (!turn->is_timer)
        return turn_refuse(turn, TOWN__REFUSAL__NOT_ALLOWED, "only the clock rolls up");
    if (!days_run(turn) || !read_date(turn, told->date, 0, &day))
        return turn->outcome;
    struct town_sum town = sum_town(turn, day, true);
    Summary *row = turn_move(turn, SUMMARIES, summary_key(turn, "town", day));
    if (row == NULL)
        return turn->outcome;
    row->now = town.sum;
    row->frozen = copy_of(turn, town.sum);
    set_next(turn, day);
    Care__SummaryRolledUp event = {
        IS(care__summary_rolled_up),    .date = told->date,
        .numbers = row->frozen,         .committees = town.committees,
        .n_unsigned_ = town.n_unsigned, .unsigned_ = town.unsigned_ones
    };
    return turn_emit(turn, "town", &event.base);
}

/* After 24:00: `missed` is final, and so are the town's figures. */
int on_amend_town(struct turn *turn, const void *message)
{
    const Care__AmendTown *told = message;
    int64_t day;

    if (!turn->is_timer)
        return turn_refuse(turn, TOWN__REFUSAL__NOT_ALLOWED, "only the clock amends the town's");
    if (!read_date(turn, told->date, 0, &day))
        return turn->outcome;
    const char *key = summary_key(turn, "town", day);
    if (turn_load(turn, SUMMARIES, key) == NULL)
        return turn->outcome;
    struct town_sum town = sum_town(turn, day, false);
    Summary *row = turn_edit(turn, SUMMARIES, key);
    row->now = town.sum;
    row->final = true;
    amend_row(turn, "town", "", day, "the day has ended");
    const char *old =
        summary_key(turn, "town", day - (int64_t)directory_number(turn, "care.keep_summaries", ""));
    if (turn_load(turn, SUMMARIES, old) != NULL)
        turn_drop(turn, SUMMARIES, old);
    return turn->outcome;
}
