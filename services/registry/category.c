/* The thirteen categories of S-021 to S-033: their words, their ages. */
#include <string.h>

#include "registry/registry.h"

typedef Registry__Category Category;

#define C(name) REGISTRY__CATEGORY__##name

/* A longer word stands before one that it contains. */
static const struct {
    const char *word;
    Category category;
} words[] = {
    { "社会散居孤儿", C(ORPHAN) },
    { "散居孤儿", C(ORPHAN) },
    { "孤儿", C(ORPHAN) },
    { "孤老", C(ORPHAN_ELDER) },
    { "高龄", C(VERY_OLD_UNCARED) },
    { "独居", C(ALONE_UNCARED) },
    { "纯老", C(ALL_ELDERLY_UNCARED) },
    { "重残", C(SEVERELY_DISABLED) },
    { "失能", C(DEPENDENT) },
    { "重大疾病", C(GRAVELY_ILL) },
    { "大病", C(GRAVELY_ILL) },
    { "困境儿童", C(CHILD_IN_DIFFICULTY) },
    { "农村留守儿童", C(LEFT_BEHIND_CHILD) },
    { "留守儿童", C(LEFT_BEHIND_CHILD) },
    { "监护缺失", C(UNGUARDED_CHILD) },
    { "精神障碍", C(MENTAL_DISORDER) },
    { "其他", C(OTHER_PROTECTED) },
};

enum { WORDS = sizeof(words) / sizeof(words[0]), TOKEN_BYTES = 96 };

static bool known(Category category)
{
    return category >= C(ORPHAN_ELDER) && category <= C(MENTAL_DISORDER);
}

static void insert(struct categories *list, Category category)
{
    size_t at = list->count;

    for (size_t i = 0; i < list->count; i++)
        if (list->items[i] == category)
            return;
    for (; at > 0 && list->items[at - 1] > category; at--)
        list->items[at] = list->items[at - 1];
    list->items[at] = category;
    list->count++;
}

struct categories tidy_categories(struct turn *turn, const Category *items, size_t count,
                                  const char *other_reason)
{
    struct categories list = { .items = turn_array(turn, CATEGORIES, sizeof(Category)) };

    for (size_t i = 0; i < count && turn->outcome == 0; i++) {
        if (items[i] == C(CATEGORY_ABSENT))
            continue;
        if (!known(items[i]))
            turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "categories: no such category");
        else if (items[i] == C(OTHER_PROTECTED) && other_reason[0] == '\0')
            turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "other_reason: 其他 wants a text");
        else
            insert(&list, items[i]);
    }
    return list;
}

struct categories with_category(struct turn *turn, const Person *person, Category one)
{
    struct categories list = { .items = turn_array(turn, CATEGORIES, sizeof(Category)) };

    for (size_t i = 0; i < person->n_categories && turn->outcome == 0; i++)
        insert(&list, person->categories[i]);
    if (turn->outcome == 0)
        insert(&list, one);
    return list;
}

bool same_categories(const Category *a, size_t a_count, const Category *b, size_t b_count)
{
    return a_count == b_count && (a_count == 0 || memcmp(a, b, a_count * sizeof(*a)) == 0);
}

/* The elderly kinds begin at 60 (the Law on the Elderly, art. 2); the children's end at 18. */
bool category_fits_age(Category category, int age)
{
    if (age < 0)
        return true;
    switch (category) {
    case C(ORPHAN_ELDER):
    case C(VERY_OLD_UNCARED):
    case C(ALL_ELDERLY_UNCARED):
        return age >= 60;
    case C(ORPHAN):
    case C(CHILD_IN_DIFFICULTY):
    case C(LEFT_BEHIND_CHILD):
    case C(UNGUARDED_CHILD):
        return age < 18;
    case C(CATEGORY_ABSENT):
    case C(ALONE_UNCARED):
    case C(SEVERELY_DISABLED):
    case C(DEPENDENT):
    case C(GRAVELY_ILL):
    case C(OTHER_PROTECTED):
    case C(MENTAL_DISORDER):
    case _REGISTRY__CATEGORY_IS_INT_SIZE:
        return true;
    }
    return true;
}

/* S-071: 独居老人, 精神障碍患者, 困境儿童 will not ask for help.  Who lives alone counts as old unless a
 * birth says otherwise. */
bool makes_silent(const Category *items, size_t count, int age)
{
    for (size_t i = 0; i < count; i++)
        if (items[i] == C(MENTAL_DISORDER) || items[i] == C(CHILD_IN_DIFFICULTY)
            || (items[i] == C(ALONE_UNCARED) && (age < 0 || age >= 60)))
            return true;
    return false;
}

/* One word of a cell: `实际无人照顾的独居家庭` names 独居. */
static bool read_token(const char *token, struct categories *list)
{
    for (size_t i = 0; i < WORDS; i++) {
        if (strstr(token, words[i].word) != NULL) {
            insert(list, words[i].category);
            return true;
        }
    }
    return false;
}

static size_t separator(const char *text)
{
    static const char *const marks[] = { "、", "，", "；", "＋", "／", " ",
                                         ",",  ";",  "/",  "+",  "\n", "　" };

    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
        if (strncmp(text, marks[i], strlen(marks[i])) == 0)
            return strlen(marks[i]);
    return 0;
}

bool read_categories(const char *text, Category *items, size_t *ret_count)
{
    struct categories list = { .items = items };
    bool good = true;

    while (*text != '\0') {
        char token[TOKEN_BYTES];
        size_t size = 0;
        for (; *text != '\0' && separator(text) == 0; text++)
            if (size < TOKEN_BYTES - 1)
                token[size++] = *text;
        token[size] = '\0';
        text += separator(text);
        if (size > 0 && !read_token(token, &list))
            good = false;
    }
    *ret_count = list.count;
    return good;
}
