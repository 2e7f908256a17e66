/*
 * base/err.h - one rule for return codes, everywhere in the house.
 *
 *     0    done
 *   > 0    an answer that the function's header names; the caller handles it and never passes it on
 *   < 0    a fault: -errno, passed on unchanged
 *
 * FAULT() stands where a fault is born, so that it is said exactly once, with its place.  After
 * that a plain `if (r < 0) return r;` carries it up; only the top of a loop stops it.
 */
#pragma once

#include <errno.h>

/* What a process of the house exits with (sysexits, and three of our own). */
enum {
    EXIT_REFUSED = 1,      /* a service refused the command; the refusal is on the log   */
    EXIT_BAD_USAGE = 64,   /* the command line is wrong                                  */
    EXIT_BAD_ROWS = 65,    /* some rows of the input were refused                        */
    EXIT_NO_INPUT = 66,    /* the input is not there                                     */
    EXIT_UNAVAILABLE = 69, /* no broker, or the broker does not trust its own door      */
    EXIT_NO_CREATE = 73,   /* an output cannot be made                                   */
    EXIT_IO = 74,          /* the disk failed: nothing more was acknowledged             */
    EXIT_TRY_AGAIN = 75,   /* full: the same call may succeed later                      */
    EXIT_CORRUPT = 76,     /* damage was found, and said                                 */
    EXIT_NOT_PERMITTED = 77,
    EXIT_BAD_CONFIG = 78,
    EXIT_RUNNING = 79, /* another process already serves this directory              */
};

/* The exit status that tells a supervisor what kind of fault `fault` (< 0) was. */
int err_exit_status(int fault);

/* Logs a fault where it is born and returns it unchanged. */
#define FAULT(fault) err_fault((fault), __FILE__, __LINE__, __func__)
int err_fault(int fault, const char *file, int line, const char *function);
