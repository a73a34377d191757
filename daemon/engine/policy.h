/* Policy: whether an entry counts. It depends on facts that never change (record type, operation, the record's owner,
 * what is in the entry's past) and on the rights of its device, which trust.h finds for the whole space.
 * Source: doc/protocol.md, "Trust". */
#ifndef DAEMON_ENGINE_POLICY_H
#define DAEMON_ENGINE_POLICY_H

#include "daemon/engine/merge.h"

/* Decide on one entry whose past is merged.
 *   ret_changed  what was merged before has to be judged anew: rights were taken, or came back
 *   ret_reason   NULL when it counts, else a constant English text for people (marked N_())
 *   Returns      ERR_IO, ERR_NOMEM */
enum err policy_check(struct store *s, const struct merge_entry *entry, struct arena *a, bool *ret_changed,
                      const char **ret_reason, struct error *e);

/* Only note what an entry says of rights, before a space is judged from nothing. */
enum err policy_note(struct store *s, const struct merge_entry *entry, struct arena *a, struct error *e);

/* Put the erasures and restatements of an entry that was judged into force, or out of it.
 *   ret_changed  set when an entry's body is to be dropped, or counts again */
enum err policy_erasures(struct store *s, const struct merge_entry *entry, bool counts, bool *ret_changed,
                         struct error *e);

/* The roles that a device holds in a space now, as a mask of enum role; 0 = none. */
enum err policy_roles(struct store *s, const struct space_row *space, const uint8_t device[DEVICE_BYTES],
                      struct arena *a, unsigned *ret_roles, struct error *e);

#endif
