/*
 * cli/day.h - an example day, played by the desks through the real processes.
 *
 * The scenes are those of domain.md 5: each says what a desk says, under that desk's own key, and
 * waits for what must come of it.  The first thing that does not come ends its scene with one line
 * that says what was missing.  The supervision office's key listens, since it reads everything.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "cli/link.h"

enum {
    DAY_DESKS = 128,
    DAY_CASES = 16,
    DAY_WAIT_MS = 60 * 1000, /* for what comes at once; a process may just be starting anew */
};

struct day {
    struct cli *cli;
    struct link *watch; /* jcb */
    struct day_desk {
        const char *unit;
        struct link *link; /* NULL: its line is cut */
    } desks[DAY_DESKS];
    uint32_t desk_count;
    uint32_t services; /* that are at work */
    const char *scene;
    bool failed;       /* of this scene */
    uint32_t failures; /* of the day */
    uint32_t checked;  /* events that came as they should */
    uint64_t since;    /* seq of what was said last */
    json_t *kept;      /* every answer and body that was lent */
    struct {
        const char *scene;
        const char *case_id;
    } cases[DAY_CASES];
    uint32_t case_count;
};

/* ---- what a scene is made of; all of them do nothing once the scene has failed ------------------- */

/* `post` says it: subject and a JSON body (printf-like).  `case_id` NULL: of no case yet. */
void day_say(struct day *day, const char *post, const char *subject, const char *case_id,
             const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Waits for a message of that subject behind what was said last, whose body has the fields of the
 * JSON object (printf-like, "{}" for any).  Lends its body and its case until the day
 * ends. */
struct day_heard {
    uint64_t seq;
    uint64_t time_ms;
    const char *case_id;
    const json_t *body; /* NULL when it did not come */
};
struct day_heard day_hear(struct day *day, const char *subject, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same, for what a clock of the town makes: the town's clock runs ahead by `log_ms` first. */
struct day_heard day_hear_within(struct day *day, uint64_t log_ms, const char *subject,
                                 const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Nothing of that subject and those fields may have come behind `since` by now. */
void day_hear_nothing(struct day *day, uint64_t since, const char *subject, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* A text field of what was heard (`found.0.person` goes down into lists); "" when it is absent. */
const char *day_text(const struct day_heard *heard, const char *path);

/* Asks as `post`; the answer as JSON, lent until the day ends (NULL: none came, and the
 * scene failed). */
const json_t *day_ask(struct day *day, const char *post, const char *subject, const char *format,
                      ...) __attribute__((format(printf, 4, 5)));

/* A condition of the scene. */
void day_check(struct day *day, bool good, const char *what);

/* A case whose timeline is printed at the end. */
void day_case(struct day *day, const char *case_id);

/* The unit's own system takes what its mailbox holds, up to 100 messages, and gives a receipt for
 * each; how many it were. */
uint32_t day_empty_mailbox(struct day *day, const char *unit);

/* The line of a unit is cut, and mended. */
void day_cut(struct day *day, const char *unit);
void day_mend(struct day *day, const char *unit);

/* The town's clock runs ahead to that moment, in pieces: behind each, every service has done what
 * there was to do, so that a slow machine has no later town.  Then it runs at its own rate. */
void day_run_to(struct day *day, uint64_t until_ms, uint32_t rate);

/* Waits until no service has anything left to do now. */
void day_settle(struct day *day);

/* Waits until `count` messages of that subject have come from `from_seq` on; more are too many. */
void day_hear_all(struct day *day, uint64_t from_seq, const char *subject, uint32_t count);

/* Many of one post, over one link; each is made by `make` (false: no more). */
typedef bool day_make(void *context, uint32_t n, char *body, size_t room);
void day_say_all(struct day *day, const char *post, const char *subject, day_make *make,
                 void *context);

/* Log time and the last sequence, now. */
uint64_t day_now_ms(struct day *day);
uint64_t day_head(struct day *day);

/* ---- the scenes ------------------------------------------------------------------------------------ */

struct day_scene {
    const char *name; /* "B" */
    const char *title;
    void (*play)(struct day *day);
};
extern const struct day_scene day_scenes[];
