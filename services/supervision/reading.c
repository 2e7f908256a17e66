#include "supervision/reading.h"

#include <ctype.h>
#include <string.h>

#include "base/clock.h"
#include "kit/words.h"

/* ---- words of a cell ------------------------------------------------------------------------------ */

bool reading_word(struct cell *cell)
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

bool reading_is(const struct cell *cell, const char *word)
{
    return strcmp(cell->word, word) == 0;
}

bool reading_is_event(const char *word)
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

bool reading_is_priority(const char *word)
{
    return word[0] == 'P' && isdigit((unsigned char)word[1]) && word[2] == '\0';
}

bool reading_is_bare_event(const char *word)
{
    return isupper((unsigned char)word[0]) && islower((unsigned char)word[1]);
}

const ProtobufCMessageDescriptor *reading_type(const char *event)
{
    const char *dot = strchr(event, '.');

    if (dot == NULL)
        return NULL;
    if (event[0] == '*')
        return words_of(slice_text("town"), slice_text(dot + 1));
    return words_of(slice_of(event, (size_t)(dot - event)), slice_text(dot + 1));
}

const char *reading_add(struct turn *turn, const char ***list, size_t *count, const char *text)
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

static void qualify(struct reading *reading, const char *field, const char *value)
{
    Clause *last = reading->count > 0 ? reading->clauses[reading->count - 1] : NULL;

    if (last == NULL || (last->n_values > 0 && strcmp(last->field, field) != 0))
        return;
    last->field = turn_text(reading->turn, "%s", field);
    reading_add(reading->turn, &last->values, &last->n_values, value);
    if (strcmp(field, "kind") == 0)
        reading->kind = last->n_values > 0 ? last->values[0] : NULL;
}

void reading_clause(struct reading *reading, const char *event)
{
    Duty *duty = reading->duty;

    reading_add(reading->turn, &duty->events, &duty->n_events, event);
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

void reading_events(struct reading *reading)
{
    struct cell cell = { .at = reading->duty->event_text };
    char before[RULE_WORD] = "";
    const char *field = NULL; /* whose values follow */

    while (reading_word(&cell)) {
        if (reading_is_event(cell.word)) {
            reading_clause(reading, cell.word);
            field = NULL;
        } else if (reading->kernel && reading_is_bare_event(cell.word)) {
            reading_clause(reading, turn_text(reading->turn, "*.%s", cell.word));
            field = NULL;
        } else if (reading_is(&cell, "no")) {
            reading->never = true;
        } else if (reading_is(&cell, "need's") || reading_is(&cell, "service's")) {
            reading->kernel = true;
        } else if (reading_is(&cell, "before")) {
            reading->closing = true;
        } else if (reading_is(&cell, "after")) {
            reading->skip = true;
        } else if (reading_is(&cell, "and") || reading_is(&cell, "later")
                   || reading_is(&cell, "then")) {
            reading->joined = reading->count > 0;
            field = NULL;
        } else if (reading_is(&cell, "kind") || reading_is(&cell, "outcome")) {
            field = reading_is(&cell, "kind") ? "kind" : "outcome";
        } else if (reading_is(&cell, "grade") || reading_is(&cell, "result")) {
            field = reading_is(&cell, "grade") ? "grade" : "result";
        } else if (reading_is(&cell, "with")) {
            field = NULL;
        } else if (reading_is(&cell, "earlier")) {
            only_after_a_breach(reading);
        } else if (reading_is(&cell, "only")) {
            take_back(reading); /* `care.Unpaired only with a reason`: its service sees to it */
        } else if (reading_is(&cell, "first-hand")) {
            qualify(reading, "first_hand", "true");
        } else if (reading_is(&cell, "post")) {
            qualify(reading, "kind", before); /* `of the liaison post` */
        } else if (reading_is_priority(cell.word)) {
            qualify(reading, "priority", cell.word);
        } else if (field != NULL && !reading_is(&cell, "or")) {
            qualify(reading, field, cell.word);
        }
        memcpy(before, cell.word, sizeof(before));
    }
}

/* ---- the column `by_when` ----------------------------------------------------------------------------- */

void reading_when(struct reading *reading, struct when *when)
{
    struct cell cell = { .at = reading->duty->by_when };
    char before[RULE_WORD] = "";

    while (reading_word(&cell)) {
        if (reading_is_event(cell.word)) {
            if (strcmp(before, "of") == 0) {
                Duty *duty = reading->duty;
                when->start = reading_add(reading->turn, &duty->events, &duty->n_events, cell.word);
            } else if (strcmp(before, "before") == 0) {
                reading->closing = true;
                reading->kind = NULL;
                reading_clause(reading, cell.word);
            }
        } else if (is_key(cell.word) && when->key_count < RULE_PARTS) {
            when->keys[when->key_count++] = turn_text(reading->turn, "%s", cell.word);
        } else if (reading_is(&cell, "days")) {
            uint64_t days = 0;
            for (const char *digit = before; isdigit((unsigned char)*digit); digit++)
                days = days * 10 + (uint64_t)(*digit - '0');
            when->default_ms = days * CLOCK_DAY_MS;
        } else if (reading_is(&cell, "runs") || reading_is(&cell, "every")) {
            when->renews = true;
        } else if (reading_is(&cell, "weekly")) {
            when->default_ms = 7 * CLOCK_DAY_MS;
            when->renews = true;
        } else if (reading_is(&cell, "always")) {
            when->always = true;
        } else if (reading_is(&cell, "after") && strcmp(before, "day") == 0) {
            when->next_day = true; /* `of the day after registry.Verified` */
        } else if (reading_is(&cell, "monthly")) {
            when->monthly = true;
        } else if (reading_is(&cell, "own")) {
            when->own_time = true;
        }
        memcpy(before, cell.word, sizeof(before));
    }
}
