/*
 * Questions to a running service.  An answer with data of persons waits here until its trace is on
 * the disk of the log.
 */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "kit/serve.h"
#include "town.pb-c.h"

static struct waiting *at(struct running *running, uint32_t index)
{
    return &running->waiting[(running->waiting_first + index) % ANSWERS];
}

static void *copy_of(struct slice bytes)
{
    void *copy = malloc(bytes.size + 1);

    if (copy != NULL && bytes.size > 0)
        memcpy(copy, bytes.data, bytes.size);
    return copy;
}

static void forget_first(struct running *running)
{
    struct waiting *waiting = at(running, 0);

    free(waiting->reason);
    free(waiting->body);
    free(waiting->accessed);
    *waiting = (struct waiting){ 0 };
    running->waiting_first = (running->waiting_first + 1) % ANSWERS;
    running->waiting_count--;
}

void answers_stored(struct running *running, uint64_t number)
{
    while (running->waiting_count > 0) {
        struct waiting *waiting = at(running, 0);
        if (waiting->number == 0 || waiting->number > number)
            return;
        client_answer(running->client, waiting->request, waiting->refusal, waiting->reason,
                      slice_of(waiting->body, waiting->body_size));
        forget_first(running);
    }
}

static void keep(struct running *running, uint64_t request, const struct kit_answer *answer)
{
    if (running->waiting_count == ANSWERS) {
        client_answer(running->client, request, TOWN__REFUSAL__OVER_LIMIT,
                      "too many questions wait for their trace", (struct slice){ 0 });
        return;
    }
    struct waiting *waiting = at(running, running->waiting_count);
    *waiting = (struct waiting){ .request = request,
                                 .refusal = answer->refusal,
                                 .reason = strdup(answer->reason),
                                 .body = copy_of(answer->body),
                                 .body_size = answer->body.size,
                                 .accessed = copy_of(answer->accessed),
                                 .accessed_size = answer->accessed.size };
    running->waiting_count++;
    if (waiting->reason == NULL || waiting->body == NULL || waiting->accessed == NULL)
        serve_fail(running, FAULT(-ENOMEM));
}

void answers_commit(struct running *running)
{
    struct slice accessed[ANSWERS];
    uint32_t first = running->waiting_count;
    uint64_t number;

    while (first > 0 && at(running, first - 1)->number == 0)
        first--;
    uint32_t count = running->waiting_count - first;
    if (count == 0 || running->stopping)
        return;
    for (uint32_t i = 0; i < count; i++) {
        const struct waiting *waiting = at(running, first + i);
        accessed[i] = slice_of(waiting->accessed, waiting->accessed_size);
    }
    int r = kit_accessed(running->kit, accessed, count, &number);
    if (r < 0) {
        serve_fail(running, r);
        return;
    }
    for (uint32_t i = 0; i < count; i++)
        at(running, first + i)->number = number - (count - 1 - i);
}

void answers_ask(struct running *running, const Bus__Query *query)
{
    struct kit_answer answer;

    arena_reset(&running->arena);
    running->arena.budget_bytes = ANSWER_BYTES;
    int r = kit_ask(running->kit, query, serve_now(running), &running->arena, &answer);
    if (r == -ENOMEM) {
        client_answer(running->client, query->request, TOWN__REFUSAL__REFUSED_TOO_LARGE,
                      "the answer is too long: ask for less", (struct slice){ 0 });
    } else if (r < 0) {
        serve_fail(running, r);
    } else if (answer.accessed.size > 0) {
        keep(running, query->request, &answer);
    } else {
        client_answer(running->client, query->request, answer.refusal, answer.reason, answer.body);
    }
}

void answers_drop(struct running *running)
{
    while (running->waiting_count > 0)
        forget_first(running);
}
