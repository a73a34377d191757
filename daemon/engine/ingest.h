/* The inbound pipeline, from verified run to state: run -> store -> causally ready? -> count? -> merge.
 * The caller holds the writer's transaction; what comes before (frame, decrypt, decompress, decode,
 * verify) is protocol/session.h, what comes after (commit, acknowledge, notify) the writer's.
 * Source: doc/protocol.md, "Merge". */
#ifndef DAEMON_ENGINE_INGEST_H
#define DAEMON_ENGINE_INGEST_H

#include "daemon/store/log.h"

struct ingest_result {
    uint64_t stored;    /* entries that were new */
    uint64_t applied;   /* entries merged, of this run and of those that waited for it */
    uint64_t set_aside; /* of these, entries that do not count */
};

/* Store a verified run and merge what is ready.
 *   s         writer, inside a transaction
 *   run       of a space that this machine carries; entries that are already here are passed over
 *   Returns   ERR_NOT_FOUND the space is not carried; ERR_AGAIN entries before the run are missing;
 *             ERR_CONFLICT the log goes on differently here: a fork; ERR_IO, ERR_NOMEM
 *             A run of this device's own making (run_of_own without key) brings no signature. */
enum err ingest_run(struct store *s, const struct verified_run *run, struct ingest_result *ret_result,
                    struct error *e);

/* Keep a signature over a log's head, and drop those that it makes needless. */
enum err ingest_signed(struct store *s, int64_t log, uint64_t seq,
                       const uint8_t signature[SIGNATURE_BYTES], struct error *e);

#endif
