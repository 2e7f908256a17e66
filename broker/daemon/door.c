/*
 * Who may come in (traps.md 2.2).  The library lets everybody in when nobody answers for the door, so
 * the door is tried: at the start and every ten seconds a stranger's key knocks.  If it gets in, or
 * if nobody asked us about it, the process ends rather than serve on.
 */
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "daemon/inside.h"

enum { PROBE_EVERY_MS = 10 * 1000, PROBE_ASKED_MS = 30 * 1000, PROBE_AFTER_MS = 200 };

static const char *decide(void *context, const uint8_t key[SOCKET_KEY_BYTES], const char *address)
{
    struct broker *broker = context;

    const char *user = town_user(broker->town, key);
    if (user != NULL)
        return user;
    if (broker->probe.socket != NULL
        && memcmp(key, broker->probe.keys.public_key, SOCKET_KEY_BYTES) == 0)
        broker->probe.asked_ms = broker->steady_ms;
    else
        say_warn("door.unknown_key", "address=%s", address);
    return NULL;
}

int door_answer(struct broker *broker)
{
    int r = 0;

    while (r == 0)
        r = socket_zap_answer(broker->zap, decide, broker);
    return r == SOCKET_EMPTY ? 0 : r;
}

/* ---- the door's own test --------------------------------------------------------------------------- */

static int knock(struct broker *broker)
{
    struct probe *probe = &broker->probe;

    int r = socket_keys_make(&probe->keys);
    if (r == 0)
        r = socket_connect(broker->context, broker->endpoint, broker->keys.public_key, &probe->keys,
                           &probe->socket);
    probe->began_ms = broker->steady_ms;
    probe->asked_ms = 0;
    return r;
}

/* A send succeeds only on a connection whose handshake is through. */
static bool got_in(struct probe *probe)
{
    return socket_send(probe->socket, 0, slice_text("CB")) == 0;
}

int door_probe(struct broker *broker)
{
    struct probe *probe = &broker->probe;
    uint64_t now_ms = broker->steady_ms;

    if (broker->plain)
        return 0;
    if (probe->socket == NULL)
        return now_ms >= probe->next_ms ? knock(broker) : 0;
    if (got_in(probe)) {
        say_error("door.open", "reason=\"a stranger's key got in\"");
        return FAULT(-EPROTO);
    }
    if (probe->asked_ms == 0 && now_ms - probe->began_ms > PROBE_ASKED_MS) {
        say_error("door.dead", "reason=\"nobody asked about a stranger's key\"");
        return FAULT(-EPROTO);
    }
    if (probe->asked_ms != 0 && now_ms - probe->asked_ms > PROBE_AFTER_MS) {
        socket_close(probe->socket);
        probe->socket = NULL;
        probe->next_ms = now_ms + PROBE_EVERY_MS;
    }
    return 0;
}

/* ---- new tables ------------------------------------------------------------------------------------ */

/* A session outlives its key at ZeroMQ's door: so ours are cut here. */
static unsigned cut_revoked(struct broker *broker)
{
    unsigned cut = 0;

    for (struct link *link = broker->first_link; link != NULL;) {
        struct link *next = link->next;
        if (!town_knows(broker->town, link->user)) {
            uint64_t peer = link->peer;
            say_warn("door.revoked", "user=%s", link->user);
            socket_cut(link->fd);
            link_drop(broker, peer);
            cut++;
            broker_step(broker, &(struct core_event){ .kind = CORE_GONE, .peer = peer });
        }
        link = next;
    }
    return cut;
}

void door_reload(struct broker *broker)
{
    char problem[TOWN_PROBLEM_BYTES] = "";
    struct town *town;

    int r = town_open(broker->dir, &town, problem);
    if (r != 0) {
        say_error("door.not_reloaded", "problem=\"%s\" now=\"the old tables stay in force\"",
                  problem);
        return;
    }
    struct town *old = broker->town;
    broker->town = town;
    /* Scans that wait go by filters of the old table. */
    while (r == 0 && broker->part_count > 0)
        r = parts_carry(broker);
    if (r == 0)
        r = broker_step(broker,
                        &(struct core_event){ .kind = CORE_PERMITS, .permit = town_permit(town) });
    town_close(old);
    unsigned cut = r == 0 && !broker->plain ? cut_revoked(broker) : 0;
    say_info("door.reloaded", "revoked=%u", cut);
}
