#include "lib/place.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/options.h"

enum { SAID_BYTES = 1 << 20, READY_MS = 10 * 1000, ARGUMENTS = 8 };

__attribute__((noreturn, format(printf, 1, 2))) static void give_up(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, "\n");
    exit(99);
}

static const char *path(const char *dir, const char *format, const char *name)
{
    static char paths[4][PATH_MAX];
    static unsigned next;
    char *text = paths[next++ % 4];
    char tail[256];

    snprintf(tail, sizeof(tail), "%s%s", format, name);
    snprintf(text, PATH_MAX, "%s/%s", dir, tail);
    return text;
}

static void write_file(const char *file, const char *text)
{
    if (io_replace_file(file, slice_text(text), 0600) != 0)
        give_up("%s cannot be written", file);
}

static void make_keys(const char *dir, const char *name, char public_text[SOCKET_KEY_TEXT])
{
    struct socket_keys keys;
    char text[SOCKET_KEY_TEXT + 1];
    char file[64];

    if (socket_keys_make(&keys) != 0)
        give_up("no keys");
    socket_key_print(keys.public_key, public_text);
    snprintf(text, sizeof(text), "%s\n", public_text);
    snprintf(file, sizeof(file), "%s.public", name);
    write_file(path(dir, "keys/", file), text);
    socket_key_print(keys.secret_key, text);
    text[SOCKET_KEY_TEXT - 1] = '\n';
    text[SOCKET_KEY_TEXT] = '\0';
    snprintf(file, sizeof(file), "%s.secret", name);
    write_file(path(dir, "keys/", file), text);
}

static void make_sign_keys(const char *dir)
{
    uint8_t public_key[32];
    uint8_t secret[64];
    char text[130];

    crypto_sign_keypair(public_key, secret);
    sodium_bin2hex(text, sizeof(text), secret, sizeof(secret));
    write_file(path(dir, "keys/", "sign.secret"), text);
    sodium_bin2hex(text, sizeof(text), public_key, sizeof(public_key));
    write_file(path(dir, "keys/", "sign.public"), text);
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *where)
{
    (void)status;
    (void)kind;
    (void)where;
    return remove(path);
}

void place_remove(const char *folder)
{
    nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

void place_make(const char *dir, const struct place_unit *units, const char *permissions,
                const char *conf)
{
    char key[SOCKET_KEY_TEXT];
    char text[8192];
    int used = snprintf(text, sizeof(text), "unit,group,key\n");

    if (sodium_init() < 0 || io_make_directory(path(dir, "keys", "")) != 0
        || io_make_directory(path(dir, "out", "")) != 0)
        give_up("%s cannot be made", dir);
    make_keys(dir, "broker", key);
    make_sign_keys(dir);
    for (; units->unit != NULL; units++) {
        make_keys(dir, units->unit, key);
        used += snprintf(text + used, sizeof(text) - (size_t)used, "%s,%s,%s\n", units->unit,
                         units->group, key);
    }
    write_file(path(dir, "peers.csv", ""), text);
    snprintf(text, sizeof(text), "who,verb,pattern\n%s", permissions);
    write_file(path(dir, "permissions.csv", ""), text);
    write_file(path(dir, "carebus.conf", ""), conf);
}

/* ---- keys ------------------------------------------------------------------------------------------ */

static void read_key(const char *file, uint8_t ret_key[SOCKET_KEY_BYTES])
{
    size_t size;
    char *text;

    if (io_read_file(file, 256, &text, &size) != 0)
        give_up("%s cannot be read", file);
    text[strcspn(text, "\n")] = '\0';
    if (socket_key_parse(text, ret_key) != 0)
        give_up("%s is no key", file);
    free(text);
}

void place_keys(const char *dir, const char *unit, struct socket_keys *ret_keys)
{
    char file[128];

    snprintf(file, sizeof(file), "%s.public", unit);
    read_key(path(dir, "keys/", file), ret_keys->public_key);
    snprintf(file, sizeof(file), "%s.secret", unit);
    read_key(path(dir, "keys/", file), ret_keys->secret_key);
}

void place_broker_key(const char *dir, uint8_t ret_key[SOCKET_KEY_BYTES])
{
    read_key(path(dir, "keys/", "broker.public"), ret_key);
}

const char *place_endpoint(const char *dir)
{
    static const struct options_program program = { .name = "place" };
    static char endpoint[OPTIONS_ENDPOINT_SIZE];
    struct options *options;

    if (options_open(&program, &options) != 0
        || options_file(options, path(dir, "carebus.conf", "")) != 0)
        give_up("%s/carebus.conf is bad", dir);
    options_endpoint(options, dir, endpoint);
    options_close(options);
    return endpoint;
}

/* ---- processes ------------------------------------------------------------------------------------- */

pid_t place_start(const char *dir, const char *program, ...)
{
    const char *arguments[ARGUMENTS] = { program, "--dir", dir };
    va_list list;
    int count = 3;

    va_start(list, program);
    while (count + 1 < ARGUMENTS && (arguments[count] = va_arg(list, const char *)) != NULL)
        count++;
    va_end(list);
    fflush(NULL);
    /* Emptied here, so that nobody takes what an earlier start has said for this one's. */
    int log = open(path(dir, "out/", "broker.log"),
                   O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    pid_t pid = fork();
    if (pid < 0)
        give_up("fork: %s", strerror(errno));
    if (pid == 0) {
        /* Whoever dies in a test takes its broker with it. */
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        signal(SIGTERM, SIG_DFL);
        signal(SIGINT, SIG_DFL);
        dup2(log, STDERR_FILENO);
        execv(program, (char *const *)(uintptr_t)arguments);
        fprintf(stderr, "%s: %s\n", program, strerror(errno));
        _exit(127);
    }
    close(log);
    return pid;
}

int place_wait(pid_t pid, uint32_t ms)
{
    int status;

    for (uint32_t waited = 0;; waited++) {
        pid_t found = waitpid(pid, &status, WNOHANG);
        if (found == pid)
            return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
        if (waited >= ms)
            return PLACE_RUNS;
        usleep(1000);
    }
}

const char *place_said(const char *dir)
{
    static char said[SAID_BYTES];
    FILE *file = fopen(path(dir, "out/", "broker.log"), "r");
    size_t size = file == NULL ? 0 : fread(said, 1, sizeof(said) - 1, file);

    said[size] = '\0';
    if (file != NULL)
        fclose(file);
    return said;
}

uint32_t place_ready(const char *dir, pid_t pid)
{
    for (uint32_t waited = 0; waited < READY_MS; waited++) {
        const char *line = strstr(place_said(dir), "start.ready");
        const char *ms = line == NULL ? NULL : strstr(line, " ms=");
        if (ms != NULL && strchr(ms, '\n') != NULL)
            return (uint32_t)strtoul(ms + 4, NULL, 10);
        if (kill(pid, 0) != 0 || place_wait(pid, 0) != PLACE_RUNS)
            break;
        usleep(1000);
    }
    give_up("the broker does not start:\n%s", place_said(dir));
}

struct client *place_client(struct socket_context *context, const char *dir, const char *unit,
                            const char *instance, const struct client_calls *calls,
                            void *calls_context, bool plain)
{
    static char endpoint[OPTIONS_ENDPOINT_SIZE];
    static uint8_t broker_key[SOCKET_KEY_BYTES];
    struct client_options options = {
        .endpoint = endpoint,
        .instance = instance,
        .epoch = 1,
        .calls = calls,
        .context = calls_context,
    };
    struct client *client;

    snprintf(endpoint, sizeof(endpoint), "%s", place_endpoint(dir));
    place_broker_key(dir, broker_key);
    place_keys(dir, unit, &options.keys);
    options.server_key = plain ? NULL : broker_key;
    if (client_open(context, &options, &client) != 0)
        give_up("no client for %s", unit);
    return client;
}
