#include "cli/link_inside.h"

#include <poll.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/io.h"

enum { STEP_MS = 250 }; /* of one wait: signals and idle work come between */

/* ---- the wait ------------------------------------------------------------------------------------ */

static int say_down(struct link *link)
{
    return cli_fail(EXIT_UNAVAILABLE, "carebus up", "the broker at %s does not answer",
                    link->endpoint);
}

int link_wait(struct link *link, uint32_t timeout_ms, const char *what)
{
    struct wait *wait = &link->wait;
    uint64_t end_us = clock_steady_us() + (uint64_t)timeout_ms * 1000;

    while (!wait->done) {
        uint64_t now_us = clock_steady_us();
        if (timeout_ms > 0 && now_us >= end_us) {
            if (what == NULL)
                return 0;
            if (!client_is_up(link->client))
                return say_down(link);
            return cli_fail(EXIT_UNAVAILABLE, "--timeout gives it longer",
                            "no answer to %s within %u ms", what, timeout_ms);
        }
        int left_ms = timeout_ms > 0 ? (int)((end_us - now_us) / 1000 + 1) : STEP_MS;
        if (link->cli->idle != NULL)
            link->cli->idle(link->cli->idle_context);
        int r = client_step(link->client, left_ms < STEP_MS ? left_ms : STEP_MS);
        if (r < 0)
            return cli_fail(EXIT_IO, NULL, "the link failed: %s", strerror(-r));
    }
    if (wait->failed && wait->may_be_away
        && (wait->code == BUS__CODE__NO_SERVICE || wait->code == BUS__CODE__UNAVAILABLE))
        return LINK_AWAY;
    if (wait->failed)
        return link_say_reject(wait->code, wait->reason);
    return wait->status;
}

void link_begin(struct link *link)
{
    link->wait = (struct wait){ 0 };
}

int link_sent(struct link *link, int r)
{
    if (r == 0)
        return 0;
    if (r == CLIENT_TOO_LARGE)
        return cli_fail(EXIT_BAD_USAGE, NULL, "the message is over the limit of %u bytes",
                        link->welcome.body_bytes);
    if (r == CLIENT_BAD)
        return cli_fail(EXIT_BAD_USAGE, NULL, "the message breaks a rule of the wire");
    if (r < 0)
        return cli_fail(EXIT_IO, NULL, "the link failed: %s", strerror(-r));
    return say_down(link);
}

/* ---- opening ------------------------------------------------------------------------------------- */

/* The first word of a small file; 0, or the status printed. */
static int read_word(struct cli *cli, const char *path, char *text, size_t room)
{
    char *bytes;
    size_t size;

    int r = io_read_file(path, 4096, &bytes, &size);
    if (r == IO_ABSENT)
        return cli_fail(EXIT_BAD_CONFIG, "carebus init makes a town; -c names another",
                        "%s is not there", path);
    if (r == -EACCES)
        return cli_fail(EXIT_NOT_PERMITTED, NULL, "%s: permission denied", path);
    if (r != 0)
        return cli_fail(EXIT_BAD_CONFIG, NULL, "%s cannot be read", path);
    (void)cli;
    size_t length = strcspn(bytes, " \t\r\n");
    snprintf(text, room, "%.*s", (int)length, bytes);
    free(bytes);
    return 0;
}

static int read_key(struct cli *cli, const char *name, uint8_t ret_key[SOCKET_KEY_BYTES])
{
    const char *path = cli_path(cli, "keys/%s", name);
    char text[128];

    int status = read_word(cli, path, text, sizeof(text));
    if (status == 0 && socket_key_parse(text, ret_key) != 0)
        status = cli_fail(EXIT_BAD_CONFIG, NULL, "%s holds no key", path);
    sodium_memzero(text, sizeof(text));
    return status;
}

static int read_keys(struct link *link, struct socket_keys *ret_keys)
{
    struct cli *cli = link->cli;
    const char *public_name = arena_print(&cli->arena, "%s.public", link->unit);
    const char *secret_name = arena_print(&cli->arena, "%s.secret", link->unit);

    int status = read_key(cli, "broker.public", link->server_key);
    if (status == 0)
        status = read_key(cli, public_name, ret_keys->public_key);
    if (status == 0)
        status = read_key(cli, secret_name, ret_keys->secret_key);
    return status;
}

static int read_endpoint(struct link *link)
{
    struct options *options;
    const char *told = getenv("CAREBUS_BROKER");

    if (told != NULL && told[0] != '\0') {
        snprintf(link->endpoint, sizeof(link->endpoint), "%s", told);
        return 0;
    }
    int status = cli_configuration(link->cli, &options);
    if (status != 0)
        return status;
    options_endpoint(options, link->cli->town, link->endpoint);
    options_close(options);
    return 0;
}

/* The numbers of `UNIT.cli` are one series: whoever goes on with it must be alone. */
static int wait_for_lock(struct link *link)
{
    struct cli *cli = link->cli;
    uint64_t end_us = clock_steady_us() + (uint64_t)cli->timeout_ms * 1000;
    const char *path = cli_path(cli, "run/cli-%s.lock", link->unit);
    int r;

    while ((r = io_lock(path, &link->lock)) == IO_LOCKED) {
        if (clock_steady_us() > end_us)
            return cli_fail(EXIT_TRY_AGAIN, NULL, "another carebus speaks as %s and does not end",
                            link->unit);
        poll(NULL, 0, 10);
    }
    if (r < 0) {
        link->lock = -1;
        return cli_fail(EXIT_NO_CREATE, NULL, "%s: %s", path, strerror(-r));
    }
    return 0;
}

static int connect_link(struct link *link)
{
    struct client_options options = {
        .endpoint = link->endpoint,
        .server_key = link->server_key,
        .instance = link->instance,
        .epoch = 1,
        .service = "",
        .calls = &link_hears,
        .context = link,
    };

    int status = read_endpoint(link);
    if (status == 0)
        status = read_keys(link, &options.keys);
    if (status != 0)
        return status;
    if (link->lock >= 0)
        snprintf(link->instance, sizeof(link->instance), "cli");
    else
        snprintf(link->instance, sizeof(link->instance), "look%08x%08x", randombytes_random(),
                 randombytes_random());

    int r = link->cli->context == NULL ? socket_context_open(&link->cli->context) : 0;
    if (r == 0)
        r = client_open(link->cli->context, &options, &link->client);
    sodium_memzero(&options.keys, sizeof(options.keys));
    if (r != 0)
        return cli_fail(EXIT_UNAVAILABLE, NULL, "no link to %s: %s", link->endpoint,
                        r < 0 ? strerror(-r) : "refused");

    uint64_t end_us = clock_steady_us() + (uint64_t)link->cli->timeout_ms * 1000;
    while (!link->welcomed && !link->wait.failed) {
        if (clock_steady_us() > end_us)
            return say_down(link);
        r = client_step(link->client, 100);
        if (r < 0)
            return cli_fail(EXIT_UNAVAILABLE, NULL, "the link failed: %s", strerror(-r));
    }
    if (link->wait.failed)
        return link_say_reject(link->wait.code, link->wait.reason);
    return 0;
}

static int open_link(struct cli *cli, bool publishes, struct link **ret_link)
{
    if (sodium_init() < 0)
        return cli_fail(EXIT_UNAVAILABLE, NULL, "libsodium does not start");
    struct link *link = calloc(1, sizeof(*link));
    if (link == NULL)
        return cli_fail(EXIT_IO, NULL, "no memory");
    link->cli = cli;
    link->unit = cli->unit;
    link->post = cli->post;
    link->lock = -1;

    int status = publishes ? wait_for_lock(link) : 0;
    if (status == 0)
        status = connect_link(link);
    if (status != 0) {
        link_close(link);
        return status;
    }
    link->number = link->welcome.number;
    *ret_link = link;
    return 0;
}

int link_open(struct cli *cli, struct link **ret_link)
{
    return open_link(cli, false, ret_link);
}

int link_open_to_publish(struct cli *cli, struct link **ret_link)
{
    return open_link(cli, true, ret_link);
}

void link_close(struct link *link)
{
    if (link == NULL)
        return;
    if (link->client != NULL)
        client_close(link->client);
    if (link->lock >= 0)
        io_unlock(link->lock);
    free(link);
}

int link_subscribe(struct link *link, const char *const *filters, uint32_t count, uint64_t from_seq,
                   uint64_t from_time_ms)
{
    if (link->listened) {
        struct wait wait = link->wait;
        client_close(link->client);
        link->client = NULL;
        link->welcomed = false;
        link_begin(link);
        int status = connect_link(link);
        if (status != 0)
            return status;
        link->wait = wait;
    }
    link->listened = true;
    return link_sent(link, client_subscribe(link->client, filters, count, from_seq, from_time_ms));
}

int link_listen(struct link *link, const char *filter)
{
    link_begin(link);
    return link_subscribe(link, &filter, 1, 0, 0);
}

void link_idle(struct link *link)
{
    link_begin(link);
    client_step(link->client, 0);
}

const Bus__Welcome *link_welcome(const struct link *link)
{
    return &link->welcome;
}
