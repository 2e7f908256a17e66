/*
 * What is wrong with a row of a sheet (desk.md 5): judged against itself, against its file, against
 * the roster.  The desk's side only reads cells; every verdict is given here, so a sheet, a watched
 * folder and a page of the console get the same.
 */
#include <string.h>

#include "base/clock.h"
#include "registry/id_number.h"
#include "registry/registry.h"
#include "registry/text.h"

typedef RegistryRows__Import Import;
typedef RegistryRows__ImportRow Row;
typedef Registry__RowCode Code;
typedef Town__Card Card;

#define S(state) REGISTRY_ROWS__PERSON_STATE__##state
#define CODE(name) REGISTRY__CELL_CODE__##name
#define V(name) REGISTRY__VERDICT__##name

/* The columns: what they are usually called, and where their cells go.  header_map holds
 * `usual title=the sheet's title`. */
static const struct {
    const char *title;
    const char *path;
} columns[] = {
    { "姓名", "name" },
    { "称呼", "nickname" },
    { "身份证号", "id_number" },
    { "性别", "sex" },
    { "出生日期", "birth" },
    { "电话", "phones" },
    { "住址", "address.road" },
    { "生活状况", "living" },
    { "健康状况", "health" },
    { "精神心理状况", "mental" },
    { "家庭医生", "family_doctor" },
    { "紧急联系人", "emergency_contacts" },
    { "钥匙保管人", "key_holder" },
    { "备注", "remark" },
};

enum { COLUMNS = sizeof(columns) / sizeof(columns[0]), ROW_CODES = 24 };

static const char *mapped(const Import *import, const char *usual)
{
    size_t length = strlen(usual);

    for (size_t i = 0; i < import->n_header_map; i++) {
        const char *entry = import->header_map[i];
        if (strncmp(entry, usual, length) == 0 && (entry[length] == '=' || entry[length] == '\0'))
            return entry[length] == '=' ? entry + length + 1 : entry;
    }
    return NULL;
}

static const char *cell(const Import *import, const char *usual)
{
    const char *title = mapped(import, usual);

    return title == NULL ? usual : title;
}

/* ---- codes ------------------------------------------------------------------------------------------------ */

static int severity(Registry__Verdict verdict)
{
    return verdict == V(REJECT) ? 3 : verdict == V(DUP) ? 2 : verdict == V(WARN) ? 1 : 0;
}

bool has_code(const Row *row, Registry__CellCode code)
{
    for (size_t i = 0; i < row->n_codes; i++)
        if (row->codes[i]->code == code)
            return true;
    return false;
}

static void add_code(struct turn *turn, Row *row, const char *cell_title, Registry__CellCode code,
                     Registry__Verdict verdict)
{
    Code *entry;

    if (row->n_codes == ROW_CODES || turn->outcome != 0)
        return;
    entry = turn_array(turn, 1, sizeof(*entry));
    registry__row_code__init(entry);
    entry->row = row->row->row;
    entry->cell = cell_title;
    entry->code = code;
    entry->verdict = verdict;
    row->codes[row->n_codes++] = entry;
    if (severity(verdict) > severity(row->verdict))
        row->verdict = verdict;
}

/* What the desk saw in the file and the words no longer show: a cell that was typed as a number. */
static void take_over(struct turn *turn, Row *row)
{
    for (size_t i = 0; i < row->row->n_codes; i++) {
        const Code *code = row->row->codes[i];
        add_code(turn, row, code->cell, code->code,
                 code->verdict == V(VERDICT_ABSENT) ? V(REJECT) : code->verdict);
    }
}

/* ---- the row by itself ------------------------------------------------------------------------------------- */

static void judge_number(struct turn *turn, const Import *import, Row *row, Card *card)
{
    char number[ID_NUMBER_SIZE];
    const char *title = cell(import, "身份证号");

    if (strcmp(card->id_number, "清空") == 0)
        return;
    switch (id_number_read(card->id_number, number)) {
    case ID_GOOD:
    case ID_EMPTY:
        break;
    case ID_UPGRADED_15:
        add_code(turn, row, title, CODE(UPGRADED_15), V(WARN));
        break;
    case ID_TRUNCATED:
        if (!has_code(row, CODE(EXCEL_TRUNCATED)))
            add_code(turn, row, title, CODE(EXCEL_TRUNCATED), V(REJECT));
        break;
    case ID_TRUNCATED_MAYBE:
        if (!has_code(row, CODE(EXCEL_TRUNCATED)))
            add_code(turn, row, title, CODE(EXCEL_TRUNCATED), V(WARN));
        break;
    case ID_SCIENTIFIC:
        add_code(turn, row, title, CODE(SCI_NOTATION), V(REJECT));
        break;
    case ID_BAD_DATE:
        add_code(turn, row, title, CODE(BAD_DATE), V(REJECT));
        break;
    case ID_BAD_CHECK:
    case ID_BAD_FORM:
        add_code(turn, row, title, CODE(BAD_CHECK), V(REJECT));
        break;
    }
    card->id_number = turn_text(turn, "%s", number);
}

static void judge_phones(struct turn *turn, const Import *import, Row *row, const Card *card)
{
    for (size_t i = 0; i < card->n_phones; i++) {
        char phone[TEXT_PHONE_SIZE];
        text_phone(card->phones[i]->number, phone);
        if (strcmp(card->phones[i]->number, "清空") != 0 && !text_phone_good(phone)) {
            add_code(turn, row, cell(import, "电话"), CODE(BAD_PHONE), V(WARN));
            return;
        }
    }
}

static void judge_birth(struct turn *turn, const Import *import, Row *row, Card *card)
{
    char date[11];

    if (card->birth[0] == '\0' || strcmp(card->birth, "清空") == 0)
        return;
    if (text_date_loose(card->birth, date)) {
        card->birth = turn_text(turn, "%s", date);
    } else {
        add_code(turn, row, cell(import, "出生日期"), CODE(BAD_DATE), V(WARN));
        card->birth = "";
    }
}

static void judge_categories(struct turn *turn, const Import *import, Row *row, const Card *card)
{
    Registry__ImportRow *told = row->row;
    Registry__Category *list = turn_array(turn, 2 * CATEGORIES, sizeof(*list));
    size_t count = 0;
    bool other = false;
    const char *title = cell(import, "类别");

    if (!read_categories(card->category_text, list, &count))
        add_code(turn, row, title, CODE(UNKNOWN_CATEGORY), V(WARN));
    for (size_t i = 0; i < told->n_categories && count < 2 * CATEGORIES; i++)
        list[count++] = told->categories[i];
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        other = other || list[i] == REGISTRY__CATEGORY__OTHER_PROTECTED;
        if (list[i] != REGISTRY__CATEGORY__OTHER_PROTECTED || told->other_reason[0] != '\0')
            list[kept++] = list[i];
    }
    if (other && told->other_reason[0] == '\0')
        add_code(turn, row, title, CODE(NO_REASON), V(WARN));
    struct categories tidy = tidy_categories(turn, list, kept, told->other_reason);
    told->categories = tidy.items;
    told->n_categories = tidy.count;
    int age = text_age(card->birth, clock_day(turn->now_ms));
    for (size_t i = 0; i < tidy.count; i++) {
        if (!category_fits_age(tidy.items[i], age)) {
            add_code(turn, row, title, CODE(AGE_CATEGORY), V(WARN));
            return;
        }
    }
}

/* ---- the row in its file ----------------------------------------------------------------------------------- */

/* Whom the row designates: by number, else by name and phone, else by name and place; "": it cannot
 * be said. */
static const char *designation(struct turn *turn, const Card *card)
{
    char name[TEXT_FOLDED_SIZE];
    char place[TEXT_FOLDED_SIZE] = "";

    if (card->id_number[0] != '\0')
        return card->id_number;
    text_fold(card->name[0] == '\0' ? card->nickname : card->name, name);
    if (card->n_phones > 0)
        return turn_text(turn, "%s+%s", name, card->phones[0]->number);
    if (card->address != NULL)
        text_fold(turn_text(turn, "%s%s%s%s", card->address->road, card->address->lane,
                            card->address->building, card->address->room),
                  place);
    return place[0] == '\0' ? "" : turn_text(turn, "%s+%s", name, place);
}

static void judge_in_file(struct turn *turn, const Import *import, Row *row, const Card *card,
                          uint32_t ordinal)
{
    const char *whom = designation(turn, card);

    if (whom[0] == '\0' || turn->outcome != 0)
        return;
    const char *key = turn_key(turn, "%s/%s", import->batch, whom);
    if (turn_load(turn, IMPORT_KEYS, key) != NULL) {
        add_code(turn, row, cell(import, card->id_number[0] != '\0' ? "身份证号" : "姓名"),
                 CODE(DUP_FILE), V(DUP));
        return;
    }
    RegistryRows__ImportKey *entry = turn_edit(turn, IMPORT_KEYS, key);
    entry->ordinal = ordinal;
}

/* ---- the row and the roster -------------------------------------------------------------------------------- */

struct match {
    struct turn *turn;
    const char *name; /* NULL: any */
    const char *owner;
    const Person *ours;
    const Person *others;
};

static bool take_match(void *context, const char *key, const void *row)
{
    struct match *match = context;
    const Person *person = find_person(match->turn, strrchr(key, '/') + 1);
    char name[TEXT_FOLDED_SIZE];

    (void)row;
    if (person == NULL || person->card == NULL)
        return true;
    text_fold(person->card->name[0] == '\0' ? person->card->nickname : person->card->name, name);
    if (match->name != NULL && strcmp(name, match->name) != 0)
        return true;
    if (strcmp(person->owner, match->owner) == 0)
        match->ours = person;
    else if (on_roster(person->state))
        match->others = person;
    return match->ours == NULL;
}

static struct match match_by(struct turn *turn, const Import *import, unsigned table,
                             const char *term, const char *name)
{
    struct match match = { .turn = turn, .name = name, .owner = import->committee };

    if (term[0] != '\0')
        turn_each(turn, table, turn_text(turn, "%s/", term), take_match, &match);
    return match;
}

static bool differs(const Card *a, const Card *b)
{
    return a->id_number[0] != '\0' && b->id_number[0] != '\0'
           && strcmp(a->id_number, b->id_number) != 0;
}

/* Both keep contacting a person whom two committees claim: such a row is carried out, and the office
 * decides. */
static void judge_match(struct turn *turn, const Import *import, Row *row, const Card *card,
                        const struct match *match, const char *title)
{
    if (match->ours != NULL) {
        bool alive = match->ours->state != S(DECEASED_REPORTED) && match->ours->state != S(DECEASED)
                     && match->ours->state != S(ALIAS);
        if (!alive || differs(card, match->ours->card))
            add_code(turn, row, cell(import, title), CODE(DUP_ROSTER), V(DUP));
        else
            row->person = match->ours->person;
    } else if (match->others != NULL && !differs(card, match->others->card)) {
        add_code(turn, row, cell(import, title), CODE(DUP_OTHER_COMMITTEE), V(DUP));
    }
}

static void judge_on_roster(struct turn *turn, const Import *import, Row *row, const Card *card)
{
    char name[TEXT_FOLDED_SIZE];
    struct match match = match_by(turn, import, BY_ID, card->id_number, NULL);
    const char *title = "身份证号";

    text_fold(card->name[0] == '\0' ? card->nickname : card->name, name);
    if (match.ours == NULL && match.others == NULL && card->n_phones > 0) {
        match = match_by(turn, import, BY_PHONE, card->phones[0]->number, name);
        title = "电话";
    }
    judge_match(turn, import, row, card, &match, title);
    /* A name alone says nothing for certain, and a second row for one person helps nobody. */
    if (match.ours == NULL && match.others == NULL && card->id_number[0] == '\0'
        && card->n_phones == 0) {
        match = match_by(turn, import, BY_NAME, name, name);
        if (match.ours != NULL && on_roster(match.ours->state))
            add_code(turn, row, cell(import, "姓名"), CODE(DUP_ROSTER), V(DUP));
    }
}

/* R14: an empty cell never erases.  It is said, so that the cadre knows. */
static void judge_blanks(struct turn *turn, const Import *import, Row *row, const Card *card)
{
    const Person *person = row->person[0] == '\0' ? NULL : turn_load(turn, PERSONS, row->person);

    for (size_t i = 0; person != NULL && i < COLUMNS; i++) {
        const char *title = mapped(import, columns[i].title);
        if (title != NULL && blank_at(card, columns[i].path)
            && !blank_at(person->card, columns[i].path))
            add_code(turn, row, title, CODE(BLANK_KEPT), V(WARN));
    }
}

void judge_row(struct turn *turn, const Import *import, Row *row, uint32_t ordinal)
{
    static const Card blank = TOWN__CARD__INIT;
    Card *card = turn_array(turn, 1, sizeof(*card));

    *card = row->row->card == NULL ? blank : *row->row->card;
    row->codes = turn_array(turn, ROW_CODES, sizeof(Code *));
    row->verdict = V(OK);
    take_over(turn, row);
    judge_number(turn, import, row, card);
    judge_phones(turn, import, row, card);
    judge_birth(turn, import, row, card);
    if (card->name[0] == '\0' && card->nickname[0] == '\0')
        add_code(turn, row, cell(import, "姓名"), CODE(NO_NAME), V(REJECT));
    if (card->address != NULL && card->address->committee[0] != '\0'
        && strcmp(card->address->committee, import->committee) != 0)
        add_code(turn, row, cell(import, "居委"), CODE(OUTSIDE_COMMITTEE), V(WARN));
    card = tidy_card(turn, card);
    card->address->committee = import->committee;
    row->row->card = card;
    judge_categories(turn, import, row, card);
    if (row->verdict != V(REJECT)) { /* a refused row claims nobody */
        judge_in_file(turn, import, row, card, ordinal);
        judge_on_roster(turn, import, row, card);
        judge_blanks(turn, import, row, card);
    }
}
