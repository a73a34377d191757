/* Version vectors: which entries of which logs two peers both hold. The vector of their last exchange is
 * the base: both store it under its digest, so that the next session names it in 8 bytes and its logs by
 * their places.
 * Source: doc/protocol.md, "Vectors". */
#ifndef PROTOCOL_VECTOR_H
#define PROTOCOL_VECTOR_H

#include "protocol/chain.h"

enum {
    STORE_ID_BYTES = 16,
    DICTIONARY_ID_BYTES = 8,
    VECTOR_DIGEST_BYTES = 8,
    /* logs in one vector: a province with a few logs for each of its 3,321 communes */
    VECTOR_LOGS_MAX = 65536,
    /* a stored base: 112 bytes for each log at most */
    BASE_BYTES_MAX = 8 * 1024 * 1024,
};

/* What one side brings into a session besides its logs. When it changes, no base of before holds. */
struct vector_party {
    uint8_t store[STORE_ID_BYTES];           /* random, once for each store */
    uint8_t dictionary[DICTIONARY_ID_BYTES]; /* of the shipped dictionary */
    uint32_t history_bytes;                  /* HISTORY_BYTES_MIN..HISTORY_BYTES_MAX, whole KiB */
};

/* One log up to an entry. */
struct vector_entry {
    struct log_id id;
    uint64_t seq;       /* 1.. */
    struct hash hash;   /* of the chain there */
    uint64_t beyond;    /* entries past `seq` that the peer is known to hold; not in the digest */
};

/* Sorted by space, device, epoch once vector_sort() has returned. */
struct vector {
    struct vector_entry *entries; /* owned */
    size_t count;
    size_t capacity;
};

/* A base: the vector and the parties that it holds for. */
struct base {
    struct vector_party own;
    struct vector_party peer;
    struct vector vector;
};

/* Prepare an empty vector; free it. A zeroed one is allowed. */
void vector_init(struct vector *v);
void vector_release(struct vector *v);

/* Append an entry, in any order.
 *   Returns  ERR_LIMIT past VECTOR_LOGS_MAX; ERR_NOMEM */
enum err vector_add(struct vector *v, const struct vector_entry *entry);

/* Bring the entries in order.
 *   Returns  ERR_FORMAT when a log stands twice */
enum err vector_sort(struct vector *v);

/* Order of logs: by space, device, epoch; as memcmp. */
int vector_compare_log(const struct log_id *a, const struct log_id *b);

/* True when two sides' parameters are the same. */
bool vector_party_same(const struct vector_party *a, const struct vector_party *b);

/* The name of a base: the first bytes of H("thidua/1 vector", party, party, entries). The party with the
 * smaller store id comes first, so both sides find the same. */
void base_digest(const struct base *base, uint8_t ret_digest[VECTOR_DIGEST_BYTES]);

/* A base to bytes for the store, and back; this form never leaves the machine.
 *   Returns  ERR_FORMAT damaged, or of another version; ERR_LIMIT, ERR_NOMEM */
enum err base_encode(const struct base *base, struct buf *out);
enum err base_decode(const uint8_t *bytes, size_t size, struct base *ret_base, struct error *e);

/* Free what a base holds. A zeroed one is allowed. */
void base_release(struct base *base);

#endif
