#include "cli/town_files.h"

#include <ctype.h>
#include <errno.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/io.h"
#include "cli/csv_table.h"
#include "opinion.pb-c.h"
#include "organisation.pb-c.h"
#include "supervision.pb-c.h"
#include "supplies.pb-c.h"

/* The plan: 浦张府〔2023〕3号, issued on 18 January 2023 (S-001, S-002). */
static const char mandate[] = "zpz-2023-3";
static const char mandate_number[] = "浦张府〔2023〕3号";
static const char mandate_title[] = "张江镇近阶段疫情期间特殊困难群体关爱保障工作方案";
static const char mandate_date[] = "2023-01-18";
static const char campaign[] = "campaign-2023";

enum { UNITS = 512, PLAN_BYTES = 1 << 20, WIND_DOWN_DAYS = 30 };

/* One walk through the tables: the first outcome that is not 0 sticks, so that what follows needs
 * no plumbing. */
struct walk {
    const char *folder;
    struct arena *arena;
    uint64_t from_ms;
    town_each *each;
    void *context;
    const char *unit; /* who speaks now */
    const char *post;
    int outcome;
    const char *error;
    const struct town_unit *units;
    uint32_t unit_count;
};

static void bad(struct walk *walk, const char *file, uint32_t line, const char *what)
{
    if (walk->outcome != 0)
        return;
    walk->outcome = TOWN_BAD;
    walk->error = line == 0 ? arena_print(walk->arena, "%s %s", file, what)
                            : arena_print(walk->arena, "%s:%u: %s", file, line, what);
}

/* The table, with every column of `columns` (names parted by spaces); an empty one after a fault. */
static struct csv_table load(struct walk *walk, const char *file, const char *columns)
{
    struct csv_table table = { 0 };
    const char *error;

    if (walk->outcome != 0)
        return table;
    const char *path = arena_print(walk->arena, "%s/%s", walk->folder, file);
    int r = csv_table_load(path, walk->arena, &table, &error);
    if (r < 0)
        walk->outcome = r;
    else if (r > 0)
        bad(walk, file, 0, error);
    while (*columns != '\0' && walk->outcome == 0) {
        size_t length = strcspn(columns, " ");
        const char *name = arena_print(walk->arena, "%.*s", (int)length, columns);
        if (csv_table_column(&table, name) < 0)
            bad(walk, file, 1, arena_print(walk->arena, "there is no column '%s'", name));
        columns += length + (columns[length] == ' ');
    }
    return walk->outcome == 0 ? table : (struct csv_table){ 0 };
}

/* ---- the speaker --------------------------------------------------------------------------------- */

static void speak_as(struct walk *walk, const char *unit, const char *post)
{
    walk->unit = unit;
    walk->post = arena_print(walk->arena, "%s.%s", unit, post);
}

static void say(struct walk *walk, const ProtobufCMessage *message)
{
    const ProtobufCMessageDescriptor *type = message->descriptor;

    if (walk->outcome != 0)
        return;
    const struct town_command command = {
        .unit = walk->unit,
        .post = walk->post,
        .subject =
            arena_print(walk->arena, "%s.%s.%s", type->package_name, type->short_name, walk->unit),
        .message = message,
    };
    walk->outcome = walk->each(walk->context, &command);
}

/* The words of `text` that `part` parts, as an array of texts, each behind `prefix`. */
static const char **words(struct walk *walk, const char *text, char part, const char *prefix,
                          size_t *ret_count)
{
    size_t room = 1;

    for (const char *at = text; *at != '\0'; at++)
        room += *at == part;
    const char **list = arena_alloc(walk->arena, room * sizeof(*list));
    *ret_count = 0;
    if (list == NULL) {
        walk->outcome = FAULT(-ENOMEM);
        return NULL;
    }
    while (*text != '\0') {
        size_t length = 0;
        while (text[length] != '\0' && text[length] != part)
            length++;
        if (length > 0)
            list[(*ret_count)++] = arena_print(walk->arena, "%s%.*s", prefix, (int)length, text);
        text += length + (text[length] != '\0');
    }
    return list;
}

static void *room(struct walk *walk, size_t count, size_t size)
{
    void *memory = walk->outcome == 0 ? arena_alloc(walk->arena, (count + 1) * size) : NULL;

    if (memory == NULL && walk->outcome == 0)
        walk->outcome = FAULT(-ENOMEM);
    return memory;
}

/* ---- units --------------------------------------------------------------------------------------- */

static const char *group_of(const char *unit, const char *kind)
{
    if (strcmp(unit, "hcz") == 0 || strcmp(unit, "hcs") == 0)
        return "centre";
    if (strcmp(kind, "leading-group") == 0)
        return "lg";
    if (strcmp(kind, "group-office") == 0)
        return "lgo";
    return "member";
}

static void read_units(struct walk *walk)
{
    const struct csv_table town = load(walk, "units.csv", "code name_zh name_en kind");
    const struct csv_table committees = load(walk, "committees.csv", "code name kind");
    struct town_unit *units = room(walk, UNITS, sizeof(*units));
    uint32_t count = 0;

    if (units == NULL)
        return;
    for (uint32_t row = 1; row < town.row_count && count < UNITS; row++) {
        const char *unit = csv_table_cell(&town, row, "code");
        units[count++] = (struct town_unit){
            .unit = unit,
            .name = csv_table_cell(&town, row, "name_zh"),
            .group = group_of(unit, csv_table_cell(&town, row, "kind")),
        };
    }
    for (uint32_t row = 1; row < committees.row_count && count < UNITS; row++)
        units[count++] = (struct town_unit){
            .unit = csv_table_cell(&committees, row, "code"),
            .name = csv_table_cell(&committees, row, "name"),
            .group = "vc",
        };
    for (uint32_t i = 0; i < count; i++)
        if (units[i].unit[0] == '\0')
            bad(walk, "units.csv", 0, "has a unit without a code");
    walk->units = units;
    walk->unit_count = count;
}

static void register_units(struct walk *walk)
{
    const struct csv_table town = load(walk, "units.csv", "code name_zh name_en kind");
    const struct csv_table committees = load(walk, "committees.csv", "code name kind");

    for (uint32_t row = 1; row < town.row_count && walk->outcome == 0; row++) {
        Organisation__RegisterUnit unit = ORGANISATION__REGISTER_UNIT__INIT;
        unit.unit = csv_table_cell(&town, row, "code");
        unit.name_zh = csv_table_cell(&town, row, "name_zh");
        unit.name_en = csv_table_cell(&town, row, "name_en");
        unit.kind = csv_table_cell(&town, row, "kind");
        /* The office and the members belong to the leading group (part 二 of the plan). */
        unit.parent = strcmp(unit.unit, "lg") == 0 ? "" : "lg";
        unit.head_post = arena_print(walk->arena, "%s.head", unit.unit);
        say(walk, &unit.base);
    }
    for (uint32_t row = 1; row < committees.row_count && walk->outcome == 0; row++) {
        Organisation__RegisterUnit unit = ORGANISATION__REGISTER_UNIT__INIT;
        unit.unit = csv_table_cell(&committees, row, "code");
        unit.name_zh = csv_table_cell(&committees, row, "name");
        unit.kind = csv_table_cell(&committees, row, "kind");
        unit.parent = "lg";
        unit.head_post = arena_print(walk->arena, "%s.head", unit.unit);
        say(walk, &unit.base);
    }
}

/* ---- posts, staff, tenures: each unit for itself -------------------------------------------------- */

/* Whether this row of posts.csv is the one that counts for the unit: a unit's own row goes before
 * its group's, and that before everybody's. */
static bool counts(const struct csv_table *posts, uint32_t row, const struct town_unit *unit)
{
    const char *scopes[] = { unit->unit, unit->group, "*" };
    const char *post = csv_table_cell(posts, row, "post");

    for (size_t i = 0; i < 3; i++)
        for (uint32_t other = 1; other < posts->row_count; other++)
            if (strcmp(csv_table_cell(posts, other, "scope"), scopes[i]) == 0
                && strcmp(csv_table_cell(posts, other, "post"), post) == 0)
                return other == row;
    return false;
}

/* Staff `sN` of the rows that count, each once, in order. */
static void register_staff(struct walk *walk, const struct csv_table *posts,
                           const struct town_unit *unit)
{
    for (unsigned n = 1; n <= 9 && walk->outcome == 0; n++) {
        const char *staff = arena_print(walk->arena, "s%u", n);
        bool used = false;
        for (uint32_t row = 1; row < posts->row_count && !used; row++)
            used =
                counts(posts, row, unit) && strcmp(csv_table_cell(posts, row, "staff"), staff) == 0;
        if (!used)
            continue;
        Organisation__RegisterStaff person = ORGANISATION__REGISTER_STAFF__INIT;
        person.staff = arena_print(walk->arena, "%s-%s", unit->unit, staff);
        person.name = arena_print(walk->arena, "工作人员%u", n);
        person.unit = unit->unit;
        say(walk, &person.base);
    }
}

static void define_posts(struct walk *walk, const struct csv_table *posts,
                         const struct town_unit *unit)
{
    const char *prefix = arena_print(walk->arena, "%s-", unit->unit);

    for (uint32_t row = 1; row < posts->row_count && walk->outcome == 0; row++) {
        if (!counts(posts, row, unit))
            continue;
        Organisation__DefinePost post = ORGANISATION__DEFINE_POST__INIT;
        Organisation__StartTenure tenure = ORGANISATION__START_TENURE__INIT;
        Organisation__SetSuccession succession = ORGANISATION__SET_SUCCESSION__INIT;
        const char *name =
            arena_print(walk->arena, "%s.%s", unit->unit, csv_table_cell(posts, row, "post"));
        post.post = name;
        post.unit = unit->unit;
        post.name = csv_table_cell(posts, row, "name_zh");
        post.kind = csv_table_cell(posts, row, "kind");
        say(walk, &post.base);
        tenure.post = name;
        tenure.staff =
            arena_print(walk->arena, "%s%s", prefix, csv_table_cell(posts, row, "staff"));
        tenure.from_ms = walk->from_ms;
        say(walk, &tenure.base);
        succession.post = name;
        succession.order =
            words(walk, csv_table_cell(posts, row, "succession"), ' ', prefix, &succession.n_order);
        if (succession.n_order > 0)
            say(walk, &succession.base);
    }
}

static void register_endpoint(struct walk *walk, const struct town_unit *unit)
{
    const char *tree[3];
    Organisation__RegisterEndpoint endpoint = ORGANISATION__REGISTER_ENDPOINT__INIT;

    /* Who is called by telephone when the unit's link is down: duty, liaison, head. */
    tree[0] = arena_print(walk->arena, "%s.duty", unit->unit);
    tree[1] = arena_print(walk->arena, "%s.liaison", unit->unit);
    tree[2] = arena_print(walk->arena, "%s.head", unit->unit);
    endpoint.unit = unit->unit;
    endpoint.endpoint = arena_print(walk->arena, "%s.desk", unit->unit);
    endpoint.kind = "desk";
    endpoint.phone_tree = tree;
    endpoint.n_phone_tree = 3;
    say(walk, &endpoint.base);
}

static void open_units(struct walk *walk)
{
    const struct csv_table posts =
        load(walk, "posts.csv", "scope post kind name_zh staff succession");

    for (uint32_t i = 0; i < walk->unit_count && walk->outcome == 0; i++) {
        speak_as(walk, walk->units[i].unit, "head");
        register_staff(walk, &posts, &walk->units[i]);
        define_posts(walk, &posts, &walk->units[i]);
        register_endpoint(walk, &walk->units[i]);
    }
}

/* ---- calendar and policy ------------------------------------------------------------------------- */

static void publish_calendar(struct walk *walk)
{
    const struct csv_table table = load(walk, "calendar-2023.csv", "date kind");
    Organisation__PublishCalendar calendar = ORGANISATION__PUBLISH_CALENDAR__INIT;
    Organisation__CalendarDay *rows = room(walk, table.row_count, sizeof(*rows));
    Organisation__CalendarDay **list =
        room(walk, table.row_count, sizeof(Organisation__CalendarDay *));

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
    say(walk, &calendar.base);
}

static void publish_policy(struct walk *walk)
{
    const struct csv_table table = load(walk, "policy.csv", "key scope value unit calendar status");
    Organisation__PublishPolicy policy = ORGANISATION__PUBLISH_POLICY__INIT;
    Organisation__PolicyRecord *rows = room(walk, table.row_count, sizeof(*rows));
    Organisation__PolicyRecord **list =
        room(walk, table.row_count, sizeof(Organisation__PolicyRecord *));

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
    say(walk, &policy.base);
}

/* ---- what the leading group's office sets ---------------------------------------------------------- */

static void set_responsibilities(struct walk *walk)
{
    const struct csv_table table =
        load(walk, "responsibilities.csv", "category kind service first_unit second_unit verifier");

    for (uint32_t row = 1; row < table.row_count && walk->outcome == 0; row++) {
        Organisation__SetResponsibility set = ORGANISATION__SET_RESPONSIBILITY__INIT;
        set.category = csv_table_cell(&table, row, "category");
        set.kind = csv_table_cell(&table, row, "kind");
        set.service = csv_table_cell(&table, row, "service");
        set.first_unit = csv_table_cell(&table, row, "first_unit");
        set.second_unit = csv_table_cell(&table, row, "second_unit");
        set.verifier = csv_table_cell(&table, row, "verifier");
        say(walk, &set.base);
    }
}

static void set_catchments(struct walk *walk)
{
    const struct csv_table table = load(walk, "catchments.csv", "committee centre");

    for (uint32_t row = 1; row < table.row_count && walk->outcome == 0; row++) {
        Organisation__SetCatchment set = ORGANISATION__SET_CATCHMENT__INIT;
        set.committee = csv_table_cell(&table, row, "committee");
        set.centre = csv_table_cell(&table, row, "centre");
        set.from_ms = walk->from_ms;
        say(walk, &set.base);
    }
}

static void register_teams(struct walk *walk)
{
    const struct csv_table table = load(walk, "teams.csv", "code name_zh lead_unit service");

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
        say(walk, &team.base);
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
            bad(walk, "plan.txt", 0, "is not there, or too large");
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

static void issue_mandate(struct walk *walk)
{
    Organisation__IssueMandate issue = ORGANISATION__ISSUE_MANDATE__INIT;
    Organisation__OpenCampaign open = ORGANISATION__OPEN_CAMPAIGN__INIT;
    const char **addressees = room(walk, walk->unit_count, sizeof(*addressees));
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
    say(walk, &issue.base);

    open.campaign = campaign;
    open.mandate = mandate;
    open.from_ms = walk->from_ms;
    open.wind_down_days = WIND_DOWN_DAYS;
    say(walk, &open.base);
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
    const char **events = room(walk, strlen(text), sizeof(*events));
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

static void define_duties(struct walk *walk)
{
    const struct csv_table table =
        load(walk, "duties.csv", "id duty_zh duty_en unit service event for_whom by_when");

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
        say(walk, &duty.base);
    }
}

/* ---- what the party-masses office has: sources, words, numbers -------------------------------------- */

static void define_sources(struct walk *walk)
{
    const struct csv_table table = load(walk, "sources.csv", "source kind name_zh");

    for (uint32_t row = 1; row < table.row_count && walk->outcome == 0; row++) {
        Opinion__DefineSource source = OPINION__DEFINE_SOURCE__INIT;
        source.source = csv_table_cell(&table, row, "source");
        source.kind = csv_table_cell(&table, row, "kind");
        source.name = csv_table_cell(&table, row, "name_zh");
        say(walk, &source.base);
    }
}

static Opinion__Grade grade_of(struct walk *walk, const char *text, uint32_t line)
{
    const ProtobufCEnumValue *value =
        protobuf_c_enum_descriptor_get_value_by_name(&opinion__grade__descriptor, text);

    if (value == NULL)
        bad(walk, "lexicon.csv", line, "a grade is I, II, III or IV");
    return value == NULL ? OPINION__GRADE__GRADE_ABSENT : (Opinion__Grade)value->value;
}

static void publish_lexicon(struct walk *walk)
{
    const struct csv_table table = load(walk, "lexicon.csv", "term group grade_hint");
    Opinion__PublishLexicon publish = OPINION__PUBLISH_LEXICON__INIT;
    Opinion__LexiconRow *rows = room(walk, table.row_count, sizeof(*rows));
    Opinion__LexiconRow **list = room(walk, table.row_count, sizeof(Opinion__LexiconRow *));

    if (rows == NULL || list == NULL)
        return;
    for (uint32_t row = 1; row < table.row_count; row++) {
        opinion__lexicon_row__init(&rows[row]);
        rows[row].term = csv_table_cell(&table, row, "term");
        rows[row].group = csv_table_cell(&table, row, "group");
        rows[row].grade_hint = grade_of(walk, csv_table_cell(&table, row, "grade_hint"), row + 1);
        list[row - 1] = &rows[row];
    }
    publish.version = "default";
    publish.rows = list;
    publish.n_rows = table.row_count == 0 ? 0 : table.row_count - 1;
    say(walk, &publish.base);
}

/* S-0A0 to S-0A7.  Every number is tried before it is told to anybody; one that the plan does not
 * give is its owner's to collect. */
static void register_channel(struct walk *walk, const struct csv_table *table, uint32_t row,
                             const char *owner)
{
    Opinion__RegisterChannel channel = OPINION__REGISTER_CHANNEL__INIT;
    const char *hours = csv_table_cell(table, row, "hours");

    channel.seed = csv_table_cell(table, row, "seed_id");
    channel.number = csv_table_cell(table, row, "number");
    channel.channel = arena_print(walk->arena, "%s-%s", channel.seed,
                                  channel.number[0] != '\0' ? channel.number : owner);
    channel.name = csv_table_cell(table, row, "name_zh");
    channel.name_en = csv_table_cell(table, row, "name_en");
    channel.hours = strcmp(hours, "not stated") == 0 ? "" : hours;
    channel.owner_unit = owner;
    say(walk, &channel.base);
}

static void register_channels(struct walk *walk)
{
    const struct csv_table table =
        load(walk, "channels.csv", "name_zh name_en number hours owner seed_id");

    for (uint32_t row = 1; row < table.row_count && walk->outcome == 0; row++) {
        const char *owner = csv_table_cell(&table, row, "owner");
        if (strcmp(owner, "each committee") != 0) {
            register_channel(walk, &table, row,
                             arena_print(walk->arena, "%.*s", (int)strcspn(owner, " "), owner));
            continue;
        }
        for (uint32_t i = 0; i < walk->unit_count; i++)
            if (strcmp(walk->units[i].group, "vc") == 0)
                register_channel(walk, &table, row, walk->units[i].unit);
    }
}

/* ---- goods (S-060) -------------------------------------------------------------------------------- */

static bool yes(const struct csv_table *table, uint32_t row, const char *column)
{
    return strcmp(csv_table_cell(table, row, column), "yes") == 0;
}

static void define_items(struct walk *walk)
{
    const struct csv_table table =
        load(walk, "items.csv", "item name_zh unit max_per_need substitutes consent");

    for (uint32_t row = 1; row < table.row_count && walk->outcome == 0; row++) {
        Supplies__DefineItem item = SUPPLIES__DEFINE_ITEM__INIT;
        item.item = csv_table_cell(&table, row, "item");
        item.name = csv_table_cell(&table, row, "name_zh");
        item.unit = csv_table_cell(&table, row, "unit");
        item.max_per_need =
            (uint32_t)strtoul(csv_table_cell(&table, row, "max_per_need"), NULL, 10);
        item.substitutes =
            words(walk, csv_table_cell(&table, row, "substitutes"), ' ', "", &item.n_substitutes);
        item.consent_needed = yes(&table, row, "consent");
        say(walk, &item.base);
    }
}

static void define_sites(struct walk *walk)
{
    const struct csv_table table = load(walk, "sites.csv", "site name_zh unit reserve");

    for (uint32_t row = 1; row < table.row_count && walk->outcome == 0; row++) {
        Supplies__DefineSite site = SUPPLIES__DEFINE_SITE__INIT;
        site.site = csv_table_cell(&table, row, "site");
        site.name = csv_table_cell(&table, row, "name_zh");
        site.unit = csv_table_cell(&table, row, "unit");
        site.reserve = yes(&table, row, "reserve");
        say(walk, &site.base);
    }
}

/* ---- all of it ----------------------------------------------------------------------------------- */

int town_files_each(const char *folder, uint64_t from_ms, struct arena *arena, town_each *each,
                    void *context, const char **ret_error)
{
    struct walk walk = { .folder = folder,
                         .arena = arena,
                         .from_ms = from_ms,
                         .each = each,
                         .context = context,
                         .error = "" };

    read_units(&walk);
    /* Before what they speak of: a duty that is met by a team's founding must know it first. */
    speak_as(&walk, "jcb", "head");
    define_duties(&walk);
    speak_as(&walk, "lgo", "head");
    publish_calendar(&walk);
    publish_policy(&walk);
    register_units(&walk);
    open_units(&walk);
    speak_as(&walk, "lgo", "head");
    set_responsibilities(&walk);
    set_catchments(&walk);
    register_teams(&walk);
    issue_mandate(&walk);
    speak_as(&walk, "dqb", "head");
    define_sources(&walk);
    publish_lexicon(&walk);
    register_channels(&walk);
    speak_as(&walk, "dzb", "head");
    define_items(&walk);
    define_sites(&walk);
    *ret_error = walk.error;
    return walk.outcome;
}

int town_files_units(const char *folder, struct arena *arena, const struct town_unit **ret_units,
                     uint32_t *ret_count, const char **ret_error)
{
    struct walk walk = { .folder = folder, .arena = arena, .error = "" };

    read_units(&walk);
    *ret_units = walk.units;
    *ret_count = walk.unit_count;
    *ret_error = walk.error;
    return walk.outcome;
}
