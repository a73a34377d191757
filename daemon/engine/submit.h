/* The local pipeline: request -> validate -> authorise -> build changeset -> encode -> chain -> sign ->
 * log + state + vector, inside the caller's transaction. */
#ifndef DAEMON_ENGINE_SUBMIT_H
#define DAEMON_ENGINE_SUBMIT_H

#include "daemon/engine/identity.h"
#include "daemon/store/state.h"

/* A field to write. References: value.record is a local id, or SUBMIT_NEW(k) for the record that
 * operation k of the same request makes. */
#define SUBMIT_NEW(k) (-1 - (int64_t) (k))

struct submit_field {
    unsigned id;
    struct value value;
};

/* SUBMIT_RESTATE introduces once more what an operation of an erased body did (erase.h). */
enum submit_kind { SUBMIT_ADD, SUBMIT_SET, SUBMIT_DELETE, SUBMIT_RESTATE };

struct submit_op {
    enum submit_kind kind;
    unsigned type;                  /* SUBMIT_ADD, SUBMIT_RESTATE */
    int64_t record;                 /* SUBMIT_SET, SUBMIT_DELETE: local id or SUBMIT_NEW(k);
                                     * SUBMIT_RESTATE: the place of the operation */
    int64_t space;                  /* SUBMIT_ADD: local space id, 0 = by the registry's home;
                                     * SUBMIT_RESTATE: local space id */
    bool restores;                  /* SUBMIT_SET: write the fields also where they stand already */
    bool versioned;                 /* `version` is what the person had before them */
    int64_t version;
    const struct submit_field *fields; /* any order, each field once; a SUBMIT_SET of none keeps a record
                                        * that others have deleted, if its life is in conflict */
    size_t fields_count;
    int64_t ret_record;             /* set by submit(): the record written */
};

struct submit_request {
    struct submit_op *ops;
    size_t ops_count;               /* 1..CHANGE_OPS_MAX */
    int64_t operator;               /* local record id of the person, 0 = none */
    bool system;                    /* grants and the like are allowed */
    uint64_t random_epoch;          /* random: names the log, where this is the device's first entry in a
                                     * space */
};

/* Write one request: one entry in each space that it touches, all or nothing.
 *   s        writer, inside a transaction
 *   me       this device
 *   now_s    wall clock, seconds since 1970
 *   Returns  ERR_USAGE, ERR_FORMAT a field is wrong (err_say, names field and remedy)
 *            ERR_CONFLICT  a field changed after `version`; nothing is written
 *            ERR_NOT_FOUND, ERR_AUTH, ERR_LIMIT, ERR_IO */
enum err submit(struct store *s, const struct identity *me, struct submit_request *request,
                int64_t now_s, struct error *e);

/* Sign every own log whose head is not signed yet; called before each commit. */
enum err submit_sign(struct store *s, const struct identity *me, struct error *e);

#endif
