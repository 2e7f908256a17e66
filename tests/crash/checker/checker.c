/*
 * What was called and what became of it (H1, H2, H3), order and identity (H4, H13).
 */
#include "crash/checker/checker.h"

#include <stdlib.h>
#include <string.h>

#include "crash/checker/history.h"

/* ---- H1 H2 H3: what was called and what became of it -------------------------------------------------- */

static void check_calls(struct history *history)
{
    struct map records = { 0 };
    struct map called = { 0 };
    struct map answered = { 0 };

    foreach (stored, STORED)
        ++*map_at(&records, stored->word[S_ID]);
    foreach (invoke, INVOKE) {
        const struct line *stored = history_stored(history, invoke->word[ID]);
        ++*map_at(&called, invoke->word[ID]);
        if (stored != NULL && strcmp(stored->word[S_DIGEST], invoke->word[DIGEST]) != 0)
            history_violate(history, 3, "%s is not on the log as it was said", invoke->word[ID]);
        if (stored != NULL && strcmp(stored->word[S_SUBJECT], invoke->word[SUBJECT]) != 0)
            history_violate(history, 3, "%s is on the log under another subject", invoke->word[ID]);
    }
    foreach (ok, OK) {
        const struct line *stored = history_stored(history, ok->word[ID]);
        ++*map_at(&answered, ok->word[ID]);
        if (stored == NULL)
            history_violate(history, 1, "%s was acknowledged and is lost", ok->word[ID]);
        else if (strcmp(ok->word[2], "0") != 0 && strcmp(ok->word[2], stored->word[S_SEQ]) != 0)
            history_violate(history, 1, "%s was acknowledged at %s and is at %s", ok->word[ID],
                            ok->word[2], stored->word[S_SEQ]);
        if (*map_at(&records, ok->word[ID]) > 1)
            history_violate(history, 1, "%s is on the log twice", ok->word[ID]);
        if (*map_at(&called, ok->word[ID]) == 0)
            history_violate(history, 3, "%s was never called", ok->word[ID]);
    }
    foreach (unknown, UNKNOWN) {
        ++*map_at(&answered, unknown->word[ID]);
        if (*map_at(&records, unknown->word[ID]) > 1)
            history_violate(history, 2, "%s is on the log twice", unknown->word[ID]);
    }
    foreach (refused, REFUSED) {
        ++*map_at(&answered, refused->word[ID]);
        if (*map_at(&records, refused->word[ID]) > 0)
            history_violate(history, 2, "%s was refused and is on the log", refused->word[ID]);
        if (strcmp(refused->word[2], "-") == 0)
            history_violate(history, 2, "%s was refused without a reason", refused->word[ID]);
    }
    foreach (invoke, INVOKE)
        if (*map_at(&answered, invoke->word[ID]) == 0)
            history_violate(history, 2, "nothing is told of %s", invoke->word[ID]);
    map_close(&records);
    map_close(&called);
    map_close(&answered);
}

/* How far a service had come when it was stopped. */
static uint64_t last_taken(struct history *history, const char *service)
{
    foreach (upto, UPTO)
        if (strcmp(upto->word[1], service) == 0)
            return history_number(upto->word[2]);
    return UINT64_MAX;
}

static void check_effects(struct history *history)
{
    struct map effects = { 0 };
    struct map refusals = { 0 };
    struct map last = { 0 };

    foreach (stored, STORED)
        if (history_says(stored->word[S_SUBJECT], "Refused"))
            *map_at(&refusals, stored->word[S_CAUSE]) = 1;
    foreach (effect, EFFECT) {
        const struct line *stored = history_at_seq(history, effect->word[2]);
        uint64_t *last_seq = map_at(&last, effect->word[1]);
        if (++*map_pair(&effects, effect->word[1], effect->word[2]) > 1)
            history_violate(history, 1, "%s took effect twice at %s", effect->word[3],
                            effect->word[1]);
        if (stored == NULL || strcmp(stored->word[S_ID], effect->word[3]) != 0)
            history_violate(history, 3, "%s took effect at %s and is not on the log",
                            effect->word[3], effect->word[1]);
        else if (strcmp(stored->word[S_DIGEST], effect->word[4]) != 0)
            history_violate(history, 3, "%s took effect at %s as another message", effect->word[3],
                            effect->word[1]);
        if (history_number(effect->word[2]) <= *last_seq)
            history_violate(history, 4, "the effects at %s go back at seq %s", effect->word[1],
                            effect->word[2]);
        *last_seq = history_number(effect->word[2]);
        if (stored != NULL && *map_at(&refusals, effect->word[3]) != 0)
            history_violate(history, 2, "%s was refused and took effect at %s", effect->word[3],
                            effect->word[1]);
        if (stored != NULL && history_is_early(stored))
            history_violate(history, 8, "%s took effect before its time", effect->word[3]);
    }
    foreach (serves, SERVES)
        foreach (stored, STORED)
            if (history_matches(serves->word[2], stored->word[S_SUBJECT])
                && !history_is_early(stored)
                && history_number(stored->word[S_SEQ]) <= last_taken(history, serves->word[1])
                && *map_at(&refusals, stored->word[S_ID]) == 0
                && *map_pair(&effects, serves->word[1], stored->word[S_SEQ]) == 0)
                history_violate(history, 1, "%s (%s) took no effect at %s", stored->word[S_ID],
                                stored->word[S_SUBJECT], serves->word[1]);
    map_close(&effects);
    map_close(&refusals);
    map_close(&last);
}

/* ---- H4 H13: order and identity ---------------------------------------------------------------------- */

static void check_order(struct history *history)
{
    struct map numbers = { 0 };
    uint64_t last_seq = 0;
    uint64_t last_time = 0;

    foreach (stored, STORED) {
        char *slash = strrchr(stored->word[S_ID], '/');
        uint64_t seq = history_number(stored->word[S_SEQ]);
        uint64_t time = history_number(stored->word[S_TIME]);
        if (seq <= last_seq)
            history_violate(history, 4, "seq %s comes after %llu", stored->word[S_SEQ],
                            (unsigned long long)last_seq);
        if (time < last_time)
            history_violate(history, 4, "log time goes back at seq %s", stored->word[S_SEQ]);
        last_seq = seq;
        last_time = time;
        if (slash == NULL) {
            history_violate(history, 0, "%s is no id", stored->word[S_ID]);
            continue;
        }
        *slash = '\0';
        uint64_t *number = map_at(&numbers, stored->word[S_ID]);
        *slash = '/';
        if (history_number(slash + 1) != *number + 1)
            history_violate(history, 4, "%s follows number %llu", stored->word[S_ID],
                            (unsigned long long)*number);
        *number = history_number(slash + 1);
    }
    map_close(&numbers);
}

static void same_digest(struct history *history, struct map *digests, const char *id,
                        const char *digest)
{
    uint64_t *known = map_at(digests, id);
    uint64_t hash = (uint64_t)history_hash(digest) + 1;

    if (*known != 0 && *known != hash)
        history_violate(history, 13, "%s has two digests", id);
    *known = hash;
}

static void check_identity(struct history *history)
{
    struct map digests = { 0 };

    foreach (invoke, INVOKE)
        same_digest(history, &digests, invoke->word[ID], invoke->word[DIGEST]);
    foreach (stored, STORED)
        same_digest(history, &digests, stored->word[S_ID], stored->word[S_DIGEST]);
    foreach (effect, EFFECT)
        same_digest(history, &digests, effect->word[3], effect->word[4]);
    map_close(&digests);
}

void checker_judge(char *text, struct verdict *ret_verdict)
{
    struct history *history = history_grow(NULL, sizeof(*history));
    char *rest = NULL;

    *history = (struct history){ .verdict = ret_verdict };
    *ret_verdict = (struct verdict){ 0 };
    for (char *line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest))
        history_read(history, line);
    for (uint32_t i = 0; i < history->of[STORED].count; i++) {
        const struct line *stored = &history->of[STORED].lines[i];
        *map_at(&history->stored_by_id, stored->word[S_ID]) = i + 1;
        *map_at(&history->stored_by_seq, stored->word[S_SEQ]) = i + 1;
    }
    check_calls(history);
    check_effects(history);
    check_order(history);
    check_identity(history);
    rules_check(history);
    map_close(&history->stored_by_id);
    map_close(&history->stored_by_seq);
    for (int i = 0; i < KINDS; i++)
        free(history->of[i].lines);
    free(history);
}
