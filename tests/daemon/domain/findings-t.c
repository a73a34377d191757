/* What the findings say, each of two machines that kept to the rules apart and broke them together. */
#include "config.h"

#include "daemon/domain/findings.h"

#include "tests/daemon/domain/story.h"
#include "tests/util/author.h"

struct apart {
    struct node office, laptop;
};

static void
apart_begin(struct apart *t)
{
    node_found(&t->office, 1, "Xã Trấn Ninh", "commune");
    node_enrol(&t->laptop, 2, &t->office, INVITE_CLERK, NULL);
    node_sync(&t->office, &t->laptop);
}

static void
apart_end(struct apart *t)
{
    node_release(&t->office);
    node_release(&t->laptop);
}

static struct findings
ask(struct node *n, const struct findings_question *q)
{
    struct findings found;

    assert_done(findings_list(n->s, q, &n->arena, &found, &story_error));
    return found;
}

/* Ask for one rule on one record (0: any), over all and by the record itself: both must say the same. */
static const struct finding *
find(struct node *n, const char *rule, int64_t record)
{
    struct findings all = ask(n, &(struct findings_question){.limit = 1000, .language = LANGUAGE_EN});
    const struct finding *found = NULL;
    size_t of_record = 0;
    bool by_record = false;

    for (size_t i = 0; i < all.count; i++)
        if (strcmp(all.items[i].rule, rule) == 0 && (record == 0 || all.items[i].record == record))
            found = &all.items[i];
    if (found != NULL)
        record = found->record;
    if (record != 0) {
        struct findings one = ask(n, &(struct findings_question){.record = record, .limit = 50});

        for (size_t i = 0; i < all.count; i++)
            of_record += all.items[i].record == record;
        for (size_t i = 0; i < one.count; i++)
            by_record |= strcmp(one.items[i].rule, rule) == 0;
        assert_int_equal(one.count, of_record);
        assert_int_equal(by_record, found != NULL);
    }
    return found;
}

/* Both nodes must say it alike. */
static void
assert_found(struct apart *t, const char *rule, int64_t record)
{
    const struct finding *found = find(&t->office, rule, record);

    if (found == NULL)
        fail_msg("%s is not found", rule);
    assert_non_null(strchr(found->said.text, ' '));
    assert_null(strstr(found->said.text, "{"));
    assert_true(found->entries_count > 0);
    assert_non_null(find(&t->laptop, rule, 0));
}

static void
assert_none(struct apart *t, const char *rule)
{
    assert_null(find(&t->office, rule, 0));
    assert_null(find(&t->laptop, rule, 0));
}

static int64_t
add_plan(struct node *n, const char *title, const char *code)
{
    return node_add(n, RECORD_CAMPAIGN, "title", title, "code", code, NULL);
}

static int64_t
add_under(struct node *n, unsigned type, const char *up, int64_t parent, const char *field, const char *text)
{
    struct story_draft d;
    struct batch *b = story_begin(&d, n);

    batch_add(b, type, 0);
    batch_reference(b, up, parent);
    if (field != NULL)
        batch_text(b, field, text);
    return story_end(&d);
}

static void
set_fields(struct node *n, int64_t record, const struct submit_field *fields, size_t count)
{
    struct submit_op op = {.kind = SUBMIT_SET, .record = record, .fields = fields, .fields_count = count};
    struct submit_request request = {.ops = &op, .ops_count = 1};

    assert_done(node_submit(n, &request, &story_error));
}

static const struct registry_field *
field_of(struct node *n, int64_t record, const char *field)
{
    return registry_field_by_name(node_read(n, record)->registry, field);
}

static void
set_date(struct node *n, int64_t record, const char *field, const char *day)
{
    struct submit_field set = {field_of(n, record, field)->id, {.kind = VALUE_DATE}};

    assert_done(date_parse(day, &set.value.date, &story_error));
    set_fields(n, record, &set, 1);
}

static void
set_choice(struct node *n, int64_t record, const char *field, const char *choice)
{
    const struct registry_field *f = field_of(n, record, field);
    struct submit_field set = {f->id, {.kind = VALUE_INTEGER, .integer = registry_choice_by_name(f, choice)->number}};

    set_fields(n, record, &set, 1);
}

static struct submit_field
text_of(struct node *n, int64_t record, const char *field, const char *text)
{
    return (struct submit_field){
        field_of(n, record, field)->id,
        {.kind = VALUE_TEXT, .bytes = (const uint8_t *) text, .size = strlen(text)}};
}

static int64_t
there(struct apart *t, int64_t record)
{
    return node_translate(&t->office, record, &t->laptop);
}

/* --- the tests -------------------------------------------------------------------------------- */

static void
a_fresh_commune_has_no_finding(void **state)
{
    struct apart t;

    (void) state;
    apart_begin(&t);
    story_unit(&t.office, "Thôn 1", "hamlet");
    add_plan(&t.office, "Thi đua", "td");
    node_sync(&t.office, &t.laptop);
    assert_int_equal(ask(&t.office, &(struct findings_question){.limit = 10}).total, 0);
    assert_int_equal(ask(&t.laptop, &(struct findings_question){.limit = 10}).total, 0);
    apart_end(&t);
}

static void
an_end_before_a_start_written_apart_is_found_until_it_is_corrected(void **state)
{
    struct apart t;
    const struct finding *found;
    int64_t plan;

    (void) state;
    apart_begin(&t);
    plan = add_plan(&t.office, "Thi đua", "td");
    node_sync(&t.office, &t.laptop);
    set_date(&t.office, plan, "period_from", "2023-08-01");
    set_date(&t.laptop, there(&t, plan), "period_to", "2023-07-30");
    assert_none(&t, "end_before_start");
    node_sync(&t.office, &t.laptop);
    assert_found(&t, "end_before_start", plan);
    found = find(&t.office, "end_before_start", plan);
    assert_non_null(strstr(found->said.text, "30/07/2023"));
    assert_int_equal(found->entries_count, 2); /* the one who wrote the start, and the one who wrote the end */
    set_date(&t.office, plan, "period_to", "2023-12-30");
    node_sync(&t.office, &t.laptop);
    assert_none(&t, "end_before_start");
    apart_end(&t);
}

static void
a_value_that_no_form_lets_through_is_found(void **state)
{
    struct apart t;
    struct author a;
    int64_t plan, work;
    struct change_field fields[3];
    struct change_op op = {.kind = CHANGE_PUT_NEW, .type = RECORD_PROGRESS, .fields = fields, .fields_count = 3};

    (void) state;
    apart_begin(&t);
    plan = add_plan(&t.office, "Thi đua", "td");
    work = add_under(&t.office, RECORD_NAMED_WORK, "campaign", plan, "name", "Cổng chào");
    author_begin(&a, &t.office, 9, ROLE_CLERK, 0);
    fields[0] = (struct change_field){1, {.kind = VALUE_REFERENCE, .ref = author_ref(&a, work)}};
    fields[1] = (struct change_field){3, {.kind = VALUE_DATE, .date = {DATE_DAY, 19000}}};
    fields[2] = (struct change_field){4, {.kind = VALUE_DECIMAL, .integer = 123}};
    assert_int_equal(author_write(&a, &op, 1), 0);
    node_sync(&t.office, &t.laptop);
    assert_found(&t, "not_allowed", 0);
    assert_none(&t, "empty");
    op.fields_count = 1; /* without its day */
    assert_int_equal(author_write(&a, &op, 1), 0);
    node_sync(&t.office, &t.laptop);
    assert_found(&t, "empty", 0);
    apart_end(&t);
}

static void
what_hangs_on_a_record_that_was_deleted_apart_is_found(void **state)
{
    struct apart t;
    struct story_draft d;
    struct batch *b;
    int64_t unit, plan, registration;

    (void) state;
    apart_begin(&t);
    unit = story_unit(&t.office, "Thôn 1", "hamlet");
    plan = add_plan(&t.office, "Thi đua", "td");
    node_sync(&t.office, &t.laptop);
    b = story_begin(&d, &t.office);
    batch_add(b, RECORD_REGISTRATION, 0);
    batch_reference(b, "campaign", plan);
    batch_reference(b, "unit", unit);
    batch_choice(b, "kind", "work");
    batch_text(b, "title", "Đường hoa");
    registration = story_end(&d);
    assert_int_equal(node_delete(&t.laptop, there(&t, unit), NULL), OK);
    assert_int_equal(node_delete(&t.laptop, there(&t, plan), NULL), OK);
    node_sync(&t.office, &t.laptop);
    assert_found(&t, "owner_gone", registration);
    assert_found(&t, "hangs_on_deleted", registration);
    assert_int_equal(node_set(&t.office, unit, "note", "vẫn còn", NULL), OK); /* as the sentence says */
    node_sync(&t.office, &t.laptop);
    assert_none(&t, "owner_gone");
    apart_end(&t);
}

static void
a_reference_to_what_does_not_count_is_found_and_to_another_kind_too(void **state)
{
    struct apart t;
    struct author a;
    struct change_field fields[2], name = author_text(1, "Ma");
    struct change_op unit = {.kind = CHANGE_PUT_NEW, .type = RECORD_PERSON, .fields = fields, .fields_count = 2};
    struct change_op wrong = {.kind = CHANGE_PUT_NEW, .type = RECORD_ADOPTION, .fields = &name, .fields_count = 1};
    int64_t plan;

    (void) state;
    apart_begin(&t);
    plan = add_plan(&t.office, "Thi đua", "td");
    author_begin(&a, &t.office, 9, ROLE_CLERK, 0);
    assert_int_equal(author_write(&a, &wrong, 1), 1); /* a clerk adopts nobody */
    fields[0] = author_text(1, "Lý Văn Nam");
    fields[1] = (struct change_field){4, {.kind = VALUE_REFERENCE, .ref = {.log = 0, .seq = 1, .index = 0}}};
    assert_int_equal(author_write(&a, &unit, 1), 0);
    node_sync(&t.office, &t.laptop);
    assert_found(&t, "refers_to_nothing", 0);
    fields[1].value.ref = author_ref(&a, plan);
    assert_int_equal(author_write(&a, &unit, 1), 0);
    node_sync(&t.office, &t.laptop);
    assert_int_equal(ask(&t.office, &(struct findings_question){.type = RECORD_PERSON, .limit = 9}).total, 2);
    apart_end(&t);
}

static void
a_draft_that_was_changed_while_it_was_issued_is_found(void **state)
{
    struct apart t;
    int64_t plan, duty, issued;

    (void) state;
    apart_begin(&t);
    plan = add_plan(&t.office, "Thi đua", "td");
    duty = add_under(&t.office, RECORD_OBLIGATION, "campaign", plan, "what", "Đăng ký 1 mô hình");
    node_sync(&t.office, &t.laptop);
    issued = story_issue(&t.office, plan);
    assert_int_equal(node_set(&t.laptop, there(&t, duty), "what", "Đăng ký 2 mô hình", NULL), OK);
    add_under(&t.laptop, RECORD_OBLIGATION, "campaign", there(&t, plan), "what", "Báo cáo");
    node_sync(&t.office, &t.laptop);
    assert_found(&t, "draft_changed", duty);
    assert_int_equal(ask(&t.office, &(struct findings_question){.type = RECORD_OBLIGATION, .limit = 9}).total, 2);
    /* asked for the issued campaign, its draft's parts are shown too; for another, none */
    assert_int_equal(ask(&t.office, &(struct findings_question){.campaign = issued, .limit = 9}).total, 2);
    assert_int_equal(
        ask(&t.office, &(struct findings_question){.campaign = add_plan(&t.office, "Khác", "kh"), .limit = 9}).total,
        0);
    assert_int_equal(node_delete(&t.office, duty, NULL), OK);
    assert_null(find(&t.office, "draft_changed", duty));
    apart_end(&t);
}

static void
an_issued_plan_that_was_changed_without_a_reason_is_found(void **state)
{
    struct apart t;
    int64_t plan, duty, issued;

    (void) state;
    apart_begin(&t);
    plan = add_plan(&t.office, "Thi đua", "td");
    duty = add_under(&t.office, RECORD_OBLIGATION, "campaign", plan, "what", "Đăng ký 1 mô hình");
    set_choice(&t.office, duty, "mapped", "yes");
    issued = story_issue(&t.office, plan);
    duty = story_nth(&t.office, RECORD_OBLIGATION, issued, 0);
    node_sync(&t.office, &t.laptop);
    assert_int_equal(ask(&t.office, &(struct findings_question){.limit = 9}).total, 0);
    set_choice(&t.office, issued, "state", "running"); /* its course */
    set_choice(&t.office, duty, "mapped", "no"); /* daily work, as mapping is */
    set_date(&t.office, duty, "due", "2023-08-15"); /* it was left open */
    assert_int_equal(ask(&t.office, &(struct findings_question){.limit = 9}).total, 0);
    set_fields(&t.office, issued,
               (struct submit_field[]){text_of(&t.office, issued, "theme", "Đoàn kết"),
                                       text_of(&t.office, issued, "reason", "đính chính")},
               2);
    assert_null(find(&t.office, "issued_changed", 0));
    assert_int_equal(node_set(&t.office, issued, "title", "Thi đua yêu nước", NULL), OK);
    assert_int_equal(node_set(&t.office, duty, "what", "Đăng ký 2 mô hình", NULL), OK);
    node_sync(&t.office, &t.laptop);
    assert_found(&t, "issued_changed", issued);
    assert_found(&t, "part_changed", duty);
    add_under(&t.office, RECORD_DOCUMENT, "corrects", duty, "number", "70/TB");
    add_under(&t.office, RECORD_DOCUMENT, "corrects", issued, "number", "71/TB");
    node_sync(&t.office, &t.laptop);
    assert_none(&t, "part_changed");
    assert_none(&t, "issued_changed");
    set_choice(&t.office, issued, "state", "draft");
    node_sync(&t.office, &t.laptop);
    assert_found(&t, "state_back", issued);
    apart_end(&t);
}

static void
two_of_one_name_code_or_number_are_found_each_with_the_other(void **state)
{
    struct apart t;
    struct story_draft d;
    struct batch *b;
    const struct finding *found;
    int64_t mine, document;

    (void) state;
    apart_begin(&t);
    mine = node_add(&t.office, RECORD_UNIT, "name", "Thôn  Đông", "code", "td", NULL);
    node_add(&t.laptop, RECORD_UNIT, "name", "THÔN ĐÔNG", "code", "TD", NULL);
    node_add(&t.laptop, RECORD_UNIT, "name", "Thôn Dông", NULL); /* marks tell names apart */
    node_add(&t.office, RECORD_OPERATOR, "name", "Lý Văn Nam", "login", "nam", NULL);
    node_add(&t.laptop, RECORD_OPERATOR, "name", "Lý Văn Nam", "login", "nam", NULL);
    add_plan(&t.office, "Một", "kh64");
    add_plan(&t.laptop, "Hai", "KH64");
    for (int i = 0; i < 2; i++) {
        struct node *n = i == 0 ? &t.office : &t.laptop;

        b = story_begin(&d, n);
        batch_add(b, RECORD_DOCUMENT, 0);
        batch_text(b, "number", i == 0 ? "45a/QĐ-UBND" : "45A/QĐ-UBND");
        batch_text(b, "type", "quyết định");
        batch_date(b, "date", i == 0 ? "2023-02-01" : "2023-09-15", &story_error);
        document = story_end(&d);
        b = story_begin(&d, n);
        batch_add(b, RECORD_CAMPAIGN, 0);
        batch_text(b, "title", i == 0 ? "Ba" : "Bốn");
        batch_text(b, "number", "64/KH-UBND");
        batch_date(b, "issued_on", "2023-02-01", &story_error);
        story_end(&d);
        b = story_begin(&d, n); /* a plan that waits for its number */
        batch_add(b, RECORD_DOCUMENT, 0);
        batch_text(b, "number", "   /KH-UBND");
        batch_date(b, "date", "2023-02-01", &story_error);
        story_end(&d);
    }
    (void) document;
    assert_int_equal(ask(&t.office, &(struct findings_question){.limit = 9}).total, 0);
    node_sync(&t.office, &t.laptop);
    assert_found(&t, "unit_name_twice", mine);
    found = find(&t.office, "unit_code_twice", mine);
    assert_non_null(strstr(found->said.text, "THÔN ĐÔNG"));
    assert_found(&t, "unit_code_twice", mine);
    assert_found(&t, "operator_name_twice", 0);
    assert_found(&t, "login_twice", 0);
    assert_found(&t, "campaign_code_twice", 0);
    assert_found(&t, "campaign_number_twice", 0);
    assert_found(&t, "document_number_twice", 0);
    assert_int_equal(ask(&t.office, &(struct findings_question){.limit = 99}).total, 14);
    assert_int_equal(ask(&t.office, &(struct findings_question){.offset = 10, .limit = 99}).count, 4);
    assert_int_equal(node_set(&t.office, mine, "name", "Thôn Đông Hạ", NULL), OK);
    set_date(&t.office, mine, "active_to", "2023-01-01");
    assert_null(find(&t.office, "unit_name_twice", 0));
    assert_null(find(&t.office, "unit_code_twice", 0)); /* of a unit that ended, the code is free */
    apart_end(&t);
}

static int64_t
add_registration(struct node *n, int64_t plan, int64_t unit, const char *title, const char *state)
{
    struct story_draft d;
    struct batch *b = story_begin(&d, n);

    batch_add(b, RECORD_REGISTRATION, 0);
    batch_reference(b, "campaign", plan);
    batch_reference(b, "unit", unit);
    batch_choice(b, "kind", "work");
    batch_text(b, "title", title);
    batch_choice(b, "state", state);
    return story_end(&d);
}

static void
a_work_that_two_registered_apart_is_found_until_it_is_said_to_be_the_same(void **state)
{
    struct apart t;
    int64_t unit, plan, mine, theirs;

    (void) state;
    apart_begin(&t);
    unit = story_unit(&t.office, "Thôn 1", "hamlet");
    plan = add_plan(&t.office, "Thi đua", "td");
    node_sync(&t.office, &t.laptop);
    mine = add_registration(&t.office, plan, unit, "Đường hoa", "sent");
    theirs = add_registration(&t.laptop, there(&t, plan), there(&t, unit), "đường  HOA", "sent");
    add_registration(&t.laptop, there(&t, plan), there(&t, unit), "Đường hoa", "withdrawn");
    node_sync(&t.office, &t.laptop);
    assert_found(&t, "registration_twice", mine);
    set_fields(&t.laptop, theirs,
               &(struct submit_field){field_of(&t.laptop, theirs, "same_as")->id,
                                      {.kind = VALUE_REFERENCE, .record = there(&t, mine)}},
               1);
    node_sync(&t.office, &t.laptop);
    assert_none(&t, "registration_twice");
    set_date(&t.office, mine, "done_on", "2023-08-15");
    set_choice(&t.laptop, there(&t, mine), "state", "returned");
    set_date(&t.laptop, there(&t, mine), "sent_on", "2023-08-10");
    set_date(&t.office, mine, "received_on", "2023-08-09");
    node_sync(&t.office, &t.laptop);
    assert_found(&t, "done_without_state", mine);
    assert_found(&t, "received_before_sent", mine);
    apart_end(&t);
}

static int64_t
add_route(struct node *n, int64_t plan)
{
    struct story_draft d;
    struct batch *b = story_begin(&d, n);

    batch_add(b, RECORD_REPORT_ROUTE, 0);
    batch_reference(b, "campaign", plan);
    batch_text(b, "name", "Báo cáo tuần");
    batch_choice(b, "cadence", "weekly");
    batch_choice(b, "weekday", "friday");
    return story_end(&d);
}

static int64_t
add_report(struct node *n, int64_t route, int64_t unit, const char *period, const char *text)
{
    struct story_draft d;
    struct batch *b = story_begin(&d, n);

    batch_add(b, RECORD_REPORT, 0);
    batch_reference(b, "route", route);
    batch_reference(b, "unit", unit);
    batch_date(b, "period", period, &story_error);
    batch_text(b, "text", text);
    return story_end(&d);
}

static void
a_report_changed_while_it_was_received_is_found(void **state)
{
    struct apart t;
    int64_t unit, route, report, second;
    struct story_draft d;
    struct batch *b;

    (void) state;
    apart_begin(&t);
    unit = story_unit(&t.office, "Thôn 1", "hamlet");
    route = add_route(&t.office, add_plan(&t.office, "Thi đua", "td"));
    report = add_report(&t.office, route, unit, "2023-05-19", "Đã làm");
    second = add_report(&t.office, route, unit, "2023-05-26", "Đã xong");
    node_sync(&t.office, &t.laptop);
    set_choice(&t.office, report, "state", "received");
    assert_int_equal(ask(&t.office, &(struct findings_question){.limit = 9}).total, 0);
    assert_int_equal(node_set(&t.laptop, there(&t, report), "text", "Chưa làm", NULL), OK);
    node_sync(&t.office, &t.laptop);
    assert_found(&t, "received_changed", report);
    set_choice(&t.office, report, "state", "returned");
    node_sync(&t.office, &t.laptop);
    assert_none(&t, "received_changed");
    b = story_begin(&d, &t.office); /* received by a receipt */
    batch_add(b, RECORD_RECEIPT, 0);
    batch_reference(b, "subject", second);
    batch_reference(b, "unit", unit);
    batch_choice(b, "outcome", "received");
    story_end(&d);
    assert_null(find(&t.office, "received_changed", 0));
    assert_int_equal(node_set(&t.laptop, there(&t, second), "text", "Chưa xong", NULL), OK);
    node_sync(&t.office, &t.laptop);
    assert_found(&t, "received_changed", second);
    b = story_begin(&d, &t.office); /* and sent back by another: then it is to be changed */
    batch_add(b, RECORD_RECEIPT, 0);
    batch_reference(b, "subject", second);
    batch_reference(b, "unit", unit);
    batch_choice(b, "outcome", "returned");
    story_end(&d);
    assert_int_equal(node_set(&t.laptop, there(&t, second), "text", "Xong một nửa", NULL), OK);
    node_sync(&t.office, &t.laptop);
    assert_none(&t, "received_changed");
    apart_end(&t);
}

static void
a_report_entered_by_two_is_one_record_with_both_texts_and_off_its_route_is_found(void **state)
{
    struct apart t;
    int64_t unit, route, report;

    (void) state;
    apart_begin(&t);
    unit = story_unit(&t.office, "Thôn 1", "hamlet");
    route = add_route(&t.office, add_plan(&t.office, "Thi đua", "td"));
    node_sync(&t.office, &t.laptop);
    report = add_report(&t.office, route, unit, "2023-05-19", "Có hai mô hình");
    add_report(&t.laptop, there(&t, route), there(&t, unit), "2023-05-19", "Có ba mô hình");
    add_report(&t.laptop, there(&t, route), there(&t, unit), "2023-05-18", "Thứ Năm");
    node_sync(&t.office, &t.laptop);
    assert_int_equal(story_count(&t.office, RECORD_REPORT, 0), 2);
    assert_found(&t, "entered_twice", 0);
    assert_non_null(strstr(find(&t.office, "entered_twice", 0)->said.text, "thidua resolve report"));
    assert_found(&t, "report_period", 0);
    assert_int_equal(node_set(&t.office, report, "text", "Có ba mô hình", NULL), OK);
    node_sync(&t.office, &t.laptop);
    assert_none(&t, "entered_twice");
    apart_end(&t);
}

static void
a_duty_mapped_twice_and_a_record_in_the_wrong_space_are_found(void **state)
{
    struct apart t;
    struct submit_field fields[2];
    struct submit_op op = {.kind = SUBMIT_ADD, .type = RECORD_OBLIGATION_UNIT, .fields = fields,
                           .fields_count = 2};
    struct submit_request request = {.ops = &op, .ops_count = 1};
    struct submit_field name = {1, {.kind = VALUE_TEXT, .bytes = (const uint8_t *) "Lý Văn Nam", .size = 12}};
    int64_t unit, duty;

    (void) state;
    apart_begin(&t);
    unit = story_unit(&t.office, "Thôn 1", "hamlet");
    duty = add_under(&t.office, RECORD_OBLIGATION, "campaign", add_plan(&t.office, "Thi đua", "td"), "what", "Việc");
    fields[0] = (struct submit_field){1, {.kind = VALUE_REFERENCE, .record = duty}};
    fields[1] = (struct submit_field){2, {.kind = VALUE_REFERENCE, .record = unit}};
    for (int kind = SPACE_INNER; kind <= SPACE_OUTER; kind++) {
        op.space = node_space(&t.office, (enum space_kind) kind).id;
        assert_int_equal(node_submit(&t.office, &request, NULL), OK);
    }
    op = (struct submit_op){.kind = SUBMIT_ADD, .type = RECORD_PERSON, .fields = &name, .fields_count = 1,
                            .space = node_space(&t.office, SPACE_OUTER).id};
    assert_int_equal(node_submit(&t.office, &request, NULL), OK);
    node_sync(&t.office, &t.laptop);
    assert_found(&t, "mapped_twice", 0);
    assert_found(&t, "wrong_home", op.ret_record);
    set_choice(&t.office, add_plan(&t.office, "Ba", "b"), "state", "withdrawn"); /* nobody need have seen it */
    assert_none(&t, "issued_unseen");
    set_choice(&t.office, add_plan(&t.office, "Hai", "h"), "state", "running");
    node_sync(&t.office, &t.laptop);
    assert_found(&t, "issued_unseen", 0);
    apart_end(&t);
}

static void
a_percentage_over_100_and_two_figures_of_one_period_are_found(void **state)
{
    struct apart t;
    int64_t unit, indicator, measurement;

    (void) state;
    apart_begin(&t);
    unit = story_unit(&t.office, "Thôn 1", "hamlet");
    indicator = add_under(&t.office, RECORD_INDICATOR, "campaign", add_plan(&t.office, "Thi đua", "td"), "name",
                          "Hộ nghèo");
    assert_int_equal(node_set(&t.office, indicator, "measure", "%", NULL), OK);
    node_sync(&t.office, &t.laptop);
    for (int i = 0; i < 2; i++) {
        struct node *n = i == 0 ? &t.office : &t.laptop;
        struct submit_field fields[] = {
            {1, {.kind = VALUE_REFERENCE, .record = i == 0 ? indicator : there(&t, indicator)}},
            {2, {.kind = VALUE_REFERENCE, .record = i == 0 ? unit : there(&t, unit)}},
            {3, {.kind = VALUE_DATE, .date = {DATE_YEAR, 53}}},
            {4, {.kind = VALUE_DECIMAL, .integer = i == 0 ? 39 : 1005, .exponent = -1}},
        };
        struct submit_op op = {.kind = SUBMIT_ADD, .type = RECORD_MEASUREMENT, .fields = fields, .fields_count = 4};
        struct submit_request request = {.ops = &op, .ops_count = 1};

        n->now_s += 600 * i;
        if (node_submit(n, &request, &story_error) != OK)
            fail_msg("%s", story_error.text);
        measurement = op.ret_record;
    }
    node_sync(&t.office, &t.laptop);
    assert_found(&t, "entered_twice", 0);
    assert_found(&t, "percent_over_100", 0);
    assert_int_equal(node_set(&t.laptop, measurement, "reason", "tính cả hộ mới", NULL), OK);
    node_sync(&t.office, &t.laptop);
    assert_none(&t, "percent_over_100");
    apart_end(&t);
}

static void
the_machine_of_a_deleted_unit_is_found(void **state)
{
    struct apart t;
    struct author a;
    int64_t unit;

    (void) state;
    apart_begin(&t);
    unit = story_unit(&t.office, "Thôn 1", "hamlet");
    author_begin(&a, &t.office, 9, ROLE_UNIT, unit);
    assert_null(find(&t.office, "machine_of_deleted_unit", 0));
    assert_int_equal(node_delete(&t.office, unit, NULL), OK);
    node_sync(&t.office, &t.laptop);
    assert_found(&t, "machine_of_deleted_unit", 0);
    apart_end(&t);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fresh_commune_has_no_finding),
        cmocka_unit_test(an_end_before_a_start_written_apart_is_found_until_it_is_corrected),
        cmocka_unit_test(a_value_that_no_form_lets_through_is_found),
        cmocka_unit_test(what_hangs_on_a_record_that_was_deleted_apart_is_found),
        cmocka_unit_test(a_reference_to_what_does_not_count_is_found_and_to_another_kind_too),
        cmocka_unit_test(a_draft_that_was_changed_while_it_was_issued_is_found),
        cmocka_unit_test(an_issued_plan_that_was_changed_without_a_reason_is_found),
        cmocka_unit_test(two_of_one_name_code_or_number_are_found_each_with_the_other),
        cmocka_unit_test(a_work_that_two_registered_apart_is_found_until_it_is_said_to_be_the_same),
        cmocka_unit_test(a_report_changed_while_it_was_received_is_found),
        cmocka_unit_test(a_report_entered_by_two_is_one_record_with_both_texts_and_off_its_route_is_found),
        cmocka_unit_test(a_duty_mapped_twice_and_a_record_in_the_wrong_space_are_found),
        cmocka_unit_test(a_percentage_over_100_and_two_figures_of_one_period_are_found),
        cmocka_unit_test(the_machine_of_a_deleted_unit_is_found),
    };

    return tap_run("findings", tests, NULL, NULL);
}
