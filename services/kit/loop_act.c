/*
 * kit/loop: what the service itself has seen done.
 */
#include "kit/loop_inside.h"

int loop_act(struct turn *turn, const char *unit, const ProtobufCMessage *message)
{
    const char *before = turn->acts_for;

    if (turn->outcome != 0)
        return turn->outcome;
    for (const struct command *command = loop_part.commands; command->message != NULL; command++) {
        if (command->message != message->descriptor)
            continue;
        turn->acts_for = unit;
        command->handle(turn, message);
        break;
    }
    turn->acts_for = before;
    return turn->outcome;
}
