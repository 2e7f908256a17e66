/*
 * What services leave (H5, H6), rows and timers (H7, H8), traces, mailboxes and the rest (H9 to H14).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crash/checker/history.h"

/* ---- H5 H6: what services leave ---------------------------------------------------------------------- */

/* A message that a turn of this service derived: no timer, no trace of a question, no parking. */
static bool is_derived(const struct line *stored, const char *service)
{
    char source[128];

    history_source(stored->word[S_ID], source);
    return strcmp(source, service) == 0 && !history_says(stored->word[S_SUBJECT], "Accessed")
           && !history_says(stored->word[S_SUBJECT], "Parked")
           && strcmp(stored->word[S_DUE], "0") == 0;
}

static void check_emits_of(struct history *history, const char *service)
{
    const struct line *emit = history->of[EMIT].lines;
    const struct line *end = emit + history->of[EMIT].count;
    uint64_t unsent = 0;
    uint64_t left = 0;

    foreach (line, UNSENT)
        if (strcmp(line->word[1], service) == 0)
            unsent = history_number(line->word[2]);
    foreach (stored, STORED) {
        if (!is_derived(stored, service))
            continue;
        while (emit < end && strcmp(emit->word[1], service) != 0)
            emit++;
        if (emit == end || strcmp(emit->word[2], stored->word[S_CAUSE]) != 0
            || strcmp(emit->word[3], stored->word[S_DIGEST]) != 0) {
            history_violate(history, 5, "%s (%s, caused by %s) is not what a turn derived",
                            stored->word[S_ID], stored->word[S_SUBJECT], stored->word[S_CAUSE]);
            return;
        }
        emit++;
    }
    for (; emit < end; emit++)
        left += strcmp(emit->word[1], service) == 0;
    if (left != unsent)
        history_violate(history, 5, "%llu messages of %s never left, %llu are in its outbox",
                        (unsigned long long)left, service, (unsigned long long)unsent);
}

static void check_outcomes(struct history *history)
{
    struct map outcomes = { 0 };

    foreach (stored, STORED) {
        char key[400];
        char source[128];
        history_source(stored->word[S_ID], source);
        snprintf(key, sizeof(key), "%s by %s", stored->word[S_CAUSE], source);
        ++*map_at(&outcomes, key);
    }
    foreach (dead, DEAD) {
        char key[400];
        snprintf(key, sizeof(key), "%s by %s", dead->word[2], dead->word[1]);
        ++*map_at(&outcomes, key);
    }
    foreach (answers, ANSWERS) {
        foreach (stored, STORED) {
            char key[400];
            const char *subject = stored->word[S_SUBJECT];
            if (!history_matches(answers->word[1], subject))
                continue;
            snprintf(key, sizeof(key), "%s by %.*s", stored->word[S_ID], (int)strcspn(subject, "."),
                     subject);
            if (*map_at(&outcomes, key) == 0)
                history_violate(history, 6, "%s (%s) has no outcome", stored->word[S_ID], subject);
        }
    }
    map_close(&outcomes);
}

/* ---- H7 H8: rows and timers -------------------------------------------------------------------------- */

static void check_rows(struct history *history)
{
    struct map arrows = { 0 };
    struct map states = { 0 };

    foreach (stock, STOCK) {
        long long now = strtoll(stock->word[5], NULL, 10);
        long long wanted = strtoll(stock->word[2], NULL, 10) + strtoll(stock->word[3], NULL, 10)
                           - strtoll(stock->word[4], NULL, 10);
        if (now != wanted || now < 0)
            history_violate(history, 7, "there are %lld of %s, and should be %lld", now,
                            stock->word[1], wanted);
    }
    foreach (arrow, ARROW) {
        char key[256];
        snprintf(key, sizeof(key), "%s %s", arrow->word[2], arrow->word[3]);
        *map_pair(&arrows, arrow->word[1], key) = 1;
    }
    foreach (move, MOVE) {
        char key[256];
        snprintf(key, sizeof(key), "%s %s", move->word[3], move->word[4]);
        if (*map_pair(&arrows, move->word[1], key) == 0)
            history_violate(history, 7, "%s of %s moved from %s to %s, which no table knows",
                            move->word[2], move->word[1], move->word[3], move->word[4]);
        uint64_t *state = map_pair(&states, move->word[1], move->word[2]);
        if (*state != 0 && *state != (uint64_t)history_hash(move->word[3]) + 1)
            history_violate(history, 7, "%s of %s was not in %s", move->word[2], move->word[1],
                            move->word[3]);
        *state = (uint64_t)history_hash(move->word[4]) + 1;
    }
    map_close(&arrows);
    map_close(&states);
}

static void check_timers(struct history *history)
{
    struct map fired = { 0 };
    struct map early = { 0 };
    uint64_t end = 0;

    foreach (line, END)
        end = history_number(line->word[1]);
    foreach (stored, STORED) {
        char key[400];
        char source[128];
        history_source(stored->word[S_ID], source);
        size_t length = strlen(source);
        if (strcmp(stored->word[S_DUE], "0") == 0
            || strncmp(stored->word[S_SUBJECT], source, length) != 0
            || stored->word[S_SUBJECT][length] != '.')
            continue;
        if (history_is_early(stored)) {
            *map_at(&early, stored->word[S_ID]) = 1;
            continue;
        }
        snprintf(key, sizeof(key), "%s %s %s %s", source, stored->word[S_DUE],
                 stored->word[S_DIGEST], stored->word[S_CAUSE]);
        if (++*map_at(&fired, key) > 1)
            history_violate(history, 8, "%s is a timer that had fired before", stored->word[S_ID]);
    }
    foreach (pending, PENDING)
        if (history_number(pending->word[2]) <= end)
            history_violate(history, 8, "a timer of %s that was due at %s was forgotten",
                            pending->word[1], pending->word[2]);
    foreach (stored, STORED)
        if (*map_at(&early, stored->word[S_CAUSE]) != 0
            && !history_says(stored->word[S_SUBJECT], "Refused"))
            history_violate(history, 8, "%s was derived from a timer that had not come due",
                            stored->word[S_ID]);
    map_close(&fired);
    map_close(&early);
}

/* ---- H9 to H14 --------------------------------------------------------------------------------------- */

static void check_traces(struct history *history)
{
    struct map traces = { 0 };
    struct map answers = { 0 };

    foreach (accessed, ACCESSED) {
        ++*map_at(&traces, accessed->word[2]);
        const struct line *stored = history_at_seq(history, accessed->word[1]);
        if (stored == NULL || !history_says(stored->word[S_SUBJECT], "Accessed"))
            history_violate(history, 9, "the trace of %s is not on the log", accessed->word[2]);
    }
    foreach (answer, ANSWER) {
        if (*map_at(&traces, answer->word[1]) == 0)
            history_violate(history, 9, "%s was answered without a trace", answer->word[1]);
        if (*map_at(&traces, answer->word[1]) > 1)
            history_violate(history, 9, "%s was answered once and has two traces", answer->word[1]);
        if (++*map_at(&answers, answer->word[1]) > 1)
            history_violate(history, 9, "%s was answered twice", answer->word[1]);
    }
    map_close(&traces);
    map_close(&answers);
}

static void check_mailboxes(struct history *history)
{
    struct map tokens = { 0 };
    struct map done = { 0 };
    struct map perhaps = { 0 };

    /* Leases and receipts of one mailbox stand in the order in which they happened. */
    foreach (leased, LEASED) {
        uint64_t *token = map_pair(&tokens, leased->word[1], leased->word[2]);
        if (history_at_seq(history, leased->word[2]) == NULL)
            history_violate(history, 10, "%s handed out seq %s, which is not on the log",
                            leased->word[1], leased->word[2]);
        if (history_number(leased->word[3]) > *token)
            *token = history_number(leased->word[3]);
        else
            history_violate(history, 10, "%s handed out seq %s again under an old token",
                            leased->word[1], leased->word[2]);
    }
    foreach (receipt, RECEIPT) {
        if (strcmp(receipt->word[4], "unknown") == 0)
            *map_pair(&perhaps, receipt->word[1], receipt->word[2]) = 1;
        if (strcmp(receipt->word[4], "ok") != 0)
            continue;
        if (history_number(receipt->word[3])
            < *map_pair(&tokens, receipt->word[1], receipt->word[2]))
            history_violate(history, 10, "a receipt for seq %s under an old token was taken",
                            receipt->word[2]);
        if (++*map_pair(&done, receipt->word[1], receipt->word[2]) > 1)
            history_violate(history, 10, "seq %s has two receipts", receipt->word[2]);
    }
    foreach (dead, DEAD_LETTER)
        if (++*map_pair(&done, dead->word[1], dead->word[2]) > 1)
            history_violate(history, 10, "seq %s is a dead letter and has a receipt",
                            dead->word[2]);
    foreach (collects, COLLECTS)
        foreach (stored, STORED)
            if (history_matches(collects->word[2], stored->word[S_SUBJECT])
                && *map_pair(&done, collects->word[1], stored->word[S_SEQ]) == 0
                && *map_pair(&perhaps, collects->word[1], stored->word[S_SEQ]) == 0)
                history_violate(history, 10, "%s of %s has neither a receipt nor a dead letter",
                                stored->word[S_ID], collects->word[1]);
    map_close(&tokens);
    map_close(&done);
    map_close(&perhaps);
}

static void check_rest(struct history *history)
{
    struct map roots = { 0 };
    struct map sessions = { 0 };

    foreach (checkpoint, CHECKPOINT) {
        uint64_t *root = map_at(&roots, checkpoint->word[1]);
        uint64_t hash = (uint64_t)history_hash(checkpoint->word[2]) + 1;
        if (*root != 0 && *root != hash)
            history_violate(history, 11, "the log of size %s has two roots", checkpoint->word[1]);
        *root = hash;
    }
    foreach (heard, HEARD) {
        uint64_t *last = map_at(&sessions, heard->word[1]);
        if (history_number(heard->word[2]) <= *last)
            history_violate(history, 12, "%s went back from %llu to %s", heard->word[1],
                            (unsigned long long)*last, heard->word[2]);
        if (history_at_seq(history, heard->word[2]) == NULL)
            history_violate(history, 12, "%s heard seq %s, which is not on the log", heard->word[1],
                            heard->word[2]);
        *last = history_number(heard->word[2]);
    }
    foreach (replay, REPLAY)
        if (strcmp(replay->word[2], "equal") != 0)
            history_violate(history, 14, "a replay of %s is another store", replay->word[1]);
    map_close(&roots);
    map_close(&sessions);
}

void rules_check(struct history *history)
{
    foreach (emits, EMITS)
        check_emits_of(history, emits->word[1]);
    check_outcomes(history);
    check_rows(history);
    check_timers(history);
    check_traces(history);
    check_mailboxes(history);
    check_rest(history);
}
