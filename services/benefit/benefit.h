/*
 * benefit/benefit.h - policies matched to people, and festival visits: words, tables, handlers.
 *
 * A policy is a rule over what registry's events say of a person; registry itself is asked nothing,
 * and no health field is read: categories that name an illness are not even kept.  A match is one
 * policy and one person, from PROPOSED to CONFIRMED; a run is a frozen list of matches, and each of
 * its visits is that day's contact (care) and the delivery at once.  A person has one grant of a
 * series, whichever run or application it came by.
 */
#pragma once

#include "benefit.pb-c.h"
#include "benefit_rows.pb-c.h"
#include "kit/loop.h"
#include "kit/query.h"
#include "registry.pb-c.h"

/* The rows. */
enum {
    BENEFITS,
    PEOPLE,
    SEATS,
    COMMITTEES,
    REDS,
    MATCHES,
    LATEST,
    ENTRIES,
    GRANTS,
    RUNS,
    VISITS,
    LISTED,
};

/* The words, in the order of the commands; then the moves that are no commands. */
enum {
    DEFINE_BENEFIT,
    RETIRE_BENEFIT,
    RUN_MATCH,
    SCREEN_MATCH,
    OFFER_MATCH,
    ANSWER_OFFER,
    APPLY,
    DECIDE_APPLICATION,
    DELIVER_BENEFIT,
    CONFIRM_BENEFIT,
    PLAN_RUN,
    FREEZE_RUN,
    CLOSE_RUN,
    RECORD_VISIT,
    MATCH_NEXT,
    CHASE_MATCH,
    FREEZE_NEXT,
    CLOSE_NEXT,
    CHASE_RUN,
    HEAR_VERIFIED,
    HEAR_CATEGORIES,
    HEAR_CLASS,
    HEAR_SILENT,
    HEAR_AWAY,
    HEAR_BACK,
    HEAR_MOVED,
    HEAR_REMOVED,
    HEAR_LEFT_TOWN,
    HEAR_DEATH_REPORTED,
    HEAR_DEATH_REFUTED,
    HEAR_DEATH_CONFIRMED,
    HEAR_MERGED,
    HEAR_UNMERGED,
    HEAR_CONTACT,

    PROPOSE = 60,
    DROP,
    ACCEPT,
    DECLINE,
    MISS,
    APPROVE_IT,
    REFUSE_IT,
    VISIT,
    SUSPEND,
    RESTORE,
    LIST,
    LEAVE_OUT,
    FINISH,
};

typedef BenefitRows__Benefit Benefit;
typedef BenefitRows__Person Person;
typedef BenefitRows__Match Match;
typedef BenefitRows__Run Run;
typedef BenefitRows__Visit Visit;

extern const struct service benefit_service;

/* erase.c: what goes after a campaign. */
extern const struct erasing benefit_erasing;

/* ---- judge.c: does the rule fit? ------------------------------------------------------------------ */

enum {
    MOST_CODES = 8, /* of one judgement                                                       */
    MOST_BENEFITS =
        200 /* ever: each person who is verified is held against all that are in force */
};

/* Why a policy fits a person, and why not; both lists live as long as `room`'s owner. */
struct judgement {
    bool fits;
    const char *why[4];
    size_t n_why;
    Benefit__WhyNotCode codes[MOST_CODES];
    size_t n_codes;
};

/* By the rule alone.  Pure: borrows both, lends texts of the rule and the person. */
void judge(const Benefit *benefit, const Person *person, uint64_t at_ms,
           struct judgement *ret_judgement);

/* GRAVELY_ILL and MENTAL_DISORDER name an illness: no policy may ask for them, and they are not kept. */
bool names_illness(Registry__Category category);

/* The code of a match that ended so, or is under way; 0: it was confirmed long ago and may come anew. */
Benefit__WhyNotCode code_of(const Match *match);
bool match_is_open(const Match *match);

/* ---- match.c: one policy and one person ------------------------------------------------------------ */

/* What match_person did. */
enum { MATCH_NONE, MATCH_PROPOSED, MATCH_DROPPED };

int match_person(struct turn *turn, const char *benefit_id, const Benefit *benefit,
                 const char *person_id, const Person *person, uint64_t at_ms);

/* All policies in force, for one person. */
void match_all(struct turn *turn, const char *person_id);

/* Ends a match that is not delivered yet; one that is becomes UNCONFIRMED.  A row that has ended is
 * left alone. */
void drop_match(struct turn *turn, const char *id, Benefit__WhyNotCode code, const char *why);

/* Sets the clock of a match's present state, or stops it. */
void match_clock(struct turn *turn, const char *id, Match *match);

/* True if the person has a grant of the series that still counts. */
bool is_granted(struct turn *turn, const char *person, const char *series, const Benefit *benefit);
void grant(struct turn *turn, const char *match_id, const Match *match, uint64_t at_ms);

/* A guard: a long work goes on by a command of this service to itself, and nobody else's. */
bool is_own_step(struct turn *turn);

const char *entry_key(struct turn *turn, const char *benefit, const char *committee,
                      const char *person);
/* The match of a person and a policy; NULL: there never was one. */
const Match *latest_match(struct turn *turn, const char *person, const char *benefit,
                          const char **ret_id);
const char *series_of(const char *benefit_id, const Benefit *benefit);

/* Calls `each` for the latest matches of a person, one of each policy at most. */
void each_match(struct turn *turn, const char *person,
                void (*each)(struct turn *turn, const char *id, void *context), void *context);

/* handlers_match.c: the recipient's word, in a contact; nothing when no match waits for it. */
void confirm_by_contact(struct turn *turn, const char *match_id, const char *person,
                        const char *contact);

/* ---- people.c: registry's events ------------------------------------------------------------------- */

/* The person of an id, an alias followed; NULL: not heard of. */
const Person *find_person(struct turn *turn, const char *id, const char **ret_id);

/* ---- visits.c --------------------------------------------------------------------------------------- */

const char *visit_key(struct turn *turn, const char *run, const char *committee,
                      const char *person);

/* A match on a run's list: its visit, LISTED. */
void list_visit(struct turn *turn, const char *run, const char *match_id, Match *match);

/* A run is over: a visit that is still open is left out of it. */
void leave_out(struct turn *turn, Run *run, const char *key);

/* Moves every visit of a person that is still open along `word`, and says so. */
void move_visits(struct turn *turn, const char *person, int32_t word, Benefit__WhyNotCode code);

/* Puts them on the sheet of another committee. */
void carry_visits(struct turn *turn, const char *person, const char *committee);

/* ---- contact.c: what care and the services of needs are told ---------------------------------------- */

void tell_contact(struct turn *turn, const char *person, const char *committee,
                  const Benefit__RecordVisit *visit);
void ask_comfort(struct turn *turn, const char *person, const char *committee, const char *detail);
void raise_need(struct turn *turn, const char *person, const char *committee, const char *run,
                const Benefit__VisitNeed *need);

/* Hook of the kernel: somebody asks for a benefit, so all of them are looked at. */
void on_need_opened(struct turn *turn, const char *id, Need *need);

int on_define_benefit(struct turn *turn, const void *message);
int on_retire_benefit(struct turn *turn, const void *message);
int on_run_match(struct turn *turn, const void *message);
int on_match_next(struct turn *turn, const void *message);
int on_screen_match(struct turn *turn, const void *message);
int on_offer_match(struct turn *turn, const void *message);
int on_answer_offer(struct turn *turn, const void *message);
int on_apply(struct turn *turn, const void *message);
int on_decide_application(struct turn *turn, const void *message);
int on_deliver_benefit(struct turn *turn, const void *message);
int on_confirm_benefit(struct turn *turn, const void *message);
int on_chase_match(struct turn *turn, const void *message);
int on_plan_run(struct turn *turn, const void *message);
int on_freeze_run(struct turn *turn, const void *message);
int on_freeze_next(struct turn *turn, const void *message);
int on_close_run(struct turn *turn, const void *message);
int on_close_next(struct turn *turn, const void *message);
int on_chase_run(struct turn *turn, const void *message);
int on_record_visit(struct turn *turn, const void *message);
int on_verified(struct turn *turn, const void *message);
int on_categories_set(struct turn *turn, const void *message);
int on_class_set(struct turn *turn, const void *message);
int on_silent_set(struct turn *turn, const void *message);
int on_away_started(struct turn *turn, const void *message);
int on_away_ended(struct turn *turn, const void *message);
int on_moved(struct turn *turn, const void *message);
int on_removed(struct turn *turn, const void *message);
int on_left_town(struct turn *turn, const void *message);
int on_death_reported(struct turn *turn, const void *message);
int on_death_refuted(struct turn *turn, const void *message);
int on_death_confirmed(struct turn *turn, const void *message);
int on_merged(struct turn *turn, const void *message);
int on_unmerged(struct turn *turn, const void *message);
int on_contact_recorded(struct turn *turn, const void *message);

int ask_match_list(struct ask *ask, const void *message);
int ask_grants_of(struct ask *ask, const void *message);
int ask_run_sheet(struct ask *ask, const void *message);
int ask_why_not(struct ask *ask, const void *message);
