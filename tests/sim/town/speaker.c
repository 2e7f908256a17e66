/*
 * A desk: it says one thing at a time, each when its time has come, and says it again until it is
 * stored.  What the broker refuses for good is let be, and its number goes to the next.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kit/json.h"
#include "kit/words.h"
#include "sim/town/town.h"

enum { RESEND_US = 1500 * MS, ARENA_BYTES = 1 << 20 };

struct line {
    uint64_t at_us;
    char post[48];
    char person[32];
    char subject[96];
    Bus__Priority priority;
    uint8_t *body;
    size_t body_size;
};

struct speaker {
    struct line *lines; /* in order of time */
    uint32_t count;
    uint32_t room;
    uint32_t next;   /* the line that waits to be stored */
    uint64_t stored; /* numbers */
    uint8_t *bytes;  /* the envelope of `next` under stored + 1, or NULL */
    size_t size;
    uint64_t sent_us;
    uint64_t hold_us;
};

static void start(struct sim *sim, struct node *node)
{
    (void)sim;
    node->acknowledged = ((struct speaker *)node->own)->stored;
}

static void pack(struct sim *sim, struct node *node)
{
    struct speaker *speaker = node->own;
    const struct line *line = &speaker->lines[speaker->next];
    Bus__Envelope envelope = BUS__ENVELOPE__INIT;
    Bus__Actor actor = BUS__ACTOR__INIT;

    actor.unit = node->unit;
    actor.post = line->post;
    actor.person = line->person;
    envelope.actor = &actor;
    envelope.epoch = 1;
    envelope.number = speaker->stored + 1;
    envelope.subject = line->subject;
    envelope.priority = line->priority;
    envelope.body.data = line->body;
    envelope.body.len = line->body_size;
    speaker->size = bus__envelope__get_packed_size(&envelope);
    speaker->bytes = malloc(speaker->size + 1);
    if (speaker->bytes == NULL)
        abort();
    bus__envelope__pack(&envelope, speaker->bytes);
    sim_said(sim, node, envelope.number, sim_digest(slice_of(speaker->bytes, speaker->size)));
}

static void send(struct sim *sim, struct node *node)
{
    struct speaker *speaker = node->own;
    struct parcel *parcel;

    if (node->phase != NODE_UP || speaker->next == speaker->count || sim->now_us < speaker->hold_us
        || (!sim->healing && sim->now_us < speaker->lines[speaker->next].at_us)
        || (speaker->sent_us != 0 && sim->now_us < speaker->sent_us + RESEND_US))
        return;
    if (speaker->bytes == NULL)
        pack(sim, node);
    parcel = parcel_new();
    parcel->up = CORE_PUBLISH;
    parcel->number = speaker->stored + 1;
    parcel_add(parcel, slice_of(speaker->bytes, speaker->size));
    speaker->sent_us = sim->now_us;
    net_up(sim, node, parcel);
}

static void next_line(struct speaker *speaker)
{
    free(speaker->bytes);
    speaker->bytes = NULL;
    speaker->next++;
    speaker->sent_us = 0;
}

static void on_stored(struct sim *sim, struct node *node, uint64_t number)
{
    struct speaker *speaker = node->own;
    struct said *said = sim_find_said(sim, node->index, 1, number);

    if (number <= speaker->stored)
        return;
    if (number != speaker->stored + 1 || said == NULL || speaker->bytes == NULL) {
        sim_wrong(sim, "H3: %s was told of a number %llu that it never said", node->source,
                  (unsigned long long)number);
        return;
    }
    said->acknowledged = true;
    speaker->stored = number;
    node->acknowledged = number;
    next_line(speaker);
}

static void up(struct sim *sim, struct node *node, const struct parcel *welcome)
{
    struct speaker *speaker = node->own;

    on_stored(sim, node, welcome->number);
    speaker->sent_us = 0;
    send(sim, node);
}

static void on_parcel(struct sim *sim, struct node *node, struct parcel *parcel)
{
    struct speaker *speaker = node->own;

    if (parcel->down == CORE_SEND_STORED) {
        on_stored(sim, node, parcel->number);
    } else if (parcel->down == CORE_SEND_REFUSED && parcel->number == speaker->stored + 1
               && speaker->bytes != NULL) {
        if (parcel->code == BUS__CODE__FULL || parcel->code == BUS__CODE__OVER_CREDIT) {
            speaker->hold_us = sim->now_us + 200 * MS;
            speaker->sent_us = 0;
        } else if (parcel->seq == sim_digest(slice_of(speaker->bytes, speaker->size))) {
            struct said *said = sim_find_said(sim, node->index, 1, parcel->number);
            said->void_number = true;
            next_line(speaker);
        }
    }
    send(sim, node);
}

static void tick(struct sim *sim, struct node *node)
{
    send(sim, node);
}

/* A desk keeps what it has to say on paper. */
static void kill_speaker(struct sim *sim, struct node *node)
{
    (void)sim;
    ((struct speaker *)node->own)->sent_us = 0;
}

static bool quiet(struct sim *sim, const struct node *node)
{
    const struct speaker *speaker = node->own;

    (void)sim;
    return speaker->next == speaker->count;
}

static void judge_speaker(struct sim *sim, struct node *node)
{
    (void)sim;
    (void)node;
}

static void free_speaker(struct node *node)
{
    struct speaker *speaker = node->own;

    for (uint32_t i = 0; i < speaker->count; i++)
        free(speaker->lines[i].body);
    free(speaker->lines);
    free(speaker->bytes);
    free(speaker);
}

struct node *speaker_new(struct sim *sim, const char *source)
{
    static const struct node_calls calls = { start, up,    on_parcel,     tick,        kill_speaker,
                                             NULL,  quiet, judge_speaker, free_speaker };
    char unit[32];

    for (unsigned i = 0; i < sim->node_count; i++)
        if (strcmp(sim->nodes[i]->source, source) == 0)
            return sim->nodes[i];
    snprintf(unit, sizeof(unit), "%.*s", (int)strcspn(source, "."), source);
    struct speaker *speaker = calloc(1, sizeof(*speaker));
    if (speaker == NULL)
        abort();
    return node_new(sim, unit, source[strlen(unit)] == '.' ? source + strlen(unit) + 1 : "", "",
                    &calls, speaker);
}

void speaker_line(struct sim *sim, struct node *node, uint64_t at_us, const char *post,
                  const char *person, const char *subject, const char *priority, const char *json)
{
    struct speaker *speaker = node->own;
    const ProtobufCMessageDescriptor *type = words_of_subject(slice_text(subject));
    ProtobufCMessage *message;
    struct arena arena;
    const char *error = "";
    json_t *value = NULL;

    (void)sim;
    arena_open(&arena, ARENA_BYTES);
    if (type == NULL || json_parse(json, strlen(json), &arena, &value, &error) != 0
        || json_to_message(value, type, &arena, &message, &error) != 0) {
        json_decref(value);
        arena_close(&arena);
        return; /* a scene of another version of the words: its line is let be */
    }
    speaker->lines =
        sim_grow(speaker->lines, speaker->count + 1, &speaker->room, sizeof(*speaker->lines));
    uint32_t at = speaker->count++;
    for (; at > 0 && speaker->lines[at - 1].at_us > at_us; at--)
        speaker->lines[at] = speaker->lines[at - 1];
    struct line *line = &speaker->lines[at];
    *line = (struct line){ .at_us = at_us };
    snprintf(line->post, sizeof(line->post), "%s", post);
    snprintf(line->person, sizeof(line->person), "%s", person);
    snprintf(line->subject, sizeof(line->subject), "%s", subject);
    const ProtobufCEnumValue *level =
        protobuf_c_enum_descriptor_get_value_by_name(&bus__priority__descriptor, priority);
    line->priority = (Bus__Priority)(level == NULL ? 0 : level->value);
    line->body_size = protobuf_c_message_get_packed_size(message);
    line->body = malloc(line->body_size + 1);
    if (line->body == NULL)
        abort();
    protobuf_c_message_pack(message, line->body);
    json_decref(value);
    arena_close(&arena);
}
