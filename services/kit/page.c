/*
 * kit/query: who may ask, and a list that is told page by page.
 */
#include <string.h>

#include "kit/query.h"

/* An answer has 64 KiB at most: what is long ends a page early, and is never refused. */
enum { PAGE_BYTES = 40 << 10 };

void ask_read(struct ask_page *page, unsigned table, const char *prefix, const char *after,
              bool (*each)(void *context, const char *key, const void *row))
{
    page->skipped = strlen(prefix);
    ask_each_after(page->ask, table, prefix, after, each, page);
}

bool ask_room(struct ask_page *page)
{
    page->more = page->count == page->most || page->bytes > PAGE_BYTES;
    return !page->more;
}

void ask_took(struct ask_page *page, const char *key, const ProtobufCMessage *row)
{
    page->count++;
    page->bytes += protobuf_c_message_get_packed_size(row);
    page->last = ask_text(page->ask, "%s", key + page->skipped);
}

const char *ask_next(const struct ask_page *page)
{
    return page->more ? page->last : "";
}

bool ask_from(struct ask *ask, const char *units, const char *also)
{
    const char *unit = ask_actor_unit(ask);
    size_t length = strlen(unit);

    if (length > 0 && strcmp(unit, also) == 0)
        return true;
    for (const char *at = units; length > 0 && (at = strstr(at, unit)) != NULL; at += length)
        if ((at == units || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
            return true;
    ask_refuse(ask, TOWN__REFUSAL__NOT_ALLOWED, "it is not for %s", unit);
    return false;
}

uint32_t ask_limit(uint32_t limit, uint32_t usual, uint32_t most)
{
    return limit == 0 ? usual : limit < most ? limit : most;
}
