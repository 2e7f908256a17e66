/*
 * Inspections, whose sample anybody can draw again, and the request to open a need once more.
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "supervision/fields.h"
#include "supervision/supervision.h"

enum { POPULATION = 5000 }; /* names in one inspection: what a message holds */

struct ticket {
    unsigned char hash[crypto_hash_sha256_BYTES];
    const char *name;
};

static int by_hash(const void *a, const void *b)
{
    const struct ticket *left = a;
    const struct ticket *right = b;
    int order = memcmp(left->hash, right->hash, sizeof(left->hash));

    return order != 0 ? order : strcmp(left->name, right->name);
}

/* The n names whose SHA-256 of `seed|name` is lowest: with the published seed and population,
 * sha256sum and sort give the same, and nobody can choose. */
static const char **draw(struct turn *turn, const Supervision__PlanInspection *plan, size_t n)
{
    struct ticket *tickets = turn_array(turn, plan->n_population, sizeof(*tickets));
    const char **sample = turn_array(turn, n, sizeof(*sample));

    if (tickets == NULL || sample == NULL)
        return NULL;
    for (size_t i = 0; i < plan->n_population; i++) {
        const char *text = turn_text(turn, "%s|%s", plan->seed, plan->population[i]);
        if (text == NULL)
            return NULL;
        tickets[i].name = plan->population[i];
        crypto_hash_sha256(tickets[i].hash, (const unsigned char *)text, strlen(text));
    }
    qsort(tickets, plan->n_population, sizeof(*tickets), by_hash);
    for (size_t i = 0; i < n; i++)
        sample[i] = tickets[i].name;
    return sample;
}

/* Of the names in their order, each with a newline, in hex. */
static const char *hash_of(struct turn *turn, const Supervision__PlanInspection *plan)
{
    crypto_hash_sha256_state state;
    unsigned char hash[crypto_hash_sha256_BYTES];
    char hex[2 * crypto_hash_sha256_BYTES + 1];

    crypto_hash_sha256_init(&state);
    for (size_t i = 0; i < plan->n_population; i++) {
        const char *name = plan->population[i];
        crypto_hash_sha256_update(&state, (const unsigned char *)name, strlen(name));
        crypto_hash_sha256_update(&state, (const unsigned char *)"\n", 1);
    }
    crypto_hash_sha256_final(&state, hash);
    const char *text = turn_text(turn, "%s", sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash)));
    return text != NULL ? text : "";
}

static bool may_plan(struct turn *turn, const Supervision__PlanInspection *plan)
{
    if (!turn_from(turn, "jcb"))
        return false;
    if (!turn_is_id(plan->inspection) || *plan->seed == '\0') {
        turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "an inspection has an id and a seed");
        return false;
    }
    if (plan->n_population == 0 || plan->n == 0) {
        turn_refuse(turn, SUPERVISION__REFUSAL__EMPTY_POPULATION, "nobody to draw from");
        return false;
    }
    if (plan->n_population > POPULATION) {
        turn_refuse(turn, TOWN__REFUSAL__REFUSED_TOO_LARGE, "%d names at most", POPULATION);
        return false;
    }
    return true;
}

int on_plan_inspection(struct turn *turn, const void *message)
{
    const Supervision__PlanInspection *plan = message;

    if (!may_plan(turn, plan))
        return turn->outcome;
    const char *hash = hash_of(turn, plan);
    if (*plan->population_hash != '\0' && strcmp(plan->population_hash, hash) != 0)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "the population's hash is %s", hash);
    size_t n = plan->n < plan->n_population ? plan->n : plan->n_population;
    const char **sample = draw(turn, plan, n);
    Inspection *inspection = turn_move(turn, INSPECTIONS, plan->inspection);
    if (inspection == NULL || sample == NULL)
        return turn->outcome;
    inspection->unit = turn->unit;
    inspection->seed = plan->seed;
    inspection->population_hash = hash;
    inspection->sample = sample;
    inspection->n_sample = n;
    Supervision__InspectionPlanned planned = { IS(supervision__inspection_planned),
                                               .inspection = plan->inspection,
                                               .seed = plan->seed,
                                               .n = (uint32_t)n,
                                               .n_sample = n,
                                               .sample = sample,
                                               .population_hash = hash };
    return turn_emit(turn, turn->unit, &planned.base);
}

int on_start_inspection(struct turn *turn, const void *message)
{
    const Supervision__StartInspection *start = message;
    Inspection *inspection =
        turn_from(turn, "jcb") ? turn_move(turn, INSPECTIONS, start->inspection) : NULL;

    if (inspection == NULL)
        return turn->outcome;
    Supervision__InspectionStarted started = { IS(supervision__inspection_started),
                                               .inspection = start->inspection };
    return turn_emit(turn, inspection->unit, &started.base);
}

int on_report_inspection(struct turn *turn, const void *message)
{
    const Supervision__ReportInspection *report = message;
    Inspection *inspection =
        turn_from(turn, "jcb") ? turn_move(turn, INSPECTIONS, report->inspection) : NULL;

    if (inspection == NULL)
        return turn->outcome;
    inspection->result = report->result;
    Supervision__InspectionReported reported = { IS(supervision__inspection_reported),
                                                 .inspection = report->inspection,
                                                 .result = report->result };
    return turn_emit(turn, inspection->unit, &reported.base);
}

int on_request_reopen(struct turn *turn, const void *message)
{
    const Supervision__RequestReopen *request = message;

    if (!turn_from(turn, "jcb"))
        return turn->outcome;
    const Need *need = work_need(turn, request->service, request->need);
    if (need == NULL)
        return turn_refuse(turn, TOWN__REFUSAL__NOT_FOUND, "%s has no need %s", request->service,
                           request->need);
    if (*request->reason == '\0')
        return turn_refuse(turn, SUPERVISION__REFUSAL__NO_EVIDENCE, "why it is asked for");
    Town__ReopenNeed reopen = { IS(town__reopen_need), .need = request->need,
                                .reason = request->reason };
    struct turn_post post = { .service = request->service,
                              .unit = *need->place != '\0' ? need->place : "town",
                              .case_id = need->case_id,
                              .message = &reopen.base };
    turn_post(turn, &post);
    Supervision__ReopenRequested requested = { IS(supervision__reopen_requested),
                                               .service = request->service, .need = request->need,
                                               .reason = request->reason };
    post =
        (struct turn_post){ .unit = "lgo", .case_id = need->case_id, .message = &requested.base };
    return turn_post(turn, &post);
}
