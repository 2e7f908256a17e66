#include "kit/words.h"

#include <stddef.h>
#include <string.h>

#include "benefit.pb-c.h"
#include "care.pb-c.h"
#include "homes.pb-c.h"
#include "hotline.pb-c.h"
#include "incident.pb-c.h"
#include "opinion.pb-c.h"
#include "organisation.pb-c.h"
#include "referral.pb-c.h"
#include "registry.pb-c.h"
#include "supervision.pb-c.h"
#include "supplies.pb-c.h"
#include "town.pb-c.h"

/* words_table.h is made of proto/ by scripts/words-table: WORD(package, name, symbol) in order of
 * the full names.  A .proto that is new is included above, and the compiler says so. */
#define WORD(package, name, symbol) { #package "." #name, &symbol##__descriptor },

static const struct word {
    const char *name;
    const ProtobufCMessageDescriptor *type;
} all[] = {
#include "words_table.h"
};

#undef WORD

enum { WORD_COUNT = sizeof(all) / sizeof(all[0]) };

/* Order of `package.name` and a word's full name, by bytes. */
static int compare(struct slice package, struct slice name, const char *word)
{
    const struct slice parts[] = { package, slice_text("."), name };

    for (size_t i = 0; i < 3; i++) {
        const char *part = parts[i].data;
        for (size_t k = 0; k < parts[i].size; k++, word++) {
            unsigned char a = (unsigned char)part[k];
            unsigned char b = (unsigned char)*word;
            if (a != b)
                return a < b ? -1 : 1;
        }
    }
    return *word == '\0' ? 0 : -1;
}

static const ProtobufCMessageDescriptor *find(struct slice package, struct slice name)
{
    size_t from = 0;
    size_t to = WORD_COUNT;

    while (from < to) {
        size_t middle = from + (to - from) / 2;
        int order = compare(package, name, all[middle].name);
        if (order == 0)
            return all[middle].type;
        if (order < 0)
            to = middle;
        else
            from = middle + 1;
    }
    return NULL;
}

const ProtobufCMessageDescriptor *words_of(struct slice service, struct slice message)
{
    const ProtobufCMessageDescriptor *type = find(service, message);

    return type != NULL ? type : find(slice_text("town"), message);
}

const ProtobufCMessageDescriptor *words_of_subject(struct slice subject)
{
    const char *at = subject.data;
    const char *end = at + subject.size;
    const char *first = subject.size == 0 ? NULL : memchr(at, '.', subject.size);

    if (first == NULL)
        return NULL;
    const char *name = first + 1;
    const char *second = name == end ? NULL : memchr(name, '.', (size_t)(end - name));
    if (second == NULL)
        return NULL;
    return words_of(slice_of(at, (size_t)(first - at)), slice_of(name, (size_t)(second - name)));
}

const ProtobufCMessageDescriptor *words_at(unsigned index)
{
    return index < WORD_COUNT ? all[index].type : NULL;
}
