/* Keys and signatures over libsodium. A signed message is framed by its domain, in one piece of
 * memory, since Ed25519 reads it twice. */
#include "config.h"

#include "protocol/sign.h"

#include <assert.h>
#include <string.h>

#include <sodium.h>

#include "protocol/util/mem.h"

_Static_assert(SIGN_SEED_BYTES == crypto_sign_SEEDBYTES, "Ed25519 seed");
_Static_assert(SIGN_PUBLIC_BYTES == crypto_sign_PUBLICKEYBYTES, "Ed25519 public key");
_Static_assert(SIGN_SECRET_BYTES == crypto_sign_SECRETKEYBYTES, "Ed25519 secret key");
_Static_assert(SIGN_BYTES == crypto_sign_BYTES, "Ed25519 signature");
_Static_assert(DH_BYTES == crypto_scalarmult_BYTES, "X25519");

enum { FRAMED_BYTES_SMALL = 512 }; /* a run's signed bytes and a certificate fit on the stack */

/* Domain and message in one piece: on the stack while small, else on the heap. */
struct framed {
    uint8_t small[FRAMED_BYTES_SMALL];
    uint8_t *large; /* owned, or NULL */
    const uint8_t *bytes;
    size_t size;
};

enum err
protocol_init(struct error *e)
{
    if (sodium_init() < 0)
        return err_set(e, ERR_UNSUPPORTED, "libsodium cannot be initialised");
    return OK;
}

void
sign_key_init(struct sign_key *ret_key, const uint8_t *seed)
{
    crypto_sign_seed_keypair(ret_key->public_key, ret_key->secret, seed);
}

void
dh_key_init(struct dh_key *ret_key, const uint8_t *seed)
{
    memcpy(ret_key->secret, seed, DH_BYTES);
    crypto_scalarmult_base(ret_key->public_key, ret_key->secret);
}

static enum err
framed_init(struct framed *f, const char *domain, const void *message, size_t size)
{
    size_t domain_size = strlen(domain);
    uint8_t *at = f->small;

    assert(domain_size >= 1 && domain_size <= DOMAIN_BYTES_MAX);
    f->large = NULL;
    if (size > SIGN_MESSAGE_BYTES_MAX)
        return ERR_LIMIT;
    f->size = 1 + domain_size + size;
    if (f->size > sizeof f->small) {
        f->large = mem_alloc(f->size);
        if (f->large == NULL)
            return ERR_NOMEM;
        at = f->large;
    }
    f->bytes = at;
    *at++ = (uint8_t) domain_size;
    memcpy(at, domain, domain_size);
    if (size > 0)
        memcpy(at + domain_size, message, size);
    return OK;
}

static void
framed_release(struct framed *f)
{
    mem_free(f->large);
}

enum err
sign_make(const struct sign_key *key, const char *domain, const void *message, size_t size,
          uint8_t *ret_signature)
{
    struct framed f;
    enum err err = framed_init(&f, domain, message, size);

    if (err == OK)
        crypto_sign_detached(ret_signature, NULL, f.bytes, f.size, key->secret);
    framed_release(&f);
    return err;
}

enum err
sign_verify(const uint8_t *public_key, const char *domain, const void *message, size_t size,
            const uint8_t *signature)
{
    struct framed f;
    enum err err = framed_init(&f, domain, message, size);

    if (err == OK && crypto_sign_verify_detached(signature, f.bytes, f.size, public_key) != 0)
        err = ERR_AUTH;
    framed_release(&f);
    return err;
}

/* The part of a certificate that is signed. */
static void
cert_put_signed(struct buf *out, const struct device_cert *cert)
{
    wire_put_uint(out, DEVICE_CERT_VERSION);
    buf_append(out, cert->device, SIGN_PUBLIC_BYTES);
    buf_append(out, cert->noise, DH_BYTES);
    wire_put_uint(out, cert->serial);
}

enum err
sign_cert_make(const struct sign_key *key, const uint8_t *noise_public, uint64_t serial,
               struct device_cert *ret_cert)
{
    struct device_cert cert = {.serial = serial};
    struct buf b;
    enum err err;

    memcpy(cert.device, key->public_key, SIGN_PUBLIC_BYTES);
    memcpy(cert.noise, noise_public, DH_BYTES);
    buf_init(&b, DEVICE_CERT_BYTES_MAX);
    cert_put_signed(&b, &cert);
    err = b.err;
    if (err == OK)
        err = sign_make(key, DOMAIN_NOISE_KEY, b.bytes, b.size, cert.signature);
    if (err == OK)
        *ret_cert = cert;
    buf_release(&b);
    return err;
}

void
sign_cert_put(struct buf *out, const struct device_cert *cert)
{
    cert_put_signed(out, cert);
    buf_append(out, cert->signature, SIGN_BYTES);
}

enum err
sign_cert_read(struct wire *w, struct device_cert *ret_cert)
{
    struct device_cert cert;
    uint64_t version = wire_uint(w);

    if (w->err == OK && version != DEVICE_CERT_VERSION) {
        wire_fail(w);
        return ERR_UNSUPPORTED;
    }
    wire_copy(w, cert.device, SIGN_PUBLIC_BYTES);
    wire_copy(w, cert.noise, DH_BYTES);
    cert.serial = wire_uint(w);
    wire_copy(w, cert.signature, SIGN_BYTES);
    if (w->err == OK)
        *ret_cert = cert;
    return w->err;
}

enum err
sign_cert_verify(const struct device_cert *cert)
{
    struct buf b;
    enum err err;

    buf_init(&b, DEVICE_CERT_BYTES_MAX);
    cert_put_signed(&b, cert);
    err = b.err;
    if (err == OK)
        err = sign_verify(cert->device, DOMAIN_NOISE_KEY, b.bytes, b.size, cert->signature);
    buf_release(&b);
    return err;
}

bool
sign_same_secret(const void *a, const void *b, size_t size)
{
    return sodium_memcmp(a, b, size) == 0;
}

void
sign_wipe(void *secret, size_t size)
{
    sodium_memzero(secret, size);
}
