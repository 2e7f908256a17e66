/*
 * Which call of the store fails in which message, when a story is told once more.
 *
 * Each message is told alone once, and the calls that it makes are counted.  Then, for N = 1, 2, ...,
 * those that make N calls are told with the Nth one failing.  A story may have thousands of messages
 * of one kind: of these a few fail for each N, others for the next; the rest is told as it comes.
 */
#include <stdlib.h>

#include "lib/story_inside.h"

enum { FAIL_OF_A_KIND = 6, KINDS_MOST = 1024 };

struct kind {
    struct slice service;
    struct slice message;
    uint32_t candidates[FAULT_WAYS];
    uint32_t met[FAULT_WAYS];
};

struct fault_plan {
    uint32_t from;
    uint32_t count;
    struct planned {
        uint32_t kind;
        unsigned calls[FAULT_WAYS];
        bool fails[FAULT_WAYS];
    } * planned;
    struct kind *kinds;
    uint32_t kind_count;
    bool all;
};

static void split(struct slice subject, struct slice *ret_service, struct slice *ret_message)
{
    const char *text = subject.data;
    const char *dot = memchr(text, '.', subject.size);
    const char *end = text + subject.size;
    const char *last = dot == NULL ? NULL : memchr(dot + 1, '.', (size_t)(end - dot - 1));

    ck_assert_ptr_nonnull(last);
    *ret_service = slice_of(text, (size_t)(dot - text));
    *ret_message = slice_of(dot + 1, (size_t)(last - dot - 1));
}

static uint32_t kind_of(struct fault_plan *plan, struct slice subject)
{
    struct slice service;
    struct slice message;
    uint32_t i = 0;

    split(subject, &service, &message);
    while (i < plan->kind_count
           && !(slice_equal(plan->kinds[i].message, message)
                && slice_equal(plan->kinds[i].service, service)))
        i++;
    if (i == plan->kind_count) {
        ck_assert_uint_lt(i, KINDS_MOST);
        plan->kinds[plan->kind_count++] = (struct kind){ .service = service, .message = message };
    }
    return i;
}

struct fault_plan *fault_plan_open(const struct story *story, uint32_t from, bool all)
{
    struct fault_plan *plan = story_grow(NULL, sizeof(*plan));

    *plan = (struct fault_plan){ .from = from, .count = story->count - from, .all = all };
    plan->planned = calloc(plan->count + 1, sizeof(*plan->planned));
    plan->kinds = calloc(KINDS_MOST, sizeof(*plan->kinds));
    ck_assert(plan->planned != NULL && plan->kinds != NULL);
    for (uint32_t i = 0; i < plan->count; i++)
        plan->planned[i].kind = kind_of(plan, story->log[from + i].stored.envelope.subject);
    return plan;
}

void fault_plan_close(struct fault_plan *plan)
{
    free(plan->planned);
    free(plan->kinds);
    free(plan);
}

void fault_plan_count(struct fault_plan *plan, uint32_t at, enum fault_way way, unsigned calls)
{
    plan->planned[at - plan->from].calls[way] = calls;
}

bool fault_plan_fails(const struct fault_plan *plan, uint32_t at, enum fault_way way)
{
    return plan->planned[at - plan->from].fails[way];
}

/* Of `candidates` the `met`th; other ones for the next N. */
static bool is_chosen(const struct fault_plan *plan, uint32_t candidates, uint32_t met,
                      unsigned nth)
{
    uint32_t stride = plan->all ? 1 : (candidates + FAIL_OF_A_KIND - 1) / FAIL_OF_A_KIND;

    return (met + nth) % stride == 0 || candidates == 1;
}

bool fault_plan_choose(struct fault_plan *plan, unsigned nth)
{
    bool any = false;

    for (uint32_t i = 0; i < plan->kind_count; i++)
        for (int way = 0; way < FAULT_WAYS; way++)
            plan->kinds[i].candidates[way] = plan->kinds[i].met[way] = 0;
    for (uint32_t i = 0; i < plan->count; i++)
        for (int way = 0; way < FAULT_WAYS; way++)
            plan->kinds[plan->planned[i].kind].candidates[way] +=
                plan->planned[i].calls[way] >= nth;
    for (uint32_t i = 0; i < plan->count; i++) {
        struct planned *planned = &plan->planned[i];
        struct kind *kind = &plan->kinds[planned->kind];
        for (int way = 0; way < FAULT_WAYS; way++) {
            planned->fails[way] = planned->calls[way] >= nth
                                  && is_chosen(plan, kind->candidates[way], kind->met[way]++, nth);
            any = any || planned->fails[way];
        }
    }
    return any;
}

unsigned fault_plan_most(const struct fault_plan *plan)
{
    unsigned most = 0;

    for (uint32_t i = 0; i < plan->count; i++)
        for (int way = 0; way < FAULT_WAYS; way++)
            most = plan->planned[i].calls[way] > most ? plan->planned[i].calls[way] : most;
    return most;
}
