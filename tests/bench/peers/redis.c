/* Redis streams, appendonly yes, appendfsync always: XADD is on the disk before its id leaves. */
#include "load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { READ_AT_ONCE = 256 };

static void greet(struct link *link)
{
    (void)link;
}

static void ask(struct link *link)
{
    link_print(link, "*5\r\n$4\r\nXADD\r\n$1\r\ns\r\n$1\r\n*\r\n$1\r\nb\r\n$%d\r\n",
               LOAD_BODY_BYTES);
    link_say(link, load_body, LOAD_BODY_BYTES);
    link_say(link, "\r\n", 2);
}

/* The size of the whole RESP value at `bytes`; 0: it is not all there. */
static size_t whole(const uint8_t *bytes, size_t size)
{
    const uint8_t *end = size == 0 ? NULL : memchr(bytes, '\n', size);

    if (end == NULL)
        return 0;
    size_t used = (size_t)(end - bytes) + 1;
    long count = strtol((const char *)bytes + 1, NULL, 10);
    if (bytes[0] == '$' && count >= 0)
        used += (size_t)count + 2;
    if (bytes[0] == '*')
        for (long i = 0; i < count; i++) {
            size_t part = used < size ? whole(bytes + used, size - used) : 0;
            if (part == 0)
                return 0;
            used += part;
        }
    return used <= size ? used : 0;
}

static uint32_t answers(const uint8_t *bytes, size_t size, size_t *ret_used)
{
    uint32_t count = 0;

    for (size_t part; *ret_used < size; *ret_used += part, count++) {
        part = whole(bytes + *ret_used, size - *ret_used);
        if (part == 0)
            break;
        if (bytes[*ret_used] == '-') {
            fprintf(stderr, "bench-peer: redis: %.*s\n", (int)part,
                    (const char *)bytes + *ret_used);
            exit(69);
        }
    }
    return count;
}

/* Sends one command of words, waits for its answer. */
static void command(struct link *link, const char *words)
{
    char copy[256];
    const char *part[16];
    int count = 0;

    snprintf(copy, sizeof(copy), "%s", words);
    for (char *word = strtok(copy, " "); word != NULL && count < 16; word = strtok(NULL, " "))
        part[count++] = word;
    link_print(link, "*%d\r\n", count);
    for (int i = 0; i < count; i++)
        link_print(link, "$%zu\r\n%s\r\n", strlen(part[i]), part[i]);
    for (size_t used = 0; answers(link->in, link->in_size, &used) == 0;)
        link_step(link, 1, 1000);
    link->in_size = 0;
}

static void read_group(struct link *link, const char *block)
{
    link_print(link,
               "*%d\r\n$10\r\nXREADGROUP\r\n$5\r\nGROUP\r\n$1\r\ng\r\n$1\r\nc\r\n$5\r\nCOUNT\r\n"
               "$3\r\n%d\r\n%s$7\r\nSTREAMS\r\n$1\r\ns\r\n$1\r\n>\r\n",
               *block == '\0' ? 9 : 11, READ_AT_ONCE, block);
}

/* Ids stand in the answer as `$n\r\n<ms>-<n>\r\n`, each in front of its `*2\r\n$1\r\nb`; one XACK
 * names them all.  Returns how many. */
static uint32_t acknowledge(struct link *link, size_t size)
{
    static char ids[READ_AT_ONCE][32];
    uint32_t count = 0;
    const char *at = (const char *)link->in;
    const char *end = at + size;

    while (count < READ_AT_ONCE) {
        static const char mark[] = "\r\n*2\r\n$1\r\nb\r\n";
        const char *found = memmem(at, (size_t)(end - at), mark, sizeof(mark) - 1);
        if (found == NULL)
            break;
        const char *begin = found;
        while (begin[-1] != '\n')
            begin--;
        snprintf(ids[count++], sizeof(ids[0]), "%.*s", (int)(found - begin), begin);
        at = found + sizeof(mark);
    }
    /* In an answer with a body the entry is [id, [b, body]]: the mark is `id \r\n *2 $1 b`. */
    if (count > 0) {
        link_print(link, "*%u\r\n$4\r\nXACK\r\n$1\r\ns\r\n$1\r\ng\r\n", count + 3);
        for (uint32_t i = 0; i < count; i++)
            link_print(link, "$%zu\r\n%s\r\n", strlen(ids[i]), ids[i]);
    }
    return count;
}

static void make_group(int port)
{
    struct link link;

    link_open(&link, port, 1);
    command(&link, "DEL s");
    command(&link, "XGROUP CREATE s g $ MKSTREAM");
    link_close(&link);
}

static const char block_for_ever[] = "$5\r\nBLOCK\r\n$1\r\n0\r\n";

static void end_to_end(int port, uint32_t under_way, double seconds, struct measure *measure)
{
    struct link links[2]; /* a producer, a consumer */
    uint32_t waiting = 0;
    uint32_t acknowledging = 0; /* 0: a read is under way */

    make_group(port);
    link_open(&links[0], port, under_way);
    link_open(&links[1], port, under_way);
    read_group(&links[1], block_for_ever);
    measure_begin(measure, seconds);
    while (!measure_over(measure)) {
        for (; waiting < under_way; waiting++) {
            ask(&links[0]);
            link_asks(&links[1]);
        }
        link_step(links, 2, 1000);
        size_t used = 0;
        answers(links[0].in, links[0].in_size, &used);
        link_used(&links[0], used);
        size_t size = whole(links[1].in, links[1].in_size);
        if (size == 0)
            continue;
        if (acknowledging == 0) {
            acknowledging = acknowledge(&links[1], size);
        } else {
            for (; acknowledging > 0; acknowledging--, waiting--)
                link_answered(&links[1], measure);
            read_group(&links[1], block_for_ever);
        }
        link_used(&links[1], size);
    }
    link_close(&links[0]);
    link_close(&links[1]);
}

/* Takes `messages` that lie in the stream, 256 at a time, each batch acknowledged durably. */
static void drain(int port, uint64_t messages, struct measure *measure)
{
    struct link link;

    link_open(&link, port, 1);
    command(&link, "XGROUP DESTROY s g");
    command(&link, "XGROUP CREATE s g 0");
    measure_begin(measure, 0);
    while (measure->done < messages) {
        size_t size;
        read_group(&link, "");
        while ((size = whole(link.in, link.in_size)) == 0)
            link_step(&link, 1, 1000);
        uint32_t count = acknowledge(&link, size);
        link_used(&link, size);
        if (count == 0)
            break;
        while ((size = whole(link.in, link.in_size)) == 0)
            link_step(&link, 1, 1000);
        link_used(&link, size);
        measure->done += count;
    }
    link_close(&link);
}

/* `receivers` readers of one stream, each from where it stands; 256 publishes are under way. */
static void fan_out(int port, uint32_t receivers, double seconds, struct measure *measure)
{
    static struct link links[LOAD_LINKS];
    static char last[LOAD_LINKS][32];
    uint64_t got[LOAD_LINKS] = { 0 };
    uint64_t asked = 0;

    make_group(port);
    for (uint32_t i = 0; i <= receivers; i++)
        link_open(&links[i], port, 256);
    for (uint32_t i = 1; i <= receivers; i++) {
        snprintf(last[i], sizeof(last[i]), "0");
        link_print(&links[i],
                   "*8\r\n$5\r\nXREAD\r\n$5\r\nCOUNT\r\n$3\r\n%d\r\n%s$7\r\nSTREAMS\r\n"
                   "$1\r\ns\r\n$%zu\r\n%s\r\n",
                   READ_AT_ONCE, block_for_ever, strlen(last[i]), last[i]);
    }
    measure_begin(measure, seconds);
    while (!measure_over(measure)) {
        uint64_t slowest = UINT64_MAX;
        for (uint32_t i = 1; i <= receivers; i++)
            slowest = got[i] < slowest ? got[i] : slowest;
        for (; asked < slowest + 4096 && links[0].under_way < 256; asked++) {
            ask(&links[0]);
            link_asks(&links[0]);
        }
        link_step(links, receivers + 1, 1000);
        size_t used = 0;
        uint32_t stored = answers(links[0].in, links[0].in_size, &used);
        link_used(&links[0], used);
        links[0].under_way -= stored;
        links[0].first = (links[0].first + stored) % links[0].ring;
        for (uint32_t i = 1; i <= receivers; i++) {
            size_t size = whole(links[i].in, links[i].in_size);
            if (size == 0)
                continue;
            static const char mark[] = "\r\n*2\r\n$1\r\nb\r\n";
            const char *at = (const char *)links[i].in;
            const char *end = at + size;
            const char *found;
            while ((found = memmem(at, (size_t)(end - at), mark, sizeof(mark) - 1)) != NULL) {
                const char *begin = found;
                while (begin[-1] != '\n')
                    begin--;
                snprintf(last[i], sizeof(last[i]), "%.*s", (int)(found - begin), begin);
                at = found + sizeof(mark);
                got[i]++;
                measure->done++;
            }
            link_used(&links[i], size);
            link_print(&links[i],
                       "*8\r\n$5\r\nXREAD\r\n$5\r\nCOUNT\r\n$3\r\n%d\r\n%s$7\r\nSTREAMS\r\n"
                       "$1\r\ns\r\n$%zu\r\n%s\r\n",
                       READ_AT_ONCE, block_for_ever, strlen(last[i]), last[i]);
        }
    }
    for (uint32_t i = 0; i <= receivers; i++)
        link_close(&links[i]);
}

const struct peer redis_peer = {
    .name = "redis",
    .greet = greet,
    .ask = ask,
    .answers = answers,
    .end_to_end = end_to_end,
    .fan_out = fan_out,
    .drain = drain,
};
