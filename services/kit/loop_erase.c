/*
 * kit/loop: what a campaign that is over leaves of needs (kit/erase.h).
 */
#include "kit/erase.h"
#include "kit/loop_inside.h"

static bool says_something(const Need *need)
{
    return need->person[0] != '\0' || need->detail[0] != '\0' || need->public_text[0] != '\0'
           || need->n_aliases + need->n_refusals > 0;
}

bool loop_erase_need(struct turn *turn, const char *key)
{
    const Need *present = loop_need(turn, key);

    if (present == NULL || loop_is_open(present) || !says_something(present))
        return false;
    Need *need = turn_edit(turn, LOOP_NEEDS, key);
    if (need->person[0] != '\0')
        turn_drop(turn, LOOP_PERSONS, turn_key(turn, "%s/%s", need->person, key));
    need->person = "";
    need->detail = "";
    need->public_text = "";
    need->n_aliases = 0;
    need->n_refusals = 0;
    return true;
}

bool loop_erase_assignment(struct turn *turn, const char *key)
{
    const Assignment *present = loop_assignment(turn, key);

    if (present == NULL || loop_is_live(present)
        || (present->text[0] == '\0' && present->note[0] == '\0' && present->output[0] == '\0'
            && present->proof[0] == '\0' && present->hold_reason[0] == '\0'))
        return false;
    Assignment *assignment = turn_edit(turn, LOOP_ASSIGNMENTS, key);
    assignment->text = "";
    assignment->note = "";
    assignment->output = "";
    assignment->proof = "";
    assignment->hold_reason = "";
    return true;
}
