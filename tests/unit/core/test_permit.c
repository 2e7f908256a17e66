#include <stdio.h>
#include <string.h>

#include "core/permit.h"
#include "lib/run.h"

static const struct permit_unit units[] = {
    { "hcz", "centre" }, { "hcs", "centre" },       { "441881000000", "vc" },
    { "lg", "lg" },      { "referral", "service" }, { "registry", "service" },
};
enum { UNITS = sizeof(units) / sizeof(units[0]) };

static struct permit *parse(const char *rows)
{
    struct permit *permit = NULL;
    char csv[4096];
    const char *reason;
    uint32_t line;

    snprintf(csv, sizeof(csv), "who,verb,pattern\n%s", rows);
    int r = permit_parse(csv, units, UNITS, &permit, &line, &reason);
    if (r != 0)
        ck_abort_msg("line %u: %s", line, reason);
    return permit;
}

static bool may(const struct permit *permit, const char *unit, enum permit_verb verb,
                const char *subject)
{
    return permit_allows(permit, unit, verb, slice_text(subject));
}

START_TEST(what_no_row_allows_is_denied)
{
    struct permit *permit = parse("");

    ck_assert(!may(permit, "hcz", PERMIT_PUBLISH, "referral.Dispatch.hcz"));
    ck_assert(!may(permit, "nobody", PERMIT_PUBLISH, "referral.Dispatch.hcz"));
    ck_assert(permit_knows(permit, "hcz") && !permit_knows(permit, "nobody"));
    ck_assert_ptr_null(permit_mailbox(permit, 0));
    permit_close(permit);
}
END_TEST

START_TEST(a_row_speaks_of_a_unit_a_group_or_everybody_and_at_is_the_unit_itself)
{
    struct permit *permit = parse("hcz,publish,referral.*.*\n"
                                  "centre,publish,registry.*.@ # a comment\n"
                                  "*,query,registry.Card.*\n"
                                  "\n"
                                  "service,publish,@.>\n");

    ck_assert(may(permit, "hcz", PERMIT_PUBLISH, "referral.Dispatch.hcs"));
    ck_assert(!may(permit, "hcs", PERMIT_PUBLISH, "referral.Dispatch.hcs"));
    ck_assert(may(permit, "hcs", PERMIT_PUBLISH, "registry.Note.hcs"));
    ck_assert(!may(permit, "hcs", PERMIT_PUBLISH, "registry.Note.hcz"));
    ck_assert(!may(permit, "lg", PERMIT_PUBLISH, "registry.Note.lg"));
    ck_assert(may(permit, "lg", PERMIT_QUERY, "registry.Card.c41"));
    ck_assert(!may(permit, "lg", PERMIT_SUBSCRIBE, "registry.Card.c41"));
    ck_assert(may(permit, "referral", PERMIT_PUBLISH, "referral.Dispatched.hcz"));
    ck_assert(!may(permit, "referral", PERMIT_PUBLISH, "registry.Registered.hcz"));
    permit_close(permit);
}
END_TEST

START_TEST(a_row_that_denies_wins_wherever_it_stands)
{
    struct permit *permit = parse("hcz,!publish,referral.Close.*\n"
                                  "centre,publish,referral.*.*\n"
                                  "lg,subscribe,>\n"
                                  "lg,!subscribe,registry.Card.*\n");

    ck_assert(may(permit, "hcz", PERMIT_PUBLISH, "referral.Dispatch.hcz"));
    ck_assert(!may(permit, "hcz", PERMIT_PUBLISH, "referral.Close.hcz"));
    ck_assert(may(permit, "hcs", PERMIT_PUBLISH, "referral.Close.hcz"));
    ck_assert(permit_allows_filter(permit, "lg", slice_text("referral.>")));
    ck_assert(!permit_allows_filter(permit, "lg", slice_text(">")));
    ck_assert(!permit_allows_filter(permit, "lg", slice_text("registry.*.x")));
    ck_assert(permit_allows_filter(permit, "lg", slice_text("registry.Note.x")));
    permit_close(permit);
}
END_TEST

START_TEST(a_filter_is_allowed_only_if_all_that_it_can_match_is)
{
    struct permit *permit = parse("hcz,subscribe,referral.*.@\nhcz,subscribe,town.>\n");

    ck_assert(permit_allows_filter(permit, "hcz", slice_text("referral.*.hcz")));
    ck_assert(permit_allows_filter(permit, "hcz", slice_text("referral.Dispatched.hcz")));
    ck_assert(permit_allows_filter(permit, "hcz", slice_text("town.Notice.*")));
    ck_assert(!permit_allows_filter(permit, "hcz", slice_text("referral.*.*")));
    ck_assert(!permit_allows_filter(permit, "hcz", slice_text("referral.>")));
    ck_assert(!permit_allows_filter(permit, "nobody", slice_text("town.>")));
    permit_close(permit);
}
END_TEST

START_TEST(mailboxes_are_those_that_collect_in_the_order_of_the_units)
{
    struct permit *permit = parse("vc,collect,*.Dispatched.@\ncentre,collect,*.Dispatched.@\n"
                                  "hcs,collect,*.Noted.@\nhcz,take,@\nlg,take,*\nlg,admin,*\n");

    ck_assert_str_eq(permit_mailbox(permit, 0), "hcz");
    ck_assert_str_eq(permit_mailbox(permit, 1), "hcs");
    ck_assert_str_eq(permit_mailbox(permit, 2), "441881000000");
    ck_assert_ptr_null(permit_mailbox(permit, 3));
    ck_assert_str_eq(permit_collects(permit, "hcs", 0), "*.Dispatched.hcs");
    ck_assert_str_eq(permit_collects(permit, "hcs", 1), "*.Noted.hcs");
    ck_assert_ptr_null(permit_collects(permit, "hcs", 2));
    ck_assert(may(permit, "hcz", PERMIT_TAKE, "hcz") && !may(permit, "hcz", PERMIT_TAKE, "hcs"));
    ck_assert(may(permit, "lg", PERMIT_TAKE, "hcs") && may(permit, "lg", PERMIT_ADMIN, "hcs"));
    permit_close(permit);
}
END_TEST

START_TEST(a_wrong_table_is_refused_with_its_line)
{
    static const struct {
        const char *csv;
        uint32_t line;
        const char *says;
    } wrong[] = {
        { "", 1, "first line" },
        { "unit,verb,pattern\n", 1, "first line" },
        { "who,verb,pattern\nhcz,publish\n", 2, "three columns" },
        { "who,verb,pattern\nhcz,publish,a.b.c,d\n", 2, "three columns" },
        { "who,verb,pattern\n\nhcz,shout,a.b.c\n", 3, "verb" },
        { "who,verb,pattern\nhcz,publish,a.b\n", 2, "pattern" },
        { "who,verb,pattern\nhcz,collect,\n", 2, "pattern" },
    };

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct permit *permit = NULL;
        const char *reason = NULL;
        uint32_t line = 0;
        int r = permit_parse(wrong[i].csv, units, UNITS, &permit, &line, &reason);
        ck_assert_int_eq(r, PERMIT_BAD);
        ck_assert_uint_eq(line, wrong[i].line);
        ck_assert_msg(strstr(reason, wrong[i].says) != NULL, "%s", reason);
    }
}
END_TEST

TESTS(what_no_row_allows_is_denied,
      a_row_speaks_of_a_unit_a_group_or_everybody_and_at_is_the_unit_itself,
      a_row_that_denies_wins_wherever_it_stands,
      a_filter_is_allowed_only_if_all_that_it_can_match_is,
      mailboxes_are_those_that_collect_in_the_order_of_the_units,
      a_wrong_table_is_refused_with_its_line)
