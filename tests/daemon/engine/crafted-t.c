/* Entries as no honest machine writes them, and orders in which replicas must not differ. */
#include "config.h"

#include "daemon/engine/merge.h"

#include <string.h>

#include "tests/util/tap.h"
#include "tests/util/world.h"

/* --- honest writers that meet ---------------------------------------------------------------- */

static int64_t
submit_one(struct node *n, struct submit_op *op)
{
    struct submit_request request = {.ops = op, .ops_count = 1};
    struct error e = {0};

    if (node_submit(n, &request, &e) != OK)
        fail_msg("%s", e.text);
    return op->ret_record;
}

static struct submit_field
reference(unsigned field, int64_t record)
{
    return (struct submit_field){field, {.kind = VALUE_REFERENCE, .record = record}};
}

/* A subordination of a unit to itself, in the outer space: a keyed record of equal key on every node. */
static int64_t
add_link(struct node *n, int64_t unit)
{
    struct submit_field fields[] = {
        reference(1, unit),
        {2, {.kind = VALUE_INTEGER, .integer = 1}},
        {3, {.kind = VALUE_DATE, .date = {DATE_YEAR, 53}}},
        reference(4, unit),
    };
    struct submit_op op = {.kind = SUBMIT_ADD, .type = RECORD_UNIT_LINK, .space = node_space(n, SPACE_OUTER).id,
                           .fields = fields, .fields_count = 4};

    return submit_one(n, &op);
}

static int64_t
add_receipt(struct node *n, int64_t subject, int64_t unit)
{
    struct submit_field fields[] = {reference(1, subject), reference(2, unit),
                                    {3, {.kind = VALUE_INTEGER, .integer = 1}}};
    struct submit_op op = {.kind = SUBMIT_ADD, .type = RECORD_RECEIPT, .space = node_space(n, SPACE_INNER).id,
                           .fields = fields, .fields_count = 3};

    return submit_one(n, &op);
}

static bool
equal_spaces(struct node *a, struct node *b)
{
    for (enum space_kind kind = SPACE_INNER; kind <= SPACE_OUTER; kind++) {
        struct space_row space = node_space(a, kind);
        struct hash x = node_digest(a, space.space), y = node_digest(b, space.space);

        if (!hash_equal(&x, &y))
            return false;
    }
    return true;
}

static void
a_reference_from_another_space_keeps_the_name_that_was_written(void **state)
{
    struct node office, laptop;
    int64_t unit, link;

    (void) state;
    node_found(&office, 1, "Xã Một", "commune");
    unit = node_add(&office, RECORD_UNIT, "name", "Thôn 1", NULL);
    node_enrol(&laptop, 2, &office, INVITE_CLERK, NULL);
    node_sync(&office, &laptop);
    link = add_link(&office, unit);
    add_link(&laptop, node_translate(&office, unit, &laptop));
    add_receipt(&office, link, unit);
    node_sync(&office, &laptop);
    assert_true(equal_spaces(&office, &laptop));
    node_release(&office);
    node_release(&laptop);
}

/* --- a device that writes what it likes ------------------------------------------------------- */

/* The office, and a device with a clerk's grant that has no store. */
struct author {
    struct node office;
    struct sign_key key;
    struct log_id log;
    struct log_row founder;      /* the office's log in its inner space */
    struct change_intro intro;   /* of it */
    struct change_seen seen;     /* it up to its head */
};

static void
author_begin(struct author *a)
{
    uint8_t seed[SIGN_SEED_BYTES] = {77};
    struct space_row inner;
    struct error e = {0};
    struct submit_field fields[] = {
        {1, {.kind = VALUE_BYTES, .bytes = a->key.public_key, .size = DEVICE_BYTES}},
        {2, {.kind = VALUE_INTEGER, .integer = ROLE_CLERK}},
    };
    struct submit_op op = {.kind = SUBMIT_ADD, .type = RECORD_GRANT, .fields = fields, .fields_count = 2};
    struct submit_request request = {.ops = &op, .ops_count = 1, .system = true};

    node_found(&a->office, 1, "Xã Một", "commune");
    sign_key_init(&a->key, seed);
    if (node_submit(&a->office, &request, &e) != OK)
        fail_msg("%s", e.text);
    inner = node_space(&a->office, SPACE_INNER);
    assert_int_equal(log_own(a->office.s, inner.id, &a->founder, &e), OK);
    a->log.epoch = 1;
    memcpy(a->log.space, inner.space, SPACE_BYTES);
    memcpy(a->log.device, a->key.public_key, DEVICE_BYTES);
    a->intro = (struct change_intro){.epoch = a->founder.name.epoch};
    memcpy(a->intro.device, a->founder.name.device, DEVICE_BYTES);
    a->seen = (struct change_seen){.log = 1, .step = a->founder.applied_seq};
    memcpy(a->seen.hash, a->founder.applied_hash.bytes, SEEN_HASH_BYTES);
}

/* Write the author's first entry and bring it to the office; gives the number of entries set aside. */
static uint64_t
author_write(struct author *a, const struct change_header *header, const struct change_op *ops, uint32_t count)
{
    struct change_body body = {count, ops};
    struct verified_run *run;
    struct ingest_result result;
    struct hash start;
    struct error e = {0};
    struct buf h, b, item;

    buf_init(&h, CHANGESET_BYTES_MAX);
    buf_init(&b, CHANGESET_BYTES_MAX);
    buf_init(&item, CHANGESET_BYTES_MAX);
    change_encode_header(&h, header);
    change_encode_body(&b, &body);
    item_encode(&item, h.bytes, h.size, b.bytes, b.size, NULL);
    chain_start(&a->log, &start);
    if (run_of_own(&a->key, &a->log, 1, &start, item.bytes, item.size, &run, &e) != OK)
        fail_msg("%s", e.text);
    assert_int_equal(store_begin(a->office.s, &e), OK);
    if (ingest_run(a->office.s, run, &result, &e) != OK)
        fail_msg("%s", e.text);
    assert_int_equal(store_commit(a->office.s, &e), OK);
    assert_int_equal(result.applied, 1);
    verified_run_free(run);
    buf_release(&h);
    buf_release(&b);
    buf_release(&item);
    return result.set_aside;
}

static struct change_header
author_header(const struct author *a)
{
    return (struct change_header){.version = CHANGE_VERSION, .flags = CHANGE_INTRODUCES | CHANGE_SEES,
                                  .wall_step_s = 1750000000, .intros_count = 1, .intros = &a->intro,
                                  .seen_count = 1, .seen = &a->seen};
}

static struct change_field
text_field(unsigned id, const char *text)
{
    return (struct change_field){
        id, {.kind = VALUE_TEXT, .bytes = (const uint8_t *) text, .size = strlen(text)}};
}

static void
a_key_is_whole_or_the_entry_does_not_count(void **state)
{
    const struct change_field keys[] = {
        {1, {.kind = VALUE_REFERENCE, .ref = {.log = 1, .seq = 1, .index = 0}}},
        {2, {.kind = VALUE_INTEGER, .integer = 1}},
        {3, {.kind = VALUE_DATE, .date = {DATE_YEAR, 53}}},
    };
    const struct change_field again = {3, {.kind = VALUE_DATE, .date = {DATE_YEAR, 54}}};
    struct change_op op = {.kind = CHANGE_PUT_KEYED, .type = RECORD_UNIT_LINK, .keys = keys, .keys_count = 3};

    (void) state;
    for (int which = 0; which < 3; which++) {
        struct author a;
        struct change_header header;

        author_begin(&a);
        header = author_header(&a);
        op.keys_count = which == 1 ? 2 : 3;       /* a key field is missing */
        op.fields_count = which == 2 ? 1 : 0;     /* one is written beside the key */
        op.fields = &again;
        assert_int_equal(author_write(&a, &header, &op, 1), which == 0 ? 0 : 1);
        node_release(&a.office);
    }
}

static void
an_operation_refers_to_earlier_ones_of_its_entry_only(void **state)
{
    struct change_field name = text_field(1, "Thôn 1"), phone = text_field(5, "0912");

    (void) state;
    for (uint32_t first = 0; first < 2; first++) {
        struct change_op ops[2] = {{0}};
        struct author a;
        struct change_header header;

        author_begin(&a);
        header = author_header(&a);
        ops[first] = (struct change_op){.kind = CHANGE_PUT_NEW, .type = RECORD_UNIT, .fields = &name,
                                        .fields_count = 1};
        ops[1 - first] = (struct change_op){.kind = CHANGE_PUT, .type = RECORD_UNIT, .target = {.index = first},
                                            .fields = &phone, .fields_count = 1};
        assert_int_equal(author_write(&a, &header, ops, 2), first);
        node_release(&a.office);
    }
}

static void
a_log_that_is_introduced_twice_makes_the_past_malformed(void **state)
{
    struct change_field name = text_field(1, "Thôn 1");
    const struct change_op op = {.kind = CHANGE_PUT_NEW, .type = RECORD_UNIT, .fields = &name,
                                 .fields_count = 1};

    (void) state;
    for (int which = 0; which < 3; which++) {
        struct author a;
        struct change_header header;
        struct change_intro intros[2];

        author_begin(&a);
        header = author_header(&a);
        intros[0] = intros[1] = a.intro;
        header.intros = intros;
        header.intros_count = which == 1 ? 2 : 1; /* the same log again */
        if (which == 2) {                         /* itself */
            memcpy(intros[header.intros_count].device, a.key.public_key, DEVICE_BYTES);
            intros[header.intros_count++].epoch = a.log.epoch;
        }
        assert_int_equal(author_write(&a, &header, &op, 1), which == 0 ? 0 : 1);
        node_release(&a.office);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_is_whole_or_the_entry_does_not_count),
        cmocka_unit_test(an_operation_refers_to_earlier_ones_of_its_entry_only),
        cmocka_unit_test(a_log_that_is_introduced_twice_makes_the_past_malformed),
        cmocka_unit_test(a_reference_from_another_space_keeps_the_name_that_was_written),
    };

    return tap_run("crafted", tests, NULL, NULL);
}
