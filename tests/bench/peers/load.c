#include "load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { BUFFER_BYTES = 1 << 20, MEASURE_SPANS = 1 << 20 };

#define EIGHT "abcdefgh"
#define SIXTY_FOUR EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT
const char load_body[LOAD_BODY_BYTES + 1] =
    SIXTY_FOUR SIXTY_FOUR SIXTY_FOUR SIXTY_FOUR SIXTY_FOUR SIXTY_FOUR SIXTY_FOUR SIXTY_FOUR;

static void give_up(const char *what)
{
    fprintf(stderr, "bench-peer: %s: %s\n", what, strerror(errno));
    exit(69);
}

static void *room(void *bytes, size_t *have, size_t want)
{
    if (want <= *have)
        return bytes;
    while (*have < want)
        *have = *have == 0 ? BUFFER_BYTES : 2 * *have;
    bytes = realloc(bytes, *have);
    if (bytes == NULL)
        give_up("memory");
    return bytes;
}

void link_open(struct link *link, int port, uint32_t most_under_way)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
    int one = 1;

    *link = (struct link){ .ring = most_under_way + 1 };
    link->asked_us = calloc(link->ring, sizeof(*link->asked_us));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    link->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (link->asked_us == NULL || link->fd < 0
        || connect(link->fd, (struct sockaddr *)&address, sizeof(address)) != 0)
        give_up("connect");
    setsockopt(link->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    fcntl(link->fd, F_SETFL, O_NONBLOCK);
}

void link_close(struct link *link)
{
    close(link->fd);
    free(link->out);
    free(link->in);
    free(link->asked_us);
}

void link_say(struct link *link, const void *bytes, size_t size)
{
    link->out = room(link->out, &link->out_room, link->out_size + size);
    memcpy(link->out + link->out_size, bytes, size);
    link->out_size += size;
}

void link_print(struct link *link, const char *format, ...)
{
    char text[2048];
    va_list arguments;

    va_start(arguments, format);
    int size = vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    link_say(link, text, (size_t)size);
}

void link_used(struct link *link, size_t size)
{
    link->in_size -= size;
    memmove(link->in, link->in + size, link->in_size);
}

static void push(struct link *link)
{
    while (link->out_size > 0) {
        ssize_t sent = send(link->fd, link->out, link->out_size, MSG_NOSIGNAL);
        if (sent < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (sent <= 0)
            give_up("send");
        link->out_size -= (size_t)sent;
        memmove(link->out, link->out + sent, link->out_size);
    }
}

static void pull(struct link *link)
{
    link->in = room(link->in, &link->in_room, link->in_size + BUFFER_BYTES / 4);
    ssize_t got = recv(link->fd, link->in + link->in_size, link->in_room - link->in_size, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0)
        give_up("the peer hung up");
    link->in_size += (size_t)got;
}

void link_step(struct link *links, uint32_t count, int wait_ms)
{
    struct pollfd polls[LOAD_LINKS];

    for (uint32_t i = 0; i < count; i++) {
        push(&links[i]);
        polls[i] = (struct pollfd){
            .fd = links[i].fd,
            .events = (short)(POLLIN | (links[i].out_size > 0 ? POLLOUT : 0)),
        };
    }
    if (poll(polls, count, wait_ms) < 0 && errno != EINTR)
        give_up("poll");
    for (uint32_t i = 0; i < count; i++)
        if (polls[i].revents & (POLLIN | POLLHUP | POLLERR))
            pull(&links[i]);
}

const char *link_line(struct link *link)
{
    static char line[1024];

    while (true) {
        uint8_t *end = link->in_size == 0 ? NULL : memchr(link->in, '\n', link->in_size);
        if (end != NULL) {
            size_t size = (size_t)(end - link->in) + 1;
            snprintf(line, sizeof(line), "%.*s", (int)size, (const char *)link->in);
            link_used(link, size);
            return line;
        }
        link_step(link, 1, 1000);
    }
}

/* ---- measuring ----------------------------------------------------------------------------------- */

uint64_t now_us(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_nsec / 1000;
}

void measure_begin(struct measure *measure, double seconds)
{
    *measure = (struct measure){ .begin_us = now_us() };
    measure->end_us = seconds > 0 ? measure->begin_us + (uint64_t)(seconds * 1e6) : 0;
    measure->spans_us = malloc(MEASURE_SPANS * sizeof(*measure->spans_us));
    if (measure->spans_us == NULL)
        give_up("memory");
}

bool measure_over(const struct measure *measure)
{
    return measure->end_us != 0 && now_us() >= measure->end_us;
}

void measure_span(struct measure *measure, uint64_t asked_us)
{
    measure->done++;
    if (measure->span_count < MEASURE_SPANS)
        measure->spans_us[measure->span_count++] = (uint32_t)(now_us() - asked_us);
}

static int by_size(const void *a, const void *b)
{
    uint32_t first = *(const uint32_t *)a;
    uint32_t second = *(const uint32_t *)b;

    return (first > second) - (first < second);
}

void measure_print(struct measure *measure, const char *peer, const char *work, const char *shape)
{
    double seconds = (double)(now_us() - measure->begin_us) / 1e6;
    uint32_t count = measure->span_count;

    qsort(measure->spans_us, count, sizeof(*measure->spans_us), by_size);
    printf("{\"peer\":\"%s\",\"work\":\"%s\",\"shape\":\"%s\",\"rate\":%.0f,\"seconds\":%.2f,"
           "\"p50_us\":%u,\"p99_us\":%u}\n",
           peer, work, shape, (double)measure->done / seconds, seconds,
           count == 0 ? 0 : measure->spans_us[count / 2],
           count == 0 ? 0 : measure->spans_us[(uint64_t)count * 99 / 100]);
    free(measure->spans_us);
}

void link_asks(struct link *link)
{
    link->asked_us[(link->first + link->under_way++) % link->ring] = now_us();
}

void link_answered(struct link *link, struct measure *measure)
{
    measure_span(measure, link->asked_us[link->first]);
    link->first = (link->first + 1) % link->ring;
    link->under_way--;
}

void load_publish(const struct peer *peer, int port, uint32_t links, uint32_t under_way,
                  double seconds, uint64_t messages, struct measure *measure)
{
    static struct link all[LOAD_LINKS];
    uint64_t asked = 0;

    for (uint32_t i = 0; i < links; i++) {
        link_open(&all[i], port, under_way);
        peer->greet(&all[i]);
    }
    measure_begin(measure, seconds);
    while (!measure_over(measure) && (messages == 0 || measure->done < messages)) {
        for (uint32_t i = 0; i < links; i++)
            while (all[i].under_way < under_way && (messages == 0 || asked < messages)) {
                peer->ask(&all[i]);
                link_asks(&all[i]);
                asked++;
            }
        link_step(all, links, 1000);
        for (uint32_t i = 0; i < links; i++) {
            size_t used = 0;
            uint32_t answers = peer->answers(all[i].in, all[i].in_size, &used);
            link_used(&all[i], used);
            while (answers-- > 0)
                link_answered(&all[i], measure);
        }
    }
    for (uint32_t i = 0; i < links; i++)
        link_close(&all[i]);
}
