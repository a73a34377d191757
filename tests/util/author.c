/* Entries of a device without a store. */
#include "config.h"

#include "tests/util/author.h"

#include <string.h>

#include "tests/util/tap.h"

static void
grant(struct author *a, unsigned role, int64_t unit)
{
    struct submit_field fields[] = {
        {1, {.kind = VALUE_BYTES, .bytes = a->key.public_key, .size = DEVICE_BYTES}},
        {2, {.kind = VALUE_INTEGER, .integer = role}},
        {5, {.kind = VALUE_TEXT, .bytes = (const uint8_t *) "Máy lạ", .size = strlen("Máy lạ")}},
        {3, {.kind = VALUE_REFERENCE, .record = unit}},
    };
    struct submit_op op = {.kind = SUBMIT_ADD, .type = RECORD_GRANT, .fields = fields,
                           .fields_count = unit != 0 ? 4 : 3};
    struct submit_request request = {.ops = &op, .ops_count = 1, .system = true};
    struct error e = {0};

    if (node_submit(a->office, &request, &e) != OK)
        fail_msg("%s", e.text);
}

void
author_begin(struct author *a, struct node *office, unsigned seed, unsigned role, int64_t unit)
{
    uint8_t seeds[SIGN_SEED_BYTES] = {(uint8_t) seed, 77};
    struct space_row inner = node_space(office, SPACE_INNER);

    *a = (struct author){.office = office};
    sign_key_init(&a->key, seeds);
    if (role != 0)
        grant(a, role, unit);
    assert_int_equal(log_own(office->s, inner.id, &a->founder, NULL), OK);
    a->log.epoch = seed;
    memcpy(a->log.space, inner.space, SPACE_BYTES);
    memcpy(a->log.device, a->key.public_key, DEVICE_BYTES);
    chain_start(&a->log, &a->head);
    a->intro = (struct change_intro){.epoch = a->founder.name.epoch};
    memcpy(a->intro.device, a->founder.name.device, DEVICE_BYTES);
}

/* The header of the next entry, which has seen what the office had when the author began. */
static struct change_header
next_header(struct author *a, unsigned version, unsigned flags)
{
    struct change_header h = {.version = version, .flags = flags, .wall_step_s = a->seq == 0 ? 1750000000 : 60};

    if (a->seq == 0) {
        a->seen = (struct change_seen){.log = 1, .step = a->founder.applied_seq};
        memcpy(a->seen.hash, a->founder.applied_hash.bytes, SEEN_HASH_BYTES);
        h.flags |= CHANGE_INTRODUCES | CHANGE_SEES;
        h.intros_count = h.seen_count = 1;
        h.intros = &a->intro;
        h.seen = &a->seen;
    }
    return h;
}

uint64_t
author_write_bytes(struct author *a, unsigned version, unsigned flags, const uint8_t *body, size_t size)
{
    struct change_header header = next_header(a, version, flags);
    struct verified_run *run;
    struct ingest_result result;
    struct log_row log;
    struct error e = {0};
    struct buf h, item;

    buf_init(&h, CHANGESET_BYTES_MAX);
    buf_init(&item, CHANGESET_BYTES_MAX);
    change_encode_header(&h, &header);
    item_encode(&item, h.bytes, h.size, body, size, NULL);
    if (run_of_own(&a->key, &a->log, a->seq + 1, &a->head, item.bytes, item.size, &run, &e) != OK)
        fail_msg("%s", e.text);
    assert_int_equal(store_begin(a->office->s, &e), OK);
    if (ingest_run(a->office->s, run, &result, &e) != OK)
        fail_msg("%s", e.text);
    assert_int_equal(store_commit(a->office->s, &e), OK);
    assert_int_equal(result.applied, 1);
    assert_int_equal(log_find(a->office->s, &a->log, &log, &e), OK);
    a->head = log.received_hash;
    a->seq++;
    verified_run_free(run);
    buf_release(&h);
    buf_release(&item);
    return result.set_aside;
}

uint64_t
author_write(struct author *a, const struct change_op *ops, uint32_t count)
{
    struct change_body body = {count, ops};
    uint64_t set_aside;
    struct buf b;

    buf_init(&b, CHANGESET_BYTES_MAX);
    change_encode_body(&b, &body);
    assert_int_equal(b.err, OK);
    set_aside = author_write_bytes(a, CHANGE_VERSION, 0, b.bytes, b.size);
    buf_release(&b);
    return set_aside;
}

struct short_ref
author_ref(const struct author *a, int64_t record)
{
    assert_int_equal(record_id_log(record), a->founder.id);
    return (struct short_ref){.log = 1, .seq = record_id_seq(record), .index = record_id_index(record)};
}

struct change_field
author_text(unsigned id, const char *text)
{
    return (struct change_field){
        id, {.kind = VALUE_TEXT, .bytes = (const uint8_t *) text, .size = strlen(text)}};
}
