#include "daemon/town.h"

#include <limits.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/io.h"

enum { FILE_BYTES = 4 << 20, KEYS_OF_UNIT = 2, NAME_LENGTH = 64 };

/* The broker itself speaks too, of the links it sees come and go; no file can take that away. */
static const char own_rules[] = "\nbroker,publish,organisation.ReportLink.*\n";

struct key {
    uint8_t key[SOCKET_KEY_BYTES];
    char user[TOWN_USER_BYTES];
};

struct town {
    struct key *keys; /* in order of their bytes */
    uint32_t key_count;
    uint32_t key_room;
    struct permit_unit *units;
    uint32_t unit_count;
    char *peers; /* the text that the units' names lie in */
    struct permit *permit;
};

__attribute__((format(printf, 2, 3))) static int bad(char *problem, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(problem, TOWN_PROBLEM_BYTES, format, arguments);
    va_end(arguments);
    return TOWN_BAD;
}

static int read_text(const char *dir, const char *name, char **ret_text, char *problem)
{
    char path[PATH_MAX];
    size_t size;

    snprintf(path, sizeof(path), "%s/%s", dir, name);
    int r = io_read_file(path, FILE_BYTES, ret_text, &size);
    if (r == IO_ABSENT)
        return bad(problem, "%s: there is no such file; `carebus init' makes it", path);
    if (r == IO_TOO_LARGE)
        return bad(problem, "%s: is larger than 4 MiB", path);
    return r;
}

/* ---- peers.csv ------------------------------------------------------------------------------------- */

static int add_unit(struct town *town, const char *unit, const char *group)
{
    uint32_t keys = 1;

    for (uint32_t i = 0; i < town->unit_count; i++)
        if (strcmp(town->units[i].unit, unit) == 0)
            return 0;
    void *larger = realloc(town->units, (town->unit_count + keys) * sizeof(*town->units));
    if (larger == NULL)
        return FAULT(-ENOMEM);
    town->units = larger;
    town->units[town->unit_count++] = (struct permit_unit){ unit, group };
    return 0;
}

static int add_key(struct town *town, const char *unit, const uint8_t key[SOCKET_KEY_BYTES])
{
    if (town->key_count == town->key_room) {
        uint32_t room = town->key_room == 0 ? 64 : 2 * town->key_room;
        void *larger = realloc(town->keys, room * sizeof(*town->keys));
        if (larger == NULL)
            return FAULT(-ENOMEM);
        town->keys = larger;
        town->key_room = room;
    }
    struct key *added = &town->keys[town->key_count++];
    memcpy(added->key, key, SOCKET_KEY_BYTES);
    snprintf(added->user, sizeof(added->user), "%.64s/%02x%02x%02x%02x", unit, key[0], key[1],
             key[2], key[3]);
    return 0;
}

static bool good_name(const char *name)
{
    size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-");

    return length > 0 && length <= NAME_LENGTH && name[length] == '\0';
}

/* One row, cut in place. */
static int peer(struct town *town, char *line, const char **ret_reason)
{
    uint8_t key[SOCKET_KEY_BYTES];
    char *group = strchr(line, ',');
    char *text = group == NULL ? NULL : strchr(group + 1, ',');

    *ret_reason = "a row is unit,group,key";
    if (text == NULL)
        return TOWN_BAD;
    *group++ = '\0';
    *text++ = '\0';
    *ret_reason = "a unit and a group are made of a-z 0-9 _ -";
    if (!good_name(line) || !good_name(group))
        return TOWN_BAD;
    *ret_reason = "the key is not 40 characters of Z85";
    if (socket_key_parse(text, key) != 0)
        return TOWN_BAD;
    uint32_t keys = 1;
    for (uint32_t i = 0; i < town->key_count; i++) {
        size_t length = strlen(line);
        *ret_reason = "the same key is there twice";
        if (memcmp(town->keys[i].key, key, SOCKET_KEY_BYTES) == 0)
            return TOWN_BAD;
        keys += strncmp(town->keys[i].user, line, length) == 0 && town->keys[i].user[length] == '/';
    }
    *ret_reason = "a unit has two keys at most";
    if (keys > KEYS_OF_UNIT)
        return TOWN_BAD;
    int r = add_unit(town, line, group);
    return r == 0 ? add_key(town, line, key) : r;
}

static int compare_keys(const void *a, const void *b)
{
    return memcmp(a, b, SOCKET_KEY_BYTES);
}

static int read_peers(struct town *town, const char *dir, char *problem)
{
    const char *reason = "the first line is unit,group,key";
    int number = 0;

    int r = read_text(dir, "peers.csv", &town->peers, problem);
    for (char *line = town->peers; r == 0 && line != NULL && *line != '\0';) {
        char *end = strchr(line, '\n');
        if (end != NULL)
            *end++ = '\0';
        line[strcspn(line, "\r")] = '\0';
        number++;
        if (number == 1)
            r = strcmp(line, "unit,group,key") == 0 ? 0 : TOWN_BAD;
        else if (line[0] != '\0')
            r = peer(town, line, &reason);
        if (r > 0)
            bad(problem, "%s/peers.csv:%d: %s", dir, number, reason);
        line = end;
    }
    if (r == 0)
        r = add_unit(town, "broker", "broker");
    if (r == 0 && town->key_count > 0)
        qsort(town->keys, town->key_count, sizeof(*town->keys), compare_keys);
    return r;
}

/* ---- permissions.csv ------------------------------------------------------------------------------- */

static int read_permissions(struct town *town, const char *dir, char *problem)
{
    const char *reason;
    uint32_t line;
    char *text;

    int r = read_text(dir, "permissions.csv", &text, problem);
    if (r != 0)
        return r;
    size_t size = strlen(text);
    char *whole = realloc(text, size + sizeof(own_rules));
    if (whole == NULL) {
        free(text);
        return FAULT(-ENOMEM);
    }
    memcpy(whole + size, own_rules, sizeof(own_rules));
    r = permit_parse(whole, town->units, town->unit_count, &town->permit, &line, &reason);
    if (r > 0)
        bad(problem, "%s/permissions.csv:%u: %s", dir, line, reason);
    free(whole);
    return r > 0 ? TOWN_BAD : r;
}

/* ---- all ------------------------------------------------------------------------------------------- */

int town_open(const char *dir, struct town **ret_town, char problem[TOWN_PROBLEM_BYTES])
{
    struct town *town = calloc(1, sizeof(*town));
    if (town == NULL)
        return FAULT(-ENOMEM);
    int r = read_peers(town, dir, problem);
    if (r == 0)
        r = read_permissions(town, dir, problem);
    if (r != 0) {
        town_close(town);
        return r;
    }
    *ret_town = town;
    return 0;
}

void town_close(struct town *town)
{
    if (town == NULL)
        return;
    permit_close(town->permit);
    free(town->keys);
    free(town->units);
    free(town->peers);
    free(town);
}

const struct permit *town_permit(const struct town *town)
{
    return town->permit;
}

const char *town_user(const struct town *town, const uint8_t key[SOCKET_KEY_BYTES])
{
    const struct key *found = town->key_count == 0 ? NULL
                                                   : bsearch(key, town->keys, town->key_count,
                                                             sizeof(*town->keys), compare_keys);

    return found == NULL ? NULL : found->user;
}

bool town_knows(const struct town *town, const char *user)
{
    for (uint32_t i = 0; i < town->key_count; i++)
        if (strcmp(town->keys[i].user, user) == 0)
            return true;
    return false;
}

void town_unit(const char *user, char unit[TOWN_USER_BYTES])
{
    snprintf(unit, TOWN_USER_BYTES, "%.*s", (int)strcspn(user, "/"), user);
}

/* ---- the broker's own keys ------------------------------------------------------------------------- */

/* A secret that others can read is none. */
static int read_secret(const char *dir, const char *name, char **ret_text, char *problem)
{
    char path[PATH_MAX];
    struct stat status;

    snprintf(path, sizeof(path), "%s/%s", dir, name);
    if (stat(path, &status) == 0 && (status.st_mode & 077) != 0)
        return bad(problem, "%s: may be read by others; chmod 600 it", path);
    int r = read_text(dir, name, ret_text, problem);
    if (r == 0)
        (*ret_text)[strcspn(*ret_text, "\r\n")] = '\0';
    return r;
}

int town_curve_keys(const char *dir, struct socket_keys *ret_keys, char problem[TOWN_PROBLEM_BYTES])
{
    char *text;

    int r = read_secret(dir, "keys/broker.secret", &text, problem);
    if (r != 0)
        return r;
    r = socket_key_parse(text, ret_keys->secret_key);
    sodium_memzero(text, strlen(text));
    free(text);
    if (r > 0)
        return bad(problem, "%s/keys/broker.secret: is not 40 characters of Z85", dir);
    /* The public half follows from the secret one: a file that says otherwise cannot mislead. */
    return crypto_scalarmult_base(ret_keys->public_key, ret_keys->secret_key) == 0 ? 0
                                                                                   : FAULT(-EPROTO);
}

int town_sign_key(const char *dir, uint8_t ret_secret[64], char problem[TOWN_PROBLEM_BYTES])
{
    size_t size = 0;
    char *text;

    int r = read_secret(dir, "keys/sign.secret", &text, problem);
    if (r != 0)
        return r;
    r = sodium_hex2bin(ret_secret, 64, text, strlen(text), NULL, &size, NULL);
    sodium_memzero(text, strlen(text));
    free(text);
    return r == 0 && size == 64 ? 0
                                : bad(problem, "%s/keys/sign.secret: is not 128 hex digits", dir);
}
