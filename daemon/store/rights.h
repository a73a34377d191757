/* Who may write in a space: trust operations as they were written, what follows from them (rights and cut-offs, see
 * daemon/engine/trust.h), and erasures. All of it is derived from the log. Source: doc/protocol.md, "Trust". */
#ifndef DAEMON_STORE_RIGHTS_H
#define DAEMON_STORE_RIGHTS_H

#include "daemon/store/log.h"

/* A trust operation: a grant, an adoption or a revocation of a merged entry, counted or not. */
struct trust_row {
    int64_t id;                      /* local record id of the operation */
    unsigned type;                   /* RECORD_GRANT, RECORD_ADOPTION, RECORD_REVOCATION */
    bool has_device;
    uint8_t device[DEVICE_BYTES];    /* who gets the right */
    int64_t role;                    /* of a grant */
    int64_t unit;                    /* of a grant: local record id, 0 = none */
    int64_t subject;                 /* parent, previous, or the right revoked; 0 = null */
    const uint8_t *cutoffs;          /* of a revocation; in the arena */
    size_t cutoffs_size;
    bool alone;                      /* it is its entry's only operation */
    bool counts;
};

/* A right that is in force. */
struct right_row {
    int64_t id;                      /* of the operation that gave it; minus the space's id: the founder's */
    uint8_t device[DEVICE_BYTES];
    unsigned role;
    int64_t unit;
    uint64_t revocations;            /* how many counting ones name it */
    int64_t ended;                   /* operation of the adoption that ended it, 0 = none */
    int64_t print;                   /* of its cut-offs, to tell whether they changed */
};

/* Trust operations of a space, by id. */
enum err trust_add(struct store *s, int64_t space, const struct trust_row *row, struct error *e);
enum err trust_list(struct store *s, int64_t space, struct arena *a, struct trust_row **ret_rows,
                    size_t *ret_count, struct error *e);
enum err trust_set_counts(struct store *s, int64_t id, bool counts, struct error *e);
/* Whether all trust operations of an entry count. */
enum err trust_entry_counts(struct store *s, int64_t log, uint64_t seq, bool *ret_counts, struct error *e);

/* Rights of a space, all or a device's, by id. right_drop_all() takes their cut-offs with them. */
enum err right_add(struct store *s, int64_t space, const struct right_row *row, struct error *e);
enum err right_list(struct store *s, int64_t space, struct arena *a, struct right_row **ret_rows,
                    size_t *ret_count, struct error *e);
enum err right_list_of(struct store *s, int64_t space, const uint8_t device[DEVICE_BYTES], struct arena *a,
                       struct right_row **ret_rows, size_t *ret_count, struct error *e);
enum err right_drop_all(struct store *s, int64_t space, struct error *e);

/* Cut-offs: a revocation of a right leaves a log up to an entry.
 *   cutoff_count  how many revocations leave entry `seq` of the log
 *   cutoff_last   the last entry that any leaves, 0 = none */
enum err cutoff_add(struct store *s, int64_t right, int64_t revocation, int64_t log, uint64_t seq,
                    struct error *e);
enum err cutoff_count(struct store *s, int64_t right, int64_t log, uint64_t seq, uint64_t *ret_count,
                      struct error *e);
enum err cutoff_last(struct store *s, int64_t log, uint64_t *ret_seq, struct error *e);

/* Erasures, and the operations that restate what an erased body introduced.
 *   erasure_add  id: its operation; log, seq: the entry that it names
 *   erasure_of   whether a counting one names the entry
 *   restated_by  operations (local record ids, ascending) that restate operation `id` */
enum err erasure_add(struct store *s, int64_t id, int64_t log, uint64_t seq, bool counts, struct error *e);
enum err erasure_of(struct store *s, int64_t log, uint64_t seq, bool *ret_erased, struct error *e);
enum err restated_add(struct store *s, int64_t id, int64_t by, struct error *e);
enum err restated_drop(struct store *s, int64_t by, struct error *e);
/* All operations that restate something of a log. */
enum err restated_list(struct store *s, int64_t log, struct arena *a, int64_t **ret_ops, size_t *ret_count,
                       struct error *e);
enum err restated_by(struct store *s, int64_t id, struct arena *a, int64_t **ret_ops, size_t *ret_count,
                     struct error *e);

/* Replace an entry's item by one without its body; freed pages are overwritten. */
enum err entry_drop_body(struct store *s, int64_t log, uint64_t seq, const uint8_t *item, size_t item_size,
                         struct error *e);

/* The merged entries of a space in the order of their merge, as places of their operation 0. */
enum err entries_of_space(struct store *s, int64_t space, struct arena *a, int64_t **ret_ops,
                          size_t *ret_count, struct error *e);

/* Empty what is derived of one space: records, standing values, touches, keys, aliases, what was set aside, and
 * with `trust_too` also trust operations, rights, cut-offs, erasures and restatements. */
enum err state_clear_space(struct store *s, int64_t space, bool trust_too, struct error *e);

#endif
