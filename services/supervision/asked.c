#include "supervision/asked.h"

#include <string.h>

bool asked_by_office(const struct ask *ask)
{
    const char *unit = ask_actor_unit(ask);

    return strcmp(unit, "jcb") == 0 || strcmp(unit, "lg") == 0 || strcmp(unit, "lgo") == 0;
}

int asked_give(struct ask *ask, const ProtobufCMessage *answer)
{
    size_t size = answer->descriptor->sizeof_message;
    void *copy = ask_array(ask, 1, size);

    if (copy == NULL)
        return ask->outcome;
    memcpy(copy, answer, size);
    return ask_answer(ask, copy);
}

bool asked_may_see(struct ask *ask, const char *unit)
{
    if (asked_by_office(ask) || (*unit != '\0' && strcmp(ask_actor_unit(ask), unit) == 0))
        return true;
    ask_refuse(ask, TOWN__REFUSAL__NOT_ALLOWED, "a unit sees its own rows");
    return false;
}

struct asked asked_list(struct ask *ask, uint32_t limit)
{
    struct asked list = { .page = { .ask = ask, .last = "" }, .unit = "" };

    list.page.most = ask_limit(limit, ASKED_ROWS, ASKED_ROWS_MOST);
    list.rows = ask_array(ask, list.page.most, sizeof(void *));
    return list;
}

void asked_add(struct asked *list, const char *key, ProtobufCMessage *row)
{
    if (list->rows == NULL)
        return;
    list->rows[list->page.count] = row;
    ask_took(&list->page, key, row);
}
