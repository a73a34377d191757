/* What a clerk sees of two people who wrote apart: conflicts with their authors, and entries set
 * aside. */
#include "config.h"

#include "tests/daemon/local/fixture.h"
#include "tests/util/world.h"

/* The local API on a node of the world. */
static void
fixture_of(struct node *n, struct fixture *ret_fixture)
{
    *ret_fixture = (struct fixture){.writer = n->s};
    ret_fixture->daemon.reader = n->s;
    ret_fixture->daemon.me = n->me;
}

static void
both_values_are_shown_with_their_authors_until_one_is_chosen(void **state)
{
    struct node office, laptop;
    struct fixture f;
    int64_t unit, there;
    char id[RECORD_ID_TEXT_BYTES], uri[64];
    json_t *answer;

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
    fixture_of(&office, &f);
    record_id_format(unit, id);
    snprintf(uri, sizeof uri, "/v1/records/unit/%s", id);
    answer = ask(&f, 200, "GET", uri, NULL);
    assert_inside(answer, "fields.name", "Thôn B");
    assert_int_equal(json_array_size(inside(answer, "conflicts.name")), 2);
    assert_inside(answer, "conflicts.name.0.value", "Thôn B");
    assert_inside(answer, "conflicts.name.0.shown", "true");
    assert_inside(answer, "conflicts.name.1.value", "Thôn A");
    assert_inside(answer, "conflicts.name.1.shown", "false");
    assert_inside(answer, "conflicts.name.1.unit", "Xã Một");
    assert_non_null(inside(answer, "conflicts.name.1.at"));
    json_decref(answer);
    expect(&f, 200, "GET", "/v1/conflicts", NULL, "records.0.id", id);
    expect(&f, 200, "GET", "/v1/status", NULL, "conflicts", "1");
    fixture_now_s = office.now_s + 7200;
    answer = ask(&f, 200, "PATCH", uri, "{\"set\": {\"name\": \"Thôn A\"}}");
    assert_inside(answer, "conflicts", "{}");
    json_decref(answer);
    expect(&f, 200, "GET", "/v1/conflicts", NULL, "count", "0");
    node_release(&office);
    node_release(&laptop);
}

static void
a_record_deleted_and_changed_apart_lives_and_says_so(void **state)
{
    struct node office, laptop;
    struct fixture f;
    int64_t unit, there;
    char id[RECORD_ID_TEXT_BYTES], uri[64];
    json_t *answer;

    (void) state;
    node_found(&office, 1, "Xã Một", "commune");
    unit = node_add(&office, RECORD_UNIT, "name", "Thôn 1", NULL);
    node_enrol(&laptop, 2, &office, INVITE_CLERK, NULL);
    node_sync(&office, &laptop);
    there = node_translate(&office, unit, &laptop);
    assert_int_equal(node_delete(&office, unit, NULL), OK);
    assert_int_equal(node_set(&laptop, there, "name", "Thôn B", NULL), OK);
    node_sync(&office, &laptop);
    fixture_of(&office, &f);
    record_id_format(unit, id);
    snprintf(uri, sizeof uri, "/v1/records/unit/%s", id);
    answer = ask(&f, 200, "GET", uri, NULL);
    assert_inside(answer, "deleted", "false");
    assert_int_equal(json_array_size(inside(answer, "conflicts.life")), 2);
    json_decref(answer);
    node_release(&office);
    node_release(&laptop);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_values_are_shown_with_their_authors_until_one_is_chosen),
        cmocka_unit_test(a_record_deleted_and_changed_apart_lives_and_says_so),
    };

    return tap_run("conflicts", tests, NULL, NULL);
}
