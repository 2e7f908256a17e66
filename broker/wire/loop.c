#include <assert.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <zmq.h>

#include "base/clock.h"
#include "base/err.h"
#include "wire/caller.h"
#include "wire/inside.h"
#include "wire/socket.h"

enum { LONG_US = 60 * 1000 * 1000 };

static void add(struct loop *loop, struct socket *caller, void *source, int fd)
{
    assert(loop->count < LOOP_SOURCES);
    loop->callers[loop->count] = caller;
    loop->sources[loop->count] = source;
    loop->fds[loop->count] = fd;
    loop->count++;
}

void loop_add_socket(struct loop *loop, struct socket *socket)
{
    add(loop, socket->caller == NULL ? NULL : socket, socket->zmq, -1);
}

void loop_add_zap(struct loop *loop, struct socket_zap *zap)
{
    add(loop, NULL, zap->zmq, -1);
}

void loop_add_fd(struct loop *loop, int fd)
{
    add(loop, NULL, NULL, fd);
}

bool socket_poll(const struct socket *socket, struct pollfd *ret_poll)
{
    struct caller_wait wait;

    caller_wait(socket->caller, &wait);
    *ret_poll = (struct pollfd){ .fd = wait.fd, .events = wait.events };
    return clock_steady_us() >= wait.until_us;
}

/* What libzmq has for us.  Its descriptor tells only that this may have changed. */
static bool has_events(void *zmq)
{
    int events = 0;
    size_t size = sizeof(events);

    return zmq_getsockopt(zmq, ZMQ_EVENTS, &events, &size) == 0 && (events & ZMQ_POLLIN) != 0;
}

static int descriptor(void *zmq)
{
    int fd = -1;
    size_t size = sizeof(fd);

    return zmq_getsockopt(zmq, ZMQ_FD, &fd, &size) == 0 ? fd : -1;
}

/* Looks at all once, waits until `end_us`, looks at those that woke it. */
static int wait_once(struct loop *loop, uint64_t end_us, uint32_t *ret_ready)
{
    struct pollfd polls[LOOP_SOURCES];
    uint64_t until_us[LOOP_SOURCES];
    uint64_t now_us = clock_steady_us();
    uint64_t wake_us = end_us;

    for (uint32_t i = 0; i < loop->count; i++) {
        polls[i] = (struct pollfd){ .fd = loop->fds[i], .events = POLLIN };
        until_us[i] = UINT64_MAX;
        if (loop->callers[i] != NULL) {
            struct caller_wait wait;
            caller_wait(loop->callers[i]->caller, &wait);
            polls[i] = (struct pollfd){ .fd = wait.fd, .events = wait.events };
            until_us[i] = wait.until_us;
        } else if (loop->sources[i] != NULL) {
            polls[i].fd = descriptor(loop->sources[i]);
            until_us[i] = has_events(loop->sources[i]) ? 0 : UINT64_MAX;
        }
        wake_us = until_us[i] < wake_us ? until_us[i] : wake_us;
    }
    int wait_ms = wake_us <= now_us             ? 0
                  : wake_us - now_us >= LONG_US ? LONG_US / 1000
                                                : (int)((wake_us - now_us + 999) / 1000);
    if (poll(polls, loop->count, wait_ms) < 0)
        return errno == EINTR ? 0 : FAULT(-errno);
    now_us = clock_steady_us();
    for (uint32_t i = 0; i < loop->count; i++) {
        bool ready = polls[i].revents != 0 || until_us[i] <= now_us;
        if (ready && loop->callers[i] != NULL)
            ready = caller_turn(loop->callers[i]->caller);
        else if (ready && loop->sources[i] != NULL)
            ready = has_events(loop->sources[i]);
        *ret_ready |= ready ? 1u << i : 0;
    }
    return 0;
}

int loop_wait(struct loop *loop, int timeout_ms, uint32_t *ret_ready)
{
    uint64_t end_us = timeout_ms < 0 ? UINT64_MAX : clock_steady_us() + (uint64_t)timeout_ms * 1000;
    int r;

    *ret_ready = 0;
    do
        r = wait_once(loop, end_us, ret_ready);
    while (r == 0 && *ret_ready == 0 && clock_steady_us() < end_us);
    return r;
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
