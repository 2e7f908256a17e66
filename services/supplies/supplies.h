/*
 * supplies/supplies.h - its tables, its words, its handlers.
 */
#pragma once

#include "kit/turn.h"
#include "supplies.pb-c.h"
#include "supplies_rows.pb-c.h"

enum { ITEMS };
enum { DEFINE_ITEM };

int on_define_item(struct turn *turn, const void *message);

extern const struct service supplies_service;
