/* Words of plans and the choices that they mean. */
#include "config.h"

#include "daemon/domain/plan_words.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/domain/words.h"

/* Folded words and what they mean; the first that stands in a text holds. */
struct meaning {
    const char *words;
    const char *choice;
};

static const char *
first_meaning(struct arena *a, const char *text, const struct meaning *meanings)
{
    const char *folded = text != NULL ? words_fold(a, text) : NULL;

    for (; folded != NULL && meanings->words != NULL; meanings++)
        if (words_have(folded, meanings->words))
            return meanings->choice;
    return NULL;
}

const char *
plan_bears_name(struct arena *a, const char *title)
{
    static const struct meaning names[] = {
        {"thi dua dac biet", "đặc biệt"},   {"thi dua cao diem", "cao điểm"},
        {"thi dua chuyen de", "chuyên đề"}, {"dot dac biet", "đặc biệt"},
        {"dot cao diem", "cao điểm"},       {"thi dua nuoc rut", "nước rút"},
        {"thi dua ngan ngay", "ngắn ngày"}, {NULL, NULL},
    };

    return first_meaning(a, title, names);
}

const char *
plan_action(struct arena *a, const char *what)
{
    static const struct meaning actions[] = {
        {"dang ky", "register"},      {"bao cao", "report"},      {"de nghi khen", "nominate"},
        {"de xuat khen", "nominate"}, {"gioi thieu", "nominate"}, {"de cu", "nominate"},
        {"du thi", "enter"},          {"tham gia", "enter"},      {NULL, NULL},
    };
    const char *action = first_meaning(a, what, actions);

    return action != NULL ? action : "other";
}

const char *
plan_kinds(struct arena *a, const char *unit)
{
    static const struct meaning kinds[] = {
        {"mo hinh", "model"},        {"cong trinh", "work"}, {"phan viec", "task"},
        {"sang kien", "initiative"}, {NULL, NULL},
    };
    const char *folded = unit != NULL ? words_fold(a, unit) : NULL, *list = NULL;

    for (const struct meaning *k = kinds; folded != NULL && k->words != NULL; k++)
        if (words_have(folded, k->words))
            list = list == NULL ? k->choice : arena_printf(a, "%s %s", list, k->choice);
    return list;
}

int
plan_kind_counts(const char *kinds, const char *kind)
{
    return kinds == NULL || kinds[0] == '\0' || (kind != NULL && words_have(kinds, kind));
}

const char *
plan_event_kind(struct arena *a, const char *name)
{
    static const struct meaning kinds[] = {
        {"dai hoi", "congress"},     {"tap huan", "training"},
        {"so ket", "review"},        {"tong ket", "conclusion"},
        {"hoi nghi", "conference"},  {"ngay hoi", "festival"},
        {"trien lam", "exhibition"}, {"trung bay", "exhibition"},
        {"le", "ceremony"},          {NULL, NULL},
    };

    return first_meaning(a, name, kinds);
}

const char *
plan_ordinal(struct arena *a, const char *name)
{
    const char *at = name != NULL ? strstr(name, "lần thứ ") : NULL;
    size_t size;

    if (at == NULL)
        return NULL;
    at += strlen("lần thứ ");
    size = strcspn(at, " ,.;)");
    return size > 0 ? arena_text(a, at, size) : NULL;
}

long
plan_leading_number(const char *text)
{
    char *end;
    long number;

    if (text == NULL || text[0] < '0' || text[0] > '9')
        return 0;
    number = strtol(text, &end, 10);
    return *end == ' ' && number > 0 && number <= 100000 ? number : 0;
}
