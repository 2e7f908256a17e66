#include "kit/process.h"

#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/io.h"
#include "base/log.h"

enum { KEY_FILE_BYTES = 128 };

static const struct option_row rows[] = {
    { .name = "dir",
      .value = "var",
      .variable = "CAREBUS_TOWN",
      .argument = "DIR",
      .help = "the town's folder, made by `carebus init DIR'" },
    { .name = "describe",
      .kind = OPTION_SWITCH,
      .help = "print the service's page: tables, words, moves" },
    { .name = "dot", .kind = OPTION_SWITCH, .help = "print its moves for Graphviz" },
    { .name = "replay",
      .kind = OPTION_SWITCH,
      .help = "fold the log into a scratch store and compare it with the live one" },
    { 0 }
};

static const char teaching[] =
    "It reads carebus.conf and its keys in DIR/keys, keeps its rows in DIR/store, and may be "
    "killed\n"
    "at any moment: the next start goes on where the last commit ended.  Without its store it is\n"
    "rebuilt from the log.  One line a fact on stderr; CAREBUS_LOG=debug|info|warn|error|silent.\n"
    "\n"
    "Ends with 0 done, 64 bad argument, 69 no broker, 74 the disk failed, 75 full, 76 damage or a\n"
    "difference, 77 not permitted, 78 bad configuration or another log, 79 already running.\n";

int process_open(struct process *process, const struct service *service, int argc, char **argv,
                 int *ret_status)
{
    *process = (struct process){ .service = service };
    snprintf(process->name, sizeof(process->name), "carebus-%s", service->name);
    process->program = (struct options_program){ .name = process->name,
                                                 .purpose = "one service of a town",
                                                 .rows = rows,
                                                 .teaching = teaching };
    int r = options_read(&process->program, argc, argv, &process->options, ret_status);
    if (r == 0)
        process->dir = options_text(process->options, "dir");
    return r;
}

void process_close(struct process *process)
{
    if (process->context != NULL)
        socket_context_close(process->context);
    if (process->options != NULL)
        options_close(process->options);
    sodium_memzero(&process->keys, sizeof(process->keys));
}

void process_path(const struct process *process, char path[PROCESS_PATH], const char *format, ...)
{
    va_list arguments;

    size_t size = (size_t)snprintf(path, PROCESS_PATH, "%s/", process->dir);
    if (size >= PROCESS_PATH)
        return;
    va_start(arguments, format);
    vsnprintf(path + size, PROCESS_PATH - size, format, arguments);
    va_end(arguments);
}

static int read_key(struct process *process, const char *name, const char *kind,
                    uint8_t key[SOCKET_KEY_BYTES])
{
    char path[PROCESS_PATH];
    char *text;
    size_t size;

    process_path(process, path, "keys/%s.%s", name, kind);
    int r = io_read_file(path, KEY_FILE_BYTES, &text, &size);
    if (r > 0) {
        snprintf(process->problem, sizeof(process->problem), "%.400s: %s", path,
                 r == IO_ABSENT ? "is not there" : "is no key");
        return r;
    }
    if (r < 0)
        return r;
    text[strcspn(text, "\r\n")] = '\0';
    r = socket_key_parse(text, key);
    sodium_memzero(text, size);
    free(text);
    if (r > 0)
        snprintf(process->problem, sizeof(process->problem), "%.400s: is not a key in Z85", path);
    return r;
}

int process_prepare(struct process *process)
{
    const char *name = process->service->name;

    options_endpoint(process->options, process->dir, process->endpoint);
    int r = read_key(process, "broker", "public", process->server_key);
    if (r == 0)
        r = read_key(process, name, "public", process->keys.public_key);
    if (r == 0)
        r = read_key(process, name, "secret", process->keys.secret_key);
    if (r == 0)
        r = socket_context_open(&process->context);
    return r;
}

int process_client(struct process *process, const struct client_options *options,
                   struct client **ret_client)
{
    struct client_options whole = *options;

    whole.endpoint = process->endpoint;
    whole.server_key = process->server_key;
    whole.keys = process->keys;
    int r = client_open(process->context, &whole, ret_client);
    sodium_memzero(&whole.keys, sizeof(whole.keys));
    return r;
}
