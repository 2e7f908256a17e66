/*
 * benefit: people, as registry's events tell of them.  What is heard here is never refused: it
 * happened.  An event about somebody benefit has not heard of is none of its own.
 */
#include <string.h>

#include "benefit/benefit.h"

#define P(standing) BENEFIT_ROWS__PERSON__STANDING__##standing
#define M(state) BENEFIT_ROWS__MATCH__STATE__##state
#define WHY(code) BENEFIT__WHY_NOT_CODE__##code

enum { ALIASES_MOST = 8 };

const Person *find_person(struct turn *turn, const char *id, const char **ret_id)
{
    const Person *person = id[0] == '\0' ? NULL : turn_load(turn, PEOPLE, id);

    for (int i = 0; person != NULL && person->alias_of[0] != '\0' && i < ALIASES_MOST; i++) {
        id = turn_text(turn, "%s", person->alias_of);
        person = turn_load(turn, PEOPLE, id);
    }
    *ret_id = id;
    return person;
}

/* ---- rows that follow a person ------------------------------------------------------------------- */

static void count_in(struct turn *turn, const Person *person, const char *id)
{
    BenefitRows__Committee *committee = turn_edit(turn, COMMITTEES, person->owner);

    committee->people++;
    if (person->class_ == REGISTRY__CLASS__RED) {
        BenefitRows__Red *red = turn_edit(turn, REDS, turn_key(turn, "%s/%s", person->owner, id));
        red->red = true;
    }
}

static void count_out(struct turn *turn, const Person *person, const char *id)
{
    BenefitRows__Committee *committee = turn_edit(turn, COMMITTEES, person->owner);
    const char *red = turn_key(turn, "%s/%s", person->owner, id);

    if (committee->people > 0)
        committee->people--;
    if (turn_load(turn, REDS, red) != NULL)
        turn_drop(turn, REDS, red);
}

/* A person who is on the roster, to be changed; NULL: nobody we know. */
static Person *open_person(struct turn *turn, const char *id)
{
    const Person *present = turn_load(turn, PEOPLE, id);

    if (present == NULL || present->standing != P(ON_ROSTER))
        return NULL;
    Person *person = turn_edit(turn, PEOPLE, id);
    count_out(turn, person, id);
    return person;
}

/* Another committee: its list has the person's matches from now on. */
static void carry_match(struct turn *turn, const char *id, void *context)
{
    const char *committee = context;
    const Match *present = turn_load(turn, MATCHES, id);

    if (present == NULL)
        return;
    Match *match = turn_edit(turn, MATCHES, id);
    turn_drop(turn, ENTRIES, entry_key(turn, match->benefit, match->committee, match->person));
    BenefitRows__Entry *entry =
        turn_edit(turn, ENTRIES, entry_key(turn, match->benefit, committee, match->person));
    entry->match = id;
    if (strcmp(match->via_unit, match->committee) == 0)
        match->via_unit = committee;
    match->committee = committee;
}

static void set_owner(struct turn *turn, const char *id, Person *person, const char *owner)
{
    const char *committee = turn_text(turn, "%s", owner);

    if (strcmp(person->owner, owner) == 0)
        return;
    each_match(turn, id, carry_match, (void *)(uintptr_t)committee);
    carry_visits(turn, id, committee);
    person->owner = committee;
}

/* ---- on the roster ------------------------------------------------------------------------------- */

static void set_categories(struct turn *turn, Person *person, size_t count,
                           const Registry__Category *categories)
{
    Registry__Category *kept = turn_array(turn, count, sizeof(*kept));

    person->n_categories = 0;
    for (size_t i = 0; i < count; i++)
        if (!names_illness(categories[i]))
            kept[person->n_categories++] = categories[i];
    person->categories = kept;
}

/* What was proposed and no longer fits goes; what a person was promised stays. */
static void judge_again(struct turn *turn, const char *id, void *context)
{
    const Person *person = context;
    const Match *match = turn_load(turn, MATCHES, id);
    const Benefit *benefit = match == NULL ? NULL : turn_load(turn, BENEFITS, match->benefit);
    struct judgement judgement;

    if (benefit == NULL || match->run[0] != '\0' /* on a frozen list */
        || (match->state != M(PROPOSED) && match->state != M(SCREENED)))
        return;
    judge(benefit, person, turn->now_ms, &judgement);
    if (!judgement.fits)
        drop_match(turn, id, judgement.codes[0], "the rule fits no more");
}

static void look_again(struct turn *turn, const char *id, Person *person)
{
    count_in(turn, person, id);
    each_match(turn, id, judge_again, person);
    match_all(turn, id);
}

int on_verified(struct turn *turn, const void *message)
{
    const Registry__Verified *event = message;
    const Person *present = turn_load(turn, PEOPLE, event->person);
    Person *person = turn_edit(turn, PEOPLE, event->person);

    if (present != NULL && present->standing == P(ON_ROSTER))
        count_out(turn, person, event->person);
    if (person->number == 0) {
        person->number = (uint32_t)turn_number(turn, "person");
        BenefitRows__Seat *seat = turn_edit(turn, SEATS, turn_key(turn, "%08u", person->number));
        seat->person = event->person;
    }
    if (person->owner[0] != '\0')
        set_owner(turn, event->person, person, event->owner);
    person->owner = event->owner;
    person->standing = P(ON_ROSTER);
    person->alias_of = "";
    person->class_ = event->class_;
    person->silent = event->silent;
    set_categories(turn, person, event->n_categories, event->categories);
    look_again(turn, event->person, person);
    return turn->outcome;
}

int on_categories_set(struct turn *turn, const void *message)
{
    const Registry__CategoriesSet *event = message;
    Person *person = open_person(turn, event->person);

    if (person == NULL)
        return turn->outcome;
    set_categories(turn, person, event->n_to, event->to);
    look_again(turn, event->person, person);
    return turn->outcome;
}

int on_class_set(struct turn *turn, const void *message)
{
    const Registry__ClassSet *event = message;
    Person *person = open_person(turn, event->person);

    if (person == NULL)
        return turn->outcome;
    person->class_ = event->to;
    look_again(turn, event->person, person);
    return turn->outcome;
}

int on_silent_set(struct turn *turn, const void *message)
{
    const Registry__SilentSet *event = message;
    Person *person = open_person(turn, event->person);

    if (person == NULL)
        return turn->outcome;
    person->silent = event->to;
    look_again(turn, event->person, person);
    return turn->outcome;
}

static int set_away(struct turn *turn, const char *id, bool away)
{
    if (turn_load(turn, PEOPLE, id) == NULL)
        return 0;
    Person *person = turn_edit(turn, PEOPLE, id);
    person->away = away;
    return turn->outcome;
}

int on_away_started(struct turn *turn, const void *message)
{
    return set_away(turn, ((const Registry__AwayStarted *)message)->person, true);
}

int on_away_ended(struct turn *turn, const void *message)
{
    return set_away(turn, ((const Registry__AwayEnded *)message)->person, false);
}

int on_moved(struct turn *turn, const void *message)
{
    const Registry__Moved *event = message;
    Person *person = open_person(turn, event->person);

    if (person == NULL)
        return turn->outcome;
    set_owner(turn, event->person, person, event->to);
    look_again(turn, event->person, person);
    return turn->outcome;
}

/* ---- off the roster ------------------------------------------------------------------------------ */

static void end_match(struct turn *turn, const char *id, void *context)
{
    const Benefit__WhyNotCode *code = context;

    drop_match(turn, id, *code, *code == WHY(PERSON_DEAD) ? "died" : "off the roster");
}

static int take_off(struct turn *turn, const char *id, Benefit__WhyNotCode code)
{
    const Person *present = turn_load(turn, PEOPLE, id);

    if (present == NULL || present->standing == P(DEAD) || present->standing == P(GONE))
        return 0;
    Person *person = turn_edit(turn, PEOPLE, id);
    if (person->standing == P(ON_ROSTER))
        count_out(turn, person, id);
    person->standing = code == WHY(PERSON_DEAD) ? P(DEAD) : P(GONE);
    each_match(turn, id, end_match, &code);
    move_visits(turn, id, DROP, code);
    return turn->outcome;
}

int on_removed(struct turn *turn, const void *message)
{
    return take_off(turn, ((const Registry__Removed *)message)->person, WHY(NOT_ON_ROSTER));
}

int on_left_town(struct turn *turn, const void *message)
{
    return take_off(turn, ((const Registry__LeftTown *)message)->person, WHY(NOT_ON_ROSTER));
}

int on_death_confirmed(struct turn *turn, const void *message)
{
    return take_off(turn, ((const Registry__DeathConfirmed *)message)->person, WHY(PERSON_DEAD));
}

static void stop_clock(struct turn *turn, const char *id, void *context)
{
    (void)context;
    turn_forget(turn, id, &benefit__chase_match__descriptor);
}

/* The due time stands in the row: what is overdue by then is chased at once. */
static void go_on(struct turn *turn, const char *id, void *context)
{
    const Match *match = turn_load(turn, MATCHES, id);
    Benefit__ChaseMatch chase = { IS(benefit__chase_match), .match = id };

    (void)context;
    if (match == NULL || match->due_ms == 0)
        return;
    struct turn_timer timer = { .key = id,
                                .due_ms =
                                    match->due_ms < turn->now_ms ? turn->now_ms : match->due_ms,
                                .unit = match->committee,
                                .command = &chase.base };
    turn_time(turn, &timer);
}

/* Nobody calls, nobody knocks, from this moment on (N6). */
int on_death_reported(struct turn *turn, const void *message)
{
    const Registry__DeathReported *event = message;
    Person *person = open_person(turn, event->person);

    if (person == NULL)
        return turn->outcome;
    person->standing = P(DEATH_REPORTED);
    each_match(turn, event->person, stop_clock, NULL);
    move_visits(turn, event->person, SUSPEND, WHY(PERSON_DEAD));
    return turn->outcome;
}

int on_death_refuted(struct turn *turn, const void *message)
{
    const Registry__DeathRefuted *event = message;
    const Person *present = turn_load(turn, PEOPLE, event->person);

    if (present == NULL || present->standing != P(DEATH_REPORTED))
        return 0;
    Person *person = turn_edit(turn, PEOPLE, event->person);
    person->standing = P(ON_ROSTER);
    count_in(turn, person, event->person);
    each_match(turn, event->person, go_on, NULL);
    move_visits(turn, event->person, RESTORE, WHY(WHY_NOT_ABSENT));
    return turn->outcome;
}

/* ---- one person under two ids -------------------------------------------------------------------- */

struct grants {
    struct turn *turn;
    const char *to;
    const char *keys[64];
    BenefitRows__Grant rows[64];
    size_t count;
};

static bool note_grant(void *context, const char *key, const void *row)
{
    struct grants *grants = context;

    grants->keys[grants->count] = turn_text(grants->turn, "%s", key);
    grants->rows[grants->count++] = *(const BenefitRows__Grant *)row;
    return grants->count < sizeof(grants->keys) / sizeof(grants->keys[0]);
}

static struct grants grants_of(struct turn *turn, const char *person)
{
    struct grants grants = { .turn = turn };

    turn_each(turn, GRANTS, turn_text(turn, "%s/", person), note_grant, &grants);
    return grants;
}

/* What the alias had, the survivor has had: nobody gets a thing twice by having two names. */
int on_merged(struct turn *turn, const void *message)
{
    const Registry__Merged *event = message;
    const Person *alias = turn_load(turn, PEOPLE, event->alias);

    if (alias == NULL)
        return 0;
    const BenefitRows__Person__Standing before = alias->standing;
    struct grants grants = grants_of(turn, event->alias);
    for (size_t i = 0; i < grants.count; i++) {
        const char *rest = strchr(grants.keys[i], '/') + 1;
        BenefitRows__Grant *copy =
            turn_edit(turn, GRANTS, turn_key(turn, "%s/%s", event->survivor, rest));
        copy->benefit = grants.rows[i].benefit;
        copy->run = grants.rows[i].run;
        copy->at_ms = grants.rows[i].at_ms;
        copy->as_person = event->alias;
    }
    take_off(turn, event->alias, WHY(NOT_ON_ROSTER));
    Person *row = turn_edit(turn, PEOPLE, event->alias);
    if (row->alias_of[0] == '\0')
        row->before = before;
    row->alias_of = event->survivor;
    return turn->outcome;
}

/* The alias comes back as it was; on the roster its matches are proposed anew. */
int on_unmerged(struct turn *turn, const void *message)
{
    const Registry__Unmerged *event = message;
    const Person *present = turn_load(turn, PEOPLE, event->alias);

    if (present == NULL || present->alias_of[0] == '\0')
        return 0;
    struct grants grants = grants_of(turn, event->survivor);
    for (size_t i = 0; i < grants.count; i++)
        if (strcmp(grants.rows[i].as_person, event->alias) == 0)
            turn_drop(turn, GRANTS, grants.keys[i]);
    Person *alias = turn_edit(turn, PEOPLE, event->alias);
    alias->alias_of = "";
    alias->standing = alias->before;
    if (alias->standing == P(ON_ROSTER))
        look_again(turn, event->alias, alias);
    return turn->outcome;
}
