/*
 * lib/story.h - a story: services in one process over a log in memory, with a told clock.
 *
 *     struct story *story = story_open("2023-01-18T09:00", &supplies_service, NULL);
 *     story_say(story, "vc.hx as vc.desk", "supplies.Request.hx", "{'id': 'Z7', 'count': 2}");
 *     story_later(story, "24 h");
 *     EXPECT_TEXT(story_text(story), "...");
 *     story_close(story);
 *
 * Each thing that is said goes on the log; every service takes it in a turn, what it leaves goes on
 * the log too, until all is quiet.  The trace has a line for each message that had an effect, and
 * below it what its turn did.  A turn of another service than the subject's says `at SERVICE`.
 *
 * story_close asks of every service what nobody need write down: folding the log into a fresh store
 * gives the same digest and the same messages; each message told twice changes nothing; and, when
 * CAREBUS_FAULTS is set (label `faults`), the Nth call of the store that fails, for N = 1, 2, ...
 * within each message, changes nothing in the end.  `yes` tries each N for 15 s and then steps
 * further and further up to the last call; `all` tries each N, however long that takes.
 */
#pragma once

#include <stdint.h>

#include "kit/kit.h"
#include "lib/run.h"

struct story;

/* Begins at `start` (clock_parse; a time without zone is the town's).  The services end with NULL. */
struct story *story_open(const char *start, ...) __attribute__((sentinel));

/* Checks what the text above says, and frees everything. */
void story_close(struct story *story);

/* The town of services/town opens: organisation's, supervision's ... commands, without a trace.
 * Only services of the story hear them, of course. */
void story_town(struct story *story);

/* Somebody publishes.  `who` is a source (`hcz`, `hcz.cli`), if need be with a post and a person:
 * `hcz as hcz.desk`, `hcz as hcz.desk hcz-s4`, and for whom: `hcz as hcz.deputy hcz-s2 for hcz.head`.
 * The body is JSON, printf-like; ' stands for ". */
void story_say(struct story *story, const char *who, const char *subject, const char *body, ...)
    __attribute__((format(printf, 4, 5)));

/* For the next story_say: its case; its priority (`P0`); that it is told with this body as it is. */
void story_case(struct story *story, const char *case_id);
void story_priority(struct story *story, const char *priority);
void story_bytes(struct story *story, const char *who, const char *subject, struct slice body);

/* Log time passes: `24 h`, `30 min`, `1 d 2 h`, `15 s`; timers fire on the way, in due order. */
void story_later(struct story *story, const char *span);
/* ... until the town's clock says so: `2023-01-19T09:00`, or `09:30` of the same or the next day. */
void story_until(struct story *story, const char *time);
uint64_t story_now(const struct story *story);

/* The trace since the beginning or the last story_forget; lent until the next call of the story. */
const char *story_text(struct story *story);
void story_forget(struct story *story);

/* A question, answered as JSON on one line, or `refused CODE: reason`; lent until the next
 * question.  What it leaves as Accessed goes on the log. */
const char *story_ask(struct story *story, const char *who, const char *subject, const char *body,
                      ...) __attribute__((format(printf, 4, 5)));

/* Where the page behind an answer begins, as its `next` says; "": there is none.  Lent until the next
 * call. */
const char *story_next(const char *answer);

/* How many messages on the log match the filter (`referral.Refused.*`), and the body of the last
 * one as JSON on one line; "" when there is none.  Lent until the next call. */
unsigned story_count(const struct story *story, const char *filter);
const char *story_last(struct story *story, const char *filter);
/* The case of that message, or its id (source/epoch/number). */
const char *story_last_case(struct story *story, const char *filter);
const char *story_last_id(struct story *story, const char *filter);

/* The kit of a service of the story. */
struct kit *story_kit(struct story *story, const char *service);
