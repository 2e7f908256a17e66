/*
 * incident/incident.h - what breaks out, until it is over: its words, tables and handlers.
 *
 * An incident has a main need of its own id, which is dispatched at once (kit/loop), and a life
 * beside it: confirmed or false, graded, commanded, responded to, controlled, closed, reviewed.
 * An OpenNeed of an incident's kind is an incident, too.  A false alarm is nobody's fault.
 */
#pragma once

#include "incident.pb-c.h"
#include "incident_rows.pb-c.h"
#include "kit/loop.h"
#include "kit/query.h"

/* The rows. */
enum {
    INCIDENTS,
    RESPONDERS,
    STEPS,
    BOARD,
};

/* The words, in the order of the commands; then the moves that are no commands. */
enum {
    OPEN_INCIDENT,
    CONFIRM_INCIDENT,
    MARK_FALSE,
    GRADE_INCIDENT,
    TAKE_COMMAND,
    REGISTER_RESPONDER,
    CALL_RESPONDER,
    REPORT_SITUATION,
    NAME_CARETAKER,
    REPORT_UPWARD,
    CONTROL_INCIDENT,
    CLOSE_INCIDENT,
    REVIEW_INCIDENT,
    CHASE_CONFIRM,
    CHASE_REPORT,
    CHASE_SITUATION,
    CHASE_CARETAKER,
    CHASE_REVIEW,
    CHASE_CLOSE,
    HEAR_START,

    LINK_INCIDENT = 50,
    LAPSE, /* its need was withdrawn before anybody had confirmed it */
};

typedef IncidentRows__Incident Incident;

extern const struct service incident_service;
extern const struct erasing incident_erasing;

/* ---- common.c -------------------------------------------------------------------------------- */

/* `WELFARE_CHECK` of its type. */
const char *incident_kind(int32_t type);
Incident__Type incident_type(const char *kind);

/* Priority of the main need, by type. */
const char *incident_priority(Incident__Type type);

/* States an event of it, or sends a command that comes of it: with its case, and its need's
 * priority, whatever the message in hand has.  `to` is another mailbox that takes it; NULL: none. */
int incident_say(struct turn *turn, const char *id, const char *unit,
                 const ProtobufCMessage *event);
void incident_say_to(struct turn *turn, const char *id, const char *unit, const char *to,
                     const ProtobufCMessage *event);
void incident_send(struct turn *turn, const char *id, const char *service,
                   const ProtobufCMessage *command);

/* A line of its timeline. */
void incident_note(struct turn *turn, const char *id, Incident *row, const char *what,
                   const char *text);

/* Its place on the board follows its grade; off it when it is no more open. */
void incident_list(struct turn *turn, const char *id, Incident *row);
void incident_unlist(struct turn *turn, Incident *row);
bool incident_is_open(const Incident *row);

/* No clock of it runs any more. */
void incident_still(struct turn *turn, const char *id);

/* The commanding post's unit, the safety office, the office of the group; refuses others. */
bool incident_commands(struct turn *turn, const Incident *row);

/* The duty post of the safety office; another unit's, where it has none the head. */
const char *incident_post(struct turn *turn, const char *unit);

/* IncidentOverdue, which the office's mailbox takes as well. */
void incident_overdue(struct turn *turn, const char *id, const char *clock);

/* Its main need is closed, and it is not: somebody closes it before `incident.close` is over. */
void incident_await_close(struct turn *turn, const char *id);

/* Whether the next report is waited for; sets or forgets its timer. */
void incident_await_situation(struct turn *turn, const char *id, Incident *row);

/* Only the clock says what is due; refuses others. */
bool incident_by_clock(struct turn *turn);

/* ---- handlers -------------------------------------------------------------------------------- */

/* Hooks of the kernel. */
void on_need_opened(struct turn *turn, const char *id, Need *need);
void on_need_closed(struct turn *turn, const char *id, const Need *need);

int on_open_incident(struct turn *turn, const void *message);
int on_confirm_incident(struct turn *turn, const void *message);
int on_mark_false(struct turn *turn, const void *message);
int on_grade_incident(struct turn *turn, const void *message);
int on_take_command(struct turn *turn, const void *message);
int on_register_responder(struct turn *turn, const void *message);
int on_call_responder(struct turn *turn, const void *message);
int on_report_situation(struct turn *turn, const void *message);
int on_name_caretaker(struct turn *turn, const void *message);
int on_report_upward(struct turn *turn, const void *message);
int on_control_incident(struct turn *turn, const void *message);
int on_close_incident(struct turn *turn, const void *message);
int on_review_incident(struct turn *turn, const void *message);
int on_chase_confirm(struct turn *turn, const void *message);
int on_chase_report(struct turn *turn, const void *message);
int on_chase_situation(struct turn *turn, const void *message);
int on_chase_caretaker(struct turn *turn, const void *message);
int on_chase_review(struct turn *turn, const void *message);
int on_chase_close(struct turn *turn, const void *message);
int on_started(struct turn *turn, const void *message);

int ask_incident_board(struct ask *ask, const void *message);
int ask_responders(struct ask *ask, const void *message);
int ask_incident_timeline(struct ask *ask, const void *message);
