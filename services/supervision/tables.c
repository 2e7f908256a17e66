/*
 * supervision - is it done: the duty register, findings, timelines, rates, who looked at whom.
 * This page is the whole service; phrases.c is the language of the register, handlers_*.c hold
 * what is particular to each command.
 */
#include <stddef.h>

#include "supervision/supervision.h"

#define DUTY(state)       SUPERVISION__DUTY_STATE__##state
#define FINDING(state)    SUPERVISION_ROWS__FINDING__STATE__##state
#define INSPECTION(state) SUPERVISION_ROWS__INSPECTION__STATE__##state

static const struct table tables[] = {
    [CAMPAIGNS]     = { "campaigns",     &supervision_rows__campaign__descriptor   },
    [UNITS]         = { "units",         &supervision_rows__unit__descriptor       },
    [POSTS]         = { "posts",         &supervision_rows__post__descriptor       },
    [HOLDERS]       = { "holders",       &supervision_rows__entry__descriptor      },
    [DUTIES]        = { "duties",        &supervision_rows__duty__descriptor       },
    [TRIGGERS]      = { "triggers",      &supervision_rows__entry__descriptor      },
    [MARKS]         = { "marks",         &supervision_rows__mark__descriptor       },
    [BOARD]         = { "board",         &supervision_rows__entry__descriptor      },
    [TALLIES]       = { "tallies",       &supervision_rows__tally__descriptor      },
    [CONDITIONS]    = { "conditions",    &supervision_rows__condition__descriptor  },
    [SETS]          = { "sets",          &supervision_rows__set__descriptor        },
    [CASES]         = { "cases",         &supervision_rows__case__descriptor       },
    [LINES]         = { "lines",         &supervision_rows__line__descriptor       },
    [NEEDS]         = { "needs",         &supervision_rows__need__descriptor       },
    [LATE]          = { "late",          &supervision_rows__late__descriptor       },
    [RATES]         = { "rates",         &supervision_rows__rates__descriptor      },
    [BULLETINS]     = { "bulletins",     &supervision_rows__bulletin__descriptor   },
    [FINDINGS]      = { "findings",      &supervision_rows__finding__descriptor    },
    [UNIT_FINDINGS] = { "unit_findings", &supervision_rows__entry__descriptor      },
    [INSPECTIONS]   = { "inspections",   &supervision_rows__inspection__descriptor },
    [LOOKS]         = { "looks",         &supervision_rows__look__descriptor       },
    [READERS]       = { "readers",       &supervision_rows__reader__descriptor     },
    [CHECKPOINTS]   = { "checkpoints",   &supervision_rows__checkpoint__descriptor },
    [STANDINGS]     = { "standings",     &supervision_rows__standing__descriptor   },
    [ALIASES]       = { "aliases",       &supervision_rows__alias__descriptor      },
    [KEPT]          = { "kept",          &supervision_rows__kept__descriptor       },
    { 0 }
};

static const struct command commands[] = {
    [DEFINE_DUTY]        = { &supervision__define_duty__descriptor,        on_define_duty, NULL, true      },
    [EXCUSE_DUTY]        = { &supervision__excuse_duty__descriptor,        on_excuse_duty, NULL, true      },
    [CHASE_DUTY]         = { &supervision__chase_duty__descriptor,         on_chase_duty, NULL, true       },   /* a timer's */
    [OPEN_PERIOD]        = { &supervision__open_period__descriptor,        on_open_period, NULL, true      },   /* a timer's */
    [PLAN_INSPECTION]    = { &supervision__plan_inspection__descriptor,    on_plan_inspection              },
    [START_INSPECTION]   = { &supervision__start_inspection__descriptor,   on_start_inspection             },
    [REPORT_INSPECTION]  = { &supervision__report_inspection__descriptor,  on_report_inspection            },
    [OPEN_FINDING]       = { &supervision__open_finding__descriptor,       on_open_finding                 },
    [EXPLAIN_FINDING]    = { &supervision__explain_finding__descriptor,    on_explain_finding              },
    [PLAN_RECTIFICATION] = { &supervision__plan_rectification__descriptor, on_plan_rectification           },
    [REPORT_RECTIFIED]   = { &supervision__report_rectified__descriptor,   on_report_rectified             },
    [RECHECK_FINDING]    = { &supervision__recheck_finding__descriptor,    on_recheck_finding              },
    [CLOSE_FINDING]      = { &supervision__close_finding__descriptor,      on_close_finding                },
    [REOPEN_FINDING]     = { &supervision__reopen_finding__descriptor,     on_reopen_finding               },
    [ESCALATE_FINDING]   = { &supervision__escalate_finding__descriptor,   on_escalate_finding             },
    [CHASE_FINDING]      = { &supervision__chase_finding__descriptor,      on_chase_finding                },   /* a timer's */
    [REQUEST_REOPEN]     = { &supervision__request_reopen__descriptor,     on_request_reopen, NULL, true   },
    [COSIGN_CHECKPOINT]  = { &supervision__cosign_checkpoint__descriptor,  on_cosign_checkpoint, NULL, true },
    [CHASE_COSIGN]       = { &supervision__chase_cosign__descriptor,       on_chase_cosign, NULL, true     },   /* a timer's */
    [PUBLISH_BULLETIN]   = { &supervision__publish_bulletin__descriptor,   on_publish_bulletin, NULL, true },
    [FORGET_OLD]         = { &supervision__forget_old__descriptor,         on_forget_old, NULL, true       },   /* a timer's */

    /* The town. */
    [CAMPAIGN_OPENED]    = { &organisation__campaign_opened__descriptor,   saw_campaign_opened, NULL, true  },
    [CAMPAIGN_CLOSED]    = { &organisation__campaign_closed__descriptor,   saw_campaign_closed, NULL, true  },
    [UNIT_REGISTERED]    = { &organisation__unit_registered__descriptor,   saw_unit_registered, NULL, true  },
    [UNIT_RETIRED]       = { &organisation__unit_retired__descriptor,      saw_unit_retired, NULL, true     },
    [POST_DEFINED]       = { &organisation__post_defined__descriptor,      saw_post_defined, NULL, true     },
    [TENURE_STARTED]     = { &organisation__tenure_started__descriptor,    saw_tenure_started, NULL, true   },
    [TENURE_ENDED]       = { &organisation__tenure_ended__descriptor,      saw_tenure_ended, NULL, true     },
    [LINK_CHANGED]       = { &organisation__link_changed__descriptor,      saw_link_changed, NULL, true     },
    [POLICY_PUBLISHED]   = { &organisation__policy_published__descriptor,  saw_policy_published, NULL, true },

    /* The kernel of every service that serves needs. */
    [NEED_OPENED]        = { &town__need_opened__descriptor,               saw_need_opened, "*", true       },
    [PRIORITY_CHANGED]   = { &town__priority_changed__descriptor,          saw_priority_changed, "*", true  },
    [DISPATCHED]         = { &town__dispatched__descriptor,                saw_dispatched, "*", true        },
    [RECEIVED]           = { &town__received__descriptor,                  saw_received, "*", true          },
    [ACCEPTED]           = { &town__accepted__descriptor,                  saw_accepted, "*", true          },
    [STARTED]            = { &town__started__descriptor,                   saw_started, "*", true           },
    [REJECTED]           = { &town__rejected__descriptor,                  saw_rejected, "*", true          },
    [DECLINED]           = { &town__declined__descriptor,                  saw_declined, "*", true          },
    [EXPIRED]            = { &town__expired__descriptor,                   saw_expired, "*", true           },
    [RECALLED]           = { &town__recalled__descriptor,                  saw_recalled, "*", true          },
    [MARKED_IN_ERROR]    = { &town__marked_in_error__descriptor,           saw_marked_in_error, "*", true   },
    [COMPLETED]          = { &town__completed__descriptor,                 saw_completed, "*", true         },
    [FAILED]             = { &town__failed__descriptor,                    saw_failed, "*", true            },
    [CALLBACK_RECORDED]  = { &town__callback_recorded__descriptor,         saw_callback_recorded, "*", true },
    [REWORK_ORDERED]     = { &town__rework_ordered__descriptor,            saw_rework_ordered, "*", true    },
    [NEED_CLOSED]        = { &town__need_closed__descriptor,               saw_need_closed, "*", true       },
    [NEED_REOPENED]      = { &town__need_reopened__descriptor,             saw_need_reopened, "*", true     },
    [DEADLINE_MISSED]    = { &town__deadline_missed__descriptor,           saw_deadline_missed, "*", true   },
    [ACCESSED]           = { &town__accessed__descriptor,                  saw_accessed, "*", true          },
    [PERSONS_MERGED]     = { &registry__merged__descriptor,                saw_merged, NULL, true           },
    [PERSONS_UNMERGED]   = { &registry__unmerged__descriptor,              saw_unmerged, NULL, true         },

    /* What the bulletin counts besides. */
    [CONTACT_PLANNED]    = { &care__contact_planned__descriptor,           saw_contact_planned, NULL, true  },
    [CONTACT_RECORDED]   = { &care__contact_recorded__descriptor,          saw_contact_recorded, NULL, true },
    [CONTACT_MISSED]     = { &care__contact_missed__descriptor,            saw_contact_missed, NULL, true   },
    [POST_UNFILLED]      = { &organisation__post_unfilled__descriptor,     saw_post_unfilled, NULL, true    },
    [UNIT_SILENT]        = { &organisation__unit_silent__descriptor,       saw_unit_silent, NULL, true      },
    { 0 }
};

static const ProtobufCMessageDescriptor *const events[] = {
    &supervision__duty_defined__descriptor, &supervision__duty_met__descriptor,
    &supervision__duty_at_risk__descriptor, &supervision__duty_breached__descriptor,
    &supervision__duty_excused__descriptor,
    &supervision__inspection_planned__descriptor, &supervision__inspection_started__descriptor,
    &supervision__inspection_reported__descriptor,
    &supervision__finding_opened__descriptor, &supervision__finding_explained__descriptor,
    &supervision__rectification_planned__descriptor, &supervision__rectified__descriptor,
    &supervision__finding_rechecked__descriptor, &supervision__finding_closed__descriptor,
    &supervision__finding_reopened__descriptor, &supervision__finding_escalated__descriptor,
    &supervision__reopen_requested__descriptor, &supervision__checkpoint_cosigned__descriptor,
    &supervision__gap_found__descriptor, &supervision__access_anomaly__descriptor,
    &supervision__bulletin_published__descriptor,
    NULL
};

/* What one unit owes in one period, or for one item. */
static const struct move duty_moves[] = {
    { DUTY(DUTY_ABSENT), BEGIN,  DUTY(PENDING)  },
    { DUTY(PENDING),     BEGIN,  DUTY(PENDING)  },   /* another unit has it now, or more time */
    { DUTY(PENDING),     WARN,   DUTY(AT_RISK)  },
    { DUTY(PENDING),     MEET,   DUTY(MET)      },
    { DUTY(PENDING),     BREAK,  DUTY(BREACHED) },
    { DUTY(PENDING),     EXCUSE, DUTY(EXCUSED)  },
    { DUTY(AT_RISK),     BEGIN,  DUTY(PENDING)  },
    { DUTY(AT_RISK),     MEET,   DUTY(MET)      },
    { DUTY(AT_RISK),     BREAK,  DUTY(BREACHED) },
    { DUTY(AT_RISK),     EXCUSE, DUTY(EXCUSED)  },
    { DUTY(BREACHED),    EXCUSE, DUTY(EXCUSED)  },
    { DUTY(BREACHED),    BEGIN,  DUTY(PENDING)  },   /* its next round */
    { DUTY(MET),         BEGIN,  DUTY(PENDING)  },
    { DUTY(EXCUSED),     BEGIN,  DUTY(PENDING)  },
    { 0, 0, 0 }
};

static const struct move finding_moves[] = {
    { FINDING(NONE), OPEN_FINDING,       FINDING(OPEN)       },
    { FINDING(OPEN),           EXPLAIN_FINDING,    FINDING(EXPLAINED)  },
    { FINDING(OPEN),           CLOSE_FINDING,      FINDING(CLOSED)     },
    { FINDING(OPEN),           ESCALATE_FINDING,   FINDING(ESCALATED)  },
    { FINDING(OPEN),           CHASE_FINDING,      FINDING(ESCALATED)  },
    { FINDING(EXPLAINED),      PLAN_RECTIFICATION, FINDING(RECTIFYING) },
    { FINDING(EXPLAINED),      REPORT_RECTIFIED,   FINDING(RECTIFIED)  },
    { FINDING(EXPLAINED),      CLOSE_FINDING,      FINDING(CLOSED)     },   /* it was explained */
    { FINDING(EXPLAINED),      ESCALATE_FINDING,   FINDING(ESCALATED)  },
    { FINDING(EXPLAINED),      CHASE_FINDING,      FINDING(ESCALATED)  },
    { FINDING(RECTIFYING),     REPORT_RECTIFIED,   FINDING(RECTIFIED)  },
    { FINDING(RECTIFYING),     ESCALATE_FINDING,   FINDING(ESCALATED)  },
    { FINDING(RECTIFYING),     CHASE_FINDING,      FINDING(ESCALATED)  },
    { FINDING(RECTIFIED),      RECHECK_FINDING,    FINDING(RECHECKED)  },
    { FINDING(RECTIFIED),      FAIL_RECHECK,       FINDING(REOPENED)   },
    { FINDING(RECTIFIED),      CHASE_FINDING,      FINDING(ESCALATED)  },   /* the office itself is late */
    { FINDING(RECHECKED),      CLOSE_FINDING,      FINDING(CLOSED)     },
    { FINDING(RECHECKED),      SETTLE,             FINDING(CLOSED)     },
    { FINDING(RECHECKED),      REOPEN_FINDING,     FINDING(REOPENED)   },
    { FINDING(ESCALATED),      EXPLAIN_FINDING,    FINDING(EXPLAINED)  },
    { FINDING(ESCALATED),      PLAN_RECTIFICATION, FINDING(RECTIFYING) },
    { FINDING(ESCALATED),      REPORT_RECTIFIED,   FINDING(RECTIFIED)  },
    { FINDING(ESCALATED),      RECHECK_FINDING,    FINDING(RECHECKED)  },
    { FINDING(ESCALATED),      FAIL_RECHECK,       FINDING(REOPENED)   },
    { FINDING(ESCALATED),      CLOSE_FINDING,      FINDING(CLOSED)     },
    { FINDING(ESCALATED),      CHASE_FINDING,      FINDING(ESCALATED)  },   /* and again, one higher */
    { FINDING(CLOSED),         REOPEN_FINDING,     FINDING(REOPENED)   },
    { FINDING(REOPENED),       EXPLAIN_FINDING,    FINDING(EXPLAINED)  },
    { FINDING(REOPENED),       PLAN_RECTIFICATION, FINDING(RECTIFYING) },
    { FINDING(REOPENED),       REPORT_RECTIFIED,   FINDING(RECTIFIED)  },
    { FINDING(REOPENED),       ESCALATE_FINDING,   FINDING(ESCALATED)  },
    { FINDING(REOPENED),       CHASE_FINDING,      FINDING(ESCALATED)  },
    { 0, 0, 0 }
};

static const struct move inspection_moves[] = {
    { INSPECTION(NONE), PLAN_INSPECTION,   INSPECTION(PLANNED)  },
    { INSPECTION(PLANNED),           START_INSPECTION,  INSPECTION(RUNNING)  },
    { INSPECTION(RUNNING),           REPORT_INSPECTION, INSPECTION(REPORTED) },
    { 0, 0, 0 }
};

static const char *const words[] = {
    "Begin", "Meet", "Warn", "Break", "Excuse", "FailRecheck", "Settle", NULL
};

static const struct machine machines[] = {
    { "duty",       MARKS,       offsetof(Mark, state),       &supervision__duty_state__descriptor,            duty_moves,       words, SUPERVISION_MOVES },
    { "finding",    FINDINGS,    offsetof(Finding, state),    &supervision_rows__finding__state__descriptor,    finding_moves,    words, SUPERVISION_MOVES },
    { "inspection", INSPECTIONS, offsetof(Inspection, state), &supervision_rows__inspection__state__descriptor, inspection_moves, NULL, 0 },
    { 0 }
};

static const struct question questions[] = {
    { &supervision__duty_board__descriptor,    &supervision__duty_board_answer__descriptor,    ask_duty_board    },
    { &supervision__late_now__descriptor,      &supervision__late_now_answer__descriptor,      ask_late_now      },
    { &supervision__bulletin_of__descriptor,   &supervision__bulletin_answer__descriptor,      ask_bulletin_of   },
    { &supervision__case_timeline__descriptor, &supervision__case_timeline_answer__descriptor, ask_case_timeline },
    { &supervision__cases__descriptor,         &supervision__cases_answer__descriptor,         ask_cases         },
    { &supervision__proof_of__descriptor,      &supervision__proof_answer__descriptor,         ask_proof_of      },
    { &supervision__who_looked__descriptor,    &supervision__who_looked_answer__descriptor,    ask_who_looked    },
    { &supervision__findings__descriptor,      &supervision__findings_answer__descriptor,      ask_findings      },
    { &supervision__sample_of__descriptor,     &supervision__sample_answer__descriptor,        ask_sample_of     },
    { 0 }
};

static const char *const everything[] = { ">", NULL };

const struct service supervision_service = {
    .name          = "supervision",
    .letter        = 'V',
    .tables        = tables,
    .commands      = commands,
    .events        = events,
    .machines      = machines,
    .questions     = questions,
    .refusals      = &supervision__refusal__descriptor,
    .extra_filters = everything,
    .any           = supervision_any,
};
