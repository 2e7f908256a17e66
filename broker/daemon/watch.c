/*
 * A message that never ends is invisible: ZeroMQ keeps its parts until the last one comes, and no
 * limit of its own counts them.  So what the kernel has received on each connection is compared with
 * what we were given; who is far ahead is cut (traps.md 2.4: 1,615 MB in 3 s without this, 47 MB
 * with it).  Local sockets have no such count; only accounts of this machine reach them.
 */
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/err.h"
#include "base/log.h"
#include "daemon/inside.h"

enum {
    LISTENING = 10, /* TCP_LISTEN, which only the C library's own header has */
    WATCHED = 65536,
    FRAME_OVERHEAD_BYTES = 64, /* of ZMTP, CURVE and the kernel's own */
    AHEAD_BYTES = 24 << 20,    /* three times the credit of a producer */
};

void watch_note(struct broker *broker, int fd, size_t bytes)
{
    if (broker->delivered == NULL || fd < 0 || fd >= WATCHED)
        return;
    broker->delivered[fd] += bytes + FRAME_OVERHEAD_BYTES;
    if (fd >= broker->watched)
        broker->watched = fd + 1;
}

/* A descriptor comes back for another connection, whose count begins at zero. */
static void look(struct broker *broker, int fd)
{
    struct tcp_info info;
    socklen_t size = sizeof(info);

    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0 || info.tcpi_state == LISTENING)
        return;
    uint64_t *delivered = &broker->delivered[fd];
    if (*delivered > info.tcpi_bytes_received)
        *delivered = info.tcpi_bytes_received;
    if (info.tcpi_bytes_received - *delivered < AHEAD_BYTES)
        return;
    const char *user = "";
    for (const struct link *link = broker->first_link; link != NULL; link = link->next)
        if (link->fd == fd)
            user = link->user;
    say_warn("wire.endless_message", "user=%s bytes=%llu", user,
             (unsigned long long)(info.tcpi_bytes_received - *delivered));
    socket_cut(fd);
}

void watch_look(struct broker *broker)
{
    enum { SPARE = 64 }; /* connections that have sent nothing whole yet */

    if (strncmp(broker->endpoint, "tcp://", 6) != 0)
        return;
    if (broker->delivered == NULL)
        broker->delivered = calloc(WATCHED, sizeof(*broker->delivered));
    if (broker->delivered == NULL)
        return;
    int most = broker->watched + SPARE < WATCHED ? broker->watched + SPARE : WATCHED;
    for (int fd = 3; fd < most; fd++)
        look(broker, fd);
}
