/*
 * core/filter.h - which subjects somebody wants: `referral.*.hcz`, `registry.>`, `>`.
 *
 * A subject is three tokens, service.Message.unit.  `*` stands for one token, `>` for one or more
 * at the end.  Sets are compiled once and compared by content, so that all receivers of one set
 * share one frame.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

enum { FILTER_BAD = 1 };

bool filter_match(struct slice filter, struct slice subject);
bool filter_valid(struct slice filter);

/* True if every subject that `inner` matches is matched by `outer` too. */
bool filter_covers(struct slice outer, struct slice inner);

struct filters;
bool filters_match(const struct filters *filters, struct slice subject);

/* Compiles a set (its order does not matter; filters that others cover are left out).
 * FILTER_BAD.  Gives the set: end it with filters_close. */
int filters_open(const char *const *texts, uint32_t count, struct filters **ret_filters);
void filters_close(struct filters *filters);
bool filters_equal(const struct filters *a, const struct filters *b);
uint32_t filters_count(const struct filters *filters);
struct slice filters_at(const struct filters *filters, uint32_t index);
