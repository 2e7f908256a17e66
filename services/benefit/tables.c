/*
 * benefit - policies matched to people, and the visits of a festival.
 */
#include "benefit/benefit.h"

#define B(state) BENEFIT_ROWS__BENEFIT__STATE__##state

static const struct table tables[] = {
    [BENEFITS] = { .name = "benefits", .row = &benefit_rows__benefit__descriptor },
    { 0 }
};

static const struct command commands[] = {
    [DEFINE_BENEFIT] = { .message = &benefit__define_benefit__descriptor, .handle = on_define_benefit },
    [RETIRE_BENEFIT] = { .message = &benefit__retire_benefit__descriptor, .handle = on_retire_benefit },
    { 0 }
};

static const ProtobufCMessageDescriptor *const events[] = {
    &benefit__benefit_defined__descriptor, &benefit__benefit_retired__descriptor, NULL
};

static const struct move benefit_moves[] = {
    { B(NONE),     DEFINE_BENEFIT, B(IN_FORCE) },
    { B(IN_FORCE), DEFINE_BENEFIT, B(IN_FORCE) },   /* written anew */
    { B(IN_FORCE), RETIRE_BENEFIT, B(RETIRED)  },
    { 0 }
};

static const struct machine machines[] = {
    { .name = "benefit", .table = BENEFITS, .state_offset = offsetof(BenefitRows__Benefit, state),
      .states = &benefit_rows__benefit__state__descriptor, .moves = benefit_moves },
    { 0 }
};

const struct service benefit_service = {
    .name     = "benefit",
    .letter   = 'B',
    .tables   = tables,
    .commands = commands,
    .events   = events,
    .machines = machines,
    .refusals = &benefit__refusal__descriptor,
};
