/*
 * hotline/hotline.h - its words: tables, commands, handlers (domain.md 3.8, 4.6).
 *
 * The line 58958808, day and night: who sits at it, who calls, what becomes of each call.  What a
 * ticket asks for lives as needs in the services that serve them; the ticket closes when they have.
 * The card of a caller is kept until the person is matched or the call is over, and never travels
 * but to the registry.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "hotline.pb-c.h"
#include "hotline_rows.pb-c.h"
#include "kit/directory.h"
#include "kit/query.h"
#include "kit/service.h"
#include "kit/turn.h"
#include "organisation.pb-c.h"
#include "registry.pb-c.h"
#include "town.pb-c.h"

enum {
    SHIFTS,         /* seat                                        */
    LINE,           /* "line"                                      */
    CALLS,          /* call                                        */
    CALLERS,        /* person                                      */
    REPEATS,        /* most calls first/person                     */
    PROPOSALS,      /* person: the call in which it was proposed   */
    TRANSFERS,      /* open or done/seq                            */
    TICKETS,        /* ticket                                      */
    TICKETS_BY,     /* state/ticket                                */
    TICKET_CASES,   /* case: its ticket or call                    */
    URGENT,         /* ticket: open, P0 to P2                      */
    UNRESOLVED,     /* closed_ms/ticket                            */
    NEED_TICKETS,   /* service/need                                */
    KNOWLEDGE,      /* item                                        */
    CALLBACKS,      /* unit/due/service/need                       */
    CALLBACK_KEYS,  /* service/need                                */
    PERSON_TICKETS, /* person/ticket: open ones, and under whose id they came */
    DAYS,           /* date: what came in on a day that is not over             */
};

enum {
    OPEN_SHIFT,
    HAND_OVER,
    CLOSE_SHIFT,
    ALARM_EMPTY_SEAT,
    CHASE_SHIFT,
    LOG_CALL,
    LOG_ABANDONED,
    CLASSIFY_CALL,
    ANSWER_ONLINE,
    LOG_THREE_WAY,
    LOG_TRANSFER,
    RECORD_TRANSFER_OUTCOME,
    RECORD_RETURN_CALL,
    CHASE_RETURN_CALL,
    CHASE_CALL,
    RATE_LINE,
    OPEN_TICKET,
    AMEND_TICKET,
    SUBMIT_TICKET,
    TRIAGE_TICKET,
    MERGE_TICKETS,
    CHASE_DRAFT,
    CHASE_TRIAGE,
    PUBLISH_KNOWLEDGE,
    WITHDRAW_KNOWLEDGE,
    CAMPAIGN_OPENED,
    PERSON_PROPOSED,
    NEED_OPENED,
    PERSONS_MERGED,
    PERSONS_UNMERGED,
    PRIORITY_CHANGED,
    NEED_CLOSED,
    NEED_REOPENED,
    VERIFICATION_DUE,
    CALLBACK_RECORDED,
    REWORK_ORDERED,
    REFUSED,

    /* Moves that are no commands. */
    HOTLINE_MOVES = 300,
    DISCARD = HOTLINE_MOVES, /* a nuisance                                       */
    CALL_BACK,               /* the return call reached them: a call like others */
    KEEP,                    /* another ticket is merged into this one           */
    RETURN,                  /* a service refused a need: to be triaged again    */
    CLOSE,                   /* all its needs are closed                         */
    REOPEN,
};

typedef HotlineRows__Shift Shift;
typedef HotlineRows__Line Line;
typedef HotlineRows__Day Day;
typedef HotlineRows__Call Call;
typedef HotlineRows__Transfer Transfer;
typedef HotlineRows__Ticket Ticket;
typedef HotlineRows__TicketNeed TicketNeed;
typedef HotlineRows__Knowledge Knowledge;
typedef HotlineRows__Callback Callback;
typedef HotlineRows__Entry Entry;
typedef HotlineRows__Ref Ref;

extern const struct service hotline_service;
extern const struct erasing hotline_erasing;

/* An id that is short enough to stand in a key beside others: refuses what is none, and then lends
 * "-". */
const char *hotline_id(struct turn *turn, const char *id);
bool hotline_is_id(const char *id);

/* The post that leads the seats now. */
const char *hotline_leader(struct turn *turn);

/* ---- handlers_shifts.c ---------------------------------------------------------------------------- */
int on_open_shift(struct turn *turn, const void *message);
int on_hand_over(struct turn *turn, const void *message);
int on_close_shift(struct turn *turn, const void *message);
int on_alarm_empty_seat(struct turn *turn, const void *message);
int on_chase_shift(struct turn *turn, const void *message);
int line_campaign_opened(struct turn *turn, const void *message);

/* The open shift of a seat, to be changed; refuses NO_SHIFT. */
Shift *shift_at(struct turn *turn, const char *seat);

/* ---- handlers_calls.c ------------------------------------------------------------------------------- */
int on_log_call(struct turn *turn, const void *message);
int on_log_abandoned(struct turn *turn, const void *message);
int on_classify_call(struct turn *turn, const void *message);
int on_answer_online(struct turn *turn, const void *message);
int on_log_three_way(struct turn *turn, const void *message);
int on_log_transfer(struct turn *turn, const void *message);
int on_record_transfer_outcome(struct turn *turn, const void *message);
int on_record_return_call(struct turn *turn, const void *message);
int on_chase_return_call(struct turn *turn, const void *message);
int on_chase_call(struct turn *turn, const void *message);
int on_rate_line(struct turn *turn, const void *message);
int call_person_proposed(struct turn *turn, const void *message);

/* The registry refused the caller of this call, or the incident service what it told of. */
int call_request_refused(struct turn *turn, const char *call, const Town__Refused *refused);

/* The call of a ticket, moved to TICKETED; refuses UNKNOWN_CALL. */
Call *call_for_ticket(struct turn *turn, const char *call);

/* What is kept of the caller goes. */
void call_forget_card(struct turn *turn, const char *call);

/* A call of today, for the line's figure of the day (handlers_rate.c). */
void line_answered(struct turn *turn, bool in_time);
void line_abandoned(struct turn *turn);

/* ---- handlers_persons.c ------------------------------------------------------------------------------- */
int ticket_persons_merged(struct turn *turn, const void *message);
int ticket_persons_unmerged(struct turn *turn, const void *message);

/* One more call of a known person; who calls often stands first among those who call again. */
void persons_count_call(struct turn *turn, const char *person);

/* The ticket is listed under its person while it is open. */
void persons_list(struct turn *turn, const char *id, const Ticket *ticket);
void persons_unlist(struct turn *turn, const char *id, const Ticket *ticket);

/* ---- handlers_emergency.c ----------------------------------------------------------------------------- */

/* S-063: a kind that is a type of incident is opened in the turn that hears of it. */
void call_open_incident(struct turn *turn, const char *id, Call *call);

/* ---- handlers_tickets.c -------------------------------------------------------------------------------- */
int on_open_ticket(struct turn *turn, const void *message);
int on_amend_ticket(struct turn *turn, const void *message);
int on_submit_ticket(struct turn *turn, const void *message);
int on_triage_ticket(struct turn *turn, const void *message);
int on_merge_tickets(struct turn *turn, const void *message);
int on_chase_draft(struct turn *turn, const void *message);
int on_chase_triage(struct turn *turn, const void *message);

/* The ticket, moved, and its place on the board with it.  NULL: refused. */
Ticket *ticket_move(struct turn *turn, const char *id, int32_t word);
int ticket_say(struct turn *turn, const Ticket *ticket, const ProtobufCMessage *event);
void ticket_wait_for_triage(struct turn *turn, const char *id, Ticket *ticket);
void ticket_set_priority(struct turn *turn, const char *id, Ticket *ticket);

/* ---- handlers_needs.c ------------------------------------------------------------------------------------ */
int ticket_need_opened(struct turn *turn, const void *message);
int ticket_priority_changed(struct turn *turn, const void *message);
int ticket_need_closed(struct turn *turn, const void *message);
int ticket_need_reopened(struct turn *turn, const void *message);
int ticket_refused(struct turn *turn, const void *message);

/* The ticket waits for this need from now on. */
void needs_add(struct turn *turn, const char *id, Ticket *ticket, const TicketNeed *need);

/* ---- handlers_knowledge.c, handlers_callbacks.c -------------------------------------------------------------- */
int on_publish_knowledge(struct turn *turn, const void *message);
int on_withdraw_knowledge(struct turn *turn, const void *message);
int callback_due(struct turn *turn, const void *message);
int callback_recorded(struct turn *turn, const void *message);
int callback_rework(struct turn *turn, const void *message);
void callback_drop(struct turn *turn, const char *service, const char *need);

/* ---- queries.c -------------------------------------------------------------------------------------------------- */
int ask_ticket_board(struct ask *ask, const void *message);
int ask_seat_stats(struct ask *ask, const void *message);
int ask_callback_list(struct ask *ask, const void *message);
int ask_unresolved(struct ask *ask, const void *message);
int ask_repeat_callers(struct ask *ask, const void *message);
int ask_transfer_outcomes(struct ask *ask, const void *message);
