/*
 * care: records that cannot be (N7): shown with the carer's load, as help before blame.  Many contacts
 * in a few minutes, one note for all, two committees' doors at once.
 */
#include <string.h>

#include "care/care.h"

/* Says it once a day. */
static void flag(struct turn *turn, const char *id, Carer *row, const char *rule,
                 const char *const *sample, size_t n_sample)
{
    int64_t day = today(turn);

    if (row->flagged_day != day)
        row->n_flagged = 0;
    for (size_t i = 0; i < row->n_flagged; i++)
        if (strcmp(row->flagged[i], rule) == 0)
            return;
    const char **rules = turn_array(turn, row->n_flagged + 1, sizeof(*rules));
    if (turn->outcome != 0)
        return;
    for (size_t i = 0; i < row->n_flagged; i++)
        rules[i] = row->flagged[i];
    rules[row->n_flagged++] = rule;
    row->flagged = rules;
    row->flagged_day = day;
    Care__PlausibilityFlagged event = { IS(care__plausibility_flagged),
                                        .carer = id,
                                        .rule = rule,
                                        .n_sample = n_sample,
                                        .sample = (const char **)(uintptr_t)sample,
                                        .load = row->load + row->stand_ins,
                                        .date = turn_date(turn, day) };
    turn_emit(turn, row->committee, &event.base);
}

/* The last contacts of the carer, this one included; as many as the rule looks at. */
static void remember(struct turn *turn, Carer *row, const char *person, uint64_t at_ms)
{
    size_t keep = row->n_recent_ms < RECENT_CONTACTS - 1 ? row->n_recent_ms : RECENT_CONTACTS - 1;
    uint64_t *times = turn_array(turn, keep + 1, sizeof(*times));
    const char **people = turn_array(turn, keep + 1, sizeof(*people));

    if (turn->outcome != 0)
        return;
    for (size_t i = 0; i < keep; i++) {
        times[i] = row->recent_ms[row->n_recent_ms - keep + i];
        people[i] = row->recent[row->n_recent - keep + i];
    }
    times[keep] = at_ms;
    people[keep] = person;
    row->recent_ms = times;
    row->recent = people;
    row->n_recent_ms = row->n_recent = keep + 1;
}

static void weigh_burst(struct turn *turn, const char *id, Carer *row)
{
    size_t most = (size_t)directory_number(turn, "care.plausible_contacts", "");

    if (most == 0 || most >= RECENT_CONTACTS || row->n_recent_ms <= most)
        return;
    size_t first = row->n_recent_ms - most - 1;
    uint64_t from_ms = row->recent_ms[first];
    uint64_t last_ms = row->recent_ms[row->n_recent_ms - 1];
    if (last_ms >= from_ms && last_ms - from_ms < span_of(turn, "care.plausible_span"))
        flag(turn, id, row, "burst", row->recent + first, most + 1);
}

/* FNV-1a: the note itself is nobody's here. */
static uint64_t digest_of(const char *note)
{
    uint64_t digest = 14695981039346656037u;

    for (; *note != '\0'; note++)
        digest = (digest ^ (unsigned char)*note) * 1099511628211u;
    return digest;
}

static void weigh_note(struct turn *turn, const char *id, Carer *row, const char *note)
{
    uint64_t digest = digest_of(note);

    if (note[0] == '\0')
        return;
    row->same_notes = row->note == digest ? row->same_notes + 1 : 1;
    row->note = digest;
    if (row->same_notes > directory_number(turn, "care.plausible_notes", "")
        && row->same_notes <= row->n_recent)
        flag(turn, id, row, "same note", row->recent + row->n_recent - row->same_notes,
             row->same_notes);
}

static void weigh_travel(struct turn *turn, const char *id, Carer *row, const char *person,
                         uint64_t at_ms)
{
    const Person *visited = turn_load(turn, PERSONS, person);
    const char *sample[] = { row->visit_person, person };

    if (visited == NULL)
        return;
    if (row->visit_ms != 0 && at_ms >= row->visit_ms
        && strcmp(row->visit_committee, visited->committee) != 0
        && at_ms - row->visit_ms < span_of(turn, "care.plausible_travel"))
        flag(turn, id, row, "travel", sample, 2);
    row->visit_ms = at_ms;
    row->visit_committee = visited->committee;
    row->visit_person = person;
}

void weigh(struct turn *turn, const char *carer, const char *person,
           const Care__RecordContact *record, uint64_t at_ms)
{
    if (carer[0] == '\0' || turn->outcome != 0 || !turn_is_id(carer)
        || turn_load(turn, CARERS, carer) == NULL)
        return;
    Carer *row = turn_edit(turn, CARERS, carer);
    remember(turn, row, person, at_ms);
    weigh_burst(turn, carer, row);
    weigh_note(turn, carer, row, record->note);
    if (record->mode == CARE__MODE__VISIT)
        weigh_travel(turn, carer, row, person, at_ms);
}
