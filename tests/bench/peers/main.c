/*
 * bench-peer - the same work, done by what a user might take instead.
 *
 *     bench-peer redis|beanstalkd|nats|postgres PORT publish|endtoend|fanout|fill|drain|query
 *                LINKSxUNDER_WAY SECONDS|MESSAGES
 *
 * The server listens on 127.0.0.1:PORT already (scripts/bench starts it in a folder of its own).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load.h"

static int usage(void)
{
    fprintf(stderr, "usage: bench-peer PEER PORT WORK LINKSxUNDER_WAY SECONDS|MESSAGES\n");
    return 64;
}

int main(int argc, char **argv)
{
    static const struct peer *const peers[] = { &redis_peer, &beanstalk_peer, &nats_peer };
    const struct peer *peer = NULL;
    struct measure measure;
    uint32_t links;
    uint32_t under_way;

    if (argc != 6 || sscanf(argv[4], "%ux%u", &links, &under_way) != 2 || links > LOAD_LINKS)
        return usage();
    int port = atoi(argv[2]);
    const char *work = argv[3];
    double amount = atof(argv[5]);
    bool is_postgres = strcmp(argv[1], "postgres") == 0;
    for (size_t i = 0; i < sizeof(peers) / sizeof(peers[0]); i++)
        if (strcmp(peers[i]->name, argv[1]) == 0)
            peer = peers[i];
    if (peer == NULL && !is_postgres)
        return usage();

    if (strcmp(work, "publish") == 0 && is_postgres)
        postgres_publish(port, links, under_way, amount, 0, &measure);
    else if (strcmp(work, "fill") == 0 && is_postgres)
        postgres_publish(port, links, under_way, 0, (uint64_t)amount, &measure);
    else if (strcmp(work, "drain") == 0 && is_postgres)
        postgres_drain(port, (uint64_t)amount, &measure);
    else if (peer == NULL)
        return usage();
    else if (strcmp(work, "publish") == 0 && peer->ask != NULL)
        load_publish(peer, port, links, under_way, amount, 0, &measure);
    else if (strcmp(work, "fill") == 0 && peer->ask != NULL)
        load_publish(peer, port, links, under_way, 0, (uint64_t)amount, &measure);
    else if (strcmp(work, "endtoend") == 0 && peer->end_to_end != NULL)
        peer->end_to_end(port, under_way, amount, &measure);
    else if (strcmp(work, "fanout") == 0 && peer->fan_out != NULL)
        peer->fan_out(port, links, amount, &measure);
    else if (strcmp(work, "drain") == 0 && peer->drain != NULL)
        peer->drain(port, (uint64_t)amount, &measure);
    else if (strcmp(work, "query") == 0 && peer->query != NULL)
        peer->query(port, under_way, amount, &measure);
    else
        return usage();
    measure_print(&measure, argv[1], work, argv[4]);
    return 0;
}
