/*
 * services/town/permissions.csv: who may do what, and above all what nobody may.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "core/permit.h"
#include "lib/run.h"

static const struct permit_unit units[] = {
    { "operator", "operator" }, { "registry", "service" },
    { "hotline", "service" },   { "supervision", "service" },
    { "referral", "service" },  { "lg", "lg" },
    { "lgo", "lgo" },           { "dzb", "member" },
    { "sjb", "member" },        { "jcb", "member" },
    { "hcz", "centre" },        { "hcs", "centre" },
    { "310115125041", "vc" },   { "310115125006", "vc" },
};

static struct permit *load(void)
{
    struct permit *permit = NULL;
    const char *reason;
    uint32_t line;
    size_t size;
    char *text;

    ck_assert_int_eq(
        io_read_file(test_source("services/town/permissions.csv"), 1 << 20, &text, &size), 0);
    int r = permit_parse(text, units, sizeof(units) / sizeof(units[0]), &permit, &line, &reason);
    ck_assert_msg(r == 0, "line %u: %s", line, reason);
    free(text);
    return permit;
}

struct rule {
    const char *unit;
    enum permit_verb verb;
    const char *subject;
};

static void check(const struct rule *rules, size_t count, bool allowed)
{
    struct permit *permit = load();

    for (size_t i = 0; i < count; i++) {
        struct slice subject = slice_text(rules[i].subject);
        bool may = rules[i].verb == PERMIT_SUBSCRIBE
                       ? permit_allows_filter(permit, rules[i].unit, subject)
                       : permit_allows(permit, rules[i].unit, rules[i].verb, subject);
        ck_assert_msg(may == allowed, "%s, verb %d, %s", rules[i].unit, (int)rules[i].verb,
                      rules[i].subject);
    }
    permit_close(permit);
}

START_TEST(a_unit_says_its_own_commands_and_hears_what_is_its_own)
{
    static const struct rule rules[] = {
        { "hcz", PERMIT_PUBLISH, "referral.Accept.hcz" },
        { "hcz", PERMIT_PUBLISH, "referral.SetCapacity.hcz" },
        { "310115125041", PERMIT_PUBLISH, "registry.Verify.310115125041" },
        { "310115125041", PERMIT_PUBLISH, "referral.OpenNeed.310115125041" },
        { "dzb", PERMIT_PUBLISH, "hotline.LogCall.dzb" },
        { "lgo", PERMIT_PUBLISH, "referral.Rule.lgo" },
        { "sjb", PERMIT_PUBLISH, "referral.Dispatch.hcs" },
        { "hcz", PERMIT_SUBSCRIBE, "*.*.hcz" },
        { "hcz", PERMIT_TAKE, "hcz" },
        { "jcb", PERMIT_SUBSCRIBE, ">" },
        { "supervision", PERMIT_SUBSCRIBE, ">" },
        { "hotline", PERMIT_PUBLISH, "referral.OpenNeed.310115125041" },
        { "referral", PERMIT_ANSWER, "referral.Worklist.hcz" },
        { "operator", PERMIT_ADMIN, "status" },
    };
    check(rules, sizeof(rules) / sizeof(rules[0]), true);
}
END_TEST

START_TEST(nobody_speaks_for_another_or_states_what_a_service_states)
{
    static const struct rule rules[] = {
        { "hcz", PERMIT_PUBLISH, "referral.Accept.hcs" },
        { "hcz", PERMIT_PUBLISH, "referral.Completed.hcz" },
        { "hcz", PERMIT_PUBLISH, "referral.Dispatched.hcz" },
        { "hcz", PERMIT_PUBLISH, "registry.CardSent.hcz" },
        { "hcz", PERMIT_PUBLISH, "referral.Rule.hcz" },
        { "310115125041", PERMIT_PUBLISH, "registry.Verify.310115125006" },
        { "310115125041", PERMIT_PUBLISH, "registry.Merge.310115125041" },
        { "dzb", PERMIT_PUBLISH, "organisation.PublishPolicy.dzb" },
        { "operator", PERMIT_PUBLISH, "organisation.RegisterUnit.operator" },
        { "jcb", PERMIT_PUBLISH, "referral.Complete.hcz" },
        { "supervision", PERMIT_PUBLISH, "referral.Accept.hcz" },
        { "referral", PERMIT_PUBLISH, "hotline.TicketClosed.dzb" },
        { "hotline", PERMIT_ANSWER, "registry.Card.dzb" },
        { "stranger", PERMIT_PUBLISH, "registry.Propose.town" },
    };
    check(rules, sizeof(rules) / sizeof(rules[0]), false);
}
END_TEST

START_TEST(nobody_hears_or_takes_anothers_cards)
{
    static const struct rule rules[] = {
        { "hcz", PERMIT_SUBSCRIBE, "registry.CardSent.hcs" },
        { "hcz", PERMIT_SUBSCRIBE, "registry.CardSent.*" },
        { "hcz", PERMIT_SUBSCRIBE, ">" },
        { "hcz", PERMIT_TAKE, "hcs" },
        { "310115125041", PERMIT_QUERY, "registry.RosterAt.310115125006" },
        { "dzb", PERMIT_SUBSCRIBE, "registry.*.*" },
        { "operator", PERMIT_SUBSCRIBE, "registry.*.*" },
        { "operator", PERMIT_QUERY, "registry.Card.operator" },
        { "hcz", PERMIT_ADMIN, "log" },
    };
    check(rules, sizeof(rules) / sizeof(rules[0]), false);
}
END_TEST

START_TEST(a_mailbox_collects_what_is_dispatched_and_never_the_units_own_commands)
{
    struct permit *permit = load();
    bool dispatched = false;
    const char *pattern;

    for (uint32_t i = 0; (pattern = permit_collects(permit, "hcz", i)) != NULL; i++) {
        dispatched = dispatched || strcmp(pattern, "*.Dispatched.hcz") == 0;
        ck_assert_str_ne(pattern, "*.*.hcz");
        ck_assert_ptr_null(strstr(pattern, ".Accept."));
    }
    ck_assert(dispatched);
    ck_assert_ptr_null(permit_collects(permit, "registry", 0));
    ck_assert_ptr_null(permit_collects(permit, "operator", 0));
    permit_close(permit);
}
END_TEST

TESTS(a_unit_says_its_own_commands_and_hears_what_is_its_own,
      nobody_speaks_for_another_or_states_what_a_service_states,
      nobody_hears_or_takes_anothers_cards,
      a_mailbox_collects_what_is_dispatched_and_never_the_units_own_commands)
