/*
 * What a message says of a duty: which item, whose, until when.
 */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "kit/words.h"
#include "supervision/duties.h"
#include "supervision/fields.h"

enum { ITEM_TEXT = 160 };

static bool is_kernel(const struct hearing *hearing)
{
    return hearing->kernel[0] != '\0';
}

/* A field of the need's row: what NeedOpened said of it, while later events only name it. */
static const char *of_need(const struct hearing *hearing, const char *name)
{
    struct turn *turn = hearing->turn;
    const Need *need = work_need(turn, turn->service, fields_text(turn, hearing->message, "need"));

    return need != NULL ? fields_text(turn, &need->base, name) : "";
}

const char *items_value(const struct hearing *hearing, const char *names)
{
    while (*names != '\0') {
        char name[ITEM_TEXT];
        size_t length = strcspn(names, "|");
        if (length >= sizeof(name))
            return "";
        memcpy(name, names, length);
        name[length] = '\0';
        const char *value = strncmp(name, "need.", 5) == 0
                                ? of_need(hearing, name + 5)
                                : fields_text(hearing->turn, hearing->message, name);
        if (*value != '\0')
            return value;
        names += length + (names[length] == '|');
    }
    return "";
}

static bool is_among(const char *value, const char *values)
{
    while (*values != '\0') {
        size_t length = strcspn(values, "|");
        if (strlen(value) == length && strncasecmp(value, values, length) == 0)
            return true;
        values += length + (values[length] == '|');
    }
    return false;
}

bool items_match(const struct hearing *hearing, const char *only)
{
    const char *equals = only == NULL ? NULL : strchr(only, '=');
    bool is_optional = equals != NULL && only[0] == '?';
    bool is_not = equals != NULL && only[0] == '!';

    if (equals == NULL || only[0] == '@')
        return true;
    only += is_optional || is_not;
    const char *names = turn_text(hearing->turn, "%.*s", (int)(equals - only), only);
    if (names == NULL)
        return false;
    if (is_optional && !fields_has(hearing->message->descriptor, names))
        return true;
    const char *value = items_value(hearing, names);
    bool matches = equals[1] == '@'    ? strcmp(value, items_value(hearing, equals + 2)) == 0
                   : equals[1] == '\0' ? *value != '\0'
                                       : is_among(value, equals + 1);
    return matches != is_not;
}

/* The register names one unit, and neither all of a kind nor several. */
static bool is_one_unit(const char *units)
{
    return strcmp(units, "all") != 0 && strcmp(units, "vc") != 0 && strchr(units, '+') == NULL;
}

const char *items_unit(const struct hearing *hearing)
{
    static const char *const fields[] = { "committee", "owner",      "lead_unit", "unit",
                                          "centre",    "owner_unit", "to",        "place" };
    struct turn *turn = hearing->turn;
    const struct phrase *phrase = hearing->phrase;

    if (phrase->own || (phrase->single && is_one_unit(hearing->duty->unit)))
        return hearing->duty->unit;
    if (phrase->who != NULL && phrase->who[0] != '@') {
        const char *unit = fields_text(turn, hearing->message, phrase->who);
        return *unit != '\0' ? unit : turn->unit;
    }
    /* The centres owe it for the people of their committees. */
    bool of_centre = strchr(rules_units(hearing->duty, hearing->part), '+') != NULL;
    const char *centre = fields_text(turn, hearing->message, "centre");
    if (of_centre && *centre != '\0')
        return centre;
    for (size_t i = 0; !is_kernel(hearing) && i < sizeof(fields) / sizeof(fields[0]); i++) {
        const char *unit = fields_text(turn, hearing->message, fields[i]);
        if (*unit == '\0' || !directory_unit(turn, unit))
            continue;
        /* Where something happened is whose it is for those who answer for places alone. */
        if (strcmp(fields[i], "place") == 0 && strcmp(hearing->duty->unit, "all") == 0)
            continue;
        return of_centre && directory_committee(turn, unit) ? directory_centre(turn, unit, "")
                                                            : unit;
    }
    return turn->unit;
}

/* ---- items ------------------------------------------------------------------------------------------ */

struct naming {
    const struct hearing *hearing;
    bool begins;
    void (*each)(const struct hearing *hearing, const struct owed *owed);
    const char *unit;
};

static void name(const struct naming *naming, const char *unit, const char *period)
{
    const struct hearing *hearing = naming->hearing;
    struct turn *turn = hearing->turn;
    bool by_unit = hearing->phrase->by_unit || hearing->phrase->span != SPAN_ITEM;

    if (period == NULL || unit == NULL || *unit == '\0' || strchr(period, '/') != NULL
        || strchr(unit, '/') != NULL || strlen(period) + 2 * strlen(unit) >= ITEM_TEXT)
        return;
    if (naming->begins && !rules_concerns(turn, hearing->duty, hearing->part, unit))
        return;
    struct owed owed = { .unit = unit, .period = period, .item = period };
    if (by_unit)
        owed.item = turn_text(turn, "%s@%s", period, unit);
    if (owed.item != NULL)
        naming->each(hearing, &owed);
}

static bool name_post(void *context, const char *key, const void *row)
{
    const struct naming *naming = context;
    struct turn *turn = naming->hearing->turn;
    const char *post = strchr(key, '/');

    (void)row;
    if (post != NULL)
        name(naming, naming->unit, turn_text(turn, "post:%s", post + 1));
    return true;
}

/* `centre,kind`: both must be there. */
static const char *joined(const struct hearing *hearing, const char *fields, const char *first)
{
    struct turn *turn = hearing->turn;
    const char *comma = strchr(fields, ',');
    const char *a =
        first != NULL
            ? first
            : items_value(hearing, turn_text(turn, "%.*s", (int)(comma - fields), fields));
    const char *b = items_value(hearing, comma + 1);

    return *a != '\0' && *b != '\0' ? turn_text(turn, "%s:%s", a, b) : NULL;
}

/* The last of `a|b` is what the item is called. */
static const char *label(const char *fields)
{
    const char *bar = strrchr(fields, '|');

    return bar != NULL ? bar + 1 : fields;
}

static void each_of_units(const struct naming *naming)
{
    const struct hearing *hearing = naming->hearing;
    const char *at = hearing->duty->unit;

    while (*at != '\0') {
        size_t length = strcspn(at, "+");
        const char *unit = turn_text(hearing->turn, "%.*s", (int)length, at);
        if (unit != NULL)
            name(naming, unit, joined(hearing, hearing->part->item, unit));
        at += length + (at[length] == '+');
    }
}

static void each_item(const struct naming *naming)
{
    const struct hearing *hearing = naming->hearing;
    struct turn *turn = hearing->turn;
    const char *item = hearing->part->item;
    const char *const *list;

    if (strcmp(item, "person,path") == 0) {
        const char *person = fields_text(turn, hearing->message, "person");
        size_t count = fields_list(hearing->message, "paths", &list);
        for (size_t i = 0; i < count; i++)
            name(naming, naming->unit, turn_text(turn, "%s:%s", person, list[i]));
        if (count > 0)
            return;
    }
    if (strchr(item, ',') != NULL) {
        bool is_whole = !hearing->phrase->for_each_unit
                        || *fields_text(turn, hearing->message, "centre") != '\0';
        if (is_whole)
            name(naming, naming->unit, joined(hearing, item, NULL));
        else
            each_of_units(naming);
        return;
    }
    const char *value = items_value(hearing, item);
    const char *staff = fields_text(turn, hearing->message, "staff");
    if (*value == '\0' && strcmp(item, "post") == 0 && fields_is_id(staff)) {
        struct naming posts = *naming;
        turn_each(turn, HOLDERS, turn_text(turn, "%s/", staff), name_post, &posts);
    }
    if (strcmp(item, "set") == 0 && *value == '\0') {
        /* A service set the policy's publication aside: it is told by its place on the log. */
        const SupervisionRows__Set *set = turn_load(
            turn, SETS, turn_key(turn, "%020" PRIu64, fields_number(hearing->message, "seq")));
        value = set != NULL ? set->set : "";
    }
    if (*value == '\0' && strcmp(item, "person") == 0)
        value = fields_text(turn, hearing->message, "alias"); /* two of the roster were one */
    if (!fields_is_id(value))
        return;
    bool is_of_service =
        is_kernel(hearing) && strcmp(item, "set") != 0 && strchr(item, '|') == NULL;
    const char *called = is_of_service ? turn->service : label(item);
    const char *period = turn_text(turn, "%s:%s", called, value);
    if (hearing->phrase->list != NULL && naming->begins) {
        size_t count = fields_list(hearing->message, hearing->phrase->list, &list);
        for (size_t i = 0; i < count; i++)
            name(naming, list[i], period);
        return;
    }
    name(naming, naming->unit, period);
}

struct units {
    const struct naming *naming;
    const char *period;
};

static bool name_unit(void *context, const char *key, const void *row)
{
    const struct units *units = context;

    (void)row;
    name(units->naming, key, units->period);
    return true;
}

/* One for each unit of the duty: the campaign's opening and a new month begin them; other events
 * speak of one unit. */
static void each_unit(const struct naming *naming, const char *period)
{
    const struct hearing *hearing = naming->hearing;
    bool names_none =
        strcmp(hearing->event, "organisation.CampaignOpened") == 0 || hearing->message == NULL;

    if (hearing->phrase->own || !naming->begins || !names_none) {
        name(naming, naming->unit, period);
        return;
    }
    /* The town's units: some sixty, and once a month. */
    struct units units = { .naming = naming, .period = period };
    turn_each(hearing->turn, UNITS, "", name_unit, &units);
}

void duties_each_owed(const struct hearing *hearing, bool begins,
                      void (*each)(const struct hearing *hearing, const struct owed *owed))
{
    struct naming naming = { .hearing = hearing, .begins = begins, .each = each };

    naming.unit = hearing->message != NULL ? items_unit(hearing) : hearing->duty->unit;
    if (rules_is_periodic(hearing->part))
        each_unit(&naming,
                  duties_period(hearing->turn, hearing->phrase, hearing->turn->now_ms).name);
    else if (*hearing->part->item == '\0')
        each_unit(&naming, "once");
    else
        each_item(&naming);
}

/* ---- time ------------------------------------------------------------------------------------------- */

/* `need.first_contact` is told as due.first_contact_ms where the kernel runs that clock. */
static uint64_t told_clock(const struct hearing *hearing, const char *key)
{
    const ProtobufCMessage *due = fields_message(hearing->message, "due");

    if (due == NULL || strncmp(key, "need.", 5) != 0)
        return 0;
    const char *field = turn_text(hearing->turn, "%s_ms", key + 5);
    return field != NULL ? fields_number(due, field) : 0;
}

static const char *key_of(const struct hearing *hearing)
{
    const Part *part = hearing->part;

    if (part->n_keys == 0)
        return "";
    /* The register's keys stand in the order of the values: RED, YELLOW. */
    if (hearing->phrase->key_by != NULL && part->n_keys > 1
        && strcmp(items_value(hearing, hearing->phrase->key_by), "RED") != 0)
        return part->keys[1];
    return part->keys[0];
}

uint64_t items_due(const struct hearing *hearing, uint64_t from_ms)
{
    struct turn *turn = hearing->turn;
    const char *key = key_of(hearing);
    const char *clock = hearing->phrase->clock;
    uint64_t due_ms = told_clock(hearing, key);

    if (due_ms == 0)
        due_ms = fields_number(hearing->message, "due_ms");
    if (due_ms == 0 && clock != NULL)
        due_ms = fields_number(hearing->message, clock);
    if (due_ms != 0)
        return due_ms;
    if (hearing->part->default_ms != 0)
        return from_ms + hearing->part->default_ms;
    const char *scope = items_value(hearing, "priority|need.priority");
    if (hearing->phrase->scope != NULL)
        scope = hearing->phrase->scope;
    if (hearing->part->next_day)
        from_ms = clock_day_start_ms(clock_day(from_ms) + 1);
    if (*key == '\0' || !directory_has(turn, key, scope, from_ms))
        return 0;
    return directory_due(turn, key, scope, from_ms);
}
