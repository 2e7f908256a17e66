/* Work plans and contingency plans (S-06R, S-06S): versions that are submitted, approved, replaced. */
#include <string.h>

#include "organisation/organisation.h"

typedef OrganisationRows__Plan Plan;
typedef OrganisationRows__Version Version;

static const char *version_key(struct turn *turn, const char *plan, uint32_t version)
{
    return turn_key(turn, "%s/%06u", plan, version);
}

/* The office has one version to decide on: an older one that waits for it is read no more. */
static void withdraw_waiting(struct turn *turn, const Plan *plan, uint32_t version)
{
    const char *key = version_key(turn, plan->plan, plan->latest);
    const Version *waiting = plan->latest == version ? NULL : turn_load(turn, VERSIONS, key);

    if (waiting != NULL && waiting->state == ORGANISATION_ROWS__PLAN_STATE__SUBMITTED)
        turn_move_as(turn, VERSIONS, key, SUPERSEDE);
}

int on_submit_plan(struct turn *turn, const void *message)
{
    const Organisation__SubmitPlan *command = message;
    const char *unit = turn_actor_unit(turn);

    if (!is_name(turn, command->plan, "plan") || known_unit(turn, unit) == NULL)
        return turn->outcome;
    if (strcmp(command->kind, "work") != 0 && strcmp(command->kind, "contingency") != 0)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "kind: work or contingency");
    if (command->version == 0 || command->version > 999999 || command->file_hash[0] == '\0')
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "version and file_hash are wanted");
    if (command->until_ms != 0 && command->until_ms <= turn->now_ms)
        return turn_refuse(turn, ORGANISATION__REFUSAL__BAD_PERIOD, "its end is past");
    Plan *plan = turn_edit(turn, PLANS, command->plan);
    if (turn->outcome == 0 && plan->unit[0] != '\0' && !turn_from(turn, plan->unit))
        return turn->outcome;
    if (command->version < plan->latest)
        return turn_refuse(turn, TOWN__REFUSAL__STALE, "version %u was submitted already",
                           plan->latest);
    Version *version =
        turn_move(turn, VERSIONS, version_key(turn, command->plan, command->version));
    if (version == NULL)
        return turn->outcome;
    plan->unit = unit;
    plan->kind = command->kind;
    plan->plan = command->plan;
    withdraw_waiting(turn, plan, command->version);
    plan->latest = command->version;
    version->plan = command->plan;
    version->version = command->version;
    version->file_hash = command->file_hash;
    version->until_ms = command->until_ms;
    version->reason = "";

    Organisation__PlanSubmitted event = { IS(organisation__plan_submitted),
                                          .plan = plan->plan,
                                          .unit = plan->unit,
                                          .kind = plan->kind,
                                          .version = version->version,
                                          .file_hash = version->file_hash };
    return turn_emit(turn, plan->unit, &event.base);
}

static void tell_expired(struct turn *turn, const Plan *plan, uint32_t version, const char *reason)
{
    turn_forget(turn, version_key(turn, plan->plan, version),
                &organisation__expire_plan__descriptor);
    Organisation__PlanExpired event = { IS(organisation__plan_expired), .plan = plan->plan,
                                        .unit = plan->unit, .version = version, .reason = reason };
    turn_emit(turn, plan->unit, &event.base);
}

/* A plan stays in force until the version after it is approved, not only handed in: a committee is
 * never without a contingency plan because it is mending the one it has. */
static void replace_approved(struct turn *turn, Plan *plan, uint32_t version)
{
    if (plan->approved != 0) {
        turn_move_as(turn, VERSIONS, version_key(turn, plan->plan, plan->approved), SUPERSEDE);
        tell_expired(turn, plan, plan->approved, "superseded");
    }
    plan->approved = version;
}

int on_approve_plan(struct turn *turn, const void *message)
{
    const Organisation__ApprovePlan *command = message;

    if (!by_lgo(turn) || !is_name(turn, command->plan, "plan"))
        return turn->outcome;
    const char *key = version_key(turn, command->plan, command->version);
    const Version *version = turn_move(turn, VERSIONS, key);
    if (version == NULL)
        return turn->outcome;
    Plan *plan = turn_edit(turn, PLANS, command->plan);
    replace_approved(turn, plan, version->version);
    if (version->until_ms != 0) {
        Organisation__ExpirePlan expire = { IS(organisation__expire_plan), .plan = plan->plan,
                                            .version = version->version };
        turn_remind(turn, key, version->until_ms, &expire.base);
    }
    Organisation__PlanApproved event = { IS(organisation__plan_approved), .plan = plan->plan,
                                         .unit = plan->unit, .version = version->version,
                                         .kind = plan->kind };
    return turn_emit(turn, plan->unit, &event.base);
}

int on_return_plan(struct turn *turn, const void *message)
{
    const Organisation__ReturnPlan *command = message;

    if (!by_lgo(turn) || !is_name(turn, command->plan, "plan"))
        return turn->outcome;
    if (command->reason[0] == '\0')
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "reason: what is to be mended?");
    Version *version =
        turn_move(turn, VERSIONS, version_key(turn, command->plan, command->version));
    if (version == NULL)
        return turn->outcome;
    version->reason = command->reason;
    const Plan *plan = turn_load(turn, PLANS, command->plan);

    Organisation__PlanReturned event = { IS(organisation__plan_returned), .plan = version->plan,
                                         .unit = plan == NULL ? "lgo" : plan->unit,
                                         .version = version->version, .reason = version->reason };
    return turn_emit(turn, event.unit, &event.base);
}

static void expire(struct turn *turn, const char *id, const char *reason)
{
    Plan *plan = turn_edit(turn, PLANS, id);
    uint32_t version = plan->approved;

    if (version == 0
        || turn_move_as(turn, VERSIONS, version_key(turn, id, version), EXPIRE_PLAN) == NULL)
        return;
    plan->approved = 0;
    tell_expired(turn, plan, version, reason);
}

int on_expire_plan(struct turn *turn, const void *message)
{
    const Organisation__ExpirePlan *command = message;

    if (!by_timer(turn))
        return turn->outcome;
    const Plan *plan = turn_load(turn, PLANS, command->plan);
    if (plan != NULL && plan->approved == command->version)
        expire(turn, command->plan, "its end");
    return turn->outcome;
}

void expire_plans(struct turn *turn)
{
    struct turn_slice plans = turn_keys(turn, PLANS, "");

    for (size_t i = 0; i < plans.count; i++)
        expire(turn, plans.keys[i], "the campaign is closed");
}
