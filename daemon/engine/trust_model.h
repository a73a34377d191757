/* The model that trust.c evaluates, and how it is read. Private to daemon/engine/trust*.c. */
#ifndef DAEMON_ENGINE_TRUST_MODEL_H
#define DAEMON_ENGINE_TRUST_MODEL_H

#include "daemon/engine/trust.h"

enum { TRUST_ARENA_BYTES_MAX = 64 * 1024 * 1024 };

enum answer { UNKNOWN, YES, NO };

struct deed;
struct right;

/* One trust operation. */
struct trust_op {
    const struct trust_row *row;      /* borrowed from the arena, as all below */
    struct deed *deed;
    struct right *right;              /* that it gives; NULL for a revocation */
    struct right *target;             /* that a revocation names; NULL when there is none */
    const struct stamp *points;       /* cut-offs of a revocation: logs up to an entry */
    size_t points_count;
    struct trust_op *next_of_deed;
    struct trust_op *next_of_right;   /* other revocations of the same target */
    bool may_follow;
};

/* An entry that has trust operations. */
struct deed {
    struct stamp stamp;
    struct hash hash;
    uint8_t device[DEVICE_BYTES];     /* that wrote it */
    struct trust_op *ops;
    bool is_fresh;                    /* the one for which this is done: not judged before */
    enum answer counts;
};

struct right {
    int64_t id;                       /* as struct right_row */
    bool has_device;
    uint8_t device[DEVICE_BYTES];
    unsigned role;
    int64_t unit;
    struct trust_op *op;              /* that gave it; NULL: the founder's */
    struct right *parent;             /* NULL: a root, or none that holds */
    unsigned rank;                    /* of its root */
    unsigned depth;                   /* parents above it */
    struct trust_op *revoked_by;
    bool was_candidate;               /* an adoption that could have been in the chain */
    enum answer valid;
};

struct model {
    struct store *s;
    const struct space_row *space;
    struct error *e;
    struct stamp fresh;
    enum err err;                     /* the first fault of the store */
    struct trust_op *ops;
    size_t ops_count;
    struct deed *deeds;
    size_t deeds_count;
    struct right **rights;            /* by id; the founder's first */
    size_t rights_count;
    struct right **chain;             /* the founder's, then adoptions in force */
    size_t chain_count;
};

/* Read a space's trust operations. */
enum err model_load(struct model *m, struct arena *a);

/* The right that an operation gives; NULL when it gives none. */
struct right *model_right(const struct model *m, int64_t id);

#endif
