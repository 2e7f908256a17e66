/*
 * supplies - what the depot gives out, until somebody has seen it arrive.  This page is the whole of it.
 */
#include "supplies/supplies.h"

#define S(state) SUPPLIES_ROWS__ITEM__STATE__##state

static const struct table tables[] = {
    [ITEMS] = { .name = "items", .row = &supplies_rows__item__descriptor },
    { 0 }
};

static const struct command commands[] = {
    [DEFINE_ITEM] = { .message = &supplies__define_item__descriptor, .handle = on_define_item },
    { 0 }
};

static const ProtobufCMessageDescriptor *const events[] = { &supplies__item_defined__descriptor, NULL };

static const struct move item_moves[] = {
    { S(STATE_NONE), DEFINE_ITEM, S(DEFINED) },
    { S(DEFINED),      DEFINE_ITEM, S(DEFINED) },   /* written anew */
    { 0 }
};

static const struct machine machines[] = {
    { .name = "item", .table = ITEMS, .state_offset = offsetof(SuppliesRows__Item, state),
      .states = &supplies_rows__item__state__descriptor, .moves = item_moves },
    { 0 }
};

const struct service supplies_service = {
    .name = "supplies",
    .letter = 'S',
    .tables = tables,
    .commands = commands,
    .events = events,
    .machines = machines,
};
