/*
 * sim/broker.h - what the broker's files share.
 */
#pragma once

#include "sim/sim.h"

/* broker_told.c: one thing that the core tells, to be put on the net; `context` is the sim. */
void broker_tell(void *context, const struct world_told *told);

/* broker_said.c: the core's event of what a peer says. */
void broker_said(struct sim *sim, const struct parcel *parcel);
