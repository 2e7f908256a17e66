/*
 * benefit - which help a person has a right to, offered before it is asked for; and the visits of a
 * festival.  This page is the whole service besides the kernel of needs and assignments (kit/loop).
 */
#include "benefit/benefit.h"
#include "care.pb-c.h"

#define B(state) BENEFIT_ROWS__BENEFIT__STATE__##state
#define M(state) BENEFIT_ROWS__MATCH__STATE__##state
#define R(state) BENEFIT_ROWS__RUN__STATE__##state
#define V(state) BENEFIT_ROWS__VISIT__STATE__##state

static const struct table tables[] = {
    [BENEFITS]   = { .name = "benefits",   .row = &benefit_rows__benefit__descriptor   },
    [PEOPLE]     = { .name = "people",     .row = &benefit_rows__person__descriptor    },
    [SEATS]      = { .name = "seats",      .row = &benefit_rows__seat__descriptor      },
    [COMMITTEES] = { .name = "committees", .row = &benefit_rows__committee__descriptor },
    [REDS]       = { .name = "reds",       .row = &benefit_rows__red__descriptor       },
    [MATCHES]    = { .name = "matches",    .row = &benefit_rows__match__descriptor     },
    [LATEST]     = { .name = "latest",     .row = &benefit_rows__latest__descriptor    },
    [ENTRIES]    = { .name = "entries",    .row = &benefit_rows__entry__descriptor     },
    [GRANTS]     = { .name = "grants",     .row = &benefit_rows__grant__descriptor     },
    [RUNS]       = { .name = "runs",       .row = &benefit_rows__run__descriptor       },
    [VISITS]     = { .name = "visits",     .row = &benefit_rows__visit__descriptor     },
    [LISTED]     = { .name = "listed",     .row = &benefit_rows__listed__descriptor    },
    { 0 }
};

static const struct command commands[] = {
    [DEFINE_BENEFIT]      = { .message = &benefit__define_benefit__descriptor,     .handle = on_define_benefit },
    [RETIRE_BENEFIT]      = { .message = &benefit__retire_benefit__descriptor,     .handle = on_retire_benefit },
    [RUN_MATCH]           = { .message = &benefit__run_match__descriptor,          .handle = on_run_match,          .free = true },
    [SCREEN_MATCH]        = { .message = &benefit__screen_match__descriptor,       .handle = on_screen_match },
    [OFFER_MATCH]         = { .message = &benefit__offer_match__descriptor,        .handle = on_offer_match },
    [ANSWER_OFFER]        = { .message = &benefit__answer_offer__descriptor,       .handle = on_answer_offer,       .free = true },   /* Accept, Decline, Miss */
    [APPLY]               = { .message = &benefit__apply__descriptor,              .handle = on_apply },
    [DECIDE_APPLICATION]  = { .message = &benefit__decide_application__descriptor, .handle = on_decide_application, .free = true },   /* Approve, Refuse */
    [DELIVER_BENEFIT]     = { .message = &benefit__deliver_benefit__descriptor,    .handle = on_deliver_benefit },
    [CONFIRM_BENEFIT]     = { .message = &benefit__confirm_benefit__descriptor,    .handle = on_confirm_benefit },
    [PLAN_RUN]            = { .message = &benefit__plan_run__descriptor,           .handle = on_plan_run },
    [FREEZE_RUN]          = { .message = &benefit__freeze_run__descriptor,         .handle = on_freeze_run },
    [CLOSE_RUN]           = { .message = &benefit__close_run__descriptor,          .handle = on_close_run },
    [RECORD_VISIT]        = { .message = &benefit__record_visit__descriptor,       .handle = on_record_visit },
    [MATCH_NEXT]          = { .message = &benefit__match_next__descriptor,         .handle = on_match_next,         .free = true },   /* its own, and timers */
    [CHASE_MATCH]         = { .message = &benefit__chase_match__descriptor,        .handle = on_chase_match },
    [FREEZE_NEXT]         = { .message = &benefit__freeze_next__descriptor,        .handle = on_freeze_next },
    [CLOSE_NEXT]          = { .message = &benefit__close_next__descriptor,         .handle = on_close_next },
    [CHASE_RUN]           = { .message = &benefit__chase_run__descriptor,          .handle = on_chase_run },
    [HEAR_VERIFIED]       = { .message = &registry__verified__descriptor,          .handle = on_verified,           .free = true },   /* the roster */
    [HEAR_CATEGORIES]     = { .message = &registry__categories_set__descriptor,    .handle = on_categories_set,     .free = true },
    [HEAR_CLASS]          = { .message = &registry__class_set__descriptor,         .handle = on_class_set,          .free = true },
    [HEAR_SILENT]         = { .message = &registry__silent_set__descriptor,        .handle = on_silent_set,         .free = true },
    [HEAR_AWAY]           = { .message = &registry__away_started__descriptor,      .handle = on_away_started,       .free = true },
    [HEAR_BACK]           = { .message = &registry__away_ended__descriptor,        .handle = on_away_ended,         .free = true },
    [HEAR_MOVED]          = { .message = &registry__moved__descriptor,             .handle = on_moved,              .free = true },
    [HEAR_REMOVED]        = { .message = &registry__removed__descriptor,           .handle = on_removed,            .free = true },
    [HEAR_LEFT_TOWN]      = { .message = &registry__left_town__descriptor,         .handle = on_left_town,          .free = true },
    [HEAR_DEATH_REPORTED] = { .message = &registry__death_reported__descriptor,    .handle = on_death_reported,     .free = true },
    [HEAR_DEATH_REFUTED]  = { .message = &registry__death_refuted__descriptor,     .handle = on_death_refuted,      .free = true },
    [HEAR_DEATH_CONFIRMED] = { .message = &registry__death_confirmed__descriptor,  .handle = on_death_confirmed,    .free = true },
    [HEAR_MERGED]         = { .message = &registry__merged__descriptor,            .handle = on_merged,             .free = true },
    [HEAR_UNMERGED]       = { .message = &registry__unmerged__descriptor,          .handle = on_unmerged,           .free = true },
    [HEAR_CONTACT]        = { .message = &care__contact_recorded__descriptor,      .handle = on_contact_recorded,   .free = true },
    { 0 }
};

static const ProtobufCMessageDescriptor *const events[] = {
    &benefit__benefit_defined__descriptor,     &benefit__benefit_retired__descriptor,
    &benefit__match_proposed__descriptor,      &benefit__match_dropped__descriptor,
    &benefit__match_screened__descriptor,      &benefit__match_offered__descriptor,
    &benefit__offer_answered__descriptor,      &benefit__applied__descriptor,
    &benefit__application_decided__descriptor, &benefit__benefit_delivered__descriptor,
    &benefit__benefit_confirmed__descriptor,   &benefit__match_overdue__descriptor,
    &benefit__roster_matched__descriptor,      &benefit__run_planned__descriptor,
    &benefit__run_frozen__descriptor,          &benefit__visit_recorded__descriptor,
    &benefit__visit_dropped__descriptor,       &benefit__visit_restored__descriptor,
    &benefit__unmatched_listed__descriptor,    &benefit__run_closed__descriptor,
    &benefit__run_overdue__descriptor,
    NULL
};

static const char *const words[] = { "Propose", "Drop", "Accept", "Decline", "Miss", "Approve", "Refuse",
                                     "Visit", "Suspend", "Restore", "List", "LeaveOut", "Finish", NULL };

static const struct move benefit_moves[] = {
    { B(NONE),     DEFINE_BENEFIT, B(IN_FORCE) },
    { B(IN_FORCE), DEFINE_BENEFIT, B(IN_FORCE) },   /* written anew */
    { B(IN_FORCE), RETIRE_BENEFIT, B(RETIRED)  },
    { 0 }
};

/* One policy and one person. */
static const struct move match_moves[] = {
    { M(NONE),        PROPOSE,         M(PROPOSED)    },
    { M(PROPOSED),    SCREEN_MATCH,    M(SCREENED)    },
    { M(SCREENED),    OFFER_MATCH,     M(OFFERED)     },
    { M(OFFERED),     OFFER_MATCH,     M(OFFERED)     },   /* by another unit */
    { M(UNREACHABLE), OFFER_MATCH,     M(OFFERED)     },
    { M(OFFERED),     ACCEPT,          M(ACCEPTED)    },
    { M(UNREACHABLE), ACCEPT,          M(ACCEPTED)    },
    { M(OFFERED),     MISS,            M(UNREACHABLE) },
    { M(OFFERED),     DECLINE,         M(DECLINED)    },
    { M(UNREACHABLE), DECLINE,         M(DECLINED)    },
    { M(SCREENED),    DECLINE,         M(DECLINED)    },   /* at the door */
    { M(ACCEPTED),    DECLINE,         M(DECLINED)    },
    { M(APPROVED),    DECLINE,         M(DECLINED)    },
    { M(ACCEPTED),    APPLY,           M(APPLIED)     },
    { M(APPLIED),     APPROVE_IT,      M(APPROVED)    },
    { M(APPLIED),     REFUSE_IT,       M(REFUSED)     },
    { M(ACCEPTED),    DELIVER_BENEFIT, M(DELIVERED)   },   /* one that asks for no evidence */
    { M(APPROVED),    DELIVER_BENEFIT, M(DELIVERED)   },
    { M(SCREENED),    VISIT,           M(DELIVERED)   },   /* by a run's visit */
    { M(OFFERED),     VISIT,           M(DELIVERED)   },
    { M(UNREACHABLE), VISIT,           M(DELIVERED)   },
    { M(ACCEPTED),    VISIT,           M(DELIVERED)   },
    { M(APPROVED),    VISIT,           M(DELIVERED)   },
    { M(DELIVERED),   CONFIRM_BENEFIT, M(CONFIRMED)   },
    { M(PROPOSED),    CHASE_MATCH,     M(PROPOSED)    },   /* overdue */
    { M(SCREENED),    CHASE_MATCH,     M(SCREENED)    },
    { M(OFFERED),     CHASE_MATCH,     M(OFFERED)     },
    { M(UNREACHABLE), CHASE_MATCH,     M(UNREACHABLE) },
    { M(ACCEPTED),    CHASE_MATCH,     M(ACCEPTED)    },
    { M(APPLIED),     CHASE_MATCH,     M(APPLIED)     },
    { M(APPROVED),    CHASE_MATCH,     M(APPROVED)    },
    { M(DELIVERED),   CHASE_MATCH,     M(DELIVERED)   },
    { M(PROPOSED),    DROP,            M(DROPPED)     },
    { M(SCREENED),    DROP,            M(DROPPED)     },
    { M(OFFERED),     DROP,            M(DROPPED)     },
    { M(UNREACHABLE), DROP,            M(DROPPED)     },
    { M(ACCEPTED),    DROP,            M(DROPPED)     },
    { M(APPLIED),     DROP,            M(DROPPED)     },
    { M(APPROVED),    DROP,            M(DROPPED)     },
    { M(DELIVERED),   DROP,            M(UNCONFIRMED) },   /* nobody is left to confirm it */
    { 0 }
};

/* A run of festival visits. */
static const struct move run_moves[] = {
    { R(NONE),     PLAN_RUN,     R(PLANNED)  },
    { R(PLANNED),  CHASE_RUN,    R(PLANNED)  },   /* the visits should begin */
    { R(PLANNED),  FREEZE_RUN,   R(FREEZING) },
    { R(FREEZING), FREEZE_NEXT,  R(FREEZING) },   /* a committee a turn */
    { R(FREEZING), CHASE_RUN,    R(FREEZING) },
    { R(FREEZING), FINISH,       R(FROZEN)   },
    { R(FROZEN),   RECORD_VISIT, R(VISITING) },
    { R(VISITING), RECORD_VISIT, R(VISITING) },
    { R(FROZEN),   CHASE_RUN,    R(FROZEN)   },
    { R(VISITING), CHASE_RUN,    R(VISITING) },
    { R(FROZEN),   CLOSE_RUN,    R(CLOSING)  },
    { R(VISITING), CLOSE_RUN,    R(CLOSING)  },
    { R(CLOSING),  CLOSE_NEXT,   R(CLOSING)  },   /* a committee a turn */
    { R(CLOSING),  FINISH,       R(CLOSED)   },
    { 0 }
};

/* One person on its list. */
static const struct move visit_moves[] = {
    { V(NONE),        LIST,      V(LISTED)      },
    { V(LISTED),      VISIT,     V(VISITED)     },
    { V(NOT_REACHED), VISIT,     V(VISITED)     },
    { V(LISTED),      MISS,      V(NOT_REACHED) },
    { V(NOT_REACHED), MISS,      V(NOT_REACHED) },
    { V(LISTED),      DECLINE,   V(DECLINED)    },
    { V(NOT_REACHED), DECLINE,   V(DECLINED)    },
    { V(LISTED),      SUSPEND,   V(SUSPENDED)   },   /* a death was reported */
    { V(NOT_REACHED), SUSPEND,   V(SUSPENDED)   },
    { V(SUSPENDED),   RESTORE,   V(LISTED)      },
    { V(LISTED),      DROP,      V(DROPPED)     },
    { V(NOT_REACHED), DROP,      V(DROPPED)     },
    { V(SUSPENDED),   DROP,      V(DROPPED)     },
    { V(LISTED),      LEAVE_OUT, V(NOT_VISITED) },   /* the run is closed */
    { V(NOT_REACHED), LEAVE_OUT, V(NOT_VISITED) },
    { V(SUSPENDED),   LEAVE_OUT, V(NOT_VISITED) },
    { 0 }
};

static const struct machine machines[] = {
    { "benefit", BENEFITS, offsetof(BenefitRows__Benefit, state),
      &benefit_rows__benefit__state__descriptor, benefit_moves, words, PROPOSE },
    { "match", MATCHES, offsetof(BenefitRows__Match, state),
      &benefit_rows__match__state__descriptor, match_moves, words, PROPOSE },
    { "run", RUNS, offsetof(BenefitRows__Run, state),
      &benefit_rows__run__state__descriptor, run_moves, words, PROPOSE },
    { "visit", VISITS, offsetof(BenefitRows__Visit, state),
      &benefit_rows__visit__state__descriptor, visit_moves, words, PROPOSE },
    { 0 }
};

static const struct question questions[] = {
    { &benefit__match_list__descriptor, &benefit__match_list_answer__descriptor, ask_match_list },
    { &benefit__grants_of__descriptor,  &benefit__grants_of_answer__descriptor,  ask_grants_of  },
    { &benefit__run_sheet__descriptor,  &benefit__run_sheet_answer__descriptor,  ask_run_sheet  },
    { &benefit__why_not__descriptor,    &benefit__why_not_answer__descriptor,    ask_why_not    },
    { 0 }
};

/* LIVING/MONEY and GENERAL/APPLY_BENEFIT. */
static const char *const kinds[] = { "APPLY_BENEFIT", "MONEY", NULL };

static const struct loop_rules rules = {
    .kinds        = kinds,
    .unknown_kind = BENEFIT__REFUSAL__UNKNOWN_KIND,
    .dispatcher   = "swc",
    .on_open      = on_need_opened,
};

const struct service benefit_service = {
    .name      = "benefit",
    .letter    = 'B',
    .tables    = tables,
    .commands  = commands,
    .events    = events,
    .machines  = machines,
    .questions = questions,
    .refusals  = &benefit__refusal__descriptor,
    .loop      = &rules,
    .erasing   = &benefit_erasing,
};
