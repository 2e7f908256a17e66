#include <string.h>

#include "kit/part.h"
#include "organisation/organisation.h"

typedef OrganisationRows__Unit Unit;

int know_at_once(struct turn *turn, const ProtobufCMessage *event)
{
    for (const struct command *command = directory_part.commands; command->message != NULL;
         command++)
        if (turn->outcome == 0 && command->message == event->descriptor)
            return command->handle(turn, event);
    return turn->outcome;
}

bool by_lgo(struct turn *turn)
{
    return turn_from(turn, "lgo");
}

bool by_unit_or_lgo(struct turn *turn, const char *unit)
{
    if (turn->outcome != 0)
        return false;
    return strcmp(turn_actor_unit(turn), "lgo") == 0 || turn_from(turn, unit);
}

bool by_timer(struct turn *turn)
{
    return turn_from(turn, "organisation");
}

bool is_name(struct turn *turn, const char *text, const char *field)
{
    if (text[0] != '\0' && strchr(text, '/') == NULL)
        return turn->outcome == 0;
    turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "%s: a name is wanted", field);
    return false;
}

const Unit *known_unit(struct turn *turn, const char *unit)
{
    const Unit *row = unit[0] == '\0' ? NULL : turn_load(turn, UNITS, unit);

    if (row != NULL && row->state == ORGANISATION_ROWS__UNIT_STATE__REGISTERED)
        return row;
    turn_refuse(turn, ORGANISATION__REFUSAL__UNKNOWN_UNIT, "no such unit: %s", unit);
    return NULL;
}
