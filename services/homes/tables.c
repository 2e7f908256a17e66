/*
 * homes - institutions for old people: paired, guided, asked each day (S-049, S-06M).
 * This page is the whole service besides the kernel of needs and assignments (kit/loop): days.c holds the
 * reports, state.c what new cases make of a home, guidance.c the centre's visits.
 */
#include "homes/homes.h"
#include "kit/erase.h"
#include "referral.pb-c.h"

#define H(state) HOMES_ROWS__HOME__STATE__##state

static const struct table tables[] = {
    [HOMES] = { .name = "homes", .row = &homes_rows__home__descriptor },
    [DAYS]  = { .name = "days",  .row = &homes_rows__day__descriptor  },
    { 0 }
};

static const struct command commands[] = {
    [REGISTER_HOME]       = { .message = &homes__register_home__descriptor,        .handle = on_register_home },
    [PAIR_HOME]           = { .message = &homes__pair_home__descriptor,            .handle = on_pair_home,           .free = true },
    [SUBMIT_DAILY_REPORT] = { .message = &homes__submit_daily_report__descriptor,  .handle = on_submit_daily_report, .free = true },
    [REPORT_CASE]         = { .message = &homes__report_case__descriptor,          .handle = on_report_case,         .free = true },
    [SET_HOME_STATE]      = { .message = &homes__set_home_state__descriptor,       .handle = on_set_home_state,      .free = true },
    [RECORD_GUIDANCE]     = { .message = &homes__record_guidance__descriptor,      .handle = on_record_guidance,     .free = true },
    [ASK_REPORT]          = { .message = &homes__ask_report__descriptor,           .handle = on_ask_report,          .free = true },   /* timers */
    [ASK_GUIDANCE]        = { .message = &homes__ask_guidance__descriptor,         .handle = on_ask_guidance,        .free = true },
    [END_DAY]             = { .message = &homes__end_day__descriptor,              .handle = on_end_day,             .free = true },
    [HEAR_RESERVED]       = { .message = &referral__capacity_reserved__descriptor, .handle = on_capacity_reserved,   .free = true },
    { 0 }
};

static const ProtobufCMessageDescriptor *const events[] = {
    &homes__home_registered__descriptor,    &homes__home_paired__descriptor,
    &homes__daily_reported__descriptor,     &homes__case_reported__descriptor,
    &homes__report_missing__descriptor,     &homes__home_state_changed__descriptor,
    &homes__guidance_due__descriptor,       &homes__guidance_recorded__descriptor,
    NULL
};

static const char *const words[] = {
    "ToNormal", "ToWatch", "ToCluster", "ToOutbreak", "ToRecovery", NULL
};

/* Cases lead up, days without one lead down; the team may set any state, with a reason. */
static const struct move home_moves[] = {
    { H(STATE_NONE), REGISTER_HOME, H(NORMAL)   },
    { H(NORMAL),     REGISTER_HOME, H(NORMAL)   },   /* told anew: beds, telephone */
    { H(WATCH),      REGISTER_HOME, H(WATCH)    },
    { H(CLUSTER),    REGISTER_HOME, H(CLUSTER)  },
    { H(OUTBREAK),   REGISTER_HOME, H(OUTBREAK) },
    { H(RECOVERY),   REGISTER_HOME, H(RECOVERY) },
    { H(NORMAL),     TO_WATCH,      H(WATCH)    },
    { H(NORMAL),     TO_CLUSTER,    H(CLUSTER)  },
    { H(NORMAL),     TO_OUTBREAK,   H(OUTBREAK) },
    { H(WATCH),      TO_CLUSTER,    H(CLUSTER)  },
    { H(WATCH),      TO_OUTBREAK,   H(OUTBREAK) },
    { H(CLUSTER),    TO_OUTBREAK,   H(OUTBREAK) },
    { H(WATCH),      TO_RECOVERY,   H(RECOVERY) },
    { H(CLUSTER),    TO_RECOVERY,   H(RECOVERY) },
    { H(OUTBREAK),   TO_RECOVERY,   H(RECOVERY) },
    { H(RECOVERY),   TO_WATCH,      H(WATCH)    },   /* back on a case */
    { H(RECOVERY),   TO_CLUSTER,    H(CLUSTER)  },
    { H(RECOVERY),   TO_OUTBREAK,   H(OUTBREAK) },
    { H(RECOVERY),   TO_NORMAL,     H(NORMAL)   },
    { H(WATCH),      TO_NORMAL,     H(NORMAL)   },   /* the team's word: it was no case */
    { H(CLUSTER),    TO_NORMAL,     H(NORMAL)   },
    { H(OUTBREAK),   TO_NORMAL,     H(NORMAL)   },
    { H(CLUSTER),    TO_WATCH,      H(WATCH)    },
    { H(OUTBREAK),   TO_CLUSTER,    H(CLUSTER)  },
    { 0 }
};

static const struct machine machines[] = {
    { "home", HOMES, offsetof(HomesRows__Home, state), &homes_rows__home__state__descriptor,
      home_moves, words, TO_NORMAL },
    { 0 }
};

static const struct question questions[] = {
    { &homes__home_board__descriptor,   &homes__home_board_answer__descriptor,   ask_home_board   },
    { &homes__home_history__descriptor, &homes__home_history_answer__descriptor, ask_home_history },
    { 0 }
};

static const char *const kinds[] = { "GUIDANCE", NULL };

static const struct loop_rules rules = {
    .kinds      = kinds,
    .dispatcher = "sjb",   /* its team-homes */
    .verifier   = "sjb",
    .route      = homes_route,
    .on_close   = on_guidance_closed,
};

/* Counts are of nobody: what goes is what was written of visits. */
static const struct erased_table erased[] = { ERASE_NEEDS, { 0 } };
static const struct erasing erasing = { "homes.retention", erased };

const struct service homes_service = {
    .name      = "homes",
    .letter    = 'E',
    .tables    = tables,
    .commands  = commands,
    .events    = events,
    .machines  = machines,
    .questions = questions,
    .refusals  = &homes__refusal__descriptor,
    .loop      = &rules,
    .erasing   = &erasing,
};
