#include "cli/sheet.h"

#include <iconv.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "wire/scan.h"

enum { HEADER_ROWS = 20 };

/* ---- what columns are called ----------------------------------------------------------------------- */

/* The first of each is the usual one. */
static const char *const titles[SHEET_COLUMNS][10] = {
    [SHEET_NAME] = { "姓名", "名字", "居民姓名", "对象姓名" },
    [SHEET_NICKNAME] = { "称呼", "昵称", "小名" },
    [SHEET_ID] = { "身份证号", "身份证", "证件号", "身份证号码", "证件号码", "公民身份号码" },
    [SHEET_SEX] = { "性别" },
    [SHEET_BIRTH] = { "出生日期", "出生年月日", "生日", "出生年月" },
    [SHEET_PHONE] = { "电话", "手机", "联系方式", "联系电话", "手机号", "手机号码", "电话号码",
                      "本人电话" },
    [SHEET_ADDRESS] = { "住址", "地址", "家庭住址", "居住地址", "现住址", "居住地" },
    [SHEET_COMMITTEE] = { "居委", "居委会", "村居", "村（居）委", "所属居委", "所属村居",
                          "村居委" },
    [SHEET_CATEGORY] = { "类别", "人员类别", "对象类别", "困难类别" },
    [SHEET_CLASS] = { "等级", "风险等级", "分级", "颜色" },
    [SHEET_BASIS] = { "依据", "告知或同意", "告知方式" },
    [SHEET_REASON] = { "其他原因", "其他说明" },
    [SHEET_LIVING] = { "生活状况", "生活情况" },
    [SHEET_HEALTH] = { "健康状况", "健康情况" },
    [SHEET_MENTAL] = { "精神心理状况", "精神状况", "心理状况" },
    [SHEET_DOCTOR] = { "家庭医生", "签约医生" },
    [SHEET_CONTACT] = { "紧急联系人", "联系人", "家属" },
    [SHEET_CONTACT_PHONE] = { "紧急联系人电话", "紧急联系电话", "家属电话", "联系人电话" },
    [SHEET_KEY_HOLDER] = { "钥匙保管人", "备用钥匙" },
    [SHEET_REMARK] = { "备注", "说明" },
};

const char *sheet_usual_title(enum sheet_column column)
{
    return titles[column][0];
}

const char *sheet_title(const struct sheet *sheet, enum sheet_column column)
{
    int at = sheet->columns[column];
    return at < 0 ? titles[column][0] : sheet->table.rows[sheet->header].cells[at];
}

/* ---- cells ----------------------------------------------------------------------------------------- */

/* Full-width forms (U+FF01 to U+FF5E) as their ASCII, the ideographic space as a space. */
static size_t narrow(const unsigned char *at, char *out)
{
    unsigned code;

    if (at[0] == 0xE3 && at[1] == 0x80 && at[2] == 0x80) {
        *out = ' ';
        return 3;
    }
    if (at[0] == 0xEF && (at[1] == 0xBC || at[1] == 0xBD) && (at[2] & 0xC0) == 0x80) {
        code = ((unsigned)(at[1] & 0x3F) << 6 | (at[2] & 0x3F)) + 0xF000;
        if (code >= 0xFF01 && code <= 0xFF5E) {
            *out = (char)(code - 0xFF01 + '!');
            return 3;
        }
    }
    return 0;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static const char *tidy(struct arena *arena, const char *text)
{
    char *copy = arena_alloc(arena, strlen(text) + 1);
    size_t used = 0;

    if (copy == NULL)
        return "";
    while (*text != '\0') {
        size_t size = narrow((const unsigned char *)text, copy + used);
        if (size == 0) {
            copy[used] = *text;
            size = 1;
        }
        if (used > 0 || !is_blank(copy[used]))
            used++;
        text += size;
    }
    while (used > 0 && is_blank(copy[used - 1]))
        used--;
    copy[used] = '\0';
    return copy[0] == '\'' ? copy + 1 : copy;
}

const char *sheet_cell(const struct sheet *sheet, struct arena *arena, uint32_t row,
                       enum sheet_column column)
{
    const struct csv_row *cells = &sheet->table.rows[row];
    int at = sheet->columns[column];

    if (at < 0 || (uint32_t)at >= cells->cell_count)
        return "";
    return tidy(arena, cells->cells[at]);
}

/* The digits of a telephone number, however it is grouped. */
static const char *without(struct arena *arena, const char *text, const char *unwanted)
{
    char *copy = arena_alloc(arena, strlen(text) + 1);
    size_t used = 0;

    if (copy == NULL)
        return "";
    for (; *text != '\0'; text++)
        if (strchr(unwanted, *text) == NULL)
            copy[used++] = *text;
    return copy;
}

/* ---- the file -------------------------------------------------------------------------------------- */

/* Lines end in a newline, however the program that wrote them ends its lines: no other byte of either
 * encoding is a carriage return.  NULL: no memory. */
static const char *plain_lines(const char *bytes, size_t size, struct arena *arena,
                               size_t *ret_size)
{
    char *lines = arena_alloc(arena, size + 1);
    size_t used = 0;

    if (lines == NULL)
        return NULL;
    for (size_t i = 0; i < size; i++)
        if (bytes[i] != '\r')
            lines[used++] = bytes[i];
        else if (i + 1 == size || bytes[i + 1] != '\n')
            lines[used++] = '\n';
    lines[used] = '\0';
    *ret_size = used;
    return lines;
}

/* The text as UTF-8, or NULL when it is neither, or holds what no text does. */
static const char *decode(const char *bytes, size_t size, struct arena *arena, size_t *ret_size,
                          const char **ret_encoding)
{
    if (size >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0) {
        *ret_encoding = "UTF-8 BOM";
        *ret_size = size - 3;
        return scan_text(slice_of(bytes + 3, size - 3)) ? arena_copy(arena, bytes + 3, size - 2)
                                                        : NULL;
    }
    if (scan_text(slice_of(bytes, size))) {
        *ret_encoding = "UTF-8";
        *ret_size = size;
        return arena_copy(arena, bytes, size + 1);
    }

    *ret_encoding = "GB18030";
    iconv_t conversion = iconv_open("UTF-8", "GB18030");
    /* Four bytes of GB18030 make at most four of UTF-8, two at most three. */
    size_t room = size * 2 + 1;
    char *text = arena_alloc(arena, room);
    if (conversion == (iconv_t)-1 || text == NULL)
        return NULL;
    char *in = (char *)(uintptr_t)bytes;
    char *out = text;
    size_t left = size;
    size_t out_left = room - 1;
    size_t done = iconv(conversion, &in, &left, &out, &out_left);
    iconv_close(conversion);
    *ret_size = room - 1 - out_left;
    return done == (size_t)-1 || !scan_text(slice_of(text, *ret_size)) ? NULL : text;
}

/* Which column a title names; -1: none that we know. */
static int column_named(struct arena *arena, const char *text)
{
    const char *title = without(arena, tidy(arena, text), " *:");

    for (int column = 0; column < SHEET_COLUMNS; column++)
        for (size_t i = 0; i < 10 && titles[column][i] != NULL; i++)
            if (strcmp(title, without(arena, tidy(arena, titles[column][i]), " ")) == 0)
                return column;
    return -1;
}

/* The header is the first row that names the name or the ID number, and one column more. */
static bool find_header(struct sheet *sheet, struct arena *arena)
{
    for (uint32_t row = 0; row < sheet->table.row_count && row < HEADER_ROWS; row++) {
        const struct csv_row *cells = &sheet->table.rows[row];
        int found = 0;
        for (int column = 0; column < SHEET_COLUMNS; column++)
            sheet->columns[column] = -1;
        for (uint32_t cell = 0; cell < cells->cell_count; cell++) {
            int column = column_named(arena, cells->cells[cell]);
            if (column < 0 || sheet->columns[column] >= 0)
                continue;
            sheet->columns[column] = (int)cell;
            found++;
        }
        if (found >= 2 && (sheet->columns[SHEET_NAME] >= 0 || sheet->columns[SHEET_ID] >= 0)) {
            sheet->header = row;
            return true;
        }
    }
    return false;
}

static int read_sheet(const char *bytes, size_t size, struct arena *arena, struct sheet *sheet,
                      const char **ret_error)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    size_t text_size;
    size_t lines_size;

    crypto_hash_sha256(hash, (const unsigned char *)bytes, size);
    sodium_bin2hex(sheet->hash, sizeof(sheet->hash), hash, sizeof(hash));
    const char *lines = plain_lines(bytes, size, arena, &lines_size);
    const char *text =
        lines == NULL ? NULL : decode(lines, lines_size, arena, &text_size, &sheet->encoding);
    if (text == NULL) {
        *ret_error = "it is neither UTF-8 nor GB18030";
        return SHEET_BAD;
    }
    int r = csv_table_parse(text, text_size, arena, &sheet->table, ret_error);
    if (r != 0)
        return r > 0 ? SHEET_BAD : r;
    if (!find_header(sheet, arena)) {
        *ret_error = "no row names the columns: 姓名, 身份证号, 电话, 住址, 类别 ...";
        return SHEET_BAD;
    }
    return 0;
}

int sheet_load(const char *path, struct arena *arena, struct sheet *ret_sheet,
               const char **ret_error)
{
    char *bytes;
    size_t size;

    *ret_sheet = (struct sheet){ 0 };
    int r = io_read_file(path, SHEET_FILE_BYTES, &bytes, &size);
    if (r == IO_ABSENT)
        return SHEET_ABSENT;
    if (r == IO_TOO_LARGE) {
        *ret_error = "it is over 32 MiB";
        return SHEET_BAD;
    }
    if (r < 0)
        return r;
    r = read_sheet(bytes, size, arena, ret_sheet, ret_error);
    free(bytes);
    return r;
}

/* ---- rows ------------------------------------------------------------------------------------------ */

static const struct {
    const char *word;
    Registry__Category category;
} categories[] = {
    { "孤儿", REGISTRY__CATEGORY__ORPHAN },
    { "孤老", REGISTRY__CATEGORY__ORPHAN_ELDER },
    { "高龄", REGISTRY__CATEGORY__VERY_OLD_UNCARED },
    { "独居", REGISTRY__CATEGORY__ALONE_UNCARED },
    { "纯老", REGISTRY__CATEGORY__ALL_ELDERLY_UNCARED },
    { "重残", REGISTRY__CATEGORY__SEVERELY_DISABLED },
    { "失能", REGISTRY__CATEGORY__DEPENDENT },
    { "重大疾病", REGISTRY__CATEGORY__GRAVELY_ILL },
    { "大病", REGISTRY__CATEGORY__GRAVELY_ILL }, /* another word for the one before */
    { "困境儿童", REGISTRY__CATEGORY__CHILD_IN_DIFFICULTY },
    { "留守儿童", REGISTRY__CATEGORY__LEFT_BEHIND_CHILD },
    { "监护缺失", REGISTRY__CATEGORY__UNGUARDED_CHILD },
    { "精神障碍", REGISTRY__CATEGORY__MENTAL_DISORDER },
    { "其他", REGISTRY__CATEGORY__OTHER_PROTECTED },
};

enum { CATEGORIES = sizeof(categories) / sizeof(categories[0]) };

const char *sheet_category(Registry__Category category)
{
    for (size_t i = 0; i < CATEGORIES; i++)
        if (categories[i].category == category)
            return categories[i].word;
    return "";
}

static bool has(const Registry__ImportRow *row, Registry__Category category)
{
    for (size_t i = 0; i < row->n_categories; i++)
        if (row->categories[i] == category)
            return true;
    return false;
}

static void set_categories(Registry__ImportRow *row, const char *text, Registry__Category *list)
{
    row->categories = list;
    for (size_t i = 0; i < CATEGORIES; i++)
        if (strstr(text, categories[i].word) != NULL && !has(row, categories[i].category))
            list[row->n_categories++] = categories[i].category;
}

static Registry__Class class_of(const char *text)
{
    if (strstr(text, "红") != NULL || strcmp(text, "RED") == 0)
        return REGISTRY__CLASS__RED;
    if (strstr(text, "黄") != NULL || strcmp(text, "YELLOW") == 0)
        return REGISTRY__CLASS__YELLOW;
    if (strstr(text, "绿") != NULL || strcmp(text, "GREEN") == 0)
        return REGISTRY__CLASS__GREEN;
    return REGISTRY__CLASS__CLASS_ABSENT;
}

/* GB/T 2261.1. */
static const char *sex_of(const char *text)
{
    if (strcmp(text, "男") == 0 || strcmp(text, "1") == 0)
        return "1";
    if (strcmp(text, "女") == 0 || strcmp(text, "2") == 0)
        return "2";
    return text[0] == '\0' ? "" : "9";
}

/* What a row is made of, in one piece of the arena. */
struct whole_row {
    Registry__ImportRow row;
    Registry__RowCode code;
    Registry__RowCode *codes[1];
    Registry__Category categories[CATEGORIES];
    Town__Card card;
    Town__Address address;
    Town__Phone phone;
    Town__Phone *phones[1];
    Town__EmergencyContact contact;
    Town__EmergencyContact *contacts[1];
    Town__Group groups[3];
};

static Town__Group *group(Town__Group *group, const char *text)
{
    town__group__init(group);
    group->text = text;
    return text[0] == '\0' ? NULL : group;
}

static void fill_card(const struct sheet *sheet, struct arena *arena, uint32_t row,
                      struct whole_row *whole)
{
    Town__Card *card = &whole->card;

    town__card__init(card);
    card->name = sheet_cell(sheet, arena, row, SHEET_NAME);
    card->nickname = sheet_cell(sheet, arena, row, SHEET_NICKNAME);
    card->id_number = without(arena, sheet_cell(sheet, arena, row, SHEET_ID), " ");
    card->sex = sex_of(sheet_cell(sheet, arena, row, SHEET_SEX));
    card->birth = sheet_cell(sheet, arena, row, SHEET_BIRTH);
    card->living = group(&whole->groups[0], sheet_cell(sheet, arena, row, SHEET_LIVING));
    card->health = group(&whole->groups[1], sheet_cell(sheet, arena, row, SHEET_HEALTH));
    card->mental = group(&whole->groups[2], sheet_cell(sheet, arena, row, SHEET_MENTAL));
    card->family_doctor = sheet_cell(sheet, arena, row, SHEET_DOCTOR);
    card->key_holder = sheet_cell(sheet, arena, row, SHEET_KEY_HOLDER);
    card->remark = sheet_cell(sheet, arena, row, SHEET_REMARK);
    card->category_text = sheet_cell(sheet, arena, row, SHEET_CATEGORY);
    card->source = "sheet";

    const char *phone = without(arena, sheet_cell(sheet, arena, row, SHEET_PHONE), " -()");
    if (phone[0] != '\0') {
        town__phone__init(&whole->phone);
        whole->phone.number = phone;
        whole->phone.order = 1;
        whole->phones[0] = &whole->phone;
        card->phones = whole->phones;
        card->n_phones = 1;
    }
    const char *contact = sheet_cell(sheet, arena, row, SHEET_CONTACT);
    const char *number = without(arena, sheet_cell(sheet, arena, row, SHEET_CONTACT_PHONE), " -()");
    if (contact[0] != '\0' || number[0] != '\0') {
        town__emergency_contact__init(&whole->contact);
        whole->contact.name = contact;
        whole->contact.phone = number;
        whole->contacts[0] = &whole->contact;
        card->emergency_contacts = whole->contacts;
        card->n_emergency_contacts = 1;
    }
}

Registry__ImportRow *sheet_row(const struct sheet *sheet, struct arena *arena, uint32_t row,
                               const char *committee)
{
    struct whole_row *whole = arena_alloc(arena, sizeof(*whole));
    if (whole == NULL)
        return NULL;

    registry__import_row__init(&whole->row);
    fill_card(sheet, arena, row, whole);
    whole->row.row = sheet->table.rows[row].line;
    whole->row.card = &whole->card;
    set_categories(&whole->row, whole->card.category_text, whole->categories);
    whole->row.class_ = class_of(sheet_cell(sheet, arena, row, SHEET_CLASS));
    whole->row.basis = sheet_cell(sheet, arena, row, SHEET_BASIS);
    whole->row.other_reason = sheet_cell(sheet, arena, row, SHEET_REASON);
    town__address__init(&whole->address);
    whole->address.committee = committee;
    whole->address.road = sheet_cell(sheet, arena, row, SHEET_ADDRESS);
    whole->card.address = &whole->address;
    if (committee[0] == '\0') {
        registry__row_code__init(&whole->code);
        whole->code.row = whole->row.row;
        whole->code.cell = sheet_title(sheet, SHEET_COMMITTEE);
        whole->code.code = REGISTRY__CELL_CODE__OUTSIDE_COMMITTEE;
        whole->code.verdict = REGISTRY__VERDICT__REJECT;
        whole->codes[0] = &whole->code;
        whole->row.codes = whole->codes;
        whole->row.n_codes = 1;
    }
    return &whole->row;
}
