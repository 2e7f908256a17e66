/*
 * opinion - what is said in public, who needs help in it, and the numbers that people call.
 * This page is the whole service besides the kernel of needs and assignments (kit/loop):
 * handlers_*.c, needs.c, hits.c and plain.c hold what is particular to each command.
 */
#include "hotline.pb-c.h"
#include "opinion/opinion.h"

#define S(state) OPINION_ROWS__SIGNAL__STATE__##state
#define A(state) OPINION_ROWS__ALERT__STATE__##state
#define C(state) OPINION_ROWS__CHANNEL__STATE__##state

static const struct table tables[] = {
    [SOURCES]       = { .name = "sources",       .row = &opinion_rows__source__descriptor       },
    [LEXICON]       = { .name = "lexicon",       .row = &opinion_rows__lexicon__descriptor      },
    [SIGNALS]       = { .name = "signals",       .row = &opinion_rows__signal__descriptor       },
    [PRINTS]        = { .name = "prints",        .row = &opinion_rows__print__descriptor        },
    [WAITING]       = { .name = "waiting",       .row = &opinion_rows__waiting__descriptor      },
    [TOPICS]        = { .name = "topics",        .row = &opinion_rows__topic__descriptor        },
    [ALERTS]        = { .name = "alerts",        .row = &opinion_rows__alert__descriptor        },
    [ALERT_SIGNALS] = { .name = "alert_signals", .row = &opinion_rows__alert_signal__descriptor },
    [BOARD]         = { .name = "board",         .row = &opinion_rows__open__descriptor         },
    [MATTERS]       = { .name = "matters",       .row = &opinion_rows__matter__descriptor       },
    [ANSWERS]       = { .name = "answers",       .row = &opinion_rows__answer__descriptor       },
    [NOTICES]       = { .name = "notices",       .row = &opinion_rows__notice__descriptor       },
    [CHANNELS]      = { .name = "channels",      .row = &opinion_rows__channel__descriptor      },
    [CLUSTERS]      = { .name = "clusters",      .row = &opinion_rows__cluster__descriptor      },
    { 0 }
};

static const struct command commands[] = {
    [DEFINE_SOURCE]    = { .message = &opinion__define_source__descriptor,    .handle = on_define_source,    .free = true },
    [PUBLISH_LEXICON]  = { .message = &opinion__publish_lexicon__descriptor,  .handle = on_publish_lexicon,  .free = true },
    [SUBMIT_SIGNAL]    = { .message = &opinion__submit_signal__descriptor,    .handle = on_submit_signal },
    [ASSESS_SIGNAL]    = { .message = &opinion__assess_signal__descriptor,    .handle = on_assess_signal },
    [DISMISS_SIGNAL]   = { .message = &opinion__dismiss_signal__descriptor,   .handle = on_dismiss_signal },
    [RAISE_ALERT]      = { .message = &opinion__raise_alert__descriptor,      .handle = on_raise_alert },
    [GRADE_ALERT]      = { .message = &opinion__grade_alert__descriptor,      .handle = on_grade_alert },
    [PUBLISH_ANSWER]   = { .message = &opinion__publish_answer__descriptor,   .handle = on_publish_answer },
    [CLOSE_ALERT]      = { .message = &opinion__close_alert__descriptor,      .handle = on_close_alert },
    [PUBLISH_NOTICE]   = { .message = &opinion__publish_notice__descriptor,   .handle = on_publish_notice,   .free = true },
    [REGISTER_CHANNEL] = { .message = &opinion__register_channel__descriptor, .handle = on_register_channel },
    [CHANGE_CHANNEL]   = { .message = &opinion__change_channel__descriptor,   .handle = on_change_channel },
    [WITHDRAW_CHANNEL] = { .message = &opinion__withdraw_channel__descriptor, .handle = on_withdraw_channel },
    [VERIFY_CHANNEL]   = { .message = &opinion__verify_channel__descriptor,   .handle = on_verify_channel },
    [RECORD_TEST_CALL] = { .message = &opinion__record_test_call__descriptor, .handle = on_record_test_call },
    [PUBLISH_CHANNEL]  = { .message = &opinion__publish_channel__descriptor,  .handle = on_publish_channel },
    [CHASE_SIGNAL]     = { .message = &opinion__chase_signal__descriptor,     .handle = on_chase_signal },   /* timers */
    [CHASE_ALERT]      = { .message = &opinion__chase_alert__descriptor,      .handle = on_chase_alert,      .free = true },
    [END_WATCH]        = { .message = &opinion__end_watch__descriptor,        .handle = on_end_watch },
    [ERASE_TEXTS]      = { .message = &opinion__erase_texts__descriptor,      .handle = on_erase_texts,      .free = true },
    [EXPIRE_CHANNEL]   = { .message = &opinion__expire_channel__descriptor,   .handle = on_expire_channel },
    [CHASE_CHANNEL]    = { .message = &opinion__chase_channel__descriptor,    .handle = on_chase_channel,    .free = true },
    [HEAR_RECEIVE]     = { .message = &town__receive__descriptor,             .handle = on_received },       /* the kernel's */
    [HEAR_ACCEPT]      = { .message = &town__accept__descriptor,              .handle = on_accepted },
    [HEAR_START]       = { .message = &town__start__descriptor,               .handle = on_started },
    [HEAR_CALL]        = { .message = &hotline__call_classified__descriptor,  .handle = on_call,             .free = true },   /* the hotline's */
    { 0 }
};

static const ProtobufCMessageDescriptor *const events[] = {
    &opinion__source_defined__descriptor,    &opinion__lexicon_published__descriptor,
    &opinion__signal_received__descriptor,   &opinion__signal_merged__descriptor,
    &opinion__signal_assessed__descriptor,   &opinion__signal_dismissed__descriptor,
    &opinion__signal_overdue__descriptor,    &opinion__alert_raised__descriptor,
    &opinion__alert_graded__descriptor,      &opinion__alert_hit_again__descriptor,
    &opinion__alert_overdue__descriptor,     &opinion__help_given__descriptor,
    &opinion__answer_published__descriptor,  &opinion__watch_started__descriptor,
    &opinion__alert_closed__descriptor,      &opinion__notice_published__descriptor,
    &opinion__channel_registered__descriptor, &opinion__channel_verified__descriptor,
    &opinion__channel_published__descriptor, &opinion__channel_changed__descriptor,
    &opinion__channel_stale__descriptor,     &opinion__channel_failed__descriptor,
    &opinion__channel_withdrawn__descriptor, &opinion__channel_overdue__descriptor,
    &town__erased__descriptor,
    NULL
};

static const char *const words[] = { "Merge", "Brief", "Help", "HandleAgain", "HitAgain", NULL };

static const struct move signal_moves[] = {
    { S(NONE),     SUBMIT_SIGNAL,  S(NEW)       },
    { S(NONE),     MERGE_SIGNAL,   S(MERGED)    },   /* its like of the same hour is there */
    { S(NEW),      CHASE_SIGNAL,   S(NEW)       },
    { S(NEW),      ASSESS_SIGNAL,  S(ASSESSED)  },
    { S(NEW),      DISMISS_SIGNAL, S(DISMISSED) },
    { S(ASSESSED), ASSESS_SIGNAL,  S(ASSESSED)  },   /* more was learned */
    { 0 }
};

/* S-067: the only ways out are help given and an answer published. */
static const struct move alert_moves[] = {
    { A(NONE),      RAISE_ALERT,    A(RAISED)    },
    { A(RAISED),    GRADE_ALERT,    A(RAISED)    },
    { A(RAISED),    HEAR_RECEIVE,   A(ACKED)     },
    { A(RAISED),    HEAR_ACCEPT,    A(ACKED)     },
    { A(RAISED),    GIVE_HELP,      A(HELP_DONE) },   /* ruled unmet: the answer says so */
    { A(ACKED),     GRADE_ALERT,    A(ACKED)     },
    { A(ACKED),     HEAR_START,     A(HANDLING)  },
    { A(ACKED),     GIVE_HELP,      A(HELP_DONE) },
    { A(HANDLING),  GRADE_ALERT,    A(HANDLING)  },
    { A(HANDLING),  GIVE_HELP,      A(HELP_DONE) },
    { A(HANDLING),  PUBLISH_ANSWER, A(ANSWERED)  },
    { A(HANDLING),  BRIEF,          A(HANDLING)  },
    { A(HELP_DONE), GRADE_ALERT,    A(HELP_DONE) },
    { A(HELP_DONE), HANDLE_AGAIN,   A(HANDLING)  },
    { A(HELP_DONE), PUBLISH_ANSWER, A(WATCH)     },
    { A(HELP_DONE), BRIEF,          A(HELP_DONE) },
    { A(ANSWERED),  GRADE_ALERT,    A(ANSWERED)  },
    { A(ANSWERED),  GIVE_HELP,      A(WATCH)     },
    { A(ANSWERED),  PUBLISH_ANSWER, A(ANSWERED)  },   /* another text */
    { A(ANSWERED),  BRIEF,          A(ANSWERED)  },
    { A(WATCH),     GRADE_ALERT,    A(WATCH)     },
    { A(WATCH),     HANDLE_AGAIN,   A(ANSWERED)  },
    { A(WATCH),     HIT_AGAIN,      A(HANDLING)  },
    { A(WATCH),     PUBLISH_ANSWER, A(WATCH)     },
    { A(WATCH),     BRIEF,          A(WATCH)     },
    { A(WATCH),     CLOSE_ALERT,    A(CLOSED)    },
    { A(WATCH),     END_WATCH,      A(CLOSED)    },
    { 0 }
};

static const struct move channel_moves[] = {
    { C(NONE),       REGISTER_CHANNEL, C(REGISTERED) },
    { C(REGISTERED), CHANGE_CHANNEL,   C(REGISTERED) },   /* its number was collected */
    { C(REGISTERED), VERIFY_CHANNEL,   C(VERIFIED)   },
    { C(REGISTERED), RECORD_TEST_CALL, C(VERIFIED)   },
    { C(REGISTERED), WITHDRAW_CHANNEL, C(WITHDRAWN)  },
    { C(VERIFIED),   CHANGE_CHANNEL,   C(CHANGED)    },
    { C(VERIFIED),   VERIFY_CHANNEL,   C(VERIFIED)   },
    { C(VERIFIED),   RECORD_TEST_CALL, C(VERIFIED)   },
    { C(VERIFIED),   PUBLISH_CHANNEL,  C(PUBLISHED)  },
    { C(VERIFIED),   EXPIRE_CHANNEL,   C(STALE)      },
    { C(VERIFIED),   WITHDRAW_CHANNEL, C(WITHDRAWN)  },
    { C(PUBLISHED),  CHANGE_CHANNEL,   C(CHANGED)    },
    { C(PUBLISHED),  VERIFY_CHANNEL,   C(PUBLISHED)  },
    { C(PUBLISHED),  RECORD_TEST_CALL, C(PUBLISHED)  },
    { C(PUBLISHED),  PUBLISH_CHANNEL,  C(PUBLISHED)  },   /* in more places */
    { C(PUBLISHED),  EXPIRE_CHANNEL,   C(STALE)      },
    { C(PUBLISHED),  WITHDRAW_CHANNEL, C(WITHDRAWN)  },
    { C(STALE),      CHANGE_CHANNEL,   C(CHANGED)    },
    { C(STALE),      VERIFY_CHANNEL,   C(VERIFIED)   },
    { C(STALE),      RECORD_TEST_CALL, C(VERIFIED)   },
    { C(STALE),      WITHDRAW_CHANNEL, C(WITHDRAWN)  },
    { C(CHANGED),    CHANGE_CHANNEL,   C(CHANGED)    },
    { C(CHANGED),    VERIFY_CHANNEL,   C(VERIFIED)   },
    { C(CHANGED),    RECORD_TEST_CALL, C(VERIFIED)   },
    { C(CHANGED),    WITHDRAW_CHANNEL, C(WITHDRAWN)  },
    { 0 }
};

static const struct machine machines[] = {
    { "signal", SIGNALS, offsetof(OpinionRows__Signal, state),
      &opinion_rows__signal__state__descriptor, signal_moves, words, MERGE_SIGNAL },
    { "alert", ALERTS, offsetof(OpinionRows__Alert, state),
      &opinion_rows__alert__state__descriptor, alert_moves, words, MERGE_SIGNAL },
    { "channel", CHANNELS, offsetof(OpinionRows__Channel, state),
      &opinion_rows__channel__state__descriptor, channel_moves, words, MERGE_SIGNAL },
    { 0 }
};

static const struct question questions[] = {
    { &opinion__alert_board__descriptor,    &opinion__alert_board_answer__descriptor,    ask_alert_board    },
    { &opinion__signals_of__descriptor,     &opinion__signals_of_answer__descriptor,     ask_signals_of     },
    { &opinion__answer_library__descriptor, &opinion__answer_library_answer__descriptor, ask_answer_library },
    { &opinion__channel_list__descriptor,   &opinion__channel_list_answer__descriptor,   ask_channel_list   },
    { 0 }
};

static const char *const kinds[] = { "HANDLE_OPINION", NULL };

static const struct loop_rules rules = {
    .kinds       = kinds,
    .dispatcher  = "dqb",
    .verifier    = "dqb",
    .route       = opinion_route,
    .on_dispatch = on_need_dispatched,
    .on_complete = on_need_completed,
    .on_close    = on_need_closed,
};

const struct service opinion_service = {
    .name      = "opinion",
    .letter    = 'O',
    .tables    = tables,
    .commands  = commands,
    .events    = events,
    .machines  = machines,
    .questions = questions,
    .refusals  = &opinion__refusal__descriptor,
    .loop      = &rules,
    .erasing   = &opinion_erasing,
};
