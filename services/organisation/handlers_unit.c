/* Units, their teams, and the professional bodies that serve them (S-043 to S-050, S-057). */
#include "organisation/organisation.h"

typedef OrganisationRows__Unit Unit;
typedef OrganisationRows__Team Team;
typedef OrganisationRows__Provider Provider;

int on_register_unit(struct turn *turn, const void *message)
{
    const Organisation__RegisterUnit *command = message;

    if (!by_lgo(turn) || !is_name(turn, command->unit, "unit"))
        return turn->outcome;
    if (command->kind[0] == '\0')
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "kind: is missing");
    if (command->parent[0] != '\0' && known_unit(turn, command->parent) == NULL)
        return turn->outcome;
    Unit *unit = turn_move(turn, UNITS, command->unit);
    if (unit == NULL)
        return turn->outcome;
    unit->unit = command->unit;
    unit->name_zh = command->name_zh;
    unit->name_en = command->name_en;
    unit->kind = command->kind;
    unit->parent = command->parent;
    if (command->head_post[0] != '\0')
        unit->head_post = command->head_post;

    Organisation__UnitRegistered event = {
        IS(organisation__unit_registered), .unit = unit->unit, .name_zh = unit->name_zh,
        .name_en = unit->name_en,          .kind = unit->kind, .parent = unit->parent,
        .head_post = unit->head_post
    };
    return turn_emit(turn, unit->unit, &event.base);
}

int on_retire_unit(struct turn *turn, const void *message)
{
    const Organisation__RetireUnit *command = message;

    if (!by_lgo(turn) || !is_name(turn, command->unit, "unit"))
        return turn->outcome;
    Unit *unit = turn_move(turn, UNITS, command->unit);
    if (unit == NULL)
        return turn->outcome;
    if (unit->held_posts > 0)
        return turn_refuse(turn, ORGANISATION__REFUSAL__UNIT_IN_USE, "%u of its posts are held",
                           unit->held_posts);
    Organisation__UnitRetired event = { IS(organisation__unit_retired), .unit = unit->unit,
                                        .reason = command->reason };
    return turn_emit(turn, unit->unit, &event.base);
}

int on_register_team(struct turn *turn, const void *message)
{
    const Organisation__RegisterTeam *command = message;

    /* A committee's own working group is its own to name (S-050); the rest is the office's. */
    if (!is_name(turn, command->team, "team") || !by_unit_or_lgo(turn, command->lead_unit)
        || known_unit(turn, command->lead_unit) == NULL)
        return turn->outcome;
    Team *team = turn_edit(turn, TEAMS, command->team);
    if (turn->outcome == 0 && team->lead_unit[0] != '\0' && !by_unit_or_lgo(turn, team->lead_unit))
        return turn->outcome;
    team->team = command->team;
    team->name = command->name;
    team->lead_unit = command->lead_unit;
    team->service = command->service;
    COPY_LIST(team, command, members);

    Organisation__TeamRegistered event = { IS(organisation__team_registered), .team = command->team,
                                           .name = command->name, .lead_unit = command->lead_unit,
                                           .service = command->service };
    COPY_LIST(&event, command, members);
    return turn_emit(turn, command->lead_unit, &event.base);
}

int on_register_provider(struct turn *turn, const void *message)
{
    const Organisation__RegisterProvider *command = message;

    if (!by_lgo(turn) || !is_name(turn, command->provider, "provider")
        || known_unit(turn, command->unit) == NULL)
        return turn->outcome;
    Provider *provider = turn_edit(turn, PROVIDERS, command->provider);
    provider->provider = command->provider;
    provider->unit = command->unit;
    provider->hours = command->hours;
    provider->phone = command->phone;
    COPY_LIST(provider, command, kinds);

    Organisation__ProviderRegistered event = { IS(organisation__provider_registered),
                                               .provider = command->provider, .unit = command->unit,
                                               .hours = command->hours, .phone = command->phone };
    COPY_LIST(&event, command, kinds);
    return turn_emit(turn, command->unit, &event.base);
}
