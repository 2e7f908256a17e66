/*
 * Restarts: from saved rows, from the log alone, at any moment, the core knows what it knew.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/core_story.h"

static struct core_story s;

static void narrow(struct core_options *options)
{
    options->limits.lane_window = 4;
    options->limits.attempts = 3;
    options->limits.leases = 8;
}

static void note(uint64_t number, struct say say)
{
    publish(&s, "referral", number, "referral.Noted.hcz", say);
}

START_TEST(leases_and_their_tokens_survive_and_begin_anew)
{
    story_open(&s, NULL);
    hello(&s, "referral");
    hello(&s, "hcz");
    note(1, (struct say){ 0 });
    note(2, (struct say){ .case_id = "R-1" });
    note(3, (struct say){ .case_id = "R-1" });
    commit(&s);
    take(&s, "hcz", "hcz", 3, 10000);
    give_back(&s, "hcz", "hcz", 1, 4000, "later", false);
    commit(&s);
    save(&s);
    crash(&s);
    told(&s);
    hello(&s, "hcz");
    take(&s, "hcz", "hcz", 3, 10000);
    receipt(&s, "hcz", "hcz", 2);
    pass(&s, 4000);
    commit(&s);
    peek(&s, "hcz", "hcz", false);
    EXPECT_TEXT(told(&s), "hcz HELLO\n"
                          "  hcz: welcome, head 6, number 0\n"
                          "hcz TAKE 3\n"
                          "hcz RECEIPT 2\n"
                          "    hcz 2: LEASED -> DONE\n"
                          "    hcz 3: READY -> LEASED\n"
                          "  hcz: lease 3 of hcz, attempt 1\n"
                          "4000 ms PASS\n"
                          "    hcz 1: DELAYED -> READY\n"
                          "    hcz 1: READY -> LEASED\n"
                          "  hcz: lease 1 of hcz, attempt 2\n"
                          "COMMIT\n"
                          "  hcz: settled\n"
                          "hcz PEEK hcz\n"
                          "  hcz: 2 wait, 0 dead\n"
                          "      1 P3 leased, attempts 2: later\n"
                          "      3 P3 leased, attempts 1\n");
    story_close(&s);
}
END_TEST

START_TEST(a_receipt_that_was_told_is_never_forgotten_and_one_that_was_not_may_be)
{
    story_open(&s, NULL);
    hello(&s, "referral");
    hello(&s, "hcz");
    note(1, (struct say){ 0 });
    note(2, (struct say){ 0 });
    commit(&s);
    take(&s, "hcz", "hcz", 2, 10000);
    receipt(&s, "hcz", "hcz", 1);
    commit(&s);
    receipt(&s, "hcz", "hcz", 2);
    save(&s);
    told(&s);
    crash(&s);
    hello(&s, "hcz");
    take(&s, "hcz", "hcz", 2, 10000);
    peek(&s, "hcz", "hcz", false);
    EXPECT_TEXT(told(&s), "CRASH\n"
                          "    hcz 1: NONE -> READY\n"
                          "    hcz 2: NONE -> READY\n"
                          "hcz HELLO\n"
                          "  hcz: welcome, head 5, number 0\n"
                          "hcz TAKE 2\n"
                          "hcz PEEK hcz\n"
                          "  hcz: 1 wait, 0 dead\n"
                          "      2 P3 leased, attempts 1\n");
    story_close(&s);
}
END_TEST

START_TEST(a_backlog_costs_no_memory_and_is_read_on_from_the_log)
{
    story_open(&s, narrow);
    hello(&s, "referral");
    hello(&s, "hcz");
    s.quiet = true;
    for (uint64_t number = 1; number <= 40; number++)
        note(number, (struct say){ .priority = number % 10 == 0 ? 1 : 0 });
    commit(&s);
    ck_assert_uint_eq(s.world.scans, 0);
    for (int round = 0; round < 45; round++) {
        take(&s, "hcz", "hcz", 1, 10000);
        for (uint64_t seq = 1; seq <= s.world.appended; seq++) {
            if (s.tokens[seq] == 0)
                continue;
            s.quiet = false;
            receipt(&s, "hcz", "hcz", seq);
            s.quiet = true;
            s.tokens[seq] = 0;
        }
        commit(&s);
    }
    s.quiet = false;
    peek(&s, "hcz", "hcz", false);
    /* What comes now is in memory again. */
    note(41, (struct say){ 0 });
    commit(&s);
    peek(&s, "hcz", "hcz", false);
    const char *text = told(&s);
    ck_assert_ptr_nonnull(strstr(text, "hcz RECEIPT 10\n    hcz 10: LEASED -> DONE\n"
                                       "hcz RECEIPT 20\n    hcz 20: LEASED -> DONE\n"
                                       "hcz RECEIPT 30\n    hcz 30: LEASED -> DONE\n"
                                       "hcz RECEIPT 40\n    hcz 40: LEASED -> DONE\n"
                                       "hcz RECEIPT 1\n    hcz 1: LEASED -> DONE\n"
                                       "hcz RECEIPT 2\n"));
    ck_assert_ptr_nonnull(strstr(text, "hcz RECEIPT 39\n    hcz 39: LEASED -> DONE\n"
                                       "hcz PEEK hcz\n  hcz: 0 wait, 0 dead\n"));
    ck_assert_ptr_nonnull(strstr(text, "  hcz: 1 wait, 0 dead\n"));
    ck_assert_uint_lt(s.world.scans, 25);
    ck_assert_uint_eq(s.leased, 41);
    story_close(&s);
}
END_TEST

START_TEST(a_unit_that_gets_its_mailbox_late_finds_what_was_sent_before)
{
    static const struct permit_unit later[] = { { "hcz", "centre" },
                                                { "new", "vc" },
                                                { "referral", "service" } };
    struct permit *permit;
    const char *reason;
    uint32_t wrong;

    story_open(&s, NULL);
    hello(&s, "referral");
    publish(&s, "referral", 1, "referral.Dispatched.new", (struct say){ 0 });
    publish(&s, "referral", 2, "referral.Dispatched.hcz", (struct say){ .to = "new" });
    publish(&s, "referral", 3, "referral.Dispatched.hcz", (struct say){ 0 });
    commit(&s);
    ck_assert_int_eq(permit_parse(story_permissions, later, 3, &permit, &wrong, &reason), 0);
    core_world_step(&s.world, &(struct core_event){ .kind = CORE_PERMITS, .permit = permit });
    permit_close(s.world.permit);
    s.world.permit = permit;
    s.world.options.permit = permit;
    hello(&s, "new");
    told(&s);
    take(&s, "new", "new", 5, 1000);
    commit(&s);
    save(&s);
    crash(&s);
    hello(&s, "new");
    peek(&s, "new", "new", false);
    EXPECT_TEXT(told(&s), "new TAKE 5\n"
                          "    new 1: NONE -> READY\n"
                          "    new 2: NONE -> READY\n"
                          "    new 1: READY -> LEASED\n"
                          "    new 2: READY -> LEASED\n"
                          "  new: lease 1 of new, attempt 1\n"
                          "  new: lease 2 of new, attempt 1\n"
                          "COMMIT\n"
                          "CRASH\n"
                          "new HELLO\n"
                          "  new: welcome, head 5, number 0\n"
                          "new PEEK new\n"
                          "  new: 2 wait, 0 dead\n"
                          "      1 P3 leased, attempts 1\n"
                          "      2 P3 leased, attempts 1\n");
    story_close(&s);
}
END_TEST

/* ---- any history, any crash ------------------------------------------------------------------------- */

static uint64_t random_state;

static uint64_t roll(uint64_t sides)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state % sides;
}

/* What is known of a message, leaving out how much of it is in memory. */
static void known(const struct core *core, const struct world_message *message, char text[1024])
{
    char json[4096];
    char *state;

    core_why(core, message->seq, &message->message, json, sizeof(json));
    while ((state = strstr(json, "unread\"")) != NULL)
        memcpy(state, "_wait_", 6);
    while ((state = strstr(json, "\"ready\", \"attempts\": 0")) != NULL
           || (state = strstr(json, "\"held\", \"attempts\": 0")) != NULL) {
        char *end = strchr(state, '}');
        char *at = state + snprintf(state, 10, "\"_wait_\"");
        *at++ = ' ';
        memmove(at, end, strlen(end) + 1);
    }
    /* A session is not what is rebuilt, and one that is held may be behind another now. */
    while ((state = strstr(json, "\"holder\": \"")) != NULL) {
        char *end = strchr(state, '}');
        memmove(state, end, strlen(end) + 1);
    }
    while ((state = strstr(json, "\"held\"")) != NULL)
        memcpy(state, "\"read\"", 6);
    while ((state = strstr(json, "\"ready\"")) != NULL) {
        memcpy(state, "\"read\"", 6);
        memmove(state + 6, state + 7, strlen(state + 7) + 1);
    }
    snprintf(text, 1024, "%.1000s", strstr(json, "\"mailboxes\""));
    strstr(text, "\"subscriptions\"")[0] = '\0';
}

/* Another core, from the index and the log, or from the log alone, knows the same. */
static void expect_same(bool index)
{
    struct core_world other = s.world;
    struct core_options options = s.world.options;
    struct core *core;

    options.head = s.world.durable;
    ck_assert_int_eq(core_open(&options, &core), 0);
    for (uint32_t i = 0; index && i < other.rows.count; i++)
        ck_assert_int_eq(
            core_load(core,
                      &(struct core_row){
                          slice_of(other.rows.items[i].key, other.rows.items[i].key_size),
                          slice_of(other.rows.items[i].value, other.rows.items[i].value_size) }),
            0);
    for (uint64_t seq = index ? other.rows_applied + 1 : 1; seq <= other.durable; seq++) {
        const struct world_record *record = &other.log[seq - 1];
        struct slice bytes = slice_of(record->bytes, record->size);
        struct core_message message;
        if (record->message && core_world_scan(bytes, &message))
            ck_assert_int_eq(core_replay_message(core, seq, record->time_ms,
                                                 slice_text(record->source), &message),
                             0);
        else
            ck_assert_int_eq(core_replay_record(core, seq, record->time_ms, bytes), 0);
    }
    /* A delay that is over is noticed by a tick. */
    const struct core_effect *effects;
    uint32_t count;
    struct core_event tick = { .kind = CORE_TICK,
                               .now_ms = s.world.now_ms,
                               .steady_ms = s.world.steady_ms };
    ck_assert_int_eq(core_step(core, &tick, &effects, &count), 0);
    for (uint64_t seq = 1; seq <= other.durable; seq++) {
        struct world_message message;
        char left[1024];
        char right[1024];
        if (!core_world_message(&other, seq, &message))
            continue;
        known(s.world.core, &message, left);
        known(core, &message, right);
        if (strcmp(left, right) != 0)
            ck_abort_msg("seq %llu, index %d\nlive:    %s\nrebuilt: %s", (unsigned long long)seq,
                         index, left, right);
    }
    core_close(core);
}

static void act_somehow(uint64_t *number)
{
    static const char *const units[] = { "hcz", "vc1" };
    static const char *const cases[] = { "", "R-1", "R-2" };
    const char *unit = units[roll(2)];
    uint64_t seq = 1 + roll(s.world.appended + 1);
    char subject[64];

    snprintf(subject, sizeof(subject), "referral.Dispatched.%s", unit);
    switch (roll(8)) {
    case 0:
    case 1:
    case 2:
        publish(&s, "referral", ++*number, subject,
                (struct say){ .case_id = cases[roll(3)],
                              .priority = (unsigned)roll(3),
                              .not_before_ms = roll(8) == 0 ? s.world.now_ms + roll(9000) : 0,
                              .expires_ms = roll(8) == 0 ? s.world.now_ms + roll(9000) : 0 });
        break;
    case 3:
        take(&s, unit, unit, (uint32_t)roll(4), 1000 + (uint32_t)roll(5000));
        break;
    case 4:
    case 5:
        for (uint64_t i = 0; i < s.world.appended; i++, seq = seq % s.world.appended + 1) {
            if (s.tokens[seq] == 0)
                continue;
            receipt(&s, unit, unit, seq);
            break;
        }
        break;
    case 6:
        for (uint64_t i = 0; i < s.world.appended; i++, seq = seq % s.world.appended + 1) {
            if (s.tokens[seq] == 0)
                continue;
            give_back(&s, unit, unit, seq, roll(2) * roll(4000), "no", roll(6) == 0);
            break;
        }
        if (roll(10) == 0)
            redrive(&s, unit, unit, 0);
        break;
    default:
        pass(&s, roll(1500));
    }
}

static void any_history(uint64_t seed)
{
    uint64_t number = 0;

    random_state = seed * 0x9e3779b97f4a7c15 + 1;
    story_open(&s, narrow);
    s.quiet = true;
    hello(&s, "referral");
    hello(&s, "hcz");
    hello(&s, "vc1");
    for (int step = 0; step < 400; step++) {
        act_somehow(&number);
        if (roll(4) == 0)
            commit(&s);
        if (roll(40) == 0)
            save(&s);
        if (roll(25) == 0) {
            commit(&s);
            core_world_commit(&s.world, UINT64_MAX); /* what the tick appended */
            expect_same(true);
            expect_same(false);
        }
        if (roll(100) == 0) {
            uint64_t kept = roll(4);
            if (roll(3) == 0)
                core_world_lose_index(&s.world);
            core_world_crash(&s.world, kept);
            hello(&s, "referral");
            hello(&s, "hcz");
            hello(&s, "vc1");
            number = 0;
            for (uint64_t seq = 1; seq <= s.world.durable; seq++)
                number += s.world.log[seq - 1].message;
        }
    }
    story_close(&s);
}

START_TEST(whatever_happened_a_restart_knows_the_same)
{
    for (uint64_t seed = 1; seed <= 40; seed++)
        any_history(seed);
}
END_TEST

TESTS(leases_and_their_tokens_survive_and_begin_anew,
      a_receipt_that_was_told_is_never_forgotten_and_one_that_was_not_may_be,
      a_backlog_costs_no_memory_and_is_read_on_from_the_log,
      a_unit_that_gets_its_mailbox_late_finds_what_was_sent_before,
      whatever_happened_a_restart_knows_the_same)
