/* Erasure: the words are gone from every replica, the chain verifies, and everything else stays. */
#include "config.h"

#include "daemon/engine/erase.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/engine/replay.h"
#include "daemon/engine/verify.h"
#include "tests/util/tap.h"
#include "tests/util/world.h"

static char place[] = "/tmp/thidua-erase-XXXXXX";
static char database[64];

struct two {
    struct node founder, clerk;
};

static int
begin(void **state)
{
    static struct two t;

    memcpy(place + sizeof place - 7, "XXXXXX", 6);
    assert_non_null(mkdtemp(place));
    snprintf(database, sizeof database, "%s/thidua.db", place);
    node_found(&t.founder, 1, "Xã Trấn Ninh", "commune");
    node_place(database);
    node_enrol(&t.clerk, 2, &t.founder, INVITE_CLERK, NULL);
    node_sync(&t.founder, &t.clerk);
    *state = &t;
    return 0;
}

static int
end(void **state)
{
    struct two *t = *state;
    char wal[80];

    node_release(&t->founder);
    node_release(&t->clerk);
    unlink(database);
    snprintf(wal, sizeof wal, "%s-wal", database);
    unlink(wal);
    snprintf(wal, sizeof wal, "%s-shm", database);
    unlink(wal);
    rmdir(place);
    return 0;
}

static enum err
erase(struct node *n, int64_t record, struct error *e)
{
    struct erase_request request = {.record = record, .reason = "theo đơn"};
    uint64_t bodies;
    enum err err;

    n->now_s += 60;
    assert_int_equal(store_begin(n->s, e), OK);
    err = erase_record(n->s, &n->me, &request, n->now_s, &bodies, e);
    if (err == OK) {
        assert_int_equal(submit_sign(n->s, &n->me, e), OK);
        assert_int_equal(store_commit(n->s, e), OK);
    } else {
        store_rollback(n->s);
    }
    return err;
}

static const char *
text_of(struct node *n, int64_t record, const char *field)
{
    struct record *r = node_read(n, record);

    return r != NULL ? record_text(r, registry_field_by_name(r->registry, field)->id) : NULL;
}

static void
expect_same_and_sound(struct two *t)
{
    struct node *nodes[] = {&t->founder, &t->clerk};
    struct space_row space = node_space(&t->founder, SPACE_INNER);
    struct hash digests[2], again;
    struct error e = {0};

    for (int i = 0; i < 2; i++) {
        struct verify_report report;
        uint64_t entries;

        digests[i] = node_digest(nodes[i], space.space);
        assert_int_equal(verify_logs(nodes[i]->s, &nodes[i]->arena, &report, &e), OK);
        assert_int_equal(report.problems_count, 0);
        assert_int_equal(store_begin(nodes[i]->s, &e), OK);
        assert_int_equal(replay_all(nodes[i]->s, &entries, &e), OK);
        assert_int_equal(store_commit(nodes[i]->s, &e), OK);
        again = node_digest(nodes[i], space.space);
        assert_true(hash_equal(&digests[i], &again));
    }
    assert_true(hash_equal(&digests[0], &digests[1]));
}

/* Whether the words stand anywhere in the database's files. */
static bool
file_holds(const char *words)
{
    static char bytes[8 * 1024 * 1024];
    const char *suffixes[] = {"", "-wal"};

    for (int i = 0; i < 2; i++) {
        char path[80];
        FILE *f;
        size_t size;

        snprintf(path, sizeof path, "%s%s", database, suffixes[i]);
        f = fopen(path, "rb");
        if (f == NULL)
            continue;
        size = fread(bytes, 1, sizeof bytes, f);
        fclose(f);
        if (memmem(bytes, size, words, strlen(words)) != NULL)
            return true;
    }
    return false;
}

static void
the_words_go_from_every_replica_and_what_others_wrote_stays(void **state)
{
    struct two *t = *state;
    struct error e = {0};
    int64_t person = node_add(&t->founder, RECORD_PERSON, "full_name", "Lý Văn Nam Bí Mật", NULL), at_clerk;

    node_sync(&t->founder, &t->clerk);
    at_clerk = node_translate(&t->founder, person, &t->clerk);
    assert_int_equal(node_set(&t->clerk, at_clerk, "position", "trưởng thôn", &e), OK);
    assert_int_equal(node_set(&t->clerk, at_clerk, "full_name", "Lý Văn Nam Bí Mật Hai", &e), OK);
    node_sync(&t->founder, &t->clerk);
    assert_true(file_holds("Bí Mật"));

    assert_int_equal(erase(&t->founder, person, &e), OK);
    node_sync(&t->founder, &t->clerk);
    assert_null(text_of(&t->founder, person, "full_name"));
    assert_null(text_of(&t->clerk, at_clerk, "full_name"));
    assert_string_equal(text_of(&t->founder, person, "position"), "trưởng thôn");
    assert_string_equal(text_of(&t->clerk, at_clerk, "position"), "trưởng thôn");
    expect_same_and_sound(t);
    store_close(t->clerk.s);
    assert_int_equal(store_open(database, STORE_WRITE, &t->clerk.s, &e), OK);
    assert_false(file_holds("Bí Mật"));
    assert_int_equal(erase(&t->founder, person, &e), ERR_NOT_FOUND);
}

static void
what_was_written_together_with_it_is_said_again(void **state)
{
    struct two *t = *state;
    struct error e = {0};
    struct submit_field fields[3][2];
    struct submit_op ops[3];
    struct submit_request request = {.ops = ops, .ops_count = 3};
    static const char *const names[] = {"Trần Thị Hoa", "Hoàng Thị Lan", "Thôn 1"};

    for (int i = 0; i < 3; i++) {
        fields[i][0] = (struct submit_field){1, {.kind = VALUE_TEXT, .bytes = (const uint8_t *) names[i],
                                                 .size = strlen(names[i])}};
        ops[i] = (struct submit_op){.kind = SUBMIT_ADD, .type = i < 2 ? RECORD_PERSON : RECORD_UNIT,
                                    .fields = fields[i], .fields_count = 1};
    }
    assert_int_equal(node_submit(&t->founder, &request, &e), OK);
    node_sync(&t->founder, &t->clerk);
    /* through the place that is about to go, apart from the erasure */
    assert_int_equal(node_set(&t->clerk, node_translate(&t->founder, ops[1].ret_record, &t->clerk), "position",
                              "chi hội trưởng", &e),
                     OK);
    assert_int_equal(erase(&t->founder, ops[0].ret_record, &e), OK);
    node_sync(&t->founder, &t->clerk);
    assert_null(text_of(&t->clerk, node_translate(&t->founder, ops[0].ret_record, &t->clerk), "full_name"));
    assert_string_equal(text_of(&t->founder, ops[1].ret_record, "full_name"), names[1]);
    assert_string_equal(text_of(&t->founder, ops[1].ret_record, "position"), "chi hội trưởng");
    assert_string_equal(text_of(&t->founder, ops[2].ret_record, "name"), names[2]);
    expect_same_and_sound(t);
}

static void
a_new_replica_gets_no_erased_words_and_the_same_state(void **state)
{
    struct two *t = *state;
    struct node third;
    struct error e = {0};
    struct space_row space = node_space(&t->founder, SPACE_INNER);
    int64_t person = node_add(&t->founder, RECORD_PERSON, "full_name", "Một Người", NULL);
    struct hash a, b;

    assert_int_equal(node_set(&t->founder, person, "position", "bí thư", &e), OK);
    assert_int_equal(erase(&t->founder, person, &e), OK);
    node_enrol(&third, 9, &t->founder, INVITE_CLERK, NULL);
    node_sync(&t->founder, &third);
    assert_string_equal(text_of(&third, node_translate(&t->founder, person, &third), "position"), "bí thư");
    a = node_digest(&t->founder, space.space);
    b = node_digest(&third, space.space);
    assert_true(hash_equal(&a, &b));
    node_release(&third);
}

static void
a_deleted_record_stays_deleted_and_a_clerk_erases_nothing(void **state)
{
    struct two *t = *state;
    struct error e = {0};
    int64_t person = node_add(&t->founder, RECORD_PERSON, "full_name", "Đã Xóa", NULL);

    assert_int_equal(node_delete(&t->founder, person, &e), OK);
    node_sync(&t->founder, &t->clerk);
    assert_int_equal(erase(&t->clerk, node_translate(&t->founder, person, &t->clerk), &e), ERR_AUTH);
    assert_int_equal(erase(&t->founder, person, &e), OK);
    assert_false(node_read(&t->founder, person)->live);
    node_sync(&t->founder, &t->clerk);
    expect_same_and_sound(t);
    assert_int_equal(erase(&t->founder, node_add(&t->founder, RECORD_CAMPAIGN, "title", "Đợt", NULL), &e), ERR_USAGE);
}

int
main(void)
{
#define WITH_TWO(test) cmocka_unit_test_setup_teardown(test, begin, end)
    const struct CMUnitTest tests[] = {
        WITH_TWO(the_words_go_from_every_replica_and_what_others_wrote_stays),
        WITH_TWO(what_was_written_together_with_it_is_said_again),
        WITH_TWO(a_new_replica_gets_no_erased_words_and_the_same_state),
        WITH_TWO(a_deleted_record_stays_deleted_and_a_clerk_erases_nothing),
    };

    return tap_run("erase", tests, NULL, NULL);
}
