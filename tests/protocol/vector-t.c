/* Vectors and bases: one order, one name on both sides, and a stored form that comes back. */
#include "config.h"

#include "protocol/vector.h"

#include <string.h>

#include "tests/util/bytes.h"

static struct base
make_base(void)
{
    struct base base;

    memset(&base, 0, sizeof base);
    memset(base.own.store, 1, STORE_ID_BYTES);
    memset(base.own.dictionary, 7, DICTIONARY_ID_BYTES);
    base.own.history_bytes = HISTORY_BYTES_DEFAULT;
    base.peer = base.own;
    memset(base.peer.store, 2, STORE_ID_BYTES);
    for (unsigned i = 0; i < 5; i++) {
        struct vector_entry entry;

        memset(&entry, 0, sizeof entry);
        entry.id.space[0] = (uint8_t) (4 - i / 2);
        entry.id.device[0] = (uint8_t) (9 - i);
        entry.id.epoch = UINT64_MAX - i;
        entry.seq = 1 + i * 1000;
        memset(entry.hash.bytes, (int) i, HASH_BYTES);
        entry.beyond = i;
        assert_int_equal(vector_add(&base.vector, &entry), OK);
    }
    assert_int_equal(vector_sort(&base.vector), OK);
    return base;
}

static void
both_sides_give_a_base_the_same_name(void **state)
{
    struct base base = make_base();
    struct base other = base;
    uint8_t a[VECTOR_DIGEST_BYTES], b[VECTOR_DIGEST_BYTES];

    (void) state;
    other.own = base.peer;
    other.peer = base.own;
    base_digest(&base, a);
    base_digest(&other, b);
    assert_memory_equal(a, b, sizeof a);
    base_release(&base);
}

static void
the_name_of_a_base_is_frozen(void **state)
{
    struct base base = make_base();
    uint8_t digest[VECTOR_DIGEST_BYTES];

    (void) state;
    base_digest(&base, digest);
    assert_bytes_are(digest, sizeof digest, "a5593a78bdff13e4");
    base_release(&base);
}

static void
whatever_changes_in_a_base_changes_its_name(void **state)
{
    struct base base = make_base();
    uint8_t before[VECTOR_DIGEST_BYTES], after[VECTOR_DIGEST_BYTES];
    uint8_t *const places[] = {
        &base.own.store[15], &base.peer.dictionary[0], (uint8_t *) &base.own.history_bytes,
        &base.vector.entries[0].id.space[31], &base.vector.entries[1].id.device[31],
        (uint8_t *) &base.vector.entries[2].id.epoch, (uint8_t *) &base.vector.entries[3].seq,
        &base.vector.entries[4].hash.bytes[31],
    };

    (void) state;
    base_digest(&base, before);
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        *places[i] ^= 1;
        base_digest(&base, after);
        assert_memory_not_equal(before, after, sizeof before);
        *places[i] ^= 1;
    }
    base.vector.entries[0].beyond++; /* only this side's knowledge */
    base_digest(&base, after);
    assert_memory_equal(before, after, sizeof before);
    base_release(&base);
}

static void
a_stored_base_comes_back(void **state)
{
    struct base base = make_base();
    struct base read;
    struct buf bytes, again;

    (void) state;
    buf_init(&bytes, BASE_BYTES_MAX);
    buf_init(&again, BASE_BYTES_MAX);
    assert_int_equal(base_encode(&base, &bytes), OK);
    assert_int_equal(base_decode(bytes.bytes, bytes.size, &read, NULL), OK);
    assert_true(vector_party_same(&read.own, &base.own) && vector_party_same(&read.peer, &base.peer));
    assert_int_equal(read.vector.count, 5);
    assert_int_equal(read.vector.entries[0].beyond, base.vector.entries[0].beyond);
    assert_int_equal(base_encode(&read, &again), OK);
    assert_int_equal(again.size, bytes.size);
    assert_memory_equal(again.bytes, bytes.bytes, bytes.size);
    base_release(&read);
    base_release(&base);
    buf_release(&bytes);
    buf_release(&again);
}

static void
a_damaged_base_is_refused_at_every_place(void **state)
{
    struct base base = make_base();
    struct base read;
    struct buf bytes;

    (void) state;
    buf_init(&bytes, BASE_BYTES_MAX);
    assert_int_equal(base_encode(&base, &bytes), OK);
    for (size_t size = 0; size < bytes.size; size++)
        assert_int_equal(base_decode(bytes.bytes, size, &read, NULL), ERR_FORMAT);
    bytes.bytes[0] = 2;
    assert_int_equal(base_decode(bytes.bytes, bytes.size, &read, NULL), ERR_FORMAT);
    base_release(&base);
    buf_release(&bytes);
}

static void
a_log_that_stands_twice_is_refused(void **state)
{
    struct base base = make_base();
    struct vector_entry twice = base.vector.entries[2];

    (void) state;
    assert_int_equal(vector_add(&base.vector, &twice), OK);
    assert_int_equal(vector_sort(&base.vector), ERR_FORMAT);
    base_release(&base);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_sides_give_a_base_the_same_name),
        cmocka_unit_test(the_name_of_a_base_is_frozen),
        cmocka_unit_test(whatever_changes_in_a_base_changes_its_name),
        cmocka_unit_test(a_stored_base_comes_back),
        cmocka_unit_test(a_damaged_base_is_refused_at_every_place),
        cmocka_unit_test(a_log_that_stands_twice_is_refused),
    };

    return tap_run("vector", tests, NULL, NULL);
}
