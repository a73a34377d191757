/* Trust: which rights there are in a space, what cut them off and what ended them. A function of the trust
 * operations of all merged entries, whatever their order of arrival; computed anew when one of them comes.
 * Source: doc/protocol.md, "Trust". */
#ifndef DAEMON_ENGINE_TRUST_H
#define DAEMON_ENGINE_TRUST_H

#include "daemon/engine/merge.h"
#include "daemon/store/rights.h"

enum {
    TRUST_DEPTH_MAX = 32,      /* parents that a grant may have above it */
    TRUST_CUTOFFS_MAX = 128,   /* logs that one revocation names: 4,096 bytes hold no more */
};

/* One log of a revocation's cut-offs. */
struct trust_cutoff {
    uint64_t epoch;
    uint64_t seq;                  /* 1.. ; the last entry that still counts */
    uint8_t hash[SEEN_HASH_BYTES]; /* of the chain there */
};

/* Bytes of cut-offs, and back.
 *   list     ascending epochs; at most TRUST_CUTOFFS_MAX
 *   Returns  ERR_FORMAT not canonical */
enum err trust_cutoffs_encode(struct buf *b, const struct trust_cutoff *list, size_t count);
enum err trust_cutoffs_decode(const uint8_t *bytes, size_t size, struct trust_cutoff *ret_list,
                              size_t *ret_count);

/* The local log that a cut-off names.
 *   Returns  ERR_NOT_FOUND it is not here, or has another hash */
enum err trust_cutoff_find(struct store *s, const uint8_t space[SPACE_BYTES], const uint8_t device[DEVICE_BYTES],
                           const struct trust_cutoff *cutoff, int64_t *ret_log, struct error *e);

bool trust_is_type(unsigned type);   /* grant, adoption, revocation */
bool trust_is_role(int64_t role);

/* Note the trust operations of a merged entry whose form is allowed.
 *   ret_any     it has some: trust_settle() is due, and trust_entry_counts() tells whether it counts
 *   ret_reason  a revocation whose cut-offs are malformed, or name what it had not seen; else untouched */
enum err trust_note(struct store *s, const struct merge_entry *entry, struct arena *a, bool *ret_any,
                    const char **ret_reason, struct error *e);

/* Compute the rights of a space from its trust operations.
 *   fresh        the entry that was noted last; log 0: none is new
 *   ret_changed  more changed than that rights were added: what was merged before has to be judged anew */
enum err trust_settle(struct store *s, const struct space_row *space, struct stamp fresh, bool *ret_changed,
                      struct error *e);

/* Whether a right covers an entry whose past is merged. */
enum err trust_covers(struct store *s, const struct right_row *right, int64_t log, uint64_t seq,
                      bool *ret_covers, struct error *e);

/* The rights of a device that are in force. The founder has his, also before anything was settled. */
enum err trust_rights_of(struct store *s, const struct space_row *space, const uint8_t device[DEVICE_BYTES],
                         struct arena *a, struct right_row **ret_rights, size_t *ret_count, struct error *e);

/* A right that may cover new entries: in force, not revoked, not ended. */
bool trust_is_open(const struct right_row *right);

/* Whether the device had rights and none is open any more: its logs are closed. */
enum err trust_is_closed(struct store *s, const struct space_row *space, const uint8_t device[DEVICE_BYTES],
                         bool *ret_closed, struct error *e);

#endif
