#include <assert.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <zmq.h>

#include "base/err.h"
#include "wire/inside.h"
#include "wire/socket.h"

static void add(struct loop *loop, void *source, int fd)
{
    assert(loop->count < LOOP_SOURCES);
    loop->sources[loop->count] = source;
    loop->fds[loop->count] = fd;
    loop->count++;
}

void loop_add_socket(struct loop *loop, struct socket *socket)
{
    add(loop, socket->zmq, -1);
}

void loop_add_zap(struct loop *loop, struct socket_zap *zap)
{
    add(loop, zap->zmq, -1);
}

void loop_add_fd(struct loop *loop, int fd)
{
    add(loop, NULL, fd);
}

int loop_wait(struct loop *loop, int timeout_ms, uint32_t *ret_ready)
{
    zmq_pollitem_t items[LOOP_SOURCES] = { 0 };

    *ret_ready = 0;
    for (uint32_t i = 0; i < loop->count; i++) {
        items[i].socket = loop->sources[i];
        items[i].fd = loop->fds[i];
        items[i].events = ZMQ_POLLIN;
    }
    int ready = zmq_poll(items, (int)loop->count, timeout_ms);
    if (ready < 0)
        return errno == EINTR ? 0 : FAULT(-errno);
    for (uint32_t i = 0; i < loop->count; i++)
        if ((items[i].revents & ZMQ_POLLIN) != 0)
            *ret_ready |= 1u << i;
    return 0;
}

int loop_signals(int *ret_fd)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
        return FAULT(-errno);
    signal(SIGPIPE, SIG_IGN);
    int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd < 0)
        return FAULT(-errno);
    *ret_fd = fd;
    return 0;
}

int loop_signal_read(int fd)
{
    struct signalfd_siginfo info;

    return read(fd, &info, sizeof(info)) == (ssize_t)sizeof(info) ? (int)info.ssi_signo : 0;
}
