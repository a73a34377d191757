/* After a database was put back: new logs, a new store; and where a backup may be written. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/engine/rescue.h"
#include "daemon/store/peers.h"
#include "tests/util/tap.h"
#include "tests/util/world.h"

static uint64_t
next_epoch(void)
{
    static uint64_t epoch = 1000;

    return ++epoch;
}

static void
renew(struct node *n, const struct identity *me)
{
    assert_int_equal(store_begin(n->s, NULL), OK);
    assert_int_equal(rescue_renew_logs(n->s, me, next_epoch, NULL), OK);
    assert_int_equal(store_commit(n->s, NULL), OK);
}

static void
writing_goes_on_in_one_new_log_of_each_space_and_others_take_it(void **state)
{
    struct node office, laptop;
    struct space_row inner;
    struct log_row before, after;
    struct hash one, two;
    int64_t unit;

    (void) state;
    node_found(&office, 1, "Xã Một", "commune");
    node_enrol(&laptop, 2, &office, INVITE_CLERK, NULL);
    node_sync(&office, &laptop);
    inner = node_space(&office, SPACE_INNER);
    assert_int_equal(log_own(office.s, inner.id, &before, NULL), OK);
    renew(&office, &office.me);
    assert_int_equal(log_own(office.s, inner.id, &after, NULL), OK);
    assert_true(before.name.epoch != after.name.epoch);
    assert_memory_equal(after.name.device, office.me.sign.public_key, DEVICE_BYTES);
    assert_int_equal(after.received_seq, 0);
    unit = node_add(&office, RECORD_UNIT, "name", "Thôn 1", NULL);
    assert_int_equal(record_id_log(unit), after.id);
    node_sync(&office, &laptop);
    one = node_digest(&office, inner.space);
    two = node_digest(&laptop, inner.space);
    assert_memory_equal(one.bytes, two.bytes, HASH_BYTES);
    assert_non_null(node_read(&laptop, node_translate(&office, unit, &laptop)));
    node_release(&office);
    node_release(&laptop);
}

static void
logs_of_another_key_are_not_its_own_and_it_may_not_write(void **state)
{
    struct node office;
    struct space_row inner;
    struct log_row log;
    struct identity other;
    struct submit_field name = {
        .id = 1, .value = {.kind = VALUE_TEXT, .bytes = (const uint8_t *) "Thôn 1", .size = 7}};
    struct submit_op op = {.kind = SUBMIT_ADD, .type = RECORD_UNIT, .fields = &name, .fields_count = 1};
    struct submit_request request = {.ops = &op, .ops_count = 1, .random_epoch = 7};
    struct error e = {0};
    uint8_t seed[64] = {9};

    (void) state;
    node_found(&office, 1, "Xã Một", "commune");
    assert_int_equal(identity_init(&other, seed, NULL), OK);
    renew(&office, &other);
    inner = node_space(&office, SPACE_INNER);
    assert_int_equal(log_own(office.s, inner.id, &log, NULL), ERR_NOT_FOUND);
    assert_int_equal(store_begin(office.s, NULL), OK);
    assert_int_equal(submit(office.s, &other, &request, office.now_s, &e), ERR_AUTH);
    store_rollback(office.s);
    node_release(&office);
}

static void
a_renewed_store_has_another_id_and_nothing_in_common_with_its_peers(void **state)
{
    static const uint8_t random[STORE_ID_BYTES] = {0xAB, 1, 2};
    static const uint8_t vector[] = {1, 2, 3};
    struct base_row base = {.digest = {7}, .vector = vector, .vector_size = 3, .confirmed = true};
    struct peer_row peer = {.name = "hub", .address = "", .role = PEER_PARENT, .last_error = ""};
    struct node office;
    const char *text = NULL;
    int64_t id = 0;

    (void) state;
    node_found(&office, 1, "Xã Một", "commune");
    assert_int_equal(store_begin(office.s, NULL), OK);
    assert_int_equal(peer_put(office.s, &peer, &id, NULL), OK);
    assert_int_equal(base_put(office.s, id, &base, NULL), OK);
    assert_int_equal(rescue_renew_store(office.s, random, NULL), OK);
    assert_int_equal(store_commit(office.s, NULL), OK);
    assert_int_equal(store_meta_get(office.s, "store_id", &office.arena, &text, NULL), OK);
    assert_string_equal(text, "ab010200000000000000000000000000");
    assert_int_equal(base_last_confirmed(office.s, id, &office.arena, &base, NULL), ERR_NOT_FOUND);
    node_release(&office);
}

static void
a_backup_that_fails_leaves_nothing_behind(void **state)
{
    char folder[] = "/tmp/rescue-t.XXXXXX", path[64], database[64];
    struct backup_facts facts;
    struct error e = {0};
    FILE *file;

    (void) state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/b", folder);
    snprintf(database, sizeof database, "%s/none/db", folder);
    assert_int_equal(rescue_backup(database, path, false, 1, &facts, &e), ERR_NOT_FOUND);
    assert_int_equal(rescue_backup(database, "b", false, 1, &facts, &e), ERR_USAGE);
    assert_int_equal(rescue_backup(database, folder, true, 1, &facts, &e), ERR_USAGE);
    file = fopen(path, "w");
    fputs("precious", file);
    fclose(file);
    assert_int_equal(rescue_backup(database, path, false, 1, &facts, &e), ERR_CONFLICT);
    assert_int_equal(rescue_backup(database, path, true, 1, &facts, &e), ERR_NOT_FOUND);
    assert_int_equal(unlink(path), 0); /* it is still there */
    assert_int_equal(rmdir(folder), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writing_goes_on_in_one_new_log_of_each_space_and_others_take_it),
        cmocka_unit_test(logs_of_another_key_are_not_its_own_and_it_may_not_write),
        cmocka_unit_test(a_renewed_store_has_another_id_and_nothing_in_common_with_its_peers),
        cmocka_unit_test(a_backup_that_fails_leaves_nothing_behind),
    };

    return tap_run("rescue", tests, NULL, NULL);
}
