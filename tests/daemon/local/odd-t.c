/* What the API says of what is odd: findings, entries set aside, entries that wait; of machines that wrote apart. */
#include "config.h"

#include "tests/daemon/local/fixture.h"
#include "tests/util/author.h"
#include "tests/util/world.h"

/* The local API on a node of the world. */
static struct fixture
fixture_of(struct node *n)
{
    struct fixture f = {.writer = n->s};

    f.daemon.reader = n->s;
    f.daemon.me = n->me;
    return f;
}

static void
a_finding_is_listed_shown_on_its_record_and_counted(void **state)
{
    struct node office, laptop;
    struct fixture f;
    int64_t unit;
    char id[RECORD_ID_TEXT_BYTES], uri[64];
    json_t *answer;

    (void) state;
    node_found(&office, 1, "Xã Một", "commune");
    node_enrol(&laptop, 2, &office, INVITE_CLERK, NULL);
    node_sync(&office, &laptop);
    unit = node_add(&office, RECORD_UNIT, "name", "Thôn 1", "code", "t1", NULL);
    node_add(&laptop, RECORD_UNIT, "name", "Thôn 2", "code", "T1", NULL);
    f = fixture_of(&office);
    expect(&f, 200, "GET", "/v1/findings", NULL, "count", "0");
    node_sync(&office, &laptop);
    answer = ask(&f, 200, "GET", "/v1/findings", NULL);
    record_id_format(unit, id);
    assert_inside(answer, "count", "2");
    assert_inside(answer, "findings.0.rule", "unit_code_twice");
    assert_inside(answer, "findings.0.record.id", id);
    assert_inside(answer, "findings.0.args.1", "Thôn 2");
    assert_non_null(strstr(json_string_value(inside(answer, "findings.0.template")), "{1}"));
    assert_int_equal(json_array_size(inside(answer, "findings.0.entries")), 2);
    assert_inside(answer, "findings.0.entries.0.unit", "Xã Một");
    json_decref(answer);
    expect(&f, 200, "GET", "/v1/findings?record=unit&limit=1&offset=1", NULL, "findings.0.record.title", "Thôn 2");
    expect(&f, 200, "GET", "/v1/findings?record=person", NULL, "count", "0");
    expect(&f, 404, "GET", "/v1/findings?campaign=khong-co", NULL, "error.code", "not_found");
    expect(&f, 400, "GET", "/v1/findings?limit=1001", NULL, "error.code", "format");
    expect(&f, 200, "GET", "/v1/status", NULL, "findings", "2");
    answer = ask(&f, 200, "GET", "/v1/status?digest=0", NULL);
    assert_null(inside(answer, "findings")); /* it reads every record */
    json_decref(answer);
    snprintf(uri, sizeof uri, "/v1/records/unit/%s", id);
    expect(&f, 200, "GET", uri, NULL, "findings.0.rule", "unit_code_twice");
    node_release(&office);
    node_release(&laptop);
}

static int64_t
add_report(struct node *n, int64_t route, int64_t unit, const char *text)
{
    struct submit_field fields[] = {
        {1, {.kind = VALUE_REFERENCE, .record = route}},
        {2, {.kind = VALUE_REFERENCE, .record = unit}},
        {3, {.kind = VALUE_DATE, .date = {DATE_DAY, 19496}}},
        {5, {.kind = VALUE_TEXT, .bytes = (const uint8_t *) text, .size = strlen(text)}},
    };
    struct submit_op op = {.kind = SUBMIT_ADD, .type = RECORD_REPORT, .fields = fields, .fields_count = 4};
    struct submit_request request = {.ops = &op, .ops_count = 1};

    assert_int_equal(node_submit(n, &request, NULL), OK);
    return op.ret_record;
}

static int64_t
add_route(struct node *n, int64_t campaign)
{
    struct submit_field field = {1, {.kind = VALUE_REFERENCE, .record = campaign}};
    struct submit_op op = {.kind = SUBMIT_ADD, .type = RECORD_REPORT_ROUTE, .fields = &field, .fields_count = 1};
    struct submit_request request = {.ops = &op, .ops_count = 1};

    assert_int_equal(node_submit(n, &request, NULL), OK);
    return op.ret_record;
}

static void
a_report_drafted_by_two_is_one_record_whose_text_is_settled_by_resolve(void **state)
{
    struct node office, laptop;
    struct fixture f;
    int64_t unit, route;
    char path[96], body[96];
    json_t *answer;

    (void) state;
    node_found(&office, 1, "Xã Một", "commune");
    unit = node_add(&office, RECORD_UNIT, "name", "Thôn 1", NULL);
    route = add_route(&office, node_add(&office, RECORD_CAMPAIGN, "title", "Thi đua", NULL));
    node_enrol(&laptop, 2, &office, INVITE_CLERK, NULL);
    node_sync(&office, &laptop);
    add_report(&office, route, unit, "Có hai mô hình");
    laptop.now_s += 3600;
    add_report(&laptop, node_translate(&office, route, &laptop), node_translate(&office, unit, &laptop),
               "Có ba mô hình");
    node_sync(&office, &laptop);
    f = fixture_of(&office);
    expect(&f, 200, "GET", "/v1/records/report", NULL, "count", "1");
    answer = ask(&f, 200, "GET", "/v1/conflicts", NULL);
    assert_inside(answer, "count", "1");
    assert_int_equal(json_array_size(inside(answer, "records.0.conflicts.text")), 2);
    assert_non_null(strstr(json_string_value(inside(answer, "records.0.about")), "Thôn 1, 19/05/2023"));
    snprintf(path, sizeof path, "/v1/records/report/%s/resolve",
             json_string_value(inside(answer, "records.0.id")));
    snprintf(body, sizeof body, "{\"field\": \"text\", \"choice\": 2, \"version\": %d}",
             (int) json_integer_value(inside(answer, "records.0.version")));
    json_decref(answer);
    expect(&f, 200, "GET", "/v1/findings", NULL, "findings.0.rule", "entered_twice");
    fixture_now_s = laptop.now_s + 600;
    json_decref(ask(&f, 200, "POST", path, body));
    expect(&f, 200, "GET", "/v1/conflicts", NULL, "count", "0");
    expect(&f, 200, "GET", "/v1/findings", NULL, "count", "0");
    expect(&f, 200, "GET", "/v1/records/report", NULL, "records.0.fields.text", "Có hai mô hình");
    node_release(&office);
    node_release(&laptop);
}

static void
an_entry_set_aside_says_whose_it_is_what_it_would_have_written_and_what_to_do(void **state)
{
    struct node office;
    struct fixture f;
    struct author stranger, hamlet;
    int64_t mine, theirs;
    struct change_field name = author_text(1, "Thôn ma"), deed[4];
    struct change_op add = {.kind = CHANGE_PUT_NEW, .type = RECORD_UNIT, .fields = &name, .fields_count = 1};
    struct change_op set = {.kind = CHANGE_PUT, .type = RECORD_UNIT, .fields = &name, .fields_count = 1};
    json_t *answer;

    (void) state;
    node_found(&office, 1, "Xã Một", "commune");
    mine = node_add(&office, RECORD_UNIT, "name", "Thôn 1", NULL);
    theirs = node_add(&office, RECORD_UNIT, "name", "Thôn 2", NULL);
    author_begin(&stranger, &office, 8, 0, 0);
    author_begin(&hamlet, &office, 9, ROLE_UNIT, mine);
    set.target = author_ref(&stranger, mine);
    assert_int_equal(author_write(&stranger, &add, 1), 1);
    assert_int_equal(author_write(&stranger, &set, 1), 1);
    deed[0] = (struct change_field){1, {.kind = VALUE_REFERENCE, .ref = author_ref(&hamlet, mine)}};
    deed[1] = (struct change_field){2, {.kind = VALUE_REFERENCE, .ref = author_ref(&hamlet, theirs)}};
    deed[2] = (struct change_field){3, {.kind = VALUE_INTEGER, .integer = 2}};
    deed[3] = author_text(4, "Cổng chào");
    assert_int_equal(author_write(&hamlet,
                                  &(struct change_op){.kind = CHANGE_PUT_NEW, .type = RECORD_REGISTRATION,
                                                      .fields = deed, .fields_count = 4},
                                  1),
                     1);
    f = fixture_of(&office);
    answer = ask(&f, 200, "GET", "/v1/set-aside", NULL);
    assert_inside(answer, "count", "3");
    assert_inside(answer, "entries.0.machine_named", "false");
    assert_int_equal(strlen(json_string_value(inside(answer, "entries.0.machine"))), 8);
    assert_null(inside(answer, "entries.0.unit")); /* nothing says whose it is */
    assert_inside(answer, "entries.0.space_unit", "Xã Một");
    assert_inside(answer, "entries.0.operations.0.action", "add");
    assert_inside(answer, "entries.0.operations.0.title", "Thôn ma");
    assert_inside(answer, "entries.0.operations.0.fields", "[\"name\"]");
    assert_inside(answer, "entries.0.reason", "its device had no right in this space when it was written");
    assert_non_null(strstr(json_string_value(inside(answer, "entries.0.advice")), "thidua invite"));
    assert_inside(answer, "entries.1.operations.0.action", "set");
    assert_inside(answer, "entries.1.operations.0.title", "Thôn 1"); /* what it would have changed */
    assert_inside(answer, "entries.2.machine", "Máy lạ");
    assert_inside(answer, "entries.2.unit", "Thôn 1");
    assert_inside(answer, "entries.2.operations.0.record", "registration");
    assert_non_null(strstr(json_string_value(inside(answer, "entries.2.advice")), "at the office"));
    json_decref(answer);
    expect(&f, 200, "GET", "/v1/status?digest=0", NULL, "set_aside", "3");
    expect(&f, 200, "GET", "/v1/set-aside?machine=may+la", NULL, "count", "1");
    expect(&f, 200, "GET", "/v1/set-aside?space=outer", NULL, "count", "0");
    expect(&f, 200, "GET", "/v1/set-aside?limit=1&offset=2", NULL, "entries.0.machine", "Máy lạ");
    node_release(&office);
}

static void
a_body_that_cannot_be_read_is_said_to_be_so(void **state)
{
    static const uint8_t rubbish[] = {0xFF, 0xFF, 0xFF, 0xFF, 0x01};
    struct node office;
    struct fixture f;
    struct author a;
    json_t *answer;

    (void) state;
    node_found(&office, 1, "Xã Một", "commune");
    author_begin(&a, &office, 9, ROLE_CLERK, 0);
    assert_int_equal(author_write_bytes(&a, CHANGE_VERSION, CHANGE_CLOCK_SUSPECT, rubbish, sizeof rubbish), 1);
    assert_int_equal(author_write_bytes(&a, CHANGE_VERSION + 1, 0, rubbish, sizeof rubbish), 1);
    f = fixture_of(&office);
    answer = ask(&f, 200, "GET", "/v1/set-aside", NULL);
    assert_inside(answer, "entries.0.body", "malformed");
    assert_inside(answer, "entries.0.clock_suspect", "true");
    assert_inside(answer, "entries.0.operations", "[]");
    assert_inside(answer, "entries.1.body", "later");
    assert_inside(answer, "entries.1.clock_suspect", "false");
    assert_non_null(strstr(json_string_value(inside(answer, "entries.1.advice")), "upgrade this machine"));
    json_decref(answer);
    node_release(&office);
}

/* The laptop's own log, as `from` has it, to the office: without what the laptop had seen of others. */
static void
send_log_of(struct node *from, const uint8_t device[DEVICE_BYTES], struct node *to)
{
    struct space_row inner = node_space(from, SPACE_INNER);
    struct log_row *logs;
    size_t count;

    assert_int_equal(log_list(from->s, inner.id, &from->arena, &logs, &count, NULL), OK);
    for (size_t i = 0; i < count; i++) {
        struct run run = {.id = logs[i].name, .first_seq = 1, .last_seq = logs[i].received_seq};
        struct verified_run *verified;
        struct ingest_result result;
        struct hash start;
        struct buf items;
        uint64_t last;

        if (memcmp(logs[i].name.device, device, DEVICE_BYTES) != 0)
            continue;
        buf_init(&items, 1 << 20);
        assert_int_equal(log_read_items(from->s, logs[i].id, 1, run.last_seq, 1 << 20, &items, &last, NULL), OK);
        run.items = items.bytes;
        run.items_size = items.size;
        assert_int_equal(signature_at_or_after(from->s, logs[i].id, run.last_seq, &last, run.signature, NULL), OK);
        chain_start(&run.id, &start);
        assert_int_equal(run_verify(&run, &start, &verified, NULL), OK);
        assert_int_equal(store_begin(to->s, NULL), OK);
        assert_int_equal(ingest_run(to->s, verified, &result, NULL), OK);
        assert_int_equal(store_commit(to->s, NULL), OK);
        verified_run_free(verified);
        buf_release(&items);
    }
}

static void
a_log_that_waits_is_named_with_the_log_that_it_waits_for(void **state)
{
    struct node office, first, second;
    struct fixture f;
    json_t *answer;

    (void) state;
    node_found(&office, 1, "Xã Một", "commune");
    node_enrol(&first, 2, &office, INVITE_CLERK, NULL);
    node_enrol(&second, 3, &office, INVITE_CLERK, NULL);
    node_sync(&office, &first);
    node_sync(&office, &second);
    node_sync(&office, &first);
    node_add(&first, RECORD_UNIT, "name", "Thôn 1", NULL);
    node_sync(&first, &second);
    node_add(&second, RECORD_UNIT, "name", "Thôn 2", NULL);
    f = fixture_of(&office);
    answer = ask(&f, 200, "GET", "/v1/status?digest=0", NULL);
    assert_inside(answer, "held", "0");
    assert_null(inside(answer, "held_logs"));
    json_decref(answer);
    send_log_of(&second, second.me.sign.public_key, &office);
    answer = ask(&f, 200, "GET", "/v1/status?digest=0", NULL);
    assert_inside(answer, "held", "1");
    assert_inside(answer, "held_logs.0.entries", "1");
    assert_int_equal(json_array_size(inside(answer, "held_logs.0.waits_for")), 1);
    assert_true(json_integer_value(inside(answer, "held_logs.0.waits_for.0.needs"))
                > json_integer_value(inside(answer, "held_logs.0.waits_for.0.has")));
    json_decref(answer);
    node_send(&first, &office);
    expect(&f, 200, "GET", "/v1/status?digest=0", NULL, "held", "0");
    node_release(&office);
    node_release(&first);
    node_release(&second);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_finding_is_listed_shown_on_its_record_and_counted),
        cmocka_unit_test(a_report_drafted_by_two_is_one_record_whose_text_is_settled_by_resolve),
        cmocka_unit_test(an_entry_set_aside_says_whose_it_is_what_it_would_have_written_and_what_to_do),
        cmocka_unit_test(a_body_that_cannot_be_read_is_said_to_be_so),
        cmocka_unit_test(a_log_that_waits_is_named_with_the_log_that_it_waits_for),
    };

    return tap_run("findings", tests, NULL, NULL);
}
