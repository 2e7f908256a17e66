#include "supplies/rule.h"

#include <string.h>

#include "supplies.pb-c.h"

/* ---- the order of claims ------------------------------------------------------------------------- */

static int compare(uint64_t a, uint64_t b)
{
    return a < b ? -1 : a > b;
}

static uint64_t class_rank(const struct claim *claim)
{
    return claim->class == 0 ? UINT32_MAX : (uint64_t)claim->class;
}

static uint64_t days_rank(const struct claim *claim)
{
    return claim->days_left_known ? claim->days_left : UINT64_MAX;
}

static uint64_t first_rank(const struct claim *claim)
{
    return claim->overridden_ms == 0 ? UINT64_MAX : claim->overridden_ms;
}

static int compare_by(int32_t claim, const struct claim *a, const struct claim *b)
{
    switch (claim) {
    case SUPPLIES__CLAIM__BY_CLASS:
        return compare(class_rank(a), class_rank(b));
    case SUPPLIES__CLAIM__BY_DAYS_LEFT:
        return compare(days_rank(a), days_rank(b));
    case SUPPLIES__CLAIM__BY_WAITING:
        return compare(a->since_ms, b->since_ms);
    default:
        return 0;
    }
}

static bool goes_before(const struct rule *rule, const struct claim *a, const struct claim *b)
{
    int r = compare(first_rank(a), first_rank(b));

    for (size_t i = 0; i < rule->order_count && r == 0; i++)
        r = compare_by(rule->order[i], a, b);
    return r != 0 ? r < 0 : strcmp(a->line, b->line) < 0;
}

static void sift(const struct rule *rule, struct claim *claims, size_t at, size_t count)
{
    for (size_t child = 2 * at + 1; child < count; child = 2 * at + 1) {
        if (child + 1 < count && goes_before(rule, &claims[child], &claims[child + 1]))
            child++;
        if (!goes_before(rule, &claims[at], &claims[child]))
            return;
        struct claim other = claims[at];
        claims[at] = claims[child];
        claims[child] = other;
        at = child;
    }
}

/* A heap sort: qsort has no place for the rule, and may take memory. */
static void sort(const struct rule *rule, struct claim *claims, size_t count)
{
    for (size_t at = count / 2; at-- > 0;)
        sift(rule, claims, at, count);
    for (size_t end = count; end-- > 1;) {
        struct claim last = claims[end];
        claims[end] = claims[0];
        claims[0] = last;
        sift(rule, claims, 0, end);
    }
}

/* ---- giving -------------------------------------------------------------------------------------- */

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* What the cap leaves to the committee of claims[at]; what the leader put first counts, too. */
static uint32_t share_left(const struct rule *rule, const struct claim *claims, size_t at)
{
    uint32_t had = 0;

    for (size_t i = 0; i < at; i++)
        if (strcmp(claims[i].committee, claims[at].committee) == 0)
            had += claims[i].given;
    return had < rule->cap ? rule->cap - had : 0;
}

static uint32_t give_within_cap(const struct rule *rule, struct claim *claims, size_t count)
{
    uint32_t left = rule->available;

    for (size_t i = 0; i < count; i++) {
        struct claim *claim = &claims[i];
        bool first = claim->overridden_ms != 0;
        uint32_t share = first ? claim->asked : share_left(rule, claims, i);

        claim->given = least(claim->asked, least(left, share));
        left -= claim->given;
        if (claim->given == claim->asked)
            claim->why = first ? WHY_OVERRIDE : WHY_FULL;
        else if (claim->given == share)
            claim->why = WHY_CAPPED;
        else
            claim->why = claim->given == 0 ? WHY_NONE : WHY_PART;
    }
    return left;
}

void rule_allot(const struct rule *rule, struct claim *claims, size_t count)
{
    sort(rule, claims, count);
    uint32_t left = give_within_cap(rule, claims, count);
    for (size_t i = 0; i < count && left > 0; i++) {
        uint32_t more = least(claims[i].asked - claims[i].given, left);

        if (more == 0)
            continue;
        claims[i].given += more;
        claims[i].why = WHY_LEFT;
        left -= more;
    }
}

const char *rule_why(enum why why)
{
    switch (why) {
    case WHY_FULL:
        return "in its turn";
    case WHY_PART:
        return "in its turn, what was left";
    case WHY_CAPPED:
        return "its committee had its share";
    case WHY_LEFT:
        return "over its committee's share: nobody else within theirs was left";
    case WHY_OVERRIDE:
        return "the leader put it first";
    case WHY_NONE:
    default:
        return "nothing was left";
    }
}
