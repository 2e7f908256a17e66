/*
 * cli/link.h - one conversation with the broker, from the call to its answer.
 *
 * Every function waits: for the answer, or for the time-out of the call.  What goes wrong is
 * printed here, as one line with a hint; the answer is the exit status.
 */
#pragma once

#include "bus.pb-c.h"
#include "cli/cli.h"
#include "wire/scan.h"

struct link;

/* Connects with the unit's key of the town's directory and waits for WELCOME.  Gives the link: end
 * it with link_close.  link_open is for reading and asking.  link_open_to_publish speaks as
 * `UNIT.cli`, whose numbers go on from call to call: one process at a time, by a lock that it waits
 * for. */
int link_open(struct cli *cli, struct link **ret_link);
int link_open_to_publish(struct cli *cli, struct link **ret_link);
void link_close(struct link *link);

/* Subscribes from now on, as a desk that is open does; what comes is not kept. */
int link_listen(struct link *link, const char *filter);

/* One round without waiting, for a link that is kept open while others work. */
void link_idle(struct link *link);

/* What the broker said at the beginning. */
const Bus__Welcome *link_welcome(const struct link *link);

/* A message to be published: what is "" or 0 is left to the usual. */
struct link_message {
    const char *subject;
    const char *case_id;
    const char *cause;
    Bus__Priority priority;
    uint64_t not_before_ms;
    uint64_t expires_ms;
    struct slice body;
};

/* Publishes and waits until it is on the disk: its sequence and its id (lent as the arena). */
int link_publish(struct link *link, const struct link_message *message, uint64_t *ret_seq,
                 const char **ret_id);

/* Publishes without waiting; link_flush waits until all of it is on the disk (the sequence of the
 * last).  Either prints what was refused, and goes no further. */
int link_send(struct link *link, const struct link_message *message);
int link_flush(struct link *link, uint64_t *ret_seq);

/* Calls `each` for every message of the log that matches, from `from_seq` on, until it answers
 * false, or (with `live` false) until the head of the log as it is now is reached. */
typedef bool link_each(void *context, const struct stored *stored);
struct link_reading {
    const char *const *filters;
    uint32_t filter_count;
    uint64_t from_seq;
    uint64_t from_time_ms;
    bool live;
    uint32_t timeout_ms; /* of silence, when live; 0: none */
};
int link_read(struct link *link, const struct link_reading *reading, link_each *each,
              void *context);

/* What became of command `id`, stored at `seq` and spoken to `service` under `unit`: calls `each`
 * for the messages of the turn that handled it. */
int link_outcome(struct link *link, const char *service, const char *unit, const char *id,
                 uint64_t seq, link_each *each, void *context);

/* Asks a service; one that is being started again is waited for, two seconds at most.  The answer's
 * body is lent as the arena. */
int link_query(struct link *link, const char *subject, struct slice body, struct slice *ret_body);

/* Asks the broker; the answer is lent as the arena.  link_admin_json gives what it answers as JSON. */
int link_admin(struct link *link, const char *verb, const char *argument, uint64_t from_seq,
               uint32_t limit, const Bus__AdminAnswer **ret_answer);
int link_admin_json(struct link *link, const char *verb, const char *argument, uint32_t limit,
                    json_t **ret_answer);

/* Mailbox calls: wait for their outcome. */
struct link_lease {
    uint64_t token;
    uint64_t seq;
    uint32_t attempt;
    uint32_t lease_ms;
    struct slice stored; /* lent as the arena */
};
int link_take(struct link *link, const char *mailbox, uint32_t count, uint32_t lease_ms,
              uint32_t wait_ms, struct link_lease *ret_leases, uint32_t *ret_count);
int link_receipt(struct link *link, const char *mailbox, uint64_t seq, uint64_t token);
int link_return(struct link *link, const char *mailbox, uint64_t seq, uint64_t token,
                uint64_t delay_ms, const char *reason, bool dead);
int link_peek(struct link *link, const char *mailbox, bool dead, uint32_t limit,
              const Bus__Peeked **ret_peeked);
int link_redrive(struct link *link, const char *mailbox, uint64_t seq);
