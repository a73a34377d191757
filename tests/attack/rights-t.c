/* Machines with a small right, a hamlet's laptop and an event's, whose programs write what they may not: what they
 * sign is kept, sent on and set aside alike everywhere, and the others go on. (What they may write:
 * tests/e2e/rights-t.sh.) */
#include "config.h"

#include <string.h>

#include "daemon/engine/system_fields.h"
#include "protocol/change.h"
#include "tests/util/tap.h"
#include "tests/util/world.h"

enum { EPOCH = 777, FIELDS_MAX = 4 };

struct forgery {
    unsigned type;
    uint32_t count;
    struct change_field fields[FIELDS_MAX];
};

static struct node hub, commune, laptop;
static struct space_row inner;

static void
make_world(enum invite_kind kind)
{
    node_found(&hub, 1, "Tỉnh", "province");
    node_found(&commune, 2, "Xã Một", "commune");
    node_adopt(&commune, &hub);
    node_add(&commune, RECORD_UNIT, "name", "Thôn Hai", NULL);
    node_enrol(&laptop, 3, &commune, kind, kind == INVITE_UNIT ? "Thôn Một" : NULL);
    node_sync(&commune, &laptop);
    node_sync(&commune, &hub);
    inner = node_space(&commune, SPACE_INNER);
}

static void
free_world(void)
{
    node_release(&hub);
    node_release(&commune);
    node_release(&laptop);
}

static uint64_t
set_aside_at(struct node *n)
{
    struct log_counts counts;
    struct error e = {0};

    assert_int_equal(log_count(n->s, &counts, &e), OK);
    return counts.set_aside;
}

static uint64_t
records_at(struct node *n, unsigned type)
{
    struct state_query query = {.type = type};
    uint64_t count;

    assert_int_equal(state_count(n->s, &query, &count, NULL), OK);
    return count;
}

/* What the author had seen: the commune's log up to its head, in place 1; so that what is refused is refused for
 * want of the right and not of the grant. */
static void
see_commune(struct change_header *h, struct change_intro *intro, struct change_seen *seen)
{
    struct log_row log;
    struct error e = {0};

    assert_int_equal(log_own(commune.s, inner.id, &log, &e), OK);
    *intro = (struct change_intro) {.epoch = log.name.epoch};
    memcpy(intro->device, log.name.device, DEVICE_BYTES);
    *seen = (struct change_seen) {.log = 1, .step = log.received_seq};
    memcpy(seen->hash, log.received_hash.bytes, sizeof seen->hash);
    *h = (struct change_header) {.version = CHANGE_VERSION, .flags = CHANGE_INTRODUCES | CHANGE_SEES,
                                 .intros_count = 1, .intros = intro, .seen_count = 1, .seen = seen};
}

/* Sign an entry as the laptop, without asking submit(). */
static void
write_raw(struct change_op *op)
{
    struct log_id id = {.epoch = EPOCH};
    struct change_body body = {1, op};
    struct change_header h = {.version = CHANGE_VERSION};
    struct change_intro intro;
    struct change_seen seen;
    struct buf header, content, item;
    struct ingest_result result;
    struct verified_run *run;
    struct log_row row;
    struct error e = {0};

    memcpy(id.space, inner.space, SPACE_BYTES);
    memcpy(id.device, laptop.me.sign.public_key, DEVICE_BYTES);
    buf_init(&header, CHANGESET_BYTES_MAX);
    buf_init(&content, CHANGESET_BYTES_MAX);
    buf_init(&item, CHANGESET_BYTES_MAX + 16);
    assert_int_equal(store_begin(laptop.s, &e), OK);
    assert_int_equal(log_add(laptop.s, &id, false, &row, &e), OK);
    if (row.received_seq == 0)
        see_commune(&h, &intro, &seen);
    change_encode_header(&header, &h);
    change_encode_body(&content, &body);
    item_encode(&item, header.bytes, header.size, content.bytes, content.size, NULL);
    assert_int_equal(item.err, OK);
    assert_int_equal(run_of_own(&laptop.me.sign, &id, row.received_seq + 1, &row.received_hash, item.bytes,
                                item.size, &run, &e),
                     OK);
    assert_int_equal(ingest_run(laptop.s, run, &result, &e), OK);
    assert_int_equal(result.stored, 1);
    assert_int_equal(signature_add(laptop.s, row.id, row.received_seq + 1, verified_run_signature(run), &e), OK);
    assert_int_equal(store_commit(laptop.s, &e), OK);
    verified_run_free(run);
    buf_release(&header);
    buf_release(&content);
    buf_release(&item);
}

static struct value
text(const char *s)
{
    return (struct value) {.kind = VALUE_TEXT, .bytes = (const uint8_t *) s, .size = strlen(s)};
}

/* Spread what was written, and hold that nothing of it counts anywhere and the rest goes on. */
static void
expect_set_aside(uint64_t written, unsigned type)
{
    const uint64_t before = records_at(&commune, type);
    uint64_t units = records_at(&hub, RECORD_UNIT);
    struct hash a, b, c;

    node_sync(&laptop, &commune);
    node_sync(&commune, &hub);
    assert_int_equal(records_at(&commune, type), before);
    assert_int_equal(set_aside_at(&laptop), written);
    assert_int_equal(set_aside_at(&commune), written);
    assert_int_equal(set_aside_at(&hub), written);
    node_add(&commune, RECORD_UNIT, "name", "Thôn Mới", NULL);
    node_sync(&commune, &laptop);
    node_sync(&commune, &hub);
    assert_int_equal(records_at(&hub, RECORD_UNIT), units + 1);
    a = node_digest(&laptop, inner.space);
    b = node_digest(&commune, inner.space);
    c = node_digest(&hub, inner.space);
    assert_true(hash_equal(&a, &b) && hash_equal(&b, &c));
}

/* A grant that makes the laptop itself, or a stranger, an admin; the founder's unit of it does not matter. */
static struct forgery
forged_grant(const uint8_t device[DEVICE_BYTES])
{
    return (struct forgery) {.type = RECORD_GRANT, .count = 2, .fields = {
        {GRANT_DEVICE, {.kind = VALUE_BYTES, .bytes = device, .size = DEVICE_BYTES}},
        {GRANT_ROLE, {.kind = VALUE_INTEGER, .integer = 1}}}};
}

static void
write_forgery(struct forgery *f)
{
    struct change_op op = {.kind = CHANGE_PUT_NEW, .type = f->type, .fields_count = f->count,
                           .fields = f->fields};

    write_raw(&op);
}

/* The same for both small roles; a registration names the commune's own unit, which is nobody's but a clerk's. */
static void
try_everything(enum invite_kind kind)
{
    static const uint8_t stranger[DEVICE_BYTES] = {9, 9, 9};
    struct forgery all[] = {
        {.type = RECORD_CAMPAIGN, .count = 1, .fields = {{1, text("Phong trào giả")}}},
        {.type = RECORD_REGISTRATION, .count = 2, .fields = {
            {2, {.kind = VALUE_REFERENCE, .ref = {1, 1, 0}}}, {4, text("Công trình giả")}}},
        {.type = RECORD_UNIT, .count = 1, .fields = {{UNIT_NAME, text("Thôn giả")}}},
        {.type = RECORD_ADOPTION, .count = 1, .fields = {
            {ADOPTION_PARENT_DEVICE, {.kind = VALUE_BYTES, .bytes = stranger, .size = DEVICE_BYTES}}}},
        {.type = RECORD_CHILD, .count = 1, .fields = {{CHILD_NAME, text("Xã giả")}}},
        {.type = RECORD_INVITATION, .count = 1, .fields = {{INVITED_ROLE, {.kind = VALUE_INTEGER, .integer = 1}}}},
        forged_grant(stranger),
    };
    struct forgery of_itself;
    uint64_t written = 0;

    make_world(kind);
    of_itself = forged_grant(laptop.me.sign.public_key);
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        write_forgery(&all[i]);
        expect_set_aside(++written, all[i].type);
    }
    write_forgery(&of_itself);
    expect_set_aside(++written, RECORD_GRANT);
    write_forgery(&all[0]); /* after it has granted itself everything, as little as before */
    expect_set_aside(++written, RECORD_CAMPAIGN);
    free_world();
}

static void
a_hamlets_laptop_writes_nothing_beyond_its_unit(void **state)
{
    (void) state;
    try_everything(INVITE_UNIT);
}

static void
an_events_laptop_writes_nothing_but_check_ins(void **state)
{
    (void) state;
    try_everything(INVITE_EVENT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hamlets_laptop_writes_nothing_beyond_its_unit),
        cmocka_unit_test(an_events_laptop_writes_nothing_but_check_ins),
    };

    return tap_run("rights", tests, NULL, NULL);
}
