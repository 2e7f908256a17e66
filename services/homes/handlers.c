#include "homes/homes.h"

int on_register_home(struct turn *turn, const void *message)
{
    const Homes__RegisterHome *note = message;

    HomesRows__Item *item = turn_move(turn, ITEMS, note->home);
    if (item == NULL)
        return turn->outcome;
    item->name = note->name;
    Homes__HomeRegistered noted = { IS(homes__home_registered), .home = note->home };
    return turn_emit(turn, turn->unit, &noted.base);
}
