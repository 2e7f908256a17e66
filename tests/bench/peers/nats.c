/* NATS core: request and reply through the server, nothing kept; the measure of our queries. */
#include "load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void greet(struct link *link)
{
    link_line(link); /* INFO {...} */
    link_print(link, "CONNECT {\"verbose\":false,\"pedantic\":false}\r\n");
}

/* MSG <subject> <sid> [reply] <bytes>\r\n<data>\r\n, as often as whole ones lie there.  A service
 * answers each to its reply address. */
static uint32_t messages(struct link *link, bool answer)
{
    uint32_t count = 0;
    size_t used = 0;

    while (used < link->in_size) {
        const char *line = (const char *)link->in + used;
        const char *end = memchr(line, '\n', link->in_size - used);
        char reply[64] = "";
        size_t bytes = 0;
        if (end == NULL)
            break;
        size_t head = (size_t)(end - line) + 1;
        if (strncmp(line, "PING", 4) == 0) {
            link_print(link, "PONG\r\n");
        } else if (sscanf(line, "MSG %*s %*s %63s %zu", reply, &bytes) == 2
                   || sscanf(line, "MSG %*s %*s %zu", &bytes) == 1) {
            if (used + head + bytes + 2 > link->in_size)
                break;
            head += bytes + 2;
            count++;
            if (answer) {
                link_print(link, "PUB %s %d\r\n", reply, LOAD_BODY_BYTES);
                link_say(link, load_body, LOAD_BODY_BYTES);
                link_say(link, "\r\n", 2);
            }
        }
        used += head;
    }
    link_used(link, used);
    return count;
}

static void query(int port, uint32_t under_way, double seconds, struct measure *measure)
{
    struct link links[2]; /* an asker, a service */

    for (int i = 0; i < 2; i++) {
        link_open(&links[i], port, under_way);
        greet(&links[i]);
    }
    link_print(&links[0], "SUB inbox 1\r\nPING\r\n");
    link_print(&links[1], "SUB ask 1\r\nPING\r\n");
    for (int i = 0; i < 2; i++)
        while (strncmp(link_line(&links[i]), "PONG", 4) != 0)
            ;
    measure_begin(measure, seconds);
    while (!measure_over(measure)) {
        while (links[0].under_way < under_way) {
            link_print(&links[0], "PUB ask inbox %d\r\n", LOAD_BODY_BYTES);
            link_say(&links[0], load_body, LOAD_BODY_BYTES);
            link_say(&links[0], "\r\n", 2);
            link_asks(&links[0]);
        }
        link_step(links, 2, 1000);
        messages(&links[1], true);
        for (uint32_t count = messages(&links[0], false); count > 0; count--)
            link_answered(&links[0], measure);
    }
    link_close(&links[0]);
    link_close(&links[1]);
}

const struct peer nats_peer = { .name = "nats", .greet = greet, .query = query };
