/* Chains and runs: what is signed is what arrives, and nothing else makes a verified run. */
#include "config.h"

#include "protocol/chain.h"

#include <stdio.h>
#include <string.h>

#include "tests/util/tap.h"

static const char frozen_space[] =
    "bc1c5b658cd1d11719e52b8443df28f8141ad3c4db5807a1831a2dd3395a0570";
static const char frozen_head[] =
    "6b55da00ddf4f9caa4660a5f10e26b98559cace24f45bdc2252fd5cb51686e40";
static const char frozen_signature[] =
    "7e90402009fa0f233f03662a4ec0596a3656440ac185b0562df1575238acfa81"
    "c481c6f6512cab9a40f373cce9688252df4f947eac8e491b0a46e7d669ed8b0a";

struct sample {
    struct sign_key key;
    struct log_id id;
    struct hash start;
    struct buf items;
    struct verified_run *run;
};

static void
hex(const uint8_t *bytes, size_t size, char *ret_text)
{
    for (size_t i = 0; i < size; i++)
        sprintf(ret_text + 2 * i, "%02x", bytes[i]);
}

static void
put_entry(struct buf *items, int64_t wall_step_s, const char *name, bool erased)
{
    struct change_header h = {.version = 1, .wall_step_s = wall_step_s};
    struct change_field field = {
        1, {.kind = VALUE_TEXT, .bytes = (const uint8_t *) name, .size = strlen(name)}};
    struct change_op op = {.kind = CHANGE_PUT_NEW, .type = 16, .fields_count = 1, .fields = &field};
    struct change_body body = {1, &op};
    struct hash hash;
    struct buf header, content;

    buf_init(&header, 4096);
    buf_init(&content, 4096);
    change_encode_header(&header, &h);
    change_encode_body(&content, &body);
    hash_once(DOMAIN_BODY, content.bytes, content.size, &hash);
    item_encode(items, header.bytes, header.size, erased ? NULL : content.bytes, content.size, &hash);
    buf_release(&header);
    buf_release(&content);
}

static void
sample_init(struct sample *t)
{
    struct genesis genesis = {.kind = SPACE_INNER};
    uint8_t seed[32], bytes[GENESIS_BYTES];

    memset(seed, 7, sizeof seed);
    assert_int_equal(protocol_init(NULL), OK);
    sign_key_init(&t->key, seed);
    memcpy(genesis.founder, t->key.public_key, DEVICE_BYTES);
    memset(genesis.unit, 1, UNIT_ROOT_BYTES);
    memset(genesis.nonce, 2, UNIT_ROOT_BYTES);
    genesis_encode(&genesis, bytes);
    genesis_space(bytes, t->id.space);
    memcpy(t->id.device, t->key.public_key, DEVICE_BYTES);
    t->id.epoch = 0x0102030405060708;
    chain_start(&t->id, &t->start);
    buf_init(&t->items, RUN_BYTES_MAX);
    put_entry(&t->items, 1690000000, "Thôn 1", false);
    put_entry(&t->items, 60, "Thôn 2", false);
    put_entry(&t->items, -5, "Thôn 3", false);
    assert_int_equal(run_of_own(&t->key, &t->id, 1, &t->start, t->items.bytes, t->items.size, &t->run, NULL),
                     OK);
}

static void
sample_release(struct sample *t)
{
    verified_run_free(t->run);
    buf_release(&t->items);
}

static struct run
sample_run(const struct sample *t)
{
    struct run run = {.id = t->id, .first_seq = 1, .last_seq = 3, .items = t->items.bytes,
                      .items_size = t->items.size};

    memcpy(run.signature, verified_run_signature(t->run), SIGNATURE_BYTES);
    return run;
}

static enum err
try_run(const struct run *run, const struct hash *previous)
{
    struct verified_run *verified = NULL;
    enum err err = run_verify(run, previous, &verified, NULL);

    verified_run_free(verified);
    return err;
}

static void
space_chain_and_signature_are_frozen(void **state)
{
    struct sample t;
    char text[2 * SIGNATURE_BYTES + 1];

    (void) state;
    sample_init(&t);
    hex(t.id.space, SPACE_BYTES, text);
    assert_string_equal(text, frozen_space);
    hex(verified_run_entry(t.run, 2)->hash.bytes, HASH_BYTES, text);
    assert_string_equal(text, frozen_head);
    hex(verified_run_signature(t.run), SIGNATURE_BYTES, text);
    assert_string_equal(text, frozen_signature);
    sample_release(&t);
}

static void
a_run_verifies_and_gives_its_entries(void **state)
{
    struct sample t;
    struct verified_run *verified;
    struct run run;

    (void) state;
    sample_init(&t);
    run = sample_run(&t);
    assert_int_equal(run_verify(&run, &t.start, &verified, NULL), OK);
    assert_int_equal(verified_run_count(verified), 3);
    assert_int_equal(verified_run_entry(verified, 1)->seq, 2);
    assert_int_equal(verified_run_entry(verified, 2)->header.wall_step_s, -5);
    verified_run_free(verified);
    sample_release(&t);
}

static void
any_changed_bit_fails(void **state)
{
    struct sample t;
    struct run run;

    (void) state;
    sample_init(&t);
    run = sample_run(&t);
    for (size_t bit = 0; bit < 8 * t.items.size; bit++) {
        t.items.bytes[bit / 8] ^= (uint8_t) (1 << bit % 8);
        assert_int_not_equal(try_run(&run, &t.start), OK);
        t.items.bytes[bit / 8] ^= (uint8_t) (1 << bit % 8);
    }
    for (size_t bit = 0; bit < 8 * SIGNATURE_BYTES; bit++) {
        run.signature[bit / 8] ^= (uint8_t) (1 << bit % 8);
        assert_int_equal(try_run(&run, &t.start), ERR_AUTH);
        run.signature[bit / 8] ^= (uint8_t) (1 << bit % 8);
    }
    assert_int_equal(try_run(&run, &t.start), OK);
    sample_release(&t);
}

static void
a_run_belongs_to_one_place_of_one_log_of_one_space(void **state)
{
    struct sample t;
    struct run run;

    (void) state;
    sample_init(&t);
    run = sample_run(&t);
    run.id.space[0] ^= 1;
    assert_int_equal(try_run(&run, &t.start), ERR_AUTH);
    run = sample_run(&t);
    run.id.epoch++;
    assert_int_equal(try_run(&run, &t.start), ERR_AUTH);
    run = sample_run(&t);
    run.id.device[0] ^= 1;
    assert_int_equal(try_run(&run, &t.start), ERR_AUTH);
    run = sample_run(&t);
    run.first_seq = 2;
    run.last_seq = 4;
    assert_int_equal(try_run(&run, &t.start), ERR_AUTH);
    run = sample_run(&t);
    run.last_seq = 2;
    assert_int_equal(try_run(&run, &t.start), ERR_FORMAT);
    run = sample_run(&t);
    run.first_seq = 0;
    assert_int_equal(try_run(&run, &t.start), ERR_FORMAT);
    sample_release(&t);
}

static void
an_erased_body_leaves_the_chain_whole(void **state)
{
    struct sample t;
    struct verified_run *verified;
    struct run run;
    struct buf items;

    (void) state;
    sample_init(&t);
    run = sample_run(&t);
    buf_init(&items, RUN_BYTES_MAX);
    put_entry(&items, 1690000000, "Thôn 1", false);
    put_entry(&items, 60, "Thôn 2", true);
    put_entry(&items, -5, "Thôn 3", false);
    run.items = items.bytes;
    run.items_size = items.size;
    assert_int_equal(run_verify(&run, &t.start, &verified, NULL), OK);
    assert_null(verified_run_entry(verified, 1)->body);
    verified_run_free(verified);
    buf_release(&items);
    sample_release(&t);
}

static void
a_run_longer_than_its_bound_is_refused_before_it_is_read(void **state)
{
    struct sample t;
    struct run run;

    (void) state;
    sample_init(&t);
    run = sample_run(&t);
    run.items_size = RUN_BYTES_MAX + 1;
    assert_int_equal(try_run(&run, &t.start), ERR_LIMIT);
    sample_release(&t);
}

static void
a_genesis_of_another_form_is_refused(void **state)
{
    uint8_t bytes[GENESIS_BYTES] = {1, SPACE_OUTER};
    struct genesis g;

    (void) state;
    assert_int_equal(genesis_decode(bytes, sizeof bytes, &g, NULL), OK);
    assert_int_equal(genesis_decode(bytes, sizeof bytes - 1, &g, NULL), ERR_FORMAT);
    bytes[0] = 2;
    assert_int_equal(genesis_decode(bytes, sizeof bytes, &g, NULL), ERR_FORMAT);
    bytes[0] = 1;
    bytes[1] = 4;
    assert_int_equal(genesis_decode(bytes, sizeof bytes, &g, NULL), ERR_FORMAT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(space_chain_and_signature_are_frozen),
        cmocka_unit_test(a_run_verifies_and_gives_its_entries),
        cmocka_unit_test(any_changed_bit_fails),
        cmocka_unit_test(a_run_belongs_to_one_place_of_one_log_of_one_space),
        cmocka_unit_test(an_erased_body_leaves_the_chain_whole),
        cmocka_unit_test(a_run_longer_than_its_bound_is_refused_before_it_is_read),
        cmocka_unit_test(a_genesis_of_another_form_is_refused),
    };

    return tap_run("chain", tests, NULL, NULL);
}
