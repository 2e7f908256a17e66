#include "core/permit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "core/filter.h"
#include "core/map.h"

enum { PATTERN_BYTES = 192 };

struct rule {
    char *pattern; /* `@` filled in */
    bool deny;
};

struct rules {
    struct rule *items;
    uint32_t count;
    uint32_t room;
};

/* Everything of one unit, compiled: what it may is looked up without looking at anybody else. */
struct unit {
    char *name;
    char *group;
    struct rules verbs[PERMIT_VERBS];
};

struct permit {
    struct unit *units;
    uint32_t unit_count;
    struct map by_name;
    uint32_t *mailboxes;
    uint32_t mailbox_count;
};

static const char *const verb_names[PERMIT_VERBS] = {
    "publish", "subscribe", "query", "answer", "collect", "take", "admin",
};

/* ---- compiling ----------------------------------------------------------------------------------- */

static bool fill_in(const char *pattern, const char *unit, char text[PATTERN_BYTES])
{
    size_t used = 0;

    for (; *pattern != '\0'; pattern++) {
        const char *part = *pattern == '@' ? unit : pattern;
        size_t size = *pattern == '@' ? strlen(unit) : 1;
        if (used + size >= PATTERN_BYTES)
            return false;
        memcpy(text + used, part, size);
        used += size;
    }
    text[used] = '\0';
    return true;
}

static int add_rule(struct rules *rules, const char *pattern, bool deny)
{
    if (rules->count == rules->room) {
        uint32_t room = rules->room == 0 ? 8 : 2 * rules->room;
        void *larger = realloc(rules->items, room * sizeof(*rules->items));
        if (larger == NULL)
            return FAULT(-ENOMEM);
        rules->items = larger;
        rules->room = room;
    }
    char *copy = strdup(pattern);
    if (copy == NULL)
        return FAULT(-ENOMEM);
    rules->items[rules->count++] = (struct rule){ copy, deny };
    return 0;
}

static int verb_of(const char *name)
{
    for (int i = 0; i < PERMIT_VERBS; i++)
        if (strcmp(name, verb_names[i]) == 0)
            return i;
    return -1;
}

static int compile_row(struct permit *permit, char *who, char *verb, char *pattern,
                       const char **ret_reason)
{
    char text[PATTERN_BYTES];
    bool deny = verb[0] == '!';
    int number = verb_of(verb + deny);
    bool anybody = strcmp(who, "*") == 0;

    if (number < 0) {
        *ret_reason = "the verb is none of publish subscribe query answer collect take admin";
        return PERMIT_BAD;
    }
    for (uint32_t i = 0; i < permit->unit_count; i++) {
        struct unit *unit = &permit->units[i];
        if (!anybody && strcmp(who, unit->name) != 0 && strcmp(who, unit->group) != 0)
            continue;
        bool simple = number == PERMIT_TAKE || number == PERMIT_ADMIN;
        if (!fill_in(pattern, unit->name, text) || (!simple && !filter_valid(slice_text(text)))) {
            *ret_reason = "the pattern is not service.Message.unit with * and >";
            return PERMIT_BAD;
        }
        int r = add_rule(&unit->verbs[number], text, deny);
        if (r < 0)
            return r;
    }
    return 0; /* a row for a group without members is no mistake */
}

/* One line of the text, cut in place into three parts. */
static int compile_line(struct permit *permit, char *line, const char **ret_reason)
{
    char *parts[3];
    char *at = line;

    line[strcspn(line, "\r#")] = '\0';
    size_t length = strlen(line);
    while (length > 0 && (line[length - 1] == ' ' || line[length - 1] == '\t'))
        line[--length] = '\0';
    if (length == 0)
        return 0;
    for (int i = 0; i < 3; i++) {
        parts[i] = at;
        char *comma = at == NULL ? NULL : strchr(at, ',');
        if (at == NULL || (i < 2) != (comma != NULL)) {
            *ret_reason = "a row has three columns: who,verb,pattern";
            return PERMIT_BAD;
        }
        if (comma != NULL)
            *comma = '\0';
        at = comma == NULL ? NULL : comma + 1;
    }
    return compile_row(permit, parts[0], parts[1], parts[2], ret_reason);
}

static int add_units(struct permit *permit, const struct permit_unit *units, uint32_t count)
{
    permit->units = calloc(count + 1, sizeof(*permit->units));
    permit->mailboxes = calloc(count + 1, sizeof(*permit->mailboxes));
    if (permit->units == NULL || permit->mailboxes == NULL)
        return FAULT(-ENOMEM);
    for (uint32_t i = 0; i < count; i++) {
        struct unit *unit = &permit->units[permit->unit_count++];
        unit->name = strdup(units[i].unit);
        unit->group = strdup(units[i].group == NULL ? "" : units[i].group);
        if (unit->name == NULL || unit->group == NULL
            || map_put(&permit->by_name, slice_text(unit->name), unit) < 0)
            return FAULT(-ENOMEM);
    }
    return 0;
}

int permit_parse(const char *csv, const struct permit_unit *units, uint32_t unit_count,
                 struct permit **ret_permit, uint32_t *ret_line, const char **ret_reason)
{
    *ret_line = 0;
    *ret_reason = "";
    struct permit *permit = calloc(1, sizeof(*permit));
    char *text = strdup(csv);
    if (permit == NULL || text == NULL) {
        free(text);
        free(permit);
        return FAULT(-ENOMEM);
    }
    int r = add_units(permit, units, unit_count);
    for (char *line = text; r == 0 && line != NULL;) {
        char *end = strchr(line, '\n');
        if (end != NULL)
            *end = '\0';
        ++*ret_line;
        if (*ret_line == 1 && strncmp(line, "who,verb,pattern", 16) != 0) {
            *ret_reason = "the first line is who,verb,pattern";
            r = PERMIT_BAD;
        } else if (*ret_line > 1) {
            r = compile_line(permit, line, ret_reason);
        }
        line = end == NULL ? NULL : end + 1;
    }
    free(text);
    for (uint32_t i = 0; r == 0 && i < permit->unit_count; i++)
        if (permit->units[i].verbs[PERMIT_COLLECT].count > 0)
            permit->mailboxes[permit->mailbox_count++] = i;
    if (r != 0) {
        permit_close(permit);
        return r;
    }
    *ret_permit = permit;
    return 0;
}

void permit_close(struct permit *permit)
{
    if (permit == NULL)
        return;
    for (uint32_t i = 0; i < permit->unit_count; i++) {
        struct unit *unit = &permit->units[i];
        for (int verb = 0; verb < PERMIT_VERBS; verb++) {
            for (uint32_t rule = 0; rule < unit->verbs[verb].count; rule++)
                free(unit->verbs[verb].items[rule].pattern);
            free(unit->verbs[verb].items);
        }
        free(unit->name);
        free(unit->group);
    }
    map_close(&permit->by_name, NULL);
    free(permit->mailboxes);
    free(permit->units);
    free(permit);
}

/* ---- asking -------------------------------------------------------------------------------------- */

static const struct unit *unit_of(const struct permit *permit, const char *name)
{
    return map_get(&permit->by_name, slice_text(name));
}

bool permit_allows(const struct permit *permit, const char *unit, enum permit_verb verb,
                   struct slice subject)
{
    const struct unit *found = unit_of(permit, unit);
    bool allowed = false;

    if (found == NULL)
        return false;
    for (uint32_t i = 0; i < found->verbs[verb].count; i++) {
        const struct rule *rule = &found->verbs[verb].items[i];
        struct slice pattern = slice_text(rule->pattern);
        bool matches = slice_equal(pattern, slice_text("*")) || slice_equal(pattern, subject)
                       || filter_match(pattern, subject);
        if (matches && rule->deny)
            return false;
        allowed = allowed || matches;
    }
    return allowed;
}

/* Whether something can match both: token by token one of them is a star, or they are equal. */
static bool overlap(const char *a, const char *b)
{
    while (*a != '\0' && *b != '\0') {
        size_t a_size = strcspn(a, ".");
        size_t b_size = strcspn(b, ".");
        if (*a == '>' || *b == '>')
            return true;
        bool stars = (a_size == 1 && *a == '*') || (b_size == 1 && *b == '*');
        if (!stars && (a_size != b_size || memcmp(a, b, a_size) != 0))
            return false;
        a += a_size + (a[a_size] == '.');
        b += b_size + (b[b_size] == '.');
    }
    return *a == *b;
}

bool permit_allows_filter(const struct permit *permit, const char *unit, struct slice filter)
{
    const struct unit *found = unit_of(permit, unit);
    char text[PATTERN_BYTES];
    bool allowed = false;

    if (found == NULL || filter.size >= sizeof(text))
        return false;
    snprintf(text, sizeof(text), "%.*s", (int)filter.size, (const char *)filter.data);
    const struct rules *rules = &found->verbs[PERMIT_SUBSCRIBE];
    for (uint32_t i = 0; i < rules->count; i++) {
        if (rules->items[i].deny && overlap(rules->items[i].pattern, text))
            return false;
        if (!rules->items[i].deny && filter_covers(slice_text(rules->items[i].pattern), filter))
            allowed = true;
    }
    return allowed;
}

bool permit_knows(const struct permit *permit, const char *unit)
{
    return unit_of(permit, unit) != NULL;
}

const char *permit_mailbox(const struct permit *permit, uint32_t index)
{
    return index < permit->mailbox_count ? permit->units[permit->mailboxes[index]].name : NULL;
}

const char *permit_collects(const struct permit *permit, const char *unit, uint32_t index)
{
    const struct unit *found = unit_of(permit, unit);

    if (found == NULL || index >= found->verbs[PERMIT_COLLECT].count)
        return NULL;
    return found->verbs[PERMIT_COLLECT].items[index].pattern;
}
