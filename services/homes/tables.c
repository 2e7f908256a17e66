/*
 * homes - institutions for old people, each day.  This page is the whole of it.
 */
#include "homes/homes.h"

#define S(state) HOMES_ROWS__ITEM__STATE__##state

static const struct table tables[] = {
    [ITEMS] = { .name = "items", .row = &homes_rows__item__descriptor },
    { 0 }
};

static const struct command commands[] = {
    [REGISTER_HOME] = { .message = &homes__register_home__descriptor, .handle = on_register_home },
    { 0 }
};

static const ProtobufCMessageDescriptor *const events[] = { &homes__home_registered__descriptor, NULL };

static const struct move item_moves[] = {
    { S(STATE_NONE), REGISTER_HOME, S(REGISTERED) },
    { S(REGISTERED),      REGISTER_HOME, S(REGISTERED) },   /* written anew */
    { 0 }
};

static const struct machine machines[] = {
    { .name = "item", .table = ITEMS, .state_offset = offsetof(HomesRows__Item, state),
      .states = &homes_rows__item__state__descriptor, .moves = item_moves },
    { 0 }
};

const struct service homes_service = {
    .name = "homes",
    .letter = 'E',
    .tables = tables,
    .commands = commands,
    .events = events,
    .machines = machines,
};
