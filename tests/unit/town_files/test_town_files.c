/*
 * The town's own tables, read as the commands that open it.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cli/csv_table.h"
#include "cli/town_files.h"
#include "lib/run.h"
#include "organisation.pb-c.h"
#include "supervision.pb-c.h"

enum { LINES = 4096 };

struct heard {
    char lines[LINES][160];
    unsigned count;
    size_t largest_bytes;
    uint32_t fields;
};

static int hear(void *context, const struct town_command *command)
{
    struct heard *heard = context;
    size_t size = protobuf_c_message_get_packed_size(command->message);

    ck_assert_uint_lt(heard->count, LINES);
    snprintf(heard->lines[heard->count++], 160, "%s %s %s", command->unit, command->post,
             command->subject);
    if (size > heard->largest_bytes)
        heard->largest_bytes = size;
    return 0;
}

static struct heard heard;
static struct arena arena;

static void walk(void)
{
    const char *error = "";

    arena_open(&arena, TOWN_ARENA_BYTES);
    int r =
        town_files_each(test_source("services/town"), 1673971200000, &arena, hear, &heard, &error);
    ck_assert_msg(r == 0, "%d: %s", r, error);
}

static unsigned count_of(const char *part)
{
    unsigned count = 0;
    for (unsigned i = 0; i < heard.count; i++)
        count += strstr(heard.lines[i], part) != NULL;
    return count;
}

static unsigned first_of(const char *part)
{
    for (unsigned i = 0; i < heard.count; i++)
        if (strstr(heard.lines[i], part) != NULL)
            return i;
    ck_abort_msg("nobody says %s", part);
}

START_TEST(every_unit_and_committee_of_the_plan_is_registered_by_the_office)
{
    walk();
    ck_assert_uint_eq(count_of("lgo lgo.head organisation.RegisterUnit.lgo"), 11 + 50);
    ck_assert_uint_eq(count_of("SetCatchment"), 50);
    ck_assert_uint_eq(count_of("RegisterTeam"), 3);
    ck_assert_uint_eq(count_of("jcb jcb.head supervision.DefineDuty.jcb"), 79);
    ck_assert_uint_eq(count_of("dqb dqb.head opinion.PublishLexicon.dqb"), 1);
    ck_assert_uint_eq(count_of("dqb dqb.head opinion.RegisterChannel.dqb"), 50 + 9);
    ck_assert_uint_eq(count_of("dzb dzb.head supplies.DefineItem.dzb"), 13);
    ck_assert_uint_eq(count_of("dzb dzb.head supplies.DefineSite.dzb"), 2);
    arena_close(&arena);
}
END_TEST

START_TEST(each_command_stands_on_those_before_it)
{
    walk();
    ck_assert_uint_eq(first_of("DefineDuty"), 0);
    ck_assert_uint_lt(first_of("PublishCalendar"), first_of("PublishPolicy"));
    ck_assert_uint_lt(first_of("PublishPolicy"), first_of("RegisterUnit"));
    ck_assert_uint_lt(first_of("RegisterUnit"), first_of("RegisterStaff"));
    ck_assert_uint_lt(first_of("RegisterStaff"), first_of("DefinePost"));
    ck_assert_uint_lt(first_of("DefinePost"), first_of("StartTenure"));
    ck_assert_uint_lt(first_of("StartTenure"), first_of("SetResponsibility"));
    ck_assert_uint_lt(first_of("IssueMandate"), first_of("OpenCampaign"));
    arena_close(&arena);
}
END_TEST

START_TEST(every_unit_has_a_head_a_first_responsible_a_deputy_a_liaison_and_a_duty_post)
{
    walk();
    ck_assert_uint_eq(count_of("DefinePost"), 61 * 5 + 2 + 51);
    ck_assert_uint_eq(count_of("hcz hcz.head organisation.DefinePost.hcz"), 5);
    ck_assert_uint_eq(count_of("dzb dzb.head organisation.DefinePost.dzb"), 7);
    ck_assert_uint_eq(count_of("StartTenure"), 61 * 5 + 2 + 51);
    ck_assert_uint_eq(count_of("RegisterEndpoint"), 61);
    arena_close(&arena);
}
END_TEST

START_TEST(every_body_fits_the_wire)
{
    walk();
    ck_assert_uint_lt(heard.largest_bytes, 64 << 10);
    arena_close(&arena);
}
END_TEST

static int find_duties(void *context, const struct town_command *command)
{
    char *text = context;

    if (command->message->descriptor != &supervision__define_duty__descriptor)
        return 0;
    const Supervision__DefineDuty *duty = (const Supervision__DefineDuty *)command->message;
    if (strcmp(duty->duty, "S-041") != 0 && strcmp(duty->duty, "S-076") != 0
        && strcmp(duty->duty, "S-061") != 0)
        return 0;
    for (size_t i = 0; i < duty->n_events; i++)
        sprintf(text + strlen(text), "%s %s\n", duty->duty, duty->events[i]);
    return 0;
}

START_TEST(a_duty_names_the_events_that_meet_it_and_those_that_must_not_occur)
{
    char text[4096] = "";
    const char *error;

    arena_open(&arena, TOWN_ARENA_BYTES);
    ck_assert_int_eq(
        town_files_each(test_source("services/town"), 0, &arena, find_duties, text, &error), 0);
    EXPECT_TEXT(text, "S-041 !organisation.PostUnfilled\n"
                      "S-061 hotline.ShiftOpened\n"
                      "S-061 !hotline.SeatEmpty\n"
                      "S-076 *.Received\n"
                      "S-076 *.Accepted\n");
    arena_close(&arena);
}
END_TEST

START_TEST(a_folder_without_its_tables_is_said_with_the_name_of_the_first)
{
    const char *error = "";

    arena_open(&arena, TOWN_ARENA_BYTES);
    ck_assert_int_eq(town_files_each(test_folder(), 0, &arena, hear, &heard, &error), TOWN_BAD);
    ck_assert_str_eq(error, "units.csv is not there");
    arena_close(&arena);
}
END_TEST

START_TEST(a_sheet_keeps_quotes_commas_and_lines_within_a_cell)
{
    static const char text[] = "name,note\r\n\"a, b\",\"say \"\"x\"\"\"\n\nc,\"two\nlines\"\n";
    struct csv_table table;
    const char *error;

    arena_open(&arena, TOWN_ARENA_BYTES);
    ck_assert_int_eq(csv_table_parse(text, sizeof(text) - 1, &arena, &table, &error), 0);
    ck_assert_uint_eq(table.row_count, 3);
    ck_assert_str_eq(csv_table_cell(&table, 1, "name"), "a, b");
    ck_assert_str_eq(csv_table_cell(&table, 1, "note"), "say \"x\"");
    ck_assert_str_eq(csv_table_cell(&table, 2, "note"), "two\nlines");
    ck_assert_uint_eq(table.rows[2].line, 4);
    ck_assert_str_eq(csv_table_cell(&table, 2, "absent"), "");
    arena_close(&arena);
}
END_TEST

START_TEST(a_quote_that_never_ends_is_refused_with_its_row)
{
    static const char text[] = "name\n\"a\nb\n";
    struct csv_table table;
    const char *error = "";

    arena_open(&arena, TOWN_ARENA_BYTES);
    ck_assert_int_eq(csv_table_parse(text, sizeof(text) - 1, &arena, &table, &error),
                     CSV_TABLE_BAD);
    ck_assert_msg(strncmp(error, "row 2", 5) == 0, "%s", error);
    arena_close(&arena);
}
END_TEST

TESTS(every_unit_and_committee_of_the_plan_is_registered_by_the_office,
      each_command_stands_on_those_before_it,
      every_unit_has_a_head_a_first_responsible_a_deputy_a_liaison_and_a_duty_post,
      every_body_fits_the_wire, a_duty_names_the_events_that_meet_it_and_those_that_must_not_occur,
      a_folder_without_its_tables_is_said_with_the_name_of_the_first,
      a_sheet_keeps_quotes_commas_and_lines_within_a_cell,
      a_quote_that_never_ends_is_refused_with_its_row)
