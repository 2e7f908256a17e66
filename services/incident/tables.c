/*
 * incident - what breaks out, and who commands until it is over.
 * This page is the whole service besides the kernel of needs and assignments (kit/loop):
 * handlers_*.c hold what is particular to each command.
 */
#include "incident/incident.h"

#define S(state) INCIDENT_ROWS__INCIDENT__STATE__##state

static const struct table tables[] = {
    [INCIDENTS]  = { .name = "incidents",  .row = &incident_rows__incident__descriptor  },
    [RESPONDERS] = { .name = "responders", .row = &incident_rows__responder__descriptor },
    [STEPS]      = { .name = "steps",      .row = &incident_rows__step__descriptor      },
    [BOARD]      = { .name = "board",      .row = &incident_rows__open__descriptor      },
    { 0 }
};

static const struct command commands[] = {
    [OPEN_INCIDENT]      = { .message = &incident__open_incident__descriptor,      .handle = on_open_incident },
    [CONFIRM_INCIDENT]   = { .message = &incident__confirm_incident__descriptor,   .handle = on_confirm_incident },
    [MARK_FALSE]         = { .message = &incident__mark_false__descriptor,         .handle = on_mark_false },
    [GRADE_INCIDENT]     = { .message = &incident__grade_incident__descriptor,     .handle = on_grade_incident },
    [TAKE_COMMAND]       = { .message = &incident__take_command__descriptor,       .handle = on_take_command },
    [REGISTER_RESPONDER] = { .message = &incident__register_responder__descriptor, .handle = on_register_responder, .free = true },
    [CALL_RESPONDER]     = { .message = &incident__call_responder__descriptor,     .handle = on_call_responder },
    [REPORT_SITUATION]   = { .message = &incident__report_situation__descriptor,   .handle = on_report_situation },
    [NAME_CARETAKER]     = { .message = &incident__name_caretaker__descriptor,     .handle = on_name_caretaker,     .free = true },
    [REPORT_UPWARD]      = { .message = &incident__report_upward__descriptor,      .handle = on_report_upward,      .free = true },
    [CONTROL_INCIDENT]   = { .message = &incident__control_incident__descriptor,   .handle = on_control_incident },
    [CLOSE_INCIDENT]     = { .message = &incident__close_incident__descriptor,     .handle = on_close_incident },
    [REVIEW_INCIDENT]    = { .message = &incident__review_incident__descriptor,    .handle = on_review_incident },
    [CHASE_CONFIRM]      = { .message = &incident__chase_confirm__descriptor,      .handle = on_chase_confirm },     /* timers */
    [CHASE_REPORT]       = { .message = &incident__chase_report__descriptor,       .handle = on_chase_report,       .free = true },
    [CHASE_SITUATION]    = { .message = &incident__chase_situation__descriptor,    .handle = on_chase_situation,    .free = true },
    [CHASE_CARETAKER]    = { .message = &incident__chase_caretaker__descriptor,    .handle = on_chase_caretaker,    .free = true },
    [CHASE_REVIEW]       = { .message = &incident__chase_review__descriptor,       .handle = on_chase_review },
    [CHASE_CLOSE]        = { .message = &incident__chase_close__descriptor,        .handle = on_chase_close,        .free = true },
    [HEAR_START]         = { .message = &town__start__descriptor,                  .handle = on_started },           /* the kernel's */
    { 0 }
};

static const ProtobufCMessageDescriptor *const events[] = {
    &incident__incident_opened__descriptor,     &incident__incident_confirmed__descriptor,
    &incident__incident_false__descriptor,      &incident__incident_graded__descriptor,
    &incident__command_taken__descriptor,       &incident__responder_registered__descriptor,
    &incident__responder_called__descriptor,    &incident__situation_reported__descriptor,
    &incident__situation_overdue__descriptor,   &incident__caretaker_wanted__descriptor,
    &incident__caretaker_named__descriptor,     &incident__reported_upward__descriptor,
    &incident__incident_controlled__descriptor, &incident__incident_closed__descriptor,
    &incident__incident_reviewed__descriptor,   &incident__incident_overdue__descriptor,
    NULL
};

static const char *const words[] = { "Link", "Lapse", NULL };

/* Life first: whoever can help is called, and goes, before there is a grade or a commander. */
static const struct move moves[] = {
    { S(NONE),       OPEN_INCIDENT,    S(REPORTED)   },
    { S(NONE),       LINK_INCIDENT,    S(LINKED)     },   /* the same person and type is open */
    { S(REPORTED),   CALL_RESPONDER,   S(REPORTED)   },
    { S(REPORTED),   CHASE_CONFIRM,    S(REPORTED)   },
    { S(REPORTED),   CONFIRM_INCIDENT, S(CONFIRMED)  },
    { S(REPORTED),   MARK_FALSE,       S(FALSE)      },
    { S(REPORTED),   LAPSE,            S(FALSE)      },
    { S(CONFIRMED),  GRADE_INCIDENT,   S(GRADED)     },
    { S(CONFIRMED),  CALL_RESPONDER,   S(RESPONDING) },
    { S(CONFIRMED),  HEAR_START,       S(RESPONDING) },
    { S(CONFIRMED),  REPORT_SITUATION, S(CONFIRMED)  },
    { S(GRADED),     GRADE_INCIDENT,   S(GRADED)     },
    { S(GRADED),     TAKE_COMMAND,     S(COMMANDED)  },
    { S(GRADED),     CALL_RESPONDER,   S(RESPONDING) },
    { S(GRADED),     HEAR_START,       S(RESPONDING) },
    { S(GRADED),     REPORT_SITUATION, S(GRADED)     },
    { S(COMMANDED),  GRADE_INCIDENT,   S(COMMANDED)  },
    { S(COMMANDED),  TAKE_COMMAND,     S(COMMANDED)  },
    { S(COMMANDED),  CALL_RESPONDER,   S(RESPONDING) },
    { S(COMMANDED),  HEAR_START,       S(RESPONDING) },
    { S(COMMANDED),  REPORT_SITUATION, S(COMMANDED)  },
    { S(RESPONDING), GRADE_INCIDENT,   S(RESPONDING) },
    { S(RESPONDING), TAKE_COMMAND,     S(RESPONDING) },
    { S(RESPONDING), CALL_RESPONDER,   S(RESPONDING) },
    { S(RESPONDING), HEAR_START,       S(RESPONDING) },   /* another unit goes, too */
    { S(RESPONDING), REPORT_SITUATION, S(RESPONDING) },
    { S(RESPONDING), CONTROL_INCIDENT, S(CONTROLLED) },
    { S(CONTROLLED), CLOSE_INCIDENT,   S(CLOSED)     },
    { S(CLOSED),     CHASE_REVIEW,     S(CLOSED)     },
    { S(CLOSED),     REVIEW_INCIDENT,  S(REVIEWED)   },
    { 0 }
};

static const struct machine machines[] = {
    { "incident", INCIDENTS, offsetof(IncidentRows__Incident, state),
      &incident_rows__incident__state__descriptor, moves, words, LINK_INCIDENT },
    { 0 }
};

static const struct question questions[] = {
    { &incident__incident_board__descriptor,    &incident__incident_board_answer__descriptor,    ask_incident_board    },
    { &incident__responders__descriptor,        &incident__responders_answer__descriptor,        ask_responders        },
    { &incident__incident_timeline__descriptor, &incident__incident_timeline_answer__descriptor, ask_incident_timeline },
    { 0 }
};

/* S-056, S-063, S-06A to S-06D, S-06O, S-031: the types are the kinds of its needs. */
static const char *const kinds[] = {
    "WELFARE_CHECK", "HEALTH", "DISPUTE", "ORDER", "EMERGENCY", "FIRE_SAFETY", "CHILD_UNGUARDED",
    "INSTITUTION_CLUSTER", "MASS", NULL
};

static const struct loop_rules rules = {
    .kinds      = kinds,
    .dispatcher = "pab",
    .on_open    = on_need_opened,
    .on_close   = on_need_closed,
};

const struct service incident_service = {
    .name      = "incident",
    .letter    = 'I',
    .tables    = tables,
    .commands  = commands,
    .events    = events,
    .machines  = machines,
    .questions = questions,
    .refusals  = &incident__refusal__descriptor,
    .loop      = &rules,
    .erasing   = &incident_erasing,
};
