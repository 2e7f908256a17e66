/*
 * referral - from a need of a doctor or a medicine to a health centre and back.
 * This page is the whole service besides the kernel of needs and assignments (kit/loop):
 * handlers.c, follow.c and routes.c hold what is particular to each command.
 */
#include "referral/referral.h"
#include "registry.pb-c.h"

#define P(state) REFERRAL_ROWS__APPOINTMENT__STATE__##state
#define T(state) REFERRAL_ROWS__TRANSFER__STATE__##state
#define A(state) REFERRAL_ROWS__ASSESSMENT__STATE__##state

static const struct table tables[] = {
    [CAPACITIES]   = { .name = "capacities",   .row = &referral_rows__capacity__descriptor    },
    [RESERVATIONS] = { .name = "reservations", .row = &referral_rows__reservation__descriptor },
    [DOCTORS]      = { .name = "doctors",      .row = &referral_rows__doctor__descriptor      },
    [APPOINTMENTS] = { .name = "appointments", .row = &referral_rows__appointment__descriptor },
    [TRANSFERS]    = { .name = "transfers",    .row = &referral_rows__transfer__descriptor    },
    [ASSESSMENTS]  = { .name = "assessments",  .row = &referral_rows__assessment__descriptor  },
    [FOLLOW_UPS]   = { .name = "follow_ups",   .row = &referral_rows__follow_up__descriptor   },
    [MEDICINES]    = { .name = "medicines",    .row = &referral_rows__medicine__descriptor    },
    [RUN_OUTS]     = { .name = "run_outs",     .row = &referral_rows__run_out__descriptor     },
    { 0 }
};

static const struct command commands[] = {
    [SCHEDULE]             = { .message = &referral__schedule__descriptor,           .handle = on_schedule },
    [CANCEL_APPOINTMENT]   = { .message = &referral__cancel_appointment__descriptor, .handle = on_cancel_appointment },
    [REPORT_NO_SHOW]       = { .message = &referral__report_no_show__descriptor,     .handle = on_report_no_show },
    [SET_CAPACITY]         = { .message = &referral__set_capacity__descriptor,       .handle = on_set_capacity,       .free = true },
    [RESERVE_CAPACITY]     = { .message = &referral__reserve_capacity__descriptor,   .handle = on_reserve_capacity,   .free = true },
    [RELEASE_CAPACITY]     = { .message = &referral__release_capacity__descriptor,   .handle = on_release_capacity,   .free = true },
    [LINK_FAMILY_DOCTOR]   = { .message = &referral__link_family_doctor__descriptor, .handle = on_link_family_doctor, .free = true },
    [RECORD_ASSESSMENT]    = { .message = &referral__record_assessment__descriptor,  .handle = on_record_assessment },
    [TRANSFER_UP]          = { .message = &referral__transfer_up__descriptor,        .handle = on_transfer_up },
    [RECORD_FEEDBACK]      = { .message = &referral__record_hospital_feedback__descriptor, .handle = on_record_feedback },
    [EXPIRE_CAPACITY]      = { .message = &referral__expire_capacity__descriptor,    .handle = on_expire_capacity,    .free = true },   /* timers */
    [ASK_ASSESSMENT]       = { .message = &referral__ask_assessment__descriptor,     .handle = on_ask_assessment },
    [ASK_FEEDBACK]         = { .message = &referral__ask_feedback__descriptor,       .handle = on_ask_feedback },
    [WATCH_MEDICINE]       = { .message = &referral__watch_medicine__descriptor,     .handle = on_watch_medicine,     .free = true },
    [HEAR_VERIFIED]        = { .message = &registry__verified__descriptor,           .handle = on_verified,           .free = true },   /* the roster */
    [HEAR_CLASS]           = { .message = &registry__class_set__descriptor,          .handle = on_class_set,          .free = true },
    [HEAR_MOVED]           = { .message = &registry__moved__descriptor,              .handle = on_moved,              .free = true },
    [HEAR_DEATH_REPORTED]  = { .message = &registry__death_reported__descriptor,     .handle = on_death_reported,     .free = true },
    [HEAR_DEATH_REFUTED]   = { .message = &registry__death_refuted__descriptor,      .handle = on_death_refuted,      .free = true },
    [HEAR_DEATH_CONFIRMED] = { .message = &registry__death_confirmed__descriptor,    .handle = on_death_confirmed,    .free = true },
    [HEAR_LEFT_TOWN]       = { .message = &registry__left_town__descriptor,          .handle = on_left_town,          .free = true },
    [HEAR_MERGED]          = { .message = &registry__merged__descriptor,             .handle = on_merged,             .free = true },
    [HEAR_UNMERGED]        = { .message = &registry__unmerged__descriptor,           .handle = on_unmerged,           .free = true },
    { 0 }
};

static const ProtobufCMessageDescriptor *const events[] = {
    &referral__scheduled__descriptor,         &referral__appointment_cancelled__descriptor,
    &referral__no_show__descriptor,           &referral__capacity_set__descriptor,
    &referral__capacity_expired__descriptor,  &referral__capacity_reserved__descriptor,
    &referral__capacity_released__descriptor, &referral__family_doctor_linked__descriptor,
    &referral__assessment_due__descriptor,    &referral__assessed__descriptor,
    &referral__transferred_up__descriptor,    &referral__hospital_feedback_recorded__descriptor,
    &referral__run_out_near__descriptor,
    NULL
};

static const char *const words[] = { "End", "Follow", "Silence", "Resume", NULL };

/* An appointment, of an assignment that the centre has accepted. */
static const struct move appointment_moves[] = {
    { P(NONE),      SCHEDULE,           P(SCHEDULED) },
    { P(SCHEDULED), SCHEDULE,           P(SCHEDULED) },   /* another hour */
    { P(NO_SHOW),   SCHEDULE,           P(SCHEDULED) },
    { P(CANCELLED), SCHEDULE,           P(SCHEDULED) },
    { P(SCHEDULED), REPORT_NO_SHOW,     P(NO_SHOW)   },
    { P(SCHEDULED), CANCEL_APPOINTMENT, P(CANCELLED) },
    { P(SCHEDULED), END_APPOINTMENT,    P(ENDED)     },   /* with its assignment */
    { P(NO_SHOW),   END_APPOINTMENT,    P(ENDED)     },
    { P(CANCELLED), END_APPOINTMENT,    P(ENDED)     },
    { 0 }
};

static const struct move transfer_moves[] = {
    { T(NONE),        TRANSFER_UP,     T(AT_HOSPITAL) },
    { T(AT_HOSPITAL), ASK_FEEDBACK,    T(AT_HOSPITAL) },   /* asked again every day */
    { T(AT_HOSPITAL), RECORD_FEEDBACK, T(REPORTED)    },
    { 0 }
};

static const struct move assessment_moves[] = {
    { A(NONE),   RECORD_ASSESSMENT, A(DONE)   },
    { A(DONE),   RECORD_ASSESSMENT, A(DONE)   },
    { A(DUE),    RECORD_ASSESSMENT, A(DONE)   },
    { A(NONE),   FOLLOW,            A(DONE)   },   /* the roster says RED or YELLOW */
    { A(DONE),   FOLLOW,            A(DONE)   },
    { A(DUE),    FOLLOW,            A(DONE)   },
    { A(DONE),   ASK_ASSESSMENT,    A(DUE)    },
    { A(DUE),    ASK_ASSESSMENT,    A(DUE)    },   /* not seen: asked again */
    { A(DONE),   SILENCE,           A(SILENT) },   /* a death was reported */
    { A(DUE),    SILENCE,           A(SILENT) },
    { A(SILENT), RESUME_FOLLOWING,  A(DONE)   },
    { 0 }
};

static const struct machine machines[] = {
    { "appointment", APPOINTMENTS, offsetof(ReferralRows__Appointment, state),
      &referral_rows__appointment__state__descriptor, appointment_moves, words, END_APPOINTMENT },
    { "transfer", TRANSFERS, offsetof(ReferralRows__Transfer, state),
      &referral_rows__transfer__state__descriptor, transfer_moves, words, END_APPOINTMENT },
    { "assessment", ASSESSMENTS, offsetof(ReferralRows__Assessment, state),
      &referral_rows__assessment__state__descriptor, assessment_moves, words, END_APPOINTMENT },
    { 0 }
};

static const struct question questions[] = {
    { &referral__capacity_of__descriptor,     &referral__capacity_answer__descriptor,       ask_capacity_of     },
    { &referral__capacity_board__descriptor,  &referral__capacity_board_answer__descriptor, ask_capacity_board  },
    { &referral__centre_load__descriptor,     &referral__centre_load_answer__descriptor,    ask_centre_load     },
    { &referral__follow_ups_due__descriptor,  &referral__follow_ups_due_answer__descriptor, ask_follow_ups_due  },
    { &referral__run_out__descriptor,         &referral__run_out_answer__descriptor,         ask_run_out         },
    { &referral__upward_outcomes__descriptor, &referral__upward_outcomes_answer__descriptor, ask_upward_outcomes },
    { 0 }
};

/* S-06J 畅通就医、配药、转诊渠道, S-06L, S-06N, S-070 疫苗接种 */
static const char *const kinds[] = {
    "CONSULT", "MEDICINE", "VISIT", "TRANSFER", "ASSESS", "ON_SITE", "HOME_BED", "VACCINATE", NULL
};

static const struct loop_rules rules = {
    .kinds        = kinds,
    .unknown_kind = REFERRAL__REFUSAL__UNKNOWN_KIND,
    .dispatcher   = "sjb",   /* its team-medical */
    .route        = referral_route,
    .on_open      = on_need_opened,
    .on_complete  = on_assignment_completed,
    .on_end       = on_assignment_ended,
    .on_close     = on_need_closed,
};

const struct service referral_service = {
    .name      = "referral",
    .letter    = 'R',
    .tables    = tables,
    .commands  = commands,
    .events    = events,
    .machines  = machines,
    .questions = questions,
    .refusals  = &referral__refusal__descriptor,
    .loop      = &rules,
    .erasing   = &referral_erasing,
};
