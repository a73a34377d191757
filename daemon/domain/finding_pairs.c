/* Rules that no two records of a type may be alike in something: the key of each record is made and hashed
 * while the records are read, page by page; equal hashes are looked at again, and only then said. */
#include "config.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/domain/facts.h"
#include "daemon/domain/finding_core.h"
#include "daemon/domain/words.h"
#include "protocol/util/mem.h"

enum {
    PAIRS_MAX = 1 << 20, /* of one rule: 24 MiB */
    PAGE_RECORDS = 256,
    PAGE_ARENA_BYTES_MAX = 64 * 1024 * 1024,
};

/* --- what is alike ---------------------------------------------------------------------------- */

/* "shown\nwhat has to differ": the shown text is the first line. NULL: there is nothing to compare. */
static const char *
in_space(struct look *l, const struct record *r, const char *shown)
{
    const char *words = shown != NULL ? words_lower(&l->page, shown) : NULL;

    if (words == NULL || words[strspn(words, " ")] == '\0')
        return NULL;
    return arena_printf(&l->page, "%s\n%lld\n%s", shown, (long long) r->space, words);
}

static bool
has(const struct record *r, const char *field)
{
    return fact_value(r, field) != NULL;
}

static const char *
unit_name(struct look *l, const struct record *r)
{
    return has(r, "active_to") || has(r, "successor") ? NULL : in_space(l, r, fact_text(r, "name"));
}

static const char *
unit_code(struct look *l, const struct record *r)
{
    return has(r, "active_to") || has(r, "successor") ? NULL : in_space(l, r, fact_text(r, "code"));
}

static const char *
operator_name(struct look *l, const struct record *r)
{
    return has(r, "retired_on") ? NULL : in_space(l, r, fact_text(r, "name"));
}

static const char *
operator_login(struct look *l, const struct record *r)
{
    return has(r, "retired_on") ? NULL : in_space(l, r, fact_text(r, "login"));
}

static const char *
campaign_code(struct look *l, const struct record *r)
{
    return r->life_conflict ? NULL : in_space(l, r, fact_text(r, "code"));
}

/* A number that was given: "45a/KH-UBND", not the blank "   /KH-UBND" of a plan that waits for its number. */
static const char *
given_number(struct look *l, const struct record *r)
{
    const char *number = fact_text(r, "number");
    size_t before = number != NULL ? strcspn(number, "/") : 0;

    for (size_t i = 0; i < before; i++)
        if (isdigit((unsigned char) number[i]))
            return words_lower(&l->page, number);
    return NULL;
}

static int
year_of(const struct record *r, const char *field)
{
    const struct value *v = fact_value(r, field);
    int year = 0, month, day;

    if (v != NULL && v->kind == VALUE_DATE)
        date_from_days(date_first_day(v->date), &year, &month, &day);
    return year;
}

static const char *
words_of(struct look *l, const char *text)
{
    const char *words = text != NULL ? words_lower(&l->page, text) : NULL;

    return words != NULL ? words : "";
}

/* The State numbers by issuer, type and year; what has a series of its own is numbered within it. */
static const char *
document_number(struct look *l, const struct record *r)
{
    const char *number = given_number(l, r), *series = fact_text(r, "series");

    if (number == NULL || year_of(r, "date") == 0)
        return NULL;
    return arena_printf(&l->page, "%s\n%lld\n%s\n%s\n%s\n%lld\n%s\n%d", fact_text(r, "number"),
                        (long long) look_owner(l, r->space), number, words_of(l, series),
                        series != NULL ? "" : words_of(l, fact_text(r, "type")),
                        (long long) fact_reference(r, "issuer_unit"), words_of(l, fact_text(r, "issuer")),
                        series != NULL ? 0 : year_of(r, "date"));
}

static const char *
campaign_number(struct look *l, const struct record *r)
{
    const char *number = given_number(l, r);

    if (number == NULL || year_of(r, "issued_on") == 0 || r->life_conflict)
        return NULL;
    return arena_printf(&l->page, "%s\n%lld\n%s\n%lld\n%s\n%d", fact_text(r, "number"),
                        (long long) look_owner(l, r->space), number, (long long) fact_reference(r, "launcher"),
                        words_of(l, fact_text(r, "launcher_text")), year_of(r, "issued_on"));
}

/* As `missing` counts them: of one unit, one kind and one title; what somebody marked as the same is settled. */
static const char *
registration_title(struct look *l, const struct record *r)
{
    const char *state = fact_choice(r, "state"), *title = fact_text(r, "title"), *kind = fact_choice(r, "kind");
    const char *words = title != NULL ? words_fold(&l->page, title) : NULL;

    if (words == NULL || words[0] == '\0' || has(r, "same_as")
        || (state != NULL && (strcmp(state, "withdrawn") == 0 || strcmp(state, "returned") == 0)))
        return NULL;
    return arena_printf(&l->page, "%s\n%lld\n%lld\n%s\n%s", title, (long long) fact_reference(r, "campaign"),
                        (long long) fact_reference(r, "unit"), kind != NULL ? kind : "", words);
}

static const char *
duty_of_unit(struct look *l, const struct record *r)
{
    int64_t duty = fact_reference(r, "duty"), unit = fact_reference(r, "unit");
    struct record *named = NULL;

    if (duty == 0 || unit == 0 || look_record(l, unit, &named) != OK || named == NULL)
        return NULL;
    return arena_printf(&l->page, "%s\n%lld\n%lld", look_title(l, named), (long long) duty, (long long) unit);
}

/* --- the table -------------------------------------------------------------------------------- */

const struct pair_rule pair_rules[] = {
    {"unit_name_twice", RECORD_UNIT,
     N_("two units are called “{1}”: {4} and {3}; rename one, or delete the one that was entered twice"), true, NULL,
     unit_name},
    {"unit_code_twice", RECORD_UNIT,
     N_("two units have the short code “{1}”: this one and “{2}” ({3}); give one of them another: "
        "thidua set {4} code=…"),
     true, NULL, unit_code},
    {"operator_name_twice", RECORD_OPERATOR,
     N_("two people who may act are called “{1}”: {4} and {3}; add what tells them apart, or delete the one "
        "that was entered twice"),
     true, NULL, operator_name},
    {"login_twice", RECORD_OPERATOR,
     N_("“{1}” is the login of two people: this one and “{2}” ({3}); give one of them another: "
        "thidua set {4} login=…"),
     true, NULL, operator_login},
    {"campaign_code_twice", RECORD_CAMPAIGN,
     N_("two campaigns have the short code “{1}”: this one and “{2}” ({3}); give one of them another: "
        "thidua set {4} code=…"),
     true, NULL, campaign_code},
    {"campaign_number_twice", RECORD_CAMPAIGN,
     N_("the number {1} was given twice: to this plan and to “{2}” ({3}); ask the registry of documents which is "
        "right, and correct the other: thidua set {4} number=… reason=…"),
     false, NULL, campaign_number},
    {"document_number_twice", RECORD_DOCUMENT,
     N_("the number {1} was given twice: to this document and to “{2}” ({3}); ask the registry of documents which "
        "is right, and correct the other: thidua set {4} number=…"),
     false, NULL, document_number},
    {"registration_twice", RECORD_REGISTRATION,
     N_("“{1}” was registered twice ({4} and {3}) and counts once; delete one of them, or say that they are the "
        "same: thidua set {4} same_as=…"),
     false, "unit", registration_title},
    {"mapped_twice", RECORD_OBLIGATION_UNIT,
     N_("the duty is mapped to “{1}” twice ({4} and {3}); delete one of them: thidua delete {4}"), false,
     "duty", duty_of_unit},
};

const size_t pair_rules_count = sizeof pair_rules / sizeof pair_rules[0];

/* --- finding them ----------------------------------------------------------------------------- */

struct pair_key {
    uint64_t hash;
    int64_t id;
};

struct pair_list {
    struct pair_key *items; /* owned */
    size_t count, room;
};

static uint64_t
hash_of(const char *key)
{
    uint64_t hash = UINT64_C(14695981039346656037);

    for (key += strcspn(key, "\n"); *key != '\0'; key++)
        hash = (hash ^ (uint8_t) *key) * UINT64_C(1099511628211);
    return hash;
}

static bool
same_key(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a + strcspn(a, "\n"), b + strcspn(b, "\n")) == 0;
}

static int
compare_keys(const void *a, const void *b)
{
    const struct pair_key *x = a, *y = b;

    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

static enum err
list_add(struct look *l, struct pair_list *list, uint64_t hash, int64_t id)
{
    if (list->count == PAIRS_MAX)
        return err_say(l->e, ERR_LIMIT, N_("there are more than a million records of one kind, too many "
                                           "to compare; ask for another kind: thidua findings RECORD"), NULL);
    if (list->count == list->room) {
        size_t room = list->room == 0 ? 1024 : 2 * list->room;
        struct pair_key *items = mem_resize(list->items, room * sizeof *items);

        if (items == NULL)
            return fact_no_memory(l->e);
        list->items = items;
        list->room = room;
    }
    list->items[list->count++] = (struct pair_key){hash, id};
    return OK;
}

static enum err
say_pair(struct look *l, const struct pair_rule *rule, const struct record *r, const struct record *other,
         const char *key)
{
    struct stamp entries[2] = {look_made(r), look_made(other)};
    const char *shown = arena_text(&l->page, key, strcspn(key, "\n"));
    bool asked = false;
    enum err err = look_is_asked_for(l, r, &asked);

    if (err != OK || !asked)
        return err;
    return look_say(l, rule->name, rule->text, r, entries, 2, shown != NULL ? shown : "", look_title(l, other),
                    look_name(l, other), look_name(l, r), NULL);
}

/* The keys of one rule, over all records of its type. */
static enum err
list_keys(struct look *l, const struct pair_rule *rule, struct pair_list *list)
{
    struct state_query query = {.type = rule->type, .limit = PAGE_RECORDS};
    size_t count = PAGE_RECORDS;
    enum err err = OK;

    while (err == OK && count == PAGE_RECORDS) {
        struct record **records = NULL;

        count = 0;
        arena_init(&l->page, PAGE_ARENA_BYTES_MAX);
        err = state_list(l->s, &query, &l->page, &records, &count, l->e);
        for (size_t i = 0; err == OK && i < count; i++) {
            const char *key = rule->key(l, records[i]);

            if (key != NULL)
                err = list_add(l, list, hash_of(key), records[i]->id);
        }
        if (err == OK && count > 0)
            query.after = records[count - 1]->id;
        arena_release(&l->page);
    }
    return err;
}

/* Say of two neighbours with one hash that each is like the other, once their keys prove it. */
static enum err
say_equal(struct look *l, const struct pair_rule *rule, int64_t id, int64_t other_id)
{
    struct record *r = NULL, *other = NULL;
    const char *key = NULL;
    enum err err;

    arena_init(&l->page, PAGE_ARENA_BYTES_MAX);
    err = look_record(l, id, &r);
    if (err == OK)
        err = look_record(l, other_id, &other);
    if (err == OK && r != NULL && other != NULL)
        key = rule->key(l, r);
    if (err == OK && key != NULL && same_key(key, rule->key(l, other)))
        err = say_pair(l, rule, r, other, key);
    arena_release(&l->page);
    return err;
}

/* In each group of equal keys the first is told of the second, every other one of the first. */
static enum err
say_groups(struct look *l, const struct pair_rule *rule, const struct pair_list *list)
{
    size_t first = 0;
    enum err err = OK;

    for (size_t i = 0; err == OK && i < list->count; i++) {
        if (list->items[i].hash != list->items[first].hash)
            first = i;
        if (i > first)
            err = say_equal(l, rule, list->items[i].id, list->items[first].id);
        else if (i + 1 < list->count && list->items[i + 1].hash == list->items[i].hash)
            err = say_equal(l, rule, list->items[i].id, list->items[i + 1].id);
    }
    return err;
}

enum err
pairs_of_type(struct look *l, unsigned type)
{
    enum err err = OK;

    for (size_t i = 0; err == OK && i < pair_rules_count; i++) {
        struct pair_list list = {.count = 0};

        if (pair_rules[i].type != type)
            continue;
        err = list_keys(l, &pair_rules[i], &list);
        if (err == OK && list.count > 1) {
            qsort(list.items, list.count, sizeof *list.items, compare_keys);
            err = say_groups(l, &pair_rules[i], &list);
        }
        mem_free(list.items);
    }
    return err;
}

/* The first other record with the key of this one. */
static enum err
find_other(struct look *l, const struct pair_rule *rule, const struct record *r, const char *key)
{
    struct state_filter filter = {.value = {.kind = VALUE_REFERENCE}};
    struct state_query query = {
        .type = rule->type, .filters = &filter, .space = rule->in_space ? r->space : 0};
    struct record **records = NULL;
    size_t count = 0;
    enum err err;

    if (rule->narrow != NULL) {
        filter.field = fact_field(rule->type, rule->narrow);
        filter.value.record = fact_reference(r, rule->narrow);
        query.filters_count = 1;
    }
    err = state_list(l->s, &query, &l->page, &records, &count, l->e);
    for (size_t i = 0; err == OK && i < count; i++)
        if (records[i]->id != r->id && same_key(key, rule->key(l, records[i])))
            return say_pair(l, rule, r, records[i], key);
    return err;
}

enum err
pairs_of_record(struct look *l, const struct record *r)
{
    enum err err = OK;

    for (size_t i = 0; err == OK && i < pair_rules_count; i++) {
        const char *key = pair_rules[i].type == r->type ? pair_rules[i].key(l, r) : NULL;

        if (key != NULL)
            err = find_other(l, &pair_rules[i], r, key);
    }
    return err;
}
