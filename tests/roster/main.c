/*
 * carebus-roster - a roster sheet of invented people, the same bytes every time.
 *
 *     carebus-roster [PEOPLE [SEED]] > roster.csv
 *
 * 4,500 people over the town's 50 committees (domain.md 8), as a committee's cadre would have typed
 * them: a title row, a header, then rows; a few of them damaged in the ways that sheets are damaged
 * (five of each kind, appended to the committees' own rows).  Every ID number is of area 319999,
 * which is no area; every telephone number is of a range that no person has; every name is drawn.
 * The people whom the example morning is about come first in their committees.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

enum {
    COMMITTEES = 50,
    PEOPLE = 4500,
    PEOPLE_MOST = 170000,
    SEED = 20230118,
    DAMAGED_OF_A_KIND = 5,
};

/* ---- chance, the same on every machine (splitmix64) ------------------------------------------------ */

static uint64_t next(uint64_t *state)
{
    uint64_t z = (*state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static unsigned below(uint64_t *state, unsigned limit)
{
    return (unsigned)(next(state) % limit);
}

/* ---- what people are made of ------------------------------------------------------------------------ */

static const char *const committees[COMMITTEES] = {
    "川和路居委会",     "军民路居委会",   "田园居委会",   "杨镇居委会",     "孙桥路居委会",
    "棕桐居委会",       "金桐居委会",     "江春居委会",   "丹桂路居委会",   "古桐居委会",
    "香楠路居委会",     "孙建路居委会",   "江兰居委会",   "江丰居委会",     "碧波路居委会",
    "江夏居委会",       "江衡居委会",     "华晶居委会",   "江苑居委会",     "华顺居委会",
    "江益居委会",       "晨晖居委会",     "华科居委会",   "汤臣豪庭居委会", "城市经典居委会",
    "藿香路居委会",     "江薇居委会",     "华杨居委会",   "高木桥路居委会", "孙环路居委会",
    "科苑路居委会",     "亮秀路居委会",   "樟盛苑居委会", "荣科居委会",     "孙耀路居委会",
    "江伟居委会",       "华和居委会",     "华川居委会",   "广兰居委会",     "勤政路居委会",
    "汤臣高尔夫居委会", "中芯花园居委会", "韩荡村村委会", "钱堂村村委会",   "劳动村村委会",
    "新丰村村委会",     "长元村村委会",   "中心村村委会", "环东村村委会",   "沔北村村委会",
};

static const char *const surnames[] = {
    "王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "朱", "胡",
    "郭", "何", "高", "林", "罗", "郑", "梁", "谢", "宋", "唐", "许", "韩", "冯", "邓", "曹"
};
static const char *const given[] = { "桂", "芳", "国", "秀", "英", "华", "明", "兰", "玉", "珍",
                                     "建", "文", "金", "宝", "根", "林", "妹", "凤", "仁", "德",
                                     "福", "荣", "美", "丽", "春", "梅", "海", "龙", "生", "康" };

enum {
    SURNAMES = sizeof(surnames) / sizeof(surnames[0]),
    GIVEN = sizeof(given) / sizeof(given[0])
};

/* The mix of the roster: of a thousand people, so many; born from .. to. */
static const struct {
    const char *text;
    unsigned permille;
    int from_year;
    int to_year;
    bool reason; /* 其他 wants one */
} kinds[] = {
    { "独居", 330, 1931, 1956, false },    { "高龄", 170, 1925, 1942, false },
    { "纯老", 200, 1930, 1950, false },    { "孤老", 60, 1930, 1952, false },
    { "失能", 60, 1930, 1955, false },     { "重残", 60, 1935, 1958, false },
    { "重大疾病", 40, 1933, 1957, false }, { "精神障碍", 30, 1950, 1990, false },
    { "困境儿童", 16, 2008, 2018, false }, { "留守儿童", 8, 2009, 2019, false },
    { "孤儿", 4, 2008, 2017, false },      { "其他", 22, 1955, 1985, true },
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

struct person {
    char name[32];
    char id[24];
    bool male;
    char phone[16];
    char address[64];
    const char *committee;
    const char *category;
    const char *class;
    bool reason;
    char contact[32];
    char contact_phone[16];
    const char *remark;
};

/* GB 11643: the check character of 17 digits. */
static char check_of(const char *digits)
{
    static const int weights[] = { 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2 };
    int sum = 0;

    for (int i = 0; i < 17; i++)
        sum += (digits[i] - '0') * weights[i];
    return "10X98765432"[sum % 11];
}

/* People of a year are kept apart by birthday and running number; the latter never ends in 00, since
 * a number that ends in 000 is what Excel makes of a longer one. */
static void make_id(struct person *person, int year, unsigned number)
{
    unsigned day_of_year = number / 490 % 365;
    unsigned order = number / 49 % 10 * 100 + 2 * (number % 49 + 1) + (person->male ? 1 : 0);
    struct clock_date date = clock_date(clock_day_of(year, 1, 1) + (int64_t)day_of_year);

    snprintf(person->id, sizeof(person->id), "319999%04d%02d%02d%03u", date.year, date.month,
             date.day_of_month, order);
    person->id[17] = check_of(person->id);
    person->id[18] = '\0';
}

static void make_name(uint64_t *chance, char name[32])
{
    const char *surname = surnames[below(chance, SURNAMES)];
    const char *first = given[below(chance, GIVEN)];
    const char *second = below(chance, 5) == 0 ? "" : given[below(chance, GIVEN)];

    snprintf(name, 32, "%s%s%s", surname, first, second);
}

static unsigned kind_of(uint64_t *chance)
{
    unsigned at = below(chance, 1000);

    for (unsigned kind = 0; kind < KINDS; kind++) {
        if (at < kinds[kind].permille)
            return kind;
        at -= kinds[kind].permille;
    }
    return 0;
}

static const char *class_of(uint64_t *chance)
{
    unsigned at = below(chance, 100);
    return at < 8 ? "红" : at < 30 ? "黄" : "绿";
}

static void make_person(uint64_t *chance, unsigned number, const char *committee,
                        struct person *person)
{
    unsigned kind = kind_of(chance);
    int year = kinds[kind].from_year
               + (int)below(chance, (unsigned)(kinds[kind].to_year - kinds[kind].from_year + 1));

    *person = (struct person){ .committee = committee,
                               .category = kinds[kind].text,
                               .class = class_of(chance),
                               .reason = kinds[kind].reason,
                               .remark = "" };
    make_name(chance, person->name);
    person->male = below(chance, 100) < 42;
    make_id(person, year, number);
    snprintf(person->phone, sizeof(person->phone), "1410%07u", 1000 + number);
    snprintf(person->address, sizeof(person->address), "演练路%u弄%u号%u室",
             100 + below(chance, 300), 1 + below(chance, 60),
             101 + 100 * below(chance, 6) + below(chance, 4));
    if (below(chance, 3) > 0) {
        make_name(chance, person->contact);
        snprintf(person->contact_phone, sizeof(person->contact_phone), "1411%07u", number);
    }
    if (below(chance, 20) == 0)
        person->remark = "耳背，请多敲门";
}

/* ---- the people of the example morning --------------------------------------------------------------- */

static const struct {
    unsigned committee; /* index */
    const char *name;
    bool male;
    int year;
    const char *phone;
    const char *category;
    const char *class;
    const char *remark;
} cast[] = {
    { 30, "张桂芳", false, 1942, "14100000001", "独居", "红", "门铃坏，敲窗" },
    { 30, "李国强", true, 1939, "14100000002", "高龄", "黄", "" },
    { 30, "陈秀珍", false, 1945, "14100000003", "纯老", "绿", "" },
    { 30, "王根福", true, 1941, "14100000004", "纯老", "绿", "" },
    { 3, "周玉兰", false, 1940, "14100000005", "独居", "黄", "" },
};

enum { CAST = sizeof(cast) / sizeof(cast[0]) };

static bool cast_person(unsigned committee, unsigned index, unsigned number, struct person *person)
{
    for (unsigned i = 0; i < CAST; i++) {
        if (cast[i].committee != committee || index-- != 0)
            continue;
        snprintf(person->name, sizeof(person->name), "%s", cast[i].name);
        person->male = cast[i].male;
        make_id(person, cast[i].year, number);
        snprintf(person->phone, sizeof(person->phone), "%s", cast[i].phone);
        person->category = cast[i].category;
        person->class = cast[i].class;
        person->reason = false;
        person->remark = cast[i].remark;
        return true;
    }
    return false;
}

/* ---- rows ------------------------------------------------------------------------------------------ */

static void print_person(const struct person *person)
{
    printf("%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s\n", person->name, person->id,
           person->male ? "男" : "女", person->phone, person->address, person->committee,
           person->category, person->class, "告知", person->reason ? "居委走访认定" : "",
           person->contact, person->contact_phone, person->remark);
}

/* The ways in which a sheet comes damaged. */
enum damage {
    DAMAGE_TRUNCATED,  /* Excel keeps 15 digits                          */
    DAMAGE_SCIENTIFIC, /* ... or writes it as 3.19999E+17                */
    DAMAGE_CHECK,
    DAMAGE_FIFTEEN, /* an old number: a question, not a refusal       */
    DAMAGE_PHONE,
    DAMAGE_COMMITTEE, /* a misspelt name                                */
    DAMAGE_AGE,       /* a child of 77                                  */
    DAMAGE_DOUBLE,    /* the row above once more                        */
    DAMAGE_NAMELESS,
    DAMAGES,
};

static void damage(struct person *person, enum damage how)
{
    char digits[24];

    switch (how) {
    case DAMAGE_TRUNCATED:
        memcpy(person->id + 15, "000", 3);
        break;
    case DAMAGE_SCIENTIFIC:
        snprintf(person->id, sizeof(person->id), "3.19999E+17");
        break;
    case DAMAGE_CHECK:
        person->id[17] = person->id[17] == '1' ? '2' : '1';
        break;
    case DAMAGE_FIFTEEN:
        snprintf(digits, sizeof(digits), "%.6s%.9s", person->id, person->id + 8);
        snprintf(person->id, sizeof(person->id), "%s", digits);
        break;
    case DAMAGE_PHONE:
        person->phone[9] = '\0';
        break;
    case DAMAGE_COMMITTEE:
        person->committee = "丹挂路居委会";
        break;
    case DAMAGE_AGE:
        person->category = "困境儿童";
        break;
    case DAMAGE_NAMELESS:
        person->name[0] = '\0';
        break;
    case DAMAGE_DOUBLE:
    case DAMAGES:
        break;
    }
}

/* An elder for the rows to be damaged: a child of 77 needs one. */
static void make_elder(uint64_t *chance, unsigned number, const char *committee,
                       struct person *person)
{
    make_person(chance, number, committee, person);
    make_id(person, 1946, number);
    person->category = "独居";
    person->reason = false;
}

/* ---- the sheet ------------------------------------------------------------------------------------- */

static void print_committee(uint64_t *chance, unsigned committee, unsigned people, unsigned *number)
{
    struct person person;
    struct person last = { 0 };

    for (unsigned i = 0; i < people; i++) {
        make_person(chance, *number, committees[committee], &person);
        cast_person(committee, i, *number, &person);
        ++*number;
        print_person(&person);
        last = person;
    }
    /* Five of each kind, one in a committee, from the first on. */
    if (committee >= DAMAGES * DAMAGED_OF_A_KIND)
        return;
    enum damage how = (enum damage)(committee % DAMAGES);
    if (how == DAMAGE_DOUBLE) {
        print_person(&last);
        return;
    }
    make_elder(chance, (*number)++, committees[committee], &person);
    damage(&person, how);
    print_person(&person);
}

/* 50 to 160 people a committee, and all of them together exactly `people`. */
static void share_out(uint64_t *chance, unsigned people, unsigned shares[COMMITTEES])
{
    unsigned weights[COMMITTEES];
    unsigned total = 0;
    unsigned given_out = 0;

    for (unsigned i = 0; i < COMMITTEES; i++) {
        weights[i] = 60 + below(chance, 61);
        total += weights[i];
    }
    for (unsigned i = 0; i < COMMITTEES; i++) {
        shares[i] = people * weights[i] / total;
        given_out += shares[i];
    }
    for (unsigned i = 0; given_out < people; i = (i + 1) % COMMITTEES, given_out++)
        shares[i]++;
}

int main(int argc, char **argv)
{
    uint64_t chance = argc > 2 ? strtoull(argv[2], NULL, 10) : SEED;
    unsigned long people = argc > 1 ? strtoul(argv[1], NULL, 10) : PEOPLE;
    unsigned shares[COMMITTEES];
    unsigned number = 1;

    if (people < COMMITTEES || people > PEOPLE_MOST || argc > 3) {
        fprintf(stderr, "usage: carebus-roster [PEOPLE [SEED]], PEOPLE from %d to %d\n", COMMITTEES,
                PEOPLE_MOST);
        return 64;
    }
    printf("张江镇特殊困难群体名单（演练数据，人名、号码均为虚构）,,,,,,,,,,,,\n");
    printf("姓名,身份证号,性别,联系电话,家庭住址,居委,类别,等级,依据,其他原因,紧急联系人,"
           "紧急联系电话,备注\n");
    share_out(&chance, (unsigned)people, shares);
    for (unsigned i = 0; i < COMMITTEES; i++)
        print_committee(&chance, i, shares[i], &number);
    return fflush(stdout) == 0 ? 0 : 74;
}
