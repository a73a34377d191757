/* Policy: whether an entry counts. It depends only on facts that never change: record type, operation,
 * the record's owner, and a counting grant in the entry's causal past in this space.
 * Source: doc/protocol.md, "Trust". */
#ifndef DAEMON_ENGINE_POLICY_H
#define DAEMON_ENGINE_POLICY_H

#include "daemon/engine/merge.h"

/* Decide on one entry whose past is merged.
 *   ret_reason  NULL when it counts, else a constant English text for people (marked N_())
 *   Returns     ERR_IO, ERR_NOMEM */
enum err policy_check(struct store *s, const struct merge_entry *entry, struct arena *a,
                      const char **ret_reason, struct error *e);

/* The roles that a device holds in a space now, as a mask of enum role; 0 = none. */
enum err policy_roles(struct store *s, const struct space_row *space, const uint8_t device[DEVICE_BYTES],
                      struct arena *a, unsigned *ret_roles, struct error *e);

#endif
