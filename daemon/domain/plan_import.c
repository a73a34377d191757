/* A plan's reading becomes records: what the text says, and nothing that it does not say. */
#include "config.h"

#include "daemon/domain/plan_import.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/domain/batch.h"
#include "daemon/domain/facts.h"
#include "daemon/domain/fold.h"
#include "daemon/domain/issue.h"
#include "daemon/domain/plan_words.h"
#include "daemon/domain/units.h"
#include "daemon/domain/words.h"

enum { IMPORT_ARENA_BYTES_MAX = 64 * 1024 * 1024, CODE_TRIES_MAX = 1000, DIGITS_MAX = 18 };

struct import {
    const struct act *act;
    const json_t *plan;
    struct arena arena;
    struct batch batch;
    size_t campaign;   /* operation that makes it */
    json_t *counts;    /* owned */
    json_t *questions; /* owned */
    struct error *e;
};

static const char *
text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text != NULL && text[0] != '\0' ? text : NULL;
}

/* An item of a list of strings; the reader may also give {"text": …, "line": n}. */
static const char *
item_text(const json_t *item)
{
    return json_is_string(item) ? json_string_value(item) : text_of(item, "text");
}

static void
count_one(struct import *im, const char *type)
{
    json_int_t count = json_integer_value(json_object_get(im->counts, type));

    if (json_object_set_new(im->counts, type, json_integer(count + 1)) != 0)
        im->batch.err = ERR_NOMEM;
}

/* Begin a record of the campaign, with its source line. */
static size_t
add_record(struct import *im, unsigned type, const json_t *item)
{
    json_int_t line = json_integer_value(json_object_get(item, "line"));
    size_t op = batch_add(&im->batch, type, 0);

    batch_reference(&im->batch, "campaign", BATCH_NEW(im->campaign));
    if (line > 0 && line <= INT32_MAX)
        batch_integer(&im->batch, "line", line);
    count_one(im, registry_by_type(type)->name);
    return op;
}

static void
add_text(struct import *im, const char *field, const json_t *item, const char *key)
{
    batch_text(&im->batch, field, text_of(item, key));
}

static void
add_date(struct import *im, const char *field, const json_t *item, const char *key)
{
    batch_date(&im->batch, field, text_of(item, key), im->e);
}

/* --- the campaign itself --------------------------------------------------------------------- */

/* The year in which a plan stands, for its short code. */
static int
year_of(const struct import *im)
{
    const json_t *period = json_object_get(im->plan, "period");
    const char *dates[] = {text_of(period, "from"), text_of(im->plan, "issued"),
                           text_of(period, "to")};
    struct date date;
    int year;

    for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++) {
        if (dates[i] == NULL || date_parse(dates[i], &date, NULL) != OK)
            continue;
        date_parts(date, &year, NULL, NULL);
        return year;
    }
    date_from_days(period_day_of_wall(im->act->now_s), &year, NULL, NULL);
    return year;
}

static bool
is_code_taken(struct import *im, const char *code, enum err *err)
{
    struct state_filter filter = {
        .field = fact_field(RECORD_CAMPAIGN, "code"),
        .value = {.kind = VALUE_TEXT, .bytes = (const uint8_t *) code, .size = strlen(code)}};
    struct state_query q = {.type = RECORD_CAMPAIGN, .filters = &filter, .filters_count = 1};
    uint64_t count = 0;

    *err = state_count(im->act->s, &q, &count, im->e);
    return count > 0;
}

/* A short code that people type: the number's digits ("kh45-2023"), else the name that the campaign
 * bears ("dac-biet-2023"), else "td-2023"; with "-2" and so on until it is free. */
static enum err
choose_code(struct import *im, const char *bears_name, char ret_code[64])
{
    const char *number = text_of(im->plan, "number");
    int year = year_of(im);
    char stem[40] = "td";
    enum err err = OK;

    if (number != NULL && isdigit((unsigned char) number[0])) {
        size_t digits = strspn(number, "0123456789");

        snprintf(stem, sizeof stem, "kh%.*s", (int) (digits < 12 ? digits : 12), number);
    } else if (bears_name != NULL) {
        const char *folded = fold_text(&im->arena, bears_name);

        snprintf(stem, sizeof stem, "%s", folded != NULL ? folded : "td");
        for (char *p = stem; *p != '\0'; p++)
            *p = *p == ' ' ? '-' : *p;
    }
    snprintf(ret_code, 64, "%s-%d", stem, year);
    for (int n = 2; is_code_taken(im, ret_code, &err) && err == OK && n < CODE_TRIES_MAX; n++)
        snprintf(ret_code, 64, "%s-%d-%d", stem, year, n);
    return err;
}

/* The unit that bears the issuer's name, when just one does. */
static int64_t
launcher_of(struct import *im)
{
    const char *issuer = text_of(im->plan, "issuer");
    const char *folded = issuer != NULL ? words_fold(&im->arena, issuer) : NULL;
    struct unit_tree tree;
    int64_t found = 0;

    if (folded == NULL || units_load(im->act->s, &im->arena, &tree, NULL) != OK)
        return 0;
    for (size_t i = 0; i < tree.count; i++) {
        const char *name = words_fold(&im->arena, tree.nodes[i].name);

        if (name == NULL || strcmp(name, folded) != 0)
            continue;
        if (found != 0)
            return 0;
        found = tree.nodes[i].id;
    }
    return found;
}

static void
add_line(struct import *im, const char *field, const json_t *item)
{
    json_int_t line = json_integer_value(json_object_get(item, "line"));

    if (line > 0 && line <= INT32_MAX)
        batch_integer(&im->batch, field, line);
}

static enum err
add_campaign(struct import *im)
{
    const json_t *plan = im->plan, *signer = json_object_get(plan, "signer");
    const json_t *period = json_object_get(plan, "period");
    const char *bears_name = plan_bears_name(&im->arena, text_of(plan, "title"));
    char code[64];
    enum err err = choose_code(im, bears_name, code);

    if (err != OK)
        return err;
    im->campaign = batch_add(&im->batch, RECORD_CAMPAIGN, 0);
    add_text(im, "title", plan, "title");
    batch_text(&im->batch, "code", code);
    add_text(im, "theme", plan, "theme");
    batch_text(&im->batch, "bears_name", bears_name);
    batch_reference(&im->batch, "launcher", launcher_of(im));
    add_text(im, "launcher_text", plan, "issuer");
    add_date(im, "period_from", period, "from");
    add_date(im, "period_to", period, "to");
    add_text(im, "period_text", period, "text");
    add_line(im, "period_line", period);
    add_text(im, "number", plan, "number");
    add_date(im, "issued_on", plan, "issued");
    add_text(im, "place", plan, "place");
    add_text(im, "signer_name", signer, "name");
    add_text(im, "signer_title", signer, "title");
    add_text(im, "signer_authority", signer, "authority");
    add_line(im, "signer_line", signer);
    add_text(im, "type", plan, "type");
    batch_choice(&im->batch, "state", "draft");
    count_one(im, "campaign");
    return im->batch.err;
}

/* --- its lists ------------------------------------------------------------------------------- */

static void
add_occasion(struct import *im, const json_t *item, size_t place)
{
    (void) place;
    add_record(im, RECORD_OCCASION, item);
    add_text(im, "text", item, "text");
    add_date(im, "from", item, "from");
    add_date(im, "to", item, "to");
}

static void
add_basis(struct import *im, const json_t *item, size_t place)
{
    add_record(im, RECORD_LEGAL_BASIS, item);
    batch_integer(&im->batch, "position", (int64_t) place + 1);
    add_text(im, "text", item, "text");
    add_text(im, "number", item, "number");
    add_date(im, "date", item, "date");
    add_text(im, "issuer", item, "issuer");
}

/* The movement's name is its key: the same name twice is one record. */
static void
add_movement(struct import *im, const json_t *item, size_t place)
{
    const json_t *list = json_object_get(im->plan, "movements");
    const char *name = item_text(item);

    for (size_t i = 0; name != NULL && i < place; i++) {
        const char *before = item_text(json_array_get(list, i));

        if (before != NULL && strcmp(before, name) == 0)
            return;
    }
    if (name == NULL)
        return;
    add_record(im, RECORD_MOVEMENT, item);
    batch_text(&im->batch, "name", name);
}

/* A label that is free among those before `place`: as printed, or made up where there is none or it
 * was there before ("-3", "1 (2)"). */
static const char *
content_label(struct import *im, const json_t *list, size_t place)
{
    const char *printed = text_of(json_array_get(list, place), "label");
    int again = 1;

    if (printed == NULL)
        return arena_printf(&im->arena, "-%zu", place + 1);
    for (size_t i = 0; i < place; i++) {
        const char *before = text_of(json_array_get(list, i), "label");

        again += before != NULL && strcmp(before, printed) == 0;
    }
    return again == 1 ? printed : arena_printf(&im->arena, "%s (%d)", printed, again);
}

/* The item under whose label this one stands: "2.1" under "2", the last such before it. */
static size_t
content_parent(const json_t *list, size_t place, size_t none)
{
    const char *label = text_of(json_array_get(list, place), "label");

    for (size_t i = place; label != NULL && i-- > 0;) {
        const char *before = text_of(json_array_get(list, i), "label");
        size_t size = before != NULL ? strlen(before) : 0;

        if (size > 0 && strncmp(label, before, size) == 0 && label[size] == '.'
            && strchr(label + size + 1, '.') == NULL)
            return i;
    }
    return none;
}

static void
add_contents(struct import *im)
{
    const json_t *list = json_object_get(im->plan, "contents");
    size_t count = json_array_size(list), *ops = arena_array(&im->arena, count + 1, sizeof *ops);

    if (ops == NULL)
        im->batch.err = ERR_NOMEM;
    for (size_t i = 0; i < count && im->batch.err == OK; i++) {
        const json_t *item = json_array_get(list, i);
        const char *printed = text_of(item, "label"), *label = content_label(im, list, i);
        size_t parent = content_parent(list, i, count);

        ops[i] = add_record(im, RECORD_CONTENT_ITEM, item);
        batch_text(&im->batch, "label", label);
        if (printed != NULL && label != NULL && strcmp(printed, label) != 0)
            batch_text(&im->batch, "printed_label", printed);
        add_text(im, "text", item, "text");
        batch_integer(&im->batch, "position", (int64_t) i + 1);
        if (parent < count)
            batch_reference(&im->batch, "parent", BATCH_NEW(ops[parent]));
    }
}

static void
add_participant(struct import *im, const json_t *item, size_t place)
{
    long count = plan_leading_number(text_of(item, "text"));

    (void) place;
    add_record(im, RECORD_PARTICIPANT_CLASS, item);
    batch_choice(&im->batch, "kind", text_of(item, "kind"));
    add_text(im, "text", item, "text");
    if (count > 0)
        batch_integer(&im->batch, "count", count);
}

static void
add_obligation(struct import *im, const json_t *item, size_t place)
{
    const json_t *min = json_object_get(item, "min");
    const char *what = text_of(item, "what"), *unit = text_of(item, "unit");

    (void) place;
    add_record(im, RECORD_OBLIGATION, item);
    add_text(im, "who", item, "who");
    batch_text(&im->batch, "what", what != NULL ? what : text_of(item, "who"));
    batch_choice(&im->batch, "action", plan_action(&im->arena, what));
    if (json_is_number(min) && json_number_value(min) >= 0 && json_number_value(min) <= 1000000)
        batch_integer(&im->batch, "minimum", (int64_t) json_number_value(min));
    batch_text(&im->batch, "alternatives", unit);
    batch_text(&im->batch, "counts", plan_kinds(&im->arena, unit));
    add_date(im, "due", item, "due");
}

static void
add_report(struct import *im, const json_t *item, size_t place)
{
    const char *cadence = text_of(item, "cadence");
    json_int_t weekday = json_integer_value(json_object_get(item, "weekday"));

    (void) place;
    add_record(im, RECORD_REPORT_ROUTE, item);
    add_text(im, "from_text", item, "from");
    add_text(im, "to_text", item, "to");
    add_text(im, "via_text", item, "via");
    batch_choice(&im->batch, "cadence", cadence != NULL ? cadence : "none");
    if (weekday >= 1 && weekday <= 7)
        batch_integer(&im->batch, "weekday", weekday);
}

/* A number of JSON as a decimal: 0.39 is what was written, not the nearest binary fraction. */
static void
add_decimal(struct import *im, const char *field, const json_t *number)
{
    char text[40];
    struct value v = {.kind = VALUE_DECIMAL};
    char *point;

    if (json_is_integer(number))
        snprintf(text, sizeof text, "%" JSON_INTEGER_FORMAT, json_integer_value(number));
    else
        snprintf(text, sizeof text, "%.15g", json_real_value(number));
    if (strspn(text, "-0123456789.") != strlen(text) || strlen(text) > DIGITS_MAX)
        return;
    point = strchr(text, '.');
    if (point != NULL) {
        v.exponent = -(int32_t) strlen(point + 1);
        memmove(point, point + 1, strlen(point));
    }
    v.integer = strtoll(text, NULL, 10);
    if (value_decimal_normalise(&v) == OK)
        batch_value(&im->batch, fact_field(RECORD_INDICATOR, field), &v);
}

static void
add_indicator(struct import *im, const json_t *item, size_t place)
{
    const json_t *target = json_object_get(item, "target");

    (void) place;
    add_record(im, RECORD_INDICATOR, item);
    add_text(im, "name", item, "name");
    add_text(im, "measure", item, "unit");
    if (json_is_number(target))
        add_decimal(im, "target", target);
    else
        add_text(im, "target_rank", item, "target");
    add_date(im, "by", item, "by");
}

static void
add_award(struct import *im, const json_t *item, size_t place)
{
    (void) place;
    add_record(im, RECORD_AWARD_FORM, item);
    add_text(im, "form", item, "form");
    add_text(im, "authority", item, "authority");
}

static void
add_work(struct import *im, const json_t *item, size_t place)
{
    (void) place;
    add_record(im, RECORD_NAMED_WORK, item);
    add_text(im, "name", item, "name");
    add_text(im, "milestone", item, "milestone");
    add_date(im, "due", item, "due");
}

static void
add_contest(struct import *im, const json_t *item, size_t place)
{
    (void) place;
    add_record(im, RECORD_PLAN_CONTEST, item);
    add_text(im, "name", item, "name");
}

static void
add_event(struct import *im, const json_t *item, size_t place)
{
    const char *name = text_of(item, "name");

    (void) place;
    add_record(im, RECORD_PLAN_EVENT, item);
    batch_text(&im->batch, "name", name);
    batch_choice(&im->batch, "kind", plan_event_kind(&im->arena, name));
    add_date(im, "when", item, "when");
    batch_text(&im->batch, "ordinal", plan_ordinal(&im->arena, name));
}

static void
add_assignment(struct import *im, const json_t *item, size_t place)
{
    (void) place;
    add_record(im, RECORD_ASSIGNMENT, item);
    add_text(im, "assignee_text", item, "assignee");
    add_text(im, "label", item, "label");
}

static void
add_recipient(struct import *im, const json_t *item, size_t place)
{
    const char *text = item_text(item);
    long count = plan_leading_number(text);

    add_record(im, RECORD_RECIPIENT, item);
    batch_text(&im->batch, "text", text);
    batch_integer(&im->batch, "position", (int64_t) place + 1);
    if (count > 0)
        batch_integer(&im->batch, "count", count);
}

static void
add_lists(struct import *im)
{
    static const struct {
        const char *key;
        void (*add)(struct import *im, const json_t *item, size_t place);
    } lists[] = {
        {"occasions", add_occasion},
        {"legal_bases", add_basis},
        {"movements", add_movement},
        {"participants", add_participant},
        {"obligations", add_obligation},
        {"reports", add_report},
        {"indicators", add_indicator},
        {"awards", add_award},
        {"works", add_work},
        {"contests", add_contest},
        {"events", add_event},
        {"assignments", add_assignment},
        {"recipients", add_recipient},
    };

    add_contents(im);
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        const json_t *list = json_object_get(im->plan, lists[i].key);

        for (size_t k = 0; k < json_array_size(list) && im->batch.err == OK; k++)
            lists[i].add(im, json_array_get(list, k), k);
    }
}

/* --- held already? --------------------------------------------------------------------------- */

static bool
same_words(struct arena *a, const char *left, const char *right)
{
    const char *l = left != NULL ? words_fold(a, left) : NULL;
    const char *r = right != NULL ? words_fold(a, right) : NULL;

    return l != NULL && r != NULL && strcmp(l, r) == 0;
}

static bool
is_same_plan(struct arena *a, const struct record *campaign, const json_t *plan)
{
    const char *number = text_of(plan, "number"), *held = fact_text(campaign, "number");
    const char *issued = text_of(plan, "issued"), *state = fact_choice(campaign, "state");
    const struct value *held_on = fact_value(campaign, "issued_on");
    struct date date;
    bool dated = issued != NULL && held_on != NULL && date_parse(issued, &date, NULL) == OK;
    bool same_day = dated && date.precision == held_on->date.precision
                    && date.ordinal == held_on->date.ordinal;

    if (state != NULL && strcmp(state, "withdrawn") == 0)
        return false;
    /* "/KH-UBND" is a blank that is filled in later: it tells nothing apart */
    if (number != NULL && held != NULL && isdigit((unsigned char) number[0])
        && isdigit((unsigned char) held[0]) && dated) {
        if (!same_day || !same_words(a, number, held))
            return false;
        if (same_words(a, text_of(plan, "issuer"), fact_text(campaign, "launcher_text")))
            return true;
    }
    return same_words(a, text_of(plan, "title"), fact_text(campaign, "title"));
}

enum err
plan_held(struct store *s, const json_t *plan, int64_t *ret_campaign, struct error *e)
{
    struct arena a;
    struct space_row *spaces;
    struct record **campaigns;
    size_t spaces_count = 0, count = 0;
    int64_t found = 0;
    enum err err;

    arena_init(&a, IMPORT_ARENA_BYTES_MAX);
    err = space_list(s, &a, &spaces, &spaces_count, e);
    for (size_t i = 0; err == OK && i < spaces_count && found == 0; i++) {
        if (spaces[i].origin == SPACE_BELOW)
            continue;
        err = fact_list(s, &a, RECORD_CAMPAIGN, NULL, 0, spaces[i].id, &campaigns, &count, e);
        for (size_t k = 0; err == OK && k < count && found == 0; k++)
            if (is_same_plan(&a, campaigns[k], plan))
                found = campaigns[k]->id;
    }
    arena_release(&a);
    if (err == OK)
        *ret_campaign = found;
    return err;
}

static enum err
refuse_held(struct import *im)
{
    int64_t held = 0;
    struct record *campaign;
    char id[RECORD_ID_TEXT_BYTES];
    const char *code, *title;
    enum err err = plan_held(im->act->s, im->plan, &held, im->e);

    if (err != OK || held == 0)
        return err;
    err = state_get(im->act->s, held, &im->arena, &campaign, im->e);
    if (err != OK)
        return err;
    record_id_format(held, id);
    code = fact_text(campaign, "code");
    title = fact_text(campaign, "title");
    return err_say(
        im->e, ERR_CONFLICT,
        N_("this plan is held already as campaign {1} “{2}”: work on that one, or withdraw it "
           "before importing the plan again"),
        code != NULL ? code : id, title != NULL ? title : id, NULL);
}

/* --- the whole ------------------------------------------------------------------------------- */

static void
ask(struct import *im, const char *template, const char *arg)
{
    char text[ERR_TEXT_BYTES_MAX], args[ERR_ARGS_MAX][ERR_ARG_BYTES_MAX] = {{0}};
    json_t *question;

    snprintf(args[0], sizeof args[0], "%s", arg);
    err_fill(text, sizeof text, template, args, 1);
    question = json_pack("{s:s, s:s, s:[s], s:n}", "text", text, "template", template, "args", arg,
                         "line");
    if (question == NULL || json_array_append_new(im->questions, question) != 0)
        im->batch.err = ERR_NOMEM;
}

static enum err
make_answer(struct import *im, int64_t campaign, json_t *take_issued, json_t **ret_answer)
{
    struct record *r;
    char number[24];
    json_t *answer = NULL;
    enum err err = state_get(im->act->s, campaign, &im->arena, &r, im->e);

    if (err == OK && im->batch.cut_count > 0) {
        snprintf(number, sizeof number, "%zu", im->batch.cut_count);
        ask(im, N_("{1} texts were longer than their fields and were cut: compare with the source"),
            number);
    }
    if (err == OK && im->batch.err == OK)
        answer = json_pack("{s:{s:o, s:o, s:o, s:o}, s:O, s:O, s:I}", "campaign", "id",
                           fact_json_id(campaign), "title", fact_json_field(r, "title"), "code",
                           fact_json_field(r, "code"), "state", fact_json_field(r, "state"),
                           "counts", im->counts, "questions", im->questions, "changesets",
                           (json_int_t) im->batch.changesets_count);
    json_decref(take_issued);
    if (err == OK && answer == NULL)
        err = fact_no_memory(im->e);
    if (err == OK)
        *ret_answer = answer;
    return err;
}

static enum err
run_import(struct import *im, bool issue, json_t **ret_answer)
{
    json_t *issued = NULL;
    int64_t campaign;
    enum err err = refuse_held(im);

    if (err == OK)
        err = add_campaign(im);
    if (err == OK) {
        add_lists(im);
        err = batch_submit(&im->batch, im->act, im->e);
    }
    campaign = err == OK ? batch_record(&im->batch, im->campaign) : 0;
    if (err == OK && issue)
        err = issue_campaign(im->act, campaign, &campaign, &issued, im->e);
    return err == OK ? make_answer(im, campaign, issued, ret_answer) : err;
}

enum err
plan_import(const struct act *act, const json_t *plan, bool issue, json_t **ret_answer,
            struct error *e)
{
    struct import im = {.act = act, .plan = plan, .e = e};
    enum err err;

    if (!json_is_object(plan) || text_of(plan, "title") == NULL)
        return err_say(e, ERR_USAGE,
                       N_("this is no reading of a plan: it has no title; read the text with "
                          "“thidua plan read” first"),
                       NULL);
    arena_init(&im.arena, IMPORT_ARENA_BYTES_MAX);
    batch_init(&im.batch, &im.arena);
    im.counts = json_object();
    im.questions = json_is_array(json_object_get(plan, "questions"))
                       ? json_copy(json_object_get(plan, "questions"))
                       : json_array();
    err = im.counts != NULL && im.questions != NULL ? run_import(&im, issue, ret_answer)
                                                    : fact_no_memory(e);
    json_decref(im.counts);
    json_decref(im.questions);
    arena_release(&im.arena);
    return err;
}
