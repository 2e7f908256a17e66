#include "supervision/rules.h"

#include <ctype.h>
#include <string.h>

#include "base/clock.h"
#include "kit/words.h"
#include "supervision/fields.h"
#include "supervision/phrases.h"

enum {
    RULE_EVENTS = 16, /* in one row of the register; the longest has three */
    RULE_PARTS = 4,
    RULE_WORD = 80,
};

/* ---- words of a cell ------------------------------------------------------------------------------ */

struct cell {
    const char *at;
    char word[RULE_WORD];
};

/* The next word, without the punctuation that follows it. */
static bool next_word(struct cell *cell)
{
    size_t length = 0;

    while (*cell->at == ' ' || *cell->at == '(')
        cell->at++;
    while (cell->at[length] != '\0' && cell->at[length] != ' ')
        length++;
    if (length == 0)
        return false;
    size_t kept = length;
    while (kept > 0 && strchr(",;)", cell->at[kept - 1]) != NULL)
        kept--;
    if (kept >= RULE_WORD)
        kept = RULE_WORD - 1;
    memcpy(cell->word, cell->at, kept);
    cell->word[kept] = '\0';
    cell->at += length;
    return true;
}

static bool is_word(const struct cell *cell, const char *word)
{
    return strcmp(cell->word, word) == 0;
}

/* `service.Event` */
static bool is_event(const char *word)
{
    const char *dot = strchr(word, '.');

    return dot != NULL && dot != word && isupper((unsigned char)dot[1]);
}

/* `org.team_due` */
static bool is_key(const char *word)
{
    const char *dot = strchr(word, '.');

    return dot != NULL && dot != word && islower((unsigned char)dot[1]);
}

static bool is_priority(const char *word)
{
    return word[0] == 'P' && isdigit((unsigned char)word[1]) && word[2] == '\0';
}

/* A kernel's event is a bare name with a capital: `Dispatched`, and not `P0` or `RED`. */
static bool is_bare_event(const char *word)
{
    return isupper((unsigned char)word[0]) && islower((unsigned char)word[1]);
}

static const ProtobufCMessageDescriptor *type_of(const char *event)
{
    const char *dot = strchr(event, '.');

    if (dot == NULL)
        return NULL;
    if (event[0] == '*')
        return words_of(slice_text("town"), slice_text(dot + 1));
    return words_of(slice_of(event, (size_t)(dot - event)), slice_text(dot + 1));
}

static const char *add_text(struct turn *turn, const char ***list, size_t *count, const char *text)
{
    if (*list == NULL)
        *list = turn_array(turn, RULE_EVENTS, sizeof(**list));
    for (size_t i = 0; *list != NULL && i < *count; i++)
        if (strcmp((*list)[i], text) == 0)
            return (*list)[i];
    if (*list == NULL || *count >= RULE_EVENTS)
        return text;
    return (*list)[(*count)++] = turn_text(turn, "%s", text);
}

/* ---- the column `event` ------------------------------------------------------------------------------ */

struct reading {
    struct turn *turn;
    Duty *duty;
    Clause *clauses[RULE_EVENTS];
    size_t count;
    uint32_t group;
    bool never;
    bool closing;
    bool skip;
    bool kernel;
    bool joined;      /* `and`, `later`, `then`: the next event is another group      */
    const char *kind; /* `PostDefined kind first_responsible and TenureStarted` of it */
};

static void qualify(struct reading *reading, const char *field, const char *value)
{
    Clause *last = reading->count > 0 ? reading->clauses[reading->count - 1] : NULL;

    if (last == NULL || (last->n_values > 0 && strcmp(last->field, field) != 0))
        return;
    last->field = turn_text(reading->turn, "%s", field);
    add_text(reading->turn, &last->values, &last->n_values, value);
    if (strcmp(field, "kind") == 0)
        reading->kind = last->n_values > 0 ? last->values[0] : NULL;
}

static void add_clause(struct reading *reading, const char *event)
{
    Duty *duty = reading->duty;

    add_text(reading->turn, &duty->events, &duty->n_events, event);
    if (!reading->skip && reading->count < RULE_EVENTS) {
        Clause *clause = turn_array(reading->turn, 1, sizeof(*clause));
        if (clause == NULL)
            return;
        supervision_rows__clause__init(clause);
        clause->event = turn_text(reading->turn, "%s", event);
        clause->never = reading->never;
        clause->closing = reading->closing;
        if (reading->joined && !clause->never && !clause->closing)
            reading->group++;
        clause->group = reading->group;
        reading->clauses[reading->count++] = clause;
        if (reading->kind != NULL)
            qualify(reading, "kind", reading->kind);
    }
    reading->never = reading->closing = reading->skip = reading->joined = false;
}

static void only_after_a_breach(struct reading *reading)
{
    if (reading->count > 0)
        reading->clauses[reading->count - 1]->earlier = true;
}

static void take_back(struct reading *reading)
{
    if (reading->count == 0)
        return;
    reading->count--;
    reading->group = reading->count > 0 ? reading->clauses[reading->count - 1]->group : 0;
}

static void read_events(struct reading *reading)
{
    struct cell cell = { .at = reading->duty->event_text };
    char before[RULE_WORD] = "";
    const char *field = NULL; /* whose values follow */

    while (next_word(&cell)) {
        if (is_event(cell.word)) {
            add_clause(reading, cell.word);
            field = NULL;
        } else if (reading->kernel && is_bare_event(cell.word)) {
            add_clause(reading, turn_text(reading->turn, "*.%s", cell.word));
            field = NULL;
        } else if (is_word(&cell, "no")) {
            reading->never = true;
        } else if (is_word(&cell, "need's") || is_word(&cell, "service's")) {
            reading->kernel = true;
        } else if (is_word(&cell, "before")) {
            reading->closing = true;
        } else if (is_word(&cell, "after")) {
            reading->skip = true;
        } else if (is_word(&cell, "and") || is_word(&cell, "later") || is_word(&cell, "then")) {
            reading->joined = reading->count > 0;
            field = NULL;
        } else if (is_word(&cell, "kind") || is_word(&cell, "outcome")) {
            field = is_word(&cell, "kind") ? "kind" : "outcome";
        } else if (is_word(&cell, "grade") || is_word(&cell, "result")) {
            field = is_word(&cell, "grade") ? "grade" : "result";
        } else if (is_word(&cell, "with")) {
            field = NULL;
        } else if (is_word(&cell, "earlier")) {
            only_after_a_breach(reading);
        } else if (is_word(&cell, "only")) {
            take_back(reading); /* `care.Unpaired only with a reason`: its service sees to it */
        } else if (is_word(&cell, "first-hand")) {
            qualify(reading, "first_hand", "true");
        } else if (is_word(&cell, "post")) {
            qualify(reading, "kind", before); /* `of the liaison post` */
        } else if (is_priority(cell.word)) {
            qualify(reading, "priority", cell.word);
        } else if (field != NULL && !is_word(&cell, "or")) {
            qualify(reading, field, cell.word);
        }
        memcpy(before, cell.word, sizeof(before));
    }
}

/* ---- the column `by_when` ----------------------------------------------------------------------------- */

struct when {
    const char *keys[RULE_PARTS];
    size_t key_count;
    const char *start;
    uint64_t default_ms;
    bool renews;
    bool monthly;
    bool own_time;
    bool always;
    bool next_day;
};

static void read_when(struct reading *reading, struct when *when)
{
    struct cell cell = { .at = reading->duty->by_when };
    char before[RULE_WORD] = "";

    while (next_word(&cell)) {
        if (is_event(cell.word)) {
            if (strcmp(before, "of") == 0) {
                Duty *duty = reading->duty;
                when->start = add_text(reading->turn, &duty->events, &duty->n_events, cell.word);
            } else if (strcmp(before, "before") == 0) {
                reading->closing = true;
                reading->kind = NULL;
                add_clause(reading, cell.word);
            }
        } else if (is_key(cell.word) && when->key_count < RULE_PARTS) {
            when->keys[when->key_count++] = turn_text(reading->turn, "%s", cell.word);
        } else if (is_word(&cell, "days")) {
            uint64_t days = 0;
            for (const char *digit = before; isdigit((unsigned char)*digit); digit++)
                days = days * 10 + (uint64_t)(*digit - '0');
            when->default_ms = days * CLOCK_DAY_MS;
        } else if (is_word(&cell, "runs") || is_word(&cell, "every")) {
            when->renews = true;
        } else if (is_word(&cell, "weekly")) {
            when->default_ms = 7 * CLOCK_DAY_MS;
            when->renews = true;
        } else if (is_word(&cell, "always")) {
            when->always = true;
        } else if (is_word(&cell, "after") && strcmp(before, "day") == 0) {
            when->next_day = true; /* `of the day after registry.Verified` */
        } else if (is_word(&cell, "monthly")) {
            when->monthly = true;
        } else if (is_word(&cell, "own")) {
            when->own_time = true;
        }
        memcpy(before, cell.word, sizeof(before));
    }
}

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

    while (next_word(&cell)) {
        const char *event = NULL;
        if (is_event(cell.word))
            event = cell.word;
        else if (is_bare_event(cell.word))
            event = turn_text(reading->turn, "*.%s", cell.word);
        if (event != NULL) {
            add_text(reading->turn, &part->starts, &part->n_starts, event);
            add_text(reading->turn, &duty->events, &duty->n_events, event);
        } else if (is_priority(cell.word)) {
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
    const ProtobufCMessageDescriptor *from = type_of(start);
    const ProtobufCMessageDescriptor *to = type_of(event);

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
        add_text(reading->turn, &part->starts, &part->n_starts, start);
    if (start == NULL || phrase->span != SPAN_ONCE)
        for (size_t i = 0; i < 4 && phrase->starts[i] != NULL; i++)
            add_text(reading->turn, &part->starts, &part->n_starts, phrase->starts[i]);
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
        add_clause(reading, phrase->meets);
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
    read_events(&reading);
    read_when(&reading, &when);
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
        if (type_of(event) != NULL)
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
