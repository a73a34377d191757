/* Entries: header and body in their one canonical form. */
#include "config.h"

#include "protocol/change.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/util/tap.h"

static const char frozen_header[] =
    "1f" "8a01" "020504"      /* version 1 and all flags; 69 seconds; operator: place 1, entry 5, operation 4 */
    "02" "00"                 /* two introductions: of this space, */
    "0101010101010101010101010101010101010101010101010101010101010101" "0807060504030201"
    "01"                      /* and of another */
    "0202020202020202020202020202020202020202020202020202020202020202"
    "0303030303030303030303030303030303030303030303030303030303030303" "0100000000000000"
    "02"                      /* two seen: place 1 by 5 entries, place 3 by 1 */
    "0105" "04040404040404040404040404040404" "0201" "05050505050505050505050505050505";

static const char frozen_body[] =
    "04"                              /* four operations */
    "8001" "02" "13075468c3b46e2031"  /* new record of type 16: field 1 "Thôn 1", */
    "2103"                            /* field 3 = -2 */
    "8901" "01" "170000"              /* keyed record of type 17: key field 1 = operation 0 of this entry, */
    "01" "44849013"                   /* field 4 = 2023-08-15 */
    "8201" "03ac0201" "01" "20"       /* put: place 2, entry 300, operation 1; field 2 = nothing */
    "8301" "010700";                  /* delete: own log, entry 7, operation 0 */

static void
hex(const uint8_t *bytes, size_t size, char *ret_text)
{
    for (size_t i = 0; i < size; i++)
        sprintf(ret_text + 2 * i, "%02x", bytes[i]);
    ret_text[2 * size] = '\0';
}

static struct change_header
sample_header(struct change_intro intros[2], struct change_seen seen[2])
{
    memset(intros, 0, 2 * sizeof *intros);
    memset(seen, 0, 2 * sizeof *seen);
    memset(intros[0].device, 1, DEVICE_BYTES);
    intros[0].epoch = 0x0102030405060708;
    intros[1].foreign = true;
    memset(intros[1].space, 2, SPACE_BYTES);
    memset(intros[1].device, 3, DEVICE_BYTES);
    intros[1].epoch = 1;
    seen[0].log = 1;
    seen[0].step = 5;
    memset(seen[0].hash, 4, SEEN_HASH_BYTES);
    seen[1].log = 3;
    seen[1].step = 1;
    memset(seen[1].hash, 5, SEEN_HASH_BYTES);
    return (struct change_header){
        .version = 1, .flags = 15, .wall_step_s = 69, .operator = {1, 5, 4},
        .intros_count = 2, .intros = intros, .seen_count = 2, .seen = seen};
}

static struct value
text(const char *s)
{
    return (struct value){.kind = VALUE_TEXT, .bytes = (const uint8_t *) s, .size = strlen(s)};
}

/* One operation of each kind. */
static void
sample_body(struct change_op ops[4], struct change_field fields[5], struct change_body *ret_body)
{
    fields[0] = (struct change_field){1, text("Thôn 1")};
    fields[1] = (struct change_field){3, {.kind = VALUE_INTEGER, .integer = -2}};
    fields[2] = (struct change_field){1, {.kind = VALUE_REFERENCE, .ref = {0, 0, 0}}};
    fields[3] = (struct change_field){4, {.kind = VALUE_DATE, .date = {DATE_DAY, 19584}}};
    fields[4] = (struct change_field){2, {.kind = VALUE_NULL}};
    ops[0] = (struct change_op){.kind = CHANGE_PUT_NEW, .type = 16, .fields_count = 2, .fields = fields};
    ops[1] = (struct change_op){.kind = CHANGE_PUT_KEYED, .type = 17, .keys_count = 1, .keys = fields + 2,
                                .fields_count = 1, .fields = fields + 3};
    ops[2] = (struct change_op){.kind = CHANGE_PUT, .type = 16, .target = {2, 300, 1}, .fields_count = 1,
                                .fields = fields + 4};
    ops[3] = (struct change_op){.kind = CHANGE_DELETE, .type = 16, .target = {0, 7, 0}};
    *ret_body = (struct change_body){4, ops};
}

static void
a_header_has_its_frozen_bytes_and_reads_back(void **state)
{
    struct change_intro intros[2];
    struct change_seen seen[2];
    struct change_header h = sample_header(intros, seen), read;
    struct arena a;
    struct buf b;
    struct wire w;
    char got[1024];

    (void) state;
    buf_init(&b, 4096);
    arena_init(&a, 1 << 20);
    change_encode_header(&b, &h);
    assert_int_equal(b.err, OK);
    hex(b.bytes, b.size, got);
    assert_string_equal(got, frozen_header);
    wire_init(&w, b.bytes, b.size);
    assert_int_equal(change_decode_header(&w, &a, &read, NULL), OK);
    assert_int_equal(wire_left(&w), 0);
    assert_int_equal(read.wall_step_s, 69);
    assert_int_equal(read.operator.index, 4);
    assert_true(read.intros[1].foreign);
    assert_int_equal(read.seen[1].log, 3);
    buf_reset(&b);
    change_encode_header(&b, &read);
    hex(b.bytes, b.size, got);
    assert_string_equal(got, frozen_header);
    arena_release(&a);
    buf_release(&b);
}

static void
a_body_has_its_frozen_bytes_and_reads_back(void **state)
{
    struct change_op ops[4];
    struct change_field fields[5];
    struct change_body body, read;
    struct arena a;
    struct buf b;
    char got[1024];

    (void) state;
    buf_init(&b, 4096);
    arena_init(&a, 1 << 20);
    sample_body(ops, fields, &body);
    change_encode_body(&b, &body);
    assert_int_equal(b.err, OK);
    hex(b.bytes, b.size, got);
    assert_string_equal(got, frozen_body);
    assert_int_equal(change_decode_body(b.bytes, b.size, 1, &a, &read, NULL), OK);
    assert_int_equal(read.ops_count, 4);
    assert_int_equal(read.ops[1].keys[0].value.kind, VALUE_REFERENCE);
    assert_int_equal(read.ops[2].target.seq, 300);
    buf_reset(&b);
    change_encode_body(&b, &read);
    hex(b.bytes, b.size, got);
    assert_string_equal(got, frozen_body);
    arena_release(&a);
    buf_release(&b);
}

/* Whatever single byte is changed: either it does not decode, or it encodes to just what was read. */
static void
what_decodes_encodes_to_the_same_bytes(void **state)
{
    struct change_op ops[4];
    struct change_field fields[5];
    struct change_body body;
    struct buf b, again;
    size_t decoded = 0, refused = 0;

    (void) state;
    buf_init(&b, 4096);
    buf_init(&again, 4096);
    sample_body(ops, fields, &body);
    change_encode_body(&b, &body);
    for (size_t at = 0; at < b.size; at++) {
        for (int value = 0; value < 256; value++) {
            uint8_t kept = b.bytes[at];
            struct change_body read;
            struct arena a;

            arena_init(&a, 1 << 20);
            b.bytes[at] = (uint8_t) value;
            if (change_decode_body(b.bytes, b.size, 1, &a, &read, NULL) == OK) {
                decoded++;
                buf_reset(&again);
                change_encode_body(&again, &read);
                assert_int_equal(again.size, b.size);
                assert_memory_equal(again.bytes, b.bytes, b.size);
            } else {
                refused++;
            }
            b.bytes[at] = kept;
            arena_release(&a);
        }
    }
    assert_true(decoded > b.size);
    assert_true(refused > b.size);
    buf_release(&again);
    buf_release(&b);
}

static void
every_truncation_is_refused(void **state)
{
    struct change_intro intros[2];
    struct change_seen seen[2];
    struct change_header h = sample_header(intros, seen), read_header;
    struct change_op ops[4];
    struct change_field fields[5];
    struct change_body body, read;
    struct buf b;

    (void) state;
    buf_init(&b, 4096);
    sample_body(ops, fields, &body);
    change_encode_body(&b, &body);
    for (size_t size = 0; size < b.size; size++) {
        struct arena a;

        arena_init(&a, 1 << 20);
        assert_int_equal(change_decode_body(b.bytes, size, 1, &a, &read, NULL), ERR_FORMAT);
        arena_release(&a);
    }
    buf_reset(&b);
    change_encode_header(&b, &h);
    for (size_t size = 0; size < b.size; size++) {
        struct arena a;
        struct wire w;

        arena_init(&a, 1 << 20);
        wire_init(&w, b.bytes, size);
        assert_int_equal(change_decode_header(&w, &a, &read_header, NULL), ERR_FORMAT);
        arena_release(&a);
    }
    buf_release(&b);
}

static void
a_body_of_a_later_release_is_told_apart_from_a_broken_one(void **state)
{
    /* one operation: kind 4 of type 16; kind 0 with a field of kind 9; version 2 */
    static const uint8_t later_kind[] = {1, 0x84, 1, 0};
    static const uint8_t later_value[] = {1, 0x80, 1, 1, 1 << 4 | 9, 0};
    static const uint8_t plain[] = {1, 0x80, 1, 0};
    struct change_body read;
    struct arena a;

    (void) state;
    arena_init(&a, 1 << 20);
    assert_int_equal(change_decode_body(later_kind, sizeof later_kind, 1, &a, &read, NULL), ERR_UNSUPPORTED);
    assert_int_equal(change_decode_body(later_value, sizeof later_value, 1, &a, &read, NULL),
                     ERR_UNSUPPORTED);
    assert_int_equal(change_decode_body(plain, sizeof plain, 2, &a, &read, NULL), ERR_UNSUPPORTED);
    assert_int_equal(change_decode_body(plain, sizeof plain, 1, &a, &read, NULL), OK);
    arena_release(&a);
}

static void
the_operator_may_be_nobody(void **state)
{
    struct change_header h = {.version = 1, .flags = CHANGE_OPERATOR, .wall_step_s = 0}, read;
    struct arena a;
    struct buf b;
    struct wire w;

    (void) state;
    buf_init(&b, 64);
    arena_init(&a, 4096);
    change_encode_header(&b, &h);
    wire_init(&w, b.bytes, b.size);
    assert_int_equal(change_decode_header(&w, &a, &read, NULL), OK);
    assert_int_equal(read.operator.log, 0);
    assert_int_equal(read.operator.seq, 0);
    arena_release(&a);
    buf_release(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_header_has_its_frozen_bytes_and_reads_back),
        cmocka_unit_test(a_body_has_its_frozen_bytes_and_reads_back),
        cmocka_unit_test(what_decodes_encodes_to_the_same_bytes),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(a_body_of_a_later_release_is_told_apart_from_a_broken_one),
        cmocka_unit_test(the_operator_may_be_nobody),
    };

    return tap_run("change", tests, NULL, NULL);
}
