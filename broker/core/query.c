/*
 * Questions go to the live service and come back once; nothing of them is kept.
 */
#include <stdio.h>
#include <string.h>

#include "core/inside.h"

enum { DEADLINE_MOST_MS = 30 * 1000, DEADLINE_USUAL_MS = 5 * 1000 };

static struct question_open *slot(struct core *core, uint64_t id)
{
    return &core->questions[id % core->question_room];
}

static void close_question(struct core *core, struct question_open *question)
{
    struct peer *asker = peer_get(core, question->asker);

    if (asker != NULL && asker->queries > 0)
        asker->queries--;
    core->question_count--;
    *question = (struct question_open){ 0 };
}

void query_step(struct core *core, struct peer *peer, const Bus__Query *query)
{
    struct slice subject = slice_text(query->subject);
    const char *dot = strchr(query->subject, '.');
    size_t length = dot == NULL ? 0 : (size_t)(dot - query->subject);
    struct peer *service = map_get(&core->services, slice_of(query->subject, length));
    const char *actor_unit = query->actor == NULL ? "" : query->actor->unit;

    if (!permit_allows(core->permit, peer->unit->name, PERMIT_QUERY, subject)
        || (!peer->is_service && actor_unit[0] != '\0'
            && strcmp(actor_unit, peer->unit->name) != 0)) {
        inside_reject(core, peer->id, query->request, BUS__CODE__NOT_PERMITTED,
                      "the unit may not ask this", 0);
        return;
    }
    if (service == NULL) {
        inside_reject(core, peer->id, query->request, BUS__CODE__NO_SERVICE,
                      "nobody answers for that service now", core->options.limits.retry_ms);
        return;
    }
    /* A slow question may still sit where the next one would: it is passed over. */
    uint64_t id = core->question_last + 1;
    while (core->question_count < core->question_room && slot(core, id)->id != 0)
        id++;
    if (peer->queries >= core->options.limits.queries_of_peer || slot(core, id)->id != 0) {
        inside_reject(core, peer->id, query->request, BUS__CODE__OVER_CREDIT,
                      "too many questions are open", core->options.limits.retry_ms);
        return;
    }
    uint32_t deadline_ms = query->deadline_ms == 0                 ? DEADLINE_USUAL_MS
                           : query->deadline_ms > DEADLINE_MOST_MS ? DEADLINE_MOST_MS
                                                                   : query->deadline_ms;
    core->question_last = id;
    core->question_count++;
    peer->queries++;
    *slot(core, id) = (struct question_open){
        .id = id,
        .asker = peer->id,
        .request = query->request,
        .service = service->id,
        .deadline_ms = core->steady_ms + deadline_ms,
    };
    struct core_effect *effect = inside_effect(core, CORE_SEND_QUERY, service->id);
    effect->forward.id = id;
    effect->forward.query = query;
    effect->forward.asker = peer->source;
}

void query_answer(struct core *core, struct peer *peer, const Bus__Answer *answer)
{
    struct question_open *question = slot(core, answer->request);

    /* Too late, or not this service's to answer. */
    if (answer->request == 0 || question->id != answer->request || question->service != peer->id)
        return;
    struct core_effect *effect = inside_effect(core, CORE_SEND_ANSWER, question->asker);
    effect->forward.id = question->request;
    effect->forward.answer = answer;
    close_question(core, question);
}

static void give_up(struct core *core, struct question_open *question, Bus__Code code,
                    const char *reason)
{
    inside_reject(core, question->asker, question->request, code, reason,
                  core->options.limits.retry_ms);
    close_question(core, question);
}

void query_forget(struct core *core, struct peer *peer)
{
    for (uint32_t i = 0; core->question_count > 0 && i < core->question_room; i++) {
        struct question_open *question = &core->questions[i];
        if (question->id == 0)
            continue;
        if (question->asker == peer->id)
            close_question(core, question);
        else if (question->service == peer->id)
            give_up(core, question, BUS__CODE__NO_SERVICE, "the service is gone");
    }
}

void query_tick(struct core *core)
{
    for (uint32_t i = 0; core->question_count > 0 && i < core->question_room; i++) {
        struct question_open *question = &core->questions[i];
        if (question->id != 0 && question->deadline_ms <= core->steady_ms)
            give_up(core, question, BUS__CODE__TIMED_OUT, "no answer came in time");
    }
}

/* Deadlines are looked at ten times a second while questions are open. */
uint64_t query_next_ms(const struct core *core)
{
    return core->question_count == 0 ? UINT64_MAX : core->steady_ms + 100;
}
