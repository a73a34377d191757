/* What the words of "who" mean: phrases for kinds of units, names of units, and stated numbers.
 * Phrases are compared with their marks, since "trường" (school) and "trưởng" (head) differ in
 * nothing else; a text that was typed without marks is compared without. */
#include "config.h"

#include "daemon/domain/mapping.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/domain/words.h"

enum { COUNTS_MAX = 16, STATED_MAX = 10000 };

/* When a phrase stands for units. */
enum use {
    USE_ALWAYS,
    USE_PLURAL, /* only behind "các", "mỗi", a number, or another phrase of the list */
    USE_NEVER,  /* swallowed, so that no shorter phrase is found in it */
};

struct phrase {
    const char *words; /* lower case, with marks */
    const char *kinds; /* names of unit.kind, parted by blanks; "*" = all; NULL with USE_NEVER */
    enum use use;
};

#define COMMUNES "commune ward town special_zone"

/* Longer phrases before shorter ones that they hold. */
static const struct phrase phrases[] = {
    {"tổ chức chính trị xã hội", "organisation association", USE_ALWAYS},
    {"tổ chức thành viên", "organisation association", USE_ALWAYS},
    {"tổ chức đoàn thể", "organisation association", USE_ALWAYS},
    {"hội đoàn thể", "organisation association", USE_ALWAYS},
    {"đoàn thể", "organisation association", USE_ALWAYS},
    {"mặt trận tổ quốc", "front", USE_ALWAYS},
    {"ubmttqvn", "front", USE_ALWAYS},
    {"ubmttq", "front", USE_ALWAYS},
    {"mttqvn", "front", USE_ALWAYS},
    {"mttq", "front", USE_ALWAYS},
    {"xã hội", NULL, USE_NEVER},
    {"hợp tác xã", "cooperative", USE_ALWAYS},
    {"doanh nghiệp", "enterprise", USE_ALWAYS},
    {"trưởng thôn", "hamlet", USE_ALWAYS},
    {"thôn bản", "hamlet", USE_ALWAYS},
    {"thôn xóm", "hamlet", USE_ALWAYS},
    {"thôn", "hamlet", USE_ALWAYS},
    {"các bản", "hamlet", USE_ALWAYS},
    {"ấp", "hamlet", USE_PLURAL},
    {"buôn", "hamlet", USE_PLURAL},
    {"khóm", "hamlet residential_group", USE_PLURAL},
    {"xóm", "hamlet", USE_PLURAL},
    {"khu dân cư", "hamlet residential_group", USE_ALWAYS},
    {"tổ dân phố", "residential_group", USE_ALWAYS},
    {"khu phố", "residential_group", USE_ALWAYS},
    {"tổ nhân dân", "residential_group", USE_ALWAYS},
    {"tdp", "residential_group", USE_ALWAYS},
    {"chi bộ", "party_cell", USE_ALWAYS},
    {"đảng bộ", "party_committee", USE_ALWAYS},
    {"cấp ủy", "party_cell party_committee", USE_ALWAYS},
    {"cấp uỷ", "party_cell party_committee", USE_ALWAYS},
    {"nhà trường", "school", USE_ALWAYS},
    {"trường học", "school", USE_ALWAYS},
    {"trường tiểu học", "school", USE_ALWAYS},
    {"trường mầm non", "school", USE_ALWAYS},
    {"trường trung học", "school", USE_ALWAYS},
    {"các trường", "school", USE_ALWAYS},
    {"trường", "school", USE_PLURAL},
    {"trạm y tế", "station", USE_ALWAYS},
    {"trạm", "station", USE_PLURAL},
    {"lực lượng vũ trang", "armed_forces", USE_ALWAYS},
    {"công an", "armed_forces", USE_ALWAYS},
    {"quân sự", "armed_forces", USE_ALWAYS},
    {"phòng ban", "agency sector", USE_ALWAYS},
    {"ban ngành", "agency sector station", USE_ALWAYS},
    {"ngành", "agency sector station", USE_ALWAYS},
    {"cơ quan", "agency sector", USE_PLURAL},
    {"đơn vị", "*", USE_PLURAL},
    {"địa phương", COMMUNES " hamlet residential_group", USE_PLURAL},
    {"thị trấn", COMMUNES, USE_PLURAL},
    {"xã", COMMUNES, USE_PLURAL},
    {"phường", COMMUNES, USE_PLURAL},
    {"đặc khu", COMMUNES, USE_PLURAL},
    {"huyện", "district", USE_PLURAL},
    {"thành phố", "city", USE_PLURAL},
};

enum { PHRASES_COUNT = sizeof phrases / sizeof phrases[0], MARK = '#' };

struct reader {
    struct arena *a;
    const struct unit_tree *tree;
    char *text;           /* words; what a phrase took is covered with MARK */
    bool bare;            /* the text has no marks */
    const char **reasons; /* for each unit of the tree why, or NULL */
    struct mapping_count *counts;
    size_t counts_count;
};

/* The word before a place; its size in *size, 0 at the front. */
static const char *
word_before(const char *text, const char *at, size_t *size)
{
    const char *end = at > text ? at - 1 : text, *start = end;

    while (start > text && start[-1] != ' ')
        start--;
    *size = (size_t) (end - start);
    return start;
}

static bool
is_word(const char *word, size_t size, const char *wanted)
{
    return strlen(wanted) == size && memcmp(word, wanted, size) == 0;
}

static long
number_before(const char *text, const char *at)
{
    size_t size;
    const char *word = word_before(text, at, &size);

    if (size == 0 || size > 5 || strspn(word, "0123456789") < size)
        return 0;
    return strtol(word, NULL, 10);
}

static bool
is_plural(const struct reader *r, const char *at)
{
    static const char *const before[] = {"các", "mỗi",  "từng", "mọi", "cac",
                                         "moi", "tung", "và",   "va"};
    size_t size;
    const char *word = word_before(r->text, at, &size);

    if (size > 0 && word[0] == MARK)
        return true;
    for (size_t i = 0; i < sizeof before / sizeof before[0]; i++)
        if (is_word(word, size, before[i]))
            return true;
    return number_before(r->text, at) > 0;
}

/* Whether a unit is of one of the kinds; one without a kind goes by the front of its name. */
static bool
is_of_kinds(struct reader *r, const struct unit_node *n, const struct phrase *p)
{
    const char *name, *words;

    if (n->is_self || n->joined_as != 0)
        return false;
    if (strcmp(p->kinds, "*") == 0 || words_have(p->kinds, n->kind))
        return true;
    if (strcmp(n->kind, "other") != 0)
        return false;
    name = words_fold(r->a, n->name);
    words = words_fold(r->a, p->words);
    return name != NULL && words != NULL && strncmp(name, words, strlen(words)) == 0;
}

static void
take_phrase(struct reader *r, const struct phrase *p, const char *words, long stated)
{
    long found = 0;

    for (size_t i = 0; p->kinds != NULL && i < r->tree->count; i++) {
        if (!is_of_kinds(r, &r->tree->nodes[i], p))
            continue;
        found++;
        if (r->reasons[i] == NULL)
            r->reasons[i] = strcmp(p->kinds, "*") == 0 ? "all" : words;
    }
    if (stated > 0 && stated <= STATED_MAX && r->counts_count < COUNTS_MAX) {
        const char *said = arena_printf(r->a, "%02ld %s", stated, words);

        r->counts[r->counts_count++] = (struct mapping_count){said != NULL ? said : words, stated,
                                                              found};
    }
}

/* Find every place of a phrase, use it, and cover it. */
static void
find_phrase(struct reader *r, const struct phrase *p)
{
    const char *words = r->bare ? words_fold(r->a, p->words) : p->words;
    size_t size = words != NULL ? strlen(words) : 0;
    char *at = r->text;

    while (size > 0 && (at = strstr(at, words)) != NULL) {
        bool whole = (at == r->text || at[-1] == ' ') && (at[size] == '\0' || at[size] == ' ');

        if (!whole || (p->use == USE_PLURAL && !is_plural(r, at))) {
            at++;
            continue;
        }
        if (p->use != USE_NEVER)
            take_phrase(r, p, p->words, number_before(r->text, at));
        memset(at, p->use == USE_NEVER ? '-' : MARK, size);
        at += size;
    }
}

/* Units named in the text. A name of one bare word ("Hội") says too little. */
static void
find_names(struct reader *r, const char *folded)
{
    for (size_t i = 0; i < r->tree->count; i++) {
        const struct unit_node *n = &r->tree->nodes[i];
        const char *name = words_fold(r->a, n->name);

        if (n->is_self || n->joined_as != 0 || r->reasons[i] != NULL || name == NULL
            || strchr(name, ' ') == NULL)
            continue;
        if (words_have(folded, name))
            r->reasons[i] = n->name;
    }
}

static enum err
collect(struct reader *r, struct mapping_words *ret, struct error *e)
{
    size_t count = r->tree->count;

    ret->units = arena_array(r->a, count + 1, sizeof *ret->units);
    ret->reasons = arena_array(r->a, count + 1, sizeof *ret->reasons);
    if (ret->units == NULL || ret->reasons == NULL)
        return err_set(e, ERR_NOMEM, "no memory for suggestions");
    ret->units_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (r->reasons[i] == NULL)
            continue;
        ret->units[ret->units_count] = i;
        ret->reasons[ret->units_count++] = r->reasons[i];
    }
    ret->counts = r->counts;
    ret->counts_count = r->counts_count;
    return OK;
}

static bool
is_bare(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char) *text >= 0x80)
            return false;
    return true;
}

enum err
mapping_suggest(const char *who, const struct unit_tree *tree, struct arena *a,
                struct mapping_words *ret, struct error *e)
{
    struct reader r = {.a = a, .tree = tree};
    const char *folded = words_fold(a, who);

    r.text = words_lower(a, who);
    r.reasons = arena_array(a, tree->count + 1, sizeof *r.reasons);
    r.counts = arena_array(a, COUNTS_MAX, sizeof *r.counts);
    if (folded == NULL || r.text == NULL || r.reasons == NULL || r.counts == NULL)
        return err_set(e, ERR_NOMEM, "no memory for suggestions");
    r.bare = is_bare(r.text);
    for (size_t i = 0; i < PHRASES_COUNT; i++)
        find_phrase(&r, &phrases[i]);
    find_names(&r, folded);
    return collect(&r, ret, e);
}
