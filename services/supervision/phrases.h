/*
 * supervision/phrases.h - whom a duty is owed to, in the words of the register.
 *
 * The column `for_whom` of duties.csv is a closed vocabulary; each phrase says once which events
 * begin such an obligation, what names it, whose it is and what ends it without merit.  The table
 * is phrases.c, to be read beside the register.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum span {
    SPAN_ONCE,  /* for each unit of the duty, one time                  */
    SPAN_ITEM,  /* for each item that a start event names               */
    SPAN_MONTH, /* for each unit of the duty, in each month             */
    SPAN_HOUR,  /* ... in each hour                                     */
};

struct phrase {
    const char *text;
    enum span span;
    const char *starts[4]; /* events, `*.` for the kernel's of any service                      */
    const char *units;     /* whose it is, where the register's `unit` says who looks: all, vc   */
    const char *only;      /* of the starts: `field=VALUE|VALUE`, or `field=`: not empty; `a|b=`
                               the one that is there; `?field=`: where the event has it;
                               `!field=`: not so; `field=@other`: the same as that field;
                               `need.field=` looks into the need's row; `@post=KIND`: what breaks it
                               is about that post of the unit                                    */
    const char *item;      /* fields that name the item, the first that is there; `a,b` joins two */
    const char *who;       /* the field of the unit that owes it; `@centre`: the health centre of
                               the place; NULL: what the event names, else its subject            */
    const char *list;      /* a repeated field: one obligation for each unit in it              */
    const char *clock;     /* a field with the due time                                          */
    const char *key_by;    /* the field whose value chooses among two policy keys: RED, YELLOW   */
    const char *ends[8];   /* it is owed no more, without merit                                  */
    const char *ends_only; /* of the ends, as `only`                                             */
    const char *breaks[2]; /* at once                                                            */
    const char *breaks_only;
    const char *meets_only;
    const char *meets;   /* instead of the register's events                                   */
    const char *extends; /* gives it a later due time                                          */
    const char *moves;   /* another unit owes it now: field `to`                               */
    const char *slow;    /* a field with the ms that it took already, against the first key    */
    const char *scope;   /* of its policy keys, where the event has no priority                */
    bool own;            /* owed by the duty's own unit, whoever the event names               */
    bool single;         /* the same where the register names one unit                         */
    bool counted;        /* thousands a day: what is met is counted, no word of it on the log, and
                            a day's findings of one unit are one                               */
    bool for_each_unit;  /* an item for each unit of the duty                                  */
    bool by_unit;        /* the item alone does not tell whose it is                           */
    bool holds;          /* it is met at its end unless it was broken                          */
    bool kept;           /* what was met before stays met                                      */
    bool all_fail;       /* broken only when every unit of the duty has let it lapse           */
    bool no_outage;      /* an outage does not excuse it                                       */
    bool quiet;          /* makes no finding of its own                                        */
};

/* The place of a phrase; PHRASES_NONE. */
enum { PHRASES_NONE = -1 };
int phrases_find(const char *text);

/* Lends a static row. */
const struct phrase *phrases_at(uint32_t place);

/* What ends an item of that field whatever the phrase: a need that was closed for another reason, an
 * assignment that was refused in time, a person who has left or died.  Ends with NULL. */
const char *const *phrases_ends(const char *item);

/* The event at which a policy key's clock begins, where the register does not say it; NULL: none. */
const char *phrases_clock(const char *key);
