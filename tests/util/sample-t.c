/* The sample changesets are ones that this program itself could have written. */
#include "config.h"

#include "tests/util/sample.h"

#include <string.h>

#include "protocol/change.h"
#include "protocol/hash.h"
#include "tests/util/bytes.h"

enum { ENTRIES = 400 };

static void
check_fields(const struct registry_record *record, const struct change_field *fields,
             uint32_t count, bool keys)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct registry_field *field = registry_field_by_id(record, fields[i].id);

        assert_non_null(field);
        assert_int_equal(field->kind, fields[i].value.kind);
        assert_int_equal((field->flags & FIELD_KEY) != 0, keys);
        if (field->choices != NULL)
            assert_non_null(registry_choice_by_number(field, fields[i].value.integer));
    }
}

static void
every_sample_entry_is_canonical_and_known_to_the_registry(void **state)
{
    static struct sample commune;
    unsigned types[REGISTRY_TYPE_MAX + 1] = {0}, types_count = 0;
    struct arena arena;
    struct buf b;

    (void) state;
    buf_init(&b, CHANGESET_BYTES_MAX);
    sample_init(&commune, 3);
    for (size_t i = 0; i < ENTRIES; i++) {
        struct change_header header;
        struct change_body body;
        struct wire w;

        buf_reset(&b);
        arena_init(&arena, 1 << 16);
        sample_entry(&commune, &b);
        wire_init(&w, b.bytes, b.size);
        assert_int_equal(change_decode_header(&w, &arena, &header, NULL), OK);
        assert_int_equal(change_decode_body(w.at, wire_left(&w), header.version, &arena, &body,
                                            NULL), OK);
        for (uint32_t k = 0; k < body.ops_count; k++) {
            const struct change_op *op = &body.ops[k];
            const struct registry_record *record = registry_by_type(op->type);

            assert_non_null(record);
            assert_int_equal(op->kind == CHANGE_PUT_KEYED, registry_is_keyed(record));
            check_fields(record, op->keys, op->keys_count, true);
            check_fields(record, op->fields, op->fields_count, false);
            types_count += types[op->type]++ == 0;
        }
        arena_release(&arena);
    }
    assert_int_equal(types_count, 8);
    buf_release(&b);
}

static void
a_seed_gives_the_same_entries_and_another_seed_others(void **state)
{
    static struct sample communes[3];
    struct buf b[3];
    struct hash hash;

    (void) state;
    for (size_t i = 0; i < 3; i++) {
        buf_init(&b[i], CHANGESET_BYTES_MAX);
        sample_init(&communes[i], i == 2 ? 9 : 8);
        for (size_t k = 0; k < 20; k++)
            sample_entry(&communes[i], &b[i]);
    }
    assert_int_equal(b[0].size, b[1].size);
    assert_memory_equal(b[0].bytes, b[1].bytes, b[0].size);
    /* Whatever the compiler: the shipped dictionary comes from these. */
    hash_once(DOMAIN_BODY, b[0].bytes, b[0].size, &hash);
    assert_bytes_are(hash.bytes, HASH_BYTES,
                     "603ae9f80c2d9a54e2d211c6a5ead47e0329872f08a2820db8d23cf0d820f8ed");
    assert_true(b[0].size != b[2].size || memcmp(b[0].bytes, b[2].bytes, b[0].size) != 0);
    for (size_t i = 0; i < 3; i++)
        buf_release(&b[i]);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_sample_entry_is_canonical_and_known_to_the_registry),
        cmocka_unit_test(a_seed_gives_the_same_entries_and_another_seed_others),
    };

    return tap_run("sample", tests, NULL, NULL);
}
