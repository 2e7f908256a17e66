/*
 * Is a difference seen?  A store that the log makes without one command must be another in the picture;
 * and what balances whoever was killed: the books of every service, and that a refusal has a code.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crash/day/log.h"
#include "crash/kill/kill.h"
#include "kit/kit.h"
#include "sim/town/books.h"
#include "town.pb-c.h"

enum { AT_ONCE = 512, BEHIND = 4000, TRIES = 5, ARENA_BYTES = 1 << 20 };

static bool begins(struct slice text, const char *begin)
{
    return text.size > strlen(begin) && memcmp(text.data, begin, strlen(begin)) == 0;
}

/* ---- one command less -------------------------------------------------------------------------------- */

/* Folds the log into a store of its own, all but that message. */
static void fold(const char *dir, const struct service *service, const struct days_log *log,
                 uint64_t without)
{
    static struct stored batch[AT_ONCE];
    char path[4096];
    struct kit *kit;
    uint32_t count;
    const struct stored *all = days_log_all(log, &count);

    snprintf(path, sizeof(path), "%s/store/%s" PICTURE_FOLD, dir, service->name);
    place_remove(path);
    struct kit_options options = { .service = service, .path = path, .scratch = true };
    if (kit_open(&options, &kit) != 0 || kit_begin(kit, days_log_identity(log), 1) != 0)
        give_up("%s cannot be made", path);
    kit_exercise(kit, true);
    for (uint32_t at = 0; at < count;) {
        uint32_t taken = 0;
        uint64_t last = 0;
        for (; at < count && taken < AT_ONCE; at++) {
            last = all[at].seq;
            if (last != without)
                batch[taken++] = all[at];
        }
        if (kit_take(kit, last, batch, taken) != 0)
            give_up("%s cannot fold the log", service->name);
    }
    kit_close(kit);
}

/* Whether the service has answered it with more than a refusal. */
static bool is_accepted(const struct stored *all, uint32_t count, uint32_t at, const char *service)
{
    const struct stored *said = &all[at];
    char refused[64];
    char id[128];

    snprintf(id, sizeof(id), "%.*s/%u/%llu", (int)said->source.size,
             (const char *)said->source.data, said->envelope.epoch,
             (unsigned long long)said->envelope.number);
    snprintf(refused, sizeof(refused), "%s.Refused.", service);
    for (uint32_t i = at + 1; i < count && i < at + BEHIND; i++)
        if (slice_equal(all[i].source, slice_text(service))
            && slice_equal(all[i].envelope.cause, slice_text(id)))
            return !begins(all[i].envelope.subject, refused);
    return false;
}

/* The last accepted commands of desks to that service, one after another, until one is missed. */
static bool is_missed(const char *dir, const struct service *service, const struct days_log *log,
                      uint64_t behind, enum picture_detail detail, const struct picture *whole)
{
    char own[64];
    uint32_t count;
    uint32_t tries = 0;
    const struct stored *all = days_log_all(log, &count);

    snprintf(own, sizeof(own), "%s.", service->name);
    for (uint32_t at = count; at-- > 0 && tries < TRIES && all[at].seq > behind;) {
        if (memchr(all[at].source.data, '.', all[at].source.size) == NULL
            || !begins(all[at].envelope.subject, own)
            || !is_accepted(all, count, at, service->name))
            continue;
        struct picture less;
        tries++;
        fold(dir, service, log, all[at].seq);
        picture_of_fold(dir, service, detail, &less);
        uint32_t different = picture_compare(whole, &less, 0);
        picture_free(&less);
        if (different > 0) {
            printf("%s: without %.*s %u lines differ\n", service->name,
                   (int)all[at].envelope.subject.size, (const char *)all[at].envelope.subject.data,
                   different);
            return true;
        }
    }
    printf("%s: nobody misses one of its last %u commands\n", service->name, tries);
    return false;
}

static bool sees(const char *dir, const struct service *service, const struct days_log *log,
                 uint64_t behind, enum picture_detail detail)
{
    struct picture whole;

    fold(dir, service, log, 0);
    picture_of_fold(dir, service, detail, &whole);
    bool missed = is_missed(dir, service, log, behind, detail, &whole);
    picture_free(&whole);
    return missed;
}

uint32_t control_misses(const char *dir, const struct days_log *log)
{
    uint32_t wrong = 0;

    for (size_t i = 0; picture_services[i] != NULL; i++)
        wrong += !sees(dir, picture_services[i], log, 0, PICTURE_ALL);
    return wrong;
}

uint32_t control_misses_ends(const char *dir, const struct days_log *log, uint64_t behind)
{
    static const char *const names[] = { "organisation", "referral", "care" };
    struct picture whole;
    struct picture deaf;
    uint32_t wrong = 0;

    for (size_t i = 0; picture_services[i] != NULL; i++)
        for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++)
            if (strcmp(picture_services[i]->name, names[n]) == 0)
                wrong += !sees(dir, picture_services[i], log, behind, PICTURE_ENDS);
    picture_of_ends(dir, log, behind, NULL, &whole);
    picture_of_ends(dir, log, behind, "down", &deaf);
    if (picture_compare(&whole, &deaf, 0) == 0) {
        printf("nobody misses that a line was down\n");
        wrong++;
    }
    picture_free(&whole);
    picture_free(&deaf);
    return wrong;
}

/* ---- books ------------------------------------------------------------------------------------------- */

static void on_wrong(void *context, const char *line)
{
    printf("%s\n", line);
    ++*(uint32_t *)context;
}

static void judge_refusal(void *context, const struct stored *stored)
{
    struct slice subject = stored->envelope.subject;
    const char *dot = memchr(subject.data, '.', subject.size);
    struct arena arena;
    ProtobufCMessage *message;
    const char *reason;

    if (dot == NULL || strncmp(dot, ".Refused.", 9) != 0)
        return;
    arena_open(&arena, ARENA_BYTES);
    if (scan_unpack(&town__refused__descriptor, stored->envelope.body, &arena, &message, &reason)
            != 0
        || ((const Town__Refused *)message)->code[0] == '\0')
        on_wrong(context, "a refusal has no code");
    arena_close(&arena);
}

uint32_t control_books(const char *dir, const struct days_log *log)
{
    uint32_t wrong = 0;

    for (size_t i = 0; picture_services[i] != NULL; i++) {
        char path[4096];
        struct kit *kit;
        snprintf(path, sizeof(path), "%s/store/%s", dir, picture_services[i]->name);
        struct kit_options options = { .service = picture_services[i], .path = path };
        if (kit_open(&options, &kit) != 0)
            give_up("%s cannot be opened", path);
        books_judge(kit, on_wrong, &wrong);
        kit_close(kit);
    }
    days_log_each(log, judge_refusal, &wrong);
    return wrong;
}
