/*
 * Producers: one high-water mark each, kept for ever, which is why there is no window in which a
 * message could count twice.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "core/inside.h"

struct producer *producer_get(struct core *core, const char *source, bool make)
{
    struct producer *producer = map_get(&core->producers, slice_text(source));
    struct unit_seen *unit;

    if (producer != NULL || !make)
        return producer;
    unit = unit_seen_get(core, slice_of(source, strcspn(source, ".")));
    producer = unit == NULL ? NULL : calloc(1, sizeof(*producer));
    if (producer == NULL || map_put(&core->producers, slice_text(source), producer) < 0) {
        free(producer);
        core->fault = FAULT(-ENOMEM);
        return NULL;
    }
    unit->producers++;
    snprintf(producer->source, sizeof(producer->source), "%s", source);
    return producer;
}

void producer_dirty(struct core *core, struct producer *producer)
{
    if (producer->dirty)
        return;
    producer->dirty = true;
    producer->next_dirty = core->dirty_producers;
    core->dirty_producers = producer;
}
