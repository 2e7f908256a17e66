/*
 * referral/referral.h - doctors, medicine, visits: its words, tables and handlers.
 *
 * Needs and assignments are the kernel's (kit/loop); here is what a health centre has besides:
 * capacity that is asked before any person is named, family doctors, appointments, transfers to a
 * hospital, assessments with their cadence.  The system routes; it never diagnoses.
 */
#pragma once

#include "kit/loop.h"
#include "kit/query.h"
#include "referral.pb-c.h"
#include "referral_rows.pb-c.h"

/* The rows. */
enum {
    CAPACITIES,
    RESERVATIONS,
    DOCTORS,
    APPOINTMENTS,
    TRANSFERS,
    ASSESSMENTS,
    FOLLOW_UPS,
    MEDICINES,
    RUN_OUTS,
};

/* The words, in the order of the commands; then the moves that are no commands. */
enum {
    SCHEDULE,
    CANCEL_APPOINTMENT,
    REPORT_NO_SHOW,
    SET_CAPACITY,
    RESERVE_CAPACITY,
    RELEASE_CAPACITY,
    LINK_FAMILY_DOCTOR,
    RECORD_ASSESSMENT,
    TRANSFER_UP,
    RECORD_FEEDBACK,
    EXPIRE_CAPACITY,
    ASK_ASSESSMENT,
    ASK_FEEDBACK,
    WATCH_MEDICINE,
    HEAR_VERIFIED,
    HEAR_CLASS,
    HEAR_MOVED,
    HEAR_DEATH_REPORTED,
    HEAR_DEATH_REFUTED,
    HEAR_DEATH_CONFIRMED,
    HEAR_LEFT_TOWN,
    HEAR_MERGED,
    HEAR_UNMERGED,

    END_APPOINTMENT = 50,
    FOLLOW,
    SILENCE,
    RESUME_FOLLOWING,
};

extern const struct service referral_service;
extern const struct erasing referral_erasing;

/* routes.c: which centre next (domain.md 3.9). */
int referral_route(struct turn *turn, const Need *need, const char **ret_unit);

/* Hooks of the kernel. */
void on_need_opened(struct turn *turn, const char *id, Need *need);
void on_need_closed(struct turn *turn, const char *id, const Need *need);
void on_assignment_ended(struct turn *turn, const char *assignment_id, const Need *need,
                         const Assignment *assignment);
void on_assignment_completed(struct turn *turn, const char *id, const Need *need,
                             const Assignment *assignment);

int on_schedule(struct turn *turn, const void *message);
int on_cancel_appointment(struct turn *turn, const void *message);
int on_report_no_show(struct turn *turn, const void *message);
int on_set_capacity(struct turn *turn, const void *message);
int on_reserve_capacity(struct turn *turn, const void *message);
int on_release_capacity(struct turn *turn, const void *message);
int on_link_family_doctor(struct turn *turn, const void *message);
int on_record_assessment(struct turn *turn, const void *message);
int on_transfer_up(struct turn *turn, const void *message);
int on_record_feedback(struct turn *turn, const void *message);
int on_expire_capacity(struct turn *turn, const void *message);
int on_ask_assessment(struct turn *turn, const void *message);
int on_ask_feedback(struct turn *turn, const void *message);
int on_verified(struct turn *turn, const void *message);
int on_class_set(struct turn *turn, const void *message);
int on_moved(struct turn *turn, const void *message);
int on_death_reported(struct turn *turn, const void *message);
int on_death_refuted(struct turn *turn, const void *message);
int on_watch_medicine(struct turn *turn, const void *message);
int on_merged(struct turn *turn, const void *message);
int on_unmerged(struct turn *turn, const void *message);
/* A centre's own questions: for itself, the medical team's office, the office of the group. */
bool referral_may_ask(struct ask *ask, const char *centre);
int ask_run_out(struct ask *ask, const void *message);
int on_death_confirmed(struct turn *turn, const void *message);
int on_left_town(struct turn *turn, const void *message);

int ask_capacity_of(struct ask *ask, const void *message);
int ask_capacity_board(struct ask *ask, const void *message);
int ask_centre_load(struct ask *ask, const void *message);
int ask_follow_ups_due(struct ask *ask, const void *message);
int ask_upward_outcomes(struct ask *ask, const void *message);
