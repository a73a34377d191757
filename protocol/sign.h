/* Keys: Ed25519 signatures under domain strings, X25519 key pairs for Noise, and the certificate
 * that binds a device's Noise key to its signing key. Randomness comes in as seeds.
 * Source: doc/transport.md, "Keys and signatures". */
#ifndef PROTOCOL_SIGN_H
#define PROTOCOL_SIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/domains.h"
#include "protocol/util/buf.h"
#include "protocol/util/err.h"
#include "protocol/wire.h"

enum {
    SIGN_SEED_BYTES = 32,
    SIGN_PUBLIC_BYTES = 32,
    SIGN_SECRET_BYTES = 64,
    SIGN_BYTES = 64,                   /* one signature */
    SIGN_MESSAGE_BYTES_MAX = 64 << 10, /* a bundle's header is the longest thing signed */
    DH_BYTES = 32,                     /* an X25519 seed, secret, public key or shared secret */
    DEVICE_CERT_VERSION = 1,
    DEVICE_CERT_BYTES_MAX = 1 + SIGN_PUBLIC_BYTES + DH_BYTES + 10 + SIGN_BYTES,
};

/* A signing key pair. Wipe with sign_wipe(). */
struct sign_key {
    uint8_t public_key[SIGN_PUBLIC_BYTES];
    uint8_t secret[SIGN_SECRET_BYTES];
};

/* An X25519 key pair. Wipe with sign_wipe(). */
struct dh_key {
    uint8_t public_key[DH_BYTES];
    uint8_t secret[DH_BYTES];
};

/* "This Noise key is mine": the device signs its Noise key. A higher serial replaces a lower
 * one. */
struct device_cert {
    uint8_t device[SIGN_PUBLIC_BYTES];
    uint8_t noise[DH_BYTES];
    uint64_t serial;
    uint8_t signature[SIGN_BYTES];
};

/* Make the library ready; call once, before any other function of protocol/ and before threads
 * start. A second call does nothing.
 *   Returns  OK; ERR_UNSUPPORTED when libsodium cannot run on this machine */
enum err protocol_init(struct error *e);

/* Make the signing key pair of a seed of SIGN_SEED_BYTES random bytes; the same seed, the same
 * key. */
void sign_key_init(struct sign_key *ret_key, const uint8_t *seed);

/* Make the X25519 key pair of a seed of DH_BYTES random bytes; the seed is the secret scalar. */
void dh_key_init(struct dh_key *ret_key, const uint8_t *seed);

/* Sign a message.
 *   domain         one of DOMAIN_LIST; what is signed is u8 length of domain || domain || message
 *   size           0..SIGN_MESSAGE_BYTES_MAX
 *   ret_signature  receives SIGN_BYTES
 *   Returns        OK; ERR_LIMIT message too long; ERR_NOMEM */
enum err sign_make(const struct sign_key *key, const char *domain, const void *message, size_t size,
                   uint8_t *ret_signature);

/* Check a signature of sign_make().
 *   public_key  SIGN_PUBLIC_BYTES
 *   signature   SIGN_BYTES
 *   Returns     OK; ERR_AUTH when it is not this key's signature over these bytes in this domain;
 *               ERR_LIMIT, ERR_NOMEM */
enum err sign_verify(const uint8_t *public_key, const char *domain, const void *message,
                     size_t size, const uint8_t *signature);

/* Make the certificate of a Noise key.
 *   noise_public  DH_BYTES
 *   serial        higher than that of every earlier certificate of this device */
enum err sign_cert_make(const struct sign_key *key, const uint8_t *noise_public, uint64_t serial,
                        struct device_cert *ret_cert);

/* Append a certificate:
 *     varint version = 1 | device 32 | noise 32 | varint serial | signature 64
 * The signature covers what stands before it. */
void sign_cert_put(struct buf *out, const struct device_cert *cert);

/* Read one certificate; the cursor stands behind it. The signature is not checked.
 *   Returns  OK; ERR_FORMAT; ERR_UNSUPPORTED another version (the cursor has failed too) */
enum err sign_cert_read(struct wire *w, struct device_cert *ret_cert);

/* Check the device's signature in a certificate.
 *   Returns  OK; ERR_AUTH; ERR_NOMEM */
enum err sign_cert_verify(const struct device_cert *cert);

/* True when two secrets are the same, in a time that does not tell where they differ. */
bool sign_same_secret(const void *a, const void *b, size_t size);

/* Overwrite secrets in a way that the compiler does not remove. */
void sign_wipe(void *secret, size_t size);

#endif
