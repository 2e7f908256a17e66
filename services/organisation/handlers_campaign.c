/* The campaign and the mandates that it stands on (S-001 to S-008). */
#include <string.h>

#include "organisation/organisation.h"

typedef OrganisationRows__Campaign Campaign;
typedef OrganisationRows__Mandate Mandate;
typedef OrganisationRows__Delivery Delivery;
typedef OrganisationRows__HandBack HandBack;

int on_open_campaign(struct turn *turn, const void *message)
{
    const Organisation__OpenCampaign *open = message;

    if (!by_lgo(turn) || !is_name(turn, open->campaign, "campaign"))
        return turn->outcome;
    if (open->mandate[0] == '\0' || turn_load(turn, MANDATES, open->mandate) == NULL)
        return turn_refuse(turn, ORGANISATION__REFUSAL__NO_MANDATE,
                           "a campaign stands on an issued mandate");
    uint64_t from_ms = open->from_ms == 0 ? turn->now_ms : open->from_ms;
    if (open->until_ms != 0 && open->until_ms <= from_ms)
        return turn_refuse(turn, ORGANISATION__REFUSAL__BAD_PERIOD, "it ends before it begins");
    Campaign *campaign = turn_move(turn, CAMPAIGNS, open->campaign);
    if (campaign == NULL)
        return turn->outcome;
    campaign->campaign = open->campaign;
    campaign->mandate = open->mandate;
    campaign->from_ms = from_ms;
    campaign->until_ms = open->until_ms;
    campaign->wind_down_days = open->wind_down_days;

    Organisation__CampaignOpened event = {
        IS(organisation__campaign_opened), .campaign = campaign->campaign,
        .mandate = campaign->mandate, .from_ms = campaign->from_ms, .until_ms = campaign->until_ms
    };
    return turn_emit(turn, "town", &event.base);
}

int on_close_campaign(struct turn *turn, const void *message)
{
    const Organisation__CloseCampaign *close = message;

    if (!by_lgo(turn) || !is_name(turn, close->campaign, "campaign"))
        return turn->outcome;
    Campaign *campaign = turn_move(turn, CAMPAIGNS, close->campaign);
    if (campaign == NULL)
        return turn->outcome;
    campaign->closing_until_ms =
        campaign->wind_down_days == 0
            ? directory_due(turn, "org.wind_down", "", turn->now_ms)
            : turn->now_ms + (uint64_t)campaign->wind_down_days * 24 * 60 * 60 * 1000;

    Organisation__FinishCampaign finish = { IS(organisation__finish_campaign),
                                            .campaign = campaign->campaign };
    turn_remind(turn, campaign->campaign, campaign->closing_until_ms, &finish.base);
    Organisation__CampaignClosing event = { IS(organisation__campaign_closing),
                                            .campaign = campaign->campaign,
                                            .until_ms = campaign->closing_until_ms };
    return turn_emit(turn, "town", &event.base);
}

/* ---- the end: time is over, and every service that serves needs has handed back ----------------- */

static bool has_handed_back(const Campaign *campaign, const char *service)
{
    for (size_t i = 0; i < campaign->n_handed_back; i++)
        if (strcmp(campaign->handed_back[i]->service, service) == 0)
            return true;
    return false;
}

static bool all_handed_back(struct turn *turn, const Campaign *campaign)
{
    struct turn_slice services = turn_keys(turn, SERVERS, "");

    for (size_t i = 0; i < services.count; i++)
        if (!has_handed_back(campaign, services.keys[i]))
            return false;
    return turn->outcome == 0;
}

static int finish(struct turn *turn, const char *id)
{
    const Campaign *campaign = turn_move_as(turn, CAMPAIGNS, id, FINISH_CAMPAIGN);

    if (campaign == NULL)
        return turn->outcome;
    Organisation__CampaignClosed event = { IS(organisation__campaign_closed),
                                           .campaign = campaign->campaign };
    turn_emit(turn, "town", &event.base);
    expire_plans(turn);
    return turn->outcome;
}

int on_finish_campaign(struct turn *turn, const void *message)
{
    const Organisation__FinishCampaign *due = message;

    if (!by_timer(turn))
        return turn->outcome;
    const Campaign *row = turn_load(turn, CAMPAIGNS, due->campaign);
    if (row == NULL)
        return turn->outcome;
    if (all_handed_back(turn, row))
        return finish(turn, due->campaign);
    Campaign *campaign = turn_edit(turn, CAMPAIGNS, due->campaign);
    campaign->wound_down = true; /* the last hand-back finishes it */
    return turn->outcome;
}

int on_handed_back(struct turn *turn, const void *message)
{
    const Town__HandedBack *back = message;
    const Campaign *row =
        back->campaign[0] == '\0' ? NULL : turn_load(turn, CAMPAIGNS, back->campaign);

    if (row == NULL || row->state != ORGANISATION_ROWS__CAMPAIGN_STATE__CLOSING
        || has_handed_back(row, turn->service))
        return turn->outcome;
    Campaign *campaign = turn_edit(turn, CAMPAIGNS, back->campaign);
    HandBack *entry = turn_array(turn, 1, sizeof(*entry));
    HandBack **all = turn_array(turn, campaign->n_handed_back + 1, sizeof(HandBack *));
    if (turn->outcome != 0)
        return turn->outcome;
    organisation_rows__hand_back__init(entry);
    entry->service = turn->service;
    entry->open_items = back->open_items;
    entry->list_hash = back->list_hash;
    entry->at_ms = turn->now_ms;
    for (size_t i = 0; i < campaign->n_handed_back; i++)
        all[i] = campaign->handed_back[i];
    all[campaign->n_handed_back++] = entry;
    campaign->handed_back = all;
    if (campaign->wound_down && all_handed_back(turn, campaign))
        return finish(turn, back->campaign);
    return turn->outcome;
}

/* ---- mandates ------------------------------------------------------------------------------------- */

static void send_to(struct turn *turn, const Organisation__IssueMandate *issue, const char *unit,
                    uint64_t due_ms)
{
    const char *key = turn_key(turn, "%s/%s", issue->mandate, unit);
    Delivery *delivery = known_unit(turn, unit) == NULL ? NULL : turn_move(turn, DELIVERIES, key);

    if (delivery == NULL)
        return;
    delivery->due_ms = due_ms;
    Organisation__ChaseMandate chase = { IS(organisation__chase_mandate), .mandate = issue->mandate,
                                         .unit = unit, .due_ms = due_ms };
    turn_remind(turn, key, due_ms, &chase.base);
}

int on_issue_mandate(struct turn *turn, const void *message)
{
    const Organisation__IssueMandate *issue = message;

    if (!by_lgo(turn) || !is_name(turn, issue->mandate, "mandate"))
        return turn->outcome;
    if (turn_load(turn, MANDATES, issue->mandate) != NULL)
        return turn_refuse(turn, TOWN__REFUSAL__WRONG_STATE, "the mandate has been issued");
    if (issue->upper[0] != '\0' && strcmp(issue->upper, issue->mandate) == 0)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "upper: a mandate is not its own");
    uint64_t due_ms = directory_due(turn, "org.mandate_ack", "", turn->now_ms);
    Mandate *mandate = turn_edit(turn, MANDATES, issue->mandate);
    mandate->mandate = issue->mandate;
    mandate->number = issue->number;
    mandate->title = issue->title;
    mandate->issued_on = issue->issued_on;
    mandate->text_hash = issue->text_hash;
    mandate->upper = issue->upper;
    mandate->issued_ms = turn->now_ms;
    for (size_t i = 0; i < issue->n_addressees; i++)
        send_to(turn, issue, issue->addressees[i], due_ms);

    Organisation__MandateIssued event = { IS(organisation__mandate_issued),
                                          .mandate = issue->mandate,
                                          .number = issue->number,
                                          .title = issue->title,
                                          .issued_on = issue->issued_on,
                                          .text_hash = issue->text_hash,
                                          .upper = issue->upper,
                                          .due_ms = due_ms };
    COPY_LIST(&event, issue, addressees);
    return turn_emit(turn, "town", &event.base);
}

int on_acknowledge_mandate(struct turn *turn, const void *message)
{
    const Organisation__AcknowledgeMandate *acknowledge = message;

    if (!is_name(turn, acknowledge->mandate, "mandate") || !is_name(turn, acknowledge->unit, "unit")
        || !turn_from(turn, acknowledge->unit))
        return turn->outcome;
    const char *key = turn_key(turn, "%s/%s", acknowledge->mandate, acknowledge->unit);
    if (turn_load(turn, DELIVERIES, key) == NULL)
        return turn_refuse(turn, ORGANISATION__REFUSAL__NOT_ADDRESSED,
                           "no such mandate, or the unit is no addressee of it");
    Delivery *delivery = turn_move(turn, DELIVERIES, key);
    if (delivery == NULL)
        return turn->outcome;
    delivery->at_ms = turn->now_ms;
    turn_forget(turn, key, &organisation__chase_mandate__descriptor);

    Organisation__MandateAcknowledged event = { IS(organisation__mandate_acknowledged),
                                                .mandate = acknowledge->mandate,
                                                .unit = acknowledge->unit, .at_ms = turn->now_ms };
    return turn_emit(turn, acknowledge->unit, &event.base);
}

int on_chase_mandate(struct turn *turn, const void *message)
{
    const Organisation__ChaseMandate *chase = message;

    if (!by_timer(turn))
        return turn->outcome;
    Delivery *delivery =
        turn_move(turn, DELIVERIES, turn_key(turn, "%s/%s", chase->mandate, chase->unit));
    if (delivery == NULL)
        return turn->outcome;
    delivery->overdue = true;

    Organisation__InstructionOverdue event = { IS(organisation__instruction_overdue),
                                               .mandate = chase->mandate, .unit = chase->unit,
                                               .due_ms = delivery->due_ms };
    return turn_emit(turn, chase->unit, &event.base);
}
