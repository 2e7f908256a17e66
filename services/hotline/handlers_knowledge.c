/*
 * Knowledge: answers that a seat may give at once, each in the care of the unit that knows.
 */
#include <string.h>

#include "hotline/hotline.h"

/* Any unit for its own matters; who published it keeps it. */
static bool is_its_own(struct turn *turn, const char *item)
{
    const Knowledge *row = turn_load(turn, KNOWLEDGE, hotline_id(turn, item));

    if (row == NULL || strcmp(row->unit, turn_actor_unit(turn)) == 0)
        return turn->outcome == 0;
    turn_refuse(turn, TOWN__REFUSAL__NOT_OWNER, "%s is kept by %s", item, row->unit);
    return false;
}

int on_publish_knowledge(struct turn *turn, const void *message)
{
    const Hotline__PublishKnowledge *publish = message;

    if (!is_its_own(turn, publish->item))
        return turn->outcome;
    if (*publish->title == '\0' || *publish->text == '\0')
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "an answer has a title and a text");
    if (publish->until_ms != 0 && publish->until_ms <= turn->now_ms)
        return turn_refuse(turn, TOWN__REFUSAL__REFUSED_EXPIRED, "it has ended already");
    Knowledge *item = turn_move(turn, KNOWLEDGE, publish->item);
    if (item == NULL)
        return turn->outcome;
    item->unit = turn_actor_unit(turn);
    item->title = publish->title;
    item->text = publish->text;
    item->until_ms = publish->until_ms;
    Hotline__KnowledgePublished published = { IS(hotline__knowledge_published),
                                              .item = publish->item, .title = publish->title,
                                              .until_ms = publish->until_ms };
    return turn_emit(turn, "dzb", &published.base);
}

int on_withdraw_knowledge(struct turn *turn, const void *message)
{
    const Hotline__WithdrawKnowledge *withdraw = message;

    if (!is_its_own(turn, withdraw->item))
        return turn->outcome;
    Knowledge *item = turn_move(turn, KNOWLEDGE, withdraw->item);
    if (item == NULL)
        return turn->outcome;
    Hotline__KnowledgeWithdrawn withdrawn = { IS(hotline__knowledge_withdrawn),
                                              .item = withdraw->item, .reason = withdraw->reason };
    return turn_emit(turn, "dzb", &withdrawn.base);
}
