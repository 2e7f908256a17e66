/* beanstalkd -f0: a put is on the disk before INSERTED leaves. */
#include "load.h"

#include <stdio.h>
#include <string.h>

static void greet(struct link *link)
{
    (void)link;
}

static void ask(struct link *link)
{
    link_print(link, "put 0 0 600 %d\r\n", LOAD_BODY_BYTES);
    link_say(link, load_body, LOAD_BODY_BYTES);
    link_say(link, "\r\n", 2);
}

static uint32_t answers(const uint8_t *bytes, size_t size, size_t *ret_used)
{
    uint32_t count = 0;

    for (size_t i = 0; i < size; i++)
        if (bytes[i] == '\n') {
            count++;
            *ret_used = i + 1;
        }
    return count;
}

/* RESERVED <id> <bytes>\r\n<data>\r\n and DELETED\r\n; each job reserved is deleted at once. */
static uint32_t take(struct link *taker)
{
    uint32_t deleted = 0;
    size_t used = 0;

    while (used < taker->in_size) {
        const char *line = (const char *)taker->in + used;
        const char *end = memchr(line, '\n', taker->in_size - used);
        unsigned long long id;
        size_t bytes = 0;
        if (end == NULL)
            break;
        size_t head = (size_t)(end - line) + 1;
        if (sscanf(line, "RESERVED %llu %zu", &id, &bytes) == 2) {
            if (used + head + bytes + 2 > taker->in_size)
                break;
            link_print(taker, "delete %llu\r\n", id);
            head += bytes + 2;
        } else {
            deleted++;
        }
        used += head;
    }
    link_used(taker, used);
    return deleted;
}

static void end_to_end(int port, uint32_t under_way, double seconds, struct measure *measure)
{
    struct link links[2]; /* a producer, a taker */
    uint32_t waiting = 0;

    link_open(&links[0], port, under_way);
    link_open(&links[1], port, under_way);
    measure_begin(measure, seconds);
    while (!measure_over(measure)) {
        for (; waiting < under_way; waiting++) {
            ask(&links[0]);
            link_asks(&links[1]);
            link_print(&links[1], "reserve\r\n");
        }
        link_step(links, 2, 1000);
        size_t used = 0;
        answers(links[0].in, links[0].in_size, &used);
        link_used(&links[0], used);
        for (uint32_t deleted = take(&links[1]); deleted > 0; deleted--, waiting--)
            link_answered(&links[1], measure);
    }
    link_close(&links[0]);
    link_close(&links[1]);
}

const struct peer beanstalk_peer = {
    .name = "beanstalkd",
    .greet = greet,
    .ask = ask,
    .answers = answers,
    .end_to_end = end_to_end,
};
