/*
 * The judge: the log and what everybody remembers, held against the rules (H1 to H4, H10, H12).
 */
#include <stdio.h>
#include <string.h>

#include "sim/sim.h"

static unsigned node_named(const struct sim *sim, const char *source)
{
    for (unsigned i = 0; i < sim->node_count; i++)
        if (strcmp(sim->nodes[i]->source, source) == 0)
            return i;
    return SIM_NODES;
}

/* H1, H3, H13: whatever is on the log was said, as it was said, and is there once. */
static void judge_message(struct sim *sim, const struct world_message *message, unsigned node)
{
    const struct core_message *what = &message->message;
    struct said *said = sim_find_said(sim, node, what->epoch, what->number);

    if (said == NULL || said->digest != sim_digest(what->bytes))
        sim_wrong(sim, "H3: %s/%u/%llu is on the log and was never said so", message->source,
                  what->epoch, (unsigned long long)what->number);
    else if (said->stored++ > 0)
        sim_wrong(sim, "H1: %s/%u/%llu is on the log twice", message->source, what->epoch,
                  (unsigned long long)what->number);
}

/* H4: in order of number within the epoch, without a gap; epochs rise; log time never goes back. */
static void judge_log(struct sim *sim)
{
    uint64_t numbers[SIM_NODES] = { 0 };
    uint32_t epochs[SIM_NODES] = { 0 };
    uint64_t time_ms = 0;

    for (uint64_t seq = sim->cast->log_count + 1; seq <= sim->world.durable; seq++) {
        struct world_message message;
        if (sim->world.log[seq - 1].time_ms < time_ms)
            sim_wrong(sim, "H4: log time goes back at %llu", (unsigned long long)seq);
        time_ms = sim->world.log[seq - 1].time_ms;
        if (!core_world_message(&sim->world, seq, &message))
            continue;
        unsigned node = node_named(sim, message.source);
        if (node == SIM_NODES) {
            sim_wrong(sim, "H3: nobody is %s", message.source);
            return;
        }
        if (message.message.epoch > epochs[node]) {
            bool goes_on = epochs[node] == 0; /* what is on the log already is not judged */
            epochs[node] = message.message.epoch;
            numbers[node] = goes_on ? sim->nodes[node]->numbers_before : 0;
        }
        if (message.message.epoch != epochs[node] || message.message.number != numbers[node] + 1)
            sim_wrong(sim, "H4: %s/%u/%llu comes behind %llu of epoch %u", message.source,
                      message.message.epoch, (unsigned long long)message.message.number,
                      (unsigned long long)numbers[node], epochs[node]);
        numbers[node] = message.message.number;
        judge_message(sim, &message, node);
    }
}

static void judge_said(struct sim *sim)
{
    for (uint32_t i = 0; i < sim->said_count; i++) {
        const struct said *said = &sim->said[i];
        const char *source = sim->nodes[said->node]->source;
        if (said->acknowledged && said->stored != 1)
            sim_wrong(sim, "H1: %s/%u/%llu was acknowledged and is not on the log", source,
                      said->epoch, (unsigned long long)said->number);
        if (said->void_number && said->stored != 0)
            sim_wrong(sim, "H2: %s/%u/%llu was refused and is on the log", source, said->epoch,
                      (unsigned long long)said->number);
    }
}

/* H10: each message of a mailbox ended by the receipt of somebody who had it. */
static void judge_mailboxes(struct sim *sim)
{
    for (uint64_t seq = 1; seq <= sim->world.durable; seq++) {
        struct world_message message;
        char json[2048];
        if (!core_world_message(&sim->world, seq, &message))
            continue;
        for (unsigned box = 0; box < SIM_MAILBOXES; box++) {
            char end[16];
            int size = snprintf(end, sizeof(end), ".%s", sim->cast->boxes[box]);
            struct slice subject = message.message.subject;
            if (subject.size < (size_t)size
                || memcmp((const char *)subject.data + subject.size - size, end, (size_t)size) != 0)
                continue;
            core_why(sim->world.core, seq, &message.message, json, sizeof(json));
            if (strstr(json, "\"state\": \"settled\"") == NULL)
                sim_wrong(sim, "H10: %llu of %s has not ended", (unsigned long long)seq,
                          sim->cast->boxes[box]);
            else if (!sim_handed(sim, box, seq)->receipt_sent)
                sim_wrong(sim, "H10: %llu of %s ended and nobody had it", (unsigned long long)seq,
                          sim->cast->boxes[box]);
        }
    }
}

void judge(struct sim *sim)
{
    judge_log(sim);
    judge_said(sim);
    if (sim->disk != NULL)
        disk_judge(sim);
    for (unsigned i = 0; i < sim->node_count; i++)
        sim->nodes[i]->calls->judge(sim, sim->nodes[i]);
    if (sim->cast->emptied)
        judge_mailboxes(sim);
    if (sim->cast->judge != NULL)
        sim->cast->judge(sim);
}
