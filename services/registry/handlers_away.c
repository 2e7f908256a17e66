/* Away for a while, and moved to another committee or out of the town: never without an owner. */
#include <string.h>

#include "referral.pb-c.h"
#include "registry/registry.h"

typedef Town__Card Card;

#define S(state) REGISTRY_ROWS__PERSON_STATE__##state

/* ---- away ------------------------------------------------------------------------------------------------ */

static bool known_kind(const char *kind)
{
    static const char *const kinds[] = { "hospital", "relative", "institution", "travel", NULL };

    for (size_t i = 0; kinds[i] != NULL; i++)
        if (strcmp(kinds[i], kind) == 0)
            return true;
    return false;
}

void put_away(struct turn *turn, struct change *change, const char *kind, uint64_t until_ms,
              const Card *host)
{
    Person *row = change->row;

    if (row == NULL || turn->outcome != 0)
        return;
    row->away_kind = kind;
    row->away_until_ms = until_ms;
    row->host = host == NULL ? row->host : merge_cards(turn, NULL, host, NULL, 0, NULL);
    Registry__EndAwayDue end = { IS(registry__end_away_due), .person = row->person };
    remind_person(turn, row, until_ms, &end.base);

    Registry__AwayStarted event = { IS(registry__away_started), .person = row->person,
                                    .kind = row->away_kind, .until_ms = row->away_until_ms,
                                    .owner = row->owner };
    turn_emit(turn, row->owner, &event.base);
}

/* The committee, or a service that has heard of it: care from a carer, homes from a home, incident
 * from whoever stood at the door. */
static bool may_tell(struct turn *turn, const Person *person)
{
    if (from_service(turn, "care") || from_service(turn, "homes") || from_service(turn, "incident"))
        return turn->outcome == 0;
    return by_owner(turn, person);
}

int on_suspend_away(struct turn *turn, const void *message)
{
    const Registry__SuspendAway *away = message;

    struct change change = move_person(turn, away->person);
    if (change.row == NULL || !may_tell(turn, change.row))
        return turn->outcome;
    uint64_t longest_ms = directory_due(turn, "registry.away_max", "", turn->now_ms);
    uint64_t until_ms = away->until_ms == 0 ? longest_ms : away->until_ms;
    if (!known_kind(away->kind))
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD,
                           "kind: hospital, relative, institution or travel");
    if (until_ms <= turn->now_ms)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "until_ms: is past");
    if (until_ms > longest_ms && turn->outcome == 0)
        return turn_refuse(turn, TOWN__REFUSAL__OVER_LIMIT,
                           "longer than an absence may be without a new word");
    /* The daily contact becomes a check with the host: so somebody must be there to be asked. */
    const Card *host = tidy_card(turn, away->host);
    if (host->n_phones == 0 && host->name[0] == '\0')
        return turn_refuse(turn, REGISTRY__REFUSAL__NO_HOST, "who can be asked there?");
    put_away(turn, &change, away->kind, until_ms, host);
    return close_person(turn, &change, "AwayStarted");
}

static int end_away(struct turn *turn, struct change *change)
{
    Person *row = change->row;

    Registry__AwayEnded event = { IS(registry__away_ended), .person = row->person,
                                  .kind = row->away_kind, .owner = row->owner };
    row->away_kind = "";
    row->away_until_ms = 0;
    row->host = NULL;
    turn_forget(turn, row->person, &registry__end_away_due__descriptor);
    turn_emit(turn, row->owner, &event.base);
    return close_person(turn, change, "AwayEnded");
}

int on_end_away(struct turn *turn, const void *message)
{
    const Registry__EndAway *end = message;

    struct change change = move_person(turn, end->person);
    if (change.row == NULL || !may_tell(turn, change.row))
        return turn->outcome;
    return end_away(turn, &change);
}

int on_end_away_due(struct turn *turn, const void *message)
{
    const Registry__EndAwayDue *end = message;

    if (!by_timer(turn))
        return turn->outcome;
    const Person *person = row_of_timer(turn, end->person);
    if (person == NULL || person->state != S(AWAY))
        return turn->outcome;
    struct change change = move_person(turn, end->person);
    return change.row == NULL ? turn->outcome : end_away(turn, &change);
}

/* The hospital keeps the person: whoever was told to visit finds an empty flat otherwise. */
int on_hospital_feedback_recorded(struct turn *turn, const void *message)
{
    const Referral__HospitalFeedbackRecorded *event = message;
    const Person *person = find_person(turn, event->person);

    if (!event->admitted || person == NULL
        || !turn_may_move(turn, PERSONS, person->person, SUSPEND_AWAY))
        return turn->outcome;
    uint64_t longest_ms = directory_due(turn, "registry.away_max", "", turn->now_ms);
    uint64_t until_ms = event->until_ms <= turn->now_ms || event->until_ms > longest_ms
                            ? longest_ms
                            : event->until_ms;
    Card *host = turn_array(turn, 1, sizeof(*host));
    town__card__init(host);
    host->name = event->hospital;
    struct change change = move_person_as(turn, event->person, SUSPEND_AWAY);
    put_away(turn, &change, "hospital", until_ms, host);
    return close_person(turn, &change, "AwayStarted");
}
