/* Bytes as text: one text per meaning. */
#include "config.h"

#include "protocol/base64.h"

#include <string.h>

#include "tests/util/tap.h"

static void
bytes_become_base64url_without_padding_and_back(void **state)
{
    static const struct {
        const char *bytes, *text;
    } cases[] = {{"", ""},         {"f", "Zg"},           {"fo", "Zm8"},
                 {"foo", "Zm9v"}, {"foobar", "Zm9vYmFy"}, {"\xFB\xFF\xBE", "-_--"}};

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t size = strlen(cases[i].bytes), read = 99;
        char text[16], bytes[16];

        assert_int_equal(base64_encode(cases[i].bytes, size, text, BASE64_CHARS(size) + 1), OK);
        assert_string_equal(text, cases[i].text);
        assert_int_equal(base64_decode(text, strlen(text), bytes, size, &read), OK);
        assert_int_equal(read, size);
        assert_memory_equal(bytes, cases[i].bytes, size);
    }
}

static void
another_form_of_base64_is_refused(void **state)
{
    static const char *const bad[] = {"Zg==", "Zh", "Z", "Zm9v\n", "Zm 9", "+/++", "Zm9vY"};
    char bytes[16];
    size_t size = 7;

    (void) state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(base64_decode(bad[i], strlen(bad[i]), bytes, sizeof bytes, &size),
                         ERR_FORMAT);
    assert_int_equal(size, 7);
}

static void
bytes_become_lower_case_hex_and_back(void **state)
{
    char text[9];
    uint8_t bytes[4];
    size_t size = 0;

    (void) state;
    assert_int_equal(hex_encode("\x00\xAB\x7F\xFF", 4, text, sizeof text), OK);
    assert_string_equal(text, "00ab7fff");
    assert_int_equal(hex_decode(text, 8, bytes, sizeof bytes, &size), OK);
    assert_int_equal(size, 4);
    assert_memory_equal(bytes, "\x00\xAB\x7F\xFF", 4);
}

static void
another_form_of_hex_is_refused(void **state)
{
    static const char *const bad[] = {"0", "0g", "AB", "00:11", " 00", "000"};
    uint8_t bytes[16];
    size_t size;

    (void) state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(hex_decode(bad[i], strlen(bad[i]), bytes, sizeof bytes, &size),
                         ERR_FORMAT);
}

static void
what_does_not_fit_is_refused_before_it_is_written(void **state)
{
    char text[8];
    uint8_t bytes[4] = {1, 2, 3, 4};
    size_t size;

    (void) state;
    assert_int_equal(base64_encode("foobar", 6, text, 8), ERR_LIMIT);
    assert_int_equal(hex_encode("abcd", 4, text, 8), ERR_LIMIT);
    assert_int_equal(base64_decode("Zm9vYmFy", 8, bytes, 4, &size), ERR_LIMIT);
    assert_int_equal(hex_decode("0001020304", 10, bytes, 4, &size), ERR_LIMIT);
    assert_memory_equal(bytes, "\1\2\3\4", 4);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_become_base64url_without_padding_and_back),
        cmocka_unit_test(another_form_of_base64_is_refused),
        cmocka_unit_test(bytes_become_lower_case_hex_and_back),
        cmocka_unit_test(another_form_of_hex_is_refused),
        cmocka_unit_test(what_does_not_fit_is_refused_before_it_is_written),
    };

    return tap_run("base64", tests, NULL, NULL);
}
