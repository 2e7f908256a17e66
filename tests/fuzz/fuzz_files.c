/*
 * The files of a town that an operator writes: the first byte chooses between permissions, settings
 * and the list of keys.
 *
 * A bad one is refused with its place; of a good one, what it does not name is denied.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/log.h"
#include "base/options.h"
#include "core/permit.h"
#include "daemon/town.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char folder[64];

static const char *file(const char *name)
{
    static char path[128];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

static void remove_folder(void)
{
    unlink(file("peers.csv"));
    unlink(file("permissions.csv"));
    unlink(file("carebus.conf"));
    rmdir(folder);
}

static void put(const char *name, const char *text, size_t size)
{
    int r = io_replace_file(file(name), slice_of(text, size), 0600);
    assert(r == 0);
}

/* ---- who may do what ---------------------------------------------------------------------------------- */

static const struct permit_unit units[] = { { "hcz", "centre" },
                                            { "310115125041", "vc" },
                                            { "registry", "service" } };
enum { UNITS = sizeof(units) / sizeof(units[0]) };

static bool names_all(const char *text)
{
    return strchr(text, '*') != NULL;
}

static void ask(const struct permit *permit, const char *text)
{
    static const char *const subjects[] = {
        "referral.OpenNeed.hcz", "registry.Card.p1", "hcz", "", "a.b.c.d", "referral.>", "*.*.*"
    };

    for (int verb = 0; verb < PERMIT_VERBS; verb++)
        for (size_t i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++) {
            struct slice subject = slice_text(subjects[i]);
            for (int unit = 0; unit < UNITS; unit++) {
                permit_allows(permit, units[unit].unit, (enum permit_verb)verb, subject);
                permit_allows_filter(permit, units[unit].unit, subject);
            }
            /* Nobody is allowed anything, but by a row for everybody. */
            assert(names_all(text)
                   || !permit_allows(permit, "stranger", (enum permit_verb)verb, subject));
        }
    for (uint32_t i = 0; permit_mailbox(permit, i) != NULL; i++)
        for (uint32_t j = 0; permit_collects(permit, permit_mailbox(permit, i), j) != NULL; j++)
            assert(permit_knows(permit, permit_mailbox(permit, i)));
}

static void try_permissions(const char *text)
{
    struct permit *permit = NULL;
    const char *reason = NULL;
    uint32_t line = 0;

    int r = permit_parse(text, units, UNITS, &permit, &line, &reason);
    assert(r == 0 || (r == PERMIT_BAD && line > 0 && reason != NULL));
    if (r != 0)
        return;
    ask(permit, text);
    permit_close(permit);
}

/* ---- settings ----------------------------------------------------------------------------------------- */

static void try_settings(const char *text, size_t size)
{
    static const struct option_row rows[] = { { .name = "dir", .kind = OPTION_TEXT, .value = "" },
                                              { 0 } };
    static const struct options_program program = { .name = "fuzz", .purpose = "", .rows = rows };
    struct options *options;
    char endpoint[OPTIONS_ENDPOINT_SIZE];

    put("carebus.conf", text, size);
    int r = options_open(&program, &options);
    assert(r == 0);
    r = options_file(options, file("carebus.conf"));
    assert(r == 0 || (r == OPTIONS_BAD && options_problem(options)[0] != '\0'));
    if (r == 0) {
        for (const struct option_row *row = options_town; row->name != NULL; row++) {
            assert(options_text(options, row->name) != NULL
                   && options_origin(options, row->name) != NULL);
            if (row->kind != OPTION_NUMBER)
                continue;
            int64_t number = options_number(options, row->name);
            assert(number >= row->least && number <= row->most);
        }
        options_endpoint(options, folder, endpoint);
        assert(strlen(endpoint) < sizeof(endpoint));
    }
    options_close(options);
}

/* ---- the list of keys --------------------------------------------------------------------------------- */

static void try_peers(const char *text, size_t size)
{
    static const char header[] = "who,verb,pattern\n";
    static const uint8_t nobody[SOCKET_KEY_BYTES];
    char problem[TOWN_PROBLEM_BYTES] = "";
    struct town *town = NULL;

    put("permissions.csv", header, strlen(header));
    put("peers.csv", text, size);
    int r = town_open(folder, &town, problem);
    assert(r == 0 || (r == TOWN_BAD && problem[0] != '\0'));
    if (r != 0)
        return;
    const char *user = town_user(town, nobody);
    assert(user == NULL || town_knows(town, user)); /* zeros are a key like another */
    assert(!town_knows(town, "stranger/00000000") || strstr(text, "stranger") != NULL);
    town_close(town);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    say_set_level(SAY_SILENT);
    if (size == 0)
        return 0;
    if (folder[0] == '\0') {
        snprintf(folder, sizeof(folder), "%s/carebus-files-%d",
                 access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp", (int)getpid());
        int r = io_make_directory(folder);
        assert(r == 0);
        atexit(remove_folder);
    }
    char *text = calloc(1, size);
    assert(text != NULL);
    memcpy(text, data + 1, size - 1);
    if (data[0] % 3 == 0)
        try_permissions(text);
    else if (data[0] % 3 == 1)
        try_settings(text, size - 1);
    else
        try_peers(text, size - 1);
    free(text);
    return 0;
}
