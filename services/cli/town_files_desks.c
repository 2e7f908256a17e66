/*
 * What two offices begin with: sources, words and numbers (党群办), goods and where they lie (党政办).
 */
#include "cli/town_files_inside.h"

#include <stdlib.h>
#include <string.h>

#include "opinion.pb-c.h"
#include "supplies.pb-c.h"

/* ---- what the party-masses office has: sources, words, numbers -------------------------------------- */

void walk_sources(struct walk *walk)
{
    const struct csv_table table = walk_load(walk, "sources.csv", "source kind name_zh");

    for (uint32_t row = 1; row < table.row_count && walk->outcome == 0; row++) {
        Opinion__DefineSource source = OPINION__DEFINE_SOURCE__INIT;
        source.source = csv_table_cell(&table, row, "source");
        source.kind = csv_table_cell(&table, row, "kind");
        source.name = csv_table_cell(&table, row, "name_zh");
        walk_say(walk, &source.base);
    }
}

static Opinion__Grade grade_of(struct walk *walk, const char *text, uint32_t line)
{
    const ProtobufCEnumValue *value =
        protobuf_c_enum_descriptor_get_value_by_name(&opinion__grade__descriptor, text);

    if (value == NULL)
        walk_bad(walk, "lexicon.csv", line, "a grade is I, II, III or IV");
    return value == NULL ? OPINION__GRADE__GRADE_ABSENT : (Opinion__Grade)value->value;
}

void walk_lexicon(struct walk *walk)
{
    const struct csv_table table = walk_load(walk, "lexicon.csv", "term group grade_hint");
    Opinion__PublishLexicon publish = OPINION__PUBLISH_LEXICON__INIT;
    Opinion__LexiconRow *rows = walk_room(walk, table.row_count, sizeof(*rows));
    Opinion__LexiconRow **list = walk_room(walk, table.row_count, sizeof(Opinion__LexiconRow *));

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
    walk_say(walk, &publish.base);
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
    walk_say(walk, &channel.base);
}

void walk_channels(struct walk *walk)
{
    const struct csv_table table =
        walk_load(walk, "channels.csv", "name_zh name_en number hours owner seed_id");

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

void walk_items(struct walk *walk)
{
    const struct csv_table table =
        walk_load(walk, "items.csv", "item name_zh unit max_per_need substitutes consent");

    for (uint32_t row = 1; row < table.row_count && walk->outcome == 0; row++) {
        Supplies__DefineItem item = SUPPLIES__DEFINE_ITEM__INIT;
        item.item = csv_table_cell(&table, row, "item");
        item.name = csv_table_cell(&table, row, "name_zh");
        item.unit = csv_table_cell(&table, row, "unit");
        item.max_per_need =
            (uint32_t)strtoul(csv_table_cell(&table, row, "max_per_need"), NULL, 10);
        item.substitutes = walk_words(walk, csv_table_cell(&table, row, "substitutes"), ' ', "",
                                      &item.n_substitutes);
        item.consent_needed = yes(&table, row, "consent");
        walk_say(walk, &item.base);
    }
}

void walk_sites(struct walk *walk)
{
    const struct csv_table table = walk_load(walk, "sites.csv", "site name_zh unit reserve");

    for (uint32_t row = 1; row < table.row_count && walk->outcome == 0; row++) {
        Supplies__DefineSite site = SUPPLIES__DEFINE_SITE__INIT;
        site.site = csv_table_cell(&table, row, "site");
        site.name = csv_table_cell(&table, row, "name_zh");
        site.unit = csv_table_cell(&table, row, "unit");
        site.reserve = yes(&table, row, "reserve");
        walk_say(walk, &site.base);
    }
}
