/*
 * registry/registry.h - the service's words: tables, commands, and who handles them.
 *
 * The roster 名单库: who needs care, where, and how sure we are (domain.md 3.6, 4.4).  A person's
 * particulars are here and travel in town.Card only; tables.c is the whole service on one page.
 */
#pragma once

#include "kit/directory.h"
#include "kit/query.h"
#include "kit/service.h"
#include "kit/turn.h"
#include "registry.pb-c.h"
#include "registry_rows.pb-c.h"

typedef RegistryRows__Person Person;

enum {
    PERSONS,
    ROSTER,       /* owner/person: a mark on everybody who is on that committee's roster */
    BY_ID,        /* number/person                                                       */
    BY_PHONE,     /* digits/person                                                       */
    BY_NAME,      /* each end of a name/person, so that any part of it is found          */
    BY_INITIALS,  /* zgf/person                                                          */
    BY_PLACE,     /* road lane building room, in one piece/person                        */
    STALE,        /* owner/person/path                                                   */
    HISTORY,      /* person/seq                                                          */
    COUNTS,       /* committee or town/state/category/class                              */
    NEEDS,        /* service/need                                                        */
    PERSON_NEEDS, /* person/service/need: a mark on each open one                        */
    ASSIGNMENTS,  /* service/assignment                                                  */
    ACCESS,       /* person/unit/service/what: a mark on each reason to see the card     */
    MERGES,       /* a/b, the lower id first                                             */
    OPEN_MERGES,  /* committee or sjb/a~b: a mark                                        */
    HOUSEHOLDS,
    SURVEYS, /* survey/committee                                                    */
    IMPORTS,
    IMPORT_ROWS, /* batch/ordinal, in the order in which rows came                      */
    IMPORT_KEYS, /* batch/row number, and batch/whom the row designates                 */
    FILES,       /* committee/hash: the batch that was committed                        */
    STINTS,      /* owner/person/since: each time on that committee's roster            */
    UNPAIRED,    /* owner/person: a mark on everybody who is served and has no carer    */
    COUNTED,     /* committee or town: the day of its last change                       */
    PAST_COUNTS, /* committee or town/day: the counters as that day closed              */
    UNGUARDED,   /* incident/child: a mark                                              */
};

enum {
    PROPOSE,
    VERIFY,
    CHASE_CANDIDATE,
    PROPOSE_DISMISSAL,
    DISMISS,
    PROPOSE_REMOVAL,
    REMOVE,
    KEEP,
    CHASE_DECISION,
    UPDATE_FIELDS,
    SET_CATEGORIES,
    EXPIRE_CATEGORIES,
    SET_CLASS,
    EXPIRE_CLASS,
    SET_SILENT,
    EXPIRE_SILENT,
    CHECK_STALE,
    SUSPEND_AWAY,
    END_AWAY,
    END_AWAY_DUE,
    REQUEST_MOVE,
    ACCEPT_MOVE,
    REFUSE_MOVE,
    END_MOVE_DUE,
    RULE_MOVE,
    MOVE_OUT_OF_TOWN,
    REPORT_DEATH,
    CONFIRM_DEATH,
    REFUTE_DEATH,
    PROPOSE_MERGE,
    MERGE,
    REJECT_MERGE,
    UNMERGE,
    SET_HOUSEHOLD,
    PLAN_SURVEY,
    START_SURVEY,
    DECLARE_SURVEY,
    CHASE_SURVEY,
    AUDIT_SURVEY,
    START_IMPORT,
    ADD_IMPORT_ROWS,
    VALIDATE_IMPORT,
    COMMIT_IMPORT,
    COMMIT_NEXT,
    ABANDON_IMPORT,
    EXPIRE_IMPORT,
    ROLL_BACK_IMPORT,
    ROLL_BACK_NEXT,
    ASSESSED,
    FAMILY_DOCTOR_LINKED,
    HOSPITAL_FEEDBACK_RECORDED,
    NEED_OPENED,
    PRIORITY_CHANGED,
    NEED_CLOSED,
    NEED_REOPENED,
    DISPATCHED,
    VERIFICATION_DUE,
    REJECTED,
    DECLINED,
    EXPIRED,
    RECALLED,
    MARKED_IN_ERROR,
    COMPLETED,
    FAILED,
    CONTACT_RECORDED,
    PAIRED,
    UNPAIRED_BY_CARE,
    CARETAKER_NAMED,
    INCIDENT_CLOSED,

    /* Arrows that are no command of their own: back to the state before. */
    ARROWS = 400,
    BACK = ARROWS, /* BACK + state */
    IMPORT_DONE = ARROWS + 20,
    ROLL_BACK_DONE,
};

extern const struct service registry_service;
extern const struct erasing registry_erasing;

/* ---- a person's row (person.c) ---------------------------------------------------------------------
 *
 * Every change of a person is between an open and a close.  The close keeps what hangs on the row:
 * counters, indexes, the committee's roster, the history, the age of fields, and whether an import
 * may still be rolled back. */
struct change {
    Person *row;    /* NULL: refused                       */
    Person before;  /* what its fields were at the opening */
    bool by_import; /* it is the import itself             */
};

/* The person whom `id` names now: an alias leads to its survivor (R13).  NULL: nobody. */
const Person *find_person(struct turn *turn, const char *id);

/* The row of that very id: a timer is of the row that set it, and not of the survivor of a merge
 * since.  NULL: there is none, or it is an alias. */
const Person *row_of_timer(struct turn *turn, const char *id);

/* NOT_FOUND when there is nobody. */
struct change open_person(struct turn *turn, const char *id);

/* The same, moved along the arrow of the command in hand, or of `word`.  WRONG_STATE. */
struct change move_person(struct turn *turn, const char *id);
struct change move_person_as(struct turn *turn, const char *id, int32_t word);

/* `what` is the line of the history: the command's or event's name.  Returns the outcome. */
int close_person(struct turn *turn, struct change *change, const char *what);

/* The row is gone, and all that hangs on it: an import is rolled back. */
void drop_person(struct turn *turn, const char *id);

/* The row as it is now, to be kept; and the row as it was kept, put back. */
Person *keep_person(struct turn *turn, const Person *row);
void restore_person(struct change *change, const Person *was);

/* A timer of a person: its subject carries the owner. */
void remind_person(struct turn *turn, const Person *person, uint64_t due_ms,
                   const ProtobufCMessage *command);

/* NOT_FOUND, and WRONG_STATE for those who are not on the roster or are said to have died. */
struct change open_living(struct turn *turn, const char *id);

int age_of(struct turn *turn, const Person *person); /* in years today; -1: unknown */
bool on_roster(RegistryRows__PersonState state);     /* is somebody's to know of */
bool is_served(RegistryRows__PersonState state);     /* is contacted: verified, alive, not gone */
bool is_centre(struct turn *turn, const char *unit);
const char *state_name(RegistryRows__PersonState state);

/* ---- figures (figures.c) ----------------------------------------------------------------------------- */

void set_mark(struct turn *turn, unsigned table, const char *key, bool on);

/* The row was `before` and is `after`, which is NULL when it is dropped: counters, roster, and the
 * list of those without a carer follow. */
void refigure(struct turn *turn, const Person *before, Person *after);

/* The carer who has the person now; "": nobody. */
void pair_person(struct turn *turn, Person *person, const char *carer);

/* ---- guards (person.c) ------------------------------------------------------------------------------ */

bool is_name(struct turn *turn, const char *text, const char *field);
bool by_owner(struct turn *turn, const Person *person); /* NOT_OWNING_COMMITTEE */
bool by_sjb(struct turn *turn);
bool by_timer(struct turn *turn);
bool from_service(struct turn *turn, const char *service); /* which may act for anybody */
const char *who(struct turn *turn);                        /* the post that acts, else its unit */

/* ---- the card (card.c) ------------------------------------------------------------------------------- */

/* Paths that a change touched. */
struct paths {
    const char **items;
    size_t count;
    size_t room;
};

/* A card of the sender's as it is kept: numbers and phones in one form, birth and sex from the
 * number where they are not given.  Refuses BAD_FIELD for what cannot be: a wrong check digit, a
 * birth that is no date. */
Town__Card *tidy_card(struct turn *turn, const Town__Card *card);

/* `old` with what `news` says besides: an absent field erases nothing, the text 清空 does, and so
 * does a path in `clear`.  Neither is changed; `old` may be NULL. */
Town__Card *merge_cards(struct turn *turn, const Town__Card *old, const Town__Card *news,
                        char *const *clear, size_t clear_count, struct paths *ret_paths);

/* `old` with the fields of `news` that `old` leaves blank. */
Town__Card *fill_blanks(struct turn *turn, const Town__Card *old, const Town__Card *news,
                        struct paths *ret_paths);

/* `card` with each path as `as` has it. */
Town__Card *set_back(struct turn *turn, const Town__Card *card, const Town__Card *as,
                     char *const *paths, size_t count);

/* The paths at which two cards differ. */
void diff_cards(struct turn *turn, const Town__Card *a, const Town__Card *b,
                struct paths *ret_paths);

/* True if both have the same there. */
bool same_at(struct turn *turn, const Town__Card *a, const Town__Card *b, const char *path);
bool blank_at(const Town__Card *card, const char *path);

/* Which class of access a path is in. */
enum group {
    IDENTITY = 1,
    CONTACT = 2,
    LIVING = 4,
    HEALTH = 8,
    MENTAL = 16,
    EVERYTHING = 31,
};
enum group group_of(const char *path);

/* Writes a card that holds those groups only; its parts are lent by `full`. */
void trim_card(const Town__Card *full, unsigned groups, Town__Card *ret_card);

/* What a unit that was asked to help may see: a centre health, a carer never a diagnosis.  Of a
 * child under 14 a number is nobody's but the owner's. */
unsigned groups_for_target(bool centre, bool minor);
bool is_minor(const Town__Card *card, uint64_t now_ms);

/* Provenance of the paths. */
void note_source(struct turn *turn, Person *person, const struct paths *paths,
                 const Town__Card *from);
uint64_t changed_at(const Person *person, const char *path); /* 0: never */

/* ---- categories (category.c) --------------------------------------------------------------------------- */

/* Sorted, each once, no CATEGORY_ABSENT; refuses BAD_FIELD for one that is none, NO_REASON-less
 * OTHER_PROTECTED too. */
struct categories {
    Registry__Category *items;
    size_t count;
};
struct categories tidy_categories(struct turn *turn, const Registry__Category *items, size_t count,
                                  const char *other_reason);
struct categories with_category(struct turn *turn, const Person *person, Registry__Category one);
bool same_categories(const Registry__Category *a, size_t a_count, const Registry__Category *b,
                     size_t b_count);

/* A child of 77, an orphaned elder of 30. */
bool category_fits_age(Registry__Category category, int age);

#define SILENT_BY_CATEGORY "S-071"

/* Somebody of these categories and that age (-1: unknown) will not ask for help. */
bool makes_silent(const Registry__Category *items, size_t count, int age);

/* The categories that a text names (独居、重残); false: some word of it is none. */
bool read_categories(const char *text, Registry__Category *items, size_t *ret_count);
enum { CATEGORIES = 13 };

/* ---- shared between subjects ----------------------------------------------------------------------------- */

/* The new values, with events and timers; used by commands, imports and other services' events. */
void put_categories(struct turn *turn, struct change *change, struct categories categories,
                    uint64_t expires_ms, const char *reason);
void put_class(struct turn *turn, struct change *change, Registry__Class class, uint64_t expires_ms,
               const char *reason);
void put_silent(struct turn *turn, struct change *change, bool silent, uint64_t expires_ms,
                const char *reason);
void put_fields(struct turn *turn, struct change *change, const Town__Card *card,
                char *const *clear, size_t clear_count);

/* Sets the next look at the age of phone, medicines and class. */
void watch_age(struct turn *turn, Person *person);
void forget_age(struct turn *turn, const Person *person);

/* All clocks of what is known of a person: they stop when somebody is gone, and start again when that
 * was a mistake. */
void stop_clocks(struct turn *turn, const Person *person);
void start_clocks(struct turn *turn, Person *person);

/* Somebody is back in a state of before (a death was a mistake, a merge is undone): the clock of that
 * state runs again, and all the others. */
void resume_person(struct turn *turn, Person *row);

/* Somebody with the same number, or the same name and phone, is on the roster already: says so, and
 * proposes that they are one. */
void look_for_double(struct turn *turn, const Person *person);
void propose_merge(struct turn *turn, const char *a, const char *b, const char *evidence);

/* Is there an open need of P0 to P2? */
bool has_urgent_need(struct turn *turn, const char *person);

/* Open needs and reasons to see the card follow the person when two ids become one, and part again. */
void merge_needs(struct turn *turn, const char *alias, const char *survivor);
void part_needs(struct turn *turn, const char *survivor, const char *alias);

/* From nothing (or from one who left) to CANDIDATE: what Propose and an import have in common. */
struct candidate {
    const char *person;
    const char *owner;
    const char *source;
    const Town__Card *card; /* tidied */
    struct categories categories;
    const char *other_reason;
};
void make_candidate(struct turn *turn, const struct candidate *candidate,
                    struct change *ret_change);

struct verification {
    struct categories categories;
    const char *other_reason;
    Registry__Class class;
    const char *basis;
};
void make_active(struct turn *turn, struct change *change, const struct verification *as);

/* An absence begins or goes on; the host may be NULL. */
void put_away(struct turn *turn, struct change *change, const char *kind, uint64_t until_ms,
              const Town__Card *host);

/* One row of a sheet, judged against itself, its file and the roster (import_judge.c). */
void judge_row(struct turn *turn, const RegistryRows__Import *import, RegistryRows__ImportRow *row,
               uint32_t ordinal);
bool has_code(const RegistryRows__ImportRow *row, Registry__CellCode code);

/* Carries out one row, or takes it back (import_commit.c). */
void commit_row(struct turn *turn, RegistryRows__Import *import, RegistryRows__ImportRow *row,
                uint32_t ordinal);
void roll_back_row(struct turn *turn, RegistryRows__Import *import, RegistryRows__ImportRow *row);
const char *row_key(struct turn *turn, const char *batch, uint32_t ordinal);

/* ---- handlers ------------------------------------------------------------------------------------------ */

#define HANDLER(name) int name(struct turn *turn, const void *message)
HANDLER(on_propose);
HANDLER(on_verify);
HANDLER(on_chase_candidate);
HANDLER(on_propose_dismissal);
HANDLER(on_dismiss);
HANDLER(on_propose_removal);
HANDLER(on_remove);
HANDLER(on_keep);
HANDLER(on_chase_decision);
HANDLER(on_update_fields);
HANDLER(on_set_categories);
HANDLER(on_expire_categories);
HANDLER(on_set_class);
HANDLER(on_expire_class);
HANDLER(on_set_silent);
HANDLER(on_expire_silent);
HANDLER(on_check_stale);
HANDLER(on_suspend_away);
HANDLER(on_end_away);
HANDLER(on_end_away_due);
HANDLER(on_request_move);
HANDLER(on_accept_move);
HANDLER(on_refuse_move);
HANDLER(on_end_move_due);
HANDLER(on_rule_move);
HANDLER(on_move_out_of_town);
HANDLER(on_report_death);
HANDLER(on_confirm_death);
HANDLER(on_refute_death);
HANDLER(on_propose_merge);
HANDLER(on_merge);
HANDLER(on_reject_merge);
HANDLER(on_unmerge);
HANDLER(on_set_household);
HANDLER(on_plan_survey);
HANDLER(on_start_survey);
HANDLER(on_declare_survey);
HANDLER(on_chase_survey);
HANDLER(on_audit_survey);
HANDLER(on_start_import);
HANDLER(on_add_import_rows);
HANDLER(on_validate_import);
HANDLER(on_commit_import);
HANDLER(on_commit_next);
HANDLER(on_abandon_import);
HANDLER(on_expire_import);
HANDLER(on_roll_back_import);
HANDLER(on_roll_back_next);
HANDLER(on_assessed);
HANDLER(on_family_doctor_linked);
HANDLER(on_hospital_feedback_recorded);
HANDLER(on_need_opened);
HANDLER(on_priority_changed);
HANDLER(on_need_closed);
HANDLER(on_need_reopened);
HANDLER(on_dispatched);
HANDLER(on_verification_due);
HANDLER(on_rejected);
HANDLER(on_declined);
HANDLER(on_expired);
HANDLER(on_recalled);
HANDLER(on_marked_in_error);
HANDLER(on_completed);
HANDLER(on_failed);
HANDLER(on_contact_recorded);
HANDLER(on_paired);
HANDLER(on_unpaired);
HANDLER(on_caretaker_named);
HANDLER(on_incident_closed);
#undef HANDLER

/* ---- questions (queries_*.c) ------------------------------------------------------------------------------ */

int ask_card(struct ask *ask, const void *message);
int ask_find_person(struct ask *ask, const void *message);
int ask_counts(struct ask *ask, const void *message);
int ask_coverage(struct ask *ask, const void *message);
int ask_roster_at(struct ask *ask, const void *message);
int ask_unpaired(struct ask *ask, const void *message);
int ask_stale(struct ask *ask, const void *message);
int ask_duplicates(struct ask *ask, const void *message);
int ask_history(struct ask *ask, const void *message);
int ask_import_of(struct ask *ask, const void *message);
