/*
 * carebus-check-cover FOLDER - every event that a service declares is stated in some story, and every
 * refusal of its own is given in one.  The stories have left what they saw in FOLDER.
 *
 * Ends with 0, 1 when something is in no story, 77 (skipped) when no story has been told.
 */
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kit/part.h"

#define SERVICE(name) extern const struct service name##_service;
#include "all_services.h"
#undef SERVICE
#define SERVICE(name) &name##_service,
static const struct service *const services[] = {
#include "all_services.h"
};
#undef SERVICE

enum { SERVICES = sizeof(services) / sizeof(services[0]), SKIPPED = 77, WORDS = 1 << 14 };

/* What was seen, as `service word`, in open addressing. */
static char *seen[WORDS];

static char **slot_of(const char *text)
{
    unsigned hash = 5381;

    for (const char *at = text; *at != '\0'; at++)
        hash = hash * 33 + (unsigned char)*at;
    while (seen[hash % WORDS] != NULL && strcmp(seen[hash % WORDS], text) != 0)
        hash++;
    return &seen[hash % WORDS];
}

static void see(const char *service, const char *word)
{
    char text[256];

    snprintf(text, sizeof(text), "%s %s", service, word);
    char **slot = slot_of(text);
    if (*slot == NULL)
        *slot = strdup(text);
}

static bool was_seen(const char *service, const char *word)
{
    char text[256];

    snprintf(text, sizeof(text), "%s %s", service, word);
    return *slot_of(text) != NULL;
}

/* `referral referral.Dispatched.hcz`, or `referral refusal RULED`. */
static void read_line(char *line)
{
    char *rest = NULL;
    const char *source = strtok_r(line, " \n", &rest);
    char *second = strtok_r(NULL, " \n", &rest);
    const char *third = strtok_r(NULL, " \n", &rest);

    if (source == NULL || second == NULL)
        return;
    if (third != NULL) {
        see(source, third);
        see("*", third);
        return;
    }
    char *message = strchr(second, '.');
    if (message == NULL)
        return;
    *strrchr(second, '.') = '\0';
    see(source, message + 1);
    see("*", message + 1);
}

static unsigned read_folder(const char *folder)
{
    char path[4096];
    char line[512];
    unsigned files = 0;
    struct dirent *entry;
    DIR *directory = opendir(folder);

    while (directory != NULL && (entry = readdir(directory)) != NULL) {
        snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        FILE *file = entry->d_name[0] == '.' ? NULL : fopen(path, "r");
        if (file == NULL)
            continue;
        files++;
        while (fgets(line, sizeof(line), file) != NULL)
            read_line(line);
        fclose(file);
    }
    if (directory != NULL)
        closedir(directory);
    return files;
}

static unsigned check_events(const char *service, const ProtobufCMessageDescriptor *const *events)
{
    unsigned missing = 0;

    for (; events != NULL && *events != NULL; events++) {
        if (was_seen(service, (*events)->short_name))
            continue;
        printf("no story has %s of %s\n", (*events)->short_name,
               strcmp(service, "*") == 0 ? "the kernel" : service);
        missing++;
    }
    return missing;
}

int main(int argc, char **argv)
{
    unsigned missing = 0;

    if (argc != 2 || read_folder(argv[1]) == 0) {
        printf("no story has been told\n");
        return argc == 2 ? SKIPPED : 64;
    }
    for (unsigned i = 0; i < SERVICES; i++) {
        const ProtobufCEnumDescriptor *refusals = services[i]->refusals;
        missing += check_events(services[i]->name, services[i]->events);
        if (services[i]->erasing != NULL)
            missing += check_events(services[i]->name, erase_part.events);
        for (unsigned k = 0; refusals != NULL && k < refusals->n_values; k++) {
            if (refusals->values[k].value == 0
                || was_seen(services[i]->name, refusals->values[k].name))
                continue;
            printf("no story has %s refuse with %s\n", services[i]->name, refusals->values[k].name);
            missing++;
        }
    }
    missing += check_events("*", loop_part.events);
    return missing == 0 ? 0 : 1;
}
