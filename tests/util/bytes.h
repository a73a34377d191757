/* Hex in tests: frozen bytes are written as text, and compared as text so that a failure can be
 * read. */
#ifndef TESTS_UTIL_BYTES_H
#define TESTS_UTIL_BYTES_H

#include <stdlib.h>
#include <string.h>

#include "protocol/base64.h"
#include "tests/util/tap.h"

enum { BYTES_FROZEN_MAX = 4096 };

/* Bytes from hex; the test fails when the hex is wrong. Returns their number. */
static inline size_t
bytes_from_hex(const char *hex, uint8_t *ret_bytes, size_t size_max)
{
    size_t size = 0;

    assert_int_equal(hex_decode(hex, strlen(hex), ret_bytes, size_max, &size), OK);
    return size;
}

/* Assert that the bytes, written as hex, are this text. */
static inline void
assert_bytes_are(const void *bytes, size_t size, const char *hex)
{
    char text[HEX_CHARS(BYTES_FROZEN_MAX) + 1];

    assert_int_equal(hex_encode(bytes, size, text, sizeof text), OK);
    assert_string_equal(text, hex);
}

#endif
