#include "supervision/rules.h"

#include <string.h>

#include "supervision/fields.h"
#include "supervision/phrases.h"
#include "supervision/reading.h"

/* ---- the column `for_whom` ------------------------------------------------------------------------------ */

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* `each organisation.TenureEnded or organisation.AbsenceDeclared`, `each P0 Dispatched` */
static int read_each_event(struct reading *reading, const char *text, Part *part)
{
    struct cell cell = { .at = text };
    Duty *duty = reading->duty;

    while (reading_word(&cell)) {
        const char *event = NULL;
        if (reading_is_event(cell.word))
            event = cell.word;
        else if (reading_is_bare_event(cell.word))
            event = turn_text(reading->turn, "*.%s", cell.word);
        if (event != NULL) {
            reading_add(reading->turn, &part->starts, &part->n_starts, event);
            reading_add(reading->turn, &duty->events, &duty->n_events, event);
        } else if (reading_is_priority(cell.word)) {
            part->field = "priority";
            part->value = turn_text(reading->turn, "%s", cell.word);
        }
    }
    return part->n_starts > 0 ? phrases_find("(each event)") : PHRASES_NONE;
}

/* Which phrase it is; what it says besides goes into the part. */
static int read_whom(struct reading *reading, const char *text, Part *part)
{
    int phrase = phrases_find(text);

    if (phrase != PHRASES_NONE)
        return phrase;
    if (begins(text, "each need kind ")) {
        part->field = "kind";
        part->value = turn_text(reading->turn, "%s", text + strlen("each need kind "));
        return phrases_find("each need kind");
    }
    if (begins(text, "each incident type ")) {
        part->field = "type";
        part->value = turn_text(reading->turn, "%s", text + strlen("each incident type "));
        return phrases_find("each incident type");
    }
    if (begins(text, "each "))
        return read_each_event(reading, text, part);
    if (strchr(text, ' ') == NULL && *text != '\0') {
        part->field = "*"; /* `team-care`: the event names it in some field */
        part->value = turn_text(reading->turn, "%s", text);
        return phrases_find("(one thing)");
    }
    return PHRASES_NONE;
}

/* ---- a part, completed ---------------------------------------------------------------------------------- */

/* What both events name; "": nothing. */
static const char *item_between(const char *start, const char *event, bool of_units)
{
    static const char *const ids[] = { "line",       "match",   "incident", "signal", "channel",
                                       "assignment", "need",    "person",   "ticket", "call",
                                       "survey",     "mandate", "post",     "set" };
    const ProtobufCMessageDescriptor *from = reading_type(start);
    const ProtobufCMessageDescriptor *to = reading_type(event);

    if (from == NULL || to == NULL)
        return "";
    if (!of_units && fields_has(from, "path") && fields_has(to, "paths"))
        return "person,path";
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        bool wanted = !of_units || strcmp(ids[i], "survey") == 0;
        if (wanted && fields_has(from, ids[i]) && fields_has(to, ids[i]))
            return ids[i];
    }
    return "";
}

static void complete_starts(struct reading *reading, Part *part, const struct phrase *phrase,
                            const struct when *when)
{
    const char *start = when->start;

    if (start == NULL && phrase->span == SPAN_ONCE && when->key_count > 0)
        start = phrases_clock(when->keys[0]);
    if (start != NULL)
        reading_add(reading->turn, &part->starts, &part->n_starts, start);
    if (start == NULL || phrase->span != SPAN_ONCE)
        for (size_t i = 0; i < 4 && phrase->starts[i] != NULL; i++)
            reading_add(reading->turn, &part->starts, &part->n_starts, phrase->starts[i]);
}

static void complete_clauses(struct reading *reading, Part *part, const struct phrase *phrase,
                             size_t only_group)
{
    part->clauses = turn_array(reading->turn, RULE_EVENTS, sizeof(Clause *));
    if (part->clauses == NULL)
        return;
    if (phrase->meets != NULL) {
        reading->count = 0;
        reading->group = 0;
        reading_clause(reading, phrase->meets);
    }
    for (size_t i = 0; i < reading->count; i++) {
        Clause *clause = reading->clauses[i];
        if (only_group != SIZE_MAX && clause->group != only_group)
            continue;
        if (only_group != SIZE_MAX)
            clause->group = 0;
        part->clauses[part->n_clauses++] = clause;
        if (!clause->never && !clause->closing && clause->group + 1 > part->groups)
            part->groups = clause->group + 1;
    }
}

static bool complete(struct reading *reading, const char *whom, const struct when *when, Part *part,
                     size_t only_group)
{
    int found = read_whom(reading, whom, part);

    if (when->own_time)
        found = phrases_find("(its own duties)");
    if (when->always)
        found = phrases_find("(always)");
    if (found == PHRASES_NONE)
        return false;
    part->phrase = (uint32_t)found;
    const struct phrase *phrase = phrases_at(part->phrase);
    part->default_ms = when->default_ms;
    part->renews = when->renews;
    part->next_day = when->next_day;
    complete_starts(reading, part, phrase, when);
    complete_clauses(reading, part, phrase, only_group);
    part->keys = turn_array(reading->turn, RULE_PARTS, sizeof(*part->keys));
    for (size_t i = 0; part->keys != NULL && i < when->key_count; i++)
        if (only_group == SIZE_MAX || i == only_group)
            part->keys[part->n_keys++] = when->keys[i];
    if (phrase->item != NULL)
        part->item = phrase->item;
    else if (part->n_starts > 0 && part->n_clauses > 0)
        part->item =
            item_between(part->starts[0], part->clauses[0]->event, phrase->span == SPAN_ONCE);
    return phrase->span != SPAN_ITEM || *part->item != '\0';
}

static Part *add_part(struct turn *turn, Duty *duty)
{
    Part *part = turn_array(turn, 1, sizeof(*part));

    if (duty->parts == NULL)
        duty->parts = turn_array(turn, RULE_PARTS, sizeof(*duty->parts));
    if (part == NULL || duty->parts == NULL || duty->n_parts >= RULE_PARTS)
        return NULL;
    supervision_rows__part__init(part);
    duty->parts[duty->n_parts++] = part;
    return part;
}

static void trigger(struct turn *turn, const Duty *duty, const char *event)
{
    if (event != NULL) {
        Entry *entry = turn_edit(turn, TRIGGERS, turn_key(turn, "%s/%s", event, duty->duty));
        if (entry != NULL)
            entry->there = true;
    }
}

static void trigger_all(struct turn *turn, const Duty *duty, const char *const *events,
                        size_t count)
{
    for (size_t i = 0; i < count && events[i] != NULL; i++)
        trigger(turn, duty, events[i]);
}

static void index_part(struct turn *turn, const Duty *duty, const Part *part)
{
    const struct phrase *phrase = phrases_at(part->phrase);

    trigger_all(turn, duty, part->starts, part->n_starts);
    for (size_t i = 0; i < part->n_clauses; i++)
        trigger(turn, duty, part->clauses[i]->event);
    trigger_all(turn, duty, phrase->ends, 8);
    trigger_all(turn, duty, phrase->breaks, 2);
    trigger_all(turn, duty, phrases_ends(part->item), 8);
    trigger(turn, duty, phrase->extends);
    trigger(turn, duty, phrase->moves);
    if (strcmp(part->item, "assignment") == 0)
        trigger(turn, duty, "*.Expired");
}

void rules_compile(struct turn *turn, Duty *duty)
{
    struct reading reading = { .turn = turn, .duty = duty };
    struct when when = { 0 };
    const char *rest = duty->for_whom;
    size_t group = strchr(rest, ';') != NULL ? 0 : SIZE_MAX;

    duty->n_events = 0;
    duty->events = NULL;
    duty->n_parts = 0;
    duty->parts = NULL;
    reading_events(&reading);
    reading_when(&reading, &when);
    if (*rules_wait_for(turn->arena, duty) != '\0')
        return;
    while (turn->outcome == 0 && *rest != '\0') {
        size_t length = strcspn(rest, ";");
        Part *part = add_part(turn, duty);
        if (part == NULL
            || !complete(&reading, turn_text(turn, "%.*s", (int)length, rest), &when, part,
                         group)) {
            turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "no rule for whom: %s", duty->for_whom);
            return;
        }
        rest += length;
        rest += strspn(rest, "; ");
        group += group == SIZE_MAX ? 0 : 1;
    }
    if (when.monthly) {
        Part *part = add_part(turn, duty);
        struct when month = { 0 };
        if (part != NULL)
            complete(&reading, "(each month)", &month, part, SIZE_MAX);
    }
    for (size_t i = 0; i < duty->n_parts; i++)
        index_part(turn, duty, duty->parts[i]);
}

const char *rules_wait_for(struct arena *arena, const Duty *duty)
{
    const char *text = "";

    for (size_t i = 0; i < duty->n_events; i++) {
        const char *event = duty->events[i];
        int length = (int)strcspn(event, ".");
        if (reading_type(event) != NULL)
            continue;
        const char *name = arena_print(arena, "%.*s", length, event);
        if (name == NULL || strstr(text, name) != NULL)
            continue;
        text = arena_print(arena, "%s%s%s", text, *text == '\0' ? "" : ", ", name);
        if (text == NULL)
            return "";
    }
    return text;
}

/* ---- whose it is ---------------------------------------------------------------------------------------- */

const char *rules_units(const Duty *duty, const Part *part)
{
    const struct phrase *phrase = phrases_at(part->phrase);

    return phrase->units != NULL ? phrase->units : duty->unit;
}

bool rules_concerns(struct turn *turn, const Duty *duty, const Part *part, const char *unit)
{
    const char *units = rules_units(duty, part);

    if (phrases_at(part->phrase)->own)
        return true;
    if (strcmp(units, "all") == 0)
        return directory_unit(turn, unit);
    if (strcmp(units, "vc") == 0)
        return directory_committee(turn, unit);
    for (const char *at = units; *at != '\0';) {
        size_t length = strcspn(at, "+");
        if (strlen(unit) == length && strncmp(at, unit, length) == 0)
            return true;
        at += length + (at[length] == '+');
    }
    return false;
}

bool rules_is_periodic(const Part *part)
{
    enum span span = phrases_at(part->phrase)->span;

    return span == SPAN_MONTH || span == SPAN_HOUR;
}
