/*
 * The call-back list: whom the verifiers of all services have yet to ask whether they were helped.
 */
#include <inttypes.h>

#include <string.h>

#include "hotline/hotline.h"

enum { NEED_LENGTH = 100 }; /* of another service's id: a whole line of the list must fit a key */

static const char *need_key(struct turn *turn, const char *service, const char *need)
{
    bool fits = *need != '\0' && strlen(need) <= NEED_LENGTH && strchr(need, '/') == NULL;

    return fits ? turn_key(turn, "%s/%s", service, need) : NULL;
}

void callback_drop(struct turn *turn, const char *service, const char *need)
{
    const char *key = need_key(turn, service, need);
    const Ref *place = key != NULL ? turn_load(turn, CALLBACK_KEYS, key) : NULL;

    if (place == NULL)
        return;
    turn_drop(turn, CALLBACKS, place->id);
    turn_drop(turn, CALLBACK_KEYS, key);
}

int callback_due(struct turn *turn, const void *message)
{
    const Town__VerificationDue *due = message;
    const char *key = need_key(turn, turn->service, due->need);

    if (key == NULL || !hotline_is_id(due->verifier_unit))
        return turn->outcome;
    callback_drop(turn, turn->service, due->need);
    const char *place =
        turn_key(turn, "%s/%016" PRIu64 "/%s", due->verifier_unit, due->due_ms, key);
    Ref *ref = turn_edit(turn, CALLBACK_KEYS, key);
    Callback *callback = turn_edit(turn, CALLBACKS, place);
    if (ref == NULL || callback == NULL)
        return turn->outcome;
    ref->id = place;
    callback->service = turn->service;
    callback->need = due->need;
    callback->person = due->person;
    callback->due_ms = due->due_ms;
    callback->handler_unit = due->handler_unit;
    callback->handler_post = due->handler_post;
    callback->handler_person = due->handler_person;
    callback->case_id = turn->case_id;
    return turn->outcome;
}

/* Who was not reached stays on the list. */
int callback_recorded(struct turn *turn, const void *message)
{
    const Town__CallbackRecorded *recorded = message;

    if (recorded->result != TOWN__CALLBACK_RESULT__UNREACHABLE)
        callback_drop(turn, turn->service, recorded->need);
    return turn->outcome;
}

int callback_rework(struct turn *turn, const void *message)
{
    const Town__ReworkOrdered *ordered = message;

    callback_drop(turn, turn->service, ordered->need);
    return turn->outcome;
}
