/*
 * homes/homes.h - its tables, its words, its handlers.
 */
#pragma once

#include "kit/turn.h"
#include "homes.pb-c.h"
#include "homes_rows.pb-c.h"

enum { ITEMS };
enum { REGISTER_HOME };

int on_register_home(struct turn *turn, const void *message);

extern const struct service homes_service;
