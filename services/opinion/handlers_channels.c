/*
 * opinion: the numbers that people call (S-065, S-0A0 to S-0A9): tried, published, tried again.
 */
#include <string.h>

#include "kit/directory.h"
#include "opinion/opinion.h"

/* ---- whose ----------------------------------------------------------------------------------- */

/* The office speaks for an owner that is none of the town's units: the city, the district. */
static const char *unit_of(struct turn *turn, const char *owner)
{
    return directory_unit(turn, owner) ? owner : "dqb";
}

static bool may_change(struct turn *turn, const char *owner)
{
    return strcmp(turn_actor_unit(turn), "dqb") == 0 || turn_from(turn, unit_of(turn, owner));
}

/* The channel, if the sender may change it; NULL: refused. */
static const Channel *owned(struct turn *turn, const char *id)
{
    const Channel *row = turn_load(turn, CHANNELS, id);

    if (row == NULL) {
        turn_refuse(turn, OPINION__REFUSAL__UNKNOWN_CHANNEL, "there is no such channel");
        return NULL;
    }
    return may_change(turn, row->owner_unit) ? row : NULL;
}

/* ---- registered, changed, withdrawn ---------------------------------------------------------- */

static uint64_t await_publication(struct turn *turn, const char *id)
{
    Opinion__ChaseChannel chase = { IS(opinion__chase_channel), .channel = id };
    uint64_t due_ms = directory_due(turn, "opinion.publish_change", "", turn->now_ms);

    turn_remind(turn, id, due_ms, &chase.base);
    return due_ms;
}

int on_register_channel(struct turn *turn, const void *message)
{
    const Opinion__RegisterChannel *registered = message;

    if (!turn_is_id(registered->channel) || registered->name[0] == '\0'
        || registered->owner_unit[0] == '\0')
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "a channel has an id, name, owner");
    if (!may_change(turn, registered->owner_unit))
        return turn->outcome;
    Channel *row = turn_move(turn, CHANNELS, registered->channel);
    if (row == NULL)
        return turn->outcome;
    row->name = registered->name;
    row->name_en = registered->name_en;
    row->number = registered->number;
    row->hours = registered->hours;
    row->owner_unit = registered->owner_unit;
    row->seed = registered->seed;
    Opinion__ChannelRegistered event = { IS(opinion__channel_registered),
                                         .channel = registered->channel,
                                         .number = row->number,
                                         .owner_unit = row->owner_unit,
                                         .due_ms = await_publication(turn, registered->channel),
                                         .seed = row->seed };
    return turn_emit(turn, unit_of(turn, row->owner_unit), &event.base);
}

int on_change_channel(struct turn *turn, const void *message)
{
    const Opinion__ChangeChannel *change = message;

    if (owned(turn, change->channel) == NULL)
        return turn->outcome;
    if (change->number[0] == '\0' && change->hours[0] == '\0' && change->owner_unit[0] == '\0'
        && change->name[0] == '\0')
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "nothing to change");
    Channel *row = turn_move(turn, CHANNELS, change->channel);
    if (row == NULL)
        return turn->outcome;
    if (change->number[0] != '\0')
        row->number = change->number;
    if (change->hours[0] != '\0')
        row->hours = change->hours;
    if (change->owner_unit[0] != '\0')
        row->owner_unit = change->owner_unit;
    if (change->name[0] != '\0')
        row->name = change->name;
    turn_forget(turn, change->channel, &opinion__expire_channel__descriptor);
    Opinion__ChannelChanged event = { IS(opinion__channel_changed),
                                      .channel = change->channel,
                                      .number = row->number,
                                      .owner_unit = row->owner_unit,
                                      .due_ms = await_publication(turn, change->channel),
                                      .reason = change->reason };
    return turn_emit(turn, unit_of(turn, row->owner_unit), &event.base);
}

int on_withdraw_channel(struct turn *turn, const void *message)
{
    const Opinion__WithdrawChannel *withdraw = message;

    if (owned(turn, withdraw->channel) == NULL)
        return turn->outcome;
    if (withdraw->reason[0] == '\0')
        return turn_refuse(turn, OPINION__REFUSAL__NO_REASON, "why is it no more?");
    Channel *row = turn_move(turn, CHANNELS, withdraw->channel);
    if (row == NULL)
        return turn->outcome;
    turn_forget(turn, withdraw->channel, &opinion__expire_channel__descriptor);
    turn_forget(turn, withdraw->channel, &opinion__chase_channel__descriptor);
    Opinion__ChannelWithdrawn event = { IS(opinion__channel_withdrawn),
                                        .channel = withdraw->channel, .number = row->number,
                                        .reason = withdraw->reason, .owner_unit = row->owner_unit };
    return turn_emit(turn, unit_of(turn, row->owner_unit), &event.base);
}

/* ---- tried ----------------------------------------------------------------------------------- */

struct test {
    const char *channel;
    uint64_t at_ms;
    uint32_t answered_s;
    bool ok;
};

static int fails(struct turn *turn, const struct test *test)
{
    Channel *row = turn_edit(turn, CHANNELS, test->channel);

    row->failed_at_ms = test->at_ms;
    opinion_ask_owner(turn, test->channel, row);
    Opinion__ChannelFailed event = { IS(opinion__channel_failed), .channel = test->channel,
                                     .number = row->number,       .at_ms = test->at_ms,
                                     .need = row->need,           .owner_unit = row->owner_unit };
    return turn_emit(turn, unit_of(turn, row->owner_unit), &event.base);
}

static int answers(struct turn *turn, const struct test *test)
{
    Opinion__ExpireChannel expire = { IS(opinion__expire_channel), .channel = test->channel };
    Channel *row = turn_move(turn, CHANNELS, test->channel);

    if (row == NULL)
        return turn->outcome;
    row->verified_at_ms = test->at_ms;
    row->failed_at_ms = 0;
    turn_remind(turn, test->channel, directory_due(turn, "opinion.channel_stale", "", test->at_ms),
                &expire.base);
    Opinion__ChannelVerified event = { IS(opinion__channel_verified),
                                       .channel = test->channel,
                                       .number = row->number,
                                       .verified_at_ms = test->at_ms,
                                       .answered_s = test->answered_s,
                                       .owner_unit = row->owner_unit,
                                       .seed = row->seed };
    return turn_emit(turn, unit_of(turn, row->owner_unit), &event.base);
}

static int try_channel(struct turn *turn, struct test test)
{
    const Channel *row = turn_load(turn, CHANNELS, test.channel);

    if (!opinion_office(turn))
        return turn->outcome;
    if (row == NULL)
        return turn_refuse(turn, OPINION__REFUSAL__UNKNOWN_CHANNEL, "there is no such channel");
    if (row->number[0] == '\0')
        return turn_refuse(turn, OPINION__REFUSAL__NO_NUMBER, "its number is not collected yet");
    if (test.at_ms > turn->now_ms)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "that hour is still to come");
    if (!turn_may_move(turn, CHANNELS, test.channel, turn->command))
        return turn_refuse(turn, TOWN__REFUSAL__WRONG_STATE, "it is withdrawn");
    if (test.at_ms == 0)
        test.at_ms = turn->now_ms;
    return test.ok ? answers(turn, &test) : fails(turn, &test);
}

int on_verify_channel(struct turn *turn, const void *message)
{
    const Opinion__VerifyChannel *verify = message;
    const struct test test = { verify->channel, verify->at_ms, verify->answered_s, verify->ok };

    return try_channel(turn, test);
}

int on_record_test_call(struct turn *turn, const void *message)
{
    const Opinion__RecordTestCall *call = message;
    const struct test test = { call->channel, call->at_ms, call->answered_s, call->ok };

    return try_channel(turn, test);
}

/* ---- published, and grown old ---------------------------------------------------------------- */

int on_publish_channel(struct turn *turn, const void *message)
{
    const Opinion__PublishChannel *publish = message;

    if (!opinion_office(turn))
        return turn->outcome;
    if (publish->n_where == 0)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "where?");
    Channel *row = turn_move(turn, CHANNELS, publish->channel);
    if (row == NULL)
        return turn->outcome;
    row->where = publish->where;
    row->n_where = publish->n_where;
    turn_forget(turn, publish->channel, &opinion__chase_channel__descriptor);
    Opinion__ChannelPublished event = {
        IS(opinion__channel_published),        .channel = publish->channel, .number = row->number,
        .verified_at_ms = row->verified_at_ms, .n_where = publish->n_where, .where = publish->where,
        .owner_unit = row->owner_unit
    };
    return turn_emit(turn, unit_of(turn, row->owner_unit), &event.base);
}

int on_expire_channel(struct turn *turn, const void *message)
{
    const Opinion__ExpireChannel *expire = message;

    if (!opinion_by_clock(turn))
        return turn->outcome;
    Channel *row = turn_move(turn, CHANNELS, expire->channel);
    if (row == NULL)
        return turn->outcome;
    Opinion__ChannelStale event = { IS(opinion__channel_stale), .channel = expire->channel,
                                    .number = row->number, .verified_at_ms = row->verified_at_ms,
                                    .owner_unit = row->owner_unit };
    return turn_emit(turn, unit_of(turn, row->owner_unit), &event.base);
}

int on_chase_channel(struct turn *turn, const void *message)
{
    const Opinion__ChaseChannel *chase = message;
    const Channel *row = turn_load(turn, CHANNELS, chase->channel);

    if (!opinion_by_clock(turn))
        return turn->outcome;
    if (row == NULL)
        return 0;
    const ProtobufCEnumValue *state = protobuf_c_enum_descriptor_get_value(
        &opinion_rows__channel__state__descriptor, (int)row->state);
    Opinion__ChannelOverdue event = { IS(opinion__channel_overdue), .channel = chase->channel,
                                      .due_ms = turn->now_ms,
                                      .state = state == NULL ? "" : state->name,
                                      .owner_unit = row->owner_unit };
    return turn_emit(turn, row->number[0] == '\0' ? unit_of(turn, row->owner_unit) : "dqb",
                     &event.base);
}
