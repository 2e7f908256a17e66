/*
 * A town's rules: calendar, policy, who serves what and where, the mandate, the duties.
 */
#include "cli/town_files_inside.h"

#include <ctype.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "organisation.pb-c.h"
#include "supervision.pb-c.h"

/* The plan: 浦张府〔2023〕3号, issued on 18 January 2023 (S-001, S-002). */
static const char mandate[] = "zpz-2023-3";
static const char mandate_number[] = "浦张府〔2023〕3号";
static const char mandate_title[] = "张江镇近阶段疫情期间特殊困难群体关爱保障工作方案";
static const char mandate_date[] = "2023-01-18";
static const char campaign[] = "campaign-2023";

enum { PLAN_BYTES = 1 << 20, WIND_DOWN_DAYS = 30 };

/* ---- calendar and policy ------------------------------------------------------------------------- */

void walk_calendar(struct walk *walk)
{
    const struct csv_table table = walk_load(walk, "calendar-2023.csv", "date kind");
    Organisation__PublishCalendar calendar = ORGANISATION__PUBLISH_CALENDAR__INIT;
    Organisation__CalendarDay *rows = walk_room(walk, table.row_count, sizeof(*rows));
    Organisation__CalendarDay **list =
        walk_room(walk, table.row_count, sizeof(Organisation__CalendarDay *));

    if (rows == NULL || list == NULL)
        return;
    for (uint32_t row = 1; row < table.row_count; row++) {
        organisation__calendar_day__init(&rows[row]);
        rows[row].date = csv_table_cell(&table, row, "date");
        rows[row].kind = csv_table_cell(&table, row, "kind");
        list[row - 1] = &rows[row];
    }
    calendar.year = 2023;
    calendar.days = list;
    calendar.n_days = table.row_count == 0 ? 0 : table.row_count - 1;
    walk_say(walk, &calendar.base);
}

void walk_policy(struct walk *walk)
{
    const struct csv_table table =
        walk_load(walk, "policy.csv", "key scope value unit calendar status");
    Organisation__PublishPolicy policy = ORGANISATION__PUBLISH_POLICY__INIT;
    Organisation__PolicyRecord *rows = walk_room(walk, table.row_count, sizeof(*rows));
    Organisation__PolicyRecord **list =
        walk_room(walk, table.row_count, sizeof(Organisation__PolicyRecord *));

    if (rows == NULL || list == NULL)
        return;
    for (uint32_t row = 1; row < table.row_count; row++) {
        organisation__policy_record__init(&rows[row]);
        rows[row].key = csv_table_cell(&table, row, "key");
        rows[row].scope = csv_table_cell(&table, row, "scope");
        rows[row].value = csv_table_cell(&table, row, "value");
        rows[row].unit = csv_table_cell(&table, row, "unit");
        rows[row].calendar = csv_table_cell(&table, row, "calendar");
        rows[row].status = csv_table_cell(&table, row, "status");
        list[row - 1] = &rows[row];
    }
    policy.set = "default";
    policy.effective_from_ms = walk->from_ms;
    policy.records = list;
    policy.n_records = table.row_count == 0 ? 0 : table.row_count - 1;
    policy.reason = "the default policy";
    walk_say(walk, &policy.base);
}

/* ---- what the leading group's office sets ---------------------------------------------------------- */

void walk_responsibilities(struct walk *walk)
{
    const struct csv_table table = walk_load(
        walk, "responsibilities.csv", "category kind service first_unit second_unit verifier");

    for (uint32_t row = 1; row < table.row_count && walk->outcome == 0; row++) {
        Organisation__SetResponsibility set = ORGANISATION__SET_RESPONSIBILITY__INIT;
        set.category = csv_table_cell(&table, row, "category");
        set.kind = csv_table_cell(&table, row, "kind");
        set.service = csv_table_cell(&table, row, "service");
        set.first_unit = csv_table_cell(&table, row, "first_unit");
        set.second_unit = csv_table_cell(&table, row, "second_unit");
        set.verifier = csv_table_cell(&table, row, "verifier");
        walk_say(walk, &set.base);
    }
}

void walk_catchments(struct walk *walk)
{
    const struct csv_table table = walk_load(walk, "catchments.csv", "committee centre");

    for (uint32_t row = 1; row < table.row_count && walk->outcome == 0; row++) {
        Organisation__SetCatchment set = ORGANISATION__SET_CATCHMENT__INIT;
        set.committee = csv_table_cell(&table, row, "committee");
        set.centre = csv_table_cell(&table, row, "centre");
        set.from_ms = walk->from_ms;
        walk_say(walk, &set.base);
    }
}

void walk_teams(struct walk *walk)
{
    const struct csv_table table = walk_load(walk, "teams.csv", "code name_zh lead_unit service");

    for (uint32_t row = 1; row < table.row_count && walk->outcome == 0; row++) {
        Organisation__RegisterTeam team = ORGANISATION__REGISTER_TEAM__INIT;
        const char *lead = csv_table_cell(&table, row, "lead_unit");
        const char *members[2];
        members[0] = arena_print(walk->arena, "%s.head", lead);
        members[1] = arena_print(walk->arena, "%s.liaison", lead);
        team.team = csv_table_cell(&table, row, "code");
        team.name = csv_table_cell(&table, row, "name_zh");
        team.lead_unit = lead;
        team.service = csv_table_cell(&table, row, "service");
        team.members = members;
        team.n_members = 2;
        walk_say(walk, &team.base);
    }
}

static const char *hash_of_plan(struct walk *walk)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    char hex[2 * crypto_hash_sha256_BYTES + 1];
    char *bytes;
    size_t size;

    if (walk->outcome != 0)
        return "";
    int r = io_read_file(arena_print(walk->arena, "%s/plan.txt", walk->folder), PLAN_BYTES, &bytes,
                         &size);
    if (r != 0) {
        if (r < 0)
            walk->outcome = r;
        else
            walk_bad(walk, "plan.txt", 0, "is not there, or too large");
        return "";
    }
    crypto_hash_sha256(hash, (const unsigned char *)bytes, size);
    free(bytes);
    return arena_text(walk->arena, sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash)));
}

/* S-007: it is addressed to the town's offices and the committees; the three centres are members of
 * the leading group, not addressees. */
static bool is_addressee(const struct town_unit *unit)
{
    static const char *const offices[] = { "dzb", "dqb", "sjb", "pab", "jcb" };

    for (size_t i = 0; i < sizeof(offices) / sizeof(offices[0]); i++)
        if (strcmp(unit->unit, offices[i]) == 0)
            return true;
    return strcmp(unit->group, "vc") == 0;
}

void walk_mandate(struct walk *walk)
{
    Organisation__IssueMandate issue = ORGANISATION__ISSUE_MANDATE__INIT;
    Organisation__OpenCampaign open = ORGANISATION__OPEN_CAMPAIGN__INIT;
    const char **addressees = walk_room(walk, walk->unit_count, sizeof(*addressees));
    size_t count = 0;

    for (uint32_t i = 0; addressees != NULL && i < walk->unit_count; i++)
        if (is_addressee(&walk->units[i]))
            addressees[count++] = walk->units[i].unit;
    issue.mandate = mandate;
    issue.number = mandate_number;
    issue.title = mandate_title;
    issue.issued_on = mandate_date;
    issue.text_hash = hash_of_plan(walk);
    issue.addressees = addressees;
    issue.n_addressees = count;
    walk_say(walk, &issue.base);

    open.campaign = campaign;
    open.mandate = mandate;
    open.from_ms = walk->from_ms;
    open.wind_down_days = WIND_DOWN_DAYS;
    walk_say(walk, &open.base);
}

/* ---- duties -------------------------------------------------------------------------------------- */

static bool is_name(char c)
{
    return isalnum((unsigned char)c) || c == '.' || c == '_';
}

/* The events named in a cell such as `organisation.CampaignOpened, later organisation.CampaignClosed`
 * or `no organisation.PostUnfilled` or `the need's Received or Accepted`. */
static const char **events_of(struct walk *walk, const char *text, size_t *ret_count)
{
    const char **events = walk_room(walk, strlen(text), sizeof(*events));
    bool kernel = false;
    bool never = false;

    *ret_count = 0;
    while (events != NULL && *text != '\0') {
        size_t length = 0;
        while (is_name(text[length]))
            length++;
        const char *word = arena_print(walk->arena, "%.*s", (int)length, text);
        const char *dot = strchr(word, '.');
        if (strcmp(word, "no") == 0) {
            never = true;
        } else if (strcmp(word, "need") == 0) {
            kernel = true;
        } else if (dot != NULL && isupper((unsigned char)dot[1])) {
            events[(*ret_count)++] = arena_print(walk->arena, "%s%s", never ? "!" : "", word);
        } else if (kernel && isupper((unsigned char)word[0])) {
            events[(*ret_count)++] = arena_print(walk->arena, "%s*.%s", never ? "!" : "", word);
        }
        text += length > 0 ? length : 1;
    }
    return events;
}

void walk_duties(struct walk *walk)
{
    const struct csv_table table =
        walk_load(walk, "duties.csv", "id duty_zh duty_en unit service event for_whom by_when");

    for (uint32_t row = 1; row < table.row_count && walk->outcome == 0; row++) {
        Supervision__DefineDuty duty = SUPERVISION__DEFINE_DUTY__INIT;
        duty.duty = csv_table_cell(&table, row, "id");
        duty.unit = csv_table_cell(&table, row, "unit");
        duty.service = csv_table_cell(&table, row, "service");
        duty.events = events_of(walk, csv_table_cell(&table, row, "event"), &duty.n_events);
        duty.rule = csv_table_cell(&table, row, "event");
        duty.for_whom = csv_table_cell(&table, row, "for_whom");
        duty.by_when = csv_table_cell(&table, row, "by_when");
        duty.duty_zh = csv_table_cell(&table, row, "duty_zh");
        duty.duty_en = csv_table_cell(&table, row, "duty_en");
        walk_say(walk, &duty.base);
    }
}
