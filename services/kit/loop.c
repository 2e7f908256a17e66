/*
 * kit/loop: what its files and its services share: rows, guards, names, events.
 */
#include "kit/loop.h"

#include <sodium.h>
#include <string.h>

#include "kit/loop_inside.h"

const Need *loop_need(struct turn *turn, const char *id)
{
    return turn_load(turn, LOOP_NEEDS, id);
}

const Assignment *loop_assignment(struct turn *turn, const char *id)
{
    return turn_load(turn, LOOP_ASSIGNMENTS, id);
}

Need *loop_edit(struct turn *turn, const char *id)
{
    if (loop_need(turn, id) == NULL) {
        turn_refuse(turn, TOWN__REFUSAL__NOT_FOUND, "there is no such need");
        return NULL;
    }
    return turn_edit(turn, LOOP_NEEDS, id);
}

bool loop_is_live(const Assignment *assignment)
{
    return assignment->state >= LOOP_ROWS__ASSIGNMENT__STATE__REQUESTED
           && assignment->state <= LOOP_ROWS__ASSIGNMENT__STATE__ON_HOLD;
}

bool loop_is_open(const Need *need)
{
    return !NEED_IS(need, NONE) && !NEED_IS(need, CLOSED) && !NEED_IS(need, SEALED);
}

const char *loop_id_of(struct turn *turn, const char *id, const char *word)
{
    enum { DIGEST_BYTES = 16 };
    uint8_t digest[DIGEST_BYTES];
    char hex[2 * DIGEST_BYTES + 1];
    size_t length = strlen(id);

    if (length + 1 + strlen(word) <= TURN_ID_LENGTH)
        return turn_text(turn, "%s-%s", id, word);
    crypto_generichash(digest, sizeof(digest), (const uint8_t *)id, length, NULL, 0);
    sodium_bin2hex(hex, sizeof(hex), digest, sizeof(digest));
    int kept = (int)(TURN_ID_LENGTH - sizeof(hex) - 1 - strlen(word));
    return turn_text(turn, "%.*s.%s-%s", kept, id, hex, word);
}

static bool add_id(void *context, const char *key, const void *row)
{
    const LoopRows__Link *link = row;
    struct loop_ids *list = context;
    const Need *need = list->open_only ? loop_need(list->turn, link->need) : NULL;

    (void)key;
    if (list->open_only && (need == NULL || !loop_is_open(need)))
        return true;
    if (list->count == list->room) {
        list->room = 2 * list->room + 16;
        const char **ids = turn_array(list->turn, list->room, sizeof(*ids));
        for (size_t i = 0; i < list->count; i++)
            ids[i] = list->ids[i];
        list->ids = ids;
    }
    list->ids[list->count++] = turn_text(list->turn, "%s", link->need);
    return true;
}

static void list_rows(struct turn *turn, unsigned table, const char *first, bool open_only,
                      struct loop_ids *ret_ids)
{
    *ret_ids = (struct loop_ids){ .turn = turn, .open_only = open_only };
    if (first[0] != '\0')
        turn_each(turn, table, turn_text(turn, "%s/", first), add_id, ret_ids);
}

void loop_list(struct turn *turn, unsigned table, const char *first, struct loop_ids *ret_ids)
{
    list_rows(turn, table, first, false, ret_ids);
}

void loop_list_open(struct turn *turn, unsigned table, const char *first, struct loop_ids *ret_ids)
{
    list_rows(turn, table, first, true, ret_ids);
}

/* ---- who ----------------------------------------------------------------------------------------- */

bool loop_is_sender(const struct turn *turn, const char *unit)
{
    if (turn->acts_for != NULL)
        return strcmp(turn->acts_for, unit) == 0;
    return unit[0] != '\0'
           && (strcmp(turn_actor_unit(turn), unit) == 0 || strcmp(turn->source_unit, unit) == 0);
}

bool loop_sent_by(struct turn *turn, const char *const *units)
{
    for (; *units != NULL; units++)
        if (loop_is_sender(turn, *units))
            return true;
    turn_refuse(turn, TOWN__REFUSAL__NOT_ALLOWED, "%s is not for %s", turn->message,
                turn_actor_unit(turn));
    return false;
}

/* ---- events -------------------------------------------------------------------------------------- */

const char *loop_place(const Need *need)
{
    return need->place[0] == '\0' ? "town" : need->place;
}

const char *loop_unit(struct turn *turn, const Need *need)
{
    const Assignment *assignment = loop_assignment(turn, need->assignment);

    return assignment == NULL ? loop_place(need) : assignment->unit;
}

int loop_say(struct turn *turn, const Need *need, const char *unit, const ProtobufCMessage *event)
{
    return loop_say_to(turn, need, unit, "", event);
}

int loop_say_to(struct turn *turn, const Need *need, const char *unit, const char *to,
                const ProtobufCMessage *event)
{
    struct turn_post post = {
        .unit = unit,
        .to = to,
        .case_id = need->case_id,
        .priority = (Bus__Priority)(need->priority + 1),
        .message = event,
    };

    return turn_post(turn, &post);
}

/* ---- names --------------------------------------------------------------------------------------- */

const char *loop_priority_name(uint32_t priority)
{
    static const char *const names[] = { "P0", "P1", "P2", "P3", "P4", "P5" };

    return priority < 6 ? names[priority] : "";
}

uint32_t loop_priority(const char *name)
{
    for (uint32_t i = 0; i < 6; i++)
        if (strcmp(loop_priority_name(i), name) == 0)
            return i;
    return LOOP_NO_PRIORITY;
}

const char *loop_need_state(int32_t state)
{
    return compose_enum(&loop_rows__need__state__descriptor, state);
}

const char *loop_assignment_state(int32_t state)
{
    return compose_enum(&loop_rows__assignment__state__descriptor, state);
}
