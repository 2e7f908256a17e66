/*
 * crash/day/log.h - the messages of a log whose broker has ended, in memory.
 */
#pragma once

#include "crash/day/picture.h"
#include "wire/scan.h"

void days_log_each(const struct days_log *log,
                   void (*each)(void *context, const struct stored *stored), void *context);
const struct stored *days_log_all(const struct days_log *log, uint32_t *ret_count);
uint64_t days_log_last(const struct days_log *log); /* sequence */
uint64_t days_log_identity(const struct days_log *log);
