#include <stdio.h>
#include <string.h>

#include "core/filter.h"
#include "lib/run.h"

static bool matches(const char *filter, const char *subject)
{
    return filter_match(slice_text(filter), slice_text(subject));
}

static bool valid(const char *filter)
{
    return filter_valid(slice_text(filter));
}

static bool covers(const char *outer, const char *inner)
{
    return filter_covers(slice_text(outer), slice_text(inner));
}

START_TEST(a_star_is_one_token_and_an_angle_is_the_rest)
{
    ck_assert(matches("referral.Dispatch.hcz", "referral.Dispatch.hcz"));
    ck_assert(matches("referral.*.hcz", "referral.Dispatch.hcz"));
    ck_assert(matches("*.*.*", "referral.Dispatch.hcz"));
    ck_assert(matches(">", "referral.Dispatch.hcz"));
    ck_assert(matches("referral.>", "referral.Dispatch.hcz"));
    ck_assert(matches("referral.Dispatch.>", "referral.Dispatch.hcz"));
    ck_assert(!matches("referral.*.hcs", "referral.Dispatch.hcz"));
    ck_assert(!matches("referral.*", "referral.Dispatch.hcz"));
    ck_assert(!matches("referral.Dispatch.hcz.>", "referral.Dispatch.hcz"));
    ck_assert(!matches("referral.>", "referral"));
    ck_assert(!matches("referral.Dispatch.hc", "referral.Dispatch.hcz"));
    ck_assert(!matches("referral.Dispatch.hczz", "referral.Dispatch.hcz"));
}
END_TEST

START_TEST(a_filter_has_three_tokens_or_ends_in_an_angle)
{
    char longest[140] = { 0 };

    ck_assert(valid("a.b.c") && valid("*.*.*") && valid(">") && valid("a.>") && valid("a.b.>"));
    ck_assert(!valid("") && !valid("a") && !valid("a.b") && !valid("a.b.c.d"));
    ck_assert(!valid("a..c") && !valid(".b.c") && !valid("a.b."));
    ck_assert(!valid(">.b.c") && !valid("a.>.c") && !valid("a.b.c.>"));
    ck_assert(!valid("a.b*.c") && !valid("a.b>.c") && !valid("a b.c.d") && !valid("a.\xc3\xa4.c"));
    memset(longest, 'a', 126);
    memcpy(longest + 122, ".b.c", 4);
    ck_assert(valid(longest));
    memset(longest, 'a', 129);
    memcpy(longest + 125, ".b.c", 4);
    ck_assert(!valid(longest));
}
END_TEST

START_TEST(what_one_filter_matches_another_may_match_too)
{
    ck_assert(covers(">", "a.b.c") && covers(">", "*.*.*") && covers(">", ">"));
    ck_assert(covers("a.*.*", "a.b.*") && covers("a.*.c", "a.b.c") && covers("a.>", "a.*.c"));
    ck_assert(covers("a.b.c", "a.b.c"));
    ck_assert(!covers("a.b.*", "a.*.c") && !covers("a.b.c", "a.b.*") && !covers("a.*.*", "a.>"));
    ck_assert(!covers("a.>", "*.b.c") && !covers("a.b.c", "a.b.d") && !covers("a.>", ">"));
}
END_TEST

/* By trying: what is said to cover matches everything that the other matches. */
START_TEST(covering_agrees_with_matching)
{
    static const char *const tokens[] = { "a", "b", "*" };
    static const char *const names[] = { "a", "b" };
    char outer[16];
    char inner[16];
    char subject[16];

    for (int o = 0; o < 27; o++) {
        for (int i = 0; i < 27; i++) {
            bool all = true;
            snprintf(outer, sizeof(outer), "%s.%s.%s", tokens[o / 9], tokens[o / 3 % 3],
                     tokens[o % 3]);
            snprintf(inner, sizeof(inner), "%s.%s.%s", tokens[i / 9], tokens[i / 3 % 3],
                     tokens[i % 3]);
            for (int n = 0; n < 8; n++) {
                snprintf(subject, sizeof(subject), "%s.%s.%s", names[n / 4], names[n / 2 % 2],
                         names[n % 2]);
                if (matches(inner, subject) && !matches(outer, subject))
                    all = false;
            }
            /* With only two names a star is covered by nothing but a star. */
            ck_assert_msg(covers(outer, inner) == all, "%s %s", outer, inner);
        }
    }
}
END_TEST

START_TEST(sets_are_equal_by_what_they_want)
{
    static const char *const one[] = { "b.*.x", "a.b.c", "a.*.c", "b.*.x" };
    static const char *const other[] = { "a.*.c", "b.*.x" };
    static const char *const third[] = { "a.*.c", "b.*.y" };
    static const char *const bad[] = { "a.*.c", "b" };
    struct filters *a;
    struct filters *b;
    struct filters *c;

    ck_assert_int_eq(filters_open(one, 4, &a), 0);
    ck_assert_int_eq(filters_open(other, 2, &b), 0);
    ck_assert_int_eq(filters_open(third, 2, &c), 0);
    ck_assert_uint_eq(filters_count(a), 2);
    ck_assert(filters_equal(a, b));
    ck_assert(!filters_equal(b, c));
    ck_assert(filters_match(a, slice_text("a.b.c")));
    ck_assert(filters_match(a, slice_text("b.z.x")));
    ck_assert(!filters_match(a, slice_text("b.z.y")));
    filters_close(a);
    filters_close(b);
    filters_close(c);
    ck_assert_int_eq(filters_open(bad, 2, &a), FILTER_BAD);
}
END_TEST

TESTS(a_star_is_one_token_and_an_angle_is_the_rest, a_filter_has_three_tokens_or_ends_in_an_angle,
      what_one_filter_matches_another_may_match_too, covering_agrees_with_matching,
      sets_are_equal_by_what_they_want)
