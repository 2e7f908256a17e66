/*
 * care/care.h - its words: tables, commands, handlers (domain.md 3.7, 4.5).
 *
 * Daily care: whoever is on the roster is seen or heard every day.  A committee's day is a chain of
 * timers: planned, swept at its hours, closed at 24:00; a person's ladder is another, from the first
 * try that failed to the knock on the door.  Needs of care and comfort are the kernel's (kit/loop).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "care.pb-c.h"
#include "care_rows.pb-c.h"
#include "incident.pb-c.h"
#include "kit/directory.h"
#include "kit/loop.h"
#include "kit/query.h"
#include "kit/service.h"
#include "kit/turn.h"
#include "organisation.pb-c.h"
#include "referral.pb-c.h"
#include "registry.pb-c.h"
#include "town.pb-c.h"

enum {
    PERSONS,     /* person                                                  */
    ROSTER,      /* committee/person                                        */
    UNPAIRED,    /* committee/person: nobody cares for them today           */
    CONTACTS,    /* person/date                                             */
    WAITING,     /* committee/date/rank/person: the most at risk come first */
    PAIRINGS,    /* person                                                  */
    CARERS,      /* carer                                                   */
    CARERS_OF,   /* committee/carer                                         */
    SPARE,       /* committee/kind/load/carer: active ones                  */
    CARED,       /* carer/person                                            */
    NAMED,       /* person/date                                             */
    FREQUENCIES, /* scope/what                                              */
    HOUSEHOLDS,  /* household/person                                        */
    OPEN_NEEDS,  /* service/need                                            */
    SUMMARIES,   /* committee/date, town/date                               */
    COMMITTEES,  /* committee                                               */
    TOWN,        /* "town"                                                  */
};

enum {
    REGISTER_CARER,
    RETIRE_CARER,
    DECLARE_CARER_ABSENT,
    END_CARER_ABSENCE,
    CANCEL_CARER_ABSENCE,
    PAIR,
    UNPAIR,
    ASSIGN_STAND_IN,
    SET_FREQUENCY,
    RECORD_ATTEMPT,
    RECORD_CONTACT,
    ASSIGN_DOOR_VISIT,
    RECORD_DOOR_VISIT,
    SIGN_SUMMARY,
    AMEND_SUMMARY,
    PLAN_DAY,
    FIND_UNPAIRED,
    REMIND_UNTRIED,
    FREEZE_SUMMARY,
    CHASE_SUMMARY,
    END_DAY,
    ROLL_UP_TOWN,
    AMEND_TOWN,
    CLIMB_LADDER,
    REVIEW_REFUSAL,
    BEGIN_CARER_ABSENCE,
    END_CARER_ABSENCE_DUE,
    SETTLE_PAIRINGS,
    HEAR_PROPOSED,
    HEAR_VERIFIED,
    HEAR_DISMISSED,
    HEAR_REMOVED,
    HEAR_FIELDS,
    HEAR_CATEGORIES,
    HEAR_CLASS,
    HEAR_SILENT,
    HEAR_AWAY_STARTED,
    HEAR_AWAY_ENDED,
    HEAR_MOVED,
    HEAR_LEFT_TOWN,
    HEAR_DEATH_REPORTED,
    HEAR_DEATH_CONFIRMED,
    HEAR_DEATH_REFUTED,
    HEAR_MERGED,
    HEAR_UNMERGED,
    HEAR_HOUSEHOLD,
    HEAR_NO_SHOW,
    HEAR_CONTROLLED,
    HEAR_NEED_OPENED,
    HEAR_NEED_CLOSED,
    HEAR_NEED_REOPENED,
    HEAR_DEADLINE_MISSED,
    HEAR_UNIT,
    HEAR_POLICY,
    HEAR_CAMPAIGN_OPENED,
    HEAR_CAMPAIGN_CLOSED,

    /* Moves that are no commands. */
    CARE_MOVES = 300,
    BACK_TO_CANDIDATE = CARE_MOVES,
    BACK_TO_ACTIVE,
    BACK_TO_AWAY,
    BACK_TO_SILENCED,
    PLAN,
    PLAN_AGAIN,
    PLAN_LATE,
    TRY,
    TRY_LATE,    /* a try of a day that is over, from paper              */
    ONE_OF_MORE, /* seen, but more often is wanted today                 */
    SEE,
    SEE_BY_OTHER,
    FIND_NEED,
    FIND_ABNORMAL,
    TURN_AWAY, /* the person refused                                    */
    GO_AWAY,
    GIVE_UP, /* the ladder is at its end                                */
    MISS,
    CANCEL,
    PAUSE,
    RESUME,
    OPEN_DAY,
};

typedef CareRows__Person Person;
typedef CareRows__Contact Contact;
typedef CareRows__Pairing Pairing;
typedef CareRows__Carer Carer;
typedef CareRows__Summary Summary;
typedef CareRows__Committee Committee;
typedef Care__Numbers Numbers;

enum {
    PEOPLE_A_TURN = 50,  /* what a timer does for many it does some at a time */
    RECENT_CONTACTS = 16 /* of a carer, that plausibility looks at            */
};

/* ---- days (day.c) ------------------------------------------------------------------------------- */

int64_t today(const struct turn *turn);

/* `YYYY-MM-DD`; "" is `otherwise`.  False: refused. */
bool read_date(struct turn *turn, const char *text, int64_t otherwise, int64_t *ret_day);

/* When `key` comes on that day, and how long `key` is, by the policy that is in force now: also of a
 * day that began before it. */
uint64_t hour_of(struct turn *turn, const char *key, const char *scope, int64_t day);
uint64_t span_of(struct turn *turn, const char *key);

/* The days of a committee go on, from now or from when the campaign opens. */
Committee *know_committee(struct turn *turn, const char *committee);
bool days_run(struct turn *turn);

/* ---- people (people.c) ---------------------------------------------------------------------------- */

/* ACTIVE or AWAY: is contacted. */
bool on_roster(const Person *person);

/* The person that an id names, on the roster; NULL: refused. */
Person *person_to_care_for(struct turn *turn, const char *id, const char **ret_id);

/* Refuses but for the committee, the office, the elderly-care centre that assists, or a service. */
bool may_act_for(struct turn *turn, const Person *person);

/* Whether somebody cares for the person today. */
void set_unpaired(struct turn *turn, const char *id, const Person *person, bool unpaired);

/* Everything that is kept of them; true: there was something (erase.c). */
bool erase_person(struct turn *turn, const char *id);
bool erase_carer(struct turn *turn, const char *id);
extern const struct erasing care_erasing;

/* ---- a day's contact (contact.c) -------------------------------------------------------------------- */

/* A contact in hand: between open_contact and close_contact its row may change; what is counted and
 * who waits follow at the end. */
struct contact {
    const char *person;
    int64_t day;
    const char *key;
    Contact *row; /* NULL: there is none */
};
struct contact open_contact(struct turn *turn, const char *person, int64_t day);
void close_contact(struct turn *turn, struct contact *contact);
bool is_open(const Contact *row); /* PLANNED or ATTEMPTED */
void move_contact(struct turn *turn, struct contact *contact, int32_t word);
const char *contact_key(struct turn *turn, const char *person, int64_t day);

/* Of which day something is that says no date: while a ladder goes on behind 24:00, of the day before. */
int64_t day_in_hand(struct turn *turn, const char *person, uint64_t at_ms);

/* States an event of a contact, with the contact's case. */
int say_of(struct turn *turn, const Contact *row, const char *unit, const ProtobufCMessage *event);

/* What was recorded, wherever it was heard (record.c). */
int take_contact(struct turn *turn, const Care__RecordContact *record, bool script);

/* Stops what is planned of a person: of today, and a ladder of yesterday. */
void cancel_contacts(struct turn *turn, const char *person);
void drop_contacts(struct turn *turn, const char *person);

/* ---- planning (plan.c) -------------------------------------------------------------------------------- */

/* The person's contact of that day, if there is none yet. */
void plan_person(struct turn *turn, const char *id, int64_t day);

/* The same of today for whoever is verified now: who comes when the window is over is first called
 * tomorrow, and that is what stands for today. */
void plan_newcomer(struct turn *turn, const char *id);

/* Today's contact anew: a no-show, back from an absence, a death refuted. */
void plan_again(struct turn *turn, const char *id);

/* How today's contact is to be looked for, after what the roster says has changed. */
void judge_again(struct turn *turn, const char *id);

/* ---- the ladder (ladder.c) ------------------------------------------------------------------------------ */

struct
try {
    Care__Mode mode;
    uint64_t at_ms;
    Care__AttemptResult result;
    const char *by;
};
void add_try(struct turn *turn, struct contact *contact, const struct try *try);
void send_to_door(struct turn *turn, struct contact *contact, const char *to_post);
void end_ladder(struct turn *turn, struct contact *contact);

/* ---- carers (carers.c, pairing.c, stand_in.c) ----------------------------------------------------------------------- */

const Carer *carer_of(struct turn *turn, const char *id); /* NULL: refused */
void list_spare(struct turn *turn, const char *id, Carer *row);
void settle_pairings(struct turn *turn, const char *carer, const char *after);

bool has_carer(const Pairing *pairing); /* ACTIVE or PAUSED */

/* The person is on the carer's list in that role; absent: not at all. */
void set_cared(struct turn *turn, const char *carer, const char *person, Care__Role role);

/* Today's contact and the committee's list of the unpaired follow who cares now. */
void settle_person(struct turn *turn, const char *id);

/* Who goes today; "" when there is nobody.  Names a stand-in where one is wanted. */
const char *carer_today(struct turn *turn, const char *id, int64_t day);

/* Somebody of the committee who can take one more, but for `not_this`; "": nobody. */
const char *neighbour_of(struct turn *turn, const char *committee, const char *not_this);

/* Whoever stands in for the carer's absence, and says so; "": no longer anybody. */
void put_stand_in(struct turn *turn, const char *id, Pairing *pairing, const char *carer,
                  int64_t day);
void unlist_stand_in(struct turn *turn, const char *carer, const char *id);
void say_stand_in(struct turn *turn, const char *id, const char *carer, const char *for_carer,
                  int64_t day);

/* While the carer is absent: whoever stands in, another if that one has gone too; unless somebody is
 * named for the day. */
void seek_stand_in(struct turn *turn, const char *id, int64_t day);

/* Somebody for this one day, or "": no longer anybody; name_helper says so. */
void put_helper(struct turn *turn, const char *id, const char *carer, int64_t day);
void name_helper(struct turn *turn, const char *id, const char *carer, int64_t day);

void end_pairing(struct turn *turn, const char *id, const char *committee, const char *reason);
void hand_over_pairing(struct turn *turn, const char *id, const char *from, const char *to);

/* A death reported or a merge: the carer's list is without the person; and with, again. */
void unlist_pairing(struct turn *turn, const char *id);
void relist_pairing(struct turn *turn, const char *id);
void say_gap(struct turn *turn, const char *committee);

/* ---- needs (needs.c) ------------------------------------------------------------------------------------- */

/* To the service that serves it, in this turn.  Returns its id. */
const char *open_heard(struct turn *turn, const char *person, const char *committee,
                       const Care__NeedHeard *heard);
void open_abnormal(struct turn *turn, const char *person, int64_t day,
                   const Care__RecordContact *record);
const char *open_incident(struct turn *turn, const char *person, const char *committee,
                          Incident__Type type, const char *facts);

/* ---- summary (summary.c) -------------------------------------------------------------------------------- */

/* What is counted on that day; NULL: the days do not run there. */
Numbers *numbers_of(struct turn *turn, const char *committee, int64_t day);
void count_people(struct turn *turn, const char *committee); /* after their number changed */
void freeze(struct turn *turn, const char *committee, int64_t day);

/* States what has changed since it was last stated, if anything. */
void amend(struct turn *turn, const char *committee, int64_t day, const char *reason);

/* ---- plausibility (plausible.c) --------------------------------------------------------------------------- */

void weigh(struct turn *turn, const char *carer, const char *person,
           const Care__RecordContact *record, uint64_t at_ms);

/* ---- handlers, in the table's order ----------------------------------------------------------------------- */

#define HANDLER(name) int name(struct turn *turn, const void *message)
HANDLER(on_register_carer);
HANDLER(on_retire_carer);
HANDLER(on_declare_carer_absent);
HANDLER(on_end_carer_absence);
HANDLER(on_cancel_carer_absence);
HANDLER(on_pair);
HANDLER(on_unpair);
HANDLER(on_assign_stand_in);
HANDLER(on_set_frequency);
HANDLER(on_record_attempt);
HANDLER(on_record_contact);
HANDLER(on_assign_door_visit);
HANDLER(on_record_door_visit);
HANDLER(on_sign_summary);
HANDLER(on_amend_summary);
HANDLER(on_plan_day);
HANDLER(on_find_unpaired);
HANDLER(on_remind_untried);
HANDLER(on_freeze_summary);
HANDLER(on_chase_summary);
HANDLER(on_end_day);
HANDLER(on_roll_up_town);
HANDLER(on_amend_town);
HANDLER(on_climb_ladder);
HANDLER(on_review_refusal);
HANDLER(on_begin_carer_absence);
HANDLER(on_end_carer_absence_due);
HANDLER(on_settle_pairings);
HANDLER(on_proposed);
HANDLER(on_verified);
HANDLER(on_dismissed);
HANDLER(on_removed);
HANDLER(on_fields_updated);
HANDLER(on_categories_set);
HANDLER(on_class_set);
HANDLER(on_silent_set);
HANDLER(on_away_started);
HANDLER(on_away_ended);
HANDLER(on_moved);
HANDLER(on_left_town);
HANDLER(on_death_reported);
HANDLER(on_death_confirmed);
HANDLER(on_death_refuted);
HANDLER(on_merged);
HANDLER(on_unmerged);
HANDLER(on_household_set);
HANDLER(on_no_show);
HANDLER(on_incident_controlled);
HANDLER(on_need_opened);
HANDLER(on_need_closed);
HANDLER(on_need_reopened);
HANDLER(on_deadline_missed);
HANDLER(on_unit_registered);
HANDLER(on_policy_published);
HANDLER(on_campaign_opened);
HANDLER(on_campaign_closed);
#undef HANDLER

int ask_my_people(struct ask *ask, const void *message);
int ask_not_yet_contacted(struct ask *ask, const void *message);
int ask_no_first_hand(struct ask *ask, const void *message);
int ask_carers_absent(struct ask *ask, const void *message);
int ask_carer_of(struct ask *ask, const void *message);
int ask_load_of_carers(struct ask *ask, const void *message);
int ask_streaks(struct ask *ask, const void *message);
int ask_summary(struct ask *ask, const void *message);

extern const struct service care_service;
