#include "crash/checker/checker.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS_MOST = 8, ROOM_FIRST = 1024 };

/* ---- lists and maps ---------------------------------------------------------------------------------- */

struct line {
    char *word[WORDS_MOST]; /* the kind first; "" behind the last */
};

struct list {
    struct line *lines;
    uint32_t count;
    uint32_t room;
};

/* Text to a number; what is not there is 0. */
struct map {
    struct slot {
        char *key;
        uint64_t number;
    } * slots;
    uint32_t count;
    uint32_t room;
};

enum kind {
    INVOKE,
    OK,
    REFUSED,
    UNKNOWN,
    STORED,
    SERVES,
    EFFECT,
    EMITS,
    EMIT,
    UNSENT,
    ANSWERS,
    DEAD,
    STOCK,
    ARROW,
    MOVE,
    PENDING,
    END,
    ANSWER,
    ACCESSED,
    COLLECTS,
    LEASED,
    RECEIPT,
    DEAD_LETTER,
    CHECKPOINT,
    HEARD,
    REPLAY,
    UPTO,
    KINDS
};

static const struct {
    const char *name;
    int words;
} kinds[KINDS] = {
    [INVOKE] = { "invoke", 4 },
    [OK] = { "ok", 3 },
    [REFUSED] = { "refused", 3 },
    [UNKNOWN] = { "unknown", 2 },
    [STORED] = { "stored", 8 },
    [SERVES] = { "serves", 3 },
    [EFFECT] = { "effect", 5 },
    [EMITS] = { "emits", 2 },
    [EMIT] = { "emit", 4 },
    [UNSENT] = { "unsent", 3 },
    [ANSWERS] = { "answers", 2 },
    [DEAD] = { "dead", 3 },
    [STOCK] = { "stock", 6 },
    [ARROW] = { "arrow", 4 },
    [MOVE] = { "move", 5 },
    [PENDING] = { "pending", 3 },
    [END] = { "end", 2 },
    [ANSWER] = { "answer", 2 },
    [ACCESSED] = { "accessed", 3 },
    [COLLECTS] = { "collects", 3 },
    [LEASED] = { "leased", 4 },
    [RECEIPT] = { "receipt", 5 },
    [DEAD_LETTER] = { "dead_letter", 3 },
    [CHECKPOINT] = { "checkpoint", 3 },
    [HEARD] = { "heard", 3 },
    [REPLAY] = { "replay", 3 },
    [UPTO] = { "upto", 3 },
};

struct checker {
    struct list of[KINDS];
    struct map stored_by_id; /* place in of[STORED], + 1 */
    struct map stored_by_seq;
    struct verdict *verdict;
};

static void *grow(void *old, size_t size)
{
    void *larger = realloc(old, size);

    if (larger == NULL) {
        fprintf(stderr, "checker: no memory\n");
        exit(99);
    }
    return larger;
}

static uint32_t hash_of(const char *key)
{
    uint32_t hash = 2166136261u;

    for (; *key != '\0'; key++)
        hash = (hash ^ (uint8_t)*key) * 16777619u;
    return hash ^ hash >> 15;
}

static struct slot *slot_of(const struct map *map, const char *key)
{
    uint32_t at = hash_of(key) & (map->room - 1);

    while (map->slots[at].key != NULL && strcmp(map->slots[at].key, key) != 0)
        at = (at + 1) & (map->room - 1);
    return &map->slots[at];
}

static void enlarge(struct map *map)
{
    struct map larger = { .count = map->count,
                          .room = map->room == 0 ? ROOM_FIRST : 4 * map->room };

    larger.slots = calloc(larger.room, sizeof(*larger.slots));
    if (larger.slots == NULL)
        grow(NULL, SIZE_MAX / 2);
    for (uint32_t i = 0; i < map->room; i++)
        if (map->slots[i].key != NULL)
            *slot_of(&larger, map->slots[i].key) = map->slots[i];
    free(map->slots);
    *map = larger;
}

/* The number under `key`, made as 0 if need be. */
static uint64_t *at(struct map *map, const char *key)
{
    if (2 * (map->count + 1) > map->room)
        enlarge(map);
    struct slot *slot = slot_of(map, key);
    if (slot->key == NULL) {
        slot->key = strcpy(grow(NULL, strlen(key) + 1), key);
        map->count++;
    }
    return &slot->number;
}

static uint64_t *at_pair(struct map *map, const char *a, const char *b)
{
    char key[512];

    snprintf(key, sizeof(key), "%s %s", a, b);
    return at(map, key);
}

static void close_map(struct map *map)
{
    for (uint32_t i = 0; i < map->room; i++)
        free(map->slots[i].key);
    free(map->slots);
    *map = (struct map){ 0 };
}

static void violate(struct checker *checker, int rule, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void violate(struct checker *checker, int rule, const char *format, ...)
{
    struct verdict *verdict = checker->verdict;
    va_list arguments;
    char text[200];

    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    if (verdict->violations++ == 0)
        snprintf(verdict->first, sizeof(verdict->first), "H%d: %s", rule, text);
    if (verdict->of_rule[rule]++ < 5)
        fprintf(stderr, "H%d: %s\n", rule, text);
}

static uint64_t number_of(const char *text)
{
    return strtoull(text, NULL, 10);
}

/* ---- reading ----------------------------------------------------------------------------------------- */

static void read_line(struct checker *checker, char *text)
{
    struct line line = { 0 };
    char *rest = NULL;
    int words = 0;
    enum kind kind = KINDS;
    static char nothing[] = "";

    for (char *word = strtok_r(text, " \t\r", &rest); word != NULL;
         word = strtok_r(NULL, " \t\r", &rest), words++)
        if (words < WORDS_MOST)
            line.word[words] = word;
    if (words == 0 || line.word[0][0] == '#')
        return;
    for (int i = words; i < WORDS_MOST; i++)
        line.word[i] = nothing;
    checker->verdict->lines++;
    for (int i = 0; i < KINDS; i++)
        if (strcmp(kinds[i].name, line.word[0]) == 0)
            kind = (enum kind)i;
    if (kind == KINDS || kinds[kind].words != words) {
        violate(checker, 0, "%s with %d words is no line of a history", line.word[0], words);
        return;
    }
    struct list *list = &checker->of[kind];
    if (list->count == list->room) {
        list->room = list->room == 0 ? ROOM_FIRST : 2 * list->room;
        list->lines = grow(list->lines, list->room * sizeof(*list->lines));
    }
    list->lines[list->count++] = line;
}

#define foreach(each, kind)                                                                        \
    for (const struct line *each = checker->of[kind].lines,                                        \
                           *each##_end = each + checker->of[kind].count;                           \
         each < each##_end; each++)

/* The words of each line, by their names. */
enum { ID = 1, SUBJECT = 2, DIGEST = 3 };
enum { S_SEQ = 1, S_TIME, S_ID, S_SUBJECT, S_DIGEST, S_CAUSE, S_DUE };

static bool matches(const char *filter, const char *subject)
{
    while (*filter != '\0' && *subject != '\0') {
        size_t wanted = strcspn(filter, ".");
        size_t size = strcspn(subject, ".");
        if (strcmp(filter, ">") == 0)
            return true;
        if (!(wanted == 1 && *filter == '*')
            && (wanted != size || strncmp(filter, subject, size) != 0))
            return false;
        filter += wanted + (filter[wanted] == '.');
        subject += size + (subject[size] == '.');
    }
    return *filter == '\0' && *subject == '\0';
}

static const struct line *stored_of(struct checker *checker, const char *id)
{
    uint64_t place = *at(&checker->stored_by_id, id);

    return place == 0 ? NULL : &checker->of[STORED].lines[place - 1];
}

static const struct line *stored_at(struct checker *checker, const char *seq)
{
    uint64_t place = *at(&checker->stored_by_seq, seq);

    return place == 0 ? NULL : &checker->of[STORED].lines[place - 1];
}

static void source_of(const char *id, char source[128])
{
    snprintf(source, 128, "%.*s", (int)strcspn(id, "/"), id);
}

static bool says(const char *subject, const char *message)
{
    const char *dot = strchr(subject, '.');

    return dot != NULL && strncmp(dot + 1, message, strlen(message)) == 0
           && dot[1 + strlen(message)] == '.';
}

/* A timer's message that came before its time: it leaves once more. */
static bool is_early(const struct line *stored)
{
    return number_of(stored->word[S_TIME]) < number_of(stored->word[S_DUE]);
}

/* ---- H1 H2 H3: what was called and what became of it -------------------------------------------------- */

static void check_calls(struct checker *checker)
{
    struct map records = { 0 };
    struct map called = { 0 };
    struct map answered = { 0 };

    foreach (stored, STORED)
        ++*at(&records, stored->word[S_ID]);
    foreach (invoke, INVOKE) {
        const struct line *stored = stored_of(checker, invoke->word[ID]);
        ++*at(&called, invoke->word[ID]);
        if (stored != NULL && strcmp(stored->word[S_DIGEST], invoke->word[DIGEST]) != 0)
            violate(checker, 3, "%s is not on the log as it was said", invoke->word[ID]);
        if (stored != NULL && strcmp(stored->word[S_SUBJECT], invoke->word[SUBJECT]) != 0)
            violate(checker, 3, "%s is on the log under another subject", invoke->word[ID]);
    }
    foreach (ok, OK) {
        const struct line *stored = stored_of(checker, ok->word[ID]);
        ++*at(&answered, ok->word[ID]);
        if (stored == NULL)
            violate(checker, 1, "%s was acknowledged and is lost", ok->word[ID]);
        else if (strcmp(ok->word[2], "0") != 0 && strcmp(ok->word[2], stored->word[S_SEQ]) != 0)
            violate(checker, 1, "%s was acknowledged at %s and is at %s", ok->word[ID], ok->word[2],
                    stored->word[S_SEQ]);
        if (*at(&records, ok->word[ID]) > 1)
            violate(checker, 1, "%s is on the log twice", ok->word[ID]);
        if (*at(&called, ok->word[ID]) == 0)
            violate(checker, 3, "%s was never called", ok->word[ID]);
    }
    foreach (unknown, UNKNOWN) {
        ++*at(&answered, unknown->word[ID]);
        if (*at(&records, unknown->word[ID]) > 1)
            violate(checker, 2, "%s is on the log twice", unknown->word[ID]);
    }
    foreach (refused, REFUSED) {
        ++*at(&answered, refused->word[ID]);
        if (*at(&records, refused->word[ID]) > 0)
            violate(checker, 2, "%s was refused and is on the log", refused->word[ID]);
        if (strcmp(refused->word[2], "-") == 0)
            violate(checker, 2, "%s was refused without a reason", refused->word[ID]);
    }
    foreach (invoke, INVOKE)
        if (*at(&answered, invoke->word[ID]) == 0)
            violate(checker, 2, "nothing is told of %s", invoke->word[ID]);
    close_map(&records);
    close_map(&called);
    close_map(&answered);
}

/* How far a service had come when it was stopped. */
static uint64_t last_taken(struct checker *checker, const char *service)
{
    foreach (upto, UPTO)
        if (strcmp(upto->word[1], service) == 0)
            return number_of(upto->word[2]);
    return UINT64_MAX;
}

static void check_effects(struct checker *checker)
{
    struct map effects = { 0 };
    struct map refusals = { 0 };
    struct map last = { 0 };

    foreach (stored, STORED)
        if (says(stored->word[S_SUBJECT], "Refused"))
            *at(&refusals, stored->word[S_CAUSE]) = 1;
    foreach (effect, EFFECT) {
        const struct line *stored = stored_at(checker, effect->word[2]);
        uint64_t *last_seq = at(&last, effect->word[1]);
        if (++*at_pair(&effects, effect->word[1], effect->word[2]) > 1)
            violate(checker, 1, "%s took effect twice at %s", effect->word[3], effect->word[1]);
        if (stored == NULL || strcmp(stored->word[S_ID], effect->word[3]) != 0)
            violate(checker, 3, "%s took effect at %s and is not on the log", effect->word[3],
                    effect->word[1]);
        else if (strcmp(stored->word[S_DIGEST], effect->word[4]) != 0)
            violate(checker, 3, "%s took effect at %s as another message", effect->word[3],
                    effect->word[1]);
        if (number_of(effect->word[2]) <= *last_seq)
            violate(checker, 4, "the effects at %s go back at seq %s", effect->word[1],
                    effect->word[2]);
        *last_seq = number_of(effect->word[2]);
        if (stored != NULL && *at(&refusals, effect->word[3]) != 0)
            violate(checker, 2, "%s was refused and took effect at %s", effect->word[3],
                    effect->word[1]);
        if (stored != NULL && is_early(stored))
            violate(checker, 8, "%s took effect before its time", effect->word[3]);
    }
    foreach (serves, SERVES)
        foreach (stored, STORED)
            if (matches(serves->word[2], stored->word[S_SUBJECT]) && !is_early(stored)
                && number_of(stored->word[S_SEQ]) <= last_taken(checker, serves->word[1])
                && *at(&refusals, stored->word[S_ID]) == 0
                && *at_pair(&effects, serves->word[1], stored->word[S_SEQ]) == 0)
                violate(checker, 1, "%s (%s) took no effect at %s", stored->word[S_ID],
                        stored->word[S_SUBJECT], serves->word[1]);
    close_map(&effects);
    close_map(&refusals);
    close_map(&last);
}

/* ---- H4 H13: order and identity ---------------------------------------------------------------------- */

static void check_order(struct checker *checker)
{
    struct map numbers = { 0 };
    uint64_t last_seq = 0;
    uint64_t last_time = 0;

    foreach (stored, STORED) {
        char *slash = strrchr(stored->word[S_ID], '/');
        uint64_t seq = number_of(stored->word[S_SEQ]);
        uint64_t time = number_of(stored->word[S_TIME]);
        if (seq <= last_seq)
            violate(checker, 4, "seq %s comes after %llu", stored->word[S_SEQ],
                    (unsigned long long)last_seq);
        if (time < last_time)
            violate(checker, 4, "log time goes back at seq %s", stored->word[S_SEQ]);
        last_seq = seq;
        last_time = time;
        if (slash == NULL) {
            violate(checker, 0, "%s is no id", stored->word[S_ID]);
            continue;
        }
        *slash = '\0';
        uint64_t *number = at(&numbers, stored->word[S_ID]);
        *slash = '/';
        if (number_of(slash + 1) != *number + 1)
            violate(checker, 4, "%s follows number %llu", stored->word[S_ID],
                    (unsigned long long)*number);
        *number = number_of(slash + 1);
    }
    close_map(&numbers);
}

static void same_digest(struct checker *checker, struct map *digests, const char *id,
                        const char *digest)
{
    uint64_t *known = at(digests, id);
    uint64_t hash = (uint64_t)hash_of(digest) + 1;

    if (*known != 0 && *known != hash)
        violate(checker, 13, "%s has two digests", id);
    *known = hash;
}

static void check_identity(struct checker *checker)
{
    struct map digests = { 0 };

    foreach (invoke, INVOKE)
        same_digest(checker, &digests, invoke->word[ID], invoke->word[DIGEST]);
    foreach (stored, STORED)
        same_digest(checker, &digests, stored->word[S_ID], stored->word[S_DIGEST]);
    foreach (effect, EFFECT)
        same_digest(checker, &digests, effect->word[3], effect->word[4]);
    close_map(&digests);
}

/* ---- H5 H6: what services leave ---------------------------------------------------------------------- */

/* A message that a turn of this service derived: no timer, no trace of a question, no parking. */
static bool is_derived(const struct line *stored, const char *service)
{
    char source[128];

    source_of(stored->word[S_ID], source);
    return strcmp(source, service) == 0 && !says(stored->word[S_SUBJECT], "Accessed")
           && !says(stored->word[S_SUBJECT], "Parked") && strcmp(stored->word[S_DUE], "0") == 0;
}

static void check_emits_of(struct checker *checker, const char *service)
{
    const struct line *emit = checker->of[EMIT].lines;
    const struct line *end = emit + checker->of[EMIT].count;
    uint64_t unsent = 0;
    uint64_t left = 0;

    foreach (line, UNSENT)
        if (strcmp(line->word[1], service) == 0)
            unsent = number_of(line->word[2]);
    foreach (stored, STORED) {
        if (!is_derived(stored, service))
            continue;
        while (emit < end && strcmp(emit->word[1], service) != 0)
            emit++;
        if (emit == end || strcmp(emit->word[2], stored->word[S_CAUSE]) != 0
            || strcmp(emit->word[3], stored->word[S_DIGEST]) != 0) {
            violate(checker, 5, "%s (%s, caused by %s) is not what a turn derived",
                    stored->word[S_ID], stored->word[S_SUBJECT], stored->word[S_CAUSE]);
            return;
        }
        emit++;
    }
    for (; emit < end; emit++)
        left += strcmp(emit->word[1], service) == 0;
    if (left != unsent)
        violate(checker, 5, "%llu messages of %s never left, %llu are in its outbox",
                (unsigned long long)left, service, (unsigned long long)unsent);
}

static void check_outcomes(struct checker *checker)
{
    struct map outcomes = { 0 };

    foreach (stored, STORED) {
        char key[400];
        char source[128];
        source_of(stored->word[S_ID], source);
        snprintf(key, sizeof(key), "%s by %s", stored->word[S_CAUSE], source);
        ++*at(&outcomes, key);
    }
    foreach (dead, DEAD) {
        char key[400];
        snprintf(key, sizeof(key), "%s by %s", dead->word[2], dead->word[1]);
        ++*at(&outcomes, key);
    }
    foreach (answers, ANSWERS) {
        foreach (stored, STORED) {
            char key[400];
            const char *subject = stored->word[S_SUBJECT];
            if (!matches(answers->word[1], subject))
                continue;
            snprintf(key, sizeof(key), "%s by %.*s", stored->word[S_ID], (int)strcspn(subject, "."),
                     subject);
            if (*at(&outcomes, key) == 0)
                violate(checker, 6, "%s (%s) has no outcome", stored->word[S_ID], subject);
        }
    }
    close_map(&outcomes);
}

/* ---- H7 H8: rows and timers -------------------------------------------------------------------------- */

static void check_rows(struct checker *checker)
{
    struct map arrows = { 0 };
    struct map states = { 0 };

    foreach (stock, STOCK) {
        long long now = strtoll(stock->word[5], NULL, 10);
        long long wanted = strtoll(stock->word[2], NULL, 10) + strtoll(stock->word[3], NULL, 10)
                           - strtoll(stock->word[4], NULL, 10);
        if (now != wanted || now < 0)
            violate(checker, 7, "there are %lld of %s, and should be %lld", now, stock->word[1],
                    wanted);
    }
    foreach (arrow, ARROW) {
        char key[256];
        snprintf(key, sizeof(key), "%s %s", arrow->word[2], arrow->word[3]);
        *at_pair(&arrows, arrow->word[1], key) = 1;
    }
    foreach (move, MOVE) {
        char key[256];
        snprintf(key, sizeof(key), "%s %s", move->word[3], move->word[4]);
        if (*at_pair(&arrows, move->word[1], key) == 0)
            violate(checker, 7, "%s of %s moved from %s to %s, which no table knows", move->word[2],
                    move->word[1], move->word[3], move->word[4]);
        uint64_t *state = at_pair(&states, move->word[1], move->word[2]);
        if (*state != 0 && *state != (uint64_t)hash_of(move->word[3]) + 1)
            violate(checker, 7, "%s of %s was not in %s", move->word[2], move->word[1],
                    move->word[3]);
        *state = (uint64_t)hash_of(move->word[4]) + 1;
    }
    close_map(&arrows);
    close_map(&states);
}

static void check_timers(struct checker *checker)
{
    struct map fired = { 0 };
    struct map early = { 0 };
    uint64_t end = 0;

    foreach (line, END)
        end = number_of(line->word[1]);
    foreach (stored, STORED) {
        char key[400];
        char source[128];
        source_of(stored->word[S_ID], source);
        size_t length = strlen(source);
        if (strcmp(stored->word[S_DUE], "0") == 0
            || strncmp(stored->word[S_SUBJECT], source, length) != 0
            || stored->word[S_SUBJECT][length] != '.')
            continue;
        if (is_early(stored)) {
            *at(&early, stored->word[S_ID]) = 1;
            continue;
        }
        snprintf(key, sizeof(key), "%s %s %s %s", source, stored->word[S_DUE],
                 stored->word[S_DIGEST], stored->word[S_CAUSE]);
        if (++*at(&fired, key) > 1)
            violate(checker, 8, "%s is a timer that had fired before", stored->word[S_ID]);
    }
    foreach (pending, PENDING)
        if (number_of(pending->word[2]) <= end)
            violate(checker, 8, "a timer of %s that was due at %s was forgotten", pending->word[1],
                    pending->word[2]);
    foreach (stored, STORED)
        if (*at(&early, stored->word[S_CAUSE]) != 0 && !says(stored->word[S_SUBJECT], "Refused"))
            violate(checker, 8, "%s was derived from a timer that had not come due",
                    stored->word[S_ID]);
    close_map(&fired);
    close_map(&early);
}

/* ---- H9 to H14 --------------------------------------------------------------------------------------- */

static void check_traces(struct checker *checker)
{
    struct map traces = { 0 };
    struct map answers = { 0 };

    foreach (accessed, ACCESSED) {
        ++*at(&traces, accessed->word[2]);
        const struct line *stored = stored_at(checker, accessed->word[1]);
        if (stored == NULL || !says(stored->word[S_SUBJECT], "Accessed"))
            violate(checker, 9, "the trace of %s is not on the log", accessed->word[2]);
    }
    foreach (answer, ANSWER) {
        if (*at(&traces, answer->word[1]) == 0)
            violate(checker, 9, "%s was answered without a trace", answer->word[1]);
        if (*at(&traces, answer->word[1]) > 1)
            violate(checker, 9, "%s was answered once and has two traces", answer->word[1]);
        if (++*at(&answers, answer->word[1]) > 1)
            violate(checker, 9, "%s was answered twice", answer->word[1]);
    }
    close_map(&traces);
    close_map(&answers);
}

static void check_mailboxes(struct checker *checker)
{
    struct map tokens = { 0 };
    struct map done = { 0 };
    struct map perhaps = { 0 };

    /* Leases and receipts of one mailbox stand in the order in which they happened. */
    foreach (leased, LEASED) {
        uint64_t *token = at_pair(&tokens, leased->word[1], leased->word[2]);
        if (stored_at(checker, leased->word[2]) == NULL)
            violate(checker, 10, "%s handed out seq %s, which is not on the log", leased->word[1],
                    leased->word[2]);
        if (number_of(leased->word[3]) > *token)
            *token = number_of(leased->word[3]);
        else
            violate(checker, 10, "%s handed out seq %s again under an old token", leased->word[1],
                    leased->word[2]);
    }
    foreach (receipt, RECEIPT) {
        if (strcmp(receipt->word[4], "unknown") == 0)
            *at_pair(&perhaps, receipt->word[1], receipt->word[2]) = 1;
        if (strcmp(receipt->word[4], "ok") != 0)
            continue;
        if (number_of(receipt->word[3]) < *at_pair(&tokens, receipt->word[1], receipt->word[2]))
            violate(checker, 10, "a receipt for seq %s under an old token was taken",
                    receipt->word[2]);
        if (++*at_pair(&done, receipt->word[1], receipt->word[2]) > 1)
            violate(checker, 10, "seq %s has two receipts", receipt->word[2]);
    }
    foreach (dead, DEAD_LETTER)
        if (++*at_pair(&done, dead->word[1], dead->word[2]) > 1)
            violate(checker, 10, "seq %s is a dead letter and has a receipt", dead->word[2]);
    foreach (collects, COLLECTS)
        foreach (stored, STORED)
            if (matches(collects->word[2], stored->word[S_SUBJECT])
                && *at_pair(&done, collects->word[1], stored->word[S_SEQ]) == 0
                && *at_pair(&perhaps, collects->word[1], stored->word[S_SEQ]) == 0)
                violate(checker, 10, "%s of %s has neither a receipt nor a dead letter",
                        stored->word[S_ID], collects->word[1]);
    close_map(&tokens);
    close_map(&done);
    close_map(&perhaps);
}

static void check_rest(struct checker *checker)
{
    struct map roots = { 0 };
    struct map sessions = { 0 };

    foreach (checkpoint, CHECKPOINT) {
        uint64_t *root = at(&roots, checkpoint->word[1]);
        uint64_t hash = (uint64_t)hash_of(checkpoint->word[2]) + 1;
        if (*root != 0 && *root != hash)
            violate(checker, 11, "the log of size %s has two roots", checkpoint->word[1]);
        *root = hash;
    }
    foreach (heard, HEARD) {
        uint64_t *last = at(&sessions, heard->word[1]);
        if (number_of(heard->word[2]) <= *last)
            violate(checker, 12, "%s went back from %llu to %s", heard->word[1],
                    (unsigned long long)*last, heard->word[2]);
        if (stored_at(checker, heard->word[2]) == NULL)
            violate(checker, 12, "%s heard seq %s, which is not on the log", heard->word[1],
                    heard->word[2]);
        *last = number_of(heard->word[2]);
    }
    foreach (replay, REPLAY)
        if (strcmp(replay->word[2], "equal") != 0)
            violate(checker, 14, "a replay of %s is another store", replay->word[1]);
    close_map(&roots);
    close_map(&sessions);
}

void checker_judge(char *text, struct verdict *ret_verdict)
{
    struct checker *checker = grow(NULL, sizeof(*checker));
    char *rest = NULL;

    *checker = (struct checker){ .verdict = ret_verdict };
    *ret_verdict = (struct verdict){ 0 };
    for (char *line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest))
        read_line(checker, line);
    for (uint32_t i = 0; i < checker->of[STORED].count; i++) {
        const struct line *stored = &checker->of[STORED].lines[i];
        *at(&checker->stored_by_id, stored->word[S_ID]) = i + 1;
        *at(&checker->stored_by_seq, stored->word[S_SEQ]) = i + 1;
    }
    check_calls(checker);
    check_effects(checker);
    check_order(checker);
    check_identity(checker);
    foreach (emits, EMITS)
        check_emits_of(checker, emits->word[1]);
    check_outcomes(checker);
    check_rows(checker);
    check_timers(checker);
    check_traces(checker);
    check_mailboxes(checker);
    check_rest(checker);
    close_map(&checker->stored_by_id);
    close_map(&checker->stored_by_seq);
    for (int i = 0; i < KINDS; i++)
        free(checker->of[i].lines);
    free(checker);
}
