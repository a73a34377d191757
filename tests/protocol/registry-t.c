/* The registry: every table is well formed, and what once stood in it keeps its meaning. */
#include "config.h"

#include "protocol/registry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include "tests/util/tap.h"

#define EACH_RECORD(r)                                                                             \
    for (size_t r##_place = 0; r##_place < registry_records_count; r##_place++)                    \
        for (const struct registry_record *r = registry_records[r##_place]; r != NULL; r = NULL)
#define EACH_FIELD(r, f) for (const struct registry_field *f = (r)->fields; f->id != 0; f++)
#define EACH_CHOICE(f, c)                                                                          \
    for (const struct registry_choice *c = (f)->choices; c != NULL && c->name != NULL; c++)

enum { LINE_BYTES_MAX = 160, LINES_MAX = 2000 };

/* The enum of registry.h, once more, with the names that it must have. */
static const struct {
    unsigned type;
    const char *name;
} wanted_types[] = {
    {RECORD_GRANT, "grant"},
    {RECORD_ADOPTION, "adoption"},
    {RECORD_REVOCATION, "revocation"},
    {RECORD_CHILD, "child"},
    {RECORD_INVITATION, "invitation"},
    {RECORD_NOISE_KEY, "noise_key"},
    {RECORD_PROFILE, "profile"},
    {RECORD_ERASURE, "erasure"},
    {RECORD_UNIT, "unit"},
    {RECORD_UNIT_LINK, "unit_link"},
    {RECORD_PERSON, "person"},
    {RECORD_HOUSEHOLD, "household"},
    {RECORD_OPERATOR, "operator"},
    {RECORD_CAMPAIGN, "campaign"},
    {RECORD_OCCASION, "occasion"},
    {RECORD_MOVEMENT, "movement"},
    {RECORD_LEGAL_BASIS, "legal_basis"},
    {RECORD_CONTENT_ITEM, "content_item"},
    {RECORD_PARTICIPANT_CLASS, "participant_class"},
    {RECORD_OBLIGATION, "obligation"},
    {RECORD_OBLIGATION_UNIT, "obligation_unit"},
    {RECORD_REPORT_ROUTE, "report_route"},
    {RECORD_REPORT_FORM, "report_form"},
    {RECORD_INDICATOR, "indicator"},
    {RECORD_AWARD_FORM, "award_form"},
    {RECORD_ASSIGNMENT, "assignment"},
    {RECORD_NAMED_WORK, "named_work"},
    {RECORD_RECIPIENT, "recipient"},
    {RECORD_RECEIPT, "receipt"},
    {RECORD_DOCUMENT, "document"},
    {RECORD_PLAN_CONTEST, "plan_contest"},
    {RECORD_PLAN_EVENT, "plan_event"},
    {RECORD_REGISTRATION, "registration"},
    {RECORD_REGISTRATION_CAMPAIGN, "registration_campaign"},
    {RECORD_MILESTONE, "milestone"},
    {RECORD_PROGRESS, "progress"},
    {RECORD_REPORT, "report"},
    {RECORD_MEASUREMENT, "measurement"},
    {RECORD_REMINDER, "reminder"},
};

static void
the_table_holds_exactly_the_types_that_the_code_names(void **state)
{
    (void) state;
    assert_int_equal(registry_records_count, sizeof wanted_types / sizeof wanted_types[0]);
    for (size_t i = 0; i < registry_records_count; i++) {
        assert_int_equal(registry_records[i]->type, wanted_types[i].type);
        assert_string_equal(registry_records[i]->name, wanted_types[i].name);
    }
}

static void
types_and_fields_ascend_and_their_names_are_unique(void **state)
{
    unsigned last_type = 0;

    (void) state;
    EACH_RECORD(r) {
        unsigned last_field = 0, count = 0;

        assert_true(r->type > last_type && r->type <= REGISTRY_TYPE_MAX);
        last_type = r->type;
        assert_ptr_equal(registry_by_name(r->name), r);
        EACH_FIELD(r, f) {
            assert_true(f->id > last_field && f->id <= REGISTRY_FIELD_MAX);
            last_field = f->id;
            assert_ptr_equal(registry_field_by_name(r, f->name), f);
            count++;
        }
        assert_true(count >= 1 && count <= REGISTRY_FIELDS_MAX);
    }
}

static void
choices_are_unique_and_belong_to_integers(void **state)
{
    (void) state;
    EACH_RECORD(r) EACH_FIELD(r, f) {
        if (f->choices == NULL)
            continue;
        assert_int_equal(f->kind, VALUE_INTEGER);
        assert_true(f->min == 0 && f->max == 0);
        EACH_CHOICE(f, c) {
            assert_ptr_equal(registry_choice_by_name(f, c->name), c);
            assert_ptr_equal(registry_choice_by_number(f, c->number), c);
            EACH_CHOICE(f, d) {
                if (d != c) {
                    assert_string_not_equal(d->label_vi, c->label_vi);
                    assert_string_not_equal(d->label_en, c->label_en);
                }
            }
        }
    }
}

static void
assert_name(const char *name)
{
    assert_true(name != NULL && name[0] >= 'a' && name[0] <= 'z');
    assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_"), strlen(name));
}

static void
assert_label(const char *label)
{
    UErrorCode status = U_ZERO_ERROR;
    UChar wide[200];
    int32_t size = 0;

    assert_true(label != NULL && label[0] != '\0');
    assert_true(label[0] != ' ' && label[strlen(label) - 1] != ' ');
    u_strFromUTF8(wide, 200, &size, label, -1, &status);
    assert_true(U_SUCCESS(status));
    assert_true(unorm2_isNormalized(unorm2_getNFCInstance(&status), wide, size, &status));
    assert_true(U_SUCCESS(status));
}

static void
names_are_snake_case_and_labels_are_there_in_nfc(void **state)
{
    (void) state;
    EACH_RECORD(r) {
        assert_name(r->name);
        assert_label(r->label_vi);
        assert_label(r->label_en);
        EACH_FIELD(r, f) {
            assert_name(f->name);
            assert_label(f->label_vi);
            assert_label(f->label_en);
            EACH_CHOICE(f, c) {
                assert_name(c->name);
                assert_label(c->label_vi);
                assert_label(c->label_en);
            }
        }
    }
}

static void
a_title_is_a_text_of_its_type(void **state)
{
    (void) state;
    EACH_RECORD(r) {
        if (r->title != NULL) {
            const struct registry_field *f = registry_field_by_name(r, r->title);

            assert_non_null(f);
            assert_int_equal(f->kind, VALUE_TEXT);
        }
    }
}

static void
references_lead_to_known_types_and_bounds_are_in_order(void **state)
{
    (void) state;
    EACH_RECORD(r) EACH_FIELD(r, f) {
        assert_true(f->kind > VALUE_NULL && f->kind <= VALUE_ATTACHMENT);
        assert_true(f->min <= f->max);
        if (f->target != 0) {
            assert_int_equal(f->kind, VALUE_REFERENCE);
            assert_non_null(registry_by_type(f->target));
        }
        if ((f->flags & FIELD_LONG) != 0)
            assert_int_equal(f->kind, VALUE_TEXT);
    }
}

static void
a_plan_record_leads_to_the_campaign(void **state)
{
    (void) state;
    EACH_RECORD(r) {
        const struct registry_record *at = r;
        int steps = 0;

        if (r->home != HOME_PLAN) {
            assert_int_equal(r->plan_parent, 0);
            continue;
        }
        while (at->type != RECORD_CAMPAIGN) {
            const struct registry_field *f = registry_field_by_id(at, at->plan_parent);

            assert_non_null(f);
            assert_int_equal(f->kind, VALUE_REFERENCE);
            /* the duty of a unit is an obligation or a route, and either leads on */
            at = registry_by_type(f->target != 0 ? f->target : RECORD_OBLIGATION);
            assert_int_equal(at->home, HOME_PLAN);
            assert_true(++steps < 5);
        }
        assert_int_equal(at->plan_parent, 0);
    }
}

static void
key_fields_come_first_are_required_and_name_nothing_keyed(void **state)
{
    (void) state;
    EACH_RECORD(r) {
        bool past = false;

        EACH_FIELD(r, f) {
            if ((f->flags & FIELD_KEY) == 0) {
                past = true;
                continue;
            }
            assert_false(past);
            assert_true((f->flags & FIELD_REQUIRED) != 0);
            if (f->target != 0)
                assert_false(registry_is_keyed(registry_by_type(f->target)));
        }
    }
    assert_true(registry_is_keyed(registry_by_type(RECORD_REPORT)));
    assert_false(registry_is_keyed(registry_by_type(RECORD_REGISTRATION)));
}

static void
what_a_unit_may_write_has_one_owner_that_is_a_unit(void **state)
{
    (void) state;
    EACH_RECORD(r) {
        unsigned owners = 0;

        assert_true((r->writers & ROLE_ADMIN) != 0);
        EACH_FIELD(r, f) {
            if ((f->flags & FIELD_OWNER) == 0)
                continue;
            owners++;
            assert_int_equal(f->kind, VALUE_REFERENCE);
            assert_int_equal(f->target, RECORD_UNIT);
            /* two who introduce a keyed record apart cannot name two owners */
            if (registry_is_keyed(r))
                assert_true((f->flags & FIELD_KEY) != 0);
        }
        assert_int_equal(owners, (r->writers & ROLE_UNIT) != 0 ? 1 : 0);
    }
}

static void
what_is_unknown_is_not_found(void **state)
{
    const struct registry_record *unit = registry_by_name("unit");

    (void) state;
    assert_null(registry_by_type(0));
    assert_null(registry_by_type(15));
    assert_null(registry_by_type(REGISTRY_TYPE_MAX));
    assert_null(registry_by_name("huyện"));
    assert_null(registry_field_by_id(unit, 0));
    assert_null(registry_field_by_id(unit, 200));
    assert_null(registry_field_by_name(unit, "nom"));
    assert_null(registry_choice_by_name(registry_field_by_name(unit, "kind"), "planet"));
    assert_null(registry_choice_by_number(registry_field_by_name(unit, "kind"), 0));
    assert_null(registry_choice_by_name(registry_field_by_name(unit, "name"), "x"));
    assert_string_equal(
        registry_choice_by_number(registry_field_by_name(unit, "kind"), 3)->label_vi, "xã");
}

/* The frozen list: one line for each type, field and choice with all that signed bytes or the
 * judgement of them depend on. */
static char now[LINES_MAX][LINE_BYTES_MAX];
static char frozen[LINES_MAX][LINE_BYTES_MAX];
static size_t now_count, frozen_count;

static void
list_field(const struct registry_record *r, const struct registry_field *f)
{
    static const char *const kinds[] = {"null", "integer", "decimal", "text", "date",
                                        "time", "bytes", "reference", "attachment"};
    const char *target = f->kind != VALUE_REFERENCE ? "" : f->target == 0 ? ":any" : ":";

    snprintf(now[now_count++], LINE_BYTES_MAX, "%s.%s %s%s%s %u%s%s%s", r->name, f->name,
             kinds[f->kind], target, f->target == 0 ? "" : registry_by_type(f->target)->name, f->id,
             (f->flags & FIELD_KEY) != 0 ? " key" : "",
             (f->flags & FIELD_OWNER) != 0 ? " owner" : "",
             (f->flags & FIELD_SET_ONCE) != 0 ? " once" : "");
    EACH_CHOICE(f, c)
        snprintf(now[now_count++], LINE_BYTES_MAX, "%s.%s=%s %lld", r->name, f->name, c->name,
                 (long long) c->number);
}

static void
list_registry(void)
{
    now_count = 0;
    EACH_RECORD(r) {
        snprintf(now[now_count++], LINE_BYTES_MAX, "%s %u home %d writers %u%s%s", r->name, r->type,
                 (int) r->home, r->writers, r->system ? " system" : "",
                 r->grow_only ? " grow_only" : "");
        EACH_FIELD(r, f)
            list_field(r, f);
    }
}

static void
read_frozen(void)
{
    const char *folder = getenv("srcdir");
    char path[1000];
    FILE *file;

    snprintf(path, sizeof path, "%s/tests/vectors/registry.txt", folder != NULL ? folder : "..");
    file = fopen(path, "r");
    assert_non_null(file);
    frozen_count = 0;
    while (frozen_count < LINES_MAX && fgets(frozen[frozen_count], LINE_BYTES_MAX, file) != NULL) {
        frozen[frozen_count][strcspn(frozen[frozen_count], "\n")] = '\0';
        if (frozen[frozen_count][0] != '#' && frozen[frozen_count][0] != '\0')
            frozen_count++;
    }
    fclose(file);
}

/* Print each line of `a` that `b` lacks; gives their number. */
static int
lines_missing(char (*a)[LINE_BYTES_MAX], size_t a_count, char (*b)[LINE_BYTES_MAX], size_t b_count,
              const char *what)
{
    int missing = 0;

    for (size_t i = 0; i < a_count; i++) {
        size_t k = 0;

        while (k < b_count && strcmp(a[i], b[k]) != 0)
            k++;
        if (k == b_count) {
            print_message("%s: %s\n", what, a[i]);
            missing++;
        }
    }
    return missing;
}

static void
no_frozen_line_changed_its_meaning(void **state)
{
    (void) state;
    list_registry();
    read_frozen();
    assert_true(frozen_count > 300);
    assert_int_equal(lines_missing(frozen, frozen_count, now, now_count, "no longer so"), 0);
}

static void
every_number_in_use_is_frozen(void **state)
{
    (void) state;
    list_registry();
    read_frozen();
    assert_true(now_count < LINES_MAX);
    assert_int_equal(
        lines_missing(now, now_count, frozen, frozen_count, "append to tests/vectors/registry.txt"),
        0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_holds_exactly_the_types_that_the_code_names),
        cmocka_unit_test(types_and_fields_ascend_and_their_names_are_unique),
        cmocka_unit_test(choices_are_unique_and_belong_to_integers),
        cmocka_unit_test(names_are_snake_case_and_labels_are_there_in_nfc),
        cmocka_unit_test(a_title_is_a_text_of_its_type),
        cmocka_unit_test(references_lead_to_known_types_and_bounds_are_in_order),
        cmocka_unit_test(a_plan_record_leads_to_the_campaign),
        cmocka_unit_test(key_fields_come_first_are_required_and_name_nothing_keyed),
        cmocka_unit_test(what_a_unit_may_write_has_one_owner_that_is_a_unit),
        cmocka_unit_test(what_is_unknown_is_not_found),
        cmocka_unit_test(no_frozen_line_changed_its_meaning),
        cmocka_unit_test(every_number_in_use_is_frozen),
    };

    return tap_run("registry", tests, NULL, NULL);
}
