/*
 * care - whoever is on the roster is seen or heard every day, and who is not is sought until a door
 * opens.  This page is the whole service besides the kernel of needs and assignments (kit/loop); the
 * other files hold what is particular to each command.
 */
#include "care/care.h"

#define P(state) CARE_ROWS__PERSON__STATE__##state
#define C(state) CARE_ROWS__CONTACT__STATE__##state
#define R(state) CARE_ROWS__PAIRING__STATE__##state
#define K(state) CARE_ROWS__CARER__STATE__##state
#define D(state) CARE_ROWS__SUMMARY__STATE__##state

static const struct table tables[] = {
    [PERSONS]     = { .name = "persons",     .row = &care_rows__person__descriptor    },
    [ROSTER]      = { .name = "roster",      .row = &care_rows__mark__descriptor      },
    [UNPAIRED]    = { .name = "unpaired",    .row = &care_rows__mark__descriptor      },
    [CONTACTS]    = { .name = "contacts",    .row = &care_rows__contact__descriptor   },
    [WAITING]     = { .name = "waiting",     .row = &care_rows__mark__descriptor      },
    [PAIRINGS]    = { .name = "pairings",    .row = &care_rows__pairing__descriptor   },
    [CARERS]      = { .name = "carers",      .row = &care_rows__carer__descriptor     },
    [CARERS_OF]   = { .name = "carers_of",   .row = &care_rows__mark__descriptor      },
    [SPARE]       = { .name = "spare",       .row = &care_rows__mark__descriptor      },
    [CARED]       = { .name = "cared",       .row = &care_rows__cared__descriptor     },
    [NAMED]       = { .name = "named",       .row = &care_rows__named__descriptor     },
    [FREQUENCIES] = { .name = "frequencies", .row = &care_rows__frequency__descriptor },
    [HOUSEHOLDS]  = { .name = "households",  .row = &care_rows__mark__descriptor      },
    [OPEN_NEEDS]  = { .name = "open_needs",  .row = &care_rows__open_need__descriptor },
    [SUMMARIES]   = { .name = "summaries",   .row = &care_rows__summary__descriptor   },
    [COMMITTEES]  = { .name = "committees",  .row = &care_rows__committee__descriptor },
    [TOWN]        = { .name = "town",        .row = &care_rows__town__descriptor      },
    { 0 }
};

static const struct command commands[] = {
    [REGISTER_CARER]        = { .message = &care__register_carer__descriptor,          .handle = on_register_carer },
    [RETIRE_CARER]          = { .message = &care__retire_carer__descriptor,            .handle = on_retire_carer },
    [DECLARE_CARER_ABSENT]  = { .message = &care__declare_carer_absent__descriptor,    .handle = on_declare_carer_absent },
    [END_CARER_ABSENCE]     = { .message = &care__end_carer_absence__descriptor,       .handle = on_end_carer_absence },
    [CANCEL_CARER_ABSENCE]  = { .message = &care__cancel_carer_absence__descriptor,    .handle = on_cancel_carer_absence },
    [PAIR]                  = { .message = &care__pair__descriptor,                    .handle = on_pair },
    [UNPAIR]                = { .message = &care__unpair__descriptor,                  .handle = on_unpair },
    [ASSIGN_STAND_IN]       = { .message = &care__assign_stand_in__descriptor,         .handle = on_assign_stand_in,   .free = true },
    [SET_FREQUENCY]         = { .message = &care__set_frequency__descriptor,           .handle = on_set_frequency,     .free = true },
    [RECORD_ATTEMPT]        = { .message = &care__record_attempt__descriptor,          .handle = on_record_attempt,    .free = true },   /* Try */
    [RECORD_CONTACT]        = { .message = &care__record_contact__descriptor,          .handle = on_record_contact,    .free = true },   /* See ... GoAway, by its outcome */
    [ASSIGN_DOOR_VISIT]     = { .message = &care__assign_door_visit__descriptor,       .handle = on_assign_door_visit, .free = true },
    [RECORD_DOOR_VISIT]     = { .message = &care__record_door_visit__descriptor,       .handle = on_record_door_visit, .free = true },   /* See, GoAway, Try and GiveUp */
    [SIGN_SUMMARY]          = { .message = &care__sign_summary__descriptor,            .handle = on_sign_summary },
    [AMEND_SUMMARY]         = { .message = &care__amend_summary__descriptor,           .handle = on_amend_summary },
    [PLAN_DAY]              = { .message = &care__plan_day__descriptor,                .handle = on_plan_day,          .free = true },   /* timers */
    [FIND_UNPAIRED]         = { .message = &care__find_unpaired__descriptor,           .handle = on_find_unpaired,     .free = true },
    [REMIND_UNTRIED]        = { .message = &care__remind_untried__descriptor,          .handle = on_remind_untried,    .free = true },
    [FREEZE_SUMMARY]        = { .message = &care__freeze_summary__descriptor,          .handle = on_freeze_summary },
    [CHASE_SUMMARY]         = { .message = &care__chase_summary__descriptor,           .handle = on_chase_summary,     .free = true },
    [END_DAY]               = { .message = &care__end_day__descriptor,                 .handle = on_end_day,           .free = true },
    [ROLL_UP_TOWN]          = { .message = &care__roll_up_town__descriptor,            .handle = on_roll_up_town },
    [AMEND_TOWN]            = { .message = &care__amend_town__descriptor,              .handle = on_amend_town,        .free = true },
    [CLIMB_LADDER]          = { .message = &care__climb_ladder__descriptor,            .handle = on_climb_ladder,      .free = true },
    [REVIEW_REFUSAL]        = { .message = &care__review_refusal__descriptor,          .handle = on_review_refusal,    .free = true },
    [BEGIN_CARER_ABSENCE]   = { .message = &care__begin_carer_absence__descriptor,     .handle = on_begin_carer_absence },
    [END_CARER_ABSENCE_DUE] = { .message = &care__end_carer_absence_due__descriptor,   .handle = on_end_carer_absence_due },
    [SETTLE_PAIRINGS]       = { .message = &care__settle_pairings__descriptor,         .handle = on_settle_pairings,   .free = true },
    [HEAR_PROPOSED]         = { .message = &registry__proposed__descriptor,            .handle = on_proposed },   /* the roster */
    [HEAR_VERIFIED]         = { .message = &registry__verified__descriptor,            .handle = on_verified },
    [HEAR_DISMISSED]        = { .message = &registry__dismissed__descriptor,           .handle = on_dismissed,         .free = true },
    [HEAR_REMOVED]          = { .message = &registry__removed__descriptor,             .handle = on_removed,           .free = true },
    [HEAR_FIELDS]           = { .message = &registry__fields_updated__descriptor,      .handle = on_fields_updated,    .free = true },
    [HEAR_CATEGORIES]       = { .message = &registry__categories_set__descriptor,      .handle = on_categories_set,    .free = true },
    [HEAR_CLASS]            = { .message = &registry__class_set__descriptor,           .handle = on_class_set,         .free = true },
    [HEAR_SILENT]           = { .message = &registry__silent_set__descriptor,          .handle = on_silent_set,        .free = true },
    [HEAR_AWAY_STARTED]     = { .message = &registry__away_started__descriptor,        .handle = on_away_started },
    [HEAR_AWAY_ENDED]       = { .message = &registry__away_ended__descriptor,          .handle = on_away_ended },
    [HEAR_MOVED]            = { .message = &registry__moved__descriptor,               .handle = on_moved,             .free = true },
    [HEAR_LEFT_TOWN]        = { .message = &registry__left_town__descriptor,           .handle = on_left_town,         .free = true },
    [HEAR_DEATH_REPORTED]   = { .message = &registry__death_reported__descriptor,      .handle = on_death_reported },
    [HEAR_DEATH_CONFIRMED]  = { .message = &registry__death_confirmed__descriptor,     .handle = on_death_confirmed,   .free = true },
    [HEAR_DEATH_REFUTED]    = { .message = &registry__death_refuted__descriptor,       .handle = on_death_refuted,     .free = true },
    [HEAR_MERGED]           = { .message = &registry__merged__descriptor,              .handle = on_merged },
    [HEAR_UNMERGED]         = { .message = &registry__unmerged__descriptor,            .handle = on_unmerged,          .free = true },
    [HEAR_HOUSEHOLD]        = { .message = &registry__household_set__descriptor,       .handle = on_household_set,     .free = true },
    [HEAR_NO_SHOW]          = { .message = &referral__no_show__descriptor,             .handle = on_no_show,           .free = true },   /* what others have seen */
    [HEAR_CONTROLLED]       = { .message = &incident__incident_controlled__descriptor, .handle = on_incident_controlled, .free = true },
    [HEAR_NEED_OPENED]      = { .message = &town__need_opened__descriptor,             .handle = on_need_opened,       .of = "*", .free = true },
    [HEAR_NEED_CLOSED]      = { .message = &town__need_closed__descriptor,             .handle = on_need_closed,       .of = "*", .free = true },
    [HEAR_NEED_REOPENED]    = { .message = &town__need_reopened__descriptor,           .handle = on_need_reopened,     .of = "*", .free = true },
    [HEAR_DEADLINE_MISSED]  = { .message = &town__deadline_missed__descriptor,         .handle = on_deadline_missed,   .of = "*", .free = true },
    [HEAR_UNIT]             = { .message = &organisation__unit_registered__descriptor, .handle = on_unit_registered,   .free = true },   /* when the days run, and where */
    [HEAR_POLICY]           = { .message = &organisation__policy_published__descriptor, .handle = on_policy_published, .free = true },
    [HEAR_CAMPAIGN_OPENED]  = { .message = &organisation__campaign_opened__descriptor, .handle = on_campaign_opened,   .free = true },
    [HEAR_CAMPAIGN_CLOSED]  = { .message = &organisation__campaign_closed__descriptor, .handle = on_campaign_closed,   .free = true },
    { 0 }
};

static const ProtobufCMessageDescriptor *const events[] = {
    &care__carer_registered__descriptor,   &care__carer_retired__descriptor,
    &care__carer_absent__descriptor,       &care__carer_returned__descriptor,
    &care__carer_absence_cancelled__descriptor,
    &care__paired__descriptor,             &care__unpaired__descriptor,
    &care__pairing_paused__descriptor,     &care__pairing_resumed__descriptor,
    &care__stand_in_assigned__descriptor,  &care__unpaired_found__descriptor,
    &care__recruitment_gap__descriptor,    &care__frequency_set__descriptor,
    &care__contact_planned__descriptor,    &care__contact_attempted__descriptor,
    &care__contact_recorded__descriptor,   &care__contact_reminded__descriptor,
    &care__contact_escalated__descriptor,  &care__door_visit_assigned__descriptor,
    &care__not_reached__descriptor,        &care__contact_missed__descriptor,
    &care__abnormal_found__descriptor,     &care__first_hand_overdue__descriptor,
    &care__summary_frozen__descriptor,     &care__summary_signed__descriptor,
    &care__summary_overdue__descriptor,    &care__summary_rolled_up__descriptor,
    &care__summary_amended__descriptor,    &care__plausibility_flagged__descriptor,
    NULL
};

static const char *const words[] = {
    "BackToCandidate", "BackToActive", "BackToAway", "BackToSilenced", "Plan", "PlanAgain", "PlanLate", "Try", "TryLate",
    "OneOfMore", "See", "SeeByOther", "FindNeed", "FindAbnormal", "TurnAway", "GoAway", "GiveUp", "Miss", "Cancel",
    "Pause", "Resume", "OpenDay", NULL
};

/* What the roster says of a person; off it, there is no row. */
static const struct move person_moves[] = {
    { P(NONE),      HEAR_PROPOSED,       P(CANDIDATE) },
    { P(NONE),      HEAR_VERIFIED,       P(ACTIVE)    },
    { P(CANDIDATE), HEAR_VERIFIED,       P(ACTIVE)    },
    { P(ACTIVE),    HEAR_AWAY_STARTED,   P(AWAY)      },
    { P(AWAY),      HEAR_AWAY_STARTED,   P(AWAY)      },   /* longer, or elsewhere */
    { P(AWAY),      HEAR_AWAY_ENDED,     P(ACTIVE)    },
    { P(CANDIDATE), HEAR_DEATH_REPORTED, P(SILENCED)  },
    { P(ACTIVE),    HEAR_DEATH_REPORTED, P(SILENCED)  },
    { P(AWAY),      HEAR_DEATH_REPORTED, P(SILENCED)  },
    { P(SILENCED),  BACK_TO_CANDIDATE,   P(CANDIDATE) },   /* refuted */
    { P(SILENCED),  BACK_TO_ACTIVE,      P(ACTIVE)    },
    { P(SILENCED),  BACK_TO_AWAY,        P(AWAY)      },
    { P(CANDIDATE), HEAR_MERGED,         P(ALIAS)     },
    { P(ACTIVE),    HEAR_MERGED,         P(ALIAS)     },
    { P(AWAY),      HEAR_MERGED,         P(ALIAS)     },
    { P(SILENCED),  HEAR_MERGED,         P(ALIAS)     },
    { P(ALIAS),     BACK_TO_CANDIDATE,   P(CANDIDATE) },   /* unmerged */
    { P(ALIAS),     BACK_TO_ACTIVE,      P(ACTIVE)    },
    { P(ALIAS),     BACK_TO_AWAY,        P(AWAY)      },
    { P(ALIAS),     BACK_TO_SILENCED,    P(SILENCED)  },
    { 0 }
};

/* A person's contact of a day. */
static const struct move contact_moves[] = {
    { C(NONE),         PLAN,          C(PLANNED)      },
    { C(PLANNED),      TRY,           C(ATTEMPTED)    },
    { C(ATTEMPTED),    TRY,           C(ATTEMPTED)    },
    { C(PLANNED),      ONE_OF_MORE,   C(PLANNED)      },   /* more than once today */
    { C(ATTEMPTED),    ONE_OF_MORE,   C(PLANNED)      },
    { C(PLANNED),      SEE,           C(OK)           },
    { C(ATTEMPTED),    SEE,           C(OK)           },
    { C(PLANNED),      SEE_BY_OTHER,  C(OK_VIA_OTHER) },
    { C(ATTEMPTED),    SEE_BY_OTHER,  C(OK_VIA_OTHER) },
    { C(PLANNED),      FIND_NEED,     C(NEED)         },
    { C(ATTEMPTED),    FIND_NEED,     C(NEED)         },
    { C(PLANNED),      FIND_ABNORMAL, C(ABNORMAL)     },
    { C(ATTEMPTED),    FIND_ABNORMAL, C(ABNORMAL)     },
    { C(PLANNED),      TURN_AWAY,     C(REFUSED)      },
    { C(ATTEMPTED),    TURN_AWAY,     C(REFUSED)      },
    { C(PLANNED),      GO_AWAY,       C(AWAY)         },
    { C(ATTEMPTED),    GO_AWAY,       C(AWAY)         },
    { C(ATTEMPTED),    GIVE_UP,       C(NOT_REACHED)  },
    { C(PLANNED),      MISS,          C(MISSED)       },   /* 24:00, nobody tried */
    { C(PLANNED),      CANCEL,        C(CANCELLED)    },   /* a death is reported */
    { C(ATTEMPTED),    CANCEL,        C(CANCELLED)    },
    /* Once more the same day, and nothing grave is lost by it. */
    { C(OK),           SEE,           C(OK)           },
    { C(OK),           SEE_BY_OTHER,  C(OK)           },
    { C(OK),           FIND_NEED,     C(NEED)         },
    { C(OK),           FIND_ABNORMAL, C(ABNORMAL)     },
    { C(OK_VIA_OTHER), SEE,           C(OK)           },
    { C(OK_VIA_OTHER), SEE_BY_OTHER,  C(OK_VIA_OTHER) },
    { C(OK_VIA_OTHER), FIND_NEED,     C(NEED)         },
    { C(OK_VIA_OTHER), FIND_ABNORMAL, C(ABNORMAL)     },
    { C(NEED),         SEE,           C(NEED)         },
    { C(NEED),         SEE_BY_OTHER,  C(NEED)         },
    { C(NEED),         FIND_NEED,     C(NEED)         },
    { C(NEED),         FIND_ABNORMAL, C(ABNORMAL)     },
    { C(ABNORMAL),     SEE,           C(ABNORMAL)     },
    { C(ABNORMAL),     SEE_BY_OTHER,  C(ABNORMAL)     },
    { C(ABNORMAL),     FIND_NEED,     C(ABNORMAL)     },
    { C(ABNORMAL),     FIND_ABNORMAL, C(ABNORMAL)     },
    { C(REFUSED),      SEE,           C(OK)           },   /* a cadre was let in */
    { C(REFUSED),      FIND_NEED,     C(NEED)         },
    { C(REFUSED),      FIND_ABNORMAL, C(ABNORMAL)     },
    { C(AWAY),         SEE,           C(OK)           },
    { C(AWAY),         SEE_BY_OTHER,  C(OK_VIA_OTHER) },   /* the host was asked */
    { C(AWAY),         FIND_NEED,     C(NEED)         },
    { C(AWAY),         FIND_ABNORMAL, C(ABNORMAL)     },
    { C(NOT_REACHED),  SEE,           C(OK)           },   /* the door was opened after all */
    { C(NOT_REACHED),  SEE_BY_OTHER,  C(OK_VIA_OTHER) },
    { C(NOT_REACHED),  FIND_NEED,     C(NEED)         },
    { C(NOT_REACHED),  FIND_ABNORMAL, C(ABNORMAL)     },
    { C(NOT_REACHED),  GO_AWAY,       C(AWAY)         },   /* was at the daughter's */
    { C(NOT_REACHED),  TRY_LATE,      C(NOT_REACHED)  },
    { C(MISSED),       SEE,           C(OK)           },   /* from paper, within care.back_entry */
    { C(MISSED),       SEE_BY_OTHER,  C(OK_VIA_OTHER) },
    { C(MISSED),       FIND_NEED,     C(NEED)         },
    { C(MISSED),       FIND_ABNORMAL, C(ABNORMAL)     },
    { C(MISSED),       TURN_AWAY,     C(REFUSED)      },
    { C(MISSED),       GO_AWAY,       C(AWAY)         },
    { C(MISSED),       TRY_LATE,      C(NOT_REACHED)  },
    /* Came too late for today; what was heard all the same is taken. */
    { C(NONE),         PLAN_LATE,     C(LATE)         },
    { C(LATE),         SEE,           C(OK)           },
    { C(LATE),         SEE_BY_OTHER,  C(OK_VIA_OTHER) },
    { C(LATE),         FIND_NEED,     C(NEED)         },
    { C(LATE),         FIND_ABNORMAL, C(ABNORMAL)     },
    { C(LATE),         TURN_AWAY,     C(REFUSED)      },
    { C(LATE),         GO_AWAY,       C(AWAY)         },
    { C(LATE),         TRY_LATE,      C(LATE)         },
    /* Planned anew: a no-show, back from an absence, a death refuted. */
    { C(OK),           PLAN_AGAIN,    C(PLANNED)      },
    { C(OK_VIA_OTHER), PLAN_AGAIN,    C(PLANNED)      },
    { C(NEED),         PLAN_AGAIN,    C(PLANNED)      },
    { C(REFUSED),      PLAN_AGAIN,    C(PLANNED)      },
    { C(AWAY),         PLAN_AGAIN,    C(PLANNED)      },
    { C(CANCELLED),    PLAN_AGAIN,    C(PLANNED)      },
    { 0 }
};

/* One primary carer a person. */
static const struct move pairing_moves[] = {
    { R(NONE),   PAIR,   R(ACTIVE) },
    { R(ENDED),  PAIR,   R(ACTIVE) },
    { R(ACTIVE), PAUSE,  R(PAUSED) },   /* the carer is absent: somebody stands in */
    { R(PAUSED), RESUME, R(ACTIVE) },
    { R(ACTIVE), UNPAIR, R(ENDED)  },
    { R(PAUSED), UNPAIR, R(ENDED)  },
    { 0 }
};

static const struct move carer_moves[] = {
    { K(NONE),    REGISTER_CARER,        K(ACTIVE)  },
    { K(ACTIVE),  REGISTER_CARER,        K(ACTIVE)  },   /* as they are now */
    { K(ABSENT),  REGISTER_CARER,        K(ABSENT)  },
    { K(RETIRED), REGISTER_CARER,        K(ACTIVE)  },
    { K(ACTIVE),  DECLARE_CARER_ABSENT,  K(ACTIVE)  },
    { K(ABSENT),  DECLARE_CARER_ABSENT,  K(ABSENT)  },   /* until another day */
    { K(ACTIVE),  CANCEL_CARER_ABSENCE,  K(ACTIVE)  },   /* what was announced for later */
    { K(ACTIVE),  BEGIN_CARER_ABSENCE,   K(ABSENT)  },
    { K(ABSENT),  END_CARER_ABSENCE,     K(ACTIVE)  },
    { K(ABSENT),  END_CARER_ABSENCE_DUE, K(ACTIVE)  },
    { K(ACTIVE),  RETIRE_CARER,          K(RETIRED) },
    { K(ABSENT),  RETIRE_CARER,          K(RETIRED) },
    { 0 }
};

static const struct move summary_moves[] = {
    { D(NONE),      OPEN_DAY,       D(OPEN)      },
    { D(OPEN),      FREEZE_SUMMARY, D(FROZEN)    },
    { D(FROZEN),    SIGN_SUMMARY,   D(SIGNED)    },
    { D(FROZEN),    AMEND_SUMMARY,  D(FROZEN)    },   /* before the town's: frozen anew */
    { D(SIGNED),    AMEND_SUMMARY,  D(SIGNED)    },
    { D(FROZEN),    ROLL_UP_TOWN,   D(ROLLED_UP) },
    { D(SIGNED),    ROLL_UP_TOWN,   D(ROLLED_UP) },
    { D(NONE),      ROLL_UP_TOWN,   D(ROLLED_UP) },   /* the town's own */
    { D(ROLLED_UP), SIGN_SUMMARY,   D(ROLLED_UP) },   /* late */
    { D(AMENDED),   SIGN_SUMMARY,   D(AMENDED)   },
    { D(ROLLED_UP), AMEND_SUMMARY,  D(AMENDED)   },
    { D(AMENDED),   AMEND_SUMMARY,  D(AMENDED)   },
    { 0 }
};

static const struct machine machines[] = {
    { "person",  PERSONS,   offsetof(CareRows__Person, state),  &care_rows__person__state__descriptor,  person_moves,  words, CARE_MOVES },
    { "contact", CONTACTS,  offsetof(CareRows__Contact, state), &care_rows__contact__state__descriptor, contact_moves, words, CARE_MOVES },
    { "pairing", PAIRINGS,  offsetof(CareRows__Pairing, state), &care_rows__pairing__state__descriptor, pairing_moves, words, CARE_MOVES },
    { "carer",   CARERS,    offsetof(CareRows__Carer, state),   &care_rows__carer__state__descriptor,   carer_moves,   words, CARE_MOVES },
    { "summary", SUMMARIES, offsetof(CareRows__Summary, state), &care_rows__summary__state__descriptor, summary_moves, words, CARE_MOVES },
    { 0 }
};

static const struct question questions[] = {
    { &care__my_people__descriptor,         &care__my_people_answer__descriptor,         ask_my_people         },
    { &care__not_yet_contacted__descriptor, &care__not_yet_contacted_answer__descriptor, ask_not_yet_contacted },
    { &care__no_first_hand__descriptor,     &care__no_first_hand_answer__descriptor,     ask_no_first_hand     },
    { &care__carers_absent__descriptor,     &care__carers_absent_answer__descriptor,     ask_carers_absent     },
    { &care__carer_of__descriptor,          &care__carer_of_answer__descriptor,          ask_carer_of          },
    { &care__load__descriptor,              &care__load_answer__descriptor,              ask_load_of_carers    },
    { &care__streaks__descriptor,           &care__streaks_answer__descriptor,           ask_streaks           },
    { &care__summary__descriptor,           &care__summary_answer__descriptor,           ask_summary           },
    { 0 }
};

/* S-070: 照料服务, 心理抚慰, and of 生活保障 what hands can mend. */
static const char *const kinds[] = {
    "UTILITY", "REPAIR", "HOME_CARE", "MEALS", "BATHING", "ESCORT", "COMFORT", "COUNSELLING", NULL
};

static const struct loop_rules rules = {
    .kinds      = kinds,
    .dispatcher = "sjb",   /* its team-care */
};

const struct service care_service = {
    .name      = "care",
    .letter    = 'C',
    .tables    = tables,
    .commands  = commands,
    .events    = events,
    .machines  = machines,
    .questions = questions,
    .refusals  = &care__refusal__descriptor,
    .loop      = &rules,
    .erasing   = &care_erasing,
};
