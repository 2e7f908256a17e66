/*
 * Who looked at whom, and whether the history that was seen is still the history that is.
 */
#include <inttypes.h>
#include <sodium.h>
#include <string.h>

#include "base/clock.h"
#include "supervision/fields.h"
#include "supervision/supervision.h"

enum { ROOT_BYTES = 32 };

static void add_look(struct turn *turn, const Town__Accessed *accessed, const char *person)
{
    const char *key = fields_key(turn, "%s/%020" PRIu64, person, turn->seq);
    Look *look = key != NULL ? turn_edit(turn, LOOKS, key) : NULL;

    if (look == NULL)
        return;
    look->time_ms = turn->now_ms;
    keeping_since(turn, KEPT_LOOK, key, turn->now_ms);
    look->reader_unit = accessed->reader_unit;
    look->reader_post = accessed->reader_post;
    look->query = accessed->query;
    look->result = accessed->result;
    look->purpose = accessed->purpose;
    look->case_id = accessed->case_id;
}

static void tell_anomaly(struct turn *turn, const Town__Accessed *accessed, const char *why,
                         uint32_t count)
{
    Supervision__AccessAnomaly anomaly = { IS(supervision__access_anomaly),
                                           .reader_unit = accessed->reader_unit,
                                           .reader_post = accessed->reader_post, .why = why,
                                           .count = count };

    Rates *rates = rates_of(turn, rates_month(turn, turn->now_ms), accessed->reader_unit);
    if (rates != NULL)
        rates->anomalies++;
    turn_emit(turn, "lgo", &anomaly.base);
}

static bool is_over(struct turn *turn, const char *key, uint32_t count)
{
    return directory_has(turn, key, "", turn->now_ms) && count > directory_number(turn, key, "");
}

/* One post's reading on one day: many people, or doors tried that are not its own. */
static void watch_reader(struct turn *turn, const Town__Accessed *accessed)
{
    const char *post = *accessed->reader_post != '\0' ? accessed->reader_post : "-";

    if (!fields_is_id(accessed->reader_unit) || !fields_is_id(post))
        return;
    const char *key =
        fields_key(turn, "%s/%s/%" PRId64, accessed->reader_unit, post, clock_day(turn->now_ms));
    Reader *reader = key != NULL ? turn_edit(turn, READERS, key) : NULL;
    if (reader == NULL)
        return;
    if (reader->persons == 0 && reader->denied == 0)
        keeping_since(turn, KEPT_READER, key, turn->now_ms);
    reader->persons += (uint32_t)accessed->n_persons;
    if (strcmp(accessed->result, "denied") == 0)
        reader->denied++;
    if (reader->told)
        return;
    reader->told = true;
    if (is_over(turn, "supervision.access_denied", reader->denied))
        tell_anomaly(turn, accessed, "denied", reader->denied);
    else if (is_over(turn, "supervision.access_persons", reader->persons))
        tell_anomaly(turn, accessed, "many persons", reader->persons);
    else
        reader->told = false;
}

/* R10: denied and failed ones are kept like the others. */
int saw_accessed(struct turn *turn, const void *message)
{
    const Town__Accessed *accessed = message;

    for (size_t i = 0; i < accessed->n_persons; i++)
        if (fields_is_id(accessed->persons[i]))
            add_look(turn, accessed, accessed->persons[i]);
    if (accessed->n_persons == 0)
        add_look(turn, accessed,
                 "-"); /* nobody was found, or nobody shown: it is a look all the same */
    watch_reader(turn, accessed);
    return turn->outcome;
}

/* ---- two ids that are one person (R13): what was looked at under either is told of both ------------- */

int saw_merged(struct turn *turn, const void *message)
{
    const Registry__Merged *merged = message;

    if (!fields_is_id(merged->alias) || !fields_is_id(merged->survivor))
        return turn->outcome;
    const char *has = fields_key(turn, "has/%s/%s", merged->survivor, merged->alias);
    Alias *of = turn_edit(turn, ALIASES, turn_key(turn, "of/%s", merged->alias));
    Alias *one = has != NULL ? turn_edit(turn, ALIASES, has) : NULL;
    if (of == NULL || one == NULL)
        return turn->outcome;
    of->survivor = merged->survivor;
    one->survivor = merged->survivor;
    return turn->outcome;
}

int saw_unmerged(struct turn *turn, const void *message)
{
    const Registry__Unmerged *unmerged = message;

    if (!fields_is_id(unmerged->alias) || !fields_is_id(unmerged->survivor))
        return turn->outcome;
    const char *has = fields_key(turn, "has/%s/%s", unmerged->survivor, unmerged->alias);
    turn_drop(turn, ALIASES, turn_key(turn, "of/%s", unmerged->alias));
    if (has != NULL)
        turn_drop(turn, ALIASES, has);
    return turn->outcome;
}

/* ---- checkpoints -------------------------------------------------------------------------------------- */

static const char *checkpoint_key(struct turn *turn, uint64_t size)
{
    return turn_key(turn, "%020" PRIu64, size);
}

/* Another root for a size that was co-signed: the history was rewritten, which is what this is for. */
static int tell_rewritten(struct turn *turn, uint64_t size)
{
    Supervision__GapFound gap = { IS(supervision__gap_found), .what = "checkpoint rewritten",
                                  .from = size, .to = size };

    return turn_emit(turn, "lgo", &gap.base);
}

int on_cosign_checkpoint(struct turn *turn, const void *message)
{
    const Supervision__CosignCheckpoint *cosign = message;

    if (!turn_from(turn, "jcb"))
        return turn->outcome;
    if (cosign->size == 0 || cosign->root.len != ROOT_BYTES
        || cosign->signature.len != crypto_sign_BYTES)
        return turn_refuse(turn, SUPERVISION__REFUSAL__BAD_SIGNATURE,
                           "a root has %d bytes, a signature %d", ROOT_BYTES,
                           (int)crypto_sign_BYTES);
    const Checkpoint *known = turn_load(turn, CHECKPOINTS, checkpoint_key(turn, cosign->size));
    if (known != NULL) {
        if (memcmp(known->root.data, cosign->root.data, ROOT_BYTES) != 0)
            return tell_rewritten(turn, cosign->size);
        return turn_refuse(turn, TOWN__REFUSAL__STALE, "it is co-signed already");
    }
    Checkpoint *checkpoint = turn_edit(turn, CHECKPOINTS, checkpoint_key(turn, cosign->size));
    Checkpoint *last = turn_edit(turn, CHECKPOINTS, "last");
    if (checkpoint == NULL || last == NULL)
        return turn->outcome;
    checkpoint->size = cosign->size;
    checkpoint->root = cosign->root;
    checkpoint->signature = cosign->signature;
    checkpoint->at_ms = turn->now_ms;
    if (cosign->size > last->size) {
        last->size = cosign->size;
        last->at_ms = turn->now_ms;
    }
    Supervision__ChaseCosign chase = { IS(supervision__chase_cosign), .size = cosign->size };
    turn_remind(turn, "last", directory_due(turn, "supervision.cosign", "", turn->now_ms),
                &chase.base);
    Supervision__CheckpointCosigned cosigned = { IS(supervision__checkpoint_cosigned),
                                                 .size = cosign->size, .root = cosign->root };
    return turn_emit(turn, "jcb", &cosigned.base);
}

/* Nobody has co-signed since: a stretch of history that only the broker vouches for. */
int on_chase_cosign(struct turn *turn, const void *message)
{
    const Supervision__ChaseCosign *chase = message;
    Supervision__GapFound gap = { IS(supervision__gap_found), .what = "checkpoint not co-signed",
                                  .from = chase->size, .to = turn->seq };

    turn_remind(turn, "last", directory_due(turn, "supervision.cosign", "", turn->now_ms),
                &chase->base);
    return turn_emit(turn, "lgo", &gap.base);
}
