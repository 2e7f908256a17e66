/*
 * supplies - what the depot gives out, until somebody has seen it arrive (S-060, S-0B1).
 * This page is the whole service besides the kernel of needs and assignments (kit/loop): stock.c is
 * what lies where, lines.c and needs.c what is asked, rule.c and allot.c who gets it, deliveries.c how
 * it arrives; handlers_*.c and queries.c hold what is particular to each word.
 */
#include "care.pb-c.h"
#include "homes.pb-c.h"
#include "registry.pb-c.h"
#include "supplies/supplies.h"

#define L(state) SUPPLIES_ROWS__LINE__STATE__##state
#define V(state) SUPPLIES_ROWS__DELIVERY__STATE__##state
#define T(state) SUPPLIES_ROWS__TRANSFER__STATE__##state
#define N(state) SUPPLIES_ROWS__DONATION__STATE__##state

static const struct table tables[] = {
    [ITEMS]       = { .name = "items",       .row = &supplies_rows__item__descriptor     },
    [SITES]       = { .name = "sites",       .row = &supplies_rows__site__descriptor     },
    [RULES]       = { .name = "rules",       .row = &supplies_rows__rule__descriptor     },
    [STOCKS]      = { .name = "stocks",      .row = &supplies_rows__stock__descriptor    },
    [SHELVES]     = { .name = "shelves",     .row = &supplies_rows__shelf__descriptor    },
    [DEMANDS]     = { .name = "demands",     .row = &supplies_rows__demand__descriptor   },
    [PLACES]      = { .name = "places",      .row = &supplies_rows__place__descriptor    },
    [CLASSES]     = { .name = "classes",     .row = &supplies_rows__class__descriptor    },
    [LINES]       = { .name = "lines",       .row = &supplies_rows__line__descriptor     },
    [NEED_LINES]  = { .name = "need_lines",  .row = &supplies_rows__entry__descriptor    },
    [WANTS]       = { .name = "wants",       .row = &supplies_rows__entry__descriptor    },
    [ORDERS]      = { .name = "orders",      .row = &supplies_rows__entry__descriptor    },
    [DELIVERIES]  = { .name = "deliveries",  .row = &supplies_rows__delivery__descriptor },
    [VANS]        = { .name = "vans",        .row = &supplies_rows__entry__descriptor    },
    [UNCONFIRMED] = { .name = "unconfirmed", .row = &supplies_rows__entry__descriptor    },
    [TRANSFERS]   = { .name = "transfers",   .row = &supplies_rows__transfer__descriptor },
    [DONATIONS]   = { .name = "donations",   .row = &supplies_rows__donation__descriptor },
    [VARIANCES]   = { .name = "variances",   .row = &supplies_rows__variance__descriptor },
    [RUNS]        = { .name = "runs",        .row = &supplies_rows__run__descriptor      },
    { 0 }
};

static const struct command commands[] = {
    [DEFINE_ITEM]         = { .message = &supplies__define_item__descriptor,         .handle = on_define_item,         .free = true },
    [DEFINE_SITE]         = { .message = &supplies__define_site__descriptor,         .handle = on_define_site,         .free = true },
    [SET_RULE]            = { .message = &supplies__set_rule__descriptor,            .handle = on_set_rule,            .free = true },
    [RECEIVE_STOCK]       = { .message = &supplies__receive_stock__descriptor,       .handle = on_receive_stock,       .free = true },
    [COUNT_STOCK]         = { .message = &supplies__count_stock__descriptor,         .handle = on_count_stock,         .free = true },
    [OPEN_NEED]           = { .message = &town__open_need__descriptor,               .handle = on_goods,               .free = true },   /* after the kernel */
    [REQUEST_LINE]        = { .message = &supplies__request_line__descriptor,        .handle = on_request_line },
    [APPROVE_LINE]        = { .message = &supplies__approve_line__descriptor,        .handle = on_approve_line },
    [REJECT_LINE]         = { .message = &supplies__reject_line__descriptor,         .handle = on_reject_line },
    [OFFER_SUBSTITUTE]    = { .message = &supplies__offer_substitute__descriptor,    .handle = on_offer_substitute },
    [ANSWER_SUBSTITUTE]   = { .message = &supplies__answer_substitute__descriptor,   .handle = on_answer_substitute },
    [OVERRIDE_ALLOCATION] = { .message = &supplies__override_allocation__descriptor, .handle = on_override_allocation },
    [PICK]                = { .message = &supplies__pick__descriptor,                .handle = on_pick },
    [SEND_OUT]            = { .message = &supplies__send_out__descriptor,            .handle = on_send_out },
    [DELIVER]             = { .message = &supplies__deliver__descriptor,             .handle = on_deliver },
    [CONFIRM_DELIVERY]    = { .message = &supplies__confirm_delivery__descriptor,    .handle = on_confirm_delivery },
    [REPORT_RETURN]       = { .message = &supplies__report_return__descriptor,       .handle = on_report_return },
    [REPORT_LOSS]         = { .message = &supplies__report_loss__descriptor,         .handle = on_report_loss },
    [REPORT_WRONG]        = { .message = &supplies__report_wrong__descriptor,        .handle = on_report_wrong },
    [OPEN_TRANSFER]       = { .message = &supplies__open_transfer__descriptor,       .handle = on_open_transfer },
    [SHIP_TRANSFER]       = { .message = &supplies__ship_transfer__descriptor,       .handle = on_ship_transfer },
    [RECEIVE_TRANSFER]    = { .message = &supplies__receive_transfer__descriptor,    .handle = on_receive_transfer },
    [CANCEL_TRANSFER]     = { .message = &supplies__cancel_transfer__descriptor,     .handle = on_cancel_transfer },
    [OFFER_DONATION]      = { .message = &supplies__offer_donation__descriptor,      .handle = on_offer_donation },
    [ACCEPT_DONATION]     = { .message = &supplies__accept_donation__descriptor,     .handle = on_accept_donation },
    [DECLINE_DONATION]    = { .message = &supplies__decline_donation__descriptor,    .handle = on_decline_donation },
    [CHASE_APPROVAL]      = { .message = &supplies__chase_approval__descriptor,      .handle = on_chase_approval },   /* timers */
    [ALLOT]               = { .message = &supplies__allot__descriptor,               .handle = on_allot,               .free = true },
    [CHASE_PICK]          = { .message = &supplies__chase_pick__descriptor,          .handle = on_chase_pick },
    [CHASE_CONFIRMATION]  = { .message = &supplies__chase_confirmation__descriptor,  .handle = on_chase_confirmation },
    [NOTICE_EXPIRY]       = { .message = &supplies__notice_expiry__descriptor,       .handle = on_notice_expiry,       .free = true },
    [CHASE_TRANSFER]      = { .message = &supplies__chase_transfer__descriptor,      .handle = on_chase_transfer },
    [CHASE_DONATION]      = { .message = &supplies__chase_donation__descriptor,      .handle = on_chase_donation },
    [HEAR_CONTACT]        = { .message = &care__contact_recorded__descriptor,        .handle = on_contact,             .free = true },   /* others */
    [HEAR_VERIFIED]       = { .message = &registry__verified__descriptor,            .handle = on_verified,            .free = true },
    [HEAR_CLASS]          = { .message = &registry__class_set__descriptor,           .handle = on_class_set,           .free = true },
    [HEAR_MOVED]          = { .message = &registry__moved__descriptor,               .handle = on_moved,               .free = true },
    [HEAR_HOME]           = { .message = &homes__home_state_changed__descriptor,     .handle = on_home_changed,        .free = true },
    [HEAR_DEATH_REPORTED] = { .message = &registry__death_reported__descriptor,      .handle = on_death_reported,      .free = true },
    [HEAR_DEATH_REFUTED]  = { .message = &registry__death_refuted__descriptor,       .handle = on_death_refuted,       .free = true },
    { 0 }
};

static const ProtobufCMessageDescriptor *const events[] = {
    &supplies__item_defined__descriptor,         &supplies__site_defined__descriptor,
    &supplies__rule_set__descriptor,             &supplies__stock_received__descriptor,
    &supplies__stock_counted__descriptor,        &supplies__stock_low__descriptor,
    &supplies__stock_expiring__descriptor,       &supplies__line_requested__descriptor,
    &supplies__line_approved__descriptor,        &supplies__line_rejected__descriptor,
    &supplies__line_allocated__descriptor,       &supplies__line_backordered__descriptor,
    &supplies__backorder_cancelled__descriptor,  &supplies__substitute_offered__descriptor,
    &supplies__substitute_answered__descriptor,  &supplies__allocation_overridden__descriptor,
    &supplies__line_picked__descriptor,          &supplies__sent_out__descriptor,
    &supplies__delivered__descriptor,            &supplies__delivery_held__descriptor,
    &supplies__delivery_confirmed__descriptor,   &supplies__goods_returned__descriptor,
    &supplies__goods_lost__descriptor,           &supplies__wrong_reported__descriptor,
    &supplies__transfer_opened__descriptor,      &supplies__transfer_shipped__descriptor,
    &supplies__transfer_received__descriptor,    &supplies__donation_offered__descriptor,
    &supplies__donation_accepted__descriptor,    &supplies__donation_declined__descriptor,
    &supplies__transfer_cancelled__descriptor,   &supplies__transfer_overdue__descriptor,
    &supplies__donation_overdue__descriptor,
    NULL
};

static const char *const words[] = {
    "Allocate", "Backorder", "Substitute", "TryAgain", "Cancel", "Hold",
    "ReleaseRequested", "ReleaseApproved", "ReleaseAllocated", "ReleaseBackordered",
    "ReleasePicked", "ReleaseSent", "PartApproved", "PartSent", "PartDelivered", "EndDelivery", NULL
};

/* One item for one recipient (domain.md 3.10). */
static const struct move line_moves[] = {
    { L(NONE),        REQUEST_LINE,        L(REQUESTED)   },
    { L(REQUESTED),   APPROVE_LINE,        L(APPROVED)    },
    { L(REQUESTED),   REJECT_LINE,         L(REJECTED)    },
    { L(REQUESTED),   CHASE_APPROVAL,      L(REQUESTED)   },   /* nobody has decided */
    { L(REQUESTED),   OVERRIDE_ALLOCATION, L(REQUESTED)   },
    { L(APPROVED),    OVERRIDE_ALLOCATION, L(APPROVED)    },
    { L(BACKORDERED), OVERRIDE_ALLOCATION, L(BACKORDERED) },
    { L(APPROVED),    ALLOCATE,            L(ALLOCATED)   },
    { L(APPROVED),    BACKORDER,           L(BACKORDERED) },
    { L(BACKORDERED), ALLOCATE,            L(ALLOCATED)   },
    { L(BACKORDERED), REJECT_LINE,         L(REJECTED)    },   /* there will be none */
    { L(APPROVED),    OFFER_SUBSTITUTE,    L(APPROVED)    },
    { L(BACKORDERED), OFFER_SUBSTITUTE,    L(BACKORDERED) },
    { L(APPROVED),    ANSWER_SUBSTITUTE,   L(APPROVED)    },
    { L(BACKORDERED), ANSWER_SUBSTITUTE,   L(BACKORDERED) },
    { L(APPROVED),    SUBSTITUTE,          L(SUBSTITUTED) },
    { L(BACKORDERED), SUBSTITUTE,          L(SUBSTITUTED) },
    { L(SUBSTITUTED), ALLOCATE,            L(ALLOCATED)   },
    { L(SUBSTITUTED), BACKORDER,           L(BACKORDERED) },   /* others had a better claim */
    { L(ALLOCATED),   PICK,                L(PICKED)      },
    { L(ALLOCATED),   CHASE_PICK,          L(ALLOCATED)   },   /* nobody has packed it */
    { L(PICKED),      SEND_OUT,            L(SENT)        },
    { L(SENT),        DELIVER,             L(DELIVERED)   },
    { L(DELIVERED),   CONFIRM_DELIVERY,    L(CONFIRMED)   },
    { L(SENT),        REPORT_RETURN,       L(RETURNED)    },
    { L(DELIVERED),   REPORT_RETURN,       L(RETURNED)    },
    { L(HELD),        REPORT_RETURN,       L(RETURNED)    },   /* the van comes back */
    { L(CANCELLED),   REPORT_RETURN,       L(RETURNED)    },
    { L(ALLOCATED),   REPORT_LOSS,         L(LOST)        },   /* not on its shelf, or spoilt */
    { L(PICKED),      REPORT_LOSS,         L(LOST)        },
    { L(SENT),        REPORT_LOSS,         L(LOST)        },
    { L(DELIVERED),   REPORT_LOSS,         L(LOST)        },
    { L(SENT),        REPORT_WRONG,        L(WRONG)       },
    { L(DELIVERED),   REPORT_WRONG,        L(WRONG)       },
    { L(LOST),        TRY_AGAIN,           L(APPROVED)    },
    { L(WRONG),       TRY_AGAIN,           L(APPROVED)    },
    { L(NONE),        PART_APPROVED,       L(APPROVED)    },   /* split from another */
    { L(NONE),        PART_SENT,           L(SENT)        },
    { L(NONE),        PART_DELIVERED,      L(DELIVERED)   },
    { L(REQUESTED),   HOLD,                L(HELD)        },   /* a death was reported */
    { L(APPROVED),    HOLD,                L(HELD)        },
    { L(BACKORDERED), HOLD,                L(HELD)        },
    { L(ALLOCATED),   HOLD,                L(HELD)        },
    { L(PICKED),      HOLD,                L(HELD)        },
    { L(SENT),        HOLD,                L(HELD)        },
    { L(HELD),        RELEASE_REQUESTED,   L(REQUESTED)   },   /* ... and refuted */
    { L(HELD),        RELEASE_APPROVED,    L(APPROVED)    },
    { L(HELD),        RELEASE_BACKORDERED, L(BACKORDERED) },
    { L(HELD),        RELEASE_ALLOCATED,   L(ALLOCATED)   },
    { L(HELD),        RELEASE_PICKED,      L(PICKED)      },
    { L(HELD),        RELEASE_SENT,        L(SENT)        },
    { L(REQUESTED),   CANCEL,              L(CANCELLED)   },   /* its need has ended */
    { L(APPROVED),    CANCEL,              L(CANCELLED)   },
    { L(BACKORDERED), CANCEL,              L(CANCELLED)   },
    { L(ALLOCATED),   CANCEL,              L(CANCELLED)   },
    { L(PICKED),      CANCEL,              L(CANCELLED)   },
    { L(SENT),        CANCEL,              L(CANCELLED)   },
    { L(DELIVERED),   CANCEL,              L(CANCELLED)   },
    { L(LOST),        CANCEL,              L(CANCELLED)   },
    { L(WRONG),       CANCEL,              L(CANCELLED)   },
    { L(HELD),        CANCEL,              L(CANCELLED)   },
    { 0 }
};

static const struct move delivery_moves[] = {
    { V(NONE),      PICK,               V(PICKED)    },
    { V(PICKED),    SEND_OUT,           V(SENT)      },
    { V(SENT),      DELIVER,            V(DELIVERED) },
    { V(DELIVERED), CONFIRM_DELIVERY,   V(CONFIRMED) },
    { V(DELIVERED), CHASE_CONFIRMATION, V(DELIVERED) },   /* nobody has seen it arrive */
    { V(PICKED),    END_DELIVERY,       V(ENDED)     },   /* nothing of it is left */
    { V(SENT),      END_DELIVERY,       V(ENDED)     },
    { V(DELIVERED), END_DELIVERY,       V(ENDED)     },
    { 0 }
};

static const struct move transfer_moves[] = {
    { T(NONE),    OPEN_TRANSFER,    T(OPEN)     },
    { T(OPEN),    SHIP_TRANSFER,    T(SHIPPED)  },
    { T(SHIPPED), RECEIVE_TRANSFER, T(RECEIVED) },
    { T(OPEN),    CANCEL_TRANSFER,  T(CANCELLED) },   /* what it kept is for others */
    { T(OPEN),    CHASE_TRANSFER,   T(OPEN)     },    /* nobody has shipped it */
    { T(SHIPPED), CHASE_TRANSFER,   T(SHIPPED)  },    /* ... or seen it come */
    { 0 }
};

static const struct move donation_moves[] = {
    { N(NONE),    OFFER_DONATION,   N(OFFERED)  },
    { N(OFFERED), ACCEPT_DONATION,  N(ACCEPTED) },
    { N(OFFERED), DECLINE_DONATION, N(DECLINED) },
    { N(OFFERED), CHASE_DONATION,   N(OFFERED)  },   /* the giver waits */
    { 0 }
};

static const struct machine machines[] = {
    { "line", LINES, offsetof(SuppliesRows__Line, state),
      &supplies_rows__line__state__descriptor, line_moves, words, ALLOCATE },
    { "delivery", DELIVERIES, offsetof(SuppliesRows__Delivery, state),
      &supplies_rows__delivery__state__descriptor, delivery_moves, words, ALLOCATE },
    { "transfer", TRANSFERS, offsetof(SuppliesRows__Transfer, state),
      &supplies_rows__transfer__state__descriptor, transfer_moves, words, ALLOCATE },
    { "donation", DONATIONS, offsetof(SuppliesRows__Donation, state),
      &supplies_rows__donation__state__descriptor, donation_moves, words, ALLOCATE },
    { 0 }
};

static const struct question questions[] = {
    { &supplies__availability__descriptor,       &supplies__availability_answer__descriptor,       ask_availability       },
    { &supplies__run_out_date__descriptor,       &supplies__run_out_date_answer__descriptor,       ask_run_out_date       },
    { &supplies__open_orders__descriptor,        &supplies__open_orders_answer__descriptor,        ask_open_orders        },
    { &supplies__van_list__descriptor,           &supplies__van_list_answer__descriptor,           ask_van_list           },
    { &supplies__unconfirmed__descriptor,        &supplies__unconfirmed_answer__descriptor,        ask_unconfirmed        },
    { &supplies__donation_ledger__descriptor,    &supplies__donation_ledger_answer__descriptor,    ask_donation_ledger    },
    { &supplies__variances__descriptor,          &supplies__variances_answer__descriptor,          ask_variances          },
    { &supplies__explain_allocation__descriptor, &supplies__explain_allocation_answer__descriptor, ask_explain_allocation },
    { 0 }
};

static const char *const kinds[] = { "GOODS", NULL };

static const struct loop_rules rules = {
    .kinds       = kinds,
    .dispatcher  = "dzb",
    .route       = supplies_route,
    .on_open     = on_need_opened,
    .on_dispatch = on_need_dispatched,
    .on_complete = on_need_completed,
    .on_close    = on_need_closed,
};

const struct service supplies_service = {
    .name      = "supplies",
    .letter    = 'S',
    .tables    = tables,
    .commands  = commands,
    .events    = events,
    .machines  = machines,
    .questions = questions,
    .refusals  = &supplies__refusal__descriptor,
    .loop      = &rules,
    .erasing   = &supplies_erasing,
};
