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

static int64_t
record_of(const char *uri)
{
    int64_t id = 0;

    assert_int_equal(record_id_parse(strrchr(uri, '/') + 1, &id), OK);
    return id;
}

/* Office and laptop have written the name apart, and the office holds both. */
static void
apart(struct node *office, struct node *laptop, struct fixture *f, char *ret_uri, size_t uri_bytes)
{
    int64_t unit, there;
    char id[RECORD_ID_TEXT_BYTES];

    node_found(office, 1, "Xã Một", "commune");
    unit = node_add(office, RECORD_UNIT, "name", "Thôn 1", NULL);
    node_enrol(laptop, 2, office, INVITE_CLERK, NULL);
    node_sync(office, laptop);
    there = node_translate(office, unit, laptop);
    assert_int_equal(node_set(office, unit, "name", "Thôn A", NULL), OK);
    laptop->now_s += 3600;
    assert_int_equal(node_set(laptop, there, "name", "Thôn B", NULL), OK);
    node_send(laptop, office); /* one way: the laptop does not know of the conflict yet */
    fixture_of(office, f);
    fixture_now_s = office->now_s + 7200;
    record_id_format(unit, id);
    snprintf(ret_uri, uri_bytes, "/v1/records/unit/%s", id);
}

static json_t *
settle(struct fixture *f, unsigned status, const char *uri, const char *body)
{
    char path[96];
    json_t *answer;

    snprintf(path, sizeof path, "%s/resolve", uri);
    answer = ask(f, status, "POST", path, body);
    assert_int_equal(store_begin(f->writer, NULL), OK);
    assert_int_equal(submit_sign(f->writer, &f->daemon.me, NULL), OK); /* as the writer thread does */
    assert_int_equal(store_commit(f->writer, NULL), OK);
    return answer;
}

static void
the_number_of_a_value_that_stands_settles_it_for_everybody(void **state)
{
    struct node office, laptop;
    struct fixture f;
    char uri[64];
    json_t *answer;
    struct space_row inner;

    (void) state;
    apart(&office, &laptop, &f, uri, sizeof uri);
    answer = settle(&f, 200, uri, "{\"field\": \"name\", \"choice\": 2}");
    assert_inside(answer, "fields.name", "Thôn A");
    assert_inside(answer, "conflicts", "{}");
    json_decref(answer);
    node_sync(&office, &laptop);
    inner = node_space(&office, SPACE_INNER);
    assert_memory_equal(node_digest(&office, inner.space).bytes, node_digest(&laptop, inner.space).bytes,
                        HASH_BYTES);
    node_release(&office);
    node_release(&laptop);
}

static void
settling_is_refused_when_other_values_stand_by_now(void **state)
{
    struct node office, laptop;
    struct fixture f;
    char uri[64], body[128];
    json_t *answer;
    int version;

    (void) state;
    apart(&office, &laptop, &f, uri, sizeof uri);
    answer = ask(&f, 200, "GET", uri, NULL);
    version = (int) json_integer_value(json_object_get(answer, "version"));
    json_decref(answer);
    json_decref(ask(&f, 200, "PATCH", uri, "{\"set\": {\"note\": \"x\"}}"));
    snprintf(body, sizeof body, "{\"field\": \"name\", \"value\": \"Thôn C\", \"version\": %d}",
             version);
    answer = settle(&f, 200, uri, body); /* another field was changed: that is no matter */
    assert_inside(answer, "fields.name", "Thôn C");
    json_decref(answer);
    answer = settle(&f, 409, uri, "{\"field\": \"name\", \"choice\": 1}");
    assert_inside(answer, "record.fields.name", "Thôn C");
    json_decref(answer);
    node_release(&office);
    node_release(&laptop);

    apart(&office, &laptop, &f, uri, sizeof uri);
    assert_int_equal(node_set(&laptop, node_translate(&office, record_of(uri), &laptop), "name",
                              "Thôn D", NULL),
                     OK);
    node_send(&laptop, &office);
    snprintf(body, sizeof body, "{\"field\": \"name\", \"choice\": 1, \"version\": %d}", version);
    answer = settle(&f, 409, uri, body);
    assert_inside(answer, "error.code", "conflict");
    json_decref(answer);
    answer = ask(&f, 200, "GET", uri, NULL);
    assert_int_equal(json_array_size(inside(answer, "conflicts.name")), 2); /* nothing was written */
    json_decref(answer);
    node_release(&office);
    node_release(&laptop);
}

static void
a_life_in_conflict_is_settled_by_keep_or_delete(void **state)
{
    static const struct {
        const char *body, *deleted;
    } cases[] = {
        {"{\"field\": \"life\", \"value\": \"keep\"}", "false"},
        {"{\"field\": \"life\", \"value\": \"delete\"}", "true"},
    };

    (void) state;
    for (size_t i = 0; i < 2; i++) {
        struct node office, laptop;
        struct fixture f;
        char uri[64];
        int64_t there;
        json_t *answer;

        apart(&office, &laptop, &f, uri, sizeof uri);
        json_decref(settle(&f, 200, uri, "{\"field\": \"name\", \"choice\": 1}"));
        node_sync(&office, &laptop);
        there = node_translate(&office, record_of(uri), &laptop);
        assert_int_equal(node_delete(&office, record_of(uri), NULL), OK);
        assert_int_equal(node_set(&laptop, there, "note", "mới", NULL), OK);
        node_sync(&office, &laptop);
        json_decref(settle(&f, 400, uri, "{\"field\": \"life\", \"value\": \"perhaps\"}"));
        answer = settle(&f, 200, uri, cases[i].body);
        assert_inside(answer, "deleted", cases[i].deleted);
        assert_inside(answer, "conflicts", "{}");
        assert_inside(answer, "fields.note", "mới");
        json_decref(answer);
        node_sync(&office, &laptop);
        assert_int_equal(node_read(&laptop, there)->live, i == 0);
        assert_false(node_read(&laptop, there)->life_conflict);
        json_decref(settle(&f, 409, uri, cases[i].body));
        node_release(&office);
        node_release(&laptop);
    }
}

static void
what_is_no_choice_is_refused_with_words(void **state)
{
    static const char *const bodies[] = {
        "{}", "{\"field\": \"name\"}", "{\"field\": \"name\", \"choice\": 0}",
        "{\"field\": \"name\", \"choice\": 3}", "{\"field\": \"name\", \"choice\": 1, \"value\": \"x\"}",
        "{\"field\": \"nothing\", \"choice\": 1}", "{\"field\": \"name\", \"choice\": 1, \"more\": 1}",
        "{\"field\": \"name\", \"value\": null}",
    };
    struct node office, laptop;
    struct fixture f;
    char uri[64];

    (void) state;
    apart(&office, &laptop, &f, uri, sizeof uri);
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
        json_decref(settle(&f, 400, uri, bodies[i]));
    json_decref(settle(&f, 409, uri, "{\"field\": \"phone\", \"value\": \"1\"}"));
    expect(&f, 200, "GET", "/v1/status", NULL, "conflicts", "1");
    node_release(&office);
    node_release(&laptop);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_values_are_shown_with_their_authors_until_one_is_chosen),
        cmocka_unit_test(a_record_deleted_and_changed_apart_lives_and_says_so),
        cmocka_unit_test(the_number_of_a_value_that_stands_settles_it_for_everybody),
        cmocka_unit_test(settling_is_refused_when_other_values_stand_by_now),
        cmocka_unit_test(a_life_in_conflict_is_settled_by_keep_or_delete),
        cmocka_unit_test(what_is_no_choice_is_refused_with_words),
    };

    return tap_run("conflicts", tests, NULL, NULL);
}
