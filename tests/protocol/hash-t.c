/* The hash: frozen values (computed with another implementation of BLAKE2b) and separate
 * domains. */
#include "config.h"

#include "protocol/hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/util/tap.h"

static void
assert_hash_is(const struct hash *hash, const char *hex)
{
    char text[2 * HASH_BYTES + 1];

    for (size_t i = 0; i < HASH_BYTES; i++)
        snprintf(text + 2 * i, 3, "%02x", hash->bytes[i]);
    assert_string_equal(text, hex);
}

static void
a_hash_covers_domain_and_bytes(void **state)
{
    struct hash hash;

    (void) state;
    hash_once(DOMAIN_BODY, "đăng ký", strlen("đăng ký"), &hash);
    assert_hash_is(&hash, "eca5bc3f260b92cd85fe8491306e4919aeee3be221e74b6c0c5e6c251bc43cb7");
    hash_once(DOMAIN_ENTRY, NULL, 0, &hash);
    assert_hash_is(&hash, "428fef3992fd71caa1aa1be0a728b50f1146cdd8e787d6bc903e9c776845024b");
}

static void
parts_are_run_together_and_numbers_are_little_endian(void **state)
{
    static const struct hash space;
    uint8_t text[300];
    struct hasher h;
    struct hash hash;

    (void) state;
    memset(text, 'x', sizeof text);
    hash_begin(&h, DOMAIN_LOG);
    hash_add_hash(&h, &space);
    hash_add_uint(&h, 0x0102030405060708u);
    hash_add(&h, text, 100);
    hash_add(&h, text, 200);
    hash_end(&h, &hash);
    assert_hash_is(&hash, "b55430bf8639b2ba6b89784491fd4b27d2387196edad103b7c72727842e4928d");
}

static void
no_domain_equals_another(void **state)
{
    static const char *const domains[] = {
#define X(name, text, use) name,
        DOMAIN_LIST(X)
#undef X
    };

    (void) state;
    for (size_t i = 0; i < sizeof domains / sizeof domains[0]; i++) {
        assert_in_range(strlen(domains[i]), 1, DOMAIN_BYTES_MAX);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(domains[i], domains[k]);
    }
}

static void
the_document_lists_every_domain_with_its_use(void **state)
{
    static const char *const rows[] = {
#define X(name, text, use) "| `" text "` | " use " |\n",
        DOMAIN_LIST(X)
#undef X
    };
    static char document[64 << 10];
    const char *srcdir = getenv("srcdir");
    char path[1024];
    FILE *file;

    (void) state;
    snprintf(path, sizeof path, "%s/doc/transport.md", srcdir != NULL ? srcdir : ".");
    file = fopen(path, "r");
    assert_non_null(file);
    document[fread(document, 1, sizeof document - 1, file)] = '\0';
    fclose(file);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strstr(document, rows[i]) == NULL)
            fail_msg("doc/transport.md lacks %s", rows[i]);
    }
}

static void
equal_and_order_look_at_every_byte(void **state)
{
    struct hash a = {{0}}, b = {{0}};

    (void) state;
    assert_true(hash_equal(&a, &b));
    b.bytes[HASH_BYTES - 1] = 1;
    assert_false(hash_equal(&a, &b));
    assert_true(hash_compare(&a, &b) < 0);
    a.bytes[0] = 0x80;
    assert_true(hash_compare(&a, &b) > 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hash_covers_domain_and_bytes),
        cmocka_unit_test(parts_are_run_together_and_numbers_are_little_endian),
        cmocka_unit_test(no_domain_equals_another),
        cmocka_unit_test(the_document_lists_every_domain_with_its_use),
        cmocka_unit_test(equal_and_order_look_at_every_byte),
    };

    return tap_run("hash", tests, NULL, NULL);
}
