/*
 * opinion: which words of care that fails are in a text, and which signals are the same.
 *
 * The lexicon's hint says where an assessment begins; it decides nothing.  Public lists of
 * "sensitive words" are lists of censorship, and are not used.
 */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "opinion/opinion.h"

enum { MOST_HITS = 20, HOUR_LENGTH = 13 }; /* 2023-01-18T09 */

typedef OpinionRows__Lexicon Lexicon;
typedef OpinionRows__Term Term;

static bool is_graver(int32_t grade, int32_t than)
{
    return grade != 0 && (than == 0 || grade < than);
}

/* The gravest hit is the rule by which the signal is known; the first of the lexicon among equals. */
static const Term *find_hits(struct turn *turn, Signal *row, const char *plain)
{
    const Lexicon *lexicon = turn_load(turn, LEXICON, "now");
    const Term *gravest = NULL;

    row->hits = turn_array(turn, MOST_HITS, sizeof(Opinion__Hit *));
    for (size_t i = 0; lexicon != NULL && i < lexicon->n_terms && row->n_hits < MOST_HITS; i++) {
        const Term *term = lexicon->terms[i];
        if (strstr(plain, term->plain) == NULL)
            continue;
        Opinion__Hit *hit = turn_array(turn, 1, sizeof(*hit));
        if (hit == NULL)
            return NULL;
        opinion__hit__init(hit);
        hit->term = term->term;
        hit->group = term->group;
        hit->grade_hint = (Opinion__Grade)term->grade_hint;
        row->hits[row->n_hits++] = hit;
        if (gravest == NULL || is_graver(term->grade_hint, gravest->grade_hint))
            gravest = term;
    }
    return gravest;
}

/* What has no word of the lexicon is the same only as the very same text (FNV-1a). */
static const char *text_rule(struct turn *turn, const char *plain)
{
    uint64_t hash = 14695981039346656037u;

    for (; *plain != '\0'; plain++)
        hash = (hash ^ (unsigned char)*plain) * 1099511628211u;
    return turn_text(turn, "text:%016" PRIx64, hash);
}

void opinion_match(struct turn *turn, Signal *row, const char *text)
{
    const char *plain = opinion_plain(turn, text);
    const Term *gravest = find_hits(turn, row, plain);
    char hour[CLOCK_TEXT_SIZE];

    const char *rule = gravest == NULL ? text_rule(turn, plain) : gravest->group;
    row->grade_hint = gravest == NULL ? 0 : gravest->grade_hint;
    clock_print(row->at_ms, hour);
    row->topic = turn_key(turn, "%s|%s", rule, row->place);
    row->fingerprint =
        turn_key(turn, "%s|%s|%.*s|%s", rule, row->source, HOUR_LENGTH, hour, row->place);
}
