/*
 * cli/morning.h - an example morning, played by the desks through the real processes.
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
    MORNING_DESKS = 128,
    MORNING_CASES = 16,
    MORNING_WAIT_MS = 15 * 1000, /* for what comes at once */
};

struct morning {
    struct cli *cli;
    struct link *watch; /* jcb */
    struct morning_desk {
        const char *unit;
        struct link *link; /* NULL: its line is cut */
    } desks[MORNING_DESKS];
    uint32_t desk_count;
    uint32_t rate; /* of the log's clock */
    const char *scene;
    bool failed;       /* of this scene */
    uint32_t failures; /* of the morning */
    uint32_t checked;  /* events that came as they should */
    uint64_t since;    /* seq of what was said last */
    json_t *kept;      /* every answer and body that was lent */
    struct {
        const char *scene;
        const char *case_id;
    } cases[MORNING_CASES];
    uint32_t case_count;
};

/* ---- what a scene is made of; all of them do nothing once the scene has failed ------------------- */

/* `post` says it: subject and a JSON body (printf-like).  `case_id` NULL: of no case yet. */
void morning_say(struct morning *morning, const char *post, const char *subject,
                 const char *case_id, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Waits for a message of that subject behind what was said last, whose body has the fields of the
 * JSON object (printf-like, "{}" for any).  Lends its body and its case until the morning
 * ends. */
struct morning_heard {
    uint64_t seq;
    uint64_t time_ms;
    const char *case_id;
    const json_t *body; /* NULL when it did not come */
};
struct morning_heard morning_hear(struct morning *morning, const char *subject, const char *format,
                                  ...) __attribute__((format(printf, 3, 4)));

/* The same, for what a clock of the town makes: waits `log_ms` of log time and a little more. */
struct morning_heard morning_hear_within(struct morning *morning, uint64_t log_ms,
                                         const char *subject, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Nothing of that subject and those fields may have come behind `since` by now. */
void morning_hear_nothing(struct morning *morning, uint64_t since, const char *subject,
                          const char *format, ...) __attribute__((format(printf, 4, 5)));

/* A text field of what was heard (`found.0.person` goes down into lists); "" when it is absent. */
const char *morning_text(const struct morning_heard *heard, const char *path);

/* Asks as `post`; the answer as JSON, lent until the morning ends (NULL: none came, and the
 * scene failed). */
const json_t *morning_ask(struct morning *morning, const char *post, const char *subject,
                          const char *format, ...) __attribute__((format(printf, 4, 5)));

/* A condition of the scene. */
void morning_check(struct morning *morning, bool good, const char *what);

/* A case whose timeline is printed at the end. */
void morning_case(struct morning *morning, const char *case_id);

/* The unit's own system takes what its mailbox holds, up to 100 messages, and gives a receipt for
 * each; how many it were. */
uint32_t morning_empty_mailbox(struct morning *morning, const char *unit);

/* The line of a unit is cut, and mended. */
void morning_cut(struct morning *morning, const char *unit);
void morning_mend(struct morning *morning, const char *unit);

/* Log time and the last sequence, now. */
uint64_t morning_now_ms(struct morning *morning);
uint64_t morning_head(struct morning *morning);

/* ---- the scenes ------------------------------------------------------------------------------------ */

struct morning_scene {
    const char *name; /* "B" */
    const char *title;
    void (*play)(struct morning *morning);
    bool fast; /* lasts hours: only when the clock runs faster */
};
extern const struct morning_scene morning_scenes[];
