/* Wire primitives: one encoding per value, and nothing else is read. */
#include "config.h"

#include "protocol/wire.h"

#include <string.h>

#include "tests/util/tap.h"

static void
every_value_survives_a_round_trip(void **state)
{
    static const uint64_t values[] = {0, 1, 127, 128, 16383, 16384, UINT32_MAX, UINT64_MAX - 1, UINT64_MAX};
    struct buf b;
    struct wire w;

    (void) state;
    buf_init(&b, 1000);
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        size_t before = b.size;

        wire_put_uint(&b, values[i]);
        assert_int_equal(b.size - before, wire_uint_bytes(values[i]));
    }
    wire_put_int(&b, INT64_MIN);
    wire_put_int(&b, -1);
    wire_put_int(&b, INT64_MAX);
    wire_init(&w, b.bytes, b.size);
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        assert_true(wire_uint(&w) == values[i]);
    assert_true(wire_int(&w) == INT64_MIN);
    assert_true(wire_int(&w) == -1);
    assert_true(wire_int(&w) == INT64_MAX);
    assert_int_equal(wire_finish(&w), OK);
    buf_release(&b);
}

static void
a_longer_form_of_a_varint_is_refused(void **state)
{
    static const char *const inputs[] = {"\x80\x00", "\xFF\x80\x00", "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x02"};
    static const size_t sizes[] = {2, 3, 10};

    (void) state;
    for (size_t i = 0; i < 3; i++) {
        struct wire w;

        wire_init(&w, inputs[i], sizes[i]);
        wire_uint(&w);
        assert_int_equal(w.err, ERR_FORMAT);
    }
}

static void
a_fault_is_sticky(void **state)
{
    struct wire w;

    (void) state;
    wire_init(&w, "\x05" "ab", 3);
    {
        size_t size = 9;

        assert_null(wire_sized(&w, 100, &size));
        assert_int_equal(size, 0);
    }
    assert_int_equal(wire_uint(&w), 0);
    assert_int_equal(wire_finish(&w), ERR_FORMAT);
}

static void
a_length_beyond_its_bound_is_refused(void **state)
{
    struct wire w;
    size_t size;

    (void) state;
    wire_init(&w, "\x03" "abc", 4);
    assert_null(wire_sized(&w, 2, &size));
    assert_int_equal(w.err, ERR_FORMAT);
}

static void
trailing_bytes_are_refused(void **state)
{
    struct wire w;

    (void) state;
    wire_init(&w, "\x01\x02", 2);
    assert_int_equal(wire_uint(&w), 1);
    assert_int_equal(wire_finish(&w), ERR_FORMAT);
}

static void
only_valid_utf8_without_nul_is_text(void **state)
{
    static const char *const good[] = {"", "đăng ký", "\xF4\x8F\xBF\xBF", "\xED\x9F\xBF"};
    static const char *const bad[] = {"\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\x80", "a\xC3"};

    (void) state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(wire_utf8_valid((const uint8_t *) good[i], strlen(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(wire_utf8_valid((const uint8_t *) bad[i], strlen(bad[i])));
    assert_false(wire_utf8_valid((const uint8_t *) "a\0b", 3));
}

static void
a_buffer_stops_at_its_limit_and_says_so(void **state)
{
    struct buf b;

    (void) state;
    buf_init(&b, 3);
    wire_put_uint(&b, 300);
    assert_int_equal(b.err, OK);
    wire_put_uint(&b, 300);
    assert_int_equal(b.err, ERR_LIMIT);
    assert_int_equal(b.size, 2);
    buf_release(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_value_survives_a_round_trip),
        cmocka_unit_test(a_longer_form_of_a_varint_is_refused),
        cmocka_unit_test(a_fault_is_sticky),
        cmocka_unit_test(a_length_beyond_its_bound_is_refused),
        cmocka_unit_test(trailing_bytes_are_refused),
        cmocka_unit_test(only_valid_utf8_without_nul_is_text),
        cmocka_unit_test(a_buffer_stops_at_its_limit_and_says_so),
    };

    return tap_run("wire", tests, NULL, NULL);
}
