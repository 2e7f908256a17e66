/*
 * bench-floor - what libzmq itself allows: our rows with nothing of ours in them.
 *
 *     bench-floor FOLDER publish|query LINKSx1 SECONDS
 *
 * publish: so many DEALERs with one message of 560 bytes under way each; a ROUTER takes in what is
 * there, writes it to a file that was filled ahead, flushes, and answers all.  query: the ROUTER
 * hands a question from the first DEALER to the second, and its answer back.  The other side is a
 * process of its own; both are as plain as a loop over libzmq can be.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zmq.h>

#include "peers/load.h"

enum {
    MESSAGE_BYTES = 560, /* 512 with what stands around it */
    ANSWER_BYTES = 40,
    ID_BYTES = 5, /* that a ROUTER makes */
    FILE_BYTES = 16 << 20,
    SETTLE_US = 300 * 1000, /* until all are connected */
};

static char endpoint[4096];
static char path[4096];

static void need(int is_good, const char *what)
{
    if (is_good)
        return;
    perror(what);
    exit(74);
}

/* ---- the other side ------------------------------------------------------------------------------ */

static void *server_open(void)
{
    void *zmq = zmq_socket(zmq_ctx_new(), ZMQ_ROUTER);

    need(zmq != NULL && zmq_bind(zmq, endpoint) == 0, endpoint);
    return zmq;
}

static void answer(void *zmq, const char *id, const void *bytes, size_t size)
{
    need(zmq_send(zmq, id, ID_BYTES, ZMQ_SNDMORE) == ID_BYTES, "send");
    need(zmq_send(zmq, bytes, size, 0) == (int)size, "send");
}

/* One message with who sent it; false: there is none now. */
static int take(void *zmq, char *id, char *bytes)
{
    return zmq_recv(zmq, id, ID_BYTES, ZMQ_DONTWAIT) == ID_BYTES
           && zmq_recv(zmq, bytes, MESSAGE_BYTES, 0) >= 0;
}

static void wait_for_some(void *zmq)
{
    zmq_pollitem_t item = { .socket = zmq, .events = ZMQ_POLLIN };

    zmq_poll(&item, 1, -1);
}

static void store(void *zmq)
{
    static char ids[LOAD_LINKS][ID_BYTES];
    static char bytes[LOAD_LINKS * MESSAGE_BYTES];
    static char zeros[1 << 20];
    off_t at = 0;

    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    for (off_t next = 0; next < FILE_BYTES; next += (off_t)sizeof(zeros))
        need(pwrite(fd, zeros, sizeof(zeros), next) == (ssize_t)sizeof(zeros), path);
    need(fsync(fd) == 0, path);
    while (true) {
        size_t count = 0;
        wait_for_some(zmq);
        while (count < LOAD_LINKS && take(zmq, ids[count], bytes + count * MESSAGE_BYTES))
            count++;
        size_t size = count * MESSAGE_BYTES;
        at = at + (off_t)size > FILE_BYTES ? 0 : at;
        need(pwrite(fd, bytes, size, at) == (ssize_t)size && fdatasync(fd) == 0, path);
        at += (off_t)size;
        for (size_t i = 0; i < count; i++)
            answer(zmq, ids[i], bytes, ANSWER_BYTES);
    }
}

/* The first two that speak are the asker and who answers. */
static void hand_over(void *zmq)
{
    static char bytes[MESSAGE_BYTES];
    char ids[2][ID_BYTES];
    char id[ID_BYTES];
    int known = 0;

    while (true) {
        wait_for_some(zmq);
        while (take(zmq, id, bytes)) {
            if (known < 2)
                memcpy(ids[known++], id, ID_BYTES);
            else
                answer(zmq, ids[memcmp(id, ids[0], ID_BYTES) == 0], bytes, MESSAGE_BYTES);
        }
    }
}

/* ---- the callers --------------------------------------------------------------------------------- */

struct caller {
    void *zmq;
    struct pollfd item;
    uint64_t asked_us;
};

static void ask(struct caller *caller)
{
    static const char bytes[MESSAGE_BYTES];

    caller->asked_us = now_us();
    need(zmq_send(caller->zmq, bytes, sizeof(bytes), 0) == MESSAGE_BYTES, "send");
}

static void call_open(void *context, struct caller *caller)
{
    size_t size = sizeof(caller->item.fd);

    caller->zmq = zmq_socket(context, ZMQ_DEALER);
    need(caller->zmq != NULL && zmq_connect(caller->zmq, endpoint) == 0, endpoint);
    zmq_getsockopt(caller->zmq, ZMQ_FD, &caller->item.fd, &size);
    caller->item.events = POLLIN;
}

/* `measured`: of the callers, the first so many; the others answer only. */
static void call(struct caller *callers, uint32_t count, uint32_t measured, struct measure *measure)
{
    struct pollfd items[LOAD_LINKS];
    char bytes[MESSAGE_BYTES];

    while (!measure_over(measure)) {
        for (uint32_t i = 0; i < count; i++)
            items[i] = callers[i].item;
        /* What came while the first message was being sent is told of by no descriptor. */
        int ready = poll(items, count, 10);
        for (uint32_t i = 0; i < count; i++)
            while ((ready == 0 || items[i].revents != 0)
                   && zmq_recv(callers[i].zmq, bytes, sizeof(bytes), ZMQ_DONTWAIT) >= 0) {
                if (i < measured)
                    measure_span(measure, callers[i].asked_us);
                ask(&callers[i]);
            }
    }
}

int main(int argc, char **argv)
{
    static struct caller callers[LOAD_LINKS];
    struct measure measure;
    uint32_t links = 0;

    if (argc != 5 || sscanf(argv[3], "%ux1", &links) != 1 || links == 0 || links > LOAD_LINKS - 1) {
        fprintf(stderr, "usage: bench-floor FOLDER publish|query LINKSx1 SECONDS\n");
        return 64;
    }
    int is_query = strcmp(argv[2], "query") == 0;
    uint32_t count = is_query ? 2 : links;
    snprintf(endpoint, sizeof(endpoint), "ipc://@carebus-bench-floor-%d", (int)getpid());
    snprintf(path, sizeof(path), "%s/floor", argv[1]);
    pid_t server = fork();
    if (server == 0) {
        void *zmq = server_open();
        if (is_query)
            hand_over(zmq);
        store(zmq);
    }
    void *context = zmq_ctx_new();
    usleep(SETTLE_US);
    for (uint32_t i = 0; i < count; i++) {
        call_open(context, &callers[i]);
        if (is_query) {
            ask(&callers[i]);
            usleep(SETTLE_US);
        }
    }
    usleep(SETTLE_US);
    measure_begin(&measure, atof(argv[4]));
    for (uint32_t i = 0; i < (is_query ? 1 : count); i++)
        ask(&callers[i]);
    call(callers, count, is_query ? 1 : count, &measure);
    measure_print(&measure, "libzmq", argv[2], argv[3]);
    fflush(stdout);
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
    unlink(path);
    _exit(0);
}
