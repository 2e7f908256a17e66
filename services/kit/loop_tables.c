/*
 * The kernel on one page: its rows, its commands, its moves, its events, its questions.
 */
#include <stddef.h>

#include "kit/loop_inside.h"
#include "organisation.pb-c.h"
#include "registry.pb-c.h"

#define N(state) LOOP_ROWS__NEED__STATE__##state
#define A(state) LOOP_ROWS__ASSIGNMENT__STATE__##state
#define T(table) [LOOP_##table - LOOP_TABLES]
#define C(word) [LOOP_##word - LOOP_WORDS]

/* clang-format off */
static const struct table tables[] = {
    T(NEEDS)       = { .name = "needs",       .row = &loop_rows__need__descriptor       },
    T(ASSIGNMENTS) = { .name = "assignments", .row = &loop_rows__assignment__descriptor },
    T(WORK)        = { .name = "work",        .row = &loop_rows__work__descriptor       },
    T(PERSONS)     = { .name = "persons",     .row = &loop_rows__link__descriptor       },
    T(KINDS)       = { .name = "kinds",       .row = &loop_rows__link__descriptor       },
    T(CHILDREN)    = { .name = "children",    .row = &loop_rows__link__descriptor       },
    T(COUNTS)      = { .name = "counts",      .row = &loop_rows__count__descriptor      },
    T(DEATHS)      = { .name = "deaths",      .row = &loop_rows__death__descriptor      },
    T(ALIASES)     = { .name = "aliases",     .row = &loop_rows__alias__descriptor      },
    { 0 }
};

static const struct command commands[] = {
    C(OPEN_NEED)       = { .message = &town__open_need__descriptor,       .handle = loop_on_open },
    C(AMEND_NEED)      = { .message = &town__amend_need__descriptor,      .handle = loop_on_amend },
    C(CHANGE_PRIORITY) = { .message = &town__change_priority__descriptor, .handle = loop_on_change_priority },
    C(DISPATCH)        = { .message = &town__dispatch__descriptor,        .handle = loop_on_dispatch },
    C(RECEIVE)         = { .message = &town__receive__descriptor,         .handle = loop_on_receive },
    C(ACCEPT)          = { .message = &town__accept__descriptor,          .handle = loop_on_accept },
    C(REJECT)          = { .message = &town__reject__descriptor,          .handle = loop_on_reject },
    C(DECLINE)         = { .message = &town__decline__descriptor,         .handle = loop_on_decline },
    C(START)           = { .message = &town__start__descriptor,           .handle = loop_on_start },
    C(REQUEST_HOLD)    = { .message = &town__request_hold__descriptor,    .handle = loop_on_request_hold },
    C(APPROVE_HOLD)    = { .message = &town__approve_hold__descriptor,    .handle = loop_on_approve_hold },
    C(DENY_HOLD)       = { .message = &town__deny_hold__descriptor,       .handle = loop_on_deny_hold },
    C(RESUME)          = { .message = &town__resume__descriptor,          .handle = loop_on_resume },
    C(REPORT_INTERIM)  = { .message = &town__report_interim__descriptor,  .handle = loop_on_interim },
    C(COMPLETE)        = { .message = &town__complete__descriptor,        .handle = loop_on_complete },
    C(FAIL)            = { .message = &town__fail__descriptor,            .handle = loop_on_fail },
    C(RECALL)          = { .message = &town__recall__descriptor,          .handle = loop_on_recall },
    C(MARK_ERROR)      = { .message = &town__mark_error__descriptor,      .handle = loop_on_mark_error },
    C(RULE)            = { .message = &town__rule__descriptor,            .handle = loop_on_rule },
    C(RECORD_CALLBACK) = { .message = &town__record_callback__descriptor, .handle = loop_on_callback },
    C(WITHDRAW_NEED)   = { .message = &town__withdraw_need__descriptor,   .handle = loop_on_withdraw },
    C(REOPEN_NEED)     = { .message = &town__reopen_need__descriptor,     .handle = loop_on_reopen },
    C(DUE)             = { .message = &town__due__descriptor,             .handle = loop_on_due, .free = true },
    C(DEATH_REPORTED)  = { .message = &registry__death_reported__descriptor,  .handle = loop_on_death_reported,  .free = true },
    C(DEATH_REFUTED)   = { .message = &registry__death_refuted__descriptor,   .handle = loop_on_death_refuted,   .free = true },
    C(DEATH_CONFIRMED) = { .message = &registry__death_confirmed__descriptor, .handle = loop_on_death_confirmed, .free = true },
    C(LEFT_TOWN)       = { .message = &registry__left_town__descriptor,       .handle = loop_on_left_town,       .free = true },
    C(MOVED)           = { .message = &registry__moved__descriptor,           .handle = loop_on_moved,           .free = true },
    C(MERGED)          = { .message = &registry__merged__descriptor,          .handle = loop_on_merged,          .free = true },
    C(UNMERGED)        = { .message = &registry__unmerged__descriptor,        .handle = loop_on_unmerged,        .free = true },
    C(CAMPAIGN_CLOSING) = { .message = &organisation__campaign_closing__descriptor, .handle = loop_on_campaign_closing, .free = true },
    [LOOP_COMMANDS_END - LOOP_WORDS] = { 0 }
};

/* Moves that are no commands, in the order of their words. */
static const char *const words[] = {
    "Link", "Return", "Bounce", "Expire", "Hold", "Release", "Release", "Release", "Release",
    "Release", "Rework", "Close", "Seal", NULL
};

static const struct move need_moves[] = {
    { N(NONE),         LOOP_OPEN_NEED,           N(OPEN)         },
    { N(NONE),         LOOP_LINK,                N(SEALED)       },   /* a duplicate */
    { N(OPEN),         LOOP_DISPATCH,            N(ASSIGNED)     },
    { N(OPEN),         LOOP_BOUNCE,              N(UNASSIGNABLE) },   /* nobody took it */
    { N(UNASSIGNABLE), LOOP_RULE,                N(ASSIGNED)     },
    { N(ASSIGNED),     LOOP_START,               N(IN_SERVICE)   },
    { N(ASSIGNED),     LOOP_RETURN,              N(OPEN)         },
    { N(IN_SERVICE),   LOOP_RETURN,              N(OPEN)         },
    { N(ON_HOLD),      LOOP_RETURN,              N(OPEN)         },
    { N(IN_SERVICE),   LOOP_COMPLETE,            N(VERIFYING)    },
    { N(VERIFYING),    LOOP_RECORD_CALLBACK,     N(VERIFYING)    },
    { N(VERIFYING),    LOOP_REWORK,              N(OPEN)         },

    { N(OPEN),         LOOP_HOLD,                N(ON_HOLD)      },
    { N(ASSIGNED),     LOOP_HOLD,                N(ON_HOLD)      },
    { N(IN_SERVICE),   LOOP_HOLD,                N(ON_HOLD)      },
    { N(VERIFYING),    LOOP_HOLD,                N(ON_HOLD)      },
    { N(UNASSIGNABLE), LOOP_HOLD,                N(ON_HOLD)      },
    { N(ON_HOLD),      LOOP_UNHOLD_OPEN,         N(OPEN)         },
    { N(ON_HOLD),      LOOP_UNHOLD_ASSIGNED,     N(ASSIGNED)     },
    { N(ON_HOLD),      LOOP_UNHOLD_IN_SERVICE,   N(IN_SERVICE)   },
    { N(ON_HOLD),      LOOP_UNHOLD_VERIFYING,    N(VERIFYING)    },
    { N(ON_HOLD),      LOOP_UNHOLD_UNASSIGNABLE, N(UNASSIGNABLE) },

    { N(OPEN),         LOOP_CLOSE,               N(CLOSED)       },
    { N(ASSIGNED),     LOOP_CLOSE,               N(CLOSED)       },
    { N(IN_SERVICE),   LOOP_CLOSE,               N(CLOSED)       },
    { N(VERIFYING),    LOOP_CLOSE,               N(CLOSED)       },
    { N(ON_HOLD),      LOOP_CLOSE,               N(CLOSED)       },
    { N(UNASSIGNABLE), LOOP_CLOSE,               N(CLOSED)       },
    { N(CLOSED),       LOOP_REOPEN_NEED,         N(OPEN)         },
    { N(CLOSED),       LOOP_SEAL,                N(SEALED)       },

    /* what changes a need and not its state */
    { N(OPEN),         LOOP_AMEND_NEED,          N(OPEN)         },
    { N(ASSIGNED),     LOOP_AMEND_NEED,          N(ASSIGNED)     },
    { N(IN_SERVICE),   LOOP_AMEND_NEED,          N(IN_SERVICE)   },
    { N(VERIFYING),    LOOP_AMEND_NEED,          N(VERIFYING)    },
    { N(ON_HOLD),      LOOP_AMEND_NEED,          N(ON_HOLD)      },
    { N(UNASSIGNABLE), LOOP_AMEND_NEED,          N(UNASSIGNABLE) },
    { N(OPEN),         LOOP_CHANGE_PRIORITY,     N(OPEN)         },
    { N(ASSIGNED),     LOOP_CHANGE_PRIORITY,     N(ASSIGNED)     },
    { N(IN_SERVICE),   LOOP_CHANGE_PRIORITY,     N(IN_SERVICE)   },
    { N(VERIFYING),    LOOP_CHANGE_PRIORITY,     N(VERIFYING)    },
    { N(ON_HOLD),      LOOP_CHANGE_PRIORITY,     N(ON_HOLD)      },
    { N(UNASSIGNABLE), LOOP_CHANGE_PRIORITY,     N(UNASSIGNABLE) },

    /* WithdrawNeed is Close with an outcome of its own */
    { N(OPEN),         LOOP_WITHDRAW_NEED,       N(CLOSED)       },
    { N(ASSIGNED),     LOOP_WITHDRAW_NEED,       N(CLOSED)       },
    { N(IN_SERVICE),   LOOP_WITHDRAW_NEED,       N(CLOSED)       },
    { N(VERIFYING),    LOOP_WITHDRAW_NEED,       N(CLOSED)       },
    { N(ON_HOLD),      LOOP_WITHDRAW_NEED,       N(CLOSED)       },
    { N(UNASSIGNABLE), LOOP_WITHDRAW_NEED,       N(CLOSED)       },
    { 0 }
};

static const struct move assignment_moves[] = {
    { A(NONE),        LOOP_DISPATCH,       A(REQUESTED)   },
    { A(REQUESTED),   LOOP_RECEIVE,        A(RECEIVED)    },   /* delivered; not yet willing */
    { A(REQUESTED),   LOOP_ACCEPT,         A(ACCEPTED)    },
    { A(RECEIVED),    LOOP_ACCEPT,         A(ACCEPTED)    },
    { A(REQUESTED),   LOOP_REJECT,         A(REJECTED)    },
    { A(RECEIVED),    LOOP_REJECT,         A(REJECTED)    },
    { A(REQUESTED),   LOOP_EXPIRE,         A(EXPIRED)     },
    { A(RECEIVED),    LOOP_EXPIRE,         A(EXPIRED)     },
    { A(ACCEPTED),    LOOP_START,          A(IN_PROGRESS) },
    { A(ACCEPTED),    LOOP_DECLINE,        A(REJECTED)    },
    { A(IN_PROGRESS), LOOP_DECLINE,        A(REJECTED)    },
    { A(IN_PROGRESS), LOOP_REQUEST_HOLD,   A(IN_PROGRESS) },
    { A(IN_PROGRESS), LOOP_APPROVE_HOLD,   A(ON_HOLD)     },
    { A(IN_PROGRESS), LOOP_DENY_HOLD,      A(IN_PROGRESS) },
    { A(ON_HOLD),     LOOP_RESUME,         A(IN_PROGRESS) },
    { A(IN_PROGRESS), LOOP_REPORT_INTERIM, A(IN_PROGRESS) },
    { A(IN_PROGRESS), LOOP_COMPLETE,       A(COMPLETED)   },
    { A(IN_PROGRESS), LOOP_FAIL,           A(FAILED)      },

    { A(REQUESTED),   LOOP_RECALL,         A(RECALLED)    },
    { A(RECEIVED),    LOOP_RECALL,         A(RECALLED)    },
    { A(ACCEPTED),    LOOP_RECALL,         A(RECALLED)    },
    { A(IN_PROGRESS), LOOP_RECALL,         A(RECALLED)    },
    { A(ON_HOLD),     LOOP_RECALL,         A(RECALLED)    },
    { A(RECALLED),    LOOP_REPORT_INTERIM, A(RECALLED)    },   /* late work is still attached */
    { A(REQUESTED),   LOOP_MARK_ERROR,     A(ERROR)       },
    { A(RECEIVED),    LOOP_MARK_ERROR,     A(ERROR)       },
    { A(ACCEPTED),    LOOP_MARK_ERROR,     A(ERROR)       },
    { A(IN_PROGRESS), LOOP_MARK_ERROR,     A(ERROR)       },
    { A(ON_HOLD),     LOOP_MARK_ERROR,     A(ERROR)       },
    { 0 }
};

static const struct machine machines[] = {
    { "need", LOOP_NEEDS, offsetof(LoopRows__Need, state),
      &loop_rows__need__state__descriptor, need_moves, words, LOOP_LINK },
    { "assignment", LOOP_ASSIGNMENTS, offsetof(LoopRows__Assignment, state),
      &loop_rows__assignment__state__descriptor, assignment_moves, words, LOOP_LINK },
    { 0 }
};

static const ProtobufCMessageDescriptor *const events[] = {
    &town__need_opened__descriptor,      &town__need_amended__descriptor,
    &town__priority_changed__descriptor, &town__dispatched__descriptor,
    &town__received__descriptor,         &town__accepted__descriptor,
    &town__started__descriptor,          &town__resumed__descriptor,
    &town__interim_reported__descriptor, &town__rejected__descriptor,
    &town__declined__descriptor,         &town__hold_requested__descriptor,
    &town__hold_approved__descriptor,    &town__hold_denied__descriptor,
    &town__expired__descriptor,          &town__recalled__descriptor,
    &town__marked_in_error__descriptor,  &town__completed__descriptor,
    &town__failed__descriptor,           &town__unassignable__descriptor,
    &town__ruled__descriptor,            &town__verification_due__descriptor,
    &town__callback_recorded__descriptor, &town__rework_ordered__descriptor,
    &town__need_closed__descriptor,      &town__need_reopened__descriptor,
    &town__need_held__descriptor,        &town__need_resumed__descriptor,
    &town__deadline_warned__descriptor,  &town__deadline_missed__descriptor,
    &town__escalated__descriptor,        &town__handed_back__descriptor,
    NULL
};

static const struct question questions[] = {
    { &town__worklist__descriptor, &town__worklist_answer__descriptor, loop_ask_worklist },
    { &town__need__descriptor,     &town__needs_answer__descriptor,    loop_ask_need     },
    { &town__needs_of__descriptor, &town__needs_answer__descriptor,    loop_ask_needs_of },
    { &town__board__descriptor,    &town__board_answer__descriptor,    loop_ask_board    },
    { 0 }
};
/* clang-format on */

const struct part loop_part = {
    .name = "loop",
    .tables = tables,
    .first_table = LOOP_TABLES,
    .commands = commands,
    .first_word = LOOP_WORDS,
    .machines = machines,
    .events = events,
    .questions = questions,
};
