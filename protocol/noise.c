/* The Noise handshakes IK and XX over libsodium's primitives. Names follow the framework: the
 * chaining key, the hash, the tokens e, s, ee, es, se, ss and psk. */
#include "config.h"

#include "protocol/noise.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include <sodium.h>

_Static_assert(NOISE_KEY_BYTES == crypto_aead_chacha20poly1305_ietf_KEYBYTES, "ChaChaPoly key");
_Static_assert(NOISE_TAG_BYTES == crypto_aead_chacha20poly1305_ietf_ABYTES, "ChaChaPoly tag");
_Static_assert(NOISE_HASH_BYTES == crypto_generichash_BYTES_MAX, "BLAKE2b-512");
_Static_assert((int) NOISE_KEY_BYTES == (int) DH_BYTES, "an X25519 public key");

enum {
    HASH_BLOCK_BYTES = 128, /* BLAKE2b's block, for HMAC */
    MESSAGES_MAX = 3,
    TOKENS_MAX = 5,
};

enum token { TOKEN_END, TOKEN_E, TOKEN_S, TOKEN_EE, TOKEN_ES, TOKEN_SE, TOKEN_SS };

static const struct {
    const char *name;
    unsigned messages_count;
    enum token messages[MESSAGES_MAX][TOKENS_MAX];
} patterns[] = {
    [NOISE_IK] = {"IK", 2, {{TOKEN_E, TOKEN_ES, TOKEN_S, TOKEN_SS}, {TOKEN_E, TOKEN_EE, TOKEN_SE}}},
    [NOISE_XX] = {"XX", 3,
                  {{TOKEN_E}, {TOKEN_E, TOKEN_EE, TOKEN_S, TOKEN_ES}, {TOKEN_S, TOKEN_SE}}},
};

/* Room at the end of a buffer; a place also for nothing, where an empty buffer has none to give. */
static uint8_t *
room_in(struct buf *b, size_t size)
{
    static uint8_t nothing[1];

    if (size == 0)
        return b->err == OK ? nothing : NULL;
    return buf_extend(b, size);
}

/* --- the cipher ------------------------------------------------------------------------------- */

static void
nonce_bytes(uint64_t nonce, uint8_t ret[crypto_aead_chacha20poly1305_ietf_NPUBBYTES])
{
    memset(ret, 0, 4);
    for (size_t i = 0; i < 8; i++)
        ret[4 + i] = (uint8_t) (nonce >> (8 * i));
}

/* The last nonce is reserved by the framework, so it is the first that is not used. */
static enum err
cipher_seal(struct noise_cipher *c, const void *ad, size_t ad_size, const void *plain, size_t size,
            uint8_t *ret)
{
    uint8_t nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES];

    if (c->nonce == UINT64_MAX)
        return ERR_LIMIT;
    nonce_bytes(c->nonce++, nonce);
    crypto_aead_chacha20poly1305_ietf_encrypt(ret, NULL, plain, size, ad, ad_size, NULL, nonce,
                                              c->key);
    return OK;
}

static enum err
cipher_open(struct noise_cipher *c, const void *ad, size_t ad_size, const uint8_t *sealed,
            size_t size, uint8_t *ret)
{
    uint8_t nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES];

    if (c->nonce == UINT64_MAX)
        return ERR_LIMIT;
    nonce_bytes(c->nonce, nonce);
    if (crypto_aead_chacha20poly1305_ietf_decrypt(ret, NULL, NULL, sealed, size, ad, ad_size, nonce,
                                                  c->key) != 0)
        return ERR_AUTH;
    c->nonce++;
    return OK;
}

/* --- the symmetric state ---------------------------------------------------------------------- */

/* HMAC-BLAKE2b of one or two parts, with a key of NOISE_HASH_BYTES. */
static void
hmac(const uint8_t *key, const void *a, size_t a_size, const void *b, size_t b_size, uint8_t *ret)
{
    crypto_generichash_state state;
    uint8_t pad[HASH_BLOCK_BYTES], inner[NOISE_HASH_BYTES];

    memset(pad, 0x36, sizeof pad);
    for (size_t i = 0; i < NOISE_HASH_BYTES; i++)
        pad[i] ^= key[i];
    crypto_generichash_init(&state, NULL, 0, NOISE_HASH_BYTES);
    crypto_generichash_update(&state, pad, sizeof pad);
    crypto_generichash_update(&state, a, a_size);
    crypto_generichash_update(&state, b, b_size);
    crypto_generichash_final(&state, inner, sizeof inner);

    for (size_t i = 0; i < sizeof pad; i++)
        pad[i] ^= 0x36 ^ 0x5C;
    crypto_generichash_init(&state, NULL, 0, NOISE_HASH_BYTES);
    crypto_generichash_update(&state, pad, sizeof pad);
    crypto_generichash_update(&state, inner, sizeof inner);
    crypto_generichash_final(&state, ret, NOISE_HASH_BYTES);
    sodium_memzero(&state, sizeof state);
    sodium_memzero(pad, sizeof pad);
    sodium_memzero(inner, sizeof inner);
}

/* HKDF of the framework: `count` outputs (2 or 3) of NOISE_HASH_BYTES each, one after the other. */
static void
hkdf(const uint8_t *chaining_key, const void *input, size_t size, unsigned count, uint8_t *ret)
{
    static const uint8_t nothing[1];
    uint8_t key[NOISE_HASH_BYTES];

    hmac(chaining_key, input != NULL ? input : nothing, size, nothing, 0, key);
    for (uint8_t i = 1; i <= count; i++) {
        uint8_t *output = ret + (size_t) (i - 1) * NOISE_HASH_BYTES;

        if (i == 1)
            hmac(key, &i, 1, nothing, 0, output);
        else
            hmac(key, output - NOISE_HASH_BYTES, NOISE_HASH_BYTES, &i, 1, output);
    }
    sodium_memzero(key, sizeof key);
}

static void
mix_hash(struct noise *n, const void *bytes, size_t size)
{
    crypto_generichash_state state;

    crypto_generichash_init(&state, NULL, 0, NOISE_HASH_BYTES);
    crypto_generichash_update(&state, n->hash, NOISE_HASH_BYTES);
    if (size > 0)
        crypto_generichash_update(&state, bytes, size);
    crypto_generichash_final(&state, n->hash, NOISE_HASH_BYTES);
}

static void
set_cipher_key(struct noise *n, const uint8_t *key)
{
    memcpy(n->cipher.key, key, NOISE_KEY_BYTES);
    n->cipher.nonce = 0;
    n->has_key = 1;
}

static void
mix_key(struct noise *n, const uint8_t *input)
{
    uint8_t output[2 * NOISE_HASH_BYTES];

    hkdf(n->chaining_key, input, NOISE_KEY_BYTES, 2, output);
    memcpy(n->chaining_key, output, NOISE_HASH_BYTES);
    set_cipher_key(n, output + NOISE_HASH_BYTES);
    sodium_memzero(output, sizeof output);
}

static void
mix_psk(struct noise *n)
{
    uint8_t output[3 * NOISE_HASH_BYTES];

    hkdf(n->chaining_key, n->psk, NOISE_PSK_BYTES, 3, output);
    memcpy(n->chaining_key, output, NOISE_HASH_BYTES);
    mix_hash(n, output + NOISE_HASH_BYTES, NOISE_HASH_BYTES);
    set_cipher_key(n, output + 2 * NOISE_HASH_BYTES);
    sodium_memzero(output, sizeof output);
}

/* Encrypt (or copy, without a key yet) under the hash; gives the bytes written. */
static size_t
encrypt_and_hash(struct noise *n, const void *plain, size_t size, uint8_t *ret)
{
    size_t written = size;

    if (n->has_key) {
        enum err err = cipher_seal(&n->cipher, n->hash, NOISE_HASH_BYTES, plain, size, ret);

        assert(err == OK); /* a handshake uses a few nonces of each key */
        written += NOISE_TAG_BYTES;
    } else if (size > 0) {
        memcpy(ret, plain, size);
    }
    mix_hash(n, ret, written);
    return written;
}

/* The reverse; `size` counts the plain text. */
static enum err
decrypt_and_hash(struct noise *n, const uint8_t *sealed, size_t size, uint8_t *ret)
{
    size_t sealed_size = size;
    enum err err = OK;

    if (n->has_key) {
        sealed_size += NOISE_TAG_BYTES;
        err = cipher_open(&n->cipher, n->hash, NOISE_HASH_BYTES, sealed, sealed_size, ret);
    } else if (size > 0) {
        memcpy(ret, sealed, size);
    }
    mix_hash(n, sealed, sealed_size);
    return err;
}

/* --- the handshake ---------------------------------------------------------------------------- */

static void
noise_move(struct noise *n, enum noise_state state)
{
    n->state = state;
}

/* After a message: whose turn is it now? */
static void
noise_advance(struct noise *n)
{
    n->message++;
    if (n->message == patterns[n->pattern].messages_count)
        noise_move(n, NOISE_DONE);
    else
        noise_move(n, n->state == NOISE_WRITE ? NOISE_READ : NOISE_WRITE);
}

/* A refused handshake keeps no secrets; the state stays to say so. */
static enum err
noise_fail(struct noise *n, struct error *e, enum err code, const char *what)
{
    unsigned message = n->message + 1;

    noise_release(n);
    noise_move(n, NOISE_FAILED);
    return err_set(e, code, "handshake message %u: %s", message, what);
}

void
noise_init(struct noise *n, const struct noise_options *options)
{
    int knows = options->pattern == NOISE_IK && options->role == NOISE_INITIATOR;
    char name[NOISE_HASH_BYTES];

    assert(options->own_static != NULL && options->ephemeral_seed != NULL);
    assert(knows == (options->remote_static != NULL));
    assert((options->psk_place == NOISE_PSK_NONE) == (options->psk == NULL));
    memset(n, 0, sizeof *n);
    n->pattern = options->pattern;
    n->role = options->role;
    n->psk_place = options->psk_place;
    n->own_static = *options->own_static;
    dh_key_init(&n->own_ephemeral, options->ephemeral_seed);
    if (n->psk_place != NOISE_PSK_NONE)
        memcpy(n->psk, options->psk, NOISE_PSK_BYTES);

    /* The name is shorter than a hash, so it is the first hash, padded with zeros. */
    memset(name, 0, sizeof name);
    snprintf(name, sizeof name, "Noise_%s", patterns[n->pattern].name);
    if (n->psk_place != NOISE_PSK_NONE)
        snprintf(name + strlen(name), sizeof name - strlen(name), "psk%d",
                 n->psk_place - NOISE_PSK0);
    snprintf(name + strlen(name), sizeof name - strlen(name), "_25519_ChaChaPoly_BLAKE2b");
    memcpy(n->hash, name, NOISE_HASH_BYTES);
    memcpy(n->chaining_key, name, NOISE_HASH_BYTES);
    mix_hash(n, options->prologue, options->prologue_size);

    if (knows) {
        memcpy(n->remote_static, options->remote_static, NOISE_KEY_BYTES);
        n->knows_remote = 1;
    }
    if (n->pattern == NOISE_IK)
        mix_hash(n, knows ? n->remote_static : n->own_static.public_key, NOISE_KEY_BYTES);
    noise_move(n, n->role == NOISE_INITIATOR ? NOISE_WRITE : NOISE_READ);
}

void
noise_release(struct noise *n)
{
    sodium_memzero(n, sizeof *n);
    noise_move(n, NOISE_ENDED);
}

enum noise_state
noise_state(const struct noise *n)
{
    return n->state;
}

size_t
noise_overhead_bytes(const struct noise *n)
{
    const enum token *tokens = patterns[n->pattern].messages[n->message];
    int has_key = n->has_key || (n->psk_place == NOISE_PSK0 && n->message == 0);
    size_t size = 0;

    assert(n->state == NOISE_WRITE || n->state == NOISE_READ);
    for (size_t i = 0; i < TOKENS_MAX && tokens[i] != TOKEN_END; i++) {
        if (tokens[i] == TOKEN_E || tokens[i] == TOKEN_S)
            size += NOISE_KEY_BYTES;
        if (tokens[i] == TOKEN_S && has_key)
            size += NOISE_TAG_BYTES;
        if (tokens[i] > TOKEN_S || (tokens[i] == TOKEN_E && n->psk_place != NOISE_PSK_NONE))
            has_key = 1;
    }
    if (n->psk_place == NOISE_PSK1 + n->message)
        has_key = 1;
    return size + (has_key ? NOISE_TAG_BYTES : 0);
}

/* Mix the psk in where the pattern has it: before the first message or at the end of a message. */
static void
psk_at(struct noise *n, enum noise_psk place)
{
    if (n->psk_place == place)
        mix_psk(n);
}

/* ee, es, se, ss. The second letter is the responder's key, so the roles swap the middle two. */
static enum err
mix_dh(struct noise *n, enum token token)
{
    int own_is_ephemeral = token == TOKEN_EE
                           || token == (n->role == NOISE_INITIATOR ? TOKEN_ES : TOKEN_SE);
    int remote_is_ephemeral = token == TOKEN_EE
                              || token == (n->role == NOISE_INITIATOR ? TOKEN_SE : TOKEN_ES);
    uint8_t shared[DH_BYTES];
    enum err err = OK;

    /* libsodium answers -1 exactly when the shared secret is all zero: a key of low order. */
    if (crypto_scalarmult(shared,
                          own_is_ephemeral ? n->own_ephemeral.secret : n->own_static.secret,
                          remote_is_ephemeral ? n->remote_ephemeral : n->remote_static) != 0)
        err = ERR_AUTH;
    else
        mix_key(n, shared);
    sodium_memzero(shared, sizeof shared);
    return err;
}

/* An ephemeral key enters the hash, and with a psk the key as well. */
static void
mix_ephemeral(struct noise *n, const uint8_t *public_key)
{
    mix_hash(n, public_key, NOISE_KEY_BYTES);
    if (n->psk_place != NOISE_PSK_NONE)
        mix_key(n, public_key);
}

static enum err
write_token(struct noise *n, enum token token, uint8_t **at)
{
    switch (token) {
    case TOKEN_E:
        memcpy(*at, n->own_ephemeral.public_key, NOISE_KEY_BYTES);
        mix_ephemeral(n, *at);
        *at += NOISE_KEY_BYTES;
        return OK;
    case TOKEN_S:
        *at += encrypt_and_hash(n, n->own_static.public_key, NOISE_KEY_BYTES, *at);
        return OK;
    default:
        return mix_dh(n, token);
    }
}

static enum err
read_token(struct noise *n, enum token token, const uint8_t **at)
{
    size_t size = NOISE_KEY_BYTES;
    enum err err;

    switch (token) {
    case TOKEN_E:
        memcpy(n->remote_ephemeral, *at, NOISE_KEY_BYTES);
        mix_ephemeral(n, *at);
        *at += size;
        return OK;
    case TOKEN_S:
        size += n->has_key ? NOISE_TAG_BYTES : 0;
        err = decrypt_and_hash(n, *at, NOISE_KEY_BYTES, n->remote_static);
        *at += size;
        n->knows_remote = err == OK;
        return err;
    default:
        return mix_dh(n, token);
    }
}

enum err
noise_write(struct noise *n, const void *payload, size_t size, struct buf *out, struct error *e)
{
    const enum token *tokens = patterns[n->pattern].messages[n->message];
    size_t overhead, before = out->size;
    uint8_t *at;

    assert(n->state == NOISE_WRITE);
    overhead = noise_overhead_bytes(n);
    if (size > NOISE_MESSAGE_BYTES_MAX - overhead)
        return err_set(e, ERR_LIMIT, "handshake message %u: payload of %zu bytes", n->message + 1,
                       size);
    /* All memory first: after this only the remote key can make it fail. */
    at = room_in(out, overhead + size);
    if (at == NULL)
        return err_set(e, out->err, "handshake message %u: no room", n->message + 1);
    if (n->message == 0)
        psk_at(n, NOISE_PSK0);
    for (size_t i = 0; i < TOKENS_MAX && tokens[i] != TOKEN_END; i++) {
        if (write_token(n, tokens[i], &at) != OK) {
            out->size = before;
            return noise_fail(n, e, ERR_AUTH, "the peer's key is not usable");
        }
    }
    psk_at(n, (enum noise_psk) (NOISE_PSK1 + n->message));
    at += encrypt_and_hash(n, payload, size, at);
    assert(at == out->bytes + out->size);
    noise_advance(n);
    return OK;
}

enum err
noise_read(struct noise *n, const void *message, size_t size, struct buf *ret_payload,
           struct error *e)
{
    const enum token *tokens = patterns[n->pattern].messages[n->message];
    const uint8_t *at = message;
    size_t overhead, before = ret_payload->size;
    uint8_t *payload;

    assert(n->state == NOISE_READ);
    overhead = noise_overhead_bytes(n);
    if (size < overhead)
        return noise_fail(n, e, ERR_FORMAT, "too short");
    if (size > NOISE_MESSAGE_BYTES_MAX)
        return noise_fail(n, e, ERR_LIMIT, "too long");
    payload = room_in(ret_payload, size - overhead);
    if (payload == NULL)
        return noise_fail(n, e, ret_payload->err, "no room for the payload");
    if (n->message == 0)
        psk_at(n, NOISE_PSK0);
    for (size_t i = 0; i < TOKENS_MAX && tokens[i] != TOKEN_END; i++) {
        if (read_token(n, tokens[i], &at) != OK)
            goto refuse;
    }
    psk_at(n, (enum noise_psk) (NOISE_PSK1 + n->message));
    if (decrypt_and_hash(n, at, size - overhead, payload) != OK)
        goto refuse;
    noise_advance(n);
    return OK;

refuse:
    ret_payload->size = before;
    return noise_fail(n, e, ERR_AUTH, "not from the expected peer, or changed on its way");
}

const uint8_t *
noise_remote_static(const struct noise *n)
{
    return n->knows_remote ? n->remote_static : NULL;
}

const uint8_t *
noise_handshake_hash(const struct noise *n)
{
    assert(n->state == NOISE_DONE);
    return n->hash;
}

void
noise_split(struct noise *n, struct noise_transport *ret_transport)
{
    uint8_t output[2 * NOISE_HASH_BYTES];
    const uint8_t *first = output, *second = output + NOISE_HASH_BYTES;
    int initiates = n->role == NOISE_INITIATOR;

    assert(n->state == NOISE_DONE);
    hkdf(n->chaining_key, NULL, 0, 2, output);
    memcpy(ret_transport->sending.key, initiates ? first : second, NOISE_KEY_BYTES);
    memcpy(ret_transport->receiving.key, initiates ? second : first, NOISE_KEY_BYTES);
    ret_transport->sending.nonce = 0;
    ret_transport->receiving.nonce = 0;
    sodium_memzero(output, sizeof output);
    noise_release(n);
}

/* --- the transport ---------------------------------------------------------------------------- */

enum err
noise_seal(struct noise_transport *t, const void *ad, size_t ad_size, const void *plain,
           size_t size, struct buf *out)
{
    size_t before = out->size;
    uint8_t *at;
    enum err err;

    if (size > NOISE_PLAIN_BYTES_MAX)
        return ERR_LIMIT;
    at = room_in(out, size + NOISE_TAG_BYTES);
    if (at == NULL)
        return out->err;
    err = cipher_seal(&t->sending, ad, ad_size, plain, size, at);
    if (err != OK)
        out->size = before;
    return err;
}

enum err
noise_open(struct noise_transport *t, const void *ad, size_t ad_size, const void *message,
           size_t size, struct buf *ret_plain)
{
    size_t before = ret_plain->size;
    uint8_t *at;
    enum err err;

    if (size < NOISE_TAG_BYTES)
        return ERR_FORMAT;
    if (size > NOISE_MESSAGE_BYTES_MAX)
        return ERR_LIMIT;
    at = room_in(ret_plain, size - NOISE_TAG_BYTES);
    if (at == NULL)
        return ret_plain->err;
    err = cipher_open(&t->receiving, ad, ad_size, message, size, at);
    if (err != OK)
        ret_plain->size = before;
    return err;
}

void
noise_transport_wipe(struct noise_transport *t)
{
    sodium_memzero(t, sizeof *t);
}
