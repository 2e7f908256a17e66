/*
 * Who hears of a subject.  Found once by asking everybody, then remembered: so a message costs what
 * it is delivered to, however many there are who do not want it.
 */
#include <stdlib.h>

#include "base/err.h"
#include "core/inside.h"

static void forget(void *value)
{
    struct route *route = value;

    free(route->boxes);
    free(route->sets);
    free(route);
}

void route_forget_all(struct core *core)
{
    map_close(&core->routes, forget);
}

static bool collects(const struct mailbox *mailbox, struct slice subject)
{
    return mailbox->filters != NULL && filters_match(mailbox->filters, subject);
}

static struct route *make(struct core *core, struct slice subject)
{
    struct route *route = calloc(1, sizeof(*route));
    uint32_t boxes = 0;
    uint32_t sets = 0;

    if (route == NULL)
        return NULL;
    for (uint32_t i = 0; i < core->mailbox_count; i++)
        boxes += collects(core->mailboxes[i], subject);
    for (const struct filter_set *set = core->first_set; set != NULL; set = set->next)
        sets += filters_match(set->filters, subject);
    route->boxes = calloc(boxes + 1, sizeof(struct mailbox *));
    route->sets = calloc(sets + 1, sizeof(struct filter_set *));
    if (route->boxes == NULL || route->sets == NULL) {
        forget(route);
        return NULL;
    }
    for (uint32_t i = 0; i < core->mailbox_count; i++)
        if (collects(core->mailboxes[i], subject))
            route->boxes[route->box_count++] = core->mailboxes[i];
    for (struct filter_set *set = core->first_set; set != NULL; set = set->next)
        if (filters_match(set->filters, subject))
            route->sets[route->set_count++] = set;
    return route;
}

const struct route *route_of(struct core *core, struct slice subject)
{
    static const struct route nobody;
    struct route *route = map_get(&core->routes, subject);

    if (route != NULL)
        return route;
    if (core->routes.count >= INSIDE_ROUTES)
        route_forget_all(core);
    route = make(core, subject);
    if (route == NULL || map_put(&core->routes, subject, route) < 0) {
        if (route != NULL)
            forget(route);
        core->fault = FAULT(-ENOMEM);
        return &nobody;
    }
    return route;
}
