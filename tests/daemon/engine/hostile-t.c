/* What a device that has a right may still try: entries that are signed and canonical and meant to do harm. */
#include "config.h"

#include "daemon/engine/merge.h"
#include "daemon/engine/replay.h"
#include "daemon/engine/system_fields.h"

#include <string.h>

#include "protocol/util/mem.h"
#include "tests/util/tap.h"
#include "tests/util/world.h"

/* Append one entry to a log of this node's device, signed, and give its result; not as submit() would. */
static enum err
write_raw(struct node *n, const struct log_id *log, const struct change_header *h,
          const struct change_body *body, struct ingest_result *ret_result, struct error *e)
{
    struct buf header, content, item;
    struct verified_run *run;
    struct log_row row;
    enum err err;

    buf_init(&header, CHANGESET_BYTES_MAX);
    buf_init(&content, CHANGESET_BYTES_MAX);
    buf_init(&item, CHANGESET_BYTES_MAX + 16);
    change_encode_header(&header, h);
    change_encode_body(&content, body);
    item_encode(&item, header.bytes, header.size, content.bytes, content.size, NULL);
    assert_int_equal(item.err, OK);
    assert_int_equal(store_begin(n->s, e), OK);
    assert_int_equal(log_add(n->s, log, false, &row, e), OK);
    assert_int_equal(run_of_own(&n->me.sign, log, row.received_seq + 1, &row.received_hash, item.bytes,
                                item.size, &run, e),
                     OK);
    err = ingest_run(n->s, run, ret_result, e);
    if (err == OK)
        assert_int_equal(store_commit(n->s, e), OK);
    else
        store_rollback(n->s);
    verified_run_free(run);
    buf_release(&header);
    buf_release(&content);
    buf_release(&item);
    return err;
}

/* The log of this node's device in a space, under an epoch of its own. */
static struct log_id
log_of(struct node *n, const struct space_row *space, uint64_t epoch)
{
    struct log_id id = {.epoch = epoch};

    memcpy(id.space, space->space, SPACE_BYTES);
    memcpy(id.device, n->me.sign.public_key, DEVICE_BYTES);
    return id;
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

enum { CHAIN_RECORDS = 4000 };

/* The key of a unit_link whose child is the operation before: the unit, then links. */
static void
link_keys(struct change_field keys[3], uint32_t index)
{
    keys[0] = (struct change_field){1, {.kind = VALUE_REFERENCE, .ref = {0, 0, index - 1}}};
    keys[1] = (struct change_field){2, {.kind = VALUE_INTEGER, .integer = 2}};
    keys[2] = (struct change_field){3, {.kind = VALUE_DATE, .date = {DATE_YEAR, 53}}};
}

static void
keyed_records_that_name_each_other_in_a_long_chain_are_merged(void **state)
{
    struct change_op *ops = mem_alloc(CHAIN_RECORDS * sizeof *ops);
    struct change_field(*keys)[3] = mem_alloc(CHAIN_RECORDS * sizeof *keys);
    struct change_header h = {.version = CHANGE_VERSION};
    struct change_body body = {CHAIN_RECORDS, ops};
    struct state_query query = {.type = RECORD_UNIT_LINK};
    struct ingest_result result;
    struct space_row inner;
    struct error e = {0};
    struct log_id log;
    uint64_t count;
    struct node n;

    (void) state;
    node_found(&n, 1, "Xã Một", "commune");
    inner = node_space(&n, SPACE_INNER);
    log = log_of(&n, &inner, 7);
    ops[0] = (struct change_op){.kind = CHANGE_PUT_NEW, .type = RECORD_UNIT};
    for (uint32_t i = 1; i < CHAIN_RECORDS; i++) {
        link_keys(keys[i], i);
        ops[i] = (struct change_op){.kind = CHANGE_PUT_KEYED, .type = RECORD_UNIT_LINK, .keys_count = 3,
                                    .keys = keys[i]};
    }
    if (write_raw(&n, &log, &h, &body, &result, &e) != OK)
        fail_msg("%s", e.text);
    assert_int_equal(result.set_aside, 0);
    assert_int_equal(state_count(n.s, &query, &count, NULL), OK);
    assert_int_equal(count, CHAIN_RECORDS - 1);
    expect_rebuild_equal(&n);
    mem_free(ops);
    mem_free(keys);
    node_release(&n);
}

enum { PUTS = 4000 };

static void
many_writes_to_a_large_record_are_merged(void **state)
{
    static uint8_t text[TEXT_BYTES_MAX];
    struct change_op ops[PUTS];
    struct change_field fields[1] = {{1, {.kind = VALUE_TEXT, .bytes = text, .size = sizeof text}}};
    struct change_header h = {.version = CHANGE_VERSION};
    struct change_body body = {1, ops};
    struct ingest_result result;
    struct space_row inner;
    struct error e = {0};
    struct log_id log;
    struct node n;

    (void) state;
    memset(text, 'a', sizeof text);
    node_found(&n, 1, "Xã Một", "commune");
    inner = node_space(&n, SPACE_INNER);
    log = log_of(&n, &inner, 7);
    ops[0] = (struct change_op){.kind = CHANGE_PUT_NEW, .type = RECORD_UNIT, .fields_count = 1, .fields = fields};
    assert_int_equal(write_raw(&n, &log, &h, &body, &result, &e), OK);
    for (size_t i = 0; i < PUTS; i++)
        ops[i] = (struct change_op){.kind = CHANGE_PUT, .type = RECORD_UNIT, .target = {0, 1, 0}};
    body.ops_count = PUTS;
    if (write_raw(&n, &log, &h, &body, &result, &e) != OK)
        fail_msg("%s: %s", err_name(result.stored), e.text);
    assert_int_equal(result.set_aside, 0);
    node_release(&n);
}

/* A reference to a log that a later entry introduces. */
static void
a_place_is_empty_until_the_entry_that_fills_it(void **state)
{
    struct change_field fields[1] = {{7, {.kind = VALUE_REFERENCE, .ref = {1, 1, 0}}}};
    struct change_op op = {.kind = CHANGE_PUT_NEW, .type = RECORD_CHILD, .fields_count = 1, .fields = fields};
    struct change_op unit = {.kind = CHANGE_PUT_NEW, .type = RECORD_UNIT};
    struct change_intro intro = {.foreign = true, .device = {1}, .space = {2}, .epoch = 3};
    struct change_header early = {.version = CHANGE_VERSION};
    struct change_header late = {.version = CHANGE_VERSION, .flags = CHANGE_INTRODUCES, .intros_count = 1,
                                 .intros = &intro};
    struct change_body refers = {1, &op}, plain = {1, &unit};
    struct ingest_result result;
    struct space_row inner;
    struct error e = {0};
    struct log_id log;
    struct node n;

    (void) state;
    node_found(&n, 1, "Xã Một", "commune");
    inner = node_space(&n, SPACE_INNER);
    log = log_of(&n, &inner, 7);
    assert_int_equal(write_raw(&n, &log, &early, &refers, &result, &e), OK);
    assert_int_equal(result.set_aside, 1);
    assert_int_equal(write_raw(&n, &log, &late, &plain, &result, &e), OK);
    assert_int_equal(result.set_aside, 0);
    expect_rebuild_equal(&n);
    node_release(&n);
}

/* Whether a past is malformed does not depend on what has arrived. */
static void
a_malformed_past_is_not_waited_for(void **state)
{
    struct change_op unit = {.kind = CHANGE_PUT_NEW, .type = RECORD_UNIT};
    struct change_body body = {1, &unit};
    struct change_intro intro = {.device = {1}, .epoch = 3};
    struct change_seen seen[2] = {{.log = 1, .step = 5}, {.log = 2, .step = 1}};
    struct change_header h = {.version = CHANGE_VERSION, .flags = CHANGE_INTRODUCES | CHANGE_SEES,
                              .intros_count = 1, .intros = &intro, .seen_count = 2, .seen = seen};
    struct ingest_result result;
    struct space_row inner;
    struct error e = {0};
    struct log_id log;
    struct node n;

    (void) state;
    node_found(&n, 1, "Xã Một", "commune");
    inner = node_space(&n, SPACE_INNER);
    log = log_of(&n, &inner, 7);
    assert_int_equal(write_raw(&n, &log, &h, &body, &result, &e), OK);
    assert_int_equal(result.applied, 1);
    assert_int_equal(result.set_aside, 1);
    node_release(&n);
}

/* Rights are read from fields by number. */
static void
the_fields_that_judge_rights_are_those_of_the_registry(void **state)
{
    static const struct {
        unsigned type, id;
        const char *name;
    } fields[] = {
        {RECORD_GRANT, GRANT_DEVICE, "device"},
        {RECORD_GRANT, GRANT_ROLE, "role"},
        {RECORD_GRANT, GRANT_UNIT, "unit"},
        {RECORD_GRANT, GRANT_NOISE_CERT, "noise_cert"},
        {RECORD_GRANT, GRANT_NAME, "name"},
        {RECORD_GRANT, GRANT_PARENT, "parent"},
        {RECORD_ADOPTION, ADOPTION_PARENT_DEVICE, "parent_device"},
        {RECORD_ADOPTION, ADOPTION_PARENT_OUTER, "parent_outer"},
        {RECORD_ADOPTION, ADOPTION_PARENT_NAME, "parent_name"},
        {RECORD_ADOPTION, ADOPTION_PREVIOUS, "previous"},
        {RECORD_CHILD, CHILD_NAME, "name"},
        {RECORD_CHILD, CHILD_KIND, "kind"},
        {RECORD_CHILD, CHILD_INNER, "inner"},
        {RECORD_CHILD, CHILD_OUTER, "outer"},
        {RECORD_CHILD, CHILD_DEVICE, "device"},
        {RECORD_CHILD, CHILD_NOISE_CERT, "noise_cert"},
        {RECORD_CHILD, CHILD_UNIT, "unit"},
        {RECORD_INVITATION, INVITED_DIGEST, "digest"},
        {RECORD_INVITATION, INVITED_ROLE, "role"},
        {RECORD_INVITATION, INVITED_KIND, "kind"},
        {RECORD_INVITATION, INVITED_UNIT_NAME, "unit_name"},
        {RECORD_INVITATION, INVITED_UNIT_KIND, "unit_kind"},
        {RECORD_INVITATION, INVITED_EXPIRES, "expires"},
        {RECORD_INVITATION, INVITED_USED_BY, "used_by"},
        {RECORD_INVITATION, INVITED_UNIT, "unit"},
        {RECORD_INVITATION, INVITED_WITHDRAWN, "withdrawn"},
        {RECORD_PROFILE, PROFILE_NAME, "name"},
        {RECORD_PROFILE, PROFILE_KIND, "kind"},
        {RECORD_PROFILE, PROFILE_CODE, "code"},
        {RECORD_PROFILE, PROFILE_NODE, "node"},
        {RECORD_PROFILE, PROFILE_UNIT, "unit"},
        {RECORD_UNIT, UNIT_NAME, "name"},
    };

    (void) state;
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        const struct registry_field *f = registry_field_by_id(registry_by_type(fields[i].type), fields[i].id);

        assert_non_null(f);
        assert_string_equal(f->name, fields[i].name);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_place_is_empty_until_the_entry_that_fills_it),
        cmocka_unit_test(a_malformed_past_is_not_waited_for),
        cmocka_unit_test(many_writes_to_a_large_record_are_merged),
        cmocka_unit_test(the_fields_that_judge_rights_are_those_of_the_registry),
        cmocka_unit_test(keyed_records_that_name_each_other_in_a_long_chain_are_merged),
    };

    return tap_run("hostile", tests, NULL, NULL);
}
