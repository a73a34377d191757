/* Bundles: what one machine writes into a file for another, where no network reaches.
 *
 *     bundle = "thidua-b" | u8 version 1 | ephemeral X25519 key 32 | mark 16 | segment...
 *     plain  = varint size, header | signature of the header 64 | log and run sections | u8 0
 *
 * Sealed to the recipient's Noise key and signed by the sender's device key: who finds the file learns
 * its size. One whose recipient is not known yet is sealed to a key that everybody has (an open bundle).
 * Whatever goes wrong with a file is said to the person who carries it.
 * Source: doc/bundle.md. */
#ifndef PROTOCOL_BUNDLE_H
#define PROTOCOL_BUNDLE_H

#include "protocol/chain.h"
#include "protocol/vector.h"

enum {
    /* a whole file; it is held in memory, and as base64 it fits a body of the local API */
    BUNDLE_BYTES_MAX = 32 * 1024 * 1024,
    /* all runs together once decompressed: bounds the time that a file can take */
    BUNDLE_RAW_BYTES_MAX = 512 * 1024 * 1024,
    /* what only one kind of bundle holds, in its header */
    BUNDLE_BODY_BYTES_MAX = 4096,
    BUNDLE_HEADER_BYTES_MAX = 8192,
    BUNDLE_MARK_BYTES = 16,
    BUNDLE_HEAD_BYTES = 8 + 1 + DH_BYTES + BUNDLE_MARK_BYTES,
    /* plain bytes of every segment but the last, which has 1 to so many */
    BUNDLE_SEGMENT_BYTES = 65519,
    BUNDLE_RUN_ENTRIES_MAX = 65536,
};

/* What a bundle is; the numbers are on the wire. */
enum bundle_kind { BUNDLE_REQUEST = 1, BUNDLE_GRANT = 2 };

/* --- the seal: bundle_seal.c ------------------------------------------------------------------ */

/* Seal a plain text.
 *   recipient  DH_BYTES; a Noise key
 *   seed       DH_BYTES random bytes, never used again
 *   plain      1.. bytes
 *   out        the bundle is appended
 *   Returns    ERR_LIMIT longer than BUNDLE_BYTES_MAX (said to the person); ERR_AUTH the key is no usable
 *              one; ERR_NOMEM */
enum err bundle_seal(const uint8_t *recipient, const uint8_t *seed, const void *plain, size_t size,
                     struct buf *out, struct error *e);

/* Open a bundle, sealed to this machine or open.
 *   own        the Noise key pair of this machine
 *   ret_plain  the plain text is appended; untouched on an error
 *   ret_open   true: it was sealed to the key that everybody has
 *   Returns    ERR_FORMAT no bundle, cut off or altered; ERR_UNSUPPORTED of a newer version; ERR_AUTH for
 *              another machine; ERR_LIMIT too long; ERR_NOMEM */
enum err bundle_unseal(const struct dh_key *own, const void *bytes, size_t size, struct buf *ret_plain,
                       bool *ret_open, struct error *e);

/* The public key of open bundles, DH_BYTES. Everybody knows its secret. */
void bundle_open_key(uint8_t *ret_public);

/* --- what is in it: bundle.c ------------------------------------------------------------------ */

struct bundle_header {
    enum bundle_kind kind;
    struct device_cert cert;          /* the sender's */
    uint8_t store_id[STORE_ID_BYTES]; /* the sender's */
    uint8_t recipient[DEVICE_BYTES];  /* zero: not known to the sender */
    int64_t wall_s;                   /* when it was written, by the sender's clock */
    int64_t expires_s;                /* not to be used after; not before 1970 */
    const uint8_t *body;              /* borrowed; see bundle_enrol.h */
    size_t body_size;                 /* 0..BUNDLE_BODY_BYTES_MAX */
};

struct bundle_writer;

/* Begin a bundle; free with bundle_writer_free(). ERR_NOMEM. */
enum err bundle_writer_new(struct bundle_writer **ret_writer, struct error *e);
void bundle_writer_free(struct bundle_writer *w);

/* Add a run; those of one log follow each other.
 *   genesis  of the run's space
 *   Returns  ERR_LIMIT the bundle would become too long (said to the person); ERR_NOMEM */
enum err bundle_put_run(struct bundle_writer *w, const uint8_t genesis[GENESIS_BYTES], const struct run *run,
                        struct error *e);

/* How a bundle is closed. */
struct bundle_seal {
    const struct sign_key *key;  /* the sender's device key; that of header.cert */
    const uint8_t *recipient;    /* Noise key, or bundle_open_key() */
    const uint8_t *seed;         /* DH_BYTES random bytes */
};

/* Sign, seal and append the bundle to `out`. ERR_LIMIT, ERR_AUTH, ERR_NOMEM as bundle_seal(). */
enum err bundle_finish(struct bundle_writer *w, const struct bundle_header *header,
                       const struct bundle_seal *seal, struct buf *out, struct error *e);

struct bundle;

/* Open a bundle and check who signed it. Its runs are not verified: run_verify() does that.
 *   own      Noise key pair of this machine
 *   Returns  as bundle_unseal(); also ERR_AUTH when the sender's signature or certificate do not hold.
 *            Free with bundle_free(). */
enum err bundle_open(const void *bytes, size_t size, const struct dh_key *own, struct bundle **ret_bundle,
                     struct error *e);
void bundle_free(struct bundle *b);

/* The header; it lives as long as the bundle. */
const struct bundle_header *bundle_header(const struct bundle *b);

/* True when everybody could read it. */
bool bundle_is_open(const struct bundle *b);

/* ERR_AUTH, said to the person, when the bundle's end date is past, or this machine's clock is wrong.
 *   now_s  wall clock, seconds since 1970 */
enum err bundle_check_time(const struct bundle_header *header, int64_t now_s, struct error *e);

/* The next run.
 *   ret_run      its items live until the next call
 *   ret_genesis  of its space; lives as long as the bundle
 *   Returns      ERR_NOT_FOUND there is none left; ERR_FORMAT, ERR_LIMIT, ERR_UNSUPPORTED, ERR_NOMEM: the
 *                bundle gives no more */
enum err bundle_next_run(struct bundle *b, struct run *ret_run, const uint8_t **ret_genesis,
                         struct error *e);

#endif
