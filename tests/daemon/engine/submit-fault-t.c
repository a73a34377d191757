/* The local pipeline under faults: memory runs out, the disk fails, is full, tears a write, loses power. */
#include "config.h"

#include <string.h>

#include "daemon/engine/erase.h"
#include "daemon/engine/rescue.h"
#include "daemon/engine/revoke.h"
#include "tests/util/strike.h"
#include "tests/util/tap.h"

enum { OPS_MAX = 4 };

static const struct submit_field no_fields[1];

/* Write the request and sign, as the writer does for a group of one. */
static enum err
write_request(struct node *n, void *context, uint64_t *ret_result, struct error *e)
{
    struct submit_request request = *(const struct submit_request *) context;
    struct submit_op ops[OPS_MAX];
    enum err err;

    assert_in_range(request.ops_count, 1, OPS_MAX);
    memcpy(ops, request.ops, request.ops_count * sizeof *ops);
    request.ops = ops;
    request.random_epoch = 99;
    err = submit(n->s, &n->me, &request, n->now_s + 60, e);
    if (err == OK)
        err = submit_sign(n->s, &n->me, e);
    for (size_t i = 0; err == OK && i < request.ops_count; i++)
        *ret_result = strike_number(*ret_result, &ops[i].ret_record, sizeof ops[i].ret_record);
    return err;
}

static void
strike_request(struct node *n, const char *words, struct submit_op *ops, size_t count)
{
    struct submit_request request = {.ops = ops, .ops_count = count};
    struct strike k = {.words = words, .node = n, .act = write_request, .context = &request};

    strike_everywhere(&k);
}

static struct submit_field
text(unsigned id, const char *words)
{
    return (struct submit_field){
        id, {.kind = VALUE_TEXT, .bytes = (const uint8_t *) words, .size = strlen(words)}};
}

static struct submit_field
reference(unsigned id, int64_t record)
{
    return (struct submit_field){id, {.kind = VALUE_REFERENCE, .record = record}};
}

/* An office with a unit and a laptop. */
struct world {
    struct node office, laptop;
    int64_t unit;
};

static void
world_begin(struct world *w)
{
    strike_place();
    node_found(&w->office, 1, "Xã Một", "commune");
    w->unit = node_add(&w->office, RECORD_UNIT, "name", "Thôn 1", NULL);
    node_enrol(&w->laptop, 2, &w->office, INVITE_CLERK, NULL);
    node_sync(&w->office, &w->laptop);
}

static void
world_end(struct world *w)
{
    node_release(&w->office);
    node_release(&w->laptop);
    strike_teardown();
}

static void
an_added_record_is_there_whole_or_not_at_all(void **state)
{
    struct submit_field fields[] = {text(1, "Thôn 2"), text(2, "T2"), text(12, "ghi chú")};
    struct submit_op op = {.kind = SUBMIT_ADD, .type = RECORD_UNIT, .fields = fields, .fields_count = 3};
    struct world w;

    (void) state;
    world_begin(&w);
    strike_request(&w.office, "add", &op, 1);
    world_end(&w);
}

static void
a_changed_or_deleted_record_is_as_before_or_as_after(void **state)
{
    struct submit_field fields[] = {text(1, "Thôn Một"), text(4, "Lý Văn Nam")};
    struct submit_op set = {.kind = SUBMIT_SET, .fields = fields, .fields_count = 2};
    struct submit_op gone = {.kind = SUBMIT_DELETE, .fields = no_fields};
    struct world w;

    (void) state;
    world_begin(&w);
    set.record = gone.record = w.unit;
    strike_request(&w.office, "set", &set, 1);
    strike_request(&w.office, "delete", &gone, 1);
    world_end(&w);
}

static void
a_keyed_record_is_added_whole_or_not_at_all(void **state)
{
    struct submit_field fields[4];
    struct submit_op op = {.kind = SUBMIT_ADD, .type = RECORD_UNIT_LINK, .fields = fields, .fields_count = 4};
    struct world w;

    (void) state;
    world_begin(&w);
    fields[0] = reference(1, w.unit);
    fields[1] = (struct submit_field){2, {.kind = VALUE_INTEGER, .integer = 1}};
    fields[2] = (struct submit_field){3, {.kind = VALUE_DATE, .date = {DATE_YEAR, 53}}};
    fields[3] = reference(4, w.unit);
    strike_request(&w.office, "keyed", &op, 1);
    world_end(&w);
}

static void
a_request_for_several_spaces_writes_all_of_them_or_none(void **state)
{
    struct submit_field unit[] = {text(1, "Thôn 2")};
    struct submit_field set[] = {text(4, "Lý Văn Nam")};
    struct submit_field link[4];
    struct submit_op ops[] = {
        {.kind = SUBMIT_ADD, .type = RECORD_UNIT, .fields = unit, .fields_count = 1},
        {.kind = SUBMIT_ADD, .type = RECORD_UNIT_LINK, .fields = link, .fields_count = 4},
        {.kind = SUBMIT_SET, .fields = set, .fields_count = 1},
    };
    struct world w;

    (void) state;
    world_begin(&w);
    link[0] = reference(1, SUBMIT_NEW(0));
    link[1] = (struct submit_field){2, {.kind = VALUE_INTEGER, .integer = 1}};
    link[2] = (struct submit_field){3, {.kind = VALUE_DATE, .date = {DATE_YEAR, 53}}};
    link[3] = reference(4, w.unit);
    ops[1].space = node_space(&w.office, SPACE_OUTER).id;
    ops[2].record = w.unit;
    strike_request(&w.office, "several spaces", ops, 3);
    world_end(&w);
}

static void
a_conflict_is_settled_or_still_stands(void **state)
{
    struct submit_field fields[] = {text(1, "Thôn A")};
    struct submit_op op = {.kind = SUBMIT_SET, .fields = fields, .fields_count = 1};
    struct world w;

    (void) state;
    world_begin(&w);
    assert_int_equal(node_set(&w.office, w.unit, "name", "Thôn A", NULL), OK);
    assert_int_equal(node_set(&w.laptop, node_translate(&w.office, w.unit, &w.laptop), "name", "Thôn B", NULL), OK);
    node_sync(&w.office, &w.laptop);
    assert_true(record_find(node_read(&w.office, w.unit), 1)->conflict);
    op.record = w.unit;
    strike_request(&w.office, "settle", &op, 1);
    world_end(&w);
}

static uint64_t
next_epoch(void)
{
    return 1000;
}

static void
the_first_entry_of_a_new_log_is_there_with_its_log_or_neither(void **state)
{
    struct submit_field fields[] = {text(1, "Thôn 2")};
    struct submit_op op = {.kind = SUBMIT_ADD, .type = RECORD_UNIT, .fields = fields, .fields_count = 1};
    struct world w;

    (void) state;
    world_begin(&w);
    assert_int_equal(store_begin(w.office.s, NULL), OK);
    assert_int_equal(rescue_renew_logs(w.office.s, &w.office.me, next_epoch, NULL), OK);
    assert_int_equal(store_commit(w.office.s, NULL), OK);
    strike_request(&w.office, "new log", &op, 1);
    world_end(&w);
}

static enum err
revoke(struct node *n, void *context, uint64_t *ret_result, struct error *e)
{
    struct revoke_request request = {.device = ((struct node *) context)->me.sign.public_key};
    enum err err = revoke_device(n->s, &n->me, &request, 0, n->now_s + 60, ret_result, e);

    return err == OK ? submit_sign(n->s, &n->me, e) : err;
}

static enum err
erase(struct node *n, void *context, uint64_t *ret_result, struct error *e)
{
    struct erase_request request = {.record = *(int64_t *) context, .reason = "theo đơn"};
    enum err err = erase_record(n->s, &n->me, &request, n->now_s + 60, ret_result, e);

    return err == OK ? submit_sign(n->s, &n->me, e) : err;
}

static void
a_right_is_taken_back_and_data_erased_whole_or_not_at_all(void **state)
{
    struct world w;
    struct strike k = {.words = "revoke", .node = &w.office, .act = revoke, .context = &w.laptop};

    (void) state;
    world_begin(&w);
    assert_int_equal(node_set(&w.office, w.unit, "head", "Lý Văn Nam", NULL), OK);
    node_sync(&w.office, &w.laptop);
    assert_int_equal(node_set(&w.laptop, node_translate(&w.office, w.unit, &w.laptop), "name", "Thôn B", NULL), OK);
    node_sync(&w.office, &w.laptop);
    strike_everywhere(&k);
    k = (struct strike){.words = "erase", .node = &w.office, .act = erase, .context = &w.unit};
    strike_everywhere(&k);
    world_end(&w);
}

static int
setup(void **state)
{
    (void) state;
    strike_setup();
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_added_record_is_there_whole_or_not_at_all),
        cmocka_unit_test(a_changed_or_deleted_record_is_as_before_or_as_after),
        cmocka_unit_test(a_keyed_record_is_added_whole_or_not_at_all),
        cmocka_unit_test(a_request_for_several_spaces_writes_all_of_them_or_none),
        cmocka_unit_test(a_conflict_is_settled_or_still_stands),
        cmocka_unit_test(a_right_is_taken_back_and_data_erased_whole_or_not_at_all),
        cmocka_unit_test(the_first_entry_of_a_new_log_is_there_with_its_log_or_neither),
    };

    return tap_run("submit-fault", tests, setup, NULL);
}
