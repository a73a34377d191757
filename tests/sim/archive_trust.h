/* The rights of a space by definition. Private to the archive. Source: doc/protocol.md, "Trust". */
#ifndef TESTS_SIM_ARCHIVE_TRUST_H
#define TESTS_SIM_ARCHIVE_TRUST_H

#include "tests/sim/archive.h"

enum trust_answer { TRUST_UNKNOWN, TRUST_YES, TRUST_NO };

/* A point of a log. */
struct trust_point {
    uint32_t log;
    uint64_t seq;
};

struct trust_right {
    struct op_name at;             /* that gave it; log ARCHIVE_NO_LOG: the founder's */
    const struct change_op *op;    /* NULL: the founder's */
    const uint8_t *device;         /* NULL: names none */
    unsigned role;                 /* 0: gives none */
    bool alone;
    struct trust_right *parent;    /* NULL: a root, or hangs on nothing */
    unsigned rank;                 /* of a root */
    bool could_follow;             /* an adoption that could have been in the chain */
    enum trust_answer in_force;
};

struct trust_revocation {
    struct op_name at;
    struct trust_right *right;
    struct trust_point *points;
    uint32_t points_count;
};

/* An entry with trust operations. */
struct trust_deed {
    struct trust_point at;
    enum trust_answer counts;
};

struct trust {
    const struct archive *ar;
    uint32_t space;
    struct arena a;
    struct trust_right *rights;      /* the founder's first */
    uint32_t rights_count;
    struct trust_revocation *revocations;
    uint32_t revocations_count;
    struct trust_deed *deeds;
    uint32_t deeds_count;
    struct trust_right **chain;
    uint32_t chain_count;
};

/* Find the rights that the entries of a space give, of those whose `why` is NULL: merged, readable and of allowed
 * form. archive_archive_trust_end() gives the memory back. */
void archive_trust_make(struct trust *t, const struct archive *ar, uint32_t space);
void archive_trust_end(struct trust *t);

/* Whether a right covers an entry. */
bool archive_trust_covers(struct trust *t, struct trust_right *r, struct trust_point entry);
/* Whether an entry that has trust operations counts. */
bool archive_trust_counts(struct trust *t, struct trust_point entry);
/* Whether a device had rights, and none is left for new entries. */
bool archive_trust_is_closed(struct trust *t, const uint8_t device[DEVICE_BYTES]);
/* The unit of a grant; false when it has none. */
bool archive_trust_unit(const struct trust *t, const struct trust_right *r, struct hash *ret_unit);

bool archive_trust_is_operation(const struct change_op *op);

/* Whether a revocation names a right, and cut-offs that its entry has seen.
 *   points, ret_count  filled when it holds; room for TRUST_POINTS_MAX */
enum { TRUST_POINTS_MAX = 128 };
bool archive_trust_revocation_holds(const struct archive *ar, struct op_name at, struct trust_point *points,
                            uint32_t *ret_count);

#endif
