/* Merge and policy, on nodes that exchange signed runs. */
#include "config.h"

#include "daemon/engine/merge.h"
#include "daemon/engine/replay.h"
#include "daemon/engine/verify.h"

#include <string.h>

#include "tests/util/tap.h"
#include "tests/util/world.h"

static unsigned
field_id(unsigned type, const char *name)
{
    return registry_field_by_name(registry_by_type(type), name)->id;
}

static const char *
name_of(struct node *n, int64_t record)
{
    return record_text(node_read(n, record), field_id(RECORD_UNIT, "name"));
}

static bool
equal_state(struct node *a, struct node *b)
{
    struct space_row space = node_space(a, SPACE_INNER);
    struct hash x = node_digest(a, space.space), y = node_digest(b, space.space);

    return hash_equal(&x, &y);
}

static void
expect_rebuild_equal(struct node *n)
{
    struct space_row space = node_space(n, SPACE_INNER);
    struct hash before = node_digest(n, space.space), after;
    struct error e = {0};
    uint64_t entries;

    assert_int_equal(store_begin(n->s, &e), OK);
    assert_int_equal(replay_all(n->s, &entries, &e), OK);
    after = node_digest(n, space.space);
    store_rollback(n->s);
    assert_true(hash_equal(&before, &after));
}

static void
a_founded_unit_has_its_own_record(void **state)
{
    struct node n;
    struct space_row inner;
    struct log_id name;
    struct log_row log;

    (void) state;
    node_found(&n, 1, "Xã Một", "commune");
    inner = node_space(&n, SPACE_INNER);
    enrol_founder_log(&inner, &name);
    assert_int_equal(log_find(n.s, &name, &log, NULL), OK);
    assert_string_equal(name_of(&n, record_id(log.id, 1, 0)), "Xã Một");
    expect_rebuild_equal(&n);
    node_release(&n);
}

static void
two_devices_of_a_unit_come_to_one_state(void **state)
{
    struct node office, laptop;
    int64_t unit;

    (void) state;
    node_found(&office, 1, "Xã Một", "commune");
    unit = node_add(&office, RECORD_UNIT, "name", "Thôn 1", NULL);
    node_enrol(&laptop, 2, &office, INVITE_CLERK, NULL);
    node_sync(&office, &laptop);
    assert_string_equal(name_of(&laptop, node_translate(&office, unit, &laptop)), "Thôn 1");
    assert_int_equal(node_set(&laptop, node_translate(&office, unit, &laptop), "name", "Thôn Một", NULL), OK);
    node_sync(&office, &laptop);
    assert_string_equal(name_of(&office, unit), "Thôn Một");
    assert_true(equal_state(&office, &laptop));
    expect_rebuild_equal(&office);
    expect_rebuild_equal(&laptop);
    node_release(&office);
    node_release(&laptop);
}

static void
values_written_apart_both_stand_until_settled(void **state)
{
    struct node office, laptop;
    struct standing_row *rows;
    struct record *r;
    size_t count;
    int64_t unit, there;
    unsigned name = field_id(RECORD_UNIT, "name");

    (void) state;
    node_found(&office, 1, "Xã Một", "commune");
    unit = node_add(&office, RECORD_UNIT, "name", "Thôn 1", NULL);
    node_enrol(&laptop, 2, &office, INVITE_CLERK, NULL);
    node_sync(&office, &laptop);
    there = node_translate(&office, unit, &laptop);
    assert_int_equal(node_set(&office, unit, "name", "Thôn A", NULL), OK);
    laptop.now_s += 3600;
    assert_int_equal(node_set(&laptop, there, "name", "Thôn B", NULL), OK);
    node_sync(&office, &laptop);
    r = node_read(&office, unit);
    assert_true(record_find(r, name)->conflict);
    assert_false(r->life_conflict);
    assert_string_equal(record_text(r, name), "Thôn B"); /* the later wall time is displayed */
    assert_int_equal(state_standing(office.s, unit, name, &office.arena, &rows, &count, NULL), OK);
    assert_int_equal(count, 2);
    assert_true(equal_state(&office, &laptop));
    expect_rebuild_equal(&office);
    expect_rebuild_equal(&laptop);

    assert_int_equal(node_set(&office, unit, "name", "Thôn A", NULL), OK);
    node_sync(&office, &laptop);
    r = node_read(&laptop, there);
    assert_false(record_find(r, name)->conflict);
    assert_string_equal(record_text(r, name), "Thôn A");
    assert_true(equal_state(&office, &laptop));
    expect_rebuild_equal(&laptop);
    node_release(&office);
    node_release(&laptop);
}

static void
equal_values_written_apart_are_no_conflict(void **state)
{
    struct node office, laptop;
    int64_t unit;
    unsigned name = field_id(RECORD_UNIT, "name");

    (void) state;
    node_found(&office, 1, "Xã Một", "commune");
    unit = node_add(&office, RECORD_UNIT, "name", "Thôn 1", NULL);
    node_enrol(&laptop, 2, &office, INVITE_CLERK, NULL);
    node_sync(&office, &laptop);
    assert_int_equal(node_set(&office, unit, "name", "Thôn A", NULL), OK);
    assert_int_equal(node_set(&laptop, node_translate(&office, unit, &laptop), "name", "Thôn A", NULL), OK);
    node_sync(&office, &laptop);
    assert_false(record_find(node_read(&office, unit), name)->conflict);
    assert_true(equal_state(&office, &laptop));
    node_release(&office);
    node_release(&laptop);
}

static void
delete_against_update_keeps_the_record_and_says_so(void **state)
{
    struct node office, laptop;
    int64_t unit;
    struct record *r;

    (void) state;
    node_found(&office, 1, "Xã Một", "commune");
    unit = node_add(&office, RECORD_UNIT, "name", "Thôn 1", NULL);
    node_enrol(&laptop, 2, &office, INVITE_CLERK, NULL);
    node_sync(&office, &laptop);
    assert_int_equal(node_delete(&office, unit, NULL), OK);
    assert_false(node_read(&office, unit)->live);
    assert_int_equal(node_set(&laptop, node_translate(&office, unit, &laptop), "phone", "0912", NULL), OK);
    node_sync(&office, &laptop);
    r = node_read(&office, unit);
    assert_true(r->live);
    assert_true(r->life_conflict);
    assert_true(equal_state(&office, &laptop));
    expect_rebuild_equal(&office);
    assert_int_equal(node_delete(&office, unit, NULL), OK);
    assert_false(node_read(&office, unit)->live);
    assert_false(node_read(&office, unit)->life_conflict);
    node_release(&office);
    node_release(&laptop);
}

static void
a_keyed_record_made_twice_is_one(void **state)
{
    struct node office, laptop;
    int64_t child, parent, link[2];
    struct submit_field fields[4];
    struct submit_op op = {.kind = SUBMIT_ADD, .type = RECORD_UNIT_LINK, .fields = fields, .fields_count = 4};
    struct submit_request request = {.ops = &op, .ops_count = 1};
    struct node *nodes[2] = {&office, &laptop};
    struct state_query query = {.type = RECORD_UNIT_LINK};
    struct error e = {0};
    uint64_t count;

    (void) state;
    node_found(&office, 1, "Xã Một", "commune");
    child = node_add(&office, RECORD_UNIT, "name", "Thôn 1", NULL);
    parent = node_add(&office, RECORD_UNIT, "name", "Đảng ủy", NULL);
    node_enrol(&laptop, 2, &office, INVITE_CLERK, NULL);
    node_sync(&office, &laptop);
    for (int i = 0; i < 2; i++) {
        bool first = i == 0;

        fields[0] = (struct submit_field){field_id(RECORD_UNIT_LINK, "child"), {.kind = VALUE_REFERENCE}};
        fields[1] = (struct submit_field){field_id(RECORD_UNIT_LINK, "parent"), {.kind = VALUE_REFERENCE}};
        fields[2] = (struct submit_field){field_id(RECORD_UNIT_LINK, "line"),
                                          {.kind = VALUE_INTEGER, .integer = 2}};
        fields[3] = (struct submit_field){field_id(RECORD_UNIT_LINK, "from"),
                                          {.kind = VALUE_DATE, .date = {DATE_YEAR, 53}}};
        fields[0].value.record = first ? child : node_translate(&office, child, &laptop);
        fields[1].value.record = first ? parent : node_translate(&office, parent, &laptop);
        if (node_submit(nodes[i], &request, &e) != OK)
            fail_msg("%s", e.text);
        link[i] = op.ret_record;
    }
    node_sync(&office, &laptop);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(state_count(nodes[i]->s, &query, &count, NULL), OK);
        assert_int_equal(count, 1);
        assert_non_null(node_read(nodes[i], link[i]));
    }
    assert_true(equal_state(&office, &laptop));
    expect_rebuild_equal(&office);
    expect_rebuild_equal(&laptop);
    node_release(&office);
    node_release(&laptop);
}

static void
an_entry_whose_past_is_missing_waits(void **state)
{
    struct node office, laptop, third;
    struct log_counts counts;
    struct log_row log;
    struct log_id name;
    struct run run = {0};
    struct space_row inner;
    struct verified_run *verified;
    struct ingest_result result;
    struct hash start;
    struct buf items;
    struct error e = {0};

    (void) state;
    node_found(&office, 1, "Xã Một", "commune");
    node_enrol(&laptop, 2, &office, INVITE_CLERK, NULL);
    node_enrol(&third, 3, &office, INVITE_CLERK, NULL);
    node_sync(&office, &laptop);
    node_add(&laptop, RECORD_UNIT, "name", "Thôn 1", NULL);
    /* The third machine gets the laptop's log alone. */
    inner = node_space(&laptop, SPACE_INNER);
    assert_int_equal(log_own(laptop.s, inner.id, &log, &e), OK);
    name = log.name;
    buf_init(&items, RUN_BYTES_MAX);
    run.id = name;
    run.first_seq = 1;
    assert_int_equal(signature_at_or_after(laptop.s, log.id, 1, &run.last_seq, run.signature, &e), OK);
    assert_int_equal(log_read_items(laptop.s, log.id, 1, run.last_seq, RUN_BYTES_MAX, &items, &run.last_seq,
                                    &e), OK);
    run.items = items.bytes;
    run.items_size = items.size;
    chain_start(&name, &start);
    assert_int_equal(run_verify(&run, &start, &verified, &e), OK);
    assert_int_equal(store_begin(third.s, &e), OK);
    assert_int_equal(ingest_run(third.s, verified, &result, &e), OK);
    assert_int_equal(store_commit(third.s, &e), OK);
    assert_int_equal(result.stored, 1);
    assert_int_equal(result.applied, 0);
    assert_int_equal(log_count(third.s, &counts, &e), OK);
    assert_int_equal(counts.held, 1);
    /* Once its past is there, it is merged. */
    node_sync(&office, &third);
    assert_int_equal(log_count(third.s, &counts, &e), OK);
    assert_int_equal(counts.held, 0);
    node_sync(&laptop, &office);
    node_sync(&third, &office);
    assert_true(equal_state(&laptop, &third));
    verified_run_free(verified);
    buf_release(&items);
    node_release(&office);
    node_release(&laptop);
    node_release(&third);
}

static void
an_entry_without_right_is_kept_and_does_not_count(void **state)
{
    struct node office, hamlet;
    struct log_counts counts;
    struct error e = {0};
    int64_t other;

    (void) state;
    node_found(&office, 1, "Xã Một", "commune");
    other = node_add(&office, RECORD_UNIT, "name", "Thôn 2", NULL);
    node_enrol(&hamlet, 2, &office, INVITE_UNIT, "Thôn 1");
    node_sync(&office, &hamlet);
    /* The hamlet's own machine refuses at once, and says why. */
    assert_int_equal(node_set(&hamlet, node_translate(&office, other, &hamlet), "name", "Hỏng", &e), ERR_AUTH);
    assert_non_null(strstr(e.text, "may not write"));
    assert_int_equal(log_count(hamlet.s, &counts, &e), OK);
    assert_int_equal(counts.set_aside, 0);
    assert_string_equal(name_of(&office, other), "Thôn 2");
    node_release(&office);
    node_release(&hamlet);
}

static void
adoption_lets_the_parent_write_in_the_child(void **state)
{
    struct node hub, commune;
    int64_t unit;

    (void) state;
    node_found(&hub, 1, "Tỉnh", "province");
    node_found(&commune, 2, "Xã Một", "commune");
    unit = node_add(&commune, RECORD_UNIT, "name", "Thôn 1", NULL);
    node_adopt(&commune, &hub);
    node_sync(&hub, &commune);
    assert_string_equal(name_of(&hub, node_translate(&commune, unit, &hub)), "Thôn 1");
    assert_int_equal(node_set(&hub, node_translate(&commune, unit, &hub), "name", "Thôn Một", NULL), OK);
    node_sync(&hub, &commune);
    assert_string_equal(name_of(&commune, unit), "Thôn Một");
    assert_true(equal_state(&commune, &hub));
    expect_rebuild_equal(&hub);
    node_release(&hub);
    node_release(&commune);
}

static void
recomputation_from_the_log_gives_what_stands(void **state)
{
    struct node office, laptop;
    struct merge_standing *standing;
    struct record *again, *stored;
    size_t count;
    int64_t unit;
    struct error e = {0};

    (void) state;
    node_found(&office, 1, "Xã Một", "commune");
    unit = node_add(&office, RECORD_UNIT, "name", "Thôn 1", NULL);
    node_enrol(&laptop, 2, &office, INVITE_CLERK, NULL);
    node_sync(&office, &laptop);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(node_set(&office, unit, i == 1 ? "phone" : "name", "một", NULL), OK);
        assert_int_equal(node_set(&laptop, node_translate(&office, unit, &laptop), "name", "hai", NULL), OK);
        node_sync(&office, &laptop);
    }
    stored = node_read(&office, unit);
    if (merge_recompute(office.s, unit, &office.arena, &again, &standing, &count, &e) != OK)
        fail_msg("%s", e.text);
    assert_int_equal(again->fields_count, stored->fields_count);
    for (uint32_t i = 0; i < stored->fields_count; i++) {
        assert_int_equal(again->fields[i].id, stored->fields[i].id);
        assert_true(value_equal(&again->fields[i].value, &stored->fields[i].value));
        assert_int_equal(again->fields[i].conflict, stored->fields[i].conflict);
    }
    assert_int_equal(again->several, stored->several);
    assert_int_equal(again->version, stored->version);
    node_release(&office);
    node_release(&laptop);
}

static void
a_stale_version_is_answered_with_a_conflict(void **state)
{
    struct node n;
    struct submit_field set;
    struct submit_op op = {.kind = SUBMIT_SET, .fields = &set, .fields_count = 1, .versioned = true};
    struct submit_request request = {.ops = &op, .ops_count = 1};
    struct error e = {0};
    int64_t unit;

    (void) state;
    node_found(&n, 1, "Xã Một", "commune");
    unit = node_add(&n, RECORD_UNIT, "name", "Thôn 1", NULL);
    op.record = unit;
    op.version = node_read(&n, unit)->version;
    assert_int_equal(node_set(&n, unit, "name", "Thôn A", NULL), OK);
    set = (struct submit_field){field_id(RECORD_UNIT, "name"),
                                {.kind = VALUE_TEXT, .bytes = (const uint8_t *) "B", .size = 1}};
    assert_int_equal(node_submit(&n, &request, &e), ERR_CONFLICT);
    assert_string_equal(name_of(&n, unit), "Thôn A");
    /* Another field of the same record is no conflict. */
    set.id = field_id(RECORD_UNIT, "phone");
    assert_int_equal(node_submit(&n, &request, &e), OK);
    node_release(&n);
}

static void
verification_replays_every_byte(void **state)
{
    struct node n;
    struct verify_report report;
    struct error e = {0};

    (void) state;
    node_found(&n, 1, "Xã Một", "commune");
    for (int i = 0; i < 20; i++)
        node_add(&n, RECORD_UNIT, "name", "Thôn", NULL);
    if (verify_logs(n.s, &n.arena, &report, &e) != OK)
        fail_msg("%s", e.text);
    assert_int_equal(report.problems_count, 0);
    assert_int_equal(report.logs, 2);
    assert_int_equal(report.entries, 22);
    assert_int_equal(report.unsigned_entries, 0);
    node_release(&n);
}

static void
a_large_commit_is_signed_in_runs_that_fit_a_session(void **state)
{
    struct node n, laptop;
    struct space_row inner;
    struct log_row log;
    struct error e = {0};
    uint64_t at = 0;
    char name[900];

    (void) state;
    node_found(&n, 1, "Xã Một", "commune");
    node_enrol(&laptop, 2, &n, INVITE_CLERK, NULL);
    memset(name, 'a', sizeof name);
    name[sizeof name - 1] = '\0';
    assert_int_equal(store_begin(n.s, &e), OK);
    for (int i = 0; i < 600; i++) {
        struct submit_field f = {1, {.kind = VALUE_TEXT, .bytes = (const uint8_t *) name, .size = 899}};
        struct submit_op op = {.kind = SUBMIT_ADD, .type = RECORD_UNIT, .fields = &f, .fields_count = 1};
        struct submit_request request = {.ops = &op, .ops_count = 1};

        if (submit(n.s, &n.me, &request, n.now_s, &e) != OK)
            fail_msg("%s", e.text);
    }
    assert_int_equal(submit_sign(n.s, &n.me, &e), OK);
    assert_int_equal(store_commit(n.s, &e), OK);
    inner = node_space(&n, SPACE_INNER);
    assert_int_equal(log_own(n.s, inner.id, &log, &e), OK);
    while (at < log.received_seq) {
        uint8_t signature[SIGNATURE_BYTES];
        uint64_t next, last;
        struct buf items;

        buf_init(&items, RUN_BYTES_MAX);
        assert_int_equal(signature_at_or_after(n.s, log.id, at + 1, &next, signature, &e), OK);
        assert_int_equal(log_read_items(n.s, log.id, at + 1, next, RUN_BYTES_MAX, &items, &last, &e), OK);
        assert_int_equal(last, next);
        assert_in_range(items.size, 1, 2 * RUN_SIGN_BYTES);
        buf_release(&items);
        at = next;
    }
    node_sync(&n, &laptop);
    assert_true(equal_state(&n, &laptop));
    node_release(&n);
    node_release(&laptop);
}

static void
a_wrong_clock_marks_the_entry_and_stops_invitations(void **state)
{
    static const int64_t clocks[] = {0, 4070908800}; /* 1970, 2099 */
    struct node n;
    struct space_row inner;

    (void) state;
    node_found(&n, 1, "Xã Một", "commune");
    inner = node_space(&n, SPACE_INNER);
    for (size_t i = 0; i < 2; i++) {
        struct enrol_invitation invite = {.kind = INVITE_COMMUNE, .unit_name = "X", .expires_s = 1};
        uint8_t secret[ENROL_SECRET_BYTES] = {0};
        struct verified_entry entry;
        struct entry_row row;
        struct log_row log;
        int64_t unit;
        struct error e = {0};

        n.now_s = clocks[i];
        unit = node_add(&n, RECORD_UNIT, "name", "Thôn", NULL);
        assert_string_equal(name_of(&n, unit), "Thôn");
        assert_int_equal(log_own(n.s, inner.id, &log, &e), OK);
        assert_int_equal(entry_get(n.s, log.id, log.received_seq, &n.arena, &row, &e), OK);
        assert_int_equal(item_decode(row.item, row.item_size, &n.arena, &entry, &e), OK);
        assert_true(entry.header.flags & CHANGE_CLOCK_SUSPECT);
        assert_int_equal(row.wall_s, n.now_s);
        assert_int_equal(enrol_invite(n.s, &n.me, &invite, secret, 0, n.now_s, &e), ERR_USAGE);
        assert_non_null(strstr(e.text, "clock"));
    }
    node_release(&n);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_founded_unit_has_its_own_record),
        cmocka_unit_test(two_devices_of_a_unit_come_to_one_state),
        cmocka_unit_test(values_written_apart_both_stand_until_settled),
        cmocka_unit_test(equal_values_written_apart_are_no_conflict),
        cmocka_unit_test(delete_against_update_keeps_the_record_and_says_so),
        cmocka_unit_test(a_keyed_record_made_twice_is_one),
        cmocka_unit_test(an_entry_whose_past_is_missing_waits),
        cmocka_unit_test(an_entry_without_right_is_kept_and_does_not_count),
        cmocka_unit_test(adoption_lets_the_parent_write_in_the_child),
        cmocka_unit_test(recomputation_from_the_log_gives_what_stands),
        cmocka_unit_test(a_stale_version_is_answered_with_a_conflict),
        cmocka_unit_test(a_large_commit_is_signed_in_runs_that_fit_a_session),
        cmocka_unit_test(a_wrong_clock_marks_the_entry_and_stops_invitations),
        cmocka_unit_test(a_wrong_clock_marks_the_entry_and_stops_invitations),
        cmocka_unit_test(verification_replays_every_byte),
    };

    return tap_run("merge", tests, NULL, NULL);
}
