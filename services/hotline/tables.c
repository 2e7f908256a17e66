/*
 * hotline - the line 58958808, day and night: shifts, calls, tickets, call-backs.
 * This page is the whole service; handlers_*.c hold what is particular to each command.
 */
#include <stddef.h>

#include "hotline/hotline.h"
#include "kit/loop.h"

#define SHIFT(state)     HOTLINE_ROWS__SHIFT__STATE__##state
#define CALL(state)      HOTLINE_ROWS__CALL__STATE__##state
#define TICKET(state)    HOTLINE_ROWS__TICKET__STATE__##state
#define KNOWLEDGE_(state) HOTLINE_ROWS__KNOWLEDGE__STATE__##state

static const struct table tables[] = {
    [SHIFTS]        = { "shifts",        &hotline_rows__shift__descriptor        },
    [LINE]          = { "line",          &hotline_rows__line__descriptor         },
    [CALLS]         = { "calls",         &hotline_rows__call__descriptor         },
    [CALLERS]       = { "callers",       &hotline_rows__caller__descriptor       },
    [REPEATS]       = { "repeats",       &hotline_rows__caller__descriptor       },
    [PROPOSALS]     = { "proposals",     &hotline_rows__ref__descriptor          },
    [TRANSFERS]     = { "transfers",     &hotline_rows__transfer__descriptor     },
    [TICKETS]       = { "tickets",       &hotline_rows__ticket__descriptor       },
    [TICKETS_BY]    = { "tickets_by",    &hotline_rows__entry__descriptor        },
    [TICKET_CASES]  = { "ticket_cases",  &hotline_rows__ref__descriptor          },
    [URGENT]        = { "urgent",        &hotline_rows__entry__descriptor        },
    [UNRESOLVED]    = { "unresolved",    &hotline_rows__entry__descriptor        },
    [NEED_TICKETS]  = { "need_tickets",  &hotline_rows__need_tickets__descriptor },
    [KNOWLEDGE]     = { "knowledge",     &hotline_rows__knowledge__descriptor    },
    [CALLBACKS]     = { "callbacks",     &hotline_rows__callback__descriptor     },
    [CALLBACK_KEYS] = { "callback_keys", &hotline_rows__ref__descriptor          },
    [PERSON_TICKETS] = { "person_tickets", &hotline_rows__ref__descriptor        },
    [DAYS]          = { "days",          &hotline_rows__day__descriptor          },
    { 0 }
};

static const struct command commands[] = {
    [OPEN_SHIFT]              = { &hotline__open_shift__descriptor,              on_open_shift                      },
    [HAND_OVER]               = { &hotline__hand_over__descriptor,               on_hand_over                       },
    [CLOSE_SHIFT]             = { &hotline__close_shift__descriptor,             on_close_shift                     },
    [ALARM_EMPTY_SEAT]        = { &hotline__alarm_empty_seat__descriptor,        on_alarm_empty_seat, NULL, true    },   /* a timer's */
    [CHASE_SHIFT]             = { &hotline__chase_shift__descriptor,             on_chase_shift, NULL, true         },   /* a timer's */
    [LOG_CALL]                = { &hotline__log_call__descriptor,                on_log_call                        },
    [LOG_ABANDONED]           = { &hotline__log_abandoned__descriptor,           on_log_abandoned                   },
    [CLASSIFY_CALL]           = { &hotline__classify_call__descriptor,           on_classify_call                   },
    [ANSWER_ONLINE]           = { &hotline__answer_online__descriptor,           on_answer_online                   },
    [LOG_THREE_WAY]           = { &hotline__log_three_way__descriptor,           on_log_three_way                   },
    [LOG_TRANSFER]            = { &hotline__log_transfer__descriptor,            on_log_transfer                    },
    [RECORD_TRANSFER_OUTCOME] = { &hotline__record_transfer_outcome__descriptor, on_record_transfer_outcome         },
    [RECORD_RETURN_CALL]      = { &hotline__record_return_call__descriptor,      on_record_return_call              },
    [CHASE_RETURN_CALL]       = { &hotline__chase_return_call__descriptor,       on_chase_return_call               },   /* a timer's */
    [CHASE_CALL]              = { &hotline__chase_call__descriptor,              on_chase_call                      },   /* a timer's */
    [RATE_LINE]               = { &hotline__rate_line__descriptor,               on_rate_line, NULL, true           },   /* a timer's */
    [OPEN_TICKET]             = { &hotline__open_ticket__descriptor,             on_open_ticket                     },
    [AMEND_TICKET]            = { &hotline__amend_ticket__descriptor,            on_amend_ticket                    },
    [SUBMIT_TICKET]           = { &hotline__submit_ticket__descriptor,           on_submit_ticket                   },
    [TRIAGE_TICKET]           = { &hotline__triage_ticket__descriptor,           on_triage_ticket                   },
    [MERGE_TICKETS]           = { &hotline__merge_tickets__descriptor,           on_merge_tickets                   },
    [CHASE_DRAFT]             = { &hotline__chase_draft__descriptor,             on_chase_draft                     },   /* a timer's */
    [CHASE_TRIAGE]            = { &hotline__chase_triage__descriptor,            on_chase_triage                    },   /* a timer's */
    [PUBLISH_KNOWLEDGE]       = { &hotline__publish_knowledge__descriptor,       on_publish_knowledge               },
    [WITHDRAW_KNOWLEDGE]      = { &hotline__withdraw_knowledge__descriptor,      on_withdraw_knowledge              },
    [CAMPAIGN_OPENED]         = { &organisation__campaign_opened__descriptor,    line_campaign_opened, NULL, true   },
    [PERSON_PROPOSED]         = { &registry__proposed__descriptor,               call_person_proposed, NULL, true   },
    [NEED_OPENED]             = { &town__need_opened__descriptor,                ticket_need_opened, "*", true      },
    [PERSONS_MERGED]          = { &registry__merged__descriptor,                 ticket_persons_merged, NULL, true  },
    [PERSONS_UNMERGED]        = { &registry__unmerged__descriptor,               ticket_persons_unmerged, NULL, true },
    [PRIORITY_CHANGED]        = { &town__priority_changed__descriptor,           ticket_priority_changed, "*", true },
    [NEED_CLOSED]             = { &town__need_closed__descriptor,                ticket_need_closed, "*", true      },
    [NEED_REOPENED]           = { &town__need_reopened__descriptor,              ticket_need_reopened, "*", true    },
    [VERIFICATION_DUE]        = { &town__verification_due__descriptor,           callback_due, "*", true            },
    [CALLBACK_RECORDED]       = { &town__callback_recorded__descriptor,          callback_recorded, "*", true       },
    [REWORK_ORDERED]          = { &town__rework_ordered__descriptor,             callback_rework, "*", true         },
    [REFUSED]                 = { &town__refused__descriptor,                    ticket_refused, "*", true          },
    { 0 }
};

static const ProtobufCMessageDescriptor *const events[] = {
    &hotline__shift_opened__descriptor, &hotline__shift_handed_over__descriptor,
    &hotline__shift_closed__descriptor, &hotline__shift_overdue__descriptor,
    &hotline__seat_empty__descriptor,
    &hotline__call_logged__descriptor, &hotline__call_abandoned__descriptor,
    &hotline__return_call_due__descriptor, &hotline__return_call_recorded__descriptor,
    &hotline__call_overdue__descriptor, &hotline__call_classified__descriptor,
    &hotline__answered_online__descriptor, &hotline__three_way_logged__descriptor,
    &hotline__transfer_logged__descriptor, &hotline__transfer_outcome_recorded__descriptor,
    &hotline__ticket_opened__descriptor, &hotline__ticket_amended__descriptor,
    &hotline__ticket_submitted__descriptor, &hotline__ticket_triaged__descriptor,
    &hotline__tickets_merged__descriptor, &hotline__ticket_closed__descriptor,
    &hotline__ticket_overdue__descriptor,
    &hotline__line_rated__descriptor,
    &hotline__knowledge_published__descriptor, &hotline__knowledge_withdrawn__descriptor,
    NULL
};

static const struct move shift_moves[] = {
    { SHIFT(NONE), OPEN_SHIFT,  SHIFT(OPEN) },
    { SHIFT(OPEN),         HAND_OVER,   SHIFT(OPEN) },
    { SHIFT(OPEN),         CLOSE_SHIFT, SHIFT(OVER) },
    { SHIFT(OVER),         OPEN_SHIFT,  SHIFT(OPEN) },
    { 0, 0, 0 }
};

static const struct move call_moves[] = {
    { CALL(NONE), LOG_CALL,                CALL(ANSWERED)        },
    { CALL(NONE), CALL_BACK,               CALL(ANSWERED)        },   /* they were reached */
    { CALL(NONE), LOG_ABANDONED,           CALL(ABANDONED)       },
    { CALL(ANSWERED),    CLASSIFY_CALL,           CALL(CLASSIFIED)      },
    { CALL(ANSWERED),    LOG_THREE_WAY,           CALL(ANSWERED)        },
    { CALL(ANSWERED),    LOG_TRANSFER,            CALL(TRANSFERRED)     },   /* life at risk: first */
    { CALL(ANSWERED),    CHASE_CALL,              CALL(ANSWERED)        },
    { CALL(CLASSIFIED),  DISCARD,                 CALL(CLOSED)          },
    { CALL(CLASSIFIED),  ANSWER_ONLINE,           CALL(ANSWERED_ONLINE) },
    { CALL(CLASSIFIED),  OPEN_TICKET,             CALL(TICKETED)        },
    { CALL(CLASSIFIED),  LOG_THREE_WAY,           CALL(CLASSIFIED)      },
    { CALL(CLASSIFIED),  LOG_TRANSFER,            CALL(TRANSFERRED)     },
    { CALL(CLASSIFIED),  CHASE_CALL,              CALL(CLASSIFIED)      },
    { CALL(TRANSFERRED), CLASSIFY_CALL,           CALL(TRANSFERRED)     },   /* ... recorded after */
    { CALL(TRANSFERRED), OPEN_TICKET,             CALL(TRANSFERRED)     },
    { CALL(TRANSFERRED), LOG_THREE_WAY,           CALL(TRANSFERRED)     },
    { CALL(TRANSFERRED), RECORD_TRANSFER_OUTCOME, CALL(CLOSED)          },
    { CALL(TICKETED),    LOG_THREE_WAY,           CALL(TICKETED)        },
    { CALL(ABANDONED),   CHASE_RETURN_CALL,       CALL(ABANDONED)       },
    { CALL(ABANDONED),   RECORD_RETURN_CALL,      CALL(CLOSED)          },
    { 0, 0, 0 }
};

static const struct move ticket_moves[] = {
    { TICKET(NONE), OPEN_TICKET,   TICKET(DRAFT)     },
    { TICKET(DRAFT),         AMEND_TICKET,  TICKET(DRAFT)     },
    { TICKET(DRAFT),         CHASE_DRAFT,   TICKET(DRAFT)     },
    { TICKET(DRAFT),         SUBMIT_TICKET, TICKET(SUBMITTED) },
    { TICKET(DRAFT),         KEEP,          TICKET(DRAFT)     },
    { TICKET(DRAFT),         MERGE_TICKETS, TICKET(MERGED)    },
    { TICKET(SUBMITTED),     AMEND_TICKET,  TICKET(SUBMITTED) },
    { TICKET(SUBMITTED),     CHASE_TRIAGE,  TICKET(SUBMITTED) },
    { TICKET(SUBMITTED),     TRIAGE_TICKET, TICKET(TRIAGED)   },
    { TICKET(SUBMITTED),     KEEP,          TICKET(SUBMITTED) },
    { TICKET(SUBMITTED),     MERGE_TICKETS, TICKET(MERGED)    },
    { TICKET(TRIAGED),       RETURN,        TICKET(SUBMITTED) },   /* a service refused a need */
    { TICKET(TRIAGED),       CLOSE,         TICKET(DONE)      },   /* all its needs are closed */
    { TICKET(TRIAGED),       KEEP,          TICKET(TRIAGED)   },
    { TICKET(TRIAGED),       MERGE_TICKETS, TICKET(MERGED)    },
    { TICKET(DONE),          REOPEN,        TICKET(TRIAGED)   },   /* a need was reopened */
    { 0, 0, 0 }
};

static const struct move knowledge_moves[] = {
    { KNOWLEDGE_(NONE), PUBLISH_KNOWLEDGE,  KNOWLEDGE_(PUBLISHED) },
    { KNOWLEDGE_(PUBLISHED),        PUBLISH_KNOWLEDGE,  KNOWLEDGE_(PUBLISHED) },
    { KNOWLEDGE_(PUBLISHED),        WITHDRAW_KNOWLEDGE, KNOWLEDGE_(WITHDRAWN) },
    { KNOWLEDGE_(WITHDRAWN),        PUBLISH_KNOWLEDGE,  KNOWLEDGE_(PUBLISHED) },
    { 0, 0, 0 }
};

static const char *const words[] = {
    "Discard", "CallBack", "Keep", "Return", "Close", "Reopen", NULL
};

static const struct machine machines[] = {
    { "shift",     SHIFTS,    offsetof(Shift, state),     &hotline_rows__shift__state__descriptor,     shift_moves,     NULL,  0             },
    { "call",      CALLS,     offsetof(Call, state),      &hotline_rows__call__state__descriptor,      call_moves,      words, HOTLINE_MOVES },
    { "ticket",    TICKETS,   offsetof(Ticket, state),    &hotline_rows__ticket__state__descriptor,    ticket_moves,    words, HOTLINE_MOVES },
    { "knowledge", KNOWLEDGE, offsetof(Knowledge, state), &hotline_rows__knowledge__state__descriptor, knowledge_moves, NULL,  0             },
    { 0 }
};

static const struct question questions[] = {
    { &hotline__ticket_board__descriptor,      &hotline__ticket_board_answer__descriptor,      ask_ticket_board      },
    { &hotline__seat_stats__descriptor,        &hotline__seat_stats_answer__descriptor,        ask_seat_stats        },
    { &hotline__callback_list__descriptor,     &hotline__callback_list_answer__descriptor,     ask_callback_list     },
    { &hotline__unresolved__descriptor,        &hotline__ticket_board_answer__descriptor,      ask_unresolved        },
    { &hotline__repeat_callers__descriptor,    &hotline__repeat_callers_answer__descriptor,    ask_repeat_callers    },
    { &hotline__transfer_outcomes__descriptor, &hotline__transfer_outcomes_answer__descriptor, ask_transfer_outcomes },
    { 0 }
};

/* What no other service serves: the unit concerned by the catalogue, then the one that it names next. */
static const char *const kinds[] = { "ENQUIRY", "COMPLAINT", "OTHER", NULL };

static const struct loop_rules loop = {
    .kinds      = kinds,
    .dispatcher = "dzb",
};

const struct service hotline_service = {
    .name      = "hotline",
    .letter    = 'H',
    .tables    = tables,
    .commands  = commands,
    .events    = events,
    .machines  = machines,
    .questions = questions,
    .refusals  = &hotline__refusal__descriptor,
    .loop      = &loop,
    .erasing   = &hotline_erasing,
};
