/*
 * benefit/benefit.h - its tables, its words, its handlers.
 */
#pragma once

#include "benefit.pb-c.h"
#include "benefit_rows.pb-c.h"
#include "kit/turn.h"

enum { BENEFITS };
enum { DEFINE_BENEFIT, RETIRE_BENEFIT };

int on_define_benefit(struct turn *turn, const void *message);
int on_retire_benefit(struct turn *turn, const void *message);

extern const struct service benefit_service;
