/* The one hash: BLAKE2b with 32 bytes of output, always under a domain string.
 *     H(domain, part, ...) = BLAKE2b-256(u8 length of domain || domain || part || ...)
 * Parts are run together: a caller gives parts of fixed size, or puts their lengths before them.
 * Source: doc/transport.md, "Hash". */
#ifndef PROTOCOL_HASH_H
#define PROTOCOL_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/domains.h"

enum {
    HASH_BYTES = 32,
    HASHER_STATE_BYTES = 384, /* libsodium's state, checked in hash.c */
    HASHER_STATE_ALIGN = 64,
};

struct hash {
    uint8_t bytes[HASH_BYTES];
};

/* A hash under way; lives on the stack or in static memory (a heap block may not be aligned
 * enough). */
struct hasher {
    _Alignas(HASHER_STATE_ALIGN) uint8_t state[HASHER_STATE_BYTES];
};

/* Start a hash.
 *   domain  one of DOMAIN_LIST, 1..DOMAIN_BYTES_MAX bytes */
void hash_begin(struct hasher *h, const char *domain);

/* Add a part.
 *   bytes  borrowed; NULL is allowed when size is 0 */
void hash_add(struct hasher *h, const void *bytes, size_t size);

/* Add a number: 8 bytes, little-endian. */
void hash_add_uint(struct hasher *h, uint64_t value);

/* Add the 32 bytes of another hash. */
void hash_add_hash(struct hasher *h, const struct hash *part);

/* Finish; the hasher needs hash_begin() before it is used again. */
void hash_end(struct hasher *h, struct hash *ret);

/* H(domain, bytes) in one call. */
void hash_once(const char *domain, const void *bytes, size_t size, struct hash *ret);

/* True when both are the same. For ids and chains, which are no secrets; for secrets see
 * sign_same_secret(). */
bool hash_equal(const struct hash *a, const struct hash *b);

/* Order by bytes, as memcmp: negative, 0 or positive. */
int hash_compare(const struct hash *a, const struct hash *b);

#endif
