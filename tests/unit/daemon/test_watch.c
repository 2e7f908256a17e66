/*
 * A message that never ends: what the kernel took in and nobody was given.
 */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/inside.h"
#include "lib/run.h"

static void connect_pair(int *ret_server, int *ret_client)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof(address);
    int listener = socket(AF_INET, SOCK_STREAM, 0);

    ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, size), 0);
    ck_assert_int_eq(listen(listener, 1), 0);
    ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&address, &size), 0);
    *ret_client = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(connect(*ret_client, (struct sockaddr *)&address, size), 0);
    *ret_server = accept(listener, NULL, NULL);
    close(listener);
}

/* As the library does it: takes the bytes in, and keeps them. */
static void pour(int server, int client, size_t bytes)
{
    static char piece[64 << 10];

    while (bytes > 0) {
        ssize_t sent = send(client, piece, sizeof(piece), 0);
        ck_assert_int_gt(sent, 0);
        for (ssize_t left = sent; left > 0;)
            left -= recv(server, piece, (size_t)left, 0);
        bytes -= bytes < (size_t)sent ? bytes : (size_t)sent;
    }
}

static bool is_cut(int client)
{
    char byte;

    return recv(client, &byte, 1, MSG_DONTWAIT) == 0;
}

START_TEST(a_peer_that_never_ends_its_message_is_cut)
{
    static struct broker broker;
    int server;
    int client;

    snprintf(broker.endpoint, sizeof(broker.endpoint), "tcp://127.0.0.1:1");
    watch_look(&broker);
    connect_pair(&server, &client);
    pour(server, client, 20 << 20);
    watch_look(&broker);
    ck_assert(!is_cut(client));
    pour(server, client, 8 << 20);
    watch_look(&broker);
    ck_assert(is_cut(client));
    close(server);
    close(client);
    free(broker.delivered);
}
END_TEST

START_TEST(a_peer_whose_messages_come_through_is_left_alone)
{
    static struct broker broker;
    int server;
    int client;

    snprintf(broker.endpoint, sizeof(broker.endpoint), "tcp://127.0.0.1:1");
    watch_look(&broker);
    connect_pair(&server, &client);
    for (int i = 0; i < 20; i++) {
        pour(server, client, 4 << 20);
        watch_note(&broker, server, 4 << 20);
        watch_look(&broker);
        ck_assert(!is_cut(client));
    }
    /* The descriptor comes back for another connection: its count begins anew. */
    close(server);
    close(client);
    connect_pair(&server, &client);
    pour(server, client, 1 << 20);
    watch_look(&broker);
    ck_assert(!is_cut(client));
    pour(server, client, 30 << 20);
    watch_look(&broker);
    ck_assert(is_cut(client));
    close(server);
    close(client);
    free(broker.delivered);
}
END_TEST

TESTS(a_peer_that_never_ends_its_message_is_cut, a_peer_whose_messages_come_through_is_left_alone)
