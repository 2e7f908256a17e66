/* What units ask of the organisation.  Nothing here is about protected people. */
#include <string.h>

#include "organisation/organisation.h"

typedef OrganisationRows__Post Post;
typedef OrganisationRows__Unit Unit;
typedef OrganisationRows__Roster Roster;
typedef OrganisationRows__Catchment Catchment;
typedef OrganisationRows__Policy Policy;
typedef OrganisationRows__Endpoint Endpoint;
typedef Organisation__WhoIsAnswer WhoIs;

struct then {
    const OrganisationRows__Holder *holder;
    uint64_t at_ms;
};

/* post/since, in order: the last that had begun. */
static bool find_then(void *context, const char *key, const void *row)
{
    struct then *then = context;
    const OrganisationRows__Holder *holder = row;

    (void)key;
    if (holder->since_ms > then->at_ms)
        return false;
    then->holder = holder;
    return true;
}

/* Who acted at a moment that is past: what is not of then is left out. */
static void tell_then(struct ask *ask, WhoIs *answer, uint64_t at_ms)
{
    struct then then = { .at_ms = at_ms };

    ask_each(ask, HOLDERS, ask_text(ask, "%s/", answer->post), find_then, &then);
    answer->holder = then.holder == NULL ? "" : then.holder->holder;
    answer->why = then.holder == NULL ? "" : then.holder->why;
    answer->state = "";
}

int ask_who_is(struct ask *ask, const void *message)
{
    const Organisation__WhoIs *question = message;
    const Post *post = question->post[0] == '\0' ? NULL : ask_load(ask, POSTS, question->post);

    if (post == NULL)
        return ask_refuse(ask, TOWN__REFUSAL__NOT_FOUND, "no such post");
    WhoIs *answer = ask_new(ask, &organisation__who_is_answer__descriptor);
    if (answer != NULL) {
        tell_post(answer, post);
        if (question->at_ms != 0 && question->at_ms < ask->now_ms)
            tell_then(ask, answer, question->at_ms);
    }
    return ask_give(ask, answer);
}

/* ---- who is on duty --------------------------------------------------------------------------------- */

struct duty {
    struct ask_list list;
    uint64_t at_ms;
};

static bool add_slot(void *context, const char *key, const void *row)
{
    struct duty *duty = context;
    const Roster *roster = row;

    (void)key;
    for (size_t i = 0; i < roster->n_slots; i++) {
        if (duty->at_ms < roster->slots[i]->from_ms || duty->at_ms >= roster->slots[i]->until_ms)
            continue;
        const Post *post = ask_load(duty->list.ask, POSTS, roster->slots[i]->post);
        WhoIs *answer = post == NULL ? NULL : ask_push(&duty->list, sizeof(*answer));
        if (answer != NULL)
            tell_post(answer, post);
    }
    return duty->list.ask->outcome == 0;
}

/* By the roster; where none covers the moment, the unit's duty post. */
int ask_on_duty(struct ask *ask, const void *message)
{
    const Organisation__OnDuty *question = message;
    struct duty duty = { .list = { .ask = ask },
                         .at_ms = question->at_ms == 0 ? ask->now_ms : question->at_ms };
    const Unit *unit = question->unit[0] == '\0' ? NULL : ask_load(ask, UNITS, question->unit);

    if (unit == NULL)
        return ask_refuse(ask, TOWN__REFUSAL__NOT_FOUND, "no such unit");
    ask_each(ask, ROSTERS, ask_text(ask, "%s/", question->unit), add_slot, &duty);
    if (duty.list.count == 0 && unit->duty_post[0] != '\0')
        add_post(&duty.list, ask_text(ask, "%s/%s", question->unit, unit->duty_post), NULL);

    Organisation__OnDutyAnswer *answer = ask_new(ask, &organisation__on_duty_answer__descriptor);
    if (answer != NULL) {
        answer->n_posts = duty.list.count;
        answer->posts = (WhoIs **)duty.list.items;
    }
    return ask_give(ask, answer);
}

/* ---- catchments and policies, as of a moment --------------------------------------------------------- */

static const char *centre_at(const Catchment *row, uint64_t at_ms)
{
    const char *centre = "";
    uint64_t from_ms = 0;

    for (size_t i = 0; row != NULL && i < row->n_history; i++) {
        if (row->history[i]->from_ms <= at_ms && row->history[i]->from_ms >= from_ms) {
            centre = row->history[i]->centre;
            from_ms = row->history[i]->from_ms;
        }
    }
    return centre;
}

int ask_catchment_of(struct ask *ask, const void *message)
{
    const Organisation__CatchmentOf *question = message;
    uint64_t at_ms = question->at_ms == 0 ? ask->now_ms : question->at_ms;
    const char *centre = "";

    if (question->committee[0] == '\0')
        return ask_refuse(ask, TOWN__REFUSAL__BAD_FIELD, "committee: is missing");
    if (question->kind[0] != '\0')
        centre = centre_at(
            ask_load(ask, CATCHMENTS, ask_text(ask, "%s/%s", question->committee, question->kind)),
            at_ms);
    if (centre[0] == '\0')
        centre = centre_at(ask_load(ask, CATCHMENTS, ask_text(ask, "%s/any", question->committee)),
                           at_ms);
    if (centre[0] == '\0')
        return ask_refuse(ask, TOWN__REFUSAL__NOT_FOUND, "no centre serves it");
    Organisation__CatchmentAnswer *answer =
        ask_new(ask, &organisation__catchment_answer__descriptor);
    if (answer != NULL) {
        answer->committee = question->committee;
        answer->centre = centre;
        answer->kind = question->kind;
    }
    return ask_give(ask, answer);
}

struct policies {
    struct ask_list list;
    uint64_t at_ms;
};

static bool add_policy(void *context, const char *key, const void *row)
{
    struct policies *policies = context;
    const Policy *policy = row;
    const OrganisationRows__PolicyValue *value = NULL;

    (void)key;
    for (size_t i = 0; i < policy->n_history; i++)
        if (policy->history[i]->from_ms <= policies->at_ms
            && (value == NULL || policy->history[i]->from_ms >= value->from_ms))
            value = policy->history[i];
    if (value == NULL)
        return true;
    Organisation__PolicyRecord *record = ask_push(&policies->list, sizeof(*record));
    if (record == NULL)
        return false;
    organisation__policy_record__init(record);
    record->key = policy->key;
    record->scope = policy->scope;
    record->value = value->value;
    record->unit = value->unit;
    record->calendar = value->calendar;
    record->status = value->status;
    return policies->list.ask->outcome == 0;
}

/* `key` may be the beginning of keys that ends in a dot: `need.` asks for all of the kernel's. */
int ask_policy_at(struct ask *ask, const void *message)
{
    const Organisation__PolicyAt *question = message;
    struct policies policies = { .list = { .ask = ask },
                                 .at_ms = question->at_ms == 0 ? ask->now_ms : question->at_ms };
    size_t length = strlen(question->key);
    bool whole = length > 0 && question->key[length - 1] != '.';

    ask_each(ask, POLICIES, whole ? ask_text(ask, "%s/", question->key) : question->key, add_policy,
             &policies);
    if (whole && policies.list.count == 0)
        return ask_refuse(ask, TOWN__REFUSAL__NOT_FOUND, "no such policy");
    Organisation__PolicyAtAnswer *answer =
        ask_new(ask, &organisation__policy_at_answer__descriptor);
    if (answer != NULL) {
        answer->n_records = policies.list.count;
        answer->records = (Organisation__PolicyRecord **)policies.list.items;
    }
    return ask_give(ask, answer);
}

/* ---- silence ------------------------------------------------------------------------------------------ */

struct silent {
    struct ask_list list;
    uint32_t limit;
};

static bool add_silent(void *context, const char *key, const void *row)
{
    struct silent *silent = context;
    const Endpoint *endpoint = row;

    (void)key;
    if (endpoint->state <= ORGANISATION_ROWS__LINK_STATE__UP)
        return true;
    Organisation__SilentUnit *unit = ask_push(&silent->list, sizeof(*unit));
    if (unit == NULL)
        return false;
    organisation__silent_unit__init(unit);
    unit->unit = endpoint->unit;
    unit->state = row_state(&organisation_rows__link_state__descriptor, (int)endpoint->state);
    unit->since_ms = endpoint->since_ms;
    return silent->list.count < silent->limit;
}

/* The endpoints are the town's units, some sixty: they are walked. */
int ask_silent_units(struct ask *ask, const void *message)
{
    const Organisation__SilentUnits *question = message;
    struct silent silent = { .list = { .ask = ask },
                             .limit = question->limit == 0 ? 100 : question->limit };

    ask_each(ask, ENDPOINTS, "", add_silent, &silent);
    Organisation__SilentUnitsAnswer *answer =
        ask_new(ask, &organisation__silent_units_answer__descriptor);
    if (answer != NULL) {
        answer->n_units = silent.list.count;
        answer->units = (Organisation__SilentUnit **)silent.list.items;
    }
    return ask_give(ask, answer);
}
