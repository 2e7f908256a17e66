#include "supplies/supplies.h"

int on_define_item(struct turn *turn, const void *message)
{
    const Supplies__DefineItem *note = message;

    SuppliesRows__Item *item = turn_move(turn, ITEMS, note->item);
    if (item == NULL)
        return turn->outcome;
    item->name = note->name;
    Supplies__ItemDefined noted = { IS(supplies__item_defined), .item = note->item };
    return turn_emit(turn, turn->unit, &noted.base);
}
