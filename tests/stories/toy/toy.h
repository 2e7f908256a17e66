/*
 * toy/toy.h - a service as small as can be, for the kit's own tests: jobs that are opened, taken,
 * and done, or late.
 *
 * It speaks the kernel's words under the name `toy`: toy.OpenNeed opens a job, toy.Accept takes it,
 * toy.Complete does it, toy.Due (a timer's) makes it late; boss.NeedClosed is heard too.  A journal
 * has each message that took effect.
 */
#pragma once

#include "kit/service.h"

enum { JOBS, TALLIES, JOURNAL };
enum {
    OPEN_NEED,
    ACCEPT,
    COMPLETE,
    DUE,
    RULE,
    REPORT_INTERIM,
    TOLD_CLOSED,
    WITHDRAW,
    RECORD_CALLBACK,
    MARK_ERROR
};
enum { TAKE_MOST = 2 }; /* jobs that a WithdrawNeed lists in one turn */

extern const struct service toy_service;  /* hears what others close: boss.NeedClosed */
extern const struct service boss_service; /* closes what toy says is late              */

/* The next calls of toy's on_mark_error fault so many times. */
extern unsigned toy_faults;

/* ... and so does every one for this assignment; NULL: none. */
extern const char *toy_bad;
