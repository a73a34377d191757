/* Keys, signatures and certificates, against values made by another implementation. */
#include "config.h"

#include "protocol/sign.h"

#include <string.h>

#include "tests/util/bytes.h"

#define PUBLIC_HEX "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8"
#define NOISE_HEX "358072d6365880d1aeea329adf9121383851ed21a28e3b75e965d0d2cd166254"
#define RUN_SIGNATURE_HEX                                                                          \
    "726ee2ee2e848747a9b85fd4abf7fce30d0cb2308a88579f19d9d5cc80fa3d2a"                             \
    "386eb4edc5a66be316c5aa2fad7ea0f53e239ce3f304cd79e080555c8bd59c06"
#define CERT_HEX                                                                                   \
    "01" PUBLIC_HEX NOISE_HEX "ac02"                                                               \
    "6404ba048f0e8c85084ae17e6ba8a51e7b72123e554dd66840c308151c5cf3a1"                             \
    "baaa165f956f75d7e4217f94d297b475194fa551416da77b96ee0c1735562700"

static struct sign_key key;
static struct dh_key noise;

static int
make_keys(void **state)
{
    uint8_t seed[64];

    (void) state;
    for (size_t i = 0; i < sizeof seed; i++)
        seed[i] = (uint8_t) i;
    if (protocol_init(NULL) != OK)
        return -1;
    sign_key_init(&key, seed);
    dh_key_init(&noise, seed + 32);
    return 0;
}

static void
keys_follow_from_their_seeds(void **state)
{
    (void) state;
    assert_bytes_are(key.public_key, sizeof key.public_key, PUBLIC_HEX);
    assert_bytes_are(noise.public_key, sizeof noise.public_key, NOISE_HEX);
}

static void
a_signature_covers_domain_and_message(void **state)
{
    uint8_t signature[SIGN_BYTES];
    const char *message = "thi đua";

    (void) state;
    assert_int_equal(sign_make(&key, DOMAIN_RUN, message, strlen(message), signature), OK);
    assert_bytes_are(signature, sizeof signature, RUN_SIGNATURE_HEX);
    assert_int_equal(sign_verify(key.public_key, DOMAIN_RUN, message, strlen(message), signature),
                     OK);
    assert_int_equal(sign_verify(key.public_key, DOMAIN_BUNDLE, message, strlen(message),
                                 signature),
                     ERR_AUTH);
    assert_int_equal(sign_verify(key.public_key, DOMAIN_RUN, message, strlen(message) - 1,
                                 signature),
                     ERR_AUTH);
    assert_int_equal(sign_verify(noise.public_key, DOMAIN_RUN, message, strlen(message), signature),
                     ERR_AUTH);
}

static void
one_flipped_bit_anywhere_in_a_signature_is_noticed(void **state)
{
    uint8_t signature[SIGN_BYTES];

    (void) state;
    assert_int_equal(sign_make(&key, DOMAIN_RUN, "x", 1, signature), OK);
    for (size_t bit = 0; bit < 8 * sizeof signature; bit++) {
        signature[bit / 8] ^= (uint8_t) (1 << bit % 8);
        assert_int_equal(sign_verify(key.public_key, DOMAIN_RUN, "x", 1, signature), ERR_AUTH);
        signature[bit / 8] ^= (uint8_t) (1 << bit % 8);
    }
}

static void
a_message_may_be_empty_or_long_but_not_longer_than_its_bound(void **state)
{
    static uint8_t message[SIGN_MESSAGE_BYTES_MAX + 1];
    static const size_t sizes[] = {0, 498, 499, 500, 501, SIGN_MESSAGE_BYTES_MAX};
    uint8_t signature[SIGN_BYTES];

    (void) state;
    memset(message, 'm', sizeof message);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        assert_int_equal(sign_make(&key, DOMAIN_RUN, message, sizes[i], signature), OK);
        assert_int_equal(sign_verify(key.public_key, DOMAIN_RUN, message, sizes[i], signature), OK);
    }
    assert_int_equal(sign_make(&key, DOMAIN_RUN, message, sizeof message, signature), ERR_LIMIT);
    assert_int_equal(sign_verify(key.public_key, DOMAIN_RUN, message, sizeof message, signature),
                     ERR_LIMIT);
}

static void
a_certificate_has_one_form_and_comes_back_from_it(void **state)
{
    struct device_cert made, read;
    struct buf b;
    struct wire w;

    (void) state;
    buf_init(&b, DEVICE_CERT_BYTES_MAX);
    assert_int_equal(sign_cert_make(&key, noise.public_key, 300, &made), OK);
    sign_cert_put(&b, &made);
    assert_int_equal(b.err, OK);
    assert_bytes_are(b.bytes, b.size, CERT_HEX);
    wire_init(&w, b.bytes, b.size);
    assert_int_equal(sign_cert_read(&w, &read), OK);
    assert_int_equal(wire_finish(&w), OK);
    assert_memory_equal(read.device, key.public_key, SIGN_PUBLIC_BYTES);
    assert_memory_equal(read.noise, noise.public_key, DH_BYTES);
    assert_true(read.serial == 300);
    assert_int_equal(sign_cert_verify(&read), OK);
    buf_release(&b);
}

static void
a_changed_certificate_does_not_verify(void **state)
{
    struct device_cert cert, changed;

    (void) state;
    assert_int_equal(sign_cert_make(&key, noise.public_key, 1, &cert), OK);
    changed = cert;
    changed.serial = 2;
    assert_int_equal(sign_cert_verify(&changed), ERR_AUTH);
    changed = cert;
    changed.noise[5] ^= 1;
    assert_int_equal(sign_cert_verify(&changed), ERR_AUTH);
    changed = cert;
    changed.device[5] ^= 1;
    assert_int_equal(sign_cert_verify(&changed), ERR_AUTH);
}

static void
a_certificate_cut_short_or_of_another_version_is_refused(void **state)
{
    uint8_t bytes[DEVICE_CERT_BYTES_MAX];
    size_t size = bytes_from_hex(CERT_HEX, bytes, sizeof bytes);
    struct device_cert cert;
    struct wire w;

    (void) state;
    for (size_t cut = 0; cut < size; cut++) {
        wire_init(&w, bytes, cut);
        assert_int_equal(sign_cert_read(&w, &cert), ERR_FORMAT);
    }
    bytes[0] = 2;
    wire_init(&w, bytes, size);
    assert_int_equal(sign_cert_read(&w, &cert), ERR_UNSUPPORTED);
    assert_int_equal(w.err, ERR_FORMAT);
}

static void
secrets_are_compared_and_wiped(void **state)
{
    uint8_t a[4] = {1, 2, 3, 4}, b[4] = {1, 2, 3, 5};

    (void) state;
    assert_false(sign_same_secret(a, b, 4));
    assert_true(sign_same_secret(a, b, 3));
    sign_wipe(a, sizeof a);
    assert_memory_equal(a, "\0\0\0\0", 4);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_follow_from_their_seeds),
        cmocka_unit_test(a_signature_covers_domain_and_message),
        cmocka_unit_test(one_flipped_bit_anywhere_in_a_signature_is_noticed),
        cmocka_unit_test(a_message_may_be_empty_or_long_but_not_longer_than_its_bound),
        cmocka_unit_test(a_certificate_has_one_form_and_comes_back_from_it),
        cmocka_unit_test(a_changed_certificate_does_not_verify),
        cmocka_unit_test(a_certificate_cut_short_or_of_another_version_is_refused),
        cmocka_unit_test(secrets_are_compared_and_wiped),
    };

    return tap_run("sign", tests, make_keys, NULL);
}
