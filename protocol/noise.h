/* Noise handshakes IK and XX and their transport: 25519, ChaChaPoly, BLAKE2b. No I/O: messages in,
 * messages out; the ephemeral key comes in as a seed.
 *
 *     init --> [write | read]* --> done --> noise_split() --> struct noise_transport
 *                    | a peer's bytes do not fit
 *                    v
 *                  failed: only noise_release() is left
 *
 * A hub keeps one noise_transport (80 bytes) per idle connection; the handshake is gone by then.
 * Source: the Noise Protocol Framework, revision 34; doc/transport.md, "Handshake". */
#ifndef PROTOCOL_NOISE_H
#define PROTOCOL_NOISE_H

#include <stddef.h>
#include <stdint.h>

#include "protocol/sign.h"
#include "protocol/util/buf.h"
#include "protocol/util/err.h"

enum {
    NOISE_MESSAGE_BYTES_MAX = 65535, /* the framework's limit, for handshake and transport */
    NOISE_TAG_BYTES = 16,            /* each encrypted part is so much longer than its plain text */
    NOISE_PLAIN_BYTES_MAX = NOISE_MESSAGE_BYTES_MAX - NOISE_TAG_BYTES,
    NOISE_HASH_BYTES = 64,
    NOISE_KEY_BYTES = 32,
    NOISE_PSK_BYTES = 32,
};

enum noise_pattern {
    NOISE_IK, /* the initiator knows the responder's key: one round trip, early data encrypted */
    NOISE_XX, /* neither knows the other's: a message more; the first payload is in clear */
};

enum noise_role { NOISE_INITIATOR, NOISE_RESPONDER };

/* Where a pre-shared key is mixed in: before message 1, or at the end of message 1 to 3. */
enum noise_psk { NOISE_PSK_NONE, NOISE_PSK0, NOISE_PSK1, NOISE_PSK2, NOISE_PSK3 };

enum noise_state {
    NOISE_WRITE,  /* noise_write() is next */
    NOISE_READ,   /* noise_read() is next */
    NOISE_DONE,   /* noise_split() is next */
    NOISE_FAILED, /* the peer's message was refused; start anew or close */
    NOISE_ENDED,  /* split or released */
};

/* What a handshake starts from; everything is borrowed for the call and copied. */
struct noise_options {
    enum noise_pattern pattern;
    enum noise_role role;
    const void *prologue; /* bytes that both sides must agree on */
    size_t prologue_size;
    const struct dh_key *own_static;
    const uint8_t *remote_static;  /* NOISE_KEY_BYTES; for the initiator of IK, else NULL */
    const uint8_t *ephemeral_seed; /* DH_BYTES random bytes, never used for another handshake */
    enum noise_psk psk_place;
    const uint8_t *psk; /* NOISE_PSK_BYTES, or NULL with NOISE_PSK_NONE */
};

/* One direction's key and the number of its next message. */
struct noise_cipher {
    uint8_t key[NOISE_KEY_BYTES];
    uint64_t nonce;
};

/* Both directions after the handshake. Plain memory: move it by assignment, end it with
 * noise_transport_wipe(). */
struct noise_transport {
    struct noise_cipher sending;
    struct noise_cipher receiving;
};

/* A handshake under way; in place, no heap memory. Its fields are noise.c's. */
struct noise {
    enum noise_state state;
    enum noise_pattern pattern;
    enum noise_role role;
    enum noise_psk psk_place;
    unsigned message; /* number of the next message, from 0 */
    int has_key;      /* the cipher has a key: payloads are encrypted */
    int knows_remote; /* remote_static is known (and, once read, proven by what follows it) */
    struct noise_cipher cipher;
    uint8_t chaining_key[NOISE_HASH_BYTES];
    uint8_t hash[NOISE_HASH_BYTES];
    struct dh_key own_static;
    struct dh_key own_ephemeral;
    uint8_t remote_static[NOISE_KEY_BYTES];
    uint8_t remote_ephemeral[NOISE_KEY_BYTES];
    uint8_t psk[NOISE_PSK_BYTES];
};

/* Start a handshake. A missing key in the options is our own error and asserted. End it with
 * noise_release(). */
void noise_init(struct noise *n, const struct noise_options *options);

/* Forget the handshake and its secrets. A zeroed or ended handshake is allowed. */
void noise_release(struct noise *n);

/* What may be called next. */
enum noise_state noise_state(const struct noise *n);

/* Bytes that the next message adds to its payload; in state NOISE_WRITE or NOISE_READ. */
size_t noise_overhead_bytes(const struct noise *n);

/* Write the next handshake message; only in state NOISE_WRITE.
 *   payload   borrowed; 0..NOISE_MESSAGE_BYTES_MAX - noise_overhead_bytes(); in XX the first
 *             payload is readable by everybody, in IK it may be replayed by anybody
 *   out       the message is appended
 *   Returns   OK; ERR_LIMIT payload too long or `out` full, ERR_NOMEM: nothing has changed;
 *             ERR_AUTH the remote key is not a usable one (all-zero shared secret): failed */
enum err noise_write(struct noise *n, const void *payload, size_t size, struct buf *out,
                     struct error *e);

/* Read the next handshake message; only in state NOISE_READ.
 *   message      borrowed; one whole message
 *   ret_payload  the payload is appended; untouched on an error
 *   Returns      OK; ERR_FORMAT too short, ERR_LIMIT too long, ERR_AUTH not from the expected peer,
 *                changed on its way, or an all-zero shared secret: failed;
 *                ERR_LIMIT or ERR_NOMEM of `ret_payload`: failed as well */
enum err noise_read(struct noise *n, const void *message, size_t size, struct buf *ret_payload,
                    struct error *e);

/* The peer's static key (NOISE_KEY_BYTES), or NULL while it is not known. The view lives as long as
 * the handshake. It is proven only in state NOISE_DONE, or at the responder of IK after message
 * 1. */
const uint8_t *noise_remote_static(const struct noise *n);

/* The hash of the whole handshake (NOISE_HASH_BYTES), the same on both sides; in state
 * NOISE_DONE. */
const uint8_t *noise_handshake_hash(const struct noise *n);

/* Turn a finished handshake into its transport; only in state NOISE_DONE. The handshake ends and
 * its secrets are wiped; read the remote key and the hash before. */
void noise_split(struct noise *n, struct noise_transport *ret_transport);

/* Encrypt one transport message.
 *   ad        associated data, authenticated and not sent; NULL when ad_size is 0
 *   plain     0..NOISE_PLAIN_BYTES_MAX bytes
 *   out       size + NOISE_TAG_BYTES are appended
 *   Returns   OK; ERR_LIMIT too long, `out` full, or no nonce left (open a new session);
 *             ERR_NOMEM */
enum err noise_seal(struct noise_transport *t, const void *ad, size_t ad_size, const void *plain,
                    size_t size, struct buf *out);

/* Decrypt one transport message.
 *   message     NOISE_TAG_BYTES..NOISE_MESSAGE_BYTES_MAX bytes
 *   ret_plain   the plain text is appended; untouched on an error
 *   Returns     OK; ERR_FORMAT too short; ERR_LIMIT too long, `ret_plain` full, or no nonce left;
 *               ERR_AUTH changed, repeated or out of order: close; ERR_NOMEM */
enum err noise_open(struct noise_transport *t, const void *ad, size_t ad_size, const void *message,
                    size_t size, struct buf *ret_plain);

/* Overwrite the keys. */
void noise_transport_wipe(struct noise_transport *t);

#endif
