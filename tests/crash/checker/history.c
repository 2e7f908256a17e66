#include "crash/checker/history.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

void *history_grow(void *old, size_t size)
{
    void *larger = realloc(old, size);

    if (larger == NULL) {
        fprintf(stderr, "history: no memory\n");
        exit(99);
    }
    return larger;
}

uint32_t history_hash(const char *key)
{
    uint32_t hash = 2166136261u;

    for (; *key != '\0'; key++)
        hash = (hash ^ (uint8_t)*key) * 16777619u;
    return hash ^ hash >> 15;
}

static struct slot *slot_of(const struct map *map, const char *key)
{
    uint32_t at = history_hash(key) & (map->room - 1);

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
        history_grow(NULL, SIZE_MAX / 2);
    for (uint32_t i = 0; i < map->room; i++)
        if (map->slots[i].key != NULL)
            *slot_of(&larger, map->slots[i].key) = map->slots[i];
    free(map->slots);
    *map = larger;
}

uint64_t *map_at(struct map *map, const char *key)
{
    if (2 * (map->count + 1) > map->room)
        enlarge(map);
    struct slot *slot = slot_of(map, key);
    if (slot->key == NULL) {
        slot->key = strcpy(history_grow(NULL, strlen(key) + 1), key);
        map->count++;
    }
    return &slot->number;
}

uint64_t *map_pair(struct map *map, const char *a, const char *b)
{
    char key[512];

    snprintf(key, sizeof(key), "%s %s", a, b);
    return map_at(map, key);
}

void map_close(struct map *map)
{
    for (uint32_t i = 0; i < map->room; i++)
        free(map->slots[i].key);
    free(map->slots);
    *map = (struct map){ 0 };
}

void history_violate(struct history *history, int rule, const char *format, ...)
{
    struct verdict *verdict = history->verdict;
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

uint64_t history_number(const char *text)
{
    return strtoull(text, NULL, 10);
}

/* ---- reading ----------------------------------------------------------------------------------------- */

void history_read(struct history *history, char *text)
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
    history->verdict->lines++;
    for (int i = 0; i < KINDS; i++)
        if (strcmp(kinds[i].name, line.word[0]) == 0)
            kind = (enum kind)i;
    if (kind == KINDS || kinds[kind].words != words) {
        history_violate(history, 0, "%s with %d words is no line of a history", line.word[0],
                        words);
        return;
    }
    struct list *list = &history->of[kind];
    if (list->count == list->room) {
        list->room = list->room == 0 ? ROOM_FIRST : 2 * list->room;
        list->lines = history_grow(list->lines, list->room * sizeof(*list->lines));
    }
    list->lines[list->count++] = line;
}

bool history_matches(const char *filter, const char *subject)
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

const struct line *history_stored(struct history *history, const char *id)
{
    uint64_t place = *map_at(&history->stored_by_id, id);

    return place == 0 ? NULL : &history->of[STORED].lines[place - 1];
}

const struct line *history_at_seq(struct history *history, const char *seq)
{
    uint64_t place = *map_at(&history->stored_by_seq, seq);

    return place == 0 ? NULL : &history->of[STORED].lines[place - 1];
}

void history_source(const char *id, char source[128])
{
    snprintf(source, 128, "%.*s", (int)strcspn(id, "/"), id);
}

bool history_says(const char *subject, const char *message)
{
    const char *dot = strchr(subject, '.');

    return dot != NULL && strncmp(dot + 1, message, strlen(message)) == 0
           && dot[1 + strlen(message)] == '.';
}

bool history_is_early(const struct line *stored)
{
    return history_number(stored->word[S_TIME]) < history_number(stored->word[S_DUE]);
}
