/* Logs, their hash chains, and runs: the unit of verification.
 *
 *   space id = H("thidua/1 space", genesis)
 *   hash(0)  = H("thidua/1 log", space, device, epoch)
 *   hash(n)  = H("thidua/1 entry", hash(n-1), header, H("thidua/1 body", body))
 *   signature over "thidua/1 run": space, device, epoch, n, hash(n)
 *
 * An entry is stored and sent as an item: header, varint(body size << 1 | erased), then the body, or its
 * 32-byte hash when it was erased. Source: doc/protocol.md, "Logs and runs". */
#ifndef PROTOCOL_CHAIN_H
#define PROTOCOL_CHAIN_H

#include "protocol/change.h"
#include "protocol/hash.h"
#include "protocol/sign.h"

enum { SIGNATURE_BYTES = 64 };

/* A log's full name. */
struct log_id {
    uint8_t space[SPACE_BYTES];
    uint8_t device[DEVICE_BYTES];
    uint64_t epoch;
};

/* The kinds of space; the numbers stand in a genesis. */
enum space_kind { SPACE_INNER = 1, SPACE_OUTER = 2, SPACE_EVENT = 3 };

/* A space's founding document: 1 version byte, 1 kind byte, founder, unit, nonce. Inner and outer space of
 * one unit have the same founder and unit; an event has the organiser's unit. */
enum { UNIT_ROOT_BYTES = 16, GENESIS_BYTES = 2 + DEVICE_BYTES + 2 * UNIT_ROOT_BYTES };

struct genesis {
    enum space_kind kind;
    uint8_t founder[DEVICE_BYTES];
    uint8_t unit[UNIT_ROOT_BYTES];  /* random, once for each unit */
    uint8_t nonce[UNIT_ROOT_BYTES]; /* random, once for each space */
};

/* Genesis to bytes, back (ERR_FORMAT), and its space id. */
void genesis_encode(const struct genesis *g, uint8_t ret_bytes[GENESIS_BYTES]);
enum err genesis_decode(const uint8_t *bytes, size_t size, struct genesis *ret_genesis, struct error *e);
void genesis_space(const uint8_t bytes[GENESIS_BYTES], uint8_t ret_space[SPACE_BYTES]);

/* hash(0) of a log. */
void chain_start(const struct log_id *id, struct hash *ret_hash);

/* hash(n) from hash(n-1), the header's bytes and the hash of the body. */
void chain_next(const struct hash *previous, const uint8_t *header, size_t header_size,
                const struct hash *body_hash, struct hash *ret_hash);

/* Sign the chain of a log up to entry `seq`; ERR_NOMEM. */
enum err chain_sign(const struct sign_key *key, const struct log_id *id, uint64_t seq,
                    const struct hash *head, uint8_t ret_signature[SIGNATURE_BYTES]);

/* Check such a signature against the log's device; ERR_AUTH when it does not hold. */
enum err chain_check(const struct log_id *id, uint64_t seq, const struct hash *head,
                     const uint8_t signature[SIGNATURE_BYTES]);

/* Append one item. `body` NULL means erased: body_hash stands for it. */
void item_encode(struct buf *b, const uint8_t *header, size_t header_size, const uint8_t *body,
                 size_t body_size, const struct hash *body_hash);

/* One entry of a verified run; views into the run's own bytes. */
struct verified_entry {
    uint64_t seq;
    const uint8_t *item;     /* as stored and forwarded */
    size_t item_size;
    size_t header_size;
    const uint8_t *body;     /* NULL: erased */
    size_t body_size;
    struct hash hash;        /* of the chain here */
    struct change_header header;
};

/* A run as it arrives: anything may be wrong with it. Borrows `items`. */
struct run {
    struct log_id id;
    uint64_t first_seq;      /* 1.. */
    uint64_t last_seq;
    const uint8_t *items;    /* borrowed; at most RUN_BYTES_MAX */
    size_t items_size;
    uint8_t signature[SIGNATURE_BYTES];
};

/* A run that was checked; only run_verify() and run_of_own() make one. */
struct verified_run;

/* Check a run against the chain that the receiver holds.
 *   previous  hash(first_seq - 1) as the receiver has it
 *   Returns   ERR_FORMAT not canonical; ERR_AUTH hash or signature do not hold (also: `previous` is on
 *             another branch); ERR_LIMIT; ERR_NOMEM. Free with verified_run_free(). */
enum err run_verify(const struct run *run, const struct hash *previous, struct verified_run **ret_run,
                    struct error *e);

/* Make the run of entries that this device itself has just encoded: chains and signs them.
 *   key    NULL: leave the signature zero, to be made when the group of changes is committed
 *   items  one or more items (unsigned), first_seq.. */
enum err run_of_own(const struct sign_key *key, const struct log_id *id, uint64_t first_seq,
                    const struct hash *previous, const uint8_t *items, size_t items_size,
                    struct verified_run **ret_run, struct error *e);

/* What a verified run holds. */
const struct log_id *verified_run_id(const struct verified_run *run);
size_t verified_run_count(const struct verified_run *run);
const struct verified_entry *verified_run_entry(const struct verified_run *run, size_t index);
const uint8_t *verified_run_signature(const struct verified_run *run);
void verified_run_free(struct verified_run *run);

/* Split one stored item into header and body, without its chain (for reading the own store).
 *   a            receives the header's lists
 *   item_split   reads the first of several items; item_size tells where the next begins
 *   Returns      ERR_FORMAT when it is not an item */
enum err item_split(const uint8_t *items, size_t size, struct arena *a, struct verified_entry *ret_entry,
                    struct error *e);
enum err item_decode(const uint8_t *item, size_t size, struct arena *a, struct verified_entry *ret_entry,
                     struct error *e);

#endif
