/*
 * stories/supplies_town.h - the kernel's town with a depot that gives out, a reserve that refills it,
 * and a few items.  After each story the books are looked at: supplies_close.
 */
#pragma once

#include "stories/kernel_town.h"

extern const struct service supplies_service;

#define C06 "310115125006"

/* The office that allocates keeps the depot too. */
static inline void office(struct story *story, const char *command, const char *body)
{
    char subject[64];

    snprintf(subject, sizeof(subject), "supplies.%s.dzb", command);
    story_say(story, "dzb as dzb.duty dzb-s4", subject, "%s", body);
}

static inline void supplies_town(struct story *story)
{
    organisation_says(story, "ResponsibilitySet",
                      "{'category': 'LIVING', 'kind': 'GOODS', 'service': 'supplies',"
                      " 'firstUnit': 'dzb', 'secondUnit': 'sjb', 'verifier': 'dzb'}");
    organisation_says(story, "UnitRegistered", "{'unit': 'wlc', 'kind': 'assist'}");
    office(story, "DefineItem",
           "{'item': 'rice', 'name': '大米', 'unit': 'bag', 'maxPerNeed': 4, 'substitutes':"
           " ['noodles']}");
    office(story, "DefineItem", "{'item': 'noodles', 'name': '挂面', 'unit': 'pack'}");
    office(story, "DefineItem",
           "{'item': 'antipyretic', 'name': '退热药', 'unit': 'pack', 'maxPerNeed': 3,"
           " 'substitutes': ['syrup'], 'consentNeeded': true}");
    office(story, "DefineItem", "{'item': 'syrup', 'name': '退热糖浆', 'unit': 'bottle'}");
    office(story, "DefineSite", "{'site': 'depot', 'unit': 'dzb', 'name': '物资仓库'}");
    office(story, "DefineSite",
           "{'site': 'reserve', 'unit': 'wlc', 'name': '储备点', 'reserve': true}");
    story_forget(story);
}

static inline struct story *supplies_story(const struct service *service)
{
    struct story *story = kernel_story(service);

    supplies_town(story);
    return story;
}

/* Stock is never below zero, and on hand + sent + lost + shipped = received, of every lot (H7). */
static inline void supplies_close(struct story *story)
{
    ck_assert_ptr_nonnull(
        strstr(story_ask(story, "dzb", "supplies.Availability.dzb", "{}"), "\"balanced\": true"));
    story_close(story);
}

/* A need of one line, NEED-l1. */
static inline void asks(struct story *story, const char *need, const char *person,
                        const char *place, const char *item, unsigned qty)
{
    char subject[64];

    snprintf(subject, sizeof(subject), "supplies.OpenNeed.%s", place);
    story_say(story, place, subject,
              "{'need': '%s', 'person': '%s', 'place': '%s', 'category': 'LIVING', 'kind': 'GOODS',"
              " 'priority': 'P2', 'goods': [{'item': '%s', 'qty': %u}]}",
              need, person, place, item, qty);
}

static inline void approves(struct story *story, const char *line)
{
    char body[96];

    snprintf(body, sizeof(body), "{'line': '%s'}", line);
    office(story, "ApproveLine", body);
}
