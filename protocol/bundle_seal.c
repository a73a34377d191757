/* The seal of a bundle: ephemeral-static X25519, then ChaCha20-Poly1305 over segments.
 *
 *     head     "thidua-b" | u8 version 1 | ephemeral key 32 | mark 16        57 bytes
 *     segment  up to 65,519 plain bytes and a tag of 16; all are full but the last
 *     nonce    u32le: 1 in the last segment, else 0 | u64le number of the segment from 0
 *     key      H("thidua/1 bundle-key", shared secret, ephemeral key, recipient's key)
 *     mark     the first 16 bytes of H("thidua/1 bundle-for", the same)
 *
 * The head is each segment's associated data. A file that ends early ends with a segment that was not
 * sealed as the last. The mark tells a file for somebody else from one that was altered, to its recipient
 * alone. */
#include "config.h"

#include <string.h>

#include <sodium.h>

#include "protocol/bundle.h"

enum {
    BUNDLE_VERSION = 1,
    TAG_BYTES = crypto_aead_chacha20poly1305_ietf_ABYTES,
    SEALED_BYTES = BUNDLE_SEGMENT_BYTES + TAG_BYTES,
    VERSION_AT = 8,
    EPHEMERAL_AT = VERSION_AT + 1,
    MARK_AT = EPHEMERAL_AT + DH_BYTES,
};

static const char magic[] = "thidua-b";

_Static_assert(sizeof magic - 1 == VERSION_AT && MARK_AT + BUNDLE_MARK_BYTES == BUNDLE_HEAD_BYTES, "the head");
_Static_assert(HASH_BYTES == crypto_aead_chacha20poly1305_ietf_KEYBYTES, "a hash is a key");
_Static_assert(SEALED_BYTES <= 65535, "a segment is at most 64 KiB");

/* --- keys ------------------------------------------------------------------------------------- */

static void
open_key(struct dh_key *ret_key)
{
    struct hash seed;

    hash_once(DOMAIN_BUNDLE_OPEN, NULL, 0, &seed);
    dh_key_init(ret_key, seed.bytes);
}

void
bundle_open_key(uint8_t *ret_public)
{
    struct dh_key key;

    open_key(&key);
    memcpy(ret_public, key.public_key, DH_BYTES);
}

static void
derive(const char *domain, const uint8_t *shared, const uint8_t *ephemeral, const uint8_t *recipient,
       struct hash *ret)
{
    struct hasher h;

    hash_begin(&h, domain);
    hash_add(&h, shared, DH_BYTES);
    hash_add(&h, ephemeral, DH_BYTES);
    hash_add(&h, recipient, DH_BYTES);
    hash_end(&h, ret);
    sign_wipe(&h, sizeof h);
}

/* Both sides' part.
 *   secret, other  whose shared secret it is
 *   Returns        ERR_AUTH an all-zero shared secret */
static enum err
agree(const uint8_t *secret, const uint8_t *other, const uint8_t *ephemeral, const uint8_t *recipient,
      struct hash *ret_key, uint8_t ret_mark[BUNDLE_MARK_BYTES])
{
    uint8_t shared[DH_BYTES];
    struct hash mark;

    if (crypto_scalarmult(shared, secret, other) != 0)
        return ERR_AUTH;
    derive(DOMAIN_BUNDLE_KEY, shared, ephemeral, recipient, ret_key);
    derive(DOMAIN_BUNDLE_FOR, shared, ephemeral, recipient, &mark);
    memcpy(ret_mark, mark.bytes, BUNDLE_MARK_BYTES);
    sign_wipe(shared, sizeof shared);
    return OK;
}

static void
segment_nonce(uint64_t number, bool last, uint8_t ret[crypto_aead_chacha20poly1305_ietf_NPUBBYTES])
{
    memset(ret, 0, 4);
    ret[0] = last ? 1 : 0;
    for (size_t i = 0; i < 8; i++)
        ret[4 + i] = (uint8_t) (number >> (8 * i));
}

/* --- sealing ---------------------------------------------------------------------------------- */

static size_t
sealed_size(size_t size)
{
    size_t segments = (size + BUNDLE_SEGMENT_BYTES - 1) / BUNDLE_SEGMENT_BYTES;

    return BUNDLE_HEAD_BYTES + size + segments * TAG_BYTES;
}

static void
seal_segments(const struct hash *key, const uint8_t *head, const uint8_t *plain, size_t size, uint8_t *ret)
{
    uint8_t nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES];

    for (uint64_t number = 0; size > 0; number++) {
        size_t part = size < BUNDLE_SEGMENT_BYTES ? size : BUNDLE_SEGMENT_BYTES;

        segment_nonce(number, part == size, nonce);
        crypto_aead_chacha20poly1305_ietf_encrypt(ret, NULL, plain, part, head, BUNDLE_HEAD_BYTES, NULL, nonce,
                                                  key->bytes);
        plain += part;
        size -= part;
        ret += part + TAG_BYTES;
    }
}

enum err
bundle_seal(const uint8_t *recipient, const uint8_t *seed, const void *plain, size_t size, struct buf *out,
            struct error *e)
{
    uint8_t head[BUNDLE_HEAD_BYTES];
    struct dh_key ephemeral;
    struct hash key;
    uint8_t *at;
    enum err err = OK;

    if (size == 0 || size > BUNDLE_BYTES_MAX || sealed_size(size) > BUNDLE_BYTES_MAX)
        return err_say(e, ERR_LIMIT, N_("there is too much for one file: exchange over a network instead"),
                       NULL);
    dh_key_init(&ephemeral, seed);
    memcpy(head, magic, VERSION_AT);
    head[VERSION_AT] = BUNDLE_VERSION;
    memcpy(head + EPHEMERAL_AT, ephemeral.public_key, DH_BYTES);
    if (agree(ephemeral.secret, recipient, ephemeral.public_key, recipient, &key, head + MARK_AT) != OK) {
        err = err_set(e, ERR_AUTH, "bundle: the recipient's key is not usable");
        goto out;
    }
    at = buf_extend(out, sealed_size(size));
    if (at == NULL) {
        err = err_set(e, out->err, "bundle: no memory");
        goto out;
    }
    memcpy(at, head, sizeof head);
    seal_segments(&key, head, plain, size, at + sizeof head);
out:
    sign_wipe(&ephemeral, sizeof ephemeral);
    sign_wipe(&key, sizeof key);
    return err;
}

/* --- opening ---------------------------------------------------------------------------------- */

static enum err
say_damaged(struct error *e)
{
    return err_say(e, ERR_FORMAT,
                   N_("the file is cut off or was altered: copy it again from where it was written"), NULL);
}

/* What anybody can see of a file. */
static enum err
check_head(const uint8_t *bytes, size_t size, struct error *e)
{
    if (size < VERSION_AT || memcmp(bytes, magic, VERSION_AT) != 0)
        return err_say(e, ERR_FORMAT,
                       N_("this is no request or grant file: take the one that thiduad request or thidua grant "
                          "wrote"),
                       NULL);
    if (size > VERSION_AT && bytes[VERSION_AT] != BUNDLE_VERSION)
        return err_say(e, ERR_UNSUPPORTED,
                       N_("the file was written by a newer version of thidua: update this machine first"), NULL);
    if (size > BUNDLE_BYTES_MAX)
        return err_say(e, ERR_LIMIT, N_("the file is larger than a request or grant can be"), NULL);
    return size > BUNDLE_HEAD_BYTES + TAG_BYTES ? OK : say_damaged(e);
}

/* Whose it is: this machine's, or everybody's. */
static enum err
find_key(const struct dh_key *own, const uint8_t *head, struct hash *ret_key, bool *ret_open, struct error *e)
{
    const uint8_t *ephemeral = head + EPHEMERAL_AT;
    uint8_t mark[BUNDLE_MARK_BYTES];
    struct dh_key everybody;

    open_key(&everybody);
    for (int i = 0; i < 2; i++) {
        const struct dh_key *key = i == 0 ? own : &everybody;

        if (agree(key->secret, ephemeral, ephemeral, key->public_key, ret_key, mark) == OK &&
            sign_same_secret(mark, head + MARK_AT, sizeof mark)) {
            *ret_open = i == 1;
            return OK;
        }
    }
    return err_say(e, ERR_AUTH,
                   N_("the file is sealed to another machine, or its beginning was altered: bring it to the "
                      "machine that it was written for"),
                   NULL);
}

static enum err
open_segments(const struct hash *key, const uint8_t *bytes, size_t size, uint8_t *ret)
{
    uint8_t nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES];
    const uint8_t *at = bytes + BUNDLE_HEAD_BYTES;
    size_t left = size - BUNDLE_HEAD_BYTES;

    for (uint64_t number = 0; left > 0; number++) {
        size_t part = left < SEALED_BYTES ? left : SEALED_BYTES;

        if (part <= TAG_BYTES)
            return ERR_FORMAT;
        segment_nonce(number, part == left, nonce);
        if (crypto_aead_chacha20poly1305_ietf_decrypt(ret, NULL, NULL, at, part, bytes, BUNDLE_HEAD_BYTES, nonce,
                                                      key->bytes) != 0)
            return ERR_FORMAT;
        at += part;
        left -= part;
        ret += part - TAG_BYTES;
    }
    return OK;
}

enum err
bundle_unseal(const struct dh_key *own, const void *bytes, size_t size, struct buf *ret_plain, bool *ret_open,
              struct error *e)
{
    size_t before = ret_plain->size, segments, plain_size;
    struct hash key;
    bool is_open = false;
    uint8_t *at;
    enum err err = check_head(bytes, size, e);

    if (err == OK)
        err = find_key(own, bytes, &key, &is_open, e);
    if (err != OK)
        return err;
    segments = (size - BUNDLE_HEAD_BYTES + SEALED_BYTES - 1) / SEALED_BYTES;
    if (size - BUNDLE_HEAD_BYTES <= segments * TAG_BYTES) {
        err = say_damaged(e);
        goto out;
    }
    plain_size = size - BUNDLE_HEAD_BYTES - segments * TAG_BYTES;
    at = buf_extend(ret_plain, plain_size);
    if (at == NULL) {
        err = err_set(e, ret_plain->err, "bundle: no memory");
        goto out;
    }
    if (open_segments(&key, bytes, size, at) != OK) {
        sign_wipe(at, plain_size);
        ret_plain->size = before;
        err = say_damaged(e);
        goto out;
    }
    *ret_open = is_open;
out:
    sign_wipe(&key, sizeof key);
    return err;
}
