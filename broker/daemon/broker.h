/*
 * daemon/broker.h - the broker's process: everything opened, the loop turned, the end.
 */
#pragma once

#include "base/options.h"

/* Serves the town of that folder until SIGTERM.  The exit status: 0, or one of base/err.h. */
int broker_run(const struct options *options);

/* Reads the whole log and says what is wrong with it: 0, or EXIT_CORRUPT. */
int broker_verify(const struct options *options);
