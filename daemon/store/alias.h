/* Aliases: ids of operations that met a keyed record which another operation had introduced.
 * Private to daemon/store/. */
#ifndef DAEMON_STORE_ALIAS_H
#define DAEMON_STORE_ALIAS_H

#include "daemon/store/sql.h"

/* Whether there is any alias at all; there seldom is one, and then nothing has to be looked up. */
enum err alias_any(struct store *s, bool *ret_any, struct error *e);

/* Replace an alias by its record; another id stays. */
enum err alias_follow(struct store *s, int64_t *id, struct error *e);

/* The same for a reference that stands in a record, when it is to a record of the same space. One to another
 * space stays as it was written: which of a keyed record's introductions came first there, and whether any
 * did, depends on the machine, and the state may not.
 *   record  whose value it is */
enum err alias_follow_value(struct store *s, int64_t record, int64_t *id, struct error *e);

#endif
