/* Erasure of a record's personal data: the bodies that hold it go, on every machine, and what else they said is
 * said again. Source: doc/protocol.md, "Erasure". */
#ifndef DAEMON_ENGINE_ERASE_H
#define DAEMON_ENGINE_ERASE_H

#include "daemon/engine/submit.h"

/* Erase the personal fields (FIELD_PERSONAL) of a record, with all values that they ever had.
 *   record      local id; deleted ones too
 *   reason      text for people, or NULL; must not hold the data itself
 *   ret_bodies  how many entries lost their content
 *   Returns     ERR_NOT_FOUND; ERR_USAGE it has none (err_say); ERR_CONFLICT a record of the same entries has
 *               values in conflict: settle them first (err_say); ERR_UNSUPPORTED an entry holds what this version
 *               cannot say again (err_say); ERR_AUTH, ERR_LIMIT as submit() */
struct erase_request {
    int64_t record;
    const char *reason;
    int64_t operator;
    uint64_t random_epoch;
};
enum err erase_record(struct store *s, const struct identity *me, const struct erase_request *request,
                      int64_t now_s, uint64_t *ret_bodies, struct error *e);

#endif
