/*
 * homes: registered, paired, and what new cases make of a home.
 */
#include <string.h>

#include "homes/homes.h"
#include "incident.pb-c.h"
#include "kit/directory.h"
#include "referral.pb-c.h"
#include "town.pb-c.h"

enum {
    NAME_MOST = 200,
    ID_MOST = 40, /* it begins the ids of the needs that are opened for it */
};

static const char beds_with_oxygen[] = "OXYGEN"; /* what a centre keeps free for a home */
static const char kit_item[] = "home-kit";       /* what the depot packs for one */

const Home *home_load(struct turn *turn, const char *id)
{
    const Home *home = turn_is_id(id) ? turn_load(turn, HOMES, id) : NULL;

    if (home == NULL)
        turn_refuse(turn, HOMES__REFUSAL__NO_SUCH_HOME, "there is no such home");
    return home;
}

/* ---- registered and paired ----------------------------------------------------------------------- */

int on_register_home(struct turn *turn, const void *message)
{
    const Homes__RegisterHome *given = message;
    bool is_new = turn_is_id(given->home) && turn_load(turn, HOMES, given->home) == NULL;

    if (!turn_from(turn, "sjb"))
        return turn->outcome;
    if (!turn_is_id(given->home) || strlen(given->home) > ID_MOST || given->name[0] == '\0'
        || strlen(given->name) > NAME_MOST || !directory_committee(turn, given->committee))
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "a home has an id, a name, a committee");
    Home *home = turn_move(turn, HOMES, given->home);
    if (home == NULL)
        return turn->outcome;
    home->name = given->name;
    home->beds = given->beds;
    home->phone = given->phone;
    home->committee = given->committee;
    Homes__HomeRegistered event = { IS(homes__home_registered), .home = given->home,
                                    .centre = home->centre,     .name = given->name,
                                    .beds = given->beds,        .committee = given->committee };
    turn_emit(turn, given->committee, &event.base);
    if (is_new)
        home_await_report(turn, given->home);
    return turn->outcome;
}

/* S-06M 与养老机构开展结对指导工作: one centre, and its first visit is due. */
int on_pair_home(struct turn *turn, const void *message)
{
    const Homes__PairHome *pair = message;
    const Home *present = home_load(turn, pair->home);

    if (present == NULL)
        return turn->outcome;
    if (!directory_is_centre(turn, pair->centre))
        return turn_refuse(turn, HOMES__REFUSAL__NOT_A_CENTRE, "%s is no health centre",
                           pair->centre);
    if (strcmp(turn_actor_unit(turn), pair->centre) != 0 && !turn_from(turn, "sjb"))
        return turn->outcome;
    Home *home = turn_edit(turn, HOMES, pair->home);
    home->centre = pair->centre;
    home->doctor_post = pair->doctor_post;
    Homes__HomePaired event = { IS(homes__home_paired), .home = pair->home, .centre = pair->centre,
                                .doctor_post = pair->doctor_post };
    turn_emit(turn, pair->centre, &event.base);
    if (home->guidance[0] == '\0')
        guidance_open(turn, pair->home, false);
    return turn->outcome;
}

/* ---- what follows from a cluster ----------------------------------------------------------------- */

static const char *numbered(struct turn *turn, const char *id, const char *what)
{
    return turn_text(turn, "%s-%s-%llu", id, what,
                     (unsigned long long)turn_number(turn, turn_text(turn, "%s-%s", id, what)));
}

static void open_incident(struct turn *turn, const char *id, Home *home, uint32_t cases)
{
    Town__NeedSource source = { IS(town__need_source), .home = id };
    Incident__OpenIncident open = { IS(incident__open_incident),
                                    .type = INCIDENT__TYPE__INSTITUTION_CLUSTER,
                                    .place = home->committee,
                                    .facts = turn_text(turn, "home %s: %u cases", id, cases),
                                    .source = &source };

    home->incident = numbered(turn, id, "incident");
    open.incident = home->incident;
    turn_send(turn, "incident", "pab", &open.base);
}

/* Capacity is asked without naming anybody (R12). */
static void reserve(struct turn *turn, const char *id, const Home *home, uint32_t cases)
{
    Referral__ReserveCapacity reserve = { IS(referral__reserve_capacity), .centre = home->centre,
                                          .kind = beds_with_oxygen, .n = cases, .for_home = id };

    if (home->centre[0] != '\0')
        turn_send(turn, "referral", home->centre, &reserve.base);
}

/* The office that allocates packs it; the team looks whether it came. */
static void ask_for_kit(struct turn *turn, const char *id, Home *home)
{
    Town__NeedSource source = { IS(town__need_source), .home = id };
    Town__Goods goods = { IS(town__goods), .item = kit_item, .qty = 1 };
    Town__Goods *list[] = { &goods };
    Town__OpenNeed open = {
        IS(town__open_need), .place = "dzb",    .category = TOWN__CATEGORY__LIVING,
        .kind = "GOODS",     .priority = "P1",  .detail = turn_text(turn, "kit for home %s", id),
        .source = &source,   .verifier = "sjb", .n_goods = 1,
        .goods = list
    };

    home->kit = numbered(turn, id, "kit");
    open.need = home->kit;
    turn_send(turn, "supplies", "dzb", &open.base);
}

static void act_on_cluster(struct turn *turn, const char *id, Home *home, uint32_t cases)
{
    guidance_open(turn, id, true);
    if (home->reserved == 0)
        reserve(turn, id, home, cases);
    if (home->kit[0] == '\0')
        ask_for_kit(turn, id, home);
    if (home->incident[0] == '\0')
        open_incident(turn, id, home, cases);
}

/* What was kept free is for others. */
static void release(struct turn *turn, const char *id, const char *centre, uint32_t n)
{
    Referral__ReleaseCapacity release = { IS(referral__release_capacity), .centre = centre,
                                          .kind = beds_with_oxygen, .n = n, .for_home = id };

    if (n > 0)
        turn_send(turn, "referral", centre, &release.base);
}

/* All is as before. */
static void act_on_normal(struct turn *turn, const char *id, Home *home)
{
    release(turn, id, home->reserved_at, home->reserved);
    home->reserved = 0;
    home->reserved_at = "";
    home->kit = "";
    home->incident = "";
    home->quiet_days = 0;
}

/* A home that is well again by now needs none; and one that got another centre, none of the first. */
int on_capacity_reserved(struct turn *turn, const void *message)
{
    const Referral__CapacityReserved *event = message;

    if (!turn_is_id(event->for_home) || turn_load(turn, HOMES, event->for_home) == NULL
        || strcmp(event->kind, beds_with_oxygen) != 0)
        return 0;
    Home *home = turn_edit(turn, HOMES, event->for_home);
    if (HOME_IS(home, NORMAL)) {
        release(turn, event->for_home, event->centre, event->n);
        return turn->outcome;
    }
    if (strcmp(home->reserved_at, event->centre) != 0) {
        release(turn, event->for_home, home->reserved_at, home->reserved);
        home->reserved = 0;
    }
    home->reserved += event->n;
    home->reserved_at = event->centre;
    return turn->outcome;
}

/* ---- the state ----------------------------------------------------------------------------------- */

static int32_t word_to(int32_t state)
{
    switch (state) {
    case HOMES_ROWS__HOME__STATE__WATCH:
        return TO_WATCH;
    case HOMES_ROWS__HOME__STATE__CLUSTER:
        return TO_CLUSTER;
    case HOMES_ROWS__HOME__STATE__OUTBREAK:
        return TO_OUTBREAK;
    case HOMES_ROWS__HOME__STATE__RECOVERY:
        return TO_RECOVERY;
    default:
        return TO_NORMAL;
    }
}

/* The centre's mailbox, where there is one. */
void home_enter(struct turn *turn, const char *id, int32_t state, const char *reason)
{
    const Home *present = home_load(turn, id);
    int32_t before = present == NULL ? 0 : (int32_t)present->state;
    uint32_t cases = home_cases(turn, id);
    Home *home = turn_move_as(turn, HOMES, id, word_to(state));

    if (home == NULL)
        return;
    Homes__HomeStateChanged event = { IS(homes__home_state_changed),
                                      .home = id,
                                      .from = (Homes__HomeState)before,
                                      .to = (Homes__HomeState)state,
                                      .cases = cases,
                                      .reason = reason,
                                      .centre = home->centre,
                                      .committee = home->committee };
    turn_emit(turn, home->centre[0] == '\0' ? "sjb" : home->centre, &event.base);
    if (state == HOMES_ROWS__HOME__STATE__CLUSTER || state == HOMES_ROWS__HOME__STATE__OUTBREAK)
        act_on_cluster(turn, id, home, cases);
    if (state == HOMES_ROWS__HOME__STATE__NORMAL)
        act_on_normal(turn, id, home);
    else
        home_await_end(turn, id);
}

/* Cases lead up only; from RECOVERY any case leads back. */
void home_judge(struct turn *turn, const char *id)
{
    const Home *home = turn_load(turn, HOMES, id);
    uint32_t cases = home_cases(turn, id);
    const Day *today =
        turn_load(turn, DAYS, turn_text(turn, "%s/%s", id, home_date(turn, turn->now_ms)));
    int32_t state = HOMES_ROWS__HOME__STATE__NORMAL;

    if (turn->outcome != 0 || home == NULL || cases == 0)
        return;
    if (cases >= directory_number(turn, "homes.outbreak", ""))
        state = HOMES_ROWS__HOME__STATE__OUTBREAK;
    else if (cases >= directory_number(turn, "homes.cluster", ""))
        state = HOMES_ROWS__HOME__STATE__CLUSTER;
    else
        state = HOMES_ROWS__HOME__STATE__WATCH;
    bool is_back = HOME_IS(home, RECOVERY) && today != NULL && today->cases > 0;
    if (is_back || (!HOME_IS(home, RECOVERY) && state > (int32_t)home->state))
        home_enter(turn, id, state, turn_text(turn, "%u cases in the window", cases));
}

int on_set_home_state(struct turn *turn, const void *message)
{
    const Homes__SetHomeState *set = message;
    const Home *home = home_load(turn, set->home);

    if (home == NULL || !turn_from(turn, "sjb"))
        return turn->outcome;
    if (set->reason[0] == '\0' || set->state < HOMES__HOME_STATE__NORMAL
        || set->state > HOMES__HOME_STATE__RECOVERY || (int32_t)set->state == (int32_t)home->state)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "another state, and why");
    home_enter(turn, set->home, (int32_t)set->state, set->reason);
    return turn->outcome;
}
