/* Taking rights back and handing them on: revocations, and the erasure of personal data.
 * Source: doc/protocol.md, "Trust". */
#ifndef DAEMON_ENGINE_REVOKE_H
#define DAEMON_ENGINE_REVOKE_H

#include "daemon/engine/submit.h"
#include "daemon/engine/trust.h"

/* Take back every right that a device has in the unit's two spaces.
 *   device     its key
 *   since_s    what it wrote at this wall time or later does not count; INT64_MAX: only what is yet to come
 *   reason     text for people, or NULL
 *   ret_cut    entries here that no longer count by it
 *   Returns    ERR_NOT_FOUND it has no right here (err_say); ERR_AUTH this machine may not (err_say) */
struct revoke_request {
    const uint8_t *device;
    int64_t since_s;
    const char *reason;
};
enum err revoke_device(struct store *s, const struct identity *me, const struct revoke_request *request,
                       int64_t operator, int64_t now_s, uint64_t *ret_cut, struct error *e);

/* Whether a grant's end date has passed for each right of a device: then it is not served any more.
 *   Returns  ERR_AUTH (err_say) */
enum err revoke_check_expiry(struct store *s, const struct space_row *space, const uint8_t device[DEVICE_BYTES],
                             int64_t now_s, struct arena *a, struct error *e);

#endif
