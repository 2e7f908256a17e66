/* What is whose, and by when: catchments, the dispatch catalogue, policies, the State calendar. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "organisation/organisation.h"

typedef OrganisationRows__Catchment Catchment;
typedef OrganisationRows__Served Served;
typedef OrganisationRows__Responsibility Responsibility;
typedef OrganisationRows__Policy Policy;
typedef OrganisationRows__PolicyValue PolicyValue;

int on_set_catchment(struct turn *turn, const void *message)
{
    const Organisation__SetCatchment *command = message;

    if (!by_lgo(turn) || known_unit(turn, command->committee) == NULL
        || known_unit(turn, command->centre) == NULL)
        return turn->outcome;
    const char *kind = command->kind[0] == '\0' ? "any" : command->kind;
    if (!is_name(turn, kind, "kind"))
        return turn->outcome;
    uint64_t from_ms = command->from_ms == 0 ? turn->now_ms : command->from_ms;
    Catchment *row = turn_edit(turn, CATCHMENTS, turn_key(turn, "%s/%s", command->committee, kind));
    Served *entry = turn_array(turn, 1, sizeof(*entry));
    Served **history = turn_array(turn, row->n_history + 1, sizeof(Served *));
    if (turn->outcome != 0)
        return turn->outcome;
    organisation_rows__served__init(entry);
    entry->centre = command->centre;
    entry->from_ms = from_ms;
    if (row->n_history > 0)
        memcpy(history, row->history, row->n_history * sizeof(Served *));
    history[row->n_history++] = entry;
    row->history = history;

    Organisation__CatchmentSet event = { IS(organisation__catchment_set),
                                         .committee = command->committee, .centre = command->centre,
                                         .kind = command->kind, .from_ms = from_ms };
    return turn_emit(turn, command->committee, &event.base);
}

int on_set_responsibility(struct turn *turn, const void *message)
{
    const Organisation__SetResponsibility *command = message;

    if (!by_lgo(turn) || !is_name(turn, command->category, "category")
        || !is_name(turn, command->kind, "kind") || !is_name(turn, command->service, "service")
        || !is_name(turn, command->first_unit, "first_unit"))
        return turn->outcome;
    Responsibility *row = turn_edit(turn, RESPONSIBILITIES,
                                    turn_key(turn, "%s/%s", command->category, command->kind));
    row->service = command->service;
    row->first_unit = command->first_unit;
    row->second_unit = command->second_unit;
    row->verifier = command->verifier;

    Organisation__ResponsibilitySet event = { IS(organisation__responsibility_set),
                                              .category = command->category,
                                              .kind = command->kind,
                                              .service = command->service,
                                              .first_unit = command->first_unit,
                                              .second_unit = command->second_unit,
                                              .verifier = command->verifier };
    return turn_emit(turn, "town", &event.base);
}

/* ---- policies ------------------------------------------------------------------------------------- */

/* `18:00` to `24:00`. */
static bool is_clock(const char *value)
{
    unsigned hour = 0;
    unsigned minute = 0;
    char rest = 0;

    return sscanf(value, "%2u:%2u%c", &hour, &minute, &rest) == 2
           && (hour < 24 ? minute < 60 : hour == 24 && minute == 0);
}

static bool is_number(const char *value)
{
    size_t digits = strspn(value, "0123456789");

    return digits > 0 && digits < 10 && value[digits] == '\0';
}

static bool good_record(struct turn *turn, const Organisation__PolicyRecord *record)
{
    const char *wrong = NULL;
    bool clock = strcmp(record->unit, "clock") == 0;

    if (record->key[0] == '\0' || strchr(record->key, '/') != NULL)
        wrong = "key";
    else if (strchr(record->scope, '/') != NULL)
        wrong = "scope";
    else if (record->unit[0] == '\0')
        wrong = "unit";
    else if (clock ? !is_clock(record->value) : !is_number(record->value))
        wrong = "value";
    else if (strcmp(record->calendar, "24x7") != 0 && strcmp(record->calendar, "workdays") != 0)
        wrong = "calendar";
    if (wrong != NULL)
        turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "records: %s of %s", wrong, record->key);
    return wrong == NULL;
}

static void keep_record(struct turn *turn, const Organisation__PublishPolicy *command,
                        const Organisation__PolicyRecord *record, uint64_t from_ms)
{
    const char *scope = record->scope[0] == '\0' ? "*" : record->scope;
    Policy *row = turn_edit(turn, POLICIES, turn_key(turn, "%s/%s", record->key, scope));
    PolicyValue *entry = turn_array(turn, 1, sizeof(*entry));
    PolicyValue **history = turn_array(turn, row->n_history + 1, sizeof(PolicyValue *));

    if (turn->outcome != 0)
        return;
    organisation_rows__policy_value__init(entry);
    entry->from_ms = from_ms;
    entry->value = record->value;
    entry->unit = record->unit;
    entry->calendar = record->calendar;
    entry->status = record->status;
    entry->set = command->set;
    if (row->n_history > 0)
        memcpy(history, row->history, row->n_history * sizeof(PolicyValue *));
    history[row->n_history++] = entry;
    row->history = history;
    row->key = record->key;
    row->scope = scope;
}

/* A change never moves a clock that runs: what is told for a moment that is past is in force from
 * now.  Only the first word about a clock may be of before, since nothing can run by it yet. */
static uint64_t effective_from(struct turn *turn, const Organisation__PublishPolicy *command)
{
    uint64_t from_ms = command->effective_from_ms;

    if (from_ms == 0 || from_ms >= turn->now_ms)
        return from_ms == 0 ? turn->now_ms : from_ms;
    for (size_t i = 0; i < command->n_records; i++) {
        const Organisation__PolicyRecord *record = command->records[i];
        const char *scope = record->scope[0] == '\0' ? "*" : record->scope;
        if (turn_load(turn, POLICIES, turn_key(turn, "%s/%s", record->key, scope)) != NULL)
            return turn->now_ms;
    }
    return from_ms;
}

int on_publish_policy(struct turn *turn, const void *message)
{
    const Organisation__PublishPolicy *command = message;

    if (!by_lgo(turn) || !is_name(turn, command->set, "set"))
        return turn->outcome;
    if (command->n_records == 0)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "records: there is none");
    uint64_t from_ms = effective_from(turn, command);
    for (size_t i = 0; i < command->n_records; i++) {
        if (!good_record(turn, command->records[i]))
            return turn->outcome;
        keep_record(turn, command, command->records[i], from_ms);
    }
    Organisation__PolicyPublished event = { IS(organisation__policy_published), .set = command->set,
                                            .effective_from_ms = from_ms,
                                            .reason = command->reason };
    COPY_LIST(&event, command, records);
    turn_emit(turn, "town", &event.base);
    return know_at_once(turn, &event.base);
}

/* ---- the State calendar ----------------------------------------------------------------------------- */

static bool is_date_of(const char *date, uint32_t year)
{
    unsigned y = 0;
    unsigned month = 0;
    unsigned day = 0;
    char rest = 0;

    return strlen(date) == 10 && sscanf(date, "%4u-%2u-%2u%c", &y, &month, &day, &rest) == 3
           && y == year && month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

int on_publish_calendar(struct turn *turn, const void *message)
{
    const Organisation__PublishCalendar *command = message;

    if (!by_lgo(turn))
        return turn->outcome;
    for (size_t i = 0; i < command->n_days; i++) {
        const Organisation__CalendarDay *day = command->days[i];
        bool known = strcmp(day->kind, "holiday") == 0 || strcmp(day->kind, "workday") == 0;
        if (!known || !is_date_of(day->date, command->year))
            return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "days: %zu is no day of %u", i + 1,
                               command->year);
    }
    Organisation__CalendarPublished event = { IS(organisation__calendar_published),
                                              .year = command->year };
    COPY_LIST(&event, command, days);
    turn_emit(turn, "town", &event.base);
    return know_at_once(turn, &event.base);
}
