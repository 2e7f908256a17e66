/*
 * supplies: what the roster and the homes say.  The class goes into the rule; a reported death stops
 * what is on its way at once, a refuted one lets it go on.
 */
#include <string.h>

#include "homes.pb-c.h"
#include "registry.pb-c.h"
#include "supplies/supplies.h"

/* ---- classes ------------------------------------------------------------------------------------- */

static int keep_class(struct turn *turn, const char *person, int32_t class)
{
    SuppliesRows__Class *row = turn_edit(turn, CLASSES, person);

    row->class_ = class;
    return turn->outcome;
}

int on_verified(struct turn *turn, const void *message)
{
    const Registry__Verified *event = message;

    return keep_class(turn, event->person, (int32_t)event->class_);
}

int on_class_set(struct turn *turn, const void *message)
{
    const Registry__ClassSet *event = message;

    return keep_class(turn, event->person, (int32_t)event->to);
}

/* A home in which people fall ill asks as one of RED. */
int on_home_changed(struct turn *turn, const void *message)
{
    const Homes__HomeStateChanged *event = message;
    bool is_ill =
        event->to == HOMES__HOME_STATE__CLUSTER || event->to == HOMES__HOME_STATE__OUTBREAK;
    int32_t class = is_ill                                   ? SUPPLIES__CLASS__RED
                    : event->to == HOMES__HOME_STATE__NORMAL ? SUPPLIES__CLASS__GREEN
                                                             : SUPPLIES__CLASS__YELLOW;

    return keep_class(turn, turn_text(turn, "home/%s", event->home), class);
}

/* ---- a death ------------------------------------------------------------------------------------- */

/* A second need of goods is linked to the first while that is open: more than a few are a merge's. */
enum { NEEDS_MOST = 32 };

/* The person's open needs: the lines of one that is closed are over, or on their way back. */
static struct turn_slice needs_of(struct turn *turn, const char *person)
{
    return turn_take(turn, LOOP_KINDS, turn_text(turn, "%s/GOODS/", person), "", NEEDS_MOST);
}

/* What is not packed yet goes to the new door. */
int on_moved(struct turn *turn, const void *message)
{
    const Registry__Moved *event = message;
    struct turn_slice needs = needs_of(turn, event->person);
    const char *const *ids;

    for (size_t n = 0; n < needs.count; n++) {
        size_t count = line_ids(turn, needs.keys[n], &ids);
        for (size_t i = 0; i < count; i++) {
            const Line *line = line_peek(turn, ids[i]);
            if (line->delivery[0] == '\0' && strcmp(line->place, event->from) == 0)
                line_relocate(turn, ids[i], event->to);
        }
    }
    return turn->outcome;
}

static int32_t release_of(int32_t before)
{
    switch (before) {
    case SUPPLIES_ROWS__LINE__STATE__APPROVED:
        return RELEASE_APPROVED;
    case SUPPLIES_ROWS__LINE__STATE__ALLOCATED:
        return RELEASE_ALLOCATED;
    case SUPPLIES_ROWS__LINE__STATE__BACKORDERED:
        return RELEASE_BACKORDERED;
    case SUPPLIES_ROWS__LINE__STATE__PICKED:
        return RELEASE_PICKED;
    case SUPPLIES_ROWS__LINE__STATE__SENT:
        return RELEASE_SENT;
    default:
        return RELEASE_REQUESTED;
    }
}

/* Whoever drives or packs it hears it. */
static void say_held(struct turn *turn, const char *id, const Line *line)
{
    const char *lines[] = { id };
    Supplies__DeliveryHeld event = {
        IS(supplies__delivery_held), .delivery = line->delivery,      .n_lines = 1, .lines = lines,
        .person = line->person,      .reason = "a death was reported"
    };

    line_tell_site(turn, line, line->n_takes > 0 ? line->takes[0]->site : "", &event.base);
}

int on_death_reported(struct turn *turn, const void *message)
{
    const Registry__DeathReported *event = message;
    struct turn_slice needs = needs_of(turn, event->person);
    const char *const *ids;

    for (size_t n = 0; n < needs.count; n++) {
        size_t count = line_ids(turn, needs.keys[n], &ids);
        for (size_t i = 0; i < count && turn->outcome == 0; i++) {
            const Line *present = line_peek(turn, ids[i]);
            int32_t before = (int32_t)present->state;
            if (!turn_may_move(turn, LINES, ids[i], HOLD))
                continue;
            Line *line = line_move(turn, ids[i], HOLD);
            if (line == NULL)
                return turn->outcome;
            line->before_hold = (SuppliesRows__Line__State)before;
            say_held(turn, ids[i], line);
        }
    }
    return turn->outcome;
}

int on_death_refuted(struct turn *turn, const void *message)
{
    const Registry__DeathRefuted *event = message;
    struct turn_slice needs = needs_of(turn, event->person);
    const char *const *ids;

    for (size_t n = 0; n < needs.count; n++) {
        size_t count = line_ids(turn, needs.keys[n], &ids);
        for (size_t i = 0; i < count && turn->outcome == 0; i++) {
            const Line *present = line_peek(turn, ids[i]);
            if (!LINE_IS(present, HELD))
                continue;
            Line *line = line_move(turn, ids[i], release_of((int32_t)present->before_hold));
            if (line == NULL)
                return turn->outcome;
            line->before_hold = SUPPLIES_ROWS__LINE__STATE__NONE;
            allot_soon(turn, line->item);
        }
    }
    return turn->outcome;
}
