/*
 * opinion/opinion.h - what is said in public, who needs help in it, which numbers people call: its
 * words, tables and handlers.
 *
 * A signal is matched against the words of care that fails (lexicon), folded with its like, and
 * assessed by a person: whoever is at risk in it is a need at once, in the same turn.  An alert ends
 * by help given and an answer published, and is watched.  There is no takedown and no profile: an
 * author is a salted hash, texts are erased.  Channels are tried, published, and tried again.
 */
#pragma once

#include "kit/loop.h"
#include "kit/query.h"
#include "opinion.pb-c.h"
#include "opinion_rows.pb-c.h"

/* The rows. */
enum {
    SOURCES,
    LEXICON,
    SIGNALS,
    PRINTS,
    WAITING,
    TOPICS,
    ALERTS,
    ALERT_SIGNALS,
    BOARD,
    MATTERS,
    ANSWERS,
    NOTICES,
    CHANNELS,
    CLUSTERS,
};

/* The words, in the order of the commands; then the moves that are no commands. */
enum {
    DEFINE_SOURCE,
    PUBLISH_LEXICON,
    SUBMIT_SIGNAL,
    ASSESS_SIGNAL,
    DISMISS_SIGNAL,
    RAISE_ALERT,
    GRADE_ALERT,
    PUBLISH_ANSWER,
    CLOSE_ALERT,
    PUBLISH_NOTICE,
    REGISTER_CHANNEL,
    CHANGE_CHANNEL,
    WITHDRAW_CHANNEL,
    VERIFY_CHANNEL,
    RECORD_TEST_CALL,
    PUBLISH_CHANNEL,
    CHASE_SIGNAL,
    CHASE_ALERT,
    END_WATCH,
    ERASE_TEXTS,
    EXPIRE_CHANNEL,
    CHASE_CHANNEL,
    HEAR_RECEIVE,
    HEAR_ACCEPT,
    HEAR_START,
    HEAR_CALL,

    MERGE_SIGNAL = 50,
    BRIEF,        /* the briefing is not the answer */
    GIVE_HELP,    /* the unit has completed it */
    HANDLE_AGAIN, /* its work was not enough: another unit, or once more */
    HIT_AGAIN,
};

/* Of what was read, with its address, and of an answer: what anybody posts is shorter. */
enum { OPINION_TEXT_BYTES = 16 << 10 };

typedef OpinionRows__Signal Signal;
typedef OpinionRows__Alert Alert;
typedef OpinionRows__Channel Channel;

extern const struct service opinion_service;
extern const struct erasing opinion_erasing;

/* ---- plain.c: texts as they are compared ----------------------------------------------------- */

/* `text` in simplified characters, half width and lower case, without blanks; what is no UTF-8 is
 * left out.  Lent until the turn ends. */
const char *opinion_plain(struct turn *turn, const char *text);

/* ---- hits.c ---------------------------------------------------------------------------------- */

/* Fills hits, hint, topic and fingerprint of a signal whose other fields are there. */
void opinion_match(struct turn *turn, Signal *row, const char *text);

/* ---- signals --------------------------------------------------------------------------------- */

/* `I` of 1; "" for no grade. */
const char *opinion_grade_name(int32_t grade);

/* Refuses whoever is not the party-masses office. */
bool opinion_office(struct turn *turn);

/* Only the clock says what is due; refuses others. */
bool opinion_by_clock(struct turn *turn);

/* The signal is about that alert from now on; a new hit while it is watched opens it again. */
void opinion_link(struct turn *turn, const char *signal, const char *alert);

/* The alert that is watched for the topic has a new hit. */
void opinion_hit_again(struct turn *turn, const char *alert, const char *signal);

/* Its text goes when opinion.retention is over, counted from now; signal or alert is "". */
uint64_t opinion_erase_later(struct turn *turn, const char *alert, const char *signal);

/* A post of the unit for what is overdue. */
const char *opinion_post(struct turn *turn, const char *unit);

/* ---- needs.c --------------------------------------------------------------------------------- */

/* A HANDLE_OPINION need for the unit concerned. */
void opinion_ask_unit(struct turn *turn, const char *alert, Alert *row);
void opinion_ask_owner(struct turn *turn, const char *channel, Channel *row);

int opinion_route(struct turn *turn, const Need *need, const char **ret_unit);
void on_need_dispatched(struct turn *turn, const char *id, const Need *need,
                        const Assignment *assignment);
void on_need_completed(struct turn *turn, const char *id, const Need *need,
                       const Assignment *assignment);
void on_need_closed(struct turn *turn, const char *id, const Need *need);

/* Begins the watch of an alert that has just come to it. */
void opinion_watch(struct turn *turn, const char *id, Alert *row);

/* ---- alerts ---------------------------------------------------------------------------------- */

/* States an event of an alert with its case, and its grade's priority. */
void opinion_say(struct turn *turn, const Alert *row, const char *unit, const char *to,
                 const ProtobufCMessage *event);
const char *opinion_priority(int32_t grade);

/* Sets or ends clock `name` (ack, answer, briefing); due 0 ends it. */
void opinion_clock(struct turn *turn, const char *alert, const char *name, uint64_t due_ms);

/* The answer's clocks of its grade, from now: never later than those that run. */
void opinion_start_clocks(struct turn *turn, const char *id, Alert *row);

/* ---- handlers -------------------------------------------------------------------------------- */

int on_define_source(struct turn *turn, const void *message);
int on_publish_lexicon(struct turn *turn, const void *message);
int on_submit_signal(struct turn *turn, const void *message);
int on_assess_signal(struct turn *turn, const void *message);
int on_dismiss_signal(struct turn *turn, const void *message);
int on_raise_alert(struct turn *turn, const void *message);
int on_grade_alert(struct turn *turn, const void *message);
int on_publish_answer(struct turn *turn, const void *message);
int on_close_alert(struct turn *turn, const void *message);
int on_publish_notice(struct turn *turn, const void *message);
int on_register_channel(struct turn *turn, const void *message);
int on_change_channel(struct turn *turn, const void *message);
int on_withdraw_channel(struct turn *turn, const void *message);
int on_verify_channel(struct turn *turn, const void *message);
int on_record_test_call(struct turn *turn, const void *message);
int on_publish_channel(struct turn *turn, const void *message);
int on_chase_signal(struct turn *turn, const void *message);
int on_chase_alert(struct turn *turn, const void *message);
int on_end_watch(struct turn *turn, const void *message);
int on_erase_texts(struct turn *turn, const void *message);
int on_expire_channel(struct turn *turn, const void *message);
int on_chase_channel(struct turn *turn, const void *message);
int on_received(struct turn *turn, const void *message);
int on_accepted(struct turn *turn, const void *message);
int on_started(struct turn *turn, const void *message);
int on_call(struct turn *turn, const void *message);

int ask_alert_board(struct ask *ask, const void *message);
int ask_signals_of(struct ask *ask, const void *message);
int ask_answer_library(struct ask *ask, const void *message);
int ask_channel_list(struct ask *ask, const void *message);
