/* History for compression: which earlier entries are named for a run. */
#include "config.h"

#include "daemon/net/host_core.h"

#include "tests/util/tap.h"
#include "tests/util/world.h"

static size_t
related(struct node *n, uint64_t first, uint64_t last, struct session_related found[SESSION_RELATED_MAX])
{
    struct host h = {.store = {.reader = n->s}};
    struct space_row inner = node_space(n, SPACE_INNER);
    struct log_row log;
    size_t count;
    struct error e = {0};

    assert_int_equal(log_own(n->s, inner.id, &log, &e), OK);
    if (host_related(&h, &log.name, first, last, found, &count, &e) != OK)
        fail_msg("%s", e.text);
    return count;
}

static void
an_edit_names_the_entries_that_wrote_the_record_last(void **state)
{
    struct session_related found[SESSION_RELATED_MAX];
    struct node n;
    int64_t unit;

    (void) state;
    node_found(&n, 1, "Xã Một", "commune");
    unit = node_add(&n, RECORD_UNIT, "name", "Thôn 1", NULL);               /* entry 2 */
    node_add(&n, RECORD_UNIT, "name", "Thôn 2", NULL);                      /* 3 */
    assert_int_equal(node_set(&n, unit, "name", "Thôn A", NULL), OK);       /* 4 */
    assert_int_equal(node_set(&n, unit, "name", "Thôn B", NULL), OK);       /* 5 */
    assert_int_equal(related(&n, 4, 4, found), 1);
    assert_int_equal(found[0].seq, 2);
    assert_int_equal(related(&n, 5, 5, found), 2);
    assert_int_equal(found[0].seq, 2);
    assert_int_equal(found[1].seq, 4); /* the most useful last */
    /* What the run itself brings is no history of it. */
    assert_int_equal(related(&n, 4, 5, found), 1);
    assert_int_equal(found[0].seq, 2);
    node_release(&n);
}

static void
a_new_record_and_a_long_run_name_none(void **state)
{
    struct session_related found[SESSION_RELATED_MAX];
    struct node n;
    int64_t unit;

    (void) state;
    node_found(&n, 1, "Xã Một", "commune");
    unit = node_add(&n, RECORD_UNIT, "name", "Thôn 1", NULL);
    assert_int_equal(related(&n, 2, 2, found), 0);
    for (int i = 0; i < 20; i++)
        assert_int_equal(node_set(&n, unit, "name", i % 2 == 0 ? "a" : "b", NULL), OK);
    assert_int_equal(related(&n, 3, 22, found), 0);
    assert_int_not_equal(related(&n, 20, 22, found), 0);
    node_release(&n);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_edit_names_the_entries_that_wrote_the_record_last),
        cmocka_unit_test(a_new_record_and_a_long_run_name_none),
    };

    return tap_run("related", tests, NULL, NULL);
}
