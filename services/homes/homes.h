/*
 * homes/homes.h - institutions for old people, each day: its words, tables and handlers.
 *
 * A guidance visit is a need of the kernel (kit/loop); here is what a home has besides: its pairing with
 * a health centre, its daily report, zero included, its state, and what follows when people fall ill.
 * It knows counts alone: nobody who lives there has a row here.  What is erased after a campaign is what
 * was written of visits, in their needs.
 */
#pragma once

#include "homes.pb-c.h"
#include "homes_rows.pb-c.h"
#include "kit/loop.h"
#include "kit/query.h"

/* The rows. */
enum { HOMES, DAYS };

/* The words, in the order of the commands; then the moves that are no commands. */
enum {
    REGISTER_HOME,
    PAIR_HOME,
    SUBMIT_DAILY_REPORT,
    REPORT_CASE,
    SET_HOME_STATE,
    RECORD_GUIDANCE,
    ASK_REPORT,
    ASK_GUIDANCE,
    END_DAY,
    HEAR_RESERVED,

    TO_NORMAL = 50,
    TO_WATCH,
    TO_CLUSTER,
    TO_OUTBREAK,
    TO_RECOVERY,
};

typedef HomesRows__Home Home;
typedef HomesRows__Day Day;

#define HOME_IS(home, name) ((home)->state == HOMES_ROWS__HOME__STATE__##name)

extern const struct service homes_service;

/* ---- days.c -------------------------------------------------------------------------------------- */

/* The town's date of a moment, as `2023-01-18`. */
const char *home_date(struct turn *turn, uint64_t ms);

/* New cases of today and the days before it, of homes.cluster_window. */
uint32_t home_cases(struct turn *turn, const char *id);

/* Sets the timers of tomorrow: 10:00, and the end of the day. */
void home_await_report(struct turn *turn, const char *id);
void home_await_end(struct turn *turn, const char *id);

/* ---- state.c ------------------------------------------------------------------------------------- */

/* New cases came: the state that they make. */
void home_judge(struct turn *turn, const char *id);

/* Into `state` (HomesRows__Home__State), with all that follows. */
void home_enter(struct turn *turn, const char *id, int32_t state, const char *reason);

const Home *home_load(struct turn *turn, const char *id); /* NULL: refused NO_SUCH_HOME */

/* ---- guidance.c ---------------------------------------------------------------------------------- */

/* A visit of the paired centre is due: within homes.guidance_cluster when `urgent`, else by the
 * kernel's clocks.  One that is open already is made more urgent. */
void guidance_open(struct turn *turn, const char *id, bool urgent);

int homes_route(struct turn *turn, const Need *need, const char **ret_unit);
void on_guidance_closed(struct turn *turn, const char *id, const Need *need);

/* ---- handlers ------------------------------------------------------------------------------------ */

int on_register_home(struct turn *turn, const void *message);
int on_pair_home(struct turn *turn, const void *message);
int on_submit_daily_report(struct turn *turn, const void *message);
int on_report_case(struct turn *turn, const void *message);
int on_set_home_state(struct turn *turn, const void *message);
int on_record_guidance(struct turn *turn, const void *message);
int on_ask_report(struct turn *turn, const void *message);
int on_ask_guidance(struct turn *turn, const void *message);
int on_end_day(struct turn *turn, const void *message);
int on_capacity_reserved(struct turn *turn, const void *message);

int ask_home_board(struct ask *ask, const void *message);
int ask_home_history(struct ask *ask, const void *message);
