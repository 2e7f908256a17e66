/*
 * The roster at the desk: import, export, find.
 */
#include "cli/roster.h"

#include <stdio.h>
#include <string.h>

#include "cli/message.h"
#include "cli/print.h"
#include "cli/town_files.h"
#include "cli/verbs.h"
#include "kit/json.h"

enum { PAGE = 200 };

/* ---- words ----------------------------------------------------------------------------------------- */

static const struct {
    Registry__CellCode code;
    const char *text;
    const char *hint;
} codes[] = {
    { REGISTRY__CELL_CODE__EXCEL_TRUNCATED, "末三位为 000",
      "末三位已被 Excel 改为 000：列设为“文本”后照证件重填" },
    { REGISTRY__CELL_CODE__SCI_NOTATION, "单元格是数字",
      "单元格是数字，末三位已丢失：请把该列设为“文本”后重填" },
    { REGISTRY__CELL_CODE__BAD_CHECK, "校验位不符", "请对照证件核对" },
    { REGISTRY__CELL_CODE__UPGRADED_15, "15 位号码", "已升为 18 位，请核对" },
    { REGISTRY__CELL_CODE__BAD_PHONE, "电话位数不对", "请核对电话号码" },
    { REGISTRY__CELL_CODE__OUTSIDE_COMMITTEE, "不属本居（村）委", "请核对居委名称" },
    { REGISTRY__CELL_CODE__AGE_CATEGORY, "类别与年龄不符", "请核对类别和出生日期" },
    { REGISTRY__CELL_CODE__DUP_FILE, "表内重复", "与本表另一行相同" },
    { REGISTRY__CELL_CODE__DUP_ROSTER, "名册已有", "名册里已有此人" },
    { REGISTRY__CELL_CODE__DUP_OTHER_COMMITTEE, "其他居委已有", "已送社建办裁定，两边都继续联系" },
    { REGISTRY__CELL_CODE__BLANK_KEPT, "空白", "空白不覆盖，原值保留" },
    { REGISTRY__CELL_CODE__NO_NAME, "没有姓名", "请填姓名或称呼" },
    { REGISTRY__CELL_CODE__UNKNOWN_CATEGORY, "类别不认识", "请用十三类之一" },
    { REGISTRY__CELL_CODE__BAD_DATE, "日期不对", "请写成 1938-02-14" },
    { REGISTRY__CELL_CODE__NO_REASON, "没有原因", "“其他”一类要写原因" },
};

const char *roster_code_text(Registry__CellCode code)
{
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
        if (codes[i].code == code)
            return codes[i].text;
    return "";
}

const char *roster_code_hint(Registry__CellCode code)
{
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
        if (codes[i].code == code)
            return codes[i].hint;
    return "";
}

/* The bytes of the first `count` characters. */
static size_t bytes_of(const char *text, size_t count)
{
    size_t at = 0;

    while (text[at] != '\0' && count-- > 0)
        for (at++; ((unsigned char)text[at] & 0xC0) == 0x80;)
            at++;
    return at;
}

static size_t length_of(const char *text)
{
    size_t count = 0;

    for (; *text != '\0'; text++)
        count += ((unsigned char)*text & 0xC0) != 0x80;
    return count;
}

const char *roster_masked(struct cli *cli, const char *text)
{
    size_t length = length_of(text);
    size_t first = length > 7 ? (length > 12 ? 4 : 3) : 1;
    size_t last = length > 7 ? (length > 12 ? 2 : 4) : length > 2;
    const char *stars = "";

    if (length <= 1)
        return text;
    for (size_t i = first + last; i < length; i++)
        stars = arena_print(&cli->arena, "%s*", stars);
    return arena_print(&cli->arena, "%.*s%s%s", (int)bytes_of(text, first), text, stars,
                       text + bytes_of(text, length - last));
}

int roster_committees(struct cli *cli, const struct sheet_committee **ret_committees,
                      uint32_t *ret_count)
{
    const char *tables = cli_tables(cli, NULL);
    const struct town_unit *units;
    const char *error;
    uint32_t count;

    if (tables == NULL)
        return cli_fail(EXIT_NO_INPUT, NULL, "the town's tables are not there");
    int r = town_files_units(tables, &cli->arena, &units, &count, &error);
    if (r != 0)
        return cli_fail(EXIT_NO_INPUT, NULL, "%s/%s", tables, r < 0 ? strerror(-r) : error);
    struct sheet_committee *committees =
        arena_alloc(&cli->arena, (count + 1) * sizeof(*committees));
    if (committees == NULL)
        return cli_fail(EXIT_IO, NULL, "no memory");
    *ret_count = 0;
    for (uint32_t i = 0; i < count; i++)
        if (strcmp(units[i].group, "vc") == 0)
            committees[(*ret_count)++] =
                (struct sheet_committee){ .unit = units[i].unit, .name = units[i].name };
    *ret_committees = committees;
    return 0;
}

/* ---- asking ---------------------------------------------------------------------------------------- */

static int ask(struct cli *cli, struct link *link, const char *committee,
               const ProtobufCMessage *question, const ProtobufCMessageDescriptor *type,
               const ProtobufCMessage **ret_answer)
{
    size_t size = protobuf_c_message_get_packed_size(question);
    uint8_t *bytes = arena_alloc(&cli->arena, size + 1);
    ProtobufCMessage *answer;
    struct slice body;
    const char *reason;

    if (bytes == NULL)
        return cli_fail(EXIT_IO, NULL, "no memory");
    protobuf_c_message_pack(question, bytes);
    const char *subject =
        arena_print(&cli->arena, "registry.%s.%s", question->descriptor->short_name, committee);
    int status = link_query(link, subject, slice_of(bytes, size), &body);
    if (status != 0)
        return status;
    if (scan_unpack(type, body, &cli->arena, &answer, &reason) != 0)
        return cli_fail(EXIT_IO, NULL, "%s: an answer that cannot be read: %s", subject, reason);
    *ret_answer = answer;
    return 0;
}

/* ---- export ---------------------------------------------------------------------------------------- */

static const char *category_words(struct cli *cli, const Registry__RosterRow *row)
{
    const char *text = "";

    if (row->card != NULL && row->card->category_text[0] != '\0')
        return row->card->category_text;
    for (size_t i = 0; i < row->n_categories; i++)
        text = arena_print(&cli->arena, "%s%s%s", text, i == 0 ? "" : "、",
                           sheet_category(row->categories[i]));
    return text;
}

static const char *class_word(Registry__Class class)
{
    static const char *const words[] = { "", "红", "黄", "绿" };
    return class >= 0 && class < 4 ? words[class] : "";
}

static void write_row(struct cli *cli, FILE *out, const Registry__RosterRow *row)
{
    static const Town__Card nothing = TOWN__CARD__INIT;
    const Town__Card *card = row->card == NULL ? &nothing : row->card;
    const char *sex = strcmp(card->sex, "1") == 0 ? "男" : strcmp(card->sex, "2") == 0 ? "女" : "";

    csv_table_write(out, card->name, false);
    csv_table_write(out, card->id_number, false);
    csv_table_write(out, sex, false);
    csv_table_write(out, card->n_phones == 0 ? "" : card->phones[0]->number, false);
    csv_table_write(out, card->address == NULL ? "" : card->address->road, false);
    csv_table_write(out, category_words(cli, row), false);
    csv_table_write(out, class_word(row->class_), false);
    csv_table_write(out, card->remark, true);
}

static int export_pages(struct cli *cli, struct link *link, const char *committee, FILE *out,
                        uint32_t *ret_count)
{
    static const enum sheet_column columns[] = { SHEET_NAME,  SHEET_ID,      SHEET_SEX,
                                                 SHEET_PHONE, SHEET_ADDRESS, SHEET_CATEGORY,
                                                 SHEET_CLASS, SHEET_REMARK };
    const char *after = "";
    const ProtobufCMessage *message;

    fputs("\xEF\xBB\xBF", out);
    for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
        csv_table_write(out, sheet_usual_title(columns[i]),
                        i + 1 == sizeof(columns) / sizeof(columns[0]));
    do {
        Registry__RosterAt question = REGISTRY__ROSTER_AT__INIT;
        question.committee = committee;
        question.after = after;
        question.limit = PAGE;
        question.purpose = "export";
        int status = ask(cli, link, committee, &question.base,
                         &registry__roster_at_answer__descriptor, &message);
        if (status != 0)
            return status;
        const Registry__RosterAtAnswer *answer = (const Registry__RosterAtAnswer *)message;
        for (size_t i = 0; i < answer->n_rows; i++)
            write_row(cli, out, answer->rows[i]);
        *ret_count += (uint32_t)answer->n_rows;
        after = answer->next;
    } while (after[0] != '\0');
    return 0;
}

static int roster_export(struct cli *cli)
{
    const char *committee = cli_option(cli, "--committee");
    const char *path = cli_argument(cli);
    struct link *link;
    uint32_t count = 0;
    FILE *out = stdout;

    int status = cli_no_more(cli);
    if (committee == NULL)
        committee = cli->unit;
    if (status == 0)
        status = link_open(cli, &link);
    if (status != 0)
        return status;
    if (path != NULL)
        out = fopen(path, "w");
    if (out == NULL) {
        link_close(link);
        return cli_fail(EXIT_NO_CREATE, NULL, "%s: %s", path, strerror(errno));
    }
    status = export_pages(cli, link, committee, out, &count);
    link_close(link);
    if (path != NULL && fclose(out) != 0 && status == 0)
        status = cli_fail(EXIT_IO, NULL, "%s: %s", path, strerror(errno));
    if (status == 0 && path != NULL && !cli->quiet)
        printf(cli_text("%u rows written to %s\n"), count, path);
    return status;
}

/* ---- find ------------------------------------------------------------------------------------------ */

static int find(struct cli *cli, const Registry__FindPerson *question, const char *unit)
{
    static const struct print_column columns[] = {
        { "person", 0, true }, { "name", 10 },  { "phone", 14 },
        { "committee", 14 },   { "state", 18 },
    };
    const ProtobufCMessage *message;
    struct print_table table;
    struct link *link;

    int status = link_open(cli, &link);
    if (status != 0)
        return status;
    status =
        ask(cli, link, unit, &question->base, &registry__find_person_answer__descriptor, &message);
    link_close(link);
    if (status != 0 || cli->json)
        return status != 0 ? status : cli_print_json(json_from_message(message));
    const Registry__FindPersonAnswer *answer = (const Registry__FindPersonAnswer *)message;
    print_begin(&table, columns, 5);
    for (size_t i = 0; i < answer->n_found; i++) {
        const Registry__FoundPerson *found = answer->found[i];
        const Town__Card *card = found->card;
        const char *cells[] = {
            found->person,
            card == NULL ? "" : roster_masked(cli, card->name),
            card == NULL || card->n_phones == 0 ? "" : roster_masked(cli, card->phones[0]->number),
            found->owner,
            found->state,
        };
        print_row(&table, cells);
    }
    print_end(&table, cli->csv, stdout);
    return 0;
}

static int roster_find(struct cli *cli)
{
    Registry__FindPerson question = REGISTRY__FIND_PERSON__INIT;
    const char *phone = cli_option(cli, "--phone");
    const char *id = cli_option(cli, "--id");
    const char *purpose = cli_option(cli, "--purpose");
    const char *committee = cli_option(cli, "--committee");
    const char *name = cli_argument(cli);

    int status = cli_no_more(cli);
    if (status != 0)
        return status;
    if (name == NULL && phone == NULL && id == NULL)
        return cli_fail(EXIT_BAD_USAGE, "carebus roster find 张桂芳; --phone 138...; --id 3199...",
                        "find wants a name, --phone or --id");
    question.name = name == NULL ? "" : name;
    question.phone = phone == NULL ? "" : phone;
    question.id_number = id == NULL ? "" : id;
    question.committee = committee == NULL ? "" : committee;
    question.purpose = purpose == NULL ? "desk" : purpose;
    return find(cli, &question, cli->unit);
}

int verb_roster(struct cli *cli)
{
    const char *what = cli_argument(cli);

    if (what != NULL && strcmp(what, "import") == 0)
        return roster_import(cli);
    if (what != NULL && strcmp(what, "export") == 0)
        return roster_export(cli);
    if (what != NULL && strcmp(what, "find") == 0)
        return roster_find(cli);
    return cli_fail(EXIT_BAD_USAGE, "carebus roster --help", "roster wants import, export or find");
}
