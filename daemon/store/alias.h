/* Aliases: ids of operations that met a keyed record which another operation had introduced.
 * Private to daemon/store/. */
#ifndef DAEMON_STORE_ALIAS_H
#define DAEMON_STORE_ALIAS_H

#include "daemon/store/sql.h"

/* Whether there is any alias at all; there seldom is one, and then nothing has to be looked up. */
enum err alias_any(struct store *s, bool *ret_any, struct error *e);

/* Replace an alias by its record; another id stays. */
enum err alias_follow(struct store *s, int64_t *id, struct error *e);

#endif
