/* Noise: the published vectors, a vector of our own prologue, and what a hostile peer may send. */
#include "config.h"

#include "protocol/noise.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "tests/util/bytes.h"

enum { MESSAGE_ROOM = NOISE_MESSAGE_BYTES_MAX + 1 };

/* Two sides of a handshake with fixed keys. */
struct pair {
    struct noise sides[2];
    struct noise_transport transports[2];
    struct dh_key statics[2];
    struct buf wire, payload;
};

static const char prologue[] = "thidua\x11";

static void
pair_init_with(struct pair *p, enum noise_pattern pattern, const char *responder_prologue)
{
    const char *prologues[2] = {prologue, responder_prologue};
    uint8_t seeds[4][DH_BYTES];

    memset(p, 0, sizeof *p);
    for (size_t i = 0; i < 4; i++)
        memset(seeds[i], (int) (0x11 * (i + 1)), DH_BYTES);
    dh_key_init(&p->statics[0], seeds[0]);
    dh_key_init(&p->statics[1], seeds[1]);
    for (int role = 0; role < 2; role++) {
        struct noise_options options = {
            .pattern = pattern,
            .role = role == 0 ? NOISE_INITIATOR : NOISE_RESPONDER,
            .prologue = prologues[role],
            .prologue_size = strlen(prologues[role]),
            .own_static = &p->statics[role],
            .remote_static = pattern == NOISE_IK && role == 0 ? p->statics[1].public_key : NULL,
            .ephemeral_seed = seeds[2 + role],
        };

        noise_init(&p->sides[role], &options);
    }
    buf_init(&p->wire, MESSAGE_ROOM);
    buf_init(&p->payload, MESSAGE_ROOM);
}

static void
pair_init(struct pair *p, enum noise_pattern pattern)
{
    pair_init_with(p, pattern, prologue);
}

static void
pair_release(struct pair *p)
{
    noise_release(&p->sides[0]);
    noise_release(&p->sides[1]);
    buf_release(&p->wire);
    buf_release(&p->payload);
}

/* Carry one message from a side to the other, and leave it in p->wire, its payload in
 * p->payload. */
static void
pair_carry(struct pair *p, int from, const char *payload)
{
    buf_reset(&p->wire);
    buf_reset(&p->payload);
    assert_int_equal(noise_write(&p->sides[from], payload, strlen(payload), &p->wire, NULL), OK);
    assert_int_equal(noise_read(&p->sides[!from], p->wire.bytes, p->wire.size, &p->payload, NULL),
                     OK);
    assert_int_equal(p->payload.size, strlen(payload));
    assert_memory_equal(p->payload.bytes != NULL ? (char *) p->payload.bytes : "", payload,
                        strlen(payload));
}

static void
pair_finish(struct pair *p)
{
    for (int from = 0; noise_state(&p->sides[0]) != NOISE_DONE; from = !from)
        pair_carry(p, from, "");
    noise_split(&p->sides[0], &p->transports[0]);
    noise_split(&p->sides[1], &p->transports[1]);
}

/* --- the published vectors -------------------------------------------------------------------- */

static const char *
fact(json_t *vector, const char *name)
{
    return json_string_value(json_object_get(vector, name));
}

static void
vector_side(json_t *vector, enum noise_role role, struct noise *ret)
{
    const char *side = role == NOISE_INITIATOR ? "init" : "resp";
    const char *pattern = fact(vector, "protocol_name") + strlen("Noise_");
    json_t *psk = NULL;
    uint8_t bytes[5][64];
    struct dh_key own;
    struct noise_options options = {.role = role, .own_static = &own};
    char name[32];

    options.pattern = strncmp(pattern, "IK", 2) == 0 ? NOISE_IK : NOISE_XX;
    snprintf(name, sizeof name, "%s_psks", side);
    psk = json_array_get(json_object_get(vector, name), 0);
    if (psk != NULL) {
        assert_int_equal(strncmp(pattern + 2, "psk", 3), 0);
        options.psk_place = (enum noise_psk) (NOISE_PSK0 + (pattern[5] - '0'));
        assert_int_equal(bytes_from_hex(json_string_value(psk), bytes[0], 64), NOISE_PSK_BYTES);
        options.psk = bytes[0];
    }
    snprintf(name, sizeof name, "%s_prologue", side);
    options.prologue_size = bytes_from_hex(fact(vector, name), bytes[1], 64);
    options.prologue = bytes[1];
    snprintf(name, sizeof name, "%s_static", side);
    assert_int_equal(bytes_from_hex(fact(vector, name), bytes[2], 64), DH_BYTES);
    dh_key_init(&own, bytes[2]);
    snprintf(name, sizeof name, "%s_ephemeral", side);
    assert_int_equal(bytes_from_hex(fact(vector, name), bytes[3], 64), DH_BYTES);
    options.ephemeral_seed = bytes[3];
    if (role == NOISE_INITIATOR && fact(vector, "init_remote_static") != NULL) {
        bytes_from_hex(fact(vector, "init_remote_static"), bytes[4], 64);
        options.remote_static = bytes[4];
    }
    noise_init(ret, &options);
}

/* Carry one message of a vector, by handshake or transport; the wire must match. */
static void
vector_message(json_t *message, struct noise sides[2], struct noise_transport transports[2],
               size_t i)
{
    const char *ciphertext = fact(message, "ciphertext");
    uint8_t payload[256];
    size_t size = bytes_from_hex(fact(message, "payload"), payload, sizeof payload);
    struct buf wire, read;
    int from = i % 2 == 0 ? 0 : 1;

    buf_init(&wire, MESSAGE_ROOM);
    buf_init(&read, MESSAGE_ROOM);
    if (noise_state(&sides[from]) == NOISE_WRITE) {
        assert_int_equal(noise_overhead_bytes(&sides[from]) + size, strlen(ciphertext) / 2);
        assert_int_equal(noise_overhead_bytes(&sides[!from]) + size, strlen(ciphertext) / 2);
        assert_int_equal(noise_write(&sides[from], payload, size, &wire, NULL), OK);
        assert_int_equal(noise_read(&sides[!from], wire.bytes, wire.size, &read, NULL), OK);
    } else {
        assert_int_equal(noise_seal(&transports[from], NULL, 0, payload, size, &wire), OK);
        assert_int_equal(noise_open(&transports[!from], NULL, 0, wire.bytes, wire.size, &read), OK);
    }
    assert_bytes_are(wire.bytes, wire.size, ciphertext);
    assert_int_equal(read.size, size);
    assert_memory_equal(read.bytes, payload, size);
    buf_release(&wire);
    buf_release(&read);
}

static void
vector_check(json_t *vector)
{
    struct noise sides[2];
    struct noise_transport transports[2];
    json_t *messages = json_object_get(vector, "messages");

    vector_side(vector, NOISE_INITIATOR, &sides[0]);
    vector_side(vector, NOISE_RESPONDER, &sides[1]);
    for (size_t i = 0; i < json_array_size(messages); i++) {
        vector_message(json_array_get(messages, i), sides, transports, i);
        if (noise_state(&sides[0]) != NOISE_DONE)
            continue;
        assert_int_equal(noise_state(&sides[1]), NOISE_DONE);
        if (fact(vector, "handshake_hash") != NULL) {
            assert_bytes_are(noise_handshake_hash(&sides[0]), NOISE_HASH_BYTES,
                             fact(vector, "handshake_hash"));
            assert_bytes_are(noise_handshake_hash(&sides[1]), NOISE_HASH_BYTES,
                             fact(vector, "handshake_hash"));
        }
        noise_split(&sides[0], &transports[0]);
        noise_split(&sides[1], &transports[1]);
    }
    assert_int_equal(noise_state(&sides[0]), NOISE_ENDED);
}

static void
the_published_vectors_come_out_byte_for_byte(void **state)
{
    const char *srcdir = getenv("srcdir");
    char path[1024];
    json_t *root, *vectors;

    (void) state;
    snprintf(path, sizeof path, "%s/tests/vectors/noise.json", srcdir != NULL ? srcdir : ".");
    root = json_load_file(path, 0, NULL);
    assert_non_null(root);
    vectors = json_object_get(root, "vectors");
    assert_int_equal(json_array_size(vectors), 6);
    for (size_t i = 0; i < json_array_size(vectors); i++)
        vector_check(json_array_get(vectors, i));
    json_decref(root);
}

/* --- our own use ------------------------------------------------------------------------------ */

static void
our_own_prologue_gives_the_frozen_messages(void **state)
{
    struct pair p;

    /* Computed with another implementation of the framework. */
    (void) state;
    pair_init(&p, NOISE_IK);
    pair_carry(&p, 0, "có gì mới?");
    assert_bytes_are(p.wire.bytes, p.wire.size,
                     "7b0d47d93427f8311160781c7c733fd89f88970aef490d8aa0ee19a4cb8a1b14"
                     "f31e61f1ad41ce5ef4e146599ce06ec36a41e3a8a8d892d9990d48ef86772244"
                     "87bcfb4156723f33ffed05075641f1d4845b28ddb88049e8c95f61326db3b97c"
                     "f08522d52ecc3d06ada1f3142b03");
    pair_carry(&p, 1, "không");
    assert_bytes_are(p.wire.bytes, p.wire.size,
                     "ff2ee45601ec1b67310c7790404585ae697331eee1c1f8cf2419731c1fff3e6b"
                     "48f4e50f36d93220badc4a218671bda039b09a968faf");
    assert_bytes_are(noise_handshake_hash(&p.sides[0]), NOISE_HASH_BYTES,
                     "7b6f00f074832830ee9dee2dbdec90863915fad3b3fda162a7cea5dc7a4dc4f2"
                     "eb97e52f2548cc333b52a92abc28656e7fd22df20697d3bbcc539b3cb47761bf");
    pair_release(&p);
}

static void
every_psk_form_of_both_patterns_completes_and_needs_the_same_psk(void **state)
{
    (void) state;
    for (unsigned round = 0; round < 2 * 2 * 4; round++) {
        enum noise_pattern pattern = round & 1 ? NOISE_IK : NOISE_XX;
        enum noise_psk place = (enum noise_psk) (NOISE_PSK0 + round / 4);
        int same = (round & 2) != 0;
        struct pair p;
        enum err err = OK;
        int from = 0;

        if (pattern == NOISE_IK && place == NOISE_PSK3)
            continue; /* IK has two messages */
        pair_init(&p, pattern);
        p.sides[0].psk_place = p.sides[1].psk_place = place;
        p.sides[1].psk[7] = !same;
        while (err == OK && noise_state(&p.sides[0]) != NOISE_DONE) {
            buf_reset(&p.wire);
            assert_int_equal(noise_write(&p.sides[from], "x", 1, &p.wire, NULL), OK);
            err = noise_read(&p.sides[!from], p.wire.bytes, p.wire.size, &p.payload, NULL);
            from = !from;
        }
        assert_int_equal(err, same ? OK : ERR_AUTH);
        pair_release(&p);
    }
}

static void
each_side_learns_the_others_key(void **state)
{
    struct pair p;

    (void) state;
    pair_init(&p, NOISE_IK);
    assert_null(noise_remote_static(&p.sides[1]));
    pair_carry(&p, 0, "");
    assert_memory_equal(noise_remote_static(&p.sides[1]), p.statics[0].public_key, NOISE_KEY_BYTES);
    pair_release(&p);

    pair_init(&p, NOISE_XX);
    pair_carry(&p, 0, "");
    assert_null(noise_remote_static(&p.sides[1]));
    pair_carry(&p, 1, "");
    assert_memory_equal(noise_remote_static(&p.sides[0]), p.statics[1].public_key, NOISE_KEY_BYTES);
    pair_carry(&p, 0, "");
    assert_memory_equal(noise_remote_static(&p.sides[1]), p.statics[0].public_key, NOISE_KEY_BYTES);
    pair_release(&p);
}

static void
one_changed_or_missing_byte_is_refused_and_leaves_no_payload(void **state)
{
    (void) state;
    /* At byte 32..47 of message 2 stands the encrypted payload of IK; byte 31's top bit is masked
     * by X25519, but it still enters the hash. */
    for (size_t at = 0; at < 96 + 4; at++) {
        struct pair p;
        struct error e;

        pair_init(&p, NOISE_IK);
        assert_int_equal(noise_write(&p.sides[0], "news", 4, &p.wire, NULL), OK);
        p.wire.bytes[at] ^= 0x80;
        assert_int_equal(noise_read(&p.sides[1], p.wire.bytes, p.wire.size, &p.payload, &e),
                         ERR_AUTH);
        assert_int_equal(noise_state(&p.sides[1]), NOISE_FAILED);
        assert_int_equal(p.payload.size, 0);
        pair_release(&p);

        pair_init(&p, NOISE_IK);
        assert_int_equal(noise_write(&p.sides[0], "news", 4, &p.wire, NULL), OK);
        assert_int_equal(noise_read(&p.sides[1], p.wire.bytes, at, &p.payload, &e),
                         at < 96 ? ERR_FORMAT : ERR_AUTH);
        assert_int_equal(p.payload.size, 0);
        pair_release(&p);
    }
}

static void
another_prologue_is_refused(void **state)
{
    struct pair p;

    (void) state;
    pair_init_with(&p, NOISE_IK, "thidua\x21");
    assert_int_equal(noise_write(&p.sides[0], "", 0, &p.wire, NULL), OK);
    assert_int_equal(noise_read(&p.sides[1], p.wire.bytes, p.wire.size, &p.payload, NULL),
                     ERR_AUTH);
    pair_release(&p);
}

static void
a_key_of_low_order_is_refused_on_both_sides(void **state)
{
    static const char *const low_order[] = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    };

    (void) state;
    for (size_t i = 0; i < sizeof low_order / sizeof low_order[0]; i++) {
        struct pair p;
        uint8_t message[96] = {0};

        pair_init(&p, NOISE_IK);
        bytes_from_hex(low_order[i], message, NOISE_KEY_BYTES);
        assert_int_equal(noise_read(&p.sides[1], message, sizeof message, &p.payload, NULL),
                         ERR_AUTH);
        memcpy(p.sides[0].remote_static, message, NOISE_KEY_BYTES);
        assert_int_equal(noise_write(&p.sides[0], "x", 1, &p.wire, NULL), ERR_AUTH);
        assert_int_equal(p.wire.size, 0);
        assert_int_equal(noise_state(&p.sides[0]), NOISE_FAILED);
        pair_release(&p);
    }
}

static void
a_payload_fills_a_message_to_its_last_byte_and_no_further(void **state)
{
    static uint8_t payload[NOISE_MESSAGE_BYTES_MAX];
    struct pair p;

    (void) state;
    pair_init(&p, NOISE_IK);
    assert_int_equal(noise_write(&p.sides[0], payload, sizeof payload - 95, &p.wire, NULL),
                     ERR_LIMIT);
    assert_int_equal(noise_state(&p.sides[0]), NOISE_WRITE);
    assert_int_equal(noise_write(&p.sides[0], payload, sizeof payload - 96, &p.wire, NULL), OK);
    assert_int_equal(p.wire.size, NOISE_MESSAGE_BYTES_MAX);
    assert_int_equal(noise_read(&p.sides[1], p.wire.bytes, p.wire.size, &p.payload, NULL), OK);
    pair_carry(&p, 1, "");
    noise_split(&p.sides[0], &p.transports[0]);
    noise_split(&p.sides[1], &p.transports[1]);
    buf_reset(&p.wire);
    assert_int_equal(noise_seal(&p.transports[0], NULL, 0, payload, NOISE_PLAIN_BYTES_MAX + 1,
                                &p.wire),
                     ERR_LIMIT);
    assert_int_equal(noise_seal(&p.transports[0], NULL, 0, payload, NOISE_PLAIN_BYTES_MAX, &p.wire),
                     OK);
    assert_int_equal(p.wire.size, NOISE_MESSAGE_BYTES_MAX);
    buf_reset(&p.payload);
    assert_int_equal(noise_open(&p.transports[1], NULL, 0, p.wire.bytes, p.wire.size, &p.payload),
                     OK);
    pair_release(&p);
}

static void
a_full_buffer_leaves_the_writer_as_it_was(void **state)
{
    struct pair p;
    struct buf small;

    (void) state;
    pair_init(&p, NOISE_XX);
    buf_init(&small, 31);
    assert_int_equal(noise_write(&p.sides[0], "", 0, &small, NULL), ERR_LIMIT);
    assert_int_equal(noise_state(&p.sides[0]), NOISE_WRITE);
    pair_finish(&p);
    buf_release(&small);
    pair_release(&p);
}

static void
transport_messages_go_through_once_in_order_and_with_their_data(void **state)
{
    struct pair p;
    struct buf second;

    (void) state;
    pair_init(&p, NOISE_XX);
    pair_finish(&p);
    buf_reset(&p.wire);
    buf_init(&second, 100);
    assert_int_equal(noise_seal(&p.transports[0], "ad", 2, "one", 3, &p.wire), OK);
    assert_int_equal(noise_seal(&p.transports[0], NULL, 0, "", 0, &second), OK);
    buf_reset(&p.payload);
    assert_int_equal(noise_open(&p.transports[1], NULL, 0, second.bytes, second.size, &p.payload),
                     ERR_AUTH);
    assert_int_equal(noise_open(&p.transports[1], "aD", 2, p.wire.bytes, p.wire.size, &p.payload),
                     ERR_AUTH);
    assert_int_equal(noise_open(&p.transports[1], "ad", 2, p.wire.bytes, 15, &p.payload),
                     ERR_FORMAT);
    assert_int_equal(p.payload.size, 0);
    assert_int_equal(noise_open(&p.transports[1], "ad", 2, p.wire.bytes, p.wire.size, &p.payload),
                     OK);
    assert_int_equal(noise_open(&p.transports[1], "ad", 2, p.wire.bytes, p.wire.size, &p.payload),
                     ERR_AUTH);
    assert_int_equal(noise_open(&p.transports[1], NULL, 0, second.bytes, second.size, &p.payload),
                     OK);
    assert_int_equal(p.payload.size, 3);
    assert_memory_equal(p.payload.bytes, "one", 3);
    buf_release(&second);
    pair_release(&p);
}

static void
the_last_nonce_is_never_used(void **state)
{
    struct pair p;

    (void) state;
    pair_init(&p, NOISE_XX);
    pair_finish(&p);
    p.transports[0].sending.nonce = p.transports[1].receiving.nonce = UINT64_MAX - 1;
    buf_reset(&p.wire);
    assert_int_equal(noise_seal(&p.transports[0], NULL, 0, "x", 1, &p.wire), OK);
    assert_int_equal(noise_open(&p.transports[1], NULL, 0, p.wire.bytes, p.wire.size, &p.payload),
                     OK);
    assert_int_equal(noise_seal(&p.transports[0], NULL, 0, "x", 1, &p.wire), ERR_LIMIT);
    assert_int_equal(p.wire.size, 17);
    assert_int_equal(noise_open(&p.transports[1], NULL, 0, p.wire.bytes, p.wire.size, &p.payload),
                     ERR_LIMIT);
    pair_release(&p);
}

static void
an_idle_connection_costs_eighty_bytes_and_keeps_no_handshake(void **state)
{
    static const struct noise nothing;
    struct pair p;

    (void) state;
    assert_int_equal(sizeof(struct noise_transport), 80);
    pair_init(&p, NOISE_IK);
    pair_finish(&p);
    assert_memory_equal(&p.sides[0].message, &nothing.message,
                        sizeof nothing - offsetof(struct noise, message));
    noise_transport_wipe(&p.transports[0]);
    assert_memory_equal(&p.transports[0], &nothing, sizeof p.transports[0]);
    pair_release(&p);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_vectors_come_out_byte_for_byte),
        cmocka_unit_test(our_own_prologue_gives_the_frozen_messages),
        cmocka_unit_test(every_psk_form_of_both_patterns_completes_and_needs_the_same_psk),
        cmocka_unit_test(each_side_learns_the_others_key),
        cmocka_unit_test(one_changed_or_missing_byte_is_refused_and_leaves_no_payload),
        cmocka_unit_test(another_prologue_is_refused),
        cmocka_unit_test(a_key_of_low_order_is_refused_on_both_sides),
        cmocka_unit_test(a_payload_fills_a_message_to_its_last_byte_and_no_further),
        cmocka_unit_test(a_full_buffer_leaves_the_writer_as_it_was),
        cmocka_unit_test(transport_messages_go_through_once_in_order_and_with_their_data),
        cmocka_unit_test(the_last_nonce_is_never_used),
        cmocka_unit_test(an_idle_connection_costs_eighty_bytes_and_keeps_no_handshake),
    };

    return tap_run("noise", tests, NULL, NULL);
}
