/*
 * base/log.h - a line for the operator: time, level, event, key=value ...
 *
 * One line a fact, on stderr, in logfmt, so that a person reads it at 3 a.m. and a machine can
 * too.  Never a name, a phone, an address or an ID number: persons appear as ids only.
 * These functions are say_*, because in this house log_* is the durable log.
 */
#pragma once

enum say_level {
    SAY_DEBUG,
    SAY_INFO,
    SAY_WARN,
    SAY_ERROR,
    SAY_SILENT,
};

/* What is below `level` is not said.  The start value is SAY_INFO; CAREBUS_LOG=debug|info|warn|
 * error|silent in the environment changes it.  `name` (keeps) is the process in each line. */
void say_setup(const char *name);
void say_set_level(enum say_level level);

/* `event` is a word or two with dots (`log.torn_tail`); `format` gives the `key=value` part, or "". */
void say_debug(const char *event, const char *format, ...) __attribute__((format(printf, 2, 3)));
void say_info(const char *event, const char *format, ...) __attribute__((format(printf, 2, 3)));
void say_warn(const char *event, const char *format, ...) __attribute__((format(printf, 2, 3)));
void say_error(const char *event, const char *format, ...) __attribute__((format(printf, 2, 3)));
